//! Reads all interval data in one pass on this machine's cores, within a memory budget.
//!
//! The input is divided into tasks in a way that does not depend on the machine, so the store does not depend
//! on it either. Whole days are digested as they are decoded. All other rows wait until their day is
//! complete, by partition of the meters and on disk if necessary. Exports sorted by meter therefore need
//! little memory at any size; exports in any other order need at most the budget.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::assemble::{Assembled, LooseInterval, Oddities, assemble};
use super::kernel::Scratch;
use super::lanes::DayLanes;
use super::parts::{PartsWriter, Written, join_days, or_all};
use super::store::DigestStore;
use super::store::manifest::{Generation, Manifest, Terms};
use super::task::{Pass, TaskDone, TaskReader};
use super::waiting::{BYTES_PER_ROW, Chunk, Waiting};
use crate::acquisition::{MeterReader, Quality, Quantity, Source, UnitReport};
use hashwatt_core::calendar::{Calendar, date_of};
use hashwatt_core::error::{Error, Result};
use hashwatt_core::finding::{Code, Finding, N_MORE, Severity};
use hashwatt_core::ids::{MeterId, MeterNumbers};
use hashwatt_core::message;
use hashwatt_core::progress::Watch;
use hashwatt_core::settings::Settings;

/// Most memory of a waiting interval while its partition is assembled: the row, its sorted copy, its day. [B]
const WORKING_BYTES_PER_ROW: u64 = 5 * BYTES_PER_ROW;

/// Share of the budget for waiting rows; the rest is for decoding and assembling.
const WAITING_SHARE: (u64, u64) = (5, 8);

/// Inverse share of the budget for one partition while it is assembled, so that several threads can work at
/// once.
const PARTITION_SHARE: u64 = 24;

/// Smallest size of a row of an export, used if the file does not state its number of rows. [B]
const BYTES_PER_ROW_GUESS: u64 = 8;

/// Inverse share of the budget for the waiting rows of one thread before it hands them over.
const HELD_SHARE: u64 = 32;

/// Bounds of the rows handed over at a time. Fewer cost more than they save; more do not justify the memory.
const ROWS_HELD: std::ops::RangeInclusive<u64> = 64..=16 * 1024;

/// With more partitions, the open files cost more than the memory saved.
const MAX_PARTITIONS: u64 = 256;

/// A task has a sixteenth of the rows of a run. With so few tasks, days rarely span two tasks, but every core
/// still has work.
const TASKS: u64 = 16;

/// Waiting rows are assembled in groups of partitions with about this many rows; each group is a part.
const ROWS_A_GROUP: u64 = 4 << 20;

/// Most groups of partitions.
const MAX_GROUPS: u64 = 32;

/// Folder in the store for waiting rows that do not fit into memory.
const SPILL: &str = ".spill";

/// Most files or findings that an error names.
const MAX_SAID: usize = 5;

/// Most meters with impossible intervals that are reported one by one. With more, the unit is probably wrong.
const MAX_IMPOSSIBLE_SAID: usize = 1000;

/// Result of the pass.
#[derive(Debug)]
pub struct Digested {
    /// The store it wrote.
    pub store: DigestStore,
    /// Meters with at least one newly digested day.
    pub n_meters: u64,
    /// First and last newly digested civil day. [days since 1970-01-01]
    pub days: Option<(i32, i32)>,
    /// Rows of all sources.
    pub n_rows: u64,
    /// Rows read from each source, in the order of the sources.
    pub rows_by_source: Vec<u64>,
    /// Problems with rows of sources and with single meters.
    pub findings: Vec<Finding>,
}

