//! Publishes a folder in an object store: made on disk first, then uploaded so that no reader takes a part for all.
//!
//! A marker at the place says whose it is, as in a folder on disk. Whoever uploads first puts an unfinished marker
//! there, on the condition that the marker is still the one that was seen: of two runs on one place, one is
//! refused. `run.json` goes first from a run that is replaced, and comes last of the new one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path as ObjectPath;
use object_store::{ObjectMeta, ObjectStoreExt, PutMode, PutOptions, PutPayload, UpdateVersion};
use tempfile::TempDir;
use tokio::io::AsyncReadExt;

use crate::connect::{Bucket, connect};
use crate::trouble::Trouble;
use crate::waiting::wait_for;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::folder::marker::{TIMINGS, files_below};
use hashwatt_core::folder::{Holds, MARKER, Marker, Written, signature};

/// File that a reader looks for: where it is, the run is whole.
const LAST: &str = "run.json";

/// Files uploaded at once.
const CONCURRENT: usize = 4;

/// Size of one request of an upload; a file that is not longer is one. [bytes]
const PART_BYTES: usize = 16 << 20;

/// Longest time between two looks at whether the place is still this run's.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// An unfinished marker that is older belongs to a run that was killed: no request lasts as long, and a store
/// refuses clocks that are off by a quarter of an hour. [s]
const GIVEN_UP_S: u64 = 3600;

/// A place in an object store that a command fills, and the folder on disk where it does so.
#[derive(Debug)]
pub struct Publication {
    bucket: Bucket,
    flag: &'static str,
    holds: Holds,
    found: Found,
    local: TempDir,
}

/// What was at the place when the command began.
#[derive(Debug)]
enum Found {
    Nothing,
    /// Output of hashwatt, with its marker, the marker's tag, and when it was written.
    Own {
        marker: Marker,
        content: Bytes,
        e_tag: Option<String>,
    },
}

impl Found {
    fn marker(&self) -> Option<&Marker> {
        match self {
            Self::Nothing => None,
            Self::Own { marker, .. } => Some(marker),
        }
    }
}

impl Publication {
    /// Checks that `url` may be filled: nothing is there, or output of the same type. Nothing changes there before
    /// [`publish`](Self::publish).
    ///
    /// # Errors
    /// When somebody else's objects are there, another command uploads to it, or the store does not answer.
    pub fn claim(url: &str, holds: Holds, flag: &'static str) -> Result<Self> {
        let refused = |seen: String, cure: &str| Err(Error::setting(flag, seen, cure));
        let mut bucket = connect(url)?;
        if bucket.is_web {
            return refused(
                format!("`{url}`: a web server takes no files"),
                "Name a folder or an object store",
            );
        }
        bucket.path = bucket.path.parts().collect();
        if bucket.path.as_ref().is_empty() {
            return refused(
                format!("`{url}` is a whole bucket"),
                "Name a folder in it, such as s3://bucket/run1",
            );
        }
        let found = find(&bucket, holds, flag)?;
        let local = tempfile::Builder::new().prefix("hashwatt-out-").tempdir();
        let local = local.map_err(|error| Error::write(std::env::temp_dir(), error))?;
        Ok(Self { bucket, flag, holds, found, local })
    }

