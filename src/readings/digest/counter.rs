//! Turns the reads of a cumulative counter into energies on a grid.
//!
//! Two reads tell the energy between them, not when it flowed. Where the reads lie on a grid, each pair is
//! one interval. Where they come at odd times, as from a gateway that reports on change, the energy of each
//! pair is spread over the cells of a grid by the time it shares with them.

use hashwatt_core::portable::Portable;
use std::borrow::Cow;

use super::assemble::{DAY_READ_S, GRID_MINUTES, LooseInterval, Oddities, modal_interval_s};
use crate::acquisition::Quantity;
use hashwatt_core::calendar::Calendar;

/// A counter that falls from above this share of its capacity has rolled over and was not exchanged.
const ROLLOVER_SHARE: f64 = 0.9;

/// Most cells that one pair of reads is spread over.
const MAX_CELLS: i64 = 100_000;

/// Cells of reads at odd times: shorter ones would show the times of the reads, longer ones need not begin
/// at local midnight. [s]
const ODD_CELL_S: std::ops::RangeInclusive<i64> = 300..=3600;

/// Converts register reads to the energies between them; energies and demands stay unchanged.
pub(super) fn timed_intervals<'a>(
    rows: &'a [LooseInterval],
    calendar: &Calendar,
    oddities: &mut Oddities,
) -> Cow<'a, [LooseInterval]> {
    let is_read = |row: &&LooseInterval| row.quantity == Quantity::RegisterRead;
    let mut reads: Vec<LooseInterval> = rows.iter().filter(is_read).copied().collect();
    if reads.is_empty() {
        return Cow::Borrowed(rows);
    }
    let grid = Grid::of(&mut reads, calendar);
    let mut timed: Vec<LooseInterval> = rows.iter().filter(|row| !is_read(row)).copied().collect();
    let mut cells = Cells { timed: &mut timed, grid, open: None };
    let jump_kw = jump_limit_kw(&reads);
    let mut from = &reads[0];
    for (place, to) in reads.iter().enumerate().skip(1) {
        if to.start_s == from.start_s {
            oddities.n_conflicting_reads += u32::from(to.value != from.value);
            continue;
        }
        let next = reads.get(place + 1);
        // Ignore a fall that the next read reverses: the counter never had that value.
        if to.value < from.value && next.is_some_and(|next| next.value >= from.value) {
            oddities.n_resets += 1;
            continue;
        }
        let Some(energy_kwh) = register_difference_kwh(from.value, to.value, oddities) else {
            from = to;
            continue;
        };
        let between = LooseInterval { value: energy_kwh, quantity: Quantity::Energy, ..*to };
        let length_s = to.start_s - from.start_s;
        let is_jump = energy_kwh * 3600.0 / length_s as f64 > jump_kw;
        if between.is_possible(length_s) && !is_jump {
            cells.spread(from, to, energy_kwh);
            from = to;
            continue;
        }
        if between.is_possible(length_s) {
            oddities.n_jumps += 1;
        } else {
            oddities.note_impossible(&between, length_s);
        }
        // Ignore a rise that the next read reverses. Otherwise continue from this read.
        let is_taken_back = next.is_some_and(|next| (from.value..to.value).contains(&next.value));
        if !is_taken_back {
            from = to;
        }
    }
    cells.finish();
    timed.sort_by_key(|row| row.start_s);
    Cow::Owned(timed)
}

/// The grid that energies between reads are put on.
#[derive(Debug, Clone, Copy)]
enum Grid {
    /// One interval a pair, from read to read: daily and monthly reads.
    Reads,
    /// Cells of one length, of which one begins at the phase. [s]
    Cells { phase_s: i64, length_s: i64 },
}

