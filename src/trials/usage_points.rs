//! Simulates one usage point: its own load, what is planted there, what the meter records, and the truth.

use std::ops::Range;

use jiff::civil::Date;
use rand::Rng;

use super::bribes::hide;
use super::businesses::Activity;
use super::homes::Home;
use super::plan::{Customer, PointPlan, Task};
use super::story::{How, Story};
use super::surroundings::Surroundings;
use super::voltages::Spot;
use hashwatt_rigs::chance::{between, happens, log_between, whole};
use hashwatt_rigs::{Change, HostLoad, LookAlike, Rig, RigForm, Site};

/// Share of meters with a stretch of estimates: without a rig, and with a rig, where a read was edited.
const ESTIMATED_SHARE: (f32, f32) = (0.02, 0.12);

/// Share of meters with a gap.
const GAP_SHARE: f32 = 0.03;

/// A business hides a rig of at most this many times its own peak.
const RIG_PER_OWN_PEAK: f32 = 2.5;

/// Containers arrive within this first part of the span, so that most of their run is seen.
const CONTAINERS_BY: f32 = 0.6;

/// After an outage heating catches up by this many times what other loads do.
const HEATING_PICKUP: f32 = 3.0;

/// A farm runs at least this long before it is raided, because it must be noticed first. [days]
const UNNOTICED_DAYS: f32 = 10.0;

/// State of an interval in the export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Record {
    Measured,
    Estimated,
    Edited,
    Missing,
}

/// Result of one simulated usage point.
#[derive(Debug)]
pub(super) struct PointRun {
    /// What the meter records on the local grid. [kW]
    pub metered_kw: Vec<f32>,
    /// What the transformer feeds into the place. [kW]
    pub supplied_kw: Vec<f32>,
    /// State of each interval; `None`: all measured.
    pub records: Option<Vec<Record>>,
    pub contracted_kw: f32,
    pub declared_mining_kw: Option<f32>,
    pub truth: Truth,
}

impl PointRun {
    /// Takes the supply away in these intervals.
    pub fn lose_supply(&mut self, outages: &[Range<usize>]) {
        for outage in outages {
            let within = outage.start.min(self.metered_kw.len())..outage.end.min(self.metered_kw.len());
            self.metered_kw[within.clone()].fill(0.0);
            self.supplied_kw[within].fill(0.0);
        }
    }
}

/// One row of the truth table, without its meter id.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Truth {
    pub role: &'static str,
    pub form: Option<&'static str>,
    pub kw: Option<f32>,
    pub n_machines: Option<u32>,
    pub machine: Option<&'static str>,
    pub onset: Option<Date>,
    pub end: Option<Date>,
    pub metered_share: Option<f32>,
    pub scheme: Option<&'static str>,
    /// Part of the load that bypasses the meter. [kW]
    pub unmetered_kw: f32,
    /// Where a tap is connected, if voltages are modelled.
    pub spot: Option<Spot>,
    /// First day without the rig, where somebody closed it.
    pub closed: Option<Date>,
    /// First day on which a closed rig ran again.
    pub restarted: Option<Date>,
    /// Name of the closure, and how the rig ended.
    pub closed_by: Option<(String, How)>,
}

impl Truth {
    pub const fn plain() -> Self {
        Self {
            role: "plain",
            form: None,
            kw: None,
            n_machines: None,
            machine: None,
            onset: None,
            end: None,
            metered_share: None,
            scheme: None,
            unmetered_kw: 0.0,
            spot: None,
            closed: None,
            restarted: None,
            closed_by: None,
        }
    }

    /// Returns the truth with what the story says of closure and restart within the span. A rig that never
    /// ran in it is none.
    pub fn with_story(self, story: &Story, around: &Surroundings) -> Self {
        if self.kw.is_none_or(|kw| kw <= 0.0) {
            return Self::plain();
        }
        let dates = &around.calendar.dates;
        let is_within =
            |day: Date| dates.first().zip(dates.last()).is_some_and(|(a, b)| (*a..=*b).contains(&day));
        let Some(closing) = story.closing.as_ref().filter(|closing| is_within(closing.on)) else {
            return self;
        };
        Self {
            closed: Some(closing.on),
            restarted: closing.restart.filter(|day| is_within(*day)),
            closed_by: Some((closing.by.clone(), closing.how)),
            ..self
        }
    }

