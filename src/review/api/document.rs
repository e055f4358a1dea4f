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
pub struct Document;

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

    /// Every `$ref` of a part of the document.
    fn references(part: &serde_json::Value, found: &mut Vec<String>) {
        match part {
            serde_json::Value::Object(fields) => {
                let own = fields.get("$ref").and_then(|place| place.as_str());
                found.extend(own.map(str::to_owned));
                fields.values().for_each(|value| references(value, found));
            }
            serde_json::Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_operation_has_an_id_of_its_own_and_all_that_the_standard_wants() {
        let document = serde_json::to_value(Document::openapi()).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let mut ids = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            let in_path: Vec<&str> =
                path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
            for (method, operation) in methods.as_object().unwrap() {
                let here = format!("{method} {path}");
                ids.push(
                    operation["operationId"].as_str().unwrap_or_else(|| panic!("{here}: no id")).to_owned(),
                );
                let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
                let mut names: Vec<_> = parameters.iter().map(|one| (&one["in"], &one["name"])).collect();
                names.sort_by_key(|(place, name)| format!("{place} {name}"));
                assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{here}: {names:?}");
                let said: Vec<_> = parameters.iter().filter(|one| one["in"] == "path").collect();
                assert_eq!(
                    said.iter().map(|one| one["name"].as_str().unwrap()).collect::<Vec<_>>(),
                    in_path,
                    "{here}"
                );
                assert!(said.iter().all(|one| one["required"] == true), "{here}");
                let answers = operation["responses"].as_object().unwrap();
                assert!(
                    !answers.is_empty() && answers.values().all(|one| one["description"].is_string()),
                    "{here}"
                );
                let scheme = operation["security"][0].as_object().unwrap().keys().next().unwrap();
                assert!(document["components"]["securitySchemes"][scheme].is_object(), "{here}: {scheme}");
            }
        }
        let n = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), n, "an id stands twice: {ids:?}");
        let mut references = Vec::new();
        self::references(&document, &mut references);
        assert!(!references.is_empty());
        for place in references {
            let pointer = place.strip_prefix('#').expect("nothing is asked of elsewhere");
            assert!(document.pointer(pointer).is_some(), "{place} leads nowhere");
        }
    }

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
