//! Reads facts from a tip's words by plain rules, in English, Russian and Kazakh. A fact is a tag, not proof.

use serde::Serialize;

/// A fact that the caller states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// Noise that goes on at night.
    NoiseDayAndNight,
    /// Noise, hum.
    Noise,
    /// Sound of fans.
    Fans,
    /// Heat: warm walls, hot air.
    Heat,
    /// Snow that melts on a roof or around a building.
    MeltedSnow,
    /// A new cable, or a cable where there was none.
    Cable,
    /// Light that flickers or dims, or breakers that trip.
    FlickeringLight,
    /// Supply that bypasses the meter.
    PastTheMeter,
    /// Containers, a hangar or a yard.
    Containers,
    /// Machines or racks, or equipment being carried in.
    Machines,
    /// The word mining, or the name of a coin.
    Mining,
    /// A flat or house where nobody lives.
    NobodyLivesThere,
    /// The floor.
    Floor,
    /// Smell of burning, or fire.
    Burning,
}

impl Fact {
    /// Returns the stable text of the tag.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A tag, with the floor if it names one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactTag {
    /// The tag.
    pub fact: Fact,
    /// Number of the floor, if the tag is a floor.
    pub number: Option<u32>,
}

/// Word beginnings that state a fact. An entry of several words is a phrase.
const GLOSSARY: [(Fact, &[&str]); 12] = [
    (
        Fact::Noise,
        &[
            "nois",
            "hum ",
            "hums",
            "humming",
            "buzz",
            "roar",
            "never quiet",
            "шум",
            "гуд",
            "гул",
            "жужж",
            "гуіл",
            "шу ",
            "шуы",
            "шулап",
            "ызың",
            "гүріл",
        ],
    ),
    (
        Fact::Fans,
        &["fan ", "fans", "ventilat", "cooler", "вентилятор", "кулер", "обдув", "желдеткіш", "кулер"],
    ),
    (
        Fact::Heat,
        &[
            "hot air",
            "heat",
            "warm",
            " hot ",
            "жара",
            "жарко",
            "тепл",
            "тёпл",
            "горяч",
            "ыстық",
            "жылы",
            "қызып",
            "қызу",
        ],
    ),
    (
        Fact::MeltedSnow,
        &[
            "snow melt",
            "melted snow",
            "no snow",
            "melts the snow",
            "snow on the roof melt",
            "snow is gone",
            "снег та",
            "тает снег",
            "снега нет",
            "растаял",
            "қар ері",
            "қары ері",
            "қар жоқ",
            "қар тұрмай",
        ],
    ),
    (Fact::Cable, &["cable", "wire", "кабел", "провод", "кабель", "сым", "кәбіл"]),
    (
        Fact::FlickeringLight,
        &[
            "flicker",
            "light dim",
            "lights dim",
            "breaker",
            "voltage drop",
            "мига",
            "мерца",
            "моргает",
            "садится",
            "выбивает",
            "просад",
            "жыпылық",
            "жарық өш",
            "кернеу",
        ],
    ),
    (
        Fact::PastTheMeter,
        &[
            "past the meter",
            "bypass",
            "without a meter",
            "no meter",
            "not have a meter",
            "has a meter",
            "before the meter",
            "мимо счетчик",
            "мимо счётчик",
            "без счетчик",
            "без счётчик",
            "в обход счетчик",
            "в обход счётчик",
            "есептегіштен тыс",
            "есептегішсіз",
            "есептегішті айнал",
        ],
    ),
    (Fact::Containers, &["container", "hangar", "контейнер", "ангар", "контейнер"]),
    (
        Fact::Machines,
        &[
            "machine",
            "racks",
            "metal box",
            "computers",
            "equipment",
            "asic",
            "майнер",
            "ферм",
            "компьютер",
            "оборудован",
            "ящик",
            "асик",
            "видеокарт",
            "жабдық",
            "жабдығы",
            "компьютер",
            "аппарат",
        ],
    ),
    (
        Fact::Mining,
        &[
            "mining",
            "mines crypto",
            "miner",
            "bitcoin",
            "crypto",
            "майн",
            "крипт",
            "биткоин",
            "биткойн",
            "майнинг",
        ],
    ),
    (
        Fact::NobodyLivesThere,
        &[
            "nobody lives",
            "no one lives",
            "empty flat",
            "никто не жив",
            "не живёт",
            "не живет",
            "пустая квартира",
            "ешкім тұрмай",
            "бос пәтер",
            "адам тұрмай",
        ],
    ),
    (Fact::Burning, &["burn", "smoke", "горел", "дым", "гар", "күйік", "түтін"]),
];

/// Words for day and night. Together with noise they mean noise that goes on at night.
const DAY_AND_NIGHT: [&str; 14] = [
    "day and night",
    "round the clock",
    "24/7",
    "24 hours",
    "all night",
    "never quiet",
    "круглые сутки",
    "круглосуточно",
    "день и ночь",
    "днём и ночью",
    "днем и ночью",
    "күні-түні",
    "тәулік бойы",
    "күн-түн",
];

/// Negations right before a fact: `no noise`, `без шума`.
const NEGATIONS: [&str; 8] = ["no ", "not ", "without ", "нет ", "без ", "не ", "never ", "ни "];

/// Facts whose phrases contain a negation.
const WITH_NEGATION: [Fact; 3] = [Fact::PastTheMeter, Fact::NobodyLivesThere, Fact::MeltedSnow];

