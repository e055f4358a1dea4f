//! Estimates the rig behind the evidence: its kW, and the days on which it began and ended.
//!
//! There are three sources: the block (a level that appears), the box of a timer that was always on, and a
//! base load far above the peers'. They are compared by the kW that each supports. The limits below were
//! chosen on open cases; a backtest says what they are worth on other meters.

use crate::features::block_facts::BlockFacts;
use crate::features::window::ClockWindow;
use crate::features::{Feature, MeterFeatures};
use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::stats::{mad_sd, median};
use std::ops::RangeInclusive;

/// Multiple of the floor's noise above which a staircase's steps are reliable.
const CLEAR_IN_NOISE: f32 = 8.0;

/// A block that supports less does not count. [kW]
const MIN_BLOCK_KW: f32 = 0.1;

/// Peers with a higher base load are not homes, and their base load says nothing about a rig. [kW]
const HOME_BASE_KW: f32 = 1.5;

/// Shares of a base load between which what fell in a blackout tells the rig from the place: less is the
/// place's own variation, more is all of it.
const PARTLY_DROPPED: RangeInclusive<f32> = 0.2..=0.8;

/// Spreads of the peers' base loads, and distance [kW], above which a base load that 19 days of 20 exceed is
/// not one of theirs. The distance counts where peers hardly differ.
const ABOVE_PEERS: (f32, f32) = (6.0, 0.3);

/// The same for a base load that four days of five exceed, where no block and no timer supports more.
const ABOVE_PEERS_P20: (f32, f32) = (4.0, 0.2);

/// Keeps a share of a base load finite where there is none: half of a meter's resolution. [kW]
const ALMOST_NO_KW: f32 = 0.01;

/// Spread of the base load over days, and its trend, at which half of it counts as a rig's: both over its
/// median.
const HALF_STEADY: (f32, f32) = (0.1, 0.15);

/// Unevenness of a block over its height at which half of it counts as a rig's: between its hours, outside
/// its window, over the days, within two days of the step, and in its ramps.
const HALF_UNEVEN: f32 = 0.25;
const HALF_OUTSIDE: f32 = 0.35;
const HALF_UNSTEADY: f32 = 0.4;
const HALF_GRADUAL: f32 = 0.5;
const HALF_NOISY: f32 = 0.15;

/// Spread of a box's floor over days, and between its hours, at which half of it counts as a timer's.
const HALF_TIMED: (f32, f32) = (0.1, 0.3);

/// Share of the other sources' kW that a block must support to date the rig, and to be its kW.
const DATES_SHARE: f32 = 0.25;
const LEADS_SHARE: f32 = 0.5;

/// Base load from which a rig below the block is taken to have been on from the start. [kW]
const MIN_BASE_KW: f32 = 0.5;

/// Spread of the daily difference, over its median, from which the rise of a box is the better kW.
const STEADY_TIMER: f32 = 0.3;

/// Multiple of the block's height from which a staircase has climbed to a level of its own, and equal steps
/// that show it without a clear height.
const CLIMBED: f32 = 1.2;
const MIN_EQUAL_STEPS: usize = 2;

/// A block of fewer hours [h], and more uneven than this, is held against the box within the day.
const ROUND_THE_CLOCK_HOURS: usize = 20;
const UNEVEN: f32 = 0.08;

/// A load round the clock.
const ALL_HOURS: [bool; CLOCK_HOURS] = [true; CLOCK_HOURS];

/// Base load of a meter's peers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeerBase {
    /// Median over the peers of the base load that is exceeded on 19 days of 20. [kW]
    pub base_kw: f32,
    /// Its robust spread over the peers. [kW]
    pub spread_kw: f32,
}

impl PeerBase {
    /// Computes the base load of peers from their features.
    #[must_use]
    pub fn of<'a>(peers: impl Iterator<Item = &'a MeterFeatures>) -> Self {
        let base: Vec<f32> = peers.map(|peer| peer.levels.base_load_kw_p05).collect();
        Self { base_kw: median(&base).unwrap_or(0.0), spread_kw: mad_sd(&base).unwrap_or(0.0) }
    }
}

