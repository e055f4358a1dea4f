//! Accepts what an analyst writes on a meter.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::done::with_done;
use super::errors::{Must, Refusal};
use super::list::list_address;
use super::meter_address;
use crate::case::{Action, Entry, Status, VISIT_RESULTS, verdict_named};
use crate::desk::{Desk, now, status_of};
use crate::guard::Caller;
use hashwatt_readings::acquisition::verdicts::Verdict;

/// Longest reason. [characters]
pub const MAX_REASON_CHARS: usize = 4000;

/// Fields of the forms.
#[derive(Deserialize)]
pub struct Written {
    action: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    reason: String,
    /// Number of the last entry that the writer has seen. They must see a later entry of someone else first.
    seen: Option<i64>,
    /// `?` and the query of the list to return to; empty: return to the meter's page.
    #[serde(default)]
    back: String,
    /// `next`: go on to the next place that waits for a decision.
    #[serde(default)]
    then: String,
}

/// Appends to the log. The answer comes once the entry is on disk.
pub async fn write(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(meter): Path<String>,
    Form(sent): Form<Written>,
) -> Result<Response, Refusal> {
    let entry = entry(&desk, &caller.name, &meter, &sent.action, &sent.value, &sent.reason).await?;
    let last = desk.cases().await?.of(&meter).map_or(0, |case| case.last);
    if sent.seen.is_some_and(|seen| seen != last) {
        return Err(Refusal::Changed);
    }
    let written = desk.write(&[entry]).await?;
    let address = match sent.back.strip_prefix('?') {
        Some(query) => list_address(query),
        None if sent.then == "next" => next_case(&desk, &meter).await?,
        None => meter_address(&meter),
    };
    Ok(Redirect::to(&with_done(&address, &written)).into_response())
}

/// Returns the page of the next place that waits for a decision: down the visit list, then from its top; with none
/// left, the list.
async fn next_case(desk: &Desk, meter: &str) -> Result<String, Refusal> {
    let (view, cases) = (desk.view(), desk.cases().await?);
    let (lines, last_day) = (&view.lines, view.last_day);
    let Some(line) = lines.index(meter).map(|index| lines.line(index)) else { return Ok("/".to_owned()) };
    let waits = |index: &usize| {
        let line = lines.line(*index);
        line.meter() != meter
            && matches!(status_of(line, &cases, last_day), Status::New | Status::Open | Status::Restarted)
    };
    let listed = || lines.suspects().iter().map(|index| *index as usize);
    let next = match line.place() {
        Some(place) => listed().skip(place).chain(listed().take(place)).find(waits),
        None => (line.index() + 1..lines.len()).find(waits),
    };
    Ok(next.map_or_else(|| "/".to_owned(), |index| meter_address(lines.line(index).meter())))
}

/// Checks the entry that a page or a program sends.
///
/// # Errors
/// When it is not valid: an unknown meter, an unknown verdict, or no reason for a verdict that needs one.
pub async fn entry(
    desk: &Desk,
    person: &str,
    meter: &str,
    action: &str,
    value: &str,
    reason: &str,
) -> Result<Entry, Refusal> {
    let (view, cases) = (desk.view(), desk.cases().await?);
    if view.lines.index(meter).is_none() && cases.of(meter).is_none() {
        return Err(Refusal::NotFound);
    }
    let (value, reason) = (value.trim(), reason.trim());
    let action = checked(desk, action, value, reason).await?;
    if reason.chars().count() > MAX_REASON_CHARS {
        return Err(Refusal::TooLarge);
    }
    Ok(Entry {
        id: 0,
        at: now(),
        person: person.to_owned(),
        meter: meter.to_owned(),
        action,
        value: value.to_owned(),
        reason: reason.to_owned(),
        run: view.id.clone(),
    })
}

/// Checks what is written, field by field, and returns its action.
///
/// # Errors
/// When a field has a value that it cannot have.
pub async fn checked(desk: &Desk, action: &str, value: &str, reason: &str) -> Result<Action, Refusal> {
    // Tips are handed over, and entries taken back, from pages of their own.
    let written = || Action::ALL.into_iter().filter(|action| !matches!(action, Action::Tip | Action::Undo));
    let one_of = || Must::BeOneOf(written().map(Action::as_str).collect());
    let action =
        written().find(|known| known.as_str() == action).ok_or_else(|| Refusal::Field("action", one_of()))?;
    let is_day = |text: &str| text.parse::<jiff::civil::Date>().is_ok();
    let (is_valid, must) = match action {
        Action::Verdict => {
            let all = Verdict::ALL.iter().map(|verdict| verdict.as_str()).collect();
            (verdict_named(value).is_some(), Must::BeOneOf(all))
        }
        Action::VisitResult => (VISIT_RESULTS.contains(&value), Must::BeOneOf(VISIT_RESULTS.into())),
        Action::Closed => (is_day(value), Must::BeDay),
        Action::VisitRequested | Action::Due => (value.is_empty() || is_day(value), Must::BeDayOrEmpty),
        Action::Assign => {
            let is_known = value.is_empty() || desk.database.person(value).await?.is_some();
            (is_known, Must::BePersonOrEmpty)
        }
        Action::Note | Action::Tip | Action::Undo => (value.is_empty(), Must::BeEmpty),
    };
    if !is_valid {
        return Err(Refusal::Field("value", must));
    }
    if reason.is_empty() && matches!(action, Action::Verdict | Action::Note) {
        return Err(Refusal::Field("reason", Must::BeWords));
    }
    Ok(action)
}
