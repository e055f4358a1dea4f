//! Simulates a transformer: its usage points, its unmetered load, and its technical loss.

use std::ops::Range;

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::calendar::Calendar;
use super::incidents::Incidents;
use super::plan::{Plan, Unmetered};
use super::scenario::Scenario;
use super::story::Story;
use super::surroundings::Surroundings;
use super::usage_points::{PointRun, Truth, run_point};
use super::voltages::{Lines, Spot};
use hashwatt_rigs::chance::{between, one_of};
use hashwatt_rigs::{Change, HostLoad, LookAlike, Rig, RigForm, Site, Span};

/// Standard ratings; a transformer gets the smallest that carries its peak. [kVA]
const RATINGS_KVA: [f32; 9] = [63.0, 100.0, 160.0, 250.0, 400.0, 630.0, 1000.0, 1600.0, 2500.0];

/// No-load loss as a share of the rating (EN 50588-1, oil-filled, older stock). [kW/kVA]
const NO_LOAD_SHARE: f32 = 0.0022;

/// Loss in windings and low-voltage lines at mean load, as a share of the mean load.
const LOAD_LOSS_SHARE: (f32, f32) = (0.012, 0.04);

/// Numbers that keep the random streams of meters, transformers and other things apart.
const POINT_STREAM: u64 = 0x9E37_79B9_7F4A_7C15;
const TRANSFORMER_STREAM: u64 = 0xD1B5_4A32_D192_ED03;
const VOLTAGE_STREAM: u64 = 0x8CB9_2BA7_2F3D_8DD7;

/// Forms of a rig on a tap.
const TAP_FORMS: [RigForm; 5] =
    [RigForm::Flat, RigForm::Flat, RigForm::Stairs, RigForm::Stopped, RigForm::NightTimer];

/// What all transformers of a simulation share.
pub(super) struct District<'a> {
    pub scenario: &'a Scenario,
    pub seed: u64,
    pub plan: &'a Plan,
    pub calendar: &'a Calendar,
    pub incidents: &'a Incidents,
    /// Outdoor temperature of each zone on the local grid. [degC]
    pub temperature_c: &'a [Vec<f32>],
    /// Whether meters record their voltage.
    pub has_voltages: bool,
}

/// What a part of the network does without, in its own intervals.
pub(super) struct Cuts {
    outages: Vec<Range<usize>>,
    internet_blackouts: Vec<Range<usize>>,
}

impl Cuts {
    /// Returns the cuts of a feeder; without one, those of the customers at 220 kV.
    pub fn of(district: &District, feeder: Option<usize>, zone: usize) -> Self {
        Self {
            outages: district.incidents.outages_of(feeder, zone),
            internet_blackouts: district.incidents.internet_blackouts_of(zone),
        }
    }
}

impl District<'_> {
    /// Returns what the customers of a feeder share.
    pub fn surroundings<'b>(
        &'b self,
        feeder: Option<usize>,
        zone: usize,
        cuts: &'b Cuts,
    ) -> Surroundings<'b> {
        let span = Span {
            first_day: self.calendar.first_day,
            n_days: self.calendar.n_days,
            intervals_per_day: self.calendar.intervals_per_day,
            temperature_c: Some(&self.temperature_c[zone]),
            outages: &cuts.outages,
            internet_blackouts: &cuts.internet_blackouts,
        };
        let (calendar, scenario, incidents) = (self.calendar, self.scenario, self.incidents);
        Surroundings { calendar, scenario, zone, feeder, span, incidents }
    }
}

/// Result of one simulated transformer.
#[derive(Debug)]
pub(super) struct TransformerRun {
    /// Its usage points, in order.
    pub points: Vec<PointRun>,
    /// What the transformer's own meter records on the local grid. [kW]
    pub supplied_kw: Vec<f32>,
    /// Voltages recorded by its usage points' meters, if they record any.
    pub lines: Option<LinesRun>,
    pub truth: Truth,
}

