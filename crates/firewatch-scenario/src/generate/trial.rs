//! Trials of a drawn incident: whether it hurts customers, hides its cause and can be mended.

use firewatch_sim::{EnvironmentRef, SimError, Simulation, Status};

use crate::model::{Difficulty, Scenario};

/// Ticks after its beginning at which a trial halts a fault: later than a good answer does.
const HALT_AFTER: u64 = 6;
/// Ticks from the start in which the cause must not look worst.
const HIDDEN_TICKS: u64 = 4;
/// Ticks until the fault of an easy incident shows on its service.
const SHOWN_BY: u64 = 6;

/// Whether the incident keeps what the generator promises of its difficulty. `facing` are the services that
/// customers talk to, as indices.
pub(super) fn is_good(scenario: &Scenario, difficulty: Difficulty, facing: &[usize]) -> bool {
    let trial = Trial { scenario, facing };
    let is_good = || {
        Ok::<_, SimError>(
            trial.hurts_unanswered(difficulty)?
                && trial.is_mended_by(scenario.faults.len())?
                && (scenario.faults.len() < 2 || trial.relapses()?),
        )
    };
    is_good().unwrap_or(false)
}

struct Trial<'a> {
    scenario: &'a Scenario,
    facing: &'a [usize],
}

impl Trial<'_> {
    /// Plays the incident with its first faults halted soon, and shows `observe` each tick. Returns the end.
    fn play(
        &self,
        halted: usize,
        mut observe: impl FnMut(u64, &EnvironmentRef),
    ) -> Result<Simulation, SimError> {
        let mut simulation = Simulation::from_blueprint(&self.scenario.blueprint()?)?;
        for tick in 0..self.scenario.ticks {
            for (index, fault) in self.scenario.faults.iter().enumerate() {
                if fault.start_tick == tick && tick > 0 {
                    simulation.inject_fault(&fault.state())?;
                }
                if index < halted && fault.start_tick + HALT_AFTER == tick {
                    simulation.halt_fault(index)?;
                }
            }
            simulation.tick();
            observe(tick + 1, &simulation.view());
        }
        Ok(simulation)
    }

    /// Without an answer: customers are hit by the middle and at the end, each fault misses a goal, and what
    /// looks worst is the cause in an easy incident only.
    fn hurts_unanswered(&self, difficulty: Difficulty) -> Result<bool, SimError> {
        let (mut hit_by_middle, mut shown, mut hidden) = (false, false, true);
        let cause = self.position(0);
        let end = self.play(0, |tick, view| {
            hit_by_middle |= tick <= self.scenario.ticks / 2 && self.hits(view);
            let status = cause.and_then(|cause| view.vitals_at(cause));
            let is_unwell = status.is_some_and(|vitals| vitals.status != Status::Healthy);
            shown |= tick <= SHOWN_BY && is_unwell;
            hidden &= tick > HIDDEN_TICKS || worst(view) != cause;
        })?;
        let view = end.view();
        let goals = &self.scenario.goals.list;
        // Not every version has goals about the cause.
        let misses = |service: &str| {
            let own = goals.iter().filter(|goal| goal.service == service);
            own.clone().count() == 0 || { own }.any(|goal| !goal.is_met(&view))
        };
        let mut faults = self.scenario.faults.iter();
        let has_structure = match difficulty {
            Difficulty::Easy => shown,
            Difficulty::Medium | Difficulty::Hard => hidden,
        };
        let hurts = hit_by_middle && self.hits(&view);
        Ok(hurts && has_structure && faults.all(|fault| misses(&fault.service)))
    }

    /// With the first faults ended in time, every goal is met and no customer is hit at the end.
    fn is_mended_by(&self, halted: usize) -> Result<bool, SimError> {
        let end = self.play(halted, |_, _| ())?;
        let view = end.view();
        let mut goals = self.scenario.goals.list.iter();
        Ok(!self.hits(&view) && goals.all(|goal| goal.is_met(&view)))
    }

    /// With the first fault ended only, customers are well when the second begins, and hit at the end.
    fn relapses(&self) -> Result<bool, SimError> {
        let second = self.scenario.faults.get(1);
        let begins = second.map_or(0, |fault| fault.start_tick);
        let mut well = false;
        let end = self.play(1, |tick, view| well |= tick == begins && !self.hits(view))?;
        Ok(well && self.hits(&end.view()))
    }

    fn position(&self, fault: usize) -> Option<usize> {
        let service = &self.scenario.faults.get(fault)?.service;
        let mut services = self.scenario.services.iter();
        services.position(|entry| entry.name == *service)
    }

    /// Whether a service that customers talk to is not healthy.
    fn hits(&self, view: &EnvironmentRef) -> bool {
        let mut facing = self.facing.iter().filter_map(|&at| view.vitals_at(at));
        facing.any(|vitals| vitals.status != Status::Healthy)
    }
}

/// The service that looks worst, by status and then by errors; of equals the first.
fn worst(view: &EnvironmentRef) -> Option<usize> {
    let rank = |vitals: &firewatch_sim::Vitals| (vitals.status, vitals.http_server_error_rate);
    let ranked = view.vitals().map(rank).enumerate();
    let worst = ranked.reduce(|worst, next| if next.1 > worst.1 { next } else { worst });
    worst.map(|(index, _)| index)
}
