//! Decides how an export writes its numbers: decimal point or comma, and which mark groups thousands.
//!
//! One cell can be read in two ways (`1.234`), a column seldom. So every cell adds its evidence, and a column
//! whose cells leave both readings open is refused.

use arrow::array::{ArrayRef, RecordBatch};

use super::guess::Trouble;
use super::likelier::Says;
use super::mapping::{Guess, Mapping};
use super::marks::short_text;
use super::profile::column_texts;
use super::values::{DecimalMark, NumberMarks, ThousandsMark};
use hashwatt_core::message;
use hashwatt_core::settings::ReadingsTable;

/// Digits between two marks that group thousands.
const GROUP: usize = 3;

/// What the cells of a file's value columns say about its marks.
#[derive(Debug, Clone, Default)]
pub(super) struct NumberEvidence {
    /// Cells that only a decimal point explains, and the first of them.
    point: Option<String>,
    /// Cells that only a decimal comma explains, and the first of them.
    comma: Option<String>,
    /// First cell with one mark that may be decimal or group thousands, such as `1.234`, and the mark.
    either: Option<(String, u8)>,
    /// Whether a cell of 0 to 999 has no mark.
    has_plain: bool,
    /// Cells of each kind.
    counts: MarkCounts,
    /// Whether the settings say that neither point nor comma groups thousands.
    is_ungrouped: bool,
}

/// Cells with a mark, by what the mark can be.
#[derive(Debug, Clone, Copy, Default)]
struct MarkCounts {
    point: u64,
    comma: u64,
    either: u64,
}

impl NumberEvidence {
    /// Adds one cell. Cells that are no numbers say nothing.
    pub fn add(&mut self, cell: &str) {
        let cell = cell.trim().trim_start_matches(['-', '+']);
        let is_mark = |byte: u8| byte == b'.' || byte == b',';
        let bytes = cell.as_bytes();
        if bytes.is_empty() || !bytes.iter().all(|byte| byte.is_ascii_digit() || is_mark(*byte)) {
            return;
        }
        let marks: Vec<(usize, u8)> =
            bytes.iter().copied().enumerate().filter(|(_, byte)| is_mark(*byte)).collect();
        let Some(&(last_at, last)) = marks.last() else {
            self.has_plain |= bytes.len() <= GROUP;
            return;
        };
        let decimal = match marks.as_slice() {
            [_] if !self.is_ungrouped
                && bytes.len() - last_at - 1 == GROUP
                && (1..=GROUP).contains(&last_at)
                && bytes[0] != b'0' =>
            {
                self.either.get_or_insert_with(|| (cell.to_owned(), last));
                self.counts.either += 1;
                return;
            }
            [_] => last,
            many if many.iter().all(|(_, mark)| *mark == last) => {
                if !are_groups(cell, last) {
                    return;
                }
                other_mark(last)
            }
            _ if are_groups(&cell[..last_at], other_mark(last)) => last,
            _ => return,
        };
        let (seen, n) = match decimal {
            b'.' => (&mut self.point, &mut self.counts.point),
            _ => (&mut self.comma, &mut self.counts.comma),
        };
        seen.get_or_insert_with(|| cell.to_owned());
        *n += 1;
    }

    /// Whether the cells so far decide.
    pub const fn is_decided(&self) -> bool {
        self.point.is_some() || self.comma.is_some()
    }

    /// Returns the mark as a guess with its evidence, where it is not the point that most files have.
    fn guess(&self, mark: DecimalMark) -> Option<Guess> {
        let MarkCounts { point, comma, either } = self.counts;
        let n = point + comma + either;
        let reason = match (mark, &self.comma, &self.either) {
            (DecimalMark::Comma, Some(cell), _) => {
                message!("marks_read_one_way", telling = comma, all = n, example = cell.as_str())
            }
            (_, None, Some((cell, _))) if point == 0 => {
                message!("marks_before_three", n = either, example = cell.as_str())
            }
            _ => return None,
        };
        Some(Guess::new("decimal", mark.as_str(), reason))
    }

