//! Reads a file of the trade, or a workbook, as a stream of batches with named columns.

use std::io::{BufReader, Read};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::guess::Trouble;
use super::mapping::{Clock, Guess};
use super::report::Cause;
use super::storage::Storage;
use super::{json_lines, nem12, workbook};

/// Most rows at the start of a file used to guess its mapping.
pub(super) const ROWS_SAMPLED: usize = 32_768;

/// Format of a file that is converted into rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// XLSX, XLSM, XLS or ODS.
    Workbook,
    /// Interval data of the Australian market.
    Nem12,
    /// One JSON object a line.
    JsonLines,
}

/// Rows of one file, in batches.
pub(super) trait Rows {
    /// Returns the next rows, or `None` at the end of the file; the error says what stopped it.
    fn next_batch(&mut self) -> Result<Option<RecordBatch>, String>;

    /// Returns what was left out or assumed so far.
    fn notes(&self) -> Vec<Guess> {
        Vec::new()
    }

    /// Returns rows that could not be used since the last call, counted from 1 in the file.
    fn bad_rows(&mut self) -> Vec<(Cause, u64)> {
        Vec::new()
    }
}

/// A file that is converted, whose first rows have been read.
#[derive(Debug, Clone)]
pub(super) struct Converted {
    pub format: Format,
    schema: SchemaRef,
    /// What was left out or assumed.
    pub notes: Vec<Guess>,
}

impl Converted {
    /// Opens the file and returns its first rows.
    pub fn open(storage: &Storage, format: Format) -> Result<(Self, RecordBatch), Trouble> {
        let broken = |seen: String| Trouble::new(format!("{}: {seen}", format.name()), format.cure());
        let mut rows = format.rows(storage, None).map_err(broken)?;
        let (mut batches, mut n, mut error) = (Vec::new(), 0, None);
        while n < ROWS_SAMPLED {
            match rows.next_batch() {
                Ok(Some(batch)) => {
                    n += batch.num_rows();
                    batches.push(batch);
                }
                Ok(None) => break,
                Err(seen) => {
                    error = Some(seen);
                    break;
                }
            }
        }
        let Some(first) = batches.first() else {
            let seen = error.unwrap_or_else(|| "it has no interval of active import".to_owned());
            let left_out: Vec<String> = rows.notes().into_iter().map(|note| note.reason).collect();
            let seen = [vec![seen], left_out].concat().join("; ");
            return Err(broken(seen));
        };
        let schema = first.schema();
        let sample =
            arrow::compute::concat_batches(&schema, &batches).map_err(|error| broken(error.to_string()))?;
        let sample = sample.slice(0, sample.num_rows().min(ROWS_SAMPLED));
        Ok((Self { format, schema, notes: rows.notes() }, sample))
    }

    /// Returns the rows from the start of the file, with all columns.
    pub fn read(&self, storage: &Storage) -> Result<Box<dyn Rows>, String> {
        self.format.rows(storage, Some(&self.schema))
    }

    /// Returns the meaning of the file's naive times, where the format states it.
    pub const fn clock(&self) -> Option<Clock> {
        match self.format {
            Format::Nem12 => Some(Clock::Standard),
            _ => None,
        }
    }
}

impl Format {
    const fn name(self) -> &'static str {
        match self {
            Self::Workbook => "it is a workbook or a zip archive",
            Self::Nem12 => "it is NEM12",
            Self::JsonLines => "it is JSON",
        }
    }

    const fn cure(self) -> &'static str {
        match self {
            Self::Workbook => "Unpack the archive, or save the workbook again as XLSX or CSV",
            Self::Nem12 | Self::JsonLines => "Export it again",
        }
    }

    fn rows(self, storage: &Storage, schema: Option<&SchemaRef>) -> Result<Box<dyn Rows>, String> {
        let stream = || storage.stream().map_err(|error| error.to_string());
        Ok(match self {
            Self::Workbook => Box::new(workbook::Sheets::open(storage)?),
            Self::Nem12 => Box::new(nem12::Nem12::new(buffered(stream()?))),
            Self::JsonLines => match schema {
                Some(schema) => Box::new(json_lines::JsonRows::new(buffered(stream()?), schema.clone())),
                None => Box::new(json_lines::JsonRows::open(storage)?),
            },
        })
    }
}

/// Buffers a stream in large parts.
pub(super) fn buffered(stream: Box<dyn Read + Send>) -> BufReader<Box<dyn Read + Send>> {
    BufReader::with_capacity(256 << 10, stream)
}
