//! Adds up the customers' energy by zone and day, for the roll-up.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::tree::Tree;
use crate::acquisition::register::UsagePoint;
use crate::digest::MeterDays;
use crate::ids::MeterId;

/// Zone of meters that neither a column nor a parent puts anywhere.
const NO_ZONE: &str = "all";

const MW_PER_KW: f64 = 1e6;

/// A day counts where this share of its intervals is there.
const LEAST_SHARE: f64 = 0.75;

/// Days of all zones.
pub type ZoneDays = BTreeMap<String, BTreeMap<i32, ZoneDay>>;

/// One zone's day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ZoneDay {
    /// Customers with that day.
    pub n_customers: u32,
    /// Sum of their mean demand, in whole milliwatts so that the order of adding does not matter.
    demand_mw: i64,
}

impl ZoneDay {
    /// Sum of the customers' mean demand. [kW]
    #[must_use]
    pub fn demand_kw(&self) -> f64 {
        self.demand_mw as f64 / MW_PER_KW
    }
}

/// The zone of a meter: the register's column, else what stands at the top above it.
#[must_use]
pub fn zone_of<'a>(meter: &MeterId, point: Option<&'a UsagePoint>, tree: &'a Tree) -> &'a str {
    let column = point.and_then(|point| point.zone.as_deref());
    column.or_else(|| tree.top_of(meter.as_str()).map(MeterId::as_str)).unwrap_or(NO_ZONE)
}

/// Running sums of zones.
#[derive(Debug, Default)]
pub struct Zones {
    days: Mutex<ZoneDays>,
}

impl Zones {
    /// Adds a customer; meters of the network are sums of others.
    pub fn add(&self, meter: &MeterDays, point: Option<&UsagePoint>, tree: &Tree) {
        if point.is_some_and(UsagePoint::is_network) {
            return;
        }
        let zone = zone_of(&meter.meter, point, tree);
        let mut all = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(zone) {
            all.insert(zone.to_owned(), BTreeMap::new());
        }
        let Some(days) = all.get_mut(zone) else { return };
        for day in &meter.days {
            let share = f64::from(day.n_measured) / f64::from(day.n_expected.max(1));
            if day.demand_kw_mean.is_finite() && share >= LEAST_SHARE {
                let sum = days.entry(day.day).or_default();
                sum.n_customers += 1;
                sum.demand_mw += (f64::from(day.demand_kw_mean) * MW_PER_KW).round() as i64;
            }
        }
    }

    /// The days of every zone.
    #[must_use]
    pub fn finish(self) -> ZoneDays {
        self.days.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
