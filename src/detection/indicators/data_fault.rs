//! Reports data faults that look flat: a channel that repeats its value.
//!
//! # What it measures
//! The share of days on which the channel repeats one value to the last digit.
//!
//! # Why it points to mining
//! It does not: it explains why the load looks flat.
//!
//! # What else looks like this
//! No real load does; a meter with coarse resolution comes closest.
//!
//! # Limit and why
//! Every such day is reported; all other evidence leaves these days out.
//!
//! # Source
//! Machines vary by 1-3% and meters resolve 1 Wh, so a repeated last digit is no measurement.

use super::{Evidence, Indicator};
use crate::features::{Family, Feature};
use hashwatt_core::language::message::{Message, Value};

pub(super) const INDICATOR: Indicator =
    Indicator { name: "data_fault", family: Some(Family::DataFault), message };

fn message(evidence: &Evidence<'_>) -> Option<Message> {
    let share = evidence.value(Feature::StuckShare);
    (share > 0.0).then(|| Message::new(INDICATOR.name).with("share", Value::share(share)))
}
