//! Backs a desk up as docs/operate.md says, loses everything, restores it, and looks for what people wrote.

use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use super::client::page_of;
use super::desk::{Desk, Engine};
use crate::release::health_check;

fn write(desk: &Desk, meter: &str, reason: &str) {
    let mut ada = desk.administrator();
    ada.get(&page_of(meter)).is(200);
    let fields = [("action", "verdict"), ("value", "confirmed"), ("reason", reason)];
    ada.post(&format!("{}/entries", page_of(meter)), &fields).is(303);
}

/// The statement that the page gives to `sqlite3`, for these files.
fn backup(database: &Path, to: &Path) {
    let page = include_str!("../../../docs/operate.md");
    let line = page.lines().find(|line| line.starts_with("sqlite3 ")).expect("the page says how");
    let statement = line.split('"').nth(1).unwrap();
    let statement = statement.replace("/backup/review-$(date +%F).sqlite", to.to_str().unwrap());
    assert!(statement.contains(to.to_str().unwrap()), "{statement}");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection =
            SqliteConnection::connect(&format!("sqlite://{}", database.display())).await.unwrap();
        sqlx::query(&statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

#[test]
fn a_backup_of_an_open_desk_brings_back_what_was_written_before_it() {
    let mut desk = Desk::open(Engine::Sqlite, &[]);
    let meter = desk.suspects()[0].clone();
    write(&desk, &meter, "before the backup");
    let database = Path::new(desk.database.strip_prefix("sqlite://").unwrap()).to_owned();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.sqlite");
    // The desk is open, and its log holds what was just written.
    backup(&database, &copy);
    write(&desk, &meter, "after the backup");
    desk.kill();
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{ending}", database.display()));
    }
    std::fs::copy(&copy, &database).unwrap();
    desk.restart();
    let verdicts = desk.administrator().get("/verdicts.csv").is(200).body;
    assert!(verdicts.contains("before the backup"), "{verdicts}");
    assert!(!verdicts.contains("after the backup"), "{verdicts}");
    // It goes on, and logs only grow as before.
    write(&desk, &meter, "after the restore");
    assert!(desk.administrator().get("/verdicts.csv").is(200).body.contains("after the restore"));
}

#[test]
fn the_check_of_the_image_tells_an_open_desk_from_a_closed_one() {
    let mut desk = Desk::open(Engine::Sqlite, &["--behind-tls", "--trusted-proxy", "127.0.0.1"]);
    let port = desk.address.rsplit(':').next().unwrap().to_owned();
    let is_well = || health_check(&port).output().unwrap().status.success();
    assert!(is_well());
    assert_eq!(desk.stop(), Some(0));
    let started = Instant::now();
    while is_well() {
        assert!(started.elapsed() < Duration::from_secs(5), "nobody serves, and it says that all is well");
    }
}
