//! Finds the block that a rig would form: from some day on, every hour of a clock window and every quantile
//! is higher by the same kW, and the hours outside the window are not.
//!
//! The equal shift distinguishes a rig from a general increase: people, heating and equipment scale the
//! existing load, but a rig adds a constant. And it adds it every day: a block whose floor lies below its own
//! height on some days, as with heating that begins with the cold, counts for less. To limit the cost,
//! candidates come only from change points of three daily floors, and each fit covers four weeks on either
//! side.

use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::portable::Portable;
use std::ops::Range;

use super::series::{change_points, local_steps, median_of, median_of_three, spread_of};
use super::shifts::{Hours, Shifts, Stretches};
use super::usable::{Column, UsableDays};

/// Days compared on each side of a step: few enough that the season is the same. [d]
const NEAR_DAYS: usize = 28;

/// Fewest hours away from the edges of a clock window, if it has hours besides its edges.
const MIN_CORE_HOURS: usize = 3;

/// Smallest noise of an hour: the meter's resolution. [kW]
const MIN_NOISE_KW: f32 = 0.02;

/// Fewest days on a side of a step: a median of fewer follows a single day. [d]
const MIN_SIDE_DAYS: usize = 3;

/// Share of a candidate's fit that it must keep once its days are followed out.
const KEPT_FIT: f32 = 0.7;

/// Height at which a block begins to count for its size: below it, fit rises with the height, above by its
/// logarithm. [kW]
const USUAL_KW: f32 = 0.3;

/// Share of the shifts that a block must explain before explaining counts for it, and what it counts below.
const LITTLE_EXPLAINED: f32 = 0.3;
const MIN_EXPLAINED: f32 = 0.01;

/// Fall of the fit's logarithm for unevenness as large as the height.
const UNEVEN_COSTS: f32 = 2.0;

/// Share of a block's height that shows that it is on: halfway between off and on.
const HALF_ON: f32 = 0.5;

/// Share of five days that must be off to end a block: an outage of a day or two does not.
const OFF_SHARE: f32 = 0.8;

/// Share of the height by which the mean of the window's hours must be up on a day on which a block begins
/// late.
const BEGUN_SHARE: f32 = 0.1;

/// Share of its height that a block's floor keeps on a day on which it holds: a farm may lose one machine of
/// four for a day.
const HELD_SHARE: f32 = 0.75;

/// The block of a declared farm counts only above this multiple of the declared demand.
const OVER_DECLARED: f32 = 1.5;

/// Candidate days `[from, to)` for a block, with the nearest other change points, which limit the fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    from: usize,
    to: usize,
    after: usize,
    before: usize,
}

/// A fitted block.
#[derive(Debug, Clone)]
pub struct Block {
    /// Index of its first usable day; 0 if it ran from the start.
    pub from: usize,
    /// Index of the first usable day after it; the number of days if it runs to the end.
    pub to: usize,
    /// Height. [kW]
    pub kw: f32,
    /// Hours of the window.
    pub window: Hours,
    /// Hours of the window away from its edges.
    pub core: Vec<usize>,
    /// Number of edges of the window: 0 for a block round the clock.
    pub n_edges: usize,
    /// Days with the block over which it was measured.
    pub on: Range<usize>,
    /// Days without the block used for comparison.
    pub off: Range<usize>,
    /// Daily floor of the window. [kW]
    pub floor_kw: Vec<f32>,
    /// Mean shift by hour. [kW]
    pub shift_kw: [f32; CLOCK_HOURS],
    /// Quantiles by hour without the block. [kW]
    pub off_kw: [[f32; 3]; CLOCK_HOURS],
    /// Weighted mean distance of the window's shifts from the height, divided by the height.
    pub uneven: f32,
    /// Weighted mean shift outside the window, divided by the height.
    pub outside: f32,
    /// Share of the shifts' weighted squares that the block explains.
    pub explained: f32,
    /// Typical distance of the shifts from the height, relative to chance.
    pub unequal_by_chance: f32,
    /// Height relative to chance.
    pub significance: f32,
    /// Height divided by the floor's day-to-day noise.
    pub height_in_noise: f32,
    /// Goodness of fit, for comparing candidates.
    pub fit: f32,
    /// Whether it was switched on during the day before its first whole day.
    pub begins_day_before: bool,
}

