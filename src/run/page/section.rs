//! Renders one suspect's section of the page: reasons, other explanations and chart numbers.

use hashwatt_core::ids::RESIDUAL_PREFIX;
use std::collections::BTreeMap;

use super::summary::{finding_words, place};
use crate::RunOutputs;
use crate::charts::ChartData;
use crate::words::{
    NONE, ended_words, grouped, kind_words, machine_words, onset_words, peers_words, rig_words,
};
use hashwatt_core::ids::MeterId;
use hashwatt_core::language::Language;
use hashwatt_detection::ranking::suspects::Suspect;
use hashwatt_readings::digest::{DayDigest, MeterDays};

/// Most findings per meter on the page; `findings.parquet` has all.
const MAX_FINDINGS: usize = 12;

/// The explanation that the score supports.
const MINING: &str = "mining (the suspicion score)";

/// Width of a full bar. [px]
const BAR_PX: f64 = 120.0;

/// Weight at which a bar is full, so that one decisive reason leaves the others visible: odds of a thousand
/// to one. [log-odds]
const FULL_WEIGHT: f64 = 7.0;

/// One suspect's part of the page.
pub struct Section<'a> {
    /// Place in the list; also names the section.
    pub rank: u32,
    /// The meter.
    pub meter: &'a str,
    /// Score to three decimals.
    pub score: String,
    /// Kind of case that the evidence suggests.
    pub kind: &'static str,
    /// The evidence in one sentence.
    pub summary: Option<String>,
    /// Names and texts of facts for the visit.
    pub facts: Vec<(&'static str, String)>,
    /// Words, weight and bar (SVG).
    pub reasons: Vec<(String, String, String)>,
    /// Name, score and bar (SVG); mining first.
    pub rivals: Vec<(&'a str, String, String)>,
    /// Numbers of the charts.
    pub charts: ChartData,
    /// The same numbers as JSON for a script element.
    pub charts_json: String,
    /// Findings on the meter, in words.
    pub findings: Vec<String>,
}

impl<'a> Section<'a> {
    /// Builds the section of a suspect. `days` has the days of the run's meters and residuals.
    pub fn of(suspect: &Suspect<'a>, run: &RunOutputs<'a>, days: &BTreeMap<MeterId, MeterDays>) -> Self {
        let scored = suspect.scored;
        let on_meter = run.findings.iter().filter(|finding| finding.meter.as_ref() == Some(&scored.meter));
        let charts = charts(suspect, run, days);
        Self {
            rank: scored.rank,
            meter: scored.meter.as_str(),
            score: format!("{:.3}", scored.score),
            kind: scored.kind.map_or("flat load", kind_words),
            facts: facts(suspect, run.settings.tariff_per_kwh),
            summary: suspect.summary(run.settings.language),
            reasons: reasons(suspect, run.settings.language),
            rivals: rivals(suspect),
            charts_json: charts.to_embedded_json(),
            charts,
            findings: on_meter.take(MAX_FINDINGS).map(finding_words).collect(),
        }
    }
}

/// Returns the residual of the transformer that feeds a suspect; `None` if the suspect is a residual itself.
pub fn residual_of(suspect: &Suspect<'_>) -> Option<MeterId> {
    let is_residual = suspect.scored.meter.as_str().starts_with(RESIDUAL_PREFIX);
    let parent = suspect.parent().filter(|_| !is_residual)?;
    Some(MeterId::from(format!("{RESIDUAL_PREFIX}{parent}")))
}

fn charts(suspect: &Suspect<'_>, run: &RunOutputs<'_>, days: &BTreeMap<MeterId, MeterDays>) -> ChartData {
    let scored = suspect.scored;
    let days_of = |meter: &MeterId| days.get(meter).map(|days| &days.days[..]);
    let own: &[DayDigest] = days_of(&scored.meter).unwrap_or_default();
    let residual = residual_of(suspect).as_ref().and_then(days_of);
    let mining = (MINING.to_owned(), scored.score);
    let rivals = scored.rivals.iter().map(|rival| (rival.rival.to_owned(), rival.score));
    let explanations = std::iter::once(mining).chain(rivals).collect();
    ChartData::of(own, scored.rig.as_ref(), run.peers.get(&scored.group), residual, explanations)
}

fn facts(suspect: &Suspect<'_>, tariff_per_kwh: Option<f64>) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Place", place(suspect))];
    let mut add = |name, words: Option<String>| facts.extend(words.map(|words| (name, words)));
    let rig = suspect.scored.rig.as_ref();
    add("Rig", rig.map(rig_words));
    add("Machines", rig.map(machine_words));
    add("Onset", rig.map(|rig| onset_words(rig.onset)));
    add("End", rig.map(|rig| ended_words(rig.ended)));
    add(
        "Energy within the data",
        suspect.energy_kwh_since_onset().map(|kwh| format!("{} kWh", grouped(kwh.max(0.0).round() as u64))),
    );
    add(
        "At the tariff",
        suspect.money_since_onset(tariff_per_kwh).map(|money| grouped(money.max(0.0).round() as u64)),
    );
    let text = |text: &Option<String>| text.clone();
    let kw = |kw: Option<f64>| kw.map(|kw| hashwatt_core::units::Kilowatts(kw).to_string());
    if let Some(point) = suspect.point {
        add("Transformer", text(&point.parent_id));
        add(
            "Registered as",
            Some(point.class())
                .filter(|class| class != hashwatt_readings::acquisition::register::UNKNOWN_CLASS),
        );
        add("Tariff class", text(&point.tariff));
        add("Contracted", kw(point.contracted_kw));
        add("Declared mining", kw(point.declared_mining_kw));
        add("Licence", text(&point.licence));
    }
    let peers = peers_words(suspect.scored.p_value);
    add("Peer group", Some(format!("{}; {peers}", suspect.scored.group.as_str())));
    facts
}

fn reasons(suspect: &Suspect<'_>, language: &Language) -> Vec<(String, String, String)> {
    let reasons = &suspect.scored.reasons;
    let most = reasons
        .iter()
        .map(|reason| reason.weight.abs())
        .filter(|weight| weight.is_finite())
        .fold(f64::MIN_POSITIVE, f64::max)
        .min(FULL_WEIGHT);
    let row = |reason: &hashwatt_detection::ranking::Reason| {
        let class = if reason.weight < 0.0 { "against" } else { "for" };
        (reason.words(language), format!("{:+.2}", reason.weight), bar(class, reason.weight.abs() / most))
    };
    reasons.iter().map(row).collect()
}

fn rivals<'a>(suspect: &Suspect<'a>) -> Vec<(&'a str, String, String)> {
    let score = |score: f64| if score.is_finite() { format!("{score:.2}") } else { NONE.to_owned() };
    let mining = (MINING, score(suspect.scored.score), bar("for", suspect.scored.score));
    let rivals = suspect
        .scored
        .rivals
        .iter()
        .map(|rival| (rival.rival, score(rival.score), bar("against", rival.score)));
    std::iter::once(mining).chain(rivals).collect()
}

/// Draws a bar at this share of its full width.
fn bar(class: &str, share: f64) -> String {
    let width = if share.is_finite() { share.clamp(0.0, 1.0) * BAR_PX } else { 0.0 };
    format!(
        r#"<svg class="bar" viewBox="0 0 {BAR_PX} 10" aria-hidden="true"><path class="track" d="M0 0h{BAR_PX}v10H0z"/><path class="{class}" d="M0 0h{width:.1}v10H0z"/></svg>"#
    )
}
