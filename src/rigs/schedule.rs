//! Switches a rig by the clock, by days, by the weather, or by the energy it may use in a month.

use rand::Rng;

use super::chance::{between, happens, waiting};
use super::span::{Span, is_weekend};

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
    /// At full power and at rest for days at a time, as the owner decides. [days]
    Days {
        /// Mean length of a period at full power.
        mean_on: f32,
        /// Mean length of a period at rest.
        mean_off: f32,
        /// Share of the draw that stays at rest; 0 is off.
        rest_share: f32,
    },
    /// Off for some hours of a working day on which a price or an operator asks for it.
    Asked {
        /// Usual clock time at which it switches off. [h]
        from_h: f32,
        /// Usual time off. [h]
        hours: f32,
        /// Share of working days on which it is asked.
        probability: f32,
    },
    /// Off between two clock times on working days. [h]
    OffAtWork {
        /// Time it switches off.
        from_h: f32,
        /// Time it switches on.
        to_h: f32,
    },
    /// As many machines as the heat demand asks for. [degC]
    Heating {
        /// Outdoor temperature from which no heat is needed.
        limit_c: f32,
        /// Outdoor temperature at which all machines run.
        design_c: f32,
    },
    /// On until a month's allowance is used up. [kWh, as the meter sees it]
    Monthly {
        /// Energy that the rig may use in a calendar month.
        allowance_kwh: f32,
    },
}

impl Schedule {
    /// Returns the share of each interval that a rig of so many machines is switched on, 0..=1. A monthly
    /// allowance depends on the demand; [`Schedule::cut_months`] applies it later.
    pub fn duty(&self, n_machines: usize, span: &Span, rng: &mut impl Rng) -> Vec<f32> {
        match *self {
            Self::Always | Self::Monthly { .. } => vec![1.0; span.n_intervals()],
            Self::Daily { from_h, to_h } => {
                let day: Vec<f32> =
                    (0..span.intervals_per_day).map(|i| on_share(span, i, from_h, to_h)).collect();
                day.repeat(span.n_days)
            }
            Self::Days { mean_on, mean_off, rest_share } => {
                days_duty(span, mean_on, mean_off, rest_share, rng)
            }
            Self::Asked { from_h, hours, probability } => by_day(span, |is_working_day| {
                let from_h = (from_h + between(-1.0, 1.0, rng)).clamp(0.0, 23.0);
                let to_h = (from_h + hours * between(0.5, 1.5, rng)).min(24.0);
                (is_working_day && happens(probability, rng)).then_some((from_h, to_h))
            }),
            Self::OffAtWork { from_h, to_h } => {
                by_day(span, |is_working_day| is_working_day.then_some((from_h, to_h)))
            }
            Self::Heating { limit_c, design_c } => heating_duty(span, n_machines, limit_c, design_c),
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

fn days_duty(span: &Span, mean_on: f32, mean_off: f32, rest_share: f32, rng: &mut impl Rng) -> Vec<f32> {
    let mut duty = Vec::with_capacity(span.n_intervals());
    let mut is_at_rest = false;
    while duty.len() < span.n_intervals() {
        let (mean_days, level) = if is_at_rest { (mean_off, rest_share) } else { (mean_on, 1.0) };
        let n = span.intervals_in(24.0 * waiting(mean_days, rng).max(0.2));
        duty.resize((duty.len() + n).min(span.n_intervals()), level);
        is_at_rest = !is_at_rest;
    }
    duty
}

/// Returns the duty of a rig that is off between two clock times on some days. `off` is asked for each day, with
/// whether it is a working day.
fn by_day(span: &Span, mut off: impl FnMut(bool) -> Option<(f32, f32)>) -> Vec<f32> {
    let mut duty = Vec::with_capacity(span.n_intervals());
    for date in span.dates() {
        let hours = off(!is_weekend(date));
        let share = |i| hours.map_or(0.0, |(from_h, to_h)| on_share(span, i, from_h, to_h));
        duty.extend((0..span.intervals_per_day).map(|i| 1.0 - share(i)));
    }
    duty
}

/// Returns the share of the machines that heat a place, which follows the mean temperature of half a day.
fn heating_duty(span: &Span, n_machines: usize, limit_c: f32, design_c: f32) -> Vec<f32> {
    let outdoor_c = span.temperature_or_assumed_c();
    let n_near = (span.intervals_per_day / 2).max(1);
    let (n, mut running) = (n_machines.max(1) as f32, 0.0f32);
    let mut duty = Vec::with_capacity(outdoor_c.len());
    for (i, _) in outdoor_c.iter().enumerate() {
        let near = &outdoor_c[i.saturating_sub(n_near)..=i];
        let mean_c = near.iter().sum::<f32>() / near.len() as f32;
        let needed = n * ((limit_c - mean_c) / (limit_c - design_c)).clamp(0.0, 1.0);
        // A thermostat adds a machine as soon as one is needed, and waits before it takes one off.
        if needed > running || needed < running - 1.2 || needed == 0.0 {
            running = needed.ceil();
        }
        duty.push(running / n);
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
