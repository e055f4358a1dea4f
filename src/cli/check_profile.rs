//! Prints what `check` found in an export, and the mapping to paste into a pipeline file.

use std::collections::BTreeMap;

use super::findings::{Examples, push_by_code, push_worst_meters};
use super::layout::{plain, push_line, push_wrapped, said_count, span_words, without_controls};
use super::mapping_sections::push_mappings;
use super::verdict::{consumption_words, verdict_line};
use crate::language::Language;
use crate::pipeline::{ExportProfile, SourceProfile};
use crate::run::words::percent;

/// At most this many files are listed by name; the rest are only counted.
const MAX_FILES: usize = 10;

/// Renders the profile as text, for lines of `width` characters.
pub(super) fn render(profile: &ExportProfile, language: &Language, width: usize) -> String {
    let mut text = String::new();
    push_files(&mut text, profile, language);
    push_facts(&mut text, profile, language, width);
    push_line(&mut text, "");
    push_by_code(&mut text, &profile.findings, Examples::OfEach, language, width);
    push_worst_meters(&mut text, &profile.findings, language);
    push_mappings(&mut text, &profile.mappings, language, width);
    push_line(&mut text, "");
    push_line(&mut text, &language.say("check-mapping"));
    push_line(&mut text, "");
    text.push_str(&mapping_toml(profile, language, width));
    push_line(&mut text, "");
    push_line(&mut text, &verdict_line(profile, language));
    without_controls(&text)
}

fn push_files(text: &mut String, profile: &ExportProfile, language: &Language) {
    let n_files = profile.sources.len();
    push_line(text, &format!("{}:", said_count("terminal-files", n_files as u64, language)));
    for source in profile.sources.iter().take(MAX_FILES) {
        let rows = said_count("terminal-rows", source.n_rows, language);
        push_line(text, &format!("  {}, {rows}", source.name));
    }
    if n_files > MAX_FILES {
        let more = said_count("terminal-and_more", (n_files - MAX_FILES) as u64, language);
        push_line(text, &format!("  {more}"));
    }
    push_line(text, "");
}

fn push_facts(text: &mut String, profile: &ExportProfile, language: &Language, width: usize) {
    let share = |id, share| language.say_with(id, &[("share", &percent(share, language))]);
    let count = |n| plain(&language.said_count(n));
    let facts = [
        ("check-rows", Some(count(profile.n_rows))),
        ("check-meters", Some(count(profile.n_meters))),
        ("check-span", Some(span_words(profile.span, language))),
        ("check-interval", Some(interval_words(&profile.intervals, language))),
        ("check-zone", Some(profile.zone.clone().unwrap_or_else(|| language.say("check-no_zone")))),
        ("check-completeness", Some(share("check-complete", profile.completeness))),
        ("check-estimated", Some(share("check-estimated_share", profile.estimated_share))),
        ("check-energy", consumption_words(profile, language)),
    ];
    let facts: Vec<(String, String)> =
        facts.into_iter().filter_map(|(id, words)| Some((language.say(id), words?))).collect();
    let longest = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, words) in facts {
        push_wrapped(text, &format!("{name:<longest$}  "), &words, width);
    }
}

/// Returns, for example, `30 min (311 meters), 60 min (2 meters)`.
fn interval_words(intervals: &[(u32, u64)], language: &Language) -> String {
    if intervals.is_empty() {
        return language.say("explain-none");
    }
    let all = intervals.iter().map(|(minutes, meters)| {
        let length = match minutes {
            minutes if *minutes >= 1440 && minutes % 1440 == 0 => {
                said_count("terminal-days", (minutes / 1440).into(), language)
            }
            minutes => language.say_with("check-minutes", &[("minutes", &minutes.to_string())]),
        };
        format!("{length} ({})", said_count("check-n_meters", *meters, language))
    });
    all.collect::<Vec<_>>().join(", ")
}

