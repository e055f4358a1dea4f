//! Opens every file that the settings name and maps its columns. A bad file never stops the others.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use jiff::tz::TimeZone;

use super::archive::open_archive;
use super::contained::contained;
use super::converted::{Converted, Format, ROWS_SAMPLED};
use super::csv_file::CsvFile;
use super::date_order::decide_date_order;
use super::ends::{refuse_other_ends, with_named_ends};
use super::evidence::look_at_sample;
use super::guess::{Known, Trouble, map_columns};
use super::guess_findings::guess_findings;
use super::likelier::Refusal;
use super::local_time::OffsetTable;
use super::locate::{FoundFile, find_files};
use super::mapping::{Clock, Guess, Mapping, TimeForm, TimeFrom};
use super::numbers::decide_marks;
use super::other_files::left_out;
use super::parquet_file::ParquetFile;
use super::preamble::StatedText;
use super::profile::profile_columns;
use super::resent::order_by_name_and_number;
use super::source::{Content, Source};
use super::storage::{GZIP_MAGIC, Storage};
use super::text_time::{DateOrder, parse_time};
use super::values::{DecimalMark, parse_number};
use super::xml_format::format_of_xml;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::message;
use hashwatt_core::place::is_url;
use hashwatt_core::settings::{Doubts, ReadingsTable, Settings, Zone};

/// Most cells at the start of a file used to guess its mapping.
const CELLS_SAMPLED: usize = 1 << 20;

/// Files of an object store whose ends are under way at once while they are opened one by one.
const OPENED_AT_ONCE: usize = 16;

/// Magic bytes at both ends of a Parquet file.
const PARQUET_MAGIC: &[u8] = b"PAR1";

/// Replaces the final magic bytes if the footer is encrypted.
const ENCRYPTED_MAGIC: &[u8] = b"PARE";

/// Files that can be read, in order of name, corrections before what they correct, and findings about the others.
#[derive(Debug, Default)]
pub struct Opened {
    /// Files that can be read.
    pub sources: Vec<Source>,
    /// Findings about skipped files and guesses.
    pub findings: Vec<Finding>,
}

/// Opens the files of all `readings`. A bad file becomes a finding.
///
/// # Errors
/// When no file can be read, or a setting has a value that cannot be used.
pub fn open_sources(readings: &[ReadingsTable], zone: Option<&Zone>) -> Result<Opened> {
    open_all(readings, zone, Doubts::Refused)
}

/// Opens the files that the settings name. A bad file becomes a finding; so does one that can be read in two
/// ways, unless the settings accept guesses.
///
/// # Errors
/// As [`open_sources`].
pub fn open_readings(settings: &Settings) -> Result<Opened> {
    open_all(&settings.readings, settings.zone.as_ref(), settings.doubts)
}

