//! Builds the charts of a suspect's page from the run's days.

use hashwatt_core::ids::RESIDUAL_PREFIX;
use jiff::civil::Date;

use super::lines::Line;
use super::run_view::RunView;
use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::error::Result;
use hashwatt_core::ids::GroupId;
use hashwatt_detection::ranking::RigEstimate;
use hashwatt_readings::digest::MeterDays;
use hashwatt_run::charts::ChartData;

/// Returns the chart data of a line: its days, peers, transformer's residual, and other explanations.
///
/// # Errors
/// When the days or the rivals cannot be read.
pub fn charts_of(view: &RunView, line: Line<'_>) -> Result<ChartData> {
    let days = view.days(line.meter())?;
    let residual = match line.parent() {
        Some(parent) if !line.meter().starts_with(RESIDUAL_PREFIX) => {
            view.days(&format!("{RESIDUAL_PREFIX}{parent}"))?
        }
        _ => None,
    };
    let peers = line.group().and_then(|group| view.peers.get(&GroupId::from(group)));
    let rig = rig_of(line);
    fn days_of(days: &MeterDays) -> &[hashwatt_readings::digest::DayDigest] {
        &days.days
    }
    Ok(ChartData::of(
        days.as_ref().map_or(&[], days_of),
        rig.as_ref(),
        peers,
        residual.as_ref().map(days_of),
        view.rivals(line.meter())?,
    ))
}

/// Returns empty charts, for a meter without days in the run.
#[must_use]
pub fn no_charts() -> ChartData {
    ChartData::of(&[], None, None, None, Vec::new())
}

/// Returns the rig of a line as the ranking estimated it. Its hours are not kept, so it counts as on round the
/// clock.
#[must_use]
pub fn rig_of(line: Line<'_>) -> Option<RigEstimate> {
    let kw = line.rig_kw()?;
    let (kw_low, kw_high) = line.rig_kw_interval().unwrap_or((kw, kw));
    let (machines_low, machines_high) = line.machines().unwrap_or((0, 0));
    let (onset, ended): (Option<Date>, Option<Date>) = (line.onset(), line.ended());
    let (last_seen_on, hours) = (line.last_seen_on(), [true; CLOCK_HOURS]);
    Some(RigEstimate { kw, kw_low, kw_high, machines_low, machines_high, onset, ended, last_seen_on, hours })
}
