//! Gives quantities their unit at the borders of stages. Inside kernels the unit is in the name.

use std::fmt;

/// A higher mean power over an interval is not demand but a sentinel, a wrong unit or a wrong multiplier. The
/// largest single customers, aluminium smelters, draw about 1 GW. [kW]
pub const MAX_DEMAND_KW: f64 = 1e6;

/// Mean power over an interval. [kW]
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Kilowatts(pub f64);

/// Energy. [kWh]
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct KilowattHours(pub f64);

impl fmt::Display for Kilowatts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A value that rounds to zero has no sign.
        let kw = if self.0.abs() < 0.005 { 0.0 } else { self.0 };
        match kw.abs() {
            x if x >= 100.0 => write!(f, "{kw:.0} kW"),
            x if x >= 10.0 => write!(f, "{kw:.1} kW"),
            _ => write!(f, "{kw:.2} kW"),
        }
    }
}

impl fmt::Display for KilowattHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} kWh", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kilowatts_show_three_digits_or_so() {
        assert_eq!(Kilowatts(3.254).to_string(), "3.25 kW");
        assert_eq!(Kilowatts(150.2).to_string(), "150 kW");
    }
}
