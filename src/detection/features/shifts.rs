//! Measures the shift of every clock hour and quantile between two periods.

use hashwatt_core::calendar::CLOCK_HOURS;
use std::ops::Range;

use super::usable::UsableDays;
use hashwatt_core::sorting::sort_columns;
use hashwatt_core::stats::{key_of, quantile_of, value_of};

/// A set of clock hours.
pub type Hours = [bool; CLOCK_HOURS];

/// Quantiles of each hour's demand over some days.
type Quantiles = [[f32; 3]; CLOCK_HOURS];

/// Quantiles over days. Their shifts must agree.
const QUANTILES: [f64; 3] = [0.10, 0.25, 0.50];

/// Fewest hours of a clock window.
const MIN_HOURS: usize = 4;

/// A smaller shift is the meter's resolution. [kW]
const MIN_KW: f32 = 0.05;

/// Smallest noise of an hour: the meter's resolution. [kW]
const MIN_NOISE_KW: f32 = 0.02;

/// Cache of quantiles by hour and period, each computed once however many candidates need it.
pub(super) struct Stretches<'a> {
    days: &'a UsableDays,
    known: Vec<(Range<usize>, Quantiles)>,
    sorted: Vec<[f32; CLOCK_HOURS]>,
}

impl<'a> Stretches<'a> {
    pub(super) const fn of(days: &'a UsableDays) -> Self {
        Self { days, known: Vec::new(), sorted: Vec::new() }
    }

    fn quantiles(&mut self, stretch: &Range<usize>) -> Quantiles {
        if let Some((_, quantiles)) = self.known.iter().find(|(known, _)| known == stretch) {
            return *quantiles;
        }
        self.sorted.clear();
        self.sorted.extend_from_slice(&self.days.hour_kw[stretch.clone()]);
        sort_columns(&mut self.sorted);
        let last = self.sorted.len() - 1;
        let mut quantiles = [[0.0; 3]; CLOCK_HOURS];
        for (index, share) in QUANTILES.into_iter().enumerate() {
            let position = share * last as f64;
            let below = position as usize;
            let (low, high) = (&self.sorted[below], &self.sorted[(below + 1).min(last)]);
            for (hour, quantiles) in quantiles.iter_mut().enumerate() {
                quantiles[index] = low[hour] + (position - below as f64) as f32 * (high[hour] - low[hour]);
            }
        }
        self.known.push((stretch.clone(), quantiles));
        quantiles
    }
}

/// Shifts of three quantiles of every clock hour between two periods.
pub(super) struct Shifts {
    /// Quantiles by hour in the first period. [kW]
    pub(super) off_kw: Quantiles,
    /// Mean shift by hour. [kW]
    pub(super) mean_kw: [f32; CLOCK_HOURS],
    shift_kw: Quantiles,
    noise_kw: [f32; CLOCK_HOURS],
    /// Weight of each hour; a noisy hour has less weight. [1/kW]
    weights: [f32; CLOCK_HOURS],
    /// Every shift with its hour, in ascending order.
    in_order: [(f32, u8); 3 * CLOCK_HOURS],
}

impl Shifts {
    /// Computes the shifts from `off` to `on`; `None` if too few hours rise for a window.
    pub(super) fn between(
        stretches: &mut Stretches<'_>,
        off: &Range<usize>,
        on: &Range<usize>,
    ) -> Option<Self> {
        let (off_kw, on_kw) = (stretches.quantiles(off), stretches.quantiles(on));
        let (mut shift_kw, mut mean_kw) = ([[0.0; 3]; CLOCK_HOURS], [0.0; CLOCK_HOURS]);
        let (mut noise_kw, mut weights) = ([0.0; CLOCK_HOURS], [0.0; CLOCK_HOURS]);
        let mut usual = 0.0;
        for hour in 0..CLOCK_HOURS {
            let (off, on) = (&off_kw[hour], &on_kw[hour]);
            shift_kw[hour] = [on[0] - off[0], on[1] - off[1], on[2] - off[2]];
            mean_kw[hour] = (shift_kw[hour][0] + shift_kw[hour][1] + shift_kw[hour][2]) / 3.0;
            noise_kw[hour] = (off[2] - off[0]).max(on[2] - on[0]);
            usual += noise_kw[hour];
        }
        let upper_kw = upper_level_kw(&mean_kw);
        if upper_kw <= MIN_KW || !is_enough(&above_half(&mean_kw, upper_kw)) {
            return None;
        }
        usual /= CLOCK_HOURS as f32;
        for (noise_kw, weight) in noise_kw.iter_mut().zip(&mut weights) {
            *noise_kw = *noise_kw + 0.25 * usual + MIN_NOISE_KW;
            *weight = 1.0 / *noise_kw;
        }
        Some(Self { in_order: in_order(&shift_kw), off_kw, shift_kw, mean_kw, noise_kw, weights })
    }

