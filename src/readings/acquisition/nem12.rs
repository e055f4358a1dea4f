//! Reads NEM12, the interval data of the Australian market: its channels of active import.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Read};

use arrow::array::RecordBatch;

use super::converted::Rows;
use super::mapping::Guess;
use super::report::{Cause, UnitReport};
use super::trade_rows::{Times, TradeRows, midnight_s};
use hashwatt_core::message;

/// Longest line; a day of one-minute values has less. [bytes]
const MAX_LINE: u64 = 1 << 20;

/// Length of a day. [s]
const DAY_S: i64 = 86_400;

/// One day of one NMI: the sum of its import registers.
#[derive(Default)]
struct Day {
    step_s: i64,
    /// Registers added up so far.
    suffixes: Vec<String>,
    energies_kwh: Vec<Option<f64>>,
    is_estimated: Vec<bool>,
}

/// A NEM12 file, line by line.
pub(super) struct Nem12<R> {
    input: R,
    line: Vec<u8>,
    n_lines: u64,
    rows: TradeRows,
    nmi: String,
    /// Days of the current NMI, by midnight. [s]
    days: BTreeMap<i64, Day>,
    /// Day of the last 300 record, which 400 records describe.
    last_day: Option<i64>,
    /// Suffix of the current 200 record.
    suffix: String,
    /// Whether the current 200 record is active import.
    is_import: bool,
    /// Factor from the channel's unit to kWh.
    factor: f64,
    /// Stated length of an interval. [min]
    minutes: usize,
    imports: BTreeSet<String>,
    left_out: BTreeSet<String>,
    other_lengths: BTreeSet<(usize, usize)>,
    /// Records that could not be used.
    unused: UnitReport,
    is_done: bool,
}

impl<R: BufRead> Nem12<R> {
    /// Starts before the first line.
    pub fn new(input: R) -> Self {
        Self {
            input,
            line: Vec::new(),
            n_lines: 0,
            rows: TradeRows::new(Times::Naive, "kwh"),
            nmi: String::new(),
            days: BTreeMap::new(),
            last_day: None,
            suffix: String::new(),
            is_import: false,
            factor: 1.0,
            minutes: 0,
            imports: BTreeSet::new(),
            left_out: BTreeSet::new(),
            other_lengths: BTreeSet::new(),
            unused: UnitReport::default(),
            is_done: false,
        }
    }

    fn read_line(&mut self) -> Result<bool, String> {
        self.line.clear();
        let read = self.input.by_ref().take(MAX_LINE).read_until(b'\n', &mut self.line);
        let n = read.map_err(|error| format!("line {}: {error}", self.n_lines + 1))?;
        self.n_lines += 1;
        Ok(n > 0)
    }

    fn read_record(&mut self) {
        let line = std::mem::take(&mut self.line);
        let is_read = match std::str::from_utf8(&line) {
            Ok(text) => {
                let fields: Vec<&str> = text.trim_end().split(',').map(str::trim).collect();
                match fields[0] {
                    "200" => self.start_channel(&fields),
                    "300" if self.is_import => self.read_day(&fields),
                    "400" if self.is_import => self.read_quality(&fields),
                    _ => true,
                }
            }
            Err(_) => false,
        };
        if !is_read {
            self.unused.skip(Cause::BadRecord, self.n_lines, String::new);
        }
        self.line = line;
    }

    fn start_channel(&mut self, fields: &[&str]) -> bool {
        self.is_import = false;
        self.last_day = None;
        let (Some(nmi), Some(suffix), Some(unit), Some(minutes)) =
            (fields.get(1), fields.get(4), fields.get(7), fields.get(8))
        else {
            return false;
        };
        if *nmi != self.nmi {
            self.send_days();
            (*nmi).clone_into(&mut self.nmi);
        }
        let factor = match unit.to_ascii_lowercase().as_str() {
            "kwh" => Some(1.0),
            "wh" => Some(1e-3),
            "mwh" => Some(1e3),
            _ => None,
        };
        let Some(factor) = factor.filter(|_| suffix.starts_with(['E', 'e'])) else {
            self.left_out.insert(format!("{suffix} in {unit}"));
            return true;
        };
        self.minutes = minutes.parse().ok().filter(|n| *n > 0).unwrap_or(30);
        self.factor = factor;
        self.is_import = true;
        self.suffix = suffix.to_ascii_uppercase();
        self.imports.insert(self.suffix.clone());
        true
    }

