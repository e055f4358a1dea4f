//! Draws loads that look like a rig but are not one: heating, vehicles, servers, lamps, people moving in.

mod clocked;
mod continuous;
mod cooling;
mod heating;
mod occupancy;
mod vehicles;
mod water;

use std::ops::Range;

use rand::Rng;

use self::clocked::Clocked;
use self::continuous::Continuous;
use self::cooling::Cooling;
use self::heating::Heating;
use self::occupancy::Occupancy;
use self::vehicles::Charging;
use self::water::WaterHeater;
use super::chance::{happens, log_between};
use super::site::HostLoad;
use super::span::Span;

/// Kind of a load that looks like a rig.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum LookAlike {
    /// Heaters that charge in the cheap night hours.
    StorageHeating,
    /// Heated floors on a thermostat.
    FloorHeating,
    /// A heat pump for rooms and hot water.
    HeatPump,
    /// An electric vehicle that charges at home, mostly at night.
    EvCharging,
    /// A small server room.
    Server,
    /// A cold store with compressors.
    ColdStore,
    /// A telecom site.
    Telecom,
    /// Street lamps on a light sensor.
    StreetLighting,
    /// A bakery's ovens before dawn.
    Bakery,
    /// Grow lights, 12-18 h a day.
    GrowLights,
    /// Pumps that fill a tank or irrigate fields.
    Pumps,
    /// A family that moves in.
    MovingIn,
    /// An empty flat with a fridge.
    EmptyFlat,
    /// A channel that repeats one value for days.
    StuckChannel,
    /// A home used on some weekends and in the holidays.
    HolidayHome,
    /// A dryer that a builder leaves in a wet room for days or weeks.
    BuildingDryer,
    /// A dehumidifier in a cellar.
    Dehumidifier,
    /// A patient's oxygen concentrator.
    OxygenConcentrator,
    /// The circulation pump of a pool.
    PoolPump,
    /// Air conditioning.
    AirConditioning,
    /// An electric water heater with a tank.
    WaterHeater,
    /// A laundry's machines in its opening hours.
    Laundry,
}

/// Share of look-alikes that start within the span; the others started before.
const STARTS_WITHIN_SHARE: f32 = 0.35;

/// Time for which a dryer is lent: plaster takes weeks, a burst pipe some days. [d]
const LENT_DAYS: (f32, f32) = (3.0, 35.0);

impl LookAlike {
    /// Every look-alike.
    pub const ALL: &'static [Self] = &[
        Self::StorageHeating,
        Self::FloorHeating,
        Self::HeatPump,
        Self::EvCharging,
        Self::Server,
        Self::ColdStore,
        Self::Telecom,
        Self::StreetLighting,
        Self::Bakery,
        Self::GrowLights,
        Self::Pumps,
        Self::MovingIn,
        Self::EmptyFlat,
        Self::StuckChannel,
        Self::HolidayHome,
        Self::BuildingDryer,
        Self::Dehumidifier,
        Self::OxygenConcentrator,
        Self::PoolPump,
        Self::AirConditioning,
        Self::WaterHeater,
        Self::Laundry,
    ];

    /// Returns the name in tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A change to the load of its host, drawn but not yet applied.
#[derive(Debug, Clone)]
pub struct Change {
    kind: LookAlike,
    when: Range<usize>,
    load: Load,
}

/// The truth about a planted look-alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangeTruth {
    /// What it is.
    pub kind: LookAlike,
    /// First day, counted from the span's first day; `None`: before the span.
    pub onset_day: Option<usize>,
    /// Last day; `None` if it does not end within the span.
    pub end_day: Option<usize>,
}

#[derive(Debug, Clone)]
enum Load {
    Heating(Heating),
    Charging(Charging),
    Continuous(Continuous),
    Clocked(Clocked),
    Cooling(Cooling),
    Water(WaterHeater),
    Occupancy(Occupancy),
}

