//! Parses an address as people say it into street, house and flat, in English, Russian and Kazakh.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::spelling::{fold, fold_name};

/// Kind of street. It decides between two streets of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreetKind {
    /// Street, улица, көше; also the default.
    Street,
    /// Avenue, road, lane, проспект, даңғыл, шоссе.
    Other,
    /// Microdistrict, микрорайон, ықшамаудан.
    Microdistrict,
}

/// One way to read an address. Numbers are folded: `12А` and `12a` are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Folded words of the street's name, with the number that belongs to it: `aksai 2`.
    pub street: String,
    /// The kind of street, if the address names one.
    pub kind: Option<StreetKind>,
    /// House number with its letter, fraction and building: `12`, `12a`, `12/3`, `12k2`.
    pub house: Option<String>,
    /// Flat, unit or office.
    pub flat: Option<String>,
    /// Other folded names in the address: town, district.
    pub beside: Vec<String>,
}

impl Address {
    /// Returns the address in one line; equal addresses give equal lines.
    #[must_use]
    pub fn normal(&self) -> String {
        let mut text = self.street.clone();
        if let Some(house) = &self.house {
            text.push_str(&format!(" house {house}"));
        }
        if let Some(flat) = &self.flat {
            text.push_str(&format!(" flat {flat}"));
        }
        text
    }
}

/// Role of a token in an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Word,
    Number,
    Kind(StreetKind),
    House,
    Flat,
    Building,
    Town,
    Filler,
    Break,
}

#[derive(Debug, Clone)]
pub(super) struct Token {
    /// The text in lower case.
    text: String,
    role: Role,
    /// Whether a hyphen stands before it without a space.
    is_glued: bool,
}

impl Token {
    /// Whether the token is a number.
    pub fn is_number(&self) -> bool {
        self.role == Role::Number
    }

    /// Whether the token may be part of a street's name.
    pub fn is_word(&self) -> bool {
        self.role == Role::Word
    }

    /// Returns the folded text.
    pub fn fold(&self) -> String {
        fold_name(&self.text)
    }
}

/// Keywords that name the role of the word or number next to them, in lower case.
const KEYWORDS: [(Role, &[&str]); 8] = [
    (
        Role::Kind(StreetKind::Street),
        &[
            "ул",
            "улица",
            "улице",
            "улицы",
            "улицу",
            "street",
            "str",
            "st",
            "ulitsa",
            "ulica",
            "көше",
            "көшесі",
            "көшесінде",
            "көшесіндегі",
            "koshe",
            "koshesi",
            "kóshesi",
        ],
    ),
    (
        Role::Kind(StreetKind::Other),
        &[
            "пр",
            "пр-т",
            "просп",
            "проспект",
            "проспекте",
            "пр-кт",
            "avenue",
            "ave",
            "av",
            "prospekt",
            "prospect",
            "даңғыл",
            "даңғылы",
            "даңғылында",
            "dangyl",
            "dangyly",
            "road",
            "rd",
            "lane",
            "ln",
            "переулок",
            "пер",
            "бульвар",
            "blvd",
            "boulevard",
            "шоссе",
            "тас",
            "жолы",
            "площадь",
            "drive",
            "square",
            "row",
        ],
    ),
    (
        Role::Kind(StreetKind::Microdistrict),
        &[
            "мкр",
            "мкрн",
            "мкр-н",
            "м-н",
            "мк-н",
            "микрорайон",
            "микрорайоне",
            "микрорайона",
            "мик-н",
            "mkr",
            "mkrn",
            "mikrorayon",
            "mikroraion",
            "microdistrict",
            "microraion",
            "microrayon",
            "ықшамауданы",
            "ықшамаудан",
            "ықшамауданында",
            "шағынаудан",
            "шағынауданы",
            "yqshamaudan",
            "yqshamaudany",
            "ы/а",
        ],
    ),
    (
        Role::House,
        &[
            "д",
            "дом",
            "доме",
            "дома",
            "house",
            "hse",
            "bldg",
            "үй",
            "үйі",
            "үйде",
            "үйінде",
            "ui",
            "uy",
            "үйдің",
            "no",
            "nr",
            "№",
            "n",
        ],
    ),
    (
        Role::Flat,
        &[
            "кв",
            "квартира",
            "квартире",
            "квартиры",
            "квартиру",
            "kv",
            "flat",
            "apt",
            "apartment",
            "apart",
            "пәтер",
            "пәтері",
            "пәтерде",
            "пәтерінде",
            "пәт",
            "pater",
            "unit",
            "office",
            "оф",
            "офис",
            "кеңсе",
            "бөлме",
            "пом",
            "помещение",
            "room",
        ],
    ),
    (Role::Building, &["корп", "корпус", "к", "стр", "строение", "блок", "block", "korpus", "ғимарат"]),
    (
        Role::Town,
        &[
            "г",
            "город",
            "городе",
            "қала",
            "қаласы",
            "қ",
            "city",
            "town",
            "район",
            "р-н",
            "ауданы",
            "аудан",
            "district",
            "область",
            "обл",
            "облысы",
            "п",
            "поселок",
            "посёлок",
            "ауыл",
            "ауылы",
            "село",
        ],
    ),
    (
        Role::Filler,
        &[
            "по",
            "адресу",
            "адрес",
            "address",
            "at",
            "the",
            "in",
            "on",
            "near",
            "на",
            "в",
            "у",
            "мекенжайы",
            "мекенжайында",
            "мекенжай",
            "казахстан",
            "kazakhstan",
            "қазақстан",
            "рк",
            "этаж",
            "подъезд",
            "кіреберіс",
            "қабат",
        ],
    ),
];

