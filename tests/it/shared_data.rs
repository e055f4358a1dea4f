//! Runs on the real exports and the planted cases beside the checkout, where they are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::array::AsArray;

use crate::program::{hashwatt, numbers, read_table, say_skipped, texts};

/// Above every peer on the homes, the one that was given the labels included.
const MIN_HOMES_PRECISION: f64 = 0.86;

/// The folder beside the checkout; `None`, said on standard error, where it is not there.
pub fn shared(subject: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(subject);
    if !folder.is_dir() {
        say_skipped(&format!("{} is not there", folder.display()));
        return None;
    }
    Some(folder)
}

fn detect(readings: &Path, more: &[&str], out: &Path) {
    let (readings, out) = (readings.display().to_string(), out.display().to_string());
    let mut arguments = vec!["detect", "--readings", &readings, "--out", &out];
    arguments.extend(more);
    let ran = hashwatt(arguments);
    assert!(ran.code <= 1, "{readings}: {}", ran.stderr);
    assert!(ran.stdout.contains("evidence, not proof"), "{}", ran.stdout);
}

/// Each export with its zone, its meters and its interval, as its README says.
const EXPORTS: [(&str, &str, usize, u64); 6] = [
    ("edrp_homes", "Etc/GMT", 311, 30),
    ("cambridge_buildings", "Etc/UTC", 54, 60),
    ("citylearn_homes", "America/Los_Angeles", 17, 60),
    ("gefcom_zones", "America/New_York", 20, 60),
    ("gpu_servers", "America/New_York", 6, 60),
    ("lv_grid", "Etc/GMT", 42, 30),
];

#[test]
fn real_exports_are_checked_and_ranked() {
    let Some(data) = shared("data") else { return };
    for (name, zone, n_meters, minutes) in EXPORTS {
        let folder = tempfile::tempdir().unwrap();
        let readings = data.join(name).join("readings.parquet");
        detect(&readings, &["--timezone", zone], folder.path());
        let scores = read_table(&folder.path().join("scores.parquet"));
        assert_eq!(scores.num_rows(), n_meters, "{name}");
        assert!(numbers(&scores, "score").iter().all(Option::is_some), "{name}");
        let check = hashwatt(["check", &readings.display().to_string(), "--timezone", zone, "--json"]);
        let profile: serde_json::Value = serde_json::from_str(&check.stdout).unwrap();
        assert_eq!(profile["n_meters"], n_meters, "{name}");
        assert_eq!(profile["intervals"][0]["minutes"], minutes, "{name}");
    }
}

#[test]
fn planted_rigs_in_homes_are_found_better_than_by_any_peer() {
    let Some(cases) = shared("cases") else { return };
    let homes = ["homes-101", "homes-102", "homes-103", "homes-104"];
    let precisions: Vec<f64> = homes
        .iter()
        .map(|name| {
            let (case, folder) = (cases.join(name), tempfile::tempdir().unwrap());
            let register = case.join("register.parquet").display().to_string();
            detect(&case.join("readings.parquet"), &["--register", &register], folder.path());
            average_precision(&case, folder.path())
        })
        .collect();
    let mean = precisions.iter().sum::<f64>() / precisions.len() as f64;
    eprintln!("average precision on {homes:?}: {precisions:.3?}, mean {mean:.3}");
    assert!(mean > MIN_HOMES_PRECISION, "mean {mean:.3} of {precisions:.3?}");
}

/// Mean, over the planted meters, of the share of planted ones down to their place; ties by meter id,
/// meters without a score last.
fn average_precision(case: &Path, run: &Path) -> f64 {
    let scores = read_table(&run.join("scores.parquet"));
    let ids = texts(&scores, "meter_id").into_iter().flatten();
    let by_meter: BTreeMap<String, f64> =
        ids.zip(numbers(&scores, "score").into_iter().map(|score| score.unwrap_or(f64::MIN))).collect();
    let labels = read_table(&case.join("labels.parquet"));
    let is_planted = labels.column_by_name("label").unwrap().as_boolean().clone();
    let mut rows: Vec<(f64, String, bool)> = texts(&labels, "meter_id")
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(row, id)| (by_meter.get(&id).copied().unwrap_or(f64::MIN), id, is_planted.value(row)))
        .collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    precision_of(&rows.into_iter().map(|(_, _, is_planted)| is_planted).collect::<Vec<_>>())
}

fn precision_of(ranked: &[bool]) -> f64 {
    let (mut n_hits, mut sum) = (0.0, 0.0);
    for (index, _) in ranked.iter().enumerate().filter(|(_, is_planted)| **is_planted) {
        n_hits += 1.0;
        sum += n_hits / (index + 1) as f64;
    }
    sum / n_hits
}

#[test]
fn average_precision_is_one_only_with_all_hits_first() {
    assert!((precision_of(&[true, true, false]) - 1.0).abs() < 1e-12);
    assert!((precision_of(&[false, true, true]) - (0.5 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
}
