//! Balances transformers of a made-up network, and the grids beside the checkout, where they are.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::program::{column_names, hashwatt, numbers, read_table, texts};
use crate::shared_data::shared;

const DAYS: usize = 40;
const HOMES: usize = 12;
const TRANSFORMERS: usize = 8;

/// A home's mean demand in an hour, unlike any other home's. [kW]
fn home_kw(home: usize, day: usize, hour: usize) -> f64 {
    let mut mix = (home as u64) << 40 | (day as u64) << 20 | hour as u64;
    for _ in 0..2 {
        mix = (mix ^ (mix >> 30)).wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mix ^= mix >> 27;
    }
    let life = (mix % 1000) as f64 / 1000.0;
    0.25 + if (7..23).contains(&hour) { 1.6 * life * life } else { 0.2 * life }
}

/// What a transformer feeds past the meters. [kW]
fn unmetered_kw(transformer: usize, day: usize, hour: usize) -> f64 {
    match transformer {
        // A tap from day 20 on.
        2 if day >= 20 => 4.0,
        // Lamps.
        5 if !(7..18).contains(&hour) => 3.0,
        _ => 0.0,
    }
}

/// What a home draws in truth. [kW]
fn drawn_kw(home: usize, day: usize, hour: usize) -> f64 {
    home_kw(home, day, hour) + if home == SLOWED && day >= 15 { 3.2 } else { 0.0 }
}

/// This home's meter registers two fifths from day 15 on, when its rig comes.
const SLOWED: usize = 4 * HOMES + 7;

/// This home hangs below transformer 6 and is listed below transformer 7.
const MISLISTED: usize = 6 * HOMES + 3;

/// Homes below the transformer with a tap, and below the one with a slowed meter.
fn has_voltage(home: &usize) -> bool {
    [2, SLOWED / HOMES].contains(&(home / HOMES))
}

/// What the meter of such a home reads of its voltage: two lines of six, 0.04 ohm from one home to the
/// next, and what the medium voltage does. [V]
fn voltage_v(home: usize, day: usize, hour: usize) -> f64 {
    let (transformer, line, own) = (home / HOMES, home % HOMES / 6, home % 6);
    let fall = |other: usize, kw: f64| 0.04 * (own.min(other) + 1) as f64 * kw * 1000.0 / 230.0;
    let first = transformer * HOMES + 6 * line;
    let of_homes: f64 = (0..6).map(|other| fall(other, drawn_kw(first + other, day, hour))).sum();
    let of_tap = if line == 1 { fall(5, unmetered_kw(transformer, day, hour)) } else { 0.0 };
    233.0 + (day as f64 * 0.9).sin() + (hour as f64 * 0.4).cos() - of_homes - of_tap
}

fn stamp(day: usize, hour: usize) -> String {
    format!("2024-{:02}-{:02}T{hour:02}:00:00", 1 + day / 28, 1 + day % 28)
}

struct Network {
    folder: tempfile::TempDir,
}

impl Network {
    /// Writes readings, and a register with `more` rows.
    fn write(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut readings = String::from("meter_id,timestamp,kwh\n");
        let mut register = String::from("meter_id,parent_id,kind,rating_kva\n");
        for transformer in 0..TRANSFORMERS {
            writeln!(register, "T{transformer},F1,transformer,25").unwrap();
            for home in transformer * HOMES..(transformer + 1) * HOMES {
                let parent = if home == MISLISTED { transformer + 1 } else { transformer };
                writeln!(register, "m{home:03},T{parent},meter,").unwrap();
            }
        }
        register.push_str(more);
        for day in 0..DAYS {
            for hour in 0..24 {
                let stamp = stamp(day, hour);
                for transformer in 0..TRANSFORMERS {
                    let homes = transformer * HOMES..(transformer + 1) * HOMES;
                    let bare: f64 = homes.clone().map(|home| drawn_kw(home, day, hour)).sum::<f64>()
                        + unmetered_kw(transformer, day, hour);
                    let supplied = bare + 0.15 + 4e-4 * bare * bare;
                    writeln!(readings, "T{transformer},{stamp},{supplied:.3}").unwrap();
                    for home in homes {
                        let share = if home == SLOWED && day >= 15 { 0.4 } else { 1.0 };
                        writeln!(readings, "m{home:03},{stamp},{:.3}", share * drawn_kw(home, day, hour))
                            .unwrap();
                    }
                }
            }
        }
        std::fs::write(folder.path().join("readings.csv"), readings).unwrap();
        std::fs::write(folder.path().join("register.csv"), register).unwrap();
        Self { folder }
    }