/// Splits an address into tokens. Hyphens and slashes are kept: they may join two tokens.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut word = String::new();
    let mut is_glued = false;
    let mut last = ' ';
    for letter in text.chars().flat_map(char::to_lowercase).chain([' ']) {
        if letter.is_alphanumeric() || letter == '№' || matches!(letter, '\'' | '’' if !word.is_empty()) {
            // `кв4`, `12кв`: split between digits and letters, except before a single letter after a house
            // number.
            let was_digit = word.chars().last().map(|c| c.is_ascii_digit());
            if was_digit.is_some_and(|was| was != letter.is_ascii_digit()) || letter == '№' {
                push_word(&mut tokens, &mut word, is_glued);
                is_glued = false;
            }
            word.push(letter);
        } else {
            let before = is_glued;
            let had_word = !word.is_empty();
            push_word(&mut tokens, &mut word, before);
            is_glued = (had_word || last == '№') && matches!(letter, '-' | '–' | '‑');
            match letter {
                ',' | ';' | '\n' | '(' | ')' | ':' => push_break(&mut tokens),
                '/' if had_word => tokens.push(Token { text: "/".into(), role: Role::Break, is_glued: true }),
                _ => {}
            }
        }
        last = letter;
    }
    join(tokens)
}

fn push_word(tokens: &mut Vec<Token>, word: &mut String, is_glued: bool) {
    if word.is_empty() {
        return;
    }
    let text = std::mem::take(word);
    let role = if text.bytes().all(|byte| byte.is_ascii_digit()) { Role::Number } else { role_of(&text) };
    tokens.push(Token { text, role, is_glued });
}

fn push_break(tokens: &mut Vec<Token>) {
    tokens.push(Token { text: ",".into(), role: Role::Break, is_glued: false });
}

fn role_of(text: &str) -> Role {
    // Called millions of times for a register of a million addresses, so look roles up in a hash map.
    static ROLES: LazyLock<HashMap<&str, Role>> = LazyLock::new(|| {
        let of_role = |(role, words): &(Role, &'static [&'static str])| {
            words.iter().map(|word| (*word, *role)).collect::<Vec<_>>()
        };
        // If a word is listed twice, its first role wins.
        KEYWORDS.iter().rev().flat_map(of_role).collect()
    });
    ROLES.get(text).copied().unwrap_or(Role::Word)
}

