//! Stores the intervals that wait for the rest of their day, by partition of the meters, within a memory
//! budget. The excess goes to disk until its partition is assembled.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::acquisition::{Quality, Quantity};
use hashwatt_core::error::{Error, Result};

/// Memory of one waiting interval. [B]
pub const BYTES_PER_ROW: u64 = 12;

/// Buffer of a partition's file; every partition may have one. [B]
const SPILL_BUFFER: usize = 1 << 15;

/// Intervals of one kind from one task, as columns of one length.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// Position of its task in the run's input. If two tasks have the same interval, the lower wins.
    pub order: u32,
    /// Type of the values.
    pub quantity: Quantity,
    /// Origin of the values. If one task has an interval twice, a measured one wins.
    pub quality: Quality,
    /// Meters by number.
    pub meters: Vec<u32>,
    /// Instants of the starts; 1990 to 2100, which fits. [s since 1970-01-01T00:00Z]
    pub starts_s: Vec<u32>,
    /// Energies or demands.
    pub values: Vec<f32>,
    /// Reads of a counter, at full precision for their differences; empty for other quantities.
    pub reads: Vec<f64>,
}

impl Chunk {
    /// Returns an empty chunk.
    #[must_use]
    pub const fn new(order: u32, quantity: Quantity, quality: Quality) -> Self {
        Self {
            order,
            quantity,
            quality,
            meters: Vec::new(),
            starts_s: Vec::new(),
            values: Vec::new(),
            reads: Vec::new(),
        }
    }

    /// Appends one interval.
    pub fn push(&mut self, meter: u32, start_s: i64, value: f64) {
        self.meters.push(meter);
        self.starts_s.push(u32::try_from(start_s).expect("instants lie in 1990 to 2100"));
        if self.quantity == Quantity::RegisterRead {
            self.reads.push(value);
        } else {
            self.values.push(value as f32);
        }
    }

    /// Returns the number of intervals.
    #[must_use]
    pub fn len(&self) -> usize {
        self.meters.len()
    }

    /// Whether there are no intervals.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.meters.is_empty()
    }

    /// Returns the value of one interval.
    #[must_use]
    pub fn value(&self, row: usize) -> f64 {
        if self.quantity == Quantity::RegisterRead { self.reads[row] } else { f64::from(self.values[row]) }
    }

    fn bytes(&self) -> u64 {
        (self.meters.len() * 8 + self.values.len() * 4 + self.reads.len() * 8) as u64
    }

    fn write(&self, file: &mut impl Write) -> std::io::Result<()> {
        let head = [self.order, self.quantity as u32, self.quality as u32, self.len() as u32];
        file.write_all(bytemuck::cast_slice(&head))?;
        file.write_all(bytemuck::cast_slice(&self.meters))?;
        file.write_all(bytemuck::cast_slice(&self.starts_s))?;
        file.write_all(bytemuck::cast_slice(&self.values))?;
        file.write_all(bytemuck::cast_slice(&self.reads))
    }

    /// Reads the next chunk of a file, or `None` at its end.
    fn read(file: &mut impl Read) -> std::io::Result<Option<Self>> {
        let mut head = [0u32; 4];
        match file.read_exact(bytemuck::cast_slice_mut(&mut head)) {
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
            result => result?,
        }
        let [order, quantity, quality, n] = head;
        let quantity = match quantity {
            0 => Quantity::Energy,
            1 => Quantity::Demand,
            _ => Quantity::RegisterRead,
        };
        let quality = if quality == 0 { Quality::Measured } else { Quality::Estimated };
        let mut chunk = Self::new(order, quantity, quality);
        let n = n as usize;
        chunk.meters = read_column(file, n)?;
        chunk.starts_s = read_column(file, n)?;
        if quantity == Quantity::RegisterRead {
            chunk.reads = read_column(file, n)?;
        } else {
            chunk.values = read_column(file, n)?;
        }
        Ok(Some(chunk))
    }
}

fn read_column<T: bytemuck::Pod>(file: &mut impl Read, n: usize) -> std::io::Result<Vec<T>> {
    let mut column = vec![T::zeroed(); n];
    file.read_exact(bytemuck::cast_slice_mut(&mut column))?;
    Ok(column)
}

#[derive(Debug, Default)]
struct Partition {
    held: Vec<Chunk>,
    held_bytes: u64,
    spilled: Option<BufWriter<File>>,
}

/// All waiting intervals of a pass, by partition.
#[derive(Debug)]
pub struct Waiting {
    parts: Vec<Mutex<Partition>>,
    folder: PathBuf,
    budget_bytes: u64,
    held_bytes: AtomicU64,
    n_rows: AtomicU64,
}

