//! Reads one task, a range of a source's units, and digests every day that arrives whole.
//!
//! Rows may come meter by meter, instant by instant or in no order. A meter's open day grows as long as each
//! row follows the previous one. A whole day is digested. If the sequence breaks, its rows wait for the rest
//! of the day in [`Waiting`](super::waiting::Waiting).

use std::path::Path;

use super::assemble::{intervals_per_hour, is_possible_kw, is_whole_day};
use super::lanes::DayLanes;
use super::parts::PartsWriter;
use super::waiting::{Chunk, Waiting};
use crate::acquisition::{IntervalBatch, Quality, Quantity};
use hashwatt_core::calendar::{Calendar, CivilDay};
use hashwatt_core::error::Result;
use hashwatt_core::ids::MeterNumbers;
use hashwatt_core::settings::Windows;

/// Kinds of waiting rows: three quantities, measured or estimated.
const KINDS: usize = 6;

/// The meter's partition has not been looked up yet.
const UNKNOWN: u32 = u32::MAX;

/// Most open days, each about 300 B. With more meters than this, the rows of the others wait one by one.
const MAX_OPEN: usize = 1 << 18;

/// Rows repeated more often than this are dropped: a day counts its repeats in 16 bits.
const MAX_REPEATS: u32 = u16::MAX as u32 + 1;

/// State that the threads of a pass share.
pub struct Pass<'a> {
    /// The calendar of the usage points.
    pub calendar: &'a Calendar,
    /// Parts of the day.
    pub windows: Windows,
    /// Meters by number.
    pub meters: &'a MeterNumbers,
    /// Rows that wait for the rest of their day.
    pub waiting: &'a Waiting,
    /// Rows of one kind that a thread collects before it hands them over.
    pub rows_held: usize,
    /// Memory budget. [B]
    pub budget_bytes: u64,
    /// Folder for parts.
    pub folder: &'a Path,
    /// Prefix of their names.
    pub prefix: &'a str,
}

/// One meter's day so far.
#[derive(Debug, Default)]
struct OpenDay {
    /// Start of the next expected row; 0 while the interval is unknown. [s]
    next_s: i64,
    first_s: i64,
    interval_s: i64,
    n_full: usize,
    day: i32,
    /// The last day that was counted.
    counted_day: i32,
    is_demand: bool,
    /// Energies or demands, as in the rows.
    values: Vec<f32>,
}

/// State of one thread while it reads a task.
pub struct TaskReader<'a> {
    pass: &'a Pass<'a>,
    order: u32,
    /// Days to read, first to last; `None`: all. [days since 1970-01-01]
    only: Option<&'a [(i32, i32)]>,
    lanes: DayLanes,
    parts: PartsWriter<'a>,
    open: Vec<OpenDay>,
    n_open: usize,
    waiting: Vec<Option<Chunk>>,
    partition_of: Vec<u32>,
    civil: Option<CivilDay>,
    /// First and last instant seen. [s]
    span_s: Option<(i64, i64)>,
    meters_seen: Vec<bool>,
    n_meter_days: u64,
    /// The last waiting row, and how often it was repeated.
    last_waiting: Option<(u32, Quality, i64, u64)>,
    n_repeats: u32,
}

impl<'a> TaskReader<'a> {
    /// Starts a reader for the task at this position in the run's input.
    pub fn new(
        pass: &'a Pass<'a>,
        order: u32,
        only: Option<&'a [(i32, i32)]>,
        parts: PartsWriter<'a>,
    ) -> Self {
        Self {
            pass,
            order,
            only,
            lanes: DayLanes::new(pass.windows.night),
            parts,
            open: Vec::new(),
            n_open: 0,
            waiting: (0..pass.waiting.n_partitions() * KINDS).map(|_| None).collect(),
            partition_of: Vec::new(),
            civil: None,
            span_s: None,
            meters_seen: Vec::new(),
            n_meter_days: 0,
            last_waiting: None,
            n_repeats: 0,
        }
    }

    /// Reads the next rows.
    ///
    /// # Errors
    /// When finished days or waiting rows cannot be written.
    pub fn read(&mut self, batch: &IntervalBatch) -> Result<()> {
        self.look_at(batch);
        let mut from = 0;
        while from < batch.meters.len() {
            let meter = batch.meters[from];
            let to = from + run_length(&batch.meters[from..]);
            self.read_run(batch, meter, from, to)?;
            from = to;
        }
        self.parts.write_full(false)
    }

