//! Shows the case of a meter that is not in this run: its entries, and its last line.

use askama::Template;
use axum::response::Response;

use super::errors::Refusal;
use super::work::Work;
use super::{Frame, page};
use crate::Login;
use crate::case::Cases;
use crate::desk::Desk;
use crate::guard::Caller;
use hashwatt_core::language::Language;

#[derive(Template)]
#[template(path = "review/gone.html")]
struct GonePage {
    frame: Frame,
    lang: &'static Language,
    meter: String,
    status: &'static str,
    status_words: String,
    last_line: Option<String>,
    work: Work,
}

/// Shows the page of a case without a line; not found if the meter has no entries.
pub(super) async fn show(
    desk: &Desk,
    cases: &Cases,
    caller: &Caller,
    meter: &str,
) -> Result<Response, Refusal> {
    let case = cases.of(meter).ok_or(Refusal::NotFound)?;
    desk.database.note_access(&caller.access("suspect", meter)).await?;
    let lang = caller.lang();
    let last_line = desk.database.last_line(meter).await?.map(|(line, opened_at)| {
        let facts = [
            ("when", caller.instant(opened_at)),
            ("rank", lang.count(line.rank as usize)),
            ("score", lang.number(line.score, 3)),
            ("kw", line.rig_kw.map_or_else(|| "–".to_owned(), |kw| lang.kw(kw))),
        ];
        let facts: Vec<(&'static str, &str)> = facts.iter().map(|(name, text)| (*name, &**text)).collect();
        lang.say_with("gone-last-line", &facts)
    });
    let work = Work::on(meter, desk, cases, caller).await?;
    Ok(page(&GonePage {
        frame: Frame::of(caller, "list", desk.settings.login == Login::Off),
        lang,
        meter: meter.to_owned(),
        status: case.status.as_str(),
        status_words: lang.name_of("status", case.status.as_str()),
        last_line,
        work,
    }))
}
