//! Finds the block a rig would be: from some day on, every hour of a clock window and every
//! quantile is higher by the same kW, and the hours outside it are not.
//!
//! The equal shift is what tells a rig from more of the same life (people, heating and machines
//! scale the load they find; a rig adds a constant). Cost: candidates come from change points of
//! three daily floors, each fit looks at four weeks on either side.

use std::ops::Range;

use super::series::{change_points, local_steps, median_of, median_of_three, spread_of};
use super::usable::{UsableDays, hour_quantiles};
use crate::digest::CLOCK_HOURS;
use crate::stats::median;

/// Days compared on each side of a step: near enough that the season is the same. [d]
const NEAR_DAYS: usize = 28;

/// Quantiles over days whose shifts must agree.
const QUANTILES: [f64; 3] = [0.10, 0.25, 0.50];

/// A clock window has at least this many hours, of which three are away from its edges.
const LEAST_HOURS: usize = 4;
const LEAST_CORE_HOURS: usize = 3;

/// Below this a shift is the meter's resolution. [kW]
const LEAST_KW: f32 = 0.05;

/// Noise that no hour falls below: the meter's resolution. [kW]
const LEAST_NOISE_KW: f32 = 0.02;

/// A block of a declared farm speaks only where it is this many times what was declared.
const OVER_DECLARED: f32 = 1.5;

/// A sum of days `[from, to)` with the nearest other change points, which a fit stays between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    from: usize,
    to: usize,
    after: usize,
    before: usize,
}

/// A block as fitted.
#[derive(Debug, Clone)]
pub struct Block {
    /// First usable day of the block (an index); 0 where it ran from the start.
    pub from: usize,
    /// First usable day after it; the number of days where it runs to the end.
    pub to: usize,
    /// Height. [kW]
    pub kw: f32,
    /// Hours of the window.
    pub window: [bool; CLOCK_HOURS],
    /// Hours of the window away from its edges.
    pub core: Vec<usize>,
    /// Edges of the window: 0 for a block round the clock.
    pub n_edges: usize,
    /// Days it was measured on, and the days without it that they were held against.
    pub on: Range<usize>,
    /// See `on`.
    pub off: Range<usize>,
    /// Daily floor of the window. [kW]
    pub floor_kw: Vec<f32>,
    /// Mean shift by hour. [kW]
    pub shift_kw: [f32; CLOCK_HOURS],
    /// Quantiles by hour without the block. [kW]
    pub off_kw: [[f32; 3]; CLOCK_HOURS],
    /// Weighted mean distance of the window's shifts from the height, over the height.
    pub uneven: f32,
    /// Weighted mean shift outside the window, over the height.
    pub outside: f32,
    /// Share of the shifts' weighted squares that the block explains.
    pub explained: f32,
    /// Typical distance from the height against what chance makes.
    pub unequal_by_chance: f32,
    /// Height against what chance makes.
    pub significance: f32,
    /// Height against the floor's day-to-day noise.
    pub height_in_noise: f32,
    /// What candidates are compared by.
    pub fit: f32,
    /// Whether it was switched on in the course of the day before its first whole one.
    pub begins_day_before: bool,
    limits: (usize, usize),
}

/// The best block of a meter, `None` where no level stands out (or none above what is declared).
#[must_use]
pub fn find_block(days: &UsableDays, declared_kw: f32) -> Option<Block> {
    let is_above = |block: &Block| block.kw > OVER_DECLARED * declared_kw;
    let mut best: Option<Block> = None;
    for candidate in candidates(days) {
        let fitted = fit_block(days, candidate).filter(is_above);
        if let Some(block) = fitted
            && best.as_ref().is_none_or(|best| block.fit > best.fit)
        {
            best = Some(block);
        }
    }
    let mut block = best?;
    for _ in 0..2 {
        let candidate = with_limits(&block, extent(&block), days.len());
        match fit_block(days, candidate).filter(is_above) {
            Some(again) if again.fit >= 0.7 * block.fit => block = again,
            _ => break,
        }
    }
    let extent = extent(&block);
    (block.from, block.to) = (extent.start, extent.end);
    block.begins_day_before = begins_day_before(days, &block);
    Some(block)
}

