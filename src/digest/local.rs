//! Runs the one pass over the readings on this machine's cores, within a memory budget.
//!
//! Whole days that come in order are digested as they are decoded; everything else waits, by meter
//! partition and on disk where it must, until all of it is there. So exports sorted by meter cost
//! little memory whatever their size, and exports in any other order cost at most the budget.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::assemble::{LooseInterval, Oddities, assemble};
use crate::calendar::{Calendar, CivilDay};
use super::kernel::{DayIntervals, Scratch, digest_day};
use super::partitions::{FinishedDay, Partitions, Share};
use super::store::{DigestStore, PartWriter};
use super::DayDigest;
use crate::acquisition::{IntervalBatch, Quality, Quantity, Source, UnitReport};
use crate::error::{Error, Result};
use crate::finding::{Code, Finding, Severity};
use crate::ids::{MeterId, MeterNumbers};
use crate::progress::Watch;
use crate::settings::{Settings, Windows};

/// What one loose interval may take while its partition is put together: itself, its copy while
/// sorted, its day. [B]
const WORKING_BYTES_PER_ROW: u64 = 96;

/// What a row of an export takes at least, where the file does not say how many it has. [B]
const BYTES_PER_ROW_GUESS: u64 = 8;

/// More partitions than this cost more in files than they save in memory.
const MAX_PARTITIONS: u64 = 256;

/// What the pass did.
#[derive(Debug)]
pub struct Digested {
    /// The store it wrote.
    pub store: DigestStore,
    /// Meters with at least one day.
    pub n_meters: u64,
    /// Meter-days written.
    pub n_days: u64,
    /// Rows read from all sources.
    pub n_rows: u64,
    /// First and last civil day. [days since 1970-01-01]
    pub days: Option<(i32, i32)>,
    /// Rows read from each source, in the order of the sources.
    pub rows_by_source: Vec<u64>,
    /// Trouble with rows of sources and with single meters.
    pub findings: Vec<Finding>,
}

/// Digests every source into a store in `folder`, replacing what is there.
///
/// # Errors
/// When the store cannot be written. A unit that cannot be read becomes a finding.
pub fn digest(sources: &[Source], settings: &Settings, folder: &Path, watch: &dyn Watch) -> Result<Digested> {
    let calendar = Calendar::new(settings.zone.as_ref());
    let meters = MeterNumbers::default();
    let work = folder.with_extension("spill");
    let partitions = Partitions::new(n_partitions(sources, settings), work.clone(), u64::from(settings.memory_mib) << 20);
    let rows = sources.iter().map(|source| source.rows).sum::<Option<u64>>();
    watch.begin("digest", "rows", rows);
    let pass = Pass { calendar: &calendar, windows: settings.windows, meters: &meters, partitions: &partitions };
    let reports = pass.read_all(sources, watch)?;
    let mut findings: Vec<Finding> = sources.iter().zip(&reports).flat_map(|(source, report)| source.findings(report)).collect();
    let written = pass.write_all(folder)?;
    // Nothing of value is left in it.
    let _ = std::fs::remove_dir_all(&work);
    let (mut n_days, mut n_meters, mut days) = (0, 0, None);
    for part in written {
        days = join_days(days, part.days);
        n_days += part.n_days;
        n_meters += part.n_meters;
        findings.extend(part.findings);
    }
    let rows_by_source: Vec<u64> = reports.iter().map(|report| report.rows).collect();
    let n_rows = rows_by_source.iter().sum();
    if n_meters == 0 {
        let _ = std::fs::remove_dir_all(folder);
        return Err(nothing_measured(sources, &findings));
    }
    watch.end(&format!("{n_rows} rows of {n_meters} meters, {n_days} meter-days"));
    Ok(Digested { store: DigestStore::open(folder)?, n_meters, n_days, days, n_rows, rows_by_source, findings })
}

/// What the findings say of sources without a single usable interval.
fn nothing_measured(sources: &[Source], findings: &[Finding]) -> Error {
    let names = sources.iter().map(|source| source.name.as_str()).collect::<Vec<_>>().join(", ");
    let seen = findings.iter().map(|finding| finding.description.as_str()).collect::<Vec<_>>().join("; ");
    Error::NoReadings { seen: format!("{names}: {seen}"), cure: "Check the value and time columns; `hashwatt check` shows what was guessed".into() }
}

