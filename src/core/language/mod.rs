//! Renders all text in English, Russian or Kazakh, with the number and date formats of each.

pub mod message;
pub mod untranslated;
mod written;

#[cfg(test)]
mod catalogue;

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_langneg::{NegotiationStrategy, negotiate_languages, parse_accepted_languages};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use unic_langid::LanguageIdentifier;

use crate::error::{Error, Result};

/// A language of outputs and pages.
pub struct Language {
    /// BCP 47 language code.
    pub code: &'static str,
    /// The language's own name.
    pub name: &'static str,
    id: LanguageIdentifier,
    bundle: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Language {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.code)
    }
}

/// Thousands separator in Russian and Kazakh.
const NO_BREAK: char = '\u{a0}';

/// Files of messages, by name; each language has all of them.
macro_rules! messages {
    ($code:literal) => {
        &[
            include_str!(concat!("../../../templates/locales/", $code, "/desk.ftl")),
            include_str!(concat!("../../../templates/locales/", $code, "/findings.ftl")),
            include_str!(concat!("../../../templates/locales/", $code, "/reasons.ftl")),
            include_str!(concat!("../../../templates/locales/", $code, "/report.ftl")),
            include_str!(concat!("../../../templates/locales/", $code, "/terminal.ftl")),
            include_str!(concat!("../../../templates/locales/", $code, "/workbook.ftl")),
        ]
    };
}

static LANGUAGES: LazyLock<[Language; 3]> = LazyLock::new(|| {
    [
        Language::of("en", "English", messages!("en")),
        Language::of("ru", "Русский", messages!("ru")),
        Language::of("kk", "Қазақша", messages!("kk")),
    ]
});

impl Language {
    fn of(code: &'static str, name: &'static str, messages: &[&str]) -> Self {
        let id: LanguageIdentifier = code.parse().expect("a code of ours");
        let mut bundle = FluentBundle::new_concurrent(vec![id.clone()]);
        // Isolation marks around names would be copied together with an address.
        bundle.set_use_isolating(false);
        for messages in messages {
            let resource =
                FluentResource::try_new((*messages).to_owned()).expect("a test reads every file of messages");
            bundle.add_resource(resource).expect("a message has one text");
        }
        Self { code, name, id, bundle }
    }

