//! Reads a column of any number type, or of numbers as text, into floats.

use arrow::array::{Array, AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};

use super::Quantity;
use super::marks::Marks;
use super::numbers::without_groups;
use super::profile::column_texts;
use super::report::Cause;
use hashwatt_core::units::MAX_DEMAND_KW;

/// Longest interval: large customers are read at least once a month. [h]
const MAX_INTERVAL_HOURS: f64 = 31.0 * 24.0;

/// Largest counter value: no connection uses more energy in a hundred years. [kWh]
const MAX_READ_KWH: f64 = 1e12;

/// Decimal mark of numbers in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecimalMark {
    /// `0.25`.
    #[default]
    Point,
    /// `0,25`.
    Comma,
}

impl DecimalMark {
    /// Returns the value of the `decimal` key.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Point => ".",
            Self::Comma => ",",
        }
    }
}

/// Mark between thousands of numbers in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThousandsMark {
    /// `1.234`.
    Point,
    /// `1,234`.
    Comma,
    /// `1 234`, a space of any width.
    Space,
    /// `1'234`, a straight or a curved apostrophe.
    Apostrophe,
    /// Thousands are not grouped.
    None,
}

impl ThousandsMark {
    const ALL: [Self; 5] = [Self::Point, Self::Comma, Self::Space, Self::Apostrophe, Self::None];

    /// Returns the mark of this value of the `thousands` key; `None` if it is no such value.
    #[must_use]
    pub fn from_key(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mark| mark.as_str() == text)
    }

    /// Returns the value of the `thousands` key.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Point => ".",
            Self::Comma => ",",
            Self::Space => " ",
            Self::Apostrophe => "'",
            Self::None => "none",
        }
    }

    /// Whether the mark groups thousands in text.
    #[must_use]
    pub const fn is(self, mark: char) -> bool {
        match self {
            Self::Point => mark == '.',
            Self::Comma => mark == ',',
            Self::Space => matches!(mark, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}'),
            Self::Apostrophe => matches!(mark, '\'' | '’'),
            Self::None => false,
        }
    }
}

/// Marks of numbers in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NumberMarks {
    /// The decimal mark.
    pub decimal: DecimalMark,
    /// The mark between thousands, where it was stated; otherwise any but the decimal mark.
    pub thousands: Option<ThousandsMark>,
}

impl NumberMarks {
    /// Whether the mark may group thousands.
    pub(super) fn groups(self, mark: char) -> bool {
        match self.thousands {
            Some(thousands) => thousands.is(mark),
            None => {
                self.decimal.as_str() != mark.encode_utf8(&mut [0; 4])
                    && ThousandsMark::ALL.iter().any(|thousands| thousands.is(mark))
            }
        }
    }
}

impl From<DecimalMark> for NumberMarks {
    fn from(decimal: DecimalMark) -> Self {
        Self { decimal, thousands: None }
    }
}

/// Fills `out` with one number per row. Rows without a number are marked; null is a missing interval.
pub(super) fn read_values(
    array: &dyn Array,
    written: impl Into<NumberMarks>,
    marks: &mut Marks,
    out: &mut Vec<f64>,
) {
    let written = written.into();
    out.clear();
    match array.data_type() {
        DataType::Float64 => {
            out.extend_from_slice(array.as_primitive::<Float64Type>().values());
            marks.set_nulls(array, Cause::Missing);
        }
        DataType::Utf8 => read_texts(array.as_string(), written, marks, out),
        other => read_cast(array, other, written, marks, out),
    }
    if !out.iter().all(|value| value.is_finite()) {
        mark_not_finite(out, marks);
    }
}

/// Marks values that cannot be a quantity of this kind, in kW or kWh. The others are finite, and so are their
/// sums. Whether an energy exceeds its interval's limit is checked when the interval is known.
pub(super) fn mark_too_large(values: &[f64], quantity: Quantity, marks: &mut Marks) {
    let max = match quantity {
        Quantity::Demand => MAX_DEMAND_KW,
        Quantity::Energy => MAX_DEMAND_KW * MAX_INTERVAL_HOURS,
        Quantity::RegisterRead => MAX_READ_KWH,
    };
    let is_possible = |value: &f64| value.abs() <= max;
    // No early exit, so that several values are compared at once: such values are rare.
    if values.iter().fold(true, |all, value| all & is_possible(value)) {
        return;
    }
    for (row, _) in values.iter().enumerate().filter(|(_, value)| !is_possible(value)) {
        marks.set(row, Cause::TooLarge);
    }
}

