//! Stores who may log in: name, role, password hash, language and columns.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, Row};

use super::change::Change;
use super::{Database, failed};
use crate::roles::Role;
use hashwatt_core::error::Result;

/// A person who can log in.
#[derive(Debug, Clone)]
pub struct Person {
    /// Name for login and in the logs.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Argon2id hash in PHC form.
    pub password: String,
    /// Whether they may log in.
    pub is_active: bool,
    /// Counts the decisions of others on the account. Sessions with an older number are ended.
    pub generation: i64,
    /// The language that the person chose.
    pub language: Option<String>,
    /// The list columns that the person chose.
    pub columns: Option<String>,
}

/// Result of a decision on an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// Done; the person's sessions are ended.
    Done,
    /// Nothing was done, because there is no such person.
    NobodyOfThisName,
    /// Nothing was done, because no administrator would be left.
    LastAdministrator,
}

impl Person {
    /// Returns the user of a desk without login.
    #[must_use]
    pub fn local() -> Self {
        Self {
            name: "local".to_owned(),
            role: Role::Administrator,
            password: String::new(),
            is_active: true,
            generation: 0,
            language: None,
            columns: None,
        }
    }

    fn of(row: &AnyRow) -> Self {
        Self {
            name: row.get("name"),
            role: Role::named(row.get("role")).unwrap_or(Role::Viewer),
            password: row.get("password"),
            is_active: row.get::<i64, _>("is_active") != 0,
            generation: row.get("generation"),
            language: row.get("language"),
            columns: row.get("columns"),
        }
    }
}

impl Database {
    /// Returns the person with this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn person(&self, name: &str) -> Result<Option<Person>> {
        let row = sqlx::query("SELECT * FROM people WHERE name = $1").bind(name);
        Ok(row.fetch_optional(&self.pool).await.map_err(failed)?.as_ref().map(Person::of))
    }

    /// Returns everyone, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people(&self) -> Result<Vec<Person>> {
        let rows = sqlx::query("SELECT * FROM people ORDER BY name").fetch_all(&self.pool).await;
        Ok(rows.map_err(failed)?.iter().map(Person::of).collect())
    }

    /// Adds a person, or changes role and password of the person with this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_person(&self, name: &str, role: Role, password: &str, now: i64) -> Result<Decided> {
        let put = sqlx::query(
            "INSERT INTO people (name, role, password, is_active, made_at) VALUES ($1, $2, $3, 1, $4) \
             ON CONFLICT (name) DO UPDATE SET role = excluded.role, password = excluded.password, \
             is_active = 1, generation = people.generation + 1",
        );
        self.decide(put.bind(name).bind(role.as_str()).bind(password).bind(now)).await
    }

    /// Allows a person to log in, or blocks them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_active(&self, name: &str, is_active: bool) -> Result<Decided> {
        let set =
            sqlx::query("UPDATE people SET is_active = $1, generation = generation + 1 WHERE name = $2");
        self.decide(set.bind(i64::from(is_active)).bind(name)).await
    }

    /// Makes a decision on an account, unless it removes the last administrator; safe if several decide at
    /// once.
    async fn decide<'q>(&self, decision: Query<'q, Any, AnyArguments<'q>>) -> Result<Decided> {
        let mut change = self.change().await?;
        change.alone_on("people").await?;
        let before = administrators(&mut change).await?;
        if decision.execute(&mut *change).await.map_err(failed)?.rows_affected() == 0 {
            return Ok(Decided::NobodyOfThisName);
        }
        if before > 0 && administrators(&mut change).await? == 0 {
            return Ok(Decided::LastAdministrator);
        }
        change.commit().await?;
        Ok(Decided::Done)
    }

    /// Sets a person's own password; sessions of before are over. Returns the generation of the account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_password(&self, name: &str, password: &str) -> Result<Option<i64>> {
        let set = sqlx::query(
            "UPDATE people SET password = $1, generation = generation + 1 WHERE name = $2 RETURNING generation",
        );
        let row = set.bind(password).bind(name).fetch_optional(&self.pool).await.map_err(failed)?;
        Ok(row.map(|row| row.get(0)))
    }

    /// Stores a person's language.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_language(&self, name: &str, language: &str) -> Result<()> {
        let set = sqlx::query("UPDATE people SET language = $1 WHERE name = $2").bind(language).bind(name);
        set.execute(&self.pool).await.map(drop).map_err(failed)
    }

    /// Stores a person's columns.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_columns(&self, name: &str, columns: &str) -> Result<()> {
        let set = sqlx::query("UPDATE people SET columns = $1 WHERE name = $2").bind(columns).bind(name);
        set.execute(&self.pool).await.map(drop).map_err(failed)
    }
}

/// Returns the number of administrators who may log in.
async fn administrators(change: &mut Change) -> Result<i64> {
    let count = sqlx::query("SELECT COUNT(*) FROM people WHERE role = $1 AND is_active = 1");
    let row = count.bind(Role::Administrator.as_str()).fetch_one(&mut **change).await;
    Ok(row.map_err(failed)?.get(0))
}
