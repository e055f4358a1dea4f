//! Shows the document of the API as a page that people read.

use askama::Template;
use axum::response::Response;
use serde_json::Value;
use utoipa::OpenApi;

use super::document::Document;
use crate::pages::{assets, page};

/// A parameter of an operation, or a field of an object.
struct Field {
    name: String,
    kind: String,
    words: String,
}

struct Operation {
    method: String,
    path: String,
    words: String,
    scope: String,
    parameters: Vec<Field>,
    body: Option<String>,
    answers: Vec<Field>,
}

struct Object {
    name: String,
    words: String,
    fields: Vec<Field>,
}

#[derive(Template)]
#[template(path = "review/api.html")]
struct ApiPage {
    style: String,
    title: String,
    words: String,
    operations: Vec<Operation>,
    objects: Vec<Object>,
}

/// Serves `/api/v1/docs`.
pub async fn show() -> Response {
    let document = serde_json::to_value(Document::openapi()).unwrap_or_default();
    let of = |part: &Value| part.as_object().cloned().unwrap_or_default();
    let operations = of(&document["paths"]).into_iter().flat_map(|(path, methods)| {
        of(&methods).into_iter().map(move |(method, operation)| operation_of(&path, &method, &operation))
    });
    let objects = of(&document["components"]["schemas"]).into_iter().map(|(name, object)| Object {
        words: text(&object["description"]),
        fields: fields_of(&object),
        name,
    });
    page(&ApiPage {
        style: assets::address("desk.css"),
        title: text(&document["info"]["title"]),
        words: text(&document["info"]["description"]),
        operations: operations.collect(),
        objects: objects.collect(),
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn operation_of(path: &str, method: &str, operation: &Value) -> Operation {
    let parameter = |one: &Value| Field {
        name: text(&one["name"]),
        kind: kind_of(&one["schema"]),
        words: text(&one["description"]),
    };
    let all = |part: &Value| part.as_array().cloned().unwrap_or_default();
    let answer = |(status, answer): (&String, &Value)| Field {
        name: status.clone(),
        kind: content_of(answer).unwrap_or_default(),
        words: text(&answer["description"]),
    };
    let scopes = all(&operation["security"][0]["token"]);
    Operation {
        method: method.to_uppercase(),
        path: path.to_owned(),
        words: [text(&operation["summary"]), text(&operation["description"])].join(" ").trim().to_owned(),
        scope: scopes.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        parameters: all(&operation["parameters"]).iter().map(parameter).collect(),
        body: content_of(&operation["requestBody"]),
        answers: operation["responses"].as_object().into_iter().flatten().map(answer).collect(),
    }
}

/// Returns the type of a body in JSON.
fn content_of(part: &Value) -> Option<String> {
    let schema = &part["content"]["application/json"]["schema"];
    schema.is_object().then(|| kind_of(schema))
}

fn fields_of(object: &Value) -> Vec<Field> {
    let parts = object["allOf"].as_array().cloned().unwrap_or_else(|| vec![object.clone()]);
    let of_part = |part: Value| {
        let base = part["$ref"].as_str().map(|_| Field {
            name: "…".to_owned(),
            kind: kind_of(&part),
            words: "and all of its fields".to_owned(),
        });
        let fields = part["properties"].as_object().cloned().unwrap_or_default();
        let field = |(name, field): (String, Value)| Field {
            name,
            kind: kind_of(&field),
            words: text(&field["description"]),
        };
        base.into_iter().chain(fields.into_iter().map(field)).collect::<Vec<_>>()
    };
    parts.into_iter().flat_map(of_part).collect()
}

/// Says the type of a value: `string or null`, `Suspect`, `list of Suspect`.
fn kind_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|place| place.rsplit('/').next()) {
        return name.to_owned();
    }
    let names: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    match (names.first(), schema["items"].is_object()) {
        (Some(&"array"), true) => format!("list of {}", kind_of(&schema["items"])),
        _ => names.join(" or "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_said_in_words() {
        let kind = |json: Value| kind_of(&json);
        assert_eq!(kind(serde_json::json!({"type": ["string", "null"]})), "string or null");
        let list = serde_json::json!({"type": "array", "items": {"$ref": "#/components/schemas/Suspect"}});
        assert_eq!(kind(list), "list of Suspect");
    }
}
