//! Runs on a store of digests that grows: files one by one, late, corrected, twice, and killed runs.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use arrow::array::{Array, AsArray, BooleanArray, Float64Array, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, TimeUnit};
use hashwatt::trials::{Scenario, SimulateSettings, simulate};
use parquet::arrow::ArrowWriter;

use crate::program::{command, files, hashwatt_line, read_table};

/// Local days of the small district.
const DAYS: usize = 24;

/// A small district and the pieces of its readings, cut in the middle of days as exports in UTC are.
struct Pieces {
    folder: tempfile::TempDir,
    tables: Vec<RecordBatch>,
}

impl Pieces {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = SimulateSettings {
            interval_minutes: 60,
            ..SimulateSettings::new(
                Scenario::named("almaty-2021").unwrap(),
                24,
                DAYS,
                3,
                folder.path().join("district"),
            )
        };
        simulate(&settings).unwrap();
        let readings = read_table(&folder.path().join("district/readings.parquet"));
        let times = seconds(&readings);
        let (first, last) = (*times.iter().min().unwrap(), *times.iter().max().unwrap());
        let cuts: Vec<i64> =
            (0..=4).map(|at| first + (last + 1 - first) * at / 4 / 3600 * 3600 + 5 * 3600).collect();
        let tables = (0..4)
            .map(|at| {
                let from = if at == 0 { i64::MIN } else { cuts[at] };
                let to = if at == 3 { i64::MAX } else { cuts[at + 1] };
                let is_in: BooleanArray = times.iter().map(|time| Some((from..to).contains(time))).collect();
                filter_record_batch(&readings, &is_in).unwrap()
            })
            .collect();
        std::fs::create_dir(folder.path().join("exports")).unwrap();
        Self { folder, tables }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a piece among the exports.
    fn export(&self, at: usize) -> PathBuf {
        let path = self.path(&format!("exports/{at}.parquet"));
        write(&path, &self.tables[at]);
        path
    }

    fn arguments(&self, command: &str, more: &str) -> String {
        let exports = self.path("exports/*.parquet");
        format!("{command} --readings {} --timezone Asia/Almaty {more}", exports.display())
    }

    /// Updates the store with what is among the exports.
    fn update(&self, store: &str) {
        let store = self.path(store);
        hashwatt_line(self.arguments("digest", &format!("--store {}", store.display()))).ends_with(0);
    }

    /// The scores of a run over the exports, on a store or on digests of its own.
    fn scores(&self, out: &str, store: Option<&str>) -> Vec<u8> {
        let out = self.path(out);
        let store = store.map(|name| format!("--store {}", self.path(name).display())).unwrap_or_default();
        hashwatt_line(self.arguments("detect", &format!("--out {} {store}", out.display())));
        std::fs::read(out.join("scores.parquet")).unwrap()
    }

    #[track_caller]
    fn assert_store_is_as_good_as_new(&self, store: &str) {
        let (ours, anew) = (self.scores("ours", Some(store)), self.scores("anew", None));
        assert!(ours == anew, "scores on the store differ from those of a pass over all files");
    }
}

/// Times in whole seconds since 1970, as written.
fn seconds(readings: &RecordBatch) -> Vec<i64> {
    let times = readings.column_by_name("start").unwrap();
    let seconds = arrow::compute::cast(times, &DataType::Timestamp(TimeUnit::Second, None)).unwrap();
    seconds.as_primitive::<arrow::datatypes::TimestampSecondType>().values().to_vec()
}

fn write(path: &Path, table: &RecordBatch) {
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), table.schema(), None).unwrap();
    writer.write(table).unwrap();
    writer.close().unwrap();
}

/// The table with every value doubled.
fn corrected(table: &RecordBatch) -> RecordBatch {
    let place = table.schema().index_of("energy_kwh").unwrap();
    let mut columns = table.columns().to_vec();
    let values = arrow::compute::cast(&columns[place], &DataType::Float64).unwrap();
    let doubled: Float64Array =
        values.as_primitive::<arrow::datatypes::Float64Type>().unary(|value| value * 2.0);
    columns[place] = arrow::compute::cast(
        &(std::sync::Arc::new(doubled) as arrow::array::ArrayRef),
        columns[place].data_type(),
    )
    .unwrap();
    RecordBatch::try_new(table.schema(), columns).unwrap()
}

#[test]
fn files_one_by_one_and_late_give_what_all_at_once_give() {
    let pieces = Pieces::new();
    for at in [0, 3, 1] {
        pieces.export(at);
        pieces.update("store");
    }
    pieces.export(2);
    pieces.assert_store_is_as_good_as_new("store");
}

#[test]
fn a_corrected_file_replaces_its_days() {
    let pieces = Pieces::new();
    (0..4).for_each(|at| drop(pieces.export(at)));
    pieces.update("store");
    let before = pieces.scores("before", Some("store"));
    write(&pieces.path("exports/1.parquet"), &corrected(&pieces.tables[1]));
    assert!(pieces.scores("after", Some("store")) != before);
    pieces.assert_store_is_as_good_as_new("store");
}

