//! Reads a Parquet file row group by row group.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::{Encoding, PageType, Type as PhysicalType};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::PageEncodingStats;
use parquet::file::statistics::Statistics;

use super::contained::contained;
use super::storage::{Chunks, Storage};
use super::uuids::{uuid_columns, with_texts, with_uuid_texts};

/// Most cells of a batch. More are not faster, and fewer mean more calls.
const CELLS_A_BATCH: usize = 4 * MAX_ROWS_A_BATCH;

/// Most rows of a batch of a narrow file, so that its columns fit into a core's cache.
const MAX_ROWS_A_BATCH: usize = 16_384;

/// Bytes of each column that are fetched for the first rows beyond their share: a dictionary, as large as most
/// writers let it become, and the end of a page. [bytes]
const SAMPLED_BYTES: u64 = 2 << 20;

/// A Parquet file whose footer has been read.
#[derive(Debug, Clone)]
pub(super) struct ParquetFile {
    metadata: ArrowReaderMetadata,
    /// The columns as batches have them.
    schema: SchemaRef,
    /// Columns of UUIDs in 16 bytes, which batches have as text.
    uuids: Vec<usize>,
}

impl ParquetFile {
    /// Reads the footer. Text columns are read as dictionaries, because ids repeat. If the file itself
    /// abandoned its dictionary, they are read as views, which copy nothing.
    pub fn open(storage: &Storage) -> ParquetResult<Self> {
        read_contained(|| Self::open_unguarded(storage))
    }

    fn open_unguarded(storage: &Storage) -> ParquetResult<Self> {
        let chunks = Chunks::open(storage, &[])?;
        let plain = ArrowReaderMetadata::load(&chunks, ArrowReaderOptions::new())?;
        let options = ArrowReaderOptions::new().with_schema(with_dictionaries(&plain));
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options).unwrap_or(plain);
        let uuids = uuid_columns(metadata.parquet_schema(), metadata.schema());
        let schema = with_texts(metadata.schema(), &uuids);
        Ok(Self { metadata, schema, uuids })
    }

    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub fn n_rows(&self) -> u64 {
        (0..self.n_groups()).map(|group| self.rows_of(group)).sum()
    }

    pub fn n_groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    pub fn rows_of(&self, group: usize) -> u64 {
        self.metadata.metadata().row_group(group).num_rows().unsigned_abs()
    }

    /// Returns the batches of one row group, with some of the columns. Of a remote file, these columns of the
    /// group are fetched at once.
    pub fn read(
        &self,
        storage: &Storage,
        group: usize,
        columns: &[usize],
        most_rows: usize,
    ) -> ParquetResult<ParquetBatches> {
        self.read_start(storage, group, columns, most_rows, None)
    }

    /// As [`read`](Self::read); of a remote file, only about as much is fetched at once as `n_rows` need.
    fn read_start(
        &self,
        storage: &Storage,
        group: usize,
        columns: &[usize],
        most_rows: usize,
        n_rows: Option<usize>,
    ) -> ParquetResult<ParquetBatches> {
        let rows = (CELLS_A_BATCH / columns.len().max(1)).clamp(256, MAX_ROWS_A_BATCH).min(most_rows);
        let reader = read_contained(|| {
            let mask = self.mask(columns);
            let mut ranges = self.ranges(group, &mask);
            if let Some(n_rows) = n_rows {
                let share = n_rows as f64 / self.rows_of(group).max(1) as f64;
                for range in &mut ranges {
                    let bytes = ((range.end - range.start) as f64 * share) as u64 + SAMPLED_BYTES;
                    range.end = range.end.min(range.start + bytes);
                }
            }
            let chunks = Chunks::open(storage, &ranges)?;
            ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, self.metadata.clone())
                .with_projection(mask)
                .with_row_groups(vec![group])
                .with_batch_size(rows)
                .build()
        })?;
        let mut columns = columns.to_vec();
        columns.sort_unstable();
        columns.dedup();
        let is_uuid = |(_, column): &(usize, &usize)| self.uuids.contains(column);
        let uuids = columns.iter().enumerate().filter(is_uuid).map(|(place, _)| place).collect();
        Ok(ParquetBatches { reader: Some(reader), uuids })
    }

    /// Returns up to `n` rows from the start of the file, with all columns.
    pub fn first_rows(&self, storage: &Storage, n: usize) -> ParquetResult<RecordBatch> {
        let columns: Vec<usize> = (0..self.schema().fields().len()).collect();
        let mut batches = Vec::new();
        let mut n_left = n;
        for group in 0..self.n_groups() {
            for batch in self.read_start(storage, group, &columns, n_left.max(1), Some(n_left))? {
                let batch = batch?;
                let batch = batch.slice(0, batch.num_rows().min(n_left));
                n_left -= batch.num_rows();
                batches.push(batch);
                if n_left == 0 {
                    break;
                }
            }
            if n_left == 0 {
                break;
            }
        }
        Ok(arrow::compute::concat_batches(self.schema(), &batches)?)
    }

    /// Returns the first and last time of a timestamp column, if every row group has statistics. [s]
    pub fn span(&self, column: usize) -> Option<(i64, i64)> {
        let spans = (0..self.n_groups()).map(|group| self.span_of(group, column));
        let spans: Vec<(i64, i64)> = spans.collect::<Option<_>>()?;
        spans.into_iter().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// Returns the first and last time of a timestamp column in a row group with statistics. [s]
    pub fn span_of(&self, group: usize, column: usize) -> Option<(i64, i64)> {
        let per_second = match self.schema().field(column).data_type() {
            DataType::Timestamp(TimeUnit::Second, _) => 1,
            DataType::Timestamp(TimeUnit::Millisecond, _) => 1_000,
            DataType::Timestamp(TimeUnit::Microsecond, _) => 1_000_000,
            DataType::Timestamp(TimeUnit::Nanosecond, _) => 1_000_000_000,
            _ => return None,
        };
        let parquet_schema = self.metadata.parquet_schema();
        let leaf = (0..parquet_schema.num_columns())
            .find(|leaf| parquet_schema.get_column_root_idx(*leaf) == column)?;
        let chunk = self.metadata.metadata().row_group(group).column(leaf);
        let Some(Statistics::Int64(statistics)) = chunk.statistics() else { return None };
        let (first, last) = (*statistics.min_opt()?, *statistics.max_opt()?);
        (first <= last).then_some((first.div_euclid(per_second), last.div_euclid(per_second)))
    }

    fn mask(&self, columns: &[usize]) -> ProjectionMask {
        ProjectionMask::roots(self.metadata.parquet_schema(), columns.iter().copied())
    }

    /// Returns the byte ranges that [`read`](Self::read) fetches.
    pub fn ranges_of(&self, group: usize, columns: &[usize]) -> Vec<std::ops::Range<u64>> {
        self.ranges(group, &self.mask(columns))
    }

    /// Returns the byte ranges of the chosen columns of a row group.
    fn ranges(&self, group: usize, mask: &ProjectionMask) -> Vec<std::ops::Range<u64>> {
        let group = self.metadata.metadata().row_group(group);
        let chosen = group.columns().iter().enumerate().filter(|(leaf, _)| mask.leaf_included(*leaf));
        chosen
            .map(|(_, column)| {
                let (start, length) = column.byte_range();
                start..start + length
            })
            .collect()
    }
}

