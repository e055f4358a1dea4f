//! Turns naive local times into instants with a table of a zone's offsets, without a zone look-up per row.
//!
//! Times are in seconds; a naive local time is counted as if its clock showed UTC.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// First instant that interval data may have: 1990-01-01T00:00Z. [s]
pub const FIRST_INSTANT_S: i64 = 631_152_000;

/// First instant past the range of interval data: 2101-01-01T00:00Z. [s]
pub const END_INSTANT_S: i64 = 4_133_980_800;

/// Periods with one offset that are shorter than this are seasons: the zone alternates between two clocks. A
/// longer period is a standard time of its own (Almaty, 2004 to 2024). [s]
const MAX_SEASON_S: i64 = 330 * 86_400;

/// Behaviour of the clock over a period of local times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stretch {
    /// Every local time occurs once.
    Once,
    /// Every local time occurs twice; the field is the offset of the second pass. [s]
    Twice { second_offset_s: i64 },
    /// No local time occurs: the clock was moved forward past them.
    Never,
}

/// Local times from `from_s` to the next segment, with the offset that converts them to UTC.
#[derive(Debug, Clone, Copy)]
struct Segment {
    from_s: i64,
    offset_s: i64,
    stretch: Stretch,
}

/// The offsets of a zone as a table over local time, 1990 to 2100.
#[derive(Debug, Clone)]
pub struct OffsetTable {
    segments: Arc<[Segment]>,
}

impl OffsetTable {
    /// Builds the table of a clock that follows the zone's changes.
    #[must_use]
    pub fn local(tz: &TimeZone) -> Self {
        Self::from_pieces(&offset_pieces(tz))
    }

    /// Builds the table of a clock that keeps the zone's standard time all year. Standard time is the lower
    /// of the two offsets that a zone alternates between.
    #[must_use]
    pub fn standard(tz: &TimeZone) -> Self {
        Self::from_pieces(&standard_pieces(&offset_pieces(tz)))
    }

    /// Builds the table that leaves times unchanged.
    #[must_use]
    pub fn utc() -> Self {
        Self::from_pieces(&[(i64::MIN, 0)])
    }

    /// Whether clocks ever show this local time. [s]
    #[must_use]
    pub fn exists(&self, local_s: i64) -> bool {
        self.segments[self.segment_at(local_s).0].stretch != Stretch::Never
    }

    /// Returns the offset from one local time to another, if it is the same throughout. [s]
    #[must_use]
    pub fn constant_offset(&self, from_s: i64, to_s: i64) -> Option<i64> {
        let (index, _, end_s) = self.segment_at(from_s);
        let segment = self.segments[index];
        (segment.stretch == Stretch::Once && to_s <= end_s).then_some(segment.offset_s)
    }

    /// Builds the table from `pieces`: instants and the offset that applies from each, in seconds, in order.
    fn from_pieces(pieces: &[(i64, i64)]) -> Self {
        let mut segments = vec![Segment { from_s: i64::MIN, offset_s: pieces[0].1, stretch: Stretch::Once }];
        for pair in pieces.windows(2) {
            let ((_, before), (at, after)) = (pair[0], pair[1]);
            let stretch = match after.cmp(&before) {
                std::cmp::Ordering::Equal => continue,
                std::cmp::Ordering::Greater => Stretch::Never,
                std::cmp::Ordering::Less => Stretch::Twice { second_offset_s: after },
            };
            segments.push(Segment { from_s: at + before.min(after), offset_s: before, stretch });
            let from_s = at + before.max(after);
            segments.push(Segment { from_s, offset_s: after, stretch: Stretch::Once });
        }
        Self { segments: segments.into() }
    }

    /// Returns the segment of a local time: its index, its start and the start of the next.
    fn segment_at(&self, local_s: i64) -> (usize, i64, i64) {
        let next = self.segments.partition_point(|segment| segment.from_s <= local_s);
        let end = self.segments.get(next).map_or(i64::MAX, |segment| segment.from_s);
        (next - 1, self.segments[next - 1].from_s, end)
    }
}

/// Returns the changes of the offset, from before 1990 to 2100. [(instant in s, offset in s)]
fn offset_pieces(tz: &TimeZone) -> Vec<(i64, i64)> {
    let first = Timestamp::from_second(FIRST_INSTANT_S).expect("1990 is a time jiff has");
    let mut pieces = vec![(i64::MIN, i64::from(tz.to_offset(first).seconds()))];
    for transition in tz.following(first) {
        let at = transition.timestamp().as_second();
        if at >= END_INSTANT_S {
            break;
        }
        let offset: Offset = transition.offset();
        if pieces.last().is_none_or(|&(_, before)| before != i64::from(offset.seconds())) {
            pieces.push((at, i64::from(offset.seconds())));
        }
    }
    pieces
}

