//! Measures the effect of an internet blackout on the base load: a natural experiment.
//!
//! Many rigs stop without their pool, and most other loads are not affected. Some rigs keep running
//! (satellite links, fans). So a drop speaks for mining, but no drop proves nothing.

use super::series::median_of;
use hashwatt_readings::digest::DayDigest;

/// Days before and after the blackout for comparison. [d]
const NEAR_DAYS: i32 = 7;

/// Returns the fall of the median daily base load (p05) on blackout days, relative to the week before and
/// after; NaN if one of them is missing. [kW]
#[must_use]
pub fn blackout_drop_kw(days: &[DayDigest], blackout_days: &[i32]) -> f32 {
    let (Some(first), Some(last)) = (blackout_days.first(), blackout_days.last()) else { return f32::NAN };
    let base = |keep: &dyn Fn(i32) -> bool| -> Vec<f32> {
        days.iter()
            .filter(|day| keep(day.day))
            .map(|day| day.demand_kw_p05)
            .filter(|kw| !kw.is_nan())
            .collect()
    };
    let during = base(&|day| blackout_days.contains(&day));
    let near =
        base(&|day| !blackout_days.contains(&day) && day >= first - NEAR_DAYS && day <= last + NEAR_DAYS);
    if during.is_empty() || near.len() < 3 { f32::NAN } else { median_of(&near) - median_of(&during) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{home_kw, meter};

    #[test]
    fn a_rig_without_its_pool_drops_and_a_home_does_not() {
        let kw = |rig_kw: f32| {
            let days = meter(40, move |day, slot| {
                home_kw(day, slot) + if (20..23).contains(&day) { 0.0 } else { rig_kw }
            })
            .days;
            let blackout: Vec<i32> = days[20..23].iter().map(|day| day.day).collect();
            blackout_drop_kw(&days, &blackout)
        };
        assert!((kw(3.2) - 3.2).abs() < 0.05 && kw(0.0).abs() < 0.05);
    }

    #[test]
    fn no_blackout_proves_nothing() {
        assert!(blackout_drop_kw(&meter(40, home_kw).days, &[]).is_nan());
    }
}
