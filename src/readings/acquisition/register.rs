//! Reads the register of usage points: the utility's data on each meter besides its intervals.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::left_out::LeftOut;
use super::table::{Bounds, Table, read_table};
use hashwatt_core::error::{Error, Result};
use hashwatt_core::finding::{Finding, Severity};
use hashwatt_core::ids::MeterId;
use hashwatt_core::message;
use hashwatt_core::units::MAX_DEMAND_KW;

/// One row of the register. Every field but the meter's id may be missing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UsagePoint {
    /// Transformer, feeder or substation that feeds the meter.
    pub parent_id: Option<String>,
    /// `meter`, `transformer`, `feeder` or `substation`.
    pub kind: Option<String>,
    /// Activity at the place, for example `residential` or `bakery`.
    pub activity: Option<String>,
    /// `flat`, `house`, `business` ...
    pub premises: Option<String>,
    /// Tariff, as the utility calls it.
    pub tariff: Option<String>,
    /// Most the connection may draw. [kW]
    pub contracted_kw: Option<f64>,
    /// Mining demand declared to the state. [kW]
    pub declared_mining_kw: Option<f64>,
    /// Licence of a declared farm.
    pub licence: Option<String>,
    /// Latitude, WGS 84. [degrees]
    pub lat: Option<f64>,
    /// Longitude, WGS 84. [degrees]
    pub lon: Option<f64>,
    /// Address as the utility writes it.
    pub address: Option<String>,
    /// Zone of the network, for the summary by zone.
    pub zone: Option<String>,
    /// Rating of a transformer. [kVA]
    pub rating_kva: Option<f64>,
    /// Phase that feeds it, as the utility calls it.
    pub phase: Option<String>,
    /// Bus (pole, box) of the low-voltage line that feeds it.
    pub bus: Option<String>,
    /// Whether other meters name it as their parent.
    pub has_children: bool,
}

impl UsagePoint {
    /// Returns the class in which peers are searched: activity and premises, or `unknown` if neither is
    /// given. A network meter's class is its kind.
    #[must_use]
    pub fn class(&self) -> String {
        if self.is_network() {
            return self.kind.as_ref().map_or_else(|| "network".to_owned(), |kind| kind.to_lowercase());
        }
        match (&self.activity, &self.premises) {
            (Some(activity), Some(premises)) => format!("{activity}, {premises}"),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => UNKNOWN_CLASS.to_owned(),
        }
    }

    /// Whether this is a network meter (transformer, feeder, substation), which measures the sum of the
    /// meters below it.
    #[must_use]
    pub fn is_network(&self) -> bool {
        match &self.kind {
            Some(kind) => NETWORK_KINDS.contains(&kind.trim().to_lowercase().as_str()),
            None => self.has_children,
        }
    }

    /// Whether it has no row of its own and only occurs as others' `parent_id`.
    #[must_use]
    pub fn is_named_only(&self) -> bool {
        *self == Self { has_children: true, ..Self::default() }
    }

    /// Returns the greatest load allowed: its rating, or the contracted power. [kVA]
    #[must_use]
    pub fn rating_kva(&self) -> Option<f64> {
        self.rating_kva.or(self.contracted_kw).filter(|kva| *kva > 0.0)
    }

    /// Whether the register says that people live there.
    #[must_use]
    pub fn is_residential(&self) -> bool {
        let says = |text: &Option<String>, words: &[&str]| {
            text.as_ref().is_some_and(|text| words.contains(&text.to_lowercase().as_str()))
        };
        says(&self.activity, &["residential", "household", "domestic"])
            || says(&self.premises, &["flat", "house", "apartment", "dwelling"])
    }
}

/// Kinds of network meters; every other kind is a usage point.
const NETWORK_KINDS: [&str; 3] = ["transformer", "feeder", "substation"];

/// Columns of a register besides `meter_id`. Each may be missing, but not all if the table has other columns.
const COLUMNS: [&str; 15] = [
    "parent_id",
    "kind",
    "activity",
    "premises",
    "tariff",
    "licence",
    "address",
    "zone",
    "phase",
    "bus",
    "contracted_kw",
    "declared_mining_kw",
    "lat",
    "lon",
    "rating_kva",
];

