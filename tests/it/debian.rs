//! Finds programs that tests drive, and installs them from Debian's packages where they are missing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// One installation at a time: the package manager takes no two.
static INSTALLING: Mutex<()> = Mutex::new(());

/// The first of these programs that is there; else installs `package` and looks again.
///
/// # Panics
/// When it is still missing: a test that names a real browser or a real server never passes without.
pub fn program(places: &[&str], packages: &[&str]) -> PathBuf {
    let _one = INSTALLING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    find(places).unwrap_or_else(|| {
        let said = install(packages);
        find(places).unwrap_or_else(|| {
            panic!("none of {places:?} is here, and installing {packages:?} did not help: {said}")
        })
    })
}

fn find(places: &[&str]) -> Option<PathBuf> {
    places
        .iter()
        .flat_map(|place| glob::glob(place).unwrap())
        .filter_map(Result::ok)
        .find(|path| path.is_file())
}

fn install(packages: &[&str]) -> String {
    let run = |arguments: &[&str]| {
        let ran = Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").output();
        ran.map_or_else(|error| error.to_string(), |ran| String::from_utf8_lossy(&ran.stderr).into_owned())
    };
    let updated = run(&["update", "-qq"]);
    let flags = ["install", "-y", "-qq", "--no-install-recommends"];
    updated + &run(&[&flags[..], packages].concat())
}

/// Chromium and its driver.
pub fn chromium() -> (PathBuf, PathBuf) {
    let packages = ["chromium", "chromium-driver", "fonts-dejavu-core"];
    (program(&["/usr/bin/chromium"], &packages), program(&["/usr/bin/chromedriver"], &packages))
}

/// The folder of PostgreSQL's programs.
pub fn postgres() -> PathBuf {
    let server = program(&["/usr/lib/postgresql/*/bin/initdb"], &["postgresql"]);
    server.parent().map(Path::to_owned).unwrap()
}
