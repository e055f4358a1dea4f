//! Writes down who looked at whose data.

use sqlx::Row;

use super::{Database, failed};
use hashwatt_core::error::Result;

/// One look at something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Seconds since 1970-01-01T00:00Z.
    pub at: i64,
    /// Who looked.
    pub person: String,
    /// Where from, an IP address.
    pub address: String,
    /// What was done, for example `suspect`, `export`, `log in`.
    pub what: String,
    /// At what: a meter, a filter, a name.
    pub subject: String,
}

impl Database {
    /// Adds a line.
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

    /// The last `limit` lines, newest first; of one person or about one subject where given.
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
