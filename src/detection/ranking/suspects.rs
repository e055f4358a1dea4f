//! Pairs every suspect with its register row, once for all outputs.

use crate::indicators::REASON;
use crate::ranking::{RivalScore, Scored};
use hashwatt_core::ids::RESIDUAL_PREFIX;
use hashwatt_core::language::Language;
use hashwatt_readings::acquisition::register::{Register, UsagePoint};

/// Separator between two reasons in one cell.
const REASON_SEPARATOR: &str = " | ";

/// A suspect and the register's data on it.
#[derive(Debug, Clone, Copy)]
pub struct Suspect<'a> {
    /// Its rank, score and evidence.
    pub scored: &'a Scored,
    /// Its register row; for a residual, its parent's.
    pub point: Option<&'a UsagePoint>,
}

/// Returns the suspects, in order of rank.
#[must_use]
pub fn suspects<'a>(scored: &'a [Scored], register: &'a Register) -> Vec<Suspect<'a>> {
    scored.iter().filter(|scored| scored.is_suspect).map(|scored| Suspect::of(scored, register)).collect()
}

impl<'a> Suspect<'a> {
    /// Returns `scored` with its register row.
    #[must_use]
    pub fn of(scored: &'a Scored, register: &'a Register) -> Self {
        let id = scored.meter.as_str();
        let point = register.point(id).or_else(|| register.point(id.strip_prefix(RESIDUAL_PREFIX)?));
        Self { scored, point }
    }

    /// Returns the parent that feeds it; for a residual, the parent itself.
    #[must_use]
    pub fn parent(&self) -> Option<&'a str> {
        let residual = self.scored.meter.as_str().strip_prefix(RESIDUAL_PREFIX);
        residual.or_else(|| self.point?.parent_id.as_deref())
    }

    /// Returns the energy of the rig since its onset within the data. [kWh]
    #[must_use]
    pub fn energy_kwh_since_onset(&self) -> Option<f64> {
        self.scored.rig.as_ref().map(|rig| rig.energy_kwh)
    }

    /// Returns the cost of that energy; `None` without a price. [currency]
    #[must_use]
    pub fn money_since_onset(&self, tariff_per_kwh: Option<f64>) -> Option<f64> {
        Some(self.energy_kwh_since_onset()? * tariff_per_kwh?)
    }

    /// Returns the other explanation that fits best.
    #[must_use]
    pub fn best_rival(&self) -> Option<&'a RivalScore> {
        self.scored.rivals.iter().reduce(|best, rival| if rival.score > best.score { rival } else { best })
    }

    /// Returns longitude and latitude if both are valid. [degrees]
    #[must_use]
    pub fn position(&self) -> Option<[f64; 2]> {
        let point = self.point?;
        let (lon, lat) = (point.lon?, point.lat?);
        ((-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat)).then_some([lon, lat])
    }

    /// Returns the evidence in one sentence.
    #[must_use]
    pub fn summary(&self, language: &Language) -> Option<String> {
        self.scored.summary.as_ref().map(|summary| language.say_message(REASON, summary))
    }

    /// Returns the address, if the register has one.
    #[must_use]
    pub fn address(&self) -> Option<&'a str> {
        self.point?.address.as_deref()
    }
}

/// Returns all reasons of a meter as one text.
#[must_use]
pub fn joined_reasons(scored: &Scored, language: &Language) -> String {
    scored.reasons.iter().map(|reason| reason.words(language)).collect::<Vec<_>>().join(REASON_SEPARATOR)
}
