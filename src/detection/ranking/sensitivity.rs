//! Measures the smallest rigs that this run's meters would show: recall of planted rigs against their kW.

use serde::{Deserialize, Serialize};

/// Boundaries between size classes of rigs: half a machine, one, two, three, then each half as large again.
/// [kW]
const EDGES_KW: [f64; 10] = [0.6, 1.0, 1.5, 2.2, 3.3, 5.0, 7.5, 11.0, 25.0, 100.0];

/// Fewest planted rigs for a class to count.
const MIN_RIGS: usize = 10;

/// Planted rigs of one size class.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RigClass {
    /// Smallest draw. [kW]
    pub from_kw: f64,
    /// Largest draw; `None`: no upper limit. [kW]
    pub to_kw: Option<f64>,
    /// Number of planted rigs.
    pub n_planted: usize,
    /// Number of rigs that reached the visit list.
    pub n_found: usize,
}

impl RigClass {
    /// Returns the share found, 0..=1; `None` if too few were planted.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        (self.n_planted >= MIN_RIGS).then(|| self.n_found as f64 / self.n_planted as f64)
    }
}

/// Recall of planted rigs by their draw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sensitivity {
    /// Size classes, from the smallest to the largest.
    pub classes: Vec<RigClass>,
}

impl Default for Sensitivity {
    fn default() -> Self {
        let from = std::iter::once(0.0).chain(EDGES_KW);
        let to = EDGES_KW.into_iter().map(Some).chain([None]);
        let class = |(from_kw, to_kw)| RigClass { from_kw, to_kw, n_planted: 0, n_found: 0 };
        Self { classes: from.zip(to).map(class).collect() }
    }
}

impl Sensitivity {
    /// Counts one planted rig.
    pub fn count(&mut self, kw: f64, is_found: bool) {
        let class = &mut self.classes[EDGES_KW.partition_point(|edge| *edge <= kw)];
        class.n_planted += 1;
        class.n_found += usize::from(is_found);
    }

    /// Returns the number of planted rigs, of any draw.
    #[must_use]
    pub fn n_planted(&self) -> usize {
        self.classes.iter().map(|class| class.n_planted).sum()
    }

    /// Returns the draw from which on at least this share of every size class is found. [kW]
    #[must_use]
    pub fn smallest_found_kw(&self, share: f64) -> Option<f64> {
        let known = self.classes.iter().rev().filter_map(|class| Some((class.from_kw, class.recall()?)));
        known.take_while(|(_, recall)| *recall >= share).last().map(|(from_kw, _)| from_kw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_rig_found_is_the_lowest_class_above_which_none_is_missed() {
        let mut found = Sensitivity::default();
        for (kw, n_found) in [(1.2, 3), (2.0, 9), (2.5, 20), (4.0, 19), (30.0, 20)] {
            (0..20).for_each(|n| found.count(kw, n < n_found));
        }
        assert_eq!(found.smallest_found_kw(0.9), Some(2.2));
        assert_eq!(found.smallest_found_kw(0.4), Some(1.5));
        assert_eq!(Sensitivity::default().smallest_found_kw(0.5), None);
    }
}
