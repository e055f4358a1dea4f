//! Finds meters listed under a transformer that does not feed them.
//!
//! What such a meter draws is missing in the residual of the parent it is listed under, which so falls
//! whenever the meter rises, one for one; and it is too much in the residual of the one that feeds it.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::Account;
use super::children::by_parent;
use super::follow::Life;
use super::sums::{filled_hours, hours_of};
use crate::digest::MeterDays;
use crate::digest::store::DigestStore;
use crate::error::Result;
use crate::finding::{Code, Finding, Severity};
use crate::ids::MeterId;

/// Deviations beyond which a residual moves with a meter: a million meters by chance give five.
const LEAST_DEVIATIONS: f64 = 6.0;

/// One for one, as far as a short series shows.
const SLOPES: std::ops::Range<f64> = 0.5..1.5;

/// Residuals more restless than this many times the usual one, for their load, are held against each
/// other; at most so many, which is half a million pairs.
const RESTLESS: f32 = 1.4;
const MOST_RESTLESS: usize = 1000;

/// In a run of so few parents all are.
const FEW: usize = 50;

/// A meter under the wrong parent.
#[derive(Debug, Clone)]
pub struct Misplaced {
    /// The meter.
    pub meter: MeterId,
    /// Where it is listed, a place among the accounts.
    pub listed: usize,
    /// The account whose residual it follows.
    pub feeds: usize,
}

/// Finds misplaced meters and moves them; accounts that change are to be made up again.
///
/// # Errors
/// When the days of their children cannot be read.
pub fn put_in_place(accounts: &mut [Account], store: &DigestStore) -> Result<(Vec<Misplaced>, Vec<Finding>)> {
    let lives: Vec<Life> = accounts.par_iter().map(Account::life).collect();
    let suspected = against_each_other(&restless(accounts, &lives), &lives);
    let asked: Vec<(usize, &[MeterId])> =
        suspected.into_iter().map(|at| (at, &accounts[at].children[..])).collect();
    let mut found = Vec::new();
    by_parent(store, &asked, &mut |listed, children| {
        found.par_extend(children.into_par_iter().filter_map(|child| {
            let life = life_of(&child);
            let follows = lives[listed].follows(&life)?;
            let is_missing = follows.deviations() < -LEAST_DEVIATIONS && SLOPES.contains(&-follows.slope);
            is_missing
                .then(|| (feeder(&life, listed, &lives), child))
                .map(|(feeds, child)| (child, listed, feeds))
        }));
    })?;
    found.sort_by(|a, b| a.0.meter.cmp(&b.0.meter));
    let mut findings = Vec::new();
    let mut misplaced = Vec::new();
    for (child, listed, feeds) in found {
        findings.push(finding(&child.meter, &accounts[listed], feeds.map(|at| &accounts[at])));
        // What feeds it must be known: a load may move against a residual for other reasons.
        if let Some(feeds) = feeds {
            add_to(&mut accounts[listed], &child, -1.0);
            accounts[listed].children.retain(|one| *one != child.meter);
            add_to(&mut accounts[feeds], &child, 1.0);
            accounts[feeds].children.push(child.meter.clone());
            misplaced.push(Misplaced { meter: child.meter, listed, feeds });
        }
    }
    Ok((misplaced, findings))
}

/// The accounts whose residual moves more than their load lets expect.
fn restless(accounts: &[Account], lives: &[Life]) -> Vec<usize> {
    if accounts.len() <= FEW {
        return (0..accounts.len()).collect();
    }
    let ratio = |at: usize| lives[at].spread_kw() / accounts[at].mean_kw.max(1e-3).sqrt() as f32;
    let mut ratios: Vec<(f32, usize)> = (0..accounts.len()).map(|at| (ratio(at), at)).collect();
    ratios.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let usual = ratios[ratios.len() / 2].0;
    ratios.retain(|(ratio, _)| *ratio > RESTLESS * usual);
    ratios.truncate(MOST_RESTLESS);
    ratios.into_iter().map(|(_, at)| at).collect()
}

/// Those of which one falls when another rises: a meter moved between them would do that.
fn against_each_other(restless: &[usize], lives: &[Life]) -> BTreeSet<usize> {
    let is_against = |a: usize, b: usize| {
        lives[a].follows(&lives[b]).is_some_and(|follows| follows.deviations() < -LEAST_DEVIATIONS)
    };
    let of_one = |first: usize| -> Vec<usize> {
        let one = restless[first];
        let others = restless[first + 1..].iter().filter(|other| is_against(one, **other));
        others.flat_map(|other| [one, *other]).collect()
    };
    (0..restless.len()).into_par_iter().flat_map_iter(of_one).collect()
}

fn life_of(meter: &MeterDays) -> Life {
    let (first_day, hours) = hours_of(meter);
    Life::of(first_day, &hours, |_| true)
}

/// The account whose residual holds the load one for one.
fn feeder(life: &Life, listed: usize, lives: &[Life]) -> Option<usize> {
    lives
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != listed)
        .filter_map(|(at, residual)| Some((at, residual.follows(life)?)))
        .filter(|(_, follows)| follows.deviations() > LEAST_DEVIATIONS && SLOPES.contains(&follows.slope))
        .max_by(|a, b| a.1.deviations().total_cmp(&b.1.deviations()).then(b.0.cmp(&a.0)))
        .map(|(at, _)| at)
}

/// Adds the child's hours, times `sign`, to what the account's children registered.
fn add_to(account: &mut Account, child: &MeterDays, sign: f32) {
    let (first_day, hours) = filled_hours(child);
    let from = account.series.first_day;
    for (at, day) in hours.iter().enumerate() {
        let place = usize::try_from(first_day + at as i32 - from).ok();
        if let Some(registered) = place.and_then(|at| account.series.registered_kw.get_mut(at)) {
            registered.iter_mut().zip(day).for_each(|(sum, kw)| *sum += sign * kw);
        }
    }
}

fn finding(meter: &MeterId, listed: &Account, feeds: Option<&Account>) -> Finding {
    let listed = listed.series.parent.as_str();
    let words = match feeds {
        Some(feeds) => format!(
            "listed under {listed}, but what it draws is missing in the residual there and too much in that of {}; it was counted under {}. Check the network and correct parent_id",
            feeds.series.parent, feeds.series.parent
        ),
        None => format!(
            "listed under {listed}, but what it draws seems to be missing in the residual there, and is too much in no other; nothing was changed. Check what feeds it"
        ),
    };
    let mut finding = Finding::new(Code::WrongParent, Severity::Warning, words)
        .of_meter(meter.clone())
        .with("listed", listed);
    if let Some(feeds) = feeds {
        finding = finding.with("follows", feeds.series.parent.as_str());
    }
    finding
}
