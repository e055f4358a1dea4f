//! Lists the commands and flags as typed, with the help a newcomer reads.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use jiff::civil::Date;

use crate::review::proxies::{IpNet, network};
use crate::review::{DEFAULT_CALLER_DAYS, DEFAULT_LISTEN};
use crate::trials::DEFAULT_INTERVAL_MINUTES;
use crate::trials::backtest::{DEFAULT_BUDGET, DEFAULT_PREVALENCES};

/// Widest line of help. [characters]
const HELP_CHARS: usize = 100;

const PROGRAM_EXAMPLES: &str = "\
Examples:
  hashwatt check export.parquet                             what is in an export, and how it is read
  hashwatt detect --readings export.parquet --out run1      the ranked suspects, with reasons
  hashwatt explain run1 KZ-0042                             why one meter stands where it does

Exit codes:
  0  done
  1  done, but inputs or meters were skipped; the findings say which
  2  could not run; the error says why

A suspect is a place worth a visit. A score is evidence, not proof.";

const DETECT_EXAMPLES: &str = "\
Examples:
  A bare export is enough; its columns, unit and interval are guessed, and the guesses are listed:
    hashwatt detect --readings export.parquet --out run1
  Better: with the zone of the meters and the register of usage points:
    hashwatt detect --readings 'exports/*.csv.gz' --register register.csv --timezone Asia/Almaty
  Everything in a pipeline file, one value changed for this run:
    hashwatt detect pipelines/residential.toml --seed 7
  For a program: one JSON object on standard output, progress on standard error:
    hashwatt detect --readings export.parquet --out run1 --json
  A finished run once more, to see that it comes out the same:
    hashwatt detect --replay run1/run.json --out run1-again

Left in --out: report.html, suspects.xlsx (.csv, .geojson, .parquet), scores.parquet with every
meter, findings.parquet, run.json. Same input and seed, same bytes.";

const CHECK_EXAMPLES: &str = "\
Examples:
  hashwatt check export.parquet
  hashwatt check 'exports/*.csv.gz' --timezone Europe/London
  hashwatt check pipelines/residential.toml

Prints files, span, interval, zone, completeness, energy a meter-month, findings by code; of each
file what is certain, what is guessed and by what, and three rows as read; the mapping of columns as
a [[readings]] block to paste into a pipeline file; and a verdict: ready, ready with guesses, or not
readable. Writes nothing.";

const DIGEST_EXAMPLES: &str = "\
Examples:
  hashwatt digest --readings export.parquet --timezone Asia/Almaty --out run1
  hashwatt digest --readings 'exports/*.parquet' --timezone Asia/Almaty --store digests

Writes the digests into run1/digests, or adds what is new to the folder digests.";

const EXPLAIN_EXAMPLES: &str = "\
Example:
  hashwatt explain run1 KZ-0042

The sheet holds score and rank, the rig it would be, every reason with its weight, what else could
look like this, and the meter's load over time.";

const TRIAGE_EXAMPLES: &str = "\
Examples:
  hashwatt triage run1 tips.csv --out triage1
  hashwatt triage run1 calls.xlsx --streets old-names.csv --out triage1

Columns of the tips, each but tip_id may be missing: tip_id, received_at, text, meter_id, address,
transformer_id, lat, lon, claim (mining, bypass, tap). Who called is not read. Left in --out:
triage.csv (.xlsx, .parquet), most worth a visit first, and a page for each tip in tips/.

A tip is a claim. What the data says to it is evidence, not proof.";

const BACKTEST_EXAMPLES: &str = "\
Example:
  hashwatt backtest pipelines/sample.toml --seeds 5 --out backtest1

Plants rigs and look-alikes into the export's own meters, ranks them as detect would, and prints
precision, recall, errors of kW and dates, and whether the stated chances hold. Left in --out:
backtest.html, backtest.json.";

const SIMULATE_EXAMPLES: &str = "\
Examples:
  hashwatt simulate --scenario kazakhstan-2021 --meters 2000 --seed 1 --out kazakhstan
  hashwatt simulate --scenario almaty-2021 --meters 500 --days 120 --seed 1 --out district
  hashwatt detect --readings district/readings.parquet --register district/register.parquet \\
    --weather district/weather.parquet --events district/events.parquet --timezone Asia/Almaty

Writes readings, register, weather, events, tips and truth. The truth says where the rigs are.";

