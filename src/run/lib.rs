//! Owns the output of a run: tables, workbook, map, page and record. Also reads it back.
//!
//! [`schema`] declares every column once, `tables` fills them, and [`past_run`] opens the folder of an
//! earlier run.
//!
//! The files go into a folder that is published whole, so a failing run leaves the previous run in place.
//! Nothing here depends on the clock, on threads or on the order of a hash map: the same input and seed give
//! the same bytes. Wall-clock timings cannot meet this rule, so they go to `timings.json` alone.

pub mod chain;
pub mod charts;
pub mod explain;
pub mod geojson;
pub mod noise;
pub mod page;
pub mod past_run;
pub mod replay;
pub mod run_json;
pub mod schema;
pub mod score_row;
pub mod tables;
pub mod verify;
pub mod words;
pub mod workbook;

#[cfg(test)]
mod fixtures;

use hashwatt_core::calendar::CLOCK_HOURS;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use polars::prelude::DataFrame;

use hashwatt_core::error::Result;
use hashwatt_core::finding::Finding;
use hashwatt_core::ids::{GroupId, MeterId};
use hashwatt_core::settings::Settings;
use hashwatt_detection::network::risk::Risks;
use hashwatt_detection::ranking::Scored;
use hashwatt_readings::acquisition::register::Register;
use hashwatt_readings::digest::MeterDays;

use hashwatt_core::atomic::{FileRecord, write_recorded};
use hashwatt_core::folder::marker::TIMINGS;
use hashwatt_detection::ranking::suspects::{Suspect, suspects};
use run_json::{RUN, RunFacts, RunRecord, Timing};
use schema::{FINDINGS, REASONS, REGISTER, RIVALS, SCORES, SUSPECTS};

/// Fetches the days of several meters at once; meters without days are left out of the result.
pub type DaysOf<'a> = dyn Fn(&BTreeSet<MeterId>) -> Result<BTreeMap<MeterId, MeterDays>> + 'a;

/// Results of the earlier stages, borrowed for writing.
pub struct RunOutputs<'a> {
    /// Every meter and residual, in order of rank.
    pub scored: &'a [Scored],
    /// The utility's data on the usage points; may be empty.
    pub register: &'a Register,
    /// Findings of all stages, in the order of [`sort_findings`](hashwatt_core::finding::sort_findings).
    pub findings: &'a [Finding],
    /// The checked settings of the run.
    pub settings: &'a Settings,
    /// Inputs, mappings, counts and the outputs of other stages.
    pub facts: &'a RunFacts,
    /// Source of the days for charts, as
    /// [`DigestStore::days_of`](hashwatt_readings::digest::store::DigestStore::days_of).
    pub days_of: &'a DaysOf<'a>,
    /// Load on the network, by parent; may be empty.
    pub risks: &'a Risks,
    /// Mean day of the peers, by group. A missing group is not drawn.
    pub peers: &'a BTreeMap<GroupId, PeerDay>,
    /// Duration of each stage.
    pub timings: &'a [Timing],
    /// Tables of earlier stages, as (file name, table).
    pub stage_tables: &'a [(&'static str, DataFrame)],
}

/// Mean day of a peer group: quartiles of the meters' mean demand at each clock hour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeerDay {
    /// Lower quartile. [kW]
    pub hour_kw_p25: [f32; CLOCK_HOURS],
    /// Median. [kW]
    pub hour_kw_p50: [f32; CLOCK_HOURS],
    /// Upper quartile. [kW]
    pub hour_kw_p75: [f32; CLOCK_HOURS],
}

/// Writes a run's outputs into `folder`, which nobody reads yet. `run.json`, the record of all files, comes
/// last.
///
/// # Errors
/// When a table cannot be built or a file cannot be written.
pub fn write_run(folder: &Path, run: &RunOutputs<'_>) -> Result<()> {
    let suspects = suspects(run.scored, run.register);
    let mut records = write_tables(folder, run, &suspects)?;
    let workbook =
        write_recorded(folder, "suspects.xlsx", |file| workbook::write_workbook(file, run, &suspects))?;
    let map = write_recorded(folder, "suspects.geojson", |file| {
        geojson::write_geojson(file, &suspects, run.settings.language)
    })?;
    let page = write_recorded(folder, "report.html", |file| page::write_page(file, run, &suspects))?;
    records.extend([workbook, map, page]);
    write_recorded(folder, TIMINGS, |file| run_json::write_json(file, TIMINGS, &run.timings))?;
    let record = RunRecord::of(run, records.into_iter());
    write_recorded(folder, RUN, |file| run_json::write_json(file, RUN, &record))?;
    Ok(())
}

fn write_tables(folder: &Path, run: &RunOutputs<'_>, suspects: &[Suspect<'_>]) -> Result<Vec<FileRecord>> {
    let language = run.settings.language;
    let suspects = tables::suspects::suspects_frame(suspects, run.risks, language)?;
    let parquet = [
        (SCORES.file, tables::scores::scores_frame(run.scored, language)?),
        (SUSPECTS.file, suspects.clone()),
        (REASONS.file, tables::evidence::reasons_frame(run.scored, language)?),
        (RIVALS.file, tables::evidence::rivals_frame(run.scored)?),
        (FINDINGS.file, tables::findings::findings_frame(run.findings, run.settings.language)?),
        (REGISTER.file, tables::register::register_frame(run.register)?),
    ];
    let stages = run.stage_tables.iter().map(|(name, frame)| (*name, frame.clone()));
    let mut records = Vec::new();
    for (name, frame) in parquet.into_iter().chain(stages) {
        records.push(write_recorded(folder, name, |file| tables::write_parquet(file, name, frame))?);
    }
    let csv = |file: &mut _| tables::write_csv(file, "suspects.csv", &suspects);
    records.push(write_recorded(folder, "suspects.csv", csv)?);
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
        std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .map(|path| {
                (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap())
            })
            .collect()
    }

    #[test]
    fn the_same_run_gives_the_same_bytes() {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fixtures::write(first.path());
        // The clock of a zip entry counts in steps of two seconds, creation dates in seconds.
        std::thread::sleep(std::time::Duration::from_millis(2100));
        fixtures::write(second.path());
        let (first, second) = (files(first.path()), files(second.path()));
        let names: Vec<_> = first.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                ".hashwatt",
                "findings.parquet",
                "reasons.parquet",
                "register.parquet",
                "report.html",
                "rivals.parquet",
                "run.json",
                "scores.parquet",
                "suspects.csv",
                "suspects.geojson",
                "suspects.parquet",
                "suspects.xlsx",
                "timings.json"
            ]
        );
        for (name, bytes) in &first {
            assert!(name == TIMINGS || bytes == &second[name], "{name} differs");
        }
    }

    #[test]
    fn a_run_without_meters_is_written_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        fixtures::with_run(|run| {
            write_run(folder.path(), &RunOutputs { scored: &[], findings: &[], ..*run })
        })
        .unwrap();
        assert!(folder.path().join("run.json").exists());
    }

    #[test]
    fn no_output_calls_anyone_guilty() {
        let folder = tempfile::tempdir().unwrap();
        fixtures::write(folder.path());
        let files = files(folder.path());
        for name in ["report.html", "suspects.csv", "suspects.geojson", "run.json"] {
            let text = String::from_utf8(files[name].clone()).unwrap().to_lowercase();
            assert!(
                !["thief", "guilty", "fraud", "criminal"].iter().any(|word| text.contains(word)),
                "{name}"
            );
        }
    }
}
