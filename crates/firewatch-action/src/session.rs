//! What actions leave behind that is no part of the environment.

use std::collections::VecDeque;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use firewatch_sim::{
    EnvironmentMut, EnvironmentRef, MetricKey, SimError, SmolStr, Value, Vitals, round_decimal,
};

use crate::catalogue::ActionCatalogue;
use crate::effect::is_about;
use crate::model::{Counter, Recipients};
use crate::state_error::StateError;
use crate::template::Tracked;

/// Ticks that the history keeps.
pub const HISTORY_TICKS: usize = 5;
/// Decimals that the history keeps.
const HISTORY_DECIMALS: u32 = 4;

/// The vitals of a service at one tick, rounded to 4 decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Recorded {
    /// Share of requests that fail.
    pub http_server_error_rate: f64,
    /// 99th percentile of the request duration, seconds.
    pub http_server_request_duration_p99: f64,
    /// Memory in use as a share of the limit.
    pub process_memory_utilization: f64,
}

/// What becomes [`Recorded`] once somebody looks at it: rounding takes longer than recording.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Measured([f64; 3]);

impl Measured {
    fn of(vitals: &Vitals) -> Self {
        Self([
            vitals.http_server_error_rate,
            vitals.http_server_request_duration_p99,
            vitals.process_memory_utilization,
        ])
    }

    fn rounded(&self) -> Recorded {
        let [errors, p99, memory] = self.0.map(|x| round_decimal(x, HISTORY_DECIMALS));
        Recorded {
            http_server_error_rate: errors,
            http_server_request_duration_p99: p99,
            process_memory_utilization: memory,
        }
    }
}

impl Recorded {
    pub(super) fn get(&self, tracked: Tracked) -> f64 {
        match tracked {
            Tracked::ErrorRate => self.http_server_error_rate,
            Tracked::LatencyP99 => self.http_server_request_duration_p99,
            Tracked::MemoryUtilization => self.process_memory_utilization,
        }
    }
}

/// What actions leave behind that is no part of the environment: one goes with each environment that
/// is acted on.
///
/// It is saved and restored with its episode: one that was written and read again is the same to the bit,
/// in JSON with the feature `float_roundtrip` of `serde_json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionSession {
    /// A row a tick, a place a service; the latest last.
    history: VecDeque<Vec<Measured>>,
    /// Ticks that the history would have without [`forget_history`](Self::forget_history).
    recorded: usize,
    is_unread: bool,
    /// Each open circuit once, with the steps for which it stays so.
    circuit_breakers: Vec<(SmolStr, u64)>,
    specialist_ticks: u64,
    fault_halted: bool,
    /// What actions broke off for a tick, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    interruptions: Vec<Interruption>,
}

/// What an action broke off until the step after the next tick.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Interruption {
    service: SmolStr,
    /// Its error rate without and with it.
    before: f64,
    during: f64,
}

impl ActionSession {
    /// Nothing recorded, nothing counted.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks that a session which was read fits the environment.
    ///
    /// # Errors
    /// [`StateError`]: the first thing that does not.
    pub fn check(&self, view: &EnvironmentRef) -> Result<(), StateError> {
        let services = view.service_names().len();
        StateError::check_at_most("recorded", self.recorded, HISTORY_TICKS)?;
        StateError::check_at_most("history", self.history.len(), self.recorded)?;
        for row in &self.history {
            StateError::check_services("history", row.len(), services)?;
            let mut numbers = row.iter().flat_map(|measured| measured.0);
            StateError::check_finite("history", numbers.all(f64::is_finite))?;
        }
        for (name, _) in &self.circuit_breakers {
            if view.topology().service(name).is_none() {
                return Err(StateError::UnknownService(name.to_string()));
            }
        }
        for interruption in &self.interruptions {
            let name = &interruption.service;
            if view.topology().service(name).is_none() {
                return Err(StateError::UnknownService(name.to_string()));
            }
            let rates = [interruption.before, interruption.during];
            let are_rates = rates.iter().all(|rate| (0.0..=1.0).contains(rate));
            StateError::check_finite("interruptions", are_rates)?;
        }
        Ok(())
    }

    /// Forgets everything, and keeps the memory.
    pub fn clear(&mut self) {
        self.history.clear();
        self.recorded = 0;
        self.circuit_breakers.clear();
        self.specialist_ticks = 0;
        self.fault_halted = false;
        self.interruptions.clear();
    }

