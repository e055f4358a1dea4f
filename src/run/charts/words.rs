//! Collects the texts that `templates/charts.js` draws beside the numbers.

use serde_json::{Map, Value};

use hashwatt_core::language::Language;

/// Returns the texts of the charts in a language; the script fills in the values.
#[must_use]
pub fn chart_words(language: &Language) -> Map<String, Value> {
    const VALUES: [(&str, &str); 12] = [
        ("n", "{n}"),
        ("kw", "{kw}"),
        ("share", "{share}"),
        ("from", "{from}"),
        ("to", "{to}"),
        ("span", "{span}"),
        ("marks", "{marks}"),
        ("curves", "{curves}"),
        ("name", "{name}"),
        ("low", "{low}"),
        ("high", "{high}"),
        ("day", "{day}"),
    ];
    let locale = if language.is_english() { "en-GB" } else { language.code };
    let mut words = Map::from_iter([("locale".to_owned(), locale.into())]);
    for id in CHART_WORDS {
        words.insert(id.to_owned(), language.say_with(&format!("drawn-{id}"), &VALUES).into());
    }
    words
}

/// Texts that `templates/charts.js` uses.
const CHART_WORDS: [&str; 36] = [
    "kw",
    "hour",
    "base",
    "mean",
    "meter",
    "residual_base",
    "residual_mean",
    "onset",
    "end",
    "missing",
    "or_more",
    "before_onset",
    "from_onset",
    "before_end",
    "after_end",
    "all",
    "before_onset_hours",
    "from_onset_hours",
    "before_end_hours",
    "after_end_hours",
    "all_hours",
    "peers",
    "peers_median",
    "share_of_hours",
    "reached_in",
    "fit",
    "unknown",
    "save",
    "to",
    "about_heat_map",
    "about_base_load",
    "about_mean_day",
    "about_duration",
    "about_residual",
    "about_rivals",
    "about_curve",
];
