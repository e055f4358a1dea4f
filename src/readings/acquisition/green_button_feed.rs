//! Reads what a Green Button feed (ESPI) says of its series: usage point, unit, direction, length.

use std::collections::{BTreeMap, BTreeSet};

use super::guess::Trouble;
use super::mapping::Guess;
use super::marks::short_text;
use super::xml::{Part, Tag, Xml};

/// Most entries without intervals; a feed of a year has a dozen for each usage point.
const MAX_ENTRIES: usize = 1 << 20;

/// Powers of ten that a meter's resolution can have. [1]
const POWERS: std::ops::RangeInclusive<i32> = -12..=12;

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
}

/// The series of a feed that are read, and what was left out.
#[derive(Debug, Default)]
pub(super) struct Feed {
    /// By the path of their MeterReading.
    series: BTreeMap<String, Series>,
    /// Whether they are counters.
    pub is_register: bool,
    pub notes: Vec<Guess>,
    /// Offset of local time from UTC without summer time, where it is stated. [s]
    pub offset_s: Option<i32>,
    /// Usage points and the ids of their entries, which are unique across files.
    pub ids: BTreeMap<String, String>,
}

/// Links of one entry, as paths.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    own: Option<String>,
    up: Option<String>,
    related: Vec<String>,
}

/// An entry, with the texts of its content by element.
#[derive(Debug, Default)]
struct Entry {
    links: Links,
    id: String,
    title: String,
    content: String,
    fields: BTreeMap<String, String>,
}

impl Links {
    /// Adds a `link` element.
    pub fn add(&mut self, tag: &Tag<'_>) {
        let (Some(rel), Some(href)) = (tag.attribute("rel"), tag.attribute("href")) else { return };
        let path = path_of(&href);
        match rel.to_ascii_lowercase().as_str() {
            "self" => self.own = Some(path),
            "up" => self.up = Some(path),
            "related" => self.related.push(path),
            _ => {}
        }
    }

    /// Returns the path up to the id behind `element`.
    pub fn up_to(&self, element: &str) -> Option<String> {
        [&self.own, &self.up].into_iter().flatten().find_map(|path| up_to(path, element))
    }
}

