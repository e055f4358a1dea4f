//! Repeats finished runs from their records, on other threads and on the processors of other machines.

use std::path::Path;
use std::process::Command;

use hashwatt::calendar::Calendar;
use hashwatt::digest::kernel::{DayIntervals, Scratch, digest_day};
use hashwatt::settings::Windows;

use crate::district::{district, run};
use crate::program::{command, files, hashwatt, say_skipped};

/// What differs from run to run: durations, and the marker that has their sums.
fn outputs(folder: &Path) -> std::collections::BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut outputs = files(folder);
    outputs.retain(|path, _| path != Path::new("timings.json") && path != Path::new(".hashwatt"));
    outputs
}

#[track_caller]
fn assert_same(first: &Path, second: &Path) {
    let (first, second) = (outputs(first), outputs(second));
    assert!(first.keys().eq(second.keys()));
    let others: Vec<_> =
        first.iter().filter(|(path, bytes)| second[*path] != **bytes).map(|(path, _)| path).collect();
    assert!(others.is_empty(), "other bytes: {others:?}");
}

fn replay(run: &Path, out: &Path, more: &[&str]) -> Vec<String> {
    let [run, out] = [run, out].map(|path| path.display().to_string());
    let words = ["detect", "--replay", &run, "--out", &out].into_iter().chain(more.iter().copied());
    words.map(str::to_owned).collect()
}

#[test]
fn a_run_repeated_from_its_record_has_the_same_bytes_with_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    for threads in ["1", "3"] {
        let out = folder.path().join(threads);
        let ran = hashwatt(replay(&run().join("run.json"), &out, &["--threads", threads])).ends_with(0);
        assert!(ran.stdout.contains("Replayed: "), "{}", ran.stdout);
        assert_same(run(), &out);
    }
    // Every setting that moves an output is in the record: one that is not the default comes back, too.
    let text = format!(
        "[run]\ntimezone = \"Asia/Almaty\"\nlanguage = \"ru\"\nseed = 7\naccept_guesses = true\n\
         [[readings]]\npath = \"{0}/readings.parquet\"\nunit = \"kWh\"\n[register]\npath = \"{0}/register.parquet\"\n\
         [windows]\nnight = [23, 5]\n[digest]\nmemory_mib = 64\n[groups]\nmax_per_class = 3\n\
         [ranking]\nmax_false_chance = 0.4\nexpected_share = 0.1\ntariff_per_kwh = 0.05\n\
         [[tariffs]]\nclass = \"residential\"\nfrom = 2022-01-01\nprice_per_kwh = 21.3\n\
         [learning]\nrounds = 60\nrigs_per_host = 2\nwithout = [\"timer\"]\n",
        district().display()
    );
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("p.toml"), text).unwrap();
    let [pipeline, first] = ["p.toml", "first"].map(|name| place(name).display().to_string());
    hashwatt(["detect", &pipeline, "--out", &first]).ends_with(0);
    // The folder of the run is enough.
    hashwatt(replay(&place("first"), &place("again"), &["--threads", "1"])).ends_with(0);
    assert_same(&place("first"), &place("again"));
}

#[test]
fn inputs_that_changed_and_outputs_that_are_others_end_the_replay() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::create_dir(place("in")).unwrap();
    for name in ["readings.parquet", "register.parquet"] {
        std::fs::copy(district().join(name), place("in").join(name)).unwrap();
    }
    let [readings, register, out] =
        ["in/readings.parquet", "in/register.parquet", "run"].map(|name| place(name).display().to_string());
    let zone = ["--timezone", "Asia/Almaty"];
    let words = ["detect", "--readings", &readings, "--register", &register, "--out", &out];
    hashwatt(words.into_iter().chain(zone)).ends_with(0);
    // Into its own folder, which would take its record away.
    hashwatt(replay(&place("run"), &place("run"), &[])).ends_with(2).complains_of(&["--out", "run.json"]);
    hashwatt(["detect", "--replay", &out]).ends_with(2);
    hashwatt(replay(&place("run"), &place("x"), &["--seed", "3"])).ends_with(2);
    // An output that the record does not have.
    let record = std::fs::read_to_string(place("run/run.json")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&record).unwrap();
    let outputs = value["outputs"].as_array().unwrap();
    let scores =
        outputs.iter().find(|file| file["path"] == "scores.parquet").unwrap()["sha256"].as_str().unwrap();
    std::fs::write(place("other.json"), record.replace(scores, &"0".repeat(64))).unwrap();
    hashwatt(replay(&place("other.json"), &place("y"), &[])).ends_with(2).complains_of(&[
        "came out otherwise",
        "scores.parquet",
        "run.json",
    ]);
    // An input with one more byte; nothing is written.
    let mut bytes = std::fs::read(&register).unwrap();
    bytes.push(0);
    std::fs::write(&register, bytes).unwrap();
    hashwatt(replay(&place("run"), &place("z"), &[]))
        .ends_with(2)
        .complains_of(&["register.parquet", "bytes, and had"]);
    std::fs::remove_file(&register).unwrap();
    hashwatt(replay(&place("run"), &place("z"), &[])).ends_with(2).complains_of(&["register.parquet"]);
    assert!(!place("z").exists());
}

