//! A list, or something else.

use firewatch_ron::TokenKind;
use serde::de::value::{EnumAccessDeserializer, MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, Deserialize, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess};
use serde::ser::{Serialize, Serializer};

use super::{FirstKey, Forms, FormsVisitor, piece};
use crate::decode::{LIST_OR, RAW};

/// A list, or something else.
#[derive(Clone, Debug, PartialEq)]
pub enum ListOr<T, O> {
    /// A list.
    List(Vec<T>),
    /// Something else.
    Other(O),
}

impl<T: Serialize, O: Serialize> Serialize for ListOr<T, O> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::List(list) => list.serialize(serializer),
            Self::Other(other) => other.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>, O: Deserialize<'de>> Deserialize<'de> for ListOr<T, O> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW, FormsVisitor::new(true))
    }
}

impl<'de, T: Deserialize<'de>, O: Deserialize<'de>> Forms<'de> for ListOr<T, O> {
    fn of_ron<E: de::Error>(
        text: &'de str,
        first: TokenKind,
        _: Option<TokenKind>,
    ) -> Result<Self, E> {
        if first == TokenKind::Mark(b'[') {
            piece(text).map(Self::List)
        } else {
            piece(text).map(Self::Other)
        }
    }

    fn of_plain<D: Deserializer<'de>>(_: Option<&str>, plain: D) -> Result<Self, D::Error> {
        O::deserialize(plain).map(Self::Other)
    }

    fn of_list<A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(Self::List)
    }

    fn of_map<A: MapAccess<'de>>(map: FirstKey<A>) -> Result<Self, A::Error> {
        O::deserialize(MapAccessDeserializer::new(map)).map(Self::Other)
    }

    fn of_call<A: EnumAccess<'de>>(call: A) -> Result<Self, A::Error> {
        O::deserialize(EnumAccessDeserializer::new(call)).map(Self::Other)
    }

    const ASKED: (&'static str, &'static [&'static str]) = (LIST_OR, &[]);

    fn of_form<A: VariantAccess<'de>>(form: &str, value: A) -> Result<Self, A::Error> {
        match form {
            "list" => value.newtype_variant().map(Self::List),
            _ => value.newtype_variant().map(Self::Other),
        }
    }
}
