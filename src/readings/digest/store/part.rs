//! Writes and reads one part of a digest store: a Parquet file in order of meter and day.
//!
//! Pages are not compressed, and only ids are dictionary-coded. A codec would take longer than making the
//! digest, and digests are read more often than written.

use hashwatt_core::calendar::CLOCK_HOURS;
use std::fmt::Display;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, DictionaryArray, Float32Array, Int32Array, RecordBatch,
    StringArray,
};
use arrow::buffer::{NullBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Date32Type, Field, Int32Type, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnPath;

use super::manifest::PartRecord;
use super::summed::SummedFile;
use crate::digest::columns::DayColumns;
use crate::digest::{COUNT_NAMES, DayDigest, FLOAT_NAMES};
use hashwatt_core::error::{Error, Result};
use hashwatt_core::ids::MeterId;
use hashwatt_core::sums::{SummingWriter, Sums};

/// Rows of one row group, about 3 MiB: the most that a reader of a range of meters reads in vain.
const ROWS_PER_GROUP: usize = 16 * 1024;

/// Rows that one reader decodes at a time.
const ROWS_A_BATCH: usize = 2048;

/// The column of ids.
const METER_ID: &str = "meter_id";

/// Returns the columns of the store. Days are civil days in the usage point's zone, counts are intervals,
/// floats are kW (kWh for energy), null if they cannot be judged.
#[must_use]
pub fn schema() -> SchemaRef {
    let ids = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let mut fields = vec![
        Field::new(METER_ID, ids, false),
        Field::new("day", DataType::Date32, false),
        Field::new("interval_minutes", DataType::Int32, false),
    ];
    fields.extend(COUNT_NAMES.iter().map(|name| Field::new(*name, DataType::Int32, false)));
    fields.extend(FLOAT_NAMES.iter().map(|name| Field::new(*name, DataType::Float32, true)));
    fields.extend((0..CLOCK_HOURS).map(|hour| Field::new(hour_column(hour), DataType::Float32, true)));
    Arc::new(Schema::new(fields))
}

fn hour_column(hour: usize) -> String {
    format!("demand_kw_hour_{hour:02}")
}

fn properties() -> WriterProperties {
    let ids = ColumnPath::from(METER_ID);
    WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_column_dictionary_enabled(ids.clone(), true)
        .set_column_statistics_enabled(ids, EnabledStatistics::Chunk)
        // The first and last meter of a row group must be exact, because readers of a range rely on them.
        .set_statistics_truncate_length(None)
        .set_offset_index_disabled(true)
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .build()
}

/// Writes one part. Rows must come in order of meter id and day.
pub struct PartWriter {
    path: PathBuf,
    writer: ArrowWriter<SummingWriter<File>>,
    schema: SchemaRef,
    names: Vec<MeterId>,
    waiting: DayColumns,
    days: Option<(i32, i32)>,
}

impl PartWriter {
    /// Creates a part at `path`, which must not be read before [`finish`](Self::finish).
    ///
    /// # Errors
    /// When the file cannot be created.
    pub fn create(path: PathBuf) -> Result<Self> {
        let schema = schema();
        let file = File::create(&path).map_err(|error| Error::write(&path, error))?;
        // Parquet's own types say all that readers need. With Arrow's schema they would take ids for categories,
        // which do not join with the texts of other tables.
        let options = ArrowWriterOptions::new().with_properties(properties()).with_skip_arrow_metadata(true);
        let writer =
            ArrowWriter::try_new_with_options(SummingWriter::new(file), Arc::clone(&schema), options)
                .map_err(|error| Error::table(path.display().to_string(), error))?;
        Ok(Self { path, writer, schema, names: Vec::new(), waiting: DayColumns::default(), days: None })
    }

    /// Appends a meter's days; ids must ascend.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn push(&mut self, meter: &MeterId, days: &[DayDigest]) -> Result<()> {
        let number = self.names.len() as u32;
        self.names.push(meter.clone());
        days.iter().for_each(|day| self.waiting.push(number, day));
        if self.waiting.len() >= ROWS_PER_GROUP { self.write_waiting() } else { Ok(()) }
    }

    /// Appends rows that are in order; `id_of` returns their meters' ids.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, rows: DayColumns, id_of: impl Fn(u32) -> MeterId) -> Result<()> {
        self.days = span(self.days.into_iter().chain(rows.days.iter().map(|day| (*day, *day))));
        record_batch(&self.schema, rows, id_of)
            .and_then(|batch| self.writer.write(&batch).map_err(arrow::error::ArrowError::from))
            .map_err(|error| Error::table(self.path.display().to_string(), error))
    }

    /// Writes the remaining rows, closes the file and returns its record.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self) -> Result<PartRecord> {
        self.write_waiting()?;
        let file = self.writer.into_inner();
        let file = file.map_err(|error| Error::table(self.path.display().to_string(), error))?;
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(PartRecord { name, days: self.days, sums: file.finish().1 })
    }

    fn write_waiting(&mut self) -> Result<()> {
        let (rows, names) = (std::mem::take(&mut self.waiting), std::mem::take(&mut self.names));
        if rows.is_empty() { Ok(()) } else { self.write(rows, |number| names[number as usize].clone()) }
    }
}

