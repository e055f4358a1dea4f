//! Holds what the usage points of a transformer share, and what an outage does to all of them.

use rand::Rng;

use super::calendar::Calendar;
use super::incidents::Incidents;
use super::scenario::{Scenario, Zone};
use hashwatt_rigs::Span;
use hashwatt_rigs::chance::between;

/// What all usage points of a transformer share.
pub(super) struct Surroundings<'a> {
    pub calendar: &'a Calendar,
    pub scenario: &'a Scenario,
    /// The zone's number.
    pub zone: usize,
    /// The feeder; `None`: 220 kV.
    pub feeder: Option<usize>,
    pub span: Span<'a>,
    pub incidents: &'a Incidents,
}

impl Surroundings<'_> {
    /// Returns the climate and the customers of the zone.
    pub fn place(&self) -> &Zone {
        &self.scenario.zones[self.zone]
    }

    /// Keeps a rig off after each outage until somebody switches it on again.
    pub fn delay_restarts(&self, rig_kw: &mut [f32], rng: &mut impl Rng) {
        for outage in self.incidents.reaching(self.feeder, self.zone) {
            let [soonest_h, latest_h] = outage.rigs_restart_h;
            if latest_h > 0.0 {
                let off = self.span.intervals_in(between(soonest_h, latest_h, rng));
                let end = outage.intervals.end.min(rig_kw.len());
                let until = (end + off).min(rig_kw.len());
                rig_kw[end..until].fill(0.0);
            }
        }
    }

    /// Lifts a load after each outage, for as long as the outage took: rooms, water and food have to be
    /// warmed or cooled again (cold load pickup).
    pub fn pick_up(&self, kw: &mut [f32], times: f32) {
        for outage in self.incidents.reaching(self.feeder, self.zone).filter(|one| one.pickup > 0.0) {
            let length = outage.intervals.len();
            let from = outage.intervals.end.min(kw.len());
            for (i, kw) in kw[from..].iter_mut().take(length).enumerate() {
                *kw *= 1.0 + times * outage.pickup * (1.0 - i as f32 / length as f32);
            }
        }
    }

    /// Lets a load grow over the span at the zone's pace.
    pub fn grow(&self, kw: &mut [f32]) {
        let a_year = self.place().demand_growth;
        if a_year == 0.0 {
            return;
        }
        let year = (365 * self.span.intervals_per_day) as f32;
        kw.iter_mut().enumerate().for_each(|(i, kw)| *kw *= 1.0 + a_year * i as f32 / year);
    }
}
