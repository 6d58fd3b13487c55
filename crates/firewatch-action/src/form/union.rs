//! Values that can be written in two forms, and which of them it is.
//!
//! RON tells the forms apart by how a value begins: by a word or a call (`never`, `lt(0.5)`), by `{`, or by
//! something else. The `ron` crate hands that over as the text of the value, because it drops the names of
//! what it has no type for. JSON has a text for a word and an object with one key for a call.

mod list;

use std::fmt;
use std::marker::PhantomData;

use firewatch_ron::{TokenKind, each_token};
use serde::de::value::{EnumAccessDeserializer, MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    self, Deserialize, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::ser::{Serialize, Serializer};

use super::begun::FirstKey;
use super::ron_text::piece;
use super::values::Entries;
use super::words::Ident;
use crate::decode::{CALL_OR, EITHER, MAP_OR, RAW, TEXT_OR};

pub use list::ListOr;

/// A type that is written as a word or as a call.
pub trait Calls {
    /// Its names; those that are written without values come first.
    const NAMES: &'static [&'static str];
    /// How many are written without values.
    const WORDS: usize = 0;
    /// What [`Either`] can be, in words; without it, what its other form is.
    const EXPECTED: &'static str = "";
    /// The same where its other form is a list.
    const LIST: &'static str = "";

    /// Whether it is the name of a word.
    #[must_use]
    fn is_word(name: &str) -> bool {
        Self::NAMES[..Self::WORDS].contains(&name)
    }

    /// Whether it is the name of a call.
    #[must_use]
    fn is_call(name: &str) -> bool {
        Self::NAMES[Self::WORDS..].contains(&name)
    }
}

/// What the values of a map are.
pub trait Valued {
    /// What [`MapOr`] can be where its map has these values, in words; without it, a map or what its other form is.
    const EXPECTED: &'static str = "";
}

impl<C, P> Valued for Either<C, P> {}

impl<T: Valued> Valued for Entries<T> {
    const EXPECTED: &'static str = T::EXPECTED;
}

/// A word or call, or something else.
#[derive(Clone, Debug, PartialEq)]
pub enum Either<C, P> {
    /// A word or call.
    Call(C),
    /// Something else.
    Plain(P),
}

/// A map, or something else.
#[derive(Clone, Debug, PartialEq)]
pub enum MapOr<M, O> {
    /// A map.
    Map(M),
    /// Something else.
    Other(O),
}

/// A text in quotes, or something else.
#[derive(Clone, Debug, PartialEq)]
pub enum TextOr<O> {
    /// A text.
    Text(String),
    /// Something else.
    Other(O),
}

impl<C: Serialize, P: Serialize> Serialize for Either<C, P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Call(call) => call.serialize(serializer),
            Self::Plain(plain) => plain.serialize(serializer),
        }
    }
}

impl<M: Serialize, O: Serialize> Serialize for MapOr<M, O> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Map(map) => map.serialize(serializer),
            Self::Other(other) => other.serialize(serializer),
        }
    }
}

impl<O: Serialize> Serialize for TextOr<O> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => text.serialize(serializer),
            Self::Other(other) => other.serialize(serializer),
        }
    }
}

impl<'de, O: Deserialize<'de>> Deserialize<'de> for TextOr<O> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW, FormsVisitor::new(true))
    }
}

impl<'de, C: Calls + Deserialize<'de>, P: Deserialize<'de>> Deserialize<'de> for Either<C, P> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW, FormsVisitor::new(true))
    }
}

impl<'de, M: Valued + Deserialize<'de>, O: Deserialize<'de>> Deserialize<'de> for MapOr<M, O> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW, FormsVisitor::new(true))
    }
}