/// Values that head-ends and loggers write where they have none: the largest numbers of 31 and 32 bits,
/// with or without three decimals, and runs of nines below zero.
const CODES_FOR_NO_VALUE: [f64; 8] = [
    4_294_967_295.0,
    4_294_967.295,
    2_147_483_647.0,
    2_147_483.647,
    -9_999.0,
    -9_999.99,
    -99_999.0,
    -999_999.0,
];

/// Marks values, as written, that stand for no value.
pub(super) fn mark_codes(values: &[f64], marks: &mut Marks) {
    let is_far = |value: f64| value >= 2_147_483.0 || value <= -9_999.0;
    // No early exit, so that several values are compared at once: such values are rare.
    if !values.iter().fold(false, |any, value| any | is_far(*value)) {
        return;
    }
    let is_code = |value: f64| CODES_FOR_NO_VALUE.contains(&value);
    values
        .iter()
        .enumerate()
        .filter(|(_, value)| is_code(**value))
        .for_each(|(row, _)| marks.set(row, Cause::Code));
}

/// Reads factors: numbers, or ratios such as `200/5`.
pub(super) fn read_factors(array: &dyn Array, written: NumberMarks, marks: &mut Marks, out: &mut Vec<f64>) {
    let texts = column_texts(array);
    match texts.filter(|texts| texts.iter().flatten().any(|text| text.contains('/'))) {
        None => read_values(array, written, marks, out),
        Some(texts) => {
            out.clear();
            for (row, text) in texts.iter().enumerate() {
                let factor = text.ok_or(Cause::Missing).and_then(|text| parse_factor(text, written));
                out.push(factor.unwrap_or_else(|cause| {
                    marks.set(row, cause);
                    0.0
                }));
            }
        }
    }
}

fn parse_factor(text: &str, written: NumberMarks) -> Result<f64, Cause> {
    let Some((primary, secondary)) = text.split_once('/') else { return parse_number(text, written) };
    let factor = parse_number(primary, written)? / parse_number(secondary, written)?;
    if factor.is_finite() { Ok(factor) } else { Err(Cause::BadValue) }
}

/// Parses a number; `Err` is the cause if there is none.
pub(super) fn parse_number(text: &str, written: impl Into<NumberMarks>) -> Result<f64, Cause> {
    let (text, written) = (text.trim(), written.into());
    let parsed = match written.decimal {
        DecimalMark::Comma if text.contains('.') => {
            without_groups(text, written).unwrap_or_default().parse::<f64>()
        }
        DecimalMark::Comma if text.contains(',') => text.replace(',', ".").parse::<f64>(),
        _ => text.parse::<f64>(),
    };
    let parsed = parsed.or_else(|error| match without_groups(text, written) {
        Some(plain) => plain.parse::<f64>(),
        None => Err(error),
    });
    parsed.map_err(|_| if is_missing_word(text) { Cause::Missing } else { Cause::BadValue })
}

fn read_texts(texts: &StringArray, written: NumberMarks, marks: &mut Marks, out: &mut Vec<f64>) {
    for row in 0..texts.len() {
        let parsed =
            if texts.is_null(row) { Err(Cause::Missing) } else { parse_number(texts.value(row), written) };
        out.push(parsed.unwrap_or_else(|cause| {
            marks.set(row, cause);
            0.0
        }));
    }
}

