//! Fits an additive, monotone model: boosted trees with one split, each on one feature.
//!
//! A meter's score is a bias plus one term per feature, so every term is a reason. A feature that can only
//! speak for (or only against) mining has a term that only rises (or only falls) with it. So more flat load
//! never lowers a score. Stumps are boosted on the logistic loss after Friedman (doi:10.1214/aos/1013203451);
//! additive terms as in generalized additive models with trees (Lou, Caruana, Gehrke 2012,
//! doi:10.1145/2339530.2339556).

use hashwatt_core::portable::Portable;
use rand::Rng;
use rand::seq::index::sample;

use super::binned::{BinnedColumn, BinnedRows, Edges, MAX_BINS, MISSING, N_BINS};
use super::prior::WrittenTerm;
use crate::features::Direction;

/// Settings of a fit.
#[derive(Debug, Clone, Copy)]
pub struct FitSettings {
    /// Number of stumps.
    pub rounds: usize,
    /// Share of each stump's step that is applied.
    pub learning_rate: f64,
    /// Share of the features that each stump may choose from.
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

/// One feature's term: a step function, and a value for a missing feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    edges: Edges,
    /// One value per bin. [log-odds]
    steps: [f64; MAX_BINS],
    /// Value if the feature is missing. [log-odds]
    missing: f64,
    /// Whether no stump uses this feature, so that it adds nothing.
    is_idle: bool,
}

impl Term {
    /// Merges neighbouring steps of the same height.
    fn written(&self) -> WrittenTerm {
        let mut written =
            WrittenTerm { edges: Vec::new(), steps: vec![self.steps[0]], missing: self.missing };
        for (edge, step) in self.edges.iter().zip(&self.steps[1..]) {
            if written.steps.last() != Some(step) {
                written.edges.push(edge);
                written.steps.push(*step);
            }
        }
        written
    }

    fn from_written(written: Option<&WrittenTerm>) -> Self {
        let mut term =
            Self { edges: Edges::of(&[]), steps: [0.0; MAX_BINS], missing: 0.0, is_idle: written.is_none() };
        if let Some(written) = written {
            term.edges = Edges::of(&written.edges);
            term.missing = written.missing;
            term.steps[..written.steps.len()].copy_from_slice(&written.steps);
        }
        term
    }

    /// Returns the value of the term. [log-odds]
    #[must_use]
    pub fn value(&self, feature: f32) -> f64 {
        if feature.is_nan() { self.missing } else { self.steps[self.edges.bin(feature)] }
    }
}

/// A fitted model: a bias and one term per feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    bias: f64,
    terms: Vec<Term>,
}

impl Model {
    /// Fits a model to binned rows with their labels; `directions` has one entry per feature.
    #[must_use]
    pub fn fit(
        rows: &BinnedRows,
        labels: &Labels,
        directions: &[Direction],
        settings: FitSettings,
        rng: &mut impl Rng,
    ) -> Self {
        let columns = &rows.columns;
        let share = (labels.positive_weight() / f64::max(labels.weight(), 1e-9)).clamp(1e-3, 1.0 - 1e-3);
        let mut model = Self {
            bias: (share / (1.0 - share)).portable_ln(),
            terms: columns
                .iter()
                .map(|column| Term {
                    edges: column.edges.clone(),
                    steps: [0.0; MAX_BINS],
                    missing: 0.0,
                    is_idle: true,
                })
                .collect(),
        };
        let mut log_odds = vec![model.bias; labels.len()];
        let mut slopes = vec![[0.0; 2]; labels.len()];
        let n_chosen =
            ((columns.len() as f64 * settings.feature_share).ceil() as usize).clamp(1, columns.len().max(1));
        let limits = Limits {
            lambda: settings.lambda,
            min_leaf: (labels.len() as f64 * settings.min_leaf_share).max(5.0),
        };
        for _ in 0..settings.rounds {
            labels.fill_slopes(&log_odds, &mut slopes);
            let mut chosen = sample(rng, columns.len(), n_chosen).into_vec();
            chosen.sort_unstable();
            let Some((feature, split)) = best_of(columns, &chosen, &slopes, directions, limits) else {
                break;
            };
            model.take_step(feature, &split, &columns[feature], &mut log_odds, settings.learning_rate);
        }
        model
    }

    /// Returns the sum of all terms. [log-odds]
    #[must_use]
    pub fn log_odds(&self, features: &[f32]) -> f64 {
        let terms = self.terms.iter().zip(features).filter(|(term, _)| !term.is_idle);
        self.bias + terms.map(|(term, feature)| term.value(*feature)).sum::<f64>()
    }

    /// Returns one feature's term for one meter. [log-odds]
    #[must_use]
    pub fn contribution(&self, feature: usize, value: f32) -> f64 {
        let term = &self.terms[feature];
        if term.is_idle { 0.0 } else { term.value(value) }
    }

    /// Returns the log-odds of a meter without any features.
    #[must_use]
    pub const fn bias(&self) -> f64 {
        self.bias
    }

