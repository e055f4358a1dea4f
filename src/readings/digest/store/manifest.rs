//! Records the contents of a digest store: its parts by generation, and their source files.
//!
//! The manifest makes an update atomic: it is renamed into place after every part is on disk. A run that is
//! killed therefore leaves the store unchanged. Parts that no manifest names are removed.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use hashwatt_core::atomic::Identity;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::finding::Finding;
use hashwatt_core::settings::{ReadingsTable, Settings, Windows};
use hashwatt_core::sums::Sums;

/// File name in a store's folder.
pub const MANIFEST: &str = "store.json";

/// Version of the format. Raise it when the same intervals would give another digest, or a part has another
/// schema.
const FORMAT: u32 = 4;

/// The file as written: the manifest and its checksum.
#[derive(Serialize, Deserialize)]
struct Sealed {
    format: u32,
    sum: String,
    /// Names of the parts by generation, oldest first, for scripts that read the digests. hashwatt itself
    /// reads `store`.
    #[serde(default)]
    generations: Vec<PartNames>,
    store: Box<RawValue>,
}

/// Names of a generation's parts.
#[derive(Serialize, Deserialize)]
struct PartNames {
    parts: Vec<String>,
}

impl PartNames {
    fn of(generation: &Generation) -> Self {
        Self { parts: generation.parts.iter().map(|part| part.name.clone()).collect() }
    }
}

/// Contents of a store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Settings that digests depend on.
    pub terms: Terms,
    /// Generations, oldest first.
    pub generations: Vec<Generation>,
    /// Number of updates so far, so that parts of two updates never share a name.
    pub number: u32,
    /// Files whose intervals are in the store; empty if the store belongs to one run.
    pub files: Vec<SeenFile>,
    /// Irregularities in single meters' counters.
    pub oddities: Vec<Finding>,
}

/// Settings that a digest depends on, besides the intervals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Zone of the civil days.
    pub timezone: Option<String>,
    /// The night window, `[from, to)`. [h]
    pub night: [u8; 2],
}

impl Terms {
    /// Returns the terms of a run.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        Self {
            timezone: settings.zone.as_ref().map(|zone| zone.name.clone()),
            night: [settings.windows.night.from, settings.windows.night.to],
        }
    }
}

impl Default for Terms {
    /// Returns the terms of a run without a zone and with the default night window.
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

/// A part as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRecord {
    /// File name.
    pub name: String,
    /// First and last civil day; `None` in stores of earlier builds. [days since 1970-01-01]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<(i32, i32)>,
    /// Size and block checksums.
    #[serde(flatten)]
    pub sums: Sums,
}

/// Data added by one run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Generation {
    /// Parts, in the order of the run's input.
    pub parts: Vec<PartRecord>,
    /// Civil days, first to last, for which older digests no longer count. [days since 1970-01-01]
    pub owns: Vec<(i32, i32)>,
}

impl Generation {
    /// Whether this generation replaces older digests of this day.
    #[must_use]
    pub fn owns(&self, day: i32) -> bool {
        self.owns.iter().any(|&(first, last)| (first..=last).contains(&day))
    }
}

/// A file whose intervals are in the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeenFile {
    /// Path or URL.
    pub name: String,
    /// Size. [bytes]
    pub bytes: u64,
    /// Time of the last change, if its storage states it. [ns since 1970-01-01T00:00Z]
    pub modified_ns: Option<u64>,
    /// Hash of the bytes, or the tag of the object's version.
    #[serde(flatten)]
    pub identity: Identity,
    /// Rows read.
    pub rows: u64,
    /// First and last civil day with intervals, or `None` if there are none.
    pub days: Option<(i32, i32)>,
    /// Whether its days can be digested without the files before and after: its intervals are shorter than a
    /// day.
    pub is_within_day: bool,
    /// Mapping from its columns to intervals.
    pub mapping: ReadingsTable,
    /// Findings on its rows.
    pub findings: Vec<Finding>,
}

impl Manifest {
    /// Returns a store without parts.
    #[must_use]
    pub const fn empty(terms: Terms) -> Self {
        Self { terms, generations: Vec::new(), number: 1, files: Vec::new(), oddities: Vec::new() }
    }

