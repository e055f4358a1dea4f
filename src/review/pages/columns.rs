//! Defines the columns of the list: which a person has chosen, what a cell says, what a spreadsheet gets.

use super::csv::Cell;
use super::{energy_words, on_words};
use crate::case::{Case, Status};
use crate::guard::Caller;
use crate::lines::Line;
use crate::roles::May;
use crate::sort::Sort;
use hashwatt_core::language::Language;
use hashwatt_run::words::percent;

/// An optional column. Place, meter and score are always shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Column {
    /// Kind of suspect.
    Kind,
    /// The rig's draw with its interval.
    Rig,
    /// Number of machines.
    Machines,
    /// First day of the rig.
    Onset,
    /// Last day of the rig.
    Ended,
    /// Whether the rig is on.
    On,
    /// Chance that a visit finds it running.
    VisitChance,
    /// Chance that there is a rig.
    Chance,
    /// Rank by score among all lines.
    Rank,
    /// Expected false leads down to this line.
    ExpectedFalse,
    /// Energy since onset.
    Energy,
    /// Cost of that energy.
    Money,
    /// Recoverable energy in a year.
    Recoverable,
    /// Zone.
    Zone,
    /// Transformer.
    Transformer,
    /// Peak of the transformer over its rating.
    Burden,
    /// Address.
    Address,
    /// Status of the case.
    Status,
    /// Assigned person.
    Assignee,
    /// Day by which the case is to be done.
    Due,
}

impl Column {
    /// Every column, in the order shown.
    pub const ALL: [Self; 20] = [
        Self::Kind,
        Self::Rig,
        Self::Machines,
        Self::Onset,
        Self::Ended,
        Self::On,
        Self::VisitChance,
        Self::Chance,
        Self::Rank,
        Self::ExpectedFalse,
        Self::Energy,
        Self::Money,
        Self::Recoverable,
        Self::Zone,
        Self::Transformer,
        Self::Burden,
        Self::Address,
        Self::Status,
        Self::Assignee,
        Self::Due,
    ];

    const DEFAULT: [Self; 12] = [
        Self::Kind,
        Self::Rig,
        Self::Onset,
        Self::On,
        Self::VisitChance,
        Self::Chance,
        Self::Zone,
        Self::Transformer,
        Self::Address,
        Self::Status,
        Self::Assignee,
        Self::Due,
    ];

    /// Returns the stable text of the column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether its cells are numbers, which stand to the right.
    #[must_use]
    pub const fn is_number(self) -> bool {
        matches!(
            self,
            Self::Rig
                | Self::Machines
                | Self::VisitChance
                | Self::Chance
                | Self::Rank
                | Self::ExpectedFalse
                | Self::Energy
                | Self::Money
                | Self::Recoverable
                | Self::Burden
        )
    }

    /// Returns the order that a click on the column's header selects.
    #[must_use]
    pub fn sort(self) -> Sort {
        match self {
            Self::Rig => Sort::Kw,
            column => Sort::named(column.as_str()),
        }
    }

    /// Returns the columns that a person has chosen.
    #[must_use]
    pub fn chosen(by: &Caller) -> Vec<Self> {
        let sees_places = by.may(May::SeePlaces);
        let chosen: Vec<Self> = match &by.columns {
            Some(names) => Self::ALL
                .into_iter()
                .filter(|column| names.split(' ').any(|name| name == column.as_str()))
                .collect(),
            None => Self::DEFAULT.into(),
        };
        chosen.into_iter().filter(|column| sees_places || *column != Self::Address).collect()
    }

    /// Returns the text of a line's cell in this column.
    #[must_use]
    pub fn words(self, line: Line<'_>, status: Status, case: Option<&Case>, lang: &Language) -> String {
        let share = |share: Option<f64>| share.map(|share| percent(share, lang));
        let words = match self {
            Self::Kind => Some(line.kind().map_or_else(String::new, |kind| lang.name_of("kind", kind))),
            Self::Rig => line.rig_kw().map(|kw| match line.rig_kw_interval() {
                Some((low, high)) => {
                    format!("{} ({}–{})", lang.kw(kw), lang.kw_number(low), lang.kw_number(high))
                }
                None => lang.kw(kw),
            }),
            Self::Machines => line
                .machines()
                .map(|(low, high)| if low == high { low.to_string() } else { format!("{low}–{high}") }),
            Self::Onset => line
                .rig_kw()
                .map(|_| line.onset().map_or_else(|| lang.say("onset-before"), |day| lang.date(day))),
            Self::Ended => line
                .rig_kw()
                .map(|_| line.ended().map_or_else(|| lang.say("ended-not"), |day| lang.date(day))),
            Self::On => on_words(line, lang),
            Self::VisitChance => share(line.visit_chance()),
            Self::Chance => share(line.chance()),
            Self::Rank => Some(lang.count(line.rank())),
            Self::ExpectedFalse => line.expected_false().map(|n| lang.number(n, 1)),
            Self::Energy => energy_words(line, lang),
            Self::Money => line.money().map(|money| lang.number(money, 0)),
            Self::Recoverable => line.recoverable_kwh().map(|kwh| lang.energy(kwh)),
            Self::Zone => line.zone().map(str::to_owned),
            Self::Transformer => line.parent().map(str::to_owned),
            Self::Burden => line.burden().map(|share| lang.percent(share, 0)),
            Self::Address => Some(line.address().to_owned()),
            Self::Status => Some(lang.name_of("status", status.as_str())),
            Self::Assignee => case.and_then(|case| case.assignee.clone()),
            Self::Due => case.and_then(|case| case.due).map(|due| lang.date(due)),
        };
        words.unwrap_or_default()
    }