    /// Returns the folder that is being made.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.local.path()
    }

    /// Uploads the folder. The checksums of `known` files are not computed again.
    ///
    /// # Errors
    /// When another command was quicker, an object of others is in the way, or the store does not answer. The
    /// folder on disk then stays, and the error names it.
    pub fn publish(self, known: &BTreeMap<String, Written>) -> Result<()> {
        let marker = Marker::of_content(self.holds, self.folder(), known)?;
        let uploaded = self.upload(&marker);
        uploaded.map_err(|error| {
            let Self { bucket, flag, local, .. } = self;
            let url = bucket.url_of(&bucket.path);
            let kept = local.keep();
            let cure = format!("The output is whole in {}: copy it from there, or run again", kept.display());
            Error::setting(format!("{flag} {url}"), error.to_string().trim_end_matches('.').to_owned(), cure)
                .because(error)
        })
    }

    fn upload(&self, marker: &Marker) -> Result<()> {
        let mut names = files_below(self.folder())?;
        names.retain(|name| name != MARKER);
        names.sort();
        let there = self.objects()?;
        self.check_in_the_way(&names, &there)?;
        let mut hold = Hold::take(self, marker)?;
        if there.contains_key(LAST) {
            self.remove([LAST.to_owned()])?;
        }
        let (last, others): (Vec<String>, Vec<String>) = names.iter().cloned().partition(|name| name == LAST);
        for some in others.chunks(CONCURRENT) {
            hold.keep()?;
            wait_for(async {
                let puts = futures_util::stream::iter(some).map(|name| self.put(name));
                puts.buffer_unordered(CONCURRENT).try_collect::<()>().await
            })?;
        }
        let new: BTreeSet<&String> = names.iter().collect();
        let is_old = |name: &&String| !new.contains(name) && *name != LAST && self.is_own(name, &there);
        self.remove(there.keys().filter(is_old).cloned())?;
        hold.finish(marker)?;
        wait_for(async {
            futures_util::stream::iter(&last).map(|name| self.put(name)).buffered(1).try_collect::<()>().await
        })
    }

    fn key(&self, name: &str) -> ObjectPath {
        name.split('/').fold(self.bucket.path.clone(), |path, part| path.join(part))
    }

    fn failed(&self, name: &str, error: &object_store::Error) -> Error {
        Trouble::of(error).error(&self.bucket.url_of(&self.key(name)))
    }

    /// Returns what is at the place, by name within it.
    fn objects(&self) -> Result<BTreeMap<String, ObjectMeta>> {
        let depth = self.bucket.path.parts().count();
        let name =
            |object: &ObjectMeta| object.location.parts().skip(depth).collect::<ObjectPath>().to_string();
        Ok(self.bucket.list(&self.bucket.path)?.into_iter().map(|object| (name(&object), object)).collect())
    }

    /// Whether hashwatt wrote an object of the place and nobody has changed it since.
    fn is_own(&self, name: &str, there: &BTreeMap<String, ObjectMeta>) -> bool {
        let (Some(old), Some(object)) = (self.found.marker(), there.get(name)) else { return false };
        // An unfinished upload left files of which nobody knows more than the name.
        if name == TIMINGS || (old.holds == Holds::Workspace && old.files.contains_key(name)) {
            return true;
        }
        // The marker was written after all that it names, but for the last file.
        let marked = there.get(MARKER).map(|marker| marker.last_modified);
        let is_later = name != LAST && marked.is_some_and(|marked| object.last_modified > marked);
        !is_later && old.files.get(name).is_some_and(|file| file.bytes == object.size)
    }

    /// Refuses to overwrite what is not hashwatt's, or was changed since hashwatt wrote it.
    fn check_in_the_way(&self, names: &[String], there: &BTreeMap<String, ObjectMeta>) -> Result<()> {
        let in_the_way = names.iter().find(|name| there.contains_key(*name) && !self.is_own(name, there));
        let Some(name) = in_the_way else { return Ok(()) };
        Err(Error::input(
            self.bucket.url_of(&self.key(name)),
            "it is not as hashwatt wrote it, and this run would overwrite it",
            "Move it to a place of its own",
        ))
    }

    fn remove(&self, names: impl IntoIterator<Item = String>) -> Result<()> {
        for name in names {
            match wait_for(self.bucket.store.delete(&self.key(&name))) {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(self.failed(&name, &error)),
            }
        }
        Ok(())
    }

    /// Uploads one file.
    async fn put(&self, name: &str) -> Result<()> {
        let path = self.folder().join(name);
        let unreadable = |error| Error::read_back(&path, error);
        let failed = |error| self.failed(name, &error);
        let mut file = tokio::fs::File::open(&path).await.map_err(unreadable)?;
        let bytes = file.metadata().await.map_err(unreadable)?.len();
        let key = self.key(name);
        if bytes <= PART_BYTES as u64 {
            let mut content = Vec::with_capacity(bytes as usize);
            file.read_to_end(&mut content).await.map_err(unreadable)?;
            self.bucket.store.put(&key, content.into()).await.map_err(failed)?;
            return Ok(());
        }
        let mut upload = self.bucket.store.put_multipart(&key).await.map_err(failed)?;
        let done = async {
            loop {
                let mut part = Vec::with_capacity(PART_BYTES);
                let n =
                    (&mut file).take(PART_BYTES as u64).read_to_end(&mut part).await.map_err(unreadable)?;
                if n == 0 {
                    break;
                }
                upload.put_part(PutPayload::from(part)).await.map_err(failed)?;
            }
            upload.complete().await.map_err(failed).map(drop)
        };
        let done = done.await;
        if done.is_err() {
            // Parts that nobody completes cost money; a store that does not answer keeps them.
            let _ = upload.abort().await;
        }
        done
    }
}

/// The place while it is filled: an unfinished marker that only this run knows the tag of.
struct Hold<'a> {
    publication: &'a Publication,
    unfinished: Bytes,
    e_tag: Option<String>,
    looked: Instant,
}

