//! Converts scores to chances, so that each rank can state how many lines above it are expected to be false.
//!
//! The planted rigs show how rigs score. The untouched meters are a mixture of rigs, in an unknown share, and
//! ordinary meters, which score lower: the ratio of the two densities is taken to be an exponential of the
//! score. For a given share, that exponential is fitted by empirical likelihood (Qin 1999,
//! doi:10.1214/aos/1017938915). The chance is the mean over all shares, each weighed by its likelihood and by
//! the prior. So a small run, whose scores leave the share open, keeps a chance for its most suspicious meters,
//! and in a large run the scores decide.

use hashwatt_core::portable::Portable;
use rayon::prelude::*;

/// The largest share of rigs that is considered.
const MAX_SHARE: f64 = 0.5;

/// The smallest share that is considered in small runs; in large ones it is half a meter.
const MIN_SHARE: f64 = 0.001;

/// Factor from one considered share to the next, and, close to the likeliest one, between those.
const COARSE_STEP: f64 = 1.6;
const FINE_STEP: f64 = 1.06;

/// Most rounds of expectation and maximisation per share, and the change that ends them.
const MAX_ROUNDS: usize = 100;
const SETTLED: f64 = 1e-4;

/// Newton steps per fit of the odds.
const NEWTON_STEPS: usize = 12;

/// Keeps the fit finite if the scores of rigs and ordinary meters do not overlap.
const RIDGE: f64 = 1e-3;

/// Least slope of the odds: a higher score is never less suspicious.
const MIN_SLOPE: f64 = 0.05;

/// With fewer meters, the scores of ordinary meters are unknown, and look-alikes replace them. With more
/// meters, look-alikes would only hide rigs, because they score higher than ordinary meters.
const MIN_PLAIN: usize = 4;

/// Chance that a meter with this score has a rig.
#[derive(Debug, Clone, PartialEq)]
pub struct Chances {
    shares: Vec<Share>,
}

/// One considered share of rigs, with the odds fitted for it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Share {
    /// Share of rigs among the meters.
    share: f64,
    /// Probability of this share; all add up to 1.
    weight: f64,
    odds: Odds,
}

/// Log-odds of rig against ordinary at equal shares of both.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Odds {
    slope: f64,
    offset: f64,
}

impl Odds {
    fn at(self, score: f64) -> f64 {
        self.slope * score + self.offset
    }

    /// Returns the chance of a rig at this score for a share of rigs.
    fn chance(self, share: f64, score: f64) -> f64 {
        super::model::logistic(self.at(score) + (share / (1.0 - share)).portable_ln())
    }
}

impl Chances {
    /// Fits the chances to the scores of untouched meters and of planted rigs. [log-odds of the model] In a
    /// very small run, planted look-alikes replace the missing ordinary meters. `expected_share` is the share of
    /// rigs that is expected before the scores are seen.
    #[must_use]
    pub fn fit(meters: &[f64], rigs: &[f64], look_alikes: &[f64], expected_share: f64) -> Self {
        if meters.is_empty() || rigs.is_empty() {
            return Self::of_model();
        }
        let sample = Sample::of(meters, rigs, look_alikes);
        let least = MIN_SHARE.min(0.5 / sample.n_meters);
        let n_coarse = ((MAX_SHARE / least).portable_ln() / COARSE_STEP.portable_ln()).ceil();
        let coarse = (0..=n_coarse as usize)
            .map(|step| (MAX_SHARE * COARSE_STEP.powi(step as i32 - n_coarse as i32)).max(least));
        let mut fits = sample.fit_all(coarse.collect());
        let likeliest = fits.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(least, |fit| fit.0.share);
        let n_fine = (COARSE_STEP.portable_ln() / FINE_STEP.portable_ln()) as i32;
        let fine = (-n_fine..=n_fine).filter(|step| *step != 0).map(|step| likeliest * FINE_STEP.powi(step));
        fits.extend(sample.fit_all(fine.filter(|share| (least..MAX_SHARE).contains(share)).collect()));
        fits.sort_by(|a, b| a.0.share.total_cmp(&b.0.share));
        Self::weighed(&fits, expected_share)
    }

