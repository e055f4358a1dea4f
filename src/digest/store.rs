//! Writes and reads the digest store: Parquet parts, each sorted by meter and day, each meter in one.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Date32Array, Float32Array, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use rayon::prelude::*;

use super::{CLOCK_HOURS, COUNT_NAMES, DayDigest, FLOAT_NAMES, MeterDays};
use crate::error::{Error, Result};
use crate::ids::MeterId;

/// Rows of one row group: about 12 MiB before compression.
const ROWS_PER_GROUP: usize = 64 * 1024;

/// Meters in memory at a time while a part is mapped.
const METERS_AT_A_TIME: usize = 256;

/// The digests of a run on disk.
#[derive(Debug, Clone)]
pub struct DigestStore {
    parts: Vec<PathBuf>,
}

impl DigestStore {
    /// The store in `folder`.
    ///
    /// # Errors
    /// When the folder cannot be listed or holds no digests.
    pub fn open(folder: &Path) -> Result<Self> {
        let listing = std::fs::read_dir(folder).map_err(|error| Error::table(folder.display().to_string(), error))?;
        let mut parts: Vec<PathBuf> =
            listing.filter_map(|entry| entry.ok().map(|entry| entry.path())).filter(|path| path.extension().is_some_and(|e| e == "parquet")).collect();
        parts.sort();
        if parts.is_empty() {
            return Err(Error::table(folder.display().to_string(), "no digests here; run `hashwatt detect` or `hashwatt digest` first"));
        }
        Ok(Self { parts })
    }

    /// How many parts there are; each may be read by a thread of its own.
    #[must_use]
    pub fn n_parts(&self) -> usize {
        self.parts.len()
    }

    /// Hands every meter of a part to `sink`, in order of id, one at a time in memory.
    ///
    /// # Errors
    /// When the part cannot be read, or `sink` fails.
    pub fn read_part(&self, part: usize, mut sink: impl FnMut(MeterDays) -> Result<()>) -> Result<()> {
        let path = &self.parts[part];
        let failed = |error: &dyn std::fmt::Display| Error::table(path.display().to_string(), error);
        let file = File::open(path).map_err(|error| failed(&error))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).and_then(|builder| builder.with_batch_size(8192).build());
        let mut current: Option<MeterDays> = None;
        for batch in reader.map_err(|error| failed(&error))? {
            let batch = batch.map_err(|error| failed(&error))?;
            let columns = Columns::of(&batch).ok_or_else(|| failed(&"not a digest part of this version"))?;
            for row in 0..batch.num_rows() {
                let name = columns.meter.value(row);
                if current.as_ref().is_none_or(|meter| meter.meter.as_str() != name)
                    && let Some(done) = current.replace(MeterDays { meter: MeterId::from(name), days: Vec::new() })
                {
                    sink(done)?;
                }
                current.as_mut().expect("set above").days.push(columns.day(row));
            }
        }
        current.map_or(Ok(()), sink)
    }

    /// Maps every meter of a part, several at a time on the cores there are; in order of id.
    ///
    /// # Errors
    /// When the part cannot be read.
    pub fn map_part<T: Send>(&self, part: usize, map: impl Fn(MeterDays) -> Option<T> + Sync) -> Result<Vec<T>> {
        let mut mapped = Vec::new();
        let mut waiting: Vec<MeterDays> = Vec::with_capacity(METERS_AT_A_TIME);
        let mut run = |waiting: &mut Vec<MeterDays>| {
            mapped.extend(std::mem::take(waiting).into_par_iter().map(&map).collect::<Vec<_>>().into_iter().flatten());
        };
        self.read_part(part, |meter| {
            waiting.push(meter);
            if waiting.len() == METERS_AT_A_TIME {
                run(&mut waiting);
            }
            Ok(())
        })?;
        run(&mut waiting);
        Ok(mapped)
    }

    /// One meter's days, `None` where the store does not have it.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn meter(&self, id: &str) -> Result<Option<MeterDays>> {
        let mut found = None;
        for part in 0..self.n_parts() {
            self.read_part(part, |meter| {
                if meter.meter.as_str() == id {
                    found = Some(meter);
                }
                Ok(())
            })?;
        }
        Ok(found)
    }
}

/// Gives a finished store its name, in place of the one before.
///
/// # Errors
/// When a folder cannot be renamed or removed.
pub fn publish(unfinished: &Path, folder: &Path) -> Result<()> {
    let failed = |error| Error::write(folder, error);
    let old = folder.with_extension("old");
    if folder.exists() {
        std::fs::rename(folder, &old).map_err(failed)?;
    }
    std::fs::rename(unfinished, folder).map_err(failed)?;
    if old.exists() { std::fs::remove_dir_all(&old).map_err(failed) } else { Ok(()) }
}

/// Writes one part, meter by meter in order of id.
pub struct PartWriter {
    path: PathBuf,
    writer: ArrowWriter<File>,
    schema: SchemaRef,
    meters: Vec<MeterId>,
    days: Vec<DayDigest>,
}

