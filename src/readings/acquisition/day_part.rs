//! Reads the time of day from its own column, next to a column of dates.

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;

use super::mapping::{DayCount, DayPart, TimeForm};
use super::marks::Marks;
use super::profile::{Kind, Profile};
use super::report::Cause;
use super::text_time::parse_clock;
use super::times::read_times;
use super::values::{DecimalMark, read_values};

/// Names of columns with a time of day, as lookup keys.
pub(super) const NAMES: &[&str] = &[
    "time",
    "timeofday",
    "readtime",
    "readingtime",
    "hour",
    "hr",
    "settlementperiod",
    "period",
    "halfhour",
    "hh",
    "interval",
    "intervalno",
    "intervalnumber",
    "starttime",
    "timestart",
    "timefrom",
    "fromtime",
    "hora",
    "horainicio",
    "heure",
    "heuredebut",
    "uhrzeit",
    "zeit",
    "uhrzeitvon",
    "vantijdstip",
    "tijdstip",
    "время",
    "времяначала",
    "час",
    "часначала",
    "получас",
    "интервал",
    "уақыт",
    "уақыты",
    "сағат",
    "periodo",
    "periode",
    "periodnumber",
    "hourofday",
    "hourending",
    "he",
    "minute",
    "minuto",
    "минута",
    "endtime",
    "timeend",
    "timeto",
    "totime",
    "horafin",
    "heurefin",
    "uhrzeitbis",
    "tottijdstip",
    "времяконца",
    "времяокончания",
];

/// Names of the minute beside a column of hours.
const MINUTES: &[&str] = &["minute", "minutes", "min", "minuto", "минута", "минуты", "минут"];

/// Names of numbers that count intervals from midnight on, also on days of 23 or 25 hours.
const ELAPSED: &[&str] = &[
    "settlementperiod",
    "period",
    "periodnumber",
    "periodo",
    "intervalno",
    "intervalnumber",
    "halfhour",
    "hh",
];

/// Whether a name says that the time of day is the interval's end.
pub(super) fn is_end_name(key: &str) -> bool {
    const PARTS: &[&str] = &["end", "fin", "bis", "tot", "конца", "окончания", "timeto", "totime"];
    PARTS.iter().any(|part| key.starts_with(part) || key.ends_with(part))
}

/// Seconds in 24 clock hours. [s]
const DAY_S: i64 = 86_400;

/// Length of the day on which clocks go back. [s]
const MAX_DAY_S: i64 = DAY_S + 3600;

/// Adds the time of day to `times_s`; marks rows where it cannot be read.
///
/// Where numbers count the time since midnight, `times_s` stay at midnight and the time of day goes to
/// `elapsed_s`, which is empty otherwise. [s]
pub(super) fn add_day_part(
    array: &dyn Array,
    part: DayPart,
    marks: &mut Marks,
    times_s: &mut [i64],
    elapsed_s: &mut Vec<i64>,
) {
    elapsed_s.clear();
    match part {
        DayPart::Clock => {
            let texts = cast(array, &DataType::Utf8).ok();
            let texts = texts.as_ref().and_then(|texts| texts.as_string_opt::<i32>());
            for (row, time) in times_s.iter_mut().enumerate() {
                let text = texts.filter(|texts| texts.is_valid(row)).map_or("", |texts| texts.value(row));
                match parse_clock(text.as_bytes()) {
                    Some(second) => *time += second,
                    None => marks.set(row, Cause::BadTime),
                }
            }
        }
        DayPart::Number { first, step_s, count } => {
            if count == DayCount::Elapsed {
                elapsed_s.resize(times_s.len(), 0);
            }
            let (mut own_marks, mut numbers) = (Marks::default(), Vec::new());
            own_marks.reset(array.len());
            read_values(array, DecimalMark::Point, &mut own_marks, &mut numbers);
            for (row, (time, number)) in times_s.iter_mut().zip(numbers).enumerate() {
                let second = (number as i64 - first) * step_s;
                if own_marks.get(row).is_some() || !(0..MAX_DAY_S).contains(&second) {
                    marks.set(row, Cause::BadTime);
                } else if count == DayCount::Elapsed {
                    elapsed_s[row] = second;
                } else {
                    *time += second;
                }
            }
        }
    }
}

