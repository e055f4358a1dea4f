//! Plans a district: transformers, their usage points, and which of them have rigs or look-alikes.

use std::collections::BTreeSet;
use std::ops::Range;

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::addresses::Neighbourhood;
use super::businesses::Activity;
use super::large::{Large, draw_large};
use super::scenario::{Scenario, Zone};
use super::story::{Story, tell};
use hashwatt_rigs::chance::{between, happens, one_of, whole};
use hashwatt_rigs::{LookAlike, RigForm};

/// Transformers per feeder.
const TRANSFORMERS_PER_FEEDER: usize = 15;

/// Feeders per substation.
const FEEDERS_PER_SUBSTATION: usize = 6;

/// Share of transformers that feed mostly homes.
const RESIDENTIAL_SHARE: f32 = 0.75;

/// Share of homes with one of the look-alikes below, electric heating not counted.
const HOME_LOOK_ALIKE_SHARE: f32 = 0.07;

/// Share of transformers with one meter that the register lists under the transformer before.
const MISLISTED_SHARE: f32 = 0.015;

/// Districts with fewer usage points than this have no licensed farm.
const MIN_FOR_LICENCE: usize = 150;

/// Share of transformers that feed unmetered street lamps.
const UNMETERED_LAMPS_SHARE: f32 = 0.05;

/// At most this share of transformers has a tap.
const MAX_TAPPED_SHARE: f32 = 0.12;

const HOME_LOOK_ALIKES: [LookAlike; 10] = [
    LookAlike::EvCharging,
    LookAlike::EvCharging,
    LookAlike::Server,
    LookAlike::GrowLights,
    LookAlike::MovingIn,
    LookAlike::MovingIn,
    LookAlike::EmptyFlat,
    LookAlike::EmptyFlat,
    LookAlike::StuckChannel,
    LookAlike::HolidayHome,
];

const HEATING: [LookAlike; 4] =
    [LookAlike::StorageHeating, LookAlike::FloorHeating, LookAlike::FloorHeating, LookAlike::HeatPump];

/// Plan of a district, before it is simulated.
#[derive(Debug)]
pub(super) struct Plan {
    pub points: Vec<PointPlan>,
    pub transformers: Vec<TransformerPlan>,
    /// Substation of each feeder.
    pub feeders: Vec<usize>,
    /// Zone of each substation.
    pub substations: Vec<usize>,
    /// Customers at 220 kV.
    pub large: Vec<Large>,
}

/// Plan of one usage point and its meter.
#[derive(Debug, Clone)]
pub(super) struct PointPlan {
    pub customer: Customer,
    pub task: Task,
    pub address: String,
    pub latitude_deg: f64,
    pub longitude_deg: f64,
    /// The transformer that the register names by mistake.
    pub listed_under: Option<usize>,
    /// When its rig comes and goes, if the scenario says so.
    pub story: Option<Story>,
}

/// Plan of one transformer and its meter.
#[derive(Debug, Clone)]
pub(super) struct TransformerPlan {
    pub zone: usize,
    pub feeder: usize,
    pub points: Range<usize>,
    pub neighbourhood: Neighbourhood,
    pub unmetered: Unmetered,
    /// When the rig on its tap comes and goes, if the scenario says so.
    pub story: Option<Story>,
}

/// Kind of customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Customer {
    Flat,
    House,
    Business(Activity),
}

/// What is planted at a usage point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    Plain,
    Rig(RigForm),
    LookAlike(LookAlike),
    /// A licensed farm that keeps to its declared demand.
    Licensed,
    /// A licensed farm that draws more than it declared.
    OverDeclared,
}

/// Unmetered load of a transformer, other than the unmetered part of a rig.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unmetered {
    Nothing,
    /// A farm on a tap of the low-voltage line.
    Tap,
    /// Street lamps without a meter.
    Lamps,
}

impl Plan {
    pub fn draw(scenario: &Scenario, n_meters: usize, prevalence: f32, seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut plan = Self {
            points: Vec::with_capacity(n_meters),
            transformers: Vec::new(),
            feeders: Vec::new(),
            substations: Vec::new(),
            large: Vec::new(),
        };
        let mut share = 0.0;
        for (zone, one) in scenario.zones.iter().enumerate() {
            share += one.share;
            let is_last = zone + 1 == scenario.zones.len();
            let end = if is_last { n_meters } else { (share * n_meters as f32).round() as usize };
            plan.add_zone(scenario, zone, end.min(n_meters), prevalence, &mut rng);
        }
        plan.mislist(&mut rng);
        tell(&mut plan, scenario, n_meters, &mut rng);
        draw_large(&mut plan, scenario, n_meters, &mut rng);
        plan
    }

