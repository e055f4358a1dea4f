//! Shows transformers and suspects on a map that the page draws itself, without tiles or external requests.

use hashwatt_core::ids::RESIDUAL_PREFIX;
use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use super::errors::Refusal;
use super::{Frame, meter_address, page};
use crate::Login;
use crate::desk::{Desk, status_of};
use crate::guard::Caller;
use crate::roles::May;
use hashwatt_core::language::Language;

/// Most suspects drawn; more would cover each other.
const MAX_SUSPECTS: usize = 20_000;

#[derive(Template)]
#[template(path = "review/map.html")]
struct MapPage {
    frame: Frame,
    lang: &'static Language,
    sees_places: bool,
    words: String,
}

/// Shows the map page.
pub async fn show(State(desk): State<Arc<Desk>>, caller: Caller) -> Result<Response, Refusal> {
    let lang = caller.lang();
    let words: BTreeMap<&str, String> = ["suspects", "transformers", "east", "north", "save"]
        .into_iter()
        .map(|id| (id, lang.say(&format!("map-{id}"))))
        .collect();
    Ok(page(&MapPage {
        frame: Frame::of(&caller, "map", desk.settings.login == Login::Off),
        lang,
        sees_places: caller.may(May::SeePlaces),
        words: serde_json::to_string(&words).unwrap_or_default(),
    }))
}

/// Data of the map.
#[derive(Serialize)]
pub struct MapData {
    suspects: Vec<Suspect>,
    transformers: Vec<Transformer>,
}

#[derive(Serialize)]
struct Suspect {
    lon: f64,
    lat: f64,
    kw: Option<f64>,
    status: &'static str,
    words: String,
    page: String,
}

#[derive(Serialize)]
struct Transformer {
    lon: f64,
    lat: f64,
    words: String,
    /// Suspects below the transformer.
    suspects: u32,
}

/// Returns the suspects and transformers with a position, for callers who may see places.
pub async fn data(State(desk): State<Arc<Desk>>, caller: Caller) -> Result<Json<MapData>, Refusal> {
    if !caller.may(May::SeePlaces) {
        return Err(Refusal::Forbidden);
    }
    let (view, cases) = (desk.view(), desk.cases().await?);
    let lang = caller.lang();
    let mut suspects = Vec::new();
    let mut below: BTreeMap<&str, u32> = BTreeMap::new();
    for line in view.lines.all().filter(|line| line.is_suspect()).take(MAX_SUSPECTS) {
        if let Some(parent) = line.parent() {
            *below.entry(parent).or_default() += 1;
        }
        let Some((lat, lon)) = line.position() else { continue };
        let status = status_of(line, &cases, view.last_day).as_str();
        let kind = line.kind().map_or_else(String::new, |kind| lang.name_of("kind", kind));
        let rig = line.rig_kw().map_or_else(String::new, |kw| lang.kw(kw));
        suspects.push(Suspect {
            lon,
            lat,
            kw: line.rig_kw(),
            status,
            words: format!("{} · {kind} · {rig} · {}", line.meter(), lang.name_of("status", status)),
            page: meter_address(line.meter()),
        });
    }
    let transformer = |(meter, point): (
        &hashwatt_core::ids::MeterId,
        &hashwatt_readings::acquisition::register::UsagePoint,
    )| {
        let suspects = below.get(meter.as_str()).copied().unwrap_or(0);
        let residual = view.lines.index(&format!("{RESIDUAL_PREFIX}{}", meter.as_str()));
        let loss = residual.map(|index| view.lines.line(index)).filter(|line| line.is_suspect());
        let rig =
            loss.and_then(|line| line.rig_kw()).map_or_else(String::new, |kw| format!(" · {}", lang.kw(kw)));
        let found = lang.say_n("map-below", suspects as usize);
        Some(Transformer {
            lon: point.lon?,
            lat: point.lat?,
            words: format!("{} · {found}{rig}", meter.as_str()),
            suspects,
        })
    };
    let network = view.points.network().points().filter(|(_, point)| point.is_network());
    let transformers = network.filter_map(transformer).collect();
    Ok(Json(MapData { suspects, transformers }))
}
