//! Updates a store with the files that a run names; reads only new and changed files.
//!
//! A file counts as seen if its name, size, time of change and mapping are the same, or if its bytes are the
//! same under any name. A new or changed file replaces the days it has or had. Other files with intervals on
//! those days are read again for them. The store then equals the result of a pass over all files.

use std::path::Path;
use std::sync::Arc;

use super::local::{Digested, PassDone, nothing_measured, run_pass};
use super::parts::Written;
use super::store::manifest::{Generation, MANIFEST, Manifest, SeenFile, Terms};
use super::store::{DigestStore, LOCK, damaged_parts};
use crate::acquisition::{Quantity, Source};
use hashwatt_core::error::{Error, Result};
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::folder::{Holds, Lock, prepare};
use hashwatt_core::message;
use hashwatt_core::progress::Watch;
use hashwatt_core::settings::Settings;

/// With more generations, a store is merged into one, because each generation slows down every reader.
const MAX_GENERATIONS: usize = 32;

/// A file with fewer intervals per meter and day may have reads of a day or longer. Only the files before and
/// after tell their length.
const MIN_INTERVALS_A_DAY: u64 = 2;

/// Digests the files that `folder` does not have yet. Two runs on one store wait for each other. A damaged
/// store is digested anew if all of its source files are among the sources.
///
/// # Errors
/// When the store has other terms, is damaged and cannot be rebuilt, or cannot be written. A file that cannot
/// be read becomes a finding.
pub fn update(sources: &[Source], settings: &Settings, folder: &Path, watch: &dyn Watch) -> Result<Digested> {
    prepare(folder, Holds::Store, "--store")?;
    let lock = Lock::wait(&folder.join(LOCK))?;
    let mut findings = Vec::new();
    let mut manifest = heal(open_manifest(folder, settings)?, sources, folder, &mut findings)?;
    manifest.sweep(folder);
    let before = manifest.clone();
    let states = states(sources, &mut manifest, &mut findings)?;
    let (mut n_meters, mut days) = (0, None);
    if states.contains(&State::Unseen) {
        let mut draft = Draft { sources, settings, folder, manifest: &mut manifest, findings: &mut findings };
        let written = draft.add_generation(&states, watch)?;
        (n_meters, days) = (written.n_meters(), written.days);
        manifest.commit_lasting(folder)?;
    } else {
        watch.begin("digest", "rows", Some(0));
        if manifest != before {
            manifest.commit(folder)?;
        }
        watch.end("nothing new");
    }
    if manifest.generations.len() > MAX_GENERATIONS {
        let store = DigestStore::of_manifest(folder, &manifest, None)?;
        let parts = store.merge_into(folder, &prefix(&manifest))?;
        manifest.generations = vec![Generation { parts, owns: Vec::new() }];
        manifest.number += 1;
        manifest.commit_lasting(folder)?;
    }
    let (rows_by_source, of_files) = seen(sources, &manifest);
    findings.extend(of_files);
    lock.share()?;
    let now = Manifest::read(folder)?.unwrap_or(manifest);
    let store = DigestStore::of_manifest(folder, &now, Some(Arc::new(lock)))?;
    if store.n_rows() == 0 {
        return Err(nothing_measured(sources, &findings));
    }
    let n_rows = rows_by_source.iter().sum();
    Ok(Digested { store, n_meters, days, n_rows, rows_by_source, findings })
}

