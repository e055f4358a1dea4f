//! Computes checksums of files block by block, so that a changed byte is noticed when its block is read.
//!
//! XXH3 detects accidental changes by disks, copies and people. It does not protect against deliberate
//! changes; `run.json` lists SHA-256 for that.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64, xxh3_128};

/// Size of a checksummed block: small beside a part, large beside a single read. [bytes]
pub const BLOCK_BYTES: usize = 128 << 10;

/// The checksums of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sums {
    /// Size of the file. [bytes]
    pub bytes: u64,
    /// XXH3 of each block of [`BLOCK_BYTES`], the last one shorter; hexadecimal, 16 digits each.
    #[serde(with = "hexadecimal")]
    blocks: Vec<u64>,
}

impl Sums {
    /// Computes the checksums of a file on disk.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn of(path: &Path) -> std::io::Result<Self> {
        let mut file = File::open(path)?;
        let mut writer = SummingWriter::new(std::io::sink());
        std::io::copy(&mut file, &mut writer)?;
        Ok(writer.finish().1)
    }

    /// Returns the checksum of a text or table in memory, in hexadecimal.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> String {
        format!("{:032x}", xxh3_128(bytes))
    }

    /// Returns one checksum of the whole file, in hexadecimal.
    #[must_use]
    pub fn root(&self) -> String {
        let bytes: Vec<u8> = self.blocks.iter().flat_map(|sum| sum.to_le_bytes()).collect();
        Self::of_bytes(&bytes)
    }

    /// Number of blocks.
    #[must_use]
    pub const fn n_blocks(&self) -> usize {
        self.blocks.len()
    }

    /// Whether these bytes are the original content of block number `block`.
    #[must_use]
    pub fn is_block(&self, block: usize, bytes: &[u8]) -> bool {
        self.blocks.get(block) == Some(&xxh3_64(bytes))
    }
}

/// Computes the checksums of data while writing it to a file.
pub struct SummingWriter<W> {
    inner: W,
    hash: Xxh3Default,
    /// Bytes in the current block so far.
    in_block: usize,
    sums: Sums,
}

impl<W: Write> SummingWriter<W> {
    /// Starts with nothing written.
    pub fn new(inner: W) -> Self {
        Self { inner, hash: Xxh3Default::new(), in_block: 0, sums: Sums::default() }
    }

    /// Returns the inner writer and the checksums.
    pub fn finish(mut self) -> (W, Sums) {
        if self.in_block > 0 {
            self.close_block();
        }
        (self.inner, self.sums)
    }

    fn close_block(&mut self) {
        self.sums.blocks.push(self.hash.digest());
        self.hash.reset();
        self.in_block = 0;
    }
}

impl<W: Write> Write for SummingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = self.inner.write(bytes)?;
        let mut left = &bytes[..n];
        while !left.is_empty() {
            let (now, later) = left.split_at(left.len().min(BLOCK_BYTES - self.in_block));
            self.hash.update(now);
            self.in_block += now.len();
            if self.in_block == BLOCK_BYTES {
                self.close_block();
            }
            left = later;
        }
        self.sums.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

/// Reads a block of a file, up to [`BLOCK_BYTES`] or the end of the file.
///
/// # Errors
/// When the file cannot be read.
pub fn read_block(file: &mut File, block: usize) -> std::io::Result<Vec<u8>> {
    use std::io::{Seek, SeekFrom};
    let mut bytes = Vec::with_capacity(BLOCK_BYTES);
    file.seek(SeekFrom::Start((block * BLOCK_BYTES) as u64))?;
    file.take(BLOCK_BYTES as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes checksums as one text, because JSON has no 64-bit integers.
mod hexadecimal {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    const DIGITS: usize = 16;

    pub fn serialize<S: Serializer>(sums: &[u64], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&sums.iter().map(|sum| format!("{sum:016x}")).collect::<String>())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u64>, D::Error> {
        let text = String::deserialize(from)?;
        if !text.len().is_multiple_of(DIGITS) || !text.is_ascii() {
            return Err(D::Error::custom("sums have 16 hexadecimal digits each"));
        }
        let sum = |at: usize| u64::from_str_radix(&text[at * DIGITS..(at + 1) * DIGITS], 16);
        (0..text.len() / DIGITS).map(sum).collect::<Result<_, _>>().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_do_not_depend_on_how_the_bytes_came() {
        let bytes: Vec<u8> = (0..3 * BLOCK_BYTES + 17).map(|at| (at * 7 % 251) as u8).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, &bytes).unwrap();
        let whole = Sums::of(&path).unwrap();
        for step in [1000, BLOCK_BYTES, 2 * BLOCK_BYTES + 1] {
            let mut writer = SummingWriter::new(Vec::new());
            bytes.chunks(step).for_each(|chunk| writer.write_all(chunk).unwrap());
            let (written, sums) = writer.finish();
            assert!(written == bytes && sums == whole);
        }
        assert_eq!((whole.bytes, whole.n_blocks()), (bytes.len() as u64, 4));
        let mut file = File::open(&path).unwrap();
        let last = read_block(&mut file, 3).unwrap();
        assert!(last.len() == 17 && whole.is_block(3, &last) && !whole.is_block(2, &last));
    }

    #[test]
    fn sums_survive_json() {
        let mut writer = SummingWriter::new(Vec::new());
        writer.write_all(&vec![3; BLOCK_BYTES + 1]).unwrap();
        let sums = writer.finish().1;
        let text = serde_json::to_string(&sums).unwrap();
        assert_eq!(serde_json::from_str::<Sums>(&text).unwrap(), sums);
        assert!(serde_json::from_str::<Sums>(r#"{"bytes":1,"blocks":"abc"}"#).is_err());
    }

    #[test]
    fn an_empty_file_has_no_blocks() {
        let (_, sums) = SummingWriter::new(Vec::new()).finish();
        assert_eq!((sums.bytes, sums.n_blocks()), (0, 0));
    }
}
