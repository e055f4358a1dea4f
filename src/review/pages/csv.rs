//! Writes a table as CSV that a spreadsheet opens with a double click.

use jiff::civil::Date;

use super::errors::Refusal;
use hashwatt_core::error::Error;
use hashwatt_core::language::Language;
use hashwatt_run::tables::without_formula;

/// Tells spreadsheets that the text is UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A text. One that a spreadsheet would run gets a leading apostrophe.
    Text(String),
    /// A number, to so many decimals.
    Number(f64, usize),
    /// A day, as YYYY-MM-DD.
    Day(Date),
}

impl Cell {
    /// Makes a cell of a text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    fn written(&self, decimal: char) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => without_formula(text),
            Self::Number(value, _) if !value.is_finite() => String::new(),
            Self::Number(value, decimals) => {
                let number = format!("{value:.decimals$}");
                let number = match number.contains('.') {
                    true => number.trim_end_matches('0').trim_end_matches('.'),
                    false => &number,
                };
                number.replace('.', decimal.encode_utf8(&mut [0; 4]))
            }
            Self::Day(day) => day.to_string(),
        }
    }
}

/// Returns a header and rows as CSV with a byte order mark. Where the language has a decimal comma, spreadsheets
/// expect semicolons between cells.
///
/// # Errors
/// When a row has more or fewer cells than the header.
pub fn csv(lang: &Language, header: &[String], rows: &[Vec<Cell>]) -> Result<Vec<u8>, Refusal> {
    let (separator, decimal) = if lang.is_english() { (b',', '.') } else { (b';', ',') };
    let bytes = BYTE_ORDER_MARK.as_bytes().to_vec();
    let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(bytes);
    let failed = |error: csv::Error| Error::output("csv", error);
    writer.write_record(header.iter().map(|name| without_formula(name))).map_err(failed)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| cell.written(decimal))).map_err(failed)?;
    }
    Ok(writer.into_inner().map_err(|error| Error::output("csv", error))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(code: &str) -> String {
        let header = ["Rig, kW".to_owned(), "Note".to_owned(), "Onset".to_owned()];
        let rows = [
            vec![Cell::Number(9.5, 3), Cell::text("=1+1; a"), Cell::Day(jiff::civil::date(2022, 1, 3))],
            vec![Cell::Number(1200.0, 0), Cell::Empty, Cell::Number(-0.25, 2)],
        ];
        let bytes = csv(Language::with_code(code).unwrap(), &header, &rows).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn numbers_have_the_marks_of_the_language_and_texts_are_not_run() {
        assert_eq!(written("en"), "\u{feff}\"Rig, kW\",Note,Onset\n9.5,'=1+1; a,2022-01-03\n1200,,-0.25\n");
        assert_eq!(written("ru"), "\u{feff}Rig, kW;Note;Onset\n9,5;\"'=1+1; a\";2022-01-03\n1200;;-0,25\n");
    }
}
