//! Finds suspects: the main path, one call per stage.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::asked::questions;
use super::beside::{Tables, inputs, no_timezone, unknown_verdicts};
use super::folders::{claim, publish};
use super::grouping::{Grouped, group};
use super::{all_findings, digest_sources, refuse_contradictions};
use crate::acquisition::{Opened, open_readings};
use crate::balance::{Balance, BalanceInputs, Ledger, Tree};
use crate::calendar::Calendar;
use crate::digest::MeterDays;
use crate::digest::local::Digested;
use crate::error::Result;
use crate::features::measure::{Measured, measure_meters};
use crate::features::{MeterFeatures, Surroundings, extract_features};
use crate::finding::Finding;
use crate::ids::MeterId;
use crate::language::Language;
use crate::language::message::Message;
use crate::network::growth::{zone_growth, zone_rigs};
use crate::network::risk::network_risks;
use crate::progress::Watch;
use crate::ranking::Scored;
use crate::ranking::energy::measure_energy;
use crate::ranking::hosts::{KeptDays, may_host};
use crate::ranking::rank::{Ranked, rank_meters};
use crate::ranking::sensitivity::Sensitivity;
use crate::run::run_json::{RunFacts, Timing};
use crate::run::words::ranked_words;
use crate::run::{RunOutputs, tables, write_run};
use crate::settings::Settings;

/// Result of a run of `detect`, for the caller; the files are in the output folder.
#[derive(Debug)]
pub struct RunSummary {
    /// Every meter, by rank.
    pub scored: Vec<Scored>,
    /// How small a rig would still be found among these meters.
    pub sensitivity: Sensitivity,
    /// All findings of the run, worst first.
    pub findings: Vec<Finding>,
    /// Rows of interval data read.
    pub n_rows: u64,
    /// Meters with interval data.
    pub n_meters: u64,
    /// Questions about what was guessed, as messages of the family [`ASKED`](crate::run::words::ASKED).
    pub asked: Vec<Message>,
    /// First and last local day.
    pub span: Option<(Date, Date)>,
}

/// Finds suspects: reads, checks, digests, extracts features, groups, ranks and writes.
///
/// # Errors
/// When nothing can be read or the outputs cannot be written. Trouble with single files or meters
/// is in the summary's findings.
pub fn detect(settings: &Settings, watch: &dyn Watch) -> Result<RunSummary> {
    let output = claim(settings)?;
    // All output goes to a folder beside its place until the run is complete.
    let settings = &Settings { out: output.folder(), ..settings.clone() };
    let mut clock = Clock::default();
    let tables = Tables::read(settings)?;
    let opened = open_readings(settings)?;
    let digested = clock.time("digest", || digest_sources(&opened.sources, settings, watch))?;
    let run = Run { settings, watch, tables, opened, digested };
    let (tree, broken_links) = Tree::of(&run.tables.register);
    let kept = KeptDays::new(settings.seed);
    let ledger = Ledger::open(&tree, run.digested.days_a_meter(), settings.memory_mib);
    let mut measured = clock.time("features", || run.measure(&ledger, &kept))?;
    let balance = run.balance(ledger, &mut clock)?;
    let meters = std::mem::take(&mut measured.meters);
    let asked = questions(&run.opened.sources, &meters, settings);
    let grouped = clock.time("groups", || group(meters, &run.tables.verdicts, settings))?;
    let mut ranked = clock.time("ranking", || run.rank(&grouped, &measured.unjudged, &balance, &kept))?;
    clock.time("energy", || run.measure_energies(&mut ranked, &balance))?;
    let mut summary = run.write(&tree, broken_links, measured, &balance, &grouped, ranked, asked, &clock)?;
    summary.findings.extend(publish(output)?);
    Ok(summary)
}

/// Input of all stages after the digest.
struct Run<'a> {
    settings: &'a Settings,
    watch: &'a dyn Watch,
    tables: Tables,
    opened: Opened,
    digested: Digested,
}

