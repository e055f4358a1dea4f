//! Chooses the days that features may rest on: enough measured, none with a stuck channel.

use crate::checks::is_stuck_day;
use crate::digest::{CLOCK_HOURS, DAY_MINUTES, DayDigest};
use crate::stats::{median, quantile_mut};

/// A day counts when this share of its intervals was measured.
const LEAST_MEASURED_SHARE: f32 = 0.75;

/// Fewer usable days than this carry no features. [d]
pub const LEAST_DAYS: usize = 7;

/// Below this a channel that repeats its value is an empty place. [kW]
const LEAST_STUCK_KW: f32 = 0.02;

/// A day beside a stuck one is left out where it repeats a value for this share of itself.
const EDGE_REPEAT_SHARE: f32 = 1.0 / 6.0;

/// What is declared, with the margin that machines' own tolerance and the meter's class need.
const DECLARED_MARGIN: f32 = 1.05;

/// What the reads of a meter resolve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resolution {
    /// Intervals shorter than a day.
    WithinDay,
    /// One read a day.
    Daily,
    /// One read for several days, for example a month.
    Longer,
}

/// A meter's usable days as columns, in order.
#[derive(Debug, Clone)]
pub struct UsableDays {
    /// Civil days. [days since 1970-01-01]
    pub day: Vec<i32>,
    /// Mean demand by clock hour, gaps filled with the hour's median. [kW]
    pub hour_kw: Vec<[f32; CLOCK_HOURS]>,
    /// The days' digests.
    pub digests: Vec<DayDigest>,
    /// Share of measured days on which the channel was stuck.
    pub stuck_share: f32,
    /// What its reads resolve. Of coarse reads every hour and quantile is the read's mean.
    pub resolution: Resolution,
}

impl UsableDays {
    /// The usable ones of `days` at the resolution most of them have; `None` where there are too few.
    #[must_use]
    pub fn of(days: &[DayDigest]) -> Option<Self> {
        let resolution = resolution_of(days);
        if resolution == Resolution::WithinDay {
            Self::of_intervals(days)
        } else {
            Self::of_coarse_reads(days, resolution)
        }
    }

    fn of_coarse_reads(days: &[DayDigest], resolution: Resolution) -> Option<Self> {
        let digests: Vec<DayDigest> =
            days.iter().filter(|day| !day.is_within_day() && day.n_measured > 0).map(flat_day).collect();
        (digests.len() >= LEAST_DAYS).then(|| Self {
            day: digests.iter().map(|day| day.day).collect(),
            hour_kw: digests.iter().map(|day| day.hour_kw).collect(),
            digests,
            stuck_share: 0.0,
            resolution,
        })
    }

    fn of_intervals(days: &[DayDigest]) -> Option<Self> {
        let measured: Vec<usize> = (0..days.len()).filter(|&at| is_measured(&days[at])).collect();
        let stuck: Vec<bool> =
            days.iter().map(|day| is_stuck_day(day) && day.demand_kw_mean > LEAST_STUCK_KW).collect();
        let is_at_edge = |at: usize| {
            let beside = (at > 0 && stuck[at - 1]) || stuck.get(at + 1).copied().unwrap_or(false);
            beside && f32::from(days[at].n_repeated_max) >= EDGE_REPEAT_SHARE * f32::from(days[at].n_expected)
        };
        let n_stuck = measured.iter().filter(|&&at| stuck[at]).count();
        let moving: Vec<usize> =
            measured.iter().copied().filter(|&at| !stuck[at] && !is_at_edge(at)).collect();
        // A meter stuck throughout still gets its (worthless) features, and the share that says so.
        let chosen = if moving.len() >= LEAST_DAYS { moving } else { measured.clone() };
        if chosen.len() < LEAST_DAYS {
            return None;
        }
        let digests: Vec<DayDigest> = chosen.iter().map(|&at| days[at]).collect();
        let mut hour_kw: Vec<[f32; CLOCK_HOURS]> = digests.iter().map(|day| day.hour_kw).collect();
        fill_hours(&mut hour_kw);
        Some(Self {
            day: digests.iter().map(|day| day.day).collect(),
            hour_kw,
            digests,
            stuck_share: n_stuck as f32 / measured.len() as f32,
            resolution: Resolution::WithinDay,
        })
    }

