//! Estimates a parent's technical loss: a no-load part and a part quadratic in load.
//!
//! The quadratic part is fitted within each day: the rise of the residual with the load, both relative to the
//! day's median. Taps, unmetered lamps and a step within the data shift whole days or whole nights and so do
//! not affect it. Only daylight hours are used, because of the lamps.
//!
//! The no-load part cannot be told from a tap that is always on. It is therefore compared with usual
//! transformer losses: those of the run's other parents and, as a prior, the standards.

use super::sums::Series;
use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::portable::Portable;
use hashwatt_core::stats::{mad_sd, median, quantile};

/// Hours without lamps everywhere except in a polar winter.
const DAYLIGHT: std::ops::Range<usize> = 9..17;

/// Residuals beyond this many deviations get less weight (Huber 1964, doi:10.1214/aoms/1177703732).
const HUBER: f64 = 1.5;
const ROUNDS: usize = 20;

/// Winding and line losses above this share of the energy are not technical. Networks of rich and poor
/// countries lose 3 to 8% between substation and meter without non-technical loss (CEER Report on Power
/// Losses 2020; World Bank EG.ELC.LOSS.ZS); most of that is quadratic in load.
const MAX_LOAD_LOSS_SHARE: f64 = 0.08;

/// No-load loss over (peak load)^0.75. Standards scale it with the rating in this way, from 0.0046
/// kW/kVA^0.75 (EN 50588-1, A0) to 0.0150 (older oil-filled and dry types). Ratings are 1.2 to 10 times the
/// peak. This is the logarithmic middle of both ranges. [kW / kW^0.75]
const NO_LOAD: f64 = 0.016;

/// Standard deviation of its logarithm, over standards and utilisation.
const NO_LOAD_LOG_SD: f64 = 0.8;

/// Least standard deviation among the transformers of one utility, which buys from one catalogue.
const MIN_LOG_SD: f64 = 0.25;

/// The load-dependent part of a parent's loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoadLoss {
    /// Fitted rise of the residual with the square of the supply. [1/kW]
    pub fitted: f64,
    /// Part of it that is technical loss. [1/kW]
    pub per_square: f64,
    /// Whether the residual follows the load more than technical loss can explain.
    pub is_too_steep: bool,
}

impl LoadLoss {
    /// Fits the loss to a parent's hours.
    #[must_use]
    pub fn fit(series: &Series, is_usable: &[bool]) -> Self {
        let (mut x, mut y) = (Vec::new(), Vec::new());
        let (mut squares, mut supplies, mut n) = (0.0, 0.0, 0.0);
        for day in (0..series.supplied_kw.len()).filter(|&day| is_usable[day]) {
            let supplied = &series.supplied_kw[day];
            let hours: Vec<usize> = DAYLIGHT.filter(|&hour| !supplied[hour].is_nan()).collect();
            let of =
                |value: &dyn Fn(usize) -> f32| hours.iter().map(|&hour| value(hour)).collect::<Vec<f32>>();
            let square = of(&|hour| supplied[hour] * supplied[hour]);
            let residual = of(&|hour| supplied[hour] - series.registered_kw[day][hour]);
            let (Some(square_mid), Some(residual_mid)) = (median(&square), median(&residual)) else {
                continue;
            };
            x.extend(square.iter().map(|square| f64::from(square - square_mid)));
            y.extend(residual.iter().map(|residual| f64::from(residual - residual_mid)));
            for kw in supplied.iter().filter(|kw| !kw.is_nan()) {
                squares += f64::from(kw * kw);
                supplies += f64::from(kw.abs());
                n += 1.0;
            }
        }
        let fitted = robust_slope(&x, &y).max(0.0);
        let most = if squares > 0.0 { MAX_LOAD_LOSS_SHARE * supplies / squares } else { 0.0 };
        Self { fitted, per_square: fitted.min(most), is_too_steep: n > 0.0 && fitted > 1.5 * most }
    }
}

/// Fits a slope through the origin by least squares; outliers get less weight.
fn robust_slope(x: &[f64], y: &[f64]) -> f64 {
    let mut weights = vec![1.0; x.len()];
    let mut slope = f64::NAN;
    for _ in 0..ROUNDS {
        let (xy, xx) = x
            .iter()
            .zip(y)
            .zip(&weights)
            .fold((0.0, 0.0), |(xy, xx), ((x, y), weight)| (xy + weight * x * y, xx + weight * x * x));
        if xx <= 0.0 {
            return 0.0;
        }
        // The same slope would give the same weights.
        if xy / xx == slope {
            break;
        }
        slope = xy / xx;
        let off: Vec<f32> = x.iter().zip(y).map(|(x, y)| (y - slope * x).abs() as f32).collect();
        let spread = HUBER * 1.4826 * f64::from(median(&off).unwrap_or(0.0)).max(1e-6);
        weights.iter_mut().zip(&off).for_each(|(weight, off)| {
            *weight = (spread / f64::from(*off).max(spread)).powi(2);
        });
    }
    slope
}

/// Expected no-load loss of a parent, by its peak.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoLoad {
    /// Logarithm of no-load loss over (peak)^0.75.
    log_ratio: f64,
    log_sd: f64,
}

