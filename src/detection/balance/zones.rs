//! Sums the customers' energy by zone and day, for the summary by zone.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::tree::Tree;
use hashwatt_core::ids::MeterId;
use hashwatt_readings::acquisition::register::UsagePoint;
use hashwatt_readings::digest::MeterDays;

/// Zone of meters that have no zone in the register and no parent.
const NO_ZONE: &str = "all";

const MW_PER_KW: f64 = 1e6;

/// A day counts if at least this share of its intervals is present.
const MIN_SHARE: f64 = 0.75;

/// Days of all zones.
pub type ZoneDays = BTreeMap<String, BTreeMap<i32, ZoneDay>>;

/// One zone's day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ZoneDay {
    /// Number of customers with data on that day.
    pub n_customers: u32,
    /// Sum of their mean demand, in whole milliwatts, so that the order of adding does not matter.
    demand_mw: i64,
}

impl ZoneDay {
    /// Returns the sum of the customers' mean demand. [kW]
    #[must_use]
    pub fn demand_kw(&self) -> f64 {
        self.demand_mw as f64 / MW_PER_KW
    }
}

/// Returns the zone of a meter: from the register's column, otherwise the top node above it.
#[must_use]
pub fn zone_of<'a>(meter: &MeterId, point: Option<&'a UsagePoint>, tree: &'a Tree) -> &'a str {
    let column = point.and_then(|point| point.zone.as_deref());
    column.or_else(|| tree.top_of(meter.as_str()).map(MeterId::as_str)).unwrap_or(NO_ZONE)
}

/// Running sums of zones, by name.
#[derive(Debug, Default)]
pub struct Zones {
    sums: Mutex<BTreeMap<String, ZoneSums>>,
}

/// One zone's days, without gaps.
#[derive(Debug, Default)]
struct ZoneSums {
    first_day: i32,
    days: Vec<ZoneDay>,
}

impl ZoneSums {
    /// Returns the day, after making room for it.
    fn day(&mut self, day: i32) -> &mut ZoneDay {
        if self.days.is_empty() {
            self.first_day = day;
        } else if day < self.first_day {
            let more = (self.first_day - day) as usize;
            self.days.splice(0..0, std::iter::repeat_n(ZoneDay::default(), more));
            self.first_day = day;
        }
        let at = (day - self.first_day) as usize;
        if at >= self.days.len() {
            self.days.resize(at + 1, ZoneDay::default());
        }
        &mut self.days[at]
    }
}

impl Zones {
    /// Adds a customer; network meters are left out, because they are sums of others.
    pub fn add(&self, meter: &MeterDays, point: Option<&UsagePoint>, tree: &Tree) {
        if point.is_some_and(UsagePoint::is_network) {
            return;
        }
        let zone = zone_of(&meter.meter, point, tree);
        let mut all = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(zone) {
            all.insert(zone.to_owned(), ZoneSums::default());
        }
        let Some(sums) = all.get_mut(zone) else { return };
        for day in &meter.days {
            let share = f64::from(day.n_measured) / f64::from(day.n_expected.max(1));
            if day.demand_kw_mean.is_finite() && share >= MIN_SHARE {
                let sum = sums.day(day.day);
                sum.n_customers += 1;
                sum.demand_mw += (f64::from(day.demand_kw_mean) * MW_PER_KW).round() as i64;
            }
        }
    }

    /// Returns the days of every zone.
    #[must_use]
    pub fn finish(self) -> ZoneDays {
        let sums = self.sums.into_inner().unwrap_or_else(PoisonError::into_inner);
        let days = |sums: ZoneSums| {
            (sums.first_day..).zip(sums.days).filter(|(_, day)| day.n_customers > 0).collect()
        };
        sums.into_iter().map(|(zone, sums)| (zone, days(sums))).collect()
    }
}
