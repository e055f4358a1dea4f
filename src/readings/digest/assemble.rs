//! Assembles one meter's intervals, in any order, into civil days on a grid.

use std::collections::BTreeMap;

use super::columns::DayColumns;
use super::counter::timed_intervals;
use super::kernel::{DayIntervals, Scratch, digest_day};
use super::lanes::{DayLanes, MAX_INTERVAL_S};
use super::{DAY_MINUTES, DayDigest};
use crate::acquisition::Quantity;
use hashwatt_core::calendar::{Calendar, CivilDay};
use hashwatt_core::settings::HourWindow;
use hashwatt_core::units::MAX_DEMAND_KW;

/// Interval lengths in use. [min]
pub(super) const GRID_MINUTES: [i64; 13] = [1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720];

/// A day of 23 or 25 h between two daily reads still counts as one day. [s]
pub(super) const DAY_READ_S: std::ops::RangeInclusive<i64> = 82_800..=90_000;

/// An interval of a meter that waits for the rest of its day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LooseInterval {
    /// Instant of the start. [s since 1970-01-01T00:00Z]
    pub start_s: i64,
    /// Energy, demand or register read, according to `quantity`.
    pub value: f64,
    /// Type of `value`.
    pub quantity: Quantity,
    /// Whether the value is an estimate.
    pub is_estimated: bool,
    /// Position of its task in the run's input.
    pub order: u32,
}

/// Irregularities in a meter's intervals that its days do not show.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Oddities {
    /// Cumulative counters that rolled over.
    pub n_rollovers: u32,
    /// Cumulative counters that fell for another reason.
    pub n_resets: u32,
    /// Rises of a counter that its connection cannot have carried: exchanges to a higher start. No energy is
    /// taken there.
    pub n_jumps: u32,
    /// Reads of one instant that differ from the first.
    pub n_conflicting_reads: u32,
    /// Intervals that fit no known grid; they were kept on the nearest.
    pub n_off_grid: u32,
    /// Intervals above any connection's capacity; their energy was not used.
    pub n_impossible: u32,
    /// The first such interval, with its demand. [kW]
    pub impossible: Option<(LooseInterval, f64)>,
}

impl LooseInterval {
    /// Returns the mean demand over an interval of this length. [kW]
    fn demand_kw(&self, interval_s: i64) -> f32 {
        let value = self.value as f32;
        if self.quantity == Quantity::Demand { value } else { value * intervals_per_hour(interval_s) }
    }

    /// Whether a connection can carry this value over an interval of this length.
    pub(super) fn is_possible(&self, interval_s: i64) -> bool {
        is_possible_kw(self.demand_kw(interval_s))
    }
}

/// Whether this value can be a demand.
#[must_use]
pub fn is_possible_kw(kw: f32) -> bool {
    kw.abs() <= MAX_DEMAND_KW as f32
}

impl Oddities {
    pub(super) fn note_impossible(&mut self, row: &LooseInterval, interval_s: i64) {
        self.n_impossible += 1;
        self.impossible.get_or_insert((*row, f64::from(row.demand_kw(interval_s))));
    }
}

/// Returns the factor from an interval's energy to demand. [1/h]
#[must_use]
pub fn intervals_per_hour(interval_s: i64) -> f32 {
    3600.0 / interval_s as f32
}

/// Destination of assembled days: whole days go through the lanes, the others one by one.
pub struct Assembled<'a> {
    /// The calendar of the usage points.
    pub calendar: &'a Calendar,
    /// The night window.
    pub night: HourWindow,
    /// Whole days that wait until the lanes are full.
    pub lanes: &'a mut DayLanes,
    /// Finished digests.
    pub days: &'a mut DayColumns,
    /// Buffers of the scalar kernel.
    pub scratch: &'a mut Scratch,
}

/// Digests the loose intervals of one meter, which must be in order of their starts. If two intervals have
/// the same place, the first is kept. Each day is output once.
pub fn assemble(meter: u32, rows: &[LooseInterval], into: &mut Assembled<'_>) -> Oddities {
    let mut oddities = Oddities::default();
    let timed = timed_intervals(rows, into.calendar, &mut oddities);
    let modal_s = modal_interval_s(timed.iter().map(|row| row.start_s)).unwrap_or(3600);
    let mut rest = timed.as_ref();
    while let Some(first) = rest.first() {
        let Some(civil) = into.calendar.day_of(first.start_s) else {
            rest = &rest[1..];
            continue;
        };
        let end = rest.partition_point(|row| row.start_s < civil.start_s + civil.length_s);
        let (today, later) = rest.split_at(end);
        rest = later;
        if let Some(interval_s) = whole_day_s(today, civil) {
            let kw = today.iter().map(|row| row.demand_kw(interval_s));
            into.lanes.push(meter, civil.day, interval_s, kw, into.days);
        } else if modal_s >= *DAY_READ_S.start() {
            let next_s = later.first().map(|row| row.start_s);
            let day = coarse_day(today, next_s, modal_s, civil, &mut oddities);
            day.iter().for_each(|day| into.days.push(meter, day));
        } else {
            let day = grid_day(today, modal_s, civil, into.night, into.scratch, &mut oddities);
            day.iter().for_each(|day| into.days.push(meter, day));
        }
    }
    oddities
}

