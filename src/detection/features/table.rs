//! Lists the features of the model (name, unit, direction, family, meaning) and computes them.

use super::block::Block;
use super::levels::Levels;
use super::series::median_of;
use super::usable::{Column, UsableDays};
use super::window::ClockWindow;
use Direction::{Falling, Free, Rising};
use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::stats::{quantile, quantile_of};

/// Family of a feature; each family has one indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Family {
    /// A level that appears (and ends).
    LevelShift,
    /// The load that never stops.
    BaseLoad,
    /// How flat and how quiet the load is.
    Flatness,
    /// Hours switched by a timer.
    Timer,
    /// Faults of the data itself.
    DataFault,
}

impl Family {
    /// Returns its name in settings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Direction in which a feature may move the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// A higher value never lowers the score.
    Rising,
    /// A higher value never raises the score.
    Falling,
    /// Both directions are possible.
    Free,
}

/// A feature of the model, as it is declared.
#[derive(Debug, Clone, Copy)]
pub struct FeatureColumn {
    /// Name in tables.
    pub name: &'static str,
    /// Direction in which it may move a score.
    pub direction: Direction,
    /// Family it belongs to.
    pub family: Family,
    /// One sentence, with the unit.
    pub meaning: &'static str,
    value: fn(&Measures<'_>) -> f32,
}

/// Number of features.
pub const N_FEATURES: usize = 48;

/// Declares the features once: the enum by which code names them, and their columns, in one order.
macro_rules! features {
    ($(
        #[doc = $meaning:literal]
        $feature:ident = $name:literal, $direction:ident, $family:ident, $value:expr;
    )+) => {
        /// A feature of the model; as a number, its place in [`FEATURES`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Feature {
            $(#[doc = $meaning] $feature,)+
        }

        /// Every feature, with the source of its value.
        pub const FEATURES: [FeatureColumn; N_FEATURES] = [$(FeatureColumn {
            name: $name,
            direction: $direction,
            family: Family::$family,
            meaning: $meaning.trim_ascii(),
            value: $value,
        },)+];
    };
}

features! {
    /// share of measured days on which the channel repeats one value
    StuckShare = "stuck_share", Falling, DataFault, |of| of.days.stuck_share;
    /// height of the best block, less what is declared [kW]
    BlockKw = "block_kw", Rising, LevelShift, |of| of.shift.kw;
    /// height over the floor's noise from day to day
    BlockHeightInNoise = "block_height_in_noise", Rising, LevelShift, |of| of.shift.height_in_noise;
    /// height over what chance makes of that many days
    BlockSignificance = "block_significance", Rising, LevelShift, |of| of.shift.significance;
    /// share of the shifts of all hours and quantiles that one level explains
    BlockExplained = "block_explained", Rising, LevelShift, |of| of.shift.explained;
    /// what candidate blocks are compared by
    BlockFit = "block_fit", Rising, LevelShift, |of| of.shift.fit;
    /// days the block lasts, up to 60 [d]
    BlockDays = "block_days", Rising, LevelShift, |of| of.shift.days;
    /// days without it, up to 28 [d]
    BlockDaysWithout = "block_days_without", Rising, LevelShift, |of| of.shift.days_without;
    /// share of days whose floor lies near one of the two levels
    BlockTwoLevels = "block_two_levels", Rising, LevelShift, |of| of.shift.two_levels;
    /// hours of its clock window [h]
    BlockHours = "block_hours", Free, LevelShift, |of| of.shift.hours;
    /// distance of the shifts from one level over what chance makes
    BlockUnequalByChance = "block_unequal_by_chance", Falling, LevelShift, |of| of.shift.unequal_by_chance;
    /// mean distance of the shifts from one level, over the height
    BlockUneven = "block_uneven", Falling, LevelShift, |of| of.shift.uneven;
    /// shift outside its clock window, over the height
    BlockOutside = "block_outside", Falling, LevelShift, |of| of.shift.outside;
    /// distance of the day's quantiles' shifts from the height, over it
    BlockQuantileUneven = "block_quantile_uneven", Falling, LevelShift, |of| of.shift.quantile_uneven;
    /// edges of its clock window
    BlockEdges = "block_edges", Falling, LevelShift, |of| of.shift.edges;
    /// how far the shift follows the old load shape
    BlockProportional = "block_proportional", Falling, LevelShift, |of| of.shift.proportional;
    /// ramps that came with it, over the height
    BlockNoise = "block_noise", Falling, LevelShift, |of| of.shift.noise;
    /// middle half of the daily floors while on, over the height
    BlockUnsteady = "block_unsteady", Falling, LevelShift, |of| of.shift.unsteady;
    /// low floor while on above high floor while off, over the height
    BlockHolds = "block_holds", Rising, LevelShift, |of| of.shift.holds;
    /// share of the height not reached within two days
    BlockGradual = "block_gradual", Falling, LevelShift, |of| of.shift.gradual;
    /// daily base load (p05) that 19 days of 20 exceed [kW]
    BaseLoadKwP05 = "base_load_kw_p05", Rising, BaseLoad, |of| of.levels.base_load_kw_p05;
    /// daily base load that four days of five exceed [kW]
    BaseLoadKwP20 = "base_load_kw_p20", Rising, BaseLoad, |of| of.levels.base_load_kw_p20;
    /// median daily base load [kW]
    BaseLoadKwP50 = "base_load_kw_p50", Rising, BaseLoad, |of| of.levels.base_load_kw_p50;
    /// daily base load that four of five days of the block exceed [kW]
    BaseLoadKwOnP20 = "base_load_kw_on_p20", Rising, BaseLoad, |of| of.levels.base_load_kw_on_p20;
    /// least demand that nine days of ten exceed [kW]
    DemandKwMinP10 = "demand_kw_min_p10", Rising, BaseLoad, |of| of.levels.demand_kw_min_p10;
    /// night floor that four days of five exceed [kW]
    NightBaseKwP20 = "night_base_kw_p20", Rising, BaseLoad, |of| of.levels.night_base_kw_p20;
    /// base load over mean demand
    BaseToMean = "base_to_mean", Rising, BaseLoad, |of| of.levels.base_to_mean;
    /// spread of the base load over days, over its median
    BaseLoadMadRel = "base_load_mad_rel", Falling, Flatness, |of| of.levels.base_load_mad_rel;
    /// low base load over its median
    BaseLoadLowRel = "base_load_low_rel", Rising, Flatness, |of| of.levels.base_load_low_rel;
    /// change of the base load from first to last third, over its median
    BaseLoadTrendRel = "base_load_trend_rel", Falling, Flatness, |of| of.levels.base_load_trend_rel;
    /// change of the base load from day to day, over its median
    BaseLoadDayChangeRel = "base_load_day_change_rel", Falling, Flatness,
        |of| of.levels.base_load_day_change_rel;
    /// median demand above the base load, over the median
    FlatMidRel = "flat_mid_rel", Falling, Flatness, |of| of.levels.flat_mid_rel;
    /// lower quartile above the base load, over the quartile
    FlatLowRel = "flat_low_rel", Falling, Flatness, |of| of.levels.flat_low_rel;
    /// change from interval to interval at night, over the base load
    NightNoiseRel = "night_noise_rel", Falling, Flatness, |of| of.levels.night_noise_rel;
    /// spread of the night floor over days, over its median
    NightBaseMadRel = "night_base_mad_rel", Falling, Flatness, |of| of.levels.night_base_mad_rel;
    /// rise of the best box inside the day [kW]
    WindowRiseKw = "window_rise_kw", Rising, Timer, |of| of.window.rise_kw;
    /// what boxes are compared by [kW]
    WindowFitKw = "window_fit_kw", Rising, Timer, |of| of.window.fit_kw;
    /// spread of the levels inside the box, over the rise
    WindowUneven = "window_uneven", Falling, Timer, |of| of.window.uneven;
    /// daily floor inside the box that nine days of ten exceed [kW]
    WindowFloorKwP10 = "window_floor_kw_p10", Rising, Timer, |of| of.window.floor_kw_p10;
    /// that floor above the low floors outside [kW]
    WindowFloorRiseKw = "window_floor_rise_kw", Rising, Timer, |of| of.window.floor_rise_kw;
    /// spread of the floor inside over days, over its median
    WindowFloorMadRel = "window_floor_mad_rel", Falling, Timer, |of| of.window.floor_mad_rel;
    /// low floor inside over its median
    WindowFloorLowRel = "window_floor_low_rel", Rising, Timer, |of| of.window.floor_low_rel;
    /// length of the box [h]
    WindowHours = "window_hours", Free, Timer, |of| of.window.n_hours as f32;
    /// median daily difference of the floors inside and outside [kW]
    TimerKw = "timer_kw", Rising, Timer, |of| of.window.timer_kw;
    /// difference that nine days of ten exceed [kW]
    TimerKwP10 = "timer_kw_p10", Rising, Timer, |of| of.window.timer_kw_p10;
    /// spread of the difference over days, over its median
    TimerMadRel = "timer_mad_rel", Falling, Timer, |of| of.window.timer_mad_rel;
    /// change of the difference from first to last third, over its median
    TimerTrendRel = "timer_trend_rel", Falling, Timer, |of| of.window.timer_trend_rel;
    /// spread of the hours inside, over the difference
    TimerUneven = "timer_uneven", Falling, Timer, |of| of.window.timer_uneven;
}

/// Features of the block and of the day's shape that need data within a day.
const WITHIN_DAY: [Feature; 12] = [
    Feature::BlockHours,
    Feature::BlockOutside,
    Feature::BlockQuantileUneven,
    Feature::BlockEdges,
    Feature::BlockProportional,
    Feature::BlockNoise,
    Feature::BaseToMean,
    Feature::FlatMidRel,
    Feature::FlatLowRel,
    Feature::NightNoiseRel,
    Feature::NightBaseKwP20,
    Feature::NightBaseMadRel,
];

/// Blanks the features that reads of a day or longer cannot show.
pub(super) fn blank_within_day(values: &mut [f32; N_FEATURES]) {
    for (column, value) in FEATURES.iter().zip(&mut *values) {
        if column.family == Family::Timer {
            *value = f32::NAN;
        }
    }
    for feature in WITHIN_DAY {
        values[feature as usize] = f32::NAN;
    }
}

/// Computes the values in the order of [`FEATURES`].
pub(super) fn values(
    days: &UsableDays,
    declared_kw: f32,
    levels: &Levels,
    window: &ClockWindow,
    block: Option<&Block>,
) -> [f32; N_FEATURES] {
    let shift = block.map_or_else(Shift::none, |block| Shift::of(days, declared_kw, block));
    let measured = Measures { days, levels, window, shift };
    FEATURES.map(|column| (column.value)(&measured))
}

/// Measurements from which features are computed.
pub(super) struct Measures<'a> {
    days: &'a UsableDays,
    levels: &'a Levels,
    window: &'a ClockWindow,
    shift: Shift,
}

