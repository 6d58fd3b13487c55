//! The same state and the same interventions give the same bits: run again, saved and restored,
//! among any neighbours, wherever its table rows lie, in any process.

#![expect(clippy::unwrap_used, reason = "a test whose incident is refused fails")]

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::LazyLock;

use bevy_ecs::prelude::*;
use firewatch_sim::{
    Engine, EnvironmentState, FaultKind, FaultState, ImpactMode, ServiceState, Simulation,
    SloBudget, Value,
};
use firewatch_tests::{Act, Case, Crowd, Footprint, Incident, fixtures, rows_are_together};

/// Every incident, and its footprints in a run of its own.
static EXPECTED: LazyLock<Vec<(Incident, Vec<Footprint>)>> = LazyLock::new(|| {
    let run_alone = |incident: Incident| {
        let footprints = incident.run_alone().unwrap();
        (incident, footprints)
    };
    incidents().into_iter().map(run_alone).collect()
});

/// The incidents of the conformance cases, and some in which faults are injected.
fn incidents() -> Vec<Incident> {
    let recorded: Vec<_> = fixtures().iter().map(Case::incident).collect();
    let injected = recorded
        .iter()
        .filter(|incident| incident.state.engine == Engine::MultiFault)
        .map(with_injected_faults);
    injected
        .chain([cause_comes_later()])
        .chain(recorded.iter().cloned())
        .collect()
}

/// The incident with three more faults: on its last service, on its first (the second of two on one
/// service, often) and on one that is not in the mesh; the first of the three is halted again.
fn with_injected_faults(incident: &Incident) -> Incident {
    let mut incident = incident.clone();
    let services = &incident.state.services;
    let new = incident.state.faults.len();
    let faults = [
        (
            3,
            FaultKind::BAD_DEPLOY,
            services[services.len() - 1].name.as_str(),
        ),
        (5, FaultKind::OOM, services[0].name.as_str()),
        (6, FaultKind::NETWORK_PARTITION, "not-in-the-mesh"),
    ];
    for (tick, kind, service) in faults {
        let fault = FaultState::new(kind, service, 0.7);
        incident.timeline.push((tick, Act::Inject(fault)));
    }
    incident.timeline.push((9, Act::Halt(new)));
    incident.name += ", faults injected";
    incident.ticks = incident.ticks.max(15);
    incident
}

/// An environment without a fault or a cause, until one is injected.
fn cause_comes_later() -> Incident {
    let service = |name: &str, metrics: &[(&str, f64)]| ServiceState {
        name: name.into(),
        metrics: metrics
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.into()))
            .collect(),
    };
    let cause = FaultState::new(FaultKind::CONFIG_DRIFT, "b", 1.3);
    Incident {
        name: "cause comes later".into(),
        state: EnvironmentState {
            impact_mode: ImpactMode::Freshness,
            services: vec![
                service("a", &[("http_server_error_rate", 0.07)]),
                service("b", &[("data_freshness_lag_seconds", 400.0)]),
            ],
            dependencies: vec![("a".into(), vec!["b".into()])],
            ..EnvironmentState::new(SloBudget {
                remaining: 30.0,
                burn_per_tick: 1.5,
            })
        },
        timeline: vec![
            (4, Act::Inject(cause)),
            (
                8,
                Act::Set {
                    service: "b".into(),
                    metric: "data_freshness_lag_seconds".into(),
                    value: Value::Float(299.5),
                },
            ),
            (8, Act::Halt(0)),
        ],
        ticks: 12,
    }
}

fn assert_same(incident: &Incident, tick: u64, expected: &Footprint, got: &Footprint) {
    assert_eq!(
        expected.state, got.state,
        "{}, after tick {tick}",
        incident.name
    );
    assert_eq!(
        expected.hash, got.hash,
        "hash of {}, after tick {tick}",
        incident.name
    );
}

/// Runs an incident in a simulation of its own that `disturb` meddles with before each tick, and
/// holds it against an undisturbed run.
fn assert_undisturbed_by(
    (incident, expected): &(Incident, Vec<Footprint>),
    mut disturb: impl FnMut(u64, &mut Simulation),
) {
    let mut simulation = Simulation::new(&incident.state).unwrap();
    for (tick, expected) in (1..).zip(&expected[1..]) {
        disturb(tick, &mut simulation);
        incident.step(tick, &mut simulation).unwrap();
        assert_same(incident, tick, expected, &Footprint::of(simulation.view()));
    }
}

