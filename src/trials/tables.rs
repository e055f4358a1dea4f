//! Writes simulated tables as Parquet: interval data meter by meter, small tables at once.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int32Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use super::calendar::Calendar;
use super::usage_points::Record;
use hashwatt_core::error::{Error, Result};

/// Rows per row group: a reader holds one group at a time.
const ROW_GROUP_ROWS: usize = 1_000_000;

/// Resolution of meters: whole watt-hours. [1/kWh]
const STEPS_PER_KWH: f64 = 1000.0;

/// Writes interval data, one meter after another.
pub(super) struct ReadingsWriter {
    writer: ArrowWriter<File>,
    name: String,
    n_rows: u64,
}

impl ReadingsWriter {
    pub fn create(path: &Path, layout: &ReadingsLayout) -> Result<Self> {
        let energy = ColumnPath::from("energy_kwh");
        let start = ColumnPath::from("start");
        let properties = properties()
            .set_column_dictionary_enabled(start.clone(), false)
            .set_column_encoding(start, Encoding::DELTA_BINARY_PACKED)
            .set_column_dictionary_page_size_limit(energy, 256 * 1024)
            .build();
        let file = File::create(path).map_err(|error| Error::write(path, error))?;
        let name = path.display().to_string();
        let writer = ArrowWriter::try_new(file, Arc::clone(&layout.schema), Some(properties))
            .map_err(|error| Error::table(&name, error))?;
        Ok(Self { writer, name, n_rows: 0 })
    }

    pub fn write(&mut self, meter: &RecordBatch) -> Result<()> {
        self.n_rows += meter.num_rows() as u64;
        self.writer.write(meter).map_err(|error| Error::table(&self.name, error))
    }

    /// Closes the file and returns its number of rows.
    pub fn finish(self) -> Result<u64> {
        self.writer.close().map_err(|error| Error::table(&self.name, error))?;
        Ok(self.n_rows)
    }
}

/// What the interval data of all meters have in common.
pub(super) struct ReadingsLayout {
    schema: SchemaRef,
    starts: ArrayRef,
    zeros: Int32Array,
}

impl ReadingsLayout {
    /// Returns the layout, with or without a voltage column.
    pub fn of(calendar: &Calendar, has_voltages: bool) -> Self {
        let text = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let start = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let mut fields = vec![
            Field::new("meter_id", text(), false),
            Field::new("start", start, false),
            Field::new("energy_kwh", DataType::Float64, false),
            Field::new("quality", text(), false),
        ];
        fields.extend(has_voltages.then(|| Field::new("voltage_v", DataType::Float64, true)));
        let schema = Schema::new(fields);
        let starts = TimestampMicrosecondArray::from(calendar.starts_us.clone()).with_timezone("UTC");
        let zeros = Int32Array::from(vec![0; calendar.grid.len()]);
        Self { schema: Arc::new(schema), starts: Arc::new(starts), zeros }
    }

    /// Returns one meter's interval data, from its demand [kW] and voltage [V] on the local grid.
    pub fn meter(
        &self,
        id: &str,
        demand_kw: &[f32],
        voltage_v: Option<&[f32]>,
        records: Option<&[Record]>,
        calendar: &Calendar,
    ) -> Result<RecordBatch> {
        let interval_h = calendar.interval_h();
        let kwh = |&interval: &usize| {
            (f64::from(demand_kw[interval]) * interval_h * STEPS_PER_KWH).round() / STEPS_PER_KWH
        };
        let energy_kwh: Float64Array = calendar.grid.iter().map(kwh).collect::<Vec<f64>>().into();
        let quality: Int32Array = match records {
            None => self.zeros.clone(),
            Some(records) => calendar
                .grid
                .iter()
                .map(|&i| match records[i] {
                    Record::Estimated => 1,
                    Record::Edited => 2,
                    Record::Measured | Record::Missing => 0,
                })
                .collect::<Vec<_>>()
                .into(),
        };
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(dictionary(self.zeros.clone(), &[id])?),
            Arc::clone(&self.starts),
            Arc::new(energy_kwh),
            Arc::new(dictionary(quality, &["A", "E", "edited"])?),
        ];
        if self.schema.fields().len() > columns.len() {
            // Round to a tenth of a volt; f32 does not hold it exactly.
            let volts =
                |&interval: &usize| voltage_v.map(|read| (f64::from(read[interval]) * 10.0).round() / 10.0);
            columns.push(Arc::new(calendar.grid.iter().map(volts).collect::<Float64Array>()));
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(|error| Error::table("readings.parquet", error))?;
        let Some(records) = records else { return Ok(batch) };
        let kept: BooleanArray =
            calendar.grid.iter().map(|&i| records[i] != Record::Missing).collect::<Vec<bool>>().into();
        filter_record_batch(&batch, &kept).map_err(|error| Error::table("readings.parquet", error))
    }
}

/// Writes a small table from columns of equal length.
pub(super) fn write_table(path: &Path, columns: Vec<(&str, ArrayRef)>) -> Result<()> {
    let name = path.display().to_string();
    let table = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true)))
        .map_err(|error| Error::table(&name, error))?;
    let file = File::create(path).map_err(|error| Error::write(path, error))?;
    let mut writer = ArrowWriter::try_new(file, table.schema(), Some(properties().build()))
        .map_err(|error| Error::table(&name, error))?;
    writer.write(&table).map_err(|error| Error::table(&name, error))?;
    writer.close().map_err(|error| Error::table(&name, error))?;
    Ok(())
}

fn properties() -> parquet::file::properties::WriterPropertiesBuilder {
    let level = ZstdLevel::try_new(3).expect("zstd has a level 3");
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
}

fn dictionary(keys: Int32Array, values: &[&str]) -> Result<DictionaryArray<Int32Type>> {
    let values: ArrayRef = Arc::new(StringArray::from(values.to_vec()));
    DictionaryArray::try_new(keys, values).map_err(|error| Error::table("readings.parquet", error))
}
