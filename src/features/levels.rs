//! Measures what never goes away: the daily floor's level, how steady it is, how flat the day is.

use std::ops::Range;

use super::series::{median_of, spread_of};
use super::usable::UsableDays;
use crate::stats::quantile;

/// Keeps quotients finite where a level is near zero: the meter's resolution. [kW]
const RESOLUTION_KW: f32 = 0.02;

/// Hours that the night's floor is taken over: when homes sleep and most businesses are shut.
const NIGHT_HOURS: [usize; 6] = [0, 1, 2, 3, 4, 5];

/// Level, stability and flatness of a meter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levels {
    /// Daily base load (p05) that 19 days of 20 exceed. [kW]
    pub base_load_kw_p05: f32,
    /// Daily base load that four days of five exceed. [kW]
    pub base_load_kw_p20: f32,
    /// Median daily base load. [kW]
    pub base_load_kw_p50: f32,
    /// Daily base load that four of five days of the block exceed. [kW]
    pub base_load_kw_on_p20: f32,
    /// Least demand that nine days of ten exceed. [kW]
    pub demand_kw_min_p10: f32,
    /// Spread of the base load over days (MAD), over its median.
    pub base_load_mad_rel: f32,
    /// Low base load (p10 over days) over its median.
    pub base_load_low_rel: f32,
    /// Change of the base load from the first third of days to the last, over its median.
    pub base_load_trend_rel: f32,
    /// Change of the base load from one day to the next, over its median.
    pub base_load_day_change_rel: f32,
    /// Median demand above the base load, over the median demand.
    pub flat_mid_rel: f32,
    /// Lower quartile above the base load, over the lower quartile.
    pub flat_low_rel: f32,
    /// Base load over mean demand.
    pub base_to_mean: f32,
    /// Change from interval to interval at night, over the base load.
    pub night_noise_rel: f32,
    /// Night floor that four days of five exceed. [kW]
    pub night_base_kw_p20: f32,
    /// Spread of the night floor over days, over its median.
    pub night_base_mad_rel: f32,
}

/// Levels over all days, and stability and flatness over the days `on` of the block (all, without).
#[must_use]
pub fn measure_levels(days: &UsableDays, on: Range<usize>) -> Levels {
    let base = days.column(|day| day.demand_kw_p05);
    let base_on = &base[on.clone()];
    let level = median_of(base_on) + RESOLUTION_KW;
    let low = |series: &[f32], share| quantile(series, share).unwrap_or(0.0);
    let third = (base_on.len() / 3).max(3).min(base_on.len());
    let trend = (median_of(&base_on[base_on.len() - third..]) - median_of(&base_on[..third])).abs();
    let changes: Vec<f32> = base_on.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    let middle = |of: &dyn Fn(usize) -> f32| {
        median_of(&on.clone().map(of).filter(|value| !value.is_nan()).collect::<Vec<_>>())
    };
    let digest = |at: usize| &days.digests[at];
    let night = days.floor_kw(&NIGHT_HOURS);
    let night_on = &night[on.clone()];
    let mean_kw = on.clone().map(|at| digest(at).demand_kw_mean).sum::<f32>() / on.len() as f32;
    Levels {
        base_load_kw_p05: low(&base, 0.05),
        base_load_kw_p20: low(&base, 0.2),
        base_load_kw_p50: median_of(&base),
        base_load_kw_on_p20: low(base_on, 0.2),
        demand_kw_min_p10: low(&days.column(|day| day.demand_kw_min), 0.1),
        base_load_mad_rel: spread_of(base_on) / level,
        base_load_low_rel: low(base_on, 0.1) / level,
        base_load_trend_rel: trend / level,
        base_load_day_change_rel: 1.4826 * median_of(&changes) / level,
        flat_mid_rel: middle(&|at| {
            (digest(at).demand_kw_p50 - digest(at).demand_kw_p05) / (digest(at).demand_kw_p50 + RESOLUTION_KW)
        }),
        flat_low_rel: middle(&|at| {
            (digest(at).demand_kw_p25 - digest(at).demand_kw_p05) / (digest(at).demand_kw_p25 + RESOLUTION_KW)
        }),
        base_to_mean: median_of(base_on) / (mean_kw + RESOLUTION_KW),
        night_noise_rel: middle(&|at| digest(at).ramp_kw_night_mean) / level,
        night_base_kw_p20: low(night_on, 0.2),
        night_base_mad_rel: spread_of(night_on) / (median_of(night_on) + RESOLUTION_KW),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{home_kw, meter};

    fn levels(kw: impl Fn(usize, usize) -> f32) -> Levels {
        let days = UsableDays::of(&meter(60, kw).days).unwrap();
        measure_levels(&days, 0..days.len())
    }

    #[test]
    fn a_rig_raises_the_level_and_steadies_it() {
        let (home, rig) = (levels(home_kw), levels(|day, slot| home_kw(day, slot) + 3.2));
        assert!((rig.base_load_kw_p50 - home.base_load_kw_p50 - 3.2).abs() < 0.01);
        assert!(rig.base_load_mad_rel <= home.base_load_mad_rel && rig.flat_mid_rel < home.flat_mid_rel);
        assert!(rig.base_to_mean > 0.8 && rig.night_noise_rel < home.night_noise_rel);
    }

    #[test]
    fn an_empty_place_has_finite_levels() {
        let empty = levels(|_, _| 0.0);
        assert!(empty.base_load_mad_rel == 0.0 && empty.flat_mid_rel == 0.0 && empty.base_to_mean == 0.0);
    }
}
