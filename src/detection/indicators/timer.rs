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

use super::{Evidence, Indicator, Side, against, peers_median, varying};
use crate::features::Family;
use hashwatt_core::language::message::{Message, Value};

pub(super) const INDICATOR: Indicator = Indicator { name: "timer", family: Some(Family::Timer), message };

/// A lower box is life, not a load of its own. [kW]
const MIN_KW: f32 = 0.3;

fn message(evidence: &Evidence<'_>) -> Option<Message> {
    let window = &evidence.meter.window;
    let rise = evidence.value("timer_kw");
    if rise.is_nan() || rise < MIN_KW {
        return None;
    }
    let message = Message::new(INDICATOR.name)
        .with("from", Value::Hour(window.from_hour as u32))
        .with("to", Value::Hour((window.from_hour + window.n_hours) as u32));
    let message = against(message, rise, evidence.peers.p95("timer_kw"), Value::kw, Side::Above);
    let message = varying(message, evidence, window.timer_mad_rel);
    Some(peers_median(message, evidence, "timer_kw", Value::kw))
}
