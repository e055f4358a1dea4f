//! Profiles an export without ranking it.

use jiff::civil::Date;

use super::beside::Tables;
use super::{all_findings, names_of};
use crate::acquisition::mapping::Mapping;
use crate::acquisition::open_sources;
use crate::digest;
use crate::error::{Error, Result};
use crate::features::measure::measure_meters;
use crate::finding::Finding;
use crate::progress::Watch;
use crate::settings::Settings;

/// What `check` reports on an export.
#[derive(Debug)]
pub struct ExportProfile {
    /// Each file with the mapping it would be read with, and the `path` that named it.
    pub sources: Vec<SourceProfile>,
    /// Rows of interval data read.
    pub n_rows: u64,
    /// Meters with interval data.
    pub n_meters: u64,
    /// First and last local day.
    pub span: Option<(Date, Date)>,
    /// Meters by length of interval. [min, meters]
    pub intervals: Vec<(u32, u64)>,
    /// Share of expected intervals that are present, 0..=1.
    pub completeness: f64,
    /// Share of intervals that are estimated, 0..=1.
    pub estimated_share: f64,
    /// Zone used for local days; `None`: times are used as they stand in the file.
    pub zone: Option<String>,
    /// All findings, worst first.
    pub findings: Vec<Finding>,
}

/// One file of an export.
#[derive(Debug)]
pub struct SourceProfile {
    /// Path or URL.
    pub name: String,
    /// `path` of the `[[readings]]` that named it.
    pub path: String,
    /// How its columns become intervals.
    pub mapping: Mapping,
    /// Rows read.
    pub n_rows: u64,
}

/// Profiles an export without ranking it. Deletes all it wrote before it returns.
///
/// # Errors
/// When nothing can be read.
pub fn check(settings: &Settings, watch: &dyn Watch) -> Result<ExportProfile> {
    let folder = tempfile::tempdir().map_err(|error| Error::write(std::env::temp_dir(), error))?;
    let tables = Tables::read(settings)?;
    let opened = open_sources(&settings.readings, settings.zone.as_ref())?;
    let digested = digest::local::digest(&opened.sources, settings, &folder.path().join("digests"), watch)?;
    let keep_none = |_, _: Option<&_>, _: Option<&_>| ();
    let mut measured =
        measure_meters(&digested.store, settings, &tables.register, &tables.surroundings, watch, &keep_none)?;
    measured.counts.refuse_contradictions(&names_of(&opened.sources))?;
    let judged = (measured.meters.len(), measured.counts.days);
    let of_meters = std::mem::take(&mut measured.findings);
    let findings = all_findings(&tables, &opened, &digested, of_meters, judged);
    let sources = opened.sources.into_iter().zip(&digested.rows_by_source);
    Ok(ExportProfile {
        n_rows: digested.n_rows,
        n_meters: measured.counts.n_meters(),
        span: measured.span(),
        intervals: measured.counts.intervals.iter().map(|(minutes, n)| (*minutes, *n)).collect(),
        completeness: measured.counts.present as f64 / measured.counts.expected.max(1) as f64,
        estimated_share: measured.counts.estimated as f64 / measured.counts.present.max(1) as f64,
        zone: settings.zone.as_ref().map(|zone| zone.name.clone()),
        sources: sources
            .map(|(source, n_rows)| SourceProfile {
                name: source.name,
                path: source.path,
                mapping: source.mapping,
                n_rows: *n_rows,
            })
            .collect(),
        findings,
    })
}
