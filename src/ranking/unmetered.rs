//! Ranks what no meter shows: residuals with unexplained load, and the meters past which it goes.

use std::collections::{BTreeMap, BTreeSet};

use super::conformal::p_values;
use super::model::logistic;
use super::rank::MACHINE_KW;
use super::{Kind, Reason, RigEstimate, RivalScore, Scored};
use crate::balance::side::Side;
use crate::balance::who::Trace;
use crate::balance::{Balance, ParentBalance};
use crate::calendar::date_of;
use crate::digest::CLOCK_HOURS;
use crate::ids::{GroupId, MeterId};
use crate::settings::Settings;
use crate::stats::sum_of_any_order;
use crate::units::Kilowatts;

/// Group of all residuals.
pub const RESIDUALS_GROUP: &str = "residuals";

/// An interval holds nine in ten of a normal distribution within so many deviations.
const INTERVAL_DEVIATIONS: f64 = 1.645;

/// Error of the kW besides what it may be off by as evidence: the meters' classes and the loss.
const KW_ERROR_SHARE: f64 = 0.05;

/// A share of farms found with the chances is at most this.
const MOST_SHARE: f64 = 0.5;

/// A trace this likely is put in words.
const LEAST_TRACE: f64 = 0.2;

/// A residual that follows a meter this clearly is put in words.
const CLEAR_DEVIATIONS: f64 = 3.0;

/// Of the meters, and buses, where a voltage fell most so many are named.
const MOST_NAMED: usize = 3;

/// Adds a line for every residual, and raises the meters past which unexplained load goes. Of each
/// line `expected_false` is its own. Where someone looked and found nothing, at a residual, or at one
/// of the meters that were `rejected`, nobody goes again.
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
            kind: is_suspect.then_some(Kind::UnmeteredLoad),
            rig,
            group: group.clone(),
            reasons: reasons(parent),
            rivals: rivals(parent),
            expected_false: 1.0 - chances[at],
            p_value: p_values[at],
            is_suspect,
            case: None,
        });
    }
    for one in scored.iter_mut() {
        if let Some((chance, parent, trace)) = accused.remove(&one.meter) {
            let may_be_listed = chance >= least_chance && !rejected.contains(&one.meter);
            accuse(one, chance, parent, trace, may_be_listed);
        }
    }
}

/// Chances from logarithms of ratios: the share of parents with a farm is found with them, by
/// expectation and maximisation, as [`Chances`](super::chance::Chances) does for meters. Where it is
/// known whether there is one, that is the chance.
fn chances(log_ratios: &[f64], known: &[Option<bool>]) -> Vec<f64> {
    let n = log_ratios.len().max(1) as f64;
    let mut share: f64 = 0.01;
    let chance = |(ratio, known): (&f64, &Option<bool>), share: f64| match known {
        Some(is_farm) => f64::from(u8::from(*is_farm)),
        None => logistic(ratio + (share / (1.0 - share)).ln()),
    };
    for _ in 0..50 {
        let expected = sum_of_any_order(log_ratios.iter().zip(known).map(|one| chance(one, share)).collect());
        share = (expected / n).clamp((0.5 / n).min(MOST_SHARE), MOST_SHARE);
    }
    log_ratios.iter().zip(known).map(|one| chance(one, share)).collect()
}

/// Raises a meter's line by its trace in the residual above it.
fn accuse(one: &mut Scored, chance: f64, parent: &ParentBalance, trace: &Trace, is_listed: bool) {
    one.score = one.score.max(logistic(parent.excess.log_ratio) * trace.chance);
    if trace.chance >= LEAST_TRACE {
        one.reasons.insert(0, trace_reason(parent, trace));
    }
    // Both may be there: a part of a rig shows on the meter, the rest does not.
    one.expected_false *= 1.0 - chance;
    if is_listed {
        one.kind = Some(Kind::UnderRegisteringMeter);
        one.rig = Some(rig(parent));
        one.is_suspect = true;
    }
}

fn rig(parent: &ParentBalance) -> RigEstimate {
    let excess = &parent.excess;
    let sd_kw = INTERVAL_DEVIATIONS * excess.sd_kw.hypot(KW_ERROR_SHARE * excess.kw);
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
        energy_kwh: excess.kw * excess.n_hours as f64 * f64::from(excess.days.1 - excess.days.0),
    }
}

fn reasons(parent: &ParentBalance) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = verdict_reason(parent).into_iter().collect();
    if parent.excess.log_ratio <= 0.0 {
        return reasons;
    }
    reasons.push(balance_reason(parent));
    reasons.push(match parent.traces.first().filter(|trace| trace.chance >= LEAST_TRACE) {
        Some(trace) => trace_reason(parent, trace),
        None => Reason { indicator: "whereabouts", words: no_trace_words(&parent.traces), weight: 0.0 },
    });
    if let Some(side) = &parent.side {
        reasons.extend(side_reasons(parent, side));
    }
    reasons
}

/// What is said where no meter is likely enough to be named.
fn no_trace_words(traces: &[Trace]) -> String {
    let leaves_one = |trace: &&Trace| {
        trace.change_kw.is_some()
            || trace.estimated_from.is_some()
            || trace.follows.is_some_and(|follows| follows.deviations() > CLEAR_DEVIATIONS)
    };
    let is_denied = |trace: &Trace| trace.voltage.is_some_and(|fall| fall.against > 0.0);
    let n_denied = traces.iter().filter(leaves_one).filter(|trace| is_denied(trace)).count();
    if n_denied > 0 {
        return format!(
            "of the {} meters below it, voltages speak against the {n_denied} that leave a trace in the residual: a tap between meters is likelier than a meter that registers a part",
            traces.len()
        );
    }
    format!(
        "none of the {} meters below it leaves a trace in the residual: a tap between meters is likelier than a meter that registers a part",
        traces.len()
    )
}

