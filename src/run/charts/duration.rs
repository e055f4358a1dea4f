//! Sorts hourly demand from high to low: the load duration curve.

use serde::Serialize;

use super::mean_day::{Span, When};
use super::rounded;
use hashwatt_core::stats::Sorted;
use hashwatt_readings::digest::DayDigest;

/// Steps between the points of a curve, evenly spread over the hours: one per cent each.
const STEPS: usize = 100;

/// Hourly demand that is reached or exceeded in each share of the hours.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DurationCurve {
    when: When,
    /// Hours with demand.
    n_hours: usize,
    /// Demand reached or exceeded in 0, 1 ... 100 % of the hours. [kW]
    kw: Vec<Option<f64>>,
}

impl DurationCurve {
    /// Builds the curve; returns `None` if no day of the span has hours.
    pub fn of(days: &[DayDigest], (when, range): &Span) -> Option<Self> {
        let within = days.iter().filter(|day| range.contains(&day.day));
        let hours: Vec<f32> = within.flat_map(|day| day.hour_kw).filter(|kw| kw.is_finite()).collect();
        let n_hours = hours.len();
        let sorted = Sorted::of(hours.into_iter());
        let share = |step: usize| 1.0 - step as f64 / STEPS as f64;
        let kw = (0..=STEPS).map(|step| sorted.quantile(share(step)).and_then(rounded)).collect();
        (n_hours > 0).then_some(Self { when: *when, n_hours, kw })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demand_falls_from_the_highest_hour_to_the_lowest() {
        let mut day = DayDigest::empty(15_000, 60, 24);
        day.hour_kw = std::array::from_fn(|hour| hour as f32);
        day.hour_kw[0] = f32::NAN;
        let curve = DurationCurve::of(&[day], &(When::All, i32::MIN..i32::MAX)).unwrap();
        assert_eq!((curve.n_hours, curve.kw.len()), (23, 101));
        assert_eq!((curve.kw[0], curve.kw[50], curve.kw[100]), (Some(23.0), Some(12.0), Some(1.0)));
    }

    #[test]
    fn a_flat_load_is_a_flat_curve() {
        let day = DayDigest { hour_kw: [3.25; 24], ..DayDigest::empty(15_000, 60, 24) };
        let curve = DurationCurve::of(&[day], &(When::All, 0..20_000)).unwrap();
        assert!(curve.kw.iter().all(|kw| *kw == Some(3.25)));
        assert!(DurationCurve::of(&[day], &(When::All, 0..1)).is_none());
    }
}
