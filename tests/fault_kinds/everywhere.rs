//! A kind does the same in a simulation, in a fleet and in a host's own world, and whatever else is registered.

use firewatch_sim::{
    EnvironmentState, FaultKind, FaultKinds, FaultState, Fleet, Intervention, LogTexts, SimError,
    Simulation, register_fault_kinds,
};
use firewatch_tests::{Crowd, neighbour};

use crate::{describe, disk_full, fill_disk, kinds, named, simulation, state};

/// Snapshot and hash after each of some ticks; the fault is halted in between.
fn story(mut simulation: Simulation) -> Vec<(EnvironmentState, u64)> {
    let mut story = Vec::new();
    for tick in 0..12 {
        if tick == 7 {
            simulation.halt_fault(0).unwrap();
        }
        simulation.tick();
        story.push((simulation.snapshot(), simulation.state_hash()));
    }
    story
}

#[test]
fn a_kind_does_the_same_in_a_fleet_as_alone() {
    let known = kinds([describe("idle"), disk_full()]);
    let speeds = (0..90).map(|index| 0.25 * f64::from(index % 8));
    let states: Vec<_> = speeds
        .map(|speed| state(named("disk_full"), speed))
        .collect();
    let alone: Vec<_> = { states.iter() }
        .map(|state| story(simulation(state, &known)))
        .collect();
    let errors =
        |state: &EnvironmentState| state.services[2].metrics["http_server_error_rate"].as_f64();
    assert!(alone[1].iter().any(|(state, _)| errors(state) > Some(0.1)));
    for (threads, shard_size) in [(1, 64), (2, 7), (2, 1)] {
        // Brought by the blueprints, or known beforehand.
        for brought in [true, false] {
            let blueprints = states.iter().map(|state| {
                let list = if brought {
                    known.clone()
                } else {
                    FaultKinds::default()
                };
                state.blueprint().unwrap().with_fault_kinds(list)
            });
            let builder = Fleet::builder().threads(threads).shard_size(shard_size);
            let list = if brought {
                FaultKinds::default()
            } else {
                known.clone()
            };
            let mut fleet = builder.fault_kinds(list).build(blueprints).unwrap();
            for tick in 0..12 {
                if tick == 7 {
                    let all = vec![true; states.len()];
                    fleet
                        .intervene_masked(&all, &Intervention::HaltFault(0))
                        .unwrap();
                }
                fleet.tick();
                for (index, story) in alone.iter().enumerate() {
                    assert_eq!(fleet.state_hash(index).unwrap(), story[tick].1);
                }
            }
            assert_eq!(fleet.snapshot(11).unwrap(), alone[11][11].0);
        }
    }
}

#[test]
fn a_kind_does_the_same_in_a_world_that_others_crowd() {
    let known = kinds([disk_full()]);
    let start = state(named("disk_full"), 1.5);
    let alone = story(simulation(&start, &known));
    let mut crowd = Crowd::default();
    crowd.add_neighbours(12);
    register_fault_kinds(&mut crowd.host.world, &known).unwrap();
    let environment = crowd.host.spawn(&start);
    for (tick, (state, hash)) in alone.iter().enumerate() {
        if tick == 7 {
            firewatch_sim::halt_fault(&mut crowd.host.world, environment, 0).unwrap();
        }
        crowd.remove_neighbours(1);
        crowd.add_neighbours(1);
        crowd.host.tick();
        let view = crowd.host.view(environment);
        assert_eq!((&view.capture(), view.state_hash()), (state, *hash));
    }
}

#[test]
fn the_order_of_registration_changes_nothing() {
    // The same descriptors, so that only their order differs.
    let descriptors = [
        disk_full(),
        describe("idle"),
        describe("lost").without_cascade(),
    ];
    let orders = [[0, 1, 2], [2, 1, 0], [1, 2, 0]];
    for name in ["disk_full", "idle", "lost"] {
        let stories = orders.map(|order| {
            let known = kinds(order.map(|index| descriptors[index].clone()));
            story(simulation(&state(named(name), 1.2), &known))
        });
        assert_eq!(stories[0], stories[1]);
        assert_eq!(stories[0], stories[2]);
    }
}

#[test]
fn a_kind_counts_in_the_hash_by_its_name() {
    let known = kinds(["one", "two"].map(|name| describe(name).with_physics(fill_disk)));
    let play = |kind| story(simulation(&state(kind, 1.0), &known)).pop().unwrap();
    let ((mut one, hash_of_one), (two, hash_of_two)) = (play(named("one")), play(named("two")));
    assert_ne!(hash_of_one, hash_of_two);
    // It is all that differs.
    one.faults[0].kind = named("two");
    assert_eq!(one, two);
}

