//! Plants rigs and look-alikes into copies of the run's own meters, and learns to tell them apart.
//!
//! Positives are meters with a planted rig; negatives are the meters as they are and meters with a
//! planted look-alike. Meters are split into folds: a meter is scored by models that never saw it or
//! a copy of it. A second round leaves out the meters that the first found most suspicious, so that
//! the few farms already hidden among the untouched do not teach the model that farms are normal.

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::binned::{BinnedRows, Table};
use super::model::{FitSettings, Labels, Model};
use super::plant::Host;
use crate::digest::MeterDays;
use crate::features::{Direction, FEATURES, MeterFeatures, N_FEATURES, Surroundings, extract_features};
use crate::rigs::{Change, LookAlike, Rig, RigForm, Site};
use crate::settings::Windows;
use crate::stats::quantile_of;

/// Copies of one meter with a rig and with a look-alike: few meters are planted into more often.
///
/// These numbers, the weights, the share left out and the rounds of
/// [`FitSettings`] were settled on open cases whose labels were in view, not on the run's own meters.
const fn copies_per_host(n_hosts: usize) -> (usize, usize) {
    match n_hosts {
        0..40 => (24, 20),
        40..200 => (12, 8),
        _ => (2, 2),
    }
}

/// Share of rigs that are planted on top of a look-alike: heated homes mine too.
const RIG_BESIDE_LOOK_ALIKE: f64 = 0.15;

/// Folds, and how often the meters are dealt anew; scores are means over the deals.
const FOLDS: usize = 5;
const DEALS: usize = 4;

/// Share of meters left out of the second round as possible farms. More than any share of farms
/// that a utility would still call undeclared.
const LEFT_OUT: f64 = 0.1;

/// Only meters this suspicious are left out. [log-odds within the training mix]
const LEFT_OUT_FROM: f64 = -1.0;

/// Weight of all untouched meters and of all look-alikes, for each unit of all rigs.
const UNTOUCHED_WEIGHT: f64 = 0.3;
const LOOK_ALIKE_WEIGHT: f64 = 0.4;

/// What was planted into a copy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Planted {
    /// A rig, with its form, its median draw while on [kW], and its onset as a civil day
    /// (`None`: from before the first day).
    Rig {
        /// Its form.
        form: RigForm,
        /// Median draw while on, as the meter sees it. [kW]
        kw: f32,
        /// First civil day, `None` from before the first day.
        onset: Option<i32>,
    },
    /// A look-alike.
    LookAlike(LookAlike),
}

/// A meter's copy with something planted.
#[derive(Debug, Clone)]
pub struct Copy {
    /// Index of the meter it was made of.
    pub host: usize,
    /// What was planted.
    pub planted: Planted,
    /// Features of the copy.
    pub features: MeterFeatures,
}

