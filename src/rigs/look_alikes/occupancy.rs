//! Models changes of occupancy, and a stuck channel.

use std::ops::Range;

use rand::Rng;

use super::super::chance::{between, happens, log_between, normal, whole};
use super::super::span::{Span, is_weekend};
use super::LookAlike;

/// What happens to the whole load of a place.
#[derive(Debug, Clone)]
pub(super) enum Occupancy {
    /// People move in: all load grows.
    MovingIn {
        /// The load before they came, as a share of the load after.
        before_share: f32,
        /// Base load that their own appliances add. [kW]
        base_kw: f32,
    },
    /// Nobody lives there: a fridge, a router.
    Empty {
        /// Mean draw of the fridge. [kW]
        fridge_kw: f32,
    },
    /// The meter repeats one value.
    Stuck {
        /// The value as a multiple of the load at the moment it sticks.
        times: f32,
    },
    /// People come on some weekends and in the holidays.
    Holiday {
        /// Mean draw of fridge and frost protection while they are away. [kW]
        away_kw: f32,
        /// Probability that they come on a weekend.
        weekend: f32,
        /// Day of the year on which the summer stay begins.
        summer: i16,
    },
}

/// Length of a summer stay. [days]
const SUMMER_DAYS: i16 = 24;

impl Occupancy {
    pub(super) fn draw(kind: LookAlike, rng: &mut impl Rng) -> Self {
        match kind {
            LookAlike::MovingIn => {
                Self::MovingIn { before_share: between(0.15, 0.7, rng), base_kw: log_between(0.03, 0.4, rng) }
            }
            LookAlike::EmptyFlat => Self::Empty { fridge_kw: between(0.015, 0.09, rng) },
            LookAlike::StuckChannel => Self::Stuck { times: log_between(0.4, 2.5, rng) },
            _ => Self::Holiday {
                away_kw: between(0.01, 0.15, rng),
                weekend: between(0.1, 0.6, rng),
                summer: rng.gen_range(170..225),
            },
        }
    }

    /// Draws the period of the change: most channels are stuck for days to weeks, people stay for months.
    pub(super) fn draw_period(&self, span: &Span, rng: &mut impl Rng) -> Range<usize> {
        let n = span.n_intervals();
        if n == 0 {
            return 0..0;
        }
        match self {
            Self::MovingIn { .. } => rng.gen_range(0..n)..n,
            Self::Empty { .. } if happens(0.5, rng) => 0..n,
            Self::Empty { .. } => {
                let from = if happens(0.5, rng) { 0 } else { rng.gen_range(0..n) };
                from..(from + span.intervals_in(24.0 * log_between(20.0, 300.0, rng))).min(n)
            }
            Self::Stuck { .. } => {
                let from = rng.gen_range(0..n);
                from..(from + span.intervals_in(24.0 * log_between(2.0, 60.0, rng))).min(n)
            }
            Self::Holiday { .. } => 0..n,
        }
    }

    pub(super) fn change(&self, host_kw: &mut [f32], when: Range<usize>, span: &Span, rng: &mut impl Rng) {
        match *self {
            Self::MovingIn { before_share, base_kw } => {
                host_kw[..when.start].iter_mut().for_each(|kw| *kw *= before_share);
                host_kw[when].iter_mut().for_each(|kw| *kw += base_kw);
            }
            Self::Empty { fridge_kw } => {
                for kw in &mut host_kw[when] {
                    *kw = fridge(fridge_kw, rng);
                }
            }
            Self::Stuck { times } => {
                let Some(&at_kw) = host_kw.get(when.start) else { return };
                host_kw[when].fill(times * at_kw.max(0.0));
            }
            Self::Holiday { away_kw, weekend, summer } => {
                let mut days = Stay { weekend, summer, comes: false };
                for (day, day_kw) in host_kw.chunks_mut(span.intervals_per_day).enumerate() {
                    if !days.is_there(day, span, rng) {
                        day_kw.iter_mut().for_each(|kw| *kw = fridge(away_kw, rng));
                    }
                }
            }
        }
    }
}

/// Draws a fridge's demand in an interval; its compressor switches about every quarter of an hour.
fn fridge(mean_kw: f32, rng: &mut impl Rng) -> f32 {
    (mean_kw * (1.0 + 0.35 * normal(rng))).max(0.2 * mean_kw)
}

struct Stay {
    weekend: f32,
    summer: i16,
    comes: bool,
}

impl Stay {
    fn is_there(&mut self, day: usize, span: &Span, rng: &mut impl Rng) -> bool {
        let date = span.date(day);
        let in_summer = (self.summer..self.summer + SUMMER_DAYS).contains(&date.day_of_year());
        if !is_weekend(date) {
            self.comes = happens(self.weekend, rng) || whole(0, 60, rng) == 0;
            return in_summer;
        }
        in_summer || self.comes
    }
}
