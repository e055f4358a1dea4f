//! Draws up one parent's account: usable days, loss, floors, and what they leave unexplained.

use super::RESIDUAL_PREFIX;
use super::follow::Life;
use super::loss::{LoadLoss, NoLoad, less_load_loss};
use super::sums::{Hours, Series};
use super::unexplained::{Floors, Step, log_ratio};
use crate::calendar::{Calendar, date_of};
use crate::digest::kernel::{DayIntervals, Scratch, digest_day};
use crate::digest::{CLOCK_HOURS, MeterDays};
use crate::finding::{Code, Finding, Severity};
use crate::ids::MeterId;
use crate::settings::HourWindow;
use crate::stats::{median, quantile};

/// A day with more of its registered energy filled in is not used.
const MOST_FILLED: f32 = 0.2;

/// A parent more of whose children are silent is not judged.
const MOST_SILENT: f64 = 0.1;

/// A day is used where its parent's meter shows this many hours.
const LEAST_HOURS: usize = 18;

/// Error of a parent's meter and its current transformers, as a share of the load: class 0.5
/// (IEC 61869-2, IEC 62053-21).
const CLASS_ERROR: f64 = 0.005;

/// Evidence for a level beside a step counts from here. [log]
const CLEAR: f64 = 2.0;

/// One parent with all that is known of its hours.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its hours beside its children's.
    pub series: Series,
    /// Meters below it.
    pub children: Vec<MeterId>,
    /// The part of its loss that follows the load.
    pub loss: LoadLoss,
    /// Mean supply. [kW]
    pub mean_kw: f64,
    /// Supply that one hour in two hundred exceeds. [kW]
    pub peak_kw: f64,
    is_usable: Vec<bool>,
    /// The residual less the loss that follows the load. [kW]
    hours_kw: Vec<Hours>,
    floors: Floors,
    step: Option<Step>,
}

/// What flows past the meters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excess {
    /// Logarithm of how much likelier it is with a farm than without.
    pub log_ratio: f64,
    /// How much it is. [kW]
    pub kw: f64,
    /// What it may be off by. [kW]
    pub sd_kw: f64,
    /// First day, `None`: from before the first.
    pub onset: Option<i32>,
    /// First day after it, `None`: still on.
    pub ended: Option<i32>,
    /// Civil days on which it flows, first to one past the last.
    pub days: (i32, i32),
    /// How much the days' floors scatter. [kW]
    pub noise_kw: f64,
    /// Share of the residual's excess energy that lies in the night alone, as lamps' does, 0..=1.
    pub night_share: f64,
}

impl Account {
    /// Opens a parent's account.
    ///
    /// # Errors
    /// A finding, where too few days can be used.
    pub fn open(mut series: Series, children: Vec<MeterId>) -> Result<Self, Finding> {
        let n_children = f64::from(series.n_heard + series.n_silent);
        if series.n_heard == 0 || f64::from(series.n_silent) > MOST_SILENT * n_children {
            let words = format!(
                "{} of the {n_children} meters below it have no interval data, so what it supplies cannot be held against theirs; it was not balanced. Add their readings",
                series.n_silent
            );
            return Err(not_balanced(&series, &words));
        }
        // The silent ones are taken to draw what the others do.
        let scale = (n_children / f64::from(series.n_heard)) as f32;
        series.registered_kw.iter_mut().flatten().for_each(|kw| *kw *= scale);
        let is_usable: Vec<bool> = series
            .supplied_kw
            .iter()
            .zip(&series.filled_share)
            .map(|(day, filled)| {
                *filled <= MOST_FILLED && day.iter().filter(|kw| !kw.is_nan()).count() >= LEAST_HOURS
            })
            .collect();
        let supplied: Vec<f32> = usable(&series.supplied_kw, &is_usable).filter(|kw| !kw.is_nan()).collect();
        let loss = LoadLoss::fit(&series, &is_usable);
        let hours_kw = less_load_loss(&series, loss.per_square);
        let Some(floors) = Floors::of(series.first_day, &hours_kw, &is_usable) else {
            let n = is_usable.iter().filter(|is| **is).count();
            let words = format!(
                "{n} days have its hours and its children's; a week is needed. It was not balanced. Daily reads of a transformer do not do"
            );
            return Err(not_balanced(&series, &words));
        };
        Ok(Self {
            mean_kw: crate::stats::mean(&supplied).map_or(0.0, f64::from),
            peak_kw: quantile(&supplied, 0.995).map_or(0.0, f64::from),
            step: floors.step(),
            floors,
            hours_kw,
            is_usable,
            loss,
            children,
            series,
        })
    }

    /// Makes the account up again after its children's hours changed.
    pub fn make_up(&mut self) {
        self.loss = LoadLoss::fit(&self.series, &self.is_usable);
        self.hours_kw = less_load_loss(&self.series, self.loss.per_square);
        if let Some(floors) = Floors::of(self.series.first_day, &self.hours_kw, &self.is_usable) {
            self.step = floors.step();
            self.floors = floors;
        }
    }

