//! Collects the intervals of a trade format into batches of meter, time, energy and quality.

use std::sync::Arc;

use arrow::array::{Float64Builder, RecordBatch, StringBuilder, TimestampSecondBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

/// Rows of a batch.
const ROWS_A_BATCH: usize = 65_536;

/// Meaning of the times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    /// A clock without a zone.
    Naive,
    /// UTC.
    Instant,
}

/// Intervals collected for the next batch.
pub(super) struct TradeRows {
    schema: SchemaRef,
    times: Times,
    meters: StringBuilder,
    starts_s: TimestampSecondBuilder,
    values: Float64Builder,
    qualities: StringBuilder,
    n: usize,
}

impl TradeRows {
    /// Starts with no rows. The name of the value column says its unit, or that it is a counter.
    pub fn new(times: Times, value: &str) -> Self {
        let zone = (times == Times::Instant).then(|| "UTC".into());
        let fields = vec![
            Field::new("meter_id", DataType::Utf8, true),
            Field::new("timestamp", DataType::Timestamp(TimeUnit::Second, zone), true),
            Field::new(value, DataType::Float64, true),
            Field::new("quality", DataType::Utf8, true),
        ];
        Self {
            schema: Arc::new(Schema::new(fields)),
            times,
            meters: StringBuilder::new(),
            starts_s: TimestampSecondBuilder::new(),
            values: Float64Builder::new(),
            qualities: StringBuilder::new(),
            n: 0,
        }
    }

    /// Adds an interval: its start [s], its value and A, E or N.
    pub fn push(&mut self, meter: &str, start_s: Option<i64>, value: Option<f64>, quality: &str) {
        self.meters.append_value(meter);
        self.starts_s.append_option(start_s);
        self.values.append_option(value);
        self.qualities.append_value(quality);
        self.n += 1;
    }

    /// Whether there are enough rows for a batch.
    pub const fn is_full(&self) -> bool {
        self.n >= ROWS_A_BATCH
    }

    /// Returns the rows collected, if there are any.
    pub fn take(&mut self) -> Option<RecordBatch> {
        if self.n == 0 {
            return None;
        }
        self.n = 0;
        let starts = self.starts_s.finish();
        let starts = if self.times == Times::Instant { starts.with_timezone("UTC") } else { starts };
        let columns: Vec<arrow::array::ArrayRef> = vec![
            Arc::new(self.meters.finish()),
            Arc::new(starts),
            Arc::new(self.values.finish()),
            Arc::new(self.qualities.finish()),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns);
        Some(batch.expect("every column got every row"))
    }
}

/// Reads `yyyymmdd` as seconds from 1970 to its midnight. [s]
pub(super) fn midnight_s(text: &str) -> Option<i64> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| text[from..to].parse::<i8>().ok();
    let date = jiff::civil::Date::new(text[..4].parse().ok()?, number(4, 6)?, number(6, 8)?).ok()?;
    let first = jiff::civil::date(1970, 1, 1);
    Some(i64::from((date - first).get_days()) * 86_400)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_counted_from_1970_and_no_day_is_none() {
        assert_eq!(midnight_s("19700102"), Some(86_400));
        assert_eq!(midnight_s("20240603"), Some(1_717_372_800));
        for text in ["20240230", "2024-6-3", "", "202406030", "2024٠٠"] {
            assert_eq!(midnight_s(text), None, "{text}");
        }
    }
}