/// Chooses between the forms of a value.
trait Forms<'de>: Sized {
    /// The value that begins with these tokens of RON.
    fn of_ron<E: de::Error>(
        text: &'de str,
        first: TokenKind,
        second: Option<TokenKind>,
    ) -> Result<Self, E>;

    /// What is neither a map nor a call. A text that is a word of this type counts as the word.
    fn of_plain<D: Deserializer<'de>>(word: Option<&str>, plain: D) -> Result<Self, D::Error>;

    /// A list.
    fn of_list<A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        Self::of_plain(None, SeqAccessDeserializer::new(list))
    }

    /// A map with that first key.
    fn of_map<A: MapAccess<'de>>(map: FirstKey<A>) -> Result<Self, A::Error>;

    /// A call, from a format that has them.
    fn of_call<A: EnumAccess<'de>>(call: A) -> Result<Self, A::Error>;

    /// The name under which a tree is asked for the form, and the names of calls.
    const ASKED: (&'static str, &'static [&'static str]);

    /// The form that a tree has chosen.
    fn of_form<A: VariantAccess<'de>>(form: &str, value: A) -> Result<Self, A::Error>;

    /// What it can be, in words: of a list with `{:#}`.
    fn expecting(_: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl<'de, C: Calls + Deserialize<'de>, P: Deserialize<'de>> Forms<'de> for Either<C, P> {
    fn of_ron<E: de::Error>(
        text: &'de str,
        first: TokenKind,
        second: Option<TokenKind>,
    ) -> Result<Self, E> {
        let is_call = match second {
            Some(TokenKind::Mark(b'(')) => first == TokenKind::Word,
            _ => each_token(text)
                .next()
                .is_some_and(|token| C::is_word(&text[token.span])),
        };
        if is_call {
            piece(text).map(Self::Call)
        } else {
            piece(text).map(Self::Plain)
        }
    }

    fn of_plain<D: Deserializer<'de>>(word: Option<&str>, plain: D) -> Result<Self, D::Error> {
        if word.is_some_and(C::is_word) {
            C::deserialize(plain).map(Self::Call)
        } else {
            P::deserialize(plain).map(Self::Plain)
        }
    }

    fn of_map<A: MapAccess<'de>>(map: FirstKey<A>) -> Result<Self, A::Error> {
        let is_call = map.key.as_deref().is_some_and(C::is_call);
        let map = MapAccessDeserializer::new(map);
        if is_call {
            C::deserialize(map).map(Self::Call)
        } else {
            P::deserialize(map).map(Self::Plain)
        }
    }

    fn of_call<A: EnumAccess<'de>>(call: A) -> Result<Self, A::Error> {
        C::deserialize(EnumAccessDeserializer::new(call)).map(Self::Call)
    }

    const ASKED: (&'static str, &'static [&'static str]) = match C::WORDS {
        0 => (CALL_OR, C::NAMES),
        _ => (EITHER, C::NAMES),
    };

    fn of_form<A: VariantAccess<'de>>(form: &str, value: A) -> Result<Self, A::Error> {
        match form {
            "call" => value.newtype_variant().map(Self::Call),
            _ => value.newtype_variant().map(Self::Plain),
        }
    }

    fn expecting(f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if f.alternate() { C::LIST } else { C::EXPECTED })
    }
}

impl<'de, M: Valued + Deserialize<'de>, O: Deserialize<'de>> Forms<'de> for MapOr<M, O> {
    fn of_ron<E: de::Error>(
        text: &'de str,
        first: TokenKind,
        _: Option<TokenKind>,
    ) -> Result<Self, E> {
        if first == TokenKind::Mark(b'{') {
            piece(text).map(Self::Map)
        } else {
            piece(text).map(Self::Other)
        }
    }

