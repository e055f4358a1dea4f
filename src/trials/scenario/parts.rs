//! Declares the keys of a scenario's file.

use jiff::civil::{Date, DateTime, date};
use serde::{Deserialize, Deserializer};

use hashwatt_rigs::RigForm;

/// A place and time to simulate, as its file says. `docs/scenarios.md` explains every key.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// IANA zone of all clocks.
    pub(in super::super) timezone: String,
    pub(in super::super) streets: Streets,
    /// Usage points that are simulated unless `--meters` says another number; counts of places are for it.
    pub(in super::super) meters: Option<usize>,
    /// Local days that are simulated unless `--days` says another number.
    pub(in super::super) days: Option<usize>,
    /// Earliest local day.
    pub(in super::super) from: Date,
    /// Local day after the last. Shorter spans end here; without it they begin with `from`.
    pub(in super::super) until: Option<Date>,
    /// Transformers whose meters share one file of `readings/`; without it there is one file for all.
    pub(in super::super) transformers_per_file: Option<usize>,
    /// Public holidays.
    #[serde(default)]
    pub(in super::super) holidays: Vec<MonthDay>,
    /// Machines that came on sale after this year are not there yet.
    pub(in super::super) latest_model_year: i16,
    /// Growth of all zones together.
    pub(in super::super) growth: Option<Growth>,
    pub(in super::super) zones: Vec<Zone>,
    #[serde(default)]
    pub(in super::super) rigs: Rigs,
    /// When rigs come; without it each form has a beginning of its own, drawn evenly over the span.
    pub(in super::super) arrivals: Option<Arrivals>,
    /// Large farms at 220 kV.
    #[serde(default)]
    pub(in super::super) farms: Vec<Farms>,
    #[serde(default)]
    pub(in super::super) events: Vec<Event>,
    /// Weeks in which a share of the rigs is closed.
    pub(in super::super) raids: Option<Raids>,
    /// Closures of a number of rigs.
    #[serde(default)]
    pub(in super::super) closures: Vec<Closure>,
}

/// Names of streets, and the languages in which people say them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum Streets {
    Almaty,
    London,
}

/// A day of every year, written `MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(in super::super) struct MonthDay {
    pub month: i8,
    pub day: i8,
}

impl TryFrom<String> for MonthDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts = text.split_once('-').and_then(|(m, d)| Some((m.parse().ok()?, d.parse().ok()?)));
        parts
            .filter(|&(month, day)| Date::new(2020, month, day).is_ok())
            .map(|(month, day)| Self { month, day })
            .ok_or_else(|| format!("`{text}` is no day of the year; write MM-DD, for example 03-22"))
    }
}

/// One zone of the network, with its climate and its homes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Zone {
    pub name: String,
    /// Share of the usage points.
    #[serde(default = "one")]
    pub share: f32,
    pub latitude_deg: f64,
    pub longitude_deg: f64,
    /// Mean temperature of each month. [degC]
    pub month_mean_c: [f32; 12],
    /// Mean difference between the afternoon and the hour before sunrise. [K]
    pub day_range_k: f32,
    /// Deviation of a day from the month's normal; fronts bring 3-5 K. [K]
    #[serde(default = "front_deviation_k")]
    pub front_deviation_k: f32,
    /// Share of homes heated by electricity in some way.
    pub electric_heating_share: f32,
    /// Share of homes that are flats.
    pub flats_share: f32,
    /// Share of homes that cook with electricity.
    pub electric_stove_share: f32,
    /// Rigs per usage point, as a multiple of the prevalence.
    #[serde(default = "one")]
    pub rigs_weight: f32,
    /// Growth of the demand of homes and businesses in a year, as a share.
    #[serde(default)]
    pub demand_growth: f32,
    /// Growth of the zone's consumption, rigs included; its industry makes up the rest.
    pub growth: Option<Growth>,
    pub industry: Option<Industry>,
}

/// Growth of consumption against the same days of the year before.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Growth {
    /// Of the consumption of the year before.
    pub share: f64,
    pub from: Date,
    /// Last day.
    pub to: Date,
}

/// Large works at 220 kV, which no farm is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Industry {
    pub plants: usize,
    /// Name in the register.
    pub activity: String,
    /// Growth in a year, as a share, where the zone's growth leaves it open.
    #[serde(default)]
    pub demand_growth: f32,
    /// Share of its demand that it sheds in the evening, when energy is dear.
    #[serde(default)]
    pub evening_share: f32,
}

/// Which rigs there are.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct Rigs {
    /// Share of usage points with a rig, unless `--prevalence` says another.
    pub prevalence: f32,
    /// Forms of rigs in homes, dealt in turn.
    #[serde(deserialize_with = "forms")]
    pub homes: Vec<RigForm>,
    /// Forms of rigs in businesses, dealt in turn.
    #[serde(deserialize_with = "forms")]
    pub businesses: Vec<RigForm>,
    /// Of this many rigs one is in a greenhouse, one in a textile factory and one in containers.
    pub covers_every: usize,
    /// Usage points per licensed farm.
    pub meters_per_licence: usize,
    /// Share of transformers with a tap, per prevalence of metered rigs.
    pub taps_per_rig_share: f32,
    /// Share of rigs whose reads are estimated while they run, by bribe.
    pub estimated_share: f32,
    /// Share of rigs whose reads are edited while they run, by bribe.
    pub edited_share: f32,
}

