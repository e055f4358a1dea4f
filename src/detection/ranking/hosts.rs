//! Selects the host meters for planting, and keeps their days while all meters are read.
//!
//! Reading the digests again for a few hundred hosts would cost as much as reading them for all features.
//! Meters are selected by their measured data, never by their ids, so that the list does not change when a
//! utility renumbers its meters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64_with_seed};

use crate::features::MeterFeatures;
use crate::features::usable::Resolution;
use hashwatt_core::ids::MeterId;
use hashwatt_readings::acquisition::register::{UNKNOWN_CLASS, UsagePoint};
use hashwatt_readings::acquisition::verdicts::Verdict;
use hashwatt_readings::digest::MeterDays;

/// Most host meters. This keeps training on a year of thousands of meters within seconds. The benefit of more
/// is not measured.
pub const MAX_HOSTS: usize = 600;

/// Returns a hash of all data that the ranking has on a meter: days, class, declaration, verdict. The ranking
/// processes meters in this order. Two meters with one key are the same to it.
#[must_use]
pub fn ranking_key(features: &MeterFeatures, point: Option<&UsagePoint>, verdict: Option<Verdict>) -> u64 {
    let class = point.map_or_else(|| UNKNOWN_CLASS.to_owned(), UsagePoint::class);
    let premises = point.and_then(|point| point.premises.as_deref()).unwrap_or_default();
    let declared_kw = point.and_then(|point| point.declared_mining_kw).unwrap_or(0.0);
    let decided = verdict.map_or("", Verdict::as_str);
    let mut hash = Xxh3Default::new();
    hash.update(&features.content.to_le_bytes());
    hash.update(&declared_kw.to_bits().to_le_bytes());
    for text in [class.as_str(), premises, decided] {
        hash.update(text.as_bytes());
        // A separator, so that consecutive texts stay distinct.
        hash.update(&[0]);
    }
    hash.digest()
}

/// Selects a random part of the meters for planting, in order. If there are more than [`MAX_HOSTS`], it takes
/// the lowest by [`draw_number`]. `eligible` are indices into the run's meters, with their keys; equal keys
/// are in order of meter id, as in [`KeptDays`].
pub fn choose_hosts(eligible: impl Iterator<Item = (usize, u64)>, seed: u64) -> Vec<usize> {
    let mut drawn: Vec<(u64, usize)> = eligible.map(|(index, key)| (draw_number(key, seed), index)).collect();
    if drawn.len() > MAX_HOSTS {
        drawn.select_nth_unstable(MAX_HOSTS);
        drawn.truncate(MAX_HOSTS);
    }
    let mut hosts: Vec<usize> = drawn.into_iter().map(|(_, index)| index).collect();
    hosts.sort_unstable();
    hosts
}

/// Whether rigs may be planted into a meter: it must not be a declared or confirmed farm.
#[must_use]
pub fn may_host(point: Option<&UsagePoint>, verdict: Option<Verdict>) -> bool {
    point.and_then(|point| point.declared_mining_kw).unwrap_or(0.0) == 0.0
        && verdict.and_then(Verdict::is_farm) != Some(true)
}

/// Returns the random draw of a meter. It depends only on the key and the seed. So the meters with the lowest
/// draws can be kept during reading, before the number of meters is known.
#[must_use]
pub fn draw_number(key: u64, seed: u64) -> u64 {
    xxh3_64_with_seed(&key.to_le_bytes(), seed)
}

/// Kind of meters that learn from each other: resolution of their reads, and whether they are network meters.
type Kind = (Resolution, bool);

/// Days of meters in the order of their draws.
type ByLot = BTreeMap<(u64, MeterId), MeterDays>;

/// Days of the meters with the lowest draws, at most [`MAX_HOSTS`] of each kind.
#[derive(Debug)]
pub struct KeptDays {
    seed: u64,
    by_kind: Mutex<BTreeMap<Kind, ByLot>>,
}

impl KeptDays {
    /// Starts with no days kept.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, by_kind: Mutex::new(BTreeMap::new()) }
    }

    /// Keeps the days of a possible host while its draw is among the lowest of its kind.
    pub fn offer(
        &self,
        mut meter: MeterDays,
        features: &MeterFeatures,
        point: Option<&UsagePoint>,
        verdict: Option<Verdict>,
    ) {
        let kind = (features.resolution, point.is_some_and(UsagePoint::is_network));
        let lot = draw_number(ranking_key(features, point, verdict), self.seed);
        let lot = (lot, meter.meter.clone());
        let mut by_kind = self.by_kind.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = by_kind.entry(kind).or_default();
        if kept.len() == MAX_HOSTS {
            if kept.last_key_value().is_some_and(|(highest, _)| *highest < lot) {
                return;
            }
            kept.pop_last();
        }
        meter.days.shrink_to_fit();
        kept.insert(lot, meter);
    }

    /// Returns the days of some meters; meters whose days were not kept are left out.
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
    use hashwatt_core::settings::Windows;

    #[test]
    fn hosts_are_drawn_by_key_and_a_lower_number_of_meters_draws_the_same() {
        let keys: Vec<u64> = (0..MAX_HOSTS as u64 * 2).collect();
        let all = || keys.iter().copied().enumerate();
        let hosts = choose_hosts(all(), 7);
        assert_eq!(hosts.len(), MAX_HOSTS);
        assert!(hosts.windows(2).all(|pair| pair[0] < pair[1]));
        assert_ne!(hosts, choose_hosts(all(), 8));
        let kept: Vec<usize> = choose_hosts(all().skip(300), 7);
        assert!(hosts.iter().filter(|host| **host >= 300).all(|host| kept.contains(host)));
        assert_eq!(choose_hosts(all().take(3), 7), [0, 1, 2]);
    }

    #[test]
    fn the_days_kept_are_those_of_the_hosts_in_whatever_order_they_come() {
        // Every second meter measured the same as the previous one.
        let days =
            |n: usize| meter(10, move |day, slot| home_kw(day, slot) * (1.0 + (n / 2) as f32 * 0.01)).days;
        let features = |n: usize| {
            extract_features(&days(n), 0.0, &Windows::default(), &Surroundings::default()).unwrap()
        };
        let mut meters: Vec<(u64, MeterId, usize)> = (0..MAX_HOSTS + 50)
            .map(|n| (ranking_key(&features(n), None, None), MeterId::from(format!("m{n:05}")), n))
            .collect();
        let kept = KeptDays::new(7);
        for (_, name, n) in meters.iter().rev() {
            kept.offer(MeterDays { meter: name.clone(), days: days(*n) }, &features(*n), None, None);
        }
        meters.sort();
        let hosts = choose_hosts(meters.iter().map(|one| one.0).enumerate(), 7);
        let asked: BTreeSet<MeterId> = hosts.iter().map(|host| meters[*host].1.clone()).collect();
        assert_eq!(kept.take(&asked).into_keys().collect::<BTreeSet<_>>(), asked);
        assert!(kept.take(&asked).is_empty());
    }
}
