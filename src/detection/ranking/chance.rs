//! Converts scores to chances, so that each rank can state how many lines above it are expected to be false.
//!
//! The planted rigs show how rigs score. The untouched meters are a mixture of ordinary meters and an unknown
//! share of rigs. The share and the odds are estimated together by expectation and maximisation (Dempster,
//! Laird, Rubin 1977, doi:10.1111/j.2517-6161.1977.tb01600.x).

use rayon::prelude::*;

/// Initial share of farms: one per cent, the upper end of what the raids of 2022 suggest.
const FIRST_SHARE: f64 = 0.01;

/// Iterations of the share, more than it needs to settle to three digits.
const ROUNDS: usize = 50;

/// Newton steps per fit of the odds.
const NEWTON_STEPS: usize = 12;

/// Keeps the fit finite if the scores of rigs and ordinary meters do not overlap.
const RIDGE: f64 = 1e-3;

/// With fewer meters, the scores of ordinary meters are unknown, and look-alikes replace them. With more
/// meters, look-alikes would only hide rigs, because they score higher than ordinary meters.
const MIN_PLAIN: usize = 4;

/// Chance that a meter with this score has a rig.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chances {
    /// Share of rigs among the meters.
    pub share: f64,
    slope: f64,
    offset: f64,
}

impl Chances {
    /// Fits the chances to the scores of untouched meters and of planted rigs. [log-odds of the model] In a
    /// very small run, planted look-alikes replace the missing ordinary meters.
    #[must_use]
    pub fn fit(meters: &[f64], rigs: &[f64], look_alikes: &[f64]) -> Self {
        let mut chances = Self { share: FIRST_SHARE, slope: 1.0, offset: 0.0 };
        if meters.is_empty() || rigs.is_empty() {
            return chances;
        }
        let n_missing = MIN_PLAIN.saturating_sub(meters.len()) as f64;
        let stand_in = |score: &f64| Alike { score: *score, n: n_missing / look_alikes.len() as f64 };
        let stand_ins: Vec<Alike> = look_alikes.iter().filter(|_| n_missing > 0.0).map(stand_in).collect();
        let (n, meters) = (meters.len() as f64, condensed(meters));
        // At least half a meter: even a run without a farm has some chance of one.
        let least = 0.5 / n;
        for _ in 0..ROUNDS {
            let of_rig: Vec<f64> = meters.iter().map(|alike| chances.chance(alike.score)).collect();
            let n_rigs: f64 = meters.iter().zip(&of_rig).map(|(alike, chance)| alike.n * chance).sum();
            chances.share = (n_rigs / n).clamp(least, 0.5);
            chances.refit(&meters, &of_rig, &stand_ins, rigs);
        }
        chances
    }

    /// Returns the chance of a rig at this score, 0..=1.
    #[must_use]
    pub fn chance(&self, score: f64) -> f64 {
        let prior = (self.share / (1.0 - self.share)).ln();
        super::model::logistic(self.slope * score + self.offset + prior)
    }

    /// Fits rig or ordinary to the score by weighted logistic regression; both classes have weight one.
    fn refit(&mut self, meters: &[Alike], of_rig: &[f64], stand_ins: &[Alike], rigs: &[f64]) {
        let plain = || {
            let of_meters = meters.iter().zip(of_rig).map(|(alike, chance)| alike.n * (1.0 - chance));
            let meters = meters.iter().zip(of_meters).map(|(alike, n)| Alike { n, ..*alike });
            meters.chain(stand_ins.iter().copied())
        };
        let n_plain: f64 = plain().map(|alike| alike.n).sum();
        let rows: Vec<(f64, f64, f64)> = plain()
            .map(|alike| (alike.score, 0.0, alike.n / n_plain.max(1e-9)))
            .chain(rigs.iter().map(|score| (*score, 1.0, 1.0 / rigs.len() as f64)))
            .collect();
        for _ in 0..NEWTON_STEPS {
            let (mut g0, mut g1, mut h00, mut h01, mut h11) =
                (RIDGE * self.offset, RIDGE * (self.slope - 1.0), RIDGE, 0.0, RIDGE);
            for &(score, label, weight) in &rows {
                let chance = super::model::logistic(self.slope * score + self.offset);
                let (gap, curve) = (weight * (chance - label), weight * chance * (1.0 - chance));
                g0 += gap;
                g1 += gap * score;
                h00 += curve;
                h01 += curve * score;
                h11 += curve * score * score;
            }
            let determinant = h00 * h11 - h01 * h01;
            if determinant.abs() < 1e-12 {
                return;
            }
            let offset = self.offset - (g0 * h11 - g1 * h01) / determinant;
            // A higher score must never be less suspicious.
            let slope = (self.slope - (g1 * h00 - g0 * h01) / determinant).max(0.05);
            if offset == self.offset && slope == self.slope {
                return;
            }
            (self.offset, self.slope) = (offset, slope);
        }
    }
}

