//! Prints what `check` found in an export, and the mapping to paste into a pipeline file.

use std::collections::BTreeMap;

use super::findings::{Examples, push_by_code, push_worst_meters};
use super::layout::{counted, grouped, push_line, push_wrapped, span_words, without_controls};
use super::mapping_sections::push_mappings;
use super::verdict::{consumption_words, verdict_line};
use crate::language::Language;
use crate::pipeline::{ExportProfile, SourceProfile};
use crate::run::words::percent;

/// At most this many files are listed by name; the rest are only counted.
const MAX_FILES: usize = 10;

/// Renders the profile as text, for lines of `width` characters.
pub(super) fn render(profile: &ExportProfile, width: usize) -> String {
    let mut text = String::new();
    push_files(&mut text, profile);
    push_facts(&mut text, profile, width);
    push_line(&mut text, "");
    push_by_code(&mut text, &profile.findings, Examples::OfEach, Language::english(), width);
    push_worst_meters(&mut text, &profile.findings);
    push_mappings(&mut text, &profile.mappings, width);
    push_line(&mut text, "\nMapping, to paste into a pipeline file; with it nothing is guessed:\n");
    text.push_str(&mapping_toml(profile, width));
    push_line(&mut text, "");
    push_line(&mut text, &verdict_line(profile));
    without_controls(&text)
}

fn push_files(text: &mut String, profile: &ExportProfile) {
    let n_files = profile.sources.len();
    push_line(text, &format!("{}:", counted(n_files as u64, "file")));
    for source in profile.sources.iter().take(MAX_FILES) {
        push_line(text, &format!("  {}, {}", source.name, counted(source.n_rows, "row")));
    }
    if n_files > MAX_FILES {
        push_line(text, &format!("  and {} more", grouped((n_files - MAX_FILES) as u64)));
    }
    push_line(text, "");
}

fn push_facts(text: &mut String, profile: &ExportProfile, width: usize) {
    let mut fact = |name: &str, words: &str| push_wrapped(text, &format!("{name:<14}"), words, width);
    fact("rows", &grouped(profile.n_rows));
    fact("meters", &grouped(profile.n_meters));
    fact("span", &span_words(profile.span, Language::english()));
    fact("interval", &interval_words(&profile.intervals));
    fact("zone", &zone_words(profile.zone.as_deref()));
    let share = |share| percent(share, Language::english());
    fact("completeness", &format!("{} of the expected intervals are there", share(profile.completeness)));
    fact("estimated", &format!("{} of the intervals", share(profile.estimated_share)));
    if let Some(words) = consumption_words(profile) {
        fact("energy", &words);
    }
}

/// Returns, for example, `30 min (311 meters), 60 min (2 meters)`.
fn interval_words(intervals: &[(u32, u64)]) -> String {
    if intervals.is_empty() {
        return "none".to_owned();
    }
    let all = intervals.iter().map(|(minutes, meters)| {
        let length = match minutes {
            minutes if *minutes >= 1440 && minutes % 1440 == 0 => counted((minutes / 1440).into(), "day"),
            minutes => format!("{minutes} min"),
        };
        format!("{length} ({})", counted(*meters, "meter"))
    });
    all.collect::<Vec<_>>().join(", ")
}

fn zone_words(zone: Option<&str>) -> String {
    zone.map_or_else(
        || {
            "none given: times are taken as they stand and every day has 24 hours. If they are local time, \
             give --timezone Area/City, for example --timezone Asia/Almaty"
                .to_owned()
        },
        str::to_owned,
    )
}

/// Writes one `[[readings]]` block per path, or per file if the files of a path differ; guesses are comments.
fn mapping_toml(profile: &ExportProfile, width: usize) -> String {
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
        for (word, guesses) in [("guessed", &source.mapping.guesses), ("accepted", &source.accepted)] {
            for guess in guesses {
                let words = format!(
                    "{word} {} = {}: {}",
                    guess.key,
                    guess.value,
                    guess.said_reason(Language::english())
                );
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
    use crate::cli::made_up;
    use crate::settings::PipelineFile;

    #[test]
    fn a_profile_ends_in_a_mapping_to_paste() {
        insta::assert_snapshot!(render(&made_up::profile(), 100));
    }

    #[test]
    fn a_missing_zone_names_the_flag() {
        let profile = ExportProfile { zone: None, ..made_up::profile() };
        assert!(render(&profile, 100).contains("--timezone Asia/Almaty"));
    }

    #[test]
    fn identical_mappings_stand_once_and_others_each_by_its_file() {
        let mut profile = made_up::profile();
        let read =
            |profile: &ExportProfile| -> PipelineFile { toml::from_str(&mapping_toml(profile, 60)).unwrap() };
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
        assert_eq!(interval_words(&[(30, 2), (1440, 1)]), "30 min (2 meters), 1 day (1 meter)");
        assert_eq!(interval_words(&[]), "none");
    }
}
