//! Prints how files are read: what is certain, what is guessed and by what, and rows as read.

use super::layout::{plain, push_line, push_wrapped, said_count};
use crate::acquisition::facts::{Basis, Fact};
use crate::acquisition::preview::RowAsRead;
use crate::finding::FINDING;
use crate::language::Language;
use crate::language::message::Message;
use crate::pipeline::MappingProfile;

/// Family of the sentences that only `check` prints.
pub(super) const CHECK: &str = "check";

/// At most this many ways of reading are shown; the rest are only counted.
const MAX_SECTIONS: usize = 8;

/// Least width of the names of properties. [characters]
const WHAT_CHARS: usize = 13;

/// Appends a section for each way in which files are read.
pub(super) fn push_mappings(
    text: &mut String,
    mappings: &[MappingProfile],
    language: &Language,
    width: usize,
) {
    for mapping in mappings.iter().take(MAX_SECTIONS) {
        push_line(text, "");
        let read = Message::counting("how", mapping.n_files.saturating_sub(1), language);
        push_line(text, &plain(&language.say_message(CHECK, &read.naming("name", mapping.name.as_str()))));
        let said = Section { language, width, what_chars: what_chars(mapping, language) };
        said.push_facts(text, "check-certain", mapping, &[Basis::Stated, Basis::File]);
        said.push_facts(text, "check-guessed", mapping, &[Basis::Guessed]);
        said.push_facts(text, "check-accepted", mapping, &[Basis::Accepted]);
        said.push_rows(text, &mapping.rows);
    }
    if let Some(n) = mappings.len().checked_sub(MAX_SECTIONS).filter(|n| *n > 0) {
        push_line(text, "");
        push_line(text, &said_count("check-more_ways", n as u64, language));
    }
}

/// Returns the width of the names of properties. [characters]
fn what_chars(mapping: &MappingProfile, language: &Language) -> usize {
    let chars =
        mapping.facts.iter().map(|fact| language.say_message(FINDING, &fact.what).chars().count() + 1);
    chars.max().unwrap_or(0).max(WHAT_CHARS)
}

/// How a section is laid out.
struct Section<'a> {
    language: &'a Language,
    width: usize,
    what_chars: usize,
}

impl Section<'_> {
    fn push_facts(&self, text: &mut String, title: &str, mapping: &MappingProfile, bases: &[Basis]) {
        let facts: Vec<&Fact> = mapping.facts.iter().filter(|fact| bases.contains(&fact.basis)).collect();
        if facts.is_empty() {
            return;
        }
        push_line(text, &format!("  {}", self.language.say(title)));
        for fact in facts {
            let what = self.language.say_message(FINDING, &fact.what);
            let lead = format!("    {what:<width$}", width = self.what_chars);
            push_wrapped(text, &lead, &self.fact_words(fact), self.width);
        }
    }

    /// Returns, for example, `kWh (in the column's name)`; a guess stands with its evidence after a colon.
    fn fact_words(&self, fact: &Fact) -> String {
        let value = self.language.say_message(FINDING, &fact.value);
        let why = fact.why.as_ref().map(|why| self.language.say_message(FINDING, why));
        match (fact.basis, why) {
            (Basis::Stated, _) => format!("{value} ({})", self.language.say("check-stated")),
            (_, None) => value,
            (Basis::File, Some(why)) => format!("{value} ({why})"),
            (Basis::Guessed | Basis::Accepted, Some(why)) => format!("{value}: {why}"),
        }
    }

    fn push_rows(&self, text: &mut String, rows: &[RowAsRead]) {
        if rows.is_empty() {
            return;
        }
        push_line(text, &format!("  {}", self.language.say("check-rows_as_read")));
        for row in rows {
            let cells: Vec<String> =
                row.cells.iter().map(|(name, cell)| format!("{name} = {cell}")).collect();
            let number = plain(&self.language.said_count(row.row));
            let lead = self.language.say_with("check-row", &[("row", &number)]);
            let (lead, chars) = (format!("    {lead}"), self.what_chars + 4);
            push_wrapped(text, &format!("{lead:<chars$}"), &cells.join(", "), self.width);
            let start = row.start.strftime("%Y-%m-%d %H:%M");
            let words = format!("{}, {start}, {}", row.meter, self.quantity_words(row));
            push_wrapped(text, &format!("{:>chars$}", "-> "), &words, self.width);
        }
    }

    fn quantity_words(&self, row: &RowAsRead) -> String {
        let with = |value: f64, unit: &str| {
            format!("{} {}", self.language.said_decimal(&number(value)), self.language.say(unit))
        };
        match (row.demand_kw, row.energy_kwh, row.register_kwh) {
            (Some(kw), Some(kwh), _) => format!("{} ({})", with(kwh, "unit-kwh"), with(kw, "unit-kw")),
            (Some(kw), None, _) => with(kw, "unit-kw"),
            (_, Some(kwh), _) => with(kwh, "unit-kwh"),
            (_, _, Some(kwh)) => {
                self.language.say_with("check-counter_at", &[("read", &with(kwh, "unit-kwh"))])
            }
            _ => self.language.say("check-no_value"),
        }
    }
}

/// Returns a number with six decimals at most and no zeros at its end, so that it can be held against a cell.
fn number(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
