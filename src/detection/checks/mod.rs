//! Checks interval data (validation as in VEE) and compares it with the register.
//!
//! Checks only flag: every meter goes on to the ranking, together with its findings. They work from day
//! digests, so the interval data is not read again.

mod across;
mod clock;
mod completeness;
mod level;
mod stuck;
mod surroundings;
mod values;

pub use across::{Fingerprint, check_run};
pub use completeness::{Completeness, completeness};
pub use stuck::is_stuck_day;
pub use surroundings::{check_events, check_weather};

use hashwatt_core::calendar::date_of;
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::language::message::Message;
use hashwatt_readings::acquisition::register::UsagePoint;
use hashwatt_readings::digest::MeterDays;

/// Returns all findings on one meter alone.
#[must_use]
pub fn check_meter(meter: &MeterDays, point: Option<&UsagePoint>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(completeness::check_gaps(meter));
    findings.extend(completeness::check_duplicates(meter));
    findings.extend(completeness::check_resolution(meter));
    findings.extend(completeness::check_estimates(meter));
    findings.extend(values::check_zeros(meter));
    findings.extend(values::check_negative(meter));
    findings.extend(values::check_spikes(meter, point.and_then(|point| point.contracted_kw)));
    findings.extend(values::check_scale(meter));
    findings.extend(stuck::check_stuck(meter));
    findings.extend(clock::check_clock(meter));
    findings
}

/// Returns a finding on this meter between the first and last of `days` (indices into its days).
fn of_days(
    meter: &MeterDays,
    code: Code,
    severity: Severity,
    first: usize,
    last: usize,
    message: Message,
) -> Finding {
    Finding::new(code, severity, message)
        .of_meter(meter.meter.clone())
        .between(date_of(meter.days[first].day), date_of(meter.days[last].day))
}

#[cfg(test)]
pub(crate) mod samples {
    //! Makes meters by hand for the checks' tests.

    use hashwatt_core::calendar::Calendar;
    use hashwatt_core::ids::MeterId;
    use hashwatt_core::settings::Windows;
    use hashwatt_readings::digest::kernel::{DayIntervals, Scratch, digest_day};
    use hashwatt_readings::digest::{DayDigest, MeterDays};

    /// Builds `n_days` days of half-hours with demand `kw(day, slot)`; NaN is missing.
    pub(crate) fn meter(n_days: usize, kw: impl Fn(usize, usize) -> f32) -> MeterDays {
        let calendar = Calendar::new(None);
        let mut scratch = Scratch::default();
        let days: Vec<DayDigest> = (0..n_days)
            .map(|day| {
                let civil = calendar.day_of(1_640_995_200 + day as i64 * 86_400).unwrap();
                let demand_kw: Vec<f32> = (0..48).map(|slot| kw(day, slot)).collect();
                digest_day(
                    DayIntervals { civil, interval_s: 1800, demand_kw: &demand_kw, estimated: &[] },
                    Windows::default().night,
                    &mut scratch,
                )
            })
            .collect();
        MeterDays { meter: MeterId::from("m"), days }
    }

    /// Demand of a home: little at night, a peak in the evening, no two days alike.
    pub(crate) fn home_kw(day: usize, slot: usize) -> f32 {
        let wobble = ((day * 7 + slot * 13) % 11) as f32 * 0.021;
        let evening = if (34..46).contains(&slot) { 1.5 } else { 0.0 };
        0.2 + wobble + evening
    }

    pub(crate) fn codes(findings: &[hashwatt_core::finding::Finding]) -> Vec<&'static str> {
        findings.iter().map(|finding| finding.code.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::samples::{codes, home_kw, meter};
    use super::*;

    #[test]
    fn a_plain_home_has_no_findings() {
        assert_eq!(codes(&check_meter(&meter(60, home_kw), None)), Vec::<&str>::new());
    }

    #[test]
    fn a_meter_with_one_day_is_checked_too() {
        let _ = check_meter(&meter(1, |_, _| f32::NAN), None);
        let _ = check_meter(&meter(1, |_, _| 0.0), None);
    }
}
