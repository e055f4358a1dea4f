//! Trains the model on copies of the run's own meters with planted rigs and look-alikes.
//!
//! Positives are meters with a planted rig. Negatives are unchanged meters and meters with a planted
//! look-alike. Meters are split into folds, so that each is scored by models that never saw it or a copy of
//! it. A second round leaves out the most suspicious meters of the first. Otherwise the few farms hidden
//! among the unchanged meters would teach the model that farms are normal.

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::binned::{BinnedRows, Table};
use super::copies::{Copy, Planted};
use super::model::{FitSettings, Labels, Model};
use super::prior::{own_weight, prior};
use super::smallest::too_small;
use crate::features::{Direction, FEATURES, N_FEATURES};
use hashwatt_core::settings::Learning;
use hashwatt_core::stats::quantile_of;

/// Number of folds, and of random assignments to folds; scores are means over the assignments.
const FOLDS: usize = 5;
const DEALS: usize = 4;

/// Least score of the meters that are left out. [log-odds within the training mix]
const LEFT_OUT_FROM: f64 = -1.0;

/// Out-of-fold scores, and the models that gave them.
#[derive(Debug, Clone)]
pub struct Scores {
    /// Score of each unchanged meter. [log-odds within the training mix]
    pub meters: Vec<f64>,
    /// Score of each copy. [log-odds within the training mix]
    pub copies: Vec<f64>,
    deals: Vec<Deal>,
    own_weight: f64,
}

impl Scores {
    /// Returns the contribution of each feature to one unchanged meter's score. [log-odds]
    #[must_use]
    pub fn terms(&self, meter: usize, values: &[f32; N_FEATURES]) -> [f32; N_FEATURES] {
        std::array::from_fn(|feature| self.term(meter, feature, values[feature]))
    }

    /// Returns the median contribution of each feature over the meters. [log-odds]
    #[must_use]
    pub fn usual_terms(&self, meters: &[&[f32; N_FEATURES]]) -> [f32; N_FEATURES] {
        let median = |feature: usize| {
            let terms = (0..meters.len()).map(|meter| self.term(meter, feature, meters[meter][feature]));
            quantile_of(terms, 0.5).unwrap_or(0.0)
        };
        let medians: Vec<f32> = (0..N_FEATURES).into_par_iter().map(median).collect();
        std::array::from_fn(|feature| medians[feature])
    }

    /// Adds a value to the score of each meter and of its copies. [log-odds]
    pub fn shift(&mut self, copies: &[Copy], of_meter: impl Fn(usize) -> f64) {
        self.meters.iter_mut().enumerate().for_each(|(meter, score)| *score += of_meter(meter));
        self.copies.iter_mut().zip(copies).for_each(|(score, copy)| *score += of_meter(copy.host));
    }

    fn term(&self, meter: usize, feature: usize, value: f32) -> f32 {
        let of_deal = |deal: &Deal| (deal.model(meter).contribution(feature, value) / DEALS as f64) as f32;
        let own = self.deals.iter().map(of_deal).fold(0.0, |sum, one| sum + one);
        if self.own_weight == 1.0 {
            return own;
        }
        let elsewhere = prior().contribution(feature, value);
        (self.own_weight * f64::from(own) + (1.0 - self.own_weight) * elsewhere) as f32
    }
}

/// One assignment of the meters to folds, with a model for each fold.
#[derive(Debug, Clone)]
struct Deal {
    fold_of: Vec<u8>,
    models: Vec<Model>,
}

impl Deal {
    /// Returns the model that never saw the meter.
    fn model(&self, meter: usize) -> &Model {
        &self.models[usize::from(self.fold_of[meter])]
    }
}

