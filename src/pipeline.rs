//! Runs the main path: one call a stage, in the order the data flows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;
use rayon::prelude::*;

use crate::acquisition::events::{Events, INTERNET_BLACKOUT};
use crate::acquisition::mapping::Mapping;
use crate::acquisition::register::{Register, UNKNOWN_CLASS, UsagePoint};
use crate::acquisition::verdicts::Verdicts;
use crate::acquisition::weather::Weather;
use crate::acquisition::{Opened, Source, local_files, open_sources};
use crate::atomic::FileRecord;
use crate::balance::{Around, Balance, Ledger, RESIDUAL_PREFIX, RESIDUALS, Tree};
use crate::calendar::{Calendar, date_of};
use crate::checks::{check_events, check_weather};
use crate::digest;
use crate::digest::local::Digested;
use crate::digest::{CLOCK_HOURS, MeterDays};
use crate::error::{Error, Result};
use crate::features::measure::{MeasuredMeter, measure_meters};
use crate::features::{MeterFeatures, Surroundings, extract_features};
use crate::finding::{Code, Finding, Severity, sort_findings};
use crate::folder::{Holds, Input, KeptFile, Workspace, check_apart, check_claim, check_inputs};
use crate::groups::{self, GroupInput};
use crate::ids::{GroupId, MeterId};
use crate::network::growth::{zone_growth, zone_rigs};
use crate::network::risk::network_risks;
use crate::progress::Watch;
use crate::ranking::Scored;
use crate::ranking::hosts::{KeptDays, may_host};
use crate::ranking::prior::ENOUGH_METERS;
use crate::ranking::rank::{Judged, Ranked, rank_meters};
use crate::ranking::sensitivity::Sensitivity;
use crate::run::run_json::{InputRecord, RunFacts, Timing};
use crate::run::words::ranked_words;
use crate::run::{PeerDay, RunOutputs, tables, write_run};
use crate::settings::{DIGESTS, Settings};
use crate::stats::quantiles_of;
use crate::trials::backtest::{Backtest, BacktestPlan, Trial, tip_index};

/// What a run of `detect` found, for whoever started it; the files are in the output folder.
#[derive(Debug)]
pub struct RunSummary {
    /// Every meter, by rank.
    pub scored: Vec<Scored>,
    /// How small a rig these meters would show.
    pub sensitivity: Sensitivity,
    /// Everything found on the way, worst first.
    pub findings: Vec<Finding>,
    /// Rows of interval data read.
    pub n_rows: u64,
    /// Meters with interval data.
    pub n_meters: u64,
    /// First and last local day.
    pub span: Option<(Date, Date)>,
}

/// What `backtest` measured.
#[derive(Debug)]
pub struct BacktestSummary {
    /// The measures.
    pub backtest: Backtest,
    /// Everything found in the export on the way, worst first.
    pub findings: Vec<Finding>,
}

/// What `check` tells of an export.
#[derive(Debug)]
pub struct ExportProfile {
    /// Files and the mapping each would be read with, with the `path` that named it.
    pub sources: Vec<SourceProfile>,
    /// Rows of interval data read.
    pub n_rows: u64,
    /// Meters with interval data.
    pub n_meters: u64,
    /// First and last local day.
    pub span: Option<(Date, Date)>,
    /// Meters by length of interval. [min, meters]
    pub intervals: Vec<(u32, u64)>,
    /// Share of expected intervals that are there, 0..=1.
    pub completeness: f64,
    /// Share of intervals that are estimated, 0..=1.
    pub estimated_share: f64,
    /// Zone used for local days; `None`: times taken as they stand.
    pub zone: Option<String>,
    /// Everything found, worst first.
    pub findings: Vec<Finding>,
}

/// One file of an export.
#[derive(Debug)]
pub struct SourceProfile {
    /// Path or URL.
    pub name: String,
    /// `path` of the `[[readings]]` that named it.
    pub path: String,
    /// How its columns become intervals.
    pub mapping: Mapping,
    /// Rows read.
    pub n_rows: u64,
}

