//! Clusters the meters of one class with k-means; the best silhouette decides the number of clusters.

use super::silhouette::Distances;
use crate::products::{eigenvectors, gram, product};
use linfa::DatasetBase;
use linfa::traits::{Fit, Predict, Transformer};
use linfa_clustering::KMeans;
use linfa_preprocessing::linear_scaling::LinearScaler;
use ndarray::{Array1, Array2, Axis};
use rand::SeedableRng;
use rand::seq::index::sample;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

/// Most meters used to fit the clusters; the others are assigned to the nearest centre. This is enough for
/// stable centres and keeps three million meters as fast as thirty thousand.
const FITTED: usize = 20_000;

/// Most meters used for the silhouette, whose cost grows with the square of their number.
const JUDGED: usize = 600;

/// Components to which neighbouring hours are reduced.
const COMPONENTS: usize = 6;

/// Below this silhouette, clusters are only cuts through one cloud (Kaufman and Rousseeuw 1990,
/// doi:10.1002/9780470316801, call 0.25 and less no structure).
const MIN_SILHOUETTE: f64 = 0.25;

/// A cluster with a smaller share of its class is a few odd meters. Odd meters must stand out among their
/// peers and not form their own group.
const MIN_SHARE: f64 = 0.05;

/// Cluster of each row, and how well the clusters are separated.
#[derive(Debug)]
pub(super) struct Clusters {
    pub(super) n: usize,
    pub(super) labels: Vec<usize>,
    pub(super) silhouette: Option<f64>,
    pub(super) inertia: Option<f64>,
}

impl Clusters {
    /// Puts all rows into one cluster.
    pub(super) fn one(n_rows: usize) -> Self {
        Self { n: 1, labels: vec![0; n_rows], silhouette: None, inertia: None }
    }
}

/// Clusters the rows (meters x features), which must be finite. An error says what could not be computed.
pub(super) fn fit_clusters(rows: &Array2<f64>, most: usize, seed: u64) -> Result<Clusters, String> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let fitted = pick(rows, FITTED, &mut rng);
    let space = Space::of(&fitted)?;
    let fitted = space.place(&fitted);
    let judged = pick(&fitted, JUDGED, &mut rng);
    let distances = Distances::of(&judged);
    let candidates: Vec<Option<(f64, Means)>> =
        (2..=most).into_par_iter().map(|n| fit_candidate(&fitted, (&judged, &distances), n, &rng)).collect();
    let best = candidates.into_iter().flatten().reduce(|best, one| if one.0 > best.0 { one } else { best });
    let Some((silhouette, model)) = best else { return Ok(Clusters::one(rows.nrows())) };
    let labels = model.predict(&space.place(rows));
    let n = model.centroids().nrows();
    Ok(Clusters {
        n,
        labels: order_by_size(labels.as_slice().unwrap_or_default(), n),
        silhouette: Some(silhouette),
        inertia: Some(model.inertia()),
    })
}

type Means = KMeans<f64, linfa_nn::distance::L2Dist>;

/// Fits `n` clusters and their silhouette; `None` if they are not useful.
fn fit_candidate(
    fitted: &Array2<f64>,
    (judged, distances): (&Array2<f64>, &Distances),
    n: usize,
    rng: &Xoshiro256PlusPlus,
) -> Option<(f64, Means)> {
    let model = fit_kmeans(fitted, n, rng)?;
    let labels = model.predict(judged);
    let silhouette = distances.silhouette(labels.as_slice().unwrap_or_default(), n);
    (has_no_sliver(&labels, n) && silhouette >= MIN_SILHOUETTE).then_some((silhouette, model))
}

/// Scaled features, reduced to their principal components.
///
/// The components are the eigenvectors of a small, complete matrix. The iterative search of linfa-reduction
/// fails if one component has nearly all the variance.
struct Space {
    scaler: LinearScaler<f64>,
    /// Matrix of features x components.
    components: Array2<f64>,
}

impl Space {
    fn of(rows: &Array2<f64>) -> Result<Self, String> {
        let data = DatasetBase::from(rows.clone());
        let scaler = LinearScaler::standard().fit(&data).map_err(|error| error.to_string())?;
        let scaled = scaler.transform(data).records;
        let products = gram(&scaled);
        // The decomposition requires finite numbers.
        if !products.iter().all(|value| value.is_finite()) {
            return Err("the scaled load shapes are not finite".to_owned());
        }
        let vectors = eigenvectors(&products);
        let largest: Vec<usize> = (0..COMPONENTS.min(rows.nrows()).min(vectors.ncols())).collect();
        Ok(Self { scaler, components: vectors.select(Axis(1), &largest) })
    }

    fn place(&self, rows: &Array2<f64>) -> Array2<f64> {
        let scaled: Array2<f64> = self.scaler.transform(rows.clone());
        product(&scaled, &self.components)
    }
}

fn pick(rows: &Array2<f64>, most: usize, rng: &mut Xoshiro256PlusPlus) -> Array2<f64> {
    if rows.nrows() <= most {
        return rows.clone();
    }
    let mut chosen = sample(rng, rows.nrows(), most).into_vec();
    chosen.sort_unstable();
    rows.select(Axis(0), &chosen)
}

fn fit_kmeans(rows: &Array2<f64>, n: usize, rng: &Xoshiro256PlusPlus) -> Option<Means> {
    let data = DatasetBase::from(rows.clone());
    KMeans::params_with(n, rng.clone(), linfa_nn::distance::L2Dist)
        .n_runs(4)
        .max_n_iterations(100)
        .tolerance(1e-4)
        .fit(&data)
        .ok()
}

fn has_no_sliver(labels: &Array1<usize>, n: usize) -> bool {
    (0..n).all(|label| {
        labels.iter().filter(|&&other| other == label).count() as f64 >= MIN_SHARE * labels.len() as f64
    })
}

/// Renumbers clusters from the largest to the smallest, so that names do not depend on chance.
fn order_by_size(labels: &[usize], n: usize) -> Vec<usize> {
    let mut by_size: Vec<usize> = (0..n).collect();
    let mut sizes = vec![0usize; n];
    labels.iter().for_each(|label| sizes[*label] += 1);
    by_size.sort_by_key(|label| std::cmp::Reverse(sizes[*label]));
    let mut place = vec![0; n];
    by_size.iter().enumerate().for_each(|(rank, label)| place[*label] = rank);
    labels.iter().map(|label| place[*label]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_differ_in_one_way_only_have_components() {
        // All variance is in one direction; the others have only rounding errors.
        for scale in [1e-9, 1.0, 1e9] {
            let rows = Array2::from_shape_fn((60, 25), |(row, column)| {
                1.0 + scale * if row == 7 { 1.0 + column as f64 } else { 0.0 }
            });
            let space = Space::of(&rows).unwrap();
            assert!(space.place(&rows).iter().all(|value| value.is_finite()));
            assert_eq!(fit_clusters(&rows, 8, 1).unwrap().labels.len(), 60);
        }
    }

    #[test]
    fn what_is_not_finite_is_an_error_and_no_panic() {
        for odd in [f64::NAN, f64::INFINITY] {
            let rows = Array2::from_shape_fn(
                (60, 25),
                |(row, column)| if row == 7 { odd } else { (row + column) as f64 },
            );
            assert!(fit_clusters(&rows, 8, 1).is_err(), "{odd}");
        }
    }
}
