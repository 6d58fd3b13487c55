//! The parts of a value as serde asks for them.

use std::fmt::Write as _;
use std::slice;

use firewatch_ron::Expr;
use serde::de::value::SeqDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::named::named;
use super::node::{Node, Reading};
use super::placeholder::{Absent, Placeholder};
use crate::decode::fields::{Call, Fields};
use crate::decode::signature::{SAME, Signature, WITHIN};
use crate::decode::{Entry, Refused, add_field};

/// Named fields, and whether all that is needed could be read; `said` is what they are and how they are written.
pub(super) fn fields<'de, V: Visitor<'de>>(
    reading: &mut Reading,
    expr: &Expr,
    said: [&str; 3],
    names: &'static [&'static str],
    visitor: V,
) -> Result<(V::Value, bool), Refused> {
    let Reading { notes, path, .. } = &mut *reading;
    let Some(given) = notes.fields(expr, path, said) else {
        reading.failed = true;
        let value = Placeholder.deserialize_struct("", names, visitor)?;
        return Ok((value, false));
    };
    let mut access = FieldAccess::new(reading, given, names);
    let value = visitor.visit_map(&mut access)?;
    Ok((value, access.finish()))
}

/// The items of a list, or of a tuple.
pub(super) struct ItemAccess<'n, 'r, I> {
    reading: &'n mut Reading<'r>,
    items: I,
    index: usize,
}

impl<'n, 'r, I> ItemAccess<'n, 'r, I> {
    pub(super) fn new(reading: &'n mut Reading<'r>, items: I) -> Self {
        Self {
            reading,
            items,
            index: 0,
        }
    }
}

impl<'de, 'e, I: Iterator<Item = &'e Expr<'e>>> SeqAccess<'de> for ItemAccess<'_, '_, I> {
    type Error = Refused;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Refused> {
        let Some(item) = self.items.next() else {
            return Ok(None);
        };
        let index = self.index;
        self.index += 1;
        let add = |path: &mut String| {
            // Writing to a String can't fail.
            let _ = write!(path, "[{index}]");
        };
        let read = |reading: &mut Reading| reading.element(item, seed);
        self.reading.below(add, read).map(Some)
    }
}

/// The entries of a map.
pub(super) struct EntryAccess<'n, 'r> {
    reading: &'n mut Reading<'r>,
    entries: std::vec::IntoIter<Entry<'n>>,
    next: Option<Entry<'n>>,
}

impl<'n, 'r> EntryAccess<'n, 'r> {
    pub(super) fn new(reading: &'n mut Reading<'r>, entries: Vec<Entry<'n>>) -> Self {
        Self {
            reading,
            entries: entries.into_iter(),
            next: None,
        }
    }
}

impl<'de> MapAccess<'de> for EntryAccess<'_, '_> {
    type Error = Refused;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Refused> {
        self.next = self.entries.next();
        let key = self.next.as_ref().map(|entry| entry.key);
        key.map(|key| named(key, seed)).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refused> {
        let Some(entry) = self.next.take() else {
            return seed.deserialize(Placeholder);
        };
        let add = |path: &mut String| {
            // Writing to a String can't fail.
            let _ = write!(path, "[{:?}]", entry.key);
        };
        self.reading.below(add, |reading| {
            if !reading.within_value {
                let key = format!("{}@key", reading.path);
                reading.notes.mark(&key, entry.place);
            }
            reading.element(entry.value, seed)
        })
    }
}

/// The fields of a struct: all that it can have, whether they are there or not.
pub(super) struct FieldAccess<'n, 'r> {
    reading: &'n mut Reading<'r>,
    given: Fields<'n>,
    known: &'static [&'static str],
    asked: slice::Iter<'static, &'static str>,
    next: &'static str,
    missing: Vec<&'static str>,
    /// One of the fields could not be read.
    has_failed: bool,
}

impl<'n, 'r> FieldAccess<'n, 'r> {
    pub(super) fn new(
        reading: &'n mut Reading<'r>,
        given: Fields<'n>,
        known: &'static [&'static str],
    ) -> Self {
        // The others are only for JSON.
        let is_other = |name: &&&str| name.starts_with('$') && !reading.notes.is_json;
        let known = &known[known.iter().take_while(is_other).count()..];
        Self {
            reading,
            given,
            known,
            asked: known.iter(),
            next: "",
            missing: Vec::new(),
            has_failed: false,
        }
    }

    /// Notes what is missing and what is unknown. Tells whether all that is needed could be read.
    pub(super) fn finish(self) -> bool {
        let Reading { notes, path, .. } = self.reading;
        self.given.finish(notes, path, self.known, &self.missing);
        self.missing.is_empty() && !self.has_failed
    }
}