fn open_manifest(folder: &Path, settings: &Settings) -> Result<Manifest> {
    let terms = Terms::of(settings);
    let path = folder.join(MANIFEST);
    let Some(manifest) = Manifest::read(folder)? else {
        let new = Manifest::empty(terms);
        return match new.last_unnamed(folder) {
            None => new.commit(folder).map(|()| new),
            Some(part) => Err(Error::input(
                path.display().to_string(),
                format!("it is gone, and {part} is there: nothing says which files the store has seen"),
                "Put it back from a copy, or remove the folder to digest everything again",
            )),
        };
    };
    // Parts numbered as the next update come from a killed run. Later parts do not.
    if let Some(part) = manifest.last_unnamed(folder).filter(|part| manifest.is_later(part)) {
        return Err(Error::input(
            path.display().to_string(),
            format!("it is older than {part}, which it does not name"),
            "Put back the copy that belongs to the parts, or remove the folder to digest everything again",
        ));
    }
    if manifest.terms != terms {
        return Err(Error::setting(
            "[digest] store",
            format!("{} was digested with {}, this run has {}", path.display(), manifest.terms, terms),
            "Give the same timezone and night window, or another folder",
        ));
    }
    Ok(manifest)
}

/// Returns the manifest if all parts are unchanged. Otherwise returns an empty one, so that every file is
/// read again. All files must be present, because days would be lost silently otherwise.
fn heal(
    manifest: Manifest,
    sources: &[Source],
    folder: &Path,
    findings: &mut Vec<Finding>,
) -> Result<Manifest> {
    let damaged = damaged_parts(folder, &manifest);
    let Some(first) = damaged.first() else { return Ok(manifest) };
    let is_here = |file: &&SeenFile| sources.iter().any(|source| source.name == file.name);
    if let Some(gone) = manifest.files.iter().find(|file| !is_here(file)) {
        let seen = format!(
            "{} of its {} parts are damaged ({first}); they cannot all be made again, since {} is not among the files of this run",
            damaged.len(),
            manifest.parts().count(),
            gone.name
        );
        let cure = "Name all files that the store was made of, or put the parts back from a copy; to do without the days of files that are gone, remove the folder";
        return Err(Error::input(folder.display().to_string(), seen, cure));
    }
    for damage in damaged {
        let message = message!("store_healed", damage = damage.to_string());
        findings.push(
            Finding::new(Code::StoreHealed, Severity::Warning, message)
                .in_source(folder.display().to_string()),
        );
    }
    Ok(Manifest { number: manifest.number, ..Manifest::empty(manifest.terms) })
}

/// State of a source in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Its intervals are in the store.
    Seen,
    /// The file is new or changed.
    Unseen,
    /// The store has its bytes under another name.
    Copy,
}

/// Compares every source with the files in the store.
fn states(sources: &[Source], manifest: &mut Manifest, findings: &mut Vec<Finding>) -> Result<Vec<State>> {
    let mut states = Vec::with_capacity(sources.len());
    for source in sources {
        let table = source.mapping.to_table(&source.path);
        let known = manifest.files.iter().position(|file| file.name == source.name);
        let (modified_ns, file) = (source.modified_ns(), known.map(|at| &manifest.files[at]));
        let is_same_mapping = file.is_some_and(|file| file.mapping.reads_as(&table));
        let is_same = |file: &SeenFile| {
            file.bytes == source.bytes && modified_ns.is_some() && file.modified_ns == modified_ns
        };
        if is_same_mapping && file.is_some_and(is_same) {
            states.push(State::Seen);
            continue;
        }
        let identity = source.identity()?;
        let is_twin = |file: &SeenFile| file.identity == identity && file.bytes == source.bytes;
        let twin = known.or_else(|| manifest.files.iter().position(is_twin));
        let Some(file) = twin.map(|at| &mut manifest.files[at]).filter(|file| is_twin(file)) else {
            states.push(State::Unseen);
            continue;
        };
        if file.name != source.name && sources.iter().any(|other| other.name == file.name) {
            findings.push(same_bytes(source, file));
            states.push(State::Copy);
        } else if file.mapping.reads_as(&table) {
            // Rewritten unchanged, or moved: its digests remain valid.
            file.name.clone_from(&source.name);
            (file.modified_ns, file.mapping) = (modified_ns, table);
            states.push(State::Seen);
        } else {
            states.push(State::Unseen);
        }
    }
    Ok(states)
}

