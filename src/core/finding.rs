//! Carries trouble with data as a value: a code, a meter or file, a period, words and proof.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::MeterId;

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal,)*) => {
        /// What a finding is about. The text is stable: tables and scripts rely on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[doc = $doc])* $name,)* }

        impl Code {
            /// Every code, for documentation and tests.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable text of the code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// A file could not be read or understood; nothing of it was judged.
    FileSkipped = "file_skipped",
    /// A part of a file could not be read; the rest was judged.
    FilePartlyRead = "file_partly_read",
    /// A file is another one under a second name, or has the bytes of one that the store of digests has.
    SameFileAgain = "same_file_again",
    /// A file that shares days with new ones can no longer be read again.
    FileGone = "file_gone",
    /// Parts of a store were damaged, and its files were read again.
    StoreHealed = "store_healed",
    /// A file in the output folder was changed by somebody, and is kept under another name.
    KeptAside = "kept_aside",
    /// Rows without meter, time or a finite value, or with a time outside 1990..=2100.
    RowsSkipped = "rows_skipped",
    /// Something not stated was guessed: shape, unit, zone, stamp, column.
    Guessed = "guessed",
    /// Intervals are missing between a meter's first and last.
    Gap = "gap",
    /// An interval occurs more than once with the same value.
    DuplicateIdentical = "duplicate_identical",
    /// An interval occurs more than once with different values; the first is kept.
    DuplicateConflicting = "duplicate_conflicting",
    /// Energy below zero: export, or a channel of the wrong sign.
    Negative = "negative",
    /// Intervals of more than 1 GW, which no customer draws; no energy was taken.
    ImpossibleDemand = "impossible_demand",
    /// Demand above what the connection can carry, or far above everything else of the meter.
    Spike = "spike",
    /// The same value to the last digit for longer than a real load can hold it.
    StuckChannel = "stuck_channel",
    /// Values differ from the peers' by a factor that looks like a unit (1000, 2, 4 ...).
    UnitMistake = "unit_mistake",
    /// The daily pattern moves by a whole number of hours and stays there.
    ClockShift = "clock_shift",
    /// Naive local time does not repeat or skip the hour that its zone does.
    NoClockChange = "no_clock_change",
    /// A cumulative counter went round; the difference was taken across it.
    RegisterRollover = "register_rollover",
    /// A cumulative counter fell otherwise: meter exchange or reset; no energy was taken there.
    RegisterReset = "register_reset",
    /// Interval data is too coarse for something a score would need.
    TooCoarse = "too_coarse",
    /// Too few days for something a score would need.
    TooShort = "too_short",
    /// Many intervals are estimated, and estimates never count as flat.
    ManyEstimated = "many_estimated",
    /// All of a meter's energy is zero.
    AllZero = "all_zero",
    /// A meter has the same interval data as another.
    SameAsAnother = "same_as_another",
    /// Ids that stand for several meters, or for what is no meter.
    DoubtfulId = "doubtful_id",
    /// The meter is not in the register.
    NotInRegister = "not_in_register",
    /// The register has a meter without interval data.
    NoIntervalData = "no_interval_data",
    /// A row of the register, weather, events or verdicts, or one of its values, could not be used.
    TableRowSkipped = "table_row_skipped",
    /// Weather or events are of other days than the readings.
    OtherPeriod = "other_period",
    /// Verdicts are on ids that are no meter and no residual of the run.
    VerdictUnknown = "verdict_unknown",
    /// A meter's parent_id leads back to itself; the link was left out.
    HierarchyBroken = "hierarchy_broken",
    /// A parent_id names nothing that has a row or readings of its own.
    ParentUnknown = "parent_unknown",
    /// A parent's balance could not be drawn up.
    NotBalanced = "not_balanced",
    /// Meters below a parent have no interval data.
    ChildrenSilent = "children_silent",
    /// A meter's load is missing in the residual of the parent it is listed under.
    WrongParent = "wrong_parent",
    /// A residual follows the load more than technical loss can.
    RatioDoubtful = "ratio_doubtful",
    /// There are too few meters to compare one with others.
    FewPeers = "few_peers",
    /// A tip could not be read, or names no place.
    TipRowSkipped = "tip_row_skipped",
    /// Something of a tip was left out, cut or named anew; the rest was read.
    TipRowMended = "tip_row_mended",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let known = Self::ALL.iter().copied().find(|code| code.as_str() == text);
        known.ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no code of a finding")))
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What a finding means for the run.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing was left out.
    Note,
    /// A person should look; the meter was judged all the same.
    Warning,
    /// Input was left out or a meter was not judged: the run ends with exit code 1.
    Skipped,
}

impl Severity {
    /// The stable text of the severity.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// One thing found in the data, with its proof. Findings flag; they never drop anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is about.
    pub code: Code,
    /// What it means for the run.
    pub severity: Severity,
    /// The file or table it was found in, where one is to blame.
    pub source: Option<String>,
    /// The meter, where one is to blame.
    pub meter: Option<MeterId>,
    /// First local day concerned.
    pub first_day: Option<Date>,
    /// Last local day concerned.
    pub last_day: Option<Date>,
    /// One sentence for a person: what was seen, against what, and the cure.
    pub description: String,
    /// The measured values behind the sentence.
    pub data: serde_json::Map<String, serde_json::Value>,
}

/// The measured value of a finding that stands for others: how many.
pub const N_MORE: &str = "n_more";

impl Finding {
    /// How many findings it stands for; itself, unless it sums up others.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.data.get(N_MORE).and_then(serde_json::Value::as_u64).unwrap_or(1)
    }

    /// A finding with a sentence and nothing else yet.
    pub fn new(code: Code, severity: Severity, description: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            source: None,
            meter: None,
            first_day: None,
            last_day: None,
            description: description.into(),
            data: serde_json::Map::new(),
        }
    }

    /// The same, naming the file or table.
    #[must_use]
    pub fn in_source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same, naming the meter.
    #[must_use]
    pub fn of_meter(mut self, meter: MeterId) -> Self {
        self.meter = Some(meter);
        self
    }

    /// The same, naming the first and last local day.
    #[must_use]
    pub fn between(mut self, first: Date, last: Date) -> Self {
        self.first_day = Some(first);
        self.last_day = Some(last);
        self
    }

    /// The same, with one measured value more.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        self.data.insert(key.to_owned(), value.into());
        self
    }
}

/// Puts findings in the one order outputs use: severity (worst first), code, source, meter, day.
pub fn sort_findings(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then_with(|| a.code.as_str().cmp(b.code.as_str()))
            .then_with(|| a.source.cmp(&b.source))
            .then_with(|| a.meter.cmp(&b.meter))
            .then_with(|| a.first_day.cmp(&b.first_day))
            .then_with(|| a.description.cmp(&b.description))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_snake_case_words() {
        let mut texts: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(texts.iter().all(|text| text.chars().all(|c| c.is_ascii_lowercase() || c == '_')));
        let n = texts.len();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), n);
    }

    #[test]
    fn the_worst_comes_first() {
        let mut findings = vec![
            Finding::new(Code::Gap, Severity::Note, "a"),
            Finding::new(Code::FileSkipped, Severity::Skipped, "b"),
        ];
        sort_findings(&mut findings);
        assert_eq!(findings[0].code, Code::FileSkipped);
    }
}