/// Where voltages say that the load hangs.
fn side_reasons(parent: &ParentBalance, side: &Side) -> Vec<Reason> {
    let reason = |words| Reason { indicator: "whereabouts", words, weight: 0.0 };
    let Some((onset, (_, deepest_v))) = parent.excess.onset.zip(side.meters.first()) else {
        return Vec::new();
    };
    let named: Vec<&str> =
        side.meters[..side.n_deepest].iter().take(MOST_NAMED).map(|(meter, _)| meter.as_str()).collect();
    let fall = format!(
        "from {} on the voltage at {} of {} meters is up to {deepest_v:.1} V lower beside the others' than before (chance makes {:.2} V), most at {}: that points to their side of the line",
        date_of(onset),
        side.meters.len(),
        side.n_heard,
        side.noise_v,
        named.join(", "),
    );
    let buses = side.buses.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let place = match (&side.phase, buses.is_empty()) {
        (Some(phase), false) => Some(format!("phase {phase}, bus {buses}")),
        (Some(phase), true) => Some(format!("phase {phase}")),
        (None, false) => Some(format!("bus {buses}")),
        (None, true) => None,
    };
    let place = place.map(|place| format!("where the voltage fell most the register has {place}"));
    [Some(fall), place].into_iter().flatten().map(reason).collect()
}

/// What someone found who looked.
fn verdict_reason(parent: &ParentBalance) -> Option<Reason> {
    let (verdict, at) = (parent.verdict?, &parent.account.parent);
    let words = match parent.is_farm()? {
        true => format!("a farm was found below {at} (verdict {})", verdict.as_str()),
        false => format!(
            "someone looked below {at} and found no farm (verdict {}): neither it nor a meter below it is listed for the residual",
            verdict.as_str()
        ),
    };
    Some(Reason { indicator: "verdict", words, weight: 0.0 })
}

fn balance_reason(parent: &ParentBalance) -> Reason {
    let (account, excess) = (&parent.account, &parent.excess);
    let n_hours = (account.supplied_kwh / account.mean_kw.max(1e-6)).max(1.0);
    let load_loss_kw = account.load_loss_kwh / n_hours;
    let when = match (excess.onset, excess.ended) {
        (Some(onset), Some(ended)) => format!("from {} until {}", date_of(onset), date_of(ended - 1)),
        (Some(onset), None) => format!("from {} on", date_of(onset)),
        (None, Some(ended)) => format!("until {}", date_of(ended - 1)),
        (None, None) => "since before the data begins".to_owned(),
    };
    let hours_a_day = if excess.n_hours == CLOCK_HOURS {
        "day and night".to_owned()
    } else {
        format!("{} hours a day", excess.n_hours)
    };
    let words = format!(
        "{when} {} flow past the {} meters below it, {hours_a_day}, steady to {:.2} kW from day to day: over all days its own meter shows {:.1} kW on average, theirs {:.1} kW, and {:.1} kW are technical loss (without load {:.2} kW, with load {:.2} kW)",
        Kilowatts(excess.kw),
        account.children.len(),
        excess.noise_kw,
        account.mean_kw,
        account.registered_kwh / n_hours,
        parent.no_load_kw + load_loss_kw,
        parent.no_load_kw,
        load_loss_kw,
    );
    Reason { indicator: "energy_balance", words, weight: excess.log_ratio }
}

fn trace_reason(parent: &ParentBalance, trace: &Trace) -> Reason {
    let mut words = Vec::new();
    if let (Some(follows), Some(share)) = (trace.follows, trace.share)
        && follows.deviations() > CLEAR_DEVIATIONS
    {
        words.push(format!(
            "where it shows 1 kW more, the residual is {:.2} kW higher (correlation {:.2} over {} hours), as if it registered {:.0}% of what it feeds",
            follows.slope,
            follows.correlation,
            follows.n_hours,
            100.0 * share
        ));
    }
    if let Some(kw) = trace.change_kw {
        let way = if kw < 0.0 { "fell" } else { "rose" };
        words.push(format!("its own level {way} by {} on the day of the residual's", Kilowatts(kw.abs())));
    }
    if let Some(day) = trace.estimated_from {
        words.push(format!("its reads are estimated or edited from {} on", date_of(day)));
    }
    match trace.voltage {
        Some(fall) if fall.against > 0.0 => words.push(format!(
            "its voltage fell by {:.1} V beside the others', {:.1} V at the deepest: that speaks against it",
            fall.fell_v.max(0.0),
            fall.deepest_v
        )),
        Some(fall) => {
            words.push(format!("its voltage fell by {:.1} V beside the others', as deep as any", fall.fell_v))
        }
        None => {}
    }
    if words.is_empty() {
        words.push("its load and the residual have something in common".to_owned());
    }
    Reason {
        indicator: "registered_share",
        words: format!(
            "meter {} in the residual of {}: {} (chance {:.0}% among the meters there and a tap)",
            trace.meter,
            parent.account.parent,
            words.join("; "),
            100.0 * trace.chance
        ),
        weight: trace.log_ratio,
    }
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