/// Trains and scores. `meters` has one row per unchanged meter, with equal rows next to each other.
/// `verdicts` has one entry per meter: whether an inspection found a farm or none.
#[must_use]
pub fn score_out_of_fold(
    meters: &[&[f32; N_FEATURES]],
    verdicts: &[Option<bool>],
    copies: &[Copy],
    learning: &Learning,
    seed: u64,
) -> Scores {
    let training = Training::of(meters, verdicts, copies, learning);
    let learn = |deal: usize| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed.wrapping_add(1000 * deal as u64));
        let fold_of = deal_folds(meters, &mut rng);
        let models = training.fit_folds(&fold_of, &vec![false; meters.len()], &mut rng);
        let first = Deal { fold_of, models };
        let scores: Vec<f64> = score_meters(meters, |meter, row| first.model(meter).log_odds(row));
        let is_left_out = most_suspicious(&scores, verdicts, learning.left_out_share);
        let models = training.fit_folds(&first.fold_of, &is_left_out, &mut rng);
        Deal { models, ..first }
    };
    let deals: Vec<Deal> = (0..DEALS).into_par_iter().map(learn).collect();
    // A run with few meters relies partly on the prior.
    let own_weight = own_weight(meters.len());
    let mean = |host: usize, row: &[f32; N_FEATURES]| {
        let of_deal = |deal: &Deal| deal.model(host).log_odds(row) / DEALS as f64;
        let own = deals.iter().map(of_deal).fold(0.0, |sum, one| sum + one);
        let learnt = if own_weight == 1.0 {
            own
        } else {
            own_weight * own + (1.0 - own_weight) * prior().log_odds(row)
        };
        learnt + too_small(row)
    };
    Scores {
        meters: score_meters(meters, mean),
        copies: copies.iter().map(|copy| mean(copy.host, &copy.features.values)).collect(),
        deals,
        own_weight,
    }
}

/// Trains on all meters at once, without folds: a model for other meters than these.
#[must_use]
pub fn learn_from_all(
    meters: &[&[f32; N_FEATURES]],
    copies: &[Copy],
    learning: &Learning,
    seed: u64,
) -> Model {
    let no_verdicts = vec![None; meters.len()];
    let training = Training::of(meters, &no_verdicts, copies, learning);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let one_fold = vec![0; meters.len()];
    let mut fit = |is_left_out: &[bool]| {
        training.fit_folds(&one_fold, is_left_out, &mut rng).pop().expect("a model for the only fold")
    };
    let first = fit(&vec![false; meters.len()]);
    let scores = score_meters(meters, |_, row| first.log_odds(row));
    fit(&most_suspicious(&scores, &no_verdicts, learning.left_out_share))
}

/// Assigns a fold to each meter. Meters with equal measurements get the same fold; otherwise their names
/// would decide which goes where.
fn deal_folds(meters: &[&[f32; N_FEATURES]], rng: &mut impl Rng) -> Vec<u8> {
    let is_same = |a: &&[f32; N_FEATURES], b: &&[f32; N_FEATURES]| {
        a.iter().zip(b.iter()).all(|(a, b)| a.to_bits() == b.to_bits())
    };
    let alike: Vec<usize> = meters.chunk_by(is_same).map(<[_]>::len).collect();
    let n_folds = FOLDS.min(alike.len().max(1));
    let mut folds: Vec<u8> = (0..alike.len()).map(|index| (index % n_folds) as u8).collect();
    folds.shuffle(rng);
    folds.into_iter().zip(alike).flat_map(|(fold, n)| std::iter::repeat_n(fold, n)).collect()
}

fn score_meters(
    meters: &[&[f32; N_FEATURES]],
    score: impl Fn(usize, &[f32; N_FEATURES]) -> f64 + Sync,
) -> Vec<f64> {
    meters.par_iter().enumerate().with_min_len(256).map(|(index, row)| score(index, row)).collect()
}

