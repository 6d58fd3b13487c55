//! The fingerprint of plain data: everything that would be written of it, in that order.

use std::fmt;

use serde::ser::{self, Serialize, Serializer};

use super::words::Words;

/// Adds to the fingerprint everything that is written of the data.
pub(super) fn add(words: &mut Words, data: &impl Serialize) {
    // Only what the data itself refuses to write could be an error; the traffic refuses nothing.
    if data.serialize(Plain(words)).is_err() {
        words.word(u64::MAX);
    }
}

struct Plain<'a>(&'a mut Words);

#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the data can't be written")
    }
}

impl std::error::Error for Refused {}

impl ser::Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

macro_rules! numbers {
    ($($method:ident: $number:ty = |$value:ident| $word:expr;)*) => {$(
        fn $method(self, $value: $number) -> Result<(), Refused> {
            self.0.word($word);
            Ok(())
        }
    )*};
}

impl<'a> Serializer for Plain<'a> {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Plain<'a>;
    type SerializeTuple = Plain<'a>;
    type SerializeTupleStruct = Plain<'a>;
    type SerializeTupleVariant = Plain<'a>;
    type SerializeMap = Plain<'a>;
    type SerializeStruct = Plain<'a>;
    type SerializeStructVariant = Plain<'a>;

    numbers! {
        serialize_bool: bool = |value| value.into();
        serialize_i8: i8 = |value| i64::from(value).cast_unsigned();
        serialize_i16: i16 = |value| i64::from(value).cast_unsigned();
        serialize_i32: i32 = |value| i64::from(value).cast_unsigned();
        serialize_i64: i64 = |value| value.cast_unsigned();
        serialize_u8: u8 = |value| value.into();
        serialize_u16: u16 = |value| value.into();
        serialize_u32: u32 = |value| value.into();
        serialize_u64: u64 = |value| value;
        serialize_f32: f32 = |value| f64::from(value).to_bits();
        serialize_f64: f64 = |value| value.to_bits();
        serialize_char: char = |value| u32::from(value).into();
    }

    fn serialize_str(self, text: &str) -> Result<(), Refused> {
        self.0.text(text);
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Refused> {
        self.0.bytes(bytes);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Refused> {
        self.0.word(0);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refused> {
        self.0.word(1);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Refused> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Refused> {
        self.serialize_none()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
    ) -> Result<(), Refused> {
        self.serialize_str(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        self.0.text(name);
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self, Refused> {
        self.of_length(length.unwrap_or(0))
    }

    fn serialize_tuple(self, length: usize) -> Result<Self, Refused> {
        self.of_length(length)
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Self, Refused> {
        self.of_length(length)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        length: usize,
    ) -> Result<Self, Refused> {
        self.0.text(name);
        self.of_length(length)
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Self, Refused> {
        self.of_length(length.unwrap_or(0))
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Self, Refused> {
        self.of_length(length)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        length: usize,
    ) -> Result<Self, Refused> {
        self.0.text(name);
        self.of_length(length)
    }
}

impl Plain<'_> {
    fn of_length(self, length: usize) -> Result<Self, Refused> {
        self.0.word(length as u64);
        Ok(self)
    }

    fn part<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        value.serialize(Plain(self.0))
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Refused> {
        self.0.text(name);
        self.part(value)
    }
}

/// Lists: their parts, one after the other.
macro_rules! lists {
    ($($kind:ident: $method:ident;)*) => {$(
        impl ser::$kind for Plain<'_> {
            type Ok = ();
            type Error = Refused;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
                self.part(value)
            }

            fn end(self) -> Result<(), Refused> {
                Ok(())
            }
        }
    )*};
}

lists! {
    SerializeSeq: serialize_element;
    SerializeTuple: serialize_element;
    SerializeTupleStruct: serialize_field;
    SerializeTupleVariant: serialize_field;
}

/// Fields, each after its name: some are left out where they have their default.
macro_rules! fields {
    ($($kind:ident)*) => {$(
        impl ser::$kind for Plain<'_> {
            type Ok = ();
            type Error = Refused;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Refused> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), Refused> {
                Ok(())
            }
        }
    )*};
}

fields!(SerializeStruct SerializeStructVariant);

impl ser::SerializeMap for Plain<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refused> {
        self.part(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        self.part(value)
    }

    fn end(self) -> Result<(), Refused> {
        Ok(())
    }
}
