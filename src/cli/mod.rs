//! Runs the command line: parses arguments, resolves them, does the work, prints the result.

mod args;
mod backtested;
mod check_profile;
mod digest_summary;
mod findings;
mod json;
mod layout;
mod manual;
mod mapping_sections;
mod memory;
mod outcome;
mod ranked_list;
mod resolve;
mod reviewed;
mod simulated;
mod terminal;
mod triaged;
mod verdict;
mod verified;

#[cfg(test)]
mod fixtures;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use self::args::{Arguments, Described};
use self::outcome::Outcome;
use self::resolve::{Answer, Job, TriageJob, resolve};
use crate::atomic::write_whole;
use crate::error::{Error, Result};
use crate::folder::{Holds, KeptFile, Workspace};
use crate::language::Language;
use crate::pipeline::{self, RunSummary};
use crate::review::ReviewSettings;
use crate::review::evidence::evidence_of;
use crate::run::chain;
use crate::run::explain::explain;
use crate::run::past_run::PastRun;
use crate::run::replay::Recorded;
use crate::run::schema::dictionary;
use crate::settings::{Settings, pipeline_schema};
use crate::tips::triage;
use crate::trials::backtest::{BacktestPlan, write_backtest};
use crate::trials::simulate;
use crate::verify::verify;

/// Runs the command in `arguments`; the first argument is the program's name. Exit codes: 0 done, 1 done but
/// inputs or meters were skipped, 2 could not run.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let typed = match Arguments::try_parse_from(arguments) {
        Ok(typed) => typed,
        // clap reports help and the version as "errors" with exit code 0.
        Err(answer) => return outcome::print_usage(&answer),
    };
    match resolve(typed).and_then(run_job) {
        Ok(outcome) => outcome.exit_code(),
        Err(error) => outcome::report_error(&error),
    }
}

fn run_job(job: Job) -> Result<Outcome> {
    match job {
        Job::Detect(settings, answer) => run_detect(&settings, answer),
        Job::Replay(recorded, settings, answer) => run_replay(&recorded, &settings, answer),
        Job::Check(settings, answer) => run_check(&settings, answer),
        Job::Digest(settings) => run_digest(&settings),
        Job::Backtest(settings, plan, out, answer) => run_backtest(&settings, &plan, out.as_deref(), answer),
        Job::Explain { run, meter, language } => {
            outcome::print(&explain(&run, &meter, language)?)?;
            Ok(Outcome::Done)
        }
        Job::Review(settings) => reviewed::serve_desk(&settings),
        Job::AddAdministrator(settings, name) => reviewed::add_administrator(&settings, &name),
        Job::Triage(job) => run_triage(&job),
        Job::Schema(what) => {
            outcome::print(&match what {
                Described::Tables => dictionary(),
                Described::Pipeline => pipeline_schema(),
            })?;
            Ok(Outcome::Done)
        }
        Job::Completions(shell) => {
            outcome::print(&manual::completions(shell))?;
            Ok(Outcome::Done)
        }
        Job::Man(command) => {
            outcome::print(&manual::page(command.as_deref())?)?;
            Ok(Outcome::Done)
        }
        Job::Evidence { settings, meter, out, language } => write_evidence(&settings, &meter, &out, language),
        Job::Verify { path, run, language } if path.is_file() => {
            let checked = chain::check(&path, run.as_deref())?;
            outcome::print(&verified::render_evidence(&checked, &path, language))?;
            Ok(if checked.damages.is_empty() { Outcome::Done } else { Outcome::DoneInPart })
        }
        Job::Verify { path: folder, language, .. } => {
            let verified = verify(&folder)?;
            outcome::print(&verified::render(&verified, &folder, language))?;
            Ok(if verified.damages.is_empty() { Outcome::Done } else { Outcome::DoneInPart })
        }
        Job::Simulate(settings, language) => {
            let summary = simulate(&settings)?;
            outcome::print(&simulated::render(&summary, &settings, language))?;
            Ok(Outcome::Done)
        }
    }
}

/// Writes the evidence on a meter into a new file, whole or not at all.
fn write_evidence(
    settings: &ReviewSettings,
    meter: &str,
    out: &Path,
    language: Option<&'static Language>,
) -> Result<Outcome> {
    if out.exists() {
        return Err(Error::setting(
            "--out",
            format!("{} is there already", out.display()),
            "Name another file, or move that one away",
        ));
    }
    let made = evidence_of(settings, meter, language)?;
    write_whole(out, |file| file.write_all(made.html.as_bytes()).map_err(|error| Error::write(out, error)))?;
    let said = language.unwrap_or_else(Language::english);
    let words = [("file", &*out.display().to_string()), ("sum", &made.sum)];
    outcome::print(&format!("{}\n", said.say_with("terminal-evidence", &words)))?;
    Ok(Outcome::Done)
}

