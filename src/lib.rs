//! Finds undeclared crypto-mining farms in electricity meter data.
//!
//! The program: its commands and its main path. What it is made of lies in crates below it, in the order the data
//! flows; each uses only earlier ones.

pub use hashwatt_core::{
    atomic, calendar, error, finding, folder, ids, language, place, progress, settings, sorting, stats, sums,
    units,
};
pub use hashwatt_detection::{balance, checks, features, groups, indicators, network, ranking};
pub use hashwatt_readings::{acquisition, digest};
pub use hashwatt_run::verify;
pub use {
    hashwatt_review as review, hashwatt_rigs as rigs, hashwatt_run as run, hashwatt_tips as tips,
    hashwatt_trials as trials,
};

pub mod cli;
pub mod pipeline;