/// Class of a meter that the register does not describe.
pub const UNKNOWN_CLASS: &str = "unknown";

/// The register, by meter.
#[derive(Debug, Clone, Default)]
pub struct Register {
    points: BTreeMap<MeterId, UsagePoint>,
}

impl Register {
    /// Reads a register from Parquet, CSV or a workbook. Problems with single rows become findings.
    ///
    /// # Errors
    /// When the file cannot be read or has no `meter_id`.
    pub fn read(path: &Path) -> Result<(Self, Vec<Finding>)> {
        let file = path.display().to_string();
        let table = read_table(path)?;
        let Some(ids) = table.texts("meter_id")? else {
            return Err(Error::input(
                file,
                format!("no column `meter_id`; its columns are {}", table.names()),
                "Rename the column that names the meter to meter_id",
            ));
        };
        if table.is_of_others("meter_id", &COLUMNS) {
            return Err(Error::input(
                file,
                format!("nothing but meter_id is a column of a register; its columns are {}", table.names()),
                format!("Name what it says of the meters {}", COLUMNS.join(", ")),
            ));
        }
        let mut left_out = LeftOut::of(&table);
        let columns = PointColumns::of(&table, &mut left_out)?;
        let mut points: BTreeMap<MeterId, UsagePoint> = BTreeMap::new();
        for (row, id) in ids.iter().enumerate() {
            let Some(id) = id.as_deref().filter(|id| !id.trim().is_empty()) else {
                left_out.note(row, "meter_id", "", message!("no_meter_id"));
                continue;
            };
            let point = columns.point(row);
            match points.get(id) {
                None => {
                    points.insert(MeterId::from(id), point);
                }
                Some(first) if *first == point => {
                    let wrong = message!("listed_again");
                    left_out.note_as(Severity::Note, row, "meter_id", id, wrong);
                }
                Some(_) => {
                    let wrong = message!("listed_otherwise");
                    left_out.note(row, "meter_id", id, wrong);
                }
            }
        }
        note_parents(&mut points);
        Ok((Self { points }, left_out.findings(&file)))
    }

    /// Builds a register from these points.
    #[must_use]
    pub const fn of(points: BTreeMap<MeterId, UsagePoint>) -> Self {
        Self { points }
    }

    /// Returns the row of a meter.
    #[must_use]
    pub fn point(&self, meter: &str) -> Option<&UsagePoint> {
        self.points.get(meter)
    }

    /// Returns every row, by meter.
    pub fn points(&self) -> impl Iterator<Item = (&MeterId, &UsagePoint)> {
        self.points.iter()
    }

    /// Whether there is no register.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }
}

/// Marks the points that feed others; adds an empty row for a parent that has none.
fn note_parents(points: &mut BTreeMap<MeterId, UsagePoint>) {
    let parents: BTreeSet<String> = points.values().filter_map(|point| point.parent_id.clone()).collect();
    for parent in parents {
        points.entry(MeterId::from(parent)).or_default().has_children = true;
    }
}

/// Bounds of powers in a register. [kW, kVA]
const POWER: Bounds = Bounds { range: 0.0..=MAX_DEMAND_KW, wrong: message!("no_power") };

/// Bounds of a latitude. [degrees]
const LATITUDE: Bounds = Bounds { range: -90.0..=90.0, wrong: message!("no_latitude") };

/// Bounds of a longitude. [degrees]
const LONGITUDE: Bounds = Bounds { range: -180.0..=180.0, wrong: message!("no_longitude") };

struct PointColumns {
    texts: [Option<Vec<Option<String>>>; 10],
    numbers: [Option<Vec<Option<f64>>>; 5],
}

