//! Measures each stage by itself, on reference data that fits in memory.

mod reference;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use hashwatt::acquisition::open_sources;
use hashwatt::balance::Balance;
use hashwatt::calendar::Calendar;
use hashwatt::digest::kernel::{DayIntervals, Scratch, digest_day};
use hashwatt::digest::local::digest;
use hashwatt::digest::{DayDigest, MeterDays};
use hashwatt::features::{MeterFeatures, Surroundings, extract_features};
use hashwatt::groups::{GroupInput, group_meters};
use hashwatt::ids::MeterId;
use hashwatt::progress::Silent;
use hashwatt::ranking::rank::{Judged, rank_meters};
use hashwatt::settings::{Overrides, PipelineFile, Settings, Windows};
use reference::days::{Digester, demand_kw};
use reference::load::{INTERVAL_S, Loads, REFERENCE_DAY, SLOTS, meter_id};
use reference::readings::{Export, Order, write_export};

/// Runs of a bench that takes seconds: criterion allows no fewer.
const FEW_SAMPLES: usize = 10;

/// Seed of everything made up here.
const SEED: u64 = 1;

/// Days of a year.
const YEAR_DAYS: u32 = 365;

fn kernel(criterion: &mut Criterion) {
    const N_DAYS: u32 = 256;
    let loads = Loads::new(1, REFERENCE_DAY, SEED);
    let days: Vec<_> = (0..N_DAYS).map(|day| demand_kw(&loads, 0, day)).collect();
    let civil = Calendar::plain_day();
    let (night, mut scratch) = (Windows::default().night, Scratch::default());
    let mut group = criterion.benchmark_group("kernel");
    group.throughput(Throughput::Elements(u64::from(N_DAYS * SLOTS)));
    group.bench_function("digest_day", |bencher| {
        bencher.iter(|| {
            for demand_kw in &days {
                let day = DayIntervals { civil: &civil, interval_s: INTERVAL_S, demand_kw, estimated: &[] };
                std::hint::black_box(digest_day(day, night, &mut scratch));
            }
        });
    });
    group.finish();
}

/// The whole pass, files to store, on about a million rows.
fn digest_orders(criterion: &mut Criterion) {
    const N_METERS: u32 = 57;
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut group = few_samples(criterion, "digest");
    for (name, order) in [("by meter", Order::Meter), ("by time", Order::Time), ("shuffled", Order::Shuffled)]
    {
        let export =
            Export { n_meters: N_METERS, first_day: REFERENCE_DAY, n_days: YEAR_DAYS, order, seed: SEED };
        let files = write_export(export, folder.path()).expect("the temporary folder takes files");
        let settings = settings(&files, folder.path());
        let store = folder.path().join("digests");
        group.throughput(Throughput::Elements(export.n_rows()));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let opened = open_sources(&settings.readings, None).expect("reference data is readable");
                digest(&opened.sources, &settings, &store, &Silent).expect("reference data is digested")
            });
        });
    }
    group.finish();
}

fn features(criterion: &mut Criterion) {
    const N_METERS: u32 = 64;
    let meters = digests(N_METERS, YEAR_DAYS);
    let mut group = few_samples(criterion, "features");
    group.throughput(Throughput::Elements(u64::from(N_METERS)));
    group.bench_function("extract_features, a year", |bencher| {
        bencher.iter(|| meters.values().map(features_of).collect::<Vec<_>>());
    });
    group.finish();
}

