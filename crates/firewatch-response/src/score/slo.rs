//! The SLO budget of an episode.

use firewatch_sim::{SloBudget, Status, Vitals};
use serde::{Deserialize, Serialize};

use super::num;
use firewatch_action::Profile;

/// Burn while customers notice nothing, as a share of the burn.
pub const SHIELD_MULTIPLIER: f64 = 0.2;
/// Error rate above which customers notice, under the reference profile; a ratio.
pub const SHIELD_ERROR_LIMIT: f64 = 0.1;
/// Share of a step's burn that an investigation with a specialist is charged.
pub const SPECIALIST_COST: f64 = 0.5;
/// The burn that the reference shows after a reset, whatever the difficulty.
const REFERENCE_FIRST_BURN: f64 = 1.5;

/// What is left of the budget, and what the last step burned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Slo {
    /// That of the beginning, which the grade goes by.
    initial: f64,
    /// What the reference gives back never makes it more than that.
    ceiling: f64,
    /// What the engine burns in a tick in which no service is healthy.
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
    /// After the tick of a reset, which the engine charged. Under the reference profile impact and
    /// burn are shown as the same after every reset.
    pub(crate) fn begin(initial: f64, engine: SloBudget) -> Self {
        Self {
            initial,
            ceiling: initial,
            engine_burn: engine.burn_per_tick,
            burn: engine.burn_per_tick,
            remaining: engine.remaining,
            user_impact: true,
            burn_now: REFERENCE_FIRST_BURN,
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

    /// Notes whether the tick has hit customers, and what that burns: nothing in a healthy mesh.
    pub(crate) fn note_impact(&mut self, user_impact: bool, all_healthy: bool) {
        self.user_impact = user_impact;
        self.burn_now = if user_impact {
            self.burn
        } else if all_healthy {
            0.0
        } else {
            self.burn * SHIELD_MULTIPLIER
        };
    }

    /// Charges what the engine does for the tick, takes it back, and charges the burn of the step. The
    /// engine cuts the budget off at 0, so what is taken back may be more than was charged.
    pub(crate) fn charge_as_reference(&mut self, unhealthy: usize, services: usize) {
        // Without services nothing is unhealthy.
        let share = unhealthy as f64 / services.max(1) as f64;
        let engine = num::max(0.0, self.remaining - self.engine_burn * share);
        let undone = num::min(self.ceiling, engine + self.burn * share);
        self.remaining = num::max(0.0, undone - self.burn_now);
    }

    /// Gives back half of the burn for an investigation with a specialist, even to a used-up budget.
    pub(crate) fn refund_as_reference(&mut self) {
        let refund = self.burn_now * (1.0 - SPECIALIST_COST);
        self.remaining = num::min(self.ceiling, self.remaining + refund);
    }

    /// Charges the burn of the step, half of it for an investigation with a specialist.
    pub(crate) fn charge(&mut self, with_specialist: bool) {
        let share = if with_specialist {
            SPECIALIST_COST
        } else {
            1.0
        };
        self.remaining = num::max(0.0, self.remaining - self.burn_now * share);
    }
}

/// Whether the tick hit customers: because a service that they talk to [hurts](hurts_users), or because
/// data is stale. The reference looks at error rates alone.
pub(crate) fn hits_users(
    profile: Profile,
    mut faced_hurt: impl Iterator<Item = bool>,
    is_stale: impl FnOnce() -> bool,
) -> bool {
    faced_hurt.any(|hurts| hurts) || (profile == Profile::Standard && is_stale())
}

/// Whether a service as it is hits the customers who talk to it.
#[inline]
pub(crate) fn hurts_users(profile: Profile, vitals: &Vitals) -> bool {
    match profile {
        Profile::Reference => vitals.http_server_error_rate > SHIELD_ERROR_LIMIT,
        Profile::Standard => vitals.status != Status::Healthy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slo(remaining: f64) -> Slo {
        let engine = SloBudget {
            remaining,
            burn_per_tick: 1.5,
        };
        Slo::begin(30.0, engine)
    }

    #[test]
    fn the_reference_undoes_the_burn_of_the_tick_and_charges_that_of_the_step() {
        // 29 after a tick with 1 of 3 unhealthy: 28.5 left.
        let mut slo = slo(29.0);
        slo.note_impact(true, false);
        slo.charge_as_reference(1, 3);
        assert_eq!(slo.remaining, 27.5);
        // With nobody hit a fifth of it, even if all is well.
        slo.note_impact(false, false);
        slo.charge_as_reference(0, 3);
        assert_eq!((slo.burn_now, slo.remaining), (1.5 * 0.2, 27.5 - 1.5 * 0.2));
    }

    #[test]
    fn the_reference_lets_a_budget_come_back() {
        // The engine cut 0.2 - 1.5 off at 0; all of the 1.5 are taken back.
        let mut slo = slo(0.2);
        slo.note_impact(false, false);
        slo.charge_as_reference(3, 3);
        assert_eq!(slo.remaining, 1.5 - 1.5 * 0.2);
        slo.remaining = 0.0;
        slo.refund_as_reference();
        assert_eq!(slo.remaining, 1.5 * 0.2 * 0.5);
        // But never beyond what there was.
        slo.remaining = 30.0;
        slo.refund_as_reference();
        assert_eq!(slo.remaining, 30.0);
    }

    #[test]
    fn the_standard_budget_only_falls() {
        let mut slo = slo(2.0);
        slo.note_impact(true, false);
        slo.charge(true);
        assert_eq!(slo.remaining, 1.25);
        slo.charge(false);
        assert_eq!(slo.remaining, 0.0);
        slo.charge(true);
        assert_eq!(slo.remaining, 0.0);
        slo.note_impact(false, true);
        assert_eq!(slo.burn_now, 0.0);
        slo.note_impact(false, false);
        assert_eq!(slo.burn_now, 1.5 * 0.2);
    }

    #[test]
    fn who_counts_as_hit() {
        let vitals = |error_rate, status| {
            let mut vitals = Vitals::default();
            vitals.http_server_error_rate = error_rate;
            vitals.status = status;
            vitals
        };
        let at_limit = [vitals(0.1, Status::Degraded), vitals(0.9, Status::Down)];
        let hits = |profile, faced: [bool; 2], stale| {
            let faced = at_limit.iter().zip(faced).filter(|(_, faced)| *faced);
            let hurt = faced.map(|(vitals, _)| hurts_users(profile, vitals));
            hits_users(profile, hurt, || stale)
        };
        assert!(!hits(Profile::Reference, [true, false], true));
        assert!(hits(Profile::Reference, [false, true], false));
        assert!(!hits(Profile::Reference, [false, false], true));
        assert!(hits(Profile::Standard, [true, false], false));
        assert!(!hits(Profile::Standard, [false, false], false));
        assert!(hits(Profile::Standard, [false, false], true));
    }
}
