//! Renders the head of the page and the lines of its list as text.

use std::collections::BTreeMap;

use crate::RunOutputs;
use crate::words::{
    NONE, counted, false_leads, grouped, kind_words, machine_words, onset_words, percent, ranked_words,
    rig_words, sensitivity_words,
};
use hashwatt_core::finding::{Finding, Severity};
use hashwatt_detection::ranking::suspects::Suspect;

/// Most findings on files and the whole run that are shown in full; `findings.parquet` has all.
const MAX_RUN_FINDINGS: usize = 30;

/// The head of the page.
pub struct Summary {
    /// `3 suspects among 4 meters and residuals`.
    pub title: String,
    /// Names and texts.
    pub facts: Vec<(&'static str, String)>,
    /// Expected number of false leads, shown above the list.
    pub expected_false: String,
    /// Explanation of where the list stops.
    pub cut: String,
    /// The smallest rig that the run would show.
    pub sensitivity: String,
    /// Code, severity and count, worst first.
    pub finding_counts: Vec<(&'static str, &'static str, String)>,
    /// Findings that concern no single meter, in words.
    pub run_findings: Vec<String>,
}

impl Summary {
    /// Builds the head for a run with these suspects.
    pub fn of(run: &RunOutputs<'_>, suspects: &[Suspect<'_>]) -> Self {
        let share = run.settings.max_false_chance * 100.0;
        Self {
            title: format!(
                "{} among {}",
                counted(suspects.len() as u64, "suspect"),
                ranked_words(run.scored)
            ),
            facts: facts(run),
            expected_false: expected_false(suspects),
            cut: format!(
                "The list stops where a line is false with a chance above {share:.0} %. Below the cut there may still be farms; the evidence there is weaker. All scores are in scores.parquet."
            ),
            sensitivity: sensitivity_words(&run.facts.sensitivity),
            finding_counts: finding_counts(run.findings),
            run_findings: run
                .findings
                .iter()
                .filter(|finding| is_on_the_run(finding))
                .take(MAX_RUN_FINDINGS)
                .map(finding_words)
                .collect(),
        }
    }
}

fn facts(run: &RunOutputs<'_>) -> Vec<(&'static str, String)> {
    let span =
        run.facts.span.map_or_else(|| "no days".to_owned(), |(first, last)| format!("{first} to {last}"));
    let zone = run
        .settings
        .zone
        .as_ref()
        .map_or_else(|| "not given: days of 24 h".to_owned(), |zone| zone.name.clone());
    let inputs: Vec<_> =
        run.facts.inputs.iter().map(|input| format!("{} ({})", input.file.path, input.role)).collect();
    vec![
        ("Data", span),
        ("Zone", zone),
        ("Meters with data", grouped(run.facts.n_meters)),
        ("Meter-days", grouped(run.facts.n_meter_days)),
        ("Inputs", if inputs.is_empty() { NONE.to_owned() } else { inputs.join(", ") }),
        ("Seed", run.settings.seed.to_string()),
        ("hashwatt", env!("CARGO_PKG_VERSION").to_owned()),
    ]
}

fn expected_false(suspects: &[Suspect<'_>]) -> String {
    suspects.last().map_or_else(
        || "No meter stands above the cut. That is no proof that there is no farm.".to_owned(),
        |last| false_leads(suspects.len(), last.scored.expected_false.unwrap_or_default()),
    )
}

fn is_on_the_run(finding: &Finding) -> bool {
    finding.meter.is_none()
}

/// Returns a finding in one sentence with its severity, source and period.
pub fn finding_words(finding: &Finding) -> String {
    let source = finding.source.as_ref().map(|source| format!("{source}: ")).unwrap_or_default();
    let period = match (finding.first_day, finding.last_day) {
        (Some(first), Some(last)) if first != last => format!(" ({first} to {last})"),
        (Some(day), _) | (_, Some(day)) => format!(" ({day})"),
        (None, None) => String::new(),
    };
    format!("{} {}: {source}{}{period}", finding.severity.as_str(), finding.code, finding.description)
}

fn finding_counts(findings: &[Finding]) -> Vec<(&'static str, &'static str, String)> {
    let mut counts: BTreeMap<(std::cmp::Reverse<Severity>, &'static str), u64> = BTreeMap::new();
    for finding in findings {
        *counts.entry((std::cmp::Reverse(finding.severity), finding.code.as_str())).or_default() += 1;
    }
    counts.into_iter().map(|((severity, code), n)| (code, severity.0.as_str(), grouped(n))).collect()
}

/// One line of the list.
pub struct Row {
    /// Place in the list.
    pub rank: u32,
    /// Number of its section, if it has one.
    pub section: Option<u32>,
    /// `suspect` or `below`.
    pub class: &'static str,
    /// The meter.
    pub meter: String,
    /// Score to three decimals.
    pub score: String,
    /// Stable text of the kind, for the filter.
    pub kind: &'static str,
    /// The kind in words.
    pub kind_words: &'static str,
    /// The rig with its confidence interval.
    pub rig: String,
    /// The rig's draw, for sorting and filtering. [kW]
    pub rig_kw: String,
    /// Number of machines, from fewest to most.
    pub machines: String,
    /// Onset in words.
    pub onset: String,
    /// Chance that there is a rig. [%]
    pub chance: String,
    /// Address, or the transformer if there is no address.
    pub place: String,
    /// The transformer, feeder or substation that feeds it; empty if unknown.
    pub parent: String,
    /// The zone of the network; empty if unknown.
    pub zone: String,
}

impl Row {
    /// Builds the line of a suspect, with the number of its section.
    pub fn of(suspect: &Suspect<'_>, section: Option<u32>) -> Self {
        let scored = suspect.scored;
        let rig = scored.rig.as_ref();
        let none = || NONE.to_owned();
        Self {
            rank: scored.rank,
            section,
            class: if scored.is_suspect { "suspect" } else { "below" },
            meter: scored.meter.as_str().to_owned(),
            score: format!("{:.3}", scored.score),
            kind: scored.kind.map_or("", |kind| kind.as_str()),
            kind_words: scored.kind.map_or(NONE, kind_words),
            rig: rig.map_or_else(none, rig_words),
            rig_kw: rig.map_or_else(String::new, |rig| format!("{:.3}", rig.kw)),
            machines: rig.map_or_else(none, machine_words),
            onset: rig.map_or_else(none, |rig| onset_words(rig.onset)),
            chance: scored.chance.map_or_else(none, percent),
            place: place(suspect),
            parent: suspect.parent().unwrap_or_default().to_owned(),
            zone: suspect.point.and_then(|point| point.zone.clone()).unwrap_or_default(),
        }
    }
}

/// Returns the address, or the transformer if there is no address.
pub fn place(suspect: &Suspect<'_>) -> String {
    let parent =
        || suspect.point.and_then(|point| point.parent_id.as_deref()).map(|parent| format!("at {parent}"));
    suspect.address().map(str::to_owned).or_else(parent).unwrap_or_else(|| NONE.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up;
    use hashwatt_detection::ranking::suspects::suspects;

    #[test]
    fn the_head_says_what_the_run_saw() {
        let words = made_up::with_run(|run| {
            let summary = Summary::of(run, &suspects(run.scored, run.register));
            let mut lines = vec![summary.title, summary.expected_false, summary.cut];
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
