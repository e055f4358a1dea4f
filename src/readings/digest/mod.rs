//! Digests interval data into one row per meter and day, in one pass over the data.
//!
//! All later stages work from these rows, so a run reads each interval only once.

mod assemble;
pub mod columns;
mod counter;
pub mod kernel;
pub mod lanes;
pub mod local;
mod parts;
pub mod store;
mod task;
pub mod update;
mod waiting;

use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::units::MAX_DEMAND_KW;

/// Minutes of a daily read; a longer interval is a read that spans several days.
pub const DAY_MINUTES: u32 = 1440;

/// Summary of one meter's civil day. Statistics cover *measured* intervals. Estimated intervals count only in
/// `energy_kwh` and `n_estimated`, so that an estimate never looks flat.
///
/// A float that cannot be judged is NaN here and null in Parquet. This is so without measured intervals and,
/// for statistics within a day, with reads of a day or longer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayDigest {
    /// Civil day in the usage point's zone. [days since 1970-01-01]
    pub day: i32,
    /// Length of an interval; above 1440 the row is one read that starts on `day`. [min]
    pub interval_minutes: u32,
    /// Intervals that the calendar requires.
    pub n_expected: u16,
    /// Measured intervals.
    pub n_measured: u16,
    /// Estimated, substituted or edited intervals.
    pub n_estimated: u16,
    /// Measured intervals of exactly zero.
    pub n_zero: u16,
    /// Measured intervals below zero (export).
    pub n_negative: u16,
    /// Intervals repeated with the same value.
    pub n_identical: u16,
    /// Intervals repeated with another value; the first was kept.
    pub n_conflicting: u16,
    /// Longest run of measured intervals with the same value other than zero.
    pub n_repeated_max: u16,
    /// Number of distinct measured values.
    pub n_distinct: u16,
    /// Energy of all intervals, measured and estimated. [kWh]
    pub energy_kwh: f32,
    /// Mean demand. [kW]
    pub demand_kw_mean: f32,
    /// Standard deviation of demand within the day. [kW]
    pub demand_kw_sd: f32,
    /// Least demand. [kW]
    pub demand_kw_min: f32,
    /// 5th percentile of demand: the day's base load. [kW]
    pub demand_kw_p05: f32,
    /// 10th percentile of demand. [kW]
    pub demand_kw_p10: f32,
    /// Lower quartile of demand. [kW]
    pub demand_kw_p25: f32,
    /// Median demand. [kW]
    pub demand_kw_p50: f32,
    /// Upper quartile of demand. [kW]
    pub demand_kw_p75: f32,
    /// 90th percentile of demand. [kW]
    pub demand_kw_p90: f32,
    /// 95th percentile of demand. [kW]
    pub demand_kw_p95: f32,
    /// Greatest demand. [kW]
    pub demand_kw_max: f32,
    /// Mean absolute change from one interval to the next. [kW]
    pub ramp_kw_mean: f32,
    /// Greatest absolute change from one interval to the next. [kW]
    pub ramp_kw_max: f32,
    /// Mean absolute change from one interval to the next in the night window. [kW]
    pub ramp_kw_night_mean: f32,
    /// Middle of the shortest band that contains half of the intervals: the most frequent level. [kW]
    pub level_kw: f32,
    /// Width of that band. [kW]
    pub level_width_kw: f32,
    /// Mean demand of each clock hour; a repeated hour is averaged, a skipped one is NaN. [kW]
    pub hour_kw: [f32; CLOCK_HOURS],
}

impl DayDigest {
    /// Builds a day that has only its date, interval and expected count.
    #[must_use]
    pub const fn empty(day: i32, interval_minutes: u32, n_expected: u16) -> Self {
        Self {
            day,
            interval_minutes,
            n_expected,
            n_measured: 0,
            n_estimated: 0,
            n_zero: 0,
            n_negative: 0,
            n_identical: 0,
            n_conflicting: 0,
            n_repeated_max: 0,
            n_distinct: 0,
            energy_kwh: f32::NAN,
            demand_kw_mean: f32::NAN,
            demand_kw_sd: f32::NAN,
            demand_kw_min: f32::NAN,
            demand_kw_p05: f32::NAN,
            demand_kw_p10: f32::NAN,
            demand_kw_p25: f32::NAN,
            demand_kw_p50: f32::NAN,
            demand_kw_p75: f32::NAN,
            demand_kw_p90: f32::NAN,
            demand_kw_p95: f32::NAN,
            demand_kw_max: f32::NAN,
            ramp_kw_mean: f32::NAN,
            ramp_kw_max: f32::NAN,
            ramp_kw_night_mean: f32::NAN,
            level_kw: f32::NAN,
            level_width_kw: f32::NAN,
            hour_kw: [f32::NAN; CLOCK_HOURS],
        }
    }