impl Default for Rigs {
    fn default() -> Self {
        use RigForm::{
            EveningDodger, Flat, Gpu, HeatThrottled, Hosted, MonthlyCap, NightTimer, OnOffDays,
            PartlyMetered, Restarted, Stairs, Stopped,
        };
        Self {
            prevalence: 0.008,
            // Common forms stand more often.
            homes: vec![
                Flat,
                NightTimer,
                PartlyMetered,
                Gpu,
                Stairs,
                Flat,
                Stopped,
                EveningDodger,
                Restarted,
                Flat,
                OnOffDays,
                MonthlyCap,
                PartlyMetered,
                HeatThrottled,
                Gpu,
                Stairs,
            ],
            businesses: vec![Hosted, Flat, Stairs, Hosted, PartlyMetered, Restarted],
            covers_every: 24,
            meters_per_licence: 1500,
            // Taps are about as common as rigs.
            taps_per_rig_share: 6.0,
            estimated_share: 0.0,
            edited_share: 0.0,
        }
    }
}

/// When rigs come.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Arrivals {
    pub steps: Vec<Step>,
}

/// A step of the staircase of arrivals.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Step {
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Of all rigs.
    pub share: f32,
}

/// Large farms of one kind, at 220 kV.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Farms {
    pub name: String,
    pub zone: String,
    /// Number of farms among the scenario's `meters`.
    pub places: usize,
    /// Smallest and largest. [kW]
    pub kw: [f32; 2],
    /// Of all places together; without it sizes are as drawn. [kW]
    pub total_kw: Option<f32>,
    pub declared: Declared,
    #[serde(default = "flat", deserialize_with = "form")]
    pub form: RigForm,
    /// First and last day of the arrivals; without it they were there before the first day.
    pub arrive: Option<[Date; 2]>,
    /// First and last day of the closures; without it they stay.
    pub close: Option<[Date; 2]>,
    /// Share of the closed that start again.
    #[serde(default)]
    pub restart_share: f32,
    /// Fewest and most days from closure to restart.
    #[serde(default = "restart_days")]
    pub restart_days: [usize; 2],
}

/// What a large farm has declared to the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum Declared {
    Nothing,
    /// As much as it draws, or more.
    Within,
    /// Less than it draws.
    Above,
    /// Another place: it went from there at its arrival here.
    Moved,
}

/// Something that happens to whole zones.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Event {
    pub kind: EventKind,
    pub from: DateTime,
    pub to: DateTime,
    /// Names of zones; none: all.
    #[serde(default)]
    pub zones: Vec<String>,
    /// Fewest and most hours from the end of an outage to the restart of a rig. [h]
    #[serde(default)]
    pub rigs_restart_h: [f32; 2],
    /// Demand that homes and businesses catch up after an outage, as a share; heating three times as much.
    #[serde(default)]
    pub pickup: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum EventKind {
    Outage,
    InternetBlackout,
}

impl EventKind {
    /// Returns the name in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Outage => "outage",
            Self::InternetBlackout => "internet_blackout",
        }
    }
}

/// Weeks in which a share of the rigs is closed.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Raids {
    pub from: DateTime,
    pub to: DateTime,
    /// Of rigs in homes.
    pub homes_share: f32,
    /// Of rigs in businesses.
    pub businesses_share: f32,
}

/// Closures of a number of rigs, for one reason.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Closure {
    pub name: String,
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Number of rigs among the scenario's `meters`.
    pub places: usize,
    /// How many of them gave up before anyone came.
    pub voluntary: usize,
    /// Whether somebody reported each of them, days before.
    #[serde(default)]
    pub after_tips: bool,
    /// Share of them that start again.
    #[serde(default)]
    pub restart_share: f32,
    /// Fewest and most days from closure to restart.
    #[serde(default = "restart_days")]
    pub restart_days: [usize; 2],
}

const fn one() -> f32 {
    1.0
}

const fn front_deviation_k() -> f32 {
    3.8
}

const fn flat() -> RigForm {
    RigForm::Flat
}

const fn restart_days() -> [usize; 2] {
    [7, 30]
}

fn form_named<E: serde::de::Error>(name: &str) -> Result<RigForm, E> {
    RigForm::ALL.iter().copied().find(|form| form.as_str() == name).ok_or_else(|| {
        let known: Vec<&str> = RigForm::ALL.iter().map(|form| form.as_str()).collect();
        E::custom(format!("`{name}` is no form of a rig; write one of: {}", known.join(", ")))
    })
}

fn form<'de, D: Deserializer<'de>>(from: D) -> Result<RigForm, D::Error> {
    form_named(&String::deserialize(from)?)
}

fn forms<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<RigForm>, D::Error> {
    Vec::<String>::deserialize(from)?.iter().map(|name| form_named(name)).collect()
}

/// The first and last day that a scenario may name: machines that mine are no older, and a calendar of public
/// holidays no longer holds far beyond.
pub(super) const DATES: (Date, Date) = (date(2009, 1, 1), date(2100, 1, 1));
