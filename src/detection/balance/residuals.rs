//! Writes residuals' days to disk as they are drawn up, in order of id.

use std::path::{Path, PathBuf};

use hashwatt_core::error::{Error, Result};
use hashwatt_readings::digest::MeterDays;
use hashwatt_readings::digest::store::{DigestStore, PartWriter};

/// The one part of the store.
const PART: &str = "part-0000.parquet";

/// A store of residuals on its way.
pub struct ResidualsWriter {
    folder: PathBuf,
    part: PartWriter,
}

impl ResidualsWriter {
    /// An empty store in `folder`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|error| Error::write(folder, error))?;
        Ok(Self { folder: folder.to_owned(), part: PartWriter::create(folder.join(PART))? })
    }

    /// Appends a residual; ids must ascend.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn push(&mut self, residual: &MeterDays) -> Result<()> {
        self.part.push(&residual.meter, &residual.days)
    }

    /// The store, whole.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> Result<DigestStore> {
        DigestStore::of_parts(&self.folder, vec![self.part.finish()?])
    }
}
