//! Reads the sheets of a workbook (XLSX, XLS, ODS) that share the first one's header, as columns of text.

use std::collections::VecDeque;
use std::io::{Cursor, Read};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema};
use calamine::{Data, Range, Reader, open_workbook_auto_from_rs};

use super::converted::Rows;
use super::mapping::Guess;
use super::numbers::plain_text;
use super::storage::Storage;
use hashwatt_core::message;

/// Largest workbook that is read: it is held in memory. [bytes]
const MAX_BYTES: u64 = 256 << 20;

/// Rows at the start of a sheet among which the header is looked for.
const ROWS_OF_PREAMBLE: usize = 50;

/// Rows of a batch.
const ROWS_A_BATCH: usize = 16_384;

/// The rows of the sheets that share one header, below it.
pub(super) struct Sheets {
    schema: Arc<Schema>,
    /// The sheets left, each with its next row.
    left: VecDeque<(Range<Data>, usize)>,
    notes: Vec<Guess>,
}

impl Sheets {
    /// Reads the workbook, or one sheet of it; the error says what was found instead.
    pub fn open(storage: &Storage, wanted: Option<&str>) -> Result<Self, String> {
        let size = storage.size().map_err(|error| error.to_string())?;
        if size > MAX_BYTES {
            return Err(format!("it has {size} bytes, and at most {MAX_BYTES} are read; save it as CSV"));
        }
        let mut bytes = Vec::new();
        let stream = storage.stream().map_err(|error| error.to_string())?;
        stream.take(MAX_BYTES).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| error.to_string())?;
        let mut sheets = Vec::new();
        let mut names = book.sheet_names();
        if let Some(wanted) = wanted {
            let listed = names.join("`, `");
            names.retain(|name| name.trim() == wanted.trim());
            if names.is_empty() {
                return Err(format!("it has no sheet `{wanted}`; its sheets are `{listed}`"));
            }
        }
        for name in names {
            let cells = book.worksheet_range(&name).map_err(|error| format!("sheet {name}: {error}"))?;
            if cells.height() > 1 {
                sheets.push((name, cells));
            }
        }
        Self::with_one_header(sheets).ok_or_else(|| "no sheet of it has a header and rows".to_owned())
    }

    /// Takes the first sheet, and those with the same header: months are often sheets of one table.
    fn with_one_header(sheets: Vec<(String, Range<Data>)>) -> Option<Self> {
        let (mut header, mut left, mut left_out) = (None, VecDeque::new(), Vec::new());
        for (name, cells) in sheets {
            let row = header_row(&cells);
            let names: Vec<String> = cells
                .rows()
                .nth(row)
                .unwrap_or_default()
                .iter()
                .map(|cell| text_of(cell).unwrap_or_default())
                .collect();
            if *header.get_or_insert_with(|| names.clone()) == names {
                left.push_back((cells, row + 1));
            } else {
                left_out.push(format!("`{name}`"));
            }
        }
        let field = |name: String| Field::new(name, DataType::Utf8, true);
        let schema = Arc::new(Schema::new(header?.into_iter().map(field).collect::<Vec<_>>()));
        let reason = message!("sheets_left_out", sheets = left_out.join(", "));
        let note = Guess::note("sheet", message!("sheets_alike"), reason);
        Some(Self { schema, left, notes: if left_out.is_empty() { Vec::new() } else { vec![note] } })
    }
}

/// Returns the first of the rows with the most texts.
fn header_row(cells: &Range<Data>) -> usize {
    let n_texts = |row: &[Data]| {
        row.iter().filter(|cell| matches!(cell, Data::String(text) if !text.trim().is_empty())).count()
    };
    let counts: Vec<usize> = cells.rows().take(ROWS_OF_PREAMBLE).map(n_texts).collect();
    let most = counts.iter().max().copied().unwrap_or(0);
    counts.iter().position(|count| *count == most).unwrap_or(0)
}

