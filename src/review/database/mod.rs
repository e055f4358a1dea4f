//! Opens the desk's database, SQLite in a file or PostgreSQL by URL, and brings its tables up to date.
//!
//! Both are spoken to with the same statements through the same driver. Whatever an analyst does is added to
//! `case_log`, and whatever is told over the telephone to `tips`; the database itself refuses to change or delete
//! either. Who called is apart, and goes when its time is over.

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

/// How long a writer waits for another one. [s]
const BUSY_S: u64 = 10;

/// Connections held open; SQLite has one writer anyway, and PostgreSQL's default is a hundred for everyone.
const MAX_CONNECTIONS: u32 = 8;

/// Which database it is, where statements cannot be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file.
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
    /// Whether the log of SQLite may still have what was deleted; at the start nobody knows.
    holds_forgotten: Arc<AtomicBool>,
}

impl Database {
    /// Opens `sqlite:///path/to/file` or `postgres://user:password@host/name`, and makes what is missing.
    ///
    /// # Errors
    /// When the URL names neither, the database cannot be reached, or it was made by a later version.
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
                        // An acknowledged verdict outlives a crash of the machine, not of the process only.
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
            .map_err(|error| unreachable_database(url, &error))?;
        let database =
            Self { pool, engine, last_try: Arc::default(), holds_forgotten: Arc::new(AtomicBool::new(true)) };
        tables::make(&database).await?;
        database.empty_log().await?;
        Ok(database)
    }

    /// Closes every connection, so that the file is whole by itself.
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

fn unreachable_database(url: &str, error: &sqlx::Error) -> Error {
    Error::setting(
        "--database",
        format!("{} cannot be opened: {error}", without_password(url)),
        "Check that the folder can be written to, or that the server runs and lets this user in",
    )
}

/// The URL as it may be shown.
#[must_use]
pub fn without_password(url: &str) -> String {
    url::Url::parse(url).map_or_else(
        |_| url.to_owned(),
        |mut url| {
            if url.password().is_some() {
                // A URL that has a password can have another.
                let _ = url.set_password(Some("…"));
            }
            url.to_string()
        },
    )
}

/// What a statement failed with.
pub(super) fn failed(error: sqlx::Error) -> Error {
    Error::table("the desk's database", error)
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
