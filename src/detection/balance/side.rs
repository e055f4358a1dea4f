//! Locates a load on one side of a transformer's lines, from the voltages of the meters there.
//!
//! # What it measures
//! A load lowers the voltage of every meter that shares wire with it, in proportion to the shared wire. It
//! does not lower the voltage on other lines and phases. Each meter's voltage is therefore taken relative to
//! the median of all meters below the transformer. It is explained, hour by hour, by the loads of all these
//! meters and by a step on the day the unexplained load began. The depth of that step, over four weeks before
//! and after, shows how much wire the meter shares with the load.
//!
//! # What else looks like this
//! A customer who moves in on that very day lowers the neighbours' voltage too, but the meter registers the
//! load, which explains it.
//!
//! # Limit and why
//! A load at the transformer's busbar, or on all phases of every line, lowers all voltages alike; then the
//! result is empty. A step in the middle of the days before shows the usual variation of voltages. A fall
//! counts if it is far outside that. A meter without voltages on either side of the day is not used, and a
//! load with daily reads explains nothing.
//!
//! # Source
//! Voltages explained by loads, as used for topology and phase: Short 2013, doi:10.1109/TSG.2012.2219078.
//! Ridge regression: Hoerl and Kennard 1970, doi:10.2307/1267351.

use hashwatt_core::calendar::CLOCK_HOURS;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use linfa_linalg::cholesky::SolveC;
use ndarray::Array2;
use rayon::prelude::*;

use super::ParentBalance;
use super::children::by_parent;
use super::sums::{Hours, filled_hours};
use crate::products::{gram, product};
use hashwatt_core::calendar::Calendar;
use hashwatt_core::error::Result;
use hashwatt_core::ids::MeterId;
use hashwatt_core::stats::{mad_sd_about, quantile_of};
use hashwatt_readings::acquisition::Source;
use hashwatt_readings::acquisition::register::{Register, UsagePoint};
use hashwatt_readings::acquisition::voltages::{Voltages, read_voltages};
use hashwatt_readings::digest::MeterDays;
use hashwatt_readings::digest::store::DigestStore;

/// Days compared on each side of the onset, as for a block in features. [d]
const NEAR_DAYS: i32 = 28;

/// Fewest days on each side of a step. [d]
const MIN_DAYS: usize = 5;

/// Fewer meters give no useful median.
const MIN_METERS: usize = 5;

/// Evidence of unexplained load from which voltages are read. At this value seven in eight would be farms if
/// half of the parents have one, and far fewer if few have one. [log ratio]
const MIN_EVIDENCE: f64 = 2.0;

/// A fall counts above this many times the usual variation, and above what a meter with a resolution of 0.1 V
/// shows clearly. [V]
const MIN_DEVIATIONS: f64 = 6.0;
const MIN_FALL_V: f64 = 0.3;

/// Voltages outside this range around the meter's median are not supply voltages: EN 50160 allows 10%
/// deviation, and weak lines reach twice that.
const PLAUSIBLE: Range<f32> = 0.8..1.2;

/// Share of the informative hours that a meter must have.
const MIN_TOLD: f64 = 0.5;

/// Four weeks of readings in tenths of a volt cannot have less noise than this. [V]
const RESOLUTION_V: f64 = 0.02;

/// Share of the loads' mean square added to each load: a load that hardly varies explains nothing.
const RIDGE: f64 = 0.01;

/// Meters on the load's side share at least this part of the deepest fall.
const SHARED: f64 = 0.5;

/// Meters with the deepest falls reach at least this part of the deepest fall.
const DEEPEST: f64 = 0.85;

/// Most that a voltage can count against its meter (one to twenty). The load may be on another phase than the
/// one measured, or the register may be wrong about the place. [log ratio]
const MAX_AGAINST: f64 = 3.0;

/// Most meters whose voltages are read (16 KB each), below the parents with the most evidence first. A parent
/// with more meters than the second limit is not a low-voltage network.
const MAX_METERS: usize = 6_000;
const MAX_BELOW: usize = 500;

