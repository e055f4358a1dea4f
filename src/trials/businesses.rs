//! Models the demand of businesses and public premises by their activity.

use rand::Rng;

use super::calendar::Calendar;
use hashwatt_rigs::chance::{SlowNoise, between, happens, log_between, normal};
use hashwatt_rigs::{Change, HostLoad, LookAlike, Span};

/// What a business or public premises does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activity {
    Shop,
    Office,
    School,
    Restaurant,
    Workshop,
    Bakery,
    ColdStore,
    Telecom,
    Greenhouse,
    TextileFactory,
    PumpingStation,
    StreetLighting,
    /// Containers in a yard, with no other load.
    Warehouse,
    /// A licensed farm.
    DataCentre,
}

impl Activity {
    /// Activities of a district's business meters, with their shares.
    pub const MIX: &'static [(Self, f32)] = &[
        (Self::Shop, 0.34),
        (Self::Office, 0.2),
        (Self::Restaurant, 0.1),
        (Self::Workshop, 0.08),
        (Self::School, 0.05),
        (Self::Telecom, 0.06),
        (Self::StreetLighting, 0.05),
        (Self::Bakery, 0.03),
        (Self::ColdStore, 0.03),
        (Self::PumpingStation, 0.03),
        (Self::Greenhouse, 0.02),
        (Self::TextileFactory, 0.01),
    ];

    /// Returns the name in the register.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Office => "office",
            Self::School => "school",
            Self::Restaurant => "restaurant",
            Self::Workshop => "workshop",
            Self::Bakery => "bakery",
            Self::ColdStore => "cold_store",
            Self::Telecom => "telecom",
            Self::Greenhouse => "greenhouse",
            Self::TextileFactory => "textile_factory",
            Self::PumpingStation => "pumping_station",
            Self::StreetLighting => "street_lighting",
            Self::Warehouse => "warehouse",
            Self::DataCentre => "data_mining",
        }
    }

    /// Draws one of the activities by its share.
    pub fn draw(rng: &mut impl Rng) -> Self {
        let mut at = between(0.0, 1.0, rng);
        for &(activity, share) in Self::MIX {
            if at < share {
                return activity;
            }
            at -= share;
        }
        Self::Shop
    }

    /// Returns the look-alike that this activity is, if it is one.
    pub const fn look_alike(self) -> Option<LookAlike> {
        match self {
            Self::Bakery => Some(LookAlike::Bakery),
            Self::ColdStore => Some(LookAlike::ColdStore),
            Self::Telecom => Some(LookAlike::Telecom),
            Self::PumpingStation => Some(LookAlike::Pumps),
            Self::StreetLighting => Some(LookAlike::StreetLighting),
            Self::Greenhouse => Some(LookAlike::GrowLights),
            _ => None,
        }
    }

    /// Draws the demand over the span. [kW]
    pub fn demand_kw(self, span: &Span, calendar: &Calendar, rng: &mut impl Rng) -> Vec<f32> {
        let Some(hours) = Hours::draw(self, rng) else {
            return self.machines_kw(span, rng);
        };
        let mut demand_kw = hours.demand_kw(span, calendar, rng);
        if self == Self::Greenhouse {
            let host = HostLoad::of(&demand_kw);
            Change::draw(LookAlike::GrowLights, span, &host, rng).all_along(span).apply(
                &mut demand_kw,
                span,
                rng,
            );
        }
        demand_kw
    }

    fn machines_kw(self, span: &Span, rng: &mut impl Rng) -> Vec<f32> {
        let small_kw = between(0.02, 0.3, rng);
        let mut demand_kw: Vec<f32> =
            (0..span.n_intervals()).map(|_| small_kw * (1.0 + 0.1 * normal(rng)).max(0.1)).collect();
        if let Some(kind) = self.look_alike() {
            let host = HostLoad { mean_kw: small_kw, peak_kw: small_kw };
            Change::draw(kind, span, &host, rng).all_along(span).apply(&mut demand_kw, span, rng);
        }
        demand_kw
    }
}

/// A load that follows opening hours.
#[derive(Debug, Clone)]
struct Hours {
    open_h: f32,
    close_h: f32,
    /// Demand while open in mild weather. [kW]
    open_kw: f32,
    /// Share of the load that stays on when closed.
    closed_share: f32,
    /// Load on a day off, as a share of a workday's load, 0..=1.
    day_off_share: f32,
    /// Increase per kelvin above 20 degC, as a share. [1/K]
    cooling_per_k: f32,
    /// Increase per kelvin below 8 degC, as a share. [1/K]
    heating_per_k: f32,
    noise_share: f32,
}

