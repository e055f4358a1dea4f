//! Tells when each rig comes, which of them bribe a reader, and which are closed and start again.

use jiff::ToSpan;
use jiff::civil::Date;
use rand::Rng;
use rand::seq::SliceRandom;

use super::calendar::Calendar;
use super::plan::{Plan, Task, Unmetered};
use super::scenario::{Arrivals, Closure, Scenario};
use hashwatt_rigs::chance::{between, happens, whole};
use hashwatt_rigs::{Rig, RigForm, Span};

/// A farm runs at least this long before it is closed, because it must be noticed first. [days]
const UNNOTICED_DAYS: i64 = 10;

/// Inspectors come, and owners switch off, in these hours. [h]
const VISITING_H: (usize, usize) = (9, 17);

/// When a rig comes and goes.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Story {
    /// First day; `None`: there before every span.
    pub arrival: Option<Date>,
    pub closing: Option<Closing>,
    pub bribe: Option<Bribe>,
}

/// The end of a rig, which may be a pause.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Closing {
    /// Name of the closure, as the scenario has it.
    pub by: String,
    pub how: How,
    /// Whether somebody reported it, days before.
    pub is_after_tips: bool,
    pub on: Date,
    /// Clock hour. [h]
    pub hour: usize,
    pub restart: Option<Date>,
}

/// How a rig ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// The owner gave up before anyone came.
    GaveUp,
    /// It was closed.
    Closed,
    /// It went to another place.
    Moved,
}

impl How {
    /// Returns the name in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GaveUp => "gave_up",
            Self::Closed => "closed",
            Self::Moved => "moved",
        }
    }
}

/// What a bribed reader does to the reads of a rig's meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bribe {
    /// The reads are marked as estimates.
    Estimates,
    /// The reads are marked as edited.
    Edits,
}

impl Bribe {
    /// Returns the name in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Estimates => "bribed_estimates",
            Self::Edits => "bribed_edits",
        }
    }
}

impl Story {
    /// Returns the rig as it comes and goes in this story.
    pub fn told(&self, rig: Rig, calendar: &Calendar, span: &Span, rng: &mut impl Rng) -> Rig {
        let onset = self.arrival.filter(|day| *day > calendar.first_day);
        let hour = whole(0, 23, rng);
        let mut rig = rig.opened_at(onset.map(|day| calendar.interval_at(day, hour)), span);
        if let Some(closing) = &self.closing {
            rig = rig.closed_at(calendar.interval_at(closing.on, closing.hour));
            if let Some(day) = closing.restart {
                rig = rig.reopened_at(calendar.interval_at(day, closing.hour), span);
            }
        }
        rig
    }

    /// Whether the rig is there for long enough before this day to be noticed.
    fn is_noticed_by(&self, day: Date) -> bool {
        self.noticed().is_none_or(|noticed| noticed <= day)
    }

    /// Returns the first day on which somebody may notice the rig; `None`: always.
    fn noticed(&self) -> Option<Date> {
        self.arrival.map(|day| day.saturating_add(UNNOTICED_DAYS.days()))
    }
}

/// Tells the stories of all rigs of a plan, if its scenario says when rigs come.
pub(super) fn tell(plan: &mut Plan, scenario: &Scenario, n_meters: usize, rng: &mut impl Rng) {
    let Some(arrivals) = &scenario.arrivals else { return };
    for point in &mut plan.points {
        let Task::Rig(form) = point.task else { continue };
        let bribe = draw_bribe(form, scenario, rng);
        point.story = Some(Story { arrival: draw_arrival(arrivals, rng), closing: None, bribe });
    }
    for transformer in &mut plan.transformers {
        if transformer.unmetered == Unmetered::Tap {
            transformer.story = Some(Story { arrival: draw_arrival(arrivals, rng), ..Story::default() });
        }
    }
    for closure in &scenario.closures {
        close(plan, closure, scenario.scaled(closure.places, n_meters), rng);
    }
}

fn draw_bribe(form: RigForm, scenario: &Scenario, rng: &mut impl Rng) -> Option<Bribe> {
    let at = between(0.0, 1.0, rng);
    let (estimated, edited) = (scenario.rigs.estimated_share, scenario.rigs.edited_share);
    match at {
        _ if form == RigForm::PartlyMetered => None,
        at if at < estimated => Some(Bribe::Estimates),
        at if at < estimated + edited => Some(Bribe::Edits),
        _ => None,
    }
}