const VERIFY_EXAMPLES: &str = "\
Examples:
  hashwatt verify run1
  hashwatt verify digests
  hashwatt verify KZ-0042.html --run run1

Reads every byte of a run, a store of digests or another folder that hashwatt made.

Exit codes:
  0  each file is as it was written
  1  a file is damaged or gone; the answer names it
  2  hashwatt did not make this folder";

const EVIDENCE_EXAMPLES: &str = "\
Examples:
  hashwatt evidence run1 KZ-0042 --out KZ-0042.html
  hashwatt evidence run1 KZ-0042 --out KZ-0042.html --language ru
  hashwatt verify KZ-0042.html --run run1                    is it as it was made, and from this run?

One page for a browser or a printer, which needs nothing else: the sentence, what was measured,
chart, energy and money, other explanations, data quality, the log of the case, and the SHA-256 of
every input and output in a chain. The last sum is printed: keep it elsewhere, for whoever changes a
file could make its chain anew.";

const REVIEW_EXAMPLES: &str = "\
Examples:
  hashwatt review run1 --no-login                            look at a run, on this machine alone
  hashwatt review run1 --add-administrator aigul             let the first person in
  hashwatt review run1 --listen 0.0.0.0:8443 --behind-tls --trusted-proxy 10.0.0.5 \\
    --database postgres://desk:password@db/hashwatt        several offices, behind a proxy with TLS

Serves the list, the suspects and the work on them. What people write goes to RUN.review.sqlite
beside the run, or to --database, and outlives the run: the next one takes its place in the same
folder. Runs share people and cases where they are given one --database.";

const SCHEMA_EXAMPLES: &str = "\
Examples:
  hashwatt schema > tables.md
  hashwatt schema pipeline > hashwatt.schema.json

Editors complete and check the keys of a pipeline file whose first line is
#:schema ./hashwatt.schema.json";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  hashwatt completions bash > ~/.local/share/bash-completion/completions/hashwatt
  hashwatt completions zsh > ~/.zfunc/_hashwatt
  hashwatt completions fish > ~/.config/fish/completions/hashwatt.fish";

const MAN_EXAMPLES: &str = "\
Examples:
  hashwatt man | man -l -
  hashwatt man detect > /usr/local/share/man/man1/hashwatt-detect.1";

/// Finds undeclared crypto-mining farms in electricity meter data
#[derive(Debug, Parser)]
#[command(name = "hashwatt", version, max_term_width = HELP_CHARS, after_help = PROGRAM_EXAMPLES)]
pub(super) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Rank the meters of an export by suspicion, with reasons
    #[command(after_help = DETECT_EXAMPLES)]
    Detect(DetectArguments),
    /// Profile an export: span, interval, zone, completeness, findings, mapping
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArguments),
    /// Digest an export into one row a meter-day, and go no further
    #[command(after_help = DIGEST_EXAMPLES)]
    Digest(DigestArguments),
    /// Print the evidence sheet of one meter of a run
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArguments),
    /// Write the evidence on one meter into one file, with a chain of checksums
    #[command(after_help = EVIDENCE_EXAMPLES)]
    Evidence(EvidenceArguments),
    /// Serve a run to analysts: list, suspects, map, visits, verdicts
    #[command(after_help = REVIEW_EXAMPLES)]
    Review(ReviewArguments),
    /// Hold tips against a run: supported, not supported, not judgeable
    #[command(after_help = TRIAGE_EXAMPLES)]
    Triage(TriageArguments),
    /// Plant rigs into an export's own meters and measure how well they are found
    #[command(after_help = BACKTEST_EXAMPLES)]
    Backtest(BacktestArguments),
    /// Simulate a district with planted rigs, to try hashwatt on
    #[command(after_help = SIMULATE_EXAMPLES)]
    Simulate(SimulateArguments),
    /// Say whether a run or a store of digests is as it was written
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(VerifyArguments),
    /// Print what every column of a run's tables means, or every key of a pipeline file
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema(SchemaArguments),
    /// Print the script by which a shell completes commands and flags
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(CompletionsArguments),
    /// Print a manual page: of hashwatt, or of one command
    #[command(after_help = MAN_EXAMPLES)]
    Man(ManArguments),
}

