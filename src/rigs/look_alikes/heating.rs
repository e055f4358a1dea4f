//! Models electric heating: storage heaters, heated floors, heat pumps.

use std::ops::Range;

use rand::Rng;

use super::super::chance::{SlowNoise, between, happens, log_between, normal, whole};
use super::super::schedule::on_share;
use super::super::span::Span;
use super::{LookAlike, switched};

/// Outdoor temperature below which a home is heated. [degC]
const HEATING_LIMIT_C: (f32, f32) = (13.0, 17.0);

/// Outdoor temperature at which heating runs at full power: it is sized for cold days. [degC]
const DESIGN_C: (f32, f32) = (-20.0, -5.0);

/// Electric heating of one place.
#[derive(Debug, Clone)]
pub(super) struct Heating {
    emitter: Emitter,
    /// Full power. [kW]
    full_kw: f32,
    limit_c: f32,
    design_c: f32,
}

#[derive(Debug, Clone)]
enum Emitter {
    /// Heaters of equal size that charge from one clock time until they are full, at most until another.
    Storage { n_heaters: usize, from_h: f32, to_h: f32 },
    /// A thermostat with a lower setting between two clock times, and a bathroom floor that is warm all year.
    Floor { setback: f32, from_h: f32, to_h: f32, comfort_duty: f32 },
    /// A compressor, and one hour of water heating at a clock time.
    Pump { water_h: f32, water_kw: f32 },
}

impl Heating {
    pub(super) fn draw(kind: LookAlike, rng: &mut impl Rng) -> Self {
        let (emitter, full_kw) = match kind {
            LookAlike::StorageHeating => {
                let from_h = 21.0 + 0.5 * whole(0, 8, rng) as f32;
                let to_h = (from_h + between(6.5, 9.0, rng)) % 24.0;
                let n_heaters = whole(1, 5, rng);
                (
                    Emitter::Storage { n_heaters, from_h: from_h % 24.0, to_h },
                    n_heaters as f32 * between(1.5, 3.4, rng),
                )
            }
            LookAlike::FloorHeating => {
                let setback = if happens(0.5, rng) { 1.0 } else { between(0.2, 0.8, rng) };
                let comfort_duty = if happens(0.5, rng) { between(0.05, 0.25, rng) } else { 0.0 };
                let (from_h, to_h) = (between(8.0, 10.0, rng), between(15.0, 18.0, rng));
                (Emitter::Floor { setback, from_h, to_h, comfort_duty }, log_between(0.8, 8.0, rng))
            }
            _ => {
                let water_h = between(3.0, 16.0, rng);
                (Emitter::Pump { water_h, water_kw: between(1.0, 2.5, rng) }, log_between(1.2, 6.0, rng))
            }
        };
        Self {
            emitter,
            full_kw,
            limit_c: between(HEATING_LIMIT_C.0, HEATING_LIMIT_C.1, rng),
            design_c: between(DESIGN_C.0, DESIGN_C.1, rng),
        }
    }

    pub(super) fn add_to(&self, host_kw: &mut [f32], when: Range<usize>, span: &Span, rng: &mut impl Rng) {
        let temperature_c = span.temperature_or_assumed_c();
        let mut weather = SlowNoise::over(span.intervals_in(12.0) as f32, rng);
        let mut charge = self.draw_charge(rng);
        for i in when {
            let need = self.need(temperature_c[i]) * (1.0 + 0.12 * weather.next(rng)).max(0.0);
            let noise = normal(rng);
            host_kw[i] += match self.emitter {
                Emitter::Storage { n_heaters, from_h, to_h } => {
                    let night = (from_h, to_h);
                    charge.step(n_heaters, night, need, i, span) * self.full_kw / n_heaters as f32
                }
                Emitter::Floor { setback, from_h, to_h, comfort_duty } => {
                    let away = on_share(span, i % span.intervals_per_day, from_h, to_h);
                    let duty = need.max(comfort_duty) * (1.0 - away * (1.0 - setback));
                    self.full_kw * switched(duty.min(1.0), span.interval_h(), noise)
                }
                Emitter::Pump { water_h, water_kw } => {
                    let water = on_share(span, i % span.intervals_per_day, water_h, water_h + 1.0);
                    self.compressor_kw(need, temperature_c[i], noise, span) + water * water_kw
                }
            };
        }
    }

    /// Returns the heat demand, as a share of full power, 0..=1.
    fn need(&self, outdoor_c: f32) -> f32 {
        ((self.limit_c - outdoor_c) / (self.limit_c - self.design_c)).clamp(0.0, 1.0)
    }

    /// Returns the compressor's draw. It turns down to a third, then cycles. In the cold it needs more power
    /// for the same heat (coefficient of performance about 4 at the limit, 2 at -15 degC, EN 14511 sheets).
    fn compressor_kw(&self, need: f32, outdoor_c: f32, noise: f32, span: &Span) -> f32 {
        let performance = (3.0 + 0.07 * outdoor_c).clamp(1.6, 4.2);
        let share = (need * 2.2 / performance).min(1.0);
        if share > 0.33 {
            return self.full_kw * (share * (1.0 + 0.05 * noise)).clamp(0.0, 1.0);
        }
        0.33 * self.full_kw * switched(share / 0.33, span.interval_h(), noise)
    }

    fn draw_charge(&self, rng: &mut impl Rng) -> Charge {
        Charge { appetites: (0..5).map(|_| between(0.7, 1.3, rng)).collect(), charged_h: [0.0; 5] }
    }
}

/// Charging state of the heaters in one night.
struct Charge {
    appetites: Vec<f32>,
    charged_h: [f32; 5],
}

impl Charge {
    /// Returns how many heaters charge in this interval; each stops when it has charged what the day needs.
    fn step(&mut self, n_heaters: usize, night: (f32, f32), need: f32, i: usize, span: &Span) -> f32 {
        let share = on_share(span, i % span.intervals_per_day, night.0, night.1);
        if share == 0.0 {
            self.charged_h = [0.0; 5];
            return 0.0;
        }
        let night_h = (night.1 - night.0).rem_euclid(24.0);
        let mut running = 0.0;
        for (charged_h, appetite) in self.charged_h.iter_mut().zip(&self.appetites).take(n_heaters) {
            let left_h = (need * appetite * night_h - *charged_h).clamp(0.0, share * span.interval_h());
            *charged_h += left_h;
            running += left_h / span.interval_h();
        }
        running
    }
}
