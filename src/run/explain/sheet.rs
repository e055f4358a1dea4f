//! Renders an evidence sheet as text.

use hashwatt_core::calendar::CLOCK_HOURS;
use std::fmt::Write;

use jiff::civil::Date;

use super::sparkline::sparkline;
use crate::words::{
    EVIDENCE_IS_NOT_GUILT, ended_words, kind_named, kind_words, machine_words, onset_words, peers_words,
    percent, rig_words,
};
use hashwatt_core::calendar::{date_of, weekday};
use hashwatt_detection::ranking::RigEstimate;
use hashwatt_readings::digest::DayDigest;

/// Up to this many days the base load is shown by week, beyond by month. [days]
const MAX_DAYS_BY_WEEK: i32 = 182;

/// The mean day covers the last days, because these are what an inspector would find now. [days]
const MEAN_DAY_DAYS: i32 = 60;

/// Characters of a full bar.
const BAR_CHARS: f64 = 20.0;

/// Most characters of a line of running text.
const LINE_CHARS: usize = 96;

/// Content of the evidence sheet of one meter.
pub struct EvidenceSheet {
    /// The meter.
    pub meter: String,
    /// Suspicion score, 0..=1.
    pub score: f64,
    /// Place in the list, from 1.
    pub rank: u32,
    /// Number of lines in the list.
    pub n_scored: usize,
    /// Stable text of the kind.
    pub kind: Option<String>,
    /// The rig, if a level stands out. Its energy is not shown.
    pub rig: Option<RigEstimate>,
    /// Peer group.
    pub group: String,
    /// Chance that there is a rig, 0..=1.
    pub chance: Option<f64>,
    /// Share of the group, itself included, that scores at least as high.
    pub p_value: Option<f64>,
    /// The evidence in one sentence; suspects only.
    pub summary: Option<String>,
    /// Words and weights, strongest first.
    pub reasons: Vec<(String, f64)>,
    /// Names and scores, best first.
    pub rivals: Vec<(String, f64)>,
    /// Findings on the meter.
    pub findings: Vec<FindingLine>,
    /// Days of the meter; empty if the run does not have them.
    pub days: Vec<DayDigest>,
}

/// One finding on the meter.
pub struct FindingLine {
    /// Stable text of the code.
    pub code: String,
    /// Stable text of the severity.
    pub severity: String,
    /// First and last local day.
    pub days: Option<(Date, Date)>,
    /// The sentence.
    pub description: String,
}

/// Renders the sheet as text. Control characters from data are replaced, so that none reaches a terminal.
pub fn render(sheet: &EvidenceSheet) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}: suspicion score {:.3}, rank {} of {}\n",
        sheet.meter, sheet.score, sheet.rank, sheet.n_scored
    );
    if let Some(summary) = &sheet.summary {
        write_wrapped(&mut text, "", summary);
        text.push('\n');
    }
    write_wrapped(&mut text, "", EVIDENCE_IS_NOT_GUILT);
    text.push('\n');
    write_facts(&mut text, sheet);
    write_reasons(&mut text, &sheet.reasons);
    write_rivals(&mut text, sheet);
    write_load(&mut text, &sheet.days);
    write_findings(&mut text, &sheet.findings);
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

fn write_facts(text: &mut String, sheet: &EvidenceSheet) {
    let mut fact = |name: &str, words: &str| {
        let _ = writeln!(text, "  {name:<12}{words}");
    };
    let kind = sheet.kind.as_deref();
    fact(
        "looks like",
        kind.map_or("nothing stands out", |text| kind_named(text).map_or(text, |kind| kind_words(kind))),
    );
    if let Some(chance) = sheet.chance {
        fact("chance", &format!("{} that there is a rig, by the data alone", percent(chance)));
    }
    if let Some(rig) = &sheet.rig {
        fact("rig", &rig_words(rig));
        fact("machines", &machine_words(rig));
        fact("onset", &onset_words(rig.onset));
        fact("end", &ended_words(rig.ended));
    }
    let among = sheet.p_value.map(|p_value| format!("; {}", peers_words(p_value))).unwrap_or_default();
    fact("peer group", &format!("{}{among}", sheet.group));
}

fn write_reasons(text: &mut String, reasons: &[(String, f64)]) {
    let _ = writeln!(text, "\nEvidence (weight in log-odds: + speaks for mining, - against)");
    if reasons.is_empty() {
        let _ = writeln!(text, "  none");
    }
    for (words, weight) in reasons {
        write_wrapped(text, &format!("  {weight:+6.2}  "), words);
    }
}