impl Waiting {
    /// Makes `n` empty partitions. Together they use at most `budget_bytes` before they spill to `folder`.
    pub fn new(n: usize, folder: PathBuf, budget_bytes: u64) -> Self {
        let parts = (0..n).map(|_| Mutex::new(Partition::default())).collect();
        Self { parts, folder, budget_bytes, held_bytes: AtomicU64::new(0), n_rows: AtomicU64::new(0) }
    }

    /// Returns the number of partitions.
    pub fn n_partitions(&self) -> usize {
        self.parts.len()
    }

    /// Returns the number of intervals added.
    pub fn n_rows(&self) -> u64 {
        self.n_rows.load(Ordering::Relaxed)
    }

    /// Adds a chunk to a partition.
    pub fn add(&self, index: usize, chunk: Chunk) -> Result<()> {
        if chunk.is_empty() {
            return Ok(());
        }
        self.n_rows.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        let bytes = chunk.bytes();
        let mut part = self.parts[index].lock().expect("no holder of this lock panics");
        part.held_bytes += bytes;
        part.held.push(chunk);
        let held = self.held_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        // A partition spills when the whole budget is used up and it holds more than its minimum share.
        if held > self.budget_bytes && part.held_bytes >= self.budget_bytes / (4 * self.parts.len() as u64) {
            self.held_bytes.fetch_sub(part.held_bytes, Ordering::Relaxed);
            self.spill(index, &mut part)?;
        }
        Ok(())
    }

    fn path(&self, index: usize) -> PathBuf {
        self.folder.join(format!("spill-{index:04}"))
    }

    fn spill(&self, index: usize, part: &mut Partition) -> Result<()> {
        let path = self.path(index);
        let failed = |error| Error::write(&path, error);
        if part.spilled.is_none() {
            std::fs::create_dir_all(&self.folder).map_err(failed)?;
            let mut options = File::options();
            options.read(true).write(true).create(true).truncate(true);
            part.spilled = Some(BufWriter::with_capacity(SPILL_BUFFER, options.open(&path).map_err(failed)?));
        }
        part.held_bytes = 0;
        let file = part.spilled.as_mut().expect("opened above");
        part.held.drain(..).try_for_each(|chunk| chunk.write(file)).map_err(failed)
    }

    /// Takes all chunks of a partition, from disk and memory, in the order of the run's input.
    pub fn take(&self, index: usize) -> Result<Vec<Chunk>> {
        let part = std::mem::take(&mut *self.parts[index].lock().expect("no holder of this lock panics"));
        self.held_bytes.fetch_sub(part.held_bytes, Ordering::Relaxed);
        let mut chunks = Vec::new();
        if let Some(file) = part.spilled {
            let path = self.path(index);
            chunks = read_chunks(file).map_err(|error| Error::write(&path, error))?;
            // The pass removes its folder at the end. Removing the file earlier only saves space.
            let _ = std::fs::remove_file(&path);
        }
        chunks.extend(part.held);
        // Stable sort: the chunks of one task are in the order of its rows.
        chunks.sort_by_key(|chunk| (chunk.order, chunk.quality as u8));
        Ok(chunks)
    }
}

fn read_chunks(file: BufWriter<File>) -> std::io::Result<Vec<Chunk>> {
    let mut file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.seek(SeekFrom::Start(0))?;
    let mut file = BufReader::with_capacity(SPILL_BUFFER, file);
    let mut chunks = Vec::new();
    while let Some(chunk) = Chunk::read(&mut file)? {
        chunks.push(chunk);
    }
    Ok(chunks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_to_disk_comes_back_as_it_was_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let waiting = Waiting::new(1, folder.path().join("spill"), 0);
        let mut reads = Chunk::new(2, Quantity::RegisterRead, Quality::Measured);
        reads.push(3, 1_000_000_000, 123_456_789.25);
        let mut estimates = Chunk::new(1, Quantity::Energy, Quality::Estimated);
        estimates.push(1, 1_000_001_800, 0.5);
        let mut measured = Chunk::new(1, Quantity::Energy, Quality::Measured);
        (0..100).for_each(|row| measured.push(row, 1_000_000_000 + i64::from(row), 0.1));
        for chunk in [&reads, &estimates, &measured] {
            waiting.add(0, chunk.clone()).unwrap();
        }
        assert!(folder.path().join("spill/spill-0000").exists());
        assert_eq!(waiting.n_rows(), 102);
        assert_eq!(waiting.take(0).unwrap(), [measured, estimates, reads]);
        assert!(waiting.take(0).unwrap().is_empty());
    }
}
