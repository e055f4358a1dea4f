//! Reads a pipeline file and command-line flags, checks them, and returns only checked settings.

mod file;
mod learning;
mod pipeline_schema;
mod tariffs;

use std::fmt::{Debug, Display};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

pub use file::{
    DigestTable, GroupsTable, PathTable, PipelineFile, RankingTable, ReadingsTable, RunTable, Texts,
    WindowsTable,
};
pub use learning::{CLASS_LEVEL, FAMILIES, Learning, LearningTable};
pub use pipeline_schema::pipeline_schema;
pub use tariffs::{TariffTable, Tariffs};

use crate::error::{Error, Result};
use crate::language::Language;
use crate::place::{Named, refuse_url};

/// Memory for intervals that wait for the rest of their day before they go to disk. [MiB]
pub const DEFAULT_MEMORY_MIB: u32 = 1024;

/// Name of the folder for a run's own digests.
pub const DIGESTS: &str = "digests";

/// With less, a batch cannot be decoded. [MiB]
const MIN_MEMORY_MIB: u32 = 16;

/// More than any computer has today: the number probably has extra digits. [MiB]
const MAX_MEMORY_MIB: u32 = 16 << 20;

/// More cores than the largest computers have.
const MAX_THREADS: usize = 1024;

/// In each class, every number of groups up to this is tried, and each takes time.
const MAX_GROUPS_PER_CLASS: usize = 64;

/// Output folder if none is given.
const DEFAULT_OUT: &str = "hashwatt-out";

/// Seed of every random choice if none is given.
pub const DEFAULT_SEED: u64 = 1;

/// Value of a `..._column` key for a file without such a column, whatever its names suggest.
pub const NO_COLUMN: &str = "none";

/// Command-line flags that override the pipeline file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--readings`, may be given several times.
    pub readings: Vec<String>,
    /// `--register`.
    pub register: Option<PathBuf>,
    /// `--weather`.
    pub weather: Option<PathBuf>,
    /// `--events`.
    pub events: Option<PathBuf>,
    /// `--verdicts`.
    pub verdicts: Option<PathBuf>,
    /// `--timezone`.
    pub timezone: Option<String>,
    /// `--out`.
    pub out: Option<PathBuf>,
    /// `--store`.
    pub store: Option<PathBuf>,
    /// `--seed`.
    pub seed: Option<u64>,
    /// `--threads`.
    pub threads: Option<usize>,
    /// `--language`.
    pub language: Option<&'static Language>,
    /// `--accept-guesses`.
    pub doubts: Option<Doubts>,
}

/// What becomes of a file that can be read in two ways, of which neither is far likelier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Doubts {
    /// It is refused, and the message names the key that decides.
    #[default]
    Refused,
    /// It is read in the likelier way, and a warning says so.
    Accepted,
}

impl Doubts {
    /// Returns what a flag or key says.
    #[must_use]
    pub const fn of(is_accepting: bool) -> Self {
        if is_accepting { Self::Accepted } else { Self::Refused }
    }
}

/// The usage points' zone; it defines the civil days.
#[derive(Debug, Clone)]
pub struct Zone {
    /// IANA name, for example `Asia/Almaty`.
    pub name: String,
    /// The zone itself.
    pub tz: TimeZone,
}

impl Zone {
    /// Returns the zone of this IANA name.
    ///
    /// # Errors
    /// When the zone is not known.
    pub fn named(name: &str) -> Result<Self> {
        let tz = TimeZone::get(name).map_err(|_| {
            Error::setting(
                "timezone",
                format!("`{name}` is no zone of the IANA database"),
                "Write it as Area/City, for example Asia/Almaty or Europe/London",
            )
        })?;
        Ok(Self { name: name.to_owned(), tz })
    }
}

/// A part of the local day in clock hours: `[from, to)`, across midnight if `from > to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HourWindow {
    /// First hour, 0..=23.
    pub from: u8,
    /// Hour after the last, 1..=24.
    pub to: u8,
}

impl HourWindow {
    /// Whether the clock hour lies in the window.
    #[must_use]
    pub const fn contains(self, hour: u8) -> bool {
        if self.from < self.to {
            hour >= self.from && hour < self.to
        } else {
            hour >= self.from || hour < self.to
        }
    }
}