fn groups(criterion: &mut Criterion) {
    const N_METERS: u32 = 20_000;
    const N_DAYS: u32 = 7;
    let loads = Loads::new(N_METERS, REFERENCE_DAY, SEED);
    let mut digester = Digester::new(&loads, REFERENCE_DAY, N_DAYS);
    let inputs: Vec<GroupInput> = (0..N_METERS)
        .map(|meter| {
            let days = digester.digest(meter);
            let mean = |kw: &dyn Fn(&DayDigest) -> f32| days.iter().map(kw).sum::<f32>() / N_DAYS as f32;
            let hour_kw = std::array::from_fn(|hour| mean(&|day| day.hour_kw[hour]));
            group_input(MeterId::from(meter_id(meter)), hour_kw, mean(&|day| day.demand_kw_mean))
        })
        .collect();
    let mut group = few_samples(criterion, "groups");
    group.throughput(Throughput::Elements(u64::from(N_METERS)));
    group.bench_function("group_meters", |bencher| bencher.iter(|| group_meters(&inputs, 8, SEED)));
    group.finish();
}

/// Training, scoring and words; hosts' days come from memory in place of the store.
fn ranking(criterion: &mut Criterion) {
    const N_METERS: u32 = 1000;
    // A third of a year, as the sample has: a whole one makes ten runs take minutes.
    const N_DAYS: u32 = 120;
    let days = digests(N_METERS, N_DAYS);
    let judged = judged(&days);
    let settings = settings(&[PathBuf::from("unread.parquet")], Path::new("unwritten"));
    let days_of = |wanted: &BTreeSet<MeterId>| {
        Ok(wanted.iter().map(|meter| (meter.clone(), days[meter].clone())).collect())
    };
    let mut group = few_samples(criterion, "ranking");
    group.throughput(Throughput::Elements(u64::from(N_METERS)));
    group.bench_function("rank_meters", |bencher| {
        bencher.iter(|| {
            rank_meters(&judged, &[], &Balance::default(), &settings, &Surroundings::default(), &days_of)
                .expect("the days are in memory")
        });
    });
    group.finish();
}

fn few_samples<'a>(criterion: &'a mut Criterion, stage: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(stage);
    group.sample_size(FEW_SAMPLES).warm_up_time(Duration::from_millis(500));
    group
}

fn settings(readings: &[PathBuf], folder: &Path) -> Settings {
    let flags = Overrides {
        readings: readings.iter().map(|path| path.display().to_string()).collect(),
        out: Some(folder.join("out")),
        ..Overrides::default()
    };
    PipelineFile::default().check(&flags).expect("defaults and a path make settings")
}

fn digests(n_meters: u32, n_days: u32) -> BTreeMap<MeterId, MeterDays> {
    let loads = Loads::new(n_meters, REFERENCE_DAY, SEED);
    let mut digester = Digester::new(&loads, REFERENCE_DAY, n_days);
    (0..n_meters)
        .map(|meter| {
            let id = MeterId::from(meter_id(meter));
            (id.clone(), MeterDays { meter: id, days: digester.digest(meter) })
        })
        .collect()
}

fn features_of(meter: &MeterDays) -> MeterFeatures {
    extract_features(&meter.days, 0.0, &Windows::default(), &Surroundings::default())
        .expect("a third of a year is enough to judge")
}

fn judged(days: &BTreeMap<MeterId, MeterDays>) -> Vec<Judged> {
    let features: Vec<(&MeterId, MeterFeatures)> =
        days.iter().map(|(id, meter)| (id, features_of(meter))).collect();
    let inputs: Vec<GroupInput> = features
        .iter()
        .map(|(id, of)| group_input((*id).clone(), of.hour_kw, of.standard.demand_kw_mean))
        .collect();
    let grouping = group_meters(&inputs, 8, SEED).expect("the features are finite");
    features
        .into_iter()
        .zip(grouping.members)
        .map(|((id, features), member)| Judged {
            meter: id.clone(),
            features,
            point: None,
            group: grouping.groups[member].id.clone(),
            verdict: None,
        })
        .collect()
}

fn group_input(meter: MeterId, hour_kw: [f32; 24], demand_kw_mean: f32) -> GroupInput {
    GroupInput { meter, class: "unknown".to_owned(), hour_kw, demand_kw_mean }
}

criterion_group!(stages, kernel, digest_orders, features, groups, ranking);
criterion_main!(stages);
