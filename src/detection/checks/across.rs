//! Compares meters with each other and with the register.

use hashwatt_core::ids::RESIDUAL_PREFIX;
use std::collections::{BTreeMap, BTreeSet};

use super::completeness::{Completeness, USUAL_MISSING_SHARE, completeness};
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::ids::MeterId;
use hashwatt_core::language::message::Value;
use hashwatt_core::message;
use hashwatt_core::stats::{median, quantile_of};
use hashwatt_readings::acquisition::register::{Register, UsagePoint};
use hashwatt_readings::digest::MeterDays;

/// Two meters with exactly the same energy on this many days are one meter listed twice. [d]
const SAME_DAYS: usize = 7;

/// No home and hardly any business differs from the median of its class by this factor. Wh read as kWh differ
/// by 1000.
const UNIT_FACTOR: f32 = 300.0;

/// Most examples named in a finding about many meters.
const EXAMPLES: usize = 5;

/// Summary of a meter for comparison with the others: a few bytes, whatever the meter's span.
#[derive(Debug, Clone)]
pub struct Fingerprint {
    meter: MeterId,
    class: String,
    /// Whether the register says that people live there.
    pub(super) is_home: bool,
    /// Whether it is a network meter.
    pub(super) is_network: bool,
    pub(super) demand_kw_mean: Option<f32>,
    pattern: u64,
    /// Energy of all days. [kWh]
    energy_kwh: f64,
    n_days: usize,
    missing_share: f64,
}

