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
pub mod evidence;
pub mod guard;
mod line_columns;
pub mod lines;
pub mod moved;
pub mod operations;
pub mod origin;
pub mod pages;
pub mod passwords;
pub mod points;
pub mod proxies;
pub mod query;
pub mod roles;
pub mod routes;
pub mod run_view;
pub mod signer;
pub mod sort;
pub mod texts;
pub mod throttle;
pub mod visits;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use tokio::net::TcpListener;

use self::database::Database;
use self::desk::Desk;
use self::proxies::Proxies;
use self::roles::Role;
use hashwatt_core::error::{Error, Result};

/// Characters of a path that mean something else in a URL.
const IN_URL: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#');

/// Default address.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// Ending of the file of the desk's database, which lies next to the run's folder and has its name, so that the
/// next run in the folder finds it.
pub const DATABASE_ENDING: &str = "review.sqlite";

/// How long a caller's name and number are kept by default: as long as an inspector may need to ask back. [d]
pub const DEFAULT_CALLER_DAYS: u32 = 90;

/// Settings of a desk.
#[derive(Debug, Clone)]
pub struct ReviewSettings {
    /// Output folder of `detect`.
    pub run: PathBuf,
    /// Address and port.
    pub listen: SocketAddr,
    /// URL of the database; `None`: a file beside the run, of its name and [`DATABASE_ENDING`].
    pub database: Option<String>,
    /// Whether people log in.
    pub login: Login,
    /// Whether viewers see addresses.
    pub places: Places,
    /// How browsers reach the desk.
    pub transport: Transport,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: Proxies,
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
    /// A proxy that terminates TLS. Cookies are marked as secure; a trusted proxy names the client's address.
    BehindTls,
}

impl ReviewSettings {
    /// Returns the settings of somebody who looks at a run alone on this machine.
    #[must_use]
    pub fn looking_at(run: PathBuf) -> Self {
        Self {
            run,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            database: None,
            login: Login::Off,
            places: Places::Shown,
            transport: Transport::Plain,
            proxies: Proxies::default(),
            streets: None,
            caller_days: DEFAULT_CALLER_DAYS,
        }
    }

    /// Returns the URL of the database. Each run has a file of its own: runs that share people and cases do so
    /// by a URL that someone wrote.
    ///
    /// # Errors
    /// When the folder has a file of earlier versions, which all of its runs shared, and none of this run.
    pub fn database_url(&self) -> Result<String> {
        if let Some(url) = &self.database {
            return Ok(url.clone());
        }
        let own = self.own_database();
        let shared = own.with_file_name(DATABASE_ENDING);
        if !own.exists() && shared.exists() {
            return Err(Error::setting(
                "--database",
                format!("{} is of an earlier version, for every run of its folder", shared.display()),
                format!(
                    "Go on with it: --database sqlite://{}; or rename it to {} if it is of this run alone",
                    shared.display(),
                    own.display()
                ),
            ));
        }
        Ok(format!("sqlite://{}", utf8_percent_encode(&own.to_string_lossy(), IN_URL)))
    }

    /// Returns the run's own file for its database.
    fn own_database(&self) -> PathBuf {
        let run = std::path::absolute(&self.run).unwrap_or_else(|_| self.run.clone());
        // A run written as `..` has its name from where it leads.
        let run = if run.file_name().is_some() { run } else { run.canonicalize().unwrap_or(run) };
        let folder = run.parent().unwrap_or_else(|| Path::new("."));
        let name = run.file_name().unwrap_or_default().to_string_lossy();
        folder.join(format!("{name}.{DATABASE_ENDING}"))
    }

    /// Checks that nobody gets in whom no setting names.
    fn check(&self) -> Result<()> {
        let behind_tls = self.transport == Transport::BehindTls;
        if self.login == Login::Off && behind_tls {
            return Err(Error::setting(
                "--no-login",
                "with --behind-tls whoever reaches the proxy would have every right".to_owned(),
                "Let people log in, or leave out --behind-tls",
            ));
        }
        if self.login == Login::Off && !self.listen.ip().is_loopback() {
            return Err(Error::setting(
                "--no-login",
                format!("{} can be reached from other machines", self.listen),
                "Listen on 127.0.0.1, or let people log in",
            ));
        }
        if behind_tls && self.proxies.is_empty() {
            return Err(Error::setting(
                "--behind-tls",
                "no proxy is named, so nobody's X-Forwarded-For could be believed".to_owned(),
                "Name the proxy's address: --trusted-proxy 10.0.0.5",
            ));
        }
        if !behind_tls && !self.proxies.is_empty() {
            return Err(Error::setting(
                "--trusted-proxy",
                "a proxy is named, but not that it speaks TLS".to_owned(),
                "Add --behind-tls, or leave it out",
            ));
        }
        Ok(())
    }
}

/// Serves the desk until the process is told to stop. Calls `started` with the address once it listens.
///
/// # Errors
/// When the run or the database cannot be opened, the port is taken, or nobody can log in yet.
pub fn serve(settings: &ReviewSettings, started: impl FnOnce(SocketAddr, &str)) -> Result<()> {
    settings.check()?;
    runtime()?.block_on(async {
        let url = settings.database_url()?;
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
        connections::serve(listener, routes, &settings.proxies, operations::told_to_stop()).await;
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
        let database = Database::open(&settings.database_url()?).await?;
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
