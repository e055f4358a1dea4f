//! Models loads that never stop while they are there: servers, cold stores, telecom sites, dryers,
//! dehumidifiers, oxygen concentrators.

use hashwatt_core::portable::Portable;
use std::f32::consts::TAU;
use std::ops::Range;

use rand::Rng;

use super::super::chance::{SlowNoise, between, happens, log_between, normal};
use super::super::site::HostLoad;
use super::super::span::Span;
use super::{LookAlike, switched};

/// A load that runs day and night.
#[derive(Debug, Clone)]
pub(super) struct Continuous {
    /// Mean draw in mild weather. [kW]
    level_kw: f32,
    /// Share of the level that follows the hour of the day, 0..1.
    day_share: f32,
    /// Hour of the day with the highest draw. [h]
    busiest_h: f32,
    /// Increase per kelvin above `cool_above_c`, as a share of the level. [1/K]
    rise_per_k: f32,
    cool_above_c: f32,
    /// Relative deviation of slow changes: server load, goods brought in.
    slow_share: f32,
    /// Share of the level that a thermostat switches, 0..=1.
    switched_share: f32,
}

impl Continuous {
    pub(super) fn draw(kind: LookAlike, host: &HostLoad, rng: &mut impl Rng) -> Self {
        match kind {
            // From a cupboard at home to an office's server room; the server load varies.
            LookAlike::Server => Self {
                level_kw: log_between(0.08, (1.2 * host.mean_kw).clamp(0.8, 12.0), rng),
                day_share: between(0.02, 0.12, rng),
                busiest_h: between(11.0, 20.0, rng),
                rise_per_k: between(0.001, 0.008, rng),
                cool_above_c: between(8.0, 18.0, rng),
                slow_share: between(0.01, 0.06, rng),
                switched_share: between(0.0, 0.1, rng),
            },
            // Compressors on a pressure switch; doors open by day; more draw in summer.
            LookAlike::ColdStore => Self {
                level_kw: log_between(1.5, 40.0, rng),
                day_share: between(0.08, 0.3, rng),
                busiest_h: between(12.0, 16.0, rng),
                rise_per_k: between(0.01, 0.035, rng),
                cool_above_c: between(-2.0, 8.0, rng),
                slow_share: between(0.04, 0.12, rng),
                switched_share: between(0.5, 1.0, rng),
            },
            // A condensing dryer with a fan and perhaps a heater; some have a humidistat.
            LookAlike::BuildingDryer => Self {
                level_kw: log_between(0.4, 4.0, rng),
                day_share: between(0.0, 0.02, rng),
                busiest_h: between(0.0, 24.0, rng),
                rise_per_k: 0.0,
                cool_above_c: 0.0,
                slow_share: between(0.003, 0.03, rng),
                switched_share: if happens(0.3, rng) { between(0.05, 0.6, rng) } else { 0.0 },
            },
            // A small compressor on a humidistat: the wetter the air, the longer it runs.
            LookAlike::Dehumidifier => Self {
                level_kw: log_between(0.12, 0.8, rng),
                day_share: between(0.0, 0.05, rng),
                busiest_h: between(0.0, 24.0, rng),
                rise_per_k: between(0.0, 0.03, rng),
                cool_above_c: between(8.0, 16.0, rng),
                slow_share: between(0.1, 0.5, rng),
                switched_share: between(0.3, 1.0, rng),
            },
            // Makers' sheets: 0.25 to 0.6 kW, steady for as long as the patient breathes through it.
            LookAlike::OxygenConcentrator => Self {
                level_kw: between(0.25, 0.65, rng),
                day_share: between(0.0, 0.04, rng),
                busiest_h: between(0.0, 24.0, rng),
                rise_per_k: 0.0,
                cool_above_c: 0.0,
                slow_share: between(0.003, 0.03, rng),
                switched_share: between(0.0, 0.05, rng),
            },
            // Rectifiers nearly constant; least traffic at 4 h; air conditioning above 20 degC.
            _ => Self {
                level_kw: log_between(0.7, 7.0, rng),
                day_share: between(0.02, 0.12, rng),
                busiest_h: between(18.0, 22.0, rng),
                rise_per_k: between(0.006, 0.025, rng),
                cool_above_c: between(14.0, 22.0, rng),
                slow_share: between(0.005, 0.02, rng),
                switched_share: between(0.02, 0.15, rng),
            },
        }
    }

    pub(super) fn add_to(&self, host_kw: &mut [f32], when: Range<usize>, span: &Span, rng: &mut impl Rng) {
        let temperature_c = span.temperature_or_assumed_c();
        let mut slow = SlowNoise::over(span.intervals_in(60.0) as f32, rng);
        let by_hour: Vec<f32> = (0..span.intervals_per_day)
            .map(|i| self.day_share * (TAU * (span.hour(i) - self.busiest_h) / 24.0).portable_cos())
            .collect();
        for i in when {
            let warm = self.rise_per_k * (temperature_c[i] - self.cool_above_c).max(0.0);
            let hour = by_hour[i % span.intervals_per_day];
            let level_kw = self.level_kw * (1.0 + hour + warm + self.slow_share * slow.next(rng)).max(0.1);
            let constant = 1.0 - self.switched_share;
            // A load that is on half of the time draws twice its mean while on.
            let switched = 2.0 * self.switched_share * switched(0.5, span.interval_h(), normal(rng));
            host_kw[i] += level_kw * (constant + switched);
        }
    }
}
