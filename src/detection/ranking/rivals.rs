//! Scores other explanations beside mining: how well each look-alike fits the same features.
//!
//! Each look-alike has its own model. It is trained on the copies with that look-alike against everything
//! else: the other look-alikes, the rigs and the unchanged meters. Both classes have the same weight, so 0.5
//! means that the features do not decide.

use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::RivalScore;
use super::binned::{BinnedRows, Table};
use super::copies::{Copy, Planted};
use super::model::{FitSettings, Labels, Model, logistic};
use crate::features::standard::N_STANDARD;
use crate::features::{Direction, MeterFeatures, N_FEATURES};
use hashwatt_rigs::LookAlike;

/// Fewest copies needed to learn a look-alike.
const MIN_COPIES: usize = 8;

/// Number of stumps in a rival's model: it only explains and does not rank.
const ROUNDS: usize = 60;

/// Most unchanged meters that a rival's model learns from.
const MAX_UNTOUCHED: usize = 2000;

/// Number of features of a rival's model: those of the ranking, and the standard features.
const N_ALL: usize = N_FEATURES + N_STANDARD;

/// Models of the look-alikes.
pub struct Rivals {
    models: Vec<(&'static str, Model)>,
}

impl Rivals {
    /// Trains a model for every look-alike that has enough copies.
    #[must_use]
    pub fn learn(meters: &[&MeterFeatures], copies: &[Copy], seed: u64) -> Self {
        let stride = meters.len().div_ceil(MAX_UNTOUCHED).max(1);
        let rows: Vec<(Option<LookAlike>, [f32; N_ALL])> = meters
            .iter()
            .step_by(stride)
            .map(|meter| (None, features(meter)))
            .chain(copies.iter().map(|copy| (planted_look_alike(copy), features(&copy.features))))
            .collect();
        let column = |feature: usize| rows.iter().map(|row| row.1[feature]).collect();
        let binned = BinnedRows::of_all(&Table::of((0..N_ALL).map(column).collect()));
        let kinds: Vec<Option<LookAlike>> = rows.iter().map(|row| row.0).collect();
        let models = LookAlike::ALL
            .par_iter()
            .enumerate()
            .filter_map(|(index, &kind)| {
                Some((words(kind), learn_one(&binned, &kinds, kind, seed.wrapping_add(index as u64))?))
            })
            .collect();
        Self { models }
    }

    /// Returns the scores of one meter, best first.
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

fn learn_one(rows: &BinnedRows, kinds: &[Option<LookAlike>], kind: LookAlike, seed: u64) -> Option<Model> {
    let n = kinds.iter().filter(|other| **other == Some(kind)).count();
    if n < MIN_COPIES {
        return None;
    }
    let other_weight = n as f32 / (kinds.len() - n).max(1) as f32;
    let mut labels = Labels::default();
    for &other in kinds {
        let is_kind = other == Some(kind);
        labels.push(is_kind, if is_kind { 1.0 } else { other_weight });
    }
    let settings = FitSettings { rounds: ROUNDS, learning_rate: 0.15, ..FitSettings::default() };
    Some(Model::fit(
        rows,
        &labels,
        &[Direction::Free; N_ALL],
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

fn features(meter: &MeterFeatures) -> [f32; N_ALL] {
    let mut all = [0.0; N_ALL];
    all[..N_FEATURES].copy_from_slice(&meter.values);
    all[N_FEATURES..].copy_from_slice(&meter.standard.values());
    all
}

/// Returns the look-alike in an analyst's words.
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
        LookAlike::BuildingDryer => "building dryer",
        LookAlike::Dehumidifier => "dehumidifier",
        LookAlike::OxygenConcentrator => "oxygen concentrator",
        LookAlike::PoolPump => "pool pump",
        LookAlike::AirConditioning => "air conditioning",
        LookAlike::WaterHeater => "water heater",
        LookAlike::Laundry => "laundry",
    }
}
