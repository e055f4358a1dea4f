//! Checks single values: zeros, export, spikes, and scales that suggest another unit.

use super::of_days;
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::language::message::Value;
use hashwatt_core::message;
use hashwatt_core::stats::quantile_of;
use hashwatt_readings::digest::{DayDigest, MeterDays};

/// A connection can carry short overloads. Demand beyond this multiple of the contracted power is not a load.
const OVERLOAD_FACTOR: f64 = 2.0;

/// A maximum this many times the usual daily maximum is not a load of the same place. Large motors and
/// storage heaters stay below it in the real homes and buildings tested.
const SPIKE_FACTOR: f32 = 10.0;

/// Below this, a tenfold maximum is a kettle in an empty flat. [kW]
const MIN_SPIKE_KW: f32 = 15.0;

/// Factors caused by a wrong unit: Wh for kWh, and kW for kWh at 30, 15, 10 and 5 minutes.
const UNIT_FACTORS: [f32; 5] = [1000.0, 2.0, 4.0, 6.0, 12.0];

/// Least whole factor that stands for a transformer's ratio or a lost decimal point: no load grows so much at
/// every quantile alike.
const LARGE_FACTOR: f32 = 10.0;

/// Tolerance for quantiles that all scale by one unit factor.
const UNIT_TOLERANCE: f32 = 0.06;

/// Days on each side over which a change of scale is measured.
const SCALE_DAYS: usize = 14;

pub(super) fn check_zeros(meter: &MeterDays) -> Option<Finding> {
    let measured: u64 = meter.days.iter().map(|day| u64::from(day.n_measured)).sum();
    let zeros: u64 = meter.days.iter().map(|day| u64::from(day.n_zero)).sum();
    if measured == 0 || zeros < measured {
        return None;
    }
    let message = message!("all_zero", intervals = measured);
    Some(
        of_days(meter, Code::AllZero, Severity::Warning, 0, meter.days.len() - 1, message)
            .with("n_intervals", measured),
    )
}

pub(super) fn check_negative(meter: &MeterDays) -> Option<Finding> {
    let with_some: Vec<usize> =
        (0..meter.days.len()).filter(|&index| meter.days[index].n_negative > 0).collect();
    let (&first, &last) = (with_some.first()?, with_some.last()?);
    let n: u64 = with_some.iter().map(|&index| u64::from(meter.days[index].n_negative)).sum();
    let least = with_some.iter().map(|&index| meter.days[index].demand_kw_min).fold(f32::INFINITY, f32::min);
    let message =
        message!("negative", intervals = n, days = with_some.len(), least = Value::number(least, 2));
    Some(
        of_days(meter, Code::Negative, Severity::Note, first, last, message)
            .with("n_intervals", n)
            .with("demand_kw_min", least),
    )
}

pub(super) fn check_spikes(meter: &MeterDays, contracted_kw: Option<f64>) -> Option<Finding> {
    let maxima = meter.days.iter().map(|day| day.demand_kw_max).filter(|kw| !kw.is_nan());
    let usual = quantile_of(maxima, 0.5)?;
    let own_limit = (SPIKE_FACTOR * usual).max(MIN_SPIKE_KW);
    let limit = contracted_kw.map_or(own_limit, |kw| own_limit.min((OVERLOAD_FACTOR * kw) as f32));
    let over: Vec<usize> =
        (0..meter.days.len()).filter(|&index| meter.days[index].demand_kw_max > limit).collect();
    let (&first, &last) = (over.first()?, over.last()?);
    let most = over.iter().map(|&index| meter.days[index].demand_kw_max).fold(0.0, f32::max);
    let (days, one_decimal) = (over.len(), |kw| Value::number(kw, 1));
    let (most_kw, limit_kw, usual_kw) = (one_decimal(most), one_decimal(limit), one_decimal(usual));
    let message = match contracted_kw {
        None => message!("spike", most = most_kw, days = days, limit = limit_kw, usual = usual_kw),
        Some(kw) => message!(
            "spike_of_connection",
            most = most_kw,
            days = days,
            limit = limit_kw,
            connection = Value::number(kw, 0),
            usual = usual_kw
        ),
    };
    Some(
        of_days(meter, Code::Spike, Severity::Warning, first, last, message)
            .with("demand_kw_max", most)
            .with("limit_kw", limit),
    )
}

