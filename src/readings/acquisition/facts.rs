//! Lists how a file is read, line by line, with what says so: the settings, the file itself, or a guess.

use serde::Serialize;

use super::ends::with_named_ends;
use super::guess_findings::is_key;
use super::mapping::{
    Clock, DecimalMark, Guess, Layout, Mapping, MeterFrom, Stamp, ThousandsMark, TimeForm, TimeFrom,
};
use super::names::{stamp_in_name, unit_in_name};
use super::profile::name_key;
use super::source::Source;
use hashwatt_core::language::Language;
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

/// One line on how a file is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// The property, in a word or two.
    pub what: &'static str,
    /// Its value.
    pub value: String,
    /// What says so.
    pub basis: Basis,
    /// The evidence; empty where the settings say so.
    pub why: String,
}

impl Fact {
    /// Returns the value without what is each file's own: its name, where that names the meter, and counts.
    #[must_use]
    pub fn alike(&self) -> String {
        self.value.split(", here ").next().unwrap_or_default().to_owned()
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
        what: &'static str,
        value: String,
        key: &str,
        is_stated: bool,
        otherwise: (Basis, &str),
    ) -> Fact {
        let reason = |guesses: &[Guess]| {
            guesses.iter().find(|guess| guess.key == key).map(|guess| guess.said_reason(Language::english()))
        };
        let (basis, why) = match (reason(self.accepted), reason(&self.mapping.guesses)) {
            (Some(why), _) => (Basis::Accepted, why),
            (None, _) if is_stated => (Basis::Stated, String::new()),
            (None, Some(why)) => (Basis::Guessed, why),
            (None, None) => (otherwise.0, otherwise.1.to_owned()),
        };
        Fact { what, value, basis, why }
    }

    fn rows(&self) -> Fact {
        let n = self.mapping.layout.values().len();
        let words = match &self.mapping.layout {
            Layout::Long { .. } => "a row an interval".to_owned(),
            Layout::Register { .. } => "a row a read of a cumulative counter".to_owned(),
            Layout::Wide { .. } => format!("a row an instant, {n} columns a meter each"),
            Layout::Daily { step_s, .. } => format!("a row a meter-day, {n} columns of {} min", step_s / 60),
            Layout::Dates { .. } => format!("a row a meter, {n} columns a day each"),
        };
        self.tell("rows", words, "shape", self.stated.shape.is_some(), (Basis::File, "by its columns"))
    }

    fn meter(&self) -> Fact {
        let (value, why) = match &self.mapping.meter {
            MeterFrom::Column(column) => (format!("column `{}`", column.name), "by the column's name"),
            MeterFrom::Name(name) => {
                (format!("the name of file or folder, here {name}"), "by the folder's name")
            }
            MeterFrom::ValueColumns => ("the names of the value columns".to_owned(), "by its columns"),
        };
        self.tell("meter", value, "meter_column", self.stated.meter_column.is_some(), (Basis::File, why))
    }

    fn time(&self) -> Fact {
        let (value, why) = match &self.mapping.time {
            TimeFrom::Column(column, form) => {
                (format!("column `{}`, {}", column.name, form_words(*form)), "by the column's name and cells")
            }
            TimeFrom::Folder(_) => ("the day in the folder's name".to_owned(), "by the folder's name"),
            TimeFrom::ValueColumns => ("the names of the value columns".to_owned(), "by its columns"),
        };
        self.tell("time", value, "time_column", self.stated.time_column.is_some(), (Basis::File, why))
    }

    fn time_of_day(&self) -> Option<Fact> {
        let (column, _) = self.mapping.day_part.as_ref()?;
        let minutes =
            self.mapping.minutes.as_ref().map_or(String::new(), |minutes| format!(" and `{}`", minutes.name));
        let value = format!("column `{}`{minutes}", column.name);
        let is_stated = self.stated.time_of_day_column.is_some();
        Some(self.tell(
            "time of day",
            value,
            "time_of_day_column",
            is_stated,
            (Basis::File, "by the column's name"),
        ))
    }