/// Finds the best block of a meter; `None` if no level stands out, or none above the declared one.
#[must_use]
pub fn find_block(days: &UsableDays, declared_kw: f32) -> Option<Block> {
    let is_above = |fit: &Fit| fit.kw > OVER_DECLARED * declared_kw;
    let mut stretches = Stretches::of(days);
    let mut seen: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    let mut best: Option<Fit> = None;
    for candidate in candidates(days) {
        let Some(sides) = sides(days.len(), candidate) else { continue };
        // Candidates measured on the same days are equal.
        if seen.contains(&sides) {
            continue;
        }
        seen.push(sides.clone());
        let fitted = fit_block(days, candidate, sides, &mut stretches).filter(is_above);
        if let Some(fit) = fitted
            && best.as_ref().is_none_or(|best| fit.fit > best.fit)
        {
            best = Some(fit);
        }
    }
    let mut best = best?;
    let mut floor_kw = best.floor_kw(days);
    for _ in 0..2 {
        let candidate = with_limits(&best.at, extent(&best, &floor_kw), days.len());
        let again = sides(days.len(), candidate)
            .and_then(|sides| fit_block(days, candidate, sides, &mut stretches))
            .filter(is_above);
        match again {
            Some(again) if again.fit >= KEPT_FIT * best.fit => {
                best = again;
                floor_kw = best.floor_kw(days);
            }
            _ => break,
        }
    }
    let extent = extent(&best, &floor_kw);
    Some(best.into_block(days, extent, floor_kw))
}