    /// Returns the terms as written to a file; `None` for an unused feature.
    pub fn written_terms(&self) -> impl Iterator<Item = Option<WrittenTerm>> {
        self.terms.iter().map(|term| (!term.is_idle).then(|| term.written()))
    }

    /// Builds a model from terms as written to a file; `None` for an unused feature.
    #[must_use]
    pub fn from_written<'t>(bias: f64, terms: impl Iterator<Item = Option<&'t WrittenTerm>>) -> Self {
        Self { bias, terms: terms.map(Term::from_written).collect() }
    }

    fn take_step(
        &mut self,
        feature: usize,
        split: &Split,
        column: &BinnedColumn,
        log_odds: &mut [f64],
        learning_rate: f64,
    ) {
        let (low, high) = (split.low * learning_rate, split.high * learning_rate);
        let missing = if split.is_missing_low { low } else { high };
        let term = &mut self.terms[feature];
        term.is_idle = false;
        term.missing += missing;
        for (step, value) in term.steps.iter_mut().enumerate() {
            *value += if step <= split.bin { low } else { high };
        }
        let mut of_bin = [high; N_BINS];
        of_bin[..=split.bin].fill(low);
        of_bin[usize::from(MISSING)] = missing;
        for (log_odds, bin) in log_odds.iter_mut().zip(&column.bins) {
            *log_odds += of_bin[usize::from(*bin) % N_BINS];
        }
    }
}

/// Returns the chance of mining for these log-odds, within the model's training mix.
#[must_use]
pub fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).portable_exp())
}

/// Labels and weights of a fit's rows.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    /// Whether the row has a rig.
    pub is_rig: Vec<bool>,
    /// Weight of the row.
    pub weights: Vec<f32>,
}

impl Labels {
    /// Adds a row.
    pub fn push(&mut self, is_rig: bool, weight: f32) {
        self.is_rig.push(is_rig);
        self.weights.push(weight);
    }

    const fn len(&self) -> usize {
        self.is_rig.len()
    }

    fn weight(&self) -> f64 {
        self.weights.iter().map(|weight| f64::from(*weight)).sum()
    }

    fn positive_weight(&self) -> f64 {
        let rigs = self.is_rig.iter().zip(&self.weights).filter(|(is_rig, _)| **is_rig);
        rigs.map(|(_, weight)| f64::from(*weight)).sum()
    }

    /// Computes first and second derivative of the loss by row.
    fn fill_slopes(&self, log_odds: &[f64], slopes: &mut [Slopes]) {
        let rows = self.is_rig.iter().zip(&self.weights).zip(log_odds);
        for (slopes, ((is_rig, weight), log_odds)) in slopes.iter_mut().zip(rows) {
            let chance = logistic(*log_odds);
            let weight = f64::from(*weight);
            *slopes = [
                weight * (chance - f64::from(u8::from(*is_rig))),
                weight * (chance * (1.0 - chance)).max(1e-6),
            ];
        }
    }
}

/// First and second derivative of the loss.
type Slopes = [f64; 2];

#[derive(Debug)]
struct Split {
    bin: usize,
    low: f64,
    high: f64,
    is_missing_low: bool,
    gain: f64,
}

/// Constraints on a split.
#[derive(Debug, Clone, Copy)]
struct Limits {
    lambda: f64,
    min_leaf: f64,
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

/// Features whose sums are computed in one pass over the rows.
const AT_ONCE: usize = 8;

/// Returns the best split among the chosen features; of equal ones the first.
fn best_of(
    columns: &[BinnedColumn],
    chosen: &[usize],
    slopes: &[Slopes],
    directions: &[Direction],
    limits: Limits,
) -> Option<(usize, Split)> {
    let mut best: Option<(usize, Split)> = None;
    for several in chosen.chunks(AT_ONCE) {
        // If fewer are left, the last column fills up the array; its extra sums are unused.
        let columns: [&BinnedColumn; AT_ONCE] =
            std::array::from_fn(|index| &columns[several[index.min(several.len() - 1)]]);
        let sums = sums_by_bin(columns, slopes);
        for ((&feature, column), sums) in several.iter().zip(columns).zip(&sums) {
            let split = best_split(column, sums, directions[feature], limits);
            if let Some(split) = split
                && best.as_ref().is_none_or(|(_, best)| split.gain > best.gain)
            {
                best = Some((feature, split));
            }
        }
    }
    best
}

/// Sums the slopes over the rows of each bin. Each addition depends on the previous one, so eight features at
/// a time run in parallel.
fn sums_by_bin(columns: [&BinnedColumn; AT_ONCE], slopes: &[Slopes]) -> [[Slopes; N_BINS]; AT_ONCE] {
    let mut sums = [[[0.0; 2]; N_BINS]; AT_ONCE];
    let [a, b, c, d, e, f, g, h] = columns.map(|column| column.bins.as_slice());
    let bins = a.iter().zip(b).zip(c).zip(d).zip(e).zip(f).zip(g).zip(h);
    for (slopes, (((((((a, b), c), d), e), f), g), h)) in slopes.iter().zip(bins) {
        for (sums, bin) in sums.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            let sums = &mut sums[usize::from(*bin) % N_BINS];
            sums[0] += slopes[0];
            sums[1] += slopes[1];
        }
    }
    sums
}