    /// Records which instants and meters occur.
    fn look_at(&mut self, batch: &IntervalBatch) {
        let extremes = batch
            .starts_s
            .iter()
            .fold((i64::MAX, i64::MIN), |(first, last), &start_s| (first.min(start_s), last.max(start_s)));
        if extremes.0 <= extremes.1 {
            let (first, last) = self.span_s.unwrap_or(extremes);
            self.span_s = Some((first.min(extremes.0), last.max(extremes.1)));
        }
    }

    /// Reads consecutive rows of one meter.
    fn read_run(&mut self, batch: &IntervalBatch, meter: u32, from: usize, to: usize) -> Result<()> {
        self.note_meter(meter);
        let mut at = from;
        while at < to {
            let start_s = batch.starts_s[at];
            if !self.takes(start_s) {
                at += 1;
                continue;
            }
            let is_open = !self.open[meter as usize].values.is_empty();
            match self.whole_day(batch, at, to).filter(|_| !is_open) {
                Some((civil, end)) => {
                    self.digest_whole_day(batch, meter, &civil, at..end);
                    at = end;
                }
                None => {
                    self.take_row(batch, meter, at)?;
                    at += 1;
                }
            }
        }
        Ok(())
    }

    fn takes(&mut self, start_s: i64) -> bool {
        let Some(only) = self.only else { return true };
        let day = self.civil_day(start_s).map(|civil| civil.day);
        day.is_some_and(|day| only.iter().any(|&(first, last)| (first..=last).contains(&day)))
    }

    fn note_meter(&mut self, meter: u32) {
        let index = meter as usize;
        if index >= self.open.len() {
            self.open.resize_with(index + 1, OpenDay::default);
            self.partition_of.resize(index + 1, UNKNOWN);
            self.meters_seen.resize(index + 1, false);
        }
        self.meters_seen[index] = true;
    }

    /// Returns the day that starts at row `from` and its end, if its rows are measured, regular and complete.
    fn whole_day(&mut self, batch: &IntervalBatch, from: usize, to: usize) -> Option<(CivilDay, usize)> {
        if batch.quantity == Quantity::RegisterRead || from + 1 >= to {
            return None;
        }
        let starts_s = &batch.starts_s;
        let interval_s = starts_s[from + 1] - starts_s[from];
        let civil = self.civil_day(starts_s[from])?;
        if interval_s <= 0 || !is_whole_day(&civil, starts_s[from], interval_s) {
            return None;
        }
        let end = from + (civil.length_s / interval_s) as usize;
        let is_regular = end <= to && {
            let day = &starts_s[from..end];
            day.iter().zip(&day[1..]).fold(true, |is, (a, b)| is & (b - a == interval_s))
        };
        // A repeat of the last instant would belong to this day too.
        let is_alone = is_regular && (end == to || starts_s[end] >= civil.start_s + civil.length_s);
        let is_measured =
            |all: &Vec<Quality>| all[from..end].iter().all(|quality| *quality == Quality::Measured);
        // Estimated rows wait, because a whole day must be measured.
        let is_measured = is_alone && batch.qualities.as_ref().is_none_or(is_measured);
        // Impossible values wait; they are reported when their interval is known.
        let per_hour = per_hour(batch.quantity == Quantity::Demand, interval_s);
        (is_measured && are_possible(kw_of(&batch.values[from..end], per_hour))).then_some((civil, end))
    }

    fn digest_whole_day(
        &mut self,
        batch: &IntervalBatch,
        meter: u32,
        civil: &CivilDay,
        rows: std::ops::Range<usize>,
    ) {
        let interval_s = batch.starts_s[rows.start + 1] - batch.starts_s[rows.start];
        let per_hour = per_hour(batch.quantity == Quantity::Demand, interval_s);
        self.n_meter_days += 1;
        self.open[meter as usize].counted_day = civil.day;
        let kw = kw_of(&batch.values[rows], per_hour);
        self.lanes.push(meter, civil.day, interval_s, kw, &mut self.parts.rows);
    }

