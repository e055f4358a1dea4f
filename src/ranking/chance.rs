//! Turns scores into chances, so that each rank can say how many lines above it are expected to be
//! false.
//!
//! The planted rigs show how rigs score; the untouched meters are a mixture of plain meters and an
//! unknown share of rigs. The share and the odds are found together by expectation and maximisation
//! (Dempster, Laird, Rubin 1977, doi:10.1111/j.2517-6161.1977.tb01600.x).

/// Share of farms assumed at first: a per cent, as raids of 2022 suggest at most.
const FIRST_SHARE: f64 = 0.01;

/// The share settles to three digits well within this.
const ROUNDS: usize = 50;

/// Newton steps of one fit of the odds.
const NEWTON_STEPS: usize = 12;

/// Keeps the fit finite where rigs and plain meters do not overlap at all.
const RIDGE: f64 = 1e-3;

/// The chance that a meter of this score carries a rig.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chances {
    /// Share of rigs among the meters.
    pub share: f64,
    slope: f64,
    offset: f64,
}

impl Chances {
    /// Fits to the scores of untouched meters and of planted rigs. [log-odds of the model]
    #[must_use]
    pub fn fit(meters: &[f64], rigs: &[f64]) -> Self {
        let mut chances = Self { share: FIRST_SHARE, slope: 1.0, offset: 0.0 };
        if meters.is_empty() || rigs.is_empty() {
            return chances;
        }
        // Never below half a meter: a run without a farm still has some chance of one.
        let least = 0.5 / meters.len() as f64;
        for _ in 0..ROUNDS {
            let of_rig: Vec<f64> = meters.iter().map(|score| chances.chance(*score)).collect();
            chances.share = (of_rig.iter().sum::<f64>() / meters.len() as f64).clamp(least, 0.5);
            chances.refit(meters, &of_rig, rigs);
        }
        chances
    }

    /// Chance of a rig at this score, 0..=1.
    #[must_use]
    pub fn chance(&self, score: f64) -> f64 {
        let prior = (self.share / (1.0 - self.share)).ln();
        super::model::logistic(self.slope * score + self.offset + prior)
    }

    /// Weighted logistic regression of rig or plain on the score, both classes weighing one.
    fn refit(&mut self, meters: &[f64], of_rig: &[f64], rigs: &[f64]) {
        let plain: f64 = of_rig.iter().map(|chance| 1.0 - chance).sum();
        let rows: Vec<(f64, f64, f64)> = meters
            .iter()
            .zip(of_rig)
            .map(|(score, chance)| (*score, 0.0, (1.0 - chance) / plain.max(1e-9)))
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
            self.offset -= (g0 * h11 - g1 * h01) / determinant;
            // A higher score is never less suspicious.
            self.slope = (self.slope - (g1 * h00 - g0 * h01) / determinant).max(0.05);
        }
    }
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
        let chances = Chances::fit(&meters, &rigs);
        assert!((chances.share - 0.05).abs() < 0.01, "{chances:?}");
        assert!(chances.chance(3.0) > 0.9 && chances.chance(-4.0) < 0.01);
    }

    #[test]
    fn a_higher_score_never_has_a_lower_chance() {
        let chances = Chances::fit(&[0.0, 0.1, -0.1], &[0.0, -0.2]);
        assert!(chances.chance(1.0) >= chances.chance(0.0));
        assert!(Chances::fit(&[], &[]).chance(0.0).is_finite());
    }
}
