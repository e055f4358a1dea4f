//! Finds a box within the day: hours that are always higher by one level, as with a timer.
//!
//! It works on the lower envelope of the days: activity only adds to it, and a box remains. So it also finds
//! timers that ran from the first day and have no onset in the data.

use hashwatt_core::calendar::CLOCK_HOURS;
use std::ops::Range;

use super::series::median_of;
use super::usable::UsableDays;
use hashwatt_core::stats::{mad_sd_about, quantile, quantile_of};

/// Lengths of a box. A shorter one is cooking, a longer one the whole day. [h]
const LENGTHS: std::ops::RangeInclusive<usize> = 5..=21;

/// Quantile over days that forms the lower envelope.
const ENVELOPE: f64 = 0.1;

/// A smaller box is not a load. [kW]
const MIN_KW: f32 = 0.05;

/// Keeps quotients finite when a level is near zero: the meter's resolution. [kW]
const RESOLUTION_KW: f32 = 0.02;

/// The best box of a meter's day.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockWindow {
    /// First clock hour, edges included.
    pub from_hour: usize,
    /// Length, edges included. [h]
    pub n_hours: usize,
    /// Lowest level inside minus median level outside, on the envelope. [kW]
    pub rise_kw: f32,
    /// Spread of the levels inside, divided by the rise.
    pub uneven: f32,
    /// Goodness of fit, for comparing boxes. [kW]
    pub fit_kw: f32,
    /// Daily floor inside, exceeded on nine days of ten. [kW]
    pub floor_kw_p10: f32,
    /// The same minus the lowest fifth of the floors outside. [kW]
    pub floor_rise_kw: f32,
    /// Spread of the daily floor inside, divided by its median.
    pub floor_mad_rel: f32,
    /// Low daily floor inside, divided by its median.
    pub floor_low_rel: f32,
    /// Median of the daily difference between the floors inside and outside. [kW]
    pub timer_kw: f32,
    /// Difference exceeded on nine days of ten. [kW]
    pub timer_kw_p10: f32,
    /// Spread of that difference, divided by its median; NaN without a timer.
    pub timer_mad_rel: f32,
    /// Its change from the first third of days to the last, divided by its median; NaN without a timer.
    pub timer_trend_rel: f32,
    /// Spread of the hours inside, divided by the difference; NaN without a timer.
    pub timer_uneven: f32,
}

/// Finds the best box over the days `on`.
#[must_use]
pub fn find_window(days: &UsableDays, on: Range<usize>) -> ClockWindow {
    let best = best_box(&envelope(days, &on));
    let (from, length) = (best.from, best.length);
    let hours = |start: usize, n: usize| -> Vec<usize> {
        (0..n).map(|step| (from + start + step) % CLOCK_HOURS).collect()
    };
    let inside = hours(1, length - 2);
    let outside = outside(length);
    let outside = hours(outside.start, outside.len());
    let (floor_in, floor_out) = (days.floor_kw(&inside, on.clone()), days.floor_kw(&outside, on.clone()));
    let difference: Vec<f32> = floor_in.iter().zip(&floor_out).map(|(a, b)| a - b).collect();
    let low = |series: &[f32], share| quantile(series, share).unwrap_or(0.0);
    let (timer, usual_in) = (median_of(&difference), median_of(&floor_in));
    // Properties of a timer are measured only if there is one.
    let per_timer = |measure: &dyn Fn() -> f32| {
        if timer > MIN_KW { measure() / (timer + RESOLUTION_KW) } else { f32::NAN }
    };
    let floor_kw_p10 = low(&floor_in, ENVELOPE);
    ClockWindow {
        from_hour: from,
        n_hours: length,
        rise_kw: best.rise_kw,
        uneven: best.spread_kw / (best.rise_kw.abs() + MIN_KW),
        fit_kw: best.fit_kw,
        floor_kw_p10,
        floor_rise_kw: floor_kw_p10 - low(&floor_out, 0.2),
        floor_mad_rel: mad_sd_about(&floor_in, usual_in).unwrap_or(0.0) / (usual_in + RESOLUTION_KW),
        floor_low_rel: floor_kw_p10 / (usual_in + RESOLUTION_KW),
        timer_kw: timer.max(0.0),
        timer_kw_p10: if timer > 0.0 { low(&difference, ENVELOPE) } else { timer },
        timer_mad_rel: per_timer(&|| mad_sd_about(&difference, timer).unwrap_or(0.0)),
        timer_trend_rel: per_timer(&|| trend_kw(&difference)),
        timer_uneven: per_timer(&|| usual_spread_kw(days, &inside, on.clone())),
    }
}

fn envelope(days: &UsableDays, on: &Range<usize>) -> [f32; CLOCK_HOURS] {
    std::array::from_fn(|hour| quantile(&days.hour(hour)[on.clone()], ENVELOPE).unwrap_or(0.0))
}

