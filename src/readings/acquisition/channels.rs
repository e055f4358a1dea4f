//! Tells the channels of a table apart by what their texts say, and keeps the rows with what the customer
//! draws.

use std::collections::BTreeSet;

use arrow::array::RecordBatch;

use super::decode::columns_of;
use super::doubts::{are_contradictory, distinct_texts};
use super::evidence::{Series, read_series};
use super::guess::Trouble;
use super::mapping::{Column, Guess, Mapping, Unit};
use super::names::unit_in_name;
use super::profile::name_key;
use hashwatt_core::message;
use hashwatt_core::settings::ReadingsTable;

/// What a channel measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Channel {
    /// Active energy or demand from the grid.
    Import,
    /// Active energy or demand to the grid.
    Export,
    /// Reactive or apparent energy or demand.
    Other,
}

/// Words for active import, as they begin in exports. `delivered` and `received` are left out: each network
/// writes them from its own end.
const IMPORT: &[&str] = &[
    "import",
    "consum",
    "usage",
    "afname",
    "verbruik",
    "bezug",
    "entnahme",
    "verbrauch",
    "soutir",
    "conso",
    "entrante",
    "preliev",
    "pobór",
    "pobran",
    "прием",
    "приём",
    "потребл",
    "тұтыну",
];

/// Words for active export, as they begin in exports.
const EXPORT: &[&str] = &[
    "export",
    "injecti",
    "injeç",
    "inyec",
    "immess",
    "immissi",
    "generat",
    "generac",
    "teruglever",
    "invoed",
    "einspeis",
    "rücklief",
    "excedent",
    "saliente",
    "oddan",
    "wprowadz",
    "отдач",
    "генерац",
];

/// Words for reactive or apparent energy or demand, as they begin in exports.
const OTHER: &[&str] =
    &["reactive", "reactiv", "kvarh", "kvar", "kvah", "kva", "blind", "реактив", "apparent"];

/// Keeps the rows of active import where a column's texts tell it from export and reactive energy, and the
/// rows would otherwise contradict each other. Returns whether the mapping changed.
pub(super) fn keep_import(
    mapping: &mut Mapping,
    stated: &ReadingsTable,
    series: &Series,
    sample: &RecordBatch,
) -> bool {
    if !stated.only_rows.is_empty() || !are_contradictory(series) {
        return false;
    }
    let used = columns_of(mapping);
    let free = (0..sample.num_columns()).filter(|index| !used.contains(index));
    let found = free.into_iter().find_map(|index| {
        let column = Column { index, name: sample.schema().field(index).name().clone() };
        let texts = imports(&column.name, &distinct_texts(sample, index)?)?;
        let mut kept = mapping.clone();
        kept.only_rows.push((column.clone(), texts.clone()));
        let series = read_series(&kept, sample).0;
        (!series.is_empty() && !are_contradictory(&series)).then_some((column, texts))
    });
    let Some((column, texts)) = found else { return false };
    let listed = texts.iter().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(", ");
    let listed = if texts.len() == 1 { listed } else { format!("[{listed}]") };
    let reason = message!("rows_are_channels", column = column.name.as_str());
    mapping.guesses.push(Guess::new("where", format!("{{ {:?} = {listed} }}", column.name), reason));
    mapping.only_rows.push((column, texts));
    true
}

/// Returns the only text that names active import, whatever the others mean.
pub(super) fn only_import<'a>(column: &str, texts: &'a BTreeSet<String>) -> Option<&'a String> {
    let kind = |text: &str| channel(column, text).or_else(|| nem_suffix(&text.trim().to_lowercase()));
    let mut imports = texts.iter().filter(|text| kind(text) == Some(Channel::Import));
    imports.next().filter(|_| imports.next().is_none())
}

/// Takes the unit from the texts of the rows that are read (`Active Import Interval (kW)`), where no column
/// name states it. Returns whether the unit changed.
pub(super) fn unit_of_rows(mapping: &mut Mapping) -> Result<bool, Trouble> {
    let Some(place) = mapping.guesses.iter().position(|guess| guess.key == "unit") else { return Ok(false) };
    let texts = mapping.only_rows.iter().flat_map(|(_, texts)| texts);
    // A lone W may be any code.
    let unit =
        |text: &String| unit_in_name(text).filter(|unit| !matches!(unit, Unit::Watts | Unit::Megawatts));
    let units: Vec<(&String, Unit)> = texts.filter_map(|text| Some((text, unit(text)?))).collect();
    let Some(&(text, unit)) = units.first() else { return Ok(false) };
    if let Some((other, _)) = units.iter().find(|(_, other)| *other != unit) {
        return Err(Trouble::new(
            format!("rows of `{text}` and of `{other}` are in different units"),
            "Set where in [[readings]] to rows of one unit",
        ));
    }
    mapping.guesses.remove(place);
    Ok(std::mem::replace(&mut mapping.unit, unit) != unit)
}

