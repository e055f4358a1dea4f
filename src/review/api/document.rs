//! Describes the API in OpenAPI, from the handlers themselves.

use axum::Json;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{cases, suspects};

/// The document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "hashwatt review",
        description = "Suspects and cases out, verdicts in. A suspect is a place worth a visit; a score is evidence, \
            not proof. Tokens are made by an administrator at the desk; each names what it may be used for."
    ),
    paths(suspects::list, suspects::one, cases::list, cases::entries, cases::write),
    modifiers(&WithToken)
)]
struct Document;

struct WithToken;

impl Modify for WithToken {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let token = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        document.components.get_or_insert_default().add_security_scheme("token", token);
    }
}

/// Serves `/api/v1/openapi.json`.
pub async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Document::openapi())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_lists_every_route_of_the_api() {
        let document = Document::openapi();
        let paths: Vec<&str> = document.paths.paths.keys().map(String::as_str).collect();
        assert_eq!(
            paths,
            [
                "/api/v1/cases",
                "/api/v1/cases/{meter}/entries",
                "/api/v1/suspects",
                "/api/v1/suspects/{meter}"
            ]
        );
    }
}
