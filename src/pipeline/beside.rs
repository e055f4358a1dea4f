//! Reads the tables beside the interval data: register, weather, events, verdicts. Records each input file.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::acquisition::events::{Events, INTERNET_BLACKOUT};
use crate::acquisition::register::Register;
use crate::acquisition::verdicts::Verdicts;
use crate::acquisition::weather::Weather;
use crate::acquisition::{Opened, Source};
use crate::atomic::FileRecord;
use crate::calendar::Calendar;
use crate::digest::local::Digested;
use crate::error::Result;
use crate::features::Surroundings;
use crate::finding::{Code, Finding, Severity};
use crate::ids::{MeterId, RESIDUAL_PREFIX};
use crate::ranking::Scored;
use crate::run::run_json::InputRecord;
use crate::settings::{Settings, Zone};
use crate::stats::median;
use hashwatt_core::message;

/// Degrees of longitude that the sun passes in an hour.
const DEGREES_AN_HOUR: f32 = 15.0;

/// Tables that accompany the interval data.
pub(super) struct Tables {
    pub register: Register,
    pub surroundings: Surroundings,
    pub verdicts: Verdicts,
    /// First and last civil day of the events.
    pub event_days: Option<(i32, i32)>,
    pub findings: Vec<Finding>,
}

impl Tables {
    pub fn read(settings: &Settings) -> Result<Self> {
        let calendar = Calendar::new(settings.zone.as_ref());
        let mut tables = Self {
            register: Register::default(),
            surroundings: Surroundings::default(),
            verdicts: Verdicts::default(),
            event_days: None,
            findings: Vec::new(),
        };
        if let Some(path) = &settings.register {
            let (register, findings) = Register::read(path)?;
            tables.register = register;
            tables.findings.extend(findings);
        }
        if let Some(path) = &settings.weather {
            let (weather, findings) = Weather::read(path, &calendar)?;
            tables.surroundings.weather = weather;
            tables.findings.extend(findings);
        }
        if let Some(path) = &settings.verdicts {
            let (verdicts, findings) = Verdicts::read(path)?;
            tables.verdicts = verdicts;
            tables.findings.extend(findings);
        }
        if let Some(path) = &settings.events {
            let (events, findings) = Events::read(path)?;
            tables.surroundings.blackout_days = events.days(INTERNET_BLACKOUT, &calendar);
            let day = |instant_s| calendar.day_of(instant_s).map(|civil| civil.day);
            tables.event_days = events.span_s().and_then(|(first_s, end_s)| day(first_s).zip(day(end_s - 1)));
            tables.findings.extend(findings);
        }
        Ok(tables)
    }
}

/// Returns a warning if no zone is given although the register says where the meters are: by coordinates, by the
/// name of a zone, or by addresses in Cyrillic.
pub(super) fn no_timezone(register: &Register, settings: &Settings) -> Option<Finding> {
    if settings.zone.is_some() {
        return None;
    }
    let points = || register.points().map(|(_, point)| point);
    let lons: Vec<f32> = points().filter_map(|point| Some(point.lon? as f32)).collect();
    let zone = || points().find_map(|point| Zone::named(point.zone.as_deref()?.trim()).ok());
    let hint = if let Some(zone) = zone() {
        message!("zone_in_register", zone = zone.name)
    } else if let Some(lon) = median(&lons) {
        let hours = (lon / DEGREES_AN_HOUR).round();
        message!("zone_by_longitude", lon = format!("{lon:.0}"), hours = format!("{hours:+}"))
    } else if points().any(|point| point.address.as_deref().is_some_and(is_cyrillic)) {
        message!("zone_by_script")
    } else {
        return None;
    };
    Some(Finding::new(Code::NoTimezone, Severity::Warning, message!("no_timezone", hint = hint)))
}

fn is_cyrillic(text: &str) -> bool {
    text.chars().any(|letter| ('\u{0400}'..='\u{04ff}').contains(&letter))
}

/// Returns a finding if verdicts name ids that neither the run nor the register has. A residual counts as
/// known if the register has its transformer.
pub(super) fn unknown_verdicts(tables: &Tables, scored: &[Scored]) -> Option<Finding> {
    if tables.verdicts.is_empty() {
        return None;
    }
    let listed: BTreeSet<&MeterId> = scored.iter().map(|one| &one.meter).collect();
    let is_known = |id: &MeterId| {
        let point = id.as_str().strip_prefix(RESIDUAL_PREFIX).unwrap_or(id.as_str());
        listed.contains(id) || tables.register.point(point).is_some()
    };
    tables.verdicts.unknown(is_known)
}

/// Returns a record of every file that was read, with the rows of each if they have been counted.
pub(super) fn inputs(
    settings: &Settings,
    opened: &Opened,
    digested: Option<&Digested>,
) -> Result<Vec<InputRecord>> {
    let record = |(index, source): (usize, &Source)| {
        let file =
            FileRecord { path: source.name.clone(), bytes: source.bytes, identity: source.identity()? };
        let n_rows = digested.map(|digested| digested.rows_by_source[index]);
        Ok(InputRecord { role: "readings", file, n_rows })
    };
    let mut inputs: Vec<InputRecord> =
        opened.sources.par_iter().enumerate().map(record).collect::<Result<_>>()?;
    for (role, path) in [
        ("register", &settings.register),
        ("weather", &settings.weather),
        ("events", &settings.events),
        ("verdicts", &settings.verdicts),
    ] {
        if let Some(path) = path {
            inputs.push(InputRecord {
                role,
                file: FileRecord::of(path, &path.display().to_string())?,
                n_rows: None,
            });
        }
    }
    Ok(inputs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Overrides, PipelineFile};

    fn warned(rows: &str, timezone: Option<&str>) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("register.csv");
        std::fs::write(&path, rows).unwrap();
        let (register, _) = Register::read(&path).unwrap();
        let flags = Overrides {
            readings: vec!["x.csv".into()],
            timezone: timezone.map(str::to_owned),
            ..Overrides::default()
        };
        let settings = PipelineFile::default().check(&flags).unwrap();
        no_timezone(&register, &settings).map(|finding| finding.english())
    }

    #[test]
    fn a_register_that_says_where_the_meters_are_asks_for_the_zone() {
        let coordinates = "meter_id,lat,lon\na,43.2,76.9\nb,43.3,77.0\n";
        assert!(warned(coordinates, None).unwrap().contains("longitude 77, where the sun is +5 h"));
        assert!(warned("meter_id,address\na,ул. Абая 10\n", None).unwrap().contains("Cyrillic"));
        assert!(warned("meter_id,zone\na,Asia/Almaty\n", None).unwrap().contains("zone Asia/Almaty"));
        assert_eq!(warned(coordinates, Some("Asia/Almaty")), None);
        assert_eq!(warned("meter_id,zone\na,TS001\n", None), None);
    }
}