fn read_cast(
    array: &dyn Array,
    from: &DataType,
    written: NumberMarks,
    marks: &mut Marks,
    out: &mut Vec<f64>,
) {
    let to = match from {
        DataType::Dictionary(_, values) => values.as_ref().clone(),
        DataType::LargeUtf8 | DataType::Utf8View | DataType::Binary | DataType::LargeBinary => DataType::Utf8,
        _ => DataType::Float64,
    };
    match cast(array, &to) {
        Ok(cast) if to != *from => {
            marks.set_nulls(array, Cause::Missing);
            read_values(cast.as_ref(), written, marks, out);
        }
        _ => {
            out.resize(array.len(), 0.0);
            (0..array.len()).for_each(|row| marks.set(row, Cause::BadValue));
        }
    }
}

/// Whether a text is a word that exports write for a missing value.
fn is_missing_word(text: &str) -> bool {
    ["", "null", "none", "na", "n/a", "-", "\\n", "missing"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
}

fn mark_not_finite(values: &[f64], marks: &mut Marks) {
    for (row, value) in values.iter().enumerate().filter(|(_, value)| !value.is_finite()) {
        marks.set(row, if value.is_nan() { Cause::NotANumber } else { Cause::Infinite });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        ArrayRef, Decimal128Array, DictionaryArray, Float32Array, Float64Array, Int16Array, LargeStringArray,
        UInt8Array,
    };
    use arrow::datatypes::Int32Type;

    use super::*;

    fn read(array: &dyn Array, decimal: DecimalMark) -> (Vec<f64>, Vec<Option<Cause>>) {
        let (mut marks, mut out) = (Marks::default(), Vec::new());
        marks.reset(array.len());
        read_values(array, decimal, &mut marks, &mut out);
        let causes = (0..array.len()).map(|row| marks.get(row)).collect();
        (out, causes)
    }

    #[test]
    fn every_number_type_reads_alike() {
        let decimal = Decimal128Array::from(vec![150, 225]).with_precision_and_scale(10, 2).unwrap();
        let arrays: Vec<ArrayRef> = vec![
            Arc::new(Float64Array::from(vec![1.5, 2.25])),
            Arc::new(Float32Array::from(vec![1.5, 2.25])),
            Arc::new(cast(&Float32Array::from(vec![1.5, 2.25]), &DataType::Float16).unwrap()),
            Arc::new(decimal),
            Arc::new(StringArray::from(vec!["1.5", " 2.25 "])),
            Arc::new(LargeStringArray::from(vec!["1.5", "2.25"])),
            Arc::new(DictionaryArray::<Int32Type>::from_iter(["1.5", "2.25"])),
        ];
        for array in arrays {
            let (values, causes) = read(array.as_ref(), DecimalMark::Point);
            assert_eq!(values, [1.5, 2.25], "{}", array.data_type());
            assert_eq!(causes, [None, None]);
        }
        assert_eq!(read(&Int16Array::from(vec![-3]), DecimalMark::Point).0, [-3.0]);
        assert_eq!(read(&UInt8Array::from(vec![200]), DecimalMark::Point).0, [200.0]);
    }

    #[test]
    fn missing_nan_infinite_and_wrong_are_four_things() {
        let texts =
            StringArray::from(vec![Some("1"), None, Some("Null"), Some("NaN"), Some("inf"), Some("x")]);
        let (_, causes) = read(&texts, DecimalMark::Point);
        let expected = [
            None,
            Some(Cause::Missing),
            Some(Cause::Missing),
            Some(Cause::NotANumber),
            Some(Cause::Infinite),
            Some(Cause::BadValue),
        ];
        assert_eq!(causes, expected);
        let numbers = Float64Array::from(vec![Some(f64::NAN), None, Some(f64::NEG_INFINITY)]);
        let (_, causes) = read(&numbers, DecimalMark::Point);
        assert_eq!(causes, [Some(Cause::NotANumber), Some(Cause::Missing), Some(Cause::Infinite)]);
    }

    #[test]
    fn a_decimal_comma_is_read() {
        assert_eq!(read(&StringArray::from(vec!["0,25", "3"]), DecimalMark::Comma).0, [0.25, 3.0]);
    }

    #[test]
    fn a_column_that_holds_no_numbers_marks_every_row() {
        let list = arrow::array::ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]);
        assert_eq!(read(&list, DecimalMark::Point).1, [Some(Cause::BadValue)]);
    }
}