/// Joins tokens that form one number or word: `12` `а`, `12` `/` `3`, `м` `-` `н`, ordinal endings.
fn join(tokens: Vec<Token>) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        if let (Some(before), true) = (joined.last_mut(), token.is_glued) {
            let whole = format!("{}-{}", before.text, token.text);
            if before.role != Role::Number && token.role != Role::Number && role_of(&whole) != Role::Word {
                *before = Token { role: role_of(&whole), text: whole, is_glued: before.is_glued };
                at += 1;
                continue;
            }
            // `8-й`, `5-ші`: an ordinal.
            if before.is_number() && ["й", "я", "ый", "ая", "ші", "шы", "го"].contains(&token.text.as_str())
            {
                before.is_glued = true;
                at += 1;
                continue;
            }
        }
        if token.text == "/" {
            let next = tokens.get(at + 1).filter(|next| next.is_number());
            if let (Some(before), Some(next)) = (joined.last_mut().filter(|before| before.is_number()), next)
            {
                before.text = format!("{}/{}", before.text, next.text);
                at += 2;
            } else {
                at += 1;
            }
            continue;
        }
        let is_letter = token.text.chars().count() == 1 && token.text.chars().all(char::is_alphabetic);
        if is_letter
            && !token.is_glued
            && !starts_label(&tokens, at)
            && let Some(before) = joined.last_mut().filter(|before| before.is_number())
        {
            before.text.push_str(&fold(&token.text));
            at += 1;
            continue;
        }
        joined.push(token.clone());
        at += 1;
    }
    joined
}

/// Whether a single letter is an abbreviated label: `д 5`, `к 2`, `г Алматы`.
fn starts_label(tokens: &[Token], at: usize) -> bool {
    let is_label = matches!(tokens[at].role, Role::House | Role::Building | Role::Town | Role::Filler);
    is_label && tokens.get(at + 1).is_some_and(|next| next.role != Role::Break)
}

/// Numbers of an address, by the label beside them.
#[derive(Debug, Clone, Default)]
struct Numbers {
    house: Option<String>,
    flat: Option<String>,
    building: Option<String>,
    /// Position and text of the numbers without a label.
    free: Vec<(usize, String)>,
}

fn label_numbers(tokens: &[Token]) -> Numbers {
    let mut numbers = Numbers::default();
    let mut is_taken = vec![false; tokens.len()];
    let mut take = |at: usize| {
        let is_free = tokens.get(at).is_some_and(Token::is_number) && !is_taken[at];
        if is_free {
            is_taken[at] = true;
        }
        is_free.then(|| tokens[at].text.clone())
    };
    for (at, token) in tokens.iter().enumerate() {
        if !matches!(token.role, Role::House | Role::Flat | Role::Building) {
            continue;
        }
        // In Kazakh the number comes before the label. Some Russian speakers also say `12 дом`.
        let before = at.checked_sub(1).filter(|_| token.is_glued || is_after_number(&token.text));
        let number = before
            .and_then(&mut take)
            .or_else(|| take(at + 1))
            .or_else(|| take(at + 2).filter(|_| tokens[at + 1].role == Role::House))
            .or_else(|| at.checked_sub(1).and_then(&mut take));
        match token.role {
            Role::House => numbers.house = numbers.house.take().or(number),
            Role::Flat => numbers.flat = numbers.flat.take().or(number),
            _ => {
                let letter = || tokens.get(at + 1).filter(|next| next.text.chars().count() == 1);
                numbers.building =
                    numbers.building.take().or(number).or_else(|| letter().map(|t| fold(&t.text)));
            }
        }
    }
    numbers.free = (0..tokens.len())
        .filter(|&at| tokens[at].is_number() && !is_taken[at])
        .map(|at| (at, tokens[at].text.clone()))
        .collect();
    numbers
}

fn is_after_number(word: &str) -> bool {
    word.starts_with('ү') || word.starts_with("пәт") || word == "бөлме" || word == "кеңсе"
}

/// Returns every way to read an address, the likeliest first; empty if it names no street.
#[must_use]
pub fn parse(text: &str) -> Vec<Address> {
    let tokens = tokens(text);
    let mut readings = Vec::new();
    for name in names(&tokens) {
        readings.extend(with_name(&tokens, name));
    }
    readings
}

/// Returns the likeliest way to read an address, the first of [`parse`].
#[must_use]
pub fn parse_first(text: &str) -> Option<Address> {
    let tokens = tokens(text);
    names(&tokens).into_iter().find_map(|name| with_name(&tokens, name).into_iter().next())
}

/// Returns the folded name of a street given by itself, with its number.
#[must_use]
pub fn street_name(text: &str) -> Option<String> {
    let tokens = tokens(text);
    let name = names(&tokens).into_iter().next()?;
    let numbers = tokens.iter().filter(|token| token.is_number());
    let parts = tokens[name].iter().chain(numbers).map(Token::fold).filter(|part| !part.is_empty());
    let name = parts.collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}

