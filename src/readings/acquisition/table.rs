//! Reads small tables (register, weather, events, verdicts, streets) whole: Parquet, text or a workbook.

use std::fs::File;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimeUnit};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::contained::contained;
use super::converted::Rows;
use super::csv_file::CsvFile;
use super::guess_findings::note_on;
use super::left_out::LeftOut;
use super::mapping::Guess;
use super::numbers::NumberEvidence;
use super::report::Cause;
use super::storage::Storage;
use super::text_time::{DateOrder, parse_time};
use super::uuids::{uuid_columns, with_uuid_texts};
use super::values::{DecimalMark, parse_number};
use super::workbook::Sheets;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::finding::Finding;
use hashwatt_core::language::message::Message;
use hashwatt_core::message;

/// A table in memory, with its file's name for errors.
pub struct Table {
    file: String,
    rows: RecordBatch,
    /// What was assumed of the file.
    notes: Vec<Guess>,
}

/// Rows, and what was assumed to read them.
type Read = std::result::Result<(RecordBatch, Vec<Guess>), String>;

/// Reads `path`: Parquet and workbooks by their ending, everything else as text with a header, whatever its
/// separator and encoding, plain or gzipped.
///
/// # Errors
/// When the file is missing, empty or not of the type its extension says.
pub fn read_table(path: &Path) -> Result<Table> {
    let name = path.display().to_string();
    let cure =
        "Give a Parquet file, a workbook (.xlsx), or CSV with a header and as many fields in every row";
    let unreadable = |seen: String| Error::input(&name, seen, cure);
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let storage = Storage::Local(path.to_owned());
    let read = || match ending.as_str() {
        "parquet" | "pq" => read_parquet(file),
        "xlsx" | "xlsm" | "xls" | "ods" => read_workbook(&storage),
        _ => read_text(&storage),
    };
    let (rows, notes) = contained(|| read().map_err(unreadable), unreadable)?;
    Ok(Table { file: name, rows, notes })
}

fn read_parquet(file: File) -> Read {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| error.to_string())?;
    let uuids = uuid_columns(reader.parquet_schema(), reader.schema());
    let schema = Arc::clone(reader.schema());
    let reader = reader.build().map_err(|error| error.to_string())?;
    let batches = reader.collect::<std::result::Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
    let rows = concat_batches(&schema, &batches).and_then(|rows| with_uuid_texts(&rows, &uuids));
    rows.map(|rows| (rows, Vec::new())).map_err(|error| error.to_string())
}

/// Reads every column as text, so that ids keep their leading zeros; an empty field is missing.
fn read_text(storage: &Storage) -> Read {
    if storage.size().is_ok_and(|bytes| bytes == 0) {
        return Err("it is empty".to_owned());
    }
    let file = CsvFile::open_whole(storage).map_err(|error| error.to_string())?;
    let columns: Vec<usize> = (0..file.schema().fields().len()).collect();
    let mut stream = file.read(storage, 0, &columns, usize::MAX).map_err(|error| error.to_string())?;
    let mut batches = Vec::new();
    loop {
        let batch = stream.next();
        // Which column a field belongs to is not guessed.
        if let Some((cause, row)) = stream.bad_rows.first() {
            let line = file.lines_before as u64 + row + 1;
            let n = columns.len();
            return Err(match cause {
                Cause::NotText => format!("row {row} (line {line}) has bytes that are no text in UTF-8"),
                Cause::LongRow => {
                    format!("row {row} (line {line}) has more than the {n} fields of the header")
                }
                _ => format!("row {row} (line {line}) has fewer than the {n} fields of the header"),
            });
        }
        if let Some(broken) = stream.broken.take() {
            return Err(broken);
        }
        let Some(batch) = batch else { break };
        batches.push(batch);
    }
    let rows = concat_batches(file.schema(), &batches).map_err(|error| error.to_string())?;
    let mut notes = Vec::new();
    if file.encoding != encoding_rs::UTF_8 {
        notes.push(Guess::new("encoding", file.encoding.name(), message!("bytes_no_utf8")));
    }
    if file.lines_before > 0 {
        notes.push(Guess::new("skip_lines", file.lines_before.to_string(), message!("lines_no_table")));
    }
    Ok((without_empty_texts(rows)?, notes))
}

fn read_workbook(storage: &Storage) -> Read {
    let mut sheets = Sheets::open(storage, None)?;
    let mut batches = Vec::new();
    while let Some(batch) = sheets.next_batch()? {
        batches.push(batch);
    }
    let first = batches.first().ok_or("no sheet of it has a header and rows")?;
    let rows = concat_batches(&first.schema(), &batches).map_err(|error| error.to_string())?;
    Ok((rows, sheets.notes()))
}

/// Makes empty texts missing ones.
fn without_empty_texts(rows: RecordBatch) -> std::result::Result<RecordBatch, String> {
    let filled = |column: &ArrayRef| {
        let texts = column.as_string::<i32>().iter().map(|text| text.filter(|text| !text.is_empty()));
        Arc::new(texts.collect::<StringArray>()) as ArrayRef
    };
    let columns = rows.columns().iter().map(filled).collect();
    RecordBatch::try_new(rows.schema(), columns).map_err(|error| error.to_string())
}

