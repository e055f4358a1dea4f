//! Says in words what a request to an object store failed of, and what to do about it.

use std::error::Error as StdError;
use std::fmt;

use hashwatt_core::error::Error;

/// Longest answer of a server that is quoted. [characters]
const MAX_QUOTED: usize = 300;

/// Where Amazon's machines ask for their credentials.
pub const INSTANCE_METADATA: &str = "169.254.169.254";

/// Why an object cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Problem found.
    pub seen: String,
    /// What to do about it.
    pub cure: &'static str,
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}. {}", self.seen, self.cure)
    }
}

impl StdError for Trouble {}

impl Trouble {
    /// An object is no longer the one that was listed.
    pub fn changed() -> Self {
        Self {
            seen: "it changed while it was read".to_owned(),
            cure: "Wait until the export is complete, and run again",
        }
    }

    /// A request succeeded, and its body was not what it had to be.
    pub fn short(n_bytes: usize, of: u64, tries: usize) -> Self {
        Self {
            seen: format!("the store sent {n_bytes} bytes of {of}, {tries} times in a row"),
            cure: "Check the store and what stands between, and run again",
        }
    }

    /// Nobody gives this run credentials.
    pub fn no_credentials(why: &str) -> Self {
        Self {
            seen: format!("no credentials are in the environment, in ~/.aws, or given by this machine{why}"),
            cure: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; for a public bucket AWS_SKIP_SIGNATURE=true",
        }
    }

    /// Describes what object_store reports.
    pub fn of(error: &object_store::Error) -> Self {
        if error.to_string().contains(INSTANCE_METADATA) {
            return Self::no_credentials(&format!(" ({})", quoted(error)));
        }
        let (seen, cure) = match innermost(error) {
            object_store::Error::NotFound { .. } => (
                "it is not there (any more)".to_owned(),
                "Check the URL; if the export was being replaced, wait until it is complete, and run again",
            ),
            object_store::Error::Precondition { .. } | object_store::Error::NotModified { .. } => {
                return Self::changed();
            }
            inner @ (object_store::Error::PermissionDenied { .. }
            | object_store::Error::Unauthenticated { .. }) => {
                let seen = format!("the store refuses access: {}", quoted(inner));
                (seen, "Check the credentials in the environment, and what they may do")
            }
            inner => (
                format!("the store does not answer as it should: {}", quoted(inner)),
                "Check the URL, the region, the endpoint and the network, and run again",
            ),
        };
        Self { seen, cure }
    }

    /// Returns the error of a run that stops here. `name` is the URL of the object.
    pub fn error(&self, name: &str) -> Error {
        Error::input(name, self.seen.clone(), self.cure).because(self.clone())
    }
}

/// Returns the error of object_store that lies deepest: one that broke off a body wraps what the next try met.
fn innermost(error: &object_store::Error) -> &object_store::Error {
    let (mut found, mut next) = (error, error.source());
    while let Some(source) = next {
        if let Some(inner) = source.downcast_ref::<object_store::Error>() {
            found = inner;
        }
        next = source.source();
    }
    found
}

/// Returns an error in one line of a readable length.
fn quoted(error: &object_store::Error) -> String {
    let text = error.to_string();
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(MAX_QUOTED) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_within_an_error_is_the_one_that_counts() {
        let gone = object_store::Error::NotFound { path: "a".into(), source: "404".into() };
        let broken = object_store::Error::Generic { store: "S3", source: Box::new(gone) };
        assert!(Trouble::of(&broken).seen.contains("not there"));
        let changed = object_store::Error::Precondition { path: "a".into(), source: "412".into() };
        assert_eq!(Trouble::of(&changed), Trouble::changed());
    }

    #[test]
    fn a_servers_page_is_cut_to_one_line() {
        let page = format!("<html>\n  {}\n</html>", "x".repeat(10_000));
        let error = object_store::Error::Generic { store: "S3", source: page.into() };
        let said = Trouble::of(&error).to_string();
        assert!(said.chars().count() < 500 && !said.contains('\n'), "{said}");
    }
}
