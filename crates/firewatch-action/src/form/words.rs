//! Values that are words: `critical`, `oom`, `never`. In JSON they are texts.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::LazyLock;

use firewatch_sim::{CallKnob, Engine, FaultKind, ImpactMode, ServiceKnob, Status};
use serde::de::{self, Deserialize, Deserializer, EnumAccess, VariantAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::comparison::Operator;
use crate::decode::RAW;
use crate::model::{CallRoute, Category, Counter, Matching, OnInvalid, ParameterKind, Profile};

/// A type whose values are words.
pub trait Named: FromStr + Copy + 'static {
    /// What one of them is, in words.
    const ONE: &'static str;

    /// Whether a host can add to them.
    const IS_OPEN: bool = false;

    /// All of them, without those of hosts.
    fn all() -> &'static [Self];

    /// Their words.
    fn words() -> &'static [&'static str];

    /// The word.
    fn word(&self) -> &str;
}

/// A value that is read from its word.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Word<T>(pub T);

impl<T: Named> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // In RON it is a word, in other formats a text.
        serializer.serialize_newtype_struct(RAW, self.0.word())
    }
}

impl<'de, T: Named> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_enum(T::ONE, T::words(), WordVisitor(PhantomData))
    }
}

struct WordVisitor<T>(PhantomData<T>);

impl<'de, T: Named> Visitor<'de> for WordVisitor<T> {
    type Value = Word<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::ONE)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Self::Value, A::Error> {
        let (Ident(word), variant) = access.variant()?;
        variant.unit_variant()?;
        let unknown = |()| {
            let words = T::all().iter().map(T::word);
            let known = firewatch_ron::listed(words, "or");
            let word = firewatch_ron::shown(&word);
            de::Error::custom(format!("`{word}` is not {}: {known}", T::ONE))
        };
        // A type may have others, which no file can name.
        let named = T::all().iter().find(|one| one.word() == word);
        match named {
            Some(one) => Ok(Word(*one)),
            None if T::IS_OPEN => word.parse().map(Word).map_err(|_| unknown(())),
            None => Err(unknown(())),
        }
    }
}

/// A name that begins a call, or is a word.
pub(super) struct Ident(pub(super) String);

impl<'de> Deserialize<'de> for Ident {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdentVisitor;
        impl Visitor<'_> for IdentVisitor {
            type Value = Ident;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Ident, E> {
                Ok(Ident(name.to_owned()))
            }
        }
        deserializer.deserialize_identifier(IdentVisitor)
    }
}

macro_rules! of_engine {
    ($($type:ty = $one:literal in $all:ident;)*) => {$(
        impl Named for $type {
            const ONE: &'static str = $one;

            fn all() -> &'static [Self] {
                Self::$all.as_ref()
            }

            fn words() -> &'static [&'static str] {
                static WORDS: std::sync::LazyLock<Vec<&'static str>> =
                    std::sync::LazyLock::new(|| <$type>::$all.iter().map(|one| one.name()).collect());
                &WORDS
            }

            fn word(&self) -> &str {
                self.name()
            }
        }
    )*};
}

impl Named for FaultKind {
    const ONE: &'static str = "a fault kind";
    const IS_OPEN: bool = true;

    fn all() -> &'static [Self] {
        &Self::BUILT_IN
    }

    fn words() -> &'static [&'static str] {
        static WORDS: LazyLock<Vec<&'static str>> =
            LazyLock::new(|| FaultKind::BUILT_IN.iter().map(FaultKind::name).collect());
        &WORDS
    }

    fn word(&self) -> &str {
        self.name()
    }
}

of_engine! {
    Status = "a status" in ALL;
    // A scenario has the traffic engine by its physics.
    Engine = "an engine" in CLASSIC;
    ImpactMode = "an impact mode" in ALL;
    ServiceKnob = "a knob of a service" in ALL;
    CallKnob = "a knob of calls" in ALL;
}

/// Reads and writes types that [`names!`](crate::names) declares as their words.
#[doc(hidden)]
#[macro_export]
macro_rules! words {
    ($($type:ty = $one:literal;)*) => {$(
        impl $crate::form::Named for $type {
            const ONE: &'static str = $one;

            fn all() -> &'static [Self] {
                Self::ALL
            }

            fn words() -> &'static [&'static str] {
                static WORDS: std::sync::LazyLock<Vec<&'static str>> =
                    std::sync::LazyLock::new(|| <$type>::ALL.iter().map(|one| one.name()).collect());
                &WORDS
            }

            fn word(&self) -> &str {
                self.name()
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::form::Word(*self).serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::form::Word::deserialize(deserializer).map(|word| word.0)
            }
        }
    )*};
}

words! {
    Operator = "a comparison";
    Profile = "a profile";
    Category = "a category";
    ParameterKind = "a parameter type";
    OnInvalid = "a reaction";
    Counter = "a counter";
    CallRoute = "a choice of calls";
    Matching = "a matching";
}