/// Digests every source into a new store in `folder`, which must not exist yet.
///
/// # Errors
/// When the store cannot be written. A unit that cannot be read becomes a finding.
pub fn digest(sources: &[Source], settings: &Settings, folder: &Path, watch: &dyn Watch) -> Result<Digested> {
    let every: Vec<&Source> = sources.iter().collect();
    let pass = run_pass(&every, &vec![None; sources.len()], settings, folder, "part", watch)?;
    if pass.written.n_days == 0 {
        return Err(nothing_measured(sources, &pass.findings(sources)));
    }
    let mut manifest = Manifest::empty(Terms::of(settings));
    manifest.generations.push(Generation { parts: pass.written.parts.clone(), owns: Vec::new() });
    manifest.commit(folder)?;
    let findings = pass.findings(sources);
    let rows_by_source: Vec<u64> = pass.by_source.iter().map(|source| source.report.rows).collect();
    Ok(Digested {
        store: DigestStore::open(folder)?,
        n_meters: pass.written.n_meters(),
        days: pass.written.days,
        n_rows: rows_by_source.iter().sum(),
        rows_by_source,
        findings,
    })
}

impl Digested {
    /// Returns the most days that a meter can have, at least 1; where the store does not know its span, the
    /// average over the meters that were just digested.
    #[must_use]
    pub fn days_a_meter(&self) -> u64 {
        let span = self.store.days().map(|(first, last)| u64::from(last.abs_diff(first)) + 1);
        span.unwrap_or_else(|| (self.store.n_rows() / self.n_meters.max(1)).max(1))
    }
}

/// Result of one pass over some sources.
#[derive(Debug)]
pub struct PassDone {
    /// Parts that were written.
    pub written: Written,
    /// Results by source.
    pub by_source: Vec<SourceDone>,
    /// Irregularities in single meters' counters.
    pub oddities: Vec<Finding>,
}

/// Result of a pass for one source.
#[derive(Debug, Default)]
pub struct SourceDone {
    /// Counts of what was read.
    pub report: UnitReport,
    /// First and last civil day. [days since 1970-01-01]
    pub days: Option<(i32, i32)>,
    /// By meter number: whether the source has the meter.
    pub meters_seen: Vec<bool>,
    /// Days with intervals, summed over the meters; an overcount if rows are in no order.
    pub n_meter_days: u64,
}

impl PassDone {
    fn findings(&self, sources: &[Source]) -> Vec<Finding> {
        let of_rows =
            sources.iter().zip(&self.by_source).flat_map(|(source, done)| source.findings(&done.report));
        of_rows.chain(self.oddities.iter().cloned()).collect()
    }
}

/// Reads the sources and writes their digests as parts into `folder`, named `prefix` and a number. If `only`
/// lists days for a source, first to last, its other days are left out.
///
/// # Errors
/// When a part cannot be written.
pub fn run_pass(
    sources: &[&Source],
    only: &[Option<&[(i32, i32)]>],
    settings: &Settings,
    folder: &Path,
    prefix: &str,
    watch: &dyn Watch,
) -> Result<PassDone> {
    std::fs::create_dir_all(folder).map_err(|error| Error::write(folder, error))?;
    let calendar = Calendar::new(settings.zone.as_ref());
    let meters = MeterNumbers::default();
    let spill = folder.join(SPILL);
    let budget_bytes = u64::from(settings.memory_mib) << 20;
    let n_partitions = n_partitions(sources, budget_bytes);
    let may_wait = budget_bytes * WAITING_SHARE.0 / WAITING_SHARE.1;
    let waiting = Waiting::new(n_partitions, spill.clone(), may_wait);
    let rows_held = budget_bytes / HELD_SHARE / (n_partitions as u64 * BYTES_PER_ROW);
    watch.begin("digest", "rows", sources.iter().map(|source| source.rows).sum::<Option<u64>>());
    let pass = Pass {
        calendar: &calendar,
        windows: settings.windows,
        meters: &meters,
        waiting: &waiting,
        rows_held: rows_held.clamp(*ROWS_HELD.start(), *ROWS_HELD.end()) as usize,
        budget_bytes,
        folder,
        prefix,
    };
    let tasks = tasks(sources);
    let (mut written, by_source) = pass.read_all(sources, &tasks, only, watch)?;
    let name_of = |order: u32| sources[tasks[order as usize].source].name.as_str();
    let mut oddities = Vec::new();
    for (group, of_group) in pass.assemble_all(&name_of)? {
        written.add(group);
        oddities.extend(of_group);
    }
    sum_up_impossible(&mut oddities);
    // Only spilled rows that were already used are left.
    let _ = std::fs::remove_dir_all(&spill);
    let n_rows: u64 = by_source.iter().map(|source| source.report.rows).sum();
    watch.end(&format!("{n_rows} rows of {} meters, {} meter-days", written.n_meters(), written.n_days));
    Ok(PassDone { written, by_source, oddities })
}

