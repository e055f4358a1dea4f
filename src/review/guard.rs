//! Lets in whom it knows: sessions, roles, tokens of forms, throttled logins, headers that fence a page in.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use rand::RngCore;
use subtle::ConstantTimeEq;
use tower_sessions::Session;

use super::database::access::Access;
use super::desk::{Desk, now};
use super::language::Language;
use super::pages::errors::Refusal;
use super::roles::{May, Role};
use super::{Login, Transport};
use crate::error::Error;

/// Longest body of a form. [bytes]
pub const MOST_BODY_BYTES: usize = 64 << 10;

/// Most that is read of a longer one, so that its sender gets to the answer. [bytes]
const MOST_DRAINED_BYTES: usize = 2 << 20;

/// Keys of a session.
const PERSON: &str = "person";
const CSRF: &str = "csrf";
const LANGUAGE: &str = "language";

/// Where the form's token is looked for: a field, or a header that scripts of the page send.
pub const CSRF_FIELD: &str = "csrf";
const CSRF_HEADER: &str = "x-csrf-token";

/// Failed logins of one name, and from one address, before the next must wait.
const NAME_BURST: u32 = 5;
const ADDRESS_BURST: u32 = 30;

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

/// Whoever has not logged in yet.
#[derive(Debug, Clone)]
pub struct Guest {
    /// Language of the page.
    pub language: &'static Language,
    /// Token that the form must carry.
    pub csrf: String,
    /// Where from.
    pub address: String,
}

