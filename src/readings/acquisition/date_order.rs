//! Decides whether dates such as `03/04/2024` write the day or the month first.

use std::collections::BTreeSet;

use arrow::array::{RecordBatch, StringArray};

use super::guess::Trouble;
use super::likelier::Says;
use super::mapping::{Guess, Mapping, TimeForm, TimeFrom};
use super::profile::column_texts;
use super::text_time::{DateOrder, parse_time, unordered_pair};
use hashwatt_core::language::message::{Message, Value};
use hashwatt_core::message;
use hashwatt_core::settings::ReadingsTable;

/// Greatest month.
const MONTHS: u32 = 12;

/// Seconds in 24 clock hours. [s]
const DAY_S: i64 = 86_400;

/// Decides the order of day and month by the first rows, or where they leave it open by the whole file.
///
/// # Errors
/// When no date of the file shows it, and the two orders give different days.
pub(super) fn decide_date_order(
    mapping: &mut Mapping,
    stated: &ReadingsTable,
    sample: &RecordBatch,
    rest: impl FnOnce(&[usize], &mut dyn FnMut(&RecordBatch) -> bool),
) -> Result<(), Trouble> {
    let TimeFrom::Column(column, form) = &mut mapping.time else { return Ok(()) };
    let (TimeForm::TextNaive(order) | TimeForm::TextInstant(order)) = form else { return Ok(()) };
    let Some(texts) = column_texts(sample.column(column.index)) else { return Ok(()) };
    let Some(example) = first_unordered(&texts).filter(|_| stated.date_order.is_none()) else {
        return Ok(());
    };
    let mut found = order_shown(&texts);
    if found.is_none() {
        rest(&[column.index], &mut |rows| {
            found = column_texts(rows.column(0)).and_then(|texts| order_shown(&texts));
            found.is_some()
        });
    }
    let Some((shown, reason)) = found.or_else(|| order_of_points(&texts)) else {
        return if is_alike(&texts) { Ok(()) } else { Err(open_order(&column.name, example)) };
    };
    *order = shown;
    mapping.guesses.push(Guess::new("date_order", shown.as_str(), reason));
    Ok(())
}

/// Returns the first date that can be read in two orders.
fn first_unordered(texts: &StringArray) -> Option<&str> {
    let first = texts.iter().flatten().find(|text| !text.trim().is_empty())?;
    unordered_pair(first.as_bytes()).map(|_| first)
}

fn open_order(column: &str, example: &str) -> Trouble {
    let seen = format!(
        "column `{column}` has dates such as `{}`, of which no date shows whether the day or the month stands first",
        example.trim()
    );
    Trouble::new(seen, "Set date_order = \"dmy\" or date_order = \"mdy\" in [[readings]]")
        .or_likelier(Says::DateOrder(DateOrder::DayFirst), message!("most_write_day_first"))
}

/// Returns the order that dates with points have wherever they are written.
fn order_of_points(texts: &StringArray) -> Option<(DateOrder, Message)> {
    let mut dates =
        texts.iter().flatten().filter(|text| unordered_pair(text.as_bytes()).is_some()).peekable();
    let example = (*dates.peek()?).trim();
    let has_point = |text: &str| text.trim_start().bytes().find(|byte| !byte.is_ascii_digit()) == Some(b'.');
    let reason = message!("dates_with_points", example = example);
    dates.all(has_point).then_some((DateOrder::DayFirst, reason))
}

/// Whether both orders give the same days.
fn is_alike(texts: &StringArray) -> bool {
    texts
        .iter()
        .flatten()
        .filter_map(|text| unordered_pair(text.as_bytes()))
        .all(|(first, second)| first == second)
}

/// Returns the order that the dates show, and by what; `None` if they show none.
pub(super) fn order_shown(texts: &StringArray) -> Option<(DateOrder, Message)> {
    order_of_pairs(texts).or_else(|| order_by_span(texts))
}

/// Returns the order in which a number above 12 is a day.
fn order_of_pairs(texts: &StringArray) -> Option<(DateOrder, Message)> {
    let (mut n, mut n_day, mut n_month) = (0_u64, 0_u64, 0_u64);
    let mut first_telling = None;
    for text in texts.iter().flatten() {
        let Some((first, second)) = unordered_pair(text.as_bytes()) else { continue };
        n += 1;
        let order = match (first > MONTHS, second > MONTHS) {
            (true, false) => DateOrder::DayFirst,
            (false, true) => DateOrder::MonthFirst,
            _ => continue,
        };
        let count = if order == DateOrder::DayFirst { &mut n_day } else { &mut n_month };
        *count += 1;
        first_telling.get_or_insert((order, text));
    }
    let (order, example) = first_telling?;
    let (place, n_telling) = match order {
        DateOrder::DayFirst => ("first", n_day),
        DateOrder::MonthFirst => ("second", n_month),
    };
    let (place, example) = (Value::form(place), example.trim());
    let reason = message!("above_twelve", place = place, telling = n_telling, all = n, example = example);
    Some((order, reason))
}