/// Lines with the voltages measured on them.
#[derive(Debug)]
pub(super) struct LinesRun {
    /// Where each usage point is connected.
    pub spots: Vec<Spot>,
    /// Voltage that its meter records, on the local grid. [V]
    pub voltage_v: Vec<Vec<f32>>,
}

/// Simulates one transformer and everything below it. The result does not depend on the number of threads.
pub(super) fn run_transformer(transformer: usize, district: &District) -> TransformerRun {
    let plan = &district.plan.transformers[transformer];
    let cuts = Cuts::of(district, Some(plan.feeder), plan.zone);
    let around = district.surroundings(Some(plan.feeder), plan.zone, &cuts);
    let run = |point: usize| {
        let mut rng = stream(district.seed, POINT_STREAM, point);
        run_point(&district.plan.points[point], &around, &mut rng)
    };
    let points: Vec<PointRun> = plan.points.clone().map(run).collect();
    let mut rng = stream(district.seed, TRANSFORMER_STREAM, transformer);
    let mut supplied_kw = vec![0.0f32; around.span.n_intervals()];
    for point in &points {
        supplied_kw.iter_mut().zip(&point.supplied_kw).for_each(|(sum_kw, kw)| *sum_kw += kw);
    }
    let (mut truth, fed_kw) =
        feed_past_meters(plan.unmetered, plan.story.as_ref(), &supplied_kw, &around, &mut rng);
    add(&mut supplied_kw, &fed_kw);
    let lines = district.has_voltages.then(|| {
        let mut rng = stream(district.seed, VOLTAGE_STREAM, transformer);
        let plans = &district.plan.points[plan.points.clone()];
        run_lines(Lines::draw(plans, &mut rng), &points, &fed_kw, &mut truth, &mut rng)
    });
    note_bypasses(&mut truth, &points);
    note_mislisting(&mut truth, transformer, district.plan);
    add_loss(&mut supplied_kw, &around, &mut rng);
    TransformerRun { points, supplied_kw, lines, truth }
}

/// Returns the voltages of the usage points, and notes in the truth where a tap is connected.
fn run_lines(
    mut lines: Lines,
    points: &[PointRun],
    fed_kw: &[f32],
    truth: &mut Truth,
    rng: &mut impl Rng,
) -> LinesRun {
    let n = points.first().map_or(0, |point| point.supplied_kw.len());
    let peak_kw = fed_kw.iter().copied().fold(0.0, f32::max);
    let tap = (peak_kw > 0.0).then(|| lines.draw_tap(peak_kw, rng));
    truth.spot = tap.filter(|_| truth.role == "rig");
    let own = lines.spots.iter().copied().zip(points.iter().map(|point| &point.supplied_kw[..]));
    let mut loads: Vec<(Spot, &[f32])> = own.collect();
    lines.dimension(&loads, n);
    loads.extend(tap.map(|spot| (spot, fed_kw)));
    let voltage_v = lines.voltages(&loads, n, rng);
    LinesRun { spots: lines.spots, voltage_v }
}

/// Returns a random generator of its own for the `n`th thing of a kind.
pub(super) fn stream(seed: u64, kind: u64, n: usize) -> Xoshiro256PlusPlus {
    let number = (n as u64).wrapping_add(1).wrapping_mul(kind);
    Xoshiro256PlusPlus::seed_from_u64(seed.rotate_left(32) ^ number)
}

