//! Speaks of how flat and quiet the demand is, within the day and from day to day.
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
//! What 19 of 20 peers exceed in the same run; large buildings are flatter than homes.
//!
//! # Source
//! Load factor: IEC 60050-691-10-02. Within-day variation as a sign of continuous load: VISDOM.

use super::{Evidence, Indicator, Side, against, peers_median, percent, varying};
use crate::features::Family;

pub(super) const INDICATOR: Indicator = Indicator { name: "flatness", family: Some(Family::Flatness), words };

fn words(evidence: &Evidence<'_>) -> Option<String> {
    let (within, over_days) = (evidence.value("flat_mid_rel"), evidence.value("base_load_mad_rel"));
    if within.is_nan() {
        // Reads of a day or longer: only the spread over reads is known.
        let measured = against(over_days, evidence.peers.p05("base_load_mad_rel"), percent, Side::Below);
        return Some(format!(
            "demand varies from read to read by {measured}{}",
            peers_median(evidence, "base_load_mad_rel", percent)
        ));
    }
    let measured = against(within, evidence.peers.p05("flat_mid_rel"), percent, Side::Below);
    let factor = evidence.meter.standard.load_factor_day;
    let load_factor = if factor.is_nan() {
        String::new()
    } else {
        format!(
            "; load factor of the day {factor:.2}{}",
            peers_median(evidence, "load_factor_day", |x| format!("{x:.2}"))
        )
    };
    Some(format!(
        "the base load is within {measured} of the median demand{}{load_factor}",
        varying(evidence, " and varies by", over_days)
    ))
}
