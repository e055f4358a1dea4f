//! Parses times and dates that exports write as text or whole numbers.
//!
//! Civil times are returned as seconds, counted as if their clock showed UTC. A time with an offset is
//! returned as the instant.

use super::local_time::{END_INSTANT_S, FIRST_INSTANT_S};

/// Order of day and month in dates such as `01/02/2013`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// Day first: 1 February.
    DayFirst,
    /// Month first: 2 January.
    MonthFirst,
}

impl DateOrder {
    /// Returns the value of the `date_order` key.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DayFirst => "dmy",
            Self::MonthFirst => "mdy",
        }
    }
}

/// A time as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParsedTime {
    /// Naive local time, or the instant if `is_instant`. [s]
    pub seconds: i64,
    /// Whether the text had `Z` or an offset.
    pub is_instant: bool,
}

/// Parses one text. `None` if it is not a time or the day does not exist.
#[must_use]
pub fn parse_time(text: &[u8], order: DateOrder) -> Option<ParsedTime> {
    let mut cursor = Cursor { text: text.trim_ascii(), at: 0 };
    let n_digits = cursor.text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if cursor.text.get(n_digits) == Some(&b'.')
        && let Some(time) = decimal_time(cursor.text)
    {
        return Some(time);
    }
    if n_digits == cursor.text.len() {
        let number = cursor.number(19)?;
        let seconds = whole_number_time(number.0)?;
        return Some(ParsedTime { seconds, is_instant: is_epoch(number.0) });
    }
    let days = match n_digits {
        8 => compact_date(cursor.number(8)?.0)?,
        4 if !cursor.text[4].is_ascii_alphabetic() => year_first_date(&mut cursor)?,
        1 | 2 => day_or_month_first_date(&mut cursor, order)?,
        _ => return None,
    };
    let second_of_day = if cursor.is_done() { 0 } else { time_of_day(&mut cursor)? };
    let offset_s = if cursor.is_done() { None } else { Some(zone_offset(&mut cursor)?) };
    if !cursor.is_done() {
        return None;
    }
    let seconds = days * 86_400 + second_of_day - offset_s.unwrap_or(0);
    Some(ParsedTime { seconds, is_instant: offset_s.is_some() })
}

/// Parses a time of day, such as `00:30` or `5:30 PM`, into seconds after midnight. [s]
#[must_use]
pub fn parse_clock(text: &[u8]) -> Option<i64> {
    let mut cursor = Cursor { text: text.trim_ascii(), at: 0 };
    time_of_day(&mut cursor).filter(|_| cursor.is_done())
}

/// Returns the two numbers of a date whose order of day and month is not clear from its format, such as
/// `13/02/2013`.
#[must_use]
pub fn unordered_pair(text: &[u8]) -> Option<(u32, u32)> {
    let mut cursor = Cursor { text: text.trim_ascii(), at: 0 };
    let (first, n) = cursor.number(2)?;
    cursor.separator()?;
    let (second, m) = cursor.number(2)?;
    cursor.separator()?;
    let rest = cursor.text.len() - cursor.at;
    (n <= 2 && m <= 2 && rest >= 2).then_some((first as u32, second as u32))
}

/// Returns the seconds of a whole number: an epoch in s, ms, us or ns, or `yyyymmdd`, `yyyymmddHHMM[SS]`,
/// recognised by size. `None` if it is none of them.
#[must_use]
pub fn whole_number_time(number: i64) -> Option<i64> {
    let digits = |date: i64, clock: i64| {
        let (hour, minute, second) = (clock / 10_000, clock / 100 % 100, clock % 100);
        (hour <= 24 && minute < 60 && second < 60)
            .then(|| compact_date(date).map(|days| days * 86_400 + hour * 3600 + minute * 60 + second))?
    };
    match number {
        19_900_101..=21_001_231 => digits(number, 0),
        199_001_010_000..=210_012_312_400 => digits(number / 10_000, number % 10_000 * 100),
        19_900_101_000_000..=21_001_231_240_000 => digits(number / 1_000_000, number % 1_000_000),
        _ => epoch_per_second(number).map(|per_second| number.div_euclid(per_second)),
    }
}

/// Whether a whole number is an epoch, and therefore an instant.
#[must_use]
pub fn is_epoch(number: i64) -> bool {
    epoch_per_second(number).is_some()
}

