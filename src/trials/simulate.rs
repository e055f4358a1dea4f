//! Simulates a district and writes its interval data, register, weather, events, tips and truth.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::ToSpan;
use jiff::civil::Date;

use super::calendar::Calendar;
use super::incidents::Incidents;
use super::plan::{Plan, meter_id, transformer_id};
use super::readings::{Outcome, readings_name, write_readings};
use super::registration::{Truths, write_events, write_register, write_truth, write_weather};
use super::scenario::Scenario;
use super::tips::{draw_tips, render_streets, render_tips, render_tips_truth};
use super::transformers::{District, stream};
use super::usage_points::Truth;
use super::weather::{draw_hourly_c, to_grid_c};
use hashwatt_core::error::{Error, Result};
use hashwatt_core::folder::{Holds, KeptFile, Workspace};
use hashwatt_rigs::Span;

/// Default interval. [min]
pub const DEFAULT_INTERVAL_MINUTES: usize = 30;

const WEATHER_STREAM: u64 = 0xA24B_AED4_963E_E407;
const INCIDENT_STREAM: u64 = 0x9FB2_1C65_1E98_DF25;
const TIP_STREAM: u64 = 0xC2B2_AE3D_27D4_EB4F;

/// The files of a simulated district, beside its readings.
const FILES: [&str; 7] = [
    "register.parquet",
    "weather.parquet",
    "events.parquet",
    "truth.parquet",
    "tips.csv",
    "tips_truth.csv",
    "streets.csv",
];

/// What to simulate.
#[derive(Debug, Clone)]
pub struct SimulateSettings {
    /// Place and time.
    pub scenario: Scenario,
    /// Usage points; the meters of transformers, feeders and substations are additional.
    pub n_meters: usize,
    /// Local days.
    pub n_days: usize,
    /// First local day; `None`: as the scenario says.
    pub from: Option<Date>,
    /// Seed of every random choice.
    pub seed: u64,
    /// Folder to write into; created if missing.
    pub out: PathBuf,
    /// 15, 30 or 60. [min]
    pub interval_minutes: usize,
    /// Share of usage points with a rig, 0..=1.
    pub prevalence: f32,
    /// Whether meters record voltage, and register and truth state where loads are connected.
    pub has_voltages: bool,
}

impl SimulateSettings {
    /// Returns settings with the default interval and the scenario's prevalence.
    #[must_use]
    pub fn new(
        scenario: Scenario,
        n_meters: usize,
        n_days: usize,
        seed: u64,
        out: impl Into<PathBuf>,
    ) -> Self {
        Self {
            prevalence: scenario.rigs.prevalence,
            scenario,
            n_meters,
            n_days,
            from: None,
            seed,
            out: out.into(),
            interval_minutes: DEFAULT_INTERVAL_MINUTES,
            has_voltages: false,
        }
    }

    fn check(&self) -> Result<()> {
        let wrong = |flag: &str, seen: String, cure: &str| Err(Error::setting(flag, seen, cure));
        if self.n_meters == 0 || self.n_meters > 9_999_999 {
            return wrong("--meters", self.n_meters.to_string(), "Write a number from 1 to 9999999");
        }
        if self.n_days == 0 || self.n_days > 3660 {
            return wrong("--days", self.n_days.to_string(), "Write a number of days from 1 to 3660");
        }
        if let Some(from) = self.from {
            let last = from.saturating_add(i64::try_from(self.n_days).unwrap_or(i64::MAX).days());
            let until = self.scenario.until.unwrap_or(Date::MAX);
            if from < self.scenario.from || last > until {
                let seen = format!("{from}, with {} days", self.n_days);
                let (first, most) = (self.scenario.from, until);
                return wrong("--from", seen, &format!("Write a span within {first} and {most} (excluded)"));
            }
        }
        if ![15, 30, 60].contains(&self.interval_minutes) {
            return wrong("--interval", self.interval_minutes.to_string(), "Write 15, 30 or 60 minutes");
        }
        if !(0.0..=1.0).contains(&self.prevalence) {
            return wrong("--prevalence", self.prevalence.to_string(), "Write a share between 0 and 1");
        }
        Ok(())
    }
}

