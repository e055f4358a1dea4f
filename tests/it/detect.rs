//! Runs `detect` over a simulated district whose rigs are known.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, RecordBatch, UInt32Array};
use arrow::compute::take;
use hashwatt::finding::Code;
use parquet::arrow::ArrowWriter;
use rand::SeedableRng;
use rand::seq::SliceRandom;

use crate::district::{detect_district, district, run};
use crate::program::{column_names, files, hashwatt_line, numbers, read_table, texts};

/// Columns that `scores.parquet` promises.
const SCORE_COLUMNS: [&str; 19] = [
    "meter_id",
    "score",
    "rank",
    "kind",
    "rig_kw",
    "rig_kw_low",
    "rig_kw_high",
    "machines_low",
    "machines_high",
    "onset",
    "began_before_data",
    "ended",
    "is_on",
    "last_seen_on",
    "group",
    "reasons",
    "p_value",
    "chance",
    "visit_chance",
];

/// What `suspects.*` has on top.
const SUSPECT_COLUMNS: [&str; 16] = [
    "place",
    "expected_false",
    "energy_kwh_since_onset",
    "energy_kwh_low",
    "energy_kwh_high",
    "address",
    "lat",
    "lon",
    "parent_id",
    "activity",
    "premises",
    "tariff",
    "contracted_kw",
    "declared_mining_kw",
    "licence",
    "best_rival",
];

const KINDS: [&str; 6] = [
    "metered_farm",
    "unmetered_load",
    "under_registering_meter",
    "activity_mismatch",
    "over_declaration",
    "restarted_farm",
];

#[test]
fn every_output_of_the_contract_is_there_with_its_columns() {
    let run = run();
    let scores = read_table(&run.join("scores.parquet"));
    assert_eq!(column_names(&scores), [&SCORE_COLUMNS[..], &["case"]].concat());
    let suspects = read_table(&run.join("suspects.parquet"));
    let names = column_names(&suspects);
    assert_eq!(names[..SCORE_COLUMNS.len()], SCORE_COLUMNS);
    assert!(SUSPECT_COLUMNS.iter().all(|name| names.iter().any(|there| there == name)), "{names:?}");
    let csv = std::fs::read_to_string(run.join("suspects.csv")).unwrap();
    assert_eq!(csv.lines().next().unwrap(), names.join(","));
    let map: serde_json::Value = json(&run.join("suspects.geojson"));
    assert_eq!(map["type"], "FeatureCollection");
    assert!(std::fs::read(run.join("suspects.xlsx")).unwrap().starts_with(b"PK"));
    let page = std::fs::read_to_string(run.join("report.html")).unwrap();
    assert!(!page.contains("src=\"http") && !page.contains("href=\"http"), "the page loads from elsewhere");
    for chart in ["heat_map", "base_load", "mean_day", "duration", "rivals", "residual"] {
        assert!(page.contains(&format!("data-chart=\"{chart}\"")), "no {chart}");
    }
    for (table, columns) in [
        ("features.parquet", vec!["meter_id", "group"]),
        ("groups.parquet", vec!["group"]),
        ("peer_days.parquet", vec!["group", "hour_kw_p25_00", "hour_kw_p50_12", "hour_kw_p75_23"]),
        (
            "balance.parquet",
            vec!["parent_id", "unexplained_kw", "onset", "likeliest_meter", "hours_above_rating"],
        ),
        ("zones.parquet", vec!["zone", "growth_share", "by_mining_share", "suspected_unmetered_mw"]),
        (
            "findings.parquet",
            vec!["code", "severity", "source", "meter_id", "first_day", "last_day", "description", "data"],
        ),
        ("reasons.parquet", vec!["meter_id", "words", "weight"]),
        ("rivals.parquet", vec!["meter_id", "rival", "score"]),
    ] {
        let names = column_names(&read_table(&run.join(table)));
        assert!(columns.iter().all(|column| names.iter().any(|name| name == column)), "{table}: {names:?}");
    }
    assert!(std::fs::read_dir(run.join("digests")).unwrap().count() > 0);
}

