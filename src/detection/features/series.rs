//! Finds level changes in a daily series.

use hashwatt_core::stats::{mad_sd, median, quantile_of};

/// Fewest days of a segment. Two similar days may be chance.
pub const MIN_DAYS: usize = 3;

/// Least reduction of the squared error by a split, in noise variances. This is about a step of one noise
/// deviation that lasts a month, or of three that lasts three days.
const MIN_GAIN: f32 = 12.0;

/// A smaller day-to-day change is the meter's resolution. [kW]
const RESOLUTION_KW: f32 = 0.02;

/// Days on each side of a local step.
const STEP_DAYS: usize = 10;

/// Returns the running median of three, which removes single odd days.
#[must_use]
pub fn median_of_three(series: &[f32]) -> Vec<f32> {
    let mut smooth = series.to_vec();
    for at in 1..series.len().saturating_sub(1) {
        let (a, b, c) = (series[at - 1], series[at], series[at + 1]);
        smooth[at] = a.max(b).min(a.min(b).max(c));
    }
    smooth
}

/// Returns the days on which a new level begins, ascending, at most `most`. The method is binary segmentation
/// by least squares (Scott and Knott 1974, doi:10.2307/2529204).
#[must_use]
pub fn change_points(series: &[f32], most: usize) -> Vec<usize> {
    let sums = prefix_sums(series);
    let noise = day_noise_kw(series).unwrap_or(0.0) + RESOLUTION_KW;
    let limit = MIN_GAIN * noise * noise;
    let mut found = Vec::new();
    let mut segments = vec![best_split(&sums, 0, series.len())];
    while found.len() < most {
        let Some(best) = (0..segments.len()).max_by(|&a, &b| segments[a].gain.total_cmp(&segments[b].gain))
        else {
            break;
        };
        let segment = segments.swap_remove(best);
        let Some(at) = segment.at.filter(|_| segment.gain >= limit) else { break };
        found.push(at);
        segments.push(best_split(&sums, segment.from, at));
        segments.push(best_split(&sums, at, segment.to));
    }
    found.sort_unstable();
    found
}

/// Returns the days at which the means of the days before and after differ most, at most `most`.
#[must_use]
pub fn local_steps(series: &[f32], most: usize) -> Vec<usize> {
    let window = STEP_DAYS.min(series.len() / 3);
    if window < MIN_DAYS {
        return Vec::new();
    }
    let sums = prefix_sums(series);
    let mut steps: Vec<f64> = (window..=series.len() - window)
        .map(|at| ((sums[at + window] - sums[at]) - (sums[at] - sums[at - window])).abs())
        .collect();
    let mut found = Vec::new();
    for _ in 0..most {
        let Some(best) = (0..steps.len())
            .rev()
            .max_by(|&a, &b| steps[a].total_cmp(&steps[b]))
            .filter(|&best| steps[best] > 0.0)
        else {
            break;
        };
        found.push(best + window);
        let near = best.saturating_sub(window)..(best + window + 1).min(steps.len());
        steps[near].fill(0.0);
    }
    found
}

/// Returns the standard deviation of a day's random variation, from day-to-day differences. [kW]
#[must_use]
pub fn day_noise_kw(series: &[f32]) -> Option<f32> {
    let changes = series.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    quantile_of(changes, 0.5).map(|change| 1.4826 * change / std::f32::consts::SQRT_2)
}

/// Returns the median of a part of a series; 0 if it is empty.
pub(super) fn median_of(series: &[f32]) -> f32 {
    median(series).unwrap_or(0.0)
}

/// Returns the robust spread of a part of a series; 0 if it is empty.
pub(super) fn spread_of(series: &[f32]) -> f32 {
    mad_sd(series).unwrap_or(0.0)
}

struct Segment {
    from: usize,
    to: usize,
    at: Option<usize>,
    gain: f32,
}

fn prefix_sums(series: &[f32]) -> Vec<f64> {
    let mut sum = 0.0;
    let sums = series.iter().map(|value| {
        sum += f64::from(*value);
        sum
    });
    std::iter::once(0.0).chain(sums).collect()
}

fn best_split(sums: &[f64], from: usize, to: usize) -> Segment {
    let mut best = Segment { from, to, at: None, gain: 0.0 };
    let first = from + MIN_DAYS;
    let Some(middle) = sums.get(first..(to + 1).saturating_sub(MIN_DAYS)) else { return best };
    let (start, end, n) = (sums[from], sums[to], (to - from) as f64);
    // A 32-bit counter lets the loop handle several elements at once.
    for (index, sum) in (0u32..).zip(middle) {
        let before = f64::from(index) + MIN_DAYS as f64;
        let after = n - before;
        let step = (end - sum) / after - (sum - start) / before;
        let gain = (before * after / (before + after) * step * step) as f32;
        if gain > best.gain {
            (best.at, best.gain) = (Some(first + index as usize), gain);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(levels: &[(usize, f32)]) -> Vec<f32> {
        levels.iter().flat_map(|&(n, level)| (0..n).map(move |day| level + (day % 3) as f32 * 0.02)).collect()
    }

    #[test]
    fn a_level_that_rises_and_falls_has_two_change_points() {
        assert_eq!(change_points(&steps(&[(30, 0.2), (25, 3.4), (30, 0.2)]), 4), [30, 55]);
    }

    #[test]
    fn a_steady_series_has_none() {
        assert!(change_points(&steps(&[(90, 1.0)]), 4).is_empty());
        assert!(change_points(&[], 4).is_empty());
        assert!(change_points(&[1.0], 4).is_empty());
    }

    #[test]
    fn one_odd_day_is_smoothed_away() {
        assert_eq!(median_of_three(&[1.0, 9.0, 1.0, 2.0, 3.0]), [1.0, 1.0, 2.0, 2.0, 3.0]);
    }

    #[test]
    fn the_largest_local_step_comes_first() {
        assert_eq!(local_steps(&steps(&[(20, 0.0), (20, 1.0), (20, 5.0)]), 2), [40, 20]);
        assert!(local_steps(&[1.0, 2.0], 2).is_empty());
    }
}
