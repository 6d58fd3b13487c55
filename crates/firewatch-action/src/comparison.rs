//! Comparisons of what is found with a fixed value.

use std::collections::BTreeMap;
use std::fmt;

use firewatch_sim::Value;

use crate::names;

/// Metrics by name.
pub type Metrics = BTreeMap<String, Value>;

names! {
    /// How to compare.
    Operator {
        /// Less than.
        Lt = "lt",
        /// Less than or equal to.
        Le = "le",
        /// Greater than.
        Gt = "gt",
        /// Greater than or equal to.
        Ge = "ge",
        /// Equal to.
        Eq = "eq",
        /// Not equal to.
        Ne = "ne",
    }
}

/// A comparison with a fixed value: what is found stands on the left.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison<T> {
    /// How to compare.
    pub operator: Operator,
    /// With what.
    pub with: T,
}

impl<T: PartialOrd> Comparison<T> {
    /// Whether `found` compares so. Values that have no order are only ever equal or not.
    pub fn holds(&self, found: &T) -> bool {
        match self.operator {
            Operator::Lt => *found < self.with,
            Operator::Le => *found <= self.with,
            Operator::Gt => *found > self.with,
            Operator::Ge => *found >= self.with,
            Operator::Eq => *found == self.with,
            Operator::Ne => *found != self.with,
        }
    }
}

impl Comparison<Value> {
    /// Numbers compare by size, everything else only by equality.
    #[must_use]
    pub fn holds_for(&self, found: &Value) -> bool {
        match (found.as_f64(), self.with.as_f64()) {
            (Some(found), Some(with)) => Comparison {
                operator: self.operator,
                with,
            }
            .holds(&found),
            _ => match self.operator {
                Operator::Eq => *found == self.with,
                Operator::Ne => *found != self.with,
                _ => false,
            },
        }
    }
}

impl<T: fmt::Display> fmt::Display for Comparison<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.operator {
            Operator::Eq => write!(f, "{}", self.with),
            operator => write!(f, "{operator}({})", self.with),
        }
    }
}
