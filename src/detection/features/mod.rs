//! Extracts features from digests: one row per meter, for the ranking, the peers and people.

mod blackout;
pub mod block;
pub mod block_facts;
mod content;
pub mod ladder;
pub mod levels;
pub mod measure;
mod series;
pub mod shifts;
pub mod standard;
mod table;
pub mod temperature;
pub mod usable;
pub mod window;

pub use table::{Direction, FEATURES, Family, Feature, FeatureColumn, N_FEATURES};

use block::{Block, find_block};
use block_facts::BlockFacts;
use content::content_of;
use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::settings::Windows;
use hashwatt_readings::acquisition::weather::Weather;
use hashwatt_readings::digest::DayDigest;
use levels::{Levels, measure_levels};
use standard::{Standard, mean_profile, measure_standard};
use usable::{Resolution, UsableDays};
use window::{ClockWindow, find_window};

/// Least height above the floor's noise, and least explained share of the shift, for stability to be judged
/// on the block's days alone.
const CLEAR_HEIGHT_IN_NOISE: f32 = 2.0;
const CLEAR_EXPLAINED: f32 = 0.6;

/// Facts about place and time that do not come from the meters.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Outdoor temperature; may be empty.
    pub weather: Weather,
    /// Civil days without internet, ascending; may be empty.
    pub blackout_days: Vec<i32>,
}

/// All features of one meter. Its size does not depend on the meter's span, because a run of a million meters
/// keeps a million of these.
#[derive(Debug, Clone)]
pub struct MeterFeatures {
    /// Features for the model, in the order of [`FEATURES`]; NaN if the data cannot show them.
    pub values: [f32; N_FEATURES],
    /// Standard features.
    pub standard: Standard,
    /// Level, stability and flatness.
    pub levels: Levels,
    /// The best window within the day.
    pub window: ClockWindow,
    /// The best block, with the staircase around it.
    pub block: Option<BlockFacts>,
    /// Number of the block's usable days, if the level while on, stability and flatness are judged on them
    /// alone. `None` if they are judged on all days.
    pub judged_days: Option<usize>,
    /// Mean demand by clock hour. [kW]
    pub hour_kw: [f32; CLOCK_HOURS],
    /// Time resolution of its reads.
    pub resolution: Resolution,
    /// First and last usable civil day. [days since 1970-01-01]
    pub days: (i32, i32),
    /// Hash of days and features; meters with the same hash measured the same.
    pub content: u64,
}

impl MeterFeatures {
    /// Returns the first day of a block that stands out clearly and begins within the data. [days since
    /// 1970-01-01]
    #[must_use]
    pub fn clear_onset(&self) -> Option<i32> {
        self.judged_days.and(self.block.as_ref()?.first_day)
    }

    /// Returns a feature of the model.
    #[must_use]
    pub const fn value(&self, feature: Feature) -> f32 {
        self.values[feature as usize]
    }
}

/// Extracts the features of a meter's days; `None` if too few days are measured. `declared_kw` is mining
/// declared to the state, which is no evidence.
#[must_use]
pub fn extract_features(
    days: &[DayDigest],
    declared_kw: f32,
    windows: &Windows,
    surroundings: &Surroundings,
) -> Option<MeterFeatures> {
    // Days without internet are evaluated separately. Otherwise they would look like an onset.
    let usual = days.iter().filter(|day| !surroundings.blackout_days.contains(&day.day));
    let measured = UsableDays::of(usual)?;
    let undeclared = measured.less_declared(declared_kw);
    let block = find_block(&measured, declared_kw);
    let is_clear =
        |block: &&Block| block.height_in_noise > CLEAR_HEIGHT_IN_NOISE && block.explained > CLEAR_EXPLAINED;
    let clear = block.as_ref().filter(is_clear).map(|block| block.from..block.to);
    let judged_days = clear.as_ref().map(ExactSizeIterator::len);
    let on = clear.unwrap_or(0..measured.len());
    let levels = measure_levels(&undeclared, on.clone());
    let window = find_window(&undeclared, on);
    let mut values = table::values(&measured, declared_kw, &levels, &window, block.as_ref());
    let hour_kw = mean_profile(&measured);
    let mut standard = measure_standard(days, &measured, &hour_kw, windows, surroundings);
    if measured.resolution != Resolution::WithinDay {
        table::blank_within_day(&mut values);
        standard.blank_within_day();
    }
    Some(MeterFeatures {
        content: content_of(days, &values, &hour_kw),
        values,
        standard,
        levels,
        window,
        block: block.map(|block| BlockFacts::of(&block, &measured.day)),
        judged_days,
        hour_kw,
        resolution: measured.resolution,
        days: (measured.day[0], measured.day[measured.len() - 1]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{home_kw, meter};

    fn features(kw: impl Fn(usize, usize) -> f32) -> MeterFeatures {
        extract_features(&meter(90, kw).days, 0.0, &Windows::default(), &Surroundings::default()).unwrap()
    }

    #[test]
    fn more_flat_load_never_speaks_against_mining() {
        for (low, high) in [(0.0, 1.3), (1.3, 3.2), (3.2, 30.0)] {
            let (less, more) = (
                features(move |day, slot| home_kw(day, slot) + low),
                features(move |day, slot| home_kw(day, slot) + high),
            );
            for (index, feature) in FEATURES.iter().enumerate() {
                let (a, b) = (less.values[index], more.values[index]);
                if a.is_nan() || b.is_nan() {
                    continue;
                }
                let slack = 1e-3 * (1.0 + a.abs());
                match feature.direction {
                    Direction::Rising => assert!(b >= a - slack, "{} fell from {a} to {b}", feature.name),
                    Direction::Falling => assert!(b <= a + slack, "{} rose from {a} to {b}", feature.name),
                    Direction::Free => {}
                }
            }
        }
    }

    #[test]
    fn settings_know_every_family() {
        assert!(
            FEATURES
                .iter()
                .all(|feature| hashwatt_core::settings::FAMILIES.contains(&feature.family.as_str()))
        );
    }

    #[test]
    fn names_are_unique_and_every_value_has_one() {
        let mut names: Vec<_> = FEATURES.iter().map(|feature| feature.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), N_FEATURES);
    }
}
