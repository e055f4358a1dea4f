//! Keeps who may log in: name, role, password hash, language and columns.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Database, failed};
use crate::error::Result;
use crate::review::roles::Role;

/// Someone who can log in.
#[derive(Debug, Clone)]
pub struct Person {
    /// What they log in with, and what the logs say.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Argon2id hash in PHC form.
    pub password: String,
    /// Whether they may log in.
    pub is_active: bool,
    /// Chosen language.
    pub language: Option<String>,
    /// Chosen columns of the list.
    pub columns: Option<String>,
}

impl Person {
    fn of(row: &AnyRow) -> Self {
        Self {
            name: row.get("name"),
            role: Role::named(row.get("role")).unwrap_or(Role::Viewer),
            password: row.get("password"),
            is_active: row.get::<i64, _>("is_active") != 0,
            language: row.get("language"),
            columns: row.get("columns"),
        }
    }
}

impl Database {
    /// The person of this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn person(&self, name: &str) -> Result<Option<Person>> {
        let row = sqlx::query("SELECT * FROM people WHERE name = $1").bind(name);
        Ok(row.fetch_optional(&self.pool).await.map_err(failed)?.as_ref().map(Person::of))
    }

    /// Everyone, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people(&self) -> Result<Vec<Person>> {
        let rows = sqlx::query("SELECT * FROM people ORDER BY name").fetch_all(&self.pool).await;
        Ok(rows.map_err(failed)?.iter().map(Person::of).collect())
    }

    /// Adds a person, or gives one of this name another role and password.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_person(&self, name: &str, role: Role, password: &str, now: i64) -> Result<()> {
        sqlx::query(
            "INSERT INTO people (name, role, password, is_active, made_at) VALUES ($1, $2, $3, 1, $4) \
             ON CONFLICT (name) DO UPDATE SET role = excluded.role, password = excluded.password, is_active = 1",
        )
        .bind(name)
        .bind(role.as_str())
        .bind(password)
        .bind(now)
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(failed)
    }

    /// Lets a person in or keeps them out; `false` where there is no such person.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_active(&self, name: &str, is_active: bool) -> Result<bool> {
        let set = sqlx::query("UPDATE people SET is_active = $1 WHERE name = $2")
            .bind(i64::from(is_active))
            .bind(name);
        Ok(set.execute(&self.pool).await.map_err(failed)?.rows_affected() > 0)
    }

    /// Remembers a person's language.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_language(&self, name: &str, language: &str) -> Result<()> {
        let set = sqlx::query("UPDATE people SET language = $1 WHERE name = $2").bind(language).bind(name);
        set.execute(&self.pool).await.map(drop).map_err(failed)
    }

    /// Remembers a person's columns.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_columns(&self, name: &str, columns: &str) -> Result<()> {
        let set = sqlx::query("UPDATE people SET columns = $1 WHERE name = $2").bind(columns).bind(name);
        set.execute(&self.pool).await.map(drop).map_err(failed)
    }
}
