//! Counts the results of reading a part of a source, and turns the totals into findings.

use std::collections::{BTreeMap, BTreeSet};

use super::guess_findings::note_on;
use super::mapping::{Guess, Mapping};
use hashwatt_core::finding::{Code, FINDING, Finding, Severity};
use hashwatt_core::language::Language;
use hashwatt_core::language::message::{Message, Value};
use hashwatt_core::message;

/// Most unknown quality codes named in a finding; nobody reads more.
const MAX_CODES_NAMED: usize = 20;

/// Reason why a row, or a cell of a wide or daily row, gave no interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Cause {
    /// The meter's id is null or empty.
    NoMeter = 1,
    /// The time is null or empty.
    NoTime,
    /// The time cannot be parsed.
    BadTime,
    /// The time is outside 1990..=2100.
    TimeOutOfRange,
    /// The time has a zone or offset where the file's first times have none, or has none where they have.
    OtherZone,
    /// The value is not a number.
    BadValue,
    /// The value is a code for no value, such as 4294967295.
    Code,
    /// The value is NaN.
    NotANumber,
    /// The value is infinite.
    Infinite,
    /// The value is more than any connection can carry over the longest interval.
    TooLarge,
    /// The row is not interval data (`reading_type`).
    OtherKind,
    /// A record of a trade format is not as the format says, or repeats a day.
    BadRecord,
    /// The row has fewer fields than the header.
    ShortRow,
    /// The row has more fields than the header, so it is unclear which column each belongs to.
    LongRow,
    /// A field contains bytes that are not UTF-8.
    NotText,
    /// The value is 0 amid values that never come near it, as some write an interval nobody measured.
    ZeroForNone,
    /// The value is null or has a quality code for missing: a missing interval, not an error.
    Missing,
}

impl Cause {
    const ALL: [Self; 17] = [
        Self::NoMeter,
        Self::NoTime,
        Self::BadTime,
        Self::TimeOutOfRange,
        Self::OtherZone,
        Self::BadValue,
        Self::Code,
        Self::NotANumber,
        Self::Infinite,
        Self::TooLarge,
        Self::OtherKind,
        Self::BadRecord,
        Self::ShortRow,
        Self::LongRow,
        Self::NotText,
        Self::ZeroForNone,
        Self::Missing,
    ];

    /// Returns the cause with this mark, where the mark was made with `as u8`.
    pub(super) fn from_mark(mark: u8) -> Self {
        Self::ALL[usize::from(mark) - 1]
    }

    /// Says what is wrong with an interval, and the cure.
    fn messages(self) -> (Message, Message) {
        match self {
            Self::NoMeter => (message!("without_meter"), message!("cure_meter")),
            Self::NoTime => (message!("without_time"), message!("cure_no_time")),
            Self::BadTime => (message!("bad_time"), message!("cure_bad_time")),
            Self::TimeOutOfRange => (message!("time_out_of_range"), message!("cure_time_column")),
            Self::OtherZone => (message!("other_zone"), message!("cure_zone")),
            Self::BadValue => (message!("bad_value"), message!("cure_value_column")),
            Self::Code => (message!("code_for_none"), message!("cure_leave_empty")),
            Self::NotANumber => (message!("value_nan"), message!("cure_leave_empty")),
            Self::Infinite => (message!("value_infinite"), message!("cure_leave_empty")),
            Self::TooLarge => (message!("value_too_large"), message!("cure_unit")),
            Self::OtherKind => (message!("other_kind"), message!("cure_if_meant")),
            Self::BadRecord => (message!("bad_record"), message!("cure_record")),
            Self::ShortRow => (message!("short_row"), message!("cure_export_again")),
            Self::LongRow => (message!("long_row"), message!("cure_quotes")),
            Self::NotText => (message!("no_text"), message!("cure_utf8")),
            Self::ZeroForNone => (message!("zero_for_none"), message!("cure_zeros")),
            Self::Missing => (message!("value_missing"), message!("cure_nothing")),
        }
    }
}

/// How often a problem occurred, and where first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Number of occurrences.
    pub n: u64,
    /// First row, counted from 1 without the header.
    pub first_row: Option<u64>,
    /// Content of that row.
    pub example: String,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        let is_first = self.n == 0;
        self.n += other.n;
        let is_earlier = match (other.first_row, self.first_row) {
            (Some(theirs), Some(ours)) => theirs < ours,
            (Some(_), None) => true,
            (None, _) => false,
        };
        if is_earlier || is_first {
            self.first_row = other.first_row;
            self.example.clone_from(&other.example);
        }
    }
}

/// Result of reading one unit; the reports of a source are added up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UnitReport {
    /// Rows read.
    pub rows: u64,
    /// Intervals (or register reads) passed on.
    pub intervals: u64,
    /// Of these, estimated.
    pub estimated: u64,
    /// Rows or cells that gave no interval, by cause.
    pub skipped: BTreeMap<Cause, Tally>,
    /// Local times that never occurred in their zone; they were moved forward and kept.
    pub nonexistent: Tally,
    /// Unknown quality codes; their intervals count as measured.
    pub unknown_codes: BTreeSet<String>,
    /// What a format left out or assumed, where its first rows did not show it.
    pub notes: Vec<Guess>,
    /// Error that stopped reading before the end of the unit.
    pub broken: Option<String>,
}

