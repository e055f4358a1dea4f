//! Refuses requests that another site's page sends through a person's browser.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Login;
use super::desk::Desk;
use super::pages::errors::Refusal;

/// Passes a request on unless it comes from another site.
///
/// A desk without login treats every client as its one user. A hostile page could point its own host name at
/// 127.0.0.1 and act as that user, so such a desk answers only to names of this machine. Every desk also
/// refuses requests that the browser marks as sent by another site's page, whatever the method. Other
/// services on the same machine or domain count as other sites. The exception is a link that a person
/// follows: the other site does not see the answer.
pub async fn check(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    if desk.settings.login == Login::Off && !is_to_this_machine(&request) {
        return Refusal::OtherName.into_response();
    }
    if is_from_elsewhere(request.headers()) && !is_followed_link(request.method(), request.headers()) {
        return Refusal::ForeignForm.into_response();
    }
    next.run(request).await
}

/// Whether the host names in the request are all names of this machine.
fn is_to_this_machine(request: &Request) -> bool {
    let named: Vec<_> = request.headers().get_all(header::HOST).iter().collect();
    let named_well = |name: &axum::http::HeaderValue| {
        let name = name.to_str().ok().and_then(|text| text.parse::<Authority>().ok());
        name.is_some_and(|name| is_own(name.host()))
    };
    let in_line = request.uri().authority();
    named.len() == 1 && named_well(named[0]) && in_line.is_none_or(|name| is_own(name.host()))
}

fn is_own(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn says<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Whether the browser says that another site's page sent this. Programs and old browsers do not say.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    matches!(says(headers, "sec-fetch-site"), "cross-site" | "same-site")
}

fn is_followed_link(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::GET
        && says(headers, "sec-fetch-mode") == "navigate"
        && says(headers, "sec-fetch-dest") == "document"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_its_own() {
        for own in ["127.0.0.1", "localhost", "LocalHost", "[::1]", "127.0.0.2"] {
            assert!(is_own(own), "{own}");
        }
        for other in
            ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "", "[::2]"]
        {
            assert!(!is_own(other), "{other}");
        }
    }

    #[test]
    fn a_request_names_whom_it_asks_once_and_rightly() {
        let request = |uri: &str, hosts: &[&'static str]| {
            let mut request = Request::builder().uri(uri);
            for host in hosts {
                request = request.header(header::HOST, *host);
            }
            is_to_this_machine(&request.body(axum::body::Body::empty()).unwrap())
        };
        assert!(request("/", &["127.0.0.1:8080"]) && request("/", &["[::1]:8080"]));
        assert!(request("http://localhost:9000/", &["localhost:9000"]));
        assert!(!request("/", &[]) && !request("/", &["evil.example:8080"]));
        assert!(!request("/", &["127.0.0.1", "evil.example"]));
        assert!(!request("http://evil.example/", &["127.0.0.1:8080"]));
    }

    #[test]
    fn another_sites_page_gets_in_by_a_link_that_is_followed_and_no_other_way() {
        let headers = |site: &'static str, mode: &'static str, dest: &'static str| {
            let mut headers = HeaderMap::new();
            for (name, value) in
                [("sec-fetch-site", site), ("sec-fetch-mode", mode), ("sec-fetch-dest", dest)]
            {
                headers.insert(name, axum::http::HeaderValue::from_static(value));
            }
            headers
        };
        let link = headers("cross-site", "navigate", "document");
        assert!(is_from_elsewhere(&link) && is_followed_link(&Method::GET, &link));
        assert!(!is_followed_link(&Method::POST, &link));
        assert!(!is_followed_link(&Method::GET, &headers("cross-site", "navigate", "iframe")));
        assert!(!is_followed_link(&Method::GET, &headers("same-site", "cors", "empty")));
        assert!(!is_from_elsewhere(&headers("same-origin", "cors", "empty")));
        assert!(!is_from_elsewhere(&headers("none", "navigate", "document")));
    }
}
