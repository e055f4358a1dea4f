//! Identifies meters by their measured data, not by their names.
//!
//! The choice of meters and their order must not depend on ids. Otherwise a utility that renumbers its meters
//! would get another list.

use hashwatt_core::calendar::CLOCK_HOURS;
use xxhash_rust::xxh3::Xxh3Default;

use super::N_FEATURES;
use hashwatt_readings::digest::DayDigest;

/// Returns a hash of a meter's days and features. Meters with the same hash measured the same.
pub(super) fn content_of(
    days: &[DayDigest],
    values: &[f32; N_FEATURES],
    hour_kw: &[f32; CLOCK_HOURS],
) -> u64 {
    let mut hash = Xxh3Default::new();
    for day in days {
        hash.update(&day.day.to_le_bytes());
        for number in [day.energy_kwh, day.demand_kw_p50, day.demand_kw_p95] {
            hash.update(&number.to_bits().to_le_bytes());
        }
    }
    for number in values.iter().chain(hour_kw) {
        hash.update(&number.to_bits().to_le_bytes());
    }
    hash.digest()
}
