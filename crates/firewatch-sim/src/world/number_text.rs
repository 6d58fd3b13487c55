//! Numbers as texts for readers.

/// Returns the number with all its digits, and without a row of zeros: `0.25`, `1e300`.
#[must_use]
pub fn exact_text(number: f64) -> String {
    if number == 0.0 || (1e-5..1e15).contains(&number.abs()) {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}

/// Returns the number with at most that many decimals, and with none from 100 on.
#[must_use]
pub fn text_with_decimals(number: f64, decimals: usize) -> String {
    if number.abs() >= 100.0 {
        return format!("{number:.0}");
    }
    let text = format!("{number:.decimals$}");
    let text = without_trailing_zeros(&text);
    // What is 0 once it is rounded has no sign.
    if text == "-0" { "0" } else { text }.to_owned()
}

/// Returns a decimal number without zeros at the end of its decimals, nor a point that nothing follows.
#[must_use]
pub fn without_trailing_zeros(text: &str) -> &str {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_exact_or_short() {
        for (number, exact, short) in [
            (0.0, "0", "0"),
            (0.25, "0.25", "0.25"),
            (0.1 + 0.2, "0.30000000000000004", "0.3"),
            (12.0, "12", "12"),
            (99.996, "99.996", "100"),
            (123.456, "123.456", "123"),
            (-123.456, "-123.456", "-123"),
            (-0.001, "-0.001", "0"),
            (1e15, "1e15", "1000000000000000"),
            (1e300, "1e300", &format!("{:.0}", 1e300)),
            (1e-6, "1e-6", "0"),
            (f64::INFINITY, "inf", "inf"),
        ] {
            assert_eq!(exact_text(number), exact);
            assert_eq!(text_with_decimals(number, 2), short);
        }
    }
}
