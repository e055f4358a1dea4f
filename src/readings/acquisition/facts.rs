//! Lists how a file is read, line by line, with what says so: the settings, the file itself, or a guess.

use serde::Serialize;

use super::ends::with_named_ends;
use super::guess_findings::{is_key, said_key};
use super::mapping::{
    Clock, Column, DecimalMark, Guess, Layout, Mapping, MeterFrom, Stamp, ThousandsMark, TimeForm, TimeFrom,
    in_english,
};
use super::names::{stamp_in_name, unit_in_name};
use super::profile::name_key;
use super::source::Source;
use hashwatt_core::language::message::{Message, Value};
use hashwatt_core::message;
use hashwatt_core::settings::{ReadingsTable, Zone};

/// What says that a file is read so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Basis {
    /// The pipeline file or a flag.
    Stated,
    /// The file: its types, its format, or the name of a column.
    File,
    /// A guess, with its evidence.
    Guessed,
    /// A guess beside which another is about as likely, accepted by `accept_guesses`.
    Accepted,
}

/// One line on how a file is read. Its sentences are of the family of findings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fact {
    /// The property, in a word or two.
    #[serde(serialize_with = "in_english")]
    pub what: Message,
    /// Its value.
    #[serde(serialize_with = "in_english")]
    pub value: Message,
    /// What says so.
    pub basis: Basis,
    /// The evidence; `None` where the settings say so.
    #[serde(serialize_with = "in_english_or_empty")]
    pub why: Option<Message>,
}

impl Fact {
    /// Returns what the fact says, without what is each file's own: its name, where that names the meter.
    #[must_use]
    pub fn alike(&self) -> String {
        let value = match self.value.code.as_ref() {
            "name_of_file" => "name_of_file".to_owned(),
            code => format!("{code} {}", self.value.parameters()),
        };
        format!("{} {} {value}", self.what.code, self.what.parameters())
    }
}

/// Returns how a file is read, each property once.
#[must_use]
pub fn facts_of(source: &Source, stated: &ReadingsTable, zone: Option<&Zone>) -> Vec<Fact> {
    let stated = &source.content.with_fixed(&with_named_ends(stated));
    let teller = Teller { mapping: &source.mapping, accepted: &source.accepted, stated, zone };
    let mut facts = vec![teller.rows(), teller.meter(), teller.time()];
    facts.extend(teller.time_of_day());
    facts.extend(teller.end_time());
    facts.extend(teller.date_order());
    facts.push(teller.clock());
    facts.extend(teller.stamp());
    facts.extend(teller.value());
    facts.push(teller.unit());
    facts.extend(teller.decimal());
    facts.extend(teller.thousands());
    facts.extend(teller.multipliers());
    facts.extend(teller.quality());
    facts.extend(teller.only_rows());
    facts.extend(teller.text());
    facts.extend(teller.notes());
    facts
}

struct Teller<'a> {
    mapping: &'a Mapping,
    accepted: &'a [Guess],
    stated: &'a ReadingsTable,
    zone: Option<&'a Zone>,
}