    /// Adds a zone whose last usage point is the one before `end`.
    fn add_zone(
        &mut self,
        scenario: &Scenario,
        zone: usize,
        end: usize,
        prevalence: f32,
        rng: &mut impl Rng,
    ) {
        let (first_point, first) = (self.points.len(), self.transformers.len());
        while self.points.len() < end {
            let n_before = self.transformers.len() - first;
            if n_before.is_multiple_of(TRANSFORMERS_PER_FEEDER) {
                if (n_before / TRANSFORMERS_PER_FEEDER).is_multiple_of(FEEDERS_PER_SUBSTATION) {
                    self.substations.push(zone);
                }
                self.feeders.push(self.substations.len() - 1);
            }
            self.add_transformer(scenario, zone, end, rng);
        }
        let prevalence = (prevalence * scenario.zones[zone].rigs_weight).min(1.0);
        self.plant(scenario, first_point, first, prevalence, rng);
        self.tap(scenario, first, prevalence, rng);
    }

    fn add_transformer(&mut self, scenario: &Scenario, zone: usize, end: usize, rng: &mut impl Rng) {
        let is_residential = happens(RESIDENTIAL_SHARE, rng);
        let size = if is_residential { whole(35, 80, rng) } else { whole(6, 20, rng) };
        let from = self.points.len();
        let to = (from + size).min(end);
        let climate = &scenario.zones[zone];
        let mut neighbourhood = Neighbourhood::draw(scenario.streets, climate, rng);
        let before: Vec<_> =
            self.transformers.iter().map(|one| (one.neighbourhood.clone(), one.points.len())).collect();
        neighbourhood.move_past(&before, to - from);
        let business_share = if is_residential { 0.05 } else { 0.95 };
        let is_of_flats = happens(climate.flats_share, rng);
        for n in 0..to - from {
            let customer = match (happens(business_share, rng), is_of_flats) {
                (true, _) => Customer::Business(Activity::draw(rng)),
                (false, true) => Customer::Flat,
                (false, false) => Customer::House,
            };
            self.points.push(draw_point(customer, n, &neighbourhood, climate, rng));
        }
        let feeder = self.feeders.len() - 1;
        let unmetered =
            if happens(UNMETERED_LAMPS_SHARE, rng) { Unmetered::Lamps } else { Unmetered::Nothing };
        let points = from..to;
        self.transformers.push(TransformerPlan {
            zone,
            feeder,
            points,
            neighbourhood,
            unmetered,
            story: None,
        });
    }

    /// Assigns rigs and licensed farms to randomly chosen usage points of a zone.
    fn plant(
        &mut self,
        scenario: &Scenario,
        first_point: usize,
        first: usize,
        prevalence: f32,
        rng: &mut impl Rng,
    ) {
        let rigs = &scenario.rigs;
        let n_meters = self.points.len() - first_point;
        let n_rigs = (n_meters as f32 * prevalence).round() as usize;
        let n_rigs = if prevalence > 0.0 { n_rigs.max(1).min(n_meters) } else { 0 };
        let n_licensed = if n_meters >= MIN_FOR_LICENCE { 1 + n_meters / rigs.meters_per_licence } else { 0 };
        let n_chosen = (n_rigs + n_licensed).min(n_meters);
        let chosen: Vec<usize> =
            rand::seq::index::sample(rng, n_meters, n_chosen).into_iter().map(|n| first_point + n).collect();
        let (mut homes, mut businesses) = (0, 0);
        let mut yards = self.yards(first, &chosen, rng);
        for (k, &at) in chosen.iter().enumerate() {
            let is_large = k >= n_rigs || (1..=3).contains(&(k % rigs.covers_every));
            let at = if is_large { yards.pop().unwrap_or(at) } else { at };
            let point = &mut self.points[at];
            if k >= n_rigs {
                point.customer = Customer::Business(Activity::DataCentre);
                // One licensed farm in four draws more than it declared.
                point.task = if (k - n_rigs) % 4 == 1 { Task::OverDeclared } else { Task::Licensed };
                continue;
            }
            match k % rigs.covers_every {
                1 => point.customer = Customer::Business(Activity::Greenhouse),
                2 => point.customer = Customer::Business(Activity::TextileFactory),
                3 => point.customer = Customer::Business(Activity::Warehouse),
                _ => {}
            }
            let is_home = !point.is_business();
            let (deck, dealt) =
                if is_home { (&rigs.homes, &mut homes) } else { (&rigs.businesses, &mut businesses) };
            let form = deck[*dealt % deck.len()];
            *dealt += 1;
            let is_container = point.customer == Customer::Business(Activity::Warehouse);
            point.task = Task::Rig(if is_container { RigForm::Flat } else { form });
        }
    }

