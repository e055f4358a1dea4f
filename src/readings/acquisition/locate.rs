//! Finds the files that a path, folder, glob or URL names.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::ObjectMeta;
use object_store::path::Path as ObjectPath;
use url::Url;

use super::storage::Storage;
use hashwatt_bucket::{Bucket, RemoteObject, connect};
use hashwatt_core::error::{Error, Result};
use hashwatt_core::folder::{MARKER, Marker, is_output};
use hashwatt_core::place::is_url;
use hashwatt_core::settings::ReadingsTable;

/// Extensions of the files that are read from a folder. A file named directly may have any extension.
const ENDINGS: &[&str] = &[
    ".parquet",
    ".parq",
    ".pq",
    ".csv",
    ".csv.gz",
    ".tsv",
    ".tsv.gz",
    ".txt",
    ".txt.gz",
    ".csv.gzip",
    ".xlsx",
    ".xlsm",
    ".xls",
    ".ods",
    ".jsonl",
    ".jsonl.gz",
    ".ndjson",
    ".ndjson.gz",
    ".xml",
    ".xml.gz",
    ".zip",
];

/// A file that may hold interval data.
#[derive(Debug, Clone)]
pub(super) struct FoundFile {
    /// Path or URL to show to people.
    pub name: String,
    pub storage: Storage,
    /// `key=value` folders in its path.
    pub partitions: Vec<(String, String)>,
}

impl FoundFile {
    fn local(path: PathBuf) -> Self {
        let name = path.display().to_string();
        Self { partitions: partitions(&name), name, storage: Storage::Local(path) }
    }

    /// Returns what all names of one file share: the path with links followed, or the URL.
    pub fn place(&self) -> PathBuf {
        let canonical = match &self.storage {
            Storage::Local(path) => std::fs::canonicalize(path).ok(),
            Storage::Remote(_) | Storage::Member(_) => None,
        };
        canonical.unwrap_or_else(|| PathBuf::from(&self.name))
    }

    /// Returns the file name without its extensions.
    pub fn stem(&self) -> &str {
        let name = self.name.rsplit('/').next().unwrap_or(&self.name);
        name.split('.').find(|part| !part.is_empty()).unwrap_or(name)
    }
}

/// Files of a folder, a glob or a prefix.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Files that may hold interval data, by name.
    pub files: Vec<FoundFile>,
    /// Names of files whose ending is not that of an export.
    pub left_out: Vec<String>,
}

impl Found {
    fn add(&mut self, file: FoundFile) {
        if has_known_ending(&file.name) {
            self.files.push(file);
        } else {
            self.left_out.push(file.name);
        }
    }
}

impl From<Vec<FoundFile>> for Found {
    fn from(files: Vec<FoundFile>) -> Self {
        Self { files, left_out: Vec::new() }
    }
}

/// Lists the files that `path` names, sorted by name.
///
/// # Errors
/// When nothing is found, or the object store does not answer.
pub(super) fn find_files(path: &str) -> Result<Found> {
    let mut found = match Url::parse(path) {
        Ok(url) if url.scheme() == "file" => find_local(&file_url_path(path))?,
        _ if is_url(Path::new(path)) => find_remote(path)?,
        _ => find_local(Path::new(path))?,
    };
    if found.files.is_empty() {
        return Err(nothing_there(path));
    }
    found.files.sort_by(|a, b| a.name.cmp(&b.name));
    found.files.dedup_by(|a, b| a.name == b.name);
    found.left_out.sort();
    Ok(found)
}

/// Lists the local files that `[[readings]]` tables name. Files that cannot be listed are left out.
#[must_use]
pub fn local_files(readings: &[ReadingsTable]) -> Vec<PathBuf> {
    let is_local =
        |table: &&ReadingsTable| !is_url(Path::new(&table.path)) || table.path.starts_with("file:");
    let found = readings.iter().filter(is_local).filter_map(|table| find_files(&table.path).ok());
    found
        .flat_map(|found| found.files)
        .filter_map(|file| match file.storage {
            Storage::Local(path) => Some(path),
            Storage::Remote(_) | Storage::Member(_) => None,
        })
        .collect()
}

/// Leaves out hashwatt's own output: digests and run tables are not interval data, even if a run is inside
/// the folder of the exports.
fn without_outputs(files: Vec<FoundFile>) -> Vec<FoundFile> {
    let mut known: BTreeMap<PathBuf, bool> = BTreeMap::new();
    let is_export = |file: &FoundFile| match &file.storage {
        Storage::Local(path) => !lies_in_output(path, &mut known),
        Storage::Remote(_) | Storage::Member(_) => true,
    };
    files.into_iter().filter(is_export).collect()
}