#[test]
fn the_incidents_cover_what_can_be_saved() {
    let any = |holds: &dyn Fn(&Incident) -> bool| EXPECTED.iter().any(|(i, _)| holds(i));
    let has = |metric: &'static str| {
        any(&|incident| {
            let mut services = incident.state.services.iter();
            services.any(|service| service.metrics.contains_key(metric))
        })
    };
    assert!(any(&|i| i.state.engine == Engine::SingleFault));
    assert!(any(&|i| i.state.impact_mode == ImpactMode::Freshness));
    assert!(any(&|i| i.state.faults.len() > 1));
    assert!(any(&|i| !i.state.red_herrings.is_empty()));
    assert!(any(&|i| i
        .timeline
        .iter()
        .any(|(_, act)| matches!(act, Act::Halt(_)))));
    for metric in [
        "metastable_feedback_loop_active",
        "http_server_queue_drain_rate",
        "effective_rps_multiplier",
        "runtime_crashloop_backoff_seconds",
        "cert_expiry_bomb_tick",
        "image_pull_error",
        "pipeline_processing_rate_events_per_second",
        "data_freshness_lag_seconds",
    ] {
        assert!(has(metric), "no incident has {metric}");
    }
}

#[test]
fn a_second_run_gives_the_same_bits() {
    for (incident, first) in EXPECTED.iter() {
        let second = incident.run_alone().unwrap();
        for (tick, (first, second)) in (0..).zip(first.iter().zip(&second)) {
            assert_same(incident, tick, first, second);
        }
        let hashes: BTreeSet<_> = first.iter().map(|footprint| footprint.hash).collect();
        assert_eq!(
            hashes.len(),
            first.len(),
            "{}: every tick changes the hash",
            incident.name
        );
    }
}

#[test]
fn saving_as_json_and_restoring_before_any_tick_changes_nothing() {
    for run in EXPECTED.iter() {
        assert_undisturbed_by(run, |_, simulation| {
            let saved = serde_json::to_string(&simulation.snapshot()).unwrap();
            let state = serde_json::from_str(&saved).unwrap();
            simulation.restore(&state).unwrap();
        });
    }
}

#[test]
fn a_new_simulation_goes_on_from_a_snapshot() {
    for run in EXPECTED.iter() {
        assert_undisturbed_by(run, |tick, simulation| {
            if tick == run.0.ticks / 2 {
                let saved = serde_json::to_string(&simulation.snapshot()).unwrap();
                let state = serde_json::from_str(&saved).unwrap();
                *simulation = Simulation::new(&state).unwrap();
            }
        });
    }
}

#[test]
fn a_restore_forgets_what_the_simulation_did_before() {
    let mut simulation = Simulation::new(&cause_comes_later().state).unwrap();
    for (incident, expected) in EXPECTED.iter() {
        simulation.restore(&incident.state).unwrap();
        for (tick, expected) in (1..).zip(&expected[1..]) {
            incident.step(tick, &mut simulation).unwrap();
            assert_same(incident, tick, expected, &Footprint::of(simulation.view()));
        }
    }
}

/// How many incidents begin at each tick: their clocks differ.
const BEGIN_AT_ONCE: usize = 12;

