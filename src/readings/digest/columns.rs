//! Stores digests of many meter-days as columns: the form that the kernel produces and Parquet stores.

use super::{COUNT_NAMES, DayDigest, FLOAT_NAMES, LaneDigests};
use hashwatt_core::calendar::CLOCK_HOURS;

/// Memory per row. [B]
pub const ROW_BYTES: usize = 4 + 4 + 4 + 2 * COUNT_NAMES.len() + 4 * (FLOAT_NAMES.len() + CLOCK_HOURS);

/// Days digested at once: two registers of the narrowest vector unit in use.
pub const LANES: usize = 8;

/// One value per lane.
pub type Lane<T> = [T; LANES];

/// Digests as columns of one length. A meter is a number given by its reader.
#[derive(Debug, Clone, Default)]
pub struct DayColumns {
    /// Meters by number.
    pub meters: Vec<u32>,
    /// Civil days. [days since 1970-01-01]
    pub days: Vec<i32>,
    /// Interval lengths. [min]
    pub interval_minutes: Vec<u32>,
    /// In the order of [`COUNT_NAMES`].
    pub counts: [Vec<u16>; COUNT_NAMES.len()],
    /// In the order of [`FLOAT_NAMES`]. [kW, kWh]
    pub floats: [Vec<f32>; FLOAT_NAMES.len()],
    /// Mean demand by clock hour. [kW]
    pub hour_kw: [Vec<f32>; CLOCK_HOURS],
}

impl DayColumns {
    /// Returns the number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.meters.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.meters.is_empty()
    }

    /// Appends one day.
    pub fn push(&mut self, meter: u32, day: &DayDigest) {
        self.meters.push(meter);
        self.days.push(day.day);
        self.interval_minutes.push(day.interval_minutes);
        self.counts.iter_mut().zip(day.counts()).for_each(|(column, value)| column.push(value));
        self.floats.iter_mut().zip(day.floats()).for_each(|(column, value)| column.push(value));
        self.hour_kw.iter_mut().zip(day.hour_kw).for_each(|(column, value)| column.push(value));
    }

    /// Appends the first lanes of a set, one for each meter.
    pub(super) fn push_lanes(
        &mut self,
        meters: &[u32],
        days: &[i32],
        interval_minutes: u32,
        digested: &LaneDigests,
    ) {
        let n = meters.len();
        self.meters.extend_from_slice(meters);
        self.days.extend_from_slice(days);
        self.interval_minutes.extend(std::iter::repeat_n(interval_minutes, n));
        for (column, lanes) in self.counts.iter_mut().zip(digested.counts()) {
            column.extend_from_slice(&lanes[..n]);
        }
        for (column, lanes) in self.floats.iter_mut().zip(digested.floats()) {
            column.extend_from_slice(&lanes[..n]);
        }
        for (column, lanes) in self.hour_kw.iter_mut().zip(&digested.hour_kw) {
            column.extend_from_slice(&lanes[..n]);
        }
    }

    /// Moves all rows of another set to the end of this one.
    pub fn append(&mut self, other: &mut Self) {
        self.meters.append(&mut other.meters);
        self.days.append(&mut other.days);
        self.interval_minutes.append(&mut other.interval_minutes);
        self.counts.iter_mut().zip(&mut other.counts).for_each(|(own, other)| own.append(other));
        self.floats.iter_mut().zip(&mut other.floats).for_each(|(own, other)| own.append(other));
        self.hour_kw.iter_mut().zip(&mut other.hour_kw).for_each(|(own, other)| own.append(other));
    }

    /// Returns one row as a day.
    #[must_use]
    pub fn day(&self, row: usize) -> DayDigest {
        let mut day = DayDigest::empty(self.days[row], self.interval_minutes[row], 0);
        day.set_counts(std::array::from_fn(|index| self.counts[index][row]));
        day.set_floats(std::array::from_fn(|index| self.floats[index][row]));
        day.hour_kw = std::array::from_fn(|hour| self.hour_kw[hour][row]);
        day
    }

    /// Returns the rows in another order.
    #[must_use]
    pub fn in_order(&self, order: &[u32]) -> Self {
        fn pick<T: Copy>(column: &[T], order: &[u32]) -> Vec<T> {
            order.iter().map(|&row| column[row as usize]).collect()
        }
        Self {
            meters: pick(&self.meters, order),
            days: pick(&self.days, order),
            interval_minutes: pick(&self.interval_minutes, order),
            counts: std::array::from_fn(|index| pick(&self.counts[index], order)),
            floats: std::array::from_fn(|index| pick(&self.floats[index], order)),
            hour_kw: std::array::from_fn(|hour| pick(&self.hour_kw[hour], order)),
        }
    }
}
