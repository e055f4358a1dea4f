//! Reports how flat and quiet the demand is, within the day and from day to day.
//!
//! # What it measures
//! The median demand above the base load, as a share; the spread of the base load over days; the
//! load factor of the day (mean over peak).
//!
//! # Why it points to mining
//! Machines vary by 1-3%; people, thermostats and shifts vary by much more.
//!
//! # What else looks like this
//! Telecom sites, servers, cold stores under steady weather, an empty place with a fridge (flat but
//! small), a stuck channel (exactly flat).
//!
//! # Limit and why
//! The value that 19 of 20 peers in the same run exceed; large buildings are flatter than homes.
//!
//! # Source
//! Load factor: IEC 60050-691-10-02. Within-day variation as a sign of continuous load: VISDOM.

use super::{Evidence, Indicator, Side, against, known, peers_median, varying};
use crate::features::{Family, Feature};
use hashwatt_core::language::message::{Message, Value};

pub(super) const INDICATOR: Indicator =
    Indicator { name: "flatness", family: Some(Family::Flatness), message };

fn message(evidence: &Evidence<'_>) -> Option<Message> {
    let (message, peers) = (Message::new(INDICATOR.name), evidence.peers);
    let (within, over_days) = (evidence.value(Feature::FlatMidRel), evidence.value(Feature::BaseLoadMadRel));
    if within.is_nan() {
        // With reads of a day or longer, only the spread over reads is known.
        let [limit, median] = [&peers.p05, &peers.median].map(|of| of.value(Feature::BaseLoadMadRel));
        let message = against(message.in_form("by", "read"), over_days, limit, Value::share, Side::Below);
        return Some(peers_median(message, median, Value::share));
    }
    let message = message.in_form("by", "day");
    let message = against(message, within, peers.p05.value(Feature::FlatMidRel), Value::share, Side::Below);
    let message = varying(message, evidence, over_days);
    let factor = evidence.meter.standard.load_factor_day;
    let two_decimals = |factor| Value::number(factor, 2);
    let message = message.in_form("factor", known(factor)).with("load_factor", two_decimals(factor));
    Some(peers_median(message, peers.median.standard.load_factor_day, two_decimals))
}
