//! Compares tips, which are claims from outside, with the meter data of a run.
//!
//! A tip is read ([`read`]). It is matched to the usage points it may mean ([`matching`], over an [`index`]
//! of the register that is built once). It is then answered from the run ([`answer`]): supported; not
//! supported, with the smallest rig that would have shown; or not judgeable, with the reason. The caller is
//! never stored.

pub mod address;
pub mod answer;
pub mod calibration;
pub mod facts;
pub mod index;
pub mod matching;
pub mod merge;
mod page;
pub mod places;
pub mod read;
mod rows;
pub mod run_data;
pub mod spelling;
pub mod streets;
mod tables;
pub mod tip;
pub mod triage;

use hashwatt_core::ids::RESIDUAL_PREFIX;
use std::path::Path;
use std::sync::Arc;

pub use answer::{Answer, AnswerLine, TipAnswer, Weight, Why};
pub use places::Position;
pub use tip::{Claim, Tip};
pub use triage::{Triage, triage};

use answer::Desk;
use calibration::Calibration;
use index::{Index, Point};
use run_data::RunData;
use streets::Renamed;

use hashwatt_core::error::Result;
use hashwatt_core::finding::Finding;
use hashwatt_readings::acquisition::register::Register;
use hashwatt_run::past_run::PastRun;

/// A run opened for tips. Opening reads its tables once; after that an answer reads no file.
#[derive(Debug)]
pub struct TipDesk {
    index: Arc<Index>,
    data: RunData,
    findings: Vec<Finding>,
}

impl TipDesk {
    /// Opens the run in a folder, with the utility's table of old street names.
    ///
    /// # Errors
    /// When the folder holds no run, or one of its tables or the table of streets cannot be read.
    pub fn open(run: &Path, streets: Option<&Path>) -> Result<Self> {
        let run = PastRun::open(run)?;
        let (renamed, findings) = streets.map(Renamed::read).transpose()?.unwrap_or_default();
        let data = RunData::of(&run)?;
        let index = Arc::new(Index::of_points(
            points(&run.register()?, data.lines.keys().map(String::as_str)),
            &renamed,
        ));
        Ok(Self { index, data, findings })
    }

    /// Makes a desk from parts that are already in memory.
    #[must_use]
    pub const fn of(index: Arc<Index>, data: RunData) -> Self {
        Self { index, data, findings: Vec::new() }
    }

    /// Answers a tip from the data.
    #[must_use]
    pub fn answer(&self, tip: &Tip) -> TipAnswer {
        self.answer_as(tip, Weight::Claim)
    }

    /// Answers a tip with this weight.
    #[must_use]
    pub fn answer_as(&self, tip: &Tip, weight: Weight) -> TipAnswer {
        self.desk().answer(tip, weight)
    }

    /// Returns the smallest rig that the data would have shown on a meter's or residual's line; `None` if
    /// unknown. [kW]
    #[must_use]
    pub fn smallest_kw(&self, meter: &str) -> Option<f64> {
        self.data.facts.smallest_kw(self.data.lines.get(meter)?)
    }

    /// Returns the findings on the table of streets.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns the number of usage points and transformers that can be matched.
    #[must_use]
    pub fn n_points(&self) -> usize {
        self.index.len()
    }

    fn desk(&self) -> Desk<'_> {
        Desk { index: &self.index, data: &self.data, calibration: Calibration::shipped() }
    }
}

/// Returns the register's points, and the run's meters that the register lacks: a tip can name those by id.
fn points<'a>(register: &Register, lines: impl Iterator<Item = &'a str>) -> Vec<Point> {
    let mut points: Vec<Point> =
        register.points().map(|(meter, row)| Point::of(meter.as_str(), row)).collect();
    let mut others: Vec<&str> = lines
        .filter(|meter| !meter.starts_with(RESIDUAL_PREFIX) && register.point(meter).is_none())
        .collect();
    others.sort_unstable();
    points.extend(others.into_iter().map(|meter| Point { meter: meter.into(), ..Point::default() }));
    points
}
