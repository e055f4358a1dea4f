//! Guesses from the first rows what column names do not say: register reads, and times that mark the end.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;

use super::Quality;
use super::channels::{keep_import, unit_of_rows};
use super::decode::Recipe;
use super::doubts::{refuse_conflicts, refuse_daily_counter, refuse_late_stamps, refuse_midnight_of_the_day};
use super::guess::Trouble;
use super::likelier::Says;
use super::local_time::OffsetTable;
use super::mapping::{Guess, Layout, Mapping, Stamp};
use super::marks::cell_text;
use super::quality::{CodeMeaning, code_meaning};
use super::source::read_sample;
use super::unit_doubts::refuse_unit;
use super::unused::mention_factors;
use hashwatt_core::ids::MeterNumbers;
use hashwatt_core::message;
use hashwatt_core::settings::{NO_COLUMN, ReadingsTable};

/// Fewest values of a meter needed to tell a counter from energy: no load keeps rising for so long.
const MIN_READS: usize = 24;

/// Greatest share of steps that may fall in a counter (exchange, rollover).
const MAX_FALLING_STEPS: f64 = 0.01;

/// Least share of steps that must rise: a constant energy is not a counter.
const MIN_RISING_SHARE: f64 = 0.2;

/// Least ratio of a counter to its median step.
const LEVEL_TO_STEP: f64 = 20.0;

/// Share of meters that must agree on the end stamp.
const ENOUGH_METERS: f64 = 0.8;

/// Seconds in 24 clock hours. [s]
const DAY_S: i64 = 86_400;

/// First and last time of a file, as written. [s]
pub(super) type Span = (i64, i64);

/// The first rows by meter: times as written and values, in order of time.
pub(super) type Series = BTreeMap<u32, Vec<(i64, f64)>>;

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
    is_whole: bool,
    span: Option<Span>,
) -> Result<(), Trouble> {
    let (mut series, mut is_by_meter) = series_as_written(mapping, sample);
    refuse_midnight_of_the_day(mapping, stated, &series)?;
    sort_by_time(&mut series);
    if keep_import(mapping, stated, &series, sample) {
        (series, is_by_meter) = read_series(mapping, sample);
    }
    if unit_of_rows(mapping)? {
        (series, is_by_meter) = read_series(mapping, sample);
    }
    refuse_conflicts(mapping, &series, sample)?;
    forget_constant_flag(mapping, stated, sample);
    mention_factors(mapping, stated, sample);
    let is_timed = matches!(mapping.layout, Layout::Long { .. } | Layout::Wide { .. });
    if is_timed && stated.shape.is_none() {
        if are_registers(&series) {
            return take_for_registers(mapping);
        }
        refuse_daily_counter(mapping, &series)?;
    }
    refuse_unit(mapping, &series)?;
    let is_stamp_known = stated.stamp.is_some() || mapping.is_guessed("stamp");
    if !is_timed || is_stamp_known {
        return Ok(());
    }
    let complete = if is_whole {
        Complete::All
    } else if is_by_meter {
        Complete::AllButLast
    } else {
        Complete::Nothing
    };
    refuse_late_stamps(&series)?;
    let n_end = count_end_stamped(&mut series, complete, span);
    if complete != Complete::Nothing {
        refuse_mixed_stamps(&series, n_end)?;
    }
    if is_end_stamped(&series, n_end) {
        let n = series.values().filter(|reads| reads.len() >= MIN_READS).count();
        let reason = message!("series_end_at_midnight", n = n_end, meters = n);
        mapping.guesses.push(Guess::new("stamp", "end", reason));
        mapping.stamp = Stamp::End;
    }
    Ok(())
}

/// Reads the values as counters; the columns of a wide table cannot be read so.
fn take_for_registers(mapping: &mut Mapping) -> Result<(), Trouble> {
    let Layout::Long { value } = mapping.layout.clone() else {
        return Err(Trouble::new(
            "the columns of its meters only ever rise, in steps small against their level: they are counters",
            "Export a row for each meter and read, with shape = \"register\"; where it is energy after all, set \
             shape = \"wide\"",
        ));
    };
    let reason = message!("only_rises", column = value.name.as_str());
    mapping.guesses.push(Guess::new("shape", "register", reason));
    mapping.layout = Layout::Register { value };
    Ok(())
}

/// Leaves out a column of flags that would make every row an estimate: a flag that is the same in all rows
/// marks nothing, and 1 may well mean that the value is good.
fn forget_constant_flag(mapping: &mut Mapping, stated: &ReadingsTable, sample: &RecordBatch) {
    const MIN_ROWS: usize = 48;
    let Some(column) = mapping.quality.clone().filter(|_| stated.quality_column.is_none()) else { return };
    let array = sample.column(column.index);
    let first = cell_text(array, 0).trim().to_ascii_lowercase();
    let is_flag = matches!(
        first.as_str(),
        "0" | "1" | "0.0" | "1.0" | "true" | "false" | "t" | "f" | "yes" | "no" | "y" | "n"
    );
    let is_estimate = code_meaning(&first, mapping.quality_one) == CodeMeaning::Is(Quality::Estimated);
    let is_constant =
        || (0..array.len()).all(|row| cell_text(array, row).trim().eq_ignore_ascii_case(&first));
    if is_flag && is_estimate && array.len() >= MIN_ROWS && is_constant() {
        let reason = message!("flag_constant", column = column.name.as_str(), flag = first);
        mapping.guesses.push(Guess::new("quality_column", NO_COLUMN, reason));
        mapping.quality = None;
    }
}

