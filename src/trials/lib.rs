//! Tests the other stages: on simulated districts, and on a run's own meters with planted rigs.

pub mod backtest;

mod addresses;
mod bribes;
mod businesses;
mod calendar;
mod growth;
mod homes;
mod incidents;
mod large;
mod plan;
mod readings;
mod registration;
mod scenario;
mod simulate;
mod story;
mod surroundings;
mod tables;
mod tips;
mod transformers;
mod usage_points;
mod voltages;
mod weather;

pub use scenario::Scenario;
pub use simulate::{DEFAULT_INTERVAL_MINUTES, SimulateSettings, Summary, simulate};