fn same_bytes(source: &Source, first: &SeenFile) -> Finding {
    let message = message!("same_bytes", name = source.name.clone(), first = first.name.clone());
    Finding::new(Code::SameFileAgain, Severity::Note, message)
        .in_source(source.name.clone())
        .with("first", first.name.clone())
}

/// State of one update.
struct Draft<'a> {
    sources: &'a [Source],
    settings: &'a Settings,
    folder: &'a Path,
    manifest: &'a mut Manifest,
    findings: &'a mut Vec<Finding>,
}

impl Draft<'_> {
    /// Reads the unseen files, and again the files that share days with them, into a generation of parts.
    fn add_generation(&mut self, states: &[State], watch: &dyn Watch) -> Result<Written> {
        let unseen: Vec<usize> = (0..states.len()).filter(|&at| self.is_read(at, states[at])).collect();
        let mut pass = self.read(&unseen, &[], watch)?;
        let days = self.days(&unseen, &pass);
        let again: Vec<usize> = (0..states.len())
            .filter(|at| states[*at] == State::Seen && !unseen.contains(at) && self.shares_days(*at, &days))
            .collect();
        let mut read = unseen;
        if !again.is_empty() {
            // Their rows go between those of the unseen files, in the order of the files.
            read.extend(&again);
            read.sort_unstable();
            self.manifest.sweep(self.folder);
            let only: Vec<(usize, &[(i32, i32)])> = again.iter().map(|&at| (at, &days[..])).collect();
            pass = self.read(&read, &only, watch)?;
        }
        let owns = self.owned(&days);
        for (place, &at) in read.iter().enumerate() {
            if !again.contains(&at) {
                let file = self.seen_file(at, place, &pass)?;
                self.manifest.files.retain(|known| known.name != file.name);
                self.manifest.files.push(file);
            }
        }
        self.manifest.files.sort_by(|a, b| a.name.cmp(&b.name));
        self.manifest.oddities = pass.oddities;
        self.manifest.generations.push(Generation { parts: pass.written.parts.clone(), owns });
        self.manifest.number += 1;
        Ok(pass.written)
    }

    /// Whether a file is read whatever its days. Reads of a day or longer have no length without the
    /// neighbouring files.
    fn is_read(&self, at: usize, state: State) -> bool {
        let name = &self.sources[at].name;
        let is_coarse = || self.manifest.files.iter().any(|file| file.name == *name && !file.is_within_day);
        state == State::Unseen || (state == State::Seen && is_coarse())
    }

    fn read(&self, which: &[usize], only: &[(usize, &[(i32, i32)])], watch: &dyn Watch) -> Result<PassDone> {
        let sources: Vec<&Source> = which.iter().map(|&at| &self.sources[at]).collect();
        let only: Vec<Option<&[(i32, i32)]>> = which
            .iter()
            .map(|at| only.iter().find(|(again, _)| again == at).map(|(_, days)| *days))
            .collect();
        run_pass(&sources, &only, self.settings, self.folder, &prefix(self.manifest), watch)
    }

    /// Returns the periods that the files read now cover, or covered when they were last read.
    fn days(&self, which: &[usize], pass: &PassDone) -> Vec<(i32, i32)> {
        let now = pass.by_source.iter().filter_map(|source| source.days);
        let names: Vec<&str> = which.iter().map(|&at| self.sources[at].name.as_str()).collect();
        let before = self.manifest.files.iter().filter(|file| names.contains(&file.name.as_str()));
        joined(now.chain(before.filter_map(|file| file.days)).collect())
    }

    fn shares_days(&self, at: usize, days: &[(i32, i32)]) -> bool {
        let name = &self.sources[at].name;
        let known = self.manifest.files.iter().find(|file| file.name == *name);
        known.and_then(|file| file.days).is_some_and(|own| days.iter().any(|other| overlap(own, *other)))
    }

    /// Returns the days whose older digests no longer count. Days of missing files are not among them,
    /// because those files cannot be read again.
    fn owned(&mut self, days: &[(i32, i32)]) -> Vec<(i32, i32)> {
        let mut owned = days.to_vec();
        for file in &self.manifest.files {
            let is_here = self.sources.iter().any(|source| source.name == file.name);
            let Some(own) = file.days.filter(|own| !is_here && owned.iter().any(|days| overlap(*own, *days)))
            else {
                continue;
            };
            owned = owned.iter().flat_map(|days| without(*days, own)).collect();
            let message = message!("file_gone", name = file.name.clone());
            self.findings.push(
                Finding::new(Code::FileGone, Severity::Warning, message)
                    .in_source(file.name.clone())
                    .between(
                        hashwatt_core::calendar::date_of(own.0),
                        hashwatt_core::calendar::date_of(own.1),
                    ),
            );
        }
        owned
    }

    fn seen_file(&self, at: usize, place: usize, pass: &PassDone) -> Result<SeenFile> {
        let (source, done) = (&self.sources[at], &pass.by_source[place]);
        let is_counter = source.mapping.quantity() == Quantity::RegisterRead;
        let has_coarse = done.meters_seen.iter().zip(&pass.written.is_coarse).any(|(seen, is)| *seen && *is);
        let is_dense = done.report.intervals >= MIN_INTERVALS_A_DAY * done.n_meter_days;
        Ok(SeenFile {
            name: source.name.clone(),
            bytes: source.bytes,
            modified_ns: source.modified_ns(),
            identity: source.identity()?,
            rows: done.report.rows,
            days: done.days,
            is_within_day: !is_counter && !has_coarse && is_dense,
            mapping: source.mapping.to_table(&source.path),
            findings: source.findings(&done.report),
        })
    }
}

