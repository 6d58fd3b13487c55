//! The identity of a fault kind: its name.

use std::fmt;
use std::str::FromStr;

use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
    // Text of its own makes it `Copy` without a table of names that all threads would share. What lies
    // after the name is 0, so that comparing the bytes compares the names.
    bytes: [u8; FaultKind::MAX_LENGTH],
    length: u8,
}

impl FaultKind {
    /// Bytes that a name has at most.
    pub const MAX_LENGTH: usize = 31;

    /// Words that stand for something else where a name can be written.
    const RESERVED: [&str; 5] = ["true", "false", "inf", "nan", "unregistered"];

    /// What a fault is called whose kind its world does not know. No kind can be registered by this name.
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

struct NameVisitor;

impl Visitor<'_> for NameVisitor {
    type Value = FaultKind;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the name of a fault kind")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<FaultKind, E> {
        FaultKind::new(name).map_err(|error| match error {
            FaultKindError::TooLong { .. } => E::custom(error),
            error => E::custom(format_args!(
                "invalid fault kind, {}: {error}",
                Unexpected::Str(name)
            )),
        })
    }
}

/// Why a name is no name of a fault kind, or a kind can't be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKindError {
    /// The name is empty.
    Empty,
    /// The name is too long.
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// The name has a character that it can't have where it stands.
    Character {
        /// The name.
        name: String,
        /// The first such character.
        character: char,
    },
    /// The name is a word with another meaning in files.
    Reserved(String),
    /// The name is that of a built-in kind.
    BuiltIn(FaultKind),
    /// Another kind is registered by this name.
    Duplicate(FaultKind),
    /// Ages of the change that precedes a fault are 0 to 2,147,483,647 seconds, the least of them not above the
    /// greatest.
    Ages {
        /// The kind.
        kind: FaultKind,
        /// The least age that it was to have, seconds.
        min: i64,
        /// The greatest, seconds.
        max: i64,
    },
    /// A fault can't make this metric grow: it is none, or not one that each service has.
    Metric(String),
    /// The growth of this metric, or a limit of it, is out of range.
    Growth(String),
    /// More kinds than a world can hold.
    TooMany {
        /// How many are possible, built-in kinds included.
        limit: usize,
    },
}

impl fmt::Display for FaultKindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the name of a fault kind is empty"),
            Self::TooLong { bytes } => {
                let limit = FaultKind::MAX_LENGTH;
                write!(
                    f,
                    "the name of a fault kind has at most {limit} bytes, not {bytes}"
                )
            }
            Self::Character { name, character } => write!(
                f,
                "{name:?} is no name of a fault kind: it has a {character:?} where only a lower-case \
                 letter, or after the first also a digit or `_`, can be"
            ),
            Self::Reserved(name) => {
                write!(
                    f,
                    "`{name}` is no name of a fault kind: it is a reserved word"
                )
            }
            Self::BuiltIn(kind) => {
                write!(f, "`{kind}` is a built-in fault kind: take another name")
            }
            Self::Duplicate(kind) => {
                write!(
                    f,
                    "another fault kind is registered as `{kind}`: take another name"
                )
            }
            Self::Ages { kind, min, max } => write!(
                f,
                "the change before a `{kind}` must be 0 to {} seconds old and the least age not above the \
                 greatest, not {min} to {max}",
                i32::MAX
            ),
            Self::Metric(metric) => write!(f, "a fault can't make a metric {metric:?} grow"),
            Self::Growth(metric) => write!(
                f,
                "`{metric}` must grow by -1e15 to 1e15, between limits that make sense of it"
            ),
            Self::TooMany { limit } => write!(f, "there can be {limit} fault kinds at most"),
        }
    }
}

impl std::error::Error for FaultKindError {}
