//! Groups and ranks as many meters as one likes, made from the digests of a few.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;
use std::time::Instant;

use hashwatt::balance::Balance;
use hashwatt::digest::MeterDays;
use hashwatt::digest::store::DigestStore;
use hashwatt::features::{MeterFeatures, Surroundings, extract_features};
use hashwatt::groups::{GroupInput, group_meters};
use hashwatt::ids::MeterId;
use hashwatt::ranking::rank::{Judged, rank_meters};
use hashwatt::settings::{Overrides, PipelineFile, Windows};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Seed of how meters differ.
const SEED: u64 = 1;

/// Most peer groups within a class, as the settings have it.
const MAX_GROUPS: usize = 8;

/// Groups, trains and ranks `n` meters like those of the store; prints seconds of each.
///
/// # Errors
/// When the store cannot be read.
pub fn rank_many(store: &Path, n: usize) -> Result<(), Box<dyn Error>> {
    let (windows, surroundings) = (Windows::default(), Surroundings::default());
    let few: Vec<(MeterDays, MeterFeatures)> = DigestStore::open(store)?.map_meters(|meter| {
        let features = extract_features(&meter.days, 0.0, &windows, &surroundings)?;
        Some((meter, features))
    })?;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(SEED);
    let features: Vec<MeterFeatures> = (0..n).map(|at| like(&few[at % few.len()].1, &mut rng)).collect();
    let start = Instant::now();
    let judged = group(features);
    println!("groups: {:.2} s", start.elapsed().as_secs_f64());
    let days_of = |names: &BTreeSet<MeterId>| {
        let days = |id: &MeterId| few[number(id) % few.len()].0.days.clone();
        let named = names.iter().map(|id| (id.clone(), MeterDays { meter: id.clone(), days: days(id) }));
        Ok(named.collect::<BTreeMap<_, _>>())
    };
    let flags = Overrides { readings: vec!["made up".into()], ..Overrides::default() };
    let settings = PipelineFile::default().check(&flags)?;
    let start = Instant::now();
    let scored = rank_meters(&judged, &[], &Balance::default(), &settings, &surroundings, &days_of)?.scored;
    println!("training and ranking: {:.2} s, {} meters", start.elapsed().as_secs_f64(), scored.len());
    Ok(())
}

/// A meter like another: every value moved by a few per cent.
fn like(one: &MeterFeatures, rng: &mut impl Rng) -> MeterFeatures {
    let mut meter = one.clone();
    let level: f32 = rng.gen_range(0.7..1.4);
    meter.values.iter_mut().for_each(|value| *value *= rng.gen_range(0.95..1.05));
    meter.hour_kw.iter_mut().for_each(|kw| *kw *= level * rng.gen_range(0.9f32..1.1));
    meter.standard.demand_kw_mean *= level;
    meter
}

fn id(at: usize) -> MeterId {
    MeterId::from(format!("M{at:08}"))
}

fn number(id: &MeterId) -> usize {
    id.as_str()[1..].parse().expect("ids are made above")
}

fn group(features: Vec<MeterFeatures>) -> Vec<Judged> {
    let input = |(at, one): (usize, &MeterFeatures)| GroupInput {
        meter: id(at),
        class: "unknown".into(),
        hour_kw: one.hour_kw,
        demand_kw_mean: one.standard.demand_kw_mean,
    };
    let inputs: Vec<GroupInput> = features.iter().enumerate().map(input).collect();
    let grouping = group_meters(&inputs, MAX_GROUPS, SEED).expect("the features are finite");
    let judge = |(at, features): (usize, MeterFeatures)| Judged {
        meter: id(at),
        features,
        point: None,
        group: grouping.groups[grouping.members[at]].id.clone(),
        verdict: None,
    };
    features.into_iter().enumerate().map(judge).collect()
}