impl Change {
    /// Draws a look-alike for a host: its size, habits and start.
    #[must_use]
    pub fn draw(kind: LookAlike, span: &Span, host: &HostLoad, rng: &mut impl Rng) -> Self {
        let n = span.n_intervals();
        let load = match kind {
            LookAlike::StorageHeating | LookAlike::FloorHeating | LookAlike::HeatPump => {
                Load::Heating(Heating::draw(kind, rng))
            }
            LookAlike::EvCharging => Load::Charging(Charging::draw(rng)),
            LookAlike::Server
            | LookAlike::ColdStore
            | LookAlike::Telecom
            | LookAlike::BuildingDryer
            | LookAlike::Dehumidifier
            | LookAlike::OxygenConcentrator => Load::Continuous(Continuous::draw(kind, host, rng)),
            LookAlike::StreetLighting
            | LookAlike::Bakery
            | LookAlike::GrowLights
            | LookAlike::Pumps
            | LookAlike::PoolPump
            | LookAlike::Laundry => Load::Clocked(Clocked::draw(kind, rng)),
            LookAlike::AirConditioning => Load::Cooling(Cooling::draw(rng)),
            LookAlike::WaterHeater => Load::Water(WaterHeater::draw(rng)),
            _ => Load::Occupancy(Occupancy::draw(kind, rng)),
        };
        let start = if happens(STARTS_WITHIN_SHARE, rng) && n > 0 { rng.gen_range(0..n) } else { 0 };
        let when = match &load {
            Load::Occupancy(occupancy) => occupancy.draw_period(span, rng),
            // A dryer is lent for some days, within the span or over its end.
            _ if kind == LookAlike::BuildingDryer => {
                let lent = span.intervals_in(24.0 * log_between(LENT_DAYS.0, LENT_DAYS.1, rng));
                let from = if n > 0 { rng.gen_range(0..n) } else { 0 };
                from..from.saturating_add(lent).min(n)
            }
            _ => start..n,
        };
        Self { kind, when, load }
    }

    /// Returns the look-alike, present over the whole span.
    #[must_use]
    pub fn all_along(mut self, span: &Span) -> Self {
        self.when = 0..span.n_intervals();
        self
    }

    /// Changes the host's demand in place. [kW]
    pub fn apply(&self, host_kw: &mut [f32], span: &Span, rng: &mut impl Rng) {
        let when = self.when.start.min(host_kw.len())..self.when.end.min(host_kw.len());
        match &self.load {
            Load::Heating(heating) => heating.add_to(host_kw, when, span, rng),
            Load::Charging(charging) => charging.add_to(host_kw, when, span, rng),
            Load::Continuous(continuous) => continuous.add_to(host_kw, when, span, rng),
            Load::Clocked(clocked) => clocked.add_to(host_kw, when, span, rng),
            Load::Cooling(cooling) => cooling.add_to(host_kw, when, span, rng),
            Load::Water(heater) => heater.add_to(host_kw, when, span, rng),
            Load::Occupancy(occupancy) => occupancy.change(host_kw, when, span, rng),
        }
    }

    /// Returns the truth about this look-alike.
    #[must_use]
    pub fn truth(&self, span: &Span) -> ChangeTruth {
        ChangeTruth {
            kind: self.kind,
            onset_day: (self.when.start > 0).then(|| self.when.start / span.intervals_per_day),
            end_day: (self.when.end < span.n_intervals())
                .then(|| self.when.end.saturating_sub(1) / span.intervals_per_day),
        }
    }
}

