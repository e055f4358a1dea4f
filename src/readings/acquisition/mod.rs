//! Reads exports (Parquet or CSV; long, wide, daily rows or register reads) into interval data.
//!
//! Everything that leaves this stage is an [`IntervalBatch`]: meters by number, instants in UTC that
//! mark the start of the interval, quantities in kW or kWh as its [`Quantity`] says.

mod contained;
mod csv_file;
mod day_part;
mod decode;
pub mod events;
mod evidence;
mod guess;
mod guess_time;
mod layouts;
mod left_out;
pub mod local_time;
mod locate;
pub mod mapping;
mod marks;
mod meter_ids;
mod names;
mod open;
mod parquet_file;
mod profile;
mod quality;
pub mod register;
pub mod report;
mod shapes;
mod source;
mod storage;
pub mod table;
pub mod text_time;
mod times;
mod values;
pub mod verdicts;
pub mod voltages;
pub mod weather;

pub use locate::local_files;
pub use meter_ids::MeterReader;
pub use open::{Opened, open_sources};
pub use report::UnitReport;
pub use source::Source;

/// What the numbers of a batch are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Energy of the interval. [kWh]
    Energy,
    /// Mean demand over the interval. [kW]
    Demand,
    /// Cumulative counter at the instant, multiplier already applied; the digest takes differences. [kWh]
    RegisterRead,
}

/// How a value came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Quality {
    /// Measured.
    #[default]
    Measured = 0,
    /// Estimated, substituted or edited: counts as energy, never as flatness.
    Estimated = 1,
}

/// A few thousand intervals of one source, as columns of one length.
#[derive(Debug, Clone)]
pub struct IntervalBatch {
    /// Which source, an index into the run's sources.
    pub source: u32,
    /// What `values` are.
    pub quantity: Quantity,
    /// Meters by [`MeterNumbers`](hashwatt_core::ids::MeterNumbers).
    pub meters: Vec<u32>,
    /// Instants: start of the interval, or up to its last second where the source stamps the end
    /// (the digest floors to the interval's grid). [s since 1970-01-01T00:00Z]
    pub starts_s: Vec<i64>,
    /// Finite quantities.
    pub values: Vec<f64>,
    /// `None`: all measured.
    pub qualities: Option<Vec<Quality>>,
}