#[test]
fn the_record_lists_inputs_and_outputs_with_their_hashes() {
    let record = json(&run().join("run.json"));
    let text = record.to_string();
    for name in ["readings.parquet", "register.parquet", "weather.parquet", "events.parquet"] {
        assert!(text.contains(name), "{name} is not in run.json");
    }
    assert_eq!(record["settings"]["timezone"], "Asia/Almaty");
    let listed: BTreeSet<&str> =
        record["outputs"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    for name in ["scores.parquet", "suspects.csv", "features.parquet", "groups.parquet", "report.html"] {
        assert!(listed.contains(name), "{name} is not among {listed:?}");
    }
    for file in record["outputs"].as_array().unwrap() {
        assert!(run().join(file["path"].as_str().unwrap()).exists(), "{file}");
        assert_eq!(file["sha256"].as_str().unwrap().len(), 64);
    }
}

#[test]
fn scores_are_shares_and_ranks_count_from_one_with_ties_by_meter() {
    let scores = read_table(&run().join("scores.parquet"));
    let (ids, all) = (texts(&scores, "meter_id"), numbers(&scores, "score"));
    let ranks: Vec<f64> = numbers(&scores, "rank").into_iter().flatten().collect();
    assert_eq!(ranks, (1..=scores.num_rows()).map(|rank| rank as f64).collect::<Vec<_>>());
    for row in 0..scores.num_rows() {
        assert!((0.0..=1.0).contains(&all[row].unwrap()));
        if row > 0 {
            let is_in_order =
                all[row - 1] > all[row] || (all[row - 1] == all[row] && ids[row - 1] < ids[row]);
            assert!(is_in_order, "row {row}");
        }
    }
    let kinds: BTreeSet<String> = texts(&scores, "kind").into_iter().flatten().collect();
    assert!(kinds.iter().all(|kind| KINDS.contains(&kind.as_str())), "{kinds:?}");
    let codes: BTreeSet<String> =
        texts(&read_table(&run().join("findings.parquet")), "code").into_iter().flatten().collect();
    assert!(codes.iter().all(|code| Code::ALL.iter().any(|known| known.as_str() == code)), "{codes:?}");
}

#[test]
fn every_suspect_has_a_reason_a_kind_and_a_sane_rig() {
    let suspects = read_table(&run().join("suspects.parquet"));
    assert!(suspects.num_rows() > 0, "a tenth of the district mines");
    let (reasons, kinds) = (texts(&suspects, "reasons"), texts(&suspects, "kind"));
    let (low, kw, high) =
        (numbers(&suspects, "rig_kw_low"), numbers(&suspects, "rig_kw"), numbers(&suspects, "rig_kw_high"));
    for row in 0..suspects.num_rows() {
        assert!(reasons[row].as_ref().is_some_and(|text| !text.is_empty()), "row {row}");
        assert!(kinds[row].is_some() && kw[row].is_some_and(|kw| kw > 0.0), "row {row}");
        assert!(low[row] <= kw[row] && kw[row] <= high[row], "row {row}");
    }
    let expected: Vec<f64> = numbers(&suspects, "expected_false").into_iter().flatten().collect();
    assert!(expected.is_sorted() && expected.iter().all(|n| *n >= 0.0), "{expected:?}");
}

#[test]
fn tables_and_days_have_ids_of_one_type_and_an_onset_that_is_missing_says_why() {
    use polars::prelude::{DataType, ParquetReader, SerReader};
    let read = |path: PathBuf| ParquetReader::new(File::open(path).unwrap()).finish().unwrap();
    let part = files(run())
        .into_keys()
        .find(|path| path.starts_with("digests") && path.extension().is_some_and(|end| end == "parquet"));
    let days = read(run().join(part.unwrap()));
    let scores = read(run().join("scores.parquet"));
    for table in [&days, &scores] {
        assert_eq!(table.column("meter_id").unwrap().dtype(), &DataType::String);
    }
    let (rig, onset) = (scores.column("rig_kw").unwrap(), scores.column("onset").unwrap());
    let before = scores.column("began_before_data").unwrap().bool().unwrap();
    let (is_rig, has_onset) = (rig.is_not_null(), onset.is_not_null());
    for row in 0..scores.height() {
        let (is_rig, has_onset) = (is_rig.get(row) == Some(true), has_onset.get(row) == Some(true));
        assert_eq!(before.get(row), is_rig.then_some(!has_onset), "row {row}");
    }
}

#[test]
fn rigs_above_three_kilowatts_stand_near_the_top() {
    let truth = read_table(&district().join("truth.parquet"));
    let (ids, roles) = (texts(&truth, "meter_id"), texts(&truth, "role"));
    let (kw, shares) = (numbers(&truth, "kw"), numbers(&truth, "metered_share"));
    let readings: BTreeSet<String> =
        texts(&read_table(&district().join("register.parquet")), "meter_id").into_iter().flatten().collect();
    let ranks = ranks(run());
    let rigs: Vec<(String, u32)> = (0..truth.num_rows())
        .filter(|&row| {
            let metered_kw = kw[row].unwrap_or(0.0) * shares[row].unwrap_or(1.0);
            roles[row].as_deref() == Some("rig") && metered_kw > 3.0
        })
        .filter_map(|row| ids[row].clone())
        .filter(|id| readings.contains(id) && ranks.contains_key(id) && !id.starts_with("TX"))
        .map(|id| (id.clone(), ranks[&id]))
        .collect();
    assert!(rigs.len() >= 5, "the district has too few rigs to try: {rigs:?}");
    let near = rigs.iter().filter(|(_, rank)| *rank as usize <= 3 * rigs.len()).count();
    assert!(near * 10 >= rigs.len() * 7, "{near} of {} are near the top: {rigs:?}", rigs.len());
}

#[test]
fn the_same_input_and_seed_give_the_same_bytes_with_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let first = files(run());
    for threads in ["2", "1"] {
        let out = folder.path().join(threads);
        detect_district(&out, &["--threads", threads]).ends_with(0);
        assert_same(&first, &files(&out));
    }
}

