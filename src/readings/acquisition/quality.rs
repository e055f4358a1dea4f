//! Converts a column of quality codes to measured, estimated and missing.

use std::collections::BTreeSet;

use arrow::array::{Array, AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type};

use super::Quality;
use super::mapping::QualityOne;
use super::marks::Marks;
use super::report::Cause;

/// Meaning of a quality code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodeMeaning {
    Is(Quality),
    Missing,
    Unknown,
}

/// Codes of measured values. NEM12's V (variable) is a mix that the export does not resolve; it counts as
/// measured.
const MEASURED: &[&str] = &[
    "",
    "a",
    "act",
    "actual",
    "m",
    "meas",
    "measured",
    "v",
    "val",
    "valid",
    "validated",
    "ok",
    "good",
    "g",
    "r",
    "real",
    "read",
    "f",
    "final",
    "normal",
    "192",
];

/// Codes of estimated, substituted or edited values.
const ESTIMATED: &[&str] = &[
    "e",
    "est",
    "estimated",
    "estimate",
    "s",
    "sub",
    "subst",
    "substituted",
    "substitute",
    "edited",
    "manual",
    "interpolated",
    "calculated",
    "profiled",
    "forecast",
];

/// Codes of missing values.
const MISSING: &[&str] = &["n", "null", "missing", "miss", "x", "absent", "no data", "nodata"];

/// Returns the meaning of a code; `one` tells the meaning of 1, true and yes.
pub(super) fn code_meaning(code: &str, one: QualityOne) -> CodeMeaning {
    let code = code.trim().to_ascii_lowercase();
    let (yes, no) = match one {
        QualityOne::Measured => (Quality::Measured, Quality::Estimated),
        QualityOne::Estimated => (Quality::Estimated, Quality::Measured),
    };
    // NEM12 appends the method to the letter: E52, S14, F14 (final substitute).
    let is_nem12_substitute = code.len() > 1
        && code.starts_with(['e', 's', 'f'])
        && code[1..].bytes().all(|byte| byte.is_ascii_digit());
    match code.as_str() {
        "1" | "1.0" | "true" | "yes" | "y" | "t" => CodeMeaning::Is(yes),
        "0" | "0.0" | "false" | "no" => CodeMeaning::Is(no),
        text if MEASURED.contains(&text) => CodeMeaning::Is(Quality::Measured),
        text if ESTIMATED.contains(&text) || is_nem12_substitute => CodeMeaning::Is(Quality::Estimated),
        text if MISSING.contains(&text) => CodeMeaning::Missing,
        _ => CodeMeaning::Unknown,
    }
}

/// Returns the quality of every row, or `None` if all are measured. Rows with a code for missing are marked.
/// Unknown codes are collected and count as measured.
pub(super) fn read_qualities(
    array: &dyn Array,
    one: QualityOne,
    marks: &mut Marks,
    unknown: &mut BTreeSet<String>,
) -> Option<Vec<Quality>> {
    let text_type = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let codes = cast(&cast(array, &DataType::Utf8).ok()?, &text_type).ok()?;
    let codes = codes.as_dictionary::<Int32Type>();
    let names: &StringArray = codes.values().as_string();
    let meanings: Vec<CodeMeaning> = names
        .iter()
        .map(|name| {
            let meaning = name.map_or(CodeMeaning::Is(Quality::Measured), |name| code_meaning(name, one));
            if meaning == CodeMeaning::Unknown {
                unknown.extend(name.map(|name| name.trim().to_owned()));
            }
            meaning
        })
        .collect();
    if meanings
        .iter()
        .all(|meaning| matches!(meaning, CodeMeaning::Is(Quality::Measured) | CodeMeaning::Unknown))
    {
        return None;
    }
    let qualities = codes.keys().iter().enumerate().map(|(row, key)| {
        match key.map_or(CodeMeaning::Unknown, |key| meanings[key as usize]) {
            CodeMeaning::Is(quality) => quality,
            CodeMeaning::Unknown => Quality::Measured,
            CodeMeaning::Missing => {
                marks.set(row, Cause::Missing);
                Quality::Measured
            }
        }
    });
    Some(qualities.collect())
}

#[cfg(test)]
mod tests {
    use arrow::array::{BooleanArray, Int64Array};

    use super::*;

    fn read(array: &dyn Array, one: QualityOne) -> (Option<Vec<Quality>>, Vec<usize>, BTreeSet<String>) {
        let (mut marks, mut unknown) = (Marks::default(), BTreeSet::new());
        marks.reset(array.len());
        let qualities = read_qualities(array, one, &mut marks, &mut unknown);
        let marked = (0..array.len()).filter(|row| marks.get(*row).is_some()).collect();
        (qualities, marked, unknown)
    }

    #[test]
    fn letters_and_words_are_known() {
        let codes = StringArray::from(vec![
            Some("A"),
            Some("estimated"),
            Some("S14"),
            None,
            Some("N"),
            Some("final"),
        ]);
        let (qualities, marked, unknown) = read(&codes, QualityOne::Estimated);
        use Quality::{Estimated, Measured};
        assert_eq!(qualities.unwrap(), [Measured, Estimated, Estimated, Measured, Measured, Measured]);
        assert_eq!(marked, [4]);
        assert!(unknown.is_empty());
    }

    #[test]
    fn one_means_what_the_column_says() {
        use Quality::{Estimated, Measured};
        let flags = Int64Array::from(vec![0, 1]);
        assert_eq!(read(&flags, QualityOne::Estimated).0.unwrap(), [Measured, Estimated]);
        let valid = BooleanArray::from(vec![true, false]);
        assert_eq!(read(&valid, QualityOne::Measured).0.unwrap(), [Measured, Estimated]);
    }

    #[test]
    fn an_unknown_code_counts_as_measured_and_is_named() {
        let (qualities, _, unknown) = read(&StringArray::from(vec!["A", "zz"]), QualityOne::Estimated);
        assert_eq!(qualities, None);
        assert_eq!(unknown.into_iter().collect::<Vec<_>>(), ["zz"]);
    }
}
