//! Simulates what the scenarios tell, and holds the written files against it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type};
use hashwatt::folder::Marker;
use hashwatt::trials::{Scenario, SimulateSettings, simulate};
use jiff::civil::{Date, date};

use crate::program::{hashwatt_line, read_table};

/// Usage points: enough for every farm of the story, few enough for a test.
const METERS: usize = 500;

/// Growth by zone in ten months, and of all zones in the year, as the record has it.
const GROWTH: [(&str, f64); 3] = [("north", 0.057), ("south", 0.116), ("west", 0.075)];
const GROWTH_OF_ALL: f64 = 0.08;

/// Largest error of a zone's growth: half a percentage point.
const GROWTH_ERROR: f64 = 0.005;

fn settings(scenario: &str, n_meters: usize, n_days: usize, out: &Path) -> SimulateSettings {
    let scenario = Scenario::named(scenario).unwrap();
    SimulateSettings { interval_minutes: 60, ..SimulateSettings::new(scenario, n_meters, n_days, 3, out) }
}

/// The whole story with few meters; the first test that asks makes it.
fn kazakhstan() -> &'static Path {
    static KAZAKHSTAN: OnceLock<PathBuf> = OnceLock::new();
    KAZAKHSTAN.get_or_init(|| {
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kazakhstan");
        let days = Scenario::named("kazakhstan-2021").unwrap().n_days().unwrap();
        let settings =
            SimulateSettings { prevalence: 0.08, ..settings("kazakhstan-2021", METERS, days, &out) };
        simulate(&settings).unwrap();
        out
    })
}

/// A column as texts; an empty text where there is none.
fn texts(table: &RecordBatch, column: &str) -> Vec<String> {
    let array = cast(table.column_by_name(column).unwrap(), &DataType::Utf8).unwrap();
    array.as_string::<i32>().iter().map(|text| text.unwrap_or_default().to_owned()).collect()
}

fn dates(table: &RecordBatch, column: &str) -> Vec<Option<Date>> {
    let days = table.column_by_name(column).unwrap().as_primitive::<Date32Type>();
    days.iter().map(|day| day.map(|day| date(1970, 1, 1) + jiff::ToSpan::days(i64::from(day)))).collect()
}

fn numbers(table: &RecordBatch, column: &str) -> Vec<Option<f64>> {
    table.column_by_name(column).unwrap().as_primitive::<Float64Type>().iter().collect()
}

/// Energy that the substations of each zone fed by month, from the written readings. [kWh]
fn fed_kwh() -> BTreeMap<(String, Date), f64> {
    let register = read_table(&kazakhstan().join("register.parquet"));
    let kinds = texts(&register, "kind").into_iter().zip(texts(&register, "zone"));
    let zones: BTreeMap<String, String> = texts(&register, "meter_id")
        .into_iter()
        .zip(kinds)
        .filter_map(|(id, (kind, zone))| (kind == "substation").then_some((id, zone)))
        .collect();
    // Substations stand in the last part.
    let parts = std::fs::read_dir(kazakhstan().join("readings")).unwrap();
    let table = read_table(&parts.map(|part| part.unwrap().path()).max().unwrap());
    let starts = cast(table.column_by_name("start").unwrap(), &DataType::Int64).unwrap();
    let starts_us = starts.as_primitive::<Int64Type>();
    let energies_kwh = table.column_by_name("energy_kwh").unwrap().as_primitive::<Float64Type>();
    let mut fed_kwh: BTreeMap<(String, Date), f64> = BTreeMap::new();
    for (row, id) in texts(&table, "meter_id").iter().enumerate() {
        let Some(zone) = zones.get(id) else { continue };
        // Almaty is six hours ahead of UTC throughout the story.
        let local_us = starts_us.value(row) + 6 * 3_600_000_000;
        let local = jiff::Timestamp::from_microsecond(local_us).unwrap().to_zoned(jiff::tz::TimeZone::UTC);
        let month = local.date().first_of_month();
        *fed_kwh.entry((zone.clone(), month)).or_default() += energies_kwh.value(row);
    }
    fed_kwh
}

