//! Summarises a block and its staircase for later stages, in days and kW.

use super::block::Block;
use super::ladder::climb;
use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::stats::median;

/// A block, with the staircase around it. Days are civil. [days since 1970-01-01]
#[derive(Debug, Clone, PartialEq)]
pub struct BlockFacts {
    /// Height. [kW]
    pub kw: f32,
    /// First day; `None` if it ran from the first usable day.
    pub first_day: Option<i32>,
    /// Last usable day.
    pub last_day: i32,
    /// First usable day after it; `None` if it runs to the end.
    pub day_after: Option<i32>,
    /// Number of usable days it lasts.
    pub n_days: usize,
    /// Whether it was switched on during the day before its first whole day.
    pub begins_day_before: bool,
    /// Number of hours in its clock window.
    pub n_hours: usize,
    /// The clock hours of the window.
    pub hours: [bool; CLOCK_HOURS],
    /// Mean shift by hour. [kW]
    pub shift_kw: [f32; CLOCK_HOURS],
    /// See [`Block::uneven`].
    pub uneven: f32,
    /// See [`Block::outside`].
    pub outside: f32,
    /// See [`Block::height_in_noise`].
    pub height_in_noise: f32,
    /// Day of the first step up of the staircase that led to the block; the block's own first day if there is
    /// no earlier step.
    pub staircase_from: Option<i32>,
    /// Number of steps of the staircase, up or down.
    pub n_steps: usize,
    /// Number of steps as high as the block.
    pub n_equal_steps: usize,
    /// Median height of the steps; `None` without steps. [kW]
    pub step_kw_median: Option<f32>,
    /// Median level of the staircase over all days, above its lowest level. [kW]
    pub level_kw_median: f32,
    /// Median level while the block is on. [kW]
    pub level_kw_on: f32,
    /// Whether the level fell for a week or more and rose again.
    pub is_restarted: bool,
    /// Whether the level stands on the last usable days, be it that the block ended before and came back.
    pub is_on_at_end: bool,
}

impl BlockFacts {
    /// Summarises a block; `days` are the usable days that its indices refer to.
    #[must_use]
    pub fn of(block: &Block, days: &[i32]) -> Self {
        let ladder = climb(block);
        let begins = |at: usize| (at > 0).then(|| days[at]);
        Self {
            kw: block.kw,
            first_day: begins(block.from),
            last_day: days[(block.to - 1).min(days.len() - 1)],
            day_after: days.get(block.to).copied(),
            n_days: block.to - block.from,
            begins_day_before: block.begins_day_before,
            n_hours: block.window.iter().filter(|inside| **inside).count(),
            hours: block.window,
            shift_kw: block.shift_kw,
            uneven: block.uneven,
            outside: block.outside,
            height_in_noise: block.height_in_noise,
            staircase_from: begins(ladder.from),
            n_steps: ladder.steps_kw.len(),
            n_equal_steps: ladder.n_equal_steps(block.kw),
            step_kw_median: median(&ladder.steps_kw),
            level_kw_median: median(&ladder.level_kw).unwrap_or(0.0),
            level_kw_on: ladder.kw_while_on(block),
            is_restarted: ladder.is_restarted(block.kw),
            is_on_at_end: block.to == days.len() || ladder.is_on_at_end(block.kw),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::find_block;
    use super::super::usable::UsableDays;
    use super::*;
    use crate::checks::samples::{home_kw, meter};

    #[test]
    fn a_block_that_ends_keeps_its_days() {
        let days =
            meter(90, |day, slot| home_kw(day, slot) + if (40..70).contains(&day) { 3.25 } else { 0.0 }).days;
        let first = days[0].day;
        let usable = UsableDays::of(&days).unwrap();
        let facts = BlockFacts::of(&find_block(&usable, 0.0).unwrap(), &usable.day);
        assert_eq!((facts.first_day, facts.day_after), (Some(first + 40), Some(first + 70)));
        assert_eq!((facts.last_day, facts.n_days, facts.n_hours), (first + 69, 30, 24));
        assert!((facts.level_kw_on - 3.25).abs() < 0.1 && !facts.is_restarted, "{facts:?}");
    }
}
