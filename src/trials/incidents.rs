//! Draws incidents that hit a whole area: outages, and what the scenario says of blackouts and raids.

use std::ops::Range;

use jiff::civil::DateTime;
use rand::Rng;

use super::calendar::Calendar;
use super::scenario::{Event, EventKind, Scenario};
use hashwatt_rigs::chance::{log_between, whole};

/// Outages of one feeder in a year. [1/year]
const OUTAGES_PER_FEEDER_YEAR: f32 = 4.0;

/// Length of a feeder's outage. [h]
const OUTAGE_H: (f32, f32) = (0.5, 6.0);

/// Area of an incident that hit the whole district.
pub(super) const WHOLE_DISTRICT: &str = "district";

/// Something that happened to a whole area.
#[derive(Debug, Clone)]
pub(super) struct Incident {
    pub kind: EventKind,
    pub intervals: Range<usize>,
    pub area: Area,
    /// Fewest and most hours until a rig is on again. [h]
    pub rigs_restart_h: [f32; 2],
    /// Demand that others catch up afterwards, as a share.
    pub pickup: f32,
}

/// Where an incident hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Area {
    District,
    Zone(usize),
    Feeder(usize),
}

/// All incidents, in order of time.
#[derive(Debug, Default)]
pub(super) struct Incidents {
    pub all: Vec<Incident>,
    pub internet_blackouts: Vec<(Area, Range<usize>)>,
    /// The intervals of the raids, if the span covers any of them.
    pub raids: Option<Range<usize>>,
}

impl Incidents {
    /// Draws the outages of this many feeders, and adds the scenario's events.
    pub fn draw(scenario: &Scenario, calendar: &Calendar, n_feeders: usize, rng: &mut impl Rng) -> Self {
        let mut all = draw_outages(calendar, n_feeders, rng);
        let mut incidents = Self::default();
        let between = |from: DateTime, to: DateTime| {
            let at = |time: DateTime| {
                calendar.interval_at(time.date(), usize::try_from(time.hour()).unwrap_or_default())
            };
            Some(at(from)..at(to)).filter(|intervals| !intervals.is_empty())
        };
        for event in &scenario.events {
            let Some(intervals) = between(event.from, event.to) else { continue };
            let areas = areas_of(event, scenario);
            if event.kind == EventKind::InternetBlackout {
                let cuts = areas.iter().map(|area| (*area, intervals.clone()));
                incidents.internet_blackouts.extend(cuts);
            }
            all.extend(areas.into_iter().map(|area| Incident {
                kind: event.kind,
                intervals: intervals.clone(),
                area,
                rigs_restart_h: event.rigs_restart_h,
                pickup: event.pickup,
            }));
        }
        incidents.raids = scenario.raids.and_then(|raids| between(raids.from, raids.to));
        all.sort_by_key(|incident| (incident.intervals.start, incident.area));
        incidents.all = all;
        incidents
    }

    /// Returns the intervals in which this feeder, or without one a customer at 220 kV, had no supply.
    pub fn outages_of(&self, feeder: Option<usize>, zone: usize) -> Vec<Range<usize>> {
        self.reaching(feeder, zone).map(|incident| incident.intervals.clone()).collect()
    }

    /// Returns the outages that reach this feeder, in order of time.
    pub fn reaching(&self, feeder: Option<usize>, zone: usize) -> impl Iterator<Item = &Incident> {
        let own = move |area: Area| match area {
            Area::District => true,
            Area::Zone(one) => one == zone,
            Area::Feeder(one) => Some(one) == feeder,
        };
        self.all.iter().filter(move |incident| incident.kind == EventKind::Outage && own(incident.area))
    }

    /// Returns the intervals in which a zone had no internet.
    pub fn internet_blackouts_of(&self, zone: usize) -> Vec<Range<usize>> {
        let own = |area: &Area| matches!(area, Area::District) || *area == Area::Zone(zone);
        self.internet_blackouts.iter().filter(|(area, _)| own(area)).map(|(_, cut)| cut.clone()).collect()
    }
}

/// Returns the areas of an event: the zones that it names, or all.
fn areas_of(event: &Event, scenario: &Scenario) -> Vec<Area> {
    if event.zones.is_empty() {
        return vec![Area::District];
    }
    let named = |zone: &String| scenario.zones.iter().position(|one| one.name == *zone);
    event.zones.iter().filter_map(named).map(Area::Zone).collect()
}

fn draw_outages(calendar: &Calendar, n_feeders: usize, rng: &mut impl Rng) -> Vec<Incident> {
    let n = calendar.n_days * calendar.intervals_per_day;
    let expected = OUTAGES_PER_FEEDER_YEAR * n_feeders as f32 * calendar.n_days as f32 / 365.0;
    let draw = |_| {
        let from = whole(0, n.saturating_sub(1), rng);
        let hours = log_between(OUTAGE_H.0, OUTAGE_H.1, rng);
        let length = ((f64::from(hours) / calendar.interval_h()).round() as usize).max(1);
        let area = Area::Feeder(whole(0, n_feeders.saturating_sub(1), rng));
        let intervals = from..(from + length).min(n);
        Incident { kind: EventKind::Outage, intervals, area, rigs_restart_h: [0.0; 2], pickup: 0.0 }
    };
    (0..expected.ceil() as usize).map(draw).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    fn incidents(scenario: &str, n_feeders: usize) -> (Incidents, Calendar) {
        let scenario = Scenario::named(scenario).unwrap();
        let calendar = Calendar::of(&scenario, scenario.first_day(120), 120, 30).unwrap();
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        (Incidents::draw(&scenario, &calendar, n_feeders, &mut rng), calendar)
    }

    #[test]
    fn the_internet_is_cut_only_where_the_span_covers_january_2022() {
        let (almaty, _) = incidents("almaty-2021", 2);
        assert_eq!(almaty.internet_blackouts_of(0).len(), 2);
        assert!(almaty.raids.is_some());
        let (london, _) = incidents("london-2022", 2);
        assert!(london.internet_blackouts_of(0).is_empty() && london.raids.is_none());
    }

    #[test]
    fn an_outage_of_the_district_reaches_every_feeder() {
        let (incidents, calendar) = incidents("almaty-2021", 3);
        let noon = calendar.interval_at(date(2022, 1, 25), 12);
        let is_out = |feeder| incidents.outages_of(feeder, 0).iter().any(|outage| outage.contains(&noon));
        assert!((0..3).all(|feeder| is_out(Some(feeder))));
    }

    #[test]
    fn the_blackout_of_the_south_leaves_north_and_west_alone() {
        let (incidents, calendar) = incidents("kazakhstan-2021", 3);
        let noon = calendar.interval_at(date(2022, 1, 25), 12);
        let is_out = |zone| incidents.outages_of(None, zone).iter().any(|outage| outage.contains(&noon));
        assert_eq!([0, 1, 2].map(is_out), [false, true, false]);
    }
}
