//! Scores other explanations beside mining: how well each look-alike fits the same features.
//!
//! One model a look-alike, learnt on the copies it was planted into against everything else (the
//! other look-alikes, the rigs, and the meters as they are), classes weighted alike: 0.5 means the
//! features do not tell.

use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::RivalScore;
use super::model::{FitSettings, Model, Rows, logistic};
use super::training::{Copy, Planted};
use crate::features::standard::STANDARD_NAMES;
use crate::features::{Direction, MeterFeatures, N_FEATURES};
use crate::rigs::LookAlike;

/// Fewer copies than this teach nothing of a look-alike.
const LEAST_COPIES: usize = 8;

/// Stumps of a rival's model: it explains, it does not rank.
const ROUNDS: usize = 60;

/// Meters as they are that a rival's model learns from at most.
const MOST_UNTOUCHED: usize = 2000;

/// Models of the look-alikes.
pub struct Rivals {
    models: Vec<(&'static str, Model)>,
}

impl Rivals {
    /// Learns every look-alike that has enough copies.
    #[must_use]
    pub fn learn(meters: &[MeterFeatures], copies: &[Copy], seed: u64) -> Self {
        let stride = meters.len().div_ceil(MOST_UNTOUCHED).max(1);
        let rows: Vec<(Option<LookAlike>, Vec<f32>)> = meters
            .iter()
            .step_by(stride)
            .map(|meter| (None, features(meter)))
            .chain(copies.iter().map(|copy| (planted_look_alike(copy), features(&copy.features))))
            .collect();
        let models = LookAlike::ALL
            .par_iter()
            .enumerate()
            .filter_map(|(index, &kind)| {
                Some((words(kind), learn_one(&rows, kind, seed.wrapping_add(index as u64))?))
            })
            .collect();
        Self { models }
    }

    /// Scores of one meter, best first.
    #[must_use]
    pub fn score(&self, meter: &MeterFeatures) -> Vec<RivalScore> {
        let features = features(meter);
        let mut scores: Vec<RivalScore> = self
            .models
            .iter()
            .map(|(rival, model)| RivalScore { rival, score: logistic(model.log_odds(&features)) })
            .collect();
        scores.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.rival.cmp(b.rival)));
        scores
    }
}

fn learn_one(rows: &[(Option<LookAlike>, Vec<f32>)], kind: LookAlike, seed: u64) -> Option<Model> {
    let is_kind = |row: &(Option<LookAlike>, Vec<f32>)| row.0 == Some(kind);
    let n = rows.iter().filter(|row| is_kind(row)).count();
    if n < LEAST_COPIES {
        return None;
    }
    let n_features = N_FEATURES + STANDARD_NAMES.len();
    let other_weight = n as f32 / (rows.len() - n).max(1) as f32;
    let training = Rows {
        features: (0..n_features).map(|index| rows.iter().map(|row| row.1[index]).collect()).collect(),
        labels: rows.iter().map(is_kind).collect(),
        weights: rows.iter().map(|row| if is_kind(row) { 1.0 } else { other_weight }).collect(),
    };
    let settings = FitSettings { rounds: ROUNDS, learning_rate: 0.15, ..FitSettings::default() };
    Some(Model::fit(
        &training,
        &vec![Direction::Free; n_features],
        settings,
        &mut Xoshiro256PlusPlus::seed_from_u64(seed),
    ))
}

fn planted_look_alike(copy: &Copy) -> Option<LookAlike> {
    match copy.planted {
        Planted::LookAlike(kind) => Some(kind),
        Planted::Rig { .. } => None,
    }
}

fn features(meter: &MeterFeatures) -> Vec<f32> {
    meter.values.iter().copied().chain(meter.standard.values()).collect()
}

/// The look-alike as an analyst says it.
const fn words(kind: LookAlike) -> &'static str {
    match kind {
        LookAlike::StorageHeating => "storage heating",
        LookAlike::FloorHeating => "floor heating",
        LookAlike::HeatPump => "heat pump",
        LookAlike::EvCharging => "EV charging",
        LookAlike::Server => "servers",
        LookAlike::ColdStore => "cold store",
        LookAlike::Telecom => "telecom site",
        LookAlike::StreetLighting => "street lighting",
        LookAlike::Bakery => "bakery",
        LookAlike::GrowLights => "grow lights",
        LookAlike::Pumps => "pumps",
        LookAlike::MovingIn => "moving in",
        LookAlike::EmptyFlat => "empty flat",
        LookAlike::StuckChannel => "stuck channel",
        LookAlike::HolidayHome => "holiday home",
    }
}