/// Returns the span over several spans of days, `None` over none.
pub(super) fn span(spans: impl Iterator<Item = (i32, i32)>) -> Option<(i32, i32)> {
    spans.reduce(|all, own| (all.0.min(own.0), all.1.max(own.1)))
}

fn record_batch(
    schema: &SchemaRef,
    rows: DayColumns,
    id_of: impl Fn(u32) -> MeterId,
) -> std::result::Result<RecordBatch, arrow::error::ArrowError> {
    let (mut names, mut keys) = (Vec::new(), Vec::with_capacity(rows.len()));
    let mut last = None;
    for &meter in &rows.meters {
        if last != Some(meter) {
            names.push(id_of(meter));
            last = Some(meter);
        }
        keys.push(names.len() as i32 - 1);
    }
    let names = StringArray::from_iter_values(names.iter().map(MeterId::as_str));
    let interval: Vec<i32> = rows.interval_minutes.iter().map(|minutes| *minutes as i32).collect();
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(DictionaryArray::<Int32Type>::try_new(Int32Array::from(keys), Arc::new(names))?),
        Arc::new(Date32Array::from(rows.days)),
        Arc::new(Int32Array::from(interval)),
    ];
    for counts in rows.counts {
        columns.push(Arc::new(Int32Array::from_iter_values(counts.into_iter().map(i32::from))));
    }
    for floats in rows.floats.into_iter().chain(rows.hour_kw) {
        columns.push(Arc::new(nan_as_null(floats)));
    }
    RecordBatch::try_new(Arc::clone(schema), columns)
}

fn nan_as_null(values: Vec<f32>) -> Float32Array {
    let has_nan = values.iter().fold(false, |any, value| any | value.is_nan());
    let nulls = has_nan.then(|| values.iter().map(|value| !value.is_nan()).collect::<NullBuffer>());
    Float32Array::new(values.into(), nulls)
}

fn null_as_nan(values: &Float32Array) -> ScalarBuffer<f32> {
    if values.null_count() == 0 {
        return values.values().clone();
    }
    values.iter().map(|value| value.unwrap_or(f32::NAN)).collect()
}

/// A part of a store, with its footer read.
#[derive(Debug, Clone)]
pub(super) struct Part {
    path: PathBuf,
    sums: Arc<Sums>,
    metadata: ArrowReaderMetadata,
    /// First and last meter of each row group.
    meters: Vec<(String, String)>,
}