    /// What comes between the tick of a step and its action: the metrics are recorded, what actions interrupted
    /// goes on, then the counts of the open circuits go down. Where the catalogue's circuits shield, each that
    /// is still open takes its share of errors off those who call through it.
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

    /// Records the metrics: the first half of [`start_step`](Self::start_step), for callers that read many
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

    /// Whether a circuit is open or a service interrupted. If not,
    /// [`advance_passing_effects`](Self::advance_passing_effects) does nothing.
    #[must_use]
    pub fn has_passing_effects(&self) -> bool {
        !self.circuit_breakers.is_empty() || !self.interruptions.is_empty()
    }

    /// The second half of [`start_step`](Self::start_step): ends interruptions, lets open circuits shield, and
    /// counts them down.
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
        // The latest first: it was noted on top of the others.
        for interruption in self.interruptions.drain(..).rev() {
            interruption.end(environment)?;
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

    /// Ticks that are in the history, up to [`HISTORY_TICKS`].
    #[must_use]
    pub fn recorded_ticks(&self) -> usize {
        self.recorded
    }

    /// Keeps no metrics of earlier ticks from now on, but goes on to count them: for environments whose
    /// reports nobody reads.
    pub fn forget_history(&mut self) {
        self.history = VecDeque::new();
        self.is_unread = true;
    }

    /// The recorded vitals of a service by its place in the mesh, the latest last.
    pub fn history(&self, service: usize) -> impl DoubleEndedIterator<Item = Recorded> {
        self.history
            .iter()
            .filter_map(move |row| row.get(service).map(Measured::rounded))
    }

    /// Steps for which the circuit to the service stays open; 0 where it is closed.
    #[must_use]
    pub fn circuit_breaker_ticks(&self, service: &str) -> u64 {
        let mut open = self.circuit_breakers.iter();
        open.find(|(name, _)| name == service)
            .map_or(0, |(_, ticks)| *ticks)
    }

    /// Investigations for which the specialist is still there.
    #[must_use]
    pub fn specialist_ticks(&self) -> u64 {
        self.specialist_ticks
    }

    /// Takes one of the specialist's investigations; `false` if there is none left.
    pub fn use_specialist(&mut self) -> bool {
        let there = self.specialist_ticks > 0;
        self.specialist_ticks = self.specialist_ticks.saturating_sub(1);
        there
    }

    /// Whether an action that halts was ever done where it fits, be it that there was nothing left to
    /// halt: the reference's flag for an incident without a list of faults.
    #[must_use]
    pub fn fault_halted(&self) -> bool {
        self.fault_halted
    }

    pub(super) fn note_interruption(&mut self, service: SmolStr, before: f64, during: f64) {
        self.interruptions.push(Interruption {
            service,
            before,
            during,
        });
    }

    pub(super) fn record_halt(&mut self) {
        self.fault_halted = true;
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

static ERROR_RATE: LazyLock<MetricKey> = LazyLock::new(|| MetricKey::new("http_server_error_rate"));

/// Error rate that recovery of the engine stops at.
const ERROR_FLOOR: f64 = 0.01;

impl Interruption {
    /// Takes the errors away that it made, and leaves what the tick changed besides.
    fn end(&self, environment: &mut EnvironmentMut) -> Result<(), SimError> {
        let Some(index) = environment.topology()?.service(&self.service) else {
            return Ok(());
        };
        let mut service = environment.service(index)?;
        let errors = service.metric(&ERROR_RATE);
        let Some(errors) = errors.and_then(|errors| errors.as_f64()) else {
            return Ok(());
        };
        let ended = if errors == self.during {
            self.before
        } else if errors >= 1.0 {
            // A fault took all the requests meanwhile.
            return Ok(());
        } else {
            let without = errors - (self.during - self.before);
            let floor = if self.before < ERROR_FLOOR {
                self.before
            } else {
                ERROR_FLOOR
            };
            if without > floor { without } else { floor }
        };
        service.set_metric(&ERROR_RATE, &Value::Float(ended))
    }
}

/// Takes off the errors of those who call the target what an open circuit spares them.
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
        if !is_about(&Recipients::Dependents, index, target, topology, rules) {
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
