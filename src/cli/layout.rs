//! Lays out plain text: aligned columns, wrapped text, counts, shares, days.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use jiff::civil::Date;
use textwrap::core::display_width;
use textwrap::{Options, WordSeparator, WordSplitter};

use crate::language::Language;
use crate::language::message::Message;

/// Family of the sentences that only a terminal shows.
pub(super) const TERMINAL: &str = "terminal";

/// Gap between two columns. [characters]
const COLUMN_GAP: u16 = 2;

/// A column's header and the side at which its cells stand: left for words, right for numbers.
pub(super) type Column<'a> = (&'a str, CellAlignment);

/// As [`aligned`], with headers that are messages.
pub(super) fn aligned_in(
    language: &Language,
    columns: &[(&str, CellAlignment)],
    rows: &[Vec<String>],
) -> Vec<String> {
    let headers: Vec<String> = columns.iter().map(|(id, _)| language.say(id)).collect();
    let columns: Vec<Column<'_>> =
        headers.iter().zip(columns).map(|(header, (_, side))| (&header[..], *side)).collect();
    aligned(&columns, rows)
}

/// Returns the header and each row as a line, each column as wide as its longest cell.
pub(super) fn aligned(columns: &[Column<'_>], rows: &[Vec<String>]) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(columns.iter().map(|(name, _)| *name));
    table.add_rows(rows.iter().map(|row| row.iter().map(|cell| cell.replace('\n', " "))));
    for (column, (_, side)) in table.column_iter_mut().zip(columns) {
        column.set_padding((0, COLUMN_GAP)).set_cell_alignment(*side);
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Appends wrapped text. The first line begins with `lead`; further lines are indented to the first word. A line
/// breaks at plain spaces only: a number and its unit stay together.
pub(super) fn push_wrapped(text: &mut String, lead: &str, words: &str, width: usize) {
    let words: Vec<&str> = words.split_ascii_whitespace().collect();
    let indent = " ".repeat(display_width(lead));
    let options = Options::new(width)
        .initial_indent(lead)
        .subsequent_indent(&indent)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .break_words(false);
    textwrap::wrap(&words.join(" "), options).iter().for_each(|line| push_line(text, line));
}

/// Appends a line without trailing spaces.
pub(super) fn push_line(text: &mut String, line: &str) {
    text.push_str(line.trim_end_matches(' '));
    text.push('\n');
}

/// Replaces control characters, which could steer a terminal: ids and file names come from outside.
pub(super) fn without_controls(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// Returns, for example, `1 234 567`, with plain spaces.
pub(super) fn grouped(number: u64) -> String {
    plain(&Language::english().said_count(number))
}

/// Returns, for example, `1 meter` or `1 234 meters`.
pub(super) fn counted(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", grouped(number))
}

/// Returns, for example, `2021-06-01 to 2022-03-31 (304 days)`.
pub(super) fn span_words(span: Option<(Date, Date)>, language: &Language) -> String {
    let Some((first, last)) = span else { return language.say("words-no_days") };
    let n_days = (last - first).get_days().unsigned_abs() + 1;
    let message = Message::counting("span", n_days.into(), language);
    plain(&language.say_message(TERMINAL, &message.naming("days", language.said_span(first, last))))
}

/// Returns a message that counts one number, with plain spaces.
pub(super) fn said_count(id: &str, number: u64, language: &Language) -> String {
    plain(&language.say_count(id, number))
}

/// Replaces the narrow spaces between thousands, which not every terminal shows.
pub(super) fn plain(text: &str) -> String {
    text.replace('\u{202f}', " ")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = vec![vec!["1".to_owned(), "a".to_owned()], vec!["10".to_owned(), "long".to_owned()]];
        let lines = aligned(&[("rank", CellAlignment::Right), ("meter", CellAlignment::Left)], &rows);
        assert_eq!(lines, ["rank  meter", "   1  a", "  10  long"]);
    }

    #[test]
    fn running_text_breaks_under_its_beginning() {
        let mut text = String::new();
        push_wrapped(&mut text, "  - ", "one two three", 11);
        assert_eq!(text, "  - one two\n    three\n");
        text.clear();
        push_wrapped(&mut text, "", "от\t6,40\u{a0}кВт", 8);
        assert_eq!(text, "от\n6,40\u{a0}кВт\n");
    }

    #[test]
    fn a_span_counts_both_ends() {
        assert_eq!(
            span_words(Some((date(2024, 2, 28), date(2024, 3, 1))), Language::english()),
            "2024-02-28 to 2024-03-01 (3 days)"
        );
        assert_eq!(
            span_words(Some((date(2024, 2, 28), date(2024, 2, 28))), Language::english()),
            "2024-02-28 to 2024-02-28 (1 day)"
        );
    }

    #[test]
    fn nothing_from_outside_steers_the_terminal() {
        assert_eq!(without_controls("a\u{1b}[31mb\n"), "a\u{fffd}[31mb\n");
    }
}