    /// How many days.
    #[must_use]
    pub fn len(&self) -> usize {
        self.day.len()
    }

    /// Never true: see [`of`](Self::of).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.day.is_empty()
    }

    /// The same days with what is declared taken off: mining that is declared is no evidence.
    #[must_use]
    pub fn less_declared(&self, declared_kw: f32) -> Self {
        let mut rest = self.clone();
        if declared_kw <= 0.0 {
            return rest;
        }
        let off = |kw: &mut f32| *kw = (*kw - DECLARED_MARGIN * declared_kw).max(0.0);
        for (hours, day) in rest.hour_kw.iter_mut().zip(&mut rest.digests) {
            hours.iter_mut().for_each(off);
            for kw in [
                &mut day.demand_kw_mean,
                &mut day.demand_kw_min,
                &mut day.demand_kw_p05,
                &mut day.demand_kw_p10,
                &mut day.demand_kw_p25,
                &mut day.demand_kw_p50,
                &mut day.demand_kw_p75,
                &mut day.demand_kw_p90,
                &mut day.demand_kw_p95,
                &mut day.demand_kw_max,
            ] {
                off(kw);
            }
        }
        rest
    }

    /// Daily floor over some clock hours: the mean of the two lowest. [kW]
    #[must_use]
    pub fn floor_kw(&self, hours: &[usize]) -> Vec<f32> {
        self.hour_kw.iter().map(|day| lowest_two(hours.iter().map(|&hour| day[hour]))).collect()
    }

    /// One column of the digests.
    #[must_use]
    pub fn column(&self, of: impl Fn(&DayDigest) -> f32) -> Vec<f32> {
        self.digests.iter().map(of).collect()
    }
}

/// What most of the days resolve.
fn resolution_of(days: &[DayDigest]) -> Resolution {
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

/// A coarse read as a day on which every hour has the read's mean.
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

fn is_measured(day: &DayDigest) -> bool {
    day.is_within_day() && f32::from(day.n_measured) >= LEAST_MEASURED_SHARE * f32::from(day.n_expected)
}

fn fill_hours(hour_kw: &mut [[f32; CLOCK_HOURS]]) {
    for hour in 0..CLOCK_HOURS {
        let known: Vec<f32> = hour_kw.iter().map(|day| day[hour]).filter(|kw| !kw.is_nan()).collect();
        if known.len() < hour_kw.len() {
            let filling = median(&known).unwrap_or(0.0);
            hour_kw.iter_mut().filter(|day| day[hour].is_nan()).for_each(|day| day[hour] = filling);
        }
    }
}

fn lowest_two(values: impl Iterator<Item = f32>) -> f32 {
    let (mut first, mut second) = (f32::INFINITY, f32::INFINITY);
    for value in values {
        if value < first {
            (first, second) = (value, first);
        } else if value < second {
            second = value;
        }
    }
    if second.is_finite() { f32::midpoint(first, second) } else { first }
}

/// Quantile of one clock hour over some days. [kW]
pub(super) fn hour_quantiles(
    days: &[[f32; CLOCK_HOURS]],
    hour: usize,
    shares: [f64; 3],
    scratch: &mut Vec<f32>,
) -> [f32; 3] {
    scratch.clear();
    scratch.extend(days.iter().map(|day| day[hour]));
    shares.map(|share| quantile_mut(scratch, share).unwrap_or(f32::NAN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{home_kw, meter};

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
    fn six_days_are_too_few() {
        assert!(UsableDays::of(&meter(6, home_kw).days).is_none());
        assert!(UsableDays::of(&[]).is_none());
    }

    #[test]
    fn the_floor_is_the_mean_of_the_two_lowest_hours() {
        let usable = UsableDays::of(&meter(7, |_, slot| slot as f32).days).unwrap();
        assert_eq!(usable.floor_kw(&[2, 3, 4])[0], 5.5);
    }

    #[test]
    fn what_is_declared_is_no_evidence() {
        let usable = UsableDays::of(&meter(10, |_, slot| 10.0 + slot as f32 * 0.01).days).unwrap();
        assert_eq!(usable.less_declared(10.0).digests[0].demand_kw_p05, 0.0);
    }
}
