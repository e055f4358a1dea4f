//! Looks for the meter past or behind which a parent's unexplained load is drawn.
//!
//! # What it measures
//! Two traces of one meter in its transformer's residual. A meter that registers a part, whether its
//! mechanism is slowed or a part of the wiring goes around it, leaves the same share of every hour to
//! the residual, which so follows it from hour to hour. A house that goes around its meter altogether
//! falls on that meter on the day the residual rises.
//!
//! # What else looks like this
//! A move or a holiday that begins on that very day; a meter listed under the wrong transformer (its
//! slope is one: it is looked for first).
//!
//! # Limit and why
//! The ratios of both traces are weighed against each other's meters and against a tap between
//! meters, which leaves no trace; that is as likely beforehand as all meters together: of the farms
//! on record that took supply past a meter, some had their own cable and some a meter.
//!
//! # Source
//! Correlation analysis of losses and customers' loads: Biswas et al. 2020,
//! doi:10.1109/TIFS.2019.2946916.

use super::follow::{Follows, Life};
use super::sums::hours_of;
use crate::digest::MeterDays;
use crate::ids::MeterId;
use crate::stats::{mad_sd, median};

/// A tap between meters, before anything is seen.
const TAP_CHANCE: f64 = 0.5;

/// A large customer's load moves the technical loss too: twice the loss's share of the load, and the
/// class of its own meter.
const LEAST_SLOPE: f64 = 0.1;

/// Days on both sides that a drop is judged by, at least.
const LEAST_DAYS: usize = 5;

/// A house that goes around its meter takes at least this share of its load along.
const LEAST_DROP: f64 = 0.3;

/// A trace of a meter in its parent's residual.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The meter.
    pub meter: MeterId,
    /// Chance that it is this one, given that the parent feeds unexplained load, 0..=1.
    pub chance: f64,
    /// Logarithm of the ratio that the chance comes from.
    pub log_ratio: f64,
    /// Share of what it feeds that it registers, where the residual follows it, 0..=1.
    pub share: Option<f64>,
    /// How the residual follows it.
    pub follows: Option<Follows>,
    /// By how much its mean fell when the residual rose. [kW]
    pub drop_kw: Option<f64>,
}

/// Traces of the meters below a parent, likeliest first. `residual` is the parent's over the days `on`
/// on which the load is drawn, first to one past the last.
#[must_use]
pub fn traces(
    residual: &Life,
    residual_kw: f64,
    on: (i32, i32),
    has_onset: bool,
    children: &[MeterDays],
) -> Vec<Trace> {
    let follows: Vec<Option<Follows>> = children
        .iter()
        .map(|child| {
            let (first_day, hours) = hours_of(child);
            residual.follows(&Life::of(first_day, &hours, |day| (on.0..on.1).contains(&day)))
        })
        .collect();
    // Loss, weather and outages move a residual with every load below: that much proves nothing.
    let usual: Vec<f32> = follows.iter().flatten().map(|one| one.correlation.abs() as f32).collect();
    let usual = 1.4826 * f64::from(median(&usual).unwrap_or(0.0));
    let mut traces: Vec<Trace> = children
        .iter()
        .zip(follows)
        .map(|(child, follows)| {
            let follows = follows.filter(|one| one.correlation > 0.0 && one.slope > LEAST_SLOPE);
            let by_follows = follows.map_or(0.0, |one| one.log_ratio(usual));
            let fell = has_onset.then(|| drop(child, on.0, residual_kw)).flatten();
            Trace {
                meter: child.meter.clone(),
                chance: 0.0,
                log_ratio: by_follows + fell.map_or(0.0, |(_, ratio)| ratio),
                share: follows.map(|follows| 1.0 / (1.0 + follows.slope)),
                follows,
                drop_kw: fell.map(|(kw, _)| kw),
            }
        })
        .collect();
    let each = (1.0 - TAP_CHANCE) / traces.len().max(1) as f64;
    let most = traces.iter().map(|one| one.log_ratio).fold(0.0, f64::max);
    let weight = |ratio: f64| each * (ratio - most).exp();
    let all: f64 = traces.iter().map(|one| weight(one.log_ratio)).sum::<f64>() + TAP_CHANCE * (-most).exp();
    traces.iter_mut().for_each(|one| one.chance = weight(one.log_ratio) / all);
    traces.sort_by(|a, b| b.chance.total_cmp(&a.chance).then_with(|| a.meter.cmp(&b.meter)));
    traces
}

