//! Reads messages of class 80020 and 80040, a day of half-hours a file: active import of the measuring points.

use std::collections::{BTreeSet, HashSet};

use arrow::array::RecordBatch;

use super::channel_day::arrange;
use super::converted::{Rows, StatedZone};
use super::mapping::Guess;
use super::marks::short_text;
use super::period::Period;
use super::report::{Cause, UnitReport};
use super::resent::Sent;
use super::trade_rows::{Times, TradeRows, midnight_s};
use super::xml::{Part, Tag, Xml, add_text};
use hashwatt_core::message;

/// Most periods of a day that are kept: one a minute, and an hour twice.
const MAX_PERIODS: usize = 1500;

/// Time zones of areas that the published schema names, with their hours east of UTC. [h]
const ZONES: [(&str, i32); 2] = [("1", 3), ("3", 10)];

/// Elements that sum up several points.
const SUMS: [&str; 2] = ["deliverygroup", "peretok"];

/// Element of a message that stands for a meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Points {
    /// A place with a meter.
    Measuring,
    /// A place whose energy is accounted for, perhaps from several meters.
    Accounting,
    /// A place where energy changes hands.
    Delivery,
}

impl Points {
    const ALL: [Self; 3] = [Self::Measuring, Self::Accounting, Self::Delivery];

    const fn element(self) -> &'static str {
        match self {
            Self::Measuring => "measuringpoint",
            Self::Accounting => "accountpoint",
            Self::Delivery => "deliverypoint",
        }
    }

    fn of(tag: &Tag<'_>) -> Option<Self> {
        Self::ALL.into_iter().find(|points| tag.is(points.element()))
    }

    /// Returns the points of a message that are nearest to meters, or `None` if it has none. A message that is
    /// broken is searched up to there.
    pub fn find(xml: &mut Xml) -> Option<Self> {
        let mut nearest: Option<Self> = None;
        loop {
            match xml.next() {
                Ok(Part::Start(tag)) => {
                    let found = Self::of(&tag);
                    if found == Some(Self::Measuring) {
                        return found;
                    }
                    nearest = nearest.into_iter().chain(found).min();
                }
                Ok(Part::Done) | Err(_) => return nearest,
                Ok(_) => {}
            }
        }
    }
}

/// A message, from its first element on.
pub(super) struct Message {
    xml: Xml,
    day: Day,
    error: Option<String>,
    is_done: bool,
}

/// What was read so far.
struct Day {
    points: Points,
    rows: TradeRows,
    unused: UnitReport,
    /// `number` of the message.
    number: u64,
    midnight_s: Option<i64>,
    /// `timezone` of the areas.
    zone: Option<String>,
    /// Text of the element that is open.
    text: String,
    first_point: String,
    /// Code of the current point.
    point: String,
    has_import: bool,
    /// Points whose import was read.
    seen: HashSet<String>,
    /// Whether the current element lies in a channel of active import.
    is_in_channel: bool,
    periods: Vec<Period>,
    period: Option<Period>,
    n_periods: u64,
    n_shuffled: u64,
    channels_left_out: BTreeSet<String>,
    elements_left_out: BTreeSet<&'static str>,
    /// Number of points without active import, and the first.
    without_import: (u64, String),
}

/// What to do with the element that begins.
#[derive(PartialEq, Eq)]
enum Next {
    Enter,
    Skip,
}

impl Message {
    /// Starts before the first element.
    pub fn new(xml: Xml, points: Points) -> Self {
        let day = Day {
            points,
            rows: TradeRows::new(Times::Naive, "energy"),
            unused: UnitReport::default(),
            number: 0,
            midnight_s: None,
            zone: None,
            text: String::new(),
            first_point: String::new(),
            point: String::new(),
            has_import: false,
            seen: HashSet::new(),
            is_in_channel: false,
            periods: Vec::new(),
            period: None,
            n_periods: 0,
            n_shuffled: 0,
            channels_left_out: BTreeSet::new(),
            elements_left_out: BTreeSet::new(),
            without_import: (0, String::new()),
        };
        Self { xml, day, error: None, is_done: false }
    }

