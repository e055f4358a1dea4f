//! Lays out civil days: finds the local day of an instant and the length of that day.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::settings::Zone;

/// Hours that a clock shows in a day; a civil day may last 23 or 25 h.
pub const CLOCK_HOURS: usize = 24;

/// Day numbers count from this date, as in Parquet's `date32`.
const EPOCH: Date = Date::constant(1970, 1, 1);

/// Interval data before this year comes from a clock that was never set.
const FIRST_YEAR: i16 = 1990;

/// Interval data from this year on comes from a faulty clock.
const LAST_YEAR: i16 = 2101;

/// Seconds of a day without a clock change.
const PLAIN_DAY_S: i64 = 86_400;

/// A clock change further than this from noon UTC of a day cannot touch that civil day in any zone. [s]
const CHANGE_REACH_S: i64 = 3 * PLAIN_DAY_S;

/// One civil day of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CivilDay {
    /// Days since 1970-01-01.
    pub day: i32,
    /// Instant of the day's first moment. [s since 1970-01-01T00:00Z]
    pub start_s: i64,
    /// Elapsed length: 23, 24 or 25 h for a change of one hour. [s]
    pub length_s: i64,
    /// Elapsed time at which the clock changes; equals the length on days without a change. [s]
    change_at_s: i64,
    /// Jump of the clock at the change, positive in spring. [s]
    change_by_s: i64,
}

impl CivilDay {
    /// Clock hour, 0..=23, shown `elapsed_s` seconds after the day's first moment.
    #[must_use]
    pub const fn clock_hour(&self, elapsed_s: i64) -> usize {
        let clock_s = if elapsed_s >= self.change_at_s { elapsed_s + self.change_by_s } else { elapsed_s };
        let hour = clock_s / 3600;
        if hour > 23 { 23 } else { hour as usize }
    }

    /// Whether the clock shows this moment twice that day and `elapsed_s` is the first time.
    #[must_use]
    pub const fn is_first_pass(&self, elapsed_s: i64) -> bool {
        self.change_by_s < 0
            && elapsed_s >= self.change_at_s + self.change_by_s
            && elapsed_s < self.change_at_s
    }

    /// Whether the day has 24 h and no clock change.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        self.length_s == PLAIN_DAY_S && self.change_by_s == 0
    }

    /// Seconds by which a repeated clock time comes again; 0 on other days.
    #[must_use]
    pub const fn repeated_s(&self) -> i64 {
        if self.change_by_s < 0 { -self.change_by_s } else { 0 }
    }
}

/// Every civil day of a zone from 1990 to 2100.
#[derive(Debug, Clone)]
pub struct Calendar {
    days: Vec<CivilDay>,
}

impl Calendar {
    /// Builds the calendar of `zone`; without a zone, days have 24 h in UTC.
    #[must_use]
    pub fn new(zone: Option<&Zone>) -> Self {
        let tz = zone.map_or(TimeZone::UTC, |zone| zone.tz.clone());
        let (first, last) =
            (day_number(Date::constant(FIRST_YEAR, 1, 1)), day_number(Date::constant(LAST_YEAR, 1, 1)));
        let changes = clock_changes(&tz, i64::from(first) * PLAIN_DAY_S, i64::from(last) * PLAIN_DAY_S);
        let mut days = Vec::with_capacity((last - first) as usize);
        let mut passed = 0;
        for day in first..last {
            let noon_s = i64::from(day) * PLAIN_DAY_S + PLAIN_DAY_S / 2;
            // Only days near a change need to ask the zone. The others follow from its offset.
            while passed < changes.len() && changes[passed].0 < noon_s - CHANGE_REACH_S {
                passed += 1;
            }
            days.push(match changes.get(passed) {
                Some((change_s, _)) if *change_s < noon_s + CHANGE_REACH_S => civil_day(day, &tz),
                _ => plain_day(day, if passed == 0 { offset_s(&tz, noon_s) } else { changes[passed - 1].1 }),
            });
        }
        Self { days }
    }

    /// Returns a day of 24 h without a clock change, for demand that is laid out by clock time.
    #[must_use]
    pub const fn plain_day() -> CivilDay {
        plain_day(0, 0)
    }

    /// Returns the civil day that contains the instant, or `None` outside 1990..=2100.
    #[must_use]
    pub fn day_of(&self, instant_s: i64) -> Option<&CivilDay> {
        let first = self.days.first()?;
        let guess = usize::try_from((instant_s - first.start_s).div_euclid(PLAIN_DAY_S)).ok()?;
        // A zone's offset moves a day's start by less than a day, so the guess is off by one at most.
        [guess, guess + 1, guess.wrapping_sub(1)]
            .into_iter()
            .filter_map(|index| self.days.get(index))
            .find(|day| instant_s >= day.start_s && instant_s < day.start_s + day.length_s)
    }
}

