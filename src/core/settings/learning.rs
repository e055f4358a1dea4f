//! Defines the settings for training the ranking model.
//!
//! They are settings so that `benches/learning/run` can try other values than the defaults, on meters with
//! planted rigs. `benches/README.md` lists the results.

use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::within;
use crate::error::{Error, Result};

/// Families of features, by name.
pub const FAMILIES: [&str; 5] = ["level_shift", "base_load", "flatness", "timer", "data_fault"];

/// May be left out beside the families: the register class of a meter as a feature.
pub const CLASS_LEVEL: &str = "class_level";

/// More copies of one meter cost time and memory but add nothing (`benches/learning/run`).
const COPIES: RangeInclusive<usize> = 1..=100;

/// A weight above one thousand outweighs everything else.
const WEIGHTS: RangeInclusive<f64> = 0.001..=1000.0;

/// More rounds than this change no score.
const MAX_ROUNDS: usize = 10_000;

/// With more left out, hardly any data remains to learn from.
const MAX_LEFT_OUT_SHARE: f64 = 0.5;

/// Shares of a round's step: smaller ones hardly move a score; 1 applies each step in full.
const LEARNING_RATES: RangeInclusive<f64> = 0.001..=1.0;

// Defaults. `benches/learning/run` tries others: what is better somewhere is worse elsewhere.

/// Weight of all unchanged meters over that of all rigs.
const UNTOUCHED_WEIGHT: f64 = 0.3;

/// Weight of all look-alikes over that of all rigs.
const LOOK_ALIKE_WEIGHT: f64 = 0.4;

/// Share of the meters that the second round leaves out: those that the first took for farms.
const LEFT_OUT_SHARE: f64 = 0.1;

/// Weight of a visited meter over that of a planted rig.
const VERDICT_WEIGHT: f64 = 3.0;

/// Boosting rounds, and the share of each one's step that is applied.
const ROUNDS: usize = 150;
const LEARNING_RATE: f64 = 0.06;

/// Hosts below which a run has few rigs to learn from, and copies of each with a rig and with a look-alike.
/// Each entry holds below its number of hosts.
const COPIES_OF_FEW: [(usize, (usize, usize)); 2] = [(40, (24, 20)), (200, (12, 8))];

/// Copies in larger runs: more of them would cost time and add little.
const COPIES_OF_MANY: (usize, usize) = (3, 3);

/// What may be left out.
fn left_out_names() -> Vec<&'static str> {
    FAMILIES.into_iter().chain([CLASS_LEVEL]).collect()
}

/// `[learning]` as written in the file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LearningTable {
    /// Copies of each host meter with a planted rig.
    #[schemars(range(min = *COPIES.start(), max = *COPIES.end()))]
    pub rigs_per_host: Option<usize>,
    /// Copies of each host meter with a planted look-alike.
    #[schemars(range(min = *COPIES.start(), max = *COPIES.end()))]
    pub look_alikes_per_host: Option<usize>,
    /// Total weight of all unchanged meters, relative to the total weight of all rigs.
    #[schemars(range(min = *WEIGHTS.start(), max = *WEIGHTS.end()), extend("default" = UNTOUCHED_WEIGHT))]
    pub untouched_weight: Option<f64>,
    /// Total weight of all look-alikes, relative to the total weight of all rigs.
    #[schemars(range(min = *WEIGHTS.start(), max = *WEIGHTS.end()), extend("default" = LOOK_ALIKE_WEIGHT))]
    pub look_alike_weight: Option<f64>,
    /// Share of the meters that the second round leaves out because they may be farms.
    #[schemars(range(min = 0, max = MAX_LEFT_OUT_SHARE), extend("default" = LEFT_OUT_SHARE))]
    pub left_out_share: Option<f64>,
    /// Weight of a visited meter; a planted rig weighs 1.
    #[schemars(range(min = *WEIGHTS.start(), max = *WEIGHTS.end()), extend("default" = VERDICT_WEIGHT))]
    pub verdict_weight: Option<f64>,
    /// Boosting rounds.
    #[schemars(range(min = 1, max = MAX_ROUNDS), extend("default" = ROUNDS))]
    pub rounds: Option<usize>,
    /// Share of each round's step that is applied.
    #[schemars(range(min = *LEARNING_RATES.start(), max = *LEARNING_RATES.end()), extend("default" = LEARNING_RATE))]
    pub learning_rate: Option<f64>,
    /// Families of features to leave out: `level_shift`, `base_load`, `flatness`, `timer`, `data_fault`; also
    /// `class_level`, which describes a meter's register class.
    #[schemars(extend("items" = { "type": "string", "enum": left_out_names() }))]
    pub without: Option<Vec<String>>,
}

