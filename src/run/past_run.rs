//! Opens the output of an earlier run: its tables by meter, its register and its days.

use hashwatt_core::ids::RESIDUAL_PREFIX;
use std::fs::File;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use polars::prelude::{
    BooleanChunked, ChunkCompareEq, DataFrame, DataType, ParquetReader, PolarsResult, SerReader,
};
use rayon::prelude::*;

use super::run_json::RUN;
use super::schema::{FORMAT, REGISTER, SCORES, TableSchema};
use hashwatt_core::calendar::date_of;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::finding::FINDING;
use hashwatt_core::folder::{Holds, Marker, Written};
use hashwatt_core::language::Language;
use hashwatt_core::language::message::Message;
use hashwatt_core::settings::DIGESTS;
use hashwatt_detection::balance::RESIDUALS;
use hashwatt_readings::acquisition::register::Register;
use hashwatt_readings::digest::MeterDays;
use hashwatt_readings::digest::store::DigestStore;

/// The output folder of an earlier `detect`.
#[derive(Debug, Clone)]
pub struct PastRun {
    folder: PathBuf,
    record: serde_json::Value,
}

impl PastRun {
    /// Opens the run in `folder` and checks that its tables are unchanged.
    ///
    /// # Errors
    /// When the folder does not have a complete run, or a table was changed.
    pub fn open(folder: &Path) -> Result<Self> {
        let (run, marker) = Self::marked(folder)?;
        let is_changed =
            |(name, written): &(&String, &Written)| is_table(name) && !written.is_at(&folder.join(name));
        let changed: Vec<_> = marker.files.par_iter().filter(is_changed).collect();
        match changed.first() {
            None => Ok(run),
            Some((name, _)) => Err(Error::input(
                folder.join(name).display().to_string(),
                "it is not the file that the run wrote",
                "Put it back from a copy, or run `hashwatt detect` again",
            )),
        }
    }

    /// Opens the run in `folder` without checking its tables: enough to identify the run.
    ///
    /// # Errors
    /// When the folder does not have a complete run.
    pub fn glance(folder: &Path) -> Result<Self> {
        Self::marked(folder).map(|(run, _)| run)
    }

    fn marked(folder: &Path) -> Result<(Self, Marker)> {
        let refused = |seen: &str| {
            let cure = "Give the output folder of a `hashwatt detect` of this version that ran to its end";
            Error::input(folder.display().to_string(), seen, cure)
        };
        let marker = match Marker::read(folder)? {
            Some(marker) if marker.holds == Holds::Run => marker,
            Some(marker) => return Err(refused(&format!("it holds {}, no run", marker.holds.words()))),
            None if folder.is_dir() => return Err(refused("there is no run in it")),
            None => return Err(refused("there is no such folder")),
        };
        if !marker.files.contains_key(RUN) {
            return Err(refused("it holds digests, and no run"));
        }
        let path = folder.join(RUN);
        let text = std::fs::read_to_string(&path).map_err(|error| Error::read(&path, error))?;
        let wrong =
            |seen: String| Error::input(path.display().to_string(), seen, "Run `hashwatt detect` again");
        let record: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let format = &record["format"];
        if *format != FORMAT {
            return Err(wrong(format!("its format is {format}, and this hashwatt reads {FORMAT}")));
        }
        Ok((Self { folder: folder.to_owned(), record }, marker))
    }

    /// Returns the folder of the run.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the content of `run.json`.
    #[must_use]
    pub const fn record(&self) -> &serde_json::Value {
        &self.record
    }

