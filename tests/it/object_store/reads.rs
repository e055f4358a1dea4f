//! Holds what is read from an object store against the same files on disk.

use super::proxy::{Fault, Proxy};
use super::*;

#[test]
fn digests_from_an_object_store_are_those_of_local_files() {
    let bucket = export().in_bucket();
    for readings in ["exports/", "exports", "exports/*.parquet"] {
        let digests = digests_of(|out| {
            bucket.hashwatt(&[
                "digest",
                "--readings",
                &bucket.url(readings),
                "--timezone",
                ZONE,
                "--out",
                out,
            ])
        });
        assert!(digests == (export().printed.clone(), export().digests.clone()), "{readings}: {}", digests.0);
    }
}

#[test]
fn only_the_columns_that_are_needed_are_fetched_and_near_ones_together() {
    let bucket = TestBucket::new();
    let whole = export().folder.path().join("whole.parquet");
    let readings = read_table(&export().district().join("readings.parquet"));
    write(&whole, &with_notes(&readings));
    let content = std::fs::read(&whole).unwrap();
    bucket.put("whole.parquet", &content);
    let proxy = Proxy::start(bucket.server(), |_| Fault::None);
    let url = bucket.url("whole.parquet");
    let digests = digests_of(|out| {
        bucket.hashwatt_by(&proxy.url, &[], &["digest", "--readings", &url, "--timezone", ZONE, "--out", out])
    });
    let whole = whole.to_str().unwrap();
    let local = digests_of(|out| hashwatt(["digest", "--readings", whole, "--timezone", ZONE, "--out", out]));
    assert!(digests == local, "{}", digests.0);
    let reads: Vec<_> = proxy.seen().into_iter().filter(|seen| seen.reads(".parquet")).collect();
    let n_bytes: u64 = reads.iter().map(|read| read.n_bytes().expect("every read states its range")).sum();
    // The sample has all columns of the first 32,768 rows; of the others the notes, nearly all of them, stay.
    let n_groups = readings.num_rows().div_ceil(ROWS_A_GROUP);
    let share = 32_768_usize.div_ceil(ROWS_A_GROUP) as f64 / n_groups as f64 + 0.15;
    assert!((n_bytes as f64) < share * content.len() as f64, "{n_bytes} of {}", content.len());
    // Both ends, the sample, and of each row group the columns before and those after the notes.
    assert!(reads.len() <= 2 * n_groups + 12, "{} requests for {n_groups} row groups", reads.len());
}

#[test]
fn a_csv_a_packed_csv_and_an_archive_read_as_they_do_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "meter_id,timestamp,kwh\n".to_owned();
    for at in 0..60_000 {
        let (meter, hour) = (at / 1000, at % 1000);
        let (day, month) = (1 + hour / 24 % 28, 1 + hour / 24 / 28);
        text += &format!(
            "meter{meter:05},2024-{month:02}-{day:02} {:02}:00,{}.{:03}\n",
            hour % 24,
            at % 7,
            at % 991
        );
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, text.as_bytes()).unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("a.csv", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
    let bucket = TestBucket::new();
    for (name, content) in [
        ("a.csv", text.clone().into_bytes()),
        ("a.csv.gz", packed.finish().unwrap()),
        ("a.zip", zip.finish().unwrap().into_inner()),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, &content).unwrap();
        bucket.put(name, &content);
        let line = |readings: String| {
            move |out: &str| ["digest", "--readings", &readings, "--out", out].map(str::to_owned)
        };
        let local = line(path.display().to_string());
        let local = digests_of(|out| hashwatt(local(out)));
        let remote = line(bucket.url(name));
        let remote = digests_of(|out| bucket.hashwatt(&remote(out).each_ref().map(String::as_str)));
        assert!(remote.1 == local.1 && remote.0 == local.0, "{name}: {}", remote.0);
    }
}

#[test]
fn a_store_of_digests_reads_only_objects_that_are_new_or_changed() {
    let bucket = export().in_bucket();
    let proxy = Proxy::start(bucket.server(), |_| Fault::None);
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("digests").display().to_string();
    let url = bucket.url("exports/");
    let update = || {
        let before = proxy.seen().len();
        let arguments = ["digest", "--readings", &url, "--timezone", ZONE, "--store", &store];
        bucket.hashwatt_by(&proxy.url, &[], &arguments).ends_with(0);
        let reads = proxy.seen().into_iter().skip(before).filter(|seen| seen.reads(".parquet"));
        reads.filter_map(|read| read.n_bytes()).sum::<u64>()
    };
    let first = update();
    let parts = files(Path::new(&store));
    let second = update();
    // Only what opening a file takes.
    assert!(second < first, "{second} of {first}");
    assert_eq!(files(Path::new(&store)), parts);
    // The same bytes in another order of rows are another version.
    let (name, content) = &export().files[2];
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    write(&path, &read_table(&path).slice(0, 100));
    bucket.put(&format!("exports/{name}"), &std::fs::read(&path).unwrap());
    update();
    assert_ne!(files(Path::new(&store)), parts);
    let record: serde_json::Value =
        serde_json::from_slice(&std::fs::read(Path::new(&store).join("store.json")).unwrap()).unwrap();
    let tagged = record["store"]["files"].as_array().unwrap().iter().all(|file| file["e_tag"].is_string());
    assert!(tagged, "{record}");
}
