//! Reads XML of any encoding as a stream of tags and texts, in bounded memory.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::{Encoding, UTF_8, WINDOWS_1251, WINDOWS_1252};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};
use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesEnd, BytesRef, BytesStart, Event};

use super::mapping::Guess;
use super::preamble::{StatedText, encoding_of};
use super::storage::Storage;
use hashwatt_core::message;

/// Bytes at the start of a file that show its encoding.
const BYTES_SNIFFED: u64 = 64 << 10;

/// Largest tag or text. [bytes]
const MAX_PART: u64 = 16 << 20;

/// Longest text of an element that is kept. [bytes]
const MAX_TEXT: usize = 64 << 10;

/// Size of one read. [bytes]
const READ_BUFFER: usize = 256 << 10;

/// A document, from its first part to its last.
pub(super) struct Xml {
    reader: Reader<Paced>,
    buffer: Vec<u8>,
    /// Elements open now.
    depth: usize,
    /// Encoding, where the file states another or none.
    pub note: Option<Guess>,
}

/// A part of a document.
pub(super) enum Part<'a> {
    /// An element begins.
    Start(Tag<'a>),
    /// Text, without white space around it.
    Text(Cow<'a, str>),
    /// An element ends.
    End(EndTag<'a>),
    /// The document is over.
    Done,
}

impl Xml {
    /// Starts before the first tag of a file, gzipped or not.
    pub fn open(storage: &Storage, stated: &StatedText) -> io::Result<Self> {
        let mut start = Vec::new();
        storage.unpacked_stream()?.take(BYTES_SNIFFED).read_to_end(&mut start)?;
        let (encoding, note) = find_encoding(&start, stated)?;
        let mut decoder = DecodeReaderBytesBuilder::new();
        let bytes = decoder.encoding(Some(encoding)).build(storage.unpacked_stream()?);
        let input = BufReader::with_capacity(READ_BUFFER, bytes);
        let mut reader = Reader::from_reader(Paced { input, left: MAX_PART });
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.trim_text(true);
        Ok(Self { reader, buffer: Vec::new(), depth: 0, note })
    }

    /// Returns the next part; the error says where the document is broken.
    pub fn next(&mut self) -> Result<Part<'_>, String> {
        self.buffer.clear();
        self.reader.get_mut().left = MAX_PART;
        let at = self.reader.buffer_position();
        let event = self.reader.read_event_into(&mut self.buffer);
        let broken = |error: quick_xml::Error| match error {
            quick_xml::Error::Syntax(error) => {
                format!("it ends after byte {at} within a tag or comment: it is cut off ({error})")
            }
            error => format!("the XML is broken after byte {at}: {error}"),
        };
        match event.map_err(broken)? {
            Event::Start(tag) | Event::Empty(tag) => {
                self.depth += 1;
                Ok(Part::Start(Tag(tag)))
            }
            Event::End(tag) => {
                self.depth = self.depth.saturating_sub(1);
                Ok(Part::End(EndTag(tag)))
            }
            Event::Text(text) => Ok(Part::Text(text.into_inner())),
            Event::CData(text) => Ok(Part::Text(text.into_inner())),
            Event::GeneralRef(reference) => Ok(Part::Text(resolved(&reference))),
            Event::Eof if self.depth > 0 => {
                Err(format!("it ends after byte {at}, before its elements are closed: it is cut off"))
            }
            Event::Eof => Ok(Part::Done),
            _ => Ok(Part::Text(Cow::Borrowed(""))),
        }
    }

    /// Passes over the rest of the element whose start was read last.
    pub fn skip(&mut self) -> Result<(), String> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.next()?;
        }
        Ok(())
    }
}

/// Adds a piece to the text of an element, as long as that is shorter than any that is read.
pub(super) fn add_text(text: &mut String, piece: &str) {
    if text.len() + piece.len() <= MAX_TEXT {
        text.push_str(piece);
    }
}

/// The start of an element.
pub(super) struct Tag<'a>(BytesStart<'a>);

impl Tag<'_> {
    /// Returns the element's name without a prefix, as written.
    pub fn name(&self) -> &str {
        local_name(self.0.name().into_inner())
    }

    /// Whether this is the element, in upper or lower case.
    pub fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// Returns an attribute, trimmed; names match in upper or lower case.
    pub fn attribute(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut attributes = self.0.html_attributes();
        attributes.with_checks(false);
        let is_it = |key: &str| local_name(key).eq_ignore_ascii_case(name);
        let found = attributes.flatten().find(|attribute| is_it(attribute.key.into_inner()))?;
        match found.value {
            Cow::Borrowed(text) if !text.contains('&') => Some(Cow::Borrowed(text.trim())),
            text => {
                let plain = unescape(&text).map_or_else(|_| text.to_string(), Cow::into_owned);
                Some(Cow::Owned(plain.trim().to_owned()))
            }
        }
    }
}

/// The end of an element.
pub(super) struct EndTag<'a>(BytesEnd<'a>);

impl EndTag<'_> {
    /// Whether this is the element, in upper or lower case.
    pub fn is(&self, name: &str) -> bool {
        local_name(self.0.name().into_inner()).eq_ignore_ascii_case(name)
    }
}

