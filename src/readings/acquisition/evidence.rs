//! Guesses from the first rows what column names do not say: register reads, and times that mark the end.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;

use super::decode::Recipe;
use super::local_time::OffsetTable;
use super::mapping::{Guess, Layout, Mapping, Stamp};
use super::source::read_sample;
use super::values::DecimalMark;
use hashwatt_core::ids::MeterNumbers;
use hashwatt_core::settings::ReadingsTable;

/// Fewest values of a meter needed to tell a counter from energy: no load keeps rising for so long.
const FEWEST_READS: usize = 24;

/// Greatest share of steps that may fall in a counter (exchange, rollover).
const MAX_FALLING_STEPS: f64 = 0.01;

/// Least share of steps that must rise: a constant energy is not a counter.
const FEWEST_RISING_STEPS: f64 = 0.2;

/// Least ratio of a counter to its median step.
const LEVEL_TO_STEP: f64 = 20.0;

/// Share of meters that must agree on the end stamp.
const ENOUGH_METERS: f64 = 0.8;

/// Seconds in 24 clock hours. [s]
const DAY_S: i64 = 86_400;

/// First and last time of a file, as written. [s]
pub(super) type Span = (i64, i64);

/// The first rows by meter: times as written and values, in row order.
type Series = BTreeMap<u32, Vec<(i64, f64)>>;

/// Which series of the sample are known to be complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Complete {
    /// All series: the sample is the whole file.
    All,
    /// All except the last: rows are sorted by meter.
    AllButLast,
    /// None.
    Nothing,
}

/// Adds to the mapping what the sample shows, unless it is stated.
pub(super) fn look_at_sample(
    mapping: &mut Mapping,
    stated: &ReadingsTable,
    sample: &RecordBatch,
    decimal: DecimalMark,
    n_rows: Option<u64>,
    span: Option<Span>,
) {
    let Layout::Long { value } = mapping.layout.clone() else { return };
    let (mut series, is_by_meter) = read_series(mapping, sample, decimal);
    let complete = if n_rows.is_some_and(|n| n == sample.num_rows() as u64) {
        Complete::All
    } else if is_by_meter {
        Complete::AllButLast
    } else {
        Complete::Nothing
    };
    if stated.shape.is_none() && are_registers(&series) {
        let reason = format!("column `{}` only ever rises, in steps small against its level", value.name);
        mapping.guesses.push(Guess { key: "shape", value: "register".to_owned(), reason });
        mapping.layout = Layout::Register { value };
        return;
    }
    let is_stamp_known = stated.stamp.is_some() || mapping.guesses.iter().any(|guess| guess.key == "stamp");
    if !is_stamp_known && is_end_stamped(&mut series, complete, span) {
        let reason = "series begin one interval after midnight and end at midnight".to_owned();
        mapping.guesses.push(Guess { key: "stamp", value: "end".to_owned(), reason });
        mapping.stamp = Stamp::End;
    }
}

/// Returns the sample by meter, and whether each meter's rows are contiguous.
fn read_series(mapping: &Mapping, sample: &RecordBatch, decimal: DecimalMark) -> (Series, bool) {
    let table = OffsetTable::utc();
    let as_start = Mapping { stamp: Stamp::Start, ..mapping.clone() };
    let recipe = Recipe { source: 0, mapping: &as_start, table: &table, decimal };
    let (mut series, mut last, mut is_by_meter) = (Series::new(), None, true);
    let read = read_sample(recipe, sample, &MeterNumbers::default(), &mut |batch| {
        for ((&meter, &time), &value) in batch.meters.iter().zip(&batch.starts_s).zip(&batch.values) {
            is_by_meter &= last == Some(meter) || !series.contains_key(&meter);
            last = Some(meter);
            series.entry(meter).or_default().push((time, value));
        }
        Ok(())
    });
    if read.is_err() { (Series::new(), false) } else { (series, is_by_meter) }
}

/// Whether the values are reads of cumulative counters, for every meter with enough values.
fn are_registers(series: &Series) -> bool {
    let mut judged = series.values().filter(|reads| reads.len() >= FEWEST_READS).peekable();
    judged.peek().is_some() && judged.all(|reads| is_register(reads))
}

