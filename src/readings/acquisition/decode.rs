//! Turns batches of rows into batches of intervals, according to a file's mapping.

use arrow::array::{Array, RecordBatch};

use super::day_part::{add_day_part, add_minutes};
use super::local_time::{LocalClock, Nonexistent, OffsetTable};
use super::mapping::{Column, Layout, Mapping, MeterFrom, Stamp, TimeFrom};
use super::marks::{Marks, same_text};
use super::meter_ids::MeterReader;
use super::profile::whole_texts;
use super::quality::read_qualities;
use super::report::{Cause, UnitReport};
use super::values::{mark_codes, mark_too_large, read_factors, read_values};
use super::{IntervalBatch, Quality, layouts, times::read_times};
use hashwatt_core::error::Result;

/// Receives the batches of an [`IntervalBatch`] stream.
pub type Sink<'a> = dyn FnMut(IntervalBatch) -> Result<()> + 'a;

/// Most intervals of a batch decoded from a wide, daily or dates layout.
pub(super) const INTERVALS_A_BATCH: usize = 65_536;

/// Everything a decoder needs to know about its file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recipe<'a> {
    pub source: u32,
    pub mapping: &'a Mapping,
    pub table: &'a OffsetTable,
}

/// Returns the columns of the file to read, in file order.
pub(super) fn columns_of(mapping: &Mapping) -> Vec<usize> {
    let mut columns: Vec<usize> = mapping.layout.values().iter().map(|column| column.index).collect();
    if let MeterFrom::Column(column) = &mapping.meter {
        columns.push(column.index);
    }
    if let TimeFrom::Column(column, _) = &mapping.time {
        columns.push(column.index);
    }
    let others = [mapping.quality.as_ref(), mapping.multiplier_column.as_ref()];
    columns.extend(mapping.added.iter().map(|(column, _)| column.index));
    columns.extend(mapping.only_rows.iter().map(|(column, _)| column.index));
    columns.extend(mapping.day_part.iter().map(|(column, _)| column.index));
    columns.extend(mapping.end_time.iter().map(|(column, _)| column.index));
    columns.extend(mapping.minutes.iter().map(|column| column.index));
    columns.extend(others.into_iter().flatten().map(|column| column.index));
    columns.sort_unstable();
    columns.dedup();
    columns
}

/// Decodes one unit of a source.
pub(super) struct Decoder<'a, 's> {
    pub recipe: Recipe<'a>,
    pub columns: Vec<usize>,
    pub meters: &'s mut MeterReader<'a>,
    pub clock: LocalClock,
    pub report: UnitReport,
    pub marks: Marks,
    pub sink: &'s mut Sink<'s>,
    first_row: u64,
    /// Time since midnight of each row, where rows count it; empty otherwise. [s]
    elapsed_s: Vec<i64>,
}

impl<'a, 's> Decoder<'a, 's> {
    /// Starts a unit whose first row has the number `first_row`, counted from 1.
    pub fn new(
        recipe: Recipe<'a>,
        meters: &'s mut MeterReader<'a>,
        first_row: u64,
        sink: &'s mut Sink<'s>,
    ) -> Self {
        Self {
            recipe,
            columns: columns_of(recipe.mapping),
            meters,
            clock: LocalClock::new(recipe.table.clone()),
            report: UnitReport::default(),
            marks: Marks::default(),
            sink,
            first_row,
            elapsed_s: Vec::new(),
        }
    }

    /// Decodes the next rows; `rows` has the columns of [`columns_of`], in that order.
    pub fn decode(&mut self, rows: &RecordBatch) -> Result<()> {
        self.marks.reset(rows.num_rows());
        self.mark_other_kinds(rows);
        self.report.rows += rows.num_rows() as u64;
        match &self.recipe.mapping.layout {
            Layout::Long { value } | Layout::Register { value } => self.decode_long(rows, value)?,
            Layout::Wide { values } => layouts::decode_wide(self, rows, values)?,
            Layout::Daily { values, step_s, count } => {
                layouts::decode_daily(self, rows, values, *step_s, *count)?;
            }
            Layout::Dates { values, times_s } => layouts::decode_dates(self, rows, values, times_s)?,
        }
        self.first_row += rows.num_rows() as u64;
        Ok(())
    }

