//! Models air conditioning.

use std::ops::Range;

use rand::Rng;

use super::super::chance::{SlowNoise, between, happens, log_between, normal};
use super::super::schedule::on_share;
use super::super::span::Span;
use super::switched;

/// Outdoor temperature above which a place is cooled. [degC]
const COOLING_LIMIT_C: (f32, f32) = (18.0, 26.0);

/// Kelvin above the limit at which the cooling runs without a pause. [K]
const FULL_ABOVE_K: (f32, f32) = (6.0, 16.0);

/// Air conditioning of one place.
#[derive(Debug, Clone)]
pub(super) struct Cooling {
    /// Full power. [kW]
    full_kw: f32,
    limit_c: f32,
    full_above_k: f32,
    /// Clock times between which it may run; `None`: always. [h]
    hours: Option<(f32, f32)>,
    /// Whether an inverter turns the compressor down; others switch it.
    is_inverter: bool,
}

impl Cooling {
    pub(super) fn draw(rng: &mut impl Rng) -> Self {
        Self {
            full_kw: log_between(0.6, 8.0, rng),
            limit_c: between(COOLING_LIMIT_C.0, COOLING_LIMIT_C.1, rng),
            full_above_k: between(FULL_ABOVE_K.0, FULL_ABOVE_K.1, rng),
            hours: happens(0.5, rng).then(|| (between(6.0, 18.0, rng), between(18.0, 30.0, rng) % 24.0)),
            is_inverter: happens(0.5, rng),
        }
    }

    pub(super) fn add_to(&self, host_kw: &mut [f32], when: Range<usize>, span: &Span, rng: &mut impl Rng) {
        let temperature_c = span.temperature_or_assumed_c();
        let mut habit = SlowNoise::over(span.intervals_in(10.0) as f32, rng);
        for i in when {
            let above_k = temperature_c[i] - self.limit_c + 1.5 * habit.next(rng);
            let need = (above_k / self.full_above_k).clamp(0.0, 1.0);
            let noise = normal(rng);
            let on = if self.is_inverter {
                (need * (1.0 + 0.08 * noise)).clamp(0.0, 1.0)
            } else {
                switched(need, span.interval_h(), noise)
            };
            let open = self
                .hours
                .map_or(1.0, |(from_h, to_h)| on_share(span, i % span.intervals_per_day, from_h, to_h));
            host_kw[i] += self.full_kw * on * open;
        }
    }
}
