//! Explains why a request was refused, with a status code for programs.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use hashwatt_core::error::Error;
use hashwatt_core::language::Language;

/// Why a request is refused.
#[derive(Debug, Clone)]
pub enum Refusal {
    /// The role does not permit it; language of the page.
    Forbidden(&'static str),
    /// The form does not carry the token of its session.
    ForeignForm,
    /// The body is longer than any form.
    TooLarge,
    /// The thing does not exist.
    NotFound,
    /// The request is not valid; id of the message.
    Invalid(&'static str),
    /// Someone else wrote an entry in between.
    Changed,
    /// A desk without login was addressed by a name that does not belong to this machine.
    OtherName,
    /// Something failed; the log has the details.
    Failed,
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
            Self::Forbidden(_) | Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Changed => StatusCode::CONFLICT,
            Self::OtherName => StatusCode::MISDIRECTED_REQUEST,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(crate) const fn message(&self) -> &'static str {
        match self {
            Self::Forbidden(_) => "error-forbidden",
            Self::ForeignForm => "error-foreign-form",
            Self::TooLarge => "error-too-large",
            Self::NotFound => "error-not-found",
            Self::Invalid(message) => message,
            Self::Changed => "error-changed",
            Self::OtherName => "error-other-name",
            Self::Failed => "error-failed",
        }
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
        let code = if let Self::Forbidden(code) = &self { code } else { "en" };
        let lang = Language::with_code(code).unwrap_or(&Language::all()[0]);
        let page =
            ErrorPage { lang, words: lang.say(self.message()), style: super::assets::address("desk.css") };
        (self.status(), Html(page.render().unwrap_or_default())).into_response()
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
