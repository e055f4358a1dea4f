//! Exports tables: the list, the visits, the verdicts that `detect` learns from, the run's report.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::columns::Column;
use super::csv::{Cell, csv};
use super::errors::Refusal;
use super::visits::Asked;
use crate::case::{Action, Entry, taken_back};
use crate::desk::{Desk, status_of};
use crate::guard::Caller;
use crate::query::ListQuery;
use crate::roles::May;

/// Most lines in an exported list.
const MAX_LINES: usize = 100_000;

fn sheet(name: &str, caller: &Caller, header: &[String], rows: &[Vec<Cell>]) -> Result<Response, Refusal> {
    Ok(attachment(name, "text/csv; charset=utf-8", csv(caller.lang(), header, rows)?))
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
    let mut header: Vec<String> = ["place", "meter", "score"].map(|name| lang.name_of("column", name)).into();
    header.extend(columns.iter().flat_map(|column| column.sheet_names(lang)));
    let row = |index: &u32| {
        let line = view.lines.line(*index as usize);
        let status = status_of(line, &cases, view.last_day);
        let case = cases.of(line.meter());
        let place = line.place().map_or(Cell::Empty, |place| Cell::Number(place as f64, 0));
        let mut row = vec![place, Cell::text(line.meter()), Cell::Number(line.score(), 6)];
        row.extend(columns.iter().flat_map(|column| column.sheet_cells(line, status, case, lang)));
        row
    };
    let rows: Vec<_> = found.iter().take(MAX_LINES).map(row).collect();
    sheet("suspects-list.csv", &caller, &header, &rows)
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
    let mut rows = Vec::new();
    let number = |value: Option<f64>| value.map_or(Cell::Empty, |value| Cell::Number(value, 6));
    for (inspector, tour) in (1..).zip(asked.tours(&view, &cases)) {
        for (stop, place) in (1..).zip(&tour.stops) {
            let line = view.lines.line(place.index);
            let position = line.position();
            rows.push(vec![
                number(Some(f64::from(inspector))),
                number(Some(f64::from(stop))),
                Cell::text(line.meter()),
                Cell::text(line.address()),
                number(position.map(|place| place.0)),
                number(position.map(|place| place.1)),
                number(line.rig_kw()),
                number(line.chance()),
                number(line.visit_chance()),
                number(Some(place.recoverable_kwh)),
            ]);
        }
    }
    sheet("visits.csv", &caller, &heads.map(str::to_owned), &rows)
}

/// Exports every verdict that was not taken back, oldest first, in the form that `detect --verdicts` reads.
pub async fn verdicts(State(desk): State<Arc<Desk>>, caller: Caller) -> Result<Response, Refusal> {
    desk.database.note_access(&caller.access("export_verdicts", "")).await?;
    let entries = desk.database.entries_after(0).await?;
    let heads = ["meter_id", "verdict", "decided_at", "decided_by", "reason"];
    let mut rows = Vec::new();
    let taken_back = taken_back(&entries);
    let is_held = |entry: &Entry| entry.action == Action::Verdict && !taken_back.contains(&entry.id);
    for entry in entries.into_iter().filter(is_held) {
        let at = jiff::Timestamp::from_second(entry.at).map_or_else(|_| String::new(), |at| at.to_string());
        rows.push([entry.meter, entry.value, at, entry.person, entry.reason].map(Cell::Text).into());
    }
    sheet("verdicts.csv", &caller, &heads.map(str::to_owned), &rows)
}

/// Exports the evidence file of a meter. The access log keeps the sum that tells the file.
pub async fn evidence(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(meter): Path<String>,
) -> Result<Response, Refusal> {
    let mut entries = desk.database.entries_on(&meter).await?;
    entries.reverse();
    let (lang, name, asked) = (caller.lang(), caller.name.clone(), meter.clone());
    let made = desk.read(move |view| crate::evidence::evidence(view, &asked, &entries, &name, lang));
    let made = made.await?.ok_or(Refusal::NotFound)?;
    let subject = format!("{meter} {}", made.sum);
    desk.database.note_access(&caller.access("evidence", &subject)).await?;
    // A header has no letters beyond ASCII, quotes or line breaks.
    let name: String =
        meter.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    Ok(attachment(&format!("evidence-{name}.html"), "text/html; charset=utf-8", made.html.into_bytes()))
}

/// Exports the run's report as a file. It contains addresses.
pub async fn report(State(desk): State<Arc<Desk>>, caller: Caller) -> Result<Response, Refusal> {
    desk.database.note_access(&caller.access("export_report", "")).await?;
    let path = desk.view().run.path("report.html");
    let bytes = tokio::fs::read(&path).await.map_err(|_| Refusal::NotFound)?;
    Ok(attachment("report.html", "text/html; charset=utf-8", bytes))
}