impl Grid {
    /// Returns the grid of a meter's reads. Moves reads that lie a little beside it onto it.
    fn of(reads: &mut Vec<LooseInterval>, calendar: &Calendar) -> Self {
        let modal_s = modal_interval_s(reads.iter().map(|row| row.start_s)).unwrap_or(3600);
        if modal_s >= *DAY_READ_S.start() {
            return Self::Reads;
        }
        if is_regular(reads, modal_s) {
            return Self::Cells { phase_s: common_phase_s(reads, modal_s), length_s: modal_s };
        }
        let midnight_s = calendar.day_of(reads[0].start_s).map_or(0, |civil| civil.start_s);
        let usual_s = usual_cell_s(reads);
        let is_near = |read: &&LooseInterval| on_grid(read.start_s, midnight_s, usual_s).is_some();
        let n_near = reads.iter().filter(is_near).count();
        let (is_grid, n) = (2 * n_near >= reads.len(), reads.len());
        let length_s = if is_grid { usual_s } else { odd_cell_s(reads) };
        // At odd times only the ends move, lest a few seconds after midnight make a day of their own.
        for (_, read) in reads.iter_mut().enumerate().filter(|(at, _)| is_grid || *at == 0 || at + 1 == n) {
            read.start_s = on_grid(read.start_s, midnight_s, length_s).unwrap_or(read.start_s);
        }
        // Reads that an end has passed, and all but the first of one instant, go: the next holds their energy.
        let (first_s, last_s) = (reads[0].start_s, reads[n - 1].start_s);
        let mut at = 0..n;
        reads.retain(|read| {
            let is_end = at.next().is_some_and(|at| at == 0 || at + 1 == n);
            is_end || (first_s..last_s).contains(&read.start_s)
        });
        reads.dedup_by_key(|read| read.start_s);
        Self::Cells { phase_s: midnight_s, length_s }
    }
}

/// Energies between reads, on their grid.
struct Cells<'a> {
    timed: &'a mut Vec<LooseInterval>,
    grid: Grid,
    open: Option<OpenCell>,
}

/// The cell that the last pair ended in.
#[derive(Debug, Clone, Copy)]
struct OpenCell {
    so_far: LooseInterval,
    /// Time for which it is filled. [s]
    filled_s: i64,
    /// Part of it between reads that are further apart than a cell is long. [s]
    spread_s: i64,
}

impl Cells<'_> {
    /// Spreads the energy between two reads over the cells by the time it shares with them. A cell is an
    /// estimate if most of it lies between reads that are further apart than it is long.
    fn spread(&mut self, from: &LooseInterval, to: &LooseInterval, energy_kwh: f64) {
        let is_estimated = from.is_estimated || to.is_estimated;
        let between = LooseInterval { quantity: Quantity::Energy, is_estimated, ..*to };
        let Grid::Cells { phase_s, length_s: cell_s } = self.grid else {
            self.timed.push(LooseInterval { start_s: from.start_s, value: energy_kwh, ..between });
            return;
        };
        let end_s = to.start_s.min(from.start_s.saturating_add(MAX_CELLS * cell_s));
        let length_s = end_s - from.start_s;
        let mut at_s = from.start_s;
        while at_s < end_s {
            let start_s = at_s - (at_s - phase_s).rem_euclid(cell_s);
            let part_s = (start_s + cell_s).min(end_s) - at_s;
            let part =
                LooseInterval { start_s, value: energy_kwh * (part_s as f64 / length_s as f64), ..between };
            let spread_s = if length_s > cell_s { part_s } else { 0 };
            self.add(OpenCell { so_far: part, filled_s: part_s, spread_s }, cell_s);
            at_s += part_s;
        }
    }

    fn add(&mut self, part: OpenCell, cell_s: i64) {
        match &mut self.open {
            Some(open) if open.so_far.start_s == part.so_far.start_s => {
                open.so_far.value += part.so_far.value;
                open.so_far.is_estimated |= part.so_far.is_estimated;
                open.filled_s += part.filled_s;
                open.spread_s += part.spread_s;
            }
            _ => {
                self.finish();
                self.open = Some(part);
            }
        }
        if let Some(full) = self.open.take_if(|open| open.filled_s >= cell_s) {
            let is_estimated = full.so_far.is_estimated || 2 * full.spread_s > cell_s;
            self.timed.push(LooseInterval { is_estimated, ..full.so_far });
        }
    }

    /// Ends the open cell. What fills only a part of its cell is an estimate: its energy counts, its demand
    /// is that of a part.
    fn finish(&mut self) {
        let part = self.open.take().map(|open| LooseInterval { is_estimated: true, ..open.so_far });
        self.timed.extend(part);
    }
}

/// Whether most reads follow each other on a grid that days are digested on.
fn is_regular(reads: &[LooseInterval], modal_s: i64) -> bool {
    let on_grid = reads.windows(2).filter(|pair| (pair[1].start_s - pair[0].start_s) % modal_s == 0).count();
    is_grid_length(modal_s) && 2 * on_grid >= reads.len() - 1
}

fn is_grid_length(seconds: i64) -> bool {
    GRID_MINUTES.iter().any(|minutes| minutes * 60 == seconds)
}

/// Returns where in the grid most reads lie. [s]
fn common_phase_s(reads: &[LooseInterval], modal_s: i64) -> i64 {
    let mut phases: Vec<i64> = reads.iter().map(|row| row.start_s.rem_euclid(modal_s)).collect();
    phases.sort_unstable();
    let runs = phases.chunk_by(|a, b| a == b);
    runs.max_by_key(|run| (run.len(), std::cmp::Reverse(run[0]))).map_or(0, |run| run[0])
}

