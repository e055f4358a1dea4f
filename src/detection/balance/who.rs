//! Finds the meter whose bypass or partial registration explains a parent's unexplained load.
//!
//! # What it measures
//! It looks for three traces of one meter in its transformer's residual. First, an under-registering meter
//! (slowed, or with a part of the wiring around it) leaves the same share of every hour to the residual. The
//! residual then follows it from hour to hour. Second, the meter's own level may change on the day the
//! residual rises: down if the house bypasses it, up if it sees a part of the rig. Third, its reads may begin
//! to be estimated on that day.
//!
//! If voltages are known, a voltage that fell less than others when the load began counts against its meter
//! (at most one to twenty). No meter shares as much wire with a load as the one it is connected at.
//!
//! # What else looks like this
//! A move or a holiday that begins on that very day; a meter listed under the wrong transformer (its slope is
//! one, and it is searched for first).
//!
//! # Limit and why
//! What the residual shares with every meter below (loss, weather, outages) is not a trace. A change is the
//! stronger evidence, the fewer of the other meters have one. All meters are weighed against each other and
//! against a tap between meters, which leaves no trace. A priori the tap is as likely as all meters together:
//! of the known farms that took supply past a meter, some had their own cable and some used a meter.
//!
//! # Source
//! Correlation analysis of losses and customers' loads: Biswas et al. 2020, doi:10.1109/TIFS.2019.2946916.

use hashwatt_core::portable::Portable;
use rayon::prelude::*;

use super::change::{LevelChange, estimates_begin};
use super::follow::{Follows, Life};
use super::side::Falls;
use super::sums::hours_of;
use hashwatt_core::ids::MeterId;
use hashwatt_core::stats::{median, sum_of_any_order};
use hashwatt_readings::digest::MeterDays;

/// Prior chance of a tap between meters.
const TAP_CHANCE: f64 = 0.5;

/// A large customer's load moves the technical loss too. This allows for twice the loss's share of the load,
/// and the class of the customer's own meter.
const MIN_SLOPE: f64 = 0.1;

/// A change this near to the residual's change counts as on the same day. [d]
const NEAR_DAYS: i32 = 1;

/// A meter's change explains at most this multiple of the unexplained load.
const MAX_CHANGE: f64 = 1.5;

/// A trace of a meter in its parent's residual.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The meter.
    pub meter: MeterId,
    /// Chance that it is this meter, given that the parent feeds unexplained load, 0..=1.
    pub chance: f64,
    /// Logarithm of the ratio behind the chance.
    pub log_ratio: f64,
    /// Share of its load that it registers, if the residual follows it, 0..=1.
    pub share: Option<f64>,
    /// How the residual follows it.
    pub follows: Option<Follows>,
    /// First day of estimated or edited reads, if they begin with the load. [days since 1970-01-01]
    pub estimated_from: Option<i32>,
    /// Rise or fall of its level when the residual rose. [kW]
    pub change_kw: Option<f64>,
    /// Evidence from its voltage; `None` if voltages do not show anything.
    pub voltage: Option<VoltageFall>,
}

/// Fall of a meter's voltage when the load began, and the deepest fall.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VoltageFall {
    /// Its own fall. [V]
    pub fell_v: f64,
    /// Deepest fall below its parent. [V]
    pub deepest_v: f64,
    /// Reduction of the logarithm of its ratio.
    pub against: f64,
}

/// Size and days of a residual's unexplained load.
#[derive(Debug, Clone, Copy)]
pub struct UnexplainedLoad {
    /// Size of the load. [kW]
    pub kw: f64,
    /// Civil days, first to one past the last. [days since 1970-01-01]
    pub days: (i32, i32),
    /// Whether it began within the data.
    pub has_onset: bool,
    /// Whether it ended within the data.
    pub has_end: bool,
}

