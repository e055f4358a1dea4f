//! Tells URLs from local paths, and refuses a URL where only a local path can be used.

use std::path::Path;

use crate::error::{Error, Result};

/// What a flag, key or argument names. It decides how a user gets around a URL that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// A file that is read.
    File,
    /// A folder that is read: a run or a store.
    Folder,
    /// A folder that is written.
    Output,
    /// The store of digests, which is read and written.
    Store,
}

impl Named {
    const fn cure(self) -> &'static str {
        match self {
            Self::File => "Copy the file to this machine, for example by `aws s3 cp`, and name the copy",
            Self::Folder => {
                "Copy the folder to this machine, for example by `aws s3 cp --recursive`, and name the copy"
            }
            Self::Output => {
                "Name a local folder, and copy it there afterwards, for example by `aws s3 cp --recursive`"
            }
            Self::Store => "Name a local folder: digests that runs share lie on a disk that knows locks",
        }
    }
}

/// Whether a path is written as a URL (`s3://bucket/run1`).
#[must_use]
pub fn is_url(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let is_scheme = |scheme: &str| {
        // A single letter is a Windows drive.
        scheme.len() > 1
            && scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
    };
    text.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme))
}

/// Refuses a URL where a local path is needed: the system would take it for a folder named `s3:`.
///
/// # Errors
/// When `path` is a URL; the error names the flag, key or argument, the URL and the cure.
pub fn refuse_url(setting: &str, path: &Path, named: Named) -> Result<()> {
    if !is_url(path) {
        return Ok(());
    }
    let shown = path.display();
    let is_file = shown.to_string().to_ascii_lowercase().starts_with("file://");
    let cure = if is_file { "Write the path itself, without file://" } else { named.cure() };
    Err(Error::setting(setting, format!("`{shown}` is a URL, and a local path is needed"), cure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_told_from_a_path() {
        for url in
            ["s3://bucket/run1", "S3A://b", "gs://b/x", "https://host/x", "file:///tmp/x", "abfss://c@a/x"]
        {
            assert!(is_url(Path::new(url)), "{url}");
        }
        for path in ["run1", "/tmp/run1", "s3:", "c://x", "a/b://c", "://x", "1s://x", "ö://x"] {
            assert!(!is_url(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn a_refusal_names_setting_value_and_cure() {
        refuse_url("--register", Path::new("register.csv"), Named::File).unwrap();
        let said = refuse_url("--register", Path::new("s3://b/r.csv"), Named::File).unwrap_err().to_string();
        assert!(said.contains("--register") && said.contains("`s3://b/r.csv`") && said.contains("aws s3 cp"));
        let said = refuse_url("--out", Path::new("file:///tmp/x"), Named::Output).unwrap_err().to_string();
        assert!(said.contains("without file://"), "{said}");
    }
}