/// Returns the unmetered load of the transformer, other than the unmetered part of a rig. [kW]
fn feed_past_meters(
    unmetered: Unmetered,
    story: Option<&Story>,
    supplied_kw: &[f32],
    around: &Surroundings,
    rng: &mut impl Rng,
) -> (Truth, Vec<f32>) {
    let span = &around.span;
    let host = HostLoad::of(supplied_kw);
    let mut fed_kw = vec![0.0; supplied_kw.len()];
    let truth = match unmetered {
        Unmetered::Nothing => Truth { role: "plain", scheme: Some("none"), ..Truth::plain() },
        Unmetered::Lamps => {
            Change::draw(LookAlike::StreetLighting, span, &host, rng).all_along(span).apply(
                &mut fed_kw,
                span,
                rng,
            );
            Truth {
                role: "look_alike",
                form: Some(LookAlike::StreetLighting.as_str()),
                scheme: Some("unmetered_street_lighting"),
                ..Truth::plain()
            }
        }
        Unmetered::Tap => {
            let site = Site::of(host).with_kw(1.3, 80.0).in_year(around.scenario.latest_model_year);
            let form = one_of(&TAP_FORMS, rng);
            // With a story it is the story that stops a rig.
            let form = if story.is_some() && form == RigForm::Stopped { RigForm::Flat } else { form };
            let mut rig = Rig::draw(form, span, &site, rng);
            if let Some(story) = story {
                rig = story.told(rig, around.calendar, span, rng);
            }
            fed_kw = rig.demand_kw(span, rng);
            around.delay_restarts(&mut fed_kw, rng);
            let mut truth = Truth::of_rig(&rig, &fed_kw, around);
            if let Some(story) = story {
                truth = truth.with_story(story, around);
            }
            let metered_share = truth.kw.map(|_| 0.0);
            Truth { scheme: Some(if truth.kw.is_some() { "tap" } else { "none" }), metered_share, ..truth }
        }
    };
    (truth, fed_kw)
}

/// Notes bypasses in the transformer's truth: it supplies what the bypassed meters do not register.
fn note_bypasses(truth: &mut Truth, points: &[PointRun]) {
    for bypassed in points.iter().map(|point| &point.truth).filter(|truth| truth.unmetered_kw > 0.0) {
        let tapped_kw = truth.kw.unwrap_or(0.0);
        let scheme = if tapped_kw > 0.0 { "several" } else { bypassed.scheme.unwrap_or("bypass") };
        if tapped_kw < bypassed.unmetered_kw {
            *truth = Truth { metered_share: Some(0.0), ..bypassed.clone() };
        }
        truth.scheme = Some(scheme);
        truth.kw = Some(tapped_kw + bypassed.unmetered_kw);
    }
}

/// Notes a wrong link in the register: it looks like a tap at one transformer and a surplus at the other.
fn note_mislisting(truth: &mut Truth, transformer: usize, plan: &Plan) {
    let below = |n: usize| &plan.points[plan.transformers[n].points.clone()];
    let lacks_one = below(transformer).iter().any(|point| point.listed_under.is_some());
    let has_one_more = transformer + 1 < plan.transformers.len()
        && below(transformer + 1).iter().any(|point| point.listed_under == Some(transformer));
    if truth.kw.is_none() && (lacks_one || has_one_more) {
        truth.scheme = Some(if lacks_one { "lacks_a_meter" } else { "lists_a_foreign_meter" });
    }
}

/// Adds no-load loss, and load loss that grows with the square of the load.
fn add_loss(supplied_kw: &mut [f32], around: &Surroundings, rng: &mut impl Rng) {
    let host = HostLoad::of(supplied_kw);
    let needed_kva = 1.15 * host.peak_kw;
    let rating_kva = RATINGS_KVA.iter().copied().find(|kva| *kva >= needed_kva).unwrap_or(needed_kva);
    let no_load_kw = NO_LOAD_SHARE * rating_kva;
    let mean_square = supplied_kw.iter().map(|kw| f64::from(kw * kw)).sum::<f64>() / supplied_kw.len() as f64;
    let share = between(LOAD_LOSS_SHARE.0, LOAD_LOSS_SHARE.1, rng);
    let per_square = if mean_square > 0.0 { share * host.mean_kw / mean_square as f32 } else { 0.0 };
    for kw in supplied_kw.iter_mut() {
        *kw += no_load_kw + per_square * *kw * *kw;
    }
    for outage in around.span.outages {
        supplied_kw[outage.start.min(around.span.n_intervals())..outage.end.min(around.span.n_intervals())]
            .fill(0.0);
    }
}

fn add(sum_kw: &mut [f32], kw: &[f32]) {
    sum_kw.iter_mut().zip(kw).for_each(|(sum_kw, kw)| *sum_kw += kw);
}