    fn read_day(&mut self, fields: &[&str]) -> bool {
        self.last_day = None;
        let Some(midnight_s) = fields.get(1).and_then(|text| midnight_s(text)) else { return false };
        let is_method = |field: &&str| field.starts_with(['A', 'S', 'F', 'E', 'N', 'V']);
        let values = &fields[2..];
        let Some(n) = values.iter().position(is_method).filter(|n| *n > 0 && 1440 % n == 0) else {
            return false;
        };
        if n != 1440 / self.minutes {
            self.other_lengths.insert((1440 / n, self.minutes));
        }
        let method = values[n].as_bytes()[0];
        let step_s = DAY_S / n as i64;
        let day = self.days.entry(midnight_s).or_default();
        if day.energies_kwh.is_empty() {
            let (energies_kwh, is_estimated) = (vec![Some(0.0); n], vec![false; n]);
            *day = Day { step_s, suffixes: Vec::new(), energies_kwh, is_estimated };
        }
        // A register's day that comes again is sent again, and no further energy.
        if day.step_s != step_s || day.suffixes.contains(&self.suffix) {
            return false;
        }
        day.suffixes.push(self.suffix.clone());
        let mut is_read = true;
        for (at, text) in values[..n].iter().enumerate() {
            let kwh = text.parse::<f64>().ok().filter(|value| value.is_finite() && method != b'N');
            is_read &= kwh.is_some() || text.is_empty() || method == b'N';
            day.energies_kwh[at] = day.energies_kwh[at].zip(kwh).map(|(sum, kwh)| sum + kwh * self.factor);
            day.is_estimated[at] |= matches!(method, b'S' | b'F' | b'E');
        }
        self.last_day = Some(midnight_s);
        is_read
    }

    /// Reads the quality of some intervals of the last day, numbered from 1.
    fn read_quality(&mut self, fields: &[&str]) -> bool {
        let Some(day) = self.last_day.and_then(|day| self.days.get_mut(&day)) else { return false };
        let number = |at: usize| fields.get(at).and_then(|text| text.parse::<usize>().ok());
        let (Some(first), Some(last), Some(method)) = (number(1), number(2), fields.get(3)) else {
            return false;
        };
        if first == 0 || first > last || last > day.energies_kwh.len() {
            return false;
        }
        for at in first - 1..last {
            match method.as_bytes().first() {
                Some(b'N') => day.energies_kwh[at] = None,
                Some(b'S' | b'F' | b'E') => day.is_estimated[at] = true,
                _ => {}
            }
        }
        true
    }

    fn send_days(&mut self) {
        for (midnight_s, day) in std::mem::take(&mut self.days) {
            for (at, (kwh, is_estimated)) in day.energies_kwh.iter().zip(&day.is_estimated).enumerate() {
                let quality = match (kwh, is_estimated) {
                    (None, _) => "N",
                    (_, true) => "E",
                    _ => "A",
                };
                self.rows.push(&self.nmi, Some(midnight_s + at as i64 * day.step_s), *kwh, quality);
            }
        }
    }
}

impl<R: BufRead> Rows for Nem12<R> {
    fn next_batch(&mut self) -> Result<Option<RecordBatch>, String> {
        while !self.is_done && !self.rows.is_full() {
            if self.read_line()? {
                self.read_record();
            } else {
                self.send_days();
                self.is_done = true;
            }
        }
        Ok(self.rows.take())
    }

