//! Runs the main path: one call a stage, in the order the data flows.

use std::path::Path;

use jiff::civil::Date;

use crate::acquisition::mapping::Mapping;
use crate::error::Result;
use crate::finding::Finding;
use crate::progress::Watch;
use crate::ranking::Scored;
use crate::settings::Settings;

/// What a run of `detect` found, for whoever started it; the files are in the output folder.
#[derive(Debug)]
pub struct RunSummary {
    /// Every meter, by rank.
    pub scored: Vec<Scored>,
    /// Everything found on the way, worst first.
    pub findings: Vec<Finding>,
    /// Rows of interval data read.
    pub n_rows: u64,
    /// Meters with interval data.
    pub n_meters: u64,
    /// First and last local day.
    pub span: Option<(Date, Date)>,
}

/// What `check` tells of an export.
#[derive(Debug)]
pub struct ExportProfile {
    /// Files and the mapping each would be read with, with the `path` that named it.
    pub sources: Vec<SourceProfile>,
    /// Rows of interval data read.
    pub n_rows: u64,
    /// Meters with interval data.
    pub n_meters: u64,
    /// First and last local day.
    pub span: Option<(Date, Date)>,
    /// Meters by length of interval. [min, meters]
    pub intervals: Vec<(u32, u64)>,
    /// Share of expected intervals that are there, 0..=1.
    pub completeness: f64,
    /// Share of intervals that are estimated, 0..=1.
    pub estimated_share: f64,
    /// Zone used for local days; `None`: times taken as they stand.
    pub zone: Option<String>,
    /// Everything found, worst first.
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

/// Finds suspects: reads, checks, digests, extracts, groups, ranks, writes.
///
/// # Errors
/// When nothing can be read or the outputs cannot be written. Trouble with single files or meters
/// is in the summary's findings.
pub fn detect(settings: &Settings, watch: &dyn Watch) -> Result<RunSummary> {
    let _ = (settings, watch);
    unreachable!("written next")
}

/// Profiles an export without ranking it. Writes nothing that outlives the call.
///
/// # Errors
/// When nothing can be read.
pub fn check(settings: &Settings, watch: &dyn Watch) -> Result<ExportProfile> {
    let _ = (settings, watch);
    unreachable!("written next")
}

/// Digests an export into a store in `out` and goes no further.
///
/// # Errors
/// As [`detect`].
pub fn digest(settings: &Settings, out: &Path, watch: &dyn Watch) -> Result<RunSummary> {
    let _ = (settings, out, watch);
    unreachable!("written next")
}
