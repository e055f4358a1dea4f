//! Models an electric vehicle that charges at home.

use std::ops::Range;

use rand::Rng;

use super::super::chance::{between, happens, log_between, one_of};
use super::super::span::Span;

/// Charger sizes: household socket, single-phase 16 A and 32 A, three-phase 16 A (IEC 61851-1). [kW]
const CHARGER_KW: [f32; 5] = [2.3, 3.6, 3.6, 7.2, 11.0];

/// One vehicle and its owner's charging habits.
#[derive(Debug, Clone)]
pub(super) struct Charging {
    charger_kw: f32,
    /// Probability that it charges on a day.
    per_day: f32,
    /// Energy of a typical charge. [kWh]
    usual_kwh: f32,
    /// Start of the timer for the night tariff; `None`: charges on arrival. [h]
    timer_h: Option<f32>,
    /// Typical time of arrival. [h]
    arrival_h: f32,
}

impl Charging {
    pub(super) fn draw(rng: &mut impl Rng) -> Self {
        let timer_h = happens(0.45, rng).then(|| one_of(&[22.0, 23.0, 23.5, 24.0, 24.5], rng));
        Self {
            charger_kw: one_of(&CHARGER_KW, rng) * between(0.95, 1.03, rng),
            per_day: between(0.3, 0.95, rng),
            usual_kwh: log_between(5.0, 35.0, rng),
            timer_h,
            arrival_h: between(16.5, 21.5, rng),
        }
    }

    pub(super) fn add_to(&self, host_kw: &mut [f32], when: Range<usize>, span: &Span, rng: &mut impl Rng) {
        let first_day = when.start / span.intervals_per_day;
        for day in first_day..when.end.div_ceil(span.intervals_per_day) {
            if !happens(self.per_day, rng) {
                continue;
            }
            let start_h = self.timer_h.unwrap_or_else(|| self.arrival_h + between(-1.5, 1.5, rng));
            let kwh = self.usual_kwh * log_between(0.4, 2.0, rng);
            let from_h = 24.0 * day as f32 + start_h;
            self.add_charge(host_kw, &when, from_h, from_h + kwh / self.charger_kw, span);
        }
    }

    fn add_charge(&self, host_kw: &mut [f32], when: &Range<usize>, from_h: f32, to_h: f32, span: &Span) {
        let interval_h = span.interval_h();
        let first = ((from_h / interval_h) as usize).clamp(when.start, when.end);
        let end = ((to_h / interval_h) as usize + 1).clamp(first, when.end);
        for (i, kw) in (first..).zip(&mut host_kw[first..end]) {
            let start_h = i as f32 * interval_h;
            let on_h = ((start_h + interval_h).min(to_h) - start_h.max(from_h)).max(0.0);
            *kw += self.charger_kw * on_h / interval_h;
        }
    }
}
