//! Reads the bytes of a file on disk, in an object store or in an archive, as a stream or in ranges.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use bytes::{Buf, Bytes};
use flate2::read::MultiGzDecoder;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, Length};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;

use super::member::Member;

/// Size of one request to an object store when a file is streamed. [bytes]
const STREAM_CHUNK: u64 = 8 << 20;

/// Size of one read when a local file is streamed. [bytes]
const READ_BUFFER: usize = 256 << 10;

/// First bytes of a gzip file.
pub(super) const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];

/// Location of a file's bytes.
#[derive(Debug, Clone)]
pub(super) enum Storage {
    /// On disk.
    Local(PathBuf),
    /// In an object store.
    Remote { store: Arc<dyn ObjectStore>, path: ObjectPath, bytes: u64 },
    /// Inside a zip archive.
    Member(Arc<Member>),
}

impl Storage {
    /// Size of the file. [bytes]
    pub fn size(&self) -> io::Result<u64> {
        match self {
            Self::Local(path) => Ok(std::fs::metadata(path)?.len()),
            Self::Remote { bytes, .. } => Ok(*bytes),
            Self::Member(member) => Ok(member.bytes),
        }
    }

    /// Returns the path of the file, without a host or an archive.
    pub fn path(&self) -> String {
        match self {
            Self::Local(path) => path.display().to_string(),
            Self::Remote { path, .. } => path.to_string(),
            Self::Member(member) => member.name.clone(),
        }
    }

    /// Whether a range costs no more than its own bytes; a member of an archive is unpacked from its start.
    pub const fn is_seekable(&self) -> bool {
        !matches!(self, Self::Member(_))
    }

    /// Returns when a file on disk was last written. [ns since 1970-01-01T00:00Z]
    pub fn modified_ns(&self) -> Option<u64> {
        let path = match self {
            Self::Local(path) => path,
            Self::Remote { .. } => return None,
            Self::Member(member) => return member.archive.modified_ns(),
        };
        let modified = std::fs::metadata(path).ok()?.modified().ok()?;
        u64::try_from(modified.duration_since(std::time::UNIX_EPOCH).ok()?.as_nanos()).ok()
    }

    /// Returns the file as a stream from its first byte.
    pub fn stream(&self) -> io::Result<Box<dyn Read + Send>> {
        self.stream_from(0)
    }

    /// Returns the file as a stream from its first byte, unpacked if it is gzipped.
    pub fn unpacked_stream(&self) -> io::Result<Box<dyn Read + Send>> {
        let head = self.range(0, GZIP_MAGIC.len().min(self.size()? as usize))?;
        let stream = self.stream()?;
        Ok(if head == GZIP_MAGIC { Box::new(MultiGzDecoder::new(stream)) } else { stream })
    }

    /// Returns the file as a stream from byte `start`.
    pub fn stream_from(&self, start: u64) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Local(path) => {
                let mut file = File::open(path)?;
                file.seek(SeekFrom::Start(start))?;
                Box::new(BufReader::with_capacity(READ_BUFFER, file))
            }
            Self::Remote { .. } => {
                Box::new(RemoteStream { storage: self.clone(), at: start, chunk: Bytes::new() })
            }
            Self::Member(member) => {
                let mut stream = member.stream()?;
                io::copy(&mut stream.by_ref().take(start), &mut io::sink())?;
                stream
            }
        })
    }

    /// Returns `length` bytes from `start`.
    pub fn range(&self, start: u64, length: usize) -> io::Result<Bytes> {
        match self {
            Self::Local(path) => {
                let mut file = File::open(path)?;
                file.seek(SeekFrom::Start(start))?;
                let mut buffer = vec![0; length];
                file.read_exact(&mut buffer)?;
                Ok(buffer.into())
            }
            Self::Remote { store, path, .. } => {
                wait_for(store.get_range(path, start..start + length as u64)).map_err(io::Error::other)
            }
            Self::Member(_) => {
                let mut buffer = vec![0; length];
                self.stream_from(start)?.read_exact(&mut buffer)?;
                Ok(buffer.into())
            }
        }
    }

    /// Returns the SHA-256 of the bytes, in hexadecimal.
    pub fn sha256(&self) -> io::Result<String> {
        let mut stream = self.stream()?;
        let mut hash = Sha256::new();
        io::copy(&mut stream, &mut hash)?;
        Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Waits for a request to an object store, on its own runtime, because the stages are plain threads.
pub(super) fn wait_for<T>(request: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(2).enable_all().build().expect("a process may start two threads")
    });
    runtime.block_on(request)
}

