//! Stores tips taken at the desk and, separately and for a limited time, their callers.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Database, failed};
use hashwatt_core::error::{Error, Result};
use hashwatt_tips::Tip;

/// A tip as it was taken. It never changes.
#[derive(Debug, Clone, PartialEq)]
pub struct TakenTip {
    /// Number, in ascending order.
    pub id: i64,
    /// Seconds since 1970-01-01T00:00Z.
    pub at: i64,
    /// Who took it.
    pub person: String,
    /// What was said, without the caller.
    pub tip: Tip,
    /// The place it means; tips on the same place share it.
    pub place: String,
    /// The data's answer at that time, as a stable text.
    pub answer: String,
    /// Chance of a rig at that time, 0..=1.
    pub posterior: f64,
    /// The run it was compared with.
    pub run: String,
}

/// The caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhoCalled {
    /// Name, as given.
    pub name: String,
    /// Telephone number, as given.
    pub phone: String,
    /// Time at which both are deleted. [s since 1970-01-01T00:00Z]
    pub delete_at: i64,
}

impl Database {
    /// Adds a tip with the meters it may mean and, separately, its caller. Returns the tip's number.
    ///
    /// # Errors
    /// When the database fails; then nothing was added.
    pub async fn add_tip(
        &self,
        tip: &TakenTip,
        meters: &[(String, f64)],
        caller: Option<&WhoCalled>,
    ) -> Result<i64> {
        let text = serde_json::to_string(&tip.tip).map_err(|error| Error::desk("tip", error))?;
        let mut change = self.change().await?;
        let id: i64 = sqlx::query(
            "INSERT INTO tips (at, person, tip, place, answer, posterior, run) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        )
        .bind(tip.at)
        .bind(&tip.person)
        .bind(text)
        .bind(&tip.place)
        .bind(&tip.answer)
        .bind(tip.posterior)
        .bind(&tip.run)
        .fetch_one(&mut *change)
        .await
        .map_err(failed)?
        .get(0);
        for (meter, confidence) in meters {
            sqlx::query("INSERT INTO tip_meters (tip, meter, confidence) VALUES ($1, $2, $3)")
                .bind(id)
                .bind(meter)
                .bind(confidence)
                .execute(&mut *change)
                .await
                .map_err(failed)?;
        }
        if let Some(caller) = caller {
            sqlx::query("INSERT INTO callers (tip, name, phone, delete_at) VALUES ($1, $2, $3, $4)")
                .bind(id)
                .bind(&caller.name)
                .bind(&caller.phone)
                .bind(caller.delete_at)
                .execute(&mut *change)
                .await
                .map_err(failed)?;
        }
        change.commit().await?;
        Ok(id)
    }

    /// Returns a tip.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tip(&self, id: i64) -> Result<Option<TakenTip>> {
        let row = sqlx::query("SELECT * FROM tips WHERE id = $1").bind(id);
        row.fetch_optional(&self.pool).await.map_err(failed)?.as_ref().map(taken).transpose()
    }

    /// Returns the last `limit` tips, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tips(&self, limit: i64) -> Result<Vec<TakenTip>> {
        let rows = sqlx::query("SELECT * FROM tips ORDER BY id DESC LIMIT $1").bind(limit);
        rows.fetch_all(&self.pool).await.map_err(failed)?.iter().map(taken).collect()
    }

    /// Returns the tips that may mean a meter, each with the chance that it does, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tips_on(&self, meter: &str) -> Result<Vec<(TakenTip, f64)>> {
        let rows = sqlx::query(
            "SELECT tips.*, tip_meters.confidence FROM tips \
             JOIN tip_meters ON tip_meters.tip = tips.id WHERE tip_meters.meter = $1 ORDER BY tips.id DESC",
        )
        .bind(meter)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().map(|row| Ok((taken(row)?, row.get("confidence")))).collect()
    }

    /// Returns the times of all tips on a place except one, oldest first. [s since 1970-01-01T00:00Z]
    ///
    /// # Errors
    /// When the database fails.
    pub async fn times_on_place(&self, place: &str, but: i64) -> Result<Vec<i64>> {
        let times = sqlx::query("SELECT at FROM tips WHERE place = $1 AND id <> $2 ORDER BY at");
        let rows = times.bind(place).bind(but).fetch_all(&self.pool).await.map_err(failed)?;
        Ok(rows.iter().map(|row| row.get("at")).collect())
    }

    /// Returns the caller of a tip; `None` if none was given or it was deleted since.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn who_called(&self, tip: i64) -> Result<Option<WhoCalled>> {
        let row = sqlx::query("SELECT * FROM callers WHERE tip = $1").bind(tip);
        let row = row.fetch_optional(&self.pool).await.map_err(failed)?;
        Ok(row.map(|row| WhoCalled {
            name: row.get("name"),
            phone: row.get("phone"),
            delete_at: row.get("delete_at"),
        }))
    }

    /// Deletes the caller of a tip, also from the database's files.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_caller(&self, tip: i64) -> Result<()> {
        let delete = sqlx::query("DELETE FROM callers WHERE tip = $1").bind(tip);
        delete.execute(&self.pool).await.map_err(failed)?;
        self.has_forgotten();
        self.empty_log().await
    }

    /// Deletes all callers whose time is over, also from the database's files. Returns how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_callers(&self, now: i64) -> Result<u64> {
        let delete = sqlx::query("DELETE FROM callers WHERE delete_at <= $1").bind(now);
        let n = delete.execute(&self.pool).await.map_err(failed)?.rows_affected();
        if n > 0 {
            self.has_forgotten();
        }
        self.empty_log().await?;
        Ok(n)
    }
}

fn taken(row: &AnyRow) -> Result<TakenTip> {
    let text: String = row.get("tip");
    Ok(TakenTip {
        id: row.get("id"),
        at: row.get("at"),
        person: row.get("person"),
        tip: serde_json::from_str(&text).map_err(|error| Error::desk("tips", error))?,
        place: row.get("place"),
        answer: row.get("answer"),
        posterior: row.get("posterior"),
        run: row.get("run"),
    })
}
