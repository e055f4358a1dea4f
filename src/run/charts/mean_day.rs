//! Averages days into a mean day: before and after a change, and for the peers.

use hashwatt_core::calendar::CLOCK_HOURS;
use std::ops::Range;

use serde::Serialize;

use super::rounded;
use crate::PeerDay;
use hashwatt_core::calendar::day_number;
use hashwatt_detection::ranking::RigEstimate;
use hashwatt_readings::digest::DayDigest;

/// Days on either side of the onset that form the two mean days. Long enough for a stable mean, and short
/// enough that the season does not change it. [days]
pub const DAYS_AROUND_ONSET: i32 = 60;

/// Days that a curve covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Days before the onset.
    BeforeOnset,
    /// Days from the onset on.
    FromOnset,
    /// Days before the end of a block that was already running when the data began.
    BeforeEnd,
    /// Days from that end on.
    AfterEnd,
    /// All days.
    All,
}

/// Days of a curve: their meaning and their range.
pub type Span = (When, Range<i32>);

/// Returns the days on both sides of the onset, or of the end if the onset is not in the data. Returns all
/// days if no change has hours on both sides.
pub fn spans(days: &[DayDigest], rig: Option<&RigEstimate>) -> Vec<Span> {
    let mut spans = around_the_change(rig);
    let has_hours = |range: &Range<i32>| {
        let within = |day: &&DayDigest| range.contains(&day.day);
        days.iter().filter(within).any(|day| day.hour_kw.iter().any(|kw| kw.is_finite()))
    };
    spans.retain(|(_, range)| has_hours(range));
    if spans.is_empty() {
        spans.push((When::All, i32::MIN..i32::MAX));
    }
    spans
}

fn around_the_change(rig: Option<&RigEstimate>) -> Vec<Span> {
    let onset = rig.and_then(|rig| rig.onset).map(day_number);
    let ended = rig.and_then(|rig| rig.ended).map(day_number);
    match (onset, ended) {
        (Some(onset), ended) => {
            let until = ended.map_or(onset + DAYS_AROUND_ONSET, |ended| ended.min(onset + DAYS_AROUND_ONSET));
            vec![(When::BeforeOnset, onset - DAYS_AROUND_ONSET..onset), (When::FromOnset, onset..until)]
        }
        (None, Some(ended)) => vec![
            (When::BeforeEnd, ended - DAYS_AROUND_ONSET..ended),
            (When::AfterEnd, ended..ended + DAYS_AROUND_ONSET),
        ],
        (None, None) => Vec::new(),
    }
}

/// Mean demand by clock hour over some days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeanDay {
    when: When,
    /// Days in the span that have hours.
    n_days: usize,
    kw: [Option<f64>; CLOCK_HOURS],
}

impl MeanDay {
    /// Builds the mean day; returns `None` if no day of the span has hours.
    pub fn of(days: &[DayDigest], (when, range): &Span) -> Option<Self> {
        let with_hours = |day: &&DayDigest| day.hour_kw.iter().any(|kw| kw.is_finite());
        let days: Vec<_> = days.iter().filter(|day| range.contains(&day.day)).filter(with_hours).collect();
        let kw = std::array::from_fn(|hour| {
            let hours = days.iter().map(|day| day.hour_kw[hour]).filter(|kw| kw.is_finite());
            hashwatt_core::stats::mean(&hours.collect::<Vec<_>>()).and_then(rounded)
        });
        (!days.is_empty()).then_some(Self { when: *when, n_days: days.len(), kw })
    }
}

/// Quartiles of the peers' mean demand by clock hour.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PeerBand {
    p25_kw: [Option<f64>; CLOCK_HOURS],
    p50_kw: [Option<f64>; CLOCK_HOURS],
    p75_kw: [Option<f64>; CLOCK_HOURS],
}

impl PeerBand {
    /// Builds the band; returns `None` if the peers have no hours.
    pub fn of(peers: &PeerDay) -> Option<Self> {
        let band = Self {
            p25_kw: peers.hour_kw_p25.map(rounded),
            p50_kw: peers.hour_kw_p50.map(rounded),
            p75_kw: peers.hour_kw_p75.map(rounded),
        };
        band.p50_kw.iter().any(Option::is_some).then_some(band)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    fn mean_days(days: &[DayDigest], rig: Option<&RigEstimate>) -> Vec<MeanDay> {
        spans(days, rig).iter().filter_map(|span| MeanDay::of(days, span)).collect()
    }

    fn suspect(place: usize) -> (Vec<DayDigest>, RigEstimate) {
        let scored = fixtures::scored().remove(place);
        (fixtures::days(&scored).days, scored.rig.unwrap())
    }

    #[test]
    fn the_mean_day_rises_by_the_rig() {
        let (days, rig) = suspect(0);
        let [before, from] = mean_days(&days, Some(&rig)).try_into().unwrap();
        assert_eq!((before.when, before.n_days), (When::BeforeOnset, 60));
        assert_eq!((from.when, from.n_days), (When::FromOnset, 60));
        let rises = before.kw.iter().zip(from.kw).map(|(before, from)| from.unwrap() - before.unwrap());
        assert!(rises.into_iter().all(|rise| (rise - rig.kw).abs() < 0.2));
    }

    #[test]
    fn a_block_that_only_ends_is_compared_with_what_follows() {
        let (days, rig) = suspect(1);
        let whens: Vec<_> = mean_days(&days, Some(&rig)).iter().map(|day| (day.when, day.n_days)).collect();
        assert_eq!(whens, [(When::BeforeEnd, 60), (When::AfterEnd, 40)]);
    }

    #[test]
    fn a_change_outside_the_days_is_no_reason_to_draw_nothing() {
        let (days, rig) = suspect(0);
        assert_eq!(mean_days(&days[..40], Some(&rig))[0].when, When::All);
        assert_eq!(mean_days(&days, None)[0].when, When::All);
        assert!(mean_days(&[], None).is_empty());
    }

    #[test]
    fn peers_without_hours_have_no_band() {
        let none = [f32::NAN; 24];
        assert!(PeerBand::of(&PeerDay { hour_kw_p25: none, hour_kw_p50: none, hour_kw_p75: none }).is_none());
    }
}
