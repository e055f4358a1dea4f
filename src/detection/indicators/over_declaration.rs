//! Reports a declared farm that draws more than it declared.
//!
//! # What it measures
//! The part of the estimated rig above `declared_mining_kw` in the register.
//!
//! # Why it points to mining
//! The declared part is known and is no evidence; the load above it is undeclared.
//!
//! # What else looks like this
//! Cooling of the declared machines (3-50% on top), other loads of the same business.
//!
//! # Limit and why
//! A block counts only from 1.5 times the declared kW: cooling alone may add half.
//!
//! # Source
//! Cooling overhead of air-cooled halls: power usage effectiveness of 1.03-1.5 (ISO/IEC 30134-2).

use super::{Evidence, Indicator};
use hashwatt_core::language::message::{Message, Value};

pub(super) const INDICATOR: Indicator = Indicator { name: "over_declaration", family: None, message };

fn message(evidence: &Evidence<'_>) -> Option<Message> {
    if evidence.declared_kw <= 0.0 {
        return None;
    }
    let message = Message::new(INDICATOR.name).with("declared", Value::kw(evidence.declared_kw));
    Some(match evidence.rig {
        Some(rig) => message.in_form("beyond", "some").with("kw", Value::kw(rig.kw)),
        None => message.in_form("beyond", "none"),
    })
}
