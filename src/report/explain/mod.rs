//! Reads one meter's evidence back out of a run and renders it for a terminal.

mod near;
mod sheet;
mod sparkline;

use std::path::Path;

use self::sheet::{EvidenceSheet, FindingLine};
use super::past_run::{PastRun, Row, each};
use crate::error::{Error, Result};
use crate::ranking::RigEstimate;

/// The evidence sheet of a meter, from the tables and digests in the folder `run`.
///
/// # Errors
/// When `run` holds no run, or the run does not have the meter; the error then names near matches.
pub fn explain(run: &Path, meter: &str) -> Result<String> {
    let run = PastRun::open(run)?;
    let meters = run.meters()?;
    let scores = run.rows_of("scores.parquet", meter)?;
    if scores.height() == 0 {
        return Err(unknown_meter(&run, meter, &meters));
    }
    let row = Row { table: "scores.parquet", frame: &scores, row: 0 };
    let reasons = run.rows_of("reasons.parquet", meter)?;
    let rivals = run.rows_of("rivals.parquet", meter)?;
    let findings = run.rows_of("findings.parquet", meter)?;
    let sheet = EvidenceSheet {
        meter: meter.to_owned(),
        score: row.float("score")?.unwrap_or(f64::NAN),
        rank: row.count("rank")?.unwrap_or(0),
        n_scored: meters.len(),
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
        days: run.days(meter)?.map(|days| days.days).unwrap_or_default(),
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

fn unknown_meter(run: &PastRun, meter: &str, meters: &[String]) -> Error {
    let near = near::near_matches(meter, meters);
    let cure = if near.is_empty() {
        "scores.parquet lists every meter of the run".to_owned()
    } else {
        format!("Did you mean {}?", near.join(", "))
    };
    Error::setting("METER", format!("`{meter}` is not in the run {}", run.folder().display()), cure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::store::DigestStore;
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
        assert!(error.contains("no run in it") && error.contains("hashwatt detect"), "{error}");
    }
}