impl Hours {
    /// Returns `None` if the activity has no opening hours.
    fn draw(activity: Activity, rng: &mut impl Rng) -> Option<Self> {
        // Opening and closing hour, smallest and largest demand, share when closed, share on days off.
        let (open_h, close_h, low_kw, high_kw, closed, day_off) = match activity {
            Activity::Shop => (9.0, 21.0, 1.0, 40.0, (0.1, 0.45), (0.8, 1.0)),
            Activity::Office => (8.5, 18.5, 1.0, 60.0, (0.1, 0.4), (0.0, 0.25)),
            Activity::School => (7.5, 17.0, 8.0, 80.0, (0.1, 0.3), (0.0, 0.15)),
            Activity::Restaurant => (10.0, 23.5, 4.0, 50.0, (0.15, 0.4), (0.9, 1.2)),
            Activity::Workshop => (8.0, 18.0, 2.0, 60.0, (0.03, 0.2), (0.0, 0.4)),
            Activity::Greenhouse => (6.0, 20.0, 5.0, 60.0, (0.3, 0.6), (0.9, 1.0)),
            Activity::TextileFactory => (6.0, 22.5, 80.0, 600.0, (0.1, 0.3), (0.1, 0.6)),
            _ => return None,
        };
        Some(Self {
            open_h: open_h + between(-1.0, 1.0, rng),
            close_h: close_h + between(-1.5, 0.4, rng),
            open_kw: log_between(low_kw, high_kw, rng),
            closed_share: between(closed.0, closed.1, rng),
            day_off_share: between(day_off.0, day_off.1, rng),
            cooling_per_k: between(0.0, 0.04, rng),
            heating_per_k: if happens(0.3, rng) { between(0.005, 0.03, rng) } else { 0.0 },
            noise_share: between(0.05, 0.2, rng),
        })
    }

    fn demand_kw(&self, span: &Span, calendar: &Calendar, rng: &mut impl Rng) -> Vec<f32> {
        let temperature_c = span.temperature_or_assumed_c();
        let mut slow = SlowNoise::over(span.intervals_in(30.0) as f32, rng);
        let mut fast = SlowNoise::over(1.0, rng);
        let mut demand_kw = Vec::with_capacity(span.n_intervals());
        let opening: Vec<f32> = (0..span.intervals_per_day).map(|i| self.opening(span.hour(i))).collect();
        for (day, is_workday) in calendar.is_workday.iter().enumerate() {
            let today = if *is_workday { 1.0 } else { self.day_off_share };
            for (i, open) in opening.iter().enumerate() {
                let c = temperature_c[day * span.intervals_per_day + i];
                let weather =
                    self.cooling_per_k * (c - 20.0).max(0.0) + self.heating_per_k * (8.0 - c).max(0.0);
                let busy = open * today * (1.0 + weather);
                let noise = self.noise_share * (0.6 * slow.next(rng) + fast.next(rng) * (0.2 + busy));
                let share = self.closed_share + (1.0 - self.closed_share) * busy;
                demand_kw.push(self.open_kw * share * (1.0 + noise).max(0.15));
            }
        }
        demand_kw
    }

    /// Returns how far a place is open at a clock time, 0..=1; it takes an hour to fill and an hour to empty.
    fn opening(&self, hour: f32) -> f32 {
        (hour - self.open_h + 0.5).clamp(0.0, 1.0) * (self.close_h - hour).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::super::scenario::Scenario;
    use super::*;

    #[test]
    fn every_activity_gives_finite_demand_that_is_never_negative() {
        let scenario = Scenario::named("almaty-2021").unwrap();
        let calendar = Calendar::of(&scenario, scenario.first_day(60), 60, 30).unwrap();
        let span = Span::bare(calendar.first_day, 60, 48);
        for &(activity, _) in Activity::MIX {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
            let demand_kw = activity.demand_kw(&span, &calendar, &mut rng);
            assert_eq!(demand_kw.len(), span.n_intervals());
            assert!(demand_kw.iter().all(|kw| kw.is_finite() && *kw >= 0.0), "{activity:?}");
        }
    }

    #[test]
    fn the_mix_of_activities_is_whole() {
        let sum: f32 = Activity::MIX.iter().map(|(_, share)| share).sum();
        assert!((sum - 1.0).abs() < 1e-5);
    }
}
