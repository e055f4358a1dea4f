//! Plants tips on the meters of a trial and compares their answers with what was planted.
//!
//! Every rig of a trial is reported once, by its address if the register has one; three in ten callers say it
//! differently from the register. There are one and a half times as many wrong tips: they name a meter near a
//! rig, a look-alike, or any meter. So four tips in ten are true, as in a simulated district.

use std::collections::BTreeSet;
use std::sync::Arc;

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::Serialize;

use super::measures::{CHANCES, Reliability};
use super::{Planted, Trial};
use crate::tips::said_otherwise;
use hashwatt_core::ids::MeterId;
use hashwatt_detection::features::Feature;
use hashwatt_detection::features::measure::MeasuredMeter;
use hashwatt_detection::ranking::rank::Ranked;
use hashwatt_readings::acquisition::register::Register;
use hashwatt_run::noise::noise_kw_of;
use hashwatt_tips::index::{Index, Point};
use hashwatt_tips::run_data::RunData;
use hashwatt_tips::streets::Renamed;
use hashwatt_tips::{Answer, Tip, TipDesk};

/// Rigs from this draw on should be found: one machine of the smallest kind, a GPU rig. [kW]
const MIN_KW: f32 = 1.3;

/// Share of callers who say an address differently from the register.
const SAID_OTHERWISE: f64 = 0.3;

/// Share of callers who read out the meter's id.
const KNOWS_METER: f64 = 0.2;

/// Results of tips on planted rigs and on other meters, over all trials.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TipMeasures {
    /// Number of tips planted.
    pub n_tips: usize,
    /// Tips that give an address.
    pub n_by_address: usize,
    /// Tips whose first line is the meter that they mean.
    pub n_right_first: usize,
    /// Tips on a rig of 1.3 kW or more.
    pub n_on_rig: usize,
    /// Of these, tips that are supported.
    pub n_on_rig_supported: usize,
    /// Tips on a meter without a planted rig.
    pub n_on_none: usize,
    /// Of these, tips that are not supported.
    pub n_on_none_right: usize,
    /// Tips on a rig at least as large as the smallest rig stated for that meter.
    pub n_above_smallest: usize,
    /// Of these, tips that are supported.
    pub n_above_smallest_supported: usize,
    /// Stated posteriors compared with the actual share of rigs.
    pub posteriors: Vec<Reliability>,
    /// Confidences of matches compared with the share that was right.
    pub confidences: Vec<Reliability>,
}

/// The meter that a tip means, and the draw of the rig there, if any.
struct Named<'t> {
    meter: &'t MeterId,
    rig_kw: Option<f32>,
}

/// Returns the points that tips are matched to: the register, and meters that it lacks.
#[must_use]
pub fn tip_index(register: &Register, measured: &[MeasuredMeter]) -> Arc<Index> {
    let mut points: Vec<Point> =
        register.points().map(|(meter, row)| Point::of(meter.as_str(), row)).collect();
    let others = measured.iter().filter(|one| register.point(one.0.as_str()).is_none());
    points.extend(others.map(|one| Point { meter: one.0.as_str().into(), ..Point::default() }));
    Arc::new(Index::of_points(points, &Renamed::default()))
}

impl TipMeasures {
    pub(super) fn new() -> Self {
        let edges = || std::iter::once(0.0).chain(CHANCES);
        let ranges = || edges().zip(CHANCES.into_iter().chain([1.0]));
        let all = || ranges().map(|(from, to)| Reliability { from, to, ..Reliability::default() }).collect();
        Self { posteriors: all(), confidences: all(), ..Self::default() }
    }

