//! Writes a page for each tip: the claim, the places it may mean, and what the data says there.

use std::path::Path;

use askama::Template;
use base64::Engine;
use sha2::{Digest, Sha256};

use super::answer::{Answer, AnswerLine};
use super::tables::tag_words;
use super::triage::{PAGES, Triage, TriagedTip};
use hashwatt_core::error::{Error, Result};
use hashwatt_core::language::Language;
use hashwatt_core::units::Kilowatts;
use hashwatt_run::words::{NONE, evidence_is_not_guilt};

const STYLE: &str = include_str!("../../templates/report.css");

#[derive(Template)]
#[template(path = "tip.html")]
struct Page<'a> {
    policy: &'a str,
    style: &'static str,
    evidence_is_not_guilt: String,
    tip_id: &'a str,
    answer: &'static str,
    words: &'a str,
    facts: Vec<(&'static str, String)>,
    tags: Vec<String>,
    text: &'a str,
    unknown: &'a [String],
    lines: Vec<PlaceRow<'a>>,
}

struct PlaceRow<'a> {
    meter: &'a str,
    address: &'a str,
    matched_by: &'static str,
    confidence: String,
    answer: &'static str,
    posterior: String,
    rig: String,
    smallest: String,
    reasons: Vec<&'a str>,
}

/// Writes the page of every tip.
pub(super) fn write_pages(out: &Path, triage: &Triage) -> Result<()> {
    let folder = out.join(PAGES);
    std::fs::create_dir_all(&folder).map_err(|error| Error::write(&folder, error))?;
    let policy = policy();
    for (at, one) in triage.tips.iter().enumerate() {
        let name = one.page(at);
        let path = out.join(&name);
        let text = page(one, &policy).render().map_err(|error| Error::output(&name, error))?;
        std::fs::write(&path, text).map_err(|error| Error::write(&path, error))?;
    }
    Ok(())
}

fn policy() -> String {
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
}

const fn answer_words(answer: Answer) -> &'static str {
    match answer {
        Answer::Supported => "supported",
        Answer::NotSupported => "not supported",
        Answer::NotJudgeable => "not judgeable",
    }
}

fn page<'a>(one: &'a TriagedTip, policy: &'a str) -> Page<'a> {
    let (tip, answer) = (&one.tip, &one.answer);
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| NONE.to_owned());
    let mut facts = vec![
        ("claim", answer.claim.as_str().to_owned()),
        ("came in", tip.received_at.map_or_else(|| NONE.to_owned(), |at| at.to_string())),
        ("meter, as said", said(&tip.meter_id)),
        ("address, as said", said(&tip.address)),
        ("transformer, as said", said(&tip.transformer_id)),
        ("mark", tip.position.map_or_else(|| NONE.to_owned(), |at| format!("{:.5}, {:.5}", at.lat, at.lon))),
        (
            "chance of a rig",
            percent(Some(answer.posterior).filter(|_| answer.answer != Answer::NotJudgeable)),
        ),
        ("tips on the place", one.n_tips_on_place.to_string()),
    ];
    if one.is_flood {
        facts.push(("flood", "many tips at once: they lift nothing above what the data says".to_owned()));
    }
    if let Some(first) = &one.merged_into {
        facts.push(("merged into", first.to_string()));
    }
    Page {
        policy,
        style: STYLE,
        evidence_is_not_guilt: evidence_is_not_guilt(Language::english()),
        tip_id: tip.tip_id.as_str(),
        answer: answer_words(answer.answer),
        words: &answer.words,
        facts,
        tags: answer.facts.iter().map(tag_words).collect(),
        text: &tip.text,
        unknown: &answer.unknown,
        lines: answer.lines.iter().map(row).collect(),
    }
}

fn row(line: &AnswerLine) -> PlaceRow<'_> {
    let rig = line.rig_kw.map(|[kw, low, high]| format!("{} ({low:.2} to {high:.2})", Kilowatts(kw)));
    PlaceRow {
        meter: &line.meter_id,
        address: line.address.as_deref().unwrap_or(NONE),
        matched_by: line.matched_by.as_str(),
        confidence: percent(Some(line.confidence)),
        answer: answer_words(line.answer),
        posterior: percent(line.posterior),
        rig: rig.unwrap_or_else(|| NONE.to_owned()),
        smallest: line.smallest_kw.map_or_else(|| NONE.to_owned(), |kw| Kilowatts(kw).to_string()),
        reasons: line.reasons.split(" | ").filter(|reason| !reason.is_empty()).collect(),
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| NONE.to_owned(), |share| format!("{:.0}%", 100.0 * share))
}
