//! Describes how one file's columns become interval data, and which parts were stated or guessed.

use serde::Serialize;

use super::Quantity;
use super::text_time::DateOrder;
pub use super::values::{DecimalMark, NumberMarks, ThousandsMark};
use hashwatt_core::finding::FINDING;
use hashwatt_core::language::Language;
use hashwatt_core::language::message::{Message, Value};
use hashwatt_core::settings::{NO_COLUMN, ReadingsTable};

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Position in the file, counted from 0.
    pub index: usize,
    /// Name as written.
    pub name: String,
}

/// How intervals are arranged in rows and columns.
#[derive(Debug, Clone, PartialEq)]
pub enum Layout {
    /// One row per interval.
    Long {
        /// Energy or demand.
        value: Column,
    },
    /// One row per read of a cumulative counter.
    Register {
        /// Counter value.
        value: Column,
    },
    /// One row per instant, one column per meter.
    Wide {
        /// The meters.
        values: Vec<Column>,
    },
    /// One row per meter and day, one column per interval of the day.
    Daily {
        /// The intervals of the day, in order.
        values: Vec<Column>,
        /// Length of each. [s]
        step_s: i64,
        /// Whether columns count clock hours or the time elapsed since midnight.
        count: DayCount,
    },
    /// One row per meter, one column per day (SGCC).
    Dates {
        /// The days.
        values: Vec<Column>,
        /// Each column's naive local time. [s]
        times_s: Vec<i64>,
    },
}

impl Layout {
    /// Returns the value of the `shape` key.
    #[must_use]
    pub const fn shape(&self) -> &'static str {
        match self {
            Self::Long { .. } => "long",
            Self::Register { .. } => "register",
            Self::Wide { .. } => "wide",
            Self::Daily { .. } => "daily",
            Self::Dates { .. } => "dates",
        }
    }

    /// Returns the columns with values.
    #[must_use]
    pub fn values(&self) -> &[Column] {
        match self {
            Self::Long { value } | Self::Register { value } => std::slice::from_ref(value),
            Self::Wide { values } | Self::Daily { values, .. } | Self::Dates { values, .. } => values,
        }
    }
}

/// How the columns of a daily row count on days of 23 or 25 h.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayCount {
    /// By clock time: the column of an hour that did not occur is empty or zero.
    ClockTime,
    /// By time since local midnight: rows have columns for 25 h.
    Elapsed,
}

/// Source of the meter's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MeterFrom {
    /// A column.
    Column(Column),
    /// The folder or file name: one meter per file.
    Name(String),
    /// The names of the value columns.
    ValueColumns,
}

/// Source of the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeFrom {
    /// A column.
    Column(Column, TimeForm),
    /// The folder name (`date=2013-01-31`): the file's naive local day. [s]
    Folder(i64),
    /// The names of the value columns.
    ValueColumns,
}

/// Format of a time column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeForm {
    /// A timestamp with a zone.
    Instant,
    /// A timestamp without a zone, or a date.
    Naive,
    /// Text with an offset or `Z`, or an epoch as text.
    TextInstant(DateOrder),
    /// Text without an offset.
    TextNaive(DateOrder),
    /// Epoch as a number.
    Epoch {
        /// Units per second: 1, 1e3, 1e6 or 1e9.
        per_second: i64,
    },
    /// `yyyymmdd[HHMM[SS]]` as a number.
    Digits,
    /// Days since 1899-12-30 as a number, as spreadsheets count them.
    Serial,
}

impl TimeForm {
    /// Whether times are already instants.
    #[must_use]
    pub const fn is_instant(self) -> bool {
        matches!(self, Self::Instant | Self::TextInstant(_) | Self::Epoch { .. })
    }
}

/// Format of a separate column with the time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayPart {
    /// A clock time such as `00:30`.
    Clock,
    /// A number of the interval.
    Number {
        /// Number of the day's first interval, 0 or 1.
        first: i64,
        /// Length of an interval. [s]
        step_s: i64,
        /// Whether numbers count clock hours or the time elapsed since midnight.
        count: DayCount,
    },
}

/// Meaning of naive times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// Local time that follows the zone's changes.
    Local,
    /// The zone's standard time all year.
    Standard,
    /// UTC.
    Utc,
}

