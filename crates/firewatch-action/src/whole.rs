//! Conversion to whole numbers, as Python's `int()` does it.

use firewatch_sim::Value;

/// Maximum digits that Python reads.
const MAX_DIGITS: usize = 4300;

/// Converts a value to a whole number: truncates numbers toward zero, takes Booleans as 0 and 1, and parses
/// text. Saturates at 64 bits.
#[expect(clippy::cast_possible_truncation, reason = "truncating is the point")]
pub(super) fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Int(n) => Some(*n),
        Value::Bool(b) => Some(i64::from(*b)),
        Value::Float(x) => x.is_finite().then_some(*x as i64),
        Value::Text(text) => whole_text(text.trim()),
        Value::List(_) | Value::Map(_) => None,
    }
}

/// Parses a sign and digits of any script, with single underscores between them.
fn whole_text(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.split('_').any(str::is_empty) {
        return None;
    }
    let digits = digits.chars().filter(|c| *c != '_').map(digit);
    let digits = digits.collect::<Option<Vec<i64>>>()?;
    // Each digit takes the sign, because `i64::MIN` is further from 0 than `i64::MAX`.
    let add = |n: i64, digit: &i64| n.saturating_mul(10).saturating_add(sign * digit);
    (digits.len() <= MAX_DIGITS).then(|| digits.iter().fold(0, add))
}

/// Returns the value of a decimal digit.
fn digit(c: char) -> Option<i64> {
    let code = u32::from(c);
    let zero = ZEROS.partition_point(|zero| *zero <= code).checked_sub(1)?;
    let value = code - ZEROS[zero];
    (value < 10).then(|| i64::from(value))
}

/// Code points of the digit 0 in each script of Unicode 14, which is CPython 3.11's; the other nine
/// follow each.
#[rustfmt::skip]
const ZEROS: [u32; 66] = [
    0x30, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6,
    0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80,
    0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
    0xFF10, 0x1_04A0, 0x1_0D30, 0x1_1066, 0x1_10F0, 0x1_1136, 0x1_11D0, 0x1_12F0, 0x1_1450,
    0x1_14D0, 0x1_1650, 0x1_16C0, 0x1_1730, 0x1_18E0, 0x1_1950, 0x1_1C50, 0x1_1D50, 0x1_1DA0,
    0x1_6A60, 0x1_6AC0, 0x1_6B50, 0x1_D7CE, 0x1_D7D8, 0x1_D7E2, 0x1_D7EC, 0x1_D7F6, 0x1_E140,
    0x1_E2F0, 0x1_E950, 0x1_FBF0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_python_reads_it() {
        // Each as CPython 3.11 answers `int(text)`.
        for (text, expected) in [
            ("77", Some(77)),
            ("\t\u{2003}77\u{a0}\n", Some(77)),
            ("00012", Some(12)),
            ("+1_000", Some(1000)),
            ("-0", Some(0)),
            ("0_0", Some(0)),
            ("\u{ff11}\u{ff10}\u{ff12}\u{ff14}", Some(1024)),
            ("\u{6f5}\u{ff11}", Some(51)),
            ("-\u{1d7d7}", Some(-9)),
            ("\u{1fbf9}", Some(9)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("", None),
            (" ", None),
            ("+", None),
            ("+ 5", None),
            ("--1", None),
            ("1__0", None),
            ("_1", None),
            ("1_", None),
            ("1.5", None),
            ("1e3", None),
            ("0x10", None),
            ("1 0", None),
            // A minus sign, a fraction, a superscript, a space of no width: none is a digit.
            ("\u{2212}5", None),
            ("\u{bd}", None),
            ("\u{b2}", None),
            ("\u{200b}5", None),
            ("\u{1c}5", None),
        ] {
            assert_eq!(whole(&text.into()), expected, "{text:?}");
        }
    }

    #[test]
    fn what_64_bits_do_not_hold_saturates() {
        for (value, expected) in [
            (Value::Float(1e300), i64::MAX),
            (Value::Float(-1e300), i64::MIN),
            ("9223372036854775808".into(), i64::MAX),
            ("-1_000_000_000_000_000_000_000".into(), i64::MIN),
            ("9".repeat(MAX_DIGITS).into(), i64::MAX),
        ] {
            assert_eq!(whole(&value), Some(expected), "{value}");
        }
        assert_eq!(whole(&"9".repeat(MAX_DIGITS + 1).into()), None);
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(whole(&value.into()), None);
        }
    }

    #[test]
    fn each_script_has_ten_digits() {
        assert!(ZEROS.is_sorted_by(|a, b| a + 10 <= *b));
        for zero in ZEROS {
            let digits = (zero..zero + 10).filter_map(char::from_u32);
            assert!(digits.map(digit).eq((0..10).map(Some)), "{zero:x}");
        }
        assert_eq!(digit('/'), None);
        assert_eq!(digit(':'), None);
    }
}