#[test]
fn a_second_run_into_the_same_folder_replaces_the_first() {
    let folder = tempfile::tempdir().unwrap();
    detect_district(folder.path(), &["--seed", "9"]).ends_with(0);
    detect_district(folder.path(), &["--threads", "2"]).ends_with(0);
    assert_same(&files(run()), &files(folder.path()));
}

#[test]
fn ranks_do_not_depend_on_the_order_of_rows_or_meters() {
    let folder = tempfile::tempdir().unwrap();
    let (shuffled, out) = (folder.path().join("shuffled.parquet"), folder.path().join("run"));
    shuffle(&district().join("readings.parquet"), &shuffled);
    let file = |name: &str| district().join(name).display().to_string();
    let line = format!(
        "detect --readings {} --register {} --weather {} --events {} --timezone Asia/Almaty --out {}",
        shuffled.display(),
        file("register.parquet"),
        file("weather.parquet"),
        file("events.parquet"),
        out.display()
    );
    hashwatt_line(line).ends_with(0);
    let (ours, theirs) = (run().join("scores.parquet"), out.join("scores.parquet"));
    assert_eq!(ranks(run()), ranks(&out));
    assert!(std::fs::read(ours).unwrap() == std::fs::read(theirs).unwrap(), "scores.parquet differs");
}

#[test]
fn neighbouring_rows_half_a_day_apart_are_no_whole_day() {
    let folder = tempfile::tempdir().unwrap();
    let (export, out) = (folder.path().join("apart.csv"), folder.path().join("d"));
    let mut text = "meter_id,timestamp,kwh\n".to_owned();
    for (day, hour, meter) in
        (1..=20).flat_map(|day| (0..12).flat_map(move |hour| [0, 1].map(|meter| (day, hour, meter))))
    {
        for hour in [hour, hour + 12] {
            text.push_str(&format!("m{meter},2024-01-{day:02} {hour:02}:00,{}.5\n", hour % 7));
        }
    }
    std::fs::write(&export, text).unwrap();
    hashwatt_line(format!("digest --readings {} --out {}", export.display(), out.display())).ends_with(0);
    let mut days = 0;
    let names = files(&out.join("digests")).into_keys();
    for path in names.filter(|name| name.extension().is_some_and(|ending| ending == "parquet")) {
        let part = read_table(&out.join("digests").join(path));
        assert!(numbers(&part, "n_conflicting").iter().all(|n| *n == Some(0.0)));
        assert!(numbers(&part, "n_measured").iter().all(|n| *n == Some(24.0)));
        days += part.num_rows();
    }
    assert_eq!(days, 40);
}

#[track_caller]
fn assert_same(first: &BTreeMap<PathBuf, Vec<u8>>, second: &BTreeMap<PathBuf, Vec<u8>>) {
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(first), names(second));
    let differ: Vec<&PathBuf> = first
        .iter()
        .filter(|(name, bytes)| name.as_path() != Path::new("timings.json") && second[*name] != **bytes)
        .map(|(name, _)| name)
        .collect();
    assert!(differ.is_empty(), "these differ: {differ:?}");
}

fn ranks(run: &Path) -> BTreeMap<String, u32> {
    let scores = read_table(&run.join("scores.parquet"));
    let ids = texts(&scores, "meter_id").into_iter().flatten();
    ids.zip(numbers(&scores, "rank").into_iter().flatten().map(|rank| rank as u32)).collect()
}

/// Writes the rows of a table in random order, in several row groups.
fn shuffle(from: &Path, to: &Path) {
    let table = read_table(from);
    let mut order: Vec<u32> = (0..u32::try_from(table.num_rows()).unwrap()).collect();
    order.shuffle(&mut rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(11));
    let order = UInt32Array::from(order);
    let columns: Vec<Arc<dyn Array>> =
        table.columns().iter().map(|column| take(column, &order, None).unwrap()).collect();
    let shuffled = RecordBatch::try_new(table.schema(), columns).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(to).unwrap(), table.schema(), None).unwrap();
    for begin in (0..shuffled.num_rows()).step_by(50_000) {
        writer.write(&shuffled.slice(begin, 50_000.min(shuffled.num_rows() - begin))).unwrap();
        writer.flush().unwrap();
    }
    writer.close().unwrap();
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}