fn run_detect(settings: &Settings, answer: Answer) -> Result<Outcome> {
    start_threads(settings.threads)?;
    let summary = pipeline::detect(settings, terminal::watch().as_ref())?;
    outcome::print(&said(&summary, settings, answer))?;
    Ok(outcome::conclude(&summary.findings, settings.language))
}

fn run_replay(recorded: &Recorded, settings: &Settings, answer: Answer) -> Result<Outcome> {
    start_threads(settings.threads)?;
    let (summary, n_files) = pipeline::replay(recorded, settings, terminal::watch().as_ref())?;
    let mut text = said(&summary, settings, answer);
    if answer == Answer::Text {
        let files = layout::said_count("terminal-files", n_files as u64, settings.language);
        let record = recorded.path().display().to_string();
        let values = [("files", &*files), ("record", &*record)];
        let line = settings.language.say_with("terminal-replayed", &values);
        layout::push_line(&mut text, &layout::without_controls(&line));
    }
    outcome::print(&text)?;
    Ok(outcome::conclude(&summary.findings, settings.language))
}

fn said(summary: &RunSummary, settings: &Settings, answer: Answer) -> String {
    match answer {
        Answer::Text => ranked_list::render(summary, settings, terminal::width()),
        Answer::Json => json::of_run(summary, settings),
    }
}

fn run_check(settings: &Settings, answer: Answer) -> Result<Outcome> {
    start_threads(settings.threads)?;
    let profile = match pipeline::check(settings, terminal::watch().as_ref()) {
        Ok(profile) => profile,
        Err(error) => return Err(report_not_readable(error, answer, settings.language)?),
    };
    let text = match answer {
        Answer::Text => check_profile::render(&profile, settings.language, terminal::width()),
        Answer::Json => json::of_profile(&profile),
    };
    outcome::print(&text)?;
    Ok(outcome::conclude(&profile.findings, settings.language))
}

/// Prints the verdict on an export that cannot be read, and returns why.
fn report_not_readable(error: Error, answer: Answer, language: &Language) -> Result<Error> {
    let words = match answer {
        Answer::Text => verdict::not_readable(&error, language).map(|line| line + "\n"),
        Answer::Json => json::of_not_readable(&error),
    };
    if let Some(words) = words {
        outcome::print(&layout::without_controls(&words))?;
    }
    Ok(error)
}

fn run_digest(settings: &Settings) -> Result<Outcome> {
    start_threads(settings.threads)?;
    let summary = pipeline::digest(settings, terminal::watch().as_ref())?;
    outcome::print(&digest_summary::render(&summary, settings, terminal::width()))?;
    Ok(outcome::conclude(&summary.findings, settings.language))
}

fn run_backtest(
    settings: &Settings,
    plan: &BacktestPlan,
    out: Option<&Path>,
    answer: Answer,
) -> Result<Outcome> {
    start_threads(settings.threads)?;
    let claim = |out: &Path| Workspace::claim(out, Holds::Backtest, &pipeline::inputs_of(settings));
    let workspace = out.map(claim).transpose()?;
    let mut summary = pipeline::backtest(settings, plan, terminal::watch().as_ref())?;
    if let Some(workspace) = workspace {
        write_backtest(&workspace.folder(), &summary.backtest)?;
        summary.findings.extend(workspace.publish(&BTreeMap::new())?.iter().map(KeptFile::finding));
    }
    outcome::print(&match answer {
        Answer::Text => backtested::render(&summary, settings.language, terminal::width()),
        Answer::Json => json::of_backtest(&summary),
    })?;
    Ok(outcome::conclude(&summary.findings, settings.language))
}

fn run_triage(job: &TriageJob) -> Result<Outcome> {
    start_threads(job.threads)?;
    let watch = terminal::watch();
    let triage = triage(&job.run, &job.tips, job.streets.as_deref(), &job.out, watch.as_ref())?;
    let of_run = || PastRun::glance(&job.run).map_or(Language::english(), |run| run.language());
    let language = job.language.unwrap_or_else(of_run);
    outcome::print(&triaged::render(&triage, &job.out, language, terminal::width()))?;
    Ok(outcome::conclude(&triage.findings, language))
}

/// Sets the number of threads for all stages.
fn start_threads(threads: usize) -> Result<()> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().map_err(|error| {
        Error::setting(
            "--threads",
            format!("{threads} threads cannot be started: {error}"),
            "Write fewer, or 0 for one a core",
        )
    })
}