/// Passes a request on if its session's person may do `what`; else to the login page, or refused.
pub async fn require(
    State((desk, what)): State<(Arc<Desk>, May)>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let asking = Asking::of(&desk, request.extensions(), request.headers());
    let guest = match guest(&session, asking).await {
        Ok(guest) => guest,
        Err(error) => return Refusal::failed(&error).into_response(),
    };
    let person = match person(&desk, &session).await {
        Ok(Some(person)) => person,
        Ok(None) => return to_login(&request),
        Err(error) => return Refusal::failed(&error).into_response(),
    };
    let caller = Caller {
        language: person.1.unwrap_or(guest.language.code),
        name: person.0,
        role: person.2,
        columns: person.3,
        csrf: guest.csrf,
        address: guest.address,
        is_pseudonymous: desk.is_pseudonymous(),
    };
    if !caller.may(what) {
        return Refusal::Forbidden(caller.lang().code).into_response();
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}

/// Name, language, role and columns.
type Known = (String, Option<&'static str>, Role, Option<String>);

async fn person(desk: &Desk, session: &Session) -> crate::error::Result<Option<Known>> {
    let known_language = |code: &str| Language::with_code(code).map(|language| language.code);
    if desk.settings.login == Login::Off {
        let language: Option<String> = session.get(LANGUAGE).await.map_err(session_failed)?;
        let language = language.as_deref().and_then(known_language);
        return Ok(Some(("local".to_owned(), language, Role::Administrator, None)));
    }
    let Some(name) = session.get::<String>(PERSON).await.map_err(session_failed)? else { return Ok(None) };
    // Read each time: someone who is kept out is out at once.
    let person = desk.database.person(&name).await?.filter(|person| person.is_active);
    Ok(person.map(|person| {
        let language = person.language.as_deref().and_then(known_language);
        (person.name, language, person.role, person.columns)
    }))
}

/// What a request says of whoever sends it.
#[derive(Debug, Clone)]
pub struct Asking {
    /// Languages that the browser asks for.
    accepted: String,
    /// Where from: the connection's address, or behind a proxy the last one it names.
    address: String,
}

impl Asking {
    /// From a request's connection and headers.
    #[must_use]
    pub fn of(desk: &Desk, extensions: &Extensions, headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let named =
            || text("x-forwarded-for").and_then(|all| all.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
        let address = match desk.settings.transport {
            Transport::BehindTls => named().or(peer),
            Transport::Plain => peer,
        };
        Self {
            accepted: text("accept-language").unwrap_or_default().to_owned(),
            address: address.map_or_else(|| "unknown".to_owned(), |address| address.to_string()),
        }
    }
}

/// The session's guest: the form token, made where it has none, the language and the address.
///
/// # Errors
/// When the session cannot be read or written.
pub async fn guest(session: &Session, asking: Asking) -> crate::error::Result<Guest> {
    let csrf = match session.get::<String>(CSRF).await.map_err(session_failed)? {
        Some(csrf) => csrf,
        None => {
            let csrf = secret();
            session.insert(CSRF, &csrf).await.map_err(session_failed)?;
            csrf
        }
    };
    let chosen: Option<String> = session.get(LANGUAGE).await.map_err(session_failed)?;
    let language = chosen
        .and_then(|code| Language::with_code(&code))
        .unwrap_or_else(|| Language::accepted(&asking.accepted));
    Ok(Guest { language, csrf, address: asking.address })
}

/// Remembers a person in a session under a new name, so that one known before login is worth nothing.
///
/// # Errors
/// When the session cannot be written.
pub async fn log_in(session: &Session, name: &str) -> crate::error::Result<()> {
    session.cycle_id().await.map_err(session_failed)?;
    session.insert(CSRF, secret()).await.map_err(session_failed)?;
    session.insert(PERSON, name).await.map_err(session_failed)
}

/// Name of the person in a session.
///
/// # Errors
/// When the session cannot be read.
pub async fn name_in(session: &Session) -> crate::error::Result<Option<String>> {
    session.get(PERSON).await.map_err(session_failed)
}

/// Forgets a session.
///
/// # Errors
/// When the session cannot be written.
pub async fn log_out(session: &Session) -> crate::error::Result<()> {
    session.flush().await.map_err(session_failed)
}

/// Remembers a language in a session.
///
/// # Errors
/// When the session cannot be written.
pub async fn choose_language(session: &Session, code: &str) -> crate::error::Result<()> {
    session.insert(LANGUAGE, code).await.map_err(session_failed)
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
    if said.is_none_or(|bytes| bytes <= MOST_BODY_BYTES) {
        return next.run(request).await;
    }
    let _ = to_bytes(request.into_body(), MOST_DRAINED_BYTES).await;
    Refusal::TooLarge.into_response()
}

/// Refuses a request that changes something unless it carries its session's token; hands its body on.
pub async fn check_form(session: Session, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MOST_BODY_BYTES).await else {
        return Refusal::TooLarge.into_response();
    };
    let sent = parts
        .headers
        .get(CSRF_HEADER)
        .and_then(|value| value.to_str().ok().map(str::to_owned))
        .or_else(|| field(&bytes, CSRF_FIELD));
    let known: Option<String> = session.get(CSRF).await.ok().flatten();
    let is_ours = sent.zip(known).is_some_and(|(sent, known)| sent.as_bytes().ct_eq(known.as_bytes()).into());
    if !is_ours || is_from_elsewhere(&parts.headers) {
        return Refusal::ForeignForm.into_response();
    }
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

/// Whether the browser says that another site's page sent this.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .and_then(|site| site.to_str().ok())
        .is_some_and(|site| matches!(site, "cross-site" | "same-site"))
}

fn field(body: &[u8], name: &str) -> Option<String> {
    url::form_urlencoded::parse(body).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// A text that cannot be guessed: 32 bytes of the system's randomness.
#[must_use]
pub fn secret() -> String {
    let mut bytes = [0; 32];
    rand::rngs::OsRng.fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Counts failed logins, by name and by address.
#[derive(Debug)]
pub struct Throttle {
    by_name: DefaultKeyedRateLimiter<String>,
    by_address: DefaultKeyedRateLimiter<String>,
}

impl Default for Throttle {
    fn default() -> Self {
        let quota = |burst| Quota::per_minute(NonZeroU32::new(burst).expect("bursts are more than none"));
        Self {
            by_name: RateLimiter::keyed(quota(NAME_BURST)),
            by_address: RateLimiter::keyed(quota(ADDRESS_BURST)),
        }
    }
}

impl Throttle {
    /// Whether another try may be made now; each one counts.
    #[must_use]
    pub fn allows(&self, name: &str, address: &str) -> bool {
        let key = |text: &str| text.chars().take(200).collect::<String>();
        self.by_address.check_key(&key(address)).is_ok() && self.by_name.check_key(&key(name)).is_ok()
    }

    /// Forgets who has not tried for a while.
    pub fn sweep(&self) {
        self.by_name.retain_recent();
        self.by_address.retain_recent();
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_are_long() {
        assert_ne!(secret(), secret());
        assert_eq!(secret().len(), 43);
    }

    #[test]
    fn a_name_that_fails_five_times_must_wait_and_others_need_not() {
        let throttle = Throttle::default();
        assert!((0..NAME_BURST).all(|_| throttle.allows("aigul", "10.0.0.1")));
        assert!(!throttle.allows("aigul", "10.0.0.1"));
        assert!(!throttle.allows("aigul", "10.0.0.2"));
        assert!(throttle.allows("marat", "10.0.0.1"));
    }

    #[test]
    fn an_address_that_tries_many_names_must_wait() {
        let throttle = Throttle::default();
        let tries = (0..ADDRESS_BURST * 2).filter(|n| throttle.allows(&format!("name {n}"), "10.0.0.9"));
        assert_eq!(tries.count(), ADDRESS_BURST as usize);
    }
}
