//! Writes `report.html`: one file that an analyst opens from a share, reads, prints and filters.
//!
//! The page loads nothing from outside; its content security policy forbids it. All data is escaped, by the
//! template or inside the JSON for the charts. A script in the data could not run, because the policy allows
//! only the page's own scripts, by hash. Without scripts the page still shows the list, the reasons and the
//! other explanations, but cannot filter, sort or draw.

mod section;
mod summary;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;

use askama::Template;
use base64::Engine;
use sha2::{Digest, Sha256};

use self::section::{Section, residual_of};
use self::summary::{Row, Summary};
use super::RunOutputs;
use super::charts::{DAYS_AROUND_ONSET, chart_words, escape_for_script};
use hashwatt_core::error::{Error, Result};
use hashwatt_core::language::Language;
use hashwatt_core::language::message::Message;
use hashwatt_detection::ranking::suspects::Suspect;

/// Most suspects with a section and charts. Each takes 17 kB with four months of hours, 21 kB with nine
/// (`a_suspect_takes_little_of_the_page`). With more, the file would open slowly.
pub const MAX_SECTIONS: usize = 200;

/// Most lines of the list; `suspects.csv` has all.
pub const MAX_ROWS: usize = 5000;

/// Lines shown just below the visit list, so that a reader sees what it leaves out.
pub const ROWS_NOT_LISTED: usize = 20;

/// Columns of the list, without those of transformer and zone.
const COLUMNS: usize = 11;

const STYLE: &str = include_str!("../../../templates/report.css");

/// Apache ECharts, the script that draws with it, and the one that filters and sorts, in this order.
const SCRIPTS: [&str; 3] = [
    include_str!("../../../templates/vendor/echarts.min.js"),
    include_str!("../../../templates/charts.js"),
    include_str!("../../../templates/report.js"),
];

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    policy: String,
    style: &'static str,
    scripts: [&'static str; 3],
    lang: &'static Language,
    /// Texts of the scripts, as JSON.
    words: String,
    summary: Summary,
    kinds: Vec<(&'static str, String)>,
    parents: Vec<String>,
    zones: Vec<String>,
    parts: Vec<Part>,
    n_columns: usize,
    left_out: Option<String>,
    sections: Vec<Section<'a>>,
    mean_days_note: String,
}

/// A part of the list: rigs that are on, rigs that ended, or lines that are not on the visit list.
struct Part {
    title: String,
    rows: Vec<Row>,
}

/// Fills `file` with the page.
///
/// # Errors
/// When the days of the suspects cannot be read or the file cannot be written.
pub fn write_page(file: &mut File, run: &RunOutputs<'_>, suspects: &[Suspect<'_>]) -> Result<()> {
    let lang = run.settings.language;
    let drawn = &suspects[..suspects.len().min(MAX_SECTIONS)];
    let meters = drawn.iter().map(|suspect| suspect.scored.meter.clone());
    let days = (run.days_of)(&meters.chain(drawn.iter().filter_map(residual_of)).collect())?;
    let rows = rows(run, suspects);
    let (parents, zones) = (different(&rows, |row| &row.parent), different(&rows, |row| &row.zone));
    let page = Page {
        policy: policy(),
        style: STYLE,
        scripts: SCRIPTS,
        lang,
        words: script_words(lang),
        summary: Summary::of(run, suspects),
        kinds: kinds(suspects, lang),
        n_columns: COLUMNS + usize::from(!parents.is_empty()) + usize::from(!zones.is_empty()),
        parents,
        zones,
        parts: parts(rows, lang),
        left_out: left_out(suspects.len(), lang),
        sections: drawn.iter().map(|suspect| Section::of(suspect, run, &days)).collect(),
        mean_days_note: lang.say_with("report-mean_days_note", &[("days", &DAYS_AROUND_ONSET.to_string())]),
    };
    let text = page.render().map_err(|error| Error::output("report.html", error))?;
    file.write_all(text.as_bytes()).map_err(|error| Error::write("report.html", error))
}

/// Returns the texts that the page's scripts show, in which they fill in the values.
fn script_words(lang: &Language) -> String {
    let mut words = chart_words(lang);
    words.insert(
        "lines".to_owned(),
        lang.say_with("report-shown", &[("shown", "{shown}"), ("all", "{all}")]).into(),
    );
    escape_for_script(&serde_json::Value::Object(words).to_string())
}