/// Refuses a file in which some meters' days run from midnight and others' end at midnight.
fn refuse_mixed_stamps(series: &Series, n_end: u32) -> Result<(), Trouble> {
    let from_midnight = |reads: &&Vec<(i64, f64)>| {
        let step_s = median_step_s(reads);
        step_s > 0
            && reads[0].0.rem_euclid(DAY_S) == 0
            && (reads[reads.len() - 1].0 + step_s).rem_euclid(DAY_S) == 0
    };
    let judged = series.values().filter(|reads| reads.len() >= MIN_READS);
    let n_start = judged.filter(from_midnight).count();
    if n_end == 0 || n_start == 0 {
        return Ok(());
    }
    let (stamp, n) = if u64::from(n_end) > n_start as u64 {
        (Stamp::End, n_end as usize)
    } else {
        (Stamp::Start, n_start)
    };
    Err(Trouble::new(
        format!(
            "times of {n_start} meters run from midnight to the last interval, those of {n_end} from one interval later \
             to midnight: some stamp the start of the interval, some the end"
        ),
        "Export the two kinds of meters apart and set stamp for each, or set stamp for all",
    )
    .or_likelier(Says::Stamp(stamp), message!("meters_show_it", meters = n)))
}

/// Returns the sample by meter, and whether each meter's rows are contiguous.
pub(super) fn read_series(mapping: &Mapping, sample: &RecordBatch) -> (Series, bool) {
    let (mut series, is_by_meter) = series_as_written(mapping, sample);
    sort_by_time(&mut series);
    (series, is_by_meter)
}

/// Sorts each meter's rows. Stable: of one time, the first of the file stays first.
fn sort_by_time(series: &mut Series) {
    series.values_mut().for_each(|reads| reads.sort_by_key(|(time_s, _)| *time_s));
}

/// Returns the sample by meter in the order of its rows, and whether each meter's rows are contiguous.
fn series_as_written(mapping: &Mapping, sample: &RecordBatch) -> (Series, bool) {
    let table = OffsetTable::utc();
    let as_start = Mapping { stamp: Stamp::Start, ..mapping.clone() };
    let recipe = Recipe { source: 0, mapping: &as_start, table: &table };
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
    let mut judged = series.values().filter(|reads| reads.len() >= MIN_READS).peekable();
    judged.peek().is_some() && judged.all(|reads| is_register(reads))
}

fn is_register(reads: &[(i64, f64)]) -> bool {
    let mut steps: Vec<f64> = reads.windows(2).map(|pair| pair[1].1 - pair[0].1).collect();
    let n = steps.len() as f64;
    let share = |count: usize| count as f64 / n;
    let n_falling = steps.iter().filter(|step| **step < 0.0).count();
    let n_rising = steps.iter().filter(|step| **step > 0.0).count();
    if share(n_falling) > MAX_FALLING_STEPS || share(n_rising) < MIN_RISING_SHARE {
        return false;
    }
    steps.sort_by(f64::total_cmp);
    let median_step = steps[steps.len() / 2];
    let level = reads[reads.len() / 2].1;
    level > LEVEL_TO_STEP * median_step
}

/// Counts the series that begin one interval after midnight and end at midnight. Tests the complete series
/// or, if none is known to be complete, the time span of the whole file.
fn count_end_stamped(series: &mut Series, complete: Complete, span: Option<Span>) -> u32 {
    let complete =
        if series.len() == 1 && complete == Complete::AllButLast { Complete::Nothing } else { complete };
    if complete == Complete::AllButLast {
        series.pop_last();
    }
    let mut n_end = 0u32;
    for reads in series.values().filter(|reads| reads.len() >= MIN_READS) {
        let ends = match complete {
            Complete::Nothing => span,
            _ => Some((reads[0].0, reads[reads.len() - 1].0)),
        };
        n_end += u32::from(ends.is_some_and(|span| runs_to_midnight(span, median_step_s(reads))));
    }
    n_end
}

fn is_end_stamped(series: &Series, n_end: u32) -> bool {
    let n = series.values().filter(|reads| reads.len() >= MIN_READS).count();
    n > 0 && f64::from(n_end) >= ENOUGH_METERS * n as f64
}

/// Returns the middle step from one read to the next, in whichever direction the file runs. [s]
pub(super) fn median_step_s(reads: &[(i64, f64)]) -> i64 {
    if reads.len() < 2 {
        return 0;
    }
    let step = |pair: &[(i64, f64)]| pair[1].0 - pair[0].0;
    let mut steps: Vec<i64> = reads.windows(2).map(step).filter(|&step_s| step_s > 0).collect();
    steps.sort_unstable();
    steps.get(steps.len() / 2).copied().unwrap_or(0)
}

const fn runs_to_midnight((first_s, last_s): Span, step_s: i64) -> bool {
    0 < step_s && step_s < DAY_S && first_s.rem_euclid(DAY_S) == step_s && last_s.rem_euclid(DAY_S) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end_stamped(series: &Series, complete: Complete, span: Option<Span>) -> bool {
        let mut series = series.clone();
        let n_end = count_end_stamped(&mut series, complete, span);
        is_end_stamped(&series, n_end)
    }

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
        assert!(end_stamped(&ends, Complete::All, None));
        let starts = Series::from([(0, reads(day(), 0)), (1, reads(day(), 0))]);
        assert!(!end_stamped(&starts, Complete::All, None));
    }

    #[test]
    fn a_cut_series_says_nothing_but_the_span_of_the_file_does() {
        let cut = Series::from([(0, reads((0..48).map(|_| 1.0), 1800))]);
        assert!(!end_stamped(&cut, Complete::AllButLast, None));
        assert!(!end_stamped(&cut, Complete::Nothing, None));
        assert!(!end_stamped(&cut, Complete::Nothing, Some((1800, 3 * DAY_S - 1800))));
        assert!(end_stamped(&cut, Complete::Nothing, Some((1800, 3 * DAY_S))));
    }
}
