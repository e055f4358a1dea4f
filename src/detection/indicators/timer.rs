//! Reports hours switched by a timer: a box within the day, at the same hours every day.
//!
//! # What it measures
//! The best box on the lower envelope of the days: its hours, its kW, and the variation of the kW from day to
//! day and between its hours.
//!
//! # Why it points to mining
//! Farms on a night tariff, and farms that avoid the evening peak, run on a timer.
//!
//! # What else looks like this
//! Storage heating and boilers (charge and stop, more on cold nights), EV charging (not every night), street
//! lighting (follows the sun), grow lights (12-18 h), bakeries, shops.
//!
//! # Limit and why
//! The value that 19 of 20 peers in the same run stay below.
//!
//! # Source
//! The lower envelope shows what is there every day: activity only adds to it.

use super::{Evidence, Indicator, Side, against, peers_median, varying};
use crate::features::{Family, Feature};
use hashwatt_core::language::message::{Message, Value};

pub(super) const INDICATOR: Indicator = Indicator { name: "timer", family: Some(Family::Timer), message };

/// A lower box is daily life, not a separate load. [kW]
const MIN_KW: f32 = 0.3;

fn message(evidence: &Evidence<'_>) -> Option<Message> {
    let window = &evidence.meter.window;
    let rise = evidence.value(Feature::TimerKw);
    if rise.is_nan() || rise < MIN_KW {
        return None;
    }
    let message = Message::new(INDICATOR.name)
        .with("from", Value::Hour(window.from_hour as u32))
        .with("to", Value::Hour((window.from_hour + window.n_hours) as u32));
    let message = against(message, rise, evidence.peers.p95.value(Feature::TimerKw), Value::kw, Side::Above);
    let message = varying(message, evidence, window.timer_mad_rel);
    Some(peers_median(message, evidence.peers.median.value(Feature::TimerKw), Value::kw))
}