/// Meters with nearly the same score.
#[derive(Debug, Clone, Copy)]
struct Alike {
    score: f64,
    n: f64,
}

/// Up to this many meters are counted one by one. In a larger run, meters within a thousandth of log-odds are
/// combined, so that a million cost no more than some thousands.
const MAX_BY_THEMSELVES: usize = 20_000;

fn condensed(scores: &[f64]) -> Vec<Alike> {
    if scores.len() <= MAX_BY_THEMSELVES {
        return scores.iter().map(|score| Alike { score: *score, n: 1.0 }).collect();
    }
    let mut sorted = scores.to_vec();
    sorted.par_sort_unstable_by(f64::total_cmp);
    let step = |score: f64| (score * 1000.0).round();
    sorted
        .chunk_by(|a, b| step(*a) == step(*b))
        .map(|alike| Alike { score: alike.iter().sum::<f64>() / alike.len() as f64, n: alike.len() as f64 })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_rigs_is_recovered() {
        let spread = |middle: f64, n: usize| {
            (0..n).map(move |i| middle + 1.5 * ((i as f64 + 0.5) / n as f64 * 2.0 - 1.0))
        };
        let meters: Vec<f64> = spread(-4.0, 950).chain(spread(3.0, 50)).collect();
        let rigs: Vec<f64> = spread(3.0, 300).collect();
        let chances = Chances::fit(&meters, &rigs, &[]);
        assert!((chances.share - 0.05).abs() < 0.01, "{chances:?}");
        assert!(chances.chance(3.0) > 0.9 && chances.chance(-4.0) < 0.01);
    }

    #[test]
    fn a_million_meters_have_the_chances_that_each_of_them_gives() {
        let spread = |middle: f64, n: usize| (0..n).map(move |i| middle + 3.0 * (i as f64 / n as f64 - 0.5));
        let meters: Vec<f64> = spread(-4.0, 1900).chain(spread(2.0, 100)).collect();
        let rigs: Vec<f64> = spread(2.0, 300).collect();
        let few = Chances::fit(&meters, &rigs, &[]);
        let many = Chances::fit(&meters.repeat(MAX_BY_THEMSELVES / 1000), &rigs, &[]);
        assert!((few.share - many.share).abs() < 1e-3, "{few:?} {many:?}");
        assert!((few.chance(0.0) - many.chance(0.0)).abs() < 1e-2);
    }

    #[test]
    fn a_single_meter_that_scores_as_rigs_do_is_likely_one() {
        let (rigs, look_alikes) = ([3.0, 4.0, 5.0, 2.5], [-3.0, -2.0, -4.0, 0.5]);
        assert!(Chances::fit(&[4.0], &rigs, &look_alikes).chance(4.0) > 0.5);
        assert!(Chances::fit(&[-3.0], &rigs, &look_alikes).chance(-3.0) < 0.2);
    }

    #[test]
    fn a_higher_score_never_has_a_lower_chance() {
        let chances = Chances::fit(&[0.0, 0.1, -0.1], &[0.0, -0.2], &[-1.0]);
        assert!(chances.chance(1.0) >= chances.chance(0.0));
        assert!(Chances::fit(&[], &[], &[]).chance(0.0).is_finite());
    }
}