    fn of_plain<D: Deserializer<'de>>(_: Option<&str>, plain: D) -> Result<Self, D::Error> {
        O::deserialize(plain).map(Self::Other)
    }

    fn of_map<A: MapAccess<'de>>(map: FirstKey<A>) -> Result<Self, A::Error> {
        M::deserialize(MapAccessDeserializer::new(map)).map(Self::Map)
    }

    fn of_call<A: EnumAccess<'de>>(call: A) -> Result<Self, A::Error> {
        O::deserialize(EnumAccessDeserializer::new(call)).map(Self::Other)
    }

    const ASKED: (&'static str, &'static [&'static str]) = (MAP_OR, &[]);

    fn of_form<A: VariantAccess<'de>>(form: &str, value: A) -> Result<Self, A::Error> {
        match form {
            "map" => value.newtype_variant().map(Self::Map),
            _ => value.newtype_variant().map(Self::Other),
        }
    }

    fn expecting(f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(M::EXPECTED)
    }
}

impl<'de, O: Deserialize<'de>> Forms<'de> for TextOr<O> {
    fn of_ron<E: de::Error>(
        text: &'de str,
        first: TokenKind,
        _: Option<TokenKind>,
    ) -> Result<Self, E> {
        if matches!(first, TokenKind::Text | TokenKind::RawText(_)) {
            piece(text).map(Self::Text)
        } else {
            piece(text).map(Self::Other)
        }
    }

    fn of_plain<D: Deserializer<'de>>(text: Option<&str>, _: D) -> Result<Self, D::Error> {
        let text = text.ok_or_else(|| de::Error::custom("expected a text, or fields"))?;
        Ok(Self::Text(text.to_owned()))
    }

    fn of_map<A: MapAccess<'de>>(map: FirstKey<A>) -> Result<Self, A::Error> {
        O::deserialize(MapAccessDeserializer::new(map)).map(Self::Other)
    }

    fn of_call<A: EnumAccess<'de>>(call: A) -> Result<Self, A::Error> {
        O::deserialize(EnumAccessDeserializer::new(call)).map(Self::Other)
    }

    const ASKED: (&'static str, &'static [&'static str]) = (TEXT_OR, &[]);

    fn of_form<A: VariantAccess<'de>>(form: &str, value: A) -> Result<Self, A::Error> {
        match form {
            "text" => value.newtype_variant().map(Self::Text),
            _ => value.newtype_variant().map(Self::Other),
        }
    }
}

struct FormsVisitor<T> {
    /// Whether a text that is lent is the text of a value in RON: what the `ron` crate answers with where it was
    /// asked for [`RAW`]. Everywhere else it is a text.
    from_ron: bool,
    forms: PhantomData<T>,
}

impl<T> FormsVisitor<T> {
    fn new(from_ron: bool) -> Self {
        Self {
            from_ron,
            forms: PhantomData,
        }
    }
}

impl<'de, T: Forms<'de>> Visitor<'de> for FormsVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one of its forms")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<T, E> {
        if !self.from_ron {
            return self.visit_str(text);
        }
        let mut tokens = each_token(text).map(|token| token.kind);
        let first = tokens.next().unwrap_or(TokenKind::End);
        T::of_ron(text, first, tokens.next())
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(Self::new(false))
    }

    /// Only a tree answers so where it was asked for [`RAW`].
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        let (name, calls) = T::ASKED;
        deserializer.deserialize_enum(name, calls, ChosenVisitor(PhantomData))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<T, E> {
        T::of_plain(None, value.into_deserializer())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<T, E> {
        T::of_plain(None, value.into_deserializer())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<T, E> {
        T::of_plain(None, value.into_deserializer())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<T, E> {
        T::of_plain(None, value.into_deserializer())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<T, E> {
        T::of_plain(Some(value), value.into_deserializer())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T, A::Error> {
        T::of_list(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let key = map.next_key()?;
        T::of_map(FirstKey { key, map })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, call: A) -> Result<T, A::Error> {
        T::of_call(call)
    }
}

/// Takes a value in the form that was chosen for it.
struct ChosenVisitor<T>(PhantomData<T>);

impl<'de, T: Forms<'de>> Visitor<'de> for ChosenVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::expecting(f)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, chosen: A) -> Result<T, A::Error> {
        let (Ident(form), value) = chosen.variant()?;
        T::of_form(&form, value)
    }
}
