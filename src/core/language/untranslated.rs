//! Finds English words in texts of another language, for the tests of outputs.

use std::collections::BTreeSet;

/// Shorter words are units, marks and letters of plain names.
const MIN_LETTERS: usize = 3;

/// Names that are the same in every language: the program, its files and commands, keys, machines.
const NAMES: &str = "hashwatt explain run meter scores suspects report findings json html xlsx geojson parquet csv \
    ctrl asic wgs utc residual";

/// Returns the English words of a text, without names and the words of the data that it shows.
#[must_use]
pub fn english_words(text: &str, data: &str) -> BTreeSet<String> {
    let known: BTreeSet<String> = words(data).chain(words(NAMES)).collect();
    words(text).filter(|word| word.len() >= MIN_LETTERS && !known.contains(word)).collect()
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_ascii_alphabetic()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_translated_is_found_and_names_are_not() {
        let found = english_words("Оценка score 0,97 кВт, ASIC у TX-7 (gap) в scores.parquet", "TX-7 gap");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["score"]);
    }
}
