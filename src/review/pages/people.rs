//! Manages people and programs that may use the desk; shows who looked at what.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::errors::Refusal;
use super::{Frame, page};
use crate::api::scopes::Scope;
use crate::database::access::Access;
use crate::database::people::Decided;
use crate::database::tokens::Token;
use crate::desk::{Desk, now};
use crate::guard::Caller;
use crate::roles::Role;
use crate::signer::secret;
use crate::{Login, passwords};
use hashwatt_core::language::Language;

/// Longest name of a person or a program. [characters]
const MAX_NAME_CHARS: usize = 80;

/// Lines of the access log on one page.
const ACCESS_LINES: i64 = 500;

struct PersonRow {
    name: String,
    role: String,
    is_active: bool,
    is_self: bool,
}

struct TokenRow {
    name: String,
    scopes: String,
    made: String,
    is_active: bool,
}

#[derive(Template)]
#[template(path = "review/people.html")]
struct PeoplePage {
    frame: Frame,
    lang: &'static Language,
    people: Vec<PersonRow>,
    roles: Vec<(&'static str, String)>,
    tokens: Vec<TokenRow>,
    scopes: Vec<&'static str>,
    fewest_chars: usize,
    new_token: Option<String>,
}

/// Shows all people and tokens.
pub async fn show(State(desk): State<Arc<Desk>>, caller: Caller) -> Result<Response, Refusal> {
    show_with(&desk, &caller, None).await
}

async fn show_with(desk: &Desk, caller: &Caller, new_token: Option<String>) -> Result<Response, Refusal> {
    let lang = caller.lang();
    let people = desk.database.people().await?.into_iter().map(|person| PersonRow {
        is_self: person.name == caller.name,
        role: lang.name_of("role", person.role.as_str()),
        is_active: person.is_active,
        name: person.name,
    });
    let tokens = desk.database.tokens().await?.into_iter().map(|token| TokenRow {
        made: format!("{}, {}", token.made_by, caller.instant(token.made_at)),
        name: token.name,
        scopes: token.scopes,
        is_active: token.is_active,
    });
    Ok(page(&PeoplePage {
        frame: Frame::of(caller, "people", desk.settings.login == Login::Off),
        lang,
        people: people.collect(),
        roles: Role::ALL.map(|role| (role.as_str(), lang.name_of("role", role.as_str()))).into(),
        tokens: tokens.collect(),
        scopes: Scope::ALL.map(Scope::as_str).into(),
        fewest_chars: passwords::MIN_CHARS,
        new_token,
    }))
}

fn name_of(text: &str) -> Result<String, Refusal> {
    let name = text.trim();
    let is_valid =
        !name.is_empty() && name.chars().count() <= MAX_NAME_CHARS && !name.chars().any(char::is_control);
    if is_valid { Ok(name.to_owned()) } else { Err(Refusal::Invalid("error-form")) }
}

/// Form of a new person.
#[derive(Deserialize)]
pub struct NewPerson {
    name: String,
    role: String,
    password: String,
}

/// Adds a person, or changes role and password.
pub async fn put(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Form(new): Form<NewPerson>,
) -> Result<Response, Refusal> {
    let (name, role) = (name_of(&new.name)?, Role::named(&new.role).ok_or(Refusal::Invalid("error-form"))?);
    let hashed = tokio::task::spawn_blocking(move || passwords::hash(&new.password)).await;
    let hash = hashed.ok().and_then(Result::ok).ok_or(Refusal::Invalid("error-password"))?;
    must(desk.database.put_person(&name, role, &hash, now()).await?)?;
    desk.database.note_access(&caller.access("person_put", &format!("{name}: {}", role.as_str()))).await?;
    Ok(Redirect::to("/people").into_response())
}

/// Turns a decision that was not made into a refusal.
fn must(decided: Decided) -> Result<(), Refusal> {
    match decided {
        Decided::Done => Ok(()),
        Decided::NobodyOfThisName => Err(Refusal::NotFound),
        Decided::LastAdministrator => Err(Refusal::Invalid("error-last-administrator")),
    }
}

/// Form to allow or block a person.
#[derive(Deserialize)]
pub struct Active {
    name: String,
    is_active: bool,
}

/// Allows a person to log in again, or blocks them. Nobody can block themselves.
pub async fn set_active(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Form(form): Form<Active>,
) -> Result<Response, Refusal> {
    if form.name == caller.name {
        return Err(Refusal::Invalid("error-self"));
    }
    must(desk.database.set_active(&form.name, form.is_active).await?)?;
    let what = if form.is_active { "person_let_in" } else { "person_kept_out" };
    desk.database.note_access(&caller.access(what, &form.name)).await?;
    Ok(Redirect::to("/people").into_response())
}

/// Creates a token with the ticked scopes and shows it once.
pub async fn add_token(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let field =
        |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let name = name_of(field("name"))?;
    let is_asked =
        |scope: &Scope| fields.iter().any(|(key, value)| key == "scope" && value == scope.as_str());
    let scopes: Vec<&str> = Scope::ALL.into_iter().filter(is_asked).map(Scope::as_str).collect();
    if scopes.is_empty() {
        return Err(Refusal::Invalid("error-form"));
    }
    let token = format!("hw_{}", secret());
    let facts = Token {
        name: name.clone(),
        scopes: scopes.join(" "),
        made_by: caller.name.clone(),
        made_at: now(),
        is_active: true,
    };
    desk.database.add_token(&token, &facts).await?;
    desk.database.note_access(&caller.access("token_made", &name)).await?;
    show_with(&desk, &caller, Some(token)).await
}

/// Name of a token.
#[derive(Deserialize)]
pub struct Named {
    name: String,
}

/// Revokes a program's token.
pub async fn revoke_token(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Form(form): Form<Named>,
) -> Result<Response, Refusal> {
    desk.database.revoke_token(&form.name).await?;
    desk.database.note_access(&caller.access("token_revoked", &form.name)).await?;
    Ok(Redirect::to("/people").into_response())
}

struct AccessRow {
    at: String,
    person: String,
    address: String,
    what: String,
    subject: String,
}

#[derive(Template)]
#[template(path = "review/access.html")]
struct AccessPage {
    frame: Frame,
    lang: &'static Language,
    about: String,
    rows: Vec<AccessRow>,
}

/// Person or subject to search the access log for.
#[derive(Deserialize, Default)]
pub struct About {
    #[serde(default)]
    about: String,
}

/// Shows who looked at what, newest first.
pub async fn accesses(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Query(query): Query<About>,
) -> Result<Response, Refusal> {
    let lang = caller.lang();
    let about = query.about.trim().to_owned();
    desk.write_refused().await?;
    let mut accesses = desk.database.accesses(&about, ACCESS_LINES).await?;
    let refused = desk.database.refused(&about, ACCESS_LINES).await?;
    accesses.extend(refused.into_iter().map(|(since, refused, n)| Access {
        at: since,
        person: String::new(),
        address: refused.address,
        subject: lang.say_with("access-refused", &[("name", &refused.name), ("n", &n.to_string())]),
        what: refused.what,
    }));
    accesses.sort_by_key(|access| std::cmp::Reverse(access.at));
    accesses.truncate(ACCESS_LINES as usize);
    let rows = accesses.into_iter().map(|access| AccessRow {
        at: caller.instant(access.at),
        person: access.person,
        address: access.address,
        what: lang.name_of("access", &access.what),
        subject: access.subject,
    });
    let rows = rows.collect();
    Ok(page(&AccessPage {
        frame: Frame::of(&caller, "access", desk.settings.login == Login::Off),
        lang,
        about,
        rows,
    }))
}
