//! Puts the periods of one channel and day in order, and says which of them cannot be used and why.

use std::borrow::Cow;

use super::period::{Period, Written};
use super::report::Cause;

/// Minutes of a day of 24 h. [min]
const DAY_MIN: i64 = 1440;

/// Longest period. [min]
const MAX_STEP_MIN: i64 = 60;

/// Longest run of zeros that counts as periods nobody measured, and not as a load that was off. [min]
const MAX_GAP_MIN: i64 = 180;

/// A load whose other values never fall below this share of their middle value never comes near zero. [1]
const NEVER_BELOW: f64 = 0.2;

/// Whole numbers below this may be zeros that were rounded up.
const MIN_WHOLE: f64 = 2.0;

/// A period that was not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unused {
    pub cause: Cause,
    /// Number of the period in the file.
    pub number: u64,
    /// What is wrong.
    pub seen: String,
}

/// The usable periods of one channel and day, in the order in which they passed.
#[derive(Debug, Default)]
pub(super) struct ChannelDay {
    /// Start since midnight as the clock shows it [min], value, quality.
    pub rows: Vec<(i64, f64, Cow<'static, str>)>,
    pub unused: Vec<Unused>,
    /// Whether the file has them in another order.
    pub is_shuffled: bool,
}

/// Orders the periods of one channel and day.
///
/// An hour that comes twice is the one that clocks repeat in autumn: first the pass in summer time, by `summer`
/// or, without it, by the order of the file.
pub(super) fn arrange(periods: Vec<Period>) -> ChannelDay {
    let mut day = ChannelDay::default();
    let Some(step_min) = step_of(&periods) else {
        let seen = |period: &Period| match &period.times {
            Ok((start, end)) => {
                format!("a period of {} min, and periods of 5 to 60 min are read", length(*start, *end))
            }
            Err(seen) => seen.clone(),
        };
        periods.iter().for_each(|period| day.leave_out(Cause::BadRecord, period, seen(period)));
        return day;
    };
    let is_change = [true, false].iter().all(|season| periods.iter().any(|p| p.is_summer == Some(*season)));
    let first_number = periods.first().map_or(0, |period| period.number);
    let mut placed = day.place(periods, step_min);
    day.mark_repeats(&mut placed, step_min);
    day.mark_missing(&placed, step_min, is_change, first_number);
    let repeated = placed.iter().filter(|p| p.is_second).map(|p| p.start).min().unwrap_or(DAY_MIN);
    placed.sort_by_key(|p| (p.is_second || p.start >= repeated + MAX_STEP_MIN, p.start));
    day.is_shuffled = placed.windows(2).any(|pair| pair[0].period.number > pair[1].period.number);
    day.take(placed, step_min);
    day
}

/// A period whose times fit the day.
struct Placed {
    /// [min]
    start: i64,
    /// Whether it lies in the second pass of an hour that clocks repeat.
    is_second: bool,
    period: Period,
}

/// Returns the length that most periods have. [min]
fn step_of(periods: &[Period]) -> Option<i64> {
    let mut lengths: Vec<i64> = periods
        .iter()
        .filter_map(|p| p.times.as_ref().ok())
        .map(|(start, end)| length(*start, *end))
        .collect();
    lengths.sort_unstable();
    let step = *lengths.get(lengths.len() / 2)?;
    (step <= MAX_STEP_MIN && DAY_MIN % step == 0).then_some(step)
}

/// Returns the length of a period that may end at midnight. [min]
const fn length(start: i64, end: i64) -> i64 {
    let length = (end - start).rem_euclid(DAY_MIN);
    if length == 0 { DAY_MIN } else { length }
}

impl ChannelDay {
    fn leave_out(&mut self, cause: Cause, period: &Period, seen: String) {
        self.unused.push(Unused { cause, number: period.number, seen });
    }

    /// Keeps the periods of the day's length that begin on its grid.
    fn place(&mut self, periods: Vec<Period>, step_min: i64) -> Vec<Placed> {
        let mut placed = Vec::with_capacity(periods.len());
        for period in periods {
            match period.times.clone() {
                Err(seen) => self.leave_out(Cause::BadRecord, &period, seen),
                Ok((start, end)) if length(start, end) != step_min || start % step_min != 0 => {
                    let seen =
                        format!("period {} to {} among periods of {step_min} min", clock(start), clock(end));
                    self.leave_out(Cause::BadRecord, &period, seen);
                }
                Ok((start, _)) => placed.push(Placed { start, is_second: false, period }),
            }
        }
        placed
    }

