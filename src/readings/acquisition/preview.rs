//! Shows a few rows as they are read, beside their cells as written.

use std::collections::BTreeMap;

use arrow::array::{ArrayRef, RecordBatch, new_null_array};
use arrow::datatypes::Schema;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::contained::contained;
use super::decode::columns_of;
use super::evidence::median_step_s;
use super::mapping::{Layout, Mapping, Stamp};
use super::marks::{Marks, cell_text};
use super::open::sample_rows;
use super::source::{Content, Source, read_sample};
use super::values::read_values;
use super::{IntervalBatch, Quantity};
use hashwatt_core::ids::MeterNumbers;
use hashwatt_core::settings::Zone;

/// Cells that are tried before a place of the file counts as empty: another channel may fill many rows.
const MAX_TRIED: usize = 4096;

/// Cells of one row that are tried.
const MAX_COLUMNS_TRIED: usize = 64;

/// One cell as it is read, beside the cells of its row that decide how.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowAsRead {
    /// Number of the row, counted from 1 without the header.
    pub row: u64,
    /// Names and texts of the columns that are used; of several value columns only the one that is shown.
    pub cells: Vec<(String, String)>,
    /// The meter's id.
    pub meter: String,
    /// Start of the interval in local time, or the time of a counter's read.
    pub start: DateTime,
    /// Demand of the interval. [kW] `None` for energy and counters.
    pub demand_kw: Option<f64>,
    /// Energy of the interval. [kWh] `None` for counters, and for demand whose interval is not known.
    pub energy_kwh: Option<f64>,
    /// Read of a counter, multiplier applied. [kWh]
    pub register_kwh: Option<f64>,
}

/// Returns three rows as they are read: the first with a value, one from the middle of the first rows, and the one
/// with the greatest value. Each is decoded as in a run. Fewer where the file has fewer, or cannot be read again.
#[must_use]
pub fn preview(source: &Source, zone: Option<&Zone>) -> Vec<RowAsRead> {
    let Ok(Some(sample)) = contained(|| Ok::<_, String>(first_rows(source)), |seen| seen) else {
        return Vec::new();
    };
    let preview = Preview::new(source, sample, zone);
    let mut found: Vec<RowAsRead> = Vec::new();
    let places = [preview.at_the_start(), preview.in_the_middle(), preview.of_the_greatest()];
    for row in places.into_iter().flatten() {
        if !found.contains(&row) {
            found.push(row);
        }
    }
    found.sort_by_key(|row| row.row);
    found
}

fn first_rows(source: &Source) -> Option<RecordBatch> {
    match &source.content {
        Content::Parquet(file) => {
            file.first_rows(&source.storage, sample_rows(file.schema().fields().len())).ok()
        }
        Content::Csv(file) => {
            file.first_rows(&source.storage, sample_rows(file.schema().fields().len())).ok()
        }
        Content::Converted(file) => file.sample(&source.storage),
    }
}

/// The first rows of a file, and what it takes to read them.
struct Preview<'a> {
    source: &'a Source,
    sample: RecordBatch,
    tz: TimeZone,
    meters: MeterNumbers,
    /// Length of each meter's intervals. [s]
    steps_s: BTreeMap<u32, i64>,
}

impl<'a> Preview<'a> {
    fn new(source: &'a Source, sample: RecordBatch, zone: Option<&Zone>) -> Self {
        let tz = zone.map_or(TimeZone::UTC, |zone| zone.tz.clone());
        let mut preview =
            Self { source, sample, tz, meters: MeterNumbers::default(), steps_s: BTreeMap::new() };
        preview.steps_s = preview.steps();
        preview
    }

    /// Returns the length of each meter's intervals in the sample. [s]
    fn steps(&self) -> BTreeMap<u32, i64> {
        let mut reads: BTreeMap<u32, Vec<(i64, f64)>> = BTreeMap::new();
        let read = read_sample(self.source.recipe(), &self.sample, &self.meters, &mut |batch| {
            for (&meter, &start_s) in batch.meters.iter().zip(&batch.starts_s) {
                reads.entry(meter).or_default().push((start_s, 0.0));
            }
            Ok(())
        });
        if read.is_err() {
            return BTreeMap::new();
        }
        reads.values_mut().for_each(|reads| reads.sort_by_key(|(start_s, _)| *start_s));
        reads.into_iter().map(|(meter, reads)| (meter, median_step_s(&reads))).collect()
    }

    fn mapping(&self) -> &Mapping {
        &self.source.mapping
    }

    fn at_the_start(&self) -> Option<RowAsRead> {
        self.first_of(0, 0)
    }

