//! Turns features into evidence: measured values against what the run's own meters show, in words.
//!
//! One file an indicator. An indicator speaks for one family of features: its weight is what the
//! model's terms of that family add to the score, its words say what was measured against what.

mod base_load;
mod blackout;
mod data_fault;
pub mod estimate;
mod flatness;
mod level_shift;
mod over_declaration;
mod timer;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::features::standard::STANDARD_NAMES;
use crate::features::{FEATURES, Family, MeterFeatures, N_FEATURES};
use crate::ids::GroupId;
use crate::stats::quantiles_of;
use estimate::Estimate;

/// What an indicator is and says.
pub struct Indicator {
    /// Stable name, in tables.
    pub name: &'static str,
    /// The family of features it speaks for; `None`: it speaks of the register.
    pub family: Option<Family>,
    /// The evidence in words, `None` where there is nothing to say.
    pub words: fn(&Evidence<'_>) -> Option<String>,
}

/// Every indicator, in the order in which equal weights are shown.
pub const INDICATORS: [Indicator; 7] = [
    level_shift::INDICATOR,
    base_load::INDICATOR,
    flatness::INDICATOR,
    timer::INDICATOR,
    blackout::INDICATOR,
    over_declaration::INDICATOR,
    data_fault::INDICATOR,
];

/// One piece of evidence in words, with its share of the score.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The indicator it comes from.
    pub indicator: &'static str,
    /// Measured against limit, with unit, period and peers.
    pub words: String,
    /// What it adds to the score's log-odds; negative speaks against.
    pub weight: f64,
}

/// What indicators look at.
pub struct Evidence<'a> {
    /// The meter.
    pub meter: &'a MeterFeatures,
    /// The rig as estimated.
    pub rig: Option<&'a Estimate>,
    /// Its peers.
    pub peers: &'a Peers,
    /// Mining declared to the state. [kW]
    pub declared_kw: f32,
}

impl Evidence<'_> {
    /// A feature of the meter.
    pub(crate) fn value(&self, name: &str) -> f32 {
        self.meter.value(name)
    }
}

/// Quantiles of features over a peer group (or over the run, where the group is small).
#[derive(Debug, Clone, Default)]
pub struct Peers {
    /// The group's name, or `all meters`.
    pub name: String,
    /// Meters in it.
    pub n_meters: usize,
    quantiles: BTreeMap<&'static str, [f32; 3]>,
}

/// A group smaller than this lends its meters no typical value; the run's does.
const LEAST_PEERS: usize = 10;

impl Peers {
    /// Quantiles over some meters.
    #[must_use]
    pub fn of(name: &str, meters: &[&MeterFeatures]) -> Self {
        let quantiles = |(name, column): (&'static str, Column)| {
            let values = meters.iter().map(|meter| column.value(meter)).filter(|value| !value.is_nan());
            (name, quantiles_of(values, [0.05, 0.5, 0.95]).map(|value| value.unwrap_or(f32::NAN)))
        };
        let weighed = FEATURES.iter().enumerate().map(|(index, one)| (one.name, Column::Weighed(index)));
        let standard =
            STANDARD_NAMES.iter().enumerate().map(|(index, name)| (*name, Column::Standard(index)));
        let columns: Vec<_> = weighed.chain(standard).collect();
        let quantiles: Vec<_> = columns.into_par_iter().map(quantiles).collect();
        Self { name: name.to_owned(), n_meters: meters.len(), quantiles: quantiles.into_iter().collect() }
    }

    /// Median over the peers.
    #[must_use]
    pub fn median(&self, name: &str) -> f32 {
        self.quantiles.get(name).map_or(f32::NAN, |quantiles| quantiles[1])
    }

    /// Value that 19 peers of 20 stay below.
    #[must_use]
    pub fn p95(&self, name: &str) -> f32 {
        self.quantiles.get(name).map_or(f32::NAN, |quantiles| quantiles[2])
    }

