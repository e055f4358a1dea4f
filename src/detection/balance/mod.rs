//! Balances transformers, feeders and substations against the meters below them.
//!
//! A residual is the energy that a parent's own meter measures, minus its children's energy and technical
//! loss. It is treated as a meter of its own: it is digested and ranked in the same way. Load that it shows
//! day and night is unmetered load.
//!
//! The sums are built while the digests are read for features ([`Sums`]). Only some children are read again:
//! children of parents whose residuals move against each other, to find meters in the wrong place
//! ([`places`]), and children of parents with unexplained load, to find the bypassed meter ([`who`]).

mod account;
mod books;
mod change;
mod children;
mod excess;
mod follow;
mod loss;
mod places;
mod residuals;
mod shelf;
pub mod side;
mod sums;
mod tree;
mod unexplained;
pub mod who;
pub mod zones;

use hashwatt_core::ids::RESIDUAL_PREFIX;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub use account::Account;
use books::Books;
use children::by_parent;
pub use excess::Excess;
use shelf::Shelf;
pub use sums::{Sums, UnmeteredSums};
pub use tree::Tree;

use hashwatt_core::calendar::Calendar;
use hashwatt_core::error::Result;
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::ids::MeterId;
use hashwatt_core::message;
use hashwatt_core::settings::HourWindow;
use hashwatt_readings::acquisition::Source;
use hashwatt_readings::acquisition::register::{Register, UsagePoint};
use hashwatt_readings::acquisition::verdicts::{Verdict, Verdicts};
use hashwatt_readings::digest::MeterDays;
use hashwatt_readings::digest::store::DigestStore;
use loss::NoLoad;
use residuals::ResidualsWriter;
use side::Side;
use sums::BYTES_A_DAY;
use who::{Trace, UnexplainedLoad, traces};
use zones::{ZoneDays, Zones};

/// From this many parents on, their own spread gives the error of an excess.
const ENOUGH_PARENTS: usize = 40;

/// Inverse share of the memory budget for sums.
const SUMS_SHARE: u64 = 2;

/// Inverse share of the memory budget for the parents settled at once, and the memory of one of their days:
/// sums, hours and residual. [B]
const AT_ONCE_SHARE: u64 = 8;
const AT_ONCE_BYTES_A_DAY: u64 = 1024;

/// Folder of a run with the days of its residuals, beside its digests.
pub const RESIDUALS: &str = "residuals";

/// The result of one parent's balance.
#[derive(Debug, Clone)]
pub struct ParentBalance {
    /// Energies, loss and floors.
    pub account: Account,
    /// Its residual's id.
    pub residual: MeterId,
    /// No-load loss, expected or seen beside a step. [kW]
    pub no_load_kw: f64,
    /// The unmetered load below it.
    pub excess: Excess,
    /// Meters below it that leave a trace, likeliest first; empty without unexplained load.
    pub traces: Vec<Trace>,
    /// Side of its lines that feeds the load; `None` if voltages do not show it.
    pub side: Option<Side>,
    /// Verdict on it.
    pub verdict: Option<Verdict>,
}

impl ParentBalance {
    /// Whether there is a farm below it; `None` if nobody has checked.
    #[must_use]
    pub fn is_farm(&self) -> Option<bool> {
        self.verdict.and_then(Verdict::is_farm)
    }
}

/// Every parent that could be judged, in order of id.
#[derive(Debug, Default)]
pub struct Balance {
    /// The parents.
    pub parents: Vec<ParentBalance>,
    /// Findings of the balance.
    pub findings: Vec<Finding>,
    /// Customers' demand by zone and day.
    pub zones: ZoneDays,
    /// Days of the residuals, while their folder is unfinished.
    pub residuals: Option<DigestStore>,
    /// Hours of the parents.
    shelf: Option<Shelf>,
}

/// Inputs of a balance besides the sums.
#[derive(Debug, Clone, Copy)]
pub struct BalanceInputs<'a> {
    /// Days without internet, ascending.
    pub blackout_days: &'a [i32],
    /// The night window of digests.
    pub night: HourWindow,
    /// Folder of the run. Hours stay there until the run ends; residuals go to its folder [`RESIDUALS`].
    pub folder: &'a Path,
}

/// Running sums of a run, as many as fit into memory at once.
#[derive(Debug)]
pub struct Ledger<'a> {
    tree: &'a Tree,
    /// Indices of the parents, by walk.
    walks: Vec<Vec<usize>>,
    /// Sums of the first walk, which is shared with other stages.
    first: Sums<'a>,
    /// Number of parents settled at once.
    at_once: usize,
    zones: Zones,
}

