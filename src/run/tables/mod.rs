//! Writes the tables of a run as Parquet and CSV, with columns in a fixed order.

pub mod balance;
pub mod evidence;
pub mod features;
pub mod findings;
pub mod groups;
pub mod peer_days;
pub mod register;
pub mod scores;
pub mod suspects;
pub mod zones;

use std::fs::File;

use jiff::civil::Date;
use polars::prelude::{
    Column, CsvWriter, DataFrame, DataType, NamedFrom, ParquetCompression, ParquetWriter, PolarsResult,
    SerWriter, Series,
};

use hashwatt_core::calendar::day_number;
use hashwatt_core::error::{Error, Result};

/// Decimals of a float in CSV, as a power of ten: a millionth of a kW, a tenth of a metre on the globe.
const CSV_DECIMALS: f64 = 1e6;

/// First characters that make a spreadsheet treat a text as a formula.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Rows per Parquet row group: a look-up of one meter decodes no more than these.
const ROWS_PER_GROUP: usize = 1 << 14;

/// Fills `file` with the table as Parquet.
///
/// # Errors
/// When the file cannot be written.
pub fn write_parquet(file: &mut File, name: &str, mut frame: DataFrame) -> Result<()> {
    ParquetWriter::new(file)
        .with_compression(ParquetCompression::Zstd(None))
        .with_row_group_size(Some(ROWS_PER_GROUP))
        .finish(&mut frame)
        .map(drop)
        .map_err(|error| Error::table(name, error))
}

/// Fills `file` with the table as CSV: UTF-8, comma, RFC 4180 quotes, ISO dates, empty for missing, floats to
/// six decimals. A text that a spreadsheet would run as a formula gets a leading apostrophe; the Parquet file
/// has the original.
///
/// # Errors
/// When the file cannot be written.
pub fn write_csv(file: &mut File, name: &str, frame: &DataFrame) -> Result<()> {
    let columns: PolarsResult<Vec<Column>> = frame.columns().iter().map(csv_column).collect();
    columns
        .and_then(|columns| DataFrame::new(frame.height(), columns))
        .and_then(|mut frame| CsvWriter::new(file).finish(&mut frame))
        .map_err(|error| Error::table(name, error))
}

fn csv_column(column: &Column) -> PolarsResult<Column> {
    match column.dtype() {
        DataType::String => {
            let texts: Vec<Option<String>> =
                column.str()?.iter().map(|text| text.map(without_formula)).collect();
            Ok(Column::new(column.name().clone(), texts))
        }
        DataType::Float64 => {
            let rounded = |value: f64| (value * CSV_DECIMALS).round() / CSV_DECIMALS;
            let numbers: Vec<Option<f64>> = column.f64()?.iter().map(|value| value.map(rounded)).collect();
            Ok(Column::new(column.name().clone(), numbers))
        }
        _ => Ok(column.clone()),
    }
}

/// Returns the text, with a leading apostrophe if a spreadsheet would run it.
#[must_use]
pub fn without_formula(text: &str) -> String {
    if text.starts_with(FORMULA_STARTS) { format!("'{text}") } else { text.to_owned() }
}

/// Builds a table from columns of one height.
///
/// # Errors
/// When heights differ, or two columns have the same name.
pub fn frame(name: &str, height: usize, columns: Vec<Column>) -> Result<DataFrame> {
    DataFrame::new(height, columns).map_err(|error| Error::table(name, error))
}

/// Builds a column of texts.
pub fn texts<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    Series::new(name.into(), values.collect::<Vec<_>>()).into()
}

/// Builds a column of floats; non-finite values are missing.
pub fn floats(name: &str, values: impl Iterator<Item = Option<f64>>) -> Column {
    let finite = values.map(|value| value.filter(|value| value.is_finite()));
    Series::new(name.into(), finite.collect::<Vec<_>>()).into()
}

/// Builds a column of counts.
pub fn counts(name: &str, values: impl Iterator<Item = Option<u32>>) -> Column {
    Series::new(name.into(), values.collect::<Vec<_>>()).into()
}

/// Builds a column of facts that hold or do not.
pub fn flags(name: &str, values: impl Iterator<Item = Option<bool>>) -> Column {
    Series::new(name.into(), values.collect::<Vec<_>>()).into()
}

/// Builds a column of civil days.
///
/// # Panics
/// Never: dates are stored as i32.
pub fn dates(name: &str, values: impl Iterator<Item = Option<Date>>) -> Column {
    let days: Vec<Option<i32>> = values.map(|date| date.map(day_number)).collect();
    Column::new(name.into(), days).cast(&DataType::Date).expect("an i32 is a date's own representation")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(frame: &DataFrame) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write_csv(&mut File::create(&path).unwrap(), "a.csv", frame).unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn csv_is_stable_and_holds_no_formula() {
        let columns = vec![
            texts("meter_id", [Some("=1+1"), Some("a,\"b\""), Some("@x"), None].into_iter()),
            floats("kw", [Some(0.1 + 0.2), Some(f64::NAN), Some(-3.0), None].into_iter()),
            dates("onset", [Some(jiff::civil::date(2022, 1, 25)), None, None, None].into_iter()),
        ];
        insta::assert_snapshot!(csv(&frame("a", 4, columns).unwrap()), @r#"
        meter_id,kw,onset
        '=1+1,0.3,2022-01-25
        "a,""b""",,
        '@x,-3.0,
        ,,
        "#);
    }

    #[test]
    fn a_table_without_rows_keeps_its_columns() {
        let frame =
            frame("a", 0, vec![texts("meter_id", std::iter::empty()), dates("onset", std::iter::empty())])
                .unwrap();
        assert_eq!(csv(&frame), "meter_id,onset\n");
        assert_eq!(frame.column("onset").unwrap().dtype(), &DataType::Date);
    }
}
