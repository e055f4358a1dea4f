//! Turns features into evidence: measured values compared with those of the run's own meters.
//!
//! Each indicator has its own file and covers one family of features. Its weight is the sum of the model's
//! terms for that family. Its message states the measured value and the value it is compared with. The texts
//! are in `templates/locales/*/reasons.ftl`.

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

use crate::features::standard::{N_STANDARD, Standard};
use crate::features::{FEATURES, Family, Feature, MeterFeatures, N_FEATURES};
use estimate::Estimate;
use hashwatt_core::ids::GroupId;
use hashwatt_core::language::Language;
use hashwatt_core::language::message::{Message, Value};
use hashwatt_core::stats::quantiles_of;

/// Definition of an indicator.
pub struct Indicator {
    /// Stable name, used in tables.
    pub name: &'static str,
    /// Family of features that it covers; `None`: it covers the register.
    pub family: Option<Family>,
    /// Returns the evidence, or `None` if there is nothing to report.
    pub message: fn(&Evidence<'_>) -> Option<Message>,
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

/// One piece of evidence, and its contribution to the score.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// Measured value, limit, period and peers; the code is the indicator's name.
    pub message: Message,
    /// Contribution to the score's log-odds; negative speaks against mining.
    pub weight: f64,
}

impl Reason {
    /// Returns the reason in words.
    #[must_use]
    pub fn words(&self, language: &Language) -> String {
        language.say_message(REASON, &self.message)
    }
}

/// Family of the messages that are reasons.
pub const REASON: &str = "reason";

/// Variant `passes` for a value that 19 of 20 peers stay below.
pub const REASON_ABOVE: &str = "above";

/// Data that indicators use.
pub struct Evidence<'a> {
    /// The meter.
    pub meter: &'a MeterFeatures,
    /// The estimated rig.
    pub rig: Option<&'a Estimate>,
    /// Its peers.
    pub peers: &'a Peers,
    /// Mining declared to the state. [kW]
    pub declared_kw: f32,
}

impl Evidence<'_> {
    /// Returns a feature of the meter.
    pub(crate) const fn value(&self, feature: Feature) -> f32 {
        self.meter.value(feature)
    }
}

/// Quantiles of features over a peer group, or over the run if the group is small.
#[derive(Debug, Clone)]
pub struct Peers {
    /// Name of the group, or `all meters`.
    pub name: String,
    /// Number of meters in it.
    pub n_meters: usize,
    /// Values that 19 of 20 peers exceed.
    pub p05: Typical,
    /// Medians over the peers.
    pub median: Typical,
    /// Values that 19 of 20 peers stay below.
    pub p95: Typical,
}

/// One quantile of every feature; NaN where no peer has the feature.
#[derive(Debug, Clone)]
pub struct Typical {
    values: [f32; N_FEATURES],
    /// Standard features.
    pub standard: Standard,
}

impl Typical {
    /// Returns a feature of the model.
    #[must_use]
    pub const fn value(&self, feature: Feature) -> f32 {
        self.values[feature as usize]
    }
}

/// A smaller group gives no typical values; the run's values are used instead.
const MIN_PEERS: usize = 10;

impl Peers {
    /// Computes quantiles over some meters.
    #[must_use]
    pub fn of(name: &str, meters: &[&MeterFeatures]) -> Self {
        let standard: Vec<[f32; N_STANDARD]> = meters.iter().map(|meter| meter.standard.values()).collect();
        let weighed = (0..N_FEATURES).into_par_iter();
        let weighed: Vec<_> =
            weighed.map(|index| quantiles(meters.iter().map(|meter| meter.values[index]))).collect();
        let others = (0..N_STANDARD).into_par_iter();
        let others: Vec<_> =
            others.map(|index| quantiles(standard.iter().map(|values| values[index]))).collect();
        let [p05, median, p95] = std::array::from_fn(|quantile| Typical {
            values: std::array::from_fn(|index| weighed[index][quantile]),
            standard: Standard::of(std::array::from_fn(|index| others[index][quantile])),
        });
        Self { name: name.to_owned(), n_meters: meters.len(), p05, median, p95 }
    }
}

