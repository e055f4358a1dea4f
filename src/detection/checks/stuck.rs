//! Distinguishes a stuck channel (one value to the last digit) from a truly flat load.

use super::of_days;
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::language::message::Value;
use hashwatt_core::message;
use hashwatt_readings::digest::{DayDigest, MeterDays};

/// A real load, even a rig, does not repeat its last digit for this share of a day: mining computers vary by
/// 1-3% and meters resolve 1 Wh.
const STUCK_SHARE: f32 = 0.8;

/// Whether a day has a stuck channel. Zeros do not count, because a vacant place reads zero.
#[must_use]
pub fn is_stuck_day(day: &DayDigest) -> bool {
    // With four intervals or fewer, a repeat proves nothing.
    day.n_measured > 4 && f32::from(day.n_repeated_max) >= STUCK_SHARE * f32::from(day.n_expected)
}

pub(super) fn check_stuck(meter: &MeterDays) -> Option<Finding> {
    let stuck: Vec<usize> = (0..meter.days.len()).filter(|&index| is_stuck_day(&meter.days[index])).collect();
    let (&first, &last) = (stuck.first()?, stuck.last()?);
    let kw = meter.days[first].level_kw;
    let message = message!("stuck", days = stuck.len(), first = Value::number(kw, 3));
    Some(
        of_days(meter, Code::StuckChannel, Severity::Warning, first, last, message)
            .with("n_days", stuck.len())
            .with("level_kw", kw),
    )
}

#[cfg(test)]
mod tests {
    use super::super::samples::{home_kw, meter};
    use super::*;

    #[test]
    fn a_flat_load_is_not_a_stuck_channel() {
        let rig = meter(30, |day, slot| 3.2 + ((day * 31 + slot * 17) % 29) as f32 * 0.001);
        assert!(check_stuck(&rig).is_none());
    }

    #[test]
    fn a_repeated_value_is_a_stuck_channel() {
        let stuck = meter(30, |day, slot| if (10..20).contains(&day) { 1.234 } else { home_kw(day, slot) });
        assert_eq!(check_stuck(&stuck).unwrap().data["n_days"].as_u64(), Some(10));
    }

    #[test]
    fn a_vacant_flat_that_reads_zero_is_not_stuck() {
        assert!(check_stuck(&meter(30, |_, _| 0.0)).is_none());
    }
}