fn best_split(
    column: &BinnedColumn,
    by_bin: &[Slopes; N_BINS],
    direction: Direction,
    limits: Limits,
) -> Option<Split> {
    let Limits { lambda, min_leaf } = limits;
    let n_edges = column.edges.len();
    let sums = |bin: usize| {
        let [slope, curve] = by_bin[bin];
        Sums { slope, curve, n: f64::from(column.counts[bin]) }
    };
    let missing = sums(usize::from(MISSING));
    let known = (0..=n_edges).fold(Sums::default(), |all, bin| all.plus(sums(bin)));
    let whole = known.plus(missing).score(lambda);
    // Without missing rows, both sides are the same.
    let sides = if missing.n > 0.0 { &[true, false][..] } else { &[true][..] };
    let mut best: Option<Split> = None;
    let mut below = Sums::default();
    for bin in 0..n_edges {
        below = below.plus(sums(bin));
        let above = known.minus(below);
        if below.n < min_leaf || above.n < min_leaf {
            continue;
        }
        for &is_missing_low in sides {
            let (low, high) =
                if is_missing_low { (below.plus(missing), above) } else { (below, above.plus(missing)) };
            let gain = low.score(lambda) + high.score(lambda) - whole;
            if gain > 1e-6 && best.as_ref().is_none_or(|best| gain > best.gain) {
                let (low, high) = (low.leaf(lambda), high.leaf(lambda));
                let is_allowed = match direction {
                    Direction::Rising => high >= low,
                    Direction::Falling => high <= low,
                    Direction::Free => true,
                };
                if is_allowed {
                    best = Some(Split { bin, low, high, is_missing_low, gain });
                }
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::super::binned::Table;
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    fn rng() -> Xoshiro256PlusPlus {
        Xoshiro256PlusPlus::seed_from_u64(1)
    }

    fn fit(x: Vec<f32>, is_rig: Vec<bool>, direction: Direction, settings: FitSettings) -> Model {
        let rows = BinnedRows::of_all(&Table::of(vec![x]));
        let labels = Labels { weights: vec![1.0; is_rig.len()], is_rig };
        Model::fit(&rows, &labels, &[direction], settings, &mut rng())
    }

    #[test]
    fn a_threshold_is_learnt() {
        let x: Vec<f32> = (0..200).map(|i| i as f32).collect();
        let labels = (0..200).map(|i| i >= 120).collect();
        let model = fit(x, labels, Direction::Rising, FitSettings::default());
        assert!(model.log_odds(&[180.0]) > 2.0 && model.log_odds(&[20.0]) < -2.0);
    }

    #[test]
    fn a_rising_feature_cannot_speak_against() {
        let x: Vec<f32> = (0..200).map(|i| i as f32).collect();
        let labels = (0..200).map(|i| i < 80).collect();
        let model = fit(x, labels, Direction::Rising, FitSettings::default());
        assert!((model.log_odds(&[199.0]) - model.log_odds(&[0.0])).abs() < 1e-9);
    }

    #[test]
    fn missing_has_a_value_of_its_own() {
        let x: Vec<f32> = (0..200).map(|i| if i % 2 == 0 { f32::NAN } else { i as f32 }).collect();
        let labels = (0..200).map(|i| i % 2 == 1 && i > 100).collect();
        let model = fit(x, labels, Direction::Rising, FitSettings::default());
        assert!(model.log_odds(&[f32::NAN]) < model.log_odds(&[180.0]));
        assert!(model.log_odds(&[f32::NAN]).is_finite());
    }

    #[test]
    fn one_row_and_no_rows_give_a_bias() {
        let model = fit(vec![1.0], vec![true], Direction::Free, FitSettings::default());
        assert!(model.log_odds(&[1.0]) > 0.0);
        let model = fit(vec![], vec![], Direction::Free, FitSettings::default());
        assert!(model.log_odds(&[1.0]).is_finite());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn terms_only_rise_where_they_must(values in prop::collection::vec((0.0f32..10.0, any::<bool>()), 50..120)) {
            let x: Vec<f32> = values.iter().map(|pair| pair.0).collect();
            let labels = values.iter().map(|pair| pair.1).collect();
            let model = fit(x, labels, Direction::Rising, FitSettings { rounds: 40, ..FitSettings::default() });
            let scores: Vec<f64> = (0..100).map(|i| model.log_odds(&[i as f32 * 0.1])).collect();
            prop_assert!(scores.windows(2).all(|pair| pair[1] >= pair[0] - 1e-12));
        }
    }
}
