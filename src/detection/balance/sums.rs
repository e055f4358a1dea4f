//! Adds every child into its parent's running sum, hour by hour, while the digests are read.
//!
//! It adds the mean demand of each clock hour from the digests, so the interval data is not decoded again.
//! Children and parents with any interval up to an hour share one grid. Missing hours of a child, and days
//! with a stuck channel, are filled from its neighbouring days; the filled share is recorded. Sums are in
//! whole milliwatts, so that they do not depend on the order of threads.

use hashwatt_core::calendar::CLOCK_HOURS;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::tree::Tree;
use crate::checks::is_stuck_day;
use hashwatt_core::error::Result;
use hashwatt_core::ids::MeterId;
use hashwatt_core::stats::median;
use hashwatt_readings::digest::MeterDays;

/// Demand by clock hour of one day.
pub type Hours = [f32; CLOCK_HOURS];

/// Sum by clock hour of one day, in milliwatts.
type Sum = [i64; CLOCK_HOURS];

/// A missing hour gets the mean of the same hour on days this near. [d]
const NEAR_DAYS: usize = 7;

const MW_PER_KW: f64 = 1e6;

/// Memory of one day of a parent.
pub const BYTES_A_DAY: u64 = (size_of::<Sum>() + size_of::<Hours>() + 2 * size_of::<i64>()) as u64;

/// Running sums of all parents of a tree.
#[derive(Debug)]
pub struct Sums<'a> {
    tree: &'a Tree,
    /// `None`: not summed in this walk.
    nodes: Vec<Option<Mutex<NodeSums>>>,
}

/// Supply measured by a parent's own meter, and the sum of the meters below.
#[derive(Debug, Default)]
struct NodeSums {
    /// Supply by its own meter.
    supplied: Option<(i32, Vec<Hours>)>,
    first_day: i32,
    days: Vec<DaySum>,
    /// A child that begins or ends on a day is assumed to draw its mean day before or after that.
    begins: BTreeMap<i32, Sum>,
    ends: BTreeMap<i32, Sum>,
    n_heard: u32,
    /// Children whose reads span a day or longer.
    n_coarse: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct DaySum {
    mw: Sum,
    filled_mwh: i64,
    /// From daily reads.
    coarse_mw: i64,
}

/// Hourly supply of a parent and hourly load of its children.
#[derive(Debug, Clone)]
pub struct Series {
    /// Index of the parent in the tree.
    pub place: usize,
    /// The parent.
    pub parent: MeterId,
    /// First civil day of the parent's meter. [days since 1970-01-01]
    pub first_day: i32,
    /// Supply measured by the parent's meter; NaN where missing. [kW]
    pub supplied_kw: Vec<Hours>,
    /// Load measured by the children's meters, missing hours filled. [kW]
    pub registered_kw: Vec<Hours>,
    /// Share of each day's registered energy that was filled, 0..=1.
    pub filled_share: Vec<f32>,
    /// Children with interval data, including those of unmetered nodes below it.
    pub n_heard: u32,
    /// Children in the register without any interval data.
    pub n_silent: u32,
    /// Number of children with interval data whose reads span a day or longer.
    pub n_coarse: u32,
}

impl<'a> Sums<'a> {
    /// Starts empty sums for the parents at `places`.
    #[must_use]
    pub fn new(tree: &'a Tree, places: &[usize]) -> Self {
        let mut nodes: Vec<Option<Mutex<NodeSums>>> = tree.nodes().iter().map(|_| None).collect();
        places.iter().for_each(|&place| nodes[place] = Some(Mutex::default()));
        Self { tree, nodes }
    }

    /// Adds a meter: to its parent's sum, and as the supply of the meters below it.
    pub fn add(&self, meter: &MeterDays) {
        let id = meter.meter.as_str();
        if let Some(node) = self.tree.place(id).and_then(|place| self.nodes[place].as_ref()) {
            let supplied = hours_of(meter);
            node.lock().unwrap_or_else(PoisonError::into_inner).supplied = Some(supplied);
        }
        if let Some(node) = self.tree.parent_of(id).and_then(|place| self.nodes[place].as_ref()) {
            let child = Child::of(meter);
            node.lock().unwrap_or_else(PoisonError::into_inner).add(&child);
        }
    }

