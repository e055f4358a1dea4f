//! Exports tables: the list, the visits, the verdicts that `detect` learns from, the run's report.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::errors::Refusal;
use super::list::Column;
use super::visits::Asked;
use crate::desk::{Desk, status_of};
use crate::guard::Caller;
use crate::query::ListQuery;
use crate::roles::May;
use hashwatt_core::error::Error;
use hashwatt_run::tables::without_formula;

/// Most lines in an exported list.
const MAX_LINES: usize = 100_000;

fn csv(name: &str, rows: Vec<Vec<String>>) -> Result<Response, Refusal> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        let cells = row.iter().map(|cell| without_formula(cell));
        writer.write_record(cells).map_err(|error| Error::output(name, error))?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::output(name, error))?;
    Ok(attachment(name, "text/csv; charset=utf-8", bytes))
}

fn attachment(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, bytes).into_response()
}

/// Exports the filtered list, with the caller's columns and in the caller's language.
pub async fn list(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Response, Refusal> {
    let (view, cases) = (desk.view(), desk.cases().await?);
    desk.database.note_access(&caller.access("export_list", &query.without_page())).await?;
    let lang = caller.lang();
    let columns = Column::chosen(&caller);
    let found = view.answers.found(&query, &view.lines, &cases, caller.may(May::SeePlaces));
    let heads = ["place", "meter", "score"].into_iter().chain(columns.iter().map(|column| column.as_str()));
    let mut rows = vec![heads.map(|name| lang.name_of("column", name)).collect::<Vec<_>>()];
    for index in found.iter().take(MAX_LINES) {
        let line = view.lines.line(*index as usize);
        let status = status_of(line, &cases, view.last_day);
        let assignee = cases.of(line.meter()).and_then(|case| case.assignee.as_deref());
        let place = line.place().map_or_else(String::new, |place| place.to_string());
        let mut row = vec![place, line.meter().to_owned(), lang.number(line.score(), 3)];
        row.extend(columns.iter().map(|column| column.words(line, status, assignee, lang)));
        rows.push(row);
    }
    csv("suspects-list.csv", rows)
}

/// Exports the batch of visits for a work-order system, with stable names and plain numbers.
pub async fn visits(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let (view, cases) = (desk.view(), desk.cases().await?);
    desk.database.note_access(&caller.access("export_visits", "")).await?;
    let heads = [
        "inspector",
        "stop",
        "meter_id",
        "address",
        "lat",
        "lon",
        "rig_kw",
        "chance",
        "visit_chance",
        "recoverable_kwh_a_year",
    ];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.6}"));
    for (inspector, tour) in (1..).zip(asked.tours(&view, &cases)) {
        for (stop, place) in (1..).zip(&tour.stops) {
            let line = view.lines.line(place.index);
            let position = line.position();
            rows.push(vec![
                i32::to_string(&inspector),
                i32::to_string(&stop),
                line.meter().to_owned(),
                line.address().to_owned(),
                number(position.map(|place| place.0)),
                number(position.map(|place| place.1)),
                number(line.rig_kw()),
                number(line.chance()),
                number(line.visit_chance()),
                number(Some(place.recoverable_kwh)),
            ]);
        }
    }
    csv("visits.csv", rows)
}

/// Exports every verdict, oldest first, in the form that `detect --verdicts` reads.
pub async fn verdicts(State(desk): State<Arc<Desk>>, caller: Caller) -> Result<Response, Refusal> {
    desk.database.note_access(&caller.access("export_verdicts", "")).await?;
    let entries = desk.database.entries_after(0).await?;
    let heads = ["meter_id", "verdict", "decided_at", "decided_by", "reason"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for entry in entries.into_iter().filter(|entry| entry.action == crate::case::Action::Verdict) {
        let at = jiff::Timestamp::from_second(entry.at).map_or_else(|_| String::new(), |at| at.to_string());
        rows.push(vec![entry.meter, entry.value, at, entry.person, entry.reason]);
    }
    csv("verdicts.csv", rows)
}

/// Exports the run's report as a file. It contains addresses.
pub async fn report(State(desk): State<Arc<Desk>>, caller: Caller) -> Result<Response, Refusal> {
    desk.database.note_access(&caller.access("export_report", "")).await?;
    let path = desk.view().run.path("report.html");
    let bytes = tokio::fs::read(&path).await.map_err(|_| Refusal::NotFound)?;
    Ok(attachment("report.html", "text/html; charset=utf-8", bytes))
}
