//! Removes hashwatt's files from an old folder, and moves everything else into the new one.

use std::path::{Path, PathBuf};

use super::marker::Marker;
use crate::error::{Error, Result};
use crate::finding::{Code, Finding, Severity};
use crate::message;

/// A user's file or folder that now has another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFile {
    /// Its path before, within the folder.
    pub was: PathBuf,
    /// Its path now, within the folder.
    pub is: PathBuf,
}

impl KeptFile {
    /// Returns the finding that reports it.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let (was, is) = (self.was.display().to_string(), self.is.display().to_string());
        let message = message!("kept_aside", was = was.clone(), is = is.clone());
        Finding::new(Code::KeptAside, Severity::Warning, message).in_source(was).with("is", is)
    }
}

/// Moves the user's files from `old` to `new` and removes `old`. Unchanged files that the marker of `old`
/// names are deleted. All others keep their path, or get a similar one if it is taken.
///
/// # Errors
/// When the marker cannot be read, or the system refuses. Files not yet moved stay where they were.
pub(super) fn retire(old: &Path, new: &Path) -> Result<Vec<KeptFile>> {
    let mut kept = Vec::new();
    if !old.is_dir() {
        return Ok(kept);
    }
    // Without a marker, nothing in the folder is hashwatt's.
    let marker = Marker::read(old)?;
    empty(old, new, Path::new(""), marker.as_ref(), &mut kept)?;
    kept.sort_by(|a, b| a.is.cmp(&b.is));
    Ok(kept)
}

fn empty(
    old: &Path,
    new: &Path,
    within: &Path,
    marker: Option<&Marker>,
    kept: &mut Vec<KeptFile>,
) -> Result<()> {
    let folder = old.join(within);
    let entries = std::fs::read_dir(&folder).map_err(|error| Error::read(&folder, error))?;
    for entry in entries {
        let entry = entry.map_err(|error| Error::read(&folder, error))?;
        let (path, kind) = (within.join(entry.file_name()), entry.file_type());
        if kind.map_err(|error| Error::read(entry.path(), error))?.is_dir() {
            empty(old, new, &path, marker, kept)?;
            continue;
        }
        let is_own =
            name_of(&path).is_some_and(|name| marker.is_some_and(|marker| marker.is_own(old, &name)));
        if is_own {
            std::fs::remove_file(entry.path()).map_err(|error| Error::write(entry.path(), error))?;
        } else {
            kept.extend(carry(&entry.path(), new, &path)?);
        }
    }
    // Only empty folders are removed. A file that arrived meanwhile stays, and so does its folder.
    let _ = std::fs::remove_dir(&folder);
    Ok(())
}

/// Returns a path within the folder, as a marker writes it.
fn name_of(path: &Path) -> Option<String> {
    let names: Option<Vec<&str>> = path.iter().map(|name| name.to_str()).collect();
    Some(names?.join("/"))
}

/// Moves a file to the same path in the new folder, or to a similar free path.
fn carry(from: &Path, new: &Path, path: &Path) -> Result<Option<KeptFile>> {
    let free = free_path(new, path);
    let to = new.join(&free);
    let folder = to.parent().unwrap_or(new);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::rename(from, &to))
        .map_err(|error| Error::write(&to, error))?;
    Ok((free != path).then(|| KeptFile { was: path.to_owned(), is: free }))
}

/// Returns `a/b.csv`, or `a/b.kept-1.csv` if that is taken, and so on.
fn free_path(new: &Path, path: &Path) -> PathBuf {
    let is_free = |path: &PathBuf| std::fs::symlink_metadata(new.join(path)).is_err();
    let numbered = |number: usize| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy()));
        path.with_file_name(format!("{stem}.kept-{number}{}", ending.unwrap_or_default()))
    };
    let candidates = std::iter::once(path.to_owned()).chain((1..).map(numbered));
    candidates.into_iter().find(is_free).expect("there is always a higher number")
}
