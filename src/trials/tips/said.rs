//! Says addresses as people do: with a typo, by an old street name, in another language.

use rand::Rng;

use super::super::addresses::{ALMATY_MICRODISTRICTS, ALMATY_OLD_NAMES, ALMATY_STREETS};
use super::super::scenario::Streets;
use hashwatt_rigs::chance::{happens, one_of, whole};

/// How an address was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Said {
    /// As the register writes it.
    AsRegistered,
    /// With a typo in the street's name.
    Typo,
    /// By an old street name.
    OldName,
    /// In Russian or Kazakh, with that language's abbreviations.
    Transliterated,
}

impl Said {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Returns an address of a simulated district, said differently, and how.
pub(super) fn say(address: &str, streets: Streets, rng: &mut impl Rng) -> (String, Said) {
    if streets == Streets::London || happens(0.4, rng) {
        return (with_slip(address, rng), Said::Typo);
    }
    let old = ALMATY_OLD_NAMES.iter().find(|(_, new)| address.starts_with(new));
    if let Some((old, new)) = old.filter(|_| happens(0.5, rng)) {
        return (address.replacen(new, old, 1), Said::OldName);
    }
    let names = ALMATY_STREETS.iter().chain(&ALMATY_MICRODISTRICTS);
    let bare = address.strip_prefix("mikrorayon ").unwrap_or(address);
    // Take the longest name that fits: `Aksay-2` must not match the start of `Aksay-24`.
    let name = names.filter(|names| bare.starts_with(names[0])).max_by_key(|names| names[0].len());
    let Some(name) = name else { return (with_slip(address, rng), Said::Typo) };
    let rest = bare[name[0].len()..].trim_start_matches([',', ' ']);
    let is_micro = bare.len() < address.len();
    let (house, door) = rest.split_once(", ").unwrap_or((rest, ""));
    let door = door.rsplit(' ').next().unwrap_or_default();
    let text = if happens(0.5, rng) {
        let street = if is_micro { format!("мкр. {}", name[1]) } else { abbreviated(name[1], rng) };
        let flat = if door.is_empty() { String::new() } else { format!(", кв. {door}") };
        format!("{street}, д. {house}{flat}")
    } else {
        let street =
            if is_micro { format!("{} ықшамауданы", name[2]) } else { name[2].to_owned() };
        let flat = if door.is_empty() { String::new() } else { format!(", {door}-пәтер") };
        format!("{street}, {house}-үй{flat}")
    };
    (text, Said::Transliterated)
}

fn abbreviated(street: &str, rng: &mut impl Rng) -> String {
    let pairs = [
        ("проспект ", one_of(&["пр. ", "пр-т ", "проспект ", ""], rng)),
        ("улица ", one_of(&["ул. ", "ул ", "улица ", ""], rng)),
    ];
    pairs.iter().fold(street.to_owned(), |street, (word, short)| street.replace(word, short))
}

/// Returns any address with a typo in its longest word, or in the other alphabet.
pub(crate) fn said_otherwise(address: &str, rng: &mut impl Rng) -> String {
    if happens(0.5, rng) { with_slip(address, rng) } else { in_other_letters(address) }
}

/// Makes a typo in the longest word: two letters swapped, one dropped, one doubled or one replaced.
fn with_slip(address: &str, rng: &mut impl Rng) -> String {
    let is_letter = |c: char| c.is_alphabetic();
    let words: Vec<&str> = address.split(|c: char| !is_letter(c)).filter(|word| !word.is_empty()).collect();
    let skipped = ["mikrorayon", "flat", "unit", "Road", "Street", "Ave"];
    let longest = words.iter().filter(|word| !skipped.contains(word)).max_by_key(|word| word.chars().count());
    let Some(word) = longest.filter(|word| word.chars().count() >= 3) else { return address.to_owned() };
    let mut letters: Vec<char> = word.chars().collect();
    let at = whole(1, letters.len() - 2, rng);
    match whole(0, 3, rng) {
        0 => letters.swap(at, at + 1),
        1 if letters.len() > 4 => drop(letters.remove(at)),
        2 => letters.insert(at, letters[at]),
        _ => letters[at] = if letters[at] == 'o' { 'u' } else { 'o' },
    }
    address.replacen(word, &letters.into_iter().collect::<String>(), 1)
}

/// Writes Latin letters as Russian speakers do, word by word; other letters stay as they are.
fn in_other_letters(address: &str) -> String {
    const WORDS: [(&str, &str); 7] = [
        ("Ave", "пр."),
        ("St", "ул."),
        ("flat", "кв."),
        ("unit", "офис"),
        ("mikrorayon", "мкр."),
        ("Road", "road"),
        ("Street", "street"),
    ];
    const LETTERS: [(&str, &str); 32] = [
        ("shch", "щ"),
        ("zh", "ж"),
        ("kh", "х"),
        ("ch", "ч"),
        ("sh", "ш"),
        ("ts", "ц"),
        ("yu", "ю"),
        ("ya", "я"),
        ("ay", "ай"),
        ("a", "а"),
        ("b", "б"),
        ("v", "в"),
        ("g", "г"),
        ("d", "д"),
        ("e", "е"),
        ("z", "з"),
        ("i", "и"),
        ("y", "ы"),
        ("k", "к"),
        ("l", "л"),
        ("m", "м"),
        ("n", "н"),
        ("o", "о"),
        ("p", "п"),
        ("r", "р"),
        ("s", "с"),
        ("t", "т"),
        ("u", "у"),
        ("f", "ф"),
        ("h", "х"),
        ("w", "у"),
        ("q", "к"),
    ];
    let word = |word: &str| -> String {
        let bare = word.trim_end_matches(',');
        if let Some((_, other)) = WORDS.iter().find(|(own, _)| *own == bare) {
            return format!("{other}{}", &word[bare.len()..]);
        }
        if word.chars().any(|c| c.is_ascii_digit()) && !word.contains('-') {
            return word.to_owned();
        }
        let (lower, mut at, mut out) = (word.to_lowercase(), 0, String::new());
        while let Some(first) = lower[at..].chars().next() {
            match LETTERS.iter().find(|(own, _)| lower[at..].starts_with(own)) {
                Some((own, other)) => {
                    out.push_str(other);
                    at += own.len();
                }
                None => {
                    out.push(first);
                    at += first.len_utf8();
                }
            }
        }
        out
    };
    address.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    #[test]
    fn numbers_are_never_said_wrong() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        for address in
            ["Abay Ave 12, flat 4", "mikrorayon Aksay-2, 15, unit 3", "12 Abbey Road, flat 3", "Tole Bi St 7"]
        {
            for streets in [Streets::Almaty, Streets::London] {
                for _ in 0..40 {
                    let (said, how) = say(address, streets, &mut rng);
                    assert_ne!(how, Said::AsRegistered);
                    assert_eq!(digits(&said), digits(address), "{said}");
                    assert_eq!(digits(&said_otherwise(address, &mut rng)), digits(address));
                }
            }
        }
        assert_eq!(in_other_letters("Abay Ave 12, flat 4"), "абай пр. 12, кв. 4");
    }
}
