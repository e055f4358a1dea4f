//! Keeps the accounts of all parents: fixed-size summaries in memory, their hours on disk.

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
    /// One per parent that could be balanced; in tree order once all are entered and sorted.
    pub accounts: Vec<Account>,
    /// Storage of their hours.
    pub shelf: Shelf,
    blackout_days: &'a [i32],
}

impl<'a> Books<'a> {
    /// Starts empty books with their shelf in `folder`.
    ///
    /// # Errors
    /// When the shelf cannot be created.
    pub fn new(folder: &Path, blackout_days: &'a [i32]) -> Result<Self> {
        Ok(Self { accounts: Vec::new(), shelf: Shelf::new(folder)?, blackout_days })
    }

    /// Computes the accounts of some parents, stores their hours, and returns the findings.
    ///
    /// # Errors
    /// When the hours cannot be written to disk.
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

    /// Sorts the accounts into tree order, as if a single walk had entered them.
    pub fn sort(&mut self) {
        self.accounts.sort_by_key(|account| account.place);
    }

    /// Returns an account with its hours.
    ///
    /// # Errors
    /// When the hours cannot be read.
    pub fn open(&self, at: usize) -> Result<OpenAccount> {
        self.accounts[at].open(&self.shelf, self.blackout_days)
    }

    /// Applies a function to each account with its hours; the results are in order.
    ///
    /// # Errors
    /// When the hours cannot be read.
    pub fn map_open<T: Send>(
        &self,
        which: impl IntoParallelIterator<Item = usize, Iter: IndexedParallelIterator>,
        map: impl Fn(OpenAccount) -> T + Sync,
    ) -> Result<Vec<T>> {
        which.into_par_iter().map(|at| Ok(map(self.open(at)?))).collect()
    }

    /// Recomputes an account whose children's hours changed.
    ///
    /// # Errors
    /// When the hours cannot be written to disk.
    pub fn change(&mut self, at: usize, mut open: OpenAccount) -> Result<()> {
        open.make_up();
        self.shelf.replace(open.account.slot, &open.series)?;
        self.accounts[at] = open.account;
        Ok(())
    }
}
