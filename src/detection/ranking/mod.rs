//! Weighs evidence into a suspicion score and ranks the meters by it.

pub mod binned;
pub mod chance;
pub mod classes;
pub mod conformal;
pub mod copies;
pub mod energy;
pub mod hosts;
pub mod linked;
pub mod model;
pub mod plant;
pub mod prior;
pub mod rank;
pub mod rivals;
pub mod sensitivity;
pub mod smallest;
pub mod summary;
pub mod suspects;
pub mod training;
pub mod unmetered;
pub mod visit;

use jiff::civil::Date;

use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::language::message::Message;

pub use crate::indicators::Reason;
pub use energy::RigEnergy;

use hashwatt_core::ids::{GroupId, MeterId};

/// Lowest and highest draw of a machine at the plug: an S9 and an S21, in ../rigs/machines.rs with their
/// sources. [kW]
pub(crate) const MACHINE_KW: (f64, f64) = (1.35, 3.65);

/// Type of case that the evidence suggests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// A flat block on a correctly registering meter.
    MeteredFarm,
    /// A flat residual: unmetered load.
    UnmeteredLoad,
    /// An under-registering meter.
    UnderRegisteringMeter,
    /// The load shape of mining at premises registered for something else.
    ActivityMismatch,
    /// A declared farm that draws more than it declared.
    OverDeclaration,
    /// A block that ended and started again.
    RestartedFarm,
}

impl Kind {
    /// Returns the stable text of the kind.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Estimate of the rig behind a suspect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RigEstimate {
    /// Median draw while on, as the meter sees it. [kW]
    pub kw: f64,
    /// Lower end of its confidence interval. [kW]
    pub kw_low: f64,
    /// Upper end of its confidence interval. [kW]
    pub kw_high: f64,
    /// Fewest machines that draw it.
    pub machines_low: u32,
    /// Most machines that draw it.
    pub machines_high: u32,
    /// First local day; `None`: before the data begins.
    pub onset: Option<Date>,
    /// First local day after it; `None`: still on at the end of the meter's data.
    pub ended: Option<Date>,
    /// Last local day on which it was seen on; `None` if the run does not say.
    pub last_seen_on: Option<Date>,
    /// Clock hours in which it runs.
    pub hours: [bool; CLOCK_HOURS],
}

impl RigEstimate {
    /// Whether it runs at the end of the meter's data. Every output follows this rule.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.ended.is_none()
    }

    /// Returns the mean draw over a day on which it runs. [kW]
    #[must_use]
    pub fn kw_over_the_day(&self) -> f64 {
        self.kw * self.hours.iter().filter(|inside| **inside).count() as f64 / CLOCK_HOURS as f64
    }
}

/// Fit of another explanation to the same evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct RivalScore {
    /// Name of the look-alike, for example `storage heating`.
    pub rival: &'static str,
    /// How well it fits, 0..=1. It is scored beside mining; the scores do not sum to one.
    pub score: f64,
}

/// A meter or residual with its place in the ranking.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The meter.
    pub meter: MeterId,
    /// Suspicion, 0..=1; higher is more suspicious. Evidence, not proof.
    pub score: f64,
    /// Rank by score among all lines, from 1; ties are ordered by meter id.
    pub rank: u32,
    /// Place on the visit list, from 1 without gaps: rigs that are on first, then those that ended, each by
    /// rank. `None` if it is not a suspect.
    pub place: Option<u32>,
    /// Type of the suspected case; `None` if there is none.
    pub kind: Option<Kind>,
    /// The rig; `None` if no level stands out.
    pub rig: Option<RigEstimate>,
    /// Energy of the rig; suspects only, once it is measured.
    pub energy: Option<RigEnergy>,
    /// Peer group.
    pub group: GroupId,
    /// Evidence, strongest first.
    pub reasons: Vec<Reason>,
    /// The evidence in one sentence; suspects only.
    pub summary: Option<Message>,
    /// Other explanations, best first.
    pub rivals: Vec<RivalScore>,
    /// Chance of a rig from the data alone, 0..=1, whatever a visit found. For a network meter, the chance of
    /// a rig somewhere below it. `None` if it was not judged.
    pub chance: Option<f64>,
    /// Chance that a visit within two weeks of the data finds the rig running, 0..=1: the chance of a rig times
    /// the chance that it is on then ([`visit`]). `None` without a rig.
    pub visit_chance: Option<f64>,
    /// Expected number of false leads among the suspects from place 1 to this one; `None` if it is not a
    /// suspect.
    pub expected_false: Option<f64>,
    /// Share of its peers, itself included, that score at least as high, 0..=1: how often a meter like its
    /// peers would stand out as far.
    pub p_value: f64,
    /// Whether it is on the visit list.
    pub is_suspect: bool,
    /// Name that it shares with the places linked to it; `None` if it stands alone.
    pub link: Option<String>,
}

impl Scored {
    /// Whether a rig was estimated that runs at the end of the data.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.rig.as_ref().is_some_and(RigEstimate::is_on)
    }
}
