//! Finds the day on which a meter's level changes most, up or down, and the day from which its reads are
//! estimated.

use crate::balance::sums::hours_of;
use hashwatt_core::stats::{mad_sd, mean, median};
use hashwatt_readings::digest::MeterDays;

/// Fewest days on both sides of a change.
const MIN_DAYS: usize = 5;

/// A change is clear if it exceeds this many standard errors, this share of the higher level and this many
/// kilowatts. A smaller change is below any GPU rig.
const CLEAR_DEVIATIONS: f64 = 6.0;
const CLEAR_SHARE: f64 = 0.3;
const CLEAR_KW: f64 = 0.2;

/// Neighbouring days are alike: this many count as one independent day.
const DAYS_ALIKE: f64 = 3.0;

/// Reads are estimated from a day on if at least this share of the days from then on has estimates.
const MOSTLY: f64 = 0.5;

/// Fewest hours that a day must have.
const MIN_HOURS: usize = 12;

/// The largest change of a meter's daily mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelChange {
    /// First civil day after it. [days since 1970-01-01]
    pub day: i32,
    /// Rise of the level at the change, negative for a fall. [kW]
    pub kw: f64,
    /// Number of days that were searched.
    pub n_days: usize,
}

impl LevelChange {
    /// Finds the clear change of a meter within some days, first to one past the last; `None` if there is
    /// none.
    #[must_use]
    pub fn of(meter: &MeterDays, within: (i32, i32)) -> Option<Self> {
        let (first_day, hours) = hours_of(meter);
        let days: Vec<(i32, f32)> = (first_day..)
            .zip(&hours)
            .filter(|(day, _)| (within.0..within.1).contains(day))
            .filter_map(|(day, hours)| {
                let known: Vec<f32> = hours.iter().copied().filter(|kw| !kw.is_nan()).collect();
                (known.len() >= MIN_HOURS).then(|| (day, mean(&known).unwrap_or(0.0)))
            })
            .collect();
        if days.len() < 2 * MIN_DAYS {
            return None;
        }
        let kw: Vec<f32> = days.iter().map(|(_, kw)| *kw).collect();
        let total: f64 = kw.iter().map(|kw| f64::from(*kw)).sum();
        let (mut below, mut best) = (0.0, (0.0, 0));
        for at in 1..=kw.len() - MIN_DAYS {
            below += f64::from(kw[at - 1]);
            let (a, b) = (at as f64, (kw.len() - at) as f64);
            let gain = (below / a - (total - below) / b).powi(2) * a * b;
            if at >= MIN_DAYS && gain > best.0 {
                best = (gain, at);
            }
        }
        let (before, after) = kw.split_at(best.1);
        let (low, high) = (f64::from(median(before)?), f64::from(median(after)?));
        let changed_kw = high - low;
        let spread = f64::from(mad_sd(before)?.max(mad_sd(after)?)).max(0.01 * low.max(high));
        let error_kw = spread * (DAYS_ALIKE / before.len() as f64 + DAYS_ALIKE / after.len() as f64).sqrt();
        let is_clear = changed_kw.abs() > CLEAR_DEVIATIONS * error_kw
            && changed_kw.abs() > CLEAR_SHARE * low.max(high)
            && changed_kw.abs() > CLEAR_KW;
        is_clear.then_some(Self { day: days[best.1].0, kw: changed_kw, n_days: days.len() })
    }
}

/// Returns the day from which most of a meter's days have estimated or edited reads while none did before;
/// `None` if there is no such day.
#[must_use]
pub fn estimates_begin(meter: &MeterDays, within: (i32, i32)) -> Option<i32> {
    let days: Vec<(i32, bool)> = meter
        .days
        .iter()
        .filter(|day| (within.0..within.1).contains(&day.day))
        .map(|day| (day.day, day.n_estimated > 0))
        .collect();
    let share =
        |days: &[(i32, bool)]| days.iter().filter(|(_, is)| *is).count() as f64 / days.len().max(1) as f64;
    // The days before the first estimate end where the estimates begin.
    let at = (MIN_DAYS..days.len().saturating_sub(MIN_DAYS)).find(|&at| days[at].1)?;
    let (before, after) = days.split_at(at);
    (share(before) == 0.0 && share(after) >= MOSTLY).then(|| after[0].0)
}

#[cfg(test)]
mod tests {
    use super::super::follow::tests::{home, meter};
    use super::*;

    #[test]
    fn estimates_that_begin_have_a_day_and_a_single_one_has_none() {
        let estimated = |is: fn(i32) -> bool| {
            let mut one = meter("a", |day, hour| home(1, day, hour));
            one.days.iter_mut().filter(|day| is(day.day)).for_each(|day| day.n_estimated = 3);
            one
        };
        assert_eq!(estimates_begin(&estimated(|day| day >= 22), (0, 60)), Some(22));
        assert_eq!(estimates_begin(&estimated(|day| day == 22), (0, 60)), None);
        assert_eq!(estimates_begin(&estimated(|_| true), (0, 60)), None);
    }

    #[test]
    fn a_rise_and_a_fall_have_their_day_and_a_plain_home_has_none() {
        let rise = LevelChange::of(
            &meter("a", |day, hour| home(1, day, hour) + if day >= 25 { 1.5 } else { 0.0 }),
            (0, 60),
        );
        let rise = rise.unwrap();
        assert!(rise.day == 25 && (rise.kw - 1.5).abs() < 0.2, "{rise:?}");
        let fall = LevelChange::of(
            &meter("b", |day, hour| if day >= 30 { 0.0 } else { home(2, day, hour) }),
            (0, 60),
        );
        assert!(fall.is_some_and(|fall| fall.day == 30 && fall.kw < 0.0));
        assert_eq!(LevelChange::of(&meter("c", |day, hour| home(3, day, hour)), (0, 60)), None);
    }
}
