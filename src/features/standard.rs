//! Computes the field's standard load features: for the table analysts read and for the rivals.
//!
//! Where VISDOM (Borgeson et al., Stanford) has the same feature its name is given.

use super::Surroundings;
use super::blackout::blackout_drop_kw;
use super::series::median_of;
use super::usable::UsableDays;
use crate::calendar::{date_of, weekday};
use crate::digest::{CLOCK_HOURS, DayDigest};
use crate::settings::{HourWindow, Windows};
use crate::stats::{mean, quantile};

/// Degree-day bases tried. [°C]
const BASES_C: [f32; 5] = [12.0, 14.0, 16.0, 18.0, 20.0];

/// A temperature fit needs this many days. [d]
const LEAST_WEATHER_DAYS: usize = 30;

/// Standard features of one meter; NaN where the data cannot show them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standard {
    /// Mean demand. [kW]
    pub demand_kw_mean: f32,
    /// Median over days of the standard deviation within the day over the day's mean.
    pub cv_within_day: f32,
    /// Standard deviation of daily means over their mean.
    pub cv_between_days: f32,
    /// Largest less smallest monthly mean, over the mean; NaN under two months.
    pub month_to_month_rel: f32,
    /// Median over days of mean over peak demand of the day (load factor; VISDOM mn2mx is min/max).
    pub load_factor_day: f32,
    /// Mean over peak demand of the whole period.
    pub load_factor_period: f32,
    /// Median over days of p10 over p90 of demand.
    pub p10_to_p90: f32,
    /// Mean demand at night over that of the working day (VISDOM nv2dv; n2d with its own windows).
    pub night_to_day: f32,
    /// Mean demand at night over that of the evening.
    pub night_to_evening: f32,
    /// Mean demand on weekends over weekdays.
    pub weekend_to_weekday: f32,
    /// Median over days of the mean change from interval to interval. [kW]
    pub ramp_kw_mean: f32,
    /// Greatest change that nine days of ten stay below. [kW]
    pub ramp_kw_max_p90: f32,
    /// Share of hours above half of the peak hour (a point of the load duration curve).
    pub share_above_half_peak: f32,
    /// Share of hours above nine tenths of the peak hour.
    pub share_above_nine_tenths_peak: f32,
    /// Demand per degree-day of heating (CalTRACK 2.0, 3.4); NaN without weather. [kW/K]
    pub heating_kw_per_k: f32,
    /// Demand per degree-day of cooling; NaN without weather. [kW/K]
    pub cooling_kw_per_k: f32,
    /// Share of the daily means' variance that temperature explains; NaN without weather.
    pub temperature_r2: f32,
    /// Mean of the coldest-season quarter over the warmest (December-February over June-August in
    /// the north); NaN where the data has not both.
    pub winter_to_summer: f32,
    /// Share of expected intervals that are missing.
    pub missing_share: f32,
    /// Share of present intervals that are estimated.
    pub estimated_share: f32,
    /// Fall of the base load in an internet blackout; NaN without one. [kW]
    pub blackout_drop_kw: f32,
}

/// Names of [`Standard`]'s features, in the order of [`Standard::values`].
pub const STANDARD_NAMES: [&str; 21] = [
    "demand_kw_mean",
    "cv_within_day",
    "cv_between_days",
    "month_to_month_rel",
    "load_factor_day",
    "load_factor_period",
    "p10_to_p90",
    "night_to_day",
    "night_to_evening",
    "weekend_to_weekday",
    "ramp_kw_mean",
    "ramp_kw_max_p90",
    "share_above_half_peak",
    "share_above_nine_tenths_peak",
    "heating_kw_per_k",
    "cooling_kw_per_k",
    "temperature_r2",
    "winter_to_summer",
    "missing_share",
    "estimated_share",
    "blackout_drop_kw",
];

impl Standard {
    /// The values, in the order of [`STANDARD_NAMES`].
    #[must_use]
    pub const fn values(&self) -> [f32; 21] {
        [
            self.demand_kw_mean,
            self.cv_within_day,
            self.cv_between_days,
            self.month_to_month_rel,
            self.load_factor_day,
            self.load_factor_period,
            self.p10_to_p90,
            self.night_to_day,
            self.night_to_evening,
            self.weekend_to_weekday,
            self.ramp_kw_mean,
            self.ramp_kw_max_p90,
            self.share_above_half_peak,
            self.share_above_nine_tenths_peak,
            self.heating_kw_per_k,
            self.cooling_kw_per_k,
            self.temperature_r2,
            self.winter_to_summer,
            self.missing_share,
            self.estimated_share,
            self.blackout_drop_kw,
        ]
    }
}

