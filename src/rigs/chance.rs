//! Draws from the few distributions that rigs and customers need.

use hashwatt_core::portable::Portable;
use rand::Rng;
use rand_distr::{Exp1, StandardNormal};

/// Draws a number uniformly from `low..high`; returns `low` if the two are equal.
pub fn between(low: f32, high: f32, rng: &mut impl Rng) -> f32 {
    low + (high - low) * rng.gen_range(0.0f32..1.0)
}

/// Draws a number whose logarithm is uniform: as many between 1 and 10 as between 10 and 100. Both bounds
/// must be above 0.
pub fn log_between(low: f32, high: f32, rng: &mut impl Rng) -> f32 {
    between(low.portable_ln(), high.portable_ln(), rng).portable_exp()
}

/// Draws whether an event of this probability happens.
pub fn happens(probability: f32, rng: &mut impl Rng) -> bool {
    rng.gen_range(0.0f32..1.0) < probability
}

/// Draws one of several, all equally likely. `from` must not be empty.
pub fn one_of<T: Copy>(from: &[T], rng: &mut impl Rng) -> T {
    from[rng.gen_range(0..from.len())]
}

/// Draws a whole number from `low..=high`; returns `low` if `high` is below it.
pub fn whole(low: usize, high: usize, rng: &mut impl Rng) -> usize {
    rng.gen_range(low..=high.max(low))
}

/// Draws from the standard normal distribution.
pub fn normal(rng: &mut impl Rng) -> f32 {
    rng.sample(StandardNormal)
}

/// Draws a memoryless waiting time with this mean (exponential distribution).
pub fn waiting(mean: f32, rng: &mut impl Rng) -> f32 {
    let unit: f32 = rng.sample(Exp1);
    mean * unit
}

/// Draws a relative level from the log-normal distribution with median 1 and this standard deviation of the
/// logarithm. It has a long upper tail, as the levels of homes and shops have.
pub fn heavy_tailed(log_deviation: f32, rng: &mut impl Rng) -> f32 {
    (log_deviation * normal(rng)).portable_exp()
}

/// Autocorrelated noise: each step keeps `memory` of the last. Its long-run standard deviation is 1.
#[derive(Debug, Clone, Copy)]
pub struct SlowNoise {
    memory: f32,
    fresh: f32,
    level: f32,
}

impl SlowNoise {
    /// Returns noise whose correlation falls to 1/e over `steps` steps, started from its long-run spread.
    pub fn over(steps: f32, rng: &mut impl Rng) -> Self {
        let memory = (-1.0 / steps.max(0.1)).portable_exp();
        Self { memory, fresh: (1.0 - memory * memory).sqrt(), level: normal(rng) }
    }

    /// Returns the next value.
    pub fn next(&mut self, rng: &mut impl Rng) -> f32 {
        self.level = self.memory * self.level + self.fresh * normal(rng);
        self.level
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    #[test]
    fn draws_stay_within_their_bounds() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        for _ in 0..1000 {
            assert!((2.0..=3.0).contains(&between(2.0, 3.0, &mut rng)));
            assert!((0.99..=101.0).contains(&log_between(1.0, 100.0, &mut rng)));
            assert!((4..=6).contains(&whole(4, 6, &mut rng)));
        }
        assert_eq!(whole(5, 2, &mut rng), 5);
    }

    #[test]
    fn slow_noise_keeps_a_deviation_of_one() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
        let mut noise = SlowNoise::over(10.0, &mut rng);
        let n = 50_000;
        let square: f32 = (0..n).map(|_| noise.next(&mut rng).powi(2)).sum();
        assert!((square / n as f32 - 1.0).abs() < 0.1);
    }
}
