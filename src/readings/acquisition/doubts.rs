//! Refuses a file whose first rows show that the mapping reads them wrong: several channels under one meter
//! and time, a counter of the day, stamps that differ by meter.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::RecordBatch;

use super::channels::only_import;
use super::decode::columns_of;
use super::evidence::{Series, median_step_s, read_series};
use super::guess::Trouble;
use super::likelier::Says;
use super::mapping::{Column, Layout, Mapping, Stamp};
use super::marks::short_text;
use super::profile::whole_texts;
use hashwatt_core::message;
use hashwatt_core::settings::ReadingsTable;

/// Share of rows that another row of the same meter and time contradicts, above which the rows' key was not
/// understood. [1]
const MAX_CONFLICTING: f64 = 0.1;

/// Fewest such rows: a few are duplicates.
const MIN_CONFLICTING: usize = 10;

/// Most different texts of a column that tells channels apart.
const MAX_CHANNELS: usize = 24;

/// Fewest reads in a day, and days, that show a counter of the day.
const MIN_READS_A_DAY: usize = 12;
const MIN_DAYS: usize = 3;

/// Share of days that must rise from first to last read.
const MIN_SHARE_OF_DAYS: f64 = 0.9;

/// Most seconds by which a head-end is late with all reads. [s]
const MAX_LATE_S: i64 = 60;

/// Refuses rows that contradict each other, and names the column that tells them apart.
pub(super) fn refuse_conflicts(
    mapping: &Mapping,
    series: &Series,
    sample: &RecordBatch,
) -> Result<(), Trouble> {
    let (n_rows, n_conflicting) = conflicts(series);
    if !are_many(n_rows, n_conflicting) {
        return Ok(());
    }
    let used = columns_of(mapping);
    let schema = sample.schema();
    let free = (0..sample.num_columns()).filter(|index| !used.contains(index));
    let telling = free.filter_map(|index| {
        let texts = distinct_texts(sample, index)?;
        let column = Column { index, name: schema.field(index).name().clone() };
        tells_apart(mapping, sample, &column, texts.first()?).then_some((column.name, texts))
    });
    let share = 100.0 * n_conflicting as f64 / n_rows as f64;
    let seen = format!("{share:.0}% of its rows contradict another row of the same meter and time");
    let mut telling = telling.collect::<Vec<_>>();
    // The column with the fewest texts names the channel; others may name the channel's serial number, too.
    telling.sort_by_key(|(_, texts)| texts.len());
    Err(match telling.first() {
        Some((name, texts)) => {
            let shown: Vec<String> = texts.iter().map(|text| format!("`{}`", short_text(text))).collect();
            let trouble = Trouble::new(
                format!("{seen}; column `{name}` tells them apart: {}", shown.join(", ")),
                format!(
                    "Where it names channels or registers, set where = {{ {name:?} = \"...\" }} in [[readings]] to the one \
                     that holds what the customer draws, such as active import; where it names meters, set meter_column \
                     (a column needs a name)"
                ),
            );
            match only_import(name, texts) {
                Some(text) => {
                    trouble.or_likelier(Says::Where(name.clone(), text.clone()), message!("only_import"))
                }
                None => trouble,
            }
        }
        None => Trouble::new(
            format!("{seen}, and no other column tells them apart"),
            "Set meter_column, time_column and value_column, or export with a column for channel, register and time of \
             day",
        ),
    })
}

/// Counts the intervals, and those that contradict an earlier one of the same meter and time.
fn conflicts(series: &Series) -> (usize, usize) {
    let (mut n, mut n_conflicting) = (0, 0);
    for reads in series.values() {
        n += reads.len();
        for same_time in reads.chunk_by(|a, b| a.0 == b.0) {
            n_conflicting += same_time.iter().filter(|(_, value)| *value != same_time[0].1).count();
        }
    }
    (n, n_conflicting)
}

/// Whether rows with one text of a column do not contradict each other.
fn tells_apart(mapping: &Mapping, sample: &RecordBatch, column: &Column, text: &str) -> bool {
    let mut mapping = mapping.clone();
    mapping.only_rows.push((column.clone(), vec![text.to_owned()]));
    let series = read_series(&mapping, sample).0;
    !series.is_empty() && !are_contradictory(&series)
}

/// Whether so many rows contradict another row of their meter and time that they are no duplicates.
pub(super) fn are_contradictory(series: &Series) -> bool {
    let (n_rows, n_conflicting) = conflicts(series);
    are_many(n_rows, n_conflicting)
}

fn are_many(n_rows: usize, n_conflicting: usize) -> bool {
    n_conflicting >= MIN_CONFLICTING && n_conflicting as f64 >= MAX_CONFLICTING * n_rows as f64
}

pub(super) fn distinct_texts(sample: &RecordBatch, column: usize) -> Option<BTreeSet<String>> {
    let mut texts = BTreeSet::new();
    for text in &whole_texts(sample.column(column)) {
        texts.insert(text.unwrap_or_default().to_owned());
        if texts.len() > MAX_CHANNELS {
            return None;
        }
    }
    (texts.len() > 1).then_some(texts)
}

