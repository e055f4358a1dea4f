//! Renders the head of the page and the lines of its list as text.

use std::collections::BTreeMap;

use crate::RunOutputs;
use crate::words::{
    ASKED, NONE, false_leads, kind_words, machine_words, on_words, onset_words, percent, rig_words,
    score_words, sensitivity_words, span_words, title_words,
};
use hashwatt_core::finding::{Finding, Severity};
use hashwatt_core::language::Language;
use hashwatt_detection::ranking::suspects::Suspect;

/// Most findings on files and the whole run that are shown in full; `findings.parquet` has all.
const MAX_RUN_FINDINGS: usize = 30;

/// The head of the page.
pub struct Summary {
    /// `3 suspects among 4 meters and residuals`.
    pub title: String,
    /// Names and texts.
    pub facts: Vec<(String, String)>,
    /// Questions about what was guessed.
    pub asked: Vec<String>,
    /// Expected number of false leads, shown above the list.
    pub expected_false: String,
    /// Explanation of where the visit list stops.
    pub where_it_stops: String,
    /// The smallest rig that the run would show.
    pub sensitivity: String,
    /// Code, severity and count, worst first.
    pub finding_counts: Vec<(&'static str, String, String)>,
    /// Findings that concern no single meter, in words.
    pub run_findings: Vec<String>,
}

impl Summary {
    /// Builds the head for a run with these suspects.
    pub fn of(run: &RunOutputs<'_>, suspects: &[Suspect<'_>]) -> Self {
        let lang = run.settings.language;
        let share = lang.percent(run.settings.max_false_chance, 0);
        let on_the_run = run.findings.iter().filter(|finding| finding.meter.is_none());
        Self {
            title: title_words(suspects.len(), run.scored, lang),
            facts: facts(run, lang),
            asked: run.facts.asked.iter().map(|message| lang.say_message(ASKED, message)).collect(),
            expected_false: expected_false(suspects, lang),
            where_it_stops: lang.say_with("report-where_it_stops", &[("share", &share)]),
            sensitivity: sensitivity_words(&run.facts.sensitivity, lang),
            finding_counts: finding_counts(run.findings, lang),
            run_findings: on_the_run
                .take(MAX_RUN_FINDINGS)
                .map(|finding| finding_words(finding, lang))
                .collect(),
        }
    }
}

