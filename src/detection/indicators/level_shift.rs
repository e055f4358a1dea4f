//! Reports a level that appears: from some day on, every hour of a window is higher by the same kW.
//!
//! # What it measures
//! The best block: its kW, its days, how equally it raises all hours of its window and all quantiles over
//! days, and its height above the floor's day-to-day noise.
//!
//! # Why it points to mining
//! A rig adds the same power to every hour and every day from the day it is switched on.
//!
//! # What else looks like this
//! A family that moves in (raises the hours in proportion to activity), heating (comes with the season), a
//! server room, a cold store, a declared farm, a building that is taken into use.
//!
//! # Limit and why
//! It has no limit of its own: the model weighs it against planted rigs and look-alikes. The words compare
//! the height with the value that 19 of 20 peers' best blocks stay below.
//!
//! # Source
//! Equal shift of hours and quantiles: the additivity of loads on one meter. Change points by
//! least squares: Scott and Knott 1974, doi:10.2307/2529204.

use super::{Evidence, Indicator, Side, against, peers_median};
use crate::features::{Family, Feature};
use hashwatt_core::calendar::date_of;
use hashwatt_core::language::message::{Message, Value};

pub(super) const INDICATOR: Indicator =
    Indicator { name: "level_shift", family: Some(Family::LevelShift), message };

/// A lower step is ordinary variation and is not reported. [kW]
const MIN_KW: f32 = 0.3;

/// A block with this many clock hours runs day and night: the step itself costs one hour. [h]
const ALL_HOURS: usize = 23;

fn message(evidence: &Evidence<'_>) -> Option<Message> {
    let block = evidence.meter.block.as_ref().filter(|block| block.kw >= MIN_KW)?;
    // The onset may be the day before the first whole day, or the first step of a staircase.
    let first = evidence.rig.and_then(|rig| rig.onset).or(block.first_day).unwrap_or(evidence.meter.days.0);
    let when = match (block.first_day, block.day_after) {
        (Some(_), Some(_)) => "between",
        (Some(_), None) => "since",
        (None, _) => "until",
    };
    let message = Message::new(INDICATOR.name)
        .in_form("when", when)
        .with("from", Value::Day(date_of(first)))
        .with("to", Value::Day(date_of(block.last_day)))
        .in_form("hours", if block.n_hours >= ALL_HOURS { "all" } else { "some" })
        .with("n_hours", Value::count(block.n_hours))
        .with("n_days", Value::count(block.n_days))
        .with("uneven", Value::share(block.uneven))
        .with("noise", Value::number(block.height_in_noise, u8::from(block.height_in_noise < 10.0)));
    let message =
        against(message, block.kw, evidence.peers.p95.value(Feature::BlockKw), Value::kw, Side::Above);
    Some(peers_median(message, evidence.peers.median.value(Feature::BlockKw), Value::kw))
}