    /// Marks a home's reads as estimated from a day on.
    fn estimate(&self, home: usize, from: usize) {
        let path = self.folder.path().join("readings.csv");
        let (id, first) = (format!("m{home:03},"), stamp(from, 0));
        let mut marked = String::from("meter_id,timestamp,kwh,quality\n");
        for line in std::fs::read_to_string(&path).unwrap().lines().skip(1) {
            let is_estimated = line.strip_prefix(&id).is_some_and(|rest| rest >= first.as_str());
            writeln!(marked, "{line},{}", if is_estimated { "E" } else { "A" }).unwrap();
        }
        std::fs::write(path, marked).unwrap();
    }

    /// Gives the homes below the tapped transformer and below the one with a slowed meter voltages, phases
    /// and buses; the tap hangs at the end of the second of two lines.
    fn add_voltages(&self) {
        let path = self.folder.path().join("readings.csv");
        let mut read = String::from("meter_id,timestamp,kwh,voltage_v\n");
        let text = std::fs::read_to_string(&path).unwrap();
        let per_hour = TRANSFORMERS * (HOMES + 1);
        for (at, line) in text.lines().skip(1).enumerate() {
            let (day, hour) = (at / per_hour / 24, at / per_hour % 24);
            let home = line.strip_prefix('m').and_then(|rest| rest[..3].parse().ok());
            let volts = home.filter(has_voltage).map(|home| voltage_v(home, day, hour));
            writeln!(read, "{line},{}", volts.map_or_else(String::new, |volts| format!("{volts:.1}")))
                .unwrap();
        }
        std::fs::write(path, read).unwrap();
        let path = self.folder.path().join("register.csv");
        let mut placed = String::from("meter_id,parent_id,kind,rating_kva,phase,bus\n");
        for line in std::fs::read_to_string(&path).unwrap().lines().skip(1) {
            let home = line.strip_prefix('m').and_then(|rest| rest[..3].parse::<usize>().ok());
            let place = home.filter(has_voltage).map_or_else(
                || ",".to_owned(),
                |home| format!("L{},pole {}", 1 + home % HOMES / 6, 1 + home % HOMES / 2),
            );
            writeln!(placed, "{line},{place}").unwrap();
        }
        std::fs::write(path, placed).unwrap();
    }

    /// Runs with some verdicts.
    fn detect_after(&self, verdicts: &str) -> PathBuf {
        let path = self.folder.path().join("verdicts.csv");
        std::fs::write(&path, format!("meter_id,verdict\n{verdicts}")).unwrap();
        self.detect(&["--verdicts", &path.display().to_string()])
    }

    fn detect(&self, more: &[&str]) -> PathBuf {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        let (readings, register, out) = (at("readings.csv"), at("register.csv"), at("run"));
        let mut arguments = vec!["detect", "--readings", &readings, "--register", &register, "--out", &out];
        arguments.extend(more);
        let ran = hashwatt(arguments);
        assert!(ran.code <= 1, "{}", ran.stderr);
        PathBuf::from(out)
    }
}

/// Kind, rig kW and onset of the suspects.
fn suspects(run: &Path) -> BTreeMap<String, (String, f64)> {
    let table = read_table(&run.join("suspects.parquet"));
    let (ids, kinds) = (texts(&table, "meter_id"), texts(&table, "kind"));
    let kw = numbers(&table, "rig_kw");
    ids.into_iter().flatten().zip(kinds.into_iter().flatten().zip(kw.into_iter().flatten())).collect()
}