/// Finds suspects: reads, checks, digests, extracts, groups, ranks, writes.
///
/// # Errors
/// When nothing can be read or the outputs cannot be written. Trouble with single files or meters
/// is in the summary's findings.
pub fn detect(settings: &Settings, watch: &dyn Watch) -> Result<RunSummary> {
    let workspace = claim(settings)?;
    // Everything is written there until the run is whole.
    let settings = &Settings { out: workspace.folder(), ..settings.clone() };
    let mut clock = Clock::default();
    let mut tables = Tables::read(settings)?;
    let opened = open_sources(&settings.readings, settings.zone.as_ref())?;
    let digested = clock.time("digest", || digest_sources(&opened.sources, settings, watch))?;
    let kept = KeptDays::new(settings.seed);
    let (tree, broken_links) = Tree::of(&tables.register);
    tables.findings.extend(broken_links);
    let ledger = Ledger::open(&tree, digested.days_a_meter(), settings.memory_mib);
    let mut measured = clock.time("features", || {
        let keep = |days: MeterDays, features: Option<&_>, point: Option<&_>| {
            ledger.add(&days, point);
            let verdict = tables.verdicts.get(&days.meter);
            if let Some(features) = features.filter(|_| may_host(point, verdict)) {
                kept.offer(days, features, point, verdict);
            }
        };
        measure_meters(&digested.store, settings, &tables.register, &tables.surroundings, watch, &keep)
    })?;
    let mut balance = clock.time("balance", || {
        let around = Around {
            blackout_days: &tables.surroundings.blackout_days,
            night: settings.windows.night,
            folder: &settings.out,
        };
        ledger.close(&digested.store, &tables.register, &around)
    })?;
    clock.time("voltages", || {
        let calendar = Calendar::new(settings.zone.as_ref());
        balance.heed_voltages(&digested.store, &tables.register, &opened.sources, &calendar)
    })?;
    balance.heed(&tables.verdicts, &tables.register);
    let residuals = residual_features(&balance, settings, &tables.surroundings)?;
    let grouped =
        clock.time("groups", || group(std::mem::take(&mut measured.meters), &tables.verdicts, settings))?;
    let Ranked { scored, sensitivity } = clock.time("ranking", || {
        watch.begin("ranking", "meters", None);
        let days_of = |meters: &BTreeSet<MeterId>| Ok(kept.take(meters));
        let ranked = rank_meters(
            &grouped.judged,
            &measured.unjudged,
            &balance,
            settings,
            &tables.surroundings,
            &days_of,
        )?;
        let scored = &ranked.scored;
        watch.end(&format!(
            "{} suspects of {}",
            scored.iter().filter(|one| one.is_suspect).count(),
            ranked_words(scored)
        ));
        Ok(ranked)
    })?;
    tables.findings.extend(balance.findings.iter().cloned());
    tables.findings.extend(unknown_verdicts(&tables, &scored));
    let of_meters = std::mem::take(&mut measured.findings);
    let mut findings =
        all_findings(&tables, &opened, &digested, of_meters, (grouped.judged.len(), measured.counts.days));
    let span = measured.counts.days.unwrap_or_default();
    let rigs = zone_rigs(&scored, &tables.register, &tree, span);
    let zones = zone_growth(&balance.zones, &rigs, &tables.surroundings.weather);
    let risks = network_risks(&balance, &scored, &tables.register)?;
    let facts = RunFacts {
        inputs: inputs(settings, &opened, &digested)?,
        mappings: opened.sources.iter().map(|source| source.mapping.to_table(&source.path)).collect(),
        span: measured.span(),
        n_meters: measured.counts.n_meters(),
        n_meter_days: measured.counts.n_meter_days,
        n_rows: digested.n_rows,
        sensitivity: sensitivity.clone(),
        outputs: Vec::new(),
    };
    let outputs = RunOutputs {
        scored: &scored,
        register: &tables.register,
        findings: &findings,
        settings,
        facts: &facts,
        days_of: &|meters| {
            let mut days = digested.store.days_of(meters)?;
            days.extend(balance.residuals_of(meters)?);
            Ok(days)
        },
        peers: &grouped.peer_days,
        risks: &risks,
        timings: &clock.timings,
        stage_tables: &[
            ("features.parquet", tables::features::features_frame(&grouped.judged, &residuals)?),
            ("groups.parquet", tables::groups::groups_frame(&grouped.groups)?),
            ("peer_days.parquet", tables::peer_days::peer_days_frame(&grouped.peer_days)?),
            ("balance.parquet", tables::balance::balance_frame(&balance.parents, &tables.register, &risks)?),
            ("zones.parquet", tables::zones::zones_frame(&zones)?),
        ],
    };
    write_run(&settings.out, &outputs)?;
    findings.extend(publish(workspace)?);
    Ok(RunSummary {
        span: facts.span,
        n_rows: digested.n_rows,
        n_meters: facts.n_meters,
        scored,
        sensitivity,
        findings,
    })
}