/// Neighbours are spawned before, between and after the incidents, and come and go while they
/// run; an incident that is over goes too.
#[test]
fn neighbours_that_come_and_go_change_nothing() {
    let mut to_come = EXPECTED.iter();
    let mut running: Vec<(&Incident, &Vec<Footprint>, Entity)> = Vec::new();
    let mut crowd = Crowd::default();
    crowd.add_neighbours(100);
    let (mut together, mut scattered) = (0, 0);
    while !running.is_empty() || to_come.len() > 0 {
        for (incident, expected) in to_come.by_ref().take(BEGIN_AT_ONCE) {
            let environment = crowd.host.spawn(&incident.state);
            running.push((incident, expected, environment));
            crowd.add_neighbours(2);
        }
        for &(incident, _, environment) in &running {
            let next = crowd.host.view(environment).clock().tick + 1;
            let world = &mut crowd.host.world;
            incident.intervene(next, world, environment).unwrap();
        }
        crowd.host.tick();
        running.retain(|&(incident, expected, environment)| {
            let view = crowd.host.view(environment);
            let tick = view.clock().tick;
            assert_same(
                incident,
                tick,
                &expected[tick as usize],
                &Footprint::of(view),
            );
            match rows_are_together(&crowd.host.world, environment) {
                true => together += 1,
                false => scattered += 1,
            }
            let goes_on = tick < incident.ticks;
            if !goes_on {
                crowd.host.despawn(environment);
            }
            goes_on
        });
        crowd.remove_neighbours(3);
        crowd.add_neighbours(4);
    }
    assert!(crowd.neighbours() > 100);
    assert!(together > 100 && scattered > 100, "{together} {scattered}");
}

/// A component in the tables: whatever gets one moves to another table.
#[derive(Component)]
struct Note;

/// A component beside the tables.
#[derive(Component)]
#[component(storage = "SparseSet")]
struct Badge;

/// The entities of an environment: services, faults and itself.
fn parts(simulation: &Simulation) -> Vec<Entity> {
    let view = simulation.view();
    let all = [
        view.service_entities(),
        view.fault_entities(),
        &[simulation.environment()],
    ];
    all.concat()
}

#[test]
fn table_components_of_the_host_change_nothing() {
    let mut scattered = 0;
    for run in EXPECTED.iter() {
        assert_undisturbed_by(run, |tick, simulation| {
            let parts = parts(simulation);
            let world = simulation.world_mut();
            // Marks the entities in turn, from the middle on, and later takes the mark from some:
            // each time a row goes elsewhere, and the last row of its table takes its place.
            let picked = parts[(tick as usize * 3 + parts.len() / 2) % parts.len()];
            if tick % 5 == 4 {
                world.entity_mut(picked).remove::<Note>();
            } else {
                world.entity_mut(picked).insert(Note);
            }
            let environment = simulation.environment();
            scattered += usize::from(!rows_are_together(simulation.world(), environment));
        });
    }
    assert!(scattered > 300, "rows were scattered {scattered} times");
}

#[test]
fn sparse_components_of_the_host_leave_the_rows_together() {
    for run in EXPECTED.iter() {
        assert_undisturbed_by(run, |tick, simulation| {
            let parts = parts(simulation);
            let picked = parts[tick as usize % parts.len()];
            simulation.world_mut().entity_mut(picked).insert(Badge);
            let environment = simulation.environment();
            assert!(rows_are_together(simulation.world(), environment));
        });
    }
}

/// Set where this binary runs as the other process.
const OTHER_PROCESS: &str = "FIREWATCH_TEST_PRINTS_HASHES";
const OTHER_PROCESS_TEST: &str = "another_process_gives_the_same_bits";

/// A line for each incident, with the hash after each tick.
fn hash_lines() -> Vec<String> {
    let line = |(incident, footprints): &(Incident, Vec<Footprint>)| {
        let hashes: Vec<_> = footprints.iter().map(|f| format!("{:x}", f.hash)).collect();
        format!("hashes of {}: {}", incident.name, hashes.join(" "))
    };
    EXPECTED.iter().map(line).collect()
}

#[test]
fn another_process_gives_the_same_bits() {
    let here = hash_lines();
    if std::env::var_os(OTHER_PROCESS).is_some() {
        // A line of its own each: the test harness has written half a line.
        println!("\n{}", here.join("\n"));
        return;
    }
    let other = Command::new(std::env::current_exe().unwrap())
        .args([OTHER_PROCESS_TEST, "--exact", "--nocapture"])
        .env(OTHER_PROCESS, "1")
        .output()
        .unwrap();
    assert!(other.status.success(), "{other:?}");
    let output = String::from_utf8(other.stdout).unwrap();
    let there: Vec<_> = output
        .lines()
        .filter(|line| line.starts_with("hashes of "))
        .collect();
    assert_eq!(there, here);
}
