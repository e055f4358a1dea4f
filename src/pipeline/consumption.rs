//! Sums the meters' energy to what a metering engineer can judge: kWh a meter-month.

use std::sync::Mutex;

use crate::digest::MeterDays;

/// Mean length of a month. [days]
const MONTH_DAYS: f64 = 365.25 / 12.0;

/// Hours in 24 clock hours. [h]
const DAY_HOURS: f64 = 24.0;

/// Energy of the meters, extrapolated over gaps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Consumption {
    /// Meters with energy; meters of the network are not among them.
    pub n_meters: u64,
    /// The middle meter's energy in a month. [kWh]
    pub median_kwh_a_month: f64,
    /// The least meter's. [kWh]
    pub least_kwh_a_month: f64,
    /// The greatest meter's. [kWh]
    pub greatest_kwh_a_month: f64,
}

impl Consumption {
    /// Returns the middle meter's energy in a day. [kWh]
    #[must_use]
    pub fn median_kwh_a_day(&self) -> f64 {
        self.median_kwh_a_month / MONTH_DAYS
    }
}

/// Collects the mean demand of each meter, from several threads.
#[derive(Debug, Default)]
pub(super) struct Demands {
    /// [kW]
    means_kw: Mutex<Vec<f64>>,
}

impl Demands {
    /// Adds a meter.
    pub fn add(&self, meter: &MeterDays) {
        let (mut energy_kwh, mut hours) = (0.0, 0.0);
        for day in meter.days.iter().filter(|day| !day.energy_kwh.is_nan()) {
            energy_kwh += f64::from(day.energy_kwh);
            hours += f64::from(day.n_measured + day.n_estimated) * f64::from(day.interval_minutes) / 60.0;
        }
        if hours > 0.0 {
            self.means_kw.lock().expect("no thread panics while it adds").push(energy_kwh / hours);
        }
    }

    /// Returns the energies in a month; `None` without a meter.
    pub fn consumption(self) -> Option<Consumption> {
        let mut means_kw = self.means_kw.into_inner().expect("no thread panics while it adds");
        // In order, whatever the threads did.
        means_kw.sort_by(f64::total_cmp);
        let a_month = |kw: &f64| kw * DAY_HOURS * MONTH_DAYS;
        Some(Consumption {
            n_meters: means_kw.len() as u64,
            median_kwh_a_month: means_kw.get(means_kw.len() / 2).map(a_month)?,
            least_kwh_a_month: means_kw.first().map(a_month)?,
            greatest_kwh_a_month: means_kw.last().map(a_month)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::DayDigest;
    use crate::ids::MeterId;

    fn meter(n_measured: u16, energy_kwh: f32) -> MeterDays {
        let day = DayDigest { n_measured, energy_kwh, ..DayDigest::empty(0, 30, 48) };
        MeterDays { meter: MeterId::from("a"), days: vec![day] }
    }

    #[test]
    fn a_gap_does_not_lessen_a_months_energy() {
        let demands = Demands::default();
        demands.add(&meter(48, 24.0));
        demands.add(&meter(24, 12.0));
        demands.add(&meter(0, f32::NAN));
        let consumption = demands.consumption().unwrap();
        assert_eq!(consumption.n_meters, 2);
        assert!((consumption.least_kwh_a_month - 730.5).abs() < 1e-6, "{consumption:?}");
        assert!((consumption.median_kwh_a_day() - 24.0).abs() < 1e-9);
        assert_eq!(Demands::default().consumption(), None);
    }
}