/// Parts of the day that features compare.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Windows {
    /// Hours in which homes sleep.
    pub night: HourWindow,
    /// Hours in which businesses work.
    pub day: HourWindow,
    /// Hours in which homes are busiest.
    pub evening: HourWindow,
}

impl Default for Windows {
    fn default() -> Self {
        Self {
            night: HourWindow { from: 0, to: 6 },
            day: HourWindow { from: 9, to: 17 },
            evening: HourWindow { from: 18, to: 22 },
        }
    }
}

/// Checked settings of a run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Output folder.
    pub out: PathBuf,
    /// Seed of every random choice.
    pub seed: u64,
    /// Language of the texts in all outputs.
    pub language: &'static Language,
    /// Worker threads, at least 1.
    pub threads: usize,
    /// The usage points' zone; `None`: naive times are used as they are and days have 24 h.
    pub zone: Option<Zone>,
    /// Location and format of the interval data; at least one.
    pub readings: Vec<ReadingsTable>,
    /// What becomes of files that can be read in two ways.
    pub doubts: Doubts,
    /// The register.
    pub register: Option<PathBuf>,
    /// Outdoor temperature.
    pub weather: Option<PathBuf>,
    /// Outages and other events.
    pub events: Option<PathBuf>,
    /// Results of inspections.
    pub verdicts: Option<PathBuf>,
    /// Parts of the day.
    pub windows: Windows,
    /// Memory for intervals that wait for the rest of their day. [MiB]
    pub memory_mib: u32,
    /// Folder of digests that several runs share; `None`: every run writes its own digests.
    pub store: Option<PathBuf>,
    /// Most peer groups within one register class.
    pub max_groups_per_class: usize,
    /// Greatest chance of a false lead at which a meter is a suspect, 0..=1.
    pub max_false_chance: f64,
    /// Share of meters with a rig that is expected before the run, 0..=0.5.
    pub expected_share: f64,
    /// Prices of energy; without any, no money is shown.
    pub tariffs: Tariffs,
    /// Training of the model.
    pub learning: Learning,
}

/// Nobody expects a rig at more than every second meter, or can know of fewer than one in ten thousand.
const EXPECTED_SHARES: RangeInclusive<f64> = 0.0001..=0.5;

/// A run of some dozens of meters is a feeder that somebody suspects. In a large run the scores decide.
const DEFAULT_EXPECTED_SHARE: f64 = 0.2;

/// A visit should be right more often than wrong.
const DEFAULT_MAX_FALSE_CHANCE: f64 = 0.5;

/// An analyst cannot tell more groups than this apart in one class.
const DEFAULT_MAX_GROUPS_PER_CLASS: usize = 8;

impl Settings {
    /// Returns where a finished run's digests are: in the shared store, or beside its other outputs.
    #[must_use]
    pub fn digests(&self) -> PathBuf {
        self.store.clone().unwrap_or_else(|| self.out.join(DIGESTS))
    }
}

