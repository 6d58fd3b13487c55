//! What a kind says of cascade, recovery and memory is done, in both engines.

use firewatch_sim::{Engine, EnvironmentState, FaultKindDescriptor, FaultState, Simulation, Value};

use crate::{describe, fill_disk, kinds, named, simulation, state};

/// One fault of the kind at `back`, in that engine.
fn single(engine: Engine, descriptor: FaultKindDescriptor) -> Simulation {
    let kind = descriptor.kind();
    let state = EnvironmentState {
        engine,
        faults: vec![FaultState::new(kind, "back", 1.0)],
        ..state(kind, 1.0)
    };
    simulation(&state, &kinds([descriptor]))
}

fn number(simulation: &Simulation, service: &str, metric: &str) -> f64 {
    let value = simulation.view().metric(service, metric);
    value.and_then(|value| value.as_f64()).unwrap()
}

const ERRORS: &str = "http_server_error_rate";
const LATENCY: &str = "http_server_request_duration_p99";
const MEMORY: &str = "process_memory_utilization";

#[test]
fn errors_cascade_unless_the_kind_keeps_them() {
    for engine in Engine::CLASSIC {
        let mut cascading = single(engine, describe("x").with_physics(fill_disk));
        let mut keeping = single(
            engine,
            describe("x").with_physics(fill_disk).without_cascade(),
        );
        let calm = ["front", "middle"].map(|service| number(&keeping, service, ERRORS));
        cascading.run(9);
        keeping.run(9);
        for (service, calm) in ["front", "middle"].into_iter().zip(calm) {
            assert!(
                number(&cascading, service, ERRORS) > calm + 0.05,
                "{engine:?} {service}"
            );
            assert_eq!(
                number(&keeping, service, ERRORS),
                calm,
                "{engine:?} {service}"
            );
        }
        assert_eq!(
            number(&cascading, "back", ERRORS),
            number(&keeping, "back", ERRORS)
        );
    }
}

#[test]
fn another_fault_on_the_same_service_cascades_for_itself() {
    let keeping = describe("x").with_physics(fill_disk).without_cascade();
    let mut start = state(keeping.kind(), 1.0);
    start.faults[1] = FaultState::new(named("y"), "back", 0.0);
    let known = kinds([keeping, describe("y")]);
    let mut both = simulation(&start, &known);
    start.faults.pop();
    let mut one = simulation(&start, &known);
    both.run(9);
    one.run(9);
    assert!(number(&both, "middle", ERRORS) > number(&one, "middle", ERRORS) + 0.05);
}

#[test]
fn services_recover_unless_the_kind_says_no() {
    for engine in Engine::CLASSIC {
        let kind = || describe("x").with_physics(fill_disk);
        for (descriptor, recovers) in [(kind(), true), (kind().without_recovery(), false)] {
            let mut simulation = single(engine, descriptor.without_cascade());
            simulation.set_metric("middle", ERRORS, 0.6).unwrap();
            simulation.set_metric("back", LATENCY, 3.0).unwrap();
            simulation.run(6);
            simulation.halt_fault(0).unwrap();
            let errors = |simulation: &Simulation| {
                let services =
                    ["back", "middle"].map(|service| number(simulation, service, ERRORS));
                (services, number(simulation, "back", LATENCY))
            };
            let before = errors(&simulation);
            assert!(before.0[0] > 0.3 && before.0[1] == 0.6, "{before:?}");
            simulation.run(20);
            let after = errors(&simulation);
            match recovers {
                true => assert!(
                    after.0[0] < 0.1 && after.0[1] < 0.1 && after.1 < 0.2,
                    "{after:?}"
                ),
                false => assert_eq!(after, before, "{engine:?}"),
            }
        }
    }
}

#[test]
fn only_what_fills_memory_has_it_freed() {
    for engine in Engine::CLASSIC {
        let kind = || describe("x").with_physics(fill_disk);
        for (descriptor, frees) in [(kind(), false), (kind().filling_memory(), true)] {
            let mut simulation = single(engine, descriptor);
            simulation.run(2);
            assert_eq!(number(&simulation, "back", MEMORY), 0.9);
            simulation.halt_fault(0).unwrap();
            simulation.run(20);
            let memory = number(&simulation, "back", MEMORY);
            assert_eq!(memory < 0.5, frees, "{engine:?}: {memory}");
        }
    }
}

#[test]
fn a_kind_without_physics_only_counts_its_ticks() {
    for engine in Engine::CLASSIC {
        let mut simulation = single(engine, describe("x"));
        let before = simulation.view().service_states();
        simulation.run(3);
        assert_eq!(simulation.snapshot().faults[0].progression_tick, 3);
        // Time goes by, and that is all.
        for (mut service, was) in simulation.view().service_states().into_iter().zip(before) {
            let uptime = was.metrics["runtime_uptime_seconds"].as_f64().unwrap() + 90.0;
            let name = "runtime_uptime_seconds".to_owned();
            assert_eq!(service.metrics[&name].as_f64(), Some(uptime));
            service
                .metrics
                .insert(name.clone(), was.metrics[&name].clone());
            assert_eq!(service, was);
        }
    }
}

#[test]
fn a_fault_outside_the_mesh_or_of_speed_0_is_one_too() {
    let known = kinds([describe("x").with_physics(fill_disk)]);
    let mut start = state(named("x"), 0.0);
    start
        .faults
        .push(FaultState::new(named("x"), "nowhere", 1.0));
    let mut simulation = simulation(&start, &known);
    simulation.run(4);
    assert_eq!(simulation.snapshot().faults[2].progression_tick, 4);
    assert_eq!(
        simulation.view().metric("back", MEMORY),
        Some(Value::Float(0.9))
    );
}
