//! Reads the time of day from its own column, next to a column of dates.

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;

use super::mapping::{DayPart, TimeForm};
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
];

/// Seconds in 24 clock hours. [s]
const DAY_S: i64 = 86_400;

/// Adds the time of day to `times_s`; marks rows where it cannot be read.
pub(super) fn add_day_part(array: &dyn Array, part: DayPart, marks: &mut Marks, times_s: &mut [i64]) {
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
        DayPart::Number { first, step_s } => {
            let (mut own_marks, mut numbers) = (Marks::default(), Vec::new());
            own_marks.reset(array.len());
            read_values(array, DecimalMark::Point, &mut own_marks, &mut numbers);
            for (row, (time, number)) in times_s.iter_mut().zip(numbers).enumerate() {
                let second = (number as i64 - first) * step_s;
                if own_marks.get(row).is_some() || !(0..DAY_S * 2).contains(&second) {
                    marks.set(row, Cause::BadTime);
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
    NAMES.iter().filter_map(named).find_map(|profile| Some((profile, part_of(profile)?)))
}

/// Detects how a column writes the time of day: `00:30`, an hour of the day, or a number counted from 1.
fn part_of(profile: &Profile) -> Option<DayPart> {
    if profile.kind != Kind::Number {
        let texts = cast(&profile.array, &DataType::Utf8).ok()?;
        let mut texts = texts.as_string_opt::<i32>()?.iter().flatten().peekable();
        texts.peek()?;
        return texts.all(|text| parse_clock(text.as_bytes()).is_some()).then_some(DayPart::Clock);
    }
    let (mut marks, mut numbers) = (Marks::default(), Vec::new());
    marks.reset(profile.array.len());
    read_values(profile.array.as_ref(), DecimalMark::Point, &mut marks, &mut numbers);
    marks.retain(&mut numbers);
    let least = numbers.iter().copied().reduce(f64::min)?;
    let most = numbers.iter().copied().reduce(f64::max)?;
    let is_whole = numbers.iter().all(|number| number.fract() == 0.0) && least >= 0.0;
    let is_hour = matches!(profile.key.as_str(), "hour" | "hr");
    let step_s = match most as i64 {
        ..=24 if is_hour => 3600,
        25..=50 => 1800,
        51..=100 => 900,
        200..=300 => 300,
        ..=24 if least >= 1.0 && most >= 23.0 => 3600,
        _ => return None,
    };
    (is_whole && most > least).then_some(DayPart::Number { first: i64::from(least >= 1.0), step_s })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, RecordBatch, StringArray};

    use super::super::profile::profile_columns;
    use super::*;

    fn part(name: &str, array: arrow::array::ArrayRef) -> Option<DayPart> {
        let rows = RecordBatch::try_from_iter([(name, array)]).unwrap();
        part_of(&profile_columns(&rows, DecimalMark::Point)[0])
    }

    #[test]
    fn hours_periods_and_clock_times_are_told_apart() {
        let numbers = |from: i64, to: i64| Arc::new(Int64Array::from_iter_values(from..=to));
        assert_eq!(part("hour", numbers(0, 23)), Some(DayPart::Number { first: 0, step_s: 3600 }));
        assert_eq!(part("hour", numbers(1, 24)), Some(DayPart::Number { first: 1, step_s: 3600 }));
        assert_eq!(part("period", numbers(1, 48)), Some(DayPart::Number { first: 1, step_s: 1800 }));
        assert_eq!(part("period", numbers(1, 96)), Some(DayPart::Number { first: 1, step_s: 900 }));
        assert_eq!(part("interval", numbers(15, 15)), None);
        assert_eq!(part("time", Arc::new(StringArray::from(vec!["17:24:00"]))), Some(DayPart::Clock));
        assert_eq!(part("time", Arc::new(StringArray::from(vec!["noon"]))), None);
    }

    #[test]
    fn a_number_beyond_the_day_is_marked() {
        let (mut marks, mut times) = (Marks::default(), vec![0, 0, 0]);
        marks.reset(3);
        let numbers = Int64Array::from(vec![Some(2), Some(-5), None]);
        add_day_part(&numbers, DayPart::Number { first: 1, step_s: 1800 }, &mut marks, &mut times);
        assert_eq!(times, [1800, 0, 0]);
        assert_eq!((marks.get(1), marks.get(2)), (Some(Cause::BadTime), Some(Cause::BadTime)));
    }
}
