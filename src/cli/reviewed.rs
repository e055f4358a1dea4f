//! Starts the analysts' desk: prints its address, sets up its log, asks for a password.

use std::io::{BufRead, IsTerminal};

use tracing_subscriber::EnvFilter;

use super::outcome::{self, Outcome};
use crate::error::{Error, Result};
use crate::review::{self, Login, ReviewSettings};

/// Log filter, unless `HASHWATT_LOG` sets another.
const DEFAULT_LOG: &str = "hashwatt=info,warn";

/// Serves until told to stop.
pub(super) fn serve_desk(settings: &ReviewSettings) -> Result<Outcome> {
    start_log();
    review::serve(settings, |address, database| {
        let warning = match settings.login {
            Login::Off => {
                "\nWarning: nobody logs in. Whoever reaches this port on this machine may do everything."
            }
            Login::Required => "",
        };
        let run = settings.run.display();
        // The desk also works if standard output is closed.
        let _ = outcome::print(&format!(
            "The desk of {run} is open at http://{address}/\nWhat people write goes to {database}.{warning}\n"
        ));
    })?;
    Ok(Outcome::Done)
}

/// Creates an administrator with a password from the terminal or from standard input.
pub(super) fn add_administrator(settings: &ReviewSettings, name: &str) -> Result<Outcome> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Error::setting("--add-administrator", "the name is empty", "Write a name"));
    }
    review::add_administrator(settings, name, &password()?)?;
    outcome::print(&format!("{name} may log in as administrator.\n"))?;
    Ok(Outcome::Done)
}

fn password() -> Result<String> {
    let unread = |error: std::io::Error| {
        Error::setting("password", error.to_string(), "Type it, or send it on standard input").because(error)
    };
    if std::io::stdin().is_terminal() {
        return rpassword::prompt_password("Password (15 characters or more): ").map_err(unread);
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(unread)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Writes the log to standard error: JSON for collectors, text on a terminal.
fn start_log() {
    let filter = EnvFilter::try_from_env("HASHWATT_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT_LOG));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // If a log is already set up, keep it.
    let _ = if std::io::stderr().is_terminal() { log.try_init() } else { log.json().try_init() };
}
