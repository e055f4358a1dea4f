//! Computes the order statistics that several stages need.

use std::cell::Cell;

/// Returns the median of finite values, or `None` for no values. For an even count it is the mean of the
/// middle two.
#[must_use]
pub fn median(values: &[f32]) -> Option<f32> {
    quantile(values, 0.5)
}

/// Returns a quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan,
/// doi:10.1080/00031305.1996.10473566), or `None` for no values.
#[must_use]
pub fn quantile(values: &[f32], share: f64) -> Option<f32> {
    quantile_of(values.iter().copied(), share)
}

/// As [`quantile`], for the values of an iterator.
pub fn quantile_of(values: impl Iterator<Item = f32>, share: f64) -> Option<f32> {
    let [quantile] = quantiles_of(values, [share]);
    quantile
}

/// As [`quantile_of`], for several quantiles of the same values.
pub fn quantiles_of<const N: usize>(values: impl Iterator<Item = f32>, shares: [f64; N]) -> [Option<f32>; N] {
    // A nested call, made while `values` is being read, finds no buffer here and allocates its own.
    let mut keys = KEYS.take();
    keys.clear();
    keys.extend(values.map(key_of));
    let quantiles = shares.map(|share| quantile_of_keys(&mut keys, share));
    KEYS.set(keys);
    quantiles
}

/// Sorted values, for several quantiles of the same data.
#[derive(Debug)]
pub struct Sorted(Vec<f32>);

impl Sorted {
    /// Sorts the values.
    pub fn of(values: impl Iterator<Item = f32>) -> Self {
        let mut keys: Vec<i32> = values.map(key_of).collect();
        keys.sort_unstable();
        Self(keys.into_iter().map(value_of).collect())
    }

    /// As the function [`quantile`].
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<f32> {
        let last = self.0.len().checked_sub(1)?;
        let (below, part) = place(self.0.len(), share);
        Some(self.0[below] + part * (self.0[(below + 1).min(last)] - self.0[below]))
    }
}

thread_local! {
    /// Buffer for sorting, kept between calls to avoid allocations.
    static KEYS: Cell<Vec<i32>> = const { Cell::new(Vec::new()) };
}

/// Returns an integer that sorts as the value does by `total_cmp`; integers sort faster.
#[must_use]
pub const fn key_of(value: f32) -> i32 {
    let bits = value.to_bits().cast_signed();
    bits ^ ((bits >> 31).cast_unsigned() >> 1).cast_signed()
}

/// Returns the value of a key.
#[must_use]
pub const fn value_of(key: i32) -> f32 {
    f32::from_bits((key ^ ((key >> 31).cast_unsigned() >> 1).cast_signed()).cast_unsigned())
}

fn quantile_of_keys(keys: &mut [i32], share: f64) -> Option<f32> {
    if keys.is_empty() {
        return None;
    }
    let (below, part) = place(keys.len(), share);
    let (_, low, rest) = keys.select_nth_unstable(below);
    let low = value_of(*low);
    let high = rest.iter().copied().min().map_or(low, value_of);
    Some(low + part * (high - low))
}

/// Returns the order statistic below a quantile, and the fraction of the way to the next.
fn place(n: usize, share: f64) -> (usize, f32) {
    let position = share.clamp(0.0, 1.0) * (n - 1) as f64;
    let below = position as usize;
    (below, (position - below as f64) as f32)
}

/// Returns the median absolute deviation from the median, scaled to the standard deviation of a normal
/// distribution (factor 1.4826). It is zero if more than half of the values are equal. Callers that divide by
/// it must say what they do then.
#[must_use]
pub fn mad_sd(values: &[f32]) -> Option<f32> {
    mad_sd_about(values, median(values)?)
}

/// As [`mad_sd`], for a known median.
#[must_use]
pub fn mad_sd_about(values: &[f32], median: f32) -> Option<f32> {
    quantile_of(values.iter().map(|value| (value - median).abs()), 0.5).map(|mad| 1.4826 * mad)
}

/// Returns the arithmetic mean, or `None` for no values.
#[must_use]
pub fn mean(values: &[f32]) -> Option<f32> {
    let sum: f64 = values.iter().map(|&value| f64::from(value)).sum();
    (!values.is_empty()).then(|| (sum / values.len() as f64) as f32)
}

/// Returns a sum that does not depend on the order of the values, not even in its last digits. Use it where
/// values are in order of id, because ids must not affect results.
#[must_use]
pub fn sum_of_any_order(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.into_iter().fold(0.0, |sum, value| sum + value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_follow_type_seven() {
        assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 0.5), Some(2.5));
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.1), Some(1.4));
        assert_eq!(quantile(&[7.0], 0.9), Some(7.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn sorted_values_and_selected_ones_have_the_same_quantiles() {
        let values = [3.0, -1.5, 0.0, 7.25, -0.0, 2.0, -8.0];
        for share in [0.0, 0.1, 0.5, 0.77, 1.0] {
            let sorted = Sorted::of(values.iter().copied()).quantile(share);
            assert_eq!(sorted, quantile(&values, share));
        }
        assert_eq!(Sorted::of(std::iter::empty()).quantile(0.5), None);
    }

    #[test]
    fn a_quantile_of_medians_is_one() {
        let rows = [[1.0, 2.0, 9.0], [4.0, 3.0, 8.0]];
        assert_eq!(quantile_of(rows.iter().filter_map(|row| median(row)), 0.5), Some(3.0));
    }

    #[test]
    fn mad_of_equal_values_is_zero() {
        assert_eq!(mad_sd(&[2.0, 2.0, 2.0, 9.0]), Some(0.0));
        assert_eq!(mad_sd(&[1.0, 2.0, 3.0]), Some(1.4826));
    }
}
