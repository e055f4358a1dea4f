//! Models loads that follow the clock or the sun: street lamps, bakeries, laundries, grow lights, pumps.

use hashwatt_core::portable::Portable;
use std::ops::Range;

use jiff::civil::{Date, Weekday};
use rand::Rng;

use super::super::chance::{SlowNoise, between, happens, log_between, normal, one_of};
use super::super::schedule::on_share;
use super::super::span::Span;
use super::super::sun::rise_and_set_h;
use super::{LookAlike, switched};

/// A load with fixed hours.
#[derive(Debug, Clone)]
pub(super) struct Clocked {
    level_kw: f32,
    /// Draw outside the hours, as a share of the level.
    rest_share: f32,
    /// Deviation from the level while on.
    noise_share: f32,
    hours: Hours,
}

#[derive(Debug, Clone)]
enum Hours {
    /// On from sunset to sunrise, with part of the lamps off between 0 and 5 h.
    Dark { latitude_deg: f32, late_share: f32 },
    /// On between two clock times on working days; ovens switch on a thermostat.
    Shift { from_h: f32, to_h: f32, closed: Option<Weekday>, duty: f32 },
    /// On from a clock time, for a day length that changes once, when plants are brought to flower.
    Lamps { from_h: f32, long_h: f32, short_h: f32, change_day: usize },
    /// On between two clock times while the days are warm; the rest of the year for a shorter time.
    Season { from_h: f32, warm_h: f32, cold_h: f32, warm_from_c: f32 },
    /// Runs when a tank is empty, in a season or all year, less at night.
    Tank { run_h: f32, duty: f32, season: Option<(i16, i16)> },
}

impl Clocked {
    pub(super) fn draw(kind: LookAlike, rng: &mut impl Rng) -> Self {
        let (hours, level_kw, rest_share, noise_share) = match kind {
            LookAlike::StreetLighting => {
                let late_share = if happens(0.4, rng) { between(0.4, 0.7, rng) } else { 1.0 };
                (
                    Hours::Dark { latitude_deg: between(38.0, 54.0, rng), late_share },
                    log_between(0.5, 20.0, rng),
                    0.0,
                    0.01,
                )
            }
            LookAlike::Bakery => {
                let closed = happens(0.6, rng).then_some(Weekday::Sunday);
                let (from_h, to_h) = (between(1.0, 4.5, rng), between(9.0, 13.0, rng));
                (
                    Hours::Shift { from_h, to_h, closed, duty: between(0.5, 0.85, rng) },
                    log_between(4.0, 40.0, rng),
                    between(0.03, 0.12, rng),
                    0.1,
                )
            }
            LookAlike::Laundry => {
                let closed = happens(0.8, rng).then_some(Weekday::Sunday);
                let (from_h, to_h) = (between(6.0, 9.0, rng), between(17.0, 22.0, rng));
                (
                    Hours::Shift { from_h, to_h, closed, duty: between(0.3, 0.8, rng) },
                    log_between(3.0, 40.0, rng),
                    between(0.01, 0.08, rng),
                    0.15,
                )
            }
            // A pool's water passes the filter once or twice a day, longer in summer.
            LookAlike::PoolPump => {
                let warm_h = between(5.0, 16.0, rng);
                let cold_h = if happens(0.5, rng) { 0.0 } else { warm_h * between(0.2, 0.8, rng) };
                let from_h = 0.25 * between(0.0, 95.0, rng).round();
                (
                    Hours::Season { from_h, warm_h, cold_h, warm_from_c: between(8.0, 18.0, rng) },
                    log_between(0.5, 2.5, rng),
                    0.0,
                    between(0.005, 0.03, rng),
                )
            }
            LookAlike::GrowLights => {
                let from_h = 0.25 * between(0.0, 95.0, rng).round();
                let hours = Hours::Lamps {
                    from_h,
                    long_h: one_of(&[16.0, 18.0, 18.0], rng),
                    short_h: one_of(&[12.0, 12.0, 14.0], rng),
                    change_day: rng.gen_range(20..70),
                };
                (hours, log_between(0.4, 9.0, rng), between(0.05, 0.2, rng), 0.012)
            }
            _ => {
                let season = happens(0.5, rng).then(|| (rng.gen_range(80..110), rng.gen_range(260..300)));
                let hours =
                    Hours::Tank { run_h: log_between(0.3, 5.0, rng), duty: between(0.15, 0.7, rng), season };
                (hours, log_between(1.5, 40.0, rng), 0.01, 0.02)
            }
        };
        Self { level_kw, rest_share, noise_share, hours }
    }

