//! Reads interval data of any layout once, and keeps one row a meter and day of it.

pub mod acquisition;
pub mod digest;
