//! Tells the formats of XML by the first element.

use std::sync::Arc;

use super::converted::Format;
use super::green_button_feed::Feed;
use super::guess::Trouble;
use super::message::Points;
use super::preamble::StatedText;
use super::storage::Storage;
use super::xml::{Part, Xml};

/// What to do with XML that is not read.
const CURE: &str = "Export a message of class 80020, Green Button, or a table as CSV or Parquet";

/// Returns the format of a file that begins like XML.
pub(super) fn format_of_xml(storage: &Storage, text: &StatedText) -> Result<Format, Trouble> {
    let broken = |seen: String| Trouble::new(format!("it is XML: {seen}"), "Copy or export it again");
    let open = || Xml::open(storage, text).map_err(|error| broken(error.to_string()));
    let mut xml = open()?;
    let (root, class) = loop {
        match xml.next().map_err(broken)? {
            Part::Start(tag) => {
                let class = tag.attribute("class").unwrap_or_default().into_owned();
                break (tag.name().to_ascii_lowercase(), class);
            }
            Part::Done => return Err(broken("it has no element".to_owned())),
            _ => {}
        }
    };
    match (root.as_str(), class.as_str()) {
        ("message", "80020" | "80040") => match Points::find(&mut xml) {
            Some(points) => Ok(Format::Message(points)),
            None => Err(Trouble::new(format!("it is a message {class} without measuring points"), CURE)),
        },
        ("message", class) => {
            let seen = format!("it is a message of class `{class}`, and classes 80020 and 80040 are read");
            Err(Trouble::new(seen, "Ask for class 80020: half-hours of measuring points"))
        }
        // From its start again: a bare entry is the root itself.
        ("feed" | "entry", _) => Feed::read(&mut open()?).map(|feed| Format::GreenButton(Arc::new(feed))),
        ("html", _) => Err(Trouble::new("it is a web page, perhaps of a portal that wants a login", CURE)),
        ("workbook", _) => {
            Err(Trouble::new("it is a workbook of Excel 2003 as XML", "Save it as XLSX or CSV"))
        }
        (root, _) => {
            Err(Trouble::new(format!("it is XML that begins with <{root}>, which is not read"), CURE))
        }
    }
}
