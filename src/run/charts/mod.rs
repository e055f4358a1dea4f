//! Prepares the numbers for a suspect's charts, as one compact JSON for `templates/charts.js`.
//!
//! The report page of a run and the analysts' desk draw the same numbers with the same script. All counting,
//! averaging and truncating is done here; the script only draws.

mod duration;
mod heat;
mod mean_day;
mod series;
mod words;

use hashwatt_core::portable::Portable;
use serde::Serialize;

pub use self::mean_day::DAYS_AROUND_ONSET;
pub use self::words::chart_words;

use self::duration::DurationCurve;
use self::heat::Heat;
use self::mean_day::{MeanDay, PeerBand};
use self::series::DailySeries;
use crate::PeerDay;
use hashwatt_core::calendar::day_number;
use hashwatt_detection::ranking::RigEstimate;
use hashwatt_readings::digest::DayDigest;

/// Numbers for the charts of one meter. A chart without its data is hidden. Days are local and counted from
/// 1970-01-01. Demand is in kW, `null` where it is missing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChartData {
    /// First day of the block, if it is within the data.
    onset_day: Option<i32>,
    /// First day after the block.
    ended_day: Option<i32>,
    /// Demand by day and clock hour.
    heat: Option<Heat>,
    /// Base load and mean demand of each day.
    days: Option<DailySeries>,
    /// Mean demand by clock hour: before and after a change, or over all days.
    mean_days: Vec<MeanDay>,
    /// Mean demand of the peers by clock hour.
    peers: Option<PeerBand>,
    /// Hourly demand from high to low, over the same days as the mean days.
    duration: Vec<DurationCurve>,
    /// Base load and mean of the transformer's residual: its supply minus what its meters register.
    residual: Option<DailySeries>,
    /// Explanations with their scores, 0..=1, in the order given.
    rivals: Vec<(String, Option<f64>)>,
}

impl ChartData {
    /// Builds the numbers of a meter from its days, in order. `residual` has the days of its transformer's
    /// residual. `rivals` has the explanations to compare, starting with the suspicion itself.
    #[must_use]
    pub fn of(
        days: &[DayDigest],
        rig: Option<&RigEstimate>,
        peers: Option<&PeerDay>,
        residual: Option<&[DayDigest]>,
        rivals: Vec<(String, f64)>,
    ) -> Self {
        let spans = mean_day::spans(days, rig);
        Self {
            onset_day: rig.and_then(|rig| rig.onset).map(day_number),
            ended_day: rig.and_then(|rig| rig.ended).map(day_number),
            heat: Heat::of(days),
            days: DailySeries::of(days),
            mean_days: spans.iter().filter_map(|span| MeanDay::of(days, span)).collect(),
            peers: peers.and_then(PeerBand::of),
            duration: spans.iter().filter_map(|span| DurationCurve::of(days, span)).collect(),
            residual: residual.and_then(DailySeries::of),
            rivals: rivals
                .into_iter()
                .map(|(name, score)| (name, score.is_finite().then(|| (score * 1e3).round() / 1e3)))
                .collect(),
        }
    }

    /// Whether any day has hours. Without hours there is no heat map, mean day or duration curve.
    #[must_use]
    pub const fn has_hours(&self) -> bool {
        self.heat.is_some()
    }

    /// Whether any day has a mean.
    #[must_use]
    pub const fn has_days(&self) -> bool {
        self.days.is_some()
    }

    /// Whether the transformer's residual is known.
    #[must_use]
    pub const fn has_residual(&self) -> bool {
        self.residual.is_some()
    }

    /// Returns JSON that is safe inside a script element. No text in it ends the element or begins a comment,
    /// whatever the meter's name.
    ///
    /// # Panics
    /// Never: every part is plain numbers and texts.
    #[must_use]
    pub fn to_embedded_json(&self) -> String {
        let json = serde_json::to_string(self).expect("numbers and texts are JSON");
        escape_for_script(&json)
    }
}

/// Escapes `<`, `>` and `&`, which occur only inside texts, and the two line separators that JSON allows in a
/// text but older scripts do not.
#[must_use]
pub fn escape_for_script(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                escaped.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// Rounds to four significant digits: finer than any meter and short in JSON. `None` for a non-finite value.
fn rounded(kw: f32) -> Option<f64> {
    let kw = f64::from(kw);
    if kw == 0.0 {
        return Some(0.0);
    }
    let unit = 10_f64.powi(3 - kw.abs().portable_log10().floor() as i32);
    // No meter measures below a milliwatt.
    let rounded = (kw * unit.min(1e6)).round() / unit.min(1e6);
    kw.is_finite().then_some(rounded + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    fn rivals() -> Vec<(String, f64)> {
        vec![("mining".to_owned(), 0.9731), ("</script><b>&".to_owned(), f64::NAN)]
    }

    #[test]
    fn numbers_have_four_digits_and_stay_numbers() {
        assert_eq!(rounded(6.412_345), Some(6.412));
        assert_eq!(rounded(123_456.0), Some(123_500.0));
        assert_eq!(rounded(-0.000_000_1), Some(0.0));
        assert_eq!(rounded(f32::NAN), None);
        assert_eq!(serde_json::to_string(&rounded(-0.0)).unwrap(), "0.0");
    }

    #[test]
    fn no_text_leaves_its_script_element() {
        let json = ChartData::of(&[], None, None, None, rivals()).to_embedded_json();
        assert!(!json.contains(['<', '>', '&']), "{json}");
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["rivals"], serde_json::json!([["mining", 0.973], ["</script><b>&", null]]));
    }

    #[test]
    fn a_meter_without_days_has_charts_of_nothing_but_rivals() {
        let data = ChartData::of(&[], None, None, None, rivals());
        assert!(!data.has_hours() && !data.has_days() && !data.has_residual());
        assert!(data.mean_days.is_empty() && data.duration.is_empty());
    }

    #[test]
    fn daily_reads_have_a_base_load_and_no_hours() {
        let days: Vec<_> = (0..9)
            .map(|day| DayDigest { demand_kw_mean: 2.0, ..DayDigest::empty(18_000 + day, 1440, 1) })
            .collect();
        let data = ChartData::of(&days, None, None, Some(&days), Vec::new());
        assert!(data.has_days() && data.has_residual() && !data.has_hours());
        assert!(data.mean_days.is_empty() && data.duration.is_empty());
    }

    #[test]
    fn a_year_of_hours_is_small() {
        let scored = fixtures::scored().remove(0);
        let days = fixtures::days(&scored).days;
        let data = ChartData::of(&days, scored.rig.as_ref(), None, Some(&days), rivals());
        let bytes = data.to_embedded_json().len();
        // Base64 makes one byte per cell a third larger. The rest is a few numbers per day.
        assert!(bytes < days.len() * 70 + 3000, "{bytes} bytes for {} days", days.len());
    }
}