impl<'a> Ledger<'a> {
    /// Opens the sums of all parents of a tree. `days_a_meter` is how many days a meter has at most.
    #[must_use]
    pub fn open(tree: &'a Tree, days_a_meter: u64, memory_mib: u32) -> Self {
        let fit = |share: u64, bytes_a_day: u64| {
            let bytes_a_parent = days_a_meter.max(1) * bytes_a_day;
            ((u64::from(memory_mib) << 20) / share / bytes_a_parent).max(1) as usize
        };
        // Parents come after the nodes below them, so that sums of nodes without a meter can be passed up.
        let walks: Vec<Vec<usize>> =
            tree.bottom_up().chunks(fit(SUMS_SHARE, BYTES_A_DAY)).map(<[usize]>::to_vec).collect();
        let first = Sums::new(tree, walks.first().map_or(&[], Vec::as_slice));
        let at_once = fit(AT_ONCE_SHARE, AT_ONCE_BYTES_A_DAY);
        Self { tree, walks, first, at_once, zones: Zones::default() }
    }

    /// Adds a meter while its days are in memory.
    pub fn add(&self, meter: &MeterDays, point: Option<&UsagePoint>) {
        self.zones.add(meter, point, self.tree);
        self.first.add(meter);
    }

    /// Computes the balance of every parent.
    ///
    /// # Errors
    /// When the store cannot be read, or the folder cannot be written.
    pub fn close(
        self,
        store: &DigestStore,
        register: &Register,
        inputs: &BalanceInputs<'_>,
    ) -> Result<Balance> {
        let mut balance = Balance { zones: self.zones.finish(), ..Balance::default() };
        let mut books = Books::new(inputs.folder, inputs.blackout_days)?;
        let mut unmetered = UnmeteredSums::default();
        let mut metered = BTreeSet::new();
        let mut first = Some(self.first);
        for places in &self.walks {
            let sums = match first.take() {
                Some(sums) => sums,
                None => walk_again(self.tree, places, store)?,
            };
            sums.finish(&mut unmetered, self.at_once, &mut |series| {
                // The parents below them are already known.
                metered.extend(series.iter().map(|one| one.place));
                let children_of = |place| below(self.tree, place, &metered);
                balance.findings.extend(books.enter(series, &children_of)?);
                Ok(())
            })?;
        }
        // Sort as after a single walk, because the expectation for a parent depends on all others.
        books.sort();
        balance.settle(books, self.tree, store, inputs, self.at_once)?;
        balance.findings.extend(unknown_parents(self.tree, &metered, register));
        Ok(balance)
    }
}

/// Sums the parents that did not fit into the first walk.
fn walk_again<'a>(tree: &'a Tree, places: &[usize], store: &DigestStore) -> Result<Sums<'a>> {
    let sums = Sums::new(tree, places);
    store.map_meters(|meter| {
        sums.add(&meter);
        None::<()>
    })?;
    Ok(sums)
}

impl Balance {
    /// Evaluates the voltages below parents with unexplained load, if the sources have any: which side of the
    /// lines feeds the load, and which meters it is unlikely to be at.
    ///
    /// # Errors
    /// When the voltages cannot be read.
    pub fn heed_voltages(
        &mut self,
        store: &DigestStore,
        register: &Register,
        sources: &[Source],
        calendar: &Calendar,
    ) -> Result<()> {
        for (place, falls) in side::find_falls(&self.parents, store, register, sources, calendar)? {
            let parent = &mut self.parents[place];
            parent.side = falls.side(register);
            who::heed_voltages(&mut parent.traces, &falls);
        }
        Ok(())
    }

    /// Records the verdicts on residuals. A verdict on a network meter applies to what it feeds.
    pub fn heed(&mut self, verdicts: &Verdicts, register: &Register) {
        for parent in &mut self.parents {
            let id = &parent.account.parent;
            let own = || {
                let is_network = register.point(id.as_str()).is_some_and(UsagePoint::is_network);
                verdicts.get(id).filter(|_| is_network)
            };
            parent.verdict = verdicts.get(&parent.residual).or_else(own);
        }
    }

