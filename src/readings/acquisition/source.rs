//! Reads one file, unit by unit, into batches of intervals.

use super::contained::{contained, uncontained};
use super::converted::Converted;
use super::csv_file::CsvFile;
use super::decode::{Decoder, Recipe, Sink, columns_of};
use super::local_time::OffsetTable;
use super::mapping::{Guess, Mapping, TimeFrom};
use super::meter_ids::MeterReader;
use super::parquet_file::ParquetFile;
use super::report::UnitReport;
use super::storage::Storage;
use hashwatt_core::atomic::Identity;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::finding::Finding;
use hashwatt_core::ids::MeterNumbers;
use hashwatt_core::message;
use hashwatt_core::settings::{ReadingsTable, Zone};

/// One file of interval data, ready to be read from several threads.
#[derive(Debug)]
pub struct Source {
    /// Path or URL.
    pub name: String,
    /// Size of the file. [bytes]
    pub bytes: u64,
    /// Number of rows, if the file states it.
    pub rows: Option<u64>,
    /// How its columns become intervals.
    pub mapping: Mapping,
    /// Of two readings of the file, the likelier that was accepted.
    pub accepted: Vec<Guess>,
    /// `path` of the `[[readings]]` that named it.
    pub path: String,
    /// `key=value` folders in its path.
    pub partitions: Vec<(String, String)>,
    pub(super) index: u32,
    pub(super) storage: Storage,
    pub(super) content: Content,
    pub(super) table: OffsetTable,
}

/// Format of a file, with its header or footer already read.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Parquet(ParquetFile),
    Csv(CsvFile),
    Converted(Box<Converted>),
}

impl Content {
    /// Returns the number of parts that can be read independently.
    pub fn n_units(&self) -> usize {
        match self {
            Self::Parquet(file) => file.n_groups(),
            Self::Csv(file) => file.n_blocks(),
            Self::Converted(_) => 1,
        }
    }

    /// Returns the settings of the file, with what its format fixes where they state nothing.
    pub fn with_fixed(&self, stated: &ReadingsTable) -> ReadingsTable {
        match self {
            Self::Converted(file) => file.with_fixed(stated),
            Self::Parquet(_) | Self::Csv(_) => stated.clone(),
        }
    }

    /// Says which line was taken for the header, where lines before it were passed over and nobody stated so.
    pub fn header_found(&self, stated: &ReadingsTable) -> Option<String> {
        let Self::Csv(file) = self else { return None };
        let line = file.lines_before + 1;
        (line > 1 && stated.skip_lines.is_none())
            .then(|| format!(" (its header was taken from line {line}; skip_lines states another)"))
    }

    /// Adds to the mapping how the file's text is written, and as guesses what of it is not stated.
    pub fn describe(&self, mapping: &mut Mapping, stated: &ReadingsTable, zone: Option<&Zone>) {
        match self {
            Self::Parquet(_) => {}
            Self::Csv(file) => {
                mapping.encoding = (file.encoding != encoding_rs::UTF_8).then(|| file.encoding.name());
                mapping.skip_lines = file.lines_before;
                if let Some(encoding) = mapping.encoding.filter(|_| stated.encoding.is_none()) {
                    mapping.guesses.push(Guess::new("encoding", encoding, message!("bytes_no_utf8")));
                }
                if file.lines_before > 0 && stated.skip_lines.is_none() {
                    let value = file.lines_before.to_string();
                    mapping.guesses.push(Guess::new("skip_lines", value, message!("lines_no_table")));
                }
            }
            Self::Converted(file) => {
                mapping.guesses.extend(file.notes.iter().cloned().chain(file.zone_note(zone)));
                mapping.encoding = file.encoding();
                mapping.sheet = file.sheet();
                mapping.clock = mapping.clock.or(file.clock().filter(|_| zone.is_some()));
            }
        }
    }