impl<'de> MapAccess<'de> for &mut FieldAccess<'_, '_> {
    type Error = Refused;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Refused> {
        let defaults = self.reading.language.defaults;
        let given = &self.given;
        let is_asked = |name: &&&str| !defaults.contains(*name) || given.find(name).is_some();
        let Some(name) = self.asked.by_ref().find(is_asked) else {
            return Ok(None);
        };
        self.next = name;
        named(name, seed).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refused> {
        let name = self.next;
        let Some(value) = self.given.find(name) else {
            let (value, is_missing) = Absent::read(seed)?;
            if is_missing {
                self.missing.push(name);
            }
            return Ok(value);
        };
        let add = |path: &mut String| add_field(path, name);
        let failed = std::mem::take(&mut self.reading.failed);
        let read = self
            .reading
            .below(add, |reading| reading.value(value, seed))?;
        self.has_failed |= std::mem::replace(&mut self.reading.failed, failed);
        Ok(read)
    }
}

/// The value in the form that was chosen for it; a word has nothing more.
pub(super) struct Form<T>(pub(super) T);

impl<'de> VariantAccess<'de> for Form<Node<'_, '_>> {
    type Error = Refused;

    fn unit_variant(self) -> Result<(), Refused> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Refused> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refused> {
        self.0.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.0.deserialize_struct("", fields, visitor)
    }
}

/// What a call consists of.
pub(super) struct CallAccess<'n, 'r> {
    reading: &'n mut Reading<'r>,
    expr: &'n Expr<'n>,
    call: Call<'n>,
    signature: Option<&'static Signature>,
}

impl<'n, 'r> CallAccess<'n, 'r> {
    pub(super) fn new(
        reading: &'n mut Reading<'r>,
        expr: &'n Expr<'n>,
        call: Call<'n>,
        of: &str,
    ) -> Self {
        let signature = reading.language.signature(of, call.name);
        Self {
            reading,
            expr,
            call,
            signature,
        }
    }

    /// The values, if there are as many as there can be.
    fn values(&mut self, most: usize) -> Option<Vec<&'n Expr<'n>>> {
        let Reading { notes, path, .. } = &mut *self.reading;
        let least = self.signature.map_or(most, |signature| signature.required);
        let written = match self.signature {
            Some(signature) => signature.text.to_owned(),
            None if most == 0 => self.call.name.to_owned(),
            None => format!("{}(...)", self.call.name),
        };
        let values = self
            .call
            .arguments(notes, path, least.min(most)..=most, &written);
        self.reading.failed |= values.is_none();
        values
    }

    fn value<'de, S: DeserializeSeed<'de>>(
        &mut self,
        index: usize,
        value: &Expr,
        seed: S,
    ) -> Result<S::Value, Refused> {
        let parts = self.signature.map_or(&[][..], |signature| signature.parts);
        match parts.get(index).copied().unwrap_or(SAME) {
            WITHIN => self.reading.part(value, seed),
            SAME => self.reading.value(value, seed),
            part => {
                let add = |path: &mut String| add_field(path, part);
                self.reading
                    .below(add, |reading| reading.value(value, seed))
            }
        }
    }
}

impl<'de> VariantAccess<'de> for CallAccess<'_, '_> {
    type Error = Refused;

    fn unit_variant(mut self) -> Result<(), Refused> {
        self.values(0);
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(
        mut self,
        seed: S,
    ) -> Result<S::Value, Refused> {
        match self.values(1).as_deref() {
            Some([value]) => self.value(0, value, seed),
            _ => seed.deserialize(Placeholder),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(
        mut self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match self.values(length) {
            Some(values) => visitor.visit_seq(ValueAccess {
                call: self,
                values,
                index: 0,
            }),
            None => visitor.visit_seq(SeqDeserializer::new(std::iter::repeat_n(
                Placeholder,
                length,
            ))),
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        let name = self.call.name;
        let example = self.signature.map_or(name, |signature| signature.text);
        let Reading { notes, path, .. } = &mut *self.reading;
        if self.call.refuses_word(notes, path, example) {
            self.reading.failed = true;
            return Placeholder.deserialize_struct("", names, visitor);
        }
        let said = [&*format!("`{name}`"), name, example];
        let (value, is_whole) = fields(self.reading, self.expr, said, names, visitor)?;
        self.reading.failed |= !is_whole;
        Ok(value)
    }
}

/// The values of a call.
struct ValueAccess<'n, 'r> {
    call: CallAccess<'n, 'r>,
    values: Vec<&'n Expr<'n>>,
    index: usize,
}

impl<'de> SeqAccess<'de> for ValueAccess<'_, '_> {
    type Error = Refused;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Refused> {
        let Some(value) = self.values.get(self.index).copied() else {
            return Ok(None);
        };
        let index = self.index;
        self.index += 1;
        self.call.value(index, value, seed).map(Some)
    }
}
