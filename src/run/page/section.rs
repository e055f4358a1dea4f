//! Renders one suspect's section of the page: reasons, other explanations and chart numbers.

use hashwatt_core::ids::RESIDUAL_PREFIX;
use std::collections::BTreeMap;

use super::summary::{finding_words, place};
use crate::RunOutputs;
use crate::charts::ChartData;
use crate::words::{
    NONE, contract_words, ended_words, energy_words, kind_words, machine_words, onset_words, peers_words,
    percent, rig_words, rival_words, score_words,
};
use hashwatt_core::ids::MeterId;
use hashwatt_core::language::Language;
use hashwatt_detection::ranking::suspects::Suspect;
use hashwatt_readings::acquisition::register::UNKNOWN_CLASS;
use hashwatt_readings::digest::{DayDigest, MeterDays};

/// Most findings per meter on the page; `findings.parquet` has all.
const MAX_FINDINGS: usize = 12;

/// Width of a full bar. [px]
const BAR_PX: f64 = 120.0;

/// Weight at which a bar is full, so that one decisive reason leaves the others visible: odds of a thousand
/// to one. [log-odds]
const FULL_WEIGHT: f64 = 7.0;

/// One suspect's part of the page.
pub struct Section<'a> {
    /// Place on the visit list; also names the section.
    pub place: u32,
    /// The meter.
    pub meter: &'a str,
    /// Score to three decimals, and the kind of case that the evidence suggests.
    pub score_and_kind: String,
    /// The evidence in one sentence.
    pub summary: Option<String>,
    /// Names and texts of facts for the visit.
    pub facts: Vec<(String, String)>,
    /// Words, weight and bar (SVG).
    pub reasons: Vec<(String, String, String)>,
    /// Name, score and bar (SVG); mining first.
    pub rivals: Vec<(String, String, String)>,
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
        let (scored, lang) = (suspect.scored, run.settings.language);
        let on_meter = run.findings.iter().filter(|finding| finding.meter.as_ref() == Some(&scored.meter));
        let charts = charts(suspect, run, days);
        Self {
            place: scored.place.unwrap_or_default(),
            meter: scored.meter.as_str(),
            score_and_kind: score_and_kind(suspect, lang),
            facts: facts(suspect, lang),
            summary: suspect.summary(lang),
            reasons: reasons(suspect, lang),
            rivals: rivals(suspect, lang),
            charts_json: charts.to_embedded_json(),
            charts,
            findings: on_meter.take(MAX_FINDINGS).map(|finding| finding_words(finding, lang)).collect(),
        }
    }
}

fn score_and_kind(suspect: &Suspect<'_>, lang: &Language) -> String {
    let scored = suspect.scored;
    let kind = scored.kind.map_or_else(|| lang.say("report-flat_load"), |kind| kind_words(kind, lang));
    let score = score_words(scored.score, lang);
    lang.say_with("report-score_and_kind", &[("score", &score), ("kind", &kind)])
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
    let lang = run.settings.language;
    let mining = (lang.say("rival-mining"), scored.score);
    let rivals = scored.rivals.iter().map(|rival| (rival_words(rival.rival, lang), rival.score));
    let explanations = std::iter::once(mining).chain(rivals).collect();
    ChartData::of(own, scored.rig.as_ref(), run.peers.get(&scored.group), residual, explanations)
}

fn facts(suspect: &Suspect<'_>, lang: &Language) -> Vec<(String, String)> {
    let mut facts = vec![(lang.say("report-place"), place(suspect, lang))];
    let mut add = |id: &str, words: Option<String>| facts.extend(words.map(|words| (lang.say(id), words)));
    let rig = suspect.scored.rig.as_ref();
    add("fact-rig", rig.map(|rig| rig_words(rig, lang)));
    add("fact-machines", rig.map(|rig| machine_words(rig, lang)));
    add("fact-onset", rig.map(|rig| onset_words(rig.onset, lang)));
    add("fact-ended", rig.map(|rig| ended_words(rig.ended, lang)));
    add("fact-last_seen", rig.and_then(|rig| rig.last_seen_on).map(|day| lang.said_day(day)));
    add("fact-chance", suspect.scored.chance.map(|chance| percent(chance, lang)));
    add("fact-visit_chance", suspect.scored.visit_chance.map(|chance| percent(chance, lang)));
    let energy = suspect.scored.energy.as_ref();
    add("report-energy", energy.map(|energy| energy_words(energy, lang)));
    add("fact-money", energy.and_then(|energy| energy.money).map(|money| lang.said_whole(money)));
    if let Some(point) = suspect.point {
        let kw = |kw: Option<f64>| kw.map(|kw| lang.said_kw(kw));
        add("column-transformer", point.parent_id.clone());
        let class = Some(point.class()).filter(|class| class != UNKNOWN_CLASS);
        add("fact-activity", class.map(|class| lang.name_of("class", &class)));
        add("report-tariff", point.tariff.clone());
        let above = suspect.kw_above_contract();
        add("fact-contracted", point.contracted_kw.map(|kw| contract_words(kw, above, lang)));
        add("fact-declared", kw(point.declared_mining_kw));
        add("fact-licence", point.licence.clone());
    }
    add("report-peers", Some(peers_words(suspect.scored.group.as_str(), suspect.scored.p_value, lang)));
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
        (
            reason.words(language),
            language.said_decimal(&format!("{:+.2}", reason.weight)),
            bar(class, reason.weight.abs() / most),
        )
    };
    reasons.iter().map(row).collect()
}

fn rivals(suspect: &Suspect<'_>, lang: &Language) -> Vec<(String, String, String)> {
    let row = |name: String, score: f64, class: &str| {
        let shown =
            if score.is_finite() { lang.said_decimal(&format!("{score:.2}")) } else { NONE.to_owned() };
        (name, shown, bar(class, score))
    };
    let mining = row(lang.say("rival-mining"), suspect.scored.score, "for");
    let rivals = suspect.scored.rivals.iter();
    let rivals = rivals.map(|rival| row(rival_words(rival.rival, lang), rival.score, "against"));
    std::iter::once(mining).chain(rivals).collect()
}

/// Draws a bar at this share of its full width.
fn bar(class: &str, share: f64) -> String {
    let width = if share.is_finite() { share.clamp(0.0, 1.0) * BAR_PX } else { 0.0 };
    format!(
        r#"<svg class="bar" viewBox="0 0 {BAR_PX} 10" aria-hidden="true"><path class="track" d="M0 0h{BAR_PX}v10H0z"/><path class="{class}" d="M0 0h{width:.1}v10H0z"/></svg>"#
    )
}
