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
    is_named: bool,
    times: Times,
    meters: StringBuilder,
    starts_s: TimestampSecondBuilder,
    energies_kwh: Float64Builder,
    qualities: StringBuilder,
    n: usize,
}

impl TradeRows {
    /// Starts with no rows. Without meters (`is_named`), the file's name is the meter.
    pub fn new(times: Times, is_named: bool) -> Self {
        let zone = (times == Times::Instant).then(|| "UTC".into());
        let mut fields = vec![Field::new("meter_id", DataType::Utf8, true)];
        fields.retain(|_| is_named);
        fields.push(Field::new("timestamp", DataType::Timestamp(TimeUnit::Second, zone), true));
        fields.push(Field::new("kwh", DataType::Float64, true));
        fields.push(Field::new("quality", DataType::Utf8, true));
        Self {
            schema: Arc::new(Schema::new(fields)),
            is_named,
            times,
            meters: StringBuilder::new(),
            starts_s: TimestampSecondBuilder::new(),
            energies_kwh: Float64Builder::new(),
            qualities: StringBuilder::new(),
            n: 0,
        }
    }

    /// Adds an interval: its start [s], its energy [kWh] and A, E or N.
    pub fn push(&mut self, meter: &str, start_s: Option<i64>, kwh: Option<f64>, quality: &str) {
        if self.is_named {
            self.meters.append_value(meter);
        }
        self.starts_s.append_option(start_s);
        self.energies_kwh.append_option(kwh);
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
        let mut columns: Vec<arrow::array::ArrayRef> = Vec::with_capacity(4);
        if self.is_named {
            columns.push(Arc::new(self.meters.finish()));
        }
        columns.push(Arc::new(starts));
        columns.push(Arc::new(self.energies_kwh.finish()));
        columns.push(Arc::new(self.qualities.finish()));
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
