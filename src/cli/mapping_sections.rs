//! Prints how files are read: what is certain, what is guessed and by what, and rows as read.

use super::layout::{counted, grouped, push_line, push_wrapped};
use crate::acquisition::facts::{Basis, Fact};
use crate::acquisition::preview::RowAsRead;
use crate::pipeline::MappingProfile;

/// At most this many ways of reading are shown; the rest are only counted.
const MAX_SECTIONS: usize = 8;

/// Width of the names of properties. [characters]
const WHAT_CHARS: usize = 13;

/// Appends a section for each way in which files are read.
pub(super) fn push_mappings(text: &mut String, mappings: &[MappingProfile], width: usize) {
    for mapping in mappings.iter().take(MAX_SECTIONS) {
        push_line(text, "");
        push_line(text, &format!("How {}{} is read:", mapping.name, others(mapping)));
        push_facts(text, "certain", mapping, &[Basis::Stated, Basis::File], width);
        push_facts(text, "guessed", mapping, &[Basis::Guessed], width);
        let accepted = "accepted, though another reading is about as likely";
        push_facts(text, accepted, mapping, &[Basis::Accepted], width);
        push_rows(text, &mapping.rows, width);
    }
    if let Some(n) = mappings.len().checked_sub(MAX_SECTIONS).filter(|n| *n > 0) {
        push_line(text, &format!("\nand {} more ways of reading, for other files", grouped(n as u64)));
    }
}

fn others(mapping: &MappingProfile) -> String {
    match mapping.n_files {
        0 | 1 => String::new(),
        n => format!(" (and {} read alike)", counted(n - 1, "more file")),
    }
}

fn push_facts(text: &mut String, title: &str, mapping: &MappingProfile, bases: &[Basis], width: usize) {
    let facts: Vec<&Fact> = mapping.facts.iter().filter(|fact| bases.contains(&fact.basis)).collect();
    if facts.is_empty() {
        return;
    }
    push_line(text, &format!("  {title}"));
    for fact in facts {
        let lead = format!("    {:<WHAT_CHARS$}", fact.what);
        push_wrapped(text, &lead, &fact_words(fact), width);
    }
}

/// Returns, for example, `kWh (in the column's name)`; a guess stands with its evidence after a colon.
fn fact_words(fact: &Fact) -> String {
    match fact.basis {
        Basis::Stated => format!("{} (stated)", fact.value),
        Basis::File if fact.why.is_empty() => fact.value.clone(),
        Basis::File => format!("{} ({})", fact.value, fact.why),
        Basis::Guessed | Basis::Accepted => format!("{}: {}", fact.value, fact.why),
    }
}

fn push_rows(text: &mut String, rows: &[RowAsRead], width: usize) {
    if rows.is_empty() {
        return;
    }
    push_line(text, "  rows as read: cells as written, then meter, local start and energy");
    for row in rows {
        let cells: Vec<String> = row.cells.iter().map(|(name, cell)| format!("{name} = {cell}")).collect();
        push_wrapped(text, &format!("    row {:<9}", grouped(row.row)), &cells.join(", "), width);
        let start = row.start.strftime("%Y-%m-%d %H:%M");
        let words = format!("{}, {start}, {}", row.meter, quantity_words(row));
        push_wrapped(text, &format!("    {:>WHAT_CHARS$}", "-> "), &words, width);
    }
}

fn quantity_words(row: &RowAsRead) -> String {
    match (row.demand_kw, row.energy_kwh, row.register_kwh) {
        (Some(kw), Some(kwh), _) => format!("{} kWh ({} kW)", number(kwh), number(kw)),
        (Some(kw), None, _) => format!("{} kW", number(kw)),
        (_, Some(kwh), _) => format!("{} kWh", number(kwh)),
        (_, _, Some(kwh)) => format!("counter at {} kWh", number(kwh)),
        _ => "no value".to_owned(),
    }
}

/// Returns a number with six decimals at most and no zeros at its end, so that it can be held against a cell.
fn number(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
