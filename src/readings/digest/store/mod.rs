//! Stores digests on disk: parts in order of meter and day, merged when they are read.
//!
//! A store grows by generations. Each run adds its own set of parts. A later run adds more parts, which
//! replace the days it has read again. So a new day does not rewrite old parts.

pub mod manifest;
mod merge;
mod part;
mod summed;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::{DayDigest, MeterDays};
use hashwatt_core::error::{Error, Result};
use hashwatt_core::folder::{Lock, Written};
use hashwatt_core::ids::MeterId;
use manifest::{Generation, Manifest, PartRecord, Terms};
use merge::Merge;
use part::Part;
pub use part::{PartWriter, schema};
use summed::SummedFile;

/// Ranges of meters that a store is read in, one thread each: more than any machine has cores.
const RANGES: usize = 64;

/// The digests of a run on disk.
#[derive(Debug, Clone)]
pub struct DigestStore {
    parts: Vec<(usize, Part)>,
    generations: Vec<Generation>,
    /// Protects a shared store from changes while it is read.
    _lock: Option<Arc<Lock>>,
}

/// File that writers of a shared store lock; a run's own digests have no such file.
pub const LOCK: &str = "store.lock";

impl DigestStore {
    /// Opens the store in `folder` in its current state. Parts do not change. If an update removes old parts
    /// during reading, the store must be opened again.
    ///
    /// # Errors
    /// When the folder cannot be read or has no digests.
    pub fn open(folder: &Path) -> Result<Self> {
        Self::of_manifest(folder, &read_manifest(folder)?, None)
    }

