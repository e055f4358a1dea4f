//! Sorts many short columns at once: one sorting network, each step of it made to all columns.
//!
//! Ordering 24 columns of 28 values one after another branches on every comparison. A network makes
//! the same comparisons whatever the values are (Batcher 1968, doi:10.1145/1468075.1468121), so each
//! is a minimum and a maximum of whole rows.

/// Sorts every column of `rows`, least first. Columns with a NaN are left in no order.
pub fn sort_columns<const LANES: usize>(rows: &mut [[f32; LANES]]) {
    let n = rows.len();
    let mut run = 1;
    while run < n {
        let mut step = run;
        while step > 0 {
            let mut from = step % run;
            while from + step < n {
                for at in from..from + step.min(n - from - step) {
                    // Only within a run of twice the length: the network merges pairs of runs.
                    if at / (2 * run) == (at + step) / (2 * run) {
                        let (below, above) = rows.split_at_mut(at + step);
                        order(&mut below[at], &mut above[0]);
                    }
                }
                from += 2 * step;
            }
            step /= 2;
        }
        run *= 2;
    }
}

#[inline]
fn order<const LANES: usize>(low: &mut [f32; LANES], high: &mut [f32; LANES]) {
    for (low, high) in low.iter_mut().zip(high) {
        let (a, b) = (*low, *high);
        *low = if a < b { a } else { b };
        *high = if b > a { b } else { a };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_any_height_is_sorted() {
        for n in 0..66 {
            let mut rows: Vec<[f32; 3]> = (0..n)
                .map(|row| std::array::from_fn(|lane| ((row * 37 + lane * 11) % 19) as f32 - 5.0))
                .collect();
            let mut columns: [Vec<f32>; 3] =
                std::array::from_fn(|lane| rows.iter().map(|row| row[lane]).collect());
            sort_columns(&mut rows);
            for (lane, column) in columns.iter_mut().enumerate() {
                column.sort_by(f32::total_cmp);
                assert_eq!(*column, rows.iter().map(|row| row[lane]).collect::<Vec<_>>(), "{n} rows");
            }
        }
    }
}