/// Standard features of a meter's days (`all`, as digested) and its usable days.
#[must_use]
pub fn measure_standard(
    all: &[DayDigest],
    days: &UsableDays,
    windows: &Windows,
    surroundings: &Surroundings,
) -> Standard {
    let means = days.column(|day| day.demand_kw_mean);
    let overall = mean(&means).unwrap_or(f32::NAN);
    let profile = mean_profile(days);
    let within = |window: HourWindow| {
        mean(
            &(0..CLOCK_HOURS)
                .filter(|&hour| window.contains(hour as u8))
                .map(|hour| profile[hour])
                .collect::<Vec<_>>(),
        )
    };
    let (night, day, evening) = (within(windows.night), within(windows.day), within(windows.evening));
    let of_days = |of: &dyn Fn(&DayDigest) -> Option<f32>| {
        let values: Vec<f32> = days.digests.iter().filter_map(of).collect();
        if values.is_empty() { f32::NAN } else { median_of(&values) }
    };
    let peak = days.digests.iter().map(|day| day.demand_kw_max).fold(f32::NAN, f32::max);
    let (above_half, above_nine_tenths) = duration_shares(days);
    let fit = fit_temperature(days, &|day| surroundings.weather.temperature_c(day));
    let (missing_share, estimated_share) = shares(all);
    Standard {
        demand_kw_mean: overall,
        cv_within_day: of_days(&|day| ratio(day.demand_kw_sd, day.demand_kw_mean)),
        cv_between_days: deviation(&means).and_then(|sd| ratio(sd, overall)).unwrap_or(f32::NAN),
        month_to_month_rel: month_to_month(days, &means, overall),
        load_factor_day: of_days(&|day| ratio(day.demand_kw_mean, day.demand_kw_max)),
        load_factor_period: ratio(overall, peak).unwrap_or(f32::NAN),
        p10_to_p90: of_days(&|day| ratio(day.demand_kw_p10, day.demand_kw_p90)),
        night_to_day: pair_ratio(night, day),
        night_to_evening: pair_ratio(night, evening),
        weekend_to_weekday: pair_ratio(
            mean(&by(days, &means, |day| weekday(day) >= 5)),
            mean(&by(days, &means, |day| weekday(day) < 5)),
        ),
        ramp_kw_mean: of_days(&|day| Some(day.ramp_kw_mean).filter(|kw| !kw.is_nan())),
        ramp_kw_max_p90: quantile(&days.column(|day| day.ramp_kw_max), 0.9).unwrap_or(f32::NAN),
        share_above_half_peak: above_half,
        share_above_nine_tenths_peak: above_nine_tenths,
        heating_kw_per_k: fit.map_or(f32::NAN, |fit| fit.heating),
        cooling_kw_per_k: fit.map_or(f32::NAN, |fit| fit.cooling),
        temperature_r2: fit.map_or(f32::NAN, |fit| fit.r2),
        winter_to_summer: pair_ratio(
            mean(&by(days, &means, |day| matches!(date_of(day).month(), 12 | 1 | 2))),
            mean(&by(days, &means, |day| matches!(date_of(day).month(), 6..=8))),
        ),
        missing_share,
        estimated_share,
        blackout_drop_kw: blackout_drop_kw(all, &surroundings.blackout_days),
    }
}

impl Standard {
    /// Takes out what reads of a day or longer cannot show.
    pub(super) const fn blank_within_day(&mut self) {
        let nan = f32::NAN;
        (
            self.cv_within_day,
            self.load_factor_day,
            self.p10_to_p90,
            self.night_to_day,
            self.night_to_evening,
        ) = (nan, nan, nan, nan, nan);
        (
            self.ramp_kw_mean,
            self.ramp_kw_max_p90,
            self.share_above_half_peak,
            self.share_above_nine_tenths_peak,
        ) = (nan, nan, nan, nan);
    }
}

/// Mean demand by clock hour. [kW]
#[must_use]
pub fn mean_profile(days: &UsableDays) -> [f32; CLOCK_HOURS] {
    std::array::from_fn(|hour| days.hour_kw.iter().map(|day| day[hour]).sum::<f32>() / days.len() as f32)
}

