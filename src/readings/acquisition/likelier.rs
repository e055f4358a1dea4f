//! States the likelier of two readings of a file, as if the user had set its key.

use super::guess::Trouble;
use super::mapping::{DecimalMark, Guess, Stamp, Unit};
use super::text_time::DateOrder;
use hashwatt_core::error::Error;
use hashwatt_core::language::message::Message;
use hashwatt_core::settings::{ReadingsTable, Texts};

/// The likelier of two readings of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Likelier {
    pub says: Says,
    /// Why it is the likelier one.
    pub reason: Message,
}

impl Likelier {
    /// Returns the reading as a guess.
    pub fn guess(&self) -> Guess {
        Guess::new(self.says.key(), self.says.value(), self.reason.clone())
    }
}

/// A key of `[[readings]]` with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Says {
    Unit(Unit),
    Decimal(DecimalMark),
    Stamp(Stamp),
    DateOrder(DateOrder),
    Shape(&'static str),
    MeterColumn(String),
    /// Column and text of the rows that are read.
    Where(String, String),
}

impl Says {
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Unit(_) => "unit",
            Self::Decimal(_) => "decimal",
            Self::Stamp(_) => "stamp",
            Self::DateOrder(_) => "date_order",
            Self::Shape(_) => "shape",
            Self::MeterColumn(_) => "meter_column",
            Self::Where(..) => "where",
        }
    }

    fn value(&self) -> String {
        match self {
            Self::Unit(unit) => unit.symbol().to_owned(),
            Self::Decimal(mark) => mark.as_str().to_owned(),
            Self::Stamp(stamp) => stamp.as_str().to_owned(),
            Self::DateOrder(order) => order.as_str().to_owned(),
            Self::Shape(shape) => (*shape).to_owned(),
            Self::MeterColumn(name) => name.clone(),
            Self::Where(column, text) => format!("{{ {column:?} = {text:?} }}"),
        }
    }

    /// Returns the value as a pipeline file writes it.
    fn toml(&self) -> String {
        match self {
            Self::Where(..) => self.value(),
            _ => format!("{:?}", self.value()),
        }
    }

    /// Sets the key, as a user would.
    pub fn state(&self, stated: &mut ReadingsTable) {
        match self {
            Self::Unit(_) => stated.unit = Some(self.value()),
            Self::Decimal(_) => stated.decimal = Some(self.value()),
            Self::Stamp(_) => stated.stamp = Some(self.value()),
            Self::DateOrder(_) => stated.date_order = Some(self.value()),
            Self::Shape(_) => stated.shape = Some(self.value()),
            Self::MeterColumn(_) => stated.meter_column = Some(self.value()),
            Self::Where(column, text) => {
                stated.only_rows.insert(column.clone(), Texts::One(text.clone()));
            }
        }
    }
}

/// A file that was not opened: why, and the likelier reading where there are two.
#[derive(Debug)]
pub(super) struct Refusal {
    pub error: Box<Error>,
    pub likelier: Option<Box<Likelier>>,
}

impl Refusal {
    pub fn of(name: &str, trouble: Trouble) -> Self {
        let cure = match &trouble.likelier {
            Some(likelier) => {
                let says = &likelier.says;
                format!("{}; --accept-guesses takes {} = {}", trouble.cure, says.key(), says.toml())
            }
            None => trouble.cure,
        };
        Self { error: Box::new(Error::input(name, trouble.seen, cure)), likelier: trouble.likelier }
    }

    /// Whether only the order of day and month is open: other files of the export may show it.
    pub fn is_of_date_order(&self) -> bool {
        self.likelier.as_ref().is_some_and(|likelier| matches!(likelier.says, Says::DateOrder(_)))
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { error: Box::new(error), likelier: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_stated_as_a_user_would() {
        let mut stated = ReadingsTable::default();
        let all = [
            Says::Unit(Unit::WattHours),
            Says::Decimal(DecimalMark::Comma),
            Says::Stamp(Stamp::End),
            Says::DateOrder(DateOrder::MonthFirst),
            Says::Shape("register"),
            Says::MeterColumn("id".to_owned()),
            Says::Where("channel".to_owned(), "E1".to_owned()),
        ];
        all.iter().for_each(|says| says.state(&mut stated));
        let text = toml::to_string(&stated).unwrap();
        for line in [
            "unit = \"Wh\"",
            "decimal = \",\"",
            "stamp = \"end\"",
            "date_order = \"mdy\"",
            "shape = \"register\"",
            "meter_column = \"id\"",
            "channel = \"E1\"",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}