/// Range in which the numbers of a column must lie, and the message for others.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    pub range: RangeInclusive<f64>,
    /// The problem, what was done, and the cure.
    pub wrong: Message,
}

impl Table {
    /// Says what was assumed to read the file: its encoding, lines or sheets that were passed over.
    #[must_use]
    pub fn notes(&self) -> Vec<Finding> {
        self.notes.iter().map(|note| note_on(note, &self.file)).collect()
    }

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
            Some(texts) => {
                let mark = decimal_mark(name, texts);
                texts.iter().map(|text| parse_plain(text?, mark)).collect()
            }
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

/// Returns the decimal mark of a column, where a cell of it shows one for certain.
fn decimal_mark(name: &str, texts: &StringArray) -> Option<DecimalMark> {
    let mut evidence = NumberEvidence::default();
    texts.iter().flatten().for_each(|text| evidence.add(text));
    if evidence.is_decided() { evidence.decide(name).ok().flatten() } else { None }
}

/// Returns a number. Without a mark that is certain, `12,500` is none: it may be 12.5 or 12500.
fn parse_plain(text: &str, mark: Option<DecimalMark>) -> Option<f64> {
    match mark {
        Some(mark) => parse_number(text, mark).ok(),
        None => text.trim().parse().ok(),
    }
}

fn parse_instant_s(text: &str) -> Option<i64> {
    let text = text.trim();
    // Dates with dots begin with the day, wherever they are written.
    let is_dotted = text.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with('.');
    if is_dotted && text.split('.').take(3).all(|part| !part.is_empty()) {
        return parse_time(text.as_bytes(), DateOrder::DayFirst).map(|time| time.seconds);
    }
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
        assert_eq!(parse_instant_s("25.01.2022 06:00"), Some(1_643_090_400));
        assert_eq!(parse_instant_s("25.01.2022"), Some(1_643_068_800));
        assert_eq!(parse_instant_s("25.13.2022"), None);
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
        assert!(error.contains("row 2 (line 3) has more than the 2 fields"), "{error}");
    }

    fn table(name: &str, bytes: &[u8]) -> Table {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        read_table(&path).unwrap()
    }

    #[test]
    fn text_in_windows_1251_is_read_and_said() {
        let text = "meter_id;address\r\n0071;улица Абая, дом 5\r\n0072;проспект Достык, дом 12\r\n";
        let table = table("register.csv", &encoding_rs::WINDOWS_1251.encode(text).0);
        assert_eq!(table.texts("address").unwrap().unwrap()[0].as_deref(), Some("улица Абая, дом 5"));
        let notes: Vec<String> = table.notes().iter().map(Finding::english).collect();
        assert!(notes.len() == 1 && notes[0].contains("windows-1251"), "{notes:?}");
    }

    #[test]
    fn a_decimal_comma_is_read_where_the_column_tells_it_from_thousands() {
        let bounds = Bounds { range: 0.0..=1e6, wrong: message!("no_latitude") };
        let numbers = |text: &str| {
            let mut left_out = LeftOut::default();
            let table = table("register.csv", text.as_bytes());
            let numbers = table.numbers("kw", &bounds, &mut left_out).unwrap().unwrap();
            (numbers, left_out.findings("r").len())
        };
        assert_eq!(numbers("meter_id;kw\na;7,5\nb;12\n"), (vec![Some(7.5), Some(12.0)], 0));
        assert_eq!(numbers("meter_id;kw\na;7.5\nb;12\n"), (vec![Some(7.5), Some(12.0)], 0));
        assert_eq!(numbers("meter_id;kw\na;12,500\nb;x\n"), (vec![None, None], 1), "12.5 or 12500?");
        assert_eq!(numbers("meter_id;kw\na;12,500\nb;12\n"), (vec![None, Some(12.0)], 1));
        assert_eq!(numbers("meter_id;kw\na;43.238\nb;12\n"), (vec![Some(43.238), Some(12.0)], 0));
        assert_eq!(numbers("meter_id;kw\na;7,5\nb;7.5\n").1, 1, "one of them is a slip");
    }

    #[test]
    fn a_workbook_is_a_table_with_its_ids_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("register.xlsx");
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (column, name) in ["meter_id", "kw", "decided_at"].into_iter().enumerate() {
            sheet.write(0, column as u16, name).unwrap();
        }
        sheet.write(1, 0, "0071").unwrap();
        sheet.write(1, 1, 7.5).unwrap();
        let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2022, 1, 25).unwrap();
        let format = rust_xlsxwriter::Format::new().set_num_format("dd.mm.yyyy");
        sheet.write_datetime_with_format(1, 2, &day, &format).unwrap();
        book.save(&path).unwrap();
        let table = read_table(&path).unwrap();
        assert_eq!(table.texts("meter_id").unwrap().unwrap(), [Some("0071".to_owned())]);
        let mut left_out = LeftOut::default();
        let bounds = Bounds { range: 0.0..=1e6, wrong: message!("no_latitude") };
        assert_eq!(table.numbers("kw", &bounds, &mut left_out).unwrap().unwrap(), [Some(7.5)]);
        assert_eq!(table.instants_s("decided_at", &mut left_out).unwrap().unwrap(), [Some(1_643_068_800)]);
    }
}
