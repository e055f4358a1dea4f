//! Finds a clock that moved: from some day on the daily pattern comes whole hours early or late.

use super::of_days;
use crate::digest::{CLOCK_HOURS, DayDigest, MeterDays};
use crate::finding::{Code, Finding, Severity};

/// Days that a daily pattern is averaged over, so that weekdays weigh the same.
const BLOCK_DAYS: usize = 28;

/// Seasons move a pattern by an hour or so; a clock in a wrong zone by more.
const LEAST_SHIFT_HOURS: usize = 2;

/// How well the moved pattern must match, and how much better than the unmoved. [correlation]
const LEAST_MATCH: f64 = 0.9;
const LEAST_GAIN: f64 = 0.25;

pub(super) fn check_clock(meter: &MeterDays) -> Option<Finding> {
    let days = &meter.days;
    if days.len() < 2 * BLOCK_DAYS {
        return None;
    }
    for at in (BLOCK_DAYS..=days.len() - BLOCK_DAYS).step_by(BLOCK_DAYS) {
        let (before, after) = (mean_day(&days[at - BLOCK_DAYS..at])?, mean_day(&days[at..at + BLOCK_DAYS])?);
        let unmoved = correlation(&before, &after, 0);
        let (hours, moved) = (LEAST_SHIFT_HOURS..=CLOCK_HOURS - LEAST_SHIFT_HOURS)
            .map(|hours| (hours, correlation(&before, &after, hours)))
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        if moved >= LEAST_MATCH && moved - unmoved >= LEAST_GAIN {
            let signed =
                if hours > CLOCK_HOURS / 2 { hours as i64 - CLOCK_HOURS as i64 } else { hours as i64 };
            let words = format!(
                "the daily pattern moves by {signed:+} h around here (match {moved:.2} moved, {unmoved:.2} unmoved): the clock or its zone may have changed"
            );
            return Some(
                of_days(
                    meter,
                    Code::ClockShift,
                    Severity::Warning,
                    at - BLOCK_DAYS,
                    at + BLOCK_DAYS - 1,
                    words,
                )
                .with("hours", signed),
            );
        }
    }
    None
}

fn mean_day(days: &[DayDigest]) -> Option<[f64; CLOCK_HOURS]> {
    let mut mean = [0.0; CLOCK_HOURS];
    for (hour, mean) in mean.iter_mut().enumerate() {
        let known: Vec<f64> =
            days.iter().map(|day| f64::from(day.hour_kw[hour])).filter(|kw| !kw.is_nan()).collect();
        if known.is_empty() {
            return None;
        }
        *mean = known.iter().sum::<f64>() / known.len() as f64;
    }
    Some(mean)
}

/// Pearson correlation of one pattern with the other moved `hours` later; 0 where one is flat.
fn correlation(before: &[f64; CLOCK_HOURS], after: &[f64; CLOCK_HOURS], hours: usize) -> f64 {
    let mean = |pattern: &[f64; CLOCK_HOURS]| pattern.iter().sum::<f64>() / CLOCK_HOURS as f64;
    let (a, b) = (mean(before), mean(after));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for hour in 0..CLOCK_HOURS {
        let (x, y) = (before[hour] - a, after[(hour + hours) % CLOCK_HOURS] - b);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    if aa > 0.0 && bb > 0.0 { ab / (aa * bb).sqrt() } else { 0.0 }
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
