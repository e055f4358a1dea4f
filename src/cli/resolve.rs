//! Turns parsed arguments into jobs with checked settings.

use std::path::{Path, PathBuf};

use clap_complete::Shell;

use super::args::{
    Arguments, BacktestArguments, CheckArguments, Command, Described, DetectArguments, DigestArguments,
    InputArguments, RankingArguments, ReviewArguments, RunArguments, SimulateArguments, SubjectArguments,
    TriageArguments,
};
use crate::error::{Error, Result};
use crate::language::Language;
use crate::place::{Named, refuse_url};
use crate::review::proxies::Proxies;
use crate::review::{Login, Places, ReviewSettings, Transport};
use crate::run::replay::Recorded;
use crate::settings::{Doubts, Overrides, PipelineFile, Settings, check_threads, within};
use crate::trials::backtest::BacktestPlan;
use crate::trials::{Scenario, SimulateSettings};

/// Ending of a pipeline file's name.
const PIPELINE_ENDING: &str = ".toml";

/// More trials add no information and take days.
const MAX_TRIALS: u64 = 1000;

/// More visits than any utility makes.
const MAX_VISITS: usize = 1_000_000;

/// Format of the printed result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// One command with everything it needs.
#[derive(Debug)]
pub(super) enum Job {
    /// Find suspects.
    Detect(Settings, Answer),
    /// Repeat a finished run.
    Replay(Box<Recorded>, Settings, Answer),
    /// Profile an export.
    Check(Settings, Answer),
    /// Digest an export.
    Digest(Settings),
    /// Plant rigs and measure how well they are found. The path, if any, is where to write the tables.
    Backtest(Settings, BacktestPlan, Option<PathBuf>, Answer),
    /// Print an evidence sheet.
    Explain {
        /// Output folder of a run.
        run: PathBuf,
        /// The meter's id.
        meter: String,
        /// Language of the sheet; `None`: the run's own.
        language: Option<&'static Language>,
    },
    /// Serve a run to analysts.
    Review(ReviewSettings),
    /// Create an administrator of the desk.
    AddAdministrator(ReviewSettings, String),
    /// Compare tips with a run.
    Triage(TriageJob),
    /// Simulate a district.
    Simulate(SimulateSettings, &'static Language),
    /// Check a folder against the record of what was written.
    Verify { path: PathBuf, run: Option<PathBuf>, language: &'static Language },
    /// Write the evidence on one meter.
    Evidence { settings: ReviewSettings, meter: String, out: PathBuf, language: Option<&'static Language> },
    /// Print what tables or pipeline files hold.
    Schema(Described),
    /// Print the completions of a shell.
    Completions(Shell),
    /// Print the manual page of a command, or of the program.
    Man(Option<String>),
}

/// Inputs and output of a triage.
#[derive(Debug)]
pub(super) struct TriageJob {
    /// Output folder of a run.
    pub run: PathBuf,
    /// File of tips.
    pub tips: PathBuf,
    /// Table of old and new street names.
    pub streets: Option<PathBuf>,
    /// Folder for the outputs.
    pub out: PathBuf,
    /// Worker threads.
    pub threads: usize,
    /// Language of what is printed; `None`: the run's own.
    pub language: Option<&'static Language>,
}

impl TryFrom<TriageArguments> for TriageJob {
    type Error = Error;

    fn try_from(typed: TriageArguments) -> Result<Self> {
        let TriageArguments { run, tips, streets, out, threads, language: code } = typed;
        let (threads, language) = (check_threads(threads)?, language(code.as_deref())?);
        Ok(Self {
            run: local("RUN", run, Named::Folder)?,
            tips: local("TIPS", tips, Named::File)?,
            streets: streets.map(|streets| local("--streets", streets, Named::File)).transpose()?,
            out: local("--out", out, Named::Output)?,
            threads,
            language,
        })
    }
}

/// Returns the job that the arguments ask for.
///
/// # Errors
/// When a pipeline file cannot be read or a value cannot be used.
pub(super) fn resolve(typed: Arguments) -> Result<Job> {
    Ok(match typed.command {
        Command::Detect(DetectArguments { replay: Some(record), subject, out, ranking }) => {
            let recorded = Recorded::read(&local("--replay", record, Named::Folder)?)?;
            // The two runs are held against each other on disk.
            let out = out.map(|out| local("--out", out, Named::Output)).transpose()?;
            let flags = Overrides { out, threads: subject.run.threads, ..Overrides::default() };
            let settings = recorded.pipeline().check(&flags)?;
            Job::Replay(Box::new(recorded), settings, answer(ranking.json))
        }
        Command::Detect(typed) => Job::Detect(detect_settings(&typed)?, answer(typed.ranking.json)),
        Command::Check(typed) => Job::Check(check_settings(&typed)?, answer(typed.json)),
        Command::Digest(typed) => Job::Digest(digest_settings(&typed)?),
        Command::Backtest(typed) => {
            // A backtest writes no run: `--out` is the folder for its tables.
            let settings = ranking_settings(&typed.subject, &typed.ranking, None)?;
            let (plan, answer) = (backtest_plan(&typed)?, answer(typed.ranking.json));
            let out = typed.out.map(|out| local("--out", out, Named::Output)).transpose()?;
            Job::Backtest(settings, plan, out, answer)
        }
        Command::Explain(typed) => Job::Explain {
            language: language(typed.language.as_deref())?,
            run: local("RUN", typed.run, Named::Folder)?,
            meter: typed.meter,
        },
        Command::Review(typed) => review_job(typed)?,
        Command::Triage(typed) => Job::Triage(typed.try_into()?),
        Command::Simulate(typed) => {
            let language = language_or_english(typed.language.as_deref())?;
            Job::Simulate(simulate_settings(typed)?, language)
        }
        Command::Verify(typed) => Job::Verify {
            path: local("RUN|STORE", typed.folder, Named::Folder)?,
            run: typed.run.map(|run| local("--run", run, Named::Folder)).transpose()?,
            language: language_or_english(typed.language.as_deref())?,
        },
        Command::Evidence(typed) => {
            let run = local("RUN", typed.run, Named::Folder)?;
            Job::Evidence {
                settings: ReviewSettings { database: typed.database, ..ReviewSettings::looking_at(run) },
                meter: typed.meter,
                out: local("--out", typed.out, Named::Output)?,
                language: language(typed.language.as_deref())?,
            }
        }
        Command::Schema(typed) => Job::Schema(typed.what),
        Command::Completions(typed) => Job::Completions(typed.shell),
        Command::Man(typed) => Job::Man(typed.command),
    })
}

/// Returns a path that is no URL.
fn local(setting: &str, path: PathBuf, named: Named) -> Result<PathBuf> {
    refuse_url(setting, &path, named).map(|()| path)
}

fn review_job(typed: ReviewArguments) -> Result<Job> {
    let settings = ReviewSettings {
        run: local("RUN", typed.run, Named::Folder)?,
        listen: typed.listen,
        database: typed.database,
        login: if typed.no_login { Login::Off } else { Login::Required },
        places: if typed.pseudonymous { Places::Hidden } else { Places::Shown },
        transport: if typed.behind_tls { Transport::BehindTls } else { Transport::Plain },
        proxies: Proxies::of(typed.trusted_proxy),
        streets: typed.streets.map(|streets| local("--streets", streets, Named::File)).transpose()?,
        caller_days: typed.keep_callers,
    };
    Ok(match typed.add_administrator {
        Some(name) => Job::AddAdministrator(settings, name),
        None => Job::Review(settings),
    })
}

const fn answer(is_json: bool) -> Answer {
    if is_json { Answer::Json } else { Answer::Text }
}

fn detect_settings(typed: &DetectArguments) -> Result<Settings> {
    ranking_settings(&typed.subject, &typed.ranking, typed.out.clone())
}

fn ranking_settings(
    subject: &SubjectArguments,
    ranking: &RankingArguments,
    out: Option<PathBuf>,
) -> Result<Settings> {
    let flags = Overrides { out, store: ranking.store.clone(), seed: ranking.seed, ..Overrides::default() };
    subject_settings(subject, flags)
}

fn language(code: Option<&str>) -> Result<Option<&'static Language>> {
    code.map(|code| Language::named("--language", code)).transpose()
}

fn language_or_english(code: Option<&str>) -> Result<&'static Language> {
    Ok(language(code)?.unwrap_or_else(Language::english))
}

fn subject_settings(subject: &SubjectArguments, flags: Overrides) -> Result<Settings> {
    let flags = overrides(&subject.input, &subject.run, flags)?;
    pipeline_file(subject.pipeline.as_deref())?.check(&flags)
}

fn check_settings(typed: &CheckArguments) -> Result<Settings> {
    let (pipelines, exports): (Vec<&String>, Vec<&String>) =
        typed.subjects.iter().partition(|subject| is_pipeline(subject));
    if let [_, second, ..] = pipelines[..] {
        let cure = "Give one pipeline file; exports may be any number";
        return Err(Error::setting("PIPELINE.toml", format!("`{second}` is a second pipeline file"), cure));
    }
    let mut flags = overrides(&typed.input, &typed.run, Overrides::default())?;
    flags.readings.extend(exports.into_iter().cloned());
    if flags.readings.is_empty() && pipelines.is_empty() {
        return Err(Error::setting("EXPORT", "no export is named", "Write hashwatt check export.parquet"));
    }
    pipeline_file(pipelines.first().map(Path::new))?.check(&flags)
}

fn digest_settings(typed: &DigestArguments) -> Result<Settings> {
    let flags = Overrides { out: typed.out.clone(), store: typed.store.clone(), ..Overrides::default() };
    subject_settings(&typed.subject, flags)
}

fn backtest_plan(typed: &BacktestArguments) -> Result<BacktestPlan> {
    let cure = "Write a share from 0 to 0.5";
    let is_share = |share: &f64| (0.0..=0.5).contains(share);
    if let Some(share) = typed.prevalence.iter().find(|share| !is_share(share)) {
        return Err(Error::setting("--prevalence", format!("{share}"), cure));
    }
    if !is_share(&typed.verdict_share) {
        return Err(Error::setting("--verdict-share", format!("{}", typed.verdict_share), cure));
    }
    let mut prevalences = typed.prevalence.clone();
    prevalences.sort_by(f64::total_cmp);
    prevalences.dedup();
    Ok(BacktestPlan {
        n_seeds: within("--seeds", typed.seeds, 1..=MAX_TRIALS)?,
        prevalences,
        budget: within("--budget", typed.budget, 1..=MAX_VISITS)?,
        verdict_share: typed.verdict_share,
    })
}

fn simulate_settings(typed: SimulateArguments) -> Result<SimulateSettings> {
    let scenario = Scenario::named(&typed.scenario)?;
    let needed =
        |flag: &str| Error::setting(flag, "missing", "Write it: this scenario has no number of its own");
    let n_meters = typed.meters.or(scenario.n_meters()).ok_or_else(|| needed("--meters"))?;
    let n_days = typed.days.or(scenario.n_days()).ok_or_else(|| needed("--days"))?;
    let out = local("--out", typed.out, Named::Output)?;
    let settings = SimulateSettings::new(scenario, n_meters, n_days, typed.seed, out);
    Ok(SimulateSettings {
        from: typed.from,
        interval_minutes: typed.interval,
        prevalence: typed.prevalence.unwrap_or(settings.prevalence),
        has_voltages: typed.voltages,
        ..settings
    })
}

fn overrides(input: &InputArguments, run: &RunArguments, more: Overrides) -> Result<Overrides> {
    Ok(Overrides {
        readings: input.readings.clone(),
        register: input.register.clone(),
        weather: input.weather.clone(),
        events: input.events.clone(),
        verdicts: input.verdicts.clone(),
        timezone: input.timezone.clone(),
        threads: run.threads,
        language: language(run.language.as_deref())?,
        doubts: input.accept_guesses.then_some(Doubts::Accepted),
        ..more
    })
}

fn is_pipeline(subject: &str) -> bool {
    subject.to_ascii_lowercase().ends_with(PIPELINE_ENDING)
}

/// Reads the pipeline file; without a path, all settings are defaults.
fn pipeline_file(path: Option<&Path>) -> Result<PipelineFile> {
    let Some(path) = path else { return Ok(PipelineFile::default()) };
    refuse_url("PIPELINE.toml", path, Named::File)?;
    if !is_pipeline(&path.to_string_lossy()) {
        let shown = path.display();
        let seen = format!("`{shown}` does not end in {PIPELINE_ENDING}");
        return Err(Error::setting("PIPELINE.toml", seen, format!("Give an export as --readings {shown}")));
    }
    PipelineFile::read(path)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn job(line: &str) -> Result<Job> {
        resolve(Arguments::try_parse_from(line.split_whitespace()).unwrap())
    }

    fn paths(settings: &Settings) -> Vec<&str> {
        settings.readings.iter().map(|table| table.path.as_str()).collect()
    }

    #[test]
    fn flags_become_settings() {
        let line = "hashwatt detect --readings a.csv --readings b/ --timezone Asia/Almaty --seed 7 --threads 2 \
            --register r.csv --weather w.csv --events e.csv --out run1 --json";
        let Job::Detect(settings, answer) = job(line).unwrap() else { panic!("another job") };
        assert_eq!(paths(&settings), ["a.csv", "b/"]);
        assert_eq!((settings.seed, settings.threads, answer), (7, 2, Answer::Json));
        assert_eq!(settings.zone.unwrap().name, "Asia/Almaty");
        assert_eq!(settings.out, Path::new("run1"));
        assert_eq!(settings.register.unwrap(), Path::new("r.csv"));
        assert_eq!(settings.weather.unwrap(), Path::new("w.csv"));
        assert_eq!(settings.events.unwrap(), Path::new("e.csv"));
    }

    #[test]
    fn what_ends_in_toml_is_a_pipeline_and_everything_else_an_export() {
        let folder = tempfile::tempdir().unwrap();
        let pipeline = folder.path().join("a.TOML");
        std::fs::write(&pipeline, "[run]\nseed = 9\n[[readings]]\npath = \"x.csv\"\nunit = \"Wh\"\n")
            .unwrap();
        let pipeline = pipeline.display();
        let Job::Check(settings, _) = job(&format!("hashwatt check {pipeline}")).unwrap() else { panic!() };
        assert_eq!((paths(&settings), settings.seed), (vec!["x.csv"], 9));
        let line = format!("hashwatt check y.csv {pipeline} z.parquet --readings w.csv");
        let Job::Check(settings, _) = job(&line).unwrap() else { panic!() };
        assert_eq!(paths(&settings), ["w.csv", "y.csv", "z.parquet"]);
        assert_eq!(settings.readings[0].unit.as_deref(), Some("Wh"));
    }

    #[test]
    fn an_export_in_the_place_of_a_pipeline_names_the_flag() {
        let error = job("hashwatt detect export.parquet").unwrap_err().to_string();
        assert!(error.contains("--readings export.parquet"), "{error}");
    }

    #[test]
    fn two_pipelines_or_nothing_at_all_are_errors() {
        assert!(job("hashwatt check a.toml b.toml").unwrap_err().to_string().contains("b.toml"));
        assert!(job("hashwatt check").unwrap_err().to_string().contains("hashwatt check export.parquet"));
    }

    #[test]
    fn an_unknown_scenario_is_an_error() {
        let line = "hashwatt simulate --scenario paris --meters 1 --days 1 --seed 1 --out x";
        assert!(job(line).unwrap_err().to_string().contains("almaty-2021"));
    }
}
