//! Reads the first sheet with rows of a workbook (XLSX, XLS, ODS) as columns of text.

use std::io::{Cursor, Read};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema};
use calamine::{Data, Range, Reader, open_workbook_auto_from_rs};

use super::converted::Rows;
use super::storage::Storage;

/// Largest workbook that is read: it is held in memory. [bytes]
const MAX_BYTES: u64 = 256 << 20;

/// Rows at the start of a sheet among which the header is looked for.
const ROWS_OF_PREAMBLE: usize = 50;

/// Rows of a batch.
const ROWS_A_BATCH: usize = 16_384;

/// The rows of one sheet below its header.
pub(super) struct Sheet {
    cells: Range<Data>,
    schema: Arc<Schema>,
    next_row: usize,
}

impl Sheet {
    /// Reads the workbook; the error says what was found instead.
    pub fn open(storage: &Storage) -> Result<Self, String> {
        let size = storage.size().map_err(|error| error.to_string())?;
        if size > MAX_BYTES {
            return Err(format!("it has {size} bytes, and at most {MAX_BYTES} are read; save it as CSV"));
        }
        let mut bytes = Vec::new();
        let stream = storage.stream().map_err(|error| error.to_string())?;
        stream.take(MAX_BYTES).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| error.to_string())?;
        for name in book.sheet_names() {
            let cells = book.worksheet_range(&name).map_err(|error| format!("sheet {name}: {error}"))?;
            if cells.height() > 1 {
                return Ok(Self::below_header(cells));
            }
        }
        Err("no sheet of it has a header and rows".to_owned())
    }

    /// Takes the first of the rows with the most texts as the header.
    fn below_header(cells: Range<Data>) -> Self {
        let n_texts = |row: &[Data]| {
            row.iter().filter(|cell| matches!(cell, Data::String(text) if !text.trim().is_empty())).count()
        };
        let counts: Vec<usize> = cells.rows().take(ROWS_OF_PREAMBLE).map(n_texts).collect();
        let most = counts.iter().max().copied().unwrap_or(0);
        let header = counts.iter().position(|count| *count == most).unwrap_or(0);
        let names = cells.rows().nth(header).unwrap_or_default();
        let field = |cell: &Data| Field::new(text_of(cell).unwrap_or_default(), DataType::Utf8, true);
        let schema = Arc::new(Schema::new(names.iter().map(field).collect::<Vec<_>>()));
        Self { cells, schema, next_row: header + 1 }
    }
}

impl Rows for Sheet {
    fn next_batch(&mut self) -> Result<Option<RecordBatch>, String> {
        let n_columns = self.schema.fields().len();
        let mut builders: Vec<StringBuilder> = (0..n_columns).map(|_| StringBuilder::new()).collect();
        let mut n_rows = 0;
        let width = self.cells.width();
        let first = self.next_row;
        for row in first..self.cells.height().min(first + ROWS_A_BATCH) {
            self.next_row = row + 1;
            let texts: Vec<Option<String>> =
                (0..width).map(|column| self.cells.get((row, column)).and_then(text_of)).collect();
            if texts.iter().all(Option::is_none) {
                continue;
            }
            builders.iter_mut().zip(texts).for_each(|(builder, text)| builder.append_option(text));
            n_rows += 1;
        }
        if n_rows == 0 {
            return if self.next_row < self.cells.height() { self.next_batch() } else { Ok(None) };
        }
        let columns =
            builders.into_iter().map(|mut builder| Arc::new(builder.finish()) as ArrayRef).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), columns).map(Some).map_err(|error| error.to_string())
    }
}

/// Returns a cell as a CSV would have it; an empty cell is `None`.
fn text_of(cell: &Data) -> Option<String> {
    let text = match cell {
        Data::Empty | Data::Error(_) => return None,
        Data::String(text) => text.trim().to_owned(),
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
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
        assert_eq!(text_of(&Data::String("  ".to_owned())), None);
    }

    #[test]
    fn rows_above_the_header_are_passed() {
        let mut cells: Range<Data> = Range::new((0, 0), (2, 1));
        let text = |text: &str| Data::String(text.to_owned());
        cells.set_value((0, 0), text("Report of the utility"));
        cells.set_value((1, 0), text("meter"));
        cells.set_value((1, 1), text("kwh"));
        cells.set_value((2, 0), Data::Int(7));
        cells.set_value((2, 1), Data::Float(0.5));
        let mut sheet = Sheet::below_header(cells);
        let batch = sheet.next_batch().unwrap().unwrap();
        assert_eq!((batch.schema().field(1).name().as_str(), batch.num_rows()), ("kwh", 1));
        assert!(sheet.next_batch().unwrap().is_none());
    }
}
