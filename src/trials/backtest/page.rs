//! Lays out a backtest as tables, for the terminal and for `backtest.html`, and writes it.

use std::io::Write;
use std::path::Path;

use askama::Template;

use super::TipMeasures;
use super::measures::{Backtest, Found, Measures, Reliability};
use hashwatt_core::atomic::write_recorded;
use hashwatt_core::error::{Error, Result};
use hashwatt_run::run_json::write_json;
use hashwatt_run::words::NONE;

const STYLE: &str = include_str!("../../../templates/report.css");

/// A table of a backtest.
#[derive(Debug, Clone, PartialEq)]
pub struct BacktestTable {
    /// What it shows.
    pub title: &'static str,
    /// How to read it.
    pub note: &'static str,
    /// Names of the columns.
    pub header: Vec<String>,
    /// Rows, each with one cell per column.
    pub rows: Vec<Vec<String>>,
}

#[derive(Template)]
#[template(path = "backtest.html")]
struct Page<'a> {
    style: &'static str,
    n_meters: usize,
    n_seeds: u64,
    tables: &'a [BacktestTable],
}

/// Writes `backtest.html` and `backtest.json` into a folder.
///
/// # Errors
/// When they cannot be written.
pub fn write_backtest(folder: &Path, backtest: &Backtest) -> Result<()> {
    let tables = tables(backtest);
    let page = Page { style: STYLE, n_meters: backtest.n_meters, n_seeds: backtest.n_seeds, tables: &tables };
    let text = page.render().map_err(|error| Error::output("backtest.html", error))?;
    write_recorded(folder, "backtest.html", |file| {
        file.write_all(text.as_bytes()).map_err(|error| Error::write("backtest.html", error))
    })?;
    write_recorded(folder, "backtest.json", |file| write_json(file, "backtest.json", backtest))?;
    Ok(())
}

/// Returns all tables, in reading order.
#[must_use]
pub fn tables(backtest: &Backtest) -> Vec<BacktestTable> {
    let all = &backtest.by_prevalence;
    let mut tables = vec![overview(all), estimates(all), by_kw(all)];
    tables
        .push(found("Rigs by form", FORM_NOTE, all, |measures| measures.by_form.iter().map(entry).collect()));
    tables.push(found("Look-alikes by kind", RIVAL_NOTE, all, |measures| {
        measures.by_rival.iter().map(entry).collect()
    }));
    tables.extend([chances(all), expected_false(all), p_values(all)]);
    tables.extend(verdicts(all));
    tables.extend(tips(&backtest.tips));
    tables
}

const FORM_NOTE: &str =
    "Share on the visit list, and among the first so many lines as there are rigs; rigs planted.";
const RIVAL_NOTE: &str = "Share on the visit list, and among the first so many lines as there are rigs: the fewer the better; meters planted into.";

fn entry<'m>((name, found): (&&'m str, &Found)) -> (&'m str, Found) {
    (*name, *found)
}

fn overview(all: &[Measures]) -> BacktestTable {
    let length = |measures: &Measures, n: usize| optional(measures.precision_at.get(&n).copied(), share);
    let row = |name: &str, cell: &dyn Fn(&Measures) -> String| row(name, all, cell);
    BacktestTable {
        title: "The list",
        note: "Means over the trials. Farms that are really there count as false.",
        header: header("", all),
        rows: vec![
            row("rigs planted, all trials", &|m| m.n_rigs.to_string()),
            row("average precision", &|m| two(m.average_precision)),
            row("least and most of a trial", &|m| {
                let of = |start: f64, pick: fn(f64, f64) -> f64| {
                    two(m.average_precisions.iter().copied().fold(start, pick))
                };
                format!("{}-{}", of(1.0, f64::min), of(0.0, f64::max))
            }),
            row("precision at as many lines as rigs", &|m| share(m.precision_at_n)),
            row("precision at 10", &|m| length(m, 10)),
            row("precision at 50", &|m| length(m, 50)),
            row("precision at 100", &|m| length(m, 100)),
            row("precision at 200", &|m| length(m, 200)),
            row("recall at the budget", &|m| format!("{} of {} visits", share(m.recall_at_budget), m.budget)),
            row("lines on the visit list", &|m| format!("{:.1}", m.n_listed)),
            row("precision of the visit list", &|m| optional(m.precision_listed, share)),
            row("recall of the visit list", &|m| share(m.recall_listed)),
            row("meters as they are on the visit list", &|m| format!("{:.1}", m.n_untouched_listed)),
        ],
    }
}

