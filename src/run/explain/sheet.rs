//! Renders an evidence sheet as text.

use hashwatt_core::calendar::CLOCK_HOURS;
use std::fmt::Write;

use jiff::civil::Date;

use super::sparkline::sparkline;
use crate::words::{
    ended_words, energy_words, evidence_is_not_guilt, group_words, machine_words, onset_words, peers_words,
    percent, rig_words, rival_words, score_words,
};
use hashwatt_core::calendar::{date_of, weekday};
use hashwatt_core::language::Language;
use hashwatt_detection::ranking::{RigEnergy, RigEstimate};
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
    /// The rig, if a level stands out.
    pub rig: Option<RigEstimate>,
    /// Energy of the rig; suspects only.
    pub energy: Option<RigEnergy>,
    /// Chance that a visit finds the rig running, 0..=1.
    pub visit_chance: Option<f64>,
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
pub fn render(sheet: &EvidenceSheet, language: &Language) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}\n", head(sheet, language));
    if let Some(summary) = &sheet.summary {
        write_wrapped(&mut text, "", summary);
        text.push('\n');
    }
    write_wrapped(&mut text, "", &evidence_is_not_guilt(language));
    text.push('\n');
    write_facts(&mut text, sheet, language);
    write_reasons(&mut text, &sheet.reasons, language);
    write_rivals(&mut text, sheet, language);
    write_load(&mut text, &sheet.days, language);
    write_findings(&mut text, &sheet.findings, language);
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

fn head(sheet: &EvidenceSheet, language: &Language) -> String {
    let (score, rank, all) =
        (score_words(sheet.score, language), sheet.rank.to_string(), sheet.n_scored.to_string());
    let values = [("meter", &sheet.meter[..]), ("score", &score), ("rank", &rank), ("all", &all)];
    language.say_with("explain-head", &values)
}

fn write_facts(text: &mut String, sheet: &EvidenceSheet, language: &Language) {
    let facts = facts(sheet, language);
    let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0) + 2;
    for (name, words) in facts {
        let _ = writeln!(text, "  {name:<width$}{words}");
    }
}

fn facts(sheet: &EvidenceSheet, language: &Language) -> Vec<(String, String)> {
    let kind = sheet.kind.as_deref().unwrap_or("none");
    let mut facts = vec![(language.say("explain-kind"), language.name_of("kind", kind))];
    let mut add = |id: &str, words: String| facts.push((language.say(id), words));
    if let Some(chance) = sheet.chance {
        let chance = percent(chance, language);
        add("explain-chance", language.say_with("explain-chance_by_data", &[("chance", &chance)]));
    }
    if let Some(chance) = sheet.visit_chance {
        add(
            "explain-visit",
            language.say_with("explain-visit_finds", &[("chance", &percent(chance, language))]),
        );
    }
    if let Some(rig) = &sheet.rig {
        add("explain-rig", rig_words(rig, language));
        add("explain-machines", machine_words(rig, language));
        add("explain-onset", onset_words(rig.onset, language));
        add("explain-ended", ended_words(rig.ended, language));
        if let Some(day) = rig.last_seen_on {
            add("explain-last_seen", language.said_day(day));
        }
    }
    if let Some(energy) = &sheet.energy {
        add("explain-energy", energy_words(energy, language));
    }
    let among = |p_value| peers_words(&sheet.group, p_value, language);
    add("explain-peers", sheet.p_value.map_or_else(|| group_words(&sheet.group, language), among));
    facts
}

fn write_reasons(text: &mut String, reasons: &[(String, f64)], language: &Language) {
    let _ = writeln!(text, "\n{}", language.say("explain-reasons"));
    if reasons.is_empty() {
        let _ = writeln!(text, "  {}", language.say("explain-none"));
    }
    for (words, weight) in reasons {
        let weight = language.said_decimal(&format!("{weight:+6.2}"));
        write_wrapped(text, &format!("  {weight}  "), words);
    }
}

fn write_rivals(text: &mut String, sheet: &EvidenceSheet, language: &Language) {
    let _ = writeln!(text, "\n{}", language.say("explain-rivals"));
    let rivals = sheet.rivals.iter().map(|(name, score)| (rival_words(name, language), *score));
    for (name, score) in std::iter::once((language.say("explain-mining"), sheet.score)).chain(rivals) {
        let filled = if score.is_finite() { (score.clamp(0.0, 1.0) * BAR_CHARS).round() as usize } else { 0 };
        let bar = "█".repeat(filled) + &"░".repeat(BAR_CHARS as usize - filled);
        let _ = writeln!(text, "  {}  {bar}  {name}", language.said_decimal(&format!("{score:6.2}")));
    }
}

fn write_load(text: &mut String, days: &[DayDigest], language: &Language) {
    let Some((first, last)) = days.first().zip(days.last()) else {
        let _ = writeln!(text, "\n{}", language.say("explain-no_days"));
        return;
    };
    let (id, periods) = if last.day - first.day <= MAX_DAYS_BY_WEEK {
        ("explain-by_week", by_period(days, week))
    } else {
        ("explain-by_month", by_period(days, month))
    };
    let span = language.said_span(date_of(first.day), date_of(last.day));
    let _ = writeln!(text, "\n{}", language.say_with(id, &[("days", &span)]));
    write_line(text, &periods, language);
    let recent: Vec<_> = days.iter().filter(|day| day.day > last.day - MEAN_DAY_DAYS).collect();
    let hours: Vec<Option<f32>> =
        (0..CLOCK_HOURS).map(|hour| mean(recent.iter().map(|day| day.hour_kw[hour]))).collect();
    let n_days = MEAN_DAY_DAYS.to_string();
    let _ = writeln!(text, "\n{}", language.say_with("explain-mean_day", &[("days", &n_days)]));
    write_line(text, &hours, language);
}

fn write_line(text: &mut String, values: &[Option<f32>], language: &Language) {
    let known: Vec<f32> = values.iter().flatten().copied().collect();
    let (Some(low), Some(high)) =
        (known.iter().copied().min_by(f32::total_cmp), known.iter().copied().max_by(f32::total_cmp))
    else {
        let _ = writeln!(text, "  {}", language.say("explain-too_coarse"));
        return;
    };
    let kw = |kw: f32| language.said_decimal(&format!("{kw:.2}"));
    let range = language.say_with("explain-range", &[("low", &kw(low)), ("high", &kw(high))]);
    let _ = writeln!(text, "  {}  {range}", sparkline(values));
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

fn write_findings(text: &mut String, findings: &[FindingLine], language: &Language) {
    if findings.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", language.say("report-found_here"));
    for finding in findings {
        let period = |(first, last)| format!(" ({})", language.said_span(first, last));
        let period = finding.days.map(period).unwrap_or_default();
        write_wrapped(
            text,
            &format!("  {} ", language.name_of("severity", &finding.severity)),
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