/// A quotient by zero is none.
fn ratio(a: f32, b: f32) -> Option<f32> {
    let quotient = a / b;
    (b != 0.0 && quotient.is_finite()).then_some(quotient)
}

fn pair_ratio(a: Option<f32>, b: Option<f32>) -> f32 {
    a.zip(b).and_then(|(a, b)| ratio(a, b)).unwrap_or(f32::NAN)
}

fn by(days: &UsableDays, means: &[f32], keep: impl Fn(i32) -> bool) -> Vec<f32> {
    days.day.iter().zip(means).filter(|(day, _)| keep(**day)).map(|(_, kw)| *kw).collect()
}

fn deviation(values: &[f32]) -> Option<f32> {
    let middle = mean(values)?;
    mean(&values.iter().map(|value| (value - middle).powi(2)).collect::<Vec<_>>()).map(f32::sqrt)
}

fn month_to_month(days: &UsableDays, means: &[f32], overall: f32) -> f32 {
    let mut months: std::collections::BTreeMap<(i16, i8), Vec<f32>> = std::collections::BTreeMap::new();
    for (day, kw) in days.day.iter().zip(means) {
        let date = date_of(*day);
        months.entry((date.year(), date.month())).or_default().push(*kw);
    }
    // A month of a few days is a week's weather, not a month.
    let monthly: Vec<f32> =
        months.values().filter(|days| days.len() >= 10).filter_map(|days| mean(days)).collect();
    if monthly.len() < 2 {
        return f32::NAN;
    }
    let (low, high) = monthly
        .iter()
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &kw| (low.min(kw), high.max(kw)));
    ratio(high - low, overall).unwrap_or(f32::NAN)
}

fn duration_shares(days: &UsableDays) -> (f32, f32) {
    let peak = days.hour_kw.iter().flatten().copied().fold(0.0, f32::max);
    let n = (days.len() * CLOCK_HOURS) as f32;
    let above =
        |share: f32| days.hour_kw.iter().flatten().filter(|kw| **kw > share * peak).count() as f32 / n;
    if peak > 0.0 { (above(0.5), above(0.9)) } else { (f32::NAN, f32::NAN) }
}

fn shares(all: &[DayDigest]) -> (f32, f32) {
    let sum = |of: fn(&DayDigest) -> u16| all.iter().map(|day| u64::from(of(day))).sum::<u64>() as f32;
    let (expected, measured, estimated) =
        (sum(|day| day.n_expected), sum(|day| day.n_measured), sum(|day| day.n_estimated));
    let span = all.first().zip(all.last()).map_or(0, |(first, last)| last.day - first.day + 1) as f32;
    let per_day = expected / (all.len() as f32).max(1.0);
    let all_expected = expected.max(per_day * span);
    (1.0 - (measured + estimated) / all_expected.max(1.0), estimated / (measured + estimated).max(1.0))
}

#[derive(Debug, Clone, Copy)]
struct TemperatureFit {
    heating: f32,
    cooling: f32,
    r2: f32,
}

/// Daily mean demand on heating and cooling degree-days, base temperatures by best fit, slopes not
/// negative, as CalTRACK 2.0 does for daily data.
fn fit_temperature(days: &UsableDays, temperature_c: &impl Fn(i32) -> Option<f32>) -> Option<TemperatureFit> {
    let points: Vec<(f64, f64)> = days
        .day
        .iter()
        .zip(&days.digests)
        .filter_map(|(day, digest)| Some((f64::from(temperature_c(*day)?), f64::from(digest.demand_kw_mean))))
        .collect();
    if points.len() < LEAST_WEATHER_DAYS {
        return None;
    }
    let n = points.len() as f64;
    let middle = points.iter().map(|point| point.1).sum::<f64>() / n;
    let all = points.iter().map(|point| (point.1 - middle).powi(2)).sum::<f64>();
    let mut best = TemperatureFit { heating: 0.0, cooling: 0.0, r2: 0.0 };
    let none = f32::NAN;
    let bases = || BASES_C.into_iter().chain([none]);
    for heating_base in bases() {
        for cooling_base in
            bases().filter(|base| base.is_nan() || heating_base.is_nan() || *base >= heating_base)
        {
            let degrees =
                |c: f64| ((f64::from(heating_base) - c).max(0.0), (c - f64::from(cooling_base)).max(0.0));
            let Some((heating, cooling, rest)) = fit_two(&points, degrees) else { continue };
            let r2 = if all > 0.0 { (1.0 - rest / all) as f32 } else { 0.0 };
            if heating >= 0.0 && cooling >= 0.0 && r2 > best.r2 {
                best = TemperatureFit { heating: heating as f32, cooling: cooling as f32, r2 };
            }
        }
    }
    Some(best)
}