/// Returns the quantiles p05, p50 and p95 of the values that are known.
fn quantiles(values: impl Iterator<Item = f32>) -> [f32; 3] {
    quantiles_of(values.filter(|value| !value.is_nan()), [0.05, 0.5, 0.95])
        .map(|value| value.unwrap_or(f32::NAN))
}

/// Returns the peers for every group that has a meter.
#[must_use]
pub fn peers_by_group(meters: &[(&MeterFeatures, &GroupId)]) -> BTreeMap<GroupId, Peers> {
    let mut members: BTreeMap<&GroupId, Vec<&MeterFeatures>> = BTreeMap::new();
    for (meter, group) in meters {
        members.entry(group).or_default().push(meter);
    }
    let is_small = |own: &Vec<&MeterFeatures>| own.len() < MIN_PEERS;
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

/// Returns the reasons of one meter, strongest first. `terms` has the contribution of each feature to its
/// score, and `usual` the median contribution over all meters. [log-odds]
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
            let message = (indicator.message)(evidence)?;
            Some(Reason { message, weight: indicator.family.map_or(0.0, weight_of) })
        })
        .collect();
    reasons.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    reasons
}

/// Fewer days than a week do not show the variation from day to day, so the words state their number.
const MIN_DAYS: usize = 7;

/// Adds the variation from day to day and, for a short block, its number of days.
fn varying(message: Message, evidence: &Evidence<'_>, spread: f32) -> Message {
    let message = message.with("spread", Value::share(spread));
    match evidence.meter.judged_days {
        Some(1) => message.in_form("days", "one"),
        Some(n_days) if n_days < MIN_DAYS => {
            message.in_form("days", "few").with("n_block_days", Value::count(n_days))
        }
        _ => message.in_form("days", "many"),
    }
}

/// Returns the variant of a message for a value that may be missing.
const fn known(value: f32) -> &'static str {
    if value.is_nan() { "unknown" } else { "known" }
}

/// Adds the median of the peers.
fn peers_median(message: Message, median: f32, value: fn(f32) -> Value) -> Message {
    let message = message.in_form("peers", known(median));
    if median.is_nan() { message } else { message.with("median", value(median)) }
}

/// Adds a measured value and its limit, which 1 of 20 peers exceeds.
fn against(message: Message, measured: f32, limit: f32, value: fn(f32) -> Value, side: Side) -> Message {
    let passes = match side {
        _ if limit.is_nan() => "unknown",
        Side::Above if measured > limit => REASON_ABOVE,
        Side::Below if measured < limit => "below",
        Side::Above | Side::Below => "usual",
    };
    let message = message.with("measured", value(measured)).in_form("passes", passes);
    if limit.is_nan() { message } else { message.with("limit", value(limit)) }
}

