//! Speaks of a level that appears: from some day on every hour of a window is higher by one kW.
//!
//! # What it measures
//! The best block: its kW, its days, how equally it lifts all hours of its window and all quantiles
//! over days, and how far it stands above the floor's day-to-day noise.
//!
//! # Why it points to mining
//! A rig adds the same power to every hour and every day from the day it is switched on.
//!
//! # What else looks like this
//! A family moving in (lifts hours in proportion to life), heating (comes with the season), a server
//! room, a cold store, a declared farm, an emptied building's opposite: a building taken into use.
//!
//! # Limit and why
//! None of its own: the model weighs it against planted rigs and look-alikes. Words compare the
//! height with what 19 of 20 peers' best blocks reach.
//!
//! # Source
//! Equal shift of hours and quantiles: the additivity of loads on one meter. Change points by
//! least squares: Scott and Knott 1974, doi:10.2307/2529204.

use super::{Evidence, Indicator, Side, against, kw, peers_median, percent};
use crate::calendar::date_of;
use crate::features::Family;

pub(super) const INDICATOR: Indicator =
    Indicator { name: "level_shift", family: Some(Family::LevelShift), words };

/// A lower step is the meter's own life and gets no words. [kW]
const LEAST_KW: f32 = 0.3;

fn words(evidence: &Evidence<'_>) -> Option<String> {
    let block = evidence.meter.block.as_ref().filter(|block| block.kw >= LEAST_KW)?;
    // The onset may be the day before the first whole one, or the first step of a staircase.
    let first = evidence.rig.and_then(|rig| rig.onset).or(block.first_day).unwrap_or(evidence.meter.days.0);
    let last = block.last_day;
    let n_hours = block.n_hours;
    let when = match (block.first_day, block.day_after) {
        (Some(_), Some(_)) => format!("from {} to {}", date_of(first), date_of(last)),
        (Some(_), None) => format!("from {} on", date_of(first)),
        (None, _) => format!("until {}", date_of(last)),
    };
    let hours = if n_hours >= 23 {
        "every hour of the day".to_owned()
    } else {
        format!("{n_hours} hours of the day")
    };
    let height = against(block.kw, evidence.peers.p95("block_kw"), kw, Side::Above);
    Some(format!(
        "{when} {hours} higher by {height}, equal to within {} over hours and days, {:.1} times the floor's noise, on {} days{}",
        percent(block.uneven),
        block.height_in_noise,
        block.n_days,
        peers_median(evidence, "block_kw", kw),
    ))
}