/// Checked settings for training the model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Learning {
    /// Copies of each host meter with a planted rig; `None`: the fewer the meters, the more copies.
    pub rigs_per_host: Option<usize>,
    /// Copies of each host meter with a planted look-alike; `None`: the fewer the meters, the more copies.
    pub look_alikes_per_host: Option<usize>,
    /// Total weight of all unchanged meters, relative to the total weight of all rigs.
    pub untouched_weight: f64,
    /// Total weight of all look-alikes, relative to the total weight of all rigs.
    pub look_alike_weight: f64,
    /// Share of the meters that the second round leaves out because they may be farms, 0..=0.5.
    pub left_out_share: f64,
    /// Weight of a visited meter; a planted rig weighs 1.
    pub verdict_weight: f64,
    /// Boosting rounds.
    pub rounds: usize,
    /// Share of each round's step that is applied.
    pub learning_rate: f64,
    /// Families of features to leave out, or [`CLASS_LEVEL`].
    pub without: Vec<String>,
}

impl Default for Learning {
    fn default() -> Self {
        Self {
            rigs_per_host: None,
            look_alikes_per_host: None,
            untouched_weight: UNTOUCHED_WEIGHT,
            look_alike_weight: LOOK_ALIKE_WEIGHT,
            left_out_share: LEFT_OUT_SHARE,
            verdict_weight: VERDICT_WEIGHT,
            rounds: ROUNDS,
            learning_rate: LEARNING_RATE,
            without: Vec::new(),
        }
    }
}

impl Learning {
    /// Returns the copies per meter with a rig and with a look-alike. Small runs get more copies.
    #[must_use]
    pub fn copies_per_host(&self, n_hosts: usize) -> (usize, usize) {
        let of_few = COPIES_OF_FEW.iter().find(|(below, _)| n_hosts < *below);
        let (rigs, look_alikes) = of_few.map_or(COPIES_OF_MANY, |(_, copies)| *copies);
        (self.rigs_per_host.unwrap_or(rigs), self.look_alikes_per_host.unwrap_or(look_alikes))
    }
}

impl LearningTable {
    /// Checks the settings; settings that are not given take their defaults.
    ///
    /// # Errors
    /// When a value cannot be used.
    pub fn check(self) -> Result<Learning> {
        let usual = Learning::default();
        let weight = |key: &str, given: Option<f64>, usual: f64| within(key, given.unwrap_or(usual), WEIGHTS);
        let copies = |key: &str, given: Option<usize>| given.map(|n| within(key, n, COPIES)).transpose();
        let without = self.without.unwrap_or_default();
        if let Some(name) =
            without.iter().find(|name| !FAMILIES.contains(&name.as_str()) && *name != CLASS_LEVEL)
        {
            let cure = format!("Write any of {}, {CLASS_LEVEL}", FAMILIES.join(", "));
            return Err(Error::setting(
                "[learning] without",
                format!("`{name}` is no family of features"),
                cure,
            ));
        }
        Ok(Learning {
            rigs_per_host: copies("[learning] rigs_per_host", self.rigs_per_host)?,
            look_alikes_per_host: copies("[learning] look_alikes_per_host", self.look_alikes_per_host)?,
            untouched_weight: weight(
                "[learning] untouched_weight",
                self.untouched_weight,
                usual.untouched_weight,
            )?,
            look_alike_weight: weight(
                "[learning] look_alike_weight",
                self.look_alike_weight,
                usual.look_alike_weight,
            )?,
            left_out_share: within(
                "[learning] left_out_share",
                self.left_out_share.unwrap_or(usual.left_out_share),
                0.0..=MAX_LEFT_OUT_SHARE,
            )?,
            verdict_weight: weight("[learning] verdict_weight", self.verdict_weight, usual.verdict_weight)?,
            rounds: within("[learning] rounds", self.rounds.unwrap_or(usual.rounds), 1..=MAX_ROUNDS)?,
            learning_rate: within(
                "[learning] learning_rate",
                self.learning_rate.unwrap_or(usual.learning_rate),
                LEARNING_RATES,
            )?,
            without,
        })
    }
}