/// Returns the interval of a plain 24 h day whose rows are all measured, regular and complete.
fn whole_day_s(today: &[LooseInterval], civil: &CivilDay) -> Option<i64> {
    let interval_s = today.get(1)?.start_s - today[0].start_s;
    let is_whole = is_whole_day(civil, today[0].start_s, interval_s)
        && today.len() as i64 * interval_s == civil.length_s
        && today.windows(2).all(|pair| pair[1].start_s - pair[0].start_s == interval_s)
        && today.iter().all(|row| !row.is_estimated && row.is_possible(interval_s));
    is_whole.then_some(interval_s)
}

/// Whether a day with this start and this distance between rows may be whole: a plain day, with enough rows
/// that it is no coincidence.
#[must_use]
pub fn is_whole_day(civil: &CivilDay, start_s: i64, interval_s: i64) -> bool {
    let first_s = start_s - civil.start_s;
    civil.is_plain()
        && (0..interval_s).contains(&first_s)
        && MAX_INTERVAL_S % interval_s == 0
        && interval_s % 60 == 0
}

/// Returns the most common distance between neighbours, the shorter of two equally common ones. [s]
pub(super) fn modal_interval_s(starts_s: impl Iterator<Item = i64>) -> Option<i64> {
    let mut counts: BTreeMap<i64, u32> = BTreeMap::new();
    let mut previous = None;
    // Equal distances come in long runs.
    let (mut run_s, mut run) = (0, 0);
    let mut count = |distance_s, n| {
        let snapped = if DAY_READ_S.contains(&distance_s) { i64::from(DAY_MINUTES) * 60 } else { distance_s };
        *counts.entry(snapped).or_default() += n;
    };
    for start_s in starts_s {
        let distance_s = previous.map_or(0, |previous| start_s - previous);
        previous = Some(start_s);
        if distance_s == run_s {
            run += 1;
        } else if distance_s > 0 {
            count(run_s, run);
            (run_s, run) = (distance_s, 1);
        }
    }
    count(run_s, run);
    counts.remove(&0);
    counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0))).map(|(distance_s, _)| distance_s)
}

/// Digests a day of reads that come once a day or less often; `None` if none of them is possible.
fn coarse_day(
    today: &[LooseInterval],
    next_start_s: Option<i64>,
    modal_s: i64,
    civil: &CivilDay,
    oddities: &mut Oddities,
) -> Option<DayDigest> {
    let first = today[0];
    let length_s = if modal_s == i64::from(DAY_MINUTES) * 60 {
        civil.length_s
    } else {
        next_start_s.map_or(modal_s, |next| next - first.start_s)
    };
    let (possible, impossible): (Vec<_>, Vec<_>) = today.iter().partition(|row| row.is_possible(length_s));
    impossible.iter().for_each(|row| oddities.note_impossible(row, length_s));
    let (first, others) = possible.split_first()?;
    let minutes = if modal_s == i64::from(DAY_MINUTES) * 60 { DAY_MINUTES } else { (length_s / 60) as u32 };
    let mut row = DayDigest::empty(civil.day, minutes, 1);
    let hours = length_s as f64 / 3600.0;
    let kw = if first.quantity == Quantity::Demand { first.value } else { first.value / hours };
    row.energy_kwh = (kw * hours) as f32;
    for again in others {
        let n = if again.value == first.value { &mut row.n_identical } else { &mut row.n_conflicting };
        *n = n.saturating_add(1);
    }
    if first.is_estimated {
        row.n_estimated = 1;
        return Some(row);
    }
    row.n_measured = 1;
    row.n_zero = u16::from(kw == 0.0);
    row.n_negative = u16::from(kw < 0.0);
    row.demand_kw_mean = kw as f32;
    Some(row)
}

