//! Lists every route of the desk with the permission it needs.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Router, middleware};
use tower_http::compression::CompressionLayer;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::Duration as CookieAge;
use tower_sessions::{Expiry, SessionManagerLayer};

use super::desk::Desk;
use super::guard::{self, MAX_BODY_BYTES};
use super::roles::May;
use super::{Transport, api, browser, operations, origin, pages};

/// Length of a session: one shift. [h]
const SESSION_H: i64 = 10;

/// Longest time for an answer. [s]
const TIMEOUT_S: u64 = 60;

/// Longest pause while a body is received. [s]
const BODY_S: u64 = 10;

/// Returns every route, with security headers and counters.
pub fn routes(desk: &Arc<Desk>) -> Router {
    let behind_login = Router::new()
        .merge(allowed(desk, May::Look, looking()))
        .merge(allowed(desk, May::TakeTips, taking_tips()))
        .merge(allowed(desk, May::Visit, visiting()))
        .merge(allowed(desk, May::Decide, deciding()))
        .merge(allowed(desk, May::Administer, administering()));
    let sessions = SessionManagerLayer::new(desk.database.clone())
        .with_name("hashwatt")
        .with_http_only(true)
        .with_same_site(SameSite::Strict)
        .with_secure(desk.settings.transport == Transport::BehindTls)
        .with_expiry(Expiry::OnInactivity(CookieAge::hours(SESSION_H)));
    let pages = Router::new()
        .route("/login", get(pages::login::show).post(pages::login::log_in))
        .route("/language", post(pages::login::choose_language))
        .merge(behind_login)
        .layer(middleware::from_fn(guard::check_form))
        .layer(sessions)
        .layer(middleware::from_fn_with_state(Arc::clone(desk), browser::meet));
    Router::new()
        .merge(pages)
        .nest("/api/v1", api::routes(desk))
        // Only assets are compressed: they are the same for everyone. If a page with a secret were
        // compressed, its length could reveal the secret.
        .merge(
            Router::new().route("/assets/{name}", get(pages::assets::asset)).layer(CompressionLayer::new()),
        )
        .route("/healthz", get(operations::health))
        .route("/metrics", get(operations::metrics))
        .fallback(pages::errors::nothing_here)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn(guard::refuse_long))
        .layer(RequestBodyTimeoutLayer::new(Duration::from_secs(BODY_S)))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(TIMEOUT_S)))
        .layer(middleware::from_fn_with_state(Arc::clone(desk), origin::check))
        .layer(middleware::from_fn_with_state(Arc::clone(desk), guard::fence))
        .layer(middleware::from_fn_with_state(Arc::clone(desk), operations::observe))
        .with_state(Arc::clone(desk))
}

type Routes = Router<Arc<Desk>>;

fn allowed(desk: &Arc<Desk>, what: May, routes: Routes) -> Routes {
    routes.route_layer(middleware::from_fn_with_state((Arc::clone(desk), what), guard::require))
}

fn looking() -> Routes {
    Router::new()
        .route("/", get(pages::list::show))
        .route("/meters/{meter}", get(pages::suspect::show))
        .route("/meters/{meter}/charts.json", get(pages::suspect::charts))
        .route("/meters/{meter}/days", get(pages::days::show))
        .route("/map", get(pages::map::show))
        .route("/map.json", get(pages::map::data))
        .route("/moved", get(pages::moved::show))
        .route("/watched", get(pages::watched::show))
        .route("/columns", post(pages::list::choose_columns))
        .route("/views", post(pages::list::save_view))
        .route("/views/forget", post(pages::list::forget_view))
        .route("/account", get(pages::account::show))
        .route("/account/password", post(pages::account::set_password))
        .route("/logout", post(pages::login::log_out))
}

fn visiting() -> Routes {
    Router::new()
        .route("/field", get(pages::field::show))
        .route("/meters/{meter}/order", get(pages::field::order))
        .route("/meters/{meter}/visit", post(pages::field::write))
        .route("/undo", post(pages::done::take_back))
}

fn taking_tips() -> Routes {
    Router::new()
        .route("/tips", get(pages::tips::show).post(pages::tips::take))
        .route("/tips/answer", post(pages::tips::answer))
        .route("/tips/{id}", get(pages::tips::show_one))
        .route("/tips/{id}/hand-over", post(pages::tips::hand_over))
}

fn deciding() -> Routes {
    Router::new()
        .route("/meters/{meter}/entries", post(pages::entries::write))
        .route("/meters/{meter}/evidence.html", get(pages::export::evidence))
        .route("/bulk", post(pages::bulk::write))
        .route("/visits", get(pages::visits::show))
        .route("/visits/request", post(pages::visits::request))
        .route("/visits.csv", get(pages::export::visits))
        .route("/list.csv", get(pages::export::list))
        .route("/verdicts.csv", get(pages::export::verdicts))
        .route("/report.html", get(pages::export::report))
}

fn administering() -> Routes {
    Router::new()
        .route("/people", get(pages::people::show).post(pages::people::put))
        .route("/people/active", post(pages::people::set_active))
        .route("/tokens", post(pages::people::add_token))
        .route("/tokens/revoke", post(pages::people::revoke_token))
        .route("/tips/{id}/forget-caller", post(pages::tips::forget_caller))
        .route("/access", get(pages::people::accesses))
}
