//! Reports to operators: health, counters, and the signal to stop.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::desk::Desk;

/// Serves `/healthz`: 200 if a verdict could be written now, else 503.
pub async fn health(State(desk): State<Arc<Desk>>) -> Response {
    if desk.database.can_write().await {
        return (StatusCode::OK, "ok\n").into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, "nothing can be written to the database; the log says why\n")
        .into_response()
}

/// Serves `/metrics`: only counts, no names.
pub async fn metrics(State(desk): State<Arc<Desk>>) -> Response {
    let view = desk.view();
    desk.counters.gauge("hashwatt_lines", view.lines.len() as f64);
    desk.counters.handle.run_upkeep();
    let text = desk.counters.handle.render();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

/// Counts and logs every request: route, status and time, but never its content.
pub async fn observe(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("none", |path| path.as_str()).to_owned();
    let method = known_method(request.method());
    let answer = next.run(request).await;
    let took = started.elapsed();
    desk.counters.answered(&route, method, answer.status(), took);
    tracing::info!(
        route,
        method,
        status = answer.status().as_u16(),
        took_ms = took.as_secs_f64() * 1000.0,
        "answered"
    );
    answer
}

/// Returns the method's name, or `other` if unknown: clients can send any name, and every new label is kept.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Waits until the process is told to stop: Ctrl-C, or SIGTERM from its service manager.
pub async fn told_to_stop() {
    let interrupted = async {
        // Without a handler there is nothing to wait for; the process then ends without a clean stop.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => (),
        () = terminated => (),
    }
    tracing::info!("told to stop: answers what is asked, then stops");
}
