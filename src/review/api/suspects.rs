//! Serves the list and single suspects to programs.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::scopes::Scope;
use super::{Problem, Program};
use crate::case::Cases;
use crate::database::access::Access;
use crate::desk::{Desk, now, status_of};
use crate::lines::Line;
use crate::query::ListQuery;
use crate::run_view::RunView;
use hashwatt_core::language::Language;
use hashwatt_core::language::message::Message;
use hashwatt_detection::indicators::REASON;

/// One line of the list.
#[derive(Serialize, ToSchema)]
pub struct Suspect {
    /// The meter, or `residual:` and the id of what feeds it.
    meter_id: String,
    /// Place on the visit list, from 1: rigs that are on first, then those that ended; null if it is not on it.
    place: Option<usize>,
    /// Rank by score among all lines, from 1.
    rank: usize,
    /// Suspicion, 0..=1. Evidence, not proof.
    score: f64,
    /// Whether it stands on the visit list.
    is_suspect: bool,
    /// What it looks like.
    kind: Option<String>,
    /// The rig. [kW]
    rig_kw: Option<f64>,
    /// Lower and upper end of its interval. [kW]
    rig_kw_interval: Option<(f64, f64)>,
    /// First local day; null: it began before the data (`began_before_data`), or there is no rig.
    #[schema(value_type = Option<String>, format = Date)]
    onset: Option<jiff::civil::Date>,
    /// Whether it ran before the data begins; null without a rig.
    began_before_data: Option<bool>,
    /// First local day after it; null: it is on (`is_on`), or there is no rig.
    #[schema(value_type = Option<String>, format = Date)]
    ended: Option<jiff::civil::Date>,
    /// Whether it is on at the end of the meter's data; null without a rig.
    is_on: Option<bool>,
    /// Last local day on which it was seen on.
    #[schema(value_type = Option<String>, format = Date)]
    last_seen_on: Option<jiff::civil::Date>,
    /// Chance that there is a rig or was one, 0..=1, by the data alone.
    chance: Option<f64>,
    /// Chance that a visit two weeks after the data finds it running, 0..=1.
    visit_chance: Option<f64>,
    /// Energy since its onset within the data. [kWh]
    energy_kwh_since_onset: Option<f64>,
    /// Lower and upper end of its interval. [kWh]
    energy_kwh_interval: Option<(f64, f64)>,
    /// That energy at the tariffs. [currency of the tariffs]
    money_since_onset: Option<f64>,
    /// Energy that finding it is expected to bring back in a year. [kWh]
    recoverable_kwh_a_year: Option<f64>,
    /// What feeds it.
    parent_id: Option<String>,
    /// Zone of the network.
    zone: Option<String>,
    /// Address; with the scope `places:read` only.
    address: Option<String>,
    /// Latitude and longitude [degrees, WGS 84]; with the scope `places:read` only.
    position: Option<(f64, f64)>,
    /// Where the work on it stands.
    status: &'static str,
    /// Whose it is.
    assignee: Option<String>,
}

impl Suspect {
    fn of(line: Line<'_>, view: &RunView, cases: &Cases, program: &Program) -> Self {
        let sees_places = program.may(Scope::ReadPlaces);
        Self {
            meter_id: line.meter().to_owned(),
            place: line.place(),
            rank: line.rank(),
            score: line.score(),
            is_suspect: line.is_suspect(),
            kind: line.kind().map(str::to_owned),
            rig_kw: line.rig_kw(),
            rig_kw_interval: line.rig_kw_interval(),
            onset: line.onset(),
            began_before_data: line.rig_kw().map(|_| line.onset().is_none()),
            ended: line.ended(),
            is_on: line.is_on(),
            last_seen_on: line.last_seen_on(),
            chance: line.chance(),
            visit_chance: line.visit_chance(),
            energy_kwh_since_onset: line.energy_kwh(),
            energy_kwh_interval: line.energy().map(|energy| (energy.kwh_low, energy.kwh_high)),
            money_since_onset: line.money(),
            recoverable_kwh_a_year: line.recoverable_kwh(),
            parent_id: line.parent().map(str::to_owned),
            zone: line.zone().map(str::to_owned),
            address: sees_places.then(|| line.address().to_owned()).filter(|address| !address.is_empty()),
            position: line.position().filter(|_| sees_places),
            status: status_of(line, cases, view.last_day).as_str(),
            assignee: cases.of(line.meter()).and_then(|case| case.assignee.clone()),
        }
    }
}

