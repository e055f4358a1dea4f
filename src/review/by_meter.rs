//! Decodes one meter's rows of a table on request.

use arrow::array::{Array, Float64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};

use hashwatt_core::error::{Error, Result};
use hashwatt_run::past_run::PastRun;

/// A table that is sorted by meter, so that the rows of one meter can be read alone.
#[derive(Debug)]
pub struct ByMeter {
    table: &'static str,
    /// The file as it is on disk, compressed. It is held in memory because many readers share it, and an open
    /// file has only one read position.
    file: Bytes,
    metadata: ArrowReaderMetadata,
    /// First row and number of rows, by hash of the meter's id. Two meters with the same hash are told apart
    /// when read.
    places: Vec<(u64, u32, u32)>,
}

impl ByMeter {
    /// Indexes where each meter's rows are.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn of(run: &PastRun, table: &'static str) -> Result<Self> {
        let path = run.path(table);
        let file = std::fs::read(&path).map_err(|error| Error::read_back(path, error))?;
        let file = Bytes::from(file);
        let metadata = ArrowReaderMetadata::load(&file, Default::default())
            .map_err(|error| Error::table(table, error))?;
        let mut places: Vec<(u64, u32, u32)> = Vec::new();
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file.clone(), metadata.clone());
        let ids = ProjectionMask::columns(builder.parquet_schema(), ["meter_id"]);
        let reader = builder.with_projection(ids).build().map_err(|error| Error::table(table, error))?;
        let mut row = 0_u32;
        for batch in reader {
            let batch = batch.map_err(|error| Error::table(table, error))?;
            for id in &texts(&batch, "meter_id")? {
                let hash = hash(id.unwrap_or_default());
                match places.last_mut() {
                    Some((last, _, n)) if *last == hash => *n += 1,
                    _ => places.push((hash, row, 1)),
                }
                row += 1;
            }
        }
        places.sort_unstable();
        Ok(Self { table, file, metadata, places })
    }

    /// Returns the rows of one meter.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn rows(&self, meter: &str) -> Result<Vec<RecordBatch>> {
        let hash = hash(meter);
        let from = self.places.partition_point(|place| place.0 < hash);
        let mut found = Vec::new();
        for (_, first, n) in self.places[from..].iter().take_while(|place| place.0 == hash) {
            let builder =
                ParquetRecordBatchReaderBuilder::new_with_metadata(self.file.clone(), self.metadata.clone());
            let (group, skipped) = self.row_group(*first as usize);
            // The meter's rows may continue in the next row group.
            let groups = vec![group, group + 1];
            let groups: Vec<usize> = groups
                .into_iter()
                .filter(|group| *group < self.metadata.metadata().num_row_groups())
                .collect();
            let rows = RowSelection::from(vec![RowSelector::skip(skipped), RowSelector::select(*n as usize)]);
            let reader = builder
                .with_row_groups(groups)
                .with_row_selection(rows)
                .build()
                .map_err(|error| Error::table(self.table, error))?;
            for batch in reader {
                let batch = batch.map_err(|error| Error::table(self.table, error))?;
                if texts(&batch, "meter_id")?.iter().all(|id| id == Some(meter)) {
                    found.push(batch);
                }
            }
        }
        Ok(found)
    }

    /// Calls `take` with every batch of these columns.
    ///
    /// # Errors
    /// When the table cannot be read; the errors of `take`.
    pub fn each_batch(
        &self,
        columns: &[&str],
        mut take: impl FnMut(&RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(self.file.clone(), self.metadata.clone());
        let columns = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        for batch in
            builder.with_projection(columns).build().map_err(|error| Error::table(self.table, error))?
        {
            take(&batch.map_err(|error| Error::table(self.table, error))?)?;
        }
        Ok(())
    }

    /// Returns the row group of a row, and the row's position in it.
    fn row_group(&self, row: usize) -> (usize, usize) {
        let mut before = 0;
        for (group, facts) in self.metadata.metadata().row_groups().iter().enumerate() {
            let n_rows = usize::try_from(facts.num_rows()).unwrap_or(0);
            if row < before + n_rows {
                return (group, row - before);
            }
            before += n_rows;
        }
        (0, 0)
    }
}

fn hash(id: &str) -> u64 {
    use std::hash::{BuildHasher, Hasher};
    let mut hasher = foldhash::fast::FixedState::default().build_hasher();
    hasher.write(id.as_bytes());
    hasher.finish()
}

/// Returns a column as text.
///
/// # Errors
/// When the column is missing, or cannot be cast to text.
pub fn texts(batch: &RecordBatch, name: &str) -> Result<StringArray> {
    let column = batch.column_by_name(name).ok_or_else(|| Error::table(name, "there is no such column"))?;
    let column = cast(column, &DataType::Utf8).map_err(|error| Error::table(name, error))?;
    Ok(StringArray::from(column.to_data()))
}

/// Returns a column as numbers.
///
/// # Errors
/// When the column is missing, or cannot be cast to numbers.
pub fn floats(batch: &RecordBatch, name: &str) -> Result<Float64Array> {
    let column = batch.column_by_name(name).ok_or_else(|| Error::table(name, "there is no such column"))?;
    let column = cast(column, &DataType::Float64).map_err(|error| Error::table(name, error))?;
    Ok(Float64Array::from(column.to_data()))
}
