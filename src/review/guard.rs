//! Lets in whom it knows: sessions, roles, tokens of forms, headers that fence a page in.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use subtle::ConstantTimeEq;
use tower_sessions::Session;

use super::browser::Browser;
use super::database::access::Access;
use super::database::people::Person;
use super::desk::{Desk, now};
use super::pages::errors::Refusal;
use super::roles::{May, Role};
use super::signer::secret;
use super::{Login, Transport};
use hashwatt_core::error::Error;
use hashwatt_core::language::Language;

/// Longest body of a form. [bytes]
pub const MAX_BODY_BYTES: usize = 64 << 10;

/// Most that is read of a longer one, so that its sender gets to the answer. [bytes]
const MAX_DRAINED_BYTES: usize = 2 << 20;

/// Keys of a session.
const PERSON: &str = "person";
const CSRF: &str = "csrf";
const GENERATION: &str = "generation";

/// Where the form's token is looked for: a field, or a header that scripts of the page send.
pub const CSRF_FIELD: &str = "csrf";
const CSRF_HEADER: &str = "x-csrf-token";

/// What a page of the desk may load and do: its own files, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Name in the logs.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Language of the pages.
    pub language: &'static str,
    /// Token that forms must carry.
    pub csrf: String,
    /// Chosen columns of the list.
    pub columns: Option<String>,
    /// Where from.
    pub address: String,
    /// Whether places are hidden from viewers.
    pub is_pseudonymous: bool,
}

impl Caller {
    /// Whether this caller may do this.
    #[must_use]
    pub const fn may(&self, what: May) -> bool {
        self.role.may(what, self.is_pseudonymous)
    }

    /// The caller's language.
    #[must_use]
    pub fn lang(&self) -> &'static Language {
        Language::with_code(self.language).unwrap_or(&Language::all()[0])
    }

    /// A line of the access log.
    #[must_use]
    pub fn access(&self, what: &str, subject: &str) -> Access {
        Access {
            at: now(),
            person: self.name.clone(),
            address: self.address.clone(),
            what: what.to_owned(),
            subject: subject.to_owned(),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| StatusCode::UNAUTHORIZED.into_response())
    }
}

/// Passes a request on if its session's person may do `what`; else to the login page, or refused.
pub async fn require(
    State((desk, what)): State<(Arc<Desk>, May)>,
    session: Session,
    browser: Browser,
    mut request: Request,
    next: Next,
) -> Response {
    let known = async { Ok((person(&desk, &session).await?, form_token(&session, &browser).await?)) };
    let (person, csrf) = match known.await {
        Ok((Some(person), csrf)) => (person, csrf),
        Ok((None, _)) => return to_login(&request),
        Err(error) => return Refusal::failed(&error).into_response(),
    };
    let chosen = person.language.as_deref().and_then(Language::with_code);
    let caller = Caller {
        language: chosen.unwrap_or(browser.language).code,
        name: person.name,
        role: person.role,
        columns: person.columns,
        csrf,
        address: browser.address,
        is_pseudonymous: desk.is_pseudonymous(),
    };
    if !caller.may(what) {
        return Refusal::Forbidden(caller.lang().code).into_response();
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}

/// The person of a session. One of before others decided on the account is over.
async fn person(desk: &Desk, session: &Session) -> hashwatt_core::error::Result<Option<Person>> {
    if desk.settings.login == Login::Off {
        return Ok(Some(Person::local()));
    }
    let Some(name) = name_in(session).await? else { return Ok(None) };
    let generation: Option<i64> = session.get(GENERATION).await.map_err(session_failed)?;
    let is_theirs = |person: &Person| person.is_active && Some(person.generation) == generation;
    // Read each time: someone who is kept out is out at once.
    let person = desk.database.person(&name).await?.filter(is_theirs);
    if person.is_none() {
        log_out(session).await?;
    }
    Ok(person)
}

/// The token that forms must carry: the session's, and of a browser without one its own.
///
/// # Errors
/// When the session cannot be read.
pub async fn form_token(session: &Session, browser: &Browser) -> hashwatt_core::error::Result<String> {
    let token: Option<String> = session.get(CSRF).await.map_err(session_failed)?;
    Ok(token.unwrap_or_else(|| browser.csrf.clone()))
}

/// Begins a person's session, under a name that nobody knew before.
///
/// # Errors
/// When the session cannot be written.
pub async fn log_in(session: &Session, person: &Person) -> hashwatt_core::error::Result<()> {
    session.cycle_id().await.map_err(session_failed)?;
    session.insert(CSRF, secret()).await.map_err(session_failed)?;
    session.insert(GENERATION, person.generation).await.map_err(session_failed)?;
    session.insert(PERSON, &person.name).await.map_err(session_failed)
}

/// Name of the person in a session.
///
/// # Errors
/// When the session cannot be read.
pub async fn name_in(session: &Session) -> hashwatt_core::error::Result<Option<String>> {
    session.get(PERSON).await.map_err(session_failed)
}

/// Forgets a session.
///
/// # Errors
/// When the session cannot be written.
pub async fn log_out(session: &Session) -> hashwatt_core::error::Result<()> {
    session.flush().await.map_err(session_failed)
}

fn session_failed(error: tower_sessions::session::Error) -> Error {
    Error::table("the session", error)
}

fn to_login(request: &Request) -> Response {
    // A part of a page cannot become the login page: the whole page goes there.
    if request.headers().contains_key("hx-request") {
        return (StatusCode::UNAUTHORIZED, [("hx-redirect", "/login")]).into_response();
    }
    if request.method() == Method::GET {
        return Redirect::to("/login").into_response();
    }
    StatusCode::UNAUTHORIZED.into_response()
}

/// Refuses a body that says it is longer than any form. Reads it first, within bounds: a connection closed on
/// somebody who is still sending loses the answer that says why.
pub async fn refuse_long(request: Request, next: Next) -> Response {
    let said = request.headers().get(header::CONTENT_LENGTH);
    let said = said.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if said.is_none_or(|bytes| bytes <= MAX_BODY_BYTES) {
        return next.run(request).await;
    }
    let _ = to_bytes(request.into_body(), MAX_DRAINED_BYTES).await;
    Refusal::TooLarge.into_response()
}

/// Refuses a request that changes something unless it carries its session's or its browser's token; hands its body
/// on.
pub async fn check_form(session: Session, browser: Browser, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_BODY_BYTES).await else {
        return Refusal::TooLarge.into_response();
    };
    let sent = parts
        .headers
        .get(CSRF_HEADER)
        .and_then(|value| value.to_str().ok().map(str::to_owned))
        .or_else(|| field(&bytes, CSRF_FIELD));
    let known = match form_token(&session, &browser).await {
        Ok(known) => known,
        Err(error) => return Refusal::failed(&error).into_response(),
    };
    if !sent.is_some_and(|sent| sent.as_bytes().ct_eq(known.as_bytes()).into()) {
        return Refusal::ForeignForm.into_response();
    }
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

fn field(body: &[u8], name: &str) -> Option<String> {
    url::form_urlencoded::parse(body).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Adds to every answer what fences a page in.
pub async fn fence(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let is_asset = request.uri().path().starts_with("/assets/");
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    let mut set = |name: header::HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(header::HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()");
    if !is_asset {
        set(header::CACHE_CONTROL, "no-store");
    }
    if desk.settings.transport == Transport::BehindTls {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    answer
}