    /// Returns the days of the requested residuals.
    ///
    /// # Errors
    /// When the days cannot be read.
    pub fn residuals_of(&self, meters: &BTreeSet<MeterId>) -> Result<BTreeMap<MeterId, MeterDays>> {
        let asked = meters.iter().filter(|meter| meter.as_str().starts_with(RESIDUAL_PREFIX));
        let asked: BTreeSet<MeterId> = asked.cloned().collect();
        self.residuals.as_ref().map_or_else(|| Ok(BTreeMap::new()), |store| store.days_of(&asked))
    }

    /// Counts the hours in which a parent's supply exceeds `limit_kw`, and the hours in which it would still
    /// do so without some loads on their days, first to one past the last. [kW]
    ///
    /// # Errors
    /// When the hours cannot be read.
    pub fn hours_above(
        &self,
        account: &Account,
        limit_kw: f64,
        loads: &[(f64, (i32, i32))],
    ) -> Result<(u32, u32)> {
        self.shelf.as_ref().map_or(Ok((0, 0)), |shelf| account.hours_above(shelf, limit_kw, loads))
    }

    /// Computes the balance of all parents, in order of id.
    fn settle(
        &mut self,
        mut books: Books<'_>,
        tree: &Tree,
        store: &DigestStore,
        inputs: &BalanceInputs<'_>,
        at_once: usize,
    ) -> Result<()> {
        self.findings.extend(places::put_in_place(&mut books, store)?);
        let levels: Vec<(f64, f64)> =
            books.accounts.iter().map(|account| (account.level_kw(), account.peak_kw)).collect();
        let no_load = NoLoad::of(&levels);
        let other_kw = spread_of_excess(&books.accounts, &no_load);
        let mut residuals = ResidualsWriter::new(&inputs.folder.join(RESIDUALS))?;
        let places: Vec<usize> = (0..books.accounts.len()).collect();
        for some in places.chunks(at_once) {
            let settled = books.map_open(some.to_vec(), |open| {
                let excess = open.excess(&no_load, other_kw);
                let no_load_kw = open.no_load_kw(&no_load, &excess);
                let residual = open.residual(no_load_kw, inputs.night);
                (excess, no_load_kw, residual)
            })?;
            for (&at, (excess, no_load_kw, residual)) in some.iter().zip(settled) {
                residuals.push(&residual)?;
                let (account, residual) = (books.accounts[at].clone(), residual.meter);
                self.parents.push(ParentBalance {
                    account,
                    residual,
                    no_load_kw,
                    excess,
                    traces: Vec::new(),
                    side: None,
                    verdict: None,
                });
            }
        }
        self.residuals = Some(residuals.finish()?);
        for (place, traces) in find_traces(&self.parents, &books, tree, store)? {
            self.parents[place].traces = traces;
        }
        self.shelf = Some(books.shelf);
        Ok(())
    }
}

/// Finds traces of the meters below every parent with unexplained load.
fn find_traces(
    parents: &[ParentBalance],
    books: &Books<'_>,
    tree: &Tree,
    store: &DigestStore,
) -> Result<Vec<(usize, Vec<Trace>)>> {
    // A network meter below it is a sum, not a customer.
    let is_customer = |id: &&MeterId| tree.place(id.as_str()).is_none();
    let customers: Vec<(usize, Vec<MeterId>)> = parents
        .iter()
        .enumerate()
        .filter(|(_, parent)| parent.excess.log_ratio > 0.0)
        .map(|(at, parent)| (at, parent.account.children.iter().filter(is_customer).cloned().collect()))
        .collect();
    let asked: Vec<(usize, &[MeterId])> = customers.iter().map(|(at, meters)| (*at, &meters[..])).collect();
    let mut found = Vec::new();
    by_parent(store, &asked, &mut |at, children| {
        let excess = &parents[at].excess;
        let load = UnexplainedLoad {
            kw: excess.kw,
            days: excess.days,
            has_onset: excess.onset.is_some(),
            has_end: excess.ended.is_some(),
        };
        found.push((at, traces(&books.open(at)?.life_on(excess.days), &load, &children)));
        Ok(())
    })?;
    Ok(found)
}

/// Returns the error of an excess beyond its own noise: small unmetered supplies. [kW]
fn spread_of_excess(accounts: &[Account], no_load: &NoLoad) -> f64 {
    let usual = unexplained::UNMETERED_SUPPLY_KW;
    if accounts.len() < ENOUGH_PARENTS {
        return usual;
    }
    let excess: Vec<f32> = accounts
        .iter()
        .map(|account| (account.level_kw() - no_load.kw(account.peak_kw)).abs() as f32)
        .collect();
    // Half of the parents are within this spread, whether they have farms or not.
    hashwatt_core::stats::median(&excess)
        .map_or(usual, |middle| (1.4826 * f64::from(middle)).min(usual).max(0.1))
}