    /// Adds a row to its meter's open day if it follows; otherwise lets it wait.
    fn take_row(&mut self, batch: &IntervalBatch, meter: u32, row: usize) -> Result<()> {
        let (start_s, value) = (batch.starts_s[row], batch.values[row]);
        let is_measured = batch.qualities.as_ref().is_none_or(|all| all[row] == Quality::Measured);
        if self.open[meter as usize].next_s != start_s {
            self.count_day(meter, start_s);
        }
        if batch.quantity == Quantity::RegisterRead || !is_measured {
            let quality = if is_measured { Quality::Measured } else { Quality::Estimated };
            return self.wait(meter, batch.quantity, quality, start_s, value);
        }
        let is_demand = batch.quantity == Quantity::Demand;
        let open = &mut self.open[meter as usize];
        if open.next_s == start_s && open.is_demand == is_demand {
            open.values.push(value as f32);
            open.next_s += open.interval_s;
            if open.values.len() == open.n_full {
                self.digest_open_day(meter)?;
            }
            return Ok(());
        }
        if self.learn_interval(meter, start_s, value, is_demand) {
            return Ok(());
        }
        self.break_off(meter)?;
        self.begin(meter, start_s, value, is_demand)
    }

    fn count_day(&mut self, meter: u32, start_s: i64) {
        let Some(civil) = self.civil_day(start_s) else { return };
        let open = &mut self.open[meter as usize];
        if open.counted_day != civil.day {
            open.counted_day = civil.day;
            self.n_meter_days += 1;
        }
    }

    /// Learns the interval from the second row of a day.
    fn learn_interval(&mut self, meter: u32, start_s: i64, value: f64, is_demand: bool) -> bool {
        let (first_s, n) = {
            let open = &self.open[meter as usize];
            (open.first_s, open.values.len())
        };
        if n != 1 || start_s <= first_s || self.open[meter as usize].is_demand != is_demand {
            return false;
        }
        let interval_s = start_s - first_s;
        let Some(civil) = self.civil_day(first_s).filter(|civil| is_whole_day(civil, first_s, interval_s))
        else {
            return false;
        };
        let open = &mut self.open[meter as usize];
        open.values.push(value as f32);
        (open.next_s, open.interval_s) = (start_s + interval_s, interval_s);
        open.n_full = (civil.length_s / interval_s) as usize;
        true
    }

    /// Opens a day with its first row, or lets the row wait if a day cannot begin with it.
    fn begin(&mut self, meter: u32, start_s: i64, value: f64, is_demand: bool) -> Result<()> {
        let civil = self.civil_day(start_s).filter(CivilDay::is_plain);
        match civil.filter(|civil| start_s - civil.start_s < super::lanes::MAX_INTERVAL_S) {
            Some(civil) if self.n_open < MAX_OPEN => {
                self.n_open += 1;
                let open = &mut self.open[meter as usize];
                (open.first_s, open.next_s, open.interval_s) = (start_s, 0, 0);
                (open.day, open.n_full, open.is_demand) = (civil.day, 0, is_demand);
                open.values.push(value as f32);
                Ok(())
            }
            _ => {
                let quantity = if is_demand { Quantity::Demand } else { Quantity::Energy };
                self.wait(meter, quantity, Quality::Measured, start_s, value)
            }
        }
    }

    fn digest_open_day(&mut self, meter: u32) -> Result<()> {
        let open = &mut self.open[meter as usize];
        let per_hour = per_hour(open.is_demand, open.interval_s);
        let kw = || open.values.iter().map(|value| value * per_hour);
        if !are_possible(kw()) {
            return self.break_off(meter);
        }
        self.lanes.push(meter, open.day, open.interval_s, kw(), &mut self.parts.rows);
        open.values.clear();
        open.next_s = 0;
        self.n_open -= 1;
        Ok(())
    }

    /// Lets the rows of an open day wait, because the next row does not follow.
    fn break_off(&mut self, meter: u32) -> Result<()> {
        let open = &mut self.open[meter as usize];
        if open.values.is_empty() {
            return Ok(());
        }
        self.n_open -= 1;
        let (first_s, interval_s) = (open.first_s, open.interval_s);
        let quantity = if open.is_demand { Quantity::Demand } else { Quantity::Energy };
        open.next_s = 0;
        let mut values = std::mem::take(&mut open.values);
        for (row, value) in values.iter().enumerate() {
            let start_s = first_s + row as i64 * interval_s;
            self.wait(meter, quantity, Quality::Measured, start_s, f64::from(*value))?;
        }
        values.clear();
        self.open[meter as usize].values = values;
        Ok(())
    }

