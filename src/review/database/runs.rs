//! Stores the lines of each run, so that the desk can show what moved in a new one.

use std::collections::BTreeMap;

use sqlx::Row;
use sqlx::any::AnyRow;

use super::change::{Change, rows_of};
use super::{Database, failed};
use hashwatt_core::error::Result;

/// Lines in one statement; each has six values, and engines take some ten thousand.
const ROWS: usize = 500;

/// A line as it was in an earlier run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PastLine {
    /// Rank.
    pub rank: u32,
    /// Score, 0..=1.
    pub score: f64,
    /// Estimated draw of the rig. [kW]
    pub rig_kw: Option<f64>,
    /// Whether it was on the visit list.
    pub is_suspect: bool,
}

impl Database {
    /// Stores the lines of a run as (meter, line), once per run id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remember_run(
        &self,
        run: &str,
        folder: &str,
        now: i64,
        lines: &[(String, PastLine)],
    ) -> Result<()> {
        let mut change = self.change().await?;
        let added = sqlx::query(
            "INSERT INTO runs (id, folder, opened_at, number) \
             SELECT $1, $2, $3, COALESCE(MAX(number), 0) + 1 FROM runs WHERE 1 = 1 ON CONFLICT (id) DO NOTHING",
        )
        .bind(run)
        .bind(folder)
        .bind(now);
        if added.execute(&mut *change).await.map_err(failed)?.rows_affected() == 0 {
            return change.commit().await;
        }
        remember_lines(&mut change, run, lines.iter().map(|(meter, line)| (&**meter, line))).await?;
        change.commit().await
    }

    /// Returns the last stored line of a meter, and when its run was opened.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_line(&self, meter: &str) -> Result<Option<(PastLine, i64)>> {
        let row = sqlx::query(
            "SELECT run_lines.*, runs.opened_at FROM run_lines JOIN runs ON runs.id = run_lines.run \
             WHERE run_lines.meter = $1 ORDER BY runs.number DESC LIMIT 1",
        )
        .bind(meter);
        let row = row.fetch_optional(&self.pool).await.map_err(failed)?;
        Ok(row.map(|row| (past_line(&row), row.get("opened_at"))))
    }

    /// Returns the lines of the run before `run`; `None` if `run` is the first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lines_before(&self, run: &str) -> Result<Option<BTreeMap<String, PastLine>>> {
        let before = sqlx::query(
            "SELECT id FROM runs WHERE number < (SELECT number FROM runs WHERE id = $1) \
             ORDER BY number DESC LIMIT 1",
        )
        .bind(run);
        let Some(before) = before.fetch_optional(&self.pool).await.map_err(failed)? else {
            return Ok(None);
        };
        let before: String = before.get(0);
        let rows = sqlx::query("SELECT * FROM run_lines WHERE run = $1").bind(before);
        let rows = rows.fetch_all(&self.pool).await.map_err(failed)?;
        Ok(Some(rows.iter().map(|row| (row.get("meter"), past_line(row))).collect()))
    }
}

fn past_line(row: &AnyRow) -> PastLine {
    PastLine {
        rank: u32::try_from(row.get::<i64, _>("place")).unwrap_or(u32::MAX),
        score: row.get("score"),
        rig_kw: row.get("rig_kw"),
        is_suspect: row.get::<i64, _>("is_suspect") != 0,
    }
}

/// Stores lines of a run; one that is stored already stays as it is.
pub(super) async fn remember_lines<'a>(
    change: &mut Change,
    run: &str,
    lines: impl Iterator<Item = (&'a str, &'a PastLine)>,
) -> Result<()> {
    // A meter may come twice, and a statement must name it once.
    let lines: Vec<_> = lines.collect::<BTreeMap<_, _>>().into_iter().collect();
    for some in lines.chunks(ROWS) {
        let statement = format!(
            "INSERT INTO run_lines (run, meter, place, score, rig_kw, is_suspect) VALUES {} \
             ON CONFLICT (run, meter) DO NOTHING",
            rows_of(some.len(), 6)
        );
        let mut stored = sqlx::query(&statement);
        for (meter, line) in some {
            stored = stored
                .bind(run)
                .bind(*meter)
                .bind(i64::from(line.rank))
                .bind(line.score)
                .bind(line.rig_kw)
                .bind(i64::from(line.is_suspect));
        }
        stored.execute(&mut **change).await.map_err(failed)?;
    }
    Ok(())
}
