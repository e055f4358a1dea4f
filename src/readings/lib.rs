//! Reads interval data of any layout once, and keeps one row of it per meter and day.

pub mod acquisition;
pub mod digest;