fn estimates(all: &[Measures]) -> BacktestTable {
    let row = |name: &str, cell: &dyn Fn(&Measures) -> String| row(name, all, cell);
    BacktestTable {
        title: "The rig behind it",
        note: "Of the planted rigs for which a kW is given, listed or not; energy and intervals, meant to hold 90%, of those on the visit list.",
        header: header("", all),
        rows: vec![
            row("median error of the kW", &|m| optional(m.kw_error_median, share)),
            row("kW within its interval", &|m| optional(m.kw_in_interval, share)),
            row("energy since onset within 10%", &|m| optional(m.energy_right, share)),
            row("median error of the energy", &|m| optional(m.energy_error_median, share)),
            row("energy within its interval", &|m| optional(m.energy_in_interval, share)),
            row("machines within their interval", &|m| optional(m.machines_in_interval, share)),
            row("most over fewest machines, median", &|m| optional(m.machines_width, two)),
            row("onset within 3 days", &|m| optional(m.onset_right, share)),
            row("end within 3 days", &|m| optional(m.end_right, share)),
        ],
    }
}

fn by_kw(all: &[Measures]) -> BacktestTable {
    let n_classes = all.first().map_or(0, |measures| measures.sensitivity.classes.len());
    let rows = (0..n_classes).map(|class| {
        let of = |measures: &Measures| measures.sensitivity.classes[class];
        let first = of(&all[0]);
        let name = match first.to_kw {
            Some(to_kw) => format!("{} to {to_kw} kW", first.from_kw),
            None => format!("{} kW and more", first.from_kw),
        };
        row(&name, all, &|m| counted_share(of(m).n_found, of(m).n_planted))
    });
    BacktestTable {
        title: "Smallest rig found",
        note: "Share of rigs on the visit list by their draw as the meter sees it; rigs planted.",
        header: header("rig", all),
        rows: rows.collect(),
    }
}

fn found<'m>(
    title: &'static str,
    note: &'static str,
    all: &'m [Measures],
    of: impl Fn(&'m Measures) -> Vec<(&'m str, Found)>,
) -> BacktestTable {
    let mut names: Vec<&str> = all.iter().flat_map(&of).map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    let cell = |measures: &'m Measures, name: &str| {
        let known = of(measures).into_iter().find(|(other, _)| *other == name);
        known.map_or_else(
            || NONE.to_owned(),
            |(_, found)| {
                let n = found.n_planted.max(1) as f64;
                let (listed, first) = (found.n_listed as f64 / n, found.n_first as f64 / n);
                format!("{} / {} ({})", share(listed), share(first), found.n_planted)
            },
        )
    };
    let row = |name: &&str| {
        let words = std::iter::once(name.replace('_', " "));
        words.chain(all.iter().map(|measures| cell(measures, name))).collect()
    };
    BacktestTable { title, note, header: header("", all), rows: names.iter().map(row).collect() }
}

fn chances(all: &[Measures]) -> BacktestTable {
    let n = all.first().map_or(0, |measures| measures.chances.len());
    let rows = (0..n).map(|index| {
        let first = all[0].chances[index];
        row(&format!("{} to {}", share(first.from), share(first.to)), all, &|m| {
            let of = m.chances[index];
            format!("{:.1} / {} ({})", of.n_claimed, of.n_rigs, of.n)
        })
    });
    BacktestTable {
        title: "Reliability of the chance",
        note: "Rigs claimed / there, by the chance of a rig that a line was given; lines.",
        header: header("chance", all),
        rows: rows.collect(),
    }
}

fn expected_false(all: &[Measures]) -> BacktestTable {
    let n = all.first().map_or(0, |measures| measures.expected_false.len());
    let rows = (0..n).map(|index| {
        let n_lines = all[0].expected_false[index].n_lines;
        row(&format!("first {n_lines}"), all, &|m| {
            let of = m.expected_false[index];
            format!("{:.1} / {:.1}", of.n_claimed, of.n_false)
        })
    });
    BacktestTable {
        title: "Expected false leads",
        note: "False lines expected / counted among the first lines, a trial.",
        header: header("lines", all),
        rows: rows.collect(),
    }
}

