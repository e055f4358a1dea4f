//! Keeps the accounts of all parents: what is of one size in memory, their hours on a shelf.

use std::path::Path;

use rayon::prelude::*;

use super::account::{Account, OpenAccount};
use super::shelf::Shelf;
use super::sums::Series;
use hashwatt_core::error::Result;
use hashwatt_core::finding::Finding;
use hashwatt_core::ids::MeterId;

/// Accounts of a run.
#[derive(Debug)]
pub struct Books<'a> {
    /// One a parent that could be balanced; in order of place when all are entered and sorted.
    pub accounts: Vec<Account>,
    /// Where their hours lie.
    pub shelf: Shelf,
    blackout_days: &'a [i32],
}

impl<'a> Books<'a> {
    /// Empty books with their shelf in `folder`.
    ///
    /// # Errors
    /// When the shelf cannot be made.
    pub fn new(folder: &Path, blackout_days: &'a [i32]) -> Result<Self> {
        Ok(Self { accounts: Vec::new(), shelf: Shelf::new(folder)?, blackout_days })
    }

    /// Opens the accounts of some parents and puts their hours away; what is to be said of them.
    ///
    /// # Errors
    /// When the disk does not take the hours.
    pub fn enter(
        &mut self,
        series: Vec<Series>,
        children_of: &(dyn Fn(usize) -> Vec<MeterId> + Sync),
    ) -> Result<Vec<Finding>> {
        let opened: Vec<std::result::Result<OpenAccount, Box<Finding>>> = series
            .into_par_iter()
            .map(|series| {
                let children = children_of(series.place);
                OpenAccount::new(series, children, self.blackout_days)
            })
            .collect();
        let mut findings = Vec::new();
        for one in opened {
            match one {
                Ok(mut open) => {
                    open.account.slot = self.shelf.put(&open.series)?;
                    findings.extend(open.account.findings());
                    self.accounts.push(open.account);
                }
                Err(finding) => findings.push(*finding),
            }
        }
        Ok(findings)
    }

    /// Accounts in order of place, as one walk enters them.
    pub fn sort(&mut self) {
        self.accounts.sort_by_key(|account| account.place);
    }

    /// An account with its hours.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn open(&self, at: usize) -> Result<OpenAccount> {
        self.accounts[at].open(&self.shelf, self.blackout_days)
    }

    /// What each account says with its hours at hand, in order.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn map_open<T: Send>(
        &self,
        which: impl IntoParallelIterator<Item = usize, Iter: IndexedParallelIterator>,
        map: impl Fn(OpenAccount) -> T + Sync,
    ) -> Result<Vec<T>> {
        which.into_par_iter().map(|at| Ok(map(self.open(at)?))).collect()
    }

    /// Makes an account up again whose children's hours changed.
    ///
    /// # Errors
    /// When the disk does not take the hours.
    pub fn change(&mut self, at: usize, mut open: OpenAccount) -> Result<()> {
        open.make_up();
        self.shelf.replace(open.account.slot, &open.series)?;
        self.accounts[at] = open.account;
        Ok(())
    }
}
