//! Opens a run for the desk: its lines, register, evidence and days.

use hashwatt_core::ids::RESIDUAL_PREFIX;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use super::by_meter::{ByMeter, floats, texts};
use super::lines::{Line, Lines};
use super::points::Points;
use super::query::Answers;
use arrow::array::{Array as _, RecordBatch, StringArray};
use hashwatt_core::error::{Error, Result};
use hashwatt_core::ids::GroupId;
use hashwatt_core::language::message::Message;
use hashwatt_core::message;
use hashwatt_readings::digest::MeterDays;
use hashwatt_readings::digest::store::DigestStore;
use hashwatt_readings::digest::store::manifest::MANIFEST;
use hashwatt_run::PeerDay;
use hashwatt_run::past_run::PastRun;
use hashwatt_run::schema::{FINDINGS, REASONS, RIVALS};
use hashwatt_run::tables::peer_days;
use hashwatt_tips::calibration::Calibration;
use hashwatt_tips::index::{Index, Point};
use hashwatt_tips::run_data::{self, RunFacts, Shown, share_of};
use hashwatt_tips::streets::Renamed;
use hashwatt_tips::{Tip, TipAnswer, Weight, answer};

/// A run as the desk shows it.
#[derive(Debug)]
pub struct RunView {
    /// Hash of `run.json`; the same run always has the same id.
    pub id: String,
    /// Its folder and record.
    pub run: PastRun,
    /// Every line.
    pub lines: Lines,
    /// What the utility knows of its usage points.
    pub points: Points,
    /// Last local day with data.
    pub last_day: Option<Date>,
    /// Time zone of the usage points.
    pub zone: TimeZone,
    /// Typical day of the peers, by group.
    pub peers: BTreeMap<GroupId, PeerDay>,
    /// Cached answers to filters.
    pub answers: Answers,
    /// Index that tips are matched to.
    pub tip_index: Index,
    tip_facts: RunFacts,
    reasons: ByMeter,
    rivals: ByMeter,
    findings: ByMeter,
    /// Digest stores by folder, each opened once.
    stores: Mutex<BTreeMap<PathBuf, Arc<DigestStore>>>,
}

/// The evidence on one line.
#[derive(Debug, Default)]
pub struct Evidence {
    /// All of it in one sentence; of suspects only.
    pub summary: Option<Message>,
    /// Reasons with their weights, strongest first.
    pub reasons: Vec<(Message, f64)>,
}

/// Something found in the data of one meter.
#[derive(Debug)]
pub struct FoundHere {
    /// What it is.
    pub code: String,
    /// `skipped`, `warning` or `note`.
    pub severity: String,
    /// First and last local day, where it has a time.
    pub days: Option<(Date, Date)>,
    /// The sentence, of the family of findings.
    pub message: Message,
}

impl RunView {
    /// Opens the run, with the utility's table of old street names.
    ///
    /// # Errors
    /// When the folder holds no run, or one of its tables or the table of streets cannot be read.
    pub fn open(folder: &std::path::Path, streets: Option<&std::path::Path>) -> Result<Self> {
        let run = PastRun::open(folder)?;
        let id = id_of(&run)?;
        let points = Points::of(&run)?;
        let lines = Lines::of(&run, &points)?;
        let (reasons, rivals) = (ByMeter::of(&run, REASONS.file)?, ByMeter::of(&run, RIVALS.file)?);
        let findings = ByMeter::of(&run, FINDINGS.file)?;
        // Runs of earlier versions do not have this table.
        let peers_path = run.path(peer_days::FILE_NAME);
        let peers =
            if peers_path.is_file() { peer_days::read_peer_days(&peers_path)? } else { BTreeMap::new() };
        let last_day = run.last_day();
        let (renamed, of_streets) = streets.map(Renamed::read).transpose()?.unwrap_or_default();
        for finding in &of_streets {
            tracing::warn!(source = finding.source, "{}", finding.english());
        }
        let tip_index = Index::of_points(tip_points(&points, &lines)?, &renamed);
        let tip_facts =
            RunFacts { suspect_share: share_of(lines.suspects().len(), lines.len()), ..RunFacts::of(&run)? };
        let answers = Answers::of(run.zone());
        answers.prepare(&lines);
        Ok(Self {
            id,
            zone: run.zone(),
            run,
            last_day,
            peers,
            lines,
            points,
            answers,
            tip_index,
            tip_facts,
            reasons,
            rivals,
            findings,
            stores: Mutex::default(),
        })
    }

