//! Tries the ranking on homes with rigs and with named innocents.

use std::collections::{BTreeMap, BTreeSet};

use hashwatt::balance::Balance;
use hashwatt::calendar::Calendar;
use hashwatt::digest::kernel::{DayIntervals, Scratch, digest_day};
use hashwatt::digest::{DayDigest, MeterDays};
use hashwatt::features::{Surroundings, extract_features};
use hashwatt::ids::{GroupId, MeterId};
use hashwatt::ranking::Scored;
use hashwatt::ranking::rank::{Judged, rank_meters};
use hashwatt::rigs::{Change, HostLoad, LookAlike, Rig, RigForm, Site, Span};
use hashwatt::settings::{Overrides, PipelineFile, Settings, Windows};
use jiff::civil::date;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

const N_DAYS: usize = 75;
const SLOTS: usize = 48;

fn settings() -> Settings {
    let flags = Overrides { readings: vec!["none".into()], ..Overrides::default() };
    PipelineFile::default().check(&flags).unwrap()
}

fn span() -> Span<'static> {
    Span::bare(date(2023, 1, 9), N_DAYS, SLOTS)
}

/// A home by plain rules: a fridge, sleep, a morning and an evening, appliances now and then.
fn home_kw(seed: u64) -> Vec<f32> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let (base, people) = (rng.gen_range(0.05..0.25), rng.gen_range(0.3..1.2));
    (0..N_DAYS * SLOTS)
        .map(|slot| {
            let hour = (slot % SLOTS) / 2;
            let awake = match hour {
                7 | 8 => 0.5,
                17..=22 => 1.0,
                9..=16 => 0.25,
                _ => 0.03,
            };
            let appliance = if rng.gen_bool(0.06 * f64::from(awake)) { rng.gen_range(0.8..2.5) } else { 0.0 };
            base * rng.gen_range(0.8..1.2) + people * awake * rng.gen_range(0.2..0.9) + appliance
        })
        .collect()
}

fn digests(demand_kw: &[f32]) -> Vec<DayDigest> {
    let calendar = Calendar::new(None);
    let first_s = 1_673_222_400; // 2023-01-09T00:00Z
    let mut scratch = Scratch::default();
    demand_kw
        .chunks(SLOTS)
        .enumerate()
        .map(|(day, kw)| {
            let civil = calendar.day_of(first_s + day as i64 * 86_400).unwrap();
            let day = DayIntervals { civil, interval_s: 1800, demand_kw: kw, estimated: &[] };
            digest_day(day, Windows::default().night, &mut scratch)
        })
        .collect()
}

fn rank(meters: &BTreeMap<String, Vec<f32>>) -> Vec<Scored> {
    let days: BTreeMap<MeterId, MeterDays> = meters
        .iter()
        .map(|(id, kw)| {
            (MeterId::from(id.as_str()), MeterDays { meter: MeterId::from(id.as_str()), days: digests(kw) })
        })
        .collect();
    let surroundings = Surroundings::default();
    let judged: Vec<Judged> = days
        .values()
        .map(|meter| Judged {
            meter: meter.meter.clone(),
            features: extract_features(&meter.days, 0.0, &Windows::default(), &surroundings).unwrap(),
            point: None,
            group: GroupId::from("homes"),
            verdict: None,
        })
        .collect();
    let days_of =
        |wanted: &BTreeSet<MeterId>| Ok(wanted.iter().map(|id| (id.clone(), days[id].clone())).collect());
    rank_meters(&judged, &[], &Balance::default(), &settings(), &surroundings, &days_of).unwrap().scored
}

fn homes(n: usize) -> BTreeMap<String, Vec<f32>> {
    (0..n).map(|index| (format!("home-{index:03}"), home_kw(index as u64))).collect()
}

fn with_rig(kw: &[f32], form: RigForm, size_kw: f32, seed: u64) -> Vec<f32> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let site = Site::of(HostLoad::of(kw)).with_kw(size_kw, size_kw * 1.2);
    let rig = Rig::draw(form, &span(), &site, &mut rng).opened_at(Some(30 * SLOTS), &span());
    kw.iter().zip(rig.demand_kw(&span(), &mut rng)).map(|(a, b)| a + b).collect()
}

fn with_look_alike(kw: &[f32], kind: LookAlike, seed: u64) -> Vec<f32> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut kw = kw.to_vec();
    Change::draw(kind, &span(), &HostLoad::of(&kw), &mut rng).apply(&mut kw, &span(), &mut rng);
    kw
}