#[test]
fn the_same_files_again_change_nothing() {
    let pieces = Pieces::new();
    (0..4).for_each(|at| drop(pieces.export(at)));
    let first = pieces.scores("run", Some("store"));
    let store = files(&pieces.path("store"));
    assert!(pieces.scores("run", Some("store")) == first);
    assert!(files(&pieces.path("store")) == store);
    // However little was new, a run knows how many days a meter may have, and so what fits into memory.
    let days = hashwatt::digest::store::DigestStore::open(&pieces.path("store")).unwrap().days();
    assert!(days.is_some_and(|(first, last)| last > first), "{days:?}");
    // A copy under another name is named, and not read.
    std::fs::copy(pieces.path("exports/0.parquet"), pieces.path("exports/copy.parquet")).unwrap();
    assert!(pieces.scores("run", Some("store")) == first);
    let findings = read_table(&pieces.path("run/findings.parquet"));
    let codes = crate::program::texts(&findings, "code");
    assert!(codes.contains(&Some("same_file_again".to_owned())), "{codes:?}");
}

#[test]
fn files_that_were_moved_are_not_read_again() {
    let pieces = Pieces::new();
    (0..4).for_each(|at| drop(pieces.export(at)));
    let first = pieces.scores("run", Some("store"));
    let parts = files(&pieces.path("store")).into_keys().collect::<Vec<_>>();
    for at in 0..4 {
        std::fs::rename(
            pieces.path(&format!("exports/{at}.parquet")),
            pieces.path(&format!("exports/moved-{at}.parquet")),
        )
        .unwrap();
    }
    assert!(pieces.scores("run", Some("store")) == first);
    assert_eq!(files(&pieces.path("store")).into_keys().collect::<Vec<_>>(), parts);
}

#[test]
fn a_file_that_is_gone_keeps_its_days() {
    let pieces = Pieces::new();
    (0..4).for_each(|at| drop(pieces.export(at)));
    pieces.update("store");
    let all = pieces.scores("all", Some("store"));
    (1..4).for_each(|at| std::fs::remove_file(pieces.path(&format!("exports/{at}.parquet"))).unwrap());
    assert!(pieces.scores("rest", Some("store")) == all);
    write(&pieces.path("exports/0.parquet"), &corrected(&pieces.tables[0]));
    assert!(pieces.scores("rest", Some("store")) != all);
    let findings = read_table(&pieces.path("rest/findings.parquet"));
    let codes = crate::program::texts(&findings, "code");
    assert!(codes.contains(&Some("file_gone".to_owned())), "{codes:?}");
}

#[test]
fn a_store_of_another_zone_is_an_error() {
    let pieces = Pieces::new();
    pieces.export(0);
    pieces.update("store");
    let line = pieces.arguments("digest", &format!("--store {}", pieces.path("store").display()));
    hashwatt_line(line.replace("Asia/Almaty", "Europe/London")).ends_with(2).complains_of(&[
        "Asia/Almaty",
        "Europe/London",
        "another folder",
    ]);
}

#[test]
fn a_store_that_is_no_store_is_an_error_that_names_the_file() {
    let pieces = Pieces::new();
    pieces.export(0);
    pieces.update("store");
    let store = pieces.path("store");
    for text in ["", "{", "{\"format\": 1}"] {
        std::fs::write(store.join("store.json"), text).unwrap();
        hashwatt_line(pieces.arguments("digest", &format!("--store {}", store.display())))
            .ends_with(2)
            .complains_of(&["store.json", "another folder"]);
    }
}

#[test]
fn a_run_killed_at_any_moment_and_started_again_gives_the_same_bytes() {
    let pieces = Pieces::new();
    (0..4).for_each(|at| drop(pieces.export(at)));
    let begun = std::time::Instant::now();
    let line = |out: &str| {
        let (out, store) = (pieces.path(out), pieces.path(&format!("{out}-store")));
        pieces.arguments("detect", &format!("--out {} --store {}", out.display(), store.display()))
    };
    hashwatt_line(line("whole"));
    let whole_ms = begun.elapsed().as_millis() as u64;
    let tries = 12;
    for at in 0..tries {
        let mut child = command(line("killed").split_whitespace())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(whole_ms * at / tries));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    hashwatt_line(line("killed"));
    let (whole, killed) = (files(&pieces.path("whole")), files(&pieces.path("killed")));
    assert_eq!(whole.keys().collect::<Vec<_>>(), killed.keys().collect::<Vec<_>>(), "files are left over");
    for (name, bytes) in &whole {
        // The record and the marker name the store; how long stages took is the clock's.
        let may_differ = ["timings.json", "run.json", ".hashwatt"].map(Path::new).contains(&name.as_path());
        assert!(may_differ || killed[name] == *bytes, "{} differs", name.display());
    }
    assert_eq!(files(&pieces.path("whole-store")), files(&pieces.path("killed-store")));
}

/// Flips one bit of a file.
fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    let place = at % bytes.len();
    bytes[place] ^= 1 << (at % 8);
    std::fs::write(path, bytes).unwrap();
}

