//! The checks of everything that enters the engine: starts, resets, restored snapshots, interventions.

use crate::world::blueprint::Blueprint;
use crate::world::environment::{Clock, Engine, Impact, ImpactMode, SloBudget};
use crate::world::error::SimError;
use crate::world::fault_kind::FaultKind;
use crate::world::metric;

/// Largest speed of a fault. It keeps all results finite.
const MAX_SPEED: f64 = 1e6;

/// Checks that a fault can have this speed.
pub(crate) fn check_speed(speed: f64) -> Result<(), SimError> {
    if (0.0..=MAX_SPEED).contains(&speed) {
        Ok(())
    } else {
        Err(SimError::Speed(speed))
    }
}

/// Checks that a number is finite.
pub(crate) fn check_finite(what: &'static str, number: f64) -> Result<(), SimError> {
    if number.is_finite() {
        return Ok(());
    }
    Err(SimError::NotFinite {
        metric: what.to_owned(),
    })
}

/// Checks that an amount is finite and at least 0.
fn check_amount(what: &'static str, amount: f64) -> Result<(), SimError> {
    check_finite(what, amount)?;
    if amount >= 0.0 {
        return Ok(());
    }
    Err(SimError::OutOfRange {
        what,
        allowed: "at least 0".to_owned(),
        given: amount,
    })
}

impl Blueprint {
    /// Checks that the environment can be built. Everything that builds, resets or restores one calls this first.
    ///
    /// # Errors
    /// [`SimError::Blueprint`], [`SimError::Speed`], [`SimError::SingleFault`];
    /// [`SimError::NotFinite`] and [`SimError::OutOfRange`] for the clock, the budget, the impact and
    /// what the services are built from; and as [`crate::write_metric`] for each metric by name.
    pub fn check(&self) -> Result<(), SimError> {
        self.check_shape()?;
        check_totals(&self.clock, &self.slo_budget, &self.impact)?;
        for fault in &self.faults {
            check_speed(fault.speed)?;
        }
        for service in &self.services {
            metric::check_components(service)?;
            let mut named = service.metrics.iter();
            named.try_for_each(|(name, value)| metric::check(name, value))?;
        }
        Ok(())
    }

    /// Whether its parts fit together.
    fn check_shape(&self) -> Result<(), SimError> {
        let nodes = self.topology.graph().node_count();
        let targets = self.faults.iter().map(|fault| fault.target);
        if self.services.len() != self.topology.service_count() {
            return Err(SimError::Blueprint(
                "it has more or fewer services than its topology",
            ));
        }
        if targets.chain(self.root_cause).any(|node| node >= nodes) {
            return Err(SimError::Blueprint(
                "a fault or the root cause is no node of its topology",
            ));
        }
        if self.engine == Engine::SingleFault && self.faults.len() != 1 {
            return Err(SimError::SingleFault {
                faults: self.faults.len(),
            });
        }
        self.check_physics()
    }

    /// Whether it has what its physics needs, and nothing of the other.
    fn check_physics(&self) -> Result<(), SimError> {
        let problem = match &self.traffic {
            Some(_) if self.engine.is_classic() => {
                "it has traffic, and an engine of the classic physics"
            }
            None if !self.engine.is_classic() => "the traffic engine needs traffic",
            Some(traffic) if !traffic.is_of(self.services.len(), self.faults.len()) => {
                "its traffic is of another number of services or faults"
            }
            Some(_) if self.impact_mode != ImpactMode::Standard => {
                "where there is traffic, impact is on users: freshness is of the classic physics"
            }
            None if self
                .faults
                .iter()
                .any(|fault| fault.kind == FaultKind::KNOBS) =>
            {
                return Err(SimError::ClassicCourse);
            }
            _ => return self.check_metrics(),
        };
        Err(SimError::Blueprint(problem))
    }

    /// Whether no service with traffic has a metric of a rule that only the classic physics has.
    fn check_metrics(&self) -> Result<(), SimError> {
        if self.traffic.is_none() {
            return Ok(());
        }
        let mut names = self
            .services
            .iter()
            .flat_map(|service| service.metrics.keys());
        names.try_for_each(|name| metric::check_classic(name))
    }
}

fn check_totals(clock: &Clock, budget: &SloBudget, impact: &Impact) -> Result<(), SimError> {
    // Ticks are unsigned; of the seconds only the sign can be wrong.
    check_amount("sim_time_seconds", clock.sim_time_seconds as f64)?;
    check_amount("slo_budget", budget.remaining)?;
    check_amount("slo_burn_per_tick", budget.burn_per_tick)?;
    check_amount("bcm_delta", impact.bcm_delta)?;
    check_amount("bad_customer_minutes", impact.bad_customer_minutes)
}
