//! The state that a scenario starts from: healthy baselines, then what the scenario says.

use std::collections::BTreeSet;

use firewatch_sim::{
    EnvironmentState, FaultKind, FaultState, LogScript, ServiceState, Status, Value, round_decimal,
};

use crate::catalogue::{self, DEFAULT_MEMORY_LIMIT_MEBIBYTES};
use crate::draws::{Draws, Purpose};
use crate::model::{Calls, Fault, Scenario, Service};

/// The environment that the scenario starts from. Faults that start later are not in it.
pub(crate) fn initial_state(scenario: &Scenario, draws: &mut impl Draws) -> EnvironmentState {
    draws.turn_to(Purpose::Baseline);
    let mut services: Vec<ServiceState> = scenario
        .services
        .iter()
        .map(|service| baseline(&service.name, draws))
        .collect();
    degrade_red_herrings(scenario, &mut services, draws);
    mark_recent_change(scenario, &mut services, draws);
    for (service, state) in scenario.services.iter().zip(&mut services) {
        state.metrics.extend(service.metrics.clone());
    }
    let at_once: Vec<&Fault> = scenario
        .faults
        .iter()
        .filter(|fault| fault.start_tick == 0)
        .collect();
    for fault in &at_once {
        if let Some(state) = services
            .iter_mut()
            .find(|state| state.name == fault.service)
        {
            state.metrics.extend(fault.metrics.clone());
        }
    }
    for (service, state) in scenario.services.iter().zip(&mut services) {
        derive_status(state);
        state.metrics.extend(service.extra_metrics.clone());
    }
    EnvironmentState {
        engine: scenario.engine,
        impact_mode: scenario.impact,
        dependencies: dependencies(scenario),
        red_herrings: scenario.red_herrings.clone(),
        root_cause: scenario.root_cause_name().map(str::to_owned),
        faults: at_once.into_iter().map(fault_state).collect(),
        log_script: LogScript {
            prompt_injection_service: scenario.prompt_injection.clone(),
            adversarial: scenario.adversarial_logs.clone(),
        },
        services,
        ..EnvironmentState::new(scenario.slo_budget)
    }
}

pub(crate) fn fault_state(fault: &Fault) -> FaultState {
    FaultState::new(fault.kind, &fault.service, fault.speed)
}

fn dependencies(scenario: &Scenario) -> Vec<(String, Vec<String>)> {
    let names: BTreeSet<&str> = scenario
        .services
        .iter()
        .map(|service| &*service.name)
        .collect();
    let of = |service: &Service| match &service.calls {
        Calls::Named(callees) => callees.clone(),
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

/// A healthy service. The order of the draws is part of what a seed means: it never changes.
fn baseline(name: &str, draws: &mut impl Draws) -> ServiceState {
    let limit = catalogue::find(name).map_or(DEFAULT_MEMORY_LIMIT_MEBIBYTES, |service| {
        service.memory_limit_mebibytes
    }) << 20;
    let memory = 0.25 + draws.unit() * 0.15;
    let cpu = 0.10 + draws.unit() * 0.10;
    let latency = 0.05 + draws.unit() * 0.10;
    let active_requests = 30 + draws.whole(0, 80);
    let suffix = draws.text(b"abcdef0123456789", 6);
    let short: String = name
        .split('-')
        .next()
        .unwrap_or(name)
        .chars()
        .take(4)
        .collect();
    let version = format!(
        "v{}.{}.{}",
        draws.whole(1, 3),
        draws.whole(0, 9),
        draws.whole(0, 9)
    );
    let error_rate = draws.unit() * 0.02;
    let descriptors = 80 + draws.whole(0, 80);
    let uptime = 3600 + draws.whole(0, 172_800);
    let sha = draws.text(b"0123456789abcdef", 7);
    let deployment_age = 3600 + draws.whole(0, 604_800);
    let config_revision = draws.whole(1, 20);
    let config_age = 3600 + draws.whole(0, 604_800);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the fraction of a byte is dropped"
    )]
    let usage = (memory * limit as f64) as i64;
    let metrics: [(&str, Value); 15] = [
        (
            "process_memory_utilization",
            round_decimal(memory, 4).into(),
        ),
        ("process_memory_usage_bytes", usage.into()),
        ("process_memory_limit_bytes", limit.into()),
        ("process_cpu_utilization", round_decimal(cpu, 4).into()),
        (
            "http_server_request_duration_p99",
            round_decimal(latency, 4).into(),
        ),
        ("http_server_active_requests", active_requests.into()),
        (
            "service_instance_id",
            format!("{short}-{suffix}-{}", &suffix[3..]).into(),
        ),
        ("service_version", version.into()),
        (
            "http_server_error_rate",
            round_decimal(error_rate, 4).into(),
        ),
        ("process_open_file_descriptors", descriptors.into()),
        ("runtime_uptime_seconds", uptime.into()),
        ("last_deployment_sha", sha.into()),
        ("last_deployment_age_seconds", deployment_age.into()),
        ("last_config_revision", config_revision.into()),
        ("last_config_age_seconds", config_age.into()),
    ];
    let metrics = metrics
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    ServiceState {
        name: name.to_owned(),
        metrics,
    }
}

/// One that is not in the mesh draws nothing.
fn degrade_red_herrings(
    scenario: &Scenario,
    services: &mut [ServiceState],
    draws: &mut impl Draws,
) {
    draws.turn_to(Purpose::Degradation);
    for name in &scenario.red_herrings {
        if let Some(state) = services.iter_mut().find(|state| state.name == *name) {
            let error_rate = round_decimal(0.05 + draws.unit() * (0.09 - 0.05), 4);
            state
                .metrics
                .insert("http_server_error_rate".to_owned(), error_rate.into());
        }
    }
}

/// A deployment or a configuration change that went wrong happened a short while ago.
fn mark_recent_change(scenario: &Scenario, services: &mut [ServiceState], draws: &mut impl Draws) {
    draws.turn_to(Purpose::Change);
    // What starts later leaves its own trace when it does.
    let first = scenario
        .faults
        .first()
        .filter(|fault| fault.start_tick == 0);
    let Some(kind) = first.map(|fault| fault.kind) else {
        return;
    };
    let root_cause = scenario.root_cause_name();
    let Some(state) = services.iter_mut().find(|s| Some(&*s.name) == root_cause) else {
        return;
    };
    let mut set = |name: &str, value: Value| {
        state.metrics.insert(name.to_owned(), value);
    };
    match kind {
        FaultKind::BadDeploy => {
            set("last_deployment_age_seconds", draws.whole(30, 300).into());
            set(
                "last_deployment_sha",
                draws.text(b"0123456789abcdef", 7).into(),
            );
        }
        FaultKind::ConfigDrift => {
            set("last_config_age_seconds", draws.whole(10, 120).into());
            if let Some(Value::Int(revision)) = state.metrics.get_mut("last_config_revision") {
                *revision += 1;
            }
        }
        _ => {}
    }
}

fn derive_status(state: &mut ServiceState) {
    let number = |name: &str| {
        state
            .metrics
            .get(name)
            .and_then(Value::as_f64)
            .unwrap_or(0.0)
    };
    let status = Status::derive(
        number("http_server_error_rate"),
        number("http_server_request_duration_p99"),
        number("process_memory_utilization"),
    );
    state
        .metrics
        .insert("status".to_owned(), status.name().into());
}
