//! Plants rigs and look-alikes into a meter's digests, as if its intervals had included them.
//!
//! A digest has quantiles and hours, not intervals. Each day is therefore rebuilt as 48 half-hours with the
//! digest's quantiles, in the order of its hours. The load is added to these. The digest then changes by the
//! difference between the rebuilt days with and without the load. A constant load is exact for every
//! quantile. A day without change keeps its digest, so a model cannot learn the rebuilding.

use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::calendar::{Calendar, CivilDay, date_of};
use hashwatt_core::settings::HourWindow;
use hashwatt_core::stats::key_of;
use hashwatt_readings::acquisition::weather::Weather;
use hashwatt_readings::digest::columns::DayColumns;
use hashwatt_readings::digest::kernel::{DayIntervals, Scratch, digest_day};
use hashwatt_readings::digest::lanes::DayLanes;
use hashwatt_readings::digest::{DAY_MINUTES, DayDigest, FLOAT_KINDS, FloatKind};
use hashwatt_rigs::{HostLoad, Span};

/// Half-hours per rebuilt day.
pub const SLOTS: usize = 48;

/// Length of a rebuilt interval. [s]
const SLOT_S: i64 = 1800;

/// Quantiles that a digest has, including minimum and maximum.
const SHARES: [f32; 9] = [0.0, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 1.0];

/// A meter rebuilt as half-hours, which can be planted into several times.
pub struct Host<'a> {
    days: &'a [DayDigest],
    first_day: i32,
    n_days: usize,
    /// Demand by half-hour; NaN where the day is missing. [kW]
    half_hours_kw: Vec<f32>,
    /// Digests of the rebuilt days, in the order of `days`; not used for coarse reads.
    rebuilt: Vec<DayDigest>,
    load: HostLoad,
    temperature_c: Vec<f32>,
    plain: CivilDay,
    night: HourWindow,
}

impl<'a> Host<'a> {
    /// Rebuilds a meter's days; `None` if there are none. Heating and cooling that is planted follows the
    /// weather where it is known, and elsewhere an assumed year.
    #[must_use]
    pub fn rebuild(days: &'a [DayDigest], night: HourWindow, weather: &Weather) -> Option<Self> {
        let (first, last) = (days.first()?, days.last()?);
        let n_days = (last.day - first.day) as usize + days_covered(last);
        let mut half_hours_kw = vec![f32::NAN; n_days * SLOTS];
        let places = places();
        for day in days {
            let at = (day.day - first.day) as usize * SLOTS;
            let half_hours = rebuild_day(day, &places);
            // A read of several days covers each of them.
            let end = (at + days_covered(day) * SLOTS).min(half_hours_kw.len());
            half_hours_kw[at..end]
                .iter_mut()
                .zip(half_hours.iter().cycle())
                .for_each(|(slot, kw)| *slot = *kw);
        }
        let span = Span::bare(date_of(first.day), n_days, SLOTS);
        let mut host = Self {
            days,
            first_day: first.day,
            n_days,
            load: HostLoad::of(&half_hours_kw),
            temperature_c: temperature_c(&span, first.day, weather),
            half_hours_kw,
            rebuilt: Vec::new(),
            plain: Calendar::plain_day(),
            night,
        };
        let all: Vec<usize> = (0..days.len()).collect();
        host.rebuilt = host.digest_days(&host.half_hours_kw, &all);
        Some(host)
    }