/// Batches of one row group; ends after the first error.
pub(super) struct ParquetBatches {
    reader: Option<ParquetRecordBatchReader>,
    /// Columns of the batches that are UUIDs in 16 bytes.
    uuids: Vec<usize>,
}

impl Iterator for ParquetBatches {
    type Item = ParquetResult<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let reader = self.reader.as_mut()?;
        let batch = read_contained(|| match reader.next().transpose().map_err(ParquetError::from)? {
            Some(batch) if !self.uuids.is_empty() => Ok(Some(with_uuid_texts(&batch, &self.uuids)?)),
            batch => Ok(batch),
        });
        if batch.is_err() {
            self.reader = None;
        }
        batch.transpose()
    }
}

/// Calls the Parquet reader, which panics on some damaged footers and pages.
fn read_contained<T>(read: impl FnOnce() -> ParquetResult<T>) -> ParquetResult<T> {
    contained(read, ParquetError::General)
}

fn with_dictionaries(metadata: &ArrowReaderMetadata) -> SchemaRef {
    let schema = metadata.schema();
    let fields = schema.fields().iter().enumerate().map(|(index, field)| match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View if has_plain_pages(metadata, index) => {
            Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View))
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
            Arc::new(field.as_ref().clone().with_data_type(dictionary))
        }
        // Spark and Hive write INT96 as instants: the type carries no zone, and its times are UTC.
        DataType::Timestamp(TimeUnit::Nanosecond, None) if is_int96(metadata, index) => {
            let instant = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
            Arc::new(field.as_ref().clone().with_data_type(instant))
        }
        _ => Arc::clone(field),
    });
    Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone()))
}

fn is_int96(metadata: &ArrowReaderMetadata, column: usize) -> bool {
    let schema = metadata.parquet_schema();
    let leaf = (0..schema.num_columns()).find(|leaf| schema.get_column_root_idx(*leaf) == column);
    leaf.is_some_and(|leaf| schema.column(leaf).physical_type() == PhysicalType::INT96)
}

/// Whether the first row group has pages of a column outside its dictionary, because there are too many
/// distinct values.
fn has_plain_pages(metadata: &ArrowReaderMetadata, column: usize) -> bool {
    let parquet_schema = metadata.parquet_schema();
    let leaf =
        (0..parquet_schema.num_columns()).find(|leaf| parquet_schema.get_column_root_idx(*leaf) == column);
    let Some((group, leaf)) = metadata.metadata().row_groups().first().zip(leaf) else { return false };
    let chunk = group.column(leaf);
    let is_plain = |stats: &PageEncodingStats| {
        let is_data = matches!(stats.page_type, PageType::DATA_PAGE | PageType::DATA_PAGE_V2);
        is_data && stats.encoding == Encoding::PLAIN && stats.count > 0
    };
    let in_full = chunk.page_encoding_stats().is_some_and(|all| all.iter().any(is_plain));
    in_full || chunk.page_encoding_stats_mask().is_some_and(|mask| mask.is_set(Encoding::PLAIN))
}
