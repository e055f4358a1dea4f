//! Maps the local grid on which demand is modelled to the instants that meters record.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::scenario::{MonthDay, Scenario};
use hashwatt_core::error::{Error, Result};
use hashwatt_rigs::Span;
use hashwatt_rigs::span::is_weekend;

/// The days of a simulation, in local clock time and in UTC.
#[derive(Debug)]
pub(super) struct Calendar {
    pub first_day: Date,
    pub n_days: usize,
    pub intervals_per_day: usize,
    /// Local days.
    pub dates: Vec<Date>,
    /// Whether the day is a workday.
    pub is_workday: Vec<bool>,
    /// Start of each interval, UTC; a day has 23, 24 or 25 h of them. [us since 1970]
    pub starts_us: Vec<i64>,
    /// Interval of the local grid for each instant. A skipped hour has no instant, a repeated hour has two.
    pub grid: Vec<usize>,
    tz: TimeZone,
}

impl Calendar {
    /// Lays out this many days from the first.
    ///
    /// # Errors
    /// When the zone is not known, or a day lies beyond all calendars.
    pub fn of(scenario: &Scenario, first_day: Date, n_days: usize, interval_minutes: usize) -> Result<Self> {
        let zone = &scenario.timezone;
        let tz = TimeZone::get(zone).map_err(|error| Error::calendar(zone, error))?;
        let intervals_per_day = 24 * 60 / interval_minutes;
        let span = Span::bare(first_day, n_days, intervals_per_day);
        let dates = span.dates();
        let is_workday = dates
            .iter()
            .map(|date| {
                let day = MonthDay { month: date.month(), day: date.day() };
                !is_weekend(*date) && !scenario.holidays.contains(&day)
            })
            .collect();
        let mut calendar = Self {
            first_day,
            n_days,
            intervals_per_day,
            dates,
            is_workday,
            starts_us: Vec::new(),
            grid: Vec::new(),
            tz,
        };
        calendar.lay_instants(interval_minutes)?;
        Ok(calendar)
    }

    /// Returns the length of an interval. [h]
    pub fn interval_h(&self) -> f64 {
        24.0 / self.intervals_per_day as f64
    }

    /// Returns the instant at which an interval of the local grid starts.
    pub fn instant(&self, interval: usize) -> Timestamp {
        let span = Span::bare(self.first_day, self.n_days, self.intervals_per_day);
        let minutes = interval % self.intervals_per_day * (24 * 60 / self.intervals_per_day);
        let (hour, minute) = ((minutes / 60) as i8, (minutes % 60) as i8);
        let local = span.date(interval / self.intervals_per_day).at(hour, minute, 0, 0);
        self.tz.to_ambiguous_timestamp(local).compatible().unwrap_or(Timestamp::MIN)
    }

    /// Returns the interval of the local grid at this clock hour of a date, clipped to the span.
    pub fn interval_at(&self, date: Date, hour: usize) -> usize {
        let days = self.first_day.until(date).map_or(0, |span| i64::from(span.get_days()));
        let per_hour = self.intervals_per_day / 24;
        let last = self.n_days * self.intervals_per_day;
        usize::try_from(days).map_or(0, |day| (day * self.intervals_per_day + hour * per_hour).min(last))
    }

    fn lay_instants(&mut self, interval_minutes: usize) -> Result<()> {
        let end = self.instant(self.n_days * self.intervals_per_day);
        let step_us = interval_minutes as i64 * 60_000_000;
        let mut start_us = self.instant(0).as_microsecond();
        while start_us < end.as_microsecond() {
            let at =
                Timestamp::from_microsecond(start_us).map_err(|error| Error::calendar("calendar", error))?;
            let local = self.tz.to_datetime(at);
            let days = self.first_day.until(local.date()).map_or(0, |span| span.get_days());
            let minutes = usize::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute()));
            let in_day = minutes.unwrap_or(0) / interval_minutes;
            self.grid.push(usize::try_from(days).unwrap_or(0) * self.intervals_per_day + in_day);
            self.starts_us.push(start_us);
            start_us += step_us;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(scenario: &str, n_days: usize, interval_minutes: usize) -> Calendar {
        let scenario = Scenario::named(scenario).unwrap();
        Calendar::of(&scenario, scenario.first_day(n_days), n_days, interval_minutes).unwrap()
    }

    #[test]
    fn the_day_of_the_spring_change_lacks_an_hour() {
        let calendar = calendar("london-2022", 40, 30);
        assert_eq!(calendar.starts_us.len(), 40 * 48 - 2);
        let sunday = 26 * 48;
        assert!(!calendar.grid.contains(&(sunday + 2)) && calendar.grid.contains(&(sunday + 4)));
    }

    #[test]
    fn the_day_of_the_autumn_change_has_an_hour_twice() {
        let calendar = calendar("london-2022", 300, 60);
        assert_eq!(calendar.starts_us.len(), 300 * 24);
        let sunday = calendar.interval_at(jiff::civil::date(2022, 10, 30), 1);
        assert_eq!(calendar.grid.iter().filter(|&&interval| interval == sunday).count(), 2);
    }

    #[test]
    fn local_midnight_in_almaty_is_six_hours_ahead_of_utc() {
        let calendar = calendar("almaty-2021", 365, 30);
        assert_eq!(calendar.instant(0).to_string(), "2021-05-31T18:00:00Z");
        assert_eq!(calendar.grid, (0..365 * 48).collect::<Vec<_>>());
    }
}