    fn read_part(&mut self) -> Result<(), String> {
        match self.xml.next()? {
            Part::Start(tag) => {
                let next = self.day.start(&tag)?;
                drop(tag);
                if next == Next::Skip {
                    self.xml.skip()?;
                }
            }
            Part::Text(text) => add_text(&mut self.day.text, &text),
            Part::End(tag) if tag.is("value") => self.day.end_value(),
            Part::End(tag) if tag.is("period") => self.day.end_period(),
            Part::End(tag) if tag.is("measuringchannel") => self.day.end_channel()?,
            Part::End(tag) if tag.is(self.day.points.element()) => self.day.end_point(),
            Part::End(tag) if tag.is("day") => self.day.end_day()?,
            Part::End(_) => {}
            Part::Done => self.is_done = true,
        }
        Ok(())
    }
}

impl Rows for Message {
    fn next_batch(&mut self) -> Result<Option<RecordBatch>, String> {
        while !self.is_done && !self.day.rows.is_full() {
            if let Err(seen) = self.read_part() {
                self.error = Some(self.day.located(seen));
                self.is_done = true;
            }
        }
        match self.day.rows.take() {
            Some(rows) => Ok(Some(rows)),
            None => self.error.take().map_or(Ok(None), Err),
        }
    }

    fn unused(&mut self) -> UnitReport {
        std::mem::take(&mut self.day.unused)
    }

    fn notes(&self) -> Vec<Guess> {
        self.xml.note.iter().cloned().chain(self.day.notes()).collect()
    }

    fn zone(&self) -> Option<StatedZone> {
        let code = self.day.zone.clone()?;
        let hours = ZONES.into_iter().find(|(known, _)| *known == code).map(|(_, hours)| hours);
        let words = match hours {
            Some(hours) => message!("areas_state_zone", zone = code.as_str(), hours = hours.to_string()),
            None => message!("areas_state_other_zone", zone = code.as_str()),
        };
        Some(StatedZone {
            words,
            offset_s: hours.map(|hours| hours * 3600),
            at_s: self.day.midnight_s.unwrap_or(0),
        })
    }

    fn sent(&self) -> Option<Sent> {
        let day = jiff::Timestamp::from_second(self.day.midnight_s?).ok()?.strftime("%Y-%m-%d");
        let (element, point) = (self.day.points.element(), self.day.first_point.as_str());
        let what = format!("{day} {element} {point}");
        let said = message!("sent_day", day = day.to_string(), element = element, point = point);
        Some(Sent { what, said, number: self.day.number })
    }

    fn must_agree(&self) -> Vec<(String, String)> {
        self.day.zone.iter().map(|code| ("timezone of its areas".to_owned(), code.clone())).collect()
    }
}

impl Day {
    fn start(&mut self, tag: &Tag<'_>) -> Result<Next, String> {
        self.text.clear();
        if self.is_in_channel {
            self.start_in_channel(tag);
        } else if tag.is("measuringchannel") {
            return Ok(self.start_channel(tag));
        } else if tag.is("area") {
            self.start_area(tag)?;
        } else if tag.is("message") {
            self.number = tag.attribute("number").and_then(|text| text.parse().ok()).unwrap_or(0);
        } else if let Some(points) = Points::of(tag) {
            if points != self.points {
                self.elements_left_out.insert(points.element());
                return Ok(Next::Skip);
            }
            self.point = tag.attribute("code").unwrap_or_default().into_owned();
            if self.first_point.is_empty() {
                self.first_point.clone_from(&self.point);
            }
            self.has_import = false;
        } else if let Some(sum) = SUMS.into_iter().find(|sum| tag.is(sum)) {
            self.elements_left_out.insert(sum);
            return Ok(Next::Skip);
        }
        Ok(Next::Enter)
    }

    fn start_in_channel(&mut self, tag: &Tag<'_>) {
        if tag.is("period") {
            self.n_periods += 1;
            self.period = Some(Period::of(tag, self.n_periods));
        } else if tag.is("value")
            && let Some(period) = &mut self.period
        {
            period.set_status(tag);
        }
    }

    fn start_channel(&mut self, tag: &Tag<'_>) -> Next {
        let code = tag.attribute("code").unwrap_or_default();
        if code.trim_start_matches('0') != "1" {
            self.channels_left_out.insert(short_text(&code));
            return Next::Skip;
        }
        self.is_in_channel = true;
        self.has_import = true;
        self.periods.clear();
        Next::Enter
    }

    /// Areas in two time zones cannot be read in the one zone of a run.
    fn start_area(&mut self, tag: &Tag<'_>) -> Result<(), String> {
        let Some(code) = tag.attribute("timezone").filter(|code| !code.is_empty()) else { return Ok(()) };
        match &self.zone {
            Some(first) if *first != code => Err(format!(
                "an area with timezone {code} after one with timezone {first}: one of them would be read hours off; \
                 export each area into a file of its own"
            )),
            _ => {
                self.zone = Some(code.into_owned());
                Ok(())
            }
        }
    }