    /// Returns the names of the column in a spreadsheet: one for each number of a cell, with its unit.
    #[must_use]
    pub fn sheet_names(self, lang: &Language) -> Vec<String> {
        let name = lang.name_of("column", self.as_str());
        let (kw, kwh) = (lang.say("unit-kw"), lang.say("unit-kwh"));
        let interval = |unit: &str| {
            let of = |id: &str| format!("{}{unit}", lang.say_with(id, &[("name", &name)]));
            (of("csv-low"), of("csv-high"))
        };
        let with = |unit: &str| format!("{name}, {unit}");
        match self {
            Self::Rig | Self::Energy => {
                let unit = if self == Self::Rig { kw } else { kwh };
                let (low, high) = interval(&format!(", {unit}"));
                vec![with(&unit), low, high]
            }
            Self::Machines => {
                let (low, high) = interval("");
                vec![low, high]
            }
            Self::On => vec![name, lang.say("fact-last_seen")],
            Self::VisitChance | Self::Chance | Self::Burden => vec![with("%")],
            Self::Recoverable => vec![with(&kwh)],
            _ => vec![name],
        }
    }

    /// Returns the cells of a line for a spreadsheet, one for each of [`Self::sheet_names`]: numbers as numbers,
    /// days as days, and words where there is neither.
    #[must_use]
    pub fn sheet_cells(
        self,
        line: Line<'_>,
        status: Status,
        case: Option<&Case>,
        lang: &Language,
    ) -> Vec<Cell> {
        let number =
            |value: Option<f64>, decimals| value.map_or(Cell::Empty, |value| Cell::Number(value, decimals));
        let percent = |share: Option<f64>| number(share.map(|share| 100.0 * share), 1);
        let day = |day: Option<jiff::civil::Date>, none: &str| match (line.rig_kw(), day) {
            (None, _) => Cell::Empty,
            (_, Some(day)) => Cell::Day(day),
            (_, None) => Cell::Text(lang.say(none)),
        };
        match self {
            Self::Rig => {
                let (low, high) = line.rig_kw_interval().unzip();
                [line.rig_kw(), low, high].map(|kw| number(kw, 3)).into()
            }
            Self::Energy => {
                let energy = line.energy();
                let kwh =
                    |pick: fn(&hashwatt_detection::ranking::RigEnergy) -> f64| energy.as_ref().map(pick);
                [kwh(|one| one.kwh), kwh(|one| one.kwh_low), kwh(|one| one.kwh_high)]
                    .map(|kwh| number(kwh, 1))
                    .into()
            }
            Self::Machines => {
                let (low, high) = line.machines().unzip();
                [low, high].map(|n| number(n.map(f64::from), 0)).into()
            }
            Self::Onset => vec![day(line.onset(), "onset-before")],
            Self::Ended => vec![day(line.ended(), "ended-not")],
            Self::On => {
                let words = line.is_on().map(|is_on| lang.say(if is_on { "words-on" } else { "words-off" }));
                let seen = line.last_seen_on().map_or(Cell::Empty, Cell::Day);
                vec![words.map_or(Cell::Empty, Cell::Text), seen]
            }
            Self::VisitChance => vec![percent(line.visit_chance())],
            Self::Chance => vec![percent(line.chance())],
            Self::Burden => vec![percent(line.burden())],
            Self::Rank => vec![number(Some(line.rank() as f64), 0)],
            Self::ExpectedFalse => vec![number(line.expected_false(), 2)],
            Self::Money => vec![number(line.money(), 2)],
            Self::Recoverable => vec![number(line.recoverable_kwh(), 1)],
            Self::Due => vec![case.and_then(|case| case.due).map_or(Cell::Empty, Cell::Day)],
            _ => vec![Cell::Text(self.words(line, status, case, lang))],
        }
    }
}
