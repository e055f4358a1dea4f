//! Writes residuals' days to disk as they are computed, in order of id.

use std::path::{Path, PathBuf};

use hashwatt_core::error::{Error, Result};
use hashwatt_readings::digest::MeterDays;
use hashwatt_readings::digest::store::{DigestStore, PartWriter};

/// The only part of the store.
const PART: &str = "part-0000.parquet";

/// A store of residuals being written.
pub struct ResidualsWriter {
    folder: PathBuf,
    part: PartWriter,
}

impl ResidualsWriter {
    /// Starts an empty store in `folder`.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn new(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|error| Error::write(folder, error))?;
        Ok(Self { folder: folder.to_owned(), part: PartWriter::create(folder.join(PART))? })
    }

    /// Appends a residual; ids must ascend.
    ///
    /// # Errors
    /// When the residual cannot be written.
    pub fn push(&mut self, residual: &MeterDays) -> Result<()> {
        self.part.push(&residual.meter, &residual.days)
    }

    /// Completes the store and returns it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn finish(self) -> Result<DigestStore> {
        DigestStore::of_parts(&self.folder, vec![self.part.finish()?])
    }
}
