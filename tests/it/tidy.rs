//! Holds the style that no lint can say. The lists of exceptions only ever get shorter.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Lines before the tests of a file, at most; question it long before.
const MAX_LINES: usize = 600;

/// Words that judge people. Evidence points at places.
const FORBIDDEN_WORDS: [&str; 5] = ["thief", "thieves", "guilty", "fraud", "criminal"];

/// Files that must name the forbidden words to keep them out.
const NAME_FORBIDDEN_WORDS: [&str; 2] = ["src/run/lib.rs", "tests/it/tidy.rs"];

/// Files that talk about unfinished marks and muted lints to keep them out.
const NAME_FORBIDDEN_MARKS: [&str; 1] = ["tests/it/tidy.rs"];

/// What is ours and text: folders and files of the checkout.
const OUR_FOLDERS: [&str; 9] =
    ["src", "tests", "templates", "pipelines", "data-samples", "notebooks", "benches", "docs", "packaging"];

const TEXT_ENDINGS: [&str; 13] =
    ["rs", "md", "toml", "html", "css", "js", "json", "csv", "py", "ipynb", "yml", "txt", "snap"];

struct TextFile {
    name: String,
    text: String,
}

impl TextFile {
    /// The lines before the tests at the foot, with their numbers from 1.
    fn lines_before_tests(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines: Vec<&str> = self.text.lines().collect();
        let is_foot = |pair: &[&str]| pair[0] == "#[cfg(test)]" && pair[1].ends_with('{');
        let n_lines = lines.windows(2).position(is_foot).unwrap_or(lines.len());
        lines.into_iter().take(n_lines).enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Whether the whole file is compiled for tests only.
    fn is_test(&self, test_modules: &BTreeSet<String>) -> bool {
        self.name.starts_with("tests/") || test_modules.contains(&self.name)
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every text file that is ours, in order of name.
fn text_files() -> Vec<TextFile> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.is_file() || OUR_FOLDERS.iter().any(|folder| path.ends_with(folder)));
    let mut files = Vec::new();
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|ending| TEXT_ENDINGS.iter().any(|text| ending == *text)) {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
            files.push(TextFile { name, text });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(files.len() > 50, "the checkout was not found");
    files
}

fn rust_files() -> Vec<TextFile> {
    text_files().into_iter().filter(|file| file.name.ends_with(".rs")).collect()
}

/// Files that a `#[cfg(test)] mod name;` names.
fn test_modules(files: &[TextFile]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in files {
        let lines: Vec<&str> = file.text.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair[0].trim() == "#[cfg(test)]") {
            let module = pair[1].trim().trim_start_matches("pub ").strip_prefix("mod ");
            if let Some(module) = module.and_then(|module| module.strip_suffix(';')) {
                let folder = Path::new(&file.name).parent().unwrap();
                found.insert(folder.join(format!("{module}.rs")).to_string_lossy().into_owned());
            }
        }
    }
    found
}

/// Fails with every complaint at once.
#[track_caller]
fn assert_none(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn every_source_file_opens_with_a_sentence_that_begins_with_a_verb() {
    let is_verb = |word: &str| {
        word.starts_with(char::is_uppercase) && word.ends_with('s') && !["This", "Is", "Has"].contains(&word)
    };
    let complaints = rust_files().into_iter().filter_map(|file| {
        let first = file.text.lines().next().unwrap_or_default();
        let word = first.strip_prefix("//! ").and_then(|sentence| sentence.split_whitespace().next());
        let is_well = word.is_some_and(is_verb);
        (!is_well).then(|| format!("{}: `{first}` is no `//! Reads ...`", file.name))
    });
    assert_none(complaints.collect());
}

#[test]
fn no_file_judges_people() {
    let mut complaints = Vec::new();
    for file in text_files() {
        let lower = file.text.to_lowercase();
        let is_excepted = NAME_FORBIDDEN_WORDS.contains(&file.name.as_str());
        let found: Vec<&str> = FORBIDDEN_WORDS.into_iter().filter(|word| lower.contains(word)).collect();
        if !found.is_empty() && !is_excepted {
            complaints.push(format!("{}: {}; write suspect, evidence, verdict", file.name, found.join(", ")));
        }
        if found.is_empty() && is_excepted {
            complaints.push(format!("{}: take it off NAME_FORBIDDEN_WORDS", file.name));
        }
    }
    assert_none(complaints);
}

#[test]
fn no_file_is_too_long() {
    let complaints = rust_files().into_iter().filter_map(|file| {
        let n_lines = file.lines_before_tests().count();
        (n_lines > MAX_LINES).then(|| format!("{}: {n_lines} lines before its tests; split it", file.name))
    });
    assert_none(complaints.collect());
}

#[test]
fn unwrap_stands_only_in_tests() {
    let files: Vec<TextFile> =
        rust_files().into_iter().filter(|file| !file.name.starts_with("examples/")).collect();
    let tests = test_modules(&files);
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| !file.is_test(&tests)) {
        let code = file.lines_before_tests().filter(|(_, line)| !line.trim_start().starts_with("//"));
        complaints.extend(
            code.filter(|(_, line)| line.contains("unwrap("))
                .map(|(number, _)| format!("{}:{number}: expect(\"why this cannot happen\")", file.name)),
        );
    }
    assert_none(complaints);
}

