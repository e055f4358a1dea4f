//! Reads one member of a zip archive as a stream, held against the size and the sum that the archive states.

use std::io::{self, Cursor, Read};

use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::storage::Storage;

/// Size of the fixed part of a member's own header. [bytes]
const HEADER_BYTES: usize = 30;

/// First bytes of a member's own header.
const HEADER_MAGIC: &[u8] = b"PK\x03\x04";

/// Largest member that is fetched in one request. [bytes]
const MAX_FETCHED: u64 = 8 << 20;

/// A file inside a zip archive, as the archive's directory describes it.
#[derive(Debug)]
pub(super) struct Member {
    pub archive: Storage,
    /// Path inside the archive.
    pub name: String,
    /// First byte of its own header in the archive.
    pub header_start: u64,
    /// Size in the archive. [bytes]
    pub packed_bytes: u64,
    /// Size of the file. [bytes]
    pub bytes: u64,
    /// CRC-32 of the file.
    pub crc32: u32,
    /// Whether it is compressed with Deflate; otherwise it is stored as it is.
    pub is_deflated: bool,
}

impl Member {
    /// Returns the file as a stream from its first byte. Bytes that are not those the archive states end it
    /// with an error.
    pub fn stream(&self) -> io::Result<Box<dyn Read + Send>> {
        let header = self.archive.range(self.header_start, HEADER_BYTES)?;
        if !header.starts_with(HEADER_MAGIC) {
            return Err(damaged("its place in the archive holds something else"));
        }
        let length = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let start = self.header_start + HEADER_BYTES as u64 + length(26) + length(28);
        let packed: Box<dyn Read + Send> = if self.packed_bytes <= MAX_FETCHED {
            Box::new(Cursor::new(self.archive.range(start, self.packed_bytes as usize)?))
        } else {
            Box::new(self.archive.stream_from(start)?.take(self.packed_bytes))
        };
        let inner: Box<dyn Read + Send> =
            if self.is_deflated { Box::new(DeflateDecoder::new(packed)) } else { packed };
        Ok(Box::new(Summed { inner, sum: Crc::new(), left: self.bytes, crc32: self.crc32 }))
    }
}

/// A stream that ends in an error unless it has the stated size and sum.
struct Summed {
    inner: Box<dyn Read + Send>,
    sum: Crc,
    /// Bytes still to come.
    left: u64,
    crc32: u32,
}

impl Read for Summed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let n = self.inner.read(buffer)?;
        self.sum.update(&buffer[..n]);
        self.left = self
            .left
            .checked_sub(n as u64)
            .ok_or_else(|| damaged("it unpacks to more bytes than the archive states"))?;
        match (n, self.left) {
            (0, left) if left > 0 => Err(damaged(&format!("it ends {left} bytes early"))),
            (0, _) if self.sum.sum() != self.crc32 => Err(damaged("its check sum differs")),
            _ => Ok(n),
        }
    }
}

fn damaged(seen: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the archive is damaged here: {seen}"))
}
