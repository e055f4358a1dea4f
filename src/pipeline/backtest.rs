//! Plants rigs into an export's own meters and measures how well the ranked list finds them.

use std::collections::BTreeSet;

use super::beside::Tables;
use super::folders::{check_store, inputs_of};
use super::grouping::group;
use super::{all_findings, digest_sources};
use crate::acquisition::open_readings;
use crate::acquisition::verdicts::Verdicts;
use crate::balance::Balance;
use crate::error::{Error, Result};
use crate::features::measure::measure_meters;
use crate::finding::Finding;
use crate::ids::MeterId;
use crate::progress::Watch;
use crate::ranking::energy::measure_energy;
use crate::ranking::rank::rank_meters;
use crate::settings::Settings;
use crate::trials::backtest::{Backtest, BacktestPlan, Trial, tip_index};

/// What `backtest` measured.
#[derive(Debug)]
pub struct BacktestSummary {
    /// The measures.
    pub backtest: Backtest,
    /// All findings on the export, worst first.
    pub findings: Vec<Finding>,
}

/// Plants rigs into the meters of an export, ranks the meters, and compares the list with what was planted.
/// Repeats this trial after trial. Writes no run; it only adds digests to the shared store, where one is set.
///
/// # Errors
/// When nothing can be read, or no meter is fit to plant a rig into.
pub fn backtest(settings: &Settings, plan: &BacktestPlan, watch: &dyn Watch) -> Result<BacktestSummary> {
    let folder = tempfile::tempdir().map_err(|error| Error::write(std::env::temp_dir(), error))?;
    if let Some(store) = &settings.store {
        check_store(store, &inputs_of(settings))?;
    }
    let settings = &Settings { out: folder.path().to_owned(), ..settings.clone() };
    let tables = Tables::read(settings)?;
    let opened = open_readings(settings)?;
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
        let mut ranked = rank(&tables.verdicts)?;
        measure_energy(&mut ranked.scored, &tables.register, &settings.tariffs, &days_of)?;
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
