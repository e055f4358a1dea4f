//! Shows the ranked list: filters, columns, saved views, pages.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::columns::Column;
use super::done::{Done, Notice};
use super::errors::Refusal;
use super::{Frame, meter_address, page};
use crate::Login;
use crate::case::{Case, Cases, Status};
use crate::desk::{Desk, status_of};
use crate::guard::Caller;
use crate::query::{ListQuery, gone};
use crate::roles::May;
use crate::run_view::RunView;
use crate::sort::Sort;
use hashwatt_core::language::Language;
use hashwatt_readings::acquisition::verdicts::Verdict;

/// Longest name of a view. [characters]
const MAX_NAME_CHARS: usize = 60;

/// Most cases without a line that are shown below a list; a search by id finds any.
const MAX_GONE: usize = 200;

struct Head {
    name: String,
    is_number: bool,
    /// Address of the list sorted by this column; turned round if it is already.
    sort: String,
    /// `ascending` or `descending`, of the column that the list is sorted by.
    order: Option<&'static str>,
}

struct Cell {
    words: String,
    is_number: bool,
    /// CSS class of a status, else empty.
    tag: &'static str,
}

struct Row {
    /// Title of the part of the list that begins here.
    part: Option<String>,
    place: String,
    meter: String,
    address: String,
    score: String,
    is_suspect: bool,
    cells: Vec<Cell>,
}

/// A case of a meter that is not in the run.
struct GoneRow {
    meter: String,
    address: String,
    status: &'static str,
    status_words: String,
    assignee: String,
}

struct Choice {
    value: String,
    words: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "review/list.html")]
struct ListPage {
    frame: Frame,
    lang: &'static Language,
    query: ListQuery,
    kinds: Vec<Choice>,
    zones: Vec<Choice>,
    statuses: Vec<Choice>,
    assignees: Vec<Choice>,
    sorts: Vec<Choice>,
    views: Vec<(String, String)>,
    columns: Vec<Choice>,
    csv: String,
    table: String,
    notice: Option<Notice>,
    verdicts: Vec<Choice>,
    people: Vec<String>,
    n_late: usize,
}

/// The part of the page that a filter changes.
#[derive(Template)]
#[template(path = "review/list_table.html")]
struct ListTable {
    lang: &'static Language,
    heads: Vec<Head>,
    rows: Vec<Row>,
    gone: Vec<GoneRow>,
    found: String,
    n_found: usize,
    may_decide: bool,
    page: usize,
    n_pages: usize,
    before: Option<String>,
    after: Option<String>,
}

/// Shows the list, or only its table if the page asks for that.
pub async fn show(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<ListQuery>,
    Query(done): Query<Done>,
) -> Result<Response, Refusal> {
    let (view, cases) = (desk.view(), desk.cases().await?);
    let table = table(&query, &view, &cases, &caller);
    if headers.get("hx-target").is_some_and(|target| target == "list") {
        return Ok(page(&table));
    }
    let lang = caller.lang();
    let table = table.render().map_err(|error| hashwatt_core::error::Error::output("list", error))?;
    let people = desk.database.people().await?;
    let choice = |value: &str, words: String, chosen: &str| Choice {
        value: value.to_owned(),
        words,
        is_chosen: value == chosen,
    };
    let shown = Column::chosen(&caller);
    let columns =
        Column::ALL.into_iter().filter(|column| caller.may(May::SeePlaces) || *column != Column::Address);
    Ok(page(&ListPage {
        kinds: view
            .lines
            .kinds()
            .into_iter()
            .map(|kind| choice(kind, lang.name_of("kind", kind), &query.kind))
            .collect(),
        zones: view
            .lines
            .zones()
            .into_iter()
            .map(|zone| choice(zone, zone.to_owned(), &query.zone))
            .collect(),
        statuses: Status::ALL
            .into_iter()
            .map(|status| choice(status.as_str(), lang.name_of("status", status.as_str()), &query.status))
            .collect(),
        assignees: std::iter::once(choice("nobody", lang.say("assignee-nobody"), &query.assignee))
            .chain(people.iter().map(|person| choice(&person.name, person.name.clone(), &query.assignee)))
            .collect(),
        sorts: Sort::ALL
            .into_iter()
            .map(|sort| {
                choice(sort.as_str(), lang.name_of("sort", sort.as_str()), Sort::named(&query.sort).as_str())
            })
            .collect(),
        views: desk.database.views(&caller.name).await?,
        columns: columns
            .map(|column| Choice {
                value: column.as_str().to_owned(),
                words: lang.name_of("column", column.as_str()),
                is_chosen: shown.contains(&column),
            })
            .collect(),
        csv: format!("/list.csv?{}", query.without_page()),
        notice: done.notice(&desk, &caller).await?,
        verdicts: Verdict::ALL
            .map(|verdict| choice(verdict.as_str(), lang.name_of("verdict", verdict.as_str()), ""))
            .into(),
        n_late: cases.all().filter(|(_, case)| case.is_late(caller.today())).count(),
        people: people.iter().filter(|person| person.is_active).map(|person| person.name.clone()).collect(),
        frame: Frame::of(&caller, "list", desk.settings.login == Login::Off),
        lang,
        query,
        table,
    }))
}

