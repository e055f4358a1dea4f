//! Shows an inspector the visits to make, and the work order of each: one page on paper, or on a phone.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::done::{Done, Notice, with_done};
use super::entries::entry;
use super::errors::Refusal;
use super::sketch::Sketch;
use super::{Frame, meter_address, page};
use crate::Login;
use crate::case::{Action, Case, Status, VISIT_RESULTS};
use crate::desk::Desk;
use crate::guard::Caller;
use crate::lines::Line;
use crate::run_view::RunView;
use hashwatt_core::ids::RESIDUAL_PREFIX;
use hashwatt_core::language::Language;
use hashwatt_detection::indicators::REASON;
use hashwatt_run::words::contract_words;

/// Where a place is, for a telephone.
struct Way {
    /// `geo:` link, which opens the telephone's own map.
    geo: String,
    words: String,
}

fn way(line: Line<'_>) -> Option<Way> {
    let (lat, lon) = line.position()?;
    let words = format!("{lat:.5}, {lon:.5}");
    Some(Way { geo: format!("geo:{lat:.6},{lon:.6}?q={lat:.6},{lon:.6}"), words })
}

struct Visit {
    meter: String,
    order: String,
    address: String,
    way: Option<Way>,
    due: String,
    is_late: bool,
    rig: String,
}

#[derive(Template)]
#[template(path = "review/field.html")]
struct FieldPage {
    frame: Frame,
    lang: &'static Language,
    notice: Option<Notice>,
    visits: Vec<Visit>,
}

/// Shows the visits that are asked for: the caller's own and nobody's, what is due first.
pub async fn show(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Query(done): Query<Done>,
) -> Result<Response, Refusal> {
    let (view, cases) = (desk.view(), desk.cases().await?);
    let (lang, today) = (caller.lang(), caller.today());
    let is_mine = |case: &Case| case.assignee.as_ref().is_none_or(|name| *name == caller.name);
    let mut asked: Vec<(&str, &Case)> =
        cases.all().filter(|(_, case)| case.status == Status::VisitRequested && is_mine(case)).collect();
    asked.sort_by_key(|(_, case)| (case.due.is_none(), case.due));
    let visit = |(meter, case): (&str, &Case)| {
        let line = view.lines.index(meter).map(|index| view.lines.line(index));
        Visit {
            meter: meter.to_owned(),
            order: format!("{}/order", meter_address(meter)),
            address: line.map_or_else(String::new, |line| line.address().to_owned()),
            way: line.and_then(way),
            due: case.due.map_or_else(String::new, |due| lang.date(due)),
            is_late: case.is_late(today),
            rig: line.and_then(|line| line.rig_kw()).map_or_else(String::new, |kw| lang.kw(kw)),
        }
    };
    Ok(page(&FieldPage {
        frame: Frame::of(&caller, "field", desk.settings.login == Login::Off),
        lang,
        notice: done.notice(&desk, &caller).await?,
        visits: asked.into_iter().map(visit).collect(),
    }))
}

#[derive(Template)]
#[template(path = "review/order.html")]
struct OrderPage {
    frame: Frame,
    lang: &'static Language,
    meter: String,
    here: String,
    address: String,
    way: Option<Way>,
    summary: Option<String>,
    facts: Vec<(String, String)>,
    look_for: String,
    sketch: Option<Sketch>,
    results: Vec<(&'static str, String)>,
    last: i64,
    printed: String,
}

/// Shows the work order of a place.
pub async fn order(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(meter): Path<String>,
) -> Result<Response, Refusal> {
    let (view, cases) = (desk.view(), desk.cases().await?);
    let index = view.lines.index(&meter).ok_or(Refusal::NotFound)?;
    desk.database.note_access(&caller.access("order", &meter)).await?;
    let (line, lang) = (view.lines.line(index), caller.lang());
    let case = cases.of(&meter);
    let summary = view.evidence(&meter)?.summary.map(|summary| lang.say_message(REASON, &summary));
    let asked = meter.clone();
    let days = desk.read(move |view| view.days(&asked)).await?;
    let kind = line.kind().unwrap_or("none");
    Ok(page(&OrderPage {
        frame: Frame::of(&caller, "field", desk.settings.login == Login::Off),
        lang,
        here: meter_address(&meter),
        address: line.address().to_owned(),
        way: way(line),
        summary,
        facts: facts(&view, line, case, lang)?,
        look_for: lang.name_of("look", kind),
        sketch: days.and_then(|days| Sketch::of(&days.days, line.onset(), lang)),
        results: VISIT_RESULTS.map(|value| (value, lang.name_of("visit", value))).into(),
        last: case.map_or(0, |case| case.last),
        printed: caller.instant(crate::desk::now()),
        meter,
    }))
}

fn facts(
    view: &RunView,
    line: Line<'_>,
    case: Option<&Case>,
    lang: &Language,
) -> hashwatt_core::error::Result<Vec<(String, String)>> {
    let mut facts = Vec::new();
    let mut add = |id: &str, words: Option<String>| {
        facts.extend(words.filter(|words| !words.is_empty()).map(|words| (lang.say(id), words)));
    };
    let point = view.points.point(line.meter().strip_prefix(RESIDUAL_PREFIX).unwrap_or(line.meter()))?;
    let point = point.unwrap_or_default();
    add("column-due", case.and_then(|case| case.due).map(|due| lang.date(due)));
    add("column-assignee", case.and_then(|case| case.assignee.clone()));
    let interval = |(low, high): (f64, f64)| format!(" ({}–{})", lang.kw_number(low), lang.kw_number(high));
    add(
        "fact-rig",
        line.rig_kw().map(|kw| lang.kw(kw) + &line.rig_kw_interval().map(interval).unwrap_or_default()),
    );
    let machines = |(low, high)| if low == high { format!("{low}") } else { format!("{low}–{high}") };
    add("fact-machines", line.machines().map(machines));
    let above = line.rig_kw().zip(point.contracted_kw).filter(|(kw, most)| kw > most).map(|(kw, _)| kw);
    add("fact-contracted", point.contracted_kw.map(|kw| contract_words(kw, above, lang)));
    add("fact-declared", point.declared_mining_kw.map(|kw| lang.kw(kw)));
    add(
        "fact-onset",
        line.rig_kw().map(|_| line.onset().map_or_else(|| lang.say("onset-before"), |day| lang.date(day))),
    );
    add("fact-last_seen", line.last_seen_on().map(|day| lang.date(day)));
    add("fact-activity", point.activity);
    add("fact-premises", point.premises);
    add("column-transformer", line.parent().map(str::to_owned));
    add("fact-zone", line.zone().map(str::to_owned));
    Ok(facts)
}

/// What was found.
#[derive(Deserialize)]
pub struct Found {
    #[serde(default)]
    value: String,
    #[serde(default)]
    reason: String,
    /// Number of the last entry that the writer has seen.
    seen: Option<i64>,
}

/// Writes the result of a visit.
pub async fn write(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(meter): Path<String>,
    Form(found): Form<Found>,
) -> Result<Response, Refusal> {
    let action = Action::VisitResult.as_str();
    let entry = entry(&desk, &caller.name, &meter, action, &found.value, &found.reason).await?;
    let last = desk.cases().await?.of(&meter).map_or(0, |case| case.last);
    if found.seen.is_some_and(|seen| seen != last) {
        return Err(Refusal::Changed);
    }
    let written = desk.write(&[entry]).await?;
    Ok(Redirect::to(&with_done("/field", &written)).into_response())
}
