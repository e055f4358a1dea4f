//! Runs the program on bad input: named in words, right exit code, good files judged, nothing half
//! written.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use parquet::arrow::ArrowWriter;
use serde_json::Value;

use crate::program::{Ran, files, hashwatt, numbers, read_table, texts};

/// Days of the good exports: more than a meter needs to be judged.
pub const DAYS: usize = 20;

/// 2024-01-01T00:00. [us]
const FIRST_US: i64 = 1_704_067_200_000_000;

const HOUR_US: i64 = 3_600_000_000;

/// Inputs of one test, and where its run goes.
pub struct Place(tempfile::TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn out(&self) -> PathBuf {
        self.0.path().join("run")
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join("in").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    fn parquet(&self, name: &str, columns: Vec<(&str, ArrayRef)>) -> PathBuf {
        let path = self.write(name, "");
        let batch =
            RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap();
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        path
    }

    pub fn detect(&self, readings: &Path) -> Ran {
        self.detect_with(readings, &[])
    }

    pub fn detect_with(&self, readings: &Path, more: &[&str]) -> Ran {
        let (readings, out) = (readings.display().to_string(), self.out().display().to_string());
        let mut arguments = vec!["detect", "--readings", &readings, "--out", &out, "--threads", "1"];
        arguments.extend(more);
        hashwatt(arguments)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A table beside the readings, not among them.
    pub fn table(&self, name: &str, content: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// Asserts that the run stopped, named all of these, and left nothing.
    #[track_caller]
    fn refuses(&self, readings: &Path, words: &[&str]) {
        self.detect(readings).ends_with(2).complains_of(words);
        self.left_nothing();
        let check = hashwatt(["check", &readings.display().to_string()]);
        check.ends_with(2).complains_of(words);
    }

    #[track_caller]
    fn left_nothing(&self) {
        let left = if self.out().exists() { files(&self.out()) } else { Default::default() };
        assert!(left.is_empty(), "left behind: {:?}", left.keys().collect::<Vec<_>>());
    }

    /// Meters in the scores, all outputs being there and whole.
    #[track_caller]
    pub fn scored(&self) -> Vec<String> {
        let record: Value =
            serde_json::from_slice(&std::fs::read(self.out().join("run.json")).unwrap()).unwrap();
        for file in record["outputs"].as_array().unwrap() {
            let path = self.out().join(file["path"].as_str().unwrap());
            assert_eq!(std::fs::metadata(&path).unwrap().len(), file["bytes"].as_u64().unwrap());
        }
        let is_unfinished = |path: &PathBuf| path.to_string_lossy().contains("tmp");
        assert!(!files(&self.out()).keys().any(is_unfinished));
        texts(&read_table(&self.out().join("scores.parquet")), "meter_id").into_iter().flatten().collect()
    }

    /// What the findings of this code say.
    #[track_caller]
    pub fn descriptions(&self, code: &str) -> Vec<String> {
        let table = read_table(&self.out().join("findings.parquet"));
        let all = texts(&table, "code").into_iter().zip(texts(&table, "description"));
        all.filter(|(there, _)| there.as_deref() == Some(code)).filter_map(|(_, words)| words).collect()
    }

    #[track_caller]
    pub fn has_finding(&self, code: &str) -> bool {
        !self.descriptions(code).is_empty()
    }

    /// Meter with day, and energy, of every digest of the run.
    pub fn digests(&self) -> Vec<(String, f64)> {
        self.digest_column("energy_kwh")
    }

    /// The greatest demand of any day in the digests of the run, or of the store beside it.
    pub fn greatest_kw(&self) -> f64 {
        self.digest_column("demand_kw_max").into_iter().map(|(_, kw)| kw).fold(0.0, f64::max)
    }

    /// Meter with day, and a column, of every digest of the run or of the store beside it.
    pub fn digest_column(&self, column: &str) -> Vec<(String, f64)> {
        let folder =
            [self.out().join("digests"), self.path("store")].into_iter().find(|folder| folder.exists());
        let folder = folder.unwrap_or_else(|| panic!("no digests in {}", self.out().display()));
        let mut rows = Vec::new();
        for part in files(&folder).into_keys().filter(|part| part.extension().is_some_and(|e| e == "parquet"))
        {
            let table = read_table(&folder.join(part));
            let places = texts(&table, "meter_id").into_iter().zip(texts(&table, "day"));
            let places = places.map(|(meter, day)| format!("{} {}", meter.unwrap(), day.unwrap()));
            rows.extend(
                places.zip(numbers(&table, column)).map(|(place, value)| (place, value.unwrap_or(0.0))),
            );
        }
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        rows
    }

    /// Descriptions of the findings of this code, with their severity.
    #[track_caller]
    pub fn finding(&self, code: &str) -> (String, String) {
        let table = read_table(&self.out().join("findings.parquet"));
        let (codes, severities) = (texts(&table, "code"), texts(&table, "severity"));
        let row = codes.iter().position(|there| there.as_deref() == Some(code));
        let row = row.unwrap_or_else(|| panic!("no {code} in {codes:?}"));
        let source = texts(&table, "source")[row].clone().unwrap_or_default();
        let description = texts(&table, "description")[row].clone().unwrap();
        (format!("{source}: {description}"), severities[row].clone().unwrap())
    }
}

/// Hourly rows `meter,time,kwh` of `n_meters` homes.
fn good_rows(n_meters: usize) -> String {
    let mut text = String::new();
    for meter in 0..n_meters {
        for hour in 0..DAYS * 24 {
            let (day, clock) = (hour / 24 + 1, hour % 24);
            text.push_str(&format!("m{meter},2024-01-{day:02} {clock:02}:00,{:.3}\n", kwh(meter, hour)));
        }
    }
    text
}

/// A home: quiet at night, busy in the evening, no two days the same.
pub fn kwh(meter: usize, hour: usize) -> f64 {
    let evening = if (17..23).contains(&(hour % 24)) { 0.9 } else { 0.2 };
    evening + ((hour * 7919 + meter * 104_729) % 101) as f64 / 200.0
}

pub const HEADER: &str = "meter_id,timestamp,kwh\n";

pub fn good_csv(n_meters: usize) -> String {
    format!("{HEADER}{}", good_rows(n_meters))
}

fn ids(n: usize) -> ArrayRef {
    Arc::new(StringArray::from(vec!["m0"; n]))
}

fn hours(n: usize) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_iter_values((0..n as i64).map(|hour| FIRST_US + hour * HOUR_US)))
}

fn floats(values: Vec<Option<f64>>) -> ArrayRef {
    Arc::new(Float64Array::from(values))
}

fn good_values() -> Vec<Option<f64>> {
    (0..DAYS * 24).map(|hour| Some(kwh(0, hour))).collect()
}

#[test]
fn a_truncated_parquet_is_told_from_what_is_not_parquet() {
    let place = Place::new();
    let n = DAYS * 24;
    let columns = vec![("meter_id", ids(n)), ("timestamp", hours(n)), ("kwh", floats(good_values()))];
    let whole = std::fs::read(place.parquet("whole.parquet", columns)).unwrap();
    let cut = place.write("cut.parquet", &whole[..whole.len() / 2]);
    place.refuses(&cut, &["cut.parquet", "truncated"]);
    let foreign = place.write("foreign.parquet", good_csv(1));
    place.refuses(&foreign, &["foreign.parquet", "not Parquet", ".csv"]);
}

#[test]
fn a_column_of_the_wrong_type_is_named_with_what_it_holds() {
    let place = Place::new();
    let path = place.write("text.csv", "meter_id,timestamp,kwh\na,2024-01-01 00:00,red\n");
    place.refuses(&path, &["text.csv", "`kwh`", "`red`", "value_column"]);
    let flags = Arc::new(BooleanArray::from(vec![true])) as ArrayRef;
    let path =
        place.parquet("flags.parquet", vec![("meter_id", ids(1)), ("timestamp", hours(1)), ("kwh", flags)]);
    place.refuses(&path, &["flags.parquet", "`kwh`", "Boolean"]);
}

#[test]
fn all_null_is_no_interval_data() {
    let place = Place::new();
    let n = DAYS * 24;
    let columns = vec![("meter_id", ids(n)), ("timestamp", hours(n)), ("kwh", floats(vec![None; n]))];
    place.refuses(&place.parquet("null.parquet", columns), &["null.parquet"]);
}

#[test]
fn only_nan_is_no_interval_data() {
    let place = Place::new();
    let n = DAYS * 24;
    let columns =
        vec![("meter_id", ids(n)), ("timestamp", hours(n)), ("kwh", floats(vec![Some(f64::NAN); n]))];
    place.refuses(&place.parquet("nan.parquet", columns), &["nan.parquet"]);
}

#[test]
fn one_meter_is_ranked_and_the_lack_of_peers_is_found() {
    let place = Place::new();
    place.detect(&place.write("one.csv", good_csv(1))).ends_with(0);
    assert_eq!(place.scored(), ["m0"]);
    let (description, _) = place.finding("few_peers");
    assert!(description.contains('1'), "{description}");
}

#[test]
fn one_interval_is_too_short_to_judge_and_ends_with_1() {
    let place = Place::new();
    let path = place.write("one.csv", "meter_id,timestamp,kwh\nm0,2024-01-01 00:00,0.5\n");
    let ran = place.detect(&path).ends_with(1);
    assert_eq!(place.scored(), ["m0"]);
    let (description, severity) = place.finding("too_short");
    assert_eq!(severity, "skipped");
    assert!(description.contains("days"), "{description}");
    assert!(ran.stdout.contains("No suspects") && ran.stdout.contains("too_short"), "{}", ran.stdout);
}

#[test]
fn duplicates_only_count_once() {
    let place = Place::new();
    let rows = good_rows(2);
    place.detect(&place.write("twice.csv", format!("{HEADER}{rows}{rows}"))).ends_with(0);
    assert_eq!(place.scored().len(), 2);
    place.finding("duplicate_identical");
    let single = Place::new();
    single.detect(&single.write("twice.csv", format!("{HEADER}{rows}"))).ends_with(0);
    let read = |place: &Place| std::fs::read(place.out().join("scores.parquet")).unwrap();
    assert!(read(&place) == read(&single), "duplicates changed the scores");
}

#[test]
fn one_interval_many_times_does_not_stop_a_run() {
    let place = Place::new();
    let content = format!("{HEADER}{}", "m0,2024-01-01 00:00,0.5\n".repeat(500));
    place.detect(&place.write("same.csv", content)).ends_with(1);
    place.finding("duplicate_identical");
}

#[test]
fn a_good_file_is_judged_beside_a_bad_one_and_the_run_ends_with_1() {
    let place = Place::new();
    place.write("good.csv", good_csv(3));
    place.write("bad.parquet", "this is no Parquet");
    let ran = place.detect(&place.0.path().join("in")).ends_with(1);
    assert_eq!(place.scored().len(), 3);
    let (description, severity) = place.finding("file_skipped");
    assert!(description.contains("bad.parquet") && description.contains("not Parquet"), "{description}");
    assert_eq!(severity, "skipped");
    assert!(ran.stdout.contains("bad.parquet") && ran.stdout.contains("file_skipped"), "{}", ran.stdout);
}

#[test]
fn a_missing_file_beside_a_good_one_does_not_stop_the_run() {
    let place = Place::new();
    let good = place.write("good.csv", good_csv(3));
    let gone = place.0.path().join("in/gone.csv").display().to_string();
    let ran = place.detect_with(&good, &["--readings", &gone]);
    ran.ends_with(1);
    assert_eq!(place.scored().len(), 3);
    let (description, _) = place.finding("file_skipped");
    assert!(description.contains("gone.csv"), "{description}");
}

#[test]
fn tables_beside_the_readings_that_cannot_be_read_stop_the_run_before_it_writes() {
    let place = Place::new();
    let good = place.write("good.csv", good_csv(2));
    let other = place.write("other.csv", "colour,size\nred,big\n").display().to_string();
    let empty = place.write("empty.parquet", "").display().to_string();
    let gone = place.0.path().join("gone.csv").display().to_string();
    for flag in ["--register", "--weather", "--events"] {
        for (path, name) in [(&gone, "gone.csv"), (&empty, "empty.parquet"), (&other, "other.csv")] {
            place.detect_with(&good, &[flag, path]).ends_with(2).complains_of(&[name]);
            place.left_nothing();
        }
    }
}

#[test]
fn a_run_that_cannot_run_leaves_the_run_before_as_it_was() {
    let place = Place::new();
    place.detect(&place.write("good.csv", good_csv(2))).ends_with(0);
    let before = files(&place.out());
    place.detect(&place.write("bad.csv", "colour\nred\n")).ends_with(2);
    assert!(files(&place.out()) == before);
}

#[test]
fn hostile_ids_reach_neither_the_terminal_nor_the_page_as_they_are() {
    let place = Place::new();
    let rows = good_rows(2).replace("m0,", "\"<script>alert(1)</script>\u{1b}[31m\",");
    let ran = place.detect(&place.write("hostile.csv", format!("{HEADER}{rows}"))).ends_with(0);
    assert!(!ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'));
    let page = std::fs::read_to_string(place.out().join("report.html")).unwrap();
    assert!(!page.contains("<script>alert(1)"));
}

#[test]
fn a_meter_of_zeros_and_a_meter_of_exports_are_judged_with_findings() {
    let place = Place::new();
    let mut content = good_csv(2);
    for hour in 0..DAYS * 24 {
        let (day, clock) = (hour / 24 + 1, hour % 24);
        content.push_str(&format!("zero,2024-01-{day:02} {clock:02}:00,0\n"));
        content.push_str(&format!("export,2024-01-{day:02} {clock:02}:00,-{:.3}\n", kwh(3, hour)));
    }
    let ran = place.detect(&place.write("odd.csv", content));
    assert!(ran.code <= 1, "{}", ran.stderr);
    assert_eq!(place.scored().len(), 4);
    place.finding("all_zero");
    place.finding("negative");
}
