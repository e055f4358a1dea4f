//! Estimates the chance that a visit finds a rig running, from how long the run's own blocks last.
//!
//! A rig that is on when the data ends may be gone when somebody comes, and one that stopped may be back. Both
//! chances are counted among the run's own lines, each weighted by its chance of a rig:
//!
//! - on: of the blocks that lasted at least as long as this one (from [`SETTLED_DAYS`] on all count alike),
//!   the share that went on for the days between the last day it was seen and the visit, [`VISIT_DAYS`] after
//!   the data ends. Blocks that the end of the data cuts short before that say nothing and are left out.
//! - ended: of the blocks that stopped, the share that started again.
//!
//! A run has few such blocks, so [`PRIOR_BLOCKS`] more are assumed, with the shares [`PRIOR_STAYS`] and
//! [`PRIOR_RETURNS`]. The chance of a rig times this is the chance that a visit finds one.

use super::{Kind, Scored};
use hashwatt_core::calendar::day_number;

/// A visit follows the end of the data after about this time. [d]
const VISIT_DAYS: i32 = 14;

/// Blocks that lasted longer than this are counted together: few last longer in any run. [d]
const SETTLED_DAYS: i32 = 30;

/// Lines with a smaller chance of a rig are mostly other loads.
const MIN_CHANCE: f64 = 0.2;

/// Number of blocks that are assumed beside those of the run.
const PRIOR_BLOCKS: f64 = 2.0;

/// Share of assumed blocks that are still there after two weeks.
const PRIOR_STAYS: f64 = 0.9;

/// Share of assumed blocks that start again after they stopped.
const PRIOR_RETURNS: f64 = 0.1;

/// A block as far as the data shows it.
#[derive(Debug, Clone, Copy)]
struct Lasted {
    /// Days from its first to the last day it was seen. [d]
    days: i32,
    has_ended: bool,
    has_restarted: bool,
    chance: f64,
}

/// Sets the chance that a visit finds the rig of each line running. `span` is the first and the last civil day
/// of the data. [days since 1970-01-01]
pub fn weigh_visits(scored: &mut [Scored], span: (i32, i32)) {
    let blocks: Vec<Lasted> =
        scored.iter().filter_map(|one| lasted(one, span)).filter(|one| one.chance >= MIN_CHANCE).collect();
    for one in scored {
        let Some((own, rig)) = lasted(one, span).zip(one.rig.as_ref()) else { continue };
        let is_on = match rig.last_seen_on {
            Some(seen) if rig.is_on() => stays(&blocks, own.days, span.1 - day_number(seen) + VISIT_DAYS),
            _ => returns(&blocks),
        };
        one.visit_chance = Some(own.chance * is_on);
    }
}

fn lasted(one: &Scored, span: (i32, i32)) -> Option<Lasted> {
    let rig = one.rig.as_ref()?;
    let from = rig.onset.map_or(span.0, day_number);
    Some(Lasted {
        days: rig.last_seen_on.map_or(span.1, day_number) - from + 1,
        has_ended: !rig.is_on(),
        has_restarted: one.kind == Some(Kind::RestartedFarm),
        chance: one.chance?,
    })
}

/// Returns the share of blocks that went on for `more` days, of those that lasted at least `days`.
fn stays(blocks: &[Lasted], days: i32, more: i32) -> f64 {
    let days = days.min(SETTLED_DAYS);
    let sum = |is_counted: &dyn Fn(&Lasted) -> bool| -> f64 {
        blocks.iter().filter(|one| is_counted(one)).map(|one| one.chance).sum()
    };
    let stayed = sum(&|one| one.days >= days + more);
    let left = sum(&|one| one.has_ended && one.days >= days && one.days < days + more);
    (stayed + PRIOR_BLOCKS * PRIOR_STAYS) / (stayed + left + PRIOR_BLOCKS)
}

/// Returns the share of blocks that started again, of those that stopped.
fn returns(blocks: &[Lasted]) -> f64 {
    let sum = |is_counted: fn(&Lasted) -> bool| -> f64 {
        blocks.iter().filter(|one| is_counted(one)).map(|one| one.chance).sum()
    };
    let restarted = sum(|one| one.has_restarted);
    let gone = sum(|one| one.has_ended && !one.has_restarted);
    (restarted + PRIOR_BLOCKS * PRIOR_RETURNS) / (restarted + gone + PRIOR_BLOCKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(days: i32, has_ended: bool) -> Lasted {
        Lasted { days, has_ended, has_restarted: false, chance: 1.0 }
    }

    #[test]
    fn where_blocks_end_soon_a_young_one_may_be_gone() {
        // Six of ten days that ended, four that lasted for two months.
        let mut blocks = vec![block(10, true); 6];
        blocks.extend([block(60, false); 4]);
        // (4 + 2 x 0.9) / (4 + 6 + 2) of those that reached ten days, and all who reached thirty.
        assert!((stays(&blocks, 10, 14) - 5.8 / 12.0).abs() < 1e-9);
        assert!((stays(&blocks, 50, 14) - 5.8 / 6.0).abs() < 1e-9);
    }

    #[test]
    fn what_the_data_cuts_short_says_nothing() {
        let blocks = [block(12, false); 9];
        assert!((stays(&blocks, 10, 14) - PRIOR_STAYS).abs() < 1e-9);
    }

    #[test]
    fn a_place_may_start_again_where_others_did() {
        let mut blocks = vec![block(40, true); 3];
        assert!((returns(&blocks) - 0.2 / 5.0).abs() < 1e-9);
        blocks.push(Lasted { has_restarted: true, ..block(40, false) });
        assert!((returns(&blocks) - 1.2 / 6.0).abs() < 1e-9);
    }
}
