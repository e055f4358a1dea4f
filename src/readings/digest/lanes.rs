//! Digests several whole days at once: one day per lane, so that one instruction of a sum, a sort or a ramp
//! serves several meters.
//!
//! Most of the work is sorting, and one sorting network serves every lane. The results equal
//! [`digest_day`](super::kernel::digest_day) to the last bit; a test checks this.

use super::LaneDigests;
use super::columns::{DayColumns, LANES, Lane};
use super::kernel::{QUANTILE_SHARES, Quantile};
use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::settings::HourWindow;
use hashwatt_core::sorting::sort_columns;

/// Seconds of a day without a clock change; only such days are digested here.
pub const PLAIN_DAY_S: i64 = 86_400;

/// Longer intervals go through the scalar kernel, because they cover several clock hours. [s]
pub const MAX_INTERVAL_S: i64 = 3600;

/// Whole, measured days with one interval length that wait until the lanes are full.
#[derive(Debug)]
pub struct DayLanes {
    plan: Option<Plan>,
    n: usize,
    meters: Lane<u32>,
    days: Lane<i32>,
    /// One row per interval of the day. [kW]
    demand_kw: Vec<Lane<f32>>,
    night: HourWindow,
}

/// Values that depend only on the interval length.
#[derive(Debug)]
struct Plan {
    interval_s: i64,
    quantiles: [Quantile; QUANTILE_SHARES.len()],
    is_night: Vec<bool>,
}

impl Plan {
    fn new(interval_s: i64, night: HourWindow) -> Self {
        let n = (PLAIN_DAY_S / interval_s) as usize;
        let hour = |slot: usize| (slot as i64 * interval_s / 3600) as u8;
        Self {
            interval_s,
            quantiles: QUANTILE_SHARES.map(|share| Quantile::of(share, n)),
            is_night: (0..n).map(|slot| night.contains(hour(slot))).collect(),
        }
    }
}

impl DayLanes {
    /// Starts with no day waiting.
    #[must_use]
    pub const fn new(night: HourWindow) -> Self {
        Self { plan: None, n: 0, meters: [0; LANES], days: [0; LANES], demand_kw: Vec::new(), night }
    }

    /// Adds a plain 24 h day with all its intervals, in kW. Digests into `out` when the lanes are full.
    pub fn push(
        &mut self,
        meter: u32,
        day: i32,
        interval_s: i64,
        demand_kw: impl Iterator<Item = f32>,
        out: &mut DayColumns,
    ) {
        if self.plan.as_ref().is_none_or(|plan| plan.interval_s != interval_s) {
            self.flush(out);
            self.plan = Some(Plan::new(interval_s, self.night));
            self.demand_kw.clear();
            self.demand_kw.resize((PLAIN_DAY_S / interval_s) as usize, [0.0; LANES]);
        }
        let lane = self.n;
        for (row, kw) in self.demand_kw.iter_mut().zip(demand_kw) {
            row[lane] = kw;
        }
        (self.meters[lane], self.days[lane]) = (meter, day);
        self.n += 1;
        if self.n == LANES {
            self.flush(out);
        }
    }

    /// Digests the days that wait.
    pub fn flush(&mut self, out: &mut DayColumns) {
        if self.n == 0 {
            return;
        }
        let plan = self.plan.as_ref().expect("a day waits, so its interval is known");
        let digested = digest_lanes(&mut self.demand_kw, plan);
        let minutes = (plan.interval_s / 60) as u32;
        out.push_lanes(&self.meters[..self.n], &self.days[..self.n], minutes, &digested);
        self.n = 0;
    }
}

