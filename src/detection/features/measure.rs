//! Computes features, checks and counts of every meter in one pass over its digests.

use std::collections::{BTreeMap, BTreeSet};

use super::{MeterFeatures, Surroundings, extract_features};
use crate::checks::{self, Fingerprint};
use hashwatt_core::calendar::date_of;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::finding::{Code, Finding, N_MORE, Severity};
use hashwatt_core::ids::MeterId;
use hashwatt_core::message;
use hashwatt_core::progress::Watch;
use hashwatt_core::settings::Settings;
use hashwatt_readings::acquisition::register::{Register, UsagePoint};
use hashwatt_readings::digest::store::DigestStore;
use hashwatt_readings::digest::{DayDigest, MeterDays};
use jiff::civil::Date;

/// Most unjudged meters whose findings are reported one by one. Each takes half a kilobyte, and nobody would
/// read a million of them.
const MAX_UNJUDGED_SAID: usize = 10_000;

/// Fewest intervals with two values that show that rows were not told apart: a few are duplicates.
const MIN_CONTRADICTED: u64 = 10;

/// Called with a meter's days while they are in memory. There are no features if too few days are measured.
pub type Keep<'a> = dyn Fn(MeterDays, Option<&MeterFeatures>, Option<&UsagePoint>) + Sync + 'a;

/// Computes features, checks and counts of every meter of a store. `keep` receives the days afterwards.
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
    let look = |mut meter: MeterDays| -> Option<Look> {
        watch.advance(1);
        let days = (meter.days.first()?.day, meter.days.last()?.day);
        let interval_minutes = usual_interval_minutes(&meter);
        let mut findings: Vec<Finding> = leave_out_impossible(&mut meter).into_iter().collect();
        let point = register.point(meter.meter.as_str());
        let declared_kw = point.and_then(|point| point.declared_mining_kw).unwrap_or(0.0) as f32;
        findings.extend(checks::check_meter(&meter, point));
        let look = Look {
            features: extract_features(&meter.days, declared_kw, &settings.windows, surroundings)
                .map(Box::new),
            kinds: findings.iter().map(|finding| (finding.code, finding.severity)).collect(),
            findings,
            fingerprint: Fingerprint::of(&meter, register),
            days,
            interval_minutes,
            completeness: checks::completeness(&meter),
            n_days: meter.days.len() as u64,
            meter: meter.meter.clone(),
        };
        keep(meter, look.features.as_deref(), point);
        Some(look.of_one_size())
    };
    let looks: Vec<Look> = store.map_meters(look)?;
    let mut measured = Measured::default();
    let mut unsaid = Unsaid::of(&looks, store)?;
    let fingerprints: Vec<Fingerprint> =
        looks.into_iter().map(|look| measured.add(look, register, &mut unsaid)).collect();
    measured.findings.extend(unsaid.findings());
    measured.findings.extend(checks::check_run(&fingerprints, register));
    watch.end(&format!(
        "{} meters, {} with too little data to judge",
        measured.meters.len() + measured.unjudged.len(),
        measured.unjudged.len()
    ));
    Ok(measured)
}

/// A meter with its features and its register row.
pub type MeasuredMeter = (MeterId, MeterFeatures, Option<UsagePoint>);

/// Result of the pass over every meter's digests.
#[derive(Debug, Default)]
pub struct Measured {
    /// Meters with features and their register rows, in order of id.
    pub meters: Vec<MeasuredMeter>,
    /// Meters with too little data for features, in order of id.
    pub unjudged: Vec<MeterId>,
    /// Findings of the checks.
    pub findings: Vec<Finding>,
    /// Counts over all meters.
    pub counts: Counts,
}

/// Amount of data.
#[derive(Debug, Default)]
pub struct Counts {
    /// Intervals that the calendar requires.
    pub expected: u64,
    /// Measured or estimated intervals.
    pub present: u64,
    /// Estimated intervals.
    pub estimated: u64,
    /// Intervals that came again with another value.
    pub contradicted: u64,
    /// The first meter by id with such an interval.
    pub contradicted_meter: Option<MeterId>,
    /// Number of meter-days.
    pub n_meter_days: u64,
    /// Number of meters by their usual interval. [min]
    pub intervals: BTreeMap<u32, u64>,
    /// First and last civil day. [days since 1970-01-01]
    pub days: Option<(i32, i32)>,
}

impl Counts {
    /// Returns the number of meters with interval data.
    #[must_use]
    pub fn n_meters(&self) -> u64 {
        self.intervals.values().sum()
    }

    /// Refuses readings in which a tenth and more of the intervals come again with another value: they are no
    /// duplicates, but channels, tariffs or meters that the mapping does not tell apart.
    ///
    /// # Errors
    /// [`Error::Input`] with the share and the first such meter; `readings` names the input.
    pub fn refuse_contradictions(&self, readings: &str) -> Result<()> {
        let n_rows = self.present + self.contradicted;
        let Some(meter) = &self.contradicted_meter else { return Ok(()) };
        if self.contradicted < MIN_CONTRADICTED || 10 * self.contradicted < n_rows {
            return Ok(());
        }
        let share = 100.0 * self.contradicted as f64 / n_rows as f64;
        Err(Error::input(
            readings,
            format!(
                "{share:.0}% of the intervals came again with another value, the first of them at meter {meter}"
            ),
            "Where the rows are channels or tariffs, name the one with the customer's draw by where in [[readings]]; \
             where they are meters or times of day, set meter_column or time_column; where the same days were sent \
             twice, leave the older files out",
        ))
    }
}

