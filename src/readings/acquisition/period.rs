//! Reads one period of a message 80020 or 80040: its times, its value, its status.

use std::borrow::Cow;

use super::marks::short_text;
use super::xml::Tag;

/// A value as written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Written {
    /// A number.
    Number(f64),
    /// No text.
    Empty,
    /// A text that is no number.
    Other(String),
}

/// One period as written.
#[derive(Debug, Clone)]
pub(super) struct Period {
    /// Number in the file, counted from 1.
    pub number: u64,
    /// Start and end since midnight [min], or the texts that are no times.
    pub times: Result<(i64, i64), String>,
    /// `summer`, where it is stated.
    pub is_summer: Option<bool>,
    pub value: Written,
    /// A (measured), E (estimated), or a status that is not known.
    pub quality: Cow<'static, str>,
}

impl Period {
    /// Reads the attributes of a period, whose value follows. `number` counts the periods of the file from 1.
    pub fn of(tag: &Tag<'_>, number: u64) -> Self {
        Self {
            number,
            times: times_of(tag),
            is_summer: tag.attribute("summer").and_then(|text| Some(text.parse::<u8>().ok()? != 0)),
            value: Written::Empty,
            quality: Cow::Borrowed("A"),
        }
    }

    /// Reads the status of the value.
    pub fn set_status(&mut self, tag: &Tag<'_>) {
        let status = tag.attribute("status").unwrap_or_default();
        self.quality = match &*status {
            "" | "0" => Cow::Borrowed("A"),
            "1" => Cow::Borrowed("E"),
            other => Cow::Owned(short_text(other)),
        };
    }

    /// Reads the text of the value; a period has one.
    pub fn set_value(&mut self, text: &str) {
        self.value = match &self.value {
            Written::Empty => written(text),
            _ => Written::Other("two values".to_owned()),
        };
    }
}

fn times_of(tag: &Tag<'_>) -> Result<(i64, i64), String> {
    let read = |name: &str| {
        let text = tag.attribute(name).unwrap_or_default();
        minutes_of(&text).ok_or_else(|| format!("a period with {name} `{}`", short_text(&text)))
    };
    Ok((read("start")? % 1440, read("end")? % 1440))
}

/// Reads `HHMM` or `HH:MM` up to 24:00 as minutes since midnight. [min]
fn minutes_of(text: &str) -> Option<i64> {
    let number = |bytes: &[u8]| match bytes {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(i64::from(10 * (a - b'0') + b - b'0')),
        _ => None,
    };
    let (hours, minutes) = match text.as_bytes() {
        [hours @ .., b':', a, b] if hours.len() == 2 => (number(hours)?, number(&[*a, *b])?),
        [hours @ .., a, b] if hours.len() == 2 => (number(hours)?, number(&[*a, *b])?),
        _ => return None,
    };
    (minutes < 60 && hours * 60 + minutes <= 1440).then_some(hours * 60 + minutes)
}

/// Reads a number with a point or a comma; spaces between its digits count for nothing.
fn written(text: &str) -> Written {
    let text = text.trim();
    if text.is_empty() {
        return Written::Empty;
    }
    if let Ok(number) = text.parse::<u32>() {
        return Written::Number(f64::from(number));
    }
    let mut plain: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    if plain.matches(',').count() == 1 && !plain.contains('.') {
        plain = plain.replace(',', ".");
    }
    match plain.parse::<f64>() {
        Ok(number) if number.is_finite() => Written::Number(number),
        _ => Written::Other(short_text(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_four_digits_up_to_midnight() {
        assert_eq!(
            ["0000", "2330", "2400", "09:30"].map(minutes_of),
            [Some(0), Some(1410), Some(1440), Some(570)]
        );
        for text in ["", "930", "0060", "2430", "aa00", "٠٠٠٠", "9:30"] {
            assert_eq!(minutes_of(text), None, "{text}");
        }
    }

    #[test]
    fn values_have_a_point_or_a_comma_and_spaces_between_digits() {
        for (text, value) in
            [("12", 12.0), (" 1,5 ", 1.5), ("1.5", 1.5), ("1\u{a0}234,5", 1234.5), ("-3", -3.0)]
        {
            assert_eq!(written(text), Written::Number(value), "{text}");
        }
        assert_eq!(written(" "), Written::Empty);
        for text in ["1,234,567", "1.234,5", "nan", "inf", "н/д", "1e999"] {
            assert_eq!(written(text), Written::Other(text.to_owned()));
        }
    }
}
