//! Reads a CSV file, plain or gzipped, as a stream of batches of text columns.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use csv::{ByteRecord, ReaderBuilder};
use encoding_rs::{Encoding, UTF_8};
use encoding_rs_io::DecodeReaderBytesBuilder;
use flate2::read::MultiGzDecoder;

use super::preamble::{Header, StatedText, decoded, encoding_of, find_header};
use super::report::Cause;
use super::storage::Storage;

/// Bytes at the start of a file used to detect its separator.
const BYTES_SNIFFED: usize = 64 << 10;

/// Most rows of a batch of a narrow file.
const MAX_ROWS_A_BATCH: usize = 65_536;

/// Most cells of a batch.
const CELLS_A_BATCH: usize = 4 * 65_536;

/// Possible separators, most frequent first.
const SEPARATORS: &[u8] = b",;\t|";

/// UTF-8's byte order mark.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Block size for plain files, so that several threads can share one. [bytes]
const BLOCK_BYTES: u64 = 32 << 20;

/// A CSV file whose header has been read.
#[derive(Debug, Clone)]
pub(super) struct CsvFile {
    is_gzip: bool,
    /// Encoding of its text.
    pub encoding: &'static Encoding,
    /// First byte of the header in the decoded text, without a byte order mark.
    header_byte: u64,
    /// Lines before the header.
    pub lines_before: usize,
    /// First byte of the header in the file, if it is plain UTF-8.
    first_byte: u64,
    /// Number of blocks in the file; a block has the lines that begin in it.
    n_blocks: u64,
    block_bytes: u64,
    separator: u8,
    schema: SchemaRef,
}

impl CsvFile {
    /// Reads the header; the error says what was found instead.
    pub fn open(storage: &Storage, stated: &StatedText) -> io::Result<Self> {
        Self::open_in_blocks(storage, stated, BLOCK_BYTES)
    }

    /// The same, as one block: a table that is read whole may have line breaks in quotes anywhere.
    pub fn open_whole(storage: &Storage) -> io::Result<Self> {
        Self::open_in_blocks(storage, &StatedText::default(), u64::MAX)
    }

    /// Opens the file in blocks. Reading cannot start in the middle of a gzip file, nor where quotes may
    /// contain line breaks. Such files are one block.
    fn open_in_blocks(storage: &Storage, stated: &StatedText, block_bytes: u64) -> io::Result<Self> {
        let head = storage.range(0, BYTE_ORDER_MARK.len().min(storage.size()? as usize))?;
        let is_gzip = head.starts_with(&[0x1f, 0x8b]);
        let mut start = Vec::new();
        let result = bytes_of(storage, is_gzip, UTF_8, 0)?.take(BYTES_SNIFFED as u64).read_to_end(&mut start);
        if start.is_empty() {
            result?;
        }
        let encoding = encoding_of(&start, stated)?;
        if encoding != UTF_8 {
            start = decoded(&start, encoding);
        }
        let Header { first_byte: header_byte, lines_before, separator } = find_header(&start, stated)?;
        let n_blocks = if is_gzip || !storage.is_seekable() || encoding != UTF_8 || start.contains(&b'"') {
            1
        } else {
            storage.size()?.div_ceil(block_bytes).max(1)
        };
        let schema = Arc::new(Schema::empty());
        let mark = if head == BYTE_ORDER_MARK { BYTE_ORDER_MARK.len() as u64 } else { 0 };
        let mut file = Self {
            is_gzip,
            encoding,
            header_byte,
            lines_before,
            first_byte: mark + header_byte,
            n_blocks,
            block_bytes,
            separator,
            schema,
        };
        let header = file.reader(storage, 0)?.byte_headers().map_err(io::Error::other)?.clone();
        let field = |name: &[u8]| Field::new(String::from_utf8_lossy(name), DataType::Utf8, true);
        file.schema = Arc::new(Schema::new(header.iter().map(field).collect::<Vec<_>>()));
        Ok(file)
    }

    pub const fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Returns the number of blocks that can be read independently.
    pub const fn n_blocks(&self) -> usize {
        self.n_blocks as usize
    }

