//! Reads what a Green Button feed (ESPI) says of its series: usage point, unit, direction, length.

use std::collections::{BTreeMap, BTreeSet};

use super::green_button_entries::{Entries, Entry, Links, last, read_entries, up_to};
use super::guess::Trouble;
use super::mapping::Guess;
use super::xml::Xml;
use hashwatt_core::language::message::Value;
use hashwatt_core::message;

/// Powers of ten that a meter's resolution can have. [1]
const POWERS: std::ops::RangeInclusive<i64> = -12..=12;

/// What the values of a series are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Energy of the interval.
    Energy,
    /// Mean demand of the interval.
    Demand,
    /// Reads of a cumulative counter.
    Register,
}

/// One series of a usage point.
#[derive(Debug, Clone)]
pub(super) struct Series {
    /// Id of the usage point.
    pub meter: String,
    pub kind: Kind,
    /// Factor from a value to kWh or kW.
    pub factor: f64,
    /// Length of its intervals, where it is stated. [s]
    pub step_s: Option<i64>,
    /// What its ReadingType leaves open, as it was taken.
    assumed: Vec<&'static str>,
}

/// The series of a feed that are read, and what was left out.
#[derive(Debug, Default)]
pub(super) struct Feed {
    /// By the path of their MeterReading.
    series: BTreeMap<String, Series>,
    /// Whether they are counters.
    pub is_register: bool,
    pub notes: Vec<Guess>,
    /// Number of IntervalBlocks whose links name no MeterReading.
    pub n_lost: u64,
    /// Offset of local time from UTC without summer time, where it is stated. [s]
    pub offset_s: Option<i32>,
    /// Usage points and the ids of their entries, which are unique across files.
    pub ids: BTreeMap<String, String>,
}

impl Feed {
    /// Reads the entries of a feed; intervals are passed over. The error says why none can be read.
    pub fn read(xml: &mut Xml) -> Result<Self, Trouble> {
        let again = "Copy or export it again";
        let entries = read_entries(xml).map_err(|seen| Trouble::new(format!("it is XML: {seen}"), again))?;
        if entries.all.is_empty() && entries.with_intervals.is_empty() && entries.n_lost == 0 {
            return Err(Trouble::new("it is an Atom feed without Green Button data", again));
        }
        let mut feed = Self { n_lost: entries.n_lost, ..Self::default() };
        let points = feed.name_points(&entries.all)?;
        let only = points.first().filter(|_| points.len() == 1).map_or("", String::as_str);
        let mut left_out = BTreeSet::new();
        let found = find_series(&entries, only, &mut left_out);
        feed.choose(found, &mut left_out)?;
        feed.note_assumed();
        let offset = entries.all.iter().find_map(|entry| entry.number("tzoffset").ok()?);
        feed.offset_s = offset.and_then(|seconds| i32::try_from(seconds).ok());
        let left_out: Vec<String> = left_out.into_iter().collect();
        if feed.series.is_empty() {
            let seen = match left_out.is_empty() {
                true => "it is Green Button without a MeterReading".to_owned(),
                false => format!("it is Green Button without forward active energy: {}", left_out.join("; ")),
            };
            let cure = "Export intervals of delivered energy (Wh or W), with ReadingType entries";
            return Err(Trouble::new(seen, cure));
        }
        if !left_out.is_empty() {
            let reason = message!("were_left_out", others = left_out.join("; "));
            feed.notes.push(Guess::note("channel", message!("forward_energy"), reason));
        }
        Ok(feed)
    }

    /// Returns the series that an entry's intervals belong to.
    pub fn series_of(&self, links: &Links) -> Option<&Series> {
        self.series.get(&links.up_to("MeterReading")?)
    }

    /// Notes what the ReadingTypes of the series leave open.
    fn note_assumed(&mut self) {
        let assumed: BTreeSet<&str> =
            self.series.values().flat_map(|series| series.assumed.iter().copied()).collect();
        if !assumed.is_empty() {
            let words = message!("assumed", values = Value::names(assumed));
            self.notes.push(Guess::note("ReadingType", words, message!("not_stated_in_file")));
        }
    }