    /// Returns the decimal mark, or `None` where no cell has a mark.
    ///
    /// # Errors
    /// When the cells contradict each other, or leave both readings open.
    pub fn decide(&self, column: &str) -> Result<Option<DecimalMark>, Trouble> {
        const CURE: &str = "Set decimal = \".\" or decimal = \",\" in [[readings]]";
        match (&self.point, &self.comma, &self.either) {
            (Some(point), Some(comma), _) => {
                let (point, comma) = (short_text(point), short_text(comma));
                let seen = format!(
                    "column `{column}` has `{point}`, which has a decimal point, and `{comma}`, which has a decimal \
                     comma"
                );
                Err(Trouble::new(seen, "Export it with one decimal mark"))
            }
            (Some(_), None, _) => Ok(Some(DecimalMark::Point)),
            (None, Some(_), _) => Ok(Some(DecimalMark::Comma)),
            (None, None, Some((cell, mark))) if self.has_plain => {
                let whole: String = cell.chars().filter(char::is_ascii_digit).collect();
                let seen = format!(
                    "column `{column}` has `{cell}` beside numbers without a mark: the mark is a decimal mark, or it \
                     groups thousands ({whole})"
                );
                let decimal = if *mark == b'.' { DecimalMark::Comma } else { DecimalMark::Point };
                Err(Trouble::new(seen, CURE)
                    .or_likelier(Says::Decimal(decimal), message!("groups_thousands")))
            }
            (None, None, Some((_, mark))) => {
                Ok(Some(if *mark == b'.' { DecimalMark::Point } else { DecimalMark::Comma }))
            }
            (None, None, None) => Ok(None),
        }
    }
}

/// Returns the marks that the settings state.
fn stated_marks(stated: &ReadingsTable) -> Result<(Option<DecimalMark>, Option<ThousandsMark>), Trouble> {
    let decimal = match stated.decimal.as_deref() {
        None => None,
        Some(".") => Some(DecimalMark::Point),
        Some(",") => Some(DecimalMark::Comma),
        Some(other) => {
            let seen = format!("decimal = \"{other}\"");
            return Err(Trouble::new(seen, "Write decimal = \".\" or decimal = \",\""));
        }
    };
    let thousands = match stated.thousands.as_deref() {
        None => return Ok((decimal, None)),
        Some(text) => ThousandsMark::from_key(text).ok_or_else(|| {
            let cure = "Write thousands = \",\", \".\", \" \", \"'\" or \"none\"";
            Trouble::new(format!("thousands = \"{text}\""), cure)
        })?,
    };
    match (decimal, thousands) {
        (Some(decimal), _) if decimal.as_str() == thousands.as_str() => {
            let seen = format!("decimal and thousands are both \"{}\"", decimal.as_str());
            Err(Trouble::new(seen, "Give each its own mark, or leave thousands out"))
        }
        (None, ThousandsMark::Point) => Ok((Some(DecimalMark::Comma), Some(thousands))),
        (None, ThousandsMark::Comma) => Ok((Some(DecimalMark::Point), Some(thousands))),
        _ => Ok((decimal, Some(thousands))),
    }
}

/// Decides the marks of a file's numbers: as stated, as the first rows show them or, where none of them has a
/// mark, as the rest of the file does.
pub(super) fn decide_marks(
    stated: &ReadingsTable,
    mapping: &Mapping,
    sample: &RecordBatch,
    rest: impl FnOnce(&[usize], &mut dyn FnMut(&RecordBatch) -> bool),
) -> Result<(NumberMarks, Option<Guess>), Trouble> {
    let (decimal, thousands) = stated_marks(stated)?;
    if let Some(decimal) = decimal {
        return Ok((NumberMarks { decimal, thousands }, None));
    }
    let mut evidence = NumberEvidence { is_ungrouped: thousands.is_some(), ..NumberEvidence::default() };
    let columns: Vec<_> = mapping.layout.values().iter().chain(&mapping.multiplier_column).collect();
    let is_text = |index: &usize| column_texts(sample.column(*index)).is_some();
    let texts: Vec<usize> = columns.iter().map(|column| column.index).filter(is_text).collect();
    for &index in &texts {
        add_texts(&mut evidence, sample.column(index));
    }
    if !evidence.is_decided() && evidence.either.is_none() && !texts.is_empty() {
        let mut wanted = texts.clone();
        wanted.sort_unstable();
        wanted.dedup();
        rest(&wanted, &mut |rows| {
            rows.columns().iter().for_each(|column| add_texts(&mut evidence, column));
            evidence.is_decided()
        });
    }
    let name = columns.first().map_or("", |column| column.name.as_str());
    let mark = evidence.decide(name)?;
    let marks = NumberMarks { decimal: mark.unwrap_or_default(), thousands };
    Ok((marks, mark.and_then(|mark| evidence.guess(mark))))
}

fn add_texts(evidence: &mut NumberEvidence, column: &ArrayRef) {
    if let Some(texts) = column_texts(column) {
        texts.iter().flatten().for_each(|cell| evidence.add(cell));
    }
}

