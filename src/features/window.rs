//! Looks for a box inside the day: hours that are always higher by one level, as a timer makes.
//!
//! Works on the lower envelope of the days (activity only adds to it; a box stays), so it finds
//! timers that ran from the first day, which no onset shows.

use super::series::{median_of, spread_of};
use super::usable::UsableDays;
use crate::digest::CLOCK_HOURS;
use crate::stats::quantile;

/// Lengths of a box. Shorter is cooking, longer is the whole day. [h]
const LENGTHS: std::ops::RangeInclusive<usize> = 5..=21;

/// Share of days that the lower envelope leaves below itself.
const ENVELOPE: f64 = 0.1;

/// Below this the box is no load. [kW]
const LEAST_KW: f32 = 0.05;

/// Keeps quotients finite where a level is near zero: the meter's resolution. [kW]
const RESOLUTION_KW: f32 = 0.02;

/// The best box of a meter's day.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockWindow {
    /// First clock hour, edges included.
    pub from_hour: usize,
    /// Length, edges included. [h]
    pub n_hours: usize,
    /// Lowest level inside over the middle level outside, on the envelope. [kW]
    pub rise_kw: f32,
    /// Spread of the levels inside, over the rise.
    pub uneven: f32,
    /// What boxes are compared by. [kW]
    pub fit_kw: f32,
    /// Daily floor inside that nine days of ten exceed. [kW]
    pub floor_kw_p10: f32,
    /// The same, over the lowest fifth of the floors outside. [kW]
    pub floor_rise_kw: f32,
    /// Spread of the daily floor inside, over its median.
    pub floor_mad_rel: f32,
    /// Low daily floor inside, over its median.
    pub floor_low_rel: f32,
    /// Median of the daily difference between the floors inside and outside. [kW]
    pub timer_kw: f32,
    /// Difference that nine days of ten exceed. [kW]
    pub timer_kw_p10: f32,
    /// Spread of that difference over its median; NaN where there is none.
    pub timer_mad_rel: f32,
    /// Change of it from the first third of days to the last, over its median; NaN as above.
    pub timer_trend_rel: f32,
    /// Spread of the hours inside, over it; NaN as above.
    pub timer_uneven: f32,
}

/// The best box over `days`.
#[must_use]
pub fn find_window(days: &UsableDays) -> ClockWindow {
    let (from, length, rise_kw, spread_kw, fit_kw) = best_box(&envelope(days));
    let hours = |start: usize, n: usize| -> Vec<usize> {
        (0..n).map(|step| (from + start + step) % CLOCK_HOURS).collect()
    };
    let inside = hours(1, length - 2);
    let outside =
        if length < 21 { hours(length + 1, 22 - length) } else { hours(length, CLOCK_HOURS - length) };
    let (floor_in, floor_out) = (days.floor_kw(&inside), days.floor_kw(&outside));
    let difference: Vec<f32> = floor_in.iter().zip(&floor_out).map(|(a, b)| a - b).collect();
    let low = |series: &[f32], share| quantile(series, share).unwrap_or(0.0);
    let (timer, usual_in) = (median_of(&difference), median_of(&floor_in));
    let per_timer = |value: f32| if timer > LEAST_KW { value / (timer + RESOLUTION_KW) } else { f32::NAN };
    let third = (difference.len() / 3).max(3).min(difference.len());
    let trend = (median_of(&difference[difference.len() - third..]) - median_of(&difference[..third])).abs();
    let floor_kw_p10 = low(&floor_in, ENVELOPE);
    ClockWindow {
        from_hour: from,
        n_hours: length,
        rise_kw,
        uneven: spread_kw / (rise_kw.abs() + LEAST_KW),
        fit_kw,
        floor_kw_p10,
        floor_rise_kw: floor_kw_p10 - low(&floor_out, 0.2),
        floor_mad_rel: spread_of(&floor_in) / (usual_in + RESOLUTION_KW),
        floor_low_rel: floor_kw_p10 / (usual_in + RESOLUTION_KW),
        timer_kw: timer.max(0.0),
        timer_kw_p10: if timer > 0.0 { low(&difference, ENVELOPE) } else { timer },
        timer_mad_rel: per_timer(spread_of(&difference)),
        timer_trend_rel: per_timer(trend),
        timer_uneven: per_timer(median_of(&hour_spread(days, &inside))),
    }
}

fn envelope(days: &UsableDays) -> [f32; CLOCK_HOURS] {
    std::array::from_fn(|hour| {
        let column: Vec<f32> = days.hour_kw.iter().map(|day| day[hour]).collect();
        quantile(&column, ENVELOPE).unwrap_or(0.0)
    })
}

/// Start, length, rise, spread inside and fit of the best box. The hours at its edges count for
/// neither side: a timer seldom switches on the hour.
fn best_box(envelope: &[f32; CLOCK_HOURS]) -> (usize, usize, f32, f32, f32) {
    let mut best = (0, *LENGTHS.start(), 0.0, 0.0, f32::NEG_INFINITY);
    for length in LENGTHS {
        for from in 0..CLOCK_HOURS {
            let at = |step: usize| envelope[(from + step) % CLOCK_HOURS];
            let inside: Vec<f32> = (1..length - 1).map(at).collect();
            let outside: Vec<f32> =
                if length < 21 { (length + 1..23).map(at).collect() } else { (length..24).map(at).collect() };
            let (low_in, high_in) = extremes(&inside);
            let (low_out, high_out) = extremes(&outside);
            let rise = low_in - median_of(&outside);
            let fit = rise - 0.5 * (high_in - low_in) - 0.25 * (high_out - low_out)
                + 0.03 * length as f32 * rise.max(0.0);
            if fit > best.4 {
                best = (from, length, rise, high_in - low_in, fit);
            }
        }
    }
    best
}

fn extremes(values: &[f32]) -> (f32, f32) {
    values
        .iter()
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)))
}

fn hour_spread(days: &UsableDays, hours: &[usize]) -> Vec<f32> {
    let spread = |day: &[f32; CLOCK_HOURS]| {
        let mean = hours.iter().map(|&hour| day[hour]).sum::<f32>() / hours.len() as f32;
        (hours.iter().map(|&hour| (day[hour] - mean).powi(2)).sum::<f32>() / hours.len() as f32).sqrt()
    };
    days.hour_kw.iter().map(spread).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{home_kw, meter};

    #[test]
    fn a_timer_that_ran_from_the_first_day_is_a_box() {
        let days = UsableDays::of(
            &meter(60, |day, slot| {
                home_kw(day, slot) * 0.3 + if !(14..44).contains(&slot) { 3.0 } else { 0.0 }
            })
            .days,
        )
        .unwrap();
        let window = find_window(&days);
        assert!(
            (window.rise_kw - 3.0).abs() < 0.1 && window.timer_mad_rel < 0.05 && window.uneven < 0.05,
            "{window:?}"
        );
        assert!((9..=11).contains(&window.n_hours), "{window:?}");
    }

    #[test]
    fn a_flat_load_has_no_box() {
        let window = find_window(&UsableDays::of(&meter(30, |_, _| 3.0).days).unwrap());
        assert!(window.timer_kw < 0.01 && window.rise_kw < 0.01 && window.timer_mad_rel.is_nan());
    }
}