    fn notes(&self) -> Vec<Guess> {
        let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(", ");
        let mut notes = Vec::new();
        let mut note = |what, words, reason| notes.push(Guess::note(what, words, reason));
        if self.imports.len() > 1 {
            let words = message!("sum_of", registers = list(&self.imports));
            note("channel", words, message!("imports_added"));
        }
        if !self.left_out.is_empty() {
            let reason = message!("registers_left_out", others = list(&self.left_out));
            note("channel", message!("import_e"), reason);
        }
        for (found, stated) in &self.other_lengths {
            let (found, stated) = (found.to_string(), stated.to_string());
            let reason = message!("days_have_other_minutes", found = found.as_str(), stated = stated);
            note("interval", message!("minutes", n = found), reason);
        }
        notes
    }

    fn unused(&mut self) -> UnitReport {
        std::mem::take(&mut self.unused)
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray;
    use arrow::datatypes::Float64Type;

    use super::*;

    fn day(n: usize, value: &str, end: &str) -> String {
        format!("300,20240603,{}{end}\n", format!("{value},").repeat(n))
    }

    fn read(text: &str) -> (Vec<f64>, Nem12<&[u8]>) {
        let mut file = Nem12::new(text.as_bytes());
        let mut values = Vec::new();
        while let Some(batch) = file.next_batch().unwrap() {
            let column = batch.column_by_name("kwh").unwrap().as_primitive::<Float64Type>();
            values.extend(column.iter().map(|value| value.unwrap_or(-1.0)));
        }
        (values, file)
    }

    #[test]
    fn registers_of_import_add_up_and_export_is_left_out() {
        let text = [
            "100,NEM12,202407010000,A,B\n200,61,E1B1,E1,E1,,S,kWh,30,\n",
            &day(48, "0.5", "A,,,,"),
            "200,61,E1B1,E2,E2,,S,Wh,30,\n",
            &day(48, "250", "A,,,,"),
            "200,61,E1B1,B1,B1,,S,kWh,30,\n",
            &day(48, "9", "A,,,,"),
            "900\n",
        ]
        .concat();
        let (values, file) = read(&text);
        assert_eq!(values, vec![0.75; 48]);
        assert!(
            file.notes().iter().any(|note| note.reason.parameters().contains("B1")),
            "{:?}",
            file.notes()
        );
    }

    #[test]
    fn five_minute_rows_under_another_header_are_kept_and_a_row_that_fits_nothing_is_named() {
        let text = ["200,61,E1,E1,E1,,S,kWh,15,\n", &day(288, "1", "A,,,,"), &day(47, "1", "A,,,,")].concat();
        let (values, mut file) = read(&text);
        assert_eq!(values.len(), 288);
        assert_eq!(file.notes()[0].value, "5 min");
        assert_eq!(file.unused().skipped[&Cause::BadRecord].first_row, Some(3));
    }

    #[test]
    fn a_day_that_comes_again_is_named_and_not_added() {
        let text =
            ["200,61,E1,E1,E1,,S,kWh,30,\n", &day(48, "0.5", "A,,,,"), &day(48, "0.7", "A,,,,")].concat();
        let (values, mut file) = read(&text);
        assert_eq!(values, vec![0.5; 48]);
        assert_eq!(file.unused().skipped[&Cause::BadRecord].first_row, Some(3));
    }

    #[test]
    fn broken_records_do_not_panic() {
        for text in ["200\n300\n400\n", "300", "200,1,,,E1,,,kWh,0\n300,20240603\n400,0,99999,S\n", "\n,,\n"]
        {
            assert!(read(text).0.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn a_quality_record_marks_its_intervals() {
        let text = ["200,61,E1,E1,E1,,S,kWh,30,\n", &day(48, "1", "V,,,,"), "400,1,2,N,,\n"].concat();
        assert_eq!(read(&text).0[..3], [-1.0, -1.0, 1.0]);
    }
}
