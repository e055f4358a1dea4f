//! Formats kinds, rigs and amounts as the words that pages and sheets share.

use hashwatt_core::ids::RESIDUAL_PREFIX;
use jiff::civil::Date;

use hashwatt_core::units::Kilowatts;
use hashwatt_detection::ranking::sensitivity::Sensitivity;
use hashwatt_detection::ranking::{Kind, RigEstimate, Scored};

/// Shown above every list of suspects.
pub const EVIDENCE_IS_NOT_GUILT: &str = "A suspect is a place worth a visit. The score weighs evidence from meter data; it proves nothing about any person. Only an inspection can confirm or reject it.";

/// Shown where a value is unknown.
pub const NONE: &str = "–";

/// Returns the kind in words for people.
#[must_use]
pub const fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::MeteredFarm => "flat block on a meter",
        Kind::UnmeteredLoad => "unmetered load",
        Kind::UnderRegisteringMeter => "under-registering meter",
        Kind::ActivityMismatch => "load unlike the registered activity",
        Kind::OverDeclaration => "more than was declared",
        Kind::RestartedFarm => "block that started again",
    }
}

/// Every kind, in the order of the type.
const KINDS: [Kind; 6] = [
    Kind::MeteredFarm,
    Kind::UnmeteredLoad,
    Kind::UnderRegisteringMeter,
    Kind::ActivityMismatch,
    Kind::OverDeclaration,
    Kind::RestartedFarm,
];

/// Returns the kind with this stable text, or `None` for a text of another version.
#[must_use]
pub fn kind_named(text: &str) -> Option<Kind> {
    KINDS.into_iter().find(|kind| kind.as_str() == text)
}

/// Formats a rig: `6.40 kW (5.90 to 7.00)`.
#[must_use]
pub fn rig_words(rig: &RigEstimate) -> String {
    let bare = |kw: f64| Kilowatts(kw).to_string().trim_end_matches(" kW").to_owned();
    format!("{} ({} to {})", Kilowatts(rig.kw), bare(rig.kw_low), bare(rig.kw_high))
}

/// Formats the number of machines: `2 to 3`, or `2` if both ends agree.
#[must_use]
pub fn machine_words(rig: &RigEstimate) -> String {
    if rig.machines_low == rig.machines_high {
        rig.machines_low.to_string()
    } else {
        format!("{} to {}", rig.machines_low, rig.machines_high)
    }
}

/// Describes a p-value among the peers: `1.0% of them, itself included, score as high`.
#[must_use]
pub fn peers_words(p_value: f64) -> String {
    format!("{:.1}% of them, itself included, score as high", 100.0 * p_value)
}

/// Describes the smallest rigs a run would show; empty if no rigs were planted.
#[must_use]
pub fn sensitivity_words(sensitivity: &Sensitivity) -> String {
    if sensitivity.n_planted() == 0 {
        return String::new();
    }
    let from = |kw: f64| format!("of those of {kw} kW and more");
    let found = match (sensitivity.smallest_found_kw(0.9), sensitivity.smallest_found_kw(0.5)) {
        (Some(most), Some(half)) if half < most => {
            format!("nine in ten {}, and half {}, come out", from(most), from(half))
        }
        (Some(most), _) => format!("nine in ten {} come out", from(most)),
        (None, Some(half)) => format!("half {} come out", from(half)),
        (None, None) => "less than half come out, however large,".to_owned(),
    };
    format!("Of the rigs that were planted into copies of these meters, {found} above the cut.")
}

/// Describes the start of the block, as far as the data shows it.
#[must_use]
pub fn onset_words(onset: Option<Date>) -> String {
    onset.map_or_else(|| "before the data begins".to_owned(), |day| day.to_string())
}

/// Describes the end of the block, as far as the data shows it.
#[must_use]
pub fn ended_words(ended: Option<Date>) -> String {
    ended.map_or_else(|| "still on at the end of the data".to_owned(), |day| day.to_string())
}

/// Formats `1 234 567`, with narrow no-break spaces between thousands.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// Names what was ranked: `248 meters`, `248 meters and 6 residuals`.
#[must_use]
pub fn ranked_words(scored: &[Scored]) -> String {
    let is_residual = |one: &&Scored| one.meter.as_str().starts_with(RESIDUAL_PREFIX);
    let n_residuals = scored.iter().filter(is_residual).count() as u64;
    let meters = counted(scored.len() as u64 - n_residuals, "meter");
    if n_residuals == 0 { meters } else { format!("{meters} and {}", counted(n_residuals, "residual")) }
}

/// Formats a count with its noun: `1 meter`, `2 meters`.
#[must_use]
pub fn counted(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", grouped(number))
}

/// Says how many of the suspects are expected to be false leads.
#[must_use]
pub fn false_leads(n_suspects: usize, expected_false: f64) -> String {
    let suspects = counted(n_suspects as u64, "suspect");
    format!("Of the {suspects}, about {expected_false:.1} are expected to be false leads.")
}

/// Formats a share; only 1 gives `100%`, and only 0 gives `0%`.
#[must_use]
pub fn percent(share: f64) -> String {
    let tenths = (share * 1000.0).round();
    match share {
        share if share <= 0.0 => "0%".to_owned(),
        share if share >= 1.0 => "100%".to_owned(),
        _ => format!("{}%", tenths.clamp(1.0, 999.0) / 10.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(counted(1, "meter"), "1 meter");
        assert_eq!(counted(1000, "meter"), "1\u{202f}000 meters");
    }

    #[test]
    fn the_smallest_rig_is_put_in_words() {
        let mut found = Sensitivity::default();
        assert_eq!(sensitivity_words(&found), "");
        (0..20).for_each(|n| found.count(1.2, n < 12));
        (0..20).for_each(|n| found.count(8.0, n < 19));
        assert_eq!(
            sensitivity_words(&found),
            "Of the rigs that were planted into copies of these meters, nine in ten of those of 7.5 kW and more, and half of those of 1 kW and more, come out above the cut."
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
            energy_kwh: 0.0,
        };
        assert_eq!(rig_words(&rig), "6.40 kW (5.90 to 7.00)");
        assert_eq!(machine_words(&rig), "2");
        assert_eq!(onset_words(None), "before the data begins");
    }

    #[test]
    fn a_share_is_whole_only_where_nothing_is_missing() {
        let words: Vec<String> = [0.0, 0.00001, 0.5, 0.99999, 1.0].into_iter().map(percent).collect();
        assert_eq!(words, ["0%", "0.1%", "50%", "99.9%", "100%"]);
    }
}