impl PipelineFile {
    /// Reads a pipeline file. Relative paths in it refer to the working folder.
    ///
    /// # Errors
    /// When the file cannot be read, is not TOML, or has an unknown key.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Error::input(
                path.display().to_string(),
                error.to_string(),
                "Give the path of a pipeline file, for example pipelines/sample.toml",
            )
        })?;
        toml::from_str(&text).map_err(|error| {
            Error::input(
                path.display().to_string(),
                error.to_string().trim_end().to_owned(),
                "Correct the line; pipelines/sample.toml shows every key with its unit and default",
            )
            .because(error)
        })
    }

    /// Merges the file with the flags, which take precedence, and checks the result.
    ///
    /// # Errors
    /// When a value cannot be used, or no interval data is named.
    pub fn check(self, flags: &Overrides) -> Result<Settings> {
        let readings = check_readings(self.readings, &flags.readings)?;
        let zone = flags.timezone.clone().or(self.run.timezone).map(|name| Zone::named(&name)).transpose()?;
        let file = |flag: &str, stated: &Option<PathBuf>, table: Option<PathTable>| -> Result<_> {
            let path = stated.clone().or(table.map(|table| table.path));
            path.iter().try_for_each(|path| refuse_url(flag, path, Named::File))?;
            Ok(path)
        };
        let store = flags.store.clone().or(self.digest.store);
        store.iter().try_for_each(|store| refuse_url("--store", store, Named::Store))?;
        let out = flags.out.clone().or(self.run.out).unwrap_or_else(|| PathBuf::from(DEFAULT_OUT));
        Ok(Settings {
            out,
            seed: flags.seed.or(self.run.seed).unwrap_or(DEFAULT_SEED),
            language: match (flags.language, &self.run.language) {
                (Some(language), _) => language,
                (None, Some(code)) => Language::named("[run] language", code)?,
                (None, None) => Language::english(),
            },
            threads: match check_threads(flags.threads.or(self.run.threads).unwrap_or(0))? {
                0 => std::thread::available_parallelism().map_or(1, usize::from),
                threads => threads,
            },
            zone,
            readings,
            doubts: flags.doubts.or(self.run.accept_guesses.map(Doubts::of)).unwrap_or_default(),
            register: file("--register", &flags.register, self.register)?,
            weather: file("--weather", &flags.weather, self.weather)?,
            events: file("--events", &flags.events, self.events)?,
            verdicts: file("--verdicts", &flags.verdicts, self.verdicts)?,
            windows: self.windows.check()?,
            memory_mib: within(
                "[digest] memory_mib",
                self.digest.memory_mib.unwrap_or(DEFAULT_MEMORY_MIB),
                MIN_MEMORY_MIB..=MAX_MEMORY_MIB,
            )?,
            store,
            max_groups_per_class: within(
                "[groups] max_per_class",
                self.groups.max_per_class.unwrap_or(DEFAULT_MAX_GROUPS_PER_CLASS),
                1..=MAX_GROUPS_PER_CLASS,
            )?,
            max_false_chance: within(
                "[ranking] max_false_chance",
                self.ranking.max_false_chance.unwrap_or(DEFAULT_MAX_FALSE_CHANCE),
                0.0..=1.0,
            )?,
            expected_share: within(
                "[ranking] expected_share",
                self.ranking.expected_share.unwrap_or(DEFAULT_EXPECTED_SHARE),
                EXPECTED_SHARES,
            )?,
            tariffs: Tariffs::check(self.tariffs, self.ranking.tariff_per_kwh)?,
            learning: self.learning.check()?,
        })
    }
}

fn check_readings(mut tables: Vec<ReadingsTable>, flags: &[String]) -> Result<Vec<ReadingsTable>> {
    if !flags.is_empty() {
        let mapping = tables.into_iter().next().unwrap_or_default();
        tables = flags.iter().map(|path| ReadingsTable { path: path.clone(), ..mapping.clone() }).collect();
    }
    if tables.is_empty() {
        return Err(Error::setting(
            "--readings",
            "no interval data is named",
            "Give --readings PATH, or a pipeline file with [[readings]] and path",
        ));
    }
    if tables.iter().any(|table| table.path.trim().is_empty()) {
        return Err(Error::setting(
            "[[readings]] path",
            "it is empty",
            "Give a file, a folder, a glob or a URL",
        ));
    }
    Ok(tables)
}

impl WindowsTable {
    fn check(self) -> Result<Windows> {
        let default = Windows::default();
        Ok(Windows {
            night: hour_window("[windows] night", self.night, default.night)?,
            day: hour_window("[windows] day", self.day, default.day)?,
            evening: hour_window("[windows] evening", self.evening, default.evening)?,
        })
    }
}

fn hour_window(key: &str, hours: Option<Vec<u8>>, default: HourWindow) -> Result<HourWindow> {
    let Some(hours) = hours else { return Ok(default) };
    match hours[..] {
        [from, to] if from <= 23 && (1..=24).contains(&to) && from != to => Ok(HourWindow { from, to }),
        _ => Err(Error::setting(
            key,
            format!("{hours:?}"),
            "Write two different clock hours, from 0..=23 and to 1..=24, for example [22, 6]",
        )),
    }
}

/// Returns the number of threads if it is allowed; 0 means one per core.
///
/// # Errors
/// When there are too many.
pub fn check_threads(threads: usize) -> Result<usize> {
    within("threads", threads, 0..=MAX_THREADS)
}

