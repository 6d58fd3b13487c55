//! What a scenario starts from: healthy baselines, then what the scenario says.

use std::collections::{BTreeMap, BTreeSet};

use firewatch_sim::{
    Blueprint, EnvironmentState, FaultKindDescriptor, LogScript, ServiceBlueprint, ServiceState,
    SimError,
};

use crate::baseline::{derive_status, draw_services};
use crate::catalogue;
use crate::draws::{RandomStreams, Streams};
use crate::model::{Call, Calls, Fault, Scenario, Service};
use crate::traffic_state::traffic_state;

impl Scenario {
    /// What the incident is built from. Faults that start later are not in it yet.
    ///
    /// # Errors
    /// None for a scenario without [`Scenario::problems`]; else as [`EnvironmentState::blueprint`].
    pub fn blueprint(&self) -> Result<Blueprint, SimError> {
        self.blueprint_from(&mut Streams::new(self.seed))
    }

    /// What the incident is built from, with baselines from another source than the scenario's seed.
    ///
    /// A service draws, in order: memory, CPU and latency, requests, instance, version, error rate,
    /// descriptors, uptime, deployment and its age, revision and its age. The red herrings follow, then
    /// the change that the first fault came with.
    ///
    /// # Errors
    /// As [`Scenario::blueprint`].
    pub fn blueprint_from(&self, draws: &mut impl RandomStreams) -> Result<Blueprint, SimError> {
        blueprint(self, draws)
    }

    /// The environment that the incident starts from, as plain data.
    ///
    /// # Errors
    /// As [`Scenario::blueprint`].
    pub fn initial_state(&self) -> Result<EnvironmentState, SimError> {
        self.initial_state_from(&mut Streams::new(self.seed))
    }

    /// The environment that [`Scenario::blueprint_from`] builds, as plain data.
    ///
    /// # Errors
    /// As [`Scenario::blueprint`].
    pub fn initial_state_from(
        &self,
        draws: &mut impl RandomStreams,
    ) -> Result<EnvironmentState, SimError> {
        Ok(EnvironmentState {
            dependencies: dependencies(self),
            ..self.blueprint_from(draws)?.state()?
        })
    }
}

/// What the scenario starts from. Faults that start later are not in it.
fn blueprint(scenario: &Scenario, draws: &mut impl RandomStreams) -> Result<Blueprint, SimError> {
    let places: BTreeMap<&str, usize> = { scenario.services.iter().enumerate() }
        .map(|(index, service)| (&*service.name, index))
        .collect();
    let position = |name: &str| places.get(name).copied();
    let named = scenario.services.iter().map(|service| &*service.name);
    let red_herrings = scenario.red_herrings.iter();
    // What starts later leaves its own trace when it does.
    let first = scenario
        .faults
        .first()
        .filter(|fault| fault.start_tick == 0);
    let root_cause = scenario.root_cause_name().and_then(position);
    let kind = first.and_then(|fault| scenario.fault_kinds.get(fault.kind));
    let change = kind.and_then(FaultKindDescriptor::preceding_change);
    let mut drawn = Vec::new();
    draw_services(
        draws,
        named.map(|name| (name, catalogue::find(name))),
        red_herrings.map(|name| position(name)),
        change.zip(root_cause),
        &mut drawn,
    );
    let blueprint = shape(scenario, &drawn).blueprint()?;
    let mut blueprint = blueprint.with_fault_kinds(scenario.fault_kinds.clone());
    blueprint.services = drawn;
    for (service, drawn) in scenario.services.iter().zip(&mut blueprint.services) {
        drawn.metrics.clone_from(&service.metrics);
    }
    for fault in at_once(scenario) {
        if let Some(index) = position(&fault.service) {
            let metrics = &mut blueprint.services[index].metrics;
            metrics.extend(fault.metrics.clone());
        }
    }
    for (service, drawn) in scenario.services.iter().zip(&mut blueprint.services) {
        derive_status(drawn);
        // It is always derived.
        drawn.metrics.remove("status");
        drawn.metrics.extend(service.extra_metrics.clone());
    }
    blueprint.check()?;
    Ok(blueprint)
}

fn at_once(scenario: &Scenario) -> impl Iterator<Item = &Fault> {
    { scenario.faults.iter() }.filter(|fault| fault.start_tick == 0)
}

/// The environment that the scenario starts from, but for the metrics of its services.
fn shape(scenario: &Scenario, drawn: &[ServiceBlueprint]) -> EnvironmentState {
    let service = |service: &Service| ServiceState {
        name: service.name.clone(),
        ..ServiceState::default()
    };
    EnvironmentState {
        engine: scenario.engine_of_tick(),
        traffic: traffic_state(scenario, drawn),
        impact_mode: scenario.impact,
        services: scenario.services.iter().map(service).collect(),
        dependencies: dependencies(scenario),
        red_herrings: scenario.red_herrings.clone(),
        root_cause: scenario.root_cause_name().map(str::to_owned),
        faults: at_once(scenario).map(Fault::state).collect(),
        log_script: LogScript {
            texts: scenario.profile.log_texts(),
            seed: scenario.seed,
            prompt_injection_service: scenario.prompt_injection.clone(),
            adversarial: scenario.adversarial_logs.clone(),
        },
        ..EnvironmentState::new(scenario.slo_budget)
    }
}

/// The services that calls go to, fallbacks included, each once.
fn called(calls: &[Call]) -> Vec<String> {
    let mut called: Vec<String> = calls.iter().map(|call| call.to.clone()).collect();
    for fallback in calls.iter().filter_map(|call| call.fallback.as_ref()) {
        if !called.contains(fallback) {
            called.push(fallback.clone());
        }
    }
    called
}

fn dependencies(scenario: &Scenario) -> Vec<(String, Vec<String>)> {
    let names: BTreeSet<&str> = scenario
        .services
        .iter()
        .map(|service| &*service.name)
        .collect();
    let of = |service: &Service| match &service.calls {
        Calls::Named(calls) => called(calls),
        Calls::Catalogue => {
            let all = catalogue::find(&service.name).map_or(&[][..], |service| service.calls);
            all.iter()
                .filter(|name| names.contains(*name))
                .map(|&name| name.to_owned())
                .collect()
        }
    };
    scenario
        .services
        .iter()
        .map(|service| (service.name.clone(), of(service)))
        .collect()
}
