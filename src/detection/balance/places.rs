//! Finds meters listed under a transformer that does not feed them.
//!
//! Such a meter's load is missing in the residual of its listed parent, which therefore falls one for one
//! when the meter rises. The load appears in the residual of the parent that feeds it.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::account::{Account, OpenAccount};
use super::books::Books;
use super::children::{MAX_AT_A_TIME, by_parent};
use super::follow::Life;
use super::sums::{filled_hours, hours_of};
use hashwatt_core::error::Result;
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::ids::MeterId;
use hashwatt_core::message;
use hashwatt_readings::digest::MeterDays;
use hashwatt_readings::digest::store::DigestStore;

/// Deviations that show that a residual moves with a meter. Chance gives five among a million meters.
const MIN_DEVIATIONS: f64 = 6.0;

/// Slopes that count as one for one, given a short series.
const SLOPES: std::ops::Range<f64> = 0.5..1.5;

/// Residuals that vary this many times more than usual for their load are compared with each other. The
/// number is limited; it gives half a million pairs.
const RESTLESS: f32 = 1.4;
const MAX_RESTLESS: usize = 1000;

/// In a run with this few parents, all are compared.
const FEW: usize = 50;

/// A meter that moves against the residual of its listed parent.
#[derive(Debug, Clone)]
struct Stray {
    meter: MeterId,
    /// Index of the listed account.
    listed: usize,
    /// Account whose residual it follows; `None`: no other.
    feeds: Option<usize>,
}

/// Finds misplaced meters, moves them, and recomputes the accounts concerned.
///
/// # Errors
/// When days of meters or hours of parents cannot be read.
pub fn put_in_place(books: &mut Books<'_>, store: &DigestStore) -> Result<Vec<Finding>> {
    let mut strays = find_strays(books, store)?;
    strays.sort_by(|a, b| a.meter.cmp(&b.meter));
    let accounts = &books.accounts;
    let of = |stray: &Stray| {
        finding(&stray.meter, &accounts[stray.listed], stray.feeds.map(|feeds| &accounts[feeds]))
    };
    let findings = strays.iter().map(of).collect();
    move_strays(books, &strays, store)?;
    Ok(findings)
}

/// Finds meters whose load is missing in their parent's residual, with the parent that feeds them.
fn find_strays(books: &Books<'_>, store: &DigestStore) -> Result<Vec<Stray>> {
    let restless = restless(&books.accounts);
    let lives: BTreeMap<usize, Life> =
        restless.iter().copied().zip(books.map_open(restless.clone(), |open| open.life())?).collect();
    let suspected = against_each_other(&restless, &lives);
    let asked: Vec<(usize, &[MeterId])> =
        suspected.into_iter().map(|at| (at, &books.accounts[at].children[..])).collect();
    let (mut strays, mut sought) = (Vec::new(), Vec::new());
    by_parent(store, &asked, &mut |listed, children| {
        sought.par_extend(children.into_par_iter().filter_map(|child| {
            let life = life_of(&child);
            let follows = lives[&listed].follows(&life)?;
            let is_missing = follows.deviations() < -MIN_DEVIATIONS && SLOPES.contains(&-follows.slope);
            is_missing.then_some((child.meter, listed, life))
        }));
        // Each batch of sought meters is compared with all parents.
        if sought.len() >= MAX_AT_A_TIME {
            strays.extend(find_feeders(books, std::mem::take(&mut sought))?);
        }
        Ok(())
    })?;
    strays.extend(find_feeders(books, sought)?);
    Ok(strays)
}

/// Moves meters to the accounts that feed them. A meter moves only if its feeder is known: a load may move
/// against a residual for other reasons.
fn move_strays(books: &mut Books<'_>, strays: &[Stray], store: &DigestStore) -> Result<()> {
    let mut changes: BTreeMap<usize, Vec<(&MeterId, f32)>> = BTreeMap::new();
    for stray in strays {
        let Some(feeds) = stray.feeds else { continue };
        books.accounts[stray.listed].children.retain(|one| *one != stray.meter);
        books.accounts[feeds].children.push(stray.meter.clone());
        changes.entry(stray.listed).or_default().push((&stray.meter, -1.0));
        changes.entry(feeds).or_default().push((&stray.meter, 1.0));
    }
    for (at, moved) in changes {
        let days = store.days_of(&moved.iter().map(|(meter, _)| (*meter).clone()).collect())?;
        let mut open = books.open(at)?;
        for (meter, sign) in moved {
            if let Some(child) = days.get(meter) {
                add_to(&mut open, child, sign);
            }
        }
        books.change(at, open)?;
    }
    Ok(())
}

