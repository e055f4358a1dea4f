//! Finds suspects among digests: checks, balance, features, peer groups, indicators, ranking.
//!
//! The stages follow the order of the data, and each uses only earlier ones. `checks` comes after the digest,
//! because it checks digests and does not read the interval data again.

pub mod balance;
pub mod checks;
pub mod features;
pub mod groups;
pub mod indicators;
pub mod network;
mod products;
pub mod ranking;