    /// Passes on the sums of parents that have their own meter, `at_once` at a time, each after the parents
    /// below it. Children of a node without a meter count for the next parent above. `unmetered` has the sums
    /// left over from earlier walks.
    ///
    /// # Errors
    /// The errors of `each`.
    pub fn finish(
        self,
        unmetered: &mut UnmeteredSums,
        at_once: usize,
        each: &mut dyn FnMut(Vec<Series>) -> Result<()>,
    ) -> Result<()> {
        let tree = self.tree;
        let mut nodes = self.nodes;
        let mut metered = Vec::new();
        for &place in tree.bottom_up() {
            let Some(node) = nodes[place].take() else { continue };
            let mut node = node.into_inner().unwrap_or_else(PoisonError::into_inner);
            let mut n_children = tree.nodes()[place].children.len() as u32;
            if let Some(below) = unmetered.by_parent.remove(&place) {
                // The nodes below were counted as children; count their children instead.
                n_children = n_children.saturating_sub(below.n_nodes) + below.n_children;
                node.absorb(below.sums);
            }
            if node.supplied.is_some() {
                metered.push((place, node, n_children));
            } else if let Some(parent) = tree.nodes()[place].parent {
                let above = unmetered.by_parent.entry(parent).or_default();
                above.n_nodes += 1;
                above.n_children += n_children;
                above.sums.absorb(node);
            }
            if metered.len() >= at_once {
                each(series_of(tree, std::mem::take(&mut metered)))?;
            }
        }
        if metered.is_empty() { Ok(()) } else { each(series_of(tree, metered)) }
    }
}

fn series_of(tree: &Tree, metered: Vec<(usize, NodeSums, u32)>) -> Vec<Series> {
    let series = |(place, mut node, n_children): (usize, NodeSums, u32)| {
        let (first_day, supplied_kw) = node.supplied.take()?;
        Some(node.series(tree, place, first_day, supplied_kw, n_children))
    };
    metered.into_par_iter().filter_map(series).collect()
}

/// Sums of nodes without their own meter, to be passed to the next parent above.
#[derive(Debug, Default)]
pub struct UnmeteredSums {
    by_parent: BTreeMap<usize, Below>,
}

/// Sums of all such nodes below one parent.
#[derive(Debug, Default)]
struct Below {
    sums: NodeSums,
    n_nodes: u32,
    n_children: u32,
}

/// One child, prepared for adding.
struct Child {
    first_day: i32,
    days: Vec<DaySum>,
    /// Its mean day.
    mean: Sum,
    is_coarse: bool,
}

impl Child {
    fn of(meter: &MeterDays) -> Self {
        let is_coarse = !meter.days.iter().any(|day| day.is_within_day());
        let (first_day, hours) = hours_of(meter);
        if is_coarse {
            return Self::of_daily_reads(meter, first_day, hours.len());
        }
        let hours = measured_hours(meter, hours);
        let mean = mean_day(&hours);
        let sum = |day: usize| {
            let mw = filled_day(&hours, &mean, day).map(milliwatts);
            let missing = mw.iter().zip(&hours[day]).filter(|(_, kw)| kw.is_nan());
            DaySum { filled_mwh: missing.map(|(mw, _)| mw.abs()).sum(), mw, coarse_mw: 0 }
        };
        let days = (0..hours.len()).map(sum).collect();
        Self { first_day, days, mean: mean.map(milliwatts), is_coarse }
    }

    /// Spreads a daily read, or a read of several days, over the days it covers.
    fn of_daily_reads(meter: &MeterDays, first_day: i32, n_days: usize) -> Self {
        let mut days = vec![DaySum::default(); n_days];
        let kw: Vec<f32> =
            meter.days.iter().map(|day| day.demand_kw_mean).filter(|kw| !kw.is_nan()).collect();
        let mean = milliwatts(median(&kw).unwrap_or(0.0));
        let mut known = vec![false; n_days];
        for day in &meter.days {
            let from = (day.day - first_day) as usize;
            let n = (day.interval_minutes / hashwatt_readings::digest::DAY_MINUTES).max(1) as usize;
            for at in from..(from + n).min(n_days) {
                if !day.demand_kw_mean.is_nan() {
                    days[at].coarse_mw = milliwatts(day.demand_kw_mean);
                    known[at] = true;
                }
            }
        }
        for (day, _) in days.iter_mut().zip(known).filter(|(_, known)| !known) {
            *day = DaySum { coarse_mw: mean, filled_mwh: mean.abs() * CLOCK_HOURS as i64, ..*day };
        }
        Self { first_day, days, mean: [mean; CLOCK_HOURS], is_coarse: true }
    }
}

impl NodeSums {
    fn add(&mut self, child: &Child) {
        self.n_heard += 1;
        self.n_coarse += u32::from(child.is_coarse);
        self.add_days(child.first_day, &child.days);
        let after = child.first_day + child.days.len() as i32;
        add_sum(self.begins.entry(child.first_day).or_default(), &child.mean);
        add_sum(self.ends.entry(after).or_default(), &child.mean);
    }

