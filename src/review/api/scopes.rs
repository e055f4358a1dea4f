//! Names the scopes of a token.

/// What a program may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Read the list and suspects, without addresses and coordinates.
    ReadSuspects,
    /// Also read addresses and coordinates.
    ReadPlaces,
    /// Read cases and their log.
    ReadCases,
    /// Write verdicts and visit results.
    WriteCases,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 4] = [Self::ReadSuspects, Self::ReadPlaces, Self::ReadCases, Self::WriteCases];

    /// Returns the stable text of the scope.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadSuspects => "suspects:read",
            Self::ReadPlaces => "places:read",
            Self::ReadCases => "cases:read",
            Self::WriteCases => "cases:write",
        }
    }
}
