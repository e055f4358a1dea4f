//! Writes `triage.parquet`, `triage.csv` and `triage.xlsx`: one row per tip and place it may mean.

use std::fs::File;
use std::path::Path;

use jiff::civil::Date;
use polars::prelude::{Column, DataFrame};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::answer::{AnswerLine, TipAnswer};
use super::facts::FactTag;
use super::triage::{Triage, TriagedTip};
use hashwatt_core::atomic::write_recorded;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::language::Language;
use hashwatt_run::tables::{counts, dates, floats, frame, texts, write_csv, write_parquet};
use hashwatt_run::words::evidence_is_not_guilt;

/// Rows a sheet can hold below its header, by the file format.
const MAX_ROWS: usize = 1_048_575;

/// Characters a cell can hold, by the file format.
const MAX_CELL_CHARS: usize = 32_767;

/// Fixed date of the workbook, so that the same input gives the same bytes.
const DOCUMENT_DATE: (u16, u8, u8) = (2000, 1, 1);

/// Writes the list to three files.
pub(super) fn write_tables(out: &Path, triage: &Triage) -> Result<()> {
    let table = triage_frame(triage)?;
    write_recorded(out, "triage.csv", |file| write_csv(file, "triage.csv", &table))?;
    write_recorded(out, "triage.xlsx", |file| write_workbook(file, &table))?;
    write_recorded(out, "triage.parquet", |file| write_parquet(file, "triage.parquet", table))?;
    Ok(())
}

/// Returns a tag in words: `floor 9`.
pub(super) fn tag_words(tag: &FactTag) -> String {
    let words = tag.fact.as_str().replace('_', " ");
    tag.number.map_or_else(|| words.clone(), |number| format!("{words} {number}"))
}

/// A tip with one of its places; a tip without places has one row.
type Row<'a> = (usize, &'a TriagedTip, Option<&'a AnswerLine>);

/// Returns the table: `rank, tip_id, received_at, claim, answer, why, posterior [0..=1], priority_kw,
/// smallest_kw, words, n_tips_on_place, is_flood, merged_into, facts, text, said_address`; then for the place
/// `place` (from 1) `meter_id, matched_by, confidence, place_answer, place_posterior, prior, score, p_value,
/// meter_rank, is_suspect, kind, rig_kw, rig_kw_low, rig_kw_high, onset, ended, place_smallest_kw,
/// network_risk, parent_id, address, reasons`; and the tip's `page`.
pub(super) fn triage_frame(triage: &Triage) -> Result<DataFrame> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for (at, one) in triage.tips.iter().enumerate() {
        if one.answer.lines.is_empty() {
            rows.push((at, one, None));
        }
        rows.extend(one.answer.lines.iter().map(|line| (at, one, Some(line))));
    }
    let mut columns = tip_columns(&rows);
    columns.extend(place_columns(&rows));
    let pages: Vec<String> = rows.iter().map(|(at, one, _)| one.page(*at)).collect();
    columns.push(texts("page", pages.iter().map(|page| Some(page.as_str()))));
    frame("triage.parquet", rows.len(), columns)
}

