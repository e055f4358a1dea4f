//! Serves the static files of the pages, which are built into the program.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::errors::Refusal;

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Name, type and content of each asset.
const ASSETS: [(&str, &str, &str); 6] = [
    ("desk.css", CSS, include_str!("../../../templates/review/desk.css")),
    ("desk.js", SCRIPT, include_str!("../../../templates/review/desk.js")),
    ("map.js", SCRIPT, include_str!("../../../templates/review/map.js")),
    ("charts.js", SCRIPT, include_str!("../../../templates/charts.js")),
    ("echarts.min.js", SCRIPT, include_str!("../../../templates/vendor/echarts.min.js")),
    ("htmx.min.js", SCRIPT, include_str!("../../../templates/vendor/htmx.min.js")),
];

/// Start of the hash of each content, so that an address always stands for the same content.
static VERSIONS: LazyLock<BTreeMap<&'static str, String>> = LazyLock::new(|| {
    let version =
        |content: &str| Sha256::digest(content).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    ASSETS.iter().map(|(name, _, content)| (*name, version(content))).collect()
});

/// Returns the address of an asset.
#[must_use]
pub fn address(name: &str) -> String {
    let version = VERSIONS.get(name).map_or("none", String::as_str);
    format!("/assets/{name}?v={version}")
}

/// Serves an asset by name; nothing is read from disk.
pub async fn asset(Path(name): Path<String>) -> Response {
    let Some((_, kind, content)) = ASSETS.iter().find(|(known, _, _)| *known == name) else {
        return Refusal::NotFound.into_response();
    };
    let headers =
        [(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, *content).into_response()
}
