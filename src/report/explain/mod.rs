//! Reads one meter's evidence back out of a run and renders it for a terminal.

mod near;
mod sheet;
mod sparkline;

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use polars::prelude::{
    DataFrame, DataType, IntoLazy, LazyFrame, ParquetReader, PlRefPath, ScanArgsParquet, SerReader, col, lit,
};

use self::sheet::{EvidenceSheet, FindingLine};
use crate::balance::RESIDUAL_PREFIX;
use crate::calendar::date_of;
use crate::digest::MeterDays;
use crate::digest::store::DigestStore;
use crate::error::{Error, Result};
use crate::ranking::RigEstimate;
use crate::report::RESIDUALS;

/// The evidence sheet of a meter, from the tables and digests in the folder `run`.
///
/// # Errors
/// When `run` holds no run, or the run does not have the meter; the error then names near matches.
pub fn explain(run: &Path, meter: &str) -> Result<String> {
    let n_scored = n_rows(run, "scores.parquet")?;
    let scores = rows_of(run, "scores.parquet", meter)?;
    if scores.height() == 0 {
        return Err(unknown_meter(run, meter)?);
    }
    let row = Row { table: "scores.parquet", frame: &scores, row: 0 };
    let reasons = rows_of(run, "reasons.parquet", meter)?;
    let rivals = rows_of(run, "rivals.parquet", meter)?;
    let findings = rows_of(run, "findings.parquet", meter)?;
    let sheet = EvidenceSheet {
        meter: meter.to_owned(),
        score: row.float("score")?.unwrap_or(f64::NAN),
        rank: row.count("rank")?.unwrap_or(0),
        n_scored,
        kind: row.text("kind")?,
        rig: rig(&row)?,
        group: row.text("group")?.unwrap_or_default(),
        p_value: row.float("p_value")?,
        reasons: each("reasons.parquet", &reasons, |row| {
            Ok((row.text("words")?.unwrap_or_default(), row.float("weight")?.unwrap_or(0.0)))
        })?,
        rivals: each("rivals.parquet", &rivals, |row| {
            Ok((row.text("rival")?.unwrap_or_default(), row.float("score")?.unwrap_or(0.0)))
        })?,
        findings: each("findings.parquet", &findings, finding)?,
        days: days(run, meter)?.map(|days| days.days).unwrap_or_default(),
    };
    Ok(sheet::render(&sheet))
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
        // Not in the table of scores, and not on the sheet.
        energy_kwh: f64::NAN,
    }))
}

fn finding(row: &Row<'_>) -> Result<FindingLine> {
    Ok(FindingLine {
        code: row.text("code")?.unwrap_or_default(),
        severity: row.text("severity")?.unwrap_or_default(),
        days: row.day("first_day")?.zip(row.day("last_day")?),
        description: row.text("description")?.unwrap_or_default(),
    })
}

/// The meter's days, `None` where the run's digests do not have it or were moved away.
fn days(run: &Path, meter: &str) -> Result<Option<MeterDays>> {
    let folder = if meter.starts_with(RESIDUAL_PREFIX) { run.join(RESIDUALS) } else { digests(run) };
    if !folder.is_dir() {
        return Ok(None);
    }
    DigestStore::open(&folder)?.meter(meter)
}

/// The run's digests: beside its tables, or in the store that its record names.
fn digests(run: &Path) -> PathBuf {
    let record = std::fs::read_to_string(run.join("run.json")).unwrap_or_default();
    let record: serde_json::Value = serde_json::from_str(&record).unwrap_or_default();
    record["settings"]["store"].as_str().map_or_else(|| run.join("digests"), PathBuf::from)
}

fn unknown_meter(run: &Path, meter: &str) -> Result<Error> {
    let frame = scan(run, "scores.parquet")?
        .select([col("meter_id")])
        .collect()
        .map_err(|error| Error::table("scores.parquet", error))?;
    let ids = each("scores.parquet", &frame, |row| Ok(row.text("meter_id")?.unwrap_or_default()))?;
    let near = near::near_matches(meter, &ids);
    let cure = if near.is_empty() {
        "scores.parquet lists every meter of the run".to_owned()
    } else {
        format!("Did you mean {}?", near.join(", "))
    };
    Ok(Error::setting("METER", format!("`{meter}` is not in the run {}", run.display()), cure))
}

