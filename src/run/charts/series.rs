//! Lays out base load and mean demand day by day.

use serde::Serialize;

use super::rounded;
use hashwatt_readings::digest::{DAY_MINUTES, DayDigest};

/// Most points of a line, about the width of a wide screen in pixels. With more days, each point averages a
/// few.
const MAX_POINTS: usize = 1500;

/// Two statistics over time. Each point covers one day or a few, at equal steps.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DailySeries {
    /// Day of the first point.
    first_day: i32,
    /// Days per point; they are averaged.
    days_per_point: usize,
    /// Whether some values cover a register read of several days.
    is_long_reads: bool,
    /// 5th percentile of each day's demand; empty if no day has one. [kW]
    base_kw: Vec<Option<f64>>,
    /// Mean demand. [kW]
    mean_kw: Vec<Option<f64>>,
}

impl DailySeries {
    /// Builds the series of these days; returns `None` if no day has a mean.
    pub fn of(days: &[DayDigest]) -> Option<Self> {
        let first_day = days.first()?.day;
        let n_days = days.iter().map(|day| day.day + read_days(day)).max()? - first_day;
        let days_per_point = (n_days as usize).div_ceil(MAX_POINTS).max(1);
        let n_points = (n_days as usize).div_ceil(days_per_point);
        let line = |pick: fn(&DayDigest) -> f32| line(days, pick, days_per_point, n_points);
        let mean_kw = line(|day| day.demand_kw_mean);
        let mut base_kw = line(|day| day.demand_kw_p05);
        if base_kw.iter().all(Option::is_none) {
            base_kw.clear();
        }
        let is_long_reads = days.iter().any(|day| read_days(day) > 1);
        let has_mean = mean_kw.iter().any(Option::is_some);
        has_mean.then_some(Self { first_day, days_per_point, is_long_reads, base_kw, mean_kw })
    }
}

/// Returns the days that one row covers: more than one if the read spans several days.
fn read_days(day: &DayDigest) -> i32 {
    day.interval_minutes.div_ceil(DAY_MINUTES).max(1) as i32
}

/// Averages a few days per point; a read of several days counts for each of them.
fn line(
    days: &[DayDigest],
    pick: fn(&DayDigest) -> f32,
    days_per_point: usize,
    n_points: usize,
) -> Vec<Option<f64>> {
    let first_day = days[0].day;
    let mut sums = vec![(0.0_f64, 0_u32); n_points];
    for day in days.iter().filter(|day| pick(day).is_finite()) {
        for covered in day.day..day.day + read_days(day) {
            let sum = &mut sums[(covered - first_day) as usize / days_per_point];
            sum.0 += f64::from(pick(day));
            sum.1 += 1;
        }
    }
    sums.into_iter().map(|(sum, n)| rounded((sum / f64::from(n)) as f32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn a_gap_in_the_days_is_missing_and_not_zero() {
        let days = fixtures::days(&fixtures::scored().remove(0)).days;
        let series = DailySeries::of(&days).unwrap();
        assert_eq!(series.mean_kw.len(), days.len() + 2);
        assert_eq!(series.mean_kw.iter().filter(|kw| kw.is_none()).count(), 2);
    }

    #[test]
    fn many_days_are_few_points_with_the_same_mean() {
        let days: Vec<_> = (0..4000)
            .map(|day| DayDigest { demand_kw_mean: (day % 3) as f32, ..DayDigest::empty(day, 30, 48) })
            .collect();
        let series = DailySeries::of(&days).unwrap();
        assert_eq!((series.days_per_point, series.mean_kw.len()), (3, 1334));
        assert!(series.mean_kw[..1333].iter().all(|kw| *kw == Some(1.0)));
        assert!(series.base_kw.is_empty());
    }

    #[test]
    fn a_read_of_a_month_lasts_a_month() {
        let read =
            |day: i32, kw: f32| DayDigest { demand_kw_mean: kw, ..DayDigest::empty(day, 30 * 1440, 1) };
        let series = DailySeries::of(&[read(0, 1.0), read(30, 2.0), read(90, 3.0)]).unwrap();
        assert_eq!(series.mean_kw.len(), 120);
        assert!(series.is_long_reads);
        assert_eq!(
            [0, 29, 30, 59, 60, 89, 90].map(|day: usize| series.mean_kw[day]),
            [Some(1.0), Some(1.0), Some(2.0), Some(2.0), None, None, Some(3.0)]
        );
    }
}
