//! Writes `report.html`: one file an analyst opens from a share, reads, prints and filters.
//!
//! The page asks for nothing outside itself; its content policy forbids it. Everything that comes
//! from data is escaped by the template, and a script from data could not run: only the page's own,
//! named by its hash, may. Without scripts the page reads the same, but does not filter or sort.

pub mod charts;
pub mod heatmap;
mod section;
mod summary;
mod svg;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;

use askama::Template;
use base64::Engine;
use sha2::{Digest, Sha256};

use self::section::Section;
use self::summary::{Row, Summary};
use super::RunOutputs;
use super::suspects::Suspect;
use super::words::{EVIDENCE_IS_NOT_GUILT, counted};
use crate::error::{Error, Result};

/// Suspects with a section and charts. About 30 kB each: more would make a file that opens slowly.
pub const MAX_SECTIONS: usize = 200;

/// Lines of the list; `suspects.csv` has all.
pub const MAX_ROWS: usize = 5000;

/// Lines just below the cut that are listed too, so that a reader sees what the cut leaves out.
pub const ROWS_BELOW_CUT: usize = 20;

const STYLE: &str = include_str!("../../../templates/report.css");
const SCRIPT: &str = include_str!("../../../templates/report.js");

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    policy: String,
    style: &'static str,
    script: &'static str,
    evidence_is_not_guilt: &'static str,
    summary: Summary,
    rows: Vec<Row>,
    kinds: Vec<(&'static str, &'static str)>,
    left_out: Option<String>,
    sections: Vec<Section<'a>>,
    days_around_onset: i32,
}

/// Fills `file` with the page.
///
/// # Errors
/// When the days of the suspects cannot be read or the file cannot be written.
pub fn write_page(file: &mut File, run: &RunOutputs<'_>, suspects: &[Suspect<'_>]) -> Result<()> {
    let drawn = &suspects[..suspects.len().min(MAX_SECTIONS)];
    let meters: BTreeSet<_> = drawn.iter().map(|suspect| suspect.scored.meter.clone()).collect();
    let days = (run.days_of)(&meters)?;
    let sections =
        drawn.iter().map(|suspect| Section::of(suspect, run, days.get(&suspect.scored.meter))).collect();
    let page = Page {
        policy: policy(),
        style: STYLE,
        script: SCRIPT,
        evidence_is_not_guilt: EVIDENCE_IS_NOT_GUILT,
        summary: Summary::of(run, suspects),
        rows: rows(run, suspects),
        kinds: kinds(suspects),
        left_out: left_out(suspects.len()),
        sections,
        days_around_onset: charts::DAYS_AROUND_ONSET,
    };
    let text = page.render().map_err(|error| Error::table("report.html", error))?;
    file.write_all(text.as_bytes()).map_err(|error| Error::write("report.html", error))
}

fn rows(run: &RunOutputs<'_>, suspects: &[Suspect<'_>]) -> Vec<Row> {
    let above = suspects.iter().take(MAX_ROWS).enumerate();
    let mut rows: Vec<Row> = above
        .map(|(index, suspect)| Row::of(suspect, (index < MAX_SECTIONS).then_some(suspect.scored.rank)))
        .collect();
    if suspects.len() <= MAX_ROWS {
        let below = run.scored.iter().filter(|scored| !scored.is_suspect).take(ROWS_BELOW_CUT);
        rows.extend(below.map(|scored| Row::of(&Suspect::of(scored, run.register), None)));
    }
    rows
}

/// The kinds that occur, as code and words, for the filter.
fn kinds(suspects: &[Suspect<'_>]) -> Vec<(&'static str, &'static str)> {
    let kinds: BTreeSet<_> = suspects.iter().filter_map(|suspect| suspect.scored.kind).collect();
    kinds.into_iter().map(|kind| (kind.as_str(), super::words::kind_words(kind))).collect()
}

fn left_out(n_suspects: usize) -> Option<String> {
    let without_section = n_suspects.saturating_sub(MAX_SECTIONS) as u64;
    let without_row = n_suspects.saturating_sub(MAX_ROWS) as u64;
    (without_section > 0).then(|| {
        let mut words = format!("Charts are drawn for the first {MAX_SECTIONS} suspects; for the other {without_section}, `hashwatt explain RUN METER` prints the evidence.");
        if without_row > 0 {
            words.push_str(&format!(" The list stops at {MAX_ROWS} lines; suspects.csv has {} more.", counted(without_row, "line")));
        }
        words
    })
}

/// What the page may do: show itself. Style and script are named by their hashes.
fn policy() -> String {
    let hash = |text: &str| base64(&Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; img-src data:; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::made_up;
    use crate::report::suspects::suspects;

    fn page() -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.html");
        made_up::with_run(|run| {
            write_page(&mut File::create(&path).unwrap(), run, &suspects(run.scored, run.register))
        })
        .unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn what_comes_from_data_is_shown_and_never_run() {
        let page = page();
        assert!(!page.contains(made_up::HOSTILE_ID) && !page.contains("<img"));
        assert!(page.contains("&#60;script&#62;alert(1)") || page.contains("&lt;script&gt;alert(1)"));
        assert_eq!(page.matches("<script").count(), 1);
    }

    #[test]
    fn nothing_is_asked_for_outside_the_file() {
        let page = page();
        assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("url("));
        assert!(page.contains("default-src &#39;none&#39;") || page.contains("default-src 'none'"));
        assert_eq!(
            page.matches(" href=\"").count(),
            page.matches(" href=\"#").count() + page.matches(" href=\"data:image/png").count()
        );
    }

    #[test]
    fn the_page_says_that_evidence_is_not_guilt() {
        assert!(page().contains(EVIDENCE_IS_NOT_GUILT));
    }

    #[test]
    fn every_suspect_has_reasons_rivals_and_charts() {
        let page = page();
        assert_eq!(page.matches("<section").count(), 3);
        assert!(page.contains("What else could it be"));
        assert!(page.contains("data:image/png;base64,"));
        assert!(page.contains("load factor 0.94 &#62; 0.90 on 61 of 62 days"));
    }

    #[test]
    fn a_long_list_says_what_it_leaves_out() {
        assert_eq!(left_out(200), None);
        let words = left_out(6000).unwrap();
        assert!(words.contains("the other 5800") && words.contains("1\u{202f}000 lines more."), "{words}");
    }
}