    /// Reads the manifest in `folder`; `None` if there is none.
    ///
    /// # Errors
    /// When the manifest cannot be read, or is of another version.
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
        let format: Format = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
        if format.format != FORMAT {
            let seen = format!("digests of format {}, this version writes {FORMAT}", format.format);
            return Err(failed(seen));
        }
        let sealed: Sealed = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
        if Sums::of_bytes(sealed.store.get().as_bytes()) != sealed.sum {
            return Err(failed("its content is not what was written: its sum differs".to_owned()));
        }
        serde_json::from_str(sealed.store.get()).map(Some).map_err(|error| failed(error.to_string()))
    }

    /// Returns the parts of the store.
    pub fn parts(&self) -> impl Iterator<Item = &PartRecord> {
        self.generations.iter().flat_map(|one| &one.parts)
    }

    /// Syncs the parts of the last generation to disk, so that a power cut cannot lose them, and then
    /// replaces the manifest in `folder`. Removes parts that the manifest does not name.
    ///
    /// # Errors
    /// When the manifest cannot be written.
    pub fn commit_lasting(&self, folder: &Path) -> Result<()> {
        for part in self.generations.last().iter().flat_map(|last| &last.parts) {
            let path = folder.join(&part.name);
            let synced = std::fs::File::open(&path).and_then(|part| part.sync_data());
            synced.map_err(|error| Error::write(&path, error))?;
        }
        self.commit(folder)
    }

    /// Replaces the manifest in `folder`, then removes parts that it does not name.
    ///
    /// # Errors
    /// When the manifest cannot be written.
    pub fn commit(&self, folder: &Path) -> Result<()> {
        let path = folder.join(MANIFEST);
        let failed = |error: serde_json::Error| Error::write(&path, std::io::Error::from(error));
        let store = serde_json::value::to_raw_value(self).map_err(failed)?;
        let sum = Sums::of_bytes(store.get().as_bytes());
        let generations = self.generations.iter().map(PartNames::of).collect();
        let sealed =
            serde_json::to_vec(&Sealed { format: FORMAT, sum, generations, store }).map_err(failed)?;
        hashwatt_core::atomic::write_whole(&path, |file| {
            file.write_all(&sealed)
                .and_then(|()| file.write_all(b"\n"))
                .map_err(|error| Error::write(&path, error))
        })?;
        self.sweep(folder);
        Ok(())
    }

    /// Returns the last part in `folder` that no generation names.
    #[must_use]
    pub fn last_unnamed(&self, folder: &Path) -> Option<String> {
        self.unnamed(folder).into_iter().max()
    }

    /// Whether a part belongs to an update after the next one.
    #[must_use]
    pub fn is_later(&self, part: &str) -> bool {
        part_number(part).is_some_and(|number| number > self.number)
    }

    fn unnamed(&self, folder: &Path) -> Vec<String> {
        let named: BTreeSet<&str> = self.parts().map(|part| part.name.as_str()).collect();
        let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        names.filter(|name| part_number(name).is_some() && !named.contains(name.as_str())).collect()
    }

    /// Removes parts that no generation names: parts of a killed run, or parts that were merged. Other files
    /// belong to somebody else.
    pub fn sweep(&self, folder: &Path) {
        hashwatt_core::atomic::sweep(folder);
        for name in self.unnamed(folder) {
            // A file that cannot be removed only takes up space.
            let _ = std::fs::remove_file(folder.join(name));
        }
    }
}

/// Returns the number of the update that wrote a part, if the file is named like a part: `g00012-…parquet`.
fn part_number(name: &str) -> Option<u32> {
    let number = name.strip_suffix(".parquet")?.strip_prefix('g')?.split_once('-')?.0;
    (number.len() >= 5).then(|| number.parse().ok())?
}

/// The only field that is read from a manifest of any version.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_that_was_changed_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut manifest = Manifest::empty(Terms::default());
        manifest.number = 7;
        manifest.commit(folder.path()).unwrap();
        assert_eq!(Manifest::read(folder.path()).unwrap().unwrap(), manifest);
        let path = folder.path().join(MANIFEST);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("\"number\":7", "\"number\":8")).unwrap();
        let said = Manifest::read(folder.path()).unwrap_err().to_string();
        assert!(said.contains("its sum differs"), "{said}");
        std::fs::write(&path, r#"{"format": 2, "terms": {}}"#).unwrap();
        let said = Manifest::read(folder.path()).unwrap_err().to_string();
        assert!(said.contains("format 2"), "{said}");
    }

    #[test]
    fn only_parts_that_are_not_named_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        for name in
            ["g00001-000-000.parquet", "g00002-000-000.parquet", "mine.parquet", "g1-x.parquet", "notes.txt"]
        {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let mut manifest = Manifest::empty(Terms::default());
        let part = PartRecord { name: "g00001-000-000.parquet".into(), days: None, sums: Sums::default() };
        manifest.generations.push(Generation { parts: vec![part], owns: Vec::new() });
        manifest.sweep(folder.path());
        assert!(!folder.path().join("g00002-000-000.parquet").exists());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 4);
    }
}
