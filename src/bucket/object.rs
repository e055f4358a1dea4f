//! Reads byte ranges of one object, which stays the version that was listed, or the run stops.

use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path as ObjectPath;
use object_store::{GetOptions, ObjectMeta, ObjectStore};
use tokio::task::JoinHandle;

use crate::pieces::{cut, requests};
use crate::trouble::Trouble;
use crate::waiting::{runtime, wait_for};
use hashwatt_core::error::Error;

/// Requests of one read that wait at once. [requests]
const CONCURRENT: usize = 8;

/// Bytes at both ends that are fetched together when an object is opened: what it is, and a footer. [bytes]
const EDGE: u64 = 64 << 10;

/// Tries of a request whose answer is too short although it looks complete.
const TRIES: usize = 3;

/// An object as it was listed. Every request asks for that version; the first one that fails is kept, so that no
/// reader can pass over it.
#[derive(Debug)]
pub struct RemoteObject {
    store: Arc<dyn ObjectStore>,
    path: ObjectPath,
    /// URL, for people.
    name: String,
    bytes: u64,
    e_tag: Option<String>,
    failure: OnceLock<Trouble>,
    edges: Mutex<Edges>,
    ahead: Mutex<Vec<(Vec<Range<u64>>, Ahead)>>,
}

/// A read that was begun before its bytes are needed.
#[derive(Debug)]
pub struct Ahead(JoinHandle<Result<Vec<Bytes>, Trouble>>);

impl Ahead {
    fn wait(mut self) -> Result<Vec<Bytes>, Trouble> {
        wait_for(&mut self.0).expect("a read neither panics nor is given up while somebody waits for it")
    }
}

impl Drop for Ahead {
    /// Gives up a read that nobody wants any more.
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Both ends of an object while it is opened.
#[derive(Debug)]
enum Edges {
    Unread,
    Coming(Ahead),
    Held(Vec<(u64, Bytes)>),
    Released,
}

impl RemoteObject {
    /// Takes the object that a listing describes; `name` is its URL.
    #[must_use]
    pub fn new(store: Arc<dyn ObjectStore>, listed: ObjectMeta, name: String) -> Self {
        Self {
            store,
            name,
            bytes: listed.size,
            e_tag: listed.e_tag,
            path: listed.location,
            failure: OnceLock::new(),
            edges: Mutex::new(Edges::Unread),
            ahead: Mutex::new(Vec::new()),
        }
    }

    /// Returns its size. [bytes]
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns its key in the bucket.
    #[must_use]
    pub fn key(&self) -> &str {
        self.path.as_ref()
    }

    /// Returns the tag that tells its versions apart, if its store has such tags.
    #[must_use]
    pub fn e_tag(&self) -> Option<&str> {
        self.e_tag.as_deref()
    }

    /// Returns the error of the first request that failed. A run that meets one has not seen all rows.
    #[must_use]
    pub fn failure(&self) -> Option<Error> {
        self.failure.get().map(|trouble| trouble.error(&self.name))
    }

    /// Begins to fetch both ends, for whoever opens the object soon.
    pub fn warm(self: &Arc<Self>) {
        let mut edges = self.edges.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*edges, Edges::Unread) {
            *edges = Edges::Coming(self.begin(self.ends()));
        }
    }

    /// Forgets both ends. Later reads fetch what they ask for.
    pub fn release(&self) {
        *self.edges.lock().unwrap_or_else(PoisonError::into_inner) = Edges::Released;
    }

    /// Returns one range of its bytes.
    ///
    /// # Errors
    /// When the object is gone, is another version, or cannot be fetched after several tries.
    pub fn range(self: &Arc<Self>, range: Range<u64>) -> io::Result<Bytes> {
        if let Some(bytes) = self.in_edges(&range)? {
            return Ok(bytes);
        }
        let mut fetched = self.ranges(std::slice::from_ref(&range))?;
        Ok(fetched.pop().unwrap_or_default())
    }

    /// Returns several ranges at once; near ones come in one request.
    ///
    /// # Errors
    /// As [`range`](Self::range).
    pub fn ranges(self: &Arc<Self>, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
        let begun = {
            let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
            let place = ahead.iter().position(|(wanted, _)| wanted == ranges);
            place.map(|place| ahead.swap_remove(place).1)
        };
        let fetched = match begun {
            Some(begun) => begun.wait(),
            None => wait_for(self.fetch(ranges)),
        };
        self.keep_failure(fetched)
    }