/// Returns the accounts whose residual varies more than their load explains.
fn restless(accounts: &[Account]) -> Vec<usize> {
    if accounts.len() <= FEW {
        return (0..accounts.len()).collect();
    }
    let ratio = |account: &Account| account.spread_kw / account.mean_kw.max(1e-3).sqrt() as f32;
    let mut ratios: Vec<(f32, usize)> = accounts.iter().map(ratio).zip(0..).collect();
    ratios.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let usual = ratios[ratios.len() / 2].0;
    ratios.retain(|(ratio, _)| *ratio > RESTLESS * usual);
    ratios.truncate(MAX_RESTLESS);
    ratios.into_iter().map(|(_, at)| at).collect()
}

/// Returns accounts of which one falls when another rises, as a meter moved between them would cause.
fn against_each_other(restless: &[usize], lives: &BTreeMap<usize, Life>) -> BTreeSet<usize> {
    let lives: Vec<(usize, &Life)> = restless.iter().map(|at| (*at, &lives[at])).collect();
    let is_against =
        |a: &Life, b: &Life| a.follows(b).is_some_and(|follows| follows.deviations() < -MIN_DEVIATIONS);
    let of_one = |first: usize| -> Vec<usize> {
        let (one, life) = lives[first];
        let others = lives[first + 1..].iter().filter(|(_, other)| is_against(life, other));
        others.flat_map(|(other, _)| [one, *other]).collect()
    };
    (0..lives.len()).into_par_iter().flat_map_iter(of_one).collect()
}

fn life_of(meter: &MeterDays) -> Life {
    let (first_day, hours) = hours_of(meter);
    Life::of(first_day, &hours, |_| true)
}

/// Finds, for each sought meter, the account whose residual contains its load one for one.
fn find_feeders(books: &Books<'_>, sought: Vec<(MeterId, usize, Life)>) -> Result<Vec<Stray>> {
    if sought.is_empty() {
        return Ok(Vec::new());
    }
    let follow_one = |at: usize| -> Result<Vec<Option<Feeder>>> {
        let residual = books.open(at)?.life();
        let feeds = |(_, listed, life): &(MeterId, usize, Life)| {
            let follows = residual.follows(life).filter(|_| at != *listed)?;
            let is_one_for_one = follows.deviations() > MIN_DEVIATIONS && SLOPES.contains(&follows.slope);
            is_one_for_one.then(|| (follows.deviations(), at))
        };
        Ok(sought.iter().map(feeds).collect())
    };
    let best = (0..books.accounts.len()).into_par_iter().map(follow_one).try_reduce(
        || vec![None; sought.len()],
        |a, b| Ok(a.into_iter().zip(b).map(|(a, b)| better(a, b)).collect()),
    )?;
    let stray = |((meter, listed, _), feeder): ((MeterId, usize, Life), Option<Feeder>)| Stray {
        meter,
        listed,
        feeds: feeder.map(|(_, at)| at),
    };
    Ok(sought.into_iter().zip(best).map(stray).collect())
}

/// Deviations from zero correlation, and the account.
type Feeder = (f64, usize);

/// Returns the clearer of two; if they are equal, the first account.
fn better(a: Option<Feeder>, b: Option<Feeder>) -> Option<Feeder> {
    let (Some(one), Some(other)) = (a, b) else { return a.or(b) };
    let is_other = other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)).is_gt();
    Some(if is_other { other } else { one })
}

/// Adds the child's hours, times `sign`, to the registered load of the account's children.
fn add_to(open: &mut OpenAccount, child: &MeterDays, sign: f32) {
    let (first_day, hours) = filled_hours(child);
    let from = open.series.first_day;
    for (at, day) in hours.iter().enumerate() {
        let place = usize::try_from(first_day + at as i32 - from).ok();
        if let Some(registered) = place.and_then(|at| open.series.registered_kw.get_mut(at)) {
            registered.iter_mut().zip(day).for_each(|(sum, kw)| *sum += sign * kw);
        }
    }
}

fn finding(meter: &MeterId, listed: &Account, feeds: Option<&Account>) -> Finding {
    let listed = listed.parent.as_str();
    let message = match feeds {
        Some(feeds) => message!("wrong_parent", listed = listed, feeds = &feeds.parent),
        None => message!("parent_doubtful", listed = listed),
    };
    let mut finding = Finding::new(Code::WrongParent, Severity::Warning, message)
        .of_meter(meter.clone())
        .with("listed", listed);
    if let Some(feeds) = feeds {
        finding = finding.with("follows", feeds.parent.as_str());
    }
    finding
}
