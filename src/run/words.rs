//! Says kinds, rigs and amounts in a run's language, as pages, sheets and the terminal share them.

use jiff::civil::Date;

use hashwatt_core::ids::RESIDUAL_PREFIX;
use hashwatt_core::language::Language;
use hashwatt_core::language::message::{Message, Value};
use hashwatt_detection::ranking::sensitivity::Sensitivity;
use hashwatt_detection::ranking::{Kind, RigEnergy, RigEstimate, Scored};

/// Shown where a value is unknown.
pub const NONE: &str = "–";

/// Family of the questions about what was guessed.
pub const ASKED: &str = "asked";

/// Family of the sentences that outputs share.
const WORDS: &str = "words";

/// Returns the sentence that stands above every list of suspects.
#[must_use]
pub fn evidence_is_not_guilt(language: &Language) -> String {
    language.say("not-guilt-long")
}

/// Returns the kind in words for people.
#[must_use]
pub fn kind_words(kind: Kind, language: &Language) -> String {
    language.name_of("kind", kind.as_str())
}

/// Returns the kind for outputs that programs may read too: its code in English, words in other languages.
#[must_use]
pub fn kind_code(kind: Kind, language: &Language) -> String {
    if language.is_english() { kind.as_str().to_owned() } else { kind_words(kind, language) }
}

/// Returns the name of another explanation: as tables have it in English, and in words in other languages. A
/// name of another version stays as it is.
#[must_use]
pub fn rival_words(rival: &str, language: &Language) -> String {
    if language.is_english() {
        return rival.to_owned();
    }
    let code = rival.to_lowercase().replace(' ', "_");
    language.known_name_of("rival", &code).unwrap_or_else(|| rival.to_owned())
}

/// Formats a rig: `6.40 kW (5.90 to 7.00)`.
#[must_use]
pub fn rig_words(rig: &RigEstimate, language: &Language) -> String {
    let (low, high) = (language.said_kw_number(rig.kw_low), language.said_kw_number(rig.kw_high));
    language.say_with("words-rig", &[("kw", &language.said_kw(rig.kw)), ("low", &low), ("high", &high)])
}

/// Formats the energy of a rig: `55.1 MWh (50.2 MWh to 58.4 MWh)`.
#[must_use]
pub fn energy_words(energy: &RigEnergy, language: &Language) -> String {
    let said = |kwh| language.said_energy(kwh);
    let (kwh, low, high) = (said(energy.kwh), said(energy.kwh_low), said(energy.kwh_high));
    language.say_with("words-rig", &[("kw", &kwh), ("low", &low), ("high", &high)])
}

/// Says whether a rig is on, in a cell of a list: `on`, or `until 2022-02-12`.
#[must_use]
pub fn on_words(rig: &RigEstimate, language: &Language) -> String {
    let until = |day| language.say_with("words-until", &[("day", &language.said_day(day))]);
    match rig.last_seen_on.filter(|_| !rig.is_on()) {
        Some(day) => until(day),
        None => language.say(if rig.is_on() { "words-on" } else { "words-off" }),
    }
}

/// Says what the contract allows, and that a rig alone draws more: `7.00 kW; the rig alone draws 11.0 kW`.
#[must_use]
pub fn contract_words(contracted_kw: f64, kw_above: Option<f64>, language: &Language) -> String {
    let contract = language.said_kw(contracted_kw);
    match kw_above {
        Some(kw) => language
            .say_with("words-above_contract", &[("contract", &contract), ("kw", &language.said_kw(kw))]),
        None => contract,
    }
}

/// Formats the number of machines: `2 to 3`, or `2` if both ends agree.
#[must_use]
pub fn machine_words(rig: &RigEstimate, language: &Language) -> String {
    let (low, high) = (rig.machines_low.to_string(), rig.machines_high.to_string());
    if low == high { low } else { language.say_with("words-machines", &[("low", &low), ("high", &high)]) }
}

/// Describes a place among its peers: `homes/2; 1.0% of them, itself included, score as high`.
#[must_use]
pub fn peers_words(group: &str, p_value: f64, language: &Language) -> String {
    let (group, share) = (group_words(group, language), language.percent(p_value, 1));
    language.say_with("peers-share", &[("group", &group), ("share", &share)])
}

/// Returns the name of a peer group: a class, as the register has it, or a group of the program's own.
#[must_use]
pub fn group_words(group: &str, language: &Language) -> String {
    language.known_name_of("group", &group.replace(' ', "_")).unwrap_or_else(|| group.to_owned())
}

/// Describes the smallest rigs a run would show; empty if no rigs were planted.
#[must_use]
pub fn sensitivity_words(sensitivity: &Sensitivity, language: &Language) -> String {
    if sensitivity.n_planted() == 0 {
        return String::new();
    }
    let kw = |kw: f64| language.said_decimal(&kw.to_string());
    let message = Message::new("sensitivity");
    let message = match (sensitivity.smallest_found_kw(0.9), sensitivity.smallest_found_kw(0.5)) {
        (Some(most), Some(half)) if half < most => {
            message.in_form("found", "both").naming("most", kw(most)).naming("half", kw(half))
        }
        (Some(most), _) => message.in_form("found", "most").naming("most", kw(most)),
        (None, Some(half)) => message.in_form("found", "half").naming("half", kw(half)),
        (None, None) => message.in_form("found", "none"),
    };
    language.say_message(WORDS, &message)
}

