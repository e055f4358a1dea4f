//! Describes trouble with data as a value: a code, a meter or file, a period, a sentence with its values, and proof.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::MeterId;
use crate::language::Language;
use crate::language::message::{Message, Values};
use crate::message;

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal,)*) => {
        /// Type of a finding. The text is stable: tables and scripts rely on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[doc = $doc])* $name,)* }

        impl Code {
            /// Every code, for documentation and tests.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the stable text of the code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// A file could not be read or understood; none of it was used.
    FileSkipped = "file_skipped",
    /// A part of a file could not be read; the rest was used.
    FilePartlyRead = "file_partly_read",
    /// A file is a copy of another input under a second name, or of a file already in the digest store.
    SameFileAgain = "same_file_again",
    /// A file that shares days with new files can no longer be read again.
    FileGone = "file_gone",
    /// Parts of a digest store were damaged, and their source files were read again.
    StoreHealed = "store_healed",
    /// A user changed a file in the output folder; it is kept under another name.
    KeptAside = "kept_aside",
    /// Rows have no meter, no time or no finite value, or a time outside 1990..=2100.
    RowsSkipped = "rows_skipped",
    /// A property that was not stated was guessed: shape, unit, zone, stamp or column.
    Guessed = "guessed",
    /// A file can be read in two ways; it was read in the likelier one, because guesses were accepted.
    GuessAccepted = "guess_accepted",
    /// No zone is given, though register or ids say where the meters are; days are cut elsewhere.
    NoTimezone = "no_timezone",
    /// Intervals are missing between a meter's first and last interval.
    Gap = "gap",
    /// An interval occurs more than once with the same value.
    DuplicateIdentical = "duplicate_identical",
    /// An interval occurs more than once with different values; the first is kept.
    DuplicateConflicting = "duplicate_conflicting",
    /// Energy is below zero: export, or a channel with the wrong sign.
    Negative = "negative",
    /// Intervals show more than 1 GW, which no customer draws; their energy was not used.
    ImpossibleDemand = "impossible_demand",
    /// Demand is above what the connection can carry, or far above the meter's other demands.
    Spike = "spike",
    /// A value repeats to the last digit for longer than a real load can hold it.
    StuckChannel = "stuck_channel",
    /// Values differ from the peers' by a factor that suggests a wrong unit (1000, 2, 4 ...).
    UnitMistake = "unit_mistake",
    /// The daily pattern moves by a whole number of hours and stays moved.
    ClockShift = "clock_shift",
    /// Naive local times do not repeat or skip the hour that their zone does.
    NoClockChange = "no_clock_change",
    /// A cumulative counter rolled over; the difference was taken across the rollover.
    RegisterRollover = "register_rollover",
    /// A cumulative counter fell for another reason: meter exchange or reset. No energy was taken there.
    RegisterReset = "register_reset",
    /// Interval data is too coarse for a quantity that the score needs.
    TooCoarse = "too_coarse",
    /// There are too few days for a quantity that the score needs.
    TooShort = "too_short",
    /// Many intervals are estimated, and estimates never count as flat.
    ManyEstimated = "many_estimated",
    /// All of a meter's energy is zero.
    AllZero = "all_zero",
    /// A meter has the same interval data as another.
    SameAsAnother = "same_as_another",
    /// An id stands for several meters, or for something that is not a meter.
    DoubtfulId = "doubtful_id",
    /// The meter is not in the register.
    NotInRegister = "not_in_register",
    /// A meter of the register has no interval data.
    NoIntervalData = "no_interval_data",
    /// A row of the register, weather, events or verdicts, or one of its values, could not be used.
    TableRowSkipped = "table_row_skipped",
    /// Weather or events cover other days than the interval data.
    OtherPeriod = "other_period",
    /// Verdicts name ids that are neither a meter nor a residual of the run.
    VerdictUnknown = "verdict_unknown",
    /// A meter's parent_id leads back to the meter itself; the link was left out.
    HierarchyBroken = "hierarchy_broken",
    /// A parent_id names a parent that has no row and no interval data of its own.
    ParentUnknown = "parent_unknown",
    /// The energy balance of a parent could not be computed.
    NotBalanced = "not_balanced",
    /// Meters below a parent have no interval data.
    ChildrenSilent = "children_silent",
    /// A meter's load does not show in the balance of the parent it is listed under.
    WrongParent = "wrong_parent",
    /// A residual follows the load more closely than technical loss can.
    RatioDoubtful = "ratio_doubtful",
    /// There are too few meters to compare a meter with others.
    FewPeers = "few_peers",
    /// A tip could not be read, or names no place.
    TipRowSkipped = "tip_row_skipped",
    /// A part of a tip was left out, shortened or renamed; the rest was read.
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

/// Consequence of a finding for the run.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; all data was used.
    Note,
    /// A person should check; the meter was judged all the same.
    Warning,
    /// Input was left out or a meter was not judged: the run ends with exit code 1.
    Skipped,
}

impl Severity {
    /// Returns the stable text of the severity.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Family of the sentences of findings: their texts are `finding-CODE` in `templates/locales/*/findings.ftl`.
pub const FINDING: &str = "finding";

/// One observation about the data, with its proof. Findings only flag; they never remove data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Finding {
    /// Type of the finding.
    pub code: Code,
    /// Consequence for the run.
    pub severity: Severity,
    /// The file or table concerned, if there is one.
    pub source: Option<String>,
    /// The meter concerned, if there is one.
    pub meter: Option<MeterId>,
    /// First local day concerned.
    pub first_day: Option<Date>,
    /// Last local day concerned.
    pub last_day: Option<Date>,
    /// One sentence for a person: the value seen, what it was compared with, and the cure.
    pub message: Message,
    /// The measured values behind the sentence.
    pub data: serde_json::Map<String, serde_json::Value>,
}

/// A finding as JSON, with its sentence in English.
#[derive(Serialize, Deserialize)]
struct Written {
    code: Code,
    severity: Severity,
    source: Option<String>,
    meter: Option<MeterId>,
    first_day: Option<Date>,
    last_day: Option<Date>,
    description: String,
    /// Code of the sentence; stores of earlier versions have none.
    #[serde(default)]
    message: Option<String>,
    /// Values of the sentence.
    #[serde(default)]
    parameters: Values,
    data: serde_json::Map<String, serde_json::Value>,
}

impl From<Finding> for Written {
    fn from(finding: Finding) -> Self {
        let description = finding.words(Language::english());
        let Finding { code, severity, source, meter, first_day, last_day, message, data } = finding;
        let (message, parameters) = (Some(message.code.into_owned()), message.values);
        Self { code, severity, source, meter, first_day, last_day, description, message, parameters, data }
    }
}

impl From<Written> for Finding {
    fn from(written: Written) -> Self {
        let Written { code, severity, source, meter, first_day, last_day, data, .. } = written;
        let message = match written.message {
            Some(code) => Message { code: Cow::Owned(code), values: written.parameters },
            None => message!("as_said", words = written.description),
        };
        Self { code, severity, source, meter, first_day, last_day, message, data }
    }
}

/// Key of the number of findings that a summarising finding stands for.
pub const N_MORE: &str = "n_more";

impl Finding {
    /// Returns how many findings this one stands for: 1, unless it summarises others.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.data.get(N_MORE).and_then(serde_json::Value::as_u64).unwrap_or(1)
    }

    /// Builds a finding that has only a sentence so far.
    #[must_use]
    pub fn new(code: Code, severity: Severity, message: Message) -> Self {
        Self {
            code,
            severity,
            source: None,
            meter: None,
            first_day: None,
            last_day: None,
            message,
            data: serde_json::Map::new(),
        }
    }

    /// Returns the sentence in a language.
    #[must_use]
    pub fn words(&self, language: &Language) -> String {
        language.say_message(FINDING, &self.message)
    }

    /// Returns the sentence in English, as errors and JSON write it.
    #[must_use]
    pub fn english(&self) -> String {
        self.words(Language::english())
    }

    /// Adds the file or table.
    #[must_use]
    pub fn in_source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds the meter.
    #[must_use]
    pub fn of_meter(mut self, meter: MeterId) -> Self {
        self.meter = Some(meter);
        self
    }

    /// Adds the first and last local day.
    #[must_use]
    pub fn between(mut self, first: Date, last: Date) -> Self {
        self.first_day = Some(first);
        self.last_day = Some(last);
        self
    }

    /// Adds one measured value.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        self.data.insert(key.to_owned(), value.into());
        self
    }
}

