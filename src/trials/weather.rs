//! Draws outdoor temperature from monthly normals, with a daily cycle and weather fronts that last for days.

use hashwatt_core::portable::Portable;
use std::f32::consts::TAU;

use rand::Rng;

use super::scenario::Zone;
use hashwatt_rigs::Span;
use hashwatt_rigs::chance::SlowNoise;

/// How long a front lasts. [h]
const FRONT_H: f32 = 60.0;

/// Deviation of an hour from the daily curve. [K]
const HOUR_DEVIATION_K: f32 = 0.7;

/// A monthly normal applies to the middle of its month. [months]
const MID_MONTH: f32 = 0.5;

/// Draws the temperature of every hour of the local grid. [degC]
pub(super) fn draw_hourly_c(zone: &Zone, span: &Span, rng: &mut impl Rng) -> Vec<f32> {
    let mut front = SlowNoise::over(FRONT_H, rng);
    let mut hourly = SlowNoise::over(4.0, rng);
    let mut temperature_c = Vec::with_capacity(span.n_days * 24);
    for date in span.dates() {
        let month = f32::from(date.month() - 1) + (f32::from(date.day()) - 0.5) / 30.5;
        let normal_c = between_months(&zone.month_mean_c, month);
        for hour in 0..24u8 {
            let curve = (TAU * (f32::from(hour) - 15.0) / 24.0).portable_cos();
            let day_k = 0.5 * zone.day_range_k * curve;
            let noise_k = zone.front_deviation_k * front.next(rng) + HOUR_DEVIATION_K * hourly.next(rng);
            temperature_c.push(normal_c + day_k + noise_k);
        }
    }
    temperature_c
}

/// Spreads hourly temperatures over a grid of this many intervals a day; each takes its hour's value.
pub(super) fn to_grid_c(hourly_c: &[f32], intervals_per_day: usize) -> Vec<f32> {
    let per_hour = intervals_per_day / 24;
    hourly_c.iter().flat_map(|&c| std::iter::repeat_n(c, per_hour)).collect()
}

/// Interpolates linearly between the normals at the middles of two months. [degC]
fn between_months(month_mean_c: &[f32; 12], month: f32) -> f32 {
    let at = (month - MID_MONTH).rem_euclid(12.0);
    let (before, after) = (at as usize % 12, (at as usize + 1) % 12);
    month_mean_c[before] + (month_mean_c[after] - month_mean_c[before]) * at.fract()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::super::scenario::Scenario;
    use super::*;

    #[test]
    fn a_year_keeps_the_normals() {
        let scenario = Scenario::named("almaty-2021").unwrap();
        let span = Span::bare(jiff::civil::date(2021, 1, 1), 365, 24);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let hourly_c = draw_hourly_c(&scenario.zones[0], &span, &mut rng);
        let january_c: f32 = hourly_c[..744].iter().sum::<f32>() / 744.0;
        assert!((january_c + 4.7).abs() < 3.0, "{january_c}");
        assert_eq!(to_grid_c(&hourly_c, 48).len(), 365 * 48);
    }
}
