//! Holds what differs between simulated places: zone, climate, calendar, heating, history of farms.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use hashwatt_core::error::{Error, Result};

/// A place and time to simulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// Almaty from summer 2021, with the internet blackout and the raids of early 2022.
    Almaty2021,
    /// London from March 2022, with both clock changes of a year.
    London2022,
}

/// What the simulator needs to know about a place.
#[derive(Debug)]
pub(super) struct Place {
    pub zone: &'static str,
    pub latitude_deg: f64,
    pub longitude_deg: f64,
    /// Mean temperature of each month. [degC]
    pub month_mean_c: [f32; 12],
    /// Mean difference between the afternoon and the hour before sunrise. [K]
    pub day_range_k: f32,
    /// Public holidays: month, day.
    pub holidays: &'static [(i8, i8)],
    /// Share of homes heated by electricity in some way.
    pub electric_heating_share: f32,
    /// Share of homes that are flats.
    pub flats_share: f32,
    /// Share of homes that cook with electricity.
    pub electric_stove_share: f32,
    /// Machines that came on sale after this year are not there yet.
    pub latest_model_year: i16,
}

/// WMO normals 1981-2010 of Almaty, rounded; district heating and gas are common.
const ALMATY: Place = Place {
    zone: "Asia/Almaty",
    latitude_deg: 43.24,
    longitude_deg: 76.90,
    month_mean_c: [-4.7, -3.0, 3.4, 11.5, 16.6, 21.6, 23.8, 23.0, 17.6, 9.9, 2.7, -2.8],
    day_range_k: 10.0,
    holidays: &[
        (1, 1),
        (1, 2),
        (1, 7),
        (3, 8),
        (3, 21),
        (3, 22),
        (3, 23),
        (5, 1),
        (5, 7),
        (5, 9),
        (7, 6),
        (8, 30),
        (12, 16),
    ],
    electric_heating_share: 0.09,
    flats_share: 0.75,
    electric_stove_share: 0.45,
    latest_model_year: 2022,
};

/// Met Office normals 1991-2020 of Heathrow, rounded.
const LONDON: Place = Place {
    zone: "Europe/London",
    latitude_deg: 51.55,
    longitude_deg: -0.10,
    month_mean_c: [5.7, 6.0, 8.0, 10.5, 13.7, 16.8, 19.0, 18.7, 15.9, 12.3, 8.4, 5.9],
    day_range_k: 7.5,
    holidays: &[(1, 1), (1, 3), (5, 2), (6, 2), (6, 3), (8, 29), (12, 25), (12, 26), (12, 27)],
    electric_heating_share: 0.12,
    flats_share: 0.45,
    electric_stove_share: 0.6,
    latest_model_year: 2022,
};

/// Machines left China from June 2021 on.
const ALMATY_FROM: Date = date(2021, 6, 1);

/// Shorter spans end here, so that they include the raids of February and March 2022.
const ALMATY_TO: Date = date(2022, 4, 1);

/// Four weeks before the clocks go forward.
const LONDON_FROM: Date = date(2022, 3, 1);

impl Scenario {
    /// Every scenario.
    pub const ALL: &'static [Self] = &[Self::Almaty2021, Self::London2022];

    /// Returns the name on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Almaty2021 => "almaty-2021",
            Self::London2022 => "london-2022",
        }
    }

    /// Returns the scenario with this name.
    ///
    /// # Errors
    /// When no scenario has this name.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL.iter().copied().find(|scenario| scenario.as_str() == name).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|scenario| scenario.as_str()).collect();
            Error::setting(
                "--scenario",
                format!("`{name}` is no scenario"),
                format!("Write one of: {}", known.join(", ")),
            )
        })
    }

    pub(super) const fn place(self) -> &'static Place {
        match self {
            Self::Almaty2021 => &ALMATY,
            Self::London2022 => &LONDON,
        }
    }

    /// Returns the first local day of a simulation of this many days.
    pub(super) fn first_day(self, n_days: usize) -> Date {
        let days = i64::try_from(n_days).unwrap_or(i64::MAX);
        match self {
            Self::Almaty2021 => {
                ALMATY_TO.checked_sub(days.days()).map_or(ALMATY_FROM, |from| from.max(ALMATY_FROM))
            }
            Self::London2022 => LONDON_FROM,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_scenario_names_the_known_ones() {
        let error = Scenario::named("paris").unwrap_err().to_string();
        assert!(error.contains("paris") && error.contains("almaty-2021"), "{error}");
        assert_eq!(Scenario::named("almaty-2021").unwrap(), Scenario::Almaty2021);
    }

    #[test]
    fn a_short_span_in_almaty_holds_the_raids() {
        assert_eq!(Scenario::Almaty2021.first_day(365), ALMATY_FROM);
        assert_eq!(Scenario::Almaty2021.first_day(90), date(2022, 1, 1));
    }
}