/// Returns the traces of the meters below a parent, likeliest first. `residual` has the hourly changes of the
/// parent's residual on the days of the load.
#[must_use]
pub fn traces(residual: &Life, load: &UnexplainedLoad, children: &[MeterDays]) -> Vec<Trace> {
    let on = load.days;
    let follows: Vec<Option<Follows>> = children
        .par_iter()
        .map(|child| {
            let (first_day, hours) = hours_of(child);
            residual.follows(&Life::of(first_day, &hours, |day| (on.0..on.1).contains(&day)))
        })
        .collect();
    // Loss, weather and outages make a residual follow every load below, so this much proves nothing.
    let usual: Vec<f32> = follows.iter().flatten().map(|one| one.correlation.abs() as f32).collect();
    let usual = 1.4826 * f64::from(median(&usual).unwrap_or(0.0));
    let changes = changes(load, children);
    let estimated = estimated(load, children);
    let mut traces: Vec<Trace> = children
        .iter()
        .zip(follows)
        .zip(changes)
        .zip(estimated)
        .map(|(((child, follows), change), estimated)| {
            let follows = follows.filter(|one| one.correlation > 0.0 && one.slope > MIN_SLOPE);
            let by_follows = follows.map_or(0.0, |one| one.log_ratio(usual));
            Trace {
                meter: child.meter.clone(),
                chance: 0.0,
                log_ratio: by_follows
                    + change.map_or(0.0, |(_, ratio)| ratio)
                    + estimated.map_or(0.0, |(_, ratio)| ratio),
                estimated_from: estimated.map(|(day, _)| day),
                share: follows.map(|follows| 1.0 / (1.0 + follows.slope)),
                follows,
                change_kw: change.map(|(kw, _)| kw),
                voltage: None,
            }
        })
        .collect();
    weigh(&mut traces, TAP_CHANCE);
    traces
}

/// Adds the evidence of voltage falls on the day the load began.
pub fn heed_voltages(traces: &mut [Trace], falls: &Falls) {
    for trace in traces.iter_mut() {
        let against = falls.against(&trace.meter);
        trace.log_ratio -= against;
        trace.voltage = falls.of_meter(&trace.meter).map(|fell_v| VoltageFall {
            fell_v,
            deepest_v: falls.deepest_v(),
            against,
        });
    }
    // A tap is near some meter too, so it gets the mean evidence of all voltages.
    let heard: Vec<f64> =
        traces.iter().filter_map(|trace| Some((-trace.voltage?.against).portable_exp())).collect();
    let n_heard = heard.len() as f64;
    let tap = if heard.is_empty() { 1.0 } else { sum_of_any_order(heard) / n_heard };
    weigh(traces, TAP_CHANCE * tap);
}

/// Computes the chances of the meters and of a tap from log ratios; likeliest first.
fn weigh(traces: &mut [Trace], tap: f64) {
    let each = (1.0 - TAP_CHANCE) / traces.len().max(1) as f64;
    let most = traces.iter().map(|one| one.log_ratio).fold(0.0, f64::max);
    let weight = |ratio: f64| each * (ratio - most).portable_exp();
    let all = sum_of_any_order(traces.iter().map(|one| weight(one.log_ratio)).collect())
        + tap * (-most).portable_exp();
    traces.iter_mut().for_each(|one| one.chance = weight(one.log_ratio) / all);
    traces.sort_by(|a, b| b.chance.total_cmp(&a.chance).then_with(|| a.meter.cmp(&b.meter)));
}

/// Returns, for each meter whose level changes on the day the load began (or ended, if the onset is not in
/// the data), the change and the logarithm of its likelihood ratio to chance.
fn changes(load: &UnexplainedLoad, children: &[MeterDays]) -> Vec<Option<(f64, f64)>> {
    let (within, moment, sign) = match (load.has_onset, load.has_end) {
        (true, _) => ((i32::MIN, load.days.1), load.days.0, 1.0),
        (false, true) => ((i32::MIN, i32::MAX), load.days.1, -1.0),
        (false, false) => return vec![None; children.len()],
    };
    let found: Vec<Option<LevelChange>> =
        children.par_iter().map(|child| LevelChange::of(child, within)).collect();
    let n_found = found.iter().flatten().count();
    let on_its_day = |change: LevelChange| {
        let is_near = (change.day - moment).abs() <= NEAR_DAYS && change.kw.abs() <= MAX_CHANGE * load.kw;
        is_near.then(|| (sign * change.kw, by_chance(change.n_days, n_found, children.len())))
    };
    found.into_iter().map(|change| on_its_day(change?)).collect()
}

/// Returns the logarithm of the odds against a coincidence: `n_found` of `n_meters` have such an event on any
/// of `n_days`, and a meter has its own on the very day.
fn by_chance(n_days: usize, n_found: usize, n_meters: usize) -> f64 {
    let share = (n_found as f64 + 0.5) / (n_meters as f64 + 1.0);
    let n_places = (n_days as f64 / f64::from(2 * NEAR_DAYS + 1)).max(1.0);
    (n_places / share).portable_ln()
}

