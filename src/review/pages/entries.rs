//! Accepts what an analyst writes on a meter.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::errors::Refusal;
use super::list::back_to;
use super::meter_address;
use crate::case::{Action, Entry, VISIT_RESULTS, verdict_named};
use crate::desk::{Desk, now};
use crate::guard::Caller;

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
    let action = Action::named(action).ok_or(Refusal::Invalid("error-form"))?;
    let (value, reason) = (value.trim(), reason.trim());
    let is_day = |text: &str| text.parse::<jiff::civil::Date>().is_ok();
    let is_valid = match action {
        Action::Verdict => verdict_named(value).is_some(),
        Action::VisitResult => VISIT_RESULTS.contains(&value),
        Action::Closed => is_day(value),
        Action::VisitRequested => value.is_empty() || is_day(value),
        Action::Assign => value.is_empty() || desk.database.person(value).await?.is_some(),
        Action::Note => value.is_empty(),
        // Tips are handed over from the tip's own page.
        Action::Tip => false,
    };
    if !is_valid {
        return Err(Refusal::Invalid("error-form"));
    }
    if reason.is_empty() && matches!(action, Action::Verdict | Action::Note) {
        return Err(Refusal::Invalid("error-reason"));
    }
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
