//! Compares each transformer's load with its rating, with and without the suspects below it.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::balance::{Account, Balance};
use crate::ranking::suspects::Suspect;
use crate::ranking::{Kind, Scored};
use hashwatt_core::calendar::day_number;
use hashwatt_core::error::Result;
use hashwatt_readings::acquisition::register::{Register, UsagePoint};

/// Power factor of low-voltage networks, for ratings in kVA: 0.95, the least that operators of EN 50160
/// networks require of their customers.
const POWER_FACTOR: f64 = 0.95;

/// A parent's load relative to its rating.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Risk {
    /// Its rating. [kVA]
    pub rating_kva: f64,
    /// Its peak divided by the rating.
    pub peak_share: f64,
    /// Number of hours above the rating.
    pub hours_above: u32,
    /// The same number if the suspects below it drew nothing.
    pub hours_above_without: u32,
}

/// A load and its civil days, first to one past the last. [kW]
type Load = (f64, (i32, i32));

/// Risks by parent, for parents with a rating in the register.
pub type Risks = BTreeMap<String, Risk>;

/// Computes the risk of every parent with a rating.
///
/// # Errors
/// When the parents' hours cannot be read.
pub fn network_risks(balance: &Balance, scored: &[Scored], register: &Register) -> Result<Risks> {
    let mut rigs: BTreeMap<&str, Vec<Load>> = BTreeMap::new();
    // Load missed by an under-registering meter is already in the residual.
    let counted = |one: &&Scored| one.is_suspect && one.kind != Some(Kind::UnderRegisteringMeter);
    for one in scored.iter().filter(counted) {
        let Some((rig, parent)) = one.rig.as_ref().zip(Suspect::of(one, register).parent()) else { continue };
        let days = (rig.onset.map_or(i32::MIN, day_number), rig.ended.map_or(i32::MAX, day_number));
        rigs.entry(parent).or_default().push((rig.kw, days));
    }
    let risk = |account: &Account| {
        let parent = account.parent.as_str();
        let rating_kva = register.point(parent).and_then(UsagePoint::rating_kva)?;
        let own = rigs.get(parent).map_or(&[][..], Vec::as_slice);
        let hours = balance.hours_above(account, POWER_FACTOR * rating_kva, own);
        let peak_share = account.peak_kw / (POWER_FACTOR * rating_kva);
        Some(hours.map(|(hours_above, hours_above_without)| {
            (parent.to_owned(), Risk { rating_kva, peak_share, hours_above, hours_above_without })
        }))
    };
    balance.parents.par_iter().filter_map(|parent| risk(&parent.account)).collect()
}