/// Digests all lanes; sorts `demand_kw` on the way.
fn digest_lanes(demand_kw: &mut [Lane<f32>], plan: &Plan) -> LaneDigests {
    let n = demand_kw.len();
    let hours = plan.interval_s as f32 / 3600.0;
    let sum = fold(demand_kw, [0.0; LANES], |sum, kw| sum + kw);
    let mean = map(&sum, |sum| sum / n as f32);
    let squares = sum_squares(demand_kw, &mean);
    let sequence = sequence_of(demand_kw, &plan.is_night);
    let hour_kw = hours_of(demand_kw, plan.interval_s);
    sort_columns(demand_kw);
    let (level_kw, level_width_kw) = shortest_half(demand_kw);
    let q = plan.quantiles.map(|quantile| {
        let (below, above) = (&demand_kw[quantile.below], &demand_kw[quantile.above]);
        std::array::from_fn(|lane| quantile.between(below[lane], above[lane]))
    });
    let [
        demand_kw_p05,
        demand_kw_p10,
        demand_kw_p25,
        demand_kw_p50,
        demand_kw_p75,
        demand_kw_p90,
        demand_kw_p95,
    ] = q;
    let (n_zero, n_negative) = lowest_counts(demand_kw);
    LaneDigests {
        n_expected: [n as u16; LANES],
        n_measured: [n as u16; LANES],
        n_estimated: [0; LANES],
        n_zero,
        n_negative,
        n_identical: [0; LANES],
        n_conflicting: [0; LANES],
        n_repeated_max: sequence.longest,
        n_distinct: n_distinct(demand_kw),
        energy_kwh: map(&sum, |sum| sum * hours),
        demand_kw_mean: mean,
        demand_kw_sd: map(&squares, |squares| (squares / n as f32).sqrt()),
        demand_kw_min: demand_kw[0],
        demand_kw_p05,
        demand_kw_p10,
        demand_kw_p25,
        demand_kw_p50,
        demand_kw_p75,
        demand_kw_p90,
        demand_kw_p95,
        demand_kw_max: demand_kw[n - 1],
        ramp_kw_mean: map(&sequence.ramp, |sum| sum / (n - 1) as f32),
        ramp_kw_max: sequence.ramp_max,
        ramp_kw_night_mean: map(&sequence.ramp_night, |sum| sum / sequence.n_night as f32),
        level_kw,
        level_width_kw,
        hour_kw,
    }
}

fn map(lanes: &Lane<f32>, of: impl Fn(f32) -> f32) -> Lane<f32> {
    std::array::from_fn(|lane| of(lanes[lane]))
}

fn fold(rows: &[Lane<f32>], mut sum: Lane<f32>, step: impl Fn(f32, f32) -> f32) -> Lane<f32> {
    for row in rows {
        for lane in 0..LANES {
            sum[lane] = step(sum[lane], row[lane]);
        }
    }
    sum
}

fn sum_squares(rows: &[Lane<f32>], mean: &Lane<f32>) -> Lane<f32> {
    let mut sum = [0.0; LANES];
    for row in rows {
        for lane in 0..LANES {
            let off = row[lane] - mean[lane];
            sum[lane] += off * off;
        }
    }
    sum
}

struct Sequence {
    ramp: Lane<f32>,
    ramp_max: Lane<f32>,
    ramp_night: Lane<f32>,
    n_night: u32,
    longest: Lane<u16>,
}

/// Computes ramps and runs of one value.
fn sequence_of(rows: &[Lane<f32>], is_night: &[bool]) -> Sequence {
    let (mut ramp, mut ramp_max, mut ramp_night) = ([0.0f32; LANES], [0.0f32; LANES], [0.0f32; LANES]);
    let mut n_night = 0;
    let mut run: Lane<i32> = std::array::from_fn(|lane| i32::from(rows[0][lane] != 0.0));
    let mut longest = run;
    for (pair, night) in rows.windows(2).zip(&is_night[1..]) {
        let mut step = [0.0f32; LANES];
        for lane in 0..LANES {
            step[lane] = (pair[1][lane] - pair[0][lane]).abs();
            ramp[lane] += step[lane];
            ramp_max[lane] = if step[lane] > ramp_max[lane] { step[lane] } else { ramp_max[lane] };
        }
        for lane in 0..LANES {
            let (is_same, is_load) = (i32::from(step[lane] == 0.0), i32::from(pair[1][lane] != 0.0));
            run[lane] = (run[lane] * is_same + 1) * is_load;
            longest[lane] = if run[lane] > longest[lane] { run[lane] } else { longest[lane] };
        }
        if *night {
            n_night += 1;
            for lane in 0..LANES {
                ramp_night[lane] += step[lane];
            }
        }
    }
    Sequence { ramp, ramp_max, ramp_night, n_night, longest: longest.map(|run| run as u16) }
}

