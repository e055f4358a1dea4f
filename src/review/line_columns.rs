//! Reads the columns that the lines of a run are made of.

use polars::prelude::{DataFrame, DataType, PolarsError};

use hashwatt_core::error::{Error, Result};

/// Marks a missing day.
pub const NO_DAY: i32 = i32::MIN;

/// Columns of the scores.
pub const SCORE_COLUMNS: [&str; 16] = [
    "meter_id",
    "kind",
    "group",
    "case",
    "score",
    "rig_kw",
    "rig_kw_low",
    "rig_kw_high",
    "p_value",
    "chance",
    "visit_chance",
    "machines_low",
    "machines_high",
    "onset",
    "ended",
    "last_seen_on",
];

/// Columns of the suspects.
pub const SUSPECT_COLUMNS: [&str; 8] = [
    "meter_id",
    "place",
    "expected_false",
    "energy_kwh_since_onset",
    "energy_kwh_low",
    "energy_kwh_high",
    "money_since_onset",
    "parent_peak_share",
];

/// A table whose columns are taken one by one.
pub struct Read<'a> {
    /// File name, for errors.
    pub table: &'static str,
    /// The table.
    pub frame: &'a DataFrame,
}

impl Read<'_> {
    /// Calls `take` with each text.
    ///
    /// # Errors
    /// When the table has no such column of texts.
    pub fn each_text(&self, name: &str, mut take: impl FnMut(Option<&str>)) -> Result<()> {
        let column = self.frame.column(name).and_then(|column| column.str());
        column.map(|column| column.iter().for_each(&mut take)).map_err(|error| self.failed(error))
    }

    /// Returns the numbers; a missing one is NaN.
    ///
    /// # Errors
    /// When the table has no such column of numbers.
    pub fn floats(&self, name: &str) -> Result<Vec<f32>> {
        let column = self.frame.column(name).and_then(|column| column.f64());
        let column = column.map_err(|error| self.failed(error))?;
        Ok(column.iter().map(|value| value.map_or(f32::NAN, |value| value as f32)).collect())
    }

    /// Returns the counts; a missing one is 0.
    ///
    /// # Errors
    /// When the table has no such column of counts.
    pub fn counts(&self, name: &str) -> Result<Vec<u32>> {
        let column = self.frame.column(name).and_then(|column| column.u32());
        Ok(column.map_err(|error| self.failed(error))?.iter().map(Option::unwrap_or_default).collect())
    }

    /// Returns the civil days; a missing one is [`NO_DAY`]. [days since 1970-01-01]
    ///
    /// # Errors
    /// When the table has no such column of days.
    pub fn days(&self, name: &str) -> Result<Vec<i32>> {
        let column = self.frame.column(name).and_then(|column| column.cast(&DataType::Int32));
        let column = column.map_err(|error| self.failed(error))?;
        let column = column.i32().map_err(|error| self.failed(error))?;
        Ok(column.iter().map(|day| day.unwrap_or(NO_DAY)).collect())
    }

    fn failed(&self, error: PolarsError) -> Error {
        Error::table(self.table, error)
    }
}