fn is_register(reads: &[(i64, f64)]) -> bool {
    let mut reads = reads.to_vec();
    reads.sort_by_key(|(time, _)| *time);
    let mut steps: Vec<f64> = reads.windows(2).map(|pair| pair[1].1 - pair[0].1).collect();
    let n = steps.len() as f64;
    let share = |count: usize| count as f64 / n;
    let n_falling = steps.iter().filter(|step| **step < 0.0).count();
    let n_rising = steps.iter().filter(|step| **step > 0.0).count();
    if share(n_falling) > MAX_FALLING_STEPS || share(n_rising) < FEWEST_RISING_STEPS {
        return false;
    }
    steps.sort_by(f64::total_cmp);
    let median_step = steps[steps.len() / 2];
    let level = reads[reads.len() / 2].1;
    level > LEVEL_TO_STEP * median_step
}

/// Whether series begin one interval after midnight and end at midnight. Tests the complete series or, if
/// none is known to be complete, the time span of the whole file.
fn is_end_stamped(series: &mut Series, complete: Complete, span: Option<Span>) -> bool {
    let complete =
        if series.len() == 1 && complete == Complete::AllButLast { Complete::Nothing } else { complete };
    if complete == Complete::AllButLast {
        series.pop_last();
    }
    let (mut n, mut n_end) = (0u32, 0u32);
    for reads in series.values_mut().filter(|reads| reads.len() >= FEWEST_READS) {
        reads.sort_by_key(|(time, _)| *time);
        let ends = match complete {
            Complete::Nothing => span,
            _ => Some((reads[0].0, reads[reads.len() - 1].0)),
        };
        n += 1;
        n_end += u32::from(ends.is_some_and(|span| runs_to_midnight(span, median_step_s(reads))));
    }
    n > 0 && f64::from(n_end) >= ENOUGH_METERS * f64::from(n)
}

fn median_step_s(reads: &[(i64, f64)]) -> i64 {
    let mut steps: Vec<i64> = reads.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    steps.sort_unstable();
    steps[steps.len() / 2]
}

const fn runs_to_midnight((first_s, last_s): Span, step_s: i64) -> bool {
    step_s < DAY_S && first_s.rem_euclid(DAY_S) == step_s && last_s.rem_euclid(DAY_S) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(values: impl IntoIterator<Item = f64>, first_s: i64) -> Vec<(i64, f64)> {
        values.into_iter().enumerate().map(|(i, value)| (first_s + i as i64 * 1800, value)).collect()
    }

    #[test]
    fn a_counter_rises_in_small_steps_and_a_load_does_not() {
        assert!(is_register(&reads((0..48).map(|i| 5000.0 + f64::from(i) * 0.3), 0)));
        assert!(!is_register(&reads((0..48).map(|i| f64::from(i % 7)), 0)));
        assert!(!is_register(&reads((0..48).map(|_| 3.2), 0)));
    }

    #[test]
    fn a_flat_load_is_not_a_counter() {
        let series = Series::from([(0, reads((0..48).map(|i| 1.5 + 0.001 * f64::from(i % 3)), 0))]);
        assert!(!are_registers(&series));
    }

    #[test]
    fn days_from_half_past_midnight_to_midnight_are_end_stamped() {
        let day = || (0..48).map(|_| 1.0);
        let ends = Series::from([(0, reads(day(), 1800)), (1, reads(day(), 1800))]);
        assert!(is_end_stamped(&mut ends.clone(), Complete::All, None));
        let mut starts = Series::from([(0, reads(day(), 0)), (1, reads(day(), 0))]);
        assert!(!is_end_stamped(&mut starts, Complete::All, None));
    }

    #[test]
    fn a_cut_series_says_nothing_but_the_span_of_the_file_does() {
        let cut = Series::from([(0, reads((0..48).map(|_| 1.0), 1800))]);
        assert!(!is_end_stamped(&mut cut.clone(), Complete::AllButLast, None));
        assert!(!is_end_stamped(&mut cut.clone(), Complete::Nothing, None));
        assert!(!is_end_stamped(&mut cut.clone(), Complete::Nothing, Some((1800, 3 * DAY_S - 1800))));
        assert!(is_end_stamped(&mut cut.clone(), Complete::Nothing, Some((1800, 3 * DAY_S))));
    }
}