    /// Begins a read that [`ranges`](Self::ranges) will ask for.
    pub fn fetch_ahead(self: &Arc<Self>, ranges: Vec<Range<u64>>) {
        let begun = self.begin(ranges.clone());
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner).push((ranges, begun));
    }

    /// Begins a read on its own.
    #[must_use]
    pub fn begin(self: &Arc<Self>, ranges: Vec<Range<u64>>) -> Ahead {
        let object = Arc::clone(self);
        Ahead(runtime().spawn(async move { object.fetch(&ranges).await }))
    }

    /// Waits for a read that was begun.
    ///
    /// # Errors
    /// As [`range`](Self::range).
    pub fn finish(&self, begun: Ahead) -> io::Result<Vec<Bytes>> {
        self.keep_failure(begun.wait())
    }

    fn ends(&self) -> Vec<Range<u64>> {
        let middle = self.bytes.saturating_sub(EDGE);
        if middle <= EDGE {
            std::iter::once(0..self.bytes).collect()
        } else {
            vec![0..EDGE, middle..self.bytes]
        }
    }

    /// Returns a range if it lies in one of the ends; fetches both where nobody has.
    fn in_edges(self: &Arc<Self>, range: &Range<u64>) -> io::Result<Option<Bytes>> {
        let mut edges = self.edges.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = self.ends();
        let is_within = |end: &Range<u64>| end.start <= range.start && range.end <= end.end;
        if !ends.iter().any(is_within) {
            return Ok(None);
        }
        let fetched = match std::mem::replace(&mut *edges, Edges::Released) {
            Edges::Released => return Ok(None),
            Edges::Held(held) => held,
            Edges::Unread => {
                let fetched = self.keep_failure(wait_for(self.fetch(&ends)))?;
                ends.iter().map(|end| end.start).zip(fetched).collect()
            }
            Edges::Coming(begun) => {
                let fetched = self.finish(begun)?;
                ends.iter().map(|end| end.start).zip(fetched).collect()
            }
        };
        let found = fetched.iter().find_map(|(start, bytes)| {
            let from = usize::try_from(range.start.checked_sub(*start)?).ok()?;
            let to = usize::try_from(range.end - start).ok()?;
            (to <= bytes.len()).then(|| bytes.slice(from..to))
        });
        *edges = Edges::Held(fetched);
        Ok(found)
    }

    fn keep_failure<T>(&self, done: Result<T, Trouble>) -> io::Result<T> {
        done.map_err(|trouble| {
            let first = self.failure.get_or_init(|| trouble.clone());
            io::Error::other(first.clone())
        })
    }

    async fn fetch(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, Trouble> {
        let requests = requests(ranges);
        let answers = futures_util::stream::iter(requests.clone()).map(|request| self.request(request));
        let answers: Vec<Bytes> = answers.buffered(CONCURRENT).try_collect().await?;
        Ok(ranges.iter().map(|range| cut(range, &requests, &answers)).collect())
    }

    /// Fetches one range of the version that was listed. object_store tries again after errors; an answer that
    /// is short without one is tried again here.
    async fn request(&self, range: Range<u64>) -> Result<Bytes, Trouble> {
        let length = range.end - range.start;
        let mut n_bytes = 0;
        for _ in 0..TRIES {
            let options = GetOptions {
                range: Some(range.clone().into()),
                // A weak tag matches nothing.
                if_match: self.e_tag.clone().filter(|tag| !tag.starts_with("W/")),
                ..GetOptions::default()
            };
            let answer =
                self.store.get_opts(&self.path, options).await.map_err(|error| Trouble::of(&error))?;
            // A store that does not know the condition answers with whatever is there now.
            let is_other = self.e_tag.as_ref().zip(answer.meta.e_tag.as_ref()).is_some_and(|(a, b)| a != b);
            if is_other || answer.meta.size != self.bytes {
                return Err(Trouble::changed());
            }
            let bytes = answer.bytes().await.map_err(|error| Trouble::of(&error))?;
            if bytes.len() as u64 == length {
                return Ok(bytes);
            }
            n_bytes = bytes.len();
        }
        Err(Trouble::short(n_bytes, length, TRIES))
    }
}

#[cfg(test)]
mod tests {
    use object_store::ObjectStoreExt;
    use object_store::memory::InMemory;

    use super::*;

    fn object(content: &[u8]) -> (Arc<dyn ObjectStore>, Arc<RemoteObject>) {
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        let path = ObjectPath::from("a/b.csv");
        wait_for(store.put(&path, Bytes::copy_from_slice(content).into())).unwrap();
        let listed = wait_for(store.head(&path)).unwrap();
        let object = RemoteObject::new(Arc::clone(&store), listed, "s3://bucket/a/b.csv".to_owned());
        (store, Arc::new(object))
    }

    #[test]
    fn ranges_are_the_objects_bytes_begun_ahead_or_not() {
        let content: Vec<u8> = (0..500_000_u32).map(|at| (at % 251) as u8).collect();
        let (_, object) = object(&content);
        object.warm();
        for range in [0..16, 499_996..500_000, 200_000..300_000, 60_000..70_000, 0..500_000] {
            let part = &content[range.start as usize..range.end as usize];
            assert!(object.range(range.clone()).unwrap() == part, "{range:?}");
        }
        object.release();
        let wanted = vec![10..20, 400_000..400_010];
        object.fetch_ahead(wanted.clone());
        let fetched = object.ranges(&wanted).unwrap();
        assert!(fetched[0] == content[10..20] && fetched[1] == content[400_000..400_010]);
        assert!(object.failure().is_none());
    }

    #[test]
    fn an_object_that_changed_or_went_fails_and_the_failure_stays() {
        for is_gone in [false, true] {
            let (store, object) = object(b"hello, meters");
            object.release();
            let path = ObjectPath::from("a/b.csv");
            if is_gone {
                wait_for(store.delete(&path)).unwrap();
            } else {
                wait_for(store.put(&path, Bytes::from_static(b"HELLO, meters").into())).unwrap();
            }
            assert!(object.range(0..5).is_err());
            let said = object.failure().unwrap().to_string();
            assert!(said.contains("s3://bucket/a/b.csv"), "{said}");
            assert!(said.contains(if is_gone { "not there" } else { "changed" }), "{said}");
        }
    }
}
