//! Refuses values of a scenario's file that cannot be, and names key, value and cure.

use std::ops::RangeInclusive;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::parts::{DATES, Declared, EventKind, Growth, Scenario, Zone};
use hashwatt_core::error::{Error, Result};
use hashwatt_rigs::RigForm;

/// Shares add up to 1 within this.
const SHARE_ERROR: f32 = 0.001;

/// Nobody's consumption grows or shrinks more in a year.
const GROWTH: RangeInclusive<f64> = -0.5..=1.0;

/// The largest supply is a power station's. [kW]
const FARM_KW: RangeInclusive<f64> = 1.0..=1_000_000.0;

/// No scenario has more farms of one kind.
const PLACES: RangeInclusive<f64> = 0.0..=100_000.0;

/// Refuses values in one file.
struct Check<'a> {
    file: &'a str,
}

impl Scenario {
    /// Refuses the scenario if a value cannot be.
    pub(super) fn check(&self, file: &str) -> Result<()> {
        let check = Check { file };
        check.time(self)?;
        check.zones(self)?;
        check.rigs(self)?;
        check.farms(self)?;
        check.events(self)
    }

    fn has_zone(&self, name: &str) -> bool {
        self.zones.iter().any(|zone| zone.name == name)
    }
}

impl Check<'_> {
    fn wrong<T>(&self, key: &str, seen: impl std::fmt::Display, cure: &str) -> Result<T> {
        Err(Error::input(self.file, format!("`{key}` is {seen}"), cure))
    }

    fn within(&self, key: &str, value: impl Into<f64>, range: &RangeInclusive<f64>) -> Result<()> {
        let value = value.into();
        if range.contains(&value) {
            return Ok(());
        }
        self.wrong(key, value, &format!("Write a number from {} to {}", range.start(), range.end()))
    }

    fn share(&self, key: &str, value: f32) -> Result<()> {
        // As written, not as f32 holds it.
        self.within(key, value.to_string().parse::<f64>().unwrap_or(f64::NAN), &(0.0..=1.0))
    }

    fn count(&self, key: &str, value: usize, range: &RangeInclusive<f64>) -> Result<()> {
        self.within(key, value as f64, range)
    }

    fn order<T: PartialOrd + std::fmt::Display>(&self, key: &str, low: T, high: T) -> Result<()> {
        if low <= high {
            return Ok(());
        }
        self.wrong(key, format!("{low} to {high}"), "Write the smaller or earlier of the two first")
    }

    fn day(&self, key: &str, day: Date) -> Result<()> {
        if (DATES.0..=DATES.1).contains(&day) {
            return Ok(());
        }
        self.wrong(key, day, &format!("Write a day from {} to {}", DATES.0, DATES.1))
    }

    fn days(&self, key: &str, from: Date, to: Date) -> Result<()> {
        self.day(key, from)?;
        self.day(key, to)?;
        self.order(key, from, to)
    }

    fn growth(&self, key: &str, growth: Option<&Growth>) -> Result<()> {
        let Some(growth) = growth else { return Ok(()) };
        self.within(&format!("{key}.share"), growth.share, &GROWTH)?;
        self.days(&format!("{key}.from, to"), growth.from, growth.to)?;
        if growth.from.until(growth.to).is_ok_and(|span| span.get_days() >= 365) {
            return self.wrong(
                &format!("{key}.from, to"),
                format!("{} to {}", growth.from, growth.to),
                "Write a period of at most a year: it is held against the same days of the year before",
            );
        }
        Ok(())
    }

    fn time(&self, scenario: &Scenario) -> Result<()> {
        if TimeZone::get(&scenario.timezone).is_err() {
            let cure = "Write a zone of the IANA database as Area/City, for example Asia/Almaty";
            return self.wrong("timezone", format!("`{}`", scenario.timezone), cure);
        }
        self.days("from, until", scenario.from, scenario.until.unwrap_or(DATES.1))?;
        self.count("meters", scenario.meters.unwrap_or(1), &(1.0..=9_999_999.0))?;
        self.count("days", scenario.days.unwrap_or(1), &(1.0..=3660.0))?;
        self.count("transformers_per_file", scenario.transformers_per_file.unwrap_or(1), &(1.0..=100_000.0))?;
        self.within("latest_model_year", scenario.latest_model_year, &(2009.0..=2100.0))?;
        self.growth("growth", scenario.growth.as_ref())
    }

    fn zones(&self, scenario: &Scenario) -> Result<()> {
        let sum: f32 = scenario.zones.iter().map(|zone| zone.share).sum();
        if (sum - 1.0).abs() > SHARE_ERROR {
            return self.wrong("zones.share", format!("{sum} in all"), "Write shares that add up to 1");
        }
        for (n, zone) in scenario.zones.iter().enumerate() {
            if zone.name.trim().is_empty() || scenario.zones[..n].iter().any(|one| one.name == zone.name) {
                let cure = "Give each zone a name of its own";
                return self.wrong("zones.name", format!("`{}`", zone.name), cure);
            }
            self.zone(zone)?;
        }
        if let Some(growth) = scenario.growth {
            let is_open = |zone: &Zone| zone.industry.is_none() || zone.growth.is_none();
            if scenario.zones.iter().any(is_open)
                || scenario
                    .zones
                    .iter()
                    .any(|zone| zone.growth.is_some_and(|own| own.from != growth.from || own.to > growth.to))
            {
                return self.wrong(
                    "growth",
                    growth.share,
                    "Give every zone an `industry` and a `growth` that begins on the same day and ends no later",
                );
            }
        }
        Ok(())
    }

    fn zone(&self, zone: &Zone) -> Result<()> {
        let key = |key: &str| format!("zones.{}.{key}", zone.name);
        self.within(&key("latitude_deg"), zone.latitude_deg, &(-90.0..=90.0))?;
        self.within(&key("longitude_deg"), zone.longitude_deg, &(-180.0..=180.0))?;
        for mean_c in zone.month_mean_c {
            self.within(&key("month_mean_c"), mean_c, &(-60.0..=50.0))?;
        }
        self.within(&key("day_range_k"), zone.day_range_k, &(0.0..=40.0))?;
        self.within(&key("front_deviation_k"), zone.front_deviation_k, &(0.0..=20.0))?;
        self.share(&key("share"), zone.share)?;
        self.share(&key("electric_heating_share"), zone.electric_heating_share)?;
        self.share(&key("flats_share"), zone.flats_share)?;
        self.share(&key("electric_stove_share"), zone.electric_stove_share)?;
        self.within(&key("rigs_weight"), zone.rigs_weight, &(0.0..=100.0))?;
        self.within(&key("demand_growth"), zone.demand_growth, &GROWTH)?;
        self.growth(&key("growth"), zone.growth.as_ref())?;
        if zone.growth.is_some() && zone.industry.is_none() {
            let cure = "Give the zone an `industry` as well, which makes up what the rigs do not bring";
            return self.wrong(&key("growth"), "set", cure);
        }
        if let Some(industry) = &zone.industry {
            self.count(&key("industry.plants"), industry.plants, &(1.0..=1000.0))?;
            self.within(&key("industry.demand_growth"), industry.demand_growth, &GROWTH)?;
            self.share(&key("industry.evening_share"), industry.evening_share)?;
        }
        Ok(())
    }

    fn rigs(&self, scenario: &Scenario) -> Result<()> {
        let rigs = &scenario.rigs;
        self.share("rigs.prevalence", rigs.prevalence)?;
        for (key, deck) in [("rigs.homes", &rigs.homes), ("rigs.businesses", &rigs.businesses)] {
            if deck.is_empty() {
                return self.wrong(key, "empty", "Name at least one form, for example flat");
            }
            let ends = |form: &&RigForm| matches!(form, RigForm::Stopped | RigForm::Restarted);
            if let Some(form) = deck.iter().find(ends).filter(|_| scenario.tells_arrivals()) {
                let cure = "Leave it out: with [arrivals], rigs end and start again by [[closures]]";
                return self.wrong(key, format!("`{}`", form.as_str()), cure);
            }
        }
        self.count("rigs.covers_every", rigs.covers_every, &(4.0..=1e9))?;
        self.count("rigs.meters_per_licence", rigs.meters_per_licence, &(1.0..=1e9))?;
        self.within("rigs.taps_per_rig_share", rigs.taps_per_rig_share, &(0.0..=1000.0))?;
        self.share("rigs.estimated_share", rigs.estimated_share)?;
        self.share("rigs.edited_share", rigs.edited_share)?;
        self.share("rigs.estimated_share + edited_share", rigs.estimated_share + rigs.edited_share)?;
        let steps = scenario.arrivals.iter().flat_map(|arrivals| &arrivals.steps);
        for step in steps.clone() {
            self.days("arrivals.steps.from, to", step.from, step.to)?;
            self.share("arrivals.steps.share", step.share)?;
        }
        let all: f32 = steps.map(|step| step.share).sum();
        self.within("arrivals.steps.share (all)", all, &(0.0..=f64::from(1.0 + SHARE_ERROR)))?;
        for closure in &scenario.closures {
            let key = |key: &str| format!("closures.{}.{key}", closure.name);
            self.days(&key("from, to"), closure.from, closure.to)?;
            self.count(&key("places"), closure.places, &PLACES)?;
            self.count(&key("voluntary"), closure.voluntary, &(0.0..=closure.places as f64))?;
            self.restarts(&key("restart"), closure.restart_share, closure.restart_days)?;
            if !scenario.tells_arrivals() {
                let cure = "Say in [arrivals] when rigs come; without it use [raids]";
                return self.wrong(&key("places"), closure.places, cure);
            }
        }
        Ok(())
    }

    fn restarts(&self, key: &str, share: f32, days: [usize; 2]) -> Result<()> {
        self.share(&format!("{key}_share"), share)?;
        self.count(&format!("{key}_days"), days[0], &(1.0..=3660.0))?;
        self.order(&format!("{key}_days"), days[0], days[1])
    }

    fn farms(&self, scenario: &Scenario) -> Result<()> {
        for farms in &scenario.farms {
            let key = |key: &str| format!("farms.{}.{key}", farms.name);
            if !scenario.has_zone(&farms.zone) {
                let cure = "Name one of the [[zones]]";
                return self.wrong(&key("zone"), format!("`{}`", farms.zone), cure);
            }
            self.count(&key("places"), farms.places, &PLACES)?;
            self.within(&key("kw"), farms.kw[0], &FARM_KW)?;
            self.within(&key("kw"), farms.kw[1], &FARM_KW)?;
            self.order(&key("kw"), farms.kw[0], farms.kw[1])?;
            let all = |kw: f32| f64::from(kw) * farms.places as f64;
            if let Some(total_kw) = farms.total_kw {
                self.within(&key("total_kw"), total_kw, &(all(farms.kw[0])..=all(farms.kw[1])))?;
            }
            if matches!(farms.form, RigForm::Stopped | RigForm::Restarted | RigForm::Swapped) {
                let cure = "Write flat or stairs; `close` and `restart_share` end farms and start them again";
                return self.wrong(&key("form"), format!("`{}`", farms.form.as_str()), cure);
            }
            for (part, days) in [("arrive", farms.arrive), ("close", farms.close)] {
                let Some([from, to]) = days else { continue };
                self.days(&key(part), from, to)?;
            }
            if let (Some([_, arrived]), Some([closes, _])) = (farms.arrive, farms.close)
                && closes <= arrived
            {
                let cure = "Let the closures begin after the last arrival";
                return self.wrong(&key("close"), closes, cure);
            }
            if farms.declared == Declared::Moved && farms.arrive.is_none() {
                return self.wrong(&key("arrive"), "missing", "Write between which days the farms moved");
            }
            self.restarts(&key("restart"), farms.restart_share, farms.restart_days)?;
        }
        Ok(())
    }

    fn events(&self, scenario: &Scenario) -> Result<()> {
        for event in &scenario.events {
            let key = |key: &str| format!("events.{}.{key}", event.kind.as_str());
            self.days(&key("from, to"), event.from.date(), event.to.date())?;
            self.order(&key("from, to"), event.from, event.to)?;
            if event.from.minute() + event.to.minute() != 0 {
                let seen = format!("{} to {}", event.from, event.to);
                return self.wrong(&key("from, to"), seen, "Write whole hours");
            }
            if let Some(zone) = event.zones.iter().find(|zone| !scenario.has_zone(zone)) {
                return self.wrong(&key("zones"), format!("`{zone}`"), "Name one of the [[zones]]");
            }
            let [soonest_h, latest_h] = event.rigs_restart_h;
            self.within(&key("rigs_restart_h"), soonest_h, &(0.0..=720.0))?;
            self.within(&key("rigs_restart_h"), latest_h, &(0.0..=720.0))?;
            self.order(&key("rigs_restart_h"), soonest_h, latest_h)?;
            self.within(&key("pickup"), event.pickup, &(0.0..=5.0))?;
            if event.kind == EventKind::InternetBlackout && (event.pickup > 0.0 || latest_h > 0.0) {
                return self.wrong(&key("pickup"), event.pickup, "Leave it out: only an outage has it");
            }
        }
        if let Some(raids) = &scenario.raids {
            self.days("raids.from, to", raids.from.date(), raids.to.date())?;
            self.order("raids.from, to", raids.from, raids.to)?;
            self.share("raids.homes_share", raids.homes_share)?;
            self.share("raids.businesses_share", raids.businesses_share)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Scenario;

    const KAZAKHSTAN: &str = include_str!("kazakhstan-2021.toml");

    /// The message that refuses the file of Kazakhstan with `old` replaced by `new`.
    fn refusal(old: &str, new: &str) -> String {
        assert!(KAZAKHSTAN.contains(old), "{old}");
        Scenario::parse(&KAZAKHSTAN.replacen(old, new, 1), "mine.toml").unwrap_err().to_string()
    }

    #[test]
    fn what_cannot_be_is_refused_with_key_value_and_cure() {
        for (old, new, key, seen, cure) in [
            ("share = 0.44", "share = 0.54", "zones.share", "1.1", "add up to 1"),
            ("prevalence = 0.008", "prevalence = 8", "rigs.prevalence", "8", "from 0 to 1"),
            ("prevalence = 0.008", "prevalance = 0.1", "prevalance", "unknown field", "docs/scenarios.md"),
            ("\"hosted\"", "\"hostile\"", "businesses", "hostile", "one of: flat"),
            ("\"hosted\"", "\"restarted\"", "rigs.businesses", "restarted", "[[closures]]"),
            ("\"Asia/Almaty\"", "\"Asia/Almata\"", "timezone", "Asia/Almata", "Area/City"),
            ("voluntary = 55", "voluntary = 107", "closures.announcement.voluntary", "107", "0 to 106"),
            ("places = 106", "places = -1", "places", "-1", "docs/scenarios.md"),
            ("zone = \"north\"", "zone = \"nord\"", "farms.licensed.zone", "nord", "[[zones]]"),
            ("total_kw = 202_000", "total_kw = 2_000_000", "farms.raided.total_kw", "2000000", "780000"),
            ("\"2022-01-26T00:00\"", "\"2022-01-24T00:00\"", "events.outage", "2022-01-24", "first"),
            ("\"03-22\"", "\"22.03.\"", "holidays", "22.03.", "MM-DD"),
            ("from = \"2020-01-01\" ", "from = \"1.1.2020\" ", "from", "1.1.2020", "docs/scenarios.md"),
            ("demand_growth = 0.03\n", "demand_growth = 30\n", "demand_growth", "30", "to 1"),
            (
                "close = [\"2022-02-21\"",
                "close = [\"2021-02-21\"",
                "farms.raided.close",
                "2021-02-21",
                "after",
            ),
        ] {
            let said = refusal(old, new);
            for part in ["mine.toml", key, seen, cure] {
                assert!(said.contains(part), "{new}: `{part}` is not in: {said}");
            }
        }
    }
}
