//! What a row needs of a run.

use firewatch_response::score::Score;
use firewatch_response::{Script, ServiceHistory};
use firewatch_sim::{EnvironmentRef, Status};
use serde::{Deserialize, Serialize};

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Played {
    pub ticks: u64,
    pub mttm: Option<u64>,
    pub bad_customer_minutes: f64,
    pub slo_budget: f64,
    pub slo_breached: bool,
    /// The worst that a service was in, at the start or after a tick.
    pub worst_status: Status,
    /// 16 hexadecimal digits.
    pub state_hash: String,
    /// What the answer was worth, if a runbook gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

/// What an answer was worth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub reward: f64,
    pub grade: f64,
    pub wrong_actions: u64,
}

impl Answer {
    /// An answer that has ended: every one has at the last tick.
    fn of(score: &Score) -> Option<Self> {
        Some(Self {
            reward: score.total_reward(),
            grade: score.grade()?.total,
            wrong_actions: score.wrong_actions().into(),
        })
    }
}

impl Played {
    /// A run whose last tick is done, and whether a runbook answered it.
    pub fn of(script: &Script, view: &EnvironmentRef, is_answered: bool) -> Self {
        let worst = script.histories().iter().map(ServiceHistory::worst_status);
        Self {
            ticks: view.clock().tick,
            mttm: script.mttm_tick(view),
            bad_customer_minutes: view.impact().bad_customer_minutes,
            slo_budget: view.slo_budget().remaining,
            slo_breached: view.slo_budget().is_breached(),
            worst_status: worst.max().unwrap_or_default(),
            state_hash: format!("{:016x}", view.state_hash()),
            answer: { script.score().filter(|_| is_answered) }.and_then(Answer::of),
        }
    }
}