/// What is read, for every command that reads an export.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Input")]
pub(super) struct InputArguments {
    /// Interval data: a file, a folder, a glob in quotes or a URL (s3://, gs://, az://, https://);
    /// Parquet or CSV. Repeat for several. Stands in place of the pipeline file's [[readings]] paths
    #[arg(long, value_name = "PATH|GLOB|URL", value_hint = ValueHint::AnyPath)]
    pub readings: Vec<String>,
    /// Register of usage points: meter_id, and what is known of parent_id, kind, activity, premises,
    /// tariff, contracted_kw, declared_mining_kw, licence, lat, lon, address, rating_kva, zone, phase, bus
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub register: Option<PathBuf>,
    /// Outdoor temperature: zone, start, temperature_c
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub weather: Option<PathBuf>,
    /// Outages, internet blackouts, tariff changes: kind, start, end, area
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub events: Option<PathBuf>,
    /// What inspections found: meter_id, verdict (suspected, confirmed, rejected, missed), decided_at
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub verdicts: Option<PathBuf>,
    /// IANA zone of the usage points, for example Asia/Almaty; without it times are taken as they
    /// stand and every day has 24 hours
    #[arg(long, value_name = "AREA/CITY")]
    pub timezone: Option<String>,
    /// Read a file that can be read in two ways in the likelier one, with a warning; without it such a
    /// file is refused
    #[arg(long)]
    pub accept_guesses: bool,
}

/// How a run is run.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Run")]
pub(super) struct RunArguments {
    /// Worker threads; 0 means one a core [default: 0]
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Language of the texts in all outputs: en, ru or kk [default: en]
    #[arg(long, value_name = "CODE")]
    pub language: Option<String>,
}

/// What is worked on and how, for every command that takes a pipeline file.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct SubjectArguments {
    /// Pipeline file; flags stand above what it says
    #[arg(value_name = "PIPELINE.toml", value_hint = ValueHint::FilePath)]
    pub pipeline: Option<PathBuf>,
    #[command(flatten)]
    pub input: InputArguments,
    #[command(flatten)]
    pub run: RunArguments,
}

/// How meters are ranked and what is printed of it.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct RankingArguments {
    /// Folder of digests that runs share: files it has seen are not read again
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Run")]
    pub store: Option<PathBuf>,
    /// Seed of every random choice [default: 1]
    #[arg(long, value_name = "N", help_heading = "Run")]
    pub seed: Option<u64>,
    /// Print one JSON object for machines in place of text
    #[arg(long, help_heading = "Run")]
    pub json: bool,
}

/// `hashwatt detect`.
#[derive(Debug, Args)]
pub(super) struct DetectArguments {
    #[command(flatten)]
    pub subject: SubjectArguments,
    /// Folder for the outputs, made where it is not there, or a URL (s3://bucket/run1)
    /// [default: hashwatt-out]
    #[arg(long, value_name = "DIR|URL", value_hint = ValueHint::DirPath, help_heading = "Run")]
    pub out: Option<PathBuf>,
    /// Repeat a finished run, with the settings and inputs that its run.json names, into another folder;
    /// ends with an error where an input is not as it was, or a file comes out otherwise
    #[arg(long, value_name = "RUN.json", value_hint = ValueHint::AnyPath, help_heading = "Run",
        requires = "out", conflicts_with_all = STATED_BY_RECORD)]
    pub replay: Option<PathBuf>,
    #[command(flatten)]
    pub ranking: RankingArguments,
}

/// What `--replay` takes from the record of the run.
const STATED_BY_RECORD: [&str; 11] = [
    "pipeline",
    "readings",
    "register",
    "weather",
    "events",
    "verdicts",
    "timezone",
    "accept_guesses",
    "language",
    "store",
    "seed",
];

/// `hashwatt check`.
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// Exports (file, folder, glob, URL), or one pipeline file: what ends in .toml is a pipeline
    #[arg(value_name = "PIPELINE.toml|EXPORT", value_hint = ValueHint::AnyPath)]
    pub subjects: Vec<String>,
    #[command(flatten)]
    pub input: InputArguments,
    #[command(flatten)]
    pub run: RunArguments,
    /// Print one JSON object for machines in place of text
    #[arg(long, help_heading = "Run")]
    pub json: bool,
}

