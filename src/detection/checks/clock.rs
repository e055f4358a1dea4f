//! Finds clock changes of a meter: from some day on, its daily pattern is whole hours early or late.

use super::of_days;
use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::language::message::Value;
use hashwatt_core::message;
use hashwatt_readings::digest::{DayDigest, MeterDays};

/// Days averaged into a daily pattern, so that all weekdays have the same weight.
const BLOCK_DAYS: usize = 28;

/// Seasons move a pattern by about an hour; a clock in a wrong zone moves it by more.
const MIN_SHIFT_HOURS: usize = 2;

/// Least match of the moved pattern, and least improvement over the unmoved one. [correlation]
const MIN_MATCH: f64 = 0.9;
const MIN_GAIN: f64 = 0.25;

/// Rounding error of a correlation.
const ROUNDING: f64 = 1e-9;

pub(super) fn check_clock(meter: &MeterDays) -> Option<Finding> {
    let days = &meter.days;
    if days.len() < 2 * BLOCK_DAYS {
        return None;
    }
    let mut before = Pattern::of(&days[..BLOCK_DAYS])?;
    for at in (BLOCK_DAYS..=days.len() - BLOCK_DAYS).step_by(BLOCK_DAYS) {
        let after = Pattern::of(&days[at..at + BLOCK_DAYS])?;
        if let Some((hours, moved, unmoved)) = best_move(&before, &after) {
            let signed =
                if hours > CLOCK_HOURS / 2 { hours as i64 - CLOCK_HOURS as i64 } else { hours as i64 };
            let message = message!(
                "clock_shift",
                hours = format!("{signed:+}"),
                moved = Value::number(moved, 2),
                unmoved = Value::number(unmoved, 2)
            );
            return Some(
                of_days(
                    meter,
                    Code::ClockShift,
                    Severity::Warning,
                    at - BLOCK_DAYS,
                    at + BLOCK_DAYS - 1,
                    message,
                )
                .with("hours", signed),
            );
        }
        before = after;
    }
    None
}

/// Returns the shift in hours at which two patterns match well, and much better than unshifted, with both
/// correlations.
fn best_move(before: &Pattern, after: &Pattern) -> Option<(usize, f64, f64)> {
    let unmoved = before.correlation(after, 0);
    // No correlation exceeds 1, so most patterns need no further test.
    if unmoved + MIN_GAIN > 1.0 + ROUNDING {
        return None;
    }
    let (hours, moved) = (MIN_SHIFT_HOURS..=CLOCK_HOURS - MIN_SHIFT_HOURS)
        .map(|hours| (hours, before.correlation(after, hours)))
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    (moved >= MIN_MATCH && moved - unmoved >= MIN_GAIN).then_some((hours, moved, unmoved))
}

/// Hours of a mean day, minus their mean.
struct Pattern {
    off_mean_kw: [f64; CLOCK_HOURS],
    squares: f64,
}

impl Pattern {
    /// Averages some days; `None` if an hour is never known.
    fn of(days: &[DayDigest]) -> Option<Self> {
        let (mut sums, mut counts) = ([0.0f64; CLOCK_HOURS], [0.0f64; CLOCK_HOURS]);
        for day in days {
            for ((sum, count), &kw) in sums.iter_mut().zip(&mut counts).zip(&day.hour_kw) {
                let is_known = !kw.is_nan();
                *sum += f64::from(if is_known { kw } else { 0.0 });
                *count += if is_known { 1.0 } else { 0.0 };
            }
        }
        if counts.contains(&0.0) {
            return None;
        }
        let means: [f64; CLOCK_HOURS] = std::array::from_fn(|hour| sums[hour] / counts[hour]);
        let middle = means.iter().sum::<f64>() / CLOCK_HOURS as f64;
        let off_mean_kw = means.map(|kw| kw - middle);
        Some(Self { off_mean_kw, squares: off_mean_kw.iter().map(|kw| kw * kw).sum() })
    }

    /// Returns the Pearson correlation with another pattern shifted `hours` later; 0 if one is flat.
    fn correlation(&self, after: &Self, hours: usize) -> f64 {
        let (late, early) = after.off_mean_kw.split_at(hours);
        let product: f64 = self.off_mean_kw.iter().zip(early.iter().chain(late)).map(|(x, y)| x * y).sum();
        let squares = self.squares * after.squares;
        if squares > 0.0 { product / squares.sqrt() } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{home_kw, meter};
    use super::*;

    #[test]
    fn a_pattern_that_comes_six_hours_late_is_found() {
        let moved = meter(84, |day, slot| home_kw(day, if day < 28 { slot } else { (slot + 36) % 48 }));
        assert_eq!(check_clock(&moved).unwrap().data["hours"].as_i64(), Some(6));
    }

    #[test]
    fn a_steady_home_and_a_flat_load_have_no_shift() {
        assert!(check_clock(&meter(84, home_kw)).is_none());
        assert!(check_clock(&meter(84, |_, _| 3.0)).is_none());
    }
}
