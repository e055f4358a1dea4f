//! Marks the rows of one batch that give no interval, with the cause.

use arrow::array::Array;
use arrow::util::display::array_value_to_string;

use super::report::{Cause, UnitReport};

/// Most characters of an example in a finding; nobody reads a longer value.
const MAX_EXAMPLE_CHARS: usize = 40;

/// One mark per row; the first cause of a row is kept.
#[derive(Debug, Default)]
pub(super) struct Marks {
    n_rows: usize,
    marks: Vec<u8>,
}

impl Marks {
    /// Clears all marks, for a batch of `n_rows`.
    pub fn reset(&mut self, n_rows: usize) {
        self.n_rows = n_rows;
        self.marks.clear();
    }

    pub fn set(&mut self, row: usize, cause: Cause) {
        if self.marks.is_empty() {
            self.marks.resize(self.n_rows, 0);
        }
        if self.marks[row] == 0 {
            self.marks[row] = cause as u8;
        }
    }

    /// Marks the null rows of a column.
    pub fn set_nulls(&mut self, array: &dyn Array, cause: Cause) {
        if let Some(nulls) = array.logical_nulls().filter(|nulls| nulls.null_count() > 0) {
            nulls
                .iter()
                .enumerate()
                .filter(|(_, is_valid)| !is_valid)
                .for_each(|(row, _)| self.set(row, cause));
        }
    }

    /// Whether any row is marked.
    pub fn is_any(&self) -> bool {
        !self.marks.is_empty()
    }

    pub fn get(&self, row: usize) -> Option<Cause> {
        self.marks.get(row).filter(|mark| **mark != 0).map(|mark| Cause::from_mark(*mark))
    }

    /// Keeps the items of unmarked rows.
    pub fn retain<T: Copy>(&self, items: &mut Vec<T>) {
        if self.is_any() {
            let mut row = 0;
            items.retain(|_| {
                row += 1;
                self.marks[row - 1] == 0
            });
        }
    }

    /// Counts the marked rows; `column_of` returns the column to quote for a cause, and its name.
    pub fn count<'a>(
        &self,
        report: &mut UnitReport,
        first_row: u64,
        column_of: impl Fn(Cause) -> Option<(&'a str, &'a dyn Array)>,
    ) {
        for (row, &mark) in self.marks.iter().enumerate().filter(|(_, mark)| **mark != 0) {
            let cause = Cause::from_mark(mark);
            report.skip(cause, first_row + row as u64, || {
                let example = |(name, array)| format!("{name} = {}", cell_text(array, row));
                column_of(cause).map(example).unwrap_or_default()
            });
        }
    }
}

/// Whether a cell holds this text, whatever the case.
pub(super) fn same_text(cell: &str, text: &str) -> bool {
    let (cell, text) = (cell.trim(), text.trim());
    cell.eq_ignore_ascii_case(text) || (!cell.is_ascii() && cell.to_lowercase() == text.to_lowercase())
}

/// Returns a cell as text for a message.
pub(super) fn cell_text(array: &dyn Array, row: usize) -> String {
    short_text(&array_value_to_string(array, row).unwrap_or_default())
}

/// Returns a text for a message, cut if it is long.
pub(super) fn short_text(text: &str) -> String {
    match text.char_indices().nth(MAX_EXAMPLE_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::StringArray;

    use super::*;

    #[test]
    fn the_first_cause_of_a_row_stands() {
        let mut marks = Marks::default();
        marks.reset(3);
        assert!(!marks.is_any());
        marks.set(1, Cause::NoTime);
        marks.set(1, Cause::BadValue);
        assert_eq!(marks.get(1), Some(Cause::NoTime));
        assert_eq!(marks.get(0), None);
        let mut rows = vec![10, 11, 12];
        marks.retain(&mut rows);
        assert_eq!(rows, [10, 12]);
    }

    #[test]
    fn the_example_is_the_cell_of_the_first_row() {
        let mut marks = Marks::default();
        marks.reset(2);
        marks.set(1, Cause::BadTime);
        let column = StringArray::from(vec!["2013-01-01", "yesterday"]);
        let mut report = UnitReport::default();
        marks.count(&mut report, 101, |_| Some(("timestamp", &column)));
        let tally = &report.skipped[&Cause::BadTime];
        assert_eq!(
            (tally.n, tally.first_row, tally.example.as_str()),
            (1, Some(102), "timestamp = yesterday")
        );
    }
}
