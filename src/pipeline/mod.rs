//! Runs the commands, one module each; `detect` is the main path, one call per stage in data order.

mod asked;
mod backtest;
mod beside;
mod check;
mod consumption;
mod detect;
mod digest;
mod folders;
mod grouping;
mod replay;

use crate::acquisition::{Opened, Source};
use crate::checks::{check_events, check_weather};
use crate::digest::local::Digested;
use crate::digest::{local, update};
use crate::error::Result;
use crate::features::measure::Measured;
use crate::finding::{Code, Finding, Severity, sort_findings};
use crate::progress::Watch;
use crate::ranking::prior::ENOUGH_METERS;
use crate::settings::Settings;
use hashwatt_core::message;

pub use backtest::{BacktestSummary, backtest};
use beside::Tables;
pub use check::{ExportProfile, MappingProfile, SourceProfile, Verdict, check};
pub use consumption::Consumption;
pub use detect::{RunSummary, detect};
pub use digest::digest;
pub use folders::inputs_of;
pub use replay::replay;

/// Digests what the shared store does not have yet; without a shared store, everything, into the run's
/// folder.
fn digest_sources(sources: &[Source], settings: &Settings, watch: &dyn Watch) -> Result<Digested> {
    match &settings.store {
        Some(store) => update::update(sources, settings, store, watch),
        None => local::digest(sources, settings, &settings.digests(), watch),
    }
}

/// Refuses readings that contradict each other, unless their format says which of two values counts.
fn refuse_contradictions(measured: &Measured, sources: &[Source]) -> Result<()> {
    if sources.iter().any(Source::says_which_counts) {
        return Ok(());
    }
    measured.counts.refuse_contradictions(&names_of(sources))
}

/// Names the input for a message: the first file, and how many there are.
fn names_of(sources: &[Source]) -> String {
    match sources {
        [] => String::new(),
        [one] => one.name.clone(),
        [first, others @ ..] => format!("{} and {} more files", first.name, others.len()),
    }
}

/// Returns all findings in order. The meters' findings are the most numerous, so they are moved, not copied.
fn all_findings(
    tables: &Tables,
    opened: &Opened,
    digested: &Digested,
    of_meters: Vec<Finding>,
    (n, days): (usize, Option<(i32, i32)>),
) -> Vec<Finding> {
    let mut findings = of_meters;
    findings.extend([&tables.findings, &opened.findings, &digested.findings].into_iter().flatten().cloned());
    if let Some(days) = days {
        findings.extend(check_weather(&tables.surroundings.weather, days));
        findings.extend(tables.event_days.and_then(|own| check_events(own, days)));
    }
    if n < ENOUGH_METERS {
        let message = message!("few_peers", meters = n, enough = ENOUGH_METERS);
        findings.push(Finding::new(Code::FewPeers, Severity::Warning, message).with("n_meters", n));
    }
    sort_findings(&mut findings);
    findings
}
