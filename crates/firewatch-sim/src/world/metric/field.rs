//! Fields of components as values.

use smol_str::SmolStr;

use crate::world::num;
use crate::world::status::Status;
use crate::world::value::Value;

/// A field of a component that can be read and written as a [`Value`].
pub(super) trait Field {
    fn read(&self) -> Option<Value>;
    /// The field as a number: truth values are 0 or 1, a status is 0 (healthy) to 3 (down).
    fn number(&self) -> Option<f64> {
        None
    }
    /// Returns whether the value was of the field's type.
    fn write(&mut self, value: &Value) -> bool;
}

impl Field for f64 {
    fn read(&self) -> Option<Value> {
        Some(Value::Float(*self))
    }
    fn number(&self) -> Option<f64> {
        Some(*self)
    }
    fn write(&mut self, value: &Value) -> bool {
        value.as_f64().map(|x| *self = x).is_some()
    }
}

impl Field for i64 {
    fn read(&self) -> Option<Value> {
        Some(Value::Int(*self))
    }
    fn number(&self) -> Option<f64> {
        Some(*self as f64)
    }
    fn write(&mut self, value: &Value) -> bool {
        match value {
            Value::Int(n) => *self = *n,
            Value::Float(x) if num::trunc(*x) as f64 == *x => *self = num::trunc(*x),
            _ => return false,
        }
        true
    }
}

impl Field for bool {
    fn read(&self) -> Option<Value> {
        Some(Value::Bool(*self))
    }
    fn number(&self) -> Option<f64> {
        Some(f64::from(u8::from(*self)))
    }
    fn write(&mut self, value: &Value) -> bool {
        let Value::Bool(b) = value else { return false };
        *self = *b;
        true
    }
}

impl Field for SmolStr {
    fn read(&self) -> Option<Value> {
        Some(Value::Text(self.to_string()))
    }
    fn write(&mut self, value: &Value) -> bool {
        let Value::Text(text) = value else {
            return false;
        };
        *self = text.into();
        true
    }
}

impl Field for Status {
    fn read(&self) -> Option<Value> {
        Some(Value::Text(self.name().to_owned()))
    }
    fn number(&self) -> Option<f64> {
        Some(f64::from(*self as u8))
    }
    fn write(&mut self, value: &Value) -> bool {
        let Value::Text(name) = value else {
            return false;
        };
        name.parse().map(|status| *self = status).is_ok()
    }
}

impl Field for Vec<String> {
    fn read(&self) -> Option<Value> {
        Some(Value::List(self.iter().cloned().map(Value::Text).collect()))
    }
    fn write(&mut self, value: &Value) -> bool {
        let Value::List(items) = value else {
            return false;
        };
        let lines = items.iter().map(|item| match item {
            Value::Text(line) => Some(line.clone()),
            _ => None,
        });
        lines
            .collect::<Option<_>>()
            .map(|lines| *self = lines)
            .is_some()
    }
}

impl<T: Field + Default> Field for Option<T> {
    fn read(&self) -> Option<Value> {
        self.as_ref().and_then(Field::read)
    }
    fn number(&self) -> Option<f64> {
        self.as_ref().and_then(Field::number)
    }
    fn write(&mut self, value: &Value) -> bool {
        let mut inner = T::default();
        let fits = inner.write(value);
        if fits {
            *self = Some(inner);
        }
        fits
    }
}
