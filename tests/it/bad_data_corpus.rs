//! Runs the program on every case of `tests/bad_data/` and holds what it says against a snapshot.
//!
//! One TOML file a subject, one `[[case]]` a bad or odd input: a name that is a sentence, `files` with
//! their text, `steps` that make what is no text (see [`bad_data_steps`](crate::bad_data_steps)), and the
//! line that is `run` in the folder of the case. Whatever a snapshot says, a case fails where the program
//! panics, is ended by a signal or hangs, changes what it was given, or leaves something half written.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fmt::Write;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde::Deserialize;

use crate::bad_data_steps::{take, words};
use crate::program::{Ran, command, numbers, read_table, texts};

/// Cases that the corpus must never fall below.
const MIN_CASES: usize = 150;

/// A case that takes longer hangs. [s]
const MAX_CASE_S: u64 = 120;

/// Lines of standard output in a snapshot, where nothing else says what was found.
const MAX_STDOUT_LINES: usize = 40;

/// Meters whose mean demand a snapshot shows, so that wrong energy shows.
const MAX_METERS_SHOWN: usize = 4;

/// Findings in a snapshot; a case is about one or two.
const MAX_FINDINGS_SHOWN: usize = 12;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    case: Vec<Case>,
}

/// One bad or odd input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What is expected, as a sentence.
    name: String,
    /// Files by name, with their text.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// What is done before, in order.
    #[serde(default)]
    steps: Vec<String>,
    /// Arguments of the program.
    run: String,
    /// Codes of nearly every small export that this case is about: `few_peers`, notes of `guessed`.
    #[serde(default)]
    shows: Vec<String>,
}

macro_rules! subjects {
    ($($name:ident),* $(,)?) => {
        const SUBJECTS: &[&str] = &[$(stringify!($name)),*];

        $(#[test]
        fn $name() {
            try_subject(stringify!($name));
        })*
    };
}

subjects!(
    counters,
    flags,
    folders,
    meters,
    parquet_files,
    runs,
    settings,
    stores,
    tables,
    text_files,
    times,
    tips,
    values,
);

#[test]
fn every_subject_has_its_test_and_every_case_a_name_of_its_own() {
    let names: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension() == Some(OsStr::new("toml")))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert!(names.iter().map(String::as_str).eq(SUBJECTS.iter().copied()), "{names:?}");
    let cases: Vec<String> =
        SUBJECTS.iter().flat_map(|subject| read(subject).case).map(|case| case.name).collect();
    let unique: BTreeSet<&String> = cases.iter().collect();
    assert_eq!(unique.len(), cases.len(), "two cases have one name");
    assert!(cases.len() >= MIN_CASES, "{} cases", cases.len());
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_data")
}

fn read(subject: &str) -> Subject {
    let path = folder().join(format!("{subject}.toml"));
    toml::from_str(&std::fs::read_to_string(&path).unwrap())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[track_caller]
fn try_subject(subject: &str) {
    let tried: Vec<Result<String, String>> = read(subject).case.par_iter().map(try_case).collect();
    let (said, failed): (Vec<_>, Vec<_>) = tried.into_iter().partition(Result::is_ok);
    let failed: Vec<String> = failed.into_iter().filter_map(Result::err).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let said: Vec<String> = said.into_iter().filter_map(Result::ok).collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(subject, said.join("\n")));
}

/// What the program said to a case, or what must never be.
fn try_case(case: &Case) -> Result<String, String> {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    for (name, text) in &case.files {
        std::fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        std::fs::write(root.join(name), text).unwrap();
    }
    case.steps.iter().for_each(|step| take(root, step));
    let before = tree(root);
    let fail = |what: String| format!("{}: {what}\n$ hashwatt {}", case.name, case.run);
    let ran = run_in(root, &case.run).map_err(fail)?;
    if let Some(what) = damage(&ran, &before, &tree(root)) {
        return Err(fail(format!("{what}\n{}", ran.stderr)));
    }
    let said = said(case, root, &ran).replace(&root.display().to_string(), "@");
    let lines: Vec<&str> = said.lines().map(str::trim_end).collect();
    Ok(lines.join("\n") + "\n")
}

/// Runs a line of arguments in a folder, on one thread; a hang or a signal is an error.
pub fn run_in(root: &Path, line: &str) -> Result<Ran, String> {
    let mut arguments = words(line);
    let takes_threads = ["detect", "check", "digest", "backtest", "triage"].contains(&arguments[0].as_str());
    if takes_threads && !line.contains("--threads") && !line.contains(".toml") {
        arguments.extend(["--threads".to_owned(), "1".to_owned()]);
    }
    let mut child = command(&arguments)
        .current_dir(root)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let (stdout, stderr) = (collect(child.stdout.take()), collect(child.stderr.take()));
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            break status;
        }
        if started.elapsed() > Duration::from_secs(MAX_CASE_S) {
            child.kill().map_err(|error| error.to_string())?;
            return Err(format!("it hangs: not done after {MAX_CASE_S} s"));
        }
        thread::sleep(Duration::from_millis(5));
    };
    let (stdout, stderr) = (stdout.join().unwrap(), stderr.join().unwrap());
    let code = status.code().ok_or_else(|| format!("ended by a signal: {status}\n{stderr}"))?;
    Ok(Ran { code, stdout, stderr })
}