/// So many that the working set of one partition a thread stays within the budget.
fn n_partitions(sources: &[Source], settings: &Settings) -> usize {
    let rows: u64 = sources.iter().map(|source| source.rows.unwrap_or(source.bytes / BYTES_PER_ROW_GUESS)).sum();
    let budget = (u64::from(settings.memory_mib) << 20) / (2 * settings.threads as u64);
    (rows * WORKING_BYTES_PER_ROW).div_ceil(budget).clamp(1, MAX_PARTITIONS) as usize
}

struct Pass<'a> {
    calendar: &'a Calendar,
    windows: Windows,
    meters: &'a MeterNumbers,
    partitions: &'a Partitions,
}

struct WrittenPart {
    n_meters: u64,
    n_days: u64,
    days: Option<(i32, i32)>,
    findings: Vec<Finding>,
}

impl Pass<'_> {
    /// Reads every unit of every source; one report a source.
    fn read_all(&self, sources: &[Source], watch: &dyn Watch) -> Result<Vec<UnitReport>> {
        let units: Vec<(usize, usize)> =
            sources.iter().enumerate().flat_map(|(source, of)| (0..of.n_units()).map(move |unit| (source, unit))).collect();
        let read: Vec<(usize, UnitReport)> =
            units.par_iter().map(|&(source, unit)| Ok((source, self.read_unit(&sources[source], source, unit, watch)?))).collect::<Result<_>>()?;
        let mut reports: Vec<UnitReport> = sources.iter().map(|_| UnitReport::default()).collect();
        for (source, report) in &read {
            reports[*source].add(report);
        }
        Ok(reports)
    }

    fn read_unit(&self, source: &Source, index: usize, unit: usize, watch: &dyn Watch) -> Result<UnitReport> {
        let mut reader = UnitReader::new(self, index, unit);
        let report = source.read_unit(unit, self.meters, &mut |batch| {
            watch.advance(batch.values.len() as u64);
            reader.read(&batch)
        })?;
        reader.hand_over_all()?;
        Ok(report)
    }

    /// Puts every partition's rows together and writes its part of the store.
    fn write_all(&self, folder: &Path) -> Result<Vec<WrittenPart>> {
        if folder.exists() {
            std::fs::remove_dir_all(folder).map_err(|error| Error::write(folder, error))?;
        }
        std::fs::create_dir_all(folder).map_err(|error| Error::write(folder, error))?;
        (0..self.partitions.len())
            .into_par_iter()
            .map(|index| self.write_part(index, folder.join(format!("part-{index:04}.parquet"))))
            .collect()
    }

    fn write_part(&self, index: usize, path: PathBuf) -> Result<WrittenPart> {
        let Share { mut days, mut loose } = self.partitions.take(index)?;
        let mut meters: Vec<(MeterId, u32)> = days.iter().map(|row| row.meter).chain(loose.iter().map(|row| row.meter)).collect::<std::collections::HashSet<_>>()
            .into_iter().map(|number| (self.meters.id(number), number)).collect();
        meters.sort();
        let place: std::collections::HashMap<u32, u32> = meters.iter().enumerate().map(|(place, (_, number))| (*number, place as u32)).collect();
        days.sort_by_key(|row| (place[&row.meter], row.day.day, row.order));
        loose.sort_by_key(|row| (place[&row.meter], row.start_s, row.order));
        let mut writer = PartWriter::create(path)?;
        let mut part = WrittenPart { n_meters: 0, n_days: 0, days: None, findings: Vec::new() };
        let mut scratch = Scratch::default();
        let (mut days, mut loose) = (days.as_slice(), loose.as_mut_slice());
        for (id, number) in &meters {
            let (own_days, later_days) = days.split_at(days.partition_point(|row| place[&row.meter] <= place[number]));
            let (own_loose, later_loose) = std::mem::take(&mut loose).split_at_mut_by(|row| place[&row.meter] <= place[number]);
            (days, loose) = (later_days, later_loose);
            let (assembled, oddities) = assemble(own_loose, self.calendar, self.windows.night, &mut scratch);
            let merged = merge_days(own_days, assembled);
            part.findings.extend(oddity_findings(id, oddities));
            part.n_meters += u64::from(!merged.is_empty());
            part.n_days += merged.len() as u64;
            part.days = join_days(part.days, merged.first().zip(merged.last()).map(|(first, last)| (first.day, last.day)));
            writer.push(id, &merged)?;
        }
        writer.finish()?;
        Ok(part)
    }
}

/// The first and last day of two stretches.
fn join_days(a: Option<(i32, i32)>, b: Option<(i32, i32)>) -> Option<(i32, i32)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (one, other) => one.or(other),
    }
}

