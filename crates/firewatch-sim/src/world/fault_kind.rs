//! The identity of a fault kind: its name.

use std::fmt;
use std::str::FromStr;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// What is wrong with a service: the name of a kind of fault, as files and snapshots give it.
///
/// A name says nothing about what the kind does: that is its [`FaultKindDescriptor`](crate::FaultKindDescriptor),
/// which a world looks up among the kinds that are [registered](crate::register_fault_kinds) in it.
///
/// ```
/// use firewatch_sim::FaultKind;
///
/// # fn main() -> Result<(), firewatch_sim::FaultKindError> {
/// assert_eq!(FaultKind::OOM.name(), "oom");
/// assert_eq!(FaultKind::new("dns_outage")?.to_string(), "dns_outage");
/// assert!(FaultKind::new("DNS outage").is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FaultKind {
    // Inline text makes it `Copy` without a table of names that threads share. The bytes after the name are
    // 0, so that comparing the bytes compares the names.
    bytes: [u8; FaultKind::MAX_LENGTH],
    length: u8,
}

impl FaultKind {
    /// Bytes that a name has at most.
    pub const MAX_LENGTH: usize = 31;

    /// Words with another meaning in files.
    const RESERVED: [&str; 5] = ["true", "false", "inf", "nan", "unregistered"];

    /// The name of a fault kind that its world does not know. No kind can be registered by this name.
    pub(crate) const UNREGISTERED: Self = Self::literal("unregistered");

    /// The kind of that name: a lower-case letter, then up to 30 lower-case letters, digits and `_`.
    ///
    /// # Errors
    /// [`FaultKindError::Empty`], [`FaultKindError::TooLong`], [`FaultKindError::Character`],
    /// [`FaultKindError::Reserved`].
    pub fn new(name: &str) -> Result<Self, FaultKindError> {
        if name.is_empty() {
            return Err(FaultKindError::Empty);
        }
        if name.len() > Self::MAX_LENGTH {
            return Err(FaultKindError::TooLong { bytes: name.len() });
        }
        let fits = |(at, character): (usize, char)| {
            let follows = at > 0 && (character.is_ascii_digit() || character == '_');
            character.is_ascii_lowercase() || follows
        };
        if let Some((_, character)) = name.char_indices().find(|&place| !fits(place)) {
            let name = name.to_owned();
            return Err(FaultKindError::Character { name, character });
        }
        if Self::RESERVED.contains(&name) {
            return Err(FaultKindError::Reserved(name.to_owned()));
        }
        Ok(Self::literal(name))
    }

    /// A name that is known to fit.
    pub(super) const fn literal(name: &str) -> Self {
        let mut bytes = [0; Self::MAX_LENGTH];
        let (target, _) = bytes.split_at_mut(name.len());
        target.copy_from_slice(name.as_bytes());
        // It fits into the bytes, which are fewer than 256.
        let length = name.len() as u8;
        Self { bytes, length }
    }

    /// The name in files, snapshots and traces.
    #[must_use]
    pub fn name(&self) -> &str {
        let name = &self.bytes[..usize::from(self.length)];
        // A name is ASCII.
        std::str::from_utf8(name).unwrap_or_default()
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FaultKind").field(&self.name()).finish()
    }
}

impl FromStr for FaultKind {
    type Err = FaultKindError;

    fn from_str(name: &str) -> Result<Self, FaultKindError> {
        Self::new(name)
    }
}

impl Serialize for FaultKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for FaultKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for FaultKind {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FaultKind".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[a-z][a-z0-9_]*$",
            "maxLength": Self::MAX_LENGTH,
        })
    }
}

struct NameVisitor;

impl Visitor<'_> for NameVisitor {
    type Value = FaultKind;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the name of a fault kind")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<FaultKind, E> {
        FaultKind::new(name).map_err(E::custom)
    }
}

/// The error of a name that no fault kind can have, or of a kind that can't be registered.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FaultKindError {
    /// The name is empty.
    #[error("the name of a fault kind is empty")]
    Empty,
    /// The name is too long.
    #[error(
        "the name of a fault kind has at most {limit} bytes, not {bytes}", limit = FaultKind::MAX_LENGTH
    )]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// The name has a character that it can't have at that position.
    #[error(
        "{name:?} is no name of a fault kind: it has a {character:?} where only a lower-case letter, or after the first also a digit or `_`, can be"
    )]
    Character {
        /// The name.
        name: String,
        /// The first such character.
        character: char,
    },
    /// The name is a word with another meaning in files.
    #[error("`{0}` is no name of a fault kind: it is a reserved word")]
    Reserved(String),
    /// The name is that of a built-in kind.
    #[error("`{0}` is a built-in fault kind: take another name")]
    BuiltIn(FaultKind),
    /// Another kind is registered by this name.
    #[error("another fault kind is registered as `{0}`: take another name")]
    Duplicate(FaultKind),
    /// Ages of the change that precedes a fault are 0 to 2,147,483,647 seconds, the least of them not above the
    /// greatest.
    #[error(
        "the change before a `{kind}` must be 0 to {} seconds old and the least age not above the greatest, not {min} to {max}",
        i32::MAX
    )]
    Ages {
        /// The kind.
        kind: FaultKind,
        /// The least age that it was to have, seconds.
        min: i64,
        /// The greatest, seconds.
        max: i64,
    },
    /// A fault can't make this metric grow: it is none, or not one that each service has.
    #[error("a fault can't make a metric {0:?} grow")]
    Metric(String),
    /// The growth of this metric, or a limit of it, is out of range.
    #[error("`{0}` must grow by -1e15 to 1e15, between limits that make sense of it")]
    Growth(String),
    /// More kinds than a world can hold.
    #[error("there can be {limit} fault kinds at most")]
    TooMany {
        /// How many are possible, built-in kinds included.
        limit: usize,
    },
}