/// Returns the days from 1970-01-01 to a date.
#[must_use]
pub fn day_number(date: Date) -> i32 {
    (date - EPOCH).get_days()
}

/// Returns the date of a day number.
#[must_use]
pub fn date_of(day: i32) -> Date {
    EPOCH.saturating_add(jiff::Span::new().days(day))
}

/// Returns the day of the week, Monday 0 to Sunday 6.
#[must_use]
pub const fn weekday(day: i32) -> usize {
    // 1970-01-01 was a Thursday.
    (day + 3).rem_euclid(7) as usize
}

/// Returns the instants at which the zone's offset changes, each with the new offset. [s]
fn clock_changes(tz: &TimeZone, from_s: i64, to_s: i64) -> Vec<(i64, i64)> {
    let Ok(from) = Timestamp::from_second(from_s) else { return Vec::new() };
    tz.following(from)
        .map(|change| (change.timestamp().as_second(), i64::from(change.offset().seconds())))
        .take_while(|(change_s, _)| *change_s < to_s)
        .collect()
}

fn offset_s(tz: &TimeZone, instant_s: i64) -> i64 {
    Timestamp::from_second(instant_s).map_or(0, |instant| i64::from(tz.to_offset(instant).seconds()))
}

const fn plain_day(day: i32, offset_s: i64) -> CivilDay {
    let start_s = day as i64 * PLAIN_DAY_S - offset_s;
    CivilDay { day, start_s, length_s: PLAIN_DAY_S, change_at_s: PLAIN_DAY_S, change_by_s: 0 }
}

fn first_moment_s(day: i32, tz: &TimeZone) -> i64 {
    // jiff's compatible rule returns the first moment after a midnight that a change skips.
    let midnight = date_of(day).to_zoned(tz.clone());
    midnight.map_or(i64::from(day) * PLAIN_DAY_S, |zoned| zoned.timestamp().as_second())
}

/// Builds a day near a clock change from the zone's rules.
fn civil_day(day: i32, tz: &TimeZone) -> CivilDay {
    let (start_s, next_start_s) = (first_moment_s(day, tz), first_moment_s(day + 1, tz));
    let length_s = next_start_s - start_s;
    let (before, after) = (offset_s(tz, start_s), offset_s(tz, next_start_s - 1));
    if before == after {
        return CivilDay { day, start_s, length_s, change_at_s: length_s, change_by_s: 0 };
    }
    let (mut low, mut high) = (start_s, next_start_s - 1);
    while high - low > 1 {
        let middle = i64::midpoint(low, high);
        if offset_s(tz, middle) == before { low = middle } else { high = middle }
    }
    CivilDay { day, start_s, length_s, change_at_s: high - start_s, change_by_s: after - before }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(name: &str) -> Calendar {
        Calendar::new(Some(&Zone::named(name).unwrap()))
    }

    fn second(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_second()
    }

    #[test]
    fn london_has_a_short_and_a_long_day() {
        let calendar = calendar("Europe/London");
        let spring = calendar.day_of(second("2013-03-31T12:00Z")).unwrap();
        let autumn = calendar.day_of(second("2013-10-27T12:00Z")).unwrap();
        assert_eq!((spring.length_s, autumn.length_s), (23 * 3600, 25 * 3600));
        assert_eq!(spring.clock_hour(3600), 2);
        assert_eq!(
            (autumn.clock_hour(3600), autumn.clock_hour(2 * 3600), autumn.clock_hour(24 * 3600)),
            (1, 1, 23)
        );
        assert!(autumn.is_first_pass(3600) && !autumn.is_first_pass(2 * 3600));
        assert_eq!(date_of(autumn.day).to_string(), "2013-10-27");
    }

    #[test]
    fn almaty_moved_an_hour_west_on_the_first_of_march_2024() {
        let calendar = calendar("Asia/Almaty");
        let before = calendar.day_of(second("2024-02-28T18:00Z")).unwrap();
        let after = calendar.day_of(second("2024-03-02T19:00Z")).unwrap();
        assert_eq!(date_of(before.day).to_string(), "2024-02-29");
        assert_eq!(before.start_s, second("2024-02-28T18:00Z"));
        assert_eq!(date_of(after.day).to_string(), "2024-03-03");
        assert_eq!(after.start_s, second("2024-03-02T19:00Z"));
        let moving = calendar.day_of(second("2024-02-29T12:00Z")).unwrap();
        assert_eq!(moving.length_s, 25 * 3600);
    }

    #[test]
    fn without_a_zone_every_day_has_24_hours() {
        let calendar = Calendar::new(None);
        let day = calendar.day_of(second("2009-03-29T00:30Z")).unwrap();
        assert_eq!(day.length_s, 86_400);
        assert!(calendar.day_of(0).is_none());
    }

    #[test]
    fn the_epoch_was_a_thursday() {
        assert_eq!(weekday(0), 3);
        assert_eq!(weekday(day_number(jiff::civil::date(2024, 3, 1))), 4);
    }
}
