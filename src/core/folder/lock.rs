//! Locks a folder against a second run, and says who holds it.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A lock that is held; it goes with this value, or with the process however it ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

/// Opens a file to be locked, without emptying it: it says who holds it.
fn open(path: &Path) -> Result<File> {
    let file = File::options().create(true).truncate(false).read(true).write(true).open(path);
    file.map_err(|error| Error::write(path, error))
}

impl Lock {
    /// Takes the lock, or says who holds it. `what` is what the lock is for, in words.
    ///
    /// # Errors
    /// When somebody else holds it, or the disk knows no locks.
    pub fn take(path: &Path, what: &str) -> Result<Self> {
        loop {
            let mut file = open(path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(held(what, &holder(&mut file))),
                Err(TryLockError::Error(error)) => return Err(no_locks(path, &error)),
            }
            // Who held it may have removed the file meanwhile: then this lock is of a file that is gone.
            if is_at(&file, path) {
                return Self { file, path: path.to_owned() }.signed();
            }
        }
    }

    /// Waits until nobody else holds the lock, and takes it.
    ///
    /// # Errors
    /// When the disk knows no locks.
    pub fn wait(path: &Path) -> Result<Self> {
        let file = open(path)?;
        file.lock().map_err(|error| no_locks(path, &error))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Lets readers in, as one of them. Another writer may come first: look again at what is there.
    ///
    /// # Errors
    /// When the disk knows no locks.
    pub fn share(&self) -> Result<()> {
        let shared = self.file.unlock().and_then(|()| self.file.lock_shared());
        shared.map_err(|error| no_locks(&self.path, &error))
    }

    /// Writes who holds it, for the others.
    fn signed(mut self) -> Result<Self> {
        let signature = format!("process {} on {}\n", std::process::id(), host());
        let written = self
            .file
            .set_len(0)
            .and_then(|()| self.file.seek(SeekFrom::Start(0)))
            .and_then(|_| self.file.write_all(signature.as_bytes()));
        written.map_err(|error| Error::write(&self.path, error))?;
        Ok(self)
    }
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    // A holder that has not signed yet is named without its number.
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

fn no_locks(path: &Path, error: &std::io::Error) -> Error {
    Error::input(
        path.display().to_string(),
        format!("it cannot be locked: {error}"),
        "Name a folder on a disk that knows locks",
    )
}

fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .map(|name| name.trim().to_owned())
        .or_else(|| std::env::var("COMPUTERNAME").ok())
        .unwrap_or_else(|| "this machine".to_owned())
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let same = |a: std::fs::Metadata, b: std::fs::Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
    file.metadata().ok().zip(std::fs::metadata(path).ok()).is_some_and(|(a, b)| same(a, b))
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    // A file that is open cannot be removed there.
    path.exists()
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
