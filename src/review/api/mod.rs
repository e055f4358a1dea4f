//! Serves programs over a JSON API with tokens: suspects and cases out, verdicts in.

pub mod cases;
pub mod document;
pub mod readable;
pub mod scopes;
pub mod suspects;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use serde::Serialize;

use self::scopes::Scope;
use super::desk::Desk;
use crate::pages::errors::Refusal;
use hashwatt_core::language::Language;

/// The program that sends a request.
#[derive(Debug, Clone)]
pub struct Program {
    /// Name of its token; the logs show it as `token:NAME`.
    pub name: String,
    scopes: String,
}

impl Program {
    /// Whether its token has this scope.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.split(' ').any(|known| known == scope.as_str())
    }

    /// Checks that the token has this scope.
    ///
    /// # Errors
    /// 403 if it does not.
    pub fn must(&self, scope: Scope) -> Result<(), Problem> {
        if self.may(scope) {
            return Ok(());
        }
        Err(Problem::new(StatusCode::FORBIDDEN, format!("the token lacks the scope {}", scope.as_str())))
    }
}

/// What went wrong, as JSON.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Problem {
    #[serde(skip)]
    #[schema(ignore)]
    status: StatusCode,
    /// What was seen and what would do.
    error: String,
}

impl Problem {
    /// Makes a problem with its status.
    #[must_use]
    pub fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self { status, error: error.into() }
    }

    /// The run has no such meter.
    #[must_use]
    pub fn unknown_meter(meter: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("the run has no meter {meter}"))
    }

    /// The meter has a case, but this run does not have the meter.
    #[must_use]
    pub fn gone_meter(meter: &str) -> Self {
        let case = format!("this run does not have {meter}; its case is at /api/v1/cases/{meter}/entries");
        Self::new(StatusCode::NOT_FOUND, case)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, Json(self)).into_response()
    }
}

impl From<hashwatt_core::error::Error> for Problem {
    fn from(error: hashwatt_core::error::Error) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "something failed; the log says what")
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.status(), refusal.words(Language::english()))
    }
}

/// Returns the routes below `/api/v1`. Only what describes the API needs no token.
pub fn routes(desk: &Arc<Desk>) -> Router<Arc<Desk>> {
    let with_token = Router::new()
        .route("/suspects", get(suspects::list))
        .route("/suspects/{meter}", get(suspects::one))
        .route("/cases", get(cases::list))
        .route("/cases/{meter}/entries", get(cases::entries).post(cases::write))
        .route_layer(middleware::from_fn_with_state(Arc::clone(desk), know));
    Router::new()
        .route("/openapi.json", get(document::document))
        .route("/docs", get(readable::show))
        .merge(with_token)
}

/// Passes a request on if it carries a known token.
async fn know(State(desk): State<Arc<Desk>>, mut request: Request, next: Next) -> Response {
    let sent = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = sent.and_then(|text| text.strip_prefix("Bearer "));
    let known = match token {
        Some(token) => desk.database.token(token).await,
        None => Ok(None),
    };
    match known {
        Ok(Some(token)) => {
            let program = Program { name: format!("token:{}", token.name), scopes: token.scopes };
            request.extensions_mut().insert(program);
            next.run(request).await
        }
        Ok(None) => {
            let problem =
                Problem::new(StatusCode::UNAUTHORIZED, "send Authorization: Bearer and a token of the desk");
            ([(header::WWW_AUTHENTICATE, "Bearer")], problem).into_response()
        }
        Err(error) => Problem::from(error).into_response(),
    }
}
