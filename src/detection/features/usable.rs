//! Selects the days for the features: enough measured intervals, no stuck channel.

use hashwatt_core::calendar::CLOCK_HOURS;
use std::borrow::Cow;
use std::ops::Range;

use crate::checks::is_stuck_day;
use hashwatt_readings::digest::{DAY_MINUTES, DayDigest};

/// Least share of measured intervals for a day to count.
const MIN_MEASURED_SHARE: f32 = 0.75;

/// Least share if fewer than half of the days that reach this one reach the usual one. A third of a day still
/// shows the floor, which a rig never leaves. So a meter whose reads fail at random can still be judged.
const MIN_THIN_SHARE: f32 = 1.0 / 3.0;

/// Fewest usable days for features. [d]
pub const MIN_DAYS: usize = 7;

/// Below this, a channel that repeats its value is a vacant place. [kW]
const MIN_STUCK_KW: f32 = 0.02;

/// A day next to a stuck day is left out if it repeats a value for this share of the day.
const EDGE_REPEAT_SHARE: f32 = 1.0 / 6.0;

/// Factor on the declared demand, for the tolerance of the machines and the meter's class.
const DECLARED_MARGIN: f32 = 1.05;

/// Time resolution of a meter's reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resolution {
    /// Intervals shorter than a day.
    WithinDay,
    /// One read a day.
    Daily,
    /// One read per several days, for example per month.
    Longer,
}

