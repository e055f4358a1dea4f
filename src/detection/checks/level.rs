//! Compares the level of a whole run with plausible loads: a unit wrong by 1000 affects all meters.

use super::Fingerprint;
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::language::message::Value;
use hashwatt_core::message;
use hashwatt_core::portable::Portable;
use hashwatt_core::stats::median;

/// Household connections carry 5 to 25 kW at their peak, and a home's mean demand is a tenth of that. [kW]
const MAX_HOME_KW: f32 = 25.0;

/// Limit for meters without a register entry: exports rarely have only factories and large buildings. [kW]
const MAX_CUSTOMER_KW: f32 = 100.0;

/// A router and a clock alone draw more than this, day and night. [kW]
const MIN_CUSTOMER_KW: f32 = 0.005;

/// Fewer meters than this are not representative.
const MIN_METERS: usize = 5;

/// Factor between Wh and kWh, W and kW, kWh and MWh.
const UNIT_FACTOR: f32 = 1000.0;

/// Returns a finding if a typical meter draws more, or less, than any can. Homes are judged separately if the
/// register identifies them.
pub(super) fn check_level(fingerprints: &[Fingerprint]) -> Option<Finding> {
    let homes: Vec<f32> = demands(fingerprints, |one| one.is_home);
    if homes.len() >= MIN_METERS {
        return judge(Who::Home, &homes, MAX_HOME_KW);
    }
    judge(Who::Meter, &demands(fingerprints, |_| true), MAX_CUSTOMER_KW)
}

fn demands(fingerprints: &[Fingerprint], is_one: impl Fn(&Fingerprint) -> bool) -> Vec<f32> {
    let customers = fingerprints.iter().filter(|one| !one.is_network && is_one(one));
    customers.filter_map(|one| one.demand_kw_mean).filter(|kw| *kw > 0.0).collect()
}

/// Whose demand is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Home,
    Meter,
}

fn judge(who: Who, demand_kw: &[f32], max_kw: f32) -> Option<Finding> {
    let typical_kw = median(demand_kw)?;
    // A few meters are not representative, unless all of them are like that.
    let is_alike = |kw: &f32| {
        (*kw > max_kw) == (typical_kw > max_kw) && (*kw < MIN_CUSTOMER_KW) == (typical_kw < MIN_CUSTOMER_KW)
    };
    if demand_kw.len() < MIN_METERS && !demand_kw.iter().all(is_alike) {
        return None;
    }
    let (level, limit_kw, other_kw) = if typical_kw > max_kw {
        ("high", max_kw, typical_kw / UNIT_FACTOR)
    } else if typical_kw < MIN_CUSTOMER_KW {
        ("low", MIN_CUSTOMER_KW, typical_kw * UNIT_FACTOR)
    } else {
        return None;
    };
    let message = message!(
        "level",
        who = Value::form(if who == Who::Home { "home" } else { "meter" }),
        level = Value::form(level),
        kw = three_digits(typical_kw),
        limit = three_digits(limit_kw),
        other = three_digits(other_kw)
    );
    Some(
        Finding::new(Code::UnitMistake, Severity::Warning, message)
            .with("demand_kw_median", typical_kw)
            .with("limit_kw", limit_kw)
            .with("other_kw_median", other_kw)
            .with("n_meters", demand_kw.len()),
    )
}

/// Returns the number with its first three digits, and no zeros at its end.
fn three_digits(kw: f32) -> Value {
    let digits = (2 - kw.portable_log10().floor() as i32).clamp(0, 9) as usize;
    let text = format!("{kw:.digits$}");
    let shown = if text.contains('.') { text.trim_end_matches('0') } else { &text };
    let decimals = shown.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    Value::number(kw, decimals as u8)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{home_kw, meter};
    use super::*;
    use hashwatt_core::ids::MeterId;
    use hashwatt_readings::acquisition::register::{Register, UsagePoint};

    fn run(factor: f32, register: &Register) -> Option<Finding> {
        let one = |index: usize| {
            let mut days = meter(10, |day, slot| home_kw(day + index, slot) * factor);
            days.meter = MeterId::from(format!("m{index}"));
            Fingerprint::of(&days, register)
        };
        check_level(&(0..6).map(one).collect::<Vec<_>>())
    }

    fn of_premises(premises: &str) -> Register {
        let point = UsagePoint { premises: Some(premises.to_owned()), ..UsagePoint::default() };
        Register::of((0..6).map(|index| (MeterId::from(format!("m{index}")), point.clone())).collect())
    }

    #[test]
    fn homes_a_thousand_times_too_large_or_too_small_are_found_and_plain_ones_are_not() {
        for register in [Register::default(), of_premises("flat"), of_premises("business")] {
            assert_eq!(run(1.0, &register), None);
            let large = run(1000.0, &register).unwrap();
            assert!(large.english().contains("it would be 0."), "{}", large.english());
            let small = run(0.001, &register).unwrap();
            assert!(small.english().contains("larger"), "{}", small.english());
            assert_eq!((large.code, large.severity), (Code::UnitMistake, Severity::Warning));
        }
    }

    #[test]
    fn a_few_meters_are_judged_where_all_are_alike() {
        assert!(judge(Who::Meter, &[900.0, 1400.0, 350.0], MAX_CUSTOMER_KW).is_some());
        assert!(judge(Who::Meter, &[900.0, 1400.0, 35.0], MAX_CUSTOMER_KW).is_none());
    }

    #[test]
    fn what_large_buildings_draw_is_too_much_for_homes_only() {
        assert!(run(60.0, &of_premises("flat")).is_some());
        assert!(run(60.0, &of_premises("business")).is_none());
    }

    #[test]
    fn meters_of_the_network_are_no_customers() {
        let point = UsagePoint { kind: Some("feeder".to_owned()), ..UsagePoint::default() };
        let network =
            Register::of((0..6).map(|index| (MeterId::from(format!("m{index}")), point.clone())).collect());
        assert_eq!(run(1000.0, &network), None);
    }

    #[test]
    fn numbers_have_three_digits() {
        let decimals = |kw| match three_digits(kw) {
            Value::Number(_, decimals) => decimals,
            other => panic!("{other:?}"),
        };
        assert_eq!([350.4, 0.350_4, 0.000_35, 25.0].map(decimals), [0, 2, 5, 0]);
    }
}