fn facts(run: &RunOutputs<'_>, lang: &Language) -> Vec<(String, String)> {
    let zone = run.settings.zone.as_ref();
    let zone = zone.map_or_else(|| lang.say("report-no_time_zone"), |zone| zone.name.clone());
    let input = |role: &str| lang.name_of("input", role);
    let inputs = run.facts.inputs.iter();
    let inputs: Vec<_> = inputs.map(|one| format!("{} ({})", one.file.path, input(one.role))).collect();
    let fact = |id: &str, words: String| (lang.say(id), words);
    vec![
        fact("report-data", span_words(run.facts.span, lang)),
        fact("report-time_zone", zone),
        fact("report-n_meters", lang.said_count(run.facts.n_meters)),
        fact("report-n_meter_days", lang.said_count(run.facts.n_meter_days)),
        fact("report-inputs", if inputs.is_empty() { NONE.to_owned() } else { inputs.join(", ") }),
        fact("report-seed", run.settings.seed.to_string()),
        ("hashwatt".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
    ]
}

fn expected_false(suspects: &[Suspect<'_>], lang: &Language) -> String {
    suspects.last().map_or_else(
        || lang.say("report-none"),
        |last| false_leads(suspects.len(), last.scored.expected_false.unwrap_or_default(), lang),
    )
}

/// Returns a finding in one sentence with its severity, source and period.
pub fn finding_words(finding: &Finding, lang: &Language) -> String {
    let severity = lang.name_of("severity", finding.severity.as_str());
    let source = finding.source.as_ref().map(|source| format!("{source}: ")).unwrap_or_default();
    let days = (finding.first_day.or(finding.last_day)).zip(finding.last_day.or(finding.first_day));
    let period = days.map(|(first, last)| format!(" ({})", lang.said_days(first, last))).unwrap_or_default();
    format!("{severity} {}: {source}{}{period}", finding.code, finding.words(lang))
}

fn finding_counts(findings: &[Finding], lang: &Language) -> Vec<(&'static str, String, String)> {
    let mut counts: BTreeMap<(std::cmp::Reverse<Severity>, &'static str), u64> = BTreeMap::new();
    for finding in findings {
        *counts.entry((std::cmp::Reverse(finding.severity), finding.code.as_str())).or_default() += 1;
    }
    let row = |((severity, code), n): ((std::cmp::Reverse<Severity>, &'static str), u64)| {
        (code, lang.name_of("severity", severity.0.as_str()), lang.said_count(n))
    };
    counts.into_iter().map(row).collect()
}

/// One line of the list.
pub struct Row {
    /// Place on the visit list; empty if it is not on it.
    pub place: String,
    /// Number of its section, if it has one.
    pub section: Option<u32>,
    /// `suspect`, `ended` or `unlisted`.
    pub class: &'static str,
    /// The meter.
    pub meter: String,
    /// Score to three decimals.
    pub score: String,
    /// The score, for sorting and filtering.
    pub score_value: String,
    /// Stable text of the kind, for the filter.
    pub kind: &'static str,
    /// The kind in words.
    pub kind_words: String,
    /// The rig with its confidence interval.
    pub rig: String,
    /// The rig's draw, for sorting and filtering. [kW]
    pub rig_kw: String,
    /// Number of machines, from fewest to most.
    pub machines: String,
    /// Onset in words.
    pub onset: String,
    /// The onset as a table writes it, for sorting; empty if it is not within the data.
    pub onset_day: String,
    /// Whether it is on, in words.
    pub on: String,
    /// Chance that a visit finds it running. [%]
    pub visit_chance: String,
    /// That chance, for sorting.
    pub visit_chance_value: String,
    /// Chance that there is a rig. [%]
    pub chance: String,
    /// The chance, for sorting.
    pub chance_value: String,
    /// Address, or the transformer if there is no address.
    pub address: String,
    /// The transformer, feeder or substation that feeds it; empty if unknown.
    pub parent: String,
    /// The zone of the network; empty if unknown.
    pub zone: String,
}

impl Row {
    /// Builds the line of a suspect, with the number of its section.
    pub fn of(suspect: &Suspect<'_>, section: Option<u32>, lang: &Language) -> Self {
        let scored = suspect.scored;
        let rig = scored.rig.as_ref();
        let none = || NONE.to_owned();
        Self {
            place: scored.place.map(|place| place.to_string()).unwrap_or_default(),
            section,
            class: match scored.is_suspect {
                false => "unlisted",
                true if scored.is_on() => "suspect",
                true => "ended",
            },
            meter: scored.meter.as_str().to_owned(),
            score: score_words(scored.score, lang),
            score_value: format!("{:.3}", scored.score),
            kind: scored.kind.map_or("", |kind| kind.as_str()),
            kind_words: scored.kind.map_or_else(none, |kind| kind_words(kind, lang)),
            rig: rig.map_or_else(none, |rig| rig_words(rig, lang)),
            rig_kw: rig.map_or_else(String::new, |rig| format!("{:.3}", rig.kw)),
            machines: rig.map_or_else(none, |rig| machine_words(rig, lang)),
            onset: rig.map_or_else(none, |rig| onset_words(rig.onset, lang)),
            onset_day: rig.and_then(|rig| rig.onset).map(|day| day.to_string()).unwrap_or_default(),
            on: rig.map_or_else(none, |rig| on_words(rig, lang)),
            visit_chance: scored.visit_chance.map_or_else(none, |chance| percent(chance, lang)),
            visit_chance_value: scored.visit_chance.map(|chance| chance.to_string()).unwrap_or_default(),
            chance: scored.chance.map_or_else(none, |chance| percent(chance, lang)),
            chance_value: scored.chance.map(|chance| chance.to_string()).unwrap_or_default(),
            address: place(suspect, lang),
            parent: suspect.parent().unwrap_or_default().to_owned(),
            zone: suspect.point.and_then(|point| point.zone.clone()).unwrap_or_default(),
        }
    }
}

/// Returns the address, or the transformer if there is no address.
pub fn place(suspect: &Suspect<'_>, lang: &Language) -> String {
    let at = |parent: &str| lang.say_with("report-at", &[("parent", parent)]);
    let parent = || suspect.point?.parent_id.as_deref().map(at);
    suspect.address().map(str::to_owned).or_else(parent).unwrap_or_else(|| NONE.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;
    use hashwatt_detection::ranking::suspects::suspects;

    #[test]
    fn the_head_says_what_the_run_saw() {
        let words = fixtures::with_run(|run| {
            let summary = Summary::of(run, &suspects(run.scored, run.register));
            let mut lines = vec![summary.title, summary.expected_false, summary.where_it_stops];
            lines.extend(summary.facts.into_iter().map(|(name, words)| format!("{name}: {words}")));
            lines.extend(
                summary
                    .finding_counts
                    .into_iter()
                    .map(|(code, severity, n)| format!("{code} {severity} {n}")),
            );
            lines.extend(summary.run_findings);
            lines.join("\n")
        });
        insta::assert_snapshot!(words);
    }
}