/// Reasons of a line in words, strongest first.
fn reasons(run: &Path, meter: &str) -> Vec<String> {
    let table = read_table(&run.join("reasons.parquet"));
    let rows = texts(&table, "meter_id").into_iter().zip(texts(&table, "words"));
    let reasons = rows.zip(texts(&table, "indicator")).filter(|(_, code)| code.as_deref() != Some("summary"));
    reasons.filter(|((id, _), _)| id.as_deref() == Some(meter)).filter_map(|((_, words), _)| words).collect()
}

fn codes(run: &Path) -> Vec<(String, Option<String>)> {
    let table = read_table(&run.join("findings.parquet"));
    texts(&table, "code").into_iter().flatten().zip(texts(&table, "meter_id")).collect()
}

#[test]
fn a_tap_and_a_slowed_meter_are_listed_and_lamps_and_a_mistake_of_the_register_are_not() {
    let network = Network::write("");
    let run = network.detect(&[]);
    let suspects = suspects(&run);
    let (kind, kw) = &suspects["residual:T2"];
    assert!(kind == "unmetered_load" && (kw - 4.0).abs() < 0.3, "{suspects:?}");
    assert_eq!(suspects["m055"].0, "under_registering_meter", "{suspects:?}");
    assert!(suspects.contains_key("residual:T4"), "{suspects:?}");
    let others: Vec<&String> =
        suspects.keys().filter(|id| !["residual:T2", "residual:T4", "m055"].contains(&id.as_str())).collect();
    assert!(others.is_empty(), "{others:?}");
    assert!(
        codes(&run).contains(&("wrong_parent".to_owned(), Some(format!("m{MISLISTED:03}")))),
        "{:?}",
        codes(&run)
    );
    let explained = hashwatt(["explain", &run.display().to_string(), "residual:T2"]);
    assert!(
        explained.code == 0 && explained.stdout.contains("pass the 12 meters below"),
        "{}",
        explained.stdout
    );
    let table = read_table(&run.join("suspects.parquet"));
    assert!(column_names(&table).contains(&"parent_hours_above_rating".to_owned()));
    let mut losses: Vec<f64> = numbers(&read_table(&run.join("balance.parquet")), "load_loss_per_kw")
        .into_iter()
        .flatten()
        .collect();
    losses.sort_by(f64::total_cmp);
    assert!((losses[TRANSFORMERS / 2] - 4e-4).abs() < 1e-4, "{losses:?}");
}

#[test]
fn a_meter_that_was_visited_in_vain_is_not_listed_again_for_the_residual_above_it() {
    let network = Network::write("");
    let suspects = suspects(&network.detect_after(&format!("m{SLOWED:03},rejected\n")));
    assert!(suspects.contains_key("residual:T4") && !suspects.contains_key("m055"), "{suspects:?}");
}

#[test]
fn a_residual_that_someone_looked_below_in_vain_is_listed_no_more_nor_a_meter_for_it() {
    let network = Network::write("");
    // A verdict on a transformer is one on what it feeds.
    let run = network.detect_after("residual:T4,rejected\nT2,rejected\n");
    // What its own meter shows of the rig stands by itself.
    let suspects = suspects(&run);
    assert!(suspects.iter().all(|(id, (kind, _))| id == "m055" && kind == "metered_farm"), "{suspects:?}");
    assert!(reasons(&run, "residual:T4")[0].contains("found no farm (verdict rejected)"));
    assert!(reasons(&run, "residual:T2")[0].contains("found no farm (verdict rejected)"));
    assert!(reasons(&run, "m055").iter().all(|words| !words.contains("residual")));
}

