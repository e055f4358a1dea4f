//! Checks a folder that hashwatt wrote: which files are missing, changed or not hashwatt's.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::run_json::RUN;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::folder::marker::TIMINGS;
use hashwatt_core::folder::{Holds, MARKER, Marker};
use hashwatt_core::settings::DIGESTS;
use hashwatt_readings::digest::store::manifest::Manifest;
use hashwatt_readings::digest::store::{self, LOCK};

/// Result of checking a folder.
#[derive(Debug)]
pub struct Verified {
    /// Type of the folder's content.
    pub holds: Holds,
    /// Number of files compared with their checksums.
    pub n_files: usize,
    /// The problems found, in order of file.
    pub damages: Vec<String>,
    /// Files that hashwatt did not write, in order; they are harmless.
    pub others: Vec<String>,
    /// Folder of the run's digests, if it is outside the run: a store that other runs share.
    pub store: Option<PathBuf>,
}

/// Compares every file of a run, a store or another hashwatt folder with its checksum.
///
/// # Errors
/// When hashwatt did not make the folder.
pub fn verify(folder: &Path) -> Result<Verified> {
    let Some(marker) = Marker::read(folder)? else {
        return Err(Error::input(
            folder.display().to_string(),
            "hashwatt did not make this folder: it has no marker",
            "Give the output folder of a command, or a store of digests",
        ));
    };
    let mut verified = match marker.holds {
        Holds::Store => verify_store(folder),
        _ => verify_files(folder, &marker),
    };
    verified.damages.sort();
    Ok(verified)
}

fn verify_store(folder: &Path) -> Verified {
    let damages = store::verify(folder).iter().map(ToString::to_string).collect();
    // A manifest that cannot be read counts as the damage.
    let manifest = Manifest::read(folder).ok().flatten();
    let parts: BTreeSet<String> =
        manifest.iter().flat_map(|manifest| manifest.parts().map(|part| part.name.clone())).collect();
    let own = [MARKER, LOCK, store::manifest::MANIFEST];
    let is_other = |name: &String| !parts.contains(name) && !own.contains(&name.as_str());
    Verified {
        holds: Holds::Store,
        n_files: parts.len() + 1,
        damages,
        others: names(folder).into_iter().filter(is_other).collect(),
        store: None,
    }
}

fn verify_files(folder: &Path, marker: &Marker) -> Verified {
    let damage = |name: &String| {
        let path = folder.join(name);
        if !path.is_file() {
            return Some(format!("{}: it is gone", path.display()));
        }
        (!marker.is_own(folder, name)).then(|| format!("{}: it is not what was written", path.display()))
    };
    let damages: Vec<String> =
        marker.files.keys().collect::<Vec<_>>().into_par_iter().filter_map(damage).collect();
    let is_other =
        |name: &String| !marker.files.contains_key(name) && ![MARKER, TIMINGS].contains(&name.as_str());
    Verified {
        holds: marker.holds,
        n_files: marker.files.len(),
        damages,
        others: names(folder).into_iter().filter(is_other).collect(),
        store: store_of(folder),
    }
}

/// Returns the digest store of a run that does not have its own digests.
fn store_of(run: &Path) -> Option<PathBuf> {
    if run.join(DIGESTS).is_dir() {
        return None;
    }
    let record = std::fs::read_to_string(run.join(RUN)).ok()?;
    let record: serde_json::Value = serde_json::from_str(&record).ok()?;
    record["settings"]["store"].as_str().map(PathBuf::from)
}

/// Lists the files in a folder and its subfolders, in order, as relative paths.
fn names(folder: &Path) -> Vec<String> {
    let mut names = hashwatt_core::folder::marker::files_below(folder).unwrap_or_default();
    names.sort();
    names
}
