//! Chains the sums of all that an evidence file rests on, and checks a file against its chain.

use std::fmt::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::charts::escape_for_script;
use crate::run_json::RUN;
use hashwatt_core::error::{Error, Result};

/// What stands before and after the record in a file.
const BEGIN: &str = "<script type=\"application/json\" id=\"hashwatt-evidence\">";
const END: &str = "</script>";

/// Name of the last link: everything in the file but the record.
const PAGE: &str = "page";

/// Prefix of the links of the case log.
const LOG: &str = "log ";

/// One thing that the file rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What it is: `run.json`, `input PATH`, `output PATH`, `log N`, `page`.
    pub what: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// SHA-256 of the sum before, a line break, `what`, a line break and `sha256`.
    pub sum: String,
}

/// The record of an evidence file: its chain, and the entries of the case log that it quotes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of the program that made it.
    pub hashwatt: String,
    /// The meter.
    pub meter: String,
    /// The chain.
    pub links: Vec<Link>,
    /// Entries of the case log, oldest first, each as it is summed.
    pub entries: Vec<String>,
}

/// What was found of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Checked {
    /// The meter.
    pub meter: String,
    /// Last sum of the chain: what a file is told by.
    pub sum: String,
    /// Number of links.
    pub n_links: usize,
    /// What does not fit; empty if the file is as it was made.
    pub damages: Vec<String>,
}

impl Record {
    /// Adds a link with the sum of `bytes`.
    pub fn add(&mut self, what: impl Into<String>, bytes: &[u8]) {
        self.add_sum(what, hex(bytes));
    }

    /// Adds a link whose bytes were summed before.
    pub fn add_sum(&mut self, what: impl Into<String>, sha256: String) {
        let what = what.into();
        let sum = sum_of(self.sum(), &what, &sha256);
        self.links.push(Link { what, sha256, sum });
    }

    /// Adds an entry of the case log.
    pub fn add_entry(&mut self, id: i64, entry: String) {
        self.add(format!("{LOG}{id}"), entry.as_bytes());
        self.entries.push(entry);
    }

    /// Returns the last sum; empty before the first link.
    #[must_use]
    pub fn sum(&self) -> &str {
        self.links.last().map_or("", |link| &link.sum)
    }

    /// Puts the record into a page, before the end of its body, with the sum of the page as the last link.
    ///
    /// # Panics
    /// Never: a record is texts.
    #[must_use]
    pub fn seal(mut self, page: &str) -> (String, String) {
        self.add(PAGE, page.as_bytes());
        let at = page.rfind("</body>").unwrap_or(page.len());
        let json = serde_json::to_string(&self).expect("texts are JSON");
        let sealed = format!("{}{BEGIN}{}{END}{}", &page[..at], escape_for_script(&json), &page[at..]);
        (sealed, self.sum().to_owned())
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        // Writing to a text never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn sum_of(before: &str, what: &str, sha256: &str) -> String {
    hex(format!("{before}\n{what}\n{sha256}").as_bytes())
}

/// Checks an evidence file against its own chain and, if `run` is given, against the record of that run.
///
/// # Errors
/// When the file cannot be read or is no evidence file.
pub fn check(file: &Path, run: Option<&Path>) -> Result<Checked> {
    let text = std::fs::read_to_string(file).map_err(|error| Error::read(file, error))?;
    let name = file.display().to_string();
    let no_evidence = || {
        Error::input(&name, "it is no evidence file of hashwatt", "Give a file that `hashwatt evidence` made")
    };
    let (before, rest) = text.rsplit_once(BEGIN).ok_or_else(no_evidence)?;
    let (json, after) = rest.split_once(END).ok_or_else(no_evidence)?;
    let record: Record = serde_json::from_str(json).map_err(|error| {
        Error::input(
            &name,
            format!("its record cannot be read: {error}"),
            "Take a copy of the file as it was made",
        )
    })?;
    let mut damages = Vec::new();
    let mut sum = String::new();
    for link in &record.links {
        sum = sum_of(&sum, &link.what, &link.sha256);
        if sum != link.sum {
            damages.push(format!("{}: its sum does not follow from the one before", link.what));
        }
    }
    let logged: Vec<&Link> = record.links.iter().filter(|link| link.what.starts_with(LOG)).collect();
    if logged.len() != record.entries.len() {
        damages.push(format!("log: {} entries, and {} sums", record.entries.len(), logged.len()));
    }
    for (link, entry) in logged.iter().zip(&record.entries) {
        if hex(entry.as_bytes()) != link.sha256 {
            damages.push(format!("{}: it is not what was written", link.what));
        }
    }
    match record.links.last() {
        Some(link) if link.what == PAGE && link.sha256 == hex(format!("{before}{after}").as_bytes()) => {}
        _ => damages.push("page: its words are not those that were made".to_owned()),
    }
    if let Some(run) = run {
        let path = run.join(RUN);
        let bytes = std::fs::read(&path).map_err(|error| Error::read(&path, error))?;
        let is_of_run = record.links.iter().any(|link| link.what == RUN && link.sha256 == hex(&bytes));
        if !is_of_run {
            damages.push(format!("{RUN}: the file was made from another run than {}", run.display()));
        }
    }
    Ok(Checked { meter: record.meter, sum, n_links: record.links.len(), damages })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MADE: &str = "<html><body><p>9.5 kW</p></body></html>";

    fn record() -> Record {
        let mut record = Record { hashwatt: "0".to_owned(), meter: "M1".to_owned(), ..Record::default() };
        record.add(RUN, b"{}");
        record.add_entry(7, "{\"value\":\"</script>confirmed\"}".to_owned());
        record
    }

    fn checked(text: &str) -> Checked {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("e.html");
        std::fs::write(&path, text).unwrap();
        check(&path, None).unwrap()
    }

    #[test]
    fn a_file_as_it_was_made_fits_its_chain() {
        let (text, sum) = record().seal(MADE);
        let checked = checked(&text);
        assert_eq!((checked.damages, checked.n_links, checked.sum), (Vec::new(), 3, sum));
    }

    #[test]
    fn a_changed_word_entry_or_sum_is_named() {
        let (text, _) = record().seal(MADE);
        let damages = |from: &str, to: &str| {
            assert!(text.contains(from), "{text}");
            checked(&text.replacen(from, to, 1)).damages.join("; ")
        };
        assert!(damages("9.5 kW", "19.5 kW").contains("page"));
        assert!(damages("confirmed", "rejected").contains("log 7"));
        assert!(damages("log 7", "log 8").contains("does not follow"));
        let sum = record().links[0].sum.clone();
        assert!(damages(&sum, &"0".repeat(64)).contains("run.json"));
    }

    #[test]
    fn a_file_of_another_run_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("e.html");
        std::fs::write(&path, record().seal(MADE).0).unwrap();
        std::fs::write(folder.path().join(RUN), "{}").unwrap();
        assert!(check(&path, Some(folder.path())).unwrap().damages.is_empty());
        std::fs::write(folder.path().join(RUN), "{ }").unwrap();
        assert!(check(&path, Some(folder.path())).unwrap().damages[0].contains("another run"));
    }

    #[test]
    fn what_is_no_evidence_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("e.html");
        std::fs::write(&path, MADE).unwrap();
        assert!(check(&path, None).unwrap_err().to_string().contains("hashwatt evidence"));
    }
}