/// Declares the columns once: the enum, and where their values are in a digest.
macro_rules! columns {
    ($(#[doc = $doc:literal] $column:ident = $field:ident,)+) => {
        /// A column of the days' digests.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Column {
            $(#[doc = $doc] $column,)+
        }

        impl Column {
            /// Returns a day's values in the order of the columns.
            const fn values(day: &DayDigest) -> [f32; N_COLUMNS] {
                [$(day.$field,)+]
            }
        }
    };
}

columns! {
    /// Mean demand. [kW]
    Mean = demand_kw_mean,
    /// Least demand. [kW]
    Min = demand_kw_min,
    /// 5th percentile of demand. [kW]
    P05 = demand_kw_p05,
    /// 10th percentile of demand. [kW]
    P10 = demand_kw_p10,
    /// Lower quartile of demand. [kW]
    P25 = demand_kw_p25,
    /// Median demand. [kW]
    P50 = demand_kw_p50,
    /// Upper quartile of demand. [kW]
    P75 = demand_kw_p75,
    /// 90th percentile of demand. [kW]
    P90 = demand_kw_p90,
    /// 95th percentile of demand. [kW]
    P95 = demand_kw_p95,
    /// Greatest demand. [kW]
    Max = demand_kw_max,
    /// Standard deviation of demand within the day. [kW]
    Sd = demand_kw_sd,
    /// Mean change from interval to interval. [kW]
    Ramp = ramp_kw_mean,
    /// Greatest change. [kW]
    RampMax = ramp_kw_max,
    /// Mean change at night. [kW]
    RampNight = ramp_kw_night_mean,
}

/// Number of columns that are levels of demand; these come first.
const N_LEVELS: usize = Column::Max as usize + 1;
const N_COLUMNS: usize = Column::RampNight as usize + 1;

/// A meter's usable days as columns, in order.
#[derive(Debug, Clone)]
pub struct UsableDays {
    /// Civil days. [days since 1970-01-01]
    pub day: Vec<i32>,
    /// Mean demand by clock hour, gaps filled from the hours next to them. [kW]
    pub hour_kw: Vec<[f32; CLOCK_HOURS]>,
    /// Share of measured days on which the channel was stuck.
    pub stuck_share: f32,
    /// Time resolution of the reads. For coarse reads, every hour and quantile is the read's mean.
    pub resolution: Resolution,
    /// The hours again, with the days of an hour side by side, then the columns of the digests.
    columns: Vec<f32>,
}

impl UsableDays {
    /// Selects the usable days at the resolution that most days have; `None` if there are too few.
    #[must_use]
    pub fn of<'a>(days: impl IntoIterator<Item = &'a DayDigest>) -> Option<Self> {
        let days: Vec<&DayDigest> = days.into_iter().collect();
        let resolution = resolution_of(&days);
        if resolution == Resolution::WithinDay {
            Self::of_intervals(&days)
        } else {
            Self::of_coarse_reads(&days, resolution)
        }
    }

    fn of_coarse_reads(days: &[&DayDigest], resolution: Resolution) -> Option<Self> {
        let flat: Vec<DayDigest> = days
            .iter()
            .filter(|day| !day.is_within_day() && day.n_measured > 0)
            .map(|day| flat_day(day))
            .collect();
        (flat.len() >= MIN_DAYS).then(|| Self::laid_out(&flat.iter().collect::<Vec<_>>(), 0.0, resolution))
    }

    fn of_intervals(days: &[&DayDigest]) -> Option<Self> {
        let stuck: Vec<bool> =
            days.iter().map(|day| is_stuck_day(day) && day.demand_kw_mean > MIN_STUCK_KW).collect();
        let is_at_edge = |at: usize| {
            let beside = (at > 0 && stuck[at - 1]) || stuck.get(at + 1).copied().unwrap_or(false);
            beside && f32::from(days[at].n_repeated_max) >= EDGE_REPEAT_SHARE * f32::from(days[at].n_expected)
        };
        let n_measured = |share: f32| days.iter().filter(|day| is_measured(day, share)).count();
        let n_full = n_measured(MIN_MEASURED_SHARE);
        let is_usual = n_full >= MIN_DAYS && 2 * n_full >= n_measured(MIN_THIN_SHARE);
        let share = if is_usual { MIN_MEASURED_SHARE } else { MIN_THIN_SHARE };
        let measured = || (0..days.len()).filter(|&at| is_measured(days[at], share));
        let n_stuck = measured().filter(|&at| stuck[at]).count();
        let moving: Vec<&DayDigest> =
            measured().filter(|&at| !stuck[at] && !is_at_edge(at)).map(|at| days[at]).collect();
        // A meter that is always stuck still gets features, which are worthless, and its stuck share of 1.
        let chosen = if moving.len() >= MIN_DAYS { moving } else { measured().map(|at| days[at]).collect() };
        if chosen.len() < MIN_DAYS {
            return None;
        }
        let stuck_share = n_stuck as f32 / measured().count() as f32;
        let mut usable = Self::laid_out(&chosen, stuck_share, Resolution::WithinDay);
        usable.fill_hours();
        Some(usable)
    }

    fn laid_out(digests: &[&DayDigest], stuck_share: f32, resolution: Resolution) -> Self {
        let n = digests.len();
        let mut columns = vec![0.0; (CLOCK_HOURS + N_COLUMNS) * n];
        for (at, day) in digests.iter().enumerate() {
            for (column, kw) in day.hour_kw.iter().enumerate() {
                columns[column * n + at] = *kw;
            }
            for (column, value) in (CLOCK_HOURS..).zip(Column::values(day)) {
                columns[column * n + at] = value;
            }
        }
        Self {
            day: digests.iter().map(|day| day.day).collect(),
            hour_kw: digests.iter().map(|day| day.hour_kw).collect(),
            stuck_share,
            resolution,
            columns,
        }
    }

    /// Fills each gap from the measured hours next to it on the same day: those of other days may lie on
    /// another level.
    fn fill_hours(&mut self) {
        let n = self.len();
        for (at, hours) in self.hour_kw.iter_mut().enumerate() {
            if hours.iter().any(|kw| kw.is_nan()) {
                let measured = *hours;
                let is_known = |hour: &usize| !measured[*hour].is_nan();
                for hour in (0..CLOCK_HOURS).filter(|hour| measured[*hour].is_nan()) {
                    let before = (0..hour).rev().find(is_known);
                    let after = (hour..CLOCK_HOURS).find(is_known);
                    hours[hour] = match (before, after) {
                        (Some(before), Some(after)) => {
                            let part = (hour - before) as f32 / (after - before) as f32;
                            measured[before] + part * (measured[after] - measured[before])
                        }
                        (Some(beside), None) | (None, Some(beside)) => measured[beside],
                        (None, None) => 0.0,
                    };
                    self.columns[hour * n + at] = hours[hour];
                }
            }
        }
    }

    /// Returns the number of days.
    #[must_use]
    pub fn len(&self) -> usize {
        self.day.len()
    }

    /// Never true: see [`of`](Self::of).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.day.is_empty()
    }

    /// Returns the days minus the declared demand, because declared mining is no evidence.
    #[must_use]
    pub fn less_declared(&self, declared_kw: f32) -> Cow<'_, Self> {
        if declared_kw <= 0.0 {
            return Cow::Borrowed(self);
        }
        let mut rest = self.clone();
        let off = |kw: &mut f32| *kw = (*kw - DECLARED_MARGIN * declared_kw).max(0.0);
        let n_levels = (CLOCK_HOURS + N_LEVELS) * self.len();
        rest.hour_kw.as_flattened_mut().iter_mut().for_each(off);
        rest.columns[..n_levels].iter_mut().for_each(off);
        Cow::Owned(rest)
    }

    /// Returns the daily floor over some clock hours: the mean of the two lowest. [kW]
    #[must_use]
    pub fn floor_kw(&self, hours: &[usize], days: Range<usize>) -> Vec<f32> {
        let mut lowest = vec![f32::INFINITY; days.len()];
        let mut second = lowest.clone();
        for &hour in hours {
            let column = &self.hour(hour)[days.clone()];
            for ((lowest, second), &kw) in lowest.iter_mut().zip(&mut second).zip(column) {
                let higher = if kw > *lowest { kw } else { *lowest };
                *second = if higher < *second { higher } else { *second };
                *lowest = if kw < *lowest { kw } else { *lowest };
            }
        }
        for (lowest, second) in lowest.iter_mut().zip(second) {
            *lowest = if second.is_finite() { f32::midpoint(*lowest, second) } else { *lowest };
        }
        lowest
    }

    /// Returns the mean demand of one clock hour, by day. [kW]
    #[must_use]
    pub fn hour(&self, hour: usize) -> &[f32] {
        &self.columns[hour * self.len()..(hour + 1) * self.len()]
    }

    /// Returns one column of the digests.
    #[must_use]
    pub fn column(&self, column: Column) -> &[f32] {
        self.hour(CLOCK_HOURS + column as usize)
    }
}