fn tip_columns(rows: &[Row<'_>]) -> Vec<Column> {
    let of = |pick: fn(&TipAnswer) -> Option<f64>| rows.iter().map(move |row| pick(&row.1.answer));
    let received: Vec<Option<String>> =
        rows.iter().map(|row| row.1.tip.received_at.map(|at| at.to_string())).collect();
    let facts: Vec<String> = rows
        .iter()
        .map(|row| row.1.answer.facts.iter().map(tag_words).collect::<Vec<_>>().join(", "))
        .collect();
    let yes = |is: bool| Some(if is { "yes" } else { "no" });
    vec![
        counts("rank", rows.iter().map(|row| Some(row.1.rank))),
        texts("tip_id", rows.iter().map(|row| Some(row.1.tip.tip_id.as_str()))),
        texts("received_at", received.iter().map(Option::as_deref)),
        texts("claim", rows.iter().map(|row| Some(row.1.answer.claim.as_str()))),
        texts("answer", rows.iter().map(|row| Some(row.1.answer.answer.as_str()))),
        texts("why", rows.iter().map(|row| row.1.answer.why.map(|why| why.as_str()))),
        floats("posterior", of(|answer| Some(answer.posterior))),
        floats("priority_kw", of(|answer| Some(answer.priority_kw))),
        floats("smallest_kw", of(|answer| answer.smallest_kw)),
        texts("words", rows.iter().map(|row| Some(row.1.answer.words.as_str()))),
        counts("n_tips_on_place", rows.iter().map(|row| Some(row.1.n_tips_on_place))),
        texts("is_flood", rows.iter().map(|row| yes(row.1.is_flood))),
        texts("merged_into", rows.iter().map(|row| row.1.merged_into.as_ref().map(|id| id.as_str()))),
        texts("facts", facts.iter().map(|text| Some(text.as_str()))),
        texts("text", rows.iter().map(|row| Some(row.1.tip.text.as_str()))),
        texts("said_address", rows.iter().map(|row| row.1.tip.address.as_deref())),
    ]
}

fn place_columns(rows: &[Row<'_>]) -> Vec<Column> {
    let text = |name: &str, pick: fn(&AnswerLine) -> Option<&str>| {
        texts(name, rows.iter().map(move |row| row.2.and_then(pick)))
    };
    let float = |name: &str, pick: fn(&AnswerLine) -> Option<f64>| {
        floats(name, rows.iter().map(move |row| row.2.and_then(pick)))
    };
    let day = |name: &str, pick: fn(&AnswerLine) -> Option<Date>| {
        dates(name, rows.iter().map(move |row| row.2.and_then(pick)))
    };
    let mut place = 0;
    let places: Vec<Option<u32>> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let is_same = at.checked_sub(1).is_some_and(|before| rows[before].0 == row.0);
            place = if is_same { place + 1 } else { 1 };
            row.2.map(|_| place)
        })
        .collect();
    vec![
        counts("place", places.into_iter()),
        text("meter_id", |line| Some(&line.meter_id)),
        text("matched_by", |line| Some(line.matched_by.as_str())),
        float("confidence", |line| Some(line.confidence)),
        text("place_answer", |line| Some(line.answer.as_str())),
        float("place_posterior", |line| line.posterior),
        float("prior", |line| Some(line.prior)),
        float("score", |line| line.score),
        float("p_value", |line| line.p_value),
        counts("meter_rank", rows.iter().map(|row| row.2.and_then(|line| line.rank))),
        text("is_suspect", |line| Some(if line.is_suspect { "yes" } else { "no" })),
        text("kind", |line| line.kind.as_deref()),
        float("rig_kw", |line| Some(line.rig_kw?[0])),
        float("rig_kw_low", |line| Some(line.rig_kw?[1])),
        float("rig_kw_high", |line| Some(line.rig_kw?[2])),
        day("onset", |line| line.onset),
        day("ended", |line| line.ended),
        float("place_smallest_kw", |line| line.smallest_kw),
        float("network_risk", |line| Some(line.network_risk)),
        text("parent_id", |line| line.parent_id.as_deref()),
        text("address", |line| line.address.as_deref()),
        text("reasons", |line| Some(&line.reasons)),
    ]
}

/// Writes the table as a workbook. Text cells are written as text, so that none runs as a formula.
fn write_workbook(file: &mut File, table: &DataFrame) -> Result<()> {
    let written = workbook(table).and_then(|mut workbook| workbook.save_to_writer(file));
    written.map_err(|error| Error::output("triage.xlsx", error))
}

fn workbook(table: &DataFrame) -> std::result::Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let (year, month, day) = DOCUMENT_DATE;
    let properties = DocProperties::new()
        .set_title("hashwatt: tips")
        .set_comment(evidence_is_not_guilt(Language::english()))
        .set_creation_datetime(&ExcelDateTime::from_ymd(year, month, day)?);
    workbook.set_properties(&properties);
    let sheet = workbook.add_worksheet().set_name("Tips")?;
    let header = Format::new().set_bold();
    for (at, column) in (0_u16..).zip(table.columns()) {
        sheet.write_string_with_format(0, at, column.name().as_str(), &header)?;
        write_column(sheet, at, column)?;
    }
    sheet.set_freeze_panes(1, 2)?;
    sheet.autofilter(0, 0, table.height().min(MAX_ROWS) as u32, table.width().saturating_sub(1) as u16)?;
    Ok(workbook)
}

fn write_column(sheet: &mut Worksheet, at: u16, column: &Column) -> std::result::Result<(), XlsxError> {
    let rows = 1_u32..=MAX_ROWS as u32;
    if let Ok(texts) = column.str() {
        for (row, text) in rows.zip(texts.iter()) {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                let fitting: String = text.chars().take(MAX_CELL_CHARS).collect();
                sheet.write_string(row, at, fitting)?;
            }
        }
    } else if let Ok(numbers) = column.f64() {
        for (row, number) in rows.zip(numbers.iter()) {
            if let Some(number) = number {
                sheet.write_number(row, at, number)?;
            }
        }
    } else if let Ok(numbers) = column.u32() {
        for (row, number) in rows.zip(numbers.iter()) {
            if let Some(number) = number {
                sheet.write_number(row, at, number)?;
            }
        }
    } else if let Ok(texts) = column.cast(&polars::prelude::DataType::String) {
        return write_column(sheet, at, &texts);
    }
    Ok(())
}
