//! Finds undeclared crypto-mining farms in electricity meter data.
//!
//! The stages, in the order the data flows; each depends only on earlier ones and on the shared
//! files below them.

pub mod acquisition;
pub mod digest;
// After the digest, because it checks digests: no second look at the readings.
pub mod balance;
pub mod checks;
pub mod features;
pub mod groups;
pub mod indicators;
pub mod network;
pub mod ranking;
pub mod run;
pub mod tips;
pub mod trials;
// On a finished run.
pub mod review;

pub mod cli;
pub mod pipeline;
pub mod rigs;
pub mod verify;

pub mod atomic;
pub mod calendar;
pub mod error;
pub mod finding;
pub mod folder;
pub mod ids;
pub mod language;
pub mod progress;
pub mod settings;
pub mod sorting;
pub mod stats;
pub mod sums;
pub mod units;