/// What the simulation wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Usage points.
    pub n_meters: usize,
    /// Transformers, each with a meter of its own.
    pub n_transformers: usize,
    /// Rows of interval data.
    pub n_rows: u64,
    /// Usage points with a rig.
    pub n_rigs: usize,
    /// Usage points with a look-alike, including licensed farms.
    pub n_look_alikes: usize,
    /// Transformers with unmetered load of a farm: all of it, or part of it.
    pub n_unmetered: usize,
    /// Number of tips.
    pub n_tips: usize,
    /// IANA zone of the district.
    pub zone: String,
    /// First local day.
    pub first_day: jiff::civil::Date,
    /// The files, in `out`.
    pub files: Vec<PathBuf>,
    /// Files in `out` that were not ours and were renamed to keep them.
    pub kept: Vec<KeptFile>,
}

/// Simulates a district into `settings.out`. The files appear all together or not at all. The same settings
/// give the same bytes, with any number of threads.
///
/// # Errors
/// When a setting cannot be used or a file cannot be written.
pub fn simulate(settings: &SimulateSettings) -> Result<Summary> {
    settings.check()?;
    let scenario = &settings.scenario;
    let first_day = settings.from.unwrap_or_else(|| scenario.first_day(settings.n_days));
    let calendar = Calendar::of(scenario, first_day, settings.n_days, settings.interval_minutes)?;
    let hours = Calendar::of(scenario, first_day, settings.n_days, 60)?;
    let plan = Plan::draw(scenario, settings.n_meters, settings.prevalence, settings.seed);
    let hourly_span = Span::bare(hours.first_day, hours.n_days, 24);
    let hourly_c: Vec<Vec<f32>> = (0..)
        .zip(&scenario.zones)
        .map(|(n, zone)| draw_hourly_c(zone, &hourly_span, &mut stream(settings.seed, WEATHER_STREAM, n)))
        .collect();
    let mut rng = stream(settings.seed, INCIDENT_STREAM, 0);
    let incidents = Incidents::draw(scenario, &calendar, plan.feeders.len(), &mut rng);
    let temperature_c: Vec<Vec<f32>> =
        hourly_c.iter().map(|hourly_c| to_grid_c(hourly_c, calendar.intervals_per_day)).collect();
    let district = District {
        scenario,
        seed: settings.seed,
        plan: &plan,
        calendar: &calendar,
        incidents: &incidents,
        temperature_c: &temperature_c,
        has_voltages: settings.has_voltages,
    };

    let workspace = Workspace::claim(&settings.out, Holds::District, &[])?;
    let folder = &workspace.folder();
    let outcome = write_readings(folder, &district)?;
    write_register(&folder.join("register.parquet"), &plan, scenario, &outcome.agreed)?;
    write_weather(&folder.join("weather.parquet"), scenario, &hours, &hourly_c)?;
    write_events(&folder.join("events.parquet"), &incidents, scenario, &calendar)?;
    let truths =
        Truths { points: &outcome.points, transformers: &outcome.transformers, large: &outcome.large };
    write_truth(&folder.join("truth.parquet"), &plan, scenario, &truths)?;
    let n_tips = write_tips(folder, settings, &district, &outcome)?;
    let kept = workspace.publish(&BTreeMap::new())?;
    let names = std::iter::once(readings_name(scenario)).chain(FILES);
    let files = names.map(|name| settings.out.join(name)).collect();
    Ok(Summary { files, kept, ..summarize(&outcome, n_tips, &calendar, scenario) })
}

