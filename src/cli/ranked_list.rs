//! Prints what `detect` found: where to visit first, why, and how far to trust it.

use jiff::civil::Date;

use super::findings::{Examples, push_by_code};
use super::layout::{Column, Side, aligned, counted, push_line, push_wrapped, span_words, without_controls};
use crate::indicators::REASON;
use crate::language::Language;
use crate::pipeline::RunSummary;
use crate::ranking::{RigEstimate, Scored};
use crate::run::words::{false_leads, machine_words, percent, ranked_words, sensitivity_words};
use crate::settings::Settings;

/// At most this many suspects are printed; the files have all.
const MAX_SUSPECTS: usize = 20;

/// At most this many meters are printed if none is a suspect.
const MAX_OTHERS: usize = 5;

/// At most this many reasons are printed per meter; the evidence sheet has all.
const MAX_REASONS: usize = 2;

/// Indent before the summary sentence.
const SUMMARY_LEAD: &str = "      ";

/// Indent and bullet before a reason.
const REASON_LEAD: &str = "      - ";

/// Shown if a rig has no estimate.
const NO_RIG: &str = "-";

const COLUMNS: [Column; 8] = [
    ("rank", Side::Right),
    ("meter", Side::Left),
    ("score", Side::Right),
    ("kind", Side::Left),
    ("rig kW (low-high)", Side::Left),
    ("machines", Side::Left),
    ("since", Side::Left),
    ("chance", Side::Right),
];

/// The files that people open, and what each is for.
const FILES: [(&str, &str); 5] = [
    ("report.html", "charts of every suspect, for a browser"),
    (
        "suspects.xlsx",
        "the suspects with address and register, for a spreadsheet (also .csv, .geojson, .parquet)",
    ),
    ("scores.parquet", "every meter with rank and reasons"),
    ("findings.parquet", "what was found in the data"),
    ("run.json", "inputs, settings, versions, counts"),
];

/// Renders the result of a run as text, for lines of `width` characters.
pub(super) fn render(summary: &RunSummary, settings: &Settings, width: usize) -> String {
    let mut text = String::new();
    push_line(&mut text, &format!("Read {}.\n", read_words(summary)));
    push_list(&mut text, summary, settings, width);
    push_line(&mut text, "");
    let sensitivity = sensitivity_words(&summary.sensitivity);
    if !sensitivity.is_empty() {
        push_wrapped(&mut text, "", &sensitivity, width);
        push_line(&mut text, "");
    }
    push_by_code(&mut text, &summary.findings, Examples::OfSkipped, width);
    push_files(&mut text, summary, settings, width);
    push_line(&mut text, "");
    let caution = "A score is evidence, not proof: only a visit can confirm or reject a suspect.";
    push_wrapped(&mut text, "", caution, width);
    without_controls(&text)
}

/// Returns, for example, `52 608 rows of 3 meters, 2021-07-01 to 2022-03-31 (274 days)`.
pub(super) fn read_words(summary: &RunSummary) -> String {
    let (rows, meters) = (counted(summary.n_rows, "row"), counted(summary.n_meters, "meter"));
    let span = summary.span.map(|span| format!(", {}", span_words(Some(span)))).unwrap_or_default();
    format!("{rows} of {meters}{span}")
}

fn push_list(text: &mut String, summary: &RunSummary, settings: &Settings, width: usize) {
    let n_scored = ranked_words(&summary.scored);
    let suspects: Vec<&Scored> = summary.scored.iter().filter(|scored| scored.is_suspect).collect();
    if !suspects.is_empty() {
        let n_suspects = counted(suspects.len() as u64, "suspect");
        push_line(text, &format!("{n_suspects} among {n_scored}, the most suspicious first:\n"));
        let listed = &suspects[..suspects.len().min(MAX_SUSPECTS)];
        push_table(text, listed, summary.span, settings.language, width);
        push_rest(text, &suspects, settings, width);
        return;
    }
    let share = percent(settings.max_false_chance);
    let none =
        format!("No suspects among {n_scored}: each would be a false lead with a chance above {share}.");
    push_wrapped(text, "", &none, width);
    if !summary.scored.is_empty() {
        push_line(text, "\nNot suspects, but the highest scores:\n");
        let highest: Vec<&Scored> = summary.scored.iter().take(MAX_OTHERS).collect();
        push_table(text, &highest, summary.span, settings.language, width);
    }
}

fn push_table(
    text: &mut String,
    meters: &[&Scored],
    span: Option<(Date, Date)>,
    language: &Language,
    width: usize,
) {
    let rows: Vec<Vec<String>> = meters.iter().map(|scored| cells(scored, span)).collect();
    let mut lines = aligned(&COLUMNS, &rows).into_iter();
    push_line(text, &lines.next().unwrap_or_default());
    for (line, scored) in lines.zip(meters) {
        push_line(text, &line);
        if let Some(summary) = &scored.summary {
            push_wrapped(text, SUMMARY_LEAD, &language.say_message(REASON, summary), width);
        }
        for words in strongest_reasons(scored, language) {
            push_wrapped(text, REASON_LEAD, &words, width);
        }
    }
}