    fn wait(
        &mut self,
        meter: u32,
        quantity: Quantity,
        quality: Quality,
        start_s: i64,
        value: f64,
    ) -> Result<()> {
        if self.is_repeat(meter, quality, start_s, value) {
            return Ok(());
        }
        let partition = self.partition_of(meter);
        let kind = partition * KINDS + quantity as usize * 2 + quality as usize;
        let order = self.order;
        let chunk = self.waiting[kind].get_or_insert_with(|| Chunk::new(order, quantity, quality));
        chunk.push(meter, start_s, value);
        if chunk.len() >= self.pass.rows_held
            && let Some(full) = self.waiting[kind].take()
        {
            self.pass.waiting.add(partition, full)?;
        }
        Ok(())
    }

    /// Whether the row was repeated so often that a day's counters are full.
    fn is_repeat(&mut self, meter: u32, quality: Quality, start_s: i64, value: f64) -> bool {
        let row = (meter, quality, start_s, value.to_bits());
        if self.last_waiting != Some(row) {
            (self.last_waiting, self.n_repeats) = (Some(row), 0);
        }
        self.n_repeats = self.n_repeats.saturating_add(1);
        self.n_repeats > MAX_REPEATS
    }

    /// Hands over all waiting rows and writes the last days.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn finish(mut self) -> Result<TaskDone> {
        for meter in 0..self.open.len() as u32 {
            self.break_off(meter)?;
        }
        for kind in 0..self.waiting.len() {
            if let Some(chunk) = self.waiting[kind].take() {
                self.pass.waiting.add(kind / KINDS, chunk)?;
            }
        }
        self.lanes.flush(&mut self.parts.rows);
        Ok(TaskDone {
            written: self.parts.finish()?,
            span_s: self.span_s,
            meters_seen: self.meters_seen,
            n_meter_days: self.n_meter_days,
        })
    }

    fn civil_day(&mut self, instant_s: i64) -> Option<CivilDay> {
        let holds = |day: &CivilDay| instant_s >= day.start_s && instant_s < day.start_s + day.length_s;
        if !self.civil.as_ref().is_some_and(holds) {
            self.civil = self.pass.calendar.day_of(instant_s).copied();
        }
        self.civil
    }

    /// Returns a partition that depends on the meter's name, not on which thread saw the meter first.
    fn partition_of(&mut self, meter: u32) -> usize {
        let known = &mut self.partition_of[meter as usize];
        if *known == UNKNOWN {
            let hash = fnv1a(self.pass.meters.id(meter).as_str().as_bytes());
            *known = (hash % self.pass.waiting.n_partitions() as u64) as u32;
        }
        *known as usize
    }
}

/// Result of a task.
#[derive(Debug)]
pub struct TaskDone {
    /// Parts that were written, and their contents.
    pub written: super::parts::Written,
    /// First and last instant seen. [s]
    pub span_s: Option<(i64, i64)>,
    /// By meter number: whether the meter occurs.
    pub meters_seen: Vec<bool>,
    /// Days with intervals, summed over the meters; an overcount if rows are in no order.
    pub n_meter_days: u64,
}

/// Returns the factor from the values of rows to demand. [1/h, or 1]
fn per_hour(is_demand: bool, interval_s: i64) -> f32 {
    if is_demand { 1.0 } else { intervals_per_hour(interval_s) }
}

fn kw_of(values: &[f64], per_hour: f32) -> impl Iterator<Item = f32> {
    values.iter().map(move |value| *value as f32 * per_hour)
}

/// Whether all of a day's demands are possible. No early exit, so that several are compared at once.
fn are_possible(kw: impl Iterator<Item = f32>) -> bool {
    kw.fold(true, |all, kw| all & is_possible_kw(kw))
}

/// Counts the rows at the start that belong to the first row's meter.
fn run_length(meters: &[u32]) -> usize {
    let first = meters[0];
    meters.iter().take_while(|meter| **meter == first).count()
}

/// Returns the FNV-1a hash (RFC 9923): stable across versions and machines, unlike the standard hasher.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
