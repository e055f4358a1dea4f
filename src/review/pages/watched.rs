//! Shows places that were closed, and which of them draw again.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::errors::Refusal;
use super::{Frame, meter_address, page};
use crate::Login;
use crate::case::Status;
use crate::desk::{Desk, status_of};
use crate::guard::Caller;
use hashwatt_core::language::Language;

struct Row {
    meter: String,
    address: String,
    closed_on: String,
    status: &'static str,
    status_words: String,
    rig: String,
    onset: String,
}

#[derive(Template)]
#[template(path = "review/watched.html")]
struct WatchedPage {
    frame: Frame,
    lang: &'static Language,
    rows: Vec<Row>,
}

/// Shows the closed places; those that draw again come first.
pub async fn show(State(desk): State<Arc<Desk>>, caller: Caller) -> Result<Response, Refusal> {
    let (view, cases) = (desk.view(), desk.cases().await?);
    let lang = caller.lang();
    let mut rows: Vec<Row> = Vec::new();
    for (meter, case) in cases.all() {
        let Some(closed) = case.closed_on else { continue };
        let line = view.lines.index(meter).map(|index| view.lines.line(index));
        let status = line.map_or(case.status, |line| status_of(line, &cases, view.last_day));
        rows.push(Row {
            meter: meter.to_owned(),
            address: meter_address(meter),
            closed_on: lang.date(closed),
            status: status.as_str(),
            status_words: match status {
                Status::Restarted => lang.name_of("kind", "restarted_farm"),
                status => lang.name_of("status", status.as_str()),
            },
            rig: line.and_then(|line| line.rig_kw()).map_or_else(String::new, |kw| lang.kw(kw)),
            onset: line.and_then(|line| line.onset()).map_or_else(String::new, |day| lang.date(day)),
        });
    }
    rows.sort_by_key(|row| row.status != Status::Restarted.as_str());
    let frame = Frame::of(&caller, "watched", desk.settings.login == Login::Off);
    Ok(page(&WatchedPage { frame, lang, rows }))
}
