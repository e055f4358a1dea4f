//! Reads a row of `scores.parquet`.

use super::past_run::Row;
use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::error::Result;
use hashwatt_detection::ranking::RigEstimate;

/// A line of a run, with the columns of [`SCORES`](super::schema::SCORES).
#[derive(Debug, Clone, Default)]
pub struct ScoreRow {
    /// The meter or residual.
    pub meter: String,
    /// Suspicion score, 0..=1; NaN where it is missing.
    pub score: f64,
    /// Place in the list, from 1.
    pub rank: u32,
    /// Stable text of the kind.
    pub kind: Option<String>,
    /// The rig. Its hours are not in the table, so it counts as on round the clock.
    pub rig: Option<RigEstimate>,
    /// Peer group.
    pub group: String,
    /// Words of all reasons.
    pub reasons: String,
    /// Share of its peers that score at least as high.
    pub p_value: Option<f64>,
    /// Chance that there is a rig, 0..=1.
    pub chance: Option<f64>,
    /// Chance that a visit finds it running, 0..=1.
    pub visit_chance: Option<f64>,
}

impl ScoreRow {
    /// Columns of the table that a row needs.
    pub const COLUMNS: [&'static str; 17] = [
        "meter_id",
        "score",
        "rank",
        "kind",
        "rig_kw",
        "rig_kw_low",
        "rig_kw_high",
        "machines_low",
        "machines_high",
        "onset",
        "ended",
        "last_seen_on",
        "group",
        "reasons",
        "p_value",
        "chance",
        "visit_chance",
    ];

    /// Reads the row.
    ///
    /// # Errors
    /// When a column does not exist or has another type.
    pub fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            meter: row.text("meter_id")?.unwrap_or_default(),
            score: row.float("score")?.unwrap_or(f64::NAN),
            rank: row.count("rank")?.unwrap_or(0),
            kind: row.text("kind")?,
            rig: rig(row)?,
            group: row.text("group")?.unwrap_or_default(),
            reasons: row.text("reasons")?.unwrap_or_default(),
            p_value: row.float("p_value")?,
            chance: row.float("chance")?,
            visit_chance: row.float("visit_chance")?,
        })
    }
}

fn rig(row: &Row<'_>) -> Result<Option<RigEstimate>> {
    let Some(kw) = row.float("rig_kw")? else { return Ok(None) };
    Ok(Some(RigEstimate {
        kw,
        kw_low: row.float("rig_kw_low")?.unwrap_or(kw),
        kw_high: row.float("rig_kw_high")?.unwrap_or(kw),
        machines_low: row.count("machines_low")?.unwrap_or(0),
        machines_high: row.count("machines_high")?.unwrap_or(0),
        onset: row.day("onset")?,
        ended: row.day("ended")?,
        last_seen_on: row.day("last_seen_on")?,
        hours: [true; CLOCK_HOURS],
    }))
}