#[test]
fn earlier_scenarios_keep_their_bytes() {
    let folder = tempfile::tempdir().unwrap();
    for (name, n_meters, n_days, id) in [
        ("london-2022", 60, 40, "92329fa396c7e4aa1265a154d7f47b2b"),
        ("almaty-2021", 160, 90, "2036d47c593c17525e69ffaa89054a93"),
    ] {
        let out = folder.path().join(name);
        let settings = settings(name, n_meters, n_days, &out);
        simulate(&SimulateSettings { prevalence: 0.1, has_voltages: true, ..settings }).unwrap();
        // The id follows from the bytes of all files.
        assert_eq!(Marker::read(&out).unwrap().unwrap().id, id, "{name}");
    }
    let out = folder.path().join("sample");
    let settings = settings("almaty-2021", 240, 120, &out);
    simulate(&SimulateSettings { prevalence: 0.05, interval_minutes: 30, ..settings }).unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples/almaty-2021");
    for name in ["register", "weather", "events", "truth"] {
        let read = |folder: &Path| std::fs::read(folder.join(format!("{name}.parquet"))).unwrap();
        assert!(read(&out) == read(&sample), "{name}");
    }
    // The sample's readings were made when logarithms were the system's: of a million and a half, some were
    // rounded to the next watt-hour.
    let energies = |folder: &Path| numbers(&read_table(&folder.join("readings.parquet")), "energy_kwh");
    let (now, sample) = (energies(&out), energies(&sample));
    assert_eq!(now.len(), sample.len());
    let off: Vec<f64> =
        now.iter().zip(&sample).map(|(now, then)| (now.unwrap() - then.unwrap()).abs()).collect();
    assert!(off.iter().all(|kwh| *kwh < 0.001_5), "more than a watt-hour");
    assert!(off.iter().filter(|kwh| **kwh > 0.0).count() < 100);
}

#[test]
fn each_zone_grows_as_the_record_says() {
    let fed_kwh = fed_kwh();
    let sum = |zone: Option<&str>, year: i16, months: i8| -> f64 {
        let own = fed_kwh.iter().filter(|((of, _), _)| zone.is_none_or(|zone| zone == of));
        own.filter(|((_, day), _)| day.year() == year && day.month() <= months).map(|(_, kwh)| kwh).sum()
    };
    for (zone, share) in GROWTH {
        let growth = sum(Some(zone), 2021, 10) / sum(Some(zone), 2020, 10) - 1.0;
        eprintln!("{zone}: {:.2}% in ten months", 100.0 * growth);
        assert!((growth - share).abs() < GROWTH_ERROR, "{zone}: {growth}");
    }
    let growth = sum(None, 2021, 12) / sum(None, 2020, 12) - 1.0;
    eprintln!("all: {:.2}% in the year", 100.0 * growth);
    assert!((growth - GROWTH_OF_ALL).abs() < GROWTH_ERROR, "all: {growth}");
}

#[test]
fn the_truth_says_where_each_farm_is_since_when_and_until_when() {
    let truth = read_table(&kazakhstan().join("truth.parquet"));
    let (forms, zones, places) = (texts(&truth, "form"), texts(&truth, "zone"), texts(&truth, "place"));
    let (onsets, ends) = (dates(&truth, "onset"), dates(&truth, "end"));
    let (closed, restarted) = (dates(&truth, "closed"), dates(&truth, "restarted"));
    let (kw, roles, how) = (numbers(&truth, "kw"), texts(&truth, "role"), texts(&truth, "closed_how"));
    let mut n_of: BTreeMap<&str, usize> = BTreeMap::new();
    for row in (0..truth.num_rows()).filter(|&row| roles[row] == "rig") {
        assert!(GROWTH.iter().any(|(zone, _)| *zone == zones[row]) && !forms[row].is_empty(), "{row}");
        assert!(kw[row].is_some_and(|kw| kw > 0.3) && !places[row].is_empty(), "{row}");
        assert!(onsets[row].is_none_or(|day| day > date(2019, 12, 31) && day < date(2022, 4, 1)), "{row}");
        if let Some(closed) = closed[row] {
            assert!(onsets[row].is_none_or(|onset| onset < closed) && !how[row].is_empty(), "{row}");
            // A rig that starts again is on at the end, unless it does so in the last days.
            assert!(restarted[row].is_some() || ends[row].is_some(), "{row}");
        }
        *n_of.entry(&places[row]).or_default() += 1;
    }
    let large = ["licensed_above", "licensed_moved", "unlicensed", "raided"];
    for place in large.into_iter().chain(["warehouse", "greenhouse", "textile_factory", "household", "tap"]) {
        assert!(n_of.contains_key(place), "{place}: {n_of:?}");
    }
    let is_licensed = |row: &usize| forms[*row] == "licensed" && roles[*row] == "look_alike";
    let licensed: Vec<usize> = (0..truth.num_rows()).filter(is_licensed).collect();
    assert!(licensed.iter().any(|&row| places[row] == "licensed" && kw[row].unwrap() >= 50_000.0));
    // The farm that moved left one place on the day on which it began at another.
    let moved = |role: &str| {
        (0..truth.num_rows()).find(|&row| places[row] == "licensed_moved" && roles[row] == role).unwrap()
    };
    assert_eq!(closed[moved("look_alike")], onsets[moved("rig")]);
}