impl Measured {
    /// Returns the first and last local day.
    #[must_use]
    pub fn span(&self) -> Option<(Date, Date)> {
        self.counts.days.map(|(first, last)| (date_of(first), date_of(last)))
    }
}

/// Removes days above any connection's capacity; a store of an earlier version may have some.
fn leave_out_impossible(meter: &mut MeterDays) -> Option<Finding> {
    let is_impossible = |day: &&DayDigest| !day.is_possible();
    let (first, last) = (meter.days.iter().find(is_impossible)?, meter.days.iter().rfind(is_impossible)?);
    let (first, last, n) = (first.day, last.day, meter.days.len());
    meter.days.retain(DayDigest::is_possible);
    let n = n - meter.days.len();
    let message = message!("impossible_days", days = n);
    Some(
        Finding::new(Code::ImpossibleDemand, Severity::Skipped, message)
            .of_meter(meter.meter.clone())
            .between(date_of(first), date_of(last))
            .with("n_days", n),
    )
}

/// Returns the interval length that half of the days do not exceed.
fn usual_interval_minutes(meter: &MeterDays) -> u32 {
    let first = meter.days[0].interval_minutes;
    if meter.days.iter().all(|day| day.interval_minutes == first) {
        return first;
    }
    let mut intervals: Vec<u32> = meter.days.iter().map(|day| day.interval_minutes).collect();
    intervals.sort_unstable();
    intervals[intervals.len() / 2]
}

/// Findings on unjudged meters. For the first meters they are computed again and reported one by one. For the
/// others it counts each kind and remembers the first meter.
#[derive(Default)]
struct Unsaid {
    said: BTreeMap<MeterId, MeterDays>,
    counts: BTreeMap<(Code, Severity), (u64, MeterId)>,
}

impl Unsaid {
    fn of(looks: &[Look], store: &DigestStore) -> Result<Self> {
        let unjudged = looks.iter().filter(|look| look.features.is_none());
        let said: BTreeSet<MeterId> =
            unjudged.take(MAX_UNJUDGED_SAID).map(|look| look.meter.clone()).collect();
        Ok(Self { said: store.days_of(&said)?, counts: BTreeMap::new() })
    }

    /// Returns the findings on an unjudged meter, or counts them.
    fn take(&mut self, look: &Look, register: &Register) -> Vec<Finding> {
        let too_short = too_short(&look.meter, look.days);
        if let Some(mut meter) = self.said.remove(&look.meter) {
            let mut findings: Vec<Finding> = leave_out_impossible(&mut meter).into_iter().collect();
            findings.extend(checks::check_meter(&meter, register.point(look.meter.as_str())));
            findings.push(too_short);
            return findings;
        }
        for kind in look.kinds.iter().copied().chain([(too_short.code, too_short.severity)]) {
            self.counts.entry(kind).or_insert_with(|| (0, look.meter.clone())).0 += 1;
        }
        Vec::new()
    }

    fn findings(self) -> impl Iterator<Item = Finding> {
        self.counts.into_iter().map(|((code, severity), (n, meter))| {
            let message = message!("unjudged_more", meters = n, first = &meter);
            Finding::new(code, severity, message).with(N_MORE, n)
        })
    }
}

/// Result for one meter: features, findings and counts.
struct Look {
    meter: MeterId,
    features: Option<Box<MeterFeatures>>,
    findings: Vec<Finding>,
    /// Kinds of its findings.
    kinds: Box<[(Code, Severity)]>,
    fingerprint: Fingerprint,
    days: (i32, i32),
    interval_minutes: u32,
    completeness: checks::Completeness,
    n_days: u64,
}

impl Look {
    /// Drops the findings of an unjudged meter: those of millions of meters would fill the memory.
    fn of_one_size(mut self) -> Self {
        if self.features.is_none() {
            self.findings = Vec::new();
        }
        self
    }
}

impl Measured {
    fn add(&mut self, look: Look, register: &Register, unsaid: &mut Unsaid) -> Fingerprint {
        let counts = &mut self.counts;
        counts.expected += look.completeness.expected;
        counts.present += look.completeness.present;
        counts.estimated += look.completeness.estimated;
        counts.contradicted += look.completeness.contradicted;
        if look.completeness.contradicted > 0 {
            counts.contradicted_meter.get_or_insert_with(|| look.meter.clone());
        }
        counts.n_meter_days += look.n_days;
        *counts.intervals.entry(look.interval_minutes).or_default() += 1;
        counts.days = Some(
            counts.days.map_or(look.days, |(first, last)| (first.min(look.days.0), last.max(look.days.1))),
        );
        match look.features {
            Some(features) => {
                self.findings.extend(look.findings);
                let point = register.point(look.meter.as_str()).cloned();
                self.meters.push((look.meter, *features, point));
            }
            None => {
                self.findings.extend(unsaid.take(&look, register));
                self.unjudged.push(look.meter);
            }
        }
        look.fingerprint
    }
}

fn too_short(meter: &MeterId, days: (i32, i32)) -> Finding {
    let message = message!("too_short", enough = super::usable::MIN_DAYS);
    Finding::new(Code::TooShort, Severity::Skipped, message)
        .of_meter(meter.clone())
        .between(date_of(days.0), date_of(days.1))
}
