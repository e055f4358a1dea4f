//! Fits an additive, monotone model: boosted one-split trees, each on one feature.
//!
//! The score of a meter is a bias and one term a feature, so every term is a reason; a feature that
//! can only speak for (or only against) mining has a term that only rises (or only falls) with it,
//! so that more flat load never lowers a score. Stumps boosted on the logistic loss after Friedman
//! (doi:10.1214/aos/1013203451); additive terms as in generalized additive models with trees (Lou,
//! Caruana, Gehrke 2012, doi:10.1145/2339530.2339556).

use rand::Rng;
use rand::seq::index::sample;

use crate::features::Direction;

/// How a model is fitted.
#[derive(Debug, Clone, Copy)]
pub struct FitSettings {
    /// Stumps.
    pub rounds: usize,
    /// Share of each stump's step that is taken.
    pub learning_rate: f64,
    /// Share of the features each stump may choose from.
    pub feature_share: f64,
    /// Weight of the penalty on a leaf's value.
    pub lambda: f64,
    /// Least share of all rows (by count) on each side of a split.
    pub min_leaf_share: f64,
}

impl Default for FitSettings {
    fn default() -> Self {
        Self { rounds: 150, learning_rate: 0.06, feature_share: 0.5, lambda: 1.0, min_leaf_share: 0.01 }
    }
}

/// Most bins a feature is cut into.
const MAX_BINS: usize = 64;

/// The bin of a missing value.
const MISSING: u8 = u8::MAX;

/// Rows to learn from, by column.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// One vector a feature, NaN where missing; all of one length.
    pub features: Vec<Vec<f32>>,
    /// Whether the row carries a rig.
    pub labels: Vec<bool>,
    /// Weight of the row.
    pub weights: Vec<f32>,
}

/// One feature's term: a step function, and a value for missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Values above `edges[i]` lie in step `i + 1`.
    edges: Vec<f32>,
    /// One more than edges. [log-odds]
    steps: Vec<f64>,
    /// Where the feature is missing. [log-odds]
    missing: f64,
}

impl Term {
    /// The term's value. [log-odds]
    #[must_use]
    pub fn value(&self, feature: f32) -> f64 {
        if feature.is_nan() { self.missing } else { self.steps[bin(&self.edges, feature)] }
    }
}

/// A fitted model: bias and one term a feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    bias: f64,
    terms: Vec<Term>,
}

impl Model {
    /// Fits a model; `directions` has one entry a feature.
    #[must_use]
    pub fn fit(rows: &Rows, directions: &[Direction], settings: FitSettings, rng: &mut impl Rng) -> Self {
        let binned: Vec<Binned> = rows.features.iter().map(|column| Binned::new(column)).collect();
        let (positive, total) =
            rows.labels.iter().zip(&rows.weights).fold((0.0, 0.0), |(positive, total), (label, weight)| {
                (positive + if *label { f64::from(*weight) } else { 0.0 }, total + f64::from(*weight))
            });
        let share = (positive / f64::max(total, 1e-9)).clamp(1e-3, 1.0 - 1e-3);
        let mut model = Self {
            bias: (share / (1.0 - share)).ln(),
            terms: binned
                .iter()
                .map(|one| Term {
                    edges: one.edges.clone(),
                    steps: vec![0.0; one.edges.len() + 1],
                    missing: 0.0,
                })
                .collect(),
        };
        let mut log_odds = vec![model.bias; rows.labels.len()];
        let n_chosen =
            ((binned.len() as f64 * settings.feature_share).ceil() as usize).clamp(1, binned.len().max(1));
        let min_leaf = (rows.labels.len() as f64 * settings.min_leaf_share).max(5.0);
        for _ in 0..settings.rounds {
            let slopes = slopes(rows, &log_odds);
            let mut chosen = sample(rng, binned.len(), n_chosen).into_vec();
            chosen.sort_unstable();
            let best = chosen
                .into_iter()
                .filter_map(|feature| {
                    best_split(&binned[feature], &slopes, directions[feature], settings.lambda, min_leaf)
                        .map(|split| (feature, split))
                })
                .fold(None, |best: Option<(usize, Split)>, one| {
                    if best.as_ref().is_none_or(|best| one.1.gain > best.1.gain) { Some(one) } else { best }
                });
            let Some((feature, split)) = best else { break };
            model.take_step(feature, &split, &binned[feature], &mut log_odds, settings.learning_rate);
        }
        model
    }

