//! Tries credentials, endpoints and URLs that hashwatt takes or refuses.

use std::time::{Duration, Instant};

use super::proxy::{Fault, Proxy};
use super::*;
use crate::program::{command, hashwatt_line, ran};

#[test]
fn a_profile_of_the_aws_command_line_gives_keys_and_endpoint() {
    let bucket = export().in_bucket();
    let folder = tempfile::tempdir().unwrap();
    let (credentials, config) = (folder.path().join("credentials"), folder.path().join("config"));
    std::fs::write(&credentials, "[office]\naws_access_key_id = AKOFFICE\naws_secret_access_key = x/y+z=\n")
        .unwrap();
    std::fs::write(
        &config,
        format!("[profile office]\nregion = eu-central-1\nendpoint_url = {}\n", bucket.server()),
    )
    .unwrap();
    let out = folder.path().join("run");
    let mut run = command(["digest", "--readings", &bucket.url("exports/"), "--timezone", ZONE, "--out"]);
    run.arg(&out).env_remove("AWS_ACCESS_KEY_ID").env("AWS_ALLOW_HTTP", "true").env("AWS_PROFILE", "office");
    run.env("AWS_SHARED_CREDENTIALS_FILE", &credentials).env("AWS_CONFIG_FILE", &config);
    ran(&mut run).ends_with(0);
    assert!(files(&out.join("digests")) == export().digests);
    run.env("AWS_PROFILE", "nobody");
    ran(&mut run).ends_with(2).complains_of(&["AWS_PROFILE", "`nobody`"]);
}

#[test]
fn nothing_is_sent_without_encryption_unless_the_environment_allows_it() {
    let bucket = export().in_bucket();
    let proxy = Proxy::start(bucket.server(), |_| Fault::None);
    let arguments = ["check", &bucket.url("exports/")];
    let ran = bucket.hashwatt_by(&proxy.url, &[("AWS_ALLOW_HTTP", "false")], &arguments).ends_with(2);
    ran.complains_of(&["AWS_ENDPOINT_URL", &proxy.url, "AWS_ALLOW_HTTP=true"]);
    assert!(proxy.seen().is_empty());
}

#[test]
fn without_credentials_a_run_ends_at_once_and_says_what_to_set() {
    let begun = Instant::now();
    let mut run = command(["check", "s3://bucket/exports/"]);
    run.env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null").env("AWS_CONFIG_FILE", "/dev/null");
    for variable in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"] {
        run.env_remove(variable);
    }
    ran(&mut run).ends_with(2).complains_of(&["no credentials", "AWS_ACCESS_KEY_ID", "AWS_PROFILE"]);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn a_bucket_or_a_folder_that_is_not_there_is_named() {
    let bucket = TestBucket::new();
    let url = bucket.url("nothing/");
    bucket.hashwatt(&["check", &url]).ends_with(2).complains_of(&[&url, "no Parquet or CSV file is there"]);
    bucket
        .hashwatt(&["check", "s3://no-such-bucket/x/"])
        .ends_with(2)
        .complains_of(&["s3://no-such-bucket/x"]);
}

#[test]
fn a_url_is_never_taken_for_a_local_path() {
    let folder = tempfile::tempdir().unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples/almaty-2021/readings.parquet");
    let sample = sample.display();
    let url = "s3://bucket/place";
    for (line, setting) in [
        (format!("detect --readings {sample} --register {url}"), "--register"),
        (format!("detect --readings {sample} --weather {url}"), "--weather"),
        (format!("detect --readings {sample} --events {url}"), "--events"),
        (format!("detect --readings {sample} --verdicts {url}"), "--verdicts"),
        (format!("detect --readings {sample} --store {url}"), "--store"),
        (format!("digest --readings {sample} --store {url}"), "--store"),
        (format!("backtest --readings {sample} --out {url}"), "--out"),
        (format!("simulate --scenario almaty-2021 --meters 9 --days 9 --seed 1 --out {url}"), "--out"),
        (format!("detect {url}.toml"), "PIPELINE.toml"),
        (format!("detect --replay {url} --out x"), "--replay"),
        (format!("explain {url} M1"), "RUN"),
        (format!("evidence {url} M1 --out x.html"), "RUN"),
        (format!("evidence run1 M1 --out {url}"), "--out"),
        (format!("verify x.html --run {url}"), "--run"),
        (format!("review {url} --no-login"), "RUN"),
        (format!("review run1 --no-login --streets {url}"), "--streets"),
        (format!("verify {url}"), "RUN|STORE"),
        (format!("triage {url} tips.csv --out x"), "RUN"),
        (format!("triage run1 {url} --out x"), "TIPS"),
        (format!("triage run1 tips.csv --out {url}"), "--out"),
        (format!("triage run1 tips.csv --streets {url} --out x"), "--streets"),
    ] {
        let mut run = command(line.split_whitespace());
        run.current_dir(&folder);
        let ran = ran(&mut run).ends_with(2);
        ran.complains_of(&[setting, url, "a local path is needed"]);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "{line}: something was written");
    }
    let pipeline = folder.path().join("a.toml");
    let text = format!("[[readings]]\npath = \"{sample}\"\n[register]\npath = \"{url}\"\n");
    std::fs::write(&pipeline, text).unwrap();
    hashwatt_line(format!("detect {}", pipeline.display())).ends_with(2).complains_of(&["--register", url]);
}
