//! Locks a folder against a second run, and tells who holds the lock.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::platform::{host, is_at};

/// A lock that is held. It ends with this value, or when the process ends for any reason.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

/// Opens a lock file without emptying it, because its text names the holder.
fn open(path: &Path) -> Result<File> {
    let file = File::options().create(true).truncate(false).read(true).write(true).open(path);
    file.map_err(|error| Error::write(path, error))
}

impl Lock {
    /// Takes the lock, or returns an error that names the holder. `what` describes the locked thing in words.
    ///
    /// # Errors
    /// When another process holds it, or the disk does not support locks.
    pub fn take(path: &Path, what: &str) -> Result<Self> {
        loop {
            let mut file = open(path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(held(what, &holder(&mut file))),
                Err(TryLockError::Error(error)) => return Err(no_locks(path, error)),
            }
            // The previous holder may have removed the file meanwhile. This lock would then be on a deleted
            // file.
            if is_at(&file, path) {
                return Self { file, path: path.to_owned() }.signed();
            }
        }
    }

    /// Waits until nobody else holds the lock, then takes it.
    ///
    /// # Errors
    /// When the disk does not support locks.
    pub fn wait(path: &Path) -> Result<Self> {
        let file = open(path)?;
        file.lock().map_err(|error| no_locks(path, error))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Turns this lock into a shared one, for readers. Another writer may come first, so check the folder
    /// again.
    ///
    /// # Errors
    /// When the disk does not support locks.
    pub fn share(&self) -> Result<()> {
        let shared = self.file.unlock().and_then(|()| self.file.lock_shared());
        shared.map_err(|error| no_locks(&self.path, error))
    }

    /// Writes this process into the lock file, so that others can name the holder.
    fn signed(mut self) -> Result<Self> {
        let signature = format!("{}\n", signature());
        let written = self
            .file
            .set_len(0)
            .and_then(|()| self.file.seek(SeekFrom::Start(0)))
            .and_then(|_| self.file.write_all(signature.as_bytes()));
        written.map_err(|error| Error::write(&self.path, error))?;
        Ok(self)
    }
}

/// Names this process, so that others can say who is at work.
#[must_use]
pub fn signature() -> String {
    format!("process {} on {}", std::process::id(), host())
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    // The message leaves out the process number if the holder has not written it yet.
    let _ = file.read_to_string(&mut text);
    if text.trim().is_empty() { "another process".to_owned() } else { text.trim().to_owned() }
}

fn held(what: &str, holder: &str) -> Error {
    Error::setting(
        what,
        format!("hashwatt is at work there: {holder}"),
        "Wait until it is done, or name another folder",
    )
}

fn no_locks(path: &Path, error: std::io::Error) -> Error {
    Error::input(
        path.display().to_string(),
        format!("it cannot be locked: {error}"),
        "Name a folder on a disk that knows locks",
    )
    .because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_told_who_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = Lock::take(&path, "--out run1").unwrap();
        let said = Lock::take(&path, "--out run1").unwrap_err().to_string();
        let number = std::process::id().to_string();
        assert!(said.contains("--out run1") && said.contains(&number), "{said}");
        drop(first);
        Lock::take(&path, "--out run1").unwrap();
    }
}
