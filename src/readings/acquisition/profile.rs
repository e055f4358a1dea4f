//! Examines the first rows of a file to find what each column could be.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};

use super::marks::cell_text;
use super::report::Cause;
use super::text_time::{DateOrder, parse_time, serial_time, whole_number_time};
use super::values::{DecimalMark, parse_number};

/// Most text rows tested; more would not change the result.
const MAX_TEXTS_TRIED: usize = 2_000;

/// Least share of texts that must parse as numbers or times for a column to count as such. The others become
/// findings.
const ENOUGH_READABLE: f64 = 0.8;

/// Type of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Numbers, or text that parses as numbers.
    Number,
    /// Times or dates, or text that parses as such.
    Time,
    /// Other text.
    Text,
    /// True and false.
    Flag,
    /// No values: all null or empty.
    Empty,
    /// Lists, structures and other types.
    Other,
}

/// One column of the first rows.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    pub index: usize,
    pub name: String,
    /// Name in lower-case letters and digits only, for look-ups.
    pub key: String,
    pub kind: Kind,
    pub data_type: DataType,
    /// First cell that is not empty.
    pub example: String,
    /// The first rows themselves.
    pub array: ArrayRef,
    /// Whether its numbers also parse as times (epochs, `yyyymmdd`).
    pub is_time_number: bool,
}

/// Returns the profile of every column of `rows`.
pub(super) fn profile_columns(rows: &RecordBatch) -> Vec<Profile> {
    let schema = rows.schema();
    let columns = schema.fields().iter().zip(rows.columns()).enumerate();
    columns
        .map(|(index, (field, array))| {
            let texts = column_texts(array.as_ref());
            let kind = texts.as_ref().map_or_else(|| typed_kind(array), text_kind);
            let example = (0..array.len()).map(|row| cell_text(array.as_ref(), row));
            Profile {
                index,
                name: field.name().clone(),
                key: name_key(field.name()),
                kind,
                data_type: array.data_type().clone(),
                example: example
                    .take(MAX_TEXTS_TRIED)
                    .find(|text| !text.trim().is_empty())
                    .unwrap_or_default(),
                array: texts.map_or_else(|| array.clone(), |texts| std::sync::Arc::new(texts)),
                is_time_number: kind == Kind::Number && are_time_numbers(array),
            }
        })
        .collect()
}

/// Reduces a name to lower-case letters and digits: `KWH/hh (per half hour)` is `kwhhhperhalfhour`.
pub(super) fn name_key(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns the column as plain text, if it is text of any kind.
pub(super) fn column_texts(array: &dyn Array) -> Option<StringArray> {
    let is_text = |kind: &DataType| {
        matches!(
            kind,
            DataType::Utf8
                | DataType::LargeUtf8
                | DataType::Utf8View
                | DataType::Binary
                | DataType::LargeBinary
        )
    };
    let holds_text = match array.data_type() {
        DataType::Dictionary(_, values) => is_text(values),
        other => is_text(other),
    };
    let texts = holds_text.then(|| cast(array, &DataType::Utf8).ok())??;
    Some(texts.as_string::<i32>().clone())
}

/// Returns the cells of any column as text; a cell that has no text is null.
pub(super) fn whole_texts(array: &dyn Array) -> StringArray {
    let texts = column_texts(array)
        .or_else(|| cast(array, &DataType::Utf8).ok().map(|texts| texts.as_string::<i32>().clone()));
    texts.unwrap_or_else(|| StringArray::new_null(array.len()))
}

fn typed_kind(array: &ArrayRef) -> Kind {
    let data_type = match array.data_type() {
        DataType::Dictionary(_, values) => values.as_ref(),
        other => other,
    };
    match data_type {
        DataType::Null => Kind::Empty,
        DataType::Boolean => Kind::Flag,
        DataType::Timestamp(_, _) | DataType::Date32 | DataType::Date64 => Kind::Time,
        kind if kind.is_numeric() => Kind::Number,
        _ => Kind::Other,
    }
}

fn text_kind(texts: &StringArray) -> Kind {
    let (mut n, mut n_numbers, mut n_times) = (0u32, 0u32, 0u32);
    for text in texts.iter().flatten().take(MAX_TEXTS_TRIED) {
        if text.trim().is_empty() {
            continue;
        }
        n += 1;
        // A number column may contain a word for missing, such as `Null`.
        let is_number = |decimal| !matches!(parse_number(text, decimal), Err(Cause::BadValue));
        n_numbers += u32::from(is_number(DecimalMark::Point) || is_number(DecimalMark::Comma));
        let orders = [DateOrder::DayFirst, DateOrder::MonthFirst];
        n_times += u32::from(orders.iter().any(|order| parse_time(text.as_bytes(), *order).is_some()));
    }
    let is_enough = |count: u32| f64::from(count) >= ENOUGH_READABLE * f64::from(n);
    if n == 0 {
        Kind::Empty
    } else if is_enough(n_numbers) {
        Kind::Number
    } else if is_enough(n_times) {
        Kind::Time
    } else {
        Kind::Text
    }
}

fn are_time_numbers(array: &ArrayRef) -> bool {
    let Ok(numbers) = cast(array, &DataType::Float64) else { return false };
    let numbers = numbers.as_primitive::<Float64Type>();
    let has_fractions = numbers.iter().flatten().take(MAX_TEXTS_TRIED).any(|number| number.fract() != 0.0);
    let mut numbers = numbers.iter().flatten().take(MAX_TEXTS_TRIED).peekable();
    numbers.peek().is_some() && {
        let (n, good) = numbers.fold((0u32, 0u32), |(n, good), number| {
            let is_time = whole_number_time(number.floor() as i64).is_some()
                || (has_fractions && serial_time(number).is_some());
            (n + 1, good + u32::from(is_time))
        });
        f64::from(good) >= ENOUGH_READABLE * f64::from(n)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Float64Array, Int64Array, StringArray};

    use super::*;

    fn kind(array: ArrayRef) -> (Kind, bool) {
        let rows = RecordBatch::try_from_iter_with_nullable([("x", array, true)]).unwrap();
        let profile = profile_columns(&rows).remove(0);
        (profile.kind, profile.is_time_number)
    }

    #[test]
    fn a_name_is_looked_up_by_letters_and_digits() {
        assert_eq!(name_key("KWH/hh (per half hour) "), "kwhhhperhalfhour");
        assert_eq!(name_key("Meter_ID"), "meterid");
    }

    #[test]
    fn columns_are_told_apart_by_what_they_hold() {
        assert_eq!(kind(Arc::new(StringArray::from(vec!["1.5", "Null", ""]))).0, Kind::Number);
        assert_eq!(kind(Arc::new(StringArray::from(vec!["2013-01-01 00:30"]))).0, Kind::Time);
        assert_eq!(kind(Arc::new(StringArray::from(vec!["MAC000002"]))).0, Kind::Text);
        assert_eq!(kind(Arc::new(StringArray::from(vec![Some(" "), None]))).0, Kind::Empty);
        assert_eq!(kind(Arc::new(Float64Array::from(vec![0.25]))), (Kind::Number, false));
        assert_eq!(kind(Arc::new(Int64Array::from(vec![1_359_592_200]))), (Kind::Number, true));
        assert_eq!(kind(Arc::new(StringArray::from(vec!["1359592200"]))), (Kind::Number, true));
    }
}