impl Run<'_> {
    /// Visits each meter once. Extracts its features, runs its checks, and adds its energy to the balance.
    /// Keeps its days if rigs may be planted into it later.
    fn measure(&self, ledger: &Ledger<'_>, kept: &KeptDays) -> Result<Measured> {
        let tables = &self.tables;
        let keep = |days: MeterDays, features: Option<&_>, point: Option<&_>| {
            ledger.add(&days, point);
            let verdict = tables.verdicts.get(&days.meter);
            if let Some(features) = features.filter(|_| may_host(point, verdict)) {
                kept.offer(days, features, point, verdict);
            }
        };
        let store = &self.digested.store;
        let measured =
            measure_meters(store, self.settings, &tables.register, &tables.surroundings, self.watch, &keep)?;
        // A shared store has the days already, and keeps its findings.
        if self.settings.store.is_none() {
            refuse_contradictions(&measured, &self.opened.sources)?;
        }
        Ok(measured)
    }

    /// Returns the energy balance of each transformer, with the voltages and verdicts taken into account.
    fn balance(&self, ledger: Ledger<'_>, clock: &mut Clock) -> Result<Balance> {
        let (settings, tables, store) = (self.settings, &self.tables, &self.digested.store);
        let inputs = BalanceInputs {
            blackout_days: &tables.surroundings.blackout_days,
            night: settings.windows.night,
            folder: &settings.out,
        };
        let mut balance = clock.time("balance", || ledger.close(store, &tables.register, &inputs))?;
        let calendar = Calendar::new(settings.zone.as_ref());
        clock.time("voltages", || {
            balance.heed_voltages(store, &tables.register, &self.opened.sources, &calendar)
        })?;
        balance.heed(&tables.verdicts, &tables.register);
        Ok(balance)
    }

    fn rank(
        &self,
        grouped: &Grouped,
        unjudged: &[MeterId],
        balance: &Balance,
        kept: &KeptDays,
    ) -> Result<Ranked> {
        self.watch.begin("ranking", "meters", None);
        let days_of = |meters: &BTreeSet<MeterId>| Ok(kept.take(meters));
        let surroundings = &self.tables.surroundings;
        let ranked = rank_meters(&grouped.judged, unjudged, balance, self.settings, surroundings, &days_of)?;
        let n_suspects = ranked.scored.iter().filter(|one| one.is_suspect).count();
        self.watch
            .end(&format!("{n_suspects} suspects of {}", ranked_words(&ranked.scored, Language::english())));
        Ok(ranked)
    }

    /// Reads the days of the suspects once more, and measures the energy of their rigs.
    fn measure_energies(&self, ranked: &mut Ranked, balance: &Balance) -> Result<()> {
        let days_of = |meters: &BTreeSet<MeterId>| self.days_of(meters, balance);
        measure_energy(&mut ranked.scored, &self.tables.register, &self.settings.tariffs, &days_of)
    }

    /// Returns the days of meters and residuals.
    fn days_of(&self, meters: &BTreeSet<MeterId>, balance: &Balance) -> Result<BTreeMap<MeterId, MeterDays>> {
        let mut days = self.digested.store.days_of(meters)?;
        days.extend(balance.residuals_of(meters)?);
        Ok(days)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what each stage found, taken apart by the one who writes it"
    )]
    fn write(
        mut self,
        tree: &Tree,
        broken_links: Vec<Finding>,
        mut measured: Measured,
        balance: &Balance,
        grouped: &Grouped,
        ranked: Ranked,
        asked: Vec<Message>,
        clock: &Clock,
    ) -> Result<RunSummary> {
        let Ranked { scored, sensitivity } = ranked;
        let settings = self.settings;
        self.tables.findings.extend(broken_links);
        self.tables.findings.extend(no_timezone(&self.tables.register, settings));
        self.tables.findings.extend(balance.findings.iter().cloned());
        self.tables.findings.extend(unknown_verdicts(&self.tables, &scored));
        let Self { tables, opened, digested, .. } = &self;
        let judged = (grouped.judged.len(), measured.counts.days);
        let findings = all_findings(tables, opened, digested, std::mem::take(&mut measured.findings), judged);
        let rigs = zone_rigs(&scored, &tables.register, tree, measured.counts.days.unwrap_or_default());
        let zones = zone_growth(&balance.zones, &rigs, &tables.surroundings.weather);
        let risks = network_risks(balance, &scored, &tables.register)?;
        let residuals = residual_features(balance, settings, &tables.surroundings)?;
        let facts = RunFacts {
            inputs: inputs(settings, opened, Some(digested))?,
            mappings: opened.sources.iter().map(|source| source.mapping.to_table(&source.path)).collect(),
            span: measured.span(),
            n_meters: measured.counts.n_meters(),
            n_meter_days: measured.counts.n_meter_days,
            n_rows: digested.n_rows,
            sensitivity: sensitivity.clone(),
            asked: asked.clone(),
            outputs: Vec::new(),
        };
        let outputs = RunOutputs {
            scored: &scored,
            register: &tables.register,
            findings: &findings,
            settings,
            facts: &facts,
            days_of: &|meters| self.days_of(meters, balance),
            peers: &grouped.peer_days,
            risks: &risks,
            timings: &clock.timings,
            stage_tables: &[
                ("features.parquet", tables::features::features_frame(&grouped.judged, &residuals)?),
                ("groups.parquet", tables::groups::groups_frame(&grouped.groups)?),
                ("peer_days.parquet", tables::peer_days::peer_days_frame(&grouped.peer_days)?),
                (
                    "balance.parquet",
                    tables::balance::balance_frame(&balance.parents, &tables.register, &risks)?,
                ),
                ("zones.parquet", tables::zones::zones_frame(&zones)?),
            ],
        };
        write_run(&settings.out, &outputs)?;
        let (span, n_rows, n_meters) = (facts.span, digested.n_rows, facts.n_meters);
        Ok(RunSummary { scored, sensitivity, findings, n_rows, n_meters, asked, span })
    }
}

/// Returns the features of the residuals, for the output tables only. The model does not learn from them, and
/// no meter is compared with them.
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