impl Teller<'_> {
    /// Tells a property whose key is `key`: stated, accepted, guessed, or else as `otherwise` says.
    fn tell(
        &self,
        what: Message,
        value: Message,
        key: &str,
        is_stated: bool,
        otherwise: (Basis, Option<Message>),
    ) -> Fact {
        let reason = |guesses: &[Guess]| {
            guesses.iter().find(|guess| guess.key == key).map(|guess| guess.reason.clone())
        };
        let (basis, why) = match (reason(self.accepted), reason(&self.mapping.guesses)) {
            (Some(why), _) => (Basis::Accepted, Some(why)),
            (None, _) if is_stated => (Basis::Stated, None),
            (None, Some(why)) => (Basis::Guessed, Some(why)),
            (None, None) => otherwise,
        };
        Fact { what, value, basis, why }
    }

    fn rows(&self) -> Fact {
        let n = self.mapping.layout.values().len();
        let words = match &self.mapping.layout {
            Layout::Long { .. } => message!("rows_long"),
            Layout::Register { .. } => message!("rows_register"),
            Layout::Wide { .. } => message!("rows_wide", n = n),
            Layout::Daily { step_s, .. } => {
                message!("rows_daily", n = n, minutes = (step_s / 60).unsigned_abs())
            }
            Layout::Dates { .. } => message!("rows_dates", n = n),
        };
        let is_stated = self.stated.shape.is_some();
        self.tell(message!("fact_rows"), words, "shape", is_stated, by_file(message!("by_columns")))
    }

    fn meter(&self) -> Fact {
        let (value, why) = match &self.mapping.meter {
            MeterFrom::Column(column) => (named(column), message!("by_column_name")),
            MeterFrom::Name(name) => {
                (message!("name_of_file", name = name.as_str()), message!("by_folder_name"))
            }
            MeterFrom::ValueColumns => (message!("names_of_columns"), message!("by_columns")),
        };
        let is_stated = self.stated.meter_column.is_some();
        self.tell(message!("fact_meter"), value, "meter_column", is_stated, by_file(why))
    }

    fn time(&self) -> Fact {
        let (value, why) = match &self.mapping.time {
            TimeFrom::Column(column, form) => {
                let form = Value::form(form_code(*form));
                let value = message!("time_in_column", column = column.name.as_str(), form = form);
                (value, message!("by_name_and_cells"))
            }
            TimeFrom::Folder(_) => (message!("day_of_folder"), message!("by_folder_name")),
            TimeFrom::ValueColumns => (message!("names_of_columns"), message!("by_columns")),
        };
        let is_stated = self.stated.time_column.is_some();
        self.tell(message!("fact_time"), value, "time_column", is_stated, by_file(why))
    }

    fn time_of_day(&self) -> Option<Fact> {
        let (column, _) = self.mapping.day_part.as_ref()?;
        let value = match &self.mapping.minutes {
            Some(minutes) => {
                message!("two_columns", first = column.name.as_str(), second = minutes.name.as_str())
            }
            None => named(column),
        };
        let is_stated = self.stated.time_of_day_column.is_some();
        let otherwise = by_file(message!("by_column_name"));
        Some(self.tell(message!("fact_time_of_day"), value, "time_of_day_column", is_stated, otherwise))
    }

    fn end_time(&self) -> Option<Fact> {
        let value = named(&self.mapping.end_time.as_ref()?.0);
        Some(self.tell(message!("fact_end"), value, "end_time_column", true, (Basis::Stated, None)))
    }

    fn date_order(&self) -> Option<Fact> {
        let order = self.mapping.date_order()?;
        let is_told = self.mapping.is_guessed("date_order")
            || self.accepted.iter().any(|guess| guess.key == "date_order");
        if self.stated.date_order.is_none() && !is_told {
            return None;
        }
        let value = if order == "dmy" { message!("day_first") } else { message!("month_first") };
        let is_stated = self.stated.date_order.is_some();
        Some(self.tell(message!("fact_date_order"), value, "date_order", is_stated, (Basis::File, None)))
    }

    fn clock(&self) -> Fact {
        let zone = self.zone.map(|zone| zone.name.as_str());
        let is_instant = matches!(&self.mapping.time, TimeFrom::Column(_, form) if form.is_instant());
        let (value, why) = match (self.mapping.clock, zone) {
            _ if is_instant => (message!("clock_instants"), message!("times_say_so")),
            (Some(Clock::Utc), _) => (message!("clock_utc"), message!("format_says_so")),
            (Some(Clock::Standard), Some(zone)) => {
                (message!("clock_standard", zone = zone), message!("format_says_so"))
            }
            (_, Some(zone)) => (message!("clock_local", zone = zone), message!("zone_given")),
            (_, None) => (message!("clock_as_written"), message!("times_stay")),
        };
        let is_stated = self.stated.clock.is_some() && !is_instant;
        self.tell(message!("fact_clock"), value, "clock", is_stated, by_file(why))
    }

    fn stamp(&self) -> Option<Fact> {
        if !matches!(self.mapping.layout, Layout::Long { .. } | Layout::Wide { .. }) {
            return None;
        }
        let value = match self.mapping.stamp {
            Stamp::Start => message!("stamp_start"),
            Stamp::End => message!("stamp_end"),
        };
        let is_named = matches!(&self.mapping.time, TimeFrom::Column(column, _)
            if stamp_in_name(&name_key(&column.name)) == Some(self.mapping.stamp));
        let otherwise = if is_named {
            by_file(message!("by_column_name"))
        } else {
            (Basis::Guessed, Some(message!("nothing_shows_end")))
        };
        Some(self.tell(message!("fact_stamp"), value, "stamp", self.stated.stamp.is_some(), otherwise))
    }

    fn value(&self) -> Option<Fact> {
        let (Layout::Long { value } | Layout::Register { value }) = &self.mapping.layout else { return None };
        let added = self.mapping.added.iter().map(|(column, sign)| {
            let sign = if *sign < 0.0 { "-" } else { "+" };
            format!(" {sign} `{}`", column.name)
        });
        let columns = format!("`{}`{}", value.name, added.collect::<String>());
        let is_stated = self.stated.value_column.is_some() || self.stated.value_columns.is_some();
        let words = message!("columns_added", columns = columns);
        let otherwise = by_file(message!("by_column_name"));
        Some(self.tell(message!("fact_value"), words, "value_column", is_stated, otherwise))
    }

    fn unit(&self) -> Fact {
        let is_named =
            self.mapping.layout.values().first().is_some_and(|column| unit_in_name(&column.name).is_some());
        let why = if is_named { message!("unit_in_name") } else { message!("file_says_so") };
        let value = message!("as_it_is", value = self.mapping.unit.symbol());
        self.tell(message!("fact_unit"), value, "unit", self.stated.unit.is_some(), by_file(why))
    }

    fn decimal(&self) -> Option<Fact> {
        let is_usual = self.mapping.numbers.decimal == DecimalMark::Point;
        let is_told =
            self.mapping.is_guessed("decimal") || self.accepted.iter().any(|guess| guess.key == "decimal");
        if is_usual && self.stated.decimal.is_none() && !is_told {
            return None;
        }
        let value = if is_usual { message!("mark_point") } else { message!("mark_comma") };
        let is_stated = self.stated.decimal.is_some();
        Some(self.tell(message!("fact_decimal"), value, "decimal", is_stated, (Basis::File, None)))
    }

    fn thousands(&self) -> Option<Fact> {
        let value = match self.mapping.numbers.thousands? {
            ThousandsMark::Point => message!("mark_point"),
            ThousandsMark::Comma => message!("mark_comma"),
            ThousandsMark::Space => message!("mark_space"),
            ThousandsMark::Apostrophe => message!("mark_apostrophe"),
            ThousandsMark::None => message!("not_any"),
        };
        Some(self.tell(message!("fact_thousands"), value, "thousands", true, (Basis::Stated, None)))
    }

    fn multipliers(&self) -> Vec<Fact> {
        let value = match &self.mapping.multiplier_column {
            Some(column) => Some(message!("times_column", column = column.name.as_str())),
            None => self.mapping.is_guessed("multiplier_column").then(|| message!("not_any")),
        };
        let column = value.map(|value| {
            let is_stated = self.stated.multiplier_column.is_some();
            let otherwise = (Basis::Guessed, Some(message!("multiplier_by_name")));
            self.tell(message!("fact_multiplier"), value, "multiplier_column", is_stated, otherwise)
        });
        let factor = (self.mapping.multiplier != 1.0).then(|| {
            let value = message!("as_it_is", value = self.mapping.multiplier.to_string());
            self.tell(message!("fact_factor"), value, "multiplier", true, (Basis::Stated, None))
        });
        column.into_iter().chain(factor).collect()
    }

    fn quality(&self) -> Option<Fact> {
        let value = match &self.mapping.quality {
            Some(column) => named(column),
            None if self.stated.quality_column.is_some() || self.mapping.is_guessed("quality_column") => {
                message!("not_any")
            }
            None => return None,
        };
        let is_stated = self.stated.quality_column.is_some();
        let otherwise = by_file(message!("by_column_name"));
        Some(self.tell(message!("fact_quality"), value, "quality_column", is_stated, otherwise))
    }

    fn only_rows(&self) -> Option<Fact> {
        let one = |(column, texts): &(Column, Vec<String>)| {
            let texts = Value::names(texts.iter().map(|text| format!("`{text}`")));
            message!("column_is", column = column.name.as_str(), texts = texts)
        };
        let all: Vec<Message> = self.mapping.only_rows.iter().map(one).collect();
        let is_stated = !self.stated.only_rows.is_empty();
        if all.is_empty() {
            return None;
        }
        let value = message!("only_where", conditions = Value::Each(all));
        Some(self.tell(message!("fact_rows_read"), value, "where", is_stated, (Basis::File, None)))
    }

    fn text(&self) -> Vec<Fact> {
        let encoding = self.mapping.encoding.map(|encoding| {
            let value = message!("as_it_is", value = encoding);
            let otherwise = by_file(message!("by_first_bytes"));
            let is_stated = self.stated.encoding.is_some();
            self.tell(message!("fact_encoding"), value, "encoding", is_stated, otherwise)
        });
        let skipped = (self.mapping.skip_lines > 0).then(|| {
            let value = message!("after_lines", n = self.mapping.skip_lines);
            let is_stated = self.stated.skip_lines.is_some();
            self.tell(message!("fact_header"), value, "skip_lines", is_stated, (Basis::File, None))
        });
        encoding.into_iter().chain(skipped).collect()
    }

    /// Returns what a format noted that no key states.
    fn notes(&self) -> impl Iterator<Item = Fact> {
        let notes = self.mapping.guesses.iter().filter(|guess| !is_key(guess));
        notes.map(|guess| Fact {
            what: message!("as_it_is", value = said_key(guess.key)),
            value: message!("as_it_is", value = guess.for_sentence()),
            basis: Basis::File,
            why: Some(guess.reason.clone()),
        })
    }
}

/// Says that the file shows it, and by what.
const fn by_file(why: Message) -> (Basis, Option<Message>) {
    (Basis::File, Some(why))
}

fn named(column: &Column) -> Message {
    message!("named_column", column = column.name.as_str())
}

fn in_english_or_empty<S: serde::Serializer>(
    message: &Option<Message>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match message {
        Some(message) => in_english(message, serializer),
        None => serializer.serialize_str(""),
    }
}

const fn form_code(form: TimeForm) -> &'static str {
    match form {
        TimeForm::Instant => "zoned",
        TimeForm::Naive => "unzoned",
        TimeForm::TextInstant(_) => "text_zoned",
        TimeForm::TextNaive(_) => "text_unzoned",
        TimeForm::Epoch { per_second: 1 } => "seconds",
        TimeForm::Epoch { .. } => "parts",
        TimeForm::Digits => "digits",
        TimeForm::Serial => "serial",
    }
}