/// Hours by day; NaN where missing.
type Days = Vec<Hours>;

/// A day without hours.
const UNKNOWN: Hours = [f32::NAN; CLOCK_HOURS];

/// The side of a transformer's lines that feeds the unexplained load.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// Meters there and the fall of their voltage, deepest first. [V]
    pub meters: Vec<(MeterId, f64)>,
    /// Number of them that fell about as deep as the deepest; beyond the load there is no more wire to share.
    pub n_deepest: usize,
    /// Meters with voltages.
    pub n_heard: usize,
    /// Usual variation of a voltage (one standard deviation). [V]
    pub noise_v: f64,
    /// The phase of the deepest meters in the register, if it is one phase and others are on another.
    pub phase: Option<String>,
    /// Buses of the deepest meters in the register, each once.
    pub buses: Vec<String>,
}

/// Fall of the voltages below one parent when its load began.
#[derive(Debug, Clone, PartialEq)]
pub struct Falls {
    /// Every meter with a voltage, and its fall, deepest first. [V]
    meters: Vec<(MeterId, f64)>,
    /// Usual variation of a voltage (one standard deviation). [V]
    noise_v: f64,
}

/// Finds the voltage falls below parents whose unexplained load began within the data, by index. A parent is
/// left out if no voltage fell far enough.
///
/// # Errors
/// When voltages or the children's days cannot be read.
pub(super) fn find_falls(
    parents: &[ParentBalance],
    store: &DigestStore,
    register: &Register,
    sources: &[Source],
    calendar: &Calendar,
) -> Result<Vec<(usize, Falls)>> {
    let mut tapped: Vec<usize> = (0..parents.len()).filter(|&at| window(&parents[at]).is_some()).collect();
    tapped.sort_by(|&a, &b| parents[b].excess.log_ratio.total_cmp(&parents[a].excess.log_ratio));
    let mut n_meters = 0;
    tapped.retain(|&at| {
        n_meters += parents[at].account.children.len();
        n_meters <= MAX_METERS
    });
    let is_network = |child: &MeterId| register.point(child.as_str()).is_some_and(UsagePoint::is_network);
    let mut wanted = BTreeMap::new();
    for &at in &tapped {
        let Some((days, _)) = window(&parents[at]) else { continue };
        let customers = parents[at].account.children.iter().filter(|child| !is_network(child));
        wanted.extend(customers.map(|child| (child.clone(), days.clone())));
    }
    let voltages = read_voltages(sources, &wanted, calendar)?;
    if voltages.is_empty() {
        return Ok(Vec::new());
    }
    let asked: Vec<(usize, &[MeterId])> =
        tapped.iter().map(|&at| (at, &parents[at].account.children[..])).collect();
    let mut found = Vec::new();
    by_parent(store, &asked, &mut |at, children| {
        let heard: Vec<(&MeterId, &Voltages)> =
            children.iter().filter_map(|child| voltages.get_key_value(&child.meter)).collect();
        if let Some((days, onset)) = window(&parents[at]).filter(|_| heard.len() >= MIN_METERS) {
            let loads_kw: Vec<Days> = children.iter().map(|child| load_of(child, &days)).collect();
            let falls = Falls::of(&heard, &loads_kw, (onset - days.start) as usize);
            found.extend(falls.map(|falls| (at, falls)));
        }
        Ok(())
    })?;
    Ok(found)
}

/// Returns the days to compare, and the load's first day; `None` if it did not begin within the data.
fn window(parent: &ParentBalance) -> Option<(Range<i32>, i32)> {
    let excess = &parent.excess;
    let onset = excess.onset.filter(|_| excess.log_ratio > MIN_EVIDENCE)?;
    if parent.account.children.len() > MAX_BELOW {
        return None;
    }
    Some((onset - NEAR_DAYS..(onset + NEAR_DAYS).min(excess.days.1), onset))
}

/// Returns a meter's load on some days, with missing hours filled. [kW]
fn load_of(meter: &MeterDays, days: &Range<i32>) -> Days {
    let (first_day, hours) = filled_hours(meter);
    let at = |day: i32| usize::try_from(day - first_day).ok();
    days.clone().map(|day| at(day).and_then(|at| hours.get(at)).copied().unwrap_or(UNKNOWN)).collect()
}

