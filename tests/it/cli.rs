//! Checks the commands from outside: help, exit codes, what goes to which stream.

use std::process::Stdio;

use serde_json::Value;

use crate::district::{detect_district, district, run};
use crate::program::{command, hashwatt, hashwatt_line, say_skipped};

#[test]
fn help_is_written_for_a_newcomer() {
    let ran = hashwatt(["--help"]).ends_with(0);
    insta::assert_snapshot!("help", ran.stdout);
    for name in [
        "detect",
        "check",
        "digest",
        "explain",
        "evidence",
        "review",
        "triage",
        "backtest",
        "simulate",
        "completions",
        "man",
    ] {
        let ran = hashwatt([name, "--help"]).ends_with(0);
        assert!(ran.stderr.is_empty());
        insta::assert_snapshot!(format!("help_{name}"), ran.stdout);
    }
}

#[test]
fn the_version_is_the_packages() {
    let ran = hashwatt(["--version"]).ends_with(0);
    assert_eq!(ran.stdout.trim(), concat!("hashwatt ", env!("CARGO_PKG_VERSION")));
}

/// The commands that the help lists, but for `help` itself.
fn commands() -> Vec<String> {
    let help = hashwatt(["--help"]).ends_with(0).stdout;
    let list = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let names = list.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned);
    names.filter(|name| name != "help").collect()
}

#[test]
fn each_shell_completes_every_command() {
    for shell in ["bash", "zsh", "fish"] {
        let script = hashwatt(["completions", shell]).ends_with(0).stdout;
        for name in commands() {
            assert!(script.contains(&name), "{shell}: {name}");
        }
    }
    hashwatt(["completions", "tcsh"]).ends_with(2);
    // What bash would offer after these words.
    let offered = |words: &str, last: &str| {
        let script = hashwatt(["completions", "bash"]).stdout;
        let ask = format!(
            "{script}\nCOMP_WORDS=({words} {last}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n\
             _hashwatt hashwatt '{last}' ''; echo \"${{COMPREPLY[@]}}\""
        );
        let ran = std::process::Command::new("bash").args(["-c", &ask]).output().unwrap();
        assert!(ran.stderr.is_empty(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(offered("hashwatt", "det"), "detect");
    assert_eq!(offered("hashwatt detect", "--accept"), "--accept-guesses");
    assert_eq!(offered("hashwatt detect", "--no-such"), "");
}

#[test]
fn the_program_and_each_command_have_a_manual_page_that_reads_without_a_warning() {
    let has_groff = std::process::Command::new("groff").arg("--version").output().is_ok();
    if !has_groff {
        say_skipped("groff is not here: nobody reads the manual pages as a page");
    }
    for name in std::iter::once(None).chain(commands().into_iter().map(Some)) {
        let page = hashwatt(std::iter::once("man").chain(name.as_deref())).ends_with(0).stdout;
        let title = name.map_or("hashwatt".to_owned(), |name| format!("hashwatt-{name}"));
        assert!(page.contains(&format!(".TH {title} 1 ")), "{title}: {page}");
        if has_groff {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), &page).unwrap();
            let read = ["-man", "-Tutf8", "-ww", "-z"];
            let read = std::process::Command::new("groff").args(read).arg(file.path()).output().unwrap();
            let warned = String::from_utf8_lossy(&read.stderr);
            assert!(read.status.success() && warned.is_empty(), "{title}: {warned}");
        }
    }
    hashwatt(["man", "detekt"]).ends_with(2).complains_of(&["`detekt`", "detect, check"]);
}

#[test]
fn wrong_usage_ends_with_2_and_prints_nothing_to_standard_output() {
    for line in ["", "triage", "detect --speed 3", "detect --seed red", "explain run1", "simulate --days 3"] {
        let ran = hashwatt_line(line).ends_with(2);
        assert!(ran.stdout.is_empty() && !ran.stderr.is_empty(), "{line}");
    }
    hashwatt(["detect"]).ends_with(2).complains_of(&["--readings", "no interval data is named"]);
    hashwatt(["check"]).ends_with(2).complains_of(&["hashwatt check export.parquet"]);
    hashwatt(["detect", "x.parquet"]).ends_with(2).complains_of(&["--readings x.parquet"]);
}

#[test]
fn a_pipeline_file_that_cannot_be_used_names_file_key_and_cure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.toml");
    let detect = |text: &str| {
        std::fs::write(&path, text).unwrap();
        hashwatt_line(format!("detect {}", path.display())).ends_with(2)
    };
    hashwatt(["detect", "nowhere.toml"])
        .ends_with(2)
        .complains_of(&["nowhere.toml", "pipelines/sample.toml"]);
    detect("[run]\nsede = 3\n").complains_of(&["p.toml", "sede", "seed"]);
    detect("[run\n").complains_of(&["p.toml"]);
    let readings = "[[readings]]\npath = \"x.csv\"\n";
    detect(&format!("[windows]\nnight = [25, 6]\n{readings}")).complains_of(&["night", "25"]);
    detect(&format!("[ranking]\ntariff_per_kwh = -1\n{readings}")).complains_of(&["tariff_per_kwh", "-1"]);
    detect("[[readings]]\npath = \"\"\n").complains_of(&["path"]);
}