    /// Returns the truth of a rig after its run.
    pub fn of_rig(rig: &Rig, demand_kw: &[f32], around: &Surroundings) -> Self {
        let truth = rig.truth(demand_kw, &around.span);
        Self {
            role: "rig",
            form: Some(truth.form.as_str()),
            kw: Some(truth.kw),
            n_machines: u32::try_from(truth.n_machines).ok(),
            machine: Some(truth.machine.model),
            onset: truth.onset_day.map(|day| around.calendar.dates[day]),
            end: truth.end_day.map(|day| around.calendar.dates[day]),
            metered_share: Some(truth.metered_share),
            ..Self::plain()
        }
    }
}

/// Simulates a usage point over the span.
pub(super) fn run_point(plan: &PointPlan, around: &Surroundings, rng: &mut impl Rng) -> PointRun {
    let mut own_kw = match plan.customer {
        Customer::Flat | Customer::House => Home::draw(plan.customer, around.place(), rng).demand_kw(
            &around.span,
            around.calendar,
            around.place(),
            rng,
        ),
        Customer::Business(activity) => activity.demand_kw(&around.span, around.calendar, rng),
    };
    around.grow(&mut own_kw);
    if !matches!(plan.task, Task::LookAlike(_)) {
        around.pick_up(&mut own_kw, 1.0);
    }
    let own_peak_kw = own_kw.iter().copied().fold(0.0, f32::max);
    let mut run = match plan.task {
        Task::Plain => as_metered(own_kw, Truth::plain()),
        Task::LookAlike(kind) => run_look_alike(kind, plan.customer, own_kw, around, rng),
        Task::Rig(form) => run_rig(form, plan, own_kw, around, rng),
        Task::Licensed | Task::OverDeclared => run_licensed(plan.task, own_kw, around, rng),
    };
    run.lose_supply(around.span.outages);
    spoil(&mut run, around, rng);
    let metered_peak_kw = run.metered_kw.iter().copied().fold(0.0, f32::max);
    run.contracted_kw = contract(plan.customer, own_peak_kw, metered_peak_kw);
    run
}

/// Returns a point whose meter measures all of this demand. [kW]
pub(super) fn as_metered(kw: Vec<f32>, truth: Truth) -> PointRun {
    PointRun {
        supplied_kw: kw.clone(),
        metered_kw: kw,
        records: None,
        contracted_kw: 0.0,
        declared_mining_kw: None,
        truth,
    }
}

fn run_look_alike(
    kind: LookAlike,
    customer: Customer,
    own_kw: Vec<f32>,
    around: &Surroundings,
    rng: &mut impl Rng,
) -> PointRun {
    let span = &around.span;
    let truth = |onset: Option<usize>, end: Option<usize>| Truth {
        role: "look_alike",
        form: Some(kind.as_str()),
        onset: onset.map(|day| around.calendar.dates[day]),
        end: end.map(|day| around.calendar.dates[day]),
        ..Truth::plain()
    };
    // A business of this kind already has the load.
    if matches!(customer, Customer::Business(_)) {
        return as_metered(own_kw, truth(None, None));
    }
    let change = Change::draw(kind, span, &HostLoad::of(&own_kw), rng);
    let mut changed_kw = own_kw.clone();
    change.apply(&mut changed_kw, span, rng);
    around.pick_up(&mut changed_kw, if is_heating(kind) { HEATING_PICKUP } else { 1.0 });
    let found = change.truth(span);
    let mut run = as_metered(changed_kw, truth(found.onset_day, found.end_day));
    if kind == LookAlike::StuckChannel {
        run.supplied_kw = own_kw;
    }
    run
}

/// Returns the rig, closed if the scenario's raids reach it after it has been there for some time.
fn raided(rig: Rig, customer: Customer, around: &Surroundings, rng: &mut impl Rng) -> Rig {
    let (Some(raids), Some(weeks)) = (around.scenario.raids, &around.incidents.raids) else { return rig };
    let is_business = matches!(customer, Customer::Business(_));
    let share = if is_business { raids.businesses_share } else { raids.homes_share };
    let noticed = rig.onset_interval() + around.span.intervals_in(24.0 * UNNOTICED_DAYS);
    if happens(share, rng) && noticed < weeks.end {
        return rig.closed_at(whole(weeks.start.max(noticed), weeks.end - 1, rng));
    }
    rig
}

const fn is_heating(kind: LookAlike) -> bool {
    matches!(kind, LookAlike::StorageHeating | LookAlike::FloorHeating | LookAlike::HeatPump)
}

