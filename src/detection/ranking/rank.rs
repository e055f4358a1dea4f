//! Ranks the meters of a run: trains on planted copies, scores, estimates, selects suspects and explains.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::chance::Chances;
use super::classes::{ClassLevels, Classes, is_usual};
use super::conformal::p_values;
use super::copies::{Copy, Planted, plant_copies};
use super::hosts::{choose_hosts, may_host, ranking_key};
use super::linked::link_places;
use super::model::logistic;
use super::rivals::Rivals;
use super::sensitivity::Sensitivity;
use super::smallest::too_small_reason;
use super::summary::summary;
use super::training::{Scores, score_out_of_fold};
use super::unmetered::add_unmetered;
use super::visit::weigh_visits;
use super::{Kind, MACHINE_KW, Reason, RigEstimate, RivalScore, Scored};
use crate::balance::Balance;
use crate::features::usable::Resolution;
use crate::features::{MeterFeatures, N_FEATURES, Surroundings};
use crate::indicators::estimate::{Estimate, PeerBase, estimate_rig};
use crate::indicators::{Evidence, Peers, peers_by_group, weigh_reasons};
use hashwatt_core::calendar::date_of;
use hashwatt_core::error::Result;
use hashwatt_core::ids::{GroupId, MeterId};
use hashwatt_core::settings::{CLASS_LEVEL, Settings};
use hashwatt_core::stats::quantile;
use hashwatt_readings::acquisition::register::{UNKNOWN_CLASS, UsagePoint};
use hashwatt_readings::acquisition::verdicts::Verdict;
use hashwatt_readings::digest::MeterDays;

/// A meter with its features, ready for ranking.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The meter.
    pub meter: MeterId,
    /// Its features.
    pub features: MeterFeatures,
    /// Its register row.
    pub point: Option<UsagePoint>,
    /// Its peer group.
    pub group: GroupId,
    /// Verdict on it.
    pub verdict: Option<Verdict>,
}

impl Judged {
    /// Returns its sort key, which does not depend on its id.
    fn key(&self) -> u64 {
        ranking_key(&self.features, self.point.as_ref(), self.verdict)
    }

    fn is_farm(&self) -> Option<bool> {
        self.verdict.and_then(Verdict::is_farm)
    }

    fn declared_kw(&self) -> f32 {
        self.point.as_ref().and_then(|point| point.declared_mining_kw).unwrap_or(0.0) as f32
    }

    /// Whether copies may be made of it.
    fn may_host(&self) -> bool {
        may_host(self.point.as_ref(), self.verdict)
    }

    fn is_network(&self) -> bool {
        self.point.as_ref().is_some_and(UsagePoint::is_network)
    }

    /// Returns its premises and its class, if the register has them.
    fn classes(&self) -> Classes {
        let class = Some(self.class()).filter(|class| class != UNKNOWN_CLASS);
        [self.point.as_ref().and_then(|point| point.premises.clone()), class]
    }

    fn class(&self) -> String {
        self.point.as_ref().map_or_else(|| UNKNOWN_CLASS.to_owned(), UsagePoint::class)
    }
}

/// Fetches the days of meters by id.
pub type DaysOf<'a> = dyn Fn(&BTreeSet<MeterId>) -> Result<BTreeMap<MeterId, MeterDays>> + Sync + 'a;

/// Fewest meters of a class for its base load to be typical.
const MIN_CLASS: usize = 10;

/// Number of meters, from rank 1, whose evidence is put in words; nobody reads more.
const MAX_EXPLAINED: usize = 50_000;

/// Share of planted rigs that the interval of a rig's kW contains.
const INTERVAL_SHARE: f64 = 0.9;

/// Least chance of a rig at which the size of one is given. Below it, the level that stands out is at least nine
/// times likelier to be the place's own.
const MIN_CHANCE_OF_SIZE: f64 = 0.1;

/// Fewest planted rigs on the visit list for estimating the error of estimates.
const MIN_RATIOS: usize = 20;

/// Fewest steps of a staircase: switching on and off is not one.
const MIN_STEPS: usize = 3;

/// Share of a business's demand from which a rig no longer fits the registered activity.
const MISMATCH_SHARE: f32 = 0.5;

