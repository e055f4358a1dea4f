//! Computes one parent's account: usable days, loss, floors and findings.

use super::follow::Life;
use super::loss::{LoadLoss, less_load_loss};
use super::shelf::{Shelf, Slot};
use super::sums::{Hours, Series};
use super::unexplained::{ALL_DAY, Floors, NIGHT, Step};
use hashwatt_core::calendar::{Calendar, date_of};
use hashwatt_core::error::Result;
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::ids::MeterId;
use hashwatt_core::ids::RESIDUAL_PREFIX;
use hashwatt_core::language::message::{Message, Value};
use hashwatt_core::message;
use hashwatt_core::settings::HourWindow;
use hashwatt_core::stats::quantile;
use hashwatt_readings::digest::MeterDays;
use hashwatt_readings::digest::kernel::{DayIntervals, Scratch, digest_day};

/// A day with a larger share of filled registered energy is not used.
const MAX_FILLED: f32 = 0.2;

/// A parent with a larger share of silent children is not judged.
const MAX_SILENT: f64 = 0.1;

/// Fewest hours of the parent's meter on a usable day.
const MIN_HOURS: usize = 18;

/// Summary of a parent's account: of fixed size, whatever its period.
#[derive(Debug, Clone)]
pub struct Account {
    /// The parent.
    pub parent: MeterId,
    /// Meters below it.
    pub children: Vec<MeterId>,
    /// Children with interval data, including those of unmetered nodes below it.
    pub n_heard: u32,
    /// Children in the register without any interval data.
    pub n_silent: u32,
    /// Number of children with interval data whose reads span a day or longer.
    pub n_coarse: u32,
    /// Part of its loss that depends on the load.
    pub loss: LoadLoss,
    /// Mean supply. [kW]
    pub mean_kw: f64,
    /// Supply exceeded in one hour of two hundred. [kW]
    pub peak_kw: f64,
    /// Days for which floors were computed.
    pub n_days: usize,
    /// Mean share of the registered energy that was filled, over the usable days, 0..=1.
    pub filled_share: f64,
    /// Energy supplied over the usable days, by its own meter. [kWh]
    pub supplied_kwh: f64,
    /// Energy registered by the meters below over the usable days. [kWh]
    pub registered_kwh: f64,
    /// Load-dependent technical loss over the usable days. [kWh]
    pub load_loss_kwh: f64,
    /// Scatter of the floors from day to day. [kW]
    pub noise_kw: f64,
    /// Spread of the residual's changes from hour to hour. [kW]
    pub spread_kw: f32,
    pub(super) step: Option<Step>,
    /// A step that only the nights show.
    pub(super) night_step: Option<Step>,
    /// Median floor. [kW]
    floor_kw: f64,
    /// Index in the tree.
    pub(super) place: usize,
    first_day: i32,
    pub(super) slot: Slot,
}

/// A parent's account together with its hours.
#[derive(Debug)]
pub struct OpenAccount {
    /// Summary that remains when the hours are put away.
    pub account: Account,
    pub(super) series: Series,
    pub(super) is_usable: Vec<bool>,
    /// Days that are usable and have internet; days without internet are evaluated separately.
    is_usual: Vec<bool>,
    /// Residual minus the load-dependent loss. [kW]
    pub(super) hours_kw: Vec<Hours>,
    /// Usual days. [days since 1970-01-01]
    pub(super) days: Vec<i32>,
}

impl Account {
    /// Builds an account with only the facts that its series states directly.
    fn blank(series: &Series, children: Vec<MeterId>) -> Self {
        Self {
            parent: series.parent.clone(),
            children,
            n_heard: series.n_heard,
            n_silent: series.n_silent,
            n_coarse: series.n_coarse,
            loss: LoadLoss { fitted: 0.0, per_square: 0.0, is_too_steep: false },
            mean_kw: 0.0,
            peak_kw: 0.0,
            n_days: 0,
            filled_share: 0.0,
            supplied_kwh: 0.0,
            registered_kwh: 0.0,
            load_loss_kwh: 0.0,
            noise_kw: 0.0,
            spread_kw: 0.0,
            step: None,
            night_step: None,
            floor_kw: 0.0,
            place: series.place,
            first_day: series.first_day,
            slot: Slot::default(),
        }
    }

    /// Returns the level of the residual outside any step. [kW]
    #[must_use]
    pub fn level_kw(&self) -> f64 {
        self.step.map_or(self.floor_kw, |step| step.outside_kw)
    }