/// Finds a day from which every quantile changes by the same unit factor.
pub(super) fn check_scale(meter: &MeterDays) -> Option<Finding> {
    let days = &meter.days;
    if days.len() < 2 * SCALE_DAYS {
        return None;
    }
    let quantiles: [fn(&DayDigest) -> f32; 4] =
        [|day| day.demand_kw_p10, |day| day.demand_kw_p50, |day| day.demand_kw_p90, |day| day.demand_kw_max];
    let side = |from: usize, quantile: fn(&DayDigest) -> f32| {
        let values = days[from..from + SCALE_DAYS].iter().map(quantile).filter(|kw| !kw.is_nan());
        quantile_of(values, 0.5).filter(|kw| *kw > 0.0)
    };
    for at in SCALE_DAYS..=days.len() - SCALE_DAYS {
        // Cheap test first: a jump of the mean from one day to the next.
        let jump = days[at].demand_kw_mean / days[at - 1].demand_kw_mean;
        if (0.67..=1.5).contains(&jump) || jump.is_nan() {
            continue;
        }
        let ratio = |q: fn(&DayDigest) -> f32| Some(side(at, q)? / side(at - SCALE_DAYS, q)?);
        let is_near = |ratio: f32, factor: f32| (ratio / factor - 1.0).abs() < UNIT_TOLERANCE;
        let Some(first) = ratio(quantiles[0]) else { continue };
        let whole = first.max(1.0 / first).round();
        let large = (whole >= LARGE_FACTOR).then_some(whole);
        let factors = || UNIT_FACTORS.into_iter().chain(large).flat_map(|factor| [factor, 1.0 / factor]);
        // For most jumps, already the first quantile fits no factor.
        if !factors().any(|factor| is_near(first, factor)) {
            continue;
        }
        let Some(rest) = quantiles[1..].iter().map(|&q| ratio(q)).collect::<Option<Vec<f32>>>() else {
            continue;
        };
        let agrees = |factor: f32| is_near(first, factor) && rest.iter().all(|&ratio| is_near(ratio, factor));
        let Some(factor) = factors().find(|&factor| agrees(factor)) else { continue };
        let day = hashwatt_core::calendar::date_of(days[at].day);
        let message = message!("scale_changed", day = day, factor = shown_factor(factor));
        return Some(
            of_days(meter, Code::UnitMistake, Severity::Warning, at, days.len() - 1, message)
                .with("factor", factor),
        );
    }
    None
}

/// Returns a factor as a whole number, or below 1 with three decimals.
fn shown_factor(factor: f32) -> Value {
    Value::number(factor, if factor < 1.0 { 3 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{home_kw, meter};
    use super::*;

    #[test]
    fn zeros_and_export_are_flagged() {
        assert!(check_zeros(&meter(20, |_, _| 0.0)).is_some());
        assert!(check_zeros(&meter(20, home_kw)).is_none());
        let solar = meter(20, |day, slot| if slot == 24 { -2.0 } else { home_kw(day, slot) });
        assert_eq!(check_negative(&solar).unwrap().data["n_intervals"].as_u64(), Some(20));
    }

    #[test]
    fn a_spike_is_held_against_the_connection() {
        let spiky =
            |kw: f32| meter(30, move |day, slot| if day == 9 && slot == 5 { kw } else { home_kw(day, slot) });
        assert!(check_spikes(&spiky(400.0), None).is_some());
        assert!(check_spikes(&spiky(12.0), None).is_none());
        assert!(check_spikes(&spiky(12.0), Some(5.0)).is_some());
    }

    #[test]
    fn watt_hours_from_some_day_on_are_found_and_a_rig_is_not_one() {
        let changed = meter(60, |day, slot| home_kw(day, slot) * if day < 30 { 1.0 } else { 1000.0 });
        assert_eq!(check_scale(&changed).unwrap().first_day.unwrap().to_string(), "2022-01-31");
        let rig = meter(60, |day, slot| home_kw(day, slot) + if day < 30 { 0.0 } else { 3.2 });
        assert!(check_scale(&rig).is_none());
    }

    #[test]
    fn a_ratio_or_a_decimal_point_that_is_lost_on_the_way_is_flagged() {
        for factor in [10.0, 0.1, 40.0, 0.025] {
            let changed = meter(60, |day, slot| home_kw(day, slot) * if day < 30 { 1.0 } else { factor });
            assert_eq!(check_scale(&changed).unwrap().data["factor"].as_f64().unwrap() as f32, factor);
        }
    }
}
