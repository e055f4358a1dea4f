//! Draws and simulates the customers at 220 kV: large farms, and works that are none.

use rand::Rng;

use super::plan::Plan;
use super::scenario::{Declared, Farms, Scenario};
use super::story::{Closing, How, Story, draw_day, draw_restart};
use super::surroundings::Surroundings;
use super::usage_points::{PointRun, Truth, as_metered};
use hashwatt_rigs::chance::{SlowNoise, between, happens, log_between, normal, whole};
use hashwatt_rigs::{HostLoad, Rig, Site, Span};

/// A farm is modelled by a rig of about this size, and scaled: noise of more machines averages out as well. [kW]
const MODELLED_KW: f32 = 1_500.0;

/// Load of a farm's offices and pumps, as a share of the farm.
const OFFICE_SHARE: f32 = 0.004;

/// Hours in which energy is dear. [h]
const EVENING_H: (f32, f32) = (18.0, 23.0);

/// Days without half of a plant, for maintenance, in a year.
const MAINTENANCE_PER_YEAR: f32 = 2.0;

/// Farms on one substation of 220 kV; a plant has one of its own.
const FARMS_PER_SUBSTATION: usize = 4;

/// Distance of the sites from the middle of their zone. [deg]
const SPREAD_DEG: f64 = 0.4;

/// A customer at 220 kV.
#[derive(Debug, Clone)]
pub(super) struct Large {
    pub zone: usize,
    pub substation: usize,
    pub latitude_deg: f64,
    pub longitude_deg: f64,
    pub kind: LargeKind,
}

/// What a customer at 220 kV is.
#[derive(Debug, Clone)]
pub(super) enum LargeKind {
    Farm(LargeFarm),
    /// Share of the zone's industry.
    Plant(f32),
}

/// A large farm.
#[derive(Debug, Clone)]
pub(super) struct LargeFarm {
    /// Its group's name in the scenario.
    pub name: String,
    pub kw: f32,
    pub form: hashwatt_rigs::RigForm,
    pub declared: Declared,
    pub story: Story,
}

/// Adds the large customers of each zone, and their substations.
pub(super) fn draw_large(plan: &mut Plan, scenario: &Scenario, n_meters: usize, rng: &mut impl Rng) {
    for (zone, own) in scenario.zones.iter().enumerate() {
        let mut kinds: Vec<LargeKind> = Vec::new();
        for farms in scenario.farms.iter().filter(|farms| farms.zone == own.name) {
            kinds.extend(draw_farms(farms, scenario.scaled(farms.places, n_meters), rng));
        }
        if let Some(industry) = &own.industry {
            let sizes: Vec<f32> = (0..industry.plants).map(|_| log_between(0.5, 2.0, rng)).collect();
            let sum: f32 = sizes.iter().sum();
            kinds.extend(sizes.into_iter().map(|size| LargeKind::Plant(size / sum)));
        }
        let mut room = 0;
        for kind in kinds {
            let takes = if matches!(kind, LargeKind::Plant(_)) { FARMS_PER_SUBSTATION } else { 1 };
            if takes > room {
                plan.substations.push(zone);
                room = FARMS_PER_SUBSTATION;
            }
            room -= takes;
            plan.large.push(Large {
                zone,
                substation: plan.substations.len() - 1,
                latitude_deg: own.latitude_deg + SPREAD_DEG * f64::from(normal(rng)),
                longitude_deg: own.longitude_deg + SPREAD_DEG * f64::from(normal(rng)),
                kind,
            });
        }
    }
}

/// Draws the farms of a group; one that moved stands at two places.
fn draw_farms(farms: &Farms, n: usize, rng: &mut impl Rng) -> Vec<LargeKind> {
    let mut sizes_kw: Vec<f32> = (0..n).map(|_| log_between(farms.kw[0], farms.kw[1], rng)).collect();
    if let Some(total_kw) = farms.total_kw {
        fit_sum(&mut sizes_kw, total_kw * n as f32 / farms.places.max(1) as f32, farms.kw);
    }
    let mut kinds = Vec::new();
    for kw in sizes_kw {
        let arrival = farms.arrive.map(|[from, to]| draw_day(from, to, rng));
        let closing = farms.close.map(|[from, to]| {
            let on = draw_day(from, to, rng);
            Closing {
                by: farms.name.clone(),
                how: How::Closed,
                is_after_tips: false,
                on,
                hour: whole(9, 17, rng),
                restart: draw_restart(on, farms.restart_share, farms.restart_days, rng),
            }
        });
        let farm = LargeFarm {
            name: farms.name.clone(),
            kw,
            form: farms.form,
            declared: farms.declared,
            story: Story { arrival, closing, bribe: None },
        };
        if let (Declared::Moved, Some(on)) = (farms.declared, arrival) {
            let left = Closing {
                by: farms.name.clone(),
                how: How::Moved,
                is_after_tips: false,
                on,
                hour: 12,
                restart: None,
            };
            let story = Story { closing: Some(left), ..Story::default() };
            kinds.push(LargeKind::Farm(LargeFarm { declared: Declared::Within, story, ..farm.clone() }));
        }
        kinds.push(LargeKind::Farm(farm));
    }
    kinds
}

/// Scales sizes to a sum, each within bounds, as near as the bounds allow. [kW]
fn fit_sum(sizes_kw: &mut [f32], total_kw: f32, [low_kw, high_kw]: [f32; 2]) {
    // Each round brings the sum nearer, as long as any size is free.
    for _ in 0..100 {
        let factor = total_kw / sizes_kw.iter().sum::<f32>();
        sizes_kw.iter_mut().for_each(|kw| *kw = (*kw * factor).clamp(low_kw, high_kw));
    }
}