    /// Opens the store of a manifest; `lock` protects it from changes.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub(super) fn of_manifest(folder: &Path, manifest: &Manifest, lock: Option<Arc<Lock>>) -> Result<Self> {
        let records: Vec<(usize, &PartRecord)> = manifest
            .generations
            .iter()
            .enumerate()
            .flat_map(|(number, one)| one.parts.iter().map(move |record| (number, record)))
            .collect();
        let parts = records.into_par_iter().map(|(number, record)| Ok((number, Part::open(folder, record)?)));
        Ok(Self {
            parts: parts.collect::<Result<_>>()?,
            generations: manifest.generations.clone(),
            _lock: lock,
        })
    }

    /// Writes a store with one part, from meters in order of id.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn write<'a>(
        folder: &Path,
        meters: impl IntoIterator<Item = (&'a MeterId, &'a [DayDigest])>,
    ) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|error| Error::write(folder, error))?;
        let mut part = PartWriter::create(folder.join("part-0000.parquet"))?;
        for (meter, days) in meters {
            part.push(meter, days)?;
        }
        Self::of_parts(folder, vec![part.finish()?])
    }

    /// Makes a store, with default terms, from parts already written into `folder`.
    ///
    /// # Errors
    /// When the manifest cannot be written or a part cannot be read.
    pub fn of_parts(folder: &Path, parts: Vec<PartRecord>) -> Result<Self> {
        let mut manifest = Manifest::empty(Terms::default());
        manifest.generations.push(Generation { parts, owns: Vec::new() });
        manifest.commit(folder)?;
        Self::open(folder)
    }

    /// Returns the number of rows in all parts; some may be older versions of a day.
    #[must_use]
    pub fn n_rows(&self) -> u64 {
        self.parts.iter().map(|(_, part)| part.n_rows()).sum()
    }

    /// Returns the first and last civil day of the store, `None` where a part of an earlier build does not name
    /// them. [days since 1970-01-01]
    #[must_use]
    pub fn days(&self) -> Option<(i32, i32)> {
        let records = self.generations.iter().flat_map(|one| &one.parts);
        let days: Vec<(i32, i32)> = records.map(|record| record.days).collect::<Option<_>>()?;
        part::span(days.into_iter())
    }

    /// Maps every meter, on all cores; the results are in order of id.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn map_meters<T: Send>(&self, map: impl Fn(MeterDays) -> Option<T> + Sync) -> Result<Vec<T>> {
        let bounds = self.bounds();
        let ranges: Vec<(Option<&str>, Option<&str>)> = (0..=bounds.len())
            .map(|at| (at.checked_sub(1).map(|before| bounds[before]), bounds.get(at).copied()))
            .collect();
        let mapped: Vec<Vec<T>> = ranges
            .into_par_iter()
            .map(|(from, to)| {
                let mut merge = Merge::over(&self.parts, &self.generations, from, to)?;
                let mut mapped = Vec::new();
                while let Some(meter) = merge.next()? {
                    mapped.extend(map(meter));
                }
                Ok(mapped)
            })
            .collect::<Result<_>>()?;
        Ok(mapped.into_iter().flatten().collect())
    }

    /// Returns one meter's days, or `None` if the store does not have the meter.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn meter(&self, id: &str) -> Result<Option<MeterDays>> {
        Ok(self.days_of_near(&[&MeterId::from(id)])?.pop())
    }

    /// Returns the days of several meters; meters without days are left out.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn days_of(&self, meters: &BTreeSet<MeterId>) -> Result<BTreeMap<MeterId, MeterDays>> {
        let wanted: Vec<&MeterId> = meters.iter().collect();
        let parts = self.side_by_side();
        let place = |meter: &MeterId| -> Vec<usize> {
            parts.iter().map(|part| part.group_of(meter.as_str())).collect()
        };
        // Neighbouring meters are read together.
        let found: Vec<Vec<MeterDays>> = wanted
            .chunk_by(|a, b| place(a) == place(b))
            .collect::<Vec<_>>()
            .into_par_iter()
            .map(|near| self.days_of_near(near))
            .collect::<Result<_>>()?;
        Ok(found.into_iter().flatten().map(|days| (days.meter.clone(), days)).collect())
    }

    fn days_of_near(&self, wanted: &[&MeterId]) -> Result<Vec<MeterDays>> {
        let Some((first, last)) = wanted.first().zip(wanted.last()) else { return Ok(Vec::new()) };
        // The smallest text after the last id; parts that begin later are not opened.
        let end = format!("{last}\0");
        let mut merge = Merge::over(&self.parts, &self.generations, Some(first.as_str()), Some(&end))?;
        let mut found = Vec::with_capacity(wanted.len());
        for id in wanted {
            merge.skip_to(id.as_str())?;
            found.extend(merge.next_if(id)?);
        }
        Ok(found)
    }

    /// Writes all current days into new parts in `folder`.
    ///
    /// # Errors
    /// When a part cannot be read or written.
    pub fn merge_into(&self, folder: &Path, prefix: &str) -> Result<Vec<PartRecord>> {
        let bounds = self.bounds();
        (0..=bounds.len())
            .into_par_iter()
            .map(|at| {
                let (from, to) = (at.checked_sub(1).map(|before| bounds[before]), bounds.get(at).copied());
                let name = format!("{prefix}-merged-{at:04}.parquet");
                let mut part = PartWriter::create(folder.join(&name))?;
                let mut merge = Merge::over(&self.parts, &self.generations, from, to)?;
                while let Some(meter) = merge.next()? {
                    part.push(&meter.meter, &meter.days)?;
                }
                part.finish()
            })
            .collect()
    }

    /// Returns parts with no overlapping meters, the largest first: all of them if parts are split by meter,
    /// one if they are split by time.
    fn side_by_side(&self) -> Vec<&Part> {
        let mut by_size: Vec<&Part> = self.parts.iter().map(|(_, part)| part).collect();
        by_size.sort_by_key(|part| std::cmp::Reverse(part.n_rows()));
        let mut chosen: Vec<&Part> = Vec::new();
        for part in by_size {
            if chosen.iter().all(|other| !other.overlaps(part)) {
                chosen.push(part);
            }
        }
        chosen
    }

    /// Returns the ids at which one range ends and the next begins.
    fn bounds(&self) -> Vec<&str> {
        let firsts: BTreeSet<&str> = self.parts.iter().flat_map(|(_, part)| part.firsts()).collect();
        let firsts: Vec<&str> = firsts.into_iter().collect();
        let n = RANGES.min(firsts.len());
        let mut bounds: Vec<&str> = (1..n).map(|at| firsts[at * firsts.len() / n]).collect();
        bounds.dedup();
        bounds
    }
}

