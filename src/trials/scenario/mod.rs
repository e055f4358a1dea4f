//! Holds what differs between simulated places, and reads it from the TOML file of a scenario.

mod check;
mod parts;

use std::path::Path;

use jiff::ToSpan;
use jiff::civil::Date;

use hashwatt_core::error::{Error, Result};
pub use parts::Scenario;
pub(super) use parts::{
    Arrivals, Closure, Declared, Event, EventKind, Farms, Growth, MonthDay, Streets, Zone,
};

/// The scenarios that the program holds: name and file.
const BUILT_IN: [(&str, &str); 3] = [
    ("almaty-2021", include_str!("almaty-2021.toml")),
    ("london-2022", include_str!("london-2022.toml")),
    ("kazakhstan-2021", include_str!("kazakhstan-2021.toml")),
];

/// Where every key is explained.
const CURE: &str = "Correct the key; docs/scenarios.md lists every key with its unit, and src/trials/scenario/ \
                    has the files of the scenarios that the program holds";

impl Scenario {
    /// Returns the names of the scenarios that the program holds.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        BUILT_IN.iter().map(|(name, _)| *name).collect()
    }

    /// Returns the scenario of this name, or of this file if the name ends in `.toml`.
    ///
    /// # Errors
    /// When no scenario has this name, or the file cannot be read or has a key or value that cannot be used.
    pub fn named(name: &str) -> Result<Self> {
        if Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) {
            let text = std::fs::read_to_string(name).map_err(|error| Error::read(name, error))?;
            return Self::parse(&text, name);
        }
        let found = BUILT_IN.iter().find(|(known, _)| *known == name);
        let (_, text) = found.ok_or_else(|| {
            Error::setting(
                "--scenario",
                format!("`{name}` is no scenario"),
                format!("Write one of: {}, or the path of a TOML file", Self::names().join(", ")),
            )
        })?;
        Self::parse(text, name)
    }

    fn parse(text: &str, file: &str) -> Result<Self> {
        let scenario: Self = toml::from_str(text).map_err(|error| {
            Error::input(file, error.to_string().trim_end().to_owned(), CURE).because(error)
        })?;
        scenario.check(file)?;
        Ok(scenario)
    }

    /// Returns how many usage points are simulated unless somebody says another number.
    #[must_use]
    pub const fn n_meters(&self) -> Option<usize> {
        self.meters
    }

    /// Returns how many local days are simulated unless somebody says another number.
    #[must_use]
    pub const fn n_days(&self) -> Option<usize> {
        self.days
    }

    /// Returns the first local day of a simulation of this many days.
    pub(super) fn first_day(&self, n_days: usize) -> Date {
        let days = i64::try_from(n_days).unwrap_or(i64::MAX);
        let last = self.until.and_then(|until| until.checked_sub(days.days()).ok());
        last.map_or(self.from, |from| from.max(self.from))
    }

    /// Whether rigs come and go as the scenario says, rather than as their forms do.
    pub(super) fn tells_arrivals(&self) -> bool {
        self.arrivals.is_some()
    }

    /// Returns how many of the places that the scenario counts there are among this many meters: at least one.
    pub(super) fn scaled(&self, places: usize, n_meters: usize) -> usize {
        let whole = self.meters.unwrap_or(n_meters).max(1);
        if places == 0 { 0 } else { ((places * n_meters + whole / 2) / whole).max(1) }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn an_unknown_scenario_names_the_known_ones() {
        let error = Scenario::named("paris").unwrap_err().to_string();
        assert!(error.contains("paris") && error.contains("almaty-2021"), "{error}");
    }

    #[test]
    fn every_scenario_that_the_program_holds_can_be_used() {
        for name in Scenario::names() {
            Scenario::named(name).unwrap();
        }
    }

    #[test]
    fn a_short_span_in_almaty_holds_the_raids() {
        let almaty = Scenario::named("almaty-2021").unwrap();
        assert_eq!(almaty.first_day(365), date(2021, 6, 1));
        assert_eq!(almaty.first_day(90), date(2022, 1, 1));
        assert_eq!(Scenario::named("london-2022").unwrap().first_day(90), date(2022, 3, 1));
        assert_eq!(Scenario::named("kazakhstan-2021").unwrap().first_day(821), date(2020, 1, 1));
    }
}
