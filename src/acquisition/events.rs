//! Reads what happened to whole areas: outages, internet blackouts.

use std::path::Path;

use super::table::read_table;
use crate::calendar::Calendar;
use crate::error::{Error, Result};
use crate::finding::{Code, Finding, Severity};

/// The kind of an event in which an area had no internet.
pub const INTERNET_BLACKOUT: &str = "internet_blackout";

/// A shorter part of a day does not move its floor. [s]
const LEAST_INSIDE_S: i64 = 3 * 3600;

/// Something that happened to an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `outage`, `internet_blackout` ...
    pub kind: String,
    /// Begin. [s since 1970-01-01T00:00Z]
    pub start_s: i64,
    /// End. [s since 1970-01-01T00:00Z]
    pub end_s: i64,
    /// The area's name, where it is not everyone.
    pub area: Option<String>,
}

/// Events of a run, in the file's order.
#[derive(Debug, Clone, Default)]
pub struct Events {
    all: Vec<Event>,
}

impl Events {
    /// Reads `kind, start, end` (and `area`) from Parquet or CSV.
    ///
    /// # Errors
    /// When the file cannot be read or lacks a column.
    pub fn read(path: &Path) -> Result<(Self, Vec<Finding>)> {
        let file = path.display().to_string();
        let table = read_table(path)?;
        let (Some(kinds), Some(starts_s), Some(ends_s)) =
            (table.texts("kind")?, table.instants_s("start")?, table.instants_s("end")?)
        else {
            return Err(Error::input(
                file,
                format!("needs the columns `kind`, `start` and `end`; it has {}", table.names()),
                "Rename the columns",
            ));
        };
        let areas = table.texts("area")?;
        let mut events = Self::default();
        let mut findings = Vec::new();
        for (row, ((kind, start_s), end_s)) in kinds.into_iter().zip(starts_s).zip(ends_s).enumerate() {
            match (kind, start_s, end_s) {
                (Some(kind), Some(start_s), Some(end_s)) if end_s > start_s => {
                    let area = areas.as_ref().and_then(|areas| areas[row].clone());
                    events.all.push(Event { kind, start_s, end_s, area });
                }
                _ => findings.push(
                    Finding::new(
                        Code::TableRowSkipped,
                        Severity::Warning,
                        format!("row {}: needs a kind, a start and a later end", row + 1),
                    )
                    .in_source(&file),
                ),
            }
        }
        Ok((events, findings))
    }

    /// Civil days of which three hours or more lie within an event of this kind, ascending.
    #[must_use]
    pub fn days(&self, kind: &str, calendar: &Calendar) -> Vec<i32> {
        let mut days = Vec::new();
        for event in self.all.iter().filter(|event| event.kind == kind) {
            let mut at_s = event.start_s;
            while let Some(day) = calendar.day_of(at_s).filter(|_| at_s < event.end_s) {
                let inside_s = event.end_s.min(day.start_s + day.length_s) - event.start_s.max(day.start_s);
                if inside_s >= LEAST_INSIDE_S {
                    days.push(day.day);
                }
                at_s = day.start_s + day.length_s;
            }
        }
        days.sort_unstable();
        days.dedup();
        days
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::date_of;

    #[test]
    fn days_count_from_three_hours_in_the_event_and_bad_rows_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.csv");
        let rows = "kind,start,end,area\ninternet_blackout,2022-01-05T17:00:00Z,2022-01-08T13:00:00Z,district\noutage,2022-01-25T06:00:00Z,2022-01-25T05:00:00Z,f1\n";
        std::fs::write(&path, rows).unwrap();
        let (events, findings) = Events::read(&path).unwrap();
        let days: Vec<String> = events
            .days(INTERNET_BLACKOUT, &Calendar::new(None))
            .iter()
            .map(|day| date_of(*day).to_string())
            .collect();
        assert_eq!(days, ["2022-01-05", "2022-01-06", "2022-01-07", "2022-01-08"]);
        assert!(findings[0].description.starts_with("row 2:"));
    }
}