/// Returns the distances between neighbours, in order of their length. [s]
fn distances_s(reads: &[LooseInterval]) -> Vec<i64> {
    let distance = |pair: &[LooseInterval]| pair[1].start_s - pair[0].start_s;
    let mut distances: Vec<i64> = reads.windows(2).map(distance).filter(|&seconds| seconds > 0).collect();
    distances.sort_unstable();
    distances
}

/// Returns the length on the grid that is nearest to the median distance between reads. [s]
fn usual_cell_s(reads: &[LooseInterval]) -> i64 {
    let distances = distances_s(reads);
    let median_s = distances.get(distances.len() / 2).copied().unwrap_or(*ODD_CELL_S.end());
    let lengths = GRID_MINUTES.iter().map(|minutes| minutes * 60);
    lengths.min_by_key(|length_s| (length_s - median_s).abs()).expect("the grid is not empty")
}

/// Returns the place on the grid that this instant lies beside, by a twentieth of a cell or less. [s]
fn on_grid(start_s: i64, phase_s: i64, length_s: i64) -> Option<i64> {
    const NEAR: i64 = 20;
    let beside_s = (start_s - phase_s + length_s / 2).rem_euclid(length_s) - length_s / 2;
    (NEAR * beside_s.abs() <= length_s).then_some(start_s - beside_s)
}

/// Returns the length of the cells for reads at odd times: reads lie closer than that for nine tenths of
/// the time, gaps aside, so that most cells are measured. [s]
fn odd_cell_s(reads: &[LooseInterval]) -> i64 {
    let mut distances = distances_s(reads);
    distances.retain(|seconds| seconds <= ODD_CELL_S.end());
    let total_s: i64 = distances.iter().sum();
    let mut covered_s = 0;
    let is_usual = |seconds: &&i64| {
        covered_s += **seconds;
        10 * covered_s >= 9 * total_s
    };
    let usual_s = distances.iter().find(is_usual).unwrap_or(ODD_CELL_S.end());
    let mut lengths = GRID_MINUTES.iter().map(|minutes| minutes * 60).filter(|s| ODD_CELL_S.contains(s));
    lengths.find(|length_s| length_s >= usual_s).unwrap_or(*ODD_CELL_S.end())
}

/// Returns the mean demand between two reads above which a counter was exchanged: far above what the meter
/// draws at other times, and more than a connection for homes carries. [kW]
///
/// A load that begins within the data raises the demands that it is compared with; only one that is there
/// for less than a hundredth of the reads is taken for an exchange.
fn jump_limit_kw(reads: &[LooseInterval]) -> f64 {
    const TIMES: f64 = 50.0;
    const MIN_KW: f64 = 100.0;
    const MIN_READS: usize = 100;
    const USUAL: f64 = 0.99;
    if reads.len() < MIN_READS {
        return f64::INFINITY;
    }
    let kw = |pair: &[LooseInterval]| {
        let seconds = pair[1].start_s - pair[0].start_s;
        (seconds > 0).then(|| (pair[1].value - pair[0].value).max(0.0) * 3600.0 / seconds as f64)
    };
    let mut demands: Vec<f64> = reads.windows(2).filter_map(kw).collect();
    let at = ((demands.len() as f64 * USUAL) as usize).min(demands.len().saturating_sub(1));
    if demands.is_empty() {
        return f64::INFINITY;
    }
    let (_, usual, _) = demands.select_nth_unstable_by(at, f64::total_cmp);
    (TIMES * *usual).max(MIN_KW)
}