fn prefix(manifest: &Manifest) -> String {
    format!("g{:05}", manifest.number)
}

fn overlap(a: (i32, i32), b: (i32, i32)) -> bool {
    a.0 <= b.1 && b.0 <= a.1
}

/// Returns the periods in order, with adjacent ones joined.
fn joined(mut days: Vec<(i32, i32)>) -> Vec<(i32, i32)> {
    days.sort_unstable();
    let mut joined: Vec<(i32, i32)> = Vec::new();
    for (first, last) in days {
        match joined.last_mut() {
            Some(before) if first <= before.1 + 1 => before.1 = before.1.max(last),
            _ => joined.push((first, last)),
        }
    }
    joined
}

/// Returns a period without the days of another.
fn without(days: (i32, i32), other: (i32, i32)) -> Vec<(i32, i32)> {
    let before = (days.0, days.1.min(other.0 - 1));
    let after = (days.0.max(other.1 + 1), days.1);
    [before, after].into_iter().filter(|(first, last)| first <= last).collect()
}

/// Returns the rows of the run's sources, and the findings on all files of the store, as if read now.
fn seen(sources: &[Source], manifest: &Manifest) -> (Vec<u64>, Vec<Finding>) {
    let rows = |source: &Source| {
        manifest.files.iter().find(|file| file.name == source.name).map_or(0, |file| file.rows)
    };
    let findings = manifest.files.iter().flat_map(|file| &file.findings).chain(&manifest.oddities);
    (sources.iter().map(rows).collect(), findings.cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_that_touch_are_one() {
        assert_eq!(joined(vec![(5, 6), (1, 2), (3, 3), (9, 9)]), [(1, 3), (5, 6), (9, 9)]);
        assert!(joined(Vec::new()).is_empty());
    }

    #[test]
    fn a_stretch_without_another_may_fall_in_two() {
        assert_eq!(without((1, 9), (4, 5)), [(1, 3), (6, 9)]);
        assert_eq!(without((1, 9), (0, 5)), [(6, 9)]);
        assert!(without((4, 5), (1, 9)).is_empty());
    }
}
