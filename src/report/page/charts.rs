//! Draws the base load through time and the mean day of a suspect.

use super::svg::Plot;
use crate::calendar::day_number;
use crate::digest::{CLOCK_HOURS, DAY_MINUTES, DayDigest};
use crate::ranking::RigEstimate;
use crate::report::PeerDay;

/// Points of a line at most; more days are averaged, about two a pixel.
const MAX_POINTS: usize = 460;

/// Days on either side of onset that make the two mean days: long enough for a stable mean, short
/// enough that the season does not change it. [days]
pub const DAYS_AROUND_ONSET: i32 = 60;

/// Room above the highest line.
const HEADROOM: f64 = 1.08;

/// Daily base load (5th percentile) and mean demand, with onset and end marked; `None` where no
/// day has a mean.
pub fn base_load(days: &[DayDigest], rig: Option<&RigEstimate>) -> Option<String> {
    let mean = series(days, |day| day.demand_kw_mean);
    let base = series(days, |day| day.demand_kw_p05);
    let top_kw = mean.iter().chain(&base).flatten().map(|point| point.1).fold(0.0, f64::max);
    if top_kw <= 0.0 {
        return None;
    }
    let (first, last) = (f64::from(days.first()?.day), f64::from(days.last()?.day));
    let mut plot = Plot::new(940.0, 200.0, (first, last.max(first + 1.0)), (0.0, top_kw * HEADROOM));
    plot.amount_axis("kW");
    plot.date_axis();
    plot.line("mean", mean.into_iter());
    plot.line("base", base.into_iter());
    if let Some(rig) = rig {
        for (day, word) in [(rig.onset, "onset"), (rig.ended, "end")] {
            if let Some(day) = day {
                plot.mark(f64::from(day_number(day)), &format!("{word} {day}"));
            }
        }
    }
    Some(plot.finish("Base load and mean demand through time"))
}

/// A statistic through time: means of a few days each where there are many, `None` at gaps.
fn series(days: &[DayDigest], pick: fn(&DayDigest) -> f32) -> Vec<Option<(f64, f64)>> {
    let Some((first, last)) = days.first().zip(days.last()) else { return Vec::new() };
    let per_point = ((last.day - first.day) / MAX_POINTS as i32 + 1).max(1);
    let mut points = Vec::new();
    // The point after which the line may go on without a gap.
    let mut reaches: Option<i32> = None;
    for group in days.chunk_by(|a, b| (a.day - first.day) / per_point == (b.day - first.day) / per_point) {
        let values: Vec<f32> = group.iter().map(pick).filter(|kw| kw.is_finite()).collect();
        let Some(mean) = crate::stats::mean(&values) else { continue };
        let place = (group[0].day - first.day) / per_point;
        if reaches.is_some_and(|reaches| place > reaches) {
            points.push(None);
        }
        let read_days = group[group.len() - 1].interval_minutes.div_ceil(DAY_MINUTES) as i32;
        reaches = Some(place + read_days.max(1).div_euclid(per_point).max(1));
        let middle = f64::from(first.day + place * per_point) + f64::from(per_point - 1) / 2.0;
        points.push(Some((middle, f64::from(mean).max(0.0))));
    }
    points
}

