//! Draws loads that look like a rig but are not one: heating, vehicles, servers, lamps, people moving in.

mod clocked;
mod continuous;
mod heating;
mod occupancy;
mod vehicles;

use std::ops::Range;

use rand::Rng;

use self::clocked::Clocked;
use self::continuous::Continuous;
use self::heating::Heating;
use self::occupancy::Occupancy;
use self::vehicles::Charging;
use super::chance::happens;
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
}

/// Share of look-alikes that start within the span; the others started before.
const STARTS_WITHIN_SHARE: f32 = 0.35;

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
            LookAlike::Server | LookAlike::ColdStore | LookAlike::Telecom => {
                Load::Continuous(Continuous::draw(kind, host, rng))
            }
            LookAlike::StreetLighting | LookAlike::Bakery | LookAlike::GrowLights | LookAlike::Pumps => {
                Load::Clocked(Clocked::draw(kind, rng))
            }
            _ => Load::Occupancy(Occupancy::draw(kind, rng)),
        };
        let start = if happens(STARTS_WITHIN_SHARE, rng) && n > 0 { rng.gen_range(0..n) } else { 0 };
        let when = match &load {
            Load::Occupancy(occupancy) => occupancy.draw_period(span, rng),
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