fn local_name(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Returns the text of `&amp;` and the like; what is not known stays as it stands.
fn resolved(reference: &BytesRef<'_>) -> Cow<'static, str> {
    if let Ok(Some(letter)) = reference.resolve_char_ref() {
        return Cow::Owned(letter.to_string());
    }
    let name = reference.borrow().into_inner().into_owned();
    resolve_predefined_entity(&name).map_or_else(|| Cow::Owned(format!("&{name};")), Cow::Borrowed)
}

/// Finds the encoding: as stated in the settings, by a byte order mark, as UTF-8 if the bytes are, otherwise as
/// the file says; if that cannot be, by what the bytes would say in Cyrillic.
fn find_encoding(start: &[u8], stated: &StatedText) -> io::Result<(&'static Encoding, Option<Guess>)> {
    let by_bytes = encoding_of(start, stated)?;
    if stated.encoding.is_some() || ![UTF_8, WINDOWS_1251, WINDOWS_1252].contains(&by_bytes) {
        return Ok((by_bytes, None));
    }
    let declared = declared_encoding(start);
    let is_text = match std::str::from_utf8(start) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    let encoding = match declared {
        Some(declared) if start.is_ascii() || (!is_text && declared != UTF_8) => declared,
        _ => by_bytes,
    };
    let reason = match declared {
        Some(declared) if declared != encoding => {
            message!("bytes_say_otherwise", declared = declared.name())
        }
        None if encoding != UTF_8 => message!("bytes_no_utf8"),
        _ => return Ok((encoding, None)),
    };
    Ok((encoding, Some(Guess::new("encoding", encoding.name(), reason))))
}

/// Returns the encoding that `<?xml ... encoding="..."?>` names.
fn declared_encoding(start: &[u8]) -> Option<&'static Encoding> {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let end = start.iter().position(|byte| *byte == b'>')?;
    let declaration = std::str::from_utf8(&start[..end]).ok()?.strip_prefix("<?xml")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|mark| matches!(mark, '"' | '\''))?;
    Encoding::for_label(value[1..].split(quote).next()?.trim().as_bytes())
}

/// A stream that refuses to give one part of a document more than it may have.
struct Paced {
    input: BufReader<DecodeReaderBytes<Box<dyn Read + Send>, Vec<u8>>>,
    left: u64,
}

impl Read for Paced {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(buffer)?;
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for Paced {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other(format!("a tag or text of more than {MAX_PART} bytes")));
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.left = self.left.saturating_sub(n as u64);
        self.input.consume(n);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn open(bytes: &[u8]) -> (tempfile::NamedTempFile, Xml) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let xml = Xml::open(&Storage::Local(file.path().to_owned()), &StatedText::default()).unwrap();
        (file, xml)
    }

    fn said(bytes: &[u8]) -> Result<String, String> {
        let (_file, mut xml) = open(bytes);
        let mut all = String::new();
        loop {
            match xml.next()? {
                Part::Start(tag) => all += &format!("<{} {:?}>", tag.name(), tag.attribute("A")),
                Part::Text(text) => all += &text,
                Part::End(_) => all.push('/'),
                Part::Done => return Ok(all),
            }
        }
    }

    #[test]
    fn tags_attributes_and_texts_are_read_without_prefixes_and_escapes() {
        let text =
            "<?xml version='1.0'?><!DOCTYPE x><n:a A=' 1&amp;2 '><b/>x<![CDATA[<y>]]>&lt;<!-- z --></n:a>";
        assert_eq!(said(text.as_bytes()).unwrap(), "<a Some(\"1&2\")><b None>/x<y></");
    }

    #[test]
    fn an_element_is_passed_over_whole() {
        let (_file, mut xml) = open(b"<a><b><c/>1</b><d/></a>");
        for name in ["a", "b"] {
            let Part::Start(tag) = xml.next().unwrap() else { panic!("no start") };
            assert!(tag.is(name));
        }
        xml.skip().unwrap();
        assert!(matches!(xml.next().unwrap(), Part::Start(tag) if tag.is("D")));
    }

    #[test]
    fn what_is_cut_off_or_crossed_says_so() {
        for text in ["<a><b>", "<a>text", "<a><b", "<a><!-- x"] {
            assert!(said(text.as_bytes()).unwrap_err().contains("cut off"), "{text}");
        }
        assert!(said(b"<a><b></a></b>").unwrap_err().contains("broken after byte 6"));
    }

    #[test]
    fn a_text_without_end_is_not_held_in_memory() {
        let text = ["<a>".to_owned(), "x".repeat(MAX_PART as usize + (1 << 20)), "</a>".to_owned()].concat();
        assert!(said(text.as_bytes()).unwrap_err().contains("of more than"));
    }

    #[test]
    fn entities_of_entities_are_not_resolved() {
        let text = "<!DOCTYPE a [<!ENTITY b \"&c;&c;\"><!ENTITY c \"xxxx\">]><a>&b;</a>";
        assert_eq!(said(text.as_bytes()).unwrap(), "<a None>&b;/");
    }
}
