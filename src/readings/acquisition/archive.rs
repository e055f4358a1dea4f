//! Lists the exports inside a zip archive: each member is a file of its own.

use std::collections::BTreeSet;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;

use encoding_rs::IBM866;
use zip::{CompressionMethod, ZipArchive};

use super::locate::{FoundFile, has_known_ending, is_hidden, partitions};
use super::member::Member;
use super::other_files::left_out;
use super::storage::Storage;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::finding::Finding;

/// First bytes of an archive, and of the workbooks that are archives.
const MAGIC: &[u8] = b"PK\x03\x04";

/// Most bytes that an archive may unpack to, for each of its own: tables of text reach a hundred. [1]
const MAX_RATIO: u64 = 250;

/// Sum of unpacked sizes that is never too much. [bytes]
const SMALL: u64 = 256 << 20;

/// Members only workbooks have.
const OF_WORKBOOKS: [&str; 4] =
    ["[Content_Types].xml", "xl/workbook.xml", "xl/workbook.bin", "META-INF/manifest.xml"];

/// What an archive holds.
#[derive(Debug, Default)]
pub(super) struct Archive {
    /// Members that may hold interval data, by name.
    pub files: Vec<FoundFile>,
    /// Members that cannot be read.
    pub errors: Vec<Error>,
    /// Members that are no exports.
    pub left_out: Vec<String>,
}

impl Archive {
    /// Returns a warning that names the members left out, if there are any.
    pub fn finding(&self, archive: &str) -> Option<Finding> {
        left_out(archive, &self.left_out)
    }
}

/// Lists the members of `file`, or returns `None` if it is no archive of exports.
///
/// # Errors
/// When nothing in the archive can be an export, or it unpacks to far more than an export does.
pub(super) fn open_archive(file: &FoundFile) -> Result<Option<Archive>> {
    // A pipe has no size, and would never answer.
    let size = file.storage.size().unwrap_or(0);
    if size < MAGIC.len() as u64 || file.storage.range(0, MAGIC.len()).unwrap_or_default() != MAGIC {
        return Ok(None);
    }
    let input = BufReader::with_capacity(64 << 10, Ranges { storage: &file.storage, size, at: 0 });
    // What is damaged may be a workbook, which says so itself.
    let Ok(archive) = ZipArchive::new(input) else { return Ok(None) };
    let refuse = |seen: String, cure: &str| Err(Error::input(&file.name, seen, cure));
    let mut listed = Archive::default();
    let (mut names, mut unpacked) = (BTreeSet::new(), 0u64);
    for at in 0..archive.len() {
        let entry = archive.by_index_data(at).map_err(|error| unreadable(file, error))?;
        if entry.is_dir() {
            continue;
        }
        let name = name_of(entry.name_raw());
        if OF_WORKBOOKS.contains(&name.as_str()) {
            return Ok(None);
        }
        if name.split('/').any(is_hidden) {
            continue;
        }
        if !names.insert(name.clone()) {
            let seen = format!("two files in it have the name `{name}`");
            return refuse(seen, "Unpack the archive into a folder, and name the folder");
        }
        unpacked = unpacked.saturating_add(entry.size());
        let member = Member {
            archive: file.storage.clone(),
            header_start: entry.header_start(),
            packed_bytes: entry.compressed_size(),
            bytes: entry.size(),
            crc32: entry.crc32(),
            is_deflated: entry.compression() == CompressionMethod::Deflated,
            name,
        };
        listed.add(file, member, entry.encrypted(), entry.compression());
    }
    if unpacked > SMALL.max(size.saturating_mul(MAX_RATIO)) {
        let seen = format!("it unpacks from {size} bytes to {unpacked}, as no export does");
        return refuse(seen, "Check where it comes from; unpack it yourself if it is meant");
    }
    if listed.files.is_empty() && listed.errors.is_empty() {
        let seen = match listed.left_out.first() {
            Some(first) => {
                format!("it is a zip archive of {} files such as `{first}`", listed.left_out.len())
            }
            None => "it is a zip archive without files".to_owned(),
        };
        return refuse(seen, "Put exports into it whose names end in .csv, .xml, .xlsx or .jsonl");
    }
    listed.files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Some(listed))
}

impl Archive {
    fn add(&mut self, file: &FoundFile, member: Member, is_encrypted: bool, method: CompressionMethod) {
        let shown = format!("{}/{}", file.name, member.name);
        let mut refuse = |seen: &str, cure: &str| self.errors.push(Error::input(&shown, seen, cure));
        let lower = member.name.to_ascii_lowercase();
        if lower.ends_with(".zip") {
            refuse(
                "it is a zip archive inside a zip archive",
                "Unpack the outer archive, and name the folder",
            );
        } else if !has_known_ending(&lower) {
            self.left_out.push(member.name);
        } else if is_encrypted {
            refuse(
                "it is encrypted with a password",
                "Unpack the archive with its password, and name the folder",
            );
        } else if !matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated) {
            let seen = format!("it is compressed by {method}, which is not read");
            refuse(&seen, "Pack it again with Deflate, the usual method, or unpack it");
        } else {
            let partitions = partitions(&shown);
            self.files.push(FoundFile {
                name: shown,
                storage: Storage::Member(Arc::new(member)),
                partitions,
            });
        }
    }
}

fn unreadable(file: &FoundFile, error: zip::result::ZipError) -> Error {
    Error::input(&file.name, format!("it is a zip archive: {error}"), "Copy or pack it again").because(error)
}

/// Reads a member's name: UTF-8, or the code page of Windows in Russian.
fn name_of(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).map_or_else(|_| IBM866.decode(bytes).0.into_owned(), str::to_owned);
    text.replace('\\', "/")
}

/// A file in ranges, as a reader that seeks.
struct Ranges<'a> {
    storage: &'a Storage,
    size: u64,
    at: u64,
}

impl Read for Ranges<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = (self.size.saturating_sub(self.at)).min(buffer.len() as u64) as usize;
        buffer[..n].copy_from_slice(&self.storage.range(self.at, n)?);
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Ranges<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::other("a place before the start of the file"))?;
        Ok(self.at)
    }
}
