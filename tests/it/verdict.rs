//! Checks that `check` says what is certain and what is guessed, and that a file is not read by a guess alone.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::{Ran, files, hashwatt, hashwatt_line};

/// Half-hourly energy of 16 days of January, written as an office might: day and time apart, decimal comma,
/// two lines before the header, and a name of the file that names the meter.
fn office_export(folder: &Path, meter: &str) -> PathBuf {
    let mut text = "Report of consumption\nprinted at noon\n\nDate;Time;Consumption kWh\n".to_owned();
    for day in 1..17 {
        for half_hour in 0..48 {
            let kwh = format!("{:.2}", 0.2 + 0.01 * f64::from(half_hour * 7 % 31)).replace('.', ",");
            let (hour, minute) = (half_hour / 2, 30 * (half_hour % 2));
            writeln!(text, "{day:02}/01/2024;{hour:02}:{minute:02};{kwh}").unwrap();
        }
    }
    write(folder, &format!("{meter}.csv"), &text)
}

/// Half-hourly values of one meter in a column of this name.
fn long_export(folder: &Path, column: &str, value: impl Fn(usize) -> String) -> PathBuf {
    let mut text = format!("meter_id,timestamp,{column}\n");
    for at in 0..(48 * 16) {
        let (day, minutes) = (1 + at / 48, 30 * (at % 48));
        writeln!(text, "a,2024-01-{day:02} {:02}:{:02},{}", minutes / 60, minutes % 60, value(at)).unwrap();
    }
    write(folder, "export.csv", &text)
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    std::fs::create_dir_all(folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn check_json(line: &str) -> Value {
    let ran = hashwatt_line(format!("check {line} --json"));
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}{}", ran.stdout, ran.stderr))
}

/// The block that `check` prints, as a pipeline file.
fn pasted(ran: &Ran, folder: &Path) -> PathBuf {
    let block = ran.stdout.split("nothing is guessed:\n").nth(1).unwrap();
    write(folder, "pasted.toml", block.split("\nVerdict:").next().unwrap())
}

fn digests(line: &str, out: &Path) -> Vec<Vec<u8>> {
    hashwatt_line(format!("digest {line} --out {}", out.display())).ends_with(0);
    let parts = files(&out.join("digests")).into_iter();
    parts.filter(|(name, _)| name.to_string_lossy().ends_with(".parquet")).map(|(_, bytes)| bytes).collect()
}

#[test]
fn a_pasted_block_leaves_nothing_to_guess_and_gives_the_same_digests() {
    let folder = tempfile::tempdir().unwrap();
    let exports = folder.path().join("exports");
    office_export(&exports, "KZ-1");
    office_export(&exports, "KZ-2");
    let line = format!("{} --timezone Asia/Almaty", exports.display());
    let ran = hashwatt_line(format!("check {line}")).ends_with(0);
    assert!(ran.stdout.ends_with("\nVerdict: ready, with 6 guesses.\n"), "{}", ran.stdout);
    let pipeline = pasted(&ran, folder.path());
    let again = hashwatt(["check".as_ref(), pipeline.as_os_str()]).ends_with(0);
    assert!(again.stdout.ends_with("\nVerdict: ready.\n"), "{}", again.stdout);
    assert!(!again.stdout.contains("guessed  "), "{}", again.stdout);
    let bare = digests(&format!("--readings {line}"), &folder.path().join("bare"));
    let stated = digests(&pipeline.display().to_string(), &folder.path().join("stated"));
    assert!(!bare.is_empty() && bare == stated);
}

#[test]
fn check_says_what_is_certain_and_what_is_guessed_by_which_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let path = office_export(folder.path(), "KZ-1");
    let ran = hashwatt_line(format!("check {} --timezone Asia/Almaty", path.display())).ends_with(0);
    let shown = ran.stdout.replace(&folder.path().display().to_string(), "FOLDER");
    // The folder's name moves the breaks of lines.
    let sections = shown.split("\nHow ").nth(1).unwrap().split("\nMapping").next().unwrap();
    insta::assert_snapshot!(sections);
}

