//! Gives every usage point an address and coordinates near its transformer.

use rand::Rng;

use super::scenario::{Streets, Zone};
use hashwatt_rigs::chance::{between, happens, normal, one_of, whole};

/// Spread of transformers around the middle of the district. [deg]
const DISTRICT_SPREAD_DEG: f64 = 0.03;

/// Spread of usage points around their transformer, about 100 m. [deg]
const STREET_SPREAD_DEG: f64 = 0.0012;

/// Streets: the register's spelling, Russian, Kazakh.
pub(super) const ALMATY_STREETS: [[&str; 3]; 14] = [
    ["Abay Ave", "проспект Абая", "Абай даңғылы"],
    ["Al-Farabi Ave", "проспект аль-Фараби", "Әл-Фараби даңғылы"],
    ["Dostyk Ave", "проспект Достык", "Достық даңғылы"],
    ["Raiymbek Ave", "проспект Райымбека", "Райымбек даңғылы"],
    ["Seifullin Ave", "проспект Сейфуллина", "Сейфуллин даңғылы"],
    ["Suyunbay Ave", "проспект Суюнбая", "Сүйінбай даңғылы"],
    ["Tole Bi St", "улица Толе би", "Төле би көшесі"],
    ["Zhandosov St", "улица Жандосова", "Жандосов көшесі"],
    ["Timiryazev St", "улица Тимирязева", "Тимирязев көшесі"],
    ["Gagarin Ave", "проспект Гагарина", "Гагарин даңғылы"],
    ["Auezov St", "улица Ауэзова", "Әуезов көшесі"],
    ["Baitursynov St", "улица Байтурсынова", "Байтұрсынов көшесі"],
    ["Rozybakiev St", "улица Розыбакиева", "Розыбакиев көшесі"],
    ["Ryskulov Ave", "проспект Рыскулова", "Рысқұлов даңғылы"],
];

/// Microdistricts: the register's spelling, Russian, Kazakh.
pub(super) const ALMATY_MICRODISTRICTS: [[&str; 3]; 10] = [
    ["Aksay-2", "Аксай-2", "Ақсай-2"],
    ["Aksay-4", "Аксай-4", "Ақсай-4"],
    ["Samal-1", "Самал-1", "Самал-1"],
    ["Samal-3", "Самал-3", "Самал-3"],
    ["Orbita-2", "Орбита-2", "Орбита-2"],
    ["Koktem-1", "Коктем-1", "Көктем-1"],
    ["Zhetysu-3", "Жетысу-3", "Жетісу-3"],
    ["Mamyr-4", "Мамыр-4", "Мамыр-4"],
    ["Kalkaman-2", "Калкаман-2", "Қалқаман-2"],
    ["Taugul-1", "Таугуль-1", "Тауғұл-1"],
];

/// Old names of streets with their current names, as in the city's own table.
pub(super) const ALMATY_OLD_NAMES: [(&str, &str); 4] = [
    ("проспект Ленина", "Dostyk Ave"),
    ("улица Комсомольская", "Tole Bi St"),
    ("улица Ташкентская", "Raiymbek Ave"),
    ("Красногвардейский тракт", "Suyunbay Ave"),
];

const LONDON_STREETS: [&str; 10] = [
    "Abbey Road",
    "Caledonian Road",
    "Essex Road",
    "Holloway Road",
    "Hornsey Lane",
    "Liverpool Road",
    "Seven Sisters Road",
    "Stroud Green Road",
    "Tollington Park",
    "Upper Street",
];

/// The streets that one transformer feeds.
#[derive(Debug, Clone)]
pub(super) struct Neighbourhood {
    street: Street,
    first_house: usize,
    /// Middle, degrees north.
    pub latitude_deg: f64,
    /// Middle, degrees east.
    pub longitude_deg: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Street {
    Named(&'static str),
    Microdistrict(&'static str),
    British(&'static str),
}

impl Neighbourhood {
    pub fn draw(streets: Streets, zone: &Zone, rng: &mut impl Rng) -> Self {
        let street = match streets {
            Streets::London => Street::British(one_of(&LONDON_STREETS, rng)),
            Streets::Almaty if happens(0.4, rng) => {
                Street::Microdistrict(one_of(&ALMATY_MICRODISTRICTS, rng)[0])
            }
            Streets::Almaty => Street::Named(one_of(&ALMATY_STREETS, rng)[0]),
        };
        Self {
            street,
            first_house: whole(1, 180, rng),
            latitude_deg: zone.latitude_deg + DISTRICT_SPREAD_DEG * f64::from(normal(rng)),
            longitude_deg: zone.longitude_deg + 1.4 * DISTRICT_SPREAD_DEG * f64::from(normal(rng)),
        }
    }

    /// Moves the neighbourhood along its street past earlier ones: no two usage points share an address.
    pub fn move_past(&mut self, others: &[(Self, usize)], n_points: usize) {
        let of_street = || others.iter().filter(|(other, _)| other.street == self.street);
        let is_free = |first: usize| {
            of_street()
                .all(|(other, n)| first + n_points <= other.first_house || other.first_house + n <= first)
        };
        if !is_free(self.first_house) {
            let end = of_street().map(|(other, n)| other.first_house + n).max();
            self.first_house = end.unwrap_or(self.first_house);
        }
    }

    /// Returns the address of the `n`th usage point of a kind: `flat`, `unit`, or (`None`) a house.
    pub fn address(&self, n: usize, door: Option<&str>) -> String {
        let (house, door_n) = match door {
            Some(_) => (self.first_house + 2 * (n / 36), n % 36 + 1),
            None => (self.first_house + n, 0),
        };
        let building = match self.street {
            Street::Named(street) => format!("{street} {house}"),
            Street::Microdistrict(name) => format!("mikrorayon {name}, {house}"),
            Street::British(street) => format!("{house} {street}"),
        };
        door.map_or_else(|| building.clone(), |door| format!("{building}, {door} {door_n}"))
    }

    /// Draws the coordinates of a usage point. [deg north, deg east]
    pub fn coordinates(&self, rng: &mut impl Rng) -> (f64, f64) {
        let mut off = || STREET_SPREAD_DEG * f64::from(between(-1.0, 1.0, rng));
        (self.latitude_deg + off(), self.longitude_deg + off())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flats_of_one_street_have_addresses_of_their_own() {
        let street = Neighbourhood {
            street: Street::Named("Abay Ave"),
            first_house: 12,
            latitude_deg: 43.0,
            longitude_deg: 77.0,
        };
        assert_eq!(street.address(33, Some("flat")), "Abay Ave 12, flat 34");
        assert_eq!(street.address(36, Some("flat")), "Abay Ave 14, flat 1");
        assert_eq!(street.address(3, None), "Abay Ave 15");
    }
}
