//! Says a run's reasons in the language of the page.
//!
//! A run states them once, in English, as every output has them. Here each sentence is taken apart by the pattern it
//! was made from, and put together again from the messages of `locales/reasons.*.ftl`. What no pattern knows, as
//! of a run of another version, stays as the run states it.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::language::Language;

/// Parts of a pattern, which are sentences or values again.
const HOLES: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

/// Ids and patterns, those that take off an end first. Where a pattern is changed in `indicators/` or `ranking/`,
/// it is changed here; the tests hold every reason of a run against them.
const PATTERNS: [(&str, &str); 50] = [
    (
        "share",
        r"meter (?<a>\S+) in the residual of (?<b>\S+): (?<c>.+) \(chance (?<d>\d+%) among the meters there and a tap\)",
    ),
    ("peers", r"(?<a>.+); peers' median (?<b>[^;]+)"),
    ("load_factor", r"(?<a>.+); load factor of the day (?<b>[^;]+)"),
    (
        "base_block",
        r"on 4 of 5 of the block's days the base load is at least (?<a>.+), (?<b>\S+) of the mean demand on those days",
    ),
    ("base_block_alone", r"on 4 of 5 of the block's days the base load is at least (?<a>.+)"),
    (
        "base_days",
        r"on 4 of 5 days the base load is at least (?<a>.+), (?<b>\S+) of the mean demand on those days",
    ),
    ("base_days_alone", r"on 4 of 5 days the base load is at least (?<a>.+)"),
    (
        "flat",
        r"the base load is within (?<a>.+) of the median demand and varies by (?<b>\S+) from day to day",
    ),
    (
        "flat_few",
        r"the base load is within (?<a>.+) of the median demand and varies by (?<b>\S+) over the block's (?<c>\d+) days",
    ),
    ("flat_one", r"the base load is within (?<a>.+) of the median demand on the block's only day"),
    ("flat_reads", r"demand varies from read to read by (?<a>.+)"),
    ("blackout", r"without internet its base load fell by (?<a>.+)"),
    ("fault", r"the channel repeats one value on (?<a>\S+) of its measured days; those days are no evidence"),
    (
        "shift_all",
        r"(?<a>.+) every hour of the day higher by (?<b>.+), equal to within (?<c>\S+) over hours and days, (?<d>\S+) times the floor's noise, on (?<e>\d+) days",
    ),
    (
        "shift_hours",
        r"(?<a>.+) (?<f>\d+) hours of the day higher by (?<b>.+), equal to within (?<c>\S+) over hours and days, (?<d>\S+) times the floor's noise, on (?<e>\d+) days",
    ),
    (
        "timer",
        r"between about (?<a>\S+) and (?<b>\S+) higher by (?<c>.+), varying by (?<d>\S+) from day to day",
    ),
    (
        "timer_few",
        r"between about (?<a>\S+) and (?<b>\S+) higher by (?<c>.+), varying by (?<d>\S+) over the block's (?<e>\d+) days",
    ),
    ("timer_one", r"between about (?<a>\S+) and (?<b>\S+) higher by (?<c>.+) on the block's only day"),
    ("too_small", r"no steady level in it reaches (?<a>.+), half of the smallest rig"),
    (
        "class",
        r"the middle one of other meters of its class \((?<b>.+): (?<a>\d+)\) looks more like a farm than (?<c>\S+) of all meters do",
    ),
    ("linked", r"starts and stops with (?<a>.+) under the same parent: one case"),
    ("declared_beyond", r"mining of (?<a>.+) is declared; the evidence speaks of (?<b>.+) beyond it"),
    ("declared", r"mining of (?<a>.+) is declared; nothing stands out beyond it"),
    (
        "whereabouts",
        r"none of the (?<a>\d+) meters below it leaves a trace in the residual: a tap between meters is likelier than a meter that registers a part",
    ),
    (
        "voltage",
        r"from (?<a>\S+) on the voltage at (?<b>\d+) of (?<c>\d+) meters is up to (?<d>\S+) V lower beside the others' than before \(chance makes (?<e>\S+) V\), most at (?<f>.+): that points to their side of the line",
    ),
    ("side_both", r"where the voltage fell most the register has phase (?<a>.+), bus (?<b>.+)"),
    ("side_phase", r"where the voltage fell most the register has phase (?<a>.+)"),
    ("side_bus", r"where the voltage fell most the register has bus (?<a>.+)"),
    (
        "denied",
        r"of the (?<a>\d+) meters below it, voltages speak against the (?<b>\d+) that leave a trace in the residual: a tap between meters is likelier than a meter that registers a part",
    ),
    ("verdict_farm", r"a farm was found below (?<a>.+) \(verdict (?<b>\w+)\)"),
    (
        "verdict_none",
        r"someone looked below (?<a>.+) and found no farm \(verdict (?<b>\w+)\): neither it nor a meter below it is listed for the residual",
    ),
    (
        "balance",
        r"(?<a>.+?) (?<b>[\d.]+ kW) flow past the (?<c>\d+) meters below it, (?<d>.+), steady to (?<e>[\d.]+ kW) from day to day: over all days its own meter shows (?<f>\S+ kW) on average, theirs (?<g>\S+ kW), and (?<h>\S+ kW) are technical loss \(without load (?<i>\S+ kW), with load (?<j>\S+ kW)\)",
    ),
    ("and", r"(?<a>.+?); (?<b>.+)"),
    (
        "follows",
        r"where it shows 1 kW more, the residual is (?<a>.+) higher \(correlation (?<b>\S+) over (?<c>\d+) hours\), as if it registered (?<d>\S+) of what it feeds",
    ),
    ("rose", r"its own level rose by (?<a>.+) on the day of the residual's"),
    ("fell", r"its own level fell by (?<a>.+) on the day of the residual's"),
    (
        "voltage_fell_less",
        r"its voltage fell by (?<a>\S+) V beside the others', (?<b>\S+) V at the deepest: that speaks against it",
    ),
    ("voltage_fell", r"its voltage fell by (?<a>\S+) V beside the others', as deep as any"),
    ("estimated", r"its reads are estimated or edited from (?<a>\S+) on"),
    ("common", r"its load and the residual have something in common"),
    ("above", r"(?<a>.+) > (?<b>.+) \(19 of 20 peers stay below\)"),
    ("below", r"(?<a>.+) < (?<b>.+) \(19 of 20 peers exceed it\)"),
    ("usual", r"(?<a>.+) \(not unusual: 1 of 20 peers passes (?<b>.+)\)"),
    ("from_to", r"from (?<a>[\d-]+) to (?<b>[\d-]+)"),
    ("from_until", r"from (?<a>[\d-]+) until (?<b>[\d-]+)"),
    ("from", r"from (?<a>[\d-]+) on"),
    ("until", r"until (?<a>[\d-]+)"),
    ("since", r"since before the data begins"),
    ("hours", r"(?<a>\d+) hours a day"),
    ("day_and_night", r"day and night"),
];