/// Writes a number that a file holds as a number, so that its point cannot be taken to group thousands:
/// `1.234` becomes `1.2340`.
pub(super) fn plain_text(number: &str) -> String {
    let is_open = number.rsplit_once('.').is_some_and(|(_, fraction)| fraction.len() == GROUP);
    if is_open { format!("{number}0") } else { number.to_owned() }
}

/// Removes marks that group thousands from a number with these marks. `None` where the rest is not grouped by
/// threes.
pub(super) fn without_groups(text: &str, written: NumberMarks) -> Option<String> {
    let decimal = written.decimal.as_str();
    let unsigned = text.trim_start_matches(['-', '+']);
    let (whole, fraction) = unsigned.split_once(decimal).unwrap_or((unsigned, ""));
    let mut groups = whole.split(|mark| written.groups(mark));
    let first = groups.next()?;
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_grouped = (1..=GROUP).contains(&first.len())
        && is_digits(first)
        && groups.all(|group| group.len() == GROUP && is_digits(group))
        && is_digits(fraction);
    is_grouped.then(|| {
        let sign = if text.starts_with('-') { "-" } else { "" };
        let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
        format!("{sign}{whole}.{fraction}0")
    })
}

fn are_groups(text: &str, mark: u8) -> bool {
    let mut groups = text.split(char::from(mark));
    groups.next().is_some_and(|first| (1..=GROUP).contains(&first.len()))
        && groups.all(|group| group.len() == GROUP)
}

const fn other_mark(mark: u8) -> u8 {
    if mark == b'.' { b',' } else { b'.' }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(cells: &[&str]) -> Result<Option<DecimalMark>, Trouble> {
        let mut evidence = NumberEvidence::default();
        cells.iter().for_each(|cell| evidence.add(cell));
        evidence.decide("kwh")
    }

    #[test]
    fn a_column_decides_what_a_cell_leaves_open() {
        assert_eq!(decided(&["0.125", "3"]), Ok(Some(DecimalMark::Point)));
        assert_eq!(decided(&["2.417", "0,5"]), Ok(Some(DecimalMark::Comma)));
        assert_eq!(decided(&["2.417,0", "88"]), Ok(Some(DecimalMark::Comma)));
        assert_eq!(decided(&["1,250,000", "7"]), Ok(Some(DecimalMark::Point)));
        assert_eq!(decided(&["10750.125", "88"]), Ok(Some(DecimalMark::Point)));
        assert_eq!(decided(&["2.417", "9.001"]), Ok(Some(DecimalMark::Point)));
        assert_eq!(decided(&["2", "-", "", "31.01.2024"]), Ok(None));
    }

    #[test]
    fn a_column_that_leaves_both_readings_open_is_refused() {
        let trouble = decided(&["2.417", "88"]).unwrap_err();
        assert!(trouble.seen.contains("`2.417`") && trouble.seen.contains("2417"), "{}", trouble.seen);
        assert!(trouble.cure.contains("decimal"), "{}", trouble.cure);
        assert!(decided(&["0.5", "0,5"]).is_err());
    }

    #[test]
    fn where_thousands_are_stated_a_cell_leaves_nothing_open() {
        let mut evidence = NumberEvidence { is_ungrouped: true, ..NumberEvidence::default() };
        ["2.417", "88"].iter().for_each(|cell| evidence.add(cell));
        assert_eq!(evidence.decide("kwh"), Ok(Some(DecimalMark::Point)));
        let read = |text, thousands| {
            without_groups(text, NumberMarks { decimal: DecimalMark::Comma, thousands: Some(thousands) })
        };
        assert_eq!(read("2.417,5", ThousandsMark::Point).as_deref(), Some("2417.50"));
        assert_eq!(read("2.417,5", ThousandsMark::Space), None);
        assert_eq!(read("2 417", ThousandsMark::None), None);
    }

    #[test]
    fn thousands_are_grouped_by_mark_space_or_apostrophe() {
        let read = |text, decimal: DecimalMark| {
            without_groups(text, decimal.into()).map(|text| text.parse::<f64>().unwrap())
        };
        assert_eq!(read("2.417,5", DecimalMark::Comma), Some(2417.5));
        assert_eq!(read("-2,417.5", DecimalMark::Point), Some(-2417.5));
        for text in ["2 417", "2\u{a0}417", "2'417", "2\u{202f}417"] {
            assert_eq!(read(text, DecimalMark::Point), Some(2417.0), "{text}");
        }
        assert_eq!(read("2,41", DecimalMark::Point), None);
        assert_eq!(read("08.01.2024", DecimalMark::Comma), None);
    }
}
