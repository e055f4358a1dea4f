//! Says what was guessed of the files, once for all files that share a guess.

use super::mapping::Guess;
use super::source::Source;
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::language::Language;
use hashwatt_core::language::message::{Message, Value};
use hashwatt_core::message;

/// What formats note that no key of `[[readings]]` states.
const NOT_KEYS: [&str; 7] = ["ReadingType", "channel", "interval", "meter", "period", "sheet", "time zone"];

/// Whether a key of `[[readings]]` would state it.
#[must_use]
pub fn is_key(guess: &Guess) -> bool {
    !NOT_KEYS.contains(&guess.key)
}

/// A guess, the first file that has it, and how many do.
struct Shared<'a> {
    guess: &'a Guess,
    name: &'a str,
    n: u64,
}

/// Returns a note for each guess, and a warning for each that was accepted though another was about as likely; it
/// names the first file and how many share it.
pub(super) fn guess_findings(sources: &[Source]) -> Vec<Finding> {
    let notes = shared(sources, |source| &source.mapping.guesses).into_iter().map(|shared| note(&shared));
    notes
        .chain(shared(sources, |source| &source.accepted).into_iter().map(|shared| warning(&shared)))
        .collect()
}

fn shared(sources: &[Source], guesses: fn(&Source) -> &[Guess]) -> Vec<Shared<'_>> {
    let mut all: Vec<Shared<'_>> = Vec::new();
    for source in sources {
        for guess in guesses(source) {
            match all
                .iter_mut()
                .find(|known| known.guess.key == guess.key && known.guess.value == guess.value)
            {
                Some(known) => known.n += 1,
                None => all.push(Shared { guess, name: &source.name, n: 1 }),
            }
        }
    }
    all
}

/// Returns the note on what was assumed in one file.
pub(super) fn note_on(guess: &Guess, name: &str) -> Finding {
    note(&Shared { guess, name, n: 1 })
}

fn note(shared: &Shared<'_>) -> Finding {
    let (names, key, value, reason) = parts(shared);
    let message = match is_key(shared.guess) {
        true => message!("guessed", names = names, key = key, value = value, reason = reason),
        false => message!("noted", names = names, what = key, value = value, reason = reason),
    };
    finding(Code::Guessed, Severity::Note, message, shared)
}

fn warning(shared: &Shared<'_>) -> Finding {
    let (names, key, value, reason) = parts(shared);
    let message = message!("guess_accepted", names = names, key = key, value = value, reason = reason);
    finding(Code::GuessAccepted, Severity::Warning, message, shared)
}

/// Returns the files, what was guessed, its value and the reason, for a sentence.
fn parts(shared: &Shared<'_>) -> (Message, Value, Value, Message) {
    let (guess, more) = (shared.guess, shared.n - 1);
    let names = message!("files", first = shared.name, more = more);
    (names, said_key(guess.key), guess.for_sentence(), guess.reason.clone())
}

/// Returns what a format noted in words, and a key as it is.
pub(super) fn said_key(key: &'static str) -> Value {
    match key {
        "channel" => message!("about_channel").into(),
        "interval" => message!("about_interval").into(),
        "meter" => message!("about_meter").into(),
        "period" => message!("about_period").into(),
        "sheet" => message!("about_sheet").into(),
        "time zone" => message!("about_time_zone").into(),
        key => key.into(),
    }
}

fn finding(code: Code, severity: Severity, message: Message, shared: &Shared<'_>) -> Finding {
    Finding::new(code, severity, message)
        .in_source(shared.name)
        .with("key", shared.guess.key)
        .with("value", shared.guess.value.clone())
        .with("reason", shared.guess.said_reason(Language::english()))
        .with("files", shared.n)
}