/// Profiles an export without ranking it. Writes nothing that outlives the call.
///
/// # Errors
/// When nothing can be read.
pub fn check(settings: &Settings, watch: &dyn Watch) -> Result<ExportProfile> {
    let folder = tempfile::tempdir().map_err(|error| Error::write(std::env::temp_dir(), error))?;
    let tables = Tables::read(settings)?;
    let opened = open_sources(&settings.readings, settings.zone.as_ref())?;
    let digested = digest::local::digest(&opened.sources, settings, &folder.path().join("digests"), watch)?;
    let keep_none = |_, _: Option<&_>, _: Option<&_>| ();
    let mut measured =
        measure_meters(&digested.store, settings, &tables.register, &tables.surroundings, watch, &keep_none)?;
    let judged = (measured.meters.len(), measured.counts.days);
    let of_meters = std::mem::take(&mut measured.findings);
    let findings = all_findings(&tables, &opened, &digested, of_meters, judged);
    let sources = opened.sources.into_iter().zip(&digested.rows_by_source);
    Ok(ExportProfile {
        n_rows: digested.n_rows,
        n_meters: measured.counts.n_meters(),
        span: measured.span(),
        intervals: measured.counts.intervals.iter().map(|(minutes, n)| (*minutes, *n)).collect(),
        completeness: measured.counts.present as f64 / measured.counts.expected.max(1) as f64,
        estimated_share: measured.counts.estimated as f64 / measured.counts.present.max(1) as f64,
        zone: settings.zone.as_ref().map(|zone| zone.name.clone()),
        sources: sources
            .map(|(source, n_rows)| SourceProfile {
                name: source.name,
                path: source.path,
                mapping: source.mapping,
                n_rows: *n_rows,
            })
            .collect(),
        findings,
    })
}

/// Digests an export into a store, its own or the shared one, and goes no further.
///
/// # Errors
/// As [`detect`].
pub fn digest(settings: &Settings, watch: &dyn Watch) -> Result<RunSummary> {
    let workspace = match &settings.store {
        Some(store) => check_store(store, &inputs_of(settings)).map(|()| None)?,
        None => Some(claim(settings)?),
    };
    let out = workspace.as_ref().map_or_else(|| settings.out.clone(), Workspace::folder);
    let settings = &Settings { out, ..settings.clone() };
    let opened = open_sources(&settings.readings, settings.zone.as_ref())?;
    let digested = digest_sources(&opened.sources, settings, watch)?;
    let mut findings = opened.findings;
    findings.extend(digested.findings);
    findings.extend(workspace.map(publish).transpose()?.unwrap_or_default());
    sort_findings(&mut findings);
    Ok(RunSummary {
        scored: Vec::new(),
        sensitivity: Sensitivity::default(),
        findings,
        n_rows: digested.n_rows,
        n_meters: digested.n_meters,
        span: digested.days.map(|(first, last)| (date_of(first), date_of(last))),
    })
}