fn read_manifest(folder: &Path) -> Result<Manifest> {
    Manifest::read(folder)?.ok_or_else(|| Error::NoDigests { folder: folder.to_owned() })
}

/// Returns the problems of the store in `folder`: a damaged manifest, or missing or changed parts. Reads
/// every byte.
#[must_use]
pub fn verify(folder: &Path) -> Vec<Error> {
    match read_manifest(folder) {
        Ok(manifest) => damaged_parts(folder, &manifest),
        Err(error) => vec![error],
    }
}

/// Returns an error for each missing or changed part of a store.
pub(super) fn damaged_parts(folder: &Path, manifest: &Manifest) -> Vec<Error> {
    let records: Vec<&PartRecord> = manifest.parts().collect();
    let damage = |record: &PartRecord| {
        let (path, sums) = (folder.join(&record.name), Arc::new(record.sums.clone()));
        let opened = SummedFile::open(&path, &sums).map_err(parquet::errors::ParquetError::from);
        opened.and_then(|file| file.check()).err().map(|error| part::unreadable(&path, &error))
    };
    records.into_par_iter().filter_map(damage).collect()
}

/// Returns size and checksum of each file of a store, by name, without reading the files again.
///
/// # Errors
/// When there is no manifest.
pub fn written_files(folder: &Path) -> Result<BTreeMap<String, Written>> {
    let of_part = |record: &PartRecord| {
        (record.name.clone(), Written { bytes: record.sums.bytes, sum: record.sums.root() })
    };
    Ok(read_manifest(folder)?.parts().map(of_part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i32) -> DayDigest {
        let mut day = DayDigest::empty(number, 30, 48);
        (day.demand_kw_p95, day.hour_kw[7], day.n_zero) = (2.5, 1.25, 3);
        day
    }

    #[test]
    fn a_store_gives_back_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (MeterId::from("a"), MeterId::from("b"));
        let days = [day(15_000), DayDigest::empty(15_001, 30, 46)];
        let store = DigestStore::write(folder.path(), [(&a, &days[..]), (&b, &days[..1])]).unwrap();
        let meters = store.map_meters(Some).unwrap();
        assert_eq!(meters.len(), 2);
        assert_eq!(format!("{:?}", meters[0].days), format!("{days:?}"));
        assert_eq!(store.meter("b").unwrap().unwrap().days.len(), 1);
        assert!(store.meter("c").unwrap().is_none() && store.meter("aa").unwrap().is_none());
        let wanted = ["b", "gone"].map(MeterId::from).into();
        assert_eq!(store.days_of(&wanted).unwrap().into_keys().collect::<Vec<_>>(), [b]);
    }

    #[test]
    fn a_store_knows_its_days_however_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (MeterId::from("a"), MeterId::from("b"));
        let (own, other) = ([day(19_003), day(19_007)], [day(18_999)]);
        let store = DigestStore::write(folder.path(), [(&a, &own[..]), (&b, &other[..])]).unwrap();
        assert_eq!(store.days(), Some((18_999, 19_007)));
        assert_eq!(DigestStore::open(folder.path()).unwrap().days(), Some((18_999, 19_007)));
    }

    #[test]
    fn a_part_that_is_cut_short_is_named_with_the_cure() {
        let folder = tempfile::tempdir().unwrap();
        let store = DigestStore::write(folder.path(), [(&MeterId::from("a"), &[day(15_000)][..])]).unwrap();
        let part = folder.path().join(&store.generations[0].parts[0].name);
        let bytes = std::fs::read(&part).unwrap();
        std::fs::write(&part, &bytes[..bytes.len() / 2]).unwrap();
        let said = DigestStore::open(folder.path()).unwrap_err().to_string();
        let name = part.file_name().unwrap().to_str().unwrap();
        assert!(said.contains(name) && said.contains("or remove its folder"), "{said}");
    }

    #[test]
    fn many_meters_in_several_parts_come_once_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut names = Vec::new();
        for part in 0..3 {
            let name = format!("part-{part}.parquet");
            let mut writer = PartWriter::create(folder.path().join(&name)).unwrap();
            for meter in (0..5000).filter(|meter| meter % 3 == part || meter % 7 == 0) {
                let days: Vec<DayDigest> = (0..60).filter(|day| day % 3 == part).map(day).collect();
                writer.push(&MeterId::from(format!("m{meter:05}")), &days).unwrap();
            }
            names.push(writer.finish().unwrap());
        }
        let store = DigestStore::of_parts(folder.path(), names).unwrap();
        assert!(store.bounds().len() > 1);
        let meters = store.map_meters(|meter| Some((meter.meter, meter.days.len()))).unwrap();
        assert!(meters.is_sorted() && meters.len() == 5000);
        assert_eq!(meters[7].1, 60);
        assert_eq!(meters[8].1, 20);
    }

    #[test]
    fn wanted_meters_are_found_in_parts_by_meter_and_by_time() {
        let part = |folder: &Path, name: &str, meters: std::ops::Range<u32>, days: std::ops::Range<i32>| {
            let mut writer = PartWriter::create(folder.join(name)).unwrap();
            for meter in meters {
                let days: Vec<DayDigest> = days.clone().map(day).collect();
                writer.push(&MeterId::from(format!("m{meter:05}")), &days).unwrap();
            }
            writer.finish().unwrap()
        };
        // One part ends with the meter with which the next begins; a later day has all meters.
        let folder = tempfile::tempdir().unwrap();
        let parts = vec![
            part(folder.path(), "a", 0..301, 0..30),
            part(folder.path(), "b", 300..700, 30..60),
            part(folder.path(), "c", 701..1400, 0..60),
            part(folder.path(), "day", 0..1400, 60..61),
        ];
        let store = DigestStore::of_parts(folder.path(), parts).unwrap();
        assert_eq!(store.side_by_side().len(), 3);
        let wanted = (0..1500).step_by(50).map(|meter| MeterId::from(format!("m{meter:05}"))).collect();
        let found = store.days_of(&wanted).unwrap();
        let n_days: Vec<usize> = found.values().map(|meter| meter.days.len()).collect();
        assert_eq!(n_days, [[31; 6].as_slice(), &[61], &[31; 7], &[1], &[61; 13]].concat());
    }

    #[test]
    fn a_merged_store_gives_what_its_parts_gave() {
        let folder = tempfile::tempdir().unwrap();
        let mut names = Vec::new();
        for part in 0..2 {
            let name = format!("part-{part}.parquet");
            let mut writer = PartWriter::create(folder.path().join(&name)).unwrap();
            for meter in 0..1500 {
                let days: Vec<DayDigest> = (0..40).filter(|number| number % 2 == part).map(day).collect();
                writer.push(&MeterId::from(format!("m{meter:05}")), &days).unwrap();
            }
            names.push(writer.finish().unwrap());
        }
        let store = DigestStore::of_parts(folder.path(), names).unwrap();
        let all = |store: &DigestStore| format!("{:?}", store.map_meters(Some).unwrap());
        let before = all(&store);
        let merged = store.merge_into(folder.path(), "g00002").unwrap();
        assert_eq!(all(&DigestStore::of_parts(folder.path(), merged).unwrap()), before);
    }

    #[test]
    fn a_folder_without_a_manifest_is_no_store() {
        let folder = tempfile::tempdir().unwrap();
        PartWriter::create(folder.path().join("part-0000.parquet")).unwrap().finish().unwrap();
        assert!(DigestStore::open(folder.path()).unwrap_err().to_string().contains("no digests here"));
    }
}
