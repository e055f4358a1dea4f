//! Writes the suspects as GeoJSON (RFC 7946), for QGIS and other maps.

use std::fs::File;
use std::io::Write;

use serde_json::{Value, json};

use hashwatt_core::error::{Error, Result};
use hashwatt_core::language::Language;
use hashwatt_detection::ranking::RigEstimate;
use hashwatt_detection::ranking::suspects::Suspect;

/// Decimals of a coordinate, as a power of ten: a tenth of a metre.
const COORDINATE_DECIMALS: f64 = 1e6;

/// Fills `file` with one feature per suspect, in order of place. QGIS uses `name` for the layer and to label a
/// point. A suspect without a position in the register has a null geometry, which RFC 7946 allows, so that no
/// suspect is missing.
///
/// # Errors
/// When the file cannot be written.
pub fn write_geojson(file: &mut File, suspects: &[Suspect<'_>], language: &Language) -> Result<()> {
    let features: Vec<Value> = suspects.iter().map(|suspect| feature(suspect, language)).collect();
    let collection = json!({ "type": "FeatureCollection", "name": "suspects", "features": features });
    let mut text =
        serde_json::to_vec(&collection).map_err(|error| Error::output("suspects.geojson", error))?;
    text.push(b'\n');
    file.write_all(&text).map_err(|error| Error::write("suspects.geojson", error))
}

fn feature(suspect: &Suspect<'_>, language: &Language) -> Value {
    let round = |degrees: f64| (degrees * COORDINATE_DECIMALS).round() / COORDINATE_DECIMALS;
    let geometry = suspect
        .position()
        .map(|[lon, lat]| json!({ "type": "Point", "coordinates": [round(lon), round(lat)] }));
    let id = suspect.scored.meter.as_str();
    json!({ "type": "Feature", "id": id, "geometry": geometry, "properties": properties(suspect, language) })
}

fn properties(suspect: &Suspect<'_>, language: &Language) -> Value {
    let scored = suspect.scored;
    let rig = scored.rig.as_ref();
    let date = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
    json!({
        "name": format!("{}: {}", scored.place.unwrap_or(scored.rank), scored.meter.as_str()),
        "place": scored.place,
        "meter_id": scored.meter.as_str(),
        "rank": scored.rank,
        "score": scored.score,
        "kind": scored.kind.map(|kind| kind.as_str()),
        "rig_kw": rig.map(|rig| rig.kw),
        "rig_kw_low": rig.map(|rig| rig.kw_low),
        "rig_kw_high": rig.map(|rig| rig.kw_high),
        "machines_low": rig.map(|rig| rig.machines_low),
        "machines_high": rig.map(|rig| rig.machines_high),
        "onset": date(rig.and_then(|rig| rig.onset)),
        "ended": date(rig.and_then(|rig| rig.ended)),
        "is_on": rig.map(RigEstimate::is_on),
        "last_seen_on": date(rig.and_then(|rig| rig.last_seen_on)),
        "chance": scored.chance,
        "visit_chance": scored.visit_chance,
        "expected_false": scored.expected_false,
        "energy_kwh_since_onset": scored.energy.map(|energy| energy.kwh),
        "energy_kwh_low": scored.energy.map(|energy| energy.kwh_low),
        "energy_kwh_high": scored.energy.map(|energy| energy.kwh_high),
        "money_since_onset": scored.energy.and_then(|energy| energy.money),
        "best_rival": suspect.best_rival().map(|rival| rival.rival),
        "best_rival_score": suspect.best_rival().map(|rival| rival.score),
        "address": suspect.address(),
        "parent_id": suspect.point.and_then(|point| point.parent_id.as_deref()),
        "zone": suspect.point.and_then(|point| point.zone.as_deref()),
        "premises": suspect.point.and_then(|point| point.premises.as_deref()),
        "summary": suspect.summary(language),
        "reason": scored.reasons.first().map(|reason| reason.words(language)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;
    use hashwatt_detection::ranking::suspects::suspects;

    #[test]
    fn points_are_longitude_first_and_no_suspect_goes_missing() {
        let (scored, register) = (fixtures::scored(), fixtures::register());
        let features: Vec<Value> =
            suspects(&scored, &register).iter().map(|one| feature(one, Language::english())).collect();
        assert_eq!(features.len(), 3);
        assert_eq!(features[0]["geometry"]["coordinates"], json!([76.945_46, 43.238_95]));
        assert!(features[1]["geometry"].is_null());
        assert_eq!(features[0]["properties"]["onset"], "2021-11-10");
        assert_eq!(features[0]["properties"]["name"], "1: KZ-0042");
    }

    #[test]
    fn properties_are_flat_so_that_each_is_a_column() {
        let (scored, register) = (fixtures::scored(), fixtures::register());
        for suspect in suspects(&scored, &register) {
            let properties = properties(&suspect, Language::english());
            assert!(properties.as_object().unwrap().values().all(|one| !one.is_object() && !one.is_array()));
        }
    }
}