/// Finds the column with the time of day, if the time column has only dates.
pub(super) fn find_day_part<'a>(
    profiles: &'a [Profile],
    taken: &[usize],
    dates: &Profile,
    form: TimeForm,
) -> Option<(&'a Profile, DayPart)> {
    let (mut marks, mut times_s) = (Marks::default(), Vec::new());
    marks.reset(dates.array.len());
    read_times(dates.array.as_ref(), form, &mut marks, &mut times_s);
    marks.retain(&mut times_s);
    if form.is_instant() || times_s.is_empty() || times_s.iter().any(|time| time.rem_euclid(DAY_S) != 0) {
        return None;
    }
    let named = |name: &&str| profiles.iter().find(|p| p.key == **name && !taken.contains(&p.index));
    let days = &days_of(dates, form);
    let known = NAMES.iter().filter_map(named).find_map(|profile| Some((profile, part_of(profile, days)?)));
    known.or_else(|| {
        let free = profiles.iter().filter(|p| !taken.contains(&p.index) && p.kind != Kind::Number);
        let mut clocks = free.filter_map(|p| Some((p, part_of(p, days)?)));
        clocks.next().filter(|_| clocks.next().is_none())
    })
}

/// Returns the column with the minute, where the time of day is the hour's number.
pub(super) fn find_minutes<'a>(
    profiles: &'a [Profile],
    taken: &[usize],
    part: DayPart,
) -> Option<&'a Profile> {
    let is_hour = matches!(part, DayPart::Number { step_s: 3600, .. });
    profiles.iter().find(|p| {
        is_hour && p.kind == Kind::Number && MINUTES.contains(&p.key.as_str()) && !taken.contains(&p.index)
    })
}

/// Adds minutes to times at the full hour; marks rows where they are none.
pub(super) fn add_minutes(array: &dyn Array, marks: &mut Marks, times_s: &mut [i64]) {
    let (mut own_marks, mut numbers) = (Marks::default(), Vec::new());
    own_marks.reset(array.len());
    read_values(array, DecimalMark::Point, &mut own_marks, &mut numbers);
    for (row, (time, minute)) in times_s.iter_mut().zip(numbers).enumerate() {
        if own_marks.get(row).is_some() || !(0.0..60.0).contains(&minute) {
            marks.set(row, Cause::BadTime);
        } else {
            *time += minute as i64 * 60;
        }
    }
}

/// Returns the day of each row, or `None` where it cannot be read.
fn days_of(dates: &Profile, form: TimeForm) -> Vec<Option<i64>> {
    let (mut marks, mut times_s) = (Marks::default(), Vec::new());
    marks.reset(dates.array.len());
    read_times(dates.array.as_ref(), form, &mut marks, &mut times_s);
    times_s.iter().enumerate().map(|(row, day)| marks.get(row).is_none().then_some(*day)).collect()
}

/// Detects how a column writes the time of day: `00:30`, an hour of the day, or a number counted from 1.
///
/// The length of an interval shows in the greatest number of most days: on a day of 25 h there are more.
fn part_of(profile: &Profile, days: &[Option<i64>]) -> Option<DayPart> {
    if profile.kind != Kind::Number {
        let texts = cast(&profile.array, &DataType::Utf8).ok()?;
        let mut texts = texts.as_string_opt::<i32>()?.iter().flatten().peekable();
        texts.peek()?;
        return texts.all(|text| parse_clock(text.as_bytes()).is_some()).then_some(DayPart::Clock);
    }
    let (mut marks, mut numbers) = (Marks::default(), Vec::new());
    marks.reset(profile.array.len());
    read_values(profile.array.as_ref(), DecimalMark::Point, &mut marks, &mut numbers);
    let mut greatest = std::collections::BTreeMap::new();
    for (row, (number, day)) in numbers.iter().zip(days).enumerate() {
        if let (Some(day), None) = (day, marks.get(row)) {
            let most = greatest.entry(*day).or_insert(*number);
            *most = number.max(*most);
        }
    }
    marks.retain(&mut numbers);
    let least = numbers.iter().copied().reduce(f64::min)?;
    let most = numbers.iter().copied().reduce(f64::max)?;
    let is_whole = numbers.iter().all(|number| number.fract() == 0.0) && least >= 0.0;
    let first = i64::from(least >= 1.0);
    let mut by_day: Vec<i64> = greatest.into_values().map(|most| most as i64 + 1 - first).collect();
    by_day.sort_unstable();
    let usual = *by_day.get(by_day.len() / 2)?;
    let is_hour = is_hour_name(&profile.key);
    let step_s = match usual {
        ..=25 if is_hour => 3600,
        46 | 48 | 50 => 1800,
        92 | 96 | 100 => 900,
        144 => 600,
        276 | 288 | 300 => 300,
        23..=25 => 3600,
        _ => return None,
    };
    let is_beyond = most as i64 + 1 - first > DAY_S / step_s;
    let is_elapsed =
        is_beyond || (first == 1 && (ELAPSED.contains(&profile.key.as_str()) || is_short(&by_day, step_s)));
    let count = if is_elapsed { DayCount::Elapsed } else { DayCount::ClockTime };
    (is_whole && most > least).then_some(DayPart::Number { first, step_s, count })
}

