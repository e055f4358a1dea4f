//! Lays out `reasons.parquet` and `rivals.parquet`: one row per reason, one row per rival explanation.

use polars::prelude::DataFrame;
use rayon::prelude::*;

use super::{floats, texts};
use crate::schema::{REASONS, RIVALS};
use hashwatt_core::error::Result;
use hashwatt_core::language::Language;
use hashwatt_core::language::message::Message;
use hashwatt_detection::indicators::REASON;
use hashwatt_detection::ranking::{RivalScore, Scored};

/// Builds `meter_id, indicator, words` (in the run's language), `parameters` (the quantities in the words, as
/// JSON), `weight` [log-odds, negative speaks against mining]. Meters are in order of rank, reasons strongest
/// first. A suspect's first row is the `summary` indicator without a weight: all its reasons in one sentence.
///
/// # Errors
/// When the table cannot be built.
pub fn reasons_frame(scored: &[Scored], language: &Language) -> Result<DataFrame> {
    let rows: Vec<(&str, &Message, Option<f64>)> = scored.iter().flat_map(sentences).collect();
    let said: Vec<(String, String)> = rows
        .par_iter()
        .map(|(_, message, _)| (language.say_message(REASON, message), message.parameters()))
        .collect();
    let columns = vec![
        texts("meter_id", rows.iter().map(|(meter, ..)| Some(*meter))),
        texts("indicator", rows.iter().map(|(_, message, _)| Some(message.code.as_ref()))),
        texts("words", said.iter().map(|(words, _)| Some(words.as_str()))),
        texts("parameters", said.iter().map(|(_, parameters)| Some(parameters.as_str()))),
        floats("weight", rows.iter().map(|(.., weight)| *weight)),
    ];
    REASONS.frame(rows.len(), columns)
}

fn sentences(line: &Scored) -> impl Iterator<Item = (&str, &Message, Option<f64>)> {
    let meter = line.meter.as_str();
    let reasons = line.reasons.iter().map(move |reason| (meter, &reason.message, Some(reason.weight)));
    line.summary.iter().map(move |summary| (meter, summary, None)).chain(reasons)
}

/// Builds `meter_id, rival, score` [0..=1, goodness of fit]. Meters are in order of rank, best rival first.
///
/// # Errors
/// When the table cannot be built.
pub fn rivals_frame(scored: &[Scored]) -> Result<DataFrame> {
    let rows: Vec<(&str, &RivalScore)> =
        scored.iter().flat_map(|row| row.rivals.iter().map(|rival| (row.meter.as_str(), rival))).collect();
    let columns = vec![
        texts("meter_id", rows.iter().map(|(meter, _)| Some(*meter))),
        texts("rival", rows.iter().map(|(_, rival)| Some(rival.rival))),
        floats("score", rows.iter().map(|(_, rival)| Some(rival.score))),
    ];
    RIVALS.frame(rows.len(), columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn every_reason_and_rival_has_a_row() {
        let scored = fixtures::scored();
        assert_eq!(
            reasons_frame(&scored, Language::english()).unwrap().height(),
            scored.iter().map(|row| row.reasons.len() + usize::from(row.summary.is_some())).sum::<usize>()
        );
        assert_eq!(
            rivals_frame(&scored).unwrap().height(),
            scored.iter().map(|row| row.rivals.len()).sum::<usize>()
        );
    }
}