/// Numbers that describe the block.
struct Shift {
    kw: f32,
    height_in_noise: f32,
    significance: f32,
    explained: f32,
    fit: f32,
    days: f32,
    days_without: f32,
    two_levels: f32,
    hours: f32,
    unequal_by_chance: f32,
    uneven: f32,
    outside: f32,
    quantile_uneven: f32,
    edges: f32,
    proportional: f32,
    noise: f32,
    unsteady: f32,
    holds: f32,
    gradual: f32,
}

impl Shift {
    const fn none() -> Self {
        let nan = f32::NAN;
        Self {
            kw: 0.0,
            height_in_noise: 0.0,
            significance: 0.0,
            explained: 0.0,
            fit: 0.0,
            days: 0.0,
            days_without: 0.0,
            two_levels: 0.0,
            hours: 0.0,
            unequal_by_chance: nan,
            uneven: nan,
            outside: nan,
            quantile_uneven: nan,
            edges: nan,
            proportional: nan,
            noise: nan,
            unsteady: nan,
            holds: nan,
            gradual: nan,
        }
    }

    fn of(days: &UsableDays, declared_kw: f32, block: &Block) -> Self {
        let kw = block.kw;
        // Only the part of the block above the declared demand counts as evidence.
        let above = (kw - declared_kw) / kw;
        let floor = &block.floor_kw;
        let on_floor = &floor[block.from..block.to];
        let off_floor = &floor[block.off.clone()];
        let off_level = median_of(off_floor);
        let low = |series: &[f32], share| quantile(series, share).unwrap_or(0.0);
        let n_near = floor
            .iter()
            .filter(|&&kw_at| {
                (kw_at - off_level).abs() < 0.25 * kw || (kw_at - off_level - kw).abs() < 0.25 * kw
            })
            .count();
        let usual_ramp_kw = |range: &std::ops::Range<usize>| {
            let ramps = days.column(Column::Ramp)[range.clone()].iter().copied();
            quantile_of(ramps.filter(|kw| !kw.is_nan()), 0.5).unwrap_or(0.0)
        };
        Self {
            kw: kw - declared_kw,
            height_in_noise: block.height_in_noise * above,
            significance: block.significance * above,
            explained: block.explained * above,
            fit: block.fit * above,
            days: ((block.to - block.from) as f32).min(60.0),
            days_without: ((floor.len() - (block.to - block.from)) as f32).min(28.0),
            two_levels: n_near as f32 / floor.len() as f32,
            hours: block.window.iter().filter(|inside| **inside).count() as f32,
            unequal_by_chance: block.unequal_by_chance,
            uneven: block.uneven,
            outside: block.outside,
            quantile_uneven: quantile_unevenness(days, block),
            edges: block.n_edges as f32,
            proportional: proportionality(block),
            noise: (usual_ramp_kw(&block.on) - usual_ramp_kw(&block.off)) / kw,
            unsteady: (low(on_floor, 0.75) - low(on_floor, 0.25)) / kw,
            holds: (low(on_floor, 0.1) - low(off_floor, 0.9)) / kw,
            gradual: gradualness(block),
        }
    }
}