/// The rows of one meter, in the table's order.
fn rows_of(run: &Path, table: &str, meter: &str) -> Result<DataFrame> {
    let rows = scan(run, table)?.filter(col("meter_id").eq(lit(meter))).collect();
    rows.map_err(|error| Error::table(table, error))
}

fn scan(run: &Path, table: &str) -> Result<LazyFrame> {
    let path = run.join(table);
    if !path.is_file() {
        return Err(Error::input(
            path.display().to_string(),
            "there is no such file",
            "Give the output folder of `hashwatt detect`",
        ));
    }
    let file = std::fs::File::open(&path).map_err(|error| Error::table(path.display().to_string(), error))?;
    if file.metadata().is_ok_and(|facts| facts.len() > EAGER_BYTES) {
        let scanned = LazyFrame::scan_parquet(
            PlRefPath::try_from_path(&path).map_err(|error| Error::table(table, error))?,
            ScanArgsParquet::default(),
        );
        return scanned.map_err(|error| Error::table(table, error));
    }
    Ok(ParquetReader::new(file)
        .finish()
        .map_err(|error| Error::table(path.display().to_string(), error))?
        .lazy())
}

/// A table smaller than this is read whole. [bytes]
const EAGER_BYTES: u64 = 8 << 20;

fn n_rows(run: &Path, table: &str) -> Result<usize> {
    scan(run, table)?
        .select([col("meter_id")])
        .collect()
        .map(|frame| frame.height())
        .map_err(|error| Error::table(table, error))
}

fn each<T>(table: &'static str, frame: &DataFrame, read: impl Fn(&Row<'_>) -> Result<T>) -> Result<Vec<T>> {
    (0..frame.height()).map(|row| read(&Row { table, frame, row })).collect()
}

/// One row of a table that an earlier run wrote.
struct Row<'a> {
    table: &'static str,
    frame: &'a DataFrame,
    row: usize,
}

impl Row<'_> {
    fn text(&self, name: &str) -> Result<Option<String>> {
        let column = self.frame.column(name).and_then(|column| column.str());
        column
            .map(|column| column.get(self.row).map(str::to_owned))
            .map_err(|error| Error::table(self.table, error))
    }

    fn float(&self, name: &str) -> Result<Option<f64>> {
        let column = self.frame.column(name).and_then(|column| column.f64());
        column.map(|column| column.get(self.row)).map_err(|error| Error::table(self.table, error))
    }

    fn count(&self, name: &str) -> Result<Option<u32>> {
        let column = self.frame.column(name).and_then(|column| column.u32());
        column.map(|column| column.get(self.row)).map_err(|error| Error::table(self.table, error))
    }

    fn day(&self, name: &str) -> Result<Option<Date>> {
        let column = self.frame.column(name).and_then(|column| column.cast(&DataType::Int32));
        let day = column.and_then(|column| column.i32().map(|column| column.get(self.row)));
        day.map(|day| day.map(date_of)).map_err(|error| Error::table(self.table, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::made_up;

    fn run() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        made_up::write(folder.path());
        let digests = folder.path().join("digests");
        let scored = made_up::scored().remove(0);
        DigestStore::write(&digests, [(&scored.meter, &made_up::days(&scored).days[..])]).unwrap();
        folder
    }

    #[test]
    fn a_sheet_holds_score_reasons_rivals_and_load() {
        insta::assert_snapshot!(explain(run().path(), "KZ-0042").unwrap());
    }

    #[test]
    fn a_meter_without_rig_or_days_has_a_sheet_too() {
        insta::assert_snapshot!(explain(run().path(), "KZ-0007").unwrap());
    }

    #[test]
    fn an_unknown_meter_names_near_matches() {
        let run = run();
        let error = explain(run.path(), "kz-042").unwrap_err().to_string();
        assert!(error.contains("`kz-042`") && error.contains("Did you mean KZ-0042"), "{error}");
    }

    #[test]
    fn a_folder_without_a_run_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let error = explain(folder.path(), "a").unwrap_err().to_string();
        assert!(error.contains("scores.parquet") && error.contains("hashwatt detect"), "{error}");
    }
}
