//! Numbers as they stand in files.

/// A number, and how it is written.
#[derive(Clone, Copy)]
pub struct Number<'a> {
    /// As written.
    pub raw: &'a str,
    /// What it stands for.
    pub value: NumberValue,
}

/// What a number stands for.
#[derive(Clone, Copy)]
pub enum NumberValue {
    /// A whole number.
    Whole(i128),
    /// A number with a point or an exponent, infinite or not a number.
    Float(f64),
}

impl<'a> Number<'a> {
    /// The number that the text stands for, if it is one.
    pub fn read(raw: &'a str) -> Option<Self> {
        let value = whole(raw).map(NumberValue::Whole);
        let value = value.or_else(|| float(raw).map(NumberValue::Float))?;
        Some(Self { raw, value })
    }

    /// The number, if it is written as a whole one.
    pub fn as_whole(&self) -> Option<i128> {
        match self.value {
            NumberValue::Whole(n) => Some(n),
            NumberValue::Float(_) => None,
        }
    }

    /// Whether it is written in decimal digits.
    #[must_use]
    pub fn is_decimal(&self) -> bool {
        let (_, digits) = sign(self.raw);
        !["0x", "0o", "0b"]
            .iter()
            .any(|base| digits.starts_with(base))
    }

    /// The number as a float, rounded to the nearest.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        match self.value {
            NumberValue::Whole(n) => n as f64,
            NumberValue::Float(x) => x,
        }
    }
}

fn sign(raw: &str) -> (i128, &str) {
    match raw.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, raw.strip_prefix('+').unwrap_or(raw)),
    }
}

/// Whether these are digits, with one or more `_` between or after them.
fn are_digits(text: &str, base: u32) -> bool {
    text.starts_with(|c: char| c.is_digit(base))
        && text.chars().all(|c| c == '_' || c.is_digit(base))
}

fn whole(raw: &str) -> Option<i128> {
    let (sign, digits) = sign(raw);
    let (digits, base) = match digits.get(..2) {
        Some("0x") => (&digits[2..], 16),
        Some("0o") => (&digits[2..], 8),
        Some("0b") => (&digits[2..], 2),
        _ => (digits, 10),
    };
    if !are_digits(digits, base) {
        return None;
    }
    let magnitude = i128::from_str_radix(&digits.replace('_', ""), base).ok()?;
    Some(sign * magnitude)
}

/// What is too large for a whole number is read as a float, too.
fn float(raw: &str) -> Option<f64> {
    let (sign, rest) = sign(raw);
    let magnitude = match rest {
        "inf" => f64::INFINITY,
        "NaN" => f64::NAN,
        _ => {
            let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
            let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
            let optional = |digits: &str| digits.is_empty() || are_digits(digits, 10);
            let has_digits = !(before.is_empty() && after.is_empty());
            let (_, exponent) = self::sign(exponent);
            if !(has_digits && optional(before) && optional(after) && are_digits(exponent, 10)) {
                return None;
            }
            rest.replace('_', "").parse().ok()?
        }
    };
    Some(if sign < 0 { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read() {
        for (raw, expected) in [
            ("0", 0.0),
            ("+7", 7.0),
            ("-1_000", -1000.0),
            ("0x1F", 31.0),
            ("-0b101", -5.0),
            ("0o17", 15.0),
            ("1.5", 1.5),
            (".5", 0.5),
            ("5.", 5.0),
            ("1e3", 1000.0),
            ("-2.5E-1", -0.25),
            ("1e999", f64::INFINITY),
            ("-inf", f64::NEG_INFINITY),
            ("100000000000000000000000000000000000000000", 1e41),
        ] {
            assert_eq!(Number::read(raw).unwrap().as_f64(), expected, "{raw}");
        }
        assert!(Number::read("NaN").unwrap().as_f64().is_nan());
    }

    #[test]
    fn what_is_no_number_is_not_read() {
        for raw in [
            "", "-", "+-1", "--1", "1e", "1e+", "e5", ".", "1.2.3", "12ab", "0x", "0xG", "0b2",
            "_1", "1._5", "5u8", "infinity", "1e5e5", "0x_1",
        ] {
            assert!(Number::read(raw).is_none(), "{raw}");
        }
    }
}