fn open_all(readings: &[ReadingsTable], zone: Option<&Zone>, doubts: Doubts) -> Result<Opened> {
    let mut opened = Opened::default();
    let (mut errors, mut undated) = (Vec::new(), Vec::new());
    let mut seen = BTreeMap::new();
    for stated in readings {
        let files = match find_files(&stated.path) {
            Ok(found) => {
                opened.findings.extend(left_out(&stated.path, &found.left_out));
                found.files
            }
            // What an object store does not say now, it may say later: the run would lack rows that are there.
            Err(error) if is_url(Path::new(&stated.path)) => return Err(error),
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        let storages: Vec<Storage> = files.iter().map(|file| file.storage.clone()).collect();
        for (at, file) in files.into_iter().enumerate() {
            storages[at..].iter().take(OPENED_AT_ONCE).for_each(Storage::warm);
            if let Some(first) = seen.insert(file.place(), file.name.clone()) {
                opened.findings.extend((first != file.name).then(|| same_file(&file.name, &first)));
                seen.insert(file.place(), first);
                continue;
            }
            for file in opened.unpack(file, &mut errors) {
                match open_accepting(&file, stated, zone, doubts) {
                    Ok(source) => opened.sources.push(source),
                    Err(refusal) if matches!(*refusal.error, Error::Setting { .. }) => {
                        return Err(*refusal.error);
                    }
                    Err(refusal) if refusal.is_of_date_order() => undated.push((file, stated, refusal)),
                    Err(refusal) => errors.push(*refusal.error),
                }
            }
            storages[at].release();
            if let Some(error) = storages[at].failure() {
                return Err(error);
            }
        }
    }
    for (file, stated, refusal) in undated {
        match open_undated(&file, stated, zone, doubts, refusal, &opened.sources) {
            Ok(source) => opened.sources.push(source),
            Err(refusal) => errors.push(*refusal.error),
        }
    }
    if opened.sources.is_empty() {
        return Err(nothing_usable(errors));
    }
    opened.findings.extend(order_by_name_and_number(&mut opened.sources));
    errors.extend(keep_agreeing(&mut opened.sources));
    for (index, source) in opened.sources.iter_mut().enumerate() {
        source.index = u32::try_from(index).expect("fewer than 4 billion files");
    }
    opened.findings.extend(errors.iter().map(skipped_file));
    opened.findings.extend(guess_findings(&opened.sources));
    Ok(opened)
}

/// Opens a file. Where it can be read in two ways and guesses are accepted, opens it as if the key of the likelier
/// reading had been stated. The order of day and month is left to the other files of the export.
fn open_accepting(
    file: &FoundFile,
    stated: &ReadingsTable,
    zone: Option<&Zone>,
    doubts: Doubts,
) -> std::result::Result<Source, Refusal> {
    let (mut stated, mut accepted) = (stated.clone(), Vec::new());
    loop {
        let damaged = |seen| Error::input(&file.name, seen, "Copy or export it again").into();
        let refusal = match contained(|| open_file(file, &stated, zone), damaged) {
            Ok(mut source) => {
                source.accepted = accepted;
                return Ok(source);
            }
            Err(refusal) => refusal,
        };
        let Some(likelier) = refusal.likelier.as_ref().filter(|_| !refusal.is_of_date_order()) else {
            return Err(refusal);
        };
        let guess = likelier.guess();
        // A key that is stated already cannot have been refused for want of it.
        if doubts == Doubts::Refused || accepted.iter().any(|known: &Guess| known.key == guess.key) {
            return Err(refusal);
        }
        likelier.says.state(&mut stated);
        accepted.push(guess);
    }
}

/// Opens a file whose dates do not show their order: in the order of all other files of the export that do, or,
/// where guesses are accepted, in the likelier one.
fn open_undated(
    file: &FoundFile,
    stated: &ReadingsTable,
    zone: Option<&Zone>,
    doubts: Doubts,
    refusal: Refusal,
    sources: &[Source],
) -> std::result::Result<Source, Refusal> {
    let is_sibling = |source: &&Source| source.path == stated.path;
    let guessed =
        |source: &Source| source.mapping.guesses.iter().find(|guess| guess.key == "date_order").cloned();
    let shown: Vec<String> =
        sources.iter().filter(is_sibling).filter_map(guessed).map(|guess| guess.value).collect();
    let mut stated = stated.clone();
    match shown.first().filter(|first| shown.iter().all(|order| order == *first)) {
        Some(order) => {
            stated.date_order = Some(order.clone());
            let mut source = open_accepting(file, &stated, zone, doubts)?;
            let reason = message!("shown_by_other_files", files = shown.len());
            source.mapping.guesses.push(Guess::new("date_order", order, reason));
            Ok(source)
        }
        None if doubts == Doubts::Accepted => {
            let Some(likelier) = &refusal.likelier else { return Err(refusal) };
            likelier.says.state(&mut stated);
            let mut source = open_accepting(file, &stated, zone, doubts)?;
            source.accepted.push(likelier.guess());
            Ok(source)
        }
        None => Err(refusal),
    }
}

impl Opened {
    /// Returns the members of an archive that can be read, or the file itself.
    fn unpack(&mut self, file: FoundFile, errors: &mut Vec<Error>) -> Vec<FoundFile> {
        let name = file.name.clone();
        let damaged = |seen| Error::input(name, seen, "Copy or export it again");
        match contained(|| open_archive(&file), damaged) {
            Ok(None) => vec![file],
            Ok(Some(archive)) => {
                self.findings.extend(archive.finding(&file.name));
                errors.extend(archive.errors);
                archive.files
            }
            Err(error) => {
                errors.push(error);
                Vec::new()
            }
        }
    }
}

/// Leaves out files that cannot be read together with an earlier one: what each states of the same thing
/// differs.
fn keep_agreeing(sources: &mut Vec<Source>) -> Vec<Error> {
    let (mut known, mut errors) = (BTreeMap::new(), Vec::new());
    sources.retain(|source| {
        let Content::Converted(file) = &source.content else { return true };
        for (fact, value) in &file.must_agree {
            let (first, first_value) =
                known.entry(fact.clone()).or_insert_with(|| (source.name.clone(), value.clone()));
            if first_value != value {
                let seen = format!("{fact} is {value}, and in {first} it is {first_value}");
                errors.push(Error::input(&source.name, seen, "Read the two in runs of their own"));
                return false;
            }
        }
        true
    });
    errors
}

fn same_file(name: &str, first: &str) -> Finding {
    let message = message!("same_file", name = name, first = first);
    Finding::new(Code::SameFileAgain, Severity::Note, message).in_source(name).with("first", first)
}

fn nothing_usable(mut errors: Vec<Error>) -> Error {
    if errors.len() == 1 {
        return errors.remove(0);
    }
    let cures: BTreeSet<&str> = errors.iter().filter_map(Error::cure_of_input).collect();
    let cure = match (cures.len(), cures.first()) {
        (1, Some(cure)) => (*cure).to_owned(),
        _ => "Correct the files, or point --readings at others".to_owned(),
    };
    let seen = errors.iter().take(3).map(ToString::to_string).collect::<Vec<_>>().join("; ");
    Error::NoReadings { seen: format!("{} files or folders, none usable: {seen}", errors.len()), cure }
}

fn skipped_file(error: &Error) -> Finding {
    let message = message!("file_skipped", error = error.to_string());
    let finding = Finding::new(Code::FileSkipped, Severity::Skipped, message);
    match error {
        Error::Input { file, seen, cure, .. } => {
            finding.in_source(file.clone()).with("seen", seen.clone()).with("cure", cure.clone())
        }
        _ => finding,
    }
}

fn open_file(
    file: &FoundFile,
    stated: &ReadingsTable,
    zone: Option<&Zone>,
) -> std::result::Result<Source, Refusal> {
    let refuse = |trouble: Trouble| Refusal::of(&file.name, trouble);
    let trouble = |seen: String, cure: &str| refuse(Trouble::new(seen, cure));
    let bytes = file.storage.size().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => trouble("no such file".to_owned(), "Check the path"),
        _ => trouble(error.to_string(), "Check that the file can be read"),
    })?;
    if bytes == 0 {
        return Err(trouble("the file is empty".to_owned(), "Export it again"));
    }
    let (content, sample) = open_content(&file.storage, bytes, stated).map_err(refuse)?;
    let stated = &content.with_fixed(&with_named_ends(stated));
    let header = content.header_found(stated);
    let refuse = |trouble: Trouble| {
        let seen = trouble.seen + header.as_deref().unwrap_or_default();
        Refusal::of(&file.name, Trouble { seen, ..trouble })
    };
    let profiles = profile_columns(&sample);
    let known = Known { profiles: &profiles, stated, partitions: &file.partitions, stem: file.stem() };
    let mut mapping = map_columns(&known).map_err(refuse)?;
    content.describe(&mut mapping, stated, zone);
    let table = offset_table(&mapping, zone)?;
    let rows = match &content {
        Content::Parquet(file) => Some(file.n_rows()),
        Content::Csv(_) | Content::Converted(_) => None,
    };
    if sample.num_rows() == 0 {
        return Err(trouble("it has columns and no rows".to_owned(), "Export it again"));
    }
    let span = match (&content, &mapping.time) {
        (Content::Parquet(file), TimeFrom::Column(column, TimeForm::Naive)) => file.span(column.index),
        _ => None,
    };
    let is_cut = sample.num_rows() >= sample_rows(sample.num_columns()).min(ROWS_SAMPLED);
    let is_whole = rows.map_or(content.n_units() == 1 && !is_cut, |n| n == sample.num_rows() as u64);
    let rest = |columns: &[usize], add: &mut dyn FnMut(&RecordBatch) -> bool| {
        content.read_texts(&file.storage, columns, add);
    };
    let (numbers, guess) = decide_marks(stated, &mapping, &sample, rest).map_err(refuse)?;
    mapping.numbers = numbers;
    mapping.guesses.extend(guess);
    decide_date_order(&mut mapping, stated, &sample, rest).map_err(refuse)?;
    look_at_sample(&mut mapping, stated, &sample, is_whole, span).map_err(refuse)?;
    refuse_other_ends(&mapping, &table, &sample, is_whole, rest).map_err(refuse)?;
    Ok(Source {
        name: file.name.clone(),
        bytes,
        rows,
        mapping,
        accepted: Vec::new(),
        path: stated.path.clone(),
        partitions: file.partitions.clone(),
        index: 0,
        storage: file.storage.clone(),
        content,
        table,
    })
}