/// Returns the texts that mean active import, if every text of the column means some channel.
fn imports(column: &str, texts: &BTreeSet<String>) -> Option<Vec<String>> {
    let channels: Vec<(Channel, &String)> =
        texts.iter().map(|text| Some((channel(column, text)?, text))).collect::<Option<_>>()?;
    let kept: Vec<String> = channels
        .iter()
        .filter(|(kind, _)| *kind == Channel::Import)
        .map(|(_, text)| (*text).clone())
        .collect();
    (!kept.is_empty() && kept.len() < texts.len()).then_some(kept)
}

fn channel(column: &str, text: &str) -> Option<Channel> {
    let text = text.trim();
    let lower = text.to_lowercase();
    match name_key(column).as_str() {
        "suffix" | "nmisuffix" | "nmichannel" => return nem_suffix(&lower),
        "unit" | "units" | "uom" => {
            return match lower.as_str() {
                "kwh" | "wh" | "mwh" => Some(Channel::Import),
                "kvarh" | "varh" | "mvarh" | "kvah" | "vah" => Some(Channel::Other),
                _ => None,
            };
        }
        _ => {}
    }
    match lower.as_str() {
        "a+" | "+a" | "p+" | "+p" => return Some(Channel::Import),
        "a-" | "-a" | "p-" | "-p" => return Some(Channel::Export),
        "r+" | "r-" | "+r" | "-r" | "q+" | "q-" | "r1" | "r2" | "r3" | "r4" => return Some(Channel::Other),
        _ => {}
    }
    obis(&lower).or_else(|| by_words(&lower))
}

/// Channels of the Australian market: E from the grid, B to it, Q and K reactive.
fn nem_suffix(text: &str) -> Option<Channel> {
    let mut letters = text.chars();
    let kind = match letters.next()? {
        'e' => Channel::Import,
        'b' => Channel::Export,
        'q' | 'k' => Channel::Other,
        _ => return None,
    };
    let rest = letters.as_str();
    (rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(kind)
}

/// OBIS codes of IEC 62056-6-1: value group C is 1 for active import, 2 for active export, 3 to 8 for
/// reactive and 9 and 10 for apparent energy and power.
fn obis(text: &str) -> Option<Channel> {
    let code = text.rsplit(':').next()?;
    let mut groups = code.split(['.', '*']);
    let kind = match groups.next()?.parse::<u8>().ok()? {
        1 => Channel::Import,
        2 => Channel::Export,
        3..=10 => Channel::Other,
        _ => return None,
    };
    let is_measure = matches!(groups.next()?, "8" | "9" | "29" | "5" | "25" | "27");
    (is_measure && groups.all(|group| group.parse::<u8>().is_ok())).then_some(kind)
}

/// Reads a text such as `Active Export Interval (kW)` or `Afname Nacht`; `None` where its words say nothing
/// or contradict each other.
fn by_words(text: &str) -> Option<Channel> {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    let says = |begins: &[&str]| words.iter().any(|word| begins.iter().any(|begin| word.starts_with(begin)));
    match (says(OTHER), says(IMPORT), says(EXPORT)) {
        (true, _, _) => Some(Channel::Other),
        (false, true, false) => Some(Channel::Import),
        (false, false, true) => Some(Channel::Export),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports_of(column: &str, texts: &[&str]) -> Option<Vec<String>> {
        imports(column, &texts.iter().map(|text| (*text).to_owned()).collect())
    }

    #[test]
    fn channels_are_known_by_their_texts() {
        let import = |column, texts: &[&str]| imports_of(column, texts).map(|texts| texts.join("|"));
        assert_eq!(
            import("Read Type", &["Active Import (kW)", "Active Export (kW)"]).as_deref(),
            Some("Active Import (kW)")
        );
        assert_eq!(
            import("Register", &["Verbruik Dag", "Verbruik Nacht", "Teruglevering Dag"]).as_deref(),
            Some("Verbruik Dag|Verbruik Nacht")
        );
        assert_eq!(
            import("Kanal", &["1-1:1.29.0", "1-1:2.29.0", "1-1:5.29.0"]).as_deref(),
            Some("1-1:1.29.0")
        );
        assert_eq!(import("Канал", &["A+", "A-", "R+", "R-"]).as_deref(), Some("A+"));
        assert_eq!(import("suffix", &["E1", "B1", "Q1"]).as_deref(), Some("E1"));
        assert_eq!(import("Направление", &["приём", "отдача"]).as_deref(), Some("приём"));
        assert_eq!(import("Units", &["KWH", "KVARH"]).as_deref(), Some("KWH"));
    }

    #[test]
    fn texts_that_say_too_little_are_not_guessed_at() {
        assert_eq!(imports_of("channel", &["Delivered", "Received"]), None, "by whom?");
        assert_eq!(imports_of("channel", &["1", "2"]), None);
        assert_eq!(imports_of("channel", &["E1", "B1"]), None, "codes of one market");
        assert_eq!(imports_of("channel", &["Import", "Export", "Net"]), None, "one is not known");
        assert_eq!(imports_of("channel", &["Import day", "Import night"]), None, "nothing to leave out");
        assert_eq!(imports_of("channel", &["Import", "Import minus export"]), None);
    }
}
