//! The distribution of many runs of a scenario.

use firewatch_response::score::Score;
use firewatch_response::{ExpectationOutcome, Script};
use firewatch_sim::EnvironmentRef;
use serde::Serialize;

use super::case::RunCase;

/// The result of a run with a seed.
#[derive(Clone, Debug, Serialize)]
pub struct SeedRun<'a> {
    pub file: &'a str,
    pub name: &'a str,
    pub seed: u64,
    pub ticks: u64,
    /// Whether every fault that an action can end is over, and the others hit no customers.
    pub mended: bool,
    pub mitigated: bool,
    pub mttm: Option<u64>,
    /// Whether customers were affected again after the mitigation.
    pub impact_after_mitigation: bool,
    pub bad_customer_minutes: f64,
    pub slo_budget: f64,
    pub slo_breached: bool,
    pub blast_radius: usize,
    /// The score of the response, if the run kept one.
    pub reward: Option<f64>,
    pub wrong_actions: Option<u32>,
    pub grade: Option<f64>,
    pub passed: usize,
    pub failed: usize,
    pub undecided: usize,
    /// 16 hexadecimal digits.
    pub state_hash: String,
    /// The outcome of each expectation.
    #[serde(skip)]
    pub outcomes: Vec<ExpectationOutcome>,
}

impl<'a> SeedRun<'a> {
    /// Returns the result of a run at its end.
    pub fn new(case: &'a RunCase, seed: u64, script: &Script, view: &EnvironmentRef) -> Self {
        let (impact, score) = (script.impact(view), script.score());
        let budget = view.slo_budget();
        let number =
            |which: fn(&ExpectationOutcome) -> bool| script.outcomes().filter(|o| which(o)).count();
        Self {
            file: &case.file,
            name: &case.scenario.name,
            seed,
            ticks: view.clock().tick,
            mended: script.outcome(view).is_mended(),
            mitigated: impact.mttm_tick.is_some(),
            mttm: impact.mttm_tick,
            impact_after_mitigation: impact.relapsed,
            bad_customer_minutes: impact.bad_customer_minutes,
            slo_budget: budget.remaining,
            slo_breached: budget.is_breached(),
            blast_radius: script.blast_radius(view),
            reward: score.map(Score::total_reward),
            wrong_actions: score.map(Score::wrong_actions),
            grade: score.and_then(Score::grade).map(|grade| grade.total),
            passed: number(|outcome| *outcome == ExpectationOutcome::Passed),
            failed: number(ExpectationOutcome::is_failed),
            undecided: number(|outcome| *outcome == ExpectationOutcome::Undecided),
            state_hash: format!("{:016x}", view.state_hash()),
            outcomes: script.outcomes().cloned().collect(),
        }
    }
}

/// Quantiles of a set of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Quantiles {
    pub min: f64,
    pub p50: f64,
    pub p90: f64,
    pub max: f64,
}

impl Quantiles {
    /// Returns the quantiles by nearest rank, or `None` for an empty set.
    pub fn of(mut numbers: Vec<f64>) -> Option<Self> {
        numbers.sort_by(f64::total_cmp);
        // The smallest number such that at least `percent` of all are at most that.
        let quantile = |percent: usize| {
            let rank = (numbers.len() * percent).div_ceil(100);
            numbers.get(rank.saturating_sub(1)).copied()
        };
        Some(Self {
            min: quantile(0)?,
            p50: quantile(50)?,
            p90: quantile(90)?,
            max: quantile(100)?,
        })
    }
}

/// Outcomes of an expectation over the runs.
#[derive(Clone, Debug, Serialize)]
pub struct ExpectationShare {
    pub expect: String,
    pub passed: u64,
    pub failed: u64,
    pub undecided: u64,
    pub first_failed_seed: Option<u64>,
}

/// The distribution of many runs of a scenario.
#[derive(Clone, Debug, Serialize)]
pub struct Distribution {
    pub runs: u64,
    pub mended: u64,
    pub mitigated: u64,
    pub impact_after_mitigation: u64,
    pub breached: u64,
    pub mttm: Option<Quantiles>,
    pub grade: Option<Quantiles>,
    pub bad_customer_minutes: Option<Quantiles>,
    pub slo_budget: Option<Quantiles>,
    pub expectations: Vec<ExpectationShare>,
}

/// Accumulates runs.
#[derive(Debug, Default)]
pub struct Collector {
    runs: u64,
    mended: u64,
    impact_after_mitigation: u64,
    breached: u64,
    mttm: Vec<f64>,
    grade: Vec<f64>,
    bad_customer_minutes: Vec<f64>,
    slo_budget: Vec<f64>,
    expectations: Vec<ExpectationShare>,
}

impl Collector {
    /// Starts without runs.
    pub fn new(case: &RunCase) -> Self {
        let share = |expect: String| ExpectationShare {
            expect,
            passed: 0,
            failed: 0,
            undecided: 0,
            first_failed_seed: None,
        };
        let expectations = case.scenario.expectations(case.runbook.as_deref());
        Self {
            expectations: expectations.map(|e| share(e.to_string())).collect(),
            ..Self::default()
        }
    }

    /// Adds a run.
    pub fn add(&mut self, run: &SeedRun) {
        self.runs += 1;
        self.mended += u64::from(run.mended);
        self.impact_after_mitigation += u64::from(run.impact_after_mitigation);
        self.breached += u64::from(run.slo_breached);
        self.mttm.extend(run.mttm.map(|tick| tick as f64));
        self.grade.extend(run.grade);
        self.bad_customer_minutes.push(run.bad_customer_minutes);
        self.slo_budget.push(run.slo_budget);
        for (share, outcome) in self.expectations.iter_mut().zip(&run.outcomes) {
            match outcome {
                ExpectationOutcome::Passed => share.passed += 1,
                ExpectationOutcome::Undecided => share.undecided += 1,
                ExpectationOutcome::Failed { .. } => {
                    share.failed += 1;
                    share.first_failed_seed.get_or_insert(run.seed);
                }
            }
        }
    }

    /// Returns the distribution.
    pub fn finish(self) -> Distribution {
        Distribution {
            runs: self.runs,
            mended: self.mended,
            mitigated: self.mttm.len() as u64,
            impact_after_mitigation: self.impact_after_mitigation,
            breached: self.breached,
            mttm: Quantiles::of(self.mttm),
            grade: Quantiles::of(self.grade),
            bad_customer_minutes: Quantiles::of(self.bad_customer_minutes),
            slo_budget: Quantiles::of(self.slo_budget),
            expectations: self.expectations,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_takes_the_nearest_rank() {
        let numbers = (1..=10).rev().map(f64::from).collect();
        let expected = Quantiles {
            min: 1.0,
            p50: 5.0,
            p90: 9.0,
            max: 10.0,
        };
        assert_eq!(Quantiles::of(numbers), Some(expected));
        assert_eq!(Quantiles::of(vec![]), None);
        assert_eq!(Quantiles::of(vec![7.0]).map(|spread| spread.p90), Some(7.0));
    }
}