/// Returns the share of an interval that a thermostat or pressure switch is on, around its mean duty.
///
/// It switches every 20-40 minutes. The longer the interval, the more this averages out.
fn switched(duty: f32, interval_h: f32, noise: f32) -> f32 {
    let spread = 0.5 * (duty * (1.0 - duty)).max(0.0).sqrt() * (0.4 / interval_h).sqrt().min(1.6);
    (duty + spread * noise).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    fn home_kw(span: &Span, rng: &mut impl Rng) -> Vec<f32> {
        (0..span.n_intervals()).map(|_| 0.1 + 0.6 * rng.gen_range(0.0f32..1.0)).collect()
    }

    fn apply(kind: LookAlike, span: &Span, seed: u64) -> (Vec<f32>, Vec<f32>) {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let before_kw = home_kw(span, &mut rng);
        let mut after_kw = before_kw.clone();
        let change = Change::draw(kind, span, &HostLoad::of(&before_kw), &mut rng);
        change.apply(&mut after_kw, span, &mut rng);
        (before_kw, after_kw)
    }

    #[test]
    fn every_look_alike_gives_finite_demand_that_is_never_negative() {
        for (n_days, intervals_per_day) in [(365, 24), (40, 48), (1, 96)] {
            let span = Span::bare(date(2021, 6, 1), n_days, intervals_per_day);
            for &kind in LookAlike::ALL {
                for seed in 0..10 {
                    let (_, after_kw) = apply(kind, &span, seed);
                    assert!(after_kw.iter().all(|kw| kw.is_finite() && *kw >= 0.0), "{kind:?} {seed}");
                }
            }
        }
    }

    #[test]
    fn every_look_alike_changes_a_year() {
        let span = Span::bare(date(2021, 6, 1), 365, 24);
        for &kind in LookAlike::ALL {
            assert!(
                (0..5).any(|seed| {
                    let (before, after) = apply(kind, &span, seed);
                    before != after
                }),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn the_same_generator_state_gives_the_same_change() {
        let span = Span::bare(date(2021, 6, 1), 60, 24);
        for &kind in LookAlike::ALL {
            assert_eq!(apply(kind, &span, 4), apply(kind, &span, 4));
        }
    }

    #[test]
    fn electric_heating_is_stronger_in_winter() {
        let span = Span::bare(date(2021, 1, 1), 365, 24);
        for kind in [LookAlike::StorageHeating, LookAlike::FloorHeating, LookAlike::HeatPump] {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
            let host = HostLoad { mean_kw: 0.4, peak_kw: 4.0 };
            let mut kw = vec![0.0; span.n_intervals()];
            Change::draw(kind, &span, &host, &mut rng).all_along(&span).apply(&mut kw, &span, &mut rng);
            let (january, july): (f32, f32) = (kw[..744].iter().sum(), kw[4_400..5_144].iter().sum());
            assert!(january > 2.0 * july && january > 0.0, "{kind:?} {january} {july}");
        }
    }

    #[test]
    fn a_dryer_is_given_back() {
        let span = Span::bare(date(2021, 6, 1), 365, 24);
        for seed in 0..20 {
            let (before_kw, after_kw) = apply(LookAlike::BuildingDryer, &span, seed);
            let n_days =
                before_kw.iter().zip(&after_kw).filter(|(before, after)| after > before).count() / 24;
            assert!((0..=35).contains(&n_days), "{n_days}");
        }
    }

    #[test]
    fn air_conditioning_and_pools_draw_in_summer() {
        let span = Span::bare(date(2021, 1, 1), 365, 24);
        for kind in [LookAlike::AirConditioning, LookAlike::PoolPump] {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
            let host = HostLoad { mean_kw: 0.4, peak_kw: 4.0 };
            let mut kw = vec![0.0; span.n_intervals()];
            Change::draw(kind, &span, &host, &mut rng).all_along(&span).apply(&mut kw, &span, &mut rng);
            let (january, july): (f32, f32) = (kw[..744].iter().sum(), kw[4_400..5_144].iter().sum());
            assert!(july > january && july > 0.0, "{kind:?} {january} {july}");
        }
    }

    #[test]
    fn a_water_heater_uses_a_households_hot_water() {
        let span = Span::bare(date(2021, 1, 1), 100, 48);
        for seed in 0..10 {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let host = HostLoad { mean_kw: 0.4, peak_kw: 4.0 };
            let mut kw = vec![0.0; span.n_intervals()];
            Change::draw(LookAlike::WaterHeater, &span, &host, &mut rng)
                .all_along(&span)
                .apply(&mut kw, &span, &mut rng);
            let daily_kwh = kw.iter().sum::<f32>() / 2.0 / 100.0;
            assert!((2.0..20.0).contains(&daily_kwh) && kw.contains(&0.0), "{seed} {daily_kwh}");
        }
    }

    #[test]
    fn street_lighting_is_dark_at_noon() {
        let span = Span::bare(date(2021, 1, 1), 365, 24);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
        let host = HostLoad { mean_kw: 0.0, peak_kw: 0.0 };
        let mut kw = vec![0.0; span.n_intervals()];
        Change::draw(LookAlike::StreetLighting, &span, &host, &mut rng)
            .all_along(&span)
            .apply(&mut kw, &span, &mut rng);
        assert!(kw[12..].iter().step_by(24).all(|kw| *kw == 0.0));
        assert!(kw.iter().step_by(24).all(|kw| *kw > 0.0));
    }
}