/// Describes the start of the block, as far as the data shows it.
#[must_use]
pub fn onset_words(onset: Option<Date>, language: &Language) -> String {
    onset.map_or_else(|| language.say("words-onset_before"), |day| language.said_day(day))
}

/// Describes the end of the block, as far as the data shows it.
#[must_use]
pub fn ended_words(ended: Option<Date>, language: &Language) -> String {
    ended.map_or_else(|| language.say("words-ended_not"), |day| language.said_day(day))
}

/// Describes the days of the data: `2021-12-02 to 2022-03-31`.
#[must_use]
pub fn span_words(span: Option<(Date, Date)>, language: &Language) -> String {
    span.map_or_else(|| language.say("words-no_days"), |(first, last)| language.said_span(first, last))
}

/// Formats a score, three decimals.
#[must_use]
pub fn score_words(score: f64, language: &Language) -> String {
    language.said_decimal(&format!("{score:.3}"))
}

/// Names what was ranked: `248 meters`, `248 meters and 6 residuals`.
#[must_use]
pub fn ranked_words(scored: &[Scored], language: &Language) -> String {
    let is_residual = |one: &&Scored| one.meter.as_str().starts_with(RESIDUAL_PREFIX);
    let n_residuals = scored.iter().filter(is_residual).count() as u64;
    let meters = language.say_count("words-meters", scored.len() as u64 - n_residuals);
    if n_residuals == 0 {
        return meters;
    }
    let residuals = language.say_count("words-residuals", n_residuals);
    language.say_with("words-meters_and_residuals", &[("meters", &meters), ("residuals", &residuals)])
}

/// Says how many suspects stand among what was ranked: `14 suspects among 248 meters and 6 residuals`.
#[must_use]
pub fn title_words(n_suspects: usize, scored: &[Scored], language: &Language) -> String {
    let suspects = language.say_count("words-suspects", n_suspects as u64);
    let among = ranked_words(scored, language);
    language.say_with("report-title", &[("suspects", &suspects), ("among", &among)])
}

/// Says how many of the suspects are expected to be false leads.
#[must_use]
pub fn false_leads(n_suspects: usize, expected_false: f64, language: &Language) -> String {
    let message = Message::counting("false_leads", n_suspects as u64, language)
        .with("expected", Value::number(expected_false, 1));
    language.say_message(WORDS, &message)
}

/// Formats a share; only 1 gives `100%`, and only 0 gives `0%`.
#[must_use]
pub fn percent(share: f64, language: &Language) -> String {
    let tenths = (share * 1000.0).round().clamp(1.0, 999.0);
    match share {
        share if share <= 0.0 => language.percent(0.0, 0),
        share if share >= 1.0 => language.percent(1.0, 0),
        _ => language.percent(tenths / 1000.0, usize::from(tenths % 10.0 != 0.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: fn() -> &'static Language = Language::english;

    #[test]
    fn the_smallest_rig_is_put_in_words() {
        let mut found = Sensitivity::default();
        assert_eq!(sensitivity_words(&found, ENGLISH()), "");
        (0..20).for_each(|n| found.count(1.2, n < 12));
        (0..20).for_each(|n| found.count(8.0, n < 19));
        assert_eq!(
            sensitivity_words(&found, ENGLISH()),
            "Of the rigs that were planted into copies of these meters, nine in ten of those of 7.5 kW and more, and half of those of 1 kW and more, come out on the visit list."
        );
    }

    #[test]
    fn a_rig_reads_with_its_interval() {
        let rig = RigEstimate {
            kw: 6.4,
            kw_low: 5.9,
            kw_high: 7.0,
            machines_low: 2,
            machines_high: 2,
            onset: None,
            ended: None,
            last_seen_on: None,
            hours: [true; 24],
        };
        assert_eq!(rig_words(&rig, ENGLISH()), "6.40 kW (5.90 to 7.00)");
        assert_eq!(machine_words(&rig, ENGLISH()), "2");
        assert_eq!(onset_words(None, ENGLISH()), "before the data begins");
    }

    #[test]
    fn a_share_is_whole_only_where_nothing_is_missing() {
        let shares = [0.0, 0.00001, 0.5, 0.99999, 1.0];
        let words: Vec<String> = shares.into_iter().map(|share| percent(share, ENGLISH())).collect();
        assert_eq!(words, ["0%", "0.1%", "50%", "99.9%", "100%"]);
    }

    #[test]
    fn each_language_says_a_rig_and_its_place_its_own_way() {
        let said = |code: &str| {
            let language = Language::with_code(code).unwrap();
            [
                false_leads(2, 1.46, language),
                peers_words("homes/2", 0.01, language),
                score_words(0.5, language),
            ]
            .join(" | ")
        };
        assert_eq!(
            said("en"),
            "Of the 2 suspects, about 1.5 are expected to be false leads. | homes/2; 1.0% of them, itself included, score as high | 0.500"
        );
        assert!(said("ru").contains("около 1,5") && said("ru").ends_with("0,500"), "{}", said("ru"));
    }
}
