//! Estimates the unmetered load below a parent: its size, its period and its certainty.

use super::account::OpenAccount;
use super::loss::NoLoad;
use super::sums::Hours;
use super::unexplained::{NIGHT, Step, log_ratio};
use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::portable::Portable;
use hashwatt_core::stats::median;

/// Error of a parent's meter and its current transformers, as a share of the load: class 0.5 (IEC 61869-2,
/// IEC 62053-21).
const CLASS_ERROR: f64 = 0.005;

/// Relative error of the load-dependent loss: its coefficient is fitted, and other influences (phases,
/// position on the line) change.
const LOAD_LOSS_ERROR: f64 = 0.25;

/// Hours of the day in which a load must be higher to raise the day's floor.
const FLOOR_HOURS: usize = 18;

/// Evidence for a level next to a step counts from here on. [log]
const CLEAR: f64 = 2.0;

/// Multiple of the no-load loss expected of a transformer of such a peak that its own may reach: the rest is
/// unexplained.
const MAX_NO_LOAD: f64 = 2.0;

/// Share of a step's height that shows that an hour belongs to it: halfway between off and on.
const HALF_ON: f64 = 0.5;

/// Clock hours that are dark, and those that are light, all year round.
const DARK_HOURS: [usize; 4] = [23, 0, 1, 2];
const LIGHT_HOURS: [usize; 4] = [10, 11, 12, 13];

/// Keeps a share finite where there is no energy. [kW]
const ALMOST_NO_KW: f64 = 1e-3;

/// The unmetered load below a parent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excess {
    /// Logarithm of the likelihood ratio of a farm to no farm.
    pub log_ratio: f64,
    /// Size of the load. [kW]
    pub kw: f64,
    /// Error of the estimate. [kW]
    pub sd_kw: f64,
    /// First day; `None`: the load began before the data.
    pub onset: Option<i32>,
    /// First day after it; `None`: the load is still on.
    pub ended: Option<i32>,
    /// Civil days with the load, first to one past the last.
    pub days: (i32, i32),
    /// Clock hours with the load.
    pub hours: [bool; CLOCK_HOURS],
    /// Scatter of the floors from day to day. [kW]
    pub noise_kw: f64,
    /// Share of the residual's excess energy that occurs only at night, as for lamps, 0..=1.
    pub night_share: f64,
}

impl Excess {
    /// Returns the number of clock hours with the load.
    #[must_use]
    pub fn n_hours(&self) -> usize {
        count(&self.hours)
    }
}

fn count(hours: &[bool; CLOCK_HOURS]) -> usize {
    hours.iter().filter(|inside| **inside).count()
}

impl OpenAccount {
    /// Returns the no-load loss: the level beside a step if that shows it, otherwise the expected loss. [kW]
    #[must_use]
    pub fn no_load_kw(&self, no_load: &NoLoad, excess: &Excess) -> f64 {
        let expected = no_load.kw(self.account.peak_kw);
        if excess.log_ratio > 0.0 && excess.onset.is_none() {
            expected
        } else {
            self.account.level_kw().min(MAX_NO_LOAD * expected)
        }
    }

    /// Estimates the unmetered load. `other_kw` allows for small unmetered supplies.
    #[must_use]
    pub fn excess(&self, no_load: &NoLoad, other_kw: f64) -> Excess {
        let expected_kw = no_load.kw(self.account.peak_kw);
        let level_kw = self.account.level_kw() - expected_kw;
        let silent_kw =
            f64::from(self.account.n_silent) * self.account.mean_kw / f64::from(self.account.n_heard.max(1));
        let load_loss_kw = LOAD_LOSS_ERROR * self.account.load_loss_kwh / (24.0 * self.account.n_days as f64);
        let level_sd = norm(&[
            no_load.sd_kw(self.account.peak_kw),
            other_kw,
            CLASS_ERROR * self.account.mean_kw,
            load_loss_kw,
            silent_kw,
        ]);
        let by_level = log_ratio(level_kw, level_sd, self.account.peak_kw);
        let least_kw = no_load.least_kw(self.account.peak_kw);
        let steps = [
            (self.account.step, least_kw, FLOOR_HOURS),
            (self.account.night_step, f64::NEG_INFINITY, NIGHT.len()),
        ];
        let best = steps
            .into_iter()
            .filter_map(|(step, least_kw, least_hours)| {
                // Longer lamp hours raise the floor in only a few hours of the day.
                let step = step.filter(|step| count(&self.height(step).1) >= least_hours)?;
                let sd_kw = norm(&[step.sd_kw, other_kw, self.sd_of_change_kw(&step)]);
                // Below a transformer's least loss, a rise only ends an error and is not a load.
                let rise_kw = step.floor_kw - (least_kw - step.outside_kw).max(0.0);
                let ratio = log_ratio(rise_kw, sd_kw, self.account.peak_kw);
                // A short period has more possible positions, so chance finds one more easily.
                let n_places = self.account.n_days as f64 / (step.to - step.from) as f64;
                Some((step, sd_kw, ratio - n_places.portable_ln()))
            })
            .reduce(|best, one| if one.2 > best.2 + CLEAR { one } else { best });
        let days = &self.days;
        let all = (days[0], days[days.len() - 1] + 1);
        let none = Excess {
            log_ratio: by_level,
            kw: level_kw,
            sd_kw: level_sd,
            onset: None,
            ended: None,
            days: all,
            hours: [true; CLOCK_HOURS],
            noise_kw: self.account.noise_kw,
            night_share: 0.0,
        };
        let excess = match best {
            Some((step, sd_kw, ratio)) if ratio >= by_level => {
                let (kw, hours) = self.height(&step);
                let before_kw = if by_level > CLEAR { level_kw } else { 0.0 };
                let onset = (step.from > 0 && before_kw == 0.0).then(|| self.onset(&step));
                let sd_kw = if before_kw > 0.0 { level_sd } else { sd_kw };
                Excess {
                    log_ratio: ratio,
                    kw: kw + before_kw,
                    sd_kw,
                    onset,
                    ended: self.ended(&step),
                    hours,
                    ..none
                }
            }
            Some((step, _, ratio)) if ratio > CLEAR => Excess { kw: level_kw + step.mean_kw, ..none },
            _ => none,
        };
        let kw = excess.kw.max(0.0);
        let days = (excess.onset.unwrap_or(all.0), excess.ended.unwrap_or(all.1));
        Excess { kw, days, night_share: self.night_share(kw), ..excess }
    }

