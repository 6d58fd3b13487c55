//! What has been looked at to choose the form of a value.

use serde::de::{DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, VariantAccess};

use super::words::Ident;

/// A map whose first key has been looked at.
pub(super) struct FirstKey<A> {
    pub(super) key: Option<String>,
    pub(super) map: A,
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

impl<'de, A: VariantAccess<'de>> EnumAccess<'de> for Begun<A> {
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
