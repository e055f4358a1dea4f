//! Lets a person set their own password.

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tower_sessions::Session;

use super::errors::Refusal;
use super::{Frame, page};
use crate::browser::Browser;
use crate::desk::Desk;
use crate::guard::{self, Caller};
use crate::throttle::Trying;
use crate::{Login, passwords};
use hashwatt_core::language::Language;

#[derive(Template)]
#[template(path = "review/account.html")]
struct AccountPage {
    frame: Frame,
    lang: &'static Language,
    fewest_chars: usize,
    done: Option<String>,
    failure: Option<String>,
}

fn account_page(desk: &Desk, caller: &Caller, done: Option<&str>, failure: Option<String>) -> Response {
    let lang = caller.lang();
    page(&AccountPage {
        frame: Frame::of(caller, "account", desk.settings.login == Login::Off),
        lang,
        fewest_chars: passwords::MIN_CHARS,
        done: done.map(|id| lang.say(id)),
        failure,
    })
}

/// Shows the form.
pub async fn show(State(desk): State<Arc<Desk>>, caller: Caller) -> Response {
    account_page(&desk, &caller, None, None)
}

/// The old password, and the new one twice.
#[derive(Deserialize)]
pub struct Passwords {
    password: String,
    new: String,
    again: String,
}

/// Sets the caller's own password. Other sessions of theirs are over.
pub async fn set_password(
    State(desk): State<Arc<Desk>>,
    session: Session,
    caller: Caller,
    browser: Browser,
    Form(sent): Form<Passwords>,
) -> Result<Response, Refusal> {
    let lang = caller.lang();
    let Some(mut person) = desk.database.person(&caller.name).await? else { return Err(Refusal::NotFound) };
    if sent.new != sent.again {
        return Ok(
            (StatusCode::UNPROCESSABLE_ENTITY, failed(&desk, &caller, "account-differ")).into_response()
        );
    }
    // Whoever finds an open session must not guess its password faster than at the login.
    let known = browser.known_as(&desk.signer, &caller.name);
    let trying = Trying { name: &caller.name, address: &browser.address, known: known.as_deref() };
    let counted = match desk.throttle.count(trying, Instant::now()) {
        Ok(counted) => counted,
        Err(wait) => {
            let seconds = wait.as_secs_f64().ceil() as usize;
            let page = account_page(&desk, &caller, None, Some(lang.say_n("error-too-many", seconds)));
            let headers = [(header::RETRY_AFTER, seconds.to_string())];
            return Ok((StatusCode::TOO_MANY_REQUESTS, headers, page).into_response());
        }
    };
    let (old, hash) = (sent.password, person.password.clone());
    let is_right = {
        let _turn = desk.throttle.turn(known.is_some()).await;
        tokio::task::spawn_blocking(move || passwords::is_right(&old, Some(&hash))).await.unwrap_or(false)
    };
    if !is_right {
        return Ok(
            (StatusCode::UNPROCESSABLE_ENTITY, failed(&desk, &caller, "account-wrong")).into_response()
        );
    }
    desk.throttle.forgive(counted, Instant::now());
    let hashed = tokio::task::spawn_blocking(move || passwords::hash(&sent.new)).await;
    let Some(hash) = hashed.ok().and_then(Result::ok) else {
        return Ok(
            (StatusCode::UNPROCESSABLE_ENTITY, failed(&desk, &caller, "error-password")).into_response()
        );
    };
    let generation = desk.database.set_password(&caller.name, &hash).await?.ok_or(Refusal::NotFound)?;
    person.generation = generation;
    guard::log_in(&session, &person).await?;
    desk.database.note_access(&caller.access("password_set", "")).await?;
    // The new session has a new token for its forms.
    let csrf = guard::form_token(&session, &browser).await?;
    Ok(account_page(&desk, &Caller { csrf, ..caller.clone() }, Some("account-done"), None))
}

fn failed(desk: &Desk, caller: &Caller, id: &str) -> Response {
    account_page(desk, caller, None, Some(caller.lang().say(id)))
}
