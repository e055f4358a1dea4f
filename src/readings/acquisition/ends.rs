//! Holds the ends of intervals that a column states against their starts.

use std::collections::HashMap;

use arrow::array::RecordBatch;

use super::decode::{Decoder, Recipe, columns_of};
use super::evidence::median_step_s;
use super::guess::Trouble;
use super::local_time::{LocalClock, OffsetTable};
use super::mapping::{Column, Layout, Mapping, TimeForm, TimeFrom};
use super::marks::cell_text;
use super::meter_ids::MeterReader;
use super::times::read_times;
use hashwatt_core::ids::MeterNumbers;
use hashwatt_core::settings::ReadingsTable;

/// Most by which an end may lie before the next start: the last second or minute of its interval. [s]
const MAX_SHORT_S: i64 = 60;

/// Fewest rows of a meter whose steps show its interval.
const MIN_ROWS: usize = 3;

const CURE: &str =
    "Correct the row, or leave end_time_column out: an interval then lasts until its meter's next row";

/// Returns the settings with `end_time_column` said by the keys it stands for: alone it is the time, and marks the
/// end; beside `time_column` that marks the start.
pub(super) fn with_named_ends(stated: &ReadingsTable) -> ReadingsTable {
    let mut named = stated.clone();
    if stated.end_time_column.is_some() && stated.stamp.is_none() {
        let is_beside = stated.time_column.is_some();
        named.stamp = Some(if is_beside { "start" } else { "end" }.to_owned());
        if !is_beside {
            named.time_column = named.end_time_column.take();
        }
    }
    named
}

/// Refuses settings whose `stamp` or layout contradicts `end_time_column`.
pub(super) fn check_ends(stated: &ReadingsTable, layout: &Layout) -> Result<(), Trouble> {
    let Some(name) = &stated.end_time_column else { return Ok(()) };
    match layout {
        Layout::Long { .. } => Ok(()),
        other => Err(Trouble::new(
            format!(
                "end_time_column = \"{name}\" beside time_column in a file of the shape {}",
                other.shape()
            ),
            "Leave the key out: only rows of one interval have a start and an end",
        )),
    }
}

/// Refuses a `stamp` that contradicts `end_time_column`.
pub(super) fn check_stamp(stated: &ReadingsTable) -> Result<(), Trouble> {
    let Some(name) = &stated.end_time_column else { return Ok(()) };
    match (&stated.time_column, stated.stamp.as_deref()) {
        (Some(start), Some("end")) => Err(Trouble::new(
            format!(
                "stamp = \"end\", and time_column `{start}` is the start beside end_time_column `{name}`"
            ),
            "Leave stamp out",
        )),
        (None, Some(stamp)) => Err(Trouble::new(
            format!("end_time_column = \"{name}\" and stamp = \"{stamp}\""),
            "Leave stamp out, or name the column in time_column",
        )),
        _ => Ok(()),
    }
}

/// Refuses a file in which a row's end is not one interval of its meter after its start. The interval is what the
/// first rows of the meter show, and for meters that come later the length of their first row.
pub(super) fn refuse_other_ends(
    mapping: &Mapping,
    table: &OffsetTable,
    sample: &RecordBatch,
    is_whole: bool,
    rest: impl FnOnce(&[usize], &mut dyn FnMut(&RecordBatch) -> bool),
) -> Result<(), Trouble> {
    let (Some((end, form)), TimeFrom::Column(start, _)) = (&mapping.end_time, &mapping.time) else {
        return Ok(());
    };
    let ends = Ends { mapping, table, start, end, form: in_order_of(mapping, *form) };
    let columns = columns_of(mapping);
    let Ok(sample) = sample.project(&columns) else { return Ok(()) };
    let (numbers, mut intervals_s) = (MeterNumbers::default(), HashMap::new());
    let first = Reader::new(&ends, &numbers).read(&sample);
    learn(&first, &mut intervals_s);
    if let Some(trouble) = ends.first_other(&first, &sample, &mut intervals_s, &numbers) {
        return Err(trouble);
    }
    let mut found = None;
    if !is_whole {
        let mut reader = Reader::new(&ends, &numbers);
        rest(&columns, &mut |batch| {
            let rows = reader.read(batch);
            found = ends.first_other(&rows, batch, &mut intervals_s, &numbers);
            found.is_some()
        });
    }
    found.map_or(Ok(()), Err)
}

/// Returns the format with the order of day and month that was decided for the starts.
const fn in_order_of(mapping: &Mapping, form: TimeForm) -> TimeForm {
    let order = match mapping.time {
        TimeFrom::Column(_, TimeForm::TextNaive(order) | TimeForm::TextInstant(order)) => order,
        _ => return form,
    };
    match form {
        TimeForm::TextNaive(_) => TimeForm::TextNaive(order),
        TimeForm::TextInstant(_) => TimeForm::TextInstant(order),
        other => other,
    }
}

/// The columns that are held against each other.
struct Ends<'a> {
    mapping: &'a Mapping,
    table: &'a OffsetTable,
    start: &'a Column,
    end: &'a Column,
    form: TimeForm,
}

