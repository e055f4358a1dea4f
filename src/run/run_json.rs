//! Records the inputs, settings and outputs of a run, so that it can be repeated and its files checked.
//!
//! `run.json` has nothing that differs between two runs of the same input and seed: no clock, no thread
//! count, no output path. `timings.json` has the duration of the stages.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;

use jiff::civil::Date;
use serde::Serialize;

use super::RunOutputs;
use super::schema::FORMAT;
use hashwatt_core::atomic::FileRecord;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::language::message::Message;
use hashwatt_core::settings::{Doubts, Learning, ReadingsTable, Settings, Tariffs, Windows};
use hashwatt_detection::ranking::sensitivity::Sensitivity;

/// File name of the record.
pub const RUN: &str = "run.json";

/// Facts that only the earlier stages know.
#[derive(Debug, Clone, Default)]
pub struct RunFacts {
    /// Every file read, in order of path.
    pub inputs: Vec<InputRecord>,
    /// Columns, unit, clock and stamp used for each source, given or guessed.
    pub mappings: Vec<ReadingsTable>,
    /// Questions about what was guessed, as messages of the family [`ASKED`](crate::run::words::ASKED).
    pub asked: Vec<Message>,
    /// First and last local day with interval data.
    pub span: Option<(Date, Date)>,
    /// Meters with interval data.
    pub n_meters: u64,
    /// Meter-days digested.
    pub n_meter_days: u64,
    /// Rows of interval data read.
    pub n_rows: u64,
    /// The smallest rigs that these meters would show.
    pub sensitivity: Sensitivity,
    /// Outputs of other stages (`balance.parquet`, `features.parquet` ...), paths relative to the
    /// output folder.
    pub outputs: Vec<FileRecord>,
}

/// One file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputRecord {
    /// Role of the file: `readings`, `register`, `weather`, `events`, `verdicts`.
    pub role: &'static str,
    /// Path or URL, size and hash.
    #[serde(flatten)]
    pub file: FileRecord,
    /// Rows read, if they were counted.
    pub n_rows: Option<u64>,
}

/// Duration of one stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timing {
    /// Name of the stage.
    pub stage: &'static str,
    /// Wall-clock time. [s]
    pub seconds: f64,
}

/// The content of `run.json`.
#[derive(Debug, Clone, Serialize)]
pub struct RunRecord {
    /// Version of the record and of the tables.
    format: u32,
    hashwatt: &'static str,
    seed: u64,
    span: Option<Span>,
    inputs: Vec<InputRecord>,
    mappings: Vec<ReadingsTable>,
    settings: SettingsRecord,
    counts: Counts,
    sensitivity: Sensitivity,
    outputs: Vec<FileRecord>,
}

#[derive(Debug, Clone, Serialize)]
struct Span {
    first_day: Date,
    last_day: Date,
}

#[derive(Debug, Clone, Serialize)]
struct SettingsRecord {
    language: &'static str,
    timezone: Option<String>,
    /// The interval data as stated; `mappings` has what was made of it.
    readings: Vec<ReadingsTable>,
    accept_guesses: bool,
    memory_mib: u32,
    /// Folder of the digests, if they are not beside this file.
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<String>,
    windows: Windows,
    max_groups_per_class: usize,
    max_false_chance: f64,
    expected_share: f64,
    #[serde(skip_serializing_if = "Tariffs::is_empty")]
    tariffs: Tariffs,
    learning: Learning,
}

#[derive(Debug, Clone, Serialize)]
struct Counts {
    meters: u64,
    meter_days: u64,
    rows: u64,
    scored: u64,
    suspects: u64,
    findings: BTreeMap<&'static str, u64>,
}

impl RunRecord {
    /// Builds the record of `run`, with the files that it wrote.
    pub fn of(run: &RunOutputs<'_>, written: impl Iterator<Item = FileRecord>) -> Self {
        let facts = run.facts;
        let mut outputs: Vec<FileRecord> = facts.outputs.iter().cloned().chain(written).collect();
        outputs.sort_by(|a, b| a.path.cmp(&b.path));
        Self {
            format: FORMAT,
            hashwatt: env!("CARGO_PKG_VERSION"),
            seed: run.settings.seed,
            span: facts.span.map(|(first_day, last_day)| Span { first_day, last_day }),
            inputs: facts.inputs.clone(),
            mappings: facts.mappings.clone(),
            settings: SettingsRecord::of(run.settings),
            counts: Counts::of(run),
            sensitivity: facts.sensitivity.clone(),
            outputs,
        }
    }
}

impl SettingsRecord {
    fn of(settings: &Settings) -> Self {
        Self {
            language: settings.language.code,
            timezone: settings.zone.as_ref().map(|zone| zone.name.clone()),
            readings: settings.readings.clone(),
            accept_guesses: settings.doubts == Doubts::Accepted,
            memory_mib: settings.memory_mib,
            store: settings.store.as_ref().map(|folder| folder.display().to_string()),
            windows: settings.windows,
            max_groups_per_class: settings.max_groups_per_class,
            max_false_chance: settings.max_false_chance,
            expected_share: settings.expected_share,
            tariffs: settings.tariffs.clone(),
            learning: settings.learning.clone(),
        }
    }
}

impl Counts {
    fn of(run: &RunOutputs<'_>) -> Self {
        let mut findings = BTreeMap::new();
        for finding in run.findings {
            *findings.entry(finding.code.as_str()).or_default() += 1;
        }
        Self {
            meters: run.facts.n_meters,
            meter_days: run.facts.n_meter_days,
            rows: run.facts.n_rows,
            scored: run.scored.len() as u64,
            suspects: run.scored.iter().filter(|scored| scored.is_suspect).count() as u64,
            findings,
        }
    }
}

/// Fills `file` with `content` as indented JSON.
///
/// # Errors
/// When the file cannot be written.
pub fn write_json(file: &mut File, name: &str, content: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(content).map_err(|error| Error::output(name, error))?;
    text.push(b'\n');
    file.write_all(&text).map_err(|error| Error::write(name, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn a_record_names_inputs_settings_counts_and_outputs() {
        let written = FileRecord {
            path: "scores.parquet".into(),
            bytes: 12,
            identity: hashwatt_core::atomic::Identity::Sha256("ab".into()),
        };
        let text = fixtures::with_run(|run| {
            serde_json::to_string_pretty(&RunRecord::of(run, std::iter::once(written))).unwrap()
        });
        insta::assert_snapshot!(text);
    }
}
