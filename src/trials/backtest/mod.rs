//! Plants rigs into the run's own meters, ranks them as `detect` would, and compares the list with what was
//! planted.
//!
//! A trial takes the meters as they are. It plants rigs into a share of them and look-alikes into others, and
//! passes the whole set to the ranking. The ranking does not know what was planted. As in a real run, it
//! plants copies of its own to learn from, some of them into meters that already carry a rig of the trial.
//! Real farms in the data count as false leads. The rigs of trial and training come from one generator with
//! different draws, so a form of farm that nobody has modelled is not tested.

mod measures;
mod page;
mod tips;

use std::collections::{BTreeMap, BTreeSet};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

pub use measures::{Backtest, Measures};
pub use page::{BacktestTable, tables, write_backtest};
pub use tips::{TipMeasures, tip_index};

use hashwatt_core::error::{Error, Result};
use hashwatt_core::ids::MeterId;
use hashwatt_core::settings::Settings;
use hashwatt_detection::features::measure::MeasuredMeter;
use hashwatt_detection::features::{Surroundings, extract_features};
use hashwatt_detection::ranking::Scored;
use hashwatt_detection::ranking::copies::{Planted, plant_look_alike, plant_rig};
use hashwatt_detection::ranking::hosts::may_host;
use hashwatt_detection::ranking::plant::Host;
use hashwatt_readings::acquisition::register::UsagePoint;
use hashwatt_readings::acquisition::verdicts::{Verdict, Verdicts};
use hashwatt_readings::digest::MeterDays;
use hashwatt_readings::digest::store::DigestStore;
use hashwatt_rigs::{LookAlike, RigForm};

/// Default shares of meters with a rig: one in a thousand, what raids of 2022 suggest for a district, and a
/// district known for farms.
pub const DEFAULT_PREVALENCES: [f64; 3] = [0.001, 0.008, 0.05];

/// Default number of visits that a desk makes on one list.
pub const DEFAULT_BUDGET: usize = 50;

/// Share of meters that get a planted look-alike, in addition to the real ones.
const LOOK_ALIKE_SHARE: f64 = 0.05;

/// Plan of a backtest.
#[derive(Debug, Clone, PartialEq)]
pub struct BacktestPlan {
    /// Trials of each prevalence.
    pub n_seeds: u64,
    /// Shares of meters with a rig, 0..=0.5.
    pub prevalences: Vec<f64>,
    /// Number of visits in the budget.
    pub budget: usize,
    /// Share of meters, from the top of the list, whose truth is known in a second ranking, 0..=0.5; 0: no
    /// second ranking.
    pub verdict_share: f64,
}

impl BacktestPlan {
    /// Returns the prevalence and seed of every trial.
    pub fn trials(&self) -> impl Iterator<Item = (f64, u64)> {
        self.prevalences.iter().flat_map(|share| (1..=self.n_seeds).map(|seed| (*share, seed)))
    }
}

/// The meters of a run with rigs and look-alikes planted into some.
#[derive(Debug)]
pub struct Trial {
    /// Every meter. Planted ones have the features of their load with what was planted.
    pub meters: Vec<MeasuredMeter>,
    /// What was planted.
    pub truth: BTreeMap<MeterId, Planted>,
    /// Meters left out of the measures: network meters, which are never suspects, and meters that were
    /// already visited.
    pub left_out: BTreeSet<MeterId>,
    days: BTreeMap<MeterId, MeterDays>,
}

