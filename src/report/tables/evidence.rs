//! Lays out `reasons.parquet` and `rivals.parquet`: one row a reason, one row another explanation.

use polars::prelude::DataFrame;

use super::{floats, frame, texts};
use crate::error::Result;
use crate::ranking::{Reason, RivalScore, Scored};

/// `meter_id, indicator, words, weight` [log-odds, negative speaks against], meters in order of
/// rank, reasons strongest first.
///
/// # Errors
/// When the table cannot be built.
pub fn reasons_frame(scored: &[Scored]) -> Result<DataFrame> {
    let rows: Vec<(&str, &Reason)> =
        scored.iter().flat_map(|row| row.reasons.iter().map(|reason| (row.meter.as_str(), reason))).collect();
    let columns = vec![
        texts("meter_id", rows.iter().map(|(meter, _)| Some(*meter))),
        texts("indicator", rows.iter().map(|(_, reason)| Some(reason.indicator))),
        texts("words", rows.iter().map(|(_, reason)| Some(reason.words.as_str()))),
        floats("weight", rows.iter().map(|(_, reason)| Some(reason.weight))),
    ];
    frame("reasons.parquet", rows.len(), columns)
}

/// `meter_id, rival, score` [0..=1, how well it fits], meters in order of rank, best rival first.
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
    frame("rivals.parquet", rows.len(), columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::made_up;

    #[test]
    fn every_reason_and_rival_has_a_row() {
        let scored = made_up::scored();
        assert_eq!(
            reasons_frame(&scored).unwrap().height(),
            scored.iter().map(|row| row.reasons.len()).sum::<usize>()
        );
        assert_eq!(
            rivals_frame(&scored).unwrap().height(),
            scored.iter().map(|row| row.rivals.len()).sum::<usize>()
        );
    }
}
