//! Finds the streets of a register that a name may mean: by exact name, old name, or similar name.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use rapidfuzz::distance::osa;

use super::address::street_name;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::message;
use hashwatt_readings::acquisition::table::read_table;

/// Names with less similarity than this are different streets (1: the same). It allows one slip in four
/// letters, two in eight.
const MIN_ALIKE: f64 = 0.74;

/// Factor for an old name from the utility's table: nearly as good as the current name.
const OLD_NAME_ALIKE: f64 = 0.99;

/// Most streets that are compared letter by letter, those with the most shared trigrams first.
const MAX_COMPARED: usize = 60;

/// Number of a street in the index.
pub type StreetNumber = u32;

/// Names of all streets of a register.
#[derive(Debug, Default)]
pub struct Streets {
    names: Vec<Name>,
    exact: HashMap<String, Vec<u32>>,
    trigrams: HashMap<[u8; 3], Vec<u32>>,
    n_streets: u32,
}

/// A current or old name, and its street.
#[derive(Debug)]
struct Name {
    /// The folded name.
    text: String,
    street: StreetNumber,
    is_old: bool,
}

impl Streets {
    /// Returns the number of the street with this folded name; a new street gets a new number.
    pub fn number(&mut self, name: &str) -> StreetNumber {
        let own = self
            .exact
            .get(name)
            .and_then(|names| names.iter().map(|&at| &self.names[at as usize]).find(|known| !known.is_old));
        if let Some(known) = own {
            return known.street;
        }
        let street = self.n_streets;
        self.n_streets += 1;
        self.add_name(name, street, false);
        street
    }

    /// Adds old names of known streets; old names of unknown streets are ignored.
    pub fn add_old_names(&mut self, renamed: &Renamed) {
        for (old, new) in &renamed.pairs {
            let streets: Vec<StreetNumber> = self
                .exact
                .get(new)
                .map(|names| names.iter().map(|&at| self.names[at as usize].street).collect())
                .unwrap_or_default();
            streets.into_iter().for_each(|street| self.add_name(old, street, true));
        }
    }

    fn add_name(&mut self, text: &str, street: StreetNumber, is_old: bool) {
        let at = u32::try_from(self.names.len()).expect("fewer than 4 billion streets");
        self.exact.entry(text.to_owned()).or_default().push(at);
        for trigram in trigrams(text) {
            let names = self.trigrams.entry(trigram).or_default();
            if names.last() != Some(&at) {
                names.push(at);
            }
        }
        self.names.push(Name { text: text.to_owned(), street, is_old });
    }

    /// Returns the streets with exactly this current or old name.
    #[must_use]
    pub fn exact(&self, name: &str) -> Vec<(StreetNumber, f64)> {
        let names = self.exact.get(name).map_or(&[][..], Vec::as_slice);
        best(names.iter().map(|&at| self.alike(at, 1.0)))
    }

    /// Returns the streets of this name or, if there are none, of a similar name; with similarity, best
    /// first.
    #[must_use]
    pub fn find(&self, name: &str) -> Vec<(StreetNumber, f64)> {
        let exact = self.exact(name);
        if !exact.is_empty() {
            return exact;
        }
        let mut shared: BTreeMap<u32, usize> = BTreeMap::new();
        for trigram in trigrams(name) {
            for &at in self.trigrams.get(&trigram).map_or(&[][..], Vec::as_slice) {
                *shared.entry(at).or_default() += 1;
            }
        }
        let mut shared: Vec<(u32, usize)> = shared.into_iter().collect();
        shared.sort_by_key(|(at, n)| (std::cmp::Reverse(*n), *at));
        let alike = |at: u32| {
            let other = &self.names[at as usize].text;
            let alike = likeness(name, other)?;
            Some(self.alike(at, alike))
        };
        best(shared.into_iter().take(MAX_COMPARED).filter_map(|(at, _)| alike(at)))
    }

    fn alike(&self, at: u32, alike: f64) -> (StreetNumber, f64) {
        let name = &self.names[at as usize];
        (name.street, if name.is_old { alike * OLD_NAME_ALIKE } else { alike })
    }
}

/// Returns each street once, best first; ties by lowest number.
fn best(found: impl Iterator<Item = (StreetNumber, f64)>) -> Vec<(StreetNumber, f64)> {
    let mut streets: BTreeMap<StreetNumber, f64> = BTreeMap::new();
    for (street, alike) in found {
        let known = streets.entry(street).or_insert(alike);
        *known = known.max(alike);
    }
    let mut streets: Vec<_> = streets.into_iter().collect();
    streets.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    streets
}

