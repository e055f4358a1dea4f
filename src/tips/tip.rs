//! Defines a tip: a caller's claim about a place, without the caller.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::facts::{Fact, FactTag};
use super::places::Position;
use hashwatt_core::ids::TipId;

/// A tip as it came in, without the caller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tip {
    /// Its id; `line 7` if the file gives none.
    pub tip_id: TipId,
    /// When it came in, if known.
    #[serde(default)]
    pub received_at: Option<Timestamp>,
    /// The caller's words.
    #[serde(default)]
    pub text: String,
    /// Id of a meter, as the caller said it.
    #[serde(default)]
    pub meter_id: Option<String>,
    /// Address, as the caller said it.
    #[serde(default)]
    pub address: Option<String>,
    /// Id of a transformer, as the caller said it.
    #[serde(default)]
    pub transformer_id: Option<String>,
    /// Position on the map.
    #[serde(default)]
    pub position: Option<Position>,
    /// The claim, if the desk noted one.
    #[serde(default)]
    pub claim: Option<Claim>,
}

impl Tip {
    /// Makes a tip with words and no place yet.
    #[must_use]
    pub fn new(tip_id: impl Into<TipId>, text: impl Into<String>) -> Self {
        Self {
            tip_id: tip_id.into(),
            received_at: None,
            text: text.into(),
            meter_id: None,
            address: None,
            transformer_id: None,
            position: None,
            claim: None,
        }
    }

    /// Returns the claim: the one noted, or else the one found in the words.
    #[must_use]
    pub fn claim_with(&self, facts: &[FactTag]) -> Claim {
        let says = |fact: Fact| facts.iter().any(|tag| tag.fact == fact);
        self.claim.unwrap_or_else(|| {
            if !says(Fact::PastTheMeter) {
                Claim::Mining
            } else if self.meter_id.is_some() || self.address.is_some() {
                Claim::Bypass
            } else {
                Claim::Tap
            }
        })
    }
}

/// What a tip claims.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// Mining at a usage point.
    Mining,
    /// A bypass: a conductor around a meter.
    Bypass,
    /// A tap: a connection before or without a meter.
    Tap,
}

impl Claim {
    /// Every claim.
    pub const ALL: [Self; 3] = [Self::Mining, Self::Bypass, Self::Tap];

    /// Returns the stable text of the claim.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the claim with this text, in any case.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        Self::ALL.into_iter().find(|claim| claim.as_str() == text)
    }

    /// Whether the claimed load would show in the residual above, and not or only in part on a meter.
    #[must_use]
    pub const fn is_past_a_meter(self) -> bool {
        matches!(self, Self::Bypass | Self::Tap)
    }
}
