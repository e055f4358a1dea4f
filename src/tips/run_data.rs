//! Takes from a run what tips are compared with: lines, coverage, smallest rigs, transformer load.

use hashwatt_core::ids::RESIDUAL_PREFIX;
use std::collections::HashMap;

use jiff::civil::Date;

use hashwatt_core::error::Result;
use hashwatt_core::language::Language;
use hashwatt_detection::ranking::Scored;
use hashwatt_detection::ranking::suspects::joined_reasons;
use hashwatt_run::noise::{each_balance, each_quality};
use hashwatt_run::past_run::{PastRun, each};
use hashwatt_run::schema::{SCORES, SUSPECTS};
use hashwatt_run::score_row::ScoreRow;

/// The smallest rig is the draw from which this share of planted rigs is found.
pub const FOUND_SHARE: f64 = 0.9;

/// A share of farms cannot be known more finely than this.
const MIN_SHARE: f64 = 5e-4;

/// A run's result for one meter or residual.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    /// Suspicion score, 0..=1.
    pub score: f64,
    /// Rank in the run's list, from 1.
    pub rank: u32,
    /// Share of its peers that score at least as high.
    pub p_value: f64,
    /// Whether it is on the visit list.
    pub is_suspect: bool,
    /// Kind of suspect, as a stable text.
    pub kind: Option<String>,
    /// Estimated draw of the rig with its interval. [kW]
    pub rig_kw: Option<[f64; 3]>,
    /// First local day of the rig.
    pub onset: Option<Date>,
    /// First local day after the rig.
    pub ended: Option<Date>,
    /// The evidence in words.
    pub reasons: String,
    /// Whether the run judged it, because it has enough days.
    pub is_judged: bool,
    /// The smallest rig that would stand out from this meter's own variation. [kW]
    pub noise_kw: Option<f64>,
    /// Share of intervals that are missing or estimated, 0..=1.
    pub gap_share: f64,
}

/// A run's facts about all its lines together.
#[derive(Debug, Clone, Default)]
pub struct RunFacts {
    /// First and last local day.
    pub span: Option<(Date, Date)>,
    /// The draw from which nine of ten planted rigs were found. [kW]
    pub smallest_kw: Option<f64>,
    /// Share of usage points that are suspects.
    pub suspect_share: f64,
    /// Peak over rating, by transformer.
    pub burden: HashMap<String, f64>,
}

/// A run that tips can be compared with, however its lines are stored.
pub trait Shown: std::fmt::Debug + Sync {
    /// Returns the facts about all lines together.
    fn facts(&self) -> &RunFacts;

    /// Returns the line of a meter, or of a residual by its own id; `None` if there is none.
    fn line(&self, meter: &str) -> Option<Line>;
}

/// A run with all lines in memory, for a file of tips.
#[derive(Debug, Clone, Default)]
pub struct RunData {
    /// Lines by meter; residuals by their own ids.
    pub lines: HashMap<String, Line>,
    /// Facts about all lines together.
    pub facts: RunFacts,
}

impl Shown for RunData {
    fn facts(&self) -> &RunFacts {
        &self.facts
    }

    fn line(&self, meter: &str) -> Option<Line> {
        self.lines.get(meter).cloned()
    }
}

/// Peer group of the meters that the run could not judge, as in `scores.parquet`.
pub const NOT_JUDGED: &str = "not judged";

impl RunFacts {
    /// Reads the facts of a finished run, except for the share of suspects.
    ///
    /// # Errors
    /// When its balance cannot be read.
    pub fn of(run: &PastRun) -> Result<Self> {
        let record = run.record();
        let mut facts = Self {
            span: run.first_day().zip(run.last_day()),
            smallest_kw: smallest_kw(&record["sensitivity"]["classes"]),
            suspect_share: share_of(0, 0),
            burden: HashMap::new(),
        };
        each_balance(run, |parent, burden, _| {
            facts.burden.extend(burden.map(|burden| (parent.to_owned(), burden)));
        })?;
        Ok(facts)
    }

    /// Returns the smallest rig that would have shown on a line: the run's, or what stands out from the
    /// meter's own variation if that is more. [kW]
    #[must_use]
    pub fn smallest_kw(&self, line: &Line) -> Option<f64> {
        let kw = self.smallest_kw?.max(line.noise_kw.unwrap_or(0.0));
        Some((kw * 10.0).ceil() / 10.0)
    }
}

