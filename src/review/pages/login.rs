//! Lets people in and out, and switches the language.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{Extensions, HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tower_sessions::Session;

use super::errors::Refusal;
use super::page;
use crate::review::database::access::Access;
use crate::review::desk::{Desk, now};
use crate::review::guard::{self, Asking, Caller, Guest};
use crate::review::language::Language;
use crate::review::{Login, passwords};

#[derive(Template)]
#[template(path = "review/login.html")]
struct LoginPage {
    lang: &'static Language,
    csrf: String,
    style: String,
    failure: Option<String>,
}

impl LoginPage {
    fn of(guest: Guest, failure: Option<&str>) -> Self {
        Self {
            lang: guest.language,
            csrf: guest.csrf,
            style: super::assets::address("desk.css"),
            failure: failure.map(|id| guest.language.say(id)),
        }
    }

    fn languages(&self) -> &'static [Language; 3] {
        Language::all()
    }
}

/// The login page.
pub async fn show(
    State(desk): State<Arc<Desk>>,
    session: Session,
    extensions: Extensions,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    if desk.settings.login == Login::Off {
        return Ok(Redirect::to("/").into_response());
    }
    let guest = guard::guest(&session, Asking::of(&desk, &extensions, &headers)).await?;
    Ok(page(&LoginPage::of(guest, None)))
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Credentials {
    name: String,
    password: String,
}

/// Checks name and password; the answer never says which of them was wrong.
pub async fn log_in(
    State(desk): State<Arc<Desk>>,
    session: Session,
    extensions: Extensions,
    headers: HeaderMap,
    Form(Credentials { name, password }): Form<Credentials>,
) -> Result<Response, Refusal> {
    let guest = guard::guest(&session, Asking::of(&desk, &extensions, &headers)).await?;
    let address = guest.address.clone();
    let note = async |what: &str| {
        let subject = name.chars().take(200).collect();
        let access = Access {
            at: now(),
            person: String::new(),
            address: address.clone(),
            what: what.to_owned(),
            subject,
        };
        desk.database.note_access(&access).await
    };
    if !desk.throttle.allows(&name, &guest.address) {
        desk.counters.logged_in("throttled");
        note("login_throttled").await?;
        let page = page(&LoginPage::of(guest, Some("error-too-many")));
        return Ok((StatusCode::TOO_MANY_REQUESTS, page).into_response());
    }
    let person = desk.database.person(&name).await?.filter(|person| person.is_active);
    let hash = person.as_ref().map(|person| person.password.clone());
    // Hashing is slow on purpose; it must not hold up those who are in.
    let checked = tokio::task::spawn_blocking(move || passwords::is_right(&password, hash.as_deref())).await;
    match person.filter(|_| checked.unwrap_or(false)) {
        Some(person) => {
            guard::log_in(&session, &person.name).await?;
            desk.counters.logged_in("in");
            note("login").await?;
            Ok(Redirect::to("/").into_response())
        }
        None => {
            desk.counters.logged_in("failed");
            note("login_failed").await?;
            let page = page(&LoginPage::of(guest, Some("login-failed")));
            Ok((StatusCode::UNAUTHORIZED, page).into_response())
        }
    }
}

/// Ends the session.
pub async fn log_out(
    State(desk): State<Arc<Desk>>,
    session: Session,
    caller: Caller,
) -> Result<Response, Refusal> {
    guard::log_out(&session).await?;
    desk.database.note_access(&caller.access("logout", "")).await?;
    Ok(Redirect::to("/login").into_response())
}

/// A language's code.
#[derive(Deserialize)]
pub struct Chosen {
    language: String,
}

/// Switches the language, of the session and of the person where one is logged in.
pub async fn choose_language(
    State(desk): State<Arc<Desk>>,
    session: Session,
    headers: HeaderMap,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Refusal> {
    let language = Language::with_code(&chosen.language).ok_or(Refusal::Invalid("error-form"))?;
    guard::choose_language(&session, language.code).await?;
    if let Some(name) = guard::name_in(&session).await? {
        desk.database.set_language(&name, language.code).await?;
    }
    Ok(Redirect::to(&path_of(headers.get(header::REFERER))).into_response())
}

/// Path and query of the page before, so that a foreign address in the header leads nowhere.
fn path_of(referer: Option<&header::HeaderValue>) -> String {
    let url = referer.and_then(|value| url::Url::parse(value.to_str().ok()?).ok());
    let path = url.map(|url| {
        url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    });
    path.filter(|path| path.starts_with('/') && !path.starts_with("//")).unwrap_or_else(|| "/".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stays_at_the_desk() {
        let path = |text: &'static str| path_of(Some(&header::HeaderValue::from_static(text)));
        assert_eq!(path("http://desk:8080/?zone=South"), "/?zone=South");
        assert_eq!(path("http://other//evil.example/x"), "/");
        assert_eq!(path("no url"), "/");
        assert_eq!(path_of(None), "/");
    }
}