#[test]
fn the_result_is_a_ranked_list_with_reasons_and_a_caution() {
    let folder = tempfile::tempdir().unwrap();
    let ran = detect_district(folder.path(), &[]).ends_with(0);
    for words in
        ["Read ", "are expected to be false leads", "report.html", "evidence, not proof", "hashwatt explain"]
    {
        assert!(ran.stdout.contains(words), "nothing says `{words}`: {}", ran.stdout);
    }
    assert!(ran.stderr.contains("digest: ") && ran.stderr.contains(" s"), "{}", ran.stderr);
    assert!(!ran.stderr.contains('\u{1b}') && !ran.stdout.contains('\u{1b}'));
}

#[test]
fn json_is_one_object_on_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let ran = detect_district(folder.path(), &["--json"]).ends_with(0);
    assert_eq!(ran.stdout.lines().count(), 1);
    let object: Value = serde_json::from_str(&ran.stdout).unwrap();
    let suspects = object["suspects"].as_array().unwrap();
    assert_eq!(object["n_suspects"], suspects.len());
    assert!(object["n_meters"].as_u64().unwrap() > 160);
    for suspect in suspects {
        assert!(suspect["meter_id"].is_string() && suspect["score"].is_f64());
        assert!(suspect["rig_kw"].is_f64() && suspect["reasons"].is_array(), "{suspect}");
    }
    assert!(object["findings"].is_array());
}

#[test]
fn check_prints_a_mapping_that_detect_and_check_take() {
    let folder = tempfile::tempdir().unwrap();
    let readings = district().join("readings.parquet");
    let line = format!("check {} --timezone Asia/Almaty", readings.display());
    let ran = hashwatt_line(&line).ends_with(0);
    for words in ["rows", "meters", "span", "interval", "60 min", "zone", "Asia/Almaty", "completeness"] {
        assert!(ran.stdout.contains(words), "nothing says `{words}`: {}", ran.stdout);
    }
    let mapping = ran.stdout.split_once("nothing is guessed:\n").unwrap().1;
    let (mapping, verdict) = mapping.split_once("\nVerdict: ").unwrap();
    assert!(verdict.starts_with("ready"), "{verdict}");
    let pipeline = folder.path().join("pasted.toml");
    std::fs::write(&pipeline, mapping).unwrap();
    let again = hashwatt_line(format!("check {}", pipeline.display())).ends_with(0);
    assert!(again.stdout.contains("Asia/Almaty"), "{}", again.stdout);
    let json = hashwatt_line(format!("{line} --json")).ends_with(0).stdout;
    let object: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(object["intervals"][0]["minutes"], 60);
    assert_eq!(object["files"][0]["mapping"]["shape"], "long");
    assert_eq!(object["timezone"], "Asia/Almaty");
}

#[test]
fn digest_leaves_a_store_and_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let (readings, out) = (district().join("readings.parquet"), folder.path().join("d"));
    let line = format!("digest --readings {} --out {}", readings.display(), out.display());
    let ran = hashwatt_line(line).ends_with(0);
    assert!(ran.stdout.contains("Digested ") && ran.stdout.contains("digests"), "{}", ran.stdout);
    assert!(std::fs::read_dir(out.join("digests")).unwrap().count() > 0);
}

#[test]
fn explain_prints_the_sheet_of_a_meter_and_near_matches_of_a_slip() {
    let run = run().display().to_string();
    let scores = crate::program::read_table(&crate::district::run().join("scores.parquet"));
    let first = crate::program::texts(&scores, "meter_id")[0].clone().unwrap();
    let ran = hashwatt(["explain", &run, &first]).ends_with(0);
    assert!(ran.stdout.starts_with(&first) && ran.stdout.contains("rank 1 of"), "{}", ran.stdout);
    let slip = first.replacen('0', "", 1);
    hashwatt(["explain", &run, &slip]).ends_with(2).complains_of(&["Did you mean"]);
    hashwatt(["explain", "nowhere", &first]).ends_with(2).complains_of(&["nowhere", "hashwatt detect"]);
}

#[test]
fn simulate_writes_a_district_and_says_how_to_run_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("s").display().to_string();
    let simulate = |scenario: &str, meters: &str| {
        hashwatt([
            "simulate",
            "--scenario",
            scenario,
            "--meters",
            meters,
            "--days",
            "9",
            "--seed",
            "3",
            "--out",
            &out,
        ])
    };
    let ran = simulate("almaty-2021", "20").ends_with(0);
    assert!(
        ran.stdout.contains("20 usage points") && ran.stdout.contains("hashwatt detect"),
        "{}",
        ran.stdout
    );
    assert!(folder.path().join("s/truth.parquet").exists());
    simulate("paris", "20").ends_with(2).complains_of(&["--scenario", "paris", "almaty-2021"]);
    simulate("almaty-2021", "0").ends_with(2).complains_of(&["--meters", "0"]);
}

#[test]
fn a_reader_that_stops_reading_is_no_error() {
    for arguments in [vec!["--help"], vec!["explain", run().to_str().unwrap(), "nobody"]] {
        let mut child = command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        assert!(child.wait().unwrap().code().is_some_and(|code| code == 0 || code == 2));
    }
    let readings = district().join("readings.parquet").display().to_string();
    let mut child =
        command(["check", &readings]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}

#[test]
fn an_output_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    std::fs::write(&file, "not a folder").unwrap();
    detect_district(&file.join("run"), &[]).ends_with(2).complains_of(&["a-file"]);
}