fn cells(scored: &Scored, span: Option<(Date, Date)>) -> Vec<String> {
    let rig = scored.rig.as_ref();
    let of_rig = |words: fn(&RigEstimate) -> String| rig.map_or_else(|| NO_RIG.to_owned(), words);
    vec![
        scored.rank.to_string(),
        scored.meter.as_str().to_owned(),
        format!("{:.3}", scored.score),
        scored.kind.map_or_else(|| NO_RIG.to_owned(), |kind| kind.as_str().replace('_', " ")),
        of_rig(kw_words),
        of_rig(machine_words),
        rig.map_or_else(|| NO_RIG.to_owned(), |rig| since_words(rig, span)),
        scored.chance.map_or_else(|| NO_RIG.to_owned(), percent),
    ]
}

/// Returns, for example, `6.40 (5.89-7.04)`.
fn kw_words(rig: &RigEstimate) -> String {
    let decimals = if rig.kw.abs() < 10.0 { 2 } else { 1 };
    format!("{:.decimals$} ({:.decimals$}-{:.decimals$})", rig.kw, rig.kw_low, rig.kw_high)
}

fn since_words(rig: &RigEstimate, span: Option<(Date, Date)>) -> String {
    match (rig.onset, span) {
        (Some(onset), _) => onset.to_string(),
        (None, Some((first_day, _))) => format!("before {first_day}"),
        (None, None) => "before the data".to_owned(),
    }
}

/// Returns the strongest reasons for mining. If there are none, returns the first of the other reasons.
fn strongest_reasons(scored: &Scored, language: &Language) -> impl Iterator<Item = String> {
    let has_any = scored.reasons.iter().any(|reason| reason.weight > 0.0);
    let shown = scored.reasons.iter().filter(move |reason| reason.weight > 0.0 || !has_any);
    shown.take(if has_any { MAX_REASONS } else { 1 }).map(|reason| reason.words(language))
}

fn push_rest(text: &mut String, suspects: &[&Scored], settings: &Settings, width: usize) {
    push_line(text, "");
    if suspects.len() > MAX_SUSPECTS {
        let n_more = suspects.len() - MAX_SUSPECTS;
        let file = settings.out.join("suspects.csv");
        let more =
            if n_more == 1 { "1 more suspect is".to_owned() } else { format!("{n_more} more suspects are") };
        push_line(text, &format!("{more} in {}.", file.display()));
    }
    let n_false = suspects.last().and_then(|last| last.expected_false).unwrap_or_default();
    push_wrapped(text, "", &false_leads(suspects.len(), n_false), width);
}

fn push_files(text: &mut String, summary: &RunSummary, settings: &Settings, width: usize) {
    let out = settings.out.display();
    push_line(text, &format!("\nWritten to {out}:"));
    for (name, purpose) in FILES {
        push_wrapped(text, &format!("  {name:<18}"), purpose, width);
    }
    if let Some(first) = summary.scored.first() {
        push_line(
            text,
            &format!("\nWhy a meter stands where it does: hashwatt explain {out} {}", first.meter),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::made_up;

    #[test]
    fn suspects_stand_with_their_reasons() {
        insta::assert_snapshot!(render(&made_up::summary(3, 4), &made_up::settings(), 100));
    }

    #[test]
    fn a_long_list_says_how_many_more_and_where() {
        let text = render(&made_up::summary(23, 30), &made_up::settings(), 100);
        assert!(text.contains("3 more suspects are in run1/suspects.csv"), "{text}");
        assert!(text.contains("\n  20  ") && !text.contains("\n  21  "), "{text}");
    }

    #[test]
    fn without_suspects_the_highest_scores_are_called_what_they_are() {
        insta::assert_snapshot!(render(&made_up::summary(0, 7), &made_up::settings(), 80));
    }

    #[test]
    fn a_run_without_meters_has_a_result_too() {
        let summary = RunSummary { span: None, ..made_up::summary(0, 0) };
        let text = render(&summary, &made_up::settings(), 80);
        assert!(text.contains("No suspects among 0 meters") && text.contains("of 0 meters.\n"), "{text}");
    }

    #[test]
    fn a_meter_id_cannot_steer_the_terminal() {
        let mut summary = made_up::summary(1, 1);
        summary.scored[0].meter = "\u{1b}[2J".into();
        assert!(!render(&summary, &made_up::settings(), 80).contains('\u{1b}'));
    }
}
