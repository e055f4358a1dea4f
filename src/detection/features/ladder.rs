//! Finds the steps of a staircase of machines in the floor of a block's window.

use super::block::Block;
use super::series::{change_points, day_noise_kw, median_of, median_of_three};

/// Smallest step that may be a machine: part of a GPU rig. [kW]
const MIN_STEP_KW: f32 = 0.35;

/// A step below this share of the block is only variation of the block.
const MIN_STEP_SHARE: f32 = 0.15;

/// Multiple of the day-to-day noise that a step must exceed.
const MIN_STEP_IN_NOISE: f32 = 5.0;

/// Days on each side over which a step is measured. [d]
const STEP_DAYS: usize = 21;

/// Steps within this share of the block's height count as machines of the same type.
const EQUAL_SHARE: f32 = 0.1;

/// A level above this share of the block's height counts as the block's level.
const RESTARTED_SHARE: f32 = 0.6;

/// Levels of a staircase.
#[derive(Debug, Clone, PartialEq)]
pub struct Ladder {
    /// Height above the lowest level, by usable day. [kW]
    pub level_kw: Vec<f32>,
    /// Heights of the steps, up or down. [kW]
    pub steps_kw: Vec<f32>,
    /// Index of the usable day of the first step up of the staircase that led to the block; the block's own
    /// first day if it was the first step.
    pub from: usize,
}

impl Ladder {
    /// Counts the steps as high as the block.
    #[must_use]
    pub fn n_equal_steps(&self, block_kw: f32) -> usize {
        self.steps_kw.iter().filter(|step| (**step - block_kw).abs() < EQUAL_SHARE * block_kw).count()
    }

    /// Whether the level stands at the block's height on the last usable day.
    #[must_use]
    pub fn is_on_at_end(&self, block_kw: f32) -> bool {
        self.level_kw.last().is_some_and(|kw| *kw > RESTARTED_SHARE * block_kw)
    }

    /// Whether the level fell for a week or more and rose again to the block's height.
    #[must_use]
    pub fn is_restarted(&self, block_kw: f32) -> bool {
        let is_on = |kw: &f32| *kw > RESTARTED_SHARE * block_kw;
        let runs: Vec<(bool, usize)> = self
            .level_kw
            .chunk_by(|a, b| is_on(a) == is_on(b))
            .map(|run| (is_on(&run[0]), run.len()))
            .collect();
        runs.windows(3)
            .any(|three| three[0].0 && !three[1].0 && three[1].1 >= 7 && three[2].0 && three[2].1 >= 3)
    }

    /// Returns the median level while the block is on. [kW]
    #[must_use]
    pub fn kw_while_on(&self, block: &Block) -> f32 {
        median_of(&self.level_kw[block.from..block.to])
    }
}

/// Builds the staircase around a block.
#[must_use]
pub fn climb(block: &Block) -> Ladder {
    let floor = &block.floor_kw;
    let n = floor.len();
    let smooth = median_of_three(floor);
    let noise_kw = day_noise_kw(&smooth).unwrap_or(0.0) + 0.01;
    let least_kw = MIN_STEP_KW.max(MIN_STEP_SHARE * block.kw).max(MIN_STEP_IN_NOISE * noise_kw);
    let points = step_days(block, change_points(&smooth, 8), n);
    let mut level_kw = vec![0.0; n];
    let mut steps_kw = Vec::new();
    let mut current = 0.0;
    for (index, &at) in points.iter().enumerate() {
        let from = if index == 0 { 0 } else { points[index - 1] };
        let to = points.get(index + 1).copied().unwrap_or(n);
        let step = median_of(&floor[at..to.min(at + STEP_DAYS)])
            - median_of(&floor[from.max(at.saturating_sub(STEP_DAYS))..at]);
        if step.abs() >= least_kw {
            current += step;
            steps_kw.push(step.abs());
        }
        level_kw[at..to].fill(current);
    }
    let lowest = level_kw.iter().copied().fold(f32::INFINITY, f32::min);
    level_kw.iter_mut().for_each(|kw| *kw -= lowest);
    let mut from = block.from;
    while from >= 3 && level_kw[from - 1] >= 0.3 * block.kw {
        from -= 1;
    }
    Ladder { level_kw, steps_kw, from: if from >= 3 { from } else { block.from } }
}

/// Returns the change points including the block's own ends. Of two within three days, the block's end is
/// kept.
fn step_days(block: &Block, mut points: Vec<usize>, n: usize) -> Vec<usize> {
    let is_end = |at: usize| at == block.from || at == block.to;
    points.extend([block.from, block.to].into_iter().filter(|&at| at >= 3 && at + 3 <= n));
    points.sort_unstable();
    points.dedup();
    let mut kept: Vec<usize> = Vec::new();
    for at in points {
        match kept.last_mut() {
            Some(last) if at < *last + 3 && is_end(at) => *last = at,
            Some(last) if at < *last + 3 => {}
            _ if at >= 3 => kept.push(at),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::block::find_block;
    use super::super::usable::UsableDays;
    use super::*;
    use crate::checks::samples::{home_kw, meter};

    #[test]
    fn a_staircase_of_three_machines_has_three_equal_steps() {
        let machines = |day: usize| [20, 40, 60].iter().filter(|&&from| day >= from).count() as f32;
        let days =
            UsableDays::of(&meter(90, |day, slot| home_kw(day, slot) + 3.2 * machines(day)).days).unwrap();
        let block = find_block(&days, 0.0).unwrap();
        let ladder = climb(&block);
        assert_eq!(ladder.from, 20);
        assert_eq!(ladder.steps_kw.len(), 3);
        assert!(ladder.steps_kw.iter().all(|step| (step - 3.2).abs() < 0.1), "{ladder:?}");
        assert!((ladder.level_kw[89] - 9.6).abs() < 0.2);
    }
}
