//! Measures whether a residual follows a meter's load from hour to hour.
//!
//! It compares the changes from one hour to the next, minus the usual change at that clock hour. This removes
//! what both series share with all others: level, season, weather and the usual day. For a home, only its own
//! activity remains, and no two homes are alike. If the residual moves with it, both have the same load.

use super::sums::Hours;
use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::portable::Portable;
use hashwatt_core::stats::{mad_sd, median};

/// Deviation beyond which an hour of the residual is clipped.
const CLIP: f32 = 4.0;

/// The same for the load. A kettle stands far out of a home's night; an outage stands further out of a flat
/// load.
const CLIP_LOAD: f32 = 12.0;

/// Fewest hours that both must have.
const MIN_HOURS: usize = 120;

/// Neighbouring hours are alike: this many count as one independent hour.
const HOURS_ALIKE: f64 = 3.0;

/// Hourly changes of a series, minus the usual ones; NaN where missing. [kW]
#[derive(Debug, Clone)]
pub struct Life {
    first_day: i32,
    hours: Vec<Hours>,
    spread_kw: f32,
}

/// Relation between a residual and a load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Follows {
    /// Rise of the residual per unit of rise of the load.
    pub slope: f64,
    /// Correlation, -1..=1.
    pub correlation: f64,
    /// Hours that both have.
    pub n_hours: usize,
}

impl Life {
    /// Builds the changes of some hours; days that `is_used` excludes are missing.
    #[must_use]
    pub fn of(first_day: i32, hours: &[Hours], is_used: impl Fn(i32) -> bool) -> Self {
        let mut life: Vec<Hours> = hours
            .iter()
            .enumerate()
            .map(|(at, day)| {
                let bend = |hour: usize| match hour {
                    1..=22 => day[hour] - 0.5 * (day[hour - 1] + day[hour + 1]),
                    _ => f32::NAN,
                };
                if is_used(first_day + at as i32) {
                    std::array::from_fn(bend)
                } else {
                    [f32::NAN; CLOCK_HOURS]
                }
            })
            .collect();
        for hour in 0..CLOCK_HOURS {
            let known: Vec<f32> = life.iter().map(|day| day[hour]).filter(|kw| !kw.is_nan()).collect();
            let usual = median(&known).unwrap_or(0.0);
            life.iter_mut().for_each(|day| day[hour] -= usual);
        }
        let known: Vec<f32> = life.iter().flatten().copied().filter(|kw| !kw.is_nan()).collect();
        Self { first_day, hours: life, spread_kw: mad_sd(&known).unwrap_or(0.0) }
    }

    /// Returns the robust spread over all hours. [kW]
    #[must_use]
    pub const fn spread_kw(&self) -> f32 {
        self.spread_kw
    }

    fn day(&self, day: i32) -> Option<&Hours> {
        self.hours.get(usize::try_from(day - self.first_day).ok()?)
    }

    /// Calls `each` with the hours that both have.
    fn pairs(&self, other: &Self, mut each: impl FnMut(f32, f32)) {
        for (at, own) in self.hours.iter().enumerate() {
            let Some(other) = other.day(self.first_day + at as i32) else { continue };
            own.iter().zip(other).filter(|(y, x)| !y.is_nan() && !x.is_nan()).for_each(|(y, x)| each(*y, *x));
        }
    }

    /// Returns how this residual follows a load; `None` if they share too few hours or nothing changes.
    #[must_use]
    pub fn follows(&self, load: &Self) -> Option<Follows> {
        let (clip, clip_load) = (CLIP * self.spread_kw().max(1e-4), CLIP_LOAD * load.spread_kw().max(1e-4));
        let (mut xx, mut xy, mut cc, mut dd, mut dc, mut n) = (0.0f64, 0.0f64, 0.0f64, 0.0f64, 0.0f64, 0);
        self.pairs(load, |y, x| {
            let clipped = f64::from(y.clamp(-clip, clip));
            let clipped_load = f64::from(x.clamp(-clip_load, clip_load));
            let (y, x) = (f64::from(y), f64::from(x));
            xx += x * x;
            xy += x * y;
            cc += clipped * clipped;
            dd += clipped_load * clipped_load;
            dc += clipped_load * clipped;
            n += 1;
        });
        (n >= MIN_HOURS && xx > 1e-9 && cc > 1e-12 && dd > 1e-12).then(|| Follows {
            slope: xy / xx,
            correlation: dc / (dd * cc).sqrt(),
            n_hours: n,
        })
    }
}

impl Follows {
    /// Returns by how many standard deviations the correlation differs from zero.
    #[must_use]
    pub fn deviations(&self) -> f64 {
        self.correlation * (self.n_hours as f64 / HOURS_ALIKE).sqrt()
    }
    /// Returns the logarithm of the likelihood ratio of this relation to the usual one.
    #[must_use]
    pub fn log_ratio(&self, usual: f64) -> f64 {
        let left = |correlation: f64| (1.0 - correlation * correlation).max(1e-6).portable_ln();
        0.5 * self.n_hours as f64 / HOURS_ALIKE * (left(usual) - left(self.correlation)).max(0.0)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use hashwatt_core::ids::MeterId;
    use hashwatt_readings::digest::{DayDigest, MeterDays};

    /// Load of a home, different for each seed. [kW]
    pub fn home(seed: usize, day: usize, hour: usize) -> f32 {
        let mut mix = (seed as u64) << 40 | (day as u64) << 20 | hour as u64;
        for _ in 0..2 {
            mix = (mix ^ (mix >> 30)).wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mix ^= mix >> 27;
        }
        let life = (mix % 1000) as f32 / 1000.0;
        0.2 + if (7..23).contains(&hour) { 1.5 * life * life } else { 0.2 * life }
    }

    /// Builds a meter of sixty days.
    pub fn meter(name: &str, kw: impl Fn(usize, usize) -> f32) -> MeterDays {
        let day = |at: usize| {
            let mut day = DayDigest::empty(at as i32, 60, 24);
            day.hour_kw = std::array::from_fn(|hour| kw(at, hour));
            day
        };
        MeterDays { meter: MeterId::from(name), days: (0..60).map(day).collect() }
    }

    fn life(kw: impl Fn(usize, usize) -> f32) -> Life {
        let hours: Vec<Hours> = (0..30).map(|day| std::array::from_fn(|hour| kw(day, hour))).collect();
        Life::of(50, &hours, |_| true)
    }

    #[test]
    fn a_residual_follows_the_meter_it_is_a_part_of_and_no_other() {
        let residual = life(|day, hour| 3.0 + 0.5 * home(1, day, hour) + 0.3 * home(9, day, hour));
        let own = residual.follows(&life(|day, hour| home(1, day, hour))).unwrap();
        let other = residual.follows(&life(|day, hour| home(2, day, hour))).unwrap();
        assert!((own.slope - 0.5).abs() < 0.1 && own.deviations() > 6.0, "{own:?}");
        assert!(other.deviations() < 3.0, "{other:?}");
    }

    #[test]
    fn little_in_common_tells_nothing() {
        let residual = life(|day, hour| home(1, day, hour));
        let hours = vec![[1.0; CLOCK_HOURS]; 30];
        assert_eq!(residual.follows(&Life::of(400, &hours, |_| true)), None);
        assert_eq!(residual.follows(&Life::of(50, &hours, |_| true)), None);
    }
}
