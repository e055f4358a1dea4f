//! Reads the results of inspections: verdicts on meters, which the ranking learns from.

use std::collections::BTreeMap;
use std::path::Path;

use super::left_out::LeftOut;
use super::table::read_table;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::ids::MeterId;
use hashwatt_core::message;

/// Decision on a meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Verdict {
    /// Worth a visit, but nobody has visited it yet.
    Suspected,
    /// A farm was found.
    Confirmed,
    /// No farm was found.
    Rejected,
    /// A farm was found that no list had included.
    Missed,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 4] = [Self::Suspected, Self::Confirmed, Self::Rejected, Self::Missed];

    /// Returns the name used in tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether there is a farm; `None` if nobody has checked.
    #[must_use]
    pub const fn is_farm(self) -> Option<bool> {
        match self {
            Self::Suspected => None,
            Self::Confirmed | Self::Missed => Some(true),
            Self::Rejected => Some(false),
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
struct Decided {
    row: usize,
    at_s: Option<i64>,
    verdict: Verdict,
}

impl Decided {
    /// Whether one verdict says farm and the other no farm, and their times do not tell which came later.
    /// Verdicts of the same second are in row order, as the desk writes them. Verdicts that only have the
    /// same date are not.
    fn contradicts(&self, later: &Self) -> bool {
        let is_date = |at_s: i64| at_s % DAY_S == 0;
        let is_told = self.at_s.zip(later.at_s).is_some_and(|(one, other)| one != other || !is_date(one));
        let both = self.verdict.is_farm().zip(later.verdict.is_farm());
        self.row != later.row && !is_told && both.is_some_and(|(one, other)| one != other)
    }
}

/// Seconds in a day. [s]
const DAY_S: i64 = 86_400;

/// The latest verdict on each meter; may be empty.
#[derive(Debug, Clone, Default)]
pub struct Verdicts {
    by_meter: BTreeMap<MeterId, Verdict>,
}

impl Verdicts {
    /// Reads `meter_id, verdict` (and `decided_at`) from Parquet, CSV or a workbook. The latest verdict on a meter
    /// counts; without `decided_at`, the last row.
    ///
    /// # Errors
    /// When the file cannot be read or lacks a column.
    pub fn read(path: &Path) -> Result<(Self, Vec<Finding>)> {
        let file = path.display().to_string();
        let table = read_table(path)?;
        let (Some(meters), Some(verdicts)) = (table.texts("meter_id")?, table.texts("verdict")?) else {
            return Err(Error::input(
                file,
                format!("needs the columns `meter_id` and `verdict`; it has {}", table.names()),
                "Rename the columns",
            ));
        };
        let mut left_out = LeftOut::of(&table);
        let decided_s = table.instants_s("decided_at", &mut left_out)?;
        let mut latest: BTreeMap<MeterId, Decided> = BTreeMap::new();
        for (row, (meter, text)) in meters.into_iter().zip(verdicts).enumerate() {
            let meter = meter.map(|meter| meter.trim().to_owned()).filter(|meter| !meter.is_empty());
            let text = text.unwrap_or_default();
            let known =
                Verdict::ALL.into_iter().find(|known| text.trim().eq_ignore_ascii_case(known.as_str()));
            let Some(meter) = meter else {
                left_out.note(row, "meter_id", "", message!("no_meter_id"));
                continue;
            };
            let Some(verdict) = known else {
                let wrong = message!("no_verdict");
                left_out.note(row, "verdict", text, wrong);
                continue;
            };
            let decided = Decided { row, at_s: decided_s.as_ref().and_then(|all| all[row]), verdict };
            let place = latest.entry(MeterId::from(meter)).or_insert(decided);
            if place.contradicts(&decided) {
                let wrong = message!("verdict_contradicts");
                left_out.note(row, "verdict", text, wrong);
            }
            if place.at_s <= decided.at_s {
                *place = decided;
            }
        }
        let by_meter = latest.into_iter().map(|(meter, decided)| (meter, decided.verdict)).collect();
        Ok((Self { by_meter }, left_out.findings(&file)))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_meter.is_empty()
    }

    /// Returns a finding on verdicts whose ids are not in the run.
    #[must_use]
    pub fn unknown(&self, is_known: impl Fn(&MeterId) -> bool) -> Option<Finding> {
        let unknown: Vec<&MeterId> = self.by_meter.keys().filter(|meter| !is_known(meter)).collect();
        let message = message!("verdicts_unknown", ids = unknown.len(), first = *unknown.first()?);
        Some(
            Finding::new(Code::VerdictUnknown, Severity::Warning, message)
                .of_meter((*unknown.first()?).clone())
                .with("n_verdicts", unknown.len()),
        )
    }

    /// Builds verdicts from known decisions.
    #[must_use]
    pub fn of(all: impl IntoIterator<Item = (MeterId, Verdict)>) -> Self {
        Self { by_meter: all.into_iter().collect() }
    }

    /// Combines two sets of verdicts; `later` takes precedence on a meter that is in both.
    #[must_use]
    pub fn and(&self, later: &Self) -> Self {
        let all = self.by_meter.iter().chain(&later.by_meter);
        Self::of(all.map(|(meter, verdict)| (meter.clone(), *verdict)))
    }

    /// Returns the verdict on a meter.
    #[must_use]
    pub fn get(&self, meter: &MeterId) -> Option<Verdict> {
        self.by_meter.get(meter).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_verdict_counts_and_bad_rows_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("verdicts.csv");
        let rows = "meter_id,verdict,decided_at\na,confirmed,2024-03-01T00:00:00Z\na,rejected,2024-02-01T00:00:00Z\nb,Suspected,\nc,perhaps,\n,missed,\n";
        std::fs::write(&path, rows).unwrap();
        let (verdicts, findings) = Verdicts::read(&path).unwrap();
        assert_eq!(verdicts.get(&MeterId::from("a")), Some(Verdict::Confirmed));
        assert_eq!(verdicts.get(&MeterId::from("b")), Some(Verdict::Suspected));
        assert_eq!(verdicts.get(&MeterId::from("c")), None);
        assert_eq!(findings.len(), 2);
        assert!(findings[0].english().contains("row 4") && findings[0].english().contains("perhaps"));
    }

    #[test]
    fn verdicts_that_contradict_each_other_are_named_unless_times_tell_the_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("verdicts.csv");
        let read = |rows: &str| {
            std::fs::write(&path, format!("meter_id,verdict,decided_at\n{rows}")).unwrap();
            let (verdicts, findings) = Verdicts::read(&path).unwrap();
            let words = findings.iter().map(Finding::english).collect::<Vec<_>>();
            (verdicts.get(&MeterId::from("a")), words)
        };
        let (verdict, words) = read("a,confirmed,\na,rejected,\n");
        assert_eq!(verdict, Some(Verdict::Rejected));
        assert!(
            words.len() == 1 && words[0].starts_with("row 2: verdict `rejected` contradicts"),
            "{words:?}"
        );
        assert_eq!(read("a,confirmed,2024-01-01\na,rejected,2024-01-01\n").1.len(), 1);
        assert_eq!(read("a,confirmed,2024-01-01\na,rejected,2024-01-02\n").1, Vec::<String>::new());
        let within_a_second = "a,rejected,2024-01-01T09:30:07Z\na,confirmed,2024-01-01T09:30:07Z\n";
        assert_eq!(read(within_a_second), (Some(Verdict::Confirmed), Vec::new()));
        assert_eq!(read("a,confirmed,\na,missed,\na,suspected,\n").1, Vec::<String>::new());
        let (verdict, words) = read("a,confirmed,2024-01-01\na,rejected,soon\n");
        assert_eq!((verdict, words.len()), (Some(Verdict::Confirmed), 2));
    }

    #[test]
    fn a_table_without_verdicts_names_the_columns_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("verdicts.csv");
        std::fs::write(&path, "meter,result\na,yes\n").unwrap();
        let error = Verdicts::read(&path).unwrap_err().to_string();
        assert!(error.contains("`meter_id` and `verdict`") && error.contains("`result`"), "{error}");
    }
}
