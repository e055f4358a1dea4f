//! Takes a call: compares the tip with the run as it is typed, saves it, and hands it over to an analyst.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use super::errors::Refusal;
use super::{Frame, meter_address, page};
use crate::Login;
use crate::case::{Action, Cases, Entry};
use crate::database::tips::{TakenTip, WhoCalled};
use crate::desk::{Desk, now, status_of};
use crate::guard::Caller;
use crate::roles::May;
use crate::run_view::RunView;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::language::Language;
use hashwatt_detection::indicators::REASON;
use hashwatt_tips::merge::{is_flood, place};
use hashwatt_tips::read::{MAX_NAME_CHARS, MAX_TEXT_CHARS, kept_words};
use hashwatt_tips::{Answer, AnswerLine, Claim, Position, Tip, TipAnswer, Weight};

use super::entries::MAX_REASON_CHARS;

/// Tips listed below the form.
const LAST_TIPS: i64 = 30;

/// Most places shown for a tip, the likeliest first.
const MAX_PLACES: usize = 12;

/// Most reasons shown for the likeliest place.
const MAX_REASONS: usize = 4;

/// Seconds in a day.
const DAY_S: i64 = 86_400;

/// Fields of the form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Said {
    text: String,
    meter_id: String,
    address: String,
    transformer_id: String,
    lat: String,
    lon: String,
    claim: String,
    day: String,
    caller_name: String,
    caller_phone: String,
}

impl Said {
    fn callers(&self) -> [&str; 2] {
        [&self.caller_name, &self.caller_phone]
    }

    /// Returns the tip without its caller; the message's id if a field is not valid.
    fn tip(&self) -> std::result::Result<Tip, &'static str> {
        let names =
            [&self.meter_id, &self.address, &self.transformer_id, &self.caller_name, &self.caller_phone];
        if self.text.chars().count() > MAX_TEXT_CHARS
            || names.iter().any(|name| name.chars().count() > MAX_NAME_CHARS)
        {
            return Err("error-too-large");
        }
        let callers = self.callers();
        let name = |said: &str| Some(kept_words(said, &callers)).filter(|name| !name.is_empty());
        let mut tip = Tip::new("call", kept_words(&self.text, &callers));
        tip.meter_id = name(&self.meter_id);
        tip.address = name(&self.address);
        tip.transformer_id = name(&self.transformer_id);
        tip.position = self.position()?;
        tip.claim = match self.claim.trim() {
            "" => None,
            claim => Some(Claim::named(claim).ok_or("error-form")?),
        };
        tip.received_at = self.received_at()?;
        let is_empty = tip.text.is_empty()
            && tip.meter_id.is_none()
            && tip.address.is_none()
            && tip.transformer_id.is_none()
            && tip.position.is_none();
        if is_empty { Err("tips-typed") } else { Ok(tip) }
    }

    fn position(&self) -> std::result::Result<Option<Position>, &'static str> {
        let (lat, lon) = (self.lat.trim(), self.lon.trim());
        if lat.is_empty() && lon.is_empty() {
            return Ok(None);
        }
        let degrees = |text: &str| text.replace(',', ".").parse::<f64>().ok();
        let mark = degrees(lat).zip(degrees(lon)).and_then(|(lat, lon)| Position::new(lat, lon));
        mark.map(Some).ok_or("error-mark")
    }

    /// Returns noon of the day of the call, or now if no day is given.
    fn received_at(&self) -> std::result::Result<Option<Timestamp>, &'static str> {
        if self.day.trim().is_empty() {
            return Ok(Some(Timestamp::now()));
        }
        let day: Date = self.day.trim().parse().map_err(|_| "error-form")?;
        let noon = day.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| "error-form")?;
        Ok(Some(noon.timestamp()))
    }
}