impl Clock {
    /// Returns the value of the `clock` key.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Which end of an interval its time marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// The start.
    Start,
    /// The end.
    End,
}

impl Stamp {
    /// Returns the value of the `stamp` key.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::End => "end",
        }
    }
}

/// Unit of the values in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Energy. [kWh]
    KilowattHours,
    /// Energy. [Wh]
    WattHours,
    /// Energy. [MWh]
    MegawattHours,
    /// Mean demand. [kW]
    Kilowatts,
    /// Mean demand. [W]
    Watts,
    /// Mean demand. [MW]
    Megawatts,
}

impl Unit {
    /// Returns the unit with this symbol, in upper or lower case; `None` if it is unknown.
    #[must_use]
    pub fn from_symbol(symbol: &str) -> Option<Self> {
        Some(match symbol.trim().to_ascii_lowercase().as_str() {
            "kwh" => Self::KilowattHours,
            "wh" => Self::WattHours,
            "mwh" => Self::MegawattHours,
            "kw" => Self::Kilowatts,
            "w" => Self::Watts,
            "mw" => Self::Megawatts,
            _ => return None,
        })
    }

    /// Returns the symbol, as in the `unit` key.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::KilowattHours => "kWh",
            Self::WattHours => "Wh",
            Self::MegawattHours => "MWh",
            Self::Kilowatts => "kW",
            Self::Watts => "W",
            Self::Megawatts => "MW",
        }
    }

    /// Returns the factor from this unit to kWh or kW.
    #[must_use]
    pub const fn factor(self) -> f64 {
        match self {
            Self::KilowattHours | Self::Kilowatts => 1.0,
            Self::WattHours | Self::Watts => 1e-3,
            Self::MegawattHours | Self::Megawatts => 1e3,
        }
    }

    /// Returns the quantity of a value in this unit, unless it is a register read.
    #[must_use]
    pub const fn quantity(self) -> Quantity {
        match self {
            Self::KilowattHours | Self::WattHours | Self::MegawattHours => Quantity::Energy,
            Self::Kilowatts | Self::Watts | Self::Megawatts => Quantity::Demand,
        }
    }
}

/// A property of a file that was not stated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Guess {
    /// Key of `[[readings]]` that would state it, or what a format notes that none would.
    pub key: &'static str,
    /// Value assumed.
    pub value: String,
    /// The value in words, where no key states it.
    #[serde(skip)]
    pub words: Option<Message>,
    /// Reason for it, a sentence of the family of findings.
    #[serde(serialize_with = "in_english")]
    pub reason: Message,
}

impl Guess {
    /// Builds the guess of a key's value.
    pub fn new(key: &'static str, value: impl Into<String>, reason: Message) -> Self {
        Self { key, value: value.into(), words: None, reason }
    }

    /// Builds what a format notes that no key states.
    #[must_use]
    pub fn note(what: &'static str, words: Message, reason: Message) -> Self {
        let value = Language::english().say_message(FINDING, &words);
        Self { key: what, value, words: Some(words), reason }
    }

    /// Returns the value in a language.
    #[must_use]
    pub fn said_value(&self, language: &Language) -> String {
        self.words.as_ref().map_or_else(|| self.value.clone(), |words| language.say_message(FINDING, words))
    }

    /// Returns the value for a sentence: in words, or as it is; a mark alone stands in quotes.
    pub(super) fn for_sentence(&self) -> Value {
        match &self.words {
            Some(words) => words.clone().into(),
            None if self.value.chars().any(char::is_alphanumeric) => self.value.as_str().into(),
            None => format!("`{}`", self.value).into(),
        }
    }

    /// Returns the reason in a language.
    #[must_use]
    pub fn said_reason(&self, language: &Language) -> String {
        language.say_message(FINDING, &self.reason)
    }
}

/// Writes a sentence of the family of findings as JSON has it.
pub(super) fn in_english<S: serde::Serializer>(message: &Message, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&Language::english().say_message(FINDING, message))
}

