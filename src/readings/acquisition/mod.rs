//! Reads exports (Parquet or CSV; long, wide, daily rows or register reads) into interval data.
//!
//! The output of this stage is [`IntervalBatch`]: meters by number, UTC instants that mark the start of the
//! interval, and quantities in kW or kWh according to [`Quantity`].

mod archive;
mod channel_day;
mod channels;
mod contained;
mod converted;
mod csv_file;
mod date_order;
mod day_part;
mod decode;
mod doubts;
mod ends;
pub mod events;
mod evidence;
pub mod facts;
mod green_button;
mod green_button_entries;
mod green_button_feed;
mod guess;
pub mod guess_findings;
mod guess_time;
mod json_lines;
mod layouts;
mod left_out;
mod likelier;
pub mod local_time;
mod locate;
pub mod mapping;
mod marks;
mod member;
mod message;
mod meter_ids;
mod names;
mod nem12;
mod numbers;
mod open;
mod other_files;
mod parquet_file;
mod period;
mod preamble;
pub mod preview;
mod profile;
mod quality;
pub mod register;
pub mod report;
mod resent;
mod shapes;
mod source;
mod storage;
pub mod table;
pub mod text_time;
mod times;
mod trade_rows;
mod unit_doubts;
mod unused;
mod uuids;
mod values;
pub mod verdicts;
pub mod voltages;
pub mod weather;
mod workbook;
mod xml;
mod xml_format;

pub use locate::local_files;
pub use meter_ids::MeterReader;
pub use open::{Opened, open_readings, open_sources};
pub use report::UnitReport;
pub use source::Source;

/// Type of the values in a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Energy of the interval. [kWh]
    Energy,
    /// Mean demand over the interval. [kW]
    Demand,
    /// Cumulative counter at the instant, multiplier already applied; the digest computes the differences.
    /// [kWh]
    RegisterRead,
}

/// Origin of a value.
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
    /// Index of the source among the run's sources.
    pub source: u32,
    /// Type of `values`.
    pub quantity: Quantity,
    /// Meters by [`MeterNumbers`](hashwatt_core::ids::MeterNumbers).
    pub meters: Vec<u32>,
    /// Instants: start of the interval, or up to its last second if the source stamps the end (the digest
    /// rounds down to the interval grid). [s since 1970-01-01T00:00Z]
    pub starts_s: Vec<i64>,
    /// Finite quantities.
    pub values: Vec<f64>,
    /// `None`: all measured.
    pub qualities: Option<Vec<Quality>>,
}