    /// The sum of all terms. [log-odds]
    pub fn log_odds(&self, features: &[f32]) -> f64 {
        self.bias + self.terms.iter().zip(features).map(|(term, feature)| term.value(*feature)).sum::<f64>()
    }

    /// Each feature's term for one meter. [log-odds]
    #[must_use]
    pub fn contributions(&self, features: &[f32]) -> Vec<f64> {
        self.terms.iter().zip(features).map(|(term, feature)| term.value(*feature)).collect()
    }

    fn take_step(
        &mut self,
        feature: usize,
        split: &Split,
        binned: &Binned,
        log_odds: &mut [f64],
        learning_rate: f64,
    ) {
        let (low, high) = (split.low * learning_rate, split.high * learning_rate);
        let missing = if split.is_missing_low { low } else { high };
        let term = &mut self.terms[feature];
        for (step, value) in term.steps.iter_mut().enumerate() {
            *value += if step <= split.bin { low } else { high };
        }
        term.missing += missing;
        for (row, bin) in binned.bins.iter().enumerate() {
            log_odds[row] += match *bin {
                MISSING => missing,
                bin if usize::from(bin) <= split.bin => low,
                _ => high,
            };
        }
    }
}

/// Chance of mining that the log-odds stand for, within the model's own training mix.
#[must_use]
pub fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

struct Binned {
    edges: Vec<f32>,
    bins: Vec<u8>,
}

impl Binned {
    fn new(column: &[f32]) -> Self {
        let mut sorted: Vec<f32> = column.iter().copied().filter(|value| !value.is_nan()).collect();
        sorted.sort_unstable_by(f32::total_cmp);
        let mut edges: Vec<f32> = Vec::new();
        for cut in 1..MAX_BINS {
            let at = cut * sorted.len() / MAX_BINS;
            if at > 0 && sorted[at] > sorted[at - 1] {
                let edge = f32::midpoint(sorted[at - 1], sorted[at]);
                if edges.last().is_none_or(|last| edge > *last) {
                    edges.push(edge);
                }
            }
        }
        let bins = column
            .iter()
            .map(|&value| if value.is_nan() { MISSING } else { bin(&edges, value) as u8 })
            .collect();
        Self { edges, bins }
    }
}

fn bin(edges: &[f32], value: f32) -> usize {
    edges.partition_point(|edge| value > *edge)
}

/// First and second derivative of the loss by row.
fn slopes(rows: &Rows, log_odds: &[f64]) -> Vec<(f64, f64)> {
    rows.labels
        .iter()
        .zip(&rows.weights)
        .zip(log_odds)
        .map(|((label, weight), log_odds)| {
            let chance = logistic(*log_odds);
            let weight = f64::from(*weight);
            (weight * (chance - f64::from(u8::from(*label))), weight * (chance * (1.0 - chance)).max(1e-6))
        })
        .collect()
}

#[derive(Debug)]
struct Split {
    bin: usize,
    low: f64,
    high: f64,
    is_missing_low: bool,
    gain: f64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    slope: f64,
    curve: f64,
    n: f64,
}

impl Sums {
    fn plus(self, other: Self) -> Self {
        Self { slope: self.slope + other.slope, curve: self.curve + other.curve, n: self.n + other.n }
    }

    fn minus(self, other: Self) -> Self {
        Self { slope: self.slope - other.slope, curve: self.curve - other.curve, n: self.n - other.n }
    }

    fn leaf(self, lambda: f64) -> f64 {
        -self.slope / (self.curve + lambda)
    }

    fn score(self, lambda: f64) -> f64 {
        self.slope * self.slope / (self.curve + lambda)
    }
}

