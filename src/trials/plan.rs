//! Plans a district: transformers, their usage points, and which of them have rigs or look-alikes.

use std::collections::BTreeSet;
use std::ops::Range;

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::addresses::Neighbourhood;
use super::businesses::Activity;
use super::scenario::{Place, Scenario};
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

/// One rig in this many is in a business that serves as its cover: greenhouse, factory, containers.
const COVERS_EVERY: usize = 24;

/// Usage points per licensed farm.
const METERS_PER_LICENCE: usize = 1500;

/// Districts with fewer usage points than this have no licensed farm.
const MIN_FOR_LICENCE: usize = 150;

/// Share of transformers with a tap, per prevalence of metered rigs: taps are about as common as rigs.
const TAPS_PER_PREVALENCE: f32 = 6.0;

/// Share of transformers that feed unmetered street lamps.
const UNMETERED_LAMPS_SHARE: f32 = 0.05;

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

/// Forms of rigs in homes, in the order they are assigned; common forms are listed more often.
const HOME_FORMS: [RigForm; 16] = [
    RigForm::Flat,
    RigForm::NightTimer,
    RigForm::PartlyMetered,
    RigForm::Gpu,
    RigForm::Stairs,
    RigForm::Flat,
    RigForm::Stopped,
    RigForm::EveningDodger,
    RigForm::Restarted,
    RigForm::Flat,
    RigForm::OnOffDays,
    RigForm::MonthlyCap,
    RigForm::PartlyMetered,
    RigForm::HeatThrottled,
    RigForm::Gpu,
    RigForm::Stairs,
];

const BUSINESS_FORMS: [RigForm; 6] = [
    RigForm::Hosted,
    RigForm::Flat,
    RigForm::Stairs,
    RigForm::Hosted,
    RigForm::PartlyMetered,
    RigForm::Restarted,
];

/// Plan of a district, before it is simulated.
#[derive(Debug)]
pub(super) struct Plan {
    pub points: Vec<PointPlan>,
    pub transformers: Vec<TransformerPlan>,
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
}

/// Plan of one transformer and its meter.
#[derive(Debug, Clone)]
pub(super) struct TransformerPlan {
    pub feeder: usize,
    pub points: Range<usize>,
    pub neighbourhood: Neighbourhood,
    pub unmetered: Unmetered,
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
    pub fn draw(scenario: Scenario, n_meters: usize, prevalence: f32, seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut plan = Self { points: Vec::with_capacity(n_meters), transformers: Vec::new() };
        while plan.points.len() < n_meters {
            plan.add_transformer(scenario, n_meters, &mut rng);
        }
        plan.plant(n_meters, prevalence, &mut rng);
        plan.tap(prevalence, &mut rng);
        plan.mislist(&mut rng);
        plan
    }

    pub const fn n_feeders(&self) -> usize {
        self.transformers.len().div_ceil(TRANSFORMERS_PER_FEEDER)
    }

    pub const fn n_substations(&self) -> usize {
        self.n_feeders().div_ceil(FEEDERS_PER_SUBSTATION)
    }

    fn add_transformer(&mut self, scenario: Scenario, n_meters: usize, rng: &mut impl Rng) {
        let is_residential = happens(RESIDENTIAL_SHARE, rng);
        let size = if is_residential { whole(35, 80, rng) } else { whole(6, 20, rng) };
        let from = self.points.len();
        let to = (from + size).min(n_meters);
        let mut neighbourhood = Neighbourhood::draw(scenario, rng);
        let before: Vec<_> =
            self.transformers.iter().map(|one| (one.neighbourhood.clone(), one.points.len())).collect();
        neighbourhood.move_past(&before, to - from);
        let business_share = if is_residential { 0.05 } else { 0.95 };
        let is_of_flats = happens(scenario.place().flats_share, rng);
        for n in 0..to - from {
            let customer = match (happens(business_share, rng), is_of_flats) {
                (true, _) => Customer::Business(Activity::draw(rng)),
                (false, true) => Customer::Flat,
                (false, false) => Customer::House,
            };
            self.points.push(draw_point(customer, n, &neighbourhood, scenario.place(), rng));
        }
        let feeder = self.transformers.len() / TRANSFORMERS_PER_FEEDER;
        let unmetered =
            if happens(UNMETERED_LAMPS_SHARE, rng) { Unmetered::Lamps } else { Unmetered::Nothing };
        self.transformers.push(TransformerPlan { feeder, points: from..to, neighbourhood, unmetered });
    }