/// Meters in order of rank, and the smallest rigs that they would show.
#[derive(Debug, Clone)]
pub struct Ranked {
    /// Every meter, by rank.
    pub scored: Vec<Scored>,
    /// Recall of the planted training rigs, each scored by a model that was not trained on it.
    pub sensitivity: Sensitivity,
}

/// Ranks the meters and the residuals of `balance`. No score depends on ids or on the order of `judged`.
/// Meters in `unjudged` had too little data; they come last, with score 0.
///
/// # Errors
/// When the days of the host meters cannot be read.
pub fn rank_meters(
    judged: &[Judged],
    unjudged: &[MeterId],
    balance: &Balance,
    settings: &Settings,
    surroundings: &Surroundings,
    days_of: &DaysOf<'_>,
) -> Result<Ranked> {
    let groups: Vec<_> = judged.iter().map(|one| (&one.features, &one.group)).collect();
    let peers = peers_by_group(&groups);
    let mut cohorts = Vec::new();
    let mut sensitivity = Sensitivity::default();
    let mut drafts: Vec<Draft> = Vec::with_capacity(judged.len());
    // Usage points learn from each other, and network meters from network meters: a transformer is the sum of
    // what is below it, not a home.
    for is_network in [false, true] {
        for resolution in [Resolution::WithinDay, Resolution::Daily, Resolution::Longer] {
            let members: Vec<&Judged> = judged
                .iter()
                .filter(|one| one.features.resolution == resolution && one.is_network() == is_network)
                .collect();
            if !members.is_empty() {
                let cohort =
                    Cohort::learn(in_order(members), settings, surroundings, days_of, &mut sensitivity)?;
                drafts.extend(cohort.drafts(cohorts.len()));
                cohorts.push(cohort);
            }
        }
    }
    // Equal scores keep the order of keys.
    drafts.par_sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut scored: Vec<Scored> = drafts
        .into_par_iter()
        .with_min_len(64)
        .map(|draft| cohorts[draft.cohort].scored(&draft, &peers, settings))
        .collect();
    if !balance.parents.is_empty() {
        let is_rejected = |one: &&Judged| one.is_farm() == Some(false);
        let rejected: BTreeSet<&MeterId> = judged.iter().filter(is_rejected).map(|one| &one.meter).collect();
        add_unmetered(&mut scored, balance, &rejected, settings);
        // Stable sort: equal scores keep the order above.
        scored.par_sort_by(|a, b| b.score.total_cmp(&a.score));
    }
    link_places(&mut scored, judged);
    let group = GroupId::from("not judged");
    scored.extend(unjudged.iter().map(|meter| unranked(meter, &group)));
    let span = judged.iter().map(|one| one.features.days).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    if let Some(span) = span {
        weigh_visits(&mut scored, span);
    }
    finish_lines(&mut scored);
    Ok(Ranked { scored, sensitivity })
}

/// Sets the ranks, the places on the visit list, the expected false leads down to each, and the summaries.
fn finish_lines(scored: &mut [Scored]) {
    for (index, one) in scored.iter_mut().enumerate() {
        one.rank = index as u32 + 1;
        one.summary = summary(one).filter(|_| one.is_suspect);
    }
    // What a visit can find stands first.
    let mut listed: Vec<&mut Scored> = scored.iter_mut().filter(|one| one.is_suspect).collect();
    listed.sort_by_key(|one| !one.is_on());
    let mut expected_false = 0.0;
    for (one, place) in listed.into_iter().zip(1..) {
        expected_false += 1.0 - one.chance.unwrap_or_default();
        one.expected_false = Some(expected_false);
        one.place = Some(place);
    }
}

/// Sorts meters by their keys. Folds, hosts and sums follow this order, so ids have no influence.
fn in_order(members: Vec<&Judged>) -> Vec<&Judged> {
    let mut keyed: Vec<(u64, &Judged)> = members.into_par_iter().map(|one| (one.key(), one)).collect();
    keyed.par_sort_unstable_by(|a, b| (a.0, &a.1.meter).cmp(&(b.0, &b.1.meter)));
    keyed.into_iter().map(|(_, one)| one).collect()
}

fn unranked(meter: &MeterId, group: &GroupId) -> Scored {
    Scored {
        meter: meter.clone(),
        score: 0.0,
        rank: 0,
        place: None,
        kind: None,
        rig: None,
        energy: None,
        group: group.clone(),
        reasons: Vec::new(),
        summary: None,
        rivals: Vec::new(),
        chance: None,
        visit_chance: None,
        expected_false: None,
        p_value: 1.0,
        is_suspect: false,
        link: None,
    }
}

