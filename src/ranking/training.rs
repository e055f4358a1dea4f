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

use super::model::{FitSettings, Model, Rows};
use super::plant::Host;
use crate::digest::MeterDays;
use crate::features::{Direction, FEATURES, MeterFeatures, N_FEATURES, Surroundings, extract_features};
use crate::rigs::{Change, LookAlike, Rig, RigForm, Site};
use crate::settings::Windows;

/// Meters that copies are made of: what keeps training on a year of thousands of meters within
/// seconds. What more would add is not measured.
pub const MOST_HOSTS: usize = 600;

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

/// A random part of the meters to plant into, in order.
#[must_use]
pub fn choose_hosts(mut eligible: Vec<usize>, seed: u64) -> Vec<usize> {
    if eligible.len() > MOST_HOSTS {
        eligible.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(seed));
        eligible.truncate(MOST_HOSTS);
        eligible.sort_unstable();
    }
    eligible
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

/// Scores out of fold.
#[derive(Debug, Clone)]
pub struct Scores {
    /// Of each untouched meter. [log-odds within the training mix]
    pub meters: Vec<f64>,
    /// Of each copy. [log-odds within the training mix]
    pub copies: Vec<f64>,
    /// What each feature adds to each untouched meter's score. [log-odds]
    pub contributions: Vec<[f32; N_FEATURES]>,
}

/// Learns and scores. `meters` has one row an untouched meter, in order of id.
#[must_use]
pub fn score_out_of_fold(meters: &[[f32; N_FEATURES]], copies: &[Copy], seed: u64) -> Scores {
    let mut scores = Scores {
        meters: vec![0.0; meters.len()],
        copies: vec![0.0; copies.len()],
        contributions: vec![[0.0; N_FEATURES]; meters.len()],
    };
    for deal in 0..DEALS {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed.wrapping_add(1000 * deal as u64));
        let folds = deal_folds(meters.len(), &mut rng);
        let first = fit_folds(meters, copies, &folds, &vec![false; meters.len()], &mut rng);
        let suspicious = most_suspicious(&score_meters(meters, &first, &folds));
        let models = fit_folds(meters, copies, &folds, &suspicious, &mut rng);
        let add = |sum: &mut f64, one: f64| *sum += one / DEALS as f64;
        for (index, row) in meters.iter().enumerate() {
            let model = &models[folds[index]];
            add(&mut scores.meters[index], model.log_odds(row));
            for (sum, one) in scores.contributions[index].iter_mut().zip(model.contributions(row)) {
                *sum += (one / DEALS as f64) as f32;
            }
        }
        for (index, copy) in copies.iter().enumerate() {
            add(&mut scores.copies[index], models[folds[copy.host]].log_odds(&copy.features.values));
        }
    }
    scores
}

fn deal_folds(n: usize, rng: &mut impl Rng) -> Vec<usize> {
    let mut folds: Vec<usize> = (0..n).map(|index| index % FOLDS.min(n.max(1))).collect();
    folds.shuffle(rng);
    folds
}

fn score_meters(meters: &[[f32; N_FEATURES]], models: &[Model], folds: &[usize]) -> Vec<f64> {
    meters.iter().zip(folds).map(|(row, fold)| models[*fold].log_odds(row)).collect()
}

fn most_suspicious(scores: &[f64]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
    let mut is_left_out = vec![false; scores.len()];
    for &index in order.iter().take((scores.len() as f64 * LEFT_OUT).ceil() as usize) {
        is_left_out[index] = scores[index] > LEFT_OUT_FROM;
    }
    is_left_out
}

/// One model a fold, fitted on everything outside the fold.
fn fit_folds(
    meters: &[[f32; N_FEATURES]],
    copies: &[Copy],
    folds: &[usize],
    is_left_out: &[bool],
    rng: &mut Xoshiro256PlusPlus,
) -> Vec<Model> {
    let n_folds = folds.iter().max().map_or(1, |last| last + 1);
    let seeds: Vec<u64> = (0..n_folds).map(|_| rng.r#gen()).collect();
    (0..n_folds)
        .into_par_iter()
        .map(|fold| {
            // With one meter there is no outside: its own copies must do, and a finding says so.
            let is_used = |index: usize| (folds[index] != fold || n_folds == 1) && !is_left_out[index];
            let rows = training_rows(meters, copies, is_used);
            let directions: Vec<Direction> = FEATURES.iter().map(|feature| feature.direction).collect();
            Model::fit(
                &rows,
                &directions,
                FitSettings::default(),
                &mut Xoshiro256PlusPlus::seed_from_u64(seeds[fold]),
            )
        })
        .collect()
}

/// Untouched rows that training uses at most: beyond them the negatives say nothing new.
const MOST_UNTOUCHED: usize = 6000;

fn training_rows(meters: &[[f32; N_FEATURES]], copies: &[Copy], is_used: impl Fn(usize) -> bool) -> Rows {
    let stride = meters.len().div_ceil(MOST_UNTOUCHED).max(1);
    let untouched: Vec<&[f32; N_FEATURES]> = (0..meters.len())
        .step_by(stride)
        .filter(|&index| is_used(index))
        .map(|index| &meters[index])
        .collect();
    let copies: Vec<&Copy> = copies.iter().filter(|copy| is_used(copy.host)).collect();
    let n_rigs = copies.iter().filter(|copy| matches!(copy.planted, Planted::Rig { .. })).count();
    let n_look_alikes = copies.len() - n_rigs;
    let weight = |share: f64, n: usize| (share * n_rigs as f64 / n.max(1) as f64) as f32;
    let mut rows = Rows { features: vec![Vec::new(); N_FEATURES], ..Rows::default() };
    let mut push = |values: &[f32; N_FEATURES], label: bool, weight: f32| {
        rows.features.iter_mut().zip(values).for_each(|(column, value)| column.push(*value));
        rows.labels.push(label);
        rows.weights.push(weight);
    };
    untouched.iter().for_each(|row| push(row, false, weight(UNTOUCHED_WEIGHT, untouched.len())));
    for copy in copies {
        match copy.planted {
            Planted::Rig { .. } => push(&copy.features.values, true, 1.0),
            Planted::LookAlike(_) => {
                push(&copy.features.values, false, weight(LOOK_ALIKE_WEIGHT, n_look_alikes))
            }
        }
    }
    rows
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
                &rows,
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
            &rows,
            &plant_copies(&meters, &Windows::default(), &Surroundings::default(), 1),
            1,
        );
        assert!(scores.meters[0].is_finite());
    }
}
