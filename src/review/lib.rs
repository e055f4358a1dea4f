//! Serves the analysts' desk: a run's list, its suspects and the work on them, over HTTP.
//!
//! Everything a page needs is part of the program; nothing is loaded from elsewhere. The desk never changes
//! the run. What people write goes to the desk's [`database`] and outlives the run.

pub mod api;
pub mod browser;
pub mod by_meter;
pub mod case;
pub mod charts;
mod connections;
mod counters;
pub mod database;
pub mod desk;
pub mod guard;
mod line_columns;
pub mod lines;
pub mod moved;
pub mod operations;
pub mod origin;
pub mod pages;
pub mod passwords;
pub mod points;
pub mod query;
pub mod roles;
pub mod routes;
pub mod run_view;
pub mod signer;
pub mod texts;
pub mod throttle;
pub mod visits;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::TcpListener;

use self::database::Database;
use self::desk::Desk;
use self::roles::Role;
use hashwatt_core::error::{Error, Result};

/// Default address.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// File of the desk's database, next to the run's folder, so that the next run finds it.
pub const DATABASE_FILE: &str = "review.sqlite";

/// How long a caller's name and number are kept by default: as long as an inspector may need to ask back. [d]
pub const DEFAULT_CALLER_DAYS: u32 = 90;

/// Settings of a desk.
#[derive(Debug, Clone)]
pub struct ReviewSettings {
    /// Output folder of `detect`.
    pub run: PathBuf,
    /// Address and port.
    pub listen: SocketAddr,
    /// URL of the database; `None`: [`DATABASE_FILE`] beside the run.
    pub database: Option<String>,
    /// Whether people log in.
    pub login: Login,
    /// Whether viewers see addresses.
    pub places: Places,
    /// How browsers reach the desk.
    pub transport: Transport,
    /// The utility's table of old street names, for tips.
    pub streets: Option<PathBuf>,
    /// How long a caller's name and number are kept. [d]
    pub caller_days: u32,
}

/// Whether people log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    /// Everyone logs in with name and password.
    Required,
    /// Nobody logs in: anyone who reaches the port may do everything. On loopback only.
    Off,
}

/// Whether addresses are hidden from roles that do not need them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Places {
    /// Everyone sees addresses.
    Shown,
    /// Viewers do not see addresses.
    Hidden,
}

/// What is between the desk and a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Nothing.
    Plain,
    /// A proxy that terminates TLS. Cookies are marked as secure, and the proxy names the client's address.
    BehindTls,
}

impl ReviewSettings {
    /// Returns the URL of the database.
    #[must_use]
    pub fn database_url(&self) -> String {
        self.database.clone().unwrap_or_else(|| {
            let run = std::path::absolute(&self.run).unwrap_or_else(|_| self.run.clone());
            let folder = run.parent().unwrap_or_else(|| Path::new("."));
            format!("sqlite://{}", folder.join(DATABASE_FILE).display())
        })
    }
}

/// Serves the desk until the process is told to stop. Calls `started` with the address once it listens.
///
/// # Errors
/// When the run or the database cannot be opened, the port is taken, or nobody can log in yet.
pub fn serve(settings: &ReviewSettings, started: impl FnOnce(SocketAddr, &str)) -> Result<()> {
    if settings.login == Login::Off && !settings.listen.ip().is_loopback() {
        return Err(Error::setting(
            "--no-login",
            format!("{} can be reached from other machines", settings.listen),
            "Listen on 127.0.0.1, or let people log in",
        ));
    }
    runtime()?.block_on(async {
        let url = settings.database_url();
        let database = Database::open(&url).await?;
        if settings.login == Login::Required && database.people().await?.is_empty() {
            return Err(Error::setting(
                "review",
                "nobody may log in yet".to_owned(),
                "Let the first administrator in: hashwatt review RUN --add-administrator NAME, with the same --database",
            ));
        }
        let desk = Arc::new(Desk::open(settings.clone(), database).await?);
        let listener = TcpListener::bind(settings.listen).await.map_err(|error| {
            Error::setting(
                "--listen",
                format!("{}: {error}", settings.listen),
                "Write another address or port, for example 127.0.0.1:8081",
            )
            .because(error)
        })?;
        let address = listener.local_addr().unwrap_or(settings.listen);
        started(address, &database::without_password(&url));
        desk::follow_run(&desk);
        let routes = routes::routes(&desk);
        connections::serve(listener, routes, settings.transport, operations::told_to_stop()).await;
        desk.close().await;
        Ok(())
    })
}

/// Adds an administrator, or changes one's password.
///
/// # Errors
/// When the database cannot be opened or the password is too short.
pub fn add_administrator(settings: &ReviewSettings, name: &str, password: &str) -> Result<()> {
    let hash = passwords::hash(password)?;
    runtime()?.block_on(async {
        let database = Database::open(&settings.database_url()).await?;
        database.put_person(name, Role::Administrator, &hash, desk::now()).await?;
        database.close().await;
        Ok(())
    })
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Error::setting("review", error.to_string(), "Free some threads or memory").because(error)
    })
}