/// Returns the facts in the text, each once.
#[must_use]
pub fn facts(text: &str) -> Vec<FactTag> {
    let text = spaced(text);
    let mut found: Vec<FactTag> = Vec::new();
    for (fact, words) in GLOSSARY {
        if words.iter().any(|word| is_said(&text, word, fact)) {
            found.push(FactTag { fact, number: None });
        }
    }
    let is_always = DAY_AND_NIGHT.iter().any(|words| text.contains(words))
        || (text.contains("шу ") && text.contains("тоқтамай"));
    let noise = found.iter().position(|tag| matches!(tag.fact, Fact::Noise | Fact::Fans));
    if let Some(at) = noise.filter(|_| is_always) {
        let tag = FactTag { fact: Fact::NoiseDayAndNight, number: None };
        if found[at].fact == Fact::Noise {
            found[at] = tag;
        } else {
            found.insert(at, tag);
        }
    }
    if let Some(number) = floor(&text) {
        found.push(FactTag { fact: Fact::Floor, number: Some(number) });
    }
    found.sort_by_key(|tag| tag.fact);
    found
}

/// Returns the text in lower case, with one space for each run of other characters and a space at both ends.
fn spaced(text: &str) -> String {
    let mut spaced = String::from(" ");
    for letter in text.chars().flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() || matches!(letter, '-' | '/') {
            spaced.push(letter);
        } else if !spaced.ends_with(' ') {
            spaced.push(' ');
        }
    }
    spaced.push(' ');
    spaced
}

/// Whether a word of the text begins with `word` and no negation stands right before it.
fn is_said(text: &str, word: &str, fact: Fact) -> bool {
    let is_denied = |before: &str| {
        !WITH_NEGATION.contains(&fact) && NEGATIONS.iter().any(|no| before.ends_with(&format!(" {no}")))
    };
    text.match_indices(word.trim_start()).any(|(at, _)| {
        let before = &text[..at];
        before.ends_with([' ', '-']) && (word == "never quiet" || !is_denied(before))
    })
}

/// Returns the number beside a word for floor.
fn floor(text: &str) -> Option<u32> {
    const WORDS: [&str; 6] = ["floor", "этаж", "қабат", "storey", "қабатта", "этаже"];
    const ORDINALS: [(&str, u32); 15] = [
        ("first", 1),
        ("second", 2),
        ("third", 3),
        ("fourth", 4),
        ("fifth", 5),
        ("перв", 1),
        ("втор", 2),
        ("трет", 3),
        ("четверт", 4),
        ("пят", 5),
        ("бірінші", 1),
        ("екінші", 2),
        ("үшінші", 3),
        ("төртінші", 4),
        ("бесінші", 5),
    ];
    let words: Vec<&str> = text.split_whitespace().collect();
    let number = |word: &str| -> Option<u32> {
        let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok().filter(|floor| (1..=100).contains(floor)).or_else(|| {
            ORDINALS.iter().find(|(ordinal, _)| word.starts_with(ordinal)).map(|(_, number)| *number)
        })
    };
    // `9-қабатта` is one word.
    let joined = words.iter().find_map(|word| {
        let (before, after) = word.split_once('-')?;
        WORDS.iter().any(|floor| after.starts_with(floor)).then(|| number(before))?
    });
    joined.or_else(|| {
        let at = words.iter().position(|word| WORDS.iter().any(|floor| word.starts_with(floor)))?;
        let beside = [at.checked_sub(1), Some(at + 1)];
        beside.into_iter().flatten().filter_map(|at| words.get(at)).find_map(|word| number(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> Vec<Fact> {
        facts(text).into_iter().map(|tag| tag.fact).collect()
    }

    #[test]
    fn a_call_says_the_same_in_three_languages() {
        use Fact::{FlickeringLight, NoiseDayAndNight};
        for text in [
            "The noise goes on day and night, and the lights flicker.",
            "Шум круглые сутки, свет мигает.",
            "Күні-түні шу болып тұр, жарық жыпылықтайды.",
        ] {
            assert_eq!(tags(text), [NoiseDayAndNight, FlickeringLight], "{text}");
        }
        for text in ["Hot air comes out, fans", "Горячий воздух, вентиляторы", "Ыстық ауа, желдеткіштер"]
        {
            assert_eq!(tags(text), [Fact::Fans, Fact::Heat], "{text}");
        }
        for text in ["A cable past the meter", "Кабель мимо счётчика", "Есептегіштен тыс кабель"]
        {
            assert_eq!(tags(text), [Fact::Cable, Fact::PastTheMeter], "{text}");
        }
        for text in ["the snow melts, snow melted", "на крыше тает снег", "шатырда қар еріп кетеді"]
        {
            assert_eq!(tags(text), [Fact::MeltedSnow], "{text}");
        }
    }

    #[test]
    fn a_floor_is_read_with_its_number() {
        for text in ["on the 9th floor", "на 9 этаже", "9-қабатта", "floor 9", "9-й этаж"]
        {
            assert_eq!(facts(text), [FactTag { fact: Fact::Floor, number: Some(9) }], "{text}");
        }
        assert_eq!(facts("third floor")[0].number, Some(3));
        assert_eq!(facts("екінші қабат")[0].number, Some(2));
    }

    #[test]
    fn what_is_denied_is_not_said() {
        assert!(tags("no noise at all").is_empty());
        assert!(tags("без шума").is_empty());
        assert!(tags("").is_empty());
        assert!(tags("<b>\u{0}").is_empty());
    }
}
