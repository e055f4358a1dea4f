//! Shuffles row numbers without holding them: a seeded permutation of 0..n in constant memory.

use super::load::mix;

/// Rounds after which no order is left to see.
const ROUNDS: u64 = 4;

/// A permutation of 0..n: a Feistel network on a few more bits than n needs, walked until it lands
/// within n (Black and Rogaway 2002, doi:10.1007/3-540-45760-7_9).
#[derive(Debug, Clone, Copy)]
pub struct Permutation {
    n: u64,
    half_bits: u32,
    seed: u64,
}

impl Permutation {
    /// The permutation of 0..n that belongs to the seed.
    pub fn new(n: u64, seed: u64) -> Self {
        let bits = u64::BITS - n.saturating_sub(1).leading_zeros();
        Self { n, half_bits: bits.div_ceil(2).max(1), seed }
    }

    /// Where `index` goes.
    pub fn of(&self, index: u64) -> u64 {
        let mut at = self.scramble(index);
        while at >= self.n {
            at = self.scramble(at);
        }
        at
    }

    fn scramble(&self, index: u64) -> u64 {
        let mask = (1 << self.half_bits) - 1;
        let (mut left, mut right) = (index >> self.half_bits, index & mask);
        for round in 0..ROUNDS {
            let key = self.seed.wrapping_mul(ROUNDS).wrapping_add(round) << 32;
            (left, right) = (right, left ^ (mix(key ^ right) & mask));
        }
        left << self.half_bits | right
    }
}
