//! Feeds the entry of each fuzz target some hundred mutated inputs, the same ones each time.

use std::panic::catch_unwind;
use std::path::Path;

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::bad_input::good_csv;

#[path = "../../fuzz/entries.rs"]
mod entries;

/// Inputs of one target: a smoke, while `fuzz/run` takes minutes.
const N_INPUTS: usize = 300;

/// Longest seed, so that an input takes milliseconds. [bytes]
const MAX_SEED_BYTES: usize = 24_000;

/// Mutations of one input, at most.
const MAX_MUTATIONS: usize = 6;

/// What bad files hold where good ones hold something else.
const ODD: [&[u8]; 16] = [
    b"1e308",
    b"-1e308",
    b"NaN",
    b"inf",
    b"\"",
    b"\n",
    b";",
    b"\0",
    b"\xff\xfe",
    b"9999-12-31",
    b"0000-00-00",
    b"1970-01-01",
    b"-9223372036854775808",
    b"99999999999999999999",
    "\u{202e}".as_bytes(),
    b"{[",
];

fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The first lines of a text that fit.
fn head(mut text: Vec<u8>) -> Vec<u8> {
    text.truncate(MAX_SEED_BYTES);
    let end = text.iter().rposition(|byte| *byte == b'\n').unwrap();
    text.truncate(end + 1);
    text
}

fn mutate(input: &mut Vec<u8>, rng: &mut Xoshiro256PlusPlus) {
    for _ in 0..rng.gen_range(1..=MAX_MUTATIONS) {
        let at = rng.gen_range(0..=input.len());
        let to = (at + rng.gen_range(1..64)).min(input.len());
        match rng.gen_range(0..5) {
            0 if at < input.len() => input[at] ^= 1 << rng.gen_range(0..8),
            1 => drop(input.drain(at..to)),
            2 => {
                let odd = ODD[rng.gen_range(0..ODD.len())];
                drop(input.splice(at..to.min(at + odd.len()), odd.iter().copied()));
            }
            3 => {
                let part = input[at..to].to_vec();
                drop(input.splice(at..at, part));
            }
            _ if at > 0 && rng.gen_range(0..20) == 0 => input.truncate(at),
            _ => {}
        }
    }
}

fn try_entry(entry: fn(&[u8]), seeds: &[Vec<u8>]) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(17);
    for n in 0..N_INPUTS {
        let mut input = seeds[n % seeds.len()].clone();
        // Each seed is tried as it is first.
        if n >= seeds.len() {
            mutate(&mut input, &mut rng);
        }
        let caught = catch_unwind(|| entry(&input));
        assert!(caught.is_ok(), "input {n}: b\"{}\"", input.escape_ascii());
    }
}

#[test]
fn bytes_as_parquet() {
    try_entry(
        entries::parquet,
        &[sample("data-samples/layouts/daily_rows.parquet"), sample("tests/bad_data/page_checksums.parquet")],
    );
}

#[test]
fn bytes_as_csv() {
    let layouts = ["long", "wide"].map(|name| head(sample(&format!("data-samples/layouts/{name}.csv"))));
    try_entry(entries::csv, &[layouts.to_vec(), vec![head(good_csv(1).into_bytes())]].concat());
}

#[test]
fn bytes_as_xml() {
    let seeds = ["80020", "espi"].map(|name| sample(&format!("data-samples/formats/{name}.xml")));
    try_entry(entries::xml, &seeds);
}

#[test]
fn bytes_as_an_archive() {
    try_entry(entries::archive, &[sample("data-samples/formats/messages.zip")]);
}

#[test]
fn bytes_as_register_reads() {
    try_entry(entries::register_reads, &[head(sample("data-samples/layouts/register_reads.csv"))]);
}

#[test]
fn bytes_as_a_pipeline() {
    let seeds = ["residential", "nightly", "sample"].map(|name| sample(&format!("pipelines/{name}.toml")));
    try_entry(entries::pipeline_toml, &seeds);
}

#[test]
fn bytes_as_tips() {
    let csv = [b"\0".to_vec(), sample("data-samples/almaty-2021/tips.csv")].concat();
    let lines = b"\x01{\"tip_id\": \"1\", \"text\": \"humming at night, flat 7\", \"meter_id\": \"m0\", \"lat\": 43.2}\n";
    try_entry(entries::tips, &[csv, lines.to_vec()]);
}

#[test]
fn bytes_as_a_body_of_the_api() {
    let verdict = br#"{"action": "verdict", "value": "confirmed", "reason": "racks in the cellar"}"#;
    let visit = br#"{"action": "visit_requested", "value": "2024-02-30", "reason": ""}"#;
    try_entry(entries::api_body, &[verdict.to_vec(), visit.to_vec()]);
}