    /// Returns the period in which rigs are placed.
    #[must_use]
    pub fn span(&self) -> Span<'_> {
        let bare = Span::bare(date_of(self.first_day), self.n_days, SLOTS);
        Span { temperature_c: Some(&self.temperature_c), ..bare }
    }

    /// Returns the existing load.
    #[must_use]
    pub const fn load(&self) -> HostLoad {
        self.load
    }

    /// Returns the demand by half-hour, NaN where missing. [kW]
    #[must_use]
    pub fn half_hours_kw(&self) -> &[f32] {
        &self.half_hours_kw
    }

    /// Returns the energy of a load, by half-hour, in the share of each day that the meter has. [kWh]
    #[must_use]
    pub fn registered_kwh(&self, load_kw: &[f32]) -> f32 {
        let of_day = |(index, day): (usize, &DayDigest)| {
            let at = self.first_slot(index);
            let end = (at + days_covered(day) * SLOTS).min(load_kw.len());
            let has = f32::from(day.n_measured + day.n_estimated) / f32::from(day.n_expected.max(1));
            load_kw[at..end].iter().sum::<f32>() * 0.5 * has.min(1.0)
        };
        self.days.iter().enumerate().map(of_day).sum()
    }

    /// Returns the digests after `change` is applied to the half-hours.
    pub fn plant(&self, change: impl FnOnce(&mut [f32])) -> Vec<DayDigest> {
        let mut changed_kw = self.half_hours_kw.clone();
        change(&mut changed_kw);
        let mut days = self.days.to_vec();
        let mut changed = Vec::with_capacity(days.len());
        for (index, day) in days.iter_mut().enumerate() {
            let at = self.first_slot(index);
            if !day.is_within_day() {
                *day = moved_read(day, &self.half_hours_kw[at..], &changed_kw[at..]);
            } else if self.half_hours_kw[at..at + SLOTS] != changed_kw[at..at + SLOTS] {
                changed.push(index);
            }
        }
        for (index, after) in changed.iter().zip(self.digest_days(&changed_kw, &changed)) {
            days[*index] = moved(&self.days[*index], &self.rebuilt[*index], &after);
        }
        days
    }

    fn first_slot(&self, index: usize) -> usize {
        (self.days[index].day - self.first_day) as usize * SLOTS
    }

    /// Digests some days of half-hours; days with a missing hour are digested one by one.
    fn digest_days(&self, half_hours_kw: &[f32], days: &[usize]) -> Vec<DayDigest> {
        let (mut lanes, mut digests) = (DayLanes::new(self.night), DayColumns::default());
        let mut scratch = Scratch::default();
        for &index in days {
            let kw = &half_hours_kw[self.first_slot(index)..][..SLOTS];
            if kw.iter().any(|kw| kw.is_nan()) {
                lanes.flush(&mut digests);
                let day =
                    DayIntervals { civil: &self.plain, interval_s: SLOT_S, demand_kw: kw, estimated: &[] };
                digests.push(0, &digest_day(day, self.night, &mut scratch));
            } else {
                lanes.push(0, self.plain.day, SLOT_S, kw.iter().copied(), &mut digests);
            }
        }
        lanes.flush(&mut digests);
        (0..digests.len()).map(|row| digests.day(row)).collect()
    }
}

/// Returns the temperature of every half-hour: the assumed course of each day, around its mean where that is
/// known. [degC]
fn temperature_c(span: &Span<'_>, first_day: i32, weather: &Weather) -> Vec<f32> {
    let mut temperature_c = span.temperature_or_assumed_c().into_owned();
    for (day, of_day_c) in (first_day..).zip(temperature_c.chunks_mut(SLOTS)) {
        if let Some(known_c) = weather.temperature_c(day) {
            let assumed_c = of_day_c.iter().sum::<f32>() / of_day_c.len() as f32;
            of_day_c.iter_mut().for_each(|c| *c += known_c - assumed_c);
        }
    }
    temperature_c
}

/// Returns a day's digest, changed by the difference between its rebuilt days before and after.
fn moved(day: &DayDigest, before: &DayDigest, after: &DayDigest) -> DayDigest {
    let mut moved = *day;
    let add = |value: &mut f32, before: f32, after: f32| {
        let sum = *value + after - before;
        *value = if *value >= 0.0 { sum.max(0.0) } else { sum };
    };
    let mut floats = moved.floats();
    let pairs = before.floats().into_iter().zip(after.floats());
    for ((value, kind), (before, after)) in floats.iter_mut().zip(FLOAT_KINDS).zip(pairs) {
        match kind {
            FloatKind::Energy => *value = *value + after - before,
            FloatKind::Level => add(value, before, after),
            FloatKind::Spread => {
                // A decrease applies in proportion, an increase in absolute terms.
                let kept = if before > 0.0 { (after / before).min(1.0) } else { 1.0 };
                *value = *value * kept + (after - before).max(0.0);
            }
        }
    }
    moved.set_floats(floats);
    for hour in 0..CLOCK_HOURS {
        add(&mut moved.hour_kw[hour], before.hour_kw[hour], after.hour_kw[hour]);
    }
    let share = f32::from(day.n_expected) / SLOTS as f32;
    let count = |now: u16, before: u16, after: u16| {
        let moved = f32::from(now) + share * (f32::from(after) - f32::from(before));
        moved.round().clamp(0.0, f32::from(day.n_expected)) as u16
    };
    moved.n_repeated_max = count(day.n_repeated_max, before.n_repeated_max, after.n_repeated_max);
    moved.n_zero = count(day.n_zero, before.n_zero, after.n_zero);
    moved.n_distinct = count(day.n_distinct, before.n_distinct, after.n_distinct).max(1);
    moved
}

fn days_covered(day: &DayDigest) -> usize {
    (day.interval_minutes / DAY_MINUTES).max(1) as usize
}

/// Changes a read of a day or longer by the mean change over the days it covers.
fn moved_read(day: &DayDigest, before: &[f32], after: &[f32]) -> DayDigest {
    let covered = (days_covered(day) * SLOTS).min(before.len());
    let changes: Vec<f32> = before[..covered]
        .iter()
        .zip(&after[..covered])
        .map(|(before, after)| after - before)
        .filter(|kw| !kw.is_nan())
        .collect();
    let change_kw = hashwatt_core::stats::mean(&changes).unwrap_or(0.0);
    let mut moved = *day;
    moved.demand_kw_mean = (day.demand_kw_mean + change_kw).max(day.demand_kw_mean.min(0.0));
    moved.energy_kwh = day.energy_kwh + change_kw * day.interval_minutes as f32 / 60.0;
    moved
}

