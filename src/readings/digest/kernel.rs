//! Turns the intervals of one civil day into a day digest: the innermost loop of a run.

use super::DayDigest;
use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::calendar::CivilDay;
use hashwatt_core::settings::HourWindow;

/// Buffer for the kernel's sorted copy, reused so that no day allocates.
#[derive(Debug, Default)]
pub struct Scratch {
    sorted: Vec<f32>,
}

/// The intervals of one civil day on their grid.
#[derive(Debug, Clone, Copy)]
pub struct DayIntervals<'a> {
    /// The day.
    pub civil: &'a CivilDay,
    /// Length of an interval. [s]
    pub interval_s: i64,
    /// Mean demand of each interval since the day's first moment; NaN where missing. [kW]
    pub demand_kw: &'a [f32],
    /// Which intervals are estimated; empty if none is.
    pub estimated: &'a [bool],
}

/// Quantiles that a digest keeps, besides least and greatest demand.
pub const QUANTILE_SHARES: [f32; 7] = [0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95];

/// Position of a quantile among sorted values: linear interpolation between order statistics (type 7 of
/// Hyndman and Fan 1996, doi:10.2307/2684934).
#[derive(Debug, Clone, Copy)]
pub struct Quantile {
    /// Index of the lower order statistic.
    pub below: usize,
    /// Index of the upper order statistic.
    pub above: usize,
    part: f32,
}

impl Quantile {
    /// Returns the position of a quantile among `n` values; `n` is at least 1.
    #[must_use]
    pub fn of(share: f32, n: usize) -> Self {
        let position = share * (n - 1) as f32;
        let below = position as usize;
        Self { below, above: (below + 1).min(n - 1), part: position - below as f32 }
    }

    /// Returns the quantile from the values at its two indices.
    #[must_use]
    pub fn between(&self, below: f32, above: f32) -> f32 {
        self.part * (above - below) + below
    }
}

/// Digests one day. The caller fills in `n_identical` and `n_conflicting`.
///
/// Sums run in the order of the intervals and in `f32`, as in [`lanes`](super::lanes), which must give the
/// same result for whole days.
#[must_use]
pub fn digest_day(day: DayIntervals<'_>, night: HourWindow, scratch: &mut Scratch) -> DayDigest {
    let n_expected = u16::try_from(day.civil.length_s / day.interval_s).unwrap_or(u16::MAX);
    let mut row =
        DayDigest::empty(day.civil.day, u32::try_from(day.interval_s / 60).unwrap_or(u32::MAX), n_expected);
    let is_estimated = |index: usize| day.estimated.get(index).copied().unwrap_or(false);
    let sorted = &mut scratch.sorted;
    sorted.clear();
    let (mut sum, mut energy_kw) = (0.0f32, 0.0f32);
    let mut n_any = 0u32;
    for (index, &kw) in day.demand_kw.iter().enumerate().filter(|(_, kw)| !kw.is_nan()) {
        n_any += 1;
        energy_kw += kw;
        if is_estimated(index) {
            row.n_estimated += 1;
            continue;
        }
        sum += kw;
        row.n_zero += u16::from(kw == 0.0);
        row.n_negative += u16::from(kw < 0.0);
        sorted.push(kw);
    }
    row.n_measured = sorted.len() as u16;
    if n_any > 0 {
        row.energy_kwh = energy_kw * (day.interval_s as f32 / 3600.0);
    }
    if sorted.is_empty() {
        return row;
    }
    row.demand_kw_mean = sum / sorted.len() as f32;
    if !row.is_within_day() {
        return row;
    }
    let squares = sorted.iter().fold(0.0f32, |squares, kw| {
        let off = kw - row.demand_kw_mean;
        squares + off * off
    });
    row.demand_kw_sd = (squares / sorted.len() as f32).sqrt();
    sorted.sort_unstable_by(f32::total_cmp);
    fill_quantiles(&mut row, sorted);
    fill_sequence(&mut row, day, night);
    fill_hours(&mut row, day);
    row
}

