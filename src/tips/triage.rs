//! Answers a file of tips, merges tips on the same place, and writes the list and the pages.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::TipDesk;
use super::answer::{Answer, TipAnswer, Weight};
use super::merge::merge;
use super::page::write_pages;
use super::read::read_tips;
use super::tables::write_tables;
use super::tip::Tip;
use hashwatt_core::error::Result;
use hashwatt_core::finding::{Finding, sort_findings};
use hashwatt_core::folder::{Holds, Input, KeptFile, Workspace};
use hashwatt_core::progress::Watch;

/// Folder of the pages, one per tip.
pub const PAGES: &str = "tips";

/// A tip with its answer and its rank.
#[derive(Debug, Clone)]
pub struct TriagedTip {
    /// The tip.
    pub tip: Tip,
    /// The answer.
    pub answer: TipAnswer,
    /// Rank in the list, from 1; merged tips share the rank of the first.
    pub rank: u32,
    /// Number of tips on this place, this one included.
    pub n_tips_on_place: u32,
    /// Whether the tips on this place are a flood and carry no weight.
    pub is_flood: bool,
    /// The first tip on the place, if this is not the first.
    pub merged_into: Option<hashwatt_core::ids::TipId>,
}

impl TriagedTip {
    /// Returns the path of its page, within the output folder.
    #[must_use]
    pub fn page(&self, place: usize) -> String {
        format!("{PAGES}/{:05}.html", place + 1)
    }
}

/// Tips in order of priority, and the findings on their file.
#[derive(Debug, Default)]
pub struct Triage {
    /// The tips.
    pub tips: Vec<TriagedTip>,
    /// Findings, worst first.
    pub findings: Vec<Finding>,
}

impl Triage {
    /// Returns the number of tips with this answer.
    #[must_use]
    pub fn count(&self, answer: Answer) -> usize {
        self.tips.iter().filter(|one| one.answer.answer == answer).count()
    }

    /// Answers tips and ranks them.
    #[must_use]
    pub fn of(desk: &TipDesk, tips: Vec<Tip>, watch: &dyn Watch) -> Self {
        watch.begin("answer", "tips", Some(tips.len() as u64));
        let answer = |tip: &Tip| {
            let answer = desk.answer(tip);
            watch.advance(1);
            answer
        };
        let mut answers: Vec<TipAnswer> = tips.par_iter().map(answer).collect();
        let cases = merge(&tips, &answers);
        for &at in cases.iter().filter(|case| case.is_flood).flat_map(|case| &case.tips) {
            answers[at] = desk.answer_as(&tips[at], Weight::DataAlone);
        }
        let mut order: Vec<(f64, usize)> = cases
            .iter()
            .enumerate()
            .map(|(at, case)| {
                let priorities = case.tips.iter().map(|&tip| answers[tip].priority_kw);
                (priorities.fold(0.0, f64::max), at)
            })
            .collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut triaged = Vec::with_capacity(tips.len());
        for (rank, (_, at)) in (1..).zip(order) {
            let case = &cases[at];
            let first = tips[case.tips[0]].tip_id.clone();
            for (place, &tip) in case.tips.iter().enumerate() {
                triaged.push(TriagedTip {
                    tip: tips[tip].clone(),
                    answer: answers[tip].clone(),
                    rank,
                    n_tips_on_place: case.tips.len() as u32,
                    is_flood: case.is_flood,
                    merged_into: (place > 0).then(|| first.clone()),
                });
            }
        }
        let n_places = cases.len();
        watch.end(&format!("{} tips on {n_places} places", tips.len()));
        Self { tips: triaged, findings: Vec::new() }
    }
}

/// Compares the tips of a file with a run, and writes `triage.parquet`, `.csv`, `.xlsx` and one page per tip.
///
/// # Errors
/// When the run, the tips or the table of streets cannot be read, or the outputs cannot be written.
pub fn triage(
    run: &Path,
    tips: &Path,
    streets: Option<&Path>,
    out: &Path,
    watch: &dyn Watch,
) -> Result<Triage> {
    let mut inputs = vec![Input { flag: "TIPS", path: tips.to_owned() }];
    inputs.extend(streets.map(|path| Input { flag: "--streets", path: path.to_owned() }));
    let workspace = Workspace::claim(out, Holds::Triage, &inputs)?;
    let (tips, mut findings) = read_tips(tips)?;
    watch.begin("open", "meters", None);
    let desk = TipDesk::open(run, streets)?;
    watch.end(&format!("{} usage points and transformers", desk.n_points()));
    findings.extend(desk.findings().iter().cloned());
    sort_findings(&mut findings);
    let mut triage = Triage { findings, ..Triage::of(&desk, tips, watch) };
    watch.begin("write", "pages", None);
    write_pages(&workspace.folder(), &triage)?;
    write_tables(&workspace.folder(), &triage)?;
    triage.findings.extend(workspace.publish(&BTreeMap::new())?.iter().map(KeptFile::finding));
    watch.end(&format!("{} pages", triage.tips.len()));
    Ok(triage)
}
