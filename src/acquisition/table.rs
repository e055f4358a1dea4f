//! Reads small tables (register, weather, events) whole, from Parquet or CSV.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek};
use std::ops::RangeInclusive;
use std::path::Path;

use polars::prelude::*;

use super::contained::contained;
use super::csv_file::sniff_separator;
use super::left_out::LeftOut;
use crate::error::{Error, Result};

/// A table in memory, with its file's name for errors.
pub struct Table {
    file: String,
    frame: DataFrame,
}

/// Reads `path`: Parquet by its ending, everything else as CSV with a header.
///
/// # Errors
/// When the file is missing, empty or not what its ending says.
pub fn read_table(path: &Path) -> Result<Table> {
    let name = path.display().to_string();
    let cure = "Give a Parquet file, or CSV as UTF-8 text with a header and as many fields in every row";
    let file = File::open(path).map_err(|error| Error::input(&name, error.to_string(), cure))?;
    let is_parquet = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("parquet") || ending.eq_ignore_ascii_case("pq"));
    let read = || if is_parquet { ParquetReader::new(file).finish() } else { read_csv(file) };
    // What follows the first line is advice to a programmer.
    let unreadable = |seen: String| Error::input(&name, seen.lines().next().unwrap_or_default(), cure);
    let frame = contained(|| read().map_err(|error| unreadable(error.to_string())), unreadable)?;
    Ok(Table { file: name, frame })
}

fn read_csv(mut file: File) -> PolarsResult<DataFrame> {
    let mut header = Vec::new();
    BufReader::new(&mut file).read_until(b'\n', &mut header)?;
    file.rewind()?;
    let separator = sniff_separator(&header);
    CsvReadOptions::default()
        .with_has_header(true)
        .map_parse_options(|options| options.with_separator(separator))
        .with_infer_schema_length(None)
        .into_reader_with_file_handle(file)
        .finish()
}

/// Between what numbers of a column must lie, and what is said of others.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    pub range: RangeInclusive<f64>,
    /// What is wrong, what became of it, the cure.
    pub wrong: &'static str,
}

impl Table {
    /// Its columns' names, for a message.
    #[must_use]
    pub fn names(&self) -> String {
        self.frame.get_column_names().iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }

    /// Whether it has columns beside `key`, and none of these. Names match in any case.
    #[must_use]
    pub fn is_of_others(&self, key: &str, names: &[&str]) -> bool {
        let mut others =
            self.frame.columns().iter().filter(|column| !column.name().eq_ignore_ascii_case(key)).peekable();
        others.peek().is_some() && names.iter().all(|name| self.raw(name).is_none())
    }

    /// A column as text, `None` where the table has no such column. Names match in any case.
    ///
    /// # Errors
    /// When the column's type has no text form.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<Option<String>>>> {
        let Some(column) = self.column(name, &DataType::String)? else { return Ok(None) };
        let column = column.str().map_err(|error| self.failed(name, &error))?;
        Ok(Some(column.iter().map(|text| text.map(str::to_owned)).collect()))
    }

    /// A column as numbers within bounds; what is none is missing, and noted unless it is empty.
    ///
    /// # Errors
    /// When the column's type has no number form.
    pub(super) fn numbers(
        &self,
        name: &'static str,
        bounds: &Bounds,
        left_out: &mut LeftOut,
    ) -> Result<Option<Vec<Option<f64>>>> {
        let Some(column) = self.column(name, &DataType::Float64)? else { return Ok(None) };
        let column = column.f64().map_err(|error| self.failed(name, &error))?;
        let mut numbers: Vec<Option<f64>> = column.iter().collect();
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
                left_out.note(row, name, text, bounds.wrong);
            }
            *number = None;
        }
        Ok(Some(numbers))
    }

    /// A column of instants as seconds since 1970-01-01T00:00Z; what is none is missing, and noted
    /// unless it is empty.
    ///
    /// # Errors
    /// When the column is neither a time nor a text in ISO 8601.
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
                    left_out.note(
                        row,
                        name,
                        text,
                        "is no time; it was left out. Write it as 2024-02-29T23:30:00Z",
                    );
                }
            }
        }
        Ok(Some(instants))
    }

    /// Naive times count as UTC.
    fn read_instants_s(&self, name: &str) -> Result<Option<Vec<Option<i64>>>> {
        let Some(column) = self.raw(name) else { return Ok(None) };
        if let DataType::Datetime(unit, _) = column.dtype() {
            let per_second = match unit {
                TimeUnit::Nanoseconds => 1_000_000_000,
                TimeUnit::Microseconds => 1_000_000,
                TimeUnit::Milliseconds => 1_000,
            };
            let column = column.cast(&DataType::Int64).map_err(|error| self.failed(name, &error))?;
            let column = column.i64().map_err(|error| self.failed(name, &error))?;
            return Ok(Some(
                column.iter().map(|time| time.map(|time| time.div_euclid(per_second))).collect(),
            ));
        }
        let texts = self.texts(name)?.unwrap_or_default();
        Ok(Some(texts.into_iter().map(|text| parse_instant_s(&text?)).collect()))
    }

    fn column(&self, name: &str, dtype: &DataType) -> Result<Option<Column>> {
        self.raw(name).map(|column| column.cast(dtype).map_err(|error| self.failed(name, &error))).transpose()
    }

    fn raw(&self, name: &str) -> Option<&Column> {
        self.frame.columns().iter().find(|column| column.name().eq_ignore_ascii_case(name))
    }

    fn failed(&self, name: &str, error: &dyn std::fmt::Display) -> Error {
        Error::input(
            &self.file,
            format!("column `{name}`: {error}"),
            "Give the column a type the README of data-samples lists",
        )
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
}