/// Sorts findings in the order that all outputs use: severity (worst first), code, source, meter, day.
pub fn sort_findings(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then_with(|| a.code.as_str().cmp(b.code.as_str()))
            .then_with(|| a.source.cmp(&b.source))
            .then_with(|| a.meter.cmp(&b.meter))
            .then_with(|| a.first_day.cmp(&b.first_day))
            .then_with(|| a.message.code.cmp(&b.message.code))
            .then_with(|| a.message.parameters().cmp(&b.message.parameters()))
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
            Finding::new(Code::Gap, Severity::Note, message!("as_said", words = "a")),
            Finding::new(Code::FileSkipped, Severity::Skipped, message!("as_said", words = "b")),
        ];
        sort_findings(&mut findings);
        assert_eq!(findings[0].code, Code::FileSkipped);
    }

    #[test]
    fn a_finding_comes_back_as_it_was_written_and_one_of_an_earlier_version_with_its_words() {
        let finding =
            Finding::new(Code::Gap, Severity::Note, message!("gap_few", meters = 3_usize)).with("n", 3);
        let text = serde_json::to_string(&finding).unwrap();
        assert!(text.contains(r#""description":"3 meters miss"#), "{text}");
        assert_eq!(serde_json::from_str::<Finding>(&text).unwrap(), finding);
        let earlier = r#"{"code":"gap","severity":"note","source":null,"meter":null,"first_day":null,"last_day":null,
            "description":"a day is missing","data":{}}"#;
        assert_eq!(serde_json::from_str::<Finding>(earlier).unwrap().english(), "a day is missing");
    }
}