fn standard_pieces(pieces: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let is_season = |i: usize| i > 0 && i + 1 < pieces.len() && pieces[i + 1].0 - pieces[i].0 < MAX_SEASON_S;
    let at_end = |i: usize| i == 0 || i + 1 == pieces.len();
    (0..pieces.len())
        .map(|i| {
            let (at, mut offset) = pieces[i];
            if is_season(i) || at_end(i) {
                for neighbour in [i.checked_sub(1), Some(i + 1)].into_iter().flatten() {
                    if is_season(neighbour) {
                        offset = offset.min(pieces[neighbour].1);
                    }
                }
            }
            (at, offset)
        })
        .collect()
}

/// Converts the local times of one source to instants, in the order of its rows.
///
/// A local time that occurs twice counts as the first pass until its meter's clock goes back or stands still.
/// Later rows are the second pass. In a source in descending order it is the reverse. A local time that never
/// occurs is moved forward by the length of the change.
#[derive(Debug, Clone)]
pub struct LocalClock {
    table: OffsetTable,
    previous: Option<(u32, i64)>,
    passes: HashMap<(u32, usize), Pass>,
}

/// State of a meter within a period of local times that occurs twice.
#[derive(Debug, Clone, Copy)]
struct Pass {
    last_s: i64,
    is_second: bool,
    runs_backwards: bool,
}

/// Local times that never occurred in their zone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Nonexistent {
    /// Number of such times.
    pub n: u64,
    /// The first such time, as a naive local time. [s]
    pub first_s: Option<i64>,
}

impl LocalClock {
    /// Starts a clock that has seen no rows.
    #[must_use]
    pub fn new(table: OffsetTable) -> Self {
        Self { table, previous: None, passes: HashMap::new() }
    }

    /// Converts `times_s` from local time to instants, one per row of `meters`, in row order. [s]
    pub fn to_instants(&mut self, meters: &[u32], times_s: &mut [i64]) -> Nonexistent {
        let mut nonexistent = Nonexistent::default();
        let (first_s, last_s) = times_s
            .iter()
            .fold((i64::MAX, i64::MIN), |(first, last), &time| (first.min(time), last.max(time)));
        if first_s <= last_s
            && let Some(offset_s) = self.table.constant_offset(first_s, last_s + 1)
        {
            // No clock change within the batch: the usual case.
            self.previous = meters.last().copied().zip(times_s.last().copied());
            if offset_s != 0 {
                times_s.iter_mut().for_each(|time| *time -= offset_s);
            }
            return nonexistent;
        }
        let (mut index, mut from, mut end) = (0, i64::MAX, i64::MIN);
        let (mut offset, mut stretch) = (0, Stretch::Once);
        for (&meter, time) in meters.iter().zip(times_s.iter_mut()) {
            let local_s = *time;
            if local_s < from || local_s >= end {
                (index, from, end) = self.table.segment_at(local_s);
                Segment { offset_s: offset, stretch, .. } = self.table.segments[index];
            }
            match stretch {
                Stretch::Once => *time = local_s - offset,
                Stretch::Never => {
                    nonexistent.n += 1;
                    nonexistent.first_s.get_or_insert(local_s);
                    *time = local_s - offset;
                }
                Stretch::Twice { second_offset_s } => {
                    let is_second = self.is_second_pass(meter, local_s, index, end);
                    *time = local_s - if is_second { second_offset_s } else { offset };
                }
            }
            self.previous = Some((meter, local_s));
        }
        nonexistent
    }

