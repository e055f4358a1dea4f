//! Orders the lines of a run by any column of the list.

use std::collections::HashMap;

use jiff::civil::Date;
use rayon::slice::ParallelSliceMut;

use super::case::{Case, Cases};
use super::lines::{Line, Lines};

/// Sort orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Sort {
    /// By place on the visit list, then by rank: what a visit can find first.
    Place,
    /// By rank, which is by score.
    Rank,
    /// Largest rig first.
    Kw,
    /// Latest onset first.
    Onset,
    /// Most energy since onset first.
    Energy,
    /// Most energy a visit is expected to bring back first.
    Recoverable,
    /// Transformers loaded most above their rating first.
    Burden,
    /// By id.
    Meter,
    /// By kind, in order of its code.
    Kind,
    /// Most machines first.
    Machines,
    /// Latest end first.
    Ended,
    /// Those that are on first, then by the last day on which they were seen on.
    On,
    /// Likeliest to be found running first.
    VisitChance,
    /// Likeliest to be a rig first.
    Chance,
    /// Most expected false leads first.
    ExpectedFalse,
    /// Most money first.
    Money,
    /// By zone.
    Zone,
    /// By transformer.
    Transformer,
    /// By address.
    Address,
    /// By status, in order of the work.
    Status,
    /// By the person it is assigned to.
    Assignee,
    /// What is due first.
    Due,
}

impl Sort {
    /// Every sort order.
    pub const ALL: [Self; 22] = [
        Self::Place,
        Self::Rank,
        Self::Kw,
        Self::Onset,
        Self::Energy,
        Self::Recoverable,
        Self::Burden,
        Self::Meter,
        Self::Kind,
        Self::Machines,
        Self::Ended,
        Self::On,
        Self::VisitChance,
        Self::Chance,
        Self::ExpectedFalse,
        Self::Money,
        Self::Zone,
        Self::Transformer,
        Self::Address,
        Self::Status,
        Self::Assignee,
        Self::Due,
    ];

    /// Orders that analysts ask for all the time; they are computed before the first one does.
    pub const PREPARED: [Self; 6] =
        [Self::Place, Self::Kw, Self::Onset, Self::Energy, Self::Recoverable, Self::Burden];

    /// Returns the stable text of the order.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the order with this text; by place if there is none.
    #[must_use]
    pub fn named(text: &str) -> Self {
        Self::ALL.into_iter().find(|sort| sort.as_str() == text).unwrap_or(Self::Place)
    }

    /// Whether the order follows the work, and so changes with every entry.
    #[must_use]
    pub const fn follows_cases(self) -> bool {
        matches!(self, Self::Status | Self::Assignee | Self::Due)
    }

    /// Whether the first line of the order has the smallest value: texts, ranks, places, days to come.
    #[must_use]
    pub const fn is_ascending(self) -> bool {
        matches!(
            self,
            Self::Place
                | Self::Rank
                | Self::Meter
                | Self::Kind
                | Self::Zone
                | Self::Transformer
                | Self::Address
                | Self::Status
                | Self::Assignee
                | Self::Due
        )
    }
}

/// Sort keys of the lines. The largest comes first; a missing value is minus infinity, and last in both directions.
pub struct Keys<'a> {
    sort: Sort,
    lines: &'a Lines,
    /// Place of each name in the order of names.
    names: Vec<u32>,
    /// Key of each line that has a case.
    of_cases: HashMap<u32, f64>,
    /// Place of each line's address; empty for other orders.
    addresses: Vec<u32>,
}

impl<'a> Keys<'a> {
    /// Makes the keys of an order.
    #[must_use]
    pub fn of(sort: Sort, lines: &'a Lines, cases: &Cases) -> Self {
        let names = match sort {
            Sort::Kind => places(&lines.kinds(), |name| lines.kind_number(name)),
            Sort::Zone => places(&lines.zones(), |name| lines.zone_number(name)),
            Sort::Transformer => places(&lines.parents(), |name| lines.parent_number(name)),
            _ => Vec::new(),
        };
        let addresses = if sort == Sort::Address { address_places(lines) } else { Vec::new() };
        let of_cases = if sort.follows_cases() { keys_of_cases(sort, lines, cases) } else { HashMap::new() };
        Self { sort, lines, names, of_cases, addresses }
    }