/// Returns a link without scheme, host, query and slashes at its ends.
fn path_of(href: &str) -> String {
    let path =
        href.split_once("://").map_or(href, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    path.split(['?', '#']).next().unwrap_or_default().trim_matches('/').to_owned()
}

fn up_to(path: &str, element: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let at = parts.iter().rposition(|part| part.eq_ignore_ascii_case(element))?;
    parts.get(at + 1).filter(|id| !id.is_empty())?;
    Some(parts[..at + 2].join("/"))
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl Feed {
    /// Reads the entries of a feed; intervals are passed over. The error says why none can be read.
    pub fn read(xml: &mut Xml) -> Result<Self, Trouble> {
        let again = "Copy or export it again";
        let entries = read_entries(xml).map_err(|seen| Trouble::new(format!("it is XML: {seen}"), again))?;
        if !entries.iter().any(|entry| !entry.content.is_empty()) {
            return Err(Trouble::new("it is an Atom feed without Green Button data", again));
        }
        let mut feed = Self::default();
        feed.name_points(&entries)?;
        let mut left_out = BTreeSet::new();
        let found = find_series(&entries, &mut left_out)?;
        feed.choose(found, &mut left_out)?;
        let offset = entries.iter().find_map(|entry| entry.fields.get("tzoffset"));
        feed.offset_s = offset.and_then(|text| text.parse().ok());
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
            let value = "forward active energy".to_owned();
            let reason = format!("left out were {}", left_out.join("; "));
            feed.notes.push(Guess { key: "channel", value, reason });
        }
        Ok(feed)
    }

    /// Returns the series that an entry's intervals belong to.
    pub fn series_of(&self, links: &Links) -> Option<&Series> {
        self.series.get(&links.up_to("MeterReading")?)
    }

    /// Notes the ids of usage points, which must be told apart by their links.
    fn name_points(&mut self, entries: &[Entry]) -> Result<(), Trouble> {
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
        Ok(())
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

/// Reads all entries up to the end of the document.
fn read_entries(xml: &mut Xml) -> Result<Vec<Entry>, String> {
    let (mut entries, mut open, mut text) = (Vec::new(), None::<Entry>, String::new());
    let mut field = String::new();
    loop {
        let mut is_passed = false;
        match xml.next()? {
            Part::Start(tag) if tag.is("entry") => open = Some(Entry::default()),
            Part::Start(tag) => {
                text.clear();
                field = tag.name().to_ascii_lowercase();
                if let Some(entry) = &mut open {
                    is_passed = entry.start(&tag, &field);
                }
            }
            Part::Text(piece) => text.push_str(&piece),
            Part::End(tag) if tag.is("entry") => {
                entries.extend(open.take());
                if entries.len() > MAX_ENTRIES {
                    return Err(format!("it has more than {MAX_ENTRIES} entries"));
                }
            }
            Part::End(tag) => {
                if let Some(entry) = open.as_mut().filter(|_| tag.is(&field)) {
                    entry.end(&field, text.trim());
                }
            }
            Part::Done => return Ok(entries),
        }
        if is_passed {
            xml.skip()?;
        }
    }
}

impl Entry {
    /// Returns whether the element is passed over.
    fn start(&mut self, tag: &Tag<'_>, name: &str) -> bool {
        match name {
            "link" => self.links.add(tag),
            "usagepoint" | "meterreading" | "readingtype" | "localtimeparameters"
                if self.content.is_empty() =>
            {
                name.clone_into(&mut self.content);
            }
            "intervalblock" => {
                name.clone_into(&mut self.content);
                return true;
            }
            _ => {}
        }
        false
    }

    fn end(&mut self, field: &str, text: &str) {
        match field {
            "id" if self.content.is_empty() => text.clone_into(&mut self.id),
            "title" if self.content.is_empty() => text.clone_into(&mut self.title),
            _ if self.content == "readingtype" || self.content == "localtimeparameters" => {
                self.fields.entry(field.to_owned()).or_insert_with(|| text.to_owned());
            }
            _ => {}
        }
    }

    /// Returns a whole number of the content; 0 stands for nothing in most enumerations of ESPI.
    fn number(&self, field: &str) -> Option<i64> {
        self.fields.get(field)?.parse().ok()
    }
}

/// Finds the series of the MeterReading entries, by path.
fn find_series(entries: &[Entry], left_out: &mut BTreeSet<String>) -> Result<Vec<(String, Series)>, Trouble> {
    let of = |content: &'static str| entries.iter().filter(move |entry| entry.content == content);
    let types: BTreeMap<&str, &Entry> =
        of("readingtype").filter_map(|entry| Some((entry.links.own.as_deref()?, entry))).collect();
    let mut found = Vec::new();
    let readings: BTreeMap<String, &Entry> =
        of("meterreading").filter_map(|entry| Some((entry.links.up_to("MeterReading")?, entry))).collect();
    let blocks = of("intervalblock").filter_map(|entry| entry.links.up_to("MeterReading"));
    for path in blocks.collect::<BTreeSet<_>>() {
        let related = readings.get(&path).into_iter().flat_map(|entry| &entry.links.related);
        let Some(kind) = related.filter_map(|link| types.get(link.as_str())).next() else {
            left_out.insert(format!(
                "MeterReading {path} without a ReadingType, so unit and multiplier are unknown"
            ));
            continue;
        };
        let title = readings.get(&path).map_or("", |entry| entry.title.as_str());
        match series_of(&path, title, kind) {
            Ok(series) => found.push((path, series)),
            Err(seen) => {
                left_out.insert(format!("{seen} (MeterReading {path})"));
            }
        }
    }
    Ok(found)
}

/// Reads a ReadingType; the error says why its series is not what a customer draws.
fn series_of(path: &str, title: &str, kind: &Entry) -> Result<Series, String> {
    let meter = up_to(path, "UsagePoint").map_or_else(|| short_text(title), |path| last(&path).to_owned());
    if meter.is_empty() {
        return Err("a series without a usage point in its links".to_owned());
    }
    match kind.number("commodity") {
        None | Some(0..=2) => {}
        Some(n) => return Err(format!("commodity {n}, no electricity")),
    }
    match kind.number("flowdirection") {
        None | Some(0 | 1) => {}
        Some(19) => return Err("reverse flow".to_owned()),
        Some(4) => return Err("net flow".to_owned()),
        Some(n) => return Err(format!("flow direction {n}")),
    }
    let behaviour = kind.number("accumulationbehaviour").unwrap_or(0);
    let qualifier = kind.number("dataqualifier").unwrap_or(0);
    let of_values = match (kind.number("uom"), behaviour) {
        (Some(72), 0 | 4 | 9) => Kind::Energy,
        (Some(72), 1..=3) => Kind::Register,
        (Some(38), 0 | 4 | 6) if matches!(qualifier, 0 | 2 | 12) => Kind::Demand,
        (Some(38), _) => {
            return Err(format!("demand that is no mean (accumulation {behaviour}, qualifier {qualifier})"));
        }
        (Some(72), n) => return Err(format!("energy accumulated as {n}")),
        (Some(n), _) => return Err(format!("unit {n}, neither Wh (72) nor W (38)")),
        (None, _) => return Err("a ReadingType without uom".to_owned()),
    };
    let power = match kind.fields.get("poweroftenmultiplier").map(|text| text.parse::<i32>()) {
        None => 0,
        Some(Ok(power)) if POWERS.contains(&power) => power,
        Some(_) => return Err(format!("powerOfTenMultiplier `{}`", kind.fields["poweroftenmultiplier"])),
    };
    let step_s = kind.number("intervallength").filter(|step| *step > 0);
    Ok(Series { meter, kind: of_values, factor: 10f64.powi(power - 3), step_s })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_one_series_with_and_without_a_host() {
        let expected = Some("espi/UsagePoint/7/MeterReading/1".to_owned());
        for href in [
            "https://a.example/espi/UsagePoint/7/MeterReading/1/IntervalBlock/2",
            "/espi/UsagePoint/7/MeterReading/1/",
            "espi/UsagePoint/7/MeterReading/1?x=y",
        ] {
            assert_eq!(up_to(&path_of(href), "meterreading"), expected, "{href}");
        }
        assert_eq!(up_to("espi/UsagePoint/7/MeterReading", "MeterReading"), None);
        assert_eq!(path_of("https://a.example"), "");
    }
}
