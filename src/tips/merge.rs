//! Merges tips on one place: duplicates, and floods that weigh no more than the data.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::address::parse;
use super::answer::{TipAnswer, Weight};
use super::tip::Tip;

/// So many tips on one place within [`FLOOD_S`] are a flood. A whole stairwell may call, and so may one
/// person with a grudge: the data decides.
const FLOOD_TIPS: usize = 5;

/// Time in which a flood comes. [s]
const FLOOD_S: i64 = 14 * 86_400;

/// Tips that mean one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Places of the tips in their file, the first to come in first.
    pub tips: Vec<usize>,
    /// Whether they came as a flood.
    pub is_flood: bool,
}

impl Case {
    /// How much its tips weigh.
    #[must_use]
    pub const fn weight(&self) -> Weight {
        if self.is_flood { Weight::DataAlone } else { Weight::Claim }
    }
}

/// Cases in the order of their first tips.
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

/// The place that a tip means first: its meter; where the register has none, what it says. `None` where it names
/// nothing that another tip could be held beside.
#[must_use]
pub fn place(tip: &Tip, answer: &TipAnswer) -> Option<String> {
    let first = answer.lines.first().zip(answer.lines.get(1));
    // Several doors equally meant are one house, not one of its doors.
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

/// Whether tips on one place, in order of time, came as a flood.
#[must_use]
pub fn is_flood(times: &[Option<Timestamp>]) -> bool {
    times.windows(FLOOD_TIPS).any(|window| {
        let ends = window[0].zip(window[FLOOD_TIPS - 1]);
        // Tips without a time may have come at once.
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