/// How one file becomes interval data.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// How intervals are arranged in rows and columns.
    pub layout: Layout,
    /// Source of the meter's id.
    pub meter: MeterFrom,
    /// Source of the time.
    pub time: TimeFrom,
    /// Column with the time of day, if the time column has only dates.
    pub day_part: Option<(Column, DayPart)>,
    /// Column with the ends of intervals, where another has their starts.
    pub end_time: Option<(Column, TimeForm)>,
    /// Column with the minute, if the time of day is the number of the hour.
    pub minutes: Option<Column>,
    /// Column with quality codes.
    pub quality: Option<Column>,
    /// Whether 1, true or yes in the quality column means measured or estimated.
    pub quality_one: QualityOne,
    /// Column with a factor for the value.
    pub multiplier_column: Option<Column>,
    /// Column with the voltage. [V]
    pub voltage: Option<Column>,
    /// Columns that are added to the value column, each with its sign.
    pub added: Vec<(Column, f64)>,
    /// Only rows with one of these texts in these columns hold intervals (`reading_type = INT`).
    pub only_rows: Vec<(Column, Vec<String>)>,
    /// Marks of numbers in text.
    pub numbers: NumberMarks,
    /// Encoding of a text file that is not UTF-8.
    pub encoding: Option<&'static str>,
    /// Lines of a text file before its header.
    pub skip_lines: usize,
    /// Sheet of a workbook that was stated.
    pub sheet: Option<String>,
    /// Unit of the values.
    pub unit: Unit,
    /// Factor for every value.
    pub multiplier: f64,
    /// Meaning of naive times. `None`: local if a zone is given, otherwise unchanged.
    pub clock: Option<Clock>,
    /// Which end of the interval times mark.
    pub stamp: Stamp,
    /// The guessed parts of the mapping.
    pub guesses: Vec<Guess>,
}

/// Meaning of 1, true or yes in a quality column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QualityOne {
    /// `is_valid`, `measured`.
    Measured,
    /// `estimated`, `flag`.
    Estimated,
}

impl Mapping {
    /// Returns the quantity of the values in the batches.
    #[must_use]
    pub const fn quantity(&self) -> Quantity {
        match self.layout {
            Layout::Register { .. } => Quantity::RegisterRead,
            _ => self.unit.quantity(),
        }
    }

    /// Returns a mapping that reads the voltage [V] in place of the value, or `None` if rows have no voltage.
    #[must_use]
    pub fn of_voltage(&self) -> Option<Self> {
        let value = self.voltage.clone()?;
        Some(Self {
            layout: Layout::Long { value },
            // Volts stay unchanged: this unit's factor is 1.
            unit: Unit::Kilowatts,
            multiplier: 1.0,
            multiplier_column: None,
            quality: None,
            added: Vec::new(),
            ..self.clone()
        })
    }

    /// Whether the value of this key was guessed.
    #[must_use]
    pub fn is_guessed(&self, key: &str) -> bool {
        self.guesses.iter().any(|guess| guess.key == key)
    }

    /// Returns the column's name, or that there is none where that was guessed.
    fn column_or_none(&self, key: &str, column: Option<&Column>) -> Option<String> {
        match column {
            Some(column) => Some(column.name.clone()),
            None => self.is_guessed(key).then(|| NO_COLUMN.to_owned()),
        }
    }

