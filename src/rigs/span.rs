//! Describes the period over which demand is modelled: local civil days on a fixed grid.

use hashwatt_core::portable::Portable;
use std::borrow::Cow;
use std::f32::consts::TAU;
use std::ops::Range;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

/// Assumed yearly mean if no temperature is given: a temperate continental town. [degC]
const ASSUMED_MEAN_C: f32 = 9.0;

/// Assumed half swing between January and July if no temperature is given. [K]
const ASSUMED_SEASON_SWING_K: f32 = 12.0;

/// Assumed half swing between the hour before sunrise and mid-afternoon. [K]
const ASSUMED_DAY_SWING_K: f32 = 4.0;

/// Day of the year on which the northern hemisphere is coldest, in mid-January.
const COLDEST_DAY_OF_YEAR: f32 = 17.0;

/// Local civil days on a grid of equal intervals, 24 h a day. The caller maps days of 23 and 25 h.
#[derive(Debug, Clone, Copy)]
pub struct Span<'a> {
    /// The first local day.
    pub first_day: Date,
    /// Number of days.
    pub n_days: usize,
    /// 24 for hours, 48 for half hours, 96 for quarter hours.
    pub intervals_per_day: usize,
    /// Outdoor temperature of each interval; `None`: assume a northern temperate year. [degC]
    pub temperature_c: Option<&'a [f32]>,
    /// Intervals without supply.
    pub outages: &'a [Range<usize>],
    /// Intervals of internet blackouts in the whole area.
    pub internet_blackouts: &'a [Range<usize>],
}

impl<'a> Span<'a> {
    /// Returns a span without weather, outages or blackouts.
    #[must_use]
    pub const fn bare(first_day: Date, n_days: usize, intervals_per_day: usize) -> Self {
        Self {
            first_day,
            n_days,
            intervals_per_day,
            temperature_c: None,
            outages: &[],
            internet_blackouts: &[],
        }
    }

    /// Returns the number of intervals in the span.
    #[must_use]
    pub const fn n_intervals(&self) -> usize {
        self.n_days * self.intervals_per_day
    }

    /// Returns the length of an interval. [h]
    #[must_use]
    pub fn interval_h(&self) -> f32 {
        24.0 / self.intervals_per_day as f32
    }

    /// Returns how many intervals make up these hours, at least one.
    #[must_use]
    pub fn intervals_in(&self, hours: f32) -> usize {
        ((hours / self.interval_h()).round() as usize).max(1)
    }

    /// Returns the clock time at the start of the interval. [h]
    #[must_use]
    pub fn hour(&self, interval: usize) -> f32 {
        (interval % self.intervals_per_day) as f32 * self.interval_h()
    }

    /// Returns the local day with this number.
    #[must_use]
    pub fn date(&self, day: usize) -> Date {
        let days = i64::try_from(day).unwrap_or(i64::MAX);
        self.first_day.checked_add(days.days()).unwrap_or(Date::MAX)
    }

    /// Returns every local day of the span, in order.
    #[must_use]
    pub fn dates(&self) -> Vec<Date> {
        (0..self.n_days).map(|day| self.date(day)).collect()
    }

    /// Returns the number of a local day, if it is in the span.
    #[must_use]
    pub fn day_of(&self, date: Date) -> Option<usize> {
        let days = self.first_day.until(date).ok()?.get_days();
        usize::try_from(days).ok().filter(|&day| day < self.n_days)
    }

    /// Returns the outdoor temperature of every interval: as given, or of the assumed year. [degC]
    #[must_use]
    pub fn temperature_or_assumed_c(&self) -> Cow<'a, [f32]> {
        match self.temperature_c {
            Some(given) if given.len() >= self.n_intervals() => Cow::Borrowed(given),
            _ => Cow::Owned(self.assumed_temperature_c()),
        }
    }

    fn assumed_temperature_c(&self) -> Vec<f32> {
        let by_hour: Vec<f32> = (0..self.intervals_per_day)
            .map(|i| ASSUMED_DAY_SWING_K * (TAU * (self.hour(i) - 15.0) / 24.0).portable_cos())
            .collect();
        let mut temperature_c = Vec::with_capacity(self.n_intervals());
        for date in self.dates() {
            let season =
                -(TAU * (f32::from(date.day_of_year()) - COLDEST_DAY_OF_YEAR) / 365.25).portable_cos();
            let day_c = ASSUMED_MEAN_C + ASSUMED_SEASON_SWING_K * season;
            temperature_c.extend(by_hour.iter().map(|hour_k| day_c + hour_k));
        }
        temperature_c
    }
}

/// Whether shops and offices are closed for the weekend.
#[must_use]
pub fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_assumed_january_is_colder_than_july() {
        let span = Span::bare(date(2021, 1, 1), 365, 24);
        let temperature_c = span.temperature_or_assumed_c();
        assert_eq!(temperature_c.len(), 8760);
        assert!(temperature_c[16 * 24 + 15] < 5.0 && temperature_c[200 * 24 + 15] > 20.0);
    }

    #[test]
    fn days_and_dates_are_each_others_inverse() {
        let span = Span::bare(date(2021, 10, 1), 120, 48);
        let day = span.day_of(date(2022, 1, 5)).unwrap();
        assert_eq!(day, 96);
        assert_eq!(span.date(day), date(2022, 1, 5));
        assert_eq!(span.day_of(date(2023, 1, 1)), None);
        assert_eq!(span.day_of(date(2021, 9, 30)), None);
    }
}
