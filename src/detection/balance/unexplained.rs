//! Detects unmetered load that runs day and night: a lasting step, or a level above any technical loss.
//!
//! # What it measures
//! It measures the lower quartile of each day's residual, minus the load-dependent loss: the load that runs
//! for more than three quarters of the day. Lamps and household activity are above it. A step is the best
//! period of days at a higher level. Without a step, the level is compared with the loss of transformers with
//! a similar peak. Steps of the night floor are examined too, because of timers. Levels of the night floor
//! are not, because lamps cause them.
//!
//! # Why it points to mining
//! Losses follow the load, and homes follow daily life. An unmetered load that is constant day and night is
//! probably a machine on a tap, past a meter, or behind a meter that registers only a part.
//!
//! # What else looks like this
//! A meter that is missing in the register or in the data, or a wrong transformer ratio; both are checked.
//! Cabinets, pumps and relays that the utility supplies without a meter.
//!
//! # Limit and why
//! The evidence is a ratio of densities. Without a farm, the excess is noise around zero with heavy tails
//! (Student, five degrees of freedom). Its width comes from the scatter of the days, the spread of losses and
//! the usual unmetered supplies. With a farm, the excess is between half a kilowatt and the peak, evenly in
//! logarithms. The share of parents with a farm is estimated together with the chances, as for meters.
//!
//! # Source
//! Two-level change point by least squares: Scott and Knott 1974, doi:10.2307/2529204.

use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::portable::Portable;
use hashwatt_core::stats::{mad_sd, median, quantile};

/// Quantile of the day that counts as its level: three quarters of the day exceed it.
const FLOOR: f64 = 0.25;

/// Shortest duration of both levels of a step. [d]
const MIN_DAYS: usize = 3;

/// Usual unmetered supplies such as cabinets: a few hundred watts each, one or two per transformer. In a run
/// with many parents, their own spread replaces this value. [kW]
pub const UNMETERED_SUPPLY_KW: f64 = 0.35;

/// Smallest mining load considered: one GPU rig. [kW]
const MIN_RIG_KW: f64 = 0.5;

/// Neighbouring days are alike: this many count as one independent day.
const DAYS_ALIKE: f64 = 2.0;

/// All hours, and the hours in which everyone sleeps.
pub const ALL_DAY: [usize; CLOCK_HOURS] =
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23];
pub const NIGHT: [usize; 6] = [23, 0, 1, 2, 3, 4];

/// A parent's days, reduced to floors and means.
#[derive(Debug, Clone)]
pub struct Floors {
    /// Usable days. [days since 1970-01-01]
    pub days: Vec<i32>,
    /// Floor of each day. [kW]
    pub floor_kw: Vec<f32>,
    /// Mean of each day. [kW]
    pub mean_kw: Vec<f32>,
    /// Scatter of the floors from day to day. [kW]
    pub noise_kw: f64,
}

/// A period of days at a higher level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Index of its first day among the usable days.
    pub from: usize,
    /// Index one past its last day.
    pub to: usize,
    /// Rise of the floor. [kW]
    pub floor_kw: f64,
    /// Rise of the mean. [kW]
    pub mean_kw: f64,
    /// Floor outside it. [kW]
    pub outside_kw: f64,
    /// Standard deviation of `floor_kw`, from the scatter of the days. [kW]
    pub sd_kw: f64,
}

impl Floors {
    /// Computes the floors of the usable days over some clock hours; `None` if there are too few days.
    #[must_use]
    pub fn of(
        first_day: i32,
        hours_kw: &[[f32; CLOCK_HOURS]],
        is_usable: &[bool],
        clock: &[usize],
    ) -> Option<Self> {
        let (mut days, mut floor_kw, mut mean_kw) = (Vec::new(), Vec::new(), Vec::new());
        for (at, hours) in hours_kw.iter().enumerate().filter(|(at, _)| is_usable[*at]) {
            let known: Vec<f32> = clock.iter().map(|&hour| hours[hour]).filter(|kw| !kw.is_nan()).collect();
            if let (Some(floor), Some(mean)) = (quantile(&known, FLOOR), hashwatt_core::stats::mean(&known)) {
                days.push(first_day + at as i32);
                floor_kw.push(floor);
                mean_kw.push(mean);
            }
        }
        if days.len() < 2 * MIN_DAYS + 1 {
            return None;
        }
        let changes: Vec<f32> = floor_kw.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let noise_kw = f64::from(mad_sd(&changes).unwrap_or(0.0)) / std::f64::consts::SQRT_2;
        Some(Self { days, floor_kw, mean_kw, noise_kw: noise_kw.max(1e-3) })
    }