fn draw_arrival(arrivals: &Arrivals, rng: &mut impl Rng) -> Option<Date> {
    let mut at = between(0.0, 1.0, rng);
    for step in &arrivals.steps {
        if at < step.share {
            return Some(draw_day(step.from, step.to, rng));
        }
        at -= step.share;
    }
    None
}

/// Draws a day from `from..=to`; returns `to` if `from` is later.
pub(super) fn draw_day(from: Date, to: Date, rng: &mut impl Rng) -> Date {
    let days = from.until(to).map_or(0, |span| span.get_days());
    let after = whole(0, usize::try_from(days).unwrap_or(0), rng);
    if days < 0 { to } else { from.saturating_add(i64::try_from(after).unwrap_or(0).days()) }
}

/// Closes this many rigs that are there, metered or on a tap. The first of them give up by themselves.
fn close(plan: &mut Plan, closure: &Closure, n: usize, rng: &mut impl Rng) {
    let points = plan.points.iter_mut().filter_map(|point| point.story.as_mut());
    let taps = plan.transformers.iter_mut().filter_map(|transformer| transformer.story.as_mut());
    let mut open: Vec<&mut Story> = points
        .chain(taps)
        .filter(|story| story.closing.is_none() && story.is_noticed_by(closure.to))
        .collect();
    open.shuffle(rng);
    let n_voluntary = (closure.voluntary * n).checked_div(closure.places).unwrap_or(0);
    for (k, story) in open.into_iter().take(n).enumerate() {
        let from = story.noticed().map_or(closure.from, |noticed| noticed.max(closure.from));
        let on = draw_day(from, closure.to, rng);
        story.closing = Some(Closing {
            by: closure.name.clone(),
            how: if k < n_voluntary { How::GaveUp } else { How::Closed },
            is_after_tips: closure.after_tips,
            on,
            hour: whole(VISITING_H.0, VISITING_H.1, rng),
            restart: draw_restart(on, closure.restart_share, closure.restart_days, rng),
        });
    }
}

/// Draws the day on which a closed rig starts again, if it does.
pub(super) fn draw_restart(on: Date, share: f32, days: [usize; 2], rng: &mut impl Rng) -> Option<Date> {
    let after = i64::try_from(whole(days[0], days[1], rng)).unwrap_or(0);
    happens(share, rng).then(|| on.saturating_add(after.days()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_stories_of_kazakhstan_are_as_its_file_says() {
        let scenario = Scenario::named("kazakhstan-2021").unwrap();
        let plan = Plan::draw(&scenario, 100_000, scenario.rigs.prevalence, 1);
        let points = plan.points.iter().filter_map(|point| point.story.as_ref());
        let stories: Vec<&Story> =
            points.chain(plan.transformers.iter().filter_map(|t| t.story.as_ref())).collect();
        let mut closed: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for closing in stories.iter().filter_map(|story| story.closing.as_ref()) {
            let own = closed.entry(&closing.by).or_default();
            own.0 += 1;
            own.1 += usize::from(closing.how == How::GaveUp);
        }
        assert_eq!(closed, BTreeMap::from([("announcement", (106, 55)), ("tip_line", (40, 0))]));
        let by = |day: Date| {
            let there = stories.iter().filter(|story| story.arrival.is_none_or(|arrival| arrival < day));
            there.count() as f32 / stories.len() as f32
        };
        for (day, share) in [(date(2020, 1, 1), 0.08), (date(2021, 5, 21), 0.22), (date(2021, 9, 16), 0.70)] {
            assert!((by(day) - share).abs() < 0.04, "{day}: {}", by(day));
        }
        assert!(stories.iter().any(|story| story.bribe == Some(Bribe::Edits)));
        for story in &stories {
            let Some(closing) = &story.closing else { continue };
            assert!(story.is_noticed_by(closing.on), "{story:?}");
            assert!(closing.restart.is_none_or(|day| day > closing.on), "{story:?}");
        }
    }
}
