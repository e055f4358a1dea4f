//! Writes digests into parts of a store as they are produced, each part in order of meter and day.
//!
//! Rows that arrive in order are appended to one part in small steps, however many there are. Other rows are
//! collected, sorted and written to a new part.

use std::collections::HashMap;
use std::path::Path;

use super::DAY_MINUTES;
use super::columns::{DayColumns, ROW_BYTES};
use super::store::PartWriter;
use super::store::manifest::PartRecord;
use hashwatt_core::error::Result;
use hashwatt_core::ids::{MeterId, MeterNumbers};

/// Rows in order are written in steps of this size, about 3 MB: a row group.
const ROWS_A_STEP: usize = 16 * 1024;

/// Most unordered rows to collect, about 55 MB, so that there are fewer parts to merge.
const MAX_ROWS: u64 = 256 * 1024;

/// Inverse share of the budget for unordered rows in one thread, and again while they are sorted.
const ROWS_SHARE: u64 = 16;

/// Result of writing.
#[derive(Debug, Default)]
pub struct Written {
    /// Parts, in the order they were started.
    pub parts: Vec<PartRecord>,
    /// Number of meter-days.
    pub n_days: u64,
    /// First and last civil day. [days since 1970-01-01]
    pub days: Option<(i32, i32)>,
    /// By meter number: whether the meter has a day.
    pub has_days: Vec<bool>,
    /// By meter number: whether the meter has reads of a day or longer.
    pub is_coarse: Vec<bool>,
}

/// The parts of one task.
pub struct PartsWriter<'a> {
    /// Rows that wait to be written.
    pub rows: DayColumns,
    folder: &'a Path,
    prefix: String,
    meters: &'a MeterNumbers,
    current: Option<(PartWriter, (MeterId, i32))>,
    /// Rows that were checked but not written.
    looked_at: usize,
    most_rows: usize,
    written: Written,
}

impl<'a> PartsWriter<'a> {
    /// Starts parts named `prefix` and a number, in `folder`, within a budget.
    #[must_use]
    pub fn new(folder: &'a Path, prefix: String, meters: &'a MeterNumbers, budget_bytes: u64) -> Self {
        let most_rows = budget_bytes / ROWS_SHARE / ROW_BYTES as u64;
        Self {
            rows: DayColumns::default(),
            folder,
            prefix,
            meters,
            current: None,
            looked_at: 0,
            most_rows: most_rows.clamp(ROWS_A_STEP as u64, MAX_ROWS) as usize,
            written: Written::default(),
        }
    }

    /// Writes the waiting rows if they are enough for a step; with `is_last`, writes any that wait.
    ///
    /// # Errors
    /// When a part cannot be written.
    pub fn write_full(&mut self, is_last: bool) -> Result<()> {
        let n = self.rows.len();
        let is_step = n >= self.looked_at + ROWS_A_STEP;
        if n == 0 || !(is_last || is_step) {
            return Ok(());
        }
        self.looked_at = n;
        let places = self.places();
        if !is_in_order(&self.rows, &places) {
            if !is_last && n < self.most_rows {
                // The rows are out of order, and more rows would not change that.
                self.looked_at = self.most_rows - ROWS_A_STEP;
                return Ok(());
            }
            self.rows = self.rows.in_order(&order(&self.rows, &places));
        }
        self.append()
    }

    /// Returns the rank by id of each meter number among the waiting meters.
    fn places(&self) -> HashMap<u32, u32> {
        let mut numbers: Vec<u32> = self.rows.meters.clone();
        numbers.dedup();
        numbers.sort_unstable();
        numbers.dedup();
        let mut named: Vec<(MeterId, u32)> =
            numbers.into_iter().map(|number| (self.meters.id(number), number)).collect();
        named.sort_unstable();
        named.into_iter().enumerate().map(|(place, (_, number))| (number, place as u32)).collect()
    }

