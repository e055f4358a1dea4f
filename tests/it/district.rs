//! Simulates one small district for all tests and runs `detect` on it once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use hashwatt::folder::{Holds, Marker};
use hashwatt::trials::{Scenario, SimulateSettings, simulate};

use crate::program::{Ran, hashwatt};

/// Usage points: enough to learn from, few enough for a test.
const METERS: usize = 160;

/// Local days, with the raids of February and March 2022 at their end.
const DAYS: usize = 60;

/// Share with a rig: a tenth, so that a small district has some.
const PREVALENCE: f32 = 0.1;

/// The folder of the simulated district; the first test that asks makes it.
pub fn district() -> &'static Path {
    static DISTRICT: OnceLock<PathBuf> = OnceLock::new();
    DISTRICT.get_or_init(|| {
        let out = fresh_folder("district");
        let settings = SimulateSettings {
            prevalence: PREVALENCE,
            interval_minutes: 60,
            ..SimulateSettings::new(Scenario::named("almaty-2021").unwrap(), METERS, DAYS, 5, &out)
        };
        simulate(&settings).unwrap();
        out
    })
}

/// The folder of one run of `detect` over the district.
pub fn run() -> &'static Path {
    static RUN: OnceLock<PathBuf> = OnceLock::new();
    RUN.get_or_init(|| {
        let out = fresh_folder("run");
        detect_district(&out, &["--threads", "2"]).ends_with(0);
        out
    })
}

/// Marks what is in a run's folder as what the run wrote, after a test has changed it.
pub fn seal(run: &Path) {
    Marker::of_content(Holds::Run, run, &BTreeMap::new()).unwrap().write(run).unwrap();
}

/// Runs `detect` over the district into `out`.
pub fn detect_district(out: &Path, more: &[&str]) -> Ran {
    let file = |name: &str| district().join(name).display().to_string();
    let out = out.display().to_string();
    let (readings, register) = (file("readings.parquet"), file("register.parquet"));
    let (weather, events) = (file("weather.parquet"), file("events.parquet"));
    let mut arguments = vec!["detect", "--readings", &readings, "--register", &register, "--weather"];
    arguments.extend([&weather, "--events", &events, "--timezone", "Asia/Almaty", "--out", &out]);
    arguments.extend(more);
    hashwatt(arguments)
}

/// An empty folder of this name that outlives the tests, for a person to look into.
fn fresh_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
