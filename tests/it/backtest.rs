//! Plants rigs into the meters of a district, and teaches the ranking what inspections found.

use std::path::Path;

use serde_json::Value;

use crate::district::{detect_district, district, run};
use crate::program::{hashwatt, numbers, read_table, texts};

fn backtest(more: &[&str]) -> crate::program::Ran {
    let readings = district().join("readings.parquet").display().to_string();
    let register = district().join("register.parquet").display().to_string();
    let mut arguments = vec!["backtest", "--readings", &readings, "--register", &register, "--seeds", "1"];
    arguments.extend(["--prevalence", "0.05"]);
    arguments.extend(more);
    hashwatt(arguments)
}

#[test]
fn a_backtest_measures_the_list_and_whether_its_chances_hold() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().display().to_string();
    let printed = backtest(&["--out", &out, "--verdict-share", "0.01"]).ends_with(0).stdout;
    for title in ["The list", "Smallest rig found", "Rigs by form", "Reliability of the chance"] {
        assert!(printed.contains(title), "{printed}");
    }
    let text = std::fs::read_to_string(folder.path().join("backtest.json")).unwrap();
    let measures = &serde_json::from_str::<Value>(&text).unwrap()["by_prevalence"][0];
    let planted = measures["by_form"].as_object().unwrap().values().map(|form| form["n_planted"].as_u64());
    assert_eq!(planted.map(Option::unwrap).sum::<u64>(), measures["n_rigs"].as_u64().unwrap());
    // The district's own farms are above many of the planted: no precision can be asked for here.
    assert!(measures["recall_at_budget"].as_f64().unwrap() > 0.9, "{measures}");
    for at in measures["p_values"].as_array().unwrap() {
        // Groups are small: a p-value of one meter of a group is coarse, and never too small by more.
        assert!(at["share"].as_f64().unwrap() <= at["level"].as_f64().unwrap() + 0.02, "{at}");
    }
    let page = std::fs::read_to_string(folder.path().join("backtest.html")).unwrap();
    assert!(page.contains("Reliability of the p-value") && !page.contains("://"));
}

#[test]
fn lines_that_are_never_listed_are_not_counted() {
    let measured = serde_json::from_str::<Value>(&backtest(&["--json"]).ends_with(0).stdout).unwrap();
    let chances = measured["by_prevalence"][0]["chances"].as_array().unwrap();
    let n_counted: u64 = chances.iter().map(|range| range["n"].as_u64().unwrap()).sum();
    let register = read_table(&district().join("register.parquet"));
    let kinds = texts(&register, "kind").into_iter().flatten();
    let n_points = kinds.filter(|kind| kind == "meter").count() as u64;
    assert!(n_points > 100 && n_counted == n_points, "{n_counted} lines, {n_points} usage points");
}

#[test]
fn a_broken_file_beside_a_good_one_is_said_and_ends_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.parquet");
    std::fs::write(&broken, "PAR1 and no more").unwrap();
    let ran = backtest(&["--readings", &broken.display().to_string()]).ends_with(1);
    assert!(ran.stdout.contains("file_skipped") && ran.stdout.contains("broken.parquet"), "{}", ran.stdout);
}

#[test]
fn where_everyone_was_visited_there_is_nothing_to_plant_into() {
    let folder = tempfile::tempdir().unwrap();
    let verdicts = folder.path().join("verdicts.csv");
    let meters = texts(&read_table(&district().join("register.parquet")), "meter_id");
    let rows: String = meters.into_iter().flatten().map(|meter| format!("{meter},rejected\n")).collect();
    std::fs::write(&verdicts, format!("meter_id,verdict\n{rows}")).unwrap();
    let verdicts = verdicts.display().to_string();
    backtest(&["--verdicts", &verdicts]).ends_with(2).complains_of(&["planted into", "nobody has visited"]);
}

#[test]
fn the_same_seed_gives_the_same_backtest() {
    let first = backtest(&["--json", "--threads", "1"]).ends_with(0).stdout;
    assert_eq!(first, backtest(&["--json", "--threads", "2"]).ends_with(0).stdout);
}

#[test]
fn shares_and_seeds_that_cannot_be_are_named() {
    backtest(&["--verdict-share", "0.7"]).ends_with(2).complains_of(&["--verdict-share", "0.7", "0 to 0.5"]);
    let readings = district().join("readings.parquet").display().to_string();
    hashwatt(["backtest", "--readings", &readings, "--prevalence", "2"])
        .ends_with(2)
        .complains_of(&["--prevalence", "2"]);
    hashwatt(["backtest", "--readings", &readings, "--seeds", "0"]).ends_with(2).complains_of(&["--seeds"]);
}

#[test]
fn a_meter_that_was_visited_in_vain_is_not_listed_again() {
    let column = |run: &Path, table: &str, column: &str| -> Vec<String> {
        texts(&read_table(&run.join(table)), column).into_iter().flatten().collect()
    };
    let list = |run: &Path| column(run, "suspects.parquet", "meter_id");
    let first = list(run());
    let folder = tempfile::tempdir().unwrap();
    let verdicts = folder.path().join("verdicts.csv");
    let rows = format!("meter_id,verdict\n{},rejected\n{},confirmed\nx,who knows\n", first[0], first[1]);
    std::fs::write(&verdicts, rows).unwrap();
    let again = folder.path().join("again");
    detect_district(&again, &["--verdicts", &verdicts.display().to_string()]).ends_with(1);
    let second = list(&again);
    assert!(!second.contains(&first[0]) && second.contains(&first[1]));
    let findings = column(&again, "findings.parquet", "description");
    assert!(findings.iter().any(|words| words.contains("who knows")));
    let p_values = numbers(&read_table(&again.join("scores.parquet")), "p_value");
    assert!(p_values.into_iter().flatten().all(|p| (0.0..=1.0).contains(&p)));
}