/// An estimated rig, before its confidence interval is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Median draw while on, as the meter sees it. [kW]
    pub kw: f32,
    /// The most it may draw, where the place may have a base load of its own; else `kw`. [kW]
    pub most_kw: f32,
    /// First civil day; `None`: before the data begins.
    pub onset: Option<i32>,
    /// First civil day after it; `None`: still on.
    pub ended: Option<i32>,
    /// Clock hours in which it runs.
    pub hours: [bool; CLOCK_HOURS],
    /// Whether it stopped for a week or more and started again.
    pub is_restarted: bool,
}

impl Estimate {
    /// Returns the share of the day it runs, 0..=1.
    #[must_use]
    pub fn day_share(&self) -> f32 {
        self.hours.iter().filter(|inside| **inside).count() as f32 / CLOCK_HOURS as f32
    }
}

/// Estimates the rig that a meter's features suggest; `None` if nothing stands out.
#[must_use]
pub fn estimate_rig(meter: &MeterFeatures, peers: PeerBase) -> Option<Estimate> {
    let levels = &meter.levels;
    let above = |kw: f32, (spreads, least): (f32, f32)| {
        if kw > peers.base_kw + spreads * peers.spread_kw + least { kw - peers.base_kw } else { 0.0 }
    };
    let base_kw = above(levels.base_load_kw_p05, ABOVE_PEERS);
    let steady = levels.base_load_kw_p20
        * fades(levels.base_load_mad_rel, HALF_STEADY.0)
        * fades(levels.base_load_trend_rel, HALF_STEADY.1);
    let by_base = base_kw / (levels.base_load_kw_p05 + ALMOST_NO_KW) * steady;
    let by_timer = timer_kw(meter);
    let by_block = meter.block.as_ref().map_or(0.0, |block| block_evidence_kw(meter, block));
    let other = by_timer.max(by_base);
    let dated = meter.block.as_ref().filter(|_| by_block > MIN_BLOCK_KW && by_block > DATES_SHARE * other);
    let (onset, ended) = dated.map_or((None, None), |block| (onset(block), ended(block)));
    let is_restarted = dated.is_some_and(|block| block.is_restarted);
    if let Some(block) = dated.filter(|_| by_block > LEADS_SHARE * other) {
        let is_added = block.height_in_noise > CLEAR_IN_NOISE
            && by_base > MIN_BASE_KW
            && base_kw > 0.0
            && peers.base_kw < HOME_BASE_KW;
        // A rig that was on from the start and grew: the steady base load below the block is part of it.
        return Some(if is_added {
            let kw = base_kw + block.level_kw_median;
            Estimate { kw, most_kw: kw, onset: None, ended, hours: ALL_HOURS, is_restarted }
        } else {
            let kw = block_kw(meter, block);
            Estimate { kw, most_kw: kw, onset, ended, hours: block.hours, is_restarted }
        });
    }
    let low_base_kw = above(levels.base_load_kw_p20, ABOVE_PEERS_P20);
    let by_low_base = low_base_kw / (levels.base_load_kw_p20 + ALMOST_NO_KW) * steady;
    let (kw, most_kw, hours) = if by_timer > by_low_base {
        let window = &meter.window;
        let kw = if window.timer_mad_rel < STEADY_TIMER {
            window.timer_kw.max(window.rise_kw)
        } else {
            window.rise_kw
        };
        (kw, kw, hours_of(window))
    } else {
        let base_kw = levels.base_load_kw_p50 - peers.base_kw;
        (dropped_kw(meter, base_kw).unwrap_or(base_kw), base_kw, ALL_HOURS)
    };
    (kw > MIN_BLOCK_KW).then_some(Estimate { kw, most_kw, onset, ended, hours, is_restarted })
}

/// Returns the part of a base load that fell while the internet was cut, if it is a part: the rest ran on,
/// and is the place's own. [kW]
fn dropped_kw(meter: &MeterFeatures, base_kw: f32) -> Option<f32> {
    let dropped_kw = meter.standard.blackout_drop_kw;
    (PARTLY_DROPPED.start() * base_kw..PARTLY_DROPPED.end() * base_kw)
        .contains(&dropped_kw)
        .then_some(dropped_kw)
}

/// Returns the power that the block supports: its height, reduced if it is uneven, outside its window,
/// unsteady or gradual. [kW]
fn block_evidence_kw(meter: &MeterFeatures, block: &BlockFacts) -> f32 {
    meter.value(Feature::BlockKw)
        * fades(block.uneven, HALF_UNEVEN)
        * fades(block.outside, HALF_OUTSIDE)
        * fades(meter.value(Feature::BlockUnsteady), HALF_UNSTEADY)
        * meter.value(Feature::BlockExplained).clamp(0.0, 1.0)
        * fades(meter.value(Feature::BlockGradual), HALF_GRADUAL)
        * fades(meter.value(Feature::BlockNoise), HALF_NOISY)
}

