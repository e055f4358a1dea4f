//! Prints the result of a triage.

use std::path::Path;

use comfy_table::CellAlignment;

use super::findings::{Examples, push_by_code};
use super::layout::{aligned_in, push_line, said_count, without_controls};
use crate::language::Language;
use crate::tips::{Answer, Triage};

/// At most this many tips are shown; the files have all.
const MAX_SHOWN: usize = 15;

/// Columns of the tips: messages and sides.
const COLUMNS: [(&str, CellAlignment); 6] = [
    ("terminal-column-rank", CellAlignment::Right),
    ("terminal-column-tip", CellAlignment::Left),
    ("terminal-column-answer", CellAlignment::Left),
    ("terminal-column-chance", CellAlignment::Right),
    ("terminal-column-kw", CellAlignment::Right),
    ("terminal-column-place", CellAlignment::Left),
];

/// Renders the result of a triage as text, for lines of `width` characters.
pub(super) fn render(triage: &Triage, out: &Path, language: &Language, width: usize) -> String {
    let mut text = String::new();
    let tips = said_count("terminal-tips", triage.tips.len() as u64, language);
    let n = |answer: Answer| triage.count(answer).to_string();
    let answers = [
        ("tips", &tips[..]),
        ("supported", &n(Answer::Supported)),
        ("not_supported", &n(Answer::NotSupported)),
        ("not_judgeable", &n(Answer::NotJudgeable)),
    ];
    push_line(&mut text, &language.say_with("terminal-triaged", &answers));
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
            let smallest = answer.smallest_kw.map(|kw| format!("< {}", language.said_kw(kw)));
            let rig = best.and_then(|line| line.rig_kw).map(|kw| language.said_kw(kw[0]));
            vec![
                one.rank.to_string(),
                format!("{}{others}", one.tip.tip_id),
                language.name_of("answer", answer.answer.as_str()),
                language.percent(answer.posterior, 0),
                rig.or(smallest).unwrap_or_default(),
                best.map(|line| line.meter_id.clone()).unwrap_or_default(),
            ]
        })
        .collect();
    push_line(&mut text, "");
    aligned_in(language, &COLUMNS, &rows).iter().for_each(|line| push_line(&mut text, &format!("  {line}")));
    push_line(&mut text, "");
    let file = format!("{}/triage.csv (.xlsx, .parquet)", out.display());
    push_line(
        &mut text,
        &language.say_with("terminal-triage_written", &[("file", &file), ("folder", "tips/")]),
    );
    push_line(&mut text, &language.say("terminal-tip_caution"));
    push_line(&mut text, "");
    push_by_code(&mut text, &triage.findings, Examples::OfEach, language, width);
    without_controls(&text)
}
