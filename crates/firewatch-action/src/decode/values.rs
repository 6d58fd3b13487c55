//! Numbers, truth values, text, lists and maps.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use firewatch_sim::Value;

use super::{Decode, Decoder, Entry, Placeholder, in_quotes, key_path, without_quotes};
use firewatch_ron::{Expr, Kind, Number, NumberValue};

/// The number, if it is one, else what to do about it.
fn number<'a>(expr: &Expr<'a>) -> Result<Number<'a>, Option<String>> {
    match expr.kind {
        Kind::Number(number) => Ok(number),
        _ => Err(without_quotes(expr, |text| Number::read(text).is_some())),
    }
}

impl Decode for u64 {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        const EXPECTED: &str = "a whole number from 0 up";
        let number = match number(expr) {
            Ok(number) => number,
            Err(help) => return decoder.mismatch_with(expr, path, EXPECTED, help),
        };
        let expected = match number.value {
            NumberValue::Whole(n) => match Self::try_from(n) {
                Ok(n) => return Some(n),
                Err(_) if n > 0 => "a whole number up to 18446744073709551615",
                Err(_) => EXPECTED,
            },
            NumberValue::Float(_) => EXPECTED,
        };
        decoder.mismatch(expr, path, expected)
    }
}

impl Decode for NonZeroU64 {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let number = u64::decode(decoder, expr, path)?;
        Self::new(number).or_else(|| decoder.mismatch(expr, path, "a whole number from 1 up"))
    }
}

impl Decode for f64 {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        match number(expr).map(|number| (number.as_f64(), number.is_decimal())) {
            Ok((_, false)) => decoder.mismatch(expr, path, "a number in decimal digits"),
            Ok((x, true)) if x.is_finite() => Some(x),
            Ok(_) => decoder.mismatch(expr, path, "a finite number"),
            Err(help) => decoder.mismatch_with(expr, path, "a number", help),
        }
    }
}

impl Decode for bool {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let Kind::Bool(b) = expr.kind else {
            let help = without_quotes(expr, |text| matches!(text, "true" | "false"));
            return decoder.mismatch_with(expr, path, "true or false", help);
        };
        Some(b)
    }
}

impl Decode for String {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        match &expr.kind {
            Kind::Text(text) => Some(text.clone()),
            _ => decoder.mismatch_with(expr, path, "text in quotes", in_quotes(expr)),
        }
    }
}

impl Placeholder for String {
    fn placeholder() -> Self {
        Self::new()
    }
}

/// An element that can't be read is noted, and a stand-in takes its place in the list.
impl<T: Decode + Placeholder> Decode for Vec<T> {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let Kind::List(list) = &expr.kind else {
            let is_item = matches!(expr.kind, Kind::Group(_) | Kind::Text(_) | Kind::Word(_));
            let help = is_item.then(|| "a list has brackets even around one item".to_owned());
            return decoder.mismatch_with(expr, path, "a list `[...]`", help);
        };
        let mut items = Self::new();
        for (index, item) in list.iter().enumerate() {
            let path = format!("{path}[{index}]");
            items.push(decoder.value(item, &path).unwrap_or_else(|| {
                decoder.mark_broken(&path);
                T::placeholder()
            }));
        }
        Some(items)
    }
}

/// What is inside a list or a map has no path of its own in the notes: nothing asks for it later.
impl Decode for Value {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        value(decoder, expr, &mut path.to_owned())
    }
}

fn value(decoder: &mut Decoder, expr: &Expr, path: &mut String) -> Option<Value> {
    const EXPECTED: &str = "a value: a number, true or false, text in quotes, a list or a map";
    match &expr.kind {
        Kind::Bool(b) => Some(Value::Bool(*b)),
        Kind::Text(text) => Some(Value::Text(text.clone())),
        Kind::Number(number) => match number.value {
            NumberValue::Whole(n) => match i64::try_from(n) {
                Ok(n) => Some(Value::Int(n)),
                Err(_) => {
                    let expected = format!("a whole number from {} to {}", i64::MIN, i64::MAX);
                    decoder.mismatch(expr, path, &expected)
                }
            },
            NumberValue::Float(_) => f64::decode(decoder, expr, path).map(Value::Float),
        },
        Kind::List(items) => {
            let mut values = Some(Vec::new());
            for (index, item) in items.iter().enumerate() {
                let value = inside(decoder, item, path, &format!("[{index}]"));
                values = values.zip(value).map(|(mut values, value)| {
                    values.push(value);
                    values
                });
            }
            values.map(Value::List)
        }
        Kind::Map(_) => {
            let mut values = Some(BTreeMap::new());
            for Entry { key, value, .. } in decoder.entries(expr, path, EXPECTED)? {
                let value = inside(decoder, value, path, &key_path("", key));
                values = values.zip(value).map(|(mut values, value)| {
                    values.insert(key.to_owned(), value);
                    values
                });
            }
            values.map(Value::Map)
        }
        _ => decoder.mismatch_with(expr, path, EXPECTED, in_quotes(expr)),
    }
}

/// A value inside another one.
fn inside(decoder: &mut Decoder, expr: &Expr, path: &mut String, segment: &str) -> Option<Value> {
    let length = path.len();
    path.push_str(segment);
    let value = value(decoder, expr, path);
    path.truncate(length);
    value
}

impl<T: Decode> Decode for BTreeMap<String, T> {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let entries = decoder.entries(expr, path, "a map `{\"name\": value}`")?;
        let mut map = Self::new();
        for entry in entries {
            let path = key_path(path, entry.key);
            if let Some(value) = decoder.entry(&entry, &path) {
                map.insert(entry.key.to_owned(), value);
            }
        }
        Some(map)
    }
}
