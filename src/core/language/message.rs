//! Represents a sentence as a code and its quantities, so that each output can show it in its own language.

use std::borrow::Cow;
use std::collections::BTreeMap;

use fluent_bundle::types::{FluentNumber, FluentNumberOptions};
use fluent_bundle::{FluentArgs, FluentValue};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Language;
use crate::ids::MeterId;

/// Decimals of stored values, as a power of ten; people read two or three digits.
const STORED_DECIMALS: f64 = 1e6;

/// Largest stored quantity; infinite values are stored as this.
const MAX_STORED: f64 = 1e9;

/// A sentence. Its text is under `FAMILY-CODE` in `templates/locales/*/*.ftl`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Message {
    /// Code of the sentence.
    pub code: Cow<'static, str>,
    /// Quantities of the sentence, by the names that the text uses.
    #[serde(default)]
    pub values: Values,
}

/// Builds a [`Message`] from its code and the values that its text names:
/// `message!("gap_few", meters = 3_usize)`. A test reads these calls and holds them against the texts.
#[macro_export]
macro_rules! message {
    ($code:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::language::message::Message::new($code)
            $(.with(stringify!($name), $crate::language::message::Value::from($value)))*
    };
}

/// Values by name, in order of name. Runs keep millions of messages of two or three values, for which a list takes a
/// fifth of the memory of a map.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "BTreeMap<Cow<'static, str>, Value>", into = "BTreeMap<Cow<'static, str>, Value>")]
pub struct Values(Vec<(Cow<'static, str>, Value)>);

impl Values {
    /// Returns the value of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// Returns all values, in order of name.
    pub fn iter(&self) -> impl Iterator<Item = (&Cow<'static, str>, &Value)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    fn insert(&mut self, name: &'static str, value: Value) {
        match self.0.binary_search_by(|(own, _)| own.as_ref().cmp(name)) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => {
                self.0.reserve_exact(1);
                self.0.insert(place, (Cow::Borrowed(name), value));
            }
        }
    }
}

impl From<BTreeMap<Cow<'static, str>, Value>> for Values {
    fn from(values: BTreeMap<Cow<'static, str>, Value>) -> Self {
        Self(values.into_iter().collect())
    }
}

impl From<Values> for BTreeMap<Cow<'static, str>, Value> {
    fn from(values: Values) -> Self {
        values.0.into_iter().collect()
    }
}

/// A quantity in a sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Demand. [kW]
    Kw(f64),
    /// A share of a whole, 0..=1.
    Share(f64),
    /// A number without a unit, and how many decimals to show.
    Number(f64, u8),
    /// A count; it chooses the plural form.
    Count(u64),
    /// A local civil day.
    Day(Date),
    /// A clock hour, 0..=24.
    Hour(u32),
    /// Selects a variant of the sentence; it is not shown.
    Form(Cow<'static, str>),
    /// A meter, a bus or a class, as the data writes it.
    Name(String),
    /// Sentences of the same family, joined by `; `.
    Each(Vec<Message>),
}

impl Message {
    /// Builds a sentence without values.
    #[must_use]
    pub const fn new(code: &'static str) -> Self {
        Self { code: Cow::Borrowed(code), values: Values(Vec::new()) }
    }

    /// Rebuilds the sentence of a table row from its code and the values that
    /// [`parameters`](Self::parameters) wrote.
    ///
    /// # Errors
    /// When `parameters` is not such JSON.
    pub fn stored(code: &str, parameters: &str) -> serde_json::Result<Self> {
        Ok(Self { code: Cow::Owned(code.to_owned()), values: serde_json::from_str(parameters)? })
    }

    /// Returns the values as JSON: `{"measured":{"kw":3.4},"passes":{"form":"above"}}`.
    #[must_use]
    pub fn parameters(&self) -> String {
        serde_json::to_string(&self.values).expect("names are texts and numbers are finite")
    }

    /// Adds a value; a number that is NaN is left out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Value) -> Self {
        if !value.is_nan() {
            self.values.insert(name, value);
        }
        self
    }

    /// Sets the variant of the sentence.
    #[must_use]
    pub fn in_form(self, name: &'static str, form: &'static str) -> Self {
        self.with(name, Value::Form(Cow::Borrowed(form)))
    }

    /// Returns the variant of the sentence, or `None` if it has no such choice.
    #[must_use]
    pub fn form(&self, name: &str) -> Option<&str> {
        match self.values.get(name)? {
            Value::Form(form) => Some(form),
            _ => None,
        }
    }
}

impl Value {
    /// Demand. [kW]
    #[must_use]
    pub fn kw(kw: impl Into<f64>) -> Self {
        Self::Kw(stored(kw.into()))
    }

    /// A share of a whole, 0..=1.
    #[must_use]
    pub fn share(share: impl Into<f64>) -> Self {
        Self::Share(stored(share.into()))
    }

    /// A number without a unit.
    #[must_use]
    pub fn number(number: impl Into<f64>, decimals: u8) -> Self {
        Self::Number(stored(number.into()), decimals)
    }

    /// A count.
    #[must_use]
    pub const fn count(n: usize) -> Self {
        Self::Count(n as u64)
    }

    /// Selects a variant of the sentence.
    #[must_use]
    pub const fn form(form: &'static str) -> Self {
        Self::Form(Cow::Borrowed(form))
    }

