//! Makes up the tips that people phone in about a district: true, mistaken, wrong or malicious.

mod said;
mod texts;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rand::Rng;

pub(crate) use said::said_otherwise;
use said::{Said, say};
use texts::{BUSINESS_TEXTS, BYPASS_TEXTS, HOME_TEXTS, TAP_TEXTS};

use super::addresses::ALMATY_OLD_NAMES;
use super::calendar::Calendar;
use super::plan::{Plan, Task, Unmetered, meter_id, transformer_id};
use super::scenario::Streets;
use super::story::Story;
use super::usage_points::Truth;
use hashwatt_rigs::RigForm;
use hashwatt_rigs::chance::{happens, one_of, whole};

/// Share of rigs that somebody reports.
const REPORTED_SHARE: f32 = 0.4;

/// Tips per true tip: from people who name a neighbour's address, who take something else for a farm, or who
/// have a grudge. The mix at a real desk is unknown, and a posterior learnt here depends on it.
const MISTAKEN_PER_TRUE: f32 = 0.4;
const WRONG_PER_TRUE: f32 = 0.8;
const MALICIOUS_PER_TRUE: f32 = 0.3;

/// Fewest of each, so that even the smallest district has some.
const FEWEST: usize = 1;

/// One in this many malicious callers calls again and again.
const FLOOD_EVERY: usize = 4;

/// Fewest and most calls of a flood, within some days.
const FLOOD_CALLS: (usize, usize) = (6, 12);
const FLOOD_DAYS: usize = 3;

/// Share of callers who claim a bypass where there is none.
const SAYS_BYPASS: f32 = 0.05;

/// Share of callers who say an address differently from the register.
const SAID_OTHERWISE: f32 = 0.3;

/// A farm that somebody reports is closed within these days, where the scenario closes it by tips.
const CLOSED_DAYS_AFTER_TIP: (usize, usize) = (2, 14);

/// First and last clock hour of the call desk. [h]
const DESK_H: (usize, usize) = (8, 21);

/// The truth about a tip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    True,
    MistakenAddress,
    HonestButWrong,
    Malicious,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::MistakenAddress => "mistaken_address",
            Self::HonestButWrong => "honest_but_wrong",
            Self::Malicious => "malicious",
        }
    }
}

/// One tip and the truth about it.
#[derive(Debug, Clone)]
pub(super) struct Tip {
    received_at: jiff::Timestamp,
    text: String,
    meter_id: String,
    address: String,
    transformer_id: String,
    coordinates_deg: Option<(f64, f64)>,
    claim: &'static str,
    /// The meter or transformer where the caller saw something.
    about: String,
    /// The meter that the words name, or the transformer of a tap.
    named: String,
    kind: Kind,
    said: Said,
}

/// Draws the tips of a district, in order of time.
pub(super) fn draw_tips(
    streets: Streets,
    plan: &Plan,
    calendar: &Calendar,
    (truths, taps): (&[Truth], &[Truth]),
    rng: &mut impl Rng,
) -> Vec<Tip> {
    let onset_of = |truth: &Truth| truth.onset.map(|onset| calendar.interval_at(onset, 12));
    let onsets: Vec<Option<usize>> = truths.iter().map(onset_of).collect();
    let mut draw = Draw { streets, plan, calendar, rng };
    let mut tips = Vec::new();
    let mut rigs = Vec::new();
    for (transformer, below) in plan.transformers.iter().enumerate() {
        for point in below.points.clone() {
            let is_rig = matches!(plan.points[point].task, Task::Rig(_)) && truths[point].role == "rig";
            let story = plan.points[point].story.as_ref();
            if is_rig && (happens(REPORTED_SHARE, draw.rng) || ended_by_tips(story)) {
                rigs.push((point, transformer));
                let onset = onsets[point].unwrap_or(0);
                let tip = draw.about_point(point, transformer, onset, Kind::True);
                tips.push(draw.before_closing(tip, story, onset));
            }
        }
        let story = below.story.as_ref();
        let is_tap = below.unmetered == Unmetered::Tap && taps[transformer].role == "rig";
        if is_tap && (happens(REPORTED_SHARE, draw.rng) || ended_by_tips(story)) {
            let onset = story.and_then(|story| story.arrival).map_or(0, |day| calendar.interval_at(day, 12));
            let tip = draw.about_tap(transformer, Kind::True);
            tips.push(draw.before_closing(tip, story, onset));
        }
    }
    let n_true = tips.len() as f32;
    let n = |per_true: f32| ((per_true * n_true) as usize).max(FEWEST);
    for _ in 0..n(MISTAKEN_PER_TRUE) {
        tips.extend(draw.mistaken(&rigs, &onsets));
    }
    for number in 0..n(WRONG_PER_TRUE) + n(MALICIOUS_PER_TRUE) {
        let is_wrong = number < n(WRONG_PER_TRUE);
        let kind = if is_wrong { Kind::HonestButWrong } else { Kind::Malicious };
        let transformer = whole(0, plan.transformers.len() - 1, draw.rng);
        if is_wrong && happens(0.1, draw.rng) && plan.transformers[transformer].unmetered != Unmetered::Tap {
            tips.push(draw.about_tap(transformer, kind));
            continue;
        }
        let Some(point) = draw.innocent(transformer) else { continue };
        let first = draw.about_point(point, transformer, 0, kind);
        if !is_wrong && (number - n(WRONG_PER_TRUE)).is_multiple_of(FLOOD_EVERY) {
            tips.extend(draw.flood(point, transformer, &first));
        }
        tips.push(first);
    }
    tips.sort_by(|a, b| a.received_at.cmp(&b.received_at).then_with(|| a.named.cmp(&b.named)));
    tips
}

