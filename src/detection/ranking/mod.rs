//! Weighs evidence into a suspicion score and ranks the meters by it.

pub mod binned;
pub mod chance;
pub mod classes;
pub mod conformal;
pub mod copies;
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

use jiff::civil::Date;

use hashwatt_core::language::message::Message;

pub use crate::indicators::Reason;

use hashwatt_core::ids::{GroupId, MeterId};

/// What a suspect is suspected of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// A flat block on a meter.
    MeteredFarm,
    /// A flat residual that no meter shows.
    UnmeteredLoad,
    /// A meter that registers only part of what it feeds.
    UnderRegisteringMeter,
    /// The load shape of mining at premises registered for something else.
    ActivityMismatch,
    /// A declared farm that draws more than it declared.
    OverDeclaration,
    /// A block that ended and started again.
    RestartedFarm,
}

impl Kind {
    /// The stable text of the kind.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What the rig behind a suspect would be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RigEstimate {
    /// Median draw while on, as the meter sees it. [kW]
    pub kw: f64,
    /// Lower end of its interval. [kW]
    pub kw_low: f64,
    /// Upper end of its interval. [kW]
    pub kw_high: f64,
    /// Fewest machines that draw it.
    pub machines_low: u32,
    /// Most machines that draw it.
    pub machines_high: u32,
    /// First local day, `None`: since before the first day of the data.
    pub onset: Option<Date>,
    /// First local day after it, `None`: still on at the end of the data.
    pub ended: Option<Date>,
    /// Energy since onset within the data. [kWh]
    pub energy_kwh: f64,
}

/// How well another explanation fits the same evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct RivalScore {
    /// The look-alike's name, for example `storage heating`.
    pub rival: &'static str,
    /// How well it fits, 0..=1; scored beside mining, not summing to one.
    pub score: f64,
}

/// One meter (or residual) with its place in the ranking.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The meter.
    pub meter: MeterId,
    /// Suspicion, 0..=1; higher is more suspicious. Evidence, not proof.
    pub score: f64,
    /// Place in the list, from 1; ties break by meter id.
    pub rank: u32,
    /// What it is suspected of, `None` where there is nothing to suspect.
    pub kind: Option<Kind>,
    /// The rig, `None` where no level stands out.
    pub rig: Option<RigEstimate>,
    /// Its peer group.
    pub group: GroupId,
    /// Evidence, strongest first.
    pub reasons: Vec<Reason>,
    /// The evidence in one sentence; of suspects only.
    pub summary: Option<Message>,
    /// Other explanations, best first.
    pub rivals: Vec<RivalScore>,
    /// Chance that there is a rig, 0..=1, by the data alone, whatever was found there; of a network meter,
    /// that there is one somewhere below it. `None` where it was not judged.
    pub chance: Option<f64>,
    /// How many of the suspects from rank 1 to this one are expected to be false; `None` of what is no suspect.
    pub expected_false: Option<f64>,
    /// Share of its peers, itself included, that score at least as high, 0..=1: how often a meter like
    /// its peers would stand out as far.
    pub p_value: f64,
    /// Whether it stands above the cut.
    pub is_suspect: bool,
    /// Name of the case that it shares with other lines; `None` where it stands alone.
    pub case: Option<String>,
}