impl PointColumns {
    fn of(table: &Table, left_out: &mut LeftOut) -> Result<Self> {
        let text = |name| table.texts(name);
        let mut number = |name, bounds: &Bounds| table.numbers(name, bounds, left_out);
        Ok(Self {
            texts: [
                text("parent_id")?,
                text("kind")?,
                text("activity")?,
                text("premises")?,
                text("tariff")?,
                text("licence")?,
                text("address")?,
                text("zone")?,
                text("phase")?,
                text("bus")?,
            ],
            numbers: [
                number("contracted_kw", &POWER)?,
                number("declared_mining_kw", &POWER)?,
                number("lat", &LATITUDE)?,
                number("lon", &LONGITUDE)?,
                number("rating_kva", &POWER)?,
            ],
        })
    }

    fn point(&self, row: usize) -> UsagePoint {
        let text = |index: usize| {
            self.texts[index]
                .as_ref()
                .and_then(|column| column[row].clone())
                .filter(|text| !text.trim().is_empty())
        };
        let number = |index: usize| self.numbers[index].as_ref().and_then(|column| column[row]);
        UsagePoint {
            contracted_kw: number(0),
            declared_mining_kw: number(1),
            rating_kva: number(4),
            has_children: false,
            parent_id: text(0),
            kind: text(1),
            activity: text(2),
            premises: text(3),
            tariff: text(4),
            licence: text(5),
            address: text(6),
            zone: text(7),
            phase: text(8),
            bus: text(9),
            lat: number(2),
            lon: number(3),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register(csv: &str) -> Result<(Register, Vec<Finding>)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("register.csv");
        std::fs::write(&path, csv).unwrap();
        Register::read(&path)
    }

    #[test]
    fn every_column_but_the_meter_is_optional() {
        let (register, findings) = register("meter_id\n7\n8\n").unwrap();
        assert_eq!(register.point("7"), Some(&UsagePoint::default()));
        assert_eq!(register.point("7").unwrap().class(), UNKNOWN_CLASS);
        assert!(findings.is_empty());
    }

    #[test]
    fn bad_rows_are_named_and_the_rest_is_kept() {
        let (register, findings) =
            register("meter_id,declared_mining_kw,premises\na,5,flat\na,6,flat\n,1,flat\nb,-3,house\n")
                .unwrap();
        assert_eq!(register.point("a").unwrap().declared_mining_kw, Some(5.0));
        assert_eq!(register.point("b").unwrap().declared_mining_kw, None);
        let words: Vec<_> = findings.iter().map(Finding::english).collect();
        assert_eq!(words.len(), 3);
        assert!(
            words[0].starts_with("row 2:")
                && words[1].starts_with("row 3:")
                && words[2].starts_with("row 4:"),
            "{words:?}"
        );
    }

    #[test]
    fn what_is_no_number_is_named_with_its_column_and_value() {
        let csv = "meter_id,contracted_kw,declared_mining_kw,lat,lon\na,15 kW,lots,north,76.9\nb,1e308,nan,91,-200\nc,5,,43.2,76.9\n";
        let (register, findings) = register(csv).unwrap();
        assert_eq!(register.point("b"), Some(&UsagePoint::default()));
        assert_eq!(register.point("c").unwrap().contracted_kw, Some(5.0));
        let words: Vec<_> = findings.iter().map(Finding::english).collect();
        for said in [
            "row 1: contracted_kw `15 kW`",
            "row 1: declared_mining_kw `lots`",
            "row 1: lat `north`",
            "row 2: lon `-200",
        ] {
            assert!(words.iter().any(|words| words.starts_with(said)), "{said}: {words:?}");
        }
        assert!(
            words[0].contains("1 more row") && findings.iter().all(|one| one.severity == Severity::Skipped)
        );
    }

    #[test]
    fn only_what_stands_in_the_network_is_a_network_meter() {
        let (register, _) = register("meter_id,kind\na,Transformer\nb,smart meter\nc,\n").unwrap();
        let is_network = |meter| register.point(meter).unwrap().is_network();
        assert!(is_network("a") && !is_network("b") && !is_network("c"));
        assert_eq!(register.point("a").unwrap().class(), "transformer");
    }

    #[test]
    fn a_register_without_meters_names_its_columns() {
        let error = register("meter,premises\na,flat\n").unwrap_err().to_string();
        assert!(error.contains("meter_id") && error.contains("premises"), "{error}");
    }
}