fn run_rig(
    form: RigForm,
    plan: &PointPlan,
    own_kw: Vec<f32>,
    around: &Surroundings,
    rng: &mut impl Rng,
) -> PointRun {
    let (span, customer) = (&around.span, plan.customer);
    let site = site_of(customer, &own_kw).in_year(around.scenario.latest_model_year);
    let mut rig = Rig::draw(form, span, &site, rng);
    if let Some(story) = &plan.story {
        rig = story.told(rig, around.calendar, span, rng);
    } else if customer == Customer::Business(Activity::Warehouse) {
        let latest = (CONTAINERS_BY * span.n_intervals() as f32) as usize;
        rig = rig.opened_at(Some(whole(0, latest, rng)), span);
    }
    rig = raided(rig, customer, around, rng);
    let mut rig_kw = rig.demand_kw(span, rng);
    around.delay_restarts(&mut rig_kw, rng);
    let mut truth = Truth::of_rig(&rig, &rig_kw, around);
    let share = truth.metered_share.unwrap_or(1.0);
    // In half of the cases the bypass covers the whole place, so its own metered load falls too.
    let own_share = if share < 1.0 && happens(0.5, rng) { share } else { 1.0 };
    let from = rig_kw.iter().position(|kw| *kw > 0.0).unwrap_or(rig_kw.len());
    let mut run = as_metered(own_kw, Truth::plain());
    for (i, kw) in rig_kw.iter().enumerate() {
        run.supplied_kw[i] += kw / share;
        run.metered_kw[i] = run.metered_kw[i] * if i >= from { own_share } else { 1.0 } + kw;
    }
    if share < 1.0 {
        truth.scheme = Some("bypass");
        truth.unmetered_kw = truth.kw.unwrap_or(0.0) * (1.0 / share - 1.0);
    }
    run.truth = truth;
    if let Some(story) = &plan.story {
        run.truth = run.truth.with_story(story, around);
        if let Some(bribe) = story.bribe {
            hide(&mut run, bribe, &rig_kw, span, rng);
        }
    }
    run
}

/// Returns the site for a rig. A flat carries less than a house; a business used as cover carries more than
/// its own load suggests.
fn site_of(customer: Customer, own_kw: &[f32]) -> Site {
    let site = Site::of(HostLoad::of(own_kw));
    match customer {
        Customer::Flat => site.with_kw(1.0, 16.0),
        Customer::House => site.with_kw(1.0, 25.0),
        Customer::Business(Activity::Warehouse) => site.with_kw(150.0, 3_000.0),
        Customer::Business(Activity::Greenhouse) => site.with_kw(20.0, 400.0),
        Customer::Business(_) => site.with_kw(site.kw_low, (RIG_PER_OWN_PEAK * site.host.peak_kw).max(20.0)),
    }
}

fn run_licensed(task: Task, own_kw: Vec<f32>, around: &Surroundings, rng: &mut impl Rng) -> PointRun {
    let site =
        Site::of(HostLoad::of(&own_kw)).with_kw(300.0, 5_000.0).in_year(around.scenario.latest_model_year);
    let rig = Rig::draw(RigForm::Flat, &around.span, &site, rng).opened_at(None, &around.span);
    let rig_kw = rig.demand_kw(&around.span, rng);
    let mut truth = Truth::of_rig(&rig, &rig_kw, around);
    let peak_kw = rig_kw.iter().copied().fold(0.0, f32::max);
    let declared_kw = if task == Task::Licensed {
        truth.role = "look_alike";
        truth.form = Some("licensed");
        peak_kw * between(1.02, 1.25, rng)
    } else {
        truth.form = Some("over_declaration");
        peak_kw * between(0.35, 0.7, rng)
    };
    let kw = own_kw.iter().zip(&rig_kw).map(|(own_kw, rig_kw)| own_kw + rig_kw).collect();
    PointRun { declared_mining_kw: Some(declared_kw.round()), ..as_metered(kw, truth) }
}

/// Loses or estimates a stretch of the record, as every head-end system does at times.
fn spoil(run: &mut PointRun, around: &Surroundings, rng: &mut impl Rng) {
    let estimated = if run.truth.role == "rig" { ESTIMATED_SHARE.1 } else { ESTIMATED_SHARE.0 };
    let n = run.metered_kw.len();
    if happens(estimated, rng) {
        let stretch = draw_stretch(n, 4.0, 72.0, around, rng);
        let mean_kw = run.metered_kw[stretch.clone()].iter().sum::<f32>() / stretch.len().max(1) as f32;
        run.metered_kw[stretch.clone()].fill(mean_kw);
        run.records.get_or_insert_with(|| vec![Record::Measured; n])[stretch].fill(Record::Estimated);
    }
    if happens(GAP_SHARE, rng) {
        let stretch = draw_stretch(n, 0.5, 96.0, around, rng);
        run.records.get_or_insert_with(|| vec![Record::Measured; n])[stretch].fill(Record::Missing);
    }
}