    fn end_time(&self) -> Option<Fact> {
        let value = format!("column `{}`", self.mapping.end_time.as_ref()?.0.name);
        Some(self.tell("end", value, "end_time_column", true, (Basis::Stated, "")))
    }

    fn date_order(&self) -> Option<Fact> {
        let order = self.mapping.date_order()?;
        let is_told = self.mapping.is_guessed("date_order")
            || self.accepted.iter().any(|guess| guess.key == "date_order");
        if self.stated.date_order.is_none() && !is_told {
            return None;
        }
        let value = if order == "dmy" { "day before month (dmy)" } else { "month before day (mdy)" };
        let is_stated = self.stated.date_order.is_some();
        Some(self.tell("date order", value.to_owned(), "date_order", is_stated, (Basis::File, "")))
    }

    fn clock(&self) -> Fact {
        let zone = self.zone.map(|zone| zone.name.as_str());
        let is_instant = matches!(&self.mapping.time, TimeFrom::Column(_, form) if form.is_instant());
        let (value, why) = match (self.mapping.clock, zone) {
            _ if is_instant => ("instants, independent of any zone".to_owned(), "the times say so"),
            (Some(Clock::Utc), _) => ("UTC".to_owned(), "the format says so"),
            (Some(Clock::Standard), Some(zone)) => {
                (format!("standard time of {zone} all year"), "the format says so")
            }
            (_, Some(zone)) => {
                (format!("local time of {zone}, with its clock changes"), "the zone that was given")
            }
            (_, None) => {
                ("as written: no zone was given".to_owned(), "times without a zone stay as they are")
            }
        };
        self.tell("clock", value, "clock", self.stated.clock.is_some() && !is_instant, (Basis::File, why))
    }

    fn stamp(&self) -> Option<Fact> {
        if !matches!(self.mapping.layout, Layout::Long { .. } | Layout::Wide { .. }) {
            return None;
        }
        let value = match self.mapping.stamp {
            Stamp::Start => "times mark the start of the interval",
            Stamp::End => "times mark the end of the interval",
        };
        let is_named = matches!(&self.mapping.time, TimeFrom::Column(column, _)
            if stamp_in_name(&name_key(&column.name)) == Some(self.mapping.stamp));
        let otherwise = if is_named {
            (Basis::File, "by the column's name")
        } else {
            (Basis::Guessed, "nothing shows that they mark the end; it changes no kW")
        };
        Some(self.tell("stamp", value.to_owned(), "stamp", self.stated.stamp.is_some(), otherwise))
    }

    fn value(&self) -> Option<Fact> {
        let (Layout::Long { value } | Layout::Register { value }) = &self.mapping.layout else { return None };
        let is_stated = self.stated.value_column.is_some();
        let otherwise = (Basis::File, "by the column's name");
        let added = self.mapping.added.iter().map(|(column, sign)| {
            let sign = if *sign < 0.0 { "less" } else { "and" };
            format!(" {sign} `{}`", column.name)
        });
        let words = format!("column `{}`{}", value.name, added.collect::<String>());
        let is_stated = is_stated || self.stated.value_columns.is_some();
        Some(self.tell("value", words, "value_column", is_stated, otherwise))
    }

    fn unit(&self) -> Fact {
        let is_named =
            self.mapping.layout.values().first().is_some_and(|column| unit_in_name(&column.name).is_some());
        let why = if is_named { "in the column's name" } else { "the file says so" };
        let value = self.mapping.unit.symbol().to_owned();
        self.tell("unit", value, "unit", self.stated.unit.is_some(), (Basis::File, why))
    }

    fn decimal(&self) -> Option<Fact> {
        let is_usual = self.mapping.numbers.decimal == DecimalMark::Point;
        let is_told =
            self.mapping.is_guessed("decimal") || self.accepted.iter().any(|guess| guess.key == "decimal");
        if is_usual && self.stated.decimal.is_none() && !is_told {
            return None;
        }
        let value = if is_usual { "point" } else { "comma" };
        let is_stated = self.stated.decimal.is_some();
        Some(self.tell("decimal mark", value.to_owned(), "decimal", is_stated, (Basis::File, "")))
    }

