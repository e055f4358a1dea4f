//! Finds suspects among digests: checks, balance, features, peer groups, indicators, ranking.
//!
//! The stages in the order of the data; each uses only earlier ones. `checks` follows the digest, because it checks
//! digests: no second look at the readings.

pub mod balance;
pub mod checks;
pub mod features;
pub mod groups;
pub mod indicators;
pub mod network;
pub mod ranking;
