//! Runs hashwatt from outside, one module a subject.

mod acquisition;
mod bad_input;
mod cli;
mod detect;
mod detection;
mod district;
mod program;
mod shared_data;
mod tidy;
