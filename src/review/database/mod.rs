//! Opens the desk's database, SQLite in a file or PostgreSQL by URL, and brings its tables up to date.
//!
//! The same statements run on both, through the same driver. What analysts do is added to `case_log`, and
//! what callers say to `tips`; the database itself refuses to change or delete either. Callers' names and
//! numbers are stored separately, and deleted when their time is over.

pub mod access;
pub mod cases;
mod change;
pub mod health;
pub mod people;
mod private;
pub mod refused;
pub mod runs;
pub mod sessions;
pub mod tables;
pub mod tips;
pub mod tokens;
pub mod views;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Once};
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, Executor};

use hashwatt_core::error::{Error, Result};

/// How long a writer waits for another. [s]
const BUSY_S: u64 = 10;

/// Most open connections. SQLite has one writer anyway; PostgreSQL by default allows a hundred in total.
const MAX_CONNECTIONS: u32 = 8;

/// The database engine, for statements that differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A database in a file.
    Sqlite,
    /// A server that several offices share.
    Postgres,
}

/// The desk's database.
#[derive(Debug, Clone)]
pub struct Database {
    pool: AnyPool,
    engine: Engine,
    last_try: Arc<health::LastTry>,
    /// Whether SQLite's write-ahead log may still hold deleted data; at the start this is unknown.
    holds_forgotten: Arc<AtomicBool>,
}

impl Database {
    /// Opens `sqlite:///path/to/file` or `postgres://user:password@host/name`, and creates what is missing.
    ///
    /// # Errors
    /// When the URL is of neither form, the database cannot be reached, or a later version made it.
    pub async fn open(url: &str) -> Result<Self> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        let engine = engine_of(url)?;
        let address = match engine {
            Engine::Sqlite if !url.contains('?') => format!("{url}?mode=rwc"),
            _ => url.to_owned(),
        };
        if engine == Engine::Sqlite {
            private::keep_private(url)?;
        }
        let pool = AnyPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(Duration::from_secs(BUSY_S))
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if engine == Engine::Sqlite {
                        // An acknowledged verdict must survive a crash of the machine, not only of the
                        // process.
                        let settings = format!(
                            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                             PRAGMA secure_delete = ON; PRAGMA busy_timeout = {};",
                            BUSY_S * 1000
                        );
                        connection.execute(&*settings).await?;
                    }
                    Ok(())
                })
            })
            .connect(&address)
            .await
            .map_err(|error| unreachable_database(url, error))?;
        let database =
            Self { pool, engine, last_try: Arc::default(), holds_forgotten: Arc::new(AtomicBool::new(true)) };
        tables::make(&database).await?;
        database.empty_log().await?;
        Ok(database)
    }

    /// Closes all connections, so that the file is complete without its log.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

fn engine_of(url: &str) -> Result<Engine> {
    match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("sqlite") => Ok(Engine::Sqlite),
        Some("postgres" | "postgresql") => Ok(Engine::Postgres),
        _ => Err(Error::setting(
            "--database",
            format!("`{}` names no database", without_password(url)),
            "Write sqlite:///path/to/review.sqlite or postgres://user:password@host/name",
        )),
    }
}

fn unreachable_database(url: &str, error: sqlx::Error) -> Error {
    Error::setting(
        "--database",
        format!("{} cannot be opened: {error}", without_password(url)),
        "Check that the folder can be written to, or that the server runs and lets this user in",
    )
    .because(error)
}

/// Returns the URL without its password, for display.
#[must_use]
pub fn without_password(url: &str) -> String {
    url::Url::parse(url).map_or_else(
        |_| url.to_owned(),
        |mut url| {
            if url.password().is_some() {
                // A URL with a password always accepts another.
                let _ = url.set_password(Some("…"));
            }
            url.to_string()
        },
    )
}

/// Converts the error of a statement.
pub(super) fn failed(error: sqlx::Error) -> Error {
    Error::desk("the desk's database", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(without_password("postgres://desk:secret@host/hw"), "postgres://desk:%E2%80%A6@host/hw");
        let error = engine_of("mysql://desk:secret@host/hw").unwrap_err().to_string();
        assert!(error.contains("--database") && !error.contains("secret"), "{error}");
    }
}
