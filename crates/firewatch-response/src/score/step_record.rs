//! The actions of a step, as far as they are scored.

use firewatch_action::{ActionOutcome, ActionSession, Category};

use super::rules::ScoreRules;

/// The actions of a step, as far as they are scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepRecord {
    /// Actions that were wrong.
    pub wrong_actions: u32,
    /// Faults that they halted.
    pub halted: u32,
    /// Whether the incident was declared resolved.
    pub declared: bool,
    /// Whether a specialist helped with an investigation.
    pub with_specialist: bool,
}

impl StepRecord {
    /// Adds the outcome of an action. A specialist helps with an investigation; whether even with one that
    /// could not be done, the rules say.
    pub fn add(
        &mut self,
        rules: &ScoreRules,
        outcome: &ActionOutcome,
        actions: &mut ActionSession,
    ) {
        let investigates = outcome.category == Category::Investigation
            && (outcome.valid || rules.slo.specialist_helps_invalid);
        self.wrong_actions = self.wrong_actions.saturating_add(u32::from(outcome.wrong));
        let halted = u32::from(outcome.halted.is_some());
        self.halted = self.halted.saturating_add(halted);
        self.declared |= outcome.ends_episode;
        self.with_specialist |= investigates && actions.use_specialist();
    }
}