/// Writes one `[[readings]]` block per path, or per file if the files of a path differ; guesses are comments.
fn mapping_toml(profile: &ExportProfile, language: &Language, width: usize) -> String {
    let mut by_path: BTreeMap<&str, Vec<&SourceProfile>> = BTreeMap::new();
    for source in &profile.sources {
        by_path.entry(&source.path).or_default().push(source);
    }
    let mut text = String::new();
    if let Some(zone) = &profile.zone {
        push_line(&mut text, &format!("[run]\ntimezone = \"{zone}\"\n"));
    }
    let mut blocks = Vec::new();
    for (path, sources) in by_path {
        let first = sources[0].mapping.to_toml(path);
        if sources.iter().all(|source| source.mapping.to_toml(path) == first) {
            blocks.push((sources[0], first));
        } else {
            blocks.extend(sources.iter().map(|source| (*source, source.mapping.to_toml(&source.name))));
        }
    }
    for (index, (source, block)) in blocks.iter().enumerate() {
        text.push_str(if index == 0 { "" } else { "\n" });
        for (id, guesses) in [("check-guess", &source.mapping.guesses), ("check-accept", &source.accepted)] {
            for guess in guesses {
                let (value, reason) = (guess.said_value(language), guess.said_reason(language));
                let values = [("key", guess.key), ("value", &value), ("reason", &reason)];
                let words = language.say_with(id, &values);
                push_comment(&mut text, &words, width);
            }
        }
        push_line(&mut text, block.trim_end());
    }
    text
}

/// Appends words as lines of a TOML comment.
fn push_comment(text: &mut String, words: &str, width: usize) {
    const MARK: &str = "# ";
    let mut wrapped = String::new();
    push_wrapped(&mut wrapped, "", words, width.saturating_sub(MARK.len()));
    wrapped.lines().for_each(|line| push_line(text, &format!("{MARK}{line}")));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fixtures;
    use crate::language::untranslated::english_words;
    use crate::settings::PipelineFile;

    #[test]
    fn a_profile_ends_in_a_mapping_to_paste() {
        insta::assert_snapshot!(render(&fixtures::profile(), Language::english(), 100));
    }

    #[test]
    fn nothing_is_left_in_english_in_another_language() {
        let profile = fixtures::profile();
        let block = profile.sources[0].mapping.to_toml("exports");
        let codes: Vec<&str> = profile.findings.iter().map(|finding| finding.code.as_str()).collect();
        let data = format!(
            "{block} {} timezone Europe/London april.csv may.csv march.parquet MAC000002 start_utc \
             the file ends in the middle of a row group; fetch it again",
            codes.join(" ")
        );
        for language in &Language::all()[1..] {
            let text = render(&profile, language, 100);
            let english = english_words(&text, &data);
            assert!(english.is_empty(), "{}: {english:?} in\n{text}", language.code);
        }
    }

    #[test]
    fn a_missing_zone_names_the_flag() {
        let profile = ExportProfile { zone: None, ..fixtures::profile() };
        assert!(render(&profile, Language::english(), 100).contains("--timezone Asia/Almaty"));
    }

    #[test]
    fn identical_mappings_stand_once_and_others_each_by_its_file() {
        let mut profile = fixtures::profile();
        let read = |profile: &ExportProfile| -> PipelineFile {
            toml::from_str(&mapping_toml(profile, Language::english(), 60)).unwrap()
        };
        let paths = |file: &PipelineFile| -> Vec<String> {
            file.readings.iter().map(|table| table.path.clone()).collect()
        };
        assert_eq!(paths(&read(&profile)), ["exports"]);
        profile.sources[1].mapping.multiplier = 40.0;
        let file = read(&profile);
        assert_eq!(paths(&file), ["exports/april.csv", "exports/may.csv"]);
        assert_eq!(file.readings[1].multiplier, Some(40.0));
        assert_eq!(file.run.timezone.as_deref(), Some("Europe/London"));
    }

    #[test]
    fn days_are_told_from_minutes() {
        assert_eq!(
            interval_words(&[(30, 2), (1440, 1)], Language::english()),
            "30 min (2 meters), 1 day (1 meter)"
        );
        assert_eq!(interval_words(&[], Language::english()), "none");
    }
}
