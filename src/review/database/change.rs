//! Groups several statements into one change: all of them are on disk, or none is.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, Executor};

use super::{Database, Engine, failed};
use hashwatt_core::error::Result;

/// A transaction on a connection of its own.
///
/// A change that is not committed is undone by closing its connection. After a full disk, an engine may or
/// may not have rolled back the transaction by itself. A transaction counter in the client cannot know which.
/// A connection that was reused in that state acknowledged writes that it never committed.
#[derive(Debug)]
pub(super) struct Change {
    connection: PoolConnection<Any>,
    engine: Engine,
    is_committed: bool,
}

impl Database {
    /// Begins a change.
    ///
    /// # Errors
    /// When no connection is free, or another writer does not finish.
    pub(super) async fn change(&self) -> Result<Change> {
        let connection = self.pool.acquire().await.map_err(failed)?;
        let mut change = Change { connection, engine: self.engine, is_committed: false };
        // SQLite then waits for other writers at the beginning, where it can wait, and not half way.
        let begin = match self.engine {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN",
        };
        change.execute(begin).await.map_err(failed)?;
        Ok(change)
    }
}

impl Change {
    /// Waits for other writers to this table, and locks them out until the change ends. SQLite allows only
    /// one writer anyway.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn alone_on(&mut self, table: &'static str) -> Result<()> {
        if self.engine == Engine::Postgres {
            let lock = format!("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE");
            self.execute(&*lock).await.map_err(failed)?;
        }
        Ok(())
    }

    /// Commits the change. When this returns, it is on disk.
    ///
    /// # Errors
    /// When the database fails; then nothing was changed.
    pub(super) async fn commit(mut self) -> Result<()> {
        self.execute("COMMIT").await.map_err(failed)?;
        self.is_committed = true;
        Ok(())
    }
}

/// Returns the placeholders of `n` rows: `($1,$2),($3,$4)`.
pub(super) fn rows_of(n: usize, n_columns: usize) -> String {
    let row = |row: usize| {
        let values: Vec<String> =
            (1..=n_columns).map(|column| format!("${}", row * n_columns + column)).collect();
        format!("({})", values.join(","))
    };
    (0..n).map(row).collect::<Vec<_>>().join(",")
}

impl Deref for Change {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.connection
    }
}

impl DerefMut for Change {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        if !self.is_committed {
            self.connection.close_on_drop();
        }
    }
}
