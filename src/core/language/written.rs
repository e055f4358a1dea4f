//! Writes numbers and days into a run's outputs: English as its tables write them, other languages as people
//! do.

use jiff::civil::Date;

use super::message::{Message, Value};
use super::{Language, NO_BREAK};
use crate::units::Kilowatts;

/// Thousands separator of English outputs: a narrow space that does not break.
const NARROW_NO_BREAK: char = '\u{202f}';

impl Language {
    /// Demand. English uses a plain space, because the text also goes into text files.
    #[must_use]
    pub fn said_kw(&self, kw: f64) -> String {
        if self.is_english() { Kilowatts(kw).to_string() } else { self.kw(kw) }
    }

    /// The number of a demand without its unit.
    #[must_use]
    pub fn said_kw_number(&self, kw: f64) -> String {
        if self.is_english() {
            return Kilowatts(kw).to_string().trim_end_matches(" kW").to_owned();
        }
        self.kw_number(kw)
    }

    /// Energy: `1 234 kWh`.
    #[must_use]
    pub fn said_energy(&self, kwh: f64) -> String {
        if self.is_english() { format!("{} kWh", self.said_whole(kwh)) } else { self.energy(kwh) }
    }

    /// A share, with one decimal below a tenth.
    #[must_use]
    pub fn said_share(&self, share: f64) -> String {
        self.percent(share, usize::from(share.abs() < 0.1))
    }

    /// A day, in English as all tables write it.
    #[must_use]
    pub fn said_day(&self, day: Date) -> String {
        if self.is_english() { day.to_string() } else { self.date(day) }
    }

    /// The first and last day of a span: `2021-12-02 to 2022-03-31`.
    #[must_use]
    pub fn said_span(&self, first: Date, last: Date) -> String {
        self.say_with("drawn-to", &[("from", &self.said_day(first)), ("to", &self.said_day(last))])
    }

    /// As [`said_span`](Self::said_span), or one day if both are the same.
    #[must_use]
    pub fn said_days(&self, first: Date, last: Date) -> String {
        if first == last { self.said_day(first) } else { self.said_span(first, last) }
    }

    /// A count: `1 234 567`, with spaces that do not break.
    #[must_use]
    pub fn said_count(&self, n: u64) -> String {
        let digits = n.to_string();
        let space = if self.is_english() { NARROW_NO_BREAK } else { NO_BREAK };
        let mut text = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(space);
            }
            text.push(digit);
        }
        text
    }

    /// An amount that is not below zero, as a whole number.
    #[must_use]
    pub fn said_whole(&self, amount: f64) -> String {
        self.said_count(amount.max(0.0).round() as u64)
    }

    /// A number that is formatted already: with a comma in place of the point where the language writes one.
    #[must_use]
    pub fn said_decimal(&self, number: &str) -> String {
        if self.is_english() { number.to_owned() } else { number.replace('.', ",") }
    }

    /// A message that counts `$n`, shown as `$shown`, in the right plural form.
    #[must_use]
    pub fn say_count(&self, id: &str, n: u64) -> String {
        self.say_shown(id, n as usize, &self.said_count(n))
    }
}

impl Message {
    /// Builds a sentence that counts `$n`, shown as `$shown`.
    #[must_use]
    pub fn counting(code: &'static str, n: u64, language: &Language) -> Self {
        Self::new(code).with("n", Value::Count(n)).naming("shown", language.said_count(n))
    }

    /// Adds a text that is said already.
    #[must_use]
    pub fn naming(self, name: &'static str, said: impl Into<String>) -> Self {
        self.with(name, Value::Name(said.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_stays_readable_by_programs_and_other_languages_write_as_people_do() {
        let (english, russian) = (Language::english(), Language::with_code("ru").unwrap());
        let day = jiff::civil::date(2021, 11, 9);
        assert_eq!(
            (english.said_day(day), russian.said_day(day)),
            ("2021-11-09".into(), "09.11.2021".into())
        );
        assert_eq!(english.said_days(day, day.tomorrow().unwrap()), "2021-11-09 to 2021-11-10");
        assert_eq!(english.said_days(day, day), "2021-11-09");
        assert_eq!(
            (english.said_kw_number(6.4), russian.said_kw_number(6.4)),
            ("6.40".into(), "6,40".into())
        );
        assert_eq!(english.said_energy(15_360.4), "15\u{202f}360 kWh");
        assert_eq!(russian.said_energy(15_360.4), "15\u{a0}360\u{a0}кВт·ч");
        assert_eq!(
            (english.said_decimal("+1.20"), russian.said_decimal("+1.20")),
            ("+1.20".into(), "+1,20".into())
        );
    }

    #[test]
    fn thousands_stand_apart() {
        let english = Language::english();
        assert_eq!(
            (english.said_count(7), english.said_count(1_234_567)),
            ("7".into(), "1\u{202f}234\u{202f}567".into())
        );
    }
}