fn best_split(
    binned: &Binned,
    slopes: &[(f64, f64)],
    direction: Direction,
    lambda: f64,
    min_leaf: f64,
) -> Option<Split> {
    let mut by_bin = vec![Sums::default(); binned.edges.len() + 1];
    let mut missing = Sums::default();
    for (bin, (slope, curve)) in binned.bins.iter().zip(slopes) {
        let sums = if *bin == MISSING { &mut missing } else { &mut by_bin[usize::from(*bin)] };
        *sums = sums.plus(Sums { slope: *slope, curve: *curve, n: 1.0 });
    }
    let known = by_bin.iter().fold(Sums::default(), |all, one| all.plus(*one));
    let whole = known.plus(missing).score(lambda);
    let mut best: Option<Split> = None;
    let mut below = Sums::default();
    for (bin, sums) in by_bin[..binned.edges.len()].iter().enumerate() {
        below = below.plus(*sums);
        let above = known.minus(below);
        for is_missing_low in [true, false] {
            let (low, high) =
                if is_missing_low { (below.plus(missing), above) } else { (below, above.plus(missing)) };
            let (low_leaf, high_leaf) = (low.leaf(lambda), high.leaf(lambda));
            let is_allowed = match direction {
                Direction::Rising => high_leaf >= low_leaf,
                Direction::Falling => high_leaf <= low_leaf,
                Direction::Free => true,
            };
            let gain = low.score(lambda) + high.score(lambda) - whole;
            if is_allowed
                && below.n >= min_leaf
                && above.n >= min_leaf
                && gain > 1e-6
                && best.as_ref().is_none_or(|best| gain > best.gain)
            {
                best = Some(Split { bin, low: low_leaf, high: high_leaf, is_missing_low, gain });
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    fn rng() -> Xoshiro256PlusPlus {
        Xoshiro256PlusPlus::seed_from_u64(1)
    }

    fn rows(features: Vec<Vec<f32>>, labels: Vec<bool>) -> Rows {
        let weights = vec![1.0; labels.len()];
        Rows { features, labels, weights }
    }

    #[test]
    fn a_threshold_is_learnt() {
        let x: Vec<f32> = (0..200).map(|i| i as f32).collect();
        let labels = (0..200).map(|i| i >= 120).collect();
        let model =
            Model::fit(&rows(vec![x], labels), &[Direction::Rising], FitSettings::default(), &mut rng());
        assert!(model.log_odds(&[180.0]) > 2.0 && model.log_odds(&[20.0]) < -2.0);
    }

    #[test]
    fn a_rising_feature_cannot_speak_against() {
        let x: Vec<f32> = (0..200).map(|i| i as f32).collect();
        let labels = (0..200).map(|i| i < 80).collect();
        let model =
            Model::fit(&rows(vec![x], labels), &[Direction::Rising], FitSettings::default(), &mut rng());
        assert!((model.log_odds(&[199.0]) - model.log_odds(&[0.0])).abs() < 1e-9);
    }

    #[test]
    fn missing_has_a_value_of_its_own() {
        let x: Vec<f32> = (0..200).map(|i| if i % 2 == 0 { f32::NAN } else { i as f32 }).collect();
        let labels = (0..200).map(|i| i % 2 == 1 && i > 100).collect();
        let model =
            Model::fit(&rows(vec![x], labels), &[Direction::Rising], FitSettings::default(), &mut rng());
        assert!(model.log_odds(&[f32::NAN]) < model.log_odds(&[180.0]));
        assert!(model.log_odds(&[f32::NAN]).is_finite());
    }

    #[test]
    fn one_row_and_no_rows_give_a_bias() {
        let model = Model::fit(
            &rows(vec![vec![1.0]], vec![true]),
            &[Direction::Free],
            FitSettings::default(),
            &mut rng(),
        );
        assert!(model.log_odds(&[1.0]) > 0.0);
        let model =
            Model::fit(&rows(vec![vec![]], vec![]), &[Direction::Free], FitSettings::default(), &mut rng());
        assert!(model.log_odds(&[1.0]).is_finite());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn terms_only_rise_where_they_must(values in prop::collection::vec((0.0f32..10.0, any::<bool>()), 50..120)) {
            let x: Vec<f32> = values.iter().map(|pair| pair.0).collect();
            let labels = values.iter().map(|pair| pair.1).collect();
            let model = Model::fit(&rows(vec![x], labels), &[Direction::Rising], FitSettings { rounds: 40, ..FitSettings::default() }, &mut rng());
            let scores: Vec<f64> = (0..100).map(|i| model.log_odds(&[i as f32 * 0.1])).collect();
            prop_assert!(scores.windows(2).all(|pair| pair[1] >= pair[0] - 1e-12));
        }
    }
}
