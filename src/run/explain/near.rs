//! Finds the meter ids that are similar to a mistyped one.

/// Most ids that are suggested.
const MAX_NAMED: usize = 5;

/// Returns the ids nearest to `wanted`, nearest first: those that contain it or are part of it, and those
/// that differ by a few letters.
pub fn near_matches(wanted: &str, ids: &[String]) -> Vec<String> {
    let wanted = wanted.trim().to_lowercase();
    let farthest = (wanted.chars().count() / 3).max(1);
    let mut near: Vec<(usize, &String)> =
        ids.iter().filter_map(|id| Some((distance(&wanted, &id.to_lowercase(), farthest)?, id))).collect();
    near.sort();
    near.into_iter().take(MAX_NAMED).map(|(_, id)| id.clone()).collect()
}

/// Returns how far apart two ids are, or `None` if `wanted` cannot mean this id.
fn distance(wanted: &str, id: &str, farthest: usize) -> Option<usize> {
    if !wanted.is_empty() && (id.contains(wanted) || (id.len() > 2 && wanted.contains(id))) {
        return Some(usize::from(id != wanted));
    }
    let letters = id.chars().count().abs_diff(wanted.chars().count());
    (letters <= farthest).then(|| edits(wanted, id)).filter(|edits| *edits <= farthest)
}

/// Counts the letters to insert, delete or replace (Levenshtein).
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_comes_first_and_strangers_do_not() {
        let ids: Vec<String> =
            ["MAC000001", "MAC000002", "mac000012", "residual:TX-7", "zzz"].map(String::from).into();
        assert_eq!(near_matches("MAC00002", &ids)[0], "MAC000002");
        assert_eq!(near_matches("TX-7", &ids), ["residual:TX-7"]);
        assert!(near_matches("quite another", &ids).is_empty());
    }

    #[test]
    fn edits_are_counted() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
    }
}