    /// Value that 19 peers of 20 exceed.
    #[must_use]
    pub fn p05(&self, name: &str) -> f32 {
        self.quantiles.get(name).map_or(f32::NAN, |quantiles| quantiles[0])
    }
}

/// A feature by its place.
#[derive(Debug, Clone, Copy)]
enum Column {
    Weighed(usize),
    Standard(usize),
}

impl Column {
    const fn value(self, meter: &MeterFeatures) -> f32 {
        match self {
            Self::Weighed(index) => meter.values[index],
            Self::Standard(index) => meter.standard.values()[index],
        }
    }
}

/// Peers of every group that a meter is in.
#[must_use]
pub fn peers_by_group(meters: &[(&MeterFeatures, &GroupId)]) -> BTreeMap<GroupId, Peers> {
    let mut members: BTreeMap<&GroupId, Vec<&MeterFeatures>> = BTreeMap::new();
    for (meter, group) in meters {
        members.entry(group).or_default().push(meter);
    }
    let is_small = |own: &Vec<&MeterFeatures>| own.len() < LEAST_PEERS;
    let all = members.values().any(is_small).then(|| {
        let everyone: Vec<&MeterFeatures> = meters.iter().map(|(meter, _)| *meter).collect();
        Peers::of("all meters", &everyone)
    });
    members
        .into_iter()
        .map(|(group, own)| {
            let peers = all.clone().filter(|_| is_small(&own));
            (group.clone(), peers.unwrap_or_else(|| Peers::of(group.as_str(), &own)))
        })
        .collect()
}

/// The reasons of one meter, strongest first. `terms` is what each feature adds to its score,
/// `usual` what it adds to the middle meter's. [log-odds]
#[must_use]
pub fn weigh_reasons(
    evidence: &Evidence<'_>,
    terms: &[f32; N_FEATURES],
    usual: &[f32; N_FEATURES],
) -> Vec<Reason> {
    let weight_of = |family: Family| -> f64 {
        FEATURES
            .iter()
            .enumerate()
            .filter(|(_, feature)| feature.family == family)
            .map(|(index, _)| f64::from(terms[index] - usual[index]))
            .sum()
    };
    let mut reasons: Vec<Reason> = INDICATORS
        .iter()
        .filter_map(|indicator| {
            let words = (indicator.words)(evidence)?;
            Some(Reason { indicator: indicator.name, words, weight: indicator.family.map_or(0.0, weight_of) })
        })
        .collect();
    reasons.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    reasons
}

/// A share as a person reads it.
fn percent(share: f32) -> String {
    if share.abs() < 0.1 { format!("{:.1}%", 100.0 * share) } else { format!("{:.0}%", 100.0 * share) }
}

/// Fewer days than a week do not show how much something varies from day to day: the words count them.
const LEAST_DAYS: usize = 7;

/// ` and varies by 4.1% from day to day`, after the verb given; over a short block, over how many days.
fn varying(evidence: &Evidence<'_>, verb: &str, spread: f32) -> String {
    match evidence.meter.judged_days {
        Some(1) => " on the block's only day".to_owned(),
        Some(n_days) if n_days < LEAST_DAYS => {
            format!("{verb} {} over the block's {n_days} days", percent(spread))
        }
        _ => format!("{verb} {} from day to day", percent(spread)),
    }
}

/// Kilowatts as a person reads them.
fn kw(kw: f32) -> String {
    crate::units::Kilowatts(f64::from(kw)).to_string()
}

/// `; peers' median 0.12 kW`, or nothing where it is not known.
fn peers_median(evidence: &Evidence<'_>, name: &str, show: fn(f32) -> String) -> String {
    let median = evidence.peers.median(name);
    if median.is_nan() { String::new() } else { format!("; peers' median {}", show(median)) }
}

