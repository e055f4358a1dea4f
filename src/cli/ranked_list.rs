//! Prints what `detect` found: where to visit first, why, and how far to trust it.

use comfy_table::CellAlignment;
use jiff::civil::Date;

use super::findings::{Examples, push_by_code};
use super::layout::{
    TERMINAL, aligned_in, plain, push_line, push_wrapped, said_count, span_words, without_controls,
};
use crate::indicators::REASON;
use crate::language::Language;
use crate::language::message::Message;
use crate::pipeline::RunSummary;
use crate::place::is_url;
use crate::ranking::suspects::in_order_of_visits;
use crate::ranking::{RigEstimate, Scored};
use crate::run::words::{
    ASKED, false_leads, kind_code, machine_words, percent, ranked_words, score_words, sensitivity_words,
    title_words,
};
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

/// Columns of the list: messages and sides.
const COLUMNS: [(&str, CellAlignment); 9] = [
    ("terminal-column-number", CellAlignment::Right),
    ("terminal-column-meter", CellAlignment::Left),
    ("terminal-column-score", CellAlignment::Right),
    ("terminal-column-kind", CellAlignment::Left),
    ("terminal-column-rig", CellAlignment::Left),
    ("terminal-column-machines", CellAlignment::Left),
    ("terminal-column-since", CellAlignment::Left),
    ("terminal-column-chance", CellAlignment::Right),
    ("terminal-column-visit", CellAlignment::Right),
];

/// The files that people open, and the message that says what each is for.
const FILES: [(&str, &str); 5] = [
    ("report.html", "terminal-file-report"),
    ("suspects.xlsx", "terminal-file-suspects"),
    ("scores.parquet", "terminal-file-scores"),
    ("findings.parquet", "terminal-file-findings"),
    ("run.json", "terminal-file-run"),
];

/// Renders the result of a run as text, for lines of `width` characters.
pub(super) fn render(summary: &RunSummary, settings: &Settings, width: usize) -> String {
    let language = settings.language;
    let mut text = String::new();
    let read = language.say_with("terminal-read", &[("read", &read_words(summary, language))]);
    push_line(&mut text, &format!("{read}\n"));
    for message in &summary.asked {
        push_wrapped(&mut text, "", &plain(&language.say_message(ASKED, message)), width);
        push_line(&mut text, "");
    }
    push_list(&mut text, summary, settings, width);
    push_line(&mut text, "");
    let sensitivity = sensitivity_words(&summary.sensitivity, language);
    if !sensitivity.is_empty() {
        push_wrapped(&mut text, "", &sensitivity, width);
        push_line(&mut text, "");
    }
    push_by_code(&mut text, &summary.findings, Examples::OfSkipped, language, width);
    push_files(&mut text, summary, settings, width);
    push_line(&mut text, "");
    push_wrapped(&mut text, "", &language.say("terminal-caution"), width);
    without_controls(&text)
}

/// Returns, for example, `52 608 rows of 3 meters, 2021-07-01 to 2022-03-31 (274 days)`.
pub(super) fn read_words(summary: &RunSummary, language: &Language) -> String {
    let rows = said_count("terminal-rows", summary.n_rows, language);
    let meters = said_count("words-meters", summary.n_meters, language);
    let span = summary.span.map(|span| format!(", {}", span_words(Some(span), language))).unwrap_or_default();
    let read = language.say_with("terminal-read_rows", &[("rows", &rows), ("meters", &meters)]);
    format!("{read}{span}")
}

fn push_list(text: &mut String, summary: &RunSummary, settings: &Settings, width: usize) {
    let language = settings.language;
    let suspects = in_order_of_visits(&summary.scored);
    if !suspects.is_empty() {
        let title = plain(&title_words(suspects.len(), &summary.scored, language));
        push_line(text, &format!("{}\n", language.say_with("terminal-suspects", &[("title", &title)])));
        let listed = &suspects[..suspects.len().min(MAX_SUSPECTS)];
        let (on, ended) = listed.split_at(listed.partition_point(|scored| scored.is_on()));
        if on.is_empty() {
            push_line(text, &language.say("terminal-none_on"));
        } else {
            push_table(text, on, summary.span, language, width);
        }
        if !ended.is_empty() {
            push_line(text, &format!("\n{}\n", language.say("terminal-ended")));
            push_table(text, ended, summary.span, language, width);
        }
        push_rest(text, &suspects, settings, width);
        return;
    }
    let among = plain(&ranked_words(&summary.scored, language));
    let share = percent(settings.max_false_chance, language);
    let none = language.say_with("terminal-no_suspects", &[("among", &among), ("share", &share)]);
    push_wrapped(text, "", &none, width);
    if !summary.scored.is_empty() {
        push_line(text, &format!("\n{}\n", language.say("terminal-highest")));
        let highest: Vec<&Scored> = summary.scored.iter().take(MAX_OTHERS).collect();
        push_table(text, &highest, summary.span, language, width);
    }
}