/// Returns the error for a part that is missing, truncated, changed or of another version.
pub(super) fn unreadable(path: &Path, seen: &dyn Display) -> Error {
    let cure = "Put it back from a copy, or remove its folder: the next run digests again what its files still hold. `hashwatt verify` names all that is wrong";
    Error::input(path.display().to_string(), seen.to_string(), cure)
}

impl Part {
    pub fn open(folder: &Path, record: &PartRecord) -> Result<Self> {
        let (path, sums) = (folder.join(&record.name), Arc::new(record.sums.clone()));
        let failed = |error: &dyn Display| unreadable(&path, error);
        let file = SummedFile::open(&path, &sums).map_err(|error| failed(&error))?;
        let plain =
            ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(|error| failed(&error))?;
        // Ids are texts in the file, and read as keys of a dictionary.
        let options = ArrowReaderOptions::new().with_schema(schema());
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options)
            .map_err(|_| failed(&"not a digest part of this version"))?;
        let meters =
            metadata.metadata().row_groups().iter().map(|group| match group.column(0).statistics() {
                Some(Statistics::ByteArray(ids)) => Some((
                    String::from_utf8(ids.min_opt()?.data().to_vec()).ok()?,
                    String::from_utf8(ids.max_opt()?.data().to_vec()).ok()?,
                )),
                _ => None,
            });
        let meters = meters
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| failed(&"its row groups do not name their meters"))?;
        Ok(Self { path, sums, metadata, meters })
    }

    /// Returns the first meter of every row group.
    pub fn firsts(&self) -> impl Iterator<Item = &str> {
        self.meters.iter().map(|(first, _)| first.as_str())
    }

    /// Whether the two parts' ranges of meters overlap. The last meter of one may be the first of the other.
    pub fn overlaps(&self, other: &Self) -> bool {
        let (Some((first, last)), Some((other_first, other_last))) = (self.span(), other.span()) else {
            return false;
        };
        first < other_last && other_first < last
    }

    /// Returns its first and last meter.
    fn span(&self) -> Option<(&str, &str)> {
        Some((self.meters.first()?.0.as_str(), self.meters.last()?.1.as_str()))
    }

    /// Returns the row group that has a meter, if any has it.
    pub fn group_of(&self, meter: &str) -> usize {
        self.meters.partition_point(|(_, last)| last.as_str() < meter)
    }

    /// Returns the number of rows.
    pub fn n_rows(&self) -> u64 {
        self.metadata.metadata().file_metadata().num_rows().unsigned_abs()
    }

    /// Returns a cursor over the meters from `from` to before `to`. Without bounds it covers all meters.
    pub fn cursor(&self, from: Option<&str>, to: Option<&str>) -> Result<Cursor> {
        let is_in = |(first, last): &(String, String)| {
            from.is_none_or(|from| last.as_str() >= from) && to.is_none_or(|to| first.as_str() < to)
        };
        let groups: Vec<usize> = (0..self.meters.len()).filter(|&group| is_in(&self.meters[group])).collect();
        let failed = |error: &dyn Display| unreadable(&self.path, error);
        let reader = if groups.is_empty() {
            None
        } else {
            let file = SummedFile::open(&self.path, &self.sums).map_err(|error| failed(&error))?;
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
            let reader = builder.with_row_groups(groups).with_batch_size(ROWS_A_BATCH).build();
            Some(reader.map_err(|error| failed(&error))?)
        };
        let mut cursor =
            Cursor { path: self.path.clone(), reader, rows: None, row: 0, end: to.map(str::to_owned) };
        cursor.settle()?;
        from.map_or(Ok(()), |from| cursor.skip_to(from))?;
        Ok(cursor)
    }
}

/// Walks through a part, meter by meter.
pub(super) struct Cursor {
    path: PathBuf,
    reader: Option<ParquetRecordBatchReader>,
    rows: Option<Columns>,
    row: usize,
    end: Option<String>,
}

impl Cursor {
    /// Returns the current meter, or `None` at the end.
    pub fn meter(&self) -> Option<&str> {
        self.rows.as_ref().map(|rows| rows.meter(self.row))
    }