    /// Plants tips on the meters of a trial and counts their answers.
    pub(super) fn add(&mut self, index: &Arc<Index>, trial: &Trial, ranked: &Ranked, seed: u64) {
        let desk = TipDesk::of(Arc::clone(index), data_of(trial, ranked));
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x7169);
        for named in named(trial, &mut rng) {
            let Some(number) = index.by_id(named.meter.as_str()) else { continue };
            let address = index.point(number).address.as_deref().filter(|_| !rng.gen_bool(KNOWS_METER));
            let mut tip = Tip::new("planted", "");
            match address {
                Some(address) if rng.gen_bool(SAID_OTHERWISE) => {
                    tip.address = Some(said_otherwise(address, &mut rng));
                }
                Some(address) => tip.address = Some(address.to_owned()),
                None => tip.meter_id = Some(named.meter.to_string()),
            }
            self.count(&desk, &tip, &named, trial);
        }
    }

    fn count(&mut self, desk: &TipDesk, tip: &Tip, named: &Named<'_>, trial: &Trial) {
        let answer = desk.answer(tip);
        let first = answer.lines.first();
        let is_right = first.is_some_and(|line| line.meter_id == named.meter.as_str());
        self.n_tips += 1;
        self.n_by_address += usize::from(tip.address.is_some());
        self.n_right_first += usize::from(is_right);
        if let Some(line) = first {
            count(&mut self.confidences, line.confidence, is_right);
        }
        if let Some((line, posterior)) = first.and_then(|line| Some((line, line.posterior?))) {
            count(&mut self.posteriors, posterior, trial.is_rig(&MeterId::from(line.meter_id.as_str())));
        }
        if answer.answer == Answer::NotJudgeable {
            return;
        }
        let is_supported = answer.answer == Answer::Supported;
        match named.rig_kw {
            Some(kw) if kw >= MIN_KW => {
                self.n_on_rig += 1;
                self.n_on_rig_supported += usize::from(is_supported);
            }
            Some(_) => {}
            None => {
                self.n_on_none += 1;
                self.n_on_none_right += usize::from(!is_supported);
            }
        }
        let is_shown =
            |kw: f32| desk.smallest_kw(named.meter.as_str()).is_some_and(|least| f64::from(kw) >= least);
        if named.rig_kw.is_some_and(is_shown) {
            self.n_above_smallest += 1;
            self.n_above_smallest_supported += usize::from(is_supported);
        }
    }
}

fn count(ranges: &mut [Reliability], claimed: f64, is_there: bool) {
    let range = &mut ranges[CHANCES.partition_point(|edge| *edge <= claimed)];
    range.n += 1;
    range.n_claimed += claimed;
    range.n_rigs += usize::from(is_there);
}

/// Returns every rig once and, each with a chance of one in two, a meter beside it, a look-alike, and any
/// other meter.
fn named<'t>(trial: &'t Trial, rng: &mut impl Rng) -> Vec<Named<'t>> {
    let lines: Vec<&MeterId> =
        trial.meters.iter().map(|one| &one.0).filter(|meter| !trial.left_out.contains(*meter)).collect();
    let none = |meter| Named { meter, rig_kw: None };
    let plain: Vec<&MeterId> = lines.iter().copied().filter(|meter| !trial.is_rig(meter)).collect();
    let alike: Vec<&MeterId> =
        plain.iter().copied().filter(|meter| trial.truth.contains_key(*meter)).collect();
    let mut named = Vec::new();
    for (at, meter) in lines.iter().copied().enumerate() {
        let Some(Planted::Rig { kw, .. }) = trial.truth.get(meter) else { continue };
        named.push(Named { meter, rig_kw: Some(*kw) });
        if rng.gen_bool(0.5) {
            named.extend(lines[at..].iter().copied().find(|meter| !trial.is_rig(meter)).map(none));
        }
        if rng.gen_bool(0.5) {
            named.extend(alike.choose(rng).copied().map(none));
        }
        if rng.gen_bool(0.5) {
            named.extend(plain.choose(rng).copied().map(none));
        }
    }
    named
}

/// Returns the data that the trial would have left as a run.
fn data_of(trial: &Trial, ranked: &Ranked) -> RunData {
    let left_out: BTreeSet<&str> = trial.left_out.iter().map(MeterId::as_str).collect();
    let mut data = RunData::of_scored(&ranked.scored, ranked.sensitivity.smallest_found_kw(0.9));
    for (meter, features, _) in trial.meters.iter().filter(|one| !left_out.contains(one.0.as_str())) {
        let Some(line) = data.lines.get_mut(meter.as_str()) else { continue };
        let (base_kw, mad_rel) =
            (features.value(Feature::BaseLoadKwP50), features.value(Feature::BaseLoadMadRel));
        let noise_kw = noise_kw_of(f64::from(base_kw), f64::from(mad_rel));
        line.noise_kw = Some(noise_kw).filter(|kw| kw.is_finite());
        line.gap_share = f64::from(features.standard.missing_share + features.standard.estimated_share);
    }
    data
}