    /// Returns the mapping as the settings would state it, for the export at `path`.
    #[must_use]
    pub fn to_table(&self, path: &str) -> ReadingsTable {
        let text = |text: &str| Some(text.to_owned());
        let values = self.layout.values();
        let is_one_column = matches!(self.layout, Layout::Long { .. } | Layout::Register { .. });
        let several = match (&self.layout, values) {
            (Layout::Daily { .. }, [first, .., last]) => Some(vec![first.name.clone(), last.name.clone()]),
            (Layout::Long { value } | Layout::Register { value }, _) if !self.added.is_empty() => {
                let added = self.added.iter().map(|(column, sign)| match *sign < 0.0 {
                    true => format!("-{}", column.name),
                    false => column.name.clone(),
                });
                Some(std::iter::once(value.name.clone()).chain(added).collect())
            }
            _ => None,
        };
        ReadingsTable {
            path: path.to_owned(),
            shape: text(self.layout.shape()),
            meter_column: match &self.meter {
                MeterFrom::Column(column) => text(&column.name),
                MeterFrom::Name(_) => text(NO_COLUMN),
                MeterFrom::ValueColumns => None,
            },
            time_column: match &self.time {
                TimeFrom::Column(column, _) => text(&column.name),
                TimeFrom::Folder(_) | TimeFrom::ValueColumns => None,
            },
            time_of_day_column: self.day_part.as_ref().map(|(column, _)| column.name.clone()),
            end_time_column: self.end_time.as_ref().map(|(column, _)| column.name.clone()),
            value_column: (is_one_column && several.is_none()).then(|| values[0].name.clone()),
            value_columns: several,
            quality_column: self.column_or_none("quality_column", self.quality.as_ref()),
            multiplier_column: self.column_or_none("multiplier_column", self.multiplier_column.as_ref()),
            voltage_column: self.voltage.as_ref().map(|column| column.name.clone()),
            multiplier: (self.multiplier != 1.0).then_some(self.multiplier),
            unit: text(self.unit.symbol()),
            clock: self.clock.map(|clock| clock.as_str().to_owned()),
            stamp: text(self.stamp.as_str()),
            date_order: self.date_order().map(str::to_owned),
            decimal: text(self.numbers.decimal.as_str()),
            thousands: self.numbers.thousands.map(|mark| mark.as_str().to_owned()),
            encoding: self.encoding.map(str::to_owned),
            skip_lines: (self.skip_lines > 0).then_some(self.skip_lines),
            sheet: self.sheet.clone(),
            only_rows: self
                .only_rows
                .iter()
                .map(|(column, texts)| (column.name.clone(), texts.clone().into()))
                .collect(),
        }
    }

    /// Returns a `[[readings]]` block to paste into a pipeline file.
    #[must_use]
    pub fn to_toml(&self, path: &str) -> String {
        #[derive(Serialize)]
        struct Block {
            readings: [ReadingsTable; 1],
        }
        toml::to_string(&Block { readings: [self.to_table(path)] })
            .expect("a table of texts and numbers is TOML")
    }

    /// Returns the value of the `date_order` key, where times are text.
    pub(super) const fn date_order(&self) -> Option<&'static str> {
        match self.time {
            TimeFrom::Column(_, TimeForm::TextNaive(order) | TimeForm::TextInstant(order)) => {
                Some(order.as_str())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(index: usize, name: &str) -> Column {
        Column { index, name: name.to_owned() }
    }

    #[test]
    fn a_mapping_becomes_a_block_that_settings_read_back() {
        let mapping = Mapping {
            layout: Layout::Long { value: column(2, "KWH/hh (per half hour) ") },
            meter: MeterFrom::Column(column(0, "LCLid")),
            time: TimeFrom::Column(column(1, "DateTime"), TimeForm::Naive),
            day_part: None,
            end_time: None,
            minutes: None,
            quality: None,
            quality_one: QualityOne::Estimated,
            multiplier_column: None,
            voltage: None,
            added: Vec::new(),
            only_rows: Vec::new(),
            numbers: DecimalMark::Comma.into(),
            encoding: Some("windows-1251"),
            skip_lines: 3,
            sheet: None,
            unit: Unit::WattHours,
            multiplier: 40.0,
            clock: Some(Clock::Standard),
            stamp: Stamp::End,
            guesses: Vec::new(),
        };
        let text = mapping.to_toml("export.csv");
        assert!(text.starts_with("[[readings]]\npath = \"export.csv\"\nshape = \"long\"\n"), "{text}");
        let file: hashwatt_core::settings::PipelineFile = toml::from_str(&text).unwrap();
        assert_eq!(file.readings[0].value_column.as_deref(), Some("KWH/hh (per half hour) "));
        assert_eq!(file.readings[0].multiplier, Some(40.0));
        assert_eq!(file.readings[0].clock.as_deref(), Some("standard"));
        assert_eq!(file.readings[0].quality_column, None);
        let text_keys = (file.readings[0].decimal.as_deref(), file.readings[0].encoding.as_deref());
        assert_eq!(
            text_keys,
            (Some(","), Some("windows-1251")),
            "or a shared store would keep what was read otherwise"
        );
        assert_eq!(file.readings[0].skip_lines, Some(3));
    }

    #[test]
    fn a_unit_is_known_by_its_symbol() {
        assert_eq!(Unit::from_symbol(" KWH "), Some(Unit::KilowattHours));
        assert_eq!(Unit::from_symbol("MW"), Some(Unit::Megawatts));
        assert_eq!(Unit::from_symbol("kVA"), None);
    }
}
