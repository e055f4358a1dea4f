//! Speaks of hours that a clock switches: a box inside the day, at the same hours every day.
//!
//! # What it measures
//! The best box on the lower envelope of the days: its hours, its kW, how much the kW varies from
//! day to day and between its hours.
//!
//! # Why it points to mining
//! Farms on a night tariff, and farms that hide from the evening peak, run on a timer.
//!
//! # What else looks like this
//! Storage heating and boilers (fill up and stop, more on cold nights), EV charging (not every
//! night), street lighting (moves with the sun), grow lights (12-18 h), bakeries, shops.
//!
//! # Limit and why
//! What 19 of 20 peers stay below in the same run.
//!
//! # Source
//! The lower envelope keeps what is there every day: activity only adds to it.

use super::{Evidence, Indicator, Side, against, kw, peers_median, varying};
use crate::features::Family;

pub(super) const INDICATOR: Indicator = Indicator { name: "timer", family: Some(Family::Timer), words };

/// A lower box is life, not a load of its own. [kW]
const LEAST_KW: f32 = 0.3;

fn words(evidence: &Evidence<'_>) -> Option<String> {
    let window = &evidence.meter.window;
    let rise = evidence.value("timer_kw");
    if rise.is_nan() || rise < LEAST_KW {
        return None;
    }
    let to = (window.from_hour + window.n_hours) % 24;
    let measured = against(rise, evidence.peers.p95("timer_kw"), kw, Side::Above);
    Some(format!(
        "between about {:02}:00 and {to:02}:00 higher by {measured}{}{}",
        window.from_hour,
        varying(evidence, ", varying by", window.timer_mad_rel),
        peers_median(evidence, "timer_kw", kw),
    ))
}
