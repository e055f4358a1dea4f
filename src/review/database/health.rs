//! Checks whether the database can be written, and keeps the desk's signing secrets.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use sqlx::Row;

use super::{Database, failed};
use hashwatt_core::error::Result;

/// Size of a test write: that of the longest entry, so that a disk that takes it takes a verdict. [bytes]
const TRY_BYTES: usize = 16 << 10;

/// How long a result is reused, so that frequent requests do not keep the disk busy. [s]
const ANSWER_S: u64 = 1;

static PADDING: LazyLock<String> = LazyLock::new(|| "x".repeat(TRY_BYTES));

/// Time and result of the last test write.
pub(super) type LastTry = tokio::sync::Mutex<Option<(Instant, bool)>>;

impl Database {
    /// Whether a verdict could be written now. Tests it with a write of that size.
    pub async fn can_write(&self) -> bool {
        let mut last = self.last_try.lock().await;
        if let Some((at, could)) = *last
            && at.elapsed() < Duration::from_secs(ANSWER_S)
        {
            return could;
        }
        let tried = sqlx::query(
            "INSERT INTO health (id, at, padding) VALUES (1, $1, $2) \
             ON CONFLICT (id) DO UPDATE SET at = excluded.at, padding = excluded.padding",
        )
        .bind(jiff::Timestamp::now().as_second())
        .bind(&**PADDING)
        .execute(&self.pool)
        .await;
        if let Err(error) = &tried {
            tracing::error!(%error, "nothing can be written to the database");
        }
        *last = Some((Instant::now(), tried.is_ok()));
        tried.is_ok()
    }

    /// Returns the secret with this name. The first call stores `new`; all later calls return the same.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn secret(&self, name: &str, new: &str) -> Result<String> {
        sqlx::query("INSERT INTO secrets (name, secret) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(new)
            .execute(&self.pool)
            .await
            .map_err(failed)?;
        let row = sqlx::query("SELECT secret FROM secrets WHERE name = $1").bind(name);
        Ok(row.fetch_one(&self.pool).await.map_err(failed)?.get(0))
    }
}