/// A page of the list.
#[derive(Serialize, ToSchema)]
pub struct SuspectPage {
    /// The run.
    run: String,
    /// Lines that the filter lets through.
    n_found: usize,
    /// This page, from 1.
    page: usize,
    /// The last page.
    n_pages: usize,
    /// Lines of this page.
    suspects: Vec<Suspect>,
}

/// A page of the list, filtered and ordered as in the app.
#[utoipa::path(get, path = "/api/v1/suspects", operation_id = "list_suspects", params(ListQuery), security(("token" = ["suspects:read"])),
    responses((status = 200, body = SuspectPage), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub async fn list(
    State(desk): State<Arc<Desk>>,
    Extension(program): Extension<Program>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<SuspectPage>, Problem> {
    program.must(Scope::ReadSuspects)?;
    let Query(query) = query.map_err(|error| Problem::new(error.status(), error.body_text()))?;
    query.check()?;
    note(&desk, &program, "api_list", &query.without_page()).await?;
    let (view, cases) = (desk.view(), desk.cases().await?);
    let page = view.answers.page(&query, &view.lines, &cases, program.may(Scope::ReadPlaces));
    let suspect = |index: &u32| Suspect::of(view.lines.line(*index as usize), &view, &cases, &program);
    Ok(Json(SuspectPage {
        run: view.id.clone(),
        n_found: page.n_found,
        page: page.page,
        n_pages: page.n_pages,
        suspects: page.lines.iter().map(suspect).collect(),
    }))
}

/// A suspect with its evidence.
#[derive(Serialize, ToSchema)]
pub struct SuspectSheet {
    #[serde(flatten)]
    suspect: Suspect,
    /// The evidence in one sentence; of suspects.
    summary: Option<String>,
    /// Evidence, strongest first.
    reasons: Vec<SheetReason>,
    /// Other explanations and how well each fits, 0..=1, best first.
    rivals: Vec<(String, f64)>,
}

/// One reason.
#[derive(Serialize, ToSchema)]
pub struct SheetReason {
    /// Stable name of the indicator.
    indicator: String,
    /// Measured against limit, in English.
    words: String,
    /// What the words say: values by name, each with its unit.
    #[schema(value_type = Object)]
    parameters: serde_json::Value,
    /// What it adds to the log-odds of the score.
    weight: f64,
}

/// One meter's line and evidence.
#[utoipa::path(get, path = "/api/v1/suspects/{meter}", operation_id = "one_suspect", params(("meter" = String, Path)),
    security(("token" = ["suspects:read"])),
    responses((status = 200, body = SuspectSheet), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn one(
    State(desk): State<Arc<Desk>>,
    Extension(program): Extension<Program>,
    Path(meter): Path<String>,
) -> Result<Json<SuspectSheet>, Problem> {
    program.must(Scope::ReadSuspects)?;
    let (view, cases) = (desk.view(), desk.cases().await?);
    let missing = || match cases.of(&meter) {
        Some(_) => Problem::gone_meter(&meter),
        None => Problem::unknown_meter(&meter),
    };
    let index = view.lines.index(&meter).ok_or_else(missing)?;
    note(&desk, &program, "api_suspect", &meter).await?;
    let evidence = view.evidence(&meter)?;
    let reason = |(message, weight): (Message, f64)| SheetReason {
        words: Language::english().say_message(REASON, &message),
        indicator: message.code.into_owned(),
        parameters: serde_json::to_value(message.values).unwrap_or_default(),
        weight,
    };
    Ok(Json(SuspectSheet {
        suspect: Suspect::of(view.lines.line(index), &view, &cases, &program),
        summary: evidence.summary.map(|summary| Language::english().say_message(REASON, &summary)),
        reasons: evidence.reasons.into_iter().map(reason).collect(),
        rivals: view.rivals(&meter)?,
    }))
}

/// Logs what a program looked at.
pub(super) async fn note(desk: &Desk, program: &Program, what: &str, subject: &str) -> Result<(), Problem> {
    let access = Access {
        at: now(),
        person: program.name.clone(),
        address: String::new(),
        what: what.to_owned(),
        subject: subject.to_owned(),
    };
    Ok(desk.database.note_access(&access).await?)
}