    fn end_value(&mut self) {
        if let Some(period) = &mut self.period {
            period.set_value(&self.text);
        }
    }

    fn end_period(&mut self) {
        let Some(period) = self.period.take() else { return };
        if self.periods.len() < MAX_PERIODS {
            self.periods.push(period);
        } else {
            let seen = || format!("{} holds more than {MAX_PERIODS} periods", self.name());
            let (number, seen) = (period.number, seen());
            self.unused.skip(Cause::BadRecord, number, || seen);
        }
    }

    fn end_channel(&mut self) -> Result<(), String> {
        if !std::mem::take(&mut self.is_in_channel) {
            return Ok(());
        }
        let midnight_s =
            self.midnight_s.ok_or("there is no <day> before the first values; export it again")?;
        let name = self.name();
        let whole = if self.point.is_empty() {
            Some((Cause::NoMeter, format!("a {} without code", self.points.element())))
        } else if self.point.contains(char::REPLACEMENT_CHARACTER) {
            Some((Cause::NotText, name.clone()))
        } else if self.seen.contains(&self.point) {
            Some((Cause::BadRecord, format!("{name} comes again")))
        } else {
            None
        };
        if let Some((cause, seen)) = whole {
            for period in std::mem::take(&mut self.periods) {
                self.unused.skip(cause, period.number, || seen.clone());
            }
            return Ok(());
        }
        self.seen.insert(self.point.clone());
        let day = arrange(std::mem::take(&mut self.periods));
        self.n_shuffled += u64::from(day.is_shuffled);
        for unused in day.unused {
            self.unused.skip(unused.cause, unused.number, || format!("{name}: {}", unused.seen));
        }
        for (start_min, value, quality) in day.rows {
            self.rows.push(&self.point, Some(midnight_s + start_min * 60), Some(value), &quality);
        }
        Ok(())
    }

    fn end_point(&mut self) {
        if !self.has_import {
            if self.without_import.0 == 0 {
                self.without_import.1.clone_from(&self.point);
            }
            self.without_import.0 += 1;
        }
        self.point.clear();
    }

    fn end_day(&mut self) -> Result<(), String> {
        let text = self.text.trim();
        let read = midnight_s(text);
        let midnight_s =
            read.ok_or_else(|| format!("<day> holds `{}`, no date as 20240229", short_text(text)))?;
        match self.midnight_s {
            Some(first) if first != midnight_s => {
                Err(format!("a second <day>, `{text}`: write a file for each day"))
            }
            _ => {
                self.midnight_s = Some(midnight_s);
                Ok(())
            }
        }
    }

    /// Returns the current point as messages name it.
    fn name(&self) -> String {
        format!("{} {}", self.points.element(), short_text(&self.point))
    }

    fn located(&self, seen: String) -> String {
        if self.point.is_empty() { seen } else { format!("in {}: {seen}", self.name()) }
    }

    fn notes(&self) -> Vec<Guess> {
        let mut notes = Vec::new();
        let mut note = |what, words, reason| notes.push(Guess::note(what, words, reason));
        let list = |names: &mut dyn Iterator<Item = &str>| names.collect::<Vec<_>>().join(", ");
        if !self.channels_left_out.is_empty() {
            let others = list(&mut self.channels_left_out.iter().map(String::as_str));
            note("channel", message!("import_without", others = others), message!("other_channels"));
        }
        if !self.elements_left_out.is_empty() {
            let others = list(&mut self.elements_left_out.iter().copied());
            let words = message!("element_without", element = self.points.element(), others = others);
            note("meter", words, message!("same_energy"));
        } else if self.points != Points::Measuring {
            note(
                "meter",
                message!("element", element = self.points.element()),
                message!("no_measuringpoint"),
            );
        }
        if self.without_import.0 > 0 {
            let (n, first) = &self.without_import;
            note(
                "meter",
                message!("those_with_import"),
                message!("other_channels_alone", n = *n, first = first.as_str()),
            );
        }
        if self.n_shuffled > 0 {
            let reason = message!("channels_shuffled", n = self.n_shuffled);
            note("period", message!("in_order_of_start"), reason);
        }
        notes
    }
}