/// Digests a day of intervals on the finest grid that its rows show; `None` if none is possible.
fn grid_day(
    today: &[LooseInterval],
    modal_s: i64,
    civil: &CivilDay,
    night: HourWindow,
    scratch: &mut Scratch,
    oddities: &mut Oddities,
) -> Option<DayDigest> {
    let interval_s = day_interval_s(today, modal_s, oddities);
    let n_slots = (civil.length_s / interval_s) as usize;
    let mut kw = vec![f32::NAN; n_slots];
    let mut estimated = vec![false; n_slots];
    let (mut n_identical, mut n_conflicting) = (0u16, 0u16);
    let repeated_slots = (civil.repeated_s() / interval_s) as usize;
    for row in today {
        if !row.is_possible(interval_s) {
            oddities.note_impossible(row, interval_s);
            continue;
        }
        let elapsed_s = row.start_s - civil.start_s;
        let mut slot = ((elapsed_s / interval_s) as usize).min(n_slots - 1);
        let value = row.demand_kw(interval_s);
        // Naive local time shows the repeated hour twice. The later of two such rows is in the second pass.
        let second_pass = slot + repeated_slots;
        if !kw[slot].is_nan() && civil.is_first_pass(elapsed_s) && kw[second_pass].is_nan() {
            slot = second_pass;
        }
        if kw[slot].is_nan() {
            kw[slot] = value;
            estimated[slot] = row.is_estimated;
        } else if kw[slot] == value {
            n_identical = n_identical.saturating_add(1);
        } else {
            n_conflicting = n_conflicting.saturating_add(1);
        }
    }
    if kw.iter().all(|kw| kw.is_nan()) {
        return None;
    }
    let mut row =
        digest_day(DayIntervals { civil, interval_s, demand_kw: &kw, estimated: &estimated }, night, scratch);
    row.n_identical = n_identical;
    row.n_conflicting = n_conflicting;
    Some(row)
}

