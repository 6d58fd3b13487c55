//! An incident, watched tick by tick.

use firewatch_sim::{
    Clock, EnvironmentRef, EnvironmentState, Fault, Impact, ServiceState, Simulation, SloBudget,
    Vitals,
};
use firewatch_tests::Incident;
use proptest::test_runner::TestCaseResult;

/// What the tick is about, as plain data.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    pub clock: Clock,
    pub budget: SloBudget,
    pub impact: Impact,
    pub faults: Vec<Fault>,
    pub vitals: Vec<Vitals>,
}

impl Moment {
    pub fn of(view: EnvironmentRef) -> Self {
        Self {
            clock: view.clock(),
            budget: view.slo_budget(),
            impact: view.impact(),
            faults: view.faults().copied().collect(),
            vitals: view.vitals().copied().collect(),
        }
    }
}

/// Runs an incident and shows `check` the moments before and after each tick.
pub fn watch(
    incident: &Incident,
    mut check: impl FnMut(&Moment, &Moment, EnvironmentRef) -> TestCaseResult,
) -> TestCaseResult {
    let mut simulation = Simulation::new(&incident.state).unwrap();
    for tick in 1..=incident.ticks {
        let environment = simulation.environment();
        incident
            .intervene(tick, simulation.world_mut(), environment)
            .unwrap();
        let before = Moment::of(simulation.view());
        simulation.tick();
        check(&before, &Moment::of(simulation.view()), simulation.view())?;
    }
    Ok(())
}

/// Error rate and latency of each service.
pub fn errors_and_latency(moment: &Moment) -> impl Iterator<Item = [f64; 2]> {
    moment.vitals.iter().map(|vitals| {
        [
            vitals.http_server_error_rate,
            vitals.http_server_request_duration_p99,
        ]
    })
}

/// The metrics of a service that nothing but a fault, a cascade or a recovery changes.
pub fn untouched(state: &EnvironmentState, service: &str) -> ServiceState {
    let mut services = state.services.iter();
    let mut found = services.find(|s| s.name == service).unwrap().clone();
    found.metrics.remove("status");
    found.metrics.remove("runtime_uptime_seconds");
    found
}