/// Range of tokens that may be a street's name.
pub(super) type NameRange = std::ops::Range<usize>;

/// Returns runs of words that may be a street's name. Those beside a street keyword or a number come first;
/// names of towns are left out.
fn names(tokens: &[Token]) -> Vec<NameRange> {
    let mut runs: Vec<NameRange> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let from = at;
        while at < tokens.len() && tokens[at].is_word() {
            at += 1;
        }
        if at > from {
            runs.push(from..at);
        }
        at += 1;
    }
    let role = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map(|token| token.role);
    let is_kind = |role: Option<Role>| matches!(role, Some(Role::Kind(_)));
    let is_town = |run: &NameRange| {
        let before = run.start.checked_sub(1);
        role(before) == Some(Role::Town) || role(Some(run.end)) == Some(Role::Town)
    };
    runs.retain(|run| !is_town(run));
    if runs.is_empty() {
        // `8 микрорайон`: the number is the name.
        let kind = (0..tokens.len()).find(|&at| tokens[at].role == Role::Kind(StreetKind::Microdistrict));
        return kind.map(|at| at..at).into_iter().collect();
    }
    runs.sort_by_key(|run| {
        let (before, after) = (role(run.start.checked_sub(1)), role(Some(run.end)));
        let is_near = before == Some(Role::Number) || after == Some(Role::Number);
        let follows =
            role(Some(run.end)) == Some(Role::Break) && role(Some(run.end + 1)) == Some(Role::Number);
        (!(is_kind(before) || is_kind(after)), !is_near, !follows)
    });
    runs
}

/// Returns the ways to read an address if the street's name is at `name`.
pub(super) fn with_name(tokens: &[Token], name: NameRange) -> Vec<Address> {
    let numbers = label_numbers(tokens);
    let kind = kind_beside(tokens, &name);
    let words: Vec<String> =
        tokens[name.clone()].iter().map(Token::fold).filter(|word| !word.is_empty()).collect();
    let words = words.join(" ");
    let beside = tokens
        .iter()
        .enumerate()
        .filter(|(at, token)| token.is_word() && !name.contains(at))
        .map(|(_, token)| token.fold())
        .filter(|word| word.len() > 2)
        .collect::<Vec<_>>();
    let reading = |own: Option<&(usize, String)>| {
        let mut rest = numbers.free.iter().filter(|free| own.is_none_or(|own| own.0 != free.0));
        let house = numbers.house.clone().or_else(|| rest.next().map(|free| free.1.clone()));
        let flat = numbers.flat.clone().or_else(|| rest.next().map(|free| free.1.clone()));
        let house = match (&house, &numbers.building) {
            (Some(house), Some(building)) => Some(format!("{house}k{building}")),
            _ => house,
        };
        let street = [words.as_str(), own.map_or("", |own| own.1.as_str())];
        let street = street.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        Address { street, kind, house, flat, beside: beside.clone() }
    };
    // The number in the street's name: right beside the name, or beside the microdistrict keyword.
    let is_micro = kind == Some(StreetKind::Microdistrict);
    let own = numbers.free.iter().find(|(at, _)| {
        let is_next = *at == name.end || (name.is_empty() && at.abs_diff(name.start) == 1);
        is_next || *at + 1 == name.start
    });
    // `Аксай-2`, `ул. 50 лет Октября`; but `12 Abbey Road`.
    let is_glued = own.is_some_and(|(at, _)| {
        let is_called = at.checked_sub(1).is_some_and(|before| matches!(tokens[before].role, Role::Kind(_)));
        if *at >= name.end { tokens[*at].is_glued } else { is_called }
    });
    let has_house_without = numbers.house.is_some() || numbers.free.len() > 1;
    let mut readings = match own {
        Some(own) if words.is_empty() || (has_house_without && (is_glued || is_micro)) => {
            vec![reading(Some(own)), reading(None)]
        }
        Some(own) if has_house_without || is_glued => vec![reading(None), reading(Some(own))],
        _ => vec![reading(None)],
    };
    // `12/4` may be house 12, flat 4.
    let split: Vec<Address> = readings
        .iter()
        .filter(|one| one.flat.is_none())
        .filter_map(|one| {
            let (house, flat) = one.house.as_ref()?.split_once('/')?;
            Some(Address { house: Some(house.to_owned()), flat: Some(flat.to_owned()), ..one.clone() })
        })
        .collect();
    readings.extend(split);
    readings.retain(|one| !one.street.is_empty());
    readings
}

