//! Lists a folder of ten thousand objects, page by page.

use super::proxy::{Fault, Proxy};
use super::*;

/// Objects beside the export.
const OBJECTS: usize = 10_000;

#[test]
fn ten_thousand_keys_are_listed_to_the_last() {
    let bucket = TestBucket::new();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let bucket = &bucket;
            scope.spawn(move || {
                for at in (thread..OBJECTS).step_by(4) {
                    bucket.put(&format!("exports/part-{at:05}.dat"), b"x");
                }
            });
        }
    });
    // They lie before, between and behind the others.
    let places = ["0", "part-03000.parquet/1", "part-07000.parquet/2", "z"];
    for ((_, content), place) in export().files.iter().zip(places) {
        bucket.put(&format!("exports/{place}.parquet"), content);
    }
    let n_pages = |proxy: &Proxy| proxy.seen().iter().filter(|seen| seen.lists()).count();
    let proxy = Proxy::start(bucket.server(), |seen| match seen.lists() && seen.n_before == 0 {
        true => Fault::Error(503, "SlowDown"),
        false => Fault::None,
    });
    let url = bucket.url("exports/");
    let (printed, digests) = digests_of(|out| {
        let arguments = ["digest", "--readings", &url, "--timezone", ZONE, "--out", out];
        let ran = bucket.hashwatt_by(&proxy.url, &[], &arguments);
        // Files with an unknown ending are left out, and a finding says so.
        assert!(ran.stdout.contains("file_skipped"), "{}", ran.stdout);
        ran
    });
    assert!(digests == export().digests, "{printed}");
    assert!(n_pages(&proxy) >= 2 * OBJECTS / 1000, "{} requests", n_pages(&proxy));
}
