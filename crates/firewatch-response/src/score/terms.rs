//! The terms of a score.

use firewatch_action::Profile;
use firewatch_scenario::{Difficulty, Scenario};
use serde::{Deserialize, Serialize};

use super::rules::ScoreRules;

/// The terms that an incident is scored by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ScoreTerms {
    /// Whose rules and numbers hold.
    pub profile: Profile,
    /// Ticks at which it ends.
    pub max_ticks: u64,
    /// Ticks that the speed is graded against.
    pub graded_ticks: u64,
    /// Bad customer minutes that leave nothing of that part of the grade; where they are a share of the run, those
    /// of each user-facing service.
    pub max_bad_customer_minutes: f64,
}

impl ScoreTerms {
    /// Those of a scenario; one without a difficulty has the limits of an easy one.
    #[must_use]
    pub fn of(profile: Profile, scenario: &Scenario) -> Self {
        let difficulty = scenario.difficulty.unwrap_or(Difficulty::Easy);
        let grade = &ScoreRules::of(profile).grade;
        Self {
            profile,
            max_ticks: scenario.ticks,
            graded_ticks: scenario.ticks,
            max_bad_customer_minutes: grade.max_bad_customer_minutes(difficulty, scenario.ticks),
        }
    }
}
