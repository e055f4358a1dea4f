//! Merges tips on the same place, and marks floods, which carry no weight.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::address::parse;
use super::answer::{TipAnswer, Weight};
use super::tip::Tip;

/// This many tips on one place within [`FLOOD_S`] are a flood. A whole stairwell may call, or one person with
/// a grudge, so only the data decides.
const FLOOD_TIPS: usize = 5;

/// Time span of a flood. [s]
const FLOOD_S: i64 = 14 * 86_400;

/// Tips that mean the same place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Indices of the tips in their file, earliest first.
    pub tips: Vec<usize>,
    /// Whether the tips are a flood.
    pub is_flood: bool,
}

impl Case {
    /// Returns the weight of its tips.
    #[must_use]
    pub const fn weight(&self) -> Weight {
        if self.is_flood { Weight::DataAlone } else { Weight::Claim }
    }
}

/// Groups tips by place. The cases are in the order of their first tips.
#[must_use]
pub fn merge(tips: &[Tip], answers: &[TipAnswer]) -> Vec<Case> {
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, (tip, answer)) in tips.iter().zip(answers).enumerate() {
        places.entry(place(tip, answer).unwrap_or_else(|| format!("tip {at:09}"))).or_default().push(at);
    }
    let mut cases: Vec<Case> = places.into_values().map(|of_place| case(of_place, tips)).collect();
    cases.sort_by_key(|case| case.tips[0]);
    cases
}

/// Returns the likeliest place of a tip: its meter, else its address, else what is near it. `None` if the tip
/// names nothing that can be compared with other tips.
#[must_use]
pub fn place(tip: &Tip, answer: &TipAnswer) -> Option<String> {
    let first = answer.lines.first().zip(answer.lines.get(1));
    // If several meters are equally likely, the tip means the house, not one of its meters.
    let is_one = first.is_none_or(|(first, second)| first.confidence > second.confidence * 1.01);
    if let Some(line) = answer.lines.first().filter(|_| is_one) {
        return Some(format!("meter {}", line.meter_id));
    }
    let address = tip.address.as_deref().and_then(|address| parse(address).into_iter().next());
    match address {
        Some(address) => Some(format!("address {}", address.normal())),
        None => answer.lines.first().map(|line| format!("near {}", line.meter_id)),
    }
}

/// Whether tips on one place, in order of time, are a flood.
#[must_use]
pub fn is_flood(times: &[Option<Timestamp>]) -> bool {
    times.windows(FLOOD_TIPS).any(|window| {
        let ends = window[0].zip(window[FLOOD_TIPS - 1]);
        // Tips without a time may have come all at once.
        ends.is_none_or(|(first, last)| last.as_second() - first.as_second() <= FLOOD_S)
    })
}

fn case(mut of_place: Vec<usize>, tips: &[Tip]) -> Case {
    of_place.sort_by_key(|&at| (tips[at].received_at, at));
    let times: Vec<Option<Timestamp>> = of_place.iter().map(|&at| tips[at].received_at).collect();
    let is_flood = is_flood(&times);
    Case { tips: of_place, is_flood }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tips(times: &[Option<&str>]) -> Vec<Tip> {
        let tip = |(at, time): (usize, &Option<&str>)| {
            let mut tip = Tip::new(format!("t{at}"), "noise");
            tip.received_at = time.map(|time| time.parse().unwrap());
            tip
        };
        times.iter().enumerate().map(tip).collect()
    }

    #[test]
    fn five_tips_in_a_fortnight_are_a_flood_and_five_in_a_year_are_not() {
        let at_once = tips(&[Some("2022-01-01T00:00:00Z"); 5]);
        assert!(case((0..5).collect(), &at_once).is_flood);
        let months = [
            "2022-01-01T00:00:00Z",
            "2022-03-01T00:00:00Z",
            "2022-05-01T00:00:00Z",
            "2022-07-01T00:00:00Z",
            "2022-09-01T00:00:00Z",
        ];
        let spread = tips(&months.map(Some));
        assert!(!case((0..5).collect(), &spread).is_flood);
        assert!(!case((0..4).collect(), &at_once).is_flood);
        assert!(case((0..5).collect(), &tips(&[None; 5])).is_flood);
    }
}
