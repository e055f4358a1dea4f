//! Reads the rows of a tips file (CSV, JSON lines, a sheet of a workbook) as named text fields.

use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader, open_workbook_auto_from_rs};

use hashwatt_core::error::{Error, Result};
use hashwatt_core::language::message::Message;
use hashwatt_core::message;

/// One row: its place in the file, and its fields by name or what is wrong with it.
pub(super) struct Row {
    /// Line of the file or row of the sheet, from 1.
    pub line: u64,
    /// Texts by name in lower case, or why the row has none.
    pub fields: std::result::Result<Vec<(String, String)>, Message>,
    /// Whether some bytes were not valid text and were replaced.
    pub is_mended: bool,
}

const CURE: &str = "Give a CSV file, JSON lines or a workbook (.xlsx) with a header row";

/// Reads every row of a file; the file's ending gives the format.
pub(super) fn read_rows(path: &Path) -> Result<Vec<Row>> {
    let name = path.display().to_string();
    let bytes =
        std::fs::read(path).map_err(|error| Error::input(&name, error.to_string(), CURE).because(error))?;
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "xlsx" | "xlsm" | "xls" | "ods" => sheet_rows(&name, bytes),
        "jsonl" | "ndjson" | "json" => Ok(json_rows(&bytes)),
        _ => csv_rows(&name, &bytes),
    }
}

/// Decodes the bytes as text; bytes that are not UTF-8 are replaced by a mark.
fn text_of(bytes: &[u8]) -> (String, bool) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (String::from_utf8_lossy(bytes).into_owned(), true),
    }
}

fn csv_rows(name: &str, bytes: &[u8]) -> Result<Vec<Row>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |sign: u8| first.iter().filter(|byte| **byte == sign).count();
    let delimiter =
        [b',', b';', b'\t'].into_iter().max_by_key(|sign| (count(*sign), *sign == b',')).unwrap_or(b',');
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(bytes);
    let mut record = csv::ByteRecord::new();
    let mut names: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let line = reader.position().line();
                rows.push(Row {
                    line,
                    fields: Err(message!("tip_no_row", error = error.to_string())),
                    is_mended: false,
                });
                break;
            }
        }
        let line = record.position().map_or(0, csv::Position::line);
        let texts: Vec<(String, bool)> = record.iter().map(text_of).collect();
        if names.is_empty() {
            names = texts.into_iter().map(|(text, _)| text.trim().to_lowercase()).collect();
            continue;
        }
        let is_mended = texts.iter().any(|(_, is_mended)| *is_mended) || texts.len() > names.len();
        let fields = names.iter().cloned().zip(texts.into_iter().map(|(text, _)| text)).collect();
        rows.push(Row { line, fields: Ok(fields), is_mended });
    }
    need_a_header(name, &names)?;
    Ok(rows)
}

fn need_a_header(name: &str, names: &[String]) -> Result<()> {
    let is_known = |known: &str| names.iter().any(|name| name == known);
    if super::read::COLUMNS.iter().any(|name| is_known(name)) {
        return Ok(());
    }
    let shown: String = names.join(", ").chars().filter(|c| !c.is_control()).take(200).collect();
    Err(Error::input(
        name,
        format!("its first row names no column of tips: {shown}"),
        format!("Name the columns {}; each but tip_id may be missing", super::read::COLUMNS.join(", ")),
    ))
}

fn json_rows(bytes: &[u8]) -> Vec<Row> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // A single array of objects is accepted too.
    if let Ok(serde_json::Value::Array(all)) = serde_json::from_slice(bytes) {
        return (1..).zip(all).map(|(line, one)| json_row(line, Ok(one), false)).collect();
    }
    let lines = (1..).zip(bytes.split(|byte| *byte == b'\n'));
    lines
        .filter(|(_, line)| !line.iter().all(u8::is_ascii_whitespace))
        .map(|(number, line)| {
            let (text, is_mended) = text_of(line);
            json_row(number, serde_json::from_str(&text), is_mended)
        })
        .collect()
}

fn json_row(line: u64, value: serde_json::Result<serde_json::Value>, is_mended: bool) -> Row {
    let text = |value: serde_json::Value| match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    let fields = match value {
        Ok(serde_json::Value::Object(fields)) => {
            Ok(fields.into_iter().map(|(name, value)| (name.trim().to_lowercase(), text(value))).collect())
        }
        Ok(_) => Err(message!("tip_no_object")),
        Err(error) => Err(message!("tip_no_json", error = error.to_string())),
    };
    Row { line, fields, is_mended }
}

fn sheet_rows(name: &str, bytes: Vec<u8>) -> Result<Vec<Row>> {
    let failed = |error: calamine::Error| Error::input(name, error.to_string(), CURE).because(error);
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(failed)?;
    let no_sheet = || Error::input(name, "the workbook has no sheet", CURE);
    let range = book.worksheet_range_at(0).ok_or_else(no_sheet)?.map_err(failed)?;
    let from = range.start().map_or(0, |start| u64::from(start.0));
    let mut rows = range.rows();
    let names: Vec<String> = rows
        .next()
        .map_or_else(Vec::new, |row| row.iter().map(|cell| cell_text(cell).trim().to_lowercase()).collect());
    need_a_header(name, &names)?;
    let of_row = |(number, row): (u64, &[Data])| {
        let fields = names.iter().cloned().zip(row.iter().map(cell_text)).collect();
        Row { line: number, fields: Ok(fields), is_mended: false }
    };
    let is_filled = |row: &&[Data]| row.iter().any(|cell| *cell != Data::Empty);
    Ok((from + 2..).zip(rows).filter(|(_, row)| is_filled(row)).map(of_row).collect())
}

/// Returns a cell as a person reads it: a whole number without a decimal point, a time in ISO 8601.
fn cell_text(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::DateTime(time) if time.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
        }
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        other => other.to_string(),
    }
}
