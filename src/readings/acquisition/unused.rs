//! Mentions columns that no role took and that may be a factor of the value.

use std::collections::HashMap;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};

use super::decode::columns_of;
use super::mapping::{Guess, Layout, Mapping, MeterFrom};
use super::names;
use super::profile::{name_key, whole_texts};
use hashwatt_core::language::message::Value;
use hashwatt_core::message;
use hashwatt_core::settings::{NO_COLUMN, ReadingsTable};

/// Factors of transformers for meters. [1]
const FACTORS: std::ops::RangeInclusive<f64> = 1.5..=100_000.0;

/// Fewest rows a meter from which a column counts as constant.
const MIN_ROWS: usize = 10;

/// Adds a note on the columns whose number is the same in every row of a meter, and not 1: one may be the
/// ratio of a current transformer under a name that is not known.
pub(super) fn mention_factors(mapping: &mut Mapping, stated: &ReadingsTable, sample: &RecordBatch) {
    let is_by_row = matches!(mapping.layout, Layout::Long { .. } | Layout::Register { .. });
    let has_factor = mapping.multiplier_column.is_some() || mapping.multiplier != 1.0;
    if !is_by_row || has_factor || stated.multiplier_column.is_some() {
        return;
    }
    let meters = match &mapping.meter {
        MeterFrom::Column(column) => Some(whole_texts(sample.column(column.index))),
        _ => None,
    };
    let used = columns_of(mapping);
    let schema = sample.schema();
    let mut found = Vec::new();
    for (index, field) in schema.fields().iter().enumerate().filter(|(index, _)| !used.contains(index)) {
        let key = name_key(field.name());
        let is_known = names::is_beside(&key) || super::day_part::NAMES.contains(&key.as_str());
        if is_known || mapping.voltage.as_ref().is_some_and(|column| column.index == index) {
            continue;
        }
        if let Some(factor) = factor_of_meters(sample.column(index), meters.as_ref()) {
            found.push(message!("column_up_to", column = field.name().as_str(), factor = factor.to_string()));
        }
    }
    if !found.is_empty() {
        let reason = message!("never_changes", columns = Value::Each(found));
        mapping.guesses.push(Guess::new("multiplier_column", NO_COLUMN, reason));
    }
}

/// Returns the largest number of a column that each meter has alike in all its rows; `None` where the numbers
/// change or can be no factors.
fn factor_of_meters(column: &dyn Array, meters: Option<&StringArray>) -> Option<f64> {
    let numbers = match column.data_type() {
        kind if kind.is_numeric() || matches!(kind, DataType::Utf8) => {
            cast(column, &DataType::Float64).ok()?
        }
        _ => return None,
    };
    let numbers = numbers.as_primitive::<Float64Type>();
    let mut by_meter: HashMap<&str, f64> = HashMap::new();
    if numbers.null_count() > 0 {
        return None;
    }
    for (row, &number) in numbers.values().iter().enumerate() {
        let meter = meters.filter(|meters| meters.is_valid(row)).map_or("", |meters| meters.value(row));
        let first = *by_meter.entry(meter).or_insert(number);
        if first != number || !(FACTORS.contains(&number) || number == 1.0) {
            return None;
        }
    }
    let largest = by_meter.values().copied().fold(1.0, f64::max);
    (numbers.len() >= MIN_ROWS * by_meter.len() && largest > 1.0).then_some(largest)
}

#[cfg(test)]
mod tests {
    use arrow::array::{Float64Array, Int64Array};

    use super::*;

    #[test]
    fn a_factor_is_the_same_in_every_row_of_a_meter() {
        let meters: StringArray = (0..40).map(|row| Some(if row < 20 { "a" } else { "b" })).collect();
        let ratios: Int64Array = (0..40).map(|row| Some(if row < 20 { 1 } else { 40 })).collect();
        assert_eq!(factor_of_meters(&ratios, Some(&meters)), Some(40.0));
        assert_eq!(factor_of_meters(&ratios, None), None, "one meter with two ratios");
        let ones: Int64Array = (0..40).map(|_| Some(1)).collect();
        assert_eq!(factor_of_meters(&ones, Some(&meters)), None);
        let temperatures: Float64Array = (0..40).map(|row| Some(f64::from(row) / 2.0)).collect();
        assert_eq!(factor_of_meters(&temperatures, Some(&meters)), None);
    }
}