/// Returns rises and falls of three floors: of the whole day, the night and the working day.
fn candidates(days: &UsableDays) -> Vec<Candidate> {
    let n = days.len();
    let night = days.floor_kw(&[0, 1, 2, 3, 4, 5], 0..n);
    let day = days.floor_kw(&[9, 10, 11, 12, 13, 14, 15], 0..n);
    let mut all = Vec::new();
    for floor in [days.column(Column::P05), &night, &day] {
        let smooth = median_of_three(floor);
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

fn with_limits(old: &Candidate, extent: Range<usize>, n: usize) -> Candidate {
    let step = if extent.start < MIN_SIDE_DAYS { extent.end } else { extent.start };
    Candidate {
        from: extent.start,
        to: extent.end,
        after: if old.after + MIN_SIDE_DAYS <= step { old.after } else { 0 },
        before: if old.before >= step + MIN_SIDE_DAYS { old.before } else { n },
    }
}

/// Limits days to four weeks, and to whole weeks if possible, so that all weekdays have the same weight.
fn near(days: usize) -> usize {
    if days < 7 { days } else { (days / 7 * 7).min(NEAR_DAYS) }
}

/// Returns the days without and with a candidate that are compared; `None` if too few are left.
fn sides(n: usize, at: Candidate) -> Option<(Range<usize>, Range<usize>)> {
    let (off, on) = if at.from < MIN_SIDE_DAYS {
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
    (off.len() >= MIN_SIDE_DAYS && on.len() >= MIN_SIDE_DAYS).then_some((off, on))
}

/// Fit of a candidate, and the values to build the block from if it is chosen.
struct Fit {
    at: Candidate,
    off: Range<usize>,
    on: Range<usize>,
    shifts: Shifts,
    window: Hours,
    core: Vec<usize>,
    kw: f32,
    uneven: f32,
    explained: f32,
    height_in_noise: f32,
    fit: f32,
}

fn fit_block(
    days: &UsableDays,
    at: Candidate,
    (off, on): (Range<usize>, Range<usize>),
    stretches: &mut Stretches<'_>,
) -> Option<Fit> {
    let shifts = Shifts::between(stretches, &off, &on)?;
    let window = shifts.window()?;
    let core = core(&window);
    let kw = shifts.height_kw(&core)?;
    let noise = |range: &Range<usize>| spread_of(&days.floor_kw(&core, range.clone()));
    let noise_kw = noise(&off) + noise(&on) + MIN_NOISE_KW;
    let fewest = fewest(&off, &on);
    let (uneven, explained) = (shifts.unevenness(&core, kw), shifts.explained(&core, &window, kw));
    let height_in_noise = kw / noise_kw;
    let fit = (height_in_noise * fewest).portable_ln_1p()
        * (kw / USUAL_KW).portable_ln_1p()
        * (explained - LITTLE_EXPLAINED).max(MIN_EXPLAINED)
        * (-UNEVEN_COSTS * uneven).portable_exp()
        * held_share(days, &at, &core, kw);
    Some(Fit { at, off, on, shifts, window, core, kw, uneven, explained, height_in_noise, fit })
}

/// Returns the share of a candidate's days on which the window's floor holds its height. Whatever else runs,
/// a place with a rig draws at least the rig; heating that begins with the cold has days on which it rests.
fn held_share(days: &UsableDays, at: &Candidate, core: &[usize], kw: f32) -> f32 {
    let floor_kw = days.floor_kw(core, at.from..at.to);
    let n_held = floor_kw.iter().filter(|floor_kw| **floor_kw >= HELD_SHARE * kw).count();
    n_held as f32 / floor_kw.len() as f32
}

impl Fit {
    fn floor_kw(&self, days: &UsableDays) -> Vec<f32> {
        days.floor_kw(&self.core, 0..days.len())
    }

    fn into_block(self, days: &UsableDays, extent: Range<usize>, floor_kw: Vec<f32>) -> Block {
        let (kw, fewest) = (self.kw, fewest(&self.off, &self.on));
        let mut block = Block {
            from: extent.start,
            to: extent.end,
            kw,
            window: self.window,
            n_edges: (0..CLOCK_HOURS)
                .filter(|&hour| self.window[hour] != self.window[(hour + CLOCK_HOURS - 1) % CLOCK_HOURS])
                .count(),
            uneven: self.uneven,
            outside: self.shifts.outside(&self.window, kw),
            explained: self.explained,
            unequal_by_chance: self.shifts.against_chance(&self.core, kw) * fewest,
            significance: kw * fewest / self.shifts.usual_noise_kw(&self.core).unwrap_or(1.0),
            height_in_noise: self.height_in_noise,
            fit: self.fit,
            shift_kw: self.shifts.mean_kw,
            off_kw: self.shifts.off_kw,
            floor_kw,
            core: self.core,
            on: self.on,
            off: self.off,
            begins_day_before: false,
        };
        block.begins_day_before = begins_day_before(days, &block);
        block
    }
}

fn fewest(off: &Range<usize>, on: &Range<usize>) -> f32 {
    (off.len().min(on.len()) as f32).sqrt()
}

/// Returns the hours of the window away from its edges, or all of them if too few would remain.
fn core(window: &Hours) -> Vec<usize> {
    let is_edge = super::shifts::edges(window);
    let away: Vec<usize> = (0..CLOCK_HOURS).filter(|&hour| window[hour] && !is_edge[hour]).collect();
    if away.len() >= MIN_CORE_HOURS { away } else { (0..CLOCK_HOURS).filter(|&hour| window[hour]).collect() }
}

/// Returns the days around the fitted step on which the window's floor stays above half of the height. An
/// outage of a day or two does not end a block; four days off of five do.
fn extent(fit: &Fit, floor_kw: &[f32]) -> Range<usize> {
    let n = floor_kw.len();
    let base = median_of(&floor_kw[fit.off.clone()]);
    let is_on: Vec<bool> = floor_kw.iter().map(|kw| *kw > base + HALF_ON * fit.kw).collect();
    let anchor = if fit.at.from >= MIN_SIDE_DAYS { fit.at.from } else { fit.at.to.saturating_sub(1) };
    let Some(start) = (anchor.saturating_sub(3)..(anchor + 4).min(n))
        .filter(|&at| is_on[at])
        .min_by_key(|&at| at.abs_diff(anchor))
    else {
        return fit.at.from..fit.at.to;
    };
    let is_over =
        |five: &[bool]| five.iter().filter(|on| !**on).count() as f32 >= OFF_SHARE * five.len() as f32;
    let (mut first, mut last) = (start, start);
    while first > 0 && (is_on[first - 1] || !is_over(&is_on[first.saturating_sub(5)..first])) {
        first -= 1;
    }
    while last + 1 < n && (is_on[last + 1] || !is_over(&is_on[last + 1..(last + 6).min(n)])) {
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

/// Whether the last hour of the window and some others were already up on the day before.
fn begins_day_before(days: &UsableDays, block: &Block) -> bool {
    let Some((before, last)) = block.from.checked_sub(1).zip(block.core.last()) else { return false };
    let hours = &days.hour_kw[before];
    let usual = |hour: usize| block.off_kw[hour][1];
    let rise =
        block.core.iter().map(|&hour| hours[hour] - usual(hour)).sum::<f32>() / block.core.len() as f32;
    hours[*last] > usual(*last) + HALF_ON * block.kw && rise > BEGUN_SHARE * block.kw
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
    fn heating_that_rests_on_some_days_does_not_hide_a_smaller_rig() {
        let heated =
            |day: usize, slot: usize| home_kw(day, slot) + if day >= 20 && day % 4 != 3 { 3.5 } else { 0.0 };
        let block = block(|day, slot| heated(day, slot) + if day >= 60 { 2.0 } else { 0.0 }).unwrap();
        assert_eq!((block.from, block.to), (60, 90));
        assert!((block.kw - 2.0).abs() < 0.1, "{}", block.kw);
    }

    #[test]
    fn a_hang_up_of_a_day_does_not_end_a_block() {
        let block =
            block(|day, slot| home_kw(day, slot) + if day >= 30 && day != 50 { 3.2 } else { 0.0 }).unwrap();
        assert_eq!((block.from, block.to), (30, 90));
    }
}
