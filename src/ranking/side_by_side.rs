//! Digests rebuilt days several at a time, each step made to all of them: planting digests a year of
//! days for every copy, and one after another would take most of a run.
//!
//! The rows are those of [`digest_day`](crate::digest::kernel::digest_day), for days of 48 half-hours
//! that are all there.

use super::plant::SLOTS;
use crate::digest::{CLOCK_HOURS, DayDigest};
use crate::features::lanes::sort_columns;
use crate::settings::HourWindow;

/// Days digested at a time.
pub const LANES: usize = 8;

/// One value of each day.
type Lane<T> = [T; LANES];

/// Length of a rebuilt interval. [min]
const SLOT_MINUTES: u32 = 30;

/// Length of a rebuilt interval. [h]
const SLOT_H: f64 = 0.5;

/// Digests days of [`SLOTS`] half-hours, none of which is NaN; the days are numbered 0.
#[must_use]
pub fn digest_side_by_side(days: Lane<&[f32]>, night: HourWindow) -> Lane<DayDigest> {
    let mut rows: [Lane<f32>; SLOTS] =
        std::array::from_fn(|slot| std::array::from_fn(|lane| days[lane][slot]));
    let mut digests = [DayDigest::empty(0, SLOT_MINUTES, SLOTS as u16); LANES];
    fill_sums(&mut digests, &rows);
    fill_sequence(&mut digests, &rows, night);
    for (hour, pair) in rows.chunks_exact(2).enumerate() {
        for (lane, digest) in digests.iter_mut().enumerate() {
            digest.hour_kw[hour] = f32::midpoint(pair[0][lane], pair[1][lane]);
        }
    }
    sort_columns(&mut rows);
    fill_quantiles(&mut digests, &rows);
    digests
}

const _: () = assert!(SLOTS == 2 * CLOCK_HOURS);

fn fill_sums(digests: &mut Lane<DayDigest>, rows: &[Lane<f32>; SLOTS]) {
    let (mut sum, mut squares) = ([0.0f64; LANES], [0.0f64; LANES]);
    let (mut zeros, mut negatives) = ([0u32; LANES], [0u32; LANES]);
    for row in rows {
        for lane in 0..LANES {
            let kw = f64::from(row[lane]);
            sum[lane] += kw;
            squares[lane] += kw * kw;
        }
        for lane in 0..LANES {
            zeros[lane] += u32::from(row[lane] == 0.0);
            negatives[lane] += u32::from(row[lane] < 0.0);
        }
    }
    for (lane, digest) in digests.iter_mut().enumerate() {
        let mean = sum[lane] / SLOTS as f64;
        digest.n_measured = SLOTS as u16;
        digest.n_zero = zeros[lane] as u16;
        digest.n_negative = negatives[lane] as u16;
        digest.energy_kwh = (sum[lane] * SLOT_H) as f32;
        digest.demand_kw_mean = mean as f32;
        digest.demand_kw_sd = (squares[lane] / SLOTS as f64 - mean * mean).max(0.0).sqrt() as f32;
    }
}

/// Ramps and runs of one value.
fn fill_sequence(digests: &mut Lane<DayDigest>, rows: &[Lane<f32>; SLOTS], night: HourWindow) {
    let (mut sum, mut night_sum, mut n_night) = ([0.0f64; LANES], [0.0f64; LANES], 0u32);
    let mut greatest = [0.0f32; LANES];
    let mut run: Lane<u32> = rows[0].map(|kw| u32::from(kw != 0.0));
    let mut longest = run;
    for (slot, pair) in (1..).zip(rows.windows(2)) {
        let ramp: Lane<f32> = std::array::from_fn(|lane| (pair[1][lane] - pair[0][lane]).abs());
        for lane in 0..LANES {
            sum[lane] += f64::from(ramp[lane]);
            greatest[lane] = if ramp[lane] > greatest[lane] { ramp[lane] } else { greatest[lane] };
        }
        if night.contains((slot / 2) as u8) {
            n_night += 1;
            (0..LANES).for_each(|lane| night_sum[lane] += f64::from(ramp[lane]));
        }
        for lane in 0..LANES {
            let again = if pair[1][lane] == pair[0][lane] { run[lane] + 1 } else { 1 };
            run[lane] = if pair[1][lane] == 0.0 { 0 } else { again };
            longest[lane] = longest[lane].max(run[lane]);
        }
    }
    for (lane, digest) in digests.iter_mut().enumerate() {
        digest.n_repeated_max = longest[lane] as u16;
        digest.ramp_kw_mean = (sum[lane] / (SLOTS - 1) as f64) as f32;
        digest.ramp_kw_max = greatest[lane];
        if n_night > 0 {
            digest.ramp_kw_night_mean = (night_sum[lane] / f64::from(n_night)) as f32;
        }
    }
}

