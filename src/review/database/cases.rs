//! Appends to the case log and reads it.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::change::rows_of;
use super::runs::{PastLine, remember_lines};
use super::{Database, failed};
use crate::case::{Action, Entry};
use hashwatt_core::error::Result;

/// Entries in one statement; each has seven values, and engines take some ten thousand.
const ROWS: usize = 500;

/// Entries read at a time while following the log.
const PAGE: i64 = 10_000;

fn entry(row: &AnyRow) -> Option<Entry> {
    Some(Entry {
        id: row.get("id"),
        at: row.get("at"),
        person: row.get("person"),
        meter: row.get("meter"),
        action: Action::named(row.get("action"))?,
        value: row.get("value"),
        reason: row.get("reason"),
        run: row.get("run"),
    })
}

impl Database {
    /// Adds entries to the log, all or none, and stores their meters' lines. The database assigns the `id`.
    /// When this returns, the entries are on disk; their numbers follow each other, up to the one returned.
    ///
    /// # Errors
    /// When the database fails; then no entry was added.
    pub async fn append(&self, entries: &[(Entry, Option<PastLine>)]) -> Result<i64> {
        let mut change = self.change().await?;
        // One writer at a time: ids then become visible in order, and a follower misses none.
        change.alone_on("case_log").await?;
        for some in entries.chunks(ROWS) {
            let lines = some.iter().filter_map(|(entry, line)| Some((&*entry.meter, line.as_ref()?)));
            // Entries of one writing are about one run.
            remember_lines(&mut change, &some[0].0.run, lines).await?;
            let statement = format!(
                "INSERT INTO case_log (at, person, meter, action, value, reason, run) VALUES {}",
                rows_of(some.len(), 7)
            );
            let mut added = sqlx::query(&statement);
            for (entry, _) in some {
                added = added
                    .bind(entry.at)
                    .bind(&entry.person)
                    .bind(&entry.meter)
                    .bind(entry.action.as_str())
                    .bind(&entry.value)
                    .bind(&entry.reason)
                    .bind(&entry.run);
            }
            added.execute(&mut *change).await.map_err(failed)?;
        }
        let last = sqlx::query("SELECT COALESCE(MAX(id), 0) FROM case_log").fetch_one(&mut *change).await;
        let last: i64 = last.map_err(failed)?.get(0);
        change.commit().await?;
        Ok(last)
    }

    /// Returns the entries with numbers from `first` to `last`, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn entries_between(&self, first: i64, last: i64) -> Result<Vec<Entry>> {
        let rows = sqlx::query("SELECT * FROM case_log WHERE id >= $1 AND id <= $2 ORDER BY id");
        let rows = rows.bind(first).bind(last).fetch_all(&self.pool).await.map_err(failed)?;
        Ok(rows.iter().filter_map(entry).collect())
    }

    /// Returns all entries after number `last`, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn entries_after(&self, last: i64) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        let mut from = last;
        loop {
            let rows = sqlx::query("SELECT * FROM case_log WHERE id > $1 ORDER BY id LIMIT $2")
                .bind(from)
                .bind(PAGE)
                .fetch_all(&self.pool)
                .await
                .map_err(failed)?;
            entries.extend(rows.iter().filter_map(entry));
            let Some(row) = rows.last() else { return Ok(entries) };
            from = row.get("id");
        }
    }

    /// Returns the entries on one meter, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn entries_on(&self, meter: &str) -> Result<Vec<Entry>> {
        let rows = sqlx::query("SELECT * FROM case_log WHERE meter = $1 ORDER BY id DESC").bind(meter);
        Ok(rows.fetch_all(&self.pool).await.map_err(failed)?.iter().filter_map(entry).collect())
    }

    /// Returns the meters whose cases this tip was handed over to, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn handed_over(&self, tip: i64) -> Result<Vec<String>> {
        let rows = sqlx::query(
            "SELECT DISTINCT meter FROM case_log WHERE action = $1 AND value = $2 ORDER BY meter",
        )
        .bind(Action::Tip.as_str())
        .bind(tip.to_string());
        Ok(rows.fetch_all(&self.pool).await.map_err(failed)?.iter().map(|row| row.get(0)).collect())
    }
}