/// Plants rigs into the meters of an export and holds the ranked list against them, trial after trial.
/// Writes nothing but digests that runs share.
///
/// # Errors
/// When nothing can be read, or no meter can be planted into.
pub fn backtest(settings: &Settings, plan: &BacktestPlan, watch: &dyn Watch) -> Result<BacktestSummary> {
    let folder = tempfile::tempdir().map_err(|error| Error::write(std::env::temp_dir(), error))?;
    if let Some(store) = &settings.store {
        check_store(store, &inputs_of(settings))?;
    }
    let settings = &Settings { out: folder.path().to_owned(), ..settings.clone() };
    let tables = Tables::read(settings)?;
    let opened = open_sources(&settings.readings, settings.zone.as_ref())?;
    let digested = digest_sources(&opened.sources, settings, watch)?;
    let store = &digested.store;
    let keep_none = |_, _: Option<&_>, _: Option<&_>| ();
    let measured =
        measure_meters(store, settings, &tables.register, &tables.surroundings, watch, &keep_none)?;
    let mut backtest = Backtest::new(plan, measured.meters.len());
    let tip_index = tip_index(&tables.register, &measured.meters);
    watch.begin("trials", "trials", Some(plan.trials().count() as u64));
    for (prevalence, seed) in plan.trials() {
        let settings = &Settings { seed: settings.seed.wrapping_add(seed), ..settings.clone() };
        let trial = Trial::plant(
            &measured.meters,
            &tables.verdicts,
            (prevalence, seed),
            store,
            settings,
            &tables.surroundings,
        )?;
        let days_of = |meters: &BTreeSet<MeterId>| trial.days_of(meters, store);
        let rank = |verdicts: &Verdicts| {
            let judged = group(trial.meters.clone(), verdicts, settings)?.judged;
            let (unjudged, none) = (&measured.unjudged, Balance::default());
            rank_meters(&judged, unjudged, &none, settings, &tables.surroundings, &days_of)
        };
        let ranked = rank(&tables.verdicts)?;
        let again = match plan.verdict_share {
            share if share > 0.0 => {
                let visited = trial.visit(&ranked.scored, share);
                Some((rank(&tables.verdicts.and(&visited))?, visited))
            }
            _ => None,
        };
        backtest.add(prevalence, &trial, &ranked.scored);
        backtest.add_tips(&tip_index, &trial, &ranked, settings.seed);
        if let Some((again, visited)) = again {
            backtest.add_verdicts(prevalence, &trial, &visited, &ranked.scored, &again.scored);
        }
        watch.advance(1);
    }
    watch.end(&format!("{} trials", plan.trials().count()));
    let judged = (measured.meters.len(), measured.counts.days);
    Ok(BacktestSummary {
        backtest: backtest.finish(),
        findings: all_findings(&tables, &opened, &digested, measured.findings, judged),
    })
}

/// Claims the run's folder, once nothing that is read lies in a folder that is written.
fn claim(settings: &Settings) -> Result<Workspace> {
    let inputs = inputs_of(settings);
    if let Some(store) = &settings.store {
        check_apart(("--out", &settings.out), ("--store", store))?;
        check_store(store, &inputs)?;
    }
    Workspace::claim(&settings.out, Holds::Run, &inputs)
}

fn check_store(store: &Path, inputs: &[Input]) -> Result<()> {
    check_inputs(store, inputs, "--store")?;
    check_claim(store, Holds::Store, "--store")
}

/// Everything on this machine that a run reads.
#[must_use]
pub fn inputs_of(settings: &Settings) -> Vec<Input> {
    let readings = local_files(&settings.readings).into_iter().map(|path| Input { flag: "--readings", path });
    let tables = [
        ("--register", &settings.register),
        ("--weather", &settings.weather),
        ("--events", &settings.events),
        ("--verdicts", &settings.verdicts),
    ];
    let tables = tables.into_iter().filter_map(|(flag, path)| Some(Input { flag, path: path.clone()? }));
    readings.chain(tables).collect()
}

/// Publishes a run; what is said of files that were somebody's.
fn publish(workspace: Workspace) -> Result<Vec<Finding>> {
    let mut known = BTreeMap::new();
    for name in [DIGESTS, RESIDUALS] {
        let folder = workspace.folder().join(name);
        if folder.is_dir() {
            let written = digest::store::written_files(&folder)?;
            known.extend(written.into_iter().map(|(file, written)| (format!("{name}/{file}"), written)));
        }
    }
    Ok(workspace.publish(&known)?.iter().map(KeptFile::finding).collect())
}

