//! Comparisons.

use firewatch_ron::{Expr, Kind};

use crate::comparison::{Comparison, Operator};
use crate::decode::{Decode, Decoder};

/// `le(0.1)`, or a bare value for `eq`.
impl<T: Decode> Decode for Comparison<T> {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let is_comparison = match &expr.kind {
            Kind::Word(word) => word.parse::<Operator>().is_ok(),
            Kind::Group(group) => group.name.is_some(),
            _ => false,
        };
        if !is_comparison {
            return T::decode(decoder, expr, path).map(|with| Self {
                operator: Operator::Eq,
                with,
            });
        }
        let call = decoder.call(expr, path, "a comparison, such as `le(0.1)`")?;
        let Ok(operator) = call.name.parse() else {
            let known = Operator::ALL.iter().map(|operator| operator.name());
            let known: Vec<_> = known.collect();
            let names = ["comparison", "comparisons"];
            decoder.unknown_word(&call, path, names, &known);
            return None;
        };
        let [with] = call.arguments(decoder, path, &format!("{}(...)", call.name))?;
        decoder
            .value::<T>(with, path)
            .map(|with| Self { operator, with })
    }
}

impl Decode for Operator {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let known: Vec<&str> = Self::ALL.iter().map(|operator| operator.name()).collect();
        decoder.word(expr, path, ["comparison", "comparisons"], &known)
    }
}
