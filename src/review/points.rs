//! Looks up a place in the register: network meters from memory, all others by decoding their row.
//!
//! A city's register is larger than all else that the desk holds in memory, and a page shows one row of it.

use std::collections::{BTreeMap, HashMap, HashSet};

use arrow::array::{Array, Float64Array, RecordBatch, StringArray};

use super::by_meter::{ByMeter, floats, texts};
use hashwatt_core::error::Result;
use hashwatt_core::ids::MeterId;
use hashwatt_readings::acquisition::register::{Register, UsagePoint};
use hashwatt_run::past_run::PastRun;
use hashwatt_run::schema::REGISTER;

const COLUMNS: [&str; 14] = [
    "meter_id",
    "parent_id",
    "kind",
    "activity",
    "premises",
    "tariff",
    "licence",
    "address",
    "zone",
    "contracted_kw",
    "declared_mining_kw",
    "lat",
    "lon",
    "rating_kva",
];

/// The register of a run.
#[derive(Debug)]
pub struct Points {
    /// `None` if the run had no register.
    table: Option<ByMeter>,
    /// Transformers, feeders, substations.
    network: Register,
}

impl Points {
    /// Opens the register of a run.
    ///
    /// # Errors
    /// When the register exists but cannot be read.
    pub fn of(run: &PastRun) -> Result<Self> {
        let table = run.path(REGISTER.file).is_file().then(|| ByMeter::of(run, REGISTER.file)).transpose()?;
        let mut network = BTreeMap::new();
        if let Some(table) = &table {
            let mut parents: HashSet<String> = HashSet::new();
            table.each_batch(&["parent_id"], |batch| {
                for parent in texts(batch, "parent_id")?.iter().flatten() {
                    if !parents.contains(parent) {
                        parents.insert(parent.to_owned());
                    }
                }
                Ok(())
            })?;
            each_point(table, |meter, mut point| {
                point.has_children = parents.remove(meter);
                if point.is_network() || point.has_children {
                    network.insert(MeterId::from(meter), point);
                }
            })?;
            let named_only = UsagePoint { has_children: true, ..UsagePoint::default() };
            network.extend(parents.into_iter().map(|parent| (MeterId::from(parent), named_only.clone())));
        }
        Ok(Self { table, network: Register::of(network) })
    }

    /// Returns transformers, feeders and substations, also those that the register names only as a parent.
    #[must_use]
    pub const fn network(&self) -> &Register {
        &self.network
    }

    /// Returns the register's row of a meter; `None` if it has none.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn point(&self, meter: &str) -> Result<Option<UsagePoint>> {
        if let Some(point) = self.network.point(meter) {
            return Ok(Some(point.clone()));
        }
        let Some(table) = &self.table else { return Ok(None) };
        let rows = table.rows(meter)?;
        let Some(batch) = rows.first().filter(|batch| batch.num_rows() > 0) else { return Ok(None) };
        Ok(Some(Rows::of(batch)?.point(0)))
    }

    /// Calls `take` with every point; network meters are as [`Self::network`] returns them.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn each(&self, mut take: impl FnMut(&str, &UsagePoint)) -> Result<()> {
        if let Some(table) = &self.table {
            each_point(table, |meter, point| match self.network.point(meter) {
                Some(point) => take(meter, point),
                None => take(meter, &point),
            })?;
        }
        let named_only = self.network.points().filter(|(_, point)| point.is_named_only());
        named_only.for_each(|(meter, point)| take(meter.as_str(), point));
        Ok(())
    }
}

fn each_point(table: &ByMeter, mut take: impl FnMut(&str, UsagePoint)) -> Result<()> {
    table.each_batch(&COLUMNS, |batch| {
        let rows = Rows::of(batch)?;
        (0..batch.num_rows()).for_each(|row| take(rows.texts[0].value(row), rows.point(row)));
        Ok(())
    })
}

/// Rows of the table, with the columns of [`COLUMNS`].
struct Rows {
    texts: Vec<StringArray>,
    numbers: Vec<Float64Array>,
}

impl Rows {
    fn of(batch: &RecordBatch) -> Result<Self> {
        Ok(Self {
            texts: COLUMNS[..9].iter().map(|name| texts(batch, name)).collect::<Result<_>>()?,
            numbers: COLUMNS[9..].iter().map(|name| floats(batch, name)).collect::<Result<_>>()?,
        })
    }

