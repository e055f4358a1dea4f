//! Explains why a request was refused, with a status code for programs.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{Html, IntoResponse, Response};

use hashwatt_core::error::Error;
use hashwatt_core::language::Language;

/// Why a request is refused.
#[derive(Debug, Clone)]
pub enum Refusal {
    /// The role does not permit it.
    Forbidden,
    /// The form does not carry the token of its session.
    ForeignForm,
    /// The body is longer than any form.
    TooLarge,
    /// The thing does not exist.
    NotFound,
    /// The request is not valid; id of the message.
    Invalid(&'static str),
    /// A field of the request has a value that it cannot have.
    Field(&'static str, Must),
    /// Someone else wrote an entry in between.
    Changed,
    /// A desk without login was addressed by a name that does not belong to this machine.
    OtherName,
    /// Something failed; the log has the details.
    Failed,
}

/// What the value of a field must be.
#[derive(Debug, Clone)]
pub enum Must {
    /// One of these texts.
    BeOneOf(Vec<&'static str>),
    /// A day as YYYY-MM-DD.
    BeDay,
    /// A day as YYYY-MM-DD, or empty.
    BeDayOrEmpty,
    /// A number, or empty.
    BeNumberOrEmpty,
    /// The name of a person who may log in here, or empty.
    BePersonOrEmpty,
    /// Empty.
    BeEmpty,
    /// Words.
    BeWords,
}

impl Must {
    fn words(&self, lang: &Language) -> String {
        match self {
            Self::BeOneOf(values) => match values.as_slice() {
                [] => String::new(),
                [one] => (*one).to_owned(),
                [most @ .., last] => {
                    lang.say_with("must-one_of", &[("values", &most.join(", ")), ("last", last)])
                }
            },
            Self::BeDay => lang.say("must-day"),
            Self::BeDayOrEmpty => lang.say("must-day_or_empty"),
            Self::BeNumberOrEmpty => lang.say("must-number_or_empty"),
            Self::BePersonOrEmpty => lang.say("must-person_or_empty"),
            Self::BeEmpty => lang.say("must-empty"),
            Self::BeWords => lang.say("must-words"),
        }
    }
}

impl Refusal {
    /// Logs the error; the page only says that something failed.
    #[must_use]
    pub fn failed(error: &Error) -> Self {
        tracing::error!(%error, "a request failed");
        Self::Failed
    }

    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::Forbidden | Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Invalid(_) | Self::Field(..) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Changed => StatusCode::CONFLICT,
            Self::OtherName => StatusCode::MISDIRECTED_REQUEST,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Says why, in words.
    pub(crate) fn words(&self, lang: &Language) -> String {
        lang.say(match self {
            Self::Forbidden => "error-forbidden",
            Self::ForeignForm => "error-foreign-form",
            Self::TooLarge => "error-too-large",
            Self::NotFound => "error-not-found",
            Self::Invalid(message) => message,
            Self::Changed => "error-changed",
            Self::OtherName => "error-other-name",
            Self::Failed => "error-failed",
            Self::Field(field, must) => {
                let values = [("field", *field), ("must", &*must.words(lang))];
                return lang.say_with("error-field", &values);
            }
        })
    }

    fn page(&self, lang: &'static Language) -> Response {
        let page = ErrorPage { lang, words: self.words(lang), style: super::assets::address("desk.css") };
        (self.status(), Html(page.render().unwrap_or_default())).into_response()
    }
}

/// Says a refusal in the language of whoever asked; any other answer stays as it is.
pub fn said_in(lang: &'static Language, mut answer: Response) -> Response {
    match answer.extensions_mut().remove::<Refusal>() {
        Some(refusal) => {
            let mut said = refusal.page(lang);
            for cookie in answer.headers().get_all(SET_COOKIE) {
                said.headers_mut().append(SET_COOKIE, cookie.clone());
            }
            said
        }
        None => answer,
    }
}

#[derive(Template)]
#[template(path = "review/error.html")]
struct ErrorPage {
    lang: &'static Language,
    words: String,
    style: String,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut answer = self.page(Language::english());
        answer.extensions_mut().insert(self);
        answer
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::failed(&error)
    }
}

/// Answers requests to unknown addresses.
pub async fn nothing_here() -> Refusal {
    Refusal::NotFound
}