/// Returns the similarity of two folded names; `None` if they differ too much. Their numbers must agree.
fn likeness(a: &str, b: &str) -> Option<f64> {
    let number = |text: &str| text.bytes().filter(u8::is_ascii_digit).collect::<Vec<u8>>();
    if number(a) != number(b) {
        return None;
    }
    let arguments = osa::Args::default().score_cutoff(MIN_ALIKE);
    osa::normalized_similarity_with_args(a.bytes(), b.bytes(), &arguments)
}

fn trigrams(text: &str) -> Vec<[u8; 3]> {
    let padded: Vec<u8> = [b' '].into_iter().chain(text.bytes()).chain([b' ']).collect();
    padded.windows(3).map(|three| [three[0], three[1], three[2]]).collect()
}

/// Old street names with the new ones, folded.
#[derive(Debug, Clone, Default)]
pub struct Renamed {
    pairs: Vec<(String, String)>,
}

impl Renamed {
    /// Reads the utility's table `old_name, new_name`, from Parquet, CSV or a workbook.
    ///
    /// # Errors
    /// When the file cannot be read or lacks one of the columns.
    pub fn read(path: &Path) -> Result<(Self, Vec<Finding>)> {
        let file = path.display().to_string();
        let table = read_table(path)?;
        let (Some(old), Some(new)) = (table.texts("old_name")?, table.texts("new_name")?) else {
            return Err(Error::input(
                &file,
                format!("its columns are {}", table.names()),
                "Give a table (.csv, .xlsx, .parquet) with the columns old_name and new_name",
            ));
        };
        let (mut renamed, mut findings) = (Self::default(), table.notes());
        let name = |text: Option<String>| text.and_then(|text| street_name(&text));
        for (index, (old, new)) in old.into_iter().zip(new).enumerate() {
            match (name(old), name(new)) {
                (Some(old), Some(new)) => renamed.pairs.push((old, new)),
                _ => findings.push(
                    Finding::new(
                        Code::TableRowSkipped,
                        Severity::Warning,
                        message!("street_row", row = index + 1),
                    )
                    .in_source(&file),
                ),
            }
        }
        Ok((renamed, findings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn streets(names: &[&str]) -> Streets {
        let mut streets = Streets::default();
        names.iter().for_each(|name| {
            streets.number(&street_name(name).unwrap());
        });
        streets
    }

    fn found(streets: &Streets, name: &str) -> Vec<u32> {
        streets.find(&street_name(name).unwrap()).into_iter().map(|(street, _)| street).collect()
    }

    #[test]
    fn a_slip_of_the_pen_still_finds_the_street() {
        let streets = streets(&["Seifullin Ave", "Suyunbay Ave", "мкр Аксай-2", "мкр Аксай-4"]);
        assert_eq!(found(&streets, "Сейфулина"), [0]);
        assert_eq!(found(&streets, "Сефйуллина"), [0]);
        assert_eq!(found(&streets, "Сүйінбай даңғылы"), [1]);
        assert_eq!(found(&streets, "Аксай-4"), [3]);
        assert!(found(&streets, "Гоголя").is_empty());
    }

    #[test]
    fn the_number_of_a_name_must_agree() {
        assert_eq!(likeness("aksai 2", "aksai 4"), None);
        assert_eq!(likeness("aksai 2", "aksai 2"), Some(1.0));
    }

    #[test]
    fn an_old_name_leads_to_the_street_it_became() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("streets.csv");
        std::fs::write(&path, "old_name,new_name\nпр. Ленина,Dostyk Ave\n,x\nКомсомольская,Толе би\n")
            .unwrap();
        let (renamed, findings) = Renamed::read(&path).unwrap();
        assert_eq!(findings.len(), 1);
        assert!(findings[0].english().starts_with("row 2:"));
        let mut streets = streets(&["Dostyk Ave", "Tole Bi St"]);
        streets.add_old_names(&renamed);
        assert_eq!(found(&streets, "проспект Ленина"), [0]);
        assert_eq!(found(&streets, "Lenin"), [0]);
        assert_eq!(found(&streets, "комсомолская"), [1]);
    }

    #[test]
    fn a_table_without_its_columns_says_what_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("streets.csv");
        std::fs::write(&path, "from,to\na,b\n").unwrap();
        let error = Renamed::read(&path).unwrap_err().to_string();
        assert!(error.contains("`from`, `to`") && error.contains("old_name"), "{error}");
    }
}