/// A meter's score, before its evidence is put in words.
#[derive(Debug, Clone, Copy)]
struct Draft {
    cohort: usize,
    /// Index among the cohort's members.
    member: usize,
    /// Score. [log-odds within the training mix]
    score: f64,
    chance: f64,
    rig: Option<Estimate>,
}

/// Meters of one kind with the same resolution, and what was learnt from them.
struct Cohort<'a> {
    members: Vec<&'a Judged>,
    bases: Vec<PeerBase>,
    scores: Scores,
    levels: ClassLevels,
    chances: Chances,
    p_values: Vec<f64>,
    ratios: Ratios,
    rivals: Rivals,
    usual: [f32; N_FEATURES],
    explained_from: f64,
}

impl<'a> Cohort<'a> {
    fn learn(
        members: Vec<&'a Judged>,
        settings: &Settings,
        surroundings: &Surroundings,
        days_of: &DaysOf<'_>,
        sensitivity: &mut Sensitivity,
    ) -> Result<Self> {
        let copies = copies_of(&members, settings, surroundings, days_of)?;
        let rows: Vec<&[f32; N_FEATURES]> = members.iter().map(|one| &one.features.values).collect();
        let features: Vec<&MeterFeatures> = members.iter().map(|one| &one.features).collect();
        let verdicts: Vec<Option<bool>> = members.iter().map(|one| one.is_farm()).collect();
        let (mut scores, rivals) = rayon::join(
            || score_out_of_fold(&rows, &verdicts, &copies, &settings.learning, settings.seed),
            || Rivals::learn(&features, &copies, settings.seed),
        );
        let without_classes = settings.learning.without.iter().any(|name| name == CLASS_LEVEL);
        let classes_of = |one: &&Judged| if without_classes { Classes::default() } else { one.classes() };
        let classes: Vec<Classes> = members.iter().map(classes_of).collect();
        let onsets: Vec<Option<i32>> = features.iter().map(|meter| meter.clear_onset()).collect();
        let is_plain: Vec<bool> = is_usual(&onsets, &classes)
            .into_iter()
            .zip(&verdicts)
            .map(|(is, farm)| is && *farm != Some(true))
            .collect();
        let rigs: Vec<(usize, f64)> = copies
            .iter()
            .zip(&scores.copies)
            .filter(|(copy, _)| copy.planted.is_rig())
            .map(|(copy, score)| (copy.host, *score))
            .collect();
        let levels = ClassLevels::learn(&scores.meters, &classes, &is_plain, &rigs);
        scores.shift(&copies, |meter| levels.shift(meter));
        let scores_of = |is_rig: bool| -> Vec<f64> {
            let own = copies.iter().zip(&scores.copies).filter(|(copy, _)| copy.planted.is_rig() == is_rig);
            own.map(|(_, score)| *score).collect()
        };
        let bases = peer_bases(&members);
        let chances =
            Chances::fit(&scores.meters, &scores_of(true), &scores_of(false), settings.expected_share);
        let groups: Vec<&GroupId> = members.iter().map(|one| &one.group).collect();
        let (mut errors, mut machines_per_kw) = (Vec::new(), Vec::new());
        for (copy, score) in copies.iter().zip(&scores.copies) {
            let Planted::Rig { kw, n_machines, .. } = copy.planted else { continue };
            let rig = estimate_rig(&copy.features, bases[copy.host]);
            let is_listed = is_enough(chances.chance(*score), rig.as_ref(), settings);
            if let Some(rig) = rig.filter(|_| is_listed) {
                errors.push(kw / rig.kw);
                machines_per_kw.extend(n_machines.map(|n| n as f32 / rig.kw));
            }
            if !members[copy.host].is_network() {
                sensitivity.count(f64::from(kw), is_listed);
            }
        }
        Ok(Self {
            chances,
            p_values: p_values(&scores.meters, &groups),
            ratios: Ratios::of(&errors, &machines_per_kw),
            usual: scores.usual_terms(&rows),
            explained_from: explained_from(&scores.meters),
            members,
            bases,
            scores,
            levels,
            rivals,
        })
    }

