//! Turns score, match and claim into a posterior, with weights learnt from planted tips.
//!
//! The weights are in `calibration.json`. `benches/tips/run` fits them to tips planted into simulated
//! districts; no number in the file was chosen by hand. `backtest` prints how well they hold on other data.

use hashwatt_core::portable::Portable;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::run_data::Line;
use super::tip::Claim;

/// Log-odds of a score are clipped here: beyond it a score is no more certain.
const MAX_LOG_ODDS: f64 = 8.0;

/// Weights of the posterior.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Share of tips that are true, by what they claim.
    pub truth_share: TruthShare,
    /// Weights of a meter's line: constant, log-odds of the score, -ln of the p-value, suspect or not.
    pub meter: [f64; 4],
    /// Weights of a residual's line: constant, log-odds of the score.
    pub residual: [f64; 2],
}

/// Share of tips that are true, by claim, 0..=1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TruthShare {
    /// Claims of mining at a usage point.
    pub mining: f64,
    /// Claims of a bypass.
    pub bypass: f64,
    /// Claims of a tap.
    pub tap: f64,
}

impl TruthShare {
    /// Returns the share for a claim.
    #[must_use]
    pub const fn of(&self, claim: Claim) -> f64 {
        match claim {
            Claim::Mining => self.mining,
            Claim::Bypass => self.bypass,
            Claim::Tap => self.tap,
        }
    }
}

/// Evidence of a line, apart from the tip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Evidence {
    /// Of a meter: log-odds of the score, -ln of the p-value, 1 if it is a suspect.
    Meter([f64; 3]),
    /// Of a residual: log-odds of the score.
    Residual(f64),
}

impl Evidence {
    /// Takes the evidence from a line of the run.
    #[must_use]
    pub fn of(line: &Line, is_residual: bool) -> Self {
        let score = line.score.clamp(1e-9, 1.0 - 1e-9);
        let log_odds = (score / (1.0 - score)).portable_ln().clamp(-MAX_LOG_ODDS, MAX_LOG_ODDS);
        if is_residual {
            return Self::Residual(log_odds);
        }
        Self::Meter([
            log_odds,
            -line.p_value.clamp(1e-6, 1.0).portable_ln(),
            f64::from(u8::from(line.is_suspect)),
        ])
    }
}

impl Calibration {
    /// Returns the weights that ship with the program.
    ///
    /// # Panics
    /// Never: a test reads the file.
    #[must_use]
    pub fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<Calibration> = LazyLock::new(|| {
            serde_json::from_str(include_str!("calibration.json")).expect("a test reads the shipped weights")
        });
        &SHIPPED
    }

    /// Returns the chance of a rig before the data is looked at. It mixes the share of true tips, weighted by
    /// the match's confidence, with the run's share of suspects.
    #[must_use]
    pub fn prior(&self, confidence: f64, claim: Claim, suspect_share: f64) -> f64 {
        let confidence = confidence.clamp(0.0, 1.0);
        confidence * self.truth_share.of(claim).max(suspect_share) + (1.0 - confidence) * suspect_share
    }

    /// Returns the chance of a rig after the data is looked at, 0..=1.
    #[must_use]
    pub fn posterior(&self, prior: f64, evidence: Evidence) -> f64 {
        let prior = prior.clamp(1e-6, 1.0 - 1e-6);
        let weight = match evidence {
            Evidence::Meter([log_odds, rarity, is_suspect]) => {
                self.meter[0] + self.meter[1] * log_odds + self.meter[2] * rarity + self.meter[3] * is_suspect
            }
            Evidence::Residual(log_odds) => self.residual[0] + self.residual[1] * log_odds,
        };
        let log_odds = (prior / (1.0 - prior)).portable_ln() + weight;
        1.0 / (1.0 + (-log_odds).portable_exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_weights_speak_the_right_way() {
        let shipped = Calibration::shipped();
        assert!(
            shipped.meter[1] > 0.0
                && shipped.meter[2] >= 0.0
                && shipped.meter[3] >= 0.0
                && shipped.residual[1] > 0.0,
            "{shipped:?}"
        );
        for claim in Claim::ALL {
            assert!((0.01..0.99).contains(&shipped.truth_share.of(claim)));
        }
    }

    #[test]
    fn a_better_match_and_a_higher_score_never_lower_the_posterior() {
        let shipped = Calibration::shipped();
        let line = |score: f64| Line { score, p_value: 0.1, ..Line::default() };
        let posterior = |confidence: f64, score: f64| {
            shipped
                .posterior(shipped.prior(confidence, Claim::Mining, 0.01), Evidence::of(&line(score), false))
        };
        assert!(posterior(0.9, 0.5) > posterior(0.3, 0.5));
        assert!(posterior(0.9, 0.9) > posterior(0.9, 0.5));
        assert!((0.0..=1.0).contains(&posterior(1.0, 1.0)) && (0.0..=1.0).contains(&posterior(0.0, 0.0)));
    }

    #[test]
    fn without_a_match_the_run_alone_speaks() {
        let shipped = Calibration::shipped();
        assert_eq!(shipped.prior(0.0, Claim::Mining, 0.02), 0.02);
    }
}
