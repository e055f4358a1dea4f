//! Prints the result of `digest`.

use super::findings::{Examples, push_by_code};
use super::layout::{push_line, without_controls};
use super::ranked_list::read_words;
use crate::pipeline::RunSummary;
use crate::settings::Settings;

/// Renders the result of a digest as text, for lines of `width` characters.
pub(super) fn render(summary: &RunSummary, settings: &Settings, width: usize) -> String {
    let mut text = String::new();
    let language = settings.language;
    let (read, folder) = (read_words(summary, language), settings.digests().display().to_string());
    let words = language.say_with("terminal-digested", &[("read", &read), ("folder", &folder)]);
    push_line(&mut text, &words);
    push_line(&mut text, "");
    push_by_code(&mut text, &summary.findings, Examples::OfSkipped, language, width);
    without_controls(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fixtures;

    #[test]
    fn a_digest_says_what_it_read_and_where_it_is() {
        let settings = fixtures::settings();
        let text = render(&fixtures::summary(0, 3), &settings, 80);
        assert!(text.starts_with("Digested 52 608 rows of 3 meters, 2021-07-01"), "{text}");
        assert!(
            text.contains(&format!("into {}.", settings.digests().display()))
                && text.contains("file_skipped"),
            "{text}"
        );
    }
}