    fn decode_long(&mut self, rows: &RecordBatch, value: &Column) -> Result<()> {
        let (mut meters, mut times_s, mut values) = (Vec::new(), Vec::new(), Vec::new());
        self.read_meters(rows, &mut meters);
        self.read_times(rows, &mut times_s);
        read_values(self.column(rows, value), self.recipe.mapping.numbers, &mut self.marks, &mut values);
        self.add_columns(rows, &mut values);
        let mut qualities = self.read_row_qualities(rows);
        self.scale(rows, &mut values);
        self.count_marked(rows, Some(value));
        self.marks.retain(&mut meters);
        self.marks.retain(&mut times_s);
        self.marks.retain(&mut self.elapsed_s);
        self.marks.retain(&mut values);
        if let Some(qualities) = &mut qualities {
            self.marks.retain(qualities);
        }
        self.place(&meters, &mut times_s);
        self.send(Intervals { meters, times_s, values, qualities })
    }

    /// Adds the other value columns; a row lacks a value where one of them does.
    fn add_columns(&mut self, rows: &RecordBatch, values: &mut [f64]) {
        let mapping = self.recipe.mapping;
        let mut others = Vec::new();
        for (column, sign) in &mapping.added {
            read_values(self.column(rows, column), mapping.numbers, &mut self.marks, &mut others);
            values.iter_mut().zip(&others).for_each(|(value, other)| *value += sign * other);
        }
    }

