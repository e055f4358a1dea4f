//! Serves cases to programs and accepts verdicts and visit results from them.

use std::sync::Arc;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::scopes::Scope;
use super::suspects::note;
use super::{Problem, Program};
use crate::case::{Action, Entry};
use crate::desk::Desk;
use crate::pages::entries::entry;

/// Most entries in one answer.
const MAX_ENTRIES: usize = 1000;

/// One line of the log.
#[derive(Serialize, ToSchema)]
pub struct LogEntry {
    /// Number, counting up.
    id: i64,
    /// When, ISO 8601 in UTC.
    at: String,
    /// Who wrote it.
    person: String,
    /// The meter.
    meter_id: String,
    /// `verdict`, `assign`, `note`, `visit_requested`, `visit_result` or `closed`.
    action: &'static str,
    /// To what.
    value: String,
    /// Why.
    reason: String,
    /// The run that was looked at.
    run: String,
}

impl LogEntry {
    fn of(entry: Entry) -> Self {
        Self {
            id: entry.id,
            at: jiff::Timestamp::from_second(entry.at).map_or_else(|_| String::new(), |at| at.to_string()),
            person: entry.person,
            meter_id: entry.meter,
            action: entry.action.as_str(),
            value: entry.value,
            reason: entry.reason,
            run: entry.run,
        }
    }
}

/// From where the log is followed.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// Number of the last entry that is known; 0 from the start.
    #[serde(default)]
    after: i64,
}

/// The log after an entry, oldest first, at most 1000 entries: ask again from the last one's id.
#[utoipa::path(get, path = "/api/v1/cases", operation_id = "follow_cases", params(After), security(("token" = ["cases:read"])),
    responses((status = 200, body = [LogEntry]), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub async fn list(
    State(desk): State<Arc<Desk>>,
    Extension(program): Extension<Program>,
    after: Result<Query<After>, QueryRejection>,
) -> Result<Json<Vec<LogEntry>>, Problem> {
    program.must(Scope::ReadCases)?;
    let Query(after) = after.map_err(|error| Problem::new(error.status(), error.body_text()))?;
    note(&desk, &program, "api_cases", "").await?;
    let mut entries = desk.database.entries_after(after.after).await?;
    entries.truncate(MAX_ENTRIES);
    Ok(Json(entries.into_iter().map(LogEntry::of).collect()))
}

/// The log of one meter, newest first.
#[utoipa::path(get, path = "/api/v1/cases/{meter}/entries", operation_id = "case_entries", params(("meter" = String, Path)),
    security(("token" = ["cases:read"])),
    responses((status = 200, body = [LogEntry]), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub async fn entries(
    State(desk): State<Arc<Desk>>,
    Extension(program): Extension<Program>,
    Path(meter): Path<String>,
) -> Result<Json<Vec<LogEntry>>, Problem> {
    program.must(Scope::ReadCases)?;
    note(&desk, &program, "api_case", &meter).await?;
    Ok(Json(desk.database.entries_on(&meter).await?.into_iter().map(LogEntry::of).collect()))
}

/// What a program writes.
#[derive(Deserialize, ToSchema)]
pub struct NewEntry {
    /// `verdict`, `note`, `visit_requested`, `visit_result` or `closed`.
    action: String,
    /// `suspected`, `confirmed`, `rejected`, `missed`; `farm_found`, `nothing_found`, `no_access`, `other_cause`; a
    /// day as YYYY-MM-DD.
    #[serde(default)]
    value: String,
    /// Why; verdicts and notes need one.
    #[serde(default)]
    reason: String,
}

/// Appends to a case; 201 once it is on disk.
#[utoipa::path(post, path = "/api/v1/cases/{meter}/entries", operation_id = "write_entry", params(("meter" = String, Path)), request_body = NewEntry,
    security(("token" = ["cases:write"])),
    responses((status = 201, description = "Written"), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn write(
    State(desk): State<Arc<Desk>>,
    Extension(program): Extension<Program>,
    Path(meter): Path<String>,
    new: Result<Json<NewEntry>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    program.must(Scope::WriteCases)?;
    let Json(new) = new.map_err(|error| Problem::new(error.status(), error.body_text()))?;
    if Action::named(&new.action) == Some(Action::Assign) {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "people assign cases, programs do not"));
    }
    let entry = entry(&desk, &program.name, &meter, &new.action, &new.value, &new.reason).await?;
    desk.write(&[entry]).await?;
    Ok(StatusCode::CREATED)
}
