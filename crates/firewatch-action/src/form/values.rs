//! Values of metrics, and maps in the order of the file.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use firewatch_ron::{Number, TokenKind, each_token};
use firewatch_sim::Value;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::numbers::finite;
use super::ron_text::piece;
use crate::comparison::Metrics;
use crate::decode::{MAX_KEY, RAW};

/// The value of a metric: all numbers in it are finite, and whole ones have 64 bits.
#[derive(Clone, Debug, PartialEq)]
pub struct Plain(pub Value);

impl From<Plain> for Value {
    fn from(Plain(value): Plain) -> Self {
        value
    }
}

impl From<Value> for Plain {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

impl Serialize for Plain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let visitor = ValueVisitor::<Self>::new(true);
        deserializer
            .deserialize_newtype_struct(RAW, visitor)
            .map(Self)
    }
}

/// A value inside the text of one in RON, of which is known that it has neither words nor parentheses.
struct Inner(Value);

impl From<Inner> for Value {
    fn from(Inner(value): Inner) -> Self {
        value
    }
}

impl<'de> Deserialize<'de> for Inner {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let visitor = ValueVisitor::<Self>::new(false);
        deserializer.deserialize_any(visitor).map(Self)
    }
}

/// Whether the text of a value in RON has words in it, parentheses, or whole numbers of more than 64 bits. The `ron`
/// crate takes `(1, 2)` for a list.
fn is_other_than_value(text: &str) -> bool {
    each_token(text).any(|token| match token.kind {
        TokenKind::Word => !matches!(&text[token.span], "true" | "false"),
        // The `ron` crate reads what is too large for a whole number as a float.
        TokenKind::Number => { Number::read(&text[token.span]) }
            .and_then(|number| number.as_whole())
            .is_some_and(|whole| i64::try_from(whole).is_err()),
        kind => kind == TokenKind::Mark(b'('),
    })
}

struct ValueVisitor<T> {
    /// Whether a text that is lent is the text of a value in RON.
    from_ron: bool,
    inner: PhantomData<T>,
}

impl<T> ValueVisitor<T> {
    fn new(from_ron: bool) -> Self {
        Self {
            from_ron,
            inner: PhantomData,
        }
    }
}

impl<'de, T: Into<Value> + Deserialize<'de>> Visitor<'de> for ValueVisitor<T> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value: a number, true or false, text in quotes, a list or a map")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Value, E> {
        if !self.from_ron {
            return self.visit_str(text);
        }
        if is_other_than_value(text) {
            return Err(E::invalid_type(de::Unexpected::Other("a word"), &self));
        }
        piece(text).map(|Inner(value)| value)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Value, D::Error> {
        deserializer.deserialize_any(Self::new(false))
    }

    /// Only a tree answers so where it was asked for [`RAW`].
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(Self::new(false))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        let found = de::Unexpected::Unsigned(value);
        let whole = i64::try_from(value);
        whole
            .map(Value::Int)
            .map_err(|_| E::invalid_value(found, &self))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        finite(value).map(Value::Float)
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<T>()? {
            items.push(item.into());
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        let Entries(entries) = EntriesVisitor::<T>(PhantomData).visit_map(map)?;
        let entries = entries.into_iter().map(|(key, value)| (key, value.into()));
        Ok(Value::Map(entries.collect()))
    }
}

/// A map in the order of the file; no key comes twice, and none is too long.
#[derive(Clone, Debug, PartialEq)]
pub struct Entries<T>(pub Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Entries<T> {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Serialize> Serialize for Entries<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
    type Value = Entries<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map `{\"name\": value}`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
        let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
        while let Some(key) = map.next_key::<String>()? {
            if key.chars().nth(MAX_KEY).is_some() {
                let message = format!("a key has more than {MAX_KEY} characters");
                return Err(de::Error::custom(message));
            }
            if !seen.insert(key.clone()) {
                let key = firewatch_ron::shown(&key);
                return Err(de::Error::custom(format!("`{key}` is given twice")));
            }
            entries.push((key, map.next_value()?));
        }
        Ok(Entries(entries))
    }
}

/// Metrics by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table(pub Metrics);

impl Table {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Table {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Entries(entries) = Entries::<Plain>::deserialize(deserializer)?;
        let metrics = entries
            .into_iter()
            .map(|(name, Plain(value))| (name, value));
        Ok(Self(metrics.collect()))
    }
}

/// A field that may be left out, or be `None` in RON and `null` in JSON, which is the same.
///
/// # Errors
/// As of the type.
pub fn or_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de> + Default,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// The last value of a call, which may be left out but not be `None`.
///
/// # Errors
/// As of the type.
pub fn given<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Writes such a value as it is read: without `Some`.
///
/// # Errors
/// As of the type.
pub fn if_given<T: Serialize, S: Serializer>(
    value: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => value.serialize(serializer),
        None => serializer.serialize_none(),
    }
}
