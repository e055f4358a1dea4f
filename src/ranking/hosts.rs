//! Draws the meters to plant into, and keeps their days while all meters are read.
//!
//! Reading the digests once more for a few hundred hosts would cost as much as reading them for the
//! features of all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::acquisition::register::UsagePoint;
use crate::acquisition::verdicts::Verdict;
use crate::digest::MeterDays;
use crate::features::MeterFeatures;
use crate::features::usable::Resolution;
use crate::ids::MeterId;

/// Meters that copies are made of: what keeps training on a year of thousands of meters within
/// seconds. What more would add is not measured.
pub const MOST_HOSTS: usize = 600;

/// A random part of the meters to plant into, in order: of more than [`MOST_HOSTS`] those that come
/// first by [`draw_number`]. `eligible` are places in the run's meters, with their names.
pub fn choose_hosts<'a>(eligible: impl Iterator<Item = (usize, &'a MeterId)>, seed: u64) -> Vec<usize> {
    let mut drawn: Vec<(u64, usize)> =
        eligible.map(|(index, meter)| (draw_number(meter, seed), index)).collect();
    if drawn.len() > MOST_HOSTS {
        drawn.select_nth_unstable(MOST_HOSTS);
        drawn.truncate(MOST_HOSTS);
    }
    let mut hosts: Vec<usize> = drawn.into_iter().map(|(_, index)| index).collect();
    hosts.sort_unstable();
    hosts
}

/// Whether rigs may be planted into a meter: it is no farm that is known, declared or found.
#[must_use]
pub fn may_host(point: Option<&UsagePoint>, verdict: Option<Verdict>) -> bool {
    point.and_then(|point| point.declared_mining_kw).unwrap_or(0.0) == 0.0
        && verdict.and_then(Verdict::is_farm) != Some(true)
}

/// The lot of a meter. It depends on nothing but its name and the seed, so that the meters of the
/// lowest lots can be kept while they are read, before anyone knows how many there are.
#[must_use]
pub fn draw_number(meter: &MeterId, seed: u64) -> u64 {
    let mix = |hash: u64| {
        let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        hash ^ (hash >> 31)
    };
    meter
        .as_str()
        .bytes()
        .fold(mix(seed), |hash, byte| mix(hash.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ u64::from(byte)))
}

/// Meters that learn from each other: what their reads resolve, and whether they are the network's.
type Kind = (Resolution, bool);

/// Days of meters in the order of their lots.
type ByLot = BTreeMap<(u64, MeterId), MeterDays>;

/// Days of the meters with the lowest lots, by kind of meter: at most [`MOST_HOSTS`] of a kind.
#[derive(Debug)]
pub struct KeptDays {
    seed: u64,
    by_kind: Mutex<BTreeMap<Kind, ByLot>>,
}

impl KeptDays {
    /// Nothing kept yet.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, by_kind: Mutex::new(BTreeMap::new()) }
    }

    /// Keeps the days of a meter that may be a host, as long as its lot is among the lowest of its kind.
    pub fn offer(&self, mut meter: MeterDays, features: &MeterFeatures, point: Option<&UsagePoint>) {
        let kind = (features.resolution, point.is_some_and(UsagePoint::is_network));
        let lot = (draw_number(&meter.meter, self.seed), meter.meter.clone());
        let mut by_kind = self.by_kind.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = by_kind.entry(kind).or_default();
        if kept.len() == MOST_HOSTS {
            if kept.last_key_value().is_some_and(|(highest, _)| *highest < lot) {
                return;
            }
            kept.pop_last();
        }
        meter.days.shrink_to_fit();
        kept.insert(lot, meter);
    }

    /// Hands out the days of some meters; those that were not kept are left out.
    #[must_use]
    pub fn take(&self, meters: &BTreeSet<MeterId>) -> BTreeMap<MeterId, MeterDays> {
        let mut by_kind = self.by_kind.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = BTreeMap::new();
        for kept in by_kind.values_mut() {
            let asked = |(_, meter): &(u64, MeterId)| meters.contains(meter);
            let lots: Vec<_> = kept.keys().filter(|lot| asked(lot)).cloned().collect();
            taken.extend(lots.iter().filter_map(|lot| Some((lot.1.clone(), kept.remove(lot)?))));
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{home_kw, meter};
    use crate::features::{Surroundings, extract_features};
    use crate::settings::Windows;

    #[test]
    fn hosts_are_drawn_by_name_and_a_lower_number_of_meters_draws_the_same() {
        let names: Vec<MeterId> = (0..MOST_HOSTS * 2).map(|n| MeterId::from(format!("m{n:05}"))).collect();
        let hosts = choose_hosts(names.iter().enumerate(), 7);
        assert_eq!(hosts.len(), MOST_HOSTS);
        assert!(hosts.windows(2).all(|pair| pair[0] < pair[1]));
        assert_ne!(hosts, choose_hosts(names.iter().enumerate(), 8));
        let kept: Vec<usize> = choose_hosts(names.iter().enumerate().skip(300), 7);
        assert!(hosts.iter().filter(|host| **host >= 300).all(|host| kept.contains(host)));
        assert_eq!(choose_hosts(names.iter().take(3).enumerate(), 7), [0, 1, 2]);
    }

    #[test]
    fn the_days_kept_are_those_of_the_hosts_in_whatever_order_they_come() {
        let days = meter(10, home_kw).days;
        let features = extract_features(&days, 0.0, &Windows::default(), &Surroundings::default()).unwrap();
        let names: Vec<MeterId> = (0..MOST_HOSTS + 50).map(|n| MeterId::from(format!("m{n:05}"))).collect();
        let kept = KeptDays::new(7);
        for name in names.iter().rev() {
            kept.offer(MeterDays { meter: name.clone(), days: days.clone() }, &features, None);
        }
        let hosts = choose_hosts(names.iter().enumerate(), 7);
        let asked: BTreeSet<MeterId> = hosts.iter().map(|host| names[*host].clone()).collect();
        assert_eq!(kept.take(&asked).into_keys().collect::<BTreeSet<_>>(), asked);
        assert!(kept.take(&asked).is_empty());
    }
}