#[test]
fn a_snapshot_goes_on_where_its_kinds_are_known() {
    let known = kinds([disk_full()]);
    let mut original = simulation(&state(named("disk_full"), 1.5), &known);
    original.run(5);
    original.halt_fault(0).unwrap();
    let text = serde_json::to_string(&original.snapshot()).unwrap();
    assert!(text.contains("\"kind\":\"disk_full\""), "{text}");
    let snapshot: EnvironmentState = serde_json::from_str(&text).unwrap();
    assert_eq!(snapshot, original.snapshot());

    let mut copy = simulation(&snapshot, &known);
    let builder = Fleet::builder().fault_kinds(known);
    let mut fleet = builder
        .build([neighbour(0), neighbour(1)].map(|state| state.blueprint().unwrap()))
        .unwrap();
    fleet.tick_many(2);
    fleet.restore(1, &snapshot).unwrap();
    original.run(6);
    copy.run(6);
    fleet.tick_many(6);
    assert_eq!(copy.state_hash(), original.state_hash());
    assert_eq!(fleet.state_hash(1).unwrap(), original.state_hash());
    copy.restore(&snapshot).unwrap();
    copy.run(6);
    assert_eq!(copy.snapshot(), original.snapshot());
}

#[test]
fn a_state_of_an_unknown_kind_is_refused_by_its_name() {
    let unknown = named("disk_full");
    let start = state(unknown, 1.0);
    let refused = |error: Option<SimError>| {
        let error = error.expect("it is refused");
        assert_eq!(error, SimError::UnknownFaultKind(unknown));
        assert!(error.to_string().contains("`disk_full`"), "{error}");
    };
    refused(Simulation::new(&start).err());
    refused(Fleet::new([start.blueprint().unwrap()], 1).err());
    refused(start.blueprint().unwrap().state().err());

    let known = state(FaultKind::OOM, 1.0);
    let mut simulation = Simulation::new(&known).unwrap();
    let mut fleet = Fleet::new(vec![known.blueprint().unwrap(); 3], 1).unwrap();
    simulation.run(2);
    fleet.tick_many(2);
    let before = simulation.snapshot();
    refused(simulation.restore(&start).err());
    refused(fleet.restore(1, &start).err());
    let fault = FaultState::new(unknown, "back", 1.0);
    refused(simulation.inject_fault(&fault).err());
    let inject = Intervention::InjectFault(&fault);
    refused(fleet.intervene_masked(&[false, true, true], &inject).err());
    // The last of a shard that knows it; the others stay as they are.
    assert_eq!(simulation.snapshot(), before);
    for index in 0..3 {
        assert_eq!(fleet.snapshot(index).unwrap(), before);
    }
}

#[test]
fn the_evidence_is_in_the_log_of_its_service_while_it_acts() {
    let known = kinds([disk_full(), describe("idle")]);
    let mut simulation = simulation(&state(named("disk_full"), 3.0), &known);
    assert!(!simulation.logs("back").join("\n").contains("ENOSPC"));
    simulation.run(4);
    let log = simulation.logs("back");
    let line = log.iter().find(|line| line.contains("ENOSPC")).unwrap();
    // Its time is one of the fourth tick, not the one that its kind names.
    assert!(
        ("2026-04-04T02:01:30".."2026-04-04T02:02:00").contains(&line.as_str()),
        "{line}"
    );
    assert!(line.ends_with("Z ERROR [back] ENOSPC, 0.90"), "{line}");
    assert!(!simulation.logs("middle").join("\n").contains("ENOSPC"));
    simulation.halt_fault(0).unwrap();
    assert!(!simulation.logs("back").join("\n").contains("ENOSPC"));
    // In the reference's texts both are its own, and stay.
    let mut reference = state(named("disk_full"), 3.0);
    reference.log_script.texts = LogTexts::Reference;
    let mut simulation = crate::simulation(&reference, &known);
    simulation.run(4);
    let log = simulation.logs("back");
    assert_eq!(log, ["2026-04-04T02:03:04Z ERROR [back] ENOSPC, 0.90"]);
    // A kind without evidence leaves the log of any service with such metrics.
    let mut silent = crate::simulation(&state(named("idle"), 1.0), &known);
    silent.run(1);
    let log = silent.logs("back").join("\n");
    assert!(log.contains("[back] Health check: status="), "{log}");
}