fn draw_stretch(
    n: usize,
    shortest_h: f32,
    longest_h: f32,
    around: &Surroundings,
    rng: &mut impl Rng,
) -> Range<usize> {
    let from = whole(0, n.saturating_sub(1), rng);
    from..(from + around.span.intervals_in(log_between(shortest_h, longest_h, rng))).min(n)
}

/// Returns the contracted power: standard sizes for homes, own peak plus a reserve for businesses. Nobody
/// tells the utility about a rig, but containers and licensed farms need a supply of their own. [kW]
fn contract(customer: Customer, own_peak_kw: f32, metered_peak_kw: f32) -> f32 {
    let in_fives = |peak_kw: f32| (1.2 * peak_kw / 5.0).ceil() * 5.0;
    match customer {
        Customer::Flat => 7.0,
        Customer::House => 15.0,
        Customer::Business(Activity::Warehouse | Activity::DataCentre) => in_fives(metered_peak_kw),
        Customer::Business(_) => in_fives(own_peak_kw),
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    use hashwatt_rigs::Span;

    use super::super::calendar::Calendar;
    use super::super::incidents::Incidents;
    use super::super::scenario::Scenario;
    use super::*;

    fn run(task: Task, seed: u64) -> PointRun {
        run_raided(task, None, seed)
    }

    fn run_raided(task: Task, raids: Option<&Range<usize>>, seed: u64) -> PointRun {
        let scenario = Scenario::named("almaty-2021").unwrap();
        let calendar = Calendar::of(&scenario, scenario.first_day(90), 90, 30).unwrap();
        let span = Span::bare(calendar.first_day, 90, 48);
        let incidents = Incidents { raids: raids.cloned(), ..Incidents::default() };
        let (scenario, incidents) = (&scenario, &incidents);
        let around = Surroundings { calendar: &calendar, scenario, zone: 0, feeder: None, span, incidents };
        let plan = PointPlan {
            customer: Customer::House,
            task,
            address: String::new(),
            latitude_deg: 0.0,
            longitude_deg: 0.0,
            listed_under: None,
            story: None,
        };
        run_point(&plan, &around, &mut Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    #[test]
    fn the_planted_demand_is_found_as_the_difference_to_the_plain_home() {
        for &form in RigForm::ALL {
            let mut n_found = 0;
            for seed in 0..6 {
                let (plain, rig) = (run(Task::Plain, seed), run(Task::Rig(form), seed));
                let share = rig.truth.metered_share.unwrap();
                let pairs = rig.supplied_kw.iter().zip(&plain.supplied_kw);
                let mut added_kw: Vec<f32> = pairs.map(|(with, without)| share * (with - without)).collect();
                let limit_kw = 0.05 * added_kw.iter().copied().fold(0.0, f32::max);
                added_kw.retain(|kw| *kw > limit_kw);
                if added_kw.is_empty() {
                    continue;
                }
                added_kw.sort_by(f32::total_cmp);
                let median_kw = added_kw[added_kw.len() / 2];
                let error = (median_kw / rig.truth.kw.unwrap() - 1.0).abs();
                assert!(error < 0.01, "{form:?} {seed}: {median_kw} {:?}", rig.truth);
                n_found += 1;
            }
            assert!(n_found > 2, "{form:?}");
        }
    }

    #[test]
    fn a_bypassed_rig_leaves_the_rest_to_the_transformer() {
        let run = run(Task::Rig(RigForm::PartlyMetered), 1);
        assert_eq!(run.truth.scheme, Some("bypass"));
        assert!(run.truth.unmetered_kw > 0.0);
        assert!(run.supplied_kw.iter().sum::<f32>() > run.metered_kw.iter().sum::<f32>());
    }

    #[test]
    fn a_licensed_farm_is_no_rig_and_keeps_to_what_it_declared() {
        let (kept, exceeded) = (run(Task::Licensed, 1), run(Task::OverDeclared, 1));
        assert_eq!((kept.truth.role, exceeded.truth.role), ("look_alike", "rig"));
        assert!(kept.declared_mining_kw.unwrap() >= kept.truth.kw.unwrap());
        assert!(exceeded.declared_mining_kw.unwrap() < exceeded.truth.kw.unwrap());
    }

    #[test]
    fn a_raid_closes_only_rigs_that_were_there() {
        let raids = 30 * 48..60 * 48;
        let mut n_closed = 0;
        for seed in 0..60 {
            let run = run_raided(Task::Rig(RigForm::Flat), Some(&raids), seed);
            assert!(run.truth.kw.unwrap() > 0.5, "{seed}: {:?}", run.truth);
            n_closed += usize::from(run.truth.end.is_some());
        }
        assert!(n_closed > 0);
    }
}