#[test]
fn rows_are_shown_as_they_are_read_in_every_layout() {
    let folder = tempfile::tempdir().unwrap();
    let row = |name: &str, text: &str, flags: &str| {
        let path = write(folder.path(), name, text);
        let profile = check_json(&format!("{} {flags}", path.display()));
        profile["mappings"][0]["rows"].as_array().unwrap().clone()
    };
    let times = ["00:00", "01:00", "02:00", "03:00"];

    let wide: String =
        times.iter().enumerate().map(|(i, t)| format!("2024-01-01 {t},{i}.5,{i}.25\n")).collect();
    let rows = row("wide.csv", &format!("timestamp,A-1,A-2\n{wide}"), "");
    assert_eq!(rows[0]["cells"], serde_json::json!([["timestamp", "2024-01-01 00:00"], ["A-1", "0.5"]]));
    assert_eq!((&rows[0]["meter"], &rows[0]["energy_kwh"]), (&"A-1".into(), &0.5.into()));
    assert_eq!((&rows[1]["meter"], &rows[1]["start"]), (&"A-2".into(), &"2024-01-01T02:00:00".into()));
    assert_eq!((&rows[2]["row"], &rows[2]["energy_kwh"]), (&4.into(), &3.5.into()));

    let names: Vec<String> = (0..24).map(|hour| format!("{hour:02}:00")).collect();
    let values: Vec<String> = (0..24).map(|hour| format!("{}", f64::from(hour) / 8.0)).collect();
    let day = format!("meter_id,date,{}\nm,2024-01-05,{}\n", names.join(","), values.join(","));
    let rows = row("daily.csv", &day, "");
    let greatest = rows.iter().find(|row| row["energy_kwh"] == 2.875).unwrap();
    assert_eq!(greatest["start"], "2024-01-05T23:00:00");
    assert_eq!(greatest["cells"][2], serde_json::json!(["23:00", "2.875"]));

    let reads: String =
        times.iter().enumerate().map(|(i, t)| format!("m,2024-01-01 {t},{}\n", 500 + i)).collect();
    let rows = row("register.csv", &format!("meter_id,timestamp,register_kwh\n{reads}"), "");
    assert_eq!((&rows[0]["register_kwh"], &rows[0]["energy_kwh"]), (&500.0.into(), &Value::Null));

    let demand: String = times.iter().map(|t| format!("m,2024-01-01 {t},3000\n")).collect();
    let text = format!("meter_id,interval_end,power_w\n{demand}").replace("02:00,3000", "01:30,4000");
    let rows = row("demand.csv", &text, "--timezone Asia/Almaty");
    let last = rows.last().unwrap();
    assert_eq!((&last["demand_kw"], &last["start"]), (&4.0.into(), &"2024-01-01T00:30:00".into()));

    let lines: String = times
        .iter()
        .map(|t| format!("{{\"meter_id\":\"m\",\"timestamp\":\"2024-01-01T{t}:00\",\"kwh\":0.5}}\n"))
        .collect();
    let rows = row("lines.jsonl", &lines, "");
    assert_eq!((&rows[0]["meter"], &rows[0]["energy_kwh"]), (&"m".into(), &0.5.into()));
}

#[test]
fn energy_or_demand_is_not_decided_by_a_guess_where_it_changes_every_kw() {
    let folder = tempfile::tempdir().unwrap();
    let path = long_export(folder.path(), "value", |at| format!("{}.5", at % 3));
    let line = format!("check {}", path.display());
    let refused =
        hashwatt_line(&line).ends_with(2).complains_of(&["`value`", "30 min", "kWh", "kW", "Set unit"]);
    assert_eq!(refused.stdout.lines().last().unwrap().split(". ").next(), Some("Verdict: not readable"));
    assert_eq!(check_json(&path.display().to_string())["verdict"], "not_readable");

    let accepted = check_json(&format!("{} --accept-guesses", path.display()));
    assert_eq!(accepted["files"][0]["accepted"][0]["key"], "unit");
    let findings = accepted["findings"].as_array().unwrap();
    let warned = findings.iter().find(|finding| finding["code"] == "guess_accepted").unwrap();
    assert_eq!(warned["severity"], "warning");

    let stated = format!("[run]\naccept_guesses = true\n[[readings]]\npath = \"{}\"\n", path.display());
    let pipeline = write(folder.path(), "p.toml", &stated);
    hashwatt(["check".as_ref(), pipeline.as_os_str()]).ends_with(0);
}

#[test]
fn an_hour_or_a_name_that_says_energy_leaves_no_doubt_about_the_unit() {
    let folder = tempfile::tempdir().unwrap();
    let energy = long_export(folder.path(), "consumption", |at| format!("{}.5", at % 3));
    hashwatt_line(format!("check {}", energy.display())).ends_with(0);
    let hours = (1..=16).flat_map(|day| (0..24).map(move |hour| (day, hour)));
    let rows: String =
        hours.map(|(day, hour)| format!("a,2024-01-{day:02} {hour:02}:00,0.{}\n", 1 + hour % 5)).collect();
    let hourly = write(folder.path(), "hourly.csv", &format!("meter_id,timestamp,value\n{rows}"));
    hashwatt_line(format!("check {}", hourly.display())).ends_with(0);
}

#[test]
fn a_thousandth_of_a_homes_demand_may_be_megawatt_hours() {
    let folder = tempfile::tempdir().unwrap();
    let path = long_export(folder.path(), "consumption", |at| format!("0.0002{}", at % 3));
    hashwatt_line(format!("check {}", path.display())).ends_with(2).complains_of(&["MWh", "Set unit"]);
    let accepted = check_json(&format!("{} --accept-guesses", path.display()));
    assert_eq!(accepted["files"][0]["mapping"]["unit"], "MWh");
}