#[test]
fn voltages_say_on_which_side_of_the_lines_a_tap_hangs() {
    let network = Network::write("");
    let plain = reasons(&network.detect(&[]), "residual:T2").join("; ");
    assert!(!plain.contains("voltage"), "{plain}");
    network.add_voltages();
    let run = network.detect(&[]);
    let said = reasons(&run, "residual:T2").join("; ");
    assert!(said.contains("most at m035") || said.contains("most at m034"), "{said}");
    assert!(said.contains("phase L2, bus pole 6"), "{said}");
    let balance = read_table(&run.join("balance.parquet"));
    let phases = texts(&balance, "parent_id").into_iter().zip(texts(&balance, "load_phase"));
    let named: Vec<(String, String)> = phases.filter_map(|(id, phase)| Some((id?, phase?))).collect();
    assert_eq!(named, [("T2", "L2"), ("T4", "L2")].map(|(id, phase)| (id.to_owned(), phase.to_owned())));
    let slowed = format!("m{SLOWED:03}");
    assert_eq!(suspects(&run)[&slowed].0, "under_registering_meter");
    let said = reasons(&run, &slowed).join("; ");
    assert!(said.contains("as deep as any"), "{said}");
}

#[test]
fn a_residual_below_which_a_farm_was_found_stays_listed_and_says_so() {
    let network = Network::write("");
    let run = network.detect_after("residual:T2,confirmed\nresidual:T4,missed\nresidual:T99,confirmed\n");
    let suspects = suspects(&run);
    assert!(suspects.contains_key("residual:T2") && suspects.contains_key("m055"), "{suspects:?}");
    assert!(reasons(&run, "residual:T2")[0].contains("A farm was found below T2 (verdict confirmed)"));
    assert!(reasons(&run, "residual:T4")[0].contains("A farm was found below T4 (verdict missed)"));
    assert!(codes(&run).contains(&("verdict_unknown".to_owned(), Some("residual:T99".to_owned()))));
}

#[test]
fn a_meter_whose_reads_are_estimated_from_the_residuals_day_on_is_named() {
    let network = Network::write("");
    let estimated = 2 * HOMES + 6;
    network.estimate(estimated, 20);
    let run = network.detect(&[]);
    let (suspects, named) = (suspects(&run), format!("m{estimated:03}"));
    assert!(suspects.contains_key("residual:T2"), "{suspects:?}");
    assert!(suspects.get(&named).is_some_and(|(kind, _)| kind == "under_registering_meter"), "{suspects:?}");
    let words = &reasons(&run, &named)[0];
    assert!(words.contains("its reads are estimated or edited from 2024-01-21 on"), "{words}");
}

#[test]
fn residuals_stand_among_the_features_and_move_no_meters_score() {
    let network = Network::write("");
    let run = network.detect(&[]);
    let features = read_table(&run.join("features.parquet"));
    let rows: BTreeMap<String, String> = texts(&features, "meter_id")
        .into_iter()
        .flatten()
        .zip(texts(&features, "group").into_iter().flatten())
        .collect();
    let residuals = rows.iter().filter(|(id, _)| id.starts_with("residual:"));
    assert_eq!(residuals.map(|(_, group)| group.as_str()).collect::<Vec<_>>(), ["residuals"; TRANSFORMERS]);
    let groups = read_table(&run.join("groups.parquet"));
    assert!(!texts(&groups, "group").into_iter().flatten().any(|group| group == "residuals"));
    // A network that nobody wrote down has the same scores of meters above which nothing is unexplained.
    let score_of = |run: &Path, meter: &str| {
        let scores = read_table(&run.join("scores.parquet"));
        let place = texts(&scores, "meter_id").iter().position(|id| id.as_deref() == Some(meter)).unwrap();
        numbers(&scores, "score")[place]
    };
    let with = score_of(&run, "m001");
    let register = network.folder.path().join("register.csv");
    let bare = std::fs::read_to_string(&register).unwrap().replace("parent_id", "fed_by");
    std::fs::write(&register, bare).unwrap();
    assert_eq!(with, score_of(&network.detect(&[]), "m001"));
}

#[test]
fn a_broken_hierarchy_is_found_and_the_rest_is_balanced() {
    let network = Network::write(
        "x1,x1,meter,\nc1,c2,meter,\nc2,c1,meter,\nm900,T3,meter,\nm901,T3,meter,\nm902,T3,meter,\nm903,nowhere,meter,\n",
    );
    let run = network.detect(&[]);
    let codes = codes(&run);
    let has = |code: &str, meter: Option<&str>| codes.contains(&(code.to_owned(), meter.map(str::to_owned)));
    assert!(has("hierarchy_broken", Some("x1")) && has("hierarchy_broken", Some("c1")), "{codes:?}");
    assert!(has("parent_unknown", None), "{codes:?}");
    // Three of fifteen meters are silent: too many to know what the others miss.
    assert!(has("not_balanced", Some("T3")), "{codes:?}");
    assert!(suspects(&run).contains_key("residual:T2"));
}

