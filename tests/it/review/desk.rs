//! Starts the built program as a desk over the tests' run, and stops it with the test.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use tempfile::TempDir;

use super::client::Client;
use super::postgres;
use crate::district;
use crate::program::command;

/// Everyone's password.
pub const PASSWORD: &str = "a sentence nobody guesses";

/// Which database a desk keeps its work in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Both: every test of work runs on each.
pub const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// A running desk.
pub struct Desk {
    child: Child,
    pub address: String,
    pub database: String,
    pub run: PathBuf,
    flags: Vec<String>,
    _folder: TempDir,
}

impl Desk {
    /// A desk over a copy of the run, with one administrator, `ada`.
    pub fn open(engine: Engine, flags: &[&str]) -> Self {
        Self::over(engine, flags, |_| ())
    }

    /// The same, with the copy changed before.
    pub fn over(engine: Engine, flags: &[&str], change: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.path().join("desk.sqlite").display()),
            Engine::Postgres => postgres::new_database(),
        };
        Self::in_folder(folder, &database, flags, change)
    }

    /// The same, with its work in a database elsewhere.
    pub fn with_database(database: &str, flags: &[&str]) -> Self {
        Self::in_folder(tempfile::tempdir().unwrap(), database, flags, |_| ())
    }

    fn in_folder(folder: TempDir, database: &str, flags: &[&str], change: impl FnOnce(&Path)) -> Self {
        let run = folder.path().join("run");
        copy(district::run(), &run);
        change(&run);
        district::seal(&run);
        let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        if !flags.iter().any(|flag| flag == "--no-login") {
            let_in(&run, database, "ada");
        }
        let (child, address) = start(&run, database, &flags);
        Self { child, address, database: database.to_owned(), run, flags, _folder: folder }
    }

    /// A client that nobody knows yet.
    pub fn stranger(&self) -> Client {
        Client::of(&self.address)
    }

    /// The administrator, logged in.
    pub fn administrator(&self) -> Client {
        self.logged_in("ada")
    }

    /// Someone with this role, let in by the administrator and logged in.
    pub fn with_role(&self, role: &str) -> Client {
        let name = format!("{role}-person");
        let fields = [("name", &*name), ("role", role), ("password", PASSWORD)];
        let mut ada = self.administrator();
        ada.get("/people").is(200);
        ada.post("/people", &fields).is(303);
        self.logged_in(&name)
    }

    pub fn logged_in(&self, name: &str) -> Client {
        let mut client = self.stranger();
        client.get("/login").is(200);
        client.post("/login", &[("name", name), ("password", PASSWORD)]).is(303);
        client.get("/").is(200);
        client
    }

    /// Number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends the process as a power cut would, without a word.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again over the same run and database.
    pub fn restart(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        (self.child, self.address) = start(&self.run, &self.database, &self.flags);
    }

    /// Tells it to stop and waits: the exit code.
    pub fn stop(&mut self) -> Option<i32> {
        let told = std::process::Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(told.unwrap().success());
        self.child.wait().unwrap().code()
    }

    /// Meters on the visit list, by place.
    pub fn suspects(&self) -> Vec<String> {
        let table = crate::program::read_table(&self.run.join("suspects.parquet"));
        crate::program::texts(&table, "meter_id").into_iter().flatten().collect()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn let_in(run: &Path, database: &str, name: &str) {
    let run = run.to_str().unwrap();
    let mut child = command(["review", run, "--database", database, "--add-administrator", name])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{PASSWORD}").unwrap();
    assert!(child.wait().unwrap().success());
}

fn start(run: &Path, database: &str, flags: &[String]) -> (Child, String) {
    let run = run.to_str().unwrap();
    let mut child = command(["review", run, "--listen", "127.0.0.1:0", "--database", database])
        .args(flags)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    let address =
        line.split_whitespace().find(|word| word.starts_with("http://")).expect("it says where it is");
    let address = address.trim_end_matches('/').to_owned();
    // What else it says is read on, so that it never waits for a reader.
    std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
    (child, address)
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    for (path, bytes) in crate::program::files(from) {
        let place = to.join(path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, bytes).unwrap();
    }
}
