//! Summarises a line's evidence in one sentence that can be understood on the telephone.

use super::{Kind, Scored};
use crate::indicators::REASON_ABOVE;
use hashwatt_core::ids::RESIDUAL_PREFIX;
use hashwatt_core::language::message::{Message, Value};

/// Returns the sentence, or `None` if no rig was estimated.
pub fn summary(line: &Scored) -> Option<Message> {
    let rig = line.rig.as_ref()?;
    let when = match (rig.onset, rig.ended) {
        (Some(_), Some(_)) => "between",
        (Some(_), None) => "since",
        (None, Some(_)) => "until",
        (None, None) => "always",
    };
    let mut message = Message::new("summary")
        .with("kw", Value::kw(rig.kw))
        .in_form("when", when)
        .in_form("on", if rig.ended.is_none() { "on" } else { "off" });
    if let Some(onset) = rig.onset {
        message = message.with("from", Value::Day(onset));
    }
    if let Some(last) = rig.ended.and_then(|ended| ended.yesterday().ok()) {
        message = message.with("until", Value::Day(last));
    }
    message = with_place(message, line);
    message = with_hours(message, line);
    message =
        message.in_form("internet", if reason(line, "blackout").is_some() { "fell" } else { "unknown" });
    match reason(line, "over_declaration").filter(|declared| declared.form("beyond") == Some("some")) {
        Some(declared) => {
            Some(copied(message.in_form("declared", "beyond"), declared, "declared", "declared_kw"))
        }
        None => Some(message.in_form("declared", "none")),
    }
}

/// Adds where the load is: at the meter, past it, or past all meters of a transformer.
fn with_place(message: Message, line: &Scored) -> Message {
    let parent = line.meter.as_str().strip_prefix(RESIDUAL_PREFIX);
    if let Some((parent, balance)) = parent.zip(reason(line, "energy_balance")) {
        let message = message.in_form("what", "unmetered").with("parent", Value::Name(parent.to_owned()));
        return copied(message, balance, "n_meters", "n_meters");
    }
    match reason(line, "registered_share").filter(|_| line.kind == Some(Kind::UnderRegisteringMeter)) {
        Some(share) => copied(message.in_form("what", "under"), share, "parent", "parent"),
        None => message.in_form("what", "metered"),
    }
}

/// Adds the hours in which it runs, and whether similar meters reach that level.
fn with_hours(message: Message, line: &Scored) -> Message {
    if message.form("what") == Some("under") {
        return message.in_form("hours", "unknown").in_form("peers", "usual");
    }
    let shift = reason(line, "level_shift").or_else(|| reason(line, "energy_balance"));
    let timer = line.reasons.iter().find(|reason| reason.message.code == "timer" && reason.weight > 0.0);
    let (message, from) = match (shift, timer.map(|timer| &timer.message)) {
        (Some(shift), _) if shift.form("hours") == Some("all") => {
            (message.in_form("hours", "all"), Some(shift))
        }
        (_, Some(timer)) => {
            let message = copied(message.in_form("hours", "clock"), timer, "from", "from_hour");
            (copied(message, timer, "to", "to_hour"), Some(timer))
        }
        (Some(shift), None) => {
            (copied(message.in_form("hours", "some"), shift, "n_hours", "n_hours"), Some(shift))
        }
        (None, None) => (message.in_form("hours", "unknown"), None),
    };
    let is_rare = from.is_some_and(|from| from.form("passes") == Some(REASON_ABOVE));
    message.in_form("peers", if is_rare { "rare" } else { "usual" })
}

fn reason<'a>(line: &'a Scored, code: &str) -> Option<&'a Message> {
    line.reasons.iter().map(|reason| &reason.message).find(|message| message.code == code)
}

fn copied(message: Message, from: &Message, name: &str, as_name: &'static str) -> Message {
    match from.values.get(name) {
        Some(value) => message.with(as_name, value.clone()),
        None => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::REASON;
    use crate::ranking::{Reason, RigEstimate};
    use hashwatt_core::ids::{GroupId, MeterId};
    use hashwatt_core::language::message::in_every_language;
    use jiff::civil::{Date, date};

    fn line(
        meter: &str,
        kind: Kind,
        onset: Option<Date>,
        ended: Option<Date>,
        reasons: Vec<Message>,
    ) -> Scored {
        let (kw, group) = (11.1, GroupId::from("g"));
        let rig = RigEstimate {
            kw,
            kw_low: kw,
            kw_high: kw,
            machines_low: 3,
            machines_high: 8,
            onset,
            ended,
            last_seen_on: None,
            hours: [true; 24],
        };
        Scored {
            place: None,
            energy: None,
            visit_chance: None,
            meter: MeterId::from(meter),
            score: 0.99,
            rank: 1,
            kind: Some(kind),
            rig: Some(rig),
            group,
            reasons: reasons.into_iter().map(|message| Reason { message, weight: 1.0 }).collect(),
            summary: None,
            rivals: Vec::new(),
            chance: Some(0.99),
            expected_false: None,
            p_value: 0.01,
            is_suspect: true,
            link: None,
        }
    }

    fn said(line: &Scored) -> String {
        in_every_language(REASON, &summary(line).unwrap()).unwrap()
    }

    #[test]
    fn a_block_on_a_meter_is_told_with_its_hours_and_what_peers_reach() {
        let onset = Some(date(2021, 12, 25));
        let shift = Message::new("level_shift").in_form("hours", "all").in_form("passes", REASON_ABOVE);
        let one = line("m", Kind::MeteredFarm, onset, None, vec![shift, Message::new("blackout")]);
        insta::assert_snapshot!("metered", said(&one));
        let shift = Message::new("level_shift")
            .in_form("hours", "some")
            .with("n_hours", Value::Count(9))
            .in_form("passes", "usual");
        let timer = Message::new("timer")
            .with("from", Value::Hour(22))
            .with("to", Value::Hour(31))
            .in_form("passes", REASON_ABOVE);
        let one = line("m", Kind::MeteredFarm, onset, Some(date(2022, 2, 1)), vec![shift.clone(), timer]);
        insta::assert_snapshot!("timer", said(&one));
        let declared =
            Message::new("over_declaration").in_form("beyond", "some").with("declared", Value::kw(5.0));
        let one = line("m", Kind::OverDeclaration, None, None, vec![shift, declared]);
        insta::assert_snapshot!("declared", said(&one));
    }

    #[test]
    fn what_no_meter_shows_is_told_with_its_transformer() {
        let balance =
            Message::new("energy_balance").in_form("hours", "all").with("n_meters", Value::Count(44));
        let one = line("residual:T6", Kind::UnmeteredLoad, None, Some(date(2022, 2, 13)), vec![balance]);
        insta::assert_snapshot!("unmetered", said(&one));
        let share = Message::new("registered_share").with("parent", Value::Name("T6".to_owned()));
        let one = line("m", Kind::UnderRegisteringMeter, None, None, vec![share]);
        insta::assert_snapshot!("under_registering", said(&one));
    }

    #[test]
    fn without_a_rig_nothing_is_told() {
        let one = Scored { rig: None, ..line("m", Kind::MeteredFarm, None, None, Vec::new()) };
        assert!(summary(&one).is_none());
    }
}