    fn absorb(&mut self, other: Self) {
        self.n_heard += other.n_heard;
        self.n_coarse += other.n_coarse;
        self.add_days(other.first_day, &other.days);
        other.begins.iter().for_each(|(day, sum)| add_sum(self.begins.entry(*day).or_default(), sum));
        other.ends.iter().for_each(|(day, sum)| add_sum(self.ends.entry(*day).or_default(), sum));
    }

    fn add_days(&mut self, first_day: i32, days: &[DaySum]) {
        if days.is_empty() {
            return;
        }
        if self.days.is_empty() {
            self.first_day = first_day;
        } else if first_day < self.first_day {
            let more = (self.first_day - first_day) as usize;
            self.days.splice(0..0, std::iter::repeat_n(DaySum::default(), more));
            self.first_day = first_day;
        }
        let from = (first_day - self.first_day) as usize;
        if self.days.len() < from + days.len() {
            self.days.resize(from + days.len(), DaySum::default());
        }
        for (sum, day) in self.days[from..].iter_mut().zip(days) {
            add_sum(&mut sum.mw, &day.mw);
            sum.filled_mwh += day.filled_mwh;
            sum.coarse_mw += day.coarse_mw;
        }
    }

    fn series(
        self,
        tree: &Tree,
        place: usize,
        first_day: i32,
        supplied_kw: Vec<Hours>,
        n_children: u32,
    ) -> Series {
        let mut registered_kw = Vec::with_capacity(supplied_kw.len());
        let mut filled_share = Vec::with_capacity(supplied_kw.len());
        for at in 0..supplied_kw.len() {
            let day = first_day + at as i32;
            let mut sum = usize::try_from(day - self.first_day)
                .ok()
                .and_then(|at| self.days.get(at).copied())
                .unwrap_or_default();
            let absent = self.begins.range(day + 1..).chain(self.ends.range(..=day));
            for (_, mean) in absent {
                add_sum(&mut sum.mw, mean);
                sum.filled_mwh += mean.iter().map(|mw| mw.abs()).sum::<i64>();
            }
            let hourly_mwh: i64 = sum.mw.iter().sum();
            let coarse_kw = sum.coarse_mw as f64 / MW_PER_KW;
            // Daily reads get the load shape of the other meters.
            let mean_mw = hourly_mwh as f64 / CLOCK_HOURS as f64;
            registered_kw.push(sum.mw.map(|mw| {
                let shape = if mean_mw > 0.0 { mw as f64 / mean_mw } else { 1.0 };
                (mw as f64 / MW_PER_KW + coarse_kw * shape) as f32
            }));
            let all_mwh = hourly_mwh + sum.coarse_mw * CLOCK_HOURS as i64;
            filled_share.push((sum.filled_mwh as f64 / all_mwh.max(1) as f64).min(1.0) as f32);
        }
        Series {
            place,
            parent: tree.nodes()[place].id.clone(),
            first_day,
            supplied_kw,
            registered_kw,
            filled_share,
            n_heard: self.n_heard,
            n_silent: n_children.saturating_sub(self.n_heard),
            n_coarse: self.n_coarse,
        }
    }
}

fn add_sum(sum: &mut Sum, other: &Sum) {
    sum.iter_mut().zip(other).for_each(|(sum, other)| *sum += other);
}

fn milliwatts(kw: f32) -> i64 {
    // Exact, because a demand has fewer digits than a double; a rounding function would cost a call per hour.
    let mw = f64::from(kw) * MW_PER_KW;
    let rounded = (mw + 0.5f64.copysign(mw)) as i64;
    // A missing value is not added.
    if kw.is_finite() { rounded } else { 0 }
}

/// Returns a meter's hours from its first to its last day; NaN where missing.
#[must_use]
pub fn hours_of(meter: &MeterDays) -> (i32, Vec<Hours>) {
    let (Some(first), Some(last)) = (meter.days.first(), meter.days.last()) else { return (0, Vec::new()) };
    let covered = (last.interval_minutes / hashwatt_readings::digest::DAY_MINUTES).max(1) as usize;
    let mut hours = vec![[f32::NAN; CLOCK_HOURS]; (last.day - first.day) as usize + covered];
    for day in &meter.days {
        hours[(day.day - first.day) as usize] = day.hour_kw;
    }
    (first.day, hours)
}

/// Removes days with a stuck channel, which measure nothing; keeps them if all days are stuck.
fn measured_hours(meter: &MeterDays, mut hours: Vec<Hours>) -> Vec<Hours> {
    let first_day = meter.days[0].day;
    if meter.days.iter().all(is_stuck_day) {
        return hours;
    }
    for day in meter.days.iter().filter(|day| is_stuck_day(day)) {
        hours[(day.day - first_day) as usize] = [f32::NAN; CLOCK_HOURS];
    }
    hours
}

/// As [`hours_of`], with missing hours filled from the meter's neighbouring days.
#[must_use]
pub fn filled_hours(meter: &MeterDays) -> (i32, Vec<Hours>) {
    let (first_day, hours) = hours_of(meter);
    let hours = measured_hours(meter, hours);
    let mean = mean_day(&hours);
    (first_day, (0..hours.len()).map(|day| filled_day(&hours, &mean, day)).collect())
}

/// Returns a day with its missing hours filled.
fn filled_day(hours: &[Hours], mean: &Hours, day: usize) -> Hours {
    let mut filled = hours[day];
    for (hour, kw) in filled.iter_mut().enumerate().filter(|(_, kw)| kw.is_nan()) {
        *kw = near_kw(hours, day, hour).unwrap_or(mean[hour]);
    }
    filled
}

/// Returns the mean of each clock hour; an hour that never occurs gets the mean of all.
fn mean_day(hours: &[Hours]) -> Hours {
    let (mut sums, mut counts) = ([0.0f64; CLOCK_HOURS], [0u32; CLOCK_HOURS]);
    for day in hours {
        for hour in 0..CLOCK_HOURS {
            let is_known = !day[hour].is_nan();
            sums[hour] += if is_known { f64::from(day[hour]) } else { 0.0 };
            counts[hour] += u32::from(is_known);
        }
    }
    let all = sums.iter().sum::<f64>() / f64::from(counts.iter().sum::<u32>().max(1));
    std::array::from_fn(|hour| match counts[hour] {
        0 => all as f32,
        n => (sums[hour] / f64::from(n)) as f32,
    })
}

/// Returns the mean of an hour over the neighbouring days.
fn near_kw(hours: &[Hours], day: usize, hour: usize) -> Option<f32> {
    let near = &hours[day.saturating_sub(NEAR_DAYS)..(day + NEAR_DAYS + 1).min(hours.len())];
    let known = near.iter().map(|day| day[hour]).filter(|kw| !kw.is_nan());
    let (sum, n) = known.fold((0.0, 0u32), |(sum, n), kw| (sum + kw, n + 1));
    (n > 0).then(|| sum / n as f32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::follow::tests::{home, meter};
    use super::*;
    use hashwatt_readings::acquisition::register::Register;

    /// Builds a parent `p` over `a`, `b` and a node `n` without a meter over `c`.
    fn tree() -> Tree {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("register.csv");
        std::fs::write(&path, "meter_id,parent_id\na,p\nb,p\nn,p\nc,n\n").unwrap();
        Tree::of(&Register::read(&path).unwrap().0).0
    }

    fn sums(meters: &[MeterDays], places_a_walk: usize) -> Series {
        let tree = tree();
        let mut unmetered = UnmeteredSums::default();
        let mut found = Vec::new();
        for places in tree.bottom_up().chunks(places_a_walk) {
            let sums = Sums::new(&tree, places);
            meters.iter().for_each(|meter| sums.add(meter));
            sums.finish(&mut unmetered, 1, &mut |series| {
                found.extend(series);
                Ok(())
            })
            .unwrap();
        }
        assert_eq!(found.len(), 1);
        found.remove(0)
    }

    fn residual_kw(series: &Series) -> Vec<f32> {
        let pairs = series.supplied_kw.iter().flatten().zip(series.registered_kw.iter().flatten());
        pairs.map(|(supplied, registered)| supplied - registered).collect()
    }

    #[test]
    fn sums_are_those_made_by_hand() {
        let meters = [
            meter("p", |_, hour| 10.0 + hour as f32),
            meter("a", |_, _| 2.0),
            meter("b", |day, hour| if day == 3 && hour == 5 { f32::NAN } else { 0.5 + hour as f32 }),
            meter("c", |_, _| 1.25),
        ];
        let series = sums(&meters, 2);
        // 2.0 + (0.5 + 5) + 1.25, with the missing hour as on the neighbouring days; the node `n` is not
        // silent.
        assert_eq!(series.registered_kw[3][5], 8.75);
        assert_eq!((series.n_heard, series.n_silent), (3, 0));
        assert!((series.filled_share[3] - 5.5 / (24.0 * 3.25 + 24.0 * 0.5 + 276.0)).abs() < 1e-4);
        assert_eq!(series.filled_share[4], 0.0);
        assert!(residual_kw(&series).iter().all(|kw| (kw - 6.25).abs() < 1e-5));
    }

    proptest! {
        #[test]
        fn milliwatts_are_rounded_to_the_nearest(kw in -1e6f32..1e6, thousandths in -2_000_000i32..2_000_000) {
            for kw in [kw, thousandths as f32 * 5e-7, kw * 1e-12] {
                prop_assert_eq!(milliwatts(kw), (f64::from(kw) * MW_PER_KW).round() as i64);
            }
        }
    }

    #[test]
    fn one_walk_and_several_give_the_same() {
        let meters = [
            meter("p", |_, hour| 10.0 + hour as f32),
            meter("a", |day, hour| home(1, day, hour)),
            meter("b", |day, hour| home(2, day, hour)),
            meter("c", |day, hour| home(3, day, hour)),
        ];
        assert_eq!(residual_kw(&sums(&meters, 1)), residual_kw(&sums(&meters, 10)));
    }

    #[test]
    fn a_child_that_comes_late_or_goes_early_is_taken_to_be_there() {
        let late = |name, days: std::ops::Range<usize>| {
            let mut late = meter(name, |_, hour| 0.5 + hour as f32);
            late.days = late.days[days].to_vec();
            late
        };
        let meters = [meter("p", |_, _| 20.0), late("a", 10..60), late("b", 0..50), meter("c", |_, _| 1.0)];
        let series = sums(&meters, 10);
        assert!(series.registered_kw.iter().all(|day| (day[4] - 10.0).abs() < 1e-4));
        assert!(
            series.filled_share[5] > 0.4 && series.filled_share[30] == 0.0 && series.filled_share[55] > 0.4
        );
    }

    #[test]
    fn daily_reads_follow_the_shape_of_the_others() {
        let mut coarse = meter("a", |_, _| f32::NAN);
        for day in &mut coarse.days {
            (day.interval_minutes, day.demand_kw_mean) = (hashwatt_readings::digest::DAY_MINUTES, 3.0);
        }
        let meters = [
            meter("p", |_, _| 20.0),
            coarse,
            meter("b", |_, hour| if hour < 12 { 1.0 } else { 3.0 }),
            meter("c", |_, _| 0.0),
        ];
        let series = sums(&meters, 10);
        assert_eq!((series.registered_kw[7][3], series.registered_kw[7][20]), (2.5, 7.5));
        assert_eq!(series.n_coarse, 1);
    }

    proptest! {
        #[test]
        fn the_same_series_on_a_child_and_its_parent_changes_no_residual(
            seed in 0usize..1000, kw in 0.0f32..500.0, tap in 0.0f32..50.0,
        ) {
            let extra = move |day: usize, hour: usize| kw * home(seed, day, hour);
            let run = |extra: &dyn Fn(usize, usize) -> f32, tap: f32| {
                residual_kw(&sums(&[
                    meter("p", |day, hour| 10.0 + extra(day, hour) + tap),
                    meter("a", |day, hour| home(1, day, hour) + extra(day, hour)),
                    meter("b", |day, hour| home(2, day, hour)),
                    meter("c", |day, hour| home(3, day, hour)),
                ], 10))
            };
            let (plain, both, tapped) = (run(&|_, _| 0.0, 0.0), run(&extra, 0.0), run(&|_, _| 0.0, tap));
            for at in 0..plain.len() {
                prop_assert!((plain[at] - both[at]).abs() < 1e-3);
                // A constant tap raises the residual by its own size.
                prop_assert!((tapped[at] - plain[at] - tap).abs() < 1e-3);
            }
        }
    }
}