impl<'a> Hold<'a> {
    fn take(publication: &'a Publication, marker: &Marker) -> Result<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let mut unfinished = Marker::bare(Holds::Workspace);
        unfinished.id = format!("{}, {now} ns", signature());
        unfinished.files = marker.files.clone();
        let old = publication.found.marker().into_iter().flat_map(|old| old.files.clone());
        unfinished.files.extend(old);
        let mut hold = Self {
            publication,
            unfinished: unfinished.content().into(),
            e_tag: None,
            looked: Instant::now(),
        };
        let mode = match &publication.found {
            Found::Nothing => PutMode::Create,
            Found::Own { e_tag, .. } => update(e_tag.clone()),
        };
        hold.put(hold.unfinished.clone(), mode)?;
        hold.check_conditions()?;
        Ok(hold)
    }

    /// Makes sure that the store heeds conditions: one that does not would let two runs overwrite each other.
    fn check_conditions(&self) -> Result<()> {
        let publication = self.publication;
        match self.try_put(self.unfinished.clone(), PutMode::Create) {
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => {
                Ok(())
            }
            Err(error) => Err(publication.failed(MARKER, &error)),
            Ok(_) => {
                match &publication.found {
                    Found::Nothing => publication.remove([MARKER.to_owned()])?,
                    Found::Own { content, .. } => {
                        let put = self.try_put(content.clone(), PutMode::Overwrite);
                        put.map_err(|error| publication.failed(MARKER, &error))?;
                    }
                }
                Err(Error::input(
                    publication.bucket.url_of(&publication.key(MARKER)),
                    "the store overwrites what a condition forbids: two runs could mix their files",
                    "Name a folder on disk, or a store that knows If-None-Match",
                ))
            }
        }
    }

    /// Says that this run is at work, and stops it if the place is another's by now.
    fn keep(&mut self) -> Result<()> {
        if self.looked.elapsed() < LOOK_AGAIN {
            return Ok(());
        }
        self.looked = Instant::now();
        self.put(self.unfinished.clone(), update(self.e_tag.clone()))
    }

    fn finish(mut self, marker: &Marker) -> Result<()> {
        self.put(marker.content().into(), update(self.e_tag.clone()))
    }

    fn put(&mut self, content: Bytes, mode: PutMode) -> Result<()> {
        let publication = self.publication;
        match self.try_put(content, mode) {
            Ok(e_tag) => {
                self.e_tag = e_tag;
                Ok(())
            }
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => {
                Err(Error::input(
                    publication.bucket.url_of(&publication.key(MARKER)),
                    "another run took the place meanwhile",
                    "Give each run a place of its own",
                ))
            }
            Err(error) => Err(publication.failed(MARKER, &error)),
        }
    }

    fn try_put(&self, content: Bytes, mode: PutMode) -> object_store::Result<Option<String>> {
        let key = self.publication.key(MARKER);
        let options = PutOptions { mode, ..PutOptions::default() };
        wait_for(self.publication.bucket.store.put_opts(&key, content.into(), options)).map(|put| put.e_tag)
    }
}

const fn update(e_tag: Option<String>) -> PutMode {
    PutMode::Update(UpdateVersion { e_tag, version: None })
}

/// Looks at what is at the place, and refuses what a command must not touch.
fn find(bucket: &Bucket, holds: Holds, flag: &str) -> Result<Found> {
    let url = bucket.url_of(&bucket.path);
    let refused = |seen: String, cure: &str| Err(Error::setting(flag, seen, cure));
    let key = bucket.path.clone().join(MARKER);
    let Some(object) = bucket.find(&key)? else {
        let objects = bucket.list(&bucket.path)?;
        let Some(first) = objects.iter().map(|object| &object.location).min() else {
            return Ok(Found::Nothing);
        };
        let others = match objects.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        return refused(
            format!(
                "{url} is not empty, and hashwatt did not make it: it holds {}{others}",
                bucket.url_of(first)
            ),
            "Name a place where nothing is; hashwatt touches no objects of others",
        );
    };
    let (content, e_tag) = bucket.read(&key)?;
    let unreadable =
        |seen| Error::input(bucket.url_of(&key), seen, "Name another place; what is there stays");
    let marker = Marker::parse(&content).map_err(unreadable)?;
    if marker.holds == Holds::Workspace {
        let age = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let age = age.saturating_sub(u64::try_from(object.last_modified.timestamp()).unwrap_or_default());
        if age < GIVEN_UP_S {
            let who = marker.id.split(',').next().unwrap_or_default();
            return refused(
                format!("{url}: hashwatt uploads there, or was killed while it did: {who}, {age} s ago"),
                "Wait until it is done, or name another place; an hour after a killed one the place is free",
            );
        }
    } else if marker.holds != holds {
        let seen = format!("{url} holds {}", marker.holds.words());
        return refused(seen, "Name another place, or remove this one if nobody needs it");
    }
    Ok(Found::Own { marker, content, e_tag })
}
