//! Switches a rig by the clock, by days, or by the energy it may use in a month.

use rand::Rng;

use super::chance::waiting;
use super::span::Span;

/// When a rig runs once it is installed.
#[derive(Debug, Clone, PartialEq)]
pub enum Schedule {
    /// Day and night.
    Always,
    /// On a timer, from one clock time to another; past midnight if `from_h > to_h`. [h]
    Daily {
        /// Time it switches on.
        from_h: f32,
        /// Time it switches off.
        to_h: f32,
    },
    /// On and off for days at a time, as the owner decides. [days]
    Days {
        /// Mean length of an on period.
        mean_on: f32,
        /// Mean length of an off period.
        mean_off: f32,
    },
    /// On until a month's allowance is used up. [kWh, as the meter sees it]
    Monthly {
        /// Energy that the rig may use in a calendar month.
        allowance_kwh: f32,
    },
}

impl Schedule {
    /// Returns the share of each interval that the rig is switched on, 0..=1. A monthly allowance depends on
    /// the demand; [`Schedule::cut_months`] applies it later.
    pub fn duty(&self, span: &Span, rng: &mut impl Rng) -> Vec<f32> {
        match *self {
            Self::Always | Self::Monthly { .. } => vec![1.0; span.n_intervals()],
            Self::Daily { from_h, to_h } => {
                let day: Vec<f32> =
                    (0..span.intervals_per_day).map(|i| on_share(span, i, from_h, to_h)).collect();
                day.repeat(span.n_days)
            }
            Self::Days { mean_on, mean_off } => days_duty(span, mean_on, mean_off, rng),
        }
    }

    /// Switches the rig off for the rest of each month once its allowance is used up.
    pub fn cut_months(&self, demand_kw: &mut [f32], span: &Span) {
        let Self::Monthly { allowance_kwh } = *self else { return };
        let mut used_kwh = 0.0;
        for (date, day_kw) in span.dates().into_iter().zip(demand_kw.chunks_mut(span.intervals_per_day)) {
            if date.day() == 1 {
                used_kwh = 0.0;
            }
            for kw in day_kw {
                let kwh = *kw * span.interval_h();
                if used_kwh + kwh > allowance_kwh {
                    *kw = 0.0;
                } else {
                    used_kwh += kwh;
                }
            }
        }
    }
}

/// Returns the share of the day's interval `i` that lies between two clock times, 0..=1.
pub fn on_share(span: &Span, i: usize, from_h: f32, to_h: f32) -> f32 {
    let (start_h, end_h) = (span.hour(i), span.hour(i) + span.interval_h());
    let within = |from_h: f32, to_h: f32| (end_h.min(to_h) - start_h.max(from_h)).max(0.0);
    let on_h = if from_h <= to_h { within(from_h, to_h) } else { within(from_h, 24.0) + within(0.0, to_h) };
    (on_h / span.interval_h()).min(1.0)
}

fn days_duty(span: &Span, mean_on: f32, mean_off: f32, rng: &mut impl Rng) -> Vec<f32> {
    let mut duty = Vec::with_capacity(span.n_intervals());
    let mut level = 1.0;
    while duty.len() < span.n_intervals() {
        let mean_days = if level > 0.5 { mean_on } else { mean_off };
        let n = span.intervals_in(24.0 * waiting(mean_days, rng).max(0.2));
        duty.resize((duty.len() + n).min(span.n_intervals()), level);
        level = 1.0 - level;
    }
    duty
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_timer_over_midnight_is_on_at_both_ends_of_the_day() {
        let span = Span::bare(date(2021, 1, 1), 1, 24);
        let shares: Vec<f32> = (0..24).map(|i| on_share(&span, i, 22.5, 6.0)).collect();
        assert_eq!(shares[22], 0.5);
        assert_eq!((shares[23], shares[0], shares[5], shares[6], shares[12]), (1.0, 1.0, 1.0, 0.0, 0.0));
    }

    #[test]
    fn a_monthly_allowance_starts_anew_on_the_first() {
        let span = Span::bare(date(2021, 1, 30), 4, 24);
        let mut demand_kw = vec![1.0; 96];
        Schedule::Monthly { allowance_kwh: 30.0 }.cut_months(&mut demand_kw, &span);
        assert_eq!(demand_kw[..48].iter().sum::<f32>(), 30.0);
        assert_eq!(demand_kw[48..].iter().sum::<f32>(), 30.0);
    }
}
