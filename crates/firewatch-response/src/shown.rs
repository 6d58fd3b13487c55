//! The values that expectations looked at, for a reader.

use firewatch_scenario::Check;
use firewatch_sim::Value;
use firewatch_sim::num::exact_text;

/// Digits of a fraction that count.
const DIGITS: usize = 5;
/// Digits that tell every number apart.
const ALL_DIGITS: usize = 17;

/// Returns what a check looked at for a reader: a fraction has few digits, but as many as show that the check holds of
/// it, or does not. Other values are unchanged.
#[must_use]
pub fn shown_value(check: &Check, actual: &str) -> String {
    let is_fraction = actual.contains(['.', 'e']);
    let Some(number) = actual.parse::<f64>().ok().filter(|_| is_fraction) else {
        return actual.to_owned();
    };
    let holds = |number: f64| match check {
        Check::Metric(_, _, comparison) => comparison.holds_for(&Value::Float(number)),
        Check::Quantity(_, comparison) => comparison.holds(&number),
        Check::Users(_, _, comparison) => comparison.holds(&number),
        Check::Status(..) | Check::Fact(_) => true,
    };
    let rounded = |digits: usize| format!("{number:.*e}", digits - 1).parse::<f64>();
    let candidates = (DIGITS..=ALL_DIGITS).filter_map(|digits| rounded(digits).ok());
    let mut fitting = candidates.filter(|rounded| holds(*rounded) == holds(number));
    let shown = fitting.next().unwrap_or(number);
    exact_text(shown)
}

#[cfg(test)]
mod tests {
    use firewatch_action::{Comparison, Operator};
    use firewatch_scenario::{Check, Quantity};
    use firewatch_sim::Value;

    use super::shown_value;

    #[test]
    fn a_fraction_has_few_digits_but_enough_to_tell_it_from_the_bound() {
        let (above, below) = ("0.30000000000000004", "0.29999999999999999");
        for (actual, operator, with, shown) in [
            ("0.9994993246512479", Operator::Lt, 0.5, "0.9995"),
            ("66.66666666666652", Operator::Lt, 1.0, "66.667"),
            ("0.0000000123456789", Operator::Lt, 1.0, "1.2346e-8"),
            ("1234567890", Operator::Lt, 1.0, "1234567890"),
            ("0.52", Operator::Lt, 0.1, "0.52"),
            (above, Operator::Le, 0.3, above),
            (above, Operator::Eq, 0.3, above),
            (above, Operator::Lt, 0.3, "0.3"),
            (below, Operator::Lt, 0.3, "0.3"),
            ("0.300004", Operator::Le, 0.3, "0.300004"),
            ("0.30004", Operator::Le, 0.3, "0.30004"),
            ("1.00000000001e-7", Operator::Le, 1e-7, "1.00000000001e-7"),
        ] {
            let comparison = Comparison { operator, with };
            let quantity = Check::Quantity(Quantity::Reward, comparison);
            assert_eq!(shown_value(&quantity, actual), shown);
            let with = Value::Float(with);
            let comparison = Comparison { operator, with };
            let metric = Check::Metric("a".into(), "b".into(), comparison);
            assert_eq!(shown_value(&metric, actual), shown);
            assert_eq!(shown_value(&metric, "not mitigated"), "not mitigated");
        }
    }
}