impl PartWriter {
    /// A part at `path`, which must not be read before [`finish`](Self::finish).
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn create(path: PathBuf) -> Result<Self> {
        let schema = schema();
        let file = File::create(&path).map_err(|error| Error::write(&path, error))?;
        let level = ZstdLevel::try_new(1).map_err(|error| Error::table(path.display().to_string(), error))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
            .build();
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties))
            .map_err(|error| Error::table(path.display().to_string(), error))?;
        Ok(Self { path, writer, schema, meters: Vec::new(), days: Vec::new() })
    }

    /// Appends a meter; ids must ascend.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn push(&mut self, meter: &MeterId, days: &[DayDigest]) -> Result<()> {
        self.meters.extend(std::iter::repeat_n(meter.clone(), days.len()));
        self.days.extend_from_slice(days);
        if self.days.len() >= ROWS_PER_GROUP { self.flush() } else { Ok(()) }
    }

    /// Writes what is left and closes the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self) -> Result<()> {
        self.flush()?;
        self.writer.close().map_err(|error| Error::table(self.path.display().to_string(), error))?;
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        let batch = record_batch(&self.schema, &self.meters, &self.days)
            .and_then(|batch| self.writer.write(&batch).map_err(arrow::error::ArrowError::from))
            .map_err(|error| Error::table(self.path.display().to_string(), error));
        self.meters.clear();
        self.days.clear();
        batch
    }
}

/// Columns of the store: instants are civil days in the usage point's zone, counts are intervals,
/// floats are kW (kWh for energy), null where not judgeable.
#[must_use]
pub fn schema() -> SchemaRef {
    let mut fields = vec![
        Field::new("meter_id", DataType::Utf8, false),
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

fn record_batch(schema: &SchemaRef, meters: &[MeterId], days: &[DayDigest]) -> std::result::Result<RecordBatch, arrow::error::ArrowError> {
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(meters.iter().map(MeterId::as_str))),
        Arc::new(Date32Array::from_iter_values(days.iter().map(|day| day.day))),
        Arc::new(Int32Array::from_iter_values(days.iter().map(|day| day.interval_minutes as i32))),
    ];
    let counts: Vec<_> = days.iter().map(DayDigest::counts).collect();
    let floats: Vec<_> = days.iter().map(DayDigest::floats).collect();
    let known = |value: f32| (!value.is_nan()).then_some(value);
    for index in 0..COUNT_NAMES.len() {
        columns.push(Arc::new(Int32Array::from_iter_values(counts.iter().map(|row| i32::from(row[index])))));
    }
    for index in 0..FLOAT_NAMES.len() {
        columns.push(Arc::new(floats.iter().map(|row| known(row[index])).collect::<Float32Array>()));
    }
    for hour in 0..CLOCK_HOURS {
        columns.push(Arc::new(days.iter().map(|day| known(day.hour_kw[hour])).collect::<Float32Array>()));
    }
    RecordBatch::try_new(Arc::clone(schema), columns)
}

/// Typed views of one batch's columns.
struct Columns<'a> {
    meter: &'a StringArray,
    day: &'a Date32Array,
    interval: &'a Int32Array,
    counts: Vec<&'a Int32Array>,
    floats: Vec<&'a Float32Array>,
    hours: Vec<&'a Float32Array>,
}

impl<'a> Columns<'a> {
    fn of(batch: &'a RecordBatch) -> Option<Self> {
        let floats = |name: &str| batch.column_by_name(name)?.as_any().downcast_ref::<Float32Array>();
        let ints = |name: &str| batch.column_by_name(name)?.as_any().downcast_ref::<Int32Array>();
        Some(Self {
            meter: batch.column_by_name("meter_id")?.as_any().downcast_ref()?,
            day: batch.column_by_name("day")?.as_any().downcast_ref()?,
            interval: ints("interval_minutes")?,
            counts: COUNT_NAMES.iter().map(|name| ints(name)).collect::<Option<_>>()?,
            floats: FLOAT_NAMES.iter().map(|name| floats(name)).collect::<Option<_>>()?,
            hours: (0..CLOCK_HOURS).map(|hour| floats(&hour_column(hour))).collect::<Option<_>>()?,
        })
    }

    fn day(&self, row: usize) -> DayDigest {
        let float = |column: &Float32Array| if column.is_null(row) { f32::NAN } else { column.value(row) };
        let mut day = DayDigest::empty(self.day.value(row), self.interval.value(row) as u32, 0);
        day.set_counts(std::array::from_fn(|index| self.counts[index].value(row) as u16));
        day.set_floats(std::array::from_fn(|index| float(self.floats[index])));
        day.hour_kw = std::array::from_fn(|hour| float(self.hours[hour]));
        day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_gives_back_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = PartWriter::create(folder.path().join("part-0000.parquet")).unwrap();
        let mut day = DayDigest::empty(15_000, 30, 48);
        day.demand_kw_p95 = 2.5;
        day.hour_kw[7] = 1.25;
        day.n_zero = 3;
        let other = DayDigest::empty(15_001, 30, 46);
        writer.push(&MeterId::from("a"), &[day, other]).unwrap();
        writer.push(&MeterId::from("b"), &[day]).unwrap();
        writer.finish().unwrap();
        let store = DigestStore::open(folder.path()).unwrap();
        let mut meters = Vec::new();
        store.read_part(0, |meter| { meters.push(meter); Ok(()) }).unwrap();
        assert_eq!(meters.len(), 2);
        assert_eq!(format!("{:?}", meters[0].days), format!("{:?}", vec![day, other]));
        assert_eq!(store.meter("b").unwrap().unwrap().days.len(), 1);
        assert!(store.meter("c").unwrap().is_none());
    }
}