/// Returns the resolution of most days.
fn resolution_of(days: &[&DayDigest]) -> Resolution {
    let n_coarse = days.iter().filter(|day| !day.is_within_day()).count();
    let n_longer = days.iter().filter(|day| day.interval_minutes > DAY_MINUTES).count();
    if n_coarse * 2 <= days.len() {
        Resolution::WithinDay
    } else if n_longer * 2 <= days.len() {
        Resolution::Daily
    } else {
        Resolution::Longer
    }
}

/// Converts a coarse read to a day on which every hour has the read's mean.
fn flat_day(day: &DayDigest) -> DayDigest {
    let mut flat = *day;
    let kw = day.demand_kw_mean;
    flat.hour_kw = [kw; CLOCK_HOURS];
    for quantile in [
        &mut flat.demand_kw_min,
        &mut flat.demand_kw_p05,
        &mut flat.demand_kw_p10,
        &mut flat.demand_kw_p25,
        &mut flat.demand_kw_p50,
        &mut flat.demand_kw_p75,
        &mut flat.demand_kw_p90,
        &mut flat.demand_kw_p95,
        &mut flat.demand_kw_max,
    ] {
        *quantile = kw;
    }
    flat
}

fn is_measured(day: &DayDigest, share: f32) -> bool {
    day.is_within_day() && f32::from(day.n_measured) >= share * f32::from(day.n_expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{home_kw, meter};

    #[test]
    fn a_missing_hour_has_the_level_of_its_own_day() {
        let mut days = meter(40, |day, _| if day < 20 { 0.5 } else { 3.5 }).days;
        for day in &mut days {
            day.demand_kw_min += 0.001 * day.day as f32;
            day.n_repeated_max = 1;
            (day.hour_kw[0], day.hour_kw[7], day.hour_kw[8]) = (f32::NAN, f32::NAN, f32::NAN);
        }
        let usable = UsableDays::of(&days).unwrap();
        for hour in [0, 7, 8] {
            assert_eq!((usable.hour(hour)[3], usable.hour(hour)[30]), (0.5, 3.5), "{hour}");
            assert_eq!((usable.hour_kw[3][hour], usable.hour_kw[30][hour]), (0.5, 3.5), "{hour}");
        }
    }

    #[test]
    fn days_half_measured_count_where_most_are_so() {
        let mut days = meter(40, home_kw).days;
        let n_days = |days: &[DayDigest]| UsableDays::of(days).map(|usable| usable.len());
        days[..10].iter_mut().for_each(|day| day.n_measured /= 2);
        assert_eq!(n_days(&days), Some(30));
        days[..30].iter_mut().skip(10).for_each(|day| day.n_measured /= 2);
        assert_eq!(n_days(&days), Some(40));
    }

    #[test]
    fn stuck_days_and_their_edges_are_left_out() {
        let days = meter(40, |day, slot| {
            if (10..20).contains(&day) || (day == 20 && slot < 20) { 1.5 } else { home_kw(day, slot) }
        })
        .days;
        let usable = UsableDays::of(&days).unwrap();
        assert_eq!((usable.len(), usable.stuck_share), (29, 0.25));
    }

    #[test]
    fn a_meter_of_half_days_is_judged_and_half_days_beside_whole_ones_are_left_out() {
        let half = |day: usize, slot: usize| {
            if (day * 5 + slot * 7).is_multiple_of(2) { home_kw(day, slot) } else { f32::NAN }
        };
        let thin = meter(20, half).days;
        assert_eq!(UsableDays::of(&thin).unwrap().len(), 20);
        let mixed = meter(20, |day, slot| if day < 10 { home_kw(day, slot) } else { half(day, slot) }).days;
        assert_eq!(UsableDays::of(&mixed).unwrap().len(), 10);
        let few = meter(20, |day, slot| if slot < 12 { home_kw(day, slot) } else { f32::NAN }).days;
        assert!(UsableDays::of(&few).is_none());
    }

    #[test]
    fn six_days_are_too_few() {
        assert!(UsableDays::of(&meter(6, home_kw).days).is_none());
        assert!(UsableDays::of(&[]).is_none());
    }

    #[test]
    fn the_floor_is_the_mean_of_the_two_lowest_hours() {
        let usable = UsableDays::of(&meter(7, |_, slot| slot as f32).days).unwrap();
        assert_eq!(usable.floor_kw(&[2, 3, 4], 0..7)[0], 5.5);
    }

    #[test]
    fn what_is_declared_is_no_evidence() {
        let usable = UsableDays::of(&meter(10, |_, slot| 10.0 + slot as f32 * 0.01).days).unwrap();
        assert_eq!(usable.less_declared(10.0).column(Column::P05)[0], 0.0);
    }
}