impl NoLoad {
    /// Estimates it from the parents' residual levels outside any step, each with the parent's peak. [kW, kW]
    #[must_use]
    pub fn of(levels: &[(f64, f64)]) -> Self {
        let logs: Vec<f32> = levels
            .iter()
            .filter(|(level, peak)| *level > 0.0 && *peak > 0.0)
            .map(|(level, peak)| (level.portable_ln() - 0.75 * peak.portable_ln()) as f32)
            .collect();
        let prior = NO_LOAD.portable_ln();
        // Taps that are always on only raise levels, so the lower half shows the spread.
        let middle = quantile(&logs, 0.5).map_or(prior, f64::from);
        let lower = quantile(&logs, 0.16).map_or(prior, f64::from);
        let spread = f64::from(mad_sd(&logs).unwrap_or(0.0)).min(middle - lower).max(MIN_LOG_SD);
        let n = logs.len() as f64;
        let weight = n / (n + (spread / NO_LOAD_LOG_SD).powi(2));
        // Even if most levels are high, no transformer is beyond two deviations of the standards.
        let middle = middle.clamp(prior - 2.0 * NO_LOAD_LOG_SD, prior + 2.0 * NO_LOAD_LOG_SD);
        let weight = if logs.is_empty() { 0.0 } else { weight };
        let log_sd =
            (NO_LOAD_LOG_SD.powi(2) * (1.0 - weight) + spread.powi(2) * (1.0 + 1.0 / n.max(1.0))).sqrt();
        Self { log_ratio: weight * middle + (1.0 - weight) * prior, log_sd: log_sd.min(NO_LOAD_LOG_SD) }
    }

    /// Returns the expected no-load loss. [kW]
    #[must_use]
    pub fn kw(&self, peak_kw: f64) -> f64 {
        (self.log_ratio + 0.75 * peak_kw.max(0.1).portable_ln()).portable_exp()
    }

    /// Returns the smallest plausible no-load loss. [kW]
    #[must_use]
    pub fn least_kw(&self, peak_kw: f64) -> f64 {
        self.kw(peak_kw) * (-2.0 * self.log_sd).portable_exp()
    }

    /// Returns one standard deviation above the expected loss. [kW]
    #[must_use]
    pub fn sd_kw(&self, peak_kw: f64) -> f64 {
        self.kw(peak_kw) * (self.log_sd.portable_exp() - 1.0)
    }
}

/// Returns the residual minus the load-dependent loss, by hour. [kW]
#[must_use]
pub fn less_load_loss(series: &Series, per_square: f64) -> Vec<[f32; CLOCK_HOURS]> {
    let less = |day: usize, hour: usize| {
        let supplied = series.supplied_kw[day][hour];
        supplied - series.registered_kw[day][hour] - (per_square * f64::from(supplied * supplied)) as f32
    };
    (0..series.supplied_kw.len()).map(|day| std::array::from_fn(|hour| less(day, hour))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_square_is_found_beside_a_tap_and_outliers() {
        let load = |day: usize, hour: usize| 20.0 + 10.0 * ((day * 7 + hour * 5) % 11) as f32 / 11.0;
        let registered: Vec<_> = (0..30).map(|day| std::array::from_fn(|hour| load(day, hour))).collect();
        let supplied = |day: usize, hour: usize| {
            let tap = if day > 12 { 7.0 } else { 0.0 };
            let fault = if (day * 24 + hour).is_multiple_of(41) { 3.0 } else { 0.0 };
            // Loss as a function of the supply, solved by one iteration.
            let bare = load(day, hour) + tap + 0.9;
            bare + 2e-4 * (bare + 2e-4 * bare * bare).powi(2) + fault
        };
        let series = Series {
            place: 0,
            parent: hashwatt_core::ids::MeterId::from("t"),
            first_day: 0,
            supplied_kw: (0..30).map(|day| std::array::from_fn(|hour| supplied(day, hour))).collect(),
            registered_kw: registered,
            filled_share: vec![0.0; 30],
            n_heard: 1,
            n_silent: 0,
            n_coarse: 0,
        };
        let loss = LoadLoss::fit(&series, &[true; 30]);
        assert!((loss.per_square - 2e-4).abs() < 2e-5 && !loss.is_too_steep, "{loss:?}");
    }

    #[test]
    fn peers_tell_the_loss_without_load_and_a_few_taps_do_not_move_it() {
        let alone = NoLoad::of(&[]);
        assert!((alone.kw(100.0) - 0.506).abs() < 0.01, "{}", alone.kw(100.0));
        let plain: Vec<(f64, f64)> = (0..20).map(|n| (1.0 + 0.02 * f64::from(n), 80.0)).collect();
        let mut tapped = plain.clone();
        tapped.extend([(8.0, 80.0), (5.0, 80.0), (30.0, 80.0)]);
        let (a, b) = (NoLoad::of(&plain), NoLoad::of(&tapped));
        assert!((a.kw(80.0) - 1.19).abs() < 0.05 && b.kw(80.0) - a.kw(80.0) < 0.1, "{a:?} {b:?}");
        assert!(alone.sd_kw(80.0) > a.sd_kw(80.0));
    }
}
