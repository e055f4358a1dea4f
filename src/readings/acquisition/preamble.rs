//! Finds the encoding of a text file, and the line of its header behind a preamble.

use std::io;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1252};

use super::csv_file::sniff_separator;
use hashwatt_core::settings::ReadingsTable;

/// Most lines before a header.
const MAX_LINES: usize = 100;

/// Lines after a header that must have as many fields.
const LINES_BELOW: usize = 3;

/// What the settings say of the text of a file.
#[derive(Debug, Clone, Default)]
pub(super) struct StatedText {
    pub encoding: Option<String>,
    /// Lines before the header.
    pub skip_lines: Option<usize>,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
}

impl StatedText {
    pub fn of(stated: &ReadingsTable) -> Self {
        Self { encoding: stated.encoding.clone(), skip_lines: stated.skip_lines, sheet: stated.sheet.clone() }
    }
}

/// Place and separator of a header.
pub(super) struct Header {
    /// First byte of its line.
    pub first_byte: u64,
    /// Lines before it.
    pub lines_before: usize,
    pub separator: u8,
}

/// Returns the encoding: as stated, by the byte order mark, by zero bytes, or by what the bytes would say in
/// Cyrillic.
pub(super) fn encoding_of(start: &[u8], stated: &StatedText) -> io::Result<&'static Encoding> {
    if let Some(label) = &stated.encoding {
        let known = Encoding::for_label(label.trim().as_bytes());
        return known.ok_or_else(|| {
            io::Error::other(format!(
                "encoding = \"{label}\" is not known; write utf-8, utf-16le or windows-1251"
            ))
        });
    }
    if let Some((encoding, _)) = Encoding::for_bom(start) {
        return Ok(encoding);
    }
    let zeros_at = |odd: usize| start.iter().skip(odd).step_by(2).take(64).filter(|byte| **byte == 0).count();
    match (zeros_at(0), zeros_at(1)) {
        (0, 0) => {}
        (0, odd) if odd > 16 => return Ok(UTF_16LE),
        (even, 0) if even > 16 => return Ok(UTF_16BE),
        _ => return Err(io::Error::other("it is neither text nor Parquet")),
    }
    if start.contains(&0) {
        return Err(io::Error::other("it is neither text nor Parquet"));
    }
    match std::str::from_utf8(start) {
        Ok(_) => Ok(UTF_8),
        // The last character may be cut.
        Err(error) if error.error_len().is_none() => Ok(UTF_8),
        Err(_) if has_few_letters(start) => Ok(UTF_8),
        Err(_) => Ok(if is_cyrillic(start) { WINDOWS_1251 } else { WINDOWS_1252 }),
    }
}

/// Whether hardly a byte lies beyond ASCII: a bad one is a bad cell then, and shows no other encoding.
fn has_few_letters(start: &[u8]) -> bool {
    const MIN_BYTES: usize = 8;
    start.iter().filter(|byte| !byte.is_ascii()).count() < MIN_BYTES
}

/// Whether most bytes beyond ASCII are letters of windows-1251, and stand beside each other as in words.
fn is_cyrillic(start: &[u8]) -> bool {
    let is_letter = |byte: u8| byte >= 0xc0 || matches!(byte, 0xa8 | 0xb8);
    let n_letters = start.iter().filter(|byte| is_letter(**byte)).count();
    let n_pairs = start.windows(2).filter(|pair| is_letter(pair[0]) && is_letter(pair[1])).count();
    2 * n_pairs > n_letters
}

/// Returns the start of a file as UTF-8.
pub(super) fn decoded(start: &[u8], encoding: &'static Encoding) -> Vec<u8> {
    encoding.decode(start).0.into_owned().into_bytes()
}

