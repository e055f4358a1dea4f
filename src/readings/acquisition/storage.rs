//! Reads the bytes of a file on disk, in an object store or in an archive, as a stream or in ranges.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use flate2::read::MultiGzDecoder;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, Length};
use sha2::{Digest, Sha256};

use super::member::Member;
use hashwatt_bucket::{Ahead, RemoteObject};
use hashwatt_core::atomic::Identity;
use hashwatt_core::error::Error;

/// Sizes of the first and of later requests to an object store when a file is streamed. [bytes]
const FIRST_CHUNK: u64 = 256 << 10;
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
    Remote(Arc<RemoteObject>),
    /// Inside a zip archive.
    Member(Arc<Member>),
}

impl Storage {
    /// Size of the file. [bytes]
    pub fn size(&self) -> io::Result<u64> {
        match self {
            Self::Local(path) => Ok(std::fs::metadata(path)?.len()),
            Self::Remote(object) => Ok(object.bytes()),
            Self::Member(member) => Ok(member.bytes),
        }
    }

    /// Returns the path of the file, without a host or an archive.
    pub fn path(&self) -> String {
        match self {
            Self::Local(path) => path.display().to_string(),
            Self::Remote(object) => object.key().to_owned(),
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
            // To the second, which may be too coarse to tell versions apart; they have tags.
            Self::Remote(_) => return None,
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
            Self::Remote(object) => Box::new(RemoteStream::new(object, start)),
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
            Self::Remote(object) => object.range(start..start + length as u64),
            Self::Member(_) => {
                let mut buffer = vec![0; length];
                self.stream_from(start)?.read_exact(&mut buffer)?;
                Ok(buffer.into())
            }
        }
    }

    /// Returns what tells this content from another: the tag that an object store gives each version, so that
    /// nothing is read for it, or the hash of the bytes.
    pub fn identity(&self) -> io::Result<Identity> {
        if let Self::Remote(object) = self
            && let Some(tag) = object.e_tag()
        {
            return Ok(Identity::ETag(tag.to_owned()));
        }
        let mut stream = self.stream()?;
        let mut hash = Sha256::new();
        io::copy(&mut stream, &mut hash)?;
        Ok(Identity::Sha256(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// Returns the error of a request that failed. What was read of the file then is not all of it.
    pub fn failure(&self) -> Option<Error> {
        match self {
            Self::Local(_) => None,
            Self::Remote(object) => object.failure(),
            Self::Member(member) => member.archive.failure(),
        }
    }

    /// Begins to fetch what opening the file needs.
    pub fn warm(&self) {
        if let Self::Remote(object) = self {
            object.warm();
        }
    }

    /// Gives back the memory that opening the file took.
    pub fn release(&self) {
        if let Self::Remote(object) = self {
            object.release();
        }
    }

    /// Begins to fetch ranges that [`Chunks::open`] will ask for.
    pub fn fetch_ahead(&self, ranges: Vec<Range<u64>>) {
        if let Self::Remote(object) = self {
            object.fetch_ahead(ranges);
        }
    }
}

/// A stream of an object's bytes. From its second request on, the next one is under way while one is read.
struct RemoteStream {
    object: Arc<RemoteObject>,
    /// First byte that nobody has asked for.
    at: u64,
    chunk_bytes: u64,
    chunk: Bytes,
    next: Option<Ahead>,
}

impl RemoteStream {
    fn new(object: &Arc<RemoteObject>, at: u64) -> Self {
        Self { object: Arc::clone(object), at, chunk_bytes: FIRST_CHUNK, chunk: Bytes::new(), next: None }
    }

    /// Returns the next range to ask for; `None` at the end.
    fn next_range(&mut self) -> Option<Range<u64>> {
        let start = self.at;
        self.at = (start + self.chunk_bytes).min(self.object.bytes());
        self.chunk_bytes = STREAM_CHUNK;
        (start < self.at).then_some(start..self.at)
    }
}

impl Read for RemoteStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.chunk.is_empty() {
            let is_first = self.chunk_bytes == FIRST_CHUNK;
            self.chunk = match self.next.take() {
                Some(next) => self.object.finish(next)?.pop().unwrap_or_default(),
                None => match self.next_range() {
                    Some(range) => self.object.range(range)?,
                    None => return Ok(0),
                },
            };
            if !is_first {
                self.next = self.next_range().map(|range| self.object.begin(vec![range]));
            }
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
    pub fn open(storage: &Storage, ranges: &[Range<u64>]) -> io::Result<Self> {
        let file = match storage {
            Storage::Local(path) => Some(File::open(path)?),
            Storage::Remote(_) | Storage::Member(_) => None,
        };
        let held = match storage {
            Storage::Remote(object) if !ranges.is_empty() => {
                let fetched = object.ranges(ranges)?;
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
        let Some(bytes) = held else { return Ok(self.storage.stream_from(start)?) };
        // What is held of a column may end within a page.
        let end = start + bytes.len() as u64;
        Ok(match &self.storage {
            Storage::Remote(object) => Box::new(bytes.reader().chain(RemoteStream::new(object, end))),
            Storage::Local(_) | Storage::Member(_) => Box::new(bytes.reader()),
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
    use object_store::path::Path as ObjectPath;
    use object_store::{ObjectStore, ObjectStoreExt};

    use super::*;
    use hashwatt_bucket::wait_for;

    fn remote(content: &'static [u8]) -> Storage {
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        let path = ObjectPath::from("a/b.csv");
        wait_for(store.put(&path, Bytes::from_static(content).into())).unwrap();
        let listed = wait_for(store.head(&path)).unwrap();
        Storage::Remote(Arc::new(RemoteObject::new(store, listed, "s3://bucket/a/b.csv".to_owned())))
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
            let mut rest = String::new();
            chunks.get_read(2).unwrap().read_to_string(&mut rest).unwrap();
            assert_eq!(rest, "llo, meters");
        }
    }

    #[test]
    fn a_long_stream_has_every_byte() {
        let content: &'static [u8] =
            (0..20_000_000_u32).map(|at| (at % 251) as u8).collect::<Vec<u8>>().leak();
        let mut read = Vec::new();
        remote(content).stream_from(7).unwrap().read_to_end(&mut read).unwrap();
        assert!(read == content[7..]);
    }

    #[test]
    fn a_hash_is_that_of_the_bytes_and_an_object_is_known_by_its_tag() {
        let mut local = tempfile::NamedTempFile::new().unwrap();
        io::Write::write_all(&mut local, b"abc").unwrap();
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let local = Storage::Local(local.path().to_owned());
        assert_eq!(local.identity().unwrap(), Identity::Sha256(hash.to_owned()));
        assert!(matches!(remote(b"abc").identity().unwrap(), Identity::ETag(_)));
    }
}