    /// Returns the error of a step due to a change of the load itself: the load-dependent loss is known to a
    /// quarter, and the meters to their class. [kW]
    fn sd_of_change_kw(&self, step: &Step) -> f64 {
        let mean = |is_own: &dyn Fn(usize) -> bool, power: i32| {
            let own = self.days.iter().enumerate().filter(|(at, _)| is_own(*at));
            let supplied =
                own.flat_map(|(_, day)| self.series.supplied_kw[(day - self.series.first_day) as usize]);
            let (sum, n) = supplied
                .filter(|kw| !kw.is_nan())
                .fold((0.0, 0.0), |(sum, n), kw| (sum + f64::from(kw).powi(power), n + 1.0));
            if n > 0.0 { sum / n } else { 0.0 }
        };
        let is_inside = |at: usize| (step.from..step.to).contains(&at);
        let change = |power| (mean(&is_inside, power) - mean(&|at| !is_inside(at), power)).abs();
        norm(&[LOAD_LOSS_ERROR * self.account.loss.per_square * change(2), CLASS_ERROR * change(1)])
    }

    /// Returns the height of a step while it is on [kW], and the clock hours in which it is on.
    fn height(&self, step: &Step) -> (f64, [bool; CLOCK_HOURS]) {
        let by_hour = |is_own: &dyn Fn(usize) -> bool, hour: usize| {
            let own = self.days.iter().enumerate().filter(|(at, _)| is_own(*at));
            let known: Vec<f32> =
                own.map(|(_, day)| self.hours(*day)[hour]).filter(|kw| !kw.is_nan()).collect();
            median(&known).map_or(0.0, f64::from)
        };
        let is_inside = |at: usize| (step.from..step.to).contains(&at);
        let shifts: [f64; CLOCK_HOURS] =
            std::array::from_fn(|hour| by_hour(&is_inside, hour) - by_hour(&|at| !is_inside(at), hour));
        let hours = shifts.map(|shift| shift > HALF_ON * step.floor_kw);
        let n_hours = count(&hours);
        if n_hours >= CLOCK_HOURS - 1 {
            return (step.mean_kw.max(step.floor_kw), [true; CLOCK_HOURS]);
        }
        let inside = shifts.iter().zip(hours).filter(|(_, inside)| *inside).map(|(shift, _)| shift);
        (inside.sum::<f64>() / n_hours.max(1) as f64, hours)
    }

    fn ended(&self, step: &Step) -> Option<i32> {
        self.days.get(step.to).copied()
    }

    /// Returns the first day of a step: the day before its first whole day, if that day's last hours are up.
    fn onset(&self, step: &Step) -> i32 {
        let first = self.days[step.from];
        let outside: Vec<&Hours> = (self.days.iter().enumerate())
            .filter(|(at, _)| !(step.from..step.to).contains(at))
            .map(|(_, day)| self.hours(*day))
            .collect();
        let usual = |hour: usize| {
            let known: Vec<f32> = outside.iter().map(|day| day[hour]).filter(|kw| !kw.is_nan()).collect();
            median(&known).unwrap_or(0.0)
        };
        if self.days[step.from - 1] != first - 1 {
            return first;
        }
        let eve = self.hours(first - 1);
        let is_up = |hour: usize| f64::from(eve[hour] - usual(hour)) > HALF_ON * step.floor_kw;
        if is_up(CLOCK_HOURS - 1) && is_up(CLOCK_HOURS - 2) { first - 1 } else { first }
    }

    fn hours(&self, day: i32) -> &Hours {
        &self.hours_kw[(day - self.series.first_day) as usize]
    }

    /// Returns the share of the energy above the floor that occurs only in the dark hours.
    fn night_share(&self, excess_kw: f64) -> f64 {
        let mean = |hours: &[usize]| {
            let kw = hours.iter().flat_map(|hour| {
                let known: Vec<f32> = (0..self.hours_kw.len())
                    .filter(|&at| self.is_usable[at])
                    .map(|at| self.hours_kw[at][*hour])
                    .filter(|kw| !kw.is_nan())
                    .collect();
                median(&known)
            });
            let kw: Vec<f32> = kw.collect();
            hashwatt_core::stats::mean(&kw).map_or(0.0, f64::from)
        };
        let night_kw = (mean(&DARK_HOURS) - mean(&LIGHT_HOURS)).max(0.0);
        night_kw / (night_kw + excess_kw).max(ALMOST_NO_KW)
    }
}

fn norm(parts: &[f64]) -> f64 {
    parts.iter().map(|part| part * part).sum::<f64>().sqrt()
}