fn push_table(
    text: &mut String,
    meters: &[&Scored],
    span: Option<(Date, Date)>,
    language: &Language,
    width: usize,
) {
    let rows: Vec<Vec<String>> = meters.iter().map(|scored| cells(scored, span, language)).collect();
    let mut lines = aligned_in(language, &COLUMNS, &rows).into_iter();
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

fn cells(scored: &Scored, span: Option<(Date, Date)>, language: &Language) -> Vec<String> {
    let none = || NO_RIG.to_owned();
    let rig = scored.rig.as_ref();
    vec![
        scored.place.unwrap_or(scored.rank).to_string(),
        scored.meter.as_str().to_owned(),
        score_words(scored.score, language),
        scored.kind.map_or_else(none, |kind| kind_code(kind, language).replace('_', " ")),
        rig.map_or_else(none, |rig| kw_words(rig, language)),
        rig.map_or_else(none, |rig| machine_words(rig, language)),
        rig.map_or_else(none, |rig| since_words(rig, span, language)),
        scored.chance.map_or_else(none, |chance| percent(chance, language)),
        scored.visit_chance.map_or_else(none, |chance| percent(chance, language)),
    ]
}

/// Returns, for example, `6.40 (5.89-7.04)`.
fn kw_words(rig: &RigEstimate, language: &Language) -> String {
    let decimals = if rig.kw.abs() < 10.0 { 2 } else { 1 };
    let words = format!("{:.decimals$} ({:.decimals$}-{:.decimals$})", rig.kw, rig.kw_low, rig.kw_high);
    language.said_decimal(&words)
}

fn since_words(rig: &RigEstimate, span: Option<(Date, Date)>, language: &Language) -> String {
    match (rig.onset, span) {
        (Some(onset), _) => language.said_day(onset),
        (None, Some((first_day, _))) => {
            language.say_with("terminal-before", &[("day", &language.said_day(first_day))])
        }
        (None, None) => language.say("terminal-before_data"),
    }
}

/// Returns the strongest reasons for mining. If there are none, returns the first of the other reasons.
fn strongest_reasons(scored: &Scored, language: &Language) -> impl Iterator<Item = String> {
    let has_any = scored.reasons.iter().any(|reason| reason.weight > 0.0);
    let shown = scored.reasons.iter().filter(move |reason| reason.weight > 0.0 || !has_any);
    shown.take(if has_any { MAX_REASONS } else { 1 }).map(|reason| reason.words(language))
}

fn push_rest(text: &mut String, suspects: &[&Scored], settings: &Settings, width: usize) {
    let language = settings.language;
    push_line(text, "");
    if suspects.len() > MAX_SUSPECTS {
        let n_more = (suspects.len() - MAX_SUSPECTS) as u64;
        let file = settings.out.join("suspects.csv").display().to_string();
        let more = Message::counting("more", n_more, language).naming("file", file);
        push_line(text, &language.say_message(TERMINAL, &more));
    }
    let n_false = suspects.last().and_then(|last| last.expected_false).unwrap_or_default();
    push_wrapped(text, "", &plain(&false_leads(suspects.len(), n_false, language)), width);
}

fn push_files(text: &mut String, summary: &RunSummary, settings: &Settings, width: usize) {
    let language = settings.language;
    let out = settings.out.display().to_string();
    push_line(text, &format!("\n{}", language.say_with("terminal-written", &[("folder", &out)])));
    for (name, purpose) in FILES {
        push_wrapped(text, &format!("  {name:<18}"), &language.say(purpose), width);
    }
    // `explain` reads runs on disk.
    if is_url(&settings.out) {
        return;
    }
    let suspects = in_order_of_visits(&summary.scored);
    if let Some(first) = suspects.first().copied().or(summary.scored.first()) {
        let why = language.say("terminal-why");
        push_line(text, &format!("\n{why} hashwatt explain {out} {}", first.meter));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fixtures;
    use crate::language::untranslated::english_words;

    #[test]
    fn suspects_stand_with_their_reasons() {
        insta::assert_snapshot!(render(&fixtures::summary(3, 4), &fixtures::settings(), 100));
    }

    #[test]
    fn a_long_list_says_how_many_more_and_where() {
        let text = render(&fixtures::summary(23, 30), &fixtures::settings(), 100);
        assert!(text.contains("3 more suspects are in run1/suspects.csv"), "{text}");
        assert!(text.contains("\n 20  ") && !text.contains("\n 21  "), "{text}");
    }

    #[test]
    fn a_run_in_an_object_store_is_not_offered_to_explain() {
        let settings = Settings { out: "s3://utility/runs/1".into(), ..fixtures::settings() };
        let text = render(&fixtures::summary(3, 4), &settings, 100);
        assert!(text.contains("s3://utility/runs/1") && !text.contains("explain"), "{text}");
    }

    #[test]
    fn without_suspects_the_highest_scores_are_called_what_they_are() {
        insta::assert_snapshot!(render(&fixtures::summary(0, 7), &fixtures::settings(), 80));
    }

    #[test]
    fn a_run_without_meters_has_a_result_too() {
        let summary = RunSummary { span: None, ..fixtures::summary(0, 0) };
        let text = render(&summary, &fixtures::settings(), 80);
        assert!(text.contains("No suspects among 0 meters") && text.contains("of 0 meters.\n"), "{text}");
    }

    #[test]
    fn a_meter_id_cannot_steer_the_terminal() {
        let mut summary = fixtures::summary(1, 1);
        summary.scored[0].meter = "\u{1b}[2J".into();
        assert!(!render(&summary, &fixtures::settings(), 80).contains('\u{1b}'));
    }

    #[test]
    fn no_line_of_another_language_is_in_english() {
        let data = "KZ residual TX file_skipped gap spike guessed march.parquet kWh unit readings timezone clock \
            the file ends in the middle of a row group; fetch it again";
        for language in &Language::all()[1..] {
            let settings = Settings { language, ..fixtures::settings() };
            for n_suspects in [0, 3, 23] {
                let text = render(&fixtures::summary(n_suspects, 30), &settings, 100);
                let english = english_words(&text, data);
                assert!(english.is_empty(), "{language:?}: {english:?}\n{text}");
            }
        }
    }
}
