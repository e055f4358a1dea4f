//! Counts unusable values in the tables beside the interval data, and turns the counts into findings.

use super::table::Table;
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::language::message::Message;
use hashwatt_core::message;

/// Problems of one table: one entry per kind, however many rows have it.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    kinds: Vec<Kind>,
    /// What was assumed to read the table.
    notes: Vec<Finding>,
}

/// Rows with the same problem in the same column.
#[derive(Debug)]
struct Kind {
    column: &'static str,
    wrong: Message,
    severity: Severity,
    n: u64,
    first_row: usize,
    value: String,
}

impl LeftOut {
    /// Starts with what was assumed to read a table.
    pub fn of(table: &Table) -> Self {
        Self { notes: table.notes(), ..Self::default() }
    }

    /// Counts a row, numbered from 0, whose `column` has `value`. `wrong` states the problem, what was done
    /// and the cure.
    pub fn note(&mut self, row: usize, column: &'static str, value: impl ToString, wrong: Message) {
        self.note_as(Severity::Skipped, row, column, value, wrong);
    }

    /// As [`note`](Self::note), with another severity.
    pub fn note_as(
        &mut self,
        severity: Severity,
        row: usize,
        column: &'static str,
        value: impl ToString,
        wrong: Message,
    ) {
        let known = self.kinds.iter_mut().find(|kind| kind.column == column && kind.wrong == wrong);
        match known {
            Some(kind) => kind.n += 1,
            None => {
                let value = value.to_string();
                self.kinds.push(Kind { column, wrong, severity, n: 1, first_row: row, value });
            }
        }
    }

    /// Returns what was assumed, then one finding per kind, by first row.
    pub fn findings(mut self, file: &str) -> Vec<Finding> {
        self.kinds.sort_by_key(|kind| kind.first_row);
        let finding = |kind: Kind| {
            let Kind { column, wrong, severity, n, first_row, value } = kind;
            let message = message!(
                "table_row",
                row = first_row + 1,
                column = column,
                value = value.clone(),
                wrong = wrong,
                more = n - 1
            );
            Finding::new(Code::TableRowSkipped, severity, message)
                .in_source(file)
                .with("column", column)
                .with("value", value)
                .with("first_row", first_row + 1)
                .with("n", n)
        };
        self.notes.into_iter().chain(self.kinds.into_iter().map(finding)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_with_the_same_trouble_are_one_finding_that_names_the_first() {
        let mut left_out = LeftOut::default();
        left_out.note(7, "lat", "north", message!("no_latitude"));
        left_out.note(9, "lat", "south", message!("no_latitude"));
        left_out.note(2, "lon", 512.0, message!("no_longitude"));
        let findings = left_out.findings("r.csv");
        let words: Vec<_> = findings.iter().map(Finding::english).collect();
        assert_eq!(
            words,
            [
                "row 3: lon `512` is no longitude; it was left out. Write degrees such as 76.91",
                "row 8: lat `north` is no latitude; it was left out. Write degrees such as 43.24 (and 1 more rows)"
            ]
        );
        assert!(findings.iter().all(|finding| finding.severity == Severity::Skipped));
    }
}
