//! Writes one entry on many places at once: ticked lines, or every line of a list.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::done::with_done;
use super::entries::{MAX_REASON_CHARS, checked};
use super::errors::{Must, Refusal};
use super::list::{list_address, understood};
use crate::case::{Action, Entry};
use crate::desk::{Desk, now};
use crate::guard::Caller;
use crate::roles::May;

/// Most lines that are written on at once.
pub const MAX_LINES: usize = 5000;

/// Writes on every chosen line, or on none.
pub async fn write(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim());
    let (action, value) = field("do").split_once(' ').unwrap_or((field("do"), ""));
    let value = match Action::named(action) {
        Some(Action::Assign) => field("person"),
        Some(Action::VisitRequested | Action::Due) => field("day"),
        _ => value,
    };
    let reason = field("reason");
    let action = checked(&desk, action, value, reason).await?;
    if !matches!(
        action,
        Action::Verdict | Action::Assign | Action::Note | Action::VisitRequested | Action::Due
    ) {
        return Err(Refusal::Invalid("error-form"));
    }
    if reason.chars().count() > MAX_REASON_CHARS {
        return Err(Refusal::TooLarge);
    }
    let (view, cases, query) = (desk.view(), desk.cases().await?, understood(field("query")));
    let meters: Vec<&str> = match field("scope") {
        "all" => {
            let found = view.answers.found(&query, &view.lines, &cases, caller.may(May::SeePlaces));
            // What stood on the page is what is meant: a new run or another's work may have changed the list.
            if field("n") != found.len().to_string() {
                return Err(Refusal::Invalid("error-other-lines"));
            }
            found.iter().map(|index| view.lines.line(*index as usize).meter()).collect()
        }
        "ticked" => {
            fields.iter().filter(|(key, _)| key == "meter").map(|(_, meter)| meter.as_str()).collect()
        }
        _ => return Err(Refusal::Field("scope", Must::BeOneOf(vec!["ticked", "all"]))),
    };
    if meters.is_empty() {
        return Err(Refusal::Invalid("error-no-lines"));
    }
    if meters.len() > MAX_LINES {
        return Err(Refusal::Invalid("error-too-many-lines"));
    }
    if meters.iter().any(|meter| view.lines.index(meter).is_none()) {
        return Err(Refusal::NotFound);
    }
    let at = now();
    let entry = |meter: &&str| Entry {
        id: 0,
        at,
        person: caller.name.clone(),
        meter: (*meter).to_owned(),
        action,
        value: value.to_owned(),
        reason: reason.to_owned(),
        run: view.id.clone(),
    };
    let written = desk.write(&meters.iter().map(entry).collect::<Vec<_>>()).await?;
    Ok(Redirect::to(&with_done(&list_address(field("query")), &written)).into_response())
}
