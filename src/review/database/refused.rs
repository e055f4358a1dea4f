//! Keeps how often logins were refused, hour by hour, for as long as it may matter.

use sqlx::Row;

use super::{Database, failed};
use hashwatt_core::error::Result;

/// How long it is kept. [s] A quarter.
const KEPT_S: i64 = 90 * 86_400;

/// What is counted together. [s]
const HOUR_S: i64 = 3600;

/// Logins of one name from one address that were refused within one hour.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refused {
    /// `login_failed` or `login_throttled`.
    pub what: String,
    /// Whose name; empty where nobody has it: what people type there by mistake is their password.
    pub name: String,
    /// Where from.
    pub address: String,
}

impl Database {
    /// Adds to the counts of this hour.
    ///
    /// # Errors
    /// When the database fails; then nothing was added.
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

    /// The last `limit` counts with the hour they are of, newest first; of one name where given.
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

    /// Sweeps away counts that no longer matter.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_refused(&self, now: i64) -> Result<()> {
        let gone = sqlx::query("DELETE FROM refused_logins WHERE since < $1").bind(now - KEPT_S);
        gone.execute(&self.pool).await.map(drop).map_err(failed)
    }
}