/// Whether the last hour of the window and some of the others were up on the day before.
fn begins_day_before(days: &UsableDays, block: &Block) -> bool {
    let Some((before, last)) = block.from.checked_sub(1).zip(block.core.last()) else { return false };
    let hours = &days.hour_kw[before];
    let usual = |hour: usize| block.off_kw[hour][1];
    let rise =
        block.core.iter().map(|&hour| hours[hour] - usual(hour)).sum::<f32>() / block.core.len() as f32;
    hours[*last] > usual(*last) + 0.5 * block.kw && rise > 0.1 * block.kw
}

/// Rises and falls of three floors: the whole day's, the night's and the working day's.
fn candidates(days: &UsableDays) -> Vec<Candidate> {
    let n = days.len();
    let night: Vec<usize> = (0..6).collect();
    let day: Vec<usize> = (9..16).collect();
    let mut all = Vec::new();
    for floor in [days.column(|day| day.demand_kw_p05), days.floor_kw(&night), days.floor_kw(&day)] {
        let smooth = median_of_three(&floor);
        let mut points = change_points(&smooth, 4);
        points.extend(local_steps(&smooth, 3));
        points.sort_unstable();
        points.dedup();
        let falls =
            |at: usize| median_of(&floor[at..(at + 5).min(n)]) < median_of(&floor[at.saturating_sub(5)..at]);
        for &at in &points {
            let after = points.iter().copied().filter(|&other| other + 7 <= at).max().unwrap_or(0);
            let before = points.iter().copied().find(|&other| other >= at + 7).unwrap_or(n);
            let whole = |from, to| Candidate { from, to, after: 0, before: n };
            if falls(at) {
                all.extend([whole(0, at), Candidate { from: 0, to: at, after, before }]);
            } else {
                let end = points.iter().copied().find(|&other| other >= at + 3 && falls(other)).unwrap_or(n);
                all.extend([whole(at, n), whole(at, end), Candidate { from: at, to: end, after, before }]);
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn with_limits(block: &Block, extent: Range<usize>, n: usize) -> Candidate {
    let (after, before) = block.limits;
    let step = if extent.start < 3 { extent.end } else { extent.start };
    Candidate {
        from: extent.start,
        to: extent.end,
        after: if after + 3 <= step { after } else { 0 },
        before: if before >= step + 3 { before } else { n },
    }
}

/// At most four weeks, in whole weeks where there is one, so that weekdays weigh the same.
fn near(days: usize) -> usize {
    if days < 7 { days } else { (days / 7 * 7).min(NEAR_DAYS) }
}

fn fit_block(days: &UsableDays, at: Candidate) -> Option<Block> {
    let n = days.len();
    let (off, on) = if at.from < 3 {
        let to = at.to;
        (
            to..to + near(n.min(at.before).saturating_sub(to)),
            to - near(to - at.from.max(at.after).min(to))..to,
        )
    } else {
        (
            at.from - near(at.from - at.after.min(at.from))..at.from,
            at.from..at.from + near(at.to.min(at.before).saturating_sub(at.from)),
        )
    };
    if off.len() < 3 || on.len() < 3 {
        return None;
    }
    let shifts = Shifts::between(days, &off, &on);
    let (kw, window) = shifts.window()?;
    let is_edge = edges(&window);
    let inside: Vec<usize> = (0..CLOCK_HOURS).filter(|&hour| window[hour]).collect();
    let away: Vec<usize> = inside.iter().copied().filter(|&hour| !is_edge[hour]).collect();
    let core = if away.len() >= LEAST_CORE_HOURS { away } else { inside };
    let kw = shifts.height_kw(&core).filter(|_| kw > LEAST_KW)?;
    let outside: Vec<usize> = (0..CLOCK_HOURS).filter(|&hour| !window[hour] && !is_edge[hour]).collect();
    let floor_kw = days.floor_kw(&core);
    let noise_kw = spread_of(&floor_kw[off.clone()]) + spread_of(&floor_kw[on.clone()]) + LEAST_NOISE_KW;
    let fewest = (off.len().min(on.len()) as f32).sqrt();
    let (uneven, explained) = (shifts.unevenness(&core, kw), shifts.explained(&core, &outside, &window, kw));
    let height_in_noise = kw / noise_kw;
    let fit = (height_in_noise * fewest).ln_1p()
        * (kw / 0.3).ln_1p()
        * (explained - 0.3).max(0.01)
        * (-2.0 * uneven).exp();
    Some(Block {
        from: at.from,
        to: at.to,
        kw,
        window,
        n_edges: (0..CLOCK_HOURS)
            .filter(|&hour| window[hour] != window[(hour + CLOCK_HOURS - 1) % CLOCK_HOURS])
            .count(),
        uneven,
        outside: shifts.outside(&outside, kw),
        explained,
        unequal_by_chance: shifts.against_chance(&core, kw) * fewest,
        significance: kw * fewest
            / median(&core.iter().map(|&hour| shifts.noise_kw[hour]).collect::<Vec<_>>()).unwrap_or(1.0),
        height_in_noise,
        fit,
        shift_kw: shifts.mean_kw,
        off_kw: shifts.off_kw,
        floor_kw,
        core,
        on,
        off,
        limits: (at.after, at.before),
        begins_day_before: false,
    })
}

/// Hours on either side of a change of the window: a clock edge seldom falls on the hour.
fn edges(window: &[bool; CLOCK_HOURS]) -> [bool; CLOCK_HOURS] {
    let changes: [bool; CLOCK_HOURS] =
        std::array::from_fn(|hour| window[hour] != window[(hour + CLOCK_HOURS - 1) % CLOCK_HOURS]);
    std::array::from_fn(|hour| changes[hour] || changes[(hour + 1) % CLOCK_HOURS])
}

/// Shifts of three quantiles of every clock hour between two stretches of days.
struct Shifts {
    off_kw: [[f32; 3]; CLOCK_HOURS],
    shift_kw: [[f32; 3]; CLOCK_HOURS],
    mean_kw: [f32; CLOCK_HOURS],
    noise_kw: [f32; CLOCK_HOURS],
}

impl Shifts {
    fn between(days: &UsableDays, off: &Range<usize>, on: &Range<usize>) -> Self {
        let mut scratch = Vec::with_capacity(NEAR_DAYS);
        let mut of = |range: &Range<usize>| -> [[f32; 3]; CLOCK_HOURS] {
            std::array::from_fn(|hour| {
                hour_quantiles(&days.hour_kw[range.clone()], hour, QUANTILES, &mut scratch)
            })
        };
        let (off_kw, on_kw) = (of(off), of(on));
        let shift_kw: [[f32; 3]; CLOCK_HOURS] =
            std::array::from_fn(|hour| std::array::from_fn(|q| on_kw[hour][q] - off_kw[hour][q]));
        let spread: [f32; CLOCK_HOURS] = std::array::from_fn(|hour| {
            (off_kw[hour][2] - off_kw[hour][0]).max(on_kw[hour][2] - on_kw[hour][0])
        });
        let usual = spread.iter().sum::<f32>() / CLOCK_HOURS as f32;
        Self {
            off_kw,
            shift_kw,
            mean_kw: shift_kw.map(|shift| shift.iter().sum::<f32>() / 3.0),
            noise_kw: spread.map(|one| one + 0.25 * usual + LEAST_NOISE_KW),
        }
    }

    /// Height and hours of the window: hours that shift by more than half of the height.
    fn window(&self) -> Option<(f32, [bool; CLOCK_HOURS])> {
        let mut sorted = self.mean_kw;
        sorted.sort_unstable_by(f32::total_cmp);
        // The upper level, without the two highest hours.
        let mut kw = sorted[CLOCK_HOURS - 9..CLOCK_HOURS - 2].iter().sum::<f32>() / 7.0;
        for _ in 0..4 {
            let inside: Vec<usize> = (0..CLOCK_HOURS).filter(|&hour| self.mean_kw[hour] > 0.5 * kw).collect();
            if inside.len() < LEAST_HOURS || kw <= LEAST_KW {
                return None;
            }
            kw = self.height_kw(&inside)?;
        }
        let window: [bool; CLOCK_HOURS] = self.mean_kw.map(|shift| shift > 0.5 * kw);
        (window.iter().filter(|inside| **inside).count() >= LEAST_HOURS && kw > LEAST_KW)
            .then_some((kw, window))
    }

    fn weight(&self, hour: usize) -> f32 {
        1.0 / self.noise_kw[hour]
    }

    /// Weighted median of the hours' shifts. [kW]
    fn height_kw(&self, hours: &[usize]) -> Option<f32> {
        weighted_median(
            hours
                .iter()
                .flat_map(|&hour| self.shift_kw[hour].map(|shift| (shift, self.weight(hour))))
                .collect(),
        )
    }

    fn unevenness(&self, core: &[usize], kw: f32) -> f32 {
        weighted_mean(
            core.iter()
                .flat_map(|&hour| self.shift_kw[hour].map(|shift| ((shift - kw).abs(), self.weight(hour)))),
        )
        .unwrap_or(0.0)
            / kw
    }

    fn outside(&self, hours: &[usize], kw: f32) -> f32 {
        weighted_mean(hours.iter().map(|&hour| (self.mean_kw[hour].abs(), self.weight(hour)))).unwrap_or(0.0)
            / kw
    }

    fn explained(&self, core: &[usize], outside: &[usize], window: &[bool; CLOCK_HOURS], kw: f32) -> f32 {
        let (mut rest, mut all) = (0.0, 0.0);
        for &hour in core.iter().chain(outside) {
            let fitted = if window[hour] { kw } else { 0.0 };
            for shift in self.shift_kw[hour] {
                rest += self.weight(hour) * (shift - fitted) * (shift - fitted);
                all += self.weight(hour) * shift * shift;
            }
        }
        if all > 0.0 { 1.0 - rest / all } else { 0.0 }
    }

    /// Median distance from the height over the median noise of an hour.
    fn against_chance(&self, core: &[usize], kw: f32) -> f32 {
        let distances = core
            .iter()
            .flat_map(|&hour| self.shift_kw[hour].map(|shift| ((shift - kw).abs(), self.weight(hour))))
            .collect();
        let noise = core.iter().map(|&hour| (self.noise_kw[hour], self.weight(hour))).collect();
        weighted_median(distances).unwrap_or(0.0) / weighted_median(noise).unwrap_or(1.0)
    }
}

fn weighted_mean(values: impl Iterator<Item = (f32, f32)>) -> Option<f32> {
    let (sum, weight) =
        values.fold((0.0, 0.0), |(sum, all), (value, weight)| (sum + value * weight, all + weight));
    (weight > 0.0).then_some(sum / weight)
}

/// The value at which half of the weight is reached.
fn weighted_median(mut values: Vec<(f32, f32)>) -> Option<f32> {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let half = values.iter().map(|pair| pair.1).sum::<f32>() / 2.0;
    let mut sum = 0.0;
    for (value, weight) in &values {
        sum += weight;
        if sum >= half {
            return Some(*value);
        }
    }
    values.last().map(|pair| pair.0)
}

/// Days around the fitted step on which the window's floor stays above half of the height. A hang-up
/// of a day or two does not end a block; four days off of five do.
fn extent(block: &Block) -> Range<usize> {
    let n = block.floor_kw.len();
    let base = median_of(&block.floor_kw[block.off.clone()]);
    let is_on: Vec<bool> = block.floor_kw.iter().map(|kw| *kw > base + 0.5 * block.kw).collect();
    let anchor = if block.from >= 3 { block.from } else { block.to.saturating_sub(1) };
    let Some(start) = (anchor.saturating_sub(3)..(anchor + 4).min(n))
        .filter(|&at| is_on[at])
        .min_by_key(|&at| at.abs_diff(anchor))
    else {
        return block.from..block.to;
    };
    let is_over = |days: &mut dyn Iterator<Item = usize>| {
        let five: Vec<bool> = days.take(5).map(|at| is_on[at]).collect();
        five.iter().filter(|on| !**on).count() as f32 >= 0.8 * five.len() as f32
    };
    let (mut first, mut last) = (start, start);
    while first > 0 && (is_on[first - 1] || !is_over(&mut (0..first).rev())) {
        first -= 1;
    }
    while last + 1 < n && (is_on[last + 1] || !is_over(&mut (last + 1..n))) {
        last += 1;
    }
    while !is_on[first] {
        first += 1;
    }
    while !is_on[last] {
        last -= 1;
    }
    first..last + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{home_kw, meter};

    fn block(kw: impl Fn(usize, usize) -> f32) -> Option<Block> {
        find_block(&UsableDays::of(&meter(90, kw).days).unwrap(), 0.0)
    }

    #[test]
    fn a_rig_is_found_with_its_kw_and_days() {
        let block =
            block(|day, slot| home_kw(day, slot) + if (40..75).contains(&day) { 3.2 } else { 0.0 }).unwrap();
        assert_eq!((block.from, block.to, block.n_edges), (40, 75, 0));
        assert!((block.kw - 3.2).abs() < 0.05, "{}", block.kw);
        assert!(block.uneven < 0.02 && block.explained > 0.99);
    }

    #[test]
    fn a_night_timer_has_a_window() {
        let block = block(|day, slot| {
            home_kw(day, slot) + if day >= 40 && !(14..44).contains(&slot) { 2.9 } else { 0.0 }
        })
        .unwrap();
        assert_eq!(block.from, 40);
        assert!(block.window[0] && block.window[23] && !block.window[12] && block.n_edges == 2);
        assert!((block.kw - 2.9).abs() < 0.1 && block.outside < 0.05);
    }

    #[test]
    fn a_load_that_doubles_is_less_even_than_a_rig() {
        let lived_in = |day: usize, slot: usize| {
            0.4 + 0.3 * (slot as f32 / 48.0 * std::f32::consts::TAU).sin() + home_kw(day, slot) * 0.1
        };
        let doubled = block(|day, slot| lived_in(day, slot) * if day >= 40 { 2.5 } else { 1.0 }).unwrap();
        let rig = block(|day, slot| lived_in(day, slot) + if day >= 40 { 0.9 } else { 0.0 }).unwrap();
        assert!(doubled.uneven > 5.0 * rig.uneven, "{} {}", doubled.uneven, rig.uneven);
    }

    #[test]
    fn what_is_declared_is_no_block() {
        let days = UsableDays::of(
            &meter(90, |day, slot| home_kw(day, slot) + if day >= 40 { 3.2 } else { 0.0 }).days,
        )
        .unwrap();
        assert!(find_block(&days, 3.0).is_none());
    }

    #[test]
    fn a_hang_up_of_a_day_does_not_end_a_block() {
        let block =
            block(|day, slot| home_kw(day, slot) + if day >= 30 && day != 50 { 3.2 } else { 0.0 }).unwrap();
        assert_eq!((block.from, block.to), (30, 90));
    }
}
