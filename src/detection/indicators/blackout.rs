//! Reports the effect of an internet blackout on the base load.
//!
//! # What it measures
//! The fall of the base load on days without internet, relative to the week before and after.
//!
//! # Why it points to mining
//! A rig without its pool stops or idles, while the neighbours' loads do not change.
//!
//! # What else looks like this
//! A business that closes because of the same unrest, or a family that leaves town.
//!
//! # Limit and why
//! The value that 19 of 20 peers stay below on the same days. No drop proves nothing: some rigs keep running.
//!
//! # Source
//! The blackouts of January 2022 in Kazakhstan, when the network's hash rate fell by about a tenth.

use super::{Evidence, Indicator, Side, against, peers_median};
use hashwatt_core::language::message::{Message, Value};

pub(super) const INDICATOR: Indicator = Indicator { name: "blackout", family: None, message };

/// A smaller drop may be an emptied fridge. [kW]
const MIN_DROP_KW: f32 = 0.3;

fn message(evidence: &Evidence<'_>) -> Option<Message> {
    let drop = evidence.meter.standard.blackout_drop_kw;
    let limit = evidence.peers.p95.standard.blackout_drop_kw;
    // Report only a drop that stands out.
    if drop.is_nan() || limit.is_nan() || drop <= limit.max(MIN_DROP_KW) {
        return None;
    }
    let message = against(Message::new(INDICATOR.name), drop, limit, Value::kw, Side::Above);
    Some(peers_median(message, evidence.peers.median.standard.blackout_drop_kw, Value::kw))
}
