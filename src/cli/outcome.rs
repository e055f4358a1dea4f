//! Prints results and errors, and turns the outcome of a run into an exit code.

use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use super::layout::without_controls;
use crate::error::{Error, Result};
use crate::finding::{Finding, Severity};
use crate::language::Language;

/// Exit code when the command could not run.
const COULD_NOT_RUN: u8 = 2;

/// Most findings repeated on standard error.
const MAX_SHOWN: usize = 5;

/// Outcome of a command that ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Everything was judged.
    Done,
    /// Inputs or meters were skipped; the findings say which.
    DoneInPart,
}

impl Outcome {
    /// Derives the outcome from the findings.
    pub(super) fn of(findings: &[Finding]) -> Self {
        let is_skipped = |finding: &Finding| finding.severity == Severity::Skipped;
        if findings.iter().any(is_skipped) { Self::DoneInPart } else { Self::Done }
    }

    /// Returns the exit code, as listed in the help.
    pub(super) fn exit_code(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::DoneInPart => ExitCode::from(1),
        }
    }
}

/// Concludes a command that ran. Where standard output goes to a file, a person or a scheduler still sees on
/// standard error why the exit code is 1.
pub(super) fn conclude(findings: &[Finding], language: &Language) -> Outcome {
    if !std::io::stdout().is_terminal() {
        let skipped = findings.iter().filter(|finding| finding.severity == Severity::Skipped);
        for finding in skipped.take(MAX_SHOWN) {
            // If standard error is closed, only the exit code is left.
            let words = language.say_with("terminal-left_out", &[("finding", &finding.words(language))]);
            let _ = writeln!(std::io::stderr(), "{}", without_controls(&words));
        }
    }
    Outcome::of(findings)
}

/// Prints a result. A reader that stops early (`| head`) is no error.
///
/// # Errors
/// When standard output cannot be written, for example on a full disk.
pub(super) fn print(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::write("standard output", error)),
        _ => Ok(()),
    }
}

/// Prints the error that stopped the run and returns the exit code.
pub(super) fn report_error(error: &Error) -> ExitCode {
    // If standard error is closed too, only the exit code is left.
    let _ = writeln!(std::io::stderr(), "error: {}", without_controls(&error.to_string()));
    ExitCode::from(COULD_NOT_RUN)
}

/// Prints help, the version, or what is wrong with the arguments.
pub(super) fn print_usage(answer: &clap::Error) -> ExitCode {
    let _ = answer.print();
    if answer.use_stderr() { ExitCode::from(COULD_NOT_RUN) } else { ExitCode::SUCCESS }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Code;
    use hashwatt_core::message;

    #[test]
    fn only_what_was_skipped_changes_the_outcome() {
        let finding = |severity| Finding::new(Code::Gap, severity, message!("all_zero", intervals = 48_u64));
        assert_eq!(Outcome::of(&[]), Outcome::Done);
        assert_eq!(Outcome::of(&[finding(Severity::Warning), finding(Severity::Note)]), Outcome::Done);
        assert_eq!(Outcome::of(&[finding(Severity::Note), finding(Severity::Skipped)]), Outcome::DoneInPart);
    }
}