/// Which mean days a chart compares.
pub struct MeanDays {
    /// The chart.
    pub svg: String,
    /// What its lines are.
    pub lines: Vec<(&'static str, String)>,
}

/// Class, words and mean demand at each clock hour. [kW]
type Curve = (&'static str, String, [Option<f64>; CLOCK_HOURS]);

/// The mean day before and after onset, or over all days where the onset is not in the data, over
/// the peers' band; `None` where no day has hours.
pub fn mean_days(days: &[DayDigest], rig: Option<&RigEstimate>, peers: Option<&PeerDay>) -> Option<MeanDays> {
    let mut curves = around_the_change(days, rig);
    if curves.is_empty() {
        curves
            .extend(mean_day(days, i32::MIN..i32::MAX).map(|curve| ("after", "all days".to_owned(), curve)));
    }
    let all = curves.iter().flat_map(|(_, _, curve)| curve).flatten().copied();
    let top_kw = all
        .chain(peers.into_iter().flat_map(|peers| peers.hour_kw_p75.map(f64::from)))
        .filter(|kw| kw.is_finite())
        .fold(0.0, f64::max);
    if curves.is_empty() || top_kw <= 0.0 {
        return None;
    }
    let mut plot = Plot::new(460.0, 230.0, (0.0, 24.0), (0.0, top_kw * HEADROOM));
    plot.amount_axis("kW");
    plot.clock_axis();
    let mut lines = Vec::new();
    if let Some(peers) = peers {
        draw_peers(&mut plot, peers);
        lines.push(("peers", "peers: median and middle half".to_owned()));
    }
    for (class, words, curve) in curves {
        plot.line(class, (0..).zip(curve).map(|(hour, kw)| Some((f64::from(hour) + 0.5, kw?.max(0.0)))));
        lines.push((class, words));
    }
    Some(MeanDays { svg: plot.finish("Mean day"), lines })
}

/// The mean days on both sides of onset, or of the end where the onset is not in the data.
fn around_the_change(days: &[DayDigest], rig: Option<&RigEstimate>) -> Vec<Curve> {
    let onset = rig.and_then(|rig| rig.onset).map(day_number);
    let ended = rig.and_then(|rig| rig.ended).map(day_number);
    let sides = match (onset, ended) {
        (Some(onset), ended) => {
            let until = ended.map_or(onset + DAYS_AROUND_ONSET, |ended| ended.min(onset + DAYS_AROUND_ONSET));
            vec![
                ("base", "before onset", onset - DAYS_AROUND_ONSET..onset),
                ("after", "from onset", onset..until),
            ]
        }
        (None, Some(ended)) => vec![
            ("after", "before the end", ended - DAYS_AROUND_ONSET..ended),
            ("base", "after the end", ended..ended + DAYS_AROUND_ONSET),
        ],
        (None, None) => Vec::new(),
    };
    let curve = |(class, words, range): (_, &str, std::ops::Range<i32>)| {
        let n_days = days.iter().filter(|day| range.contains(&day.day)).count();
        Some((class, format!("{n_days} days {words}"), mean_day(days, range)?))
    };
    sides.into_iter().filter_map(curve).collect()
}

fn draw_peers(plot: &mut Plot, peers: &PeerDay) {
    let rows = (0..).zip(peers.hour_kw_p25.into_iter().zip(peers.hour_kw_p75));
    let band: Vec<_> = rows
        .filter(|(_, (low, high))| low.is_finite() && high.is_finite())
        .map(|(hour, (low, high))| (f64::from(hour) + 0.5, f64::from(low).max(0.0), f64::from(high).max(0.0)))
        .collect();
    plot.band("band", &band);
    plot.line(
        "peers",
        (0..)
            .zip(peers.hour_kw_p50)
            .map(|(hour, kw)| kw.is_finite().then(|| (f64::from(hour) + 0.5, f64::from(kw).max(0.0)))),
    );
}

/// Mean demand at each clock hour over the days in the range; `None` where no day there has hours.
fn mean_day(days: &[DayDigest], range: std::ops::Range<i32>) -> Option<[Option<f64>; CLOCK_HOURS]> {
    let days: Vec<_> = days.iter().filter(|day| range.contains(&day.day)).collect();
    let hours: [Option<f64>; CLOCK_HOURS] = std::array::from_fn(|hour| {
        let values: Vec<f32> = days.iter().map(|day| day.hour_kw[hour]).filter(|kw| kw.is_finite()).collect();
        crate::stats::mean(&values).map(f64::from)
    });
    hours.iter().any(Option::is_some).then_some(hours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::made_up;

    fn first_suspect() -> (Vec<DayDigest>, RigEstimate) {
        let scored = made_up::scored().remove(0);
        (made_up::days(&scored).days, scored.rig.unwrap())
    }

    #[test]
    fn onset_is_marked_with_its_date() {
        let (days, rig) = first_suspect();
        assert!(base_load(&days, Some(&rig)).unwrap().contains("onset 2021-11-10"));
    }

    #[test]
    fn a_gap_breaks_the_line() {
        let (days, _) = first_suspect();
        let points = series(&days, |day| day.demand_kw_mean);
        assert_eq!(points.iter().filter(|point| point.is_none()).count(), 1);
    }

    #[test]
    fn many_days_are_few_points_with_the_same_mean() {
        let days: Vec<_> = (0..4000)
            .map(|day| DayDigest { demand_kw_mean: (day % 2) as f32, ..DayDigest::empty(day, 30, 48) })
            .collect();
        let points = series(&days, |day| day.demand_kw_mean);
        assert!(points.len() <= MAX_POINTS + 1, "{}", points.len());
        assert!(points.iter().all(Option::is_some));
    }

    #[test]
    fn the_mean_day_rises_by_the_rig() {
        let (days, rig) = first_suspect();
        let onset = day_number(rig.onset.unwrap());
        let before = mean_day(&days, onset - 60..onset).unwrap();
        let after = mean_day(&days, onset..onset + 60).unwrap();
        let rises = before.iter().zip(after).map(|(before, after)| after.unwrap() - before.unwrap());
        assert!(rises.into_iter().all(|rise| (rise - rig.kw).abs() < 0.2));
    }

    #[test]
    fn a_meter_without_a_rig_is_drawn_over_all_days() {
        let (days, _) = first_suspect();
        let drawn = mean_days(&days, None, None).unwrap();
        assert_eq!(drawn.lines, [("after", "all days".to_owned())]);
        assert!(mean_days(&[], None, None).is_none());
    }

    #[test]
    fn a_change_outside_the_days_is_no_reason_to_draw_nothing() {
        let (days, rig) = first_suspect();
        let drawn = mean_days(&days[..40], Some(&rig), None).unwrap();
        assert_eq!(drawn.lines[0].1, "all days");
    }
}