/// Digests what the shared store does not have yet; without one, everything, into the run's folder.
fn digest_sources(sources: &[Source], settings: &Settings, watch: &dyn Watch) -> Result<Digested> {
    match &settings.store {
        Some(store) => digest::update::update(sources, settings, store, watch),
        None => digest::local::digest(sources, settings, &settings.digests(), watch),
    }
}

/// Tables beside the readings.
struct Tables {
    register: Register,
    surroundings: Surroundings,
    verdicts: Verdicts,
    /// First and last civil day of the events.
    event_days: Option<(i32, i32)>,
    findings: Vec<Finding>,
}

impl Tables {
    fn read(settings: &Settings) -> Result<Self> {
        let calendar = Calendar::new(settings.zone.as_ref());
        let mut tables = Self {
            register: Register::default(),
            surroundings: Surroundings::default(),
            verdicts: Verdicts::default(),
            event_days: None,
            findings: Vec::new(),
        };
        if let Some(path) = &settings.register {
            let (register, findings) = Register::read(path)?;
            tables.register = register;
            tables.findings.extend(findings);
        }
        if let Some(path) = &settings.weather {
            let (weather, findings) = Weather::read(path, &calendar)?;
            tables.surroundings.weather = weather;
            tables.findings.extend(findings);
        }
        if let Some(path) = &settings.verdicts {
            let (verdicts, findings) = Verdicts::read(path)?;
            tables.verdicts = verdicts;
            tables.findings.extend(findings);
        }
        if let Some(path) = &settings.events {
            let (events, findings) = Events::read(path)?;
            tables.surroundings.blackout_days = events.days(INTERNET_BLACKOUT, &calendar);
            let day = |instant_s| calendar.day_of(instant_s).map(|civil| civil.day);
            tables.event_days = events.span_s().and_then(|(first_s, end_s)| day(first_s).zip(day(end_s - 1)));
            tables.findings.extend(findings);
        }
        Ok(tables)
    }
}

/// Meters with their groups.
struct Grouped {
    judged: Vec<Judged>,
    groups: Vec<groups::Group>,
    peer_days: BTreeMap<GroupId, PeerDay>,
}

fn group(mut meters: Vec<MeasuredMeter>, verdicts: &Verdicts, settings: &Settings) -> Result<Grouped> {
    // Clusters depend on the order of their rows; that of ids is chance.
    meters.par_sort_by_cached_key(|(meter, features, _)| (features.content, meter.clone()));
    let inputs: Vec<GroupInput> = meters
        .iter()
        .map(|(meter, features, point)| GroupInput {
            meter: meter.clone(),
            class: point.as_ref().map_or_else(|| UNKNOWN_CLASS.to_owned(), UsagePoint::class),
            hour_kw: features.hour_kw,
            demand_kw_mean: features.standard.demand_kw_mean,
        })
        .collect();
    let grouping = groups::group_meters(&inputs, settings.max_groups_per_class, settings.seed)?;
    let mut own: Vec<Vec<&GroupInput>> = vec![Vec::new(); grouping.groups.len()];
    inputs.iter().zip(&grouping.members).for_each(|(input, member)| own[*member].push(input));
    let peer_days = grouping.groups.iter().zip(&own).map(|(group, own)| (group.id.clone(), peer_day(own)));
    let peer_days = peer_days.collect();
    let mut judged: Vec<Judged> = meters
        .into_iter()
        .zip(&grouping.members)
        .map(|((meter, features, point), member)| Judged {
            verdict: verdicts.get(&meter),
            meter,
            features,
            point,
            group: grouping.groups[*member].id.clone(),
        })
        .collect();
    judged.par_sort_unstable_by(|a, b| a.meter.cmp(&b.meter));
    Ok(Grouped { judged, groups: grouping.groups, peer_days })
}

