//! Shows one meter: evidence, charts, place in the network, and the work on it.

use hashwatt_core::ids::RESIDUAL_PREFIX;
use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::done::{Done, Notice};
use super::errors::Refusal;
use super::work::Work;
use super::{Frame, energy_words, gone, meter_address, page};
use crate::case::Cases;
use crate::charts::{charts_of, no_charts};
use crate::desk::{Desk, status_of};
use crate::guard::Caller;
use crate::lines::Line;
use crate::roles::May;
use crate::run_view::{FoundHere, RunView};
use crate::{Login, Places};
use hashwatt_core::finding::FINDING;
use hashwatt_core::language::Language;
use hashwatt_core::language::message::Message;
use hashwatt_detection::indicators::REASON;
use hashwatt_readings::acquisition::register::UsagePoint;
use hashwatt_run::charts::{ChartData, chart_words};
use hashwatt_run::words::{contract_words, peers_words, percent};

/// Full width of a bar. [px]
const BAR_PX: f64 = 120.0;

/// Most neighbours listed under the same transformer.
const MAX_NEIGHBOURS: usize = 12;

/// Most steps up the network; more would mean a loop.
const DEEPEST: usize = 8;

/// A reason or an explanation, with its weight as a bar.
pub struct Bar {
    /// What it is.
    pub words: String,
    /// Its weight or fit.
    pub value: String,
    class: &'static str,
    width: String,
}

struct Neighbour {
    meter: String,
    address: String,
    is_this: bool,
    is_linked: bool,
    words: String,
    place: String,
}

#[derive(Template)]
#[template(path = "review/suspect.html")]
struct SuspectPage {
    frame: Frame,
    lang: &'static Language,
    meter: String,
    here: String,
    place: Option<String>,
    rank: String,
    score: String,
    kind: String,
    is_suspect: bool,
    status: &'static str,
    status_words: String,
    summary: Option<String>,
    facts: Vec<(String, String)>,
    reasons: Vec<Bar>,
    rivals: Vec<Bar>,
    findings: Vec<String>,
    above: Vec<(String, Option<String>)>,
    neighbours: Vec<Neighbour>,
    n_more_neighbours: usize,
    work: Work,
    before: Option<String>,
    after: Option<String>,
    chart_words: String,
    notice: Option<Notice>,
}

