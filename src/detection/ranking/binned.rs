//! Divides features into bins for the model. A table is sorted once, and every fit bins its own rows of it.

use rayon::prelude::*;

/// Most bins of a feature.
pub const MAX_BINS: usize = 64;

/// The bin of a missing value, the last of [`N_BINS`].
pub const MISSING: u8 = N_BINS as u8 - 1;

/// Number of bins including the one for missing values; a power of two, so that no index is out of range.
pub const N_BINS: usize = 2 * MAX_BINS;

/// Training rows by column, with the sort order of each column.
#[derive(Debug)]
pub struct Table {
    columns: Vec<Column>,
    n_rows: usize,
}

#[derive(Debug)]
struct Column {
    values: Vec<f32>,
    /// Rows by value, in ascending order, without missing values.
    order: Vec<u32>,
}

impl Table {
    /// Builds a table of columns of one length, NaN where missing.
    #[must_use]
    pub fn of(columns: Vec<Vec<f32>>) -> Self {
        let n_rows = columns.first().map_or(0, Vec::len);
        let sorted = |values: Vec<f32>| {
            let mut order: Vec<u32> =
                (0..values.len() as u32).filter(|&row| !values[row as usize].is_nan()).collect();
            order
                .sort_unstable_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]).then(a.cmp(&b)));
            Column { values, order }
        };
        Self { columns: columns.into_par_iter().map(sorted).collect(), n_rows }
    }
}

/// Rows of a table, with each feature divided into bins of about equal counts.
#[derive(Debug)]
pub struct BinnedRows {
    pub(super) columns: Vec<BinnedColumn>,
}

#[derive(Debug)]
pub(super) struct BinnedColumn {
    pub(super) edges: Edges,
    /// Bin of each row, in row order.
    pub(super) bins: Vec<u8>,
    /// Rows in each bin.
    pub(super) counts: [u32; N_BINS],
}

impl BinnedRows {
    /// Bins the chosen rows (ascending) of a table.
    #[must_use]
    pub fn of(table: &Table, chosen: &[u32]) -> Self {
        let mut place = vec![None; table.n_rows];
        (0u32..).zip(chosen).for_each(|(index, row)| place[*row as usize] = Some(index));
        let columns = table.columns.iter().map(|column| BinnedColumn::of(column, &place, chosen.len()));
        Self { columns: columns.collect() }
    }

    /// Bins all rows of a table.
    #[must_use]
    pub fn of_all(table: &Table) -> Self {
        Self::of(table, &(0..table.n_rows as u32).collect::<Vec<_>>())
    }
}

impl BinnedColumn {
    fn of(column: &Column, place: &[Option<u32>], n_rows: usize) -> Self {
        let sorted: Vec<(f32, u32)> = column
            .order
            .iter()
            .filter_map(|&row| Some((column.values[row as usize], place[row as usize]?)))
            .collect();
        let edges = Edges::between(&sorted);
        let mut bins = vec![MISSING; n_rows];
        let mut counts = [0; N_BINS];
        let mut bin = 0;
        for (value, place) in &sorted {
            while bin < edges.len() && *value > edges.values[bin] {
                bin += 1;
            }
            bins[*place as usize] = bin as u8;
            counts[bin] += 1;
        }
        counts[usize::from(MISSING)] = (n_rows - sorted.len()) as u32;
        Self { edges, bins, counts }
    }
}

/// Boundaries between the bins of a feature, ascending.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Edges {
    /// Infinite after the last edge, so that every search takes the same number of steps.
    values: [f32; MAX_BINS],
    len: usize,
}

impl Edges {
    /// Builds edges from known values, ascending, fewer than [`MAX_BINS`].
    pub(super) fn of(known: &[f32]) -> Self {
        let mut edges = Self { values: [f32::INFINITY; MAX_BINS], len: known.len() };
        edges.values[..known.len()].copy_from_slice(known);
        edges
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = f32> {
        self.values[..self.len].iter().copied()
    }

    /// Places edges halfway between neighbours, at about equal counts.
    fn between(sorted: &[(f32, u32)]) -> Self {
        let mut edges = Self { values: [f32::INFINITY; MAX_BINS], len: 0 };
        for cut in 1..MAX_BINS {
            let at = cut * sorted.len() / MAX_BINS;
            if at > 0 && sorted[at].0 > sorted[at - 1].0 {
                let edge = f32::midpoint(sorted[at - 1].0, sorted[at].0);
                if edges.len == 0 || edge > edges.values[edges.len - 1] {
                    edges.values[edges.len] = edge;
                    edges.len += 1;
                }
            }
        }
        edges
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Counts the edges below a value.
    pub(super) fn bin(&self, value: f32) -> usize {
        let mut below = 0;
        let mut step = MAX_BINS / 2;
        while step > 0 {
            below += if value > self.values[below + step - 1] { step } else { 0 };
            step /= 2;
        }
        below
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_lies_above_as_many_edges_as_its_bin_says() {
        let values: Vec<f32> = (0..500).map(|row| ((row * 37) % 503) as f32 * 0.5).collect();
        let rows = BinnedRows::of_all(&Table::of(vec![values.clone()]));
        let column = &rows.columns[0];
        let edges = &column.edges.values[..column.edges.len()];
        assert!(edges.len() == MAX_BINS - 1 && edges.windows(2).all(|pair| pair[0] < pair[1]));
        for (value, bin) in values.iter().zip(&column.bins) {
            assert_eq!(usize::from(*bin), edges.partition_point(|edge| value > edge));
            assert_eq!(usize::from(*bin), column.edges.bin(*value));
        }
        assert_eq!(column.edges.bin(f32::INFINITY), column.edges.len());
    }

    #[test]
    fn rows_that_are_not_chosen_leave_no_trace() {
        let table = Table::of(vec![vec![1.0, 100.0, 2.0, f32::NAN, 3.0, f32::NAN, 4.0]]);
        let rows = BinnedRows::of(&table, &[0, 2, 3, 4, 6]);
        let alone = BinnedRows::of_all(&Table::of(vec![vec![1.0, 2.0, f32::NAN, 3.0, 4.0]]));
        assert_eq!(rows.columns[0].bins, alone.columns[0].bins);
        assert_eq!(rows.columns[0].edges, alone.columns[0].edges);
        assert_eq!(rows.columns[0].counts[usize::from(MISSING)], 1);
    }
}
