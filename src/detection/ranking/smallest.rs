//! Lowers the score of meters with no load as large as a rig.
//!
//! # What it measures
//! The largest level that a rig could be: a block, the base load, or a box within the day. The model adds up
//! the features independently. So an empty flat, as flat and steady as a rig, scores high at any level.
//!
//! # What else looks like this
//! A rig of which the meter sees only a part.
//!
//! # Limit and why
//! Half of the smallest machine on the list. A smaller load is not a rig, or less than half of it is metered.
//! More load never lowers a score: every level that counts here rises with it.
//!
//! # Source
//! The draws of machines: `rigs/machines.rs`.

use super::Reason;
use crate::features::{Feature, N_FEATURES};
use hashwatt_core::language::message::{Message, Value};
use hashwatt_core::portable::Portable;
use hashwatt_rigs::machines::MACHINES;

/// Share of the smallest machine that a meter may see.
const SEEN_SHARE: f32 = 0.5;

/// Penalty for each halving below that: about one to sixteen. [log-odds]
const PER_HALVING: f64 = 2.8;

/// Smallest level considered: the resolution of a meter. [kW]
const RESOLUTION_KW: f32 = 0.02;

/// Features that are levels of a possible rig. [kW]
const LEVELS: [Feature; 6] = [
    Feature::BlockKw,
    Feature::BaseLoadKwP20,
    Feature::BaseLoadKwOnP20,
    Feature::NightBaseKwP20,
    Feature::WindowRiseKw,
    Feature::TimerKw,
];

/// Returns the smallest level of a rig. [kW]
#[must_use]
pub fn least_level_kw() -> f32 {
    SEEN_SHARE * MACHINES.iter().map(|machine| machine.kw_low).fold(f32::INFINITY, f32::min)
}

/// Returns the adjustment of the score of a meter with these features: 0 if some level is as large as a
/// rig's, negative otherwise. [log-odds]
#[must_use]
pub fn too_small(values: &[f32; N_FEATURES]) -> f64 {
    let levels = LEVELS.iter().map(|level| values[*level as usize]);
    let Some(level_kw) = levels.filter(|kw| !kw.is_nan()).reduce(f32::max) else {
        return 0.0;
    };
    let halvings = f64::from(least_level_kw() / level_kw.max(RESOLUTION_KW)).portable_log2();
    -PER_HALVING * halvings.max(0.0)
}

/// Returns the adjustment as a reason; `None` if some level is as large as a rig's.
#[must_use]
pub fn too_small_reason(values: &[f32; N_FEATURES]) -> Option<Reason> {
    let weight = too_small(values);
    let message = Message::new("smallest_rig").with("level", Value::kw(least_level_kw()));
    (weight < 0.0).then_some(Reason { message, weight })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Direction, FEATURES};

    const NONE: [f32; N_FEATURES] = [f32::NAN; N_FEATURES];

    fn with(feature: Feature, kw: f32) -> [f32; N_FEATURES] {
        let mut values = NONE;
        values[feature as usize] = kw;
        values
    }

    #[test]
    fn every_level_is_a_feature_that_rises() {
        for level in LEVELS {
            assert_eq!(FEATURES[level as usize].direction, Direction::Rising, "{level:?}");
        }
    }

    #[test]
    fn half_of_the_smallest_rig_costs_nothing_and_less_costs_the_more() {
        let least_kw = least_level_kw();
        assert!((0.1..1.0).contains(&least_kw));
        assert_eq!(too_small(&with(Feature::TimerKw, least_kw)), 0.0);
        assert_eq!(too_small(&NONE), 0.0);
        let of = |share: f32| too_small(&with(Feature::BlockKw, share * least_kw));
        assert!((of(0.5) + PER_HALVING).abs() < 1e-6 && of(0.25) < of(0.5) && of(0.0).is_finite());
    }
}
