//! Keeps a database in a file from everyone else on the machine, and empties its log of what was deleted.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::Ordering;

use sqlx::Row;
use sqlx::sqlite::SqliteConnectOptions;

use super::{Database, Engine, failed};
use hashwatt_core::error::{Error, Result};

/// What may be done with a file: read and written by whoever runs the desk, and by nobody else.
const FILE_MODE: u32 = 0o600;

/// The same of a folder.
const FOLDER_MODE: u32 = 0o700;

/// What SQLite puts beside its file, with the rights that the file has.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// Makes the file of this URL, and the folder it is in, where they are missing, for its owner alone; narrows what
/// is wider.
///
/// # Errors
/// When the file cannot be made or its rights cannot be changed.
pub(super) fn keep_private(url: &str) -> Result<()> {
    let Some(file) = file_of(url) else { return Ok(()) };
    let failed = |error: std::io::Error| {
        Error::setting(
            "--database",
            format!("{}: {error}", file.display()),
            "Check that the folder can be written to and that the file is yours",
        )
    };
    let may_be_made = !url.contains("mode=rw") || url.contains("mode=rwc");
    if may_be_made && !file.exists() {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        folder.map_or(Ok(()), make_folder).map_err(failed)?;
        make_file(&file).map_err(failed)?;
    }
    let beside = BESIDE.map(|end| PathBuf::from(format!("{}{end}", file.display())));
    for path in std::iter::once(&file).chain(&beside).filter(|path| path.exists()) {
        narrow(path).map_err(failed)?;
    }
    Ok(())
}

/// The file of a SQLite URL; `None` where it is in memory or may only be read.
fn file_of(url: &str) -> Option<PathBuf> {
    let options = SqliteConnectOptions::from_str(url).ok()?;
    let is_elsewhere = url.contains(":memory:") || url.contains("mode=memory") || url.contains("mode=ro");
    (!is_elsewhere).then(|| options.get_filename().to_owned())
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)
}

#[cfg(unix)]
fn make_file(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().write(true).create(true).truncate(false).mode(FILE_MODE).open(file).map(drop)
}

#[cfg(unix)]
fn narrow(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path)?.permissions().mode() & 0o777;
    if mode & !FILE_MODE == 0 {
        return Ok(());
    }
    tracing::warn!(
        path = %path.display(),
        mode = format!("{mode:04o}"),
        "others could read password hashes and callers' numbers; from now on the owner alone can"
    );
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(FILE_MODE))
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[cfg(not(unix))]
fn make_file(file: &Path) -> std::io::Result<()> {
    std::fs::OpenOptions::new().write(true).create(true).truncate(false).open(file).map(drop)
}

#[cfg(not(unix))]
fn narrow(_: &Path) -> std::io::Result<()> {
    Ok(())
}

impl Database {
    /// Notes that the log of SQLite still has what was deleted.
    pub(super) fn has_forgotten(&self) {
        self.holds_forgotten.store(true, Ordering::SeqCst);
    }

    /// Empties the log of SQLite where it still has what was deleted, into the file, where it is overwritten. What
    /// a reader keeps from being emptied is emptied at the next call. PostgreSQL's own log is its administrator's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn empty_log(&self) -> Result<()> {
        if self.engine != Engine::Sqlite || !self.holds_forgotten.load(Ordering::SeqCst) {
            return Ok(());
        }
        let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&self.pool).await;
        if row.map_err(failed)?.get::<i64, _>(0) == 0 {
            self.holds_forgotten.store(false, Ordering::SeqCst);
        }
        Ok(())
    }
}
