//! Indexes a register once, so that a tip is matched without a scan of all usage points.

use std::collections::HashMap;

use rayon::prelude::*;

use super::address::{Address, StreetKind, parse_first};
use super::places::{Places, Position};
use super::streets::{Renamed, StreetNumber, Streets};
use hashwatt_readings::acquisition::register::{Register, UsagePoint};

/// Number of a meter in the index.
pub type MeterNumber = u32;

/// The part of a usage point that matching needs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Point {
    /// The meter's id.
    pub meter: Box<str>,
    /// Id of its parent.
    pub parent: Option<Box<str>>,
    /// Address as the register writes it.
    pub address: Option<Box<str>>,
    /// Its coordinates.
    pub position: Option<Position>,
    /// Whether it is a network meter: of a transformer, feeder or substation.
    pub is_network: bool,
}

impl Point {
    /// Makes a point from a row of the register.
    #[must_use]
    pub fn of(meter: &str, row: &UsagePoint) -> Self {
        Self {
            meter: meter.into(),
            parent: row.parent_id.as_deref().map(Into::into),
            address: row.address.as_deref().map(Into::into),
            position: row.lat.zip(row.lon).and_then(|(lat, lon)| Position::new(lat, lon)),
            is_network: row.is_network(),
        }
    }
}

/// Address of a meter. Texts are numbers of [`Index::text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Door {
    street: StreetNumber,
    house: u32,
    flat: u32,
    meter: MeterNumber,
}

/// Number of a text that is not in the register.
const NO_TEXT: u32 = u32::MAX;

/// Number of the empty text: a house without flats.
const EMPTY: u32 = 0;

/// Addresses parsed at once: all addresses of a city would need more memory than their index.
const READ_AT_ONCE: usize = 1 << 16;

/// Index of usage points by id, by address and by position.
#[derive(Debug, Default)]
pub struct Index {
    points: Vec<Point>,
    by_id: HashMap<Box<str>, MeterNumber>,
    streets: Streets,
    texts: HashMap<Box<str>, u32>,
    /// Sorted by street, house, flat.
    doors: Vec<Door>,
    kinds: Vec<Option<StreetKind>>,
    /// Folded other names in each meter's address, such as its town.
    beside: Vec<Box<[u32]>>,
    usage_points: Places,
    transformers: Places,
}

/// The meters that an address leads to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Doors {
    /// Meters whose house and flat agree. If the address has no flat, all meters of the house.
    pub agreeing: Vec<MeterNumber>,
    /// Meters of the house, if it has none at the flat that was named.
    pub house_only: Vec<MeterNumber>,
}

impl Index {
    /// Indexes a register.
    #[must_use]
    pub fn of(register: &Register, renamed: &Renamed) -> Self {
        Self::of_points(
            register.points().map(|(meter, row)| Point::of(meter.as_str(), row)).collect(),
            renamed,
        )
    }

    /// Indexes points, in the given order.
    ///
    /// # Panics
    /// With more than four billion points.
    #[must_use]
    pub fn of_points(points: Vec<Point>, renamed: &Renamed) -> Self {
        // Transformers are left out: nobody lives there.
        let read = |point: &Point| parse_first(point.address.as_deref().filter(|_| !point.is_network)?);
        let mut index = Self { points, ..Self::default() };
        index.text_number("");
        let (mut spots, mut stations) = (Vec::new(), Vec::new());
        index.kinds = vec![None; index.points.len()];
        index.beside = vec![Box::default(); index.points.len()];
        for from in (0..index.points.len()).step_by(READ_AT_ONCE) {
            let to = (from + READ_AT_ONCE).min(index.points.len());
            let addresses: Vec<Option<Address>> = index.points[from..to].par_iter().map(read).collect();
            for (at, address) in (from..to).zip(&addresses) {
                let meter = u32::try_from(at).expect("fewer than 4 billion meters");
                let point = &index.points[at];
                index.by_id.entry(folded_id(&point.meter)).or_insert(meter);
                if let Some(position) = point.position {
                    if point.is_network { &mut stations } else { &mut spots }.push((position, meter));
                }
                if let Some(address) = address {
                    index.add_door(meter, address);
                }
            }
        }
        index.doors.sort_unstable();
        index.streets.add_old_names(renamed);
        index.usage_points = Places::of(&spots);
        index.transformers = Places::of(&stations);
        index
    }

    fn add_door(&mut self, meter: MeterNumber, address: &Address) {
        let Some(house) = &address.house else { return };
        let street = self.streets.number(&address.street);
        let house = self.text_number(house);
        let flat = self.text_number(address.flat.as_deref().unwrap_or_default());
        self.doors.push(Door { street, house, flat, meter });
        self.kinds[meter as usize] = address.kind;
        let beside: Vec<u32> = address.beside.iter().map(|name| self.text_number(name)).collect();
        self.beside[meter as usize] = beside.into();
    }

    fn text_number(&mut self, text: &str) -> u32 {
        let next = self.texts.len() as u32;
        match self.texts.get(text) {
            Some(number) => *number,
            None => *self.texts.entry(text.into()).or_insert(next),
        }
    }

    fn text(&self, text: &str) -> u32 {
        self.texts.get(text).copied().unwrap_or(NO_TEXT)
    }

