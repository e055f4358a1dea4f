//! Says what was guessed of the files, once for all files that share a guess.

use super::mapping::Guess;
use super::source::Source;
use hashwatt_core::finding::{Code, Finding, Severity};

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
    let Guess { key, value, reason } = shared.guess;
    let advice = if is_key(shared.guess) { " State it in [[readings]] if that is wrong" } else { "" };
    let words = format!("{}: {key} was taken as {}: {reason}.{advice}", names(shared), shown(value));
    finding(Code::Guessed, Severity::Note, words, shared)
}

fn warning(shared: &Shared<'_>) -> Finding {
    let Guess { key, value, reason } = shared.guess;
    let words = format!(
        "{}: {key} was taken as {}, though another is about as likely, because guesses were accepted: {reason}. \
         State {key} in [[readings]] once you know",
        names(shared),
        shown(value)
    );
    finding(Code::GuessAccepted, Severity::Warning, words, shared)
}

/// Returns a value for a sentence: a mark alone stands in quotes.
fn shown(value: &str) -> String {
    if value.chars().any(char::is_alphanumeric) { value.to_owned() } else { format!("`{value}`") }
}

fn names(shared: &Shared<'_>) -> String {
    match shared.n {
        1 => shared.name.to_owned(),
        n => format!("{} (and {} more files)", shared.name, n - 1),
    }
}

fn finding(code: Code, severity: Severity, words: String, shared: &Shared<'_>) -> Finding {
    Finding::new(code, severity, words)
        .in_source(shared.name)
        .with("key", shared.guess.key)
        .with("value", shared.guess.value.clone())
        .with("reason", shared.guess.reason.clone())
        .with("files", shared.n)
}