fn write_tips(
    folder: &Path,
    settings: &SimulateSettings,
    district: &District,
    outcome: &Outcome,
) -> Result<usize> {
    let mut rng = stream(settings.seed, TIP_STREAM, 0);
    let tips = draw_tips(
        district.scenario.streets,
        district.plan,
        district.calendar,
        (&outcome.points, &outcome.transformers),
        &mut rng,
    );
    let ids = (0..outcome.points.len()).map(meter_id);
    let rigs = ids.zip(&outcome.points).chain((0..).map(transformer_id).zip(&outcome.transformers));
    let is_rig = |truth: &&Truth| truth.role == "rig";
    let kw =
        rigs.filter(|(_, truth)| is_rig(truth)).filter_map(|(id, truth)| Some((id, truth.kw?))).collect();
    let files = [
        ("tips.csv", render_tips(&tips)),
        ("tips_truth.csv", render_tips_truth(&tips, &kw)),
        ("streets.csv", render_streets(district.scenario.streets)),
    ];
    for (name, text) in files {
        fs::write(folder.join(name), text).map_err(|error| Error::write(folder.join(name), error))?;
    }
    Ok(tips.len())
}

fn summarize(outcome: &Outcome, n_tips: usize, calendar: &Calendar, scenario: &Scenario) -> Summary {
    let count =
        |role: &str| outcome.points.iter().chain(&outcome.large).filter(|truth| truth.role == role).count();
    Summary {
        n_meters: outcome.points.len() + outcome.large.len(),
        n_transformers: outcome.transformers.len(),
        n_rows: outcome.n_rows,
        n_rigs: count("rig"),
        n_look_alikes: count("look_alike"),
        n_unmetered: outcome.transformers.iter().filter(|truth| truth.role == "rig").count(),
        n_tips,
        zone: scenario.timezone.clone(),
        first_day: calendar.first_day,
        files: Vec::new(),
        kept: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use arrow::array::{AsArray, RecordBatch};
    use arrow::compute::cast;
    use arrow::datatypes::{DataType, Float64Type, Int64Type};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;

    fn settings(n_meters: usize, n_days: usize, out: &Path) -> SimulateSettings {
        let prevalence = 0.1;
        SimulateSettings {
            prevalence,
            ..SimulateSettings::new(Scenario::named("almaty-2021").unwrap(), n_meters, n_days, 7, out)
        }
    }

    fn read(path: &Path) -> Vec<RecordBatch> {
        let file = fs::File::open(path).unwrap();
        ParquetRecordBatchReaderBuilder::try_new(file)
            .unwrap()
            .build()
            .unwrap()
            .map(|batch| batch.unwrap())
            .collect()
    }

    fn texts(batch: &RecordBatch, column: &str) -> Vec<Option<String>> {
        let array = cast(batch.column_by_name(column).unwrap(), &DataType::Utf8).unwrap();
        array.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
    }

    /// Returns energy by meter and start, and whether it was estimated.
    fn readings(folder: &Path) -> BTreeMap<String, BTreeMap<i64, (f64, bool)>> {
        let mut meters: BTreeMap<String, BTreeMap<i64, (f64, bool)>> = BTreeMap::new();
        for batch in read(&folder.join("readings.parquet")) {
            let starts = cast(batch.column(1), &DataType::Int64).unwrap();
            let kwh = batch.column(2).as_primitive::<Float64Type>();
            let (ids, qualities) = (texts(&batch, "meter_id"), texts(&batch, "quality"));
            for row in 0..batch.num_rows() {
                let at = starts.as_primitive::<Int64Type>().value(row);
                let value = (kwh.value(row), qualities[row].as_deref() == Some("E"));
                let known = meters.entry(ids[row].clone().unwrap()).or_default().insert(at, value);
                assert!(known.is_none());
            }
        }
        meters
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_with_any_number_of_threads() {
        let folder = tempfile::tempdir().unwrap();
        for (name, threads) in [("a", 1), ("b", 2)] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| simulate(&settings(150, 20, &folder.path().join(name)))).unwrap();
        }
        for name in FILES.into_iter().chain(["readings.parquet"]) {
            let bytes = |run: &str| fs::read(folder.path().join(run).join(name)).unwrap();
            assert!(bytes("a") == bytes("b"), "{name}");
        }
        // The folder also holds the readings and the marker.
        assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), FILES.len() + 2);
    }

    #[test]
    fn another_seed_gives_another_district() {
        let folder = tempfile::tempdir().unwrap();
        let first = settings(30, 5, &folder.path().join("a"));
        let second = SimulateSettings { seed: 8, out: folder.path().join("b"), ..first.clone() };
        let bytes = |settings: &SimulateSettings| {
            simulate(settings).unwrap();
            fs::read(settings.out.join("readings.parquet")).unwrap()
        };
        assert_ne!(bytes(&first), bytes(&second));
    }

    #[test]
    fn a_transformer_feeds_at_least_what_its_meters_record() {
        let folder = tempfile::tempdir().unwrap();
        let summary = simulate(&settings(250, 30, folder.path())).unwrap();
        let readings = readings(folder.path());
        assert_eq!(readings.values().map(BTreeMap::len).sum::<usize>() as u64, summary.n_rows);
        let truth = &read(&folder.path().join("truth.parquet"))[0];
        let forms: BTreeMap<_, _> = texts(truth, "meter_id").into_iter().zip(texts(truth, "form")).collect();
        let schemes: BTreeMap<_, _> =
            texts(truth, "meter_id").into_iter().zip(texts(truth, "scheme")).collect();
        let register = &read(&folder.path().join("register.parquet"))[0];
        let is_stuck = |id: &str| {
            forms.get(&Some(id.to_owned())).is_some_and(|form| form.as_deref() == Some("stuck_channel"))
        };
        let mut below: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (id, parent) in texts(register, "meter_id").into_iter().zip(texts(register, "parent_id")) {
            below.entry(parent.unwrap_or_default()).or_default().push(id.unwrap());
        }
        let mut n_compared = 0;
        for (parent, children) in below.iter().filter(|(parent, _)| readings.contains_key(*parent)) {
            let scheme = schemes.get(&Some(parent.clone())).cloned().flatten();
            if scheme.as_deref() == Some("lists_a_foreign_meter") || children.iter().any(|id| is_stuck(id)) {
                continue;
            }
            for (at, (fed_kwh, _)) in &readings[parent] {
                let recorded = children.iter().filter_map(|id| readings[id].get(at));
                if recorded.clone().any(|(_, is_estimated)| *is_estimated) {
                    continue;
                }
                let sum_kwh: f64 = recorded.map(|(kwh, _)| kwh).sum();
                assert!(*fed_kwh >= sum_kwh - 1e-9, "{parent} at {at}: {fed_kwh} < {sum_kwh}");
                n_compared += 1;
            }
        }
        assert!(n_compared > 1000);
    }

    #[test]
    fn a_year_in_london_has_days_of_23_and_25_hours() {
        let folder = tempfile::tempdir().unwrap();
        let scenario = Scenario::named("london-2022").unwrap();
        let settings = SimulateSettings {
            interval_minutes: 60,
            ..SimulateSettings::new(scenario, 3, 300, 1, folder.path())
        };
        simulate(&settings).unwrap();
        let readings = readings(folder.path());
        let longest = readings.values().map(BTreeMap::len).max().unwrap();
        assert_eq!(longest, 300 * 24);
        assert_eq!(read(&folder.path().join("weather.parquet"))[0].num_rows(), 1024);
    }

    #[test]
    fn settings_that_cannot_be_used_name_their_flag() {
        let folder = tempfile::tempdir().unwrap();
        let good = settings(10, 5, folder.path());
        let refused = [
            SimulateSettings { n_meters: 0, ..good.clone() },
            SimulateSettings { n_days: 0, ..good.clone() },
            SimulateSettings { interval_minutes: 7, ..good.clone() },
            SimulateSettings { prevalence: 1.5, ..good },
        ];
        for (settings, flag) in refused.iter().zip(["--meters", "--days", "--interval", "--prevalence"]) {
            assert!(simulate(settings).unwrap_err().to_string().starts_with(flag));
        }
    }
}
