//! Reads the record of a run back, so that the run can be repeated and held against it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::run_json::{InputRecord, RUN};
use super::schema::FORMAT;
use hashwatt_core::atomic::FileRecord;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::settings::{
    DigestTable, GroupsTable, LearningTable, PathTable, PipelineFile, RankingTable, ReadingsTable, RunTable,
    Tariffs, Windows,
};

/// Files that an error names at most.
const MAX_NAMED: usize = 5;

/// What `run.json` says of a run: enough to repeat it, and to tell whether it came out the same.
#[derive(Debug)]
pub struct Recorded {
    /// The record's file.
    path: PathBuf,
    text: String,
    record: Record,
}

#[derive(Debug, Deserialize)]
struct Record {
    hashwatt: String,
    seed: u64,
    inputs: Vec<RecordedInput>,
    settings: RecordedSettings,
    outputs: Vec<FileRecord>,
}

#[derive(Debug, Deserialize)]
struct RecordedInput {
    role: String,
    #[serde(flatten)]
    file: FileRecord,
}

#[derive(Debug, Deserialize)]
struct RecordedSettings {
    language: String,
    timezone: Option<String>,
    readings: Vec<ReadingsTable>,
    accept_guesses: bool,
    memory_mib: u32,
    store: Option<PathBuf>,
    windows: Windows,
    max_groups_per_class: usize,
    max_false_chance: f64,
    expected_share: f64,
    #[serde(default)]
    tariffs: Tariffs,
    learning: LearningTable,
}

