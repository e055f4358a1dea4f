//! Measures a ranked list against the rigs that were planted.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;

use super::{BacktestPlan, TipMeasures, Trial};
use hashwatt_core::calendar::date_of;
use hashwatt_core::stats::median;
use hashwatt_detection::ranking::copies::Planted;
use hashwatt_detection::ranking::rank::Ranked;
use hashwatt_detection::ranking::sensitivity::Sensitivity;
use hashwatt_detection::ranking::{RigEnergy, RigEstimate, Scored};
use hashwatt_readings::acquisition::verdicts::Verdicts;
use hashwatt_tips::index::Index;

/// Lengths of the list at which precision is measured.
const LENGTHS: [usize; 4] = [10, 50, 100, 200];

/// Edges of the ranges of chance for the reliability table.
pub(super) const CHANCES: [f64; 7] = [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98];

/// p-values at which reliability is measured.
const P_LEVELS: [f64; 5] = [0.01, 0.05, 0.1, 0.25, 0.5];

/// A date counts as right if it is off by at most this. [d]
const RIGHT_DAYS: i32 = 3;

/// An energy counts as right if it is off by at most this share.
const RIGHT_ENERGY_SHARE: f32 = 0.1;

/// Result of a whole backtest.
#[derive(Debug, Clone, Serialize)]
pub struct Backtest {
    /// Meters that were ranked.
    pub n_meters: usize,
    /// Trials of each prevalence.
    pub n_seeds: u64,
    /// Measures by prevalence, in the order of the plan.
    pub by_prevalence: Vec<Measures>,
    /// Measures of the planted tips, over all trials.
    pub tips: TipMeasures,
}

/// Measures over all trials of one prevalence. They are means over trials unless stated otherwise.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Measures {
    /// Share of meters with a planted rig.
    pub prevalence: f64,
    /// Rigs planted, over all trials.
    pub n_rigs: usize,
    /// Average precision of each trial.
    pub average_precisions: Vec<f64>,
    /// Mean of the average precisions.
    pub average_precision: f64,
    /// Precision of the first n lines, n being the number of rigs.
    pub precision_at_n: f64,
    /// Precision of the first 10, 50, 100 and 200 lines, if there are as many.
    pub precision_at: BTreeMap<usize, f64>,
    /// Number of visits in the budget.
    pub budget: usize,
    /// Share of the rigs that these visits find.
    pub recall_at_budget: f64,
    /// Suspects per trial.
    pub n_listed: f64,
    /// Share of suspects that are rigs, over all trials; `None` if there were no suspects.
    pub precision_listed: Option<f64>,
    /// Share of rigs that are suspects, over all trials.
    pub recall_listed: f64,
    /// By form of rig.
    pub by_form: BTreeMap<&'static str, Found>,
    /// By kind of planted look-alike.
    pub by_rival: BTreeMap<&'static str, Found>,
    /// Meters per trial that are on the visit list although nothing was planted into them.
    pub n_untouched_listed: f64,
    /// Median relative error of the estimated kW.
    pub kw_error_median: Option<f64>,
    /// Share of listed rigs whose kW is within the interval, which is meant to hold nine in ten.
    pub kw_in_interval: Option<f64>,
    /// Median relative error of the energy since onset, of listed rigs.
    pub energy_error_median: Option<f64>,
    /// Share of listed rigs whose energy is right within a tenth.
    pub energy_right: Option<f64>,
    /// Share of listed rigs whose energy is within its interval.
    pub energy_in_interval: Option<f64>,
    /// Share of listed rigs whose number of machines is within the interval.
    pub machines_in_interval: Option<f64>,
    /// Median of most over fewest machines of the intervals.
    pub machines_width: Option<f64>,
    /// Share of onsets right within three days. A rig on from before the data is right if the estimate says
    /// so.
    pub onset_right: Option<f64>,
    /// Share of ends right within three days, among rigs that ended.
    pub end_right: Option<f64>,
    /// Stated chances compared with the actual share of rigs.
    pub chances: Vec<Reliability>,
    /// Expected false leads down to a line compared with actual ones.
    pub expected_false: Vec<ExpectedFalse>,
    /// Share of meters without a rig at or below a p-value.
    pub p_values: Vec<PValue>,
    /// Recall by the rig's draw.
    pub sensitivity: Sensitivity,
    /// Rigs that are not on the visit list.
    pub missed: Vec<Missed>,
    /// Meters on the visit list into which nothing was planted, with the number of trials. Look at them: a
    /// real farm may be there.
    pub untouched_listed: BTreeMap<String, usize>,
    /// Effect of verdicts on the first lines.
    pub verdicts: Option<WithVerdicts>,
    #[serde(skip)]
    sums: Sums,
}