    /// Returns the hours that shift by more than half of the height; `None` if they are too few for a window.
    pub(super) fn window(&self) -> Option<Hours> {
        let mut window = above_half(&self.mean_kw, upper_level_kw(&self.mean_kw));
        let mut kw = self.height_of(&window)?;
        for _ in 0..3 {
            let next = above_half(&self.mean_kw, kw);
            if !is_enough(&next) || kw <= MIN_KW {
                return None;
            }
            if next == window {
                break;
            }
            window = next;
            kw = self.height_of(&window)?;
        }
        let window = above_half(&self.mean_kw, kw);
        (is_enough(&window) && kw > MIN_KW).then_some(window)
    }

    const fn weight(&self, hour: usize) -> f32 {
        self.weights[hour]
    }

    /// Returns the weighted median of the hours' shifts. [kW]
    pub(super) fn height_kw(&self, hours: &[usize]) -> Option<f32> {
        let mut chosen = [false; CLOCK_HOURS];
        hours.iter().for_each(|&hour| chosen[hour] = true);
        self.height_of(&chosen)
    }

    /// As [`height_kw`](Self::height_kw), using the shifts that are already sorted.
    fn height_of(&self, hours: &Hours) -> Option<f32> {
        let mut weights = self.weights;
        for (weight, is_chosen) in weights.iter_mut().zip(hours) {
            *weight = if *is_chosen { *weight } else { 0.0 };
        }
        let weight = |hour: u8| weights[usize::from(hour)];
        let half = self.in_order.iter().map(|&(_, hour)| weight(hour)).sum::<f32>() / 2.0;
        let mut sum = 0.0;
        for &(shift, hour) in &self.in_order {
            sum += weight(hour);
            if sum >= half && hours[usize::from(hour)] {
                return Some(shift);
            }
        }
        self.in_order.iter().rev().find(|(_, hour)| hours[usize::from(*hour)]).map(|(shift, _)| *shift)
    }

    pub(super) fn unevenness(&self, core: &[usize], kw: f32) -> f32 {
        weighted_mean(
            core.iter()
                .flat_map(|&hour| self.shift_kw[hour].map(|shift| ((shift - kw).abs(), self.weight(hour)))),
        )
        .unwrap_or(0.0)
            / kw
    }

    /// Returns the weighted mean shift outside the window, divided by the height.
    pub(super) fn outside(&self, window: &Hours, kw: f32) -> f32 {
        weighted_mean(hours_outside(window).map(|hour| (self.mean_kw[hour].abs(), self.weight(hour))))
            .unwrap_or(0.0)
            / kw
    }

    /// Returns the share of the shifts' weighted squares that a block of this height in the window explains.
    pub(super) fn explained(&self, core: &[usize], window: &Hours, kw: f32) -> f32 {
        let (mut rest, mut all) = (0.0, 0.0);
        for hour in core.iter().copied().chain(hours_outside(window)) {
            let fitted = if window[hour] { kw } else { 0.0 };
            for shift in self.shift_kw[hour] {
                rest += self.weight(hour) * (shift - fitted) * (shift - fitted);
                all += self.weight(hour) * shift * shift;
            }
        }
        if all > 0.0 { 1.0 - rest / all } else { 0.0 }
    }

    /// Returns the median distance from the height, divided by the median noise of an hour.
    pub(super) fn against_chance(&self, core: &[usize], kw: f32) -> f32 {
        let distances = core
            .iter()
            .flat_map(|&hour| self.shift_kw[hour].map(|shift| ((shift - kw).abs(), self.weight(hour))))
            .collect();
        let noise = core.iter().map(|&hour| (self.noise_kw[hour], self.weight(hour))).collect();
        weighted_median(distances).unwrap_or(0.0) / weighted_median(noise).unwrap_or(1.0)
    }

    /// Returns the median noise of some hours. [kW]
    pub(super) fn usual_noise_kw(&self, hours: &[usize]) -> Option<f32> {
        quantile_of(hours.iter().map(|&hour| self.noise_kw[hour]), 0.5)
    }
}