    /// Returns the usage points of a zone's transformers that feed businesses, shuffled; large farms need such
    /// a supply.
    fn yards(&self, first: usize, taken: &[usize], rng: &mut impl Rng) -> Vec<usize> {
        let businesses = |below: &Range<usize>| {
            let n = self.points[below.clone()].iter().filter(|point| point.is_business()).count();
            2 * n > below.len()
        };
        let below = self.transformers[first..].iter().map(|transformer| transformer.points.clone());
        let taken: BTreeSet<usize> = taken.iter().copied().collect();
        let mut yards: Vec<usize> =
            below.filter(businesses).flatten().filter(|point| !taken.contains(point)).collect();
        yards.shuffle(rng);
        yards
    }

    /// Lists a few meters under the wrong transformer, the one before theirs.
    fn mislist(&mut self, rng: &mut impl Rng) {
        for transformer in 1..self.transformers.len() {
            let is_of_zone = self.transformers[transformer].zone == self.transformers[transformer - 1].zone;
            if happens(MISLISTED_SHARE, rng) && is_of_zone {
                let below = self.transformers[transformer].points.clone();
                self.points[whole(below.start, below.end - 1, rng)].listed_under = Some(transformer - 1);
            }
        }
    }

    fn tap(&mut self, scenario: &Scenario, first: usize, prevalence: f32, rng: &mut impl Rng) {
        let share = (scenario.rigs.taps_per_rig_share * prevalence).min(MAX_TAPPED_SHARE);
        let own = self.transformers.len() - first;
        let n = (share * own as f32).round() as usize;
        // A story has at least one of each.
        let n = if scenario.tells_arrivals() && share > 0.0 { n.max(1) } else { n };
        for at in rand::seq::index::sample(rng, own, n.min(own)) {
            self.transformers[first + at].unmetered = Unmetered::Tap;
        }
    }
}

impl PointPlan {
    /// Whether the customer is a business.
    pub const fn is_business(&self) -> bool {
        matches!(self.customer, Customer::Business(_))
    }
}

/// Returns the id of a usage point's meter; numbers follow the transformers.
pub(super) fn meter_id(point: usize) -> String {
    format!("M{:07}", point + 1)
}

/// Returns the id of a transformer and of its meter.
pub(super) fn transformer_id(transformer: usize) -> String {
    format!("T{:05}", transformer + 1)
}

/// Returns the id of a feeder and of its meter.
pub(super) fn feeder_id(feeder: usize) -> String {
    format!("TF{:04}", feeder + 1)
}

/// Returns the id of a substation and of its meter.
pub(super) fn substation_id(substation: usize) -> String {
    format!("TS{:03}", substation + 1)
}

fn draw_point(
    customer: Customer,
    n: usize,
    street: &Neighbourhood,
    zone: &Zone,
    rng: &mut impl Rng,
) -> PointPlan {
    let door = match customer {
        Customer::Flat => Some("flat"),
        Customer::House => None,
        Customer::Business(_) => Some("unit"),
    };
    let (latitude_deg, longitude_deg) = street.coordinates(rng);
    let task = match customer {
        Customer::Business(activity) => activity.look_alike().map_or(Task::Plain, Task::LookAlike),
        Customer::Flat | Customer::House => draw_home_task(zone, rng),
    };
    PointPlan {
        customer,
        task,
        address: street.address(n, door),
        latitude_deg,
        longitude_deg,
        listed_under: None,
        story: None,
    }
}

fn draw_home_task(zone: &Zone, rng: &mut impl Rng) -> Task {
    let at = between(0.0, 1.0, rng);
    if at < zone.electric_heating_share {
        Task::LookAlike(one_of(&HEATING, rng))
    } else if at < zone.electric_heating_share + HOME_LOOK_ALIKE_SHARE {
        Task::LookAlike(one_of(&HOME_LOOK_ALIKES, rng))
    } else {
        Task::Plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_has_as_many_rigs_as_its_prevalence_says() {
        let plan = Plan::draw(&Scenario::named("almaty-2021").unwrap(), 2000, 0.02, 1);
        let rigs = plan.points.iter().filter(|point| matches!(point.task, Task::Rig(_))).count();
        assert_eq!((plan.points.len(), rigs), (2000, 40));
        for cover in [Activity::Greenhouse, Activity::TextileFactory, Activity::Warehouse] {
            let is_cover =
                |p: &&PointPlan| p.customer == Customer::Business(cover) && matches!(p.task, Task::Rig(_));
            assert!(plan.points.iter().find(is_cover).is_some(), "{cover:?}");
        }
    }

    #[test]
    fn every_usage_point_hangs_on_one_transformer() {
        let plan = Plan::draw(&Scenario::named("london-2022").unwrap(), 500, 0.0, 1);
        let covered: usize = plan.transformers.iter().map(|transformer| transformer.points.len()).sum();
        assert_eq!(covered, 500);
        assert!(!plan.points.iter().any(|point| matches!(point.task, Task::Rig(_))));
    }
}