/// A measure against its limit: `3.40 kW > 0.61 kW (19 of 20 peers stay below)`, or, where it does
/// not pass the limit, that it does not.
fn against(measured: f32, limit: f32, show: fn(f32) -> String, side: Side) -> String {
    let (sign, words, passes) = match side {
        Side::Above => (">", "19 of 20 peers stay below", measured > limit),
        Side::Below => ("<", "19 of 20 peers exceed it", measured < limit),
    };
    match (limit.is_nan(), passes) {
        (true, _) => show(measured),
        (false, true) => format!("{} {sign} {} ({words})", show(measured), show(limit)),
        (false, false) => format!("{} (not unusual: 1 of 20 peers passes {})", show(measured), show(limit)),
    }
}

/// Which side of a limit is unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Above,
    Below,
}

#[cfg(test)]
mod tests {
    use super::estimate::{PeerBase, estimate_rig};
    use super::*;
    use crate::checks::samples::{home_kw, meter};
    use crate::features::{Surroundings, extract_features};
    use crate::settings::Windows;

    fn features(kw: impl Fn(usize, usize) -> f32) -> MeterFeatures {
        extract_features(&meter(90, kw).days, 0.0, &Windows::default(), &Surroundings::default()).unwrap()
    }

    fn reasons(subject: &MeterFeatures, declared_kw: f32) -> Vec<Reason> {
        let homes: Vec<MeterFeatures> = (0..12)
            .map(|n| features(move |day, slot| home_kw(day + n, slot) * (1.0 + n as f32 * 0.05)))
            .collect();
        let peers = Peers::of("homes", &homes.iter().collect::<Vec<_>>());
        let rig = estimate_rig(subject, PeerBase::of(homes.iter()));
        let evidence = Evidence { meter: subject, rig: rig.as_ref(), peers: &peers, declared_kw };
        weigh_reasons(&evidence, &[0.1; N_FEATURES], &[0.0; N_FEATURES])
    }

    #[test]
    fn every_indicator_has_words_for_a_rig_and_none_panics_on_an_empty_place() {
        let rig = features(|day, slot| home_kw(day, slot) + if day >= 40 { 3.25 } else { 0.0 });
        let names: Vec<_> = reasons(&rig, 0.0).iter().map(|reason| reason.indicator).collect();
        assert!(
            names.contains(&"level_shift") && names.contains(&"base_load") && names.contains(&"flatness"),
            "{names:?}"
        );
        let _ = reasons(&features(|_, _| 0.0), 0.0);
    }

    #[test]
    fn words_carry_measure_limit_period_and_peers() {
        let rig = features(|day, slot| home_kw(day, slot) + if day >= 40 { 3.25 } else { 0.0 });
        let reasons = reasons(&rig, 0.0);
        let shift = reasons.iter().find(|reason| reason.indicator == "level_shift").unwrap();
        assert!(shift.words.contains("3.2") && shift.words.contains("2022-02-10"), "{}", shift.words);
        let base = reasons.iter().find(|reason| reason.indicator == "base_load").unwrap();
        assert!(base.words.contains("peers' median") && base.words.contains("kW"), "{}", base.words);
    }

    #[test]
    fn over_a_short_block_the_words_say_over_how_many_days() {
        let words = |n_days: usize| -> String {
            let on = move |day: usize| (40..40 + n_days).contains(&day);
            let rig = features(move |day, slot| home_kw(day, slot) + if on(day) { 6.5 } else { 0.0 });
            let reasons = reasons(&rig, 0.0);
            reasons.into_iter().find(|reason| reason.indicator == "flatness").unwrap().words
        };
        assert!(words(4).contains("% over the block's 4 days"), "{}", words(4));
        assert!(words(30).contains("% from day to day"), "{}", words(30));
    }

    #[test]
    fn a_stuck_channel_speaks_against() {
        let stuck = features(|day, slot| if day > 40 { 3.0 } else { home_kw(day, slot) });
        assert!(reasons(&stuck, 0.0).iter().any(|reason| reason.indicator == "data_fault"));
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = INDICATORS.iter().map(|indicator| indicator.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), INDICATORS.len());
    }
}