/// Returns the unevenness of the shift. A block round the clock lifts the day's quantiles p05..p90 alike; a
/// timer lifts the upper ones.
fn quantile_unevenness(days: &UsableDays, block: &Block) -> f32 {
    const ALL: [Column; 7] =
        [Column::P05, Column::P10, Column::P25, Column::P50, Column::P75, Column::P90, Column::P95];
    let is_round_the_clock = block.window.iter().filter(|inside| **inside).count() >= 20;
    let chosen = if is_round_the_clock { &ALL[..6] } else { &ALL[5..] };
    let middle =
        |range: &std::ops::Range<usize>, column: Column| median_of(&days.column(column)[range.clone()]);
    let distance: f32 = chosen
        .iter()
        .map(|&column| (middle(&block.on, column) - middle(&block.off, column) - block.kw).abs())
        .sum();
    distance / chosen.len() as f32 / block.kw
}

/// Returns the correlation of the hours' shifts with the old load shape, times their relative spread.
fn proportionality(block: &Block) -> f32 {
    let old: [f32; CLOCK_HOURS] = block.off_kw.map(|quantiles| quantiles[2]);
    let mean = |values: &[f32; CLOCK_HOURS]| values.iter().sum::<f32>() / CLOCK_HOURS as f32;
    let (a, b) = (mean(&block.shift_kw), mean(&old));
    let (mut ab, mut aa, mut bb) = (0.0f32, 0.0f32, 0.0f32);
    for (shift_kw, old_kw) in block.shift_kw.iter().zip(&old) {
        let (x, y) = (shift_kw - a, old_kw - b);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    let spread = (aa / CLOCK_HOURS as f32).sqrt();
    if aa > 0.0 && bb > 0.0 { ab / (aa * bb).sqrt() * spread / block.kw } else { 0.0 }
}

/// Returns the share of the height that is missing within two days on either side of the step.
fn gradualness(block: &Block) -> f32 {
    let floor = &block.floor_kw;
    let n = floor.len();
    let step = |at: usize| median_of(&floor[at..(at + 2).min(n)]) - median_of(&floor[at - 2..at]);
    if block.from >= 3 {
        (1.0 - step(block.from) / block.kw).abs()
    } else if block.to + 2 <= n && block.to >= 2 {
        (1.0 + step(block.to) / block.kw).abs()
    } else {
        0.0
    }
}