/// A box on the envelope.
#[derive(Debug, Clone, Copy)]
struct Boxed {
    from: usize,
    length: usize,
    rise_kw: f32,
    spread_kw: f32,
    fit_kw: f32,
}

/// Finds the best box. Its edge hours count for neither side, because a timer seldom switches on the hour.
fn best_box(envelope: &[f32; CLOCK_HOURS]) -> Boxed {
    let twice: [f32; 2 * CLOCK_HOURS] = std::array::from_fn(|at| envelope[at % CLOCK_HOURS]);
    let mut best =
        Boxed { from: 0, length: *LENGTHS.start(), rise_kw: 0.0, spread_kw: 0.0, fit_kw: f32::NEG_INFINITY };
    let (shortest, longest) = (*LENGTHS.start(), *LENGTHS.end());
    // Each longer box has one more hour inside and one less outside.
    let mut outsides = [Extremes::NONE; CLOCK_HOURS];
    outsides[longest] = Extremes::NONE.over(&twice, outside(longest));
    outsides[longest - 1] = Extremes::NONE.over(&twice, outside(longest - 1));
    for length in (shortest..longest - 1).rev() {
        outsides[length] = outsides[length + 1].over(&twice, length + 1..length + 2);
    }
    let mut inside = Extremes::NONE.over(&twice, 1..shortest - 2);
    for length in LENGTHS {
        inside = inside.over(&twice, length - 2..length - 1);
        let around = &outsides[length];
        for from in 0..CLOCK_HOURS {
            let (low_in, high_in) = (inside.low_kw[from], inside.high_kw[from]);
            let (low_out, high_out) = (around.low_kw[from], around.high_kw[from]);
            let fit = |rise: f32| {
                rise - 0.5 * (high_in - low_in) - 0.25 * (high_out - low_out)
                    + 0.03 * length as f32 * rise.max(0.0)
            };
            // A box rises at most from the lowest level outside, so most boxes need no median.
            if fit(low_in - low_out) <= best.fit_kw {
                continue;
            }
            let hours = outside(length);
            let rise_kw = low_in - median_of(&twice[from + hours.start..from + hours.end]);
            let fit_kw = fit(rise_kw);
            if fit_kw > best.fit_kw {
                best = Boxed { from, length, rise_kw, spread_kw: high_in - low_in, fit_kw };
            }
        }
    }
    best
}

/// Returns the hours outside a box and away from its edges, counted from its first hour; for the longest box,
/// all hours outside.
const fn outside(length: usize) -> Range<usize> {
    if length < *LENGTHS.end() { length + 1..CLOCK_HOURS - 1 } else { length..CLOCK_HOURS }
}

/// Lowest and highest level over some hours, for each possible first hour of a box.
#[derive(Debug, Clone, Copy)]
struct Extremes {
    low_kw: [f32; CLOCK_HOURS],
    high_kw: [f32; CLOCK_HOURS],
}

impl Extremes {
    /// Extremes over no hours.
    const NONE: Self =
        Self { low_kw: [f32::INFINITY; CLOCK_HOURS], high_kw: [f32::NEG_INFINITY; CLOCK_HOURS] };

    /// Adds some hours.
    fn over(mut self, twice: &[f32; 2 * CLOCK_HOURS], hours: Range<usize>) -> Self {
        for hour in hours {
            for ((low, high), &kw) in
                self.low_kw.iter_mut().zip(&mut self.high_kw).zip(&twice[hour..hour + CLOCK_HOURS])
            {
                *low = if kw < *low { kw } else { *low };
                *high = if kw > *high { kw } else { *high };
            }
        }
        self
    }
}

/// Returns the change of a series from its first third to its last.
fn trend_kw(series: &[f32]) -> f32 {
    let third = (series.len() / 3).max(3).min(series.len());
    (median_of(&series[series.len() - third..]) - median_of(&series[..third])).abs()
}

/// Returns the median over the days of the spread of some hours.
fn usual_spread_kw(days: &UsableDays, hours: &[usize], on: Range<usize>) -> f32 {
    let n = hours.len() as f32;
    let spread = |day: &[f32; CLOCK_HOURS]| {
        let mean = hours.iter().map(|&hour| day[hour]).sum::<f32>() / n;
        (hours.iter().map(|&hour| (day[hour] - mean).powi(2)).sum::<f32>() / n).sqrt()
    };
    quantile_of(days.hour_kw[on].iter().map(spread), 0.5).unwrap_or(0.0)
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
        let window = find_window(&days, 0..60);
        assert!(
            (window.rise_kw - 3.0).abs() < 0.1 && window.timer_mad_rel < 0.05 && window.uneven < 0.05,
            "{window:?}"
        );
        assert!((9..=11).contains(&window.n_hours), "{window:?}");
    }

    #[test]
    fn a_flat_load_has_no_box() {
        let window = find_window(&UsableDays::of(&meter(30, |_, _| 3.0).days).unwrap(), 0..30);
        assert!(window.timer_kw < 0.01 && window.rise_kw < 0.01 && window.timer_mad_rel.is_nan());
    }
}
