//! Defines the pipeline file as written: every table and key, with what editors are told of it.
//!
//! The schema ([`pipeline_schema`](super::pipeline_schema)) is derived from these structs: a key's description is
//! its comment here, its bounds and default are the constants that `check` uses.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tariffs::PRICES_PER_KWH;
use super::{
    DEFAULT_EXPECTED_SHARE, DEFAULT_MAX_FALSE_CHANCE, DEFAULT_MAX_GROUPS_PER_CLASS, DEFAULT_MEMORY_MIB,
    DEFAULT_OUT, DEFAULT_SEED, EXPECTED_SHARES, HourWindow, LearningTable, MAX_GROUPS_PER_CLASS,
    MAX_MEMORY_MIB, MAX_THREADS, MIN_MEMORY_MIB, NO_COLUMN, TariffTable, Windows,
};
use crate::language::Language;

/// Units as they are written, and every other spelling of them that is read.
const UNITS: [&str; 6] = ["kWh", "Wh", "MWh", "kW", "W", "MW"];
const UNIT_PATTERN: &str = "^\\s*[kKmM]?[wW][hH]?\\s*$";

/// The codes of the languages.
fn codes() -> Vec<&'static str> {
    Language::all().iter().map(|language| language.code).collect()
}

const fn hours(window: HourWindow) -> [u8; 2] {
    [window.from, window.to]
}

/// A pipeline file as written; `check` turns it into [`Settings`].
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PipelineFile {
    /// Seed, threads, zone, output folder.
    pub run: RunTable,
    /// Location and format of the interval data; one table for each export.
    pub readings: Vec<ReadingsTable>,
    /// The register of usage points.
    pub register: Option<PathTable>,
    /// Outdoor temperature by zone.
    pub weather: Option<PathTable>,
    /// Outages, internet blackouts, tariff changes.
    pub events: Option<PathTable>,
    /// Parts of the day that features compare.
    pub windows: WindowsTable,
    /// The one pass over the interval data.
    pub digest: DigestTable,
    /// Peer groups.
    pub groups: GroupsTable,
    /// Scoring and the visit list.
    pub ranking: RankingTable,
    /// Training of the model.
    pub learning: LearningTable,
    /// Results of inspections.
    pub verdicts: Option<PathTable>,
    /// Prices of energy by class and period.
    pub tariffs: Vec<TariffTable>,
}

/// `[run]` as written in the file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RunTable {
    /// Output folder.
    #[schemars(extend("default" = DEFAULT_OUT))]
    pub out: Option<PathBuf>,
    /// Seed of every random choice.
    #[schemars(extend("default" = DEFAULT_SEED))]
    pub seed: Option<u64>,
    /// Worker threads; 0 means one per core.
    #[schemars(range(max = MAX_THREADS), extend("default" = 0))]
    pub threads: Option<usize>,
    /// IANA zone of the usage points, for example `Asia/Almaty`.
    pub timezone: Option<String>,
    /// Language of the text in outputs: `en`, `ru` or `kk`.
    #[schemars(extend("enum" = codes(), "default" = Language::english().code))]
    pub language: Option<String>,
    /// Whether a file that can be read in two ways is read in the likelier one, with a warning.
    #[schemars(extend("default" = false))]
    pub accept_guesses: Option<bool>,
}

/// One `[[readings]]` as written in the file. Everything except `path` is guessed if it is not given.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReadingsTable {
    /// File, folder, glob or URL.
    pub path: String,
    /// `long`, `wide`, `daily` (one row per meter and day), `dates` (one row per meter, one column per day)
    /// or `register`.
    #[schemars(extend("enum" = ["long", "wide", "daily", "dates", "register"]))]
    pub shape: Option<String>,
    /// Column with the meter's id.
    pub meter_column: Option<String>,
    /// Column with the time of the interval (long, wide, register) or the date (daily).
    pub time_column: Option<String>,
    /// Column with the time of day, where `time_column` holds days only.
    pub time_of_day_column: Option<String>,
    /// Column with the time at which the interval ends. Alone it is `time_column` with `stamp = "end"`; beside
    /// `time_column`, which then has the start, both must enclose one interval of the meter.
    pub end_time_column: Option<String>,
    /// Column with the energy, the demand or the register read.
    pub value_column: Option<String>,
    /// Daily rows: first and last interval column, in file order. Long and register rows: the columns to add,
    /// with a minus before the name of one to subtract.
    pub value_columns: Option<Vec<String>>,
    /// Column with the quality of a value (`A`, `E`, `S`, `N`, 0/1 ...).
    pub quality_column: Option<String>,
    /// Column that multiplies the value (current transformer ratio).
    pub multiplier_column: Option<String>,
    /// Column with the voltage [V], for layouts with one row per interval. Where the voltage falls when a tap
    /// begins shows which side of the line the tap is on.
    pub voltage_column: Option<String>,
    /// Factor for every value.
    #[schemars(extend("default" = 1))]
    pub multiplier: Option<f64>,
    /// `kWh`, `Wh`, `MWh`, `kW` or `W`.
    #[schemars(extend("anyOf" = [{ "enum": UNITS }, { "pattern": UNIT_PATTERN }]))]
    pub unit: Option<String>,
    /// Meaning of naive times: `local` (follows the zone's clock changes), `standard` (the zone's standard
    /// time all year) or `utc`.
    #[schemars(extend("enum" = ["local", "standard", "utc"]))]
    pub clock: Option<String>,
    /// Whether times mark the `start` or the `end` of the interval.
    #[schemars(extend("enum" = ["start", "end"]))]
    pub stamp: Option<String>,
    /// Order of day and month in ambiguous text dates: `dmy` or `mdy`.
    #[schemars(extend("enum" = ["dmy", "mdy"]))]
    pub date_order: Option<String>,
    /// Decimal mark of numbers in text: `.` or `,`; the other one groups thousands.
    #[schemars(extend("enum" = [".", ","]))]
    pub decimal: Option<String>,
    /// Mark between thousands of numbers in text: `.`, `,`, a space, `'` or `none`. Without it, any of them but the
    /// decimal mark.
    #[schemars(extend("enum" = [",", ".", " ", "'", NO_COLUMN]))]
    pub thousands: Option<String>,
    /// Encoding of a text file, such as `windows-1251`.
    pub encoding: Option<String>,
    /// Lines of a text file before its header.
    pub skip_lines: Option<usize>,
    /// Sheet of a workbook to read; without it, the first one and those with the same header.
    pub sheet: Option<String>,
    /// Only rows whose columns hold one of these texts are read: `{ "Read Type" = "Active Import" }`,
    /// `{ Register = ["Day", "Night"] }`.
    #[serde(rename = "where", skip_serializing_if = "BTreeMap::is_empty")]
    pub only_rows: BTreeMap<String, Texts>,
}