    /// Finds the best period of higher days; `None` if none stands out of the scatter.
    #[must_use]
    pub fn step(&self) -> Option<Step> {
        let n = self.days.len();
        let mut sums = vec![0.0f64];
        self.floor_kw.iter().for_each(|kw| sums.push(sums[sums.len() - 1] + f64::from(*kw)));
        let mut best: Option<(f64, usize, usize)> = None;
        for from in 0..n {
            for to in (from + MIN_DAYS)..=n {
                let (inside, outside) = ((to - from) as f64, (n - (to - from)) as f64);
                // The days before or after must be long enough to be a level too.
                let is_short = |days: usize| days > 0 && days < MIN_DAYS;
                if outside < MIN_DAYS as f64 || is_short(from) || is_short(n - to) {
                    continue;
                }
                let higher = (sums[to] - sums[from]) / inside - (sums[n] - sums[to] + sums[from]) / outside;
                let gain = if higher > 0.0 { higher * higher * inside * outside / n as f64 } else { 0.0 };
                if best.is_none_or(|(least, ..)| gain > least) {
                    best = Some((gain, from, to));
                }
            }
        }
        let (_, from, to) = best.filter(|(gain, ..)| *gain > 0.0)?;
        let inside = |values: &[f32]| median(&values[from..to]).map_or(0.0, f64::from);
        let outside = |values: &[f32]| {
            let rest: Vec<f32> = values[..from].iter().chain(&values[to..]).copied().collect();
            median(&rest).map_or(0.0, f64::from)
        };
        let (n_in, n_out) = ((to - from) as f64, (n - (to - from)) as f64);
        let floor_kw = inside(&self.floor_kw) - outside(&self.floor_kw);
        let scatter_kw = self.noise_kw.max(self.spread_about(from, to));
        let sd_kw = scatter_kw * (DAYS_ALIKE * (1.0 / n_in + 1.0 / n_out)).sqrt();
        // A search over all periods reaches three or four deviations by chance alone.
        (floor_kw > 5.0 * sd_kw).then(|| Step {
            from,
            to,
            floor_kw,
            mean_kw: inside(&self.mean_kw) - outside(&self.mean_kw),
            outside_kw: outside(&self.floor_kw),
            sd_kw,
        })
    }

    fn spread_about(&self, from: usize, to: usize) -> f64 {
        let middle = |own: &[f32]| median(own).unwrap_or(0.0);
        let inside = middle(&self.floor_kw[from..to]);
        let rest: Vec<f32> = self.floor_kw[..from].iter().chain(&self.floor_kw[to..]).copied().collect();
        let outside = middle(&rest);
        let off: Vec<f32> = self.floor_kw[from..to]
            .iter()
            .map(|kw| kw - inside)
            .chain(rest.iter().map(|kw| kw - outside))
            .collect();
        f64::from(mad_sd(&off).unwrap_or(0.0))
    }

    /// Returns the median floor of all days. [kW]
    #[must_use]
    pub fn level_kw(&self) -> f64 {
        median(&self.floor_kw).map_or(0.0, f64::from)
    }
}

/// Number of farm sizes that an excess is compared with, evenly in logarithms.
const SIZES: usize = 600;

/// Returns the logarithm of the likelihood ratio of a farm of any size to no farm. `sd_kw` is the error of
/// the excess, and `peak_kw` the parent's peak supply.
#[must_use]
pub fn log_ratio(excess_kw: f64, sd_kw: f64, peak_kw: f64) -> f64 {
    let excess_kw = excess_kw.max(0.0);
    let reach = (peak_kw.max(10.0).max(excess_kw) / MIN_RIG_KW).portable_ln();
    // Density of Student's distribution with five degrees of freedom, without its factor.
    let density = |off_kw: f64| (1.0 + (off_kw / sd_kw).powi(2) / 5.0).powi(-3);
    let sizes = (0..SIZES).map(|at| MIN_RIG_KW * (reach * (at as f64 + 0.5) / SIZES as f64).portable_exp());
    let with: f64 = sizes.map(|size_kw| density(excess_kw - size_kw)).sum();
    (with / SIZES as f64).max(f64::MIN_POSITIVE).portable_ln() - density(excess_kw).portable_ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floors(kw: impl Fn(usize) -> f32) -> Floors {
        let hours: Vec<[f32; CLOCK_HOURS]> = (0..60)
            .map(|day| {
                std::array::from_fn(|hour| {
                    kw(day) + if hour < 5 { 2.0 } else { 0.0 } + 0.05 * (day % 3) as f32
                })
            })
            .collect();
        Floors::of(100, &hours, &[true; 60], &ALL_DAY).unwrap()
    }

    #[test]
    fn a_tap_is_a_step_of_its_height_on_its_days() {
        let step = floors(|day| if day >= 20 { 4.4 } else { 1.2 }).step().unwrap();
        assert_eq!((step.from, step.to), (20, 60));
        assert!((step.floor_kw - 3.2).abs() < 0.02 && (step.outside_kw - 1.25).abs() < 0.02, "{step:?}");
    }

    #[test]
    fn a_tap_that_is_cut_ends() {
        let step = floors(|day| if (20..40).contains(&day) { 4.4 } else { 1.2 }).step().unwrap();
        assert_eq!((step.from, step.to), (20, 40));
    }

    #[test]
    fn nothing_is_no_step() {
        assert_eq!(floors(|_| 1.2).step(), None);
    }

    #[test]
    fn more_excess_never_weighs_less_and_noise_never_helps() {
        let mut last = f64::NEG_INFINITY;
        for n in 0..400 {
            let ratio = log_ratio(0.1 * f64::from(n), 0.4, 100.0);
            assert!(ratio >= last - 1e-9, "{n}");
            last = ratio;
        }
        assert!(log_ratio(3.0, 0.4, 100.0) > log_ratio(3.0, 1.0, 100.0));
        assert!(log_ratio(0.3, 0.4, 100.0) < 0.0 && log_ratio(3.0, 0.4, 100.0) > 3.0);
        // An excess with a much larger error tells nothing.
        assert!(log_ratio(1.0, 14.0, 4000.0) < 0.0);
    }
}
