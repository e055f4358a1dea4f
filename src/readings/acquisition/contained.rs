//! Contains panics of the file-reading libraries: one bad file never stops the run.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static IS_CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Runs code that reads a file. A panic becomes an error that `damaged` builds from the panic's text, and
/// prints nothing to the terminal.
pub(super) fn contained<T, E>(
    read: impl FnOnce() -> Result<T, E>,
    damaged: impl FnOnce(String) -> E,
) -> Result<T, E> {
    be_silent_where_contained();
    let before = IS_CONTAINED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(read));
    let is_ours = !IS_CONTAINED.replace(before);
    result.unwrap_or_else(
        |panic| if is_ours { panic::resume_unwind(panic) } else { Err(damaged(text_of(&*panic))) },
    )
}

/// Runs code that is not part of reading, inside a contained call. Its panics are bugs in the program and
/// stay panics.
pub(super) fn uncontained<T>(run: impl FnOnce() -> T) -> T {
    let before = IS_CONTAINED.replace(false);
    let result = run();
    IS_CONTAINED.set(before);
    result
}

fn be_silent_where_contained() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_CONTAINED.get() {
                loud(info);
            }
        }));
    });
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("it is damaged: its reader gave up ({})", text.unwrap_or("without a word"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_a_reader_becomes_an_error() {
        let result: Result<(), String> = contained(|| panic!("offset {} out of bounds", 7), |text| text);
        let text = result.unwrap_err();
        assert!(text.contains("damaged") && text.contains("offset 7 out of bounds"), "{text}");
    }

    #[test]
    fn a_panic_of_the_program_itself_stays_one() {
        let read = || contained(|| -> Result<(), String> { uncontained(|| panic!("a fault")) }, |text| text);
        assert!(panic::catch_unwind(read).is_err());
        let result: Result<(), String> = contained(|| panic!("another"), |text| text);
        assert!(result.is_err());
    }
}
