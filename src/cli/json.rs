//! Renders results as one JSON object for machines; the keys carry the units.

use jiff::civil::Date;
use serde::Serialize;

use super::findings::by_code;
use crate::acquisition::facts::Fact;
use crate::acquisition::mapping::Guess;
use crate::acquisition::preview::RowAsRead;
use crate::error::Error;
use crate::finding::Finding;
use crate::indicators::REASON;
use crate::language::Language;
use crate::pipeline::{BacktestSummary, ExportProfile, RunSummary, Verdict};
use crate::ranking::suspects::in_order_of_visits;
use crate::ranking::{RigEstimate, Scored};
use crate::settings::{ReadingsTable, Settings};
use crate::trials::backtest::Backtest;

/// What `detect --json` prints.
#[derive(Serialize)]
struct RunObject<'a> {
    hashwatt: &'static str,
    out: String,
    n_rows: u64,
    n_meters: u64,
    first_day: Option<Date>,
    last_day: Option<Date>,
    n_scored: usize,
    n_suspects: usize,
    suspects: Vec<SuspectObject<'a>>,
    findings: Vec<FindingObject<'a>>,
}

/// The columns of `suspects.parquet` that a program needs to decide.
#[derive(Serialize)]
struct SuspectObject<'a> {
    place: Option<u32>,
    rank: u32,
    meter_id: &'a str,
    score: f64,
    kind: Option<&'static str>,
    rig_kw: Option<f64>,
    rig_kw_low: Option<f64>,
    rig_kw_high: Option<f64>,
    machines_low: Option<u32>,
    machines_high: Option<u32>,
    onset: Option<Date>,
    ended: Option<Date>,
    is_on: Option<bool>,
    last_seen_on: Option<Date>,
    energy_kwh_since_onset: Option<f64>,
    energy_kwh_low: Option<f64>,
    energy_kwh_high: Option<f64>,
    money_since_onset: Option<f64>,
    chance: Option<f64>,
    visit_chance: Option<f64>,
    expected_false: Option<f64>,
    group: &'a str,
    summary: Option<String>,
    reasons: Vec<String>,
}

/// The findings of one code and severity.
#[derive(Serialize)]
struct FindingObject<'a> {
    code: &'static str,
    severity: &'static str,
    n: u64,
    example: &'a Finding,
}

/// What `check --json` prints.
#[derive(Serialize)]
struct ProfileObject<'a> {
    hashwatt: &'static str,
    n_rows: u64,
    n_meters: u64,
    first_day: Option<Date>,
    last_day: Option<Date>,
    intervals: Vec<IntervalObject>,
    timezone: Option<&'a str>,
    completeness: f64,
    estimated_share: f64,
    verdict: &'static str,
    n_guesses: u64,
    consumption: Option<ConsumptionObject>,
    mappings: Vec<MappingObject<'a>>,
    files: Vec<FileObject<'a>>,
    findings: Vec<FindingObject<'a>>,
}

/// What `check --json` prints for an export that cannot be read.
#[derive(Serialize)]
struct NotReadableObject<'a> {
    hashwatt: &'static str,
    verdict: &'static str,
    error: String,
    cure: &'a str,
}

/// Energy of the meters in a month.
#[derive(Serialize)]
struct ConsumptionObject {
    n_meters: u64,
    median_kwh_a_month: f64,
    least_kwh_a_month: f64,
    greatest_kwh_a_month: f64,
}

/// How some files are read, with rows of the first.
#[derive(Serialize)]
struct MappingObject<'a> {
    first_file: &'a str,
    n_files: u64,
    facts: &'a [Fact],
    rows: &'a [RowAsRead],
}

#[derive(Serialize)]
struct IntervalObject {
    minutes: u32,
    n_meters: u64,
}

#[derive(Serialize)]
struct FileObject<'a> {
    name: &'a str,
    n_rows: u64,
    mapping: ReadingsTable,
    guesses: &'a [Guess],
    accepted: &'a [Guess],
}

/// What `backtest --json` prints.
#[derive(Serialize)]
struct BacktestObject<'a> {
    #[serde(flatten)]
    backtest: &'a Backtest,
    findings: Vec<FindingObject<'a>>,
}

/// Renders a backtest as one line of JSON.
pub(super) fn of_backtest(summary: &BacktestSummary) -> String {
    line(&BacktestObject { backtest: &summary.backtest, findings: finding_objects(&summary.findings) })
}

/// Renders a run as one line of JSON.
pub(super) fn of_run(summary: &RunSummary, settings: &Settings) -> String {
    let suspects = in_order_of_visits(&summary.scored);
    line(&RunObject {
        hashwatt: env!("CARGO_PKG_VERSION"),
        out: settings.out.display().to_string(),
        n_rows: summary.n_rows,
        n_meters: summary.n_meters,
        first_day: summary.span.map(|(first, _)| first),
        last_day: summary.span.map(|(_, last)| last),
        n_scored: summary.scored.len(),
        n_suspects: suspects.len(),
        suspects: suspects.into_iter().map(|scored| suspect_object(scored, settings.language)).collect(),
        findings: finding_objects(&summary.findings),
    })
}