    /// Passes columns of text batch by batch until `add` returns `true`. Only text files and Parquet are read; a
    /// part that cannot be read is reported when the rows are.
    pub fn read_texts(
        &self,
        storage: &Storage,
        columns: &[usize],
        add: &mut dyn FnMut(&arrow::array::RecordBatch) -> bool,
    ) {
        if let Self::Parquet(file) = self {
            for group in 0..file.n_groups() {
                let Ok(batches) = file.read(storage, group, columns, usize::MAX) else { return };
                if batches.map_while(std::result::Result::ok).any(|rows| add(&rows)) {
                    return;
                }
            }
        }
        let Self::Csv(file) = self else { return };
        for block in 0..file.n_blocks() {
            let Ok(mut batches) = file.read(storage, block, columns, usize::MAX) else { return };
            if batches.any(|rows| add(&rows)) {
                return;
            }
        }
    }
}

impl Source {
    /// Whether the format says which of two values of one time counts, so that they are no contradiction.
    #[must_use]
    pub const fn says_which_counts(&self) -> bool {
        matches!(&self.content, Content::Converted(file) if file.sent.is_some())
    }

    /// Returns the number of parts that can be read independently: row groups of Parquet, blocks of a plain
    /// CSV.
    #[must_use]
    pub fn n_units(&self) -> usize {
        self.content.n_units()
    }

    /// Returns the first and last time of a unit as written, if its statistics state them. [s]
    pub(super) fn span_of(&self, unit: usize) -> Option<(i64, i64)> {
        match (&self.content, &self.mapping.time) {
            (Content::Parquet(file), TimeFrom::Column(column, _)) => file.span_of(unit, column.index),
            _ => None,
        }
    }