/// Returns the energy between two reads of a cumulative counter, or `None` if the counter was reset.
fn register_difference_kwh(from_kwh: f64, to_kwh: f64, oddities: &mut Oddities) -> Option<f64> {
    if to_kwh >= from_kwh {
        return Some(to_kwh - from_kwh);
    }
    // A counter has a fixed number of decimal digits, so its capacity is the next power of ten.
    let capacity_kwh = 10f64.powi(from_kwh.abs().portable_log10().floor() as i32 + 1);
    if from_kwh >= ROLLOVER_SHARE * capacity_kwh && to_kwh <= (1.0 - ROLLOVER_SHARE) * capacity_kwh {
        oddities.n_rollovers += 1;
        return Some(to_kwh + capacity_kwh - from_kwh);
    }
    oddities.n_resets += 1;
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashwatt_core::settings::Zone;

    const DAY_S: i64 = 1_699_986_600; // 2023-11-15T00:00+05:30

    /// Reads at these seconds of a load that draws `kw(second)`.
    fn reads(at_s: impl IntoIterator<Item = i64>, kwh_until: impl Fn(i64) -> f64) -> Vec<LooseInterval> {
        let read = |s: i64| LooseInterval {
            start_s: DAY_S + s,
            value: 500.0 + kwh_until(s),
            quantity: Quantity::RegisterRead,
            is_estimated: false,
            order: 0,
        };
        at_s.into_iter().map(read).collect()
    }

    fn energies(rows: &[LooseInterval]) -> Vec<LooseInterval> {
        let zone = Zone::named("Asia/Kolkata").unwrap();
        timed_intervals(rows, &Calendar::new(Some(&zone)), &mut Oddities::default()).into_owned()
    }

    /// Seconds that advance by steps of 200 to 520 s without a pattern on the grid.
    fn odd_times(until_s: i64) -> Vec<i64> {
        let mut at_s = 0;
        let mut times = Vec::new();
        for step in 0.. {
            times.push(at_s);
            at_s += 200 + (step * step * 37 + step * 11) % 321;
            if at_s > until_s {
                return times;
            }
        }
        times
    }

    #[test]
    fn odd_reads_are_spread_over_cells_in_proportion() {
        // 2 kW by day, 0.5 kW in the first six hours.
        let kwh = |s: i64| 0.5 * s.min(21_600) as f64 / 3600.0 + 2.0 * (s - 21_600).max(0) as f64 / 3600.0;
        let times = odd_times(86_400);
        let cells = energies(&reads(times.clone(), kwh));
        let total: f64 = cells.iter().map(|cell| cell.value).sum();
        assert!((total - kwh(*times.last().unwrap())).abs() < 1e-9, "{total}");
        let distances: Vec<i64> = cells.windows(2).map(|pair| pair[1].start_s - pair[0].start_s).collect();
        assert!(distances.iter().all(|&s| s == 600), "{distances:?}");
        let night: f64 =
            cells.iter().filter(|cell| cell.start_s < DAY_S + 21_600).map(|cell| cell.value).sum();
        assert!((night - 3.0).abs() < 0.05, "{night}");
        let measured = cells.iter().filter(|cell| !cell.is_estimated).count();
        assert!(measured + 2 >= cells.len(), "{measured} of {}", cells.len());
    }

    #[test]
    fn a_pair_across_cells_is_an_estimate() {
        let times = odd_times(20_000).into_iter().filter(|s| !(6_000..14_000).contains(s));
        let cells = energies(&reads(times, |s| s as f64 / 3600.0));
        let within = |cell: &&LooseInterval| (7_200..12_600).contains(&(cell.start_s - DAY_S));
        assert!(cells.iter().filter(within).count() >= 5);
        // The read before the gap is moved by some seconds onto the grid.
        assert!(
            cells
                .iter()
                .filter(within)
                .all(|cell| cell.is_estimated && (cell.value * 6.0 - 1.0).abs() < 0.01)
        );
    }

    #[test]
    fn an_end_that_is_moved_past_its_neighbours_loses_no_energy() {
        let mut times = odd_times(20_000);
        times.splice(0..1, [-20, -9, -4, 30]);
        let cells = energies(&reads(times.clone(), |s| s as f64 / 1800.0));
        let total: f64 = cells.iter().map(|cell| cell.value).sum();
        let (first, last) = (times[0], times[times.len() - 1]);
        assert!((total - (last - first) as f64 / 1800.0).abs() < 1e-9, "{total}");
        assert_eq!(cells[0].start_s, DAY_S, "no sliver of the day before");
    }

    #[test]
    fn reads_some_seconds_beside_the_hour_are_hourly() {
        let times = (0..48).map(|hour| hour * 3600 + [0, 41, -37, 12, -3][hour as usize % 5]);
        let cells = energies(&reads(times, |s| ((s + 50) / 3600) as f64));
        assert_eq!(cells.len(), 47);
        assert!(cells.iter().all(|cell| !cell.is_estimated && cell.value == 1.0), "{cells:?}");
    }

    #[test]
    fn an_odd_read_between_regular_ones_loses_no_energy() {
        let mut times: Vec<i64> = (0..48).map(|slot| slot * 1800).collect();
        times.insert(21, 20 * 1800 + 1020);
        let cells = energies(&reads(times, |s| 4.0 * s as f64 / 3600.0));
        assert_eq!(cells.len(), 47);
        assert!(cells.iter().all(|cell| !cell.is_estimated && (cell.value - 2.0).abs() < 1e-9), "{cells:?}");
    }
}
