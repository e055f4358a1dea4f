//! Counts missing, duplicated, coarse and estimated intervals.

use super::of_days;
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::language::message::{Message, Value};
use hashwatt_core::message;
use hashwatt_readings::digest::{DAY_MINUTES, DayDigest, MeterDays};

/// Smaller gaps are normal; a run reports them once for all meters.
pub(super) const USUAL_MISSING_SHARE: f64 = 0.01;

/// Above this share of estimates, too little measured data remains to judge flatness.
const MANY_ESTIMATED_SHARE: f64 = 0.25;

/// With fewer days, no level shift and no weekday pattern shows. [d]
const SHORT_DAYS: usize = 14;

/// Counts of a meter's intervals over its span. [intervals]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Completeness {
    /// Intervals that the calendar requires between its first and last day.
    pub expected: u64,
    /// Measured or estimated intervals.
    pub present: u64,
    /// Estimated intervals.
    pub estimated: u64,
    /// Intervals that came again with another value.
    pub contradicted: u64,
}

/// Compares a meter's intervals with the calendar.
#[must_use]
pub fn completeness(meter: &MeterDays) -> Completeness {
    let (Some(first), Some(last)) = (meter.days.first(), meter.days.last()) else {
        return Completeness::default();
    };
    let sum = |of: fn(&DayDigest) -> u16| meter.days.iter().map(|day| u64::from(of(day))).sum::<u64>();
    let estimated = sum(|day| day.n_estimated);
    let mut expected = sum(|day| day.n_expected);
    if last.interval_minutes <= DAY_MINUTES {
        let absent_days = (last.day - first.day + 1) as u64 - meter.days.len() as u64;
        expected += absent_days * u64::from(last.n_expected);
    }
    let (present, contradicted) = (sum(|day| day.n_measured) + estimated, sum(|day| day.n_conflicting));
    Completeness { expected, present, estimated, contradicted }
}

pub(super) fn check_gaps(meter: &MeterDays) -> Option<Finding> {
    let Completeness { expected, present, .. } = completeness(meter);
    let missing = expected.saturating_sub(present);
    let longest_days = meter.days.windows(2).map(|pair| pair[1].day - pair[0].day - 1).max().unwrap_or(0);
    let is_coarse = meter.days.iter().any(|day| day.interval_minutes > DAY_MINUTES);
    let share = missing as f64 / expected.max(1) as f64;
    if missing == 0 || is_coarse || (share < USUAL_MISSING_SHARE && longest_days == 0) {
        return None;
    }
    let message = message!(
        "gap",
        missing = missing,
        expected = expected,
        percent = Value::number(100.0 * share, 1),
        longest = longest_days as u32
    );
    let finding = of_days(meter, Code::Gap, Severity::Warning, 0, meter.days.len() - 1, message);
    Some(
        finding
            .with("n_missing", missing)
            .with("n_expected", expected)
            .with("longest_gap_days", longest_days),
    )
}

pub(super) fn check_duplicates(meter: &MeterDays) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut one = |code, severity, count: &dyn Fn(usize) -> u64, say: &dyn Fn(u64, usize) -> Message| {
        let with_some: Vec<usize> = (0..meter.days.len()).filter(|&index| count(index) > 0).collect();
        if let (Some(&first), Some(&last)) = (with_some.first(), with_some.last()) {
            let n: u64 = with_some.iter().map(|&index| count(index)).sum();
            findings.push(
                of_days(meter, code, severity, first, last, say(n, with_some.len()))
                    .with("n_intervals", n)
                    .with("n_days", with_some.len()),
            );
        }
    };
    one(
        Code::DuplicateIdentical,
        Severity::Note,
        &|index| u64::from(meter.days[index].n_identical),
        &|n, days| message!("duplicate_identical", intervals = n, days = days),
    );
    one(
        Code::DuplicateConflicting,
        Severity::Warning,
        &|index| u64::from(meter.days[index].n_conflicting),
        &|n, days| message!("duplicate_conflicting", intervals = n, days = days),
    );
    findings
}

pub(super) fn check_resolution(meter: &MeterDays) -> Vec<Finding> {
    let mut findings = Vec::new();
    let n = meter.days.len();
    if n == 0 {
        return findings;
    }
    let n_coarse = meter.days.iter().filter(|day| !day.is_within_day()).count();
    if n_coarse * 2 > n {
        let minutes = meter.days[n - 1].interval_minutes;
        let message = if minutes > DAY_MINUTES {
            message!("reads_longer", minutes = minutes)
        } else {
            message!("reads_daily", minutes = minutes)
        };
        findings.push(
            of_days(meter, Code::TooCoarse, Severity::Warning, 0, n - 1, message)
                .with("interval_minutes", minutes),
        );
    }
    let span_days = meter.days[n - 1].day - meter.days[0].day + 1;
    if (span_days as usize) < SHORT_DAYS {
        let message = message!("few_days", days = n, enough = SHORT_DAYS);
        findings.push(of_days(meter, Code::TooShort, Severity::Warning, 0, n - 1, message).with("n_days", n));
    }
    findings
}

pub(super) fn check_estimates(meter: &MeterDays) -> Option<Finding> {
    let Completeness { present, estimated, .. } = completeness(meter);
    let share = estimated as f64 / present.max(1) as f64;
    if share <= MANY_ESTIMATED_SHARE {
        return None;
    }
    let (share, limit) = (Value::share(share), Value::share(MANY_ESTIMATED_SHARE));
    let message = message!("many_estimated", share = share, limit = limit);
    Some(
        of_days(meter, Code::ManyEstimated, Severity::Warning, 0, meter.days.len() - 1, message)
            .with("n_estimated", estimated)
            .with("n_present", present),
    )
}

#[cfg(test)]
mod tests {
    use super::super::samples::{codes, home_kw, meter};
    use super::*;

    #[test]
    fn a_gap_is_measured_against_the_calendar() {
        let mut gappy = meter(30, home_kw);
        gappy.days.drain(10..15);
        let finding = check_gaps(&gappy).unwrap();
        assert_eq!(
            (finding.data["n_missing"].as_u64(), finding.data["n_expected"].as_u64()),
            (Some(240), Some(1440))
        );
        assert_eq!(finding.data["longest_gap_days"].as_i64(), Some(5));
        assert!(check_gaps(&meter(30, home_kw)).is_none());
    }

    #[test]
    fn duplicates_of_both_kinds_are_counted() {
        let mut doubled = meter(30, home_kw);
        doubled.days[3].n_identical = 48;
        doubled.days[5].n_conflicting = 2;
        assert_eq!(codes(&check_duplicates(&doubled)), ["duplicate_identical", "duplicate_conflicting"]);
    }

    #[test]
    fn daily_reads_say_what_they_cannot_show() {
        let mut daily = meter(30, home_kw);
        daily.days.iter_mut().for_each(|day| day.interval_minutes = 1440);
        assert_eq!(codes(&check_resolution(&daily)), ["too_coarse"]);
        assert_eq!(codes(&check_resolution(&meter(5, home_kw))), ["too_short"]);
    }
}