    /// Counts the rows before a block: the lines below the header.
    pub fn rows_before(&self, storage: &Storage, block: usize) -> io::Result<u64> {
        let mut bytes = BlockBytes { inner: storage.stream()?, at: 0, end: block as u64 * self.block_bytes };
        let (mut buffer, mut n_lines) = (vec![0; 64 << 10], 0);
        loop {
            match bytes.read(&mut buffer)? {
                0 => return Ok(u64::saturating_sub(n_lines, 1 + self.lines_before as u64)),
                n => n_lines += buffer[..n].iter().filter(|byte| **byte == b'\n').count() as u64,
            }
        }
    }

    /// Returns the batches of one block, with some of the columns.
    pub fn read(
        &self,
        storage: &Storage,
        block: usize,
        columns: &[usize],
        most_rows: usize,
    ) -> io::Result<CsvBatches> {
        let rows_a_batch =
            (CELLS_A_BATCH / columns.len().max(1)).clamp(256, MAX_ROWS_A_BATCH).min(most_rows.max(1));
        Ok(CsvBatches {
            reader: self.reader(storage, block)?,
            columns: columns.to_vec(),
            schema: Arc::new(self.schema.project(columns).map_err(io::Error::other)?),
            n_fields: self.schema.fields().len(),
            rows_a_batch,
            broken: None,
            bad_rows: Vec::new(),
            n_rows: 0,
        })
    }

    /// Returns up to `n` rows from the start of the file, with all columns.
    pub fn first_rows(&self, storage: &Storage, n: usize) -> io::Result<RecordBatch> {
        let columns: Vec<usize> = (0..self.schema.fields().len()).collect();
        let mut batches = Vec::new();
        let mut n_left = n;
        for batch in self.read(storage, 0, &columns, n)? {
            let batch = batch.slice(0, batch.num_rows().min(n_left));
            n_left -= batch.num_rows();
            batches.push(batch);
            if n_left == 0 {
                break;
            }
        }
        arrow::compute::concat_batches(&self.schema, &batches).map_err(io::Error::other)
    }

    fn reader(&self, storage: &Storage, block: usize) -> io::Result<csv::Reader<Box<dyn Read + Send>>> {
        let mut builder = ReaderBuilder::new();
        builder.delimiter(self.separator).flexible(true).buffer_capacity(256 << 10);
        if self.n_blocks == 1 {
            let bytes = bytes_of(storage, self.is_gzip, self.encoding, self.header_byte)?;
            return Ok(builder.from_reader(bytes));
        }
        let start = block as u64 * self.block_bytes;
        let end = start + self.block_bytes;
        if block == 0 {
            let inner = bytes_of(storage, false, UTF_8, self.header_byte)?;
            return Ok(builder.from_reader(Box::new(BlockBytes { inner, at: self.first_byte, end })));
        }
        // The line that contains the start of the block belongs to the previous block.
        let mut inner = BufReader::new(storage.stream_from(start - 1)?);
        let mut passed = Vec::new();
        inner.read_until(b'\n', &mut passed)?;
        let at = start - 1 + passed.len() as u64;
        let inner: Box<dyn Read + Send> = if at >= end { Box::new(io::empty()) } else { Box::new(inner) };
        Ok(builder.has_headers(false).from_reader(Box::new(BlockBytes { inner, at, end })))
    }
}

/// Ends a stream after the line that contains the byte before `end`.
struct BlockBytes {
    inner: Box<dyn Read + Send>,
    at: u64,
    end: u64,
}

impl Read for BlockBytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == u64::MAX {
            return Ok(0);
        }
        let n = self.inner.read(buffer)?;
        let from = (self.end - 1).saturating_sub(self.at).min(n as u64) as usize;
        self.at += n as u64;
        match buffer[from..n].iter().position(|byte| *byte == b'\n') {
            Some(newline) => {
                self.at = u64::MAX;
                Ok(from + newline + 1)
            }
            None => Ok(n),
        }
    }
}

