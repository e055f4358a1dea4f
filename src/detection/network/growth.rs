//! Splits each zone's growth in consumption into customers, temperature and suspected mining.
//!
//! It compares two periods: the last year and the same days of the year before, if the data is long enough;
//! otherwise the last third and the first third. The part of the customers is their change in number times
//! the demand per customer in the first period. The part of the temperature comes from a degree-day fit of
//! the daily demand per customer without suspected mining. The part of mining comes from the listed rigs. The
//! rest is reported as unexplained.

use hashwatt_core::ids::RESIDUAL_PREFIX;
use std::collections::BTreeMap;

use crate::balance::Tree;
use crate::balance::zones::{ZoneDay, ZoneDays, zone_of};
use crate::features::temperature::fit_temperature;
use crate::ranking::{Kind, Scored};
use hashwatt_core::calendar::day_number;
use hashwatt_core::ids::MeterId;
use hashwatt_readings::acquisition::register::Register;
use hashwatt_readings::acquisition::weather::Weather;

/// Days in a year. [d]
const YEAR: i32 = 365;

/// Fewest days of a period. [d]
const MIN_DAYS: i32 = 14;

/// A suspected rig in a zone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ZoneRig {
    /// Mean draw over a day on which it runs. [kW]
    pub kw: f64,
    /// Civil days with the load, first to one past the last.
    pub days: (i32, i32),
    /// Whether a customer's meter measures it.
    pub is_metered: bool,
}

/// Returns the listed rigs by zone. `days` are the first and last day of the data. Under-registering meters
/// are left out, because their missing load is already in the parent's residual.
#[must_use]
pub fn zone_rigs(
    scored: &[Scored],
    register: &Register,
    tree: &Tree,
    days: (i32, i32),
) -> BTreeMap<String, Vec<ZoneRig>> {
    let mut rigs: BTreeMap<String, Vec<ZoneRig>> = BTreeMap::new();
    let counted = |one: &&Scored| one.is_suspect && one.kind != Some(Kind::UnderRegisteringMeter);
    for one in scored.iter().filter(counted) {
        let Some(rig) = &one.rig else { continue };
        let id = one.meter.as_str().strip_prefix(RESIDUAL_PREFIX).unwrap_or(one.meter.as_str());
        let from = rig.onset.map_or(days.0, day_number);
        let to = rig.ended.map_or(days.1 + 1, day_number);
        rigs.entry(zone_of(&MeterId::from(id), register.point(id), tree).to_owned()).or_default().push(
            ZoneRig {
                kw: rig.kw_over_the_day(),
                days: (from, to),
                is_metered: one.kind != Some(Kind::UnmeteredLoad),
            },
        );
    }
    rigs
}

/// Growth of a zone.
#[derive(Debug, Clone, PartialEq)]
pub struct ZoneGrowth {
    /// The zone.
    pub zone: String,
    /// First and last day of both periods; `None` if the data is too short to compare.
    pub periods: Option<[(i32, i32); 2]>,
    /// Mean number of customers in each period.
    pub n_customers: [f64; 2],
    /// Mean demand in each period. [kW]
    pub demand_kw: [f64; 2],
    /// Part of the growth due to more or fewer customers. [kW]
    pub by_customers_kw: f64,
    /// Part of the growth due to the weather; `None` without temperatures. [kW]
    pub by_temperature_kw: Option<f64>,
    /// Part of the growth due to suspected mining on customers' meters. [kW]
    pub by_mining_kw: f64,
    /// Suspected mining on the last day: metered and unmetered. [kW]
    pub suspected_kw: [f64; 2],
    /// Number of suspected rigs.
    pub n_rigs: usize,
}

impl ZoneGrowth {
    /// Returns the growth from the first period to the second. [kW]
    #[must_use]
    pub fn growth_kw(&self) -> f64 {
        self.demand_kw[1] - self.demand_kw[0]
    }

    /// Returns the growth that customers, temperature and suspects do not explain. [kW]
    #[must_use]
    pub fn other_kw(&self) -> f64 {
        self.growth_kw() - self.by_customers_kw - self.by_temperature_kw.unwrap_or(0.0) - self.by_mining_kw
    }
}

/// Returns the growth of every zone, in order of name.
#[must_use]
pub fn zone_growth(
    zones: &ZoneDays,
    rigs: &BTreeMap<String, Vec<ZoneRig>>,
    weather: &Weather,
) -> Vec<ZoneGrowth> {
    let none = Vec::new();
    zones.iter().map(|(zone, days)| growth_of(zone, days, rigs.get(zone).unwrap_or(&none), weather)).collect()
}

