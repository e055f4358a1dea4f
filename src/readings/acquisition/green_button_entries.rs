//! Reads the entries of a Green Button feed (ESPI): their links, and what describes a series.

use std::collections::{BTreeMap, BTreeSet};

use super::marks::short_text;
use super::xml::{Part, Tag, Xml, add_text};

/// Most entries without intervals; a feed of a year has a dozen for each usage point.
const MAX_ENTRIES: usize = 1 << 20;

/// Elements whose texts describe a series.
const FIELDS: [&str; 8] = [
    "accumulationbehaviour",
    "commodity",
    "dataqualifier",
    "flowdirection",
    "intervallength",
    "poweroftenmultiplier",
    "tzoffset",
    "uom",
];

/// The entries of a feed.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// Those with content that describes something.
    pub all: Vec<Entry>,
    /// Paths of the MeterReadings that have intervals.
    pub with_intervals: BTreeSet<String>,
    /// Number of IntervalBlocks whose links name no MeterReading.
    pub n_lost: u64,
}

/// Links of one entry, as paths.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    pub own: Option<String>,
    up: Option<String>,
    pub related: Vec<String>,
}

/// An entry, with the texts of its content by element.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub links: Links,
    /// Unique across files.
    pub id: String,
    /// Name of the content's element, in lower case.
    pub content: String,
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

/// Returns a path up to the id behind `element`, if it has one.
pub(super) fn up_to(path: &str, element: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let at = parts.iter().rposition(|part| part.eq_ignore_ascii_case(element))?;
    parts.get(at + 1).filter(|id| !id.is_empty())?;
    Some(parts[..at + 2].join("/"))
}

/// Returns the last part of a path.
pub(super) fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Reads all entries up to the end of the document.
pub(super) fn read_entries(xml: &mut Xml) -> Result<Entries, String> {
    let (mut entries, mut open, mut text) = (Entries::default(), None::<Entry>, String::new());
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
            Part::Text(piece) => add_text(&mut text, &piece),
            Part::End(tag) if tag.is("entry") => {
                open.take().into_iter().for_each(|entry| entries.add(entry));
                if entries.all.len() > MAX_ENTRIES {
                    return Err(format!("it has more than {MAX_ENTRIES} entries that are no intervals"));
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

impl Entries {
    fn add(&mut self, entry: Entry) {
        match entry.content.as_str() {
            "" => {}
            "intervalblock" => match entry.links.up_to("MeterReading") {
                Some(path) => drop(self.with_intervals.insert(path)),
                None => self.n_lost += 1,
            },
            _ => self.all.push(entry),
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
            _ if FIELDS.contains(&field) && !self.content.is_empty() => {
                self.fields.entry(field.to_owned()).or_insert_with(|| text.to_owned());
            }
            _ => {}
        }
    }

    /// Returns a whole number of the content, `None` where it is not stated; the error says what stands there.
    pub fn number(&self, field: &str) -> Result<Option<i64>, String> {
        match self.fields.get(field).map(String::as_str) {
            None | Some("") => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| format!("{field} `{}`", short_text(text))),
        }
    }
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
