//! Tests that the messages of all languages fit each other and the code that asks for them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const LANGUAGES: [&str; 3] = ["en", "ru", "kk"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns every message of a language: its file, its id and its text.
fn messages(code: &str) -> BTreeMap<(String, String), String> {
    let mut found = BTreeMap::new();
    for path in files(&root().join("templates/locales").join(code), &["ftl"]) {
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut id = None;
        for line in std::fs::read_to_string(&path).unwrap().lines().filter(|line| !line.starts_with('#')) {
            if line.starts_with(|first: char| first.is_ascii_lowercase()) {
                id = line.split([' ', '=']).next().map(str::to_owned);
            }
            let Some(id) = &id else { continue };
            let text: &mut String = found.entry((file.clone(), id.clone())).or_default();
            text.push_str(line);
            text.push('\n');
        }
    }
    found
}

/// Returns the files below a folder that end in one of these ways.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(files(&path, endings));
        } else if path.extension().is_some_and(|one| endings.iter().any(|ending| one == *ending)) {
            found.push(path);
        }
    }
    found
}

/// Returns the quantities that a text names: `$limit`.
fn quantities(text: &str) -> BTreeSet<&str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split('$').skip(1).map(|rest| rest.split(|c| !is_name(c)).next().unwrap_or_default()).collect()
}