impl ReadingsTable {
    /// Whether both settings read the energy of a file in the same way, wherever the files are.
    #[must_use]
    pub fn reads_as(&self, other: &Self) -> bool {
        let nowhere = |table: &Self| Self {
            path: String::new(),
            voltage_column: None,
            // It is held against the start, and changes no energy.
            end_time_column: None,
            // What stores of earlier versions leave out.
            decimal: table.decimal.clone().filter(|mark| mark != "."),
            meter_column: table.meter_column.clone().filter(|name| name != NO_COLUMN),
            quality_column: table.quality_column.clone().filter(|name| name != NO_COLUMN),
            ..table.clone()
        };
        nowhere(self) == nowhere(other)
    }
}

/// One text or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Texts {
    /// A text on its own.
    One(String),
    /// A list of texts.
    Several(Vec<String>),
}

impl Texts {
    /// Returns all texts.
    #[must_use]
    pub fn all(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Several(texts) => texts,
        }
    }
}

impl From<Vec<String>> for Texts {
    fn from(mut texts: Vec<String>) -> Self {
        match texts.len() {
            1 => Self::One(texts.remove(0)),
            _ => Self::Several(texts),
        }
    }
}

/// A table of the pipeline file that only names a file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PathTable {
    /// Parquet or CSV file.
    pub path: PathBuf,
}

/// `[windows]` as written in the file: local clock hours, `[from, to)`, across midnight if from > to.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WindowsTable {
    /// When a home sleeps: two clock hours, `[from, to)`, across midnight if from > to. [h]
    #[schemars(length(equal = 2), inner(range(max = 24)), extend("default" = hours(Windows::default().night)))]
    pub night: Option<Vec<u8>>,
    /// When a business works: two clock hours. [h]
    #[schemars(length(equal = 2), inner(range(max = 24)), extend("default" = hours(Windows::default().day)))]
    pub day: Option<Vec<u8>>,
    /// When a home is busiest: two clock hours. [h]
    #[schemars(length(equal = 2), inner(range(max = 24)), extend("default" = hours(Windows::default().evening)))]
    pub evening: Option<Vec<u8>>,
}

/// `[digest]` as written in the file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DigestTable {
    /// Memory for intervals that wait for the rest of their day. [MiB]
    #[schemars(range(min = MIN_MEMORY_MIB, max = MAX_MEMORY_MIB), extend("default" = DEFAULT_MEMORY_MIB))]
    pub memory_mib: Option<u32>,
    /// Folder of digests that several runs share. Files already in it are not read again.
    pub store: Option<PathBuf>,
}

/// `[groups]` as written in the file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GroupsTable {
    /// Most peer groups within one register class.
    #[schemars(range(min = 1, max = MAX_GROUPS_PER_CLASS), extend("default" = DEFAULT_MAX_GROUPS_PER_CLASS))]
    pub max_per_class: Option<usize>,
}

/// `[ranking]` as written in the file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RankingTable {
    /// Greatest chance of a false lead at which a meter is still listed as a suspect.
    #[schemars(range(min = 0, max = 1), extend("default" = DEFAULT_MAX_FALSE_CHANCE))]
    pub max_false_chance: Option<f64>,
    /// Share of meters with a rig, as far as it is known before the run.
    #[schemars(range(min = *EXPECTED_SHARES.start(), max = *EXPECTED_SHARES.end()), extend("default" = DEFAULT_EXPECTED_SHARE))]
    pub expected_share: Option<f64>,
    /// One energy price for all classes and days; `[[tariffs]]` has finer ones. [currency per kWh]
    #[schemars(range(min = *PRICES_PER_KWH.start(), max = *PRICES_PER_KWH.end()))]
    pub tariff_per_kwh: Option<f64>,
}

impl From<Windows> for WindowsTable {
    fn from(windows: Windows) -> Self {
        let [night, day, evening] =
            [windows.night, windows.day, windows.evening].map(|window| Some(hours(window).to_vec()));
        Self { night, day, evening }
    }
}