/// Renders a profile as one line of JSON.
pub(super) fn of_profile(profile: &ExportProfile) -> String {
    let files = profile.sources.iter().map(|source| FileObject {
        name: &source.name,
        n_rows: source.n_rows,
        mapping: source.mapping.to_table(&source.path),
        guesses: &source.mapping.guesses,
        accepted: &source.accepted,
    });
    let mappings = profile.mappings.iter().map(|mapping| MappingObject {
        first_file: &mapping.name,
        n_files: mapping.n_files,
        facts: &mapping.facts,
        rows: &mapping.rows,
    });
    let (verdict, n_guesses) = match profile.verdict() {
        Verdict::Ready => ("ready", 0),
        Verdict::ReadyWithGuesses(n) => ("ready_with_guesses", n),
    };
    line(&ProfileObject {
        hashwatt: env!("CARGO_PKG_VERSION"),
        n_rows: profile.n_rows,
        n_meters: profile.n_meters,
        first_day: profile.span.map(|(first, _)| first),
        last_day: profile.span.map(|(_, last)| last),
        intervals: profile
            .intervals
            .iter()
            .map(|&(minutes, n_meters)| IntervalObject { minutes, n_meters })
            .collect(),
        timezone: profile.zone.as_deref(),
        completeness: profile.completeness,
        estimated_share: profile.estimated_share,
        verdict,
        n_guesses,
        consumption: profile.consumption.map(|consumption| ConsumptionObject {
            n_meters: consumption.n_meters,
            median_kwh_a_month: consumption.median_kwh_a_month,
            least_kwh_a_month: consumption.least_kwh_a_month,
            greatest_kwh_a_month: consumption.greatest_kwh_a_month,
        }),
        mappings: mappings.collect(),
        files: files.collect(),
        findings: finding_objects(&profile.findings),
    })
}

/// Renders the verdict on an export that cannot be read; `None` where no input is to blame.
pub(super) fn of_not_readable(error: &Error) -> Option<String> {
    let cure = error.cure_of_input()?;
    let hashwatt = env!("CARGO_PKG_VERSION");
    Some(line(&NotReadableObject { hashwatt, verdict: "not_readable", error: error.to_string(), cure }))
}

fn suspect_object<'a>(scored: &'a Scored, language: &Language) -> SuspectObject<'a> {
    let rig = scored.rig.as_ref();
    SuspectObject {
        place: scored.place,
        rank: scored.rank,
        meter_id: scored.meter.as_str(),
        score: scored.score,
        kind: scored.kind.map(|kind| kind.as_str()),
        rig_kw: rig.map(|rig| rig.kw),
        rig_kw_low: rig.map(|rig| rig.kw_low),
        rig_kw_high: rig.map(|rig| rig.kw_high),
        machines_low: rig.map(|rig| rig.machines_low),
        machines_high: rig.map(|rig| rig.machines_high),
        onset: rig.and_then(|rig| rig.onset),
        ended: rig.and_then(|rig| rig.ended),
        is_on: rig.map(RigEstimate::is_on),
        last_seen_on: rig.and_then(|rig| rig.last_seen_on),
        energy_kwh_since_onset: scored.energy.map(|energy| energy.kwh),
        energy_kwh_low: scored.energy.map(|energy| energy.kwh_low),
        energy_kwh_high: scored.energy.map(|energy| energy.kwh_high),
        money_since_onset: scored.energy.and_then(|energy| energy.money),
        chance: scored.chance,
        visit_chance: scored.visit_chance,
        expected_false: scored.expected_false,
        group: scored.group.as_str(),
        summary: scored.summary.as_ref().map(|summary| language.say_message(REASON, summary)),
        reasons: scored.reasons.iter().map(|reason| reason.words(language)).collect(),
    }
}

fn finding_objects(findings: &[Finding]) -> Vec<FindingObject<'_>> {
    let objects = by_code(findings).into_iter().map(|count| FindingObject {
        code: count.first.code.as_str(),
        severity: count.first.severity.as_str(),
        n: count.n,
        example: count.first,
    });
    objects.collect()
}

fn line(object: &impl Serialize) -> String {
    let mut text = serde_json::to_string(object).expect("texts, numbers and days are JSON");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fixtures;

    fn pretty(text: &str) -> String {
        assert_eq!(text.lines().count(), 1);
        serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(text).unwrap()).unwrap()
    }

    #[test]
    fn a_run_is_one_object() {
        insta::assert_snapshot!(pretty(&of_run(&fixtures::summary(1, 3), &fixtures::settings())));
    }

    #[test]
    fn a_profile_is_one_object() {
        insta::assert_snapshot!(pretty(&of_profile(&fixtures::profile())));
    }
}
