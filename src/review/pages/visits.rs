//! Plans a batch of visits and requests them.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::errors::Refusal;
use super::{Frame, meter_address, page};
use crate::Login;
use crate::case::{Action, Case, Cases, Entry, Status};
use crate::desk::{Desk, now, status_of};
use crate::guard::Caller;
use crate::run_view::RunView;
use crate::visits::{Candidate, Tour, plan};
use hashwatt_core::language::Language;
use hashwatt_core::language::message::Message;

/// Default number of visits and inspectors.
const DEFAULT_VISITS: usize = 50;
const DEFAULT_INSPECTORS: usize = 2;

/// Most visits and inspectors in a batch.
const MAX_VISITS: usize = 500;
const MAX_INSPECTORS: usize = 20;

/// Form of a batch: number of visits, number of inspectors, zone.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    visits: String,
    inspectors: String,
    zone: String,
}

impl Asked {
    fn number(text: &str, default: usize, most: usize) -> usize {
        text.trim().parse().unwrap_or(default).clamp(1, most)
    }

    /// Returns the number of visits.
    #[must_use]
    pub fn n_visits(&self) -> usize {
        Self::number(&self.visits, DEFAULT_VISITS, MAX_VISITS)
    }

    /// Returns the number of inspectors.
    #[must_use]
    pub fn n_inspectors(&self) -> usize {
        Self::number(&self.inspectors, DEFAULT_INSPECTORS, MAX_INSPECTORS)
    }

    /// Plans tours of the places that are still to be visited.
    #[must_use]
    pub fn tours(&self, view: &RunView, cases: &Cases) -> Vec<Tour> {
        let zone = view.lines.zone_number(&self.zone);
        let candidates = view
            .lines
            .all()
            .filter(|line| line.is_suspect())
            .filter(|line| self.zone.is_empty() || zone == Some(line.numbers().2))
            .filter(|line| status_of(*line, cases, view.last_day).is_to_visit());
        plan(candidates.filter_map(Candidate::of).collect(), self.n_visits(), self.n_inspectors())
    }
}

struct Stop {
    number: usize,
    meter: String,
    page: String,
    place: String,
    kind: String,
    rig: String,
    chance: String,
    recoverable: String,
    status: String,
}

struct Part {
    title: String,
    facts: String,
    stops: Vec<Stop>,
}

#[derive(Template)]
#[template(path = "review/visits.html")]
struct VisitsPage {
    frame: Frame,
    lang: &'static Language,
    n_visits: usize,
    n_inspectors: usize,
    zone: String,
    zones: Vec<String>,
    csv: String,
    parts: Vec<Part>,
    /// Meters not in the run that are still to be visited, with their pages.
    gone: Vec<(String, String)>,
}

/// Shows the batch, one tour per inspector.
pub async fn show(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let (view, cases) = (desk.view(), desk.cases().await?);
    let lang = caller.lang();
    let tours = asked.tours(&view, &cases);
    let stop = |(number, stop): (usize, &Candidate)| {
        let line = view.lines.line(stop.index);
        Stop {
            number,
            meter: line.meter().to_owned(),
            page: meter_address(line.meter()),
            place: line.address().to_owned(),
            kind: line.kind().map_or_else(String::new, |kind| lang.name_of("kind", kind)),
            rig: line.rig_kw().map_or_else(String::new, |kw| lang.kw(kw)),
            chance: line.visit_chance().map_or_else(String::new, |chance| lang.percent(chance, 0)),
            recoverable: lang.energy(stop.recoverable_kwh),
            status: lang.name_of("status", status_of(line, &cases, view.last_day).as_str()),
        }
    };
    let part = |(number, tour): (usize, &Tour)| Part {
        title: lang.say_with("visits-inspector", &[("n", &number.to_string())]),
        facts: tour_words(tour, lang),
        stops: (1..).zip(&tour.stops).map(stop).collect(),
    };
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("visits", &asked.n_visits().to_string())
        .append_pair("inspectors", &asked.n_inspectors().to_string())
        .append_pair("zone", &asked.zone)
        .finish();
    Ok(page(&VisitsPage {
        frame: Frame::of(&caller, "visits", desk.settings.login == Login::Off),
        lang,
        n_visits: asked.n_visits(),
        n_inspectors: asked.n_inspectors(),
        zones: view.lines.zones().into_iter().map(str::to_owned).collect(),
        csv: format!("/visits.csv?{query}"),
        parts: (1..).zip(&tours).map(part).collect(),
        gone: to_visit_yet(&view, &cases),
        zone: asked.zone,
    }))
}

/// Says how far and how long a tour is, as far as all its places have coordinates.
fn tour_words(tour: &Tour, lang: &Language) -> String {
    let energy = lang.energy(tour.recoverable_kwh());
    match tour.n_unplaced() as u64 {
        0 => lang.say_with(
            "visits-facts",
            &[
                ("km", &lang.number(tour.km, 1)),
                ("hours", &lang.number(tour.hours(), 1)),
                ("energy", &energy),
            ],
        ),
        n => {
            let message = Message::counting("facts_unknown", n, lang).naming("energy", energy);
            lang.say_message("visits", &message)
        }
    }
}

/// Returns requested visits to meters that are not in the run: no tour can be planned for them.
fn to_visit_yet(view: &RunView, cases: &Cases) -> Vec<(String, String)> {
    let is_asked =
        |meter: &str, case: &Case| case.status == Status::VisitRequested && view.lines.index(meter).is_none();
    let asked = cases.all().filter(|(meter, case)| is_asked(meter, case));
    asked.map(|(meter, _)| (meter.to_owned(), meter_address(meter))).collect()
}

/// Requests a visit to each ticked place.
pub async fn request(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let view = desk.view();
    let field =
        |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let day = field("day");
    if !day.is_empty() && day.parse::<jiff::civil::Date>().is_err() {
        return Err(Refusal::Invalid("error-form"));
    }
    let meters = fields.iter().filter(|(key, _)| key == "meter").map(|(_, meter)| meter);
    let known = meters.filter(|meter| view.lines.index(meter).is_some());
    let entry = |meter: &String| Entry {
        id: 0,
        at: now(),
        person: caller.name.clone(),
        meter: meter.clone(),
        action: Action::VisitRequested,
        value: day.to_owned(),
        reason: String::new(),
        run: view.id.clone(),
    };
    let entries: Vec<Entry> = known.take(MAX_VISITS).map(entry).collect();
    desk.write(&entries).await?;
    Ok(Redirect::to("/?status=visit_requested").into_response())
}
