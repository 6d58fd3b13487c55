//! Values that can be written in two forms, and which of them it is.
//!
//! RON tells the forms apart by how a value begins: by a word or a call (`never`, `lt(0.5)`), by `{`, or by
//! something else. The `ron` crate hands that over as the text of the value, because it drops the names of
//! what it has no type for. JSON has a text for a word and an object with one key for a call.

use std::fmt;
use std::marker::PhantomData;

use firewatch_ron::{TokenKind, each_token};
use serde::de::value::{EnumAccessDeserializer, MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess,
    SeqAccess, Visitor,
};
use serde::ser::{Serialize, Serializer};

use super::ron_text::{RAW, piece};
use super::words::Ident;

/// A type that is written as a word or as a call.
pub trait Calls {
    /// What is written without values.
    const WORDS: &'static [&'static str];
    /// What is written with values.
    const CALLS: &'static [&'static str];
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

impl<'de, M: Deserialize<'de>, O: Deserialize<'de>> Deserialize<'de> for MapOr<M, O> {
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

    /// A map with that first key.
    fn of_map<A: MapAccess<'de>>(map: FirstKey<A>) -> Result<Self, A::Error>;

    /// A call, from a format that has them.
    fn of_call<A: EnumAccess<'de>>(call: A) -> Result<Self, A::Error>;
}

impl<'de, C: Calls + Deserialize<'de>, P: Deserialize<'de>> Forms<'de> for Either<C, P> {
    fn of_ron<E: de::Error>(
        text: &'de str,
        first: TokenKind,
        second: Option<TokenKind>,
    ) -> Result<Self, E> {
        let is_call = match second {
            Some(TokenKind::Mark(b'(')) => first == TokenKind::Word,
            _ => {
                let is_word = |token| C::WORDS.contains(&&text[token]);
                each_token(text)
                    .next()
                    .is_some_and(|token| is_word(token.span))
            }
        };
        if is_call {
            piece(text).map(Self::Call)
        } else {
            piece(text).map(Self::Plain)
        }
    }

    fn of_plain<D: Deserializer<'de>>(word: Option<&str>, plain: D) -> Result<Self, D::Error> {
        if word.is_some_and(|word| C::WORDS.contains(&word)) {
            C::deserialize(plain).map(Self::Call)
        } else {
            P::deserialize(plain).map(Self::Plain)
        }
    }

    fn of_map<A: MapAccess<'de>>(map: FirstKey<A>) -> Result<Self, A::Error> {
        let is_call = map
            .key
            .as_deref()
            .is_some_and(|key| C::CALLS.contains(&key));
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
}

impl<'de, M: Deserialize<'de>, O: Deserialize<'de>> Forms<'de> for MapOr<M, O> {
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
        T::of_plain(None, SeqAccessDeserializer::new(seq))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let key = map.next_key()?;
        T::of_map(FirstKey { key, map })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, call: A) -> Result<T, A::Error> {
        T::of_call(call)
    }
}

/// A map whose first key has been looked at.
struct FirstKey<A> {
    key: Option<String>,
    map: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for FirstKey<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        match self.key.take() {
            Some(key) => seed.deserialize(key.into_deserializer()).map(Some),
            None => self.map.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

/// A call whose name has been looked at.
pub struct Begun<A> {
    /// Its name.
    pub name: String,
    variant: A,
}

impl<'de, A: de::VariantAccess<'de>> EnumAccess<'de> for Begun<A> {
    type Error = A::Error;
    type Variant = A;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, A), A::Error> {
        let name = seed.deserialize(self.name.into_deserializer())?;
        Ok((name, self.variant))
    }
}

impl<A> Begun<A> {
    /// Looks at the name of a call.
    ///
    /// # Errors
    /// There is none.
    pub fn of<'de, E: EnumAccess<'de, Variant = A>>(access: E) -> Result<Self, E::Error> {
        let (Ident(name), variant) = access.variant()?;
        Ok(Self { name, variant })
    }
}