/// A planted rig that is not on the visit list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Missed {
    /// The meter.
    pub meter: String,
    /// The rig's form.
    pub form: &'static str,
    /// Its median draw while on, as the meter sees it. [kW]
    pub kw: f32,
    /// Its first day; `None`: before the data begins.
    pub onset: Option<Date>,
    /// First day after the rig; `None`: still on.
    pub ended: Option<Date>,
    /// Its rank in the trial's list.
    pub rank: u32,
    /// Estimated draw of the rig. [kW]
    pub estimated_kw: Option<f64>,
}

/// How many rigs or look-alikes of a kind were planted, and how many made the visit list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Number planted.
    pub n_planted: usize,
    /// Number on the visit list.
    pub n_listed: usize,
    /// Number among the first n lines, n being the number of rigs.
    pub n_first: usize,
}

/// Meters whose stated chance of a rig is within a range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Reliability {
    /// Lower edge of the range.
    pub from: f64,
    /// Upper edge of the range.
    pub to: f64,
    /// Number of meters.
    pub n: usize,
    /// Expected number of rigs: the sum of the chances.
    pub n_claimed: f64,
    /// Actual number of rigs.
    pub n_rigs: usize,
}

/// False leads among the first lines of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct ExpectedFalse {
    /// Number of lines.
    pub n_lines: usize,
    /// Expected false leads.
    pub n_claimed: f64,
    /// Actual false leads.
    pub n_false: f64,
}

/// Meters without a rig at or below a p-value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct PValue {
    /// The p-value.
    pub level: f64,
    /// Share of meters without a rig at or below it.
    pub share: f64,
}

/// Average precision of the lines that were not visited, without and with the results of the visits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct WithVerdicts {
    /// Share of meters visited, from the top of the list.
    pub share: f64,
    /// Without the verdicts; `None` if the visits found every rig.
    pub average_precision_without: Option<f64>,
    /// With the verdicts.
    pub average_precision_with: Option<f64>,
}

/// Sums over trials, divided at the end.
#[derive(Debug, Clone, Default)]
struct Sums {
    n_trials: usize,
    n_listed: usize,
    n_rigs_listed: usize,
    n_untouched_listed: usize,
    kw_errors: Vec<f32>,
    in_interval: Vec<bool>,
    energy_errors: Vec<f32>,
    energy_in_interval: Vec<bool>,
    machines_in_interval: Vec<bool>,
    machines_width: Vec<f32>,
    onset_right: Vec<bool>,
    end_right: Vec<bool>,
    precision_at: BTreeMap<usize, Vec<f64>>,
    precision_at_n: Vec<f64>,
    recall_at_budget: Vec<f64>,
    plain_p: Vec<f64>,
    without_verdicts: Vec<f64>,
    with_verdicts: Vec<f64>,
}

impl Backtest {
    /// Returns an empty backtest.
    #[must_use]
    pub fn new(plan: &BacktestPlan, n_meters: usize) -> Self {
        let measures = |prevalence: &f64| Measures::new(*prevalence, plan);
        Self {
            n_meters,
            n_seeds: plan.n_seeds,
            by_prevalence: plan.prevalences.iter().map(measures).collect(),
            tips: TipMeasures::new(),
        }
    }

    /// Adds a trial's list.
    pub fn add(&mut self, prevalence: f64, trial: &Trial, scored: &[Scored]) {
        self.of(prevalence).add(trial, &trial.lines(scored).collect::<Vec<_>>());
    }

    /// Plants tips on a trial's meters and adds their answers.
    pub fn add_tips(&mut self, index: &Arc<Index>, trial: &Trial, ranked: &Ranked, seed: u64) {
        self.tips.add(index, trial, ranked, seed);
    }

    /// Adds the list of a trial after its first lines were visited.
    pub fn add_verdicts(
        &mut self,
        prevalence: f64,
        trial: &Trial,
        visited: &Verdicts,
        before: &[Scored],
        after: &[Scored],
    ) {
        let rest = |scored| {
            let unvisited = trial.lines(scored).filter(|one| visited.get(&one.meter).is_none());
            unvisited.map(|one| trial.is_rig(&one.meter)).collect::<Vec<bool>>()
        };
        self.of(prevalence).add_verdicts(&rest(before), &rest(after));
    }

    fn of(&mut self, prevalence: f64) -> &mut Measures {
        let own = self.by_prevalence.iter_mut().find(|measures| measures.prevalence == prevalence);
        own.expect("every prevalence of the plan has its measures")
    }

    /// Turns the sums into means and shares.
    #[must_use]
    pub fn finish(mut self) -> Self {
        self.by_prevalence.iter_mut().for_each(Measures::finish);
        self
    }
}