    pub(super) fn add_to(&self, host_kw: &mut [f32], when: Range<usize>, span: &Span, rng: &mut impl Rng) {
        let mut tank = SlowNoise::over(self.tank_memory(span), rng);
        let temperature_c = span.temperature_or_assumed_c();
        let first_day = when.start / span.intervals_per_day;
        for day in first_day..when.end.div_ceil(span.intervals_per_day) {
            let date = span.date(day);
            let sun_h = self.sun_h(date);
            let noon_c = temperature_c[day * span.intervals_per_day + span.intervals_per_day / 2];
            for i in 0..span.intervals_per_day {
                let interval = day * span.intervals_per_day + i;
                let noise = normal(rng);
                let on = self.on(span, (day - first_day, date, noon_c), i, sun_h, (tank.next(rng), noise));
                if when.contains(&interval) {
                    let level_kw = self.level_kw * (1.0 + self.noise_share * noise).max(0.0);
                    host_kw[interval] += level_kw * on.max(self.rest_share);
                }
            }
        }
    }

    /// Returns the share of the level that is on in interval `i` of a day.
    fn on(
        &self,
        span: &Span,
        (age, date, noon_c): (usize, Date, f32),
        i: usize,
        sun_h: (f32, f32),
        noise: (f32, f32),
    ) -> f32 {
        match self.hours {
            Hours::Dark { late_share, .. } => {
                let late = on_share(span, i, 0.0, 5.0);
                on_share(span, i, sun_h.1, sun_h.0) * (1.0 - late * (1.0 - late_share))
            }
            Hours::Shift { from_h, to_h, closed, duty } => {
                let open = if closed == Some(date.weekday()) { 0.0 } else { on_share(span, i, from_h, to_h) };
                open * switched(duty, span.interval_h(), noise.1)
            }
            Hours::Lamps { from_h, long_h, short_h, change_day } => {
                let length_h = if age % (2 * change_day) < change_day { long_h } else { short_h };
                on_share(span, i, from_h, (from_h + length_h) % 24.0)
            }
            Hours::Season { from_h, warm_h, cold_h, warm_from_c } => {
                let length_h = if noon_c > warm_from_c { warm_h } else { cold_h };
                on_share(span, i, from_h, (from_h + length_h) % 24.0)
            }
            Hours::Tank { duty, season, .. } => {
                let day = date.day_of_year();
                let in_season = season.is_none_or(|(first, last)| (first..last).contains(&day));
                // Turns the duty into a limit on a standard normal value, by Tukey's lambda approximation.
                let limit = (duty.portable_powf(0.135) - (1.0 - duty).portable_powf(0.135)) / 0.1975;
                f32::from(u8::from(in_season && noise.0 < limit))
            }
        }
    }

    fn sun_h(&self, date: Date) -> (f32, f32) {
        match self.hours {
            Hours::Dark { latitude_deg, .. } => rise_and_set_h(latitude_deg, date),
            _ => (6.0, 18.0),
        }
    }

    fn tank_memory(&self, span: &Span) -> f32 {
        match self.hours {
            Hours::Tank { run_h, .. } => run_h / span.interval_h(),
            _ => 1.0,
        }
    }
}