    /// Names as the data writes them, with commas between them.
    #[must_use]
    pub fn names<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Self {
        let names: Vec<T> = names.into_iter().collect();
        Self::Name(names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", "))
    }

    const fn is_nan(&self) -> bool {
        matches!(self, Self::Kw(value) | Self::Share(value) | Self::Number(value, _) if value.is_nan())
    }
}

macro_rules! from_counts {
    ($($count:ty)*) => {
        $(impl From<$count> for Value {
            fn from(n: $count) -> Self {
                Self::Count(n as u64)
            }
        })*
    };
}

from_counts!(u16 u32 u64 usize);

impl From<&str> for Value {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<String> for Value {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

impl From<&MeterId> for Value {
    fn from(meter: &MeterId) -> Self {
        Self::Name(meter.as_str().to_owned())
    }
}

impl From<Date> for Value {
    fn from(day: Date) -> Self {
        Self::Day(day)
    }
}

impl From<Message> for Value {
    fn from(part: Message) -> Self {
        Self::Each(vec![part])
    }
}

/// Rounds a value and limits infinite ones, because JSON has only finite numbers.
fn stored(value: f64) -> f64 {
    let value = value.clamp(-MAX_STORED, MAX_STORED);
    (value * STORED_DECIMALS).round() / STORED_DECIMALS
}

impl Language {
    /// Returns the sentence in this language, or its code if the language has no text for it, as in a run of
    /// another version.
    #[must_use]
    pub fn say_message(&self, family: &str, message: &Message) -> String {
        self.say_and_note(family, message, &mut Vec::new())
    }

    /// As [`say_message`](Self::say_message). Adds to `missing` each missing text, and each value that a text
    /// names but the sentence lacks.
    fn say_and_note(&self, family: &str, message: &Message, missing: &mut Vec<String>) -> String {
        let mut arguments = FluentArgs::new();
        for (name, value) in message.values.iter() {
            arguments.set(name.clone(), self.argument(family, value, missing));
        }
        let id = format!("{family}-{}", message.code);
        let Some(pattern) = self.bundle.get_message(&id).and_then(|message| message.value()) else {
            missing.push(format!("{}: no words for {id}", self.code));
            return message.code.clone().into_owned();
        };
        let mut errors = Vec::new();
        let said = self.bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned();
        missing.extend(errors.into_iter().map(|error| format!("{}: {id}: {error:?}", self.code)));
        said
    }

    fn argument(&self, family: &str, value: &Value, missing: &mut Vec<String>) -> FluentValue<'static> {
        FluentValue::String(match value {
            Value::Count(n) => {
                return FluentValue::Number(FluentNumber::new(*n as f64, FluentNumberOptions::default()));
            }
            Value::Kw(kw) => self.said_kw(*kw).into(),
            Value::Share(share) => self.said_share(*share).into(),
            Value::Number(number, decimals) => self.number(*number, usize::from(*decimals)).into(),
            Value::Day(day) => self.said_day(*day).into(),
            Value::Hour(hour) => format!("{:02}:00", hour % 24).into(),
            Value::Form(form) => form.clone(),
            Value::Name(name) => name.clone().into(),
            Value::Each(parts) => {
                let parts: Vec<String> =
                    parts.iter().map(|part| self.say_and_note(family, part, missing)).collect();
                parts.join("; ").into()
            }
        })
    }
}

/// Returns the sentence in English, Russian and Kazakh, one line each.
///
/// # Errors
/// When something is missing: a text, or a value that a text names and the sentence lacks.
pub fn in_every_language(family: &str, message: &Message) -> Result<String, Vec<String>> {
    let mut missing = Vec::new();
    let said: Vec<_> =
        Language::all().iter().map(|one| one.say_and_note(family, message, &mut missing)).collect();
    if missing.is_empty() { Ok(said.join("\n")) } else { Err(missing) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::NO_BREAK;

    fn shift() -> Message {
        Message::new("smallest_rig").with("level", Value::kw(0.675_f32))
    }

    #[test]
    fn a_sentence_comes_back_as_it_was_stored() {
        let message = shift()
            .in_form("when", "since")
            .with("day", Value::Day(jiff::civil::date(2021, 12, 25)))
            .with("parts", Value::Each(vec![shift()]));
        let text = message.parameters();
        assert_eq!(Message::stored(&message.code, &text).unwrap(), message, "{text}");
        assert!(text.contains(r#"{"kw":0.675}"#), "{text}");
    }

    #[test]
    fn each_language_writes_quantities_its_own_way() {
        let said = |code: &str| Language::with_code(code).unwrap().say_message("reason", &shift());
        assert!(said("en").contains("0.68 kW"), "{}", said("en"));
        assert!(said("ru").contains(&format!("0,68{NO_BREAK}кВт")), "{}", said("ru"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut missing = Vec::new();
        let said = Language::english().say_and_note("reason", &Message::new("nothing_such"), &mut missing);
        assert_eq!((said.as_str(), missing.len()), ("nothing_such", 1));
        Language::english().say_and_note("reason", &Message::new("smallest_rig"), &mut missing);
        assert_eq!(missing.len(), 2, "{missing:?}");
    }
}