/// Reads the header or footer, and the first rows.
fn open_content(
    storage: &Storage,
    bytes: u64,
    stated: &ReadingsTable,
) -> std::result::Result<(Content, RecordBatch), Trouble> {
    let unreadable = |error: io::Error| {
        Trouble::new(error.to_string(), "Give a Parquet file, or CSV as UTF-8 text with a header")
    };
    let head = storage.range(0, bytes.min(16) as usize).map_err(unreadable)?;
    if head.starts_with(PARQUET_MAGIC) {
        return match storage.is_seekable() {
            true => open_parquet(storage, bytes),
            false => {
                Err(Trouble::new("it is Parquet in a zip archive", "Unpack the archive, and name the folder"))
            }
        };
    }
    if has_parquet_ending(storage) {
        let start = String::from_utf8_lossy(&head);
        let seen = format!("it is not Parquet: it begins with `{}`", start.escape_default());
        return Err(Trouble::new(seen, "Give a Parquet file, or name a CSV file .csv"));
    }
    let text = StatedText::of(stated);
    if let Some(format) = format_of(storage, &text, &head)? {
        refuse_sheet(stated, matches!(format, Format::Workbook))?;
        let (file, sample) = Converted::open(storage, format, text)?;
        return Ok((Content::Converted(Box::new(file)), sample));
    }
    refuse_sheet(stated, false)?;
    let file = CsvFile::open(storage, &text).map_err(unreadable)?;
    if let Some(field) = first_line_value(file.schema()) {
        let seen = format!("its first line holds values such as `{field}`, not column names");
        let cure = "Put a header before it, for example meter_id,timestamp,kwh";
        let is_time = parse_time(field.as_bytes(), DateOrder::DayFirst).is_some();
        let times = if is_time { "" } else { ", and write day codes as times such as 2024-02-29 23:30" };
        let cure = format!("{cure}{times}");
        return Err(Trouble::new(seen, cure));
    }
    let n = sample_rows(file.schema().fields().len());
    let sample = file.first_rows(storage, n).map_err(unreadable)?;
    Ok((Content::Csv(file), sample))
}