/// Returns the days from 1970-01-01 to a Gregorian date, or `None` if there is no such day.
#[must_use]
pub fn days_since_epoch(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day < 1 || day > length {
        return None;
    }
    // Hinnant, chrono-Compatible Low-Level Date Algorithms: years begin in March.
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Returns the naive time of a day number of a spreadsheet: days since 1899-12-30, with the time of day as a
/// fraction. [s] Whole numbers are no times here: they may count anything.
#[must_use]
pub fn serial_time(number: f64) -> Option<i64> {
    const DAYS_BEFORE_1970: f64 = 25_569.0;
    let seconds = ((number - DAYS_BEFORE_1970) * 86_400.0).round();
    let is_in_range = seconds >= FIRST_INSTANT_S as f64 && seconds < END_INSTANT_S as f64;
    (is_in_range && number < 100_000.0).then_some(seconds as i64)
}

/// Parses a number with a fraction: an epoch that a table tool made a float, or a spreadsheet's day number.
fn decimal_time(text: &[u8]) -> Option<ParsedTime> {
    let is_number = text.iter().filter(|byte| !byte.is_ascii_digit()).count() == 1;
    let number: f64 = std::str::from_utf8(text).ok().filter(|_| is_number)?.parse().ok()?;
    if let Some(seconds) = serial_time(number) {
        return Some(ParsedTime { seconds, is_instant: false });
    }
    let whole = number.floor() as i64;
    is_epoch(whole).then(|| whole_number_time(whole))?.map(|seconds| ParsedTime { seconds, is_instant: true })
}

/// Returns the units per second that put `number`, read as an epoch, between 1990 and 2100.
fn epoch_per_second(number: i64) -> Option<i64> {
    [1, 1_000, 1_000_000, 1_000_000_000]
        .into_iter()
        .find(|per_second| (FIRST_INSTANT_S..END_INSTANT_S).contains(&number.div_euclid(*per_second)))
}

fn compact_date(number: i64) -> Option<i64> {
    days_since_epoch(number / 10_000, number / 100 % 100, number % 100)
}

fn year_first_date(cursor: &mut Cursor<'_>) -> Option<i64> {
    let (year, _) = cursor.number(4)?;
    cursor.separator()?;
    let (month, _) = cursor.number(2)?;
    cursor.separator()?;
    let (day, _) = cursor.number(2)?;
    days_since_epoch(year, month, day)
}

fn day_or_month_first_date(cursor: &mut Cursor<'_>, order: DateOrder) -> Option<i64> {
    let (first, _) = cursor.number(2)?;
    cursor.skip_if(|byte| matches!(byte, b'/' | b'-' | b'.' | b' '));
    if let Some(month) = cursor.month_name() {
        cursor.skip_if(|byte| matches!(byte, b'/' | b'-' | b'.' | b' '));
        return days_since_epoch(cursor.year()?, month, first);
    }
    let (second, _) = cursor.number(2)?;
    cursor.separator()?;
    let year = cursor.year()?;
    match order {
        DateOrder::DayFirst => days_since_epoch(year, second, first),
        DateOrder::MonthFirst => days_since_epoch(year, first, second),
    }
}

/// Parses seconds after midnight; 24:00 is the next midnight.
fn time_of_day(cursor: &mut Cursor<'_>) -> Option<i64> {
    cursor.skip_if(|byte| matches!(byte, b'T' | b't' | b' ' | b':' | b'_'));
    while cursor.skip_if(|byte| byte == b' ') {}
    let (mut hour, n_digits) = cursor.number(2)?;
    if !cursor.skip_if(|byte| matches!(byte, b':' | b'.')) {
        // `20130101 0030`, `20130101T003000`.
        let (minute, n) = if n_digits == 2 { cursor.number(2)? } else { return None };
        let second = cursor.number(2).map_or(0, |(second, _)| second);
        return (n == 2 && hour <= 24 && minute < 60 && second < 60)
            .then_some(hour * 3600 + minute * 60 + second);
    }
    let (minute, _) = cursor.number(2)?;
    let mut second = 0;
    if cursor.skip_if(|byte| matches!(byte, b':' | b'.')) {
        second = cursor.number(2)?.0;
        if cursor.skip_if(|byte| matches!(byte, b'.' | b',')) {
            while cursor.skip_if(|byte| byte.is_ascii_digit()) {}
        }
    }
    while cursor.skip_if(|byte| byte == b' ') || cursor.skip_bytes("\u{a0}") || cursor.skip_bytes("\u{202f}")
    {
    }
    if let Some(half) = cursor.half_of_day() {
        hour = hour % 12 + half;
    }
    let seconds = hour * 3600 + minute * 60 + second;
    (minute < 60 && second < 61 && seconds <= 86_400).then_some(seconds)
}

/// Parses the seconds east of UTC in `Z`, `UTC`, `+06`, `+0600` or `+06:00`.
fn zone_offset(cursor: &mut Cursor<'_>) -> Option<i64> {
    while cursor.skip_if(|byte| byte == b' ') {}
    let rest = &cursor.text[cursor.at..];
    if rest.eq_ignore_ascii_case(b"z")
        || rest.eq_ignore_ascii_case(b"utc")
        || rest.eq_ignore_ascii_case(b"gmt")
    {
        cursor.at = cursor.text.len();
        return Some(0);
    }
    let sign = match rest.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    cursor.at += 1;
    let (hours, n_digits) = cursor.number(2)?;
    cursor.skip_if(|byte| byte == b':');
    let minutes = cursor.number(2).map_or(0, |(minutes, _)| minutes);
    (n_digits == 2 && hours <= 15 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Starts of the months' names in Russian and in Kazakh.
const CYRILLIC_MONTHS: [&[&str]; 12] = [
    &["янв", "қаң"],
    &["фев", "ақп"],
    &["мар", "нау"],
    &["апр", "сәу"],
    &["май", "мая", "мам"],
    &["июн", "мау"],
    &["июл", "шіл"],
    &["авг", "там"],
    &["сен", "қыр"],
    &["окт", "қаз"],
    &["ноя", "қар"],
    &["дек", "жел"],
];

/// A position in a text that moves forward.
struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn is_done(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Parses up to `longest` digits; returns their number and how many there were.
    fn number(&mut self, longest: usize) -> Option<(i64, usize)> {
        let (mut number, mut n) = (0i64, 0);
        while n < longest {
            let Some(digit) = self.text.get(self.at).filter(|byte| byte.is_ascii_digit()) else { break };
            number = number.checked_mul(10)?.checked_add(i64::from(digit - b'0'))?;
            self.at += 1;
            n += 1;
        }
        (n > 0).then_some((number, n))
    }

    fn separator(&mut self) -> Option<()> {
        self.skip_if(|byte| matches!(byte, b'-' | b'/' | b'.')).then_some(())
    }

    fn skip_if(&mut self, is_wanted: impl Fn(u8) -> bool) -> bool {
        let found = self.text.get(self.at).is_some_and(|&byte| is_wanted(byte));
        self.at += usize::from(found);
        found
    }

    /// Parses a year of four digits, or of two digits from 1990 to 2089.
    fn year(&mut self) -> Option<i64> {
        match self.number(4)? {
            (year, 4) => Some(year),
            (year, 2) => Some(if year >= 90 { 1900 + year } else { 2000 + year }),
            _ => None,
        }
    }

    fn month_name(&mut self) -> Option<i64> {
        if let Some(month) = self.cyrillic_month() {
            return Some(month);
        }
        let name = self.text.get(self.at..self.at + 3)?;
        let months: [&[u8]; 12] =
            [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
        let index = months.iter().position(|month| name.eq_ignore_ascii_case(month))?;
        self.at += 3;
        while self.skip_if(|byte| byte.is_ascii_alphabetic()) {}
        Some(index as i64 + 1)
    }

    /// Parses a Russian or Kazakh month, whole, in the genitive or cut short.
    fn cyrillic_month(&mut self) -> Option<i64> {
        let rest = std::str::from_utf8(self.text.get(self.at..)?).ok()?;
        let name: String =
            rest.chars().take_while(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
        let index =
            CYRILLIC_MONTHS.iter().position(|starts| starts.iter().any(|start| name.starts_with(start)))?;
        let length: usize = rest.chars().take_while(|c| c.is_alphabetic()).map(char::len_utf8).sum();
        self.at += length;
        Some(index as i64 + 1)
    }

    /// Parses AM, `a.m.` or `a. m.` as 0 and PM as 12. [h]
    fn half_of_day(&mut self) -> Option<i64> {
        let half = match self.text.get(self.at)?.to_ascii_lowercase() {
            b'a' => 0,
            b'p' => 12,
            _ => return None,
        };
        self.at += 1;
        self.skip_if(|byte| byte == b'.');
        while self.skip_if(|byte| byte == b' ') || self.skip_bytes("\u{a0}") || self.skip_bytes("\u{202f}") {}
        self.skip_if(|byte| byte.eq_ignore_ascii_case(&b'm')).then_some(())?;
        self.skip_if(|byte| byte == b'.');
        Some(half)
    }

    fn skip_bytes(&mut self, text: &str) -> bool {
        let found = self.text.get(self.at..).is_some_and(|rest| rest.starts_with(text.as_bytes()));
        self.at += if found { text.len() } else { 0 };
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2013-01-31T00:00Z. [s]
    const DAY_S: i64 = 1_359_590_400;

    fn civil(text: &str) -> Option<i64> {
        let parsed = parse_time(text.as_bytes(), DateOrder::DayFirst)?;
        assert!(!parsed.is_instant, "{text}");
        Some(parsed.seconds)
    }

    #[test]
    fn the_forms_that_exports_use_are_read() {
        let half_past = DAY_S + 1800;
        for text in [
            "2013-01-31 00:30:00.0000000",
            "2013-01-31T00:30",
            "2013/1/31 0:30",
            "31/01/2013 00:30",
            "31.01.2013 00:30:00",
            "31-01-13 00:30",
            "31JAN13:00:30:00",
            "31-Jan-2013 00:30",
            "31 January 2013 00:30",
            "20130131 0030",
            "20130131T003000",
            "201301310030",
            "20130131003000",
            " 2013-01-31 12:30 AM ",
            "31/01/2013 12:30:00 a. m.",
            "31/01/2013 12:30 a.m.",
            "31 января 2013 00:30",
            "31-янв-2013 00:30",
            "31 қаңтар 2013 00:30",
            "41305.0208333333",
        ] {
            assert_eq!(civil(text), Some(half_past), "{text}");
        }
        assert_eq!(civil("2013-01-31"), Some(DAY_S));
        assert_eq!(civil("20130131"), Some(DAY_S));
        assert_eq!(civil("2013-01-30 24:00"), Some(DAY_S));
        assert_eq!(civil("2013-01-31 12:30 PM"), Some(half_past + 12 * 3600));
    }

    #[test]
    fn a_time_with_an_offset_is_an_instant() {
        for text in ["2013-01-31T00:00:00Z", "2013-01-31 06:00:00+06:00", "2013-01-30 19:00:00 -0500"] {
            let parsed = parse_time(text.as_bytes(), DateOrder::DayFirst).unwrap();
            assert_eq!(parsed, ParsedTime { seconds: DAY_S, is_instant: true }, "{text}");
        }
    }

    #[test]
    fn day_and_month_follow_the_order() {
        let second_of_january = parse_time(b"01/02/2013", DateOrder::MonthFirst).unwrap().seconds;
        let first_of_february = parse_time(b"01/02/2013", DateOrder::DayFirst).unwrap().seconds;
        assert_eq!(first_of_february - second_of_january, 30 * 86_400);
        assert_eq!(unordered_pair(b"01/02/2013 00:30"), Some((1, 2)));
        assert_eq!(unordered_pair(b"2013-01-02"), None);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in
            ["", "abc", "2013-02-30", "2013-01-31 25:00", "31/13/2013", "12", "2013-01-31 00:30 x", "1e9"]
        {
            assert_eq!(parse_time(text.as_bytes(), DateOrder::DayFirst), None, "{text}");
        }
    }

    #[test]
    fn an_epoch_is_told_by_its_size() {
        for (number, is_instant) in [
            (DAY_S, true),
            (DAY_S * 1_000, true),
            (DAY_S * 1_000_000, true),
            (DAY_S * 1_000_000_000, true),
            (20_130_131, false),
        ] {
            assert_eq!(whole_number_time(number), Some(DAY_S), "{number}");
            assert_eq!(is_epoch(number), is_instant, "{number}");
        }
        assert_eq!(whole_number_time(5), None);
    }

    #[test]
    fn days_are_counted_across_leap_years() {
        assert_eq!(days_since_epoch(1970, 1, 1), Some(0));
        assert_eq!(days_since_epoch(2000, 2, 29), Some(11_016));
        assert_eq!(days_since_epoch(2100, 2, 29), None);
    }
}
