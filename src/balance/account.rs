//! Draws up one parent's account: usable days, loss, floors, and what they leave unexplained.

use super::RESIDUAL_PREFIX;
use super::follow::Life;
use super::loss::{LoadLoss, NoLoad, less_load_loss};
use super::sums::{Hours, Series};
use super::unexplained::{ALL_DAY, Floors, NIGHT, Step, log_ratio};
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

/// The loss that follows the load is known to so much: its square is fitted, and what it depends on
/// besides (phases, where on the line) changes.
const LOAD_LOSS_ERROR: f64 = 0.25;

/// Hours that a load must be higher in for the floor of a day to be.
const FLOOR_HOURS: usize = 18;

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
    /// Usable, and not without internet: such days are an experiment of their own.
    is_usual: Vec<bool>,
    /// The residual less the loss that follows the load. [kW]
    hours_kw: Vec<Hours>,
    floors: Floors,
    step: Option<Step>,
    /// A step of the nights alone.
    night_step: Option<Step>,
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
    /// Hours of the day it flows.
    pub n_hours: usize,
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
    pub fn open(
        mut series: Series,
        children: Vec<MeterId>,
        blackout_days: &[i32],
    ) -> Result<Self, Box<Finding>> {
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
        let is_usual: Vec<bool> = (series.first_day..)
            .zip(&is_usable)
            .map(|(day, is)| *is && !blackout_days.contains(&day))
            .collect();
        let supplied: Vec<f32> = usable(&series.supplied_kw, &is_usable).filter(|kw| !kw.is_nan()).collect();
        let loss = LoadLoss::fit(&series, &is_usable);
        let hours_kw = less_load_loss(&series, loss.per_square);
        let Some(floors) = Floors::of(series.first_day, &hours_kw, &is_usual, &ALL_DAY) else {
            let n = is_usable.iter().filter(|is| **is).count();
            let words = format!(
                "{n} days have its hours and its children's; a week is needed. It was not balanced. Daily reads of a transformer do not do"
            );
            return Err(not_balanced(&series, &words));
        };
        let mut account = Self {
            mean_kw: crate::stats::mean(&supplied).map_or(0.0, f64::from),
            peak_kw: quantile(&supplied, 0.995).map_or(0.0, f64::from),
            step: None,
            night_step: None,
            floors,
            hours_kw,
            is_usable,
            is_usual,
            loss,
            children,
            series,
        };
        account.make_up();
        Ok(account)
    }

    /// Makes the account up, again where its children's hours changed.
    pub fn make_up(&mut self) {
        self.loss = LoadLoss::fit(&self.series, &self.is_usable);
        self.draw_floors();
        // Nothing is lost below zero: a square that says so is too steep.
        let level_kw = self.level_kw();
        if level_kw < 0.0 {
            let taken_kw = self.load_loss_kwh() / (24.0 * self.n_days() as f64);
            self.loss.per_square *= (1.0 + level_kw / taken_kw.max(1e-6)).clamp(0.0, 1.0);
            self.draw_floors();
        }
    }

    fn draw_floors(&mut self) {
        self.hours_kw = less_load_loss(&self.series, self.loss.per_square);
        let floors =
            |clock: &[usize]| Floors::of(self.series.first_day, &self.hours_kw, &self.is_usual, clock);
        let (floors, nights) = (floors(&ALL_DAY), floors(&NIGHT));
        self.night_step = nights.and_then(|nights| nights.step());
        if let Some(floors) = floors {
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
        let expected_kw = no_load.kw(self.peak_kw);
        let level_kw = self.level_kw() - expected_kw;
        let silent_kw =
            f64::from(self.series.n_silent) * self.mean_kw / f64::from(self.series.n_heard.max(1));
        let load_loss_kw = LOAD_LOSS_ERROR * self.load_loss_kwh() / (24.0 * self.n_days() as f64);
        let level_sd = norm(&[
            no_load.sd_kw(self.peak_kw),
            other_kw,
            CLASS_ERROR * self.mean_kw,
            load_loss_kw,
            silent_kw,
        ]);
        let by_level = log_ratio(level_kw, level_sd, self.peak_kw);
        let least_kw = no_load.least_kw(self.peak_kw);
        let steps = [(self.step, least_kw, FLOOR_HOURS), (self.night_step, f64::NEG_INFINITY, NIGHT.len())];
        let best = steps
            .into_iter()
            .filter_map(|(step, least_kw, least_hours)| {
                // A floor that rises because lamps burn longer does so in a few hours.
                let step = step.filter(|step| self.height(step).1 >= least_hours)?;
                let sd_kw = norm(&[step.sd_kw, other_kw, self.sd_of_change_kw(&step)]);
                // From below what a transformer loses, a rise is the end of an error, not a load.
                let rise_kw = step.floor_kw - (least_kw - step.outside_kw).max(0.0);
                let ratio = log_ratio(rise_kw, sd_kw, self.peak_kw);
                // A short stretch has had more places to be found in.
                let n_places = self.n_days() as f64 / (step.to - step.from) as f64;
                Some((step, sd_kw, ratio - n_places.ln()))
            })
            .reduce(|best, one| if one.2 > best.2 + CLEAR { one } else { best });
        let days = &self.floors.days;
        let all = (days[0], days[days.len() - 1] + 1);
        let none = Excess {
            log_ratio: by_level,
            kw: level_kw,
            sd_kw: level_sd,
            onset: None,
            ended: None,
            days: all,
            n_hours: CLOCK_HOURS,
            noise_kw: self.floors.noise_kw,
            night_share: 0.0,
        };
        let excess = match best {
            Some((step, sd_kw, ratio)) if ratio >= by_level => {
                let (kw, n_hours) = self.height(&step);
                let before_kw = if by_level > CLEAR { level_kw } else { 0.0 };
                let onset = (step.from > 0 && before_kw == 0.0).then(|| self.onset(&step));
                let sd_kw = if before_kw > 0.0 { level_sd } else { sd_kw };
                Excess {
                    log_ratio: ratio,
                    kw: kw + before_kw,
                    sd_kw,
                    onset,
                    ended: self.ended(&step),
                    n_hours,
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

    /// What a step may be off by because the load itself changed with it: the loss that follows the
    /// load is known to a quarter, the meters to their class. [kW]
    fn sd_of_change_kw(&self, step: &Step) -> f64 {
        let mean = |is_own: &dyn Fn(usize) -> bool, power: i32| {
            let own = self.floors.days.iter().enumerate().filter(|(at, _)| is_own(*at));
            let supplied =
                own.flat_map(|(_, day)| self.series.supplied_kw[(day - self.series.first_day) as usize]);
            let (sum, n) = supplied
                .filter(|kw| !kw.is_nan())
                .fold((0.0, 0.0), |(sum, n), kw| (sum + f64::from(kw).powi(power), n + 1.0));
            if n > 0.0 { sum / n } else { 0.0 }
        };
        let is_inside = |at: usize| (step.from..step.to).contains(&at);
        let change = |power| (mean(&is_inside, power) - mean(&|at| !is_inside(at), power)).abs();
        norm(&[LOAD_LOSS_ERROR * self.loss.per_square * change(2), CLASS_ERROR * change(1)])
    }

    /// Height of a step while it is on, and hours of the day it is. [kW]
    fn height(&self, step: &Step) -> (f64, usize) {
        let by_hour = |is_own: &dyn Fn(usize) -> bool, hour: usize| {
            let own = self.floors.days.iter().enumerate().filter(|(at, _)| is_own(*at));
            let known: Vec<f32> =
                own.map(|(_, day)| self.hours(*day)[hour]).filter(|kw| !kw.is_nan()).collect();
            median(&known).map_or(0.0, f64::from)
        };
        let is_inside = |at: usize| (step.from..step.to).contains(&at);
        let shifts: Vec<f64> = (0..CLOCK_HOURS)
            .map(|hour| by_hour(&is_inside, hour) - by_hour(&|at| !is_inside(at), hour))
            .filter(|shift| *shift > 0.5 * step.floor_kw)
            .collect();
        if shifts.len() >= CLOCK_HOURS - 1 {
            return (step.mean_kw.max(step.floor_kw), CLOCK_HOURS);
        }
        (shifts.iter().sum::<f64>() / shifts.len().max(1) as f64, shifts.len())
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
        if excess.log_ratio > 0.0 && excess.onset.is_none() {
            expected
        } else {
            self.level_kw().min(2.0 * expected)
        }
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
        let is_used = |day: i32| self.is_usual[(day - first) as usize] && (days.0..days.1).contains(&day);
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
                let hours =
                    DayIntervals { civil: &civil, interval_s: 3600, demand_kw: &demand_kw, estimated: &[] };
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
            .fold((0.0, 0.0), |(a, b), (supplied, registered)| {
                (a + f64::from(*supplied), b + f64::from(*registered))
            })
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

    /// Hours in which the supply is above `limit_kw`, and in how many it would be without some loads on
    /// their days, first to one past the last. [kW]
    #[must_use]
    pub fn hours_above(&self, limit_kw: f64, loads: &[(f64, (i32, i32))]) -> (u32, u32) {
        let mut hours = (0, 0);
        for (day, supplied) in (self.series.first_day..).zip(&self.series.supplied_kw) {
            let on = loads.iter().filter(|(_, days)| (days.0..days.1).contains(&day));
            let less_kw: f64 = on.map(|(kw, _)| kw).sum();
            hours.0 += supplied.iter().filter(|kw| f64::from(**kw) > limit_kw).count() as u32;
            hours.1 += supplied.iter().filter(|kw| f64::from(**kw) - less_kw > limit_kw).count() as u32;
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
                let known: Vec<f32> = (0..self.hours_kw.len())
                    .filter(|&at| self.is_usable[at])
                    .map(|at| self.hours_kw[at][*hour])
                    .filter(|kw| !kw.is_nan())
                    .collect();
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

fn not_balanced(series: &Series, words: &str) -> Box<Finding> {
    let last = series.first_day + series.supplied_kw.len() as i32 - 1;
    let finding = Finding::new(Code::NotBalanced, Severity::Note, words)
        .of_meter(series.parent.clone())
        .between(date_of(series.first_day), date_of(last.max(series.first_day)));
    Box::new(finding)
}
