//! Accepts what an analyst writes on a meter.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::errors::{Must, Refusal};
use super::list::back_to;
use super::meter_address;
use crate::case::{Action, Entry, VISIT_RESULTS, verdict_named};
use crate::desk::{Desk, now};
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
    /// `next`: go on to the next line of the list.
    #[serde(default)]
    then: String,
}

/// Appends to the log. The answer comes once the entry is on disk.
pub async fn write(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(meter): Path<String>,
    Form(written): Form<Written>,
) -> Result<Response, Refusal> {
    let entry = entry(&desk, &caller.name, &meter, &written.action, &written.value, &written.reason).await?;
    let last = desk.cases().await?.of(&meter).map_or(0, |case| case.last);
    if written.seen.is_some_and(|seen| seen != last) {
        return Err(Refusal::Changed);
    }
    desk.write(&[entry]).await?;
    let next = || {
        let view = desk.view();
        let line = view.lines.line(view.lines.index(&meter)?);
        let next = view.lines.beside(line).1?;
        Some(meter_address(view.lines.line(next).meter()))
    };
    Ok(match written.back.strip_prefix('?') {
        Some(query) => back_to(query),
        None if written.then == "next" => {
            Redirect::to(&next().unwrap_or_else(|| "/".to_owned())).into_response()
        }
        None => Redirect::to(&meter_address(&meter)).into_response(),
    })
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
    // Tips are handed over from the tip's own page.
    let written = || Action::ALL.into_iter().filter(|action| *action != Action::Tip);
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
        Action::VisitRequested => (value.is_empty() || is_day(value), Must::BeDayOrEmpty),
        Action::Assign => {
            let is_known = value.is_empty() || desk.database.person(value).await?.is_some();
            (is_known, Must::BePersonOrEmpty)
        }
        Action::Note | Action::Tip => (value.is_empty(), Must::BeEmpty),
    };
    if !is_valid {
        return Err(Refusal::Field("value", must));
    }
    if reason.is_empty() && matches!(action, Action::Verdict | Action::Note) {
        return Err(Refusal::Field("reason", Must::BeWords));
    }
    Ok(action)
}
