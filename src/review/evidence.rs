//! Makes the evidence file of a meter: one page that needs nothing else, with the chain of sums it rests on.

use askama::Template;
use serde_json::json;

use super::case::{Entry, taken_back};
use super::database::Database;
use super::pages::sketch::Sketch;
use super::pages::suspect::{Bar, bars, facts, findings, rivals};
use super::pages::work::entry_words;
use super::run_view::RunView;
use super::{Places, ReviewSettings};
use hashwatt_core::error::{Error, Result};
use hashwatt_core::language::Language;
use hashwatt_detection::indicators::REASON;
use hashwatt_readings::digest::DayDigest;
use hashwatt_run::chain::{Link, Record};

/// The file of a run that lists its inputs and outputs.
const RUN: &str = "run.json";

/// A line of the history.
struct Line {
    number: i64,
    at: String,
    person: String,
    what: String,
    reason: String,
    is_taken_back: bool,
}

#[derive(Template)]
#[template(path = "review/evidence.html")]
struct EvidencePage {
    lang: &'static Language,
    meter: String,
    place: String,
    summary: Option<String>,
    facts: Vec<(String, String)>,
    reasons: Vec<Bar>,
    rivals: Vec<Bar>,
    findings: Vec<String>,
    sketch: Option<Sketch>,
    quality: Vec<(String, String)>,
    history: Vec<Line>,
    links: Vec<Link>,
    sum: String,
    made: String,
    version: &'static str,
}

/// An evidence file.
#[derive(Debug)]
pub struct Evidence {
    /// The page.
    pub html: String,
    /// Last sum of its chain.
    pub sum: String,
}

/// Makes the evidence file of a meter from the run and the log of its case, oldest entry first; `None` if the run does
/// not have the meter. It names the place, whoever reads it.
///
/// # Errors
/// When the run cannot be read.
pub fn evidence(
    view: &RunView,
    meter: &str,
    entries: &[Entry],
    made_by: &str,
    lang: &'static Language,
) -> Result<Option<Evidence>> {
    let Some(index) = view.lines.index(meter) else { return Ok(None) };
    let line = view.lines.line(index);
    let found = view.evidence(meter)?;
    let days = view.days(meter)?.map(|days| days.days).unwrap_or_default();
    let record = record(view, meter, entries)?;
    let taken_back = taken_back(entries);
    let history = |entry: &Entry| Line {
        number: entry.id,
        at: lang.instant(entry.at, &view.zone),
        person: entry.person.clone(),
        what: entry_words(entry, lang),
        reason: entry.reason.clone(),
        is_taken_back: taken_back.contains(&entry.id),
    };
    let page = EvidencePage {
        lang,
        meter: meter.to_owned(),
        place: line.address().to_owned(),
        summary: found.summary.map(|summary| lang.say_message(REASON, &summary)),
        facts: facts(view, line, Places::Shown, lang)?,
        reasons: bars(&found.reasons, lang),
        rivals: rivals(view, line, lang)?,
        findings: findings(view, meter, lang)?,
        sketch: Sketch::of(&days, line.onset(), lang),
        quality: quality(&days, line.onset(), lang),
        history: entries.iter().map(history).collect(),
        sum: record.sum().to_owned(),
        links: record.links.clone(),
        made: format!("{}, {made_by}", lang.instant(super::desk::now(), &view.zone)),
        version: env!("CARGO_PKG_VERSION"),
    };
    let page = page.render().map_err(|error| Error::output("evidence", error))?;
    let (html, sum) = record.seal(&page);
    Ok(Some(Evidence { html, sum }))
}

/// Says what was registered, and how much of it was measured.
fn quality(days: &[DayDigest], onset: Option<jiff::civil::Date>, lang: &Language) -> Vec<(String, String)> {
    let from = onset.map_or(i32::MIN, hashwatt_core::calendar::day_number);
    let energy = |from: i32| {
        let kwh = days.iter().filter(|day| day.day >= from).map(|day| f64::from(day.energy_kwh));
        lang.energy(kwh.filter(|kwh| kwh.is_finite()).sum())
    };
    let n = |pick: fn(&DayDigest) -> u16| days.iter().map(|day| usize::from(pick(day))).sum::<usize>();
    let (expected, measured) = (n(|day| day.n_expected), n(|day| day.n_measured));
    let share = |part: usize| match expected {
        0 => "–".to_owned(),
        all => format!("{} ({})", lang.count(part), lang.percent(part as f64 / all as f64, 1)),
    };
    [
        ("evidence-days", lang.count(days.len())),
        ("evidence-registered", energy(i32::MIN)),
        ("evidence-registered_since", energy(from)),
        ("evidence-expected", lang.count(expected)),
        ("evidence-measured", share(measured)),
        ("evidence-estimated", share(n(|day| day.n_estimated))),
    ]
    .map(|(id, words)| (lang.say(id), words))
    .into()
}

/// Chains what the file rests on: the run, its inputs and outputs, the log.
fn record(view: &RunView, meter: &str, entries: &[Entry]) -> Result<Record> {
    let path = view.run.path(RUN);
    let bytes = std::fs::read(&path).map_err(|error| Error::read(&path, error))?;
    let mut record = Record {
        hashwatt: env!("CARGO_PKG_VERSION").to_owned(),
        meter: meter.to_owned(),
        ..Record::default()
    };
    record.add(RUN, &bytes);
    for (list, name) in [("inputs", "input"), ("outputs", "output")] {
        for file in view.run.record()[list].as_array().into_iter().flatten() {
            if let (Some(path), Some(sha256)) = (file["path"].as_str(), file["sha256"].as_str()) {
                record.add_sum(format!("{name} {path}"), sha256.to_owned());
            }
        }
    }
    for entry in entries {
        let written = json!({
            "id": entry.id, "at": entry.at, "person": entry.person, "meter": entry.meter,
            "action": entry.action.as_str(), "value": entry.value, "reason": entry.reason, "run": entry.run,
        });
        record.add_entry(entry.id, written.to_string());
    }
    Ok(record)
}

/// Makes the evidence file of a meter outside the desk. The log is read from the desk's database, if there is one.
///
/// # Errors
/// When the run or the database cannot be read, or the run does not have the meter.
pub fn evidence_of(
    settings: &ReviewSettings,
    meter: &str,
    lang: Option<&'static Language>,
) -> Result<Evidence> {
    let view = RunView::open(&settings.run, None)?;
    let entries = match (settings.database.is_some(), settings.own_database()) {
        (false, own) if !own.is_file() => Vec::new(),
        _ => super::runtime()?.block_on(async {
            let database = Database::open(&settings.database_url()?).await?;
            let mut entries = database.entries_on(meter).await?;
            entries.reverse();
            database.close().await;
            Ok::<_, Error>(entries)
        })?,
    };
    let lang = lang.unwrap_or_else(|| view.run.language());
    evidence(&view, meter, &entries, "hashwatt evidence", lang)?.ok_or_else(|| {
        Error::setting(
            "METER",
            format!("`{meter}` is not in the run {}", settings.run.display()),
            "scores.parquet lists every meter of the run",
        )
    })
}