    pub fn column<'r>(&self, rows: &'r RecordBatch, column: &Column) -> &'r dyn Array {
        let place = self.columns.binary_search(&column.index).expect("a mapped column is among those read");
        rows.column(place).as_ref()
    }

    /// Returns the number of a batch's row, counted from 1.
    pub const fn row_number(&self, row: usize) -> u64 {
        self.first_row + row as u64
    }

    /// Reads one meter per row; reads nothing if the value columns name the meters.
    pub fn read_meters(&mut self, rows: &RecordBatch, out: &mut Vec<u32>) {
        match &self.recipe.mapping.meter {
            MeterFrom::Column(column) => {
                let array = self.column(rows, column);
                self.meters.read(array, &mut self.marks, out);
            }
            MeterFrom::Name(name) => out.resize(rows.num_rows(), self.meters.number(name)),
            MeterFrom::ValueColumns => {}
        }
    }

    /// Reads one time per row, as written; reads nothing if the value columns name the times. [s]
    pub fn read_times(&mut self, rows: &RecordBatch, out: &mut Vec<i64>) {
        match &self.recipe.mapping.time {
            TimeFrom::Column(column, form) => {
                read_times(self.column(rows, column), *form, &mut self.marks, out);
                if let Some((column, part)) = &self.recipe.mapping.day_part {
                    let mut elapsed_s = std::mem::take(&mut self.elapsed_s);
                    add_day_part(self.column(rows, column), *part, &mut self.marks, out, &mut elapsed_s);
                    self.elapsed_s = elapsed_s;
                }
                if let Some(column) = &self.recipe.mapping.minutes {
                    add_minutes(self.column(rows, column), &mut self.marks, out);
                }
            }
            TimeFrom::Folder(time_s) => out.resize(rows.num_rows(), *time_s),
            TimeFrom::ValueColumns => {}
        }
    }

    pub fn read_row_qualities(&mut self, rows: &RecordBatch) -> Option<Vec<Quality>> {
        let column = self.recipe.mapping.quality.as_ref()?;
        let one = self.recipe.mapping.quality_one;
        read_qualities(self.column(rows, column), one, &mut self.marks, &mut self.report.unknown_codes)
    }

    /// Marks the rows of kinds that are not read.
    pub fn mark_other_kinds(&mut self, rows: &RecordBatch) {
        for (column, kinds) in &self.recipe.mapping.only_rows {
            let texts = whole_texts(self.column(rows, column));
            for (row, text) in texts.iter().enumerate() {
                let text = text.unwrap_or_default();
                if !kinds.iter().any(|kind| same_text(text, kind)) {
                    self.marks.set(row, Cause::OtherKind);
                }
            }
        }
    }

    /// Applies unit, multiplier and multiplier column; marks results that cannot be a quantity.
    pub fn scale(&mut self, rows: &RecordBatch, values: &mut [f64]) {
        if !matches!(self.recipe.mapping.layout, Layout::Register { .. }) {
            mark_codes(values, &mut self.marks);
        }
        let factor = self.recipe.mapping.unit.factor() * self.recipe.mapping.multiplier;
        if factor != 1.0 {
            values.iter_mut().for_each(|value| *value *= factor);
        }
        if let Some(column) = &self.recipe.mapping.multiplier_column {
            let mut multipliers = Vec::new();
            read_factors(
                self.column(rows, column),
                self.recipe.mapping.numbers,
                &mut self.marks,
                &mut multipliers,
            );
            values.iter_mut().zip(&multipliers).for_each(|(value, multiplier)| *value *= multiplier);
        }
        mark_too_large(values, self.recipe.mapping.quantity(), &mut self.marks);
    }

    /// Counts the marked rows into the report.
    pub fn count_marked(&mut self, rows: &RecordBatch, value: Option<&Column>) {
        if !self.marks.is_any() {
            return;
        }
        let time = match &self.recipe.mapping.time {
            TimeFrom::Column(column, _) => Some(column),
            _ => None,
        };
        let mut report = std::mem::take(&mut self.report);
        let column_of = |cause| match cause {
            Cause::BadTime | Cause::TimeOutOfRange | Cause::OtherZone => time,
            Cause::BadValue | Cause::TooLarge | Cause::Code => value,
            _ => None,
        };
        let column_of =
            |cause| column_of(cause).map(|column: &Column| (column.name.as_str(), self.column(rows, column)));
        self.marks.count(&mut report, self.first_row, column_of);
        self.report = report;
    }

    /// Turns times as written into instants at the start of their interval or within it. [s]
    pub fn place(&mut self, meters: &[u32], times_s: &mut [i64]) {
        let is_instant = matches!(&self.recipe.mapping.time, TimeFrom::Column(_, form) if form.is_instant());
        if !is_instant {
            let nonexistent = self.clock.to_instants(meters, times_s);
            self.count_nonexistent(nonexistent);
        }
        times_s.iter_mut().zip(&self.elapsed_s).for_each(|(midnight, elapsed)| *midnight += elapsed);
        if self.recipe.mapping.stamp == Stamp::End {
            times_s.iter_mut().for_each(|time| *time -= 1);
        }
    }

    pub fn count_nonexistent(&mut self, nonexistent: Nonexistent) {
        let tally = &mut self.report.nonexistent;
        tally.n += nonexistent.n;
        if tally.example.is_empty()
            && let Some(time) = nonexistent.first_s.and_then(|s| jiff::Timestamp::from_second(s).ok())
        {
            tally.example = time.strftime("%Y-%m-%d %H:%M").to_string();
        }
    }

    pub fn send(&mut self, intervals: Intervals) -> Result<()> {
        if intervals.meters.is_empty() {
            return Ok(());
        }
        self.report.intervals += intervals.meters.len() as u64;
        let qualities = intervals.qualities.filter(|all| all.contains(&Quality::Estimated));
        let n_estimated =
            qualities.iter().flatten().filter(|quality| **quality == Quality::Estimated).count();
        self.report.estimated += n_estimated as u64;
        (self.sink)(IntervalBatch {
            source: self.recipe.source,
            quantity: self.recipe.mapping.quantity(),
            meters: intervals.meters,
            starts_s: intervals.times_s,
            values: intervals.values,
            qualities,
        })
    }
}

/// Intervals collected for the next batch.
#[derive(Debug, Default)]
pub(super) struct Intervals {
    pub meters: Vec<u32>,
    pub times_s: Vec<i64>,
    pub values: Vec<f64>,
    pub qualities: Option<Vec<Quality>>,
}

impl Intervals {
    pub fn push(&mut self, meter: u32, time_s: i64, value: f64, quality: Option<Quality>) {
        self.meters.push(meter);
        self.times_s.push(time_s);
        self.values.push(value);
        if let Some(quality) = quality {
            self.qualities.get_or_insert_default().push(quality);
        }
    }

    pub const fn len(&self) -> usize {
        self.meters.len()
    }
}