/// Returns the day's own interval if it has enough rows to tell, otherwise the meter's.
fn day_interval_s(today: &[LooseInterval], modal_s: i64, oddities: &mut Oddities) -> i64 {
    let own_s = if today.len() >= 4 { modal_interval_s(today.iter().map(|row| row.start_s)) } else { None };
    let on_grid = |seconds: i64| GRID_MINUTES.iter().any(|minutes| minutes * 60 == seconds);
    [own_s, Some(modal_s)].into_iter().flatten().find(|&seconds| on_grid(seconds)).unwrap_or_else(|| {
        oddities.n_off_grid += 1;
        let nearest = GRID_MINUTES.iter().min_by_key(|minutes| (*minutes * 60 - modal_s).abs());
        nearest.expect("the grid is not empty") * 60
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashwatt_core::settings::{Windows, Zone};

    const DAY_S: i64 = 1_700_006_400; // 2023-11-15T00:00Z

    fn interval(start_s: i64, value: f64, quantity: Quantity) -> LooseInterval {
        LooseInterval { quantity, is_estimated: false, start_s, value, order: 0 }
    }

    fn run(mut rows: Vec<LooseInterval>, zone: Option<&str>) -> (Vec<DayDigest>, Oddities) {
        let zone = zone.map(|name| Zone::named(name).unwrap());
        let night = Windows::default().night;
        let (mut lanes, mut days) = (DayLanes::new(night), DayColumns::default());
        rows.sort_by_key(|row| row.start_s);
        let mut into = Assembled {
            calendar: &Calendar::new(zone.as_ref()),
            night,
            lanes: &mut lanes,
            days: &mut days,
            scratch: &mut Scratch::default(),
        };
        let oddities = assemble(0, &rows, &mut into);
        lanes.flush(&mut days);
        let mut days: Vec<DayDigest> = (0..days.len()).map(|row| days.day(row)).collect();
        days.sort_by_key(|day| day.day);
        (days, oddities)
    }

    #[test]
    fn order_does_not_matter() {
        let rows: Vec<_> =
            (0..96).map(|slot| interval(DAY_S + slot * 1800, slot as f64, Quantity::Energy)).collect();
        let mut mixed = rows.clone();
        mixed.reverse();
        mixed.swap(3, 50);
        assert_eq!(format!("{:?}", run(rows, None).0), format!("{:?}", run(mixed, None).0));
    }

    #[test]
    fn energy_in_half_an_hour_is_half_the_demand() {
        let rows = (0..48).map(|slot| interval(DAY_S + slot * 1800, 1.5, Quantity::Energy)).collect();
        let (days, _) = run(rows, None);
        assert_eq!((days[0].demand_kw_mean, days[0].energy_kwh, days[0].interval_minutes), (3.0, 72.0, 30));
    }

    #[test]
    fn duplicates_are_told_apart() {
        let mut rows: Vec<_> =
            (0..24).map(|slot| interval(DAY_S + slot * 3600, 1.0, Quantity::Energy)).collect();
        rows.push(interval(DAY_S, 1.0, Quantity::Energy));
        rows.push(interval(DAY_S + 3600, 9.0, Quantity::Energy));
        let (days, _) = run(rows, None);
        assert_eq!((days[0].n_identical, days[0].n_conflicting, days[0].demand_kw_max), (1, 1, 1.0));
    }

    #[test]
    fn stamps_at_the_last_second_fall_in_their_interval() {
        let rows = (1..=48).map(|slot| interval(DAY_S + slot * 1800 - 1, 1.0, Quantity::Energy)).collect();
        let (days, _) = run(rows, None);
        assert_eq!((days.len(), days[0].n_measured, days[0].n_expected), (1, 48, 48));
    }

    #[test]
    fn a_counter_that_is_exchanged_to_a_higher_start_gives_no_energy_there() {
        let reads = |jump: f64| {
            let read = move |hour: i64| 740.0 + 0.6 * hour as f64 + if hour < 100 { 0.0 } else { jump };
            (0..200)
                .map(move |hour| interval(DAY_S + hour * 3600, read(hour), Quantity::RegisterRead))
                .collect()
        };
        let (days, oddities) = run(reads(31_000.0), None);
        assert_eq!(oddities.n_jumps, 1);
        let energy: f32 = days.iter().map(|day| day.energy_kwh).sum();
        assert!((energy - 198.0 * 0.6).abs() < 0.1, "{energy}");
        assert_eq!(run(reads(40.0), None).1.n_jumps, 0, "40 kW of an hour are a load");
    }

    #[test]
    fn a_counter_gives_differences_across_a_rollover_and_none_across_an_exchange() {
        let reads = [99_990.0, 99_995.0, 0.0, 5.0, 2.0, 4.0];
        let rows = reads
            .iter()
            .enumerate()
            .map(|(hour, &read)| interval(DAY_S + hour as i64 * 3600, read, Quantity::RegisterRead))
            .collect();
        let (days, oddities) = run(rows, None);
        assert_eq!((oddities.n_rollovers, oddities.n_resets), (1, 1));
        assert_eq!(
            days[0].hour_kw[..5].iter().map(|kw| kw.to_string()).collect::<Vec<_>>(),
            ["5", "5", "5", "NaN", "2"]
        );
    }

    #[test]
    fn energy_across_missing_reads_is_kept_as_an_estimate() {
        let mut rows: Vec<_> =
            (0..10).map(|hour| interval(DAY_S + hour * 3600, hour as f64, Quantity::RegisterRead)).collect();
        rows.push(interval(DAY_S + 14 * 3600, 29.0, Quantity::RegisterRead));
        let (days, _) = run(rows, None);
        assert_eq!((days[0].n_measured, days[0].n_estimated, days[0].energy_kwh), (9, 5, 29.0));
    }

    #[test]
    fn monthly_reads_are_one_row_each() {
        let rows = [0i64, 31, 61, 92]
            .iter()
            .map(|day| interval(DAY_S + day * 86_400, 744.0, Quantity::Energy))
            .collect();
        let (days, _) = run(rows, None);
        assert_eq!(days.len(), 4);
        assert_eq!((days[0].interval_minutes, days[0].demand_kw_mean), (31 * 1440, 1.0));
    }

    #[test]
    fn daily_reads_over_a_clock_change_stay_daily() {
        let zone = Zone::named("Europe/London").unwrap();
        let midnight = |day: i8| {
            jiff::civil::date(2013, 3, day).to_zoned(zone.tz.clone()).unwrap().timestamp().as_second()
        };
        let rows = (28..=31).map(|day| interval(midnight(day), 24.0, Quantity::Energy)).collect();
        let (days, _) = run(rows, Some("Europe/London"));
        assert!(days.iter().all(|day| day.interval_minutes == 1440 && day.energy_kwh == 24.0), "{days:?}");
    }

    #[test]
    fn a_repeated_local_hour_keeps_both_passes() {
        // Naive local times of 2013-10-27 in London; the reader mapped both passes to the first.
        let first = "2013-10-26T23:00Z".parse::<jiff::Timestamp>().unwrap().as_second();
        let mut rows: Vec<_> = (0..25)
            .filter(|hour| *hour != 2)
            .map(|hour| interval(first + hour * 3600, 1.0, Quantity::Energy))
            .collect();
        rows.push(interval(first + 3600, 1.0, Quantity::Energy));
        let (days, _) = run(rows, Some("Europe/London"));
        assert_eq!((days.len(), days[0].n_expected, days[0].n_measured, days[0].n_identical), (1, 25, 25, 0));
    }
}