/// Whether a meter's daily mean fell for good on the day of the onset, by how much, and how telling
/// that is. The days one or two before and after are the onset's own.
fn drop(child: &MeterDays, onset: i32, residual_kw: f64) -> Option<(f64, f64)> {
    let (first_day, hours) = hours_of(child);
    let means: Vec<(i32, f32)> = hours
        .iter()
        .enumerate()
        .filter_map(|(at, day)| {
            let known: Vec<f32> = day.iter().copied().filter(|kw| !kw.is_nan()).collect();
            (known.len() >= 12).then(|| (first_day + at as i32, crate::stats::mean(&known).unwrap_or(0.0)))
        })
        .collect();
    let side = |is_own: &dyn Fn(i32) -> bool| -> Vec<f32> {
        means.iter().filter(|(day, _)| is_own(*day)).map(|(_, kw)| *kw).collect()
    };
    let (before, after) = (side(&|day| day < onset), side(&|day| day >= onset));
    if before.len() < LEAST_DAYS || after.len() < LEAST_DAYS {
        return None;
    }
    let (high, low) = (f64::from(median(&before)?), f64::from(median(&after)?));
    let fell_kw = high - low;
    if fell_kw < LEAST_DROP * high || fell_kw > 1.5 * residual_kw {
        return None;
    }
    // Whether it is this day's fall: no other day parts the meter's days better.
    let gain = |day: i32| {
        let (a, b) = (side(&|own| own < day), side(&|own| own >= day));
        let (mean_a, mean_b) = (crate::stats::mean(&a).unwrap_or(0.0), crate::stats::mean(&b).unwrap_or(0.0));
        f64::from(mean_a - mean_b).powi(2) * (a.len() * b.len()) as f64 / (a.len() + b.len()) as f64
    };
    let best = means[LEAST_DAYS..means.len() - LEAST_DAYS]
        .iter()
        .map(|(day, _)| *day)
        .max_by(|a, b| gain(*a).total_cmp(&gain(*b)))?;
    if (best - onset).abs() > 1 {
        return None;
    }
    let spread = f64::from(mad_sd(&before)?.max(mad_sd(&after)?)).max(0.02 * high);
    let deviations = fell_kw / (spread * (3.0 / before.len() as f64 + 3.0 / after.len() as f64).sqrt());
    // However clear, a fall on that day by chance is as likely as on any other three.
    Some((fell_kw, (0.5 * deviations * deviations).min((means.len() as f64 / 3.0).ln() + 1.0)))
}

#[cfg(test)]
mod tests {
    use super::super::follow::tests::home;
    use super::super::sums::Hours;
    use super::*;
    use crate::digest::DayDigest;

    fn meter(name: &str, kw: impl Fn(usize, usize) -> f32) -> MeterDays {
        let day = |at: usize| {
            let mut day = DayDigest::empty(at as i32, 60, 24);
            day.hour_kw = std::array::from_fn(|hour| kw(at, hour));
            day
        };
        MeterDays { meter: MeterId::from(name), days: (0..60).map(day).collect() }
    }

    fn best(residual: impl Fn(usize, usize) -> f32, children: &[MeterDays]) -> Trace {
        let hours: Vec<Hours> = (0..60).map(|day| std::array::from_fn(|hour| residual(day, hour))).collect();
        let life = Life::of(0, &hours, |day| day >= 20);
        traces(&life, 3.0, (20, 60), true, children).remove(0)
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
        assert!(found.drop_kw.unwrap() > 0.3, "{found:?}");
    }

    #[test]
    fn a_tap_names_nobody() {
        let found = best(|day, hour| 0.1 * home(99, day, hour) + if day >= 20 { 3.0 } else { 0.0 }, &homes());
        assert!(found.chance < 0.3, "{found:?}");
    }
}