#[test]
fn a_feeder_without_a_meter_of_its_own_hands_its_children_to_the_next_above() {
    let network = Network::write("F1,S1,feeder,\nS1,,substation,\n");
    let mut readings = std::fs::read_to_string(network.folder.path().join("readings.csv")).unwrap();
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for line in readings.lines().filter(|line| line.starts_with('T')) {
        let cells: Vec<&str> = line.split(',').collect();
        *sums.entry(cells[1].to_owned()).or_default() += cells[2].parse::<f64>().unwrap();
    }
    for (stamp, kw) in sums {
        writeln!(readings, "S1,{stamp},{:.3}", kw + 0.8).unwrap();
    }
    std::fs::write(network.folder.path().join("readings.csv"), readings).unwrap();
    let run = network.detect(&[]);
    let table = read_table(&run.join("balance.parquet"));
    let ids = texts(&table, "parent_id");
    let place = ids.iter().position(|id| id.as_deref() == Some("S1")).unwrap();
    // The transformers' meters, not the homes': nothing is missing at the substation.
    let (supplied, registered) =
        (numbers(&table, "supplied_kwh")[place], numbers(&table, "registered_kwh")[place]);
    let lost_kw = (supplied.unwrap() - registered.unwrap()) / (DAYS as f64 * 24.0);
    assert!((lost_kw - 0.8).abs() < 0.01, "{lost_kw}");
    assert!(!suspects(&run).contains_key("residual:S1"));
}

/// What each grid must reach: error of kW, onset within a day, under-registering meter first.
const GRIDS: [(&str, f64); 2] = [("grid-1", 0.10), ("grid-2", 0.15)];

#[test]
fn grids_beside_the_checkout_are_told_apart() {
    let Some(cases) = shared("cases") else { return };
    for (name, most_error) in GRIDS {
        let (case, folder) = (cases.join(name), tempfile::tempdir().unwrap());
        let at = |file: &str| case.join(file).display().to_string();
        let (readings, register) = (at("readings.parquet"), at("register.parquet"));
        let out = folder.path().display().to_string();
        let ran = hashwatt(["detect", "--readings", &readings, "--register", &register, "--out", &out]);
        assert!(ran.code <= 1, "{}", ran.stderr);
        let labels = read_table(&case.join("labels.parquet"));
        let listed = suspects(folder.path());
        let mut errors = Vec::new();
        for (transformer, kw) in texts(&labels, "transformer").iter().flatten().zip(numbers(&labels, "kw")) {
            let (line, kw) = (format!("residual:{transformer}"), kw.unwrap());
            assert_eq!(listed.contains_key(&line), kw > 0.0, "{name} {line} {kw}");
            errors.extend(listed.get(&line).map(|(_, rig_kw)| (rig_kw - kw).abs() / kw));
        }
        errors.sort_by(f64::total_cmp);
        assert!(errors[errors.len() / 2] < most_error, "{name}: {errors:?}");
        for meter in texts(&labels, "meter").iter().flatten() {
            assert!(
                listed.get(meter).is_some_and(|(kind, _)| kind == "under_registering_meter"),
                "{name} {meter}"
            );
        }
    }
}

#[test]
fn a_real_grid_without_theft_lists_nothing() {
    let Some(data) = shared("data") else { return };
    let (grid, folder) = (data.join("lv_grid"), tempfile::tempdir().unwrap());
    let at = |file: &str| grid.join(file).display().to_string();
    let out = folder.path().display().to_string();
    let ran = hashwatt([
        "detect",
        "--readings",
        &at("readings.parquet"),
        "--register",
        &at("meters.parquet"),
        "--out",
        &out,
    ]);
    assert!(ran.code <= 1, "{}", ran.stderr);
    assert!(suspects(folder.path()).is_empty());
}
