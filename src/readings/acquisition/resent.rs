//! Puts messages that were sent again before those that they correct: of two values, the first counts.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::source::{Content, Source};
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::language::message::Message;
use hashwatt_core::message;

/// What a message holds, and which of several it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sent {
    /// Day and first meter.
    pub what: String,
    /// The same in words.
    pub said: Message,
    /// Number of the message; a correction has a higher one.
    pub number: u64,
}

/// Orders the sources by name, but messages of one thing by number, the highest first. Returns a finding if
/// there are such.
pub(super) fn order_by_name_and_number(sources: &mut [Source]) -> Option<Finding> {
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    let mut first_names: BTreeMap<String, (String, u64)> = BTreeMap::new();
    for source in sources.iter() {
        let Some(sent) = sent_of(source) else { continue };
        first_names.entry(sent.what.clone()).or_insert_with(|| (source.name.clone(), 0)).1 += 1;
    }
    first_names.retain(|_, (_, n)| *n > 1);
    if first_names.is_empty() {
        return None;
    }
    sources.sort_by_cached_key(|source| {
        let sent = sent_of(source);
        let first = sent.and_then(|sent| first_names.get(&sent.what)).map_or(&source.name, |(name, _)| name);
        (first.clone(), Reverse(sent.map_or(0, |sent| sent.number)), source.name.clone())
    });
    let is_again =
        |source: &&Source| sent_of(source).is_some_and(|sent| first_names.contains_key(&sent.what));
    let example: Vec<(&str, &Sent)> = sources
        .iter()
        .filter(is_again)
        .take(2)
        .filter_map(|s| Some((s.name.as_str(), sent_of(s)?)))
        .collect();
    let [(name, sent), (other, older)] = example.as_slice() else { return None };
    let message = message!(
        "sent_again",
        days = first_names.len(),
        day = sent.said.clone(),
        name = *name,
        number = sent.number.to_string(),
        other = *other,
        other_number = older.number.to_string()
    );
    Some(Finding::new(Code::DuplicateConflicting, Severity::Warning, message).in_source(*name))
}

fn sent_of(source: &Source) -> Option<&Sent> {
    match &source.content {
        Content::Converted(file) => file.sent.as_ref(),
        Content::Parquet(_) | Content::Csv(_) => None,
    }
}