fn refuse_sheet(stated: &ReadingsTable, is_workbook: bool) -> std::result::Result<(), Trouble> {
    match &stated.sheet {
        Some(sheet) if !is_workbook => Err(Trouble::new(
            format!("sheet = \"{sheet}\" is stated, and it is no workbook"),
            "Leave the key out, or name the workbooks in a [[readings]] of their own",
        )),
        _ => Ok(()),
    }
}

/// Tells a format that is converted into rows by its first bytes; `None`: a CSV.
fn format_of(
    storage: &Storage,
    text: &StatedText,
    head: &[u8],
) -> std::result::Result<Option<Format>, Trouble> {
    let mut start = head.to_vec();
    if head.starts_with(GZIP_MAGIC) {
        start.clear();
        // A broken gzip file is reported when rows are read, not here.
        let _ = storage.unpacked_stream().and_then(|bytes| bytes.take(16).read_to_end(&mut start));
    }
    if let [0xff, 0xfe, b'<', 0, ..] | [0xfe, 0xff, 0, b'<', ..] = start.as_slice() {
        return format_of_xml(storage, text).map(Some);
    }
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start).trim_ascii_start();
    if start.starts_with(b"UNA") || start.starts_with(b"UNB+") {
        let cure = "Export a table: a header, and rows of meter, time and value as CSV or Parquet";
        return Err(Trouble::new("it is EDIFACT, such as MSCONS", cure));
    }
    Ok(match start {
        [b'P', b'K', 3, 4, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => Some(Format::Workbook),
        [b'<', ..] => Some(format_of_xml(storage, text)?),
        [b'{', ..] => Some(Format::JsonLines),
        [b'[', ..] => {
            return Err(Trouble::new("it is JSON, one list", "Write JSON lines, one object a line"));
        }
        _ if start.starts_with(b"100,NEM12") => Some(Format::Nem12),
        _ => None,
    })
}

