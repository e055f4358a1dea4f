//! Says in one line whether an export is ready, and what its energy means for a meter and month.

use super::layout::{grouped, plain, said_count};
use super::mapping_sections::CHECK;
use crate::acquisition::mapping::Unit;
use crate::error::Error;
use crate::finding::{Finding, Severity};
use crate::language::Language;
use crate::language::message::Message;
use crate::pipeline::{Consumption, ExportProfile, Verdict};

/// Returns, for example, `Verdict: ready, with 2 guesses.`
pub(super) fn verdict_line(profile: &ExportProfile, language: &Language) -> String {
    let is_skipped = |finding: &Finding| finding.severity == Severity::Skipped;
    let rest = if profile.findings.iter().any(is_skipped) { "some" } else { "none" };
    let n_guesses = match profile.verdict() {
        Verdict::Ready => 0,
        Verdict::ReadyWithGuesses(n) => n,
    };
    let message = Message::counting("verdict", n_guesses, language).in_form("skipped", rest);
    plain(&language.say_message(CHECK, &message))
}

/// Returns the verdict on an export that cannot be read, with the cure in English as errors are; `None` where no
/// input is to blame.
pub(super) fn not_readable(error: &Error, language: &Language) -> Option<String> {
    let cure = error.cure_of_input()?.trim_end_matches('.');
    Some(language.say_with("check-not_readable", &[("cure", cure)]))
}

/// Returns the energy of a meter-month, with a question that a metering engineer can answer.
pub(super) fn consumption_words(profile: &ExportProfile, language: &Language) -> Option<String> {
    let consumption = profile.consumption?;
    let Consumption { n_meters, median_kwh_a_month, least_kwh_a_month, greatest_kwh_a_month } = consumption;
    let kwh = |kwh| language.said_decimal(&rounded(kwh));
    let (a_day, median) = (kwh(consumption.median_kwh_a_day()), kwh(median_kwh_a_month));
    let words = if n_meters > 1 {
        let values = [
            ("median", &median[..]),
            ("least", &kwh(least_kwh_a_month)),
            ("most", &kwh(greatest_kwh_a_month)),
            ("meters", &said_count("check-n_meters", n_meters, language)),
            ("day", &a_day),
        ];
        language.say_with("check-consumption", &values)
    } else {
        language.say_with("check-consumption_of_one", &[("median", &median), ("day", &a_day)])
    };
    let others = others_words(profile, consumption.median_kwh_a_day(), language);
    Some(words + &others.map_or(String::new(), |others| format!(" {others}")))
}

/// Returns what the middle meter would use in a day, were the guessed unit another.
fn others_words(profile: &ExportProfile, kwh_a_day: f64, language: &Language) -> Option<String> {
    let guessed = |source: &&crate::pipeline::SourceProfile| {
        source.mapping.is_guessed("unit") || source.accepted.iter().any(|guess| guess.key == "unit")
    };
    let source = profile.sources.iter().find(guessed)?;
    let usual = profile.intervals.iter().max_by_key(|(_, n_meters)| *n_meters);
    let hours = usual.map_or(1.0, |(minutes, _)| f64::from(*minutes) / 60.0);
    let is_counter = source.mapping.layout.shape() == "register";
    let unit = source.mapping.unit;
    let others: &[(&str, f64)] = match unit {
        Unit::Kilowatts | Unit::Watts | Unit::Megawatts => &[("kWh", 1.0 / hours), ("W", 1e-3)],
        _ if is_counter => &[("Wh", 1e-3)],
        _ => &[("kW", hours), ("Wh", 1e-3)],
    };
    let factor = 1.0 / unit.factor();
    let one = |(other, times): &(&str, f64)| {
        let kwh = language.said_decimal(&rounded(kwh_a_day * times * factor));
        language.say_with("check-if_they_are", &[("kwh", &kwh), ("unit", other)])
    };
    let words: Vec<String> = others.iter().map(one).collect();
    Some(language.say_with("check-other_units", &[("unit", unit.symbol()), ("others", &words.join(", "))]))
}

/// Returns three digits.
fn rounded(kwh: f64) -> String {
    let decimals = match kwh.abs() {
        x if x >= 100.0 => return grouped_signed(kwh),
        x if x >= 10.0 => 1,
        x if x >= 1.0 => 2,
        x if x >= 0.01 => 3,
        0.0 => 0,
        _ => 5,
    };
    format!("{kwh:.decimals$}")
}

fn grouped_signed(kwh: f64) -> String {
    let sign = if kwh < 0.0 { "-" } else { "" };
    format!("{sign}{}", grouped(kwh.abs().round() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fixtures;
    use hashwatt_core::message;

    #[test]
    fn guesses_are_counted_and_what_was_left_out_is_said() {
        let line = verdict_line(&fixtures::profile(), Language::english());
        assert_eq!(line, "Verdict: ready, with 1 guess; the findings say what was skipped.");
        let mut profile = fixtures::profile();
        profile.findings.clear();
        profile.mappings.clear();
        assert_eq!(verdict_line(&profile, Language::english()), "Verdict: ready.");
    }

    #[test]
    fn what_cannot_be_read_ends_in_its_cure() {
        let error = Error::input("a.csv", "the file is empty", "Export it again");
        assert_eq!(
            not_readable(&error, Language::english()).unwrap(),
            "Verdict: not readable. Export it again."
        );
        assert_eq!(not_readable(&Error::setting("--seed", "x", "y"), Language::english()), None);
    }

    #[test]
    fn a_guessed_unit_is_held_against_others() {
        let mut profile = fixtures::profile();
        assert!(!consumption_words(&profile, Language::english()).unwrap().contains("guess"));
        let guess = crate::acquisition::mapping::Guess::new("unit", "kWh", message!("no_name_states_unit"));
        profile.sources[0].mapping.guesses.push(guess);
        let words = consumption_words(&profile, Language::english()).unwrap();
        assert!(words.contains("uses 8.38 kWh a day"), "{words}");
        assert!(
            words.ends_with("it would be 4.19 kWh if they are kW, 0.00838 kWh if they are Wh."),
            "{words}"
        );
    }
}