    /// Level of the residual while nothing is added to it. [kW]
    #[must_use]
    pub fn level_kw(&self) -> f64 {
        self.step.map_or_else(|| self.floors.level_kw(), |step| step.outside_kw)
    }

    /// What flows past the meters. `other_kw` is what small supplies without a meter may take.
    #[must_use]
    pub fn excess(&self, no_load: &NoLoad, other_kw: f64) -> Excess {
        let level_kw = self.level_kw() - no_load.kw(self.peak_kw);
        let silent_kw =
            f64::from(self.series.n_silent) * self.mean_kw / f64::from(self.series.n_heard.max(1));
        let level_sd = norm(&[no_load.sd_kw(self.peak_kw), other_kw, CLASS_ERROR * self.mean_kw, silent_kw]);
        let by_level = log_ratio(level_kw, level_sd, self.peak_kw);
        let step_sd = |step: &Step| norm(&[step.sd_kw, other_kw]);
        let by_step = self.step.as_ref().map(|step| (step, log_ratio(step.floor_kw, step_sd(step), self.peak_kw)));
        let all = (self.floors.days[0], self.floors.days[self.floors.days.len() - 1] + 1);
        let (kw, sd_kw, log_ratio, onset, ended) = match by_step {
            Some((step, ratio)) if ratio >= by_level => {
                let before_kw = if by_level > CLEAR { level_kw } else { 0.0 };
                let onset = (step.from > 0 && before_kw == 0.0).then(|| self.onset(step));
                let sd_kw = if before_kw > 0.0 { level_sd } else { step_sd(step) };
                (step.mean_kw.max(step.floor_kw) + before_kw, sd_kw, ratio, onset, self.ended(step))
            }
            Some((step, ratio)) if ratio > CLEAR => {
                (level_kw + step.mean_kw, level_sd, by_level, None, None)
            }
            _ => (level_kw, level_sd, by_level, None, None),
        };
        Excess {
            log_ratio,
            kw: kw.max(0.0),
            sd_kw,
            onset,
            ended,
            days: (onset.unwrap_or(all.0), ended.unwrap_or(all.1)),
            noise_kw: self.floors.noise_kw,
            night_share: self.night_share(kw.max(0.0)),
        }
    }

    fn ended(&self, step: &Step) -> Option<i32> {
        self.floors.days.get(step.to).copied()
    }

    /// First day of a step: the day before its first whole one, where the last hours of that are up.
    fn onset(&self, step: &Step) -> i32 {
        let first = self.floors.days[step.from];
        let outside: Vec<&Hours> = (self.floors.days.iter().enumerate())
            .filter(|(at, _)| !(step.from..step.to).contains(at))
            .map(|(_, day)| self.hours(*day))
            .collect();
        let usual = |hour: usize| {
            let known: Vec<f32> = outside.iter().map(|day| day[hour]).filter(|kw| !kw.is_nan()).collect();
            median(&known).unwrap_or(0.0)
        };
        if self.floors.days[step.from - 1] != first - 1 {
            return first;
        }
        let eve = self.hours(first - 1);
        let is_up = |hour: usize| f64::from(eve[hour] - usual(hour)) > 0.5 * step.floor_kw;
        if is_up(CLOCK_HOURS - 1) && is_up(CLOCK_HOURS - 2) { first - 1 } else { first }
    }

    fn hours(&self, day: i32) -> &Hours {
        &self.hours_kw[(day - self.series.first_day) as usize]
    }

    /// Loss without load: what was seen beside a step, else what is expected. [kW]
    #[must_use]
    pub fn no_load_kw(&self, no_load: &NoLoad, excess: &Excess) -> f64 {
        let expected = no_load.kw(self.peak_kw);
        if excess.log_ratio > 0.0 && excess.onset.is_none() { expected } else { self.level_kw().min(2.0 * expected) }
    }

    /// How the residual lives from hour to hour.
    #[must_use]
    pub(super) fn life(&self) -> Life {
        self.life_on((i32::MIN, i32::MAX))
    }

    /// The same on some days, first to one past the last.
    #[must_use]
    pub(super) fn life_on(&self, days: (i32, i32)) -> Life {
        let first = self.series.first_day;
        let is_used = |day: i32| self.is_usable[(day - first) as usize] && (days.0..days.1).contains(&day);
        Life::of(first, &self.hours_kw, is_used)
    }

    /// The residual less technical loss, as a meter's days.
    #[must_use]
    pub fn residual(&self, no_load_kw: f64, night: HourWindow) -> MeterDays {
        let mut scratch = Scratch::default();
        let days = (0..self.hours_kw.len())
            .filter(|&at| self.is_usable[at])
            .map(|at| {
                let mut civil = Calendar::plain_day();
                civil.day = self.series.first_day + at as i32;
                let demand_kw = self.hours_kw[at].map(|kw| kw - no_load_kw as f32);
                let hours = DayIntervals { civil: &civil, interval_s: 3600, demand_kw: &demand_kw, estimated: &[] };
                digest_day(hours, night, &mut scratch)
            })
            .collect();
        MeterDays { meter: MeterId::from(format!("{RESIDUAL_PREFIX}{}", self.series.parent)), days }
    }

