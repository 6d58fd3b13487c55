//! The result of a run.

use firewatch_response::score::Score;
use firewatch_response::{Script, ServiceHistory};
use firewatch_sim::{EnvironmentRef, Status};
use serde::{Deserialize, Serialize};

/// The result of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    pub ticks: u64,
    /// Whether every fault that an action can end is over, and the others hit no customers.
    pub mended: bool,
    pub mttm: Option<u64>,
    pub bad_customer_minutes: f64,
    pub slo_budget: f64,
    pub slo_breached: bool,
    /// The worst status of any service, at the start or after a tick.
    pub worst_status: Status,
    /// 16 hexadecimal digits.
    pub state_hash: String,
    /// The score of the response, if a runbook responded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerResult>,
}

/// The score of a response.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnswerResult {
    pub reward: f64,
    pub grade: f64,
    pub wrong_actions: u64,
}

impl AnswerResult {
    /// Returns the score at the last tick, which ends every response.
    fn of(score: &Score) -> Option<Self> {
        Some(Self {
            reward: score.total_reward(),
            grade: score.grade()?.total,
            wrong_actions: score.wrong_actions().into(),
        })
    }
}

impl RunResult {
    /// Returns the result after the last tick. `has_runbook` says whether a runbook responded.
    pub fn of(script: &Script, view: &EnvironmentRef, has_runbook: bool) -> Self {
        let worst = script.histories().iter().map(ServiceHistory::worst_status);
        let impact = script.impact(view);
        let score = script.score().filter(|_| has_runbook);
        Self {
            ticks: view.clock().tick,
            mended: script.outcome(view).is_mended(),
            mttm: impact.mttm_tick,
            bad_customer_minutes: impact.bad_customer_minutes,
            slo_budget: view.slo_budget().remaining,
            slo_breached: view.slo_budget().is_breached(),
            worst_status: worst.max().unwrap_or_default(),
            state_hash: format!("{:016x}", view.state_hash()),
            answer: score.and_then(AnswerResult::of),
        }
    }
}
