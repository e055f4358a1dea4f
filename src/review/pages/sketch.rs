//! Draws a meter's mean demand through time as a small picture that needs no script: for paper and telephones.

use std::fmt::Write;

use jiff::civil::Date;

use hashwatt_core::calendar::{date_of, day_number};
use hashwatt_core::language::Language;
use hashwatt_readings::digest::DayDigest;

/// Size of the picture. [px]
const WIDTH: f64 = 680.0;
const HEIGHT: f64 = 150.0;

/// Most points of the line; with more days, each averages a few.
const MAX_POINTS: usize = 340;

/// The picture, with its words.
pub struct Sketch {
    /// Points of the line, as SVG has them; a gap in the data is a gap in the line.
    pub line: String,
    /// Where the onset is. [px]
    pub onset_x: Option<String>,
    /// The onset, in words.
    pub onset: String,
    /// The top of the scale.
    pub top: String,
    /// First and last day.
    pub first: String,
    /// See `first`.
    pub last: String,
}

impl Sketch {
    /// Draws these days; `None` where none has a mean.
    #[must_use]
    pub fn of(days: &[DayDigest], onset: Option<Date>, lang: &Language) -> Option<Self> {
        let means: Vec<(i32, f64)> = days
            .iter()
            .filter(|day| day.demand_kw_mean.is_finite())
            .map(|day| (day.day, f64::from(day.demand_kw_mean)))
            .collect();
        let (first, last) = (means.first()?.0, means.last()?.0);
        let n_days = (last - first + 1) as usize;
        let days_a_point = n_days.div_ceil(MAX_POINTS);
        let mut points = vec![(0.0, 0_u32); n_days.div_ceil(days_a_point)];
        for (day, kw) in &means {
            let point = &mut points[(day - first) as usize / days_a_point];
            *point = (point.0 + kw, point.1 + 1);
        }
        let points: Vec<Option<f64>> =
            points.into_iter().map(|(sum, n)| (n > 0).then(|| sum / f64::from(n))).collect();
        let most = points.iter().flatten().copied().fold(0.0, f64::max);
        let top = if most > 0.0 { most } else { 1.0 };
        let x = |point: f64| WIDTH * (point + 0.5) / points.len() as f64;
        let (mut line, mut is_drawn) = (String::new(), false);
        for (at, kw) in points.iter().enumerate() {
            if let Some(kw) = kw {
                let command = if is_drawn { 'L' } else { 'M' };
                // Writing to a text never fails.
                let _ = write!(line, "{command}{:.1} {:.1}", x(at as f64), HEIGHT * (1.0 - kw / top));
                if !is_drawn && points.get(at + 1).is_none_or(Option::is_none) {
                    line.push_str("h0.1");
                }
            }
            is_drawn = kw.is_some();
        }
        let onset_day = onset.map(day_number).filter(|day| (first..=last).contains(day));
        Some(Self {
            line,
            onset_x: onset_day.map(|day| format!("{:.1}", x(f64::from(day - first) / days_a_point as f64))),
            onset: onset
                .map_or_else(String::new, |day| format!("{} {}", lang.say("drawn-onset"), lang.date(day))),
            top: lang.kw(most),
            first: lang.date(date_of(first)),
            last: lang.date(date_of(last)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i32, kw: f32) -> DayDigest {
        DayDigest { demand_kw_mean: kw, ..DayDigest::empty(day, 60, 24) }
    }

    #[test]
    fn a_gap_in_the_days_is_a_gap_in_the_line() {
        let days = [day(18_000, 1.0), day(18_001, 2.0), day(18_004, 4.0), day(18_005, f32::NAN)];
        let sketch = Sketch::of(&days, Some(date_of(18_001)), Language::english()).unwrap();
        assert_eq!(sketch.line, "M68.0 112.5L204.0 75.0M612.0 0.0h0.1");
        assert_eq!((sketch.onset_x.as_deref(), &*sketch.top), (Some("204.0"), "4.00\u{a0}kW"));
    }

    #[test]
    fn ten_years_have_no_more_points_than_the_picture_has_room_for() {
        let days: Vec<_> = (0..3650).map(|n| day(14_000 + n, 2.0)).collect();
        let sketch = Sketch::of(&days, None, Language::english()).unwrap();
        assert!(sketch.line.matches('L').count() <= MAX_POINTS, "{}", sketch.line.len());
    }

    #[test]
    fn without_a_mean_there_is_no_picture() {
        assert!(Sketch::of(&[day(1, f32::NAN)], None, Language::english()).is_none());
    }
}
