//! Reads events that affected whole areas: outages, internet blackouts.

use std::path::Path;

use super::left_out::LeftOut;
use super::table::read_table;
use hashwatt_core::calendar::Calendar;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::finding::Finding;
use hashwatt_core::message;

/// Kind of an event in which an area had no internet.
pub const INTERNET_BLACKOUT: &str = "internet_blackout";

/// Kind of an event that has no time limit: a new tariff applies until the next one.
const TARIFF_CHANGE: &str = "tariff_change";

/// Kinds that a file of events may have.
const KINDS: [&str; 3] = [INTERNET_BLACKOUT, "outage", TARIFF_CHANGE];

/// No outage lasts longer than this, so one of the dates must be wrong. [s]
const MAX_EVENT_S: i64 = 366 * 86_400;

/// An event that covers less of a day does not move the day's base load. [s]
const MIN_INSIDE_S: i64 = 3 * 3600;

/// An event that affected an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `outage`, `internet_blackout` ...
    pub kind: String,
    /// Start. [s since 1970-01-01T00:00Z]
    pub start_s: i64,
    /// End. [s since 1970-01-01T00:00Z]
    pub end_s: i64,
    /// Name of the area; `None` if everyone was affected.
    pub area: Option<String>,
}

/// Events of a run, in the file's order.
#[derive(Debug, Clone, Default)]
pub struct Events {
    all: Vec<Event>,
}

impl Events {
    /// Reads `kind, start, end` (and `area`) from Parquet, CSV or a workbook.
    ///
    /// # Errors
    /// When the file cannot be read or lacks a column.
    pub fn read(path: &Path) -> Result<(Self, Vec<Finding>)> {
        let file = path.display().to_string();
        let table = read_table(path)?;
        let mut left_out = LeftOut::of(&table);
        let (Some(kinds), Some(starts_s), Some(ends_s)) = (
            table.texts("kind")?,
            table.instants_s("start", &mut left_out)?,
            table.instants_s("end", &mut left_out)?,
        ) else {
            return Err(Error::input(
                file,
                format!("needs the columns `kind`, `start` and `end`; it has {}", table.names()),
                "Rename the columns",
            ));
        };
        let areas = table.texts("area")?;
        let mut events = Self::default();
        for (row, ((kind, start_s), end_s)) in kinds.into_iter().zip(starts_s).zip(ends_s).enumerate() {
            let written = kind.unwrap_or_default();
            let kind = written.trim().to_lowercase().replace([' ', '-'], "_");
            if !KINDS.contains(&kind.as_str()) {
                let wrong = message!("no_event");
                left_out.note(row, "kind", written, wrong);
                continue;
            }
            let Some((start_s, end_s)) = start_s.zip(end_s) else {
                let wrong = message!("event_open");
                left_out.note(row, "kind", kind, wrong);
                continue;
            };
            if end_s <= start_s {
                let wrong = message!("event_backwards");
                left_out.note(row, "kind", kind, wrong);
                continue;
            }
            if kind != TARIFF_CHANGE && end_s - start_s > MAX_EVENT_S {
                let wrong = message!("event_long");
                left_out.note(row, "kind", kind, wrong);
                continue;
            }
            let area = areas.as_ref().and_then(|areas| areas[row].clone());
            events.all.push(Event { kind, start_s, end_s, area });
        }
        Ok((events, left_out.findings(&file)))
    }

    /// Returns the first start and the last end, or `None` without events. [s since 1970-01-01T00:00Z]
    #[must_use]
    pub fn span_s(&self) -> Option<(i64, i64)> {
        let first_s = self.all.iter().map(|event| event.start_s).min()?;
        Some((first_s, self.all.iter().map(|event| event.end_s).max()?))
    }

    /// Returns the civil days with three hours or more inside an event of this kind, ascending.
    #[must_use]
    pub fn days(&self, kind: &str, calendar: &Calendar) -> Vec<i32> {
        let mut days = Vec::new();
        for event in self.all.iter().filter(|event| event.kind == kind) {
            let mut at_s = event.start_s;
            while let Some(day) = calendar.day_of(at_s).filter(|_| at_s < event.end_s) {
                let inside_s = event.end_s.min(day.start_s + day.length_s) - event.start_s.max(day.start_s);
                if inside_s >= MIN_INSIDE_S {
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
    use hashwatt_core::calendar::date_of;

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
        assert!(findings[0].english().starts_with("row 2:"));
    }

    #[test]
    fn a_kind_is_known_however_it_is_spelled_and_others_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.csv");
        let rows = "kind,start,end\nInternet blackout,2022-01-05T00:00:00Z,2022-01-06T00:00:00Z\nblackout,2022-01-05T00:00:00Z,2022-01-06T00:00:00Z\noutage,soon,2022-01-06T00:00:00Z\n";
        std::fs::write(&path, rows).unwrap();
        let (events, findings) = Events::read(&path).unwrap();
        assert_eq!(events.days(INTERNET_BLACKOUT, &Calendar::new(None)).len(), 1);
        let words: Vec<_> = findings.iter().map(Finding::english).collect();
        assert!(
            words[0].starts_with("row 2: kind `blackout` is not known") && words[1].starts_with("row 3:"),
            "{words:?}"
        );
    }
}