    /// Loads the parent's hours from the shelf.
    ///
    /// # Errors
    /// When the hours cannot be read.
    pub fn open(&self, shelf: &Shelf, blackout_days: &[i32]) -> Result<OpenAccount> {
        let (supplied_kw, registered_kw, filled_share) = shelf.get(self.slot)?;
        let series = Series {
            place: self.place,
            parent: self.parent.clone(),
            first_day: self.first_day,
            supplied_kw,
            registered_kw,
            filled_share,
            n_heard: self.n_heard,
            n_silent: self.n_silent,
            n_coarse: self.n_coarse,
        };
        let (is_usable, is_usual) = usable_days(&series, blackout_days);
        let hours_kw = less_load_loss(&series, self.loss.per_square);
        let has_hours = |at: &usize| is_usual[*at] && hours_kw[*at].iter().any(|kw| !kw.is_nan());
        let days = (0..hours_kw.len()).filter(has_hours).map(|at| self.first_day + at as i32).collect();
        Ok(OpenAccount { account: self.clone(), series, is_usable, is_usual, hours_kw, days })
    }

    /// Counts the hours in which its supply exceeds `limit_kw`, and the hours in which it would still do so
    /// without some loads on their days, first to one past the last. [kW]
    ///
    /// # Errors
    /// When the hours cannot be read.
    pub(super) fn hours_above(
        &self,
        shelf: &Shelf,
        limit_kw: f64,
        loads: &[(f64, (i32, i32))],
    ) -> Result<(u32, u32)> {
        let mut hours = (0, 0);
        for (day, supplied) in (self.first_day..).zip(shelf.supplied_kw(self.slot)?) {
            let on = loads.iter().filter(|(_, days)| (days.0..days.1).contains(&day));
            let less_kw: f64 = on.map(|(kw, _)| kw).sum();
            hours.0 += supplied.iter().filter(|kw| f64::from(**kw) > limit_kw).count() as u32;
            hours.1 += supplied.iter().filter(|kw| f64::from(**kw) - less_kw > limit_kw).count() as u32;
        }
        Ok(hours)
    }

    /// Returns the findings on the account.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let finding =
            |code, severity, message| Finding::new(code, severity, message).of_meter(self.parent.clone());
        if self.n_silent > 0 {
            let message =
                message!("children_silent", silent = self.n_silent, all = self.n_silent + self.n_heard);
            findings.push(finding(Code::ChildrenSilent, Severity::Warning, message));
        }
        if self.n_coarse > 0 {
            let message = message!("children_coarse", n = self.n_coarse);
            findings.push(finding(Code::TooCoarse, Severity::Note, message));
        }
        if self.loss.is_too_steep {
            let message = message!("ratio_doubtful", share = Value::share(self.loss.fitted * self.mean_kw));
            findings.push(finding(Code::RatioDoubtful, Severity::Warning, message));
        }
        findings
    }
}

impl OpenAccount {
    /// Opens a parent's account.
    ///
    /// # Errors
    /// When too few days can be used; the error is a finding.
    pub fn new(
        mut series: Series,
        children: Vec<MeterId>,
        blackout_days: &[i32],
    ) -> std::result::Result<Self, Box<Finding>> {
        let n_children = f64::from(series.n_heard + series.n_silent);
        if series.n_heard == 0 || f64::from(series.n_silent) > MAX_SILENT * n_children {
            let message =
                message!("mostly_silent", silent = series.n_silent, all = series.n_heard + series.n_silent);
            return Err(not_balanced(&series, message));
        }
        // Silent children are assumed to draw as much as the others.
        let scale = (n_children / f64::from(series.n_heard)) as f32;
        series.registered_kw.iter_mut().flatten().for_each(|kw| *kw *= scale);
        let (is_usable, is_usual) = usable_days(&series, blackout_days);
        let supplied: Vec<f32> = usable(&series.supplied_kw, &is_usable).filter(|kw| !kw.is_nan()).collect();
        let n_usable = is_usable.iter().filter(|is| **is).count();
        let mut open = Self {
            account: Account {
                mean_kw: hashwatt_core::stats::mean(&supplied).map_or(0.0, f64::from),
                peak_kw: quantile(&supplied, 0.995).map_or(0.0, f64::from),
                ..Account::blank(&series, children)
            },
            hours_kw: Vec::new(),
            days: Vec::new(),
            is_usable,
            is_usual,
            series,
        };
        if open.make_up() {
            Ok(open)
        } else {
            Err(not_balanced(&open.series, message!("too_few_to_balance", days = n_usable)))
        }
    }

