//! Computes the standard load features of the field, for the analysts' table and the rivals.
//!
//! If VISDOM (Borgeson et al., Stanford) has the same feature, its name is given.

use hashwatt_core::calendar::CLOCK_HOURS;
use std::ops::Range;

use super::Surroundings;
use super::blackout::blackout_drop_kw;
use super::temperature::fit_temperature;
use super::usable::{Column, UsableDays};
use hashwatt_core::calendar::{date_of, weekday};
use hashwatt_core::settings::{HourWindow, Windows};
use hashwatt_core::stats::{mean, quantile, quantile_of};
use hashwatt_readings::digest::DayDigest;

/// Fewest usable days of a month. [d]
const MIN_MONTH_DAYS: usize = 10;

/// Declares the features once: the struct, and their names and meanings, in order.
macro_rules! standard {
    ($($(#[doc = $meaning:literal])+ $name:ident,)+) => {
        /// Standard features of one meter; NaN if the data cannot show them.
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct Standard {
            $($(#[doc = $meaning])+ pub $name: f32,)+
        }

        /// Names and meanings of [`Standard`]'s features, in the order of [`Standard::values`].
        pub const STANDARD: [(&str, &str); N_STANDARD] =
            [$((stringify!($name), concat!($($meaning),+).trim_ascii()),)+];

        impl Standard {
            /// Returns the values, in the order of [`STANDARD`].
            #[must_use]
            pub const fn values(&self) -> [f32; N_STANDARD] {
                [$(self.$name,)+]
            }

            /// Takes the values, in the order of [`STANDARD`].
            #[must_use]
            pub const fn of([$($name,)+]: [f32; N_STANDARD]) -> Self {
                Self { $($name,)+ }
            }
        }
    };
}

/// Number of standard features.
pub const N_STANDARD: usize = 21;

standard! {
    /// Mean demand. [kW]
    demand_kw_mean,
    /// Median over days of the standard deviation within the day over the day's mean.
    cv_within_day,
    /// Standard deviation of daily means over their mean.
    cv_between_days,
    /// Largest less smallest monthly mean, over the mean; NaN under two months.
    month_to_month_rel,
    /// Median over days of mean over peak demand of the day (load factor; VISDOM mn2mx is min/max).
    load_factor_day,
    /// Mean over peak demand of the whole period.
    load_factor_period,
    /// Median over days of p10 over p90 of demand.
    p10_to_p90,
    /// Mean demand at night over that of the working day (VISDOM nv2dv; n2d with its own windows).
    night_to_day,
    /// Mean demand at night over that of the evening.
    night_to_evening,
    /// Mean demand on weekends over weekdays.
    weekend_to_weekday,
    /// Median over days of the mean change from interval to interval. [kW]
    ramp_kw_mean,
    /// Greatest change that nine days of ten stay below. [kW]
    ramp_kw_max_p90,
    /// Share of hours above half of the peak hour (a point of the load duration curve).
    share_above_half_peak,
    /// Share of hours above nine tenths of the peak hour.
    share_above_nine_tenths_peak,
    /// Demand per degree-day of heating (CalTRACK 2.0, 3.4); NaN without weather. [kW/K]
    heating_kw_per_k,
    /// Demand per degree-day of cooling; NaN without weather. [kW/K]
    cooling_kw_per_k,
    /// Share of the daily means' variance that temperature explains; NaN without weather.
    temperature_r2,
    /// Mean of the coldest-season quarter over the warmest (December-February over June-August in
    /// the north); NaN where the data has not both.
    winter_to_summer,
    /// Share of expected intervals that are missing.
    missing_share,
    /// Share of present intervals that are estimated.
    estimated_share,
    /// Fall of the base load in an internet blackout; NaN without one. [kW]
    blackout_drop_kw,
}

/// Computes the standard features from a meter's days (`all`, as digested), its usable days, and their mean
/// day (see [`mean_profile`]).
#[must_use]
pub fn measure_standard(
    all: &[DayDigest],
    days: &UsableDays,
    profile: &[f32; CLOCK_HOURS],
    windows: &Windows,
    surroundings: &Surroundings,
) -> Standard {
    let means = days.column(Column::Mean);
    let overall = mean(means).unwrap_or(f32::NAN);
    let within = |window: HourWindow| {
        mean(
            &(0..CLOCK_HOURS)
                .filter(|&hour| window.contains(hour as u8))
                .map(|hour| profile[hour])
                .collect::<Vec<_>>(),
        )
    };
    let (night, day, evening) = (within(windows.night), within(windows.day), within(windows.evening));
    let usual_ratio = |a: Column, b: Column| {
        let ratios = days.column(a).iter().zip(days.column(b)).filter_map(|(a, b)| ratio(*a, *b));
        quantile_of(ratios, 0.5).unwrap_or(f32::NAN)
    };
    let ramps = days.column(Column::Ramp).iter().copied().filter(|kw| !kw.is_nan());
    let peak = days.column(Column::Max).iter().copied().fold(f32::NAN, f32::max);
    let months = months(&days.day);
    let of_months = |numbers: [i8; 3]| {
        let chosen = months.iter().filter(|month| numbers.contains(&month.number));
        mean_of(chosen.map(|month| &means[month.days.clone()]))
    };
    let (above_half, above_nine_tenths) = duration_shares(days);
    let points: Vec<(f64, f64)> = days
        .day
        .iter()
        .zip(days.column(Column::Mean))
        .filter_map(|(day, kw)| Some((f64::from(surroundings.weather.temperature_c(*day)?), f64::from(*kw))))
        .collect();
    let fit = fit_temperature(&points);
    let (missing_share, estimated_share) = shares(all);
    Standard {
        demand_kw_mean: overall,
        cv_within_day: usual_ratio(Column::Sd, Column::Mean),
        cv_between_days: deviation(means, overall).and_then(|sd| ratio(sd, overall)).unwrap_or(f32::NAN),
        month_to_month_rel: month_to_month(&months, means, overall),
        load_factor_day: usual_ratio(Column::Mean, Column::Max),
        load_factor_period: ratio(overall, peak).unwrap_or(f32::NAN),
        p10_to_p90: usual_ratio(Column::P10, Column::P90),
        night_to_day: pair_ratio(night, day),
        night_to_evening: pair_ratio(night, evening),
        weekend_to_weekday: weekend_to_weekday(&days.day, means),
        ramp_kw_mean: quantile_of(ramps, 0.5).unwrap_or(f32::NAN),
        ramp_kw_max_p90: quantile(days.column(Column::RampMax), 0.9).unwrap_or(f32::NAN),
        share_above_half_peak: above_half,
        share_above_nine_tenths_peak: above_nine_tenths,
        heating_kw_per_k: fit.map_or(f32::NAN, |fit| fit.heating as f32),
        cooling_kw_per_k: fit.map_or(f32::NAN, |fit| fit.cooling as f32),
        temperature_r2: fit.map_or(f32::NAN, |fit| fit.r2 as f32),
        winter_to_summer: pair_ratio(of_months([12, 1, 2]), of_months([6, 7, 8])),
        missing_share,
        estimated_share,
        blackout_drop_kw: blackout_drop_kw(all, &surroundings.blackout_days),
    }
}

impl Standard {
    /// Blanks the features that reads of a day or longer cannot show.
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

/// Returns the mean demand by clock hour. [kW]
#[must_use]
pub fn mean_profile(days: &UsableDays) -> [f32; CLOCK_HOURS] {
    let mut sums = [0.0f32; CLOCK_HOURS];
    for day in &days.hour_kw {
        sums.iter_mut().zip(day).for_each(|(sum, kw)| *sum += kw);
    }
    sums.map(|sum| sum / days.len() as f32)
}

/// Divides; `None` if the divisor is zero.
fn ratio(a: f32, b: f32) -> Option<f32> {
    let quotient = a / b;
    (b != 0.0 && quotient.is_finite()).then_some(quotient)
}

fn pair_ratio(a: Option<f32>, b: Option<f32>) -> f32 {
    a.zip(b).and_then(|(a, b)| ratio(a, b)).unwrap_or(f32::NAN)
}

fn deviation(values: &[f32], middle: f32) -> Option<f32> {
    let squares: f64 = values.iter().map(|value| f64::from((value - middle).powi(2))).sum();
    (!values.is_empty()).then(|| ((squares / values.len() as f64) as f32).sqrt())
}

fn weekend_to_weekday(days: &[i32], means: &[f32]) -> f32 {
    let of = |keep: fn(usize) -> bool| {
        let (mut sum, mut n) = (0.0f64, 0u32);
        for (_, kw) in days.iter().zip(means).filter(|(day, _)| keep(weekday(**day))) {
            (sum, n) = (sum + f64::from(*kw), n + 1);
        }
        (n > 0).then(|| (sum / f64::from(n)) as f32)
    };
    pair_ratio(of(|day| day >= 5), of(|day| day < 5))
}

/// The usable days of one calendar month.
struct Month {
    number: i8,
    days: Range<usize>,
}

/// Returns the months of the days (ascending). Dates are looked up once per month, not once per day.
fn months(days: &[i32]) -> Vec<Month> {
    let mut months: Vec<Month> = Vec::new();
    let mut next_month = i32::MIN;
    for (at, &day) in days.iter().enumerate() {
        if day >= next_month {
            let date = date_of(day);
            next_month = day + i32::from(date.days_in_month() - date.day()) + 1;
            months.push(Month { number: date.month(), days: at..at });
        }
        if let Some(month) = months.last_mut() {
            month.days.end = at + 1;
        }
    }
    months
}

/// Returns the mean of several parts of a series, or `None` if they are empty.
fn mean_of<'a>(stretches: impl Iterator<Item = &'a [f32]>) -> Option<f32> {
    let (mut sum, mut n) = (0.0f64, 0usize);
    for stretch in stretches {
        stretch.iter().for_each(|&kw| sum += f64::from(kw));
        n += stretch.len();
    }
    (n > 0).then(|| (sum / n as f64) as f32)
}

fn month_to_month(months: &[Month], means: &[f32], overall: f32) -> f32 {
    // Few days only show the weather of that week, not of the month.
    let monthly: Vec<f32> = months
        .iter()
        .filter(|month| month.days.len() >= MIN_MONTH_DAYS)
        .filter_map(|month| mean(&means[month.days.clone()]))
        .collect();
    if monthly.len() < 2 {
        return f32::NAN;
    }
    let (low, high) = monthly
        .iter()
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &kw| (low.min(kw), high.max(kw)));
    ratio(high - low, overall).unwrap_or(f32::NAN)
}

fn duration_shares(days: &UsableDays) -> (f32, f32) {
    let mut peaks = [0.0f32; CLOCK_HOURS];
    for day in &days.hour_kw {
        peaks.iter_mut().zip(day).for_each(|(peak, kw)| *peak = if *kw > *peak { *kw } else { *peak });
    }
    let peak = peaks.into_iter().fold(0.0, f32::max);
    let n = (days.len() * CLOCK_HOURS) as f32;
    let above = |share: f32| {
        let limit = share * peak;
        days.hour_kw.as_flattened().iter().map(|kw| u32::from(*kw > limit)).sum::<u32>() as f32 / n
    };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{home_kw, meter};
    use hashwatt_readings::acquisition::weather::Weather;

    fn standard(kw: impl Fn(usize, usize) -> f32, temperature_c: impl Fn(i32) -> Option<f32>) -> Standard {
        let days = meter(90, kw).days;
        let weather =
            Weather::from_days(days.iter().filter_map(|day| Some((day.day, temperature_c(day.day)?))));
        let surroundings = Surroundings { weather, ..Surroundings::default() };
        let usable = UsableDays::of(&days).unwrap();
        measure_standard(&days, &usable, &mean_profile(&usable), &Windows::default(), &surroundings)
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
        // 0.1 kW per degree below 16.
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