/// Plants rigs and look-alikes into a random part of the meters. `hosts` are indices into `meters`
/// of those that may be used; both in order of meter id.
#[must_use]
pub fn plant_copies(
    meters: &[(usize, MeterDays)],
    windows: &Windows,
    surroundings: &Surroundings,
    seed: u64,
) -> Vec<Copy> {
    let (rigs, look_alikes) = copies_per_host(meters.len());
    let of_host = |(index, meter): &(usize, MeterDays)| {
        let mut rng =
            Xoshiro256PlusPlus::seed_from_u64(seed ^ (*index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let Some(host) = Host::rebuild(&meter.days, windows.night) else { return Vec::new() };
        let mut copies = Vec::with_capacity(rigs + look_alikes);
        for number in 0..rigs {
            // Every form comes in turn, whatever the number of meters.
            let form = RigForm::ALL[(index * rigs + number) % RigForm::ALL.len()];
            copies.extend(plant_rig(*index, &host, form, windows, surroundings, &mut rng));
        }
        for number in 0..look_alikes {
            let kind = LookAlike::ALL[(index * look_alikes + number) % LookAlike::ALL.len()];
            copies.extend(plant_look_alike(*index, &host, kind, windows, surroundings, &mut rng));
        }
        copies
    };
    meters.par_iter().map(of_host).collect::<Vec<_>>().into_iter().flatten().collect()
}

fn plant_rig(
    index: usize,
    host: &Host<'_>,
    form: RigForm,
    windows: &Windows,
    surroundings: &Surroundings,
    rng: &mut Xoshiro256PlusPlus,
) -> Option<Copy> {
    let span = host.span();
    let load = host.load();
    let beside = rng
        .gen_bool(RIG_BESIDE_LOOK_ALIKE)
        .then(|| Change::draw(LookAlike::ALL[rng.gen_range(0..LookAlike::ALL.len())], &span, &load, rng));
    let rig = Rig::draw(form, &span, &Site::of(load), rng);
    let demand_kw = rig.demand_kw(&span, rng);
    let truth = rig.truth(&demand_kw, &span);
    let days = host.plant(|kw| {
        if let Some(beside) = &beside {
            beside.apply(kw, &span, rng);
        }
        kw.iter_mut().zip(&demand_kw).for_each(|(kw, rig_kw)| *kw += rig_kw);
    });
    let features = extract_features(&days, 0.0, windows, surroundings)?;
    let onset = truth.onset_day.map(|day| days[0].day + day as i32);
    (truth.kw > 0.0).then_some(Copy {
        host: index,
        planted: Planted::Rig { form, kw: truth.kw, onset },
        features,
    })
}

fn plant_look_alike(
    index: usize,
    host: &Host<'_>,
    kind: LookAlike,
    windows: &Windows,
    surroundings: &Surroundings,
    rng: &mut Xoshiro256PlusPlus,
) -> Option<Copy> {
    let span = host.span();
    let change = Change::draw(kind, &span, &host.load(), rng);
    let days = host.plant(|kw| change.apply(kw, &span, rng));
    let features = extract_features(&days, 0.0, windows, surroundings)?;
    Some(Copy { host: index, planted: Planted::LookAlike(kind), features })
}

/// Scores out of fold, and the models that gave them.
#[derive(Debug, Clone)]
pub struct Scores {
    /// Of each untouched meter. [log-odds within the training mix]
    pub meters: Vec<f64>,
    /// Of each copy. [log-odds within the training mix]
    pub copies: Vec<f64>,
    deals: Vec<Deal>,
}

impl Scores {
    /// What each feature adds to one untouched meter's score. [log-odds]
    #[must_use]
    pub fn terms(&self, meter: usize, values: &[f32; N_FEATURES]) -> [f32; N_FEATURES] {
        std::array::from_fn(|feature| self.term(meter, feature, values[feature]))
    }

    /// What each feature adds to the middle meter's score. [log-odds]
    #[must_use]
    pub fn usual_terms(&self, meters: &[&[f32; N_FEATURES]]) -> [f32; N_FEATURES] {
        let median = |feature: usize| {
            let terms = (0..meters.len()).map(|meter| self.term(meter, feature, meters[meter][feature]));
            quantile_of(terms, 0.5).unwrap_or(0.0)
        };
        let medians: Vec<f32> = (0..N_FEATURES).into_par_iter().map(median).collect();
        std::array::from_fn(|feature| medians[feature])
    }

    fn term(&self, meter: usize, feature: usize, value: f32) -> f32 {
        let of_deal = |deal: &Deal| (deal.model(meter).contribution(feature, value) / DEALS as f64) as f32;
        self.deals.iter().map(of_deal).fold(0.0, |sum, one| sum + one)
    }
}

/// One deal of the meters into folds, with a model for each.
#[derive(Debug, Clone)]
struct Deal {
    fold_of: Vec<u8>,
    models: Vec<Model>,
}

impl Deal {
    /// The model that never saw the meter.
    fn model(&self, meter: usize) -> &Model {
        &self.models[usize::from(self.fold_of[meter])]
    }
}

/// Learns and scores. `meters` has one row an untouched meter, in order of id.
#[must_use]
pub fn score_out_of_fold(meters: &[&[f32; N_FEATURES]], copies: &[Copy], seed: u64) -> Scores {
    let training = Training::of(meters, copies);
    let learn = |deal: usize| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed.wrapping_add(1000 * deal as u64));
        let fold_of = deal_folds(meters.len(), &mut rng);
        let models = training.fit_folds(&fold_of, &vec![false; meters.len()], &mut rng);
        let first = Deal { fold_of, models };
        let scores: Vec<f64> = score_meters(meters, |meter, row| first.model(meter).log_odds(row));
        let models = training.fit_folds(&first.fold_of, &most_suspicious(&scores), &mut rng);
        Deal { models, ..first }
    };
    let deals: Vec<Deal> = (0..DEALS).into_par_iter().map(learn).collect();
    let mean = |host: usize, row: &[f32; N_FEATURES]| {
        let of_deal = |deal: &Deal| deal.model(host).log_odds(row) / DEALS as f64;
        deals.iter().map(of_deal).fold(0.0, |sum, one| sum + one)
    };
    Scores {
        meters: score_meters(meters, mean),
        copies: copies.iter().map(|copy| mean(copy.host, &copy.features.values)).collect(),
        deals,
    }
}