    /// Computes the account, or recomputes it after its children's hours changed. `false` if it has too few
    /// days.
    pub fn make_up(&mut self) -> bool {
        self.account.loss = LoadLoss::fit(&self.series, &self.is_usable);
        if !self.draw_floors() {
            return false;
        }
        // A loss cannot make the residual negative. If it does, the fitted quadratic loss is too high.
        let level_kw = self.account.level_kw();
        if level_kw < 0.0 {
            let taken_kw = self.load_loss_kwh() / (24.0 * self.days.len() as f64);
            self.account.loss.per_square *= (1.0 + level_kw / taken_kw.max(1e-6)).clamp(0.0, 1.0);
            self.draw_floors();
        }
        let (supplied_kwh, registered_kwh) = self.energy_kwh();
        let shares = self.series.filled_share.iter().zip(&self.is_usable).filter(|(_, is)| **is);
        let filled: f64 = shares.map(|(share, _)| f64::from(*share)).sum();
        self.account = Account {
            n_days: self.days.len(),
            filled_share: filled / self.days.len() as f64,
            load_loss_kwh: self.load_loss_kwh(),
            spread_kw: self.life().spread_kw(),
            supplied_kwh,
            registered_kwh,
            ..self.account.clone()
        };
        true
    }

    fn draw_floors(&mut self) -> bool {
        self.hours_kw = less_load_loss(&self.series, self.account.loss.per_square);
        let floors =
            |clock: &[usize]| Floors::of(self.series.first_day, &self.hours_kw, &self.is_usual, clock);
        let (Some(floors), nights) = (floors(&ALL_DAY), floors(&NIGHT)) else { return false };
        let account = &mut self.account;
        account.night_step = nights.and_then(|nights| nights.step());
        account.step = floors.step();
        account.floor_kw = floors.level_kw();
        account.noise_kw = floors.noise_kw;
        self.days = floors.days;
        true
    }

    /// Returns the residual's hourly changes.
    #[must_use]
    pub(super) fn life(&self) -> Life {
        self.life_on((i32::MIN, i32::MAX))
    }

    /// Returns the same for some days, first to one past the last.
    #[must_use]
    pub(super) fn life_on(&self, days: (i32, i32)) -> Life {
        let first = self.series.first_day;
        let is_used = |day: i32| self.is_usual[(day - first) as usize] && (days.0..days.1).contains(&day);
        Life::of(first, &self.hours_kw, is_used)
    }

    /// Returns the residual minus technical loss, as a meter's days.
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

    /// Returns the energy over the usable days: supplied, and registered below. [kWh]
    fn energy_kwh(&self) -> (f64, f64) {
        let days = (0..self.is_usable.len()).filter(|&at| self.is_usable[at]);
        days.flat_map(|at| self.series.supplied_kw[at].iter().zip(&self.series.registered_kw[at]))
            .filter(|(supplied, _)| !supplied.is_nan())
            .fold((0.0, 0.0), |(a, b), (supplied, registered)| {
                (a + f64::from(*supplied), b + f64::from(*registered))
            })
    }

    fn load_loss_kwh(&self) -> f64 {
        let supplied = usable(&self.series.supplied_kw, &self.is_usable).filter(|kw| !kw.is_nan());
        supplied.map(|kw| self.account.loss.per_square * f64::from(kw * kw)).sum()
    }
}

/// Returns which days are usable, and which of these are usual.
fn usable_days(series: &Series, blackout_days: &[i32]) -> (Vec<bool>, Vec<bool>) {
    let is_usable: Vec<bool> = series
        .supplied_kw
        .iter()
        .zip(&series.filled_share)
        .map(|(day, filled)| {
            *filled <= MAX_FILLED && day.iter().filter(|kw| !kw.is_nan()).count() >= MIN_HOURS
        })
        .collect();
    let is_usual =
        (series.first_day..).zip(&is_usable).map(|(day, is)| *is && !blackout_days.contains(&day)).collect();
    (is_usable, is_usual)
}

fn usable<'a>(hours: &'a [Hours], is_usable: &'a [bool]) -> impl Iterator<Item = f32> + 'a {
    hours.iter().zip(is_usable).filter(|(_, is)| **is).flat_map(|(day, _)| day.iter().copied())
}

fn not_balanced(series: &Series, message: Message) -> Box<Finding> {
    let last = series.first_day + series.supplied_kw.len() as i32 - 1;
    let finding = Finding::new(Code::NotBalanced, Severity::Note, message)
        .of_meter(series.parent.clone())
        .between(date_of(series.first_day), date_of(last.max(series.first_day)));
    Box::new(finding)
}
