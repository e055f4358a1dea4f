//! Models electric water heaters, those that a network operator or a timer releases at night included.

use std::ops::Range;

use rand::Rng;

use super::super::chance::{SlowNoise, between, happens, log_between, one_of, whole};
use super::super::schedule::on_share;
use super::super::span::Span;

/// Most draws of hot water in a day.
const MAX_DRAWS: usize = 8;

/// An electric water heater with a tank.
#[derive(Debug, Clone)]
pub(super) struct WaterHeater {
    /// Power of its element. [kW]
    element_kw: f32,
    /// Heat drawn on a usual day. [kWh]
    daily_kwh: f32,
    /// Heat lost by the tank. [kW]
    loss_kw: f32,
    /// Clock times between which it is released; `None`: always. [h]
    released: Option<(f32, f32)>,
    /// Heat that the tank gives away before the thermostat switches on. [kWh]
    slack_kwh: f32,
}

impl WaterHeater {
    pub(super) fn draw(rng: &mut impl Rng) -> Self {
        let from_h = between(20.5, 25.0, rng) % 24.0;
        Self {
            element_kw: one_of(&[1.2, 1.5, 1.8, 2.0, 2.4, 3.0, 3.6, 4.8], rng),
            daily_kwh: log_between(2.0, 14.0, rng),
            loss_kw: between(0.03, 0.12, rng),
            released: happens(0.5, rng).then(|| (from_h, between(4.5, 8.0, rng))),
            slack_kwh: between(0.2, 1.2, rng),
        }
    }

    pub(super) fn add_to(&self, host_kw: &mut [f32], when: Range<usize>, span: &Span, rng: &mut impl Rng) {
        let interval_h = span.interval_h();
        let mut habit = SlowNoise::over(5.0, rng);
        let (mut owed_kwh, mut is_heating) = (0.0f32, false);
        let mut drawn_kwh = vec![0.0f32; span.intervals_per_day];
        for i in when {
            let of_day = i % span.intervals_per_day;
            if of_day == 0 {
                let day_kwh = self.daily_kwh * (1.0 + 0.35 * habit.next(rng)).max(0.1);
                drawn_kwh.fill(0.0);
                let n_draws = whole(2, MAX_DRAWS, rng);
                for _ in 0..n_draws {
                    // Mornings and evenings alike.
                    let hour =
                        if happens(0.5, rng) { between(5.5, 10.0, rng) } else { between(16.0, 23.5, rng) };
                    drawn_kwh[(hour / interval_h) as usize] += day_kwh / n_draws as f32;
                }
            }
            owed_kwh += drawn_kwh[of_day] + self.loss_kw * interval_h;
            let share = self.released.map_or(1.0, |(from_h, to_h)| on_share(span, of_day, from_h, to_h));
            is_heating = (is_heating || owed_kwh > self.slack_kwh) && share > 0.0;
            if is_heating {
                let heat_kwh = owed_kwh.min(self.element_kw * interval_h * share);
                owed_kwh -= heat_kwh;
                is_heating = owed_kwh > 0.0;
                host_kw[i] += heat_kwh / interval_h;
            }
        }
    }
}
