//! Reads a part and compares every block with its stored checksum.
//!
//! The reader requests one page after another. A block is read whole once, and its pages are sliced from it.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use hashwatt_core::sums::{BLOCK_BYTES, Sums, read_block};

/// An open part.
#[derive(Debug, Clone)]
pub(super) struct SummedFile {
    open: Arc<Open>,
}

#[derive(Debug)]
struct Open {
    sums: Arc<Sums>,
    /// The file, and the last block read.
    state: Mutex<(File, Option<(usize, Bytes)>)>,
}

impl SummedFile {
    /// Opens a part.
    ///
    /// # Errors
    /// When the part cannot be opened, or has another size.
    pub fn open(path: &Path, sums: &Arc<Sums>) -> std::io::Result<Self> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        if bytes != sums.bytes {
            let seen = format!("it has {bytes} bytes, and {} were written", sums.bytes);
            return Err(std::io::Error::other(seen));
        }
        Ok(Self { open: Arc::new(Open { sums: Arc::clone(sums), state: Mutex::new((file, None)) }) })
    }

    /// Compares every block with its checksum.
    ///
    /// # Errors
    /// When one differs or cannot be read.
    pub fn check(&self) -> Result<()> {
        (0..self.open.sums.n_blocks()).try_for_each(|block| self.open.block(block).map(drop))
    }
}

impl Open {
    fn block(&self, block: usize) -> Result<Bytes> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((last, bytes)) = &state.1
            && *last == block
        {
            return Ok(bytes.clone());
        }
        let bytes = Bytes::from(read_block(&mut state.0, block)?);
        if !self.sums.is_block(block, &bytes) {
            let first = block * BLOCK_BYTES;
            let seen = format!(
                "bytes {first} to {} are not what was written: their sum differs",
                first + bytes.len().saturating_sub(1)
            );
            return Err(ParquetError::General(seen));
        }
        state.1 = Some((block, bytes.clone()));
        Ok(bytes)
    }

    /// Returns the bytes from `at` to the end of its block, at most `length` of them.
    fn piece(&self, at: u64, length: usize) -> Result<Bytes> {
        if at >= self.sums.bytes {
            return Ok(Bytes::new());
        }
        let (block, within) = ((at / BLOCK_BYTES as u64) as usize, (at % BLOCK_BYTES as u64) as usize);
        let bytes = self.block(block)?;
        Ok(bytes.slice(within..bytes.len().min(within.saturating_add(length))))
    }
}

impl Length for SummedFile {
    fn len(&self) -> u64 {
        self.open.sums.bytes
    }
}

impl ChunkReader for SummedFile {
    type T = SummedRead;

    fn get_read(&self, start: u64) -> Result<SummedRead> {
        Ok(SummedRead { open: Arc::clone(&self.open), at: start })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let first = self.open.piece(start, length)?;
        if first.len() == length {
            return Ok(first);
        }
        let mut all = first.to_vec();
        while all.len() < length {
            let piece = self.open.piece(start + all.len() as u64, length - all.len())?;
            if piece.is_empty() {
                return Err(ParquetError::EOF(format!("{length} bytes at {start} reach beyond its end")));
            }
            all.extend_from_slice(&piece);
        }
        Ok(all.into())
    }
}

/// Reads a part from a position onwards.
pub(super) struct SummedRead {
    open: Arc<Open>,
    at: u64,
}

impl Read for SummedRead {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let piece = self.open.piece(self.at, into.len()).map_err(std::io::Error::other)?;
        into[..piece.len()].copy_from_slice(&piece);
        self.at += piece.len() as u64;
        Ok(piece.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_as_they_were_written_and_a_changed_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("part");
        let mut bytes: Vec<u8> = (0..2 * BLOCK_BYTES + 99).map(|at| (at % 253) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        let sums = Arc::new(Sums::of(&path).unwrap());
        let part = SummedFile::open(&path, &sums).unwrap();
        let at = BLOCK_BYTES - 7;
        assert_eq!(part.get_bytes(at as u64, 50).unwrap(), &bytes[at..at + 50]);
        let mut rest = Vec::new();
        part.get_read(at as u64).unwrap().read_to_end(&mut rest).unwrap();
        assert!(rest == bytes[at..]);
        assert!(part.get_bytes(bytes.len() as u64 - 3, 5).is_err());
        part.check().unwrap();
        bytes[BLOCK_BYTES + 3] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let part = SummedFile::open(&path, &sums).unwrap();
        assert!(part.get_bytes(0, 9).is_ok());
        let said = part.get_bytes(2 * BLOCK_BYTES as u64 - 1, 1).unwrap_err().to_string();
        assert!(said.contains("their sum differs") && part.check().is_err(), "{said}");
        std::fs::write(&path, &bytes[1..]).unwrap();
        assert!(SummedFile::open(&path, &sums).is_err());
    }
}
