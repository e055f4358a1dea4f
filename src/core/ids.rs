//! Names meters, transformers, peer groups and tips by typed ids.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, RwLock};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Returns the id as the utility writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::from)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// Prefix of a residual's id; the parent's id follows.
pub const RESIDUAL_PREFIX: &str = "residual:";

id! {
    /// Id of a meter, as in the export. A residual's id is `residual:` + its parent's id.
    MeterId
}
id! {
    /// Id of a tip, as in the tips file.
    TipId
}
id! {
    /// Id of a peer group, for example `residential/2`.
    GroupId
}

/// Gives every meter of a run a small number, so that a row needs 4 bytes instead of a name.
///
/// Numbers follow the order in which meters are first seen, and this order depends on threads. No output may
/// depend on them. Later stages sort by [`MeterId`].
#[derive(Debug, Default)]
pub struct MeterNumbers {
    inner: RwLock<Names>,
}

#[derive(Debug, Default)]
struct Names {
    by_name: HashMap<Arc<str>, u32>,
    names: Vec<Arc<str>>,
}

impl MeterNumbers {
    /// Returns the number of the meter with this name; a new meter gets the next number.
    pub fn number(&self, name: &str) -> u32 {
        let known = self.inner.read().expect("no holder of this lock panics").by_name.get(name).copied();
        if let Some(number) = known {
            return number;
        }
        let mut names = self.inner.write().expect("no holder of this lock panics");
        if let Some(&number) = names.by_name.get(name) {
            return number;
        }
        let number = u32::try_from(names.names.len()).expect("fewer than 4 billion meters");
        let name: Arc<str> = name.into();
        names.names.push(Arc::clone(&name));
        names.by_name.insert(name, number);
        number
    }

    /// Returns the meter with this number.
    #[must_use]
    pub fn id(&self, number: u32) -> MeterId {
        let names = self.inner.read().expect("no holder of this lock panics");
        MeterId(Arc::clone(&names.names[number as usize]))
    }

    /// Returns how many meters have been seen.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.read().expect("no holder of this lock panics").names.len()
    }

    /// Whether no meter has been seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number() {
        let meters = MeterNumbers::default();
        let (a, b) = (meters.number("a"), meters.number("b"));
        assert_ne!(a, b);
        assert_eq!(meters.number("a"), a);
        assert_eq!(meters.id(b).as_str(), "b");
        assert_eq!(meters.len(), 2);
    }
}
