//! Keeps a database file private to its owner, and empties its log of deleted data.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::Ordering;

use sqlx::Row;
use sqlx::sqlite::SqliteConnectOptions;

use super::{Database, Engine, failed};
use hashwatt_core::error::{Error, Result};

/// Mode of the file: only the user who runs the desk may read and write it.
const FILE_MODE: u32 = 0o600;

/// Mode of the folder, likewise.
const FOLDER_MODE: u32 = 0o700;

/// Files that SQLite adds beside the database, with the same mode.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// Creates this URL's file and its folder if missing, for the owner only. Narrows modes that are wider.
///
/// # Errors
/// When the file cannot be created or its mode cannot be changed.
pub(super) fn keep_private(url: &str) -> Result<()> {
    let Some(file) = file_of(url) else { return Ok(()) };
    let failed = |error: std::io::Error| {
        Error::setting(
            "--database",
            format!("{}: {error}", file.display()),
            "Check that the folder can be written to and that the file is yours",
        )
        .because(error)
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

/// Returns the file of a SQLite URL; `None` if it is in memory or read-only.
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
    /// Notes that SQLite's log still holds deleted data.
    pub(super) fn has_forgotten(&self) {
        self.holds_forgotten.store(true, Ordering::SeqCst);
    }

    /// Writes SQLite's log into the database file if it still holds deleted data, which is overwritten there.
    /// If a reader blocks this, the next call tries again. PostgreSQL's log is up to its administrator.
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
