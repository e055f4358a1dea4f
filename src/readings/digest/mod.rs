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

use columns::Lane;

/// Minutes of a daily read; a longer interval is a read that spans several days.
pub const DAY_MINUTES: u32 = 1440;

/// Declares the columns of a day once: the struct, their names, and their values in one order.
macro_rules! day_digest {
    (
        counts { $($(#[doc = $count_doc:literal])+ $count:ident,)+ }
        floats { $($(#[doc = $float_doc:literal])+ $float:ident: $kind:ident,)+ }
    ) => {
        /// Summary of one meter's civil day. Statistics cover *measured* intervals. Estimated intervals count
        /// only in `energy_kwh` and `n_estimated`, so that an estimate never looks flat.
        ///
        /// A float that cannot be judged is NaN here and null in Parquet. This is so without measured
        /// intervals and, for statistics within a day, with reads of a day or longer.
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct DayDigest {
            /// Civil day in the usage point's zone. [days since 1970-01-01]
            pub day: i32,
            /// Length of an interval; above 1440 the row is one read that starts on `day`. [min]
            pub interval_minutes: u32,
            $($(#[doc = $count_doc])+ pub $count: u16,)+
            $($(#[doc = $float_doc])+ pub $float: f32,)+
            /// Mean demand of each clock hour; a repeated hour is averaged, a skipped one is NaN. [kW]
            pub hour_kw: [f32; CLOCK_HOURS],
        }

        /// Digests of a full set of lanes, each column by name.
        #[derive(Debug)]
        struct LaneDigests {
            $($count: Lane<u16>,)+
            $($float: Lane<f32>,)+
            /// By clock hour.
            hour_kw: [Lane<f32>; CLOCK_HOURS],
        }

        impl LaneDigests {
            /// Returns the counts, in the order of [`COUNT_NAMES`].
            const fn counts(&self) -> [&Lane<u16>; COUNT_NAMES.len()] {
                [$(&self.$count,)+]
            }

            /// Returns the floats besides the hours, in the order of [`FLOAT_NAMES`].
            const fn floats(&self) -> [&Lane<f32>; FLOAT_NAMES.len()] {
                [$(&self.$float,)+]
            }
        }

        /// Names of the counts of a day, in the order of [`DayDigest::counts`].
        pub const COUNT_NAMES: [&str; 9] = [$(stringify!($count),)+];

        /// Names of the floats of a day besides the hours, in the order of [`DayDigest::floats`].
        pub const FLOAT_NAMES: [&str; 17] = [$(stringify!($float),)+];

        /// What the floats measure, in the order of [`DayDigest::floats`].
        pub const FLOAT_KINDS: [FloatKind; FLOAT_NAMES.len()] = [$(FloatKind::$kind,)+];

        impl DayDigest {
            /// Builds a day without intervals.
            const fn without_intervals(day: i32, interval_minutes: u32) -> Self {
                Self {
                    day,
                    interval_minutes,
                    $($count: 0,)+
                    $($float: f32::NAN,)+
                    hour_kw: [f32::NAN; CLOCK_HOURS],
                }
            }

            /// Returns the counts, in the order of [`COUNT_NAMES`].
            #[must_use]
            pub const fn counts(&self) -> [u16; COUNT_NAMES.len()] {
                [$(self.$count,)+]
            }

            /// Sets the counts, in the order of [`COUNT_NAMES`].
            pub const fn set_counts(&mut self, counts: [u16; COUNT_NAMES.len()]) {
                [$(self.$count,)+] = counts;
            }

            /// Returns the floats besides the hours, in the order of [`FLOAT_NAMES`].
            #[must_use]
            pub const fn floats(&self) -> [f32; FLOAT_NAMES.len()] {
                [$(self.$float,)+]
            }

            /// Sets the floats, in the order of [`FLOAT_NAMES`].
            pub const fn set_floats(&mut self, floats: [f32; FLOAT_NAMES.len()]) {
                [$(self.$float,)+] = floats;
            }
        }
    };
}

day_digest! {
    counts {
        /// Intervals that the calendar requires.
        n_expected,
        /// Measured intervals.
        n_measured,
        /// Estimated, substituted or edited intervals.
        n_estimated,
        /// Measured intervals of exactly zero.
        n_zero,
        /// Measured intervals below zero (export).
        n_negative,
        /// Intervals repeated with the same value.
        n_identical,
        /// Intervals repeated with another value; the first was kept.
        n_conflicting,
        /// Longest run of measured intervals with the same value other than zero.
        n_repeated_max,
        /// Number of distinct measured values.
        n_distinct,
    }
    floats {
        /// Energy of all intervals, measured and estimated. [kWh]
        energy_kwh: Energy,
        /// Mean demand. [kW]
        demand_kw_mean: Level,
        /// Standard deviation of demand within the day. [kW]
        demand_kw_sd: Spread,
        /// Least demand. [kW]
        demand_kw_min: Level,
        /// 5th percentile of demand: the day's base load. [kW]
        demand_kw_p05: Level,
        /// 10th percentile of demand. [kW]
        demand_kw_p10: Level,
        /// Lower quartile of demand. [kW]
        demand_kw_p25: Level,
        /// Median demand. [kW]
        demand_kw_p50: Level,
        /// Upper quartile of demand. [kW]
        demand_kw_p75: Level,
        /// 90th percentile of demand. [kW]
        demand_kw_p90: Level,
        /// 95th percentile of demand. [kW]
        demand_kw_p95: Level,
        /// Greatest demand. [kW]
        demand_kw_max: Level,
        /// Mean absolute change from one interval to the next. [kW]
        ramp_kw_mean: Spread,
        /// Greatest absolute change from one interval to the next. [kW]
        ramp_kw_max: Spread,
        /// Mean absolute change from one interval to the next in the night window. [kW]
        ramp_kw_night_mean: Spread,
        /// Middle of the shortest band that contains half of the intervals: the most frequent level. [kW]
        level_kw: Level,
        /// Width of that band. [kW]
        level_width_kw: Spread,
    }
}

/// What a float of a day measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FloatKind {
    /// Energy: an added load adds its own.
    Energy,
    /// Level of demand: a constant load raises it by as much.
    Level,
    /// Spread or change of demand: a constant load leaves it.
    Spread,
}

impl DayDigest {
    /// Builds a day that has only its date, interval and expected count.
    #[must_use]
    pub const fn empty(day: i32, interval_minutes: u32, n_expected: u16) -> Self {
        Self { n_expected, ..Self::without_intervals(day, interval_minutes) }
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

/// All days of one meter, in order, without duplicates.
#[derive(Debug, Clone, PartialEq)]
pub struct MeterDays {
    /// The meter.
    pub meter: hashwatt_core::ids::MeterId,
    /// Its days, ascending.
    pub days: Vec<DayDigest>,
}