/// Fills in the quantiles and other results of sorting: distinct values and the shortest half.
fn fill_quantiles(row: &mut DayDigest, sorted: &[f32]) {
    let n = sorted.len();
    row.demand_kw_min = sorted[0];
    row.demand_kw_max = sorted[n - 1];
    [
        row.demand_kw_p05,
        row.demand_kw_p10,
        row.demand_kw_p25,
        row.demand_kw_p50,
        row.demand_kw_p75,
        row.demand_kw_p90,
        row.demand_kw_p95,
    ] = QUANTILE_SHARES.map(|share| {
        let quantile = Quantile::of(share, n);
        quantile.between(sorted[quantile.below], sorted[quantile.above])
    });
    row.n_distinct = 1 + sorted.windows(2).filter(|pair| pair[0] != pair[1]).count() as u16;

    let half = n / 2;
    let (mut level, mut width) = (sorted[0], f32::INFINITY);
    for (low, high) in sorted.iter().zip(&sorted[half..]) {
        if high - low < width {
            (level, width) = (0.5 * low + 0.5 * high, high - low);
        }
    }
    (row.level_kw, row.level_width_kw) = (level, width);
}

/// Fills in what depends on the order of the intervals: ramps and runs of one value.
fn fill_sequence(row: &mut DayDigest, day: DayIntervals<'_>, night: HourWindow) {
    let (mut sum, mut n, mut max) = (0.0f32, 0u32, 0.0f32);
    let (mut night_sum, mut night_n) = (0.0f32, 0u32);
    let mut previous = f32::NAN;
    let (mut run, mut longest) = (0u16, 0u16);
    for (index, &kw) in day.demand_kw.iter().enumerate() {
        let kw = if day.estimated.get(index).copied().unwrap_or(false) { f32::NAN } else { kw };
        let ramp = (kw - previous).abs();
        if !ramp.is_nan() {
            sum += ramp;
            n += 1;
            max = max.max(ramp);
            if night.contains(day.civil.clock_hour(index as i64 * day.interval_s) as u8) {
                night_sum += ramp;
                night_n += 1;
            }
        }
        run = if kw == 0.0 || kw.is_nan() {
            0
        } else if ramp == 0.0 {
            run + 1
        } else {
            1
        };
        longest = longest.max(run);
        previous = kw;
    }
    row.n_repeated_max = longest;
    if n > 0 {
        row.ramp_kw_mean = sum / n as f32;
        row.ramp_kw_max = max;
    }
    if night_n > 0 {
        row.ramp_kw_night_mean = night_sum / night_n as f32;
    }
}

