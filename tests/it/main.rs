//! Runs hashwatt from outside, one module a subject.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod acquisition;
mod bad_input;
mod cli;
mod detect;
mod detection;
mod district;
mod program;
mod shared_data;
mod tidy;
