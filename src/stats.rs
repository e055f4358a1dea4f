//! Computes the order statistics that several stages need.

/// Median of finite values, `None` for none. Even counts give the mean of the middle two.
#[must_use]
pub fn median(values: &[f32]) -> Option<f32> {
    quantile(values, 0.5)
}

/// Quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan,
/// doi:10.1080/00031305.1996.10473566); `None` for no values.
#[must_use]
pub fn quantile(values: &[f32], share: f64) -> Option<f32> {
    let mut values = values.to_vec();
    quantile_mut(&mut values, share)
}

/// As [`quantile`], reordering `values` instead of copying them.
pub fn quantile_mut(values: &mut [f32], share: f64) -> Option<f32> {
    if values.is_empty() {
        return None;
    }
    let position = share.clamp(0.0, 1.0) * (values.len() - 1) as f64;
    let below = position as usize;
    let (_, low, rest) = values.select_nth_unstable_by(below, f32::total_cmp);
    let low = *low;
    let high = rest.iter().copied().min_by(f32::total_cmp).unwrap_or(low);
    Some(low + (position - below as f64) as f32 * (high - low))
}

/// Median absolute deviation from the median, scaled to the standard deviation of a normal
/// distribution (factor 1.4826). Zero where more than half of the values are equal: callers that
/// divide by it must say what they do then.
#[must_use]
pub fn mad_sd(values: &[f32]) -> Option<f32> {
    let middle = median(values)?;
    let distances: Vec<f32> = values.iter().map(|value| (value - middle).abs()).collect();
    median(&distances).map(|mad| 1.4826 * mad)
}

/// Arithmetic mean, `None` for no values.
#[must_use]
pub fn mean(values: &[f32]) -> Option<f32> {
    let sum: f64 = values.iter().map(|&value| f64::from(value)).sum();
    (!values.is_empty()).then(|| (sum / values.len() as f64) as f32)
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
    fn mad_of_equal_values_is_zero() {
        assert_eq!(mad_sd(&[2.0, 2.0, 2.0, 9.0]), Some(0.0));
        assert_eq!(mad_sd(&[1.0, 2.0, 3.0]), Some(1.4826));
    }
}