    /// Appends the rows, which are in order, to the current part. Starts a new part if they precede its end.
    fn append(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.rows);
        self.looked_at = 0;
        let last = rows.len() - 1;
        let key = |row: usize| (self.meters.id(rows.meters[row]), rows.days[row]);
        let (first_key, last_key) = (key(0), key(last));
        let mut writer = match self.current.take() {
            Some((writer, end)) if end <= first_key => writer,
            other => {
                if let Some((writer, _)) = other {
                    self.written.parts.push(writer.finish()?);
                }
                let name = format!("{}-{:03}.parquet", self.prefix, self.written.parts.len());
                PartWriter::create(self.folder.join(&name))?
            }
        };
        self.written.note(&rows);
        writer.write(rows, |number| self.meters.id(number))?;
        self.current = Some((writer, last_key));
        Ok(())
    }

    /// Writes the remaining rows.
    ///
    /// # Errors
    /// When a part cannot be written.
    pub fn finish(mut self) -> Result<Written> {
        self.write_full(true)?;
        if let Some((writer, _)) = self.current.take() {
            self.written.parts.push(writer.finish()?);
        }
        Ok(self.written)
    }
}

impl Written {
    /// Returns the number of meters with at least one day.
    #[must_use]
    pub fn n_meters(&self) -> u64 {
        self.has_days.iter().filter(|has| **has).count() as u64
    }

    fn note(&mut self, rows: &DayColumns) {
        self.n_days += rows.len() as u64;
        for (&meter, &minutes) in rows.meters.iter().zip(&rows.interval_minutes) {
            let index = meter as usize;
            if index >= self.has_days.len() {
                self.has_days.resize(index + 1, false);
                self.is_coarse.resize(index + 1, false);
            }
            self.has_days[index] = true;
            self.is_coarse[index] |= minutes >= DAY_MINUTES;
        }
        let extremes = rows.days.iter().min().copied().zip(rows.days.iter().max().copied());
        self.days = join_days(self.days, extremes);
    }

    /// Adds the result of another task.
    pub fn add(&mut self, other: Self) {
        self.parts.extend(other.parts);
        self.n_days += other.n_days;
        self.days = join_days(self.days, other.days);
        or_all(&mut self.has_days, &other.has_days);
        or_all(&mut self.is_coarse, &other.is_coarse);
    }
}

/// Returns the first and last day of two periods.
pub fn join_days(a: Option<(i32, i32)>, b: Option<(i32, i32)>) -> Option<(i32, i32)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (one, other) => one.or(other),
    }
}

/// Marks everything that `other` marks.
pub fn or_all(own: &mut Vec<bool>, other: &[bool]) {
    if own.len() < other.len() {
        own.resize(other.len(), false);
    }
    own.iter_mut().zip(other).for_each(|(own, other)| *own |= other);
}

fn is_in_order(rows: &DayColumns, places: &HashMap<u32, u32>) -> bool {
    let mut place = None;
    (0..rows.len()).all(|row| {
        let is_same = row > 0 && rows.meters[row] == rows.meters[row - 1];
        if is_same {
            return rows.days[row] >= rows.days[row - 1];
        }
        let before = place.replace(places[&rows.meters[row]]);
        before.is_none_or(|before| Some(before) < place)
    })
}

/// Returns the order of the rows by meter and day; rows of one meter and day keep their order.
fn order(rows: &DayColumns, places: &HashMap<u32, u32>) -> Vec<u32> {
    // A meter's days are mostly in order already. Then a stable distribution by meter is enough.
    let own: Vec<u32> = rows.meters.iter().map(|meter| places[meter]).collect();
    let mut starts = vec![0u32; places.len() + 1];
    own.iter().for_each(|&place| starts[place as usize + 1] += 1);
    (1..starts.len()).for_each(|place| starts[place] += starts[place - 1]);
    let mut next = starts.clone();
    let mut order = vec![0u32; rows.len()];
    for (row, &place) in own.iter().enumerate() {
        order[next[place as usize] as usize] = row as u32;
        next[place as usize] += 1;
    }
    for pair in starts.windows(2) {
        let of_meter = &mut order[pair[0] as usize..pair[1] as usize];
        if !of_meter.is_sorted_by_key(|&row| rows.days[row as usize]) {
            of_meter.sort_by_key(|&row| rows.days[row as usize]);
        }
    }
    order
}
