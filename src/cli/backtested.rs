//! Prints what a backtest measured.

use comfy_table::CellAlignment;

use super::findings::{Examples, push_by_code};
use super::layout::{Column, aligned, counted, push_line, without_controls};
use crate::language::Language;
use crate::pipeline::BacktestSummary;
use crate::trials::backtest::tables;

/// Renders the tables of a backtest, in English, and its findings as text, for lines of `width` characters.
pub(super) fn render(summary: &BacktestSummary, language: &Language, width: usize) -> String {
    let backtest = &summary.backtest;
    let mut text = String::new();
    let trials = counted(backtest.n_seeds, "trial");
    let meters = counted(backtest.n_meters as u64, "meter");
    push_line(&mut text, &format!("Planted into copies of {meters}, {trials} of each share of rigs."));
    for table in tables(backtest) {
        push_line(&mut text, &format!("\n{}\n  {}", table.title, table.note));
        let side = |index: usize| if index == 0 { CellAlignment::Left } else { CellAlignment::Right };
        let columns: Vec<Column<'_>> =
            table.header.iter().enumerate().map(|(index, name)| (name.as_str(), side(index))).collect();
        for line in aligned(&columns, &table.rows) {
            push_line(&mut text, &format!("  {line}"));
        }
    }
    push_line(&mut text, "");
    push_by_code(&mut text, &summary.findings, Examples::OfSkipped, language, width);
    without_controls(&text)
}