impl Falls {
    /// Computes the falls for a load that begins on day `onset` (an index into the meters' days). `loads_kw`
    /// is the load of each meter below. `None` if no voltage falls far enough, or there are too few days.
    fn of(heard: &[(&MeterId, &Voltages)], loads_kw: &[Days], onset: usize) -> Option<Self> {
        let volts: Vec<Days> = heard.iter().map(|(_, voltages)| plausible(&voltages.hour_v)).collect();
        let middle = middle_of(&volts, loads_kw.first()?.len());
        let first = middle.iter().position(|day| day.iter().any(|volts| !volts.is_nan()))?;
        let apart: Vec<Days> = volts.iter().map(|volts| difference(volts, &middle)).collect();
        let falls_v = falls(&apart, loads_kw, first..middle.len(), onset)?;
        // Usual variation without a load: a step in the middle of the days before.
        let by_chance = falls(&apart, loads_kw, first..onset, usize::midpoint(first, onset))?;
        let each = heard.iter().zip(falls_v.into_iter().zip(by_chance));
        let told: Vec<(MeterId, f64, f32)> = each
            .filter_map(|((meter, _), (fall, by_chance))| Some(((*meter).clone(), fall?, by_chance? as f32)))
            .collect();
        if told.len() < MIN_METERS {
            return None;
        }
        let by_chance: Vec<f32> = told.iter().map(|(_, _, by_chance)| *by_chance).collect();
        let noise_v = f64::from(mad_sd_about(&by_chance, 0.0)?).max(RESOLUTION_V);
        let mut meters: Vec<(MeterId, f64)> =
            told.into_iter().map(|(meter, fall, _)| (meter, fall)).collect();
        meters.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let falls = Self { meters, noise_v };
        (falls.deepest_v() >= MIN_FALL_V.max(MIN_DEVIATIONS * noise_v)).then_some(falls)
    }

    /// Builds falls [V] for a test.
    #[cfg(test)]
    pub(super) fn fixtures(falls: impl Iterator<Item = (MeterId, f64)>) -> Self {
        let mut meters: Vec<(MeterId, f64)> = falls.collect();
        meters.sort_by(|a, b| b.1.total_cmp(&a.1));
        Self { meters, noise_v: 0.05 }
    }

    /// Returns the deepest fall. [V]
    #[must_use]
    pub fn deepest_v(&self) -> f64 {
        self.meters.first().map_or(0.0, |(_, fall)| *fall)
    }

    /// Returns the fall of a meter's voltage. [V]
    #[must_use]
    pub fn of_meter(&self, meter: &MeterId) -> Option<f64> {
        self.meters.iter().find(|(other, _)| other == meter).map(|(_, fall)| *fall)
    }

    /// Returns the logarithm of the likelihood ratio of a load elsewhere to a load at this meter. No meter
    /// shares as much wire with a load as the one it is connected at, so that meter's voltage falls as deep
    /// as any.
    #[must_use]
    pub fn against(&self, meter: &MeterId) -> f64 {
        let Some(own) = self.of_meter(meter) else { return 0.0 };
        let deviations = (DEEPEST * self.deepest_v() - own).max(0.0) / self.noise_v;
        (0.5 * deviations * deviations).min(MAX_AGAINST)
    }

