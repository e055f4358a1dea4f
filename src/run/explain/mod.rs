//! Reads one meter's evidence from a run and renders it for a terminal.

mod near;
mod sheet;
mod sparkline;

use std::path::Path;

use self::sheet::{EvidenceSheet, FindingLine};
use super::past_run::{PastRun, Row, each};
use super::schema::{FINDINGS, REASONS, RIVALS, SCORES, SUSPECTS};
use super::score_row::ScoreRow;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::language::Language;
use hashwatt_detection::indicators::REASON;
use hashwatt_detection::ranking::RigEnergy;

/// Returns the evidence sheet of a meter, from the tables and digests in the folder `run`, in the run's
/// language unless another is requested.
///
/// # Errors
/// When `run` does not contain a run, or the run does not have the meter; the error then names similar ids.
pub fn explain(run: &Path, meter: &str, language: Option<&'static Language>) -> Result<String> {
    let run = PastRun::open(run)?;
    let meters = run.meters()?;
    let scores = run.rows_of(&SCORES, meter)?;
    if scores.height() == 0 {
        return Err(unknown_meter(&run, meter, &meters));
    }
    let line = ScoreRow::read(&Row { table: SCORES.file, frame: &scores, row: 0 })?;
    let reasons = run.rows_of(&REASONS, meter)?;
    let rivals = run.rows_of(&RIVALS, meter)?;
    let findings = run.rows_of(&FINDINGS, meter)?;
    let language = language.unwrap_or_else(|| run.language());
    let sentences = each(&REASONS, &reasons, |row| {
        Ok((language.say_message(REASON, &row.message()?), row.float("weight")?))
    })?;
    let sheet = EvidenceSheet {
        meter: meter.to_owned(),
        score: line.score,
        rank: line.rank,
        n_scored: meters.len(),
        kind: line.kind,
        rig: line.rig,
        energy: energy_of(&run, meter)?,
        visit_chance: line.visit_chance,
        group: line.group,
        p_value: line.p_value,
        chance: line.chance,
        summary: sentences.iter().find(|(_, weight)| weight.is_none()).map(|(words, _)| words.clone()),
        reasons: sentences.into_iter().filter_map(|(words, weight)| Some((words, weight?))).collect(),
        rivals: each(&RIVALS, &rivals, |row| {
            Ok((row.text("rival")?.unwrap_or_default(), row.float("score")?.unwrap_or(0.0)))
        })?,
        findings: each(&FINDINGS, &findings, |row| finding(row, language))?,
        days: run.days(meter)?.map(|days| days.days).unwrap_or_default(),
    };
    Ok(sheet::render(&sheet, language))
}

/// Returns the energy of a suspect's rig; `None` of any other meter.
fn energy_of(run: &PastRun, meter: &str) -> Result<Option<RigEnergy>> {
    let suspects = run.rows_of(&SUSPECTS, meter)?;
    let energies = each(&SUSPECTS, &suspects, |row| {
        let Some(kwh) = row.float("energy_kwh_since_onset")? else { return Ok(None) };
        Ok(Some(RigEnergy {
            kwh,
            kwh_low: row.float("energy_kwh_low")?.unwrap_or(kwh),
            kwh_high: row.float("energy_kwh_high")?.unwrap_or(kwh),
            money: row.float("money_since_onset")?,
        }))
    })?;
    Ok(energies.into_iter().flatten().next())
}

fn finding(row: &Row<'_>, language: &Language) -> Result<FindingLine> {
    Ok(FindingLine {
        code: row.text("code")?.unwrap_or_default(),
        severity: row.text("severity")?.unwrap_or_default(),
        days: row.day("first_day")?.zip(row.day("last_day")?),
        description: row.finding_words(language)?,
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
    use crate::fixtures;
    use hashwatt_core::language::untranslated::english_words;
    use hashwatt_readings::digest::store::DigestStore;

    fn run() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fixtures::write(folder.path());
        let digests = folder.path().join("digests");
        let scored = fixtures::scored().remove(0);
        DigestStore::write(&digests, [(&scored.meter, &fixtures::days(&scored).days[..])]).unwrap();
        folder
    }

    #[test]
    fn a_sheet_holds_score_reasons_rivals_and_load() {
        insta::assert_snapshot!(explain(run().path(), "KZ-0042", None).unwrap());
    }

    #[test]
    fn a_meter_without_rig_or_days_has_a_sheet_too() {
        insta::assert_snapshot!(explain(run().path(), "KZ-0007", None).unwrap());
    }

    #[test]
    fn a_sheet_of_another_language_has_no_english_in_it() {
        let run = run();
        for (language, meter) in
            Language::all()[1..].iter().flat_map(|one| [(one, "KZ-0042"), (one, "KZ-0007")])
        {
            let sheet = explain(run.path(), meter, Some(language)).unwrap();
            let english = english_words(&sheet, fixtures::DATA_WORDS);
            assert!(english.is_empty(), "{language:?}: {english:?}\n{sheet}");
        }
    }

    #[test]
    fn an_unknown_meter_names_near_matches() {
        let run = run();
        let error = explain(run.path(), "kz-042", None).unwrap_err().to_string();
        assert!(error.contains("`kz-042`") && error.contains("Did you mean KZ-0042"), "{error}");
    }

    #[test]
    fn a_folder_without_a_run_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let error = explain(folder.path(), "a", None).unwrap_err().to_string();
        assert!(error.contains("no run in it") && error.contains("hashwatt detect"), "{error}");
    }
}