/// Finds the header: the line after those that are stated to be skipped, or the first line that has as many
/// fields as the lines below it.
pub(super) fn find_header(start: &[u8], stated: &StatedText) -> io::Result<Header> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut at = 0;
    for (number, line) in
        start.split_inclusive(|byte| *byte == b'\n').take(MAX_LINES + LINES_BELOW).enumerate()
    {
        lines.push(Line { at, number, text: line.trim_ascii() });
        at += line.len();
    }
    let stated_lines = stated.skip_lines.unwrap_or(0).min(lines.len());
    lines.drain(..stated_lines);
    lines.retain(|line| !line.text.is_empty());
    let said = lines.first().and_then(|line| separator_line(line.text));
    if said.is_some() {
        lines.remove(0);
    }
    let first = lines.first().copied().ok_or_else(|| io::Error::other("it has no header"))?;
    let header = |line: Line<'_>, separator| Header {
        first_byte: line.at as u64,
        lines_before: line.number,
        separator,
    };
    let separator = said.unwrap_or_else(|| sniff_separator(first.text));
    if stated.skip_lines.is_some() || said.is_some() || is_table_like(&lines) {
        return Ok(header(first, separator));
    }
    let found = (0..lines.len()).find_map(|at| Some(header(lines[at], table_separator(&lines[at..])?)));
    Ok(found.unwrap_or_else(|| header(first, separator)))
}

/// A line of the start of a file.
#[derive(Clone, Copy)]
struct Line<'a> {
    /// First byte.
    at: usize,
    /// Number, counted from 0.
    number: usize,
    text: &'a [u8],
}

/// Returns the separator of a line such as `sep=;`, which spreadsheets read and hide.
fn separator_line(line: &[u8]) -> Option<u8> {
    match line.to_ascii_lowercase()[..] {
        [b's', b'e', b'p', b'=', separator] => Some(separator),
        _ => None,
    }
}

