//! Measures the energy of a rig: hour by hour while it is on, and never more than the meter registered.
//!
//! An hour counts if it is more than half a rig above what the place usually draws at that hour; then the rig's
//! kW counts, or what the meter shows if that is less. On a day on which no hour reaches the rig's level, a
//! lower step of a staircase counts by its own height. Days outside the rig's own days count if they stand at
//! its level, as with a rig that comes and goes or started again. Estimated intervals count as the measured
//! ones of their day; hours without any data do not count.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::rank::DaysOf;
use super::{Kind, RigEstimate, Scored};
use hashwatt_core::calendar::{CLOCK_HOURS, date_of, day_number};
use hashwatt_core::error::Result;
use hashwatt_core::ids::{MeterId, RESIDUAL_PREFIX};
use hashwatt_core::language::message::Value;
use hashwatt_core::settings::Tariffs;
use hashwatt_core::stats::{median, quantile_of, quantiles_of};
use hashwatt_readings::acquisition::register::Register;
use hashwatt_readings::digest::DayDigest;

/// Days on each side of the rig that show what the place usually draws. [d]
const NEAR_DAYS: i32 = 28;

/// Fewest days without the rig for a usual draw. [d]
const MIN_DAYS: usize = 3;

/// A day outside the rig's own days whose level lies within these shares of its kW is the rig again.
const LEVEL: RangeInclusive<f32> = 0.65..=1.35;

/// A day on which hardly any hour reaches this share of the rig's kW is a lower step of a staircase.
const LOWER_STEP: f32 = 0.65;

/// A staircase's upper step counts up to this share of the rig's kW; more is the place's own load.
const HIGHER_STEP: f32 = 1.25;

/// Error of the hours on, as a share of the energy. Most planted rigs are off by less; a backtest prints how
/// many, and how often the interval holds the truth.
const HOURS_ERROR_SHARE: f64 = 0.1;

/// Below this share of the rig's kW, a day's level is the place's own variation.
const MIN_STEP: f32 = 0.25;

/// Suspects whose days are in memory at once.
const MAX_AT_ONCE: usize = 500;

/// Energy of a rig since its onset, within the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RigEnergy {
    /// Best estimate. [kWh]
    pub kwh: f64,
    /// The same with the lower end of the rig's kW. [kWh]
    pub kwh_low: f64,
    /// The same with the upper end of the rig's kW, at most what the meter registered. [kWh]
    pub kwh_high: f64,
    /// Its price by the tariffs; `None` if they have none for some of its days. [currency of the tariffs]
    pub money: Option<f64>,
}

/// Measures the energy of every suspect, with its price by the tariffs. What flows past a meter is measured on
/// the residual of its transformer.
///
/// # Errors
/// When the days cannot be read.
pub fn measure_energy(
    scored: &mut [Scored],
    register: &Register,
    tariffs: &Tariffs,
    days_of: &DaysOf<'_>,
) -> Result<()> {
    let mut suspects: Vec<&mut Scored> =
        scored.iter_mut().filter(|one| one.is_suspect && one.rig.is_some()).collect();
    for some in suspects.chunks_mut(MAX_AT_ONCE) {
        let sources: Vec<MeterId> = some.iter().map(|one| source_of(one)).collect();
        let days: BTreeMap<_, _> = days_of(&sources.iter().cloned().collect::<BTreeSet<_>>())?;
        for (one, source) in some.iter_mut().zip(&sources) {
            let Some((rig, own)) = one.rig.as_ref().zip(days.get(source)) else { continue };
            let point = register.point(one.meter.as_str());
            let classes = point.map(|point| [&point.tariff, &point.activity, &point.premises]);
            let classes: Vec<&str> = classes.into_iter().flatten().filter_map(Option::as_deref).collect();
            one.energy = Some(energy_of(&own.days, rig, |day| tariffs.price(&classes, date_of(day))));
        }
    }
    Ok(())
}

/// Returns the meter or residual whose days show the rig.
fn source_of(one: &Scored) -> MeterId {
    let past = one.reasons.iter().find(|reason| reason.message.code == "registered_share");
    let parent = past.and_then(|reason| reason.message.values.get("parent"));
    match parent.filter(|_| one.kind == Some(Kind::UnderRegisteringMeter)) {
        Some(Value::Name(parent)) => MeterId::from(format!("{RESIDUAL_PREFIX}{parent}")),
        _ => one.meter.clone(),
    }
}