    fn point(&self, row: usize) -> UsagePoint {
        let text = |column: usize| {
            let column = &self.texts[column];
            column.is_valid(row).then(|| column.value(row).to_owned())
        };
        let number = |column: usize| {
            let column = &self.numbers[column];
            column.is_valid(row).then(|| column.value(row))
        };
        UsagePoint {
            parent_id: text(1),
            kind: text(2),
            activity: text(3),
            premises: text(4),
            tariff: text(5),
            licence: text(6),
            address: text(7),
            zone: text(8),
            contracted_kw: number(0),
            declared_mining_kw: number(1),
            lat: number(2),
            lon: number(3),
            rating_kva: number(4),
            ..UsagePoint::default()
        }
    }
}

/// Finds the zone of a place: its own, else that of the nearest parent with a zone, else the topmost parent's
/// id, as in the roll-up.
#[derive(Debug)]
pub struct ZoneOf<'a> {
    network: &'a Register,
    known: HashMap<String, Option<String>>,
}

impl<'a> ZoneOf<'a> {
    /// Makes an empty cache of zones.
    #[must_use]
    pub fn new(network: &'a Register) -> Self {
        Self { network, known: HashMap::new() }
    }

    /// Most steps up the hierarchy; more would mean a loop.
    const DEEPEST: usize = 16;

    /// Returns the zone of a place; `None` if the register has nothing above it.
    pub fn zone(&mut self, point: &UsagePoint) -> Option<String> {
        if point.zone.is_some() {
            return point.zone.clone();
        }
        let parent = point.parent_id.as_deref()?;
        if let Some(zone) = self.known.get(parent) {
            return zone.clone();
        }
        let (mut top, mut zone) = (parent, None);
        for _ in 0..Self::DEEPEST {
            let Some(point) = self.network.point(top) else { break };
            zone.clone_from(&point.zone);
            match &point.parent_id {
                Some(above) if zone.is_none() => top = above,
                _ => break,
            }
        }
        let zone = zone.or_else(|| Some(top.to_owned()));
        self.known.insert(parent.to_owned(), zone.clone());
        zone
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use hashwatt_core::folder::{Holds, Marker};
    use hashwatt_run::tables::register::register_frame;
    use hashwatt_run::tables::write_parquet;

    #[test]
    fn every_point_is_as_the_register_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let csv = folder.path().join("register.csv");
        let rows = "meter_id,parent_id,kind,address,zone,lat,lon,contracted_kw,rating_kva\n\
            M1,T1,meter,Abay 1,,43.2,76.9,7.5,\nM2,T2,,,,,,,\nT1,F1,transformer,,east,43.3,76.8,,400\n";
        std::fs::write(&csv, rows).unwrap();
        let register = Register::read(&csv).unwrap().0;
        let mut file = std::fs::File::create(folder.path().join(REGISTER.file)).unwrap();
        write_parquet(&mut file, REGISTER.file, register_frame(&register).unwrap()).unwrap();
        std::fs::write(folder.path().join("run.json"), r#"{"format": 2}"#).unwrap();
        Marker::of_content(Holds::Run, folder.path(), &BTreeMap::new())
            .unwrap()
            .write(folder.path())
            .unwrap();
        let points = Points::of(&PastRun::open(folder.path()).unwrap()).unwrap();
        let mut n = 0;
        points
            .each(|meter, point| {
                assert_eq!(Some(point), register.point(meter), "{meter}");
                assert_eq!(points.point(meter).unwrap().as_ref(), Some(point), "{meter}");
                n += 1;
            })
            .unwrap();
        assert_eq!((n, register.points().count()), (5, 5));
        let network: Vec<&str> = points.network().points().map(|(meter, _)| meter.as_str()).collect();
        assert_eq!(network, ["F1", "T1", "T2"]);
        assert_eq!(points.point("nobody").unwrap(), None);
        let mut zones = ZoneOf::new(points.network());
        let mut zone = |meter: &str| zones.zone(&points.point(meter).unwrap().unwrap());
        assert_eq!((zone("M1").as_deref(), zone("M2").as_deref()), (Some("east"), Some("T2")));
    }
}