#[test]
fn an_order_of_day_and_month_that_no_date_shows_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let rows = |dates: &[&str]| -> String {
        let of_day =
            |date: &&str| -> String { (0..24).map(|hour| format!("a,{date} {hour:02}:00,0.5\n")).collect() };
        format!("meter_id,timestamp,kwh\n{}", dates.iter().map(of_day).collect::<String>())
    };
    let path = write(folder.path(), "open.csv", &rows(&["05/01/2024"]));
    hashwatt_line(format!("check {}", path.display()))
        .ends_with(2)
        .complains_of(&["date_order", "05/01/2024"]);
    let accepted = check_json(&format!("{} --accept-guesses", path.display()));
    assert_eq!((&accepted["first_day"], &accepted["n_rows"]), (&"2024-01-05".into(), &24.into()));

    let alike = write(folder.path(), "alike.csv", &rows(&["01/01/2024", "02/02/2024"]));
    let profile = check_json(&alike.display().to_string());
    assert_eq!((&profile["first_day"], &profile["last_day"]), (&"2024-01-01".into(), &"2024-02-02".into()));
}

#[test]
fn other_files_of_the_export_show_the_order_of_day_and_month() {
    let folder = tempfile::tempdir().unwrap();
    let exports = folder.path().join("exports");
    for (name, date) in [("a", "01/05/2024"), ("b", "01/25/2024"), ("c", "01/26/2024")] {
        let rows: String = (0..24).map(|hour| format!("m,{date} {hour:02}:00,0.5\n")).collect();
        write(&exports, &format!("{name}.csv"), &format!("meter_id,timestamp,kwh\n{rows}"));
    }
    let profile = check_json(&exports.display().to_string());
    assert_eq!((&profile["first_day"], &profile["last_day"]), (&"2024-01-05".into(), &"2024-01-26".into()));
    let guess = &profile["files"][0]["guesses"][0];
    assert!(guess["reason"].as_str().unwrap().contains("2 other files"), "{guess}");
}

#[test]
fn a_store_knows_what_was_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let path = long_export(folder.path(), "value", |at| format!("{}.5", at % 3));
    let store = folder.path().join("store");
    let digest = |more: &str| {
        let line = format!("digest --readings {} --store {} {more}", path.display(), store.display());
        let ran = hashwatt_line(line);
        (ran.code, ran.stderr)
    };
    assert_eq!(digest("").0, 2);
    assert_eq!(digest("--accept-guesses").0, 0);
    assert!(digest("--accept-guesses").1.contains("nothing new"));
    let stated = |unit: &str| {
        let text = format!("[[readings]]\npath = \"{}\"\nunit = \"{unit}\"\n", path.display());
        let pipeline = write(folder.path(), &format!("{unit}.toml"), &text);
        hashwatt_line(format!("digest {} --store {}", pipeline.display(), store.display()))
            .ends_with(0)
            .stderr
    };
    assert!(stated("kWh").contains("nothing new"), "what was accepted is what is stated now");
    assert!(!stated("kW").contains("nothing new"), "another unit is another reading");
}

#[test]
fn a_channel_named_import_is_taken_where_guesses_are_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "meter_id,timestamp,value,channel\n".to_owned();
    for hour in 0..24 {
        for (channel, kwh) in [("Active Import (kW)", 0.5), ("Net (kW)", 0.1)] {
            writeln!(text, "a,2024-01-01 {hour:02}:00,{kwh},{channel}").unwrap();
        }
    }
    let path = write(folder.path(), "export.csv", &text);
    let line = path.display().to_string();
    hashwatt_line(format!("check {line}")).ends_with(2).complains_of(&["channel", "--accept-guesses"]);
    let accepted = check_json(&format!("{line} --accept-guesses"));
    let mapping = &accepted["files"][0]["mapping"];
    assert_eq!(mapping["where"]["channel"], "Active Import (kW)");
    assert_eq!(mapping["unit"], "kW", "its name says so");
}

#[test]
fn a_counter_by_name_that_falls_like_a_load_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = long_export(folder.path(), "register", |at| format!("{}.5", at % 3));
    hashwatt_line(format!("check {}", path.display()))
        .ends_with(2)
        .complains_of(&["counter", "falls in", "shape"]);
}

#[test]
fn a_message_that_corrects_another_is_no_contradiction() {
    let folder = tempfile::tempdir().unwrap();
    let sample = std::fs::read("data-samples/formats/80020.xml").unwrap();
    let (text, _, _) = encoding_rs::WINDOWS_1251.decode(&sample);
    let corrected = text.replace("number=\"1\"", "number=\"2\"").replace(">4</value>", ">5</value>");
    assert_ne!(text, corrected);
    for (name, text) in [("a.xml", &*text), ("b.xml", &*corrected)] {
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(text);
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let both = check_json(&format!("{} --timezone Asia/Almaty", folder.path().display()));
    let alone = check_json(&format!("{}/b.xml --timezone Asia/Almaty", folder.path().display()));
    assert_eq!(both["consumption"]["n_meters"], 2);
    assert_eq!(both["consumption"], alone["consumption"], "the higher number counts");
}
