//! Matches a tip to places: by id, then by address, then by map position, each with a confidence.

use hashwatt_core::portable::Portable;
use serde::Serialize;

use super::address::{Address, NameRange, Token, parse, tokens, with_name};
use super::index::{Index, MeterNumber};
use super::places::{RADIUS_M, TRANSFORMER_RADIUS_M, weights};
use super::tip::{Claim, Tip};

/// Chance that an id read out is the right one.
const ID: f64 = 0.98;

/// Chance that a flat is the right one if street, house and flat agree.
const ADDRESS: f64 = 0.97;

/// The same chance if the street's name is only just similar enough.
const MIN_ADDRESS: f64 = 0.7;

/// Similarity at which that is so.
const MIN_ALIKE: f64 = 0.74;

/// Chance of a house that the register has without flats, if the caller names a flat.
const HOUSE_WITHOUT_FLATS: f64 = 0.5;

/// Chance of a map position. It is lower than an address's: a finger slips, a phone is next to the building.
const MARK: f64 = 0.8;

/// Factor for a flat of the house if the caller names no flat and the register also has the house itself.
const FLAT_OF_HOUSE: f64 = 0.1;

/// Scale of the similarity: each step of this size below the best makes a name e times less likely.
const ALIKE_SCALE: f64 = 0.05;

/// Factors if the kind of street or the town differs.
const OTHER_KIND: f64 = 0.5;
const OTHER_TOWN: f64 = 0.02;

/// Most lines of one tip, the likeliest first: nobody reads a whole block of flats.
pub const MAX_MATCHES: usize = 40;

/// Matches below this confidence are dropped.
const MIN_CONFIDENCE: f64 = 0.005;

/// Words of a text in which an address is searched for.
const MAX_WORDS: usize = 400;

/// How a match was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// By a meter's or transformer's number.
    Id,
    /// By the address given.
    Address,
    /// By an address found in the caller's words.
    Words,
    /// By a position on the map.
    Place,
    /// By the transformer that feeds the place, because the place has no meter.
    Transformer,
}

impl MatchedBy {
    /// Returns the stable text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A place that a tip may mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// A usage point, or the transformer whose residual is meant.
    pub meter: MeterNumber,
    /// Chance that the tip means this place, 0..=1; those of one tip sum to at most 1.
    pub confidence: f64,
    /// How the match was made.
    pub by: MatchedBy,
}

/// The places that a tip may mean, the likeliest first, and what was not found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Matches {
    /// The places.
    pub all: Vec<Match>,
    /// What the tip names but the register lacks.
    pub unknown: Vec<String>,
}

/// Matches a tip.
#[must_use]
pub fn match_tip(index: &Index, tip: &Tip, claim: Claim) -> Matches {
    let mut matches = Matches::default();
    by_id(index, tip, &mut matches);
    let is_certain = matches.all.iter().any(|one| !index.point(one.meter).is_network);
    let by_address = by_address(index, tip, &mut matches.unknown);
    let mut found = if is_certain { agree(matches.all, &by_address) } else { join(by_address, matches.all) };
    if !found.iter().any(|one| matches!(one.by, MatchedBy::Id | MatchedBy::Address | MatchedBy::Words)) {
        found.extend(by_place(index, tip));
    } else if let Some(position) = tip.position.filter(|_| found.len() > 1 && !is_certain) {
        weigh_by_place(index, &mut found, position);
    }
    if claim.is_past_a_meter() || found.is_empty() {
        add_parents(index, tip, claim, &mut found);
    }
    found.retain(|one| one.confidence >= MIN_CONFIDENCE);
    found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.meter.cmp(&b.meter)));
    found.truncate(MAX_MATCHES);
    Matches { all: found, unknown: matches.unknown }
}

fn by_id(index: &Index, tip: &Tip, matches: &mut Matches) {
    for (id, what) in [(&tip.meter_id, "meter"), (&tip.transformer_id, "transformer")] {
        let Some(id) = id.as_deref().filter(|id| !id.trim().is_empty()) else { continue };
        // The id of a residual is the id of its transformer with a prefix.
        let bare = id.strip_prefix(hashwatt_core::ids::RESIDUAL_PREFIX).unwrap_or(id);
        match index.by_id(bare) {
            Some(meter) if matches.all.iter().all(|one| one.meter != meter) => {
                matches.all.push(Match { meter, confidence: ID, by: MatchedBy::Id });
            }
            Some(_) => {}
            None => matches.unknown.push(format!("{what} {id}")),
        }
    }
    if matches.all.is_empty() && tip.address.is_none() {
        let said = ids_in(index, &tip.text);
        let n = said.len().max(1) as f64;
        matches.all.extend(said.into_iter().map(|meter| Match {
            meter,
            confidence: ID / n,
            by: MatchedBy::Id,
        }));
    }
}

