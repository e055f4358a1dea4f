//! Shows what moved since the previous run.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::errors::Refusal;
use super::{Frame, meter_address, page};
use crate::Login;
use crate::desk::{Desk, status_of};
use crate::guard::Caller;
use crate::moved::moved;
use hashwatt_core::language::Language;

struct Row {
    how: &'static str,
    how_words: String,
    meter: String,
    address: Option<String>,
    before: String,
    now: String,
    status: String,
}

#[derive(Template)]
#[template(path = "review/moved.html")]
struct MovedPage {
    frame: Frame,
    lang: &'static Language,
    is_first: bool,
    rows: Vec<Row>,
}

/// Shows the page.
pub async fn show(State(desk): State<Arc<Desk>>, caller: Caller) -> Result<Response, Refusal> {
    let (view, cases) = (desk.view(), desk.cases().await?);
    let before = desk.database.lines_before(&view.id).await?;
    let lang = caller.lang();
    let words = |rank: usize, kw: Option<f64>| {
        let rank = lang.say_with("moved-rank", &[("rank", &lang.count(rank))]);
        kw.map_or_else(|| rank.clone(), |kw| format!("{rank}, {}", lang.kw(kw)))
    };
    let row = |one: crate::moved::Moved| {
        let line = one.now.map(|index| view.lines.line(index));
        let case = cases.of(&one.meter);
        let status = match line {
            Some(line) => Some(status_of(line, &cases, view.last_day)),
            None => case.map(|case| case.status),
        };
        Row {
            how: one.how.as_str(),
            how_words: lang.name_of("move", one.how.as_str()),
            address: (line.is_some() || case.is_some()).then(|| meter_address(&one.meter)),
            before: one.before.map_or_else(String::new, |past| words(past.rank as usize, past.rig_kw)),
            now: line.map_or_else(String::new, |line| words(line.rank(), line.rig_kw())),
            status: status.map_or_else(String::new, |status| lang.name_of("status", status.as_str())),
            meter: one.meter,
        }
    };
    let rows = before.as_ref().map(|before| moved(before, &view.lines)).unwrap_or_default();
    Ok(page(&MovedPage {
        frame: Frame::of(&caller, "moved", desk.settings.login == Login::Off),
        lang,
        is_first: before.is_none(),
        rows: rows.into_iter().map(row).collect(),
    }))
}
