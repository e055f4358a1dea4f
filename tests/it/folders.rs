//! Runs commands into folders that hold somebody's files, exports, other runs: nothing of theirs may go.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::district::{detect_district, district};
use crate::program::{Ran, command, files, hashwatt, hashwatt_line};

/// A folder to work in, with small exports of 8 and of 20 meters in it.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        place.put("exports/a.csv", &export(8));
        place.put("large.csv", &export(20));
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), text).unwrap();
    }

    /// `detect` with paths of this place in the place of `@name`.
    fn detect(&self, line: &str) -> Ran {
        hashwatt(self.arguments(line))
    }

    fn arguments(&self, line: &str) -> Vec<String> {
        let word = |word: &str| match word.strip_prefix('@') {
            Some(name) => self.path(name).display().to_string(),
            None => word.to_owned(),
        };
        ["detect", "--timezone", "Asia/Almaty"].into_iter().chain(line.split(' ')).map(word).collect()
    }

    /// Runs something that must be refused and change nothing.
    #[track_caller]
    fn refuses(&self, line: &str, words: &[&str]) {
        let before = files(self.folder.path());
        self.detect(line).ends_with(2).complains_of(words);
        assert!(files(self.folder.path()) == before, "{line} changed a file");
    }
}

/// Hourly reads of some meters over twelve days.
fn export(n_meters: usize) -> String {
    let row = |(meter, hour): (usize, usize)| {
        let (day, at) = (1 + hour / 24, hour % 24);
        let kwh = 0.1 + 0.01 * ((meter * 7 + hour * 5) % 23) as f64 + if at > 17 { 0.4 } else { 0.0 };
        format!("m{meter:02},2024-03-{day:02} {at:02}:00,{kwh:.3}\n")
    };
    let hours = (0..n_meters).flat_map(|meter| (0..12 * 24).map(move |hour| (meter, hour)));
    format!("meter_id,timestamp,kwh\n{}", hours.map(row).collect::<String>())
}

fn n_meter_days(run: &Path) -> u64 {
    let record: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(run.join("run.json")).unwrap()).unwrap();
    record["counts"]["meter_days"].as_u64().unwrap()
}

#[test]
fn exports_are_never_taken_for_a_store() {
    let place = Place::new();
    let words = ["--store", "exports", "a.csv", "which this command writes"];
    place.refuses("--readings @exports --store @exports --out @run", &words);
    place.refuses("--readings @exports/a.csv --store @exports --out @run", &words);
    place.refuses(
        "--readings @large.csv --store @exports --out @run",
        &["--store", "a.csv", "did not make it"],
    );
}

#[test]
fn a_folder_with_files_of_others_is_no_store_and_no_run() {
    let place = Place::new();
    place.put("mine/digests/thesis.txt", "years of work");
    place.put("mine/residuals/data.parquet", "x");
    for flags in ["--store @mine --out @run", "--out @mine"] {
        place.refuses(&format!("--readings @exports {flags}"), &["mine", "did not make it", "new or empty"]);
    }
}

#[test]
fn a_run_is_no_store_and_a_store_no_run() {
    let place = Place::new();
    place.detect("--readings @exports --out @run --store @store").ends_with(0);
    place.refuses("--readings @exports --store @run --out @other", &["--store", "holds a run of hashwatt"]);
    place.refuses("--readings @exports --out @store", &["--out", "holds a store of digests"]);
    place.refuses(
        "--readings @exports --out @store/run --store @store",
        &["--out and --store", "side by side"],
    );
    place.refuses("--readings @exports --out @run --store @run/digests", &["--out and --store"]);
}

#[test]
fn what_is_read_is_not_written() {
    let place = Place::new();
    place.put("register.csv", "meter_id,activity,premises\nm01,household,flat\n");
    place.detect("--readings @exports --register @register.csv --out @run").ends_with(0);
    for (flag, name) in [
        ("--register", "register.parquet"),
        ("--verdicts", "scores.parquet"),
        ("--weather", "features.parquet"),
        ("--events", "findings.parquet"),
    ] {
        let line = format!("--readings @exports {flag} @run/{name} --out @run");
        place.refuses(&line, &[flag, name, "which this command writes"]);
    }
    place.refuses("--readings @run/scores.parquet --out @run2", &["scores.parquet", "hashwatt wrote"]);
    // In another folder the same register is welcome.
    place.detect("--readings @exports --register @run/register.parquet --out @run2").ends_with(0);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(place.path("run/register.parquet"), place.path("link.parquet")).unwrap();
        let line = "--readings @exports --register @link.parquet --out @run";
        place.refuses(line, &["--register", "which this command writes"]);
    }
}