fn table(query: &ListQuery, view: &RunView, cases: &Cases, caller: &Caller) -> ListTable {
    let lang = caller.lang();
    let columns = Column::chosen(caller);
    let found = view.answers.page(query, &view.lines, cases, caller.may(May::SeePlaces));
    let page =
        |page: usize| format!("/?{}", ListQuery { page: page.to_string(), ..query.clone() }.as_query());
    let row = |index: &u32| {
        let line = view.lines.line(*index as usize);
        let status = status_of(line, cases, view.last_day);
        let case = cases.of(line.meter());
        let is_late = case.is_some_and(|case| case.is_late(caller.today()));
        Row {
            part: None,
            place: line.place().map_or_else(String::new, |place| lang.count(place)),
            meter: line.meter().to_owned(),
            address: meter_address(line.meter()),
            score: lang.number(line.score(), 3),
            is_suspect: line.is_suspect(),
            cells: columns
                .iter()
                .map(|column| Cell {
                    words: column.words(line, status, case, lang),
                    is_number: column.is_number(),
                    tag: match column {
                        Column::Status => status.as_str(),
                        Column::Due if is_late => "late",
                        _ => "",
                    },
                })
                .collect(),
        }
    };
    let sorted = Sort::named(&query.sort);
    let mut rows: Vec<Row> = found.lines.iter().map(row).collect();
    if sorted == Sort::Place && !query.is_reversed() {
        name_parts(&mut rows, &found.lines, view, lang);
    }
    let head = |name: &str, is_number: bool, sort: Sort| {
        let is_sorted = sort == sorted;
        let is_turned = is_sorted && !query.is_reversed();
        let direction = if is_turned { "reversed" } else { "" }.to_owned();
        let asked =
            ListQuery { sort: sort.as_str().to_owned(), direction, page: String::new(), ..query.clone() };
        let is_ascending = sort.is_ascending() != query.is_reversed();
        Head {
            name: lang.name_of("column", name),
            is_number,
            sort: format!("/?{}", asked.as_query()),
            order: is_sorted.then_some(if is_ascending { "ascending" } else { "descending" }),
        }
    };
    let first = [("place", true, Sort::Place), ("meter", false, Sort::Meter), ("score", true, Sort::Rank)];
    let mut heads: Vec<Head> =
        first.into_iter().map(|(name, is_number, sort)| head(name, is_number, sort)).collect();
    heads.extend(columns.iter().map(|column| head(column.as_str(), column.is_number(), column.sort())));
    let gone_row = |(meter, case): (&str, &Case)| GoneRow {
        meter: meter.to_owned(),
        address: meter_address(meter),
        status: case.status.as_str(),
        status_words: lang.name_of("status", case.status.as_str()),
        assignee: case.assignee.clone().unwrap_or_default(),
    };
    let gone = gone(query, &view.lines, cases, caller.today());
    ListTable {
        lang,
        gone: gone.into_iter().take(MAX_GONE).map(gone_row).collect(),
        heads,
        rows,
        found: lang.say_n("list-found", found.n_found),
        n_found: found.n_found,
        may_decide: caller.may(May::Decide),
        page: found.page,
        n_pages: found.n_pages,
        before: (found.page > 1).then(|| page(found.page - 1)),
        after: (found.page < found.n_pages).then(|| page(found.page + 1)),
    }
}

/// Names the parts of the list where they begin: rigs that are on, rigs that ended, meters not on the list.
fn name_parts(rows: &mut [Row], lines: &[u32], view: &RunView, lang: &Language) {
    let part = |index: &u32| {
        let line = view.lines.line(*index as usize);
        match (line.is_suspect(), line.is_on()) {
            (false, _) => "part-unlisted",
            (true, Some(true)) => "part-on",
            (true, _) => "part-ended",
        }
    };
    let mut before = "part-on";
    for (row, index) in rows.iter_mut().zip(lines) {
        let own = part(index);
        row.part = (own != before).then(|| lang.say(own));
        before = own;
    }
}

/// Form of the chosen columns, one field each.
pub async fn choose_columns(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let names: Vec<&str> = Column::ALL
        .into_iter()
        .map(Column::as_str)
        .filter(|name| fields.iter().any(|(key, value)| key == "column" && value == name))
        .collect();
    let names = names.join(" ");
    match desk.settings.login {
        Login::Off => *desk.columns.write().expect("nobody panics while holding it") = Some(names),
        Login::Required => desk.database.set_columns(&caller.name, &names).await?,
    }
    Ok(back_to(fields.iter().find(|(key, _)| key == "query").map_or("", |(_, value)| value)))
}

/// Name and query of a view.
#[derive(Deserialize)]
pub struct View {
    name: String,
    #[serde(default)]
    query: String,
}

/// Saves the current list as a view.
pub async fn save_view(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Form(view): Form<View>,
) -> Result<Response, Refusal> {
    let name: String = view.name.trim().chars().take(MAX_NAME_CHARS).collect();
    if name.is_empty() {
        return Err(Refusal::Invalid("error-form"));
    }
    desk.database.save_view(&caller.name, &name, &understood(&view.query).without_page()).await?;
    Ok(back_to(&view.query))
}

/// Deletes a view.
pub async fn forget_view(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Form(view): Form<View>,
) -> Result<Response, Refusal> {
    desk.database.forget_view(&caller.name, &view.name).await?;
    Ok(back_to(&view.query))
}

/// Parses a query for the list; unknown parts are dropped.
pub(super) fn understood(query: &str) -> ListQuery {
    serde_urlencoded::from_str(query).unwrap_or_default()
}

/// Redirects back to the list as it was.
pub(super) fn back_to(query: &str) -> Response {
    Redirect::to(&list_address(query)).into_response()
}

/// Returns the address of the list as it was.
pub(super) fn list_address(query: &str) -> String {
    match understood(query).as_query() {
        query if query.is_empty() => "/".to_owned(),
        query => format!("/?{query}"),
    }
}
