//! State of actions that is not part of the environment: history, circuit breakers and the specialist.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use firewatch_sim::{
    EnvironmentMut, EnvironmentRef, MetricSetting, ServiceKnob, SimError, SmolStr, TrafficChange,
    Value,
};

use crate::catalogue::ActionCatalogue;
use crate::customers::FacedServices;
use crate::history::{Measured, Recorded};
use crate::interruption::{ERROR_RATE, Interruption, Interruptions};
use crate::model::{Counter, Recipients};
use crate::state_error::StateError;

/// Number of ticks that the history keeps.
pub const HISTORY_TICKS: usize = 5;

/// State of actions that is not part of the environment. Each environment needs a session of its own.
///
/// A session is saved and restored with its episode. It round-trips bit for bit, in JSON with the feature
/// `float_roundtrip` of `serde_json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionSession {
    /// A row for each tick with an entry for each service; the latest last.
    history: VecDeque<Vec<Measured>>,
    /// Number of ticks that the history would have without [`forget_history`](Self::forget_history).
    recorded: usize,
    is_unread: bool,
    /// Targets of open circuit breakers, each once, and the steps that they stay open.
    circuit_breakers: Vec<(SmolStr, u64)>,
    specialist_ticks: u64,
    /// Interruptions by actions, in order.
    #[serde(default, skip_serializing_if = "Interruptions::is_empty")]
    interruptions: Interruptions,
    /// Services that an action lets refuse everything, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    dropping: Vec<SmolStr>,
    /// The services that the scenario says customers talk to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    user_facing: Vec<SmolStr>,
    #[serde(skip)]
    faced: FacedServices,
}

/// What passes between the tick of a step and its action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassingEffects {
    /// Nothing.
    None,
    /// The interruption of one service ends.
    Interruption,
    /// Circuit breakers are open, or several things pass.
    Several,
}

impl ActionSession {
    /// Makes a session without history and counters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the services that customers talk to, for the condition `customers_hit`; without any they are those that
    /// [`CustomerRules`](crate::CustomerRules) say.
    #[must_use]
    pub fn with_user_facing(self, services: &[String]) -> Self {
        let user_facing = services.iter().map(SmolStr::new).collect();
        Self {
            user_facing,
            faced: FacedServices::default(),
            ..self
        }
    }

    /// Checks that a saved session fits the environment.
    ///
    /// # Errors
    /// [`StateError`]: the first problem.
    pub fn check(&self, view: &EnvironmentRef) -> Result<(), StateError> {
        let services = view.service_names().len();
        StateError::check_at_most("recorded", self.recorded, HISTORY_TICKS)?;
        StateError::check_at_most("history", self.history.len(), self.recorded)?;
        for row in &self.history {
            StateError::check_services("history", row.len(), services)?;
            let mut numbers = row.iter().flat_map(|measured| measured.0);
            StateError::check_finite("history", numbers.all(f64::is_finite))?;
        }
        let broken = self.circuit_breakers.iter().map(|(name, _)| name);
        let mut named = broken.chain(&self.dropping).chain(&self.user_facing);
        if let Some(name) = named.find(|name| view.topology().service(name).is_none()) {
            return Err(StateError::UnknownService(name.to_string()));
        }
        for interruption in &self.interruptions {
            if interruption.service >= services {
                return Err(StateError::UnknownService(interruption.service.to_string()));
            }
            let rates = [interruption.before, interruption.during];
            let are_rates = rates.iter().all(|rate| (0.0..=1.0).contains(rate));
            StateError::check_finite("interruptions", are_rates)?;
        }
        Ok(())
    }

    /// Starts a step, between its tick and its action: records the metrics, ends interruptions, then counts down
    /// the open circuit breakers. Each open one first scales the error rates of its callers, by the catalogue's
    /// rules.
    ///
    /// # Errors
    /// [`SimError::NoEnvironment`].
    pub fn start_step(
        &mut self,
        catalogue: &ActionCatalogue,
        environment: &mut EnvironmentMut,
    ) -> Result<(), SimError> {
        self.record(&environment.view()?);
        self.advance_passing_effects(catalogue, environment)
    }

    /// Records the metrics, the first half of [`start_step`](Self::start_step): for callers that read many
    /// environments before they change one.
    pub fn record(&mut self, view: &EnvironmentRef) {
        self.recorded = HISTORY_TICKS.min(self.recorded + 1);
        if self.is_unread {
            return;
        }
        let mut row = if self.history.len() >= HISTORY_TICKS {
            self.history.pop_front().unwrap_or_default()
        } else {
            Vec::new()
        };
        row.clear();
        row.extend(view.vitals().map(Measured::of));
        self.history.push_back(row);
    }

    /// Returns whether a circuit breaker is open, a service interrupted or a rate of requests dropping. If not,
    /// [`advance_passing_effects`](Self::advance_passing_effects) does nothing.
    #[must_use]
    pub fn has_passing_effects(&self) -> bool {
        self.passing_effects() != PassingEffects::None
    }