    /// Returns the key of a line.
    #[must_use]
    pub fn key(&self, index: u32) -> f64 {
        let line = self.lines.line(index as usize);
        self.value(line, index).unwrap_or(f64::NEG_INFINITY)
    }

    fn value(&self, line: Line<'_>, index: u32) -> Option<f64> {
        let (kind, parent, zone) = line.numbers();
        let name = |number: u32| self.names.get(number as usize).map(|place| -f64::from(*place));
        match self.sort {
            Sort::Place => line.place().map(|place| -(place as f64)),
            Sort::Rank => Some(-f64::from(index)),
            Sort::Kw => line.rig_kw(),
            Sort::Onset => line.onset().map(days),
            Sort::Energy => line.energy_kwh(),
            Sort::Recoverable => line.recoverable_kwh(),
            Sort::Burden => line.burden(),
            Sort::Kind => name(kind),
            Sort::Machines => line.machines().map(|(_, most)| f64::from(most)),
            Sort::Ended => line.ended().map(days),
            Sort::On => match line.is_on()? {
                true => Some(f64::MAX),
                false => line.last_seen_on().map(days),
            },
            Sort::VisitChance => line.visit_chance(),
            Sort::Chance => line.chance(),
            Sort::ExpectedFalse => line.expected_false(),
            Sort::Money => line.money(),
            Sort::Zone => name(zone),
            Sort::Transformer => name(parent),
            Sort::Address => Some(self.addresses[index as usize])
                .filter(|place| *place != u32::MAX)
                .map(|place| -f64::from(place)),
            // New lines have no case; their status is the first.
            Sort::Status => Some(self.of_cases.get(&index).copied().unwrap_or(0.0)),
            Sort::Assignee | Sort::Due => self.of_cases.get(&index).copied(),
            // Its order is kept with the lines.
            Sort::Meter => None,
        }
    }
}

fn days(day: Date) -> f64 {
    f64::from(hashwatt_core::calendar::day_number(day))
}

/// Returns, for each name by its number, its place among the names in order.
fn places(sorted: &[&str], number: impl Fn(&str) -> Option<u32>) -> Vec<u32> {
    let mut places = vec![0; sorted.len()];
    for (place, name) in (0..).zip(sorted) {
        if let Some(number) = number(name) {
            places[number as usize] = place;
        }
    }
    places
}

/// Returns the place of each line in the order of addresses; `u32::MAX` where it has none.
fn address_places(lines: &Lines) -> Vec<u32> {
    let address = |index: &u32| lines.line(*index as usize).address();
    let mut order: Vec<u32> = (0..lines.len() as u32).filter(|index| !address(index).is_empty()).collect();
    order.par_sort_by(|a, b| address(a).cmp(address(b)));
    let mut places = vec![u32::MAX; lines.len()];
    for (place, index) in (0..).zip(order) {
        places[index as usize] = place;
    }
    places
}

fn keys_of_cases(sort: Sort, lines: &Lines, cases: &Cases) -> HashMap<u32, f64> {
    let mut people: Vec<&str> = cases.all().filter_map(|(_, case)| case.assignee.as_deref()).collect();
    people.sort_unstable();
    people.dedup();
    let key = |case: &Case| match sort {
        Sort::Assignee => {
            let name = case.assignee.as_deref()?;
            people.binary_search(&name).ok().map(|place| -(place as f64))
        }
        Sort::Due => case.due.map(|due| -days(due)),
        _ => Some(-f64::from(case.status as u8)),
    };
    let keyed = |(meter, case): (&str, &Case)| Some((lines.index(meter)? as u32, key(case)?));
    cases.all().filter_map(keyed).collect()
}
