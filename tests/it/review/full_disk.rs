//! Fills the disk under a desk's database, frees it, and looks for every verdict that was acknowledged.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::client::{Client, page_of};
use super::desk::Desk;

/// Verdicts tried on a full disk, and before and after.
const FULL_TRIES: usize = 16;
const TRIES: usize = 6;

/// As long as a reason may be, so that each verdict needs new pages.
const REASON_CHARS: usize = 3500;

/// A file system of one megabyte in memory, gone with this.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where this user may not mount.
    fn mount(folder: &Path) -> Option<Self> {
        std::fs::create_dir_all(folder).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
            .arg(folder)
            .stderr(std::process::Stdio::null())
            .status();
        mounted.is_ok_and(|status| status.success()).then(|| Self(folder.to_owned()))
    }

    /// Writes until there is no room.
    fn fill(&self) {
        let mut file = File::create(self.0.join("filler")).unwrap();
        let full = (0..).map(|_| file.write_all(&[0; 512])).find_map(Result::err).unwrap();
        assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    }

    fn free(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// Writes verdicts; the names of those that were acknowledged, and the statuses.
fn write(person: &mut Client, meter: &str, name: &str, n: usize) -> (BTreeSet<String>, Vec<u16>) {
    let path = format!("{}/entries", page_of(meter));
    let mut acknowledged = BTreeSet::new();
    let mut statuses = Vec::new();
    for n in 0..n {
        let name = format!("{name}{n}");
        let reason = format!("{name}-{}", "y".repeat(REASON_CHARS));
        let fields = [("action", "verdict"), ("value", "suspected"), ("reason", &*reason)];
        let status = person.post(&path, &fields).status;
        if status == 303 {
            acknowledged.insert(name);
        }
        statuses.push(status);
    }
    (acknowledged, statuses)
}

/// What the database file holds once the desk has stopped.
fn written(database: &str) -> BTreeSet<String> {
    use sqlx::{Connection, Row};
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        sqlx::any::install_default_drivers();
        let mut connection = sqlx::AnyConnection::connect(database).await.unwrap();
        let rows = sqlx::query("SELECT reason FROM case_log").fetch_all(&mut connection).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>(0).split('-').next().unwrap().to_owned()).collect()
    })
}

#[test]
fn no_acknowledged_verdict_is_lost_to_a_full_disk_and_the_desk_recovers_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(&folder.path().join("disk")) else {
        crate::program::say_skipped("this user may not mount a small file system; run the tests as root");
        return;
    };
    let database = format!("sqlite://{}", disk.0.join("desk.sqlite").display());
    let mut desk = Desk::with_database(&database, &["--no-login"]);
    let (meter, mut person) = (desk.suspects()[0].clone(), desk.stranger());
    person.get("/").is(200);
    person.get("/healthz").is(200);
    let (mut acknowledged, statuses) = write(&mut person, &meter, "before", TRIES);
    assert_eq!(statuses, [303; TRIES]);
    disk.fill();
    let (full, statuses) = write(&mut person, &meter, "full", FULL_TRIES);
    assert!(statuses.contains(&500), "the disk was not full: {statuses:?}");
    acknowledged.extend(full);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    person.get("/healthz").is(503).says("nothing can be written");
    disk.free();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let (after, statuses) = write(&mut person, &meter, "after", TRIES);
    assert_eq!(statuses, [303; TRIES], "with room again it writes again");
    acknowledged.extend(after);
    person.get("/healthz").is(200);
    assert_eq!(desk.stop(), Some(0));
    let written = written(&database);
    let lost: Vec<_> = acknowledged.difference(&written).collect();
    assert!(lost.is_empty(), "{} of {} lost: {lost:?}", lost.len(), acknowledged.len());
    assert_eq!(written, acknowledged, "what was refused is not there either");
    eprintln!("{} verdicts acknowledged around a full disk, none lost", acknowledged.len());
}