fn lies_in_output(path: &Path, known: &mut BTreeMap<PathBuf, bool>) -> bool {
    path.ancestors().skip(1).any(|folder| match known.get(folder) {
        Some(is_output) => *is_output,
        None => {
            let is_output = is_output(folder);
            known.insert(folder.to_owned(), is_output);
            is_output
        }
    })
}

fn nothing_there(path: &str) -> Error {
    Error::input(
        path,
        "no Parquet or CSV file is there",
        "Check --readings; it takes a file, a folder, a glob or a URL",
    )
}

fn file_url_path(url: &str) -> PathBuf {
    let parsed = Url::parse(url).ok().and_then(|url| url.to_file_path().ok());
    parsed.unwrap_or_else(|| PathBuf::from(url.trim_start_matches("file://")))
}

fn find_local(path: &Path) -> Result<Found> {
    let text = path.display().to_string();
    if path.is_dir() {
        let mut walk = Walk::default();
        walk.all_below(path)?;
        return Ok(walk.found());
    }
    if path.exists() || !text.contains(['*', '?', '[']) {
        if lies_in_output(path, &mut BTreeMap::new()) {
            let cure = "Name the export itself: what hashwatt wrote is no interval data";
            return Err(Error::input(&text, "it lies in a folder that hashwatt wrote", cure));
        }
        return Ok(vec![FoundFile::local(path.to_owned())].into());
    }
    let cure = "Write a glob such as data/*.parquet or data/**/*.csv";
    let matches =
        glob::glob(&text).map_err(|error| Error::input(&text, error.to_string(), cure).because(error))?;
    let (mut walk, mut named) = (Walk::default(), Vec::new());
    for path in matches {
        let path = path.map_err(|error| {
            Error::input(&text, error.to_string(), "Check the folder's permissions").because(error)
        })?;
        if path.is_dir() { walk.all_below(&path)? } else { named.push(FoundFile::local(path)) }
    }
    let mut found = walk.found();
    found.files.extend(without_outputs(named));
    Ok(found)
}

/// Folders of one search. Each is visited once, however many links lead to it.
#[derive(Default)]
struct Walk {
    /// Real paths of the folders visited.
    walked: BTreeSet<PathBuf>,
    /// Folders behind links. They come last, so that a file keeps its name without a link.
    linked: VecDeque<PathBuf>,
    files: Vec<FoundFile>,
}

impl Walk {
    /// Collects the files in a folder and its subfolders.
    fn all_below(&mut self, folder: &Path) -> Result<()> {
        self.below(folder)?;
        while let Some(folder) = self.linked.pop_front() {
            self.below(&folder)?;
        }
        Ok(())
    }

    fn below(&mut self, folder: &Path) -> Result<()> {
        let trouble = |error: std::io::Error| {
            Error::input(folder.display().to_string(), error.to_string(), "Check the folder").because(error)
        };
        if !self.walked.insert(std::fs::canonicalize(folder).map_err(trouble)?) {
            return Ok(());
        }
        refuse_table_format(folder)?;
        let entries = std::fs::read_dir(folder).map_err(trouble)?;
        let mut paths: Vec<PathBuf> =
            entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>().map_err(trouble)?;
        // Sorted, so that the choice between two links to one folder does not depend on the disk's order.
        paths.sort();
        for path in paths {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if is_hidden(&name) {
                continue;
            }
            match path.is_dir() {
                true if path.is_symlink() => self.linked.push_back(path),
                true => self.below(&path)?,
                false => self.files.push(FoundFile::local(path)),
            }
        }
        Ok(())
    }

    /// Returns what may hold interval data, and what else lies there; hashwatt's own output is neither.
    fn found(&mut self) -> Found {
        let mut found = Found::default();
        without_outputs(std::mem::take(&mut self.files)).into_iter().for_each(|file| found.add(file));
        found
    }
}

/// Refuses the folder of a table whose log says which files count: files of deleted and older rows lie beside
/// the live ones.
fn refuse_table_format(folder: &Path) -> Result<()> {
    let is_metadata = |name: &std::ffi::OsStr| name.to_string_lossy().ends_with(".metadata.json");
    let has_metadata = std::fs::read_dir(folder.join("metadata")).is_ok_and(|mut entries| {
        entries.any(|entry| entry.is_ok_and(|entry| is_metadata(&entry.file_name())))
    });
    let shown = folder.display().to_string();
    if folder.join("_delta_log").is_dir() {
        return Err(table_format(&shown, "a Delta table (_delta_log)"));
    }
    if has_metadata { Err(table_format(&shown, "an Iceberg table (metadata)")) } else { Ok(()) }
}

