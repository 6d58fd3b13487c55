//! Playing a scenario: the simulation, what its timeline does to it, and what comes of it.

use firewatch_sim::{EnvironmentRef, FaultKind, SimError, Simulation, Status, Value, Vitals};

use crate::expect::{Verdict, Watch};
use crate::generate;
use crate::model::{Action, Fault, Metrics, Scenario};

/// Something that happened, after that many ticks.
#[derive(Clone, Debug, PartialEq)]
pub struct Occurrence {
    /// Ticks done.
    pub tick: u64,
    /// What happened.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A fault began.
    FaultActive {
        /// Its service.
        service: String,
        /// Its kind.
        kind: FaultKind,
        /// Its speed.
        speed: f64,
    },
    /// A fault was halted.
    FaultHalted {
        /// Its service.
        service: String,
        /// Its kind.
        kind: FaultKind,
    },
    /// A metric was set from outside.
    MetricSet {
        /// The service.
        service: String,
        /// The metric.
        metric: String,
        /// Its new value.
        value: Value,
    },
    /// The status of a service changed.
    StatusChanged {
        /// The service.
        service: String,
        /// Its status before.
        from: Status,
        /// Its status now.
        to: Status,
    },
    /// The incident counts as mitigated, since that tick.
    Mitigated {
        /// The time to mitigate, ticks.
        since: u64,
    },
    /// The SLO budget is used up.
    SloBreached,
}

/// What a service went through.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceHistory {
    /// Its name.
    pub name: String,
    /// Its status at the start and after each tick.
    pub statuses: Vec<Status>,
    /// Its highest error rate.
    pub worst_error_rate: f64,
    /// Its highest p99 latency, seconds.
    pub worst_latency_p99: f64,
    /// Its highest memory utilization.
    pub worst_memory_utilization: f64,
}

impl ServiceHistory {
    fn record(&mut self, vitals: &Vitals) {
        let worse =
            |worst: &mut f64, value: f64| *worst = if value > *worst { value } else { *worst };
        self.statuses.push(vitals.status);
        worse(&mut self.worst_error_rate, vitals.http_server_error_rate);
        worse(
            &mut self.worst_latency_p99,
            vitals.http_server_request_duration_p99,
        );
        worse(
            &mut self.worst_memory_utilization,
            vitals.process_memory_utilization,
        );
    }

    /// The worst status that it had.
    #[must_use]
    pub fn worst_status(&self) -> Status {
        self.statuses.iter().copied().max().unwrap_or_default()
    }
}

