//! Stores sessions in the desk's database, so that they survive a restart and work for several offices.

use async_trait::async_trait;
use sqlx::Row;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};

use super::Database;

/// Tries to find a session id that is not taken; the first almost always works.
const TRIES: usize = 4;

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for Database {
    async fn create(&self, record: &mut Record) -> Result<()> {
        for _ in 0..TRIES {
            let added = sqlx::query(
                "INSERT INTO sessions (id, record, expires_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
            )
            .bind(record.id.to_string())
            .bind(serde_json::to_string(record).map_err(|error| Error::Encode(error.to_string()))?)
            .bind(record.expiry_date.unix_timestamp());
            if added.execute(&self.pool).await.map_err(failed)?.rows_affected() == 1 {
                return Ok(());
            }
            record.id = Id::default();
        }
        Err(failed("no free name for a session"))
    }

    async fn save(&self, record: &Record) -> Result<()> {
        sqlx::query(
            "INSERT INTO sessions (id, record, expires_at) VALUES ($1, $2, $3) \
             ON CONFLICT (id) DO UPDATE SET record = excluded.record, expires_at = excluded.expires_at",
        )
        .bind(record.id.to_string())
        .bind(serde_json::to_string(record).map_err(|error| Error::Encode(error.to_string()))?)
        .bind(record.expiry_date.unix_timestamp())
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(failed)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let row = sqlx::query("SELECT record FROM sessions WHERE id = $1 AND expires_at > $2")
            .bind(id.to_string())
            .bind(OffsetDateTime::now_utc().unix_timestamp());
        let Some(row) = row.fetch_optional(&self.pool).await.map_err(failed)? else { return Ok(None) };
        let record: String = row.get(0);
        serde_json::from_str(&record).map(Some).map_err(|error| Error::Decode(error.to_string()))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let gone = sqlx::query("DELETE FROM sessions WHERE id = $1").bind(id.to_string());
        gone.execute(&self.pool).await.map(drop).map_err(failed)
    }
}

impl Database {
    /// Deletes expired sessions.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep_sessions(&self, now: i64) -> hashwatt_core::error::Result<()> {
        let gone = sqlx::query("DELETE FROM sessions WHERE expires_at <= $1").bind(now);
        gone.execute(&self.pool).await.map(drop).map_err(super::failed)
    }
}