/// Whether the first line splits like most lines below it: then it is the header, whatever follows.
fn is_table_like(lines: &[Line<'_>]) -> bool {
    const LINES_LOOKED_AT: usize = 20;
    let Some((first, below)) = lines.split_first() else { return true };
    let below = &below[..below.len().min(LINES_LOOKED_AT)];
    let separator = sniff_separator(first.text);
    let n = n_fields(first.text, separator);
    if n == 1 {
        return lines.iter().all(|line| n_fields(line.text, sniff_separator(line.text)) == 1);
    }
    let n_alike = below.iter().filter(|line| splits_like(first.text, line.text, separator)).count();
    below.is_empty() || (has_names(first.text, separator) && 2 * n_alike >= below.len())
}

/// Returns the separator if the first line has at least three fields, most of them names, and the lines below
/// have as many fields. Two fields may be a name and its value: then all lines below must be alike, and have
/// digits where the first has none.
fn table_separator(lines: &[Line<'_>]) -> Option<u8> {
    const MIN_OF_TWO: usize = 10;
    let header = lines.first()?.text;
    let separator = sniff_separator(header);
    let n = n_fields(header, separator);
    let below = lines.get(1..=LINES_BELOW)?;
    let n_digits = header.iter().filter(|byte| byte.is_ascii_digit()).count();
    let is_header = n >= 2 && has_names(header, separator) && 2 * n_digits < header.len();
    if n == 2 {
        let has_digits = |line: &[u8]| line.iter().any(u8::is_ascii_digit);
        let is_row = |line: &Line<'_>| has_digits(line.text) && splits_like(header, line.text, separator);
        let is_table = lines.len() > MIN_OF_TWO && n_digits == 0 && lines[1..].iter().all(is_row);
        return (is_header && is_table).then_some(separator);
    }
    (is_header && below.iter().all(|line| splits_like(header, line.text, separator))).then_some(separator)
}

/// Whether most fields of a line are not empty, as those of a header.
fn has_names(line: &[u8], separator: u8) -> bool {
    let fields = line.split(|byte| *byte == separator);
    let (n, n_empty) = fields
        .fold((0, 0), |(n, n_empty), field| (n + 1, n_empty + usize::from(field.trim_ascii().is_empty())));
    2 * n_empty < n
}

fn n_fields(line: &[u8], separator: u8) -> usize {
    let mut is_quoted = false;
    let mut n = 1;
    for byte in line {
        is_quoted ^= *byte == b'"';
        n += usize::from(*byte == separator && !is_quoted);
    }
    n
}

/// Whether two lines have as many fields; an empty one after the last separator may be missing in either.
fn splits_like(a: &[u8], b: &[u8], separator: u8) -> bool {
    let may_have = |line: &[u8]| {
        let n = n_fields(line, separator);
        n - usize::from(line.ends_with(&[separator]))..=n
    };
    let (a, b) = (may_have(a), may_have(b));
    a.start() <= b.end() && b.start() <= a.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> (String, char) {
        let header = find_header(text.as_bytes(), &StatedText::default()).unwrap();
        let line = text[header.first_byte as usize..].lines().next().unwrap_or_default();
        (line.to_owned(), char::from(header.separator))
    }

    #[test]
    fn a_preamble_is_passed_over() {
        let text =
            "Customer,A. Person\nPlace,\"Dorfstrasse 1, Ort\"\n\nid,at,kwh,cost\n1,a,2,3\n1,b,2,3\n1,c,2,3\n";
        assert_eq!(header(text), ("id,at,kwh,cost".to_owned(), ','));
        let text = "Отчёт за январь\nПрибор;Время;кВтч\n1;a;2\n1;b;2\n1;c;2\n";
        assert_eq!(header(text), ("Прибор;Время;кВтч".to_owned(), ';'));
    }

    #[test]
    fn a_header_of_two_names_is_found_where_only_rows_follow() {
        let rows: String = (0..12).map(|at| format!("2024-01-08T{at:02}:00;{at}0\n")).collect();
        let text = format!("Point;From;To;Unit\n14000;08/01/2024;09/01/2024;W\nTime;Value\n{rows}");
        assert_eq!(header(&text), ("Time;Value".to_owned(), ';'));
        let values = format!("Site;North\nMeter;77\nTime;kWh;Flag\n{}", rows.replace('\n', ";A\n"));
        assert_eq!(header(&values), ("Time;kWh;Flag".to_owned(), ';'));
    }

    #[test]
    fn a_line_for_excel_states_the_separator() {
        assert_eq!(header("sep=;\na;b\n1;2\n"), ("a;b".to_owned(), ';'));
    }

    #[test]
    fn a_table_without_a_preamble_begins_with_its_first_line() {
        assert_eq!(header("a,b,c\n1,2,3\n").0, "a,b,c");
        assert_eq!(header("a,b\n1\n2,3,4\n").0, "a,b");
        for row in ["x,y,z,", "x,y,"] {
            assert_eq!(header(&format!("id,at,kwh\n{row}\n{row}\n{row}\n")).0, "id,at,kwh", "{row}");
        }
        assert_eq!(header("\n\nkwh\n1\n2\n").0, "kwh");
    }

    #[test]
    fn lines_to_skip_may_be_stated() {
        let stated = StatedText { skip_lines: Some(1), ..StatedText::default() };
        let text = "x,y,z\na,b,c\n1,2,3\n";
        assert_eq!(find_header(text.as_bytes(), &stated).unwrap().first_byte, 6);
        assert_eq!(find_header(b"sep=;\n\nx;y\n1;2\n", &StatedText::default()).unwrap().lines_before, 2);
    }

    #[test]
    fn the_encoding_shows_in_the_bytes() {
        let of = |bytes: &[u8]| encoding_of(bytes, &StatedText::default()).unwrap().name();
        let cyrillic = WINDOWS_1251.encode("Лицевой счет;Дата;Время;Потребление").0;
        assert_eq!(of(&cyrillic), "windows-1251");
        assert_eq!(
            of(&WINDOWS_1252.encode("Zählpunkt;Zeitpunkt;Größe;Prüfung;Währung;Überschuß;Äther;Öl").0),
            "windows-1252"
        );
        let wide: Vec<u8> =
            "meter_id;time;kwh and more of it".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(of(&wide), "UTF-16LE");
        assert_eq!(of("Прибор учета".as_bytes()), "UTF-8");
        assert!(encoding_of(b"\x00\x01\x02", &StatedText::default()).is_err());
    }
}
