//! Says in one line whether an export is ready, and what its energy means for a meter and month.

use super::layout::{counted, grouped};
use crate::acquisition::mapping::Unit;
use crate::error::Error;
use crate::finding::{Finding, Severity};
use crate::pipeline::{Consumption, ExportProfile, Verdict};

/// Returns, for example, `Verdict: ready, with 2 guesses.`
pub(super) fn verdict_line(profile: &ExportProfile) -> String {
    let left_out: u64 =
        profile.findings.iter().filter(|finding| finding.severity == Severity::Skipped).map(Finding::n).sum();
    let ready = match profile.verdict() {
        Verdict::Ready => "ready".to_owned(),
        Verdict::ReadyWithGuesses(1) => "ready, with 1 guess".to_owned(),
        Verdict::ReadyWithGuesses(n) => format!("ready, with {} guesses", grouped(n)),
    };
    let rest = match left_out {
        0 => String::new(),
        _ => "; the findings say what was skipped".to_owned(),
    };
    format!("Verdict: {ready}{rest}.")
}

/// Returns the verdict on an export that cannot be read; `None` where no input is to blame.
pub(super) fn not_readable(error: &Error) -> Option<String> {
    Some(format!("Verdict: not readable. {}.", error.cure_of_input()?.trim_end_matches('.')))
}

/// Returns the energy of a meter-month, with a question that a metering engineer can answer.
pub(super) fn consumption_words(profile: &ExportProfile) -> Option<String> {
    let consumption = profile.consumption?;
    let Consumption { n_meters, median_kwh_a_month, least_kwh_a_month, greatest_kwh_a_month } = consumption;
    let a_day = consumption.median_kwh_a_day();
    let range = if n_meters > 1 {
        format!(
            "{} kWh a meter-month in the middle, {} at least, {} at most ({}). The middle meter",
            rounded(median_kwh_a_month),
            rounded(least_kwh_a_month),
            rounded(greatest_kwh_a_month),
            counted(n_meters, "meter")
        )
    } else {
        format!("{} kWh a month. The only meter", rounded(median_kwh_a_month))
    };
    let others = others_words(profile, a_day);
    Some(format!("{range} uses {} kWh a day; most homes use 3 to 30. Is that right?{others}", rounded(a_day)))
}

/// Returns what the middle meter would use in a day, were the guessed unit another.
fn others_words(profile: &ExportProfile, kwh_a_day: f64) -> String {
    let guessed = |source: &&crate::pipeline::SourceProfile| {
        source.mapping.is_guessed("unit") || source.accepted.iter().any(|guess| guess.key == "unit")
    };
    let Some(source) = profile.sources.iter().find(guessed) else { return String::new() };
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
    let words: Vec<String> = others
        .iter()
        .map(|(other, times)| format!("{} kWh if they are {other}", rounded(kwh_a_day * times * factor)))
        .collect();
    format!(" The unit {} of the values is a guess: it would be {}.", unit.symbol(), words.join(", "))
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
    use crate::cli::made_up;
    use hashwatt_core::message;

    #[test]
    fn guesses_are_counted_and_what_was_left_out_is_said() {
        let line = verdict_line(&made_up::profile());
        assert_eq!(line, "Verdict: ready, with 1 guess; the findings say what was skipped.");
        let mut profile = made_up::profile();
        profile.findings.clear();
        profile.mappings.clear();
        assert_eq!(verdict_line(&profile), "Verdict: ready.");
    }

    #[test]
    fn what_cannot_be_read_ends_in_its_cure() {
        let error = Error::input("a.csv", "the file is empty", "Export it again");
        assert_eq!(not_readable(&error).unwrap(), "Verdict: not readable. Export it again.");
        assert_eq!(not_readable(&Error::setting("--seed", "x", "y")), None);
    }

    #[test]
    fn a_guessed_unit_is_held_against_others() {
        let mut profile = made_up::profile();
        assert!(!consumption_words(&profile).unwrap().contains("guess"));
        let guess = crate::acquisition::mapping::Guess::new("unit", "kWh", message!("no_name_states_unit"));
        profile.sources[0].mapping.guesses.push(guess);
        let words = consumption_words(&profile).unwrap();
        assert!(words.contains("uses 8.38 kWh a day"), "{words}");
        assert!(
            words.ends_with("it would be 4.19 kWh if they are kW, 0.00838 kWh if they are Wh."),
            "{words}"
        );
    }
}