impl Recorded {
    /// Reads the record at `path`: a `run.json`, or the folder that has it.
    ///
    /// # Errors
    /// When it cannot be read, or is not the record of a run of this format.
    pub fn read(path: &Path) -> Result<Self> {
        let path = if path.is_dir() { path.join(RUN) } else { path.to_owned() };
        let text = std::fs::read_to_string(&path).map_err(|error| Error::read(&path, error))?;
        let refused = |seen: String| {
            let cure = "Give the run.json of a run that this version of hashwatt can repeat";
            Error::input(path.display().to_string(), seen, cure)
        };
        let value: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| refused(error.to_string()))?;
        if value["format"] != FORMAT {
            return Err(refused(format!(
                "its format is {}, and this hashwatt reads {FORMAT}",
                value["format"]
            )));
        }
        let record = serde_json::from_value(value).map_err(|error| refused(error.to_string()))?;
        Ok(Self { path, text, record })
    }

    /// Returns the record's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the pipeline file that states all settings and inputs of the run, but for its store: what a shared
    /// store holds goes on changing, and one pass over the files gives the same.
    #[must_use]
    pub fn pipeline(&self) -> PipelineFile {
        let settings = &self.record.settings;
        let table = |role: &str| {
            let input = self.record.inputs.iter().find(|input| input.role == role);
            input.map(|input| PathTable { path: PathBuf::from(&input.file.path) })
        };
        PipelineFile {
            run: RunTable {
                seed: Some(self.record.seed),
                timezone: settings.timezone.clone(),
                language: Some(settings.language.clone()),
                accept_guesses: Some(settings.accept_guesses),
                ..RunTable::default()
            },
            readings: settings.readings.clone(),
            register: table("register"),
            weather: table("weather"),
            events: table("events"),
            verdicts: table("verdicts"),
            windows: settings.windows.into(),
            digest: DigestTable { memory_mib: Some(settings.memory_mib), store: None },
            groups: GroupsTable { max_per_class: Some(settings.max_groups_per_class) },
            ranking: RankingTable {
                max_false_chance: Some(settings.max_false_chance),
                expected_share: Some(settings.expected_share),
                tariff_per_kwh: None,
            },
            learning: settings.learning.clone(),
            tariffs: settings.tariffs.to_tables(),
        }
    }

    /// Checks that the inputs are those of the run, byte by byte.
    ///
    /// # Errors
    /// When one is new, gone or another; the error names it.
    pub fn check_inputs(&self, inputs: &[InputRecord]) -> Result<()> {
        let now: BTreeMap<(&str, &str), &FileRecord> =
            inputs.iter().map(|input| ((input.role, &*input.file.path), &input.file)).collect();
        let cure = || format!("Put the inputs back as {} lists them, at the same paths", self.path.display());
        for RecordedInput { role, file } in &self.record.inputs {
            let seen = match now.get(&(&**role, &*file.path)) {
                None => "the run read it, and it is not here".to_owned(),
                Some(own) if *own == file => continue,
                Some(own) if own.bytes != file.bytes => {
                    format!("it has {} bytes, and had {} when the run read it", own.bytes, file.bytes)
                }
                Some(own) => {
                    format!("it has {}, and had {} when the run read it", own.identity, file.identity)
                }
            };
            return Err(Error::input(&file.path, seen, cure()));
        }
        let known: BTreeSet<(&str, &str)> =
            self.record.inputs.iter().map(|input| (&*input.role, &*input.file.path)).collect();
        match now.keys().find(|input| !known.contains(*input)) {
            Some((_, path)) => Err(Error::input(*path, "it is here, and the run did not read it", cure())),
            None => Ok(()),
        }
    }

    /// Checks that the outputs in `folder` are those of the run, byte by byte. Returns how many they are.
    ///
    /// # Errors
    /// When one is another, or cannot be read; the error names it.
    pub fn check_outputs(&self, folder: &Path) -> Result<usize> {
        let mut others = Vec::new();
        for file in &self.record.outputs {
            if FileRecord::of(&folder.join(&file.path), &file.path)? != *file {
                others.push(&*file.path);
            }
        }
        let path = folder.join(RUN);
        let text = std::fs::read_to_string(&path).map_err(|error| Error::read_back(&path, error))?;
        // The record of a run with a store names the store.
        if self.record.settings.store.is_none() && text != self.text {
            others.push(RUN);
        }
        if others.is_empty() {
            return Ok(self.record.outputs.len() + 1);
        }
        let mut named = others[..others.len().min(MAX_NAMED)].join(", ");
        if others.len() > MAX_NAMED {
            named += " ...";
        }
        let (n, all, own) = (others.len(), self.record.outputs.len() + 1, env!("CARGO_PKG_VERSION"));
        let cure = if self.record.hashwatt == own {
            "Look whether the run's files were changed since (hashwatt verify), else report it as a fault"
                .to_owned()
        } else {
            format!("Repeat it with hashwatt {}, which made it; this is {own}", self.record.hashwatt)
        };
        let seen = format!("{n} of {all} files came out otherwise in {}: {named}", folder.display());
        Err(Error::input(self.path.display().to_string(), seen, cure))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;
    use crate::run_json::RunRecord;
    use hashwatt_core::atomic::Identity;

    fn recorded(folder: &Path) -> Recorded {
        let text =
            fixtures::with_run(|run| serde_json::to_string(&RunRecord::of(run, std::iter::empty())).unwrap());
        std::fs::write(folder.join(RUN), text).unwrap();
        Recorded::read(folder).unwrap()
    }

    fn inputs(recorded: &Recorded) -> Vec<InputRecord> {
        let roles = ["readings", "register", "weather", "events", "verdicts"];
        let input = |input: &RecordedInput| InputRecord {
            role: roles.into_iter().find(|role| *role == input.role).unwrap(),
            file: input.file.clone(),
            n_rows: None,
        };
        recorded.record.inputs.iter().map(input).collect()
    }

    #[test]
    fn inputs_that_are_others_gone_or_new_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let recorded = recorded(folder.path());
        let own = inputs(&recorded);
        assert!(!own.is_empty());
        recorded.check_inputs(&own).unwrap();
        let said = |inputs: &[InputRecord]| recorded.check_inputs(inputs).unwrap_err().to_string();
        let mut others = own.clone();
        others[0].file.bytes += 1;
        assert!(said(&others).contains("bytes, and had"), "{}", said(&others));
        others[0].file.bytes -= 1;
        others[0].file.identity = Identity::Sha256("00".into());
        assert!(said(&others).contains("SHA-256"), "{}", said(&others));
        assert!(said(&own[1..]).contains(&own[0].file.path), "{}", said(&own[1..]));
        let mut more = own.clone();
        more.push(InputRecord {
            file: FileRecord { path: "b.csv".into(), ..own[0].file.clone() },
            ..own[0].clone()
        });
        assert!(said(&more).contains("b.csv: it is here"), "{}", said(&more));
    }

    #[test]
    fn what_is_no_record_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        for text in ["", "{}", "{\"format\": 1}", &format!("{{\"format\": {FORMAT}, \"seed\": 1}}")] {
            std::fs::write(&path, text).unwrap();
            let said = Recorded::read(&path).unwrap_err().to_string();
            assert!(said.contains("x.json") && said.contains("run.json of a run"), "{said}");
        }
    }
}