/// Returns the value of a setting or flag if it is within its bounds.
///
/// # Errors
/// When it is not; the error names key, value and bounds.
pub fn within<T: PartialOrd + Display + Debug>(key: &str, value: T, bounds: RangeInclusive<T>) -> Result<T> {
    if bounds.contains(&value) {
        return Ok(value);
    }
    let cure = format!("Write a number from {} to {}", bounds.start(), bounds.end());
    // Written in short form: 1e300, not 300 digits.
    Err(Error::setting(key, format!("{value:?}"), cure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_export_is_enough() {
        let flags = Overrides { readings: vec!["export.parquet".into()], ..Overrides::default() };
        let settings = PipelineFile::default().check(&flags).unwrap();
        assert_eq!(settings.readings[0].path, "export.parquet");
        assert_eq!(settings.seed, DEFAULT_SEED);
        assert!(settings.zone.is_none());
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        assert!(toml::from_str::<PipelineFile>("[run]\nsede = 3").is_err());
    }

    #[test]
    fn an_unknown_zone_names_the_cure() {
        let error = Zone::named("Asia/Almata").unwrap_err().to_string();
        assert!(error.contains("Asia/Almata") && error.contains("Area/City"), "{error}");
    }

    #[test]
    fn a_window_may_pass_midnight() {
        let window = HourWindow { from: 22, to: 6 };
        assert!(window.contains(23) && window.contains(0) && !window.contains(6) && !window.contains(21));
    }

    #[test]
    fn a_window_of_three_hours_is_refused_and_not_cut() {
        let file: PipelineFile = toml::from_str("[windows]\nnight = [1, 2, 3]").unwrap();
        let flags = Overrides { readings: vec!["x.csv".into()], ..Overrides::default() };
        assert!(file.check(&flags).unwrap_err().to_string().contains("[1, 2, 3]"));
    }

    #[test]
    fn no_readings_is_an_error() {
        assert!(PipelineFile::default().check(&Overrides::default()).is_err());
    }

    #[test]
    fn a_number_out_of_bounds_names_its_key_its_value_and_the_bounds() {
        for (key, text, bounds) in [
            ("threads", "[run]\nthreads = 100000", "from 0 to 1024"),
            ("memory_mib", "[digest]\nmemory_mib = 4000000000", "from 16 to 16777216"),
            ("memory_mib", "[digest]\nmemory_mib = 1", "from 16 to 16777216"),
            ("max_per_class", "[groups]\nmax_per_class = 1000000000", "from 1 to 64"),
            ("max_per_class", "[groups]\nmax_per_class = 0", "from 1 to 64"),
            ("max_false_chance", "[ranking]\nmax_false_chance = nan", "from 0 to 1"),
            ("expected_share", "[ranking]\nexpected_share = 0.0", "from 0.0001 to 0.5"),
            ("tariff_per_kwh", "[ranking]\ntariff_per_kwh = -1.0", "from 0.000001 to 1000000"),
            ("rounds", "[learning]\nrounds = 1000000000", "from 1 to 10000"),
            ("learning_rate", "[learning]\nlearning_rate = inf", "from 0.001 to 1"),
            ("rigs_per_host", "[learning]\nrigs_per_host = 1000000", "from 1 to 100"),
            ("look_alikes_per_host", "[learning]\nlook_alikes_per_host = 0", "from 1 to 100"),
            ("untouched_weight", "[learning]\nuntouched_weight = 1e300", "from 0.001 to 1000"),
            ("look_alike_weight", "[learning]\nlook_alike_weight = 0.0", "from 0.001 to 1000"),
            ("verdict_weight", "[learning]\nverdict_weight = -3.0", "from 0.001 to 1000"),
            ("left_out_share", "[learning]\nleft_out_share = 0.9", "from 0 to 0.5"),
        ] {
            let file: PipelineFile = toml::from_str(text).unwrap();
            let flags = Overrides { readings: vec!["x.csv".into()], ..Overrides::default() };
            let error = file.check(&flags).unwrap_err().to_string();
            let seen = text.rsplit("= ").next().unwrap().trim_end_matches(".0");
            assert!(error.contains(key) && error.contains(bounds), "{text}: {error}");
            assert!(error.to_lowercase().contains(seen), "{text}: {error}");
        }
    }
}
