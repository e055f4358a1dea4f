//! Creates the desk's tables, step by step from any earlier version.

use sqlx::{Executor, Row};

use super::{Database, Engine, failed};
use hashwatt_core::error::{Error, Result};

/// Statements that bring a database from one version to the next. `{id}` stands for an auto-increment key.
const STEPS: [&[&str]; 3] = [
    &[
        "CREATE TABLE people (
        id {id}, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, password TEXT NOT NULL,
        is_active BIGINT NOT NULL, language TEXT, columns TEXT, made_at BIGINT NOT NULL)",
        "CREATE TABLE sessions (id TEXT PRIMARY KEY, record TEXT NOT NULL, expires_at BIGINT NOT NULL)",
        "CREATE TABLE case_log (
        id {id}, at BIGINT NOT NULL, person TEXT NOT NULL, meter TEXT NOT NULL, action TEXT NOT NULL,
        value TEXT NOT NULL, reason TEXT NOT NULL, run TEXT NOT NULL)",
        "CREATE INDEX case_log_meter ON case_log (meter)",
        "CREATE TABLE runs (id TEXT PRIMARY KEY, folder TEXT NOT NULL, opened_at BIGINT NOT NULL, number BIGINT NOT NULL)",
        "CREATE TABLE run_lines (
        run TEXT NOT NULL, meter TEXT NOT NULL, place BIGINT NOT NULL, score DOUBLE PRECISION NOT NULL,
        rig_kw DOUBLE PRECISION, is_suspect BIGINT NOT NULL, PRIMARY KEY (run, meter))",
        "CREATE TABLE views (
        id {id}, person TEXT NOT NULL, name TEXT NOT NULL, query TEXT NOT NULL, UNIQUE (person, name))",
        "CREATE TABLE access_log (
        id {id}, at BIGINT NOT NULL, person TEXT NOT NULL, address TEXT NOT NULL, what TEXT NOT NULL,
        subject TEXT NOT NULL)",
        "CREATE TABLE tokens (
        id {id}, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL, made_by TEXT NOT NULL,
        made_at BIGINT NOT NULL, is_active BIGINT NOT NULL)",
    ],
    &[
        "CREATE TABLE tips (
            id {id}, at BIGINT NOT NULL, person TEXT NOT NULL, tip TEXT NOT NULL, place TEXT NOT NULL,
            answer TEXT NOT NULL, posterior DOUBLE PRECISION NOT NULL, run TEXT NOT NULL)",
        "CREATE INDEX tips_place ON tips (place)",
        "CREATE TABLE tip_meters (
            tip BIGINT NOT NULL, meter TEXT NOT NULL, confidence DOUBLE PRECISION NOT NULL,
            PRIMARY KEY (tip, meter))",
        "CREATE INDEX tip_meters_meter ON tip_meters (meter)",
        "CREATE TABLE callers (
            tip BIGINT PRIMARY KEY, name TEXT NOT NULL, phone TEXT NOT NULL, delete_at BIGINT NOT NULL)",
    ],
    &[
        // Older sessions have no generation, so everyone logs in once more.
        "DELETE FROM sessions",
        "ALTER TABLE people ADD COLUMN generation BIGINT NOT NULL DEFAULT 0",
        "CREATE INDEX run_lines_meter ON run_lines (meter)",
        "CREATE TABLE secrets (name TEXT PRIMARY KEY, secret TEXT NOT NULL)",
        "CREATE TABLE health (id BIGINT PRIMARY KEY, at BIGINT NOT NULL, padding TEXT NOT NULL)",
        "CREATE TABLE refused_logins (
            since BIGINT NOT NULL, what TEXT NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL,
            n BIGINT NOT NULL, PRIMARY KEY (since, what, name, address))",
    ],
];

/// Append-only tables, by the step that creates them. The database refuses any other change to them.
const LOGS: [&[&str]; STEPS.len()] = [&["case_log", "access_log"], &["tips", "tip_meters"], &[]];

/// Creates what is missing.
///
/// # Errors
/// When a statement fails, or a later version made the database.
pub async fn make(database: &Database) -> Result<()> {
    let version = version(database).await?;
    if version > STEPS.len() {
        return Err(Error::setting(
            "--database",
            format!("its tables are of version {version}; this program knows {}", STEPS.len()),
            "Use the newer hashwatt that made it",
        ));
    }
    for (step, statements) in STEPS.iter().enumerate().skip(version) {
        let mut change = database.change().await?;
        for statement in *statements {
            let key = match database.engine {
                Engine::Sqlite => "INTEGER PRIMARY KEY AUTOINCREMENT",
                Engine::Postgres => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            };
            change.execute(&*statement.replace("{id}", key)).await.map_err(failed)?;
        }
        for log in LOGS[step] {
            for statement in only_grows(log, database.engine) {
                change.execute(&*statement).await.map_err(failed)?;
            }
        }
        sqlx::query("INSERT INTO versions (version) VALUES ($1)")
            .bind(step as i64 + 1)
            .execute(&mut *change)
            .await
            .map_err(failed)?;
        change.commit().await?;
    }
    Ok(())
}

async fn version(database: &Database) -> Result<usize> {
    let made = database.pool.execute("CREATE TABLE IF NOT EXISTS versions (version BIGINT PRIMARY KEY)");
    made.await.map_err(failed)?;
    let row = sqlx::query("SELECT COALESCE(MAX(version), 0) FROM versions");
    let version: i64 = row.fetch_one(&database.pool).await.map_err(failed)?.get(0);
    Ok(usize::try_from(version).unwrap_or(0))
}

/// Returns statements that make a table append-only.
fn only_grows(table: &str, engine: Engine) -> Vec<String> {
    match engine {
        Engine::Sqlite => ["UPDATE", "DELETE"]
            .map(|what| {
                format!(
                    "CREATE TRIGGER {table}_no_{what} BEFORE {what} ON {table} \
                     BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
                )
            })
            .into(),
        Engine::Postgres => vec![
            format!(
                "CREATE FUNCTION {table}_only_grows() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION '{table} only grows'; END $$"
            ),
            format!(
                "CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} \
                 FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_grows()"
            ),
        ],
    }
}