/// Fills in the mean demand by clock hour.
fn fill_hours(row: &mut DayDigest, day: DayIntervals<'_>) {
    let mut sums = [0.0f32; CLOCK_HOURS];
    let mut counts = [0u32; CLOCK_HOURS];
    for (index, &kw) in day.demand_kw.iter().enumerate() {
        if kw.is_nan() || day.estimated.get(index).copied().unwrap_or(false) {
            continue;
        }
        let start_s = index as i64 * day.interval_s;
        // An interval longer than an hour counts for every hour it covers.
        for covered in 0..(day.interval_s / 3600).max(1) {
            let hour = day.civil.clock_hour(start_s + covered * 3600);
            sums[hour] += kw;
            counts[hour] += 1;
        }
    }
    for hour in 0..CLOCK_HOURS {
        if counts[hour] > 0 {
            row.hour_kw[hour] = sums[hour] / counts[hour] as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashwatt_core::calendar::Calendar;
    use hashwatt_core::settings::{Windows, Zone};
    use proptest::prelude::*;

    fn plain_day() -> CivilDay {
        *Calendar::new(None).day_of(1_300_000_000).unwrap()
    }

    fn digest(kw: &[f32], estimated: &[bool], interval_s: i64) -> DayDigest {
        let civil = plain_day();
        let day = DayIntervals { civil: &civil, interval_s, demand_kw: kw, estimated };
        digest_day(day, Windows::default().night, &mut Scratch::default())
    }

    #[test]
    fn a_flat_day_has_no_spread() {
        let row = digest(&[3.0; 48], &[], 1800);
        assert_eq!((row.n_expected, row.n_measured, row.n_distinct, row.n_repeated_max), (48, 48, 1, 48));
        assert_eq!((row.demand_kw_mean, row.demand_kw_sd, row.level_width_kw), (3.0, 0.0, 0.0));
        assert_eq!(row.energy_kwh, 72.0);
        assert_eq!(row.hour_kw, [3.0; 24]);
    }

    #[test]
    fn quantiles_interpolate_between_order_statistics() {
        let kw: Vec<f32> = (0..24).map(|hour| hour as f32).collect();
        let row = digest(&kw, &[], 3600);
        assert_eq!((row.demand_kw_min, row.demand_kw_p50, row.demand_kw_max), (0.0, 11.5, 23.0));
        assert!((row.demand_kw_p05 - 1.15).abs() < 1e-5);
        assert_eq!((row.ramp_kw_mean, row.ramp_kw_max, row.n_zero), (1.0, 1.0, 1));
    }

    #[test]
    fn an_estimate_counts_as_energy_but_never_as_flatness() {
        let mut kw = [1.0f32; 48];
        kw[0] = 5.0;
        let mut estimated = [false; 48];
        estimated[1..].fill(true);
        let row = digest(&kw, &estimated, 1800);
        assert_eq!((row.n_measured, row.n_estimated, row.demand_kw_mean), (1, 47, 5.0));
        assert_eq!(row.energy_kwh, 26.0);
        assert!(row.is_complete_day());
    }

    #[test]
    fn a_day_without_intervals_is_null_not_zero() {
        let row = digest(&[f32::NAN; 48], &[], 1800);
        assert!(row.energy_kwh.is_nan() && row.demand_kw_mean.is_nan() && row.n_measured == 0);
    }

    #[test]
    fn a_daily_read_says_nothing_about_the_hours() {
        let row = digest(&[2.0], &[], 86_400);
        assert_eq!((row.n_expected, row.n_measured, row.energy_kwh), (1, 1, 48.0));
        assert!(row.demand_kw_p05.is_nan() && row.hour_kw[0].is_nan());
    }

    #[test]
    fn a_skipped_hour_is_null_and_a_repeated_one_is_averaged() {
        let calendar = Calendar::new(Some(&Zone::named("Europe/London").unwrap()));
        let spring =
            *calendar.day_of("2013-03-31T12:00Z".parse::<jiff::Timestamp>().unwrap().as_second()).unwrap();
        let kw: Vec<f32> = (0..23).map(|hour| hour as f32).collect();
        let day = DayIntervals { civil: &spring, interval_s: 3600, demand_kw: &kw, estimated: &[] };
        let row = digest_day(day, Windows::default().night, &mut Scratch::default());
        assert_eq!(row.n_expected, 23);
        assert!(row.is_complete_day() && row.hour_kw[1].is_nan() && row.hour_kw[2] == 1.0);
        let autumn =
            *calendar.day_of("2013-10-27T12:00Z".parse::<jiff::Timestamp>().unwrap().as_second()).unwrap();
        let kw: Vec<f32> = (0..25).map(|hour| hour as f32).collect();
        let day = DayIntervals { civil: &autumn, interval_s: 3600, demand_kw: &kw, estimated: &[] };
        let row = digest_day(day, Windows::default().night, &mut Scratch::default());
        assert_eq!((row.n_expected, row.hour_kw[1], row.hour_kw[2]), (25, 1.5, 3.0));
    }

    proptest! {
        #[test]
        fn adding_a_constant_raises_every_quantile_by_it(values in prop::collection::vec(0.0f32..20.0, 48), rig_kw in 0.5f32..50.0) {
            let (before, after) = (digest(&values, &[], 1800), digest(&values.iter().map(|kw| kw + rig_kw).collect::<Vec<_>>(), &[], 1800));
            for (a, b) in [(before.demand_kw_p05, after.demand_kw_p05), (before.demand_kw_p95, after.demand_kw_p95), (before.demand_kw_mean, after.demand_kw_mean), (before.level_kw, after.level_kw)] {
                prop_assert!((b - a - rig_kw).abs() < 1e-3);
            }
            prop_assert!((after.demand_kw_sd - before.demand_kw_sd).abs() < 1e-2);
        }

        #[test]
        fn scaling_leaves_the_cv_unchanged(values in prop::collection::vec(0.1f32..20.0, 48), factor in 0.1f32..100.0) {
            let (before, after) = (digest(&values, &[], 1800), digest(&values.iter().map(|kw| kw * factor).collect::<Vec<_>>(), &[], 1800));
            let cv = |row: &DayDigest| row.demand_kw_sd / row.demand_kw_mean;
            prop_assert!((cv(&before) - cv(&after)).abs() < 1e-3);
        }
    }
}