    /// Returns the evidence on a meter: one summary sentence (suspects only), and the reasons with their
    /// weights, strongest first.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn evidence(&self, meter: &str) -> Result<Evidence> {
        let batches = self.reasons.rows(meter)?;
        let mut evidence = Evidence::default();
        for batch in &batches {
            let (codes, parameters) = (texts(batch, "indicator")?, texts(batch, "parameters")?);
            let weights = floats(batch, "weight")?;
            for row in 0..batch.num_rows() {
                let message = Message::stored(codes.value(row), parameters.value(row))
                    .map_err(|error| Error::table(REASONS.file, error))?;
                if weights.is_valid(row) {
                    evidence.reasons.push((message, weights.value(row)));
                } else {
                    evidence.summary = Some(message);
                }
            }
        }
        Ok(evidence)
    }

    /// Returns the other explanations for a meter with how well they fit, best first.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn rivals(&self, meter: &str) -> Result<Vec<(String, f64)>> {
        let batches = self.rivals.rows(meter)?;
        let mut rivals = Vec::new();
        for batch in &batches {
            let (names, scores) = (texts(batch, "rival")?, floats(batch, "score")?);
            rivals.extend((0..batch.num_rows()).map(|row| (names.value(row).to_owned(), scores.value(row))));
        }
        Ok(rivals)
    }

    /// Returns what was found in the data of a meter, in the order of the run.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn findings(&self, meter: &str) -> Result<Vec<FoundHere>> {
        let mut found = Vec::new();
        for batch in &self.findings.rows(meter)? {
            let (codes, severities) = (texts(batch, "code")?, texts(batch, "severity")?);
            let (first, last) = (texts(batch, "first_day")?, texts(batch, "last_day")?);
            let messages = messages(batch)?;
            for (row, message) in messages.into_iter().enumerate() {
                let day = |days: &StringArray| days.is_valid(row).then(|| days.value(row).parse().ok())?;
                found.push(FoundHere {
                    code: codes.value(row).to_owned(),
                    severity: severities.value(row).to_owned(),
                    days: day(&first).zip(day(&last)),
                    message,
                });
            }
        }
        Ok(found)
    }

    /// Returns the days of a meter or residual; `None` if the run has none.
    ///
    /// # Errors
    /// When the digests cannot be read.
    pub fn days(&self, meter: &str) -> Result<Option<MeterDays>> {
        let folder = self.run.days_folder(meter);
        // The days of a run may have been deleted to save space.
        if !folder.join(MANIFEST).is_file() {
            return Ok(None);
        }
        match self.store(&folder)?.meter(meter) {
            // A shared store may have been updated since, which deletes old parts.
            Err(_) => {
                self.stores().remove(&folder);
                self.store(&folder)?.meter(meter)
            }
            days => days,
        }
    }

    fn store(&self, folder: &Path) -> Result<Arc<DigestStore>> {
        if let Some(store) = self.stores().get(folder) {
            return Ok(Arc::clone(store));
        }
        let store = Arc::new(DigestStore::open(folder)?);
        self.stores().insert(folder.to_owned(), Arc::clone(&store));
        Ok(store)
    }

    fn stores(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Arc<DigestStore>>> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a tip of this weight. The lines come without reasons.
    #[must_use]
    pub fn answer(&self, tip: &Tip, weight: Weight) -> TipAnswer {
        let calibration = Calibration::shipped();
        answer::Desk { index: &self.tip_index, data: self, calibration }.answer(tip, weight)
    }
}

/// Returns the sentences of some rows of `findings.parquet`. Runs of earlier versions have them in their language alone.
fn messages(batch: &RecordBatch) -> Result<Vec<Message>> {
    if batch.column_by_name("message").is_none() {
        let said = texts(batch, "description")?;
        return Ok((0..said.len()).map(|row| message!("as_said", words = said.value(row))).collect());
    }
    let (codes, parameters) = (texts(batch, "message")?, texts(batch, "parameters")?);
    let message = |row| Message::stored(codes.value(row), parameters.value(row));
    let messages = (0..codes.len()).map(message).collect::<std::result::Result<_, _>>();
    messages.map_err(|error| Error::table(FINDINGS.file, error))
}

/// Returns the points that tips are matched to: those of the register, and lines that the register lacks.
fn tip_points(points: &Points, lines: &Lines) -> Result<Vec<Point>> {
    let mut all = Vec::with_capacity(lines.len());
    let mut is_known = vec![false; lines.len()];
    points.each(|meter, point| {
        all.push(Point::of(meter, point));
        if let Some(index) = lines.index(meter) {
            is_known[index] = true;
        }
    })?;
    let is_meter = |line: &Line<'_>| !line.meter().starts_with(RESIDUAL_PREFIX);
    let others = lines.all().filter(|line| !is_known[line.index()]).filter(is_meter);
    all.extend(others.map(|line| Point { meter: line.meter().into(), ..Point::default() }));
    Ok(all)
}

impl Shown for RunView {
    fn facts(&self) -> &RunFacts {
        &self.tip_facts
    }

    fn line(&self, meter: &str) -> Option<run_data::Line> {
        self.lines.index(meter).map(|index| self.lines.line(index).for_tips())
    }
}

/// Returns the shortened hash of the run's record.
///
/// # Errors
/// When the run has no record.
pub fn id_of(run: &PastRun) -> Result<String> {
    let path = run.path("run.json");
    let record = std::fs::read(&path).map_err(|error| {
        Error::input(
            path.display().to_string(),
            error.to_string(),
            "Give the output folder of a `hashwatt detect` that ran to its end",
        )
    })?;
    Ok(Sha256::digest(record).iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}