    fn drafts(&self, cohort: usize) -> Vec<Draft> {
        let draft = |member: usize| {
            let score = self.scores.meters[member];
            let rig = estimate_rig(&self.members[member].features, self.bases[member]);
            Draft { cohort, member, score, chance: self.chances.chance(score), rig }
        };
        (0..self.members.len()).into_par_iter().with_min_len(256).map(draft).collect()
    }

    fn scored(&self, draft: &Draft, peers: &BTreeMap<GroupId, Peers>, settings: &Settings) -> Scored {
        let (one, rig) = (self.members[draft.member], draft.rig);
        // A block on a network meter comes from a usage point below it, or from a load past all of them. So
        // the usage points are the suspects. A place where a visit found nothing is not visited again.
        let is_suspect = is_enough(draft.chance, rig.as_ref(), settings)
            && !one.is_network()
            && one.is_farm() != Some(false);
        let (reasons, rivals) = if draft.score >= self.explained_from {
            self.explain(draft, peers)
        } else {
            (Vec::new(), Vec::new())
        };
        Scored {
            meter: one.meter.clone(),
            score: logistic(draft.score),
            rank: 0,
            place: None,
            kind: rig.filter(|_| is_suspect).map(|rig| kind_of(one, &rig)),
            // What draws on a network meter is the load of many places; it is no rig.
            rig: rig
                .filter(|_| !one.is_network() && draft.chance >= MIN_CHANCE_OF_SIZE)
                .map(|rig| rig_with_interval(&rig, &one.features, &self.ratios)),
            energy: None,
            group: one.group.clone(),
            reasons,
            summary: None,
            rivals,
            chance: Some(draft.chance),
            visit_chance: None,
            expected_false: None,
            p_value: self.p_values[draft.member],
            is_suspect,
            link: None,
        }
    }

    fn explain(&self, draft: &Draft, peers: &BTreeMap<GroupId, Peers>) -> (Vec<Reason>, Vec<RivalScore>) {
        let one = self.members[draft.member];
        let evidence = Evidence {
            meter: &one.features,
            rig: draft.rig.as_ref(),
            peers: &peers[&one.group],
            declared_kw: one.declared_kw(),
        };
        let terms = self.scores.terms(draft.member, &one.features.values);
        let mut reasons = weigh_reasons(&evidence, &terms, &self.usual);
        reasons.extend(too_small_reason(&one.features.values));
        reasons.extend(self.levels.reason(draft.member, &one.classes()));
        reasons.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        (reasons, self.rivals.score(&one.features))
    }
}

/// Whether the evidence is enough for the visit list.
fn is_enough(chance: f64, rig: Option<&Estimate>, settings: &Settings) -> bool {
    chance >= 1.0 - settings.max_false_chance && rig.is_some()
}

/// Returns the score from which evidence is put in words.
fn explained_from(scores: &[f64]) -> f64 {
    let mut scores = scores.to_vec();
    if scores.len() <= MAX_EXPLAINED {
        return f64::NEG_INFINITY;
    }
    *scores.select_nth_unstable_by(MAX_EXPLAINED, |a, b| b.total_cmp(a)).1
}

/// Makes copies of meters that are not known farms; hosts are indices into `members`.
fn copies_of(
    members: &[&Judged],
    settings: &Settings,
    surroundings: &Surroundings,
    days_of: &DaysOf<'_>,
) -> Result<Vec<Copy>> {
    let eligible = members.iter().enumerate().filter(|(_, one)| one.may_host());
    let hosts = choose_hosts(eligible.map(|(index, one)| (index, one.key())), settings.seed);
    let names: BTreeSet<MeterId> = hosts.iter().map(|&index| members[index].meter.clone()).collect();
    let mut days = days_of(&names)?;
    let hosts: Vec<(usize, MeterDays)> =
        hosts.into_iter().filter_map(|index| Some((index, days.remove(&members[index].meter)?))).collect();
    Ok(plant_copies(&hosts, &settings.windows, surroundings, &settings.learning, settings.seed))
}

