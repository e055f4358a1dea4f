//! Lays out `scores.parquet`: every meter and residual in order of rank.

use polars::prelude::{Column, DataFrame};
use rayon::prelude::*;

use super::{counts, dates, flags, floats, texts};
use crate::schema::SCORES;
use hashwatt_core::error::Result;
use hashwatt_core::language::Language;
use hashwatt_detection::ranking::suspects::joined_reasons;
use hashwatt_detection::ranking::{RigEstimate, Scored};

/// Builds `meter_id, score [0..=1], rank, kind, rig_kw, rig_kw_low, rig_kw_high [kW], machines_low,
/// machines_high, onset [local day], began_before_data, ended [local day], is_on, last_seen_on [local day], group, reasons, p_value [0..=1],
/// chance, visit_chance [0..=1], case` (shared by lines that start and stop together under one parent). `reasons` has the words of all reasons in the run's
/// language, separated by ` | `.
///
/// # Errors
/// When the table cannot be built.
pub fn scores_frame(scored: &[Scored], language: &Language) -> Result<DataFrame> {
    let rows: Vec<&Scored> = scored.iter().collect();
    let mut columns = score_columns(&rows, language);
    columns.push(case_column(&rows));
    SCORES.frame(rows.len(), columns)
}

/// Builds the column of the name that linked places share.
pub(super) fn case_column(rows: &[&Scored]) -> Column {
    texts("case", rows.iter().map(|row| row.link.as_deref()))
}

/// Builds the columns that `scores.parquet` and `suspects.parquet` share.
pub(super) fn score_columns(rows: &[&Scored], language: &Language) -> Vec<Column> {
    let reasons: Vec<String> = rows.par_iter().map(|row| joined_reasons(row, language)).collect();
    let rig_kw = |pick: fn(&RigEstimate) -> f64| rows.iter().map(move |row| row.rig.as_ref().map(pick));
    let machines = |pick: fn(&RigEstimate) -> u32| rows.iter().map(move |row| row.rig.as_ref().map(pick));
    vec![
        texts("meter_id", rows.iter().map(|row| Some(row.meter.as_str()))),
        floats("score", rows.iter().map(|row| Some(row.score))),
        counts("rank", rows.iter().map(|row| Some(row.rank))),
        texts("kind", rows.iter().map(|row| row.kind.map(|kind| kind.as_str()))),
        floats("rig_kw", rig_kw(|rig| rig.kw)),
        floats("rig_kw_low", rig_kw(|rig| rig.kw_low)),
        floats("rig_kw_high", rig_kw(|rig| rig.kw_high)),
        counts("machines_low", machines(|rig| rig.machines_low)),
        counts("machines_high", machines(|rig| rig.machines_high)),
        dates("onset", rows.iter().map(|row| row.rig.as_ref().and_then(|rig| rig.onset))),
        flags("began_before_data", rows.iter().map(|row| row.rig.as_ref().map(|rig| rig.onset.is_none()))),
        dates("ended", rows.iter().map(|row| row.rig.as_ref().and_then(|rig| rig.ended))),
        flags("is_on", rows.iter().map(|row| row.rig.as_ref().map(RigEstimate::is_on))),
        dates("last_seen_on", rows.iter().map(|row| row.rig.as_ref().and_then(|rig| rig.last_seen_on))),
        texts("group", rows.iter().map(|row| Some(row.group.as_str()))),
        texts("reasons", reasons.iter().map(|text| Some(text.as_str()))),
        floats("p_value", rows.iter().map(|row| Some(row.p_value))),
        floats("chance", rows.iter().map(|row| row.chance)),
        floats("visit_chance", rows.iter().map(|row| row.visit_chance)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn the_columns_are_the_contract() {
        let frame = scores_frame(&fixtures::scored(), Language::english()).unwrap();
        let names: Vec<_> = frame.get_column_names().iter().map(|name| name.to_string()).collect();
        assert_eq!(
            names.join(", "),
            "meter_id, score, rank, kind, rig_kw, rig_kw_low, rig_kw_high, machines_low, machines_high, onset, began_before_data, ended, is_on, last_seen_on, group, reasons, p_value, chance, visit_chance, case"
        );
        assert_eq!(frame.height(), 4);
    }
}
