//! Marks the folders that hashwatt makes, and lists which files in them are its own.
//!
//! hashwatt removes a file only if a marker names it and its content is unchanged. A folder without a marker
//! belongs to somebody else.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::atomic::write_whole;
use crate::error::{Error, Result};
use crate::sums::Sums;

/// File name of the marker.
pub const MARKER: &str = ".hashwatt";

/// Version of the format. Raise it whenever an older program would misread a folder.
const FORMAT: u32 = 1;

/// File of the wall-clock times: the only file that differs between two runs of the same input.
pub const TIMINGS: &str = "timings.json";

/// Type of content of a hashwatt folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// Output of `detect` or `digest`.
    Run,
    /// Digests that several runs share.
    Store,
    /// Output of `triage`.
    Triage,
    /// Output of `backtest`.
    Backtest,
    /// Output of `simulate`: exports to try hashwatt on.
    District,
    /// Unfinished output of a run.
    Workspace,
}

impl Holds {
    /// Returns the stable code of the type.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Store => "store",
            Self::Triage => "triage",
            Self::Backtest => "backtest",
            Self::District => "district",
            Self::Workspace => "workspace",
        }
    }

    /// Returns the type in words for errors.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Run => "a run of hashwatt",
            Self::Store => "a store of digests",
            Self::Triage => "the answers of a triage",
            Self::Backtest => "the tables of a backtest",
            Self::District => "a simulated district",
            Self::Workspace => "an unfinished run of hashwatt",
        }
    }

    /// Whether the files are exports, which other commands may read as input.
    #[must_use]
    pub const fn is_export(self) -> bool {
        matches!(self, Self::District)
    }
}

/// The content of a marker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// Type of the folder's content.
    pub holds: Holds,
    format: u32,
    /// Identifies the content: two folders with one id have the same content. Empty if the content changes.
    pub id: String,
    /// The written files, by path within the folder. Empty for a store, which has its own list.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, Written>,
}

/// A file as hashwatt wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Size. [bytes]
    pub bytes: u64,
    /// Checksum of its content.
    pub sum: String,
}

impl Written {
    /// Whether the file at `path` is still this one.
    #[must_use]
    pub fn is_at(&self, path: &Path) -> bool {
        let is_size =
            std::fs::symlink_metadata(path).is_ok_and(|facts| facts.is_file() && facts.len() == self.bytes);
        is_size && Sums::of(path).is_ok_and(|sums| sums.root() == self.sum)
    }
}

impl Marker {
    /// Builds the marker of a folder whose content changes.
    #[must_use]
    pub const fn bare(holds: Holds) -> Self {
        Self { holds, format: FORMAT, id: String::new(), files: BTreeMap::new() }
    }

    /// Builds the marker of a folder and everything in it. The checksums of `known` files are not computed
    /// again.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn of_content(holds: Holds, folder: &Path, known: &BTreeMap<String, Written>) -> Result<Self> {
        let paths = files_below(folder)?;
        let files: BTreeMap<String, Written> = paths
            .into_par_iter()
            .filter(|path| path != TIMINGS && path != MARKER)
            .map(|path| {
                let written = match known.get(&path) {
                    Some(written) => written.clone(),
                    None => {
                        let at = folder.join(&path);
                        let sums = Sums::of(&at).map_err(|error| Error::read(&at, error))?;
                        Written { bytes: sums.bytes, sum: sums.root() }
                    }
                };
                Ok((path, written))
            })
            .collect::<Result<_>>()?;
        let listed: String = files.iter().map(|(path, file)| format!("{path} {}\n", file.sum)).collect();
        Ok(Self { id: Sums::of_bytes(listed.as_bytes()), files, ..Self::bare(holds) })
    }

    /// Reads the marker in `folder`; returns `None` if there is none.
    ///
    /// # Errors
    /// When the marker cannot be read or was written by a later version.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(MARKER);
        let failed = |seen: String| {
            let cure = "Name another folder; what is in this one stays as it is";
            Error::input(path.display().to_string(), seen, cure)
        };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
                ) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(failed(error.to_string())),
        };
        Self::parse(text.as_bytes()).map(Some).map_err(failed)
    }

    /// Reads the content of a marker.
    ///
    /// # Errors
    /// In words, when it is no marker or was written by a later version.
    pub fn parse(content: &[u8]) -> std::result::Result<Self, String> {
        let marker: Self = serde_json::from_slice(content).map_err(|error| error.to_string())?;
        if marker.format == FORMAT {
            Ok(marker)
        } else {
            Err(format!("a folder of format {}, this version knows {FORMAT}", marker.format))
        }
    }

    /// Returns the content of a marker's file.
    ///
    /// # Panics
    /// Never: a marker is plain data.
    #[must_use]
    pub fn content(&self) -> Vec<u8> {
        let mut content = serde_json::to_vec_pretty(self).expect("a marker is plain data");
        content.push(b'\n');
        content
    }

    /// Writes the marker into a folder.
    ///
    /// # Errors
    /// When the marker cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(MARKER);
        write_whole(&path, |file| file.write_all(&self.content()).map_err(|error| Error::write(&path, error)))
    }

    /// Whether hashwatt wrote the file at this path within the folder and it is unchanged.
    #[must_use]
    pub fn is_own(&self, folder: &Path, path: &str) -> bool {
        match path {
            MARKER | TIMINGS => true,
            path => self.files.get(path).is_some_and(|written| written.is_at(&folder.join(path))),
        }
    }
}

/// Lists the files in a folder and its subfolders, as relative paths with `/` between names.
///
/// # Errors
/// When a folder cannot be read.
pub fn files_below(folder: &Path) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    walk(folder, "", &mut paths)?;
    Ok(paths)
}

fn walk(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> Result<()> {
    let failed = |error| Error::read(folder, error);
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().map_err(failed)?.is_dir() {
            walk(&entry.path(), &format!("{path}/"), paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}
