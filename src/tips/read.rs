//! Reads tips. A bad row is reported with its line and repaired if possible; all other rows are kept.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;

use super::places::Position;
use super::rows::{Row, read_rows};
use super::tip::{Claim, Tip};
use hashwatt_core::error::Result;
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::language::message::Message;
use hashwatt_core::message;

/// Columns of a tips file. No other column is read, so that no caller's name is passed on.
pub const COLUMNS: [&str; 9] =
    ["tip_id", "received_at", "text", "meter_id", "address", "transformer_id", "lat", "lon", "claim"];

/// Columns that name a caller. Their content is also removed from the caller's words.
const CALLER_COLUMNS: [&str; 12] = [
    "caller",
    "caller_name",
    "caller_phone",
    "caller_number",
    "name",
    "phone",
    "telephone",
    "number",
    "contact",
    "имя",
    "телефон",
    "аты",
];

/// Longer texts are cut off: nobody says more in a call. [characters]
pub const MAX_TEXT_CHARS: usize = 10_000;

/// Longer names and addresses are not taken. [characters]
pub const MAX_NAME_CHARS: usize = 300;

/// Replaces anything that identifies the caller.
const CALLER: &str = "[caller]";

/// Number of digits in a telephone number. [digits]
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 10..=12;

/// Reads the tips of a file.
///
/// # Errors
/// When the file cannot be read, or its header has none of these columns.
pub fn read_tips(path: &Path) -> Result<(Vec<Tip>, Vec<Finding>)> {
    let file = path.display().to_string();
    let mut reading = Reading { file, ids: BTreeSet::new(), findings: Vec::new() };
    let tips = read_rows(path)?.into_iter().filter_map(|row| reading.tip(row)).collect();
    Ok((tips, reading.findings))
}

struct Reading {
    file: String,
    ids: BTreeSet<String>,
    findings: Vec<Finding>,
}

