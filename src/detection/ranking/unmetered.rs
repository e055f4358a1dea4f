//! Ranks unmetered load: residuals with unexplained load, and the meters whose bypass may explain it.

use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::portable::Portable;
use std::collections::{BTreeMap, BTreeSet};

use super::conformal::p_values;
use super::model::logistic;
use super::{Kind, MACHINE_KW, Reason, RigEstimate, RivalScore, Scored};
use crate::balance::side::Side;
use crate::balance::who::Trace;
use crate::balance::{Balance, ParentBalance};
use hashwatt_core::calendar::date_of;
use hashwatt_core::ids::{GroupId, MeterId};
use hashwatt_core::language::message::{Message, Value};
use hashwatt_core::settings::Settings;
use hashwatt_core::stats::sum_of_any_order;

/// Group of all residuals.
pub const RESIDUALS_GROUP: &str = "residuals";

/// Standard deviations of an interval that contains 90% of a normal distribution.
const INTERVAL_DEVIATIONS: f64 = 1.645;

/// Extra relative error of the kW: accuracy classes of the meters, and the loss.
const KW_ERROR_SHARE: f64 = 0.05;

/// Greatest share of farms estimated together with the chances.
const MAX_SHARE: f64 = 0.5;

/// Least chance of a trace that is put in words.
const MIN_TRACE: f64 = 0.2;

/// Least deviations of a relation between residual and meter that is put in words.
const CLEAR_DEVIATIONS: f64 = 3.0;

/// Most meters, and buses, named for the deepest voltage falls.
const MAX_NAMED: usize = 3;

/// Adds a line for every residual, and raises the meters whose bypass may explain unexplained load. A place
/// where a visit found nothing (a residual, or a meter in `rejected`) is not visited again.
pub fn add_unmetered(
    scored: &mut Vec<Scored>,
    balance: &Balance,
    rejected: &BTreeSet<&MeterId>,
    settings: &Settings,
) {
    let ratios: Vec<f64> = balance.parents.iter().map(|parent| parent.excess.log_ratio).collect();
    let known: Vec<Option<bool>> = balance.parents.iter().map(ParentBalance::is_farm).collect();
    let chances = chances(&ratios, &known);
    let group = GroupId::from(RESIDUALS_GROUP);
    let p_values = p_values(&ratios, &vec![&group; ratios.len()]);
    let least_chance = 1.0 - settings.max_false_chance;
    let mut accused: BTreeMap<MeterId, (f64, &ParentBalance, &Trace)> = BTreeMap::new();
    for (at, parent) in balance.parents.iter().enumerate() {
        for trace in parent.traces.iter().filter(|_| known[at] != Some(false)) {
            accused.insert(trace.meter.clone(), (chances[at] * trace.chance, parent, trace));
        }
        let rig = (parent.excess.log_ratio > 0.0).then(|| rig(parent));
        let is_suspect = chances[at] >= least_chance && rig.is_some();
        scored.push(Scored {
            meter: parent.residual.clone(),
            score: logistic(parent.excess.log_ratio),
            rank: 0,
            place: None,
            kind: is_suspect.then_some(Kind::UnmeteredLoad),
            rig,
            energy: None,
            group: group.clone(),
            reasons: reasons(parent),
            summary: None,
            rivals: rivals(parent),
            chance: Some(chances[at]),
            visit_chance: None,
            expected_false: None,
            p_value: p_values[at],
            is_suspect,
            link: None,
        });
    }
    for one in scored.iter_mut() {
        if let Some((chance, parent, trace)) = accused.remove(&one.meter) {
            let may_be_listed = chance >= least_chance && !rejected.contains(&one.meter);
            accuse(one, chance, parent, trace, may_be_listed);
        }
    }
}

/// Computes chances from log ratios. The share of parents with a farm is estimated with them by expectation
/// and maximisation, as [`Chances`](super::chance::Chances) does for meters. If a visit has settled it, the
/// chance is 0 or 1.
fn chances(log_ratios: &[f64], known: &[Option<bool>]) -> Vec<f64> {
    let n = log_ratios.len().max(1) as f64;
    let mut share: f64 = 0.01;
    let chance = |(ratio, known): (&f64, &Option<bool>), share: f64| match known {
        Some(is_farm) => f64::from(u8::from(*is_farm)),
        None => logistic(ratio + (share / (1.0 - share)).portable_ln()),
    };
    for _ in 0..50 {
        let expected = sum_of_any_order(log_ratios.iter().zip(known).map(|one| chance(one, share)).collect());
        share = (expected / n).clamp((0.5 / n).min(MAX_SHARE), MAX_SHARE);
    }
    log_ratios.iter().zip(known).map(|one| chance(one, share)).collect()
}