/// Finds ids of meters in the text. An id has at least four characters and a digit, so that no plain word is
/// taken for one.
fn ids_in(index: &Index, text: &str) -> Vec<MeterNumber> {
    let is_id = |word: &&str| word.len() >= 4 && word.bytes().any(|byte| byte.is_ascii_digit());
    let bare = |word: &'_ str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let mut found = Vec::new();
    for word in text.split_whitespace().take(MAX_WORDS).map(bare).filter(|word| is_id(&word.as_str())) {
        if let Some(meter) = index.by_id(&word).filter(|meter| !found.contains(meter)) {
            found.push(meter);
        }
    }
    found
}

fn by_address(index: &Index, tip: &Tip, unknown: &mut Vec<String>) -> Vec<Match> {
    let said = tip.address.as_deref().map(str::trim).filter(|address| !address.is_empty());
    if let Some(address) = said {
        let readings = parse(address);
        let found = of_readings(index, &readings, MatchedBy::Address);
        if !found.is_empty() {
            return found;
        }
        unknown.push(format!("address {}", address.chars().take(120).collect::<String>()));
        return near_houses(index, &readings);
    }
    let readings = in_words(index, &tip.text);
    of_readings(index, &readings, MatchedBy::Words)
}

/// Returns the meters of the first reading that leads to any.
fn of_readings(index: &Index, readings: &[Address], by: MatchedBy) -> Vec<Match> {
    let mut found: Vec<Match> = Vec::new();
    let mut houses: Vec<Match> = Vec::new();
    for reading in readings {
        let (doors, others) = of_reading(index, reading, by);
        if found.is_empty() && !doors.is_empty() {
            found = doors;
        }
        if houses.is_empty() {
            houses = others;
        }
    }
    if found.is_empty() { houses } else { found }
}

/// Returns the meters at an address. If the house has no such flat, also returns the transformers of the
/// house.
fn of_reading(index: &Index, address: &Address, by: MatchedBy) -> (Vec<Match>, Vec<Match>) {
    let Some(house) = address.house.as_deref() else { return (Vec::new(), Vec::new()) };
    let streets = index.streets(&address.street);
    let best = streets.first().map_or(0.0, |street| street.1);
    let (mut doors, mut others) = (Vec::new(), Vec::new());
    for (street, alike) in streets {
        let nearness = ((alike - best) / ALIKE_SCALE).portable_exp();
        let of_house = index.doors(street, house, address.flat.as_deref());
        let is_flat = |meter: u32| address.flat.is_none() && index.has_flat(street, house, meter);
        let has_own = of_house.agreeing.iter().any(|&meter| !is_flat(meter));
        for meter in of_house.agreeing {
            let mut weight = nearness;
            if has_own && is_flat(meter) {
                weight *= FLAT_OF_HOUSE;
            }
            if let (Some(said), Some(own)) = (address.kind, index.street_kind(meter)) {
                weight *= if said == own { 1.0 } else { OTHER_KIND };
            }
            if index.is_beside(meter, &address.beside) == Some(false) {
                weight *= OTHER_TOWN;
            }
            doors.push((meter, weight, alike));
        }
        for meter in of_house.house_only {
            // The register may have a house without flats as a whole.
            if !index.has_flat(street, house, meter) {
                doors.push((meter, nearness * HOUSE_WITHOUT_FLATS, alike));
            }
            others.push((meter, nearness * HOUSE_WITHOUT_FLATS));
        }
    }
    let sum: f64 = doors.iter().map(|door| door.1).sum::<f64>().max(1.0);
    let confidence = |alike: f64| {
        let sure = ((alike - MIN_ALIKE) / (1.0 - MIN_ALIKE)).clamp(0.0, 1.0);
        MIN_ADDRESS + (ADDRESS - MIN_ADDRESS) * sure
    };
    let doors: Vec<Match> = doors
        .into_iter()
        .map(|(meter, weight, alike)| Match { meter, confidence: confidence(alike) * weight / sum, by })
        .collect();
    (doors, parents_of(index, &others))
}

