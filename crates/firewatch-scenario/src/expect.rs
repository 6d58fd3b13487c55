//! Expectations as they stand in a file.

use std::fmt;

use crate::model::{Check, Expectation, When};

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtTick(tick) => write!(f, "at_tick({tick}, "),
            Self::ByTick(tick) => write!(f, "by_tick({tick}, "),
            Self::Always => f.write_str("always("),
            Self::Never => f.write_str("never("),
            Self::AtEnd => f.write_str("at_end("),
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(service, comparison) => write!(f, "status({service:?}, {comparison})"),
            Self::Metric(service, metric, comparison) => {
                write!(f, "metric({service:?}, {metric:?}, {comparison})")
            }
            Self::Quantity(quantity, comparison) => write!(f, "{quantity}({comparison})"),
            Self::Fact(fact) => write!(f, "{fact}"),
        }
    }
}

/// As it stands in a file.
impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{})", self.when, self.check)
    }
}
