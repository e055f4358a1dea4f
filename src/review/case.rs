//! Derives the state of a meter's case from its log entries.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::Date;

use hashwatt_readings::acquisition::verdicts::Verdict;

/// Kind of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Action {
    /// A verdict, in `value`.
    Verdict,
    /// Assigns the case to the person in `value`; empty: to nobody.
    Assign,
    /// A note, in `reason`.
    Note,
    /// Requests a visit; `value` may give a due date.
    VisitRequested,
    /// Result of a visit; `value` is one of [`VISIT_RESULTS`].
    VisitResult,
    /// The farm was closed on the day in `value`; the meter is watched from then on.
    Closed,
    /// Hands over the tip whose number is `value`.
    Tip,
    /// The day in `value` by which the case is to be done; empty: none.
    Due,
    /// Takes back the entry whose number is `value`, if it was the last one on the meter.
    Undo,
}

/// Result of a visit on which nobody got in.
const NO_ACCESS: &str = "no_access";

/// Possible results of a visit.
pub const VISIT_RESULTS: [&str; 4] = ["farm_found", "nothing_found", NO_ACCESS, "other_cause"];

impl Action {
    /// Every action.
    pub const ALL: [Self; 9] = [
        Self::Verdict,
        Self::Assign,
        Self::Note,
        Self::VisitRequested,
        Self::VisitResult,
        Self::Closed,
        Self::Tip,
        Self::Due,
        Self::Undo,
    ];

    /// Returns the stable text of the action.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the action with this text.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == text)
    }
}

/// Returns the verdict with this text.
#[must_use]
pub fn verdict_named(text: &str) -> Option<Verdict> {
    Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == text)
}

/// One line of the log. It never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Number, in ascending order.
    pub id: i64,
    /// Seconds since 1970-01-01T00:00Z.
    pub at: i64,
    /// Who wrote it.
    pub person: String,
    /// The meter, or `residual:` and the id of its parent.
    pub meter: String,
    /// What the entry does.
    pub action: Action,
    /// Value of the action; see [`Action`].
    pub value: String,
    /// Why, in the person's words.
    pub reason: String,
    /// The run that was looked at.
    pub run: String,
}

/// State of the work on a meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    /// No entries yet.
    New,
    /// Somebody works on it.
    Open,
    /// Judged worth a visit.
    Suspected,
    /// A visit is requested.
    VisitRequested,
    /// Visited; no verdict since.
    Visited,
    /// A farm was found.
    Confirmed,
    /// No farm was found.
    Rejected,
    /// A farm was found that was on no list.
    Missed,
    /// The farm was closed; the meter is watched.
    Closed,
    /// The farm was closed, and the place draws again.
    Restarted,
}

impl Status {
    /// Every status, in order of the work.
    pub const ALL: [Self; 10] = [
        Self::New,
        Self::Open,
        Self::Suspected,
        Self::VisitRequested,
        Self::Visited,
        Self::Confirmed,
        Self::Rejected,
        Self::Missed,
        Self::Closed,
        Self::Restarted,
    ];

    /// Returns the stable text of the status.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the status with this text.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether a visit would still be useful.
    #[must_use]
    pub const fn is_to_visit(self) -> bool {
        matches!(self, Self::New | Self::Open | Self::Suspected | Self::VisitRequested | Self::Restarted)
    }
}

/// State of a case, derived from all entries on one meter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// State of the work.
    pub status: Status,
    /// Latest verdict, and when it was made.
    pub verdict: Option<(Verdict, i64)>,
    /// The person it is assigned to.
    pub assignee: Option<String>,
    /// Local day by which it is to be done.
    pub due: Option<Date>,
    /// Local day on which the farm was closed.
    pub closed_on: Option<Date>,
    /// Number of the last entry.
    pub last: i64,
    /// The state before the last entry, while that can be taken back.
    before: Option<Box<Self>>,
}