    /// Weighs fits, in order of their shares, by likelihood, prior and distance to their neighbours.
    fn weighed(fits: &[(Share, f64)], expected_share: f64) -> Self {
        // A beta distribution with this mean, highest at no rigs at all.
        let prior = |share: f64| (1.0 / expected_share - 2.0).max(0.0) * (1.0 - share).portable_ln();
        let share_at = |index: usize| fits[index.min(fits.len() - 1)].0.share;
        let width = |index: usize| (share_at(index + 1) - share_at(index.saturating_sub(1))) / 2.0;
        let logs: Vec<f64> = fits.iter().map(|(of, likelihood)| likelihood + prior(of.share)).collect();
        let highest = logs.iter().copied().fold(f64::MIN, f64::max);
        let weights: Vec<f64> = logs
            .iter()
            .enumerate()
            .map(|(index, log)| (log - highest).portable_exp() * width(index))
            .collect();
        let total: f64 = weights.iter().sum();
        let weigh = |((of, _), weight): (&(Share, f64), &f64)| Share { weight: weight / total, ..*of };
        Self { shares: fits.iter().zip(&weights).map(weigh).filter(|of| of.weight > 1e-9).collect() }
    }

    /// Returns the chances that the model's own log-odds give at one rig in a hundred meters.
    fn of_model() -> Self {
        Self { shares: vec![Share { share: 0.01, weight: 1.0, odds: Odds { slope: 1.0, offset: 0.0 } }] }
    }

    /// Returns the share of rigs among the meters, as expected from the scores.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.shares.iter().map(|of| of.weight * of.share).sum()
    }

    /// Returns the chance of a rig at this score, 0..=1.
    #[must_use]
    pub fn chance(&self, score: f64) -> f64 {
        self.shares.iter().map(|of| of.weight * of.odds.chance(of.share, score)).sum()
    }
}

/// Scores with their numbers.
struct Sample {
    meters: Vec<Alike>,
    n_meters: f64,
    /// Planted rigs. All together weigh no more than the meters: they are copies of them.
    rigs: Vec<Alike>,
    /// What stands for ordinary meters where there are too few.
    stand_ins: Vec<Alike>,
}

impl Sample {
    fn of(meters: &[f64], rigs: &[f64], look_alikes: &[f64]) -> Self {
        let each = |scores: &[f64], n: f64| {
            condensed(scores).into_iter().map(|alike| Alike { n: n * alike.n, ..alike }).collect()
        };
        let n_missing = MIN_PLAIN.saturating_sub(meters.len()) as f64;
        Self {
            n_meters: meters.len() as f64,
            meters: condensed(meters),
            rigs: each(rigs, (meters.len().max(MIN_PLAIN) as f64 / rigs.len() as f64).min(1.0)),
            stand_ins: if n_missing > 0.0 {
                each(look_alikes, n_missing / look_alikes.len() as f64)
            } else {
                Vec::new()
            },
        }
    }

    /// Fits the odds for each share; with each, the logarithm of its likelihood.
    fn fit_all(&self, shares: Vec<f64>) -> Vec<(Share, f64)> {
        shares.into_par_iter().map(|share| self.fit(share)).collect()
    }

    fn fit(&self, share: f64) -> (Share, f64) {
        let mut odds = Odds { slope: 1.0, offset: 0.0 };
        for _ in 0..MAX_ROUNDS {
            let next = self.refit(share, odds);
            let change = (next.slope - odds.slope).abs() + (next.offset - odds.offset).abs();
            odds = next;
            if change < SETTLED {
                break;
            }
        }
        (Share { share, weight: 0.0, odds }, self.log_likelihood(share, odds))
    }

