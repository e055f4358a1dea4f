//! Keeps what the desk must know about a browser in its cookies, so that visitors use no storage of the desk.
//!
//! Visitors who are not logged in have no session. The token of their forms is the signature of a cookie.
//! Another cookie holds the language they chose. A third cookie is set at login. It states, signed, that this
//! person has logged in from this browser before. Such a browser does not have to wait when others guess
//! passwords for the same name.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_sessions::cookie::time::Duration as CookieAge;
use tower_sessions::cookie::{Cookie, SameSite};

use super::Transport;
use super::desk::{Desk, now};
use super::pages::errors::said_in;
use super::signer::{Signer, secret};
use hashwatt_core::language::Language;

/// Cookies: for forms, for the language, and the prefix of those that state who has logged in.
const FORM: &str = "hashwatt_form";
const LANGUAGE: &str = "hashwatt_language";
const KNOWN: &str = "hashwatt_known_";

/// How long a browser is known after a login, and keeps its language. [d] After that it is unknown again.
const KNOWN_DAYS: i64 = 180;

/// Seconds in a day.
const DAY_S: i64 = 86_400;

/// A browser, or any other client.
#[derive(Debug, Clone)]
pub struct Browser {
    /// Token that its forms must carry while nobody is logged in.
    pub csrf: String,
    /// Language of the pages: the one chosen, else the one the browser asks for.
    pub language: &'static Language,
    /// Address of the client: of the connection or, behind a trusted proxy, as the proxy says.
    pub address: String,
    cookies: Vec<(String, String)>,
}

impl<S: Send + Sync> FromRequestParts<S> for Browser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| StatusCode::BAD_REQUEST.into_response())
    }
}

/// Attaches the browser's data to each request, and gives a new browser its form cookie.
pub async fn meet(State(desk): State<Arc<Desk>>, mut request: Request, next: Next) -> Response {
    let cookies = cookies_of(request.headers());
    let form = value_of(&cookies, FORM).map(str::to_owned);
    let new_form = form.is_none().then(secret);
    let address = address_of(&desk, request.extensions(), request.headers());
    let browser = Browser {
        csrf: desk.signer.sign("form", form.as_ref().or(new_form.as_ref()).map_or("", String::as_str)),
        language: value_of(&cookies, LANGUAGE)
            .and_then(Language::with_code)
            .unwrap_or_else(|| Language::accepted(text_of(request.headers(), "accept-language"))),
        address,
        cookies,
    };
    let language = browser.language;
    request.extensions_mut().insert(browser);
    let mut answer = said_in(language, next.run(request).await);
    if let Some(form) = new_form {
        give(&desk, &mut answer, Cookie::new(FORM, form));
    }
    answer
}

fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn value_of<'a>(cookies: &'a [(String, String)], name: &str) -> Option<&'a str> {
    cookies.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

impl Browser {
    /// Returns the id of this browser if this person has logged in from it before; else `None`.
    #[must_use]
    pub fn known_as(&self, signer: &Signer, name: &str) -> Option<String> {
        let value = value_of(&self.cookies, &known_cookie(signer, name))?;
        let (said, signature) = value.rsplit_once('.')?;
        let (device, until) = said.rsplit_once('.')?;
        let is_in_time = until.parse::<i64>().is_ok_and(|until| until > now());
        (is_in_time && signer.is_right("known", &format!("{name}\n{said}"), signature))
            .then(|| device.to_owned())
    }
}

/// Sets the cookie that states that this person has logged in from this browser.
pub fn remember(desk: &Desk, answer: &mut Response, name: &str) {
    let said = format!("{}.{}", secret(), now() + KNOWN_DAYS * DAY_S);
    let signature = desk.signer.sign("known", &format!("{name}\n{said}"));
    let mut cookie = Cookie::new(known_cookie(&desk.signer, name), format!("{said}.{signature}"));
    cookie.set_max_age(CookieAge::days(KNOWN_DAYS));
    give(desk, answer, cookie);
}

/// Sets the language cookie.
pub fn choose_language(desk: &Desk, answer: &mut Response, language: &'static Language) {
    let mut cookie = Cookie::new(LANGUAGE, language.code);
    cookie.set_max_age(CookieAge::days(KNOWN_DAYS));
    give(desk, answer, cookie);
}

/// Returns the name of a person's cookie. People share browsers, so each has a cookie of their own. Its name
/// does not reveal the person.
fn known_cookie(signer: &Signer, name: &str) -> String {
    format!("{KNOWN}{}", &signer.sign("cookie", name)[..12])
}

fn give(desk: &Desk, answer: &mut Response, mut cookie: Cookie<'_>) {
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Strict);
    cookie.set_secure(desk.settings.transport == Transport::BehindTls);
    // We make the content ourselves, from letters, digits, dashes and dots.
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn cookies_of(headers: &HeaderMap) -> Vec<(String, String)> {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    texts
        .flat_map(Cookie::split_parse)
        .flatten()
        .map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned()))
        .collect()
}

fn address_of(desk: &Desk, extensions: &Extensions, headers: &HeaderMap) -> String {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    // A list may be spread over several headers, in order.
    let said: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .collect();
    let address = peer.map(|peer| desk.settings.proxies.client(peer, said.iter().copied()));
    address.map_or_else(|| "unknown".to_owned(), |address| address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn browser(cookies: &[(String, String)]) -> Browser {
        Browser {
            csrf: String::new(),
            language: &Language::all()[0],
            address: "10.0.0.1".to_owned(),
            cookies: cookies.to_vec(),
        }
    }

    fn cookie(signer: &Signer, name: &str, until: i64) -> (String, String) {
        let said = format!("device.{until}");
        let signature = signer.sign("known", &format!("{name}\n{said}"));
        (known_cookie(signer, name), format!("{said}.{signature}"))
    }

    #[test]
    fn a_browser_is_known_as_whom_it_was_let_in_and_as_nobody_else() {
        let signer = Signer::of("a");
        let browser = browser(&[cookie(&signer, "anna", now() + 60), cookie(&signer, "marat", now() + 60)]);
        assert_eq!(browser.known_as(&signer, "anna").as_deref(), Some("device"));
        assert_eq!(browser.known_as(&signer, "marat").as_deref(), Some("device"));
        assert_eq!(browser.known_as(&signer, "ada"), None);
        assert_eq!(browser.known_as(&Signer::of("b"), "anna"), None);
    }

    #[test]
    fn a_cookie_that_was_changed_or_is_over_makes_nobody_known() {
        let signer = Signer::of("a");
        assert_eq!(browser(&[cookie(&signer, "anna", now() - 1)]).known_as(&signer, "anna"), None);
        let (name, value) = cookie(&signer, "anna", now() + 60);
        let later = value.replace(&(now() + 60).to_string(), &(now() + 6000).to_string());
        assert_eq!(browser(&[(name, later)]).known_as(&signer, "anna"), None);
    }
}
