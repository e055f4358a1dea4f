//! Computes the smallest rig that would stand out of a line's variation, and the load on its transformer.

use super::past_run::{PastRun, Row};
use super::schema::{BALANCE, FEATURES_TABLE, TableSchema};
use hashwatt_core::error::Result;

/// Factor from a median absolute deviation to the standard deviation of a normal distribution.
const MAD_TO_SD: f64 = 1.4826;

/// A rig's step must exceed the day-to-day variation of the base load by this factor. [standard deviations]
const STEP_DEVIATIONS: f64 = 3.0;

/// Returns the smallest step that stands out of a base load with this variation. [kW]
#[must_use]
pub fn noise_kw_of(base_load_kw: f64, mad_rel: f64) -> f64 {
    STEP_DEVIATIONS * MAD_TO_SD * (base_load_kw * mad_rel).abs()
}

/// Calls `take` with every meter of `features.parquet`, the smallest rig that would stand out of its
/// variation [kW], and the share of its intervals that are missing or estimated, 0..=1.
///
/// # Errors
/// When the table exists but cannot be read.
pub fn each_quality(run: &PastRun, mut take: impl FnMut(&str, Option<f64>, f64)) -> Result<()> {
    let names = ["meter_id", "base_load_kw_p50", "base_load_mad_rel", "missing_share", "estimated_share"];
    each_row(run, &FEATURES_TABLE, &names, |row| {
        let noise_kw = row.float(names[1])?.zip(row.float(names[2])?);
        let gaps = row.float(names[3])?.unwrap_or(0.0) + row.float(names[4])?.unwrap_or(0.0);
        let noise_kw = noise_kw.map(|(base_kw, mad_rel)| noise_kw_of(base_kw, mad_rel));
        take(&row.text(names[0])?.unwrap_or_default(), noise_kw, gaps);
        Ok(())
    })
}

/// Calls `take` with every parent of `balance.parquet`, the ratio of its peak to its rating, and the smallest
/// rig that would stand out of its residual's variation. [kW]
///
/// # Errors
/// When the table exists but cannot be read.
pub fn each_balance(run: &PastRun, mut take: impl FnMut(&str, Option<f64>, Option<f64>)) -> Result<()> {
    let names = ["parent_id", "peak_kw", "rating_kva", "unexplained_sd_kw"];
    each_row(run, &BALANCE, &names, |row| {
        let burden = row.float(names[1])?.zip(row.float(names[2])?).filter(|(_, kva)| *kva > 0.0);
        let noise_kw = row.float(names[3])?.map(|sd_kw| STEP_DEVIATIONS * sd_kw);
        take(&row.text(names[0])?.unwrap_or_default(), burden.map(|(kw, kva)| kw / kva), noise_kw);
        Ok(())
    })
}

/// Calls `take` with every row of a table that may be missing.
fn each_row(
    run: &PastRun,
    table: &'static TableSchema,
    names: &[&str],
    mut take: impl FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    if !run.path(table.file).is_file() {
        return Ok(());
    }
    let frame = run.columns(table, names)?;
    (0..frame.height()).try_for_each(|row| take(&Row { table: table.file, frame: &frame, row }))
}