/// Least squares of y on two regressors and a constant; `None` where they are degenerate.
fn fit_two(points: &[(f64, f64)], degrees: impl Fn(f64) -> (f64, f64)) -> Option<(f64, f64, f64)> {
    let n = points.len() as f64;
    // f64::max drops a NaN base to zero degrees, so that side of the fit is switched off.
    let rows: Vec<(f64, f64, f64)> = points
        .iter()
        .map(|&(c, kw)| {
            let (h, k) = degrees(c);
            (h, k, kw)
        })
        .collect();
    let mean = |of: fn(&(f64, f64, f64)) -> f64| rows.iter().map(of).sum::<f64>() / n;
    let (mh, mk, my) = (mean(|row| row.0), mean(|row| row.1), mean(|row| row.2));
    let (mut hh, mut kk, mut hk, mut hy, mut ky, mut yy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for (h, k, y) in &rows {
        let (h, k, y) = (h - mh, k - mk, y - my);
        hh += h * h;
        kk += k * k;
        hk += h * k;
        hy += h * y;
        ky += k * y;
        yy += y * y;
    }
    let (heating, cooling) = if hh > 1e-9 && kk > 1e-9 {
        let determinant = hh * kk - hk * hk;
        if determinant < 1e-9 * hh * kk {
            return None;
        }
        ((hy * kk - ky * hk) / determinant, (ky * hh - hy * hk) / determinant)
    } else if hh > 1e-9 {
        (hy / hh, 0.0)
    } else if kk > 1e-9 {
        (0.0, ky / kk)
    } else {
        return None;
    };
    Some((heating, cooling, yy - heating * hy - cooling * ky))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acquisition::weather::Weather;
    use crate::checks::samples::{home_kw, meter};

    fn standard(kw: impl Fn(usize, usize) -> f32, temperature_c: impl Fn(i32) -> Option<f32>) -> Standard {
        let days = meter(90, kw).days;
        let weather =
            Weather::from_days(days.iter().filter_map(|day| Some((day.day, temperature_c(day.day)?))));
        let surroundings = Surroundings { weather, ..Surroundings::default() };
        measure_standard(&days, &UsableDays::of(&days).unwrap(), &Windows::default(), &surroundings)
    }

    #[test]
    fn a_flat_load_has_ratios_of_one() {
        let flat = standard(|_, slot| 3.0 + (slot % 2) as f32 * 1e-3, |_| None);
        assert!(
            (flat.load_factor_day - 1.0).abs() < 1e-2
                && (flat.night_to_day - 1.0).abs() < 1e-3
                && flat.cv_within_day < 1e-3
        );
        assert!(
            (flat.weekend_to_weekday - 1.0).abs() < 1e-3
                && flat.share_above_nine_tenths_peak == 1.0
                && flat.heating_kw_per_k.is_nan()
        );
    }

    #[test]
    fn a_home_uses_less_at_night() {
        let home = standard(home_kw, |_| None);
        assert!(home.night_to_evening < 0.5 && home.cv_within_day > 0.5 && home.load_factor_day < 0.6);
    }

    #[test]
    fn heating_is_found_with_its_slope() {
        // 0.1 kW for each degree below 16.
        let cold = |day: i32| 16.0 - (day % 20) as f32;
        let first = meter(1, home_kw).days[0].day;
        let heated =
            standard(move |day, _| 1.0 + 0.1 * (16.0 - cold(first + day as i32)), |day| Some(cold(day)));
        assert!(
            (heated.heating_kw_per_k - 0.1).abs() < 1e-3
                && heated.temperature_r2 > 0.99
                && heated.cooling_kw_per_k < 1e-3,
            "{heated:?}"
        );
    }

    #[test]
    fn a_day_of_zeros_has_no_ratios() {
        let empty = standard(|_, _| 0.0, |_| None);
        assert!(empty.night_to_day.is_nan() && empty.load_factor_period.is_nan());
        assert!(empty.demand_kw_mean == 0.0);
    }
}
