//! Walks through all parts of a store in parallel and returns each meter's days, without duplicates.

use super::manifest::Generation;
use super::part::{Cursor, Part};
use crate::digest::{DayDigest, MeterDays};
use hashwatt_core::error::Result;
use hashwatt_core::ids::MeterId;

/// Cursors over the same range of meters, one per part.
pub(super) struct Merge<'a> {
    generations: &'a [Generation],
    /// Cursors with the number of their generation; oldest first, then in the order of the run's input.
    cursors: Vec<(usize, Cursor)>,
    /// Generations of the current meter's days.
    generation_of: Vec<usize>,
    /// Number of days of the previous meter; the next one likely has as many.
    n_days: usize,
}

impl<'a> Merge<'a> {
    /// Starts at the first meter from `from` on; ends before `to`.
    pub fn over(
        parts: &[(usize, Part)],
        generations: &'a [Generation],
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<Self> {
        let cursors = parts
            .iter()
            .map(|(generation, part)| Ok((*generation, part.cursor(from, to)?)))
            .collect::<Result<_>>()?;
        Ok(Self { generations, cursors, generation_of: Vec::new(), n_days: 0 })
    }

    /// Moves to the first meter that is not before `meter`.
    pub fn skip_to(&mut self, meter: &str) -> Result<()> {
        self.cursors.iter_mut().try_for_each(|(_, cursor)| cursor.skip_to(meter))
    }

    /// Returns the next meter and its days, or `None` after the last.
    pub fn next(&mut self) -> Result<Option<MeterDays>> {
        while let Some(meter) = self.cursors.iter().filter_map(|(_, cursor)| cursor.meter()).min() {
            let meter = MeterId::from(meter);
            if let Some(days) = self.next_if(&meter)? {
                return Ok(Some(days));
            }
        }
        Ok(None)
    }

    /// Returns the days of `meter`, if a cursor is at it and any of its days count.
    pub fn next_if(&mut self, meter: &MeterId) -> Result<Option<MeterDays>> {
        self.generation_of.clear();
        let mut found = Vec::with_capacity(self.n_days);
        for (generation, cursor) in &mut self.cursors {
            if cursor.meter() == Some(meter.as_str()) {
                cursor.take_meter(&mut found)?;
                self.generation_of.resize(found.len(), *generation);
            }
        }
        self.n_days = found.len();
        let days = merge_days(found, &self.generation_of, self.generations);
        Ok((!days.is_empty()).then(|| MeterDays { meter: meter.clone(), days }))
    }
}

/// Merges the days of one meter from all parts. A day that a later generation owns is dropped. If two
/// generations have a day, the later counts. For two parts of one generation see [`one_of_two`].
fn merge_days(found: Vec<DayDigest>, generation_of: &[usize], generations: &[Generation]) -> Vec<DayDigest> {
    let is_current =
        |generation: usize, day: i32| !generations[generation + 1..].iter().any(|later| later.owns(day));
    let all_are_current = || found.iter().zip(generation_of).all(|(day, of)| is_current(*of, day.day));
    if found.is_sorted_by(|a, b| a.day < b.day) && all_are_current() {
        return found;
    }
    let mut found: Vec<(usize, DayDigest)> = generation_of.iter().copied().zip(found).collect();
    // Stable sort: the order of the input stays within a day and a generation.
    found.sort_by_key(|(generation, day)| (day.day, *generation));
    let mut merged: Vec<DayDigest> = Vec::with_capacity(found.len());
    let mut of_last = 0;
    for (generation, day) in found.into_iter().filter(|(generation, day)| is_current(*generation, day.day)) {
        match merged.last_mut() {
            Some(kept) if kept.day == day.day && of_last == generation => *kept = one_of_two(*kept, day),
            Some(kept) if kept.day == day.day => *kept = day,
            _ => merged.push(day),
        }
        of_last = generation;
    }
    merged
}

/// Chooses between two digests of one day: the fuller one, or the earlier in the input if they are equal. The
/// intervals of the other count as duplicates.
fn one_of_two(first: DayDigest, second: DayDigest) -> DayDigest {
    let (mut kept, other) =
        if second.n_measured > first.n_measured { (second, first) } else { (first, second) };
    let again = other.n_measured + other.n_estimated;
    let same_hours = other
        .hour_kw
        .iter()
        .zip(&kept.hour_kw)
        .filter(|(b, _)| !b.is_nan())
        .all(|(b, a)| (a - b).abs() <= 1e-6 * a.abs());
    if same_hours {
        kept.n_identical = kept.n_identical.saturating_add(again).saturating_add(other.n_identical);
    } else {
        kept.n_conflicting = kept.n_conflicting.saturating_add(again).saturating_add(other.n_conflicting);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i32, kw: f32) -> DayDigest {
        let mut digest = DayDigest::empty(day, 30, 48);
        (digest.n_measured, digest.demand_kw_mean, digest.hour_kw) = (48, kw, [kw; 24]);
        digest
    }

    fn merged(found: &[(usize, DayDigest)], owns: &[&[(i32, i32)]]) -> Vec<(i32, f32, u16)> {
        let generations: Vec<Generation> =
            owns.iter().map(|owns| Generation { parts: Vec::new(), owns: owns.to_vec() }).collect();
        let (generation_of, days): (Vec<usize>, Vec<DayDigest>) = found.iter().copied().unzip();
        merge_days(days, &generation_of, &generations)
            .iter()
            .map(|day| (day.day, day.demand_kw_mean, day.n_conflicting))
            .collect()
    }

    #[test]
    fn a_later_generation_replaces_the_days_it_owns_and_no_others() {
        let found = [(0, day(1, 1.0)), (0, day(2, 1.0)), (0, day(3, 1.0)), (1, day(2, 9.0))];
        assert_eq!(merged(&found, &[&[(1, 3)], &[(2, 3)]]), [(1, 1.0, 0), (2, 9.0, 0)]);
    }

    #[test]
    fn within_a_generation_the_first_stands_and_the_other_is_counted() {
        assert_eq!(merged(&[(0, day(1, 1.0)), (0, day(1, 2.0))], &[&[]]), [(1, 1.0, 48)]);
        let mut fuller = day(1, 2.0);
        fuller.n_measured = 49;
        assert_eq!(merged(&[(0, day(1, 1.0)), (0, fuller)], &[&[]]), [(1, 2.0, 48)]);
    }

    #[test]
    fn days_come_in_order_whatever_part_they_lie_in() {
        let found = [(0, day(5, 5.0)), (0, day(1, 1.0)), (1, day(3, 3.0))];
        assert_eq!(merged(&found, &[&[], &[(3, 3)]]), [(1, 1.0, 0), (3, 3.0, 0), (5, 5.0, 0)]);
    }
}
