//! Speaks of faults of the data that look flat: a channel that repeats its value.
//!
//! # What it measures
//! The share of days on which the channel repeats one value to the last digit.
//!
//! # Why it points to mining
//! It does not: it explains flatness away.
//!
//! # What else looks like this
//! Nothing with a real load behind it; a meter of coarse resolution comes closest.
//!
//! # Limit and why
//! Any such day is told; they are left out of all other evidence.
//!
//! # Source
//! Machines vary by 1-3% and meters resolve 1 Wh, so a repeated last digit is no measurement.

use super::{Evidence, Indicator};
use crate::features::Family;
use hashwatt_core::language::message::{Message, Value};

pub(super) const INDICATOR: Indicator =
    Indicator { name: "data_fault", family: Some(Family::DataFault), message };

fn message(evidence: &Evidence<'_>) -> Option<Message> {
    let share = evidence.value("stuck_share");
    (share > 0.0).then(|| Message::new(INDICATOR.name).with("share", Value::share(share)))
}
