//! Models a household's demand: base load, fridge, and appliances as separate events.

use hashwatt_core::portable::Portable;
use rand::Rng;

use super::calendar::Calendar;
use super::plan::Customer;
use super::scenario::Zone;
use hashwatt_rigs::Span;
use hashwatt_rigs::chance::{SlowNoise, between, happens, heavy_tailed, log_between, normal, one_of, whole};
use hashwatt_rigs::sun::rise_and_set_h;

/// Standard deviation of the log of energy between homes of one kind; the European panels show 0.6-0.8.
const LEVEL_LOG_DEVIATION: f32 = 0.55;

/// A house uses this many times the energy of a flat.
const HOUSE_LEVEL: f32 = 1.5;

/// Relative deviation of the base load from day to day: chargers, a lamp left on, a second fridge.
const BASE_DEVIATION: f32 = 0.15;

/// Outdoor temperature above which air conditioning runs. [degC]
const COOLING_ABOVE_C: f32 = 25.0;

/// Share of homes with air conditioning.
const COOLING_SHARE: f32 = 0.25;

/// Share of homes with an electric water heater.
const BOILER_SHARE: f32 = 0.3;

/// Share of small appliances that run at night, when most people sleep.
const NIGHT_SHARE: f32 = 0.06;

/// A household and its appliances.
#[derive(Debug, Clone)]
pub(super) struct Home {
    /// Standby load: router, aquarium, standby of appliances. [kW]
    base_kw: f32,
    /// Mean draw of fridge and freezer. [kW]
    fridge_kw: f32,
    /// Multiplies how often and how long appliances run.
    level: f32,
    n_people: usize,
    /// Draw of the stove while cooking; 0: a gas stove. [kW]
    stove_kw: f32,
    boiler_kw: f32,
    cooling_kw: f32,
    lighting_kw: f32,
    leave_h: f32,
    return_h: f32,
    sleep_h: f32,
    /// Probability that somebody is at home on a workday.
    stays_in: f32,
}

impl Home {
    pub fn draw(customer: Customer, zone: &Zone, rng: &mut impl Rng) -> Self {
        let n_people = one_of(&[1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 6], rng);
        let size = if customer == Customer::House { HOUSE_LEVEL } else { 1.0 };
        let level = size * heavy_tailed(LEVEL_LOG_DEVIATION, rng) * (0.5 + 0.2 * n_people as f32);
        let fraction = |share: f32, kw: f32, rng: &mut _| if happens(share, rng) { kw } else { 0.0 };
        Self {
            base_kw: log_between(0.025, 0.2, rng) * level.portable_powf(0.8),
            fridge_kw: between(0.02, 0.09, rng),
            level,
            n_people,
            stove_kw: fraction(zone.electric_stove_share, log_between(0.9, 2.6, rng), rng),
            boiler_kw: fraction(BOILER_SHARE, between(1.2, 2.2, rng), rng),
            cooling_kw: fraction(COOLING_SHARE, between(0.7, 1.6, rng), rng),
            lighting_kw: log_between(0.03, 0.35, rng) * level.portable_powf(0.7),
            leave_h: between(6.5, 9.5, rng),
            return_h: between(15.5, 20.0, rng),
            sleep_h: between(21.5, 25.5, rng),
            stays_in: between(0.05, 0.9, rng),
        }
    }

    /// Draws the demand over the span. [kW]
    pub fn demand_kw(&self, span: &Span, calendar: &Calendar, zone: &Zone, rng: &mut impl Rng) -> Vec<f32> {
        let temperature_c = span.temperature_or_assumed_c();
        let mut demand_kw: Vec<f32> = Vec::with_capacity(span.n_intervals());
        let mut habits = SlowNoise::over(3.0, rng);
        for _ in 0..span.n_days {
            let base_kw = self.base_kw * (BASE_DEVIATION * habits.next(rng)).portable_exp();
            demand_kw.extend((0..span.intervals_per_day).map(|_| self.idle_kw(base_kw, rng)));
        }
        let mut away_days = 0;
        for day in 0..span.n_days {
            if away_days == 0 && happens(0.006, rng) {
                away_days = whole(2, 18, rng);
            }
            if away_days > 0 {
                away_days -= 1;
                continue;
            }
            let mut events = Events { demand_kw: &mut demand_kw, day, span };
            self.live_a_day(&mut events, calendar.is_workday[day], rng);
            self.light(&mut events, zone, rng);
            let afternoon_c = temperature_c[(day * 24 + 15) * span.intervals_per_day / 24];
            self.cool(&mut events, afternoon_c, rng);
        }
        demand_kw
    }

    fn idle_kw(&self, base_kw: f32, rng: &mut impl Rng) -> f32 {
        base_kw * (1.0 + 0.04 * normal(rng)).max(0.5)
            + self.fridge_kw * (1.0 + 0.5 * normal(rng)).clamp(0.0, 2.2)
    }

