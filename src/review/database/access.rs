//! Logs who looked at whose data.

use sqlx::Row;

use super::{Database, failed};
use hashwatt_core::error::Result;

/// One line of the access log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Seconds since 1970-01-01T00:00Z.
    pub at: i64,
    /// Who looked.
    pub person: String,
    /// IP address of the client.
    pub address: String,
    /// The action, for example `suspect`, `export`, `log in`.
    pub what: String,
    /// Object of the action: a meter, a filter, a name.
    pub subject: String,
}

impl Database {
    /// Adds a line to the access log.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_access(&self, access: &Access) -> Result<()> {
        sqlx::query("INSERT INTO access_log (at, person, address, what, subject) VALUES ($1, $2, $3, $4, $5)")
            .bind(access.at)
            .bind(&access.person)
            .bind(&access.address)
            .bind(&access.what)
            .bind(&access.subject)
            .execute(&self.pool)
            .await
            .map(drop)
            .map_err(failed)
    }

    /// Returns the last `limit` lines, newest first; with `about`, only those by this person or on this
    /// subject.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accesses(&self, about: &str, limit: i64) -> Result<Vec<Access>> {
        let rows = sqlx::query(
            "SELECT * FROM access_log WHERE $1 = '' OR person = $1 OR subject = $1 ORDER BY id DESC LIMIT $2",
        )
        .bind(about)
        .bind(limit)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        let access = |row: &sqlx::any::AnyRow| Access {
            at: row.get("at"),
            person: row.get("person"),
            address: row.get("address"),
            what: row.get("what"),
            subject: row.get("subject"),
        };
        Ok(rows.iter().map(access).collect())
    }
}
