//! Draws incidents that hit a whole area: outages, and the days without internet in January 2022.

use std::ops::Range;

use jiff::civil::{Date, date};
use rand::Rng;

use super::calendar::Calendar;
use super::scenario::Scenario;
use hashwatt_rigs::chance::{log_between, whole};

/// Outages of one feeder in a year. [1/year]
const OUTAGES_PER_FEEDER_YEAR: f32 = 4.0;

/// Length of a feeder's outage. [h]
const OUTAGE_H: (f32, f32) = (0.5, 6.0);

/// The blackout of the grid of southern Kazakhstan: from, to. [local date, clock hour]
const BLACKOUT_2022: (Date, usize, usize) = (date(2022, 1, 25), 12, 17);

/// The cuts of the country's internet; it was back for a few hours on the morning of the seventh.
const INTERNET_CUTS_2022: [(Date, usize, Date, usize); 2] =
    [(date(2022, 1, 5), 17, date(2022, 1, 7), 9), (date(2022, 1, 7), 13, date(2022, 1, 10), 8)];

/// The weeks in which farms were raided or gave up.
const RAIDS_2022: (Date, Date) = (date(2022, 2, 12), date(2022, 3, 25));

/// Area of an incident that hit the whole district.
pub(super) const WHOLE_DISTRICT: &str = "district";

/// Something that happened to a whole area.
#[derive(Debug, Clone)]
pub(super) struct Incident {
    pub kind: &'static str,
    pub intervals: Range<usize>,
    /// `None`: the whole district.
    pub feeder: Option<usize>,
}

/// All incidents, in order of time.
#[derive(Debug, Default)]
pub(super) struct Incidents {
    pub all: Vec<Incident>,
    pub internet_blackouts: Vec<Range<usize>>,
    /// The intervals of the raids, if the span covers any of them.
    pub raids: Option<Range<usize>>,
}

impl Incidents {
    pub fn draw(scenario: Scenario, calendar: &Calendar, n_feeders: usize, rng: &mut impl Rng) -> Self {
        let mut all = draw_outages(calendar, n_feeders, rng);
        let mut incidents = Self::default();
        if scenario == Scenario::Almaty2021 {
            let (day, from, to) = BLACKOUT_2022;
            all.extend(district("outage", calendar.interval_at(day, from)..calendar.interval_at(day, to)));
            for (from_day, from, to_day, to) in INTERNET_CUTS_2022 {
                let cut = calendar.interval_at(from_day, from)..calendar.interval_at(to_day, to);
                incidents.internet_blackouts.extend((!cut.is_empty()).then(|| cut.clone()));
                all.extend(district("internet_blackout", cut));
            }
            let raids = calendar.interval_at(RAIDS_2022.0, 9)..calendar.interval_at(RAIDS_2022.1, 18);
            incidents.raids = (!raids.is_empty()).then_some(raids);
        }
        all.sort_by_key(|incident| (incident.intervals.start, incident.feeder));
        incidents.all = all;
        incidents
    }

    /// Returns the intervals in which this feeder had no supply.
    pub fn outages_of(&self, feeder: usize) -> Vec<Range<usize>> {
        self.all
            .iter()
            .filter(|incident| incident.kind == "outage" && incident.feeder.is_none_or(|f| f == feeder))
            .map(|incident| incident.intervals.clone())
            .collect()
    }
}

fn district(kind: &'static str, intervals: Range<usize>) -> Option<Incident> {
    (!intervals.is_empty()).then_some(Incident { kind, intervals, feeder: None })
}

fn draw_outages(calendar: &Calendar, n_feeders: usize, rng: &mut impl Rng) -> Vec<Incident> {
    let n = calendar.n_days * calendar.intervals_per_day;
    let expected = OUTAGES_PER_FEEDER_YEAR * n_feeders as f32 * calendar.n_days as f32 / 365.0;
    let draw = |_| {
        let from = whole(0, n.saturating_sub(1), rng);
        let hours = log_between(OUTAGE_H.0, OUTAGE_H.1, rng);
        let length = ((f64::from(hours) / calendar.interval_h()).round() as usize).max(1);
        let feeder = Some(whole(0, n_feeders.saturating_sub(1), rng));
        Incident { kind: "outage", intervals: from..(from + length).min(n), feeder }
    };
    (0..expected.ceil() as usize).map(draw).collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    #[test]
    fn the_internet_is_cut_only_where_the_span_covers_january_2022() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let almaty = Calendar::of(Scenario::Almaty2021, 120, 30).unwrap();
        let incidents = Incidents::draw(Scenario::Almaty2021, &almaty, 2, &mut rng);
        assert_eq!(incidents.internet_blackouts.len(), 2);
        assert!(incidents.raids.is_some());
        let london = Calendar::of(Scenario::London2022, 120, 30).unwrap();
        let incidents = Incidents::draw(Scenario::London2022, &london, 2, &mut rng);
        assert!(incidents.internet_blackouts.is_empty() && incidents.raids.is_none());
    }

    #[test]
    fn an_outage_of_the_district_reaches_every_feeder() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let calendar = Calendar::of(Scenario::Almaty2021, 120, 30).unwrap();
        let incidents = Incidents::draw(Scenario::Almaty2021, &calendar, 3, &mut rng);
        let noon = calendar.interval_at(BLACKOUT_2022.0, 12);
        assert!((0..3).all(|feeder| incidents.outages_of(feeder).iter().any(|o| o.contains(&noon))));
    }
}
