//! Reads small tables (register, weather, events) whole, from Parquet or CSV.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringBuilder};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema, TimeUnit};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::contained::contained;
use super::csv_file::sniff_separator;
use super::left_out::LeftOut;
use super::uuids::{uuid_columns, with_uuid_texts};
use hashwatt_core::error::{Error, Result};
use hashwatt_core::language::message::Message;
use hashwatt_core::message;

/// Longest header. [bytes]
const MAX_HEADER_BYTES: u64 = 1 << 20;

/// May precede the first character of a UTF-8 text.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A table in memory, with its file's name for errors.
pub struct Table {
    file: String,
    rows: RecordBatch,
}

/// Reads `path`: Parquet by its ending, everything else as CSV with a header.
///
/// # Errors
/// When the file is missing, empty or not of the type its extension says.
pub fn read_table(path: &Path) -> Result<Table> {
    let name = path.display().to_string();
    let cure = "Give a Parquet file, or CSV as UTF-8 text with a header and as many fields in every row";
    let unreadable = |seen: String| Error::input(&name, seen, cure);
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let is_parquet = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("parquet") || ending.eq_ignore_ascii_case("pq"));
    let read = || if is_parquet { read_parquet(file) } else { read_csv(file) };
    let rows = contained(|| read().map_err(unreadable), unreadable)?;
    Ok(Table { file: name, rows })
}

fn read_parquet(file: File) -> std::result::Result<RecordBatch, String> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| error.to_string())?;
    let uuids = uuid_columns(reader.parquet_schema(), reader.schema());
    let schema = Arc::clone(reader.schema());
    let reader = reader.build().map_err(|error| error.to_string())?;
    let batches = reader.collect::<std::result::Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
    let rows = concat_batches(&schema, &batches).and_then(|rows| with_uuid_texts(&rows, &uuids));
    rows.map_err(|error| error.to_string())
}

/// Reads every column as text, so that ids keep their leading zeros; an empty field is missing.
fn read_csv(mut file: File) -> std::result::Result<RecordBatch, String> {
    let mut header = Vec::new();
    BufReader::new((&mut file).take(MAX_HEADER_BYTES))
        .read_until(b'\n', &mut header)
        .and_then(|_| file.rewind())
        .map_err(|error| error.to_string())?;
    let separator = sniff_separator(&header);
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(file);
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    if header.is_empty() {
        return Err("it is empty".to_owned());
    }
    let mut columns: Vec<_> = header.iter().map(|_| StringBuilder::new()).collect();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| error.to_string())? {
        for (column, field) in columns.iter_mut().zip(&record) {
            column.append_option(Some(field).filter(|field| !field.is_empty()));
        }
    }
    let names = header.iter().map(|name| name.trim_start_matches(BYTE_ORDER_MARK));
    let schema = Schema::new(names.map(|name| Field::new(name, DataType::Utf8, true)).collect::<Vec<_>>());
    let columns = columns.into_iter().map(|mut column| Arc::new(column.finish()) as ArrayRef).collect();
    RecordBatch::try_new(Arc::new(schema), columns).map_err(|error| error.to_string())
}

/// Range in which the numbers of a column must lie, and the message for others.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    pub range: RangeInclusive<f64>,
    /// The problem, what was done, and the cure.
    pub wrong: Message,
}

impl Table {
    /// Returns the column names, for a message.
    #[must_use]
    pub fn names(&self) -> String {
        let names: Vec<_> =
            self.rows.schema().fields().iter().map(|field| format!("`{}`", field.name())).collect();
        names.join(", ")
    }

    /// Whether it has columns besides `key`, and none of these. Names match in upper or lower case.
    #[must_use]
    pub fn is_of_others(&self, key: &str, names: &[&str]) -> bool {
        let schema = self.rows.schema();
        let mut others = schema.fields().iter().filter(|field| !field.name().eq_ignore_ascii_case(key));
        others.next().is_some() && names.iter().all(|name| self.column(name).is_none())
    }