/// Selects the meters that may be farms. Visited meters are left aside, because their verdict is known.
fn most_suspicious(scores: &[f64], verdicts: &[Option<bool>], share: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..scores.len()).filter(|&meter| verdicts[meter].is_none()).collect();
    let n = (scores.len() as f64 * share).ceil() as usize;
    let by_score = |&a: &usize, &b: &usize| scores[b].total_cmp(&scores[a]).then(a.cmp(&b));
    if n < order.len() {
        order.select_nth_unstable_by(n, by_score);
    }
    let mut is_left_out = vec![false; scores.len()];
    for &index in order.iter().take(n) {
        is_left_out[index] = scores[index] > LEFT_OUT_FROM;
    }
    is_left_out
}

/// Most unchanged rows used for training; more negatives add nothing new.
const MAX_UNTOUCHED: usize = 6000;

/// Training data of all fits; each fit leaves out a fold, and perhaps the most suspicious meters.
struct Training<'a> {
    learning: &'a Learning,
    table: Table,
    /// Meter of each row; for a copy, its host.
    meters: Vec<usize>,
    /// Kind of each row.
    kinds: Vec<RowKind>,
}

/// Kind of a row in the training table.
#[derive(Debug, Clone, Copy, PartialEq)]
enum RowKind {
    /// An unchanged meter.
    Untouched,
    /// A visited meter, and whether there was a farm.
    Visited(bool),
    /// A copy.
    Planted(Planted),
}

impl<'a> Training<'a> {
    fn of(
        meters: &[&[f32; N_FEATURES]],
        verdicts: &[Option<bool>],
        copies: &[Copy],
        learning: &'a Learning,
    ) -> Self {
        let stride = meters.len().div_ceil(MAX_UNTOUCHED).max(1);
        let is_used = |meter: &usize| meter.is_multiple_of(stride) || verdicts[*meter].is_some();
        let used: Vec<usize> = (0..meters.len()).filter(is_used).collect();
        let rows: Vec<&[f32; N_FEATURES]> = used
            .iter()
            .map(|&index| meters[index])
            .chain(copies.iter().map(|copy| &copy.features.values))
            .collect();
        // A feature that is always missing is never split on.
        let is_left_out = |feature: usize| {
            let family = FEATURES[feature].family.as_str();
            learning.without.iter().any(|name| name == family)
        };
        let column = |feature: usize| {
            let value = |row: &&[f32; N_FEATURES]| if is_left_out(feature) { f32::NAN } else { row[feature] };
            rows.iter().map(value).collect()
        };
        Self {
            learning,
            table: Table::of((0..N_FEATURES).map(column).collect()),
            kinds: used
                .iter()
                .map(|&index| verdicts[index].map_or(RowKind::Untouched, RowKind::Visited))
                .chain(copies.iter().map(|copy| RowKind::Planted(copy.planted)))
                .collect(),
            meters: used.into_iter().chain(copies.iter().map(|copy| copy.host)).collect(),
        }
    }

