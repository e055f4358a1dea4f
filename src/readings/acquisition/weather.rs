//! Reads outdoor temperatures and computes the mean of each civil day.

use std::collections::BTreeMap;
use std::path::Path;

use super::left_out::LeftOut;
use super::table::{Bounds, read_table};
use hashwatt_core::calendar::Calendar;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::finding::Finding;
use hashwatt_core::message;

/// Temperatures in places where people live have never been outside this range. [°C]
const TEMPERATURE: Bounds = Bounds { range: -70.0..=60.0, wrong: message!("no_temperature") };

/// Mean outdoor temperature by civil day, over all of the file's zones.
#[derive(Debug, Clone, Default)]
pub struct Weather {
    daily_c: BTreeMap<i32, f32>,
}

impl Weather {
    /// Reads `start, temperature_c` (and `zone`) from Parquet, CSV or a workbook.
    ///
    /// # Errors
    /// When the file cannot be read or lacks a column.
    pub fn read(path: &Path, calendar: &Calendar) -> Result<(Self, Vec<Finding>)> {
        let file = path.display().to_string();
        let table = read_table(path)?;
        let mut left_out = LeftOut::of(&table);
        let (Some(starts_s), Some(temperatures_c)) = (
            table.instants_s("start", &mut left_out)?,
            table.numbers("temperature_c", &TEMPERATURE, &mut left_out)?,
        ) else {
            return Err(Error::input(
                file,
                format!("needs the columns `start` and `temperature_c`; it has {}", table.names()),
                "Rename the columns",
            ));
        };
        let mut sums: BTreeMap<i32, (f64, u32)> = BTreeMap::new();
        for (start_s, temperature_c) in starts_s.iter().zip(&temperatures_c) {
            let day = start_s.and_then(|s| calendar.day_of(s));
            if let Some((day, temperature_c)) = day.zip(*temperature_c) {
                let sum = sums.entry(day.day).or_default();
                sum.0 += temperature_c;
                sum.1 += 1;
            }
        }
        let daily_c = sums.into_iter().map(|(day, (sum, n))| (day, (sum / f64::from(n)) as f32)).collect();
        Ok((Self { daily_c }, left_out.findings(&file)))
    }

    /// Builds the weather from civil days and their mean temperatures. [°C]
    #[must_use]
    pub fn from_days(days: impl IntoIterator<Item = (i32, f32)>) -> Self {
        Self { daily_c: days.into_iter().collect() }
    }

    /// Returns the mean temperature of a civil day. [°C]
    #[must_use]
    pub fn temperature_c(&self, day: i32) -> Option<f32> {
        self.daily_c.get(&day).copied()
    }

    /// Returns the first and last civil day. [days since 1970-01-01]
    #[must_use]
    pub fn span(&self) -> Option<(i32, i32)> {
        self.daily_c.keys().next().copied().zip(self.daily_c.keys().next_back().copied())
    }

    /// Counts the civil days of a period that have a temperature.
    #[must_use]
    pub fn n_days(&self, (first, last): (i32, i32)) -> usize {
        self.daily_c.range(first..=last).count()
    }

    /// Whether there are no temperatures.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.daily_c.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_the_mean_of_its_hours_and_nonsense_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("weather.csv");
        std::fs::write(&path, "zone,start,temperature_c\na,2022-01-25T00:00:00Z,-10\na,2022-01-25T12:00:00Z,-20\na,2022-01-26T00:00:00Z,400\n").unwrap();
        let (weather, findings) = Weather::read(&path, &Calendar::new(None)).unwrap();
        let day = hashwatt_core::calendar::day_number(jiff::civil::date(2022, 1, 25));
        assert_eq!(weather.temperature_c(day), Some(-15.0));
        assert_eq!((weather.temperature_c(day + 1), findings.len()), (None, 1));
    }
}