    /// Fits rig or ordinary to the score by logistic regression, a meter counting as both by its chance.
    fn refit(&self, share: f64, old: Odds) -> Odds {
        let mut rows: Vec<(f64, [f64; 2])> = Vec::with_capacity(2 * self.meters.len() + self.rigs.len());
        rows.extend(self.rigs.iter().map(|rig| (rig.score, [0.0, rig.n])));
        rows.extend(self.stand_ins.iter().map(|plain| (plain.score, [plain.n, 0.0])));
        rows.extend(self.meters.iter().map(|meter| {
            let chance = old.chance(share, meter.score);
            (meter.score, [meter.n * (1.0 - chance), meter.n * chance])
        }));
        let [n_plain, n_rigs] =
            rows.iter().fold([0.0; 2], |sum, (_, [plain, rigs])| [sum[0] + plain, sum[1] + rigs]);
        // Log-odds of the two classes' sizes, which is no part of the ratio of their densities.
        let sizes = (n_rigs / n_plain.max(1e-9)).portable_ln();
        let Odds { mut slope, mut offset } = old;
        for _ in 0..NEWTON_STEPS {
            let (mut g0, mut g1, mut h00, mut h01, mut h11) =
                (RIDGE * offset, RIDGE * (slope - 1.0), RIDGE, 0.0, RIDGE);
            for &(score, [plain, rigs]) in &rows {
                let chance = super::model::logistic(slope * score + offset + sizes);
                let (gap, curve) = ((plain + rigs) * chance - rigs, (plain + rigs) * chance * (1.0 - chance));
                g0 += gap;
                g1 += gap * score;
                h00 += curve;
                h01 += curve * score;
                h11 += curve * score * score;
            }
            let determinant = h00 * h11 - h01 * h01;
            if determinant.abs() < 1e-12 {
                break;
            }
            let (moved, turned) = ((g0 * h11 - g1 * h01) / determinant, (g1 * h00 - g0 * h01) / determinant);
            offset -= moved;
            slope = (slope - turned).max(MIN_SLOPE);
            if moved.abs() + turned.abs() < SETTLED {
                break;
            }
        }
        Odds { slope, offset }
    }

    /// Returns the logarithm of the profile empirical likelihood, up to a constant.
    fn log_likelihood(&self, share: f64, odds: Odds) -> f64 {
        // Density of ordinary meters over that of rigs.
        let ratio = |score: f64| (-odds.at(score)).clamp(-40.0, 40.0).portable_exp();
        let n = |all: &[Alike]| all.iter().map(|alike| alike.n).sum::<f64>();
        let n_plain = (1.0 - share) * self.n_meters + n(&self.stand_ins);
        let plain_share = n_plain / (self.n_meters + n(&self.stand_ins) + n(&self.rigs));
        let pooled =
            |alike: &Alike| -alike.n * (1.0 + plain_share * (ratio(alike.score) - 1.0)).portable_ln();
        let meters = |alike: &Alike| alike.n * (share + (1.0 - share) * ratio(alike.score)).portable_ln();
        self.meters.iter().map(|meter| meters(meter) + pooled(meter)).sum::<f64>()
            + self.rigs.iter().map(pooled).sum::<f64>()
            + self
                .stand_ins
                .iter()
                .map(|plain| plain.n * ratio(plain.score).portable_ln() + pooled(plain))
                .sum::<f64>()
    }
}

/// Meters or copies with nearly the same score.
#[derive(Debug, Clone, Copy)]
struct Alike {
    score: f64,
    n: f64,
}

/// Up to this many meters are counted one by one. In a larger run, meters within a hundredth of log-odds are
/// combined, so that a million cost no more than some thousands.
const MAX_BY_THEMSELVES: usize = 2_000;