/// Returns the transformers of meters; each has the summed weight of its meters.
fn parents_of(index: &Index, meters: &[(MeterNumber, f64)]) -> Vec<Match> {
    let mut parents: Vec<Match> = Vec::new();
    let sum: f64 = meters.iter().map(|meter| meter.1).sum::<f64>().max(1e-9);
    for (meter, weight) in meters {
        let Some(parent) = index.point(*meter).parent.as_deref().and_then(|id| index.by_id(id)) else {
            continue;
        };
        let confidence = HOUSE_WITHOUT_FLATS * weight / sum;
        match parents.iter_mut().find(|one| one.meter == parent) {
            Some(known) => known.confidence += confidence,
            None => parents.push(Match { meter: parent, confidence, by: MatchedBy::Transformer }),
        }
    }
    parents
}

/// Returns the transformers of neighbouring houses, if the register lacks the house itself.
fn near_houses(index: &Index, readings: &[Address]) -> Vec<Match> {
    const BESIDE: [i64; 6] = [-2, 2, -1, 1, -4, 4];
    for reading in readings {
        let digits = reading.house.as_deref().unwrap_or_default();
        let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
        let Ok(house) = digits.parse::<i64>() else { continue };
        for (street, alike) in index.streets(&reading.street) {
            let beside = |step: &i64| index.doors(street, &(house + step).to_string(), None).agreeing;
            let meters: Vec<(MeterNumber, f64)> =
                BESIDE.iter().flat_map(beside).map(|meter| (meter, alike)).collect();
            let parents = parents_of(index, &meters);
            if !parents.is_empty() {
                return parents;
            }
        }
    }
    Vec::new()
}

/// Finds addresses in running text: a street of the register with a number close to it.
fn in_words(index: &Index, text: &str) -> Vec<Address> {
    let words: String = text.split_whitespace().take(MAX_WORDS).collect::<Vec<_>>().join(" ");
    let all = tokens(&words);
    let mut found = Vec::new();
    for number in (0..all.len()).filter(|&at| all[at].is_number()) {
        let near: Vec<NameRange> = name_ranges(&all, number);
        // Prefer a name that is in the register exactly to one that is only similar.
        let exact = near
            .iter()
            .find(|range| index.has_street(&name(&all, range)) || has_numbered(index, &all, range));
        let alike = || near.iter().find(|range| !index.streets(&name(&all, range)).is_empty());
        let Some(range) = exact.or_else(alike) else { continue };
        let from = range.start.saturating_sub(4);
        let to = (range.end + 8).min(all.len());
        let inner = range.start - from..range.end - from;
        found.extend(with_name(&all[from..to], inner).into_iter().filter(|address| address.house.is_some()));
        if found.len() >= 8 {
            break;
        }
    }
    found
}

/// `Аксай-2`: the name and the number after it are a street together.
fn has_numbered(index: &Index, all: &[Token], range: &NameRange) -> bool {
    let number = all.get(range.end).filter(|token| token.is_number());
    number.is_some_and(|number| index.has_street(&format!("{} {}", name(all, range), number.fold())))
}

/// Returns runs of one to three words shortly before or after a number, longest first.
fn name_ranges(all: &[Token], number: usize) -> Vec<NameRange> {
    let mut ranges = Vec::new();
    let mut add = |end: usize| {
        for length in (1..=3).rev() {
            if end >= length && all[end - length..end].iter().all(Token::is_word) {
                ranges.push(end - length..end);
            }
        }
    };
    (number.saturating_sub(3)..=number).rev().for_each(&mut add);
    (number + 2..=(number + 4).min(all.len())).for_each(&mut add);
    ranges
}

