//! Stores parents' hours on disk, so that memory holds only those in use.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::sums::{Hours, Series};
use hashwatt_core::error::{Error, Result};

/// Hours of all parents, one after another, in a temporary file.
#[derive(Debug)]
pub struct Shelf {
    folder: PathBuf,
    file: Mutex<File>,
}

/// Position of a parent's hours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Slot {
    at: u64,
    n_days: usize,
}

/// Content of a slot: supplied and registered [kW], share filled.
pub type Shelved = (Vec<Hours>, Vec<Hours>, Vec<f32>);

impl Shelf {
    /// Makes an empty shelf. Its file in `folder` has no name and vanishes with this value, however the run
    /// ends.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub fn new(folder: &Path) -> Result<Self> {
        let made = std::fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder));
        let file = made.map_err(|error| Error::write(folder, error))?;
        Ok(Self { folder: folder.to_owned(), file: Mutex::new(file) })
    }

    /// Appends a parent's hours.
    ///
    /// # Errors
    /// When the hours cannot be written to disk.
    pub fn put(&self, series: &Series) -> Result<Slot> {
        let mut file = self.file();
        let at = file.seek(SeekFrom::End(0)).map_err(|error| self.failed(error))?;
        self.write(&mut file, series)?;
        Ok(Slot { at, n_days: series.supplied_kw.len() })
    }

    /// Replaces the hours of a parent with others.
    ///
    /// # Errors
    /// When the hours cannot be written to disk.
    pub fn replace(&self, slot: Slot, series: &Series) -> Result<()> {
        let mut file = self.file();
        file.seek(SeekFrom::Start(slot.at)).map_err(|error| self.failed(error))?;
        self.write(&mut file, series)
    }

    /// Returns a parent's hours.
    ///
    /// # Errors
    /// When the hours cannot be read.
    pub fn get(&self, slot: Slot) -> Result<Shelved> {
        let (mut supplied, mut registered, mut filled) =
            (zeros(slot.n_days), zeros(slot.n_days), vec![0.0; slot.n_days]);
        let mut file = self.file();
        file.seek(SeekFrom::Start(slot.at))
            .and_then(|_| file.read_exact(bytemuck::cast_slice_mut(&mut supplied)))
            .and_then(|()| file.read_exact(bytemuck::cast_slice_mut(&mut registered)))
            .and_then(|()| file.read_exact(bytemuck::cast_slice_mut(&mut filled)))
            .map_err(|error| self.failed(error))?;
        Ok((supplied, registered, filled))
    }

    /// Returns a parent's supply, by hour. [kW]
    ///
    /// # Errors
    /// When the hours cannot be read.
    pub fn supplied_kw(&self, slot: Slot) -> Result<Vec<Hours>> {
        let mut supplied = zeros(slot.n_days);
        let mut file = self.file();
        file.seek(SeekFrom::Start(slot.at))
            .and_then(|_| file.read_exact(bytemuck::cast_slice_mut(&mut supplied)))
            .map_err(|error| self.failed(error))?;
        Ok(supplied)
    }

    fn write(&self, file: &mut File, series: &Series) -> Result<()> {
        file.write_all(bytemuck::cast_slice(&series.supplied_kw))
            .and_then(|()| file.write_all(bytemuck::cast_slice(&series.registered_kw)))
            .and_then(|()| file.write_all(bytemuck::cast_slice(&series.filled_share)))
            .map_err(|error| self.failed(error))
    }

    fn file(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, error: std::io::Error) -> Error {
        Error::write(&self.folder, error)
    }
}

fn zeros(n_days: usize) -> Vec<Hours> {
    vec![Hours::default(); n_days]
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashwatt_core::ids::MeterId;

    fn series(n_days: usize, kw: f32) -> Series {
        Series {
            place: 0,
            parent: MeterId::from("t"),
            first_day: 0,
            supplied_kw: vec![[kw; 24]; n_days],
            registered_kw: vec![[kw / 2.0; 24]; n_days],
            filled_share: vec![0.25; n_days],
            n_heard: 1,
            n_silent: 0,
            n_coarse: 0,
        }
    }

    #[test]
    fn what_is_shelved_comes_back_as_it_was_and_can_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(folder.path()).unwrap();
        let slots: Vec<Slot> =
            [(3, 1.5), (5, 2.5)].map(|(n, kw)| shelf.put(&series(n, kw)).unwrap()).to_vec();
        assert_eq!(shelf.get(slots[1]).unwrap(), (vec![[2.5; 24]; 5], vec![[1.25; 24]; 5], vec![0.25; 5]));
        shelf.replace(slots[0], &series(3, 8.0)).unwrap();
        assert_eq!(shelf.supplied_kw(slots[0]).unwrap(), vec![[8.0; 24]; 3]);
        assert_eq!(shelf.supplied_kw(slots[1]).unwrap(), vec![[2.5; 24]; 5]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
