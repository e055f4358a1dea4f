//! Tests the other stages: on simulated districts, and on a run's own meters with planted rigs.

pub mod backtest;

mod addresses;
mod businesses;
mod calendar;
mod homes;
mod incidents;
mod plan;
mod registration;
mod scenario;
mod simulate;
mod tables;
mod tips;
mod transformers;
mod usage_points;
mod voltages;
mod weather;

pub use scenario::Scenario;
pub use simulate::{DEFAULT_INTERVAL_MINUTES, DEFAULT_PREVALENCE, SimulateSettings, Summary, simulate};