fn place(scored: &[Scored], id: &str) -> u32 {
    scored.iter().find(|one| one.meter.as_str() == id).unwrap().rank
}

#[test]
fn rigs_rank_above_named_innocents() {
    let mut meters = homes(60);
    let rigs = [RigForm::Flat, RigForm::NightTimer, RigForm::EveningDodger, RigForm::Hosted];
    for (index, form) in rigs.into_iter().enumerate() {
        let rig = with_rig(&home_kw(1000 + index as u64), form, 3.2, index as u64);
        meters.insert(format!("rig-{}", form.as_str()), rig);
    }
    let innocents = [
        LookAlike::StorageHeating,
        LookAlike::HeatPump,
        LookAlike::ColdStore,
        LookAlike::EvCharging,
        LookAlike::StreetLighting,
        LookAlike::Bakery,
        LookAlike::EmptyFlat,
        LookAlike::StuckChannel,
    ];
    for (index, kind) in innocents.into_iter().enumerate() {
        let innocent = with_look_alike(&home_kw(2000 + index as u64), kind, 50 + index as u64);
        meters.insert(format!("innocent-{}", kind.as_str()), innocent);
    }
    let scored = rank(&meters);
    let worst_rig = rigs.iter().map(|form| place(&scored, &format!("rig-{}", form.as_str()))).max().unwrap();
    let above: Vec<_> = scored
        .iter()
        .take_while(|one| one.rank < worst_rig)
        .filter(|one| !one.meter.as_str().starts_with("rig-"))
        .map(|one| one.meter.to_string())
        .collect();
    assert!(above.len() <= 1, "above the last rig: {above:?}");
    assert!(place(&scored, "innocent-stuck_channel") > 4 && place(&scored, "innocent-empty_flat") > 4);
    assert!(scored[0].is_suspect && scored[0].kind.is_some());
}

#[test]
fn adding_a_flat_load_never_lowers_a_rank() {
    let meters = homes(40);
    let before = rank(&meters);
    for index in [3, 17, 29] {
        let id = format!("home-{index:03}");
        let mut loaded = meters.clone();
        for kw in loaded.get_mut(&id).unwrap() {
            *kw += 3.2;
        }
        let after = rank(&loaded);
        assert!(
            place(&after, &id) <= place(&before, &id),
            "{id}: {} after {}",
            place(&after, &id),
            place(&before, &id)
        );
        assert_eq!(place(&after, &id), 1, "{id}");
    }
}

#[test]
fn no_score_depends_on_names() {
    // Two homes measured the very same, and one has a rig.
    let mut meters: Vec<Vec<f32>> = (0..24).map(home_kw).collect();
    meters.push(meters[5].clone());
    meters.push(with_rig(&home_kw(99), RigForm::Flat, 3.2, 1));
    let named = |name: &dyn Fn(usize) -> usize| -> BTreeMap<String, Vec<f32>> {
        meters.iter().enumerate().map(|(at, kw)| (format!("m{:03}", name(at)), kw.clone())).collect()
    };
    let n = meters.len();
    let plain = rank(&named(&|at| at));
    let score = |scored: &[Scored], name: usize| {
        let one = scored.iter().find(|one| one.meter.as_str() == format!("m{name:03}")).unwrap();
        (one.score.to_bits(), one.p_value.to_bits())
    };
    for (step, shift) in [(1, 1), (5, 0), (7, 3), (n - 1, 0)] {
        // A permutation, since the step shares no factor with the number of meters.
        let renamed = |at: usize| (at * step + shift) % n;
        let other = rank(&named(&renamed));
        for at in 0..n {
            assert_eq!(score(&plain, at), score(&other, renamed(at)), "step {step}, meter {at}");
        }
        assert_eq!(score(&plain, 5), score(&plain, 24), "equal loads have equal scores");
    }
}

#[test]
fn an_estimate_names_kw_machines_and_onset() {
    let mut meters = homes(40);
    meters.insert("rig".into(), with_rig(&home_kw(77), RigForm::Flat, 6.5, 4));
    let scored = rank(&meters);
    let rig = scored.iter().find(|one| one.meter.as_str() == "rig").unwrap();
    let estimate = rig.rig.unwrap();
    assert_eq!(rig.rank, 1);
    assert!(
        estimate.kw_low <= estimate.kw
            && estimate.kw <= estimate.kw_high
            && estimate.machines_low <= estimate.machines_high
    );
    assert!((6.0..9.5).contains(&estimate.kw), "{estimate:?}");
    let onset = estimate.onset.unwrap();
    assert!((onset - date(2023, 2, 8)).get_days().abs() <= 1, "{onset}");
}
