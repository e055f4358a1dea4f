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
    /// Its place, score and evidence.
    pub scored: &'a Scored,
    /// Its register row; for a residual, its parent's.
    pub point: Option<&'a UsagePoint>,
}

/// Returns the suspects, in order of their place on the visit list.
#[must_use]
pub fn suspects<'a>(scored: &'a [Scored], register: &'a Register) -> Vec<Suspect<'a>> {
    in_order_of_visits(scored).into_iter().map(|scored| Suspect::of(scored, register)).collect()
}

/// Returns the lines of the visit list, in its order.
#[must_use]
pub fn in_order_of_visits(scored: &[Scored]) -> Vec<&Scored> {
    let mut listed: Vec<&Scored> = scored.iter().filter(|scored| scored.is_suspect).collect();
    listed.sort_by_key(|scored| scored.place);
    listed
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

    /// Returns the draw of the rig if it is larger than what the contract allows the whole place. [kW]
    #[must_use]
    pub fn kw_above_contract(&self) -> Option<f64> {
        let (rig, contracted_kw) = (self.scored.rig.as_ref()?, self.point?.contracted_kw?);
        (rig.kw > contracted_kw).then_some(rig.kw)
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