/// Batches of text columns. `broken` holds the error that stopped the stream early.
pub(super) struct CsvBatches {
    reader: csv::Reader<Box<dyn Read + Send>>,
    columns: Vec<usize>,
    schema: SchemaRef,
    n_fields: usize,
    rows_a_batch: usize,
    n_rows: u64,
    pub broken: Option<String>,
    /// Rows of the last batch that do not match the header or are not text, counted from 1 in the file.
    pub bad_rows: Vec<(Cause, u64)>,
}

impl Iterator for CsvBatches {
    type Item = RecordBatch;

    fn next(&mut self) -> Option<RecordBatch> {
        self.bad_rows.clear();
        if self.broken.is_some() {
            return None;
        }
        let mut builders: Vec<StringBuilder> = self.columns.iter().map(|_| StringBuilder::new()).collect();
        let mut record = ByteRecord::new();
        let mut n = 0;
        while n < self.rows_a_batch {
            match self.reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    self.broken = Some(format!("row {}: {error}", self.n_rows + 1));
                    break;
                }
            }
            n += 1;
            self.n_rows += 1;
            if let Some(field) = record.iter().find(|field| is_open_quote(field)) {
                let field = String::from_utf8_lossy(&field[..field.len().min(24)]).into_owned();
                self.broken = Some(format!(
                    "row {}: a quote is never closed: the field that begins with `\"{}` runs over many lines",
                    self.n_rows,
                    field.escape_debug()
                ));
                n -= 1;
                break;
            }
            // An empty field after the last separator does not count.
            let is_long = record.iter().skip(self.n_fields).any(|field| !field.is_empty());
            if is_long {
                self.bad_rows.push((Cause::LongRow, self.n_rows));
            } else if record.len() < self.n_fields && !record.iter().all(<[u8]>::is_empty) {
                self.bad_rows.push((Cause::ShortRow, self.n_rows));
            }
            let mut is_text = true;
            for (builder, &column) in builders.iter_mut().zip(&self.columns) {
                let bytes = record.get(column).filter(|_| !is_long);
                let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
                is_text &= bytes.is_some() == text.is_some();
                builder.append_option(text);
            }
            if !is_text {
                self.bad_rows.push((Cause::NotText, self.n_rows));
            }
        }
        let columns: Vec<ArrayRef> =
            builders.into_iter().map(|mut builder| Arc::new(builder.finish()) as ArrayRef).collect();
        (n > 0).then(|| {
            RecordBatch::try_new(Arc::clone(&self.schema), columns).expect("every builder got every row")
        })
    }
}

/// Returns the text as UTF-8 from `first_byte` on, without a byte order mark.
fn bytes_of(
    storage: &Storage,
    is_gzip: bool,
    encoding: &'static Encoding,
    first_byte: u64,
) -> io::Result<Box<dyn Read + Send>> {
    let stream = storage.stream()?;
    let mut bytes: Box<dyn Read + Send> =
        if is_gzip { Box::new(MultiGzDecoder::new(stream)) } else { stream };
    let mut start = Vec::with_capacity(BYTE_ORDER_MARK.len());
    // A broken gzip file is reported when rows are read, not here.
    let _ = bytes.by_ref().take(BYTE_ORDER_MARK.len() as u64).read_to_end(&mut start);
    if start == BYTE_ORDER_MARK {
        start.clear();
    }
    let bytes = io::Cursor::new(start).chain(bytes);
    let mut bytes: Box<dyn Read + Send> = match encoding == UTF_8 {
        true => Box::new(bytes),
        false => Box::new(DecodeReaderBytesBuilder::new().encoding(Some(encoding)).build(bytes)),
    };
    io::copy(&mut bytes.by_ref().take(first_byte), &mut io::sink())?;
    Ok(bytes)
}

/// Whether a field holds so many lines that its quote was not closed where it should be.
fn is_open_quote(field: &[u8]) -> bool {
    const MAX_LINES: usize = 20;
    const MIN_BYTES: usize = 256;
    field.len() >= MIN_BYTES && field.iter().filter(|byte| **byte == b'\n').count() > MAX_LINES
}

