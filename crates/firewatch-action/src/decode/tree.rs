//! A tree of RON as serde reads it: each problem is noted where it stands, and a placeholder takes the place of
//! what can't be read, so that everything else still is.

mod access;
mod named;
mod node;
mod placeholder;
mod scalars;
mod variants;

use firewatch_ron::{Kind, NumberValue};
use serde::de::{Deserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::Refused;
use super::asked::{CALL_OR, EITHER, Expected, LIST_OR, MAP_OR, RAW, TEXT_OR};
use super::describe::{example_of, in_quotes, with_example, without_article};
use access::{EntryAccess, ItemAccess, fields};
use node::Node;
pub(super) use node::Reading;
use placeholder::Placeholder;

macro_rules! read {
    ($($method:ident($node:ident, $visitor:ident) = $found:expr, $visit:ident;)*) => {$(
        fn $method<V: Visitor<'de>>(mut self, $visitor: V) -> Result<V::Value, Refused> {
            let $node = &mut self;
            let found = if $node.is_readable() { $found } else { None };
            match found {
                Some(found) => $visitor.$visit(found),
                None => Placeholder.$method($visitor),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Node<'_, '_> {
    type Error = Refused;

    read! {
        deserialize_bool(node, visitor) = node.bool(), visit_bool;
        deserialize_i64(node, visitor) = node.integer(), visit_i64;
        deserialize_u64(node, visitor) = node.whole(&Expected(&visitor).to_string()), visit_u64;
        deserialize_f64(node, visitor) = node.float(), visit_f64;
        deserialize_str(node, visitor) = node.text(), visit_str;
        deserialize_string(node, visitor) = node.text(), visit_str;
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u128 f32 char bytes byte_buf unit unit_struct tuple
        identifier ignored_any
    }

    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Refused> {
        if !self.is_readable() {
            return visitor.visit_bool(false);
        }
        let expr = self.expr;
        match &expr.kind {
            Kind::Bool(value) => visitor.visit_bool(*value),
            Kind::Text(text) => visitor.visit_str(text),
            Kind::Number(number) => match number.value {
                NumberValue::Whole(whole) => match i64::try_from(whole) {
                    Ok(whole) => visitor.visit_i64(whole),
                    Err(_) => {
                        let expected = format!("a whole number from {} to {}", i64::MIN, i64::MAX);
                        self.mismatch(&expected, None);
                        visitor.visit_bool(false)
                    }
                },
                NumberValue::Float(_) => self.deserialize_f64(visitor),
            },
            Kind::List(_) | Kind::Map(_) => {
                let reading = self.reading;
                let within = std::mem::replace(&mut reading.within_value, true);
                let node = Node::new(reading, expr);
                let value = match expr.kind {
                    Kind::List(_) => node.deserialize_seq(visitor),
                    _ => node.deserialize_map(visitor),
                };
                reading.within_value = within;
                value
            }
            _ => {
                self.mismatch(&Expected(&visitor).to_string(), in_quotes(expr));
                visitor.visit_bool(false)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match &self.expr.kind {
            _ if self.is_null() => visitor.visit_none(),
            // It is never needed, but it is no mistake either.
            Kind::Some(inner) => visitor.visit_some(Node::new(self.reading, inner)),
            _ => visitor.visit_some(self),
        }
    }

    /// The types that ask for [`RAW`] are told that this is a tree by `visit_some`.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match name {
            RAW => visitor.visit_some(self),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Refused> {
        if !self.is_readable() {
            return Placeholder.deserialize_seq(visitor);
        }
        match &self.expr.kind {
            Kind::List(items) => visitor.visit_seq(ItemAccess::new(self.reading, items.iter())),
            kind => {
                let is_item = match kind {
                    Kind::Group(_) | Kind::Text(_) | Kind::Word(_) => true,
                    Kind::Number(_) => !self.union.list.is_empty(),
                    _ => false,
                };
                self.mismatch_with("a list `[...]`", true, || {
                    is_item.then(|| "a list has brackets even around one item".to_owned())
                });
                Placeholder.deserialize_seq(visitor)
            }
        }
    }

    /// Values in parentheses that have no names, as many as are asked for.
    fn deserialize_tuple_struct<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        let values = if self.is_readable() {
            self.tuple(name, length, &Expected(&visitor).to_string())
        } else {
            None
        };
        let Some(values) = values else {
            return Placeholder.deserialize_tuple_struct(name, length, visitor);
        };
        visitor.visit_seq(ItemAccess::new(self.reading, values.into_iter()))
    }

    fn deserialize_map<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Refused> {
        if !self.is_readable() {
            return Placeholder.deserialize_map(visitor);
        }
        let Kind::Map(map) = &self.expr.kind else {
            self.mismatch(&Expected(&visitor).to_string(), None);
            return Placeholder.deserialize_map(visitor);
        };
        let Reading { notes, path, .. } = &mut *self.reading;
        let entries = notes.entries(map, path);
        visitor.visit_map(EntryAccess::new(self.reading, entries))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        if !self.is_readable() {
            return Placeholder.deserialize_struct(name, names, visitor);
        }
        let said = Expected(&visitor).to_string();
        let (what, example) = with_example(&said, name);
        let is_struct = match self.expr.kind {
            Kind::Group(_) => true,
            Kind::Map(_) => self.reading.notes.is_json,
            _ => false,
        };
        if !is_struct {
            // A value with several forms is not called by the name of one of them.
            let example = example_of(example, &self.reading.path);
            self.mismatch(&format!("{what}: `{example}`"), None);
            return Placeholder.deserialize_struct(name, names, visitor);
        }
        let said = [what, name, example];
        let read = fields(self.reading, self.expr, said, names, visitor);
        read.map(|(value, _)| value)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match name {
            CALL_OR | EITHER | LIST_OR | MAP_OR | TEXT_OR => self.choose(name, variants, visitor),
            _ if without_article(name) != name => self.word(name, variants, visitor),
            _ => self.call(name, variants, visitor),
        }
    }
}