fn p_values(all: &[Measures]) -> BacktestTable {
    let n = all.first().map_or(0, |measures| measures.p_values.len());
    let rows = (0..n).map(|index| {
        let level = all[0].p_values[index].level;
        row(&format!("{level}"), all, &|m| format!("{:.3}", m.p_values[index].share))
    });
    BacktestTable {
        title: "Reliability of the p-value",
        note: "Share of meters without a planted rig at or below a p-value: no more than the p-value itself.",
        header: header("p", all),
        rows: rows.collect(),
    }
}

fn verdicts(all: &[Measures]) -> Option<BacktestTable> {
    all.first()?.verdicts?;
    let cell = |pick: fn(&super::measures::WithVerdicts) -> Option<f64>| {
        move |measures: &Measures| optional(measures.verdicts.as_ref().and_then(pick), two)
    };
    Some(BacktestTable {
        title: "Learning from verdicts",
        note: "Average precision of the lines that nobody visited, after visits to the first lines of a list.",
        header: header("", all),
        rows: vec![
            row("lines visited", all, &|m| optional(m.verdicts.map(|of| of.share), share)),
            row("without the verdicts", all, &cell(|of| of.average_precision_without)),
            row("with the verdicts", all, &cell(|of| of.average_precision_with)),
        ],
    })
}

/// Returns the tables on planted tips: their answers, and how reliable the stated chances are.
fn tips(tips: &TipMeasures) -> Vec<BacktestTable> {
    if tips.n_tips == 0 {
        return Vec::new();
    }
    let line = |name: &str, n: usize, of: usize| vec![name.to_owned(), counted_share(n, of)];
    let header = |first: &str| vec![first.to_owned(), "all trials".to_owned()];
    let n_right = tips.n_on_rig_supported + tips.n_on_none_right;
    let reliability = |title, note, all: &[Reliability]| BacktestTable {
        title,
        note,
        header: header("stated"),
        rows: all
            .iter()
            .map(|range| {
                let name = format!("{} to {}", share(range.from), share(range.to));
                vec![name, format!("{:.1} / {} ({})", range.n_claimed, range.n_rigs, range.n)]
            })
            .collect(),
    };
    vec![
        BacktestTable {
            title: "Tips",
            note: "On every planted rig a true tip, on half as many again and more false ones, three in ten said otherwise than the register does; tips.",
            header: header(""),
            rows: vec![
                line("said by an address", tips.n_by_address, tips.n_tips),
                line("right meter first", tips.n_right_first, tips.n_tips),
                line("supported, at rigs of 1.3 kW and more", tips.n_on_rig_supported, tips.n_on_rig),
                line("not supported, without a rig", tips.n_on_none_right, tips.n_on_none),
                line("both", n_right, tips.n_on_rig + tips.n_on_none),
                line(
                    "supported, at rigs said to show",
                    tips.n_above_smallest_supported,
                    tips.n_above_smallest,
                ),
            ],
        },
        reliability(
            "Reliability of a tip's posterior",
            "Rigs claimed / there at the first place of a tip, by its posterior; tips. Farms that are really there count as none.",
            &tips.posteriors,
        ),
        reliability(
            "Reliability of a match",
            "Right meters claimed / there at the first place of a tip, by the match's confidence; tips.",
            &tips.confidences,
        ),
    ]
}

fn header(first: &str, all: &[Measures]) -> Vec<String> {
    let words = |measures: &Measures| format!("{}% rigs", (measures.prevalence * 1e4).round() / 100.0);
    std::iter::once(first.to_owned()).chain(all.iter().map(words)).collect()
}

fn row(name: &str, all: &[Measures], cell: &dyn Fn(&Measures) -> String) -> Vec<String> {
    std::iter::once(name.to_owned()).chain(all.iter().map(cell)).collect()
}

fn counted_share(n: usize, of: usize) -> String {
    if of == 0 { NONE.to_owned() } else { format!("{} ({of})", share(n as f64 / of as f64)) }
}

fn share(value: f64) -> String {
    format!("{:.0}%", 100.0 * value)
}

fn two(value: f64) -> String {
    format!("{value:.3}")
}

fn optional(value: Option<f64>, words: fn(f64) -> String) -> String {
    value.map_or_else(|| NONE.to_owned(), words)
}