    /// Returns what [`advance_passing_effects`](Self::advance_passing_effects) does.
    #[must_use]
    pub fn passing_effects(&self) -> PassingEffects {
        let others = self.circuit_breakers.len() + self.dropping.len();
        match (self.interruptions.len(), others) {
            (0, 0) => PassingEffects::None,
            (1, 0) => PassingEffects::Interruption,
            _ => PassingEffects::Several,
        }
    }

    /// Ends a [single interruption](PassingEffects::Interruption), for callers that change many environments in one go:
    /// returns the index of the service and the error rate that it has then, if that changes.
    pub fn end_interruption(&mut self, view: &EnvironmentRef) -> Option<(usize, MetricSetting)> {
        let interruption = self.interruptions.pop()?;
        Some((interruption.service, interruption.setting(view)?))
    }

    /// Ends interruptions, and applies and counts down the open circuit breakers: the second half of
    /// [`start_step`](Self::start_step).
    ///
    /// # Errors
    /// [`SimError::NoEnvironment`].
    pub fn advance_passing_effects(
        &mut self,
        catalogue: &ActionCatalogue,
        environment: &mut EnvironmentMut,
    ) -> Result<(), SimError> {
        if !self.has_passing_effects() {
            return Ok(());
        }
        // The latest first: it was added on top of the others.
        while let Some(interruption) = self.interruptions.pop() {
            interruption.end(environment)?;
        }
        for service in self.dropping.drain(..) {
            environment.change_traffic(&TrafficChange::Service {
                service: &service,
                knob: ServiceKnob::Down,
                value: None,
            })?;
        }
        if catalogue.rules().open_circuit_factor != 1.0 {
            for (target, _) in &self.circuit_breakers {
                shield(catalogue, environment, target)?;
            }
        }
        self.circuit_breakers.retain_mut(|(_, ticks)| {
            *ticks = ticks.saturating_sub(1);
            *ticks > 0
        });
        Ok(())
    }

    /// Returns the number of ticks in the history, up to [`HISTORY_TICKS`].
    #[must_use]
    pub fn recorded_ticks(&self) -> usize {
        self.recorded
    }

    /// Stops recording metrics, and drops those recorded; ticks are still counted. For environments whose
    /// reports are not read.
    pub fn forget_history(&mut self) {
        self.history = VecDeque::new();
        self.is_unread = true;
    }

    /// Returns the recorded vitals of a service by its index in the mesh, the latest last.
    pub fn history(&self, service: usize) -> impl DoubleEndedIterator<Item = Recorded> {
        self.history
            .iter()
            .filter_map(move |row| row.get(service).map(Measured::rounded))
    }

    /// Returns the steps that the circuit breaker of a service stays open; 0 if it is closed.
    #[must_use]
    pub fn circuit_breaker_ticks(&self, service: &str) -> u64 {
        let mut open = self.circuit_breakers.iter();
        open.find(|(name, _)| name == service)
            .map_or(0, |(_, ticks)| *ticks)
    }

    /// Returns the number of investigations that the specialist still helps with.
    #[must_use]
    pub fn specialist_ticks(&self) -> u64 {
        self.specialist_ticks
    }

    /// Uses one of the specialist's investigations; returns `false` if none is left.
    pub fn use_specialist(&mut self) -> bool {
        let there = self.specialist_ticks > 0;
        self.specialist_ticks = self.specialist_ticks.saturating_sub(1);
        there
    }

    /// Returns the services that the scenario says customers talk to, and those that they talk to by the rules.
    pub(super) fn user_facing(&self) -> (&[SmolStr], &FacedServices) {
        (&self.user_facing, &self.faced)
    }

    pub(super) fn note_interruption(&mut self, interruption: Interruption) {
        self.interruptions.push(interruption);
    }

    pub(super) fn note_drop(&mut self, service: SmolStr) {
        if !self.dropping.contains(&service) {
            self.dropping.push(service);
        }
    }

    pub(super) fn set_counter(&mut self, counter: Counter, target: Option<&SmolStr>, to: u64) {
        match (counter, target) {
            (Counter::Specialist, _) => self.specialist_ticks = to,
            (Counter::CircuitBreaker, Some(target)) => {
                self.circuit_breakers.retain(|(name, _)| name != target);
                if to > 0 {
                    self.circuit_breakers.push((target.clone(), to));
                }
            }
            (Counter::CircuitBreaker, None) => {}
        }
    }
}

/// Scales the error rates of the target's callers, for an open circuit breaker.
fn shield(
    catalogue: &ActionCatalogue,
    environment: &mut EnvironmentMut,
    target: &str,
) -> Result<(), SimError> {
    let rules = catalogue.rules();
    let topology = environment.topology()?;
    let (services, target) = (0..topology.service_count(), topology.service(target));
    for index in services {
        let topology = environment.topology()?;
        if !Recipients::Dependents.include(index, target, topology, rules) {
            continue;
        }
        let mut service = environment.service(index)?;
        let errors = service.metric(&ERROR_RATE);
        if let Some(errors) = errors.and_then(|errors| errors.as_f64()) {
            let shielded = Value::Float(errors * rules.open_circuit_factor);
            service.set_metric(&ERROR_RATE, &shielded)?;
        }
    }
    Ok(())
}