fn table_format(folder: &str, format: &str) -> Error {
    let seen = format!("it is {format}: only its log says which of its files hold the current rows");
    let cure = "Export the current version into a folder of Parquet files of its own, and name that folder";
    Error::input(folder, seen, cure)
}

/// Whether a file is one that tools leave beside data (`_SUCCESS`, `.part-0.crc`).
pub(super) fn is_hidden(name: &str) -> bool {
    name.starts_with(['.', '_'])
}

pub(super) fn has_known_ending(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Returns `region=south/date=2024-01-31` as pairs.
pub(super) fn partitions(path: &str) -> Vec<(String, String)> {
    let folders = path.split(['/', '\\']).filter_map(|folder| folder.split_once('='));
    folders.map(|(key, value)| (key.to_owned(), value.replace("%20", " ").replace("%3A", ":"))).collect()
}

fn find_remote(text: &str) -> Result<Found> {
    let bucket = connect(text)?;
    let decoded = bucket.path.as_ref().to_owned();
    let Some(at) = decoded.find(['*', '?', '[']) else {
        let object = match text.ends_with('/') && !bucket.is_web {
            true => None,
            false => bucket.find(&bucket.path)?,
        };
        return match object {
            Some(object) => Ok(vec![remote_file(&bucket, object)].into()),
            None => list_remote(&bucket, &bucket.path, |_| true),
        };
    };
    let prefix = decoded[..at].rsplit_once('/').map_or("", |(folder, _)| folder);
    let cure = "Write a glob such as s3://bucket/data/*.parquet";
    let glob = globset::GlobBuilder::new(&decoded).literal_separator(true).build();
    let glob =
        glob.map_err(|error| Error::input(text, error.to_string(), cure).because(error))?.compile_matcher();
    list_remote(&bucket, &ObjectPath::from(prefix), |path| glob.is_match(path.as_ref()))
}

fn remote_file(bucket: &Bucket, object: ObjectMeta) -> FoundFile {
    let name = bucket.url_of(&object.location);
    let object = RemoteObject::new(Arc::clone(&bucket.store), object, name.clone());
    FoundFile { partitions: partitions(&name), name, storage: Storage::Remote(Arc::new(object)) }
}

/// Lists the objects below a prefix that are meant. Folders that hashwatt wrote are left out, as on disk.
fn list_remote(
    bucket: &Bucket,
    prefix: &ObjectPath,
    is_meant: impl Fn(&ObjectPath) -> bool,
) -> Result<Found> {
    let objects = bucket.list(prefix)?;
    let depth = prefix.parts().count();
    let below = |object: &ObjectMeta| -> Vec<String> {
        object.location.parts().skip(depth).map(|part| part.as_ref().to_owned()).collect()
    };
    for object in &objects {
        let parts = below(object);
        let is_folder = |name: &str| parts[..parts.len().saturating_sub(1)].iter().any(|part| part == name);
        let is_metadata = || parts.last().is_some_and(|name| name.ends_with(".metadata.json"));
        if is_folder("_delta_log") {
            return Err(table_format(&bucket.url_of(prefix), "a Delta table (_delta_log)"));
        }
        if is_folder("metadata") && is_metadata() {
            return Err(table_format(&bucket.url_of(prefix), "an Iceberg table (metadata)"));
        }
    }
    let outputs = outputs_among(bucket, &objects)?;
    let mut found = Found::default();
    for object in objects {
        let is_hidden = below(&object).iter().any(|part| is_hidden(part));
        // Consoles make an empty object of a folder's name.
        let is_folder = object.size == 0 && !has_known_ending(object.location.as_ref());
        let is_output = || outputs.iter().any(|folder| object.location.prefix_matches(folder));
        if !is_hidden && !is_folder && is_meant(&object.location) && !is_output() {
            found.add(remote_file(bucket, object));
        }
    }
    Ok(found)
}

/// Returns the folders that hashwatt wrote and that hold no exports, by their markers.
fn outputs_among(bucket: &Bucket, objects: &[ObjectMeta]) -> Result<Vec<ObjectPath>> {
    let is_marker = |object: &&ObjectMeta| object.location.filename() == Some(MARKER);
    let mut outputs = Vec::new();
    for object in objects.iter().filter(is_marker) {
        let (marker, _) = bucket.read(&object.location)?;
        // A marker that cannot be read still counts.
        if !Marker::parse(&marker).is_ok_and(|marker| marker.holds.is_export()) {
            let folder = object.location.parts().count() - 1;
            outputs.push(object.location.parts().take(folder).collect());
        }
    }
    Ok(outputs)
}

#[cfg(test)]
mod tests {
    use hashwatt_bucket::wait_for;
    use object_store::memory::InMemory;
    use object_store::{ObjectStore, ObjectStoreExt};

    use super::*;

    fn names(files: &[FoundFile], folder: &Path) -> Vec<String> {
        let base = format!("{}/", folder.display());
        files.iter().map(|file| file.name.strip_prefix(&base).unwrap_or(&file.name).to_owned()).collect()
    }

    fn folder_with(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        folder
    }

    #[test]
    fn a_folder_gives_its_exports_in_order_and_nothing_else() {
        let folder = folder_with(&[
            "b.csv",
            "a/region=south/date=2024-01-31/x.parquet",
            "README.md",
            "_SUCCESS",
            ".c.csv",
        ]);
        let Found { files, left_out } = find_files(&folder.path().display().to_string()).unwrap();
        assert!(left_out.len() == 1 && left_out[0].ends_with("README.md"), "{left_out:?}");
        assert_eq!(names(&files, folder.path()), ["a/region=south/date=2024-01-31/x.parquet", "b.csv"]);
        let pairs = [("region", "south"), ("date", "2024-01-31")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(files[0].partitions, pairs);
        assert_eq!(files[1].stem(), "b");
    }

    #[test]
    fn a_table_with_a_log_is_refused_by_name() {
        for (log, name) in [("_delta_log/0.json", "Delta"), ("metadata/v1.metadata.json", "Iceberg")] {
            let folder = folder_with(&["a.parquet", log]);
            let error = find_files(&folder.path().display().to_string()).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn a_glob_and_a_file_url_are_found() {
        let folder = folder_with(&["a.csv", "b.csv", "c.parquet"]);
        let glob = find_files(&format!("{}/*.csv", folder.path().display())).unwrap();
        assert_eq!(names(&glob.files, folder.path()), ["a.csv", "b.csv"]);
        let url = find_files(&format!("file://{}/c.parquet", folder.path().display())).unwrap();
        assert_eq!(names(&url.files, folder.path()), ["c.parquet"]);
    }

    #[test]
    fn nothing_there_names_the_path_and_the_cure() {
        let folder = folder_with(&["README.md"]);
        let path = folder.path().display().to_string();
        let error = find_files(&path).unwrap_err().to_string();
        assert!(error.contains(&path) && error.contains("--readings"), "{error}");
        assert!(find_files(&format!("{path}/*.parquet")).is_err());
    }

    fn bucket(keys: &[(&str, &str)]) -> Bucket {
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        for (key, content) in keys {
            wait_for(store.put(&ObjectPath::from(*key), (*content).to_owned().into())).unwrap();
        }
        Bucket { store, path: ObjectPath::from("x"), base: "s3://bucket/".to_owned(), is_web: false }
    }

    #[test]
    fn a_remote_folder_is_listed_to_its_leaves() {
        let bucket = bucket(&[
            ("x/a.parquet", "x"),
            ("x/date=2024-01-31/b.csv", "x"),
            ("x/_temporary/c.csv", "x"),
            ("x/folder", ""),
            ("x/_SUCCESS", "x"),
            ("y/c.csv", "x"),
            ("x/run1/.hashwatt", r#"{"holds": "run", "format": 1, "id": ""}"#),
            ("x/run1/suspects.csv", "x"),
            ("x/district/.hashwatt", r#"{"holds": "district", "format": 1, "id": ""}"#),
            ("x/district/readings.parquet", "x"),
        ]);
        let mut found = list_remote(&bucket, &bucket.path, |_| true).unwrap();
        found.files.sort_by(|a, b| a.name.cmp(&b.name));
        let names: Vec<&str> =
            found.files.iter().map(|file| file.name.trim_start_matches("s3://bucket/x/")).collect();
        assert_eq!(names, ["a.parquet", "date=2024-01-31/b.csv", "district/readings.parquet"]);
        assert_eq!(found.files[1].partitions, [("date".to_owned(), "2024-01-31".to_owned())]);
        assert!(found.left_out.is_empty(), "{:?}", found.left_out);
    }

    #[test]
    fn a_remote_table_with_a_log_is_refused_by_name() {
        for (log, name) in [("x/_delta_log/0.json", "Delta"), ("x/metadata/v1.metadata.json", "Iceberg")] {
            let bucket = bucket(&[("x/a.parquet", "x"), (log, "x")]);
            let said = list_remote(&bucket, &bucket.path, |_| true).unwrap_err().to_string();
            assert!(said.contains(name) && said.contains("s3://bucket/x"), "{said}");
        }
    }
}