    fn thousands(&self) -> Option<Fact> {
        let value = match self.mapping.numbers.thousands? {
            ThousandsMark::Point => "point",
            ThousandsMark::Comma => "comma",
            ThousandsMark::Space => "space",
            ThousandsMark::Apostrophe => "apostrophe",
            ThousandsMark::None => "none",
        };
        Some(self.tell("thousands", value.to_owned(), "thousands", true, (Basis::Stated, "")))
    }

    fn multipliers(&self) -> Vec<Fact> {
        let value = match &self.mapping.multiplier_column {
            Some(column) => Some(format!("each value times column `{}`", column.name)),
            None => self.mapping.is_guessed("multiplier_column").then(|| "none".to_owned()),
        };
        let column = value.map(|value| {
            let is_stated = self.stated.multiplier_column.is_some();
            let why = "by the column's name; state \"none\" where the values have it already";
            self.tell("multiplier", value, "multiplier_column", is_stated, (Basis::Guessed, why))
        });
        let factor = (self.mapping.multiplier != 1.0).then(|| {
            self.tell(
                "factor",
                format!("{}", self.mapping.multiplier),
                "multiplier",
                true,
                (Basis::Stated, ""),
            )
        });
        column.into_iter().chain(factor).collect()
    }

    fn quality(&self) -> Option<Fact> {
        let value = match &self.mapping.quality {
            Some(column) => format!("column `{}`", column.name),
            None if self.stated.quality_column.is_some() || self.mapping.is_guessed("quality_column") => {
                "none".to_owned()
            }
            None => return None,
        };
        let is_stated = self.stated.quality_column.is_some();
        Some(self.tell("quality", value, "quality_column", is_stated, (Basis::File, "by the column's name")))
    }

    fn only_rows(&self) -> Option<Fact> {
        let all: Vec<String> = self
            .mapping
            .only_rows
            .iter()
            .map(|(column, texts)| format!("`{}` is `{}`", column.name, texts.join("` or `")))
            .collect();
        let is_stated = !self.stated.only_rows.is_empty();
        let value = format!("only where {}", all.join(" and "));
        (!all.is_empty()).then(|| self.tell("rows read", value, "where", is_stated, (Basis::File, "")))
    }

    fn text(&self) -> Vec<Fact> {
        let encoding = self.mapping.encoding.map(|encoding| {
            self.tell(
                "encoding",
                encoding.to_owned(),
                "encoding",
                self.stated.encoding.is_some(),
                (Basis::File, "by its first bytes"),
            )
        });
        let skipped = (self.mapping.skip_lines > 0).then(|| {
            let value = format!("after {} lines", self.mapping.skip_lines);
            self.tell("header", value, "skip_lines", self.stated.skip_lines.is_some(), (Basis::File, ""))
        });
        encoding.into_iter().chain(skipped).collect()
    }

    /// Returns what a format noted that no key states.
    fn notes(&self) -> impl Iterator<Item = Fact> {
        let notes = self.mapping.guesses.iter().filter(|guess| !is_key(guess));
        notes.map(|guess| Fact {
            what: guess.key,
            value: guess.value.clone(),
            basis: Basis::File,
            why: guess.said_reason(Language::english()),
        })
    }
}

const fn form_words(form: TimeForm) -> &'static str {
    match form {
        TimeForm::Instant => "timestamps with a zone",
        TimeForm::Naive => "timestamps without a zone",
        TimeForm::TextInstant(_) => "text with an offset",
        TimeForm::TextNaive(_) => "text without a zone",
        TimeForm::Epoch { per_second: 1 } => "seconds since 1970",
        TimeForm::Epoch { .. } => "parts of a second since 1970",
        TimeForm::Digits => "dates in digits",
        TimeForm::Serial => "day numbers of a spreadsheet",
    }
}
