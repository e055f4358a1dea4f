//! Prints what `verify` found.

use std::path::Path;

use super::layout::{push_line, said_count, without_controls};
use crate::language::Language;
use crate::run::chain::Checked;
use crate::verify::Verified;

/// At most this many files that hashwatt did not write are named.
const MAX_OTHERS: usize = 20;

/// Renders what was found of an evidence file as text.
pub(super) fn render_evidence(checked: &Checked, file: &Path, language: &Language) -> String {
    let mut text = String::new();
    let (file, links) = (file.display().to_string(), checked.n_links.to_string());
    let values = [("file", &file[..]), ("meter", &checked.meter), ("links", &links), ("sum", &checked.sum)];
    if checked.damages.is_empty() {
        push_line(&mut text, &language.say_with("terminal-evidence_verified", &values));
        return text;
    }
    push_line(&mut text, &language.say_with("terminal-evidence_damaged", &values[..2]));
    for damage in &checked.damages {
        push_line(&mut text, &format!("  {}", without_controls(damage)));
    }
    text
}

/// Renders the result as text.
pub(super) fn render(verified: &Verified, folder: &Path, language: &Language) -> String {
    let mut text = String::new();
    let (shown, holds) = (folder.display().to_string(), language.name_of("holds", verified.holds.code()));
    let files = said_count("terminal-files", verified.n_files as u64, language);
    let values = [("folder", &shown[..]), ("holds", &holds), ("files", &files)];
    if verified.damages.is_empty() {
        push_line(&mut text, &language.say_with("terminal-verified", &values));
    } else {
        let n = verified.damages.len().to_string();
        let values: Vec<_> = values.into_iter().chain([("damaged", &n[..])]).collect();
        push_line(&mut text, &language.say_with("terminal-damaged", &values));
        for damage in &verified.damages {
            push_line(&mut text, &format!("  {}", without_controls(damage)));
        }
    }
    if !verified.others.is_empty() {
        push_line(&mut text, &language.say("terminal-left_alone"));
        for other in verified.others.iter().take(MAX_OTHERS) {
            push_line(&mut text, &format!("  {}", without_controls(other)));
        }
        if verified.others.len() > MAX_OTHERS {
            let n = (verified.others.len() - MAX_OTHERS) as u64;
            push_line(&mut text, &format!("  {}", said_count("terminal-and_more", n, language)));
        }
    }
    if let Some(store) = &verified.store {
        let store = store.display().to_string();
        push_line(&mut text, &language.say_with("terminal-verify_store", &[("store", &store)]));
    }
    text
}