impl Measures {
    fn new(prevalence: f64, plan: &BacktestPlan) -> Self {
        let edges = || std::iter::once(0.0).chain(CHANCES);
        let ranges = edges().zip(CHANCES.into_iter().chain([1.0]));
        Self {
            prevalence,
            budget: plan.budget,
            verdicts: (plan.verdict_share > 0.0)
                .then(|| WithVerdicts { share: plan.verdict_share, ..WithVerdicts::default() }),
            chances: ranges.map(|(from, to)| Reliability { from, to, ..Reliability::default() }).collect(),
            expected_false: LENGTHS
                .map(|n_lines| ExpectedFalse { n_lines, ..ExpectedFalse::default() })
                .into(),
            ..Self::default()
        }
    }

    fn add(&mut self, trial: &Trial, scored: &[&Scored]) {
        let planted: Vec<Option<&Planted>> = scored.iter().map(|one| trial.truth.get(&one.meter)).collect();
        let is_rig: Vec<bool> = planted.iter().map(|planted| planted.is_some_and(Planted::is_rig)).collect();
        let n_rigs = is_rig.iter().filter(|is_rig| **is_rig).count();
        let n_true = |n: usize| is_rig.iter().take(n).filter(|is_rig| **is_rig).count() as f64;
        self.sums.n_trials += 1;
        self.n_rigs += n_rigs;
        self.average_precisions.push(average_precision(&is_rig));
        self.sums.precision_at_n.push(n_true(n_rigs) / n_rigs.max(1) as f64);
        self.sums.recall_at_budget.push(n_true(self.budget) / n_rigs.max(1) as f64);
        for n in LENGTHS.into_iter().filter(|n| *n <= scored.len()) {
            self.sums.precision_at.entry(n).or_default().push(n_true(n) / n as f64);
        }
        for (index, (one, planted)) in scored.iter().zip(&planted).enumerate() {
            self.count_chance(one.chance.unwrap_or_default(), is_rig[index]);
            self.sums.n_listed += usize::from(one.is_suspect);
            match planted {
                None => {
                    if one.is_suspect {
                        *self.untouched_listed.entry(one.meter.as_str().to_owned()).or_default() += 1;
                    }
                    self.sums.n_untouched_listed += usize::from(one.is_suspect);
                    self.sums.plain_p.push(one.p_value);
                }
                Some(Planted::LookAlike(kind)) => {
                    self.sums.plain_p.push(one.p_value);
                    self.by_rival.entry(kind.as_str()).or_default().count(one.is_suspect, index < n_rigs);
                }
                Some(Planted::Rig { form, kw, n_machines, onset, ended, energy_kwh }) => {
                    self.by_form.entry(form.as_str()).or_default().count(one.is_suspect, index < n_rigs);
                    self.sums.n_rigs_listed += usize::from(one.is_suspect);
                    self.sensitivity.count(f64::from(*kw), one.is_suspect);
                    if !one.is_suspect {
                        self.missed.push(Missed {
                            meter: one.meter.as_str().to_owned(),
                            form: form.as_str(),
                            kw: *kw,
                            onset: onset.map(date_of),
                            ended: ended.map(date_of),
                            rank: one.rank,
                            estimated_kw: one.rig.as_ref().map(|rig| rig.kw),
                        });
                    }
                    if let Some((rig, n)) = one.rig.as_ref().zip(*n_machines).filter(|_| one.is_suspect) {
                        let machines = rig.machines_low as usize..=rig.machines_high as usize;
                        self.sums.machines_in_interval.push(machines.contains(&n));
                        self.sums.machines_width.push(rig.machines_high as f32 / rig.machines_low as f32);
                    }
                    if let Some(energy) = one.energy {
                        self.count_energy(energy, f64::from(*energy_kwh));
                    }
                    if let Some(rig) = &one.rig {
                        self.count_estimate(rig, one.is_suspect, f64::from(*kw), *onset, *ended);
                    }
                }
            }
        }
        for at in &mut self.expected_false {
            let n = at.n_lines.min(scored.len());
            at.n_claimed += scored[..n].iter().map(|one| 1.0 - one.chance.unwrap_or_default()).sum::<f64>();
            at.n_false += n as f64 - n_true(n);
        }
    }

    fn count_chance(&mut self, chance: f64, is_rig: bool) {
        let range = &mut self.chances[CHANCES.partition_point(|edge| *edge <= chance)];
        range.n += 1;
        range.n_claimed += chance;
        range.n_rigs += usize::from(is_rig);
    }

    fn count_estimate(
        &mut self,
        rig: &RigEstimate,
        is_listed: bool,
        kw: f64,
        onset: Option<i32>,
        ended: Option<i32>,
    ) {
        self.sums.kw_errors.push(((rig.kw - kw) / kw).abs() as f32);
        if is_listed {
            self.sums.in_interval.push((rig.kw_low..=rig.kw_high).contains(&kw));
        }
        let is_near = |day: i32, said: Option<Date>| {
            said.is_some_and(|said| (said - date_of(day)).get_days().abs() <= RIGHT_DAYS)
        };
        self.sums.onset_right.push(onset.map_or(rig.onset.is_none(), |day| is_near(day, rig.onset)));
        if let Some(day) = ended {
            self.sums.end_right.push(is_near(day, rig.ended));
        }
    }

