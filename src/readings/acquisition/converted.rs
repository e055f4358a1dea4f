//! Reads a file of the trade, or a workbook, as a stream of batches with named columns.

use std::io::{BufReader, Read};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::green_button::Blocks;
use super::green_button_feed::Feed;
use super::guess::Trouble;
use super::mapping::{Clock, Guess};
use super::message::{Message, Points};
use super::preamble::StatedText;
use super::report::UnitReport;
use super::resent::Sent;
use super::storage::Storage;
use super::xml::Xml;
use super::{json_lines, nem12, workbook};
use hashwatt_core::language::Language;
use hashwatt_core::language::message::Message as Sentence;
use hashwatt_core::message;
use hashwatt_core::settings::{ReadingsTable, Zone};

/// Most rows at the start of a file used to guess its mapping.
pub(super) const ROWS_SAMPLED: usize = 32_768;

/// Format of a file that is converted into rows.
#[derive(Debug, Clone)]
pub(super) enum Format {
    /// XLSX, XLSM, XLS or ODS.
    Workbook,
    /// Interval data of the Australian market.
    Nem12,
    /// One JSON object a line.
    JsonLines,
    /// Messages 80020 and 80040, with the element that stands for a meter.
    Message(Points),
    /// Green Button, with what its feed says of its series.
    GreenButton(Arc<Feed>),
}

/// Rows of one file, in batches.
pub(super) trait Rows {
    /// Returns the next rows, or `None` at the end of the file; the error says what stopped it.
    fn next_batch(&mut self) -> Result<Option<RecordBatch>, String>;

    /// Returns what was left out or assumed so far.
    fn notes(&self) -> Vec<Guess> {
        Vec::new()
    }

    /// Returns what could not be used since the last call; rows are counted from 1 in the file.
    fn unused(&mut self) -> UnitReport {
        UnitReport::default()
    }

    /// Returns the time zone that the file states.
    fn zone(&self) -> Option<StatedZone> {
        None
    }

    /// Returns what the message is about, of formats that send corrections.
    fn sent(&self) -> Option<Sent> {
        None
    }

    /// Returns facts, by name, that all files of one run must share to be read together.
    fn must_agree(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}

/// The time zone that a file states.
#[derive(Debug, Clone)]
pub(super) struct StatedZone {
    /// What it states, as a clause.
    pub words: Sentence,
    /// Offset from UTC, where it is known. [s]
    pub offset_s: Option<i32>,
    /// A time in the file. [s since 1970-01-01T00:00]
    pub at_s: i64,
}

/// A file that is converted, whose first rows have been read.
#[derive(Debug, Clone)]
pub(super) struct Converted {
    format: Format,
    text: StatedText,
    schema: SchemaRef,
    zone: Option<StatedZone>,
    /// What was left out or assumed.
    pub notes: Vec<Guess>,
    /// What the message is about, of formats that send corrections.
    pub sent: Option<Sent>,
    /// Facts, by name, that all files of one run must share.
    pub must_agree: Vec<(String, String)>,
}

impl Converted {
    /// Opens the file and returns its first rows.
    pub fn open(storage: &Storage, format: Format, text: StatedText) -> Result<(Self, RecordBatch), Trouble> {
        let broken = |seen: String| Trouble::new(format!("{}: {seen}", format.name()), format.cure());
        let mut rows = format.rows(storage, &text, None).map_err(broken)?;
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
            let left_out = rows
                .notes()
                .into_iter()
                .map(|note| format!("{}: {}", note.value, note.said_reason(Language::english())));
            let unused = rows.unused();
            let seen: Vec<String> = [seen].into_iter().chain(left_out).chain(unused.said()).collect();
            return Err(broken(seen.join("; ")));
        };
        let schema = first.schema();
        let sample =
            arrow::compute::concat_batches(&schema, &batches).map_err(|error| broken(error.to_string()))?;
        let sample = sample.slice(0, sample.num_rows().min(ROWS_SAMPLED));
        let opened = Self {
            format,
            text,
            schema,
            zone: rows.zone(),
            notes: rows.notes(),
            sent: rows.sent(),
            must_agree: rows.must_agree(),
        };
        Ok((opened, sample))
    }

    /// Returns the sheet that was stated.
    pub fn sheet(&self) -> Option<String> {
        self.text.sheet.clone()
    }