impl Rows for Sheets {
    fn next_batch(&mut self) -> Result<Option<RecordBatch>, String> {
        let n_columns = self.schema.fields().len();
        let mut builders: Vec<StringBuilder> = (0..n_columns).map(|_| StringBuilder::new()).collect();
        let mut n_rows = 0;
        while n_rows < ROWS_A_BATCH
            && let Some((cells, next_row)) = self.left.front_mut()
        {
            if *next_row >= cells.height() {
                self.left.pop_front();
                continue;
            }
            let texts: Vec<Option<String>> =
                (0..n_columns).map(|column| cells.get((*next_row, column)).and_then(text_of)).collect();
            *next_row += 1;
            if texts.iter().any(Option::is_some) {
                builders.iter_mut().zip(texts).for_each(|(builder, text)| builder.append_option(text));
                n_rows += 1;
            }
        }
        if n_rows == 0 {
            return Ok(None);
        }
        let columns =
            builders.into_iter().map(|mut builder| Arc::new(builder.finish()) as ArrayRef).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), columns).map(Some).map_err(|error| error.to_string())
    }

    fn notes(&self) -> Vec<Guess> {
        self.notes.clone()
    }
}

/// Returns a cell as a CSV would have it; an empty cell is `None`.
fn text_of(cell: &Data) -> Option<String> {
    let text = match cell {
        Data::Empty | Data::Error(_) => return None,
        Data::String(text) => text.trim().to_owned(),
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => plain_text(&number.to_string()),
        Data::Bool(is_true) => is_true.to_string(),
        Data::DateTime(time) => serial_text(time.as_f64()),
    };
    (!text.is_empty()).then_some(text)
}

/// Returns a serial number of days since 1899-12-30 as a date and time; below one day, as a time.
fn serial_text(days: f64) -> String {
    let seconds = (days * 86_400.0).round();
    if !(0.0..1e12).contains(&seconds) {
        return days.to_string();
    }
    let seconds = seconds as i64;
    let first = jiff::civil::date(1899, 12, 30).at(0, 0, 0, 0);
    match first.checked_add(jiff::SignedDuration::from_secs(seconds)) {
        Ok(time) if seconds < 86_400 => time.strftime("%H:%M:%S").to_string(),
        Ok(time) => time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => days.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_reads_as_in_a_csv() {
        assert_eq!(serial_text(45_299.020_833_333_33), "2024-01-08 00:30:00");
        assert_eq!(serial_text(0.25), "06:00:00");
        assert_eq!(text_of(&Data::Float(12.0)).as_deref(), Some("12"));
        assert_eq!(text_of(&Data::Float(1.234)).as_deref(), Some("1.2340"), "no group of thousands");
        assert_eq!(text_of(&Data::String("  ".to_owned())), None);
    }

    #[test]
    fn sheets_of_one_header_are_one_table_and_rows_above_it_are_passed() {
        let mut cells: Range<Data> = Range::new((0, 0), (2, 1));
        let text = |text: &str| Data::String(text.to_owned());
        cells.set_value((0, 0), text("Report of the utility"));
        cells.set_value((1, 0), text("meter"));
        cells.set_value((1, 1), text("kwh"));
        cells.set_value((2, 0), Data::Int(7));
        cells.set_value((2, 1), Data::Float(0.5));
        let mut other: Range<Data> = Range::new((0, 0), (1, 1));
        other.set_value((0, 0), text("meter"));
        other.set_value((0, 1), text("remark"));
        other.set_value((1, 0), Data::Int(7));
        let named = |name: &str, cells: &Range<Data>| (name.to_owned(), cells.clone());
        let all = vec![named("May", &cells), named("Notes", &other), named("June", &cells)];
        let mut sheets = Sheets::with_one_header(all).unwrap();
        let batch = sheets.next_batch().unwrap().unwrap();
        assert_eq!((batch.schema().field(1).name().as_str(), batch.num_rows()), ("kwh", 2));
        assert!(sheets.next_batch().unwrap().is_none());
        assert!(sheets.notes()[0].reason.parameters().contains("`Notes`"), "{:?}", sheets.notes());
    }
}