    /// Appends the days of the current meter and moves to the next.
    pub fn take_meter(&mut self, out: &mut Vec<DayDigest>) -> Result<()> {
        let Some(meter) = self.meter().map(str::to_owned) else { return Ok(()) };
        while let Some(rows) = self.rows.as_ref().filter(|rows| rows.meter(self.row) == meter) {
            let key = rows.keys()[self.row];
            let end = self.row + rows.keys()[self.row..].iter().take_while(|other| **other == key).count();
            out.extend((self.row..end).map(|row| rows.day(row)));
            self.row = end;
            self.settle()?;
        }
        Ok(())
    }

    /// Moves to the first meter that is not before `meter`.
    pub fn skip_to(&mut self, meter: &str) -> Result<()> {
        while let Some(rows) = self.rows.as_ref().filter(|rows| rows.meter(self.row) < meter) {
            let key = rows.keys()[self.row];
            self.row += rows.keys()[self.row..].iter().take_while(|other| **other == key).count();
            self.settle()?;
        }
        Ok(())
    }

    /// Loads the next batch if this one is at its end.
    fn settle(&mut self) -> Result<()> {
        while self.rows.as_ref().is_none_or(|rows| self.row >= rows.len()) {
            let Some(batch) = self.reader.as_mut().and_then(Iterator::next) else {
                (self.rows, self.reader) = (None, None);
                return Ok(());
            };
            let batch = batch.map_err(|error| unreadable(&self.path, &error))?;
            self.rows = Some(Columns::of(&batch));
            self.row = 0;
        }
        if self.end.as_deref().is_some_and(|end| self.meter().is_some_and(|meter| meter >= end)) {
            (self.rows, self.reader) = (None, None);
        }
        Ok(())
    }
}

/// Typed columns of one batch, in schema order.
struct Columns {
    ids: DictionaryArray<Int32Type>,
    day: ScalarBuffer<i32>,
    interval: ScalarBuffer<i32>,
    counts: [ScalarBuffer<i32>; COUNT_NAMES.len()],
    /// NaN if null, as for the hours.
    floats: [ScalarBuffer<f32>; FLOAT_NAMES.len()],
    hours: [ScalarBuffer<f32>; CLOCK_HOURS],
}

impl Columns {
    /// The batch's schema was checked when its part was opened.
    fn of(batch: &RecordBatch) -> Self {
        let (first_count, first_float) = (3, 3 + COUNT_NAMES.len());
        let first_hour = first_float + FLOAT_NAMES.len();
        let counts = |at: usize| batch.column(first_count + at).as_primitive::<Int32Type>().values().clone();
        Self {
            ids: batch.column(0).as_dictionary().clone(),
            day: batch.column(1).as_primitive::<Date32Type>().values().clone(),
            interval: batch.column(2).as_primitive::<Int32Type>().values().clone(),
            counts: std::array::from_fn(counts),
            floats: std::array::from_fn(|at| null_as_nan(batch.column(first_float + at).as_primitive())),
            hours: std::array::from_fn(|hour| null_as_nan(batch.column(first_hour + hour).as_primitive())),
        }
    }

    fn len(&self) -> usize {
        self.ids.len()
    }

    fn keys(&self) -> &[i32] {
        self.ids.keys().values()
    }

    fn meter(&self, row: usize) -> &str {
        let names: &StringArray = self.ids.values().as_string();
        names.value(self.keys()[row] as usize)
    }

    fn day(&self, row: usize) -> DayDigest {
        let mut day = DayDigest::empty(self.day[row], self.interval[row] as u32, 0);
        day.set_counts(std::array::from_fn(|index| self.counts[index][row] as u16));
        day.set_floats(std::array::from_fn(|index| self.floats[index][row]));
        day.hour_kw = std::array::from_fn(|hour| self.hours[hour][row]);
        day
    }
}
