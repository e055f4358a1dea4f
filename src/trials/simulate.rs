//! Simulates a district and writes its interval data, register, weather, events, tips and truth.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use rayon::prelude::*;

use super::calendar::Calendar;
use super::incidents::Incidents;
use super::plan::{Plan, feeder_id, meter_id, substation_id, substation_of, transformer_id};
use super::registration::{Agreed, write_events, write_register, write_truth, write_weather};
use super::scenario::Scenario;
use super::tables::{ReadingsLayout, ReadingsWriter};
use super::tips::{draw_tips, render_streets, render_tips, render_tips_truth};
use super::transformers::{District, run_transformer, stream};
use super::usage_points::Truth;
use super::weather::{draw_hourly_c, to_grid_c};
use hashwatt_core::error::{Error, Result};
use hashwatt_core::folder::{Holds, KeptFile, Workspace};
use hashwatt_rigs::Span;

/// Default interval. [min]
pub const DEFAULT_INTERVAL_MINUTES: usize = 30;

/// Default share of usage points with a rig: eight in a thousand.
pub const DEFAULT_PREVALENCE: f32 = 0.008;

/// Loss between the transformers and their feeder's meter, as a share.
const FEEDER_LOSS_SHARE: f32 = 0.012;

/// Loss between the feeders and their substation's meter, as a share.
const SUBSTATION_LOSS_SHARE: f32 = 0.006;

/// Transformers simulated at a time. Their meters' series are held in memory, about 10 MB per transformer and
/// year of half hours.
const TRANSFORMERS_AT_A_TIME: usize = 16;

const WEATHER_STREAM: u64 = 0xA24B_AED4_963E_E407;
const INCIDENT_STREAM: u64 = 0x9FB2_1C65_1E98_DF25;
const TIP_STREAM: u64 = 0xC2B2_AE3D_27D4_EB4F;

