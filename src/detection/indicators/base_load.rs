//! Reports a base load that is high on most days, compared with the peers.
//!
//! # What it measures
//! The daily 5th percentile of demand that is exceeded on four days of five, and its share of the mean.
//!
//! # Why it points to mining
//! Machines run day and night, so the lowest hours include their power too.
//!
//! # What else looks like this
//! Electric heating in winter, floor heating, servers, cold stores, telecom sites, pumps.
//!
//! # Limit and why
//! The value that 19 of 20 peers in the same run stay below. A base load means something only in comparison
//! with people or businesses of the same kind.
//!
//! # Source
//! Base load as a low quantile of demand: VISDOM (Borgeson et al.), feature `min` and its relatives.

use super::{Evidence, Indicator, Side, against, known, peers_median};
use crate::features::{Family, Feature};
use hashwatt_core::language::message::{Message, Value};

pub(super) const INDICATOR: Indicator =
    Indicator { name: "base_load", family: Some(Family::BaseLoad), message };

fn message(evidence: &Evidence<'_>) -> Option<Message> {
    let (feature, of) = match evidence.meter.judged_days {
        Some(_) => (Feature::BaseLoadKwOnP20, "block"),
        None => (Feature::BaseLoadKwP20, "all"),
    };
    let of_mean = evidence.value(Feature::BaseToMean);
    let message = Message::new(INDICATOR.name)
        .in_form("of", of)
        .in_form("mean", known(of_mean))
        .with("of_mean", Value::share(of_mean));
    let message =
        against(message, evidence.value(feature), evidence.peers.p95.value(feature), Value::kw, Side::Above);
    Some(peers_median(message, evidence.peers.median.value(feature), Value::kw))
}
