//! Looks at every meter's digests once: features, checks and counts come out of the same look.

use std::collections::BTreeMap;

use super::{MeterFeatures, Surroundings, extract_features};
use crate::acquisition::register::{Register, UsagePoint};
use crate::calendar::date_of;
use crate::checks::{self, Fingerprint};
use crate::digest::MeterDays;
use crate::digest::store::DigestStore;
use crate::error::Result;
use crate::finding::{Code, Finding, Severity};
use crate::ids::MeterId;
use crate::progress::Watch;
use crate::settings::Settings;
use jiff::civil::Date;

/// What else is done with the days of a meter while they are at hand; without features where too few
/// of them are measured.
pub type Keep<'a> = dyn Fn(MeterDays, Option<&MeterFeatures>, Option<&UsagePoint>) + Sync + 'a;

/// Looks at every meter of a store once: features, checks, counts. `keep` gets the days after that.
///
/// # Errors
/// When the store cannot be read.
pub fn measure_meters(
    store: &DigestStore,
    settings: &Settings,
    register: &Register,
    surroundings: &Surroundings,
    watch: &dyn Watch,
    keep: &Keep<'_>,
) -> Result<Measured> {
    watch.begin("features", "meters", None);
    let look = |meter: MeterDays| -> Option<Look> {
        watch.advance(1);
        let point = register.point(meter.meter.as_str());
        let declared_kw = point.and_then(|point| point.declared_mining_kw).unwrap_or(0.0) as f32;
        let look = Look {
            features: extract_features(&meter.days, declared_kw, &settings.windows, surroundings),
            findings: checks::check_meter(&meter, point),
            fingerprint: Fingerprint::of(&meter, register),
            days: (meter.days.first()?.day, meter.days.last()?.day),
            interval_minutes: usual_interval_minutes(&meter),
            completeness: checks::completeness(&meter),
            n_days: meter.days.len() as u64,
            point: point.cloned(),
            meter: meter.meter.clone(),
        };
        keep(meter, look.features.as_ref(), point);
        Some(look)
    };
    let looks: Vec<Look> = store.map_meters(look)?;
    let mut measured = Measured { meters: Vec::with_capacity(looks.len()), ..Measured::default() };
    let fingerprints: Vec<Fingerprint> = looks.into_iter().map(|look| measured.add(look)).collect();
    measured.findings.splice(0..0, checks::check_run(&fingerprints, register));
    watch.end(&format!(
        "{} meters, {} with too little data to judge",
        measured.meters.len() + measured.unjudged.len(),
        measured.unjudged.len()
    ));
    Ok(measured)
}

/// A meter with its features and its row of the register.
pub type MeasuredMeter = (MeterId, MeterFeatures, Option<UsagePoint>);

/// What one look at every meter's digests gave.
#[derive(Debug, Default)]
pub struct Measured {
    /// Meters with features and their rows of the register, in order of id.
    pub meters: Vec<MeasuredMeter>,
    /// Too little data for features, in order of id.
    pub unjudged: Vec<MeterId>,
    /// What the checks found.
    pub findings: Vec<Finding>,
    /// Counts over all meters.
    pub counts: Counts,
}

/// How much data there is.
#[derive(Debug, Default)]
pub struct Counts {
    /// Intervals the calendar expects.
    pub expected: u64,
    /// Intervals measured or estimated.
    pub present: u64,
    /// Intervals estimated.
    pub estimated: u64,
    /// Meter-days.
    pub n_meter_days: u64,
    /// Meters by their usual interval. [min]
    pub intervals: BTreeMap<u32, u64>,
    /// First and last civil day. [days since 1970-01-01]
    pub days: Option<(i32, i32)>,
}

impl Counts {
    /// Meters with interval data.
    #[must_use]
    pub fn n_meters(&self) -> u64 {
        self.intervals.values().sum()
    }
}

impl Measured {
    /// First and last local day.
    #[must_use]
    pub fn span(&self) -> Option<(Date, Date)> {
        self.counts.days.map(|(first, last)| (date_of(first), date_of(last)))
    }
}

/// The length that half of the days' intervals do not exceed.
fn usual_interval_minutes(meter: &MeterDays) -> u32 {
    let first = meter.days[0].interval_minutes;
    if meter.days.iter().all(|day| day.interval_minutes == first) {
        return first;
    }
    let mut intervals: Vec<u32> = meter.days.iter().map(|day| day.interval_minutes).collect();
    intervals.sort_unstable();
    intervals[intervals.len() / 2]
}

/// One meter, looked at once: its features, its findings, its part in the counts.
struct Look {
    meter: MeterId,
    features: Option<MeterFeatures>,
    point: Option<UsagePoint>,
    findings: Vec<Finding>,
    fingerprint: Fingerprint,
    days: (i32, i32),
    interval_minutes: u32,
    completeness: checks::Completeness,
    n_days: u64,
}

impl Measured {
    fn add(&mut self, look: Look) -> Fingerprint {
        let counts = &mut self.counts;
        counts.expected += look.completeness.expected;
        counts.present += look.completeness.present;
        counts.estimated += look.completeness.estimated;
        counts.n_meter_days += look.n_days;
        *counts.intervals.entry(look.interval_minutes).or_default() += 1;
        counts.days = Some(
            counts.days.map_or(look.days, |(first, last)| (first.min(look.days.0), last.max(look.days.1))),
        );
        self.findings.extend(look.findings);
        match look.features {
            Some(features) => self.meters.push((look.meter, features, look.point)),
            None => {
                let words = format!(
                    "too few measured days to judge it (at least {} are needed); it is listed last, with score 0",
                    super::usable::LEAST_DAYS
                );
                self.findings.push(
                    Finding::new(Code::TooShort, Severity::Skipped, words)
                        .of_meter(look.meter.clone())
                        .between(date_of(look.days.0), date_of(look.days.1)),
                );
                self.unjudged.push(look.meter);
            }
        }
        look.fingerprint
    }
}
