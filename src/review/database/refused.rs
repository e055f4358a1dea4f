//! Stores hourly counts of refused logins, for as long as they may matter.

use sqlx::Row;

use super::{Database, failed};
use hashwatt_core::error::Result;

/// How long the counts are kept: a quarter of a year. [s]
const KEPT_S: i64 = 90 * 86_400;

/// Length of one counting period. [s]
const HOUR_S: i64 = 3600;

/// Refused logins with one name from one address within one hour.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refused {
    /// `login_failed` or `login_throttled`.
    pub what: String,
    /// The name tried; empty if nobody has it, because people type their password there by mistake.
    pub name: String,
    /// IP address of the client.
    pub address: String,
}

impl Database {
    /// Adds counts to the current hour.
    ///
    /// # Errors
    /// When the database fails; then no count was added.
    pub async fn add_refused(&self, now: i64, refused: &[(Refused, i64)]) -> Result<()> {
        let mut change = self.change().await?;
        for (one, n) in refused {
            sqlx::query(
                "INSERT INTO refused_logins (since, what, name, address, n) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (since, what, name, address) DO UPDATE SET n = refused_logins.n + excluded.n",
            )
            .bind(now - now.rem_euclid(HOUR_S))
            .bind(&one.what)
            .bind(&one.name)
            .bind(&one.address)
            .bind(n)
            .execute(&mut *change)
            .await
            .map_err(failed)?;
        }
        change.commit().await
    }

    /// Returns the last `limit` counts with their hours, newest first; with `about`, only those of this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refused(&self, about: &str, limit: i64) -> Result<Vec<(i64, Refused, i64)>> {
        let rows = sqlx::query(
            "SELECT * FROM refused_logins WHERE $1 = '' OR name = $1 ORDER BY since DESC, n DESC LIMIT $2",
        )
        .bind(about)
        .bind(limit)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        let refused = |row: &sqlx::any::AnyRow| {
            let one = Refused { what: row.get("what"), name: row.get("name"), address: row.get("address") };
            (row.get("since"), one, row.get("n"))
        };
        Ok(rows.iter().map(refused).collect())
    }

    /// Deletes counts that are too old.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_refused(&self, now: i64) -> Result<()> {
        let gone = sqlx::query("DELETE FROM refused_logins WHERE since < $1").bind(now - KEPT_S);
        gone.execute(&self.pool).await.map(drop).map_err(failed)
    }
}
