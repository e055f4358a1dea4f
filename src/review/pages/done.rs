//! Says what a person has just written, and takes it back.

use std::ops::RangeInclusive;
use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::errors::Refusal;
use super::list::back_to;
use super::meter_address;
use super::work::entry_words;
use crate::case::{Action, Entry};
use crate::desk::{Desk, now};
use crate::guard::Caller;

/// Where a page's address says what was just written: the first and last number of its entries.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// What a person has just written.
pub struct Notice {
    /// What it is, on which place or on how many.
    pub words: String,
    /// Numbers of its first and last entry.
    pub first: i64,
    /// See `first`.
    pub last: i64,
}

/// Returns an address with the numbers of the entries that were just written.
#[must_use]
pub fn with_done(address: &str, written: &RangeInclusive<i64>) -> String {
    let join = if address.contains('?') { '&' } else { '?' };
    format!("{address}{join}done={}-{}", written.start(), written.end())
}

impl Done {
    /// Returns the notice; `None` if nothing was just written by `caller`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn notice(&self, desk: &Desk, caller: &Caller) -> Result<Option<Notice>, Refusal> {
        let numbers = self.done.split_once('-').map(|(first, last)| (first.parse(), last.parse()));
        let Some((Ok(first), Ok(last))) = numbers else { return Ok(None) };
        let entries = own(desk, caller, first, last).await?;
        let Some(entry) = entries.first() else { return Ok(None) };
        let (lang, what) = (caller.lang(), entry_words(entry, caller.lang()));
        let words = match entries.len() {
            1 => format!("{}: {what}", entry.meter),
            n => format!("{}: {what}", lang.say_n("list-found", n)),
        };
        Ok(Some(Notice { words, first, last }))
    }
}

/// Returns the entries between two numbers, if all of them are the caller's.
async fn own(desk: &Desk, caller: &Caller, first: i64, last: i64) -> Result<Vec<Entry>, Refusal> {
    let most = super::bulk::MAX_LINES as i64;
    if first > last || last - first >= most {
        return Ok(Vec::new());
    }
    let entries = desk.database.entries_between(first, last).await?;
    let are_own = entries.iter().all(|entry| entry.person == caller.name);
    Ok(if are_own { entries } else { Vec::new() })
}

/// What is taken back, and where to go then.
#[derive(Deserialize)]
pub struct TakenBack {
    first: i64,
    last: i64,
    /// `?` and the query of the list to return to; empty: the meter's page.
    #[serde(default)]
    back: String,
}

/// Takes back what the caller wrote, all of it or nothing: nothing once somebody has written on top.
pub async fn take_back(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Form(taken): Form<TakenBack>,
) -> Result<Response, Refusal> {
    let entries = own(&desk, &caller, taken.first, taken.last).await?;
    let first = entries.first().ok_or(Refusal::NotFound)?;
    let (view, cases) = (desk.view(), desk.cases().await?);
    let is_last = |entry: &Entry| cases.of(&entry.meter).is_some_and(|case| case.last == entry.id);
    if !entries.iter().all(is_last) {
        return Err(Refusal::Changed);
    }
    let undo = |entry: &Entry| Entry {
        id: 0,
        at: now(),
        person: caller.name.clone(),
        meter: entry.meter.clone(),
        action: Action::Undo,
        value: entry.id.to_string(),
        reason: String::new(),
        run: view.id.clone(),
    };
    desk.write(&entries.iter().map(undo).collect::<Vec<_>>()).await?;
    Ok(match taken.back.strip_prefix('?') {
        Some(query) => back_to(query),
        None => Redirect::to(&meter_address(&first.meter)).into_response(),
    })
}