/// Returns the upper level of the hours' shifts, without the two highest. [kW]
fn upper_level_kw(mean_kw: &[f32; CLOCK_HOURS]) -> f32 {
    let mut sorted = *mean_kw;
    sorted.sort_unstable_by(f32::total_cmp);
    sorted[CLOCK_HOURS - 9..CLOCK_HOURS - 2].iter().sum::<f32>() / 7.0
}

/// Returns the hours that shift by more than half of the height.
fn above_half(mean_kw: &[f32; CLOCK_HOURS], kw: f32) -> Hours {
    mean_kw.map(|shift| shift > 0.5 * kw)
}

fn is_enough(hours: &Hours) -> bool {
    hours.iter().filter(|inside| **inside).count() >= MIN_HOURS
}

/// Returns every shift with its hour, in ascending order.
fn in_order(shift_kw: &Quantiles) -> [(f32, u8); 3 * CLOCK_HOURS] {
    // Sorted as integers whose last byte is the hour.
    let mut keys = [0i64; 3 * CLOCK_HOURS];
    for (at, key) in keys.iter_mut().enumerate() {
        *key = (i64::from(key_of(shift_kw[at / 3][at % 3])) << 8) | (at / 3) as i64;
    }
    keys.sort_unstable();
    keys.map(|key| (value_of((key >> 8) as i32), (key & 0xff) as u8))
}

/// Returns the hours on either side of the window's edges: a timer seldom switches on the hour.
pub(super) fn edges(window: &Hours) -> Hours {
    let changes: Hours =
        std::array::from_fn(|hour| window[hour] != window[(hour + CLOCK_HOURS - 1) % CLOCK_HOURS]);
    std::array::from_fn(|hour| changes[hour] || changes[(hour + 1) % CLOCK_HOURS])
}

/// Returns the hours outside the window and away from its edges.
fn hours_outside(window: &Hours) -> impl Iterator<Item = usize> {
    let (window, is_edge) = (*window, edges(window));
    (0..CLOCK_HOURS).filter(move |&hour| !window[hour] && !is_edge[hour])
}

fn weighted_mean(values: impl Iterator<Item = (f32, f32)>) -> Option<f32> {
    let (sum, weight) =
        values.fold((0.0, 0.0), |(sum, all), (value, weight)| (sum + value * weight, all + weight));
    (weight > 0.0).then_some(sum / weight)
}

/// Returns the value at which half of the weight is reached.
fn weighted_median(mut values: Vec<(f32, f32)>) -> Option<f32> {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let half = values.iter().map(|pair| pair.1).sum::<f32>() / 2.0;
    let mut sum = 0.0;
    for (value, weight) in &values {
        sum += weight;
        if sum >= half {
            return Some(*value);
        }
    }
    values.last().map(|pair| pair.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{home_kw, meter};

    #[test]
    fn a_constant_from_some_day_on_shifts_every_hour_by_itself() {
        let days = meter(28, |day, slot| home_kw(day % 7, slot) + if day >= 14 { 2.0 } else { 0.0 }).days;
        let days = UsableDays::of(&days).unwrap();
        let mut stretches = Stretches::of(&days);
        let shifts = Shifts::between(&mut stretches, &(0..14), &(14..28)).unwrap();
        assert!(Shifts::between(&mut stretches, &(14..28), &(0..14)).is_none());
        let every_hour: Vec<usize> = (0..CLOCK_HOURS).collect();
        assert!(shifts.mean_kw.iter().all(|kw| (kw - 2.0).abs() < 1e-3));
        assert!((shifts.height_kw(&every_hour).unwrap() - 2.0).abs() < 1e-3);
        assert_eq!(shifts.window(), Some([true; CLOCK_HOURS]));
    }

    #[test]
    fn quantiles_of_a_stretch_are_those_of_its_days() {
        let days = UsableDays::of(&meter(30, home_kw).days).unwrap();
        let quantiles = Stretches::of(&days).quantiles(&(3..17));
        for (hour, quantiles) in quantiles.iter().enumerate() {
            let own = QUANTILES
                .map(|share| hashwatt_core::stats::quantile(&days.hour(hour)[3..17], share).unwrap());
            assert_eq!(*quantiles, own);
        }
    }

    #[test]
    fn a_window_has_edges_on_both_sides() {
        let window: Hours = std::array::from_fn(|hour| (8..18).contains(&hour));
        let outside: Vec<usize> = hours_outside(&window).collect();
        assert!(!outside.contains(&7) && !outside.contains(&18) && outside.contains(&6));
        assert!(edges(&[true; CLOCK_HOURS]).iter().all(|edge| !edge));
    }
}
