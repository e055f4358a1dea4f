//! Packs demand by day and clock hour into one byte per cell.

use base64::Engine;
use hashwatt_core::calendar::CLOCK_HOURS;
use serde::Serialize;

use super::rounded;
use hashwatt_readings::digest::DayDigest;

/// Steps of demand: 256 byte values, minus the one for missing and the one for zero.
const STEPS: f64 = 254.0;

/// Quantile of all hours at which the scale ends, so that one spike does not darken the rest.
const TOP_SHARE: f64 = 0.995;

/// Above this many days, a column covers several days. [days]
const MAX_COLUMNS: usize = 1100;

/// Demand by day and clock hour.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Heat {
    /// Day of the first column.
    first_day: i32,
    /// Days per column; their hours are averaged.
    days_per_column: usize,
    /// Number of columns.
    n_columns: usize,
    /// Demand per step of a byte. [kW]
    step_kw: f64,
    /// One byte per clock hour, 24 per column, in base64. 0 is missing, `b` is `(b - 1) * step_kw`, and 255
    /// is that or more. Export shows as zero.
    hours: String,
}

impl Heat {
    /// Builds the cells of these days; returns `None` if no day has hours.
    pub fn of(days: &[DayDigest]) -> Option<Self> {
        let (first_day, last_day) = (days.first()?.day, days.last()?.day);
        let all: Vec<f32> = days.iter().flat_map(|day| day.hour_kw).filter(|kw| kw.is_finite()).collect();
        let top_kw = hashwatt_core::stats::quantile(&all, TOP_SHARE)?.max(1e-3);
        let n_days = (last_day - first_day) as usize + 1;
        let days_per_column = n_days.div_ceil(MAX_COLUMNS).max(1);
        let n_columns = n_days.div_ceil(days_per_column);
        let step_kw = rounded(top_kw / STEPS as f32)?.max(1e-6);
        let cells = cells(days, step_kw, days_per_column, n_columns);
        let hours = base64::engine::general_purpose::STANDARD.encode(&cells);
        Some(Self { first_day, days_per_column, n_columns, step_kw, hours })
    }
}

fn cells(days: &[DayDigest], step_kw: f64, days_per_column: usize, n_columns: usize) -> Vec<u8> {
    let first_day = days[0].day;
    let mut sums = vec![(0.0_f64, 0_u32); n_columns * CLOCK_HOURS];
    for day in days {
        let column = (day.day - first_day) as usize / days_per_column;
        for (hour, kw) in day.hour_kw.iter().enumerate().filter(|(_, kw)| kw.is_finite()) {
            let cell = &mut sums[column * CLOCK_HOURS + hour];
            cell.0 += f64::from(*kw);
            cell.1 += 1;
        }
    }
    let byte = |kw: f64| 1 + (kw / step_kw).clamp(0.0, STEPS).round() as u8;
    sums.into_iter().map(|(sum, n)| if n == 0 { 0 } else { byte(sum / f64::from(n)) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_with_daily_reads_has_no_heat_map() {
        assert!(Heat::of(&[DayDigest::empty(15_000, 1440, 1)]).is_none());
        assert!(Heat::of(&[]).is_none());
    }

    #[test]
    fn what_is_missing_is_unlike_zero_and_a_spike_is_the_top() {
        let mut day = DayDigest::empty(15_000, 60, 24);
        day.hour_kw[1] = 0.0;
        day.hour_kw[2] = 5.08;
        day.hour_kw[3] = 100.0;
        day.hour_kw[4] = -2.0;
        assert_eq!(cells(&[day], 0.02, 1, 1)[..5], [0, 1, 255, 255, 1]);
    }

    #[test]
    fn many_days_share_a_column_and_a_missing_day_is_a_gap() {
        let day = |day: i32, kw: f32| DayDigest { hour_kw: [kw; 24], ..DayDigest::empty(day, 60, 24) };
        let heat = Heat::of(&[day(0, 1.0), day(2, 3.0)]).unwrap();
        assert_eq!((heat.n_columns, heat.days_per_column), (3, 1));
        let heat = Heat::of(&[day(0, 1.0), day(3000, 3.0)]).unwrap();
        assert_eq!((heat.n_columns, heat.days_per_column), (1001, 3));
    }
}