fn growth_of(zone: &str, days: &BTreeMap<i32, ZoneDay>, rigs: &[ZoneRig], weather: &Weather) -> ZoneGrowth {
    let mining_kw = |day: i32, is_metered: bool| -> f64 {
        let on =
            rigs.iter().filter(|rig| (rig.days.0..rig.days.1).contains(&day) && rig.is_metered == is_metered);
        on.map(|rig| rig.kw).sum()
    };
    let last = days.last_key_value().map_or(0, |(day, _)| *day);
    let mut growth = ZoneGrowth {
        zone: zone.to_owned(),
        periods: periods(days),
        n_customers: [f64::NAN; 2],
        demand_kw: [f64::NAN; 2],
        by_customers_kw: f64::NAN,
        by_temperature_kw: None,
        by_mining_kw: f64::NAN,
        suspected_kw: [mining_kw(last, true), mining_kw(last, false)],
        n_rigs: rigs.len(),
    };
    let Some(periods) = growth.periods else { return growth };
    let mean = |period: (i32, i32), of: &dyn Fn(i32, &ZoneDay) -> f64| {
        let own: Vec<f64> = days.range(period.0..=period.1).map(|(day, zone)| of(*day, zone)).collect();
        own.iter().sum::<f64>() / own.len().max(1) as f64
    };
    growth.n_customers = periods.map(|period| mean(period, &|_, zone| f64::from(zone.n_customers)));
    growth.demand_kw = periods.map(|period| mean(period, &|_, zone| zone.demand_kw()));
    let mining = periods.map(|period| mean(period, &|day, _| mining_kw(day, true)));
    growth.by_mining_kw = mining[1] - mining[0];
    let each_kw = (growth.demand_kw[0] - mining[0]) / growth.n_customers[0].max(1.0);
    growth.by_customers_kw = (growth.n_customers[1] - growth.n_customers[0]) * each_kw;
    let points: Vec<(f64, f64)> = days
        .iter()
        .filter_map(|(day, zone)| {
            let own_kw = zone.demand_kw() - mining_kw(*day, true);
            Some((f64::from(weather.temperature_c(*day)?), own_kw / f64::from(zone.n_customers.max(1))))
        })
        .collect();
    growth.by_temperature_kw = fit_temperature(&points).map(|fit| {
        let by = periods.map(|period| {
            let kw: Vec<f64> = days
                .range(period.0..=period.1)
                .filter_map(|(day, _)| Some(fit.kw(f64::from(weather.temperature_c(*day)?))))
                .collect();
            kw.iter().sum::<f64>() / kw.len().max(1) as f64
        });
        (by[1] - by[0]) * growth.n_customers[1]
    });
    growth
}

/// Returns the two periods to compare, each with its first and last day.
fn periods(days: &BTreeMap<i32, ZoneDay>) -> Option<[(i32, i32); 2]> {
    let (first, last) = (*days.first_key_value()?.0, *days.last_key_value()?.0);
    let n = last - first + 1;
    if n >= YEAR + MIN_DAYS {
        let length = (n - YEAR).min(YEAR);
        return Some([(last - YEAR - length + 1, last - YEAR), (last - length + 1, last)]);
    }
    let third = n / 3;
    (third >= MIN_DAYS).then(|| [(first, first + third - 1), (last - third + 1, last)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::balance::zones::Zones;
    use hashwatt_readings::digest::{DayDigest, MeterDays};

    fn meter(name: usize, days: std::ops::Range<i32>, kw: impl Fn(i32) -> f32) -> MeterDays {
        let day = |day: i32| {
            let mut one = DayDigest::empty(day, 60, 24);
            one.n_measured = 24;
            one.demand_kw_mean = kw(day);
            one
        };
        MeterDays { meter: MeterId::from(format!("m{name}")), days: days.map(day).collect() }
    }

    fn cold_c(day: i32) -> f32 {
        14.0 - 0.1 * day as f32 + (day % 7) as f32
    }

    #[test]
    fn growth_is_split_into_its_parts() {
        let (zones, tree) = (Zones::default(), Tree::default());
        // Ten customers of 1 kW that heat with 0.05 kW/K below 18 degrees, two more from day 70 on, and a rig
        // of 3 kW from day 60 on.
        for name in 0..12 {
            let days = if name < 10 { 0..90 } else { 70..90 };
            let rig = if name == 0 { 3.0 } else { 0.0 };
            let kw = move |day: i32| {
                1.0 + 0.05 * (18.0 - cold_c(day)).max(0.0) + if day >= 60 { rig } else { 0.0 }
            };
            zones.add(&meter(name, days, kw), None, &tree);
        }
        let rig = ZoneRig { kw: 3.0, days: (60, 90), is_metered: true };
        let tap = ZoneRig { kw: 5.0, days: (20, 90), is_metered: false };
        let weather = Weather::from_days((0..90).map(|day| (day, cold_c(day))));
        let rigs = BTreeMap::from([("all".to_owned(), vec![rig, tap])]);
        let growth = zone_growth(&zones.finish(), &rigs, &weather).remove(0);
        assert_eq!(growth.periods, Some([(0, 29), (60, 89)]));
        assert!((growth.by_mining_kw - 3.0).abs() < 1e-6 && growth.suspected_kw == [3.0, 5.0], "{growth:?}");
        assert!((growth.n_customers[1] - growth.n_customers[0] - 4.0 / 3.0).abs() < 1e-6);
        // Six degrees colder, for 11.3 customers on average.
        assert!((growth.by_temperature_kw.unwrap() - 0.05 * 6.0 * 34.0 / 3.0).abs() < 0.3, "{growth:?}");
        assert!(growth.other_kw().abs() < 0.5, "{growth:?} {}", growth.other_kw());
    }

    #[test]
    fn two_years_are_compared_day_by_day_and_two_weeks_not_at_all() {
        let (zones, tree) = (Zones::default(), Tree::default());
        zones.add(&meter(0, 0..700, |_| 1.0), None, &tree);
        let days = zones.finish();
        assert_eq!(periods(&days["all"]), Some([(0, 334), (365, 699)]));
        let short = days["all"].iter().take(30).map(|(day, zone)| (*day, *zone)).collect();
        assert_eq!(periods(&short), None);
    }
}