/// A row with both times.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// Position in its batch, from 0.
    at: usize,
    /// Number in the file, from 1.
    number: u64,
    meter: u32,
    start_s: i64,
    /// Time from start to end. [s]
    length_s: i64,
    /// The same by the times as written: a clock that never changes is found by other checks. [s]
    written_s: i64,
}

impl Row {
    /// Whether start and end enclose an interval of this length. [s]
    fn lasts(&self, interval_s: i64) -> bool {
        let is_interval =
            |length_s: i64| length_s > 0 && (interval_s - MAX_SHORT_S..=interval_s).contains(&length_s);
        is_interval(self.length_s) || is_interval(self.written_s)
    }
}

impl Ends<'_> {
    /// Returns the first row whose length is not its meter's interval; a meter without one gets the row's length.
    fn first_other(
        &self,
        rows: &[Row],
        batch: &RecordBatch,
        intervals_s: &mut HashMap<u32, i64>,
        numbers: &MeterNumbers,
    ) -> Option<Trouble> {
        let is_other = |row: &&Row| !row.lasts(*intervals_s.entry(row.meter).or_insert(row.length_s));
        let row = rows.iter().find(is_other)?;
        let columns = columns_of(self.mapping);
        let cell = |column: &Column| {
            let place = columns.binary_search(&column.index).expect("a mapped column is among those read");
            format!("`{}` (`{}`)", cell_text(batch.column(place), row.at), column.name)
        };
        let interval_s = intervals_s[&row.meter];
        let usual = match interval_s {
            interval_s if interval_s > 0 && interval_s != row.length_s => {
                format!("; intervals of this meter last {} min", minutes(interval_s))
            }
            _ => String::new(),
        };
        let seen = format!(
            "row {} of meter {} begins at {} and ends at {}, {} min later{usual}",
            row.number,
            numbers.id(row.meter),
            cell(self.start),
            cell(self.end),
            minutes(row.length_s)
        );
        Some(Trouble::new(seen, CURE))
    }
}

fn minutes(seconds: i64) -> f64 {
    (seconds as f64 / 6.0).round() / 10.0
}

/// Notes the interval of each meter that has rows enough: the usual step from start to start.
fn learn(rows: &[Row], intervals_s: &mut HashMap<u32, i64>) {
    let mut starts: HashMap<u32, Vec<(i64, f64)>> = HashMap::new();
    rows.iter().for_each(|row| starts.entry(row.meter).or_default().push((row.start_s, 0.0)));
    for (meter, mut starts) in starts.into_iter().filter(|(_, starts)| starts.len() >= MIN_ROWS) {
        starts.sort_by_key(|(start_s, _)| *start_s);
        let step_s = median_step_s(&starts);
        if step_s > 0 {
            intervals_s.insert(meter, step_s);
        }
    }
}

/// Reads both times of rows, batch by batch in file order.
struct Reader<'a> {
    ends: &'a Ends<'a>,
    meters: MeterReader<'a>,
    start_clock: LocalClock,
    end_clock: LocalClock,
    n_before: u64,
}

impl<'a> Reader<'a> {
    fn new(ends: &'a Ends<'a>, numbers: &'a MeterNumbers) -> Self {
        let clock = || LocalClock::new(ends.table.clone());
        let meters = MeterReader::new(numbers);
        Self { ends, meters, start_clock: clock(), end_clock: clock(), n_before: 0 }
    }

    /// Returns the rows of a batch that have meter, start and end.
    fn read(&mut self, batch: &RecordBatch) -> Vec<Row> {
        let recipe = Recipe { source: 0, mapping: self.ends.mapping, table: self.ends.table };
        let (mut meters, mut starts_s, mut ends_s) = (Vec::new(), Vec::new(), Vec::new());
        let none = &mut |_| Ok(());
        let mut decoder = Decoder::new(recipe, &mut self.meters, 1, none);
        std::mem::swap(&mut decoder.clock, &mut self.start_clock);
        decoder.marks.reset(batch.num_rows());
        decoder.mark_other_kinds(batch);
        decoder.read_meters(batch, &mut meters);
        decoder.read_times(batch, &mut starts_s);
        let column = decoder.column(batch, self.ends.end);
        read_times(column, self.ends.form, &mut decoder.marks, &mut ends_s);
        let written: Vec<i64> = ends_s.iter().zip(&starts_s).map(|(end, start)| end - start).collect();
        decoder.place(&meters, &mut starts_s);
        std::mem::swap(&mut decoder.clock, &mut self.start_clock);
        if !self.ends.form.is_instant() {
            self.end_clock.to_instants(&meters, &mut ends_s);
        }
        let n_before = self.n_before;
        self.n_before += batch.num_rows() as u64;
        let rows = (0..batch.num_rows()).filter(|at| decoder.marks.get(*at).is_none());
        rows.map(|at| Row {
            at,
            number: n_before + at as u64 + 1,
            meter: meters[at],
            start_s: starts_s[at],
            length_s: ends_s[at] - starts_s[at],
            written_s: written[at],
        })
        .collect()
    }
}