impl Case {
    const fn new() -> Self {
        Self {
            status: Status::New,
            verdict: None,
            assignee: None,
            due: None,
            closed_on: None,
            last: 0,
            before: None,
        }
    }

    /// Whether it should have been done by now.
    #[must_use]
    pub fn is_late(&self, today: Date) -> bool {
        self.due.is_some_and(|due| due < today)
    }

    fn add(&mut self, entry: &Entry) {
        if entry.action == Action::Undo {
            // What somebody else wrote on top of is not taken back.
            let is_last = entry.value.parse() == Ok(self.last);
            if let Some(before) = self.before.take().filter(|_| is_last) {
                *self = *before;
            }
            self.last = entry.id;
            return;
        }
        self.before = None;
        self.before = Some(Box::new(self.clone()));
        self.last = entry.id;
        self.apply(entry);
    }

    fn apply(&mut self, entry: &Entry) {
        match entry.action {
            Action::Verdict => {
                let Some(verdict) = verdict_named(&entry.value) else { return };
                self.verdict = Some((verdict, entry.at));
                self.status = match verdict {
                    Verdict::Suspected => Status::Suspected,
                    Verdict::Confirmed => Status::Confirmed,
                    Verdict::Rejected => Status::Rejected,
                    Verdict::Missed => Status::Missed,
                };
                if verdict.is_farm() != Some(true) {
                    self.closed_on = None;
                }
                if verdict.is_farm().is_some() {
                    self.due = None;
                }
            }
            Action::Assign => {
                self.assignee = Some(entry.value.clone()).filter(|name| !name.is_empty());
                self.begin();
            }
            Action::Note | Action::Tip => self.begin(),
            Action::VisitRequested => {
                self.status = Status::VisitRequested;
                self.due = entry.value.parse().ok().or(self.due);
            }
            // Nobody got in, so the visit is still to be made.
            Action::VisitResult if entry.value == NO_ACCESS => self.status = Status::VisitRequested,
            Action::VisitResult => (self.status, self.due) = (Status::Visited, None),
            Action::Closed => {
                self.closed_on = entry.value.parse().ok();
                (self.status, self.due) = (Status::Closed, None);
            }
            Action::Due => {
                self.due = entry.value.parse().ok();
                self.begin();
            }
            Action::Undo => {}
        }
    }

    fn begin(&mut self) {
        if self.status == Status::New {
            self.status = Status::Open;
        }
    }
}

/// Returns the numbers of the entries that were taken back, of entries in order.
#[must_use]
pub fn taken_back<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> HashSet<i64> {
    let (mut last, mut taken) = (HashMap::new(), HashSet::new());
    for entry in entries {
        if entry.action == Action::Undo {
            // An undo stands in for what it took back, and cannot be taken back itself.
            let undone = last.remove(&*entry.meter).filter(|id: &i64| entry.value.parse() == Ok(*id));
            taken.extend(undone);
        } else {
            last.insert(&*entry.meter, entry.id);
        }
    }
    taken
}

/// Every case, by meter.
#[derive(Debug, Clone, Default)]
pub struct Cases {
    by_meter: BTreeMap<String, Case>,
    last: i64,
}

impl Cases {
    /// Adds entries, oldest first; skips those that are already included.
    pub fn add(&mut self, entries: &[Entry]) {
        for entry in entries.iter().filter(|entry| entry.id > self.last) {
            self.by_meter.entry(entry.meter.clone()).or_insert_with(Case::new).add(entry);
        }
        self.last = self.last.max(entries.last().map_or(0, |entry| entry.id));
    }

    /// Returns the case of a meter; `None` if it has no entries.
    #[must_use]
    pub fn of(&self, meter: &str) -> Option<&Case> {
        self.by_meter.get(meter)
    }