/// Refuses values that rise all day and fall at midnight: a counter that the day resets.
pub(super) fn refuse_daily_counter(mapping: &Mapping, series: &Series) -> Result<(), Trouble> {
    let judged: Vec<bool> = series.values().filter_map(|reads| is_daily_counter(reads)).collect();
    let n_counters = judged.iter().filter(|is_counter| **is_counter).count();
    if judged.is_empty() || (n_counters as f64) < MIN_SHARE_OF_DAYS * judged.len() as f64 {
        return Ok(());
    }
    let column = mapping.layout.values().first().map_or("", |column| column.name.as_str());
    Err(Trouble::new(
        format!(
            "column `{column}` rises all day and falls at midnight: it is a counter that each day resets"
        ),
        "Set shape = \"register\" to take its differences (the interval at each reset is lost), or export energy",
    )
    .or_likelier(Says::Shape("register"), message!("no_load_rises")))
}

fn is_daily_counter(reads: &[(i64, f64)]) -> Option<bool> {
    let mut by_day: BTreeMap<i64, Vec<(i64, f64)>> = BTreeMap::new();
    for read in reads {
        by_day.entry(read.0.div_euclid(86_400)).or_default().push(*read);
    }
    let days: Vec<Vec<(i64, f64)>> =
        by_day.into_values().filter(|day| day.len() >= MIN_READS_A_DAY).collect();
    // The read at midnight may still be the old day's.
    let rises = |day: &&Vec<(i64, f64)>| {
        let steps = day[1..].windows(2).map(|pair| pair[1].1 - pair[0].1);
        steps.clone().all(|step| step >= 0.0) && steps.sum::<f64>() > 0.0
    };
    let n_rising = days.iter().filter(rises).count();
    let falls = |pair: &&[Vec<(i64, f64)>]| pair[1][1].1 < pair[0][pair[0].len() - 1].1;
    let n_falling = days.windows(2).filter(falls).count();
    (days.len() >= MIN_DAYS).then(|| {
        n_rising as f64 >= MIN_SHARE_OF_DAYS * days.len() as f64
            && n_falling as f64 >= MIN_SHARE_OF_DAYS * (days.len() - 1) as f64
    })
}

/// Refuses rows whose midnight follows the last interval of its own date: it is the end of that day, and with
/// that date it would be read as its start.
pub(super) fn refuse_midnight_of_the_day(
    mapping: &Mapping,
    stated: &ReadingsTable,
    as_written: &Series,
) -> Result<(), Trouble> {
    const DAY_S: i64 = 86_400;
    if stated.stamp.is_some() || !matches!(mapping.layout, Layout::Long { .. } | Layout::Wide { .. }) {
        return Ok(());
    }
    let pairs = || as_written.values().flat_map(|reads| reads.windows(2));
    // More than half a day backwards to the midnight of the same date, from row to row.
    let is_last = |pair: &&[(i64, f64)]| {
        let (before_s, midnight_s) = (pair[0].0, pair[1].0);
        midnight_s.rem_euclid(DAY_S) == 0 && (DAY_S / 2 + 1..DAY_S).contains(&(before_s - midnight_s))
    };
    let n_last = pairs().filter(is_last).count();
    let n_midnights = pairs().filter(|pair| pair[1].0.rem_euclid(DAY_S) == 0).count();
    if n_last < MIN_DAYS || (n_last as f64) < MIN_SHARE_OF_DAYS * n_midnights as f64 {
        return Ok(());
    }
    Err(Trouble::new(
        "midnight follows the last interval of each day and has that day's date: 00:00 stands for the day's end, and \
         would be read as its start",
        "Write it as 24:00, or with the date of the next day, and set stamp = \"end\"; where rows only run \
         backwards, set stamp in [[readings]]",
    ))
}

/// Refuses times that all lie the same few seconds after the hour or its parts: they were sent when the
/// interval was over.
pub(super) fn refuse_late_stamps(series: &Series) -> Result<(), Trouble> {
    let late = |reads: &Vec<(i64, f64)>| {
        let step_s = median_step_s(reads).max(1);
        let late_s = reads[0].0.rem_euclid(step_s);
        let is_late = |(time, _): &(i64, f64)| time.rem_euclid(step_s) == late_s;
        let is_whole = step_s >= 300 && 3600 % step_s == 0;
        (is_whole && (1..MAX_LATE_S).contains(&late_s) && reads.iter().all(is_late)).then_some(late_s)
    };
    let lates: Vec<Option<i64>> = series.values().filter(|reads| reads.len() >= 24).map(late).collect();
    match lates.first() {
        Some(Some(late_s)) if lates.iter().all(|late| late.is_some()) => Err(Trouble::new(
            format!(
                "its times lie {late_s} seconds off the grid of intervals, each alike: they may mark the end of the \
                 interval, sent {late_s} s late, or its start"
            ),
            "Set stamp = \"end\" or stamp = \"start\" in [[readings]]",
        )
        .or_likelier(Says::Stamp(Stamp::End), message!("mostly_end"))),
        _ => Ok(()),
    }
}