#[test]
fn the_pipeline_of_the_story_runs_and_rolls_up_by_zone() {
    let folder = tempfile::tempdir().unwrap();
    let (district, run) = (folder.path().join("district"), folder.path().join("run"));
    simulate(&settings("kazakhstan-2021", 200, 150, &district)).unwrap();
    let district = district.display();
    let inputs = ["register", "weather", "events"].map(|name| format!("--{name} {district}/{name}.parquet"));
    hashwatt_line(format!(
        "detect pipelines/kazakhstan-2021.toml --readings {district}/readings {} --out {}",
        inputs.join(" "),
        run.display()
    ))
    .ends_with(0);
    let zones = read_table(&run.join("zones.parquet"));
    assert_eq!(texts(&zones, "zone"), ["north", "south", "west"]);
    let growth = numbers(&zones, "growth_share");
    assert!(growth.iter().flatten().all(|share| (-0.2..0.4).contains(share)), "{growth:?}");
    assert!(read_table(&run.join("balance.parquet")).num_rows() >= 8);
    hashwatt_line(format!(
        "triage {} {district}/tips.csv --out {}",
        run.display(),
        folder.path().join("tips").display()
    ))
    .ends_with(0);
}

#[test]
fn a_scenario_of_ones_own_is_read_from_its_file_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("mine.toml"), folder.path().join("district"));
    let almaty = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/trials/scenario/almaty-2021.toml");
    let text = std::fs::read_to_string(almaty).unwrap();
    let run = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let (file, out) = (file.display(), out.display());
        hashwatt_line(format!("simulate --scenario {file} --meters 30 --days 5 --seed 1 --out {out}"))
    };
    run(&text).ends_with(0);
    assert!(out.join("truth.parquet").exists());
    std::fs::remove_dir_all(&out).unwrap();
    let refused = text.replace("flats_share = 0.75", "flats_share = 75");
    run(&refused).ends_with(2).complains_of(&["mine.toml", "zones.almaty.flats_share", "75", "from 0 to 1"]);
    let refused = text.replace("flats_share", "flat_share");
    run(&refused).ends_with(2).complains_of(&["mine.toml", "flat_share", "docs/scenarios.md"]);
    assert!(!out.exists());
}

#[test]
fn days_that_the_scenario_does_not_have_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().display();
    let line = |more: &str| hashwatt_line(format!("simulate --seed 1 --out {out}/x {more}")).ends_with(2);
    line("--scenario kazakhstan-2021 --meters 9 --days 9 --from 2019-01-01")
        .complains_of(&["--from", "2020-01-01"]);
    line("--scenario kazakhstan-2021 --meters 9 --days 9 --from 2022-03-28")
        .complains_of(&["--from", "2022-04-01"]);
    line("--scenario almaty-2021 --days 9").complains_of(&["--meters"]);
    line("--scenario almaty-2021 --meters 9").complains_of(&["--days"]);
}