/// Returns an error that quotes the findings, for sources without a single usable interval.
pub(super) fn nothing_measured(sources: &[Source], findings: &[Finding]) -> Error {
    let names = first_few(sources.iter().map(|source| source.name.as_str()), ", ");
    let seen = first_few(findings.iter().map(Finding::english), "; ");
    let seen = match seen.as_str() {
        "" => format!("{names}: its rows make no interval"),
        // Findings on rows already name their file.
        seen if seen.starts_with(&names) => seen.to_owned(),
        seen => format!("{names}: {seen}"),
    };
    Error::NoReadings {
        seen,
        cure: "Check the value and time columns; `hashwatt check` shows what was guessed".into(),
    }
}

/// Lists as many names as a person would read, and the number of others.
fn first_few<T: Into<String>>(all: impl ExactSizeIterator<Item = T>, between: &str) -> String {
    let n_more = all.len().saturating_sub(MAX_SAID);
    let mut said: Vec<String> = all.take(MAX_SAID).map(Into::into).collect();
    said.extend((n_more > 0).then(|| format!("and {n_more} more")));
    said.join(between)
}

/// Returns the number of partitions at which the working memory of one stays within its share of the budget.
fn n_partitions(sources: &[&Source], budget_bytes: u64) -> usize {
    let rows: u64 = sources.iter().map(|source| rows_of(source)).sum();
    let share = budget_bytes / PARTITION_SHARE;
    (rows * WORKING_BYTES_PER_ROW).div_ceil(share).clamp(1, MAX_PARTITIONS) as usize
}

fn rows_of(source: &Source) -> u64 {
    source.rows.unwrap_or(source.bytes / BYTES_PER_ROW_GUESS)
}

/// Function that returns the name of a task's source.
type NameOf<'a> = dyn Fn(u32) -> &'a str + Sync + 'a;

/// A range of units of one source.
#[derive(Debug, Clone)]
struct Task {
    source: usize,
    units: std::ops::Range<usize>,
}

/// Returns the tasks of a pass, in the order of the input. They depend on the input alone.
fn tasks(sources: &[&Source]) -> Vec<Task> {
    let total: u64 = sources.iter().map(|source| rows_of(source)).sum();
    let rows_a_task = total / TASKS;
    let mut tasks = Vec::new();
    for (source, of) in sources.iter().enumerate() {
        let n_units = of.n_units();
        let rows_a_unit = (rows_of(of) / n_units.max(1) as u64).max(1);
        let n = (rows_a_task.div_ceil(rows_a_unit) as usize).clamp(1, n_units.max(1));
        tasks.extend(
            (0..n_units).step_by(n).map(|from| Task { source, units: from..(from + n).min(n_units) }),
        );
    }
    tasks
}