    /// Returns the first rows again; `None` where the file has changed and cannot be read.
    pub fn sample(&self, storage: &Storage) -> Option<RecordBatch> {
        Self::open(storage, self.format.clone(), self.text.clone()).ok().map(|(_, sample)| sample)
    }

    /// Returns the rows from the start of the file, with all columns.
    pub fn read(&self, storage: &Storage) -> Result<Box<dyn Rows>, String> {
        self.format.rows(storage, &self.text, Some(&self.schema))
    }

    /// Returns the settings of the file, with what its format fixes where they state nothing.
    pub fn with_fixed(&self, stated: &ReadingsTable) -> ReadingsTable {
        let shape = match &self.format {
            Format::Workbook | Format::JsonLines => return stated.clone(),
            Format::GreenButton(feed) if feed.is_register => "register",
            _ => "long",
        };
        let mut stated = stated.clone();
        stated.shape.get_or_insert_with(|| shape.to_owned());
        stated.stamp.get_or_insert_with(|| "start".to_owned());
        stated
    }

    /// Returns the meaning of the file's naive times, where the format states it.
    pub const fn clock(&self) -> Option<Clock> {
        match self.format {
            Format::Nem12 => Some(Clock::Standard),
            _ => None,
        }
    }

    /// Returns the encoding that was stated, where the format heeds it.
    pub fn encoding(&self) -> Option<&'static str> {
        let is_xml = matches!(self.format, Format::Message(_) | Format::GreenButton(_));
        let label = self.text.encoding.as_ref().filter(|_| is_xml)?;
        Some(encoding_rs::Encoding::for_label(label.trim().as_bytes())?.name())
    }

    /// Returns a note if the run reads the file's times in another zone than it states.
    pub fn zone_note(&self, zone: Option<&Zone>) -> Option<Guess> {
        let stated = self.zone.as_ref()?;
        let words = match zone {
            Some(zone) => {
                let at = jiff::Timestamp::from_second(stated.at_s - i64::from(stated.offset_s.unwrap_or(0)));
                let offset_s = zone.tz.to_offset(at.unwrap_or_default()).seconds();
                let is_instant = matches!(self.format, Format::GreenButton(_));
                if is_instant || stated.offset_s == Some(offset_s) {
                    return None;
                }
                message!("zone_of_run", zone = zone.name.as_str())
            }
            None => message!("utc_for_want"),
        };
        Some(Guess::note("time zone", words, stated.words.clone()))
    }
}

impl Format {
    const fn name(&self) -> &'static str {
        match self {
            Self::Workbook => "it is a workbook or a zip archive",
            Self::Nem12 => "it is NEM12",
            Self::JsonLines => "it is JSON",
            Self::Message(_) => "it is a message 80020",
            Self::GreenButton(_) => "it is Green Button",
        }
    }

    const fn cure(&self) -> &'static str {
        match self {
            Self::Workbook => "Unpack the archive, or save the workbook again as XLSX or CSV",
            _ => "Export it again",
        }
    }

    fn rows(
        &self,
        storage: &Storage,
        text: &StatedText,
        schema: Option<&SchemaRef>,
    ) -> Result<Box<dyn Rows>, String> {
        let stream = || storage.unpacked_stream().map(buffered).map_err(|error| error.to_string());
        let xml = || Xml::open(storage, text).map_err(|error| error.to_string());
        Ok(match (self, schema) {
            (Self::Workbook, _) => Box::new(workbook::Sheets::open(storage, text.sheet.as_deref())?),
            (Self::Nem12, _) => Box::new(nem12::Nem12::new(stream()?)),
            (Self::JsonLines, Some(schema)) => Box::new(json_lines::JsonRows::new(stream()?, schema.clone())),
            (Self::JsonLines, None) => Box::new(json_lines::JsonRows::open(storage)?),
            (Self::Message(points), _) => Box::new(Message::new(xml()?, *points)),
            (Self::GreenButton(feed), _) => Box::new(Blocks::new(xml()?, Arc::clone(feed))),
        })
    }
}

/// Buffers a stream in large parts.
pub(super) fn buffered(stream: Box<dyn Read + Send>) -> BufReader<Box<dyn Read + Send>> {
    BufReader::with_capacity(256 << 10, stream)
}