/// Raises a meter's line according to its trace in the residual of its parent.
fn accuse(one: &mut Scored, chance: f64, parent: &ParentBalance, trace: &Trace, is_listed: bool) {
    one.score = one.score.max(logistic(parent.excess.log_ratio) * trace.chance);
    if trace.chance >= MIN_TRACE {
        one.reasons.insert(0, trace_reason(parent, trace));
    }
    // Both may be true: the meter may show one part of a rig and miss the rest.
    one.chance = Some(1.0 - (1.0 - one.chance.unwrap_or_default()) * (1.0 - chance));
    if is_listed {
        one.kind = Some(Kind::UnderRegisteringMeter);
        one.rig = Some(rig(parent));
        one.is_suspect = true;
    }
}

fn rig(parent: &ParentBalance) -> RigEstimate {
    let excess = &parent.excess;
    let sd_kw = INTERVAL_DEVIATIONS * excess.sd_kw.portable_hypot(KW_ERROR_SHARE * excess.kw);
    let (kw_low, kw_high) = ((excess.kw - sd_kw).max(0.0), excess.kw + sd_kw);
    let fewest = (kw_low / MACHINE_KW.1).round().max(1.0);
    RigEstimate {
        kw: excess.kw,
        kw_low,
        kw_high,
        machines_low: fewest as u32,
        machines_high: (kw_high / MACHINE_KW.0).round().max(fewest) as u32,
        onset: excess.onset.map(date_of),
        ended: excess.ended.map(date_of),
        last_seen_on: Some(date_of(excess.days.1 - 1)),
        hours: excess.hours,
    }
}

fn reasons(parent: &ParentBalance) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = verdict_reason(parent).into_iter().collect();
    if parent.excess.log_ratio <= 0.0 {
        return reasons;
    }
    reasons.push(balance_reason(parent));
    reasons.push(match parent.traces.first().filter(|trace| trace.chance >= MIN_TRACE) {
        Some(trace) => trace_reason(parent, trace),
        None => Reason { message: no_trace(&parent.traces), weight: 0.0 },
    });
    if let Some(side) = &parent.side {
        reasons.extend(side_reasons(parent, side));
    }
    reasons
}

/// Returns the message for the case that no meter is likely enough to be named.
fn no_trace(traces: &[Trace]) -> Message {
    let leaves_one = |trace: &&Trace| {
        trace.change_kw.is_some()
            || trace.estimated_from.is_some()
            || trace.follows.is_some_and(|follows| follows.deviations() > CLEAR_DEVIATIONS)
    };
    let is_denied = |trace: &Trace| trace.voltage.is_some_and(|fall| fall.against > 0.0);
    let n_denied = traces.iter().filter(leaves_one).filter(|trace| is_denied(trace)).count();
    Message::new("whereabouts")
        .in_form("where", if n_denied > 0 { "denied" } else { "no_trace" })
        .with("n_meters", Value::count(traces.len()))
        .with("n_denied", Value::count(n_denied))
}

