//! Measures the energy of a rig: hour by hour while it is on, and never more than the meter registered.
//!
//! An hour counts if it is more than half a rig above what the place usually draws at that hour; then the rig's
//! kW counts, or what the meter shows if that is less. On a day on which no hour reaches the rig's level, a
//! lower step of a staircase counts by its own height. Estimated intervals count as the measured ones of their
//! day; hours without any data do not count.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::rank::DaysOf;
use super::{Kind, RigEstimate, Scored};
use hashwatt_core::calendar::{CLOCK_HOURS, date_of, day_number};
use hashwatt_core::error::Result;
use hashwatt_core::ids::{MeterId, RESIDUAL_PREFIX};
use hashwatt_core::language::message::Value;
use hashwatt_core::settings::Tariffs;
use hashwatt_core::stats::{quantile_of, quantiles_of};
use hashwatt_readings::acquisition::register::Register;
use hashwatt_readings::digest::DayDigest;

/// Days on each side of the rig that show what the place usually draws. [d]
const NEAR_DAYS: i32 = 28;

/// Fewest days without the rig for a usual draw. [d]
const MIN_DAYS: usize = 3;

/// Levels within these shares of the rig's kW are the rig's.
const SAME_LEVEL: RangeInclusive<f32> = 0.65..=1.35;

/// Below this share of the rig's kW, a day's level is the place's own variation.
const LOWEST_STEP: f32 = 0.25;

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
    let span = rig.onset.map_or(i32::MIN, day_number)..=rig.ended.map_or(i32::MAX, day_number);
    let usual_kw = UsualDraw::of(days, rig, &span);
    let (mut kwh, mut registered_kwh, mut money) = (0.0, 0.0, Some(0.0));
    for day in days.iter().filter(|day| span.contains(&day.day) && !day.energy_kwh.is_nan()) {
        let of_day = usual_kw.rig_kwh(day, rig).min(f64::from(day.energy_kwh).max(0.0));
        kwh += of_day;
        registered_kwh += f64::from(day.energy_kwh);
        if of_day > 0.0 {
            money = money.zip(price(day.day)).map(|(money, price)| money + of_day * price);
        }
    }
    let scaled = |kw: f64| (kwh * kw / rig.kw).min(registered_kwh.max(kwh));
    RigEnergy { kwh, kwh_low: scaled(rig.kw_low), kwh_high: scaled(rig.kw_high), money }
}

/// What a place draws without the rig.
struct UsualDraw {
    /// By clock hour; a missing hour is 0. [kW]
    hour_kw: [f32; CLOCK_HOURS],
    /// Over whole days, for reads of a day or longer. [kW]
    mean_kw: f32,
}

impl UsualDraw {
    /// Takes the days just before and after the rig; if there are none, the days with it, less its kW.
    fn of(days: &[DayDigest], rig: &RigEstimate, span: &RangeInclusive<i32>) -> Self {
        let is_near = |day: &&DayDigest| {
            !span.contains(&day.day)
                && day.day >= span.start().saturating_sub(NEAR_DAYS)
                && day.day <= span.end().saturating_add(NEAR_DAYS)
        };
        let without: Vec<&DayDigest> = days.iter().filter(is_near).collect();
        let usual = |of: &dyn Fn(&DayDigest) -> f32, rig_kw: f64| {
            let known = |days: &[&DayDigest]| -> Vec<f32> {
                days.iter().map(|day| of(day)).filter(|kw| !kw.is_nan()).collect()
            };
            let own = known(&without);
            if own.len() >= MIN_DAYS {
                return quantile_of(own.into_iter(), 0.5).unwrap_or(0.0);
            }
            let with = known(&days.iter().filter(|day| span.contains(&day.day)).collect::<Vec<_>>());
            (quantile_of(with.into_iter(), 0.5).unwrap_or(0.0) - rig_kw as f32).max(0.0)
        };
        Self {
            hour_kw: std::array::from_fn(|hour| usual(&|day| day.hour_kw[hour], rig.kw)),
            mean_kw: usual(&|day| day.demand_kw_mean, rig.kw_over_the_day()),
        }
    }

    /// Returns the energy of the rig on a day. [kWh]
    fn rig_kwh(&self, day: &DayDigest, rig: &RigEstimate) -> f64 {
        if !day.is_within_day() {
            let kw = rig.kw_over_the_day();
            let is_on = f64::from(day.demand_kw_mean - self.mean_kw) > 0.5 * kw;
            return if is_on { kw * f64::from(day.interval_minutes) / 60.0 } else { 0.0 };
        }
        let kw = rig.kw as f32;
        let hours = || {
            let inside = (0..CLOCK_HOURS).filter(|&hour| rig.hours[hour] && !day.hour_kw[hour].is_nan());
            inside.map(|hour| (day.hour_kw[hour], day.hour_kw[hour] - self.hour_kw[hour]))
        };
        let [low, middle, high] = quantiles_of(hours().map(|(_, above_kw)| above_kw), [0.2, 0.5, 0.8]);
        let Some(((low, middle), high)) = low.zip(middle).zip(high) else { return 0.0 };
        let level_kw = if high < SAME_LEVEL.start() * kw { middle } else { kw };
        let _ = low;
        if level_kw < LOWEST_STEP * kw {
            return 0.0;
        }
        let on = hours().filter(|(_, above_kw)| *above_kw > 0.5 * level_kw);
        let kwh: f64 = on.map(|(hour_kw, _)| f64::from(hour_kw.min(level_kw))).sum();
        let n_measured = f64::from(day.n_measured.max(1));
        kwh * (n_measured + f64::from(day.n_estimated)) / n_measured
    }
}
