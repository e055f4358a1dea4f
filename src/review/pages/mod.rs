//! Renders the desk's pages: one file per page, with a shared frame.

pub mod account;
pub mod assets;
pub mod bulk;
pub mod columns;
pub mod csv;
pub mod days;
pub mod done;
pub mod entries;
pub mod errors;
pub mod export;
pub mod field;
mod gone;
pub mod list;
pub mod login;
pub mod map;
pub mod moved;
pub mod people;
pub mod sketch;
pub mod suspect;
pub mod tips;
pub mod visits;
pub mod watched;
pub mod work;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::guard::Caller;
use super::lines::Line;
use super::roles::May;
use errors::Refusal;
use hashwatt_core::language::Language;

/// The frame around a page's content.
pub struct Frame {
    /// Language of the page.
    pub lang: &'static Language,
    /// Name of the person; empty before login.
    pub person: String,
    /// Their role, in their language.
    pub role: String,
    /// Token for every form.
    pub csrf: String,
    /// Whether they may write the result of a visit.
    pub may_visit: bool,
    /// Whether they may write to cases.
    pub may_decide: bool,
    /// Whether they may take tips.
    pub may_take_tips: bool,
    /// Whether they may manage people.
    pub may_administer: bool,
    /// Whether the desk has no login.
    pub is_open: bool,
    /// Menu entry of this page.
    pub here: &'static str,
}

impl Frame {
    /// Makes the frame of a page for `caller`.
    #[must_use]
    pub fn of(caller: &Caller, here: &'static str, is_open: bool) -> Self {
        let lang = caller.lang();
        Self {
            lang,
            person: caller.name.clone(),
            role: lang.name_of("role", caller.role.as_str()),
            csrf: caller.csrf.clone(),
            may_visit: caller.may(May::Visit),
            may_decide: caller.may(May::Decide),
            may_take_tips: caller.may(May::TakeTips),
            may_administer: caller.may(May::Administer),
            is_open,
            here,
        }
    }

    /// Returns the address of an asset; it changes with the content.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// Returns every language.
    #[must_use]
    pub fn languages(&self) -> &'static [Language; 3] {
        Language::all()
    }
}

/// Renders the page, or an error page if that fails.
pub fn page(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => Refusal::failed(&hashwatt_core::error::Error::output("page", error)).into_response(),
    }
}

/// Says whether the rig of a line is on, or the last day it was seen on; `None` without a rig.
#[must_use]
pub fn on_words(line: Line<'_>, lang: &Language) -> Option<String> {
    let seen = line.last_seen_on().map(|day| lang.date(day));
    Some(match (line.is_on()?, seen) {
        (true, _) => lang.say("words-on"),
        (false, Some(day)) => lang.say_with("words-until", &[("day", &day)]),
        (false, None) => lang.say("words-off"),
    })
}

/// Says the energy of a line's rig with its interval; `None` of a line that is no suspect.
#[must_use]
pub fn energy_words(line: Line<'_>, lang: &Language) -> Option<String> {
    let energy = line.energy()?;
    let [kwh, low, high] = [energy.kwh, energy.kwh_low, energy.kwh_high].map(|kwh| lang.energy(kwh));
    Some(lang.say_with("words-rig", &[("kw", &kwh), ("low", &low), ("high", &high)]))
}

/// Characters that stay as they are in a segment of an address.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Returns the address of a meter's page.
#[must_use]
pub fn meter_address(meter: &str) -> String {
    format!("/meters/{}", utf8_percent_encode(meter, SEGMENT))
}
