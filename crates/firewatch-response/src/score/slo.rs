//! The SLO budget of an episode.

use firewatch_sim::{SloBudget, num};
use serde::{Deserialize, Serialize};

use super::rules::{BurnRule, SloRules};

/// The budget left, and the burn of the last step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Slo {
    /// That of the beginning, which the grade goes by.
    initial: f64,
    /// The most that the budget can rise to, where it can rise.
    ceiling: f64,
    /// Burn that the engine charges for a tick in which no service is healthy.
    engine_burn: f64,
    /// Burn of a step in which customers are hit.
    burn: f64,
    /// Left, unrounded.
    pub(crate) remaining: f64,
    /// Whether customers were hit in the last tick.
    pub(crate) user_impact: bool,
    /// Burn of the last step, before what a specialist spares.
    pub(crate) burn_now: f64,
}

impl Slo {
    /// Starts after the tick of a reset, which the engine charged; where steps are charged once, that is not taken
    /// over. Where that tick does not count, impact and burn are the same after every reset.
    pub(crate) fn begin(rules: &SloRules, initial: f64, engine: SloBudget) -> Self {
        Self {
            initial,
            ceiling: initial,
            engine_burn: engine.burn_per_tick,
            burn: engine.burn_per_tick,
            remaining: match rules.burn {
                BurnRule::UndoEngine => engine.remaining,
                BurnRule::Once => initial,
            },
            user_impact: true,
            burn_now: rules.shown_after_reset,
        }
    }

    pub(crate) fn is_finite(&self) -> bool {
        let numbers = [
            self.initial,
            self.ceiling,
            self.engine_burn,
            self.burn,
            self.remaining,
            self.burn_now,
        ];
        numbers.into_iter().all(f64::is_finite)
    }

    pub(crate) fn initial(&self) -> f64 {
        self.initial
    }

    /// From now on burns, and gives back, as with another budget. The engine and the grade do not know.
    pub(crate) fn overwrite(&mut self, other: SloBudget) {
        (self.ceiling, self.burn) = (other.remaining, other.burn_per_tick);
    }

    /// Notes whether the tick has hit customers, and what that burns.
    pub(crate) fn note_impact(&mut self, rules: &SloRules, user_impact: bool, all_healthy: bool) {
        self.user_impact = user_impact;
        self.burn_now = if user_impact {
            self.burn
        } else if !rules.healthy_mesh_burns && all_healthy {
            0.0
        } else {
            self.burn * rules.unnoticed_share
        };
    }

    /// Lets the last tick burn by this share of the users' requests, 0 to 1, in place of all or nothing.
    pub(crate) fn burn_by(&mut self, failed_share: f64) {
        self.burn_now = self.burn * failed_share;
    }

    /// Charges what the rules charge after the tick.
    pub(crate) fn charge_after_tick(
        &mut self,
        rules: &SloRules,
        unhealthy: usize,
        services: usize,
    ) {
        if rules.burn != BurnRule::UndoEngine {
            return;
        }
        // Without services nothing is unhealthy.
        let share = unhealthy as f64 / services.max(1) as f64;
        // The engine cuts the budget off at 0, so what is undone may be more than was charged.
        let engine = num::max(0.0, self.remaining - self.engine_burn * share);
        let undone = num::min(self.ceiling, engine + self.burn * share);
        self.remaining = num::max(0.0, undone - self.burn_now);
    }

    /// Charges what the rules charge after the action, or gives back a specialist's share, even to a
    /// used-up budget.
    pub(crate) fn charge_after_action(&mut self, rules: &SloRules, with_specialist: bool) {
        match rules.burn {
            BurnRule::UndoEngine => {
                if with_specialist {
                    let refund = self.burn_now * (1.0 - rules.specialist_share);
                    self.remaining = num::min(self.ceiling, self.remaining + refund);
                }
            }
            BurnRule::Once => {
                let share = if with_specialist {
                    rules.specialist_share
                } else {
                    1.0
                };
                self.remaining = num::max(0.0, self.remaining - self.burn_now * share);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::rules::ScoreRules;

    const REFERENCE: &SloRules = &ScoreRules::REFERENCE.slo;
    const STANDARD: &SloRules = &ScoreRules::STANDARD.slo;

    fn slo(rules: &SloRules, remaining: f64) -> Slo {
        let engine = SloBudget {
            remaining,
            burn_per_tick: 1.5,
        };
        Slo::begin(rules, 30.0, engine)
    }

    #[test]
    fn the_reference_undoes_the_burn_of_the_tick_and_charges_that_of_the_step() {
        // 29 after a tick with 1 of 3 unhealthy: 28.5 left.
        let mut slo = slo(REFERENCE, 29.0);
        slo.note_impact(REFERENCE, true, false);
        slo.charge_after_tick(REFERENCE, 1, 3);
        assert_eq!(slo.remaining, 27.5);
        // With nobody hit a fifth of it, even if all is well.
        slo.note_impact(REFERENCE, false, false);
        slo.charge_after_tick(REFERENCE, 0, 3);
        assert_eq!((slo.burn_now, slo.remaining), (1.5 * 0.2, 27.5 - 1.5 * 0.2));
    }

    #[test]
    fn the_reference_lets_a_budget_come_back() {
        // The engine cut 0.2 - 1.5 off at 0; all of the 1.5 are taken back.
        let mut slo = slo(REFERENCE, 0.2);
        slo.note_impact(REFERENCE, false, false);
        slo.charge_after_tick(REFERENCE, 3, 3);
        assert_eq!(slo.remaining, 1.5 - 1.5 * 0.2);
        slo.remaining = 0.0;
        slo.charge_after_action(REFERENCE, true);
        assert_eq!(slo.remaining, 1.5 * 0.2 * 0.5);
        // But never beyond what there was.
        slo.remaining = 30.0;
        slo.charge_after_action(REFERENCE, true);
        assert_eq!(slo.remaining, 30.0);
    }

    #[test]
    fn the_standard_budget_only_falls_and_only_while_customers_are_hit() {
        // What the engine charged for the tick of the reset is not taken over.
        let mut slo = slo(STANDARD, 2.0);
        assert_eq!(slo.remaining, 30.0);
        slo.remaining = 2.0;
        slo.note_impact(STANDARD, true, false);
        slo.charge_after_action(STANDARD, true);
        assert_eq!(slo.remaining, 1.25);
        slo.charge_after_action(STANDARD, false);
        assert_eq!(slo.remaining, 0.0);
        slo.charge_after_action(STANDARD, true);
        assert_eq!(slo.remaining, 0.0);
        for all_healthy in [true, false] {
            slo.note_impact(STANDARD, false, all_healthy);
            assert_eq!(slo.burn_now, 0.0);
        }
    }
}