struct PlaceRow {
    meter: String,
    page: Option<String>,
    address: String,
    by: String,
    confidence: String,
    answer: &'static str,
    answer_words: String,
    chance: String,
    rig: String,
    smallest: String,
    status: String,
}

/// A tip with the run's answer, in the words of a language.
struct TipView {
    answer: &'static str,
    answer_words: String,
    sentence: String,
    rig: Option<String>,
    claim: String,
    tags: Vec<String>,
    unknown: String,
    others: Option<String>,
    is_flood: bool,
    places: Vec<PlaceRow>,
    reasons: Vec<String>,
}

#[derive(Template)]
#[template(path = "review/tip_answer.html")]
struct AnswerPart<'a> {
    lang: &'static Language,
    tip: Option<&'a TipView>,
    note: String,
}

struct TipRow {
    id: i64,
    at: String,
    person: String,
    what: String,
    answer: String,
    answer_words: String,
}

#[derive(Template)]
#[template(path = "review/tips.html")]
struct TipsPage {
    frame: Frame,
    lang: &'static Language,
    today: String,
    claims: Vec<(&'static str, String)>,
    caller_note: String,
    rows: Vec<TipRow>,
}

struct CallerRow {
    name: String,
    phone: String,
    deleted_on: String,
}

#[derive(Template)]
#[template(path = "review/tip_taken.html")]
struct TipPage {
    frame: Frame,
    lang: &'static Language,
    id: i64,
    at: String,
    person: String,
    said: Vec<(String, String)>,
    text: String,
    then: String,
    answer: String,
    handed: Vec<(String, String)>,
    meters: Vec<String>,
    people: Vec<String>,
    caller: Option<CallerRow>,
}

/// Shows the form and the last tips.
pub async fn show(State(desk): State<Arc<Desk>>, caller: Caller) -> std::result::Result<Response, Refusal> {
    let lang = caller.lang();
    let tips = desk.database.tips(LAST_TIPS).await?;
    Ok(page(&TipsPage {
        frame: Frame::of(&caller, "tips", desk.settings.login == Login::Off),
        lang,
        today: caller.today().to_string(),
        claims: Claim::ALL
            .into_iter()
            .map(|claim| (claim.as_str(), lang.name_of("claim", claim.as_str())))
            .collect(),
        caller_note: lang.say_n("tip-caller-note", desk.settings.caller_days as usize),
        rows: tips.into_iter().map(|tip| row(tip, &caller)).collect(),
    }))
}

fn row(tip: TakenTip, caller: &Caller) -> TipRow {
    let lang = caller.lang();
    let places = [tip.tip.meter_id, tip.tip.address, tip.tip.transformer_id];
    let mark = tip.tip.position.map(|mark| format!("{:.5}, {:.5}", mark.lat, mark.lon));
    let named: Vec<String> = places.into_iter().flatten().chain(mark).collect();
    let what = if named.is_empty() { tip.tip.text.chars().take(80).collect() } else { named.join(" · ") };
    TipRow {
        id: tip.id,
        at: caller.instant(tip.at),
        person: tip.person,
        what,
        answer_words: lang.name_of("answer", &tip.answer),
        answer: tip.answer,
    }
}

/// Answers what has been typed so far.
pub async fn answer(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Form(said): Form<Said>,
) -> std::result::Result<Response, Refusal> {
    let lang = caller.lang();
    let tip = match said.tip() {
        Ok(tip) => tip,
        Err(note) => return Ok(page(&AnswerPart { lang, tip: None, note: lang.say(note) })),
    };
    let (tip, _, _) = hold(&desk, &caller, tip, 0, now()).await?;
    Ok(page(&AnswerPart { lang, tip: Some(&tip), note: String::new() }))
}

/// Saves a tip and, separately, its caller.
pub async fn take(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Form(said): Form<Said>,
) -> std::result::Result<Response, Refusal> {
    let tip = said.tip().map_err(|message| match message {
        "error-too-large" => Refusal::TooLarge,
        "tips-typed" => Refusal::Invalid("error-place"),
        message => Refusal::Invalid(message),
    })?;
    let (_, answer, place) = hold(&desk, &caller, tip.clone(), 0, now()).await?;
    let taken = TakenTip {
        id: 0,
        at: now(),
        person: caller.name.clone(),
        tip,
        place: place.unwrap_or_default(),
        answer: answer.answer.as_str().to_owned(),
        posterior: answer.posterior,
        run: desk.view().id.clone(),
    };
    let mut meters: Vec<(String, f64)> = Vec::new();
    for line in &answer.lines {
        if meters.iter().all(|(meter, _)| *meter != line.meter_id) {
            meters.push((line.meter_id.clone(), line.confidence));
        }
    }
    let who = said.callers().map(str::trim);
    let who = who.iter().any(|said| !said.is_empty()).then(|| WhoCalled {
        name: who[0].to_owned(),
        phone: who[1].to_owned(),
        delete_at: now() + i64::from(desk.settings.caller_days) * DAY_S,
    });
    let id = desk.database.add_tip(&taken, &meters, who.as_ref()).await?;
    desk.database.note_access(&caller.access("tip_taken", &id.to_string())).await?;
    Ok(Redirect::to(&format!("/tips/{id}")).into_response())
}

/// Shows a saved tip with the run's current answer.
pub async fn show_one(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<i64>,
) -> std::result::Result<Response, Refusal> {
    let lang = caller.lang();
    let taken = desk.database.tip(id).await?.ok_or(Refusal::NotFound)?;
    desk.database.note_access(&caller.access("tip", &id.to_string())).await?;
    let who = if caller.may(May::Administer) { desk.database.who_called(id).await? } else { None };
    if who.is_some() {
        desk.database.note_access(&caller.access("tip_caller", &id.to_string())).await?;
    }
    let (tip, answer, _) = hold(&desk, &caller, taken.tip.clone(), id, taken.at).await?;
    let view = desk.view();
    let meters: Vec<String> = answer
        .lines
        .iter()
        .map(|line| line.meter_id.clone())
        .filter(|meter| view.lines.index(meter).is_some())
        .take(MAX_PLACES)
        .collect();
    let handed = desk.database.handed_over(id).await?.into_iter();
    let handed = handed.map(|meter| (meter.clone(), meter_address(&meter))).collect();
    let people = desk.database.people().await?.into_iter();
    let decides = |role: crate::roles::Role| role.may(May::Decide, false);
    let part = AnswerPart { lang, tip: Some(&tip), note: String::new() };
    Ok(page(&TipPage {
        frame: Frame::of(&caller, "tips", desk.settings.login == Login::Off),
        lang,
        id,
        at: caller.instant(taken.at),
        person: taken.person.clone(),
        said: said_words(&taken.tip, lang),
        text: taken.tip.text.clone(),
        then: lang.say_with(
            "tip-then",
            &[
                ("answer", &lang.name_of("answer", &taken.answer)),
                ("chance", &lang.percent(taken.posterior, 0)),
            ],
        ),
        answer: part.render().map_err(|error| Error::output("page", error))?,
        handed,
        meters,
        people: people.filter(|one| one.is_active && decides(one.role)).map(|one| one.name).collect(),
        caller: who.map(|who| CallerRow {
            name: who.name,
            phone: who.phone,
            deleted_on: caller.instant(who.delete_at),
        }),
    }))
}

fn said_words(tip: &Tip, lang: &Language) -> Vec<(String, String)> {
    let mark = tip.position.map(|mark| format!("{:.5}, {:.5}", mark.lat, mark.lon));
    let claim = tip.claim.map(|claim| lang.name_of("claim", claim.as_str()));
    let day = tip.received_at.map(|at| lang.date(at.to_zoned(jiff::tz::TimeZone::UTC).date()));
    [
        ("tip-day", day),
        ("tip-meter", tip.meter_id.clone()),
        ("tip-address", tip.address.clone()),
        ("tip-transformer", tip.transformer_id.clone()),
        ("tip-mark", mark),
        ("tip-claim", claim),
    ]
    .into_iter()
    .filter_map(|(id, words)| Some((lang.say(id), words?)))
    .collect()
}

/// The meter whose case the tip goes to, and the person to assign.
#[derive(Debug, Deserialize)]
pub struct HandOver {
    meter: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    reason: String,
}

/// Hands a tip over: opens the meter's case, and assigns it if a person is named.
pub async fn hand_over(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<i64>,
    Form(over): Form<HandOver>,
) -> std::result::Result<Response, Refusal> {
    let (view, to) = (desk.view(), over.to.trim());
    let has_page = view.lines.index(&over.meter).is_some() || desk.cases().await?.of(&over.meter).is_some();
    if desk.database.tip(id).await?.is_none() || !has_page {
        return Err(Refusal::NotFound);
    }
    if over.reason.chars().count() > MAX_REASON_CHARS {
        return Err(Refusal::TooLarge);
    }
    let entry = |action, value: &str, reason: &str| Entry {
        id: 0,
        at: now(),
        person: caller.name.clone(),
        meter: over.meter.clone(),
        action,
        value: value.to_owned(),
        reason: reason.to_owned(),
        run: view.id.clone(),
    };
    let mut entries = vec![entry(Action::Tip, &id.to_string(), over.reason.trim())];
    if !to.is_empty() {
        let person = desk.database.person(to).await?.filter(|person| person.is_active);
        if !person.is_some_and(|person| person.role.may(May::Decide, false)) {
            return Err(Refusal::Invalid("error-form"));
        }
        entries.push(entry(Action::Assign, to, ""));
    }
    desk.write(&entries).await?;
    Ok(Redirect::to(&format!("/tips/{id}")).into_response())
}

/// Deletes the caller before the time is over.
pub async fn forget_caller(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<i64>,
) -> std::result::Result<Response, Refusal> {
    desk.database.forget_caller(id).await?;
    desk.database.note_access(&caller.access("caller_forgotten", &id.to_string())).await?;
    Ok(Redirect::to(&format!("/tips/{id}")).into_response())
}

/// Compares a tip with the run. Returns the answer in words, the answer as data, and the place it means. All
/// other tips on the place count towards a flood, however old; a flood carries no weight.
async fn hold(
    desk: &Desk,
    caller: &Caller,
    tip: Tip,
    id: i64,
    at: i64,
) -> Result<(TipView, TipAnswer, Option<String>)> {
    let (view, cases) = (desk.view(), desk.cases().await?);
    let (tip, answer) = desk
        .read(move |view| {
            let answer = view.answer(&tip, Weight::Claim);
            Ok((tip, answer))
        })
        .await?;
    let place = place(&tip, &answer);
    let mut times = match &place {
        Some(place) => desk.database.times_on_place(place, id).await?,
        None => Vec::new(),
    };
    let n_others = times.len();
    times.insert(times.partition_point(|other| *other <= at), at);
    let times: Vec<Option<Timestamp>> = times.iter().map(|at| Timestamp::from_second(*at).ok()).collect();
    let is_flood = is_flood(&times);
    let answer = if is_flood {
        desk.read(move |view| Ok(view.answer(&tip, Weight::DataAlone))).await?
    } else {
        answer
    };
    let mut tip = in_words(&view, &cases, caller, &answer)?;
    tip.is_flood = is_flood;
    tip.others = (n_others > 0).then(|| caller.lang().say_n("tip-others", n_others));
    Ok((tip, answer, place))
}

fn in_words(view: &RunView, cases: &Cases, caller: &Caller, answer: &TipAnswer) -> Result<TipView> {
    let lang = caller.lang();
    let best = best_line(answer);
    let sentence = match answer.answer {
        Answer::Supported => lang.say_with(
            "said-supported",
            &[
                ("meter", best.map_or("", |line| line.meter_id.as_str())),
                ("chance", &lang.percent(answer.posterior, 0)),
            ],
        ),
        Answer::NotSupported => match answer.smallest_kw {
            Some(kw) => lang.say_with("said-not_supported", &[("kw", &lang.kw(kw))]),
            None => lang.say("said-not_supported-unknown"),
        },
        Answer::NotJudgeable => {
            let why = answer.why.map_or("no_place", |why| why.as_str());
            lang.say_with("said-not_judgeable", &[("why", &lang.name_of("why", why))])
        }
    };
    let rig = best.filter(|_| answer.answer == Answer::Supported).and_then(|line| {
        let [kw, low, high] = line.rig_kw?;
        let onset = line.onset.map_or_else(|| lang.say("onset-before"), |day| lang.date(day));
        let ended = line.ended.map_or_else(|| lang.say("ended-not"), |day| lang.date(day));
        let kw = format!("{} ({}–{})", lang.kw(kw), lang.kw_number(low), lang.kw_number(high));
        Some(lang.say_with("said-rig", &[("kw", &kw), ("onset", &onset), ("ended", &ended)]))
    });
    let reasons = match best {
        Some(line) => view
            .evidence(&line.meter_id)?
            .reasons
            .into_iter()
            .take(MAX_REASONS)
            .map(|(reason, _)| lang.say_message(REASON, &reason))
            .collect(),
        None => Vec::new(),
    };
    Ok(TipView {
        answer: answer.answer.as_str(),
        answer_words: lang.name_of("answer", answer.answer.as_str()),
        sentence,
        rig,
        claim: lang.name_of("claim", answer.claim.as_str()),
        tags: answer
            .facts
            .iter()
            .map(|tag| {
                let words = lang.name_of("tag", tag.fact.as_str());
                tag.number.map_or_else(|| words.clone(), |number| format!("{words} {number}"))
            })
            .collect(),
        unknown: answer.unknown.join(", "),
        others: None,
        is_flood: false,
        places: answer.lines.iter().take(MAX_PLACES).map(|line| place_row(view, cases, line, lang)).collect(),
        reasons,
    })
}

/// Returns the place the answer rests on: if supported, that with the highest chance; else the likeliest.
fn best_line(answer: &TipAnswer) -> Option<&AnswerLine> {
    let supported = answer.lines.iter().filter(|line| line.answer == Answer::Supported);
    supported
        .max_by(|a, b| a.posterior.unwrap_or(0.0).total_cmp(&b.posterior.unwrap_or(0.0)))
        .or_else(|| answer.lines.first())
}

fn place_row(view: &RunView, cases: &Cases, line: &AnswerLine, lang: &Language) -> PlaceRow {
    let known = view.lines.index(&line.meter_id).map(|index| view.lines.line(index));
    let rig = line.rig_kw.map_or_else(String::new, |[kw, _, _]| lang.kw(kw));
    PlaceRow {
        page: known.map(|line| meter_address(line.meter())),
        address: line.address.clone().unwrap_or_default(),
        by: lang.name_of("matched", line.matched_by.as_str()),
        confidence: lang.percent(line.confidence, 0),
        answer: line.answer.as_str(),
        answer_words: match line.why {
            Some(why) => lang.name_of("why", why.as_str()),
            None => lang.name_of("answer", line.answer.as_str()),
        },
        chance: line.posterior.map_or_else(String::new, |chance| lang.percent(chance, 0)),
        rig,
        smallest: line.smallest_kw.map_or_else(String::new, |kw| lang.kw(kw)),
        status: known.map_or_else(String::new, |line| {
            lang.name_of("status", status_of(line, cases, view.last_day).as_str())
        }),
        meter: line.meter_id.clone(),
    }
}