/// Returns suspects over lines, limited to the range that can be known.
#[must_use]
pub fn share_of(n_suspects: usize, n_lines: usize) -> f64 {
    (n_suspects as f64 / n_lines.max(1) as f64).clamp(MIN_SHARE, 0.5)
}

impl RunData {
    /// Reads the tables of a finished run.
    ///
    /// # Errors
    /// When one of its tables cannot be read.
    pub fn of(run: &PastRun) -> Result<Self> {
        let mut data = Self { facts: RunFacts::of(run)?, ..Self::default() };
        let scores = run.columns(&SCORES, &ScoreRow::COLUMNS)?;
        for line in each(&SCORES, &scores, ScoreRow::read)? {
            let (meter, line) = scored_line(line);
            data.lines.insert(meter, line);
        }
        let suspects = run.columns(&SUSPECTS, &["meter_id"])?;
        let suspects = each(&SUSPECTS, &suspects, |row| row.text("meter_id"))?;
        for meter in suspects.iter().flatten() {
            if let Some(line) = data.lines.get_mut(meter) {
                line.is_suspect = true;
            }
        }
        each_quality(run, |meter, noise_kw, gap_share| {
            if let Some(line) = data.lines.get_mut(meter) {
                (line.noise_kw, line.gap_share) = (noise_kw, gap_share);
            }
        })?;
        each_balance(run, |parent, _, noise_kw| {
            if let Some(line) = data.lines.get_mut(&format!("{RESIDUAL_PREFIX}{parent}")) {
                line.noise_kw = noise_kw;
            }
        })?;
        data.note_share();
        Ok(data)
    }

    /// Takes the data from a ranking in memory, before it is written.
    #[must_use]
    pub fn of_scored(scored: &[Scored], smallest_kw: Option<f64>) -> Self {
        let line = |one: &Scored| Line {
            score: one.score,
            rank: one.rank,
            p_value: one.p_value,
            is_suspect: one.is_suspect,
            kind: one.kind.map(|kind| kind.as_str().to_owned()),
            rig_kw: one.rig.as_ref().map(|rig| [rig.kw, rig.kw_low, rig.kw_high]),
            onset: one.rig.as_ref().and_then(|rig| rig.onset),
            ended: one.rig.as_ref().and_then(|rig| rig.ended),
            reasons: joined_reasons(one, Language::english()),
            is_judged: one.group.as_str() != NOT_JUDGED,
            noise_kw: None,
            gap_share: 0.0,
        };
        let lines = scored.iter().map(|one| (one.meter.to_string(), line(one))).collect();
        let mut data = Self { lines, facts: RunFacts { smallest_kw, ..RunFacts::default() } };
        data.note_share();
        data
    }

    fn note_share(&mut self) {
        let n_suspects = self.lines.values().filter(|line| line.is_suspect).count();
        self.facts.suspect_share = share_of(n_suspects, self.lines.len());
    }
}

fn scored_line(row: ScoreRow) -> (String, Line) {
    let rig = row.rig.as_ref();
    let line = Line {
        score: if row.score.is_nan() { 0.0 } else { row.score },
        rank: row.rank,
        p_value: row.p_value.unwrap_or(1.0),
        is_suspect: false,
        kind: row.kind,
        rig_kw: rig.map(|rig| [rig.kw, rig.kw_low, rig.kw_high]),
        onset: rig.and_then(|rig| rig.onset),
        ended: rig.and_then(|rig| rig.ended),
        reasons: row.reasons,
        is_judged: row.group != NOT_JUDGED,
        noise_kw: None,
        gap_share: 0.0,
    };
    (row.meter, line)
}

/// As [`Sensitivity::smallest_found_kw`](hashwatt_detection::ranking::sensitivity::Sensitivity::smallest_found_kw),
/// from the record of a run.
fn smallest_kw(classes: &serde_json::Value) -> Option<f64> {
    let known: hashwatt_detection::ranking::sensitivity::Sensitivity =
        serde_json::from_value(serde_json::json!({ "classes": classes })).ok()?;
    known.smallest_found_kw(FOUND_SHARE)
}
