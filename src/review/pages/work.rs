//! Shows the work on a meter: possible actions, the log, and tips that may mean it.

use super::meter_address;
use crate::case::{Action, Cases, Entry, VISIT_RESULTS, taken_back};
use crate::desk::Desk;
use crate::guard::Caller;
use crate::roles::May;
use hashwatt_core::error::Result;
use hashwatt_core::language::Language;
use hashwatt_readings::acquisition::verdicts::Verdict;

/// Length at which a tip's words are cut off on a meter's page. [characters]
const MAX_TIP_CHARS: usize = 240;

pub(super) struct Event {
    /// Whether it was taken back.
    pub(super) is_taken_back: bool,
    pub(super) at: String,
    pub(super) person: String,
    pub(super) what: String,
    pub(super) reason: String,
}

pub(super) struct TipOn {
    pub(super) id: i64,
    pub(super) at: String,
    pub(super) text: String,
    pub(super) confidence: String,
}

pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) words: String,
}

/// The work on a meter, whether it is in the run or not.
pub struct Work {
    pub(super) here: String,
    pub(super) assignee: String,
    pub(super) events: Vec<Event>,
    pub(super) tips: Vec<TipOn>,
    pub(super) last: i64,
    pub(super) people: Vec<String>,
    pub(super) verdicts: Vec<Choice>,
    pub(super) visit_results: Vec<Choice>,
    pub(super) today: String,
    /// Day by which it is to be done, YYYY-MM-DD; empty: none.
    pub(super) due: String,
}

impl Work {
    /// Returns the work on a meter as `caller` may see it. Callers who may not see places do not see others'
    /// words: those can name streets, addresses and neighbours.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn on(meter: &str, desk: &Desk, cases: &Cases, caller: &Caller) -> Result<Self> {
        let lang = caller.lang();
        let (case, entries) = (cases.of(meter), desk.database.entries_on(meter).await?);
        let taken_back = taken_back(entries.iter().rev());
        let people = desk.database.people().await?.into_iter();
        let tips = if caller.may(May::TakeTips) { desk.database.tips_on(meter).await? } else { Vec::new() };
        Ok(Self {
            here: meter_address(meter),
            assignee: case.and_then(|case| case.assignee.clone()).unwrap_or_default(),
            events: entries
                .iter()
                .map(|entry| event(entry, caller, taken_back.contains(&entry.id)))
                .collect(),
            tips: tips
                .into_iter()
                .map(|(tip, confidence)| TipOn {
                    id: tip.id,
                    at: caller.instant(tip.at),
                    text: tip.tip.text.chars().take(MAX_TIP_CHARS).collect(),
                    confidence: lang.percent(confidence, 0),
                })
                .collect(),
            last: case.map_or(0, |case| case.last),
            people: people.filter(|person| person.is_active).map(|person| person.name).collect(),
            verdicts: Verdict::ALL
                .map(|verdict| choice(verdict.as_str(), lang.name_of("verdict", verdict.as_str())))
                .into(),
            visit_results: VISIT_RESULTS.map(|value| choice(value, lang.name_of("visit", value))).into(),
            due: case.and_then(|case| case.due).map_or_else(String::new, |due| due.to_string()),
            today: caller.today().to_string(),
        })
    }
}

fn choice(value: &'static str, words: String) -> Choice {
    Choice { value, words }
}

fn event(entry: &Entry, caller: &Caller, is_taken_back: bool) -> Event {
    let lang = caller.lang();
    let is_shown = entry.reason.is_empty() || caller.may(May::SeePlaces);
    Event {
        is_taken_back,
        at: caller.instant(entry.at),
        person: entry.person.clone(),
        what: entry_words(entry, lang),
        reason: if is_shown { entry.reason.clone() } else { lang.say("words-hidden") },
    }
}

/// Returns an entry of the log in words.
#[must_use]
pub fn entry_words(entry: &Entry, lang: &Language) -> String {
    let what = lang.name_of("action", entry.action.as_str());
    let value = match entry.action {
        Action::Verdict => lang.name_of("verdict", &entry.value),
        Action::VisitResult => lang.name_of("visit", &entry.value),
        Action::Assign if entry.value.is_empty() => lang.say("assignee-nobody"),
        Action::Closed | Action::VisitRequested | Action::Due => {
            entry.value.parse().map_or_else(|_| entry.value.clone(), |day| lang.date(day))
        }
        Action::Undo => String::new(),
        Action::Assign | Action::Note | Action::Tip => entry.value.clone(),
    };
    if value.is_empty() { what } else { format!("{what}: {value}") }
}
