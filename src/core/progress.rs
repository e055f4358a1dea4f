//! Reports the progress of a run: the command line shows it, and tests ignore it.

/// Receives the progress of a run. Called from several threads.
pub trait Watch: Sync {
    /// A stage begins. `total` is the final count of all `advance` calls, where known.
    fn begin(&self, stage: &str, unit: &str, total: Option<u64>);
    /// `n` more units are done.
    fn advance(&self, n: u64);
    /// More bytes of input are read.
    fn read_bytes(&self, _n: u64) {}
    /// The stage is done; `summary` is one line about its result.
    fn end(&self, summary: &str);
}

/// Ignores progress.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Watch for Silent {
    fn begin(&self, _stage: &str, _unit: &str, _total: Option<u64>) {}
    fn advance(&self, _n: u64) {}
    fn end(&self, _summary: &str) {}
}
