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
use super::charts::DAYS_AROUND_ONSET;
use super::words::{EVIDENCE_IS_NOT_GUILT, counted};
use hashwatt_core::error::{Error, Result};
use hashwatt_detection::ranking::suspects::Suspect;

/// Most suspects with a section and charts. Each takes 17 kB with four months of hours, 21 kB with nine
/// (`a_suspect_takes_little_of_the_page`). With more, the file would open slowly.
pub const MAX_SECTIONS: usize = 200;

/// Most lines of the list; `suspects.csv` has all.
pub const MAX_ROWS: usize = 5000;

/// Lines shown just below the visit list, so that a reader sees what it leaves out.
pub const ROWS_BELOW_CUT: usize = 20;

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
    evidence_is_not_guilt: &'static str,
    summary: Summary,
    kinds: Vec<(&'static str, &'static str)>,
    parents: Vec<String>,
    zones: Vec<String>,
    rows: Vec<Row>,
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
    let meters = drawn.iter().map(|suspect| suspect.scored.meter.clone());
    let days = (run.days_of)(&meters.chain(drawn.iter().filter_map(residual_of)).collect())?;
    let rows = rows(run, suspects);
    let page = Page {
        policy: policy(),
        style: STYLE,
        scripts: SCRIPTS,
        evidence_is_not_guilt: EVIDENCE_IS_NOT_GUILT,
        summary: Summary::of(run, suspects),
        kinds: kinds(suspects),
        parents: different(&rows, |row| &row.parent),
        zones: different(&rows, |row| &row.zone),
        rows,
        left_out: left_out(suspects.len()),
        sections: drawn.iter().map(|suspect| Section::of(suspect, run, &days)).collect(),
        days_around_onset: DAYS_AROUND_ONSET,
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

/// Returns the kinds that occur, as code and words, for the filter.
fn kinds(suspects: &[Suspect<'_>]) -> Vec<(&'static str, &'static str)> {
    let kinds: BTreeSet<_> = suspects.iter().filter_map(|suspect| suspect.scored.kind).collect();
    kinds.into_iter().map(|kind| (kind.as_str(), super::words::kind_words(kind))).collect()
}

/// Returns the values that occur in a column of the list, for a filter.
fn different(rows: &[Row], pick: fn(&Row) -> &str) -> Vec<String> {
    let values: BTreeSet<&str> = rows.iter().map(pick).filter(|value| !value.is_empty()).collect();
    values.into_iter().map(str::to_owned).collect()
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
    use crate::made_up;
    use hashwatt_detection::ranking::suspects::suspects;

    fn page() -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.html");
        made_up::with_run(|run| {
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
        assert!(!page.contains(made_up::HOSTILE_ID) && !page.contains("<img"));
        assert!(page.contains("&#60;script&#62;alert(1)") || page.contains("&lt;script&gt;alert(1)"));
        let n_numbers = page.matches("<script type=\"application/json\"").count();
        assert_eq!((n_numbers, page.matches("<script").count()), (3, 3 + SCRIPTS.len()));
        assert_eq!(page.matches("</script").count(), 3 + SCRIPTS.len());
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
        assert!(page().contains(EVIDENCE_IS_NOT_GUILT));
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
        assert_eq!(left_out(200), None);
        let words = left_out(6000).unwrap();
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
}