/// `hashwatt digest`.
#[derive(Debug, Args)]
pub(super) struct DigestArguments {
    #[command(flatten)]
    pub subject: SubjectArguments,
    /// Folder for digests/, made where it is not there, or a URL (s3://bucket/run1)
    /// [default: hashwatt-out]
    #[arg(long, value_name = "DIR|URL", value_hint = ValueHint::DirPath, help_heading = "Run")]
    pub out: Option<PathBuf>,
    /// Folder of digests that runs share, in place of --out: files it has seen are not read again
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Run")]
    pub store: Option<PathBuf>,
}

/// `hashwatt explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// Output folder of an earlier `hashwatt detect`
    #[arg(value_name = "RUN", value_hint = ValueHint::DirPath)]
    pub run: PathBuf,
    /// The meter's id, or residual: and the id of what feeds it
    #[arg(value_name = "METER")]
    pub meter: String,
    /// Language of the sheet: en, ru or kk [default: the run's]
    #[arg(long, value_name = "CODE")]
    pub language: Option<String>,
}

/// `hashwatt evidence`.
#[derive(Debug, Args)]
pub(super) struct EvidenceArguments {
    /// Output folder of an earlier `hashwatt detect`
    #[arg(value_name = "RUN", value_hint = ValueHint::DirPath)]
    pub run: PathBuf,
    /// The meter's id, or residual: and the id of what feeds it
    #[arg(value_name = "METER")]
    pub meter: String,
    /// The file to write, .html; it must not be there yet
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: PathBuf,
    /// Where the desk keeps the log of the case [default: RUN.review.sqlite beside the run, if it is there]
    #[arg(long, value_name = "URL", env = "HASHWATT_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Language of the file: en, ru or kk [default: the run's]
    #[arg(long, value_name = "CODE")]
    pub language: Option<String>,
}

/// `hashwatt review`.
#[derive(Debug, Args)]
pub(super) struct ReviewArguments {
    /// Output folder of `hashwatt detect`; a new run in it is taken up while the desk is open
    #[arg(value_name = "RUN", value_hint = ValueHint::DirPath)]
    pub run: PathBuf,
    /// Address and port to serve at; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS:PORT", default_value = DEFAULT_LISTEN)]
    pub listen: SocketAddr,
    /// Where people's work is kept: sqlite:///path/to/file or postgres://user:password@host/name
    /// [default: RUN.review.sqlite beside the run]
    #[arg(long, value_name = "URL", env = "HASHWATT_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Let an administrator in, or give one another password, and do no more: the password is asked
    /// for on a terminal, else read from standard input
    #[arg(long, value_name = "NAME")]
    pub add_administrator: Option<String>,
    /// Let in whoever reaches the port, with every right; on a loopback address only, and only by names of
    /// this machine
    #[arg(long, conflicts_with = "add_administrator")]
    pub no_login: bool,
    /// Hide addresses, coordinates and what people wrote from viewers
    #[arg(long)]
    pub pseudonymous: bool,
    /// A proxy in front speaks TLS: mark cookies as secure; needs --trusted-proxy
    #[arg(long)]
    pub behind_tls: bool,
    /// Address or network of that proxy: its X-Forwarded-For is believed, nobody else's. Repeat for several
    #[arg(long, value_name = "ADDRESS", value_parser = network)]
    pub trusted_proxy: Vec<IpNet>,
    /// Old and new names of streets, for tips: a CSV file with the columns old_name, new_name
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub streets: Option<PathBuf>,
    /// Days that a caller's name and number are kept; then both are deleted
    #[arg(long, value_name = "DAYS", default_value_t = DEFAULT_CALLER_DAYS)]
    pub keep_callers: u32,
}

/// `hashwatt triage`.
#[derive(Debug, Args)]
pub(super) struct TriageArguments {
    /// Output folder of an earlier `hashwatt detect`
    #[arg(value_name = "RUN", value_hint = ValueHint::DirPath)]
    pub run: PathBuf,
    /// Tips: CSV, JSON lines (.jsonl) or a workbook (.xlsx)
    #[arg(value_name = "TIPS", value_hint = ValueHint::FilePath)]
    pub tips: PathBuf,
    /// Old and new names of streets: a CSV file with the columns old_name, new_name
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub streets: Option<PathBuf>,
    /// Folder for the outputs; made where it is not there
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: PathBuf,
    /// Worker threads; 0 means one a core
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
    /// Language of what is printed: en, ru or kk [default: the run's]
    #[arg(long, value_name = "CODE")]
    pub language: Option<String>,
}

