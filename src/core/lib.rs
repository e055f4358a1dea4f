//! Provides what every stage needs: errors, findings, units, time, settings, languages and safe file writing.

pub mod atomic;
pub mod calendar;
pub mod error;
pub mod finding;
pub mod folder;
pub mod ids;
pub mod language;
pub mod place;
mod platform;
pub mod portable;
pub mod progress;
pub mod settings;
pub mod sorting;
pub mod stats;
pub mod sums;
pub mod units;