#[test]
fn lints_are_answered_with_a_reason_and_nothing_is_left_for_later() {
    let mut complaints = Vec::new();
    for file in rust_files() {
        if NAME_FORBIDDEN_MARKS.contains(&file.name.as_str()) {
            continue;
        }
        for (index, line) in file.text.lines().enumerate() {
            let place = format!("{}:{}", file.name, index + 1);
            if line.contains("#[allow") || line.contains("#![allow") {
                complaints.push(format!("{place}: #[expect(lint, reason = \"...\")]"));
            }
            let is_bare = |mark: &str| line.contains(mark) && !line.contains(&format!("{mark}(#"));
            if ["TODO", "FIXME", "XXX"].into_iter().any(is_bare) {
                complaints.push(format!("{place}: name the issue, as in TODO(#12)"));
            }
        }
    }
    assert_none(complaints);
}

#[test]
fn text_files_end_in_one_newline_and_no_line_in_a_space() {
    let mut complaints = Vec::new();
    for file in text_files().iter().filter(|file| !file.text.is_empty()) {
        if !file.text.ends_with('\n') || (file.text.ends_with("\n\n") && !file.name.ends_with(".snap")) {
            complaints.push(format!("{}: end it in one newline", file.name));
        }
        if file.text.contains('\r') {
            complaints.push(format!("{}: end lines in \\n alone", file.name));
        }
        let is_code = file.name.ends_with(".rs") || file.name.ends_with(".toml");
        if is_code && file.text.lines().any(|line| line.ends_with([' ', '\t'])) {
            complaints.push(format!("{}: a line ends in a space", file.name));
        }
    }
    assert_none(complaints);
}

/// Stages of a crate, in the order of the data. Between crates the manifests hold the order.
const STAGES: [(&str, &[&str]); 2] = [
    ("src/readings/", &["acquisition", "digest"]),
    ("src/detection/", &["checks", "balance", "features", "groups", "indicators", "ranking", "network"]),
];

#[test]
fn no_stage_uses_a_later_one() {
    let mut complaints = Vec::new();
    let mut n_files = 0;
    for file in rust_files() {
        let Some((folder, stages)) = STAGES.into_iter().find(|(folder, _)| file.name.starts_with(folder))
        else {
            continue;
        };
        let place = |name: &str| stages.iter().position(|stage| *stage == name);
        let own = file.name[folder.len()..].split(['/', '.']).next().and_then(place);
        let Some(own) = own else { continue };
        n_files += 1;
        for (number, line) in file.lines_before_tests() {
            for used in line.split("crate::").skip(1) {
                let name = used.split(|c: char| !c.is_ascii_lowercase()).next().unwrap_or_default();
                if place(name).is_some_and(|used| used > own) {
                    complaints.push(format!("{}:{number}: uses `{name}`, a later stage", file.name));
                }
            }
        }
    }
    assert!(n_files > 50, "{n_files}: the stages were not found");
    assert_none(complaints);
}

/// Methods whose last digit depends on the processor or the system's library, and the product of matrices.
const UNPORTABLE: [&str; 21] = [
    "exp", "exp2", "exp_m1", "ln", "ln_1p", "log", "log2", "log10", "powf", "sin", "cos", "tan", "sin_cos",
    "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "hypot",
];

#[test]
fn no_digit_of_a_run_depends_on_the_processor() {
    let mut complaints = Vec::new();
    let files = rust_files();
    let tests = test_modules(&files);
    // The desk and the terminal draw and round; nothing of theirs goes into a run.
    let makes_a_run = |name: &str| {
        name.starts_with("src/") && !["src/review/", "src/cli/"].iter().any(|own| name.starts_with(own))
    };
    for file in files.iter().filter(|file| makes_a_run(&file.name) && !file.is_test(&tests)) {
        for (number, line) in
            file.lines_before_tests().filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            for name in UNPORTABLE {
                if line.contains(&format!(".{name}(")) || line.contains(&format!("f64::{name}")) {
                    complaints.push(format!("{}:{number}: `{name}`; write portable_{name}", file.name));
                }
            }
            if line.contains(".dot(") {
                complaints.push(format!("{}:{number}: `dot`; see src/detection/products.rs", file.name));
            }
        }
    }
    assert_none(complaints);
}

/// Files that may name a system: one for all stages, and the desk's two.
const NAME_SYSTEMS: [&str; 3] =
    ["src/core/platform.rs", "src/review/database/private.rs", "src/review/operations.rs"];

#[test]
fn what_only_some_systems_have_lies_in_one_place() {
    let marks =
        ["cfg(unix)", "cfg(not(unix))", "cfg(windows)", "target_os", "os::unix", "os::linux", "rustix"];
    let names_one = |file: &TextFile| {
        file.lines_before_tests().any(|(_, line)| marks.iter().any(|mark| line.contains(mark)))
    };
    let files = rust_files().into_iter().filter(|file| file.name.starts_with("src/") && names_one(file));
    assert_eq!(files.map(|file| file.name).collect::<Vec<_>>(), NAME_SYSTEMS);
}

#[test]
fn every_pipeline_file_reads_as_settings() {
    let pipelines = text_files().into_iter().filter(|file| file.name.starts_with("pipelines/"));
    for file in pipelines.filter(|file| file.name.ends_with(".toml")) {
        let read: Result<hashwatt::settings::PipelineFile, _> = toml::from_str(&file.text);
        read.unwrap_or_else(|error| panic!("{}: {error}", file.name));
    }
}