    /// Returns the number of points.
    #[must_use]
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether the index is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Returns a point.
    #[must_use]
    pub fn point(&self, meter: MeterNumber) -> &Point {
        &self.points[meter as usize]
    }

    /// Finds a point by id; case, spaces and hyphens are ignored.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<MeterNumber> {
        self.by_id.get(&*folded_id(id)).copied()
    }

    /// Returns the streets that a folded name may mean, with their similarity, best first.
    #[must_use]
    pub fn streets(&self, name: &str) -> Vec<(StreetNumber, f64)> {
        self.streets.find(name)
    }

    /// Whether a street has, or once had, exactly this name.
    #[must_use]
    pub fn has_street(&self, name: &str) -> bool {
        !self.streets.exact(name).is_empty()
    }

    /// Returns the meters of a house in a street.
    #[must_use]
    pub fn doors(&self, street: StreetNumber, house: &str, flat: Option<&str>) -> Doors {
        let house = self.text(house);
        let from = self.doors.partition_point(|door| (door.street, door.house) < (street, house));
        let of_house =
            self.doors[from..].iter().take_while(|door| (door.street, door.house) == (street, house));
        let of_house: Vec<Door> = of_house.copied().collect();
        let meters = |doors: &[Door]| doors.iter().map(|door| door.meter).collect::<Vec<_>>();
        let Some(flat) = flat else { return Doors { agreeing: meters(&of_house), ..Doors::default() } };
        let flat = self.text(flat);
        let agreeing: Vec<Door> = of_house.iter().filter(|door| door.flat == flat).copied().collect();
        if agreeing.is_empty() {
            return Doors { house_only: meters(&of_house), ..Doors::default() };
        }
        Doors { agreeing: meters(&agreeing), ..Doors::default() }
    }

    /// Whether the register gives this meter of the house a flat.
    #[must_use]
    pub fn has_flat(&self, street: StreetNumber, house: &str, meter: MeterNumber) -> bool {
        let house = self.text(house);
        let from = self.doors.partition_point(|door| (door.street, door.house) < (street, house));
        let mut of_house =
            self.doors[from..].iter().take_while(|door| (door.street, door.house) == (street, house));
        of_house.any(|door| door.meter == meter && door.flat != EMPTY)
    }

    /// Returns the kind of a meter's street, from the register.
    #[must_use]
    pub fn street_kind(&self, meter: MeterNumber) -> Option<StreetKind> {
        self.kinds[meter as usize]
    }

    /// Whether a meter's address names one of these towns; `None` if either side names no town.
    #[must_use]
    pub fn is_beside(&self, meter: MeterNumber, beside: &[String]) -> Option<bool> {
        let own = &self.beside[meter as usize];
        let said: Vec<u32> =
            beside.iter().map(|name| self.text(name)).filter(|text| *text != NO_TEXT).collect();
        (!own.is_empty() && !said.is_empty()).then(|| own.iter().any(|text| said.contains(text)))
    }

    /// Returns the usage points, for a search by position.
    #[must_use]
    pub const fn usage_points(&self) -> &Places {
        &self.usage_points
    }

    /// Returns the transformers, for a search by position.
    #[must_use]
    pub const fn transformers(&self) -> &Places {
        &self.transformers
    }
}

/// Folds an id: lower case, without the characters that people leave out or add when they read one out.
fn folded_id(id: &str) -> Box<str> {
    let is_kept = |letter: &char| !letter.is_whitespace() && !matches!(letter, '-' | '_' | '.' | '№' | '#');
    let kept: String = id.chars().flat_map(char::to_lowercase).filter(is_kept).collect();
    // An id made only of such characters is kept as it is.
    if kept.is_empty() { id.into() } else { kept.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(meter: &str, address: &str) -> Point {
        Point { meter: meter.into(), address: Some(address.into()), ..Point::default() }
    }

    #[test]
    fn house_and_flat_must_agree() {
        let points = ["Abay Ave 12, flat 4", "Abay Ave 12, flat 5", "Abay Ave 14", "Abay Ave 12a, flat 4"];
        let index = Index::of_points(
            points.iter().enumerate().map(|(at, address)| point(&format!("M{at}"), address)).collect(),
            &Renamed::default(),
        );
        let street = index.streets("abai")[0].0;
        assert_eq!(index.doors(street, "12", Some("4")).agreeing, [0]);
        assert_eq!(index.doors(street, "12", None).agreeing, [0, 1]);
        assert_eq!(index.doors(street, "12a", Some("4")).agreeing, [3]);
        assert_eq!(index.doors(street, "12", Some("9")).house_only, [0, 1]);
        assert_eq!(index.doors(street, "13", None), Doors::default());
        assert!(index.has_flat(street, "12", 0) && !index.has_flat(street, "14", 2));
    }

    #[test]
    fn an_id_is_found_as_people_read_it_out() {
        let index = Index::of_points(vec![point("KZ-0042", "")], &Renamed::default());
        for id in ["KZ-0042", "kz 0042", "KZ0042", "№ KZ-0042"] {
            assert_eq!(index.by_id(id), Some(0), "{id}");
        }
        assert_eq!(index.by_id("KZ-0043"), None);
        assert_eq!(index.by_id(""), None);
    }
}
