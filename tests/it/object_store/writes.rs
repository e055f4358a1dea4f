//! Writes runs into an object store: whole, under conditions, and with nothing of others touched.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use super::proxy::{Fault, Proxy};
use super::*;
use crate::program::Ran;

/// Digests the export on disk into a place of the bucket.
#[track_caller]
fn digest_to(bucket: &TestBucket, endpoint: &str, place: &str) -> Ran {
    digest_of("exports", bucket, endpoint, place)
}

#[track_caller]
fn digest_of(readings: &str, bucket: &TestBucket, endpoint: &str, place: &str) -> Ran {
    let (exports, out) = (export().folder.path().join(readings), bucket.url(place));
    let arguments = ["digest", "--readings", exports.to_str().unwrap(), "--timezone", ZONE, "--out", &out];
    bucket.hashwatt_by(endpoint, &[("AWS_MAX_ATTEMPTS", "4")], &arguments)
}

/// Copies a place to disk, as the cloud's own tool does.
fn copied(bucket: &TestBucket, place: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for key in bucket.keys() {
        if let Some(name) = key.strip_prefix(&format!("{place}/")) {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, bucket.get(&key).unwrap()).unwrap();
        }
    }
    folder
}

#[track_caller]
fn verifies(bucket: &TestBucket, place: &str) {
    let copy = copied(bucket, place);
    hashwatt(["verify", copy.path().to_str().unwrap()]).ends_with(0);
}

#[test]
fn a_run_in_an_object_store_is_the_run_on_disk() {
    let bucket = export().in_bucket();
    let district = export().district();
    let (register, local) = (district.join("register.parquet"), tempfile::tempdir().unwrap());
    let (register, local) = (register.to_str().unwrap(), local.path().join("run"));
    let exports = bucket.url("exports/");
    let run = |out: &str| {
        let input =
            ["detect", "--readings", &exports, "--register", register, "--timezone", ZONE, "--seed", "7"];
        bucket.hashwatt(&[&input[..], &["--out", out]].concat()).ends_with(0).stdout
    };
    let (url, shown) = (bucket.url("runs/1"), local.to_str().unwrap());
    let (remote_text, local_text) = (run(&url), run(shown));
    // `explain`, which is offered for runs on disk, reads no URL.
    let is_said = |line: &&str| !line.is_empty() && !line.contains("hashwatt explain");
    let lines = |text: &str, out: &str| -> Vec<String> {
        text.replace(out, "OUT").lines().filter(is_said).map(str::to_owned).collect()
    };
    assert!(!remote_text.contains("hashwatt explain") && local_text.contains("hashwatt explain"));
    assert_eq!(lines(&remote_text, &url), lines(&local_text, shown));
    let copy = copied(&bucket, "runs/1");
    let without_times = |folder: &Path| {
        let mut files = files(folder);
        assert!(files.remove(Path::new("timings.json")).is_some());
        files
    };
    assert!(without_times(copy.path()) == without_times(&local));
    verifies(&bucket, "runs/1");
    // The next run takes its place, and files of others stay.
    bucket.put("runs/1/notes.txt", b"mine");
    run(&url);
    assert!(bucket.get("runs/1/notes.txt").is_some_and(|notes| notes == b"mine"));
    verifies(&bucket, "runs/1");
    // A run is no export.
    bucket.hashwatt(&["check", &url]).ends_with(2).complains_of(&["no Parquet or CSV file is there"]);
}

#[test]
fn what_is_not_hashwatts_is_refused_by_name_and_stays() {
    let bucket = TestBucket::new();
    bucket.put("place/theirs.csv", b"x");
    let url = bucket.url("place/theirs.csv");
    digest_to(&bucket, bucket.server(), "place").ends_with(2).complains_of(&["--out", "not empty", &url]);
    digest_to(&bucket, bucket.server(), "").ends_with(2).complains_of(&["--out", "a whole bucket"]);
    assert_eq!(bucket.keys(), ["place/theirs.csv"]);
    // What was changed since hashwatt wrote it is somebody's work.
    digest_to(&bucket, bucket.server(), "run").ends_with(0);
    let keys = bucket.keys();
    sleep(Duration::from_millis(1100));
    let part = keys.iter().find(|key| key.ends_with("store.json")).unwrap();
    bucket.put(part, b"changed");
    digest_to(&bucket, bucket.server(), "run").ends_with(2).complains_of(&[&bucket.url(part), "Move it"]);
    assert!(bucket.get(part).is_some_and(|content| content == b"changed"));
    assert_eq!(bucket.keys(), keys);
}

#[test]
fn faults_that_pass_leave_a_whole_run_and_others_none() {
    let bucket = TestBucket::new();
    let proxy = Proxy::start(bucket.server(), |seen| match seen.n_before {
        0 => Fault::Error(503, "SlowDown"),
        _ => Fault::None,
    });
    digest_to(&bucket, &proxy.url, "run").ends_with(0);
    verifies(&bucket, "run");
    assert!(files(&copied(&bucket, "run").path().join("digests")) == export().digests);
    // The output of a run that cannot be uploaded stays on disk.
    let proxy = Proxy::start(bucket.server(), |seen| match seen.target.contains("store.json") {
        true => Fault::Error(500, "InternalError"),
        false => Fault::None,
    });
    let ran = digest_to(&bucket, &proxy.url, "half").ends_with(2);
    let kept = ran.stderr.split("whole in ").nth(1).and_then(|rest| rest.split(": copy it").next()).unwrap();
    assert!(files(&Path::new(kept).join("digests")) == export().digests, "{kept}");
    std::fs::remove_dir_all(kept).unwrap();
    ran.complains_of(&["--out", &bucket.url("half"), "store.json"]);
    // Half a run is no run: whoever copies it is told so.
    let copy = copied(&bucket, "half");
    hashwatt(["verify", copy.path().to_str().unwrap()]).ends_with(1);
    // Nobody takes its place while it may be at work.
    digest_to(&bucket, bucket.server(), "half").ends_with(2).complains_of(&[
        "--out",
        "uploads there",
        "process ",
    ]);
}

#[test]
fn of_two_runs_on_one_place_one_is_refused() {
    for is_replacing in [false, true] {
        let bucket = TestBucket::new();
        if is_replacing {
            digest_to(&bucket, bucket.server(), "run").ends_with(0);
        }
        // A run of other readings finishes just before the first upload of this one.
        let (name, is_done) = (bucket.name.clone(), AtomicBool::new(false));
        let proxy = Proxy::start(bucket.server(), move |seen| {
            if seen.method == "PUT" && !is_done.swap(true, Ordering::Relaxed) {
                let bucket = TestBucket { name: name.clone() };
                digest_of("exports/0.parquet", &bucket, bucket.server(), "run").ends_with(0);
            }
            Fault::None
        });
        let ran = digest_to(&bucket, &proxy.url, "run").ends_with(2);
        let kept =
            ran.stderr.split("whole in ").nth(1).and_then(|rest| rest.split(": copy it").next()).unwrap();
        std::fs::remove_dir_all(kept).unwrap();
        ran.complains_of(&[&bucket.url("run/.hashwatt"), "another run took the place"]);
        verifies(&bucket, "run");
    }
}