/// Parts of a store, by name.
fn parts(store: &Path) -> Vec<PathBuf> {
    let is_part = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "parquet");
    let mut parts: Vec<_> =
        std::fs::read_dir(store).unwrap().map(|entry| entry.unwrap().path()).filter(is_part).collect();
    parts.sort();
    parts
}

#[test]
fn twenty_damaged_stores_are_named_and_made_again() {
    let pieces = Pieces::new();
    for at in 0..2 {
        pieces.export(at);
        pieces.update("store");
    }
    let (store, spoilt) = (pieces.path("store"), pieces.path("spoilt"));
    let whole = pieces.scores("whole", Some("store"));
    let verify = |store: &Path| hashwatt_line(format!("verify {}", store.display()));
    assert!(verify(&store).ends_with(0).stdout.contains("as it was written"));
    let parts = parts(&store);
    assert!(parts.len() > 1);
    for damage in 0..20 {
        let _ = std::fs::remove_dir_all(&spoilt);
        std::fs::create_dir(&spoilt).unwrap();
        for (name, bytes) in files(&store) {
            std::fs::write(spoilt.join(name), bytes).unwrap();
        }
        let name = parts[damage % parts.len()].file_name().unwrap().to_str().unwrap();
        let part = spoilt.join(name);
        match damage {
            // Bits from the first byte to the last: magic, pages, footer.
            0..16 => flip(&part, damage * 7919 * 13),
            16 => std::fs::write(&part, &std::fs::read(&part).unwrap()[..1000]).unwrap(),
            17 => std::fs::remove_file(&part).unwrap(),
            18 => drop(std::fs::copy(&parts[(damage + 1) % parts.len()], &part).unwrap()),
            _ => std::fs::write(&part, "").unwrap(),
        }
        let said = verify(&spoilt).ends_with(1).stdout;
        assert!(said.contains(name) && said.contains("1 damaged or gone"), "{damage}: {said}");
        // With a file that is gone its days cannot be made again: nothing is changed.
        let before = files(&spoilt);
        let one = format!(
            "detect --readings {} --timezone Asia/Almaty --out {} --store {}",
            pieces.path("exports/0.parquet").display(),
            pieces.path("refused").display(),
            spoilt.display()
        );
        hashwatt_line(one).ends_with(2).complains_of(&[name, "exports/1.parquet", "put the parts back"]);
        assert!(files(&spoilt) == before && !pieces.path("refused").exists());
        // With all files there, they are read again, and a finding says so.
        assert!(pieces.scores("healed", Some("spoilt")) == whole, "damage {damage}");
        let codes = crate::program::texts(&read_table(&pieces.path("healed/findings.parquet")), "code");
        assert!(codes.contains(&Some("store_healed".to_owned())), "{damage}: {codes:?}");
        verify(&spoilt).ends_with(0);
    }
}

#[test]
fn a_manifest_that_was_changed_or_is_older_than_its_parts_is_refused() {
    let pieces = Pieces::new();
    let (store, manifest) = (pieces.path("store"), pieces.path("store/store.json"));
    let line = || hashwatt_line(pieces.arguments("digest", &format!("--store {}", store.display())));
    let mut older = Vec::new();
    for at in 0..3 {
        pieces.export(at);
        pieces.update("store");
        older.push(std::fs::read(&manifest).unwrap());
    }
    // A generation that somebody took out by hand.
    let text = String::from_utf8(older[2].clone()).unwrap();
    std::fs::write(&manifest, text.replacen("\"owns\":[", "\"owns\":[ ", 1)).unwrap();
    line().ends_with(2).complains_of(&["store.json", "its sum differs", "another folder"]);
    // A copy from before the last two updates.
    std::fs::write(&manifest, &older[0]).unwrap();
    line().ends_with(2).complains_of(&["store.json", "it is older than g00003"]);
    std::fs::remove_file(&manifest).unwrap();
    line().ends_with(2).complains_of(&["store.json", "it is gone", "g00003"]);
    std::fs::write(&manifest, &older[2]).unwrap();
    line().ends_with(0);
    pieces.assert_store_is_as_good_as_new("store");
}

#[test]
fn daily_reads_a_file_a_day_give_what_all_at_once_give() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir(path("exports")).unwrap();
    let line = |command: &str, more: &str| {
        let exports = path("exports/*.csv");
        hashwatt_line(format!("{command} --readings {} --timezone Europe/London {more}", exports.display()))
    };
    let store = format!("--store {}", path("store").display());
    for day in 1..=20 {
        let rows: String =
            (0..6).map(|meter| format!("m{meter},2024-03-{day:02},{}\n", 10 + (meter * day) % 7)).collect();
        std::fs::write(path(&format!("exports/{day:02}.csv")), format!("meter_id,timestamp,kwh\n{rows}"))
            .unwrap();
        if day % 4 == 0 {
            line("digest", &store);
        }
    }
    let scores = |out: &str, more: &str| {
        line("detect", &format!("--out {} {more}", path(out).display()));
        std::fs::read(path(out).join("features.parquet")).unwrap()
    };
    assert!(scores("ours", &store) == scores("anew", ""), "daily reads depend on how their files came");
}