    /// Returns the side of the lines that the falls show; `None` if most meters are on it.
    #[must_use]
    pub fn side(&self, register: &Register) -> Option<Side> {
        let at_least = |share: f64| {
            let least_v = share * self.deepest_v();
            self.meters.iter().take_while(move |(_, fall)| *fall >= least_v)
        };
        let meters: Vec<(MeterId, f64)> = at_least(SHARED).cloned().collect();
        if 2 * meters.len() > self.meters.len() {
            return None;
        }
        let phase_of = |(meter, _): &(MeterId, f64)| {
            register.point(meter.as_str())?.phase.clone().filter(|phase| names_one_phase(phase))
        };
        let phases: BTreeSet<String> = at_least(DEEPEST).filter_map(phase_of).collect();
        let all: BTreeSet<String> = self.meters.iter().filter_map(phase_of).collect();
        let mut seen = BTreeSet::new();
        let buses = at_least(DEEPEST).filter_map(|(meter, _)| register.point(meter.as_str())?.bus.clone());
        Some(Side {
            n_deepest: at_least(DEEPEST).count(),
            n_heard: self.meters.len(),
            noise_v: self.noise_v,
            buses: buses.filter(|bus| seen.insert(bus.clone())).collect(),
            phase: if phases.len() == 1 && all.len() > 1 { phases.into_iter().next() } else { None },
            meters,
        })
    }
}

/// Whether a register entry names one phase; three-phase meters have `ABC`, `L1L2L3` or `1,2,3`.
fn names_one_phase(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let letters = word.chars().filter(|letter| "ABCRST".contains(*letter)).count();
    digits <= 1 && (digits == 1 || letters <= 1)
}

/// Removes voltages that are not supply voltages.
fn plausible(volts: &Days) -> Days {
    let known = volts.iter().flatten().copied().filter(|volts| !volts.is_nan());
    let usual = quantile_of(known, 0.5).unwrap_or(f32::NAN);
    let kept = |volts: f32| if PLAUSIBLE.contains(&(volts / usual)) { volts } else { f32::NAN };
    volts.iter().map(|day| day.map(kept)).collect()
}

/// Returns the median of the meters' voltages, hour by hour. [V]
fn middle_of(volts: &[Days], n_days: usize) -> Days {
    let middle = |day: usize, hour: usize| {
        let known = volts.iter().map(|days| days[day][hour]).filter(|volts| !volts.is_nan());
        quantile_of(known, 0.5).unwrap_or(f32::NAN)
    };
    (0..n_days).into_par_iter().map(|day| std::array::from_fn(|hour| middle(day, hour))).collect()
}

fn difference(a: &Days, b: &Days) -> Days {
    a.iter().zip(b).map(|(a, b)| std::array::from_fn(|hour| a[hour] - b[hour])).collect()
}

/// Returns the fall of each meter's voltage from day `onset` on, beyond what the loads explain, within some
/// days. `None` if one side has too few days, for all meters or for this one. [V]
fn falls(volts: &[Days], loads_kw: &[Days], days: Range<usize>, onset: usize) -> Option<Vec<Option<f64>>> {
    if onset < days.start + MIN_DAYS || days.end < onset + MIN_DAYS {
        return None;
    }
    let step: Days = (0..days.end).map(|day| [if day < onset { 0.0 } else { 1.0 }; CLOCK_HOURS]).collect();
    let explaining: Vec<Vec<f64>> =
        loads_kw.iter().chain([&step]).map(|column| centred(&column[days.clone()])).collect();
    let (n_hours, n) = (CLOCK_HOURS * days.len(), explaining.len());
    let columns = Array2::from_shape_fn((n_hours, n), |(hour, column)| explaining[column][hour]);
    let mut squares = gram(&columns);
    let usual = squares.diag().iter().take(n - 1).sum::<f64>() / (n - 1).max(1) as f64;
    squares.diag_mut().iter_mut().take(n - 1).for_each(|square| *square += RIDGE * usual + 1e-9);
    // Only the step's coefficient is needed, so one solution serves every meter.
    let wanted = Array2::from_shape_fn((n, 1), |(column, _)| if column == n - 1 { 1.0 } else { 0.0 });
    let weights = product(&columns, &squares.solvec(&wanted).ok()?);
    let weighed = |hours: &[Hours]| -> f64 {
        centred(hours).iter().zip(&weights).map(|(value, weight)| value * weight).sum()
    };
    let fall = |volts: &Days| {
        let (volts, onset) = (&volts[days.clone()], onset - days.start);
        let n_known =
            |days: &[Hours]| days.iter().filter(|day| day.iter().any(|volts| !volts.is_nan())).count();
        // If hours are missing, the step has less weight than on complete hours.
        let own_step: Days = volts
            .iter()
            .zip(&step[days.clone()])
            .map(|(volts, step)| {
                std::array::from_fn(|hour| if volts[hour].is_nan() { f32::NAN } else { step[hour] })
            })
            .collect();
        let told = weighed(&own_step);
        let is_heard =
            n_known(&volts[..onset]) >= MIN_DAYS && n_known(&volts[onset..]) >= MIN_DAYS && told >= MIN_TOLD;
        is_heard.then(|| -weighed(volts) / told)
    };
    Some(volts.iter().map(fall).collect())
}