/// Whatever unit it is built for: `RUSTFLAGS=-Ctarget-cpu=native cargo test --test it -- replay::the_bits`.
#[test]
fn the_bits_of_digests_are_those_of_every_machine() {
    let civil = *Calendar::new(None).day_of(1_300_000_000).unwrap();
    let mut sum = 0_u64;
    for at in 0..100_u32 {
        // Whole numbers by a multiplication that wraps: no library has a say in them.
        let kw = |slot: u32| ((at * 48 + slot).wrapping_mul(2_654_435_761) >> 12) as f32 * 1.7e-5;
        let kw: Vec<f32> = (0..48).map(kw).collect();
        let estimated: Vec<bool> = (0..48).map(|slot| (slot + at) % 11 == 0).collect();
        let day = DayIntervals { civil: &civil, interval_s: 1800, demand_kw: &kw, estimated: &estimated };
        let row = digest_day(day, Windows::default().night, &mut Scratch::default());
        for number in row.floats().into_iter().chain(row.hour_kw) {
            sum = (sum ^ u64::from(number.to_bits())).wrapping_mul(0x0100_0000_01b3);
        }
    }
    assert_eq!(sum, 14_831_192_526_248_578_391);
}

/// Processors to repeat a run on, as `qemu-x86_64 -cpu` names them: without AVX, and with AVX2 and FMA but no AVX-512.
const PROCESSORS: [&str; 2] = ["Nehalem", "Haswell"];

#[test]
fn a_run_repeated_on_another_processor_has_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    // The system's library picks its functions by the processor, and can be told to pick those of an older one.
    let out = folder.path().join("older");
    let mut older = command(replay(run(), &out, &[]));
    older.env("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX512F,-AVX2,-AVX,-FMA,-FMA4,-SSE4_2,-SSSE3");
    assert!(older.output().unwrap().status.success());
    assert_same(run(), &out);
    // Everything else does so, too, on a processor that is emulated: on a district small enough for that.
    let emulator = Command::new("qemu-x86_64").arg("--version").output();
    if emulator.is_err() || !cfg!(target_arch = "x86_64") {
        return say_skipped("qemu-x86_64 is not here (Debian's package qemu-user)");
    }
    let place = |name: &str| folder.path().join(name).display().to_string();
    let simulate =
        "simulate --scenario almaty-2021 --meters 45 --days 35 --seed 4 --interval 60 --prevalence 0.2 --out";
    hashwatt(simulate.split(' ').chain([&*place("small")])).ends_with(0);
    let [readings, register] = ["small/readings.parquet", "small/register.parquet"].map(place);
    let words =
        ["detect", "--readings", &readings, "--register", &register, "--timezone", "Asia/Almaty", "--out"];
    hashwatt(words.into_iter().chain([&*place("first")])).ends_with(0);
    for processor in PROCESSORS {
        let out = folder.path().join(processor);
        let mut emulated = Command::new("qemu-x86_64");
        emulated.args(["-cpu", processor, env!("CARGO_BIN_EXE_hashwatt")]);
        let ran = emulated.args(replay(&folder.path().join("first"), &out, &[])).output().unwrap();
        assert!(ran.status.success(), "{processor}: {}", String::from_utf8_lossy(&ran.stderr));
        assert_same(&folder.path().join("first"), &out);
    }
}
