//! Counts findings by code and shows one example of each.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use comfy_table::CellAlignment;

use super::layout::{aligned_in, plain, push_line, push_wrapped};
use crate::finding::{Code, Finding, Severity};
use crate::ids::MeterId;
use crate::language::Language;
use crate::language::message::Value;

/// At most this many meters are listed as those with the most findings.
const MAX_WORST_METERS: usize = 5;

/// Codes that always get an example: they concern users' files and stored digests, and readings that someone
/// accepted unseen.
const ALWAYS_SHOWN: [Code; 3] = [Code::StoreHealed, Code::KeptAside, Code::GuessAccepted];

/// Indent before an example.
const EXAMPLE_LEAD: &str = "      ";

/// Columns of the counts: messages and sides.
const COLUMNS: [(&str, CellAlignment); 3] = [
    ("terminal-column-severity", CellAlignment::Left),
    ("terminal-column-count", CellAlignment::Right),
    ("terminal-column-code", CellAlignment::Left),
];

/// Which codes get an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Examples {
    /// Only those with severity `skipped`: they explain the exit code.
    OfSkipped,
    /// All codes.
    OfEach,
}

/// The findings of one code and severity.
#[derive(Debug, Clone, Copy)]
pub(super) struct CodeCount<'a> {
    /// Number of findings.
    pub n: u64,
    /// The first finding, used as the example.
    pub first: &'a Finding,
}

/// Counts findings by severity, worst first, then by code.
pub(super) fn by_code(findings: &[Finding]) -> Vec<CodeCount<'_>> {
    let mut counts = BTreeMap::new();
    for first in findings {
        let key = (Reverse(first.severity), first.code.as_str());
        counts.entry(key).or_insert(CodeCount { n: 0, first }).n += first.n();
    }
    counts.into_values().collect()
}

/// Appends the findings by code, with their sentences in the language.
pub(super) fn push_by_code(
    text: &mut String,
    findings: &[Finding],
    examples: Examples,
    language: &Language,
    width: usize,
) {
    if findings.is_empty() {
        push_line(text, &language.say("terminal-no_findings"));
        return;
    }
    push_line(text, &language.say("terminal-findings"));
    let counts = by_code(findings);
    let row = |count: &CodeCount<'_>| {
        let Finding { severity, code, .. } = count.first;
        let severity = language.name_of("severity", severity.as_str());
        vec![severity, plain(&language.said_count(count.n)), code.as_str().to_owned()]
    };
    let rows: Vec<Vec<String>> = counts.iter().map(row).collect();
    let mut lines = aligned_in(language, &COLUMNS, &rows).into_iter();
    push_line(text, &format!("  {}", lines.next().unwrap_or_default()));
    for (line, count) in lines.zip(&counts) {
        push_line(text, &format!("  {line}"));
        let is_shown = count.first.severity == Severity::Skipped || ALWAYS_SHOWN.contains(&count.first.code);
        if examples == Examples::OfEach || is_shown {
            push_wrapped(text, EXAMPLE_LEAD, &example_words(count, language), width);
        }
    }
}

/// Returns, for example, `for example march.parquet: the file ends in the middle of a row group`.
fn example_words(count: &CodeCount<'_>, language: &Language) -> String {
    let finding = count.first;
    let said = finding.words(language);
    let source = finding.source.as_deref().filter(|source| !said.contains(*source)).map(str::to_owned);
    // An id may be a digit that stands in any number: only a value of the sentence says it.
    let is_unsaid = |id: &&str| !finding.message.values.iter().any(|(_, value)| *value == Value::from(*id));
    let of_meter = |id| language.say_with("terminal-of_meter", &[("meter", id)]);
    let meter = finding.meter.as_ref().map(MeterId::as_str).filter(is_unsaid).map(of_meter);
    let days = finding.first_day.zip(finding.last_day);
    let days = days.map(|(first, last)| language.said_days(first, last));
    let place: Vec<String> = [source, meter, days].into_iter().flatten().collect();
    let lead = if place.is_empty() { String::new() } else { format!("{}: ", place.join(", ")) };
    let words = format!("{lead}{said}");
    if count.n > 1 { language.say_with("terminal-example", &[("finding", &words)]) } else { words }
}

/// Appends the meters with the most skipped data, then the most findings.
pub(super) fn push_worst_meters(text: &mut String, findings: &[Finding], language: &Language) {
    let mut meters: BTreeMap<&MeterId, Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.severity > Severity::Note) {
        if let Some(meter) = &finding.meter {
            meters.entry(meter).or_default().push(finding);
        }
    }
    if meters.is_empty() {
        return;
    }
    let n_meters = meters.len();
    let mut worst: Vec<_> = meters.into_iter().collect();
    worst.sort_by_key(|(_, of_meter)| {
        let n_skipped = of_meter.iter().filter(|finding| finding.severity == Severity::Skipped).count();
        Reverse((n_skipped, of_meter.len()))
    });
    push_line(text, "");
    let n_shown = n_meters.min(MAX_WORST_METERS);
    let values = [("shown", &n_shown.to_string()[..]), ("all", &n_meters.to_string())];
    push_line(text, &language.say_with("check-worst", &values));
    let rows: Vec<Vec<String>> = worst
        .iter()
        .take(MAX_WORST_METERS)
        .map(|(meter, of_meter)| {
            let n = plain(&language.said_count(of_meter.len() as u64));
            vec![meter.as_str().to_owned(), n, code_words(of_meter)]
        })
        .collect();
    let columns = [
        ("terminal-column-meter", CellAlignment::Left),
        ("check-column-findings", CellAlignment::Right),
        ("check-column-codes", CellAlignment::Left),
    ];
    aligned_in(language, &columns, &rows).iter().for_each(|line| push_line(text, &format!("  {line}")));
}

fn code_words(findings: &[&Finding]) -> String {
    let codes: std::collections::BTreeSet<&str> =
        findings.iter().map(|finding| finding.code.as_str()).collect();
    codes.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fixtures;
    use hashwatt_core::message;

    #[test]
    fn codes_are_counted_worst_first() {
        let findings = fixtures::findings();
        let counts: Vec<_> =
            by_code(&findings).into_iter().map(|count| (count.first.code.as_str(), count.n)).collect();
        assert_eq!(counts, [("file_skipped", 1), ("gap", 2), ("spike", 1), ("guessed", 1)]);
    }

    #[test]
    fn an_id_is_said_though_its_digit_stands_in_the_sentence() {
        let message = message!("stuck", days = 20_usize, first = Value::number(0.5, 3));
        let finding =
            Finding::new(Code::StuckChannel, Severity::Warning, message).of_meter(MeterId::from("0"));
        let mut text = String::new();
        push_by_code(&mut text, &[finding], Examples::OfEach, Language::english(), 200);
        assert!(text.contains("meter 0: 20 days repeat one value"), "{text}");
    }

    #[test]
    fn no_finding_is_said() {
        let mut text = String::new();
        push_by_code(&mut text, &[], Examples::OfEach, Language::english(), 80);
        push_worst_meters(&mut text, &[], Language::english());
        assert_eq!(text, "Findings: none.\n");
    }
}