    /// Notes the ids of usage points, which must be told apart by their links, and returns them.
    fn name_points(&mut self, entries: &[Entry]) -> Result<BTreeSet<String>, Trouble> {
        let mut paths: BTreeMap<String, String> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| entry.content == "usagepoint") {
            let Some(path) = entry.links.up_to("UsagePoint") else { continue };
            let meter = last(&path).to_owned();
            if let Some(other) = paths.insert(meter.clone(), path.clone()).filter(|other| *other != path) {
                let seen =
                    format!("it is Green Button with two usage points called `{meter}`: {other} and {path}");
                return Err(Trouble::new(
                    seen,
                    "Export each customer into a file of its own, with ids that differ",
                ));
            }
            if !entry.id.is_empty() {
                self.ids.insert(meter, entry.id.clone());
            }
        }
        Ok(paths.into_keys().collect())
    }

    /// Keeps one series for each usage point: energy before demand before counters, then the shortest intervals.
    fn choose(
        &mut self,
        found: Vec<(String, Series)>,
        left_out: &mut BTreeSet<String>,
    ) -> Result<(), Trouble> {
        self.is_register = !found.is_empty() && found.iter().all(|(_, series)| series.kind == Kind::Register);
        let mut by_meter: BTreeMap<String, Vec<(String, Series)>> = BTreeMap::new();
        for (path, series) in found {
            if series.kind == Kind::Register && !self.is_register {
                left_out.insert(format!("counters (MeterReading {path})"));
            } else {
                by_meter.entry(series.meter.clone()).or_default().push((path, series));
            }
        }
        for (meter, mut all) in by_meter {
            let rank = |(_, series): &(String, Series)| (series.kind, series.step_s.unwrap_or(i64::MAX));
            all.sort_by_key(rank);
            if let [first, second, ..] = all.as_slice()
                && rank(first) == rank(second)
            {
                let seen = format!(
                    "it is Green Button with two series of usage point {meter} alike, MeterReading {} and {}",
                    first.0, second.0
                );
                return Err(Trouble::new(seen, "Export the one with what the customer draws in all"));
            }
            let mut all = all.into_iter();
            self.series.extend(all.next());
            left_out.extend(all.map(|(path, _)| format!("longer or other intervals (MeterReading {path})")));
        }
        Ok(())
    }
}

/// Finds the series of the MeterReading entries, by path. `only` is the usage point of links that name none.
fn find_series(entries: &Entries, only: &str, left_out: &mut BTreeSet<String>) -> Vec<(String, Series)> {
    let of = |content: &'static str| entries.all.iter().filter(move |entry| entry.content == content);
    let types: BTreeMap<&str, &Entry> =
        of("readingtype").filter_map(|entry| Some((entry.links.own.as_deref()?, entry))).collect();
    let readings: BTreeMap<String, &Entry> =
        of("meterreading").filter_map(|entry| Some((entry.links.up_to("MeterReading")?, entry))).collect();
    if entries.n_lost > 0 {
        left_out.insert(format!("{} IntervalBlocks whose links name no MeterReading", entries.n_lost));
    }
    let mut found = Vec::new();
    for path in &entries.with_intervals {
        let related = readings.get(path).into_iter().flat_map(|entry| &entry.links.related);
        let kind = related.filter_map(|link| types.get(link.as_str())).next();
        let read = match kind {
            Some(kind) => series_of(up_to(path, "UsagePoint").as_deref().map_or(only, last), kind),
            None => Err("no ReadingType, so unit and multiplier are unknown".to_owned()),
        };
        match read {
            Ok(series) => found.push((path.clone(), series)),
            Err(seen) => drop(left_out.insert(format!("{seen} (MeterReading {path})"))),
        }
    }
    found
}

/// Reads a ReadingType; the error says why its series is not what a customer draws.
fn series_of(meter: &str, kind: &Entry) -> Result<Series, String> {
    let mut assumed = Vec::new();
    if meter.is_empty() {
        return Err("no usage point in the links".to_owned());
    }
    match kind.number("commodity")? {
        None | Some(0..=2) => {}
        Some(n) => return Err(format!("commodity {n}, no electricity")),
    }
    match kind.number("flowdirection")? {
        Some(1) => {}
        None | Some(0) => assumed.push("flowDirection 1 (forward)"),
        Some(19) => return Err("reverse flow".to_owned()),
        Some(4) => return Err("net flow".to_owned()),
        Some(n) => return Err(format!("flow direction {n}")),
    }
    let power = match kind.number("poweroftenmultiplier")? {
        None => 0,
        Some(power) if POWERS.contains(&power) => power as i32,
        Some(power) => return Err(format!("powerOfTenMultiplier {power}")),
    };
    if kind.number("poweroftenmultiplier")?.is_none() {
        assumed.push("powerOfTenMultiplier 0");
    }
    let step_s = kind.number("intervallength")?.filter(|step| *step > 0);
    let factor = 10f64.powi(power - 3);
    Ok(Series { meter: meter.to_owned(), kind: kind_of(kind)?, factor, step_s, assumed })
}

/// Returns what the values are, by unit, accumulation and qualifier.
fn kind_of(kind: &Entry) -> Result<Kind, String> {
    let behaviour = kind.number("accumulationbehaviour")?.unwrap_or(0);
    let qualifier = kind.number("dataqualifier")?.unwrap_or(0);
    match (kind.number("uom")?, behaviour) {
        (Some(72), 0 | 4 | 9) => Ok(Kind::Energy),
        (Some(72), 1..=3) => Ok(Kind::Register),
        (Some(72), n) => Err(format!("energy accumulated as {n}")),
        (Some(38), 0 | 4 | 6) if matches!(qualifier, 0 | 2 | 12) => Ok(Kind::Demand),
        (Some(38), _) => {
            Err(format!("demand that is no mean (accumulation {behaviour}, qualifier {qualifier})"))
        }
        (Some(n), _) => Err(format!("unit {n}, neither Wh (72) nor W (38)")),
        (None, _) => Err("a ReadingType without uom".to_owned()),
    }
}