/// Splits a mutable slice where a predicate, true for a prefix, turns false.
trait SplitBy<'a, T> {
    fn split_at_mut_by(self, is_before: impl Fn(&T) -> bool) -> (&'a mut [T], &'a mut [T]);
}

impl<'a, T> SplitBy<'a, T> for &'a mut [T] {
    fn split_at_mut_by(self, is_before: impl Fn(&T) -> bool) -> (&'a mut [T], &'a mut [T]) {
        let middle = self.partition_point(is_before);
        self.split_at_mut(middle)
    }
}

/// Joins whole days from the pass with days put together afterwards; each day once. Of two that
/// claim a day the fuller stands, of two as full the earlier in the input; the other's intervals are
/// counted as duplicates.
fn merge_days(finished: &[FinishedDay], assembled: Vec<DayDigest>) -> Vec<DayDigest> {
    let mut all: Vec<DayDigest> = finished.iter().map(|row| row.day).chain(assembled).collect();
    all.sort_by_key(|day| day.day); // stable: the order of input stands within a day
    let mut merged: Vec<DayDigest> = Vec::with_capacity(all.len());
    for day in all {
        match merged.last_mut() {
            Some(kept) if kept.day == day.day => *kept = one_of_two(*kept, day),
            _ => merged.push(day),
        }
    }
    merged
}

fn one_of_two(first: DayDigest, second: DayDigest) -> DayDigest {
    let (mut kept, other) = if second.n_measured > first.n_measured { (second, first) } else { (first, second) };
    let again = other.n_measured + other.n_estimated;
    let same_hours = other.hour_kw.iter().zip(&kept.hour_kw).filter(|(b, _)| !b.is_nan()).all(|(b, a)| (a - b).abs() <= 1e-6 * a.abs());
    if same_hours {
        kept.n_identical = kept.n_identical.saturating_add(again).saturating_add(other.n_identical);
    } else {
        kept.n_conflicting = kept.n_conflicting.saturating_add(again).saturating_add(other.n_conflicting);
    }
    kept
}

fn oddity_findings(meter: &MeterId, oddities: Oddities) -> Vec<Finding> {
    let mut findings = Vec::new();
    if oddities.n_rollovers > 0 {
        let words = format!("the counter went round {} time(s); the difference was taken across it", oddities.n_rollovers);
        findings.push(Finding::new(Code::RegisterRollover, Severity::Note, words).of_meter(meter.clone()).with("n", oddities.n_rollovers));
    }
    if oddities.n_resets > 0 {
        let words = format!("the counter fell {} time(s) without going round: an exchanged meter or a reset; the energy in between is unknown", oddities.n_resets);
        findings.push(Finding::new(Code::RegisterReset, Severity::Warning, words).of_meter(meter.clone()).with("n", oddities.n_resets));
    }
    findings
}

/// One thread's state while it reads a unit.
struct UnitReader<'a> {
    pass: &'a Pass<'a>,
    order: u64,
    shares: Vec<Share>,
    partition_of: Vec<u32>,
    demand_kw: Vec<f32>,
    scratch: Scratch,
    civil: Option<CivilDay>,
}

/// A thread hands its share of a partition over when it holds this many rows.
const ROWS_HELD: usize = 4096;

/// A meter's partition is not looked up yet.
const UNKNOWN: u32 = u32::MAX;

impl<'a> UnitReader<'a> {
    fn new(pass: &'a Pass<'a>, source: usize, unit: usize) -> Self {
        let shares = (0..pass.partitions.len()).map(|_| Share::default()).collect();
        let order = (source as u64) << 32 | unit as u64;
        Self { pass, order, shares, partition_of: Vec::new(), demand_kw: Vec::new(), scratch: Scratch::default(), civil: None }
    }

    fn read(&mut self, batch: &IntervalBatch) -> Result<()> {
        let mut from = 0;
        while from < batch.meters.len() {
            let meter = batch.meters[from];
            let to = from + batch.meters[from..].iter().take_while(|&&other| other == meter).count();
            self.read_run(batch, from, to);
            let partition = self.partition_of(meter);
            let share = &self.shares[partition];
            if share.loose.len() >= ROWS_HELD || share.days.len() >= ROWS_HELD / 8 {
                self.pass.partitions.add(partition, &mut self.shares[partition])?;
            }
            from = to;
        }
        Ok(())
    }

    fn hand_over_all(&mut self) -> Result<()> {
        (0..self.shares.len()).try_for_each(|index| self.pass.partitions.add(index, &mut self.shares[index]))
    }