/// What sorted half-hours tell: quantiles, distinct values and the shortest half.
fn fill_quantiles(digests: &mut Lane<DayDigest>, sorted: &[Lane<f32>; SLOTS]) {
    let quantile = |share: f32| -> Lane<f32> {
        let position = share * (SLOTS - 1) as f32;
        let below = position as usize;
        let (part, low, high) =
            (position - below as f32, &sorted[below], &sorted[(below + 1).min(SLOTS - 1)]);
        std::array::from_fn(|lane| fused(part, high[lane] - low[lane], low[lane]))
    };
    let (p05, p10, p25, p50) = (quantile(0.05), quantile(0.10), quantile(0.25), quantile(0.50));
    let (p75, p90, p95) = (quantile(0.75), quantile(0.90), quantile(0.95));
    let mut distinct = [1u32; LANES];
    for pair in sorted.windows(2) {
        (0..LANES).for_each(|lane| distinct[lane] += u32::from(pair[0][lane] != pair[1][lane]));
    }
    let (low, high) = shortest_half(sorted);
    for (lane, digest) in digests.iter_mut().enumerate() {
        digest.demand_kw_min = sorted[0][lane];
        digest.demand_kw_p05 = p05[lane];
        digest.demand_kw_p10 = p10[lane];
        digest.demand_kw_p25 = p25[lane];
        digest.demand_kw_p50 = p50[lane];
        digest.demand_kw_p75 = p75[lane];
        digest.demand_kw_p90 = p90[lane];
        digest.demand_kw_p95 = p95[lane];
        digest.demand_kw_max = sorted[SLOTS - 1][lane];
        digest.n_distinct = distinct[lane] as u16;
        digest.level_width_kw = high[lane] - low[lane];
        digest.level_kw = f32::midpoint(low[lane], high[lane]);
    }
}

/// Ends of the shortest band that holds half of the half-hours.
fn shortest_half(sorted: &[Lane<f32>; SLOTS]) -> (Lane<f32>, Lane<f32>) {
    let half = SLOTS / 2;
    let (mut low, mut high) = (sorted[0], sorted[half]);
    for at in 1..SLOTS - half {
        for lane in 0..LANES {
            let is_shorter = sorted[at + half][lane] - sorted[at][lane] < high[lane] - low[lane];
            low[lane] = if is_shorter { sorted[at][lane] } else { low[lane] };
            high[lane] = if is_shorter { sorted[at + half][lane] } else { high[lane] };
        }
    }
    (low, high)
}

/// `a * b + c`, rounded as one operation but for a last bit in a thousand million: the product of two
/// floats is exact in twice their precision, and processors without the operation are slow at it.
pub(super) fn fused(a: f32, b: f32, c: f32) -> f32 {
    (f64::from(a) * f64::from(b) + f64::from(c)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Calendar;
    use crate::digest::kernel::{DayIntervals, Scratch, digest_day};
    use crate::settings::Windows;

    #[test]
    fn days_side_by_side_have_the_digests_of_each_by_itself() {
        let kw = |day: usize, slot: usize| match day {
            0 => 1.25,
            1 => 0.0,
            2 => (slot / 6) as f32 * 0.5,
            3 => -0.3 + slot as f32 * 0.01,
            _ => 0.1 + ((day * 31 + slot * slot * 7) % 23) as f32 * 0.137 + if slot > 30 { 2.9 } else { 0.0 },
        };
        let days: [Vec<f32>; LANES] =
            std::array::from_fn(|day| (0..SLOTS).map(|slot| kw(day, slot)).collect());
        let night = Windows::default().night;
        let together = digest_side_by_side(std::array::from_fn(|lane| days[lane].as_slice()), night);
        let (civil, mut scratch) = (Calendar::plain_day(), Scratch::default());
        for (lane, day) in together.iter().enumerate() {
            let alone =
                DayIntervals { civil: &civil, interval_s: 1800, demand_kw: &days[lane], estimated: &[] };
            assert_eq!(*day, digest_day(alone, night, &mut scratch), "day {lane}");
        }
    }
}