/// Returns the base load of each member's register class; small classes use that of the run.
fn peer_bases(members: &[&Judged]) -> Vec<PeerBase> {
    let all = PeerBase::of(members.iter().map(|one| &one.features));
    let mut classes: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, one) in members.iter().enumerate() {
        classes.entry(one.class()).or_default().push(index);
    }
    let mut bases = vec![all; members.len()];
    for own in classes.values().filter(|own| own.len() >= MIN_CLASS) {
        let base = PeerBase::of(own.iter().map(|&index| &members[index].features));
        own.iter().for_each(|&index| bases[index] = base);
    }
    bases
}

/// Low and high ratio of true to estimated kW for planted rigs that reach the visit list. Below the list, an
/// estimate often describes another load.
struct Ratios {
    /// Ratios for the rig's kW.
    kw: (f64, f64),
    /// Ratios for its machines. [1/kW]
    machines: (f64, f64),
}

impl Ratios {
    /// If few planted rigs reach the list, assumes a factor of two, and the draw range of machines.
    fn of(kw: &[f32], machines_per_kw: &[f32]) -> Self {
        let tail = (1.0 - INTERVAL_SHARE) / 2.0;
        let between = |ratios: &[f32]| {
            let at = |share: f64| quantile(ratios, share).map(f64::from);
            at(tail).zip(at(1.0 - tail)).filter(|_| ratios.len() >= MIN_RATIOS)
        };
        let kw = between(kw).unwrap_or((0.5, 2.0));
        Self {
            kw: (kw.0.min(1.0), kw.1.max(1.0)),
            machines: between(machines_per_kw).unwrap_or((kw.0 / MACHINE_KW.1, kw.1 / MACHINE_KW.0)),
        }
    }
}

fn rig_with_interval(rig: &Estimate, features: &MeterFeatures, ratios: &Ratios) -> RigEstimate {
    let kw = f64::from(rig.kw);
    let most_kw = kw.max(f64::from(rig.most_kw));
    let (kw_low, kw_high) = (kw * ratios.kw.0, (kw * ratios.kw.1).max(most_kw));
    // The last day is often incomplete, so a rig that is on until then counts as still on.
    let ended = rig.ended.filter(|day| *day < features.days.1);
    let seen = features.block.as_ref().filter(|_| ended.is_some()).map(|block| block.last_day);
    let fewest = (kw * ratios.machines.0).round().max(1.0).max(machines_by_steps(kw_low, features));
    RigEstimate {
        kw,
        kw_low,
        kw_high,
        machines_low: fewest as u32,
        machines_high: (most_kw * ratios.machines.1).round().max(fewest) as u32,
        onset: rig.onset.map(date_of),
        ended: ended.map(date_of),
        last_seen_on: Some(date_of(seen.unwrap_or(features.days.1))),
        hours: rig.hours,
    }
}

/// Each step of a staircase is one machine or several, so there are at least as many machines as steps in the
/// rig. Returns 0 without a staircase.
fn machines_by_steps(kw_low: f64, features: &MeterFeatures) -> f64 {
    let Some(block) = features.block.as_ref().filter(|block| block.n_steps >= MIN_STEPS) else {
        return 0.0;
    };
    block.step_kw_median.map_or(0.0, |step_kw| (kw_low / f64::from(step_kw)).floor())
}

fn kind_of(one: &Judged, rig: &Estimate) -> Kind {
    let is_business =
        one.point.as_ref().is_some_and(|point| point.activity.is_some() && !point.is_residential());
    if one.declared_kw() > 0.0 {
        Kind::OverDeclaration
    } else if rig.is_restarted {
        Kind::RestartedFarm
    } else if is_business && rig.kw * rig.day_share() > MISMATCH_SHARE * one.features.standard.demand_kw_mean
    {
        Kind::ActivityMismatch
    } else {
        Kind::MeteredFarm
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_listed_adds_no_false_lead() {
        let line = |chance: f64, is_suspect| {
            let meter = unranked(&MeterId::from("m"), &GroupId::from("g"));
            Scored { chance: Some(chance), is_suspect, ..meter }
        };
        // A visit to the second found nothing.
        let mut lines = [line(0.75, true), line(0.25, false), line(0.5, true)];
        finish_lines(&mut lines);
        assert_eq!(lines.each_ref().map(|line| line.expected_false), [Some(0.25), None, Some(0.75)]);
        assert_eq!(
            lines.each_ref().map(|line| (line.rank, line.place)),
            [(1, Some(1)), (2, None), (3, Some(2))]
        );
        assert_eq!(lines[1].chance, Some(0.25));
    }
}