fn collect(from: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.unwrap().read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).expect("the program prints UTF-8")
    })
}

/// Every file and link below a folder with its bytes; links are not followed.
fn tree(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let (path, kind) = entry.map(|entry| (entry.path(), entry.file_type().unwrap())).unwrap();
            let content = if kind.is_dir() {
                folders.push(path.clone());
                continue;
            } else if kind.is_symlink() {
                std::fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes()
            } else if kind.is_file() {
                std::fs::read(&path).unwrap()
            } else {
                Vec::new()
            };
            found.insert(path.strip_prefix(root).unwrap().to_owned(), content);
        }
    }
    found
}

/// What must never be, whatever the input was.
fn damage(
    ran: &Ran,
    before: &BTreeMap<PathBuf, Vec<u8>>,
    after: &BTreeMap<PathBuf, Vec<u8>>,
) -> Option<String> {
    if ran.stderr.contains("panicked at") || ran.code > 2 {
        return Some(format!("a panic, or exit code {}", ran.code));
    }
    if ran.code == 2 && !ran.stderr.contains("error: ") {
        return Some("exit code 2 without an error".to_owned());
    }
    let is_unfinished = |path: &&PathBuf| {
        path.components().any(|part| {
            let name = part.as_os_str().to_string_lossy();
            name.starts_with('.') && name.len() > ".hashwatt".len() && name.ends_with(".hashwatt")
        })
    };
    if let Some(path) = after.keys().find(is_unfinished) {
        return Some(format!("half written: {}", path.display()));
    }
    // What hashwatt made earlier it may replace, unless it says that it could not run.
    let is_ours =
        |path: &Path| path.ancestors().skip(1).any(|folder| before.contains_key(&folder.join(".hashwatt")));
    let changed = before
        .iter()
        .find(|(path, bytes)| (ran.code == 2 || !is_ours(path)) && after.get(*path) != Some(*bytes));
    if let Some((path, _)) = changed {
        return Some(format!("changed or removed: {}", path.display()));
    }
    // The desk keeps its database, empty as it is.
    let is_new =
        |path: &&PathBuf| !before.contains_key(*path) && !path.to_string_lossy().contains("review.sqlite");
    let made = after.keys().find(is_new);
    made.filter(|_| ran.code == 2).map(|path| format!("left behind by a run that failed: {}", path.display()))
}

/// The exit code, and the error or what was found.
fn said(case: &Case, root: &Path, ran: &Ran) -> String {
    let mut text = format!("== {}\n$ hashwatt {}\nexit {}\n", case.name, case.run, ran.code);
    if let Some(at) = ran.stderr.find("error: ").filter(|at| *at == 0 || ran.stderr[..*at].ends_with('\n')) {
        text += &ran.stderr[at..];
        return text;
    }
    let arguments = words(&case.run);
    let out = arguments.iter().position(|word| word == "--out").map(|at| root.join(&arguments[at + 1]));
    match out.filter(|out| arguments[0] == "detect" && out.join("findings.parquet").is_file()) {
        Some(out) => {
            text += ran.stdout.lines().next().unwrap_or_default();
            text.push('\n');
            push_findings(&mut text, &out, &case.shows);
            push_demand(&mut text, &out);
        }
        None => ran.stdout.lines().take(MAX_STDOUT_LINES).for_each(|line| {
            text += line;
            text.push('\n');
        }),
    }
    text
}

fn push_findings(text: &mut String, out: &Path, shows: &[String]) {
    let table = read_table(&out.join("findings.parquet"));
    let [codes, severities, sources, meters, descriptions] =
        ["code", "severity", "source", "meter_id", "description"].map(|column| {
            texts(&table, column).into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>()
        });
    let is_shown = |row: &usize| {
        let code = codes[*row].as_str();
        let is_usual = code == "few_peers" || (code == "guessed" && severities[*row] == "note");
        !is_usual || shows.iter().any(|shown| shown == code)
    };
    let rows: Vec<usize> = (0..table.num_rows()).filter(is_shown).collect();
    for &row in rows.iter().take(MAX_FINDINGS_SHOWN) {
        let place: Vec<&str> = [&sources[row], &meters[row]]
            .into_iter()
            .map(String::as_str)
            .filter(|at| !at.is_empty())
            .collect();
        writeln!(text, "- {} {} [{}] {}", severities[row], codes[row], place.join(", "), descriptions[row])
            .unwrap();
    }
    if rows.len() > MAX_FINDINGS_SHOWN {
        writeln!(text, "- and {} more", rows.len() - MAX_FINDINGS_SHOWN).unwrap();
    }
}

fn push_demand(text: &mut String, out: &Path) {
    let table = read_table(&out.join("features.parquet"));
    let meters = texts(&table, "meter_id").into_iter().map(Option::unwrap_or_default);
    let shown: Vec<String> = meters
        .zip(numbers(&table, "demand_kw_mean"))
        .take(MAX_METERS_SHOWN)
        .map(|(meter, kw)| match kw {
            Some(kw) => {
                format!("{} {kw:.3}", meter.escape_debug().to_string().chars().take(40).collect::<String>())
            }
            None => format!("{meter} unknown"),
        })
        .collect();
    writeln!(text, "mean kW of {} judged: {}", table.num_rows(), shown.join(", ")).unwrap();
}
