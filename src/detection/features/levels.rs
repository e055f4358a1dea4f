//! Measures the daily base load: its level, its stability, and how flat the day is.

use std::ops::Range;

use super::series::median_of;
use super::usable::{Column, UsableDays};
use hashwatt_core::stats::{Sorted, mad_sd_about, quantile, quantile_of};

/// Keeps quotients finite when a level is near zero: the meter's resolution. [kW]
const RESOLUTION_KW: f32 = 0.02;

/// Hours of the night floor: homes sleep and most businesses are closed.
const NIGHT_HOURS: [usize; 6] = [0, 1, 2, 3, 4, 5];

/// Level, stability and flatness of a meter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levels {
    /// Daily base load (p05) exceeded on 19 days of 20. [kW]
    pub base_load_kw_p05: f32,
    /// Daily base load exceeded on four days of five. [kW]
    pub base_load_kw_p20: f32,
    /// Median daily base load. [kW]
    pub base_load_kw_p50: f32,
    /// Daily base load exceeded on four of five days of the block. [kW]
    pub base_load_kw_on_p20: f32,
    /// Daily minimum demand exceeded on nine days of ten. [kW]
    pub demand_kw_min_p10: f32,
    /// Spread of the base load over days (MAD), divided by its median.
    pub base_load_mad_rel: f32,
    /// Low base load (p10 over days), divided by its median.
    pub base_load_low_rel: f32,
    /// Change of the base load from the first third of days to the last, divided by its median.
    pub base_load_trend_rel: f32,
    /// Change of the base load from one day to the next, divided by its median.
    pub base_load_day_change_rel: f32,
    /// Median demand above the base load, divided by the median demand.
    pub flat_mid_rel: f32,
    /// Lower quartile above the base load, divided by the lower quartile.
    pub flat_low_rel: f32,
    /// Base load divided by mean demand.
    pub base_to_mean: f32,
    /// Change from interval to interval at night, divided by the base load.
    pub night_noise_rel: f32,
    /// Night floor exceeded on four days of five. [kW]
    pub night_base_kw_p20: f32,
    /// Spread of the night floor over days, divided by its median.
    pub night_base_mad_rel: f32,
}

/// Measures levels over all days, and stability and flatness over the block's days `on` (all days without
/// one).
#[must_use]
pub fn measure_levels(days: &UsableDays, on: Range<usize>) -> Levels {
    let base = days.column(Column::P05);
    let base_on = &base[on.clone()];
    let of_all = Sorted::of(base.iter().copied());
    let of_part = (on.len() < base.len()).then(|| Sorted::of(base_on.iter().copied()));
    let of_on = of_part.as_ref().unwrap_or(&of_all);
    let low = |sorted: &Sorted, share| sorted.quantile(share).unwrap_or(0.0);
    let usual = low(of_on, 0.5);
    let level = usual + RESOLUTION_KW;
    let third = (base_on.len() / 3).max(3).min(base_on.len());
    let trend = (median_of(&base_on[base_on.len() - third..]) - median_of(&base_on[..third])).abs();
    let changes = base_on.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    let night = days.floor_kw(&NIGHT_HOURS, on.clone());
    let of_night = Sorted::of(night.iter().copied());
    let usual_night = low(&of_night, 0.5);
    let column = |column| &days.column(column)[on.clone()];
    let mean_kw = column(Column::Mean).iter().sum::<f32>() / on.len() as f32;
    let above_base = |upper: Column| {
        let above = column(upper).iter().zip(base_on).map(|(kw, base)| (kw - base) / (kw + RESOLUTION_KW));
        quantile_of(above.filter(|value| !value.is_nan()), 0.5).unwrap_or(0.0)
    };
    let ramp_night = column(Column::RampNight).iter().copied().filter(|kw| !kw.is_nan());
    Levels {
        base_load_kw_p05: low(&of_all, 0.05),
        base_load_kw_p20: low(&of_all, 0.2),
        base_load_kw_p50: low(&of_all, 0.5),
        base_load_kw_on_p20: low(of_on, 0.2),
        demand_kw_min_p10: quantile(days.column(Column::Min), 0.1).unwrap_or(0.0),
        base_load_mad_rel: mad_sd_about(base_on, usual).unwrap_or(0.0) / level,
        base_load_low_rel: low(of_on, 0.1) / level,
        base_load_trend_rel: trend / level,
        base_load_day_change_rel: 1.4826 * quantile_of(changes, 0.5).unwrap_or(0.0) / level,
        flat_mid_rel: above_base(Column::P50),
        flat_low_rel: above_base(Column::P25),
        base_to_mean: usual / (mean_kw + RESOLUTION_KW),
        night_noise_rel: quantile_of(ramp_night, 0.5).unwrap_or(0.0) / level,
        night_base_kw_p20: low(&of_night, 0.2),
        night_base_mad_rel: mad_sd_about(&night, usual_night).unwrap_or(0.0) / (usual_night + RESOLUTION_KW),
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
