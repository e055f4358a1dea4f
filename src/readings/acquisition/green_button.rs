//! Reads the intervals of a Green Button feed (ESPI): forward active energy of its usage points.

use std::sync::Arc;

use arrow::array::RecordBatch;

use super::converted::{Rows, StatedZone};
use super::green_button_entries::Links;
use super::green_button_feed::{Feed, Kind, Series};
use super::mapping::Guess;
use super::marks::short_text;
use super::report::{Cause, UnitReport};
use super::trade_rows::{Times, TradeRows};
use super::xml::{Part, Xml, add_text};
use hashwatt_core::message;

/// Qualities of readings that were measured: valid, raw, validated, verified, of revenue quality.
const MEASURED: [&str; 6] = ["", "0", "14", "17", "18", "19"];

/// Qualities of readings that were edited, estimated, questioned, derived, projected, mixed or normalised.
const ESTIMATED: [&str; 8] = ["7", "8", "9", "10", "11", "12", "13", "15"];

/// The intervals of a feed, entry by entry.
pub(super) struct Blocks {
    xml: Xml,
    feed: Arc<Feed>,
    rows: TradeRows,
    unused: UnitReport,
    links: Links,
    series: Option<Series>,
    reading: Option<Reading>,
    n_readings: u64,
    /// IntervalBlocks before whose start no link named a MeterReading.
    n_unlinked: u64,
    text: String,
    error: Option<String>,
    is_done: bool,
}

/// One IntervalReading as written.
#[derive(Default)]
struct Reading {
    start: String,
    duration: String,
    value: String,
    /// Of several, the worst.
    quality: String,
}

impl Blocks {
    /// Starts before the first element.
    pub fn new(xml: Xml, feed: Arc<Feed>) -> Self {
        let value = if feed.is_register { "register_kwh" } else { "kwh" };
        Self {
            xml,
            feed,
            rows: TradeRows::new(Times::Instant, value),
            unused: UnitReport::default(),
            links: Links::default(),
            series: None,
            reading: None,
            n_readings: 0,
            n_unlinked: 0,
            text: String::new(),
            error: None,
            is_done: false,
        }
    }

    fn read_part(&mut self) -> Result<(), String> {
        let mut is_passed = false;
        match self.xml.next()? {
            Part::Start(tag) => {
                self.text.clear();
                if tag.is("entry") {
                    self.links = Links::default();
                } else if tag.is("link") {
                    self.links.add(&tag);
                } else if tag.is("IntervalBlock") {
                    self.n_unlinked += u64::from(self.links.up_to("MeterReading").is_none());
                    self.series = self.feed.series_of(&self.links).cloned();
                    is_passed = self.series.is_none();
                } else if tag.is("IntervalReading") && self.series.is_some() {
                    self.n_readings += 1;
                    self.reading = Some(Reading::default());
                }
            }
            Part::Text(text) => add_text(&mut self.text, &text),
            Part::End(tag) if tag.is("IntervalReading") => self.end_reading(),
            Part::End(tag) => {
                if let Some(reading) = &mut self.reading {
                    let text = self.text.trim();
                    if tag.is("start") {
                        text.clone_into(&mut reading.start);
                    } else if tag.is("duration") {
                        text.clone_into(&mut reading.duration);
                    } else if tag.is("value") {
                        text.clone_into(&mut reading.value);
                    } else if tag.is("quality") && !ESTIMATED.contains(&reading.quality.as_str()) {
                        text.clone_into(&mut reading.quality);
                    }
                }
            }
            Part::Done => {
                self.is_done = true;
                if self.n_unlinked > self.feed.n_lost {
                    return Err("IntervalBlocks come before the links of their entries".to_owned());
                }
            }
        }
        if is_passed { self.xml.skip() } else { Ok(()) }
    }

    fn end_reading(&mut self) {
        let (Some(reading), Some(series)) = (self.reading.take(), &self.series) else { return };
        match interval_of(&reading, series) {
            Ok((start_s, value)) => {
                let quality = match reading.quality.as_str() {
                    good if MEASURED.contains(&good) => "A".to_owned(),
                    bad if ESTIMATED.contains(&bad) => "E".to_owned(),
                    other => format!("quality {}", short_text(other)),
                };
                self.rows.push(&series.meter, Some(start_s), Some(value), &quality);
            }
            Err((cause, seen)) => {
                self.unused.skip(cause, self.n_readings, || format!("usage point {}: {seen}", series.meter));
            }
        }
    }
}

/// Returns start [s since 1970-01-01T00:00Z] and energy or counter [kWh] of a reading, or why it has none.
fn interval_of(reading: &Reading, series: &Series) -> Result<(i64, f64), (Cause, String)> {
    let start_s: i64 = reading
        .start
        .parse()
        .map_err(|_| (Cause::BadTime, format!("start `{}`", short_text(&reading.start))))?;
    let duration_s: i64 = match (reading.duration.as_str(), series.step_s) {
        ("", Some(step_s)) => step_s,
        (text, _) => text.parse().unwrap_or(0),
    };
    if series.kind != Kind::Register
        && (duration_s <= 0 || series.step_s.is_some_and(|step| step != duration_s))
    {
        let stated = series.step_s.map_or("none".to_owned(), |step| step.to_string());
        let seen =
            format!("start {start_s}, duration `{}`, intervalLength {stated}", short_text(&reading.duration));
        return Err((Cause::BadRecord, seen));
    }
    if reading.value.is_empty() {
        return Err((Cause::Missing, format!("start {start_s} without a value")));
    }
    let value = reading.value.parse::<f64>().ok().filter(|value| value.is_finite());
    let value = value.ok_or_else(|| (Cause::BadValue, format!("value `{}`", short_text(&reading.value))))?;
    let hours = if series.kind == Kind::Demand { duration_s as f64 / 3600.0 } else { 1.0 };
    Ok((start_s, value * series.factor * hours))
}

impl Rows for Blocks {
    fn next_batch(&mut self) -> Result<Option<RecordBatch>, String> {
        while !self.is_done && !self.rows.is_full() {
            if let Err(seen) = self.read_part() {
                self.error = Some(seen);
                self.is_done = true;
            }
        }
        match self.rows.take() {
            Some(rows) => Ok(Some(rows)),
            None => self.error.take().map_or(Ok(None), Err),
        }
    }

    fn unused(&mut self) -> UnitReport {
        std::mem::take(&mut self.unused)
    }

    fn notes(&self) -> Vec<Guess> {
        self.xml.note.iter().chain(&self.feed.notes).cloned().collect()
    }

    fn zone(&self) -> Option<StatedZone> {
        let offset_s = self.feed.offset_s?;
        let words = message!("local_time_parameters", seconds = offset_s.to_string());
        Some(StatedZone { words, offset_s: Some(offset_s), at_s: 0 })
    }

    fn must_agree(&self) -> Vec<(String, String)> {
        self.feed.ids.iter().map(|(meter, id)| (format!("usage point {meter}"), id.clone())).collect()
    }
}
