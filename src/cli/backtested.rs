//! Prints what a backtest measured.

use super::layout::{Column, Side, aligned, counted, push_line};
use crate::trials::backtest::{Backtest, tables};

/// The tables of a backtest as text.
pub(super) fn render(backtest: &Backtest) -> String {
    let mut text = String::new();
    let trials = counted(backtest.n_seeds, "trial");
    let meters = counted(backtest.n_meters as u64, "meter");
    push_line(&mut text, &format!("Planted into copies of {meters}, {trials} of each share of rigs."));
    for table in tables(backtest) {
        push_line(&mut text, &format!("\n{}\n  {}", table.title, table.note));
        let side = |index: usize| if index == 0 { Side::Left } else { Side::Right };
        let columns: Vec<Column<'_>> =
            table.header.iter().enumerate().map(|(index, name)| (name.as_str(), side(index))).collect();
        for line in aligned(&columns, &table.rows) {
            push_line(&mut text, &format!("  {line}"));
        }
    }
    text
}
