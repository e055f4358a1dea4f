//! Puts faults between the program and the store: a run ends right, or with an error that names the object.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::proxy::{Fault, Proxy, Seen};
use super::*;

/// Object that the faults fall on.
const KEY: &str = "exports/2.parquet";

/// Reads of an object that open it, at most; later ones are those of the digest.
const OPENING_READS: usize = 5;

/// Digests the export through a proxy with faults.
fn digest(
    bucket: &TestBucket,
    attempts: &str,
    out: &str,
    choose: impl Fn(&Seen) -> Fault + Send + Sync + 'static,
) -> crate::program::Ran {
    let proxy = Proxy::start(bucket.server(), choose);
    let url = bucket.url("exports/");
    let arguments = ["digest", "--readings", &url, "--timezone", ZONE, "--out", out];
    bucket.hashwatt_by(&proxy.url, &[("AWS_MAX_ATTEMPTS", attempts)], &arguments)
}

#[test]
fn faults_that_pass_change_no_byte() {
    let bucket = export().in_bucket();
    let once = |seen: &Seen, fault: Fault| if seen.n_before == 0 { fault } else { Fault::None };
    type Choose = Box<dyn Fn(&Seen) -> Fault + Send + Sync>;
    let faults: [(&str, Choose); 6] = [
        ("slow", Box::new(|_| Fault::Slow(Duration::from_millis(40)))),
        ("500", Box::new(move |seen| once(seen, Fault::Error(500, "InternalError")))),
        ("503", Box::new(move |seen| once(seen, Fault::Error(503, "SlowDown")))),
        ("429", Box::new(move |seen| once(seen, Fault::Error(429, "TooManyRequests")))),
        (
            "broken off",
            Box::new(move |seen| {
                once(seen, if seen.reads(".parquet") { Fault::BreakOff } else { Fault::None })
            }),
        ),
        (
            "short",
            Box::new(move |seen| {
                once(seen, if seen.reads(".parquet") { Fault::Shorten } else { Fault::None })
            }),
        ),
    ];
    for (name, choose) in faults {
        let digests = digests_of(|out| digest(&bucket, "10", out, choose));
        assert!(digests == (export().printed.clone(), export().digests.clone()), "{name}: {}", digests.0);
    }
}

#[test]
fn faults_that_stay_end_the_run_and_name_the_object() {
    let bucket = export().in_bucket();
    let out = tempfile::tempdir().unwrap();
    // While files are opened, and while they are digested.
    for reads_before in [0, OPENING_READS] {
        for (fault, words) in [
            ("500", "500"),
            ("503", "SlowDown"),
            ("403", "refuses access"),
            ("broken off", "does not answer as it should"),
            ("short", "the store sent"),
        ] {
            let n_reads = AtomicUsize::new(0);
            let path = out.path().join("run");
            let choose = move |seen: &Seen| {
                if !seen.reads(KEY) || n_reads.fetch_add(1, Ordering::Relaxed) < reads_before {
                    return Fault::None;
                }
                match fault {
                    "500" => Fault::Error(500, "InternalError"),
                    "503" => Fault::Error(503, "SlowDown"),
                    "403" => Fault::Error(403, "AccessDenied"),
                    "broken off" => Fault::BreakOff,
                    _ => Fault::Shorten,
                }
            };
            let ran = digest(&bucket, "3", path.to_str().unwrap(), choose).ends_with(2);
            ran.complains_of(&[&bucket.url(KEY), words]);
            assert!(!path.exists(), "{fault}: something was written");
        }
    }
}

#[test]
fn an_object_that_vanishes_or_changes_in_mid_run_ends_it() {
    for (is_gone, words) in [(true, "it is not there (any more)"), (false, "it changed while it was read")] {
        for reads_before in [0, OPENING_READS] {
            let bucket = export().in_bucket();
            let (name, n_reads) = (bucket.name.clone(), AtomicUsize::new(0));
            let out = tempfile::tempdir().unwrap();
            let path = out.path().join("run");
            let choose = move |seen: &Seen| {
                if seen.reads(KEY) && n_reads.fetch_add(1, Ordering::Relaxed) == reads_before {
                    let bucket = TestBucket { name: name.clone() };
                    if is_gone {
                        bucket.delete(KEY);
                    } else {
                        // As long, and otherwise another export of the same meters.
                        let mut content = export().files[2].1.clone();
                        let middle = content.len() / 2;
                        content[middle] ^= 1;
                        bucket.put(KEY, &content);
                    }
                }
                Fault::None
            };
            let ran = digest(&bucket, "3", path.to_str().unwrap(), choose).ends_with(2);
            ran.complains_of(&[&bucket.url(KEY), words, "run again"]);
            assert!(!path.exists());
        }
    }
}

#[test]
fn a_listing_that_fails_ends_the_run_even_where_other_readings_are_there() {
    let bucket = export().in_bucket();
    let proxy =
        Proxy::start(
            bucket.server(),
            |seen| {
                if seen.lists() { Fault::Error(503, "SlowDown") } else { Fault::None }
            },
        );
    let out = tempfile::tempdir().unwrap();
    let path = out.path().join("run").display().to_string();
    let (one, all) = (bucket.url("exports/0.parquet"), bucket.url("exports/"));
    let arguments = ["digest", "--readings", &one, "--readings", &all, "--out", &path];
    let ran = bucket.hashwatt_by(&proxy.url, &[("AWS_MAX_ATTEMPTS", "2")], &arguments).ends_with(2);
    ran.complains_of(&[&bucket.url("exports"), "SlowDown"]);
}
