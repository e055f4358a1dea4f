//! Prints the result of `digest`.

use std::path::Path;

use super::findings::{Examples, push_by_code};
use super::layout::{push_line, without_controls};
use super::ranked_list::read_words;
use crate::language::Language;
use crate::pipeline::RunSummary;

/// Renders the result of a digest as text, for lines of `width` characters.
pub(super) fn render(summary: &RunSummary, folder: &Path, width: usize) -> String {
    let mut text = String::new();
    push_line(
        &mut text,
        &format!("Digested {}, into {}.\n", read_words(summary, Language::english()), folder.display()),
    );
    push_by_code(&mut text, &summary.findings, Examples::OfSkipped, Language::english(), width);
    without_controls(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::made_up;

    #[test]
    fn a_digest_says_what_it_read_and_where_it_is() {
        let text = render(&made_up::summary(0, 3), Path::new("run1/digests"), 80);
        assert!(text.starts_with("Digested 52 608 rows of 3 meters, 2021-07-01"), "{text}");
        assert!(text.contains("into run1/digests.") && text.contains("file_skipped"), "{text}");
    }
}