/// The files of a simulated district.
const FILES: [&str; 8] = [
    "readings.parquet",
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
    /// Returns settings with the default interval and prevalence.
    #[must_use]
    pub fn new(
        scenario: Scenario,
        n_meters: usize,
        n_days: usize,
        seed: u64,
        out: impl Into<PathBuf>,
    ) -> Self {
        Self {
            scenario,
            n_meters,
            n_days,
            seed,
            out: out.into(),
            interval_minutes: DEFAULT_INTERVAL_MINUTES,
            prevalence: DEFAULT_PREVALENCE,
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
    pub zone: &'static str,
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
    let calendar = Calendar::of(settings.scenario, settings.n_days, settings.interval_minutes)?;
    let hours = Calendar::of(settings.scenario, settings.n_days, 60)?;
    let plan = Plan::draw(settings.scenario, settings.n_meters, settings.prevalence, settings.seed);
    let place = settings.scenario.place();
    let hourly_span = Span::bare(hours.first_day, hours.n_days, 24);
    let hourly_c = draw_hourly_c(place, &hourly_span, &mut stream(settings.seed, WEATHER_STREAM, 0));
    let mut rng = stream(settings.seed, INCIDENT_STREAM, 0);
    let incidents = Incidents::draw(settings.scenario, &calendar, plan.n_feeders(), &mut rng);
    let temperature_c = to_grid_c(&hourly_c, calendar.intervals_per_day);
    let district = District {
        scenario: settings.scenario,
        seed: settings.seed,
        plan: &plan,
        calendar: &calendar,
        incidents: &incidents,
        temperature_c: &temperature_c,
        has_voltages: settings.has_voltages,
    };

    let workspace = Workspace::claim(&settings.out, Holds::District, &[])?;
    let folder = &workspace.folder();
    let outcome = write_readings(&folder.join("readings.parquet"), &district)?;
    write_register(&folder.join("register.parquet"), &plan, &outcome.agreed)?;
    write_weather(&folder.join("weather.parquet"), place.zone, &hours, &hourly_c)?;
    write_events(&folder.join("events.parquet"), &incidents, &calendar)?;
    write_truth(&folder.join("truth.parquet"), &outcome.points, &outcome.transformers)?;
    let n_tips = write_tips(folder, settings, &district, &outcome)?;
    let kept = workspace.publish(&BTreeMap::new())?;
    let files = FILES.iter().map(|name| settings.out.join(name)).collect();
    Ok(Summary { files, kept, ..summarize(&outcome, n_tips, &calendar, place.zone) })
}

/// Results that the pass over the meters leaves for the small tables.
struct Outcome {
    n_rows: u64,
    agreed: Vec<Agreed>,
    points: Vec<Truth>,
    transformers: Vec<Truth>,
}

/// Simulates and writes one transformer after another. Holds a few of their series, and a sum for each.
fn write_readings(path: &Path, district: &District) -> Result<Outcome> {
    let layout = ReadingsLayout::of(district.calendar, district.has_voltages);
    let mut writer = ReadingsWriter::create(path, &layout)?;
    let mut outcome = Outcome { n_rows: 0, agreed: Vec::new(), points: Vec::new(), transformers: Vec::new() };
    let mut sums = Sums::of(district);
    let all: Vec<usize> = (0..district.plan.transformers.len()).collect();
    for chunk in all.chunks(TRANSFORMERS_AT_A_TIME) {
        let runs: Vec<_> = chunk.par_iter().map(|&n| run_with_batches(n, district, &layout)).collect();
        for (&n, run) in chunk.iter().zip(runs) {
            let run = run?;
            for meter in &run.batches {
                writer.write(meter)?;
            }
            outcome.agreed.extend(run.agreed);
            outcome.points.extend(run.points);
            outcome.transformers.push(run.truth);
            sums.add(district.plan.transformers[n].feeder, run.supplied_kw);
        }
    }
    sums.write(&mut writer, &layout, district)?;
    outcome.n_rows = writer.finish()?;
    Ok(outcome)
}

/// A simulated transformer, with its meters' interval data ready to write.
struct Batches {
    batches: Vec<RecordBatch>,
    agreed: Vec<Agreed>,
    points: Vec<Truth>,
    supplied_kw: Vec<f32>,
    truth: Truth,
}

fn run_with_batches(transformer: usize, district: &District, layout: &ReadingsLayout) -> Result<Batches> {
    let run = run_transformer(transformer, district);
    let numbers = district.plan.transformers[transformer].points.clone();
    let mut batches = Vec::with_capacity(run.points.len());
    let mut agreed = Vec::with_capacity(run.points.len());
    let mut points = Vec::with_capacity(run.points.len());
    for (at, (number, point)) in numbers.zip(run.points).enumerate() {
        let (lines, records) = (run.lines.as_ref(), point.records.as_deref());
        let voltage_v = lines.map(|lines| &lines.voltage_v[at][..]);
        let id = meter_id(number);
        batches.push(layout.meter(&id, &point.metered_kw, voltage_v, records, district.calendar)?);
        agreed.push(Agreed {
            spot: lines.map(|lines| lines.spots[at]),
            contracted_kw: point.contracted_kw,
            declared_mining_kw: point.declared_mining_kw,
        });
        points.push(point.truth);
    }
    Ok(Batches { batches, agreed, points, supplied_kw: run.supplied_kw, truth: run.truth })
}

/// Demand of transformers, feeders and substations. [kW]
struct Sums {
    transformers: Vec<Vec<f32>>,
    feeders: Vec<Vec<f32>>,
}

impl Sums {
    fn of(district: &District) -> Self {
        let n = district.calendar.n_days * district.calendar.intervals_per_day;
        Self { transformers: Vec::new(), feeders: vec![vec![0.0; n]; district.plan.n_feeders()] }
    }

    fn add(&mut self, feeder: usize, supplied_kw: Vec<f32>) {
        add_with_loss(&mut self.feeders[feeder], &supplied_kw, FEEDER_LOSS_SHARE);
        self.transformers.push(supplied_kw);
    }

    /// Writes the network meters, whose ids sort after those of the usage points.
    fn write(self, writer: &mut ReadingsWriter, layout: &ReadingsLayout, district: &District) -> Result<()> {
        let n = district.calendar.n_days * district.calendar.intervals_per_day;
        let mut substations = vec![vec![0.0; n]; district.plan.n_substations()];
        for (feeder, kw) in self.feeders.iter().enumerate() {
            add_with_loss(&mut substations[substation_of(feeder)], kw, SUBSTATION_LOSS_SHARE);
        }
        let mut write =
            |id: String, kw: &[f32]| writer.write(&layout.meter(&id, kw, None, None, district.calendar)?);
        for (n, kw) in self.transformers.iter().enumerate() {
            write(transformer_id(n), kw)?;
        }
        for (n, kw) in self.feeders.iter().enumerate() {
            write(feeder_id(n), kw)?;
        }
        for (n, kw) in substations.iter().enumerate() {
            write(substation_id(n), kw)?;
        }
        Ok(())
    }
}

fn add_with_loss(sum_kw: &mut [f32], kw: &[f32], loss_share: f32) {
    sum_kw.iter_mut().zip(kw).for_each(|(sum_kw, kw)| *sum_kw += kw * (1.0 + loss_share));
}

fn write_tips(
    folder: &Path,
    settings: &SimulateSettings,
    district: &District,
    outcome: &Outcome,
) -> Result<usize> {
    let day_of = |truth: &Truth| truth.onset.map(|onset| district.calendar.interval_at(onset, 12));
    let onsets: Vec<Option<usize>> = outcome.points.iter().map(day_of).collect();
    let mut rng = stream(settings.seed, TIP_STREAM, 0);
    let tips = draw_tips(settings.scenario, district.plan, district.calendar, &onsets, &mut rng);
    let ids = (0..outcome.points.len()).map(meter_id);
    let rigs = ids.zip(&outcome.points).chain((0..).map(transformer_id).zip(&outcome.transformers));
    let is_rig = |truth: &&Truth| truth.role == "rig";
    let kw =
        rigs.filter(|(_, truth)| is_rig(truth)).filter_map(|(id, truth)| Some((id, truth.kw?))).collect();
    let files = [
        ("tips.csv", render_tips(&tips)),
        ("tips_truth.csv", render_tips_truth(&tips, &kw)),
        ("streets.csv", render_streets(settings.scenario)),
    ];
    for (name, text) in files {
        fs::write(folder.join(name), text).map_err(|error| Error::write(folder.join(name), error))?;
    }
    Ok(tips.len())
}

fn summarize(outcome: &Outcome, n_tips: usize, calendar: &Calendar, zone: &'static str) -> Summary {
    let count = |role: &str| outcome.points.iter().filter(|truth| truth.role == role).count();
    Summary {
        n_meters: outcome.points.len(),
        n_transformers: outcome.transformers.len(),
        n_rows: outcome.n_rows,
        n_rigs: count("rig"),
        n_look_alikes: count("look_alike"),
        n_unmetered: outcome.transformers.iter().filter(|truth| truth.role == "rig").count(),
        n_tips,
        zone,
        first_day: calendar.first_day,
        files: Vec::new(),
        kept: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use arrow::array::AsArray;
    use arrow::compute::cast;
    use arrow::datatypes::{DataType, Float64Type, Int64Type};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;

    fn settings(n_meters: usize, n_days: usize, out: &Path) -> SimulateSettings {
        let prevalence = 0.1;
        SimulateSettings {
            prevalence,
            ..SimulateSettings::new(Scenario::Almaty2021, n_meters, n_days, 7, out)
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
        for name in FILES {
            let bytes = |run: &str| fs::read(folder.path().join(run).join(name)).unwrap();
            assert!(bytes("a") == bytes("b"), "{name}");
        }
        // The folder also holds the marker.
        assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), FILES.len() + 1);
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
        let scenario = Scenario::London2022;
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
