//! Reads the children of several parents again; children stored close together are read at once.

use std::collections::BTreeSet;

use hashwatt_core::error::Result;
use hashwatt_core::ids::MeterId;
use hashwatt_readings::digest::MeterDays;
use hashwatt_readings::digest::store::DigestStore;

/// Most meters in memory at once: a year of them takes about 160 MB.
pub const MAX_AT_A_TIME: usize = 2000;

/// Passes the days of each parent's children to `each`, with the parent's index.
///
/// # Errors
/// When the store cannot be read; also the errors of `each`.
pub fn by_parent(
    store: &DigestStore,
    parents: &[(usize, &[MeterId])],
    each: &mut dyn FnMut(usize, Vec<MeterDays>) -> Result<()>,
) -> Result<()> {
    // Parents with neighbouring names mostly have children close together in the store.
    let mut parents = parents.to_vec();
    parents.sort_by(|a, b| a.1.first().cmp(&b.1.first()).then(a.0.cmp(&b.0)));
    let mut from = 0;
    while from < parents.len() {
        let (mut to, mut n) = (from + 1, parents[from].1.len());
        while to < parents.len() && n + parents[to].1.len() <= MAX_AT_A_TIME {
            n += parents[to].1.len();
            to += 1;
        }
        let wanted: BTreeSet<MeterId> =
            parents[from..to].iter().flat_map(|(_, meters)| meters.iter().cloned()).collect();
        let mut days = store.days_of(&wanted)?;
        for (place, meters) in &parents[from..to] {
            each(*place, meters.iter().filter_map(|meter| days.remove(meter)).collect())?;
        }
        from = to;
    }
    Ok(())
}