/// Returns reasons that locate the load by voltage.
fn side_reasons(parent: &ParentBalance, side: &Side) -> Vec<Reason> {
    let Some((onset, (_, deepest_v))) = parent.excess.onset.zip(side.meters.first()) else {
        return Vec::new();
    };
    let named: Vec<&str> =
        side.meters[..side.n_deepest].iter().take(MAX_NAMED).map(|(meter, _)| meter.as_str()).collect();
    let fall = Message::new("whereabouts")
        .in_form("where", "voltage")
        .with("from", Value::Day(date_of(onset)))
        .with("n_fell", Value::count(side.meters.len()))
        .with("n_heard", Value::count(side.n_heard))
        .with("fell", Value::number(*deepest_v, 1))
        .with("noise", Value::number(side.noise_v, 2))
        .with("deepest", Value::Name(named.join(", ")));
    let buses = side.buses.iter().take(MAX_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let form = match (side.phase.is_some(), buses.is_empty()) {
        (true, false) => Some("place"),
        (true, true) => Some("phase"),
        (false, false) => Some("bus"),
        (false, true) => None,
    };
    let place = form.map(|form| {
        Message::new("whereabouts")
            .in_form("where", form)
            .with("phase", Value::Name(side.phase.clone().unwrap_or_default()))
            .with("buses", Value::Name(buses))
    });
    [Some(fall), place].into_iter().flatten().map(|message| Reason { message, weight: 0.0 }).collect()
}

/// Returns the result of a visit as a reason.
fn verdict_reason(parent: &ParentBalance) -> Option<Reason> {
    let message = Message::new("verdict")
        .in_form("farm", if parent.is_farm()? { "found" } else { "none" })
        .with("parent", Value::Name(parent.account.parent.to_string()))
        .with("verdict", Value::Name(parent.verdict?.as_str().to_owned()));
    Some(Reason { message, weight: 0.0 })
}

fn balance_reason(parent: &ParentBalance) -> Reason {
    let (account, excess) = (&parent.account, &parent.excess);
    let n_hours = (account.supplied_kwh / account.mean_kw.max(1e-6)).max(1.0);
    let load_loss_kw = account.load_loss_kwh / n_hours;
    let when = match (excess.onset, excess.ended) {
        (Some(_), Some(_)) => "between",
        (Some(_), None) => "since",
        (None, Some(_)) => "until",
        (None, None) => "always",
    };
    let mut message = Message::new("energy_balance")
        .in_form("when", when)
        .in_form("hours", if excess.n_hours() == CLOCK_HOURS { "all" } else { "some" })
        .with("n_hours", Value::count(excess.n_hours()))
        .with("kw", Value::kw(excess.kw))
        .with("n_meters", Value::count(account.children.len()))
        .with("noise", Value::kw(excess.noise_kw))
        .with("supplied", Value::kw(account.mean_kw))
        .with("registered", Value::kw(account.registered_kwh / n_hours))
        .with("loss", Value::kw(parent.no_load_kw + load_loss_kw))
        .with("no_load_loss", Value::kw(parent.no_load_kw))
        .with("load_loss", Value::kw(load_loss_kw));
    if let Some(onset) = excess.onset {
        message = message.with("from", Value::Day(date_of(onset)));
    }
    if let Some(ended) = excess.ended {
        message = message.with("until", Value::Day(date_of(ended - 1)));
    }
    Reason { message, weight: excess.log_ratio }
}

fn trace_reason(parent: &ParentBalance, trace: &Trace) -> Reason {
    let message = Message::new("registered_share")
        .with("meter", Value::Name(trace.meter.to_string()))
        .with("parent", Value::Name(parent.account.parent.to_string()))
        .with("traces", Value::Each(traces_of(trace)))
        .with("chance", Value::share(trace.chance));
    Reason { message, weight: trace.log_ratio }
}

/// Returns the evidence for and against a meter.
fn traces_of(trace: &Trace) -> Vec<Message> {
    let mut traces = Vec::new();
    if let (Some(follows), Some(share)) = (trace.follows, trace.share)
        && follows.deviations() > CLEAR_DEVIATIONS
    {
        traces.push(
            Message::new("follows")
                .with("slope", Value::number(follows.slope, 2))
                .with("correlation", Value::number(follows.correlation, 2))
                .with("n_hours", Value::count(follows.n_hours))
                .with("share", Value::share(share)),
        );
    }
    if let Some(kw) = trace.change_kw {
        let way = if kw < 0.0 { "fell" } else { "rose" };
        traces.push(Message::new("moved").in_form("way", way).with("kw", Value::kw(kw.abs())));
    }
    if let Some(day) = trace.estimated_from {
        traces.push(Message::new("estimated").with("from", Value::Day(date_of(day))));
    }
    if let Some(fall) = trace.voltage {
        let message = Message::new("voltage").with("deepest", Value::number(fall.deepest_v, 1));
        traces.push(if fall.against > 0.0 {
            message.in_form("as", "less").with("fell", Value::number(fall.fell_v.max(0.0), 1))
        } else {
            message.in_form("as", "deepest").with("fell", Value::number(fall.fell_v, 1))
        });
    }
    if traces.is_empty() {
        traces.push(Message::new("common"));
    }
    traces
}

fn rivals(parent: &ParentBalance) -> Vec<RivalScore> {
    if parent.excess.log_ratio <= 0.0 {
        return Vec::new();
    }
    let (account, excess_kw) = (&parent.account, parent.excess.kw.max(1e-3));
    let silent = f64::from(account.n_silent) / f64::from(account.n_silent + account.n_heard);
    let steep = account.loss.fitted - account.loss.per_square;
    let mut rivals = vec![
        RivalScore { rival: "street lighting without a meter", score: parent.excess.night_share },
        RivalScore {
            rival: "meter missing in the data",
            score: (silent * account.mean_kw / excess_kw).min(1.0),
        },
        RivalScore {
            rival: "wrong transformer ratio",
            score: (steep * account.mean_kw * account.mean_kw / excess_kw).clamp(0.0, 1.0),
        },
    ];
    rivals.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.rival.cmp(b.rival)));
    rivals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_know_how_many_there_are() {
        let mut ratios = vec![-3.0; 95];
        ratios.extend([6.0; 5]);
        let found = chances(&ratios, &[None; 100]);
        assert!(found[99] > 0.9 && found[0] < 0.01, "{found:?}");
        assert!(chances(&[], &[]).is_empty());
    }

    #[test]
    fn what_is_known_is_no_chance_and_tells_of_the_others() {
        let ratios = [2.0; 40];
        let none = chances(&ratios, &[None; 40])[39];
        let half = |is_farm: bool| {
            let mut known = vec![None; 40];
            known[..20].fill(Some(is_farm));
            chances(&ratios, &known)
        };
        let (found, not_found) = (half(true), half(false));
        assert_eq!((found[0], not_found[0]), (1.0, 0.0));
        assert!(not_found[39] < none && none <= found[39], "{} {none} {}", not_found[39], found[39]);
    }
}