impl Pass<'_> {
    /// Reads every unit of every source.
    fn read_all(
        &self,
        sources: &[&Source],
        tasks: &[Task],
        only: &[Option<&[(i32, i32)]>],
        watch: &dyn Watch,
    ) -> Result<(Written, Vec<SourceDone>)> {
        let begun: Vec<AtomicBool> = tasks.iter().map(|_| AtomicBool::new(false)).collect();
        let begin = |order: usize| begun.get(order).is_some_and(|begun| !begun.swap(true, Ordering::Relaxed));
        let done: Vec<(UnitReport, TaskDone)> = tasks
            .par_iter()
            .enumerate()
            .map(|(order, task)| {
                begin(order);
                // A thread mostly goes on with the next task.
                let fetch_next = || {
                    if begin(order + 1) {
                        let next = &tasks[order + 1];
                        sources[next.source].fetch_ahead(next.units.start);
                    }
                };
                self.read_task(
                    sources[task.source],
                    task,
                    order as u32,
                    only[task.source],
                    &fetch_next,
                    watch,
                )
            })
            .collect::<Result<_>>()?;
        let mut written = Written::default();
        let mut by_source: Vec<SourceDone> = sources.iter().map(|_| SourceDone::default()).collect();
        for (task, (report, done)) in tasks.iter().zip(done) {
            by_source[task.source].add(&report, &done, self.calendar);
            written.add(done.written);
        }
        Ok((written, by_source))
    }

    fn read_task(
        &self,
        source: &Source,
        task: &Task,
        order: u32,
        only: Option<&[(i32, i32)]>,
        fetch_next: &dyn Fn(),
        watch: &dyn Watch,
    ) -> Result<(UnitReport, TaskDone)> {
        let parts = PartsWriter::new(
            self.folder,
            format!("{}-{order:04}", self.prefix),
            self.meters,
            self.budget_bytes,
        );
        let mut reader = TaskReader::new(self, order, only, parts);
        let (mut report, mut meters) = (UnitReport::default(), MeterReader::new(self.meters));
        for unit in task.units.clone() {
            if unit + 1 < task.units.end {
                source.fetch_ahead(unit + 1)
            } else {
                fetch_next()
            }
            report.add(&source.read_unit(unit, &mut meters, &mut |batch| {
                watch.advance(batch.values.len() as u64);
                reader.read(&batch)
            })?);
            watch.read_bytes(source.bytes / source.n_units().max(1) as u64);
        }
        Ok((report, reader.finish()?))
    }

    /// Assembles the waiting rows in groups of partitions; each group writes its own parts.
    fn assemble_all(&self, name_of: &NameOf<'_>) -> Result<Vec<(Written, Vec<Finding>)>> {
        let n_partitions = self.waiting.n_partitions();
        let n_groups = (self.waiting.n_rows() / ROWS_A_GROUP).clamp(1, MAX_GROUPS) as usize;
        let per_group = n_partitions.div_ceil(n_groups);
        (0..n_partitions)
            .step_by(per_group)
            .collect::<Vec<_>>()
            .into_par_iter()
            .map(|from| self.assemble_group(from..(from + per_group).min(n_partitions), name_of))
            .collect()
    }

    fn assemble_group(
        &self,
        partitions: std::ops::Range<usize>,
        name_of: &NameOf<'_>,
    ) -> Result<(Written, Vec<Finding>)> {
        let prefix = format!("{}-rest-{:04}", self.prefix, partitions.start);
        let mut parts = PartsWriter::new(self.folder, prefix, self.meters, self.budget_bytes);
        let mut lanes = DayLanes::new(self.windows.night);
        let (mut scratch, mut room, mut findings) = (Scratch::default(), Vec::new(), Vec::new());
        // Reused for all partitions, because newly allocated memory would have to be cleared again.
        let mut by_meter = ByMeter::default();
        for partition in partitions {
            by_meter.fill(self.waiting.take(partition)?, self.meters);
            for meter in 0..by_meter.meters.len() {
                let (id, number) = by_meter.meters[meter].clone();
                let rows = by_meter.in_order(meter, &mut room);
                let mut into = Assembled {
                    calendar: self.calendar,
                    night: self.windows.night,
                    lanes: &mut lanes,
                    days: &mut parts.rows,
                    scratch: &mut scratch,
                };
                let oddities = assemble(number, rows, &mut into);
                findings.extend(oddity_findings(&id, oddities, self.calendar, name_of));
                lanes.flush(&mut parts.rows);
                parts.write_full(false)?;
            }
        }
        Ok((parts.finish()?, findings))
    }
}

/// Waiting rows of a partition, meter by meter, in the order of the input.
#[derive(Default)]
struct ByMeter {
    /// Meters in order of id, with their numbers.
    meters: Vec<(MeterId, u32)>,
    starts: Vec<u32>,
    rows: Vec<LooseInterval>,
}