/// Computes the mean demand by clock hour, for intervals of an hour or less.
fn hours_of(rows: &[Lane<f32>], interval_s: i64) -> [Lane<f32>; CLOCK_HOURS] {
    let per_hour = (3600 / interval_s) as usize;
    let mut hours = [[0.0; LANES]; CLOCK_HOURS];
    for (hour, rows) in hours.iter_mut().zip(rows.chunks_exact(per_hour)) {
        let sum = fold(rows, [0.0; LANES], |sum, kw| sum + kw);
        *hour = map(&sum, |sum| sum / per_hour as f32);
    }
    hours
}

/// Returns middle and width of the shortest band that contains half of the sorted values.
fn shortest_half(sorted: &[Lane<f32>]) -> (Lane<f32>, Lane<f32>) {
    let half = sorted.len() / 2;
    let (mut width, mut level) = ([f32::INFINITY; LANES], [0.0; LANES]);
    for (low, high) in sorted.iter().zip(&sorted[half..]) {
        for lane in 0..LANES {
            let this = high[lane] - low[lane];
            let is_shorter = this < width[lane];
            // Halve before adding: the sum of two large values might not be finite.
            let middle = 0.5 * low[lane] + 0.5 * high[lane];
            level[lane] = if is_shorter { middle } else { level[lane] };
            width[lane] = if is_shorter { this } else { width[lane] };
        }
    }
    (level, width)
}

fn n_distinct(sorted: &[Lane<f32>]) -> Lane<u16> {
    let mut n = [1i32; LANES];
    for pair in sorted.windows(2) {
        for lane in 0..LANES {
            n[lane] += i32::from(pair[0][lane] != pair[1][lane]);
        }
    }
    n.map(|n| n as u16)
}

/// Counts the values that are zero and those below zero.
fn lowest_counts(sorted: &[Lane<f32>]) -> (Lane<u16>, Lane<u16>) {
    let (mut zero, mut negative) = ([0i32; LANES], [0i32; LANES]);
    for row in sorted {
        if !row.iter().any(|kw| *kw <= 0.0) {
            break;
        }
        for lane in 0..LANES {
            zero[lane] += i32::from(row[lane] == 0.0);
            negative[lane] += i32::from(row[lane] < 0.0);
        }
    }
    (zero.map(|n| n as u16), negative.map(|n| n as u16))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::kernel::{DayIntervals, Scratch, digest_day};
    use hashwatt_core::calendar::Calendar;
    use hashwatt_core::settings::Windows;
    use proptest::prelude::*;

    /// Returns the days as digested by the lanes and by the scalar kernel.
    fn both(days: &[Vec<f32>], interval_s: i64) -> (Vec<String>, Vec<String>) {
        let night = Windows::default().night;
        let (mut lanes, mut out) = (DayLanes::new(night), DayColumns::default());
        for (meter, day) in days.iter().enumerate() {
            lanes.push(meter as u32, 0, interval_s, day.iter().copied(), &mut out);
        }
        lanes.flush(&mut out);
        let civil = Calendar::plain_day();
        let scalar = days.iter().map(|kw| {
            let day = DayIntervals { civil: &civil, interval_s, demand_kw: kw, estimated: &[] };
            format!("{:?}", digest_day(day, night, &mut Scratch::default()))
        });
        ((0..out.len()).map(|row| format!("{:?}", out.day(row))).collect(), scalar.collect())
    }

    #[test]
    fn flat_empty_and_exporting_days_are_the_same_in_both_kernels() {
        let days = vec![
            vec![3.0; 48],
            vec![0.0; 48],
            (0..48).map(|slot| slot as f32 - 20.0).collect(),
            (0..48).map(|slot| if slot < 7 { 0.0 } else { 1.5 }).collect(),
        ];
        let (lanes, scalar) = both(&days, 1800);
        assert_eq!(lanes, scalar);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn both_kernels_agree_to_the_last_bit(
            days in prop::collection::vec(prop::collection::vec(-40i32..400, 288), 1..20),
            interval_minutes in prop::sample::select(vec![5i64, 15, 30, 60]),
        ) {
            // Few distinct values, so that runs and ties occur.
            let n = (1440 / interval_minutes) as usize;
            let days: Vec<Vec<f32>> =
                days.iter().map(|day| day[..n].iter().map(|value| (value / 9) as f32 * 0.137).collect()).collect();
            let (lanes, scalar) = both(&days, interval_minutes * 60);
            prop_assert_eq!(lanes, scalar);
        }
    }
}
