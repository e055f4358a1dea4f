//! Stores the tokens of programs: a hash of each, never the token itself.

use sha2::{Digest, Sha256};
use sqlx::Row;

use super::{Database, failed};
use hashwatt_core::error::Result;

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Name in the logs.
    pub name: String,
    /// Scopes, separated by spaces.
    pub scopes: String,
    /// Who created it.
    pub made_by: String,
    /// When it was created. [s since 1970-01-01T00:00Z]
    pub made_at: i64,
    /// Whether it is still valid.
    pub is_active: bool,
}

/// Returns the hash of a token, as stored in the database.
fn hash(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Database {
    /// Adds a token.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_token(&self, token: &str, facts: &Token) -> Result<()> {
        sqlx::query(
            "INSERT INTO tokens (name, hash, scopes, made_by, made_at, is_active) VALUES ($1, $2, $3, $4, $5, 1)",
        )
        .bind(&facts.name)
        .bind(hash(token))
        .bind(&facts.scopes)
        .bind(&facts.made_by)
        .bind(facts.made_at)
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(failed)
    }

    /// Returns the data of this token; `None` if it is unknown or revoked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn token(&self, token: &str) -> Result<Option<Token>> {
        let row = sqlx::query("SELECT * FROM tokens WHERE hash = $1 AND is_active = 1").bind(hash(token));
        Ok(row.fetch_optional(&self.pool).await.map_err(failed)?.as_ref().map(facts))
    }

    /// Returns every token, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tokens(&self) -> Result<Vec<Token>> {
        let rows = sqlx::query("SELECT * FROM tokens ORDER BY id DESC").fetch_all(&self.pool).await;
        Ok(rows.map_err(failed)?.iter().map(facts).collect())
    }

    /// Revokes every token with this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_token(&self, name: &str) -> Result<()> {
        let set = sqlx::query("UPDATE tokens SET is_active = 0 WHERE name = $1").bind(name);
        set.execute(&self.pool).await.map(drop).map_err(failed)
    }
}

fn facts(row: &sqlx::any::AnyRow) -> Token {
    Token {
        name: row.get("name"),
        scopes: row.get("scopes"),
        made_by: row.get("made_by"),
        made_at: row.get("made_at"),
        is_active: row.get::<i64, _>("is_active") != 0,
    }
}
