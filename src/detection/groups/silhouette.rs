//! Measures how well clusters are separated: the mean silhouette (Rousseeuw 1987,
//! doi:10.1016/0377-0427(87)90125-7).
//!
//! The distances between the rows are the same for every number of clusters, so they are computed once.
//! linfa's score recomputes them each time, with three arrays per pair.

use ndarray::{Array2, ArrayView1};

/// Distances between all pairs of rows.
pub(super) struct Distances {
    n_rows: usize,
    /// Distances, row by row.
    between: Vec<f64>,
}

impl Distances {
    pub(super) fn of(rows: &Array2<f64>) -> Self {
        let mut between = Vec::with_capacity(rows.nrows() * rows.nrows());
        for a in rows.outer_iter() {
            between.extend(rows.outer_iter().map(|b| distance(a, b)));
        }
        Self { n_rows: rows.nrows(), between }
    }

    /// Returns the mean silhouette of the clusters that `labels` (below `n`) form, -1..=1; 1 for a single
    /// cluster.
    pub(super) fn silhouette(&self, labels: &[usize], n: usize) -> f64 {
        let mut counts = vec![0usize; n];
        labels.iter().for_each(|&label| counts[label] += 1);
        if counts.iter().filter(|count| **count > 0).count() < 2 {
            return 1.0;
        }
        let mut sum = 0.0;
        let mut totals = vec![0.0; n];
        for (row, &own) in self.between.chunks_exact(self.n_rows.max(1)).zip(labels) {
            totals.fill(0.0);
            row.iter().zip(labels).for_each(|(distance, &label)| totals[label] += distance);
            let within = if counts[own] == 1 { 0.0 } else { totals[own] / (counts[own] - 1) as f64 };
            let nearest = (0..n)
                .filter(|&label| label != own && counts[label] > 0)
                .map(|label| totals[label] / counts[label] as f64)
                .fold(f64::INFINITY, f64::min);
            sum += (nearest - within) / if within >= nearest { within } else { nearest };
        }
        sum / self.n_rows as f64
    }
}

fn distance(a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use linfa::DatasetBase;
    use linfa::metrics::SilhouetteScore;
    use ndarray::Array1;

    #[test]
    fn it_is_the_score_of_linfa() {
        let rows = Array2::from_shape_fn((40, 3), |(row, column)| {
            ((row * 7 + column * 5) % 11) as f64 * 0.3 + (row % 3) as f64 * 2.0
        });
        let labels: Vec<usize> = (0..40).map(|row| row % 3).collect();
        let theirs = DatasetBase::new(rows.clone(), Array1::from_vec(labels.clone())).silhouette_score();
        assert!((Distances::of(&rows).silhouette(&labels, 3) - theirs.unwrap()).abs() < 1e-12);
    }

    #[test]
    fn clusters_far_apart_score_one_and_a_cluster_without_rows_counts_for_nothing() {
        let rows = Array2::from_shape_fn((8, 1), |(row, _)| if row < 4 { 0.0 } else { 1000.0 } + row as f64);
        let labels = [0, 0, 0, 0, 2, 2, 2, 2];
        assert!(Distances::of(&rows).silhouette(&labels, 3) > 0.99);
        assert_eq!(Distances::of(&rows).silhouette(&[1; 8], 3), 1.0);
    }
}