/// Returns the meters below a parent; for a node without its own meter, the meters below that node.
fn below(tree: &Tree, place: usize, metered: &BTreeSet<usize>) -> Vec<MeterId> {
    let mut found = Vec::new();
    let mut open = vec![place];
    while let Some(at) = open.pop() {
        for child in &tree.nodes()[at].children {
            match tree.place(child.as_str()).filter(|below| !metered.contains(below)) {
                Some(below) => open.push(below),
                None => found.push(child.clone()),
            }
        }
    }
    found.sort_unstable();
    found
}

/// Reports parents that only meters name.
fn unknown_parents(tree: &Tree, metered: &BTreeSet<usize>, register: &Register) -> Vec<Finding> {
    let is_unknown = |place: &usize| {
        !metered.contains(place)
            && register.point(tree.nodes()[*place].id.as_str()).is_none_or(UsagePoint::is_named_only)
    };
    let unknown: BTreeMap<&MeterId, usize> = (0..tree.nodes().len())
        .filter(is_unknown)
        .map(|place| (&tree.nodes()[place].id, tree.nodes()[place].children.len()))
        .collect();
    let Some((first, n)) = unknown.first_key_value() else { return Vec::new() };
    let n_children: usize = unknown.values().sum();
    let message = message!(
        "parents_unknown",
        parents = unknown.len(),
        first = *first,
        of_first = *n,
        meters = n_children
    );
    vec![Finding::new(Code::ParentUnknown, Severity::Note, message).with("n_parents", unknown.len())]
}

#[cfg(test)]
mod tests {
    use super::follow::tests::{home, meter};
    use super::*;

    /// Builds twenty transformers with five homes each, and a tap at the third.
    fn network(folder: &std::path::Path) -> (DigestStore, Register) {
        let mut meters = BTreeMap::new();
        let mut register = "meter_id,parent_id\n".to_owned();
        for place in 0..20 {
            let homes = move |day, hour| (0..5).map(|one| home(5 * place + one, day, hour)).sum::<f32>();
            let tap = move |day| if place == 3 && day >= 30 { 4.0 } else { 0.0 };
            let supplied = meter(&format!("t{place:02}"), move |day, hour| 0.2 + homes(day, hour) + tap(day));
            meters.insert(supplied.meter.clone(), supplied);
            for one in 0..5 {
                let own =
                    meter(&format!("m{place:02}{one}"), move |day, hour| home(5 * place + one, day, hour));
                register.push_str(&format!("{},t{place:02}\n", own.meter));
                meters.insert(own.meter.clone(), own);
            }
        }
        let path = folder.join("register.csv");
        std::fs::write(&path, register).unwrap();
        let store =
            DigestStore::write(&folder.join("digests"), meters.iter().map(|(id, days)| (id, &days.days[..])));
        (store.unwrap(), Register::read(&path).unwrap().0)
    }

    #[test]
    fn several_walks_find_what_one_does() {
        let folder = tempfile::tempdir().unwrap();
        let (store, register) = network(folder.path());
        let (tree, _) = Tree::of(&register);
        let night = HourWindow { from: 0, to: 6 };
        let inputs = BalanceInputs { blackout_days: &[], night, folder: folder.path() };
        // With meters of this length, only one parent fits at a time.
        let balances = [1, u64::from(u32::MAX)].map(|days_a_meter| {
            let ledger = Ledger::open(&tree, days_a_meter, 16);
            store
                .map_meters(|meter| {
                    ledger.add(&meter, register.point(meter.meter.as_str()));
                    None::<()>
                })
                .unwrap();
            ledger.close(&store, &register, &inputs).unwrap()
        });
        let told = |balance: &Balance| {
            let of = |one: &ParentBalance| (one.residual.clone(), one.excess, one.traces.clone());
            balance.parents.iter().map(of).collect::<Vec<_>>()
        };
        assert_eq!(told(&balances[0]), told(&balances[1]));
        let listed: Vec<usize> =
            (0..20).filter(|&at| balances[0].parents[at].excess.log_ratio > 3.0).collect();
        assert_eq!(listed, [3]);
        assert_eq!(balances[0].parents[3].excess.onset, Some(30));
    }
}
