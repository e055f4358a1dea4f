//! Prints what `verify` found.

use std::path::Path;

use super::layout::{counted, push_line, without_controls};
use crate::verify::Verified;

/// At most this many files that hashwatt did not write are named.
const MAX_OTHERS: usize = 20;

/// Renders the result as text.
pub(super) fn render(verified: &Verified, folder: &Path) -> String {
    let mut text = String::new();
    let (shown, holds) = (folder.display(), verified.holds.words());
    let n_files = counted(verified.n_files as u64, "file");
    if verified.damages.is_empty() {
        push_line(&mut text, &format!("{shown}: {holds}, {n_files}, each as it was written."));
    } else {
        let n_damaged = verified.damages.len();
        push_line(&mut text, &format!("{shown}: {holds}, {n_files}, of which {n_damaged} damaged or gone:"));
        for damage in &verified.damages {
            push_line(&mut text, &format!("  {}", without_controls(damage)));
        }
    }
    if !verified.others.is_empty() {
        push_line(&mut text, "Not written by hashwatt, and left alone:");
        for other in verified.others.iter().take(MAX_OTHERS) {
            push_line(&mut text, &format!("  {}", without_controls(other)));
        }
        if verified.others.len() > MAX_OTHERS {
            push_line(&mut text, &format!("  and {} more", verified.others.len() - MAX_OTHERS));
        }
    }
    if let Some(store) = &verified.store {
        push_line(
            &mut text,
            &format!("Its digests are in a store; look at that too: hashwatt verify {}", store.display()),
        );
    }
    text
}
