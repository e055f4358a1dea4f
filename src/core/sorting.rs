//! Sorts many short columns at once, by applying each step of one sorting network to all columns.
//!
//! Sorting short columns one after another branches on every comparison. A network makes the same comparisons
//! for all values, so each step is a minimum and a maximum of whole rows (Batcher's merge exchange:
//! doi:10.1145/1468075.1468121; Knuth, TAOCP vol. 3, 5.2.2, algorithm M).

use std::sync::OnceLock;

/// Tallest network that is cached: a day of minutes.
const MAX_KEPT: usize = 1440;

/// Pairs of rows to put in order, one after another.
type Network = Box<[(u16, u16)]>;

static KEPT: [OnceLock<Network>; MAX_KEPT + 1] = [const { OnceLock::new() }; MAX_KEPT + 1];

/// Sorts every column of `rows`, least first. Columns with a NaN are left unsorted.
pub fn sort_columns<const LANES: usize>(rows: &mut [[f32; LANES]]) {
    match KEPT.get(rows.len()) {
        Some(kept) => run(kept.get_or_init(|| merge_exchange(rows.len())), rows),
        None => run(&merge_exchange(rows.len()), rows),
    }
}

fn run<const LANES: usize>(network: &[(u16, u16)], rows: &mut [[f32; LANES]]) {
    for &(low, high) in network {
        let (a, b) = (rows[usize::from(low)], rows[usize::from(high)]);
        let (mut least, mut most) = (a, b);
        for lane in 0..LANES {
            least[lane] = if a[lane] < b[lane] { a[lane] } else { b[lane] };
            most[lane] = if a[lane] < b[lane] { b[lane] } else { a[lane] };
        }
        rows[usize::from(low)] = least;
        rows[usize::from(high)] = most;
    }
}

fn merge_exchange(n: usize) -> Network {
    let mut pairs = Vec::new();
    let top = n.next_power_of_two() / 2;
    let mut p = top;
    while p > 0 {
        let (mut q, mut r, mut d) = (top, 0, p);
        loop {
            pairs.extend((0..n - d).filter(|i| i & p == r).map(|i| (i as u16, (i + d) as u16)));
            if q == p {
                break;
            }
            (d, q, r) = (q - p, q / 2, p);
        }
        p /= 2;
    }
    pairs.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_any_height_is_sorted() {
        for n in (0..66).chain([96, 288, 1500]) {
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