/// `hashwatt backtest`.
#[derive(Debug, Args)]
pub(super) struct BacktestArguments {
    #[command(flatten)]
    pub subject: SubjectArguments,
    /// Trials of each share of rigs
    #[arg(long, value_name = "N", default_value_t = 5, help_heading = "Trials")]
    pub seeds: u64,
    /// Shares of meters with a rig, 0 to 0.5
    #[arg(long, value_name = "SHARE,...", value_delimiter = ',', default_values_t = DEFAULT_PREVALENCES, help_heading = "Trials")]
    pub prevalence: Vec<f64>,
    /// Visits that can be made
    #[arg(long, value_name = "N", default_value_t = DEFAULT_BUDGET, help_heading = "Trials")]
    pub budget: usize,
    /// Rank once more with verdicts on this share of the lines, from the top of the list
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, help_heading = "Trials")]
    pub verdict_share: f64,
    /// Folder for backtest.html and backtest.json; without it they are not written
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Run")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub ranking: RankingArguments,
}

/// `hashwatt simulate`.
#[derive(Debug, Args)]
pub(super) struct SimulateArguments {
    /// Place and time: almaty-2021, london-2022, kazakhstan-2021, or a TOML file of your own
    #[arg(long, value_name = "NAME|FILE")]
    pub scenario: String,
    /// Usage points; meters of transformers, feeders and substations come on top [default: the scenario's]
    #[arg(long, value_name = "N")]
    pub meters: Option<usize>,
    /// Local days [default: the scenario's]
    #[arg(long, value_name = "N")]
    pub days: Option<usize>,
    /// First local day, YYYY-MM-DD [default: the scenario's, or as many days before its end]
    #[arg(long, value_name = "DATE")]
    pub from: Option<Date>,
    /// Seed of every random choice; the same seed gives the same bytes
    #[arg(long, value_name = "N")]
    pub seed: u64,
    /// Folder for the files; made where it is not there
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: PathBuf,
    /// Length of the interval: 15, 30 or 60 minutes
    #[arg(long, value_name = "MIN", default_value_t = DEFAULT_INTERVAL_MINUTES)]
    pub interval: usize,
    /// Share of usage points with a rig, 0 to 1 [default: the scenario's]
    #[arg(long, value_name = "SHARE")]
    pub prevalence: Option<f32>,
    /// Give readings a column voltage_v, and register and truth columns phase and bus
    #[arg(long)]
    pub voltages: bool,
    /// Language of what is printed: en, ru or kk [default: en]
    #[arg(long, value_name = "CODE")]
    pub language: Option<String>,
}

/// `hashwatt verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// Output folder of a command, a store of digests, or an evidence file
    #[arg(value_name = "RUN|STORE|FILE", value_hint = ValueHint::AnyPath)]
    pub folder: PathBuf,
    /// The run that an evidence file should be made from
    #[arg(long, value_name = "RUN", value_hint = ValueHint::DirPath)]
    pub run: Option<PathBuf>,
    /// Language of what is printed: en, ru or kk [default: en]
    #[arg(long, value_name = "CODE")]
    pub language: Option<String>,
}

/// What `hashwatt schema` describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Described {
    /// Every column of a run's tables, as Markdown
    Tables,
    /// Every key of a pipeline file, as JSON schema
    Pipeline,
}

/// `hashwatt schema`.
#[derive(Debug, Args)]
pub(super) struct SchemaArguments {
    /// What is described
    #[arg(value_name = "WHAT", value_enum, default_value_t = Described::Tables)]
    pub what: Described,
}

/// `hashwatt completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: Shell,
}

/// `hashwatt man`.
#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// The command; without it the page is of hashwatt itself
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_are_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn examples_fit_a_page() {
        for text in [
            PROGRAM_EXAMPLES,
            DETECT_EXAMPLES,
            CHECK_EXAMPLES,
            DIGEST_EXAMPLES,
            EXPLAIN_EXAMPLES,
            REVIEW_EXAMPLES,
            TRIAGE_EXAMPLES,
            BACKTEST_EXAMPLES,
            SIMULATE_EXAMPLES,
            VERIFY_EXAMPLES,
            SCHEMA_EXAMPLES,
            COMPLETIONS_EXAMPLES,
            MAN_EXAMPLES,
        ] {
            assert!(text.lines().all(|line| line.chars().count() <= HELP_CHARS), "{text}");
        }
    }
}
