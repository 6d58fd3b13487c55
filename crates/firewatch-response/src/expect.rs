//! Evaluates expectations during a run.

use firewatch_sim::{EnvironmentRef, Status};

use crate::score::run::RunImpact;
use crate::score::{ImpactTotals, Score};
use firewatch_scenario::{Check, Expectation, Fact, Quantity, UserQuantity, When};

/// The verdict on an expectation.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpectationVerdict {
    /// The expectation, as written in the file.
    pub expectation: Expectation,
    /// Whether it held.
    pub outcome: ExpectationOutcome,
}

/// Whether an expectation held.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectationOutcome {
    /// It held.
    Passed,
    /// It did not.
    Failed {
        /// The tick that decided it.
        tick: u64,
        /// The value at that tick.
        actual: String,
    },
    /// The run ended before it could be decided.
    Undecided,
}

impl ExpectationOutcome {
    /// Whether it did not hold.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        matches!(self, Self::Failed { .. })
    }
}

impl ExpectationVerdict {
    /// Whether the expectation held.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.outcome == ExpectationOutcome::Passed
    }
}

/// Where what an incident has come to is asked.
#[derive(Clone, Copy)]
pub(crate) enum ImpactRef<'a> {
    /// In a run, whether anybody answers or not; by the engine's rule with the tick that counts as mitigated.
    Run(&'a RunImpact, Option<u64>),
    /// In an answer that is scored: what a runbook decides on.
    Score(&'a Score),
}

impl ImpactRef<'_> {
    /// The tick since which the incident is mitigated: to who answers, as far as it may be told.
    fn mttm_tick(self, view: &EnvironmentRef) -> Option<u64> {
        match self {
            Self::Run(..) => self.totals(view).mttm_tick,
            Self::Score(score) => score.shown_mttm_tick(view),
        }
    }

    pub(crate) fn totals(self, view: &EnvironmentRef) -> ImpactTotals {
        match self {
            Self::Run(impact, engine_mttm) => impact.totals(view, engine_mttm),
            Self::Score(score) => score.impact(view),
        }
    }

    pub(crate) fn blast_radius(self, view: &EnvironmentRef) -> usize {
        match self {
            Self::Run(impact, _) => impact.blast_radius(view),
            Self::Score(score) => score.blast_radius(view),
        }
    }
}

/// The state that checks are evaluated on.
pub(crate) struct CheckContext<'a> {
    pub(crate) view: &'a EnvironmentRef<'a>,
    pub(crate) impact: ImpactRef<'a>,
    /// The score of the answer, where one is kept.
    pub(crate) score: Option<&'a Score>,
}

impl ExpectationOutcome {
    /// Updates the outcome of an expectation with the state after a tick, or at the start. `last_tick` is
    /// the last tick of the run.
    pub(crate) fn update(
        &mut self,
        expectation: &Expectation,
        last_tick: u64,
        context: &CheckContext,
    ) {
        let tick = context.view.clock().tick;
        // `at_tick(0, ...)` is the only one that looks at the start.
        let looks = expectation.when == When::AtTick(0) || tick > 0;
        if !looks || *self != Self::Undecided {
            return;
        }
        let last = tick >= last_tick;
        let (decides_if_true, decides_if_false) = match expectation.when {
            When::AtTick(at) => (tick == at, tick == at),
            When::ByTick(by) => (true, tick >= by),
            When::Always => (last, true),
            When::Never => (true, last),
            When::AtEnd => (last, last),
        };
        if !decides_if_true && !decides_if_false {
            return;
        }
        let CheckResult { holds, actual } = context.check(&expectation.check);
        let wanted = expectation.when != When::Never;
        if holds && decides_if_true || !holds && decides_if_false {
            *self = if holds == wanted {
                Self::Passed
            } else {
                Self::Failed { tick, actual }
            };
        }
    }
}

/// The result of a check.
pub(crate) struct CheckResult {
    pub(crate) holds: bool,
    pub(crate) actual: String,
}

impl CheckContext<'_> {
    /// Evaluates a check.
    pub(crate) fn check(&self, check: &Check) -> CheckResult {
        let view = self.view;
        match check {
            Check::Status(service, comparison) => match view.status(service) {
                Some(status) => CheckResult {
                    holds: comparison.holds(&status),
                    actual: status.to_string(),
                },
                None => CheckResult {
                    holds: false,
                    actual: "no such service".to_owned(),
                },
            },
            Check::Metric(service, metric, comparison) => match view.metric(service, metric) {
                Some(value) => CheckResult {
                    holds: comparison.holds_for(&value),
                    actual: value.to_string(),
                },
                None => CheckResult {
                    holds: false,
                    actual: "absent".to_owned(),
                },
            },
            Check::Quantity(quantity, comparison) => match self.quantity(*quantity) {
                Some(number) => CheckResult {
                    holds: comparison.holds(&number),
                    actual: number.to_string(),
                },
                None => CheckResult {
                    holds: false,
                    actual: match quantity {
                        Quantity::Mttm => "not mitigated".to_owned(),
                        _ => "the answer has not ended".to_owned(),
                    },
                },
            },
            Check::Users(group, quantity, comparison) => match self.users(group, *quantity) {
                Some(number) => CheckResult {
                    holds: comparison.holds(&number),
                    actual: number.to_string(),
                },
                None => CheckResult {
                    holds: false,
                    actual: match quantity {
                        UserQuantity::Served => "nobody sent a request",
                        UserQuantity::P99 => "nobody was served",
                    }
                    .to_owned(),
                },
            },
            Check::Fact(fact) => {
                let holds = self.fact(*fact);
                let not = if holds { "" } else { "not " };
                CheckResult {
                    holds,
                    actual: format!("{not}{fact}"),
                }
            }
        }
    }

    fn quantity(&self, quantity: Quantity) -> Option<f64> {
        let Self {
            view,
            score,
            impact,
        } = self;
        let unhealthy = || {
            view.vitals()
                .filter(|v| v.status != Status::Healthy)
                .count()
        };
        Some(match quantity {
            Quantity::BadCustomerMinutes => impact.totals(view).bad_customer_minutes,
            Quantity::Mttm => impact.mttm_tick(view)? as f64,
            Quantity::SloBudget => view.slo_budget().remaining,
            Quantity::MeanErrorRate => view.mean_error_rate(),
            Quantity::UnhealthyServices => unhealthy() as f64,
            Quantity::BlastRadius => impact.blast_radius(view) as f64,
            Quantity::Reward => score.map_or(0.0, Score::total_reward),
            Quantity::Grade => (*score)?.grade()?.total,
            Quantity::WrongActions => score.map_or(0.0, |score| f64::from(score.wrong_actions())),
        })
    }

    /// What a group of users had in the last tick; nothing of requests that there were not.
    fn users(&self, group: &str, quantity: UserQuantity) -> Option<f64> {
        let mut groups = self.view.traffic()?.users();
        let users = groups.find(|users| users.name == group)?;
        match quantity {
            UserQuantity::Served => users.served(),
            UserQuantity::P99 => users.latency_p99_s(),
        }
    }

    fn fact(&self, fact: Fact) -> bool {
        let view = self.view;
        match fact {
            Fact::AllHealthy => view.all_healthy(),
            Fact::Mitigated => self.impact.mttm_tick(view).is_some(),
            Fact::SloBreached => view.slo_budget().is_breached(),
        }
    }
}