fn condensed(scores: &[f64]) -> Vec<Alike> {
    if scores.len() <= MAX_BY_THEMSELVES {
        return scores.iter().map(|score| Alike { score: *score, n: 1.0 }).collect();
    }
    let mut sorted = scores.to_vec();
    sorted.par_sort_unstable_by(f64::total_cmp);
    let step = |score: f64| (score * 100.0).round();
    sorted
        .chunk_by(|a, b| step(*a) == step(*b))
        .map(|alike| Alike { score: alike.iter().sum::<f64>() / alike.len() as f64, n: alike.len() as f64 })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPECTED: f64 = 0.2;

    fn spread(middle: f64, half: f64, n: usize) -> impl Iterator<Item = f64> {
        (0..n).map(move |i| middle + half * ((i as f64 + 0.5) / n as f64 * 2.0 - 1.0))
    }

    #[test]
    fn a_share_of_rigs_is_recovered() {
        let meters: Vec<f64> = spread(-4.0, 1.5, 950).chain(spread(3.0, 1.5, 50)).collect();
        let rigs: Vec<f64> = spread(3.0, 1.5, 300).collect();
        let chances = Chances::fit(&meters, &rigs, &[], EXPECTED);
        assert!((chances.share() - 0.05).abs() < 0.01, "{}", chances.share());
        assert!(chances.chance(3.0) > 0.9 && chances.chance(-4.0) < 0.01);
    }

    #[test]
    fn without_rigs_few_meters_are_suspected_and_the_less_the_more_there_are() {
        let rigs: Vec<f64> = spread(3.0, 3.0, 300).collect();
        let share = |n: usize| {
            let meters: Vec<f64> = spread(-2.0, 3.0, n).collect();
            Chances::fit(&meters, &rigs, &[], EXPECTED).share()
        };
        assert!(share(50) < 0.1 && share(5000) < 0.5 * share(50), "{} {}", share(50), share(5000));
    }

    #[test]
    fn what_is_known_beforehand_counts_in_a_small_run() {
        let meters: Vec<f64> = spread(-2.0, 2.5, 50).chain([2.0, 2.5]).collect();
        let rigs: Vec<f64> = spread(2.0, 3.0, 300).collect();
        let chance = |expected: f64| Chances::fit(&meters, &rigs, &[], expected).chance(2.5);
        assert!(chance(0.001) < chance(0.05) && chance(0.05) < chance(EXPECTED));
    }

    #[test]
    fn a_million_meters_have_the_chances_that_each_of_them_gives() {
        let meters: Vec<f64> = spread(-4.0, 1.5, 1900).chain(spread(2.0, 1.5, 100)).collect();
        let rigs: Vec<f64> = spread(2.0, 1.5, 300).collect();
        let few = Chances::fit(&meters, &rigs, &[], EXPECTED);
        let many = Chances::fit(&meters.repeat(20), &rigs, &[], EXPECTED);
        assert!((few.share() - many.share()).abs() < 2e-3, "{} {}", few.share(), many.share());
        assert!((few.chance(0.0) - many.chance(0.0)).abs() < 5e-2);
    }

    #[test]
    fn a_single_meter_that_scores_as_rigs_do_is_likely_one() {
        let (rigs, look_alikes) = ([3.0, 4.0, 5.0, 2.5], [-3.0, -2.0, -4.0, 0.5]);
        assert!(Chances::fit(&[4.0], &rigs, &look_alikes, EXPECTED).chance(4.0) > 0.5);
        assert!(Chances::fit(&[-3.0], &rigs, &look_alikes, EXPECTED).chance(-3.0) < 0.2);
    }

    #[test]
    fn a_higher_score_never_has_a_lower_chance() {
        let chances = Chances::fit(&[0.0, 0.1, -0.1], &[0.0, -0.2], &[-1.0], EXPECTED);
        assert!(chances.chance(1.0) >= chances.chance(0.0));
        assert!(Chances::fit(&[], &[], &[], EXPECTED).chance(0.0).is_finite());
    }
}
