//! Defines what a place can hold: the size of rig that its supply carries, and the latest year of machines.

use super::machines::ANY_YEAR;

/// Continuous capacity of a home's three-phase 40 A supply. [kW]
const HOME_SUPPLY_KW: f32 = 25.0;

/// A rig may draw this many times the place's own peak: farms move into former workshops.
const RIG_PER_HOST_PEAK: f32 = 12.0;

/// The smallest machine that is worth running. [kW]
const MIN_KW: f32 = 0.6;

/// A rig below this share of the place's mean demand cannot be seen, so none is planted.
const MIN_SHARE_OF_HOST: f32 = 0.05;

/// The load of a place without a rig.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HostLoad {
    /// Mean demand. [kW]
    pub mean_kw: f32,
    /// Highest demand. [kW]
    pub peak_kw: f32,
}

impl HostLoad {
    /// Returns the host load of a demand series [kW]; values that are not numbers are left out.
    #[must_use]
    pub fn of(demand_kw: &[f32]) -> Self {
        let known = || demand_kw.iter().copied().filter(|kw| kw.is_finite());
        let n = known().count().max(1);
        let total: f64 = known().map(f64::from).sum();
        Self { mean_kw: (total / n as f64).max(0.0) as f32, peak_kw: known().fold(0.0, f32::max) }
    }
}

/// What a place can hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Site {
    /// Smallest rig at the plug. [kW]
    pub kw_low: f32,
    /// Largest rig at the plug. [kW]
    pub kw_high: f32,
    /// Machines that came on sale after this year are not there yet.
    pub latest_year: i16,
    /// The load of the place without a rig.
    pub host: HostLoad,
}

impl Site {
    /// Returns the site of a place with this load: from one machine to what the supply carries.
    #[must_use]
    pub fn of(host: HostLoad) -> Self {
        let kw_low = (MIN_SHARE_OF_HOST * host.mean_kw).max(MIN_KW);
        let kw_high = (RIG_PER_HOST_PEAK * host.peak_kw).max(HOME_SUPPLY_KW).max(2.0 * kw_low);
        Self { kw_low, kw_high, latest_year: ANY_YEAR, host }
    }

    /// Returns the site for rigs of `kw_low..kw_high` at the plug. [kW]
    #[must_use]
    pub const fn with_kw(self, kw_low: f32, kw_high: f32) -> Self {
        Self { kw_low, kw_high, ..self }
    }

    /// Returns the site in a given year: later machines are not there yet.
    #[must_use]
    pub const fn in_year(self, latest_year: i16) -> Self {
        Self { latest_year, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_load_leaves_out_what_is_not_a_number() {
        let host = HostLoad::of(&[1.0, f32::NAN, 3.0]);
        assert_eq!(host, HostLoad { mean_kw: 2.0, peak_kw: 3.0 });
        assert_eq!(HostLoad::of(&[]), HostLoad { mean_kw: 0.0, peak_kw: 0.0 });
    }

    #[test]
    fn a_large_host_holds_larger_rigs_than_a_home() {
        let home = Site::of(HostLoad { mean_kw: 0.4, peak_kw: 4.0 });
        let factory = Site::of(HostLoad { mean_kw: 200.0, peak_kw: 500.0 });
        assert!(home.kw_low < 1.0 && factory.kw_low >= 10.0 && factory.kw_high > home.kw_high);
    }
}