fn is_hour_name(key: &str) -> bool {
    matches!(key, "hour" | "hr" | "hora" | "heure" | "час" | "сағат" | "hourofday" | "hourending" | "he")
}

/// Whether a whole day lacks the last hour: on the day on which clocks go forward, its intervals are counted
/// without a gap. The first and last day of an export may be cut.
fn is_short(by_day: &[i64], step_s: i64) -> bool {
    let a_day = DAY_S / step_s;
    let n_short = by_day.iter().filter(|most| **most == a_day - 3600 / step_s).count();
    let n_whole = by_day.iter().filter(|most| **most == a_day).count();
    n_short >= 1 && n_whole + n_short >= by_day.len().saturating_sub(2) && n_short <= 1 + by_day.len() / 100
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, RecordBatch, StringArray};

    use super::super::profile::profile_columns;
    use super::*;

    fn part(name: &str, array: arrow::array::ArrayRef) -> Option<DayPart> {
        let rows = RecordBatch::try_from_iter([(name, array)]).unwrap();
        let days = vec![Some(0); rows.num_rows()];
        part_of(&profile_columns(&rows)[0], &days)
    }

    #[test]
    fn hours_periods_and_clock_times_are_told_apart() {
        let numbers = |from: i64, to: i64| Arc::new(Int64Array::from_iter_values(from..=to));
        assert_eq!(
            part("hour", numbers(0, 23)),
            Some(DayPart::Number { first: 0, step_s: 3600, count: DayCount::ClockTime })
        );
        assert_eq!(
            part("hour", numbers(1, 24)),
            Some(DayPart::Number { first: 1, step_s: 3600, count: DayCount::ClockTime })
        );
        assert_eq!(
            part("period", numbers(1, 48)),
            Some(DayPart::Number { first: 1, step_s: 1800, count: DayCount::Elapsed })
        );
        assert_eq!(
            part("period", numbers(1, 96)),
            Some(DayPart::Number { first: 1, step_s: 900, count: DayCount::Elapsed })
        );
        assert_eq!(part("interval", numbers(15, 15)), None);
        assert_eq!(part("time", Arc::new(StringArray::from(vec!["17:24:00"]))), Some(DayPart::Clock));
        assert_eq!(part("time", Arc::new(StringArray::from(vec!["noon"]))), None);
    }

    #[test]
    fn a_number_beyond_the_day_is_marked() {
        let (mut marks, mut times) = (Marks::default(), vec![0, 0, 0]);
        marks.reset(3);
        let numbers = Int64Array::from(vec![Some(2), Some(-5), None]);
        let part = DayPart::Number { first: 1, step_s: 1800, count: DayCount::ClockTime };
        add_day_part(&numbers, part, &mut marks, &mut times, &mut Vec::new());
        assert_eq!(times, [1800, 0, 0]);
        assert_eq!((marks.get(1), marks.get(2)), (Some(Cause::BadTime), Some(Cause::BadTime)));
    }
}
