//! Writes down what people report by telephone about a district: true, mistaken, honest or malicious.

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
use super::scenario::Scenario;
use hashwatt_rigs::RigForm;
use hashwatt_rigs::chance::{happens, one_of, whole};

/// Share of rigs that somebody reports.
const REPORTED_SHARE: f32 = 0.4;

/// For each true tip so many that name a neighbour's door, so many by people who take something else for
/// a farm, so many by people with a grudge. Nobody knows the mix of a real desk: a posterior learnt here
/// leans on it.
const MISTAKEN_PER_TRUE: f32 = 0.4;
const WRONG_PER_TRUE: f32 = 0.8;
const MALICIOUS_PER_TRUE: f32 = 0.3;

/// Fewest of each, so that the smallest district has some.
const FEWEST: usize = 1;

/// One malicious caller in so many calls again and again.
const FLOOD_EVERY: usize = 4;

/// Calls of a flood, from and to, within days.
const FLOOD_CALLS: (usize, usize) = (6, 12);
const FLOOD_DAYS: usize = 3;

/// Share of callers who say that a cable goes past the meter, where none does.
const SAYS_BYPASS: f32 = 0.05;

/// Share of callers who do not say an address as the register writes it.
const SAID_OTHERWISE: f32 = 0.3;

/// First and last clock hour at which the call desk answers. [h]
const DESK_H: (usize, usize) = (8, 21);

/// What is true of a tip.
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

/// One tip and what is true of it.
#[derive(Debug, Clone)]
pub(super) struct Tip {
    received_at: jiff::Timestamp,
    text: String,
    meter_id: String,
    address: String,
    transformer_id: String,
    coordinates_deg: Option<(f64, f64)>,
    claim: &'static str,
    /// Where what was seen is.
    about: String,
    /// The meter, or the transformer of a tap, that the words name.
    named: String,
    kind: Kind,
    said: Said,
}

/// Draws the tips of a district, in the order they came in.
pub(super) fn draw_tips(
    scenario: Scenario,
    plan: &Plan,
    calendar: &Calendar,
    onsets: &[Option<usize>],
    rng: &mut impl Rng,
) -> Vec<Tip> {
    let mut draw = Draw { scenario, plan, calendar, rng };
    let mut tips = Vec::new();
    let mut rigs = Vec::new();
    for (transformer, below) in plan.transformers.iter().enumerate() {
        for point in below.points.clone() {
            let is_rig = matches!(plan.points[point].task, Task::Rig(_));
            if is_rig && happens(REPORTED_SHARE, draw.rng) {
                rigs.push((point, transformer));
                tips.push(draw.about_point(point, transformer, onsets[point].unwrap_or(0), Kind::True));
            }
        }
        if below.unmetered == Unmetered::Tap && happens(REPORTED_SHARE, draw.rng) {
            tips.push(draw.about_tap(transformer, Kind::True));
        }
    }
    let n_true = tips.len() as f32;
    let n = |per_true: f32| ((per_true * n_true) as usize).max(FEWEST);
    for _ in 0..n(MISTAKEN_PER_TRUE) {
        tips.extend(draw.mistaken(&rigs, onsets));
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

/// The tips as the call desk exports them.
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

/// What each tip is about, whether a rig is where it points, of which kind it is, the meter (or the
/// transformer) that its words name, how they were said, and the draw of the rig it is about [kW]; not for the program under trial.
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

/// Old names of the place's streets, as the utility's table has them.
pub(super) fn render_streets(scenario: Scenario) -> String {
    let mut csv = String::from("old_name,new_name\n");
    if scenario == Scenario::Almaty2021 {
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
    scenario: Scenario,
    plan: &'a Plan,
    calendar: &'a Calendar,
    rng: &'a mut R,
}

impl<R: Rng> Draw<'_, R> {
    /// A caller knows a meter's number, an address, or just where it is.
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
            say(&place.address, self.scenario, self.rng)
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

    /// A rig is heard, and a door near it is named.
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
        // Who is mistaken in the door does not know the meter's number.
        Some(Tip { about: meter_id(rig), meter_id: String::new(), ..tip })
    }

    /// More calls about the same door, within days.
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

    /// A usage point without a rig; one with a look-alike is taken for a farm more often.
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

    /// An hour of the call desk, not before the day of an interval.
    fn moment(&mut self, from: usize) -> usize {
        let from_day = (from / self.calendar.intervals_per_day).min(self.calendar.n_days - 1);
        let day = whole(from_day, self.calendar.n_days - 1, self.rng);
        let hour = whole(DESK_H.0, DESK_H.1, self.rng);
        (day * 24 + hour) * self.calendar.intervals_per_day / 24
    }

    /// One of the texts; in London people call in English.
    fn wording(&mut self, texts: &[&'static str]) -> &'static str {
        match self.scenario {
            Scenario::Almaty2021 => one_of(texts, self.rng),
            Scenario::London2022 => one_of(&texts[..texts.len() / 3], self.rng),
        }
    }
}
