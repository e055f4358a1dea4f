//! Runs hashwatt from outside, one module a subject.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]
#![expect(clippy::print_stderr, reason = "a test says there that it was skipped, and what it measured")]

mod acquisition;
mod backtest;
mod bad_data_corpus;
mod bad_data_steps;
mod bad_input;
mod bad_values;
mod balance;
mod cli;
mod debian;
mod dependencies;
mod detect;
mod detection;
mod district;
mod docs;
mod folders;
mod fuzz_smoke;
mod loopback;
mod object_store;
mod program;
mod release;
mod replay;
mod review;
mod sameness;
mod schema;
mod shared_data;
mod store;
mod story;
mod tidy;
mod tips;
mod verdict;