    /// Energy over the usable days: supplied, and registered below. [kWh]
    #[must_use]
    pub fn energy_kwh(&self) -> (f64, f64) {
        let days = (0..self.is_usable.len()).filter(|&at| self.is_usable[at]);
        days.flat_map(|at| self.series.supplied_kw[at].iter().zip(&self.series.registered_kw[at]))
            .filter(|(supplied, _)| !supplied.is_nan())
            .fold((0.0, 0.0), |(a, b), (supplied, registered)| (a + f64::from(*supplied), b + f64::from(*registered)))
    }

    /// Technical loss that follows the load, over the usable days. [kWh]
    #[must_use]
    pub fn load_loss_kwh(&self) -> f64 {
        let supplied = usable(&self.series.supplied_kw, &self.is_usable).filter(|kw| !kw.is_nan());
        supplied.map(|kw| self.loss.per_square * f64::from(kw * kw)).sum()
    }

    /// Usable days.
    #[must_use]
    pub fn n_days(&self) -> usize {
        self.floors.days.len()
    }

    /// Mean share of the registered energy that was filled in, over the usable days, 0..=1.
    #[must_use]
    pub fn filled_share(&self) -> f64 {
        let shares = self.series.filled_share.iter().zip(&self.is_usable).filter(|(_, is)| **is);
        shares.map(|(share, _)| f64::from(*share)).sum::<f64>() / self.n_days() as f64
    }

    /// Hours in which the supply is above `limit_kw`, and in how many it would be without `excess`.
    #[must_use]
    pub fn hours_above(&self, limit_kw: f64, excess: &Excess) -> (u32, u32) {
        let mut hours = (0, 0);
        for (at, day) in self.series.supplied_kw.iter().enumerate() {
            let is_on = (excess.days.0..excess.days.1).contains(&(self.series.first_day + at as i32));
            let less_kw = if is_on { excess.kw } else { 0.0 };
            hours.0 += day.iter().filter(|kw| f64::from(**kw) > limit_kw).count() as u32;
            hours.1 += day.iter().filter(|kw| f64::from(**kw) - less_kw > limit_kw).count() as u32;
        }
        hours
    }

    /// What is to be said of the account.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let finding = |code, severity, words: String| {
            Finding::new(code, severity, words).of_meter(self.series.parent.clone())
        };
        if self.series.n_silent > 0 {
            let words = format!(
                "{} of the {} meters below it have no interval data; in its balance they are taken to draw what the others do. Add their readings",
                self.series.n_silent,
                self.series.n_silent + self.series.n_heard
            );
            findings.push(finding(Code::ChildrenSilent, Severity::Warning, words));
        }
        if self.series.n_coarse > 0 {
            let words = format!(
                "{} of the meters below it are read once a day or less often; in its balance their energy follows the others' hours",
                self.series.n_coarse
            );
            findings.push(finding(Code::TooCoarse, Severity::Note, words));
        }
        if self.loss.is_too_steep {
            let words = format!(
                "its residual rises with its load by more than technical loss can ({:.1}% of the mean load): check its transformer ratio and the meters of large customers below it",
                100.0 * self.loss.fitted * self.mean_kw
            );
            findings.push(finding(Code::RatioDoubtful, Severity::Warning, words));
        }
        findings
    }

    /// Share of the energy above the floor that lies in the dark hours alone.
    fn night_share(&self, excess_kw: f64) -> f64 {
        let mean = |hours: &[usize]| {
            let kw = hours.iter().flat_map(|hour| {
                let known: Vec<f32> =
                    (0..self.hours_kw.len()).filter(|&at| self.is_usable[at]).map(|at| self.hours_kw[at][*hour]).filter(|kw| !kw.is_nan()).collect();
                median(&known)
            });
            let kw: Vec<f32> = kw.collect();
            crate::stats::mean(&kw).map_or(0.0, f64::from)
        };
        let night_kw = (mean(&[23, 0, 1, 2]) - mean(&[10, 11, 12, 13])).max(0.0);
        night_kw / (night_kw + excess_kw).max(1e-3)
    }
}

fn usable<'a>(hours: &'a [Hours], is_usable: &'a [bool]) -> impl Iterator<Item = f32> + 'a {
    hours.iter().zip(is_usable).filter(|(_, is)| **is).flat_map(|(day, _)| day.iter().copied())
}

fn norm(parts: &[f64]) -> f64 {
    parts.iter().map(|part| part * part).sum::<f64>().sqrt()
}

fn not_balanced(series: &Series, words: &str) -> Finding {
    let last = series.first_day + series.supplied_kw.len() as i32 - 1;
    Finding::new(Code::NotBalanced, Severity::Note, words)
        .of_meter(series.parent.clone())
        .between(date_of(series.first_day), date_of(last.max(series.first_day)))
}
