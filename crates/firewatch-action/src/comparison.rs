//! Comparisons with a fixed value.

use std::collections::BTreeMap;
use std::fmt;

use firewatch_sim::Value;

use crate::names;

/// Metrics by name.
pub type Metrics = BTreeMap<String, Value>;

names! {
    /// An operator of a comparison.
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

impl Operator {
    /// Returns whether it holds for values that have no order: they are only equal or not.
    pub(crate) fn holds_unordered(self, are_equal: bool) -> bool {
        match self {
            Self::Eq => are_equal,
            Self::Ne => !are_equal,
            _ => false,
        }
    }
}

/// A comparison with a fixed value, which is the right operand.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison<T> {
    /// The operator.
    pub operator: Operator,
    /// The right operand.
    pub with: T,
}

impl<T: PartialOrd> Comparison<T> {
    /// Returns whether the comparison holds for `found`. Values without an order are only equal or not.
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
    /// Returns whether the comparison holds for `found`. Numbers are ordered; other values are only equal or
    /// not.
    #[must_use]
    pub fn holds_for(&self, found: &Value) -> bool {
        match (found.as_f64(), self.with.as_f64()) {
            (Some(found), Some(with)) => Comparison {
                operator: self.operator,
                with,
            }
            .holds(&found),
            _ => self.operator.holds_unordered(*found == self.with),
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
