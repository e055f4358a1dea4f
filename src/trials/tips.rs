//! Writes down what people report by telephone about a district: some of it true, some mistaken.

use std::fmt::Write as _;

use rand::Rng;

use super::calendar::Calendar;
use super::plan::{Plan, Task, Unmetered, meter_id, transformer_id};
use super::scenario::Scenario;
use crate::rigs::RigForm;
use crate::rigs::chance::{happens, one_of, whole};

/// Share of rigs that somebody reports.
const REPORTED_SHARE: f32 = 0.4;

/// Mistaken tips for each true one: a neighbour's heat pump, a grudge, a wrong flat.
const MISTAKEN_PER_TRUE: f32 = 0.8;

/// Fewest mistaken tips, so that the smallest district has some.
const FEWEST_MISTAKEN: usize = 3;

/// First and last clock hour at which the call desk answers. [h]
const DESK_H: (usize, usize) = (8, 21);

/// A report in one of the languages; `{}` stands for the place.
const HOME_TEXTS: [&str; 9] = [
    "Fans hum day and night at {}, and hot air comes out of the window even in January.",
    "My neighbour at {} brought in metal boxes with fans, the lights flicker since then.",
    "Somebody mines crypto at {}. Nobody lives there but it is never quiet.",
    "По адресу {} круглые сутки гудят вентиляторы, стена тёплая. Похоже, майнят.",
    "Сосед ({}) занёс много ящиков с вентиляторами, с тех пор выбивает автоматы.",
    "{}: в квартире никто не живёт, а шум день и ночь. Проверьте, пожалуйста.",
    "{} мекенжайында күні-түні желдеткіштер гуілдейді, терезеден ыстық ауа шығады.",
    "Көршім ({}) үйіне көп жабдық кіргізді, содан бері жарық жыпылықтайды. Майнинг болуы мүмкін.",
    "{}: пәтерде ешкім тұрмайды, бірақ шу тоқтамайды. Тексеріп көріңіздерші.",
];

const BUSINESS_TEXTS: [&str; 6] = [
    "Containers with fans run at {} round the clock; trucks bring in machines at night.",
    "They say they grow something at {}, but it is racks of computers inside.",
    "На объекте {} стоят контейнеры с майнерами, работают день и ночь.",
    "{}: говорят, цех, а внутри одни компьютеры. Свет у всех садится.",
    "{} орнында майнинг жабдығы тәулік бойы жұмыс істеп тұр.",
    "{}: цех дейді, бірақ ішінде тек компьютерлер тұр.",
];

const TAP_TEXTS: [&str; 3] = [
    "A cable goes from the line near transformer {} into a shed. I do not think it has a meter.",
    "От трансформатора {} кинули кабель в гараж мимо счётчика, внутри гудит.",
    "{} трансформаторынан гаражға есептегішсіз кабель тартылған, ішінде бірдеңе гуілдейді.",
];

const BYPASS_TEXTS: [&str; 3] = [
    "The owner of {} laughs about bills: an electrician led the cable past the meter for his machines.",
    "По адресу {} провод идёт мимо счётчика, внутри майнеры.",
    "{} мекенжайында сым есептегіштен тыс тартылған, ішінде майнинг жабдығы бар.",
];

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
    about: String,
    is_true: bool,
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
    for (transformer, below) in plan.transformers.iter().enumerate() {
        for point in below.points.clone() {
            let is_rig = matches!(plan.points[point].task, Task::Rig(_));
            if is_rig && happens(REPORTED_SHARE, draw.rng) {
                tips.push(draw.about_point(point, transformer, onsets[point].unwrap_or(0), true));
            }
        }
        if below.unmetered == Unmetered::Tap && happens(REPORTED_SHARE, draw.rng) {
            tips.push(draw.about_tap(transformer, true));
        }
    }
    let n_mistaken = ((MISTAKEN_PER_TRUE * tips.len() as f32) as usize).max(FEWEST_MISTAKEN);
    for _ in 0..n_mistaken {
        let transformer = whole(0, plan.transformers.len() - 1, draw.rng);
        let below = &plan.transformers[transformer];
        let point = whole(below.points.start, below.points.end - 1, draw.rng);
        if happens(0.1, draw.rng) && below.unmetered != Unmetered::Tap {
            tips.push(draw.about_tap(transformer, false));
        } else if !matches!(plan.points[point].task, Task::Rig(_) | Task::OverDeclared) {
            tips.push(draw.about_point(point, transformer, 0, false));
        }
    }
    tips.sort_by(|a, b| a.received_at.cmp(&b.received_at).then_with(|| a.about.cmp(&b.about)));
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

/// What each tip is about and whether it is true; not for the program under trial.
pub(super) fn render_tips_truth(tips: &[Tip]) -> String {
    let mut csv = String::from("tip_id,about,is_true\n");
    for (n, tip) in tips.iter().enumerate() {
        writeln!(csv, "{},{},{}", tip_id(n), tip.about, tip.is_true).expect("a String takes all text");
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
    fn about_point(&mut self, point: usize, transformer: usize, from: usize, is_true: bool) -> Tip {
        let place = &self.plan.points[point];
        let is_bypass = is_true && place.task == Task::Rig(RigForm::PartlyMetered) && happens(0.5, self.rng);
        let texts = match (is_bypass, place.is_business()) {
            (true, _) => &BYPASS_TEXTS[..],
            (_, true) => &BUSINESS_TEXTS[..],
            (_, false) => &HOME_TEXTS[..],
        };
        let text = self.wording(texts).replace("{}", &place.address);
        let knows_meter = happens(0.2, self.rng);
        let knows_spot = happens(0.3, self.rng);
        Tip {
            received_at: self.calendar.instant(self.moment(from)),
            text,
            meter_id: if knows_meter { meter_id(point) } else { String::new() },
            address: if happens(0.85, self.rng) { place.address.clone() } else { String::new() },
            transformer_id: if happens(0.1, self.rng) { transformer_id(transformer) } else { String::new() },
            coordinates_deg: knows_spot.then_some((place.latitude_deg, place.longitude_deg)),
            claim: if is_bypass { "bypass" } else { "mining" },
            about: meter_id(point),
            is_true,
        }
    }

    fn about_tap(&mut self, transformer: usize, is_true: bool) -> Tip {
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
            about: id,
            is_true,
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
