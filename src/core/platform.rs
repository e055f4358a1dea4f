//! Asks the system for what only some systems have: permissions, identities of files, mounts, exchanges.
//!
//! Elsewhere each answers what holds without. Beside this file, only the desk names a system: modes of its
//! database's files (`review/database/private.rs`) and the signal to stop (`review/operations.rs`).

use std::fs::File;
use std::path::Path;

/// Gives temporary files, which are private by default, the permissions that the folder's umask allows.
pub(crate) fn share_by_umask(builder: &mut tempfile::Builder<'_, '_>) {
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    #[cfg(not(unix))]
    let _ = builder;
}

/// Whether the open file is still the one at `path`.
#[cfg(unix)]
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let same = |a: std::fs::Metadata, b: std::fs::Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
    file.metadata().ok().zip(std::fs::metadata(path).ok()).is_some_and(|(a, b)| same(a, b))
}

/// Whether the open file is still the one at `path`.
#[cfg(not(unix))]
pub(crate) fn is_at(_: &File, path: &Path) -> bool {
    // Windows cannot remove a file that is open.
    path.exists()
}

/// Whether a disk is mounted at the folder.
#[cfg(unix)]
pub(crate) fn is_mounted(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| std::fs::metadata(path).ok().map(|facts| facts.dev());
    let own = device(folder);
    own.is_some() && own != folder.parent().and_then(device)
}

/// Whether a disk is mounted at the folder.
#[cfg(not(unix))]
pub(crate) const fn is_mounted(_: &Path) -> bool {
    false
}

/// Lets two folders change places in one step. `false`: this disk or system cannot, and nothing has moved.
#[cfg(target_os = "linux")]
pub(crate) fn exchange(one: &Path, other: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok()
}

/// Lets two folders change places in one step. `false`: this disk or system cannot, and nothing has moved.
#[cfg(not(target_os = "linux"))]
pub(crate) const fn exchange(_: &Path, _: &Path) -> bool {
    false
}

/// Returns the name of this machine.
pub(crate) fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .map(|name| name.trim().to_owned())
        .or_else(|| std::env::var("COMPUTERNAME").ok())
        .unwrap_or_else(|| "this machine".to_owned())
}
