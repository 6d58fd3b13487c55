//! Fault kinds of a host's own: registered by name, the same everywhere.

#![expect(clippy::unwrap_used, reason = "a test whose kind is refused fails")]

mod data;
mod everywhere;
mod extended_fleets;
mod files;
mod flags;
mod named;
mod registration;

use firewatch_sim::{
    EnvironmentState, FaultContext, FaultKind, FaultKindDescriptor, FaultKinds, FaultState,
    LogLine, ServiceState, Simulation, SloBudget,
};

/// A kind that has everything: physics, memory, evidence.
fn disk_full() -> FaultKindDescriptor {
    describe("disk_full")
        .with_physics(fill_disk)
        .filling_memory()
        .with_evidence(|fault| {
            let memory = fault.vitals.process_memory_utilization;
            vec![LogLine::new(
                "02:03:04",
                "ERROR",
                format!("ENOSPC, {memory:.2}"),
            )]
        })
}

fn fill_disk(fault: &mut FaultContext) {
    let errors = fault.vitals.http_server_error_rate + 0.07 * fault.speed;
    fault.vitals.http_server_error_rate = errors.min(1.0);
    fault.vitals.process_memory_utilization = 0.9;
    fault.runtime.restart_count += i64::from(fault.progression_tick.is_multiple_of(3));
    fault.uptime.runtime_uptime_seconds = 0;
}

fn describe(name: &str) -> FaultKindDescriptor {
    FaultKindDescriptor::new(name, "A kind of a test's own.").unwrap()
}

fn kinds(descriptors: impl IntoIterator<Item = FaultKindDescriptor>) -> FaultKinds {
    let mut kinds = FaultKinds::default();
    for descriptor in descriptors {
        kinds.register(descriptor).unwrap();
    }
    kinds
}

fn named(name: &str) -> FaultKind {
    FaultKind::new(name).unwrap()
}

/// `front` calls `middle` calls `back`, at which there is a fault; `middle` has one that is built in.
fn state(kind: FaultKind, speed: f64) -> EnvironmentState {
    let service = |name: &str| ServiceState {
        name: name.into(),
        ..ServiceState::default()
    };
    let calls = |caller: &str, callee: &str| (caller.into(), vec![callee.into()]);
    EnvironmentState {
        services: ["front", "middle", "back"].map(service).into(),
        dependencies: vec![calls("front", "middle"), calls("middle", "back")],
        faults: vec![
            FaultState::new(kind, "back", speed),
            FaultState::new(FaultKind::MEMORY_LEAK, "middle", 0.5),
        ],
        ..EnvironmentState::new(SloBudget {
            remaining: 60.0,
            burn_per_tick: 1.5,
        })
    }
}

/// In a simulation that knows these kinds.
fn simulation(state: &EnvironmentState, kinds: &FaultKinds) -> Simulation {
    let blueprint = state.blueprint().unwrap().with_fault_kinds(kinds.clone());
    Simulation::from_blueprint(&blueprint).unwrap()
}