/// Shows the page of a meter.
pub async fn show(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(meter): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Refusal> {
    let (view, cases) = (desk.view(), desk.cases().await?);
    let Some(index) = view.lines.index(&meter) else {
        return gone::show(&desk, &cases, &caller, &meter).await;
    };
    desk.database.note_access(&caller.access("suspect", &meter)).await?;
    let line = view.lines.line(index);
    let lang = caller.lang();
    let status = status_of(line, &cases, view.last_day);
    let (before, after) = view.lines.beside(line);
    let next = |index: usize| meter_address(view.lines.line(index).meter());
    let evidence = view.evidence(&meter)?;
    let (neighbours, n_more_neighbours) = neighbours(&view, line, &cases, &caller);
    Ok(page(&SuspectPage {
        frame: Frame::of(&caller, "list", desk.settings.login == Login::Off),
        lang,
        here: meter_address(&meter),
        place: line.place().map(|place| lang.count(place)),
        rank: lang.count(line.rank()),
        score: lang.number(line.score(), 3),
        kind: line.kind().map_or_else(|| lang.say("kind-none"), |kind| lang.name_of("kind", kind)),
        is_suspect: line.is_suspect(),
        status: status.as_str(),
        status_words: lang.name_of("status", status.as_str()),
        facts: facts(
            &view,
            line,
            if caller.may(May::SeePlaces) { Places::Shown } else { Places::Hidden },
            lang,
        )?,
        summary: evidence.summary.map(|summary| lang.say_message(REASON, &summary)),
        reasons: bars(&evidence.reasons, lang),
        rivals: rivals(&view, line, lang)?,
        findings: findings(&view, &meter, lang)?,
        above: above(&view, line),
        neighbours,
        n_more_neighbours,
        work: Work::on(&meter, &desk, &cases, &caller).await?,
        before: before.map(next),
        after: after.map(next),
        notice: done.notice(&desk, &caller).await?,
        chart_words: serde_json::Value::Object(chart_words(lang)).to_string(),
        meter,
    }))
}

/// Serves the chart data of a meter.
pub async fn charts(
    State(desk): State<Arc<Desk>>,
    _: Caller,
    Path(meter): Path<String>,
) -> Result<Json<ChartData>, Refusal> {
    let has_case = desk.cases().await?.of(&meter).is_some();
    let made = desk.read(move |view| match view.lines.index(&meter) {
        Some(index) => charts_of(view, view.lines.line(index)).map(Some),
        // A meter that is not in this run has nothing to draw.
        None => Ok(has_case.then(no_charts)),
    });
    Ok(Json(made.await?.ok_or(Refusal::NotFound)?))
}

/// Returns what is known of a line, each with its name.
///
/// # Errors
/// When the register cannot be read.
pub fn facts(
    view: &RunView,
    line: Line<'_>,
    places: Places,
    lang: &Language,
) -> hashwatt_core::error::Result<Vec<(String, String)>> {
    let mut facts = Vec::new();
    let mut add = |id: &str, words: Option<String>| {
        facts.extend(words.filter(|words| !words.is_empty()).map(|words| (lang.say(id), words)));
    };
    let interval = |(low, high): (f64, f64)| format!(" ({}–{})", lang.kw_number(low), lang.kw_number(high));
    if places == Places::Shown {
        add("fact-address", Some(line.address().to_owned()));
    }
    add("fact-zone", line.zone().map(str::to_owned));
    add(
        "fact-rig",
        line.rig_kw().map(|kw| lang.kw(kw) + &line.rig_kw_interval().map(interval).unwrap_or_default()),
    );
    add(
        "fact-machines",
        line.machines().map(|(low, high)| match low == high {
            true => low.to_string(),
            false => format!("{low}–{high}"),
        }),
    );
    let has_rig = line.rig_kw().is_some();
    let day = |day: Option<jiff::civil::Date>, none: &str| {
        has_rig.then(|| day.map_or_else(|| lang.say(none), |day| lang.date(day)))
    };
    add("fact-onset", day(line.onset(), "onset-before"));
    add("fact-ended", day(line.ended(), "ended-not"));
    add("fact-last_seen", line.last_seen_on().map(|day| lang.date(day)));
    add("fact-chance", line.chance().map(|chance| percent(chance, lang)));
    add("fact-visit_chance", line.visit_chance().map(|chance| percent(chance, lang)));
    add("fact-expected-false", line.expected_false().map(|n| lang.number(n, 1)));
    add("fact-energy", energy_words(line, lang));
    add("fact-money", line.money().map(|money| lang.number(money, 0)));
    add("fact-recoverable", line.recoverable_kwh().map(|kwh| lang.energy(kwh)));
    add("fact-burden", line.burden().map(|share| lang.percent(share, 0)));
    let point = view.points.point(line.meter().strip_prefix(RESIDUAL_PREFIX).unwrap_or(line.meter()))?;
    let text = |pick: fn(&UsagePoint) -> Option<&String>| point.as_ref().and_then(pick).cloned();
    let kw = |pick: fn(&UsagePoint) -> Option<f64>| point.as_ref().and_then(pick).map(|kw| lang.kw(kw));
    add("fact-activity", text(|point| point.activity.as_ref()));
    add("fact-premises", text(|point| point.premises.as_ref()));
    add("fact-tariff", text(|point| point.tariff.as_ref()));
    let contracted_kw = point.as_ref().and_then(|point| point.contracted_kw);
    let above = line.rig_kw().zip(contracted_kw).filter(|(kw, most)| kw > most).map(|(kw, _)| kw);
    add("fact-contracted", contracted_kw.map(|kw| contract_words(kw, above, lang)));
    add("fact-declared", kw(|point| point.declared_mining_kw));
    add("fact-licence", text(|point| point.licence.as_ref()));
    let among = line.group().zip(line.p_value());
    add("fact-peers", among.map(|(group, p_value)| peers_words(group, p_value, lang)));
    Ok(facts)
}

/// Returns the reasons with their weights.
#[must_use]
pub fn bars(reasons: &[(Message, f64)], lang: &Language) -> Vec<Bar> {
    let most = reasons.iter().map(|(_, weight)| weight.abs()).fold(f64::MIN_POSITIVE, f64::max);
    let bar = |(message, weight): &(Message, f64)| Bar {
        words: lang.say_message(REASON, message),
        value: format!("{}{}", if *weight > 0.0 { "+" } else { "" }, lang.number(*weight, 2)),
        class: if *weight < 0.0 { "against" } else { "for" },
        width: width(weight.abs() / most),
    };
    reasons.iter().map(bar).collect()
}

/// Says what was found in the data of the meter.
///
/// # Errors
/// When the findings cannot be read.
pub fn findings(view: &RunView, meter: &str, lang: &Language) -> hashwatt_core::error::Result<Vec<String>> {
    let words = |found: FoundHere| {
        let severity = lang.name_of("severity", &found.severity);
        let days = found.days.map(|(first, last)| format!(" ({})", lang.said_days(first, last)));
        let said = lang.say_message(FINDING, &found.message);
        format!("{severity} {}: {said}{}", found.code, days.unwrap_or_default())
    };
    Ok(view.findings(meter)?.into_iter().map(words).collect())
}

/// Returns mining and the other explanations, with how well each fits.
///
/// # Errors
/// When the rivals cannot be read.
pub fn rivals(view: &RunView, line: Line<'_>, lang: &Language) -> hashwatt_core::error::Result<Vec<Bar>> {
    let bar = |words: String, score: f64, class| Bar {
        words,
        value: lang.number(score, 2),
        class,
        width: width(score),
    };
    let mining = bar(lang.say("rival-mining"), line.score(), "for");
    let rivals = view.rivals(line.meter())?.into_iter();
    // A rival from another version keeps its own name.
    let shown =
        |rival: String| lang.known_name_of("rival", &rival.to_lowercase().replace(' ', "_")).unwrap_or(rival);
    Ok(std::iter::once(mining)
        .chain(rivals.map(|(rival, score)| bar(shown(rival), score, "against")))
        .collect())
}

fn width(share: f64) -> String {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    format!("{:.1}", share * BAR_PX)
}

/// Returns what is above the meter, from the transformer up: name and, if it has a residual, the address.
fn above(view: &RunView, line: Line<'_>) -> Vec<(String, Option<String>)> {
    let mut above = Vec::new();
    let mut next = line.parent().map(str::to_owned);
    while let Some(parent) = next.take().filter(|_| above.len() < DEEPEST) {
        let residual = format!("{RESIDUAL_PREFIX}{parent}");
        let address = view.lines.index(&residual).map(|_| meter_address(&residual));
        next = view.points.network().point(&parent).and_then(|point| point.parent_id.clone());
        above.push((parent, address));
    }
    above
}

/// Returns the meters under the same transformer, the most suspicious first, and how many more there are.
fn neighbours(view: &RunView, line: Line<'_>, cases: &Cases, caller: &Caller) -> (Vec<Neighbour>, usize) {
    let Some(parent) = line.parent() else { return (Vec::new(), 0) };
    let lang = caller.lang();
    let mut found: Vec<usize> = view.lines.below(parent).iter().map(|index| *index as usize).collect();
    let n_found = found.len();
    // The meter of this page is always included, whatever its rank.
    let mut place = 0;
    found.retain(|index| {
        place += 1;
        place <= MAX_NEIGHBOURS || *index == line.index()
    });
    let n_more = n_found - found.len();
    let neighbour = |index: usize| {
        let other = view.lines.line(index);
        let status = status_of(other, cases, view.last_day);
        let kind = other.kind().filter(|_| other.is_suspect()).map(|kind| lang.name_of("kind", kind));
        let rig = other.rig_kw().filter(|_| other.is_suspect()).map(|kw| lang.kw(kw));
        let words =
            [Some(lang.number(other.score(), 3)), kind, rig, Some(lang.name_of("status", status.as_str()))];
        Neighbour {
            meter: other.meter().to_owned(),
            address: meter_address(other.meter()),
            is_this: index == line.index(),
            is_linked: other.linked_case().is_some() && other.linked_case() == line.linked_case(),
            words: words.into_iter().flatten().collect::<Vec<_>>().join(", "),
            place: if caller.may(May::SeePlaces) { other.address().to_owned() } else { String::new() },
        }
    };
    (found.into_iter().map(neighbour).collect(), n_more)
}