    /// Returns the time zone of the usage points; UTC where none was given.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        let name = self.record["settings"]["timezone"].as_str();
        name.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
    }

    /// Returns the first local day with data.
    #[must_use]
    pub fn first_day(&self) -> Option<Date> {
        self.record["span"]["first_day"].as_str()?.parse().ok()
    }

    /// Returns the last local day with data.
    #[must_use]
    pub fn last_day(&self) -> Option<Date> {
        self.record["span"]["last_day"].as_str()?.parse().ok()
    }

    /// Returns the language of the run's texts.
    #[must_use]
    pub fn language(&self) -> &'static Language {
        let code = self.record["settings"]["language"].as_str();
        code.and_then(Language::with_code).unwrap_or_else(Language::english)
    }

    /// Returns the path of one of its files.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Returns the register that the run was given; empty if it had none.
    ///
    /// # Errors
    /// When the file exists but cannot be read.
    pub fn register(&self) -> Result<Register> {
        let path = self.path(REGISTER.file);
        if !path.is_file() {
            return Ok(Register::default());
        }
        Ok(Register::read(&path)?.0)
    }

    /// Returns the folder with the days of a meter or residual.
    #[must_use]
    pub fn days_folder(&self, meter: &str) -> PathBuf {
        if meter.starts_with(RESIDUAL_PREFIX) {
            return self.path(RESIDUALS);
        }
        self.record["settings"]["store"].as_str().map_or_else(|| self.path(DIGESTS), PathBuf::from)
    }

    /// Returns the meter's days, or `None` if the run's digests do not have it or were moved away.
    ///
    /// # Errors
    /// When the digests cannot be read.
    pub fn days(&self, meter: &str) -> Result<Option<MeterDays>> {
        let folder = self.days_folder(meter);
        if !folder.is_dir() {
            return Ok(None);
        }
        DigestStore::open(&folder)?.meter(meter)
    }

    /// Returns columns of a table of the run.
    ///
    /// # Errors
    /// When the table does not exist, lacks a column or cannot be read.
    pub fn columns(&self, table: &TableSchema, names: &[&str]) -> Result<DataFrame> {
        debug_assert!(names.iter().all(|name| table.has(name)), "{}: {names:?}", table.file);
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let rows = self.reader(table.file)?.with_columns(Some(names)).finish();
        rows.map_err(|error| Error::table(table.file, error))
    }

    /// Returns the rows of one meter, in the table's order.
    ///
    /// # Errors
    /// When the table does not exist or cannot be read.
    pub fn rows_of(&self, table: &TableSchema, meter: &str) -> Result<DataFrame> {
        let failed = |error| Error::table(table.file, error);
        let is_of_meter = |frame: &DataFrame| -> PolarsResult<BooleanChunked> {
            Ok(frame.column("meter_id")?.str()?.equal(meter))
        };
        let found = is_of_meter(&self.columns(table, &["meter_id"])?).map_err(failed)?;
        let mut places = found.iter().enumerate().filter(|(_, is_found)| *is_found == Some(true));
        let first = places.next().map_or(0, |(row, _)| row);
        let last = places.next_back().map_or(first, |(row, _)| row);
        let rows =
            self.reader(table.file)?.with_slice(Some((first, last + 1 - first))).finish().map_err(failed)?;
        is_of_meter(&rows).and_then(|found| rows.filter(&found)).map_err(failed)
    }

    fn reader(&self, table: &str) -> Result<ParquetReader<File>> {
        let path = self.path(table);
        let file = File::open(&path).map_err(|error| Error::read_back(path, error))?;
        Ok(ParquetReader::new(file))
    }

    /// Returns every meter with a score, by rank.
    ///
    /// # Errors
    /// As [`Self::columns`].
    pub fn meters(&self) -> Result<Vec<String>> {
        let ids = self.columns(&SCORES, &["meter_id"])?;
        each(&SCORES, &ids, |row| Ok(row.text("meter_id")?.unwrap_or_default()))
    }
}

/// Whether other commands read this file of a run again: the tables and the record. Users may change the
/// other files.
fn is_table(name: &str) -> bool {
    !name.contains('/') && (name.ends_with(".parquet") || name == RUN)
}

/// Applies `read` to each row and returns the results.
///
/// # Errors
/// The errors of `read`.
pub fn each<T>(
    table: &'static TableSchema,
    frame: &DataFrame,
    read: impl Fn(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    (0..frame.height()).map(|row| read(&Row { table: table.file, frame, row })).collect()
}

/// One row of a table that an earlier run wrote.
pub struct Row<'a> {
    /// File name, for errors.
    pub table: &'static str,
    /// The table.
    pub frame: &'a DataFrame,
    /// Number of the row, counted from 0.
    pub row: usize,
}

impl Row<'_> {
    /// Returns a text, or `None` if it is missing.
    ///
    /// # Errors
    /// When the column does not exist or has another type.
    pub fn text(&self, name: &str) -> Result<Option<String>> {
        let column = self.frame.column(name).and_then(|column| column.str());
        column
            .map(|column| column.get(self.row).map(str::to_owned))
            .map_err(|error| Error::table(self.table, error))
    }

    /// Returns a float, or `None` if it is missing.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn float(&self, name: &str) -> Result<Option<f64>> {
        let column = self.frame.column(name).and_then(|column| column.f64());
        column.map(|column| column.get(self.row)).map_err(|error| Error::table(self.table, error))
    }

    /// Returns a count, or `None` if it is missing.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn count(&self, name: &str) -> Result<Option<u32>> {
        let column = self.frame.column(name).and_then(|column| column.u32());
        column.map(|column| column.get(self.row)).map_err(|error| Error::table(self.table, error))
    }

    /// Returns the sentence of a row of `reasons.parquet`.
    ///
    /// # Errors
    /// When a column does not exist, or the parameters are not what a run writes.
    pub fn message(&self) -> Result<Message> {
        let (code, parameters) = (self.text("indicator")?, self.text("parameters")?);
        Message::stored(&code.unwrap_or_default(), &parameters.unwrap_or_default())
            .map_err(|error| Error::table(self.table, error))
    }

    /// Returns the sentence of a row of `findings.parquet` in a language. Runs of earlier versions have it in theirs
    /// alone.
    ///
    /// # Errors
    /// As [`message`](Self::message).
    pub fn finding_words(&self, language: &Language) -> Result<String> {
        if self.frame.column("message").is_err() {
            return Ok(self.text("description")?.unwrap_or_default());
        }
        let (code, parameters) = (self.text("message")?, self.text("parameters")?);
        let message = Message::stored(&code.unwrap_or_default(), &parameters.unwrap_or_default())
            .map_err(|error| Error::table(self.table, error))?;
        Ok(language.say_message(FINDING, &message))
    }

    /// Returns a civil day, or `None` if it is missing.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn day(&self, name: &str) -> Result<Option<Date>> {
        let column = self.frame.column(name).and_then(|column| column.cast(&DataType::Int32));
        let day = column.and_then(|column| column.i32().map(|column| column.get(self.row)));
        day.map(|day| day.map(date_of)).map_err(|error| Error::table(self.table, error))
    }
}
