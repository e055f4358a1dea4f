//! Runs hashwatt from outside, one module a subject.

mod acquisition;
mod detection;
