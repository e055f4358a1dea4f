//! Draws a series of numbers as one row of block characters.

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Shown where nothing was measured.
const MISSING: char = '·';

/// Draws one character per value, from zero to the maximum. A flat load is a flat row, and its height shows
/// its level above zero.
pub fn sparkline(values: &[Option<f32>]) -> String {
    let top = values.iter().flatten().copied().fold(0.0, f32::max);
    let block = |value: f32| {
        let share = if top > 0.0 { (value / top).clamp(0.0, 1.0) } else { 0.0 };
        BLOCKS[(share * (BLOCKS.len() - 1) as f32).round() as usize]
    };
    values.iter().map(|value| value.map_or(MISSING, block)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_load_is_a_flat_row() {
        assert_eq!(sparkline(&[Some(5.0), Some(5.0), None, Some(5.0)]), "██·█");
        assert_eq!(sparkline(&[Some(0.0), Some(7.0)]), "▁█");
        assert_eq!(sparkline(&[Some(0.0)]), "▁");
        assert_eq!(sparkline(&[]), "");
    }
}