fn write_rivals(text: &mut String, sheet: &EvidenceSheet) {
    let _ = writeln!(text, "\nWhat else could it be (each scored by itself, 0 to 1)");
    let mining = ("mining".to_owned(), sheet.score);
    for (name, score) in std::iter::once(&mining).chain(&sheet.rivals) {
        let filled = if score.is_finite() { (score.clamp(0.0, 1.0) * BAR_CHARS).round() as usize } else { 0 };
        let bar = "█".repeat(filled) + &"░".repeat(BAR_CHARS as usize - filled);
        let _ = writeln!(text, "  {score:6.2}  {bar}  {name}");
    }
}

fn write_load(text: &mut String, days: &[DayDigest]) {
    let Some((first, last)) = days.first().zip(days.last()) else {
        let _ = writeln!(text, "\nNo days of this meter are kept in the run.");
        return;
    };
    let (unit, periods): (_, Vec<Option<f32>>) = if last.day - first.day <= MAX_DAYS_BY_WEEK {
        ("week", by_period(days, week))
    } else {
        ("month", by_period(days, month))
    };
    let _ = writeln!(
        text,
        "\nBase load by {unit} (mean of daily 5th percentiles), {} to {}",
        date_of(first.day),
        date_of(last.day)
    );
    write_line(text, &periods);
    let recent: Vec<_> = days.iter().filter(|day| day.day > last.day - MEAN_DAY_DAYS).collect();
    let hours: Vec<Option<f32>> =
        (0..CLOCK_HOURS).map(|hour| mean(recent.iter().map(|day| day.hour_kw[hour]))).collect();
    let _ = writeln!(text, "\nMean day of the last {MEAN_DAY_DAYS} days, 00:00 to 24:00");
    write_line(text, &hours);
}

fn write_line(text: &mut String, values: &[Option<f32>]) {
    let known: Vec<f32> = values.iter().flatten().copied().collect();
    let (Some(low), Some(high)) =
        (known.iter().copied().min_by(f32::total_cmp), known.iter().copied().max_by(f32::total_cmp))
    else {
        let _ = writeln!(text, "  cannot be told from reads this coarse");
        return;
    };
    let _ = writeln!(text, "  {}  {low:.2} to {high:.2} kW", sparkline(values));
}

/// Returns the mean base load of each period from first to last; a period without one is `None`.
fn by_period(days: &[DayDigest], period: fn(i32) -> i32) -> Vec<Option<f32>> {
    let Some((first, last)) = days.first().zip(days.last()) else { return Vec::new() };
    let mut sums = vec![Vec::new(); (period(last.day) - period(first.day)) as usize + 1];
    for day in days {
        sums[(period(day.day) - period(first.day)) as usize].push(day.demand_kw_p05);
    }
    sums.into_iter().map(|values| mean(values.into_iter())).collect()
}

fn week(day: i32) -> i32 {
    (day - weekday(day) as i32).div_euclid(7)
}

fn month(day: i32) -> i32 {
    let date = date_of(day);
    i32::from(date.year()) * 12 + i32::from(date.month()) - 1
}

fn mean(values: impl Iterator<Item = f32>) -> Option<f32> {
    let values: Vec<f32> = values.filter(|value| value.is_finite()).collect();
    hashwatt_core::stats::mean(&values)
}

fn write_findings(text: &mut String, findings: &[FindingLine]) {
    if findings.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nFound in this meter's data");
    for finding in findings {
        let period = finding.days.map(|(first, last)| format!(" ({first} to {last})")).unwrap_or_default();
        write_wrapped(
            text,
            &format!("  {} ", finding.severity),
            &format!("{}: {}{period}", finding.code, finding.description),
        );
    }
}

/// Writes running text, broken between words. Further lines are indented to the first.
fn write_wrapped(text: &mut String, lead: &str, words: &str) {
    let indent = " ".repeat(lead.chars().count());
    let mut line = lead.to_owned();
    for word in words.split_whitespace() {
        let is_begun = line.chars().count() > indent.len();
        if is_begun && line.chars().count() + 1 + word.chars().count() > LINE_CHARS {
            let _ = writeln!(text, "{}", line.trim_end());
            line.clone_from(&indent);
        } else if is_begun {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(text, "{}", line.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_break_under_their_beginning() {
        let mut text = String::new();
        write_wrapped(&mut text, "  +1.00  ", &"word ".repeat(30));
        assert!(text.lines().all(|line| line.chars().count() <= LINE_CHARS));
        assert!(text.lines().nth(1).unwrap().starts_with("         word"));
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        // 1970-01-05 was a Monday.
        assert_eq!((week(3), week(4), week(10), week(11)), (week(3), week(3) + 1, week(4), week(4) + 1));
        assert_eq!(month(31), month(30) + 1);
    }
}