#[test]
fn files_of_others_in_a_run_move_along_with_the_next() {
    let place = Place::new();
    let run = "--readings @exports --out @run --store @store";
    place.detect(run).ends_with(0);
    place.put("run/digests/mine.txt", "mine");
    place.put("run/notes.txt", "visited on Tuesday");
    place.put("run/suspects.csv", "my own columns\n");
    let said = place.detect(run).ends_with(0);
    let text = |name: &str| std::fs::read_to_string(place.path(name)).unwrap();
    assert_eq!(text("run/digests/mine.txt"), "mine");
    assert_eq!(text("run/notes.txt"), "visited on Tuesday");
    assert_eq!(text("run/suspects.kept-1.csv"), "my own columns\n");
    assert!(said.stdout.contains("suspects.kept-1.csv"), "{}", said.stdout);
    hashwatt_line(format!("verify {}", place.path("run").display())).ends_with(0);
}

#[test]
fn a_run_in_the_folder_of_the_exports_is_not_read_by_the_next() {
    let place = Place::new();
    for readings in ["@exports", "@exports/**/*"] {
        for _ in 0..3 {
            place.detect(&format!("--readings {readings} --out @exports/run")).ends_with(0);
            assert_eq!(n_meter_days(&place.path("exports/run")), 8 * 12, "{readings}");
        }
    }
}

#[test]
fn two_runs_at_once_leave_one_whole_run() {
    let place = Place::new();
    let start = |readings: &str| {
        let line = place.arguments(&format!("--readings {readings} --out @run"));
        command(line).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    place.detect("--readings @exports --out @small").ends_with(0);
    place.detect("--readings @large.csv --out @large").ends_with(0);
    let scores = |run: &str| std::fs::read(place.path(run).join("scores.parquet")).unwrap();
    for _ in 0..6 {
        let both = [start("@exports"), start("@large.csv")].map(|one| one.wait_with_output().unwrap());
        for one in &both {
            let said = String::from_utf8_lossy(&one.stderr);
            let is_refused = said.contains("hashwatt is at work there: ");
            assert!(one.status.code() == Some(0) || (one.status.code() == Some(2) && is_refused), "{said}");
        }
        assert!(both.iter().any(|one| one.status.success()));
        hashwatt_line(format!("verify {}", place.path("run").display())).ends_with(0);
        assert!([scores("small"), scores("large")].contains(&scores("run")));
    }
    let left: Vec<_> = std::fs::read_dir(place.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn half_a_run_is_refused_by_all_who_read_runs() {
    let place = Place::new();
    let out = place.path("run");
    let commands = |words: &[&str]| {
        let shown = out.display();
        place.put("tips.csv", "tip_id,text\n1,humming at night\n");
        let triage = format!(
            "triage {shown} {} --out {}",
            place.path("tips.csv").display(),
            place.path("t").display()
        );
        for line in [
            format!("explain {shown} m01"),
            triage,
            format!("review {shown} --no-login --listen 127.0.0.1:0"),
        ] {
            hashwatt_line(line).ends_with(2).complains_of(words);
        }
    };
    commands(&["run", "no such folder"]);
    detect_district(&out, &[]).ends_with(0);
    let scores = out.join("scores.parquet");
    let whole = std::fs::read(&scores).unwrap();
    let mut bytes = whole.clone();
    bytes[whole.len() / 2] ^= 1;
    std::fs::write(&scores, bytes).unwrap();
    commands(&["scores.parquet", "not the file that the run wrote"]);
    std::fs::write(&scores, whole).unwrap();
    std::fs::remove_file(out.join(".hashwatt")).unwrap();
    commands(&["there is no run in it"]);
    let readings = district().join("readings.parquet");
    hashwatt_line(format!(
        "digest --readings {} --out {}",
        readings.display(),
        place.path("digested").display()
    ))
    .ends_with(0);
    hashwatt_line(format!("explain {} m01", place.path("digested").display()))
        .ends_with(2)
        .complains_of(&["it holds digests, and no run"]);
}

#[test]
fn outputs_of_other_commands_are_guarded_alike() {
    let place = Place::new();
    place.put("mine/triage.csv", "tip_id,text\n1,humming\n");
    let mine = place.path("mine");
    let run = crate::district::run().display().to_string();
    for line in [
        format!("triage {run} {0}/triage.csv --out {0}", mine.display()),
        format!("simulate --scenario almaty-2021 --meters 5 --days 3 --seed 1 --out {}", mine.display()),
        format!("backtest --readings {} --seeds 1 --out {}", place.path("exports").display(), mine.display()),
    ] {
        hashwatt_line(&line).ends_with(2).complains_of(&["mine", "triage.csv"]);
        assert_eq!(files(&mine).len(), 1, "{line}");
    }
}
