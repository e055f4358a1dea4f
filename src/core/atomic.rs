//! Writes files whole or not at all. A run that fails half-way leaves the old files in place.

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::platform::share_by_umask;

/// Prefix of the names of temporary files.
pub const PREFIX: &str = ".hashwatt-";
const SUFFIX: &str = ".part";

/// Bytes read at a time while hashing. [bytes]
const HASH_CHUNK: usize = 1 << 16;

/// What tells a file's content from another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// SHA-256 of the bytes, in lower-case hexadecimal.
    Sha256(String),
    /// Tag of an object's version, as its store gives it.
    #[serde(rename = "e_tag")]
    ETag(String),
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256(hash) => write!(f, "SHA-256 {hash}"),
            Self::ETag(tag) => write!(f, "the store's tag {tag}"),
        }
    }
}

/// A file's name, size and identity, as `run.json` lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Path as given, or relative to the output folder.
    pub path: String,
    /// Size. [bytes]
    pub bytes: u64,
    /// Hash of the bytes, or the tag of the object's version.
    #[serde(flatten)]
    pub identity: Identity,
}

impl FileRecord {
    /// Reads a file on disk and returns its record under the name `name`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn of(path: &Path, name: &str) -> Result<Self> {
        let mut file = File::open(path).map_err(|error| Error::read_back(path, error))?;
        Self::hashed(&mut file, name).map_err(|error| Error::read_back(path, error))
    }

    fn hashed(file: &mut File, name: &str) -> std::io::Result<Self> {
        let mut hash = Sha256::new();
        let mut bytes = 0;
        let mut chunk = vec![0; HASH_CHUNK];
        loop {
            let n = file.read(&mut chunk)?;
            if n == 0 {
                break;
            }
            hash.update(&chunk[..n]);
            bytes += n as u64;
        }
        let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { path: name.to_owned(), bytes, identity: Identity::Sha256(sha256) })
    }
}

/// Writes one file whole or not at all. An old file of that name stays in place until then.
///
/// # Errors
/// When `fill` fails or the file cannot be written.
pub fn write_whole(path: &Path, fill: impl FnOnce(&mut File) -> Result<()>) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = fill_temporary(folder, path, fill)?;
    persist(temporary, path)?;
    sync_folder(folder);
    Ok(())
}

/// Writes a file into a folder that is not published yet, and returns its record.
///
/// # Errors
/// When `fill` fails or the file cannot be written.
pub fn write_recorded(
    folder: &Path,
    name: &str,
    fill: impl FnOnce(&mut File) -> Result<()>,
) -> Result<FileRecord> {
    let path = folder.join(name);
    let failed = |error| Error::write(&path, error);
    let mut file =
        File::options().create(true).truncate(true).read(true).write(true).open(&path).map_err(failed)?;
    fill(&mut file)?;
    file.flush().and_then(|()| file.sync_all()).map_err(failed)?;
    file.seek(SeekFrom::Start(0)).and_then(|_| FileRecord::hashed(&mut file, name)).map_err(failed)
}

/// Removes temporary files that a killed [`write_whole`] left in a hashwatt folder.
pub fn sweep(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX)) {
            // A file that cannot be removed only takes up space.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn fill_temporary(
    folder: &Path,
    path: &Path,
    fill: impl FnOnce(&mut File) -> Result<()>,
) -> Result<NamedTempFile> {
    let mut temporary = new_temporary(folder).map_err(|error| Error::write(path, error))?;
    fill(temporary.as_file_mut())?;
    let file = temporary.as_file_mut();
    file.flush().and_then(|()| file.sync_all()).map_err(|error| Error::write(path, error))?;
    Ok(temporary)
}

fn new_temporary(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    share_by_umask(&mut builder);
    builder.tempfile_in(folder)
}

fn persist(temporary: NamedTempFile, path: &Path) -> Result<()> {
    temporary.persist(path).map(drop).map_err(|error| Error::write(path, error.error))
}

/// Makes the new names survive a power cut where the system supports it. Where it does not, the files are
/// still whole.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn put(text: &str) -> impl FnOnce(&mut File) -> Result<()> {
        move |file| file.write_all(text.as_bytes()).map_err(|error| Error::write("x", error))
    }

    #[test]
    fn a_writer_that_fails_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write_whole(&path, put("old")).unwrap();
        let failed = write_whole(&path, |file| {
            put("half")(file)?;
            Err(Error::table("a.txt", "made to fail"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names(folder.path()), ["a.txt"]);
    }

    #[test]
    fn a_file_is_recorded_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let record = write_recorded(folder.path(), "b", put("abc")).unwrap();
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(record.identity, Identity::Sha256(hash.to_owned()));
        assert_eq!(record, FileRecord::of(&folder.path().join("b"), "b").unwrap());
    }

    #[test]
    fn what_a_killed_writer_left_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".hashwatt-abc.part", ".hashwatt", "x.part"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        sweep(folder.path());
        assert_eq!(names(folder.path()), [".hashwatt", "x.part"]);
    }
}