impl UnitReport {
    /// Returns the number of missing intervals: null values, or a quality code for missing.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.skipped.get(&Cause::Missing).map_or(0, |tally| tally.n)
    }

    /// Adds the report of another unit of the same source.
    pub fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.intervals += other.intervals;
        self.estimated += other.estimated;
        for (cause, tally) in &other.skipped {
            self.skipped.entry(*cause).or_default().add(tally);
        }
        self.nonexistent.add(&other.nonexistent);
        self.unknown_codes.extend(other.unknown_codes.iter().cloned());
        self.notes.extend(other.notes.iter().cloned());
        if self.broken.is_none() {
            self.broken.clone_from(&other.broken);
        }
    }

    /// Whether an example names a row.
    pub(super) fn names_rows(&self) -> bool {
        self.skipped.values().any(|tally| tally.first_row.is_some())
    }

    /// Says in short what gave no interval, where nothing did.
    pub(super) fn said(&self) -> impl Iterator<Item = String> {
        self.skipped.iter().map(|(cause, tally)| {
            let (what, cure) = cause.messages();
            let (n, example) = (tally.n, tally.example.clone());
            let message = message!("rows_in_short", n = n, what = what, example = example, cure = cure);
            Language::english().say_message(FINDING, &message)
        })
    }

    /// Renumbers rows that were counted within a part, so that they count from the start of the file.
    pub(super) fn move_rows(&mut self, rows_before: u64) {
        self.skipped
            .values_mut()
            .filter_map(|tally| tally.first_row.as_mut())
            .for_each(|row| *row += rows_before);
    }

    /// Counts one row or cell that gave no interval; `example` is called only for the first such row.
    pub(super) fn skip(&mut self, cause: Cause, row: u64, example: impl FnOnce() -> String) {
        let tally = self.skipped.entry(cause).or_default();
        tally.n += 1;
        if tally.first_row.is_none_or(|first| row < first) {
            tally.first_row = Some(row);
            tally.example = example();
        }
    }

    /// Returns the findings of the whole source, from the sum of its units' reports.
    #[must_use]
    pub fn findings(&self, source: &str, mapping: &Mapping) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(broken) = &self.broken {
            let message = message!("partly_read", source = source, broken = broken.clone());
            findings.push(
                Finding::new(Code::FilePartlyRead, Severity::Skipped, message)
                    .with("rows", self.rows)
                    .with("intervals", self.intervals),
            );
        }
        findings
            .extend(self.skipped.iter().map(|(cause, tally)| skipped_rows(source, *cause, tally, self.rows)));
        if self.rows > 0 && self.intervals == 0 {
            let shape = mapping.layout.shape();
            let message = message!("no_interval", source = source, rows = self.rows, shape = shape);
            findings
                .push(Finding::new(Code::FileSkipped, Severity::Skipped, message).with("rows", self.rows));
        }
        if self.nonexistent.n > 0 {
            findings.push(no_clock_change(source, &self.nonexistent));
        }
        if !self.unknown_codes.is_empty() {
            findings.push(unknown_codes(source, mapping, &self.unknown_codes));
        }
        findings.extend(self.notes.iter().map(|note| note_on(note, source)));
        findings.into_iter().map(|finding| finding.in_source(source)).collect()
    }
}

fn skipped_rows(source: &str, cause: Cause, tally: &Tally, rows: u64) -> Finding {
    let (what, cure) = cause.messages();
    let severity = match cause {
        Cause::Missing | Cause::OtherKind => Severity::Note,
        Cause::Code | Cause::ZeroForNone => Severity::Warning,
        _ => Severity::Skipped,
    };
    let (n, first, example) = (tally.n, tally.first_row.unwrap_or(0), tally.example.clone());
    let seen = match (first, example.is_empty()) {
        (0, _) => "nothing",
        (_, true) => "row",
        (_, false) => "cell",
    };
    let message = message!(
        "rows_skipped",
        source = source,
        n = n,
        what = what,
        seen = Value::form(seen),
        first = first,
        example = example,
        rows = rows,
        cure = cure
    );
    let code = if cause == Cause::TooLarge { Code::ImpossibleDemand } else { Code::RowsSkipped };
    Finding::new(code, severity, message)
        .with("cause", format!("{cause:?}"))
        .with("n", tally.n)
        .with("first_row", tally.first_row)
        .with("example", tally.example.clone())
        .with("rows", rows)
}

fn no_clock_change(source: &str, nonexistent: &Tally) -> Finding {
    let first = nonexistent.example.clone();
    let message = message!("no_clock_change", source = source, n = nonexistent.n, first = first);
    Finding::new(Code::NoClockChange, Severity::Warning, message)
        .with("n", nonexistent.n)
        .with("first", nonexistent.example.clone())
}

fn unknown_codes(source: &str, mapping: &Mapping, codes: &BTreeSet<String>) -> Finding {
    let column = mapping.quality.as_ref().map_or("", |column| column.name.as_str());
    let named: Vec<&str> = codes.iter().take(MAX_CODES_NAMED).map(String::as_str).collect();
    let message = message!("unknown_codes", source = source, column = column, codes = Value::names(&named));
    Finding::new(Code::Guessed, Severity::Warning, message).with("codes", named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_leads_back_to_its_cause() {
        for cause in Cause::ALL {
            assert_eq!(Cause::from_mark(cause as u8), cause);
        }
    }

    #[test]
    fn reports_add_up_and_the_earliest_row_is_the_example() {
        let mut late = UnitReport { rows: 5, ..UnitReport::default() };
        late.skip(Cause::BadTime, 90, || "late".to_owned());
        let mut early = UnitReport { rows: 7, ..UnitReport::default() };
        early.skip(Cause::BadTime, 3, || "early".to_owned());
        early.skip(Cause::BadTime, 4, || unreachable!("only the first row is an example"));
        late.add(&early);
        assert_eq!(late.rows, 12);
        let tally = &late.skipped[&Cause::BadTime];
        assert_eq!((tally.n, tally.first_row, tally.example.as_str()), (3, Some(3), "early"));
    }
}
