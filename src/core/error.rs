//! Describes errors that stop a run: the file, flag or setting, the value seen and the cure.

use std::path::PathBuf;

/// Result of a stage that may be unable to continue. Trouble with one meter or one file is a
/// [`Finding`](crate::finding::Finding), never an `Error`.
pub type Result<T> = std::result::Result<T, Error>;

/// Underlying error of a library or the system, or words where there is none.
type Source = Box<dyn std::error::Error + Send + Sync>;

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
        /// Error of the library or the system, if any.
        source: Option<Source>,
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
        /// Error of the library or the system, if any.
        source: Option<Source>,
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
    /// One of hashwatt's own files cannot be read back.
    #[error("{}: {source}", path.display())]
    ReadBack {
        /// The file.
        path: PathBuf,
        /// Error reported by the system.
        source: std::io::Error,
    },
    /// A table cannot be built, written or read back.
    #[error("{table}: {source}")]
    Table {
        /// The table's file, or its column.
        table: String,
        /// What went wrong.
        source: Source,
    },
    /// A page, workbook or JSON file cannot be built.
    #[error("{output}: {source}")]
    Output {
        /// The output's file or name.
        output: String,
        /// What went wrong.
        source: Source,
    },
    /// A folder has no digests.
    #[error("{}: no digests here; run `hashwatt detect` or `hashwatt digest` first", folder.display())]
    NoDigests {
        /// The folder.
        folder: PathBuf,
    },
    /// The meters of a register class cannot be grouped.
    #[error("peer groups of the class `{class}`: {source}")]
    Groups {
        /// The class.
        class: String,
        /// What went wrong.
        source: Source,
    },
    /// A zone or an instant is not one of the calendar's.
    #[error("{seen}: {source}")]
    Calendar {
        /// The zone, or what asked for the instant.
        seen: String,
        /// What went wrong.
        source: Source,
    },
    /// A part of the desk failed: its database, a session, a password, a thread that reads.
    #[error("{part}: {source}")]
    Desk {
        /// The part.
        part: &'static str,
        /// What went wrong.
        source: Source,
    },
}

impl Error {
    /// Returns what to do about an input that cannot be used; `None` where no input is to blame.
    #[must_use]
    pub fn cure_of_input(&self) -> Option<&str> {
        match self {
            Self::Input { cure, .. } | Self::NoReadings { cure, .. } => Some(cure),
            _ => None,
        }
    }

    /// Builds an [`Error::Input`] from its three parts.
    pub fn input(file: impl Into<String>, seen: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::Input { file: file.into(), seen: seen.into(), cure: cure.into(), source: None }
    }

    /// Builds an [`Error::Setting`] from its three parts.
    pub fn setting(setting: impl Into<String>, seen: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::Setting { setting: setting.into(), seen: seen.into(), cure: cure.into(), source: None }
    }

    /// Keeps the error that led to an [`Error::Input`] or an [`Error::Setting`], whose words say it already.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Source>) -> Self {
        if let Self::Input { source, .. } | Self::Setting { source, .. } = &mut self {
            *source = Some(cause.into());
        }
        self
    }

    /// Builds an [`Error::Input`] for a file or folder that the system cannot read.
    pub fn read(path: impl AsRef<std::path::Path>, source: std::io::Error) -> Self {
        let cure = "Check that it is there and can be read";
        Self::input(path.as_ref().display().to_string(), source.to_string(), cure).because(source)
    }

    /// Builds an [`Error::Write`] for `path`.
    pub fn write(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Write { path: path.into(), source }
    }

    /// Builds an [`Error::ReadBack`] for `path`.
    pub fn read_back(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::ReadBack { path: path.into(), source }
    }

    /// Builds an [`Error::Table`] from any error of a table library.
    pub fn table(table: impl Into<String>, source: impl Into<Source>) -> Self {
        Self::Table { table: table.into(), source: source.into() }
    }

    /// Builds an [`Error::Output`] from any error of a library that writes pages, workbooks or JSON.
    pub fn output(output: impl Into<String>, source: impl Into<Source>) -> Self {
        Self::Output { output: output.into(), source: source.into() }
    }

    /// Builds an [`Error::Calendar`] from an error of the calendar.
    pub fn calendar(seen: impl Into<String>, source: impl Into<Source>) -> Self {
        Self::Calendar { seen: seen.into(), source: source.into() }
    }

    /// Builds an [`Error::Desk`] from any error of a part of the desk.
    pub fn desk(part: &'static str, source: impl Into<Source>) -> Self {
        Self::Desk { part, source: source.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    #[test]
    fn what_led_to_an_error_can_be_asked_for_and_changes_no_word() {
        let gone = || std::io::Error::from(std::io::ErrorKind::NotFound);
        let errors = [
            Error::read("a.csv", gone()),
            Error::setting("--listen", "taken", "Write another").because(gone()),
            Error::write("a.csv", gone()),
            Error::read_back("a.csv", gone()),
            Error::table("a.parquet", gone()),
        ];
        for error in &errors {
            assert_eq!(error.source().unwrap().to_string(), gone().to_string(), "{error}");
        }
        assert_eq!(errors[1].to_string(), "--listen: taken. Write another");
        assert_eq!(errors[4].to_string(), format!("a.parquet: {}", gone()));
        assert!(Error::input("a.csv", "no rows", "Export it again").source().is_none());
    }
}
