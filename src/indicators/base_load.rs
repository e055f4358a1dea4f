//! Speaks of what never goes away: the base load, on most days, against the peers'.
//!
//! # What it measures
//! The daily 5th percentile of demand that four days of five exceed, and its share of the mean.
//!
//! # Why it points to mining
//! Machines run day and night, so their power is in the lowest hours too.
//!
//! # What else looks like this
//! Electric heating in winter, floor heating, servers, cold stores, telecom sites, pumps.
//!
//! # Limit and why
//! What 19 of 20 peers stay below in the same run: a base load means something only against those
//! who live or work alike.
//!
//! # Source
//! Base load as a low quantile of demand: VISDOM (Borgeson et al.), feature `min` and its relatives.

use super::{Evidence, Indicator, Side, against, kw, peers_median, percent};
use crate::features::Family;

pub(super) const INDICATOR: Indicator =
    Indicator { name: "base_load", family: Some(Family::BaseLoad), words };

fn words(evidence: &Evidence<'_>) -> Option<String> {
    let (name, period) = match evidence.meter.judged_days {
        Some(_) => ("base_load_kw_on_p20", "of the block's days"),
        None => ("base_load_kw_p20", "days"),
    };
    let base = evidence.value(name);
    let share = evidence.value("base_to_mean");
    let of_mean = if share.is_nan() {
        String::new()
    } else {
        format!(", {} of the mean demand on those days", percent(share))
    };
    let measured = against(base, evidence.peers.p95(name), kw, Side::Above);
    Some(format!(
        "on 4 of 5 {period} the base load is at least {measured}{of_mean}{}",
        peers_median(evidence, name, kw)
    ))
}
