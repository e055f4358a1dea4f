//! Repeats a finished run from its record, and holds the two against each other.

use super::beside::inputs;
use super::detect::{RunSummary, detect};
use crate::acquisition::open_readings;
use crate::error::Result;
use crate::folder::{Input, check_inputs};
use crate::progress::Watch;
use crate::run::replay::Recorded;
use crate::settings::Settings;

/// Repeats the run of a record with its `settings`, in another folder. Returns how many files came out the same.
///
/// # Errors
/// When an input is not as the run read it, before anything is written; when an output is another, after all are.
pub fn replay(recorded: &Recorded, settings: &Settings, watch: &dyn Watch) -> Result<(RunSummary, usize)> {
    let record = Input { flag: "--replay", path: recorded.path().to_owned() };
    check_inputs(&settings.out, &[record], "--out")?;
    recorded.check_inputs(&inputs(settings, &open_readings(settings)?, None)?)?;
    let summary = detect(settings, watch)?;
    let n_files = recorded.check_outputs(&settings.out)?;
    Ok((summary, n_files))
}
