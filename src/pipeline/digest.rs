//! Digests an export into a store and stops there.

use super::detect::RunSummary;
use super::digest_sources;
use super::folders::{Output, check_store, claim, inputs_of, publish};
use crate::acquisition::open_readings;
use crate::calendar::date_of;
use crate::error::Result;
use crate::finding::sort_findings;
use crate::progress::Watch;
use crate::ranking::sensitivity::Sensitivity;
use crate::settings::Settings;

/// Digests an export into the run's own store or the shared one, and stops there.
///
/// # Errors
/// As [`detect`](super::detect::detect).
pub fn digest(settings: &Settings, watch: &dyn Watch) -> Result<RunSummary> {
    let output = match &settings.store {
        Some(store) => check_store(store, &inputs_of(settings)).map(|()| None)?,
        None => Some(claim(settings)?),
    };
    let out = output.as_ref().map_or_else(|| settings.out.clone(), Output::folder);
    let settings = &Settings { out, ..settings.clone() };
    let opened = open_readings(settings)?;
    let digested = digest_sources(&opened.sources, settings, watch)?;
    let mut findings = opened.findings;
    findings.extend(digested.findings);
    findings.extend(output.map(publish).transpose()?.unwrap_or_default());
    sort_findings(&mut findings);
    Ok(RunSummary {
        scored: Vec::new(),
        sensitivity: Sensitivity::default(),
        findings,
        n_rows: digested.n_rows,
        n_meters: digested.n_meters,
        asked: Vec::new(),
        span: digested.days.map(|(first, last)| (date_of(first), date_of(last))),
    })
}