    /// Returns every language.
    #[must_use]
    pub fn all() -> &'static [Self; 3] {
        &LANGUAGES
    }

    /// Returns English, the default language of a run.
    #[must_use]
    pub fn english() -> &'static Self {
        &LANGUAGES[0]
    }

    /// Whether this is English: its outputs keep the codes and formats that programs may read.
    #[must_use]
    pub fn is_english(&self) -> bool {
        self.code == LANGUAGES[0].code
    }

    /// Returns the language with this code.
    #[must_use]
    pub fn with_code(code: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|language| language.code == code)
    }

    /// Returns the language whose code a setting gives; `setting` names that setting in errors.
    ///
    /// # Errors
    /// When no language has this code.
    pub fn named(setting: &str, code: &str) -> Result<&'static Self> {
        Self::with_code(code).ok_or_else(|| {
            let codes: Vec<_> = LANGUAGES.iter().map(|language| language.code).collect();
            Error::setting(setting, format!("`{code}` is no language"), format!("Use {}", codes.join(", ")))
        })
    }

    /// Returns the language that best fits an `Accept-Language` header, or English if none does.
    #[must_use]
    pub fn accepted(header: &str) -> &'static Self {
        let wanted = parse_accepted_languages(header);
        let available: Vec<&LanguageIdentifier> = LANGUAGES.iter().map(|language| &language.id).collect();
        let best = negotiate_languages(&wanted, &available, Some(&available[0]), NegotiationStrategy::Lookup);
        let best = best.first().and_then(|best| LANGUAGES.iter().find(|language| language.id == ***best));
        best.unwrap_or(&LANGUAGES[0])
    }

    /// Returns the text of a message, or its id if there is none.
    #[must_use]
    pub fn say(&self, id: &str) -> String {
        self.said(id, None).unwrap_or_else(|| id.to_owned())
    }

    /// Returns a message that counts one number, in the right plural form.
    #[must_use]
    pub fn say_n(&self, id: &str, n: usize) -> String {
        self.say_shown(id, n, &self.count(n))
    }

    fn say_shown(&self, id: &str, n: usize, shown: &str) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set("n", FluentValue::from(n));
        arguments.set("shown", shown.to_owned());
        self.said(id, Some(&arguments)).unwrap_or_else(|| id.to_owned())
    }

    /// Returns a message with texts filled in.
    #[must_use]
    pub fn say_with(&self, id: &str, values: &[(&'static str, &str)]) -> String {
        let mut arguments = FluentArgs::new();
        for (name, value) in values {
            arguments.set(*name, FluentValue::from((*value).to_owned()));
        }
        self.said(id, Some(&arguments)).unwrap_or_else(|| id.to_owned())
    }

    /// Returns the text for a stable code, for example `kind-` and `metered_farm`, or the code itself if
    /// there is none.
    #[must_use]
    pub fn name_of(&self, family: &str, text: &str) -> String {
        self.known_name_of(family, text).unwrap_or_else(|| text.to_owned())
    }

    /// Returns the text for a stable code, if there is one.
    #[must_use]
    pub fn known_name_of(&self, family: &str, text: &str) -> Option<String> {
        self.said(&format!("{family}-{text}"), None)
    }

    fn said(&self, id: &str, arguments: Option<&FluentArgs<'_>>) -> Option<String> {
        let pattern = self.bundle.get_message(id)?.value()?;
        let mut errors = Vec::new();
        Some(self.bundle.format_pattern(pattern, arguments, &mut errors).into_owned())
    }

    /// Formats a count: `1,234` or `1 234`.
    #[must_use]
    pub fn count(&self, n: usize) -> String {
        let digits = n.to_string();
        let mut text = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(if self.code == "en" { ',' } else { NO_BREAK });
            }
            text.push(digit);
        }
        text
    }

    /// Formats a number with this many decimals: `1,234.5` or `1 234,5`.
    #[must_use]
    pub fn number(&self, value: f64, decimals: usize) -> String {
        if !value.is_finite() {
            return "–".to_owned();
        }
        let text = format!("{:.decimals$}", value.abs());
        let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
        let is_zero = text.chars().all(|digit| matches!(digit, '0' | '.'));
        let sign = if value < 0.0 && !is_zero { "−" } else { "" };
        let whole = whole.parse().map_or_else(|_| whole.to_owned(), |whole| self.count(whole));
        if rest.is_empty() {
            return format!("{sign}{whole}");
        }
        let point = if self.code == "en" { '.' } else { ',' };
        format!("{sign}{whole}{point}{rest}")
    }

    /// Formats demand: `6.4 kW`, with two decimals below 10 kW and none from 1000.
    #[must_use]
    pub fn kw(&self, kw: f64) -> String {
        format!("{}{NO_BREAK}{}", self.number(kw, decimals_of(kw)), self.say("unit-kw"))
    }

    /// Formats the number of a demand without its unit.
    #[must_use]
    pub fn kw_number(&self, kw: f64) -> String {
        self.number(kw, decimals_of(kw))
    }

    /// Formats energy: `1,234 kWh`, from a hundred thousand as `123 MWh`.
    #[must_use]
    pub fn energy(&self, kwh: f64) -> String {
        const MEGAWATT_HOURS_FROM_KWH: f64 = 100_000.0;
        if kwh.abs() >= MEGAWATT_HOURS_FROM_KWH {
            return format!("{}{NO_BREAK}{}", self.number(kwh / 1000.0, 0), self.say("unit-mwh"));
        }
        format!("{}{NO_BREAK}{}", self.number(kwh, 0), self.say("unit-kwh"))
    }

    /// Formats a share: `97%` or `97 %`.
    #[must_use]
    pub fn percent(&self, share: f64, decimals: usize) -> String {
        let gap = if self.code == "en" { "" } else { "\u{a0}" };
        format!("{}{gap}%", self.number(100.0 * share, decimals))
    }

    /// Formats a day: `10 Nov 2021` or `10.11.2021`.
    #[must_use]
    pub fn date(&self, date: Date) -> String {
        if self.code == "en" {
            return date.strftime("%-d %b %Y").to_string();
        }
        date.strftime("%d.%m.%Y").to_string()
    }

    /// Formats an instant as clocks in `zone` show it, to the minute: `10 Nov 2021 14:05 UTC+6`.
    #[must_use]
    pub fn instant(&self, at_s: i64, zone: &TimeZone) -> String {
        let Ok(instant) = jiff::Timestamp::from_second(at_s) else { return "–".to_owned() };
        let time = instant.to_zoned(zone.clone());
        let minutes = time.offset().seconds() / 60;
        let offset = match (minutes / 60, minutes.abs() % 60) {
            (0, 0) => String::new(),
            (hours, 0) => format!("{hours:+}"),
            (hours, minutes) => format!("{hours:+}:{minutes:02}"),
        };
        format!("{} {} UTC{offset}", self.date(time.date()), time.strftime("%H:%M"))
    }
}

fn decimals_of(kw: f64) -> usize {
    match kw.abs() {
        small if small < 10.0 => 2,
        middle if middle < 1000.0 => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_browser_gets_the_language_it_asks_for() {
        for (header, code) in [
            ("kk-KZ,kk;q=0.9,ru;q=0.8,en;q=0.7", "kk"),
            ("ru", "ru"),
            ("de-DE,de;q=0.9,ru-RU;q=0.5", "ru"),
            ("fr", "en"),
            ("", "en"),
            (";;;,,*", "en"),
        ] {
            assert_eq!(Language::accepted(header).code, code, "{header}");
        }
    }

    #[test]
    fn numbers_and_dates_are_written_as_each_expects() {
        let (english, russian) = (Language::with_code("en").unwrap(), Language::with_code("ru").unwrap());
        assert_eq!(english.number(1234.56, 1), "1,234.6");
        assert_eq!(russian.number(1234.56, 1), "1\u{a0}234,6");
        assert_eq!(english.number(-0.001, 1), "0.0");
        let day = jiff::civil::date(2021, 11, 9);
        assert_eq!((english.date(day), russian.date(day)), ("9 Nov 2021".into(), "09.11.2021".into()));
        assert_eq!(russian.kw(6.4), "6,40\u{a0}кВт");
    }

    #[test]
    fn russian_has_three_plurals() {
        let russian = Language::with_code("ru").unwrap();
        let said: BTreeSet<_> = [1, 2, 5]
            .map(|n| russian.say_n("list-found", n).replace(|c: char| c.is_ascii_digit(), ""))
            .into();
        assert_eq!(said.len(), 3, "{said:?}");
    }
}