    /// Reads one unit, batch by batch, into `sink`. All units of one thread share `meters`.
    ///
    /// # Errors
    /// Errors of `sink`, and of an object store that does not give what it listed: a run that goes on would lack
    /// rows that are there. Problems with the file itself are in the report.
    pub fn read_unit<'a>(
        &'a self,
        unit: usize,
        meters: &mut MeterReader<'a>,
        sink: &mut dyn FnMut(super::IntervalBatch) -> Result<()>,
    ) -> Result<UnitReport> {
        self.read_unit_as(&self.mapping, unit, meters, sink)
    }

    /// As [`read_unit`](Self::read_unit), with another mapping of the same columns.
    pub(super) fn read_unit_as<'a>(
        &'a self,
        mapping: &'a Mapping,
        unit: usize,
        meters: &mut MeterReader<'a>,
        sink: &mut dyn FnMut(super::IntervalBatch) -> Result<()>,
    ) -> Result<UnitReport> {
        let recipe = Recipe { mapping, ..self.recipe() };
        let sink = &mut |batch| uncontained(|| sink(batch));
        let report = match &self.content {
            Content::Parquet(file) => {
                let first_row = 1 + (0..unit).map(|before| file.rows_of(before)).sum::<u64>();
                self.read_group(file, unit, Decoder::new(recipe, meters, first_row, sink))
            }
            Content::Csv(file) => {
                let mut report = self.read_csv(file, unit, Decoder::new(recipe, meters, 1, sink))?;
                if unit > 0 && report.names_rows() {
                    let rows_before = file.rows_before(&self.storage, unit).unwrap_or(0);
                    report.move_rows(rows_before);
                }
                Ok(report)
            }
            Content::Converted(file) => self.read_converted(file, Decoder::new(recipe, meters, 1, sink)),
        };
        self.storage.failure().map_or(report, Err)
    }

    /// Begins to fetch what [`read_unit`](Self::read_unit) will ask an object store for.
    pub fn fetch_ahead(&self, unit: usize) {
        if let Content::Parquet(file) = &self.content {
            self.storage.fetch_ahead(file.ranges_of(unit, &columns_of(&self.mapping)));
        }
    }

    /// Returns when the file was last written, if its storage states it. [ns since 1970-01-01T00:00Z]
    #[must_use]
    pub fn modified_ns(&self) -> Option<u64> {
        self.storage.modified_ns()
    }

    /// Returns what tells its content from another: the hash of the bytes, or the tag of an object's version.
    ///
    /// # Errors
    /// When the file can no longer be read.
    pub fn identity(&self) -> Result<Identity> {
        self.storage.identity().map_err(|error| {
            Error::input(&self.name, error.to_string(), "Check that the file is still there").because(error)
        })
    }

    /// Returns the findings of the whole file, from the sum of its units' reports.
    #[must_use]
    pub fn findings(&self, report: &UnitReport) -> Vec<Finding> {
        report.findings(&self.name, &self.mapping)
    }

    pub(super) const fn recipe(&self) -> Recipe<'_> {
        Recipe { source: self.index, mapping: &self.mapping, table: &self.table }
    }

    fn read_group(
        &self,
        file: &ParquetFile,
        unit: usize,
        mut decoder: Decoder<'_, '_>,
    ) -> Result<UnitReport> {
        let batches = match file.read(&self.storage, unit, &decoder.columns, usize::MAX) {
            Ok(batches) => batches,
            Err(error) => {
                decoder.report.broken = Some(format!("row group {unit}: {error}"));
                return Ok(decoder.report);
            }
        };
        for batch in batches {
            match batch {
                Ok(batch) => decode(&mut decoder, &batch)?,
                Err(error) => decoder.report.broken = Some(error.to_string()),
            }
            if let Some(broken) = &mut decoder.report.broken {
                broken.insert_str(0, &format!("row group {unit}: "));
                return Ok(decoder.report);
            }
        }
        let (n_rows, n_stated) = (decoder.report.rows, file.rows_of(unit));
        if n_rows != n_stated {
            decoder.report.broken =
                Some(format!("row group {unit}: {n_rows} rows, and its footer says {n_stated}"));
        }
        Ok(decoder.report)
    }

    fn read_csv(&self, file: &CsvFile, unit: usize, mut decoder: Decoder<'_, '_>) -> Result<UnitReport> {
        let mut batches = match file.read(&self.storage, unit, &decoder.columns, usize::MAX) {
            Ok(batches) => batches,
            Err(error) => {
                decoder.report.broken = Some(error.to_string());
                return Ok(decoder.report);
            }
        };
        while decoder.report.broken.is_none()
            && let Some(batch) = contained(|| Ok(batches.next()), |seen| decoder.report.broken = Some(seen))
                .unwrap_or_default()
        {
            for (cause, row) in &batches.bad_rows {
                decoder.report.skip(*cause, *row, String::new);
            }
            decode(&mut decoder, &batch)?;
        }
        decoder.report.broken = decoder.report.broken.or(batches.broken);
        Ok(decoder.report)
    }

    fn read_converted(&self, file: &Converted, mut decoder: Decoder<'_, '_>) -> Result<UnitReport> {
        let opened = contained(|| file.read(&self.storage), |seen| seen);
        let mut rows = match opened {
            Ok(rows) => rows,
            Err(error) => {
                decoder.report.broken = Some(error);
                return Ok(decoder.report);
            }
        };
        while decoder.report.broken.is_none() {
            let batch = contained(|| rows.next_batch(), |seen| seen);
            decoder.report.add(&rows.unused());
            let projected = match batch {
                Ok(Some(batch)) => batch.project(&decoder.columns).map_err(|error| error.to_string()),
                Ok(None) => break,
                Err(error) => Err(error),
            };
            match projected {
                Ok(batch) => decode(&mut decoder, &batch)?,
                Err(error) => decoder.report.broken = Some(error),
            }
        }
        decoder.report.notes = rows.notes();
        decoder.report.notes.retain(|note| !file.notes.contains(note));
        Ok(decoder.report)
    }
}

/// Decodes the next rows; if a library panics on them, the report records it.
fn decode(decoder: &mut Decoder<'_, '_>, rows: &arrow::array::RecordBatch) -> Result<()> {
    let mut damaged = None;
    let decoded = contained(
        || decoder.decode(rows).map_err(Some),
        |seen| {
            damaged = Some(seen);
            None
        },
    );
    if damaged.is_some() {
        decoder.report.broken = damaged;
    }
    decoded.or_else(|error| error.map_or(Ok(()), Err))
}

/// Reads a sample of rows with a mapping, in the same way as the whole file.
pub(super) fn read_sample(
    recipe: Recipe<'_>,
    rows: &arrow::array::RecordBatch,
    meters: &MeterNumbers,
    sink: &mut Sink<'_>,
) -> Result<UnitReport> {
    let mut meters = MeterReader::new(meters);
    let mut decoder = Decoder::new(recipe, &mut meters, 1, sink);
    let projected = rows.project(&decoder.columns).map_err(|error| Error::table("sample", error))?;
    decoder.decode(&projected)?;
    Ok(decoder.report)
}
