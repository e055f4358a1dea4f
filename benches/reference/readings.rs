//! Writes interval data as utilities export it: long Parquet, sorted by meter, by time or not at all.

use std::error::Error;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, StringBuilder, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use hashwatt::calendar::date_of;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::add_encoded_arrow_schema_to_metadata;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;

use super::load::{INTERVAL_S, Loads, SLOTS, meter_id};
use super::permutation::Permutation;

/// Rows of a row group, the default of arrow-rs rounded.
const ROWS_PER_GROUP: u64 = 1_000_000;

/// Rows given to the encoders at a time.
const ROWS_PER_BATCH: u64 = 65_536;

/// Seconds of a day without a clock change.
const DAY_S: i64 = 86_400;

/// How rows are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Order {
    /// One file, meter after meter.
    Meter,
    /// One file a month, interval after interval.
    Time,
    /// One file, rows as they fall.
    Shuffled,
}

/// What to make up.
#[derive(Debug, Clone, Copy)]
pub struct Export {
    /// Meters.
    pub n_meters: u32,
    /// First civil day. [days since 1970-01-01]
    pub first_day: i32,
    /// Days.
    pub n_days: u32,
    /// How rows are sorted.
    pub order: Order,
    /// Seed of every chance.
    pub seed: u64,
}

impl Export {
    /// Rows of the whole export.
    pub fn n_rows(&self) -> u64 {
        u64::from(self.n_meters) * u64::from(self.n_intervals())
    }

    fn n_intervals(&self) -> u32 {
        self.n_days * SLOTS
    }

    /// The files in a folder, each with its rows.
    fn files(&self, folder: &Path) -> Vec<(PathBuf, Range<u64>)> {
        match self.order {
            Order::Meter => vec![(folder.join("by-meter.parquet"), 0..self.n_rows())],
            Order::Shuffled => vec![(folder.join("shuffled.parquet"), 0..self.n_rows())],
            Order::Time => self.months(&folder.join("by-time")),
        }
    }

    fn months(&self, folder: &Path) -> Vec<(PathBuf, Range<u64>)> {
        let rows_a_day = u64::from(self.n_meters) * u64::from(SLOTS);
        let month_of = |day: u32| date_of(self.first_day + day as i32).strftime("%Y-%m").to_string();
        let days: Vec<u32> = (0..self.n_days).collect();
        days.chunk_by(|&a, &b| month_of(a) == month_of(b))
            .map(|month| {
                let (first, end) = (u64::from(month[0]), u64::from(month[0]) + month.len() as u64);
                let path = folder.join(format!("{}.parquet", month_of(month[0])));
                (path, first * rows_a_day..end * rows_a_day)
            })
            .collect()
    }
}

/// Writes an export into a folder, on the threads there are; the files it wrote.
///
/// # Errors
/// When a file cannot be written.
pub fn write_export(export: Export, folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let rows = Rows {
        export,
        loads: Loads::new(export.n_meters, export.first_day, export.seed),
        ids: (0..export.n_meters).map(meter_id).collect(),
        shuffle: Permutation::new(export.n_rows(), export.seed),
    };
    let mut written = Vec::new();
    for (path, range) in export.files(folder) {
        std::fs::create_dir_all(path.parent().expect("a file lies in a folder"))?;
        write_file(&rows, range, &path)?;
        written.push(path);
    }
    Ok(written)
}

/// Encodes as many row groups at a time as there are threads, and writes them in order.
fn write_file(rows: &Rows, range: Range<u64>, path: &Path) -> Result<(), Box<dyn Error>> {
    let schema = schema();
    let mut properties =
        WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
    add_encoded_arrow_schema_to_metadata(&schema, &mut properties);
    let root = ArrowSchemaConverter::new().convert(&schema)?.root_schema_ptr();
    let mut writer = SerializedFileWriter::new(File::create(path)?, root, Arc::new(properties))?;
    let factory = ArrowRowGroupWriterFactory::new(&writer, Arc::clone(&schema));
    let groups: Vec<Range<u64>> = pieces(range, ROWS_PER_GROUP).collect();
    for (round, at_once) in groups.chunks(rayon::current_num_threads()).enumerate() {
        let first = round * rayon::current_num_threads();
        let encoded: Vec<Vec<ArrowColumnChunk>> = at_once
            .par_iter()
            .enumerate()
            .map(|(index, group)| encode_group(rows, group.clone(), &schema, &factory, first + index))
            .collect::<Result<_, ParquetError>>()?;
        for columns in encoded {
            let mut group = writer.next_row_group()?;
            for column in columns {
                column.append_to_row_group(&mut group)?;
            }
            group.close()?;
        }
    }
    writer.close()?;
    Ok(())
}

fn encode_group(
    rows: &Rows,
    range: Range<u64>,
    schema: &SchemaRef,
    factory: &ArrowRowGroupWriterFactory,
    index: usize,
) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
    let mut writers = factory.create_column_writers(index)?;
    for piece in pieces(range, ROWS_PER_BATCH) {
        for ((writer, field), column) in writers.iter_mut().zip(schema.fields()).zip(rows.columns(piece)) {
            for leaf in compute_leaves(field, &column)? {
                writer.write(&leaf)?;
            }
        }
    }
    writers.into_iter().map(|writer| writer.close()).collect()
}

/// Columns as an export without mapping has them: naive local time at an interval's start, kWh.
fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("meter_id", DataType::Utf8, true),
        Field::new("timestamp", DataType::Timestamp(TimeUnit::Microsecond, None), true),
        Field::new("kwh", DataType::Float64, true),
    ]))
}

fn pieces(range: Range<u64>, most: u64) -> impl Iterator<Item = Range<u64>> {
    let end = range.end;
    range.step_by(most as usize).map(move |from| from..(from + most).min(end))
}

/// The rows of an export by number.
struct Rows {
    export: Export,
    loads: Loads,
    ids: Vec<String>,
    shuffle: Permutation,
}

impl Rows {
    /// Meter and interval of a row.
    fn place(&self, row: u64) -> (u32, u32) {
        let (n_meters, n_intervals) = (u64::from(self.export.n_meters), u64::from(self.export.n_intervals()));
        match self.export.order {
            Order::Meter => ((row / n_intervals) as u32, (row % n_intervals) as u32),
            Order::Time => ((row % n_meters) as u32, (row / n_meters) as u32),
            Order::Shuffled => {
                let row = self.shuffle.of(row);
                ((row / n_intervals) as u32, (row % n_intervals) as u32)
            }
        }
    }

    fn columns(&self, range: Range<u64>) -> [ArrayRef; 3] {
        let n = (range.end - range.start) as usize;
        let first_s = i64::from(self.export.first_day) * DAY_S;
        let mut ids = StringBuilder::with_capacity(n, n * self.ids[0].len());
        let mut starts_us = Vec::with_capacity(n);
        let mut energies_kwh = Vec::with_capacity(n);
        for row in range {
            let (meter, interval) = self.place(row);
            ids.append_value(&self.ids[meter as usize]);
            starts_us.push((first_s + i64::from(interval) * INTERVAL_S) * 1_000_000);
            energies_kwh.push(self.loads.energy_kwh(meter, interval));
        }
        [
            Arc::new(ids.finish()),
            Arc::new(TimestampMicrosecondArray::from(starts_us)),
            Arc::new(Float64Array::from(energies_kwh)),
        ]
    }
}