/// Returns the separator that splits the header into the most fields.
pub(super) fn sniff_separator(header: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [0usize; SEPARATORS.len()];
    for byte in header {
        quoted ^= *byte == b'"';
        if let Some(at) = SEPARATORS.iter().position(|separator| separator == byte).filter(|_| !quoted) {
            counts[at] += 1;
        }
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    counts.iter().position(|count| *count == most).map_or(b',', |at| SEPARATORS[at])
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use arrow::array::{Array, AsArray};

    use super::*;

    fn open(content: &[u8]) -> (tempfile::NamedTempFile, Storage, io::Result<CsvFile>) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        let storage = Storage::Local(file.path().to_owned());
        let csv = CsvFile::open(&storage, &StatedText::default());
        (file, storage, csv)
    }

    fn cells(content: &[u8]) -> Vec<Vec<String>> {
        let (_file, storage, csv) = open(content);
        let rows = csv.unwrap().first_rows(&storage, 100).unwrap();
        let texts = |column: &ArrayRef| {
            column.as_string::<i32>().iter().map(|text| text.unwrap_or("(null)").to_owned()).collect()
        };
        rows.columns().iter().map(texts).collect()
    }

    #[test]
    fn separators_quotes_and_a_byte_order_mark_are_read() {
        for content in ["\u{feff}a,b\n1,\"x,y\"\n", "a;b\r\n1;x,y\r\n", "a\tb\n1\tx,y\n", "a|b\n1|x,y"] {
            assert_eq!(cells(content.as_bytes()), [["1"], ["x,y"]], "{content:?}");
            let (_file, _, csv) = open(content.as_bytes());
            assert_eq!(csv.unwrap().schema().field(0).name(), "a");
        }
    }

    #[test]
    fn gzip_is_told_by_its_first_bytes() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(b"a,b\n1,2\n").unwrap();
        assert_eq!(cells(&encoder.finish().unwrap()), [["1"], ["2"]]);
    }

    #[test]
    fn a_row_may_be_shorter_than_the_header_or_end_in_a_separator_and_one_that_is_longer_is_left_out() {
        let cells = cells(b"a,b\n1\n2,3,4\n5,6,\n");
        assert_eq!(cells, [["1", "(null)", "5"], ["(null)", "(null)", "6"]]);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for content in [&b"\x00\x01\x02"[..], b"", b"\n\n"] {
            assert!(open(content).2.is_err(), "{content:?}");
        }
    }

    #[test]
    fn rows_before_a_broken_gzip_ends_are_read() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        encoder.write_all(b"a,b\n1,2\n3,4\n").unwrap();
        let mut content = encoder.finish().unwrap();
        content.truncate(content.len() - 12);
        let (_file, storage, csv) = open(&content);
        let mut batches = csv.unwrap().read(&storage, 0, &[0], 10).unwrap();
        assert_eq!(batches.next().unwrap().column(0).len(), 1);
        assert!(batches.next().is_none());
        assert!(batches.broken.is_some());
    }

    #[test]
    fn blocks_share_the_lines_of_a_file_whatever_their_size() {
        for (mark, ending) in [("", "\n"), ("", "\r\n"), ("\u{feff}", "\n")] {
            let mut content = format!("{mark}a,b{ending}");
            (0..40).for_each(|i| content.push_str(&format!("{i},x{ending}")));
            let (_file, storage, _) = open(content.trim_end().as_bytes());
            for block_bytes in 1 + mark.len() as u64..content.len() as u64 + 3 {
                let csv = CsvFile::open_in_blocks(&storage, &StatedText::default(), block_bytes).unwrap();
                let mut ids = Vec::new();
                for block in 0..csv.n_blocks() {
                    let before = ids.len();
                    for batch in csv.read(&storage, block, &[0], 1000).unwrap() {
                        ids.extend(
                            batch.column(0).as_string::<i32>().iter().map(|id| id.unwrap().to_owned()),
                        );
                    }
                    if block > 0 && ids.len() > before {
                        assert_eq!(csv.rows_before(&storage, block).unwrap(), before as u64);
                    }
                }
                assert_eq!(ids, (0..40).map(|i| i.to_string()).collect::<Vec<_>>(), "{block_bytes}");
            }
        }
    }
}
