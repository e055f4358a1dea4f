//! Records what a digest store is made of: parts by generation, and the files they came from.
//!
//! The manifest is what makes a store whole: it takes its name after every part is on disk, so a run
//! that is killed leaves the store as it was, and parts that no manifest names are swept away.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::finding::Finding;
use crate::settings::{ReadingsTable, Settings, Windows};

/// The file in a store's folder.
pub const MANIFEST: &str = "store.json";

/// Changes whenever the same intervals would give another digest, or a part another schema.
const FORMAT: u32 = 2;

/// What a store is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// What digests depend on besides the intervals.
    pub terms: Terms,
    /// Oldest first.
    pub generations: Vec<Generation>,
    /// Counts updates, so that parts of two updates never share a name.
    pub number: u32,
    /// Files whose intervals are in the store; empty where the store belongs to one run.
    pub files: Vec<SeenFile>,
    /// What was odd about single meters' counters.
    pub oddities: Vec<Finding>,
}

/// What a digest depends on besides the intervals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Zone of the civil days.
    pub timezone: Option<String>,
    /// The night window, `[from, to)`. [h]
    pub night: [u8; 2],
}

impl Terms {
    /// The terms of a run.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        Self {
            timezone: settings.zone.as_ref().map(|zone| zone.name.clone()),
            night: [settings.windows.night.from, settings.windows.night.to],
        }
    }
}

impl Default for Terms {
    /// Those of a run without a zone and with the default night.
    fn default() -> Self {
        let night = Windows::default().night;
        Self { timezone: None, night: [night.from, night.to] }
    }
}

impl std::fmt::Display for Terms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [from, to] = self.night;
        write!(f, "timezone {} and night [{from}, {to}]", self.timezone.as_deref().unwrap_or("none"))
    }
}

/// What one run added.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Generation {
    /// File names, in the order of the run's input.
    pub parts: Vec<String>,
    /// Civil days, first to last, whose older digests no longer count. [days since 1970-01-01]
    pub owns: Vec<(i32, i32)>,
}

impl Generation {
    /// Whether what older generations hold of this day no longer counts.
    #[must_use]
    pub fn owns(&self, day: i32) -> bool {
        self.owns.iter().any(|&(first, last)| (first..=last).contains(&day))
    }
}

/// One file whose intervals are in the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeenFile {
    /// Path or URL.
    pub name: String,
    /// Size. [bytes]
    pub bytes: u64,
    /// When it was last written, where its place says so. [ns since 1970-01-01T00:00Z]
    pub modified_ns: Option<u64>,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// Rows read.
    pub rows: u64,
    /// First and last civil day it has intervals of, `None` for none.
    pub days: Option<(i32, i32)>,
    /// Whether its days can be told without the files before and after: reads within a day.
    pub is_within_day: bool,
    /// How its columns became intervals.
    pub mapping: ReadingsTable,
    /// Trouble with its rows.
    pub findings: Vec<Finding>,
}

impl Manifest {
    /// A store without parts.
    #[must_use]
    pub const fn empty(terms: Terms) -> Self {
        Self {
            format: FORMAT,
            terms,
            generations: Vec::new(),
            number: 1,
            files: Vec::new(),
            oddities: Vec::new(),
        }
    }

    /// The manifest in `folder`; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be read, or is of another version.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(MANIFEST);
        let failed = |seen: String| {
            let cure = "Name another folder, or remove this one to digest everything again";
            Error::input(path.display().to_string(), seen, cure)
        };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error.to_string())),
        };
        let manifest: Self = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
        if manifest.format == FORMAT {
            Ok(Some(manifest))
        } else {
            Err(failed(format!("digests of format {}, this version writes {FORMAT}", manifest.format)))
        }
    }

    /// Takes its name in `folder`, in place of the one before, once the parts of the last generation
    /// are on disk, so that a power cut does not cost a store its parts; then parts it does not name go.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn commit_lasting(&self, folder: &Path) -> Result<()> {
        for part in self.generations.last().iter().flat_map(|last| &last.parts) {
            let path = folder.join(part);
            let synced = std::fs::File::open(&path).and_then(|part| part.sync_data());
            synced.map_err(|error| Error::write(&path, error))?;
        }
        self.commit(folder)
    }

    /// Takes its name in `folder`, in place of the one before; then parts it does not name go.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn commit(&self, folder: &Path) -> Result<()> {
        let path = folder.join(MANIFEST);
        crate::atomic::write_whole(&path, |file| {
            serde_json::to_writer_pretty(&mut *file, self)
                .map_err(std::io::Error::from)
                .and_then(|()| file.write_all(b"\n"))
                .map_err(|error| Error::write(&path, error))
        })?;
        self.sweep(folder);
        Ok(())
    }

    /// Removes parts that no generation names: what a killed run left, or what was merged.
    pub fn sweep(&self, folder: &Path) {
        let named: BTreeSet<&str> =
            self.generations.iter().flat_map(|one| &one.parts).map(String::as_str).collect();
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let is_part =
                name.to_str().is_some_and(|name| name.ends_with(".parquet") && !named.contains(name));
            if is_part {
                // One that stays takes space and nothing else.
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
}