/// Finds a value in the first line: a time beside a number, or numbers alone, also with blanks between them. A
/// header has neither.
fn first_line_value(schema: &Schema) -> Option<&str> {
    let names = || schema.fields().iter().map(|field| field.name().as_str());
    let mut parts = names().flat_map(str::split_whitespace).peekable();
    if parts.peek().is_some() && parts.all(|part| part.parse::<f64>().is_ok()) {
        return names().next();
    }
    let is_time = |name: &&str| parse_time(name.as_bytes(), DateOrder::DayFirst).is_some();
    let marks = [DecimalMark::Point, DecimalMark::Comma];
    let is_number = |name: &str| marks.iter().any(|mark| parse_number(name, *mark).is_ok());
    names().any(|name| is_number(name) && !is_time(&name)).then(|| names().find(is_time))?
}

fn open_parquet(storage: &Storage, bytes: u64) -> std::result::Result<(Content, RecordBatch), Trouble> {
    let tail = storage.range(bytes.saturating_sub(4), bytes.min(4) as usize).unwrap_or_default();
    if tail == ENCRYPTED_MAGIC {
        return Err(Trouble::new("it is Parquet whose footer is encrypted", "Export it without encryption"));
    }
    if bytes < 12 || tail != PARQUET_MAGIC {
        let seen =
            format!("it is Parquet that ends without its footer, after {bytes} bytes: it is truncated");
        return Err(Trouble::new(seen, "Copy or export it again"));
    }
    let broken = |error: parquet::errors::ParquetError| {
        Trouble::new(format!("it is Parquet that cannot be read: {error}"), "Copy or export it again")
    };
    let file = ParquetFile::open(storage).map_err(broken)?;
    let n = sample_rows(file.schema().fields().len());
    let sample = file.first_rows(storage, n).map_err(broken)?;
    Ok((Content::Parquet(file), sample))
}

pub(super) fn sample_rows(n_columns: usize) -> usize {
    (CELLS_SAMPLED / n_columns.max(1)).clamp(16, ROWS_SAMPLED)
}

fn has_parquet_ending(storage: &Storage) -> bool {
    let name = storage.path().to_ascii_lowercase();
    [".parquet", ".parq", ".pq"].iter().any(|ending| name.ends_with(ending))
}

/// Returns the offsets of the file's naive times.
fn offset_table(mapping: &Mapping, zone: Option<&Zone>) -> Result<OffsetTable> {
    if matches!(&mapping.time, TimeFrom::Column(_, form) if form.is_instant()) {
        let tz = zone.map_or(TimeZone::UTC, |zone| zone.tz.clone());
        return Ok(OffsetTable::local(&tz));
    }
    match (mapping.clock, zone) {
        (Some(Clock::Utc), _) | (None, None) => Ok(OffsetTable::utc()),
        (None | Some(Clock::Local), Some(zone)) => Ok(OffsetTable::local(&zone.tz)),
        (Some(Clock::Standard), Some(zone)) => Ok(OffsetTable::standard(&zone.tz)),
        (Some(clock), None) => Err(Error::setting(
            "[[readings]] clock",
            format!("it is \"{}\" and no zone is given", clock.as_str()),
            "Set timezone in [run] or --timezone, for example Asia/Almaty",
        )),
    }
}