/// Side of a limit that is unusual.
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
    use hashwatt_core::language::message::in_every_language;
    use hashwatt_core::settings::Windows;

    fn features(kw: impl Fn(usize, usize) -> f32) -> MeterFeatures {
        extract_features(&meter(90, kw).days, 0.0, &Windows::default(), &Surroundings::default()).unwrap()
    }

    fn reasons(subject: &MeterFeatures, declared_kw: f32) -> Vec<Reason> {
        let home = |n: usize| {
            let mut home = features(move |day, slot| home_kw(day + n, slot) * (1.0 + n as f32 * 0.05));
            home.standard.blackout_drop_kw = 0.05;
            home
        };
        let homes: Vec<MeterFeatures> = (0..12).map(home).collect();
        let peers = Peers::of("homes", &homes.iter().collect::<Vec<_>>());
        let rig = estimate_rig(subject, PeerBase::of(homes.iter()));
        let evidence = Evidence { meter: subject, rig: rig.as_ref(), peers: &peers, declared_kw };
        weigh_reasons(&evidence, &[0.1; N_FEATURES], &[0.0; N_FEATURES])
    }

    fn of<'a>(reasons: &'a [Reason], code: &str) -> Option<&'a Message> {
        reasons.iter().map(|reason| &reason.message).find(|message| message.code == code)
    }

    /// Builds a meter that each indicator reports, with its declared demand.
    fn subject(code: &str) -> (MeterFeatures, f32) {
        let farm = || features(|day, slot| home_kw(day, slot) + if day >= 40 { 3.25 } else { 0.0 });
        match code {
            "timer" => (
                features(|day, slot| home_kw(day, slot) + if !(14..44).contains(&slot) { 3.0 } else { 0.0 }),
                0.0,
            ),
            "blackout" => {
                let mut farm = farm();
                farm.standard.blackout_drop_kw = 2.1;
                (farm, 0.0)
            }
            "over_declaration" => (farm(), 5.0),
            "data_fault" => (features(|day, slot| if day > 40 { 3.0 } else { home_kw(day, slot) }), 0.0),
            _ => (farm(), 0.0),
        }
    }

    #[test]
    fn every_indicator_says_in_three_languages_what_it_measured() {
        for indicator in INDICATORS {
            let (meter, declared_kw) = subject(indicator.name);
            let reasons = reasons(&meter, declared_kw);
            let message = of(&reasons, indicator.name).unwrap_or_else(|| panic!("{}", indicator.name));
            insta::assert_snapshot!(indicator.name, in_every_language(REASON, message).unwrap());
        }
    }

    /// Builds a look-alike of each indicator's subject that must not be reported.
    fn innocent(code: &str) -> (&'static str, MeterFeatures) {
        let plus =
            |more: fn(usize, usize) -> f32| features(move |day, slot| home_kw(day, slot) + more(day, slot));
        match code {
            "level_shift" => ("a second fridge", plus(|day, _| if day >= 40 { 0.1 } else { 0.0 })),
            "base_load" => ("an oven every evening", plus(|_, slot| if slot == 38 { 2.5 } else { 0.0 })),
            "flatness" => ("a shop by day", plus(|_, slot| if (18..38).contains(&slot) { 4.0 } else { 0.1 })),
            "timer" => (
                "a dishwasher, some days",
                plus(|day, slot| if day % 3 == 0 && slot == 42 { 1.8 } else { 0.0 }),
            ),
            "blackout" => {
                let mut home = plus(|_, _| 0.0);
                home.standard.blackout_drop_kw = 0.1;
                ("a family that stays at home", home)
            }
            "over_declaration" => ("somebody who declares nothing", plus(|_, _| 0.0)),
            _ => (
                "an empty flat with a fridge",
                features(|day, slot| 0.04 + 0.03 * ((day * 48 + slot) % 5) as f32),
            ),
        }
    }

    #[test]
    fn no_indicator_finds_its_innocent_unusual() {
        for indicator in INDICATORS {
            let (name, meter) = innocent(indicator.name);
            let reasons = reasons(&meter, 0.0);
            let passes = of(&reasons, indicator.name).map(|message| message.form("passes"));
            assert!(matches!(passes, None | Some(Some("usual"))), "{}, {name}: {reasons:#?}", indicator.name);
        }
    }

    #[test]
    fn every_indicator_holds_on_a_place_that_uses_nothing() {
        let codes: Vec<_> = reasons(&features(|_, _| 0.0), 0.0);
        let codes: Vec<_> = codes.iter().map(|reason| reason.message.code.as_ref()).collect();
        assert_eq!(codes, ["flatness", "base_load"]);
    }

    #[test]
    fn over_a_short_block_the_words_say_over_how_many_days() {
        let days = |n_days: usize| {
            let on = move |day: usize| (40..40 + n_days).contains(&day);
            let rig = features(move |day, slot| home_kw(day, slot) + if on(day) { 6.5 } else { 0.0 });
            let reasons = reasons(&rig, 0.0);
            let message = of(&reasons, "flatness").unwrap();
            (message.form("days").unwrap().to_owned(), message.values.get("n_block_days").cloned())
        };
        assert_eq!(days(4), ("few".to_owned(), Some(Value::Count(4))));
        assert_eq!(days(30), ("many".to_owned(), None));
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = INDICATORS.iter().map(|indicator| indicator.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), INDICATORS.len());
    }
}
