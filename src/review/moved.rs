//! Lists what moved since the previous run: what is new, what is gone, what grew.

use std::collections::BTreeMap;

use super::database::runs::PastLine;
use super::lines::Lines;

/// A change of the rig's draw by more than this is a real change, not only another estimate. [share]
const CHANGED_KW_SHARE: f64 = 0.25;

/// How a line moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Move {
    /// On the visit list now, but not before.
    Risen,
    /// On the visit list before, but not now.
    Fallen,
    /// The meter is not in this run.
    Gone,
    /// The rig draws more.
    Grown,
    /// The rig draws less.
    Shrunk,
}

impl Move {
    /// Returns the stable text of the move.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A line that moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// The meter.
    pub meter: String,
    /// How it moved.
    pub how: Move,
    /// The line before; `None` if it was not among the stored lines.
    pub before: Option<PastLine>,
    /// Index of the line now.
    pub now: Option<usize>,
}

/// Compares the stored lines of the previous run with the current lines. Returns the suspects that moved by
/// rank, then those that left the visit list.
#[must_use]
pub fn moved(before: &BTreeMap<String, PastLine>, lines: &Lines) -> Vec<Moved> {
    let mut found = Vec::new();
    for line in lines.all().filter(|line| line.is_suspect()) {
        let past = before.get(line.meter()).copied();
        let how = match past {
            Some(past) if past.is_suspect => changed(past.rig_kw, line.rig_kw()),
            _ => Some(Move::Risen),
        };
        let meter = line.meter().to_owned();
        found.extend(how.map(|how| Moved { meter, how, before: past, now: Some(line.index()) }));
    }
    for (meter, past) in before.iter().filter(|(_, past)| past.is_suspect) {
        let now = lines.index(meter);
        let how = match now {
            Some(index) if lines.line(index).is_suspect() => continue,
            Some(_) => Move::Fallen,
            None => Move::Gone,
        };
        found.push(Moved { meter: meter.clone(), how, before: Some(*past), now });
    }
    found
}

fn changed(before: Option<f64>, now: Option<f64>) -> Option<Move> {
    let (before, now) = (before?, now?);
    match (now - before) / before.max(f64::MIN_POSITIVE) {
        share if share > CHANGED_KW_SHARE => Some(Move::Grown),
        share if share < -CHANGED_KW_SHARE => Some(Move::Shrunk),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rig_that_draws_a_third_more_has_grown() {
        assert_eq!(changed(Some(3.0), Some(4.0)), Some(Move::Grown));
        assert_eq!(changed(Some(4.0), Some(2.9)), Some(Move::Shrunk));
        assert_eq!(changed(Some(3.0), Some(3.3)), None);
        assert_eq!(changed(None, Some(3.3)), None);
    }

    #[test]
    fn what_is_no_longer_in_the_run_is_gone() {
        let past = PastLine { rank: 1, score: 0.9, rig_kw: Some(3.0), is_suspect: true };
        let before = BTreeMap::from([("m1".to_owned(), past)]);
        let found = moved(&before, &Lines::default());
        assert_eq!((found[0].how, found[0].now), (Move::Gone, None));
    }
}