struct RemoteStream {
    storage: Storage,
    at: u64,
    chunk: Bytes,
}

impl Read for RemoteStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.chunk.is_empty() {
            let length = STREAM_CHUNK.min(self.storage.size()? - self.at);
            if length == 0 {
                return Ok(0);
            }
            self.chunk = self.storage.range(self.at, length as usize)?;
            self.at += length;
        }
        let n = buffer.len().min(self.chunk.len());
        self.chunk.copy_to_slice(&mut buffer[..n]);
        Ok(n)
    }
}

/// A file as Parquet reads it: first the footer, then column chunks, a few of which may be cached.
#[derive(Debug)]
pub(super) struct Chunks {
    storage: Storage,
    file: Option<File>,
    length: u64,
    held: Vec<(u64, Bytes)>,
}

impl Chunks {
    /// Opens a file. For a remote file, all `ranges` are fetched now in one request.
    pub fn open(storage: &Storage, ranges: &[std::ops::Range<u64>]) -> io::Result<Self> {
        let file = match storage {
            Storage::Local(path) => Some(File::open(path)?),
            Storage::Remote { .. } | Storage::Member(_) => None,
        };
        let held = match storage {
            Storage::Remote { store, path, .. } if !ranges.is_empty() => {
                let fetched = wait_for(store.get_ranges(path, ranges)).map_err(io::Error::other)?;
                ranges.iter().map(|range| range.start).zip(fetched).collect()
            }
            _ => Vec::new(),
        };
        Ok(Self { storage: storage.clone(), file, length: storage.size()?, held })
    }

    fn held(&self, start: u64, length: usize) -> Option<Bytes> {
        self.held.iter().find_map(|(from, bytes)| {
            let offset = usize::try_from(start.checked_sub(*from)?).ok()?;
            (offset + length <= bytes.len()).then(|| bytes.slice(offset..offset + length))
        })
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Chunks {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        if let Some(file) = &self.file {
            return Ok(Box::new(file.get_read(start)?));
        }
        let held = self.held.iter().find_map(|(from, bytes)| {
            let offset = usize::try_from(start.checked_sub(*from)?).ok()?;
            (offset < bytes.len()).then(|| bytes.slice(offset..))
        });
        Ok(match held {
            Some(bytes) => Box::new(bytes.reader()),
            None => Box::new(RemoteStream { storage: self.storage.clone(), at: start, chunk: Bytes::new() }),
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        if let Some(file) = &self.file {
            return file.get_bytes(start, length);
        }
        match self.held(start, length) {
            Some(bytes) => Ok(bytes),
            None => {
                self.storage.range(start, length).map_err(|error| ParquetError::External(Box::new(error)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;

    use super::*;

    fn remote(content: &'static [u8]) -> Storage {
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        let path = ObjectPath::from("a/b.csv");
        wait_for(store.put(&path, Bytes::from_static(content).into())).unwrap();
        Storage::Remote { store, path, bytes: content.len() as u64 }
    }

    #[test]
    fn a_remote_file_reads_like_a_local_one() {
        let mut local = tempfile::NamedTempFile::new().unwrap();
        io::Write::write_all(&mut local, b"hello, meters").unwrap();
        for storage in [Storage::Local(local.path().to_owned()), remote(b"hello, meters")] {
            let mut text = String::new();
            storage.stream().unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "hello, meters");
            assert_eq!(&storage.range(7, 6).unwrap()[..], b"meters");
            assert_eq!(storage.size().unwrap(), 13);
            let chunks = Chunks::open(&storage, &[0..5, 7..13]).unwrap();
            assert_eq!(&chunks.get_bytes(8, 3).unwrap()[..], b"ete");
            assert_eq!(&chunks.get_bytes(4, 4).unwrap()[..], b"o, m");
        }
    }

    #[test]
    fn a_hash_is_that_of_the_bytes() {
        let hash = remote(b"abc").sha256().unwrap();
        assert_eq!(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