fn peer_day(own: &[&GroupInput]) -> PeerDay {
    let hours: Vec<[f32; 3]> = (0..CLOCK_HOURS)
        .into_par_iter()
        .map(|hour| {
            let quartiles = quantiles_of(own.iter().map(|one| one.hour_kw[hour]), [0.25, 0.5, 0.75]);
            quartiles.map(|kw| kw.unwrap_or(f32::NAN))
        })
        .collect();
    let at = |quartile: usize| std::array::from_fn(|hour| hours[hour][quartile]);
    PeerDay { hour_kw_p25: at(0), hour_kw_p50: at(1), hour_kw_p75: at(2) }
}

/// Features of the residuals, which are meters that nobody mounted: for whoever reads the tables. The
/// model learns from none of them, and no meter is held against them.
fn residual_features(
    balance: &Balance,
    settings: &Settings,
    surroundings: &Surroundings,
) -> Result<Vec<(MeterId, MeterFeatures)>> {
    let Some(residuals) = &balance.residuals else { return Ok(Vec::new()) };
    residuals.map_meters(|residual| {
        let features = extract_features(&residual.days, 0.0, &settings.windows, surroundings)?;
        Some((residual.meter, features))
    })
}

/// Verdicts on what is neither in the run nor in the register, nor the residual of such.
fn unknown_verdicts(tables: &Tables, scored: &[Scored]) -> Option<Finding> {
    if tables.verdicts.is_empty() {
        return None;
    }
    let listed: BTreeSet<&MeterId> = scored.iter().map(|one| &one.meter).collect();
    let is_known = |id: &MeterId| {
        let point = id.as_str().strip_prefix(RESIDUAL_PREFIX).unwrap_or(id.as_str());
        listed.contains(id) || tables.register.point(point).is_some()
    };
    tables.verdicts.unknown(is_known)
}

/// Everything found, in order. Those of the meters are the most: they are moved, not copied.
fn all_findings(
    tables: &Tables,
    opened: &Opened,
    digested: &Digested,
    of_meters: Vec<Finding>,
    (n, days): (usize, Option<(i32, i32)>),
) -> Vec<Finding> {
    let mut findings = of_meters;
    findings.extend([&tables.findings, &opened.findings, &digested.findings].into_iter().flatten().cloned());
    if let Some(days) = days {
        findings.extend(check_weather(&tables.surroundings.weather, days));
        findings.extend(tables.event_days.and_then(|own| check_events(own, days)));
    }
    if n < ENOUGH_METERS {
        let words = format!(
            "{n} meters could be judged; with fewer than {ENOUGH_METERS} to learn from, scores lean on a model of homes elsewhere and expected false leads are rough"
        );
        findings.push(Finding::new(Code::FewPeers, Severity::Warning, words).with("n_meters", n));
    }
    sort_findings(&mut findings);
    findings
}

fn inputs(settings: &Settings, opened: &Opened, digested: &Digested) -> Result<Vec<InputRecord>> {
    let mut inputs: Vec<InputRecord> = opened
        .sources
        .par_iter()
        .zip(&digested.rows_by_source)
        .map(|(source, n_rows)| {
            let file =
                FileRecord { path: source.name.clone(), bytes: source.bytes, sha256: source.sha256()? };
            Ok(InputRecord { role: "readings", file, n_rows: Some(*n_rows) })
        })
        .collect::<Result<_>>()?;
    for (role, path) in [
        ("register", &settings.register),
        ("weather", &settings.weather),
        ("events", &settings.events),
        ("verdicts", &settings.verdicts),
    ] {
        if let Some(path) = path {
            inputs.push(InputRecord {
                role,
                file: FileRecord::of(path, &path.display().to_string())?,
                n_rows: None,
            });
        }
    }
    Ok(inputs)
}

/// Times the stages.
#[derive(Default)]
struct Clock {
    timings: Vec<Timing>,
}

impl Clock {
    fn time<T>(&mut self, stage: &'static str, run: impl FnOnce() -> T) -> T {
        let start = std::time::Instant::now();
        let result = run();
        self.timings.push(Timing { stage, seconds: start.elapsed().as_secs_f64() });
        result
    }
}
