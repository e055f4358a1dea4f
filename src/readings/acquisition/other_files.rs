//! Names the files of a folder or an archive that are not read because of their endings.

use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::language::message::Value;
use hashwatt_core::message;

/// Most files that a finding names; nobody reads more.
const MAX_NAMED: usize = 12;

/// Endings of what lies beside exports and holds no readings.
const OF_DOCUMENTS: &[&str] = &[
    ".md", ".rst", ".pdf", ".html", ".htm", ".doc", ".docx", ".png", ".jpg", ".jpeg", ".svg", ".py", ".r",
    ".rs", ".sql", ".sh", ".bat", ".toml", ".yaml", ".yml", ".ini", ".ipynb", ".log", ".lock", ".pdb",
    ".crc", ".md5", ".sha256",
];

/// Names without an ending of what lies beside exports.
const DOCUMENTS: &[&str] = &["readme", "license", "licence", "copying", "notice", "makefile"];

/// Returns a warning that names the files left out of a folder or an archive, documents aside; `None` if there
/// are none.
pub(super) fn left_out(place: &str, names: &[String]) -> Option<Finding> {
    let names: Vec<&String> = names.iter().filter(|name| !is_document(name)).collect();
    let shown: Vec<String> = names.iter().take(MAX_NAMED).map(|name| format!("`{name}`")).collect();
    let n_more = names.len().saturating_sub(MAX_NAMED);
    let message = message!("other_files", place = place, files = Value::names(shown), more = n_more);
    let names: Vec<String> = names.into_iter().cloned().collect();
    let finding = Finding::new(Code::FileSkipped, Severity::Warning, message).in_source(place);
    (!names.is_empty()).then(|| finding.with("files", names))
}

fn is_document(name: &str) -> bool {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_lowercase();
    DOCUMENTS.contains(&name.as_str()) || OF_DOCUMENTS.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_may_hold_readings_are_named_and_documents_are_not() {
        let names = ["a/README", "a/b.dat", "c", "d.pdf"].map(str::to_owned);
        let words = left_out("exports", &names).unwrap().english();
        assert!(words.starts_with("exports: `a/b.dat`, `c` left out"), "{words}");
        assert_eq!(left_out("exports", &names[3..]), None);
    }
}
