//! Shows the progress of a run on standard error: bars on a terminal, otherwise one line per stage.

use std::fmt;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::layout::without_controls;
use super::memory::peak_memory_mib;
use crate::progress::Watch;

/// Text width if standard output is no terminal. [characters]
const DEFAULT_CHARS: usize = 100;

/// Below this, tables do not fit anyway; above it, running text is hard to read. [characters]
const CHARS_RANGE: (usize, usize) = (60, 140);

/// Redraw interval of a bar while nothing is counted.
const TICK: Duration = Duration::from_millis(200);

/// Returns the width of the terminal that the result is printed to. [characters]
pub(super) fn width() -> usize {
    let terminal = std::io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    let chars = terminal.map_or(DEFAULT_CHARS, |(width, _)| usize::from(width.0));
    chars.clamp(CHARS_RANGE.0, CHARS_RANGE.1)
}

/// Returns the progress display that suits standard error.
pub(super) fn watch() -> Box<dyn Watch> {
    if std::io::stderr().is_terminal() { Box::new(Bars::new()) } else { Box::new(Lines::new()) }
}

/// A running stage.
struct Stage {
    name: String,
    begun: Instant,
}

impl Stage {
    fn begin(name: &str) -> Self {
        Self { name: name.to_owned(), begun: Instant::now() }
    }

    /// Returns, for example, `digest: 52608 rows of 311 meters (1.2 s, peak memory 180 MiB)`.
    fn line(&self, summary: &str) -> String {
        let seconds = self.begun.elapsed().as_secs_f64();
        let memory = peak_memory_mib().map(|mib| format!(", peak memory {mib} MiB")).unwrap_or_default();
        without_controls(&format!("{}: {summary} ({seconds:.1} s{memory})", self.name))
    }
}

/// Prints one line per stage, when it ends.
struct Lines {
    stage: Mutex<Option<Stage>>,
}

impl Lines {
    const fn new() -> Self {
        Self { stage: Mutex::new(None) }
    }
}

impl Watch for Lines {
    fn begin(&self, stage: &str, _unit: &str, _total: Option<u64>) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = Some(Stage::begin(stage));
    }

    fn advance(&self, _n: u64) {}

    fn end(&self, summary: &str) {
        let stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(stage) = stage {
            let _ = writeln!(std::io::stderr(), "{}", stage.line(summary));
        }
    }
}

/// Shows a bar for the running stage and a line for each finished one.
struct Bars {
    running: RwLock<Option<(Stage, ProgressBar)>>,
    bytes: Arc<AtomicU64>,
}

impl Bars {
    fn new() -> Self {
        Self { running: RwLock::new(None), bytes: Arc::default() }
    }
}

impl Watch for Bars {
    fn begin(&self, stage: &str, unit: &str, total: Option<u64>) {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
        self.bytes.store(0, Ordering::Relaxed);
        bar.set_style(style(unit, total, &self.bytes));
        bar.set_message(stage.to_owned());
        bar.enable_steady_tick(TICK);
        *self.running.write().unwrap_or_else(PoisonError::into_inner) = Some((Stage::begin(stage), bar));
    }

    fn advance(&self, n: u64) {
        if let Some((_, bar)) = &*self.running.read().unwrap_or_else(PoisonError::into_inner) {
            bar.inc(n);
        }
    }

    fn read_bytes(&self, n: u64) {
        self.bytes.fetch_add(n, Ordering::Relaxed);
    }

    fn end(&self, summary: &str) {
        let running = self.running.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((stage, bar)) = running {
            bar.finish_and_clear();
            let _ = writeln!(std::io::stderr(), "{}", stage.line(summary));
        }
    }
}

fn style(unit: &str, total: Option<u64>, bytes: &Arc<AtomicU64>) -> ProgressStyle {
    let bytes = Arc::clone(bytes);
    ProgressStyle::with_template(&template(unit, total))
        .expect("the templates are ours, and a unit has no braces")
        .with_key("input", move |_: &ProgressState, text: &mut dyn fmt::Write| {
            let read = bytes.load(Ordering::Relaxed);
            if read > 0 {
                let _ = write!(text, "{}", HumanBytes(read));
            }
        })
        .with_key("rate", |state: &ProgressState, text: &mut dyn fmt::Write| {
            let _ = write!(text, "{}/s", HumanCount(state.per_sec() as u64));
        })
        .with_key("memory", |_: &ProgressState, text: &mut dyn fmt::Write| {
            if let Some(mib) = peak_memory_mib() {
                let _ = write!(text, "peak {mib} MiB");
            }
        })
}

/// Template of a bar: count of total, rate, input read, time left, memory.
fn template(unit: &str, total: Option<u64>) -> String {
    let unit: String = unit.chars().filter(|c| !matches!(c, '{' | '}')).collect();
    match (unit.as_str(), total) {
        ("bytes", Some(_)) => {
            "{msg:12} [{bar:28}] {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left  {memory}".to_owned()
        }
        ("bytes", None) => "{msg:12} {spinner} {bytes}  {bytes_per_sec}  {elapsed}  {memory}".to_owned(),
        (unit, Some(_)) => format!(
            "{{msg:12}} [{{bar:28}}] {{human_pos}}/{{human_len}} {unit}  {{rate}}  {{input}}  {{eta}} left  {{memory}}"
        ),
        (unit, None) => {
            format!(
                "{{msg:12}} {{spinner}} {{human_pos}} {unit}  {{rate}}  {{input}}  {{elapsed}}  {{memory}}"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_has_a_template() {
        for unit in ["rows", "bytes", "meters", "", "{odd}"] {
            for total in [None, Some(0), Some(10)] {
                let _ = style(unit, total, &Arc::default());
            }
        }
    }

    #[test]
    fn a_stage_ends_in_one_line() {
        let line = Stage::begin("digest").line("52608 rows\u{7} of 311 meters");
        assert!(line.starts_with("digest: 52608 rows\u{fffd} of 311 meters (0.0 s"), "{line}");
    }

    #[test]
    fn a_watch_takes_calls_in_any_order() {
        for watch in [&Lines::new() as &dyn Watch, &Bars::new()] {
            watch.end("nothing began");
            watch.advance(3);
            watch.begin("digest", "rows", Some(2));
            watch.begin("rank", "meters", None);
            watch.advance(3);
        }
    }
}