/// Returns the power that the box within the day supports. [kW]
fn timer_kw(meter: &MeterFeatures) -> f32 {
    let window = &meter.window;
    if meter.value(Feature::WindowFloorRiseKw).is_nan() {
        return 0.0;
    }
    window.floor_rise_kw.max(0.0)
        * fades(window.floor_mad_rel, HALF_TIMED.0)
        * fades(window.uneven, HALF_TIMED.1)
}

fn block_kw(meter: &MeterFeatures, block: &BlockFacts) -> f32 {
    let climbed = block.level_kw_on;
    if climbed > CLIMBED * block.kw
        && (block.height_in_noise > CLEAR_IN_NOISE || block.n_equal_steps >= MIN_EQUAL_STEPS)
    {
        return climbed;
    }
    if block.n_hours < ROUND_THE_CLOCK_HOURS && block.uneven > UNEVEN {
        return median(&[block.kw, meter.window.timer_kw, meter.window.rise_kw]).unwrap_or(block.kw);
    }
    block.kw
}

/// Returns the day of the first step if the steps are reliable, otherwise the block's first day.
fn onset(block: &BlockFacts) -> Option<i32> {
    let is_clear = block.height_in_noise > CLEAR_IN_NOISE;
    let from = if is_clear { block.staircase_from } else { block.first_day };
    from.map(|day| day - i32::from(block.begins_day_before && from == block.first_day))
}

/// Returns the first day without the block; `None` if its level stands at the end, also after a pause.
fn ended(block: &BlockFacts) -> Option<i32> {
    block.day_after.filter(|_| !block.is_on_at_end)
}

/// Returns the clock hours of a timer.
fn hours_of(window: &ClockWindow) -> [bool; CLOCK_HOURS] {
    std::array::from_fn(|hour| (hour + CLOCK_HOURS - window.from_hour) % CLOCK_HOURS < window.n_hours)
}

/// Returns 1 at zero, one half at `scale`, and less beyond; a missing value counts as 1.
fn fades(value: f32, scale: f32) -> f32 {
    let value = if value.is_nan() { 1.0 } else { value };
    1.0 / (1.0 + (value / scale).powi(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{home_kw, meter};
    use crate::features::{Surroundings, extract_features};
    use hashwatt_core::settings::Windows;

    const HOMES: PeerBase = PeerBase { base_kw: 0.25, spread_kw: 0.1 };

    fn rig(kw: impl Fn(usize, usize) -> f32) -> Option<Estimate> {
        let days = meter(90, |day, slot| home_kw(day, slot) + kw(day, slot)).days;
        let first = days[0].day;
        let features = extract_features(&days, 0.0, &Windows::default(), &Surroundings::default()).unwrap();
        estimate_rig(&features, HOMES).map(|rig| Estimate {
            onset: rig.onset.map(|day| day - first),
            ended: rig.ended.map(|day| day - first),
            ..rig
        })
    }

    #[test]
    fn a_block_gives_kw_onset_and_end() {
        let rig = rig(|day, _| if (40..70).contains(&day) { 3.25 } else { 0.0 }).unwrap();
        assert!((rig.kw - 3.25).abs() < 0.05, "{rig:?}");
        assert_eq!((rig.onset, rig.ended, rig.is_restarted), (Some(40), Some(70), false));
    }

    #[test]
    fn a_rig_from_before_the_first_day_is_read_off_the_base_load() {
        let rig = rig(|_, _| 6.5).unwrap();
        assert!((rig.kw - 6.5).abs() < 0.3 && rig.onset.is_none(), "{rig:?}");
    }

    #[test]
    fn a_timer_from_before_the_first_day_is_read_off_its_box() {
        let rig = rig(|_, slot| if slot < 14 { 3.0 } else { 0.0 }).unwrap();
        assert!((rig.kw - 3.0).abs() < 0.3 && rig.day_share() < 0.45, "{rig:?}");
    }

    #[test]
    fn a_block_that_comes_back_is_a_restart() {
        assert!(
            rig(|day, _| if (20..45).contains(&day) || day >= 60 { 3.25 } else { 0.0 }).unwrap().is_restarted
        );
    }
}
