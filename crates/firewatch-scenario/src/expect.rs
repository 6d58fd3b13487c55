//! Expectations: watched over a run, and what has become of each.

use std::fmt;

use firewatch_sim::{EnvironmentRef, Status, Value};

use crate::model::{Check, Comparison, Expectation, Fact, Quantity, When};
use crate::score::Score;

/// What has become of an expectation.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The expectation as it stands in the file.
    pub expectation: Expectation,
    /// Whether it held.
    pub outcome: Outcome,
}

/// Whether an expectation held.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It held.
    Passed,
    /// It did not.
    Failed {
        /// The tick that decided it.
        tick: u64,
        /// What was found there.
        actual: String,
    },
    /// The run ended before it could be decided.
    Undecided,
}

impl Verdict {
    /// Whether the expectation held.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.outcome == Outcome::Passed
    }
}

/// What checks look at.
pub(crate) struct Moment<'a> {
    pub(crate) view: &'a EnvironmentRef<'a>,
    /// The tick at which the incident counts as mitigated.
    pub(crate) mttm_tick: Option<u64>,
    /// The score of the answer, where one is kept.
    pub(crate) score: Option<&'a Score>,
}

/// Watches one expectation.
pub(crate) struct Watch<'a> {
    expectation: &'a Expectation,
    last_tick: u64,
    outcome: Outcome,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(expectation: &'a Expectation, last_tick: u64) -> Self {
        Self {
            expectation,
            last_tick,
            outcome: Outcome::Undecided,
        }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        Verdict {
            expectation: self.expectation.clone(),
            outcome: self.outcome.clone(),
        }
    }

    pub(crate) fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Looks at the state after a tick, or at the start.
    pub(crate) fn observe(&mut self, moment: &Moment) {
        let tick = moment.view.clock().tick;
        // `at_tick(0, ...)` is the only one that looks at the start.
        let looks = self.expectation.when == When::AtTick(0) || tick > 0;
        if !looks || self.outcome != Outcome::Undecided {
            return;
        }
        let last = tick >= self.last_tick;
        let (decides_if_true, decides_if_false) = match self.expectation.when {
            When::AtTick(at) => (tick == at, tick == at),
            When::ByTick(by) => (true, tick >= by),
            When::Always => (last, true),
            When::Never => (true, last),
            When::AtEnd => (last, last),
        };
        if !decides_if_true && !decides_if_false {
            return;
        }
        let Finding { holds, actual } = self.expectation.check.find(moment);
        let wanted = self.expectation.when != When::Never;
        if holds && decides_if_true || !holds && decides_if_false {
            self.outcome = if holds == wanted {
                Outcome::Passed
            } else {
                Outcome::Failed { tick, actual }
            };
        }
    }
}

/// What a check found.
pub(crate) struct Finding {
    pub(crate) holds: bool,
    actual: String,
}

impl Check {
    pub(crate) fn find(&self, moment: &Moment) -> Finding {
        let view = moment.view;
        match self {
            Self::Status(service, comparison) => match view.status(service) {
                Some(status) => Finding {
                    holds: comparison.holds(&status),
                    actual: status.to_string(),
                },
                None => Finding {
                    holds: false,
                    actual: "no such service".to_owned(),
                },
            },
            Self::Metric(service, metric, comparison) => match view.metric(service, metric) {
                Some(value) => Finding {
                    holds: comparison.holds_for(&value),
                    actual: value.to_string(),
                },
                None => Finding {
                    holds: false,
                    actual: "absent".to_owned(),
                },
            },
            Self::Quantity(quantity, comparison) => match quantity.find(moment) {
                Some(number) => Finding {
                    holds: comparison.holds(&number),
                    actual: number.to_string(),
                },
                None => Finding {
                    holds: false,
                    actual: match quantity {
                        Quantity::Mttm => "not mitigated".to_owned(),
                        _ => "the answer has not ended".to_owned(),
                    },
                },
            },
            Self::Fact(fact) => {
                let holds = fact.find(moment);
                let not = if holds { "" } else { "not " };
                Finding {
                    holds,
                    actual: format!("{not}{fact}"),
                }
            }
        }
    }
}

impl Quantity {
    fn find(self, moment: &Moment) -> Option<f64> {
        let Moment { view, score, .. } = moment;
        let unhealthy = || {
            view.vitals()
                .filter(|v| v.status != Status::Healthy)
                .count()
        };
        Some(match self {
            Self::BadCustomerMinutes => view.impact().bad_customer_minutes,
            Self::Mttm => moment.mttm_tick? as f64,
            Self::SloBudget => view.slo_budget().remaining,
            Self::MeanErrorRate => view.mean_error_rate(),
            Self::UnhealthyServices => unhealthy() as f64,
            Self::BlastRadius => view.blast_radius() as f64,
            Self::Reward => score.map_or(0.0, Score::total_reward),
            Self::Grade => (*score)?.grade()?.total,
            Self::WrongActions => score.map_or(0.0, |score| f64::from(score.wrong_actions())),
        })
    }
}

impl Fact {
    fn find(self, moment: &Moment) -> bool {
        let view = moment.view;
        match self {
            Self::AllHealthy => view.all_healthy(),
            Self::Mitigated => moment.mttm_tick.is_some(),
            Self::SloBreached => view.slo_budget().is_breached(),
        }
    }
}

impl Comparison<Value> {
    /// Numbers compare by size, everything else only by equality.
    pub(crate) fn holds_for(&self, found: &Value) -> bool {
        match (found.as_f64(), self.with.as_f64()) {
            (Some(found), Some(with)) => Comparison {
                operator: self.operator,
                with,
            }
            .holds(&found),
            _ => match self.operator {
                crate::model::Operator::Eq => *found == self.with,
                crate::model::Operator::Ne => *found != self.with,
                _ => false,
            },
        }
    }
}

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

impl<T: fmt::Display> fmt::Display for Comparison<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.operator {
            crate::model::Operator::Eq => write!(f, "{}", self.with),
            operator => write!(f, "{operator}({})", self.with),
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