fn name(all: &[Token], range: &NameRange) -> String {
    let words: Vec<String> =
        all[range.clone()].iter().map(Token::fold).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// If id and address agree, the id's confidence stands. If they disagree, the id ranks above the address.
fn agree(ids: Vec<Match>, addresses: &[Match]) -> Vec<Match> {
    let is_there = |meter: MeterNumber| addresses.iter().any(|one| one.meter == meter);
    let is_at_odds = !addresses.is_empty() && !ids.iter().any(|one| is_there(one.meter));
    let mut found: Vec<Match> = ids
        .into_iter()
        .map(|one| Match { confidence: if is_at_odds { 0.6 } else { one.confidence }, ..one })
        .collect();
    if is_at_odds {
        found.extend(addresses.iter().map(|one| Match { confidence: 0.35 * one.confidence, ..one.clone() }));
    }
    found
}

/// Keeps the addresses; the transformers that were named count only if there are none.
fn join(addresses: Vec<Match>, ids: Vec<Match>) -> Vec<Match> {
    if addresses.is_empty() { ids } else { addresses }
}

fn by_place(index: &Index, tip: &Tip) -> Vec<Match> {
    let Some(position) = tip.position else { return Vec::new() };
    let near = index.usage_points().near(position, RADIUS_M);
    let distances: Vec<f64> = near.iter().map(|(_, distance_m)| *distance_m).collect();
    near.iter()
        .zip(weights(&distances))
        .map(|((meter, _), weight)| Match { meter: *meter, confidence: MARK * weight, by: MatchedBy::Place })
        .collect()
}

/// Uses a map position to tell meters at the same address apart.
fn weigh_by_place(index: &Index, found: &mut [Match], position: super::places::Position) {
    let near = index.usage_points().near(position, RADIUS_M);
    let sum: f64 = found.iter().map(|one| one.confidence).sum();
    let distances: Vec<f64> = near.iter().map(|(_, distance_m)| *distance_m).collect();
    let weights = weights(&distances);
    let weight = |meter: MeterNumber| {
        let at = near.iter().position(|(other, _)| *other == meter);
        at.map_or(0.02, |at| 0.02 + weights[at])
    };
    found.iter_mut().for_each(|one| one.confidence *= weight(one.meter));
    let weighed: f64 = found.iter().map(|one| one.confidence).sum();
    if weighed > 0.0 {
        found.iter_mut().for_each(|one| one.confidence *= sum / weighed);
    }
}

/// A bypass or tap shows in the residual above: add the transformers of the places, or those nearby.
fn add_parents(index: &Index, tip: &Tip, claim: Claim, found: &mut Vec<Match>) {
    let below: Vec<(MeterNumber, f64)> = found
        .iter()
        .filter(|one| !index.point(one.meter).is_network)
        .map(|one| (one.meter, one.confidence))
        .collect();
    let share = if claim == Claim::Tap { 1.0 } else { 0.9 };
    for parent in parents_of(index, &below) {
        if found.iter().all(|one| one.meter != parent.meter) {
            let confidence = parent.confidence / HOUSE_WITHOUT_FLATS * share * sum(&below);
            found.push(Match { confidence, ..parent });
        }
    }
    if let Some(position) = tip.position.filter(|_| found.is_empty()) {
        let near = index.transformers().near(position, TRANSFORMER_RADIUS_M);
        let n = near.len().min(3) as f64;
        let first = near.into_iter().take(3).enumerate();
        found.extend(first.map(|(at, (meter, _))| Match {
            meter,
            confidence: MARK * if at == 0 { 0.6 } else { 0.4 / (n - 1.0) },
            by: MatchedBy::Transformer,
        }));
    }
}

fn sum(below: &[(MeterNumber, f64)]) -> f64 {
    below.iter().map(|one| one.1).sum()
}

#[cfg(test)]
mod tests {
    use super::super::index::Point;
    use super::super::places::Position;
    use super::super::streets::Renamed;
    use super::*;

    fn index() -> Index {
        let rows = [
            ("M1", "T1", "Abay Ave 12, flat 4", (43.2400, 76.9000)),
            ("M2", "T1", "Abay Ave 12, flat 5", (43.2400, 76.9001)),
            ("M3", "T1", "Abay Ave 14", (43.2405, 76.9005)),
            ("M4", "T2", "mikrorayon Aksay-2, 15, flat 4", (43.2500, 76.9500)),
            ("M5", "T2", "mikrorayon Aksay-4, 15, flat 4", (43.2510, 76.9500)),
            ("M6", "T2", "Seifullin Ave 7", (43.2520, 76.9500)),
        ];
        let mut points: Vec<Point> = rows
            .iter()
            .map(|(meter, parent, address, (lat, lon))| Point {
                meter: (*meter).into(),
                parent: Some((*parent).into()),
                address: Some((*address).into()),
                position: Position::new(*lat, *lon),
                is_network: false,
            })
            .collect();
        for (id, lat) in [("T1", 43.2401), ("T2", 43.2511)] {
            let position = Position::new(lat, 76.95);
            points.push(Point { meter: id.into(), position, is_network: true, ..Point::default() });
        }
        Index::of_points(points, &Renamed::default())
    }

    fn found(change: impl FnOnce(&mut Tip)) -> Vec<(String, MatchedBy)> {
        let (index, mut tip) = (index(), Tip::new("t", ""));
        change(&mut tip);
        let claim = tip.claim.unwrap_or(Claim::Mining);
        let matches = match_tip(&index, &tip, claim);
        let sum: f64 = matches.all.iter().map(|one| one.confidence).sum();
        assert!(
            matches.all.iter().all(|one| one.confidence <= 1.0) && (sum <= 1.0 || claim != Claim::Mining),
            "{matches:?}"
        );
        matches.all.iter().map(|one| (index.point(one.meter).meter.to_string(), one.by)).collect()
    }

    fn meters(change: impl FnOnce(&mut Tip)) -> Vec<String> {
        found(change).into_iter().map(|one| one.0).collect()
    }

    #[test]
    fn an_address_in_any_spelling_finds_its_meter() {
        for address in [
            "ул. Абая, д. 12, кв. 4",
            "Абай даңғылы, 12-үй, 4-пәтер",
            "abay 12-4",
            "Абйа 12 кв 4",
            "flat 4, 12 Abai avenue",
        ] {
            assert_eq!(meters(|tip| tip.address = Some(address.into()))[0], "M1", "{address}");
        }
        assert_eq!(meters(|tip| tip.address = Some("мкр. Аксай-2, 15, 4".into())), ["M4"]);
        assert_eq!(meters(|tip| tip.address = Some("Сейфулина 7".into())), ["M6"]);
    }

    #[test]
    fn a_house_without_a_flat_is_several_lines() {
        assert_eq!(meters(|tip| tip.address = Some("Абая 12".into())), ["M1", "M2"]);
    }

    #[test]
    fn a_mark_tells_the_doors_of_a_house_apart() {
        let first = meters(|tip| {
            tip.address = Some("Абая 12".into());
            tip.position = Position::new(43.24, 76.9001);
        });
        assert_eq!(first[0], "M2");
    }

    #[test]
    fn an_address_is_found_in_the_words() {
        for text in [
            "По адресу Абая 12, кв. 4 гудят вентиляторы круглые сутки",
            "Fans hum at Abay Ave 12, flat 4, and hot air comes out",
            "Абай көшесі 12-үй 4-пәтер мекенжайында желдеткіштер гуілдейді",
        ] {
            assert_eq!(found(|tip| tip.text = text.into())[0], ("M1".into(), MatchedBy::Words), "{text}");
        }
        assert_eq!(meters(|tip| tip.text = "в Аксай-4, 15, кв 4 шумно 3 дня".into())[0], "M5");
        assert_eq!(
            meters(|tip| tip.text = "счетчик M6 гудит".into()),
            Vec::<String>::new(),
            "too short to be an id"
        );
    }

    #[test]
    fn an_id_goes_before_an_address_that_says_otherwise() {
        let both = meters(|tip| {
            tip.meter_id = Some("m6".into());
            tip.address = Some("Abay Ave 14".into());
        });
        assert_eq!(both, ["M6", "M3"]);
    }

    #[test]
    fn where_no_meter_is_the_transformer_is_looked_at() {
        let flat = found(|tip| tip.address = Some("Абая 12, кв 99".into()));
        assert_eq!(flat, [("T1".into(), MatchedBy::Transformer)]);
        let house = found(|tip| tip.address = Some("Абая 16".into()));
        assert_eq!(house, [("T1".into(), MatchedBy::Transformer)]);
        let mark = found(|tip| tip.position = Position::new(43.2535, 76.9515));
        assert_eq!(mark[0], ("T2".into(), MatchedBy::Transformer));
        assert!(found(|tip| tip.position = Position::new(10.0, 10.0)).is_empty());
    }

    #[test]
    fn what_goes_past_a_meter_is_looked_for_above_it_too() {
        let past = meters(|tip| {
            tip.address = Some("Абая 14".into());
            tip.claim = Some(Claim::Bypass);
        });
        assert_eq!(past, ["M3", "T1"]);
    }
}
