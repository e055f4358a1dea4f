//! Speaks of what an internet blackout did to the base load.
//!
//! # What it measures
//! The fall of the base load on days without internet, against the week before and after.
//!
//! # Why it points to mining
//! A rig without its pool stops or idles, while neighbours do not notice.
//!
//! # What else looks like this
//! A business that closes because of the same unrest, a family that leaves town.
//!
//! # Limit and why
//! What 19 of 20 peers stay below on the same days. No drop proves nothing: some rigs run on.
//!
//! # Source
//! The blackouts of January 2022 in Kazakhstan, when the network's hash rate fell by about a tenth.

use super::{Evidence, Indicator, Side, against, peers_median};
use hashwatt_core::language::message::{Message, Value};

pub(super) const INDICATOR: Indicator = Indicator { name: "blackout", family: None, message };

/// A smaller drop is a fridge that was emptied. [kW]
const MIN_DROP_KW: f32 = 0.3;

fn message(evidence: &Evidence<'_>) -> Option<Message> {
    let drop = evidence.meter.standard.blackout_drop_kw;
    let limit = evidence.peers.p95("blackout_drop_kw");
    // Only a drop that stands out is told.
    if drop.is_nan() || limit.is_nan() || drop <= limit.max(MIN_DROP_KW) {
        return None;
    }
    let message = against(Message::new(INDICATOR.name), drop, limit, Value::kw, Side::Above);
    Some(peers_median(message, evidence, "blackout_drop_kw", Value::kw))
}
