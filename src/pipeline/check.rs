//! Profiles an export without ranking it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::beside::Tables;
use super::consumption::{Consumption, Demands};
use super::{all_findings, refuse_contradictions};
use crate::acquisition::facts::{Basis, Fact, facts_of};
use crate::acquisition::mapping::{Guess, Mapping};
use crate::acquisition::preview::{RowAsRead, preview};
use crate::acquisition::register::UsagePoint;
use crate::acquisition::{Source, open_readings};
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
    /// How the files are read, once for all files that are read alike.
    pub mappings: Vec<MappingProfile>,
    /// Rows of interval data read.
    pub n_rows: u64,
    /// Energy of the customers' meters; `None` where there is none.
    pub consumption: Option<Consumption>,
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
    /// Of two readings, the likelier that was accepted.
    pub accepted: Vec<Guess>,
    /// Rows read.
    pub n_rows: u64,
}

/// How one or several files are read.
#[derive(Debug)]
pub struct MappingProfile {
    /// The first of the files.
    pub name: String,
    /// Number of files that are read so.
    pub n_files: u64,
    /// Each property with what says so.
    pub facts: Vec<Fact>,
    /// Rows of the first file, as they are read.
    pub rows: Vec<RowAsRead>,
}

/// Whether an export is ready for `detect`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was guessed.
    Ready,
    /// So many properties were guessed.
    ReadyWithGuesses(u64),
}

impl ExportProfile {
    /// Returns whether the export is ready, and how much of it was guessed.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let facts = self.mappings.iter().flat_map(|mapping| &mapping.facts);
        let guessed: BTreeSet<String> =
            facts.filter(|fact| fact.basis >= Basis::Guessed).map(Fact::alike).collect();
        match guessed.len() as u64 {
            0 => Verdict::Ready,
            n => Verdict::ReadyWithGuesses(n),
        }
    }
}

/// Profiles an export without ranking it. Deletes all it wrote before it returns.
///
/// # Errors
/// When nothing can be read.
pub fn check(settings: &Settings, watch: &dyn Watch) -> Result<ExportProfile> {
    let folder = tempfile::tempdir().map_err(|error| Error::write(std::env::temp_dir(), error))?;
    let tables = Tables::read(settings)?;
    let opened = open_readings(settings)?;
    let digested = digest::local::digest(&opened.sources, settings, &folder.path().join("digests"), watch)?;
    let demands = Demands::default();
    let keep = |meter, _: Option<&_>, point: Option<&UsagePoint>| {
        if !point.is_some_and(UsagePoint::is_network) {
            demands.add(&meter);
        }
    };
    let mut measured =
        measure_meters(&digested.store, settings, &tables.register, &tables.surroundings, watch, &keep)?;
    refuse_contradictions(&measured, &opened.sources)?;
    let judged = (measured.meters.len(), measured.counts.days);
    let of_meters = std::mem::take(&mut measured.findings);
    let findings = all_findings(&tables, &opened, &digested, of_meters, judged);
    let mappings = mapping_profiles(&opened.sources, settings);
    let sources = opened.sources.into_iter().zip(&digested.rows_by_source);
    Ok(ExportProfile {
        mappings,
        n_rows: digested.n_rows,
        consumption: demands.consumption(),
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
                accepted: source.accepted,
                n_rows: *n_rows,
            })
            .collect(),
        findings,
    })
}

/// Groups the files by how they are read, in order of the first of each; that one's rows are shown.
fn mapping_profiles(sources: &[Source], settings: &Settings) -> Vec<MappingProfile> {
    let zone = settings.zone.as_ref();
    let mut groups: BTreeMap<Vec<(String, Basis)>, usize> = BTreeMap::new();
    let mut profiles: Vec<MappingProfile> = Vec::new();
    for source in sources {
        let stated = settings.readings.iter().find(|stated| stated.path == source.path);
        let facts = facts_of(source, stated.unwrap_or(&settings.readings[0]), zone);
        let key = facts.iter().map(|fact| (fact.alike(), fact.basis)).collect();
        match groups.get(&key) {
            Some(&at) => profiles[at].n_files += 1,
            None => {
                groups.insert(key, profiles.len());
                let rows = preview(source, zone);
                profiles.push(MappingProfile { name: source.name.clone(), n_files: 1, facts, rows });
            }
        }
    }
    profiles
}
