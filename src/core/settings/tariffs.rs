//! Reads prices of energy by class and period.

use std::ops::RangeInclusive;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::value::Datetime;

use super::within;
use crate::error::{Error, Result};

/// Prices that may occur in some currency. [currency per kWh]
pub(super) const PRICES_PER_KWH: RangeInclusive<f64> = 1e-6..=1e6;

/// `[[tariffs]]` as written in the file: a price from a day on.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TariffTable {
    /// Tariff, activity or premises of the register for which the price is; without it, for all others.
    pub class: Option<String>,
    /// First local day; without it, from the beginning.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub from: Option<Datetime>,
    /// Price. [currency per kWh]
    #[schemars(range(min = *PRICES_PER_KWH.start(), max = *PRICES_PER_KWH.end()))]
    pub price_per_kwh: f64,
}

/// A price of energy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Tariff {
    class: Option<String>,
    from: Option<Date>,
    price_per_kwh: f64,
}

/// Prices of energy; may be empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tariffs(Vec<Tariff>);

impl Tariffs {
    /// Checks the tables. `for_all` is a price for whatever they leave open.
    ///
    /// # Errors
    /// When a price is out of bounds, or `from` is not a day.
    pub(super) fn check(tables: Vec<TariffTable>, for_all: Option<f64>) -> Result<Self> {
        let mut tariffs = Vec::with_capacity(tables.len() + 1);
        if let Some(price) = for_all {
            let price_per_kwh = within("[ranking] tariff_per_kwh", price, PRICES_PER_KWH)?;
            tariffs.push(Tariff { class: None, from: None, price_per_kwh });
        }
        for table in tables {
            tariffs.push(Tariff {
                class: table.class.filter(|class| !class.trim().is_empty()),
                from: table.from.as_ref().map(day).transpose()?,
                price_per_kwh: within("[[tariffs]] price_per_kwh", table.price_per_kwh, PRICES_PER_KWH)?,
            });
        }
        Ok(Self(tariffs))
    }

    /// Returns the price on a day for a usage point of these classes. A price of the first class that has one
    /// counts, then one for all; of several, the latest. [currency per kWh]
    #[must_use]
    pub fn price(&self, classes: &[&str], day: Date) -> Option<f64> {
        let latest = |class: Option<&str>| {
            let own = self.0.iter().filter(|one| one.class.as_deref() == class);
            let begun = own.filter(|one| one.from.is_none_or(|from| from <= day));
            // Of two from the same day, the one written later.
            begun.max_by_key(|one| one.from).map(|one| one.price_per_kwh)
        };
        classes.iter().find_map(|class| latest(Some(class))).or_else(|| latest(None))
    }

    /// Returns the tables that give these prices when they are checked.
    #[must_use]
    pub fn to_tables(&self) -> Vec<TariffTable> {
        let table = |tariff: &Tariff| TariffTable {
            class: tariff.class.clone(),
            from: tariff.from.map(|day| day.to_string().parse().expect("a civil day is one of TOML")),
            price_per_kwh: tariff.price_per_kwh,
        };
        self.0.iter().map(table).collect()
    }

    /// Whether there is no price.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the price, if it is the same for all classes and days. [currency per kWh]
    #[must_use]
    pub fn only_price(&self) -> Option<f64> {
        let [one] = &self.0[..] else { return None };
        (one.class.is_none() && one.from.is_none()).then_some(one.price_per_kwh)
    }
}

fn day(from: &Datetime) -> Result<Date> {
    let seen =
        || Error::setting("[[tariffs]] from", from.to_string(), "Write a local day, as from = 2022-01-01");
    let date = from.date.filter(|_| from.time.is_none() && from.offset.is_none()).ok_or_else(seen)?;
    let number = |part: u8| i8::try_from(part).map_err(|_| seen());
    let year = i16::try_from(date.year).map_err(|_| seen())?;
    Date::new(year, number(date.month)?, number(date.day)?).map_err(|_| seen())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[derive(Deserialize)]
    struct File {
        tariffs: Vec<TariffTable>,
    }

    fn tariffs(text: &str, for_all: Option<f64>) -> Result<Tariffs> {
        Tariffs::check(toml::from_str::<File>(text).unwrap().tariffs, for_all)
    }

    #[test]
    fn the_latest_price_of_the_class_counts_before_one_for_all() {
        let tariffs = tariffs(
            "[[tariffs]]\nprice_per_kwh = 20\n[[tariffs]]\nfrom = 2022-01-01\nprice_per_kwh = 22\n\
             [[tariffs]]\nclass = \"shop\"\nfrom = 2022-02-01\nprice_per_kwh = 30",
            None,
        )
        .unwrap();
        let price = |classes: &[&str], month| tariffs.price(classes, date(2022, month, 1));
        assert_eq!(tariffs.price(&[], date(2021, 12, 31)), Some(20.0));
        assert_eq!((price(&["home"], 1), price(&["t1", "shop"], 1)), (Some(22.0), Some(22.0)));
        assert_eq!(price(&["t1", "shop"], 2), Some(30.0));
        assert_eq!(tariffs.only_price(), None);
        assert_eq!(Tariffs::check(tariffs.to_tables(), None).unwrap(), tariffs);
    }

    #[test]
    fn a_day_before_any_price_has_none() {
        let tariffs = tariffs("[[tariffs]]\nfrom = 2022-01-01\nprice_per_kwh = 22", None).unwrap();
        assert_eq!(tariffs.price(&[], date(2021, 12, 31)), None);
    }

    #[test]
    fn one_price_for_all_is_said_as_such() {
        assert_eq!(Tariffs::check(Vec::new(), Some(0.05)).unwrap().only_price(), Some(0.05));
        assert!(Tariffs::check(Vec::new(), None).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_day_or_no_price_is_refused() {
        for (text, seen) in [
            ("[[tariffs]]\nfrom = 2022-01-01T10:00:00\nprice_per_kwh = 22", "from"),
            ("[[tariffs]]\nprice_per_kwh = -1", "price_per_kwh"),
        ] {
            let error = tariffs(text, None).unwrap_err().to_string();
            assert!(error.contains(seen), "{error}");
        }
    }
}