/// Simulates a large farm.
pub(super) fn run_farm(farm: &LargeFarm, around: &Surroundings, rng: &mut impl Rng) -> PointRun {
    let span = &around.span;
    let host = HostLoad { mean_kw: OFFICE_SHARE * MODELLED_KW, peak_kw: OFFICE_SHARE * MODELLED_KW };
    let site = Site::of(host).with_kw(MODELLED_KW, MODELLED_KW).in_year(around.scenario.latest_model_year);
    let rig = farm.story.told(Rig::draw(farm.form, span, &site, rng), around.calendar, span, rng);
    let mut rig_kw = rig.demand_kw(span, rng);
    around.delay_restarts(&mut rig_kw, rng);
    let found = rig.truth(&rig_kw, span);
    let factor = if found.kw > 0.0 { farm.kw / found.kw } else { 0.0 };
    rig_kw.iter_mut().for_each(|kw| *kw *= factor);
    let truth = Truth::of_rig(&rig, &rig_kw, around);
    let n_machines = truth.n_machines.map(|n| (n as f32 * factor).round() as u32);
    let mut truth = Truth { n_machines, ..truth }.with_story(&farm.story, around);
    let mut office = SlowNoise::over(span.intervals_in(12.0) as f32, rng);
    let kw: Vec<f32> = rig_kw
        .iter()
        .map(|kw| kw + OFFICE_SHARE * farm.kw * (1.0 + 0.2 * office.next(rng)).max(0.1))
        .collect();
    let peak_kw = kw.iter().copied().fold(0.0, f32::max);
    let declared_kw = match farm.declared {
        Declared::Within => {
            truth = Truth { role: "look_alike", form: Some("licensed"), ..truth };
            Some(peak_kw * between(1.02, 1.25, rng))
        }
        Declared::Above => {
            truth.form = truth.form.map(|_| "over_declaration");
            Some(peak_kw * between(0.35, 0.7, rng))
        }
        Declared::Moved => {
            truth.form = truth.form.map(|_| "moved");
            None
        }
        Declared::Nothing => None,
    };
    let mut run = PointRun { declared_mining_kw: declared_kw.map(f32::round), ..as_metered(kw, truth) };
    run.lose_supply(span.outages);
    run.contracted_kw = (1.2 * peak_kw).ceil();
    run
}

/// Draws the load of a plant that has a mean of 1: slow changes, maintenance, and what it sheds in the evening,
/// when energy is dear, up to the share of its industry.
pub(super) fn draw_plant(evening_share: f32, span: &Span, rng: &mut impl Rng) -> Vec<f32> {
    let mut slow = SlowNoise::over(span.intervals_in(24.0 * 20.0) as f32, rng);
    let mut fast = SlowNoise::over(span.intervals_in(3.0) as f32, rng);
    let (shed_share, noise_share) = (evening_share * between(0.4, 1.0, rng), between(0.01, 0.04, rng));
    let mut load: Vec<f32> = (0..span.n_intervals())
        .map(|i| {
            let is_evening = (EVENING_H.0..EVENING_H.1).contains(&span.hour(i));
            let shed = if is_evening { shed_share } else { 0.0 };
            (1.0 - shed + 0.03 * slow.next(rng) + noise_share * fast.next(rng)).max(0.2)
        })
        .collect();
    let per_day = MAINTENANCE_PER_YEAR / 365.0;
    for day in 0..span.n_days {
        if happens(per_day, rng) {
            let from = day * span.intervals_per_day;
            let to = (from + span.intervals_in(24.0 * log_between(1.0, 8.0, rng))).min(load.len());
            load[from..to].iter_mut().for_each(|one| *one *= 0.55);
        }
    }
    for outage in span.outages {
        load[outage.start.min(span.n_intervals())..outage.end.min(span.n_intervals())].fill(0.0);
    }
    let mean = load.iter().map(|one| f64::from(*one)).sum::<f64>() / load.len().max(1) as f64;
    load.iter_mut().for_each(|one| *one /= mean.max(1e-6) as f32);
    load
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_fitted_to_a_sum_within_their_bounds() {
        let mut sizes_kw = [3_000.0, 60_000.0, 9_000.0, 20_000.0];
        fit_sum(&mut sizes_kw, 120_000.0, [3_000.0, 60_000.0]);
        assert!((sizes_kw.iter().sum::<f32>() - 120_000.0).abs() < 1.0, "{sizes_kw:?}");
        assert!(sizes_kw.iter().all(|kw| (3_000.0..=60_000.0).contains(kw)), "{sizes_kw:?}");
    }

    #[test]
    fn the_large_farms_of_kazakhstan_are_as_its_file_says() {
        let scenario = Scenario::named("kazakhstan-2021").unwrap();
        let plan = Plan::draw(&scenario, 100_000, 0.0, 3);
        let farms = || {
            plan.large.iter().filter_map(|large| match &large.kind {
                LargeKind::Farm(farm) => Some(farm),
                LargeKind::Plant(_) => None,
            })
        };
        let raided_kw: Vec<f32> = farms().filter(|farm| farm.name == "raided").map(|farm| farm.kw).collect();
        assert_eq!(raided_kw.len(), 13);
        assert!((raided_kw.iter().sum::<f32>() - 202_000.0).abs() < 50.0);
        let is_moved = |farm: &&LargeFarm| farm.name == "licensed_moved";
        let moved: Vec<&LargeFarm> = farms().filter(is_moved).collect();
        assert_eq!(moved.len(), 2);
        let left = moved[0].story.closing.as_ref().unwrap().on;
        assert_eq!((moved[0].declared, moved[1].story.arrival), (Declared::Within, Some(left)));
    }
}