/// Returns the texts of all code, pages and scripts but this file.
fn sources() -> String {
    let (code, pages) =
        (files(&root().join("src"), &["rs"]), files(&root().join("templates"), &["html", "js"]));
    let is_ours = |path: &&PathBuf| {
        !path.components().any(|part| part.as_os_str() == "vendor")
            && !path.ends_with("language/catalogue.rs")
    };
    code.iter().chain(&pages).filter(is_ours).map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn every_language_says_everything_with_the_same_quantities() {
    let english = messages("en");
    assert!(english.len() > 500, "the messages were not found");
    for code in LANGUAGES {
        let other = messages(code);
        let missing: Vec<_> = english.keys().filter(|id| !other.contains_key(*id)).collect();
        let unknown: Vec<_> = other.keys().filter(|id| !english.contains_key(*id)).collect();
        assert!(missing.is_empty() && unknown.is_empty(), "{code}: lacks {missing:?}, has {unknown:?}");
        let differ: Vec<_> =
            english.iter().filter(|(id, text)| quantities(text) != quantities(&other[*id])).collect();
        assert!(differ.is_empty(), "{code}: {differ:#?}");
    }
}

/// Returns the name of an enum's variant: `TipDesk` for `tip_desk`.
fn variant(code: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    code.split('_').filter(|word| !word.is_empty()).map(capital).collect()
}

#[test]
fn every_message_is_asked_for() {
    let (sources, english) = (sources(), messages("en"));
    let quoted: BTreeSet<String> = sources.split('"').map(str::to_lowercase).collect();
    let names: BTreeSet<&str> = sources.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    // `name_of("kind", code)` and `format!("drawn-{id}")` ask for a family by the codes of something: texts,
    // or variants of an enum.
    let is_family = |text: &str| quoted.contains(text) || quoted.contains(&format!("{text}-{{id}}"));
    let is_code = |code: &str| {
        quoted.contains(code)
            || quoted.contains(&code.replace('_', " "))
            || names.contains(&variant(code)[..])
    };
    let is_asked = |id: &str| {
        let mut splits = id.match_indices('-').map(|(at, _)| (&id[..at], &id[at + 1..]));
        quoted.contains(id) || splits.any(|(family, code)| is_family(family) && is_code(code))
    };
    let is_part = |id: &str| english.values().any(|text| text.contains(&format!("{{ {id} }}")));
    let ids = english.keys().map(|(_, id)| id);
    let unused: Vec<_> = ids.filter(|id| !is_asked(id) && !is_part(id)).collect();
    assert!(unused.is_empty(), "{unused:#?}");
}

#[test]
fn what_is_asked_for_has_a_message() {
    let english: BTreeSet<String> = messages("en").into_keys().map(|(_, id)| id).collect();
    let sources = sources();
    let calls = [
        "lang.say(",
        "lang.say_n(",
        "lang.say_with(",
        "language.say(",
        "language.say_with(",
        "language.say_count(",
    ];
    let mut asked = 0;
    for part in calls.iter().flat_map(|call| sources.split(call).skip(1)) {
        let Some(id) = part.trim_start().strip_prefix('"').and_then(|part| part.split('"').next()) else {
            continue;
        };
        asked += 1;
        assert!(english.contains(id), "no message {id}");
    }
    assert!(asked > 200, "{asked}");
}

#[test]
fn what_is_written_like_a_message_is_one() {
    let english: BTreeSet<String> = messages("en").into_keys().map(|(_, id)| id).collect();
    let sources = sources();
    let is_like_one = |text: &&str| {
        ["terminal-", "report-", "workbook-"].iter().any(|file| text.starts_with(file))
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
    };
    let is_family =
        |text: &str| english.iter().any(|id| id.starts_with(&format!("{}-", text.trim_end_matches('-'))));
    let written: BTreeSet<&str> = sources.split('"').filter(is_like_one).collect();
    let missing: Vec<&&str> = written.iter().filter(|id| !english.contains(**id) && !is_family(id)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(written.len() > 50, "{}", written.len());
}

/// A `message!(...)` in the code: the code of the sentence, and the names of its values.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Built {
    code: String,
    names: BTreeSet<String>,
}

/// Returns the calls of `message!` in some code, nested ones included.
fn built(source: &str) -> Vec<Built> {
    let mut found = Vec::new();
    for (at, call) in source.match_indices("message!(") {
        let arguments = arguments(&source[at + call.len()..]);
        let Some(code) = arguments.first().and_then(|first| first.trim().strip_prefix('"')) else { continue };
        let name = |argument: &String| argument.split_once('=').map(|(name, _)| name.trim().to_owned());
        let names = arguments[1..].iter().filter_map(name).collect();
        found.push(Built { code: code.trim_end_matches('"').to_owned(), names });
    }
    found
}

/// Splits the arguments of a call at its own commas, up to its closing parenthesis.
fn arguments(call: &str) -> Vec<String> {
    let (mut found, mut depth, mut is_text, mut before) = (vec![String::new()], 1, false, ' ');
    for c in call.chars() {
        match c {
            '"' if before != '\\' => is_text = !is_text,
            '(' | '[' | '{' if !is_text => depth += 1,
            ')' | ']' | '}' if !is_text => depth -= 1,
            ',' if !is_text && depth == 1 => {
                found.push(String::new());
                before = c;
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
        found.last_mut().unwrap().push(c);
        before = c;
    }
    found
}

#[test]
fn calls_are_found_with_the_names_of_their_values() {
    let source = r#"let a = message!("gap", n = f(1, "x, y"), share = message!("few")); message!("none")"#;
    let said = |code: &str, names: &[&str]| Built {
        code: code.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    assert_eq!(built(source), [said("gap", &["n", "share"]), said("few", &[]), said("none", &[])]);
}

/// Texts of findings: every call has its text in each language, which names just the values that it is given.
#[test]
fn every_finding_has_its_text_and_every_text_its_values() {
    let is_ours = |path: &&PathBuf| !path.components().any(|part| part.as_os_str() == "language");
    let code = files(&root().join("src"), &["rs"]);
    let calls: Vec<Built> =
        code.iter().filter(is_ours).flat_map(|path| built(&std::fs::read_to_string(path).unwrap())).collect();
    assert!(calls.len() > 150, "the calls were not found");
    for language in LANGUAGES {
        let texts: BTreeMap<String, String> = messages(language)
            .into_iter()
            .filter_map(|((file, id), text)| {
                let code = id.strip_prefix("finding-")?.to_owned();
                assert_eq!(file, "findings.ftl", "{language}: {id}");
                Some((code, text))
            })
            .collect();
        for call in &calls {
            let text =
                texts.get(&call.code).unwrap_or_else(|| panic!("{language}: no finding-{}", call.code));
            let named: BTreeSet<String> = quantities(text).into_iter().map(str::to_owned).collect();
            assert_eq!(call.names, named, "{language}: finding-{}: given, and named", call.code);
        }
        let asked: BTreeSet<&str> = calls.iter().map(|call| call.code.as_str()).collect();
        let unused: Vec<_> = texts.keys().filter(|code| !asked.contains(code.as_str())).collect();
        assert!(unused.is_empty() || unused == ["as_said"], "{language}: {unused:?}");
    }
}

/// A text that a translator left in English.
#[test]
fn findings_are_translated() {
    let english = messages("en");
    for language in &LANGUAGES[1..] {
        let other = messages(language);
        let is_same = |id: &(String, String)| {
            let (here, there) = (&english[id], &other[id]);
            // A text of values alone is the same in every language.
            let words: String = here.split_once('=').unwrap().1.split(['{', '}']).step_by(2).collect();
            id.0 == "findings.ftl" && here == there && words.contains(|c: char| c.is_ascii_alphabetic())
        };
        let same: Vec<_> = english.keys().filter(|id| is_same(id)).map(|(_, id)| id).collect();
        assert!(same.is_empty(), "{language}: {same:?}");
    }
}