impl Fingerprint {
    /// Builds the fingerprint of a meter.
    #[must_use]
    pub fn of(meter: &MeterDays, register: &Register) -> Self {
        let means = || meter.days.iter().map(|day| day.demand_kw_mean).filter(|kw| !kw.is_nan());
        let pattern = meter.days.iter().filter(|day| day.energy_kwh != 0.0 && !day.energy_kwh.is_nan()).fold(
            17u64,
            |hash, day| {
                let one = u64::from(day.energy_kwh.to_bits()) << 32 | u64::from(day.demand_kw_p50.to_bits());
                (hash ^ one ^ day.day as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
            },
        );
        let Completeness { expected, present, .. } = completeness(meter);
        let point = register.point(meter.meter.as_str());
        Self {
            is_home: point.is_some_and(UsagePoint::is_residential),
            is_network: point.is_some_and(UsagePoint::is_network),
            class: point.map_or_else(
                || hashwatt_readings::acquisition::register::UNKNOWN_CLASS.to_owned(),
                |point| point.class(),
            ),
            demand_kw_mean: quantile_of(means(), 0.5),
            pattern,
            energy_kwh: meter
                .days
                .iter()
                .map(|day| f64::from(day.energy_kwh))
                .filter(|kwh| kwh.is_finite())
                .sum(),
            n_days: means().filter(|kw| *kw != 0.0).count(),
            missing_share: 1.0 - present as f64 / expected.max(1) as f64,
            meter: meter.meter.clone(),
        }
    }
}

/// Returns all findings that concern several meters. `fingerprints` must be in order of id.
#[must_use]
pub fn check_run(fingerprints: &[Fingerprint], register: &Register) -> Vec<Finding> {
    let mut findings = check_register(fingerprints, register);
    findings.extend(check_ids(fingerprints));
    findings.extend(check_leading_zeros(fingerprints));
    findings.extend(check_totals(fingerprints));
    findings.extend(check_same(fingerprints));
    findings.extend(check_units(fingerprints));
    findings.extend(super::level::check_level(fingerprints));
    let few: Vec<&MeterId> = fingerprints
        .iter()
        .filter(|one| one.missing_share > 0.0 && one.missing_share < USUAL_MISSING_SHARE)
        .map(|one| &one.meter)
        .collect();
    if !few.is_empty() {
        let message = message!("gap_few", meters = few.len());
        findings.push(Finding::new(Code::Gap, Severity::Note, message).with("n_meters", few.len()));
    }
    findings
}

/// Reports ids that a spreadsheet has rounded, and ids that look like residuals.
fn check_ids(fingerprints: &[Fingerprint]) -> Vec<Finding> {
    let ids = |is_doubtful: fn(&str) -> bool| -> Vec<&str> {
        fingerprints.iter().map(|one| one.meter.as_str()).filter(|id| is_doubtful(id)).collect()
    };
    let (rounded, residual) = (ids(is_rounded), ids(|id| id.starts_with(RESIDUAL_PREFIX)));
    let named = |ids: &[&str], message| {
        let finding = Finding::new(Code::DoubtfulId, Severity::Warning, message).with("n_ids", ids.len());
        (!ids.is_empty()).then_some(finding)
    };
    let of_rounded = message!("ids_rounded", ids = rounded.len(), examples = examples(&rounded));
    let of_residual = message!("ids_of_residuals", ids = residual.len(), examples = examples(&residual));
    [named(&rounded, of_rounded), named(&residual, of_residual)].into_iter().flatten().collect()
}

/// Returns the first few of many ids.
fn examples(ids: &[&str]) -> Value {
    Value::names(ids.iter().take(EXAMPLES))
}

/// Reports ids that differ in leading zeros alone: a spreadsheet drops them.
fn check_leading_zeros(fingerprints: &[Fingerprint]) -> Vec<Finding> {
    let mut by_number: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for id in fingerprints.iter().map(|one| one.meter.as_str()) {
        if id.bytes().all(|byte| byte.is_ascii_digit()) {
            by_number.entry(id.trim_start_matches('0')).or_default().push(id);
        }
    }
    let alike: Vec<Vec<&str>> = by_number.into_values().filter(|ids| ids.len() > 1).collect();
    if alike.is_empty() {
        return Vec::new();
    }
    let pair = |ids: &Vec<&str>| message!("ids_alike", first = ids[0], others = Value::names(&ids[1..]));
    let examples = Value::Each(alike.iter().take(EXAMPLES).map(pair).collect());
    let message = message!("leading_zeros", ids = alike.len(), examples = examples);
    vec![Finding::new(Code::DoubtfulId, Severity::Warning, message).with("n_ids", alike.len())]
}

/// Reports a meter whose energy is the sum of all others': a row of totals.
fn check_totals(fingerprints: &[Fingerprint]) -> Vec<Finding> {
    const MIN_METERS: usize = 3;
    const TOLERANCE: f64 = 1e-3;
    let metered = || fingerprints.iter().filter(|one| !one.is_network);
    let all_kwh: f64 = metered().map(|one| one.energy_kwh).sum();
    let is_total = |one: &&Fingerprint| {
        let others_kwh = all_kwh - one.energy_kwh;
        others_kwh > 0.0 && (one.energy_kwh / others_kwh - 1.0).abs() < TOLERANCE
    };
    if metered().count() < MIN_METERS {
        return Vec::new();
    }
    let finding = |one: &Fingerprint| {
        Finding::new(Code::DoubtfulId, Severity::Warning, message!("total", meter = &one.meter))
            .of_meter(one.meter.clone())
    };
    metered().filter(is_total).map(finding).collect()
}

/// Whether an id is written as `1.23457E+11`.
fn is_rounded(id: &str) -> bool {
    let Some((digits, power)) = id.split_once("E+").or_else(|| id.split_once("e+")) else { return false };
    let is_count = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_count(power) && is_count(&digits.replacen(['.', ','], "", 1))
}

fn check_register(fingerprints: &[Fingerprint], register: &Register) -> Vec<Finding> {
    if register.is_empty() {
        return Vec::new();
    }
    let seen: BTreeSet<&str> = fingerprints.iter().map(|one| one.meter.as_str()).collect();
    let has_row = |point: &UsagePoint| !point.is_named_only();
    let unlisted: Vec<&str> =
        seen.iter().copied().filter(|meter| !register.point(meter).is_some_and(has_row)).collect();
    let silent: Vec<&str> = register
        .points()
        .filter(|(meter, point)| has_row(point) && !seen.contains(meter.as_str()))
        .map(|(meter, _)| meter.as_str())
        .collect();
    let many = |code, meters: &[&str], message| {
        let finding = Finding::new(code, Severity::Warning, message).with("n_meters", meters.len());
        (!meters.is_empty()).then_some(finding)
    };
    let of_unlisted = message!("not_in_register", meters = unlisted.len(), examples = examples(&unlisted));
    let of_silent = message!("no_interval_data", meters = silent.len(), examples = examples(&silent));
    let unlisted = many(Code::NotInRegister, &unlisted, of_unlisted);
    let silent = many(Code::NoIntervalData, &silent, of_silent);
    unlisted.into_iter().chain(silent).collect()
}

fn check_same(fingerprints: &[Fingerprint]) -> Vec<Finding> {
    let mut by_pattern: BTreeMap<u64, Vec<&MeterId>> = BTreeMap::new();
    for one in fingerprints.iter().filter(|one| one.n_days >= SAME_DAYS) {
        by_pattern.entry(one.pattern).or_default().push(&one.meter);
    }
    let same = by_pattern.values().filter(|meters| meters.len() > 1);
    same.map(|meters| {
        let names = meters.iter().map(|meter| meter.as_str()).collect::<Vec<_>>().join(", ");
        let message = message!("same_as_another", meters = names.clone());
        Finding::new(Code::SameAsAnother, Severity::Warning, message)
            .of_meter(meters[0].clone())
            .with("meters", names)
    })
    .collect()
}

fn check_units(fingerprints: &[Fingerprint]) -> Vec<Finding> {
    let mut by_class: BTreeMap<&str, Vec<f32>> = BTreeMap::new();
    for one in fingerprints {
        by_class.entry(&one.class).or_default().extend(one.demand_kw_mean.filter(|kw| *kw > 0.0));
    }
    let medians: BTreeMap<&str, f32> = by_class
        .iter()
        .filter(|(_, all)| all.len() >= 10)
        .filter_map(|(class, all)| Some((*class, median(all)?)))
        .collect();
    let odd = |one: &Fingerprint| {
        let (kw, usual) = (one.demand_kw_mean.filter(|kw| *kw > 0.0)?, *medians.get(one.class.as_str())?);
        (kw / usual > UNIT_FACTOR).then_some((kw, usual))
    };
    fingerprints
        .iter()
        .filter_map(|one| {
            let (kw, usual) = odd(one)?;
            let message = message!(
                "far_above_class",
                kw = Value::number(kw, 1),
                times = Value::number(kw / usual, 0),
                usual = Value::number(usual, 2)
            );
            let finding = Finding::new(Code::UnitMistake, Severity::Warning, message);
            Some(
                finding.of_meter(one.meter.clone()).with("demand_kw_mean", kw).with("class_median_kw", usual),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::{codes, home_kw, meter};
    use super::*;

    fn named(id: &str, factor: f32, shift: usize) -> Fingerprint {
        let mut days = meter(30, |day, slot| home_kw(day + shift, slot) * factor);
        days.meter = MeterId::from(id);
        Fingerprint::of(&days, &Register::default())
    }

    #[test]
    fn ids_that_differ_in_leading_zeros_are_named() {
        let all = [named("00417", 1.0, 0), named("417", 1.1, 1), named("418", 1.2, 2)];
        let findings = check_run(&all, &Register::default());
        assert_eq!(codes(&findings), ["doubtful_id"]);
        assert!(findings[0].english().contains("00417 and 417"), "{}", findings[0].english());
    }

    #[test]
    fn a_total_among_meters_is_named() {
        let mut total = named("all", 1.0, 0);
        let parts = [named("a", 1.0, 0), named("b", 0.6, 3), named("c", 2.0, 5)];
        total.energy_kwh = parts.iter().map(|part| part.energy_kwh).sum();
        let [a, b, c] = parts;
        let findings = check_run(&[a.clone(), total, b.clone(), c.clone()], &Register::default());
        let of_total = findings.iter().find(|finding| finding.code == Code::DoubtfulId).unwrap();
        assert_eq!(of_total.meter.as_ref().unwrap().as_str(), "all");
        assert!(!codes(&check_run(&[a, b, c], &Register::default())).contains(&"doubtful_id"));
    }

    #[test]
    fn an_id_in_powers_of_ten_is_rounded() {
        assert!(is_rounded("1.23457E+11") && is_rounded("4e+5") && is_rounded("1,2E+09"));
        assert!(!is_rounded("E+11") && !is_rounded("M1E+x") && !is_rounded("12345"));
    }

    #[test]
    fn one_meter_listed_twice_is_found() {
        let findings =
            check_run(&[named("a", 1.0, 0), named("b", 1.0, 0), named("c", 1.0, 1)], &Register::default());
        assert_eq!(codes(&findings), ["same_as_another"]);
        assert!(findings[0].english().starts_with("a, b have"));
    }

    #[test]
    fn watt_hours_among_kilowatt_hours_are_found() {
        let mut all: Vec<_> =
            (0..12).map(|index| named(&format!("m{index:02}"), 1.0 + index as f32 * 0.1, index)).collect();
        all.push(named("x", 1000.0, 3));
        let findings = check_run(&all, &Register::default());
        assert_eq!(codes(&findings), ["unit_mistake"]);
        assert_eq!(findings[0].meter.as_ref().unwrap().as_str(), "x");
    }
}
