//! Stores each person's saved views: a name and a filter.

use sqlx::Row;

use super::{Database, failed};
use hashwatt_core::error::Result;

impl Database {
    /// Returns a person's views as (name, query), by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn views(&self, person: &str) -> Result<Vec<(String, String)>> {
        let rows = sqlx::query("SELECT name, query FROM views WHERE person = $1 ORDER BY name").bind(person);
        let rows = rows.fetch_all(&self.pool).await.map_err(failed)?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// Saves a view; it replaces one with the same name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_view(&self, person: &str, name: &str, query: &str) -> Result<()> {
        sqlx::query(
            "INSERT INTO views (person, name, query) VALUES ($1, $2, $3) \
             ON CONFLICT (person, name) DO UPDATE SET query = excluded.query",
        )
        .bind(person)
        .bind(name)
        .bind(query)
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(failed)
    }

    /// Deletes a view.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_view(&self, person: &str, name: &str) -> Result<()> {
        let gone = sqlx::query("DELETE FROM views WHERE person = $1 AND name = $2").bind(person).bind(name);
        gone.execute(&self.pool).await.map(drop).map_err(failed)
    }
}