/// Measures a rig on the days of its meter. `price` gives the price of a kWh on a day.
#[must_use]
pub fn energy_of(days: &[DayDigest], rig: &RigEstimate, price: impl Fn(i32) -> Option<f64>) -> RigEnergy {
    // From the day before its first whole day to the day after its last: it starts and stops within a day.
    let from = rig.onset.map_or(i32::MIN, |day| day_number(day) - 1);
    let span = from..=rig.ended.map_or(i32::MAX, day_number);
    let usual = UsualDraw::of(days, rig, &span);
    let (mut kwh, mut registered_kwh, mut money) = (0.0, 0.0, Some(0.0));
    for day in days.iter().filter(|day| !day.energy_kwh.is_nan()) {
        let is_inside = span.contains(&day.day);
        if !is_inside && !usual.is_at_the_level(day, rig) {
            continue;
        }
        let of_day = usual.rig_kwh(day, rig).min(f64::from(day.energy_kwh).max(0.0));
        kwh += of_day;
        registered_kwh += f64::from(day.energy_kwh);
        if of_day > 0.0 {
            money = money.zip(price(day.day)).map(|(money, price)| money + of_day * price);
        }
    }
    let scaled = |kw: f64| (kwh * kw / rig.kw).min(registered_kwh.max(kwh));
    RigEnergy {
        kwh,
        kwh_low: scaled(rig.kw_low).min(kwh * (1.0 - HOURS_ERROR_SHARE)),
        kwh_high: scaled(rig.kw_high.max(rig.kw * (1.0 + HOURS_ERROR_SHARE))),
        money: money.filter(|_| kwh > 0.0),
    }
}

/// What a place draws without the rig.
struct UsualDraw {
    /// By clock hour. [kW]
    hour_kw: [f32; CLOCK_HOURS],
    /// Over whole days, for reads of a day or longer. [kW]
    mean_kw: f32,
}

impl UsualDraw {
    /// Takes the days just before and after the rig that do not stand at its level themselves; if there are too
    /// few, the days with it, less its kW.
    fn of(days: &[DayDigest], rig: &RigEstimate, span: &RangeInclusive<i32>) -> Self {
        let is_near = |day: &&DayDigest| {
            !span.contains(&day.day)
                && day.day >= span.start().saturating_sub(NEAR_DAYS)
                && day.day <= span.end().saturating_add(NEAR_DAYS)
        };
        let near: Vec<&DayDigest> = days.iter().filter(is_near).collect();
        let floors: Vec<f32> = near.iter().map(|day| floor_kw(day, rig)).collect();
        let lowest_kw = quantile_of(floors.iter().copied().filter(|kw| !kw.is_nan()), 0.1).unwrap_or(0.0);
        let is_off = |floor_kw: f32| floor_kw < lowest_kw + 0.5 * rig.kw as f32;
        let without: Vec<&DayDigest> = near
            .into_iter()
            .zip(floors)
            .filter(|(_, floor_kw)| is_off(*floor_kw))
            .map(|(day, _)| day)
            .collect();
        let with: Vec<&DayDigest> = days.iter().filter(|day| span.contains(&day.day)).collect();
        let usual = |of: &dyn Fn(&DayDigest) -> f32, rig_kw: f64| {
            let known = |days: &[&DayDigest]| -> Vec<f32> {
                days.iter().map(|day| of(day)).filter(|kw| !kw.is_nan()).collect()
            };
            let own = known(&without);
            if own.len() >= MIN_DAYS {
                return median(&own).unwrap_or(0.0);
            }
            (median(&known(&with)).unwrap_or(0.0) - rig_kw as f32).max(0.0)
        };
        Self {
            hour_kw: std::array::from_fn(|hour| usual(&|day| day.hour_kw[hour], rig.kw)),
            mean_kw: usual(&|day| day.demand_kw_mean, rig.kw_over_the_day()),
        }
    }

    /// Returns demand, and demand above the usual, of the rig's hours of a day. [kW]
    fn hours(&self, day: &DayDigest, rig: &RigEstimate) -> impl Iterator<Item = (f32, f32)> {
        hours_kw(day, rig).map(|(hour, kw)| (kw, kw - self.hour_kw[hour]))
    }

    /// Whether a day outside the rig's own days is the rig all the same: it comes and goes, or started again.
    fn is_at_the_level(&self, day: &DayDigest, rig: &RigEstimate) -> bool {
        let above = self.hours(day, rig).map(|(_, above_kw)| above_kw / rig.kw as f32);
        let [low, middle] = quantiles_of(above, [0.2, 0.5]);
        low.zip(middle).is_some_and(|(low, middle)| low > *LEVEL.start() && middle < *LEVEL.end())
    }