impl Reading {
    fn tip(&mut self, row: Row) -> Option<Tip> {
        let line = row.line;
        let fields = match row.fields {
            Ok(fields) => fields,
            Err(why) => {
                self.skipped(line, message!("tip_unreadable", why = why));
                return None;
            }
        };
        if row.is_mended {
            self.mended(line, message!("tip_partly_read"));
        }
        let field = |name: &str| {
            fields.iter().find(|(column, _)| column == name).map_or("", |(_, text)| text.as_str())
        };
        if COLUMNS.iter().all(|name| field(name).trim().is_empty()) {
            self.skipped(line, message!("tip_empty"));
            return None;
        }
        let tip_id = self.tip_id(line, field("tip_id"));
        let callers: Vec<&str> = CALLER_COLUMNS
            .iter()
            .map(|name| field(name).trim())
            .filter(|text| text.chars().count() > 2)
            .collect();
        let text = without_caller(&self.text(line, "text", field("text"), MAX_TEXT_CHARS), &callers);
        let mut name = |column: &str| {
            let text = self.text(line, column, field(column), MAX_NAME_CHARS).trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        let (meter_id, address, transformer_id) = (name("meter_id"), name("address"), name("transformer_id"));
        let address = address.map(|address| without_caller(&address, &callers));
        let position = self.position(line, field("lat"), field("lon"));
        let tip = Tip {
            tip_id: tip_id.into(),
            received_at: self.received_at(line, field("received_at")),
            text,
            meter_id,
            address,
            transformer_id,
            position,
            claim: self.claim(line, field("claim")),
        };
        let is_nowhere = tip.meter_id.is_none()
            && tip.address.is_none()
            && tip.transformer_id.is_none()
            && tip.position.is_none();
        if is_nowhere && !tip.text.contains(|letter: char| letter.is_ascii_digit()) {
            self.skipped(line, message!("tip_nowhere"));
        }
        Some(tip)
    }

    fn tip_id(&mut self, line: u64, said: &str) -> String {
        let said = without_controls(said.trim()).chars().take(MAX_NAME_CHARS).collect::<String>();
        let id = if said.is_empty() {
            self.mended(line, message!("tip_no_id"));
            format!("line {line}")
        } else if self.ids.contains(&said) {
            self.mended(line, message!("tip_id_again", id = said.clone()));
            format!("{said} (line {line})")
        } else {
            said
        };
        self.ids.insert(id.clone());
        id
    }

    fn text(&mut self, line: u64, column: &str, said: &str, most_chars: usize) -> String {
        let text: String = said.chars().take(most_chars).collect();
        if text.len() < said.len() {
            let chars = said.chars().count();
            self.mended(line, message!("tip_long", column = column, chars = chars, read = most_chars));
        }
        let clean = without_controls(&text);
        if clean != text {
            self.mended(line, message!("tip_controls", column = column));
        }
        if has_html(&clean) {
            self.note(Code::TipRowMended, Severity::Note, line, message!("tip_html", column = column));
        }
        clean
    }

    fn position(&mut self, line: u64, lat: &str, lon: &str) -> Option<Position> {
        let number = |text: &str| text.trim().replace(',', ".").parse::<f64>().ok();
        if lat.trim().is_empty() && lon.trim().is_empty() {
            return None;
        }
        let position = number(lat).zip(number(lon)).and_then(|(lat, lon)| Position::new(lat, lon));
        if position.is_none() {
            self.mended(line, message!("tip_position", lat = short(lat), lon = short(lon)));
        }
        position
    }

    fn received_at(&mut self, line: u64, said: &str) -> Option<Timestamp> {
        let said = said.trim();
        let instant = instant(said);
        if instant.is_none() && !said.is_empty() {
            self.mended(line, message!("tip_no_date", said = short(said)));
        }
        instant
    }

    fn claim(&mut self, line: u64, said: &str) -> Option<Claim> {
        let claim = Claim::named(said);
        if claim.is_none() && !said.trim().is_empty() {
            self.mended(line, message!("tip_claim", said = short(said)));
        }
        claim
    }

    fn skipped(&mut self, line: u64, what: Message) {
        self.note(Code::TipRowSkipped, Severity::Skipped, line, what);
    }

    fn mended(&mut self, line: u64, what: Message) {
        self.note(Code::TipRowMended, Severity::Warning, line, what);
    }

    fn note(&mut self, code: Code, severity: Severity, line: u64, what: Message) {
        let message = message!("tip_line", line = line, what = what);
        self.findings.push(Finding::new(code, severity, message).in_source(&self.file).with("line", line));
    }
}

/// Parses ISO 8601 with or without a zone (UTC then), a date alone, or a date as people write it: `25.01.2022
/// 14:30`.
fn instant(said: &str) -> Option<Timestamp> {
    let utc = |time: jiff::civil::DateTime| Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp());
    if let Ok(instant) = said.parse::<Timestamp>() {
        return Some(instant);
    }
    if let Ok(time) = said.parse::<jiff::civil::DateTime>() {
        return utc(time);
    }
    ["%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y"].into_iter().find_map(
        |format| {
            let parts = jiff::fmt::strtime::parse(format, said).ok()?;
            let time = parts
                .to_datetime()
                .or_else(|_| Ok::<_, jiff::Error>(parts.to_date()?.at(0, 0, 0, 0)))
                .ok()?;
            utc(time)
        },
    )
}

fn short(text: &str) -> String {
    let text = without_controls(text.trim());
    format!("`{}`", text.chars().take(40).collect::<String>())
}

fn without_controls(text: &str) -> String {
    // Direction marks could make a text look different from what it is.
    let is_hidden = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let is_space = |c: char| matches!(c, '\n' | '\r' | '\t');
    text.chars()
        .filter(|c| is_space(*c) || !(c.is_control() || is_hidden(*c)))
        .map(|c| if matches!(c, '\r' | '\t') { ' ' } else { c })
        .collect()
}