fn rows(run: &RunOutputs<'_>, suspects: &[Suspect<'_>]) -> Vec<Row> {
    let lang = run.settings.language;
    let listed = suspects.iter().take(MAX_ROWS).enumerate();
    let mut rows: Vec<Row> = listed
        .map(|(index, suspect)| Row::of(suspect, suspect.scored.place.filter(|_| index < MAX_SECTIONS), lang))
        .collect();
    if suspects.len() <= MAX_ROWS {
        let others = run.scored.iter().filter(|scored| !scored.is_suspect).take(ROWS_NOT_LISTED);
        rows.extend(others.map(|scored| Row::of(&Suspect::of(scored, run.register), None, lang)));
    }
    rows
}

/// Cuts the list into its parts; a part without lines is left out.
fn parts(mut rows: Vec<Row>, lang: &Language) -> Vec<Part> {
    let parts = [("suspect", "part-on"), ("ended", "part-ended"), ("unlisted", "part-unlisted")];
    let part = |(class, title)| Part {
        title: lang.say(title),
        rows: rows.extract_if(.., |row| row.class == class).collect(),
    };
    parts.map(part).into_iter().filter(|part| !part.rows.is_empty()).collect()
}

/// Returns the kinds that occur, as code and words, for the filter.
fn kinds(suspects: &[Suspect<'_>], lang: &Language) -> Vec<(&'static str, String)> {
    let kinds: BTreeSet<_> = suspects.iter().filter_map(|suspect| suspect.scored.kind).collect();
    kinds.into_iter().map(|kind| (kind.as_str(), super::words::kind_words(kind, lang))).collect()
}

/// Returns the values that occur in a column of the list, for a filter.
fn different(rows: &[Row], pick: fn(&Row) -> &str) -> Vec<String> {
    let values: BTreeSet<&str> = rows.iter().map(pick).filter(|value| !value.is_empty()).collect();
    values.into_iter().map(str::to_owned).collect()
}

fn left_out(n_suspects: usize, lang: &Language) -> Option<String> {
    let without_section = n_suspects.checked_sub(MAX_SECTIONS).filter(|n| *n > 0)?;
    let (shown, others) = (MAX_SECTIONS.to_string(), without_section.to_string());
    let mut words = lang.say_with("report-charts_left_out", &[("shown", &shown), ("others", &others)]);
    if n_suspects > MAX_ROWS {
        let without_row = (n_suspects - MAX_ROWS) as u64;
        let message =
            Message::counting("lines_left_out", without_row, lang).naming("lines", MAX_ROWS.to_string());
        words = format!("{words} {}", lang.say_message("report", &message));
    }
    Some(words)
}

/// Returns the content security policy: the page may only show itself. It names style and scripts by hash.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", base64(&Sha256::digest(text.as_bytes())));
    let scripts = SCRIPTS.map(hash).join(" ");
    let style = hash(STYLE);
    format!(
        "default-src 'none'; style-src {style}; script-src {scripts}; base-uri 'none'; form-action 'none'"
    )
}

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;
    use crate::words::evidence_is_not_guilt;
    use hashwatt_core::language::untranslated::english_words;
    use hashwatt_detection::ranking::suspects::suspects;

    fn page() -> String {
        page_in(Language::english())
    }

    fn page_in(language: &'static Language) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.html");
        fixtures::with_run_in(language, |run| {
            write_page(&mut File::create(&path).unwrap(), run, &suspects(run.scored, run.register))
        })
        .unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    /// Returns the page without hashwatt's own scripts, which have their own tests.
    fn page_without_scripts() -> String {
        SCRIPTS.iter().fold(page(), |page, script| page.replace(script, ""))
    }

    #[test]
    fn what_comes_from_data_is_shown_and_never_run() {
        let page = page_without_scripts();
        assert!(!page.contains(fixtures::HOSTILE_ID) && !page.contains("<img"));
        assert!(page.contains("&#60;script&#62;alert(1)") || page.contains("&lt;script&gt;alert(1)"));
        let n_numbers = page.matches("<script type=\"application/json\"").count();
        // Three suspects and the words of the scripts.
        assert_eq!((n_numbers, page.matches("<script").count()), (4, 4 + SCRIPTS.len()));
        assert_eq!(page.matches("</script").count(), 4 + SCRIPTS.len());
    }

    #[test]
    fn the_scripts_are_named_by_hash_and_none_ends_its_element() {
        let policy = policy();
        assert!(!policy.contains("unsafe") && policy.starts_with("default-src 'none'"));
        assert_eq!(policy.matches("'sha256-").count(), 1 + SCRIPTS.len());
        assert!(SCRIPTS.iter().all(|script| !script.contains("</script") && !script.contains("<!--")));
    }

    #[test]
    fn nothing_is_asked_for_outside_the_file() {
        let page = page_without_scripts();
        assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("url("));
        assert!(page.contains("default-src &#39;none&#39;") || page.contains("default-src 'none'"));
        assert_eq!(page.matches(" href=\"").count(), page.matches(" href=\"#").count());
        assert_eq!(page.matches(" src=").count(), page.matches("img src=x onerror").count());
        assert!(SCRIPTS[1..].iter().all(|script| !script.contains("http") && !script.contains("fetch(")));
    }

    #[test]
    fn the_page_says_that_evidence_is_not_guilt() {
        for language in Language::all() {
            assert!(page_in(language).contains(&evidence_is_not_guilt(language)));
        }
    }

    #[test]
    fn every_suspect_has_reasons_rivals_and_charts() {
        let page = page_without_scripts();
        assert_eq!(page.matches("<section").count(), 3);
        assert!(page.contains("What else could it be"));
        for chart in ["base_load", "heat_map", "mean_day", "duration", "rivals"] {
            assert_eq!(page.matches(&format!("data-chart=\"{chart}\"")).count(), 3, "{chart}");
        }
        assert!(!page.contains("No hours of the day to show"));
        assert!(page.contains("load factor of the day 0.94; similar meters: 0.34"));
    }

    #[test]
    fn a_long_list_says_what_it_leaves_out() {
        assert_eq!(left_out(200, Language::english()), None);
        let words = left_out(6000, Language::english()).unwrap();
        assert!(words.contains("the other 5800") && words.contains("1\u{202f}000 lines more."), "{words}");
    }

    #[test]
    fn the_list_can_be_filtered_by_what_the_register_knows() {
        let page = page_without_scripts();
        assert!(page.contains("<option value=\"TX-7\">TX-7</option>"));
        assert!(page.contains("data-parent=\"TX-7\""));
        assert!(!page.contains("id=\"zone\""), "no zone is known");
    }

    #[test]
    fn a_suspect_takes_little_of_the_page() {
        let page = page_without_scripts();
        let sections = page.split("<section").skip(1).map(str::len);
        let n_days = 273;
        for bytes in sections {
            assert!(bytes < 8_000 + 60 * n_days, "{bytes} bytes");
        }
    }

    /// Returns the text that a page shows: without styles, scripts and tags, but with hints in empty fields.
    fn shown_text(page: &str) -> String {
        let mut text = String::new();
        let mut is_hidden = false;
        for part in page.split('<') {
            let (tag, after) = part.split_once('>').unwrap_or(("", part));
            is_hidden = match tag.split(' ').next() {
                Some("style" | "script") => true,
                Some("/style" | "/script") => false,
                _ => is_hidden,
            };
            if is_hidden {
                continue;
            }
            text.extend(tag.split("placeholder=\"").nth(1).and_then(|hint| hint.split('"').next()));
            text.push_str(&format!(" {after} "));
        }
        text.replace("&nbsp;", " ")
    }

    #[test]
    fn no_text_of_another_language_is_in_english() {
        for language in &Language::all()[1..] {
            let page = page_in(language);
            assert!(page.contains(&format!("<html lang=\"{}\">", language.code)));
            let json = page.split("type=\"application/json\"").skip(1).filter_map(|part| {
                serde_json::from_str::<serde_json::Value>(part.split_once('>')?.1.split("</script").next()?)
                    .ok()
            });
            let json: Vec<_> = json.collect();
            assert_eq!(json.len(), 4, "three suspects and the words of the scripts");
            let rivals: String = json.iter().map(|one| one["rivals"].to_string()).collect();
            let said = json[3].as_object().unwrap().iter().filter(|(id, _)| *id != "locale");
            let said: String = said.map(|(_, text)| text.as_str().unwrap()).collect();
            // What the scripts fill in stands in braces.
            let said: String =
                said.split('{').map(|part| part.split_once('}').map_or(part, |two| two.1)).collect();
            let all = format!("{} {} {said}", shown_text(&page), rivals.replace("null", ""));
            let english = english_words(&all, fixtures::DATA_WORDS);
            assert!(english.is_empty(), "{language:?}: {english:?}");
            assert!(!all.contains("{$"), "{language:?}: a quantity is missing");
        }
    }
}