    /// Returns the energy of the rig on a day. [kWh]
    fn rig_kwh(&self, day: &DayDigest, rig: &RigEstimate) -> f64 {
        if !day.is_within_day() {
            let kw = rig.kw_over_the_day();
            let is_on = f64::from(day.demand_kw_mean - self.mean_kw) > 0.5 * kw;
            return if is_on { kw * f64::from(day.interval_minutes) / 60.0 } else { 0.0 };
        }
        let kw = rig.kw as f32;
        let above_kw = self.hours(day, rig).map(|(_, above_kw)| above_kw);
        let [Some(low), Some(middle), Some(high)] = quantiles_of(above_kw, [0.2, 0.5, 0.8]) else {
            return 0.0;
        };
        let level_kw = if high < LOWER_STEP * kw { middle } else { low.clamp(kw, HIGHER_STEP * kw) };
        if level_kw < MIN_STEP * kw {
            return 0.0;
        }
        let on = self.hours(day, rig).filter(|(_, above_kw)| *above_kw > 0.5 * level_kw);
        let kwh: f64 = on.map(|(hour_kw, _)| f64::from(hour_kw.min(level_kw))).sum();
        let n_measured = f64::from(day.n_measured.max(1));
        kwh * (n_measured + f64::from(day.n_estimated)) / n_measured
    }
}

/// Returns the rig's clock hours of a day that have measured intervals, with their demand. [kW]
fn hours_kw(day: &DayDigest, rig: &RigEstimate) -> impl Iterator<Item = (usize, f32)> {
    let (hours, inside) = (day.hour_kw, rig.hours);
    (0..CLOCK_HOURS)
        .map(move |hour| (hour, hours[hour]))
        .filter(move |(hour, kw)| inside[*hour] && !kw.is_nan())
}

/// Returns the demand that four of five of the rig's hours exceed; NaN if none is measured. [kW]
fn floor_kw(day: &DayDigest, rig: &RigEstimate) -> f32 {
    quantile_of(hours_kw(day, rig).map(|(_, kw)| kw), 0.2).unwrap_or(f32::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{home_kw, meter};
    use jiff::civil::Date;

    fn rig(kw: f64, first: i32, onset: Option<i32>, ended: Option<i32>) -> RigEstimate {
        let date = |day: Option<i32>| -> Option<Date> { day.map(|day| date_of(first + day)) };
        RigEstimate {
            kw,
            kw_low: kw * 0.9,
            kw_high: kw * 1.2,
            machines_low: 1,
            machines_high: 1,
            onset: date(onset),
            ended: date(ended),
            last_seen_on: None,
            hours: [true; CLOCK_HOURS],
        }
    }

    fn kwh(onset: Option<i32>, ended: Option<i32>, rig_kw: impl Fn(usize, usize) -> f32) -> RigEnergy {
        let days = meter(90, |day, slot| home_kw(day, slot) + rig_kw(day, slot)).days;
        energy_of(&days, &rig(3.0, days[0].day, onset, ended), |_| Some(0.1))
    }

    fn is_near(kwh: f64, hours: f64) -> bool {
        (kwh / (3.0 * hours) - 1.0).abs() < 0.03
    }

    #[test]
    fn outages_do_not_count() {
        // On from day 40, but off for ten whole days, and for six hours of each of ten others.
        let energy = kwh(Some(40), None, |day, slot| match day {
            ..40 | 50..60 => 0.0,
            70..80 if slot < 12 => 0.0,
            _ => 3.0,
        });
        assert!(is_near(energy.kwh, 40.0 * 24.0 - 60.0), "{energy:?}");
        assert!((energy.money.unwrap() - 0.1 * energy.kwh).abs() < 1e-6);
    }

    #[test]
    fn a_rig_that_started_again_counts_before_its_pause_too() {
        let energy =
            kwh(Some(60), None, |day, _| if (20..40).contains(&day) || day >= 60 { 3.0 } else { 0.0 });
        assert!(is_near(energy.kwh, 50.0 * 24.0), "{energy:?}");
    }

    #[test]
    fn a_rig_from_before_the_data_counts_by_the_hours_at_its_level() {
        let energy = kwh(None, None, |day, _| if day % 10 == 0 { 0.0 } else { 3.0 });
        assert!(is_near(energy.kwh, 81.0 * 24.0), "{energy:?}");
    }

    #[test]
    fn no_more_than_the_meter_registered() {
        let days = meter(90, |_, _| 2.0).days;
        let energy = energy_of(&days, &rig(3.0, days[0].day, None, None), |_| None);
        assert!(energy.kwh_high <= 90.0 * 48.0 + 1.0 && energy.kwh <= energy.kwh_high, "{energy:?}");
        assert_eq!(energy.money, None);
    }
}