/// Something that is done before a tick.
enum Step<'a> {
    Begin(&'a Fault),
    Halt(&'a str),
    Set(&'a str, &'a Metrics),
}

/// A scenario that is being played.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use firewatch_scenario::{Playback, Scenario};
///
/// let scenario = Scenario::parse("inline", r#"Scenario(
///     name: "Bad deployment, rolled back",
///     difficulty: easy,
///     services: ["api-gateway", "auth-service", "db-proxy"],
///     faults: [(kind: bad_deploy, service: "auth-service")],
///     timeline: [(tick: 8, do: halt("auth-service"))],
///     expect: [by_tick(8, status("auth-service", critical)), at_end(all_healthy)],
/// )"#)?;
/// let mut playback = Playback::new(&scenario)?;
/// while playback.tick()? {}
/// assert!(playback.verdicts().iter().all(|verdict| verdict.passed()));
/// # Ok(())
/// # }
/// ```
pub struct Playback<'a> {
    simulation: Simulation,
    ticks: u64,
    /// What is still to be done, the next thing last.
    steps: Vec<(u64, Step<'a>)>,
    watches: Vec<Watch<'a>>,
    occurrences: Vec<Occurrence>,
    histories: Vec<ServiceHistory>,
    mitigated: bool,
    breached: bool,
}

impl<'a> Playback<'a> {
    /// Sets the scenario up, at tick 0.
    ///
    /// # Errors
    /// As [`Scenario::blueprint`].
    pub fn new(scenario: &'a Scenario) -> Result<Self, SimError> {
        let simulation = Simulation::from_blueprint(&scenario.blueprint()?)?;
        let mut playback = Self {
            ticks: scenario.ticks,
            steps: steps(scenario),
            watches: scenario
                .expect
                .iter()
                .map(|e| Watch::new(e, scenario.ticks))
                .collect(),
            occurrences: Vec::new(),
            histories: simulation
                .view()
                .service_names()
                .map(|name| ServiceHistory {
                    name: name.to_owned(),
                    ..ServiceHistory::default()
                })
                .collect(),
            mitigated: false,
            breached: false,
            simulation,
        };
        for fault in scenario.faults.iter().filter(|fault| fault.start_tick == 0) {
            playback.note_active(fault);
        }
        playback.observe();
        Ok(playback)
    }

    /// Does what is to be done at this tick, then a tick. Returns `false`, and does nothing, once the
    /// scenario's ticks are done.
    ///
    /// # Errors
    /// None for a scenario without [`Scenario::problems`]; else as the interventions of
    /// [`Simulation`].
    pub fn tick(&mut self) -> Result<bool, SimError> {
        let tick = self.tick_count();
        if tick >= self.ticks {
            return Ok(false);
        }
        while self.steps.last().is_some_and(|(at, _)| *at <= tick) {
            if let Some((_, step)) = self.steps.pop() {
                self.act(step)?;
            }
        }
        self.simulation.tick();
        self.observe();
        Ok(true)
    }

    /// Ticks done.
    #[must_use]
    pub fn tick_count(&self) -> u64 {
        self.simulation.view().clock().tick
    }

    /// Ticks that the whole run takes.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        self.ticks
    }

    /// The simulation.
    #[must_use]
    pub fn simulation(&self) -> &Simulation {
        &self.simulation
    }

    /// The simulation, for interventions that the scenario does not have.
    pub fn simulation_mut(&mut self) -> &mut Simulation {
        &mut self.simulation
    }

    /// The environment, to be read.
    #[must_use]
    pub fn view(&self) -> EnvironmentRef<'_> {
        self.simulation.view()
    }

    /// What has happened so far, in order.
    #[must_use]
    pub fn occurrences(&self) -> &[Occurrence] {
        &self.occurrences
    }

    /// Hands over what has happened since the last call, and keeps no copy: a long run needs no
    /// memory for it then.
    pub fn take_occurrences(&mut self) -> Vec<Occurrence> {
        std::mem::take(&mut self.occurrences)
    }

    /// Forgets every status but the last of each history: a long run needs no memory for them then.
    /// The worst values stay.
    pub fn forget_statuses(&mut self) {
        for ServiceHistory { statuses, .. } in &mut self.histories {
            statuses.drain(..statuses.len().saturating_sub(1));
        }
    }

    /// What each service went through so far, in service order.
    #[must_use]
    pub fn histories(&self) -> &[ServiceHistory] {
        &self.histories
    }

    /// What has become of each expectation so far, in the scenario's order.
    #[must_use]
    pub fn verdicts(&self) -> Vec<Verdict> {
        self.watches.iter().map(Watch::verdict).collect()
    }

    fn act(&mut self, step: Step<'_>) -> Result<(), SimError> {
        match step {
            Step::Begin(fault) => {
                self.simulation
                    .inject_fault(&generate::fault_state(fault))?;
                self.note_active(fault);
                // A fault on an absent service has nothing to set metrics of.
                if !fault.absent {
                    self.set(&fault.service, &fault.metrics)?;
                }
            }
            Step::Halt(service) => self.halt(service)?,
            Step::Set(service, metrics) => self.set(service, metrics)?,
        }
        Ok(())
    }

    fn halt(&mut self, service: &str) -> Result<(), SimError> {
        let view = self.simulation.view();
        let active: Vec<(usize, FaultKind)> = view
            .faults()
            .enumerate()
            .filter(|(_, fault)| !fault.halted && view.fault_service(fault) == service)
            .map(|(index, fault)| (index, fault.kind))
            .collect();
        for (index, kind) in active {
            self.simulation.halt_fault(index)?;
            self.note(What::FaultHalted {
                service: service.to_owned(),
                kind,
            });
        }
        Ok(())
    }

    fn set(&mut self, service: &str, metrics: &Metrics) -> Result<(), SimError> {
        for (metric, value) in metrics {
            self.simulation.set_metric(service, metric, value.clone())?;
            self.note(What::MetricSet {
                service: service.to_owned(),
                metric: metric.clone(),
                value: value.clone(),
            });
        }
        Ok(())
    }

    fn note(&mut self, what: What) {
        let tick = self.tick_count();
        self.occurrences.push(Occurrence { tick, what });
    }

    fn note_active(&mut self, fault: &Fault) {
        self.note(What::FaultActive {
            service: fault.service.clone(),
            kind: fault.kind,
            speed: fault.speed,
        });
    }

    /// Looks at the state after a tick, or at the start.
    fn observe(&mut self) {
        let view = self.simulation.view();
        let tick = view.clock().tick;
        let mut happened = Vec::new();
        for (history, vitals) in self.histories.iter_mut().zip(view.vitals()) {
            let (before, to) = (history.statuses.last().copied(), vitals.status);
            history.record(vitals);
            if let Some(from) = before.filter(|&from| from != to) {
                let service = history.name.clone();
                happened.push(What::StatusChanged { service, from, to });
            }
        }
        if let Some(since) = view.impact().mttm_achieved_tick.filter(|_| !self.mitigated) {
            self.mitigated = true;
            happened.push(What::Mitigated { since });
        }
        if view.slo_budget().is_breached() && !self.breached {
            self.breached = true;
            happened.push(What::SloBreached);
        }
        for watch in &mut self.watches {
            watch.observe(&view);
        }
        self.occurrences
            .extend(happened.into_iter().map(|what| Occurrence { tick, what }));
    }
}

/// What is to be done, the last thing first; at the same tick faults begin before the timeline acts.
fn steps(scenario: &Scenario) -> Vec<(u64, Step<'_>)> {
    let begins = scenario.faults.iter().filter(|fault| fault.start_tick > 0);
    let mut steps: Vec<(u64, Step)> = begins
        .map(|fault| (fault.start_tick, Step::Begin(fault)))
        .collect();
    steps.extend(scenario.timeline.iter().map(|event| {
        let step = match &event.action {
            Action::Halt(service) => Step::Halt(service),
            Action::Inject(fault) => Step::Begin(fault),
            Action::Set(service, metrics) => Step::Set(service, metrics),
        };
        (event.tick, step)
    }));
    steps.sort_by_key(|(tick, _)| *tick);
    steps.reverse();
    steps
}