impl Trial {
    /// Plants rigs and look-alikes into randomly chosen meters: at least one rig, whatever the share.
    ///
    /// # Errors
    /// When rigs can be planted into no meter, or the days of the hosts cannot be read.
    pub fn plant(
        measured: &[MeasuredMeter],
        verdicts: &Verdicts,
        (prevalence, seed): (f64, u64),
        store: &DigestStore,
        settings: &Settings,
        surroundings: &Surroundings,
    ) -> Result<Self> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let is_left_out = |(meter, _, point): &MeasuredMeter| {
            point.as_ref().is_some_and(UsagePoint::is_network)
                || verdicts.get(meter).and_then(Verdict::is_farm).is_some()
        };
        let may_be_host = |one: &MeasuredMeter| !is_left_out(one) && may_host(one.2.as_ref(), None);
        let mut hosts: Vec<usize> =
            (0..measured.len()).filter(|&index| may_be_host(&measured[index])).collect();
        if hosts.is_empty() {
            return Err(nothing_to_plant_into(measured.len()));
        }
        hosts.shuffle(&mut rng);
        let at_least_one = |share: f64| ((share * hosts.len() as f64).round() as usize).max(1);
        let n_rigs = at_least_one(prevalence);
        hosts.truncate(n_rigs + at_least_one(LOOK_ALIKE_SHARE));
        let (mut forms, mut kinds) = (RigForm::ALL.to_vec(), LookAlike::ALL.to_vec());
        forms.shuffle(&mut rng);
        kinds.shuffle(&mut rng);
        let names: BTreeSet<MeterId> = hosts.iter().map(|&index| measured[index].0.clone()).collect();
        let days = store.days_of(&names)?;
        let plant = |(number, &index): (usize, &usize)| {
            let meter = days.get(&measured[index].0)?;
            let host = Host::rebuild(&meter.days, settings.windows.night, &surroundings.weather)?;
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ (index as u64 + 1).rotate_left(32));
            let (days, planted) = if number < n_rigs {
                plant_rig(&host, forms[number % forms.len()], &mut rng)?
            } else {
                plant_look_alike(&host, kinds[number % kinds.len()], &mut rng)
            };
            let features = extract_features(&days, 0.0, &settings.windows, surroundings)?;
            Some((index, MeterDays { meter: meter.meter.clone(), days }, planted, features))
        };
        let planted: Vec<_> = hosts.par_iter().enumerate().filter_map(plant).collect();
        let left_out = measured.iter().filter(|one| is_left_out(one)).map(|one| one.0.clone()).collect();
        let (truth, days) = (BTreeMap::new(), BTreeMap::new());
        let mut trial = Self { meters: measured.to_vec(), truth, left_out, days };
        for (index, days, planted, features) in planted {
            trial.meters[index].1 = features;
            trial.truth.insert(days.meter.clone(), planted);
            trial.days.insert(days.meter.clone(), days);
        }
        Ok(trial)
    }

    /// Returns the days of meters, with what was planted into them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn days_of(
        &self,
        meters: &BTreeSet<MeterId>,
        store: &DigestStore,
    ) -> Result<BTreeMap<MeterId, MeterDays>> {
        let (planted, as_they_are): (BTreeSet<_>, BTreeSet<_>) =
            meters.iter().cloned().partition(|meter| self.days.contains_key(meter));
        let mut days = store.days_of(&as_they_are)?;
        days.extend(planted.into_iter().map(|meter| (meter.clone(), self.days[&meter].clone())));
        Ok(days)
    }

    /// Whether a rig was planted into a meter.
    #[must_use]
    pub fn is_rig(&self, meter: &MeterId) -> bool {
        self.truth.get(meter).is_some_and(Planted::is_rig)
    }

    /// Returns the lines that count for the measures, in order.
    pub fn lines<'s>(&'s self, scored: &'s [Scored]) -> impl Iterator<Item = &'s Scored> {
        scored.iter().filter(|one| !self.left_out.contains(&one.meter))
    }

    /// Returns the verdicts of visits to the first lines of a list.
    #[must_use]
    pub fn visit(&self, scored: &[Scored], share: f64) -> Verdicts {
        let lines: Vec<&Scored> = self.lines(scored).collect();
        let n = (share * lines.len() as f64).round() as usize;
        Verdicts::of(lines.into_iter().take(n).map(|one| {
            (one.meter.clone(), if self.is_rig(&one.meter) { Verdict::Confirmed } else { Verdict::Rejected })
        }))
    }
}

fn nothing_to_plant_into(n_meters: usize) -> Error {
    Error::NoReadings {
        seen: format!("none of {n_meters} meters with enough days can be planted into"),
        cure: "Give usage points that declare no mining and that nobody has visited; `hashwatt check` shows what the export has".to_owned(),
    }
}