    /// Whether every interval of the civil day was measured or estimated.
    #[must_use]
    pub const fn is_complete_day(&self) -> bool {
        self.n_measured + self.n_estimated >= self.n_expected
    }

    /// Whether every value is a demand that a connection can carry. Digests that earlier versions made from
    /// sentinels may not be.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        let hours = f64::from(self.interval_minutes.max(DAY_MINUTES + 60)) / 60.0;
        let is_within = |value: f32, max: f64| value.is_nan() || f64::from(value).abs() <= max;
        let demands = [self.demand_kw_mean, self.demand_kw_min, self.demand_kw_max];
        demands.iter().all(|kw| is_within(*kw, MAX_DEMAND_KW))
            && is_within(self.energy_kwh, MAX_DEMAND_KW * hours)
    }

    /// Whether the row shows what happens within a day.
    #[must_use]
    pub const fn is_within_day(&self) -> bool {
        self.interval_minutes < DAY_MINUTES
    }
}

/// Names of the counts of a day, in the order of [`DayDigest::counts`].
pub const COUNT_NAMES: [&str; 9] = [
    "n_expected",
    "n_measured",
    "n_estimated",
    "n_zero",
    "n_negative",
    "n_identical",
    "n_conflicting",
    "n_repeated_max",
    "n_distinct",
];

/// Names of the floats of a day besides the hours, in the order of [`DayDigest::floats`].
pub const FLOAT_NAMES: [&str; 17] = [
    "energy_kwh",
    "demand_kw_mean",
    "demand_kw_sd",
    "demand_kw_min",
    "demand_kw_p05",
    "demand_kw_p10",
    "demand_kw_p25",
    "demand_kw_p50",
    "demand_kw_p75",
    "demand_kw_p90",
    "demand_kw_p95",
    "demand_kw_max",
    "ramp_kw_mean",
    "ramp_kw_max",
    "ramp_kw_night_mean",
    "level_kw",
    "level_width_kw",
];

impl DayDigest {
    /// Returns the counts, in the order of [`COUNT_NAMES`].
    #[must_use]
    pub const fn counts(&self) -> [u16; 9] {
        [
            self.n_expected,
            self.n_measured,
            self.n_estimated,
            self.n_zero,
            self.n_negative,
            self.n_identical,
            self.n_conflicting,
            self.n_repeated_max,
            self.n_distinct,
        ]
    }

    /// Sets the counts, in the order of [`COUNT_NAMES`].
    pub const fn set_counts(&mut self, counts: [u16; 9]) {
        [
            self.n_expected,
            self.n_measured,
            self.n_estimated,
            self.n_zero,
            self.n_negative,
            self.n_identical,
            self.n_conflicting,
            self.n_repeated_max,
            self.n_distinct,
        ] = counts;
    }

    /// Returns the floats besides the hours, in the order of [`FLOAT_NAMES`].
    #[must_use]
    pub const fn floats(&self) -> [f32; 17] {
        [
            self.energy_kwh,
            self.demand_kw_mean,
            self.demand_kw_sd,
            self.demand_kw_min,
            self.demand_kw_p05,
            self.demand_kw_p10,
            self.demand_kw_p25,
            self.demand_kw_p50,
            self.demand_kw_p75,
            self.demand_kw_p90,
            self.demand_kw_p95,
            self.demand_kw_max,
            self.ramp_kw_mean,
            self.ramp_kw_max,
            self.ramp_kw_night_mean,
            self.level_kw,
            self.level_width_kw,
        ]
    }

    /// Sets the floats, in the order of [`FLOAT_NAMES`].
    pub const fn set_floats(&mut self, floats: [f32; 17]) {
        [
            self.energy_kwh,
            self.demand_kw_mean,
            self.demand_kw_sd,
            self.demand_kw_min,
            self.demand_kw_p05,
            self.demand_kw_p10,
            self.demand_kw_p25,
            self.demand_kw_p50,
            self.demand_kw_p75,
            self.demand_kw_p90,
            self.demand_kw_p95,
            self.demand_kw_max,
            self.ramp_kw_mean,
            self.ramp_kw_max,
            self.ramp_kw_night_mean,
            self.level_kw,
            self.level_width_kw,
        ] = floats;
    }
}

/// All days of one meter, in order, without duplicates.
#[derive(Debug, Clone, PartialEq)]
pub struct MeterDays {
    /// The meter.
    pub meter: hashwatt_core::ids::MeterId,
    /// Its days, ascending.
    pub days: Vec<DayDigest>,
}