    fn in_the_middle(&self) -> Option<RowAsRead> {
        self.first_of(self.sample.num_rows() / 2, self.mapping().layout.values().len() / 2)
    }

    /// Returns the first cell with a value, from this row and this value column on.
    fn first_of(&self, row: usize, column: usize) -> Option<RowAsRead> {
        let n_columns = self.mapping().layout.values().len();
        let cells = (row..self.sample.num_rows())
            .flat_map(|row| (column..n_columns).take(MAX_COLUMNS_TRIED).map(move |column| (row, column)));
        cells.take(MAX_TRIED).find_map(|(row, column)| self.read_cell(row, column))
    }

    fn of_the_greatest(&self) -> Option<RowAsRead> {
        let mut cells: Vec<(f64, usize, usize)> = Vec::new();
        let (mut marks, mut values) = (Marks::default(), Vec::new());
        for (at, column) in self.mapping().layout.values().iter().enumerate() {
            marks.reset(self.sample.num_rows());
            read_values(self.sample.column(column.index), self.mapping().numbers, &mut marks, &mut values);
            let unmarked = values.iter().enumerate().filter(|(row, _)| marks.get(*row).is_none());
            cells.extend(unmarked.map(|(row, value)| (*value, row, at)));
        }
        cells.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        cells.into_iter().take(MAX_TRIED).find_map(|(_, row, column)| self.read_cell(row, column))
    }

    /// Decodes one row as a run would, with all value columns but one empty.
    fn read_cell(&self, row: usize, column: usize) -> Option<RowAsRead> {
        let mapping = self.mapping();
        let shown = mapping.layout.values()[column].index;
        let others =
            mapping.layout.values().iter().map(|column| column.index).filter(|index| *index != shown);
        let one = with_empty(&self.sample.slice(row, 1), others)?;
        let mut found = None;
        let keep = &mut |batch: IntervalBatch| {
            found = Some((batch.meters[0], batch.starts_s[0], batch.values[0]));
            Ok(())
        };
        read_sample(self.source.recipe(), &one, &self.meters, keep).ok()?;
        let (meter, start_s, value) = found?;
        let step_s = self.steps_s.get(&meter).copied().filter(|step_s| *step_s > 0);
        let start_s = match (mapping.stamp, step_s, mapping.quantity()) {
            (_, _, Quantity::RegisterRead) | (Stamp::Start, ..) | (_, None, _) => start_s,
            (Stamp::End, Some(step_s), _) => start_s + 1 - step_s,
        };
        let start = Timestamp::from_second(start_s).ok()?.to_zoned(self.tz.clone()).datetime();
        let of = |quantity| (mapping.quantity() == quantity).then_some(value);
        let demand_kw = of(Quantity::Demand);
        Some(RowAsRead {
            row: row as u64 + 1,
            cells: self.cells(row, shown),
            meter: self.meters.id(meter).as_str().to_owned(),
            start,
            demand_kw,
            energy_kwh: of(Quantity::Energy)
                .or_else(|| Some(demand_kw? * step_s.filter(|_| has_one_step(mapping))? as f64 / 3600.0)),
            register_kwh: of(Quantity::RegisterRead),
        })
    }

    /// Returns the cells of a row that decide how the shown one is read.
    fn cells(&self, row: usize, shown: usize) -> Vec<(String, String)> {
        let values: Vec<usize> = self.mapping().layout.values().iter().map(|column| column.index).collect();
        let schema = self.sample.schema();
        let used = columns_of(self.mapping()).into_iter();
        used.filter(|index| *index == shown || !values.contains(index))
            .map(|index| {
                (
                    schema.field(index).name().clone(),
                    cell_text(self.sample.column(index), row).trim().to_owned(),
                )
            })
            .collect()
    }
}

/// Whether rows of the layout follow each other at the interval's length.
const fn has_one_step(mapping: &Mapping) -> bool {
    !matches!(mapping.layout, Layout::Dates { .. })
}

/// Returns the rows with some columns emptied.
fn with_empty(rows: &RecordBatch, columns: impl Iterator<Item = usize>) -> Option<RecordBatch> {
    let mut arrays: Vec<ArrayRef> = rows.columns().to_vec();
    for index in columns {
        arrays[index] = new_null_array(arrays[index].data_type(), rows.num_rows());
    }
    let fields = rows
        .schema()
        .fields()
        .iter()
        .map(|field| field.as_ref().clone().with_nullable(true))
        .collect::<Vec<_>>();
    RecordBatch::try_new(Schema::new(fields).into(), arrays).ok()
}