    /// Returns every case, by meter.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Case)> {
        self.by_meter.iter().map(|(meter, case)| (meter.as_str(), case))
    }

    /// Returns the number of the last entry included; 0 if there is none.
    #[must_use]
    pub const fn last(&self) -> i64 {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: i64, action: Action, value: &str) -> Entry {
        Entry {
            id,
            at: 1_700_000_000 + id,
            person: "aigul".to_owned(),
            meter: "m1".to_owned(),
            action,
            value: value.to_owned(),
            reason: String::new(),
            run: "r".to_owned(),
        }
    }

    fn case(entries: &[(Action, &str)]) -> Case {
        let mut cases = Cases::default();
        let entries: Vec<_> =
            (1..).zip(entries).map(|(id, (action, value))| entry(id, *action, value)).collect();
        cases.add(&entries);
        cases.of("m1").unwrap().clone()
    }

    #[test]
    fn a_verdict_is_undone_by_a_new_verdict() {
        let case = case(&[(Action::Verdict, "rejected"), (Action::Verdict, "suspected")]);
        assert_eq!((case.status, case.verdict.unwrap().0), (Status::Suspected, Verdict::Suspected));
    }

    #[test]
    fn a_note_opens_a_case_and_moves_no_other() {
        assert_eq!(case(&[(Action::Note, "")]).status, Status::Open);
        assert_eq!(case(&[(Action::Verdict, "confirmed"), (Action::Note, "")]).status, Status::Confirmed);
    }

    #[test]
    fn a_visit_without_access_is_still_to_be_made() {
        assert_eq!(case(&[(Action::VisitResult, "no_access")]).status, Status::VisitRequested);
        assert_eq!(case(&[(Action::VisitResult, "nothing_found")]).status, Status::Visited);
    }

    #[test]
    fn a_closed_place_is_watched_until_it_is_rejected() {
        let closed = [(Action::Verdict, "confirmed"), (Action::Closed, "2026-02-01")];
        assert_eq!(case(&closed).closed_on, Some(jiff::civil::date(2026, 2, 1)));
        let rejected = [closed[0], closed[1], (Action::Verdict, "rejected")];
        assert_eq!(case(&rejected).closed_on, None);
    }

    #[test]
    fn the_last_entry_can_be_taken_back_and_no_other() {
        let rejected = (Action::Verdict, "rejected");
        let undone = case(&[(Action::VisitRequested, "2026-02-01"), rejected, (Action::Undo, "2")]);
        assert_eq!((undone.status, undone.verdict, undone.last), (Status::VisitRequested, None, 3));
        assert_eq!(undone.due, Some(jiff::civil::date(2026, 2, 1)));
        let written_on = case(&[rejected, (Action::Note, ""), (Action::Undo, "1")]);
        assert_eq!(written_on.status, Status::Rejected);
        let twice = case(&[(Action::Note, ""), rejected, (Action::Undo, "2"), (Action::Undo, "1")]);
        assert_eq!(twice.status, Status::Open);
        let entries = [
            entry(1, rejected.0, rejected.1),
            entry(2, Action::Undo, "1"),
            entry(3, rejected.0, "confirmed"),
        ];
        assert_eq!(taken_back(&entries), HashSet::from([1]));
    }

    #[test]
    fn a_case_is_late_until_it_is_done() {
        let due = [(Action::Due, "2026-02-01")];
        let (on, after) = (jiff::civil::date(2026, 2, 1), jiff::civil::date(2026, 2, 2));
        assert!(case(&due).is_late(after) && !case(&due).is_late(on));
        assert!(!case(&[due[0], (Action::Verdict, "rejected")]).is_late(after));
        assert!(case(&[due[0], (Action::VisitResult, "no_access")]).is_late(after));
        assert!(!case(&[due[0], (Action::Due, "")]).is_late(after));
    }

    #[test]
    fn entries_count_once_however_often_they_are_read() {
        let mut cases = Cases::default();
        let entries = [entry(1, Action::Assign, "aigul"), entry(2, Action::Assign, "")];
        cases.add(&entries);
        cases.add(&entries);
        assert_eq!((cases.last(), cases.of("m1").unwrap().assignee.clone()), (2, None));
    }
}