/// Builds 48 half-hours with the digest's quantiles, in the order of its hours.
fn rebuild_day(day: &DayDigest, places: &[Place; SLOTS]) -> [f32; SLOTS] {
    let mut half_hours = [f32::NAN; SLOTS];
    if day.demand_kw_min.is_nan() {
        // A daily read only gives the mean.
        return [day.demand_kw_mean; SLOTS];
    }
    let quantiles = [
        day.demand_kw_min,
        day.demand_kw_p05,
        day.demand_kw_p10,
        day.demand_kw_p25,
        day.demand_kw_p50,
        day.demand_kw_p75,
        day.demand_kw_p90,
        day.demand_kw_p95,
        day.demand_kw_max,
    ];
    // Sorted as integers whose last byte is the hour.
    let mut order: [i64; CLOCK_HOURS] = std::array::from_fn(|hour| {
        let kw = if day.hour_kw[hour].is_nan() { day.demand_kw_p50 } else { day.hour_kw[hour] };
        (i64::from(key_of(kw)) << 8) | hour as i64
    });
    order.sort_unstable();
    for (rank, hour) in order.into_iter().map(|key| (key & 0xff) as usize).enumerate() {
        // A skipped or unmeasured hour stays missing.
        if !day.hour_kw[hour].is_nan() {
            half_hours[2 * hour] = quantile_at(&quantiles, places[2 * rank]);
            half_hours[2 * hour + 1] = quantile_at(&quantiles, places[2 * rank + 1]);
        }
    }
    half_hours
}

/// Position between the quantiles of a digest: the next one above, and the fraction of the way to it.
type Place = (usize, f32);

/// Returns the positions of the order statistics of a rebuilt day.
fn places() -> [Place; SLOTS] {
    std::array::from_fn(|rank| {
        let share = rank as f32 / (SLOTS - 1) as f32;
        let above = SHARES.iter().position(|known| *known >= share).unwrap_or(SHARES.len() - 1).max(1);
        let (low, high) = (SHARES[above - 1], SHARES[above]);
        (above, ((share - low) / (high - low)).clamp(0.0, 1.0))
    })
}

fn quantile_at(quantiles: &[f32; 9], (above, part): Place) -> f32 {
    part * (quantiles[above] - quantiles[above - 1]) + quantiles[above - 1]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::is_stuck_day;
    use crate::checks::samples::{home_kw, meter};
    use hashwatt_core::settings::Windows;

    fn planted(change: impl FnOnce(&mut [f32])) -> (Vec<DayDigest>, Vec<DayDigest>) {
        let days = meter(20, home_kw).days;
        let changed =
            Host::rebuild(&days, Windows::default().night, &Weather::default()).unwrap().plant(change);
        (days, changed)
    }

    #[test]
    fn a_constant_moves_every_quantile_by_itself() {
        let (before, after) = planted(|kw| kw.iter_mut().for_each(|kw| *kw += 3.2));
        for (a, b) in before.iter().zip(&after) {
            for (x, y) in [
                (a.demand_kw_p05, b.demand_kw_p05),
                (a.demand_kw_max, b.demand_kw_max),
                (a.hour_kw[3], b.hour_kw[3]),
                (a.demand_kw_mean, b.demand_kw_mean),
            ] {
                assert!((y - x - 3.2).abs() < 1e-4, "{x} {y}");
            }
            assert!(
                (a.demand_kw_sd - b.demand_kw_sd).abs() < 1e-3
                    && (a.ramp_kw_mean - b.ramp_kw_mean).abs() < 1e-4
            );
        }
    }

    #[test]
    fn an_untouched_day_stays_what_it_was() {
        let (before, after) = planted(|kw| kw[10 * SLOTS..].iter_mut().for_each(|kw| *kw += 1.0));
        assert_eq!(before[..10], after[..10]);
        assert_ne!(before[10..], after[10..]);
    }

    #[test]
    fn a_night_timer_moves_its_hours_only() {
        let (before, after) = planted(|kw| {
            kw.iter_mut().enumerate().filter(|(slot, _)| slot % SLOTS < 12).for_each(|(_, kw)| *kw += 3.0)
        });
        assert!(
            (after[0].hour_kw[3] - before[0].hour_kw[3] - 3.0).abs() < 1e-4
                && after[0].hour_kw[12] == before[0].hour_kw[12]
        );
        assert!(after[0].demand_kw_max > 3.0);
    }

    #[test]
    fn a_planted_stuck_channel_is_seen_as_one() {
        let (_, after) = planted(|kw| kw.fill(1.25));
        assert!(after.iter().all(is_stuck_day));
    }
}