fn has_html(text: &str) -> bool {
    text.match_indices('<')
        .any(|(at, _)| text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!'))
}

/// Returns a caller's words as they may be stored: without the caller and without invisible characters.
#[must_use]
pub fn kept_words(said: &str, callers: &[&str]) -> String {
    let callers: Vec<&str> =
        callers.iter().map(|name| name.trim()).filter(|name| name.chars().count() > 2).collect();
    without_caller(&without_controls(said.trim()), &callers)
}

/// Removes the caller's name and telephone numbers from the text.
fn without_caller(text: &str, callers: &[&str]) -> String {
    let mut text = text.to_owned();
    for caller in callers {
        text = text.replace(caller, CALLER);
    }
    without_phones(&text)
}

/// Replaces runs of digits, spaces, brackets and hyphens that form a telephone number: `+7 (701) 123-45-67`.
fn without_phones(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c == '+' || c.is_ascii_digit()) {
        kept.push_str(&rest[..at]);
        let tail = &rest[at..];
        let end = tail
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, '+' | ' ' | '(' | ')' | '-')))
            .unwrap_or(tail.len());
        let run = tail[..end].trim_end_matches(|c: char| !c.is_ascii_digit());
        let run = if run.is_empty() { &tail[..1] } else { run };
        let n_digits = run.bytes().filter(u8::is_ascii_digit).count();
        // Digits joined to letters are an id, not a telephone number.
        let is_glued = kept.ends_with(|c: char| c.is_alphabetic() || c == '_');
        let starts_so = run.starts_with(['+', '7', '8', '0', '4']);
        kept.push_str(if PHONE_DIGITS.contains(&n_digits) && starts_so && !is_glued { CALLER } else { run });
        rest = &tail[run.len()..];
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(name: &str, bytes: &[u8]) -> Result<(Vec<Tip>, Vec<Finding>)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        read_tips(&path)
    }

    fn words(findings: &[Finding]) -> Vec<String> {
        findings.iter().map(Finding::english).collect()
    }

    #[test]
    fn a_row_has_every_column_or_few() {
        let csv = "tip_id,received_at,text,meter_id,address,transformer_id,lat,lon,claim\n\
            a,2022-01-25T06:00:00Z,\"noise, day and night\",KZ-1,\"Abay Ave 12, flat 4\",T1,43.24,76.9,bypass\nb,,,,,T1,,,\n";
        let (tips, findings) = read("t.csv", csv.as_bytes()).unwrap();
        assert!(findings.is_empty(), "{findings:?}");
        assert_eq!(
            (tips.len(), tips[0].claim, tips[1].transformer_id.as_deref()),
            (2, Some(Claim::Bypass), Some("T1"))
        );
        assert_eq!(tips[0].received_at.unwrap().to_string(), "2022-01-25T06:00:00Z");
        assert_eq!(tips[0].position, Position::new(43.24, 76.9));
    }

    #[test]
    fn bad_rows_are_reported_with_their_line_and_lose_nothing_else() {
        let mut csv = String::from("tip_id,received_at,text,address\n");
        csv.push_str(",2022-01-25,x,Abay 1\n");
        csv.push_str("b,soon,x,Abay 2\n");
        csv.push_str("c,2022-01-25,nothing but words,\n");
        csv.push_str(&format!("d,2022-01-25,{},Abay 4\n", "я".repeat(500_000)));
        csv.push_str("e,2022-01-25,<script>alert(1)</script>,Abay 5\n");
        csv.push_str("f,2022-01-25,bell\u{7}\u{0},Abay 6\n");
        csv.push_str("f,25.01.2022 14:30,again,Abay 7\n");
        csv.push_str(",,,\n");
        let (tips, findings) = read("t.csv", csv.as_bytes()).unwrap();
        let ids: Vec<_> = tips.iter().map(|tip| tip.tip_id.as_str()).collect();
        assert_eq!(ids, ["line 2", "b", "c", "d", "e", "f", "f (line 8)"]);
        let words = words(&findings);
        for (line, part) in [
            (2, "no tip_id"),
            (3, "`soon` is no date"),
            (4, "names no place"),
            (5, "500000 characters"),
            (6, "HTML"),
            (7, "control"),
            (8, "was there before"),
            (9, "is empty"),
        ] {
            assert!(
                words
                    .iter()
                    .any(|words| words.starts_with(&format!("line {line}: ")) && words.contains(part)),
                "{line} {part}: {words:?}"
            );
        }
        assert_eq!(tips[3].text.chars().count(), MAX_TEXT_CHARS);
        assert_eq!(tips[5].text, "bell");
        assert_eq!(tips[6].received_at.unwrap().to_string(), "2022-01-25T14:30:00Z");
        assert_eq!(tips[4].text, "<script>alert(1)</script>", "the words are kept; a page escapes them");
    }

    #[test]
    fn json_lines_are_read_and_a_broken_one_is_named() {
        let lines = "{\"tip_id\":\"a\",\"meter_id\":42,\"lat\":43.2,\"lon\":76.9}\n\nno json\n{\"tip_id\":\"b\",\"address\":\"Абая 1\"}\n[1]\n";
        let (tips, findings) = read("t.jsonl", lines.as_bytes()).unwrap();
        assert_eq!((tips.len(), tips[0].meter_id.as_deref()), (2, Some("42")));
        assert!(
            words(&findings)[0].starts_with("line 3: it is no JSON")
                && words(&findings)[1].starts_with("line 5: ")
        );
        assert_eq!(findings[0].severity, Severity::Skipped);
    }

    #[test]
    fn a_sheet_is_read_as_its_cells_show() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (column, name) in ["tip_id", "meter_id", "address", "lat", "lon"].into_iter().enumerate() {
            sheet.write_string(0, column as u16, name).unwrap();
        }
        sheet.write_number(1, 0, 7.0).unwrap();
        sheet.write_number(1, 1, 1_234_567.0).unwrap();
        sheet.write_string(1, 2, "Абая 12").unwrap();
        sheet.write_number(2, 3, 99.5).unwrap();
        sheet.write_number(2, 4, 76.9).unwrap();
        let (tips, findings) = read("t.xlsx", &book.save_to_buffer().unwrap()).unwrap();
        assert_eq!((tips[0].tip_id.as_str(), tips[0].meter_id.as_deref()), ("7", Some("1234567")));
        assert!(words(&findings).iter().any(|words| words.starts_with("line 3: lat `99.5`")), "{findings:?}");
    }

    #[test]
    fn who_called_goes_nowhere() {
        let csv = "tip_id;text;caller_name;phone;address\na;Айгуль Серик, +7 (701) 123-45-67: шум у соседа, звоните 87011234567;Айгуль Серик;87011234567;Абая 12\n";
        let (tips, _) = read("t.csv", csv.as_bytes()).unwrap();
        assert_eq!(tips[0].text, "[caller], [caller]: шум у соседа, звоните [caller]");
        assert_eq!(without_phones("счётчик 1234567, дом 12 - 4"), "счётчик 1234567, дом 12 - 4");
    }

    #[test]
    fn a_file_without_a_header_of_tips_says_so() {
        let error = read("t.csv", b"a,b\n1,2\n").unwrap_err().to_string();
        assert!(error.contains("a, b") && error.contains("tip_id"), "{error}");
        assert!(read("t.xlsx", b"PK no workbook").is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn no_bytes_stop_the_reading(bytes in proptest::collection::vec(any::<u8>(), 0..400), ending in 0_usize..4) {
            let name = ["t.csv", "t.jsonl", "t.xlsx", "t.xls"][ending];
            let with_header = [b"tip_id,text,address,lat,lon,received_at\n".as_slice(), &bytes].concat();
            let _ = read(name, &bytes);
            let _ = read(name, &with_header);
        }
    }
}
