//! Names of fields and variants as serde asks for them.

use serde::de::{DeserializeSeed, EnumAccess, IntoDeserializer, VariantAccess};

use crate::decode::Refused;

/// The name of a field or variant as serde asks for it.
pub(super) fn named<'de, S: DeserializeSeed<'de>>(
    name: &str,
    seed: S,
) -> Result<S::Value, Refused> {
    seed.deserialize(name.into_deserializer())
}

/// A variant, or a form of a value: its name and what it consists of.
pub(super) struct Variant<'n, C> {
    pub(super) name: &'n str,
    pub(super) content: C,
}

impl<'n, C> Variant<'n, C> {
    pub(super) fn of(name: &'n str, content: C) -> Self {
        Self { name, content }
    }
}

impl<'de, C: VariantAccess<'de, Error = Refused>> EnumAccess<'de> for Variant<'_, C> {
    type Error = Refused;
    type Variant = C;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, C), Refused> {
        Ok((named(self.name, seed)?, self.content))
    }
}