/// Returns the order in which the dates follow each other closely: read in the other, days of one month
/// would be the same day of many months. `None` if the dates do not tell.
fn order_by_span(texts: &StringArray) -> Option<(DateOrder, Message)> {
    const MIN_DAYS: usize = 3;
    const MUCH_WIDER: i64 = 4;
    let days = |order| {
        let day = |text: &str| parse_time(text.as_bytes(), order).map(|time| time.seconds.div_euclid(DAY_S));
        texts.iter().flatten().filter_map(day).collect::<BTreeSet<i64>>()
    };
    // A read a month, always on its first day, is a row of twelve days in the other order.
    let has_times = |text: &str| {
        parse_time(text.as_bytes(), DateOrder::DayFirst).is_some_and(|time| time.seconds % DAY_S != 0)
    };
    if !texts.iter().flatten().any(has_times) {
        return None;
    }
    let span = |days: &BTreeSet<i64>| Some(days.last()? - days.first()? + 1);
    let (by_day, by_month) = (days(DateOrder::DayFirst), days(DateOrder::MonthFirst));
    if by_day.len().min(by_month.len()) < MIN_DAYS {
        return None;
    }
    let (day, month) = (span(&by_day)?, span(&by_month)?);
    let (order, n_days, close, wide) = match () {
        () if day > MUCH_WIDER * month => (DateOrder::MonthFirst, by_month.len(), month, day),
        () if month > MUCH_WIDER * day => (DateOrder::DayFirst, by_day.len(), day, month),
        () => return None,
    };
    let (close, wide) = (close.unsigned_abs(), wide.unsigned_abs());
    let reason = message!("days_lie_close", days = n_days, close = close, wide = wide);
    Some((order, reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashwatt_core::finding::FINDING;
    use hashwatt_core::language::Language;

    fn shown(texts: &[&str]) -> Option<DateOrder> {
        order_shown(&StringArray::from(texts.to_vec())).map(|(order, _)| order)
    }

    #[test]
    fn the_order_of_day_and_month_shows_in_a_day_above_twelve() {
        assert_eq!(shown(&["01/02/2013", "13/02/2013"]), Some(DateOrder::DayFirst));
        assert_eq!(shown(&["01/02/2013", "02/13/2013"]), Some(DateOrder::MonthFirst));
        assert_eq!(shown(&["01/02/2013"]), None);
        assert_eq!(first_unordered(&StringArray::from(vec!["2013-02-01"])), None);
    }

    #[test]
    fn the_evidence_is_counted() {
        let texts = StringArray::from(vec!["01/02/2013", "13/02/2013 00:30", "14/02/2013"]);
        let (_, reason) = order_shown(&texts).unwrap();
        let reason = Language::english().say_message(FINDING, &reason);
        assert_eq!(reason, "the first number is above 12 in 2 of 3 dates, such as `13/02/2013 00:30`");
    }

    #[test]
    fn days_that_follow_each_other_show_it_too() {
        let texts = ["01/02/2013 00:30", "01/03/2013 00:30", "01/04/2013 00:30", "01/05/2013 00:30"];
        assert_eq!(shown(&texts), Some(DateOrder::MonthFirst));
    }

    #[test]
    fn dates_with_points_are_day_first() {
        let order =
            |texts: &[&str]| order_of_points(&StringArray::from(texts.to_vec())).map(|(order, _)| order);
        assert_eq!(order(&["01.02.2013 00:30", "2.2.2013"]), Some(DateOrder::DayFirst));
        assert_eq!(order(&["01/02/2013 00.30"]), None);
        assert_eq!(order(&["01.02.2013", "01/02/2013"]), None);
    }

    #[test]
    fn where_day_and_month_are_alike_no_order_matters() {
        assert!(is_alike(&StringArray::from(vec!["01/01/2013", "02/02/2013"])));
        assert!(!is_alike(&StringArray::from(vec!["01/01/2013", "01/02/2013"])));
    }
}