    /// One meter's neighbouring rows: whole days are digested here, the rest waits.
    fn read_run(&mut self, batch: &IntervalBatch, from: usize, to: usize) {
        let partition = self.partition_of(batch.meters[from]);
        let mut at = from;
        while at < to {
            let Some(civil) = self.civil_day(batch.starts_s[at]) else {
                at += 1;
                continue;
            };
            let end = whole_day(&civil, batch, at, to);
            match end {
                Some(end) => {
                    let day = self.digest_whole_day(&civil, batch, at, end);
                    self.shares[partition].days.push(FinishedDay { meter: batch.meters[at], order: self.order, day });
                    at = end;
                }
                None => {
                    let day_end_s = civil.start_s + civil.length_s;
                    let rest = &batch.starts_s[at..to];
                    let end = at + rest.iter().take_while(|&&start_s| start_s >= civil.start_s && start_s < day_end_s).count();
                    let order = self.order;
                    self.shares[partition].loose.extend((at..end).map(|row| loose(batch, row, order)));
                    at = end;
                }
            }
        }
    }

    fn digest_whole_day(&mut self, civil: &CivilDay, batch: &IntervalBatch, from: usize, to: usize) -> DayDigest {
        let interval_s = batch.starts_s[from + 1] - batch.starts_s[from];
        let per_kw = if batch.quantity == Quantity::Energy { 3600.0 / interval_s as f64 } else { 1.0 };
        self.demand_kw.clear();
        self.demand_kw.extend(batch.values[from..to].iter().map(|value| (value * per_kw) as f32));
        let day = DayIntervals { civil, interval_s, demand_kw: &self.demand_kw, estimated: &[] };
        digest_day(day, self.pass.windows.night, &mut self.scratch)
    }

    fn civil_day(&mut self, instant_s: i64) -> Option<CivilDay> {
        let holds = |day: &CivilDay| instant_s >= day.start_s && instant_s < day.start_s + day.length_s;
        if !self.civil.as_ref().is_some_and(holds) {
            self.civil = self.pass.calendar.day_of(instant_s).copied();
        }
        self.civil
    }

    /// By the meter's name, so that a store does not depend on which thread saw a meter first.
    fn partition_of(&mut self, meter: u32) -> usize {
        let index = meter as usize;
        if index >= self.partition_of.len() {
            self.partition_of.resize(index + 1, UNKNOWN);
        }
        if self.partition_of[index] == UNKNOWN {
            let hash = fnv1a(self.pass.meters.id(meter).as_str().as_bytes());
            self.partition_of[index] = (hash % self.pass.partitions.len() as u64) as u32;
        }
        self.partition_of[index] as usize
    }
}

/// A day of fewer intervals than this may be a coincidence of unordered rows; it waits for the rest.
const LEAST_A_DAY: i64 = 12;

/// Where the day that starts at row `from` ends, if its rows are measured, regular and all there.
fn whole_day(civil: &CivilDay, batch: &IntervalBatch, from: usize, to: usize) -> Option<usize> {
    if batch.quantity == Quantity::RegisterRead || from + 1 >= to {
        return None;
    }
    let starts_s = &batch.starts_s;
    let interval_s = starts_s[from + 1] - starts_s[from];
    let first_s = starts_s[from] - civil.start_s;
    if interval_s <= 0 || first_s >= interval_s || civil.length_s % interval_s != 0 || interval_s * LEAST_A_DAY > civil.length_s {
        return None;
    }
    let end = from + (civil.length_s / interval_s) as usize;
    let is_regular = end <= to && starts_s[from..end].windows(2).all(|pair| pair[1] - pair[0] == interval_s);
    // A repeat of the last moment would belong to this day too.
    let is_alone = is_regular && (end == to || starts_s[end] >= civil.start_s + civil.length_s);
    let is_measured = batch.qualities.as_ref().is_none_or(|all| all[from..end.min(to)].iter().all(|q| *q == Quality::Measured));
    (is_alone && is_measured).then_some(end)
}

fn loose(batch: &IntervalBatch, row: usize, order: u64) -> LooseInterval {
    LooseInterval {
        meter: batch.meters[row],
        quantity: batch.quantity,
        is_estimated: batch.qualities.as_ref().is_some_and(|all| all[row] == Quality::Estimated),
        start_s: batch.starts_s[row],
        value: batch.values[row],
        order,
    }
}

/// The FNV-1a hash (RFC 9923): stable across versions and machines, unlike the standard hasher.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