fn kind_beside(tokens: &[Token], name: &NameRange) -> Option<StreetKind> {
    let kind = |token: &Token| match token.role {
        Role::Kind(kind) => Some(kind),
        _ => None,
    };
    if name.is_empty() {
        return tokens.get(name.start).and_then(kind);
    }
    let before = name.start.checked_sub(1).and_then(|at| kind(&tokens[at]));
    // `Ақсай-2 ықшамауданы`: the name's number may stand before the keyword.
    let after = tokens[name.end.min(tokens.len())..].iter().take(2).find_map(kind);
    before.or(after)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn first(text: &str) -> (String, Option<String>, Option<String>) {
        let one = parse(text).into_iter().next().unwrap_or_else(|| panic!("{text}: nothing was read"));
        (one.street, one.house, one.flat)
    }

    #[track_caller]
    fn all_are(texts: &[&str], street: &str, house: &str, flat: Option<&str>) {
        for text in texts {
            let expected = (street.to_owned(), Some(house.to_owned()), flat.map(str::to_owned));
            assert_eq!(first(text), expected, "{text}");
        }
    }

    #[test]
    fn one_flat_is_said_in_three_languages_and_many_ways() {
        all_are(
            &[
                "Abay Ave 12, flat 4",
                "ул. Абая, д. 12, кв. 4",
                "улица Абая дом 12 квартира 4",
                "г. Алматы, пр. Абая, 12, кв 4",
                "Абай даңғылы, 12-үй, 4-пәтер",
                "Абай көшесі 12 үй 4 пәтер",
                "проспект Абая 12-4",
                "Абая 12, 4",
                "flat 4, 12 Abay Avenue",
                "АБАЯ 12 КВ4",
                "по адресу Абая 12 кв. 4",
                "Алматы, ул. Абая д.12 кв.4",
            ],
            "abai",
            "12",
            Some("4"),
        );
    }

    #[test]
    fn a_microdistrict_keeps_its_number() {
        all_are(
            &[
                "mikrorayon Aksay-2, 15, flat 4",
                "мкр. Аксай-2, д. 15, кв. 4",
                "мкр Аксай 2 дом 15 кв 4",
                "Ақсай-2 ықшамауданы, 15-үй, 4-пәтер",
                "м-н Аксай-2, 15, кв. 4",
                "Аксай-2, 15, кв 4",
            ],
            "aksai 2",
            "15",
            Some("4"),
        );
        all_are(&["ул. 50 лет Октября, 7", "ул. 50 лет Октября, д. 7"], "let oktiabr 50", "7", None);
        assert_eq!(street_name("мкр Аксай-2").as_deref(), Some("aksai 2"));
        all_are(
            &["8 микрорайон, дом 5, кв 3", "мкр 8 д 5 кв 3", "8-й мкр, д. 5, кв. 3"],
            "8",
            "5",
            Some("3"),
        );
    }

    #[test]
    fn a_house_keeps_letter_fraction_and_building() {
        all_are(&["Абая 12а", "Abay 12A", "ул. Абая, д. 12 А"], "abai", "12a", None);
        all_are(&["Абая 12/3", "Abay Ave 12/3"], "abai", "12/3", None);
        all_are(&["Абая 12 корп 2, кв 9", "Абая д. 12 к. 2 кв. 9"], "abai", "12k2", Some("9"));
        all_are(&["12 Abbey Road", "Abbey Rd 12"], "abei", "12", None);
    }

    #[test]
    fn what_names_no_street_is_no_address() {
        for text in ["", "12", "???", "дом 12", "\u{0}\u{1}"] {
            assert!(parse(text).is_empty(), "{text}: {:?}", parse(text));
        }
    }

    proptest! {
        #[test]
        fn reading_a_normal_address_changes_nothing(
            street in "[a-z]{4,9}", house in 1_u32..300, flat in 1_u32..200
        ) {
            let once = parse(&format!("{street} street, house {house}, flat {flat}")).remove(0);
            let again = parse(&once.normal()).remove(0);
            prop_assert_eq!(again.normal(), once.normal());
        }

        #[test]
        fn no_text_stops_the_reading(text in ".{0,80}") {
            let _ = parse(&text);
        }
    }
}