    fn live_a_day(&self, events: &mut Events, is_workday: bool, rng: &mut impl Rng) {
        let out = is_workday && !happens(self.stays_in, rng);
        let rise_h = if is_workday { self.leave_h - 1.2 } else { self.leave_h + between(0.0, 2.0, rng) };
        self.cook(events, rise_h + between(0.0, 0.8, rng), 0.2, rng);
        let home_h = if out { self.return_h + between(-0.8, 0.8, rng) } else { 12.0 };
        if !out {
            self.cook(events, between(12.0, 14.0, rng), 0.5, rng);
        }
        self.cook(events, home_h.max(17.0) + between(0.2, 2.0, rng), 0.8, rng);
        let screens_kw = self.lighting_kw * between(0.4, 1.5, rng) + 0.03 * self.n_people as f32;
        events.run(screens_kw, home_h + between(0.0, 1.0, rng), self.sleep_h + between(-0.6, 0.6, rng));
        self.wash(events, home_h, rng);
        self.heat_water(events, rise_h, home_h, rng);
        let n_small = (self.level * between(0.0, 5.0, rng)) as usize;
        for _ in 0..n_small {
            let awake_h = if out { home_h } else { rise_h };
            let is_night = happens(NIGHT_SHARE, rng);
            let from_h = if is_night { between(0.0, 6.0, rng) } else { between(awake_h, 23.5, rng) };
            events.run(log_between(0.3, 2.2, rng), from_h, from_h + log_between(0.05, 0.6, rng));
        }
    }

    /// Adds a meal: the stove for about `hours`, and a kettle.
    fn cook(&self, events: &mut Events, at_h: f32, hours: f32, rng: &mut impl Rng) {
        events.run(2.0, at_h, at_h + 0.03 * (1.0 + self.n_people as f32));
        if self.stove_kw > 0.0 && happens((0.45 * self.level + 0.3).min(0.95), rng) {
            let kw = self.stove_kw * between(0.4, 1.1, rng);
            events.run(kw, at_h, at_h + hours * log_between(0.5, 2.0, rng));
        }
    }

    fn wash(&self, events: &mut Events, home_h: f32, rng: &mut impl Rng) {
        if happens((0.12 * self.n_people as f32).min(0.7), rng) {
            let from_h = home_h + between(0.0, 5.0, rng);
            events.run(2.0, from_h, from_h + between(0.25, 0.6, rng));
            events.run(0.25, from_h + 0.6, from_h + between(1.2, 2.2, rng));
        }
    }

    fn heat_water(&self, events: &mut Events, rise_h: f32, home_h: f32, rng: &mut impl Rng) {
        if self.boiler_kw == 0.0 {
            return;
        }
        for at_h in [rise_h, home_h + between(0.5, 4.0, rng)] {
            let hours = (0.25 * self.n_people as f32 * between(0.3, 1.4, rng)).min(2.5);
            events.run(self.boiler_kw, at_h, at_h + hours);
        }
    }

    fn light(&self, events: &mut Events, zone: &Zone, rng: &mut impl Rng) {
        let date = events.span.date(events.day);
        let (rise_h, set_h) = rise_and_set_h(zone.latitude_deg as f32, date);
        let kw = self.lighting_kw * between(0.7, 1.3, rng);
        events.run(kw, set_h + between(-0.3, 0.5, rng), self.sleep_h);
        events.run(0.6 * kw, self.leave_h - 1.0, rise_h.max(self.leave_h - 1.0));
    }

    fn cool(&self, events: &mut Events, afternoon_c: f32, rng: &mut impl Rng) {
        let excess_k = afternoon_c - COOLING_ABOVE_C;
        if self.cooling_kw > 0.0 && excess_k > 0.0 {
            let from_h = between(12.0, 18.0, rng);
            let hours = (0.8 * excess_k).min(9.0) * between(0.5, 1.2, rng);
            events.run(self.cooling_kw * between(0.5, 1.0, rng), from_h, from_h + hours);
        }
    }
}

/// Adds appliances to one day.
struct Events<'a> {
    demand_kw: &'a mut [f32],
    day: usize,
    span: &'a Span<'a>,
}

impl Events<'_> {
    /// Runs an appliance between two clock times of the day; past 24 h it continues into the next day.
    fn run(&mut self, kw: f32, from_h: f32, to_h: f32) {
        let interval_h = self.span.interval_h();
        let (from, to) = (from_h / interval_h, to_h / interval_h);
        let day_start = self.day * self.span.intervals_per_day;
        let first = day_start + from.max(0.0) as usize;
        let end = (day_start + to.max(0.0).ceil() as usize).min(self.demand_kw.len());
        for i in first..end {
            let at = (i - day_start) as f32;
            self.demand_kw[i] += kw * ((at + 1.0).min(to) - at.max(from)).max(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::super::scenario::Scenario;
    use super::*;

    #[test]
    fn homes_use_what_homes_use_and_are_spiky() {
        let scenario = Scenario::named("almaty-2021").unwrap();
        let calendar = Calendar::of(&scenario, scenario.first_day(60), 60, 30).unwrap();
        let span = Span::bare(calendar.first_day, 60, 48);
        let zone = &scenario.zones[0];
        let mut means_kw = Vec::new();
        for seed in 0..60 {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let demand_kw =
                Home::draw(Customer::Flat, zone, &mut rng).demand_kw(&span, &calendar, zone, &mut rng);
            assert!(demand_kw.iter().all(|kw| kw.is_finite() && *kw >= 0.0));
            let mean_kw = demand_kw.iter().sum::<f32>() / demand_kw.len() as f32;
            let peak_kw = demand_kw.iter().copied().fold(0.0, f32::max);
            assert!(peak_kw > 3.0 * mean_kw, "{seed}: {peak_kw} {mean_kw}");
            means_kw.push(mean_kw);
        }
        means_kw.sort_by(f32::total_cmp);
        assert!((0.15..0.8).contains(&means_kw[30]), "median {}", means_kw[30]);
    }
}