fn deal_folds(n: usize, rng: &mut impl Rng) -> Vec<u8> {
    let mut folds: Vec<u8> = (0..n).map(|index| (index % FOLDS.min(n.max(1))) as u8).collect();
    folds.shuffle(rng);
    folds
}

fn score_meters(
    meters: &[&[f32; N_FEATURES]],
    score: impl Fn(usize, &[f32; N_FEATURES]) -> f64 + Sync,
) -> Vec<f64> {
    meters.par_iter().enumerate().with_min_len(256).map(|(index, row)| score(index, row)).collect()
}

fn most_suspicious(scores: &[f64]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    let n = (scores.len() as f64 * LEFT_OUT).ceil() as usize;
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

/// Untouched rows that training uses at most: beyond them the negatives say nothing new.
const MOST_UNTOUCHED: usize = 6000;

/// What all fits learn from; each leaves out a fold, and perhaps the most suspicious meters.
struct Training {
    table: Table,
    /// The meter of each row, or that which the copy was made of.
    meters: Vec<usize>,
    /// What was planted; `None` in a meter as it is.
    planted: Vec<Option<Planted>>,
}

impl Training {
    fn of(meters: &[&[f32; N_FEATURES]], copies: &[Copy]) -> Self {
        let stride = meters.len().div_ceil(MOST_UNTOUCHED).max(1);
        let untouched: Vec<usize> = (0..meters.len()).step_by(stride).collect();
        let rows: Vec<&[f32; N_FEATURES]> = untouched
            .iter()
            .map(|&index| meters[index])
            .chain(copies.iter().map(|copy| &copy.features.values))
            .collect();
        let column = |feature: usize| rows.iter().map(|row| row[feature]).collect();
        Self {
            table: Table::of((0..N_FEATURES).map(column).collect()),
            planted: untouched
                .iter()
                .map(|_| None)
                .chain(copies.iter().map(|copy| Some(copy.planted)))
                .collect(),
            meters: untouched.into_iter().chain(copies.iter().map(|copy| copy.host)).collect(),
        }
    }

    /// One model a fold, fitted on everything outside the fold.
    fn fit_folds(&self, fold_of: &[u8], is_left_out: &[bool], rng: &mut Xoshiro256PlusPlus) -> Vec<Model> {
        let n_folds = fold_of.iter().max().map_or(1, |last| last + 1);
        let seeds: Vec<u64> = (0..n_folds).map(|_| rng.r#gen()).collect();
        let directions: Vec<Direction> = FEATURES.iter().map(|feature| feature.direction).collect();
        let fit = |fold: u8| {
            // With one meter there is no outside: its own copies must do, and a finding says so.
            let is_used = |meter: usize| (fold_of[meter] != fold || n_folds == 1) && !is_left_out[meter];
            let rows: Vec<u32> =
                (0..self.meters.len() as u32).filter(|&row| is_used(self.meters[row as usize])).collect();
            Model::fit(
                &BinnedRows::of(&self.table, &rows),
                &self.labels(&rows),
                &directions,
                FitSettings::default(),
                &mut Xoshiro256PlusPlus::seed_from_u64(seeds[usize::from(fold)]),
            )
        };
        (0..n_folds).into_par_iter().map(fit).collect()
    }

    /// Labels of some rows. Each kind of negative weighs a share of what all rigs weigh.
    fn labels(&self, rows: &[u32]) -> Labels {
        let planted = || rows.iter().map(|row| self.planted[*row as usize]);
        let count = |is_kind: fn(&Option<Planted>) -> bool| planted().filter(is_kind).count();
        let n_rigs = count(|planted| matches!(planted, Some(Planted::Rig { .. })));
        let weight = |share: f64, n: usize| (share * n_rigs as f64 / n.max(1) as f64) as f32;
        let untouched = weight(UNTOUCHED_WEIGHT, count(Option::is_none));
        let look_alike =
            weight(LOOK_ALIKE_WEIGHT, count(|planted| matches!(planted, Some(Planted::LookAlike(_)))));
        let mut labels = Labels::default();
        for planted in planted() {
            match planted {
                None => labels.push(false, untouched),
                Some(Planted::Rig { .. }) => labels.push(true, 1.0),
                Some(Planted::LookAlike(_)) => labels.push(false, look_alike),
            }
        }
        labels
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{home_kw, meter};
    use crate::ids::MeterId;

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
                &plant_copies(&meters, &Windows::default(), &Surroundings::default(), 1),
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
            &plant_copies(&meters, &Windows::default(), &Surroundings::default(), 1),
            1,
        );
        assert!(scores.meters[0].is_finite());
    }
}