    fn count_energy(&mut self, energy: RigEnergy, kwh: f64) {
        self.sums.energy_errors.push(((energy.kwh - kwh) / kwh).abs() as f32);
        self.sums.energy_in_interval.push((energy.kwh_low..=energy.kwh_high).contains(&kwh));
    }

    fn add_verdicts(&mut self, before: &[bool], after: &[bool]) {
        // If the visits found every rig, there is nothing left to find.
        if before.contains(&true) {
            self.sums.without_verdicts.push(average_precision(before));
            self.sums.with_verdicts.push(average_precision(after));
        }
    }

    fn finish(&mut self) {
        let sums = std::mem::take(&mut self.sums);
        let n_trials = sums.n_trials.max(1) as f64;
        self.average_precision = mean(&self.average_precisions);
        self.precision_at_n = mean(&sums.precision_at_n);
        self.recall_at_budget = mean(&sums.recall_at_budget);
        self.precision_at = sums.precision_at.iter().map(|(n, all)| (*n, mean(all))).collect();
        self.n_listed = sums.n_listed as f64 / n_trials;
        self.precision_listed = (sums.n_listed > 0).then(|| sums.n_rigs_listed as f64 / sums.n_listed as f64);
        self.recall_listed = sums.n_rigs_listed as f64 / self.n_rigs.max(1) as f64;
        self.n_untouched_listed = sums.n_untouched_listed as f64 / n_trials;
        self.kw_error_median = median(&sums.kw_errors).map(f64::from);
        self.kw_in_interval = share(&sums.in_interval);
        self.energy_error_median = median(&sums.energy_errors).map(f64::from);
        let is_right = |error: &f32| *error <= RIGHT_ENERGY_SHARE;
        self.energy_right = share(&sums.energy_errors.iter().map(is_right).collect::<Vec<_>>());
        self.energy_in_interval = share(&sums.energy_in_interval);
        self.machines_in_interval = share(&sums.machines_in_interval);
        self.machines_width = median(&sums.machines_width).map(f64::from);
        self.onset_right = share(&sums.onset_right);
        self.end_right = share(&sums.end_right);
        self.p_values = P_LEVELS
            .map(|level| {
                let n = sums.plain_p.iter().filter(|p| **p <= level).count();
                PValue { level, share: n as f64 / sums.plain_p.len().max(1) as f64 }
            })
            .into();
        for at in &mut self.expected_false {
            at.n_claimed /= n_trials;
            at.n_false /= n_trials;
        }
        if let Some(verdicts) = &mut self.verdicts {
            let known = |all: &[f64]| (!all.is_empty()).then(|| mean(all));
            verdicts.average_precision_without = known(&sums.without_verdicts);
            verdicts.average_precision_with = known(&sums.with_verdicts);
        }
    }
}

impl Found {
    fn count(&mut self, is_listed: bool, is_first: bool) {
        self.n_planted += 1;
        self.n_listed += usize::from(is_listed);
        self.n_first += usize::from(is_first);
    }
}

/// Returns the mean over the true lines of the precision down to each (Salton & McGill 1983); 0 without any.
fn average_precision(is_true: &[bool]) -> f64 {
    let mut n_true = 0;
    let mut sum = 0.0;
    for (index, _) in is_true.iter().enumerate().filter(|(_, is_true)| **is_true) {
        n_true += 1;
        sum += f64::from(n_true) / (index + 1) as f64;
    }
    sum / f64::from(n_true.max(1))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn share(all: &[bool]) -> Option<f64> {
    (!all.is_empty()).then(|| all.iter().filter(|is| **is).count() as f64 / all.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn average_precision_of_a_perfect_a_mixed_and_an_empty_list() {
        assert_eq!(average_precision(&[true, true, false]), 1.0);
        assert!((average_precision(&[false, true, true]) - (0.5 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
        assert_eq!(average_precision(&[false]), 0.0);
    }

    #[test]
    fn a_chance_is_counted_in_its_range() {
        let plan = BacktestPlan { n_seeds: 1, prevalences: vec![0.01], budget: 50, verdict_share: 0.0 };
        let mut measures = Measures::new(0.01, &plan);
        measures.count_chance(0.6, true);
        measures.count_chance(1.0, false);
        let range = measures.chances.iter().find(|range| range.n == 1 && range.n_rigs == 1).unwrap();
        assert_eq!((range.from, range.to), (0.5, 0.75));
        assert_eq!(measures.chances.last().unwrap().n, 1);
    }
}