/// Whether somebody closed a rig because of tips.
fn ended_by_tips(story: Option<&Story>) -> bool {
    story.and_then(|story| story.closing.as_ref()).is_some_and(|closing| closing.is_after_tips)
}

/// Renders the tips as the call desk exports them.
pub(super) fn render_tips(tips: &[Tip]) -> String {
    let mut csv = String::from("tip_id,received_at,text,meter_id,address,transformer_id,lat,lon,claim\n");
    for (n, tip) in tips.iter().enumerate() {
        let (lat, lon) = tip
            .coordinates_deg
            .map_or_else(Default::default, |(lat, lon)| (format!("{lat:.5}"), format!("{lon:.5}")));
        let row = [
            tip_id(n),
            tip.received_at.to_string(),
            quoted(&tip.text),
            tip.meter_id.clone(),
            quoted(&tip.address),
            tip.transformer_id.clone(),
            lat,
            lon,
            tip.claim.to_owned(),
        ];
        csv.push_str(&row.join(","));
        csv.push('\n');
    }
    csv
}

/// Renders the truth about each tip: what it is about, whether there is a rig, its kind, the meter (or
/// transformer) that its words name, how the address was said, and the draw of the rig [kW]. The program
/// under trial does not get this file.
pub(super) fn render_tips_truth(tips: &[Tip], rigs_kw: &BTreeMap<String, f32>) -> String {
    let mut csv = String::from("tip_id,about,is_true,kind,named,said,kw\n");
    for (n, tip) in tips.iter().enumerate() {
        let (kind, said) = (tip.kind, tip.said.as_str());
        let is_true = kind == Kind::True;
        let kw = rigs_kw.get(&tip.about).map(|kw| format!("{kw:.2}")).unwrap_or_default();
        let (about, named, kind) = (&tip.about, &tip.named, kind.as_str());
        writeln!(csv, "{},{about},{is_true},{kind},{named},{said},{kw}", tip_id(n))
            .expect("a String takes all text");
    }
    csv
}

/// Renders the old names of the place's streets, as in the utility's table.
pub(super) fn render_streets(streets: Streets) -> String {
    let mut csv = String::from("old_name,new_name\n");
    if streets == Streets::Almaty {
        for (old, new) in ALMATY_OLD_NAMES {
            writeln!(csv, "{old},{new}").expect("a String takes all text");
        }
    }
    csv
}

fn tip_id(n: usize) -> String {
    format!("tip-{:04}", n + 1)
}

fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

struct Draw<'a, R: Rng> {
    streets: Streets,
    plan: &'a Plan,
    calendar: &'a Calendar,
    rng: &'a mut R,
}

