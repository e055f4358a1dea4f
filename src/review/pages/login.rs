//! Logs people in and out, and switches the language.

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tower_sessions::Session;

use super::errors::Refusal;
use super::page;
use crate::browser::{self, Browser};
use crate::database::access::Access;
use crate::database::refused::Refused;
use crate::desk::{Desk, now};
use crate::guard::{self, Caller};
use crate::throttle::Trying;
use crate::{Login, passwords};
use hashwatt_core::language::Language;

#[derive(Template)]
#[template(path = "review/login.html")]
struct LoginPage {
    lang: &'static Language,
    csrf: String,
    style: String,
    failure: Option<String>,
}

impl LoginPage {
    async fn of(session: &Session, browser: &Browser, failure: Option<String>) -> Result<Response, Refusal> {
        Ok(page(&Self {
            lang: browser.language,
            csrf: guard::form_token(session, browser).await?,
            style: super::assets::address("desk.css"),
            failure,
        }))
    }

    fn languages(&self) -> &'static [Language; 3] {
        Language::all()
    }
}

/// Shows the login page.
pub async fn show(
    State(desk): State<Arc<Desk>>,
    session: Session,
    browser: Browser,
) -> Result<Response, Refusal> {
    if desk.settings.login == Login::Off {
        return Ok(Redirect::to("/").into_response());
    }
    LoginPage::of(&session, &browser, None).await
}

/// Fields of the login form.
#[derive(Deserialize)]
pub struct Credentials {
    name: String,
    password: String,
}

/// Checks name and password. The answer never says which of them was wrong.
pub async fn log_in(
    State(desk): State<Arc<Desk>>,
    session: Session,
    browser: Browser,
    Form(Credentials { name, password }): Form<Credentials>,
) -> Result<Response, Refusal> {
    let known = browser.known_as(&desk.signer, &name);
    let trying = Trying { name: &name, address: &browser.address, known: known.as_deref() };
    let person = desk.database.person(&name).await?.filter(|person| person.is_active);
    let refuse = |what: &str| {
        let name = person.as_ref().map(|person| person.name.clone()).unwrap_or_default();
        desk.throttle.refuse(Refused { what: what.to_owned(), name, address: browser.address.clone() });
    };
    let counted = match desk.throttle.count(trying, Instant::now()) {
        Ok(counted) => counted,
        Err(wait) => {
            desk.counters.logged_in("throttled");
            refuse("login_throttled");
            let seconds = wait.as_secs_f64().ceil() as usize;
            let failure = browser.language.say_n("error-too-many", seconds);
            let page = LoginPage::of(&session, &browser, Some(failure)).await?;
            let headers = [(header::RETRY_AFTER, seconds.to_string())];
            return Ok((StatusCode::TOO_MANY_REQUESTS, headers, page).into_response());
        }
    };
    let is_right = {
        let _turn = desk.throttle.turn(known.is_some()).await;
        let hash = person.as_ref().map(|person| person.password.clone());
        // Hashing is slow on purpose, so it must not block other requests.
        tokio::task::spawn_blocking(move || passwords::is_right(&password, hash.as_deref())).await
    };
    let Some(person) = person.as_ref().filter(|_| is_right.unwrap_or(false)) else {
        desk.counters.logged_in("failed");
        refuse("login_failed");
        let failure = browser.language.say("login-failed");
        let page = LoginPage::of(&session, &browser, Some(failure)).await?;
        return Ok((StatusCode::UNAUTHORIZED, page).into_response());
    };
    desk.throttle.forgive(counted, Instant::now());
    guard::log_in(&session, person).await?;
    desk.counters.logged_in("in");
    let access = Access {
        at: now(),
        person: String::new(),
        address: browser.address.clone(),
        what: "login".to_owned(),
        subject: person.name.clone(),
    };
    desk.database.note_access(&access).await?;
    let mut answer = Redirect::to("/").into_response();
    browser::remember(&desk, &mut answer, &person.name);
    Ok(answer)
}

/// Logs out.
pub async fn log_out(
    State(desk): State<Arc<Desk>>,
    session: Session,
    caller: Caller,
) -> Result<Response, Refusal> {
    guard::log_out(&session).await?;
    desk.database.note_access(&caller.access("logout", "")).await?;
    Ok(Redirect::to("/login").into_response())
}

/// Code of the chosen language.
#[derive(Deserialize)]
pub struct Chosen {
    language: String,
}

/// Switches the language of the browser and, if logged in, of the person.
pub async fn choose_language(
    State(desk): State<Arc<Desk>>,
    session: Session,
    headers: HeaderMap,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Refusal> {
    let language = Language::with_code(&chosen.language).ok_or(Refusal::Invalid("error-form"))?;
    if let Some(name) = guard::name_in(&session).await? {
        desk.database.set_language(&name, language.code).await?;
    }
    let mut answer = Redirect::to(&path_of(headers.get(header::REFERER))).into_response();
    browser::choose_language(&desk, &mut answer, language);
    Ok(answer)
}

/// Returns only path and query of the previous page, so that a foreign address cannot redirect away.
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
