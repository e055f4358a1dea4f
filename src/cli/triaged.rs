//! Prints the result of a triage.

use std::path::Path;

use super::findings::{Examples, push_by_code};
use super::layout::{Column, Side, aligned, counted, push_line, without_controls};
use crate::language::Language;
use crate::tips::{Answer, Triage};

/// At most this many tips are shown; the files have all.
const MAX_SHOWN: usize = 15;

const COLUMNS: [Column<'static>; 6] = [
    ("rank", Side::Right),
    ("tip", Side::Left),
    ("the data", Side::Left),
    ("chance", Side::Right),
    ("rig", Side::Right),
    ("place", Side::Left),
];

/// Renders the result of a triage as text, for lines of `width` characters.
pub(super) fn render(triage: &Triage, out: &Path, width: usize) -> String {
    let mut text = String::new();
    let n = |answer: Answer| triage.count(answer);
    push_line(
        &mut text,
        &format!(
            "{}: {} supported, {} not supported, {} not judgeable.",
            counted(triage.tips.len() as u64, "tip"),
            n(Answer::Supported),
            n(Answer::NotSupported),
            n(Answer::NotJudgeable)
        ),
    );
    let rows: Vec<Vec<String>> = triage
        .tips
        .iter()
        .filter(|one| one.merged_into.is_none())
        .take(MAX_SHOWN)
        .map(|one| {
            let answer = &one.answer;
            let best = answer.lines.iter().max_by(|a, b| a.priority_kw.total_cmp(&b.priority_kw));
            let others = match one.n_tips_on_place {
                0 | 1 => String::new(),
                n => format!(" (+{})", n - 1),
            };
            let smallest = answer.smallest_kw.map(|kw| format!("< {kw:.1} kW"));
            let rig = best.and_then(|line| line.rig_kw).map(|kw| format!("{:.1} kW", kw[0]));
            vec![
                one.rank.to_string(),
                format!("{}{others}", one.tip.tip_id),
                answer.answer.as_str().replace('_', " "),
                format!("{:.0}%", 100.0 * answer.posterior),
                rig.or(smallest).unwrap_or_default(),
                best.map(|line| line.meter_id.clone()).unwrap_or_default(),
            ]
        })
        .collect();
    push_line(&mut text, "");
    aligned(&COLUMNS, &rows).iter().for_each(|line| push_line(&mut text, &format!("  {line}")));
    push_line(
        &mut text,
        &format!("\nWritten: {}/triage.csv (.xlsx, .parquet), a page a tip in tips/", out.display()),
    );
    push_line(&mut text, "A tip is a claim; what the data says to it is evidence, not proof.\n");
    push_by_code(&mut text, &triage.findings, Examples::OfEach, Language::english(), width);
    without_controls(&text)
}