impl<R: Rng> Draw<'_, R> {
    /// Draws a tip on a usage point. A caller may know the meter's id, the address, or only the position.
    fn about_point(&mut self, point: usize, transformer: usize, from: usize, kind: Kind) -> Tip {
        let place = &self.plan.points[point];
        let is_past = kind == Kind::True && place.task == Task::Rig(RigForm::PartlyMetered);
        let is_bypass = happens(if is_past { 0.5 } else { SAYS_BYPASS }, self.rng);
        let texts = match (is_bypass, place.is_business()) {
            (true, _) => &BYPASS_TEXTS[..],
            (_, true) => &BUSINESS_TEXTS[..],
            (_, false) => &HOME_TEXTS[..],
        };
        let (address, said) = if happens(SAID_OTHERWISE, self.rng) {
            say(&place.address, self.streets, self.rng)
        } else {
            (place.address.clone(), Said::AsRegistered)
        };
        let text = self.wording(texts).replace("{}", &address);
        let knows_meter = happens(0.2, self.rng);
        let knows_spot = happens(0.3, self.rng);
        Tip {
            received_at: self.calendar.instant(self.moment(from)),
            text,
            meter_id: if knows_meter { meter_id(point) } else { String::new() },
            address: if happens(0.85, self.rng) { address } else { String::new() },
            transformer_id: if happens(0.1, self.rng) { transformer_id(transformer) } else { String::new() },
            coordinates_deg: knows_spot.then_some((place.latitude_deg, place.longitude_deg)),
            claim: if is_bypass { "bypass" } else { "mining" },
            about: meter_id(point),
            named: meter_id(point),
            kind,
            said,
        }
    }

    /// Moves a tip to a day before the closing of the rig that it is about, if the scenario closes it.
    fn before_closing(&mut self, tip: Tip, story: Option<&Story>, onset: usize) -> Tip {
        let Some(closing) = story.and_then(|story| story.closing.as_ref()) else { return tip };
        let a_day = self.calendar.intervals_per_day;
        let last = (self.calendar.interval_at(closing.on, 0) / a_day).saturating_sub(CLOSED_DAYS_AFTER_TIP.0);
        let first = if closing.is_after_tips { last.saturating_sub(CLOSED_DAYS_AFTER_TIP.1) } else { 0 };
        let day = whole(first.max(onset / a_day).min(last), last, self.rng);
        let hour = whole(DESK_H.0, DESK_H.1, self.rng);
        Tip { received_at: self.calendar.instant((day * 24 + hour) * a_day / 24), ..tip }
    }

    /// Draws a tip from a caller who hears a rig but names an address near it.
    fn mistaken(&mut self, rigs: &[(usize, usize)], onsets: &[Option<usize>]) -> Option<Tip> {
        if rigs.is_empty() {
            return None;
        }
        let (rig, transformer) = rigs[whole(0, rigs.len() - 1, self.rng)];
        let below = &self.plan.transformers[transformer].points;
        let near: Vec<usize> =
            below.clone().filter(|&point| point.abs_diff(rig) <= 3 && self.is_innocent(point)).collect();
        if near.is_empty() {
            return None;
        }
        let door = near[whole(0, near.len() - 1, self.rng)];
        let tip = self.about_point(door, transformer, onsets[rig].unwrap_or(0), Kind::MistakenAddress);
        // A caller who is mistaken about the address does not know the meter's id.
        Some(Tip { about: meter_id(rig), meter_id: String::new(), ..tip })
    }

    /// Draws more calls about the same address, within days.
    fn flood(&mut self, point: usize, transformer: usize, first: &Tip) -> Vec<Tip> {
        let n = whole(FLOOD_CALLS.0, FLOOD_CALLS.1, self.rng);
        let span = jiff::SignedDuration::from_hours(24 * FLOOD_DAYS as i64);
        (1..n)
            .map(|call| {
                let at = first.received_at + span * i32::try_from(call).unwrap_or(1) / n as i32;
                Tip { received_at: at, ..self.about_point(point, transformer, 0, Kind::Malicious) }
            })
            .collect()
    }

    /// Draws a usage point without a rig; those with a look-alike are taken for a farm more often.
    fn innocent(&mut self, transformer: usize) -> Option<usize> {
        let below = self.plan.transformers[transformer].points.clone();
        let alike: Vec<usize> =
            below.clone().filter(|&at| matches!(self.plan.points[at].task, Task::LookAlike(_))).collect();
        if !alike.is_empty() && happens(0.4, self.rng) {
            return Some(alike[whole(0, alike.len() - 1, self.rng)]);
        }
        let point = whole(below.start, below.end - 1, self.rng);
        self.is_innocent(point).then_some(point)
    }

    fn is_innocent(&self, point: usize) -> bool {
        !matches!(self.plan.points[point].task, Task::Rig(_) | Task::OverDeclared | Task::Licensed)
    }

    fn about_tap(&mut self, transformer: usize, kind: Kind) -> Tip {
        let id = transformer_id(transformer);
        let spot = &self.plan.transformers[transformer].neighbourhood;
        Tip {
            received_at: self.calendar.instant(self.moment(0)),
            text: self.wording(&TAP_TEXTS).replace("{}", &id),
            meter_id: String::new(),
            address: String::new(),
            transformer_id: id.clone(),
            coordinates_deg: Some((spot.latitude_deg, spot.longitude_deg)),
            claim: "tap",
            about: id.clone(),
            named: id,
            kind,
            said: Said::AsRegistered,
        }
    }

    /// Draws a time in the desk's hours, not before the day of this interval.
    fn moment(&mut self, from: usize) -> usize {
        let from_day = (from / self.calendar.intervals_per_day).min(self.calendar.n_days - 1);
        let day = whole(from_day, self.calendar.n_days - 1, self.rng);
        let hour = whole(DESK_H.0, DESK_H.1, self.rng);
        (day * 24 + hour) * self.calendar.intervals_per_day / 24
    }

    /// Draws one of the texts; in London callers speak English.
    fn wording(&mut self, texts: &[&'static str]) -> &'static str {
        match self.streets {
            Streets::Almaty => one_of(texts, self.rng),
            Streets::London => one_of(&texts[..texts.len() / 3], self.rng),
        }
    }
}