/// Subtracts the mean of their clock hour from hours; 0 where missing.
fn centred(days: &[Hours]) -> Vec<f64> {
    let mean = |hour: usize| {
        let known = days.iter().map(|day| f64::from(day[hour])).filter(|value| !value.is_nan());
        let (sum, n) = known.fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
        if n > 0.0 { sum / n } else { 0.0 }
    };
    let means: [f64; CLOCK_HOURS] = std::array::from_fn(mean);
    let less = |value: f32, mean: f64| if value.is_nan() { 0.0 } else { f64::from(value) - mean };
    days.iter().flat_map(|day| day.iter().zip(means).map(move |(value, mean)| less(*value, mean))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::follow::tests::home;
    use super::*;

    const N_DAYS: usize = 56;

    /// Resistance of the wire between two neighbouring meters of a line, out and back. [ohm]
    const OHM: f32 = 0.03;

    /// Builds twelve meters on two lines of one phase, with a load of some amperes at the end of the second.
    fn voltages(amperes: impl Fn(usize) -> f32) -> (Vec<MeterId>, Vec<Voltages>, Vec<Days>) {
        let kw = |meter: usize, day: usize, hour: usize| home(meter, day, hour);
        let volts = |meter: usize, day: usize, hour: usize| {
            let (line, own) = (meter / 6, meter % 6);
            // The wire up to the nearer of two meters carries the load of the further one too.
            let drop: f32 = (0..6)
                .map(|other| {
                    let shared = OHM * (own.min(other) + 1) as f32;
                    shared * kw(6 * line + other, day, hour) * 1000.0 / 230.0
                })
                .sum();
            let tap = if line == 1 { OHM * (own.min(4) + 1) as f32 * amperes(day) } else { 0.0 };
            let supply = 232.0 + (day as f32 * 0.7).sin() + (hour as f32 * 0.3).cos();
            supply - drop - tap
        };
        let meters = (0..12).map(|meter| MeterId::from(format!("m{meter:02}").as_str())).collect();
        let of = |meter: usize| Voltages {
            first_day: 0,
            hour_v: (0..N_DAYS).map(|day| std::array::from_fn(|hour| volts(meter, day, hour))).collect(),
        };
        let load =
            |meter: usize| (0..N_DAYS).map(|day| std::array::from_fn(|hour| kw(meter, day, hour))).collect();
        (meters, (0..12).map(of).collect(), (0..12).map(load).collect())
    }

    fn side(amperes: impl Fn(usize) -> f32) -> Option<Side> {
        found(amperes)?.side(&Register::default())
    }

    fn found(amperes: impl Fn(usize) -> f32) -> Option<Falls> {
        let (meters, voltages, loads) = voltages(amperes);
        let heard: Vec<(&MeterId, &Voltages)> = meters.iter().zip(&voltages).collect();
        Falls::of(&heard, &loads, N_DAYS / 2)
    }

    #[test]
    fn the_end_of_the_line_that_a_tap_hangs_on_is_named() {
        let side = side(|day| if day >= N_DAYS / 2 { 14.0 } else { 0.0 }).unwrap();
        let names: Vec<&str> = side.meters.iter().map(|(meter, _)| meter.as_str()).collect();
        assert!(names[..2].iter().all(|name| ["m10", "m11"].contains(name)), "{side:?}");
        assert!(names.iter().all(|name| *name > "m06"), "{side:?}");
        assert!(side.n_heard == 12 && side.meters[0].1 > 1.0);
    }

    #[test]
    fn without_a_new_load_no_side_is_named() {
        assert_eq!(side(|_| 0.0), None);
        assert_eq!(side(|_| 14.0), None);
    }

    #[test]
    fn few_days_name_no_side() {
        let (meters, voltages, loads) = voltages(|day| if day >= 3 { 14.0 } else { 0.0 });
        let heard: Vec<(&MeterId, &Voltages)> = meters.iter().zip(&voltages).collect();
        assert_eq!(Falls::of(&heard, &loads, 3), None);
    }

    /// Computes the falls for a tap at the end of the second line, after a change to the meters' voltages.
    fn falls_after(change: impl Fn(&mut Vec<Voltages>)) -> Falls {
        let (meters, mut voltages, loads) = voltages(|day| if day >= N_DAYS / 2 { 14.0 } else { 0.0 });
        change(&mut voltages);
        let heard: Vec<(&MeterId, &Voltages)> = meters.iter().zip(&voltages).collect();
        Falls::of(&heard, &loads, N_DAYS / 2).unwrap()
    }

    #[test]
    fn a_meter_that_goes_dark_is_not_heard_and_one_with_gaps_falls_as_far() {
        let m11 = MeterId::from("m11");
        let whole = falls_after(|_| ()).of_meter(&m11).unwrap();
        let dark = falls_after(|all| all[11].hour_v[N_DAYS / 2..].fill(UNKNOWN));
        assert_eq!((dark.of_meter(&m11), dark.against(&m11)), (None, 0.0));
        let gaps =
            falls_after(|all| (N_DAYS / 2..N_DAYS).step_by(2).for_each(|day| all[11].hour_v[day] = UNKNOWN));
        let found = gaps.of_meter(&m11).unwrap();
        assert!((found - whole).abs() < 0.1 * whole, "{found} {whole}");
    }

    #[test]
    fn odd_voltages_name_no_place() {
        let spoilt: [fn(&mut Vec<Voltages>); 2] =
            [|all| all[3].hour_v[40].fill(3.0), |all| all[3].hour_v[10][5] = 6553.5];
        for spoil in spoilt {
            let falls = falls_after(spoil);
            assert!(["m10", "m11"].contains(&falls.meters[0].0.as_str()), "{falls:?}");
            assert!(falls.of_meter(&MeterId::from("m03")).unwrap() < 0.2, "{falls:?}");
        }
    }

    #[test]
    fn a_word_for_several_phases_names_none() {
        assert!(["L1", "A", "phase B", "2"].iter().all(|word| names_one_phase(word)));
        assert!(!["ABC", "L1L2L3", "1,2,3", "RST"].iter().any(|word| names_one_phase(word)));
    }

    #[test]
    fn the_register_names_phase_and_buses_of_the_deepest() {
        let register = "meter_id,phase,bus\na,L1,7\nb,L1,7\nc,L2,8\nd,L3,9\n";
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("register.csv");
        std::fs::write(&path, register).unwrap();
        let (register, _) = Register::read(&path).unwrap();
        let side = |falls_v: [f64; 4]| {
            let meters = ["a", "b", "c", "d"].map(MeterId::from).into_iter().zip(falls_v).collect();
            Falls { meters, noise_v: 0.05 }.side(&register).unwrap()
        };
        let (one, two) = (side([2.0, 1.9, 0.1, 0.0]), side([2.0, 1.2, 0.1, 0.0]));
        assert_eq!((one.phase.as_deref(), one.buses, one.n_deepest), (Some("L1"), vec!["7".into()], 2));
        assert_eq!((two.meters.len(), two.n_deepest), (2, 1));
    }

    #[test]
    fn a_voltage_that_fell_less_speaks_against_its_meter_but_proves_nothing() {
        let falls = found(|day| if day >= N_DAYS / 2 { 14.0 } else { 0.0 }).unwrap();
        let against = |meter: &str| falls.against(&MeterId::from(meter));
        assert!(against("m11") == 0.0 && against("m00") == MAX_AGAINST && against("none") == 0.0);
    }
}