impl ByMeter {
    fn fill(&mut self, chunks: Vec<Chunk>, names: &MeterNumbers) {
        let numbers = || chunks.iter().flat_map(|chunk| &chunk.meters).map(|number| *number as usize);
        let mut counts = vec![0u32; names.len()];
        numbers().for_each(|number| counts[number] += 1);
        let has_rows = (0..counts.len()).filter(|&number| counts[number] > 0);
        self.meters.clear();
        self.meters.extend(has_rows.map(|number| (names.id(number as u32), number as u32)));
        self.meters.sort_unstable();
        let Self { meters, starts, rows } = self;
        starts.clear();
        starts.push(0);
        // From here on, `next` is the position for the next row of each meter.
        let mut next = counts;
        for (_, number) in meters.iter() {
            let start = starts[starts.len() - 1];
            starts.push(start + std::mem::replace(&mut next[*number as usize], start));
        }
        let none = LooseInterval {
            start_s: 0,
            value: 0.0,
            quantity: Quantity::Energy,
            is_estimated: false,
            order: 0,
        };
        rows.clear();
        rows.resize(starts[starts.len() - 1] as usize, none);
        for chunk in chunks {
            for row in 0..chunk.len() {
                let at = &mut next[chunk.meters[row] as usize];
                rows[*at as usize] = LooseInterval {
                    start_s: i64::from(chunk.starts_s[row]),
                    value: chunk.value(row),
                    quantity: chunk.quantity,
                    is_estimated: chunk.quality == Quality::Estimated,
                    order: chunk.order,
                };
                *at += 1;
            }
        }
    }

    /// Returns the rows of one meter sorted by time; rows of one time stay in the order of the input. They
    /// are returned in place or in `room`, because one meter may have most rows of a run.
    fn in_order<'a>(&'a mut self, meter: usize, room: &'a mut Vec<LooseInterval>) -> &'a [LooseInterval] {
        let rows = &mut self.rows[self.starts[meter] as usize..self.starts[meter + 1] as usize];
        if rows.is_sorted_by_key(|row| row.start_s) {
            return rows;
        }
        let Some(places) = places_on_grid(rows) else {
            // Stable sort: rows of one time stay in the order of the input.
            rows.sort_by_key(|row| row.start_s);
            return rows;
        };
        room.clear();
        room.extend(places.iter().filter(|place| **place > 0).map(|place| rows[*place as usize - 1]));
        room
    }
}

