//! Guards the desk: sessions, roles, form tokens, and security headers.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use subtle::ConstantTimeEq;
use tower_sessions::Session;

use super::browser::Browser;
use super::database::access::Access;
use super::database::people::Person;
use super::desk::{Desk, now};
use super::pages::errors::{Refusal, said_in};
use super::roles::{May, Role};
use super::signer::secret;
use super::{Login, Transport};
use hashwatt_core::error::Error;
use hashwatt_core::language::Language;

/// Longest body of a form. [bytes]
pub const MAX_BODY_BYTES: usize = 64 << 10;

/// Most bytes read of a longer body, so that the sender gets to see the answer. [bytes]
const MAX_DRAINED_BYTES: usize = 2 << 20;

/// Keys in a session.
const PERSON: &str = "person";
const CSRF: &str = "csrf";
const GENERATION: &str = "generation";

/// Where the form token may be: a field, or a header that the page's scripts send.
pub const CSRF_FIELD: &str = "csrf";
const CSRF_HEADER: &str = "x-csrf-token";

/// Content security policy: a page may load only the desk's own files.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The person who sends a request.
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
    /// IP address of the client.
    pub address: String,
    /// Whether places are hidden from viewers.
    pub is_pseudonymous: bool,
    /// Time zone of the run's usage points, in which times are shown.
    pub zone: TimeZone,
}

impl Caller {
    /// Whether this caller has this permission.
    #[must_use]
    pub const fn may(&self, what: May) -> bool {
        self.role.may(what, self.is_pseudonymous)
    }

    /// Returns the caller's language.
    #[must_use]
    pub fn lang(&self) -> &'static Language {
        Language::with_code(self.language).unwrap_or(&Language::all()[0])
    }

    /// Says an instant as the clocks of the run's usage points show it.
    #[must_use]
    pub fn instant(&self, at_s: i64) -> String {
        self.lang().instant(at_s, &self.zone)
    }

    /// Returns the civil day at the run's usage points.
    #[must_use]
    pub fn today(&self) -> Date {
        jiff::Timestamp::now().to_zoned(self.zone.clone()).date()
    }

    /// Makes a line of the access log.
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

/// Passes a request on if the person may do `what`. Otherwise redirects to the login page, or refuses.
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
        zone: desk.view().zone.clone(),
    };
    if !caller.may(what) {
        return said_in(caller.lang(), Refusal::Forbidden.into_response());
    }
    let lang = caller.lang();
    request.extensions_mut().insert(caller);
    said_in(lang, next.run(request).await)
}

/// Returns the person of a session. A session from before others decided on the account is ended.
async fn person(desk: &Desk, session: &Session) -> hashwatt_core::error::Result<Option<Person>> {
    if desk.settings.login == Login::Off {
        let columns = desk.columns.read().expect("nobody panics while holding it").clone();
        return Ok(Some(Person { columns, ..Person::local() }));
    }
    let Some(name) = name_in(session).await? else { return Ok(None) };
    let generation: Option<i64> = session.get(GENERATION).await.map_err(session_failed)?;
    let is_theirs = |person: &Person| person.is_active && Some(person.generation) == generation;
    // Read for each request, so that a blocked person is out at once.
    let person = desk.database.person(&name).await?.filter(is_theirs);
    if person.is_none() {
        log_out(session).await?;
    }
    Ok(person)
}

/// Returns the token that forms must carry: the session's or, without a session, the browser's.
///
/// # Errors
/// When the session cannot be read.
pub async fn form_token(session: &Session, browser: &Browser) -> hashwatt_core::error::Result<String> {
    let token: Option<String> = session.get(CSRF).await.map_err(session_failed)?;
    Ok(token.unwrap_or_else(|| browser.csrf.clone()))
}

/// Starts a person's session, with a new session id.
///
/// # Errors
/// When the session cannot be written.
pub async fn log_in(session: &Session, person: &Person) -> hashwatt_core::error::Result<()> {
    session.cycle_id().await.map_err(session_failed)?;
    session.insert(CSRF, secret()).await.map_err(session_failed)?;
    session.insert(GENERATION, person.generation).await.map_err(session_failed)?;
    session.insert(PERSON, &person.name).await.map_err(session_failed)
}

/// Returns the name of the person in a session.
///
/// # Errors
/// When the session cannot be read.
pub async fn name_in(session: &Session) -> hashwatt_core::error::Result<Option<String>> {
    session.get(PERSON).await.map_err(session_failed)
}

/// Ends a session.
///
/// # Errors
/// When the session cannot be written.
pub async fn log_out(session: &Session) -> hashwatt_core::error::Result<()> {
    session.flush().await.map_err(session_failed)
}

fn session_failed(error: tower_sessions::session::Error) -> Error {
    Error::desk("the session", error)
}

fn to_login(request: &Request) -> Response {
    // A fragment cannot be replaced by the login page, so the whole page is redirected.
    if request.headers().contains_key("hx-request") {
        return (StatusCode::UNAUTHORIZED, [("hx-redirect", "/login")]).into_response();
    }
    if request.method() == Method::GET {
        return Redirect::to("/login").into_response();
    }
    StatusCode::UNAUTHORIZED.into_response()
}

/// Refuses a body whose stated length is more than any form has. Reads it first, up to a limit: if the
/// connection is closed while the client still sends, the client loses the answer.
pub async fn refuse_long(request: Request, next: Next) -> Response {
    let said = request.headers().get(header::CONTENT_LENGTH);
    let said = said.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if said.is_none_or(|bytes| bytes <= MAX_BODY_BYTES) {
        return next.run(request).await;
    }
    let _ = to_bytes(request.into_body(), MAX_DRAINED_BYTES).await;
    Refusal::TooLarge.into_response()
}

/// Refuses a request that changes something without the token of its session or browser. Passes its body on.
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

/// Adds the security headers to every answer.
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