    /// Returns a column as text, or `None` if there is no such column. Names match in upper or lower case.
    ///
    /// # Errors
    /// When the column's type cannot be shown as text.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<Option<String>>>> {
        let Some(column) = self.column_as(name, &DataType::Utf8)? else { return Ok(None) };
        Ok(Some(column.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()))
    }

    /// Returns a column as numbers within bounds. Other values are missing, and noted unless they are empty.
    ///
    /// # Errors
    /// When the column's type cannot be read as numbers.
    pub(super) fn numbers(
        &self,
        name: &'static str,
        bounds: &Bounds,
        left_out: &mut LeftOut,
    ) -> Result<Option<Vec<Option<f64>>>> {
        let Some(column) = self.column(name) else { return Ok(None) };
        let mut numbers: Vec<Option<f64>> = match column.as_string_opt::<i32>() {
            Some(texts) => texts.iter().map(|text| text?.trim().parse().ok()).collect(),
            None => {
                let column = self.cast(name, column, &DataType::Float64)?;
                column.as_primitive::<Float64Type>().iter().collect()
            }
        };
        let is_usable = |number: &Option<f64>| number.is_some_and(|number| bounds.range.contains(&number));
        if numbers.iter().all(is_usable) {
            return Ok(Some(numbers));
        }
        let texts = self.texts(name)?.unwrap_or_default();
        for (row, (number, text)) in numbers.iter_mut().zip(texts).enumerate() {
            if is_usable(number) {
                continue;
            }
            let text =
                text.filter(|text| !text.trim().is_empty() && !text.trim().eq_ignore_ascii_case("nan"));
            if let Some(text) = text {
                left_out.note(row, name, text, bounds.wrong.clone());
            }
            *number = None;
        }
        Ok(Some(numbers))
    }

    /// Returns a column of instants as seconds since 1970-01-01T00:00Z. Other values are missing, and noted
    /// unless they are empty.
    ///
    /// # Errors
    /// When the column is neither a time nor ISO 8601 text.
    pub(super) fn instants_s(
        &self,
        name: &'static str,
        left_out: &mut LeftOut,
    ) -> Result<Option<Vec<Option<i64>>>> {
        let Some(instants) = self.read_instants_s(name)? else { return Ok(None) };
        if instants.iter().any(Option::is_none) {
            let texts = self.texts(name)?.unwrap_or_default();
            for (row, (instant, text)) in instants.iter().zip(texts).enumerate() {
                if let (None, Some(text)) = (instant, text.filter(|text| !text.trim().is_empty())) {
                    left_out.note(row, name, text, message!("no_instant"));
                }
            }
        }
        Ok(Some(instants))
    }

    /// Reads instants; naive times count as UTC.
    fn read_instants_s(&self, name: &str) -> Result<Option<Vec<Option<i64>>>> {
        let Some(column) = self.column(name) else { return Ok(None) };
        if let DataType::Timestamp(unit, _) = column.data_type() {
            let per_second = match unit {
                TimeUnit::Second => 1,
                TimeUnit::Millisecond => 1_000,
                TimeUnit::Microsecond => 1_000_000,
                TimeUnit::Nanosecond => 1_000_000_000,
            };
            let column = self.cast(name, column, &DataType::Int64)?;
            let times = column.as_primitive::<Int64Type>().iter();
            return Ok(Some(times.map(|time| time.map(|time| time.div_euclid(per_second))).collect()));
        }
        let texts = self.texts(name)?.unwrap_or_default();
        Ok(Some(texts.into_iter().map(|text| parse_instant_s(&text?)).collect()))
    }

    fn column_as(&self, name: &str, data_type: &DataType) -> Result<Option<ArrayRef>> {
        self.column(name).map(|column| self.cast(name, column, data_type)).transpose()
    }

    fn cast(&self, name: &str, column: &ArrayRef, data_type: &DataType) -> Result<ArrayRef> {
        cast(column, data_type).map_err(|error| {
            Error::input(
                &self.file,
                format!("column `{name}`: {error}"),
                "Give the column a type the README of data-samples lists",
            )
            .because(error)
        })
    }

    fn column(&self, name: &str) -> Option<&ArrayRef> {
        let schema = self.rows.schema();
        let at = schema.fields().iter().position(|field| field.name().eq_ignore_ascii_case(name))?;
        Some(self.rows.column(at))
    }
}

fn parse_instant_s(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(instant.as_second());
    }
    let naive: jiff::civil::DateTime = text.parse().ok()?;
    Some(naive.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_with_and_without_a_zone() {
        assert_eq!(parse_instant_s("2022-01-25T06:00:00Z"), Some(1_643_090_400));
        assert_eq!(parse_instant_s("2022-01-25T12:00:00+06:00"), Some(1_643_090_400));
        assert_eq!(parse_instant_s("2022-01-25 06:00:00"), Some(1_643_090_400));
        assert_eq!(parse_instant_s("soon"), None);
    }

    #[test]
    fn ids_of_csv_keep_their_zeros_and_empty_fields_are_missing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("register.csv");
        std::fs::write(&path, "\u{feff}Meter_Id;zone\n0071;north\n0072;\n").unwrap();
        let table = read_table(&path).unwrap();
        let texts = |name| table.texts(name).unwrap().unwrap();
        assert_eq!(texts("meter_id"), [Some("0071".to_owned()), Some("0072".to_owned())]);
        assert_eq!(texts("zone"), [Some("north".to_owned()), None]);
    }

    #[test]
    fn a_row_with_other_fields_than_the_header_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("register.csv");
        std::fs::write(&path, "meter_id,zone\na,north\nb,south,2\n").unwrap();
        let error = read_table(&path).map(drop).unwrap_err().to_string();
        assert!(error.contains("line: 3"), "{error}");
    }
}