/// Returns, for each meter whose reads begin to be estimated on the day the load began, that day and the
/// logarithm of its likelihood ratio to chance.
fn estimated(load: &UnexplainedLoad, children: &[MeterDays]) -> Vec<Option<(i32, f64)>> {
    if !load.has_onset {
        return vec![None; children.len()];
    }
    let within = (i32::MIN, load.days.1);
    let found: Vec<Option<i32>> = children.par_iter().map(|child| estimates_begin(child, within)).collect();
    let n_found = found.iter().flatten().count();
    let on_its_day = |(day, child): (i32, &MeterDays)| {
        let is_near = (day - load.days.0).abs() <= NEAR_DAYS;
        is_near.then(|| (day, by_chance(child.days.len(), n_found, children.len())))
    };
    found.into_iter().zip(children).map(|(day, child)| on_its_day((day?, child))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::follow::tests::{home, meter};
    use super::super::sums::Hours;
    use super::*;

    fn best(residual: impl Fn(usize, usize) -> f32, children: &[MeterDays]) -> Trace {
        let hours: Vec<Hours> = (0..60).map(|day| std::array::from_fn(|hour| residual(day, hour))).collect();
        let life = Life::of(0, &hours, |day| day >= 20);
        let load = UnexplainedLoad { kw: 3.0, days: (20, 60), has_onset: true, has_end: false };
        traces(&life, &load, children).remove(0)
    }

    fn homes() -> Vec<MeterDays> {
        (1..40).map(|seed| meter(&format!("m{seed:02}"), move |day, hour| home(seed, day, hour))).collect()
    }

    #[test]
    fn a_meter_that_registers_a_part_is_named_with_its_share() {
        let all = |day, hour| home(77, day, hour) + if day >= 20 { 3.0 } else { 0.0 };
        let mut children = homes();
        children.push(meter("part", move |day, hour| if day >= 20 { 0.4 } else { 1.0 } * all(day, hour)));
        let found = best(|day, hour| if day >= 20 { 0.6 * all(day, hour) } else { 0.0 }, &children);
        assert_eq!(found.meter.as_str(), "part");
        assert!(found.chance > 0.95 && (found.share.unwrap() - 0.4).abs() < 0.05, "{found:?}");
    }

    #[test]
    fn a_house_that_goes_around_its_meter_is_named_by_its_fall() {
        let mut children = homes();
        children.push(meter("gone", |day, hour| if day >= 20 { 0.0 } else { home(78, day, hour) }));
        let found = best(|day, _| if day >= 20 { 3.0 } else { 0.0 }, &children);
        assert_eq!(found.meter.as_str(), "gone");
        assert!(found.change_kw.unwrap() < -0.3, "{found:?}");
    }

    #[test]
    fn a_meter_that_sees_a_part_of_the_rig_is_named_by_its_rise() {
        let mut children = homes();
        children.push(meter("half", |day, hour| home(79, day, hour) + if day >= 20 { 1.4 } else { 0.0 }));
        let found = best(|day, _| if day >= 20 { 3.0 } else { 0.0 }, &children);
        assert_eq!(found.meter.as_str(), "half");
        assert!((found.change_kw.unwrap() - 1.4).abs() < 0.3 && found.chance > 0.5, "{found:?}");
    }

    #[test]
    fn a_voltage_that_fell_less_moves_chance_to_the_others_and_none_to_a_tap() {
        let of = |meter: &str, log_ratio: f64| Trace {
            meter: MeterId::from(meter),
            chance: 0.0,
            log_ratio,
            share: None,
            follows: None,
            estimated_from: None,
            change_kw: None,
            voltage: None,
        };
        let mut traces: Vec<Trace> = (0..10).map(|n| of(&format!("m{n}"), 0.0)).collect();
        (traces[0].log_ratio, traces[1].log_ratio) = (4.0, 4.0);
        weigh(&mut traces, TAP_CHANCE);
        let before: f64 = traces.iter().map(|trace| trace.chance).sum();
        let falls = Falls::fixtures(
            (0..10).map(|n| (MeterId::from(format!("m{n}")), if n == 1 { 2.0 } else { 0.1 })),
        );
        heed_voltages(&mut traces, &falls);
        assert_eq!(traces[0].meter.as_str(), "m1");
        assert!(traces[0].chance > 5.0 * traces[1].chance, "{traces:?}");
        let after: f64 = traces.iter().map(|trace| trace.chance).sum();
        assert!(after >= before - 0.05, "{before} {after}");
    }

    #[test]
    fn a_tap_names_nobody() {
        let found = best(|day, hour| 0.1 * home(99, day, hour) + if day >= 20 { 3.0 } else { 0.0 }, &homes());
        assert!(found.chance < 0.3, "{found:?}");
    }
}
