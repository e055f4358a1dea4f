//! Finds the programs of Debian's packages that tests drive.

use std::path::{Path, PathBuf};

/// The first of these programs that is there.
///
/// # Panics
/// When none is: a test that names a real browser or a real server never passes without.
fn program(places: &[&str], package: &str) -> PathBuf {
    let found = places.iter().flat_map(|place| glob::glob(place).unwrap()).filter_map(Result::ok);
    found.into_iter().find(|path| path.is_file()).unwrap_or_else(|| {
        panic!("none of {places:?} is here; `tests/all` installs it (Debian's package {package}) and runs the tests")
    })
}

/// Chromium and its driver.
pub fn chromium() -> (PathBuf, PathBuf) {
    (program(&["/usr/bin/chromium"], "chromium"), program(&["/usr/bin/chromedriver"], "chromium-driver"))
}

/// The folder of PostgreSQL's programs.
pub fn postgres() -> PathBuf {
    let server = program(&["/usr/lib/postgresql/*/bin/initdb"], "postgresql");
    server.parent().map(Path::to_owned).unwrap()
}