/// Returns the row that starts at each step of a regular grid, counted from 1, or 0 for none. This is faster
/// than sorting if the rows fill most of a grid. `None` if they do not, or if two rows share a step.
fn places_on_grid(rows: &[LooseInterval]) -> Option<Vec<u32>> {
    let first_s = rows.iter().map(|row| row.start_s).min()?;
    let distance = |row: &LooseInterval| (row.start_s - first_s) as u64;
    let step_s = rows.iter().fold(0, |step, row| greatest_common_divisor(distance(row), step));
    let n_places = rows.iter().map(distance).max()?.checked_div(step_s)? as usize + 1;
    if n_places > 2 * rows.len() {
        return None;
    }
    let mut places = vec![0; n_places];
    for (number, row) in (1..).zip(rows) {
        let place = &mut places[(distance(row) / step_s) as usize];
        if *place > 0 {
            return None;
        }
        *place = number;
    }
    Some(places)
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl SourceDone {
    fn add(&mut self, report: &UnitReport, done: &TaskDone, calendar: &Calendar) {
        self.report.add(report);
        let day = |instant_s| calendar.day_of(instant_s).map(|civil| civil.day);
        let days = done.span_s.and_then(|(first_s, last_s)| day(first_s).zip(day(last_s)));
        self.days = join_days(self.days, days);
        self.n_meter_days += done.n_meter_days;
        or_all(&mut self.meters_seen, &done.meters_seen);
    }
}

fn oddity_findings(
    meter: &MeterId,
    oddities: Oddities,
    calendar: &Calendar,
    name_of: &NameOf<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(impossible_finding(meter, &oddities, calendar, name_of));
    if oddities.n_rollovers > 0 {
        let message = message!("counter_round", n = oddities.n_rollovers);
        findings.push(
            Finding::new(Code::RegisterRollover, Severity::Note, message)
                .of_meter(meter.clone())
                .with("n", oddities.n_rollovers),
        );
    }
    if oddities.n_conflicting_reads > 0 {
        let message = message!("reads_conflicting", n = oddities.n_conflicting_reads);
        findings.push(
            Finding::new(Code::DuplicateConflicting, Severity::Warning, message)
                .of_meter(meter.clone())
                .with("n", oddities.n_conflicting_reads),
        );
    }
    if oddities.n_jumps > 0 {
        let message = message!("counter_jumps", n = oddities.n_jumps);
        findings.push(
            Finding::new(Code::RegisterReset, Severity::Warning, message)
                .of_meter(meter.clone())
                .with("n", oddities.n_jumps),
        );
    }
    if oddities.n_resets > 0 {
        let message = message!("counter_fell", n = oddities.n_resets);
        findings.push(
            Finding::new(Code::RegisterReset, Severity::Warning, message)
                .of_meter(meter.clone())
                .with("n", oddities.n_resets),
        );
    }
    findings
}

fn impossible_finding(
    meter: &MeterId,
    oddities: &Oddities,
    calendar: &Calendar,
    name_of: &NameOf<'_>,
) -> Option<Finding> {
    let (first, kw) = oddities.impossible?;
    let source = name_of(first.order);
    let value = match first.quantity {
        Quantity::Demand => String::new(),
        Quantity::Energy | Quantity::RegisterRead => format!("{} kWh, ", first.value),
    };
    let start = jiff::Timestamp::from_second(first.start_s).map_or(String::new(), |start| start.to_string());
    let message = message!(
        "impossible_intervals",
        source = source,
        n = oddities.n_impossible,
        meter = meter,
        start = start,
        value = value,
        kw = format!("{kw:.0}")
    );
    let finding = Finding::new(Code::ImpossibleDemand, Severity::Skipped, message)
        .in_source(source)
        .of_meter(meter.clone())
        .with("n", oddities.n_impossible)
        .with("value", first.value)
        .with("demand_kw", kw);
    let day = calendar.day_of(first.start_s).map(|civil| date_of(civil.day));
    Some(match day {
        Some(day) => finding.between(day, day),
        None => finding,
    })
}

/// Keeps the findings on impossible intervals of the first meters by id, and adds the number of others.
fn sum_up_impossible(oddities: &mut Vec<Finding>) {
    oddities.sort_by(|a, b| a.meter.cmp(&b.meter));
    let is_impossible = |finding: &Finding| finding.code == Code::ImpossibleDemand;
    let n_more = oddities.iter().filter(|one| is_impossible(one)).count().saturating_sub(MAX_IMPOSSIBLE_SAID);
    if n_more == 0 {
        return;
    }
    let mut n_said = 0;
    oddities.retain(|one| {
        n_said += usize::from(is_impossible(one));
        !is_impossible(one) || n_said <= MAX_IMPOSSIBLE_SAID
    });
    let message = message!("impossible_more", meters = n_more);
    oddities.push(Finding::new(Code::ImpossibleDemand, Severity::Skipped, message).with(N_MORE, n_more));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(starts_s: &[i64]) -> Vec<LooseInterval> {
        let row = |&start_s| LooseInterval {
            start_s,
            value: 1.0,
            quantity: Quantity::Energy,
            is_estimated: false,
            order: 0,
        };
        starts_s.iter().map(row).collect()
    }

    #[test]
    fn rows_on_a_grid_have_a_place_each() {
        assert_eq!(places_on_grid(&rows(&[3600, 0, 5400])), Some(vec![2, 0, 1, 3]));
    }

    #[test]
    fn repeats_a_single_row_and_rows_far_apart_have_none() {
        for starts_s in [&[0, 1800, 1800][..], &[7], &[], &[0, 60, 86_400], &[5, 5]] {
            assert_eq!(places_on_grid(&rows(starts_s)), None, "{starts_s:?}");
        }
    }
}