    /// Tells the two passes of a repeated hour apart, and leaves out other periods that come again.
    fn mark_repeats(&mut self, placed: &mut Vec<Placed>, step_min: i64) {
        let mut order: Vec<usize> = (0..placed.len()).collect();
        order.sort_by_key(|at| (placed[*at].start, placed[*at].period.is_summer == Some(false)));
        let is_twin = |pair: &&[usize]| placed[pair[0]].start == placed[pair[1]].start;
        let mut again: Vec<usize> = order.windows(2).filter(is_twin).map(|pair| pair[1]).collect();
        let mut starts: Vec<i64> = again.iter().map(|at| placed[*at].start).collect();
        starts.dedup();
        let is_hour = starts.len() == again.len()
            && starts.len() as i64 * step_min == MAX_STEP_MIN
            && starts.windows(2).all(|pair| pair[1] - pair[0] == step_min);
        let seasons = |at: usize| placed[at].period.is_summer;
        let is_one_season = again.iter().any(|at| {
            let twin = order.iter().find(|other| placed[**other].start == placed[*at].start);
            seasons(*at).is_some() && twin.is_some_and(|twin| seasons(*twin) == seasons(*at))
        });
        if is_hour && !is_one_season {
            again.into_iter().for_each(|at| placed[at].is_second = true);
            return;
        }
        again.sort_unstable();
        for at in again.into_iter().rev() {
            let twice = placed.remove(at);
            let seen = format!("period {} comes again", clock(twice.start));
            self.leave_out(Cause::BadRecord, &twice.period, seen);
        }
    }

    /// Notes the periods that are not there. The hour that clocks skip in spring is none of them.
    fn mark_missing(&mut self, placed: &[Placed], step_min: i64, is_change: bool, number: u64) {
        let mut has = vec![false; (DAY_MIN / step_min) as usize];
        placed.iter().for_each(|p| has[(p.start / step_min) as usize] = true);
        let missing: Vec<i64> =
            has.iter().enumerate().filter(|(_, has)| !**has).map(|(at, _)| at as i64 * step_min).collect();
        let is_skipped_hour = is_change
            && missing.len() as i64 * step_min == MAX_STEP_MIN
            && missing.windows(2).all(|pair| pair[1] - pair[0] == step_min);
        if missing.is_empty() || is_skipped_hour {
            return;
        }
        let n_named = self.unused.len();
        let seen =
            format!("{} of {} periods, none at {}", has.len() - missing.len(), has.len(), clock(missing[0]));
        // Periods that are there and cannot be used were named already.
        for _ in n_named..missing.len() {
            self.unused.push(Unused { cause: Cause::Missing, number, seen: seen.clone() });
        }
    }

