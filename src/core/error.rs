//! Describes errors that stop a run: the file, flag or setting, the value seen and the cure.

use std::path::PathBuf;

/// Result of a stage that may be unable to continue. Trouble with one meter or one file is a
/// [`Finding`](crate::finding::Finding), never an `Error`.
pub type Result<T> = std::result::Result<T, Error>;

/// Reason why a run could not start or could not finish (exit code 2).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A flag or a setting has a value that cannot be used.
    #[error("{setting}: {seen}. {cure}")]
    Setting {
        /// The flag (`--timezone`) or the key (`[windows] night`).
        setting: String,
        /// Value found there.
        seen: String,
        /// What to write instead.
        cure: String,
    },
    /// An input file cannot be used.
    #[error("{file}: {seen}. {cure}")]
    Input {
        /// Path or URL as given.
        file: String,
        /// Problem found there, with row or column where known.
        seen: String,
        /// What to do about it.
        cure: String,
    },
    /// No input contained any interval data.
    #[error("no interval data: {seen}. {cure}")]
    NoReadings {
        /// Inputs that were searched.
        seen: String,
        /// What to do about it.
        cure: String,
    },
    /// One of the run's own files cannot be written.
    #[error("{}: cannot write: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Error reported by the system.
        source: std::io::Error,
    },
    /// A table of an earlier stage cannot be read back or built.
    #[error("{table}: {seen}")]
    Table {
        /// The table's file or name.
        table: String,
        /// What went wrong.
        seen: String,
    },
}

impl Error {
    /// Returns what to do about an input that cannot be used; `None` where no input is to blame.
    #[must_use]
    pub fn cure_of_input(&self) -> Option<&str> {
        match self {
            Self::Input { cure, .. } | Self::NoReadings { cure, .. } => Some(cure),
            Self::Setting { .. } | Self::Write { .. } | Self::Table { .. } => None,
        }
    }

    /// Builds an [`Error::Input`] from its three parts.
    pub fn input(file: impl Into<String>, seen: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::Input { file: file.into(), seen: seen.into(), cure: cure.into() }
    }

    /// Builds an [`Error::Setting`] from its three parts.
    pub fn setting(setting: impl Into<String>, seen: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::Setting { setting: setting.into(), seen: seen.into(), cure: cure.into() }
    }

    /// Builds an [`Error::Input`] for a file or folder that the system cannot read.
    pub fn read(path: impl AsRef<std::path::Path>, source: std::io::Error) -> Self {
        let cure = "Check that it is there and can be read";
        Self::input(path.as_ref().display().to_string(), source.to_string(), cure)
    }

    /// Builds an [`Error::Write`] for `path`.
    pub fn write(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Write { path: path.into(), source }
    }

    /// Builds an [`Error::Table`] from any error of a table library.
    pub fn table(table: impl Into<String>, seen: impl std::fmt::Display) -> Self {
        Self::Table { table: table.into(), seen: seen.to_string() }
    }
}
