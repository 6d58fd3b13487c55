//! What actions leave behind that is no part of the environment.

use std::collections::{BTreeMap, VecDeque};

use firewatch_sim::{EnvironmentRef, SimError, Value, Vitals, round_decimal};

use super::catalogue::ActionCatalogue;
use super::effect;
use super::model::{Counter, On};
use super::stage::Stage;
use super::template::Tracked;

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

impl Recorded {
    fn of(vitals: &Vitals) -> Self {
        let round = |x| round_decimal(x, HISTORY_DECIMALS);
        Self {
            http_server_error_rate: round(vitals.http_server_error_rate),
            http_server_request_duration_p99: round(vitals.http_server_request_duration_p99),
            process_memory_utilization: round(vitals.process_memory_utilization),
        }
    }

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
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ActionSession {
    /// A row a tick, a place a service; the latest last.
    history: VecDeque<Vec<Recorded>>,
    circuit_breakers: BTreeMap<String, u64>,
    specialist_ticks: u64,
    fault_halted: bool,
}

impl ActionSession {
    /// Nothing recorded, nothing counted.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets everything, and keeps the memory.
    pub fn clear(&mut self) {
        self.history.clear();
        self.circuit_breakers.clear();
        self.specialist_ticks = 0;
        self.fault_halted = false;
    }

    /// What comes between the tick of a step and its action: the metrics are recorded, then the counts
    /// of the open circuits go down. Where the catalogue's circuits shield, each that is still open takes
    /// its share of errors off those who call through it.
    ///
    /// # Errors
    /// As the stage.
    pub fn begin_step(
        &mut self,
        catalogue: &ActionCatalogue,
        stage: &mut impl Stage,
    ) -> Result<(), SimError> {
        stage.read(|view| self.record(view))?;
        if self.circuit_breakers.is_empty() {
            return Ok(());
        }
        if catalogue.rules().open_circuit_factor != 1.0 {
            for target in self.circuit_breakers.keys() {
                shield(catalogue, stage, target)?;
            }
        }
        self.circuit_breakers.retain(|_, ticks| {
            *ticks = ticks.saturating_sub(1);
            *ticks > 0
        });
        Ok(())
    }

    fn record(&mut self, view: &EnvironmentRef) {
        let mut row = if self.history.len() >= HISTORY_TICKS {
            self.history.pop_front().unwrap_or_default()
        } else {
            Vec::new()
        };
        row.clear();
        row.extend(view.vitals().map(Recorded::of));
        self.history.push_back(row);
    }

    /// Ticks that are in the history, up to [`HISTORY_TICKS`].
    #[must_use]
    pub fn recorded_ticks(&self) -> usize {
        self.history.len()
    }

    /// The recorded vitals of a service by its place in the mesh, the latest last.
    pub fn history(&self, service: usize) -> impl DoubleEndedIterator<Item = Recorded> {
        self.history
            .iter()
            .filter_map(move |row| row.get(service).copied())
    }

    /// Steps for which the circuit to the service stays open; 0 where it is closed.
    #[must_use]
    pub fn circuit_breaker_ticks(&self, service: &str) -> u64 {
        self.circuit_breakers.get(service).copied().unwrap_or(0)
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

    pub(super) fn note_halt(&mut self) {
        self.fault_halted = true;
    }

    pub(super) fn count(&mut self, counter: Counter, target: &str, to: u64) {
        match counter {
            Counter::Specialist => self.specialist_ticks = to,
            Counter::CircuitBreaker if to == 0 => {
                self.circuit_breakers.remove(target);
            }
            Counter::CircuitBreaker => {
                self.circuit_breakers.insert(target.to_owned(), to);
            }
        }
    }
}

fn shield(
    catalogue: &ActionCatalogue,
    stage: &mut impl Stage,
    target: &str,
) -> Result<(), SimError> {
    const METRIC: &str = "http_server_error_rate";
    let rules = catalogue.rules();
    for service in effect::services(stage, rules, &On::Dependents, target)? {
        let errors = stage.read(|view| view.metric(&service, METRIC)?.as_f64())?;
        if let Some(errors) = errors {
            let shielded = Value::Float(errors * rules.open_circuit_factor);
            stage.set_metric(&service, METRIC, &shielded)?;
        }
    }
    Ok(())
}