    /// Takes the values, without those that are none.
    fn take(&mut self, placed: Vec<Placed>, step_min: i64) {
        let gap = unmeasured(&placed, step_min);
        for (at, Placed { start, period, .. }) in placed.into_iter().enumerate() {
            match &period.value {
                Written::Empty => {
                    self.leave_out(Cause::Missing, &period, format!("period {} is empty", clock(start)))
                }
                Written::Other(text) => {
                    let seen = format!("period {} holds `{text}`", clock(start));
                    self.leave_out(Cause::BadValue, &period, seen);
                }
                Written::Number(_) if gap.contains(&at) => {
                    self.leave_out(Cause::ZeroForNone, &period, format!("period {} is 0", clock(start)));
                }
                Written::Number(value) => self.rows.push((start, *value, period.quality)),
            }
        }
    }
}

/// Returns the run of zeros that stands for periods nobody measured: it is short, the only one of the day, not
/// marked as an estimate, and the other values never come near zero.
fn unmeasured(placed: &[Placed], step_min: i64) -> std::ops::Range<usize> {
    let is_zero = |p: &Placed| p.period.value == Written::Number(0.0) && p.period.quality == "A";
    let none = 0..0;
    let Some(first) = placed.iter().position(is_zero) else { return none };
    let n = placed[first..].iter().take_while(|p| is_zero(p)).count();
    let number = |p: &Placed| match p.period.value {
        Written::Number(value) => Some(value),
        _ => None,
    };
    let mut others: Vec<f64> =
        placed[..first].iter().chain(&placed[first + n..]).filter_map(number).collect();
    others.sort_by(f64::total_cmp);
    let (Some(least), Some(middle)) = (others.first(), others.get(others.len() / 2)) else { return none };
    let is_whole = others.iter().all(|value| value.fract() == 0.0);
    let is_short = n as i64 * step_min <= MAX_GAP_MIN && others.len() > 2 * n;
    let is_never_near = *least > 0.0 && *least >= NEVER_BELOW * middle && (!is_whole || *least >= MIN_WHOLE);
    if is_short && is_never_near { first..first + n } else { none }
}

/// Shows minutes since midnight as the format writes them. [min]
fn clock(minutes: i64) -> String {
    format!("{:02}{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(starts: impl IntoIterator<Item = i64>) -> Vec<Period> {
        let period = |(at, start): (usize, i64)| Period {
            number: at as u64 + 1,
            times: Ok((start, (start + 30) % DAY_MIN)),
            is_summer: None,
            value: Written::Number(10.0 + at as f64 / 10.0),
            quality: "A".into(),
        };
        starts.into_iter().enumerate().map(period).collect()
    }

    fn whole() -> Vec<Period> {
        day((0..48).map(|at| at * 30))
    }

    fn said(day: &ChannelDay) -> Vec<(Cause, u64, &str)> {
        day.unused.iter().map(|unused| (unused.cause, unused.number, unused.seen.as_str())).collect()
    }

    #[test]
    fn a_whole_day_stays_as_it_is() {
        let day = arrange(whole());
        assert_eq!((day.rows.len(), day.is_shuffled, day.unused.len()), (48, false, 0));
        assert_eq!(day.rows[47].0, 1410);
    }

    #[test]
    fn periods_out_of_order_are_read_by_their_start() {
        let mut periods = whole();
        (periods[3].times, periods[9].times) = (periods[9].times.clone(), periods[3].times.clone());
        let day = arrange(periods);
        assert!(day.is_shuffled && day.rows.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn a_day_of_47_periods_says_which_is_missing() {
        let day = arrange(day((0..48).filter(|at| *at != 3).map(|at| at * 30)));
        assert_eq!(said(&day), [(Cause::Missing, 1, "47 of 48 periods, none at 0130")]);
    }

    #[test]
    fn the_hour_that_comes_twice_is_read_in_two_passes() {
        // The second pass stands behind the hours that follow it.
        let starts = (0..8).chain([4, 5]).chain(8..48).map(|at| at * 30);
        let by_pass: Vec<i64> = (0..6).chain(4..48).map(|at| at * 30).collect();
        for (is_summer_later, first) in [(None, 10.4), (Some(true), 10.8), (Some(false), 10.4)] {
            let mut periods = day(starts.clone());
            periods[8..10].iter_mut().for_each(|p| p.is_summer = is_summer_later);
            periods[4..6].iter_mut().for_each(|p| p.is_summer = is_summer_later.map(|is| !is));
            let day = arrange(periods);
            assert!(day.unused.is_empty(), "{:?}", day.unused);
            assert_eq!(day.rows.iter().map(|row| row.0).collect::<Vec<_>>(), by_pass);
            assert_eq!(day.rows[4].1, first, "`summer` says which pass comes first");
        }
    }

    #[test]
    fn a_period_that_comes_again_on_another_day_is_left_out() {
        let day = arrange(day((0..48).chain([7]).map(|at| at * 30)));
        assert_eq!(said(&day), [(Cause::BadRecord, 49, "period 0330 comes again")]);
        assert_eq!(day.rows.len(), 48);
    }

    #[test]
    fn a_spring_day_lacks_an_hour_without_lacking_a_value() {
        let mut periods = day((0..48).filter(|at| !(4..6).contains(at)).map(|at| at * 30));
        periods.iter_mut().enumerate().for_each(|(at, p)| p.is_summer = Some(at >= 4));
        let day = arrange(periods);
        assert_eq!((day.rows.len(), day.unused.len()), (46, 0));
    }

    #[test]
    fn zeros_amid_a_load_that_never_comes_near_zero_are_no_energy() {
        let mut periods = whole();
        periods[20].value = Written::Number(0.0);
        periods[21].value = Written::Number(0.0);
        let found = arrange(periods.clone());
        assert_eq!(
            said(&found),
            [(Cause::ZeroForNone, 21, "period 1000 is 0"), (Cause::ZeroForNone, 22, "period 1030 is 0")]
        );
        // A load that falls to zero by steps was off, as was one that is off for half the day.
        periods[22].value = Written::Number(1.0);
        assert_eq!(arrange(periods).unused, []);
        let mut lights = whole();
        lights[12..36].iter_mut().for_each(|p| p.value = Written::Number(0.0));
        assert_eq!(arrange(lights).unused, []);
    }

    #[test]
    fn small_whole_numbers_may_be_zero_and_a_flagged_zero_is_an_estimate() {
        let mut periods = whole();
        periods.iter_mut().for_each(|p| p.value = Written::Number(1.0));
        periods[5].value = Written::Number(0.0);
        assert_eq!(arrange(periods).unused, []);
        let mut flagged = whole();
        (flagged[5].value, flagged[5].quality) = (Written::Number(0.0), "E".into());
        assert_eq!(arrange(flagged).unused, []);
    }

    #[test]
    fn what_is_no_time_no_length_or_no_number_is_named() {
        let mut periods = whole();
        periods[1].times = Err("start `25x0`".to_owned());
        periods[2].times = Ok((60, 120));
        periods[4].value = Written::Other("н/д".to_owned());
        let day = arrange(periods);
        let seen: Vec<&str> = day.unused.iter().map(|unused| unused.seen.as_str()).collect();
        assert_eq!(
            seen,
            ["start `25x0`", "period 0100 to 0200 among periods of 30 min", "period 0200 holds `н/д`"]
        );
        assert!(arrange(Vec::new()).rows.is_empty());
        let long: Vec<Period> = day_of(vec![(0, 720), (720, 0)]);
        assert_eq!(arrange(long).unused.len(), 2);
    }

    fn day_of(times: Vec<(i64, i64)>) -> Vec<Period> {
        let mut periods = day(times.iter().map(|(start, _)| *start));
        periods.iter_mut().zip(times).for_each(|(period, times)| period.times = Ok(times));
        periods
    }
}