static READ: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let whole = |pattern: &str| Regex::new(&format!("^(?:{pattern})$")).expect("a test reads every pattern");
    PATTERNS.iter().map(|(id, pattern)| (*id, whole(pattern))).collect()
});

static DAY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\d{4}-\d{2}-\d{2}").expect("a test reads it"));
static DECIMAL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(\d)\.(\d)").expect("a test reads it"));

/// A reason as the run states it, in a language.
#[must_use]
pub fn in_language(reason: &str, lang: &Language) -> String {
    if lang.code == "en" { reason.to_owned() } else { said(reason, lang) }
}

fn said(text: &str, lang: &Language) -> String {
    for (id, pattern) in READ.iter() {
        let Some(parts) = pattern.captures(text) else { continue };
        let parts: Vec<(&'static str, String)> =
            HOLES.iter().filter_map(|hole| Some((*hole, said(parts.name(hole)?.as_str(), lang)))).collect();
        let parts: Vec<(&'static str, &str)> =
            parts.iter().map(|(hole, said)| (*hole, said.as_str())).collect();
        return lang.say_with(&format!("reason-{id}"), &parts);
    }
    value(text, lang)
}

/// A number with its unit, a day, a name.
fn value(text: &str, lang: &Language) -> String {
    let day =
        |found: &Captures<'_>| found[0].parse().map_or_else(|_| found[0].to_owned(), |day| lang.date(day));
    if DAY.is_match(text) {
        return DAY.replace_all(text, day).into_owned();
    }
    match text.strip_suffix(" kW") {
        Some(number) => format!("{}\u{a0}{}", DECIMAL.replace(number, "$1,$2"), lang.say("unit-kw")),
        // What begins with a letter is a meter's name, and stays as it is.
        None if text.starts_with(|c: char| c.is_ascii_digit()) => DECIMAL.replace(text, "$1,$2").into_owned(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn russian(reason: &str) -> String {
        in_language(reason, Language::with_code("ru").unwrap())
    }

    #[test]
    fn every_pattern_has_a_message_with_its_holes() {
        for code in ["ru", "kk"] {
            let lang = Language::with_code(code).unwrap();
            for (id, pattern) in READ.iter() {
                let holes: Vec<(&'static str, &str)> = HOLES
                    .iter()
                    .filter(|hole| pattern.capture_names().flatten().any(|name| name == **hole))
                    .map(|hole| (*hole, *hole))
                    .collect();
                let message = lang.say_with(&format!("reason-{id}"), &holes);
                assert!(!message.contains("reason-") && !message.contains("{$"), "{code} {id}: {message}");
            }
        }
    }

    #[test]
    fn a_sentence_is_taken_apart_and_said_again() {
        assert_eq!(
            russian(
                "on 4 of 5 of the block's days the base load is at least 17.9 kW > 3.43 kW (19 of 20 peers stay below), 97% of the mean demand on those days; peers' median 0.14 kW"
            ),
            "в 4 из 5 дней блока базовая нагрузка не ниже 17,9\u{a0}кВт > 3,43\u{a0}кВт (у 19 из 20 соседей меньше), это 97% средней мощности этих дней; медиана соседей 0,14\u{a0}кВт"
        );
        assert_eq!(
            russian(
                "from 2021-12-22 to 2021-12-29 9 hours of the day higher by 0.53 kW (not unusual: 1 of 20 peers passes 13.7 kW), equal to within 35% over hours and days, 1.8 times the floor's noise, on 8 days; peers' median 0.25 kW"
            ),
            "с 22.12.2021 по 29.12.2021 часов суток: 9 — выше на 0,53\u{a0}кВт (не редкость: каждый двадцатый сосед переходит 13,7\u{a0}кВт), с точностью до 35% по часам и дням, в 1,8 раза больше шума базы, дней: 8; медиана соседей 0,25\u{a0}кВт"
        );
        assert_eq!(
            russian(
                "meter T1-M2.5 in the residual of T1: its own level fell by 2.10 kW on the day of the residual's; its reads are estimated or edited from 2022-01-05 on (chance 81% among the meters there and a tap)"
            ),
            "счётчик T1-M2.5 в остатке T1: его уровень упал на 2,10\u{a0}кВт в день остатка; его показания расчётные или исправленные с 05.01.2022 (вероятность 81% среди счётчиков там и подключения без счётчика)"
        );
        assert_eq!(
            russian(
                "from 2022-01-05 on the voltage at 3 of 44 meters is up to 2.8 V lower beside the others' than before (chance makes 0.04 V), most at M1, M2: that points to their side of the line"
            ),
            "с 05.01.2022 напряжение у 3 из 44 счётчиков относительно остальных ниже прежнего, до 2,8 В (случайно бывает 0,04 В), больше всего у M1, M2: это указывает на их сторону линии"
        );
        assert_eq!(
            russian(
                "the middle one of other meters of its class (telecom, business: 23) looks more like a farm than 97% of all meters do"
            ),
            "средний из других счётчиков его класса (telecom, business: 23) похож на ферму больше, чем 97% всех счётчиков"
        );
        assert_eq!(
            russian("where the voltage fell most the register has phase L2, bus pole 6"),
            "где напряжение упало больше всего, в реестре фаза L2, узел pole 6"
        );
    }

    #[test]
    fn what_no_pattern_knows_stays_as_it_is() {
        assert_eq!(russian("something that a later version says"), "something that a later version says");
        assert_eq!(in_language("day and night", Language::with_code("en").unwrap()), "day and night");
    }
}