    fn is_second_pass(&mut self, meter: u32, local_s: i64, segment: usize, end_s: i64) -> bool {
        let came_from_above = self.previous.is_some_and(|(m, last)| m == meter && last >= end_s);
        let pass = self.passes.entry((meter, segment)).or_insert(Pass {
            last_s: if came_from_above { i64::MAX } else { i64::MIN },
            is_second: came_from_above,
            runs_backwards: came_from_above,
        });
        if pass.runs_backwards {
            pass.is_second &= local_s < pass.last_s;
        } else {
            pass.is_second |= local_s <= pass.last_s;
        }
        pass.last_s = local_s;
        pass.is_second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> i64 {
        let civil: jiff::civil::DateTime = text.parse().unwrap();
        civil.to_zoned(TimeZone::UTC).unwrap().timestamp().as_second()
    }

    fn instants(table: OffsetTable, locals: &[&str]) -> (Vec<String>, u64) {
        let mut times: Vec<i64> = locals.iter().map(|text| seconds(text)).collect();
        let nonexistent = LocalClock::new(table).to_instants(&vec![0; times.len()], &mut times);
        let texts = times.iter().map(|&s| Timestamp::from_second(s).unwrap().to_string()).collect();
        (texts, nonexistent.n)
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[test]
    fn almaty_is_six_hours_ahead_before_march_2024_and_five_after() {
        let table = OffsetTable::local(&zone("Asia/Almaty"));
        let (texts, n) = instants(table, &["2024-02-29T22:30", "2024-03-01T12:00"]);
        assert_eq!(texts, ["2024-02-29T16:30:00Z", "2024-03-01T07:00:00Z"]);
        assert_eq!(n, 0);
    }

    #[test]
    fn the_hour_that_almaty_repeated_is_read_in_two_passes() {
        let table = OffsetTable::local(&zone("Asia/Almaty"));
        let locals = [
            "2024-02-29T22:30",
            "2024-02-29T23:00",
            "2024-02-29T23:30",
            "2024-02-29T23:00",
            "2024-02-29T23:30",
            "2024-03-01T00:00",
        ];
        let (texts, _) = instants(table, &locals);
        let minutes: Vec<&str> = texts.iter().map(|text| &text[11..16]).collect();
        assert_eq!(minutes, ["16:30", "17:00", "17:30", "18:00", "18:30", "19:00"]);
    }

    #[test]
    fn a_london_spring_morning_has_no_half_past_one() {
        let table = OffsetTable::local(&zone("Europe/London"));
        let (texts, n) = instants(table, &["2013-03-31T00:30", "2013-03-31T01:30", "2013-03-31T02:00"]);
        assert_eq!(texts, ["2013-03-31T00:30:00Z", "2013-03-31T01:30:00Z", "2013-03-31T01:00:00Z"]);
        assert_eq!(n, 1);
    }

    #[test]
    fn a_london_autumn_night_has_half_past_one_twice() {
        let table = OffsetTable::local(&zone("Europe/London"));
        let locals = ["2013-10-27T00:00", "2013-10-27T01:00", "2013-10-27T01:00", "2013-10-27T02:00"];
        let (texts, _) = instants(table, &locals);
        let hours: Vec<&str> = texts.iter().map(|text| &text[8..16]).collect();
        assert_eq!(hours, ["26T23:00", "27T00:00", "27T01:00", "27T02:00"]);
    }

    #[test]
    fn a_series_that_runs_backwards_meets_the_second_pass_first() {
        let table = OffsetTable::local(&zone("Europe/London"));
        let locals = ["2013-10-27T02:00", "2013-10-27T01:00", "2013-10-27T01:00", "2013-10-27T00:00"];
        let (texts, _) = instants(table, &locals);
        let hours: Vec<&str> = texts.iter().map(|text| &text[8..16]).collect();
        assert_eq!(hours, ["27T02:00", "27T01:00", "27T00:00", "26T23:00"]);
    }

    #[test]
    fn two_passes_are_told_apart_for_each_meter_in_rows_sorted_by_time() {
        let mut clock = LocalClock::new(OffsetTable::local(&zone("Europe/London")));
        let at = seconds("2013-10-27T01:00");
        let mut times = vec![at, at, at, at];
        clock.to_instants(&[1, 2, 1, 2], &mut times);
        assert_eq!(times, [at - 3600, at - 3600, at, at]);
    }

    #[test]
    fn standard_time_has_no_summer() {
        let (texts, n) = instants(
            OffsetTable::standard(&zone("Europe/London")),
            &["2013-01-01T00:00", "2013-03-31T01:30", "2013-07-01T00:00", "2099-07-01T00:00"],
        );
        let hours: Vec<&str> = texts.iter().map(|text| &text[5..16]).collect();
        assert_eq!(hours, ["01-01T00:00", "03-31T01:30", "07-01T00:00", "07-01T00:00"]);
        assert_eq!(n, 0);
    }

    #[test]
    fn standard_time_follows_a_country_that_changes_it() {
        let (texts, _) =
            instants(OffsetTable::standard(&zone("Asia/Almaty")), &["2023-07-01T06:00", "2024-07-01T05:00"]);
        assert_eq!(texts, ["2023-07-01T00:00:00Z", "2024-07-01T00:00:00Z"]);
    }

    #[test]
    fn times_without_a_zone_stay_as_they_stand() {
        let (texts, _) = instants(OffsetTable::utc(), &["2013-03-31T01:30"]);
        assert_eq!(texts, ["2013-03-31T01:30:00Z"]);
    }

    #[test]
    fn a_gapless_series_comes_back_as_the_instants_it_was_written_from() {
        let from = seconds("2022-01-01T00:00");
        let instants: Vec<i64> = (0..3 * 365 * 48).map(|i| from + i * 1800).collect();
        for name in
            ["Europe/London", "Asia/Almaty", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]
        {
            let tz = zone(name);
            let east = |s: &i64| i64::from(tz.to_offset(Timestamp::from_second(*s).unwrap()).seconds());
            let mut times: Vec<i64> = instants.iter().map(|s| s + east(s)).collect();
            let mut clock = LocalClock::new(OffsetTable::local(&tz));
            let nonexistent = clock.to_instants(&vec![0; times.len()], &mut times);
            assert_eq!(nonexistent.n, 0, "{name}");
            assert!(times == instants, "{name}");
            let mut backwards: Vec<i64> = instants.iter().rev().map(|s| s + east(s)).collect();
            LocalClock::new(OffsetTable::local(&tz)).to_instants(&vec![0; backwards.len()], &mut backwards);
            assert!(backwards.iter().rev().eq(&instants), "{name} backwards");
        }
    }
}
