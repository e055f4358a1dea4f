//! Links meters under one transformer whose blocks start and stop together: a farm split over several meters.

use hashwatt_core::ids::RESIDUAL_PREFIX;
use std::collections::BTreeMap;

use super::rank::Judged;
use super::{Reason, RigEstimate, Scored};
use hashwatt_core::calendar::day_number;
use hashwatt_core::ids::MeterId;
use hashwatt_core::language::message::{Message, Value};

/// Least chance of each linked rig; at least one of them must be on the list.
const MIN_CHANCE: f64 = 0.2;

/// Starts or stops within this distance count as the same. [d]
const NEAR_DAYS: i32 = 1;

/// Gives lines that belong together a common name.
pub fn link_places(scored: &mut [Scored], judged: &[Judged]) {
    let parents: BTreeMap<&MeterId, &str> = judged
        .iter()
        .filter_map(|one| Some((&one.meter, one.point.as_ref()?.parent_id.as_deref()?)))
        .collect();
    let mut by_parent: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, one) in scored.iter().enumerate() {
        let parent =
            one.meter.as_str().strip_prefix(RESIDUAL_PREFIX).or_else(|| parents.get(&one.meter).copied());
        let may_be_rig = one.rig.is_some() && one.chance.is_some_and(|chance| chance >= MIN_CHANCE);
        if let Some(parent) = parent.filter(|_| may_be_rig) {
            by_parent.entry(parent.to_owned()).or_default().push(at);
        }
    }
    for (parent, mut lines) in by_parent {
        let rig = |at: usize| scored[at].rig.as_ref().map(dates).unwrap_or_default();
        lines.sort_by_key(|&at| (rig(at), scored[at].meter.clone()));
        // A chain: each starts and stops together with the previous one.
        let chains: Vec<Vec<usize>> =
            lines.chunk_by(|&a, &b| are_together(rig(a), rig(b))).map(<[usize]>::to_vec).collect();
        for linked in chains.into_iter().filter(|chain| chain.len() > 1) {
            if linked.iter().any(|&at| scored[at].is_suspect) {
                name_link(scored, &parent, &linked);
            }
        }
    }
}

/// Onset and end. [days since 1970-01-01]
type Dates = (Option<i32>, Option<i32>);

fn dates(rig: &RigEstimate) -> Dates {
    (rig.onset.map(day_number), rig.ended.map(day_number))
}

/// Whether two rigs share their start and end, and at least one of these is in the data.
fn are_together(a: Dates, b: Dates) -> bool {
    let is_near = |a: Option<i32>, b: Option<i32>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= NEAR_DAYS,
        (None, None) => true,
        _ => false,
    };
    is_near(a.0, b.0) && is_near(a.1, b.1) && (a.0.is_some() || a.1.is_some())
}

fn name_link(scored: &mut [Scored], parent: &str, linked: &[usize]) {
    let names: Vec<String> = linked.iter().map(|&at| scored[at].meter.to_string()).collect();
    let first = linked
        .iter()
        .filter_map(|&at| scored[at].rig.as_ref()?.onset.or(scored[at].rig.as_ref()?.ended))
        .min();
    let name = first.map_or_else(|| parent.to_owned(), |day| format!("{parent}/{day}"));
    for (&at, own) in linked.iter().zip(&names) {
        let others: Vec<&str> = names.iter().filter(|name| *name != own).map(String::as_str).collect();
        scored[at].link = Some(name.clone());
        let message = Message::new("linked").with("others", Value::Name(others.join(", ")));
        scored[at].reasons.push(Reason { message, weight: 0.0 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn together_means_the_same_days_and_at_least_one_of_them() {
        assert!(are_together((Some(10), None), (Some(11), None)));
        assert!(are_together((None, Some(30)), (None, Some(30))));
        assert!(!are_together((Some(10), None), (Some(12), None)));
        assert!(!are_together((Some(10), Some(40)), (Some(10), None)));
        assert!(!are_together((None, None), (None, None)));
    }
}
