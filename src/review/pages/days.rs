//! Lists a meter's digested days, a month at a time.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::errors::Refusal;
use super::{meter_address, page};
use crate::desk::Desk;
use crate::guard::Caller;
use hashwatt_core::calendar::{date_of, day_number};
use hashwatt_core::language::Language;

/// Days on one page.
const STRETCH_DAYS: usize = 31;

struct Day {
    date: String,
    energy: String,
    mean: String,
    base: String,
    peak: String,
    intervals: String,
    hours: Vec<String>,
}

#[derive(Template)]
#[template(path = "review/days.html")]
struct DaysPart {
    lang: &'static Language,
    days: Vec<Day>,
    before: Option<String>,
    after: Option<String>,
}

/// First day of the page.
#[derive(Deserialize)]
pub struct From {
    #[serde(default)]
    from: String,
}

/// Shows a month of days, from a given day or the last ones.
pub async fn show(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(meter): Path<String>,
    Query(from): Query<From>,
) -> Result<Response, Refusal> {
    if desk.view().lines.index(&meter).is_none() && desk.cases().await?.of(&meter).is_none() {
        return Err(Refusal::NotFound);
    }
    let (address, lang) = (meter_address(&meter), caller.lang());
    let days = desk.read(move |view| view.days(&meter)).await?;
    let days = days.map(|days| days.days).unwrap_or_default();
    let asked = from.from.parse().ok().map(day_number);
    let last_stretch = days.len().saturating_sub(STRETCH_DAYS);
    let first = asked.map_or(last_stretch, |asked| days.partition_point(|day| day.day < asked));
    let shown = &days[first.min(days.len())..days.len().min(first + STRETCH_DAYS)];
    let stretch = |index: usize| format!("{address}/days?from={}", date_of(days[index].day));
    let kw = |kw: f32| lang.kw_number(f64::from(kw));
    let row = |day: &hashwatt_readings::digest::DayDigest| Day {
        date: lang.date(date_of(day.day)),
        energy: lang.number(f64::from(day.energy_kwh), 2),
        mean: kw(day.demand_kw_mean),
        base: kw(day.demand_kw_p05),
        peak: kw(day.demand_kw_max),
        intervals: format!("{}/{}", day.n_measured, day.n_expected),
        hours: day.hour_kw.iter().map(|hour| kw(*hour)).collect(),
    };
    Ok(page(&DaysPart {
        lang,
        days: shown.iter().map(row).collect(),
        before: (first > 0).then(|| stretch(first.saturating_sub(STRETCH_DAYS))),
        after: (first + STRETCH_DAYS < days.len()).then(|| stretch(first + STRETCH_DAYS)),
    }))
}