    /// Assigns rigs and licensed farms to randomly chosen usage points.
    fn plant(&mut self, n_meters: usize, prevalence: f32, rng: &mut impl Rng) {
        let n_rigs = (n_meters as f32 * prevalence).round() as usize;
        let n_rigs = if prevalence > 0.0 { n_rigs.max(1) } else { 0 };
        let n_licensed = if n_meters >= MIN_FOR_LICENCE { 1 + n_meters / METERS_PER_LICENCE } else { 0 };
        let chosen = rand::seq::index::sample(rng, n_meters, (n_rigs + n_licensed).min(n_meters)).into_vec();
        let (mut homes, mut businesses) = (0, 0);
        let mut yards = self.yards(&chosen, rng);
        for (k, &at) in chosen.iter().enumerate() {
            let is_large = k >= n_rigs || (1..=3).contains(&(k % COVERS_EVERY));
            let at = if is_large { yards.pop().unwrap_or(at) } else { at };
            let point = &mut self.points[at];
            if k >= n_rigs {
                point.customer = Customer::Business(Activity::DataCentre);
                // One licensed farm in four draws more than it declared.
                point.task = if (k - n_rigs) % 4 == 1 { Task::OverDeclared } else { Task::Licensed };
                continue;
            }
            match k % COVERS_EVERY {
                1 => point.customer = Customer::Business(Activity::Greenhouse),
                2 => point.customer = Customer::Business(Activity::TextileFactory),
                3 => point.customer = Customer::Business(Activity::Warehouse),
                _ => {}
            }
            let is_home = !point.is_business();
            let (deck, dealt) =
                if is_home { (&HOME_FORMS[..], &mut homes) } else { (&BUSINESS_FORMS[..], &mut businesses) };
            let form = deck[*dealt % deck.len()];
            *dealt += 1;
            let is_container = point.customer == Customer::Business(Activity::Warehouse);
            point.task = Task::Rig(if is_container { RigForm::Flat } else { form });
        }
    }

    /// Returns the usage points of transformers that feed businesses, shuffled; large farms need such a
    /// supply.
    fn yards(&self, taken: &[usize], rng: &mut impl Rng) -> Vec<usize> {
        let businesses = |below: &Range<usize>| {
            let n = self.points[below.clone()].iter().filter(|point| point.is_business()).count();
            2 * n > below.len()
        };
        let below = self.transformers.iter().map(|transformer| transformer.points.clone());
        let taken: BTreeSet<usize> = taken.iter().copied().collect();
        let mut yards: Vec<usize> =
            below.filter(businesses).flatten().filter(|point| !taken.contains(point)).collect();
        yards.shuffle(rng);
        yards
    }

    /// Lists a few meters under the wrong transformer, the one before theirs.
    fn mislist(&mut self, rng: &mut impl Rng) {
        for transformer in 1..self.transformers.len() {
            if happens(MISLISTED_SHARE, rng) {
                let below = self.transformers[transformer].points.clone();
                self.points[whole(below.start, below.end - 1, rng)].listed_under = Some(transformer - 1);
            }
        }
    }

    fn tap(&mut self, prevalence: f32, rng: &mut impl Rng) {
        let share = (TAPS_PER_PREVALENCE * prevalence).min(0.12);
        let n = (share * self.transformers.len() as f32).round() as usize;
        for at in rand::seq::index::sample(rng, self.transformers.len(), n.min(self.transformers.len())) {
            self.transformers[at].unmetered = Unmetered::Tap;
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

/// Returns the substation of a feeder.
pub(super) const fn substation_of(feeder: usize) -> usize {
    feeder / FEEDERS_PER_SUBSTATION
}

fn draw_point(
    customer: Customer,
    n: usize,
    street: &Neighbourhood,
    place: &Place,
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
        Customer::Flat | Customer::House => draw_home_task(place, rng),
    };
    PointPlan {
        customer,
        task,
        address: street.address(n, door),
        latitude_deg,
        longitude_deg,
        listed_under: None,
    }
}

fn draw_home_task(place: &Place, rng: &mut impl Rng) -> Task {
    let at = between(0.0, 1.0, rng);
    if at < place.electric_heating_share {
        Task::LookAlike(one_of(&HEATING, rng))
    } else if at < place.electric_heating_share + HOME_LOOK_ALIKE_SHARE {
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
        let plan = Plan::draw(Scenario::Almaty2021, 2000, 0.02, 1);
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
        let plan = Plan::draw(Scenario::London2022, 500, 0.0, 1);
        let covered: usize = plan.transformers.iter().map(|transformer| transformer.points.len()).sum();
        assert_eq!(covered, 500);
        assert!(!plan.points.iter().any(|point| matches!(point.task, Task::Rig(_))));
    }
}
