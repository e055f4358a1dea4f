//! Tells whoever watches a run how far it is; the command line draws it, tests ignore it.

/// Something that watches a run. Called from several threads.
pub trait Watch: Sync {
    /// A stage begins; `total` counts what `advance` will count, where it is known.
    fn begin(&self, stage: &str, unit: &str, total: Option<u64>);
    /// So many more are done.
    fn advance(&self, n: u64);
    /// So many more bytes of input are read.
    fn read_bytes(&self, _n: u64) {}
    /// The stage is done; one line of what came of it.
    fn end(&self, summary: &str);
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Watch for Silent {
    fn begin(&self, _stage: &str, _unit: &str, _total: Option<u64>) {}
    fn advance(&self, _n: u64) {}
    fn end(&self, _summary: &str) {}
}