    /// Fits one model per fold, on everything outside the fold.
    fn fit_folds(&self, fold_of: &[u8], is_left_out: &[bool], rng: &mut Xoshiro256PlusPlus) -> Vec<Model> {
        let n_folds = fold_of.iter().max().map_or(1, |last| last + 1);
        let seeds: Vec<u64> = (0..n_folds).map(|_| rng.r#gen()).collect();
        let directions: Vec<Direction> = FEATURES.iter().map(|feature| feature.direction).collect();
        let fit = |fold: u8| {
            // A single meter has no other fold. Then its own copies are used, and a finding says so.
            let is_used = |meter: usize| (fold_of[meter] != fold || n_folds == 1) && !is_left_out[meter];
            let rows: Vec<u32> =
                (0..self.meters.len() as u32).filter(|&row| is_used(self.meters[row as usize])).collect();
            Model::fit(
                &BinnedRows::of(&self.table, &rows),
                &self.labels(&rows),
                &directions,
                FitSettings {
                    rounds: self.learning.rounds,
                    learning_rate: self.learning.learning_rate,
                    ..FitSettings::default()
                },
                &mut Xoshiro256PlusPlus::seed_from_u64(seeds[usize::from(fold)]),
            )
        };
        (0..n_folds).into_par_iter().map(fit).collect()
    }

    /// Returns the labels of some rows. Each kind of negative gets a share of the total weight of all rigs. A
    /// visit has the weight of several planted rigs.
    fn labels(&self, rows: &[u32]) -> Labels {
        let kinds = || rows.iter().map(|row| self.kinds[*row as usize]);
        let is_rig = |kind: &RowKind| matches!(kind, RowKind::Planted(planted) if planted.is_rig());
        let is_look_alike = |kind: &RowKind| matches!(kind, RowKind::Planted(planted) if !planted.is_rig());
        let n_rigs = kinds().filter(is_rig).count();
        let weight = |share: f64, n: usize| (share * n_rigs as f64 / n.max(1) as f64) as f32;
        let n_untouched = kinds().filter(|kind| *kind == RowKind::Untouched).count();
        let untouched = weight(self.learning.untouched_weight, n_untouched);
        let look_alike = weight(self.learning.look_alike_weight, kinds().filter(is_look_alike).count());
        let mut labels = Labels::default();
        for kind in kinds() {
            match kind {
                RowKind::Untouched => labels.push(false, untouched),
                RowKind::Visited(is_farm) => labels.push(is_farm, self.learning.verdict_weight as f32),
                RowKind::Planted(Planted::Rig { .. }) => labels.push(true, 1.0),
                RowKind::Planted(Planted::LookAlike(_)) => labels.push(false, look_alike),
            }
        }
        labels
    }
}

#[cfg(test)]
mod tests {
    use super::super::copies::plant_copies;
    use super::*;
    use crate::checks::samples::{home_kw, meter};
    use crate::features::{Surroundings, extract_features};
    use hashwatt_core::ids::MeterId;
    use hashwatt_core::settings::Windows;
    use hashwatt_readings::digest::MeterDays;

    fn meters(n: usize) -> Vec<(usize, MeterDays)> {
        (0..n)
            .map(|index| {
                let rig_kw = if index == 7 { 3.2 } else { 0.0 };
                let mut days = meter(60, move |day, slot| {
                    home_kw(day + index, slot + index % 3) * (1.0 + index as f32 * 0.02)
                        + if day > 25 { rig_kw } else { 0.0 }
                });
                days.meter = MeterId::from(format!("m{index:03}"));
                (index, days)
            })
            .collect()
    }

    #[test]
    fn a_hidden_rig_ranks_first_and_a_rerun_scores_the_same() {
        let meters = meters(30);
        let rows: Vec<_> = meters
            .iter()
            .map(|(_, days)| {
                extract_features(&days.days, 0.0, &Windows::default(), &Surroundings::default())
                    .unwrap()
                    .values
            })
            .collect();
        let run = || {
            score_out_of_fold(
                &rows.iter().collect::<Vec<_>>(),
                &vec![None; rows.len()],
                &plant_copies(
                    &meters,
                    &Windows::default(),
                    &Surroundings::default(),
                    &Learning::default(),
                    1,
                ),
                &Learning::default(),
                1,
            )
        };
        let scores = run();
        let best = (0..rows.len()).max_by(|&a, &b| scores.meters[a].total_cmp(&scores.meters[b])).unwrap();
        assert_eq!(best, 7);
        assert_eq!(scores.meters, run().meters);
    }

    #[test]
    fn one_meter_is_scored_too() {
        let meters = meters(1);
        let rows: Vec<_> = meters
            .iter()
            .map(|(_, days)| {
                extract_features(&days.days, 0.0, &Windows::default(), &Surroundings::default())
                    .unwrap()
                    .values
            })
            .collect();
        let scores = score_out_of_fold(
            &rows.iter().collect::<Vec<_>>(),
            &[None],
            &plant_copies(&meters, &Windows::default(), &Surroundings::default(), &Learning::default(), 1),
            &Learning::default(),
            1,
        );
        assert!(scores.meters[0].is_finite());
    }
}
