//! An incident whose target has callers, and what actions make of its metrics.

use std::collections::BTreeMap;

use firewatch_action::{
    ActionCatalogue, ActionError, ActionOutcome, ActionRequest, ActionSession, Profile,
};
use firewatch_sim::{
    EnvironmentState, FaultKind, FaultState, ServiceState, Simulation, SloBudget, Value,
};

pub const TARGET: &str = "payment-service";
pub const CALLER: &str = "api-gateway";
pub const CHECKOUT: &str = "checkout-service";
pub const HERRING: &str = "user-service";

pub const ERRORS: &str = "http_server_error_rate";
pub const P99: &str = "http_server_request_duration_p99";
pub const MEMORY: &str = "process_memory_utilization";
pub const REQUESTS: &str = "http_server_active_requests";

/// An incident in which the caller, checkout and the red herring call the target.
#[derive(Clone)]
pub struct Incident {
    pub faults: Vec<(FaultKind, &'static str)>,
    pub root_cause: Option<&'static str>,
    pub target: BTreeMap<String, Value>,
}

impl Incident {
    pub fn new(kind: FaultKind, service: &'static str) -> Self {
        Self {
            faults: vec![(kind, service)],
            root_cause: Some(service),
            target: BTreeMap::new(),
        }
    }

    pub fn with(mut self, metric: &str, value: impl Into<Value>) -> Self {
        self.target.insert(metric.to_owned(), value.into());
        self
    }

    pub fn state(&self) -> EnvironmentState {
        let service = |name: &str, errors: f64| ServiceState {
            name: name.to_owned(),
            metrics: BTreeMap::from([(ERRORS.to_owned(), Value::Float(errors))]),
        };
        let mut target = service(TARGET, 0.6);
        target.metrics.extend(self.target.clone());
        let calls = |name: &str| (name.to_owned(), vec![TARGET.to_owned()]);
        let faults = self.faults.iter();
        EnvironmentState {
            services: vec![
                service(CALLER, 0.3),
                target,
                service(CHECKOUT, 0.2),
                service(HERRING, 0.07),
                service("db-proxy", 0.0),
            ],
            dependencies: vec![
                calls(HERRING),
                calls(CALLER),
                calls(CHECKOUT),
                (TARGET.to_owned(), vec!["db-proxy".to_owned()]),
            ],
            red_herrings: vec![HERRING.to_owned()],
            root_cause: self.root_cause.map(str::to_owned),
            faults: faults
                .map(|(kind, on)| FaultState::new(*kind, *on, 1.0))
                .collect(),
            ..EnvironmentState::new(SloBudget {
                remaining: 30.0,
                burn_per_tick: 1.5,
            })
        }
    }

    pub fn simulation(&self) -> Simulation {
        Simulation::new(&self.state()).unwrap()
    }
}

pub fn apply(
    profile: Profile,
    simulation: &mut Simulation,
    request: &ActionRequest,
) -> Result<ActionOutcome, ActionError> {
    let catalogue = ActionCatalogue::built_in(profile);
    catalogue.apply(
        &mut simulation.environment_mut(),
        &mut ActionSession::new(),
        request,
    )
}

pub fn number(simulation: &Simulation, service: &str, metric: &str) -> f64 {
    simulation
        .view()
        .metric(service, metric)
        .unwrap()
        .as_f64()
        .unwrap()
}

/// The metrics of each service by name.
pub type Mesh = BTreeMap<String, BTreeMap<String, Value>>;

pub fn mesh(simulation: &Simulation) -> Mesh {
    let services = simulation.view().capture().services.into_iter();
    services
        .map(|service| (service.name, service.metrics))
        .collect()
}
